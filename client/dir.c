// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading directories. The MDT sends 4096-byte pages of entries in the order of a hash, which is
 * also the position of telldir(3). Pages are kept by their first hash as long as the directory's
 * UPDATE lock is held (LLC_DIR); a lock callback drops them. A page is freed when the last reader
 * that uses it puts it.
 *
 * Locks: lli_dir_mutex > lli_lock.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include "internal.h"

#define DIR_PAGES_MAX	8192		/* kept of one directory */

struct ll_dir_page {
	struct rb_node		node;
	refcount_t		ref;
	u64			start;	/* hash asked for */
	u64			end;	/* where the next page starts, MDS_DIR_END_OFF */
	struct page		*page;
	void			*data;	/* LU_PAGE_SIZE bytes in it */
};

static void ll_dir_page_put(struct ll_dir_page *dp)
{
	if (!refcount_dec_and_test(&dp->ref))
		return;
	put_page(dp->page);
	kfree(dp);
}

/* The page that covers a hash, referenced; NULL. */
static struct ll_dir_page *ll_dir_page_find(struct inode *dir, u64 hash)
{
	struct ll_inode *lli = ll_i(dir);
	struct ll_dir_page *dp, *best = NULL;
	struct rb_node *n;

	spin_lock(&lli->lli_lock);
	if (lli->lli_cached & LLC_DIR) {
		for (n = lli->lli_dir_pages.rb_node; n; ) {
			dp = rb_entry(n, struct ll_dir_page, node);
			if (dp->start <= hash) {
				best = dp;
				n = n->rb_right;
			} else {
				n = n->rb_left;
			}
		}
		if (best && best->end <= hash && best->start != hash)
			best = NULL;
		if (best)
			refcount_inc(&best->ref);
	}
	spin_unlock(&lli->lli_lock);
	return best;
}

/* Cache a page if the UPDATE lock is still held; the caller holds lli_lock. */
static void ll_dir_page_insert(struct ll_inode *lli, struct ll_dir_page *new)
{
	struct rb_node **p = &lli->lli_dir_pages.rb_node, *parent = NULL;

	if (!(lli->lli_cached & LLC_DIR) || lli->lli_nr_dir_pages >= DIR_PAGES_MAX)
		return;
	while (*p) {
		struct ll_dir_page *dp = rb_entry(*p, struct ll_dir_page, node);

		parent = *p;
		if (dp->start == new->start)
			return;
		p = new->start < dp->start ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&new->node, parent, p);
	rb_insert_color(&new->node, &lli->lli_dir_pages);
	refcount_inc(&new->ref);
	lli->lli_nr_dir_pages++;
}

/* Drop the cached pages: the UPDATE lock was lost, or the inode is evicted. */
void ll_dir_pages_drop(struct inode *dir)
{
	struct ll_inode *lli = ll_i(dir);
	struct ll_dir_page *dp, *next;
	struct rb_root pages;

	spin_lock(&lli->lli_lock);
	pages = lli->lli_dir_pages;
	lli->lli_dir_pages = RB_ROOT;
	lli->lli_nr_dir_pages = 0;
	spin_unlock(&lli->lli_lock);
	rbtree_postorder_for_each_entry_safe(dp, next, &pages, node)
		ll_dir_page_put(dp);
}

static struct ll_dir_page *ll_dir_page_new(u64 start, struct page *page)
{
	struct ll_dir_page *dp = kmalloc(sizeof(*dp), GFP_KERNEL);

	if (!dp)
		return NULL;
	refcount_set(&dp->ref, 1);
	dp->start = start;
	dp->page = page;
	dp->data = page_address(page);
	dp->end = le64_to_cpu(((struct lu_dirpage *)dp->data)->ldp_hash_end);
	return dp;
}

static void ll_dir_free_pages(struct page **pages, unsigned int nr)
{
	while (nr--)
		if (pages[nr])
			put_page(pages[nr]);
	kfree(pages);
}

/*
 * Fetch the pages that follow a hash. The first one is returned referenced; all are cached while
 * the UPDATE lock is held. Where PAGE_SIZE is more than 4096 bytes, a page holds one unit of 4096.
 */
