// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests kept after their reply until the server has committed them (chapter 2, 11.3), in the
 * order of their transnos; opens longer, until the file is closed. Each list entry holds a
 * reference. When the server has restarted they are sent again (11.4).
 *
 * A request is on the list from the moment its reply is read, so that the recovery cannot miss it,
 * but rq_untold: only after done() its commit is told.
 *
 * Locks: imp_lock. The callbacks of the owner are called without locks.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"

#define SETTLE_TIME	(5 * HZ)	/* for replies of before the connection was lost */

static void ptlrpc_replay_insert(struct list_head *list, struct ptlrpc_request *req)
{
	struct ptlrpc_request *pos;

	list_for_each_entry_reverse(pos, list, rq_replay)
		if (pos->rq_transno <= req->rq_transno) {
			list_add(&req->rq_replay, &pos->rq_replay);
			return;
		}
	list_add(&req->rq_replay, list);
}

/*
 * Entries of a list that only the caller adds to: call rq_commit_cb, put the references. One at a
 * time, each taken off under the lock: the callback of a close lets go of its open, and so may
 * another task, which may be the next entry of this list (ptlrpc_req_close_replay()).
 */
static void ptlrpc_replay_release(struct obd_import *imp, struct list_head *list, bool committed)
{
	struct ptlrpc_request *req;

	for (;;) {
		spin_lock(&imp->imp_lock);
		req = list_first_entry_or_null(list, struct ptlrpc_request, rq_replay);
		if (req)
			list_del_init(&req->rq_replay);
		spin_unlock(&imp->imp_lock);
		if (!req)
			return;
		req->rq_committed = committed;
		if (req->rq_commit_cb)
			req->rq_commit_cb(req);
		ptlrpc_req_put(req);
	}
}

/* Sort out what last_committed covers; imp_lock held. Calls nothing. */
static void ptlrpc_replay_take_committed(struct obd_import *imp, struct list_head *gone)
{
	struct ptlrpc_request *req, *tmp;

	list_for_each_entry_safe(req, tmp, &imp->imp_replay, rq_replay) {
		if (req->rq_transno > imp->imp_last_committed)
			break;
		if (req->rq_untold)
			continue;
		if (req->rq_replay_keep)
			list_move_tail(&req->rq_replay, &imp->imp_committed_open);
		else
			list_move_tail(&req->rq_replay, gone);
	}
}

/**
 * ptlrpc_replay_committed - the server said what it has committed
 * @imp: import
 * @last_committed: pb_last_committed of a reply, 0 = nothing said
 */
void ptlrpc_replay_committed(struct obd_import *imp, u64 last_committed)
{
	LIST_HEAD(gone);

	if (last_committed <= READ_ONCE(imp->imp_last_committed))
		return;
	spin_lock(&imp->imp_lock);
	if (last_committed > imp->imp_last_committed) {
		imp->imp_last_committed = last_committed;
		ptlrpc_replay_take_committed(imp, &gone);
	}
	spin_unlock(&imp->imp_lock);
	ptlrpc_replay_release(imp, &gone, true);
	wake_up_all(&imp->imp_waitq);
}

/*
 * Requests that must not be repeated: an OST makes up its mind about precreated objects by the
 * clean-up of orphans, if it does not know of replayed creates.
 */
static bool ptlrpc_may_replay(const struct ptlrpc_request *req)
{
	if (req->rq_no_replay)
		return false;
	return req->rq_opc != OST_CREATE ||
	       imp_connect_flags2(req->rq_imp) & OBD_CONNECT2_REPLAY_CREATE;
}

/* Keep a request whose reply has a transno, if it may be needed; imp_lock held. */
static void ptlrpc_replay_keep(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;

	if (!imp->imp_replayable || imp->imp_invalid || req->rq_bypass ||
	    req->rq_generation != imp->imp_generation ||
	    (req->rq_transno <= imp->imp_last_committed && !req->rq_replay_keep))
		return;
	if (list_empty(&req->rq_replay))
		ptlrpc_req_get(req);
	else
		list_del(&req->rq_replay);
	req->rq_untold = true;
	ptlrpc_replay_insert(&imp->imp_replay, req);
}

