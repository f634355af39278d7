// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page cache of regular files: readahead and read_folio become reads, writepages writes of up
 * to the OST's RPC size, collected per object. A dirty page is private (ll_page_account()) until it
 * is sent or thrown away. Pages are only cached under an extent lock; reads in flight hold a user
 * of it.
 *
 * A page in writeback is not dirtied again (SB_I_STABLE_WRITES), so the walk of a flush meets none
 * that it would have to wait for.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/writeback.h>
#include <linux/file.h>
#include "data.h"
#include <trace/events/lustre.h>

#define LL_WALK_MAX 64 /* objects collected at the same time */

/* Walk over pages that collects them into RPCs: one unfinished RPC per object. */
struct walk {
	struct inode *inode;
	struct ll_objset *set;
	bool write;
	bool stale;			/* set was replaced; pages were left dirty */
	unsigned int nr;
	struct list_head open;
};

/* ---- dirty pages: grant, and what st_blocks counts ---- */

/*
 * A page that is dirty, or about to become dirty, is private and counts in ll_object.lob_dirty, for
 * st_blocks. A page that was dirtied without ll_page_account(), by a pin of get_user_pages(), is
 * written without grant.
 */
enum ll_page_state {
	LL_PAGE_NONE,
	LL_PAGE_GRANT,	 /* grant of a page of bytes is bound to it */
	LL_PAGE_PLAIN,	 /* without grant */
	LL_PAGE_THROUGH, /* without, and write(2) waits for what the OST says */
	LL_PAGE_BOTH,	 /* the same, and others stored in it, whom fsync has to tell */
};

static enum ll_page_state ll_page_state(struct page *page)
{
	return PagePrivate(page) ? page_private(page) : LL_PAGE_NONE;
}

/**
 * ll_page_grant - grant for a page that becomes dirty
 * @osc: the OSC of its OST
 *
 * Context: sleeps, with no page locked; killable.
 *
 * Return: 0: taken; 1: there is none, and no write in flight will bring any; -EINTR.
 */
int ll_page_grant(struct ll_osc *osc)
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

static void ll_object_dirty_add(struct inode *inode, struct ll_object *obj, long pages)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;

	spin_lock(&d->lid_lock);
	obj->lob_dirty += pages;
	spin_unlock(&d->lid_lock);
}

/**
 * ll_page_account - a page becomes dirty
 * @inode: the file
 * @page: locked page
 * @obj: its object
 * @granted: ll_page_grant() brought grant: it is bound to the page, or given back if there is some
 *
 * The page counts for st_blocks until it is on the OST. If a write(2) waits for what the OST says
 * of the page, others have stored in it now, too.
 *
 * Return: has the page grant?
 */
bool ll_page_account(struct inode *inode, struct page *page, struct ll_object *obj, bool granted)
{
	enum ll_page_state state = ll_page_state(page);

	if (granted && state == LL_PAGE_GRANT)
		ll_osc_grant_put(obj->lob_osc, PAGE_SIZE);
	if (state == LL_PAGE_NONE) {
		attach_page_private(page, NULL);
		set_page_private(page, granted ? LL_PAGE_GRANT : LL_PAGE_PLAIN);
		ll_object_dirty_add(inode, obj, 1);
	} else if (granted) {
		set_page_private(page, LL_PAGE_GRANT);
	} else if (state == LL_PAGE_THROUGH) {
		set_page_private(page, LL_PAGE_BOTH);
	}
	return ll_page_state(page) == LL_PAGE_GRANT;
}

/*
 * A locked page that will not be written: its grant is given back. @obj: NULL: the layout that it
 * was dirtied under is not in use any more.
 */
static void ll_page_unaccount(struct inode *inode, struct page *page, struct ll_object *obj)
{
	enum ll_page_state state = ll_page_state(page);

	if (state == LL_PAGE_NONE)
		return;
	detach_page_private(page);
	if (!obj)
		return;
	ll_object_dirty_add(inode, obj, -1);
	if (state == LL_PAGE_GRANT)
		ll_osc_grant_put(obj->lob_osc, PAGE_SIZE);
}

