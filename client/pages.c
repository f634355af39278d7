// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page cache of regular files: readahead and read_folio become reads, writepages writes of up to the OST's RPC size, collected per
 * object. A page that was dirtied under grant is marked private (LL_GRANTED) until it is sent or thrown away. Pages are only cached
 * under an extent lock; reads in flight hold a user of it.
 *
 * A page in writeback is not dirtied again (SB_I_STABLE_WRITES), so the walk of a flush meets none that it would have to wait for.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/writeback.h>
#include <linux/file.h>
#include "data.h"

#define LL_GRANTED	((void *)1)
#define LL_WALK_MAX	16		/* objects collected at the same time */

/* Collects pages into RPCs: one open RPC per object. */
struct walk {
	struct inode		*inode;
	struct ll_objset	*set;
	bool			write;
	unsigned int		nr;
	struct list_head	open;
};

/* ---- end of a read ---- */

static void read_done(struct ll_brw *brw)
{
	u32 left = brw->bytes;
	unsigned int i;

	for (i = 0; i < brw->nr; i++) {
		struct bio_vec *bv = &brw->bv[i];
		struct page *page = bv->bv_page;
		u32 n = min(left, bv->bv_len);

		if (!brw->rc) {
			if (n < PAGE_SIZE)
				zero_user_segment(page, n, PAGE_SIZE);
			SetPageUptodate(page);
		} else {
			SetPageError(page);
		}
		left -= n;
		unlock_page(page);
		put_page(page);
	}
	ll_brw_free(brw);
}

static void write_done(struct ll_brw *brw)
{
	unsigned int i;

	if (brw->rc) {
		mapping_set_error(brw->inode->i_mapping, brw->rc);
		/* the objects of an unlinked file go when they like */
		if (brw->rc != -ENOENT || brw->inode->i_nlink)
			pr_err_ratelimited("%s: write of %u bytes at %llu of object " DFID " (file " DFID ") failed: %d\n",
					   brw->obj->osc->name, brw->len, brw->off, PFID(&brw->obj->fid),
					   PFID(ll_fid(brw->inode)), brw->rc);
	}
	for (i = 0; i < brw->nr; i++) {
		struct page *page = brw->bv[i].bv_page;

		if (brw->rc)
			SetPageError(page);
		end_page_writeback(page);
		put_page(page);
	}
	ll_brw_free(brw);
}

static void walk_init(struct walk *w, struct inode *inode, struct ll_objset *set, bool write)
{
	w->inode = inode;
	w->set = set;
	w->write = write;
	w->nr = 0;
	INIT_LIST_HEAD(&w->open);
}

static void walk_send(struct walk *w, struct ll_brw *brw)
{
	list_del_init(&brw->link);
	w->nr--;
	ll_brw_send(brw);
}

static void walk_end(struct walk *w)
{
	while (!list_empty(&w->open))
		walk_send(w, list_first_entry(&w->open, struct ll_brw, link));
}

/* The open RPC that the page at obj_off follows, or a new one; NULL without memory. */
static struct ll_brw *walk_brw(struct walk *w, struct ll_object *obj, u64 obj_off, bool grant)
{
	struct ll_brw *brw;

	list_for_each_entry(brw, &w->open, link) {
		if (brw->obj != obj)
			continue;
		if (brw->off + brw->len == obj_off && !(brw->len & ~PAGE_MASK) && brw->grant == grant && !ll_brw_full(brw) &&
		    (w->write || obj_off + PAGE_SIZE - 1 <= brw->lock->l_policy.extent.end))
			return brw;
		walk_send(w, brw);
		break;
	}
	if (w->nr >= LL_WALK_MAX)
		walk_send(w, list_first_entry(&w->open, struct ll_brw, link));
	brw = ll_brw_new(w->inode, obj, w->write, obj_off, UINT_MAX);
	if (!brw)
		return NULL;
	brw->grant = grant;
	brw->done = w->write ? write_done : read_done;
	/* Who dirtied a page is not known any more: the flag is for reads only. */
	brw->sys = !w->write && capable(CAP_SYS_RESOURCE);
	if (!w->write) {
		brw->lock = ll_object_match_used(obj, obj_off, obj_off + PAGE_SIZE - 1, false);
		if (!brw->lock) {
			ll_brw_free(brw);
			return ERR_PTR(-ENOLCK);
		}
	}
	list_add_tail(&brw->link, &w->open);
	w->nr++;
	return brw;
}

