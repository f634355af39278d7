// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a request (chapter 2, 5 to 7.4).
 *
 * A request moves through its phases in steps. A step runs in a work item of its own, or in the
 * thread that sends the request; rq_step makes it one at a time. Whatever happens - an LNet event,
 * the import changes, an abort - sets a flag under rq_lock and kicks the work; the work's delay is
 * the next deadline.
 *
 *   NEW -> (DELAYED: import not FULL | SLOT: no modify slot) -> SENT -> UNLINK
 *   UNLINK -> NEW (send again) | END -> DONE
 *
 * In SENT, LNet knows the message, the reply buffer and the bulk memory (rq_mds counts them).
 * UNLINK waits until it has forgotten them all; only then memory is used again or freed. The end is
 * told once: done(), then rq_complete.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/log2.h>
#include "internal.h"
#include <trace/events/ptlrpc.h>

static void ptlrpc_kick_after(struct ptlrpc_request *req, unsigned long delay)
{
	refcount_inc(&req->rq_ref);
	if (mod_delayed_work(ptlrpc_wq, &req->rq_work, delay))
		refcount_dec(&req->rq_ref);	/* was pending, with a reference */
}

void ptlrpc_kick(struct ptlrpc_request *req)
{
	ptlrpc_kick_after(req, 0);
}

void ptlrpc_kick_list(struct list_head *list)
{
	struct ptlrpc_request *req;

	list_for_each_entry(req, list, rq_list)
		ptlrpc_kick(req);
}

/*
 * Sleep until a time (jiffies64), or until kicked. rq_lock held, and the lock under which the kick
 * would come.
 */
static void ptlrpc_sleep_until(struct ptlrpc_request *req, u64 when)
{
	u64 now = get_jiffies_64();

	if (req->rq_abort || time_after_eq64(now, when))
		ptlrpc_kick_after(req, req->rq_abort ? 0 : 1);
	else
		ptlrpc_kick_after(req, min_t(u64, when - now, MAX_JIFFY_OFFSET));
}

/* ---- timing ---- */

unsigned int import_net_latency(const struct obd_import *imp)
{
	return clamp(ptlrpc_at_get(&imp->imp_net_at), 1U, 60U);
}

struct ptlrpc_at *import_at(struct obd_import *imp, u32 portal)
{
	unsigned int i;

	for (i = 0; i < IMP_AT_PORTALS; i++) {
		u32 p = READ_ONCE(imp->imp_svc_at[i].portal);

		if (!p)
			p = cmpxchg(&imp->imp_svc_at[i].portal, 0, portal) ?: portal;
		if (p == portal)
			return &imp->imp_svc_at[i].at;
	}
	return &imp->imp_svc_at[0].at;
}

/* By the estimate alone, also before it is known whether timeouts are adaptive. */
unsigned int import_adaptive_time(struct obd_import *imp, u32 portal)
{
	unsigned int e = ptlrpc_at_estimate(import_at(imp, portal));

	return e + e / 4 + 5;
}

/* Seconds that the server gets for a request, with adaptive timeouts or without. */
unsigned int import_service_time(struct obd_import *imp, u32 portal)
{
	if (!ptlrpc_at_max || !(imp_connect_flags(imp) & OBD_CONNECT_AT))
		return max(ptlrpc_timeout, 1U);
	return import_adaptive_time(imp, portal);
}

static unsigned int ptlrpc_choose_timeout(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	unsigned int t = req->rq_timeout ?: import_service_time(imp, req->rq_req_portal);

	return imp->imp_reverse ? max(t, ptlrpc_ldlm_timeout) : t;
}

/* Connects: 5 seconds more for each round over the NIDs. */
static unsigned int ptlrpc_latency(const struct ptlrpc_request *req)
{
	const struct obd_import *imp = req->rq_imp;

	return req->rq_is_connect ? min(5 + 5 * imp->imp_connect_round,
					50U) : import_net_latency(imp);
}

/* ---- events ---- */

static void ptlrpc_request_event(const struct lnet_event *ev)
{
	struct ptlrpc_request *req = ev->user;

	spin_lock(&req->rq_lock);
	if (ev->type == LNET_EVENT_SEND && ev->status)
		req->rq_net_err = 1;
	if (ev->unlinked) {
		req->rq_req_md = NULL;
		req->rq_mds--;
	}
	if (req->rq_net_err || !req->rq_mds)
		ptlrpc_kick(req);
	spin_unlock(&req->rq_lock);
}

