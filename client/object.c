// SPDX-License-Identifier: GPL-2.0-only
/*
 * The objects of a file: made from its layout, their sizes and times (chapter 5, 14.5 and 15),
 * extent locks and what happens when they are called back.
 *
 * Sizes: size is the best that is known of an object, kms ("known minimum size") is what the locks
 * of this client guarantee. An LVB sets size to the server's value, but not below kms; a granted
 * lock raises kms to what of the size it covers; local writes raise both; a cancelled lock lowers
 * kms to the end of the locks that remain. A read up to kms needs no glimpse.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "data.h"

static const struct ldlm_cli_ops ll_extent_ops;

/**
 * ll_object_get - another reference
 * @obj: the object
 */
void ll_object_get(struct ll_object *obj)
{
	refcount_inc(&obj->lob_ref);
}

/**
 * ll_object_put - drop a reference
 * @obj: the object, or NULL
 */
void ll_object_put(struct ll_object *obj)
{
	if (obj && refcount_dec_and_test(&obj->lob_ref))
		kfree(obj);
}

/*
 * The inode forgets the object: callbacks find nothing to flush any more, and its locks, which
 * serve no other object, are given back.
 */
static void ll_object_detach(struct ll_object *obj)
{
	ldlm_res_clear_data(obj->lob_osc->oc_ns, &obj->lob_res, obj);
	ldlm_cli_cancel_start(obj->lob_osc->oc_ns, &obj->lob_res);
	spin_lock(&obj->lob_grab_lock);
	obj->lob_inode = NULL;
	spin_unlock(&obj->lob_grab_lock);
	ll_object_put(obj);
}

static struct inode *ll_object_igrab(struct ll_object *obj)
{
	struct inode *inode;

	spin_lock(&obj->lob_grab_lock);
	inode = obj->lob_inode ? igrab(obj->lob_inode) : NULL;
	spin_unlock(&obj->lob_grab_lock);
	return inode;
}

static void *ll_object_grab(void *data)
{
	ll_object_get(data);
	return data;
}

/**
 * ll_objset_put - drop a reference
 * @set: objects, or NULL
 */
void ll_objset_put(struct ll_objset *set)
{
	u32 i;

	if (!set || !refcount_dec_and_test(&set->los_ref))
		return;
	for (i = 0; i < set->los_nr; i++)
		ll_object_put(set->los_obj[i]);
	ll_layout_put(set->los_lo);
	kvfree(set);
}

/**
 * ll_objset_peek - the objects in use, without a layout at hand
 * @inode: the file
 *
 * For write-back. Context: any.
 *
 * Return: referenced; NULL: none were needed until now.
 */
struct ll_objset *ll_objset_peek(struct inode *inode)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_objset *set;

	if (!d)
		return NULL;
	spin_lock(&d->lid_lock);
	set = d->lid_set;
	if (set)
		refcount_inc(&set->los_ref);
	spin_unlock(&d->lid_lock);
	return set;
}

static struct ll_object *ll_object_new(struct inode *inode, struct ll_osc *osc,
				       const struct ll_layout *lo, const struct ll_comp *c,
				       u32 stripe)
{
	const struct ll_stripe *st = &c->lc_stripes[stripe];
	struct ll_object *obj = kzalloc(sizeof(*obj), GFP_NOFS);

	if (!obj)
		return NULL;
	refcount_set(&obj->lob_ref, 1);
	spin_lock_init(&obj->lob_grab_lock);
	obj->lob_inode = inode;
	obj->lob_osc = osc;
	obj->lob_fid = st->lsp_fid;
	obj->lob_stripe = stripe;
	obj->lob_mtime = LL_TIME_UNKNOWN;
	obj->lob_atime = LL_TIME_UNKNOWN;
	obj->lob_ctime = LL_TIME_UNKNOWN;
	obj->lob_layout.ol_stripe_size = cpu_to_le32(c->lc_stripe_size);
	obj->lob_layout.ol_stripe_count = cpu_to_le32(c->lc_stripe_count);
	if (lo->ly_composite) {
		obj->lob_layout.ol_comp_start = cpu_to_le64(c->lc_start);
		obj->lob_layout.ol_comp_end = cpu_to_le64(c->lc_end);
		obj->lob_layout.ol_comp_id = cpu_to_le32(c->lc_id);
	}
	ost_fid_to_res_id(&obj->lob_res, &obj->lob_fid);
	return obj;
}

static struct ll_object *ll_objset_find(struct ll_objset *set, const struct ll_stripe *st)
{
	u32 i;

	for (i = 0; set && i < set->los_nr; i++)
		if (set->los_obj[i] && set->los_obj[i]->lob_osc->oc_index == st->lsp_ost_idx &&
		    fid_eq(&set->los_obj[i]->lob_fid, &st->lsp_fid))
			return set->los_obj[i];
	return NULL;
}

/*
 * References: each object has one of the inode while it is in the current set (dropped by
 * ll_object_detach()), and one of each set it is in.
 */
static struct ll_objset *ll_objset_build(struct inode *inode, struct ll_layout *lo,
					 struct ll_objset *old)
{
	struct ll_sb_info *sbi = ll_sbi(inode->i_sb);
	struct ll_objset *set;
	u32 i, k;
	int rc;

