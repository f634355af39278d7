// SPDX-License-Identifier: GPL-2.0-only
/*
 * ldiskfs_hooks.h: journal handles, inodes, xattrs, contents and blocks for the object store, on
 * top of the kernel's own ext4 code.
 *
 * Lock order: [i_rwsem, own handles only] > journal handle > xattr_sem, i_data_sem (of ext4).
 */
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/xattr.h>
#include <linux/quotaops.h>
#include <linux/iversion.h>
#include <linux/pagemap.h>
#include <linux/falloc.h>
#include "ldiskfs.h"
#include "ldiskfs_jbd2.h"
#include "ldiskfs_extents.h"
#include "xattr.h"
#include "acl.h"
#include "ldiskfs_hooks.h"

/* ---- super block and journal ---- */

/**
 * ldiskfs_hook_super - check and prepare a freshly mounted super block
 * @sb: the file system
 *
 * Return: 0, -EINVAL for features that do not fit.
 */
int ldiskfs_hook_super(struct super_block *sb)
{
	if (!LDISKFS_SB(sb)->s_journal || !ldiskfs_has_feature_extents(sb) ||
	    ldiskfs_has_feature_inline_data(sb) || ldiskfs_has_feature_encrypt(sb) ||
	    ldiskfs_has_feature_casefold(sb) || sb->s_blocksize > PAGE_SIZE) {
		pr_err("ldiskfs: %s: needs journal and extents, no inline_data, encrypt, casefold\n",
		       sb->s_id);
		return -EINVAL;
	}
	/* Objects are written past the page cache, where the journal would have newer contents. */
	if (test_opt(sb, DATA_FLAGS) == LDISKFS_MOUNT_JOURNAL_DATA || test_opt(sb, DELALLOC)) {
		pr_err("ldiskfs: %s: mount options data=journal and delalloc are not supported\n",
		       sb->s_id);
		return -EINVAL;
	}
	if (LDISKFS_INODE_SIZE(sb) <= LDISKFS_GOOD_OLD_INODE_SIZE) {
		pr_err("ldiskfs: %s: inodes of %u bytes are too small\n", sb->s_id,
		       LDISKFS_INODE_SIZE(sb));
		return -EINVAL;
	}
	/* Fast commits would not see changes that are made here. */
	clear_opt2(sb, JOURNAL_FAST_COMMIT);
	/* No umask and no inherited ACLs on creation: the mode is exactly what the caller says. */
	sb->s_flags &= ~SB_POSIXACL;
	sb->s_flags |= SB_NOATIME | SB_NODIRATIME;
	return 0;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_super);

/**
 * ldiskfs_hook_failed - has an error ended all writing?
 * @sb: the file system
 *
 * Return: true: the journal is aborted, or the file system is read-only.
 */
bool ldiskfs_hook_failed(struct super_block *sb)
{
	return sb_rdonly(sb) || is_journal_aborted(LDISKFS_SB(sb)->s_journal);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_failed);

/**
 * ldiskfs_hook_max_credits - what one handle may ask for
 * @sb: the file system
 *
 * Return: the credits.
 */
int ldiskfs_hook_max_credits(struct super_block *sb)
{
	journal_t *journal = LDISKFS_SB(sb)->s_journal;

	return journal->j_max_transaction_buffers / 2;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_max_credits);

/*
 * The commit of this transaction makes data reachable, or acknowledges them, that were written
 * past jbd2. With an external journal the flush of the journal device does not flush the data
 * device, and jbd2 does that only for transactions that say so.
 */
static void ldiskfs_hook_data_flush(handle_t *handle)
{
	WRITE_ONCE(handle->h_transaction->t_need_data_flush, 1);
}

/**
 * ldiskfs_hook_start - start a journal handle
 * @sb: the file system
 * @credits: blocks of metadata that it may change
 *
 * Return: the handle or ERR_PTR(-EROFS, -EIO, -ENOMEM, -ENOSPC: too many credits).
 */
handle_t *ldiskfs_hook_start(struct super_block *sb, int credits)
{
	handle_t *handle = ldiskfs_journal_start_sb(sb, LDISKFS_HT_MISC, credits);

	if (!IS_ERR(handle))
		ldiskfs_hook_data_flush(handle);
	return handle;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_start);

/**
 * ldiskfs_hook_stop - end a journal handle
 * @handle: of ldiskfs_hook_start()
 *
 * Return: 0, -EROFS or -EIO: the journal is aborted.
 */
int ldiskfs_hook_stop(handle_t *handle)
{
	return ldiskfs_journal_stop(handle);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_stop);

static_assert(sizeof(struct ldiskfs_journal_cb_entry) ==
	      sizeof(((struct ldiskfs_hook_cb *)0)->private));

static void ldiskfs_hook_cb_run(struct super_block *sb, struct ldiskfs_journal_cb_entry *jce,
				int error)
{
	struct ldiskfs_hook_cb *cb = (struct ldiskfs_hook_cb *)jce;

	cb->fn(cb, error);
}

/**
 * ldiskfs_hook_commit_cb - have a function called at the end of a transaction
 * @handle: a handle of the transaction
 * @cb: cb->fn is called once, when the transaction is on disk or has failed
 */
void ldiskfs_hook_commit_cb(handle_t *handle, struct ldiskfs_hook_cb *cb)
{
	ldiskfs_journal_callback_add(handle, ldiskfs_hook_cb_run,
				     (struct ldiskfs_journal_cb_entry *)cb);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_commit_cb);

