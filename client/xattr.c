// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extended attributes. All xattrs of an inode are fetched with one request and a lock
 * (IT_GETXATTR), and cached as long as the lock is held (LLC_XATTR). If they do not fit into the
 * reply, each one is fetched when it is asked for. lustre.lov and trusted.lov are made from the
 * layout.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/xattr.h>
#include "internal.h"

/* ---- cache ---- */

struct ll_xattr {
	const char	*name;
	const void	*value;
	u32		len;
};

struct ll_xattrs {
	refcount_t	ref;
	u32		nr;
	char		*blob;		/* names, then values */
	struct ll_xattr	x[];
};

static void ll_xattrs_put(struct ll_xattrs *x)
{
	if (!x || !refcount_dec_and_test(&x->ref))
		return;
	kvfree(x->blob);
	kvfree(x);
}

/* xattrs that other locks protect, or that are made elsewhere. */
static bool ll_xattr_is_uncached(const char *name)
{
	return !strcmp(name, XATTR_NAME_ACL_ACCESS) || !strcmp(name, XATTR_NAME_SOM) ||
	       !strcmp(name, XATTR_NAME_LOV) || !strcmp(name, "security.selinux");
}

/**
 * ll_xattrs_parse - the cache of xattrs from the buffers of an answer
 * @names: names with their NULs
 * @names_len: bytes
 * @vals: values without anything between them
 * @vals_len: bytes
 * @lens: length of each value, __le32
 * @nr: number of xattrs
 *
 * Return: referenced; ERR_PTR(-EPROTO): the buffers contradict each other, ERR_PTR(-ENOMEM).
 */
struct ll_xattrs *ll_xattrs_parse(const void *names, u32 names_len, const void *vals, u32 vals_len,
				  const void *lens, u32 nr)
{
	const __le32 *vlen = lens;
	struct ll_xattrs *x;
	u32 i, noff = 0, voff = 0;

	x = kvzalloc(struct_size(x, x, nr), GFP_KERNEL);
	if (!x)
		return ERR_PTR(-ENOMEM);
	refcount_set(&x->ref, 1);
	x->blob = kvmalloc(names_len + vals_len + 1, GFP_KERNEL);
	if (!x->blob) {
		kvfree(x);
		return ERR_PTR(-ENOMEM);
	}
	if (names_len)
		memcpy(x->blob, names, names_len);
	if (vals_len)
		memcpy(x->blob + names_len, vals, vals_len);
	for (i = 0; i < nr; i++) {
		u32 n = strnlen(x->blob + noff, names_len - noff), v = le32_to_cpu(vlen[i]);

		if (noff + n >= names_len || v > vals_len - voff)
			goto bad;
		if (!ll_xattr_is_uncached(x->blob + noff)) {
			x->x[x->nr].name = x->blob + noff;
			x->x[x->nr].value = x->blob + names_len + voff;
			x->x[x->nr++].len = v;
		}
		noff += n + 1;
		voff += v;
	}
	if (noff != names_len || voff != vals_len)
		goto bad;
	return x;
bad:
	ll_xattrs_put(x);
	return ERR_PTR(-EPROTO);
}

/* Drop the cached xattrs: the XATTR lock was lost, or the inode is evicted. */
void ll_xattrs_drop(struct inode *inode)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_xattrs *x;

	spin_lock(&lli->lli_lock);
	x = lli->lli_xattrs;
	lli->lli_xattrs = NULL;
	spin_unlock(&lli->lli_lock);
	ll_xattrs_put(x);
}

static struct ll_xattrs *ll_xattrs_cached(struct inode *inode)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_xattrs *x = NULL;

	spin_lock(&lli->lli_lock);
	if (lli->lli_cached & LLC_XATTR && lli->lli_xattrs) {
		x = lli->lli_xattrs;
		refcount_inc(&x->ref);
	}
	spin_unlock(&lli->lli_lock);
	return x;
}

/* All xattrs of an inode, referenced. ERR_PTR: they cannot be cached, ask for a single one. */
static struct ll_xattrs *ll_xattrs_get(struct inode *inode)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_xattrs *x = ll_xattrs_cached(inode), *old;
	struct ldlm_lock *lock;
	u32 mode;
	int rc;

	if (x)
		return x;
	rc = mdc_intent_getxattr(inode, &x, &lock, &mode);
	if (rc)
		return ERR_PTR(rc);
	refcount_inc(&x->ref);
	spin_lock(&lli->lli_lock);
	old = lli->lli_xattrs;
	lli->lli_xattrs = x;
	lli->lli_cached |= LLC_XATTR;
	spin_unlock(&lli->lli_lock);
	ll_xattrs_put(old);
	ldlm_lock_decref(lock, mode);
	return x;
}