/* ---- end of an RPC, collecting ---- */

static void ll_read_done(struct ll_brw *brw)
{
	u32 left = brw->lb_bytes;
	unsigned int i;

	/* The inode, and with it the mount, stays while its pages are locked. */
	atomic_long_sub(brw->lb_nr, &ll_sbi(brw->lb_inode->i_sb)->sbi_reading);
	for (i = 0; i < brw->lb_nr; i++) {
		struct bio_vec *bv = &brw->lb_bv[i];
		struct page *page = bv->bv_page;
		u32 n = min(left, bv->bv_len);

		if (!brw->lb_rc) {
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

/*
 * A page was not written. A writer that waits for it tells the error itself; if nobody else stored
 * in the page, fsync and close shall not tell it again. False: so it is.
 */
static bool ll_page_failed(struct inode *inode, struct page *page, enum ll_page_state state, int rc)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	bool waits = state >= LL_PAGE_THROUGH && READ_ONCE(d->lid_through.waits) &&
		     d->lid_through.index == page->index;

	SetPageError(page);
	if (waits)
		WRITE_ONCE(d->lid_through.rc, rc);
	if (waits && state == LL_PAGE_THROUGH)
		return false;
	mapping_set_error(inode->i_mapping, rc);
	return true;
}

static void ll_write_done(struct ll_brw *brw)
{
	bool tell = false;
	unsigned int i;

	for (i = 0; brw->lb_rc && i < brw->lb_nr; i++)
		tell |= ll_page_failed(brw->lb_inode, brw->lb_bv[i].bv_page, brw->lb_state,
				       brw->lb_rc);
	/* The OST destroys the objects of an unlinked file at any time. */
	if (tell && (brw->lb_rc != -ENOENT || brw->lb_inode->i_nlink))
		pr_err_ratelimited("%s: write of %u bytes at %llu of object " DFID " (file " DFID
				   ") failed: rc = %d\n",
				   brw->lb_obj->lob_osc->oc_name, brw->lb_len, brw->lb_off,
				   PFID(&brw->lb_obj->lob_fid),
				   PFID(ll_fid(brw->lb_inode)), brw->lb_rc);
	ll_object_dirty_add(brw->lb_inode, brw->lb_obj, -(long)brw->lb_accounted);
	for (i = 0; i < brw->lb_nr; i++) {
		struct page *page = brw->lb_bv[i].bv_page;

		end_page_writeback(page);
		put_page(page);
	}
	ll_brw_free(brw);
}

static void ll_walk_init(struct walk *w, struct inode *inode, struct ll_objset *set, bool write)
{
	w->inode = inode;
	w->set = set;
	w->write = write;
	w->stale = false;
	w->nr = 0;
	INIT_LIST_HEAD(&w->open);
}

static void ll_walk_send(struct walk *w, struct ll_brw *brw)
{
	list_del_init(&brw->lb_link);
	w->nr--;
	if (!w->write)
		atomic_long_add(brw->lb_nr, &ll_sbi(w->inode->i_sb)->sbi_reading);
	ll_brw_send(brw);
}

static void ll_walk_end(struct walk *w)
{
	while (!list_empty(&w->open))
		ll_walk_send(w, list_last_entry(&w->open, struct ll_brw, lb_link));
}

/*
 * The lock under which the page that begins the RPC is read, or was dirtied. A read keeps its user
 * of the lock; pages in writeback keep the lock without one. -ENOLCK: none, or this client was
 * evicted; the OST refuses what is sent after an eviction that came since.
 */
static int ll_brw_find_lock(struct ll_brw *brw)
{
	u64 last = brw->lb_off + PAGE_SIZE - 1;
	struct ldlm_lock *lock = brw->lb_write ?
		ll_object_match_dirty(brw->lb_obj, brw->lb_off, last) :
		ll_object_match_used(brw->lb_obj, brw->lb_off, last, false);

	if (!lock)
		return -ENOLCK;
	brw->lb_generation = lock->l_generation;
	brw->lb_lock_end = lock->l_policy.extent.end;
	if (brw->lb_write)
		ldlm_lock_decref(lock, lock->l_granted_mode);
	else
		brw->lb_lock = lock;
	return 0;
}

/* The open RPC that the page at obj_off follows, or a new one. ERR_PTR(-ENOMEM, -ENOLCK). */
static struct ll_brw *ll_walk_brw(struct walk *w, struct ll_object *obj, u64 obj_off,
				  enum ll_page_state state)
{
	struct ll_brw *brw;

	list_for_each_entry(brw, &w->open, lb_link) {
		if (brw->lb_obj != obj)
			continue;
		if (brw->lb_off + brw->lb_len == obj_off && !(brw->lb_len & ~PAGE_MASK) &&
		    brw->lb_state == state && !ll_brw_full(brw) &&
		    obj_off + PAGE_SIZE - 1 <= brw->lb_lock_end) {
			/* The next page is most likely of the same object. */
			list_move(&brw->lb_link, &w->open);
			return brw;
		}
		ll_walk_send(w, brw);
		break;
	}
	if (w->nr >= LL_WALK_MAX)
		ll_walk_send(w, list_last_entry(&w->open, struct ll_brw, lb_link));
	brw = ll_brw_new(w->inode, obj, w->write, obj_off, UINT_MAX);
	if (!brw)
		return ERR_PTR(-ENOMEM);
	if (ll_brw_find_lock(brw)) {
		ll_brw_free(brw);
		return ERR_PTR(-ENOLCK);
	}
	brw->lb_state = state;
	brw->lb_grant = state == LL_PAGE_GRANT;
	brw->lb_done = w->write ? ll_write_done : ll_read_done;
	/* Who dirtied a page is not known any more: the flag is for reads only. */
	brw->lb_sys = !w->write && capable(CAP_SYS_RESOURCE);
	list_add(&brw->lb_link, &w->open);
	w->nr++;
	return brw;
}

/* ---- reads ---- */

/* Takes over the locked page and its reference. */
static int ll_walk_read(struct walk *w, struct page *page)
{
	struct ll_object *obj = NULL;
	struct ll_brw *brw;
	u64 off;
	int rc;

	if (w->set)
		obj = ll_objset_at(w->set, page_offset(page), NULL, &off);
	if (!obj) {
		/* nothing is stored there: zeros. A missing object is an error. */
		const struct ll_comp *c =
			w->set ? ll_layout_comp(w->set->los_lo, page_offset(page)) : NULL;

		rc = (c && (!c->lc_usable || ll_comp_has_objects(c))) ||
				     (!w->set && ll_layout_refused(w->inode))
			     ? -EIO
			     : 0;
		if (!rc) {
			zero_user_segment(page, 0, PAGE_SIZE);
			SetPageUptodate(page);
		}
		goto out;
	}
	brw = ll_walk_brw(w, obj, off, LL_PAGE_NONE);
	if (IS_ERR(brw)) {
		/* The caller had a lock: this client was evicted. */
		rc = PTR_ERR(brw) == -ENOLCK ? -EIO : PTR_ERR(brw);
		goto out;
	}
	ll_brw_add(brw, page, 0, PAGE_SIZE);
	return 0;
out:
	unlock_page(page);
	put_page(page);
	return rc;
}

/*
 * Is there a lock for this page? Readahead stops at the first one without: such a page would stay
 * behind in the cache, not up to date.
 */
static bool ll_walk_may_read(struct walk *w, u64 pos)
{
	struct ll_object *obj;
	struct ll_brw *brw;
	u64 off;

	obj = w->set ? ll_objset_at(w->set, pos, NULL, &off) : NULL;
	if (!obj)
		return true;
	list_for_each_entry(brw, &w->open, lb_link)
		if (brw->lb_obj == obj && off >= brw->lb_lock->l_policy.extent.start &&
		    off + PAGE_SIZE - 1 <= brw->lb_lock->l_policy.extent.end)
			return true;
	return ll_object_may_io(obj, off, off + PAGE_SIZE - 1, false);
}

static void ll_readahead(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	struct ll_objset *set = ll_objset_peek(inode);
	struct walk w;
	struct page *page;

	ll_walk_init(&w, inode, set, false);
	while (readahead_count(rac) && ll_walk_may_read(&w, readahead_pos(rac))) {
		page = readahead_page(rac);
		if (!page)
			break;
		ll_walk_read(&w, page);
	}
	ll_walk_end(&w);
	ll_objset_put(set);
}

static int ll_read_folio(struct file *file, struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	struct ll_objset *set = ll_objset_peek(inode);
	struct walk w;
	int rc;

	ll_walk_init(&w, inode, set, false);
	folio_get(folio);
	rc = ll_walk_read(&w, folio_page(folio, 0));
	ll_walk_end(&w);
	ll_objset_put(set);
	return rc;
}

/* A locked page that is about to be written in part; not locked any more after an error. */
static int ll_read_for_write(struct inode *inode, struct ll_objset *set, struct page *page)
{
	struct walk w;
	int rc;

	ll_walk_init(&w, inode, set, false);
	get_page(page);
	ClearPageError(page);
	rc = ll_walk_read(&w, page);
	ll_walk_end(&w);
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

/**
 * ll_folio_lock_stable - lock a folio that is not in writeback, to dirty it
 * @folio: the folio
 *
 * Context: killable. Return: 0 or -EINTR.
 */
int ll_folio_lock_stable(struct folio *folio)
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
static struct page *ll_page_for_write(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio;
	int rc;

	for (;;) {
		/* FOR_MMAP: not locked */
		folio = __filemap_get_folio(mapping, index, FGP_FOR_MMAP | FGP_WRITE | FGP_CREAT,
					    mapping_gfp_mask(mapping));
		if (!folio)
			return ERR_PTR(-ENOMEM);
		rc = ll_folio_lock_stable(folio);
		if (!rc && folio->mapping == mapping)
			return folio_page(folio, 0);
		if (!rc)
			folio_unlock(folio);
		folio_put(folio);
		if (rc)
			return ERR_PTR(rc);
	}
}

/* ---- writes ---- */

static void ll_page_reserved(struct ll_brw *brw)
{
	complete(brw->lb_data);
}

/**
 * ll_page_reserve - the OST promised no space for a page that is about to be stored in: get it now
 * @inode: the file
 * @page: locked, up to date, with a lock for writing that is used
 * @obj: its object
 * @off: of the page in the object
 * @len: bytes of the page that are within the file
 *
 * The OST is given what is in the page, before anything new is. Has it taken that, then it has
 * blocks for what is stored later. A page that is dirty already is left alone. Context: sleeps,
 * killable.
 *
 * Return: 0; -ENOLCK: evicted meanwhile; -ENOMEM, -EINTR, -ENOSPC or another errno of the OST.
 */
int ll_page_reserve(struct inode *inode, struct page *page, struct ll_object *obj, u64 off,
		    unsigned int len)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct ll_brw *brw;
	int rc;

	if (ll_page_state(page) != LL_PAGE_NONE)
		return 0;
	brw = ll_brw_new(inode, obj, true, off, 1);
	if (!brw)
		return -ENOMEM;
	rc = ll_brw_find_lock(brw);
	if (rc)
		goto out;
	brw->lb_state = LL_PAGE_PLAIN;
	brw->lb_done = ll_page_reserved;
	brw->lb_data = &done;
	ll_brw_add(brw, page, 0, len);
	ll_brw_send(brw);
	if (wait_for_completion_killable(&done)) {
		ll_brw_abort(brw);
		wait_for_completion(&done);
	}
	rc = brw->lb_rc;
out:
	ll_brw_free(brw);
	return rc;
}

/* The page is the last one of this write(2) until the OST has taken it. */
static void ll_write_wait_for(struct ll_inode_data *d, struct page *page, struct ll_object *obj)
{
	set_page_private(page, PageDirty(page) ? LL_PAGE_BOTH : LL_PAGE_THROUGH);
	d->lid_through.index = page->index;
	d->lid_through.rc = 0;
	spin_lock(&d->lid_lock);
	d->lid_through.size = obj->lob_size;
	d->lid_through.kms = obj->lob_kms;
	spin_unlock(&d->lid_lock);
	WRITE_ONCE(d->lid_through.waits, true);
}

/* Nothing of this write(2) came into the page: it is as it was before ll_write_begin(). */
static void ll_write_none(struct inode *inode, struct page *page, struct ll_object *obj)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;

	if (d->lid_through.waits && d->lid_through.index == page->index)
		WRITE_ONCE(d->lid_through.waits, false);
	if (!PageDirty(page))
		ll_page_unaccount(inode, page, obj);
	else if (ll_page_state(page) >= LL_PAGE_THROUGH)
		set_page_private(page, LL_PAGE_PLAIN);
}

/* Make the part of a locked page that this write(2) leaves alone good. */
static int ll_write_prepare(struct inode *inode, struct ll_objset *set, struct ll_object *obj,
			    struct page *page, u64 off)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	u64 size;
	int rc = 0;

	spin_lock(&d->lid_lock);
	size = obj->lob_size;
	spin_unlock(&d->lid_lock);
	if (size > off)
		rc = ll_read_for_write(inode, set, page);
	else
		zero_user_segment(page, 0, PAGE_SIZE);
	if (!rc)
		SetPageUptodate(page);
	return rc;
}

