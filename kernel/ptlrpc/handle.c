// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request from its arrival to its status: the checks of chapter 2, 7.1 in their order, duplicates
 * (7.2), the search for the handler, access to its buffers.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"
#include <trace/events/ptlrpc.h>

/* ---- at arrival, in the LNet event ---- */

/*
 * A retransmission of a request that is still here: the client waits at the new match bits now.
 * exp_lock held.
 */
static bool svc_req_is_duplicate(struct obd_export *exp, const struct svc_req *req)
{
	struct svc_req *old;

	if (!(req->sr_pb_flags & MSG_RESENT) || req->sr_opc == LDLM_CANCEL)
		return false;
	list_for_each_entry(old, &exp->exp_reqs, sr_exp_link) {
		if (old->sr_xid != req->sr_xid || old->sr_opc != req->sr_opc)
			continue;
		old->sr_mbits = req->sr_mbits;
		/* the same for its bulk */
		WRITE_ONCE(old->sr_bulk_mbits, req->sr_bulk_mbits);
		WRITE_ONCE(old->sr_deadline,
			   max(old->sr_deadline, req->sr_deadline));
		WRITE_ONCE(old->sr_conn_cnt, req->sr_conn_cnt);
		return true;
	}
	return false;
}

static bool svc_parse_export(struct svc_req *req, const struct ptlrpc_body *pb)
{
	struct obd_export *exp = export_find(pb->pb_handle.cookie);
	struct ptlrpc_target *t;
	bool take = true;

	if (!exp) {
		req->sr_pre_status = -ENOTCONN;
		return true;
	}
	t = exp->exp_tgt;
	if (exp_connect_flags2(exp) & OBD_CONNECT2_REP_MBITS && pb->pb_mbits)
		req->sr_mbits = le64_to_cpu(pb->pb_mbits);
	spin_lock(&exp->exp_lock);
	if (exp->exp_failed || !exp->exp_connected)
		req->sr_pre_status = -ENOTCONN;
	else if (req->sr_conn_cnt < exp->exp_conn_cnt || svc_req_is_duplicate(exp, req))
		take = false;
	if (take)
		list_add_tail(&req->sr_exp_link, &exp->exp_reqs);
	exp->exp_last_heard = req->sr_arrival;
	exp->exp_last_xid = max(exp->exp_last_xid, req->sr_last_xid);
	spin_unlock(&exp->exp_lock);
	WRITE_ONCE(t->pt_last_heard, req->sr_arrival);
	if (!take) {
		export_put(exp);
		return false;
	}
	req->sr_exp = exp;
	req->sr_tgt = t;
	if (req->sr_pre_status)
		return true;
	if (READ_ONCE(t->pt_stopping))
		req->sr_pre_status = -ENODEV;
	else if (!t->pt_recovering &&
		 (req->sr_replay_transno || req->sr_pb_flags & (MSG_REPLAY | MSG_REQ_REPLAY_DONE)))
		req->sr_pre_status = -ENODEV;
	return true;
}

static bool svc_parse_callback(struct svc_req *req, const struct ptlrpc_body *pb)
{
	req->sr_imp = import_find_cb(pb->pb_handle.cookie);
	if (!req->sr_imp)
		req->sr_pre_status = -ENOTCONN;
	else if (imp_connect_flags2(req->sr_imp) & OBD_CONNECT2_REP_MBITS && pb->pb_mbits)
		req->sr_mbits = le64_to_cpu(pb->pb_mbits);
	return true;
}

bool svc_parse_req(struct svc_req *req)
{
	const struct lustre_msg_v2 *msg = req->sr_msg;
	const struct ptlrpc_body *pb;
	char nid[LNET_NIDSTR_SIZE];
	unsigned int i;
	u32 timeout;

	if (wire_msg_check(msg, req->sr_msg_len))
		goto bad;
	pb = wire_body(msg);
	if (le32_to_cpu(pb->pb_type) != PTL_RPC_MSG_REQUEST)
		goto bad;
	req->sr_secflvr = le32_to_cpu(msg->lm_secflvr);
	if ((req->sr_secflvr & 0xfffff) != SPTLRPC_FLVR_NULL)
		goto bad;
	req->sr_msg_flags = le32_to_cpu(msg->lm_flags);
	timeout = le32_to_cpu(pb->pb_timeout);
	if (!timeout && req->sr_msg_flags & MSGHDR_AT_SUPPORT)
		goto bad;
	req->sr_opc = le32_to_cpu(pb->pb_opc);
	req->sr_pb_flags = le32_to_cpu(pb->pb_flags);
	req->sr_last_xid = le64_to_cpu(pb->pb_last_xid);
	req->sr_tag = le16_to_cpu(pb->pb_tag);
	req->sr_replay_transno = le64_to_cpu(pb->pb_transno);
	req->sr_conn_cnt = le32_to_cpu(pb->pb_conn_cnt);
	req->sr_bulk_mbits = le64_to_cpu(pb->pb_mbits);
	req->sr_mbits = req->sr_xid;
	req->sr_uid = le32_to_cpu(pb->pb_uid);
	req->sr_gid = le32_to_cpu(pb->pb_gid);
	strscpy(req->sr_jobid, pb->pb_jobid, sizeof(req->sr_jobid));
	if (req->sr_pb_flags & MSG_REPLAY)
		for (i = 0; i < PTLRPC_NUM_VERSIONS; i++)
			req->sr_pre_versions[i] = le64_to_cpu(pb->pb_pre_versions[i]);
	if (!(req->sr_msg_flags & MSGHDR_AT_SUPPORT))
		timeout = max(timeout, 100U);
	req->sr_deadline = req->sr_arrival + timeout;
	if (ptlrpc_opc_is_connect(req->sr_opc))
		return true;
	return req->sr_req_portal == LDLM_CB_REQUEST_PORTAL ? svc_parse_callback(req, pb) :
							   svc_parse_export(req, pb);

bad:
	pr_info_ratelimited("malformed request x%llu from %s (portal %u) dropped\n",
			    req->sr_xid,
			    lnet_nid_str(&req->sr_peer, nid),
			    req->sr_req_portal);
	return false;
}

