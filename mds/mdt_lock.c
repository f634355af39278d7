// SPDX-License-Identifier: GPL-2.0-only
/*
 * LDLM locks of the MDT's operations. An operation collects all the locks it needs in a struct
 * mdt_lock_set and takes them in the order of their FIDs; so two operations never wait for each
 * other in a circle. Taking them makes clients give up what they cache (chapter 3, 18.5). Also the
 * lock that an intent gives to its client, and the end of intents.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include "mdt_internal.h"

/* LCK_EX, LCK_PW or LCK_CW: the smaller number conflicts with more. */
static u32 mdt_lock_mode_stronger(u32 a, u32 b)
{
	return min(a, b);
}

/**
 * mdt_lock_add - plan a lock
 * @ls: the set; zeroed before the first one
 * @fid: object; one that is in the set already gets the union of the bits and the stronger mode
 * @mode: LCK_EX, LCK_PW or LCK_CW
 * @bits: MDS_INODELOCK_*
 */
void mdt_lock_add(struct mdt_lock_set *ls, const struct lu_fid *fid, u32 mode, u64 bits)
{
	unsigned int i, k;

	for (i = 0; i < ls->ls_nr; i++) {
		int c = fid_cmp(fid, &ls->ls[i].fid);

		if (!c) {
			ls->ls[i].mode = mdt_lock_mode_stronger(ls->ls[i].mode, mode);
			ls->ls[i].bits |= bits;
			return;
		}
		if (c < 0)
			break;
	}
	if (WARN_ON_ONCE(ls->ls_nr == MDT_LOCKS_MAX))
		return;
	for (k = ls->ls_nr++; k > i; k--)
		ls->ls[k] = ls->ls[k - 1];
	ls->ls[i].fid = *fid;
	ls->ls[i].mode = mode;
	ls->ls[i].bits = bits;
	ls->ls[i].lock = NULL;
}

/**
 * mdt_lock_all - take the locks of a set
 * @mdt: the target
 * @ls: the set
 *
 * Waits (killable) for clients. No mo_dir_sem, mo_mutex or transaction may be held.
 * Return: 0; -EINTR, -ENOMEM, -ENODEV (the target stops): none is held and the set is empty again.
 */
int mdt_lock_all(struct mdt_device *mdt, struct mdt_lock_set *ls)
{
	unsigned int i;
	int rc;

	for (i = 0; i < ls->ls_nr; i++) {
		rc = ldlm_srv_lock_bits(mdt->mdt_ns, &ls->ls[i].fid, ls->ls[i].mode, ls->ls[i].bits,
					&ls->ls[i].lock);
		if (rc) {
			ls->ls[i].lock = NULL;
			mdt_unlock_all(ls);
			return rc;
		}
	}
	return 0;
}

/**
 * mdt_unlock_all - drop all locks of a set, in reverse order
 * @ls: the set; empty after it
 */
void mdt_unlock_all(struct mdt_lock_set *ls)
{
	unsigned int i;

	for (i = ls->ls_nr; i-- > 0; ) {
		ldlm_srv_unlock(ls->ls[i].lock);
		ls->ls[i].lock = NULL;
	}
	ls->ls_nr = 0;
}

/**
 * mdt_lock_client - the lock that an intent returns
 * @req: the enqueue
 * @o: the object
 * @mode: LCK_PR, LCK_CR ...
 * @bits: these are waited for
 * @try_bits: these only if they are free
 * @lockp: out
 *
 * Return: 0; -EAGAIN: @bits is 0 and nothing is free; -EINTR, -ENOMEM.
 */
int mdt_lock_client(struct svc_req *req, struct mdt_object *o, u32 mode, u64 bits, u64 try_bits,
		    struct ldlm_lock **lockp)
{
	struct ldlm_res_id res;
	int rc;

	*lockp = NULL;
	fid_to_res_id(&res, &o->mo_fid);
	rc = ldlm_srv_lock_for_client(req, &res, mode, bits, try_bits, lockp);
	if (rc)
		*lockp = NULL;
	return rc;
}

/**
 * mdt_lock_client_drop - drop a lock that was not given to the client after all
 * @lock: from mdt_lock_client()
 */
void mdt_lock_client_drop(struct ldlm_lock *lock)
{
	ldlm_srv_unlock(lock);
}

/**
 * mdt_lock_client_bits - the bits that a lock from mdt_lock_client() has
 * @lock: the lock
 */
u64 mdt_lock_client_bits(const struct ldlm_lock *lock)
{
	return lock->l_policy.ibits.bits;
}

/**
 * mdt_intent_done - pack the reply of an intent
 * @req: the enqueue
 * @r: body and blobs of the reply; freed
 * @disp: DISP_* for lock_policy_res1
 * @status: for lock_policy_res2
 * @lock: to be given to the client, or NULL
 * @lockp: out
 *
 * Return: what ldlm_srv_ops.intent returns: 0 with a lock, ELDLM_LOCK_ABORTED without, or -ENOMEM.
 */
int mdt_intent_done(struct svc_req *req, struct mdt_reply *r, u64 disp, int status,
		    struct ldlm_lock *lock, struct ldlm_lock **lockp)
{
	struct ldlm_reply *rep;
	int rc;

	*lockp = NULL;
	if (status)
		req->sr_transno = 0;	/* a client must not keep a failed open for replay */
	rc = mdt_reply_pack(req, r);
	if (rc) {
		req->sr_transno = 0;
		ldlm_srv_unlock(lock);
		return rc;
	}
	rep = svc_rep_buf(req, WF_DLM_REP);
	rep->lock_policy_res1 = cpu_to_le64(disp);
	rep->lock_policy_res2 = cpu_to_le64((s64)status);
	if (!lock)
		return ELDLM_LOCK_ABORTED;
	*lockp = lock;
	return 0;
}