	set = kvzalloc(struct_size(set, los_obj, lo->ly_nr_stripes), GFP_NOFS);
	if (!set)
		return ERR_PTR(-ENOMEM);
	refcount_set(&set->los_ref, 1);
	set->los_nr = lo->ly_nr_stripes;
	refcount_inc(&lo->ly_ref);
	set->los_lo = lo;
	for (i = 0; i < lo->ly_nr_comps; i++) {
		struct ll_comp *c = &lo->ly_comps[i];

		if (!ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->lc_stripe_count; k++) {
			struct ll_stripe *st = &c->lc_stripes[k];
			struct ll_object *obj;
			struct ll_osc *osc;

			if (st->lsp_hole || c->lc_first + k >= set->los_nr)
				continue;
			obj = ll_objset_find(old, st);
			if (obj) {
				ll_object_get(obj);
			} else {
				osc = ll_osc_get(sbi, st->lsp_ost_idx);
				if (IS_ERR(osc)) {
					rc = PTR_ERR(osc);
					goto fail;
				}
				obj = ll_object_new(inode, osc, lo, c, k);
				if (!obj) {
					rc = -ENOMEM;
					goto fail;
				}
			}
			set->los_obj[c->lc_first + k] = obj;
		}
	}
	return set;
fail:
	ll_objset_put(set);
	return ERR_PTR(rc);
}

static bool ll_objset_has(const struct ll_objset *set, const struct ll_object *obj)
{
	u32 i;

	for (i = 0; set && i < set->los_nr; i++)
		if (set->los_obj[i] == obj)
			return true;
	return false;
}

/* Is this the layout that is installed? */
static bool ll_layout_is_installed(struct inode *inode, const struct ll_layout *lo)
{
	return rcu_access_pointer(ll_i(inode)->lli_layout) == lo;
}

/**
 * ll_objset_get - the objects of a layout
 * @inode: the file
 * @lo: its layout
 *
 * Objects that the layout before had stay the same. Who holds lli_layout_sem, and got the layout
 * under it, gets no -ESTALE. Context: waits, killable, for OSTs that the configuration does not
 * know yet.
 *
 * Return: referenced; ERR_PTR(-ENOMEM, -EINTR, -EINVAL: an OST that is not configured; -ESTALE:
 * another layout is installed).
 */
struct ll_objset *ll_objset_get(struct inode *inode, struct ll_layout *lo)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_objset *set, *old;
	u32 i;

again:
	old = ll_objset_peek(inode);
	if (old && old->los_lo == lo)
		return old;
	set = ll_objset_build(inode, lo, old);
	if (IS_ERR(set)) {
		ll_objset_put(old);
		return set;
	}
	spin_lock(&d->lid_lock);
	/*
	 * Under this lock, so that who was overtaken never takes the objects away from those who
	 * use the newer layout: pages that are dirty would not find theirs any more.
	 */
	if (!ll_layout_is_installed(inode, lo)) {
		spin_unlock(&d->lid_lock);
		ll_objset_put(set);
		ll_objset_put(old);
		return ERR_PTR(-ESTALE);
	}
	if (d->lid_set != old) { /* somebody else was faster */
		spin_unlock(&d->lid_lock);
		ll_objset_put(set);
		ll_objset_put(old);
		goto again;
	}
	for (i = 0; i < set->los_nr; i++) {
		if (!set->los_obj[i])
			continue;
		WRITE_ONCE(set->los_obj[i]->lob_version, lo->ly_nr_mirrors > 1 ? lo->ly_gen : 0);
		if (!ll_objset_has(old, set->los_obj[i]))
			ll_object_get(set->los_obj[i]); /* of the inode */
	}
	d->lid_set = set;
	refcount_inc(&set->los_ref);
	spin_unlock(&d->lid_lock);
	for (i = 0; old && i < old->los_nr; i++)
		if (old->los_obj[i] && !ll_objset_has(set, old->los_obj[i]))
			ll_object_detach(old->los_obj[i]);
	if (old) {
		ll_objset_put(old); /* of the inode */
		ll_objset_put(old); /* of this call */
	}
	return set;
}

/**
 * ll_io_begin - ll_layout_io_begin(), and the objects of that layout
 * @inode: the file
 * @op: what for
 * @start: first byte
 * @end: the one behind the last
 * @lop: out: layout
 * @setp: out: objects; NULL: it has none
 *
 * Return: 0: ll_io_end() has to follow; -errno.
 */
int ll_io_begin(struct inode *inode, enum ll_layout_op op, u64 start, u64 end,
		struct ll_layout **lop, struct ll_objset **setp)
{
	int rc = ll_layout_io_begin(inode, op, start, end, lop);

	*setp = NULL;
	if (rc || !ll_layout_has_objects(*lop))
		return rc;
	*setp = ll_objset_get(inode, *lop);
	if (!IS_ERR(*setp))
		return 0;
	rc = PTR_ERR(*setp);
	*setp = NULL;
	ll_layout_io_end(inode, *lop);
	return rc;
}

