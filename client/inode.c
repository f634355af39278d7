// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inodes: found by FID, filled from answers of the MDT, attributes cached as long as a lock
 * protects them.
 *
 * Replies may overtake each other. Each question takes a tick of sbi_attr_clock (ll_answer.start),
 * and lli_clock is the tick of what is installed in the inode. What a lock protects (lli_cached) is
 * true as long as the lock is held: only a reply that brings a lock of its own replaces it. The
 * reply to a change that this client made takes a new tick, unless that to a change with a higher
 * transno was installed. All else is installed only if it was asked for later than what is there.
 * So an attribute never goes back to the value of an older reply.
 *
 * Size, blocks and times of regular files with objects belong to the data half (lli_ost); what is
 * shown of each time is the later of what MDT and OSTs say.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include "internal.h"

static struct kmem_cache *ll_inode_cache;

/* ---- memory ---- */

static void ll_inode_init_once(void *p)
{
	struct ll_inode *lli = p;

	inode_init_once(&lli->lli_vfs);
	spin_lock_init(&lli->lli_lock);
	mutex_init(&lli->lli_dir_mutex);
	init_rwsem(&lli->lli_layout_sem);
	mutex_init(&lli->lli_layout_mutex);
	mutex_init(&lli->lli_size_mutex);
}

int ll_inode_cache_init(void)
{
	ll_inode_cache = kmem_cache_create("lustre_inode", sizeof(struct ll_inode), 0,
					   SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT, ll_inode_init_once);
	return ll_inode_cache ? 0 : -ENOMEM;
}

void ll_inode_cache_exit(void)
{
	/* Inodes are freed by RCU. */
	rcu_barrier();
	kmem_cache_destroy(ll_inode_cache);
}

struct inode *ll_alloc_inode(struct super_block *sb)
{
	struct ll_inode *lli = alloc_inode_sb(sb, ll_inode_cache, GFP_KERNEL);

	if (!lli)
		return NULL;
	memset(&lli->lli_fid, 0, sizeof(lli->lli_fid));
	lli->lli_cached = 0;
	lli->lli_clock = 0;
	lli->lli_transno = 0;
	lli->lli_dir_gen = 1;
	lli->lli_flags = 0;
	lli->lli_attr_flags = 0;
	lli->lli_projid = 0;
	lli->lli_btime = 0;
	lli->lli_mds = LL_TIMES_UNKNOWN;
	lli->lli_ost = LL_TIMES_UNKNOWN;
	lli->lli_lazysize = 0;
	lli->lli_lazyblocks = 0;
	lli->lli_acl = NULL;
	lli->lli_symlink = NULL;
	lli->lli_xattrs = NULL;
	lli->lli_dir_pages = RB_ROOT;
	lli->lli_nr_dir_pages = 0;
	RCU_INIT_POINTER(lli->lli_layout, NULL);
	lli->lli_data = NULL;
	return &lli->lli_vfs;
}

void ll_free_inode(struct inode *inode)
{
	kfree(ll_i(inode)->lli_symlink);
	kmem_cache_free(ll_inode_cache, ll_i(inode));
}

void ll_evict_inode(struct inode *inode)
{
	struct ll_inode *lli = ll_i(inode);
	struct ldlm_res_id res;

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	if (!fid_is_zero(&lli->lli_fid) && !is_bad_inode(inode)) {
		fid_to_res_id(&res, &lli->lli_fid);
		ldlm_res_clear_data(mdc_of(inode)->lmc_ns, &res, inode);
	}
	if (S_ISREG(inode->i_mode) && lli->lli_data)
		ll_inode_data_fini(inode);
	ll_dir_pages_drop(inode);
	ll_xattrs_drop(inode);
	ll_layout_fini(inode);
	if (lli->lli_acl) {
		posix_acl_release(lli->lli_acl);
		lli->lli_acl = NULL;
	}
}

/*
 * A deleted file stays in the cache while it has pages that are not on the OSTs yet. Another client
 * may have the file open, so dirty pages are written; when nobody has, the OST calls the locks of
 * the destroyed objects back, which discards the pages. And the eviction would wait for pages in
 * writeback, in the task that closes the file.
 */
