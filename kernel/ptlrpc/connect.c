// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connecting an import: the request, what is made of the answer (chapter 2, 9), and DISCONNECT. All
 * of it runs in imp_work, so that one attempt follows the other.
 *
 * After a restart of the server, if it says that it is recovering, the client brings back what the
 * server may have lost (11.4): open files and changes that were not committed (replay.c), then
 * locks (ldlm), then it says by a ping that it is through, and waits for its answer. If one step
 * fails it connects again. imp_round counts the restarts that were found; imp_stage is the step at
 * which a server that kept the connection meanwhile is continued with.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"

#define CONNECT_TIMEOUT		5	/* seconds */
#define FORCED_GOODBYE		2	/* seconds that umount -f waits for servers */
#define CONNECT_REPLY_ROOM	320	/* room for a longer obd_connect_data */
#define RECOVERY_PING_TIMEOUT	300	/* without adaptive timeouts */

/* ---- the request ---- */

/* The connection for the next attempt; imp_lock held. */
static struct import_conn *import_choose_conn(struct obd_import *imp)
{
	struct import_conn *ic, *best = NULL;

	list_for_each_entry(ic, &imp->imp_conns, ic_link) {
		if (lnet_distance(&ic->ic_nid) < 0)
			continue;
		if (!best || ic->ic_last < best->ic_last)
			best = ic;
		/* First the one that worked last. */
		if (!ic->ic_last && lnet_nid_eq(&ic->ic_nid, &imp->imp_nid)) {
			best = ic;
			break;
		}
	}
	if (!best)
		best = list_first_entry_or_null(&imp->imp_conns, struct import_conn, ic_link);
	return best;
}

static void import_fill_ocd(struct obd_import *imp, struct obd_connect_data *ocd)
{
	*ocd = imp->imp_want;
	if (!imp->imp_connected)
		return;
	/* The values that the server granted last, with the flags that the owner wants. */
	*ocd = imp->imp_ocd;
	ocd->ocd_connect_flags = imp->imp_want.ocd_connect_flags;
	ocd->ocd_connect_flags2 = imp->imp_want.ocd_connect_flags2;
	ocd->ocd_version = imp->imp_want.ocd_version;
	ocd->ocd_grant = imp->imp_want.ocd_grant;
	ocd->ocd_index = imp->imp_want.ocd_index;
	ocd->ocd_group = imp->imp_want.ocd_group;
	ocd->ocd_ibits_known = imp->imp_want.ocd_ibits_known;
	ocd->ocd_transno = 0;
}

static void import_connect_done(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	struct ptlrpc_request *old;

	spin_lock(&imp->imp_lock);
	old = imp->imp_connect_req;
	imp->imp_connect_req = ptlrpc_req_get(req);
	import_todo_locked(imp, IMP_DO_CONNECTED);
	spin_unlock(&imp->imp_lock);
	ptlrpc_req_put(old);
}

/* Tell from which transaction on this client will replay; op_flags of the connect. */
static u32 import_tell_kept(struct obd_import *imp, struct ptlrpc_request *req)
{
	struct obd_connect_data *ocd = ptlrpc_req_buf(req, WF_CONNECT_DATA);
	u64 transno;

	spin_lock(&imp->imp_lock);
	transno = ptlrpc_replay_first(imp);
	spin_unlock(&imp->imp_lock);
	ocd->ocd_transno = cpu_to_le64(transno);
	return transno ? MSG_CONNECT_TRANSNO : 0;
}