/**
 * ll_io_end - ends what ll_io_begin() began
 * @inode: the file
 * @lo: layout
 * @set: objects, or NULL
 */
void ll_io_end(struct inode *inode, struct ll_layout *lo, struct ll_objset *set)
{
	ll_objset_put(set);
	ll_layout_io_end(inode, lo);
}

/**
 * ll_objset_current - the objects of the current layout
 * @inode: the file
 *
 * The layout may change at any time: ll_objset_is_current() tells. Context: killable; may ask the
 * MDT for the layout.
 *
 * Return: referenced; NULL: the file has no objects; ERR_PTR(-EOPNOTSUPP): its data is on the MDT;
 * ERR_PTR(-EIO): the layout changes again and again; ERR_PTR(-errno).
 */
struct ll_objset *ll_objset_current(struct inode *inode)
{
	struct ll_objset *set;
	struct ll_layout *lo;
	int tries = 0;

	do {
		lo = ll_layout_get(inode);
		if (IS_ERR(lo))
			return ERR_CAST(lo);
		if (lo->ly_dom)
			set = ERR_PTR(-EOPNOTSUPP);
		else
			set = ll_layout_has_objects(lo) ? ll_objset_get(inode, lo) : NULL;
		ll_layout_put(lo);
	} while (set == ERR_PTR(-ESTALE) && tries++ < LL_LAYOUT_TRIES);
	return set == ERR_PTR(-ESTALE) ? ERR_PTR(-EIO) : set;
}

/**
 * ll_objset_is_current - are these the objects of the layout in use?
 * @inode: the file
 * @set: its objects, or those that it had
 */
bool ll_objset_is_current(struct inode *inode, const struct ll_objset *set)
{
	return READ_ONCE(ll_i(inode)->lli_data->lid_set) == set;
}

/**
 * ll_inode_data_init - the data half of a new inode
 * @inode: regular file
 *
 * Return: 0; -ENOMEM.
 */
int ll_inode_data_init(struct inode *inode)
{
	struct ll_inode_data *d = kzalloc(sizeof(*d), GFP_NOFS);

	if (!d)
		return -ENOMEM;
	spin_lock_init(&d->lid_lock);
	init_rwsem(&d->lid_zero_sem);
	ll_i(inode)->lli_data = d;
	return 0;
}

/**
 * ll_inode_data_fini - the inode is evicted
 * @inode: regular file without pages
 */
void ll_inode_data_fini(struct inode *inode)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	u32 i;

	if (!d)
		return;
	for (i = 0; d->lid_set && i < d->lid_set->los_nr; i++)
		if (d->lid_set->los_obj[i])
			ll_object_detach(d->lid_set->los_obj[i]);
	ll_objset_put(d->lid_set);
	ll_i(inode)->lli_data = NULL;
	kfree(d);
}

/**
 * ll_objset_at - the object behind an offset of the file
 * @set: objects of the file
 * @pos: offset
 * @comp: out, if not NULL: its component
 * @obj_off: out: offset in the object
 *
 * Return: the object, not referenced; NULL: nothing is stored there.
 */
struct ll_object *ll_objset_at(const struct ll_objset *set, u64 pos, const struct ll_comp **comp,
			       u64 *obj_off)
{
	const struct ll_comp *c = ll_layout_comp(set->los_lo, pos);
	u32 k;

	if (!ll_comp_has_objects(c))
		return NULL;
	k = ll_stripe_of(c, pos, obj_off);
	if (c->lc_first + k >= set->los_nr)
		return NULL;
	if (comp)
		*comp = c;
	return set->los_obj[c->lc_first + k];
}

/**
 * ll_object_obdo - name an object in an obdo
 * @obj: the object
 * @inode: its file
 * @oa: out: object, parent and layout; the caller adds what the operation needs
 */
void ll_object_obdo(const struct ll_object *obj, struct inode *inode, struct obdo *oa)
{
	const struct lu_fid *parent = ll_fid(inode);

	memset(oa, 0, sizeof(*oa));
	oa->o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLFID | OBD_MD_FLPARENT |
				  OBD_MD_FLOSTLAYOUT);
	fid_to_ostid(&oa->o_oi, &obj->lob_fid);
	oa->o_parent_seq = cpu_to_le64(parent->f_seq);
	oa->o_parent_oid = cpu_to_le32(parent->f_oid);
	oa->o_parent_ver = cpu_to_le32(parent->f_ver);
	oa->o_stripe_idx = cpu_to_le32(obj->lob_stripe);
	oa->o_layout = obj->lob_layout;
	oa->o_projid = cpu_to_le32(ll_i(inode)->lli_projid);
}

/**
 * ll_object_obdo_version - add the version of the layout to the obdo of a change of data
 * @obj: the object
 * @oa: obdo
 *
 * An OST refuses changes that are made by the layout of before a mirror went stale.
 */
void ll_object_obdo_version(const struct ll_object *obj, struct obdo *oa)
{
	u32 version = READ_ONCE(obj->lob_version);

	if (!version)
		return;
	oa->o_layout_version = cpu_to_le32(version);
	oa->o_valid |= cpu_to_le64(OBD_MD_LAYOUT_VERSION);
}

