// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write path of regular files through the page cache. Users of the extent locks on the range are
 * held while the pages are copied; pages that an OST promised no space for are written before the
 * call returns.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "data.h"

#define WRITE_PIECE (16U << 20) /* bytes written under one set of locks */

/* Write dirty pages of the range and wait; the errors of their writes. Killable. */
static int ll_flush_checked(struct address_space *mapping, loff_t start, loff_t end)
{
	int rc = ll_pages_flush(mapping, start, end);

	return rc ? rc : filemap_check_errors(mapping);
}

/*
 * Nobody may change the size during an append, so locks on all objects up to the end are taken. The
 * layout must have objects where the file ends: when it has none, the locks are put, the MDT is
 * asked to make them, and everything begins again, as the size may have changed meanwhile.
 */
static int ll_append_begin(struct inode *inode, u64 count, struct ll_io *io)
{
	u64 pos = 0;
	int rc;

	io->lock_all = true;
	for (io->op = LL_LAYOUT_READ;; io->op = LL_LAYOUT_WRITE) {
		io->start = pos;
		io->end = pos + count;
		rc = ll_io_lock(inode, io);
		if (rc)
			return rc;
		if (io->set)
			ll_data_merge(inode, io->set);
		else if (io->op == LL_LAYOUT_WRITE)
			rc = -EIO;
		pos = i_size_read(inode);
		if (io->set && !ll_layout_need_intent(io->lo, LL_LAYOUT_WRITE, pos, pos + count))
			return 0;
		ll_io_unlock(inode, io);
		if (rc)
			return rc;
	}
}

static void ll_write_times(struct inode *inode)
{
	inode->i_mtime = current_time(inode);
	inode->i_ctime = inode->i_mtime;
}

/*
 * The last page of @done bytes was taken without grant: the OST must say now whether it has space
 * for it. What comes before has grant, and counts as written. Return: bytes that are written, or
 * -errno.
 */
static ssize_t ll_write_through(struct inode *inode, struct ll_objset *set, struct iov_iter *from,
				loff_t pos, ssize_t done)
{
	loff_t end = pos + done, page = (end - 1) & PAGE_MASK;
	ssize_t before = max_t(loff_t, page - pos, 0);
	int rc = ll_pages_flush(inode->i_mapping, page, end - 1);

	if (rc == -EINTR)
		return rc;
	rc = READ_ONCE(ll_i(inode)->lli_data->lid_through.rc);
	if (!rc)
		return done;
	ll_pages_reject(inode, set, page, end);
	if (!before)
		return rc;
	iov_iter_revert(from, done - before);
	return before;
}

/*
 * Copy into the cache, without page faults. Each page without grant ends a pass, and the next pass
 * follows under the same locks, so that an append stays in one piece.
 */
static ssize_t ll_write_pages(struct kiocb *iocb, struct iov_iter *from, struct ll_objset *set)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	ssize_t ret, total = 0;
	bool through;

	do {
		loff_t pos = iocb->ki_pos;

		d->lid_through.waits = false;
		pagefault_disable();
		ret = generic_perform_write(iocb, from);
		pagefault_enable();
		through = ret > 0 && d->lid_through.waits;
		if (through)
			ret = ll_write_through(inode, set, from, pos, ret);
		WRITE_ONCE(d->lid_through.waits, false);
		/* Some kernels have moved ki_pos in generic_perform_write(), others have not. */
		iocb->ki_pos = pos + max_t(ssize_t, ret, 0);
		total += max_t(ssize_t, ret, 0);
	} while (through && ret > 0 && iov_iter_count(from));
	return total ?: ret;
}

