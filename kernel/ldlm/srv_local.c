// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks that the server itself asks for: local ones for the time of an operation, and locks for a
 * client in answer to its intent; the check of I/O against the client's locks; recovery. These
 * functions wait for other clients; no spinlocks are held.
 */
#include "internal.h"

/*
 * How long threads of services wait for locks of clients: any number of threads for OVERDUE_AFTER,
 * which is plenty for a client that is alive; after that OVERDUE_MAX threads for each client, and
 * half of the threads of the service in all, until the client would have been evicted; once these
 * are in use, for OVERDUE_SOON only. For a lock that is never taken by force (GROUP) no thread
 * waits longer than OVERDUE_AFTER. The other threads answer -EINPROGRESS, and their clients send
 * the request again. Otherwise dead clients could hold all threads until they are evicted, and
 * nobody could give other locks back.
 */
#define OVERDUE_AFTER	(2 * HZ)
#define OVERDUE_SOON	(HZ / 10)
#define OVERDUE_MAX	8
#define OVERDUE_TIMES	2		/* as often as the time of a called back lock */
#define WAIT_POLL	(HZ / 2)	/* until a wait looks whether its client is gone */

static bool ldlm_srv_decided(const struct ldlm_lock *lock)
{
	return ldlm_lock_granted(lock) || READ_ONCE(lock->l_flags) & LDLM_FL_DESTROYED ||
	       READ_ONCE(lock->l_res->lr_ns->ns_stopping);
}

/* May this request go on waiting for the client in its way (NULL: not known)? */
static bool ldlm_overdue_begin(struct svc_req *req, struct obd_export *blocker)
{
	atomic_t *count = blocker ? &blocker->exp_ldlm->le_overdue : NULL;

	if (count && atomic_inc_return(count) > OVERDUE_MAX)
		goto too_many;
	if (svc_long_wait_begin(req))
		return true;
too_many:
	if (count)
		atomic_dec(count);
	return false;
}

static void ldlm_overdue_end(struct svc_req *req, struct obd_export *blocker)
{
	svc_long_wait_end(req);
	if (blocker)
		atomic_dec(&blocker->exp_ldlm->le_overdue);
}

static bool ldlm_overdue_full(struct obd_export *blocker)
{
	return blocker && atomic_read(&blocker->exp_ldlm->le_overdue) >= OVERDUE_MAX;
}

/* ldlm_srv_wait_granted() in a thread that serves a request. */
static int ldlm_srv_wait_in_service(struct ldlm_lock *lock, struct svc_req *req)
{
	unsigned long wait = svc_long_wait_full(req) ? OVERDUE_SOON : OVERDUE_AFTER;
	unsigned long give_up_at = jiffies + wait;
	struct obd_export *blocker = NULL;
	bool overdue = false;
	int rc = 0;

	if (ldlm_overdue_full(READ_ONCE(lock->l_blocker)))
		rc = -EINPROGRESS;
	while (!rc && !ldlm_srv_decided(lock)) {
		wait_event_idle_timeout(lock->l_waitq, ldlm_srv_decided(lock),
					min_t(unsigned long, wait, WAIT_POLL));
		if (READ_ONCE(req->sr_exp->exp_failed)) {
			rc = -ENOTCONN;
		} else if (time_after_eq(jiffies, give_up_at) && !ldlm_srv_decided(lock)) {
			if (overdue || READ_ONCE(lock->l_blocker_untimed)) {
				rc = -EINPROGRESS;
				break;
			}
			blocker = READ_ONCE(lock->l_blocker);
			overdue = ldlm_overdue_begin(req, blocker);
			give_up_at += OVERDUE_TIMES * ldlm_callback_time();
			if (!overdue)
				rc = -EINPROGRESS;
		}
	}
	if (overdue)
		ldlm_overdue_end(req, blocker);
	if (rc == -EINPROGRESS)
		req->sr_lock_busy = true;
	return rc;
}

/* Wait until the lock is granted. 0; -EINTR; or why there will be no grant. */
static int ldlm_srv_wait_granted(struct ldlm_lock *lock)
{
	struct svc_req *req = svc_current();
	int rc;

	if (ldlm_srv_decided(lock))
		rc = 0;
	else if (req && req->sr_exp)
		rc = ldlm_srv_wait_in_service(lock, req);
	else
		rc = wait_event_killable(lock->l_waitq, ldlm_srv_decided(lock)) ? -EINTR : 0;
	if (!rc && READ_ONCE(lock->l_flags) & LDLM_FL_DESTROYED)
		rc = -ENOTCONN;
	else if (!rc && !ldlm_lock_granted(lock))
		rc = -ENODEV;
	return rc;
}