int ll_drop_inode(struct inode *inode)
{
	return generic_drop_inode(inode) && !mapping_tagged(&inode->i_data, PAGECACHE_TAG_DIRTY) &&
	       !mapping_tagged(&inode->i_data, PAGECACHE_TAG_WRITEBACK);
}

/* ---- attributes ---- */

static void ll_set_time(struct timespec64 *ts, s64 mds, s64 ost)
{
	s64 sec = max(mds, ost);

	ts->tv_sec = sec == LL_TIME_UNKNOWN ? 0 : sec;
	ts->tv_nsec = 0;
}

/* lli_lock is held. */
static void ll_times_merge_locked(struct inode *inode)
{
	struct ll_inode *lli = ll_i(inode);

	ll_set_time(&inode->i_atime, lli->lli_mds.atime, lli->lli_ost.atime);
	ll_set_time(&inode->i_mtime, lli->lli_mds.mtime, lli->lli_ost.mtime);
	ll_set_time(&inode->i_ctime, lli->lli_mds.ctime, lli->lli_ost.ctime);
}

/*
 * ll_times_merge - times of the inode from lli_mds and lli_ost
 */
void ll_times_merge(struct inode *inode)
{
	spin_lock(&ll_i(inode)->lli_lock);
	ll_times_merge_locked(inode);
	spin_unlock(&ll_i(inode)->lli_lock);
}

int ll_update_time(struct inode *inode, struct timespec64 *time, int flags)
{
	struct ll_inode *lli = ll_i(inode);

	/* In memory only: OSTs learn times from writes, the MDT from the close. */
	spin_lock(&lli->lli_lock);
	if (flags & S_ATIME)
		lli->lli_ost.atime = time->tv_sec;
	if (flags & S_MTIME)
		lli->lli_ost.mtime = time->tv_sec;
	if (flags & S_CTIME)
		lli->lli_ost.ctime = time->tv_sec;
	ll_times_merge_locked(inode);
	spin_unlock(&lli->lli_lock);
	return 0;
}

static const struct {
	u32 wire;
	unsigned int vfs;
} ll_inode_flags[] = {
	{ LUSTRE_SYNC_FL, S_SYNC },
	{ LUSTRE_IMMUTABLE_FL, S_IMMUTABLE },
	{ LUSTRE_APPEND_FL, S_APPEND },
	{ LUSTRE_NOATIME_FL, S_NOATIME },
	{ LUSTRE_DIRSYNC_FL, S_DIRSYNC },
};

static void ll_set_vfs_flags(struct inode *inode, u32 wire)
{
	unsigned int set = 0, mask = 0, i;

	for (i = 0; i < ARRAY_SIZE(ll_inode_flags); i++) {
		mask |= ll_inode_flags[i].vfs;
		if (wire & ll_inode_flags[i].wire)
			set |= ll_inode_flags[i].vfs;
	}
	set_mask_bits(&inode->i_flags, mask, set);
}

/* lli_lock is held. */
static void ll_inode_update_size(struct inode *inode, const struct mdt_body *body, u64 valid)
{
	u64 size = min_t(u64, le64_to_cpu(body->mbo_size), MAX_LFS_FILESIZE);
	struct ll_inode *lli = ll_i(inode);

	if (valid & OBD_MD_FLLAZYSIZE)
		lli->lli_lazysize = size;
	if (valid & OBD_MD_FLLAZYBLOCKS)
		lli->lli_lazyblocks = le64_to_cpu(body->mbo_blocks);
	/* The MDT tells the size of a regular file only where no object has data. */
	if (valid & OBD_MD_FLSIZE)
		i_size_write(inode, size);
	if (valid & OBD_MD_FLBLOCKS)
		inode->i_blocks = le64_to_cpu(body->mbo_blocks);
}