static int ll_write_begin(struct file *file, struct address_space *mapping, loff_t pos,
			  unsigned int len, struct page **pagep, void **fsdata)
{
	struct inode *inode = mapping->host;
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_objset *set = ll_objset_peek(inode);
	struct ll_object *obj;
	struct page *page;
	int rc, granted;
	u64 off;

	obj = set ? ll_objset_at(set, pos & PAGE_MASK, NULL, &off) : NULL;
	/*
	 * A page without grant is the last one of a write until the OST has taken it: nothing
	 * behind it may succeed when it fails.
	 */
	rc = !obj ? -EIO : d->lid_through.waits ? -ENOSPC : 0;
	/* The OST would refuse the page when nobody waits for it any more. */
	if (!rc && off + offset_in_page(pos) + len > obj->lob_osc->oc_max_bytes)
		rc = -EFBIG;
	if (rc)
		goto out;
	granted = ll_page_grant(obj->lob_osc);
	if (granted < 0) {
		rc = granted;
		goto out;
	}
again:
	page = ll_page_for_write(mapping, pos >> PAGE_SHIFT);
	if (IS_ERR(page)) {
		rc = PTR_ERR(page);
		goto out_grant;
	}
	if (!PageUptodate(page) && len != PAGE_SIZE) {
		rc = ll_write_prepare(inode, set, obj, page, off);
		if (rc) {
			put_page(page);
			if (rc == -EAGAIN) /* thrown away meanwhile */
				goto again;
			goto out_grant;
		}
	}
	/* Evicted since ll_locks_get(). */
	if (!ll_object_may_io(obj, off, off + PAGE_SIZE - 1, true)) {
		unlock_page(page);
		put_page(page);
		rc = -EIO;
		goto out_grant;
	}
	if (!ll_page_account(inode, page, obj, !granted))
		ll_write_wait_for(d, page, obj);
	*pagep = page;
	ll_objset_put(set);
	return 0;
out_grant:
	if (!granted)
		ll_osc_grant_put(obj->lob_osc, PAGE_SIZE);
out:
	ll_objset_put(set);
	return rc;
}

