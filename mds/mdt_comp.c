// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layout of a file as components (struct mdt_layout): made from what a user wishes and from the
 * defaults of directory, root and file system (chapter 7, 5.2), or from the LOV EA of a file; its
 * components get objects of OSTs (mdt_lov.c), and it becomes a LOV EA again. A plain layout is one
 * component from 0 to the end of any file.
 *
 * No locks; the caller sees to it that the EA does not change meanwhile (mdt_layout.c). Objects are
 * reserved before the transaction starts, because that may wait for an OST; mdt_layout_used()
 * journals them inside of it.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

/* The OST of an object that is not there: all there is in a component without objects. */
#define LAYOUT_NO_OST	cpu_to_le32(~0U)

/* Kinds of components that this server changes. */
#define LAYOUT_PATTERNS	(LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPING)

/* What users may say of a component and servers keep. */
#define LAYOUT_USER_FLAGS (LCME_FL_PREF_RD | LCME_FL_PREF_WR | LCME_FL_NOSYNC | LCME_FL_NOCOMPR)

static struct mdt_layout *mdt_layout_new(u32 nr)
{
	struct mdt_layout *l = kvzalloc(struct_size(l, ml_comp, nr), GFP_NOFS);
	u32 i;

	if (!l)
		return NULL;
	l->ml_nr = nr;
	for (i = 0; i < nr; i++) {
		l->ml_comp[i].lc_end = LUSTRE_EOF;
		l->ml_comp[i].lc_offset = LOV_OFFSET_DEFAULT;
	}
	return l;
}

/**
 * mdt_layout_free - end of a layout
 * @l: or NULL. Reserved objects go back unless mdt_layout_stored() was called.
 */
void mdt_layout_free(struct mdt_layout *l)
{
	u32 i;

	if (!l)
		return;
	for (i = l->ml_nr; i-- > 0; ) {
		mdt_lov_alloc_free(l->ml_comp[i].lc_alloc);
		kvfree(l->ml_comp[i].lc_list);
	}
	kvfree(l->ml_ea);
	kvfree(l);
}

/* ---- from a wish or an EA ---- */

static int mdt_comp_set_list(struct mdt_comp *c, const struct lov_ost_data_v1 *objects, u32 nr)
{
	u32 i;

	c->lc_list = kvmalloc_array(nr, sizeof(*c->lc_list), GFP_NOFS);
	if (!c->lc_list)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		c->lc_list[i] = le32_to_cpu(objects[i].l_ost_idx);
	c->lc_count = nr;
	return 0;
}

static void mdt_comp_set_pool(struct mdt_comp *c, const char *pool)
{
	BUILD_BUG_ON(sizeof(c->lc_pool) != LOV_MAXPOOLNAME + 1);
	if (pool)
		strscpy(c->lc_pool, pool, sizeof(c->lc_pool));
}

static void mdt_comp_set(struct mdt_comp *c, const struct wire_lov_comp *w)
{
	c->lc_id = w->id;
	c->lc_flags = w->flags;
	c->lc_start = w->start;
	c->lc_end = w->end;
	c->lc_pattern = w->pattern;
	c->lc_stripe_size = w->stripe_size;
	c->lc_count = w->stripe_count;
	c->lc_offset = w->stripe_offset;
	mdt_comp_set_pool(c, w->pool);
}

/**
 * mdt_layout_from_wish - the layout that a user asks for
 * @ea: hint of a client, or the default layout of a directory
 * @len: bytes; zeros may follow the hint
 * @start: where the first component must begin
 * @lp: out: the layout; counts, sizes, offsets and pools may still be wild cards
 *
 * Return: 0, -EINVAL (malformed), -EOPNOTSUPP (a kind that is not made here), -ENOMEM.
 */