/*
 * An early reply: the server asks for more time. Read a copy, because the server may write again.
 */
static void ptlrpc_early_reply(struct ptlrpc_request *req, const struct lnet_event *ev)
{
	u64 copy[PTLRPC_REPLY_OFF / sizeof(u64)];
	const struct lustre_msg_v2 *msg = (void *)copy;
	const struct ptlrpc_body *pb;
	u32 t;

	if (ev->mlength < sizeof(copy))
		return;
	memcpy(copy, req->rq_rep, sizeof(copy));
	if (wire_msg_check(msg, sizeof(copy)) ||
	    le32_to_cpu(msg->lm_cksum) != ptlrpc_early_crc(msg))
		return;
	pb = wire_body(msg);
	t = le32_to_cpu(pb->pb_timeout);
	if (!t || t > 2 * max(ptlrpc_at_max, 600U) || le32_to_cpu(pb->pb_opc) != req->rq_opc)
		return;
	spin_lock(&req->rq_lock);
	req->rq_cur_timeout = t;
	req->rq_deadline = req->rq_sent + t + import_net_latency(req->rq_imp);
	ptlrpc_kick(req);
	spin_unlock(&req->rq_lock);
	trace_ptlrpc_req_early(req, t);
}

/* Unlink after the final reply, so that no other overwrites it; it is read when that is done. */
static void ptlrpc_reply_event(const struct lnet_event *ev)
{
	struct ptlrpc_request *req = ev->user;
	bool put = ev->type == LNET_EVENT_PUT && !ev->status;

	if (put && req->rq_at && ev->offset == 0)
		ptlrpc_early_reply(req, ev);
	spin_lock(&req->rq_lock);
	if (put && !(req->rq_at && ev->offset == 0) && !req->rq_replied) {
		req->rq_rep_off = ev->offset;
		req->rq_rep_got = ev->mlength;
		req->rq_rep_want = ev->rlength;
		req->rq_replied = 1;
		if (req->rq_rep_md && !ev->unlinked)
			lnet_md_unlink(req->rq_rep_md);
	}
	if (ev->unlinked) {
		req->rq_rep_md = NULL;
		req->rq_mds--;
		ptlrpc_kick(req);
	}
	spin_unlock(&req->rq_lock);
}

/* ---- sending ---- */

/*
 * May the request be sent? 0: yes; 1: not before the import changes; -errno: never. imp_lock held.
 */
static int ptlrpc_may_send(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;

	/* The owner gave all up (umount -f): the server is told so, nothing else is sent. */
	if (imp->imp_invalid && !ptlrpc_opc_is_disconnect(req->rq_opc))
		return -EIO;
	if (req->rq_bypass)
		return 0;
	if (imp->imp_closing || imp->imp_state == IMP_CLOSED)
		return -ESHUTDOWN;
	if (req->rq_generation != imp->imp_generation)
		return -EIO;
	if (imp->imp_deactive)
		return imp->imp_connect_rc ?: -EIO;
	if (imp->imp_state == IMP_FULL)
		return 0;
	/*
	 * The owner drops its locks and waits for the pages under them: they are not to be written.
	 */
	if (imp->imp_state == IMP_EVICTED && (req->rq_opc == OST_WRITE || req->rq_opc == OST_READ))
		return -EIO;
	if (imp->imp_state == IMP_IDLE) {
		import_todo_locked(imp, IMP_DO_CONNECT);
		return 1;
	}
	return req->rq_no_delay ? -EAGAIN : 1;
}

static bool ptlrpc_uses_rep_mbits(const struct ptlrpc_request *req)
{
	return !req->rq_is_connect && imp_connect_flags2(req->rq_imp) & OBD_CONNECT2_REP_MBITS;
}

/*
 * XID and match bits of this transmission; imp_lock held. Returns the first match bits of the bulk.
 */
