// SPDX-License-Identifier: GPL-2.0-only
/*
 * CONNECT and DISCONNECT on the server: the table of chapter 2, 9.7 in one place.
 *
 * Locks: pt_connect_mutex of the target for the decision and for its outcome; between them
 * ops->connect() runs without it, and exp->exp_connecting keeps others away.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"
#include <trace/events/ptlrpc.h>

struct connect_args {
	const struct ptlrpc_body *pb;
	const char *uuid;
	u64 cb_cookie;
	struct obd_connect_data ocd;
	u64 flags;
	u32 op_flags;
	u32 conn_cnt;
	bool reconnect;		/* out: the export is kept */
};

static int svc_connect_args(struct svc_req *req, struct connect_args *a)
{
	const struct lustre_handle *conn = svc_req_buf(req, WF_CONN);
	const void *ocd = svc_req_buf(req, WF_CONNECT_DATA);

	a->pb = wire_body(req->sr_msg);
	a->uuid = svc_req_buf(req, WF_CLUUID);
	if (!a->uuid || !a->uuid[0] || strnlen(a->uuid, svc_req_len(req, WF_CLUUID)) >= UUID_MAX)
		return -EINVAL;
	if (svc_req_len(req, WF_CONNECT_DATA) > OBD_CONNECT_DATA_MAX || !conn || !ocd)
		return -EPROTO;
	a->cb_cookie = conn->cookie;
	memcpy(&a->ocd, ocd, min_t(u32, svc_req_len(req, WF_CONNECT_DATA), sizeof(a->ocd)));
	a->flags = le64_to_cpu(a->ocd.ocd_connect_flags);
	if (!(a->flags & OBD_CONNECT_FLAGS2))
		a->ocd.ocd_connect_flags2 = 0;
	a->op_flags = le32_to_cpu(a->pb->pb_op_flags);
	a->conn_cnt = le32_to_cpu(a->pb->pb_conn_cnt);
	if (!(a->flags & OBD_CONNECT_FULL20) || a->op_flags & MSG_CONNECT_LIBCLIENT)
		return -EPROTO;
	return 0;
}

static struct obd_export *svc_connect_find_client(struct ptlrpc_target *t, const char *uuid)
{
	struct obd_export *exp;

	spin_lock(&t->pt_lock);
	list_for_each_entry(exp, &t->pt_exports, exp_link)
		if (!strcmp(exp->exp_client_uuid, uuid)) {
			export_get(exp);
			spin_unlock(&t->pt_lock);
			return exp;
		}
	spin_unlock(&t->pt_lock);
	return NULL;
}

static bool export_has_requests(struct obd_export *exp)
{
	bool some;

	spin_lock(&exp->exp_lock);
	some = !list_empty(&exp->exp_reqs);
	spin_unlock(&exp->exp_lock);
	return some;
}

/* A server comes back under the same UUID after a crash: its old export is of no use. */
static bool svc_connect_replaces(const struct obd_export *exp, const struct svc_req *req,
				 const struct connect_args *a)
{
	bool initial = a->op_flags & MSG_CONNECT_INITIAL;

	if (a->flags & OBD_CONNECT_MDS_MDS)
		return !lnet_nid_same_peer(&exp->exp_nid, &req->sr_peer);
	return initial && a->flags & (OBD_CONNECT_MDS | OBD_CONNECT_LIGHTWEIGHT);
}

/* May this connect have the known export? */
static int svc_connect_check_known(struct obd_export *exp, const struct svc_req *req,
				   struct connect_args *a)
{
	if (exp->exp_connecting)
		return -EALREADY;
	if (exp->exp_failed)
		return -ENODEV;
	if (exp->exp_connected) {
		if (a->op_flags & MSG_CONNECT_INITIAL &&
		    !lnet_nid_same_peer(&exp->exp_nid, &req->sr_peer))
			return -EALREADY;
		if (exp->exp_cb_cookie != a->cb_cookie)
			return -EALREADY;
	}
	if (a->pb->pb_handle.cookie != exp->exp_cookie && export_has_requests(exp))
		return -EBUSY;
	if (exp->exp_connected) {
		if (a->conn_cnt <= exp->exp_conn_cnt)
			return -EALREADY;
		a->reconnect = true;
	}
	if (exp->exp_conn_cnt && exp->exp_sp != req->sr_secflvr >> 24)
		return -EACCES;
	return 0;
}

