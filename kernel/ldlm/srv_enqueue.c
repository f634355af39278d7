// SPDX-License-Identifier: GPL-2.0-only
/*
 * LDLM_ENQUEUE, LDLM_CANCEL and LDLM_CONVERT on the server (chapter 3, 10 and 12): plain enqueues
 * of all types, glimpses, lock replay; intents are executed by the target (ldlm_srv_ops.intent). If
 * an enqueue was sent before, its lock is found by the client's cookie, and the answer tells the
 * present state of that lock. No spinlocks are held across calls of the target.
 */
#include "internal.h"
#include <trace/events/ldlm.h>

/*
 * Cancel the locks of this client that handles[0..n) name; cookies of other clients are skipped.
 * Returns the number of locks found.
 */
static int ldlm_srv_cancel_handles(struct obd_export *exp, const struct lustre_handle *handles,
				   u32 n)
{
	struct ldlm_lock *lock;
	int found = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		lock = ldlm_lock_find(handles[i].cookie);
		if (!lock)
			continue;
		if (lock->l_export == exp) {
			found++;
			trace_ldlm_cancel(lock, 0);
			ldlm_srv_drop(lock);
		}
		ldlm_lock_put(lock);
	}
	return found;
}

/* Check type, mode, flags and policy of an enqueue (chapter 3, 10.2). */
static int ldlm_enqueue_check(u32 type, u32 mode, u64 flags, const union ldlm_policy *p)
{
	if (flags & ~LDLM_FL_ENQ_MASK)
		return -EPROTO;
	if (type < LDLM_MIN_TYPE || type >= LDLM_MAX_TYPE || !ldlm_mode_valid(mode))
		return -EFAULT;
	switch (type) {
	case LDLM_IBITS:
		if (!(p->ibits.bits | p->ibits.try_bits))
			return -EPROTO;
		if (mode == LCK_GROUP && p->ibits.bits != MDS_INODELOCK_DOM)
			return -EPROTO;
		break;
	case LDLM_EXTENT:
		if (p->extent.start > p->extent.end)
			return -EPROTO;
		break;
	case LDLM_FLOCK:
		if (p->flock.start > p->flock.end)
			return -EPROTO;
		if (mode != LCK_PR && mode != LCK_PW && mode != LCK_NL)
			return -EPROTO;
		break;
	}
	return 0;
}

/* Does this request leave no lock behind (unlock and test of flocks)? */
static bool ldlm_srv_flock_unkept(const struct ldlm_resource *res, u32 mode, u64 flags)
{
	return res->lr_type == LDLM_FLOCK && (mode == LCK_NL || flags & LDLM_FL_TEST_LOCK);
}

static bool ldlm_lock_changed(const struct ldlm_resource *res, const struct ldlm_lock *lock)
{
	if (!lock->l_granted_mode)
		return false;
	if (res->lr_type == LDLM_EXTENT)
		return lock->l_policy.extent.start != lock->l_req_policy.extent.start ||
		       lock->l_policy.extent.end != lock->l_req_policy.extent.end;
	if (res->lr_type == LDLM_IBITS)
		return lock->l_policy.ibits.bits != lock->l_req_policy.ibits.bits;
	return false;
}

/*
 * Describe the lock in the reply. From here on the client is told by ASTs what happens to the lock.
 * 0, or -ENOTCONN: the client is gone.
 */
