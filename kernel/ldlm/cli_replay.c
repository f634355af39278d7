// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock replay: a client sends the locks it holds to a server that has restarted (chapter 3, 22.1).
 * replay_set.lock is innermost.
 */
#include "internal.h"

#define REPLAYS_IN_FLIGHT	8

struct replay_set {
	spinlock_t		lock;		/* guards what follows */
	unsigned int		in_flight;
	int			rc;
	wait_queue_head_t	waitq;
};

struct replay_one {
	struct replay_set	*set;
	struct ldlm_lock	*lock;
};

/* Send the new cookie of a lock that this client does not have any more. */
static void ldlm_replay_give_up(struct ldlm_lock *lock)
{
	struct ldlm_lock *again;

	/* The lock itself may wait in ns_cancel_list. */
	again = ldlm_lock_new(lock->l_res, lock->l_req_mode, &lock->l_req_policy);
	if (!again)
		return;		/* the server will call it back */
	again->l_remote = lock->l_remote;
	ldlm_lock_destroy(again);
	ldlm_cli_queue_cancel(again);
	ldlm_lock_put(again);
}

static void ldlm_replay_done(struct ptlrpc_request *req)
{
	struct replay_one *one = req->done_data;
	struct replay_set *set = one->set;
	struct ldlm_lock *lock = one->lock;
	const struct ldlm_reply *rep;
	struct ldlm_resource *res;
	int rc = req->rq_status;
	bool given_up;

	rep = rc >= 0 ? ptlrpc_rep_buf(req, WF_DLM_REP) : NULL;
	if (rep) {
		res = ldlm_lock_res_lock(lock);
		lock->l_remote = rep->lock_handle;
		/* Given up meanwhile: what was told to the server is the cookie of before. */
		given_up = lock->l_flags & LDLM_FL_DESTROYED && !(lock->l_flags & LDLM_FL_FAILED);
		spin_unlock(&res->lr_lock);
		if (given_up)
			ldlm_replay_give_up(lock);
	} else if (rc >= 0) {
		rc = -EPROTO;
	}
	kfree(one);
	ldlm_lock_put(lock);
	ptlrpc_req_put(req);

	/* The waiter may free the set as soon as the lock is released. */
	spin_lock(&set->lock);
	if (rc < 0 && !set->rc)
		set->rc = rc;
	set->in_flight--;
	wake_up(&set->waitq);
	spin_unlock(&set->lock);
}

static bool ldlm_replay_room(struct replay_set *set, unsigned int max)
{
	bool room;

	spin_lock(&set->lock);
	room = set->in_flight <= max;
	spin_unlock(&set->lock);
	return room;
}

/*
 * Does the server have to know of this lock again? While a lock is being given up (CANCELING) its
 * data may not be written yet; once nothing is left of it, it is DESTROYED. An enqueue without a
 * reply is sent again by the RPC layer, which must find the lock if a CP AST had granted it.
 */
static bool ldlm_replay_wanted(const struct ldlm_lock *lock)
{
	if (lock->l_flags & (LDLM_FL_DESTROYED | LDLM_FL_FAILED))
		return false;
	return lock->l_granted_mode || lock->l_flags & LDLM_FL_REPLIED;
}

