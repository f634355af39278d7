// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: lookup, atomic open, and the operations that change directories.
 *
 * A positive dentry is true (LL_DENTRY_VALID in d_fsdata) from an answer that brought a LOOKUP lock
 * on until that lock is called back; then it is looked up again. A negative one is true while the
 * parent's UPDATE lock that was held before the question is still held (d_time = lli_dir_gen of the
 * parent). Names made by requests that bring no lock are asked for again at their next use.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/namei.h>
#include <linux/security.h>
#include "internal.h"

#define LL_DENTRY_VALID	((void *)1)

static void ll_dentry_set_valid(struct dentry *dentry, bool valid)
{
	WRITE_ONCE(dentry->d_fsdata, valid ? LL_DENTRY_VALID : NULL);
}

static bool ll_dentry_is_valid(const struct dentry *dentry)
{
	return READ_ONCE(dentry->d_fsdata) == LL_DENTRY_VALID;
}

bool ll_dentry_known(struct dentry *parent, struct qstr *name)
{
	struct dentry *dentry = d_hash_and_lookup(parent, name);
	bool known;

	if (IS_ERR_OR_NULL(dentry))
		return false;
	known = d_really_is_positive(dentry) && ll_dentry_is_valid(dentry);
	dput(dentry);
	return known;
}

/* Generation of a directory under its UPDATE lock, 0 = no lock held. */
static u32 ll_dir_gen(struct inode *dir)
{
	struct ll_inode *lli = ll_i(dir);
	u32 gen;

	spin_lock(&lli->lli_lock);
	gen = lli->lli_cached & LLC_DIR ? lli->lli_dir_gen : 0;
	spin_unlock(&lli->lli_lock);
	return gen;
}

/*
 * The LOOKUP lock was lost: dentries of the inode must be looked up again; unused ones are dropped.
 */
void ll_dentries_invalidate(struct inode *inode)
{
	struct dentry *dentry;

	spin_lock(&inode->i_lock);
	hlist_for_each_entry(dentry, &inode->i_dentry, d_u.d_alias)
		ll_dentry_set_valid(dentry, false);
	spin_unlock(&inode->i_lock);
	if (!S_ISDIR(inode->i_mode))
		d_prune_aliases(inode);
}

static bool ll_name_too_long(const struct inode *dir, const struct dentry *dentry)
{
	return dentry->d_name.len > ll_sbi(dir->i_sb)->sbi_namelen;
}

/* ---- lookup ---- */

static int ll_revalidate_negative(struct dentry *dentry, struct inode *dir, unsigned int flags)
{
	u32 gen;

	if (flags & LOOKUP_RCU)
		return -ECHILD;
	if (flags & (LOOKUP_CREATE | LOOKUP_RENAME_TARGET) && flags & LOOKUP_EXCL)
		return 0;	/* let the server decide */
	gen = ll_dir_gen(dir);
	return gen && (u32)dentry->d_time == gen;
}

/* Ask the server for the name, unless that was done ahead; 1: it still is this inode. */
static int ll_revalidate_ask(struct dentry *dentry, struct inode *dir, struct inode *inode,
			     unsigned int flags)
{
	struct name_snapshot name;
	struct inode *ahead;
	struct ll_answer a;
	int rc;

	take_dentry_name_snapshot(&name, dentry);
	rc = ll_statahead_take(dir, &name.name, &a, &ahead);
	if (rc > 0) {
		rc = ahead == inode;
		if (rc)
			ll_dentry_set_valid(dentry, true);
		ll_answer_put(&a);
		iput(ahead);
	}
	if (rc) {
		release_dentry_name_snapshot(&name);
		return rc;
	}
	rc = mdc_intent_getattr(dir, &name.name, inode,
				flags & LOOKUP_PARENT ? IT_LOOKUP : IT_GETATTR, &a);
	release_dentry_name_snapshot(&name);
	if (rc == -ENOENT || rc == -ESTALE) {
		rc = 0;
	} else if (!rc) {
		if (a.disp & DISP_LOOKUP_NEG || !fid_eq(&a.fid, ll_fid(inode))) {
			rc = 0;
		} else if (ll_inode_update(inode, &a) < 0) {
			rc = 0;
		} else {
			ll_dentry_set_valid(dentry, a.lock && a.bits & MDS_INODELOCK_LOOKUP);
			rc = 1;
		}
	}
	ll_answer_put(&a);
	return rc;
}