static u64 ptlrpc_assign_ids(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	unsigned int n = req->rq_bulk ? req->rq_bulk->bk_nr : 1;
	bool bulk_mbits = imp_connect_flags(imp) & OBD_CONNECT_BULK_MBITS;
	bool again = req->rq_xid && !req->rq_new_xid;
	u64 x;

	/* A replay has the XID of its request; for a bulk without match bits that is them. */
	if (req->rq_replay_of) {
		x = req->rq_bulk && !bulk_mbits ? req->rq_xid - (n - 1) : ptlrpc_next_xid();
		req->rq_mbits = req->rq_bulk || ptlrpc_uses_rep_mbits(req) ? x + n - 1 : 0;
		return x;
	}
	if (again && req->rq_bulk && !bulk_mbits)
		again = false;		/* the XID is the match bits */
	if (again && !req->rq_sends)
		again = false;
	x = ptlrpc_next_xid();
	if (!again) {
		req->rq_xid = req->rq_bulk && !bulk_mbits ? x + n - 1 : x;
		list_del_init(&req->rq_unreplied);
		if (!req->rq_bypass)
			list_add_tail(&req->rq_unreplied, &imp->imp_unreplied);
		req->rq_new_xid = false;
	}
	req->rq_mbits = x + n - 1;
	if (req->rq_is_connect || (!req->rq_bulk && !ptlrpc_uses_rep_mbits(req)))
		req->rq_mbits = 0;
	return x;
}

static u64 ptlrpc_last_xid(struct obd_import *imp)
{
	struct ptlrpc_request *first =
		list_first_entry_or_null(&imp->imp_unreplied, struct ptlrpc_request, rq_unreplied);

	if (first && first->rq_xid - 1 > imp->imp_last_xid)
		imp->imp_last_xid = first->rq_xid - 1;
	return imp->imp_last_xid;
}

/* Fill what depends on the transmission. imp_lock held. */
static void ptlrpc_fill_message(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	struct lustre_msg_v2 *msg = req->rq_msg;
	struct ptlrpc_body *pb = wire_body(msg);
	u32 flags = MSGHDR_CKSUM_INCOMPAT18;

	if (imp_connect_flags(imp) & OBD_CONNECT_AT)
		flags |= MSGHDR_AT_SUPPORT;
	if (req->rq_is_connect)
		flags = 0;
	req->rq_at = flags & MSGHDR_AT_SUPPORT;
	msg->lm_flags = cpu_to_le32(flags);
	msg->lm_repsize = cpu_to_le32(ptlrpc_req_repsize(req));
	pb->pb_status = cpu_to_le32(task_pid_nr(current));
	pb->pb_handle.cookie = imp->imp_handle;
	if (!req->rq_replay_of)
		pb->pb_last_xid = cpu_to_le64(req->rq_bypass ? 0 : ptlrpc_last_xid(imp));
	pb->pb_tag = cpu_to_le16(req->rq_tag);
	pb->pb_flags = cpu_to_le32(req->rq_pb_flags);
	pb->pb_conn_cnt = cpu_to_le32(imp->imp_conn_cnt);
	pb->pb_timeout = cpu_to_le32(req->rq_cur_timeout);
	pb->pb_mbits = cpu_to_le64(req->rq_mbits);
	req->rq_conn_cnt = imp->imp_conn_cnt;
}

static int ptlrpc_alloc_reply(struct ptlrpc_request *req)
{
	u32 want = roundup_pow_of_two(max(ptlrpc_req_repsize(req),
					  req->rq_rep_want) + PTLRPC_REPLY_OFF);

	if (req->rq_rep && req->rq_rep_size >= want)
		return 0;
	kvfree(req->rq_rep);
	req->rq_rep = kvmalloc(want, GFP_NOFS);
	req->rq_rep_size = req->rq_rep ? want : 0;
	return req->rq_rep ? 0 : -ENOMEM;
}

static int ptlrpc_post_reply(struct ptlrpc_request *req, const struct lnet_nid *nid)
{
	struct lnet_process_id from = { .nid = *nid, .pid = LNET_PID_ANY };
	struct lnet_md_desc desc = {
		.buf = req->rq_rep,
		.length = req->rq_rep_size,
		.threshold = LNET_MD_THRESH_INF,
		.options = LNET_MD_OP_PUT | LNET_MD_MANAGE_REMOTE | LNET_MD_TRUNCATE,
		.handler = ptlrpc_reply_event,
		.user = req,
		.mdp = &req->rq_rep_md,
	};
	struct lnet_md *md;

	spin_lock(&req->rq_lock);
	req->rq_mds++;
	spin_unlock(&req->rq_lock);
	md = lnet_md_attach(req->rq_rep_portal, &from,
			    ptlrpc_uses_rep_mbits(req) ? req->rq_mbits : req->rq_xid, 0, &desc,
			    false);
	if (!IS_ERR(md))
		return 0;
	spin_lock(&req->rq_lock);
	req->rq_rep_md = NULL;
	req->rq_mds--;
	spin_unlock(&req->rq_lock);
	return PTR_ERR(md);
}

