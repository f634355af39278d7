// SPDX-License-Identifier: GPL-2.0-only
/*
 * Symbolic links: the target is read once with MDS_GETATTR and kept with the inode; it never
 * changes.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include "internal.h"

static int ll_symlink_read(struct inode *inode, char **target)
{
	struct ll_answer a;
	u32 len;
	int rc;

	rc = ll_inode_refresh(inode, LLC_UPDATE);
	if (rc)
		return rc;
	len = i_size_read(inode) + 1;
	if (len <= 1 || len > PATH_MAX)
		return -EIO;
	rc = mdc_getattr(mdc_of(inode), ll_fid(inode), OBD_MD_LINKNAME, len, &a);
	if (!rc) {
		const char *name = a.ea;

		if (!(a.valid & OBD_MD_LINKNAME) || a.ea_len != len ||
		    strnlen(name, len) != len - 1)
			rc = -EPROTO;
		else
			*target = kmemdup(name, len, GFP_KERNEL);
		if (!rc && !*target)
			rc = -ENOMEM;
	}
	ll_answer_put(&a);
	return rc == -ENOENT ? -ESTALE : rc;
}

static const char *ll_get_link(struct dentry *dentry, struct inode *inode,
			       struct delayed_call *done)
{
	struct ll_inode *lli = ll_i(inode);
	char *target = READ_ONCE(lli->lli_symlink);
	int rc;

	if (target)
		return target;
	if (!dentry)
		return ERR_PTR(-ECHILD);
	rc = ll_symlink_read(inode, &target);
	if (rc)
		return ERR_PTR(rc);
	spin_lock(&lli->lli_lock);
	if (!lli->lli_symlink) {
		WRITE_ONCE(lli->lli_symlink, target);
		target = NULL;
	}
	spin_unlock(&lli->lli_lock);
	kfree(target);
	return lli->lli_symlink;
}

const struct inode_operations ll_symlink_iops = {
	.get_link	= ll_get_link,
	.getattr	= ll_getattr,
	.setattr	= ll_setattr,
	.permission	= ll_permission,
	.listxattr	= ll_listxattr,
	.update_time	= ll_update_time,
};