/**
 * ptlrpc_replay_reply - a reply was read: what it says about transactions
 * @req: the request
 * @rep: body of the reply
 */
void ptlrpc_replay_reply(struct ptlrpc_request *req, const struct ptlrpc_body *rep)
{
	u64 transno = le64_to_cpu(rep->pb_transno), committed = le64_to_cpu(rep->pb_last_committed);
	struct obd_import *imp = req->rq_imp;
	struct ptlrpc_body *pb = wire_body(req->rq_msg);

	ptlrpc_replay_committed(imp, committed);
	if (!transno || req->rq_replay_of)
		return;
	memcpy(pb->pb_pre_versions, rep->pb_pre_versions, sizeof(pb->pb_pre_versions));
	if (req->rq_keep_data && transno > committed && imp->imp_replayable)
		ptlrpc_req_hold_data(req);
	spin_lock(&imp->imp_lock);
	req->rq_transno = transno;
	/* A reply from before an eviction: nobody waits for its commit. */
	if (req->rq_generation == imp->imp_generation)
		imp->imp_max_transno = max(imp->imp_max_transno, transno);
	ptlrpc_replay_keep(req);
	spin_unlock(&imp->imp_lock);
}

/**
 * ptlrpc_replay_end - a request has ended, its done() has returned
 * @req: the request
 *
 * It stays on the list, or its owner is told whether it is committed.
 */
void ptlrpc_replay_end(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	bool kept, put = false;

	if (!req->rq_transno || req->rq_replay_of)
		return;
	spin_lock(&imp->imp_lock);
	req->rq_untold = false;
	/* transnos of the time before an eviction mean nothing now */
	req->rq_committed = req->rq_generation == imp->imp_generation &&
			    req->rq_transno <= imp->imp_last_committed;
	kept = !list_empty(&req->rq_replay);
	if (kept && (imp->imp_invalid || req->rq_generation != imp->imp_generation ||
		     (req->rq_committed && !req->rq_replay_keep))) {
		list_del_init(&req->rq_replay);
		put = true;
	} else if (kept && req->rq_committed) {
		list_del_init(&req->rq_replay);
		ptlrpc_replay_insert(&imp->imp_committed_open, req);
	}
	spin_unlock(&imp->imp_lock);
	if ((!kept || put) && req->rq_commit_cb)
		req->rq_commit_cb(req);
	if (put)
		ptlrpc_req_put(req);
}

/* To a private list: all but those whose owners will be told by ptlrpc_replay_end(). */
static void ptlrpc_replay_take_all(struct list_head *list, struct list_head *gone)
{
	struct ptlrpc_request *req, *tmp;

	list_for_each_entry_safe(req, tmp, list, rq_replay)
		if (!req->rq_untold)
			list_move_tail(&req->rq_replay, gone);
}

static void ptlrpc_replay_drop_all(struct obd_import *imp, const u64 *last_committed)
{
	LIST_HEAD(gone);

	spin_lock(&imp->imp_lock);
	ptlrpc_replay_take_all(&imp->imp_replay, &gone);
	ptlrpc_replay_take_all(&imp->imp_committed_open, &gone);
	imp->imp_max_transno = 0;
	if (last_committed)
		imp->imp_last_committed = *last_committed;
	spin_unlock(&imp->imp_lock);
	ptlrpc_replay_release(imp, &gone, false);
	wake_up_all(&imp->imp_waitq);
}

/**
 * ptlrpc_replay_drop - forget all kept requests; none of them will be known as committed
 * @imp: import
 */
void ptlrpc_replay_drop(struct obd_import *imp)
{
	ptlrpc_replay_drop_all(imp, NULL);
}

/**
 * ptlrpc_replay_restart - ptlrpc_replay_drop() at an eviction
 * @imp: import; its generation is the new one already
 * @last_committed: of the server, from now on
 */
void ptlrpc_replay_restart(struct obd_import *imp, u64 last_committed)
{
	ptlrpc_replay_drop_all(imp, &last_committed);
}

/**
 * ptlrpc_req_close_replay - the file that a kept open request opened is closed
 * @req: a request with rq_replay_keep; the caller has a reference
 */
