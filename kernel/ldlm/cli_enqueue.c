// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enqueues of a client, matching of cached locks, users of a lock (chapter 3, 10 and 21). The lock
 * exists on the client before its request is sent, so that a callback that overtakes the reply
 * finds it. lr_lock is not held across a request or a callback of the owner.
 */
#include "internal.h"
#include <trace/events/ldlm.h>

#define CP_WAIT_MAX		(100 * HZ)	/* longest wait for a CP AST without NO_TIMEOUT */

/* ---- LVB ---- */

/* May this lock have an LVB of len bytes? 0, -EINVAL. */
static int ldlm_cli_lvb_check(const struct ldlm_lock *lock, u32 len, bool may_miss)
{
	if (!lock->l_lvb_want)
		return 0;
	if (len > lock->l_lvb_want)
		return -EINVAL;
	/* Other LVBs, such as layouts, have any length. */
	if (!ldlm_res_has_lvb(lock->l_res, &lock->l_req_policy))
		return 0;
	if (!len)
		return may_miss ? 0 : -EINVAL;
	return len == sizeof(struct ost_lvb) || len == OST_LVB_V1_SIZE ? 0 : -EINVAL;
}

/* Copy an LVB, that of an object always in the long form; *to is NULL when there is none. */
int ldlm_cli_lvb_dup(const struct ldlm_lock *lock, const void *from, u32 len, bool may_miss,
		     void **to, u32 *to_len)
{
	u32 size = len;
	int rc = ldlm_cli_lvb_check(lock, len, may_miss);

	*to = NULL;
	*to_len = 0;
	if (rc || !len || !from || !lock->l_lvb_want)
		return rc;
	if (len == OST_LVB_V1_SIZE && lock->l_lvb_want == sizeof(struct ost_lvb))
		size = sizeof(struct ost_lvb);
	*to = kvzalloc(size, GFP_NOFS);
	if (!*to)
		return -ENOMEM;
	memcpy(*to, from, len);
	*to_len = size;
	return 0;
}

/* Make *lvb the LVB of the lock, unless it is NULL; *lvb becomes the old one. lr_lock held. */
void ldlm_cli_set_lvb_locked(struct ldlm_lock *lock, void **lvb, u32 len)
{
	if (!*lvb)
		return;
	swap(lock->l_lvb, *lvb);
	lock->l_lvb_len = len;
	lock->l_flags |= LDLM_FL_LVB_READY;
}

/**
 * ldlm_lock_lvb - LVB of a lock
 * @lock: client lock
 * @buf: where to
 * @len: its size
 *
 * Return: bytes copied, 0 when the lock has none.
 */
u32 ldlm_lock_lvb(struct ldlm_lock *lock, void *buf, u32 len)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);

	len = min(len, lock->l_lvb_len);
	if (len)
		memcpy(buf, lock->l_lvb, len);
	spin_unlock(&res->lr_lock);
	return len;
}
EXPORT_SYMBOL_GPL(ldlm_lock_lvb);

/* ---- state of the lock on the client ---- */

/* Move a lock that is not granted to the resource that the server named. 0, -EPROTO, -ENOMEM. */
int ldlm_cli_change_res(struct ldlm_lock *lock, const struct ldlm_res_id_le *name)
{
	struct ldlm_resource *res, *new;
	struct ldlm_res_id id;

	res_id_from_le(&id, name);
	res = READ_ONCE(lock->l_res);
	if (res_id_eq(&res->lr_id, &id))
		return 0;
	if (!id.name[0])
		return -EPROTO;
	new = ldlm_res_find(res->lr_ns, &id, res->lr_type, true);
	if (IS_ERR(new))
		return PTR_ERR(new) == -EINVAL ? -EPROTO : PTR_ERR(new);

	res = ldlm_lock_res_lock(lock);
	if (res == new || lock->l_granted_mode || lock->l_flags & LDLM_FL_DESTROYED) {
		spin_unlock(&res->lr_lock);
		ldlm_res_put(new);
		return 0;
	}
	list_del_init(&lock->l_res_link);
	WRITE_ONCE(lock->l_res, new);
	spin_unlock(&res->lr_lock);

	spin_lock(&new->lr_lock);
	if (lock->l_res == new && list_empty(&lock->l_res_link) &&
	    !(lock->l_flags & LDLM_FL_DESTROYED))
		list_add_tail(&lock->l_res_link, &new->lr_waiting);
	spin_unlock(&new->lr_lock);
	/* The reference that the lock had on the old resource. */
	ldlm_res_put(res);
	return 0;
}