/*
 * Enqueue a prepared SYNC lock and wait until it is granted. On error the lock is destroyed; the
 * reference of the caller stays.
 */
static int ldlm_srv_enqueue_sync(struct ldlm_lock *lock, u64 flags)
{
	struct ldlm_resource *res = lock->l_res;
	struct obd_export *blocker;
	LIST_HEAD(bl);
	LIST_HEAD(cp);
	LIST_HEAD(dead);
	int rc;

	spin_lock(&res->lr_lock);
	rc = ldlm_srv_process(res, lock, flags, &bl, &cp, &dead);
	spin_unlock(&res->lr_lock);
	ldlm_put_list(&dead);
	ldlm_srv_send(&bl, &cp);
	if (!rc)
		rc = ldlm_srv_wait_granted(lock);
	if (rc && ldlm_lock_destroy(lock))
		ldlm_reprocess(res);
	spin_lock(&res->lr_lock);
	blocker = lock->l_blocker;
	lock->l_blocker = NULL;
	spin_unlock(&res->lr_lock);
	export_put(blocker);
	return rc;
}

/**
 * ldlm_srv_lock_local - take a lock of the server itself
 * @ns: namespace of the target
 * @res_id: resource
 * @type: LDLM_PLAIN, LDLM_EXTENT or LDLM_IBITS
 * @policy: range or bits; NULL for PLAIN
 * @mode: LCK_*
 * @flags: LDLM_FL_BLOCK_NOWAIT (bits: any conflict, extents: a group lock gives -EAGAIN),
 *	LDLM_FL_SPECULATIVE (any conflict),
 *	LDLM_FL_AST_DISCARD_DATA, LDLM_FL_NO_GLIMPSE
 * @lockp: the lock, for ldlm_srv_unlock()
 *
 * Clients in the way are called back. Waits killable until they have given their locks up or are
 * evicted; in a handler of a request only as long as its client is there and threads are left.
 *
 * Return: 0, -EAGAIN, -EINTR, -ENOMEM, -EINVAL (the resource has another type), -ENODEV (the target
 * stops); in a handler also -ENOTCONN (its client is gone), -EINPROGRESS (to be answered: a client
 * in the way takes long and enough threads wait for it).
 */
int ldlm_srv_lock_local(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, u32 type,
			const union ldlm_policy *policy, u32 mode, u64 flags,
			struct ldlm_lock **lockp)
{
	struct ldlm_resource *res;
	struct ldlm_lock *lock;
	int rc;

	*lockp = NULL;
	if (WARN_ON_ONCE(type == LDLM_FLOCK || !ldlm_mode_valid(mode)))
		return -EINVAL;
	if (READ_ONCE(ns->ns_stopping))
		return -ENODEV;
	res = ldlm_res_find(ns, res_id, type, true);
	if (IS_ERR(res))
		return PTR_ERR(res);
	lock = ldlm_lock_new(res, mode, policy);
	ldlm_res_put(res);
	if (!lock)
		return -ENOMEM;
	lock->l_flags = LDLM_FL_LOCAL | LDLM_FL_SYNC |
			(flags & (LDLM_FL_AST_DISCARD_DATA | LDLM_FL_NO_GLIMPSE |
				  LDLM_FL_NO_EXPANSION));
	rc = ldlm_srv_enqueue_sync(lock, flags);
	if (rc) {
		ldlm_lock_put(lock);
		return rc;
	}
	*lockp = lock;
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_srv_lock_local);

/**
 * ldlm_srv_lock_bits - local IBITS lock on an inode
 * @ns: namespace of the MDT
 * @fid: the inode
 * @mode: LCK_*
 * @bits: MDS_INODELOCK_*
 * @lockp: the lock
 *
 * Return: as ldlm_srv_lock_local().
 */
int ldlm_srv_lock_bits(struct ldlm_namespace *ns, const struct lu_fid *fid, u32 mode, u64 bits,
		       struct ldlm_lock **lockp)
{
	union ldlm_policy policy = { .ibits.bits = bits };
	struct ldlm_res_id res_id;

	fid_to_res_id(&res_id, fid);
	return ldlm_srv_lock_local(ns, &res_id, LDLM_IBITS, &policy, mode, 0, lockp);
}
EXPORT_SYMBOL_GPL(ldlm_srv_lock_bits);

static u64 ldlm_srv_client_cookie(struct svc_req *req)
{
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);

	if (!dlm || svc_req_len(req, WF_DLM_REQ) < sizeof(*dlm) + sizeof(struct lustre_handle))
		return 0;
	return dlm->lock_handle[0].cookie;
}

