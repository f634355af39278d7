// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a client gives locks back (chapter 3, 12 and 13): blocking() writes back and drops what a
 * lock protects; then the server's cookie of the lock is sent by LDLM_CANCEL, many in one request,
 * or in another request (ELC). A cancel is started by a BL AST, by the last user of a called back
 * lock, by the LRU (bound, age, memory pressure), by ELC and by umount. After an eviction locks end
 * in the same way, but nothing is sent.
 *
 * CANCELING is set once, under lr_lock, by the thread that runs blocking(). l_lru links a lock into
 * the LRU while it is unused, and into ns_cancel_list once it is destroyed; ns_lru_lock and
 * ns_cancel_lock are inside of lr_lock. ns_cancels counts what is queued or in flight, for those
 * who wait until all cancels are done.
 */
#include "internal.h"
#include <linux/cpumask.h>
#include <linux/shrinker.h>
#include <trace/events/ldlm.h>

#define LRU_PER_CPU		100
#define LRU_LEAST		4000	/* a lock takes some 700 bytes, a new one a round trip */
#define LRU_AGE_DEFAULT		600	/* seconds */
#define LRU_CHECK		(30 * HZ)
#define LRU_BATCH		16
#define CANCEL_BATCH		256	/* cookies in one LDLM_CANCEL */
#define CANCEL_TIME_MAX		(100 * HZ)

void ldlm_ns_hold(struct ldlm_namespace *ns)
{
	atomic_inc(&ns->ns_cancels);
}

void ldlm_ns_release(struct ldlm_namespace *ns)
{
	/*
	 * Under the lock: the namespace may be freed as soon as the count is 0 and the lock free.
	 */
	spin_lock(&ns->ns_cancel_lock);
	if (atomic_dec_and_test(&ns->ns_cancels))
		wake_up_all(&ns->ns_waitq);
	spin_unlock(&ns->ns_cancel_lock);
}

static void ldlm_ns_cancels_wait(struct ldlm_namespace *ns)
{
	wait_event(ns->ns_waitq, !atomic_read(&ns->ns_cancels));
	spin_lock(&ns->ns_cancel_lock);
	spin_unlock(&ns->ns_cancel_lock);
}

/* ---- LRU ---- */

/**
 * ldlm_ns_lru_size - most unused locks that are kept
 * @ns: client namespace
 */
unsigned int ldlm_ns_lru_size(const struct ldlm_namespace *ns)
{
	unsigned int max = READ_ONCE(ns->ns_lru_max);

	return max ? max : LRU_LEAST + LRU_PER_CPU * num_online_cpus();
}
EXPORT_SYMBOL_GPL(ldlm_ns_lru_size);

/**
 * ldlm_ns_unused - unused locks that are kept now
 * @ns: client namespace
 */
unsigned int ldlm_ns_unused(const struct ldlm_namespace *ns)
{
	return READ_ONCE(ns->ns_lru_nr);
}
EXPORT_SYMBOL_GPL(ldlm_ns_unused);

/**
 * ldlm_ns_lru_resize - set lru_size
 * @ns: client namespace
 * @max: locks, 0 = default
 */
void ldlm_ns_lru_resize(struct ldlm_namespace *ns, unsigned int max)
{
	WRITE_ONCE(ns->ns_lru_max, max);
	mod_delayed_work(ldlm_wq, &ns->ns_lru_work, 0);
}
EXPORT_SYMBOL_GPL(ldlm_ns_lru_resize);

/* lr_lock held, no users. */
void ldlm_lru_add_locked(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;
	bool over;

	lock->l_last_used = jiffies;
	spin_lock(&ns->ns_lru_lock);
	if (list_empty(&lock->l_lru)) {
		list_add_tail(&lock->l_lru, &ns->ns_lru);
		ns->ns_lru_nr++;
	}
	/* wait until a batch is over the bound, which one CANCEL carries */
	over = ns->ns_lru_nr > ldlm_ns_lru_size(ns) + (ns->ns_lru_max ? 0 : 8 * LRU_BATCH);
	spin_unlock(&ns->ns_lru_lock);
	if (over)
		mod_delayed_work(ldlm_wq, &ns->ns_lru_work, 0);
	else
		queue_delayed_work(ldlm_wq, &ns->ns_lru_work, LRU_CHECK);
}