/* ---- layouts as xattrs ---- */

static void ll_layout_plain_any_ost(struct lov_mds_md_v1 *lmm)
{
	u32 magic = le32_to_cpu(lmm->lmm_magic);

	if (magic == LOV_MAGIC_V1 || magic == LOV_MAGIC_V3)
		lmm->lmm_stripe_offset = cpu_to_le16(LOV_OFFSET_DEFAULT);
}

/**
 * ll_layout_any_ost - let the MDT choose the OSTs when this layout is copied
 * @ea: checked LOV EA, changed in place
 *
 * A stored layout has its generation where a request names the first OST. In a copy the field
 * becomes "any OST". Components without objects still hold what the user asked for there.
 */
void ll_layout_any_ost(void *ea)
{
	struct lov_comp_md_v1 *lcm = ea;
	u32 i;

	if (le32_to_cpu(lcm->lcm_magic) != LOV_MAGIC_COMP_V1) {
		ll_layout_plain_any_ost(ea);
		return;
	}
	for (i = 0; i < le16_to_cpu(lcm->lcm_entry_count); i++)
		if (le32_to_cpu(lcm->lcm_entries[i].lcme_flags) & LCME_FL_INIT)
			ll_layout_plain_any_ost(ea + le32_to_cpu(lcm->lcm_entries[i].lcme_offset));
}

static ssize_t ll_xattr_copy(void *buf, size_t size, const void *value, size_t len)
{
	if (!size)
		return len;
	if (len > size)
		return -ERANGE;
	memcpy(buf, value, len);
	return len;
}

/*
 * ll_dir_layout - the default layout that new files of a directory get
 *
 * Return: 0 with *ea kvmalloc'ed, -ENODATA, ...
 */
int ll_dir_layout(struct inode *dir, void **ea, u32 *len)
{
	struct ll_sb_info *sbi = ll_sbi(dir->i_sb);
	struct ll_mdc *mdc = mdc_of(dir);
	struct inode *from = dir;
	struct ll_answer a;
	int rc;

	for (;;) {
		rc = mdc_getattr(mdc, ll_fid(from), OBD_MD_FLEASIZE | OBD_MD_FLDIREA,
				 max_t(u32, mdc_ea_room(mdc), 4096), &a);
		if ((rc && rc != -ENODATA) ||
		    (a.valid & OBD_MD_FLDIREA && a.ea_len && !wire_lov_hint_check(a.ea, a.ea_len)))
			break;
		ll_answer_put(&a);
		if (from == d_inode(sbi->sbi_sb->s_root))
			return -ENODATA;
		from = d_inode(sbi->sbi_sb->s_root);
	}
	if (!rc) {
		*len = a.ea_len;
		*ea = kvmalloc(a.ea_len, GFP_KERNEL);
		if (*ea)
			memcpy(*ea, a.ea, a.ea_len);
		else
			rc = -ENOMEM;
	}
	ll_answer_put(&a);
	return rc;
}

static ssize_t ll_xattr_lov_get(struct inode *inode, void *buf, size_t size)
{
	struct ll_layout *lo;
	ssize_t rc;
	void *ea;
	u32 len;

	if (S_ISDIR(inode->i_mode)) {
		rc = ll_dir_layout(inode, &ea, &len);
		if (rc)
			return rc;
		ll_layout_any_ost(ea);
		rc = ll_xattr_copy(buf, size, ea, len);
		kvfree(ea);
		return rc;
	}
	if (!S_ISREG(inode->i_mode))
		return -ENODATA;
	lo = ll_layout_get(inode);
	if (IS_ERR(lo))
		return PTR_ERR(lo);
	rc = lo->ly_ea_len ? ll_xattr_copy(buf, size, lo->ly_ea, lo->ly_ea_len) : -ENODATA;
	if (rc > 0 && size)
		ll_layout_any_ost(buf);
	ll_layout_put(lo);
	return rc;
}

/**
 * ll_hint_size - how long is a layout that a user hands over?
 * @head: its first bytes
 * @len: how many of them, at least 32 for a good answer
 *
 * Return: bytes; 0: not a layout.
 */
