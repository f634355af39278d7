// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks that a client gets from its servers (portal 15; chapter 3, 11). Each is answered at
 * once; flushing and cancelling happen in work items. A callback names a lock by the cookie that
 * this client gave it, and the lock must belong to the import that the callback came for.
 */
#include "internal.h"
#include <trace/events/ldlm.h>

#define GL_CANCEL_AGE	(10 * HZ)	/* unused PW locks: cancelled after a glimpse */

/*
 * Find the lock of a callback, and its message. 0 with *lockp referenced; -EPROTO; -EINVAL: no such
 * lock.
 */
static int ldlm_cli_callback_lock(struct svc_req *req, const struct ldlm_request **dlmp,
				  struct ldlm_lock **lockp)
{
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	struct ldlm_lock *lock;

	if (!dlm || svc_req_len(req, WF_DLM_REQ) < LDLM_REQ_MIN_SIZE)
		return -EPROTO;
	if (le32_to_cpu(dlm->lock_flags) & ~(u32)LDLM_FL_AST_MASK)
		return -EPROTO;
	lock = ldlm_lock_find(dlm->lock_handle[0].cookie);
	if (!lock)
		return -EINVAL;
	if (!lock->l_res->lr_ns->ns_client || lock->l_res->lr_ns->ns_imp != req->sr_imp) {
		ldlm_lock_put(lock);
		return -EINVAL;
	}
	*dlmp = dlm;
	*lockp = lock;
	return 0;
}

/**
 * ldlm_handle_bl_callback - the server wants a lock back
 * @req: LDLM_BL_CALLBACK
 *
 * Return: 0, -EINVAL (unknown, or its cancel is on the way), -EPROTO.
 */
int ldlm_handle_bl_callback(struct svc_req *req)
{
	const struct ldlm_request *dlm;
	struct ldlm_resource *res;
	struct ldlm_lock *lock;
	bool queue = false;
	int rc;

	rc = ldlm_cli_callback_lock(req, &dlm, &lock);
	if (rc)
		return rc;
	res = ldlm_lock_res_lock(lock);
	trace_ldlm_ast(lock, req->sr_opc);
	if (lock->l_flags & (LDLM_FL_DESTROYED | LDLM_FL_FAILED | LDLM_FL_CANCEL)) {
		rc = -EINVAL;
	} else {
		lock->l_flags |= LDLM_FL_CBPENDING;
		lock->l_flags |= le32_to_cpu(dlm->lock_flags) & LDLM_FL_DISCARD_DATA;
		if (!lock->l_remote.cookie)
			lock->l_remote = dlm->lock_handle[1];
		ldlm_lru_remove_locked(lock);
		queue = lock->l_granted_mode && !(lock->l_flags & LDLM_FL_CANCELING);
	}
	spin_unlock(&res->lr_lock);
	if (queue)
		ldlm_cli_bl_queue(lock);
	ldlm_lock_put(lock);
	return rc;
}

/* The server ended the wait of a flock without granting it. */
static void ldlm_cli_flock_refused(struct ldlm_lock *lock, u64 flags)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);

	lock->l_error = flags & LDLM_FL_FLOCK_DEADLOCK ? -EDEADLK : -EINTR;
	lock->l_flags |= LDLM_FL_FAILED;
	spin_unlock(&res->lr_lock);
	ldlm_lock_destroy(lock);
}

/*
 * Store in the lock what the CP AST says. 0: granted; 1: it was granted already; -errno: the lock
 * cannot be used.
 */
static int ldlm_cli_take_grant(struct ldlm_lock *lock, const struct ldlm_request *dlm, u32 mode,
			       void **lvb,
			       u32 lvb_len)
{
	u64 flags = le32_to_cpu(dlm->lock_flags);
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	int rc = 0;

	if (lock->l_flags & (LDLM_FL_DESTROYED | LDLM_FL_FAILED)) {
		rc = -EINVAL;
	} else if (lock->l_granted_mode) {
		rc = 1;
	} else {
		if (!lock->l_remote.cookie || !(lock->l_flags & LDLM_FL_REPLIED))
			lock->l_remote = dlm->lock_handle[1];
		lock->l_flags |= LDLM_FL_GRANTED_CP | LDLM_FL_REPLIED;
		lock->l_flags |= flags & LDLM_FL_DISCARD_DATA;
		if (flags & LDLM_FL_AST_SENT)
			lock->l_flags |= LDLM_FL_CBPENDING;
		if (res->lr_type == LDLM_EXTENT || res->lr_type == LDLM_IBITS)
			ldlm_policy_from_wire(res->lr_type, &dlm->lock_desc.l_policy_data,
					      &lock->l_policy);
		if (res->lr_type == LDLM_IBITS)
			lock->l_policy.ibits.try_bits = 0;
		ldlm_cli_set_lvb_locked(lock, lvb, lvb_len);
		ldlm_grant_locked(lock, mode);
		wake_up_all(&lock->l_waitq);
	}
	spin_unlock(&res->lr_lock);
	return rc;
}