static int ptlrpc_put_message(struct ptlrpc_request *req, const struct lnet_nid *nid)
{
	struct lnet_md_desc desc = {
		.buf = req->rq_msg,
		.length = req->rq_msg_len,
		.threshold = 1,
		.handler = ptlrpc_request_event,
		.user = req,
		.mdp = &req->rq_req_md,
	};
	struct lnet_md *md;
	int rc;

	spin_lock(&req->rq_lock);
	req->rq_mds++;
	spin_unlock(&req->rq_lock);
	md = lnet_md_bind(&desc);
	if (IS_ERR(md)) {
		spin_lock(&req->rq_lock);
		req->rq_req_md = NULL;
		req->rq_mds--;
		spin_unlock(&req->rq_lock);
		return PTR_ERR(md);
	}
	rc = lnet_put(NULL, md, false, nid, req->rq_req_portal, req->rq_xid, 0);
	return rc;	/* on error the md is unlinked with the others */
}

static void ptlrpc_transmit(struct ptlrpc_request *req, const struct lnet_nid *nid, u64 first)
{
	int rc = 0;

	if (req->rq_bulk)
		rc = ptlrpc_bulk_post(req, nid, first);
	if (!rc)
		rc = ptlrpc_post_reply(req, nid);
	if (!rc)
		rc = ptlrpc_put_message(req, nid);
	if (rc) {
		spin_lock(&req->rq_lock);
		req->rq_net_err = 1;
		ptlrpc_kick(req);
		spin_unlock(&req->rq_lock);
	}
}

static bool ptlrpc_end(struct ptlrpc_request *req, int rc)
{
	if (rc)
		req->rq_status = rc;
	req->rq_phase = RQ_END;
	return false;
}

static bool ptlrpc_past_deadline_max(const struct ptlrpc_request *req)
{
	return req->rq_deadline_max && time_after_eq64(get_jiffies_64(), req->rq_deadline_max);
}

/* Wait for a kick, with imp_lock held (under which the kick will come). */
static void ptlrpc_wait_kick(struct ptlrpc_request *req, enum rq_phase phase)
{
	req->rq_phase = phase;
	spin_lock(&req->rq_lock);
	if (req->rq_deadline_max || req->rq_abort)
		ptlrpc_sleep_until(req, req->rq_deadline_max);
	spin_unlock(&req->rq_lock);
}

/*
 * The request may be sent: to the list of those in flight, with ids and deadline of this
 * transmission. imp_lock held. Returns the first match bits of the bulk.
 */
static u64 ptlrpc_set_sent(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	unsigned int wait;
	u64 first;

	list_move_tail(&req->rq_list, &imp->imp_sending);
	req->rq_phase = RQ_SENT;
	req->rq_cur_timeout = ptlrpc_choose_timeout(req);
	first = ptlrpc_assign_ids(req);
	ptlrpc_fill_message(req);
	imp->imp_last_sent = ktime_get_seconds();
	if (req->rq_opc != OBD_PING)
		imp->imp_idle_since = imp->imp_last_sent;
	req->rq_sent = imp->imp_last_sent;
	req->rq_rep_want = 0;
	req->rq_sends = min(req->rq_sends + 1, 100);
	wait = req->rq_cur_timeout + ptlrpc_latency(req);
	spin_lock(&req->rq_lock);
	req->rq_again = 0;
	req->rq_deadline = req->rq_sent + wait;
	ptlrpc_sleep_until(req, get_jiffies_64() + wait * HZ);
	spin_unlock(&req->rq_lock);
	return first;
}

