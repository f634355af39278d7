// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of a file that its objects share with the MDT: size (truncate) and times. The MDT was
 * told before.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "data.h"

/* ---- size ---- */

/*
 * Size of an object when the file has @size bytes. An end at the very start of a component is in
 * it: it still is what makes the file that long.
 */
static u64 ll_punch_size(const struct ll_comp *c, const struct ll_object *obj, u64 size)
{
	return size < c->lc_start ? 0 : ll_obj_end(c, obj->lob_stripe, min(size, c->lc_end));
}

/* The objects of a file of @size bytes. ll_inode_data.lid_lock is held. */
static void ll_punch_sizes(struct ll_objset *set, u64 size)
{
	u32 i, k;

	for (i = 0; i < set->los_lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &set->los_lo->ly_comps[i];

		if (!ll_comp_has_objects(c) || c->lc_end <= size)
			continue;
		for (k = 0; k < c->lc_stripe_count && c->lc_first + k < set->los_nr; k++) {
			struct ll_object *obj = set->los_obj[c->lc_first + k];

			if (!obj)
				continue;
			obj->lob_size = ll_punch_size(c, obj, size);
			obj->lob_kms = obj->lob_size;
			obj->lob_sizes++;
		}
	}
}

static int ll_punch_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	struct ll_inode_data *d = ll_i(fo->inode)->lli_data;
	const struct ll_comp *c = fan->comp;
	u64 size = *(u64 *)fo->arg;
	struct obdo *oa;

	if (c->lc_end <= size)
		return 0;
	oa = ll_fanout_obdo(fo, fan);
	if (IS_ERR(oa))
		return PTR_ERR(oa);
	ll_object_obdo_version(fan->obj, oa);
	oa->o_size = cpu_to_le64(ll_punch_size(c, fan->obj, size));
	oa->o_blocks = cpu_to_le64(OBD_OBJECT_EOF);
	ll_obdo_owner(oa, fo->inode);
	ll_obdo_times(oa, fo->inode,
		      OBD_MD_FLSIZE | OBD_MD_FLBLOCKS | OBD_MD_FLMTIME | OBD_MD_FLCTIME);
	spin_lock(&d->lid_lock);
	fan->obj->lob_mtime = fo->inode->i_mtime.tv_sec;
	fan->obj->lob_ctime = max_t(s64, fan->obj->lob_ctime, fo->inode->i_ctime.tv_sec);
	spin_unlock(&d->lid_lock);
	return 0;
}

static const struct ll_fanout_op punch_op = {
	.opc = OST_PUNCH,
	.modifies = true,
	.prepare = ll_punch_prepare,
	.finish = ll_fanout_obdo_finish,
};

/* Under locks on all of the file: cut or extend the cache, then the objects. */
static int ll_setattr_size_locked(struct inode *inode, struct ll_objset *set, u64 new_size)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	int rc = 0;

	/*
	 * The partial page at the end becomes clean before its tail is cut, so that no stale tail
	 * is written later.
	 */
	if (new_size & ~PAGE_MASK)
		rc = ll_pages_flush(inode->i_mapping, new_size & PAGE_MASK, new_size);
	if (!rc)
		rc = ll_pages_wait(inode->i_mapping, new_size & PAGE_MASK, LLONG_MAX, true);
	if (rc == -EINTR)
		return rc;
	ll_data_merge(inode, set);
	if (new_size > i_size_read(inode) && ll_pages_zero_tail(inode))
		return -EINTR;
	/* All sizes at once: a reader would make i_size again of what the objects still have. */
	spin_lock(&d->lid_lock);
	i_size_write(inode, new_size);
	ll_punch_sizes(set, new_size);
	spin_unlock(&d->lid_lock);
	truncate_pagecache(inode, new_size);
	/* A write of the last page that was made with the old size is over before the cut. */
	rc = ll_pages_wait(inode->i_mapping, new_size & PAGE_MASK, new_size, false);
	if (rc)
		return rc;
	rc = ll_fanout_objects(inode, set, &punch_op, &new_size);
	/* Readers hold no lock against this one: what they got before the cut goes, too. */
	if (!rc)
		rc = ll_pages_wait(inode->i_mapping, new_size & PAGE_MASK, LLONG_MAX, true);
	truncate_pagecache(inode, new_size);
	ll_data_merge(inode, set);
	set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
	return rc;
}