static int ll_write_end(struct file *file, struct address_space *mapping, loff_t pos,
			unsigned int len, unsigned int copied, struct page *page, void *fsdata)
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
	} else {
		ll_write_none(inode, page, obj);
	}
	unlock_page(page);
	put_page(page);
	ll_objset_put(set);
	return obj ? copied : -EIO;
}

/*
 * A locked dirty page that will not be written: nothing is stored there (@obj: NULL), or its lock
 * was lost by an eviction, which throws the page away, too.
 */
static void ll_page_lose(struct inode *inode, struct page *page, struct ll_object *obj)
{
	ll_page_failed(inode, page, ll_page_state(page), -EIO);
	ll_page_unaccount(inode, page, obj);
	unlock_page(page);
}

/* The page is behind the end of its object. */
static void ll_page_cut_off(struct inode *inode, struct page *page, struct ll_object *obj, u64 off)
{
	struct ldlm_lock *lock = ll_object_match_dirty(obj, off, off + PAGE_SIZE - 1);

	/* Without a lock nobody here knows the size. */
	if (!lock) {
		ll_page_lose(inode, page, obj);
		return;
	}
	ldlm_lock_decref(lock, lock->l_granted_mode);
	ll_page_unaccount(inode, page, obj);
	unlock_page(page);
}

