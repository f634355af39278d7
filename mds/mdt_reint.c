// SPDX-License-Identifier: GPL-2.0-only
/*
 * MDS_REINT (chapter 4, 13): from the opcode in the record to the operation (mdt_op.c) that carries
 * the request out, and what these operations share.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include "mdt_internal.h"

/**
 * mdt_touch - set times of an object to the client's clock, never back
 * @th: transaction with OSD_CR_ATTR_SET
 * @o: the object
 * @time: seconds
 * @valid: OSD_A_MTIME, OSD_A_CTIME
 *
 * Return: 0 or -errno of the object store.
 */
int mdt_touch(struct osd_trans *th, struct mdt_object *o, s64 time, u32 valid)
{
	struct osd_attr la;

	osd_attr_get(o->mo_osd, &la);
	if (time <= la.ctime.tv_sec)
		valid &= ~OSD_A_CTIME;
	if (time <= la.mtime.tv_sec)
		valid &= ~OSD_A_MTIME;
	if (!valid)
		return 0;
	la.mtime = (struct timespec64){ .tv_sec = time };
	la.ctime = la.mtime;
	return osd_attr_set(th, o->mo_osd, &la, valid);
}

/**
 * mdt_pack_status - pack the reply of a request that may have failed
 * @req: the request
 * @r: body and blobs; freed. The body is packed in any case
 * @rc: result of the request
 *
 * Return: @rc, or -ENOMEM.
 */
int mdt_pack_status(struct svc_req *req, struct mdt_reply *r, int rc)
{
	int rc2 = mdt_reply_pack(req, r);

	return rc ?: rc2;
}

/**
 * mdt_parent_find - the directory of a name
 * @mdt: the target
 * @le: its FID, from a request
 *
 * Return: referenced; ERR_PTR(-ENOTDIR), ERR_PTR(-ENOENT): it was removed; as
 * mdt_object_find_le().
 */
struct mdt_object *mdt_parent_find(struct mdt_device *mdt, const struct lu_fid_le *le)
{
	struct mdt_object *o = mdt_object_find_le(mdt, le);
	int rc = 0;

	if (IS_ERR(o))
		return o;
	if (!S_ISDIR(o->mo_osd->oo_type))
		rc = -ENOTDIR;
	else if (o->mo_dead)
		rc = -ENOENT;
	if (!rc)
		return o;
	mdt_object_put(o);
	return ERR_PTR(rc);
}

/**
 * mdt_is_dot - is the name "." or ".."?
 * @name: the name
 * @len: its length
 */
bool mdt_is_dot(const char *name, size_t len)
{
	return (len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.');
}

/* The operation of a record, and how it is counted; NULL: not done here. */
static const struct mdt_op_type *mdt_reint_type(struct svc_req *req, const void *rec,
						enum mdt_stat *stat)
{
	const struct mdt_rec_create *create = rec;
	const struct mdt_rec_unlink *unlink = rec;

	switch (le32_to_cpu(((const struct mdt_rec_reint *)rec)->rr_opcode)) {
	case REINT_SETATTR:
		*stat = MDS_STAT_SETATTR;
		return svc_req_len(req, WF_EADATA) ? &mdt_op_set_default : &mdt_op_setattr;
	case REINT_SETXATTR:
		*stat = MDS_STAT_SETXATTR;
		return mdt_layout_is_edit(svc_req_buf(req, WF_NAME)) ? &mdt_op_layout_edit :
								       &mdt_op_setxattr;
	case REINT_CREATE:
		*stat = S_ISDIR(le32_to_cpu(create->cr_mode)) ? MDS_STAT_MKDIR : MDS_STAT_MKNOD;
		return &mdt_op_create;
	case REINT_LINK:
		*stat = MDS_STAT_LINK;
		return &mdt_op_link;
	case REINT_UNLINK:
		*stat = S_ISDIR(le32_to_cpu(unlink->ul_mode)) ? MDS_STAT_RMDIR : MDS_STAT_UNLINK;
		return &mdt_op_unlink;
	case REINT_RENAME:
		*stat = MDS_STAT_RENAME;
		return &mdt_op_rename;
	default:
		return NULL;
	}
}

static void mdt_reint_count(struct svc_req *req, const struct mdt_rec_reint *rec,
			    enum mdt_stat stat)
{
	bool same_dir = !memcmp(&rec->rr_fid1, &rec->rr_fid2, sizeof(rec->rr_fid1));

	tgt_count_time(req, stat);
	if (stat == MDS_STAT_RENAME)
		tgt_count_time(req, same_dir ? MDS_STAT_SAMEDIR_RENAME :
					       MDS_STAT_CROSSDIR_RENAME);
}

/**
 * mdt_reint - MDS_REINT
 * @req: format wf_mds_reint (the record only) so far
 *
 * Return: status of the reply; -EPROTO for a record that is none, -EROFS, -EOPNOTSUPP for what is
 * not done here.
 */
int mdt_reint(struct svc_req *req)
{
	const struct mdt_rec_reint *rec = svc_req_buf(req, WF_REC_REINT);
	const struct mdt_op_type *type;
	const struct wire_format *fmt;
	enum mdt_stat stat;
	struct mdt_reply r;
	struct mdt_op *op;
	int rc;

	if (!rec)
		return -EPROTO;
	/* A record of REINT_OPEN is only valid inside of an intent. */
	fmt = wire_reint_format(le32_to_cpu(rec->rr_opcode));
	if (!fmt)
		return -EPROTO;
	rc = svc_req_set_format(req, fmt);
	if (rc)
		return rc;
	rec = svc_req_buf(req, WF_REC_REINT);
	if (mdt_export(req->sr_exp)->me_rdonly)
		return -EROFS;
	ldlm_srv_cancel_elc(req, WF_DLM_REQ);
	type = mdt_reint_type(req, rec, &stat);
	if (!type)
		return -EOPNOTSUPP;
	mdt_reply_init(&r);
	op = mdt_op_new(type, req, rec, &r);
	rc = op ? mdt_op_run(op) : -ENOMEM;
	rc = mdt_pack_status(req, &r, rc);
	if (rc >= 0)
		mdt_reint_count(req, rec, stat);
	return rc;
}