/**
 * ldlm_srv_resent_lock - lock that a request got when it came the first time
 * @req: an enqueue with MSG_RESENT
 *
 * Return: the lock, referenced, or NULL.
 */
static struct ldlm_lock *ldlm_srv_resent_lock(struct svc_req *req)
{
	if (!svc_req_resent(req) || !req->sr_exp)
		return NULL;
	return ldlm_export_find(req->sr_exp, ldlm_srv_client_cookie(req));
}

/**
 * ldlm_srv_lock_for_client - IBITS lock for the client that sent an intent
 * @req: the enqueue
 * @res_id: resource of the lock it gets
 * @mode: LCK_*
 * @bits: waited for
 * @try_bits: added if they are free
 * @lockp: the granted lock; return it from ->intent() or give it to ldlm_srv_unlock()
 *
 * Return: 0, -EAGAIN (no bits asked and no try bit is free, or the client wants no lock:
 * INTENT_ONLY), -ENOTCONN, -ENOMEM, -EINPROGRESS (as ldlm_srv_lock_local()), -EPROTO.
 */
int ldlm_srv_lock_for_client(struct svc_req *req, const struct ldlm_res_id *res_id, u32 mode,
			     u64 bits, u64 try_bits,
			     struct ldlm_lock **lockp)
{
	union ldlm_policy policy = { .ibits = { .bits = bits, .try_bits = try_bits & ~bits } };
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	u64 cookie = ldlm_srv_client_cookie(req);
	struct ldlm_resource *res;
	struct ldlm_lock *lock;
	int rc;

	*lockp = NULL;
	if (!cookie)
		return -EPROTO;
	if (svc_req_replay(req) || le32_to_cpu(dlm->lock_flags) & LDLM_FL_INTENT_ONLY)
		return -EAGAIN;
	lock = ldlm_srv_resent_lock(req);
	if (lock) {
		if (lock->l_res->lr_type == LDLM_IBITS && res_id_eq(&lock->l_res->lr_id, res_id) &&
		    lock->l_granted_mode == mode && !(bits & ~lock->l_policy.ibits.bits)) {
			*lockp = lock;
			return 0;
		}
		ldlm_srv_drop(lock);
		ldlm_lock_put(lock);
	}

	res = ldlm_res_find(req->sr_tgt->pt_ns, res_id, LDLM_IBITS, true);
	if (IS_ERR(res))
		return PTR_ERR(res);
	lock = ldlm_lock_new(res, mode, &policy);
	ldlm_res_put(res);
	if (!lock)
		return -ENOMEM;
	lock->l_remote.cookie = cookie;
	lock->l_flags = LDLM_FL_SYNC | LDLM_FL_MSG_PENDING;
	rc = ldlm_export_attach(req->sr_exp, lock);
	if (rc)
		ldlm_lock_destroy(lock);
	else
		rc = ldlm_srv_enqueue_sync(lock, 0);
	if (rc) {
		ldlm_lock_put(lock);
		return rc;
	}
	res = ldlm_lock_res_lock(lock);
	lock->l_flags &= ~LDLM_FL_SYNC;
	spin_unlock(&res->lr_lock);
	*lockp = lock;
	return 0;
}
EXPORT_SYMBOL_GPL(ldlm_srv_lock_for_client);

/**
 * ldlm_srv_unlock - end a lock of the server, or one made for a client
 * @lock: the caller's reference is put; NULL is fine
 */
void ldlm_srv_unlock(struct ldlm_lock *lock)
{
	if (!lock)
		return;
	if (ldlm_lock_destroy(lock))
		ldlm_reprocess(lock->l_res);
	ldlm_lock_put(lock);
}
EXPORT_SYMBOL_GPL(ldlm_srv_unlock);

static bool ldlm_srv_io_lock_fits(struct ldlm_resource *res, struct ldlm_lock *lock,
				  struct obd_export *exp,
				  u64 start, u64 end,
			 u32 modes, bool cover)
{
	if (lock->l_export != exp || !(lock->l_granted_mode & modes))
		return false;
	if (res->lr_type == LDLM_IBITS)
		return lock->l_policy.ibits.bits & MDS_INODELOCK_DOM;
	if (res->lr_type != LDLM_EXTENT)
		return false;
	if (cover)
		return ldlm_range_covers(lock->l_policy.extent.start, lock->l_policy.extent.end,
					 start, end);
	return ldlm_range_overlap(lock->l_policy.extent.start, lock->l_policy.extent.end, start,
				  end);
}