/* Called by write_cache_pages() with the page locked, its dirty flag cleared. */
static int ll_write_one(struct page *page, struct writeback_control *wbc, void *data)
{
	struct walk *w = data;
	struct inode *inode = w->inode;
	u64 off, size, len = PAGE_SIZE;
	struct ll_object *obj;
	struct ll_brw *brw;
	enum ll_page_state state;

	/* The layout got more components: w->set may not have the object of this page. */
	if (w->set != READ_ONCE(ll_i(inode)->lli_data->lid_set)) {
		w->stale = true;
		redirty_page_for_writepage(wbc, page);
		unlock_page(page);
		return 0;
	}
	obj = ll_objset_at(w->set, page_offset(page), NULL, &off);
	if (!obj) {
		ll_page_lose(inode, page, NULL);
		return 0;
	}
	spin_lock(&ll_i(inode)->lli_data->lid_lock);
	size = max(obj->lob_size, obj->lob_kms);
	spin_unlock(&ll_i(inode)->lli_data->lid_lock);
	state = ll_page_state(page);
	if (size <= off) {
		ll_page_cut_off(inode, page, obj, off);
		return 0;
	}
	len = min(len, size - off);
	brw = ll_walk_brw(w, obj, off, state);
	if (brw == ERR_PTR(-ENOLCK)) {
		ll_page_lose(inode, page, obj);
		return 0;
	}
	if (IS_ERR(brw)) {
		redirty_page_for_writepage(wbc, page);
		unlock_page(page);
		return -ENOMEM;
	}
	/* From here on the RPC has its grant, and counts it as dirty. */
	if (state != LL_PAGE_NONE) {
		detach_page_private(page);
		brw->lb_accounted++;
	}
	ClearPageError(page);
	get_page(page);
	set_page_writeback(page);
	ll_brw_add(brw, page, 0, len);
	unlock_page(page);
	return 0;
}