/* lr_lock held. A destroyed lock is not in the LRU; its l_lru may be in ns_cancel_list. */
void ldlm_lru_remove_locked(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;

	if (lock->l_flags & LDLM_FL_DESTROYED)
		return;
	spin_lock(&ns->ns_lru_lock);
	if (!list_empty(&lock->l_lru)) {
		list_del_init(&lock->l_lru);
		ns->ns_lru_nr--;
	}
	spin_unlock(&ns->ns_lru_lock);
}

/*
 * If nobody uses the lock, mark it as called back: the caller starts the cancel by
 * ldlm_cli_bl_queue(). lr_lock held.
 */
static bool ldlm_cli_claim_unused_locked(struct ldlm_lock *lock)
{
	if (lock->l_users || !lock->l_granted_mode || lock->l_res->lr_type == LDLM_FLOCK ||
	    lock->l_flags & (LDLM_FL_CBPENDING | LDLM_FL_CANCELING | LDLM_FL_DESTROYED))
		return false;
	lock->l_flags |= LDLM_FL_CBPENDING;
	ldlm_lru_remove_locked(lock);
	return true;
}

/* Start the cancel of a lock if nobody uses it. */
static void ldlm_cli_cancel_if_unused(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	bool start = ldlm_cli_claim_unused_locked(lock);

	spin_unlock(&res->lr_lock);
	if (start)
		ldlm_cli_bl_queue(lock);
}

/*
 * Cancel the oldest unused locks: those above the bound, and those too old. True: there may be
 * more.
 */
static bool ldlm_lru_shrink(struct ldlm_namespace *ns)
{
	unsigned int max = ldlm_ns_lru_size(ns), n = 0, i, over;
	unsigned long age = READ_ONCE(ns->ns_lru_age) * HZ;
	struct ldlm_lock *batch[LRU_BATCH], *lock;

	spin_lock(&ns->ns_lru_lock);
	over = ns->ns_lru_nr > max ? ns->ns_lru_nr - max : 0;
	if (ns->ns_lru_reclaim > over)
		over = min(ns->ns_lru_reclaim, ns->ns_lru_nr);
	list_for_each_entry(lock, &ns->ns_lru, l_lru) {
		if (n == LRU_BATCH || (n >= over && time_before(jiffies, lock->l_last_used + age)))
			break;
		batch[n++] = ldlm_lock_get(lock);
	}
	ns->ns_lru_reclaim -= min(ns->ns_lru_reclaim, n);
	spin_unlock(&ns->ns_lru_lock);
	for (i = 0; i < n; i++) {
		ldlm_cli_cancel_if_unused(batch[i]);
		ldlm_lock_put(batch[i]);
	}
	return n == LRU_BATCH;
}

static void ldlm_lru_work(struct work_struct *work)
{
	struct ldlm_namespace *ns = container_of(to_delayed_work(work), struct ldlm_namespace,
						 ns_lru_work);

	while (ldlm_lru_shrink(ns))
		cond_resched();
	if (ldlm_ns_unused(ns))
		queue_delayed_work(ldlm_wq, &ns->ns_lru_work, LRU_CHECK);
}

static unsigned long ldlm_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct ldlm_namespace *ns;
	unsigned long n = 0;

	if (!mutex_trylock(&ldlm_ns_mutex))
		return 0;
	list_for_each_entry(ns, &ldlm_ns_all, ns_list)
		n += ldlm_ns_unused(ns);
	mutex_unlock(&ldlm_ns_mutex);
	return n;
}

/* blocking() cannot run in reclaim: ask the LRU work for it. */
static unsigned long ldlm_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long left = sc->nr_to_scan, did = 0;
	struct ldlm_namespace *ns;
	unsigned int n;

	if (!mutex_trylock(&ldlm_ns_mutex))
		return SHRINK_STOP;
	list_for_each_entry(ns, &ldlm_ns_all, ns_list) {
		if (!ns->ns_client || did >= left)
			continue;
		spin_lock(&ns->ns_lru_lock);
		n = min_t(unsigned long, left - did, ns->ns_lru_nr);
		ns->ns_lru_reclaim = max(ns->ns_lru_reclaim, n);
		spin_unlock(&ns->ns_lru_lock);
		if (n)
			mod_delayed_work(ldlm_wq, &ns->ns_lru_work, 0);
		did += n;
	}
	mutex_unlock(&ldlm_ns_mutex);
	return did ? did : SHRINK_STOP;
}