int mdt_layout_from_wish(const void *ea, u32 len, u64 start, struct mdt_layout **lp)
{
	struct wire_lov_comp w;
	struct mdt_layout *l;
	u32 i, size;
	int rc;

	*lp = NULL;
	rc = wire_lov_wish_check(ea, len, start, &size);
	if (rc)
		return rc;
	l = mdt_layout_new(wire_lov_comp_count(ea, size));
	if (!l)
		return -ENOMEM;
	l->ml_composite = le32_to_cpu(*(const __le32 *)ea) == LOV_MAGIC_COMP_V1;
	for (i = 0; i < l->ml_nr && !rc; i++) {
		struct mdt_comp *c = &l->ml_comp[i];

		rc = wire_lov_comp(ea, size, i, &w);
		if (rc)
			break;
		mdt_comp_set(c, &w);
		c->lc_flags &= LAYOUT_USER_FLAGS;
		c->lc_pattern &= LOV_PATTERN_OVERSTRIPING;
		if (w.magic == LOV_MAGIC_SPECIFIC)
			rc = mdt_comp_set_list(c, w.objects, w.nr_objects);
	}
	if (rc)
		mdt_layout_free(l);
	else
		*lp = l;
	return rc;
}

/**
 * mdt_layout_from_ea - the layout of a file
 * @ea: its LOV EA, copied
 * @len: bytes
 * @lp: out
 *
 * Return: 0, -EINVAL (damaged), -EOPNOTSUPP (a kind that cannot be changed here), -ENOMEM.
 */
int mdt_layout_from_ea(const void *ea, u32 len, struct mdt_layout **lp)
{
	const struct lov_comp_md_v1 *lcm;
	struct wire_lov_comp w;
	struct mdt_layout *l;
	int rc = 0;
	u32 i;

	*lp = NULL;
	if (wire_lov_check(ea, len))
		return -EINVAL;
	l = mdt_layout_new(wire_lov_comp_count(ea, len));
	if (!l)
		return -ENOMEM;
	l->ml_ea = kvmalloc(len, GFP_NOFS);
	if (!l->ml_ea) {
		mdt_layout_free(l);
		return -ENOMEM;
	}
	memcpy(l->ml_ea, ea, len);
	lcm = l->ml_ea;
	l->ml_composite = le32_to_cpu(lcm->lcm_magic) == LOV_MAGIC_COMP_V1;
	l->ml_gen = wire_lov_layout_gen(ea, len);
	if (l->ml_composite && (lcm->lcm_mirror_count || lcm->lcm_flags))
		rc = -EOPNOTSUPP;
	for (i = 0; i < l->ml_nr && !rc; i++) {
		struct mdt_comp *c = &l->ml_comp[i];

		wire_lov_comp(l->ml_ea, len, i, &w);
		if (!(w.pattern & LOV_PATTERN_RAID0) || w.pattern & ~(u32)LAYOUT_PATTERNS ||
		    w.flags & LCME_FL_EXTENSION)
			rc = -EOPNOTSUPP;
		mdt_comp_set(c, &w);
		/* Nobody has checked what is wished there: the EA may be that of another server. */
		if (!w.stripe_size || w.stripe_size % LOV_MIN_STRIPE_SIZE || !w.stripe_count)
			rc = rc ?: -EINVAL;
		if (w.flags & LCME_FL_INIT)
			c->lc_objects = w.objects;
		else if (w.nr_objects && w.objects[0].l_ost_idx != LAYOUT_NO_OST)
			rc = rc ?: mdt_comp_set_list(c, w.objects, w.nr_objects);
	}
	if (rc)
		mdt_layout_free(l);
	else
		*lp = l;
	return rc;
}

/* ---- defaults ---- */

/* The stored default layout of a directory, NULL if it has none that can be used. */
static struct mdt_layout *mdt_layout_default(struct mdt_object *dir)
{
	struct mdt_layout *d = NULL;
	void *ea = NULL;
	int len;

	len = dir ? mdt_xattr_get_alloc(dir, XATTR_NAME_LOV, &ea) : 0;
	if (len > 0)
		mdt_layout_from_wish(ea, len, 0, &d);
	kvfree(ea);
	return d;
}