/* ---- reads ---- */

/* Takes over the locked page and its reference. */
static int walk_read(struct walk *w, struct page *page)
{
	struct ll_object *obj = NULL;
	struct ll_brw *brw;
	u64 off;
	int rc;

	if (w->set)
		obj = ll_objset_at(w->set, page_offset(page), NULL, &off);
	if (!obj) {
		/* nothing is stored there: zeros. A missing object is an error. */
		const struct ll_comp *c = w->set ? ll_layout_comp(w->set->lo, page_offset(page)) : NULL;

		rc = (c && (!c->usable || ll_comp_has_objects(c))) || (!w->set && ll_layout_refused(w->inode)) ? -EIO : 0;
		if (!rc) {
			zero_user_segment(page, 0, PAGE_SIZE);
			SetPageUptodate(page);
		}
		goto out;
	}
	brw = walk_brw(w, obj, off, false);
	if (IS_ERR_OR_NULL(brw)) {
		rc = brw ? PTR_ERR(brw) : -ENOMEM;
		goto out;
	}
	ll_brw_add(brw, page, 0, PAGE_SIZE);
	return 0;
out:
	unlock_page(page);
	put_page(page);
	return rc;
}

/* Is there a lock for this page? Readahead stops at the first one without: such a page would stay behind in the cache, not up to date. */
static bool walk_may_read(struct walk *w, u64 pos)
{
	struct ll_object *obj;
	struct ll_brw *brw;
	u64 off;

	obj = w->set ? ll_objset_at(w->set, pos, NULL, &off) : NULL;
	if (!obj)
		return true;
	list_for_each_entry(brw, &w->open, link)
		if (brw->obj == obj && off >= brw->lock->l_policy.extent.start && off + PAGE_SIZE - 1 <= brw->lock->l_policy.extent.end)
			return true;
	return ll_object_covered(obj, off, off + PAGE_SIZE - 1, true);
}

static void ll_readahead(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	struct ll_objset *set = ll_objset_peek(inode);
	struct walk w;
	struct page *page;

	walk_init(&w, inode, set, false);
	while (readahead_count(rac) && walk_may_read(&w, readahead_pos(rac))) {
		page = readahead_page(rac);
		if (!page)
			break;
		walk_read(&w, page);
	}
	walk_end(&w);
	ll_objset_put(set);
}

static int ll_read_folio(struct file *file, struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	struct ll_objset *set = ll_objset_peek(inode);
	struct walk w;
	int rc;

	walk_init(&w, inode, set, false);
	folio_get(folio);
	rc = walk_read(&w, folio_page(folio, 0));
	walk_end(&w);
	ll_objset_put(set);
	return rc;
}

/* A locked page that is about to be written in part; not locked any more after an error. */
static int read_for_write(struct inode *inode, struct ll_objset *set, struct page *page)
{
	struct walk w;
	int rc;

	walk_init(&w, inode, set, false);
	get_page(page);
	ClearPageError(page);
	rc = walk_read(&w, page);
	walk_end(&w);
	if (!rc)
		rc = lock_page_killable(page);
	if (rc)
		return rc;
	if (PageUptodate(page) && page->mapping == inode->i_mapping)
		return 0;
	rc = page->mapping == inode->i_mapping ? -EIO : -EAGAIN;
	unlock_page(page);
	return rc;
}

/* Lock a folio that is not in writeback, to dirty it. Killable. */
static int lock_stable(struct folio *folio)
{
	int rc;

	for (;;) {
		rc = folio_lock_killable(folio);
		if (rc || !folio_test_writeback(folio))
			return rc;
		folio_unlock(folio);
		rc = folio_wait_writeback_killable(folio);
		if (rc)
			return rc;
	}
}

/* A locked page that is not in writeback, to be dirtied. ERR_PTR(-EINTR, -ENOMEM). */
static struct page *page_for_write(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio;
	int rc;

	for (;;) {
		/* FOR_MMAP: not locked */
		folio = __filemap_get_folio(mapping, index, FGP_FOR_MMAP | FGP_WRITE | FGP_CREAT, mapping_gfp_mask(mapping));
		if (!folio)
			return ERR_PTR(-ENOMEM);
		rc = lock_stable(folio);
		if (!rc && folio->mapping == mapping)
			return folio_page(folio, 0);
		if (!rc)
			folio_unlock(folio);
		folio_put(folio);
		if (rc)
			return ERR_PTR(rc);
	}
}