/*
 * Who claims to be a server may replace the export of another peer, and is trusted by the target:
 * the node must be known as one. Real targets take -EACCES for "not yet" and come again (chapter 2,
 * 9.8).
 */
static int svc_connect_check_role(struct ptlrpc_target *t, const struct svc_req *req,
				  const struct connect_args *a)
{
	char nid[LNET_NIDSTR_SIZE];

	if (!(a->flags & (OBD_CONNECT_MDS | OBD_CONNECT_MDS_MDS | OBD_CONNECT_LIGHTWEIGHT)) ||
	    !t->pt_ops->peer_is_server || t->pt_ops->peer_is_server(t, &req->sr_peer))
		return 0;
	pr_warn_ratelimited("%s: node %s connects as a server (%s), but no server is registered there: rc = %d\n",
			    t->pt_uuid, lnet_nid_str(&req->sr_peer, nid),
			    a->uuid, -EACCES);
	return -EACCES;
}

/* The export for this connect, referenced and marked as connecting. */
static struct obd_export *svc_connect_choose_export(struct ptlrpc_target *t, struct svc_req *req,
						    struct connect_args *a)
{
	struct obd_export *exp;
	int rc;

	exp = svc_connect_find_client(t, a->uuid);
	if (exp && exp->exp_connected && !exp->exp_connecting &&
	    svc_connect_replaces(exp, req, a)) {
		if (export_fail(exp, true))
			export_retire(exp);
		export_put(exp);
		exp = NULL;
	}
	if (!exp) {
		bool mds_first = a->flags & OBD_CONNECT_MDS_MDS &&
				 a->op_flags & MSG_CONNECT_INITIAL;

		if (t->pt_recovering && !(a->flags & OBD_CONNECT_LIGHTWEIGHT) && !mds_first) {
			if (t->pt_ops->stranger)
				t->pt_ops->stranger(t);
			return ERR_PTR(-EBUSY);
		}
		exp = export_new(t, a->uuid);
		if (IS_ERR(exp))
			return exp;
		export_get(exp);
	}
	rc = svc_connect_check_known(exp, req, a);
	if (rc) {
		export_put(exp);
		return ERR_PTR(rc);
	}
	spin_lock(&exp->exp_lock);
	exp->exp_connecting = true;
	spin_unlock(&exp->exp_lock);
	return exp;
}

/* Granted is a subset of what was asked for, whatever the target says. */
static void svc_connect_mask_granted(struct obd_connect_data *ocd,
				     const struct obd_connect_data *want)
{
	ocd->ocd_connect_flags &= want->ocd_connect_flags;
	ocd->ocd_connect_flags2 &= want->ocd_connect_flags2;
	if (!(le64_to_cpu(ocd->ocd_connect_flags) & OBD_CONNECT_FLAGS2))
		ocd->ocd_connect_flags2 = 0;
}

static void svc_connect_set_connected(struct obd_export *exp, const struct svc_req *req,
				      const struct connect_args *a)
{
	spin_lock(&exp->exp_lock);
	exp->exp_ocd = a->ocd;
	exp->exp_nid = req->sr_peer;
	lnet_primary_nid(&exp->exp_nid);
	exp->exp_cb_cookie = a->cb_cookie;
	exp->exp_conn_cnt = a->conn_cnt;
	exp->exp_sp = req->sr_secflvr >> 24;
	exp->exp_last_xid = 0;
	exp->exp_last_heard = ktime_get_seconds();
	exp->exp_bulk_stalled = false;
	exp->exp_was_connected = true;
	exp->exp_connected = !exp->exp_failed;
	spin_unlock(&exp->exp_lock);
	export_set_reverse(exp, req);
	trace_ptlrpc_export_connect(exp, "connected");
}