/* One try, under the locks, without page faults on the source (see ll_read_locked()). */
static ssize_t ll_write_locked(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct ll_io io = { .op = LL_LAYOUT_WRITE, .mode = LCK_PW, .start = iocb->ki_pos,
			    .end = iocb->ki_pos + iov_iter_count(from) };
	ssize_t ret;

	if (iocb->ki_flags & IOCB_APPEND)
		ret = ll_append_begin(inode, iov_iter_count(from), &io);
	else
		ret = ll_io_lock(inode, &io);
	if (ret)
		return ret;
	if (!io.set) {
		ret = -EIO;
		goto out;
	}
	if (iocb->ki_flags & IOCB_APPEND) {
		ret = generic_write_checks(iocb, from);
		if (ret <= 0)
			goto out;
	}
	if (iocb->ki_pos + iov_iter_count(from) > i_size_read(inode)) {
		ret = ll_pages_zero_tail(inode);
		if (ret)
			goto out;
	}
	ll_write_times(inode);
	ret = ll_write_pages(iocb, from, io.set);
out:
	ll_io_unlock(inode, &io);
	return ret;
}

/* Write through a kernel buffer (see ll_read_bounced()). */
static ssize_t ll_write_bounced(struct kiocb *iocb, struct iov_iter *from)
{
	struct kvec kv = { .iov_base = kvmalloc(min_t(size_t, iov_iter_count(from), LL_IO_BOUNCE),
						GFP_KERNEL) };
	struct iov_iter iter;
	ssize_t ret = -EFAULT;

	if (!kv.iov_base)
		return -ENOMEM;
	kv.iov_len = copy_from_iter(kv.iov_base, min_t(size_t, iov_iter_count(from), LL_IO_BOUNCE),
				    from);
	if (kv.iov_len) {
		iov_iter_kvec(&iter, WRITE, &kv, 1, kv.iov_len);
		ret = ll_write_locked(iocb, &iter);
		iov_iter_revert(from, kv.iov_len - max_t(ssize_t, ret, 0));
	}
	kvfree(kv.iov_base);
	return ret;
}

/*
 * Bytes of a file that make one full RPC for each object they are in. Where a stripe is as long as
 * several RPCs, that is one RPC, else the objects fill up side by side.
 */
static u64 ll_write_unit(const struct ll_comp *c, u32 brw)
{
	if (c->lc_stripe_count == 1 || (c->lc_stripe_size >= brw && !(c->lc_stripe_size % brw)))
		return brw;
	return (u64)max(c->lc_stripe_size, brw) * c->lc_stripe_count;
}

/*
 * Bytes from @pos to @end were written to the cache. As soon as writes that follow each other have
 * filled RPCs, these are sent, without waiting, while the program goes on; the OSTs would be idle
 * until the grant is used up else. Other writes stay in the cache: they may be written again.
 */
static void ll_write_behind(struct inode *inode, loff_t pos, loff_t end)
{
	struct writeback_control wbc = { .sync_mode = WB_SYNC_NONE, .nr_to_write = LONG_MAX };
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	const struct ll_comp *c;
	struct ll_objset *set;
	struct ll_object *obj;
	u64 off, over, unit;

	if (pos != d->lid_run_end) {
		d->lid_run_sent = pos;
		d->lid_run_edge = 0;
	}
	d->lid_run_end = end;
	if (end < d->lid_run_edge)
		return;
	set = ll_objset_peek(inode);
	obj = set ? ll_objset_at(set, (end - 1) & PAGE_MASK, &c, &off) : NULL;
	if (obj) {
		unit = ll_write_unit(c, READ_ONCE(obj->lob_osc->oc_brw_size));
		div64_u64_rem(end, unit, &over);
		d->lid_run_edge = end - over + unit;
		if (end - over > d->lid_run_sent) {
			wbc.range_start = d->lid_run_sent;
			wbc.range_end = end - over - 1;
			d->lid_run_sent = end - over;
		}
	}
	ll_objset_put(set);
	/* Errors stay with the mapping, for fsync(2). */
	if (wbc.range_end)
		filemap_fdatawrite_wbc(inode->i_mapping, &wbc);
}

/*
 * An append is done in one piece, so that no other client's data comes in between, unless its
 * source is reclaimed while it is copied.
 */