/* What the PERM lock protects; lli_lock is held. */
static void ll_inode_update_perm(struct inode *inode, const struct mdt_body *body, u64 valid)
{
	if (valid & OBD_MD_FLMODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (le32_to_cpu(body->mbo_mode) & ~S_IFMT);
	if (valid & OBD_MD_FLUID)
		inode->i_uid = make_kuid(&init_user_ns, le32_to_cpu(body->mbo_uid));
	if (valid & OBD_MD_FLGID)
		inode->i_gid = make_kgid(&init_user_ns, le32_to_cpu(body->mbo_gid));
}

/* What the UPDATE lock protects; lli_lock is held. */
static void ll_inode_update_attrs(struct inode *inode, const struct mdt_body *body, u64 valid)
{
	struct ll_inode *lli = ll_i(inode);

	if (valid & OBD_MD_FLNLINK)
		set_nlink(inode, le32_to_cpu(body->mbo_nlink));
	if (valid & OBD_MD_FLATIME)
		lli->lli_mds.atime = le64_to_cpu(body->mbo_atime);
	if (valid & OBD_MD_FLMTIME)
		lli->lli_mds.mtime = le64_to_cpu(body->mbo_mtime);
	if (valid & OBD_MD_FLCTIME)
		lli->lli_mds.ctime = le64_to_cpu(body->mbo_ctime);
	if (valid & OBD_MD_FLFLAGS) {
		lli->lli_attr_flags = le32_to_cpu(body->mbo_flags);
		ll_set_vfs_flags(inode, lli->lli_attr_flags);
	}
	if (valid & OBD_MD_FLPROJID)
		lli->lli_projid = le32_to_cpu(body->mbo_projid);
	if (valid & OBD_MD_FLBTIME)
		lli->lli_btime = le64_to_cpu(body->mbo_btime);
	ll_inode_update_size(inode, body, valid);
	ll_times_merge_locked(inode);
}

/*
 * Is an answer without a lock newer than what is installed? (see the head of this file) lli_lock is
 * held; the caller installs it when it is.
 */
static bool ll_answer_is_newer(struct ll_inode *lli, const struct ll_answer *a)
{
	if (a->transno) {
		if (a->transno < lli->lli_transno)
			return false;
		lli->lli_transno = a->transno;
		lli->lli_clock = atomic64_inc_return(&ll_sbi(lli->lli_vfs.i_sb)->sbi_attr_clock);
		return true;
	}
	if (a->start <= lli->lli_clock)
		return false;
	lli->lli_clock = a->start;
	return true;
}

/*
 * Attributes and access ACL of an answer. What a lock of this client protects stays, unless the
 * answer brings a lock for it. true: the inode is now at least as new as the answer.
 */
static bool ll_inode_install(struct inode *inode, const struct ll_answer *a, struct posix_acl **acl)
{
	u64 bits = a->lock ? a->bits & (LLC_UPDATE | LLC_PERM) : 0, take, kept;
	struct ll_inode *lli = ll_i(inode);

	spin_lock(&lli->lli_lock);
	kept = lli->lli_cached & ~bits;
	take = ll_answer_is_newer(lli, a) ? (LLC_UPDATE | LLC_PERM) & ~kept : bits;
	if (take & LLC_PERM) {
		ll_inode_update_perm(inode, a->body, a->valid);
		if (a->valid & OBD_MD_FLACL && !IS_ERR(*acl))
			swap(*acl, lli->lli_acl);
	}
	if (take & LLC_UPDATE)
		ll_inode_update_attrs(inode, a->body, a->valid);
	if (bits)
		lli->lli_clock = atomic64_inc_return(&ll_sbi(inode->i_sb)->sbi_attr_clock);
	if (a->valid & OBD_MD_FLMODE)
		lli->lli_cached |= bits;
	if (bits & LLC_UPDATE && S_ISDIR(inode->i_mode))
		lli->lli_cached |= LLC_DIR;
	spin_unlock(&lli->lli_lock);
	return !((LLC_UPDATE | LLC_PERM) & ~(take | kept));
}

/**
 * ll_inode_update - install what an answer says about an inode
 * @inode: the inode
 * @a: answer about this FID; the lock that came with it is still held
 *
 * Attributes, access ACL, the lock and the layout that came under it. A bad layout or ACL is logged
 * and left out. Context: may sleep.
 * Return: 0; 1: not installed, because an answer to a later question was; -ESTALE: another type,
 * the object is not the one that was known; -EOPNOTSUPP: a striped directory.
 */
int ll_inode_update(struct inode *inode, struct ll_answer *a)
{
	struct posix_acl *acl = NULL;
	bool installed;

	if (a->valid & OBD_MD_FLTYPE && inode_wrong_type(inode, le32_to_cpu(a->body->mbo_mode)))
		return -ESTALE;
	if (a->striped)
		return -EOPNOTSUPP;
	if (a->acl_len)
		acl = posix_acl_from_xattr(&init_user_ns, a->acl, a->acl_len);
	if (IS_ERR(acl))
		pr_warn_ratelimited("%s: bad ACL of " DFID ": rc = %ld\n",
				    mdc_of(inode)->lmc_name, PFID(&a->fid), PTR_ERR(acl));
	if (a->lock)
		mdc_lock_bind(a->lock, inode);
	installed = ll_inode_install(inode, a, &acl);
	if (!IS_ERR(acl))
		posix_acl_release(acl);
	/* A layout that cannot be installed leaves the file without one: I/O asks for it again. */
	if (S_ISREG(inode->i_mode) && a->lock && a->bits & MDS_INODELOCK_LAYOUT)
		ll_layout_install(inode, a->valid & OBD_MD_FLEASIZE ? a->ea : NULL,
				  a->valid & OBD_MD_FLEASIZE ? a->ea_len : 0);
	return installed ? 0 : 1;
}

/**
 * ll_inode_set_nosec - writes need not look for privileges to drop
 * @inode: regular file
 * @bits: LLC_* under which this is known
 * @xattrs: NULL; or the cached xattrs that showed it: nothing is done if they are replaced
 *
 * Until one of the locks is lost. Context: does not sleep.
 */
void ll_inode_set_nosec(struct inode *inode, u64 bits, const struct ll_xattrs *xattrs)
{
	struct ll_inode *lli = ll_i(inode);

	/* A lock that is lost clears its bits under lli_lock first, and S_NOSEC then. */
	spin_lock(&lli->lli_lock);
	if (ll_cached(inode, bits) && !(inode->i_mode & (S_ISUID | S_ISGID)) &&
	    (!xattrs || lli->lli_xattrs == xattrs))
		inode_set_flags(inode, S_NOSEC, S_NOSEC);
	spin_unlock(&lli->lli_lock);
}

/* ---- locks ---- */

static void *ll_inode_lock_grab(void *owner)
{
	return igrab(owner);
}

static void ll_inode_lock_release(void *owner)
{
	iput(owner);
}

/*
 * A lock that protected something is going away. What it protects was marked in lli_cached while
 * the answer that brought the lock had a user of it, so this always comes after the marking. The
 * marks are cleared first, the data is dropped then. Marks may be cleared too often (two locks with
 * the same bits), never too seldom.
 */
static void ll_inode_lock_lost(void *owner, u64 bits, bool failed)
{
	struct inode *inode = owner;
	struct ll_inode *lli = ll_i(inode);

	spin_lock(&lli->lli_lock);
	lli->lli_cached &= ~bits;
	if (bits & MDS_INODELOCK_UPDATE) {
		lli->lli_cached &= ~LLC_DIR;
		if (!++lli->lli_dir_gen)
			lli->lli_dir_gen = 1;
	}
	spin_unlock(&lli->lli_lock);
	if (bits & (MDS_INODELOCK_UPDATE | MDS_INODELOCK_XATTR | MDS_INODELOCK_PERM))
		set_mask_bits(&inode->i_flags, (unsigned int)S_NOSEC, 0U);
	if (bits & MDS_INODELOCK_LOOKUP)
		ll_dentries_invalidate(inode);
	if (bits & MDS_INODELOCK_UPDATE && S_ISDIR(inode->i_mode))
		ll_dir_pages_drop(inode);
	if (bits & MDS_INODELOCK_XATTR)
		ll_xattrs_drop(inode);
	if (bits & MDS_INODELOCK_LAYOUT && S_ISREG(inode->i_mode))
		ll_layout_lock_lost(inode, failed);
}

static bool ll_inode_lock_busy(void *owner, u64 bits)
{
	struct inode *inode = owner;

	return bits & MDS_INODELOCK_LAYOUT && S_ISREG(inode->i_mode) && ll_layout_busy(inode);
}

const struct mdc_lock_ops ll_inode_lock_ops = {
	.grab		= ll_inode_lock_grab,
	.release	= ll_inode_lock_release,
	.lost		= ll_inode_lock_lost,
	.busy		= ll_inode_lock_busy,
};

/* ---- finding ---- */

static int ll_inode_test(struct inode *inode, void *data)
{
	return fid_eq(ll_fid(inode), data);
}

static int ll_inode_set(struct inode *inode, void *data)
{
	const struct lu_fid *fid = data;

	ll_i(inode)->lli_fid = *fid;
	inode->i_ino = ll_fid_ino(inode->i_sb, fid);
	inode->i_generation = fid_is_igif(fid) ? fid->f_oid : fid_flatten(fid) >> 32;
	return 0;
}

static int ll_inode_fill(struct inode *inode, const struct ll_answer *a)
{
	struct ll_sb_info *sbi = ll_sbi(inode->i_sb);

	inode->i_mode = le32_to_cpu(a->body->mbo_mode);
	inode->i_blkbits = inode->i_sb->s_blocksize_bits;
	/* ACLs are cached in lli_acl, under the PERM lock, and not in the VFS. */
	inode->i_acl = ACL_DONT_CACHE;
	inode->i_default_acl = ACL_DONT_CACHE;
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &ll_file_iops;
		inode->i_fop = sbi->sbi_opts & LL_OPT_FLOCK	     ? &ll_file_fops :
			       sbi->sbi_opts & LL_OPT_LOCALFLOCK ? &ll_file_fops_localflock :
							       &ll_file_fops_noflock;
		inode->i_mapping->a_ops = &ll_aops;
		return ll_inode_data_init(inode);
	case S_IFDIR:
		inode->i_op = &ll_dir_iops;
		inode->i_fop = &ll_dir_fops;
		return 0;
	case S_IFLNK:
		inode->i_op = &ll_symlink_iops;
		return 0;
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		inode->i_op = &ll_special_iops;
		init_special_inode(inode, inode->i_mode,
				   old_decode_dev(le32_to_cpu(a->body->mbo_rdev)));
		return 0;
	}
	return -EIO;
}