static int ldlm_enqueue_reply(struct svc_req *req, struct ldlm_lock *lock, u64 flags, bool unkept)
{
	struct ldlm_resource *res = lock->l_res;
	struct ldlm_reply *rep = svc_rep_buf(req, WF_DLM_REP);
	bool drop = false;
	u32 len;

	if (!rep)
		return -EPROTO;
	spin_lock(&res->lr_lock);
	if (lock->l_flags & LDLM_FL_DESTROYED) {
		spin_unlock(&res->lr_lock);
		return lock->l_error ? lock->l_error : -ENOTCONN;
	}
	lock->l_flags &= ~LDLM_FL_MSG_PENDING;
	ldlm_desc_fill(lock, &rep->lock_desc);
	if (unkept) {
		if (flags & LDLM_FL_TEST_LOCK)
			flags |= LDLM_FL_LOCK_CHANGED;
		else
			rep->lock_desc.l_granted_mode = cpu_to_le32(LCK_NL);
	} else if (!lock->l_granted_mode) {
		flags |= LDLM_FL_BLOCK_GRANTED | (lock->l_flags & LDLM_FL_NO_TIMEOUT);
	} else {
		if (ldlm_lock_changed(res, lock))
			flags |= LDLM_FL_LOCK_CHANGED;
		if (lock->l_flags & LDLM_FL_AST_SENT) {
			flags |= LDLM_FL_AST_SENT;
			if (res->lr_type == LDLM_IBITS)
				rep->lock_desc.l_policy_data.l_inodebits.cancel_bits =
					cpu_to_le64(lock->l_bl_policy.ibits.bits);
			drop = lock->l_flags & LDLM_FL_CANCEL_ON_BLOCK;
			if (!drop)
				ldlm_wait_start(lock);
		}
	}
	spin_unlock(&res->lr_lock);
	rep->lock_flags = cpu_to_le32(flags);
	rep->lock_handle = lock->l_handle;

	/* The LVB last, so that it is as new as possible. Intents fill theirs (a layout). */
	len = flags & LDLM_FL_REPLAY ? 0 : ldlm_lvb_len(res, &lock->l_req_policy,
							req->sr_exp);
	if (len && len == svc_rep_len(req, WF_DLM_LVB) &&
	    ldlm_lvb_fill(res, svc_rep_buf(req, WF_DLM_LVB), len))
		svc_rep_shrink(req, WF_DLM_LVB, 0);
	if (drop)
		ldlm_srv_drop(lock);
	return 0;
}

/*
 * Replay of a lock in recovery: grant it or let it wait, as the client says, without looking for
 * conflicts (chapter 3, 22.2). lr_lock held.
 */
static int ldlm_enqueue_replay(struct ldlm_resource *res, struct ldlm_lock *lock, u64 flags,
			       u32 granted)
{
	if (lock->l_flags & LDLM_FL_DESTROYED)
		return -ENOTCONN;
	if (flags & LDLM_FL_BLOCK_GRANTED) {
		if (!ldlm_mode_valid(granted))
			return -EPROTO;
		ldlm_grant_locked(lock, granted);
	} else {
		list_add_tail(&lock->l_res_link, &res->lr_waiting);
		if (res->lr_type == LDLM_FLOCK)
			ldlm_flock_replay_waiting(lock);
	}
	return 0;
}

static int ldlm_enqueue_new(struct svc_req *req, struct ldlm_lock *lock, u64 flags, u32 granted,
			    u64 *res1)
{
	struct ldlm_resource *res = lock->l_res;
	bool replay = flags & LDLM_FL_REPLAY && READ_ONCE(res->lr_ns->ns_replaying) &&
		      flags & (LDLM_FL_BLOCK_GRANTED | LDLM_FL_BLOCK_WAIT);
	LIST_HEAD(bl);
	LIST_HEAD(cp);
	LIST_HEAD(dead);
	int rc;

	if (res->lr_type == LDLM_FLOCK) {
		rc = ldlm_flock_prepare(lock, req->sr_exp);
		if (rc)
			return rc;
	}
	rc = ldlm_export_attach(req->sr_exp, lock);
	if (rc)
		return rc;
	if (flags & LDLM_FL_HAS_INTENT && !replay && ldlm_res_has_lvb(res, &lock->l_req_policy))
		return ldlm_glimpse_enqueue(lock, flags, res1);

	spin_lock(&res->lr_lock);
	if (replay)
		rc = ldlm_enqueue_replay(res, lock, flags, granted);
	else
		rc = ldlm_srv_process(res, lock, flags, &bl, &cp, &dead);
	spin_unlock(&res->lr_lock);
	ldlm_put_list(&dead);
	ldlm_srv_send(&bl, &cp);
	if (ldlm_lock_granted(lock))
		ldlm_flock_drop_spare(lock);
	return rc;
}

/* A lock for a new request, with MSG_PENDING set; NULL: no memory. */
static struct ldlm_lock *ldlm_enqueue_lock(struct ldlm_resource *res, u32 mode,
					   const union ldlm_policy *policy,
					   const struct ldlm_request *dlm, u64 flags)
{
	struct ldlm_lock *lock = ldlm_lock_new(res, mode, policy);

	if (!lock)
		return NULL;
	lock->l_remote = dlm->lock_handle[0];
	lock->l_flags = flags & (LDLM_FL_INHERIT_MASK | LDLM_FL_AST_DISCARD_DATA);
	lock->l_flags |= LDLM_FL_MSG_PENDING;
	return lock;
}