/**
 * ldiskfs_hook_force_commit - commit the running transaction and wait for it
 * @sb: the file system
 *
 * Return: 0, -EROFS, -EIO.
 */
int ldiskfs_hook_force_commit(struct super_block *sb)
{
	return ldiskfs_force_commit(sb);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_force_commit);

/**
 * ldiskfs_hook_start_commit - start the commit of the running transaction
 * @sb: the file system
 *
 * Does not wait for it.
 *
 * Return: 0.
 */
int ldiskfs_hook_start_commit(struct super_block *sb)
{
	jbd2_journal_start_commit(LDISKFS_SB(sb)->s_journal, NULL);
	return 0;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_start_commit);

/* ---- inodes ---- */

/*
 * What ext4's own open(2) prepares, done for every inode that the object store gets, because the
 * store never opens files: the jbd2_inode, without which ordered mode fails as soon as a partial
 * block is zeroed, and the quota structures, without which blocks are not charged. S_NOSEC: nothing
 * here has to look for security.capability.
 */
static int ldiskfs_hook_inode_open(struct inode *inode)
{
	if (S_ISREG(inode->i_mode)) {
		int rc = ldiskfs_inode_attach_jinode(inode);

		if (rc)
			return rc;
		inode_set_flags(inode, S_NOSEC, S_NOSEC);
	}
	return dquot_initialize(inode);
}

/* Contents that ext4 would transform, although ldiskfs_hook_super() saw no such feature. */
#define HOOK_FL_STRANGE \
	(LDISKFS_ENCRYPT_FL | LDISKFS_VERITY_FL | LDISKFS_CASEFOLD_FL | LDISKFS_INLINE_DATA_FL)

/**
 * ldiskfs_hook_iget - inode by number
 * @sb: the file system
 * @ino: its number
 *
 * Return: the inode, ERR_PTR(-ESTALE) when it is free or deleted, -EUCLEAN when the disk holds
 * nonsense there, other -errno.
 */
struct inode *ldiskfs_hook_iget(struct super_block *sb, unsigned long ino)
{
	struct inode *inode = ldiskfs_iget(sb, ino, LDISKFS_IGET_HANDLE);
	int rc;

	if (IS_ERR(inode))
		return inode;
	if (LDISKFS_I(inode)->i_flags & HOOK_FL_STRANGE) {
		pr_err_ratelimited("ldiskfs: %s: inode %lu has flags 0x%lx, which are not supported\n",
				   sb->s_id, ino, LDISKFS_I(inode)->i_flags);
		rc = -EUCLEAN;
	} else {
		rc = ldiskfs_hook_inode_open(inode);
	}
	if (rc) {
		iput(inode);
		return ERR_PTR(rc);
	}
	return inode;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_iget);

/**
 * ldiskfs_hook_next_inode - the next inode that is in use
 * @sb: the file system
 * @ino: in: where to begin; out: its number
 *
 * Return: 0; -ENOENT: there is none; -EIO.
 */
int ldiskfs_hook_next_inode(struct super_block *sb, unsigned long *ino)
{
	unsigned long per_group = LDISKFS_INODES_PER_GROUP(sb), bit = (*ino - 1) % per_group;
	ldiskfs_group_t group = (*ino - 1) / per_group;
	struct ldiskfs_group_desc *gdp;
	struct buffer_head *bh;

	for (; group < ldiskfs_get_groups_count(sb); group++, bit = 0) {
		gdp = ldiskfs_get_group_desc(sb, group, NULL);
		if (!gdp)
			return -EIO;
		if (ldiskfs_has_group_desc_csum(sb) &&
		    gdp->bg_flags & cpu_to_le16(LDISKFS_BG_INODE_UNINIT))
			continue;
		bh = sb_bread(sb, ldiskfs_inode_bitmap(sb, gdp));
		if (!bh)
			return -EIO;
		bit = find_next_bit_le(bh->b_data, per_group, bit);
		brelse(bh);
		if (bit < per_group) {
			*ino = group * per_group + bit + 1;
			return 0;
		}
	}
	return -ENOENT;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_next_inode);

/* Functions of the VFS kind want a dentry for the inode only; kfree() ends it. */
static struct dentry *ldiskfs_hook_dentry(struct inode *inode)
{
	struct dentry *dentry = kzalloc(sizeof(*dentry), GFP_NOFS);

	if (dentry) {
		dentry->d_inode = inode;
		dentry->d_sb = inode->i_sb;
	}
	return dentry;
}

/*
 * Orphan functions want i_rwsem to be held; the caller's own locks serialise, so this is only for
 * their assertion.
 */
static void ldiskfs_hook_orphan(handle_t *handle, struct inode *inode, bool add, int *err)
{
	bool locked = inode_trylock(inode);
	int rc = add ? ldiskfs_orphan_add(handle, inode) : ldiskfs_orphan_del(handle, inode);

	if (locked)
		inode_unlock(inode);
	if (!*err)
		*err = rc;
}

static int ldiskfs_hook_inode_setup(handle_t *handle, struct inode *parent, struct inode *inode,
				    dev_t rdev)
{
	int rc = 0;

	if (S_ISREG(inode->i_mode)) {
		/* Inherited from the directory, but a matter of how the file is written. */
		ldiskfs_clear_inode_flag(inode, LDISKFS_INODE_JOURNAL_DATA);
		inode->i_op = &ldiskfs_file_inode_operations;
		inode->i_fop = &ldiskfs_file_operations;
		ldiskfs_set_aops(inode);
	} else if (S_ISDIR(inode->i_mode)) {
		inode->i_op = &ldiskfs_dir_inode_operations;
		inode->i_fop = &ldiskfs_dir_operations;
		rc = ldiskfs_init_new_dir(handle, parent, inode);
	} else if (S_ISLNK(inode->i_mode)) {
		inode->i_op = &ldiskfs_symlink_inode_operations;
	} else {
		init_special_inode(inode, inode->i_mode, rdev);
		inode->i_op = &ldiskfs_special_inode_operations;
	}
	if (!rc)
		rc = ldiskfs_hook_inode_open(inode);
	return rc;
}

