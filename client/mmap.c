// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapped files: page faults take the layout and the extent locks of the page for themselves.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/file.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "data.h"

static vm_fault_t ll_fault_error(int rc)
{
	/*
	 * -EINTR: the task is being killed; a fault of the kernel in its behalf must not be tried
	 * again and again.
	 */
	return rc == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/*
 * The layout, the objects and the extent locks of the page. The caller of a fault holds mmap_lock,
 * but none of these: I/O takes no page faults under them (read.c, write.c). The access itself is
 * done after all are put, and a write takes two faults. So the locks are kept for LL_LOCKS_KEEP_MS
 * after ll_fault_end(), or clients that contend for the page would take it from each other forever.
 */
struct fault_io {
	struct ll_io io;
	struct ll_object *obj; /* of the page; NULL: none */
	u64 off;	       /* in it */
};

/* The second fault of a write: is the lock still there that the first one took? 0, 1, -errno. */
static int ll_fault_match(struct inode *inode, struct fault_io *f)
{
	struct ll_io *io = &f->io;
	int rc = ll_io_begin(inode, io->op, io->start, io->end, &io->lo, &io->set);

	if (rc)
		return rc;
	f->obj = io->set ? ll_objset_at(io->set, io->start, NULL, &f->off) : NULL;
	if (f->obj) {
		io->locks.lock = io->locks.few;
		io->locks.few[0] =
			ll_object_match_used(f->obj, f->off, f->off + PAGE_SIZE - 1, true);
		io->locks.nr = !!io->locks.few[0];
	}
	if (io->locks.nr)
		return 1;
	ll_io_end(inode, io->lo, io->set);
	return 0;
}

/* @op: LL_LAYOUT_WRITE for the second fault of a write. */
static int ll_fault_begin(struct vm_fault *vmf, enum ll_layout_op op, u32 mode, struct fault_io *f)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	u64 pos = (u64)vmf->pgoff << PAGE_SHIFT;
	int rc = 0;

	memset(f, 0, sizeof(*f));
	f->io.op = op;
	f->io.start = pos;
	f->io.end = pos + PAGE_SIZE;
	f->io.mode = mode;
	if (op == LL_LAYOUT_WRITE)
		rc = ll_fault_match(inode, f);
	if (rc)
		return min(rc, 0);
	rc = ll_io_lock(inode, &f->io);
	if (!rc && f->io.set)
		f->obj = ll_objset_at(f->io.set, pos, NULL, &f->off);
	return rc;
}

static void ll_fault_end(struct inode *inode, struct fault_io *f)
{
	ll_locks_keep(&f->io.locks);
	ll_io_unlock(inode, &f->io);
}

static vm_fault_t ll_fault(struct vm_fault *vmf)
{
	struct file *file = vmf->vma->vm_file;
	struct inode *inode = file_inode(file);
	struct fault_io f;
	vm_fault_t ret;
	u32 mode = LCK_PR;
	int rc;

	/*
	 * A write takes its lock at the first fault: the second one would give up a lock for
	 * reading, and the page with it.
	 */
	if (vmf->flags & FAULT_FLAG_WRITE && vmf->vma->vm_flags & VM_SHARED)
		mode = LCK_PW;
	rc = ll_fault_begin(vmf, LL_LAYOUT_READ, mode, &f);
	if (rc)
		return ll_fault_error(rc);
	if (f.io.set)
		rc = ll_size_for(inode, f.io.set, ((u64)vmf->pgoff + 1) << PAGE_SHIFT);
	/*
	 * filemap_fault() may drop mmap_lock, and then the mapping may be removed, and its file put
	 */
	get_file(file);
	ret = rc ? ll_fault_error(rc) : filemap_fault(vmf);
	ll_fault_end(inode, &f);
	ll_count(inode->i_sb, PAGE_FAULT, 1);
	fput(file);
	return ret;
}

static vm_fault_t ll_page_mkwrite(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct page *page = vmf->page;
	vm_fault_t ret = VM_FAULT_LOCKED;
	struct fault_io f;
	loff_t size;
	int rc, granted;

	sb_start_pagefault(inode->i_sb);
	rc = ll_fault_begin(vmf, LL_LAYOUT_WRITE, LCK_PW, &f);
	if (rc) {
		sb_end_pagefault(inode->i_sb);
		return ll_fault_error(rc);
	}
	granted = f.obj ? ll_page_grant(f.obj->lob_osc) : -EIO;
	if (granted < 0) {
		ret = ll_fault_error(granted);
		goto out;
	}
	if (down_read_killable(&d->lid_zero_sem)) {
		ret = ll_fault_error(-EINTR);
		goto out_grant;
	}
	rc = ll_folio_lock_stable(page_folio(page));
	if (rc) {
		ret = ll_fault_error(rc);
		goto out_zero_sem;
	}
	size = i_size_read(inode);
	/* Evicted meanwhile, or the page was thrown away: the next fault takes new locks. */
	if (page->mapping != inode->i_mapping || page_offset(page) >= size || !PageUptodate(page) ||
	    !ll_object_may_io(f.obj, f.off, f.off + PAGE_SIZE - 1, true)) {
		unlock_page(page);
		ret = VM_FAULT_NOPAGE;
		goto out_zero_sem;
	}
	/* Who stores in a mapping looks for no error later: it has to be told now. */
	rc = granted ? ll_page_reserve(inode, page, f.obj, f.off,
				       min_t(u64, PAGE_SIZE, size - page_offset(page))) : 0;
	if (rc) {
		unlock_page(page);
		ret = rc == -ENOLCK ? VM_FAULT_NOPAGE : ll_fault_error(rc);
		goto out_zero_sem;
	}
	ll_page_account(inode, page, f.obj, !granted);
	granted = 1;
	ll_data_wrote(inode, f.obj,
		      min_t(u64, f.off + PAGE_SIZE, f.off + (size - page_offset(page))),
		      min_t(u64, size, page_offset(page) + PAGE_SIZE), true);
	set_page_dirty(page);
	set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
out_zero_sem:
	up_read(&d->lid_zero_sem);
out_grant:
	if (!granted)
		ll_osc_grant_put(f.obj->lob_osc, PAGE_SIZE);
out:
	ll_fault_end(inode, &f);
	sb_end_pagefault(inode->i_sb);
	ll_count(inode->i_sb, PAGE_MKWRITE, 1);
	return ret;
}

static const struct vm_operations_struct ll_vm_ops = {
	.fault = ll_fault,
	.map_pages = filemap_map_pages,
	.page_mkwrite = ll_page_mkwrite,
};

/**
 * ll_file_mmap - mmap(2)
 * @file: open file
 * @vma: the mapping
 *
 * Return: 0.
 */
int ll_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct inode *inode = file_inode(file);

	if (vma->vm_flags & VM_SHARED)
		WRITE_ONCE(ll_i(inode)->lli_data->lid_mapped, true);
	WRITE_ONCE(((struct ll_file *)file->private_data)->lf_mapped, true);
	/* A fault reads what is around its page, as far as readahead goes: not so much. */
	file->f_ra.ra_pages = min_t(unsigned int, file->f_ra.ra_pages,
				    LL_READ_AROUND >> PAGE_SHIFT);
	file_accessed(file);
	vma->vm_ops = &ll_vm_ops;
	ll_count(inode->i_sb, MMAP, 1);
	return 0;
}