static bool ptlrpc_step_new(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	struct lnet_nid nid;
	bool wait;
	u64 first;
	int rc;

	spin_lock(&req->rq_lock);
	rc = req->rq_abort;
	wait = !rc && req->rq_not_before && time_before64(get_jiffies_64(), req->rq_not_before);
	if (wait)
		ptlrpc_sleep_until(req, req->rq_not_before);
	spin_unlock(&req->rq_lock);
	if (wait)
		return false;
	req->rq_not_before = 0;
	if (!rc && ptlrpc_past_deadline_max(req))
		rc = -ETIMEDOUT;
	if (!rc)
		rc = ptlrpc_alloc_reply(req);
	if (rc)
		return ptlrpc_end(req, rc);

	spin_lock(&imp->imp_lock);
	rc = ptlrpc_may_send(req);
	if (rc > 0) {
		if (req->rq_phase != RQ_DELAYED)
			list_move_tail(&req->rq_list, &imp->imp_delayed);
		ptlrpc_wait_kick(req, RQ_DELAYED);
		trace_ptlrpc_req_delayed(req, 1);
		goto out;
	}
	if (!rc && req->rq_mod_slot && !req->rq_have_slot && !ptlrpc_slot_get(req)) {
		ptlrpc_wait_kick(req, RQ_SLOT);
		trace_ptlrpc_req_delayed(req, 2);
		goto out;
	}
	if (rc) {
		spin_unlock(&imp->imp_lock);
		return ptlrpc_end(req, rc);
	}
	first = ptlrpc_set_sent(req);
	nid = imp->imp_nid;
	spin_unlock(&imp->imp_lock);
	trace_ptlrpc_req_sent(req, req->rq_cur_timeout);
	ptlrpc_transmit(req, &nid, first);
	return true;
out:
	spin_unlock(&imp->imp_lock);
	return false;
}

/* ---- after sending ---- */

/* Take all descriptors back from LNet; the next phase depends on rq_resend. */
static bool ptlrpc_unlink_all(struct ptlrpc_request *req)
{
	spin_lock(&req->rq_lock);
	req->rq_phase = RQ_UNLINK;
	if (req->rq_rep_md && lnet_md_unlink_quiet(req->rq_rep_md)) {
		req->rq_rep_md = NULL;
		req->rq_mds--;
	}
	if (req->rq_req_md && lnet_md_unlink_quiet(req->rq_req_md)) {
		req->rq_req_md = NULL;
		req->rq_mds--;
	}
	ptlrpc_bulk_unlink(req);
	spin_unlock(&req->rq_lock);
	return true;
}

static bool ptlrpc_send_again(struct ptlrpc_request *req)
{
	req->rq_resend = true;
	trace_ptlrpc_req_resend(req, 0);
	return ptlrpc_unlink_all(req);
}

static bool ptlrpc_fail(struct ptlrpc_request *req, int rc)
{
	req->rq_status = rc;
	return ptlrpc_unlink_all(req);
}

/* The deadline passed, or LNet could not deliver the request. */
static bool ptlrpc_expired(struct ptlrpc_request *req, bool net_err)
{
	struct obd_import *imp = req->rq_imp;
	char nidbuf[LNET_NIDSTR_SIZE];

	trace_ptlrpc_req_expired(req, net_err ? -EIO : -ETIMEDOUT);
	if (!req->rq_bypass)
		pr_info_ratelimited("%s: %s x%llu to %s %s after %llds\n",
				    imp->imp_reverse ? imp->imp_client : imp->imp_name,
				    ptlrpc_opc_name(req->rq_opc), req->rq_xid,
				    lnet_nid_str(&imp->imp_nid, nidbuf),
				    net_err ? "not delivered" : "not answered",
				    ktime_get_seconds() - req->rq_sent);
	if (req->rq_bypass)
		return ptlrpc_fail(req, -ETIMEDOUT);
	if (!imp->imp_reverse)
		import_lost(imp, req->rq_conn_cnt);
	else if (net_err)
		req->rq_not_before = get_jiffies_64() + HZ;
	if (req->rq_no_resend || ptlrpc_past_deadline_max(req) ||
	    imp->imp_flags & IMPF_NOT_REPLAYABLE)
		return ptlrpc_fail(req, -ETIMEDOUT);
	return ptlrpc_send_again(req);
}

static void ptlrpc_learn_timing(struct ptlrpc_request *req, const struct ptlrpc_body *pb)
{
	struct obd_import *imp = req->rq_imp;
	u32 t = le32_to_cpu(pb->pb_timeout), served = le32_to_cpu(pb->pb_service_time);
	s64 elapsed = ktime_get_seconds() - req->rq_sent;

	if (t)
		ptlrpc_at_sample(import_at(imp, req->rq_req_portal), t);
	if (served <= elapsed + 3)
		ptlrpc_at_sample(&imp->imp_net_at, max_t(s64, elapsed - served + 1, 1));
}