/**
 * ldiskfs_hook_new_inode - allocate and set up an inode
 * @handle: journal handle
 * @parent: directory near which it is put
 * @mode: type and permissions, as they are stored
 * @rdev: of a device node
 * @uid: owner
 * @gid: group
 * @inodep: out: the inode, referenced and unlocked, also when it could not be set up: then the
 *	caller takes its links away and puts it after the end of the handle
 *
 * Return: 0, -ENOSPC, -EDQUOT, -EIO, -ENOMEM.
 */
int ldiskfs_hook_new_inode(handle_t *handle, struct inode *parent, umode_t mode, dev_t rdev,
			   u32 uid, u32 gid, struct inode **inodep)
{
	uid_t owner[2] = { uid, gid };
	struct inode *inode;
	int rc, rc2;

	*inodep = NULL;
	inode = ldiskfs_new_inode(handle, parent, mode, NULL, 0, owner, 0);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->i_mode = mode;
	rc = ldiskfs_hook_inode_setup(handle, parent, inode, rdev);
	rc2 = ldiskfs_mark_inode_dirty(handle, inode);
	unlock_new_inode(inode);
	*inodep = inode;
	return rc ?: rc2;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_new_inode);

/**
 * ldiskfs_hook_dirty - write the VFS inode to its buffer, as part of the transaction
 * @handle: journal handle
 * @inode: the inode
 *
 * Return: 0 or -EIO.
 */
int ldiskfs_hook_dirty(handle_t *handle, struct inode *inode)
{
	return ldiskfs_mark_inode_dirty(handle, inode);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_dirty);

/**
 * ldiskfs_hook_nlink - change a link count, with the orphan list at the edge of 0
 * @handle: journal handle
 * @inode: the inode
 * @delta: by how much; a directory with -2 goes to 0
 *
 * Return: 0, -EMLINK, -EIO.
 */
int ldiskfs_hook_nlink(handle_t *handle, struct inode *inode, int delta)
{
	bool was_zero = !inode->i_nlink;
	int rc = 0, rc2;

	if (S_ISDIR(inode->i_mode)) {
		/* 1 means "too many to count". */
		if (delta <= -2) {
			clear_nlink(inode);
		} else if (delta < 0) {
			if (inode->i_nlink > 2)
				drop_nlink(inode);
		} else if (inode->i_nlink != 1 || was_zero) {
			u64 n = (u64)inode->i_nlink + delta;

			set_nlink(inode, n >= LDISKFS_LINK_MAX ? 1 : n);
			if (inode->i_nlink == 1)
				ldiskfs_set_feature_dir_nlink(inode->i_sb);
		}
	} else {
		s64 n = (s64)inode->i_nlink + delta;

		if (n > LDISKFS_LINK_MAX)
			return -EMLINK;
		if (n <= 0)
			clear_nlink(inode);
		else
			set_nlink(inode, n);
	}
	if (!inode->i_nlink && !was_zero)
		ldiskfs_hook_orphan(handle, inode, true, &rc);
	else if (inode->i_nlink && was_zero)
		ldiskfs_hook_orphan(handle, inode, false, &rc);
	rc2 = ldiskfs_mark_inode_dirty(handle, inode);
	return rc ?: rc2;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_nlink);

/**
 * ldiskfs_hook_ext_get - attributes that the VFS inode does not have
 * @inode: the inode
 * @ea: out: all of them
 */
void ldiskfs_hook_ext_get(struct inode *inode, struct ldiskfs_ext_attr *ea)
{
	struct ldiskfs_inode_info *ei = LDISKFS_I(inode);

	ea->flags = ei->i_flags & LDISKFS_FL_USER_VISIBLE &
		    ~(LDISKFS_EXTENTS_FL | LDISKFS_INDEX_FL);
	ea->projid = from_kprojid(&init_user_ns, ei->i_projid);
	ea->version = inode_peek_iversion(inode);
	ea->crtime = ei->i_crtime;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_ext_get);

/*
 * chattr flags that may be stored; those that change how ext4 treats the file's blocks are left
 * alone.
 */
#define HOOK_FL_SETTABLE                                                                  \
	(LDISKFS_SYNC_FL | LDISKFS_IMMUTABLE_FL | LDISKFS_APPEND_FL | LDISKFS_NODUMP_FL | \
	 LDISKFS_NOATIME_FL | LDISKFS_DIRSYNC_FL | LDISKFS_TOPDIR_FL | LDISKFS_PROJINHERIT_FL)