/*
 * The enqueue failed, or nobody waits for it any more: end the lock without a cancel. If a BL AST
 * was acknowledged already, the server expects a cancel, and gets one.
 */
static void ldlm_cli_fail(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	bool owed, did;

	lock->l_users = 0;
	owed = lock->l_flags & LDLM_FL_CBPENDING && lock->l_remote.cookie &&
	       !(lock->l_flags & LDLM_FL_FAILED);
	lock->l_flags |= LDLM_FL_FAILED | LDLM_FL_CBPENDING;
	did = ldlm_destroy_locked(lock);
	spin_unlock(&res->lr_lock);
	if (did) {
		if (owed)
			ldlm_cli_queue_cancel(lock);
		ldlm_lock_put(lock);
	}
}

/* ---- enqueue ---- */

void ldlm_cli_fill_request(struct ldlm_lock *lock, const struct ldlm_enqueue_info *ei,
			   struct ldlm_request *dlm,
			 bool cancelset)
{
	struct ldlm_resource *res = lock->l_res;
	u32 i;

	dlm->lock_flags = cpu_to_le32((u32)ei->ei_flags);
	dlm->lock_desc.l_resource.lr_type = cpu_to_le32(res->lr_type);
	res_id_to_le(&dlm->lock_desc.l_resource.lr_name, &res->lr_id);
	dlm->lock_desc.l_req_mode = cpu_to_le32(lock->l_req_mode);
	ldlm_policy_to_wire(res->lr_type, &lock->l_req_policy, &dlm->lock_desc.l_policy_data);
	dlm->lock_handle[0] = lock->l_handle;
	if (!cancelset)
		return;
	for (i = 0; i < ei->ei_nr_elc; i++)
		dlm->lock_handle[1 + i].cookie = ei->ei_elc[i];
	dlm->lock_count = cpu_to_le32(1 + ei->ei_nr_elc);
}

static struct ptlrpc_request *ldlm_cli_plain_request(const struct ldlm_enqueue_info *ei)
{
	struct ptlrpc_request *req = ptlrpc_req_new(ei->ei_ns->ns_imp, LDLM_ENQUEUE,
						    &wf_ldlm_enqueue);

	if (!req)
		return NULL;
	ptlrpc_req_size(req, WF_DLM_REQ, ldlm_request_bytes(1 + ei->ei_nr_elc));
	ptlrpc_rep_room(req, WF_DLM_LVB, ei->ei_lvb_len);
	if (ei->ei_type == LDLM_FLOCK && !(ei->ei_flags & LDLM_FL_TEST_LOCK))
		req->rq_mod_slot = true;
	if (ptlrpc_req_pack(req)) {
		ptlrpc_req_put(req);
		return NULL;
	}
	return req;
}

/**
 * ldlm_cli_enqueue_start - first half of an enqueue
 * @ei: what to ask; stays in use until finish
 * @reqp: packed intent request, or pointer to NULL: a plain one is made, the caller puts it
 * @lockp: out: the lock for ldlm_cli_enqueue_finish()
 *
 * For several enqueues at once: the caller sends the request and hands its status to
 * ldlm_cli_enqueue_finish(), which must follow a successful start.
 *
 * Return: 0, -ENOMEM, -ESHUTDOWN (the namespace ends), -EPROTO (no room in DLM_REQ).
 */