static int ll_d_revalidate(struct dentry *dentry, unsigned int flags)
{
	struct dentry *parent;
	struct inode *dir, *inode;
	int rc;

	inode = d_inode_rcu(dentry);
	if (inode && ll_dentry_is_valid(dentry) && !(flags & LOOKUP_REVAL))
		return 1;
	if (flags & LOOKUP_RCU)
		return -ECHILD;
	parent = dget_parent(dentry);
	dir = d_inode(parent);
	if (!dir || dentry == parent)
		rc = 1;
	else if (inode && fid_is_obf(ll_fid(dir)))
		rc = ll_inode_refresh(inode, LLC_UPDATE | LLC_PERM) ? 0 : 1;
	else if (!inode)
		rc = ll_revalidate_negative(dentry, dir, flags);
	else
		rc = ll_revalidate_ask(dentry, dir, inode, flags);
	dput(parent);
	return rc;
}

const struct dentry_operations ll_dentry_ops = {
	.d_revalidate	= ll_d_revalidate,
};

/* The object of an answer about a name. A directory that is refused is logged by its name. */
static struct inode *ll_iget_named(const struct dentry *dentry, struct ll_answer *a)
{
	struct inode *inode = ll_iget(dentry->d_sb, a);

	if (inode == ERR_PTR(-EOPNOTSUPP))
		pr_warn_ratelimited("%s: striped directory '%pd2' " DFID " refused: rc = %d\n",
				    ll_sbi(dentry->d_sb)->sbi_name, dentry, PFID(&a->fid),
				    -EOPNOTSUPP);
	return inode;
}

/*
 * Attach the object of a positive answer to an unhashed dentry. Returns as d_splice_alias(). The
 * lock of the answer is still held, so it cannot be called back before the name is marked.
 */
static struct dentry *ll_splice(struct dentry *dentry, struct inode *inode,
				const struct ll_answer *a)
{
	bool valid = a->lock && a->bits & MDS_INODELOCK_LOOKUP;
	struct dentry *alias;

	ll_dentry_set_valid(dentry, valid);
	alias = d_splice_alias(inode, dentry);
	if (!IS_ERR_OR_NULL(alias))
		ll_dentry_set_valid(alias, valid);
	return alias;
}

/* As ll_splice(), for an object that was made under the name of this dentry a moment ago. */
static int ll_splice_made(struct dentry *dentry, struct inode *inode, const struct ll_answer *a)
{
	struct dentry *alias;

	d_drop(dentry);
	alias = ll_splice(dentry, inode, a);
	if (IS_ERR(alias))
		return PTR_ERR(alias);
	dput(alias);
	return 0;
}

static struct dentry *ll_splice_negative(struct inode *dir, struct dentry *dentry, u32 gen)
{
	ll_dentry_set_valid(dentry, false);
	dentry->d_time = gen && gen == ll_dir_gen(dir) ? gen : 0;
	return d_splice_alias(NULL, dentry);
}

/*
 * mkdir, mknod, symlink and link need no lookup before them: the MDT tells whether the name exists.
 */
static bool ll_lookup_is_skippable(struct inode *dir, unsigned int flags)
{
	if ((flags & (LOOKUP_CREATE | LOOKUP_EXCL)) != (LOOKUP_CREATE | LOOKUP_EXCL) ||
	    flags & LOOKUP_OPEN)
		return false;
	return !inode_permission(&nop_mnt_idmap, dir, MAY_WRITE | MAY_EXEC) &&
	       !sb_rdonly(dir->i_sb);
}

static struct dentry *ll_obf_lookup(struct inode *dir, struct dentry *dentry);

/*
 * .lustre in the root and .lustre/fid, if the MDT does not show them: directories that only this
 * client knows. Their attributes are marked as cached, and no lock callback clears that, so no
 * request about them is sent.
 */