/**
 * ldlm_handle_cp_callback - a lock that had to wait is granted (or, a flock, refused)
 * @req: LDLM_CP_CALLBACK
 *
 * Return: 0, -EINVAL (unknown or failed lock), -EPROTO, -ENOMEM.
 */
int ldlm_handle_cp_callback(struct svc_req *req)
{
	u32 len = svc_req_len(req, WF_DLM_LVB), lvb_len = 0, mode;
	const struct ldlm_request *dlm;
	struct ldlm_lock *lock;
	void *lvb = NULL;
	int rc;

	rc = ldlm_cli_callback_lock(req, &dlm, &lock);
	if (rc)
		return rc;
	mode = le32_to_cpu(dlm->lock_desc.l_granted_mode);
	if (lock->l_res->lr_type == LDLM_FLOCK && !mode) {
		ldlm_cli_flock_refused(lock, le32_to_cpu(dlm->lock_flags));
		goto out;
	}
	if (!ldlm_mode_valid(mode)) {
		rc = -EPROTO;
		goto out;
	}
	if (!ldlm_lock_granted(lock)) {
		rc = ldlm_cli_change_res(lock, &dlm->lock_desc.l_resource.lr_name);
		if (rc)
			goto out;
		/* A CP AST never carries a layout (chapter 3, 11.2). */
		if (!(lock->l_res->lr_type == LDLM_IBITS && !len))
			rc = ldlm_cli_lvb_dup(lock, svc_req_buf(req, WF_DLM_LVB), len, false, &lvb,
					      &lvb_len);
		if (rc) {
			/*
			 * The lock cannot be used. The server learns that when it calls the lock
			 * back.
			 */
			lock->l_error = rc;
			ldlm_lock_destroy(lock);
			rc = 0;
			goto out;
		}
	}
	rc = ldlm_cli_take_grant(lock, dlm, mode, &lvb, lvb_len);
	if (!rc && lock->l_ops && lock->l_ops->completion)
		lock->l_ops->completion(lock);
	if (rc > 0)
		rc = 0;
out:
	kvfree(lvb);
	ldlm_lock_put(lock);
	return rc;
}

/**
 * ldlm_handle_gl_callback - the server asks for the size of an object that this client may write
 * @req: LDLM_GL_CALLBACK
 *
 * Return: 0 with the LVB, -ELDLM_NO_LOCK_DATA (303: no object here), -EINVAL (unknown lock),
 * -ENOSYS, -EPROTO, -ENOMEM.
 */
int ldlm_handle_gl_callback(struct svc_req *req)
{
	const struct ldlm_request *dlm;
	struct ldlm_resource *res;
	struct ldlm_lock *lock;
	struct ost_lvb lvb = { 0 };
	bool cancel = false;
	int rc;

	rc = ldlm_cli_callback_lock(req, &dlm, &lock);
	if (rc)
		return rc;
	rc = -ENOSYS;
	if (lock->l_ops && lock->l_ops->glimpse)
		rc = lock->l_ops->glimpse(lock, &lvb);
	if (rc == 0) {
		svc_rep_room(req, WF_DLM_LVB, sizeof(lvb));
		rc = svc_rep_pack(req);
	}
	if (rc == 0)
		memcpy(svc_rep_buf(req, WF_DLM_LVB), &lvb, sizeof(lvb));

	res = ldlm_lock_res_lock(lock);
	if (lock->l_granted_mode == LCK_PW && !lock->l_users && !list_empty(&lock->l_lru) &&
	    !(lock->l_flags & (LDLM_FL_DESTROYED | LDLM_FL_CBPENDING)) &&
	    time_after(jiffies, lock->l_last_used + GL_CANCEL_AGE)) {
		lock->l_flags |= LDLM_FL_CBPENDING;
		ldlm_lru_remove_locked(lock);
		cancel = true;
	}
	spin_unlock(&res->lr_lock);
	if (cancel)
		ldlm_cli_bl_queue(lock);
	ldlm_lock_put(lock);
	return rc;
}