static int ll_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	struct inode *inode = mapping->host;
	long asked = wbc->nr_to_write;
	struct ll_objset *set;
	struct walk w;
	int rc;

	do {
		set = ll_objset_peek(inode);
		if (!set)
			return 0;
		ll_walk_init(&w, inode, set, true);
		rc = write_cache_pages(mapping, wbc, ll_write_one, &w);
		ll_walk_end(&w);
		ll_objset_put(set);
	} while (!rc && w.stale && wbc->sync_mode == WB_SYNC_ALL);
	trace_lustre_writepages(inode, wbc, asked, rc);
	return rc;
}

/**
 * ll_pages_reject - the OST refused a page that write(2) took without grant
 * @inode: the file; i_rwsem is held
 * @set: its objects
 * @pos: start of the page in the file
 * @end: where that write ended
 *
 * The file is as if the page had not been written.
 */
void ll_pages_reject(struct inode *inode, struct ll_objset *set, loff_t pos, loff_t end)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_object *obj;
	u64 off;

	obj = ll_objset_at(set, pos, NULL, &off);
	if (!obj)
		return;
	off += end - pos;
	/* What others made longer meanwhile stays. */
	spin_lock(&d->lid_lock);
	if (obj->lob_size == off)
		obj->lob_size = d->lid_through.size;
	if (obj->lob_kms == off)
		obj->lob_kms = d->lid_through.kms;
	spin_unlock(&d->lid_lock);
	ll_data_merge(inode, set);
	invalidate_inode_pages2_range(inode->i_mapping, pos >> PAGE_SHIFT, pos >> PAGE_SHIFT);
}