/* ---- dirty pages ---- */

static bool page_drop_grant(struct page *page)
{
	if (!PagePrivate(page))
		return false;
	detach_page_private(page);
	return true;
}

/*
 * Grant for a page that becomes dirty: 0 with it, 1 without (the page must be written before the write returns), -EINTR.
 * Waits: no page lock is held.
 */
static int grant_for_page(struct ll_osc *osc)
{
	int rc;

	for (;;) {
		if (ll_osc_grant_get(osc, PAGE_SIZE))
			return 0;
		rc = ll_osc_grant_wait(osc);
		if (rc == -ENOSPC)
			return 1;
		if (rc)
			return rc;
	}
}

/* What grant_for_page() brought goes to the locked page, or back when the page has it already. */
static void page_give_grant(struct page *page, struct ll_osc *osc, struct ll_inode_data *d, bool granted)
{
	if (PagePrivate(page)) {
		if (granted)
			ll_osc_grant_put(osc, PAGE_SIZE);
	} else if (granted) {
		attach_page_private(page, LL_GRANTED);
	} else {
		WRITE_ONCE(d->no_grant, true);
	}
}

static int ll_write_begin(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len, struct page **pagep, void **fsdata)
{
	struct inode *inode = mapping->host;
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_objset *set = ll_objset_peek(inode);
	struct ll_object *obj;
	struct page *page;
	u64 off, size;
	int rc, granted;

	obj = set ? ll_objset_at(set, pos & PAGE_MASK, NULL, &off) : NULL;
	if (!obj) {
		rc = -EIO;
		goto out;
	}
	granted = grant_for_page(obj->osc);
	if (granted < 0) {
		rc = granted;
		goto out;
	}
again:
	page = page_for_write(mapping, pos >> PAGE_SHIFT);
	if (IS_ERR(page)) {
		rc = PTR_ERR(page);
		goto out_grant;
	}
	if (!PageUptodate(page) && len != PAGE_SIZE) {
		spin_lock(&d->lock);
		size = obj->size;
		spin_unlock(&d->lock);
		rc = size > off ? read_for_write(inode, set, page) : 0;
		if (rc) {
			put_page(page);
			if (rc == -EAGAIN)	/* thrown away meanwhile */
				goto again;
			goto out_grant;
		}
		if (size <= off)
			zero_user_segment(page, 0, PAGE_SIZE);
		SetPageUptodate(page);
	}
	page_give_grant(page, obj->osc, d, !granted);
	*pagep = page;
	ll_objset_put(set);
	return 0;
out_grant:
	if (!granted)
		ll_osc_grant_put(obj->osc, PAGE_SIZE);
out:
	ll_objset_put(set);
	return rc;
}

static int ll_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len, unsigned int copied, struct page *page,
			void *fsdata)
{
	struct inode *inode = mapping->host;
	struct ll_objset *set = ll_objset_peek(inode);
	struct ll_object *obj;
	u64 off;

	obj = set ? ll_objset_at(set, pos & PAGE_MASK, NULL, &off) : NULL;
	if (copied < len && !PageUptodate(page))
		copied = 0;
	if (copied && obj) {
		SetPageUptodate(page);
		ll_data_wrote(inode, obj, off + offset_in_page(pos) + copied, pos + copied, true);
		set_page_dirty(page);
		set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
	} else if (!PageDirty(page) && page_drop_grant(page) && obj) {
		ll_osc_grant_put(obj->osc, PAGE_SIZE);
	}
	unlock_page(page);
	put_page(page);
	ll_objset_put(set);
	return obj ? copied : -EIO;
}

/* Called by write_cache_pages() with the page locked and clean for I/O. */
static int write_one(struct page *page, struct writeback_control *wbc, void *data)
{
	struct walk *w = data;
	struct inode *inode = w->inode;
	u64 off, size, len = PAGE_SIZE;
	struct ll_object *obj;
	struct ll_brw *brw;
	bool grant;

	obj = ll_objset_at(w->set, page_offset(page), NULL, &off);
	if (!obj) {
		mapping_set_error(page->mapping, -EIO);
		unlock_page(page);
		return 0;
	}
	spin_lock(&ll_i(inode)->lli_data->lock);
	size = max(obj->size, obj->kms);
	spin_unlock(&ll_i(inode)->lli_data->lock);
	grant = PagePrivate(page);
	if (size <= off) {
		/* cut off meanwhile */
		if (page_drop_grant(page))
			ll_osc_grant_put(obj->osc, PAGE_SIZE);
		unlock_page(page);
		return 0;
	}
	len = min(len, size - off);
	brw = walk_brw(w, obj, off, grant);
	if (IS_ERR_OR_NULL(brw)) {
		redirty_page_for_writepage(wbc, page);
		unlock_page(page);
		return -ENOMEM;
	}
	page_drop_grant(page);
	get_page(page);
	set_page_writeback(page);
	ll_brw_add(brw, page, 0, len);
	unlock_page(page);
	return 0;
}