/* The final reply is in memory. Returns 0 with rq_status set, 1 to send again, or -errno. */
static int ptlrpc_parse_reply(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	struct lustre_msg_v2 *msg = req->rq_rep + req->rq_rep_off;
	const struct ptlrpc_body *pb;
	u32 type;
	s32 status;

	if (req->rq_rep_want > req->rq_rep_got)
		return req->rq_no_resend || req->rq_rep_want > LUSTRE_MSG_MAX_SIZE ? -EOVERFLOW : 1;
	if (req->rq_rep_off & 7 || wire_msg_check(msg, req->rq_rep_got) ||
	    le32_to_cpu(msg->lm_secflvr) & 0xfffff)
		return -EPROTO;
	pb = wire_body(msg);
	type = le32_to_cpu(pb->pb_type);
	status = le32_to_cpu(pb->pb_status);
	if (le32_to_cpu(pb->pb_opc) != req->rq_opc ||
	    (type != PTL_RPC_MSG_REPLY && type != PTL_RPC_MSG_ERR))
		return -EPROTO;
	if (type == PTL_RPC_MSG_ERR && status >= 0)
		status = -EINVAL;
	ptlrpc_learn_timing(req, pb);
	WRITE_ONCE(imp->imp_last_reply, ktime_get_seconds());
	if ((status == -ENOTCONN || status == -ENODEV) && !req->rq_bypass && !imp->imp_reverse) {
		import_lost(imp, req->rq_conn_cnt);
		return req->rq_no_resend || imp->imp_flags & IMPF_NOT_REPLAYABLE ? status : 1;
	}
	if (status == -EINPROGRESS && !req->rq_no_einprogress && !req->rq_bypass) {
		req->rq_retries++;
		req->rq_not_before =
			get_jiffies_64() + min(req->rq_retries, req->rq_cur_timeout) * HZ;
		req->rq_new_xid = true;
		return 1;
	}
	if (wire_rep_check(msg, req->rq_rep_got, req->rq_fmt))
		return -EPROTO;
	req->rq_got_reply = true;
	req->rq_status = status;
	trace_ptlrpc_req_replied(req, status);
	if (!req->rq_is_connect && !imp->imp_reverse)
		ptlrpc_replay_reply(req, pb);
	WRITE_ONCE(req->rq_parsed, true);
	return 0;
}

/* The final reply is there to be parsed. rq_lock held. */
static bool ptlrpc_reply_ready(const struct ptlrpc_request *req)
{
	return req->rq_replied && !req->rq_rep_md && !req->rq_got_reply;
}

static bool ptlrpc_step_sent(struct ptlrpc_request *req)
{
	struct ptlrpc_bulk *bk = req->rq_bulk;
	bool late, wait = false, replied, net_err, again;
	int rc;

	spin_lock(&req->rq_lock);
	replied = ptlrpc_reply_ready(req) && !req->rq_abort;
	spin_unlock(&req->rq_lock);
	if (replied) {
		rc = ptlrpc_parse_reply(req);
		if (rc)
			return rc > 0 ? ptlrpc_send_again(req) : ptlrpc_fail(req, rc);
	}
	spin_lock(&req->rq_lock);
	rc = req->rq_abort;
	late = ktime_get_seconds() >= req->rq_deadline;
	replied = req->rq_got_reply && (!bk || !bk->bk_todo || bk->bk_err || req->rq_status < 0);
	net_err = req->rq_net_err;
	again = req->rq_again && !req->rq_replied;
	if (!rc && !replied && !late && !net_err && !again) {
		/* a reply that came after the test above has kicked this request already */
		wait = true;
		if (!ptlrpc_reply_ready(req))
			ptlrpc_sleep_until(req, get_jiffies_64() +
				    (req->rq_deadline - ktime_get_seconds()) * HZ + HZ / 10);
	}
	spin_unlock(&req->rq_lock);
	if (wait)
		return false;
	if (rc && !replied)
		return ptlrpc_fail(req, rc);
	if (replied) {
		if (bk) {
			req->bulk_bytes = bk->bk_moved;
			if (bk->bk_err && req->rq_status >= 0)
				req->rq_status = -EIO;
		}
		return ptlrpc_unlink_all(req);
	}
	if (req->rq_got_reply) {
		/* The reply came without its bulk: treat it as if no reply had come. */
		req->rq_got_reply = false;
		return ptlrpc_expired(req, false);
	}
	return again && !net_err ? ptlrpc_send_again(req) : ptlrpc_expired(req, net_err);
}