/*
 * ll_iget - the inode of an answer, found or made, updated from it
 *
 * Return: a referenced inode, ERR_PTR(-ENOMEM, -ESTALE, -EPROTO, -EOPNOTSUPP (striped directory)).
 */
struct inode *ll_iget(struct super_block *sb, struct ll_answer *a)
{
	struct inode *inode;
	int rc;

	if (!(a->valid & OBD_MD_FLID) || !(le32_to_cpu(a->body->mbo_mode) & S_IFMT))
		return ERR_PTR(-EPROTO);
	/* Its names are in other objects: as a plain directory it would look empty. */
	if (a->striped)
		return ERR_PTR(-EOPNOTSUPP);
	inode = iget5_locked(sb, fid_flatten(&a->fid), ll_inode_test, ll_inode_set, &a->fid);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (inode->i_state & I_NEW) {
		rc = ll_inode_fill(inode, a);
		if (rc) {
			iget_failed(inode);
			return ERR_PTR(rc);
		}
		/* A file with a bad layout stays visible, so that it can be unlinked; I/O fails. */
		ll_inode_update(inode, a);
		unlock_new_inode(inode);
		return inode;
	}
	rc = ll_inode_update(inode, a);
	if (rc < 0) {
		iput(inode);
		return ERR_PTR(rc);
	}
	return inode;
}