static int ldlm_replay_send(struct replay_set *set, struct ldlm_lock *lock)
{
	struct ldlm_enqueue_info ei = { .ei_flags = LDLM_FL_REPLAY };
	struct ptlrpc_request *req;
	struct ldlm_request *dlm;
	struct ldlm_resource *res;
	struct replay_one *one;
	bool wanted;
	int rc;

	one = kzalloc(sizeof(*one), GFP_NOFS);
	req = ptlrpc_req_new(lock->l_res->lr_ns->ns_imp, LDLM_ENQUEUE, &wf_ldlm_enqueue);
	rc = -ENOMEM;
	if (!one || !req)
		goto fail;
	ptlrpc_req_size(req, WF_DLM_REQ, LDLM_REQ_MIN_SIZE);
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto fail;
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	res = ldlm_lock_res_lock(lock);
	wanted = ldlm_replay_wanted(lock);
	ei.ei_flags |= lock->l_granted_mode ? LDLM_FL_BLOCK_GRANTED : LDLM_FL_BLOCK_WAIT;
	ldlm_cli_fill_request(lock, &ei, dlm, false);
	dlm->lock_desc.l_granted_mode = cpu_to_le32(lock->l_granted_mode);
	ldlm_policy_to_wire(res->lr_type, &lock->l_policy, &dlm->lock_desc.l_policy_data);
	spin_unlock(&res->lr_lock);
	rc = 0;
	if (!wanted)
		goto fail;

	one->set = set;
	one->lock = ldlm_lock_get(lock);
	req->done = ldlm_replay_done;
	req->done_data = one;
	req->rq_bypass = true;
	req->rq_pb_flags |= MSG_REQ_REPLAY_DONE;
	spin_lock(&set->lock);
	set->in_flight++;
	spin_unlock(&set->lock);
	rc = ptlrpc_send_async(req);
	if (!rc)
		return 0;
	spin_lock(&set->lock);
	set->in_flight--;
	spin_unlock(&set->lock);
	ldlm_lock_put(lock);
fail:
	kfree(one);
	ptlrpc_req_put(req);
	return rc;
}

/*
 * Collect the locks of a resource that are to be replayed, referenced, by l_cp_ast, which clients
 * do not use otherwise.
 */
static void ldlm_replay_collect(struct ldlm_resource *res, struct list_head *from,
				struct list_head *to)
{
	struct ldlm_lock *lock;

	list_for_each_entry(lock, from, l_res_link) {
		if (!ldlm_replay_wanted(lock) || !list_empty(&lock->l_cp_ast))
			continue;
		ldlm_lock_get(lock);
		list_add_tail(&lock->l_cp_ast, to);
	}
}

/**
 * ldlm_ns_replay - send all locks to a restarted server
 * @ns: client namespace; its import is in the stage of lock replays
 *
 * Chapter 3, 22.1. One call at a time. May sleep; waits until all are answered.
 *
 * Return: 0 or -errno: reconnect and start over.
 */
static int ldlm_ns_replay(struct ldlm_namespace *ns)
{
	struct ldlm_resource *res = NULL;
	struct ldlm_lock *lock, *tmp;
	struct replay_set set = {};
	LIST_HEAD(todo);
	int rc = 0;

	spin_lock_init(&set.lock);
	init_waitqueue_head(&set.waitq);
	while ((res = ldlm_res_next(ns, res))) {
		spin_lock(&res->lr_lock);
		ldlm_replay_collect(res, &res->lr_granted, &todo);
		ldlm_replay_collect(res, &res->lr_waiting, &todo);
		spin_unlock(&res->lr_lock);
	}
	list_for_each_entry_safe(lock, tmp, &todo, l_cp_ast) {
		list_del_init(&lock->l_cp_ast);
		if (!rc) {
			wait_event(set.waitq, ldlm_replay_room(&set, REPLAYS_IN_FLIGHT - 1));
			rc = READ_ONCE(set.rc);
		}
		if (!rc)
			rc = ldlm_replay_send(&set, lock);
		ldlm_lock_put(lock);
	}
	wait_event(set.waitq, ldlm_replay_room(&set, 0));
	return rc ? rc : set.rc;
}

/**
 * ldlm_import_replay - replay the locks of an import
 * @imp: the import
 *
 * Return: 0 or -errno, as ldlm_ns_replay().
 */
int ldlm_import_replay(struct obd_import *imp)
{
	struct ldlm_namespace *ns, *found = NULL;
	int rc;

	mutex_lock(&ldlm_ns_mutex);
	list_for_each_entry(ns, &ldlm_ns_all, ns_list)
		if (ns->ns_client && ns->ns_imp == imp) {
			ldlm_ns_hold(ns);
			found = ns;
			break;
		}
	mutex_unlock(&ldlm_ns_mutex);
	if (!found)
		return 0;
	rc = ldlm_ns_replay(found);
	ldlm_ns_release(found);
	return rc;
}