static int ldiskfs_hook_set_projid(struct inode *inode, u32 projid)
{
	struct ldiskfs_inode_info *ei = LDISKFS_I(inode);
	kprojid_t kprojid = make_kprojid(&init_user_ns, projid);
	struct dquot *to[MAXQUOTAS] = {};
	int rc = 0;

	if (projid_eq(kprojid, ei->i_projid))
		return 0;
	if (!ldiskfs_has_feature_project(inode->i_sb))
		return -EOPNOTSUPP;
	if (!LDISKFS_FITS_IN_INODE((struct ldiskfs_inode *)NULL, ei, i_projid))
		return -EOVERFLOW;
#ifdef CONFIG_QUOTA
	rc = dquot_initialize(inode);
	if (rc)
		return rc;
	to[PRJQUOTA] = dqget(inode->i_sb, make_kqid_projid(kprojid));
	if (!IS_ERR(to[PRJQUOTA])) {
		down_read(&ei->xattr_sem);
		rc = __dquot_transfer(inode, to);
		up_read(&ei->xattr_sem);
		dqput(to[PRJQUOTA]);
	}
#endif
	if (!rc)
		ei->i_projid = kprojid;
	return rc;
}

/**
 * ldiskfs_hook_ext_set - change attributes that the VFS inode does not have, in memory
 * @inode: the inode
 * @ea: new values
 * @valid: LDISKFS_EA_* of those that change
 *
 * Return: 0, -EOPNOTSUPP (project ids without the feature), -EDQUOT.
 */
int ldiskfs_hook_ext_set(struct inode *inode, const struct ldiskfs_ext_attr *ea, unsigned int valid)
{
	struct ldiskfs_inode_info *ei = LDISKFS_I(inode);
	unsigned int i;

	if (valid & LDISKFS_EA_FLAGS) {
		for (i = 0; i < 32; i++) {
			if (!(HOOK_FL_SETTABLE & BIT(i)))
				continue;
			if (ea->flags & BIT(i))
				ldiskfs_set_inode_flag(inode, i);
			else
				ldiskfs_clear_inode_flag(inode, i);
		}
	}
	if (valid & LDISKFS_EA_VERSION)
		inode_set_iversion_queried(inode, ea->version);
	if (valid & LDISKFS_EA_CRTIME)
		ei->i_crtime = timestamp_truncate(ea->crtime, inode);
	if (valid & LDISKFS_EA_PROJID)
		return ldiskfs_hook_set_projid(inode, ea->projid);
	return 0;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_ext_set);

static void ldiskfs_hook_size_store(struct inode *inode, u64 size)
{
	down_write(&LDISKFS_I(inode)->i_data_sem);
	LDISKFS_I(inode)->i_disksize = size;
	i_size_write(inode, size);
	up_write(&LDISKFS_I(inode)->i_data_sem);
}

/**
 * ldiskfs_hook_size_set - set the size, in memory, of an inode without blocks of data
 * @inode: the inode
 * @size: in bytes
 *
 * Return: 0, -EINVAL: there are blocks that a smaller size would leave behind, -EIO.
 */
int ldiskfs_hook_size_set(struct inode *inode, u64 size)
{
	u32 end = DIV_ROUND_UP_ULL(i_size_read(inode), i_blocksize(inode));
	struct ldiskfs_map map = {};
	int rc;

	/* i_blocks counts a block of xattrs, too. */
	while (inode->i_blocks && size < i_size_read(inode) && map.lblk < end) {
		map.len = end - map.lblk;
		rc = ldiskfs_hook_map(inode, &map);
		if (rc)
			return rc;
		if (map.mapped)
			return -EINVAL;
		map.lblk += map.len;
	}
	ldiskfs_hook_size_store(inode, size);
	return 0;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_size_set);

/**
 * ldiskfs_hook_chown - set the owner in memory, with quota accounting
 * @inode: the inode
 * @attr: new uid, gid
 *
 * Return: 0, -EDQUOT, -EIO.
 */
int ldiskfs_hook_chown(struct inode *inode, const struct iattr *attr)
{
	struct iattr ia = *attr;
	int rc;

	rc = dquot_initialize(inode);
	if (!rc) {
		down_read(&LDISKFS_I(inode)->xattr_sem);
		rc = dquot_transfer(&init_user_ns, inode, &ia);
		up_read(&LDISKFS_I(inode)->xattr_sem);
	}
	if (rc)
		return rc;
	if (ia.ia_valid & ATTR_UID)
		inode->i_uid = ia.ia_uid;
	if (ia.ia_valid & ATTR_GID)
		inode->i_gid = ia.ia_gid;
	return 0;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_chown);

/* ---- xattrs ---- */

static const struct {
	const char *prefix;
	int index;
} hook_prefixes[] = {
	{ XATTR_USER_PREFIX, LDISKFS_XATTR_INDEX_USER },
	{ XATTR_TRUSTED_PREFIX, LDISKFS_XATTR_INDEX_TRUSTED },
	{ XATTR_SECURITY_PREFIX, LDISKFS_XATTR_INDEX_SECURITY },
};

static int ldiskfs_hook_xattr_index(const char *name, const char **rest)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hook_prefixes); i++) {
		size_t n = strlen(hook_prefixes[i].prefix);

		if (!strncmp(name, hook_prefixes[i].prefix, n) && name[n]) {
			*rest = name + n;
			return hook_prefixes[i].index;
		}
	}
	return -EOPNOTSUPP;
}

static int ldiskfs_hook_acl_type(const char *name)
{
	if (!strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS))
		return ACL_TYPE_ACCESS;
	if (!strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT))
		return ACL_TYPE_DEFAULT;
	return -1;
}

static ssize_t ldiskfs_hook_acl_get(struct inode *inode, int type, void *buf, size_t size)
{
	struct posix_acl *acl;
	ssize_t rc;

	acl = ldiskfs_get_acl(inode, type, false);
	if (IS_ERR(acl))
		return PTR_ERR(acl);
	if (!acl)
		return -ENODATA;
	rc = posix_acl_to_xattr(&init_user_ns, acl, size ? buf : NULL, size);
	posix_acl_release(acl);
	return rc;
}