/* What a component leaves open is as in the plain default @d. */
static void mdt_comp_fill(struct mdt_comp *c, const struct mdt_layout *d, bool explicit,
			  bool only_pool)
{
	const struct mdt_comp *from;

	if (!d || d->ml_composite)
		return;
	from = d->ml_comp;
	if (!c->lc_count && !only_pool) {
		c->lc_count = from->lc_count;
		c->lc_pattern |= from->lc_pattern;
	}
	if (!c->lc_stripe_size && !only_pool)
		c->lc_stripe_size = from->lc_stripe_size;
	if (c->lc_offset == LOV_OFFSET_DEFAULT && !explicit)
		c->lc_offset = from->lc_offset;
	if (!c->lc_pool[0])
		mdt_comp_set_pool(c, from->lc_pool);
}

/* The last holes, and what the length of a component allows. */
static void mdt_comp_fill_last(struct mdt_comp *c, const struct mdt_lod *lod)
{
	u64 len = c->lc_end - c->lc_start, most;

	if (!strcmp(c->lc_pool, "none") || !strcmp(c->lc_pool, "ignore") ||
	    !strcmp(c->lc_pool, "inherit"))
		c->lc_pool[0] = 0;
	if (!c->lc_count)
		c->lc_count = lod->lo_def_count;
	if (!c->lc_stripe_size) {
		c->lc_stripe_size = lod->lo_def_size;
		/* A default that does not fit: the largest stripe that does. */
		if (c->lc_end != LUSTRE_EOF && c->lc_end % c->lc_stripe_size)
			c->lc_stripe_size = min(c->lc_end & -c->lc_end, (u64)c->lc_stripe_size);
		if (c->lc_end != LUSTRE_EOF && c->lc_end % c->lc_stripe_size)
			c->lc_stripe_size = LOV_MIN_STRIPE_SIZE;
	}
	if (c->lc_end == LUSTRE_EOF || c->lc_list || c->lc_count > LOV_MAX_STRIPE_COUNT)
		return;
	most = div64_u64(len + c->lc_stripe_size - 1, c->lc_stripe_size);
	c->lc_count = min_t(u64, c->lc_count, most);
}

/**
 * mdt_layout_fill - close what a wish leaves open, name the components
 * @mdt: the target
 * @parent: directory of the file, or NULL
 * @l: from mdt_layout_from_wish()
 * @id: of its first component
 */
void mdt_layout_fill(struct mdt_device *mdt, struct mdt_object *parent, struct mdt_layout *l,
		     u32 id)
{
	struct mdt_layout *pd = mdt_layout_default(parent), *rd = NULL;
	u32 i;

	if (parent != mdt->mdt_root)
		rd = mdt_layout_default(mdt->mdt_root);
	for (i = 0; i < l->ml_nr; i++) {
		struct mdt_comp *c = &l->ml_comp[i];

		if (l->ml_explicit && !strcmp(c->lc_pool, "inherit"))
			c->lc_pool[0] = 0;
		/* Numbers that an explicit layout leaves open are the file system's to say. */
		mdt_comp_fill(c, pd, l->ml_explicit, l->ml_explicit && parent != mdt->mdt_root);
		mdt_comp_fill(c, rd, l->ml_explicit, false);
		mdt_comp_fill_last(c, &mdt->mdt_lod);
		c->lc_id = l->ml_composite ? id + i : 0;
	}
	mdt_layout_free(pd);
	mdt_layout_free(rd);
}

/* The composite default that a new file of @parent gets, or NULL. */
static struct mdt_layout *mdt_layout_inherited(struct mdt_device *mdt, struct mdt_object *parent)
{
	struct mdt_layout *d = mdt_layout_default(parent);

	if (!d)
		d = mdt_layout_default(mdt->mdt_root);
	if (!d || d->ml_composite)
		return d;
	mdt_layout_free(d);
	return NULL;
}