/**
 * ll_iget_pseudo - a directory that only this client knows
 * @sb: the mount
 * @fid: .lustre or .lustre/fid
 * @mode: type and permissions
 *
 * Return: a referenced inode or ERR_PTR(-ENOMEM).
 */
struct inode *ll_iget_pseudo(struct super_block *sb, const struct lu_fid *fid, umode_t mode)
{
	struct inode *inode =
		iget5_locked(sb, fid_flatten(fid), ll_inode_test, ll_inode_set, (void *)fid);

	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!(inode->i_state & I_NEW))
		return inode;
	inode->i_mode = mode;
	inode->i_acl = ACL_DONT_CACHE;
	inode->i_default_acl = ACL_DONT_CACHE;
	inode->i_op = &ll_dir_iops;
	inode->i_fop = &ll_dir_fops;
	set_nlink(inode, 2);
	set_bit(LLIF_PSEUDO, &ll_i(inode)->lli_flags);
	ll_i(inode)->lli_cached = LLC_UPDATE | LLC_PERM | LLC_DIR;
	unlock_new_inode(inode);
	return inode;
}

/**
 * ll_ilookup - the inode of a FID, if it is in the cache
 * @sb: the mount
 * @fid: the FID
 *
 * Return: a referenced inode, or NULL.
 */