static int ll_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	struct inode *inode = mapping->host;
	struct ll_objset *set = ll_objset_peek(inode);
	struct walk w;
	int rc;

	if (!set)
		return 0;
	walk_init(&w, inode, set, true);
	rc = write_cache_pages(mapping, wbc, write_one, &w);
	walk_end(&w);
	ll_objset_put(set);
	return rc;
}

int ll_pages_wait(struct address_space *mapping, loff_t start, loff_t end, bool locked)
{
	pgoff_t index = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT;
	struct folio_batch batch;
	unsigned int i;
	int rc = 0;

	folio_batch_init(&batch);
	while (!rc && index <= last) {
		if (!(locked ? filemap_get_folios(mapping, &index, last, &batch) :
			       filemap_get_folios_tag(mapping, &index, last, PAGECACHE_TAG_WRITEBACK, &batch)))
			break;
		for (i = 0; i < folio_batch_count(&batch) && !rc; i++) {
			struct folio *folio = batch.folios[i];

			if (locked)
				rc = folio_wait_locked_killable(folio);
			if (!rc)
				rc = folio_wait_writeback_killable(folio);
		}
		folio_batch_release(&batch);
		cond_resched();
	}
	return rc;
}

int ll_pages_flush(struct address_space *mapping, loff_t start, loff_t end)
{
	int rc = mapping->nrpages ? ll_pages_wait(mapping, start, end, false) : 0, rc2;

	if (rc || !mapping->nrpages)
		return rc;
	rc = filemap_fdatawrite_range(mapping, start, end);
	rc2 = ll_pages_wait(mapping, start, end, false);
	return rc2 ? rc2 : rc;
}

static void ll_invalidate_folio(struct folio *folio, size_t offset, size_t len)
{
	struct inode *inode = folio->mapping->host;
	struct ll_objset *set;
	struct ll_object *obj;
	u64 off;

	if (offset || len < folio_size(folio))
		return;
	folio_wait_writeback(folio);
	if (!page_drop_grant(folio_page(folio, 0)))
		return;
	set = ll_objset_peek(inode);
	obj = set ? ll_objset_at(set, folio_pos(folio), NULL, &off) : NULL;
	if (obj)
		ll_osc_grant_put(obj->osc, PAGE_SIZE);
	ll_objset_put(set);
}

static bool ll_release_folio(struct folio *folio, gfp_t gfp)
{
	struct page *page = folio_page(folio, 0);

	if (folio_test_dirty(folio) || folio_test_writeback(folio))
		return false;
	if (PagePrivate(page))
		ll_invalidate_folio(folio, 0, folio_size(folio));
	return true;
}

static int ll_launder_folio(struct folio *folio)
{
	struct writeback_control wbc = { .sync_mode = WB_SYNC_ALL, .nr_to_write = 1 };
	struct inode *inode = folio->mapping->host;
	struct ll_objset *set = ll_objset_peek(inode);
	struct walk w;
	int rc;

	if (!set)
		return -EIO;
	if (!folio_clear_dirty_for_io(folio)) {
		ll_objset_put(set);
		return 0;
	}
	walk_init(&w, inode, set, true);
	rc = write_one(folio_page(folio, 0), &wbc, &w);
	walk_end(&w);
	folio_wait_writeback(folio);
	folio_lock(folio);
	ll_objset_put(set);
	return rc;
}

/*
 * O_DIRECT is ll_file_read_iter() and ll_file_write_iter(); this entry only tells the VFS that the flag is supported.
 */
static ssize_t ll_direct_IO(struct kiocb *iocb, struct iov_iter *iter)
{
	return -EINVAL;
}

const struct address_space_operations ll_aops = {
	.readahead = ll_readahead,
	.read_folio = ll_read_folio,
	.writepages = ll_writepages,
	.write_begin = ll_write_begin,
	.write_end = ll_write_end,
	.dirty_folio = filemap_dirty_folio,
	.invalidate_folio = ll_invalidate_folio,
	.release_folio = ll_release_folio,
	.launder_folio = ll_launder_folio,
	.migrate_folio = filemap_migrate_folio,
	.direct_IO = ll_direct_IO,
};