int ldlm_cli_enqueue_start(struct ldlm_enqueue_info *ei, struct ptlrpc_request **reqp,
			   struct ldlm_lock **lockp)
{
	struct ldlm_namespace *ns = ei->ei_ns;
	struct ptlrpc_request *req = *reqp;
	struct ldlm_resource *res;
	struct ldlm_request *dlm;
	struct ldlm_lock *lock;
	int rc = -ENOMEM;

	*lockp = NULL;
	if (READ_ONCE(ns->ns_stopping))
		return -ESHUTDOWN;
	res = ldlm_res_find(ns, &ei->ei_res_id, ei->ei_type, true);
	if (IS_ERR(res))
		return PTR_ERR(res);
	lock = ldlm_lock_new(res, ei->ei_mode, &ei->ei_policy);
	ldlm_res_put(res);
	if (!lock)
		return -ENOMEM;
	lock->l_flags = ei->ei_flags & (LDLM_FL_INHERIT_MASK | LDLM_FL_NO_LRU);
	if (ei->ei_type == LDLM_FLOCK || ei->ei_mode == LCK_GROUP)
		lock->l_flags |= LDLM_FL_NO_LRU;
	lock->l_ops = ei->ei_ops;
	lock->l_ast_data = ei->ei_data;
	lock->l_lvb_want = ei->ei_lvb_len;
	lock->l_users = 1;
	if (ei->ei_type == LDLM_FLOCK && ldlm_flock_prepare(lock, NULL))
		goto fail;

	if (!req)
		req = ldlm_cli_plain_request(ei);
	if (!req)
		goto fail;
	lock->l_generation = req->rq_generation;
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	rc = -EPROTO;
	if (!dlm || ptlrpc_req_len(req, WF_DLM_REQ) < ldlm_request_bytes(1 + ei->ei_nr_elc))
		goto fail_req;
	ldlm_cli_fill_request(lock, ei, dlm, imp_connect_flags(ns->ns_imp) & OBD_CONNECT_CANCELSET);

	spin_lock(&res->lr_lock);
	list_add_tail(&lock->l_res_link, &res->lr_waiting);
	trace_ldlm_enqueue(lock, 0);
	spin_unlock(&res->lr_lock);
	*reqp = req;
	*lockp = lock;
	return 0;

fail_req:
	if (!*reqp)
		ptlrpc_req_put(req);
fail:
	ldlm_lock_destroy(lock);
	ldlm_lock_put(lock);
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_cli_enqueue_start);

/* F_GETLK and unlock leave no lock behind. */
static bool ldlm_cli_flock_unkept(const struct ldlm_enqueue_info *ei, struct ldlm_lock *lock,
				  const struct ldlm_reply *rep)
{
	struct ldlm_resource *res = lock->l_res;
	LIST_HEAD(dead);

	if (ei->ei_type != LDLM_FLOCK)
		return false;
	if (le32_to_cpu(rep->lock_flags) & LDLM_FL_TEST_LOCK)
		return true;
	if (ei->ei_mode != LCK_NL)
		return false;
	spin_lock(&res->lr_lock);
	ldlm_flock_merge(res, lock, LCK_NL, &dead);
	spin_unlock(&res->lr_lock);
	ldlm_put_list(&dead);
	return true;
}

