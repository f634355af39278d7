// SPDX-License-Identifier: GPL-2.0-only
/*
 * File handles for name_to_handle_at(2) and knfsd: type 0x97, the FID of the object and that of its
 * parent (chapter 7 2.1). liblustreapi finds the FID of a path in such a handle, so its format is
 * fixed.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/exportfs.h>
#include <gloss/lustre_user.h>
#include "internal.h"

struct ll_fid_handle {
	struct lu_fid	child;
	struct lu_fid	parent;
};

static int ll_encode_fh(struct inode *inode, u32 *fh, int *max_len, struct inode *parent)
{
	struct ll_fid_handle *h = (void *)fh;
	int words = sizeof(*h) / 4;

	if (*max_len < words) {
		*max_len = words;
		return FILEID_INVALID;
	}
	h->child = *ll_fid(inode);
	if (parent)
		h->parent = *ll_fid(parent);
	else
		memset(&h->parent, 0, sizeof(h->parent));
	*max_len = words;
	return LL_FILEID_LUSTRE;
}

static struct dentry *ll_fh_to_dentry(struct super_block *sb, struct fid *fh, int fh_len,
				      int fh_type)
{
	struct ll_fid_handle *h = (void *)fh;

	if (fh_type != LL_FILEID_LUSTRE || fh_len * 4 < (int)sizeof(h->child))
		return ERR_PTR(-EPROTO);
	return d_obtain_alias(ll_iget_fid(sb, &h->child));
}

static struct dentry *ll_fh_to_parent(struct super_block *sb, struct fid *fh, int fh_len,
				      int fh_type)
{
	struct ll_fid_handle *h = (void *)fh;

	if (fh_type != LL_FILEID_LUSTRE || fh_len * 4 < (int)sizeof(*h))
		return ERR_PTR(-EPROTO);
	if (fid_is_zero(&h->parent))
		return ERR_PTR(-ESTALE);
	return d_obtain_alias(ll_iget_fid(sb, &h->parent));
}

static struct dentry *ll_get_parent(struct dentry *child)
{
	return ll_lookup_parent(d_inode(child));
}

const struct export_operations ll_export_ops = {
	.encode_fh	= ll_encode_fh,
	.fh_to_dentry	= ll_fh_to_dentry,
	.fh_to_parent	= ll_fh_to_parent,
	.get_parent	= ll_get_parent,
};