static struct shrinker lock_shrinker = {
	.count_objects = ldlm_shrink_count,
	.scan_objects = ldlm_shrink_scan,
	.seeks = DEFAULT_SEEKS,
};

/* ---- LDLM_CANCEL ---- */

static void ldlm_cli_cancel_done(struct ptlrpc_request *req)
{
	struct ldlm_namespace *ns = req->done_data;

	/*
	 * The status does not matter: the server skips unknown cookies, and an eviction drops all
	 * locks.
	 */
	ptlrpc_req_put(req);
	ldlm_ns_release(ns);
}

static int ldlm_cli_cancel_send(struct ldlm_namespace *ns, struct list_head *batch, u32 n)
{
	struct ptlrpc_request *req = ptlrpc_req_new(ns->ns_imp, LDLM_CANCEL, &wf_ldlm_cancel);
	struct ldlm_request *dlm;
	struct ldlm_lock *lock;
	u32 i = 0;

	if (!req)
		return -ENOMEM;
	ptlrpc_req_size(req, WF_DLM_REQ, ldlm_request_bytes(n));
	if (ptlrpc_req_pack(req)) {
		ptlrpc_req_put(req);
		return -ENOMEM;
	}
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	dlm->lock_count = cpu_to_le32(n);
	list_for_each_entry(lock, batch, l_lru)
		dlm->lock_handle[i++] = lock->l_remote;
	req->done = ldlm_cli_cancel_done;
	req->done_data = ns;
	req->rq_deadline_max = get_jiffies_64() + CANCEL_TIME_MAX;
	ldlm_ns_hold(ns);
	if (ptlrpc_send_async(req)) {
		/* The import is shut down: there is no server to tell. */
		ptlrpc_req_put(req);
		ldlm_ns_release(ns);
	}
	return 0;
}

static void ldlm_cli_cancel_work(struct work_struct *work)
{
	struct ldlm_namespace *ns = container_of(to_delayed_work(work), struct ldlm_namespace,
						 ns_cancel_work);
	u32 max = imp_connect_flags(ns->ns_imp) & OBD_CONNECT_CANCELSET ? CANCEL_BATCH : 1;
	struct ldlm_lock *lock;
	LIST_HEAD(batch);
	u32 n;

	for (;;) {
		n = 0;
		spin_lock(&ns->ns_cancel_lock);
		while (n < max && !list_empty(&ns->ns_cancel_list)) {
			list_move_tail(ns->ns_cancel_list.next, &batch);
			n++;
		}
		spin_unlock(&ns->ns_cancel_lock);
		if (!n)
			return;
		if (ldlm_cli_cancel_send(ns, &batch, n)) {
			spin_lock(&ns->ns_cancel_lock);
			list_splice_init(&batch, &ns->ns_cancel_list);
			spin_unlock(&ns->ns_cancel_lock);
			queue_delayed_work(ldlm_wq, &ns->ns_cancel_work, HZ / 4);
			return;
		}
		while (!list_empty(&batch)) {
			lock = list_first_entry(&batch, struct ldlm_lock, l_lru);
			list_del_init(&lock->l_lru);
			ldlm_ns_release(ns);
			ldlm_lock_put(lock);
		}
	}
}

/* The lock is destroyed on this node. Tell the server, in the background. */
void ldlm_cli_queue_cancel(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;

	ldlm_lock_get(lock);
	ldlm_ns_hold(ns);
	spin_lock(&ns->ns_cancel_lock);
	list_add_tail(&lock->l_lru, &ns->ns_cancel_list);
	spin_unlock(&ns->ns_cancel_lock);
	queue_delayed_work(ldlm_wq, &ns->ns_cancel_work, 0);
}

/* ---- cancel of one lock ---- */

/* Run blocking() of a lock whose cancel the caller began. May write back; sleeps. */
static void ldlm_cli_drop_caches(struct ldlm_lock *lock)
{
	if (lock->l_ops && lock->l_ops->blocking)
		lock->l_ops->blocking(lock, true);
}

