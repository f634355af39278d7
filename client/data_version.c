// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data version of a file: a number that changes with each change of its data, the sum of those
 * of its objects (OST_GETATTR). Tools compare it before and after they copy a file.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include "data.h"

struct data_version {
	u32 oa_flags;	/* OBD_FL_SRVLOCK: what clients have cached goes to the disk first */
	u64 sum;
};

static int ll_version_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	const struct data_version *dv = fo->arg;
	struct obdo *oa = ll_fanout_obdo(fo, fan);

	if (IS_ERR(oa))
		return PTR_ERR(oa);
	oa->o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP |
				  (dv->oa_flags ? OBD_MD_FLFLAGS : 0));
	oa->o_flags = cpu_to_le32(dv->oa_flags);
	return 0;
}

static int ll_version_finish(struct ll_fanout *fo, struct ll_fan *fan, int rc)
{
	struct ost_body *body = rc ? NULL : ptlrpc_rep_buf(fan->req, WF_OST_BODY);
	struct data_version *dv = fo->arg;

	if (rc)
		return rc;
	if (!body || !(le64_to_cpu(body->oa.o_valid) & OBD_MD_FLDATAVERSION))
		return -EOPNOTSUPP;
	dv->sum += le64_to_cpu(body->oa.o_data_version);
	return 0;
}

static const struct ll_fanout_op version_op = {
	.opc = OST_GETATTR,
	.prepare = ll_version_prepare,
	.finish = ll_version_finish,
};

/**
 * ll_data_version - the data version of a file
 * @inode: regular file
 * @version: out; 0 for a file without objects
 * @flags: LL_DV_RD_FLUSH: dirty pages of all clients are written first; LL_DV_WR_FLUSH: and all
 *	clients forget their pages
 *
 * Context: may sleep; killable. Chapter 5, 10.1, and chapter 7, 3.8.
 *
 * Return: 0; -EOPNOTSUPP: an OST has no such number, or the data are on the MDT; -EINTR; -errno of
 * MDT or OSTs.
 */
int ll_data_version(struct inode *inode, u64 *version, u64 flags)
{
	struct data_version dv = { 0 };
	struct ll_objset *set;
	int rc = 0;

	*version = 0;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	set = ll_objset_current(inode);
	if (IS_ERR_OR_NULL(set))
		return PTR_ERR_OR_ZERO(set);
	if (flags & (LL_DV_RD_FLUSH | LL_DV_WR_FLUSH)) {
		dv.oa_flags = OBD_FL_SRVLOCK | (flags & LL_DV_WR_FLUSH ? OBD_FL_FLUSH : 0);
		/* Not only by the callback of the lock, which takes longer. */
		rc = ll_pages_flush(inode->i_mapping, 0, LLONG_MAX);
	}
	if (rc != -EINTR)
		rc = ll_fanout_objects(inode, set, &version_op, &dv);
	ll_objset_put(set);
	if (!rc)
		*version = dv.sum;
	return rc;
}