static struct dentry *ll_lookup_pseudo(struct dentry *dentry, u32 oid, umode_t mode)
{
	struct lu_fid fid = { .f_seq = FID_SEQ_DOT_LUSTRE, .f_oid = oid };
	struct inode *inode = ll_iget_pseudo(dentry->d_sb, &fid, S_IFDIR | mode);

	ll_dentry_set_valid(dentry, !IS_ERR(inode));
	return d_splice_alias(inode, dentry);
}

static bool ll_dentry_name_is(const struct dentry *dentry, const char *name)
{
	return dentry->d_name.len == strlen(name) &&
	       !memcmp(dentry->d_name.name, name, dentry->d_name.len);
}

static struct dentry *ll_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	struct dentry *alias;
	struct inode *inode;
	struct ll_answer a;
	u32 gen;
	int rc;

	if (ll_name_too_long(dir, dentry))
		return ERR_PTR(-ENAMETOOLONG);
	if (fid_is_obf(ll_fid(dir)))
		return ll_obf_lookup(dir, dentry);
	if (ll_inode_pseudo(dir))
		return ll_dentry_name_is(dentry, "fid") ?
		       ll_lookup_pseudo(dentry, FID_OID_DOT_LUSTRE_OBF, 0100) : ERR_PTR(-ENOENT);
	if (ll_lookup_is_skippable(dir, flags))
		return NULL;
	rc = ll_statahead_take(dir, &dentry->d_name, &a, &inode);
	if (rc < 0)
		return ERR_PTR(rc);
	if (rc) {
		alias = ll_splice(dentry, inode, &a);
		ll_answer_put(&a);
		return alias;
	}
	gen = ll_dir_gen(dir);
	rc = mdc_intent_getattr(dir, &dentry->d_name, NULL,
				flags & LOOKUP_PARENT ? IT_LOOKUP : IT_GETATTR, &a);
	if (rc == -ENOENT && a.req && a.req->rq_got_reply)
		rc = 0, a.disp |= DISP_LOOKUP_NEG;
	if (rc) {
		alias = ERR_PTR(rc);
	} else if (a.disp & DISP_LOOKUP_NEG && IS_ROOT(dentry->d_parent) &&
		   ll_dentry_name_is(dentry, ".lustre")) {
		alias = ll_lookup_pseudo(dentry, FID_OID_DOT_LUSTRE, 0111);
	} else if (a.disp & DISP_LOOKUP_NEG) {
		alias = ll_splice_negative(dir, dentry, gen);
	} else {
		inode = ll_iget_named(dentry, &a);
		alias = ll_splice(dentry, inode, &a);
	}
	ll_answer_put(&a);
	return alias;
}

/* "0x200000401:0x1:0x0", perhaps in brackets. */
static int ll_parse_fid(const struct qstr *name, struct lu_fid *fid)
{
	char buf[FID_LEN], *p = buf, *part;
	u64 v[3];
	int i;

	if (name->len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, name->name, name->len);
	buf[name->len] = '\0';
	if (*p == '[') {
		if (buf[name->len - 1] != ']')
			return -EINVAL;
		buf[name->len - 1] = '\0';
		p++;
	}
	for (i = 0; i < 3; i++) {
		part = strsep(&p, ":");
		if (!part || kstrtou64(part, 0, &v[i]))
			return -EINVAL;
	}
	if (p || v[1] > U32_MAX || v[2] > U32_MAX)
		return -EINVAL;
	fid->f_seq = v[0];
	fid->f_oid = v[1];
	fid->f_ver = v[2];
	return fid_is_sane(fid) ? 0 : -EINVAL;
}

/* .lustre/fid/<FID>: any object by its FID, with or without brackets. */
static struct dentry *ll_obf_lookup(struct inode *dir, struct dentry *dentry)
{
	struct lu_fid fid;

	if (!capable(CAP_DAC_READ_SEARCH))
		return ERR_PTR(-EPERM);
	if (ll_parse_fid(&dentry->d_name, &fid))
		return ERR_PTR(-ENOENT);
	ll_dentry_set_valid(dentry, false);
	return d_splice_alias(ll_iget_fid(dir->i_sb, &fid), dentry);
}