/* Offset of the first byte behind the data in the last page. ll_inode_data.lid_lock is held. */
static unsigned int ll_tail_start(const struct ll_objset *set, loff_t size)
{
	unsigned int start = offset_in_page(size);
	struct ll_object *obj;
	u64 off;

	/*
	 * i_size may be behind: the object knows better, while this client has a lock on the page.
	 */
	obj = set ? ll_objset_at(set, size & PAGE_MASK, NULL, &off) : NULL;
	if (obj && obj->lob_size > off)
		start = max_t(u64, start, min_t(u64, obj->lob_size - off, PAGE_SIZE));
	return start;
}

/**
 * ll_pages_zero_tail - the file is about to grow
 * @inode: the file
 *
 * Bytes that were stored behind its end by way of a mapping become zeros. Context: sleeps; no page
 * lock and no spinlock is held; killable.
 *
 * Return: 0 or -EINTR.
 */
int ll_pages_zero_tail(struct inode *inode)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	loff_t size = i_size_read(inode);
	struct ll_objset *set;
	struct folio *folio;
	unsigned int start;
	int rc;

	if (!READ_ONCE(d->lid_mapped) || !(size & ~PAGE_MASK))
		return 0;
	folio = filemap_get_folio(inode->i_mapping, size >> PAGE_SHIFT);
	if (IS_ERR_OR_NULL(folio))
		return 0;
	set = ll_objset_peek(inode);
	rc = folio_lock_killable(folio);
	if (!rc) {
		spin_lock(&d->lid_lock);
		start = ll_tail_start(set, size);
		spin_unlock(&d->lid_lock);
		if (folio->mapping == inode->i_mapping && folio_test_uptodate(folio) &&
		    i_size_read(inode) <= size)
			zero_user_segment(folio_page(folio, 0), start, PAGE_SIZE);
		folio_unlock(folio);
	}
	ll_objset_put(set);
	folio_put(folio);
	return rc;
}

/**
 * ll_pages_wait - wait until pages are not in writeback
 * @mapping: of the file
 * @start: first byte
 * @end: last one
 * @locked: and until nobody has them locked, either
 *
 * Context: killable. Return: 0 or -EINTR.
 */