u32 ll_hint_size(const void *head, u32 len)
{
	const struct lov_mds_md_v1 *v1 = head;
	const struct lov_comp_md_v1 *lcm = head;
	const struct lov_foreign_md *lfm = head;
	u32 size = 0;

	if (len < 4)
		return 0;
	switch (le32_to_cpu(v1->lmm_magic)) {
	case LOV_MAGIC_V1:
		size = 32;
		break;
	case LOV_MAGIC_V3:
		size = 48;
		break;
	case LOV_MAGIC_SPECIFIC:
		if (len < 32 || le16_to_cpu(v1->lmm_stripe_count) > LOV_MAX_STRIPE_COUNT)
			return 0;
		size = lov_mds_md_size(le16_to_cpu(v1->lmm_stripe_count), LOV_MAGIC_SPECIFIC);
		break;
	case LOV_MAGIC_COMP_V1:
		if (len < 32)
			return 0;
		size = le32_to_cpu(lcm->lcm_size);
		break;
	case LOV_MAGIC_FOREIGN:
		if (len < 16)
			return 0;
		size = 16 + le32_to_cpu(lfm->lfm_length);
		break;
	}
	return size > LL_EASIZE_MAX ? 0 : size;
}

/*
 * ll_setstripe_file - give a file without objects a layout
 * @dentry: a name of the file; what the layout leaves open is as in the directory
 * @hint: lov_user_md in wire order
 *
 * Return: 0, -EEXIST when it has one, -EINVAL, -ENOSPC ...
 */
int ll_setstripe_file(struct dentry *dentry, const void *hint, u32 len)
{
	struct dentry *parent = dget_parent(dentry);
	struct inode *inode = d_inode(dentry);
	struct ll_open_args args = {
		.flags = MDS_FMODE_WRITE | MDS_OPEN_HAS_EA | MDS_OPEN_DEFAULT_LMV,
		.ea = hint,
		.ea_len = len,
	};
	struct ll_answer a;
	struct ll_open *open;
	int rc;

	rc = mdc_intent_open(parent != dentry ? d_inode(parent) : NULL, NULL, inode, &args, &a,
			     &open);
	dput(parent);
	if (!rc)
		ll_inode_update(inode, &a);
	ll_answer_put(&a);
	if (open)
		mdc_close(open, NULL, 0);
	return rc;
}

/**
 * ll_setstripe_dir - set or remove the default layout of a directory
 * @dir: the directory; the root: of the file system
 * @hint: lov_user_md in wire order
 * @len: its bytes
 *
 * Return: 0, -EPERM (the caller does not own it, immutable), -EINVAL, ... Chapter 7, 3.5.
 */
int ll_setstripe_dir(struct inode *dir, const void *hint, u32 len)
{
	struct ll_setattr sa = { .ea = hint, .ea_len = len };
	struct ll_answer a;
	int rc;

	rc = ll_inode_refresh(dir, LLC_UPDATE | LLC_PERM);
	if (rc)
		return rc;
	/* For the whole file system it is, capabilities of a user namespace do not count. */
	if ((!uid_eq(current_fsuid(), dir->i_uid) && !capable(CAP_FOWNER)) ||
	    IS_IMMUTABLE(dir) || IS_APPEND(dir))
		return -EPERM;
	rc = mdc_setattr(dir, &sa, &a);
	ll_answer_put(&a);
	return rc;
}

/* setfattr -n lustre.lov: set the layout, as tar and rsync do when they restore a file. */
static int ll_xattr_lov_set(struct dentry *dentry, const void *value, size_t size)
{
	static const struct lov_mds_md_v1 remove = {
		.lmm_magic = cpu_to_le32(LOV_MAGIC_V1),
		.lmm_stripe_offset = cpu_to_le16(LOV_OFFSET_DEFAULT),
	};
	struct inode *inode = d_inode(dentry);
	struct lov_mds_md_v1 *lmm;
	u32 magic, len;
	int rc;

	if (!S_ISDIR(inode->i_mode) && !S_ISREG(inode->i_mode))
		return -EOPNOTSUPP;
	if (!size)
		return S_ISDIR(inode->i_mode) ? ll_setstripe_dir(inode, &remove, sizeof(remove)) :
						0;
	if (size < 32)
		return -ERANGE;
	lmm = kvmalloc(size, GFP_KERNEL);
	if (!lmm)
		return -ENOMEM;
	memcpy(lmm, value, size);
	magic = le32_to_cpu(lmm->lmm_magic);
	len = ll_hint_size(lmm, size);
	rc = -EINVAL;
	if (!len || len > size)
		goto out;
	if (magic == LOV_MAGIC_V1 || magic == LOV_MAGIC_V3) {
		lmm->lmm_pattern &= ~cpu_to_le32(LOV_PATTERN_F_RELEASED);
		/* It was read from another file: that one's OSTs are not asked for. */
		if (size > len || !lmm->lmm_stripe_offset)
			lmm->lmm_stripe_offset = cpu_to_le16(LOV_OFFSET_DEFAULT);
	}
	if (S_ISDIR(inode->i_mode)) {
		rc = ll_setstripe_dir(inode, lmm, len);
	} else {
		rc = ll_setstripe_file(dentry, lmm, len);
		if (rc == -EEXIST)
			rc = 0;
	}
out:
	kvfree(lmm);
	return rc;
}