/* ---- a lock is given up ---- */

/* First cached page at or behind index, ULONG_MAX if none. */
static pgoff_t next_page(struct address_space *mapping, pgoff_t index)
{
	XA_STATE(xas, &mapping->i_pages, index);
	void *e;

	rcu_read_lock();
	do {
		e = xas_find(&xas, ULONG_MAX);
	} while (e && (xas_retry(&xas, e) || xa_is_value(e)));
	index = e ? xas.xa_index : ULONG_MAX;
	rcu_read_unlock();
	return index;
}

void ll_pages_cancel(struct inode *inode, struct ll_object *obj, struct ldlm_lock *lock, bool discard)
{
	struct address_space *mapping = inode->i_mapping;
	struct ll_objset *set = ll_objset_peek(inode);
	u64 ls = lock->l_policy.extent.start, le = lock->l_policy.extent.end;
	const struct ll_comp *c = NULL;
	u32 i, k = 0;
	u64 fs, fe;
	pgoff_t index, last;

	if (!set)
		return;
	for (i = 0; i < set->lo->nr_comps; i++) {
		struct ll_comp *x = &set->lo->comps[i];

		if (!ll_comp_has_objects(x))
			continue;
		for (k = 0; k < x->stripe_count; k++)
			if (x->first + k < set->nr && set->obj[x->first + k] == obj)
				break;
		if (k < x->stripe_count) {
			c = x;
			break;
		}
	}
	if (!c) {
		ll_objset_put(set);
		return;
	}
	/* hull in the file of what the lock covers */
	fs = ls >= MAX_LFS_FILESIZE ? MAX_LFS_FILESIZE : ll_file_pos(c, k, ls);
	fe = le >= MAX_LFS_FILESIZE / c->stripe_count ? MAX_LFS_FILESIZE : ll_file_pos(c, k, le);
	fe = min_t(u64, fe, MAX_LFS_FILESIZE);
	if (!discard && lock->l_granted_mode != LCK_PR)
		filemap_write_and_wait_range(mapping, fs, fe);
	index = fs >> PAGE_SHIFT;
	last = fe >> PAGE_SHIFT;
	while (index <= last) {
		u64 pos, off, chunk_end;

		index = next_page(mapping, index);
		if (index == ULONG_MAX || index > last)
			break;
		pos = (u64)index << PAGE_SHIFT;
		/* the run of pages up to the end of this stripe unit */
		chunk_end = (div_u64(pos, c->stripe_size) + 1) * c->stripe_size - 1;
		chunk_end = min(chunk_end, fe);
		if (pos >= c->start && pos < c->end && ll_stripe_of(c, pos, &off) == k && off + PAGE_SIZE > ls && off <= le &&
		    !(lock->l_granted_mode == LCK_PR && ll_object_covered(obj, off, off + (chunk_end - pos), false))) {
			if (le - off < chunk_end - pos)
				chunk_end = pos + (le - off);
			if (discard) {
				truncate_inode_pages_range(mapping, pos, chunk_end | ~PAGE_MASK);
				unmap_mapping_range(mapping, pos, chunk_end - pos + 1, 0);
			} else if (invalidate_inode_pages2_range(mapping, index, chunk_end >> PAGE_SHIFT)) {
				/* somebody dirtied or pinned one right now: once more, with force */
				filemap_write_and_wait_range(mapping, pos, chunk_end);
				if (invalidate_inode_pages2_range(mapping, index, chunk_end >> PAGE_SHIFT)) {
					if (mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
						mapping_set_error(mapping, -EIO);
					truncate_inode_pages_range(mapping, pos, chunk_end | ~PAGE_MASK);
				}
			}
		}
		index = (chunk_end >> PAGE_SHIFT) + 1;
		cond_resched();
	}
	ll_objset_put(set);
}

/* ---- mmap ---- */

static vm_fault_t err_to_fault(int rc)
{
	/* -EINTR: the task is being killed; a fault of the kernel in its behalf must not be tried again and again. */
	return rc == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/*
 * The layout, the objects and the extent locks of the page. The caller of a fault holds mmap_lock, but none of these: I/O takes no page
 * faults under them (io.c). The access itself follows when all are put, and a write comes in two faults; where others wait for the locks
 * it would never succeed, were these not kept a moment.
 */
struct fault_io {
	struct ll_layout	*lo;
	struct ll_objset	*set;		/* NULL: a file without objects */
	struct ll_object	*obj;		/* of the page; NULL: none */
	u64			off;		/* in it */
	struct ll_locks		locks;
};

#define FAULT_KEEP_MS	20

/* @op: LL_LAYOUT_WRITE for the second fault of a write. */
static int fault_begin(struct vm_fault *vmf, enum ll_layout_op op, u32 mode, struct fault_io *io)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	u64 pos = (u64)vmf->pgoff << PAGE_SHIFT;
	int rc;

	memset(io, 0, sizeof(*io));
	rc = ll_io_begin(inode, op, pos, pos + PAGE_SIZE, &io->lo, &io->set);
	if (rc || !io->set)
		return rc;
	io->obj = ll_objset_at(io->set, pos, NULL, &io->off);
	if (op == LL_LAYOUT_WRITE && io->obj) {
		io->locks.lock = io->locks.few;
		io->locks.few[0] = ll_object_match_used(io->obj, io->off, io->off + PAGE_SIZE - 1, true);
		io->locks.nr = !!io->locks.few[0];
	}
	if (!io->locks.nr)
		rc = ll_locks_get(inode, io->set, pos, pos + PAGE_SIZE, mode, 0, &io->locks);
	if (rc)
		ll_io_end(inode, io->lo, io->set);
	return rc;
}

static void fault_end(struct inode *inode, struct fault_io *io)
{
	unsigned int i;

	for (i = 0; i < io->locks.nr; i++)
		ldlm_lock_keep(io->locks.lock[i], FAULT_KEEP_MS);
	ll_locks_put(&io->locks);
	ll_io_end(inode, io->lo, io->set);
}

static vm_fault_t ll_fault(struct vm_fault *vmf)
{
	struct file *file = vmf->vma->vm_file;
	struct inode *inode = file_inode(file);
	struct fault_io io;
	vm_fault_t ret;
	int rc;

	/* the lock of a write at once: its second fault would give up one for reading, and the page with it */
	rc = fault_begin(vmf, LL_LAYOUT_READ, vmf->flags & FAULT_FLAG_WRITE && vmf->vma->vm_flags & VM_SHARED ? LCK_PW : LCK_PR, &io);
	if (rc)
		return err_to_fault(rc);
	if (io.set)
		rc = ll_size_for(inode, io.set, ((u64)vmf->pgoff + 1) << PAGE_SHIFT);
	/* it may drop mmap_lock, and then the mapping may be gone, and its file */
	get_file(file);
	ret = rc ? err_to_fault(rc) : filemap_fault(vmf);
	fault_end(inode, &io);
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
	struct fault_io io;
	loff_t size;
	int rc, granted;

	sb_start_pagefault(inode->i_sb);
	rc = fault_begin(vmf, LL_LAYOUT_WRITE, LCK_PW, &io);
	if (rc) {
		sb_end_pagefault(inode->i_sb);
		return err_to_fault(rc);
	}
	granted = io.obj ? grant_for_page(io.obj->osc) : -EIO;
	if (granted < 0) {
		ret = err_to_fault(granted);
		goto out;
	}
	rc = lock_stable(page_folio(page));
	if (rc) {
		ret = err_to_fault(rc);
		goto out_grant;
	}
	size = i_size_read(inode);
	if (page->mapping != inode->i_mapping || page_offset(page) >= size || !PageUptodate(page)) {
		unlock_page(page);
		ret = VM_FAULT_NOPAGE;
		goto out_grant;
	}
	page_give_grant(page, io.obj->osc, d, !granted);
	granted = 1;
	ll_data_wrote(inode, io.obj, min_t(u64, io.off + PAGE_SIZE, io.off + (size - page_offset(page))),
		      min_t(u64, size, page_offset(page) + PAGE_SIZE), true);
	set_page_dirty(page);
	set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
out_grant:
	if (!granted)
		ll_osc_grant_put(io.obj->osc, PAGE_SIZE);
out:
	fault_end(inode, &io);
	sb_end_pagefault(inode->i_sb);
	ll_count(inode->i_sb, PAGE_MKWRITE, 1);
	return ret;
}

const struct vm_operations_struct ll_vm_ops = {
	.fault = ll_fault,
	.map_pages = filemap_map_pages,
	.page_mkwrite = ll_page_mkwrite,
};