int ll_pages_wait(struct address_space *mapping, loff_t start, loff_t end, bool locked)
{
	pgoff_t index = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT;
	struct folio_batch batch;
	unsigned int i;
	int rc = 0;

	folio_batch_init(&batch);
	while (!rc && index <= last) {
		if (!(locked ? filemap_get_folios(mapping, &index, last, &batch)
			     : filemap_get_folios_tag(mapping, &index, last,
						      PAGECACHE_TAG_WRITEBACK, &batch)))
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

/**
 * ll_pages_flush - write dirty pages and wait
 * @mapping: of the file
 * @start: first byte
 * @end: last one
 *
 * Context: killable. Errors of the writes stay with the mapping.
 *
 * Return: 0 or -EINTR.
 */
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
	set = ll_objset_peek(inode);
	obj = set ? ll_objset_at(set, folio_pos(folio), NULL, &off) : NULL;
	ll_page_unaccount(inode, folio_page(folio, 0), obj);
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
	ll_walk_init(&w, inode, set, true);
	rc = ll_write_one(folio_page(folio, 0), &wbc, &w);
	ll_walk_end(&w);
	folio_wait_writeback(folio);
	folio_lock(folio);
	ll_objset_put(set);
	/* It was not locked while it was written: a fault may have mapped it again. */
	if (!rc && folio_mapped(folio))
		rc = -EBUSY;
	return rc;
}

/*
 * Direct I/O is done by ll_file_read_iter() and ll_file_write_iter(); this entry only tells the VFS
 * that O_DIRECT is supported.
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
static pgoff_t ll_next_page(struct address_space *mapping, pgoff_t index)
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

/* The component of an object, and its number in it; NULL: the layout in use has it not. */
static const struct ll_comp *ll_object_comp(const struct ll_objset *set,
					    const struct ll_object *obj, u32 *stripe)
{
	u32 i, k;

	for (i = 0; i < set->los_lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &set->los_lo->ly_comps[i];

		if (!ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->lc_stripe_count && c->lc_first + k < set->los_nr; k++)
			if (set->los_obj[c->lc_first + k] == obj) {
				*stripe = k;
				return c;
			}
	}
	return NULL;
}

/* Drop pages [start, last] (bytes) of the file, which are written, or with @discard need not be. */
static void ll_pages_drop(struct address_space *mapping, u64 start, u64 last, bool discard)
{
	pgoff_t from = start >> PAGE_SHIFT, to = last >> PAGE_SHIFT;

	if (discard) {
		truncate_inode_pages_range(mapping, start, last | ~PAGE_MASK);
		unmap_mapping_range(mapping, start, last - start + 1, 0);
		return;
	}
	if (!invalidate_inode_pages2_range(mapping, from, to))
		return;
	/* A page was dirtied or pinned meanwhile: once more, then truncate. */
	filemap_write_and_wait_range(mapping, start, last);
	if (!invalidate_inode_pages2_range(mapping, from, to))
		return;
	if (mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		mapping_set_error(mapping, -EIO);
	truncate_inode_pages_range(mapping, start, last | ~PAGE_MASK);
}

/**
 * ll_pages_cancel - drop the pages of a lock that is given up
 * @inode: the file
 * @obj: object of the lock
 * @lock: the lock
 * @discard: dirty pages are not written
 *
 * Context: sleeps until the OST has answered the writes, not killable.
 */
void ll_pages_cancel(struct inode *inode, struct ll_object *obj, struct ldlm_lock *lock,
		     bool discard)
{
	u64 ls = lock->l_policy.extent.start, le = lock->l_policy.extent.end, fs, fe;
	bool write = lock->l_granted_mode != LCK_PR;
	struct address_space *mapping = inode->i_mapping;
	struct ll_objset *set = ll_objset_peek(inode);
	const struct ll_comp *c;
	pgoff_t index;
	u32 k;

	c = set ? ll_object_comp(set, obj, &k) : NULL;
	if (!c)
		goto out;
	/*
	 * The smallest range of the component that holds all that the lock covers. What is before
	 * the component is left out: the stripe unit there may be the one in which it begins.
	 */
	fs = ls >= MAX_LFS_FILESIZE ? MAX_LFS_FILESIZE : ll_file_pos(c, k, ls);
	fe = le >= MAX_LFS_FILESIZE / c->lc_stripe_count ? MAX_LFS_FILESIZE : ll_file_pos(c, k, le);
	fs = max(fs, c->lc_start);
	fe = min3(fe, c->lc_end - 1, (u64)MAX_LFS_FILESIZE);
	if (fs > fe)
		goto out;
	/*
	 * All at once, for long RPCs, but only the pages of this object are waited for, by
	 * ll_pages_drop(): the OSTs of the others may be away, and this one waits for its lock.
	 */
	if (!discard && write)
		filemap_fdatawrite_range(mapping, fs, fe);
	for (index = fs >> PAGE_SHIFT; index <= fe >> PAGE_SHIFT;) {
		u64 pos, off, last;

		index = ll_next_page(mapping, index);
		if (index == ULONG_MAX || index > fe >> PAGE_SHIFT)
			break;
		pos = (u64)index << PAGE_SHIFT;
		/* The pages up to the end of this stripe unit are those of one object. */
		last = min((div_u64(pos, c->lc_stripe_size) + 1) * c->lc_stripe_size - 1, fe);
		if (ll_stripe_of(c, pos, &off) == k && off + PAGE_SIZE > ls && off <= le &&
		    (write || !ll_object_covered(obj, off, off + (last - pos)))) {
			/* @le may be the largest number there is: nothing is added to it. */
			if (le - off < last - pos)
				last = pos + (le - off);
			ll_pages_drop(mapping, pos, last, discard);
		}
		index = (last >> PAGE_SHIFT) + 1;
		cond_resched();
	}
out:
	ll_objset_put(set);
}