/**
 * mdt_layout_for_file - the layout that a file shall get, without objects
 * @mdt: the target
 * @parent: directory of the file, or NULL
 * @flags: MDS_OPEN_HAS_EA: @ea is a hint; MDS_OPEN_APPEND
 * @ea: hint
 * @len: bytes of @ea
 * @lp: out
 *
 * Chapter 7, 5.2.
 * Return: 0, -EINVAL, -EOPNOTSUPP, -ENOMEM.
 */
int mdt_layout_for_file(struct mdt_device *mdt, struct mdt_object *parent, u64 flags,
			const void *ea, u32 len, struct mdt_layout **lp)
{
	u32 append = flags & MDS_OPEN_APPEND ? READ_ONCE(mdt->mdt_lod.lo_append_count) : 0;
	struct mdt_layout *l = NULL;
	int rc;

	*lp = NULL;
	if (flags & MDS_OPEN_HAS_EA) {
		rc = mdt_layout_from_wish(ea, len, 0, &l);
		if (rc)
			return rc;
		l->ml_explicit = true;
	} else if (!append) {
		l = mdt_layout_inherited(mdt, parent);
	}
	if (!l) {
		l = mdt_layout_new(1);
		if (!l)
			return -ENOMEM;
		l->ml_comp[0].lc_count = append;
	}
	mdt_layout_fill(mdt, parent, l, 1);
	l->ml_gen = l->ml_composite ? l->ml_nr : 0;
	*lp = l;
	return 0;
}

/**
 * mdt_layout_append - components behind those of a layout
 * @l: the layout; freed
 * @more: theirs; freed
 *
 * Return: all of them; NULL when out of memory.
 */
struct mdt_layout *mdt_layout_append(struct mdt_layout *l, struct mdt_layout *more)
{
	struct mdt_layout *all = mdt_layout_new(l->ml_nr + more->ml_nr);

	if (all) {
		memcpy(all->ml_comp, l->ml_comp, l->ml_nr * sizeof(l->ml_comp[0]));
		memcpy(all->ml_comp + l->ml_nr, more->ml_comp,
		       more->ml_nr * sizeof(l->ml_comp[0]));
		all->ml_composite = true;
		all->ml_gen = l->ml_gen + 1;
		swap(all->ml_ea, l->ml_ea);
		l->ml_nr = 0;
		more->ml_nr = 0;
	}
	mdt_layout_free(l);
	mdt_layout_free(more);
	return all;
}

/* ---- objects ---- */

static bool mdt_comp_has_objects(const struct mdt_comp *c)
{
	return c->lc_objects || c->lc_alloc;
}

/* Entries behind the header of a component in the EA. */
static u32 mdt_comp_nr_entries(const struct mdt_comp *c)
{
	if (c->lc_alloc)
		return c->lc_alloc->la_count;
	return c->lc_objects || c->lc_list ? c->lc_count : 1;
}

static u32 mdt_comp_magic(const struct mdt_comp *c)
{
	return c->lc_pool[0] ? LOV_MAGIC_V3 : LOV_MAGIC_V1;
}

static u32 mdt_layout_table_size(const struct mdt_layout *l)
{
	return l->ml_composite ? sizeof(struct lov_comp_md_v1) +
				 l->ml_nr * sizeof(struct lov_comp_md_entry_v1) : 0;
}

/* Bytes of the EA. */
static u32 mdt_layout_size(const struct mdt_layout *l)
{
	u32 size = mdt_layout_table_size(l), i;

	for (i = 0; i < l->ml_nr; i++)
		size += lov_mds_md_size(mdt_comp_nr_entries(&l->ml_comp[i]),
					mdt_comp_magic(&l->ml_comp[i]));
	return size;
}

/* How many objects may a component without any get, so that the EA can still be stored? */
static u32 mdt_comp_max_objects(struct mdt_device *mdt, const struct mdt_layout *l,
				const struct mdt_comp *c)
{
	u64 room = osd_max_xattr(mdt->mdt_osd), used = mdt_layout_size(l), most = LOD_MAX_STRIPES;

	used -= mdt_comp_nr_entries(c) * sizeof(struct lov_ost_data_v1);
	if (c->lc_end != LUSTRE_EOF && !c->lc_list)
		most = div64_u64(c->lc_end - c->lc_start + c->lc_stripe_size - 1,
				 c->lc_stripe_size);
	if (room <= used)
		return 0;
	return min3(most, (room - used) / sizeof(struct lov_ost_data_v1), (u64)LOD_MAX_STRIPES);
}