/* Make the driver drop what it has queued for the server, even if the server is dead. */
static void ptlrpc_hurry_peer(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	struct lnet_nid nid;

	spin_lock(&imp->imp_lock);
	nid = imp->imp_nid;
	spin_unlock(&imp->imp_lock);
	lnet_fast_fail(&nid);
}

static bool ptlrpc_step_unlink(struct ptlrpc_request *req)
{
	unsigned int mds;
	int abort;

	spin_lock(&req->rq_lock);
	mds = req->rq_mds;
	abort = req->rq_abort;
	if (!mds && req->rq_resend && !abort) {
		req->rq_replied = 0;
		req->rq_net_err = 0;
		req->rq_again = 0;
	}
	spin_unlock(&req->rq_lock);
	if (mds) {
		/*
		 * The event of the last one kicks. A CONNECT that was not answered in time is not
		 * left to a driver that keeps on dialling: the server may be at its next NID.
		 */
		if (abort || req->rq_is_connect)
			ptlrpc_hurry_peer(req);
		return false;
	}
	if (!req->rq_resend)
		return ptlrpc_end(req, 0);
	if (abort)
		return ptlrpc_end(req, abort);
	req->rq_resend = false;
	req->rq_got_reply = false;
	req->rq_parsed = false;
	req->rq_pb_flags |= MSG_RESENT;
	req->rq_phase = RQ_NEW;
	return true;
}

/* rq_step held. */
static void ptlrpc_step(struct ptlrpc_request *req)
{
	bool more = true;

	while (more) {
		switch (req->rq_phase) {
		case RQ_NEW:
		case RQ_SLOT:
		case RQ_DELAYED:
			more = ptlrpc_step_new(req);
			break;
		case RQ_SENT:
			more = ptlrpc_step_sent(req);
			break;
		case RQ_UNLINK:
			more = ptlrpc_step_unlink(req);
			break;
		default:
			more = false;
		}
	}
}

/*
 * The reply buffer has room for the longest reply that is possible (64 KiB of layout); a request
 * that is kept until its commit must not pin it. Nobody has a pointer into the reply yet.
 */
static void ptlrpc_trim_reply(struct ptlrpc_request *req)
{
	void *rep;

	if (!req->rq_got_reply) {
		kvfree(req->rq_rep);
		req->rq_rep = NULL;
		req->rq_rep_size = 0;
		return;
	}
	if (req->rq_rep_size < 2 * req->rq_rep_got + 1024)
		return;
	rep = kvmalloc(req->rq_rep_got, GFP_NOFS | __GFP_NOWARN);
	if (!rep)
		return;
	memcpy(rep, req->rq_rep + req->rq_rep_off, req->rq_rep_got);
	kvfree(req->rq_rep);
	req->rq_rep = rep;
	req->rq_rep_off = 0;
	req->rq_rep_size = req->rq_rep_got;
}

static void ptlrpc_finish(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;

	trace_ptlrpc_req_done(req, req->rq_status);
	spin_lock(&imp->imp_lock);
	list_del_init(&req->rq_list);
	list_del_init(&req->rq_unreplied);
	if (req->rq_mod_slot)
		ptlrpc_slot_put(req);
	spin_unlock(&imp->imp_lock);
	if (cancel_delayed_work(&req->rq_work))
		refcount_dec(&req->rq_ref);
	if (imp->imp_stats && req->rq_got_reply)
		ptlrpc_stats_add(imp->imp_stats, req->rq_opc,
				 ktime_us_delta(ktime_get(), req->rq_start));
	ptlrpc_trim_reply(req);
	if (req->done)
		req->done(req);
	if (req->rq_bulk && !req->rq_bulk->bk_held)
		ptlrpc_req_drop_data(req);
	ptlrpc_replay_end(req);
	complete_all(&req->rq_complete);
	if (atomic_dec_and_test(&imp->imp_nr_reqs))
		wake_up_all(&imp->imp_waitq);
	ptlrpc_req_put(req);
}