static int import_send_connect(struct obd_import *imp, bool initial)
{
	struct ptlrpc_request *req;
	struct ptlrpc_body *pb;
	struct lustre_handle *conn;
	unsigned int t;
	int rc;

	req = ptlrpc_req_new(imp, imp->imp_connect_op, &wf_connect);
	if (!req)
		return -ENOMEM;
	req->rq_is_connect = true;
	req->rq_bypass = true;
	req->rq_no_resend = true;
	req->rq_timeout = CONNECT_TIMEOUT;
	req->done = import_connect_done;
	ptlrpc_rep_room(req, WF_CONNECT_DATA, CONNECT_REPLY_ROOM);
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	strscpy(ptlrpc_req_buf(req, WF_TGTUUID), imp->imp_target, UUID_MAX - 1);
	strscpy(ptlrpc_req_buf(req, WF_CLUUID), imp->imp_client, UUID_MAX - 1);
	conn = ptlrpc_req_buf(req, WF_CONN);
	conn->cookie = imp->imp_cb_cookie;
	import_fill_ocd(imp, ptlrpc_req_buf(req, WF_CONNECT_DATA));
	if (imp->imp_ops && imp->imp_ops->connect_data)
		imp->imp_ops->connect_data(imp, ptlrpc_req_buf(req, WF_CONNECT_DATA));
	pb = wire_body(req->rq_msg);
	pb->pb_op_flags = cpu_to_le32(initial ? MSG_CONNECT_INITIAL : import_tell_kept(imp, req));
	t = import_adaptive_time(imp, imp->imp_req_portal);
	pb->pb_service_time = cpu_to_le32(max(t * 4 / 5, 5U) - 4);
	rc = ptlrpc_send_async(req);
out:
	ptlrpc_req_put(req);
	return rc;
}

void import_connect_start(struct obd_import *imp)
{
	time64_t now = ktime_get_seconds();
	struct import_conn *ic;
	bool go, initial;

	spin_lock(&imp->imp_lock);
	go = !imp->imp_invalid && !imp->imp_closing && !imp->imp_deactive &&
	     (imp->imp_state == IMP_NEW || imp->imp_state == IMP_DISCON ||
	      imp->imp_state == IMP_IDLE);
	ic = go ? import_choose_conn(imp) : NULL;
	if (ic) {
		if (ic->ic_last)
			imp->imp_connect_round++;
		ic->ic_last = now ?: 1;
		imp->imp_nid = ic->ic_nid;
		imp->imp_conn_cnt++;
		import_set_state(imp, IMP_CONNECTING);
	} else if (go) {
		import_retry_locked(imp, HZ);
	}
	initial = !imp->imp_handle;
	spin_unlock(&imp->imp_lock);
	if (!ic || !import_send_connect(imp, initial))
		return;
	spin_lock(&imp->imp_lock);
	import_set_state(imp, IMP_DISCON);
	import_retry_locked(imp, HZ);
	spin_unlock(&imp->imp_lock);
}

/* ---- the answer ---- */

static int import_check_ocd(const struct obd_import *imp, const struct obd_connect_data *ocd)
{
	u64 flags = le64_to_cpu(ocd->ocd_connect_flags),
	    want = le64_to_cpu(imp->imp_want.ocd_connect_flags);
	u64 flags2 = le64_to_cpu(ocd->ocd_connect_flags2),
	    want2 = le64_to_cpu(imp->imp_want.ocd_connect_flags2);

	if (flags & ~want || (flags & OBD_CONNECT_FLAGS2 && flags2 & ~want2)) {
		pr_err("%s: server grants flags 0x%llx 0x%llx that were not asked for: rc = %d\n",
		       imp->imp_name, flags & ~want, flags2 & ~want2, -EPROTO);
		return -EPROTO;
	}
	if (flags & OBD_CONNECT_CKSUM && !(le32_to_cpu(ocd->ocd_cksum_types) & OBD_CKSUM_ALL))
		return -EPROTO;
	if (flags & OBD_CONNECT_MULTIMODRPCS && !ocd->ocd_maxmodrpcs)
		return -EPROTO;
	return 0;
}

struct outcome {
	bool evicted;
	bool recovering;
};

/*
 * The reply to a CONNECT of a client that the target may know says what has become of its export
 * (chapter 2, table 9.8). imp_lock held.
 */
static void import_judge_reconnect(struct obd_import *imp, u32 flags, u64 cookie, bool light,
				   struct outcome *out)
{
	if (flags & MSG_CONNECT_RECONNECT && cookie == imp->imp_handle)
		return;		/* nothing is lost; or the recovery goes on where it was */
	if (out->recovering && imp->imp_replayable) {
		imp->imp_round++;
		imp->imp_stage = IMP_REPLAY;
		imp->imp_vbr_failed = false;
	} else {
		out->evicted = flags & MSG_CONNECT_RECONNECT || !light;
		imp->imp_stage = IMP_REPLAY_LOCKS;
	}
}

/*
 * Decide from the CONNECT reply whether the server has evicted this client, and where the recovery
 * begins; imp_lock held. 0 or -ENOTCONN.
 */