/**
 * mdt_layout_lacks_objects - are there components without objects below an offset?
 * @l: the layout
 * @end: the offset
 */
bool mdt_layout_lacks_objects(const struct mdt_layout *l, u64 end)
{
	u32 i;

	for (i = 0; i < l->ml_nr; i++)
		if (l->ml_comp[i].lc_start < end && !mdt_comp_has_objects(&l->ml_comp[i]))
			return true;
	return false;
}

/**
 * mdt_layout_reserve - reserve objects for all components that begin below an offset
 * @mdt: the target
 * @l: the layout
 * @end: the offset
 *
 * No transaction may be open. What is reserved when this fails goes back with the layout.
 * Return: 0; -E2BIG: the layout cannot be stored; as mdt_lov_alloc().
 */
int mdt_layout_reserve(struct mdt_device *mdt, struct mdt_layout *l, u64 end)
{
	u32 i, max;
	int rc;

	for (i = 0; i < l->ml_nr; i++) {
		struct mdt_comp *c = &l->ml_comp[i];

		if (c->lc_start >= end || mdt_comp_has_objects(c))
			continue;
		max = mdt_comp_max_objects(mdt, l, c);
		if (!max || (c->lc_list && max < c->lc_count))
			return -E2BIG;
		rc = mdt_lov_alloc(mdt, c, max, l->ml_explicit, &c->lc_alloc);
		if (rc)
			return rc;
		c->lc_flags |= LCME_FL_INIT;
	}
	return mdt_layout_size(l) > osd_max_xattr(mdt->mdt_osd) ? -E2BIG : 0;
}

/**
 * mdt_layout_used - journal that the reserved objects of a layout are in use
 * @th: transaction with MDT_CR_OBJID
 * @l: the layout
 *
 * Return: 0 or -errno of the write.
 */
int mdt_layout_used(struct osd_trans *th, const struct mdt_layout *l)
{
	int rc = 0;
	u32 i;

	for (i = 0; i < l->ml_nr && !rc; i++)
		if (l->ml_comp[i].lc_alloc)
			rc = mdt_lov_used(th, l->ml_comp[i].lc_alloc);
	return rc;
}

/**
 * mdt_layout_stored - a transaction has stored the layout
 * @l: the layout
 *
 * Even if the transaction ends with an error the file may have the reserved objects: they are never
 * given to another one.
 */
void mdt_layout_stored(struct mdt_layout *l)
{
	u32 i;

	for (i = 0; i < l->ml_nr; i++)
		if (l->ml_comp[i].lc_alloc)
			l->ml_comp[i].lc_alloc->la_stored = true;
}

/**
 * mdt_layout_set_size - a file that had a size gets its first objects: make theirs fit
 * @l: the layout
 * @size: of the file
 *
 * Return: 0, or -errno of an OST.
 */
int mdt_layout_set_size(const struct mdt_layout *l, u64 size)
{
	int rc = 0;
	u32 i;

	for (i = 0; i < l->ml_nr && !rc; i++)
		if (l->ml_comp[i].lc_alloc && l->ml_comp[i].lc_start < size)
			rc = mdt_objects_set_size(l->ml_comp[i].lc_alloc,
						  l->ml_comp[i].lc_stripe_size,
						  min(size, l->ml_comp[i].lc_end));
	return rc;
}

/**
 * mdt_layout_merge - objects that a replayed request brings for components without
 * @l: the layout that is stored
 * @replay: the one of the request; freed together with @l
 *
 * Return: true when there are some. Layouts that do not belong together give none.
 */