static struct ll_dir_page *ll_dir_pages_fetch(struct inode *dir, u64 hash, unsigned int nr)
{
	struct ll_dir_page *first = NULL, *dp;
	struct page **pages;
	struct bio_vec *bvec;
	u64 start = hash;
	u32 bytes = 0;
	unsigned int i;
	int rc = -ENOMEM;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	bvec = kcalloc(nr, sizeof(*bvec), GFP_KERNEL);
	if (!pages || !bvec)
		goto out;
	for (i = 0; i < nr; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i])
			goto out;
		bvec[i].bv_page = pages[i];
		bvec[i].bv_len = LU_PAGE_SIZE;
	}
	rc = mdc_readpage(dir, hash, bvec, nr, &bytes);
	if (rc)
		goto out;
	for (i = 0; i < bytes / LU_PAGE_SIZE; i++) {
		rc = wire_dirpage_check(page_address(pages[i]), LU_PAGE_SIZE);
		if (rc)
			break;
		dp = ll_dir_page_new(start, pages[i]);
		if (!dp) {
			rc = -ENOMEM;
			break;
		}
		pages[i] = NULL;	/* belongs to dp */
		start = dp->end;
		spin_lock(&ll_i(dir)->lli_lock);
		ll_dir_page_insert(ll_i(dir), dp);
		spin_unlock(&ll_i(dir)->lli_lock);
		if (!i)
			first = dp;
		else
			ll_dir_page_put(dp);
		if (start == MDS_DIR_END_OFF)
			break;
	}
	if (first)
		rc = 0;	/* pages before a bad one are used; the next call reports the error */
out:
	if (pages)
		ll_dir_free_pages(pages, nr);
	kfree(bvec);
	return rc ? ERR_PTR(rc) : first;
}

static struct ll_dir_page *ll_dir_page_get(struct inode *dir, u64 hash)
{
	struct ll_inode *lli = ll_i(dir);
	struct ll_dir_page *dp = ll_dir_page_find(dir, hash);
	struct ldlm_lock *lock;
	u32 mode;
	int rc;

	if (dp)
		return dp;
	if (mutex_lock_killable(&lli->lli_dir_mutex))
		return ERR_PTR(-EINTR);
	dp = ll_dir_page_find(dir, hash);
	if (!dp) {
		rc = mdc_lock_dir(dir, &lock, &mode);
		if (rc) {
			dp = ERR_PTR(rc);
		} else {
			spin_lock(&lli->lli_lock);
			lli->lli_cached |= LLC_DIR;
			spin_unlock(&lli->lli_lock);
			/* Most directories are small: begin with few pages. */
			dp = ll_dir_pages_fetch(dir, hash, hash ? LL_DIR_RPC_PAGES : 8);
			ldlm_lock_decref(lock, mode);
		}
	}
	mutex_unlock(&lli->lli_dir_mutex);
	return dp;
}

static unsigned int ll_dirent_type(const struct lu_dirent *ent)
{
	umode_t mode = wire_dirent_type(ent);

	return mode ? fs_umode_to_dtype(mode) : DT_UNKNOWN;
}

static u64 ll_dirent_ino(struct inode *dir, const struct lu_dirent *ent)
{
	struct lu_fid fid;

	fid_from_le(&fid, &ent->lde_fid);
	return ll_fid_ino(dir->i_sb, &fid);
}

/* A position in a directory is a hash. The end needs one of its own, which loff_t can hold. */
#define LL_DIR_POS_END	LLONG_MAX

/*
 * Entries of a page from a position on. Where the buffer of the caller is full between entries of
 * one hash, the hash does not tell the position: the entry that was given out last does. true: go
 * on with the next page.
 */
static bool ll_dir_page_emit(struct inode *dir, struct ll_file *lf, const struct ll_dir_page *dp,
			     u64 hash, struct dir_context *ctx)
{
	const struct lu_fid *last = lf->lf_dir_hash == hash ? &lf->lf_dir_fid : NULL;
	const struct lu_dirent *ent;

	for (ent = wire_dirpage_seek(dp->data, hash, last); ent;
	     ent = wire_dirpage_next(dp->data, ent)) {
		u32 len = le16_to_cpu(ent->lde_namelen);

		if (!len)
			continue;
		ctx->pos = le64_to_cpu(ent->lde_hash);
		if (!dir_emit(ctx, ent->lde_name, len, ll_dirent_ino(dir, ent),
			      ll_dirent_type(ent)))
			return false;
		lf->lf_dir_hash = ctx->pos;
		fid_from_le(&lf->lf_dir_fid, &ent->lde_fid);
	}
	return true;
}