/**
 * ll_setattr_size - set the size of a file, after the MDT agreed
 * @inode: the file; i_rwsem is held for writing
 * @new_size: bytes
 *
 * Context: may sleep; killable. Chapter 5, 10.3.
 *
 * Return: 0; -EINTR; -EIO... of an OST: sizes of the objects are those of the OSTs then.
 */
int ll_setattr_size(struct inode *inode, loff_t new_size)
{
	struct ll_io io = { .op = LL_LAYOUT_TRUNC, .end = (u64)new_size + 1, .lock_all = true,
			    .mode = LCK_PW, .flags = new_size ? 0 : LDLM_FL_AST_DISCARD_DATA };
	int rc;

	rc = ll_dio_wait_writes(inode) ?: ll_io_lock(inode, &io);
	if (rc)
		return rc;
	if (io.set)
		rc = ll_setattr_size_locked(inode, io.set, new_size);
	else
		truncate_setsize(inode, new_size);
	/* After a failure nobody here knows the sizes: they come again with new locks. */
	io.locks.forget = rc;
	ll_io_unlock(inode, &io);
	return rc;
}

/* ---- times ---- */

static int ll_times_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	struct ll_inode_data *d = ll_i(fo->inode)->lli_data;
	struct inode *inode = fo->inode;
	u64 valid = *(u64 *)fo->arg;
	struct obdo *oa;

	spin_lock(&d->lid_lock);
	if (valid & OBD_MD_FLMTIME)
		fan->obj->lob_mtime = inode->i_mtime.tv_sec;
	if (valid & OBD_MD_FLATIME)
		fan->obj->lob_atime = inode->i_atime.tv_sec;
	fan->obj->lob_ctime = inode->i_ctime.tv_sec;
	spin_unlock(&d->lid_lock);
	oa = ll_fanout_obdo(fo, fan);
	if (IS_ERR(oa))
		return PTR_ERR(oa);
	ll_obdo_times(oa, inode, valid);
	return 0;
}

static const struct ll_fanout_op times_op = {
	.opc = OST_SETATTR,
	.modifies = true,
	.prepare = ll_times_prepare,
	.finish = ll_fanout_obdo_finish,
};

/**
 * ll_setattr_times - tell the objects the times that were set at the MDT
 * @inode: regular file; its i_atime, i_mtime, i_ctime are set already
 * @attr: which of them were set
 *
 * Without it an older time of an OST, which the later one hides, or a time of a write that is not
 * sent yet would win later.
 *
 * Context: may sleep; killable. Chapter 5, 10.2.
 *
 * Return: 0; -EINTR; -errno of MDT (layout) or OSTs. The MDT has the truth meanwhile.
 */
int ll_setattr_times(struct inode *inode, const struct iattr *attr)
{
	u64 valid = OBD_MD_FLCTIME;
	struct ll_objset *set;
	struct ll_locks locks;
	bool past;
	int rc;

	if (attr->ia_valid & ATTR_MTIME)
		valid |= OBD_MD_FLMTIME;
	if (attr->ia_valid & ATTR_ATIME)
		valid |= OBD_MD_FLATIME;
	set = ll_objset_current(inode);
	if (IS_ERR_OR_NULL(set))
		return PTR_ERR_OR_ZERO(set);
	/* Writes that were made before must not raise the times again. */
	rc = ll_pages_flush(inode->i_mapping, 0, LLONG_MAX);
	if (rc == -EINTR)
		goto out;
	/*
	 * Times in the past: others have the old, later ones with their locks, and may have more to
	 * write.
	 */
	past = (valid & OBD_MD_FLMTIME && inode->i_mtime.tv_sec < inode->i_ctime.tv_sec) ||
	       (valid & OBD_MD_FLATIME && inode->i_atime.tv_sec < inode->i_ctime.tv_sec);
	rc = past ? ll_locks_get(inode, set, 0, LUSTRE_EOF, LCK_PW, 0, &locks) : 0;
	if (rc)
		goto out;
	rc = ll_fanout_objects(inode, set, &times_op, &valid);
	ll_data_merge(inode, set);
	if (past)
		ll_locks_put(&locks);
out:
	ll_objset_put(set);
	return rc;
}