void ptlrpc_req_close_replay(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	LIST_HEAD(gone);

	spin_lock(&imp->imp_lock);
	req->rq_replay_keep = false;
	if (!list_empty(&req->rq_replay) && !req->rq_untold &&
	    req->rq_transno <= imp->imp_last_committed)
		list_move_tail(&req->rq_replay, &gone);
	spin_unlock(&imp->imp_lock);
	ptlrpc_replay_release(imp, &gone, true);
}
EXPORT_SYMBOL_GPL(ptlrpc_req_close_replay);

static bool import_all_committed(struct obd_import *imp)
{
	bool done;

	spin_lock(&imp->imp_lock);
	done = imp->imp_max_transno <= imp->imp_last_committed || imp->imp_state != IMP_FULL ||
	       imp->imp_invalid;
	spin_unlock(&imp->imp_lock);
	return done;
}

/**
 * import_sync_committed - wait until the server has committed all that this import did
 * @imp: import
 *
 * Context: killable.
 * Return: 0; -EINTR; -EIO: the connection was lost.
 */
int import_sync_committed(struct obd_import *imp)
{
	long rc;

	while (!import_all_committed(imp)) {
		rc = ptlrpc_ping(imp);
		if (rc)
			return rc;
		rc = wait_event_killable_timeout(imp->imp_waitq, import_all_committed(imp), HZ);
		if (rc < 0)
			return -EINTR;
	}
	return imp_is_full(imp) ? 0 : -EIO;
}
EXPORT_SYMBOL_GPL(import_sync_committed);

/* ---- replays, in imp_work ---- */

u64 ptlrpc_replay_first(struct obd_import *imp)
{
	const struct ptlrpc_request *open, *req;
	u64 transno = 0;

	open = list_first_entry_or_null(&imp->imp_committed_open, struct ptlrpc_request, rq_replay);
	req = list_first_entry_or_null(&imp->imp_replay, struct ptlrpc_request, rq_replay);
	if (open)
		transno = open->rq_transno;
	if (req && (!transno || req->rq_transno < transno))
		transno = req->rq_transno;
	return transno;
}

u64 ptlrpc_replay_last(struct obd_import *imp)
{
	struct ptlrpc_request *last;

	if (list_empty(&imp->imp_replay))
		return 0;
	last = list_last_entry(&imp->imp_replay, struct ptlrpc_request, rq_replay);
	return last->rq_transno;
}

/*
 * Does the step of a request still have to look at what an earlier connection brought? What it has
 * not is sent again after the recovery. imp_lock held.
 */
static bool ptlrpc_req_unsettled(struct ptlrpc_request *req)
{
	bool unsettled;

	if (req->rq_bypass || req->rq_conn_cnt == req->rq_imp->imp_conn_cnt)
		return false;
	spin_lock(&req->rq_lock);
	unsettled = req->rq_phase == RQ_SENT && !READ_ONCE(req->rq_parsed);
	if (unsettled) {
		req->rq_again = 1;
		ptlrpc_kick(req);
	}
	spin_unlock(&req->rq_lock);
	return unsettled;
}

/* Does a kept request end just now, and its message or its bulk is still in use? imp_lock held. */
static bool ptlrpc_req_incomplete(const struct ptlrpc_request *req)
{
	return req->rq_untold &&
	       (req->rq_done_saves || (req->rq_bulk && READ_ONCE(req->rq_phase) != RQ_DONE));
}

static bool ptlrpc_replies_settled(struct obd_import *imp)
{
	struct ptlrpc_request *req;
	bool settled = true;

	spin_lock(&imp->imp_lock);
	list_for_each_entry(req, &imp->imp_sending, rq_list)
		if (ptlrpc_req_unsettled(req))
			settled = false;
	list_for_each_entry(req, &imp->imp_replay, rq_replay)
		if (ptlrpc_req_incomplete(req))
			settled = false;
	spin_unlock(&imp->imp_lock);
	return settled;
}

/*
 * A reply that the server sent before it died makes its request one that is to be replayed: none of
 * them may be read later than the replays begin.
 */