/* ---- get, set, list ---- */

/**
 * ll_getxattr - one xattr, from the cache or from the MDT
 * @inode: the object
 * @name: full name
 * @buf: out
 * @size: its bytes; 0: tell the length
 *
 * Context: killable. Return: length; -ENODATA, -ERANGE, -EINTR, ...
 */
ssize_t ll_getxattr(struct inode *inode, const char *name, void *buf, size_t size)
{
	struct ll_xattrs *x;
	ssize_t rc;
	u32 i;

	if (ll_inode_pseudo(inode))
		return -ENODATA;
	if (!ll_xattr_is_uncached(name)) {
		x = ll_xattrs_get(inode);
		if (!IS_ERR(x)) {
			rc = -ENODATA;
			for (i = 0; i < x->nr; i++) {
				if (strcmp(x->x[i].name, name))
					continue;
				rc = ll_xattr_copy(buf, size, x->x[i].value, x->x[i].len);
				break;
			}
			if (rc == -ENODATA && S_ISREG(inode->i_mode) &&
			    !strcmp(name, XATTR_NAME_CAPS))
				ll_inode_set_nosec(inode, LLC_XATTR | LLC_PERM, x);
			ll_xattrs_put(x);
			return rc;
		}
		if (PTR_ERR(x) == -EINTR)
			return -EINTR;
	}
	return mdc_getxattr(inode, name, buf, size);
}

#define LISTXATTR_ROOM	2048

/*
 * The names that the MDT lists, kvmalloc'ed; their bytes, or -errno. Mostly they are few; where
 * they are not, the second request has room for the longest list.
 */
static ssize_t ll_xattr_names_get(struct inode *inode, char **names)
{
	size_t room = LISTXATTR_ROOM, most = mdc_of(inode)->lmc_max_easize;
	ssize_t len;

	for (;;) {
		*names = kvmalloc(room, GFP_KERNEL);
		if (!*names)
			return -ENOMEM;
		len = mdc_getxattr(inode, NULL, *names, room);
		if (len >= 0)
			return len;
		kvfree(*names);
		if (len != -ERANGE || room >= most)
			return len == -ERANGE ? -E2BIG : len;
		room = most;
	}
}

/* Is this name for the caller to see? */
static bool ll_xattr_is_listed(const struct inode *inode, const char *name)
{
	if (!strncmp(name, XATTR_TRUSTED_PREFIX, XATTR_TRUSTED_PREFIX_LEN))
		return capable(CAP_SYS_ADMIN);
	if (!strncmp(name, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN))
		return ll_sbi(inode->i_sb)->sbi_opts & LL_OPT_USER_XATTR;
	return true;
}

/* Append a name; size 0: only count. Bytes so far, or -ERANGE. */
static ssize_t ll_xattr_list_append(char *list, size_t size, ssize_t out, const char *name)
{
	size_t len = strlen(name) + 1;

	if (size && out + len > size)
		return -ERANGE;
	if (size)
		memcpy(list + out, name, len);
	return out + len;
}

static bool ll_xattr_has_layout(struct inode *inode)
{
	struct ll_layout *lo;
	bool has;

	if (!S_ISREG(inode->i_mode))
		return false;
	lo = ll_layout_get(inode);
	if (IS_ERR(lo))
		return false;
	has = lo->ly_ea_len;
	ll_layout_put(lo);
	return has;
}