struct inode *ll_ilookup(struct super_block *sb, const struct lu_fid *fid)
{
	return ilookup5(sb, fid_flatten(fid), ll_inode_test, (void *)fid);
}

/**
 * ll_iget_fid - the inode of a FID, from the cache or the MDT
 * @sb: the mount
 * @fid: from a file handle or a path below .lustre/fid
 *
 * Context: killable. Return: a referenced inode; ERR_PTR(-ESTALE): no such object, ...
 */
struct inode *ll_iget_fid(struct super_block *sb, const struct lu_fid *fid)
{
	struct ll_sb_info *sbi = ll_sbi(sb);
	struct ll_answer a;
	struct inode *inode;
	int rc;

	if (!fid_is_sane(fid))
		return ERR_PTR(-ESTALE);
	inode = ll_ilookup(sb, fid);
	if (inode)
		return inode;
	rc = mdc_getattr(mdc_for_fid(sbi, fid), fid, MDC_GETATTR_VALID | OBD_MD_MEA,
			 mdc_ea_room(mdc_for_fid(sbi, fid)), &a);
	if (!rc && !fid_eq(&a.fid, fid))
		rc = -EPROTO;
	inode = rc ? ERR_PTR(rc == -ENOENT ? -ESTALE : rc) : ll_iget(sb, &a);
	ll_answer_put(&a);
	return inode;
}

/*
 * ll_inode_refresh - make cached attributes current
 * @bits: LLC_UPDATE, LLC_PERM
 *
 * Nothing is sent when locks protect them. Return: 0, -ESTALE (deleted), -EINTR, ...
 */
int ll_inode_refresh(struct inode *inode, u64 bits)
{
	int rc, tries = 0;
	struct ll_answer a;

	if (ll_cached(inode, bits))
		return 0;
	/*
	 * An answer that is not installed gave way to one that may be older than this call, when
	 * changes of this client were under way: ask again.
	 */
	do {
		rc = mdc_intent_getattr(NULL, NULL, inode, IT_GETATTR, &a);
		if (!rc && a.disp & DISP_LOOKUP_NEG)
			rc = -ENOENT;
		if (!rc && !fid_eq(&a.fid, ll_fid(inode)))
			rc = -EPROTO;
		if (!rc)
			rc = ll_inode_update(inode, &a);
		ll_answer_put(&a);
	} while (rc == 1 && tries++ < 3);
	if (rc == 1)
		rc = 0;
	return rc == -ENOENT ? -ESTALE : rc;
}

/**
 * ll_inode_refresh_open - ll_inode_refresh() for a file that may be deleted and still be open
 * @inode: the inode
 * @bits: LLC_UPDATE, LLC_PERM
 *
 * Return: as ll_inode_refresh(), but 0 for a deleted file.
 */
int ll_inode_refresh_open(struct inode *inode, u64 bits)
{
	int rc = ll_inode_refresh(inode, bits);

	/*
	 * A deleted file that is still open: the MDT has no attributes any more, use the cached
	 * ones.
	 */
	return rc == -ESTALE && !inode->i_nlink ? 0 : rc;
}

/* ---- VFS ---- */

/* What the OSTs know of a regular file. */
#define LL_STATX_OST	(STATX_SIZE | STATX_BLOCKS | STATX_ATIME | STATX_MTIME | STATX_CTIME)