/* A glimpse that left no lock: the LVB is the answer. */
static void ldlm_enqueue_reply_lvb(struct svc_req *req, struct ldlm_resource *res, u64 flags,
				   u64 res1, u32 lvb_len)
{
	struct ldlm_reply *rep = svc_rep_buf(req, WF_DLM_REP);

	rep->lock_flags = cpu_to_le32(flags);
	rep->lock_policy_res1 = cpu_to_le64(res1);
	if (lvb_len && ldlm_lvb_fill(res, svc_rep_buf(req, WF_DLM_LVB), lvb_len))
		svc_rep_shrink(req, WF_DLM_LVB, 0);
}

/* Load the LVB if the lock has one, and pack the reply with room for it. */
static int ldlm_enqueue_pack(struct svc_req *req, struct ldlm_resource *res, u32 lvb_len)
{
	int rc = lvb_len ? ldlm_lvb_load(res) : 0;

	if (rc)
		return rc;
	svc_rep_room(req, WF_DLM_LVB, lvb_len);
	return svc_rep_pack(req);
}

static int ldlm_enqueue_plain(struct svc_req *req, const struct ldlm_request *dlm,
			      struct ldlm_lock *resent, u64 flags)
{
	u32 type = le32_to_cpu(dlm->lock_desc.l_resource.lr_type);
	u32 mode = le32_to_cpu(dlm->lock_desc.l_req_mode);
	struct ldlm_lock *lock = NULL;
	struct ldlm_resource *res;
	struct ldlm_res_id res_id;
	union ldlm_policy policy;
	bool unkept;
	u64 res1 = 0;
	u32 lvb_len;
	int rc;

	rc = svc_req_set_format(req, &wf_ldlm_enqueue);
	if (rc)
		return rc;
	ldlm_policy_from_wire(type, &dlm->lock_desc.l_policy_data, &policy);
	rc = ldlm_enqueue_check(type, mode, flags, &policy);
	if (rc)
		return rc;
	res_id_from_le(&res_id, &dlm->lock_desc.l_resource.lr_name);
	res = resent ? ldlm_res_ref(resent->l_res) :
		       ldlm_res_find(req->sr_tgt->pt_ns, &res_id, type, true);
	if (IS_ERR(res))
		return PTR_ERR(res) == -EINVAL ? -EPROTO : PTR_ERR(res);
	unkept = ldlm_srv_flock_unkept(res, mode, flags);
	lvb_len = flags & LDLM_FL_REPLAY ? 0 : ldlm_lvb_len(res, &policy, req->sr_exp);
	rc = ldlm_enqueue_pack(req, res, lvb_len);
	if (rc)
		goto out;

	lock = resent ? ldlm_lock_get(resent) : ldlm_enqueue_lock(res, mode, &policy, dlm, flags);
	rc = -ENOMEM;
	if (!lock)
		goto out;
	rc = resent ? 0 : ldlm_enqueue_new(req, lock, flags,
					   le32_to_cpu(dlm->lock_desc.l_granted_mode), &res1);
	if (!rc && (resent || (flags & LDLM_FL_HAS_INTENT && type == LDLM_EXTENT)))
		flags |= LDLM_FL_LOCK_CHANGED;
	if (!rc)
		rc = ldlm_enqueue_reply(req, lock, flags, unkept);
	else if (rc == ELDLM_LOCK_ABORTED)
		ldlm_enqueue_reply_lvb(req, res, flags, res1, lvb_len);
	if (!resent && (rc || unkept) && ldlm_lock_destroy(lock))
		ldlm_reprocess(res);
out:
	ldlm_lock_put(lock);
	ldlm_res_put(res);
	return rc;
}

/* What the intent stored as its result. */
static int ldlm_intent_status(struct svc_req *req)
{
	const struct ldlm_reply *rep = svc_rep_buf(req, WF_DLM_REP);

	return rep ? (s64)le64_to_cpu(rep->lock_policy_res2) : 0;
}