/* ---- sizes and times ---- */

/* ll_inode_data.lid_lock is held. */
static void ll_object_lvb_locked(struct ll_object *obj, const struct ost_lvb *lvb)
{
	s64 ctime = le64_to_cpu(lvb->lvb_ctime);

	obj->lob_size = max(le64_to_cpu(lvb->lvb_size), obj->lob_kms);
	obj->lob_blocks = le64_to_cpu(lvb->lvb_blocks);
	/*
	 * Times go back when somebody set them (utimes); the later ctime tells which are the newer
	 * ones.
	 */
	if (ctime >= obj->lob_ctime) {
		obj->lob_mtime = le64_to_cpu(lvb->lvb_mtime);
		obj->lob_atime = le64_to_cpu(lvb->lvb_atime);
		obj->lob_ctime = ctime;
	} else {
		obj->lob_mtime = max_t(s64, obj->lob_mtime, le64_to_cpu(lvb->lvb_mtime));
		obj->lob_atime = max_t(s64, obj->lob_atime, le64_to_cpu(lvb->lvb_atime));
	}
}

/**
 * ll_object_lvb - what an OST says of an object with a lock
 * @d: data half of its file
 * @obj: the object
 * @lvb: size, blocks, times
 * @end: end of the lock that brought the LVB
 */
void ll_object_lvb(struct ll_inode_data *d, struct ll_object *obj, const struct ost_lvb *lvb,
		   u64 end)
{
	u64 size = le64_to_cpu(lvb->lvb_size);

	spin_lock(&d->lid_lock);
	obj->lob_sizes++;
	obj->lob_kms = max(obj->lob_kms, end == OBD_OBJECT_EOF ? size : min(size, end + 1));
	ll_object_lvb_locked(obj, lvb);
	spin_unlock(&d->lid_lock);
}

/**
 * ll_object_glimpsed - what an OST says of an object without a lock
 * @d: data half of its file
 * @obj: the object
 * @lvb: size, blocks, times
 * @sizes: lob_sizes before the OST was asked
 *
 * Return: false: a lock came meanwhile, or a truncate: what the OST said may be older than that,
 * and is not taken.
 */
bool ll_object_glimpsed(struct ll_inode_data *d, struct ll_object *obj, const struct ost_lvb *lvb,
			u32 sizes)
{
	bool taken;

	spin_lock(&d->lid_lock);
	taken = obj->lob_sizes == sizes;
	if (taken)
		ll_object_lvb_locked(obj, lvb);
	spin_unlock(&d->lid_lock);
	return taken;
}

/* File size that an object's size means (chapter 5, 15.3). */
static u64 ll_object_file_end(const struct ll_comp *c, u32 k, u64 size)
{
	return size ? ll_file_pos(c, k, size - 1) + 1 : 0;
}

/*
 * Blocks of 512 bytes for st_blocks. Dirty pages count although the OST has no blocks for them yet:
 * tools take a file with less blocks than bytes for sparse, and one with none for a hole. Those
 * that overwrite blocks must not count twice, so a full object is the bound.
 * ll_inode_data.lid_lock is held.
 */
static u64 ll_object_blocks(const struct ll_object *obj)
{
	u64 full = round_up(max(obj->lob_size, obj->lob_kms), PAGE_SIZE) >> 9;

	return max(obj->lob_blocks,
		   min(obj->lob_blocks + (obj->lob_dirty << (PAGE_SHIFT - 9)), full));
}

/*
 * File size by the sizes of the objects, or (@kms) by what the locks of this client guarantee.
 * ll_inode_data.lid_lock is held.
 */
static u64 ll_data_size_locked(const struct ll_objset *set, bool kms)
{
	u64 size = 0;
	u32 i, k;

	for (i = 0; i < set->los_lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &set->los_lo->ly_comps[i];

		if (!ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->lc_stripe_count && c->lc_first + k < set->los_nr; k++) {
			const struct ll_object *obj = set->los_obj[c->lc_first + k];

			if (obj)
				size = max(size,
					   ll_object_file_end(c, k, kms ? obj->lob_kms :
								    obj->lob_size));
		}
	}
	return min_t(u64, size, MAX_LFS_FILESIZE);
}

/* Size, or known minimum size, of the file. */
static u64 ll_data_size(struct inode *inode, const struct ll_objset *set, bool kms)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	u64 size;

	spin_lock(&d->lid_lock);
	size = ll_data_size_locked(set, kms);
	spin_unlock(&d->lid_lock);
	return size;
}

/**
 * ll_data_merge - size, blocks and times of the inode from its objects
 * @inode: the file
 * @set: its objects; of a layout that is not in use any more: nothing is done, because data may be
 *	in objects that it does not have
 *
 * Context: may sleep for a page lock.
 */