static int import_connect_status(struct obd_import *imp, struct ptlrpc_request *req,
				 struct outcome *out)
{
	bool initial = le32_to_cpu(((struct ptlrpc_body *)wire_body(req->rq_msg))->pb_op_flags) &
		       MSG_CONNECT_INITIAL;
	const struct ptlrpc_body *pb = ptlrpc_rep_body(req);
	const struct obd_connect_data *ocd = ptlrpc_rep_buf(req, WF_CONNECT_DATA);
	u32 flags = le32_to_cpu(pb->pb_op_flags);
	u64 cookie = pb->pb_handle.cookie;
	bool light = le64_to_cpu(ocd->ocd_connect_flags) & OBD_CONNECT_LIGHTWEIGHT;

	if (!cookie)
		return -ENOTCONN;
	out->recovering = flags & MSG_CONNECT_RECOVERING;
	if (initial)
		imp->imp_stage = IMP_REPLAY_LOCKS;
	else
		import_judge_reconnect(imp, flags, cookie, light, out);
	if (initial)
		imp->imp_replayable = flags & MSG_CONNECT_REPLAYABLE &&
				      !(imp->imp_flags & IMPF_NOT_REPLAYABLE);
	imp->imp_handle = cookie;
	return 0;
}

static int import_take_answer(struct obd_import *imp, struct ptlrpc_request *req,
			      struct outcome *out)
{
	const struct ptlrpc_body *pb = ptlrpc_rep_body(req);
	const struct obd_connect_data *ocd = ptlrpc_rep_buf(req, WF_CONNECT_DATA);
	u32 len = ptlrpc_rep_len(req, WF_CONNECT_DATA);
	struct obd_connect_data granted = {};
	u64 committed, had = 0;
	int rc;

	if (!ocd)
		return -EPROTO;
	memcpy(&granted, ocd, min_t(u32, len, sizeof(granted)));
	if (!(le64_to_cpu(granted.ocd_connect_flags) & OBD_CONNECT_FLAGS2))
		granted.ocd_connect_flags2 = 0;
	rc = import_check_ocd(imp, &granted);
	if (rc)
		return rc;
	committed = le64_to_cpu(pb->pb_last_committed);
	spin_lock(&imp->imp_lock);
	rc = import_connect_status(imp, req, out);
	if (!rc) {
		/*
		 * After more than one restart the number tells what the last one of the servers in
		 * between committed, not whether ours was lost by the first.
		 */
		if (out->evicted &&
		    le32_to_cpu(granted.ocd_instance) > le32_to_cpu(imp->imp_ocd.ocd_instance) + 1)
			committed = min(committed, imp->imp_last_committed);
		imp->imp_ocd = granted;
		imp->imp_connected = true;
		imp->imp_connect_rc = 0;
		if (committed && committed < imp->imp_last_committed) {
			had = imp->imp_last_committed;
			/* transnos of the time before must not cover those that come now */
			imp->imp_last_committed = committed;
			imp->imp_max_transno = max(min(imp->imp_max_transno, committed),
						   ptlrpc_replay_last(imp));
		}
		if (out->evicted)
			imp->imp_generation++;
	}
	spin_unlock(&imp->imp_lock);
	if (had)
		pr_err("%s: server lost committed transactions (had %llu, now %llu): clients may miss acknowledged changes\n",
		       imp->imp_name, had, committed);
	if (!rc && out->evicted)
		ptlrpc_replay_restart(imp, committed);
	else if (!rc)
		ptlrpc_replay_committed(imp, committed);
	return rc;
}

/* All locks of this client, and its requests of before, mean nothing to the server any more. */
static void import_handle_eviction(struct obd_import *imp)
{
	char nid[LNET_NIDSTR_SIZE];

	/* An MGS that was restarted knows no client: nothing of users is lost by that. */
	if (imp->imp_sp != LUSTRE_SP_MGC)
		pr_warn("%s: evicted by the server at %s; locks, open files and unwritten data are lost\n",
			imp->imp_name, lnet_nid_str(&imp->imp_nid, nid));
	spin_lock(&imp->imp_lock);
	import_set_state(imp, IMP_EVICTED);
	import_abort_all(imp, -EIO, true);
	spin_unlock(&imp->imp_lock);
	import_event(imp, IMP_EV_EVICTED);
	ptlrpc_replay_drop(imp);
}