static int ldlm_enqueue_intent(struct svc_req *req, struct ldlm_lock *resent, u64 flags)
{
	struct ldlm_lock *lock = NULL;
	u64 fl = flags;
	int rc;

	rc = svc_req_set_format(req, &wf_ldlm_intent);
	if (rc)
		return rc;
	if (svc_req_resent(req))
		fl |= LDLM_FL_RESENT;
	rc = req->sr_tgt->pt_ns->ns_ops->intent(req, &lock, &fl);
	fl &= 0xffffffffULL;
	/* Nothing was done for want of a lock: the client is to send the request again. */
	if (req->sr_lock_busy && !lock && ldlm_intent_status(req) == -EINPROGRESS)
		rc = -EINPROGRESS;
	if ((rc == 0 || rc == ELDLM_LOCK_REPLACED) && lock) {
		rc = ldlm_enqueue_reply(req, lock, fl | LDLM_FL_LOCK_CHANGED, false);
		if (rc)
			ldlm_srv_unlock(lock);
		else
			ldlm_lock_put(lock);
		return rc;
	}
	if (WARN_ON_ONCE(lock))
		ldlm_srv_unlock(lock);
	/* This answer has no lock, so the lock of the first transmission must not stay. */
	if (resent)
		ldlm_srv_drop(resent);
	return rc < 0 ? rc : ELDLM_LOCK_ABORTED;
}

/**
 * ldlm_handle_enqueue - LDLM_ENQUEUE to a target
 * @req: checked for WF_DLM_REQ at least
 *
 * Chapter 3, 10.2. Intents, and local locks that they take, may keep the thread for as long as
 * other clients need to give their locks back; plain enqueues do not wait.
 *
 * Return: 0, ELDLM_LOCK_ABORTED, or -EPROTO, -EFAULT, -ENOTCONN, -EINPROGRESS, -ENOMEM, -EAGAIN,
 * -EDEADLK and what the target says.
 */
int ldlm_handle_enqueue(struct svc_req *req)
{
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	u32 len = svc_req_len(req, WF_DLM_REQ), count;
	struct ldlm_namespace *ns = req->sr_tgt ? req->sr_tgt->pt_ns : NULL;
	struct ldlm_lock *resent = NULL;
	u64 flags;
	int rc;

	if (!ns || !req->sr_exp || !req->sr_exp->exp_ldlm)
		return -EOPNOTSUPP;
	if (!dlm || len < sizeof(*dlm) + sizeof(struct lustre_handle) ||
	    !dlm->lock_handle[0].cookie)
		return -EPROTO;
	if (READ_ONCE(ns->ns_stopping))
		return -ENODEV;

	count = le32_to_cpu(dlm->lock_count);
	if (count > 1 && count <= (len - sizeof(*dlm)) / sizeof(struct lustre_handle) &&
	    !svc_req_replay(req))
		ldlm_srv_cancel_handles(req->sr_exp, dlm->lock_handle + 1,
					count - 1);

	flags = le32_to_cpu(dlm->lock_flags);
	if (flags & ~LDLM_FL_ENQ_MASK)
		return -EPROTO;
	/* In recovery: locks that are replayed, and the intents of replayed requests. */
	if (READ_ONCE(req->sr_tgt->pt_recovering) &&
	    (svc_req_replay(req) ? !(flags & LDLM_FL_HAS_INTENT) :
				   !(flags & LDLM_FL_REPLAY) || flags & LDLM_FL_HAS_INTENT))
		return -EPROTO;
	if (svc_req_resent(req) || flags & LDLM_FL_REPLAY)
		resent = ldlm_export_find(req->sr_exp,
					  dlm->lock_handle[0].cookie);
	/* Unlocks are enqueues as well, and make room. */
	if (!resent && !svc_req_replay(req) && !(flags & LDLM_FL_REPLAY) && ldlm_reclaim_full() &&
	    le32_to_cpu(dlm->lock_desc.l_resource.lr_type) != LDLM_FLOCK)
		return -EINPROGRESS;

	if (flags & LDLM_FL_HAS_INTENT && wire_bufcount(req->sr_msg) > 2 && ns->ns_ops &&
	    ns->ns_ops->intent)
		rc = ldlm_enqueue_intent(req, resent, flags);
	else
		rc = ldlm_enqueue_plain(req, dlm, resent, flags);
	ldlm_lock_put(resent);
	/* Clients do not expect a transno in the reply to a failed enqueue. */
	if (rc < 0)
		req->sr_transno = 0;
	return rc;
}