/* ".." of a directory for export.c: the parent's dentry. */
struct dentry *ll_lookup_parent(struct inode *inode)
{
	static const struct qstr dotdot = QSTR_INIT("..", 2);
	struct ll_answer a;
	struct inode *parent;
	int rc;

	rc = mdc_intent_getattr(inode, &dotdot, NULL, IT_LOOKUP, &a);
	if (!rc && a.disp & DISP_LOOKUP_NEG)
		rc = -ESTALE;
	parent = rc ? ERR_PTR(rc) : ll_iget(inode->i_sb, &a);
	ll_answer_put(&a);
	return d_obtain_alias(parent);
}

/* ---- open ---- */

/* The open of a name ended with a handle: give it to the VFS. */
static int ll_finish_open(struct dentry *dentry, struct file *file, struct ll_answer *a,
			  struct ll_open *open)
{
	struct dentry *alias = NULL;
	struct ll_file *lf;
	struct inode *inode;
	int rc;

	inode = ll_iget_named(dentry, a);
	if (IS_ERR(inode)) {
		mdc_close(open, NULL, 0);
		return PTR_ERR(inode);
	}
	ihold(inode);			/* mdc_close() after an error must not evict it */
	if (!d_in_lookup(dentry))
		d_drop(dentry);
	alias = ll_splice(dentry, inode, a);
	lf = IS_ERR(alias) ? NULL : ll_file_new(open);
	if (!lf) {
		rc = IS_ERR(alias) ? PTR_ERR(alias) : -ENOMEM;
		goto err_close;
	}
	file->private_data = lf;
	if (a->disp & DISP_OPEN_CREATE) {
		file->f_mode |= FMODE_CREATED;
		/* A new file has no capabilities; the UPDATE lock tells when that changes. */
		if (S_ISREG(inode->i_mode))
			ll_inode_set_nosec(inode, LLC_UPDATE, NULL);
	}
	/* finish_open() calls into the VFS and LSMs: do not hold the lock meanwhile. */
	ll_answer_put(a);
	rc = finish_open(file, alias ?: dentry, ll_file_open_prepared);
	if (rc && !(file->f_mode & FMODE_OPENED)) {
		file->private_data = NULL;
		kfree(lf);
		goto err_close;
	}
	goto out;

err_close:
	mdc_close(open, NULL, 0);
out:
	if (!IS_ERR_OR_NULL(alias))
		dput(alias);
	iput(inode);
	return rc;
}

/*
 * Opens that need no intent: below .lustre, and names that are known to be missing. 1: send the
 * intent; else what ll_atomic_open() returns.
 */
static int ll_open_without_intent(struct inode *dir, struct dentry *dentry, struct file *file,
				  unsigned int open_flag)
{
	struct dentry *alias;

	if (ll_name_too_long(dir, dentry))
		return -ENAMETOOLONG;
	if (fid_is_obf(ll_fid(dir)) || ll_inode_pseudo(dir) ||
	    (IS_ROOT(dentry->d_parent) && ll_dentry_name_is(dentry, ".lustre"))) {
		if (open_flag & O_CREAT && (!fid_is_obf(ll_fid(dir)) || !d_in_lookup(dentry)))
			return -EPERM;
		if (!d_in_lookup(dentry))
			return finish_no_open(file, NULL);
		alias = ll_lookup(dir, dentry, LOOKUP_OPEN);
		return IS_ERR(alias) ? PTR_ERR(alias) : finish_no_open(file, alias);
	}
	/* A negative dentry that ll_d_revalidate() has confirmed. */
	if (!d_in_lookup(dentry) && !(open_flag & O_CREAT))
		return finish_no_open(file, NULL);
	return 1;
}

/* The MDT has found a symlink or device, which it does not open: give it to the VFS. */
static int ll_finish_no_open(struct dentry *dentry, struct file *file, struct ll_answer *a)
{
	struct inode *inode = ll_iget_named(dentry, a);
	struct dentry *alias;

	if (IS_ERR(inode)) {
		ll_answer_put(a);
		return PTR_ERR(inode);
	}
	if (!d_in_lookup(dentry))
		d_drop(dentry);
	alias = ll_splice(dentry, inode, a);
	ll_answer_put(a);
	return IS_ERR(alias) ? PTR_ERR(alias) : finish_no_open(file, alias);
}