void ll_data_merge(struct inode *inode, struct ll_objset *set)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_times t = LL_TIMES_UNKNOWN;
	u64 blocks = 0;
	u32 i;

	if (ll_data_size(inode, set, false) > i_size_read(inode))
		ll_pages_zero_tail(inode);
	spin_lock(&d->lid_lock);
	if (d->lid_set != set) {
		spin_unlock(&d->lid_lock);
		return;
	}
	for (i = 0; i < set->los_nr; i++) {
		struct ll_object *obj = set->los_obj[i];

		if (!obj)
			continue;
		blocks += ll_object_blocks(obj);
		t.mtime = max(t.mtime, obj->lob_mtime);
		t.atime = max(t.atime, obj->lob_atime);
		t.ctime = max(t.ctime, obj->lob_ctime);
	}
	i_size_write(inode, ll_data_size_locked(set, false));
	inode->i_blocks = blocks;
	spin_lock(&ll_i(inode)->lli_lock);
	ll_i(inode)->lli_ost = t;
	spin_unlock(&ll_i(inode)->lli_lock);
	spin_unlock(&d->lid_lock);
	ll_times_merge(inode);
}

/**
 * ll_size_for - make i_size good for a read
 * @inode: the file
 * @set: its objects; the caller has locks on what it reads
 * @end: byte behind the last one of the read
 *
 * Asks the OSTs unless the locks of this client tell enough.
 *
 * Return: 0; -errno of ll_glimpse_set().
 */
int ll_size_for(struct inode *inode, struct ll_objset *set, u64 end)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	u64 kms = ll_data_size(inode, set, true);

	if (end > kms)
		return ll_glimpse_set(inode, set);
	if (end > i_size_read(inode)) {
		ll_pages_zero_tail(inode);
		spin_lock(&d->lid_lock);
		if (end > i_size_read(inode))
			i_size_write(inode, ll_data_size_locked(set, true));
		spin_unlock(&d->lid_lock);
	}
	return 0;
}

/**
 * ll_data_wrote - the cache, or an OST, has new data
 * @inode: the file
 * @obj: the object
 * @obj_end: end of the data in the object
 * @file_end: end of the data in the file
 * @locked: this client holds a PW lock, so no other client changed the size meanwhile
 *
 * Context: any.
 */
void ll_data_wrote(struct inode *inode, struct ll_object *obj, u64 obj_end, u64 file_end,
		   bool locked)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	s64 now = ktime_get_real_seconds();

	spin_lock(&d->lid_lock);
	obj->lob_size = max(obj->lob_size, obj_end);
	if (locked)
		obj->lob_kms = max(obj->lob_kms, obj_end);
	obj->lob_mtime = max(obj->lob_mtime, now);
	obj->lob_ctime = max(obj->lob_ctime, now);
	if (file_end > i_size_read(inode))
		i_size_write(inode, file_end);
	spin_unlock(&d->lid_lock);
}

/* ---- extent locks ---- */

/*
 * The lock has no pages any more: take note of that, and find the highest end (exclusive) of the
 * locks that guarantee something still. One that is being given up does so until its pages are
 * written: they must not be taken for pages behind the end of the object meanwhile.
 */
static u64 ll_lock_dropped(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = lock->l_res;
	struct ldlm_lock *l;
	u64 end = 0;

	spin_lock(&res->lr_lock);
	lock->l_flags |= LDLM_FL_DROPPED;
	list_for_each_entry(l, &res->lr_granted, l_res_link) {
		if (l->l_flags & (LDLM_FL_DROPPED | LDLM_FL_FAILED | LDLM_FL_CANCEL |
				  LDLM_FL_DESTROYED))
			continue;
		if (l->l_policy.extent.end == OBD_OBJECT_EOF)
			end = OBD_OBJECT_EOF;
		else
			end = max(end, l->l_policy.extent.end + 1);
	}
	spin_unlock(&res->lr_lock);
	return end;
}

/*
 * After an eviction the pages go at once, not with the last user of the lock: no page that was
 * brought in or dirtied under it is there any more when new locks are granted, and none comes,
 * because the lock is looked for again when the page is locked (ll_object_may_io()). What was dirty
 * is not written (ll_write_one()), and its error is kept for fsync and close.
 */
static int ll_extent_blocking(struct ldlm_lock *lock, bool canceling)
{
	bool failed = READ_ONCE(lock->l_flags) & LDLM_FL_FAILED;
	struct ll_object *obj;
	struct inode *inode;

	if (!canceling && !failed)
		return 0;
	obj = ldlm_lock_data_get(lock, ll_object_grab);
	if (!obj)
		return 0;
	inode = ll_object_igrab(obj);
	if (inode) {
		struct ll_inode_data *d = ll_i(inode)->lli_data;
		u64 end;

		if (!failed || !(lock->l_flags & LDLM_FL_DROPPED))
			ll_pages_cancel(inode, obj, lock, lock->l_flags & LDLM_FL_DISCARD_DATA);
		/* in one go: a lock that is granted meanwhile may raise it right after */
		spin_lock(&d->lid_lock);
		end = ll_lock_dropped(lock);
		obj->lob_kms = min(obj->lob_kms, end);
		spin_unlock(&d->lid_lock);
		iput(inode);
	}
	ll_object_put(obj);
	return 0;
}

static __le64 ll_object_time(s64 time)
{
	return cpu_to_le64(time == LL_TIME_UNKNOWN ? 0 : time);
}