static int ptlrpc_replay_settle(struct obd_import *imp)
{
	unsigned long end = jiffies + SETTLE_TIME;

	while (!ptlrpc_replies_settled(imp)) {
		if (READ_ONCE(imp->imp_invalid))
			return -EIO;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}

/* The kept requests in the order of their replay, referenced: array of *n, or ERR_PTR. */
static struct ptlrpc_request **ptlrpc_replay_collect(struct obd_import *imp, unsigned int *n)
{
	struct ptlrpc_request **todo, *req;
	unsigned int room = 0;

	spin_lock(&imp->imp_lock);
	list_for_each_entry(req, &imp->imp_committed_open, rq_replay)
		room++;
	list_for_each_entry(req, &imp->imp_replay, rq_replay)
		room++;
	spin_unlock(&imp->imp_lock);
	todo = kvmalloc_array(room ?: 1, sizeof(*todo), GFP_NOFS);
	if (!todo)
		return ERR_PTR(-ENOMEM);
	*n = 0;
	/* It is settled: from here on requests may go, but none comes. */
	spin_lock(&imp->imp_lock);
	list_for_each_entry(req, &imp->imp_committed_open, rq_replay)
		if (!WARN_ON_ONCE(*n == room))
			todo[(*n)++] = ptlrpc_req_get(req);
	list_for_each_entry(req, &imp->imp_replay, rq_replay)
		if (!WARN_ON_ONCE(*n == room))
			todo[(*n)++] = ptlrpc_req_get(req);
	spin_unlock(&imp->imp_lock);
	return todo;
}

/* The message that repeats a request; its bulk is lent to it. NULL when out of memory. */
static struct ptlrpc_request *ptlrpc_replay_new(struct ptlrpc_request *req)
{
	struct ptlrpc_request *replay = ptlrpc_req_new(req->rq_imp, req->rq_opc, req->rq_fmt);
	struct ptlrpc_body *pb;

	if (!replay)
		return NULL;
	replay->rq_msg = kvmalloc(req->rq_msg_len, GFP_NOFS);
	if (!replay->rq_msg) {
		ptlrpc_req_put(replay);
		return NULL;
	}
	memcpy(replay->rq_msg, req->rq_msg, req->rq_msg_len);
	replay->rq_msg_len = req->rq_msg_len;
	memcpy(replay->rq_req_len, req->rq_req_len, sizeof(req->rq_req_len));
	memcpy(replay->rq_rep_len, req->rq_rep_len, sizeof(req->rq_rep_len));
	replay->rq_req_portal = req->rq_req_portal;
	replay->rq_rep_portal = req->rq_rep_portal;
	replay->rq_replay_of = req;
	replay->rq_xid = req->rq_xid;
	replay->rq_tag = req->rq_tag;
	replay->rq_mod_slot = false;
	replay->rq_bypass = true;
	replay->rq_pb_flags = MSG_REPLAY | (req->rq_replay_sent ? MSG_RESENT : 0);
	pb = wire_body(replay->rq_msg);
	pb->pb_transno = cpu_to_le64(req->rq_transno);
	pb->pb_service_time = cpu_to_le32(import_net_latency(req->rq_imp));
	if (req->rq_bulk) {
		replay->rq_bulk = req->rq_bulk;
		replay->rq_bulk->bk_owner = replay;
		req->rq_bulk = NULL;
	}
	return replay;
}

static void ptlrpc_replay_free(struct ptlrpc_request *req, struct ptlrpc_request *replay)
{
	if (replay->rq_bulk) {
		req->rq_bulk = replay->rq_bulk;
		req->rq_bulk->bk_owner = req;
		replay->rq_bulk = NULL;
	}
	ptlrpc_req_put(replay);
}

/* The server does not have this change any more, and will not get it again. */
static void ptlrpc_replay_lost(struct ptlrpc_request *req, int rc)
{
	struct obd_import *imp = req->rq_imp;
	LIST_HEAD(gone);

	pr_warn("%s: the server lost %s x%llu, transaction %llu, and it cannot be repeated: rc = %d\n",
		imp->imp_name, ptlrpc_opc_name(req->rq_opc), req->rq_xid, req->rq_transno, rc);
	spin_lock(&imp->imp_lock);
	if (req->rq_untold)
		req->rq_generation--;	/* ptlrpc_replay_end() will tell that it is lost */
	else if (!list_empty(&req->rq_replay))
		list_move_tail(&req->rq_replay, &gone);
	spin_unlock(&imp->imp_lock);
	ptlrpc_replay_release(imp, &gone, false);
}

/*
 * Does this answer to a replay say that the connection, not the request, has failed? One that
 * cannot be understood does not: the next one would be the same.
 */
static bool ptlrpc_replay_disconnected(const struct ptlrpc_request *replay)
{
	int rc = replay->rq_status;

	if (rc == -EPROTO)
		return false;
	return !replay->rq_got_reply || rc == -ENOTCONN || rc == -ENODEV || rc == -ESHUTDOWN ||
	       rc == -EAGAIN || rc == -EINPROGRESS || rc == -ETIMEDOUT;
}

/* 0; -errno: the round has failed. */
static int ptlrpc_replay_one(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	struct ptlrpc_request *replay;
	int rc;

	if (!ptlrpc_may_replay(req)) {
		if (req->rq_transno > READ_ONCE(imp->imp_last_committed))
			ptlrpc_replay_lost(req, -EOPNOTSUPP);
		return 0;
	}
	replay = ptlrpc_replay_new(req);
	if (!replay)
		return -ENOMEM;
	if (req->rq_replay_prep)
		req->rq_replay_prep(req, replay);
	req->rq_replay_sent = true;
	rc = ptlrpc_send_async(replay);
	if (!rc)
		wait_for_completion(&replay->rq_complete);
	rc = rc ?: replay->rq_status;
	if (rc < 0 && ptlrpc_replay_disconnected(replay)) {
		ptlrpc_replay_free(req, replay);
		return rc;
	}
	req->rq_round = imp->imp_round;
	WRITE_ONCE(imp->imp_replayed, req->rq_transno);
	if (rc == -EOVERFLOW)
		imp->imp_vbr_failed = true;
	/* A close may find its file closed; what failed the first time may fail again. */
	if (rc < 0 && req->rq_status >= 0 && !(req->rq_opc == MDS_CLOSE && rc == -ESTALE))
		ptlrpc_replay_lost(req, rc);
	else if (req->rq_replay_cb)
		req->rq_replay_cb(req, replay);
	ptlrpc_replay_free(req, replay);
	return 0;
}

static bool ptlrpc_replay_wanted(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	bool wanted;

	spin_lock(&imp->imp_lock);
	wanted = !list_empty(&req->rq_replay) && req->rq_round != imp->imp_round;
	spin_unlock(&imp->imp_lock);
	return wanted;
}

/**
 * ptlrpc_replay_all - send the kept requests to a server that has restarted
 * @imp: import in state REPLAY
 *
 * One after the other: opens of files that are still open, then what is not committed. What was
 * answered in this round of recovery is not sent again.
 *
 * Context: imp_work; sleeps until all are answered.
 * Return: 0; -errno: connect again.
 */
int ptlrpc_replay_all(struct obd_import *imp)
{
	struct ptlrpc_request **todo;
	unsigned int n, i, sent = 0;
	int rc;

	rc = ptlrpc_replay_settle(imp);
	if (rc)
		return rc;
	todo = ptlrpc_replay_collect(imp, &n);
	if (IS_ERR(todo))
		return PTR_ERR(todo);
	for (i = 0; i < n; i++) {
		if (!rc && ptlrpc_replay_wanted(todo[i])) {
			rc = ptlrpc_replay_one(todo[i]);
			sent += !rc;
		}
		ptlrpc_req_put(todo[i]);
	}
	kvfree(todo);
	if (!rc) {
		/* What was lost is never committed: nobody shall wait for that. */
		spin_lock(&imp->imp_lock);
		imp->imp_max_transno = max(imp->imp_last_committed, ptlrpc_replay_last(imp));
		spin_unlock(&imp->imp_lock);
	}
	if (sent)
		pr_info("%s: %u requests replayed\n", imp->imp_name, sent);
	return rc;
}