static int ll_iterate(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file_inode(file);
	u64 hash = ctx->pos;

	ll_count(dir->i_sb, READDIR, 1);
	if (fid_is_obf(ll_fid(dir)) || ll_inode_pseudo(dir))
		return 0;	/* cannot be listed */
	while (ctx->pos != LL_DIR_POS_END) {
		struct ll_dir_page *dp = ll_dir_page_get(dir, hash);
		u64 end;
		bool more;

		if (IS_ERR(dp))
			return PTR_ERR(dp);
		more = ll_dir_page_emit(dir, file->private_data, dp, hash, ctx);
		end = dp->end;
		ll_dir_page_put(dp);
		if (!more)
			return 0;
		if (end == MDS_DIR_END_OFF) {
			ctx->pos = LL_DIR_POS_END;
			break;
		}
		if (end <= hash)
			return -EIO;	/* a page of one hash only does not end (chapter 4, 14) */
		hash = end;
		ctx->pos = end;
		cond_resched();
	}
	return 0;
}

/**
 * ll_dir_walk - look at the entries of a directory from a position on
 * @dir: the directory
 * @pos: where to begin; out: behind the last entry that @fn has taken
 * @fetch: a page that is not cached is asked for, once; false: the walk ends there
 * @fn: false: this entry is not taken, stop
 * @arg: for @fn
 *
 * Context: killable; @fn may sleep.
 *
 * Return: 0: stopped by @fn; 1: the end of the directory; -EAGAIN: the next page is not cached;
 * -errno.
 */
int ll_dir_walk(struct inode *dir, struct ll_dir_pos *pos, bool fetch,
		bool (*fn)(void *arg, const struct lu_dirent *ent), void *arg)
{
	for (;;) {
		struct ll_dir_page *dp = ll_dir_page_find(dir, pos->hash);
		const struct lu_dirent *ent;
		u64 from = pos->hash, end;

		if (!dp && !fetch)
			return -EAGAIN;
		if (!dp) {
			dp = ll_dir_page_get(dir, pos->hash);
			fetch = false;
		}
		if (IS_ERR(dp))
			return PTR_ERR(dp);
		for (ent = wire_dirpage_seek(dp->data, pos->hash,
					     pos->last_hash == pos->hash ? &pos->last : NULL);
		     ent; ent = wire_dirpage_next(dp->data, ent)) {
			if (ent->lde_namelen && !fn(arg, ent)) {
				ll_dir_page_put(dp);
				return 0;
			}
			pos->hash = le64_to_cpu(ent->lde_hash);
			pos->last_hash = pos->hash;
			fid_from_le(&pos->last, &ent->lde_fid);
		}
		end = dp->end;
		ll_dir_page_put(dp);
		if (end == MDS_DIR_END_OFF)
			return 1;
		if (end <= from)
			return -EIO;	/* as ll_iterate() */
		pos->hash = end;
		cond_resched();
	}
}

static loff_t ll_dir_llseek(struct file *file, loff_t offset, int whence)
{
	switch (whence) {
	case SEEK_CUR:
		offset += file->f_pos;
		break;
	case SEEK_SET:
		break;
	case SEEK_END:
		if (offset > 0)
			return -EINVAL;
		offset = LL_DIR_POS_END;
		break;
	default:
		return -EINVAL;
	}
	if (offset < 0)
		return -EINVAL;
	if (offset != file->f_pos) {
		struct ll_file *lf = file->private_data;

		memset(&lf->lf_dir_fid, 0, sizeof(lf->lf_dir_fid));
		file->f_pos = offset;
		file->f_version = 0;
	}
	return offset;
}

static int ll_dir_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *dir = file_inode(file);

	ll_count(dir->i_sb, FSYNC, 1);
	return ll_inode_pseudo(dir) ? 0 : mdc_sync(ll_sbi(dir->i_sb), ll_fid(dir));
}

const struct file_operations ll_dir_fops = {
	.open		= ll_file_open,
	.release	= ll_file_release,
	.read		= generic_read_dir,
	.iterate_shared	= ll_iterate,
	.llseek		= ll_dir_llseek,
	.fsync		= ll_dir_fsync,
	.setlease	= simple_nosetlease,	/* as for files */
	.unlocked_ioctl	= ll_dir_ioctl,
};