/**
 * svc_export_find_req - is there a request of that kind from a client, queued or in service?
 * @exp: the client
 * @match: says so of one request; must not sleep
 * @arg: for @match
 *
 * Requests that their client no longer waits for are left out. @match may read the message, which
 * was checked by wire_msg_check() only. Does not sleep.
 */
bool svc_export_find_req(struct obd_export *exp,
			 bool (*match)(const struct svc_req *req, const void *arg), const void *arg)
{
	time64_t now = ktime_get_seconds();
	struct svc_req *req;
	bool found = false;

	spin_lock(&exp->exp_lock);
	list_for_each_entry(req, &exp->exp_reqs, sr_exp_link) {
		found = now <= READ_ONCE(req->sr_deadline) && match(req, arg);
		if (found)
			break;
	}
	spin_unlock(&exp->exp_lock);
	return found;
}

bool svc_req_is_urgent(struct svc_req *req)
{
	return req->sr_pre_status || req->sr_opc == OBD_PING ||
	       ptlrpc_opc_is_connect(req->sr_opc) || ptlrpc_opc_is_disconnect(req->sr_opc) ||
	       ptlrpc_lock_ops->is_urgent(req);
}

/* ---- in the service thread ---- */

static int svc_handle_ping(struct svc_req *req)
{
	return svc_rep_pack(req);
}

static const struct ptlrpc_handler connect_handler = {
	0, "connect", &wf_connect, svc_handle_connect
};

static const struct ptlrpc_handler disconnect_handler = {
	0, "disconnect", &wf_empty, svc_handle_disconnect, HF_RECOVERY
};

static const struct ptlrpc_handler ping_handler = {
	OBD_PING, "obd_ping", &wf_empty, svc_handle_ping, HF_RECOVERY
};

static const struct ptlrpc_handler *svc_search_handler(const struct ptlrpc_handler *h,
						       unsigned int nr, u32 opc)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (h[i].opc == opc)
			return &h[i];
	return NULL;
}

static const struct ptlrpc_handler *svc_find_handler(const struct svc_req *req)
{
	const struct ptlrpc_handler *h;

	if (ptlrpc_opc_is_connect(req->sr_opc))
		return &connect_handler;
	if (req->sr_imp)
		return svc_search_handler(ptlrpc_lock_ops->callback_handlers,
			      ptlrpc_lock_ops->nr_callback_handlers,
			      req->sr_opc);
	if (ptlrpc_opc_is_disconnect(req->sr_opc))
		return &disconnect_handler;
	if (req->sr_opc == OBD_PING)
		return &ping_handler;
	h = svc_search_handler(req->sr_tgt->pt_ops->handlers,
			       req->sr_tgt->pt_ops->nr, req->sr_opc);
	return h ?: svc_search_handler(ptlrpc_lock_ops->target_handlers,
				       ptlrpc_lock_ops->nr_target_handlers,
			   req->sr_opc);
}

/* From here on export_teardown() waits for this request. */
static int svc_enter_export(struct svc_req *req)
{
	struct obd_export *exp = req->sr_exp;
	int rc = 0;

	spin_lock(&exp->exp_lock);
	if (exp->exp_failed)
		rc = -ENOTCONN;
	else
		atomic_inc(&exp->exp_in_service);
	spin_unlock(&exp->exp_lock);
	req->sr_in_service = !rc;
	return rc;
}