int ll_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat, u32 mask,
	       unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct ll_sb_info *sbi = ll_sbi(inode->i_sb);
	struct ll_inode *lli = ll_i(inode);
	bool lazy = (flags & AT_STATX_SYNC_TYPE) == AT_STATX_DONT_SYNC;
	bool size = mask & LL_STATX_OST && S_ISREG(inode->i_mode);
	int rc;

	ll_count(inode->i_sb, GETATTR, 1);
	ll_statahead_stated(path->dentry, !lazy && mask & LL_STATX_OST);
	if (!lazy) {
		rc = ll_inode_refresh_open(inode, LLC_UPDATE | LLC_PERM);
		if (rc)
			return rc;
		if (size) {
			rc = ll_glimpse(inode);
			if (rc && rc != -ENODATA)
				return rc;
		}
	}
	spin_lock(&lli->lli_lock);
	generic_fillattr(idmap, inode, stat);
	/* Not asked for, so it may be old. */
	if (S_ISREG(inode->i_mode) && !size)
		stat->result_mask &= ~LL_STATX_OST;
	if (lazy && S_ISREG(inode->i_mode) && !stat->size) {
		stat->size = lli->lli_lazysize;
		stat->blocks = lli->lli_lazyblocks;
	}
	if (lli->lli_btime) {
		stat->btime.tv_sec = lli->lli_btime;
		stat->btime.tv_nsec = 0;
		stat->result_mask |= STATX_BTIME;
	}
	spin_unlock(&lli->lli_lock);
	stat->ino = inode->i_ino;
	stat->attributes_mask |= STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP;
	if (lli->lli_attr_flags & LUSTRE_NODUMP_FL)
		stat->attributes |= STATX_ATTR_NODUMP;
	if (sbi->sbi_stat_blocksize)
		stat->blksize = sbi->sbi_stat_blocksize;
	else if (S_ISREG(inode->i_mode))
		stat->blksize = 4 << 20;
	else if (S_ISDIR(inode->i_mode))
		stat->blksize = 1 << 20;
	else
		stat->blksize = inode->i_sb->s_blocksize;
	return 0;
}

static void ll_setattr_from_vfs(struct inode *inode, const struct iattr *attr,
				struct ll_setattr *sa)
{
	unsigned int v = attr->ia_valid;
	/*
	 * A caller who does not own the file may set the times to "now" only, by the MDT's clock.
	 */
	bool times_set = v & ATTR_SIZE || inode_owner_or_capable(&nop_mnt_idmap, inode);

	memset(sa, 0, sizeof(*sa));
	if (v & ATTR_MODE) {
		sa->valid |= MDS_ATTR_MODE;
		sa->mode = attr->ia_mode;
	}
	if (v & ATTR_UID) {
		sa->valid |= MDS_ATTR_UID;
		sa->uid = from_kuid(&init_user_ns, attr->ia_uid);
	}
	if (v & ATTR_GID) {
		sa->valid |= MDS_ATTR_GID;
		sa->gid = from_kgid(&init_user_ns, attr->ia_gid);
	}
	if (v & ATTR_SIZE) {
		/* The right to write was checked by open(2) or truncate(2). */
		sa->valid |= MDS_ATTR_SIZE | MDS_ATTR_OVERRIDE;
		sa->size = attr->ia_size;
	}
	if (v & ATTR_ATIME) {
		sa->valid |= MDS_ATTR_ATIME;
		if (v & ATTR_ATIME_SET || times_set)
			sa->valid |= MDS_ATTR_ATIME_SET;
		sa->atime = attr->ia_atime.tv_sec;
	}
	if (v & ATTR_MTIME) {
		sa->valid |= MDS_ATTR_MTIME;
		if (v & ATTR_MTIME_SET || times_set)
			sa->valid |= MDS_ATTR_MTIME_SET;
		sa->mtime = attr->ia_mtime.tv_sec;
	}
	sa->valid |= MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET;
	sa->ctime = v & ATTR_CTIME ? attr->ia_ctime.tv_sec : ktime_get_real_seconds();
	if (v & ATTR_FORCE)
		sa->valid |= MDS_ATTR_FORCE;
	if (v & ATTR_OPEN)
		sa->valid |= MDS_ATTR_FROM_OPEN;
	if (v & ATTR_KILL_SUID)
		sa->valid |= MDS_ATTR_KILL_SUID;
	if (v & ATTR_KILL_SGID)
		sa->valid |= MDS_ATTR_KILL_SGID;
}