static int ldiskfs_hook_acl_set(struct inode *inode, int type, const void *val, size_t len,
				int flags)
{
	struct posix_acl *acl = NULL;
	int rc;

	if (flags) {
		ssize_t have = ldiskfs_hook_acl_get(inode, type, NULL, 0);

		if (have < 0 && have != -ENODATA)
			return have;
		if (have >= 0 && (flags & XATTR_CREATE))
			return -EEXIST;
		if (have < 0 && (flags & XATTR_REPLACE))
			return -ENODATA;
	}
	if (type == ACL_TYPE_DEFAULT && !S_ISDIR(inode->i_mode))
		return val ? -EACCES : 0;
	if (val) {
		acl = posix_acl_from_xattr(&init_user_ns, val, len);
		if (IS_ERR(acl))
			return PTR_ERR(acl);
		rc = acl ? posix_acl_valid(&init_user_ns, acl) : 0;
		if (rc)
			goto out;
	}
	/* Joins the running handle. */
	rc = ldiskfs_set_acl(&init_user_ns, inode, acl, type);
out:
	posix_acl_release(acl);
	return rc;
}

/**
 * ldiskfs_hook_xattr_get - value of an xattr by its full name
 * @inode: the inode
 * @name: with its prefix
 * @buf: gets the value; NULL: only its length is asked
 * @size: of @buf
 *
 * Return: length, -ENODATA, -ERANGE, -EOPNOTSUPP.
 */
ssize_t ldiskfs_hook_xattr_get(struct inode *inode, const char *name, void *buf, size_t size)
{
	int type = ldiskfs_hook_acl_type(name), index;
	const char *rest;

	if (type >= 0)
		return ldiskfs_hook_acl_get(inode, type, buf, size);
	index = ldiskfs_hook_xattr_index(name, &rest);
	if (index < 0)
		return index;
	return ldiskfs_xattr_get(inode, index, rest, size ? buf : NULL, size);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_xattr_get);

/**
 * ldiskfs_hook_xattr_set - set or remove an xattr by its full name
 * @handle: journal handle
 * @inode: the inode
 * @name: with its prefix
 * @val: the value; NULL removes the xattr
 * @len: of @val
 * @flags: XATTR_CREATE, XATTR_REPLACE or 0
 *
 * The change time of the inode does not move. An access ACL sets the permission bits as chacl does.
 *
 * Return: 0, -ENODATA, -EEXIST, -ENOSPC (does not fit), -ERANGE, -EOPNOTSUPP, -EINVAL (ACL).
 */
int ldiskfs_hook_xattr_set(handle_t *handle, struct inode *inode, const char *name, const void *val,
			   size_t len, int flags)
{
	struct timespec64 ctime = inode->i_ctime;
	int type = ldiskfs_hook_acl_type(name), index, rc;
	const char *rest;

	if (type >= 0) {
		rc = ldiskfs_hook_acl_set(inode, type, val, len, flags);
	} else {
		index = ldiskfs_hook_xattr_index(name, &rest);
		if (index < 0)
			return index;
		rc = ldiskfs_xattr_set_handle(handle, inode, index, rest, val, len, flags);
	}
	if (!rc && !timespec64_equal(&ctime, &inode->i_ctime)) {
		inode->i_ctime = ctime;
		rc = ldiskfs_mark_inode_dirty(handle, inode);
	}
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_xattr_set);

/**
 * ldiskfs_hook_xattr_list - full names of all xattrs, each with its NUL
 * @inode: the inode
 * @buf: gets the names; NULL: only their length is asked
 * @size: of @buf
 *
 * Return: length, -ERANGE.
 */
ssize_t ldiskfs_hook_xattr_list(struct inode *inode, char *buf, size_t size)
{
	static const char *const acls[] = { XATTR_NAME_POSIX_ACL_ACCESS,
					    XATTR_NAME_POSIX_ACL_DEFAULT };
	struct dentry *dentry;
	ssize_t n, have;
	int i;

	dentry = ldiskfs_hook_dentry(inode);
	if (!dentry)
		return -ENOMEM;
	n = ldiskfs_listxattr(dentry, size ? buf : NULL, size);
	kfree(dentry);
	for (i = 0; n >= 0 && i < ARRAY_SIZE(acls); i++) {
		size_t len = strlen(acls[i]) + 1;

		have = ldiskfs_hook_acl_get(inode, ldiskfs_hook_acl_type(acls[i]), NULL, 0);
		if (have < 0)
			continue;
		if (size) {
			if (n + len > size)
				return -ERANGE;
			memcpy(buf + n, acls[i], len);
		}
		n += len;
	}
	return n;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_xattr_list);

/* ---- contents as metadata ---- */

/* Metadata are the contents of local files, and the targets of long symbolic links. */
static int ldiskfs_hook_meta_check(struct inode *inode)
{
	if (S_ISREG(inode->i_mode) ||
	    (S_ISLNK(inode->i_mode) && !ldiskfs_inode_is_fast_symlink(inode)))
		return 0;
	return S_ISDIR(inode->i_mode) ? -EISDIR : -EINVAL;
}

/* The block at @lblk; NULL where it reads as zeros. */
static struct buffer_head *ldiskfs_hook_meta_read(struct inode *inode, u32 lblk)
{
	struct ldiskfs_map map = { .lblk = lblk, .len = 1 };
	int rc = ldiskfs_hook_map(inode, &map);

	if (rc)
		return ERR_PTR(rc);
	if (!map.mapped || map.unwritten)
		return NULL;
	return ldiskfs_bread(NULL, inode, lblk, 0) ?: ERR_PTR(-EIO);
}