/* Store in the lock what the reply says, unless a CP AST came first: it is newer. */
static int ldlm_cli_take_reply(struct ldlm_lock *lock, const struct ldlm_reply *rep,
			       const void *lvb,
			       u32 lvb_len)
{
	u64 flags = le32_to_cpu(rep->lock_flags);
	struct ldlm_resource *res;
	void *copy;
	u32 copy_len;
	int rc;

	if (flags & LDLM_FL_LOCK_CHANGED) {
		u32 mode = le32_to_cpu(rep->lock_desc.l_req_mode);

		if (mode && !ldlm_mode_valid(mode))
			return -EPROTO;
		rc = ldlm_cli_change_res(lock, &rep->lock_desc.l_resource.lr_name);
		if (rc)
			return rc;
	}
	rc = ldlm_cli_lvb_dup(lock, lvb, lvb_len, true, &copy, &copy_len);
	if (rc)
		return rc;

	res = ldlm_lock_res_lock(lock);
	if (lock->l_flags & LDLM_FL_DESTROYED) {
		spin_unlock(&res->lr_lock);
		kvfree(copy);
		return lock->l_error ? lock->l_error : -EIO;
	}
	lock->l_remote = rep->lock_handle;
	lock->l_flags |= (flags & LDLM_FL_INHERIT_MASK) | LDLM_FL_REPLIED;
	if (flags & LDLM_FL_AST_SENT)
		lock->l_flags |= LDLM_FL_CBPENDING;
	if (!(lock->l_flags & LDLM_FL_GRANTED_CP)) {
		if (flags & LDLM_FL_LOCK_CHANGED) {
			if (rep->lock_desc.l_req_mode)
				lock->l_req_mode = le32_to_cpu(rep->lock_desc.l_req_mode);
			if (res->lr_type != LDLM_FLOCK && res->lr_type != LDLM_PLAIN)
				ldlm_policy_from_wire(res->lr_type, &rep->lock_desc.l_policy_data,
						      &lock->l_policy);
			if (res->lr_type == LDLM_IBITS)
				lock->l_policy.ibits.try_bits = 0;
		}
		ldlm_cli_set_lvb_locked(lock, &copy, copy_len);
		if (!(flags & (LDLM_FL_BLOCK_GRANTED | LDLM_FL_BLOCK_WAIT)))
			ldlm_grant_locked(lock, lock->l_req_mode);
	}
	spin_unlock(&res->lr_lock);
	kvfree(copy);
	return 0;
}

static bool ldlm_cli_stopped(const struct ldlm_enqueue_info *ei)
{
	return ei->ei_stop && READ_ONCE(*ei->ei_stop);
}

static bool ldlm_cli_decided(struct ldlm_lock *lock, const struct ldlm_enqueue_info *ei)
{
	return ldlm_lock_granted(lock) || READ_ONCE(lock->l_flags) & LDLM_FL_DESTROYED ||
	       ldlm_cli_stopped(ei);
}

/* Wait for the CP AST. 0; -EINTR; -ERESTARTSYS (ei_intr); or why there will be none. */
static int ldlm_cli_wait_granted(struct ldlm_lock *lock, const struct ldlm_enqueue_info *ei)
{
	bool intr = ei->ei_intr;
	struct ldlm_namespace *ns = lock->l_res->lr_ns;
	bool bounded = !(lock->l_flags & LDLM_FL_NO_TIMEOUT) && lock->l_res->lr_type != LDLM_FLOCK;
	long max = bounded ? CP_WAIT_MAX : MAX_SCHEDULE_TIMEOUT, rc;

	for (;;) {
		if (intr)
			rc = wait_event_interruptible_timeout(lock->l_waitq,
							      ldlm_cli_decided(lock, ei), max);
		else
			rc = wait_event_killable_timeout(lock->l_waitq, ldlm_cli_decided(lock, ei),
							 max);
		if (rc < 0)
			return intr && !fatal_signal_pending(current) ? -ERESTARTSYS : -EINTR;
		if (rc > 0)
			break;
		pr_warn_ratelimited("%s: no grant of lock " DLDLMRES " in %d s, reconnecting\n",
				    ns->ns_name, PLDLMRES(&lock->l_res->lr_id), CP_WAIT_MAX / HZ);
		atomic_inc(&ns->ns_nr_timeouts);
		import_reconnect(ns->ns_imp, NULL);
	}
	if (ldlm_lock_granted(lock))
		return 0;
	if (ldlm_cli_stopped(ei))
		return -EINTR;
	return lock->l_error ? lock->l_error : -EIO;
}