static int svc_connect_target(struct ptlrpc_target *t, struct svc_req *req, struct connect_args *a)
{
	struct obd_connect_data want = a->ocd;
	struct obd_export *exp;
	bool failed;
	int rc;

	rc = svc_connect_check_role(t, req, a);
	if (rc)
		return rc;
	mutex_lock(&t->pt_connect_mutex);
	exp = svc_connect_choose_export(t, req, a);
	if (!IS_ERR(exp) && !a->reconnect) {
		/* ops->connect() may look at these */
		exp->exp_nid = req->sr_peer;
		lnet_primary_nid(&exp->exp_nid);
		exp->exp_cb_cookie = a->cb_cookie;
	}
	mutex_unlock(&t->pt_connect_mutex);
	if (IS_ERR(exp))
		return PTR_ERR(exp);

	rc = t->pt_ops->connect ? t->pt_ops->connect(exp, &a->ocd, a->reconnect) : 0;
	svc_connect_mask_granted(&a->ocd, &want);
	a->ocd.ocd_instance = cpu_to_le32(t->pt_instance);

	mutex_lock(&t->pt_connect_mutex);
	if (!rc)
		svc_connect_set_connected(exp, req, a);
	spin_lock(&exp->exp_lock);
	exp->exp_connecting = false;
	failed = exp->exp_failed;
	spin_unlock(&exp->exp_lock);
	mutex_unlock(&t->pt_connect_mutex);
	wake_up_all(&exp->exp_waitq);
	if (!rc && failed)
		rc = -ENODEV;
	if (rc && !a->reconnect && !exp->exp_was_connected && export_fail(exp, false))
		export_retire(exp);
	if (rc) {
		export_put(exp);
		return rc;
	}
	req->sr_connect_cookie = exp->exp_cookie;
	if (!t->pt_not_replayable)
		req->sr_connect_flags = MSG_CONNECT_REPLAYABLE;
	if (a->reconnect || (t->pt_not_replayable && a->conn_cnt > 1))
		req->sr_connect_flags |= MSG_CONNECT_RECONNECT;
	if (t->pt_recovering && !(a->flags & OBD_CONNECT_LIGHTWEIGHT))
		req->sr_connect_flags |= MSG_CONNECT_RECOVERING;
	req->sr_exp = exp;		/* svc_req_put() drops the reference */
	req->sr_tgt = t;
	return 0;
}

/**
 * svc_handle_connect - MDS_CONNECT, OST_CONNECT, MGS_CONNECT
 * @req: request, format wf_connect
 *
 * Return: status of the answer.
 */
int svc_handle_connect(struct svc_req *req)
{
	const char *uuid = svc_req_buf(req, WF_TGTUUID);
	struct connect_args a = {};
	struct obd_connect_data *rep;
	struct ptlrpc_target *t;
	int rc;

	rc = svc_connect_args(req, &a);
	if (rc)
		return rc;
	if (!uuid || !uuid[0])
		return -EINVAL;
	t = ptlrpc_target_get(uuid, svc_req_len(req, WF_TGTUUID));
	if (!t)
		return -ENODEV;
	rc = t->pt_not_ready ? -EAGAIN : svc_connect_target(t, req, &a);
	ptlrpc_target_put(t);
	if (rc)
		return rc;
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	rep = svc_rep_buf(req, WF_CONNECT_DATA);
	*rep = a.ocd;
	return 0;
}

/**
 * svc_handle_disconnect - a client ends its connection
 * @req: request with an export
 *
 * Return: 0.
 */
int svc_handle_disconnect(struct svc_req *req)
{
	if (export_fail(req->sr_exp, false))
		export_teardown(req->sr_exp);
	return svc_rep_pack(req);
}
