// SPDX-License-Identifier: GPL-2.0-only
/*
 * The RPCs of a client of the management service: reading llogs (chapter 6.4) and registering
 * targets (6.8).
 */
#define pr_fmt(fmt) "mgc: " fmt
#include <linux/module.h>
#include <gloss/msg.h>
#include "internal.h"

/* No request of the MGS has a positive status. */
static int mgc_queue_wait(struct ptlrpc_request *req)
{
	int rc = ptlrpc_queue_wait(req);

	return rc > 0 ? -EPROTO : rc;
}

int mgc_llog_open(struct mgc *mgc, const char *name, struct llog_logid *id)
{
	struct ptlrpc_request *req;
	struct llogd_body *body;
	int rc;

	req = ptlrpc_req_new(mgc->m_imp, LLOG_ORIGIN_HANDLE_CREATE, &wf_llog_open);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = true;
	ptlrpc_req_size(req, WF_NAME, strlen(name) + 1);
	ptlrpc_req_size(req, WF_MDT_BODY, sizeof(struct mdt_body));
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	body = ptlrpc_req_buf(req, WF_LLOGD_BODY);
	body->lgd_ctxt_idx = cpu_to_le32(LLOG_CONFIG_ORIG_CTXT);
	strcpy(ptlrpc_req_buf(req, WF_NAME), name);
	rc = mgc_queue_wait(req);
	if (rc)
		goto out;
	body = ptlrpc_rep_buf(req, WF_LLOGD_BODY);
	if (body)
		*id = body->lgd_logid;
	else
		rc = -EPROTO;
out:
	ptlrpc_req_put(req);
	return rc;
}

/* A packed request to read of an open log; its body names the log. */
static struct ptlrpc_request *mgc_read_req(struct mgc *mgc, u32 opc, const struct wire_format *fmt,
					   const struct llog_logid *id)
{
	struct ptlrpc_request *req;
	struct llogd_body *body;
	int rc;

	req = ptlrpc_req_new(mgc->m_imp, opc, fmt);
	if (!req)
		return ERR_PTR(-ENOMEM);
	req->rq_no_delay = true;
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return ERR_PTR(rc);
	}
	body = ptlrpc_req_buf(req, WF_LLOGD_BODY);
	body->lgd_logid = *id;
	body->lgd_ctxt_idx = cpu_to_le32(LLOG_CONFIG_ORIG_CTXT);
	body->lgd_llh_flags = cpu_to_le32(LLOG_F_IS_PLAIN);
	return req;
}

int mgc_llog_header(struct mgc *mgc, const struct llog_logid *id, struct llog_log_hdr *hdr)
{
	struct ptlrpc_request *req;
	void *rep;
	int rc;

	req = mgc_read_req(mgc, LLOG_ORIGIN_HANDLE_READ_HEADER, &wf_llog_read_header, id);
	if (IS_ERR(req))
		return PTR_ERR(req);
	rc = mgc_queue_wait(req);
	if (rc)
		goto out;
	rep = ptlrpc_rep_buf(req, WF_LLOG_HDR);
	if (!rep || ptlrpc_rep_len(req, WF_LLOG_HDR) != sizeof(*hdr)) {
		rc = -EPROTO;
		goto out;
	}
	memcpy(hdr, rep, sizeof(*hdr));
	rc = llog_hdr_check(hdr);
out:
	ptlrpc_req_put(req);
	return rc;
}