/* *held: pre_handle keeps the request, which may be resumed by another thread already. */
static int svc_run_handler(struct svc_req *req, bool *held)
{
	const struct ptlrpc_handler *h = svc_find_handler(req);
	u32 version = le32_to_cpu(((struct ptlrpc_body *)wire_body(req->sr_msg))->pb_version);
	char nid[LNET_NIDSTR_SIZE];
	int rc;

	if (!h)
		return -EOPNOTSUPP;
	req->sr_handler = h;
	req->sr_fmt = h->fmt;
	if ((version & LUSTRE_VERSION_MASK) != ptlrpc_opc_class(req->sr_opc))
		return -EINVAL;
	if (h->flags & HF_MODIFIES && exp_connect_flags(req->sr_exp) & OBD_CONNECT_RDONLY)
		return -EROFS;
	if (req->sr_tgt && req->sr_tgt->pt_ops->pre_handle && !req->sr_resumed) {
		rc = req->sr_tgt->pt_ops->pre_handle(req);
		*held = rc == 1;	/* then the request is not ours any more */
		if (rc == 2)
			req->sr_executed = true;
		if (rc)
			return rc <= 1 ? rc : req->sr_status;
	}
	rc = wire_req_check(req->sr_msg, req->sr_msg_len, req->sr_fmt);
	if (rc) {
		pr_info_ratelimited("malformed %s x%llu from %s refused: rc = %d\n", h->name,
				    req->sr_xid,
				    lnet_nid_str(&req->sr_peer, nid), rc);
		return rc;
	}
	if (h->flags & HF_RESENT && req->sr_pb_flags & (MSG_RESENT | MSG_REPLAY) &&
	    req->sr_tgt->pt_ops->resent) {
		rc = req->sr_tgt->pt_ops->resent(req);
		req->sr_executed = rc > 0;
		if (rc)
			return rc < 0 ? rc : req->sr_status;
	}
	rc = h->fn(req);
	/* a refused connect is no result of an operation: the target is not in the state for it */
	req->sr_executed = h != &connect_handler;
	return rc;
}

/**
 * svc_handle_req - serve a request and answer it
 * @req: request with its own copy of the message; its reference is consumed
 */
void svc_handle_req(struct svc_req *req)
{
	int rc = req->sr_pre_status;
	bool held = false, banned = rc == -ENODEV && req->sr_exp &&
				    !READ_ONCE(req->sr_tgt->pt_stopping);

	if (!rc && req->sr_exp && !req->sr_in_service)
		rc = svc_enter_export(req);
	if (!rc && !req->sr_exp && !req->sr_imp && !ptlrpc_opc_is_connect(req->sr_opc))
		rc = -ENOTCONN;
	if (!rc)
		rc = svc_run_handler(req, &held);
	if (held) {
		svc_req_put(req);
		return;
	}
	req->sr_status = rc;
	/* A client that does not know this answer gets none: it sends its request again later. */
	if (rc == -EINPROGRESS && req->sr_exp &&
	    !(exp_connect_flags(req->sr_exp) & OBD_CONNECT_EINPROGRESS))
		req->sr_no_reply = true;
	svc_stats_end(req);
	trace_ptlrpc_svc_end(req, req->sr_svc->name, rc);
	if (banned)
		export_evict(req->sr_exp, "replay outside of recovery");
	if (req->sr_no_reply)
		svc_req_done(req);
	else
		svc_send_reply(req);
	svc_req_put(req);
}

/* ---- buffers of the request ---- */

/**
 * svc_req_set_format - the format that the contents ask for
 * @req: request
 * @fmt: format whose request begins as the one before
 *
 * Return: 0 or -EPROTO.
 */
int svc_req_set_format(struct svc_req *req, const struct wire_format *fmt)
{
	char nid[LNET_NIDSTR_SIZE];

	if (wire_req_check(req->sr_msg, req->sr_msg_len, fmt)) {
		pr_info_ratelimited("malformed %s (%s) x%llu from %s refused: rc = %d\n",
				    req->sr_handler->name, fmt->name,
				    req->sr_xid,
				    lnet_nid_str(&req->sr_peer, nid), -EPROTO);
		return -EPROTO;
	}
	req->sr_fmt = fmt;
	memset(req->sr_rep_len, 0, sizeof(req->sr_rep_len));
	req->sr_rep_sized = false;
	return 0;
}
EXPORT_SYMBOL_GPL(svc_req_set_format);

/**
 * svc_req_buf - a buffer of the request
 * @req: request
 * @field: which
 *
 * Return: the buffer, checked by the format; NULL when absent or empty.
 */
void *svc_req_buf(struct svc_req *req, enum wire_field field)
{
	int idx = wire_field_index(req->sr_fmt->req, req->sr_fmt->nreq, field);

	return idx < 0 ? NULL : wire_buf(req->sr_msg, idx);
}
EXPORT_SYMBOL_GPL(svc_req_buf);

/**
 * svc_req_len - length of a buffer of the request
 * @req: request
 * @field: which
 *
 * Return: bytes, 0 when absent.
 */
u32 svc_req_len(struct svc_req *req, enum wire_field field)
{
	int idx = wire_field_index(req->sr_fmt->req, req->sr_fmt->nreq, field);

	return idx < 0 ? 0 : wire_buflen(req->sr_msg, idx);
}
EXPORT_SYMBOL_GPL(svc_req_len);

/**
 * svc_req_time_left - how long the client will still wait
 * @req: request
 *
 * Return: seconds until its deadline, which early replies move; negative when it has passed.
 */
int svc_req_time_left(struct svc_req *req)
{
	return READ_ONCE(req->sr_deadline) - ktime_get_seconds();
}
EXPORT_SYMBOL_GPL(svc_req_time_left);