/* blocking() has returned: end the lock. tell: queue a cancel, unless the lock failed meanwhile. */
static void ldlm_cli_cancel_finish(struct ldlm_lock *lock, bool tell)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	bool did, failed;

	lock->l_flags |= LDLM_FL_CANCEL;
	failed = lock->l_flags & LDLM_FL_FAILED;
	did = ldlm_destroy_locked(lock);
	spin_unlock(&res->lr_lock);
	if (!did)
		return;
	if (tell && !failed)
		ldlm_cli_queue_cancel(lock);
	ldlm_lock_put(lock);
}

/*
 * Begin the cancel of a lock. True: the caller runs blocking(); false: the lock is in use, or
 * another thread does. lr_lock held.
 */
static bool ldlm_cli_cancel_begin_locked(struct ldlm_lock *lock)
{
	lock->l_flags |= LDLM_FL_CBPENDING;
	ldlm_lru_remove_locked(lock);
	if (lock->l_users || !lock->l_granted_mode || lock->l_flags & LDLM_FL_CANCELING)
		return false;
	lock->l_flags |= LDLM_FL_CANCELING;
	trace_ldlm_cancel(lock, 0);
	return true;
}

/**
 * ldlm_cli_cancel - give a lock back
 * @lock: client lock; the caller has a reference and no user of it
 *
 * Drops the caches now, which may write back and sleeps; the cancel is sent in the background.
 * While the lock has other users, all this happens when the last of them is gone.
 */
void ldlm_cli_cancel(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	bool begin = !(lock->l_flags & LDLM_FL_DESTROYED) && ldlm_cli_cancel_begin_locked(lock);

	spin_unlock(&res->lr_lock);
	if (!begin)
		return;
	ldlm_cli_drop_caches(lock);
	ldlm_cli_cancel_finish(lock, true);
}
EXPORT_SYMBOL_GPL(ldlm_cli_cancel);

/*
 * The server wants the lock back: run blocking() in the background. Not under lr_lock. Does not
 * sleep.
 */
void ldlm_cli_bl_queue(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;

	ldlm_lock_get(lock);
	ldlm_ns_hold(ns);
	if (!queue_delayed_work(ns->ns_bl_wq, &lock->l_work, ldlm_lock_kept(lock))) {
		ldlm_ns_release(ns);
		ldlm_lock_put(lock);
	}
}

void ldlm_cli_bl_work(struct work_struct *work)
{
	struct ldlm_lock *lock = container_of(work, struct ldlm_lock, l_work.work);
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	struct ldlm_namespace *ns = res->lr_ns;
	bool hint = false, cancel;

	cancel = !lock->l_users;
	if (!cancel && lock->l_granted_mode &&
	    !(lock->l_flags & (LDLM_FL_BL_DONE | LDLM_FL_DESTROYED))) {
		lock->l_flags |= LDLM_FL_BL_DONE;
		hint = lock->l_ops && lock->l_ops->blocking;
	}
	spin_unlock(&res->lr_lock);
	if (hint)
		lock->l_ops->blocking(lock, false);
	if (cancel)
		ldlm_cli_cancel(lock);
	ldlm_ns_release(ns);
	ldlm_lock_put(lock);
}

/* ---- early lock cancel ---- */

static bool ldlm_cli_elc_wanted(const struct ldlm_resource *res, const struct ldlm_lock *lock,
				u32 mode,
				u64 bits)
{
	if (lock->l_users || !lock->l_remote.cookie || ldlm_mode_compat(lock->l_granted_mode, mode))
		return false;
	if (lock->l_flags &
	    (LDLM_FL_CBPENDING | LDLM_FL_CANCELING | LDLM_FL_DESTROYED | LDLM_FL_NO_LRU))
		return false;
	if (lock->l_ops && lock->l_ops->busy && lock->l_ops->busy(lock))
		return false;
	/* The data of a write lock would have to be written first. */
	if (res->lr_type == LDLM_EXTENT)
		return lock->l_granted_mode == LCK_PR;
	if (res->lr_type != LDLM_IBITS || !(lock->l_policy.ibits.bits & bits))
		return false;
	return !(lock->l_policy.ibits.bits & ~bits & MDS_INODELOCK_DOM);
}