/* Tell a recovering server that this client is through; it answers when the recovery ends. */
static int import_final_ping(struct obd_import *imp)
{
	struct ptlrpc_request *req;
	int rc;

	req = ptlrpc_req_new(imp, OBD_PING, &wf_empty);
	if (!req)
		return -ENOMEM;
	req->rq_bypass = true;
	req->rq_no_resend = true;
	req->rq_pb_flags = MSG_REQ_REPLAY_DONE | MSG_LOCK_REPLAY_DONE;
	if (!(imp_connect_flags(imp) & OBD_CONNECT_AT))
		req->rq_timeout = RECOVERY_PING_TIMEOUT;
	rc = ptlrpc_req_pack(req) ?: ptlrpc_queue_wait(req);
	ptlrpc_req_put(req);
	return rc;
}

static void import_next_stage(struct obd_import *imp, enum import_state stage)
{
	spin_lock(&imp->imp_lock);
	imp->imp_stage = stage;
	import_set_state(imp, stage);
	spin_unlock(&imp->imp_lock);
}

/* The server is recovering: bring back what it may have lost. 0; -errno: connect again. */
static int import_recover(struct obd_import *imp)
{
	int rc = 0;

	import_next_stage(imp, imp->imp_stage);
	if (imp->imp_stage == IMP_REPLAY) {
		rc = ptlrpc_replay_all(imp);
		if (rc)
			return rc;
		import_next_stage(imp, IMP_REPLAY_LOCKS);
	}
	if (imp->imp_stage == IMP_REPLAY_LOCKS) {
		rc = ptlrpc_lock_ops->import_replay(imp);
		if (rc)
			return rc;
		import_next_stage(imp, IMP_REPLAY_WAIT);
	}
	rc = import_final_ping(imp);
	/* The server evicts a client whose replay met another version of its object. */
	if (!rc && imp->imp_vbr_failed)
		rc = -ENOTCONN;
	imp->imp_vbr_failed = false;
	return rc;
}

/*
 * FULL: send the requests again that wait for an answer of an older connection, then those that
 * wait for the connection.
 */
static void import_set_full(struct obd_import *imp)
{
	struct ptlrpc_request *req;
	struct import_conn *ic;

	spin_lock(&imp->imp_lock);
	imp->imp_connect_round = 0;
	imp->imp_not_yet = 0;
	imp->imp_told = 0;
	imp->imp_idle_since = ktime_get_seconds();
	list_for_each_entry(ic, &imp->imp_conns, ic_link)
		ic->ic_last = 0;
	import_set_state(imp, IMP_RECOVER);
	import_set_state(imp, IMP_FULL);
	list_for_each_entry(req, &imp->imp_sending, rq_list) {
		if (req->rq_bypass || req->rq_conn_cnt == imp->imp_conn_cnt)
			continue;
		spin_lock(&req->rq_lock);
		req->rq_again = 1;
		ptlrpc_kick(req);
		spin_unlock(&req->rq_lock);
	}
	spin_unlock(&imp->imp_lock);
}

/*
 * The server answers, but the target is not there yet: it may be there in a moment, so 0.2 s, later
 * 2 s. imp_lock held.
 */
static unsigned long import_not_yet_delay(struct obd_import *imp)
{
	unsigned long delay = HZ / 5 << min(imp->imp_not_yet, 4U);

	imp->imp_not_yet++;
	return min_t(unsigned long, delay, 2 * HZ);
}