static ssize_t ll_buffered_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	bool append = iocb->ki_flags & IOCB_APPEND;
	ssize_t total = 0, ret = 0;
	unsigned int idle = 0;

	/* Errors of earlier writes are told by fsync, not by this write. */
	filemap_check_errors(inode->i_mapping);
	while (iov_iter_count(from)) {
		size_t all = iov_iter_count(from),
		       n = append ? all : min_t(size_t, all, WRITE_PIECE);
		size_t present = append ? n : min_t(size_t, n, LL_IO_FAULT_IN);

		if (idle < LL_IO_TRIES && fault_in_iov_iter_readable(from, present) == present) {
			ret = -EFAULT;
			break;
		}
		iov_iter_truncate(from, n);
		ret = idle < LL_IO_TRIES ? ll_write_locked(iocb, from)
					 : ll_write_bounced(iocb, from);
		iov_iter_reexpand(from, iov_iter_count(from) + all - n);
		if (ret > 0)
			ll_write_behind(inode, iocb->ki_pos - ret, iocb->ki_pos);
		if (!ll_io_may_retry(ret, &idle))
			break;
		total += max_t(ssize_t, ret, 0);
	}
	return total ?: ret;
}

/* Direct writes share i_rwsem, unless privileges of the file have to be removed first. */
static int ll_lock_for_write(struct inode *inode, bool share, bool *shared)
{
	*shared = false;
	if (share && IS_NOSEC(inode)) {
		if (down_read_killable(&inode->i_rwsem))
			return -EINTR;
		if (IS_NOSEC(inode)) {
			*shared = true;
			return 0;
		}
		inode_unlock_shared(inode);
	}
	return down_write_killable(&inode->i_rwsem) ? -EINTR : 0;
}

/**
 * ll_file_write_iter - write(2)
 * @iocb: position and flags
 * @from: the data
 *
 * Context: sleeps; killable.
 *
 * Return: bytes; -ENOSPC: an OST has no space for the first page; -EIO: this client was evicted
 * meanwhile; -EINTR; -EFAULT; -EAGAIN (IOCB_NOWAIT); -EIOCBQUEUED; -errno of MDT or OSTs.
 */
ssize_t ll_file_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	bool append = iocb->ki_flags & IOCB_APPEND, through = iocb->ki_flags & IOCB_DIRECT,
	     direct = ll_dio_possible(iocb, from) && !append;
	ktime_t start = ktime_get();
	bool shared;
	ssize_t ret;
	int rc;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	if (!iov_iter_count(from))
		return 0;
	rc = ll_flock_check(iocb->ki_filp);
	if (rc)
		return rc;
again:
	rc = ll_lock_for_write(inode, direct, &shared);
	if (rc)
		return rc;
	/* This asks the MDT, so it is done before the layout is taken (data.h). */
	ret = shared ? 0 : file_remove_privs(iocb->ki_filp);
	if (ret)
		goto out;
	if (!append) {
		ret = generic_write_checks(iocb, from);
		if (ret <= 0)
			goto out;
	}
	if (direct && ll_dio_possible(iocb, from)) {
		ll_write_times(inode);
		ret = ll_dio_rw(iocb, from);
		goto out;
	}
	if (shared) {
		/* A limit of the file size has made it unaligned: buffered writes go one by one. */
		inode_unlock_shared(inode);
		direct = false;
		goto again;
	}
	iocb->ki_flags &= ~IOCB_DIRECT;
	ret = ll_buffered_write(iocb, from);
	if (through) {
		iocb->ki_flags |= IOCB_DIRECT;
		rc = ret > 0 ? ll_flush_checked(inode->i_mapping, iocb->ki_pos - ret,
						iocb->ki_pos - 1)
			     : 0;
		ret = rc ?: ret;
	}
	ll_io_count(inode, true, ret, start);
out:
	if (shared)
		inode_unlock_shared(inode);
	else
		inode_unlock(inode);
	return ret > 0 ? generic_write_sync(iocb, ret) : ret;
}