/**
 * ldlm_srv_cancel_elc - early lock cancels that ride in a request
 * @req: the request
 * @field: WF_DLM_REQ
 *
 * Chapter 3, 12.2. Call before the operation takes locks. May sleep.
 */
void ldlm_srv_cancel_elc(struct svc_req *req, enum wire_field field)
{
	const struct ldlm_request *dlm = svc_req_buf(req, field);
	u32 len = svc_req_len(req, field), count;

	if (!dlm || len <= sizeof(*dlm) || svc_req_replay(req) || !req->sr_exp)
		return;
	count = max(le32_to_cpu(dlm->lock_count), 1U);
	if (count > (len - sizeof(*dlm)) / sizeof(struct lustre_handle))
		return;
	ldlm_srv_cancel_handles(req->sr_exp, dlm->lock_handle, count);
}
EXPORT_SYMBOL_GPL(ldlm_srv_cancel_elc);

/**
 * ldlm_handle_cancel - LDLM_CANCEL (portal 17)
 * @req: the request
 *
 * Return: 0, LUSTRE_ESTALE (positive: none of the handles is known), -EPROTO.
 */
int ldlm_handle_cancel(struct svc_req *req)
{
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	u32 len = svc_req_len(req, WF_DLM_REQ), count;

	if (!dlm || !req->sr_exp || len < sizeof(*dlm) + sizeof(struct lustre_handle))
		return -EPROTO;
	count = max(le32_to_cpu(dlm->lock_count), 1U);
	if (count > (len - sizeof(*dlm)) / sizeof(struct lustre_handle))
		return -EPROTO;
	return ldlm_srv_cancel_handles(req->sr_exp, dlm->lock_handle, count) ? 0 : LUSTRE_ESTALE;
}

/**
 * ldlm_handle_convert - LDLM_CONVERT (portal 17): a client gives back some bits of a lock
 * @req: the request
 *
 * Chapter 3, 12.3.
 *
 * Return: 0, ELDLM_NO_LOCK_DATA (303: unknown lock), -EPROTO, -ENOMEM.
 */
int ldlm_handle_convert(struct svc_req *req)
{
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	struct ldlm_resource *res;
	struct ldlm_reply *rep;
	struct ldlm_lock *lock;
	u64 bits;
	int rc;

	if (!dlm || !req->sr_exp ||
	    svc_req_len(req, WF_DLM_REQ) < sizeof(*dlm) + sizeof(struct lustre_handle))
		return -EPROTO;
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	rep = svc_rep_buf(req, WF_DLM_REP);
	if (!rep)
		return -EPROTO;
	rep->lock_flags = dlm->lock_flags;

	lock = ldlm_lock_find(dlm->lock_handle[0].cookie);
	if (!lock)
		return ELDLM_NO_LOCK_DATA;
	if (lock->l_export != req->sr_exp) {
		ldlm_lock_put(lock);
		return ELDLM_NO_LOCK_DATA;
	}
	res = lock->l_res;
	bits = le64_to_cpu(dlm->lock_desc.l_policy_data.l_inodebits.bits);
	spin_lock(&res->lr_lock);
	if (lock->l_flags & LDLM_FL_DESTROYED || !lock->l_granted_mode) {
		rc = ELDLM_NO_LOCK_DATA;
	} else if (res->lr_type != LDLM_IBITS || !bits || bits & ~lock->l_policy.ibits.bits ||
		   le32_to_cpu(dlm->lock_desc.l_req_mode) != lock->l_granted_mode) {
		rc = -EPROTO;
	} else if (bits != lock->l_policy.ibits.bits) {
		lock->l_policy.ibits.bits = bits;
		lock->l_flags &= ~LDLM_FL_AST_SENT;
		/* under lr_lock, for the next AST starts the timer again; lock is referenced */
		ldlm_wait_stop(lock);
		rc = 1;
	}
	ldlm_desc_fill(lock, &rep->lock_desc);
	spin_unlock(&res->lr_lock);
	rep->lock_handle = lock->l_remote;
	if (rc == 1) {
		ldlm_reprocess(res);
		rc = 0;
	}
	ldlm_lock_put(lock);
	return rc;
}