static int ll_atomic_open(struct inode *dir, struct dentry *dentry, struct file *file,
			  unsigned int open_flag, umode_t mode)
{
	struct ll_open_args args = { .mode = mode };
	struct dentry *alias = NULL;
	struct ll_open *open;
	struct ll_answer a;
	u32 gen;
	int rc;

	rc = ll_open_without_intent(dir, dentry, file, open_flag);
	if (rc <= 0)
		return rc;
	ll_count(dir->i_sb, OPEN, 1);
	args.flags = ll_open_flags(open_flag | (file->f_flags & (__FMODE_EXEC | O_LARGEFILE)));
	if (!(open_flag & O_CREAT))
		args.flags &= ~(MDS_OPEN_CREAT | MDS_OPEN_EXCL);
	gen = ll_dir_gen(dir);
	rc = mdc_intent_open(dir, &dentry->d_name, NULL, &args, &a, &open);
	if (rc) {
		ll_answer_put(&a);
		return rc;
	}
	if (a.disp & DISP_LOOKUP_NEG && !(a.disp & DISP_OPEN_CREATE)) {
		if (d_in_lookup(dentry))
			alias = ll_splice_negative(dir, dentry, gen);
		ll_answer_put(&a);
		return IS_ERR(alias) ? PTR_ERR(alias) : finish_no_open(file, alias);
	}
	if (!open)
		return ll_finish_no_open(dentry, file, &a);
	if (a.disp & DISP_OPEN_CREATE)
		ll_count(dir->i_sb, CREATE, 1);
	rc = ll_finish_open(dentry, file, &a, open);
	ll_answer_put(&a);
	return rc;
}

/* ---- changes ---- */

static int ll_create_object(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev,
			    const void *data, u32 data_len)
{
	struct inode *inode;
	struct ll_answer a;
	int rc;

	if (ll_name_too_long(dir, dentry))
		return -ENAMETOOLONG;
	rc = mdc_create(dir, &dentry->d_name, mode, rdev, data, data_len, &a);
	if (rc)
		goto out;
	inode = ll_iget_named(dentry, &a);
	if (IS_ERR(inode)) {
		d_drop(dentry);
		rc = PTR_ERR(inode);
		goto out;
	}
	rc = ll_splice_made(dentry, inode, &a);
out:
	ll_answer_put(&a);
	return rc;
}

static int ll_mknod(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode,
		    dev_t rdev)
{
	ll_count(dir->i_sb, MKNOD, 1);
	/* The protocol has 8 bits for each of major and minor. */
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !old_valid_dev(rdev))
		return -EINVAL;
	return ll_create_object(dir, dentry, mode, rdev, NULL, 0);
}

/* Only knfsd and overlayfs come here for regular files; open(2) uses ll_atomic_open(). */
static int ll_create(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
		     umode_t mode, bool excl)
{
	struct ll_open_args args = {
		.flags = MDS_FMODE_WRITE | MDS_OPEN_CREAT | MDS_OPEN_EXCL | MDS_OPEN_DEFAULT_LMV,
		.mode = mode,
	};
	struct ll_answer a;
	struct ll_open *open;
	struct inode *inode;
	int rc;

	if (ll_name_too_long(dir, dentry))
		return -ENAMETOOLONG;
	ll_count(dir->i_sb, CREATE, 1);
	rc = mdc_intent_open(dir, &dentry->d_name, NULL, &args, &a, &open);
	if (rc)
		goto out;
	inode = ll_iget_named(dentry, &a);
	if (open)
		mdc_close(open, NULL, 0);
	if (IS_ERR(inode)) {
		rc = PTR_ERR(inode);
		goto out;
	}
	rc = ll_splice_made(dentry, inode, &a);
out:
	ll_answer_put(&a);
	return rc;
}

/* @lum: wish for the layout of the directory (lmv_user_md, checked), or NULL */
int ll_mkdir_lmv(struct inode *dir, struct dentry *dentry, umode_t mode, const void *lum,
		 u32 lum_len)
{
	ll_count(dir->i_sb, MKDIR, 1);
	return ll_create_object(dir, dentry, (mode & (0777 | S_ISVTX)) | S_IFDIR, 0, lum, lum_len);
}