ssize_t ll_listxattr(struct dentry *dentry, char *list, size_t size)
{
	struct inode *inode = d_inode(dentry);
	bool lov_listed = false;
	ssize_t len, out = 0;
	char *names, *n;

	ll_count(inode->i_sb, LISTXATTR, 1);
	if (ll_inode_pseudo(inode))
		return 0;
	len = ll_xattr_names_get(inode, &names);
	if (len < 0)
		return len;
	for (n = names; n < names + len && out >= 0; n += strlen(n) + 1) {
		if (strnlen(n, names + len - n) == names + len - n) {
			out = -EPROTO;	/* the last one has no end */
			break;
		}
		if (!strcmp(n, XATTR_NAME_LUSTRE_LOV))
			lov_listed = true;
		if (ll_xattr_is_listed(inode, n))
			out = ll_xattr_list_append(list, size, out, n);
	}
	if (out >= 0 && !lov_listed && ll_xattr_has_layout(inode))
		out = ll_xattr_list_append(list, size, out, XATTR_NAME_LUSTRE_LOV);
	kvfree(names);
	return out;
}

static int ll_xattr_full_name(const struct xattr_handler *handler, const char *name, char **full)
{
	if (strlen(handler->prefix) + strlen(name) > XATTR_NAME_MAX)
		return -ERANGE;
	*full = kasprintf(GFP_KERNEL, "%s%s", handler->prefix, name);
	return *full ? 0 : -ENOMEM;
}

static bool ll_xattr_is_lov(const char *full)
{
	return !strcmp(full, XATTR_NAME_LUSTRE_LOV) || !strcmp(full, XATTR_NAME_LOV);
}

static int ll_xattr_refused(const char *full, struct inode *inode, bool set)
{
	if (!strncmp(full, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN)) {
		if (!(ll_sbi(inode->i_sb)->sbi_opts & LL_OPT_USER_XATTR))
			return -EOPNOTSUPP;
		if (set && !S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
			return -EPERM;
	}
	/* Labels belong to security modules; "ls" without one would ask the MDT about each file. */
	if (!strcmp(full, "security.ima") || !strcmp(full, "security.evm") ||
	    !strcmp(full, "security.selinux"))
		return -EOPNOTSUPP;
	return 0;
}

static int ll_xattr_get(const struct xattr_handler *handler, struct dentry *dentry,
			struct inode *inode, const char *name, void *buf, size_t size)
{
	char *full;
	int rc = ll_xattr_full_name(handler, name, &full);

	if (rc)
		return rc;
	ll_count(inode->i_sb, GETXATTR, 1);
	rc = ll_xattr_refused(full, inode, false);
	if (!rc)
		rc = ll_xattr_is_lov(full) ? ll_xattr_lov_get(inode, buf, size) :
					     ll_getxattr(inode, full, buf, size);
	kfree(full);
	return rc;
}

static int ll_xattr_set(const struct xattr_handler *handler, struct mnt_idmap *idmap,
			struct dentry *dentry, struct inode *inode, const char *name,
			const void *value, size_t size, int flags)
{
	char *full;
	int rc = ll_xattr_full_name(handler, name, &full);

	if (rc)
		return rc;
	if (value)
		ll_count(inode->i_sb, SETXATTR, 1);
	else
		ll_count(inode->i_sb, REMOVEXATTR, 1);
	rc = ll_xattr_refused(full, inode, true);
	if (!rc) {
		if (ll_xattr_is_lov(full))
			rc = ll_xattr_lov_set(dentry, value, value ? size : 0);
		else if (!strncmp(full, "lustre.lov.", 11) && value && S_ISREG(inode->i_mode))
			/* Components of a layout are added, removed, flagged (chapter 7, 4.2). */
			rc = mdc_setxattr(inode, full, value, size, 0, false);
		else if (!strncmp(full, "lustre.", 7))
			rc = -EOPNOTSUPP;
		else
			rc = mdc_setxattr(inode, full, value, size, flags, !value);
	}
	kfree(full);
	return rc;
}

#define HANDLER(id, pfx)					\
static const struct xattr_handler id = {			\
	.prefix	= pfx,						\
	.get	= ll_xattr_get,					\
	.set	= ll_xattr_set,					\
}

HANDLER(ll_xattr_user_handler, XATTR_USER_PREFIX);
HANDLER(ll_xattr_trusted_handler, XATTR_TRUSTED_PREFIX);
HANDLER(ll_xattr_security_handler, XATTR_SECURITY_PREFIX);
HANDLER(ll_xattr_lustre_handler, "lustre.");

const struct xattr_handler *ll_xattr_handlers[] = {
	&posix_acl_access_xattr_handler,
	&posix_acl_default_xattr_handler,
	&ll_xattr_user_handler,
	&ll_xattr_trusted_handler,
	&ll_xattr_security_handler,
	&ll_xattr_lustre_handler,
	NULL,
};
