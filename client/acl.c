// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX ACLs. The access ACL comes with the attributes and is valid as long as the PERM lock is
 * held (lli_acl). The default ACL is an xattr like others. The VFS caches neither (ACL_DONT_CACHE),
 * so lock callbacks need not invalidate its cache.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/user_namespace.h>
#include "internal.h"

static struct posix_acl *ll_acl_fetch(struct inode *inode, const char *name)
{
	struct posix_acl *acl;
	ssize_t len;
	void *buf;

	len = ll_getxattr(inode, name, NULL, 0);
	if (len == -ENODATA || len == -EOPNOTSUPP || !len)
		return NULL;
	if (len < 0)
		return ERR_PTR(len);
	len += 256;	/* it may grow between the two requests */
	buf = kvmalloc(len, GFP_KERNEL);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	len = ll_getxattr(inode, name, buf, len);
	if (len == -ENODATA || !len)
		acl = NULL;
	else if (len < 0)
		acl = ERR_PTR(len);
	else
		acl = posix_acl_from_xattr(&init_user_ns, buf, len);
	kvfree(buf);
	return acl;
}

struct posix_acl *ll_get_acl(struct inode *inode, int type, bool rcu)
{
	struct ll_inode *lli = ll_i(inode);
	struct posix_acl *acl;
	int rc;

	if (type == ACL_TYPE_DEFAULT) {
		if (rcu)
			return ERR_PTR(-ECHILD);
		return S_ISDIR(inode->i_mode) ? ll_acl_fetch(inode, XATTR_NAME_ACL_DEFAULT) : NULL;
	}
	if (rcu) {
		/* ACLs are freed by RCU; without one the caller looks again outside of RCU. */
		if (!ll_cached(inode, LLC_PERM))
			return ERR_PTR(-ECHILD);
		return READ_ONCE(lli->lli_acl);
	}
	rc = ll_inode_refresh_open(inode, LLC_PERM);
	if (rc)
		return ERR_PTR(rc);
	spin_lock(&lli->lli_lock);
	acl = posix_acl_dup(lli->lli_acl);
	spin_unlock(&lli->lli_lock);
	return acl;
}

/*
 * An access ACL that is set by somebody who is neither in the owning group nor privileged clears
 * SGID, as chmod does. The MDT takes the permission bits from the ACL but knows only some of the
 * groups of the caller, so the bit is cleared by a request of its own, before.
 */
static int ll_acl_clear_sgid(struct inode *inode)
{
	struct ll_setattr sa = { .valid = MDS_ATTR_MODE | MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET };
	struct ll_answer a;
	int rc;

	rc = ll_inode_refresh(inode, LLC_PERM);
	if (rc || !(inode->i_mode & S_ISGID) || in_group_p(inode->i_gid) || capable(CAP_FSETID))
		return rc;
	sa.mode = inode->i_mode & ~S_ISGID;
	sa.ctime = ktime_get_real_seconds();
	rc = mdc_setattr(inode, &sa, &a);
	if (!rc)
		ll_inode_update(inode, &a);
	ll_answer_put(&a);
	return rc;
}

int ll_set_acl(struct mnt_idmap *idmap, struct inode *inode, struct posix_acl *acl, int type)
{
	const char *name = type == ACL_TYPE_ACCESS ? XATTR_NAME_ACL_ACCESS : XATTR_NAME_ACL_DEFAULT;
	void *buf = NULL;
	int len = 0, rc;

	if (!(inode->i_sb->s_flags & SB_POSIXACL))
		return -EOPNOTSUPP;
	if (type == ACL_TYPE_DEFAULT && !S_ISDIR(inode->i_mode))
		return acl ? -EACCES : 0;
	if (acl) {
		len = posix_acl_xattr_size(acl->a_count);
		buf = kmalloc(len, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		rc = posix_acl_to_xattr(&init_user_ns, acl, buf, len);
		if (rc < 0)
			goto out;
	}
	rc = type == ACL_TYPE_ACCESS && acl ? ll_acl_clear_sgid(inode) : 0;
	if (rc)
		goto out;
	/* The MDT changes the mode with it and calls back PERM. */
	rc = mdc_setxattr(inode, name, buf, len, 0, !acl);
	if (rc == -ENODATA && !acl)
		rc = 0;
out:
	kfree(buf);
	return rc;
}