static void ptlrpc_req_work(struct work_struct *work)
{
	struct ptlrpc_request *req =
		container_of(to_delayed_work(work), struct ptlrpc_request, rq_work);
	bool told = true;

	mutex_lock(&req->rq_step);
	ptlrpc_step(req);
	if (req->rq_phase == RQ_END) {
		req->rq_phase = RQ_DONE;
		told = false;
	}
	mutex_unlock(&req->rq_step);
	if (!told)
		ptlrpc_finish(req);
	ptlrpc_req_put(req);
}

void ptlrpc_req_init_work(struct ptlrpc_request *req)
{
	INIT_DELAYED_WORK(&req->rq_work, ptlrpc_req_work);
}

/* ---- public ---- */

/**
 * ptlrpc_send_async - send a request, told by done() when it is over
 * @req: packed, not sent before
 *
 * Context: may sleep for memory (GFP_NOFS). done() is called from a work item, also if the request
 * cannot be sent.
 *
 * Return: 0; -EINVAL: not packed, done() is not called.
 */
int ptlrpc_send_async(struct ptlrpc_request *req)
{
	bool ended;

	if (WARN_ON_ONCE(!req->rq_msg || req->rq_phase != RQ_NEW || req->rq_sends))
		return -EINVAL;
	if (req->rq_imp->imp_reverse && !req->rq_deadline_max)
		req->rq_deadline_max = get_jiffies_64() + 3 * ptlrpc_choose_timeout(req) * HZ;
	ptlrpc_req_get(req);
	atomic_inc(&req->rq_imp->imp_nr_reqs);
	mutex_lock(&req->rq_step);
	spin_lock(&req->rq_lock);
	req->rq_started = true;
	req->rq_start = ktime_get();
	spin_unlock(&req->rq_lock);
	trace_ptlrpc_req_new(req, 0);
	ptlrpc_step(req);
	ended = req->rq_phase == RQ_END;
	mutex_unlock(&req->rq_step);
	if (ended)
		ptlrpc_kick(req);
	return 0;
}
EXPORT_SYMBOL_GPL(ptlrpc_send_async);

/**
 * ptlrpc_req_abort - end a request soon
 * @req: a request that was sent
 * @rc: what it will return
 *
 * Context: any but holding rq_lock. A request that is answered already keeps its answer.
 */
void ptlrpc_req_abort(struct ptlrpc_request *req, int rc)
{
	spin_lock(&req->rq_lock);
	if (!req->rq_abort) {
		req->rq_abort = rc;
		if (req->rq_started && req->rq_phase != RQ_DONE)
			ptlrpc_kick(req);
	}
	spin_unlock(&req->rq_lock);
}
EXPORT_SYMBOL_GPL(ptlrpc_req_abort);

/**
 * ptlrpc_req_wait - wait for a request sent by ptlrpc_send_async()
 * @req: the request
 *
 * Context: killable; when killed the request is aborted and its buffers are taken back before this
 * returns.
 *
 * Return: rq_status; -EINTR when killed.
 */
int ptlrpc_req_wait(struct ptlrpc_request *req)
{
	int rc;

	if (req->rq_interruptible)
		rc = wait_for_completion_interruptible(&req->rq_complete);
	else
		rc = wait_for_completion_killable(&req->rq_complete);
	if (rc) {
		ptlrpc_req_abort(req, -EINTR);
		wait_for_completion(&req->rq_complete);
	}
	return req->rq_status;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_wait);

/**
 * ptlrpc_queue_wait - send a request and wait for its answer
 * @req: packed, not sent before
 *
 * Context: as ptlrpc_req_wait().
 *
 * Return: rq_status: 0, a positive DLM result, -errno of the server (rq_got_reply) or of the
 * transport.
 */
int ptlrpc_queue_wait(struct ptlrpc_request *req)
{
	int rc = ptlrpc_send_async(req);

	return rc ?: ptlrpc_req_wait(req);
}
EXPORT_SYMBOL_GPL(ptlrpc_queue_wait);

/**
 * ptlrpc_ping - OBD_PING and wait
 * @imp: FULL, else -EAGAIN
 *
 * Return: 0 or -errno.
 */
int ptlrpc_ping(struct obd_import *imp)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, OBD_PING, &wf_empty);
	int rc;

	if (!req)
		return -ENOMEM;
	req->rq_no_resend = true;
	req->rq_no_delay = true;
	rc = ptlrpc_req_pack(req) ?: ptlrpc_queue_wait(req);
	ptlrpc_req_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(ptlrpc_ping);