static int ll_mkdir(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return ll_mkdir_lmv(dir, dentry, mode, NULL, 0);
}

static int ll_symlink(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
		      const char *target)
{
	ll_count(dir->i_sb, SYMLINK, 1);
	return ll_create_object(dir, dentry, S_IFLNK | 0777, 0, target, strlen(target) + 1);
}

static int ll_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(old);
	struct ll_answer a;
	int rc;

	if (ll_name_too_long(dir, dentry))
		return -ENAMETOOLONG;
	ll_count(dir->i_sb, LINK, 1);
	rc = mdc_link(inode, dir, &dentry->d_name, &a);
	if (!rc) {
		if (a.valid & OBD_MD_FLID && fid_eq(&a.fid, ll_fid(inode)))
			ll_inode_update(inode, &a);
		/*
		 * No lock protects the new name, so a hashed dentry would be looked up again
		 * anyway.
		 */
		d_drop(dentry);
	}
	ll_answer_put(&a);
	return rc;
}

/* The answer tells how many links are left. */
static void ll_victim_update(struct inode *victim, struct ll_answer *a)
{
	if (a->valid & OBD_MD_FLID && fid_eq(&a->fid, ll_fid(victim)))
		ll_inode_update(victim, a);
}

static int ll_unlink_name(struct inode *dir, struct dentry *dentry, bool rmdir)
{
	struct inode *victim = d_inode(dentry);
	struct ll_answer a;
	int rc;

	rc = mdc_unlink(dir, victim, &dentry->d_name, rmdir, &a);
	if (!rc) {
		ll_victim_update(victim, &a);
		if (rmdir)
			clear_nlink(victim);
		/* No lock protects that the name is negative now. */
		ll_dentry_set_valid(dentry, false);
		dentry->d_time = 0;
	} else if (rc == -ENOENT) {
		/* Another client has removed it; the cached name was out of date. */
		d_drop(dentry);
	}
	ll_answer_put(&a);
	return rc;
}

static int ll_unlink(struct inode *dir, struct dentry *dentry)
{
	ll_count(dir->i_sb, UNLINK, 1);
	return ll_unlink_name(dir, dentry, false);
}

static int ll_rmdir(struct inode *dir, struct dentry *dentry)
{
	ll_count(dir->i_sb, RMDIR, 1);
	return ll_unlink_name(dir, dentry, true);
}

static int ll_rename(struct mnt_idmap *idmap, struct inode *old_dir, struct dentry *old,
		     struct inode *new_dir, struct dentry *new, unsigned int flags)
{
	struct inode *victim = d_inode(new);
	struct ll_answer a;
	int rc;

	/*
	 * No request says "only if the new name is not there". What the VFS has looked up proves
	 * nothing about other clients, so RENAME_NOREPLACE is refused like the other flags.
	 */
	if (flags)
		return -EINVAL;
	if (ll_name_too_long(new_dir, new))
		return -ENAMETOOLONG;
	ll_count(old_dir->i_sb, RENAME, 1);
	rc = mdc_rename(old_dir, &old->d_name, d_inode(old), new_dir, &new->d_name, victim, &a);
	if (!rc) {
		if (victim)
			ll_victim_update(victim, &a);
		ll_dentry_set_valid(new, false);
		/*
		 * The VFS moves the dentry. No lock protects its new name: look it up at its next
		 * use.
		 */
		ll_dentry_set_valid(old, false);
	} else if (rc == -ENOENT) {
		d_drop(old);
	}
	ll_answer_put(&a);
	return rc;
}

const struct inode_operations ll_dir_iops = {
	.lookup		= ll_lookup,
	.atomic_open	= ll_atomic_open,
	.create		= ll_create,
	.mknod		= ll_mknod,
	.mkdir		= ll_mkdir,
	.symlink	= ll_symlink,
	.link		= ll_link,
	.unlink		= ll_unlink,
	.rmdir		= ll_rmdir,
	.rename		= ll_rename,
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