bool mdt_layout_merge(struct mdt_layout *l, struct mdt_layout *replay)
{
	bool found = false;
	u32 i;

	if (l->ml_nr != replay->ml_nr || !l->ml_composite || !replay->ml_composite)
		return false;
	for (i = 0; i < l->ml_nr; i++)
		if (l->ml_comp[i].lc_start != replay->ml_comp[i].lc_start ||
		    l->ml_comp[i].lc_end != replay->ml_comp[i].lc_end ||
		    l->ml_comp[i].lc_id != replay->ml_comp[i].lc_id)
			return false;
	for (i = 0; i < l->ml_nr; i++) {
		struct mdt_comp *c = &l->ml_comp[i];

		if (mdt_comp_has_objects(c) || !replay->ml_comp[i].lc_objects)
			continue;
		kvfree(c->lc_list);
		*c = replay->ml_comp[i];
		found = true;
	}
	l->ml_gen = max(l->ml_gen + 1, replay->ml_gen);
	return found;
}

/* ---- to an EA ---- */

/* How the count is stored: of the objects, or as it was wished. */
static u32 mdt_comp_stored_count(const struct mdt_comp *c)
{
	return mdt_comp_has_objects(c) || c->lc_list ? mdt_comp_nr_entries(c) : c->lc_count;
}

static u32 mdt_comp_stored_pattern(const struct mdt_comp *c)
{
	u32 pattern = LOV_PATTERN_RAID0 | c->lc_pattern;

	/* It is overstriped when an OST was used twice. */
	if (c->lc_alloc && !mdt_lov_alloc_is_overstriped(c->lc_alloc))
		pattern &= ~LOV_PATTERN_OVERSTRIPING;
	return pattern;
}

static void mdt_comp_build_entries(const struct mdt_comp *c, struct lov_ost_data_v1 *o)
{
	const struct mdt_lov_alloc *a = c->lc_alloc;
	u32 i, n = mdt_comp_nr_entries(c);

	if (c->lc_objects) {
		memcpy(o, c->lc_objects, n * sizeof(*o));
		return;
	}
	for (i = 0; i < n; i++) {
		o[i].l_ost_idx = LAYOUT_NO_OST;
		if (a) {
			o[i].l_ost_oi.oi_id = cpu_to_le64(a->la_st[i].id);
			o[i].l_ost_idx = cpu_to_le32(a->la_st[i].osp->opd_index);
		} else if (c->lc_list) {
			o[i].l_ost_idx = cpu_to_le32(c->lc_list[i]);
		}
	}
}

/* One component, or a plain layout; its bytes. */
static u32 mdt_comp_build(const struct mdt_comp *c, const struct lu_fid *fid, void *buf)
{
	struct lov_mds_md_v1 *v1 = buf;
	struct lov_mds_md_v3 *v3 = buf;

	v1->lmm_magic = cpu_to_le32(mdt_comp_magic(c));
	v1->lmm_pattern = cpu_to_le32(mdt_comp_stored_pattern(c));
	lmm_oi_set(&v1->lmm_oi, fid);
	v1->lmm_stripe_size = cpu_to_le32(c->lc_stripe_size);
	v1->lmm_stripe_count = cpu_to_le16(mdt_comp_stored_count(c));
	/* With objects it is the generation: 0 for new ones. */
	v1->lmm_stripe_offset = cpu_to_le16(c->lc_alloc ? 0 : c->lc_offset);
	if (c->lc_pool[0])
		strscpy_pad(v3->lmm_pool_name, c->lc_pool, sizeof(v3->lmm_pool_name));
	mdt_comp_build_entries(c, c->lc_pool[0] ? v3->lmm_objects : v1->lmm_objects);
	return lov_mds_md_size(mdt_comp_nr_entries(c), mdt_comp_magic(c));
}

/**
 * mdt_layout_build - the LOV EA of a layout
 * @l: the layout
 * @fid: of the file
 * @len: out: its length
 *
 * Return: the EA, kvfree() it; NULL when out of memory.
 */