/*
 * The times that were set are the file's, even when they lie before what the objects have. The
 * answer has told them already as the MDT could store them (@told: OBD_MD_*).
 */
static void ll_setattr_keep_times(struct inode *inode, const struct ll_setattr *sa, u64 told)
{
	struct ll_inode *lli = ll_i(inode);

	spin_lock(&lli->lli_lock);
	if (sa->valid & MDS_ATTR_ATIME) {
		if (!(told & OBD_MD_FLATIME))
			lli->lli_mds.atime = sa->atime;
		lli->lli_ost.atime = LL_TIME_UNKNOWN;
	}
	if (sa->valid & MDS_ATTR_MTIME) {
		if (!(told & OBD_MD_FLMTIME))
			lli->lli_mds.mtime = sa->mtime;
		lli->lli_ost.mtime = LL_TIME_UNKNOWN;
	}
	if (!(told & OBD_MD_FLCTIME))
		lli->lli_mds.ctime = max(lli->lli_mds.ctime, sa->ctime);
	ll_times_merge_locked(inode);
	spin_unlock(&lli->lli_lock);
}

int ll_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	struct ll_setattr sa;
	struct ll_answer a;
	u64 told;
	int rc;

	ll_count(inode->i_sb, SETATTR, 1);
	if (ll_inode_pseudo(inode))
		return -EPERM;
	if (attr->ia_valid & ATTR_SIZE && !S_ISREG(inode->i_mode))
		return -EINVAL;
	/* The checks need the owner and mode as they are now. */
	rc = ll_inode_refresh(inode, LLC_PERM);
	if (rc)
		return rc;
	rc = setattr_prepare(idmap, dentry, attr);
	if (rc)
		return rc;
	if (attr->ia_valid & ATTR_SIZE) {
		rc = inode_newsize_ok(inode, attr->ia_size);
		if (rc)
			return rc;
		/* POSIX: a truncate that succeeds changes the times. */
		if (!(attr->ia_valid & ATTR_MTIME)) {
			attr->ia_valid |= ATTR_MTIME;
			attr->ia_mtime = current_time(inode);
		}
	}
	ll_setattr_from_vfs(inode, attr, &sa);
	rc = mdc_setattr(inode, &sa, &a);
	if (!rc)
		ll_inode_update(inode, &a);
	told = a.valid;
	ll_answer_put(&a);
	if (rc)
		return rc;
	if (attr->ia_valid & (ATTR_ATIME | ATTR_MTIME))
		ll_setattr_keep_times(inode, &sa, told);
	if (attr->ia_valid & ATTR_SIZE) {
		ll_count(inode->i_sb, TRUNCATE, 1);
		rc = ll_setattr_size(inode, attr->ia_size);
		if (rc)
			return rc;
	} else if (S_ISREG(inode->i_mode) && attr->ia_valid & (ATTR_ATIME | ATTR_MTIME)) {
		/*
		 * The later of MDT's and OSTs' times is shown: make the OSTs forget theirs. An
		 * error is ignored, the MDT has stored the times.
		 */
		ll_setattr_times(inode, attr);
	}
	return 0;
}

int ll_permission(struct mnt_idmap *idmap, struct inode *inode, int mask)
{
	if (!ll_cached(inode, LLC_PERM)) {
		int rc;

		if (mask & MAY_NOT_BLOCK)
			return -ECHILD;
		rc = ll_inode_refresh_open(inode, LLC_PERM);
		if (rc)
			return rc;
	}
	ll_count(inode->i_sb, PERMISSION, 1);
	return generic_permission(idmap, inode, mask);
}

const struct inode_operations ll_special_iops = {
	.getattr	= ll_getattr,
	.setattr	= ll_setattr,
	.permission	= ll_permission,
	.listxattr	= ll_listxattr,
	.get_acl	= ll_get_acl,
	.set_acl	= ll_set_acl,
	.update_time	= ll_update_time,
	.fileattr_get	= ll_fileattr_get,
	.fileattr_set	= ll_fileattr_set,
};