/**
 * ldiskfs_hook_buf_read - read a local file through the buffer cache
 * @inode: the file
 * @buf: gets the bytes
 * @len: how many
 * @pos: where they are in the file
 *
 * Return: bytes (short at the end of the file), -EIO, -EISDIR, -EINVAL (not a file).
 */
ssize_t ldiskfs_hook_buf_read(struct inode *inode, void *buf, size_t len, u64 pos)
{
	unsigned int bits = inode->i_blkbits, bs = 1 << bits;
	u64 size = i_size_read(inode);
	struct buffer_head *bh;
	size_t done = 0;
	int rc;

	rc = ldiskfs_hook_meta_check(inode);
	if (rc)
		return rc;
	if (pos >= size)
		return 0;
	len = min_t(u64, len, size - pos);
	while (done < len) {
		unsigned int off = (pos + done) & (bs - 1);
		size_t n = min_t(size_t, bs - off, len - done);

		bh = ldiskfs_hook_meta_read(inode, (pos + done) >> bits);
		if (IS_ERR(bh))
			return PTR_ERR(bh);
		if (bh)
			memcpy(buf + done, bh->b_data + off, n);
		else
			memset(buf + done, 0, n);
		brelse(bh);
		done += n;
	}
	return done;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_buf_read);

static int ldiskfs_hook_meta_write(handle_t *handle, struct inode *inode, u32 lblk,
				   unsigned int off, const void *buf, size_t n)
{
	struct ldiskfs_map map = { .lblk = lblk, .len = 1 };
	struct buffer_head *bh;
	int rc;

	rc = ldiskfs_hook_map(inode, &map);
	if (rc)
		return rc;
	bh = ldiskfs_bread(handle, inode, lblk, LDISKFS_GET_BLOCKS_CREATE);
	if (IS_ERR(bh))
		return PTR_ERR(bh);
	rc = ldiskfs_journal_get_write_access(handle, inode->i_sb, bh, LDISKFS_JTR_NONE);
	if (!rc) {
		lock_buffer(bh);
		/* A new block: the buffer cache may still know what it held when it was freed. */
		if (!map.mapped || map.unwritten)
			memset(bh->b_data, 0, bh->b_size);
		memcpy(bh->b_data + off, buf, n);
		unlock_buffer(bh);
		rc = ldiskfs_handle_dirty_metadata(handle, inode, bh);
	}
	brelse(bh);
	return rc;
}

/**
 * ldiskfs_hook_buf_write - journalled write of a local file through the buffer cache
 * @handle: journal handle
 * @inode: the file
 * @buf: the bytes
 * @len: how many
 * @pos: where in the file
 *
 * The file gets the flag for journalled data, with which ext4 revokes its blocks when they are
 * freed; files of another system may lack it.
 *
 * Return: 0, -ENOSPC, -EIO, -EFBIG, -EISDIR, -EINVAL (not a file).
 */
int ldiskfs_hook_buf_write(handle_t *handle, struct inode *inode, const void *buf, size_t len,
			   u64 pos)
{
	unsigned int bits = inode->i_blkbits, bs = 1 << bits;
	size_t done = 0;
	int rc;

	rc = ldiskfs_hook_meta_check(inode);
	if (rc)
		return rc;
	if (pos > inode->i_sb->s_maxbytes || len > inode->i_sb->s_maxbytes - pos)
		return -EFBIG;
	if (!ldiskfs_should_journal_data(inode)) {
		ldiskfs_set_inode_flag(inode, LDISKFS_INODE_JOURNAL_DATA);
		ldiskfs_set_aops(inode);
		rc = ldiskfs_mark_inode_dirty(handle, inode);
	}
	while (!rc && done < len) {
		unsigned int off = (pos + done) & (bs - 1);
		size_t n = min_t(size_t, bs - off, len - done);

		rc = ldiskfs_hook_meta_write(handle, inode, (pos + done) >> bits, off, buf + done,
					     n);
		done += n;
	}
	if (!rc && pos + len > i_size_read(inode)) {
		ldiskfs_hook_size_store(inode, pos + len);
		rc = ldiskfs_mark_inode_dirty(handle, inode);
	}
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_buf_write);

/**
 * ldiskfs_hook_symlink_set - target of a new symbolic link
 * @handle: journal handle
 * @inode: the link
 * @target: where it points
 * @len: bytes of @target
 *
 * Return: 0, -ENAMETOOLONG, -ENOSPC, -EIO.
 */
int ldiskfs_hook_symlink_set(handle_t *handle, struct inode *inode, const char *target, size_t len)
{
	struct ldiskfs_inode_info *ei = LDISKFS_I(inode);
	int rc;

	if (!S_ISLNK(inode->i_mode) || !len)
		return -EINVAL;
	if (len + 1 > inode->i_sb->s_blocksize)
		return -ENAMETOOLONG;
	if (len + 1 > sizeof(ei->i_data)) {
		char *copy = kzalloc(len + 1, GFP_NOFS);

		if (!copy)
			return -ENOMEM;
		memcpy(copy, target, len);
		rc = ldiskfs_hook_meta_write(handle, inode, 0, 0, copy, len + 1);
		kfree(copy);
		inode->i_op = &ldiskfs_symlink_inode_operations;
	} else {
		ldiskfs_clear_inode_flag(inode, LDISKFS_INODE_EXTENTS);
		memset(ei->i_data, 0, sizeof(ei->i_data));
		memcpy(ei->i_data, target, len);
		inode->i_op = &ldiskfs_fast_symlink_inode_operations;
		inode->i_link = (char *)ei->i_data;
		rc = 0;
	}
	if (rc)
		return rc;
	ldiskfs_hook_size_store(inode, len);
	return ldiskfs_mark_inode_dirty(handle, inode);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_symlink_set);

