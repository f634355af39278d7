// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read path of regular files through the page cache. Users of the extent locks on the range are
 * held while the pages are copied.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/backing-dev.h>
#include <linux/fadvise.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "data.h"

/**
 * ll_io_count - statistics of a read or write, and what a write leaves for close to tell
 * @inode: the file
 * @write: or read
 * @ret: what it returned
 * @start: when it began
 */
void ll_io_count(struct inode *inode, bool write, ssize_t ret, ktime_t start)
{
	struct lu_stats *stats = ll_sbi(inode->i_sb)->sbi_stats;

	if (ret <= 0)
		return;
	if (write)
		set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
	lu_stats_add(stats, write ? LLS_WRITE_BYTES : LLS_READ_BYTES, ret);
	lu_stats_since(stats, write ? LLS_WRITE : LLS_READ, start);
	if (READ_ONCE(ll_sbi(inode->i_sb)->sbi_extents_on))
		lu_hist_add(ll_sbi(inode->i_sb)->sbi_extents, 0, write, ret);
}

/**
 * ll_io_may_retry - may a try of a read or write be followed by another one?
 * @ret: what the try returned
 * @idle: tries in a row that found the buffer of the caller reclaimed
 *
 * From LL_IO_TRIES of those on a kernel buffer is put between, and stays there.
 */
bool ll_io_may_retry(ssize_t ret, unsigned int *idle)
{
	if (*idle < LL_IO_TRIES)
		*idle = ret > 0 ? 0 : *idle + 1;
	else if (ret == -EFAULT)
		return false;
	return ret > 0 || ret == -EFAULT;
}

/*
 * How far this file is read ahead from now on: two RPCs of each stripe, within the bounds of the
 * administrator. Little, while as much is on its way for all files as he allows: the kernel locks
 * all pages of a window before the first is asked for.
 */
static void ll_read_ahead_scale(struct file *file, const struct ll_objset *set)
{
	struct inode *inode = file_inode(file);
	struct ll_sb_info *sbi = ll_sbi(inode->i_sb);
	unsigned long all = (unsigned long)READ_ONCE(sbi->sbi_ra_mb) << (20 - PAGE_SHIFT);
	u64 bytes = (u64)min(READ_ONCE(sbi->sbi_ra_mb), READ_ONCE(sbi->sbi_ra_file_mb)) << 20;
	unsigned int pages;

	/* Without readahead it shall stay; and faults of a mapping read around their page. */
	if (!file->f_ra.ra_pages || READ_ONCE(((struct ll_file *)file->private_data)->lf_mapped))
		return;
	bytes = min(bytes, (u64)set->los_nr * LL_READ_AHEAD_STRIPE);
	pages = max_t(unsigned int, inode->i_sb->s_bdi->ra_pages, bytes >> PAGE_SHIFT);
	if (atomic_long_read(&sbi->sbi_reading) > all)
		file->f_ra.ra_pages = min_t(unsigned int, file->f_ra.ra_pages,
					    LL_READ_AROUND >> PAGE_SHIFT);
	else if (file->f_ra.ra_pages < pages)
		file->f_ra.ra_pages = pages;
}

/*
 * One try, under the locks. The buffer may be a mapped file of this file system, whose page faults
 * take locks as well. So no page fault is allowed here: the copy stops where the buffer is not
 * present.
 */
static ssize_t ll_read_locked(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct ll_io io = { .op = LL_LAYOUT_READ, .mode = LCK_PR, .start = iocb->ki_pos,
			    .end = iocb->ki_pos + iov_iter_count(to) };
	ssize_t ret;

	ret = ll_io_lock(inode, &io);
	if (ret)
		return ret;
	if (io.set)
		ret = ll_size_for(inode, io.set, io.end);
	if (!ret) {
		if (io.set)
			ll_read_ahead_scale(iocb->ki_filp, io.set);
		pagefault_disable();
		ret = filemap_read(iocb, to, 0);
		pagefault_enable();
	}
	ll_io_unlock(inode, &io);
	return ret;
}

/*
 * Read through a kernel buffer, so that the read makes progress even if the pages of the user's
 * buffer are reclaimed again and again.
 */
