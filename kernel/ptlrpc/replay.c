// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests kept after their reply until the server has committed them (chapter 2, 11.3), in the
 * order of their transnos; opens longer, until the file is closed. Each list entry holds a
 * reference.
 *
 * Locks: imp_lock. rq_commit_cb is called without locks.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"

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

/* Entries of a private list: call rq_commit_cb, put the references. */
static void ptlrpc_replay_release(struct list_head *list, bool committed)
{
	struct ptlrpc_request *req, *tmp;

	list_for_each_entry_safe(req, tmp, list, rq_replay) {
		list_del_init(&req->rq_replay);
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
	ptlrpc_replay_release(&gone, true);
	wake_up_all(&imp->imp_waitq);
}

/* Take transno and last_committed from a reply. */
void ptlrpc_replay_reply(struct ptlrpc_request *req, u64 transno, u64 last_committed)
{
	struct obd_import *imp = req->rq_imp;
	struct ptlrpc_body *pb = wire_body(req->rq_msg);
	const struct ptlrpc_body *rep = ptlrpc_rep_body(req);

	if (transno) {
		req->rq_transno = transno;
		memcpy(pb->pb_pre_versions, rep->pb_pre_versions, sizeof(pb->pb_pre_versions));
		spin_lock(&imp->imp_lock);
		imp->imp_max_transno = max(imp->imp_max_transno, transno);
		spin_unlock(&imp->imp_lock);
	}
	ptlrpc_replay_committed(imp, last_committed);
}

/* The end of a request, after done(): keep it, or tell that it is committed. */
void ptlrpc_replay_end(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	bool keep;

	if (!req->rq_transno)
		return;
	spin_lock(&imp->imp_lock);
	/* transnos of the time before an eviction mean nothing now */
	req->rq_committed = req->rq_generation == imp->imp_generation &&
			    req->rq_transno <= imp->imp_last_committed;
	keep = imp->imp_replayable && !imp->imp_invalid &&
	       req->rq_generation == imp->imp_generation &&
	       (!req->rq_committed || req->rq_replay_keep);
	if (keep) {
		ptlrpc_req_get(req);
		ptlrpc_replay_insert(req->rq_committed ? &imp->imp_committed_open :
							 &imp->imp_replay, req);
	}
	spin_unlock(&imp->imp_lock);
	if (!keep && req->rq_commit_cb)
		req->rq_commit_cb(req);
}

static void ptlrpc_replay_drop_all(struct obd_import *imp, const u64 *last_committed)
{
	LIST_HEAD(gone);

	spin_lock(&imp->imp_lock);
	list_splice_tail_init(&imp->imp_replay, &gone);
	list_splice_tail_init(&imp->imp_committed_open, &gone);
	imp->imp_max_transno = 0;
	if (last_committed)
		imp->imp_last_committed = *last_committed;
	spin_unlock(&imp->imp_lock);
	ptlrpc_replay_release(&gone, false);
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
	if (!list_empty(&req->rq_replay) && req->rq_transno <= imp->imp_last_committed)
		list_move_tail(&req->rq_replay, &gone);
	spin_unlock(&imp->imp_lock);
	ptlrpc_replay_release(&gone, true);
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