/**
 * ldiskfs_hook_symlink_get - target of a symbolic link
 * @inode: the link
 * @buf: gets the target
 * @size: of @buf
 *
 * Return: its length without NUL (which is added when there is room), -ERANGE, -EINVAL, -EIO.
 */
ssize_t ldiskfs_hook_symlink_get(struct inode *inode, char *buf, size_t size)
{
	size_t len = i_size_read(inode);
	ssize_t rc;

	if (!S_ISLNK(inode->i_mode))
		return -EINVAL;
	if (size < len)
		return -ERANGE;
	if (ldiskfs_inode_is_fast_symlink(inode)) {
		if (len >= sizeof(LDISKFS_I(inode)->i_data))
			return -EIO;
		memcpy(buf, LDISKFS_I(inode)->i_data, len);
	} else {
		rc = ldiskfs_hook_buf_read(inode, buf, len, 0);
		if (rc < 0)
			return rc;
		if (rc != len)
			return -EIO;
	}
	if (size > len)
		buf[len] = 0;
	return len;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_symlink_get);

/* ---- blocks ---- */

static void ldiskfs_hook_map_result(struct ldiskfs_map *map, const struct ldiskfs_map_blocks *mb)
{
	map->len = mb->m_len;
	map->mapped = mb->m_flags & (LDISKFS_MAP_MAPPED | LDISKFS_MAP_UNWRITTEN);
	map->unwritten = mb->m_flags & LDISKFS_MAP_UNWRITTEN;
	map->pblk = map->mapped ? mb->m_pblk : 0;
}

/**
 * ldiskfs_hook_map - what is at a logical block?
 * @inode: the file
 * @map: lblk and len in; out: what the first blocks, len of them, have in common
 *
 * Return: 0 with map->len >= 1, -errno.
 */
int ldiskfs_hook_map(struct inode *inode, struct ldiskfs_map *map)
{
	struct ldiskfs_map_blocks mb = { .m_lblk = map->lblk, .m_len = map->len };
	int rc = ldiskfs_map_blocks(NULL, inode, &mb, 0);

	if (rc < 0)
		return rc;
	ldiskfs_hook_map_result(map, &mb);
	return map->len ? 0 : -EIO;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_map);

/* Can the data of the inode be written past the page cache? */
static int ldiskfs_hook_data_check(struct inode *inode)
{
	if (!S_ISREG(inode->i_mode))
		return S_ISDIR(inode->i_mode) ? -EISDIR : -EINVAL;
	if (ldiskfs_test_inode_flag(inode, LDISKFS_INODE_EXTENTS) &&
	    !ldiskfs_should_journal_data(inode))
		return 0;
	pr_err_ratelimited("ldiskfs: %s: inode %lu has no extents or journalled data: not changed\n",
			   inode->i_sb->s_id, inode->i_ino);
	return -EIO;
}

/**
 * ldiskfs_hook_alloc - blocks for a write; new ones are unwritten
 * @inode: the file
 * @map: as for ldiskfs_hook_map(); holes get blocks
 *
 * Uses handles of its own.
 *
 * Return: 0, -ENOSPC, -EDQUOT, -EIO, -EISDIR, -EINVAL (not a file).
 */
int ldiskfs_hook_alloc(struct inode *inode, struct ldiskfs_map *map)
{
	struct ldiskfs_map_blocks mb;
	int rc, retries = 0;
	handle_t *handle;

	rc = ldiskfs_hook_data_check(inode);
	if (!rc)
		rc = ldiskfs_hook_map(inode, map);
	if (rc || (map->mapped && !map->unwritten))
		return rc;
	do {
		mb.m_lblk = map->lblk;
		mb.m_len = map->len;
		handle = ldiskfs_journal_start(inode, LDISKFS_HT_MAP_BLOCKS,
					       ldiskfs_chunk_trans_blocks(inode, map->len));
		if (IS_ERR(handle))
			return PTR_ERR(handle);
		rc = ldiskfs_map_blocks(handle, inode, &mb, LDISKFS_GET_BLOCKS_IO_CREATE_EXT);
		ldiskfs_journal_stop(handle);
	} while (rc == -ENOSPC && ldiskfs_should_retry_alloc(inode->i_sb, &retries));
	if (rc <= 0)
		return rc ?: -EIO;
	ldiskfs_hook_map_result(map, &mb);
	/*
	 * The blocks may have been those of a local file or directory: what the buffer cache still
	 * has of them must not be written over the data.
	 */
	clean_bdev_aliases(inode->i_sb->s_bdev, map->pblk, map->len);
	return 0;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_alloc);

/**
 * ldiskfs_hook_convert - the data are on disk: unwritten blocks become readable
 * @inode: the file
 * @pos: begin of the range, at a block
 * @len: bytes of it
 *
 * As ldiskfs_convert_unwritten_extents(), but each commit flushes the data first. Uses handles of
 * its own.
 *
 * Return: 0, -EIO, -ENOMEM.
 */