/**
 * ldlm_srv_check_io_lock - may a client do I/O here?
 * @exp: the client
 * @res_id: the object
 * @start: first byte
 * @end: last byte
 * @write: I/O that changes the object: PW or GROUP is needed
 * @o_handle: server cookie that the client named, 0 = none
 *
 * Chapter 3, 14.2. Called when the request comes and when it is done, but not for I/O under locks
 * of the server (SRVLOCK) and for replays. Locks that were called back get their full time again.
 *
 * Return: 0, or -ESTALE: the client has no lock there, the request is to be refused.
 */
int ldlm_srv_check_io_lock(struct obd_export *exp, const struct ldlm_res_id *res_id, u64 start,
			   u64 end, bool write, u64 o_handle)
{
	u32 modes = LCK_PW | LCK_GROUP | LCK_EX | (write ? 0 : LCK_PR);
	struct ldlm_resource *res = ldlm_res_find(exp->exp_tgt->pt_ns, res_id,
						  0, false);
	struct ldlm_lock *lock;
	int rc = -ESTALE, i;

	if (IS_ERR_OR_NULL(res))
		return -ESTALE;

	lock = ldlm_lock_find(o_handle);
	spin_lock(&res->lr_lock);
	if (lock && lock->l_res == res && ldlm_srv_io_lock_fits(res, lock, exp, start, end, modes,
								true)) {
		ldlm_wait_prolong(lock);
		rc = 0;
	} else if (res->lr_trees) {
		struct ldlm_lock *l;

		for (i = 0; i < LCK_MODE_NUM; i++) {
			if (!(modes & (1 << i)) || !res->lr_nr_granted[i])
				continue;
			for (l = ldlm_extent_first(res, i, start, end); l;
			     l = ldlm_extent_next(l, start, end))
				if (l->l_export == exp) {
					ldlm_wait_prolong(l);
					rc = 0;
				}
		}
	} else {
		struct ldlm_lock *l;

		list_for_each_entry(l, &res->lr_granted, l_res_link)
			if (ldlm_srv_io_lock_fits(res, l, exp, start, end, modes, false)) {
				ldlm_wait_prolong(l);
				rc = 0;
			}
	}
	spin_unlock(&res->lr_lock);
	ldlm_lock_put(lock);
	ldlm_res_put(res);
	return rc;
}
EXPORT_SYMBOL_GPL(ldlm_srv_check_io_lock);

/**
 * ldlm_srv_io_wanted - do others wait for the lock that a new I/O request names?
 * @exp: the client
 * @o_handle: server cookie of the lock that it names
 *
 * Chapter 3, 14.2. Does not sleep.
 *
 * Return: true: others wait for that lock, and it gets its full time again.
 */
bool ldlm_srv_io_wanted(struct obd_export *exp, u64 o_handle)
{
	struct ldlm_lock *lock = ldlm_lock_find(o_handle);
	bool wanted;

	if (!lock)
		return false;
	wanted = lock->l_export == exp && READ_ONCE(lock->l_flags) & LDLM_FL_AST_SENT;
	if (wanted)
		ldlm_wait_prolong(lock);
	ldlm_lock_put(lock);
	return wanted;
}

/**
 * ldlm_ns_recovery - recovery of a target begins or ends
 * @ns: its namespace
 * @on: true: replayed locks are granted without a check, and no other lock is granted to a client;
 *	false: the recovery is over, and the waiting locks of all resources are looked at
 */
void ldlm_ns_recovery(struct ldlm_namespace *ns, bool on)
{
	struct ldlm_resource *res = NULL;

	WRITE_ONCE(ns->ns_replaying, on);
	if (on)
		return;
	while ((res = ldlm_res_next(ns, res)))
		ldlm_reprocess(res);
}
EXPORT_SYMBOL_GPL(ldlm_ns_recovery);

/**
 * ldlm_ns_stop - a target stops: no lock is granted any more, to nobody
 * @ns: its namespace; NULL is fine
 *
 * The clients keep their locks over the restart and replay them. A lock that ends here because its
 * export goes is therefore not free for others. Who waits for a lock is told -ENODEV, which clients
 * take for a lost connection: they ask again after the restart.
 */
void ldlm_ns_stop(struct ldlm_namespace *ns)
{
	struct ldlm_resource *res = NULL;
	struct ldlm_lock *lock;

	if (!ns)
		return;
	WRITE_ONCE(ns->ns_stopping, true);
	while ((res = ldlm_res_next(ns, res))) {
		/* Who queues a lock after this sees ns_stopping under lr_lock. */
		spin_lock(&res->lr_lock);
		list_for_each_entry(lock, &res->lr_waiting, l_res_link)
			wake_up_all(&lock->l_waitq);
		spin_unlock(&res->lr_lock);
	}
}
EXPORT_SYMBOL_GPL(ldlm_ns_stop);