/**
 * ldlm_cli_elc - drop locks of this client that its next request conflicts with
 * @ns: client namespace
 * @res_id: the object
 * @mode: mode that the server will take
 * @bits: IBITS: any of these; EXTENT: 0
 * @cookies: out: server cookies to send in the request
 * @max: room in @cookies
 *
 * Chapter 3, 12.2. blocking() runs in this thread. Nothing is taken when the server lacks
 * OBD_CONNECT_CANCELSET. The cookies have to be sent in the request that follows.
 *
 * Return: number of cookies stored.
 */
int ldlm_cli_elc(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, u32 mode, u64 bits,
		 u64 *cookies, int max)
{
	struct ldlm_lock *lock, *batch[LDLM_ELC_MAX];
	struct ldlm_resource *res;
	int n = 0, i;

	if (!(imp_connect_flags(ns->ns_imp) & OBD_CONNECT_CANCELSET))
		return 0;
	res = ldlm_res_find(ns, res_id, 0, false);
	if (IS_ERR_OR_NULL(res))
		return 0;
	max = min(max, LDLM_ELC_MAX);
	spin_lock(&res->lr_lock);
	list_for_each_entry(lock, &res->lr_granted, l_res_link) {
		if (n >= max)
			break;
		if (!ldlm_cli_elc_wanted(res, lock, mode, bits) ||
		    !ldlm_cli_cancel_begin_locked(lock))
			continue;
		lock->l_flags |= LDLM_FL_ELC;
		batch[n++] = ldlm_lock_get(lock);
	}
	spin_unlock(&res->lr_lock);
	ldlm_res_put(res);
	for (i = 0; i < n; i++) {
		lock = batch[i];
		ldlm_cli_drop_caches(lock);
		cookies[i] = lock->l_remote.cookie;
		ldlm_cli_cancel_finish(lock, false);
		ldlm_lock_put(lock);
	}
	return n;
}
EXPORT_SYMBOL_GPL(ldlm_cli_elc);

/**
 * ldlm_cli_elc_pack - put early cancels into a request
 * @req: packed, with ldlm_request_bytes(n) bytes of WF_DLM_REQ; not for enqueues (ei_elc)
 * @cookies: of ldlm_cli_elc()
 * @n: their number
 */
void ldlm_cli_elc_pack(struct ptlrpc_request *req, const u64 *cookies, int n)
{
	struct ldlm_request *dlm = n ? ptlrpc_req_buf(req, WF_DLM_REQ) : NULL;
	int i;

	if (!dlm || WARN_ON_ONCE(ptlrpc_req_len(req, WF_DLM_REQ) < ldlm_request_bytes(n)))
		return;
	dlm->lock_count = cpu_to_le32(n);
	for (i = 0; i < n; i++)
		dlm->lock_handle[i].cookie = cookies[i];
}
EXPORT_SYMBOL_GPL(ldlm_cli_elc_pack);

/* ---- all locks ---- */

static void ldlm_cli_cancel_res(struct ldlm_resource *res)
{
	struct ldlm_lock *lock;
	bool again;

	do {
		again = false;
		spin_lock(&res->lr_lock);
		list_for_each_entry(lock, &res->lr_granted, l_res_link) {
			if (!ldlm_cli_claim_unused_locked(lock))
				continue;
			ldlm_lock_get(lock);
			again = true;
			break;
		}
		spin_unlock(&res->lr_lock);
		if (again) {
			ldlm_cli_bl_queue(lock);
			ldlm_lock_put(lock);
		}
	} while (again);
}

/**
 * ldlm_cli_cancel_start - begin to cancel all locks without users
 * @ns: client namespace
 * @res_id: of this resource; NULL = all
 *
 * The rest happens in the background. Does not sleep for long.
 */
void ldlm_cli_cancel_start(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id)
{
	struct ldlm_resource *res = NULL;

	if (res_id) {
		res = ldlm_res_find(ns, res_id, 0, false);
		if (IS_ERR_OR_NULL(res))
			return;
		ldlm_cli_cancel_res(res);
		ldlm_res_put(res);
	} else {
		while ((res = ldlm_res_next(ns, res)))
			ldlm_cli_cancel_res(res);
	}
}
EXPORT_SYMBOL_GPL(ldlm_cli_cancel_start);