int ldiskfs_hook_convert(struct inode *inode, u64 pos, u64 len)
{
	struct ldiskfs_map_blocks mb = {
		.m_lblk = pos >> inode->i_blkbits,
		.m_len = len >> inode->i_blkbits,
	};
	int credits = ldiskfs_chunk_trans_blocks(inode, mb.m_len);
	u32 end = mb.m_lblk + mb.m_len;
	handle_t *handle;
	int rc = 0, rc2;

	while (!rc && mb.m_lblk < end) {
		handle = ldiskfs_journal_start(inode, LDISKFS_HT_MAP_BLOCKS, credits);
		if (IS_ERR(handle))
			return PTR_ERR(handle);
		ldiskfs_hook_data_flush(handle);
		mb.m_len = end - mb.m_lblk;
		rc = ldiskfs_map_blocks(handle, inode, &mb, LDISKFS_GET_BLOCKS_IO_CONVERT_EXT);
		rc = rc > 0 ? ldiskfs_mark_inode_dirty(handle, inode) : rc ?: -EIO;
		rc2 = ldiskfs_journal_stop(handle);
		rc = rc ?: rc2;
		mb.m_lblk += mb.m_len;
	}
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_convert);

/**
 * ldiskfs_hook_extend - let the size grow
 * @inode: the file
 * @size: that it has at least afterwards
 *
 * Uses a handle of its own.
 *
 * Return: 0, -EROFS, -EIO.
 */
int ldiskfs_hook_extend(struct inode *inode, u64 size)
{
	handle_t *handle;
	int rc, rc2;

	if (size <= i_size_read(inode))
		return 0;
	handle = ldiskfs_journal_start(inode, LDISKFS_HT_INODE, 3);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	ldiskfs_hook_data_flush(handle);
	down_write(&LDISKFS_I(inode)->i_data_sem);
	if (size > i_size_read(inode)) {
		LDISKFS_I(inode)->i_disksize = size;
		i_size_write(inode, size);
	}
	up_write(&LDISKFS_I(inode)->i_data_sem);
	rc = ldiskfs_mark_inode_dirty(handle, inode);
	rc2 = ldiskfs_journal_stop(handle);
	return rc ?: rc2;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_extend);

/*
 * Write and drop the pages that zeroing of partial blocks left in the page cache: the next read or
 * write is past it. Also when they cannot be written, or they would overwrite later data.
 */
static int ldiskfs_hook_uncache(struct inode *inode)
{
	int rc = filemap_write_and_wait(inode->i_mapping);

	truncate_inode_pages(inode->i_mapping, 0);
	return rc;
}

/**
 * ldiskfs_hook_truncate - set the size of a regular file
 * @inode: the file
 * @size: in bytes
 *
 * Uses handles of its own. The page cache of the inode is empty afterwards.
 *
 * Return: 0, -EFBIG, -EIO, -ENOSPC.
 */
int ldiskfs_hook_truncate(struct inode *inode, u64 size)
{
	struct iattr ia = { .ia_valid = ATTR_SIZE | ATTR_FORCE, .ia_size = size };
	struct dentry *dentry;
	int rc, rc2;

	rc = ldiskfs_hook_data_check(inode);
	if (rc)
		return rc;
	if (size > inode->i_sb->s_maxbytes)
		return -EFBIG;
	dentry = ldiskfs_hook_dentry(inode);
	if (!dentry)
		return -ENOMEM;
	inode_lock(inode);
	rc = ldiskfs_setattr(&init_user_ns, dentry, &ia);
	rc2 = ldiskfs_hook_uncache(inode);
	inode_unlock(inode);
	kfree(dentry);
	return rc ?: rc2;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_truncate);

/* What vfs_fallocate() checks before it calls the file system. */
static int ldiskfs_hook_fallocate_check(struct super_block *sb, int mode, u64 start, u64 len)
{
	switch (mode) {
	case 0:
	case FALLOC_FL_KEEP_SIZE:
	case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
	case FALLOC_FL_ZERO_RANGE:
	case FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE:
		break;
	default:
		return -EOPNOTSUPP;
	}
	if (!len)
		return -EINVAL;
	return start > sb->s_maxbytes || len > sb->s_maxbytes - start ? -EFBIG : 0;
}

/**
 * ldiskfs_hook_fallocate - fallocate(2)
 * @mnt: mount of the file system
 * @inode: the file
 * @mode: FALLOC_FL_*
 * @start: begin of the range
 * @len: bytes of it
 *
 * Uses handles of its own. The page cache of the inode is empty afterwards.
 *
 * Return: 0, -EOPNOTSUPP, -EINVAL (length 0), -ENOSPC, -EFBIG, -EIO.
 */
int ldiskfs_hook_fallocate(struct vfsmount *mnt, struct inode *inode, int mode, u64 start, u64 len)
{
	struct dentry *dentry;
	struct file *file;
	int rc, rc2;

	rc = ldiskfs_hook_data_check(inode);
	if (!rc)
		rc = ldiskfs_hook_fallocate_check(inode->i_sb, mode, start, len);
	if (rc)
		return rc;
	dentry = ldiskfs_hook_dentry(inode);
	file = kzalloc(sizeof(*file), GFP_NOFS);
	rc = -ENOMEM;
	if (!dentry || !file)
		goto out;
	file->f_inode = inode;
	file->f_mapping = inode->i_mapping;
	file->f_mode = FMODE_READ | FMODE_WRITE | FMODE_NOCMTIME;
	file->f_op = inode->i_fop;
	file->f_path.mnt = mnt;
	file->f_path.dentry = dentry;
	rc = ldiskfs_fallocate(file, mode, start, len);
	rc2 = ldiskfs_hook_uncache(inode);
	rc = rc ?: rc2;
out:
	kfree(file);
	kfree(dentry);
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_fallocate);