static int ll_extent_glimpse(struct ldlm_lock *lock, struct ost_lvb *lvb)
{
	struct ll_object *obj = ldlm_lock_data_get(lock, ll_object_grab);
	struct inode *inode;

	if (!obj)
		return -ELDLM_NO_LOCK_DATA;
	inode = ll_object_igrab(obj);
	if (!inode) {
		ll_object_put(obj);
		return -ELDLM_NO_LOCK_DATA;
	}
	memset(lvb, 0, sizeof(*lvb));
	spin_lock(&ll_i(inode)->lli_data->lid_lock);
	lvb->lvb_size = cpu_to_le64(obj->lob_kms);
	lvb->lvb_blocks = cpu_to_le64(ll_object_blocks(obj));
	lvb->lvb_mtime = ll_object_time(obj->lob_mtime);
	lvb->lvb_atime = ll_object_time(obj->lob_atime);
	lvb->lvb_ctime = ll_object_time(obj->lob_ctime);
	spin_unlock(&ll_i(inode)->lli_data->lid_lock);
	iput(inode);
	ll_object_put(obj);
	return 0;
}

static const struct ldlm_cli_ops ll_extent_ops = {
	.blocking = ll_extent_blocking,
	.glimpse = ll_extent_glimpse,
};

/*
 * Only locks that were granted to this object. The size that came with a lock, and that of what was
 * written under it, went into the object which died with its inode; the one that was made when the
 * file was looked up again knows no size until it gets a lock of its own.
 */
static struct ldlm_lock *ll_object_match(struct ll_object *obj, u64 start, u64 end, bool write,
					 u32 match_flags)
{
	union ldlm_policy policy = { .extent = { .start = start, .end = end } };

	return ldlm_lock_match(obj->lob_osc->oc_ns, &obj->lob_res, LDLM_EXTENT, &policy,
			       write ? LCK_PW | LCK_GROUP : LCK_PR | LCK_PW | LCK_GROUP,
			       match_flags, obj);
}

/**
 * ll_object_match_used - the lock under which I/O goes on
 * @obj: the object
 * @start: first byte
 * @end: last one
 * @write: for writing
 *
 * Also a lock that was called back, while it has users or is kept.
 *
 * Return: the lock, with a user more; NULL: none, or this client was evicted.
 */
struct ldlm_lock *ll_object_match_used(struct ll_object *obj, u64 start, u64 end, bool write)
{
	return ll_object_match(obj, start, end, write, LDLM_MATCH_USED);
}

/**
 * ll_object_match_dirty - the lock under which a range was dirtied
 * @obj: the object
 * @start: first byte
 * @end: last one
 *
 * Also a lock that is being given up: its pages are written before it is.
 *
 * Return: the lock, with a user more; NULL: none, or this client was evicted.
 */
struct ldlm_lock *ll_object_match_dirty(struct ll_object *obj, u64 start, u64 end)
{
	return ll_object_match(obj, start, end, true, LDLM_MATCH_CBPENDING);
}

/**
 * ll_object_handle - the OST's cookie of a lock
 * @obj: the object
 * @start: first byte
 * @end: last one
 * @write: for writing
 *
 * Return: the cookie, also of a lock that is being given up; 0: there is no lock.
 */
u64 ll_object_handle(struct ll_object *obj, u64 start, u64 end, bool write)
{
	struct ldlm_lock *lock = ll_object_match(obj, start, end, write, LDLM_MATCH_CBPENDING);
	u64 cookie;

	if (!lock)
		return 0;
	cookie = lock->l_remote.cookie;
	ldlm_lock_decref(lock, lock->l_granted_mode);
	return cookie;
}

/*
 * A change was committed, or nobody will ever tell: an OST that restarted, or that evicted this
 * client, may have lost what it acknowledged but had not committed.
 */
static void ll_object_commit_end(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	struct ll_object *obj = req->rq_cb_data;

	if (!req->rq_committed && req->rq_transno > READ_ONCE(imp->imp_last_committed) &&
	    imp->imp_replayable && !imp->imp_invalid) {
		spin_lock(&obj->lob_grab_lock);
		if (obj->lob_inode)
			mapping_set_error(obj->lob_inode->i_mapping, -EIO);
		spin_unlock(&obj->lob_grab_lock);
	}
	ll_object_put(obj);
}

/**
 * ll_object_watch_commit - let fsync and close tell when a change is lost
 * @obj: the object
 * @req: request that changed it, answered but perhaps not committed
 *
 * For rq->done(). An OST that restarts may lose what it acknowledged.
 */
void ll_object_watch_commit(struct ll_object *obj, struct ptlrpc_request *req)
{
	struct ll_osc *osc = obj->lob_osc;

	if (!req->rq_transno)
		return;
	spin_lock(&osc->oc_lock);
	if (req->rq_transno > osc->oc_newest_transno) {
		osc->oc_newest_transno = req->rq_transno;
		osc->oc_newest_fid = obj->lob_fid;
	}
	spin_unlock(&osc->oc_lock);
	ll_object_get(obj);
	req->rq_cb_data = obj;
	req->rq_commit_cb = ll_object_commit_end;
}

static bool ll_lock_release(struct ldlm_lock *lock)
{
	if (lock)
		ldlm_lock_decref(lock, lock->l_granted_mode);
	return lock;
}