/**
 * ldlm_cli_cancel_unused - cancel all locks without users
 * @ns: client namespace
 * @res_id: of this resource; NULL = all
 *
 * Returns when their caches are dropped and the cancels answered. May sleep.
 */
void ldlm_cli_cancel_unused(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id)
{
	ldlm_cli_cancel_start(ns, res_id);
	ldlm_ns_cancels_wait(ns);
}
EXPORT_SYMBOL_GPL(ldlm_cli_cancel_unused);

/*
 * Mark the next lock of a list as failed; returns it referenced. *begin: the caller runs
 * blocking().
 */
static struct ldlm_lock *ldlm_cli_fail_next(struct ldlm_resource *res, struct list_head *list,
					    bool *begin)
{
	struct ldlm_lock *lock;

	spin_lock(&res->lr_lock);
	list_for_each_entry(lock, list, l_res_link) {
		if (lock->l_flags & LDLM_FL_FAILED)
			continue;
		ldlm_lock_get(lock);
		lock->l_flags |= LDLM_FL_FAILED;
		*begin = res->lr_type != LDLM_FLOCK && ldlm_cli_cancel_begin_locked(lock);
		spin_unlock(&res->lr_lock);
		return lock;
	}
	spin_unlock(&res->lr_lock);
	return NULL;
}

static void ldlm_cli_fail_res(struct ldlm_resource *res)
{
	struct ldlm_lock *lock;
	bool begin;

	while ((lock = ldlm_cli_fail_next(res, &res->lr_waiting, &begin))) {
		lock->l_error = -EIO;
		ldlm_lock_destroy(lock);
		ldlm_lock_put(lock);
	}
	while ((lock = ldlm_cli_fail_next(res, &res->lr_granted, &begin))) {
		if (begin) {
			ldlm_cli_drop_caches(lock);
			ldlm_cli_cancel_finish(lock, false);
		} else if (res->lr_type == LDLM_FLOCK) {
			ldlm_lock_destroy(lock);
		} else if (lock->l_ops && lock->l_ops->blocking) {
			lock->l_ops->blocking(lock, false);
		}
		ldlm_lock_put(lock);
		cond_resched();
	}
}

/**
 * ldlm_ns_evicted - the server has evicted this client
 * @ns: client namespace
 *
 * Every lock is failed: waiters get -EIO, unused locks are dropped now (blocking() with
 * LDLM_FL_FAILED), the others with their last user; their owners are told at once. Nothing is sent.
 * May sleep.
 */
void ldlm_ns_evicted(struct ldlm_namespace *ns)
{
	struct ldlm_resource *res = NULL;

	ldlm_ns_hold(ns);
	while ((res = ldlm_res_next(ns, res)))
		ldlm_cli_fail_res(res);
	ldlm_ns_release(ns);
}
EXPORT_SYMBOL_GPL(ldlm_ns_evicted);

static void ldlm_cli_drop_flocks(struct ldlm_namespace *ns)
{
	struct ldlm_resource *res = NULL;

	while ((res = ldlm_res_next(ns, res)))
		if (res->lr_type == LDLM_FLOCK)
			ldlm_cli_fail_res(res);
}

void ldlm_cli_ns_init(struct ldlm_namespace *ns)
{
	ns->ns_lru_age = LRU_AGE_DEFAULT;
	INIT_DELAYED_WORK(&ns->ns_lru_work, ldlm_lru_work);
	INIT_DELAYED_WORK(&ns->ns_cancel_work, ldlm_cli_cancel_work);
}

void ldlm_cli_ns_fini(struct ldlm_namespace *ns, bool force)
{
	if (force) {
		ldlm_ns_evicted(ns);
	} else {
		ldlm_cli_drop_flocks(ns);
		ldlm_cli_cancel_unused(ns, NULL);
	}
	ldlm_ns_cancels_wait(ns);
}

int ldlm_cli_init(void)
{
	return register_shrinker(&lock_shrinker, "gloss-ldlm");
}

void ldlm_cli_exit(void)
{
	unregister_shrinker(&lock_shrinker);
}