static void ldlm_cli_report_lvb(struct ldlm_enqueue_info *ei, const void *lvb, u32 len)
{
	if (!ei->ei_lvb || !lvb)
		return;
	len = min(len, ei->ei_lvb_len);
	memset(ei->ei_lvb, 0, ei->ei_lvb_len);
	memcpy(ei->ei_lvb, lvb, len);
	ei->ei_lvb_got = len;
}

/* Keep the range of a granted flock for replay. It has no users. */
static void ldlm_cli_flock_keep(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = lock->l_res;
	LIST_HEAD(dead);

	spin_lock(&res->lr_lock);
	lock->l_users = 0;
	if (!(lock->l_flags & LDLM_FL_DESTROYED))
		ldlm_flock_merge(res, lock, lock->l_granted_mode, &dead);
	spin_unlock(&res->lr_lock);
	ldlm_put_list(&dead);
	ldlm_flock_drop_spare(lock);
}

/* Store what the reply says besides the lock. Returns rc, or -EPROTO. */
static int ldlm_cli_report_reply(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req, int rc,
				 const struct ldlm_reply **repp)
{
	const struct ldlm_reply *rep = ptlrpc_rep_buf(req, WF_DLM_REP);

	if (!rep)
		return -EPROTO;
	ei->ei_flags = le32_to_cpu(rep->lock_flags);
	ei->ei_disposition = le64_to_cpu(rep->lock_policy_res1);
	ei->ei_status = (int)(s64)le64_to_cpu(rep->lock_policy_res2);
	ei->ei_lvb_got = 0;
	*repp = rep;
	return rc;
}

/* The server gave no lock, but an answer. Returns ELDLM_LOCK_ABORTED, or why it is an error. */
static int ldlm_cli_report_aborted(struct ldlm_enqueue_info *ei, const struct ldlm_lock *lock,
				   const void *lvb, u32 lvb_len)
{
	if (ldlm_cli_lvb_check(lock, lvb_len, true))
		return -EINVAL;
	ldlm_cli_report_lvb(ei, lvb, lvb_len);
	if (ei->ei_type == LDLM_EXTENT && (s64)ei->ei_disposition < 0)
		return (int)(s64)ei->ei_disposition;
	return ELDLM_LOCK_ABORTED;
}

/**
 * ldlm_cli_enqueue_finish - second half of an enqueue
 * @ei: as given to start; results are stored
 * @req: the request, complete
 * @rc: its status
 * @lockp: lock of start; out: granted lock with a user, or NULL
 *
 * Waits (killable) for the CP AST when the server could not grant at once, but not with ei_nowait.
 *
 * Return: as ldlm_cli_enqueue().
 */
int ldlm_cli_enqueue_finish(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req, int rc,
			    struct ldlm_lock **lockp)
{
	struct ldlm_lock *lock = *lockp;
	const struct ldlm_reply *rep;
	struct ldlm_resource *res;
	const void *lvb;
	u32 lvb_len;

	*lockp = NULL;
	if (rc > 0 && rc != ELDLM_LOCK_ABORTED)
		rc = -EPROTO;
	if (rc < 0)
		goto fail;
	rc = ldlm_cli_report_reply(ei, req, rc, &rep);
	if (rc < 0)
		goto fail;
	lvb_len = ptlrpc_rep_len(req, WF_DLM_LVB);
	lvb = lvb_len ? ptlrpc_rep_buf(req, WF_DLM_LVB) : NULL;
	if (!lvb)
		lvb_len = 0;
	if (rc == ELDLM_LOCK_ABORTED) {
		rc = ldlm_cli_report_aborted(ei, lock, lvb, lvb_len);
		goto fail;
	}
	if (ldlm_cli_flock_unkept(ei, lock, rep)) {
		ei->ei_mode = le32_to_cpu(rep->lock_desc.l_req_mode);
		ldlm_policy_from_wire(LDLM_FLOCK, &rep->lock_desc.l_policy_data, &ei->ei_policy);
		goto fail;
	}