/**
 * ll_object_covered - is there a lock that was not called back?
 * @obj: the object
 * @start: first byte
 * @end: last one
 *
 * Return: is there one, for reading at least?
 */
bool ll_object_covered(struct ll_object *obj, u64 start, u64 end)
{
	return ll_lock_release(ll_object_match(obj, start, end, false, 0));
}

/**
 * ll_object_may_io - is there a lock for I/O that goes on?
 * @obj: the object
 * @start: first byte
 * @end: last one
 * @write: for writing
 *
 * As ll_object_match_used(). Not after an eviction: a locked page for which the answer is no must
 * be neither read nor dirtied.
 *
 * Return: is there one?
 */
bool ll_object_may_io(struct ll_object *obj, u64 start, u64 end, bool write)
{
	return ll_lock_release(ll_object_match_used(obj, start, end, write));
}

/**
 * ll_enqueue_info - arguments of an enqueue of an extent lock
 * @ei: out
 * @obj: the object
 * @start: first byte
 * @end: last one
 * @mode: LCK_*
 * @flags: LDLM_FL_*
 * @lvb: where the LVB of the reply goes
 */
void ll_enqueue_info(struct ldlm_enqueue_info *ei, struct ll_object *obj, u64 start, u64 end,
		     u32 mode, u64 flags, struct ost_lvb *lvb)
{
	memset(ei, 0, sizeof(*ei));
	ei->ei_ns = obj->lob_osc->oc_ns;
	ei->ei_res_id = obj->lob_res;
	ei->ei_type = LDLM_EXTENT;
	ei->ei_mode = mode;
	ei->ei_policy.extent.start = start;
	ei->ei_policy.extent.end = end;
	ei->ei_flags = flags;
	ei->ei_ops = &ll_extent_ops;
	ei->ei_data = obj;
	ei->ei_lvb_len = sizeof(*lvb);
	ei->ei_lvb = lvb;
}

static int ll_object_lock(struct inode *inode, struct ll_object *obj, u64 start, u64 end, u32 mode,
			  u64 flags, struct ldlm_lock **lockp)
{
	struct ldlm_enqueue_info ei;
	struct ost_lvb lvb = { 0 };
	u64 elc[4];
	int rc;

	*lockp = ll_object_match(obj, start, end, mode == LCK_PW, 0);
	if (*lockp)
		return 0;
	if (!ll_osc_usable(obj->lob_osc))
		return -EIO;
	ll_enqueue_info(&ei, obj, start, end, mode, flags, &lvb);
	if (mode == LCK_PW) {
		/* The OST would have to call back this client's own read locks. */
		ei.ei_nr_elc =
			ldlm_cli_elc(obj->lob_osc->oc_ns, &obj->lob_res, LCK_PW, 0, elc,
				     ARRAY_SIZE(elc));
		ei.ei_elc = elc;
	}
	rc = ldlm_cli_enqueue(&ei, NULL, lockp);
	if (rc > 0)
		rc = -EPROTO;
	if (rc)
		return rc;
	if (ldlm_lock_lvb(*lockp, &lvb, sizeof(lvb)) >= OST_LVB_V1_SIZE) {
		rc = ost_lvb_err(&lvb);
		if (rc) {
			ldlm_lock_decref(*lockp, (*lockp)->l_granted_mode);
			*lockp = NULL;
			return rc;
		}
		ll_object_lvb(ll_i(inode)->lli_data, obj, &lvb, (*lockp)->l_policy.extent.end);
	}
	return 0;
}

/**
 * ll_locks_put - end the use of extent locks
 * @locks: of ll_locks_get()
 *
 * Context: may sleep, does not wait for OSTs.
 */
void ll_locks_put(struct ll_locks *locks)
{
	while (locks->nr) {
		struct ldlm_lock *lock = locks->lock[--locks->nr];

		if (locks->forget)
			ldlm_lock_decref_cancel(lock, lock->l_granted_mode);
		else
			ldlm_lock_decref(lock, lock->l_granted_mode);
	}
	if (locks->lock != locks->few)
		kvfree(locks->lock);
	locks->lock = locks->few;
}

/**
 * ll_locks_keep - do not give the locks to others for a moment after ll_locks_put()
 * @locks: of ll_locks_get()
 *
 * For who is going to take them again. Context: does not sleep.
 */
void ll_locks_keep(struct ll_locks *locks)
{
	unsigned int i;

	for (i = 0; i < locks->nr; i++)
		ldlm_lock_keep(locks->lock[i], LL_LOCKS_KEEP_MS);
}

/**
 * ll_locks_get - take extent locks on a range of the file
 * @inode: the file
 * @set: its objects
 * @start: first byte
 * @end: byte behind the last one; LUSTRE_EOF with @start 0: all of each object
 * @mode: LCK_PR or LCK_PW
 * @flags: LDLM_FL_* of the enqueues
 * @locks: out: users of the locks, for ll_locks_put()
 *
 * Context: waits for the OSTs and for other clients; killable.
 *
 * Return: 0; -EINTR; -EIO: an object or its OST is missing, or this client was evicted; -errno of
 * an OST.
 */