int mgc_llog_block(struct mgc *mgc, const struct llog_logid *id, u32 index, u32 *saved, u64 *pos,
		   void *buf)
{
	struct ptlrpc_request *req;
	struct llogd_body *body;
	void *rep;
	int rc;

	req = mgc_read_req(mgc, LLOG_ORIGIN_HANDLE_NEXT_BLOCK, &wf_llog_next_block, id);
	if (IS_ERR(req))
		return PTR_ERR(req);
	body = ptlrpc_req_buf(req, WF_LLOGD_BODY);
	body->lgd_index = cpu_to_le32(index);
	body->lgd_saved_index = cpu_to_le32(*saved);
	body->lgd_len = cpu_to_le32(LLOG_CHUNK_SIZE);
	body->lgd_cur_offset = cpu_to_le64(*pos);
	rc = mgc_queue_wait(req);
	/* How 2.15 says "behind the end"; without a reply it is no answer at all. */
	if (rc == -EIO && ptlrpc_rep_buf(req, WF_LLOGD_BODY))
		rc = -EBADR;
	if (rc)
		goto out;
	body = ptlrpc_rep_buf(req, WF_LLOGD_BODY);
	rep = ptlrpc_rep_buf(req, WF_LLOG_DATA);
	if (!body || !rep || ptlrpc_rep_len(req, WF_LLOG_DATA) != LLOG_CHUNK_SIZE) {
		rc = -EPROTO;
		goto out;
	}
	memcpy(buf, rep, LLOG_CHUNK_SIZE);
	*saved = le32_to_cpu(body->lgd_saved_index);
	*pos = le64_to_cpu(body->lgd_cur_offset);
out:
	ptlrpc_req_put(req);
	return rc;
}

int mgc_config_read(struct config_log *cl, struct bio_vec *bv, unsigned int nr, u64 *upto,
		    u64 *newest)
{
	struct mgs_config_body *body;
	struct mgs_config_res *res;
	struct ptlrpc_request *req;
	int rc;

	req = ptlrpc_req_new(cl->mgl_mgc->m_imp, MGS_CONFIG_READ, &wf_mgs_config_read);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = true;
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	body = ptlrpc_req_buf(req, WF_MGS_CONFIG_BODY);
	strscpy(body->mcb_name, cl->mgl_name, sizeof(body->mcb_name));
	body->mcb_offset = cpu_to_le64(cl->mgl_version + 1);
	body->mcb_type = cpu_to_le16(CONFIG_T_RECOVER);
	body->mcb_rec_nid_size = sizeof(struct lnet_nid);
	body->mcb_bits = PAGE_SHIFT;
	body->mcb_units = cpu_to_le32(nr);
	rc = ptlrpc_req_bulk(req, false, MGS_BULK_PORTAL, bv, nr, 1) ?: mgc_queue_wait(req);
	if (rc)
		goto out;
	res = ptlrpc_rep_buf(req, WF_MGS_CONFIG_RES);
	if (res) {
		*upto = le64_to_cpu(res->mcr_offset);
		*newest = le64_to_cpu(res->mcr_size);
		rc = req->bulk_bytes;
	} else {
		rc = -EPROTO;
	}
out:
	ptlrpc_req_put(req);
	return rc;
}

/**
 * mgc_target_register - register a target with the MGS
 * @mgc: client of the MGS
 * @mti: what the target is; becomes the MGS's answer when there is one, also with an error
 * (LDD_F_ERROR: refused)
 *
 * Return: 0, the status of the MGS, -EIO or -ETIMEDOUT (not reached), -EINTR. May sleep, killable.
 */
int mgc_target_register(struct mgc *mgc, struct mgs_target_info *mti)
{
	struct mgs_target_nidlist *list;
	struct mgs_target_info *rep;
	struct ptlrpc_request *req;
	int rc;

	rc = mgc_wait_or_tell(mgc, le32_to_cpu(mti->mti_flags) & LDD_F_UPDATE ? MGC_WAIT : 10);
	if (rc)
		return rc;
	req = ptlrpc_req_new(mgc->m_imp, MGS_TARGET_REG, &wf_mgs_target_reg);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = true;
	ptlrpc_req_size(req, WF_MTI, sizeof(*mti));
	ptlrpc_req_size(req, WF_NIDLIST, sizeof(*list));
	ptlrpc_rep_room(req, WF_MTI, sizeof(*mti));
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	memcpy(ptlrpc_req_buf(req, WF_MTI), mti, sizeof(*mti));
	list = ptlrpc_req_buf(req, WF_NIDLIST);
	list->mtn_nids = mti->mti_nid_count;	/* the NIDs themselves stand in the MTI */
	rc = mgc_queue_wait(req);
	rep = ptlrpc_rep_buf(req, WF_MTI);
	if (rep)
		memcpy(mti, rep, sizeof(*mti));
	else if (!rc)
		rc = -EPROTO;
	if (!rc && le32_to_cpu(mti->mti_flags) & LDD_F_ERROR)
		rc = -EPERM;
out:
	ptlrpc_req_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(mgc_target_register);