	rc = ldlm_cli_take_reply(lock, rep, lvb, lvb_len);
	if (!rc && ei->ei_nowait && !ldlm_cli_decided(lock, ei))
		rc = -EAGAIN;
	if (!rc)
		rc = ldlm_cli_wait_granted(lock, ei);
	if (rc)
		goto fail;

	ei->ei_mode = lock->l_granted_mode;
	if (ei->ei_type == LDLM_FLOCK) {
		ldlm_cli_flock_keep(lock);
		ldlm_lock_put(lock);
		return 0;
	}
	res = ldlm_lock_res_lock(lock);
	ei->ei_policy = lock->l_policy;
	ldlm_cli_report_lvb(ei, lock->l_lvb, lock->l_lvb_len);
	spin_unlock(&res->lr_lock);
	*lockp = lock;
	return 0;

fail:
	ldlm_cli_fail(lock);
	ldlm_lock_put(lock);
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_cli_enqueue_finish);

/**
 * ldlm_cli_enqueue - ask for a lock and wait for it
 * @ei: what to ask; results are stored
 * @req: packed intent request (stays the caller's), or NULL for a plain enqueue
 * @lockp: out: granted lock with a user, or NULL
 *
 * Chapter 3, 10. Without @req a plain enqueue is made and freed here (extent, glimpse, flock,
 * readdir, MGS). @req has WF_DLM_REQ of at least ldlm_request_bytes(1 + ei_nr_elc) bytes. May sleep
 * for as long as others keep the lock; killable.
 *
 * Return: 0: *lockp is granted and has a user, to be ended by ldlm_lock_decref(lock, ei->ei_mode);
 * or *lockp is NULL (flocks: granted, or nothing is kept). ELDLM_LOCK_ABORTED: there is no lock,
 * but an answer (ei_lvb, ei_disposition, ei_status). -EAGAIN, -EDEADLK, -EINTR (killed), -EIO
 * (evicted), -ESHUTDOWN, -EPROTO, -ENOMEM ...
 */
int ldlm_cli_enqueue(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req,
		     struct ldlm_lock **lockp)
{
	struct ptlrpc_request *r = req;
	int rc = ldlm_cli_enqueue_start(ei, &r, lockp);

	if (rc)
		return rc;
	rc = ptlrpc_queue_wait(r);
	rc = ldlm_cli_enqueue_finish(ei, r, rc, lockp);
	if (!req)
		ptlrpc_req_put(r);
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_cli_enqueue);

/* ---- match, users ---- */

static bool ldlm_lock_serves(const struct ldlm_resource *res, const struct ldlm_lock *lock,
			     const union ldlm_policy *need)
{
	switch (res->lr_type) {
	case LDLM_EXTENT:
		if (lock->l_granted_mode == LCK_GROUP &&
		    lock->l_policy.extent.gid != need->extent.gid)
			return false;
		return ldlm_range_covers(lock->l_policy.extent.start, lock->l_policy.extent.end,
					 need->extent.start, need->extent.end);
	case LDLM_IBITS:
		if (lock->l_granted_mode == LCK_GROUP &&
		    lock->l_policy.ibits.gid != need->ibits.gid)
			return false;
		return (lock->l_policy.ibits.bits & need->ibits.bits) == need->ibits.bits;
	case LDLM_PLAIN:
		return true;
	default:
		return false;
	}
}