void *mdt_layout_build(const struct mdt_layout *l, const struct lu_fid *fid, u32 *len)
{
	struct lov_comp_md_v1 *lcm;
	u32 off, i;

	*len = mdt_layout_size(l);
	lcm = kvzalloc(*len, GFP_NOFS);
	if (!lcm)
		return NULL;
	if (!l->ml_composite) {
		mdt_comp_build(&l->ml_comp[0], fid, lcm);
		return lcm;
	}
	lcm->lcm_magic = cpu_to_le32(LOV_MAGIC_COMP_V1);
	lcm->lcm_size = cpu_to_le32(*len);
	lcm->lcm_layout_gen = cpu_to_le32(l->ml_gen);
	lcm->lcm_entry_count = cpu_to_le16(l->ml_nr);
	off = mdt_layout_table_size(l);
	for (i = 0; i < l->ml_nr; i++) {
		struct lov_comp_md_entry_v1 *e = &lcm->lcm_entries[i];
		const struct mdt_comp *c = &l->ml_comp[i];
		u32 size = mdt_comp_build(c, fid, (void *)lcm + off);

		e->lcme_id = cpu_to_le32(c->lc_id);
		e->lcme_flags = cpu_to_le32(c->lc_flags);
		e->lcme_extent.e_start = cpu_to_le64(c->lc_start);
		e->lcme_extent.e_end = cpu_to_le64(c->lc_end);
		e->lcme_offset = cpu_to_le32(off);
		e->lcme_size = cpu_to_le32(size);
		off += size;
	}
	return lcm;
}

/**
 * mdt_layout_is_empty - does a wish say nothing at all?
 * @l: from mdt_layout_from_wish()
 *
 * It removes the default layout of a directory (chapter 7, 3.5).
 */
bool mdt_layout_is_empty(const struct mdt_layout *l)
{
	const struct mdt_comp *c = l->ml_comp;

	return !l->ml_composite && !c->lc_stripe_size && !c->lc_count &&
	       c->lc_offset == LOV_OFFSET_DEFAULT && !c->lc_pool[0];
}

/**
 * mdt_layout_strip - make a wish fit to be stored as the default of a directory
 * @ea: passed wire_lov_wish_check(); changed in place
 * @len: its bytes
 *
 * Remove what belongs to one file only from a copy of its layout: objects, ids, flags.
 */
void mdt_layout_strip(void *ea, u32 len)
{
	struct lov_comp_md_v1 *lcm = ea;
	u32 i;

	if (le32_to_cpu(lcm->lcm_magic) != LOV_MAGIC_COMP_V1)
		return;
	lcm->lcm_layout_gen = 0;
	for (i = 0; i < le16_to_cpu(lcm->lcm_entry_count); i++) {
		lcm->lcm_entries[i].lcme_id = 0;
		lcm->lcm_entries[i].lcme_flags &= ~cpu_to_le32(LCME_FL_INIT);
	}
}

static void mdt_comp_reset_gen(struct lov_mds_md_v1 *v1)
{
	u32 magic = le32_to_cpu(v1->lmm_magic);

	if (magic == LOV_MAGIC_V1 || magic == LOV_MAGIC_V3)
		v1->lmm_layout_gen = 0;
}

/**
 * mdt_layout_reset_gen - give a replayed layout its generations back
 * @ea: checked LOV EA, changed in place
 *
 * Clients put "any OST" where they are, in a plain layout and in components with objects.
 */
void mdt_layout_reset_gen(void *ea)
{
	struct lov_comp_md_v1 *lcm = ea;
	u32 i;

	if (le32_to_cpu(lcm->lcm_magic) != LOV_MAGIC_COMP_V1) {
		mdt_comp_reset_gen(ea);
		return;
	}
	for (i = 0; i < le16_to_cpu(lcm->lcm_entry_count); i++)
		if (le32_to_cpu(lcm->lcm_entries[i].lcme_flags) & LCME_FL_INIT)
			mdt_comp_reset_gen(ea + le32_to_cpu(lcm->lcm_entries[i].lcme_offset));
}