int ll_locks_get(struct inode *inode, struct ll_objset *set, u64 start, u64 end, u32 mode,
		 u64 flags, struct ll_locks *locks)
{
	bool whole = end == LUSTRE_EOF && !start;
	u32 i, k;
	int rc;

	locks->nr = 0;
	locks->forget = false;
	locks->lock = locks->few;
	if (set->los_nr > ARRAY_SIZE(locks->few)) {
		locks->lock = kvmalloc_array(set->los_nr, sizeof(*locks->lock), GFP_NOFS);
		if (!locks->lock) {
			locks->lock = locks->few;
			return -ENOMEM;
		}
	}
	for (i = 0; i < set->los_lo->ly_nr_comps; i++) {
		struct ll_comp *c = &set->los_lo->ly_comps[i];
		u64 s = max(start, c->lc_start), e = min(end, c->lc_end);

		if (s >= e || !ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->lc_stripe_count; k++) {
			u64 os = whole ? 0 : ll_obj_end(c, k, s),
			    oe = whole ? LUSTRE_EOF : ll_obj_end(c, k, e);
			struct ll_object *obj;

			if (os >= oe)
				continue;
			obj = c->lc_first + k < set->los_nr ? set->los_obj[c->lc_first + k] : NULL;
			if (!obj) {
				rc = -EIO;
				goto fail;
			}
			os = round_down(os, PAGE_SIZE);
			oe = oe == LUSTRE_EOF ? LUSTRE_EOF : round_up(oe, PAGE_SIZE) - 1;
			rc = ll_object_lock(inode, obj, os, oe, mode, flags,
					    &locks->lock[locks->nr]);
			if (rc)
				goto fail;
			locks->nr++;
		}
	}
	return 0;
fail:
	ll_locks_put(locks);
	return rc;
}

/**
 * ll_io_lock - begin I/O on a range under the layout and extent locks
 * @inode: the file
 * @io: what is done and where; lo, set and locks are set here
 *
 * The layout may have become another one while the locks were waited for (a migration of the file
 * by another client ends with that): the locks were of objects that the file has no more, and all
 * begins again. Context: waits for MDT, OSTs and other clients; killable; do not nest.
 *
 * Return: 0: ll_io_unlock() has to follow; -errno as ll_layout_io_begin() and ll_locks_get().
 */
int ll_io_lock(struct inode *inode, struct ll_io *io)
{
	int rc;

	for (;;) {
		memset(&io->locks, 0, sizeof(io->locks));
		rc = ll_io_begin(inode, io->op, io->start, io->end, &io->lo, &io->set);
		if (rc || !io->set)
			return rc;
		rc = ll_locks_get(inode, io->set, io->lock_all ? 0 : io->start,
				  io->lock_all ? LUSTRE_EOF : io->end, io->mode, io->flags,
				  &io->locks);
		if (!rc && ll_cached(inode, LLC_LAYOUT))
			return 0;
		if (!rc) {
			/* The layout may be the same: a lock that was waited for is not lost. */
			ll_locks_keep(&io->locks);
			ll_locks_put(&io->locks);
		}
		ll_io_end(inode, io->lo, io->set);
		if (!rc && fatal_signal_pending(current))
			rc = -EINTR;
		if (rc)
			return rc;
	}
}

/**
 * ll_io_unlock - end what ll_io_lock() began
 * @inode: the file
 * @io: of it
 */
void ll_io_unlock(struct inode *inode, struct ll_io *io)
{
	ll_locks_put(&io->locks);
	ll_io_end(inode, io->lo, io->set);
}

/* ---- hooks of the layout (internal.h) ---- */

/**
 * ll_layout_lost - write back what the layout in use stores, in a lock callback
 * @inode: the file; lli_layout_sem is held for writing, so no I/O runs
 *
 * Context: sleeps until all is written, not killable. Errors of the writes stay with the mapping.
 */
void ll_layout_lost(struct inode *inode)
{
	ll_dio_wait_all(inode);
	filemap_write_and_wait(inode->i_mapping);
}

/**
 * ll_layout_flush - write back what the layout in use stores
 * @inode: the file; lli_layout_sem is held for writing, so no I/O runs
 *
 * Context: killable. Errors of the writes stay with the mapping.
 *
 * Return: 0; -EINTR.
 */
int ll_layout_flush(struct inode *inode)
{
	return ll_dio_wait_all(inode) ?: ll_pages_flush(inode->i_mapping, 0, LLONG_MAX);
}

/**
 * ll_layout_changed - bytes of the file are now stored in other objects
 * @inode: the file; lli_layout_mutex is held
 * @start: first byte
 * @end: byte behind the last one, or LUSTRE_EOF
 *
 * Their pages are forgotten.
 */
void ll_layout_changed(struct inode *inode, u64 start, u64 end)
{
	pgoff_t last = end == LUSTRE_EOF ? -1 : (end - 1) >> PAGE_SHIFT;

	/*
	 * The objects follow at the next ll_objset_get(); pages of those that are not used any more
	 * must not be seen again.
	 */
	invalidate_inode_pages2_range(inode->i_mapping, start >> PAGE_SHIFT, last);
}