/**
 * ldlm_lock_match - find a cached lock that serves
 * @ns: client namespace
 * @res_id: resource
 * @type: LDLM_*
 * @policy: range or bits that are needed; NULL for PLAIN
 * @modes: mask of modes that serve
 * @match_flags: LDLM_MATCH_*
 * @data: the inode or object whose lock it has to be, or NULL
 *
 * Chapter 3, 21.1. A lock of before an eviction serves nothing from the moment on at which the
 * import knows of the eviction.
 *
 * Return: the lock, with a user that ldlm_lock_decref() ends, or NULL.
 */
struct ldlm_lock *ldlm_lock_match(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id,
				  u32 type,
				  const union ldlm_policy *policy, u32 modes, u32 match_flags,
				  const void *data)
{
	u64 bad = LDLM_FL_DESTROYED | LDLM_FL_FAILED;
	struct ldlm_resource *res = ldlm_res_find(ns, res_id, type, false);
	struct ldlm_lock *lock, *found = NULL;

	if (IS_ERR_OR_NULL(res))
		return NULL;
	if (!(match_flags & LDLM_MATCH_CBPENDING))
		bad |= LDLM_FL_CANCELING | (match_flags & LDLM_MATCH_USED ? 0 : LDLM_FL_CBPENDING);
	spin_lock(&res->lr_lock);
	list_for_each_entry(lock, &res->lr_granted, l_res_link) {
		if (lock->l_flags & bad || !(lock->l_granted_mode & modes) ||
		    lock->l_generation != READ_ONCE(ns->ns_imp->imp_generation) ||
		    (data && lock->l_ast_data != data) || !ldlm_lock_serves(res, lock, policy))
			continue;
		if (match_flags & LDLM_MATCH_USED && lock->l_flags & LDLM_FL_CBPENDING &&
		    !lock->l_users && !ldlm_lock_kept(lock))
			continue;
		found = lock;
		if (!(match_flags & LDLM_MATCH_TEST)) {
			ldlm_lock_get(lock);
			lock->l_users++;
			ldlm_lru_remove_locked(lock);
		}
		break;
	}
	spin_unlock(&res->lr_lock);
	ldlm_res_put(res);
	return found;
}
EXPORT_SYMBOL_GPL(ldlm_lock_match);

/**
 * ldlm_lock_use - use a lock again that is known by its cookie
 * @ns: client namespace
 * @cookie: l_handle of a lock that was granted
 *
 * Return: the lock, with a user that ldlm_lock_decref() ends; NULL: it is not there any more, or it
 * was called back.
 */
struct ldlm_lock *ldlm_lock_use(struct ldlm_namespace *ns, u64 cookie)
{
	u64 bad = LDLM_FL_DESTROYED | LDLM_FL_FAILED | LDLM_FL_CANCELING | LDLM_FL_CBPENDING;
	struct ldlm_lock *lock = ldlm_lock_find(cookie);
	struct ldlm_resource *res;
	bool good;

	if (!lock)
		return NULL;
	res = ldlm_lock_res_lock(lock);
	good = res->lr_ns == ns && lock->l_granted_mode && !(lock->l_flags & bad) &&
	       lock->l_generation == READ_ONCE(ns->ns_imp->imp_generation);
	if (good) {
		lock->l_users++;
		ldlm_lru_remove_locked(lock);
	}
	spin_unlock(&res->lr_lock);
	if (good)
		return lock;
	ldlm_lock_put(lock);
	return NULL;
}
EXPORT_SYMBOL_GPL(ldlm_lock_use);

static void ldlm_lock_decref_common(struct ldlm_lock *lock, bool cancel)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	bool last = false, back = false;

	if (!WARN_ON_ONCE(!lock->l_users && !(lock->l_flags & LDLM_FL_DESTROYED)) && lock->l_users)
		last = --lock->l_users == 0;
	if (cancel)
		lock->l_flags |= LDLM_FL_CBPENDING;
	if (last && lock->l_granted_mode &&
	    !(lock->l_flags & (LDLM_FL_DESTROYED | LDLM_FL_CANCELING))) {
		if (lock->l_flags & LDLM_FL_CBPENDING)
			back = true;
		else if (!(lock->l_flags & LDLM_FL_NO_LRU))
			ldlm_lru_add_locked(lock);
	}
	spin_unlock(&res->lr_lock);
	if (back)
		ldlm_cli_bl_queue(lock);
	ldlm_lock_put(lock);
}

