// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the MDT's requests, the dispatcher of intents, and the reconstruction of replies to
 * resent requests.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include "mdt_internal.h"

static int mdt_unsupported(struct svc_req *req)
{
	return -EOPNOTSUPP;
}

/* Requests that are counted in md_stats. Intents and MDS_REINT count their operations. */
static const struct {
	u32		opc;
	int		(*fn)(struct svc_req *req);
	enum mdt_stat	stat;
} mdt_counted[] = {
	{ MDS_GETATTR, mdt_getattr, MDS_STAT_GETATTR },
	{ MDS_GETATTR_NAME, mdt_getattr_name, MDS_STAT_GETATTR },
	{ MDS_CLOSE, mdt_close, MDS_STAT_CLOSE },
	{ MDS_STATFS, mdt_statfs, MDS_STAT_STATFS },
	{ MDS_SYNC, mdt_sync, MDS_STAT_SYNC },
	{ MDS_GETXATTR, mdt_getxattr, MDS_STAT_GETXATTR },
};

static int mdt_handle_counted(struct svc_req *req)
{
	unsigned int i = 0;
	int rc;

	while (mdt_counted[i].opc != req->sr_opc)
		i++;
	rc = mdt_counted[i].fn(req);
	if (rc >= 0)
		tgt_count_time(req, mdt_counted[i].stat);
	return rc;
}

const struct ptlrpc_handler mdt_handlers[] = {
	{ MDS_GETATTR, "getattr", &wf_mds_getattr, mdt_handle_counted, 0 },
	{ MDS_GETATTR_NAME, "getattr_name", &wf_mds_getattr_name, mdt_handle_counted, 0 },
	{ MDS_CLOSE, "close", &wf_mds_close, mdt_handle_counted, HF_RESENT | HF_RECOVERY },
	{ MDS_REINT, "reint", &wf_mds_reint, mdt_reint, HF_MODIFIES | HF_RESENT | HF_RECOVERY },
	{ MDS_READPAGE, "readpage", &wf_mds_readpage, mdt_readpage, 0 },
	{ MDS_GET_ROOT, "get_root", &wf_mds_get_root, mdt_get_root, 0 },
	{ MDS_STATFS, "statfs", &wf_mds_statfs, mdt_handle_counted, 0 },
	{ MDS_SYNC, "sync", &wf_mds_sync, mdt_handle_counted, HF_RECOVERY },
	{ MDS_SET_INFO, "set_info", &wf_mds_set_info, mdt_set_info, 0 },
	{ MDS_QUOTACTL, "quotactl", &wf_mds_quotactl, mdt_unsupported, 0 },
	{ MDS_GETXATTR, "getxattr", &wf_mds_getxattr, mdt_handle_counted, 0 },
	{ MDS_GET_INFO, "get_info", &wf_mds_get_info, mdt_get_info, 0 },
	{ SEQ_QUERY, "seq_query", &wf_seq_query, mdt_seq_query, HF_RECOVERY },
	{ FLD_QUERY, "fld_query", &wf_fld_query, mdt_fld_query, HF_RECOVERY },
	{ FLD_READ, "fld_read", &wf_fld_read, mdt_fld_read, HF_RECOVERY },
};

const unsigned int mdt_nr_handlers = ARRAY_SIZE(mdt_handlers);

static int mdt_intent(struct svc_req *req, struct ldlm_lock **lockp, u64 *flags)
{
	const struct ldlm_intent *it = svc_req_buf(req, WF_INTENT);
	const struct wire_format *fmt;
	enum mdt_stat stat;
	u64 opc;
	int rc;

	*lockp = NULL;
	if (!it)
		return -EPROTO;
	opc = le64_to_cpu(it->opc);
	fmt = wire_intent_format(opc);
	if (!fmt)
		return -EPROTO;
	rc = svc_req_set_format(req, fmt);
	if (rc)
		return rc;
	switch (opc) {
	case IT_OPEN:
	case IT_OPEN | IT_CREAT:
		rc = mdt_intent_open(req, lockp);
		stat = MDS_STAT_OPEN;
		break;
	case IT_GETATTR:
	case IT_LOOKUP:
		rc = mdt_intent_getattr(req, opc, lockp);
		stat = MDS_STAT_GETATTR;
		break;
	case IT_GETXATTR:
		rc = mdt_intent_getxattr(req, lockp);
		stat = MDS_STAT_GETXATTR;
		break;
	case IT_LAYOUT:
		return mdt_intent_layout(req, lockp);
	default:
		return -EOPNOTSUPP;
	}
	if (rc >= 0)
		tgt_count_time(req, stat);
	return rc;
}

const struct ldlm_srv_ops mdt_ldlm_ops = {
	.intent	= mdt_intent,
};

/* The object that a reint was about, for the attributes in its reply. */
static int mdt_reint_fid(const struct mdt_rec_reint *rec, struct lu_fid *fid)
{
	switch (le32_to_cpu(rec->rr_opcode)) {
	case REINT_SETATTR:
	case REINT_SETXATTR:
	case REINT_LINK:
		return mdt_req_fid(&rec->rr_fid1, fid);
	case REINT_CREATE:
	case REINT_UNLINK:
		return mdt_req_fid(&rec->rr_fid2, fid);
	default:
		return -ENOENT;
	}
}

/**
 * mdt_reconstruct - answer a resent MDS_REINT or MDS_CLOSE that was executed
 * @req: the request
 * @trd: what was remembered
 *
 * Attributes are those of now. Opens are reconstructed by mdt_intent_open().
 * Return: 0 with the reply packed, -ENOMEM, -EPROTO.
 */
int mdt_reconstruct(struct svc_req *req, const struct tgt_reply_data *trd)
{
	const struct mdt_rec_reint *rec = svc_req_buf(req, WF_REC_REINT);
	const struct wire_format *fmt;
	struct mdt_object *o;
	struct mdt_reply r;
	struct lu_fid fid;
	int rc;

	if (!rec)
		return -EPROTO;
	mdt_reply_init(&r);
	if (req->sr_opc == MDS_REINT) {
		u32 op = le32_to_cpu(rec->rr_opcode);

		fmt = wire_reint_format(op);
		rc = fmt ? svc_req_set_format(req, fmt) : -EPROTO;
		if (rc)
			return rc;
		rec = svc_req_buf(req, WF_REC_REINT);
		if (!mdt_reint_fid(rec, &fid)) {
			o = mdt_object_find(mdt_dev(req), &fid);
			if (!IS_ERR(o)) {
				rc = mdt_reply_attr(req, o, OBD_MD_FLGETATTR, 0, 0, &r);
				mdt_object_put(o);
				if (rc) {
					mdt_reply_free(&r);
					return rc;
				}
			} else if (op == REINT_UNLINK) {
				fid_to_le(&r.mr_body.mbo_fid1, &fid);
				r.mr_body.mbo_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLNLINK);
			}
		}
	} else if (req->sr_opc == MDS_CLOSE) {
		mdt_close_again(req);
	}
	req->sr_transno = trd->trd_transno;
	req->sr_status = trd->trd_result;
	return mdt_reply_pack(req, &r);
}