static ssize_t ll_read_bounced(struct kiocb *iocb, struct iov_iter *to)
{
	struct kvec kv = { .iov_len = min_t(size_t, iov_iter_count(to), LL_IO_BOUNCE) };
	struct iov_iter iter;
	ssize_t ret;
	size_t n;

	kv.iov_base = kvmalloc(kv.iov_len, GFP_KERNEL);
	if (!kv.iov_base)
		return -ENOMEM;
	iov_iter_kvec(&iter, READ, &kv, 1, kv.iov_len);
	ret = ll_read_locked(iocb, &iter);
	if (ret > 0) {
		n = copy_to_iter(kv.iov_base, ret, to);
		iocb->ki_pos -= ret - n;
		ret = n ?: -EFAULT;
	}
	kvfree(kv.iov_base);
	return ret;
}

static ssize_t ll_buffered_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t total = 0, ret = 0;
	unsigned int idle = 0;
	size_t n;

	while (iov_iter_count(to)) {
		ret = idle < LL_IO_TRIES ? ll_read_locked(iocb, to) : ll_read_bounced(iocb, to);
		if (!ll_io_may_retry(ret, &idle))
			break;
		total += max_t(ssize_t, ret, 0);
		if (ret > 0 && iocb->ki_pos >= i_size_read(inode))
			break;
		if (!user_backed_iter(to))
			break;
		n = min_t(size_t, iov_iter_count(to), LL_IO_FAULT_IN);
		if (n && idle < LL_IO_TRIES && fault_in_iov_iter_writeable(to, n) == n) {
			ret = -EFAULT;
			break;
		}
	}
	return total ?: ret;
}

/**
 * ll_file_read_iter - read(2)
 * @iocb: position and flags
 * @to: where to
 *
 * Context: sleeps; killable.
 *
 * Return: bytes; 0 at the end of the file; -EINTR; -EFAULT; -EAGAIN (IOCB_NOWAIT); -EIOCBQUEUED;
 * -errno of MDT or OSTs.
 */
ssize_t ll_file_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	bool direct = iocb->ki_flags & IOCB_DIRECT;
	ktime_t start = ktime_get();
	ssize_t ret;

	if (!iov_iter_count(to))
		return 0;
	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	ret = ll_flock_check(iocb->ki_filp);
	if (ret)
		return ret;
	if (ll_dio_possible(iocb, to)) {
		ret = ll_dio_rw(iocb, to);
		file_accessed(iocb->ki_filp);
		return ret;
	}
	iocb->ki_flags &= ~IOCB_DIRECT;
	ret = ll_buffered_read(iocb, to);
	if (direct)
		iocb->ki_flags |= IOCB_DIRECT;
	ll_io_count(inode, false, ret, start);
	return ret;
}

/**
 * ll_fadvise - posix_fadvise(2), readahead(2), madvise(2)
 * @file: open file
 * @offset: first byte
 * @len: bytes; 0: up to the end
 * @advice: POSIX_FADV_*
 *
 * What is read ahead needs the layout and locks as any other read: without them pages would be
 * zeros where another client has stored data. Context: sleeps; killable.
 *
 * Return: 0; -EINVAL; -EINTR; -errno of MDT or OSTs.
 */
int ll_fadvise(struct file *file, loff_t offset, loff_t len, int advice)
{
	struct inode *inode = file_inode(file);
	struct ll_io io = { .op = LL_LAYOUT_READ, .mode = LCK_PR, .start = offset };
	int rc;

	if (advice != POSIX_FADV_WILLNEED || offset < 0 || len < 0)
		return generic_fadvise(file, offset, len, advice);
	io.end = len && len < MAX_LFS_FILESIZE - offset ? offset + len : LUSTRE_EOF;
	rc = ll_io_lock(inode, &io);
	if (rc)
		return rc;
	if (io.set)
		rc = ll_size_for(inode, io.set, io.end);
	if (!rc)
		rc = generic_fadvise(file, offset, len, advice);
	ll_io_unlock(inode, &io);
	return rc;
}