/**
 * ldlm_lock_keep - do not give the lock back before some time is over
 * @lock: client lock with a user
 * @msecs: from now
 *
 * For what is done under the lock after its user is gone: the access to a page whose fault was
 * served. For a lock that was called back the time is set once and not moved, so that one access
 * after the other does not keep those waiting who want the lock.
 */
void ldlm_lock_keep(struct ldlm_lock *lock, unsigned int msecs)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);

	if (!(lock->l_flags & LDLM_FL_CBPENDING) || !lock->l_keep)
		lock->l_keep = (jiffies + msecs_to_jiffies(msecs)) ?: 1;
	spin_unlock(&res->lr_lock);
}
EXPORT_SYMBOL_GPL(ldlm_lock_keep);

/**
 * ldlm_lock_decref - end the use of a lock
 * @lock: client lock; the reference of the user is put
 * @mode: for the reader
 *
 * The last user puts the lock into the LRU, or, if it was called back, starts its cancel, which
 * runs in the background. Any process context.
 */
void ldlm_lock_decref(struct ldlm_lock *lock, u32 mode)
{
	if (lock)
		ldlm_lock_decref_common(lock, false);
}
EXPORT_SYMBOL_GPL(ldlm_lock_decref);

/**
 * ldlm_lock_decref_cancel - end the use of a lock and do not cache it (leases, group locks)
 * @lock: client lock; the reference of the user is put
 * @mode: for the reader
 */
void ldlm_lock_decref_cancel(struct ldlm_lock *lock, u32 mode)
{
	if (lock)
		ldlm_lock_decref_common(lock, true);
}
EXPORT_SYMBOL_GPL(ldlm_lock_decref_cancel);

/* ---- data of the owner ---- */

/**
 * ldlm_lock_data_get - reference the inode or object of a lock
 * @lock: client lock
 * @grab: called under a spinlock with l_ast_data; returns it referenced, or NULL
 *
 * Return: what grab returned, NULL when there is no data.
 */
void *ldlm_lock_data_get(struct ldlm_lock *lock, void *(*grab)(void *))
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	void *data = lock->l_ast_data ? grab(lock->l_ast_data) : NULL;

	spin_unlock(&res->lr_lock);
	return data;
}
EXPORT_SYMBOL_GPL(ldlm_lock_data_get);

/**
 * ldlm_lock_set_data - set the inode or object of a lock
 * @lock: client lock
 * @data: not referenced; cleared by ldlm_res_clear_data()
 */
void ldlm_lock_set_data(struct ldlm_lock *lock, void *data)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);

	lock->l_ast_data = data;
	spin_unlock(&res->lr_lock);
}
EXPORT_SYMBOL_GPL(ldlm_lock_set_data);

/**
 * ldlm_res_clear_data - an inode or object dies
 * @ns: client namespace
 * @res_id: its resource
 * @data: locks with this l_ast_data forget it
 */
void ldlm_res_clear_data(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, void *data)
{
	struct ldlm_resource *res = ldlm_res_find(ns, res_id, 0, false);
	struct ldlm_lock *lock;

	if (IS_ERR_OR_NULL(res))
		return;
	spin_lock(&res->lr_lock);
	list_for_each_entry(lock, &res->lr_granted, l_res_link)
		if (lock->l_ast_data == data)
			lock->l_ast_data = NULL;
	list_for_each_entry(lock, &res->lr_waiting, l_res_link)
		if (lock->l_ast_data == data)
			lock->l_ast_data = NULL;
	spin_unlock(&res->lr_lock);
	ldlm_res_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_res_clear_data);
