// SPDX-License-Identifier: GPL-2.0-only
/*
 * fallocate(2): space ahead, holes and zeros, by OST_FALLOCATE on each object of the range.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "data.h"

#define FALLOC_MODES (FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)

struct falloc {
	int mode;
	u64 start, end; /* [start, end) of the file */
};

static int ll_falloc_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	const struct falloc *fa = fo->arg;
	const struct ll_comp *c = fan->comp;
	u64 s = max(fa->start, c->lc_start), e = min(fa->end, c->lc_end), os, oe;
	struct obdo *oa;

	if (s >= e)
		return 0;
	os = ll_obj_end(c, fan->obj->lob_stripe, s);
	oe = ll_obj_end(c, fan->obj->lob_stripe, e);
	if (os >= oe)
		return 0;
	oa = ll_fanout_obdo(fo, fan);
	if (IS_ERR(oa))
		return PTR_ERR(oa);
	ll_object_obdo_version(fan->obj, oa);
	oa->o_size = cpu_to_le64(os);
	oa->o_blocks = cpu_to_le64(oe);
	oa->o_falloc_mode = cpu_to_le32(fa->mode);
	oa->o_mtime = cpu_to_le64(ktime_get_real_seconds());
	oa->o_ctime = oa->o_mtime;
	ll_obdo_owner(oa, fo->inode);
	oa->o_valid |=
		cpu_to_le64(OBD_MD_FLSIZE | OBD_MD_FLBLOCKS | OBD_MD_FLMTIME | OBD_MD_FLCTIME);
	return 0;
}

static const struct ll_fanout_op falloc_op = {
	.opc = OST_FALLOCATE,
	.modifies = true,
	.prepare = ll_falloc_prepare,
	.finish = ll_fanout_obdo_finish,
};

static void ll_falloc_raise_size(struct inode *inode, struct ll_objset *set, u64 end)
{
	struct ll_object *obj;
	u64 off;

	obj = ll_objset_at(set, end - 1, NULL, &off);
	if (obj)
		ll_data_wrote(inode, obj, off + 1, end, true);
}

/*
 * Pages of the range are written back and dropped, before and after the OSTs make zeros: who reads
 * meanwhile brings in old bytes. Nobody makes one dirty in between (lid_zero_sem), as that would
 * store old bytes over the zeros later.
 */
static int ll_falloc_zero_locked(struct inode *inode, struct ll_objset *set, struct falloc *fa)
{
	u64 start = fa->start & PAGE_MASK, last = (fa->end - 1) | ~PAGE_MASK;
	struct address_space *mapping = inode->i_mapping;
	int rc, rc2;

	/* Page table entries go, so that each store makes its page dirty again. */
	unmap_mapping_range(mapping, start, last + 1 - start, 0);
	rc = ll_pages_flush(mapping, start, last);
	if (!rc)
		rc = ll_pages_wait(mapping, start, last, true);
	if (rc)
		return rc;
	/* Bytes beside the range have been written. */
	truncate_pagecache_range(inode, start, last);
	rc = ll_fanout_objects(inode, set, &falloc_op, fa);
	rc2 = ll_pages_wait(mapping, start, last, true);
	if (!rc2)
		truncate_pagecache_range(inode, start, last);
	return rc ?: rc2;
}

static int ll_falloc_zero(struct inode *inode, struct ll_objset *set, struct falloc *fa)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	int rc;

	if (down_write_killable(&d->lid_zero_sem))
		return -EINTR;
	rc = ll_falloc_zero_locked(inode, set, fa);
	up_write(&d->lid_zero_sem);
	return rc;
}

/* Under locks on the range. */
static int ll_falloc_locked(struct inode *inode, struct ll_objset *set, struct falloc *fa)
{
	bool grow = !(fa->mode & FALLOC_FL_KEEP_SIZE);
	int rc = 0;

	if (grow) {
		rc = ll_glimpse_set(inode, set);
		if (!rc)
			rc = inode_newsize_ok(inode, fa->end);
		if (!rc && fa->end > i_size_read(inode))
			rc = ll_pages_zero_tail(inode);
	}
	if (rc)
		return rc;
	if (fa->mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		rc = ll_falloc_zero(inode, set, fa);
	else
		rc = ll_pages_flush(inode->i_mapping, fa->start, fa->end - 1) ?:
		     ll_fanout_objects(inode, set, &falloc_op, fa);
	if (rc)
		return rc;
	inode->i_mtime = current_time(inode);
	inode->i_ctime = inode->i_mtime;
	set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
	if (grow)
		ll_falloc_raise_size(inode, set, fa->end);
	return 0;
}

/**
 * ll_fallocate - allocate, punch out or zero a range of a file
 * @file: open for writing
 * @mode: FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE
 * @offset: first byte
 * @len: bytes
 *
 * Context: may sleep; killable. Chapter 5, 10.4.
 *
 * Return: 0; -EOPNOTSUPP: another mode, a file without objects, or an OST that cannot; -EINTR;
 * -errno of MDT or OSTs.
 */
long ll_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct falloc fa = { .mode = mode, .start = offset, .end = (u64)offset + len };
	struct inode *inode = file_inode(file);
	struct ll_io io = { .op = LL_LAYOUT_WRITE, .mode = LCK_PW, .start = fa.start,
			    .end = fa.end };
	int rc;

	if (mode & ~FALLOC_MODES)
		return -EOPNOTSUPP;
	if (down_write_killable(&inode->i_rwsem))
		return -EINTR;
	rc = ll_dio_wait_writes(inode);
	if (!rc)
		rc = file_remove_privs(file);
	if (!rc)
		rc = ll_io_lock(inode, &io);
	if (rc)
		goto out;
	rc = io.set ? ll_falloc_locked(inode, io.set, &fa) : -EOPNOTSUPP;
	/* Killed, it may leave old pages in the cache: these go with the locks. */
	io.locks.forget = rc == -EINTR;
	ll_io_unlock(inode, &io);
out:
	inode_unlock(inode);
	ll_count(inode->i_sb, FALLOCATE, 1);
	return rc;
}
