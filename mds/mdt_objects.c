// SPDX-License-Identifier: GPL-2.0-only
/*
 * The OST objects of a file, as its layout names them: what is done to all of them, through the
 * OSPs of their OSTs.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

/* Calls fn for each object of a layout; false if one could not be dealt with. */
typedef bool (*mdt_ost_object_fn)(struct osp_device *osp, const struct ost_id *oi, void *arg);

static bool mdt_objects_for_each(struct mdt_device *mdt, const void *ea, u32 len,
				 mdt_ost_object_fn fn, void *arg)
{
	struct wire_lov_comp c;
	u32 i, k, n = wire_lov_comp_count(ea, len);
	bool ok = true;

	for (i = 0; i < n; i++) {
		if (wire_lov_comp(ea, len, i, &c) || !(c.flags & LCME_FL_INIT) || !c.objects)
			continue;
		for (k = 0; k < c.nr_objects; k++) {
			struct osp_device *osp;

			if (!c.objects[k].l_ost_oi.oi_id)
				continue;
			osp = mdt_lod_get(mdt, le32_to_cpu(c.objects[k].l_ost_idx));
			if (!osp) {
				ok = false;
				continue;
			}
			if (!fn(osp, &c.objects[k].l_ost_oi, arg))
				ok = false;
			osp_put(osp);
		}
	}
	return ok;
}

static bool mdt_object_reachable(struct osp_device *osp, const struct ost_id *oi, void *arg)
{
	return osp_reachable(osp);
}

/**
 * mdt_objects_reachable - are the OSTs of all objects of a layout connected?
 * @mdt: the target
 * @ea: the layout, checked
 * @len: bytes
 */
bool mdt_objects_reachable(struct mdt_device *mdt, const void *ea, u32 len)
{
	return mdt_objects_for_each(mdt, ea, len, mdt_object_reachable, NULL);
}

/* One object of a dead file is dealt with. */
static void mdt_object_destroyed(void *arg, bool ok)
{
	struct mdt_object *o = arg;

	if (!ok)
		set_bit(MDT_OF_REAP_LATER, &o->mo_reap_flags);
	if (atomic_dec_and_test(&o->mo_objects_left))
		mdt_orphan_finish(o, !test_bit(MDT_OF_REAP_LATER, &o->mo_reap_flags));
}

static bool mdt_object_destroy(struct osp_device *osp, const struct ost_id *oi, void *arg)
{
	struct mdt_object *o = arg;

	atomic_inc(&o->mo_objects_left);
	osp_send_destroy(osp, oi, mdt_object_destroyed, o);
	return true;
}

/**
 * mdt_objects_destroy - destroy the OST objects of a dead file
 * @o: the file; its reaper's reference is used until mdt_orphan_finish()
 * @ea: its layout, checked
 * @len: bytes
 *
 * mdt_orphan_finish() follows in any case, perhaps before this returns.
 */
void mdt_objects_destroy(struct mdt_object *o, const void *ea, u32 len)
{
	bool ok;

	atomic_set(&o->mo_objects_left, 1);
	ok = mdt_objects_for_each(o->mo_mdt, ea, len, mdt_object_destroy, o);
	mdt_object_destroyed(o, ok);
}

struct mdt_owner_job {
	const struct osd_attr	*la;
	atomic_t		*left;
	osp_end_fn		end;
	void			*arg;
};

static bool mdt_object_send_owner(struct osp_device *osp, const struct ost_id *oi, void *arg)
{
	struct mdt_owner_job *s = arg;

	atomic_inc(s->left);
	osp_send_owner(osp, oi, s->la, s->end, s->arg);
	return true;
}

/**
 * mdt_objects_send_owner - tell the OSTs the owner, group and project of a file
 * @mdt: the target
 * @ea: layout of the file, checked
 * @len: bytes
 * @la: owner, group, project
 * @left: one more for each object, before its @end can be called
 * @end: called once for each object: the OST has committed it, or was not told
 * @arg: of @end
 *
 * Return: false when an OST is not known.
 */
bool mdt_objects_send_owner(struct mdt_device *mdt, const void *ea, u32 len,
			    const struct osd_attr *la, atomic_t *left, osp_end_fn end, void *arg)
{
	struct mdt_owner_job s = { .la = la, .left = left, .end = end, .arg = arg };

	return mdt_objects_for_each(mdt, ea, len, mdt_object_send_owner, &s);
}

/**
 * mdt_objects_set_size - make new objects of a component fit the size of their file
 * @a: the reserved objects
 * @stripe_size: of the component
 * @size: of the file, at most the end of the component
 *
 * Return: 0, or -errno of an OST.
 */
int mdt_objects_set_size(struct mdt_lov_alloc *a, u32 stripe_size, u64 size)
{
	u64 width = (u64)stripe_size * a->la_count, full, rem;
	int rc = 0;
	u32 i;

	full = div64_u64_rem(size, width, &rem);
	for (i = 0; i < a->la_count && !rc; i++) {
		u64 begin = (u64)i * stripe_size, part = 0;

		if (rem > begin)
			part = min_t(u64, rem - begin, stripe_size);
		if (!full && !part)
			continue;
		a->la_sized = true;
		rc = osp_set_size(a->la_st[i].osp, a->la_st[i].id,
				  full * stripe_size + part);
	}
	return rc;
}