static void import_connect_failed(struct obd_import *imp, int rc)
{
	time64_t now = ktime_get_seconds();
	char nid[LNET_NIDSTR_SIZE];
	unsigned long delay = HZ;
	struct import_conn *ic;
	bool refused = false, quiet, same;

	spin_lock(&imp->imp_lock);
	same = imp->imp_connect_rc == rc;
	imp->imp_connect_rc = rc;
	import_set_state(imp, IMP_DISCON);
	switch (rc) {
	case -EBUSY:
	case -EAGAIN:	/* the same NID again */
		ic = import_find_conn(imp, &imp->imp_nid);
		if (ic)
			ic->ic_last = 0;
		delay = import_not_yet_delay(imp);
		break;
	case -ENODEV:
	case -ETIMEDOUT:
		ic = import_choose_conn(imp);
		if (ic && now - ic->ic_last > CONNECT_TIMEOUT)
			delay = 0;
		else if (rc == -ENODEV)
			delay = import_not_yet_delay(imp);
		break;
	case -EACCES:
	case -EROFS:
		if (imp->imp_sp == LUSTRE_SP_CLI || imp->imp_sp == LUSTRE_SP_MGC) {
			refused = true;
			imp->imp_deactive = true;
			import_abort_all(imp, rc, true);
			import_todo_locked(imp, IMP_DO_EVENT(IMP_EV_INACTIVE));
		}
		break;
	case -EPROTO:
		delay = 10 * HZ;
		break;
	}
	if (!refused)
		import_retry_locked(imp, delay);
	/* so it is when a target starts: worth a line only if it takes longer */
	quiet = (rc == -ENODEV || rc == -EAGAIN || rc == -EBUSY) && imp->imp_not_yet < 4;
	/* the same failure again: a line a minute */
	if (same && imp->imp_told && now - imp->imp_told < 60)
		quiet = true;
	if (!quiet)
		imp->imp_told = now ?: 1;
	wake_up_all(&imp->imp_waitq);
	spin_unlock(&imp->imp_lock);
	if (quiet)
		return;
	pr_info_ratelimited("%s: cannot connect to %s: rc = %d\n", imp->imp_name,
			    lnet_nid_str(&imp->imp_nid, nid), rc);
}

void import_connect_finish(struct obd_import *imp)
{
	struct ptlrpc_request *req;
	struct outcome out = {};
	char nid[LNET_NIDSTR_SIZE];
	bool again;
	int rc;

	spin_lock(&imp->imp_lock);
	req = imp->imp_connect_req;
	imp->imp_connect_req = NULL;
	again = imp->imp_connected;
	spin_unlock(&imp->imp_lock);
	if (!req)
		return;
	rc = req->rq_status;
	if (!rc)
		rc = import_take_answer(imp, req, &out);
	ptlrpc_req_put(req);
	if (rc)
		goto failed;
	if (READ_ONCE(imp->imp_invalid) || READ_ONCE(imp->imp_closing))
		return;
	import_event(imp, IMP_EV_OCD);
	if (out.evicted)
		import_handle_eviction(imp);
	if (out.recovering)
		rc = import_recover(imp);
	if (rc)
		goto failed;
	import_set_full(imp);
	if (again)
		pr_info("%s: connection restored to %s\n", imp->imp_name,
			lnet_nid_str(&imp->imp_nid, nid));
	import_event(imp, IMP_EV_ACTIVE);
	return;

failed:
	import_connect_failed(imp, rc);
}

/* ---- disconnect ---- */

/*
 * Send DISCONNECT in any state of the import. Returns the request for import_wait_disconnect(),
 * NULL when it could not be sent.
 */
struct ptlrpc_request *import_send_disconnect(struct obd_import *imp)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, imp->imp_connect_op + 1, &wf_empty);

	if (!req)
		return NULL;
	req->rq_bypass = true;
	req->rq_no_resend = true;
	req->rq_timeout = CONNECT_TIMEOUT;
	if (!ptlrpc_req_pack(req) && !ptlrpc_send_async(req))
		return req;
	ptlrpc_req_put(req);
	return NULL;
}

/*
 * Wait for the answer; whatever it is, the connection has ended. A message that the network does
 * not get rid of is aborted, or it would be waited for until the driver gives the peer up.
 */
void import_wait_disconnect(struct ptlrpc_request *req)
{
	long limit, waited;

	if (!req)
		return;
	limit = READ_ONCE(req->rq_imp->imp_invalid) ? FORCED_GOODBYE :
		CONNECT_TIMEOUT + 1 + import_net_latency(req->rq_imp);
	/* Several may have been sent at the same time. */
	waited = ktime_get_seconds() - req->rq_sent;
	if (!wait_for_completion_timeout(&req->rq_complete, max(limit - waited, 0L) * HZ)) {
		ptlrpc_req_abort(req, -ETIMEDOUT);
		wait_for_completion(&req->rq_complete);
	}
	ptlrpc_req_put(req);
}
