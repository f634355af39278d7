// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock manager: namespaces, resources, locks and their references. Start reading here.
 *
 * A namespace (one for each target on a server, one for each import on a client) holds resources by
 * name; a resource holds locks, granted or waiting. Each lock has a 64-bit cookie, l_handle, by
 * which the other side names it. Cookies count up from a random base, so that a restarted node does
 * not use one again. The cookie that the other side gave the lock is in l_remote.
 *
 * States of a lock on the server:
 *
 *   new -> waiting -> granted -> destroyed
 *   new ------------> granted
 *   any ------------> destroyed
 *
 *   MSG_PENDING  The message that tells the client of the lock (reply to its enqueue, or CP AST) is
 *                not built yet. Whatever happens meanwhile (a grant, a conflict) goes into that
 *                message; no other message is sent about the lock.
 *   AST_SENT     Somebody is blocked by the lock, and its client was told, or will be told by the
 *                pending message. Set once; CONVERT clears it.
 *   SYNC         A thread of the server waits for the grant: local locks, locks made by an intent.
 *
 *   grant.c decides. srv_ast.c tells the clients, and runs the timer of locks that were called back
 *   (ns_wait_list): when it expires, the client is evicted.
 *
 * States of a lock on the client, which mirrors the one on the server:
 *
 *   enqueued (on lr_waiting; the enqueuer is its user) -> granted, with users
 *   -> unused, cached in the LRU -> canceling -> destroyed
 *
 *   CBPENDING    The server wants the lock back (BL AST, AST_SENT): it is not matched any more, and
 *                its cancel starts when the last user is gone.
 *   CANCELING    blocking() writes back and drops caches. Set once, by whoever starts the cancel:
 *                BL AST, LRU, ELC, umount.
 *   CANCEL       blocking() has returned; the cookie is sent by CANCEL or in another request.
 *   FAILED       Dropped without telling the server (eviction, killed or failed enqueue).
 *
 * References: a lock that is not destroyed holds one on itself; the creator, users (l_users), lists
 * of ASTs and timers hold more. A lock holds its resource until it is freed. Resources are freed
 * after an RCU grace period, so that ldlm_lock_res_lock() can follow l_res of a client lock that is
 * being moved to another resource.
 *
 * Lock order: ldlm_ns_mutex > lr_lvb_mutex > lr_lock > { le_lock, ns_wait_lock, ns_lru_lock,
 * ns_cancel_lock, ns_flock_lock, ns_res_lock }. Two resources are never locked at a time. With a
 * spinlock held no message is sent, no callback made, and no reference put whose end could sleep:
 * such work is collected on lists (l_bl_ast, l_cp_ast, "dead") and done after unlocking.
 */
#include "internal.h"
#include <gloss/param.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <trace/events/ldlm.h>

struct workqueue_struct *ldlm_wq;
LIST_HEAD(ldlm_ns_all);
DEFINE_MUTEX(ldlm_ns_mutex);	/* ldlm_ns_all; outermost */

#define BL_WORKERS_MAX	32	/* locks of one namespace whose data is written back at a time */

static struct kmem_cache *lock_cache;
static struct rhashtable lock_hash;
static atomic64_t next_cookie;

static const struct rhashtable_params lock_hash_params = {
	.key_len = sizeof(u64),
	.key_offset = offsetof(struct ldlm_lock, l_handle),
	.head_offset = offsetof(struct ldlm_lock, l_hash),
	.automatic_shrinking = true,
};

static const struct rhashtable_params res_hash_params = {
	.key_len = sizeof(struct ldlm_res_id),
	.key_offset = offsetof(struct ldlm_resource, lr_id),
	.head_offset = offsetof(struct ldlm_resource, lr_hash),
	.automatic_shrinking = true,
};

/* ---- resources ---- */

static void ldlm_res_free_rcu(struct rcu_head *rcu)
{
	struct ldlm_resource *res = container_of(rcu, struct ldlm_resource, lr_rcu);

	kfree(res->lr_trees);
	kfree(res);
}

void ldlm_res_put(struct ldlm_resource *res)
{
	struct ldlm_namespace *ns;

	if (!res)
		return;
	ns = res->lr_ns;
	if (refcount_dec_not_one(&res->lr_ref))
		return;
	spin_lock(&ns->ns_res_lock);
	if (!refcount_dec_and_test(&res->lr_ref)) {
		spin_unlock(&ns->ns_res_lock);
		return;
	}
	rhashtable_remove_fast(&ns->ns_res, &res->lr_hash, res_hash_params);
	list_del(&res->lr_ns_link);
	/*
	 * Under the lock: ldlm_ns_free(), which waits for the count to become 0, takes the lock
	 * once more before it frees the namespace.
	 */
	if (atomic_dec_and_test(&ns->ns_nr_res))
		wake_up(&ns->ns_waitq);
	spin_unlock(&ns->ns_res_lock);
	call_rcu(&res->lr_rcu, ldlm_res_free_rcu);
}

static struct ldlm_resource *ldlm_res_alloc(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
					    u32 type)
{
	struct ldlm_resource *res = kzalloc(sizeof(*res), GFP_NOFS);
	int i;

	if (!res)
		return NULL;
	if (!ns->ns_client && type == LDLM_EXTENT) {
		res->lr_trees = kcalloc(LCK_MODE_NUM, sizeof(*res->lr_trees), GFP_NOFS);
		if (!res->lr_trees) {
			kfree(res);
			return NULL;
		}
		for (i = 0; i < LCK_MODE_NUM; i++)
			res->lr_trees[i].root = RB_ROOT_CACHED;
	}
	res->lr_id = *id;
	res->lr_ns = ns;
	res->lr_type = type;
	refcount_set(&res->lr_ref, 1);
	spin_lock_init(&res->lr_lock);
	INIT_LIST_HEAD(&res->lr_granted);
	INIT_LIST_HEAD(&res->lr_waiting);
	INIT_LIST_HEAD(&res->lr_flock_check);
	mutex_init(&res->lr_lvb_mutex);
	return res;
}

/*
 * The resource of that name, referenced. Not there: NULL, or a new one when create is set. type 0
 * accepts any type. ERR_PTR: -ENOMEM, -EINVAL (exists with another type).
 */
struct ldlm_resource *ldlm_res_find(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
				    u32 type,
				    bool create)
{
	struct ldlm_resource *res, *old, *new = NULL;

again:
	rcu_read_lock();
	res = rhashtable_lookup(&ns->ns_res, id, res_hash_params);
	if (res && !refcount_inc_not_zero(&res->lr_ref)) {
		/* Being removed by its last user. */
		rcu_read_unlock();
		cpu_relax();
		goto again;
	}
	rcu_read_unlock();

	if (!res) {
		if (!create)
			return NULL;
		if (!new)
			new = ldlm_res_alloc(ns, id, type);
		if (!new)
			return ERR_PTR(-ENOMEM);
		spin_lock(&ns->ns_res_lock);
		old = rhashtable_lookup_get_insert_fast(&ns->ns_res, &new->lr_hash,
							res_hash_params);
		if (!old) {
			list_add_tail(&new->lr_ns_link, &ns->ns_res_list);
			atomic_inc(&ns->ns_nr_res);
		}
		spin_unlock(&ns->ns_res_lock);
		if (!old)
			return new;
		if (IS_ERR(old)) {
			ldlm_res_free_rcu(&new->lr_rcu);
			return ERR_CAST(old);
		}
		goto again;
	}
	if (new)
		ldlm_res_free_rcu(&new->lr_rcu);
	if (type && res->lr_type != type) {
		ldlm_res_put(res);
		return ERR_PTR(-EINVAL);
	}
	return res;
}

/*
 * The resource behind res (NULL: the first one), referenced; NULL at the end. The reference of res
 * is put.
 */
struct ldlm_resource *ldlm_res_next(struct ldlm_namespace *ns, struct ldlm_resource *res)
{
	struct ldlm_resource *next;

	spin_lock(&ns->ns_res_lock);
	next = list_prepare_entry(res, &ns->ns_res_list, lr_ns_link);
	list_for_each_entry_continue(next, &ns->ns_res_list, lr_ns_link)
		if (refcount_inc_not_zero(&next->lr_ref))
			goto found;
	next = NULL;
found:
	spin_unlock(&ns->ns_res_lock);
	ldlm_res_put(res);
	return next;
}

/* ---- locks ---- */

/**
 * ldlm_lock_get - take a reference
 * @lock: a lock that the caller has a reference of, or that a spinlock keeps
 *
 * Return: @lock.
 */
struct ldlm_lock *ldlm_lock_get(struct ldlm_lock *lock)
{
	refcount_inc(&lock->l_ref);
	return lock;
}
EXPORT_SYMBOL_GPL(ldlm_lock_get);

static void ldlm_lock_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(lock_cache, container_of(rcu, struct ldlm_lock, l_rcu));
	lu_mem_add(-(long)sizeof(struct ldlm_lock));
}

/**
 * ldlm_lock_put - drop a reference
 * @lock: NULL is fine
 *
 * Context: any, but not under lr_lock if it may be the last one.
 */
void ldlm_lock_put(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns;
	struct ldlm_resource *res;

	if (!lock || !refcount_dec_and_test(&lock->l_ref))
		return;
	res = lock->l_res;
	ns = res->lr_ns;
	ldlm_flock_drop_spare(lock);
	export_put(lock->l_export);
	kvfree(lock->l_lvb);
	spin_lock(&ns->ns_res_lock);
	if (atomic_dec_and_test(&ns->ns_nr_locks))
		wake_up(&ns->ns_waitq);
	spin_unlock(&ns->ns_res_lock);
	ldlm_res_put(res);
	call_rcu(&lock->l_rcu, ldlm_lock_free_rcu);
}
EXPORT_SYMBOL_GPL(ldlm_lock_put);

void ldlm_put_list(struct list_head *dead)
{
	struct ldlm_lock *lock, *tmp;

	list_for_each_entry_safe(lock, tmp, dead, l_res_link) {
		list_del_init(&lock->l_res_link);
		ldlm_lock_put(lock);
	}
}

/*
 * A lock on res (takes over no reference of it), on no list yet. Returned with two references: the
 * caller's and that of being alive, which ldlm_destroy_locked() gives to its caller. NULL when out
 * of memory.
 */
struct ldlm_lock *ldlm_lock_new(struct ldlm_resource *res, u32 mode,
				const union ldlm_policy *policy)
{
	struct ldlm_lock *lock = kmem_cache_zalloc(lock_cache, GFP_NOFS);

	if (!lock)
		return NULL;
	refcount_set(&lock->l_ref, 2);
	lock->l_res = res;
	lock->l_req_mode = mode;
	if (policy) {
		lock->l_policy = *policy;
		lock->l_req_policy = *policy;
	}
	INIT_LIST_HEAD(&lock->l_res_link);
	INIT_HLIST_NODE(&lock->l_exp_hash);
	INIT_LIST_HEAD(&lock->l_exp_link);
	INIT_LIST_HEAD(&lock->l_bl_ast);
	INIT_LIST_HEAD(&lock->l_cp_ast);
	INIT_LIST_HEAD(&lock->l_wait_link);
	INIT_LIST_HEAD(&lock->l_flock_waiters);
	INIT_LIST_HEAD(&lock->l_flock_wait);
	INIT_HLIST_NODE(&lock->l_flock_hash);
	INIT_LIST_HEAD(&lock->l_lru);
	INIT_DELAYED_WORK(&lock->l_work, ldlm_cli_bl_work);
	RB_CLEAR_NODE(&lock->l_rb);
	init_waitqueue_head(&lock->l_waitq);
	do {
		lock->l_handle.cookie = atomic64_inc_return(&next_cookie);
	} while (!lock->l_handle.cookie);

	if (rhashtable_insert_fast(&lock_hash, &lock->l_hash, lock_hash_params)) {
		kmem_cache_free(lock_cache, lock);
		return NULL;
	}
	ldlm_res_ref(res);
	atomic_inc(&res->lr_ns->ns_nr_locks);
	lu_mem_add(sizeof(*lock));
	return lock;
}

/**
 * ldlm_lock_find - the lock of a cookie that this node gave out
 * @cookie: as it came from the other side
 *
 * The caller checks that the lock belongs to the export or import that named it.
 *
 * Return: the lock, referenced; NULL when there is none or it was destroyed.
 */
struct ldlm_lock *ldlm_lock_find(u64 cookie)
{
	struct ldlm_lock *lock;

	if (!cookie)
		return NULL;
	rcu_read_lock();
	lock = rhashtable_lookup(&lock_hash, &cookie, lock_hash_params);
	if (lock && !refcount_inc_not_zero(&lock->l_ref))
		lock = NULL;
	rcu_read_unlock();
	return lock;
}
EXPORT_SYMBOL_GPL(ldlm_lock_find);

/* Lock the resource that the lock belongs to. The lock stays with it until the unlock. */
struct ldlm_resource *ldlm_lock_res_lock(struct ldlm_lock *lock) __acquires(&lock->l_res->lr_lock)
{
	struct ldlm_resource *res;

	rcu_read_lock();
	for (;;) {
		res = READ_ONCE(lock->l_res);
		spin_lock(&res->lr_lock);
		if (likely(res == READ_ONCE(lock->l_res)))
			break;
		spin_unlock(&res->lr_lock);
	}
	rcu_read_unlock();
	return res;
}

/* Put the lock on the granted list, in that mode. lr_lock held. */
void ldlm_grant_locked(struct ldlm_lock *lock, u32 mode)
{
	struct ldlm_resource *res = lock->l_res;

	lock->l_req_mode = mode;
	WRITE_ONCE(lock->l_granted_mode, mode);
	list_move_tail(&lock->l_res_link, &res->lr_granted);
	res->lr_nr_granted[ldlm_mode_index(mode)]++;
	atomic_inc(&res->lr_ns->ns_nr_granted);
	atomic64_inc(&res->lr_ns->ns_grants);
	if (res->lr_trees)
		ldlm_extent_insert(res, lock);
	trace_ldlm_grant(lock, 0);
}

/* Take the lock off its list, tree and counters. lr_lock held. */
void ldlm_unlink_locked(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = lock->l_res;

	if (list_empty(&lock->l_res_link))
		return;
	list_del_init(&lock->l_res_link);
	if (lock->l_granted_mode) {
		res->lr_nr_granted[ldlm_mode_index(lock->l_granted_mode)]--;
		atomic_dec(&res->lr_ns->ns_nr_granted);
	}
	if (!RB_EMPTY_NODE(&lock->l_rb))
		ldlm_extent_remove(res, lock);
}

/*
 * End a lock: take it off all lists, so that its cookie is unknown, and wake who waits for it.
 * lr_lock held. Returns true if this call did it: then the caller gets the lock's reference on
 * itself, and puts it after unlocking.
 */
bool ldlm_destroy_locked(struct ldlm_lock *lock)
{
	if (lock->l_flags & LDLM_FL_DESTROYED)
		return false;
	if (lock->l_res->lr_ns->ns_client)
		ldlm_lru_remove_locked(lock);
	trace_ldlm_destroy(lock, lock->l_error);
	lock->l_flags |= LDLM_FL_DESTROYED;
	ldlm_unlink_locked(lock);
	ldlm_flock_unlink(lock);
	rhashtable_remove_fast(&lock_hash, &lock->l_hash, lock_hash_params);
	if (lock->l_export)
		ldlm_export_detach(lock);
	wake_up_all(&lock->l_waitq);
	return true;
}

/* ldlm_destroy_locked() without the lock held. True: this call ended the lock. */
bool ldlm_lock_destroy(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = ldlm_lock_res_lock(lock);
	bool did = ldlm_destroy_locked(lock);

	spin_unlock(&res->lr_lock);
	if (did) {
		if (!res->lr_ns->ns_client)
			ldlm_wait_stop(lock);
		ldlm_lock_put(lock);
	}
	return did;
}

/* ---- wire form ---- */

/**
 * ldlm_policy_to_wire - policy of a lock in a message
 * @type: LDLM_EXTENT ...
 * @p: the policy
 * @w: 32 bytes of the message
 */
void ldlm_policy_to_wire(u32 type, const union ldlm_policy *p, union ldlm_wire_policy_data *w)
{
	memset(w, 0, sizeof(*w));
	switch (type) {
	case LDLM_EXTENT:
		w->l_extent.start = cpu_to_le64(p->extent.start);
		w->l_extent.end = cpu_to_le64(p->extent.end);
		w->l_extent.gid = cpu_to_le64(p->extent.gid);
		break;
	case LDLM_IBITS:
		w->l_inodebits.bits = cpu_to_le64(p->ibits.bits);
		w->l_inodebits.try_bits = cpu_to_le64(p->ibits.try_bits);
		w->l_inodebits.li_gid = cpu_to_le64(p->ibits.gid);
		w->l_inodebits.li_initiator_id = cpu_to_le32(p->ibits.initiator);
		break;
	case LDLM_FLOCK:
		w->l_flock.lfw_start = cpu_to_le64(p->flock.start);
		w->l_flock.lfw_end = cpu_to_le64(p->flock.end);
		w->l_flock.lfw_owner = cpu_to_le64(p->flock.owner);
		w->l_flock.lfw_pid = cpu_to_le32(p->flock.pid);
		break;
	}
}
EXPORT_SYMBOL_GPL(ldlm_policy_to_wire);

/**
 * ldlm_policy_from_wire - policy of a lock out of a message
 * @type: LDLM_EXTENT ...
 * @w: 32 bytes of the message
 * @p: the policy
 */
void ldlm_policy_from_wire(u32 type, const union ldlm_wire_policy_data *w, union ldlm_policy *p)
{
	memset(p, 0, sizeof(*p));
	switch (type) {
	case LDLM_EXTENT:
		p->extent.start = le64_to_cpu(w->l_extent.start);
		p->extent.end = le64_to_cpu(w->l_extent.end);
		p->extent.gid = le64_to_cpu(w->l_extent.gid);
		break;
	case LDLM_IBITS:
		p->ibits.bits = le64_to_cpu(w->l_inodebits.bits);
		p->ibits.try_bits = le64_to_cpu(w->l_inodebits.try_bits);
		p->ibits.gid = le64_to_cpu(w->l_inodebits.li_gid);
		p->ibits.initiator = le32_to_cpu(w->l_inodebits.li_initiator_id);
		break;
	case LDLM_FLOCK:
		p->flock.start = le64_to_cpu(w->l_flock.lfw_start);
		p->flock.end = le64_to_cpu(w->l_flock.lfw_end);
		p->flock.owner = le64_to_cpu(w->l_flock.lfw_owner);
		p->flock.pid = le32_to_cpu(w->l_flock.lfw_pid);
		break;
	}
}
EXPORT_SYMBOL_GPL(ldlm_policy_from_wire);

/*
 * Describe a lock for a message. lr_lock held. A flock is described as it was asked for, for its
 * range may have grown by a merge.
 */
void ldlm_desc_fill(struct ldlm_lock *lock, struct ldlm_lock_desc *desc)
{
	struct ldlm_resource *res = lock->l_res;

	memset(desc, 0, sizeof(*desc));
	desc->l_resource.lr_type = cpu_to_le32(res->lr_type);
	res_id_to_le(&desc->l_resource.lr_name, &res->lr_id);
	desc->l_req_mode = cpu_to_le32(lock->l_req_mode);
	desc->l_granted_mode = cpu_to_le32(lock->l_granted_mode);
	ldlm_policy_to_wire(res->lr_type,
			    res->lr_type == LDLM_FLOCK ? &lock->l_req_policy : &lock->l_policy,
			    &desc->l_policy_data);
	if (res->lr_type == LDLM_IBITS)
		desc->l_policy_data.l_inodebits.try_bits = 0;
}

/* ---- namespaces ---- */

static struct ldlm_namespace *ldlm_ns_alloc(const char *name)
{
	struct ldlm_namespace *ns = kzalloc(sizeof(*ns), GFP_KERNEL);

	if (!ns)
		return NULL;
	ns->ns_name = kstrdup(name, GFP_KERNEL);
	if (!ns->ns_name || rhashtable_init(&ns->ns_res, &res_hash_params)) {
		kfree(ns->ns_name);
		kfree(ns);
		return NULL;
	}
	spin_lock_init(&ns->ns_res_lock);
	INIT_LIST_HEAD(&ns->ns_res_list);
	init_waitqueue_head(&ns->ns_waitq);
	spin_lock_init(&ns->ns_lru_lock);
	INIT_LIST_HEAD(&ns->ns_lru);
	spin_lock_init(&ns->ns_cancel_lock);
	INIT_LIST_HEAD(&ns->ns_cancel_list);
	spin_lock_init(&ns->ns_wait_lock);
	INIT_LIST_HEAD(&ns->ns_wait_list);
	INIT_DELAYED_WORK(&ns->ns_wait_work, ldlm_wait_expired);
	spin_lock_init(&ns->ns_flock_lock);
	ldlm_cli_ns_init(ns);
	return ns;
}

static void ldlm_ns_destroy(struct ldlm_namespace *ns)
{
	if (ns->ns_bl_wq)
		destroy_workqueue(ns->ns_bl_wq);
	rhashtable_destroy(&ns->ns_res);
	kfree(ns->ns_flock_hash);
	kfree(ns->ns_name);
	kfree(ns);
}

static void ldlm_ns_publish(struct ldlm_namespace *ns)
{
	mutex_lock(&ldlm_ns_mutex);
	list_add_tail(&ns->ns_list, &ldlm_ns_all);
	mutex_unlock(&ldlm_ns_mutex);
	ldlm_params_add(ns);
}

/**
 * ldlm_ns_new_server - namespace of a target
 * @name: copied; name below ldlm.namespaces
 * @ops: callbacks, NULL for PLAIN locks only
 *
 * Return: the namespace or NULL (no memory). Set ns_data before the target is registered.
 */
struct ldlm_namespace *ldlm_ns_new_server(const char *name, const struct ldlm_srv_ops *ops)
{
	struct ldlm_namespace *ns = ldlm_ns_alloc(name);

	if (!ns)
		return NULL;
	if (ldlm_flock_ns_init(ns)) {
		ldlm_ns_destroy(ns);
		return NULL;
	}
	ns->ns_ops = ops;
	ldlm_ns_publish(ns);
	return ns;
}
EXPORT_SYMBOL_GPL(ldlm_ns_new_server);

/**
 * ldlm_ns_new_client - namespace of an import
 * @name: copied; name below ldlm.namespaces
 * @imp: not referenced, must outlive the namespace
 *
 * Return: the namespace or NULL (no memory).
 */
struct ldlm_namespace *ldlm_ns_new_client(const char *name, struct obd_import *imp)
{
	struct ldlm_namespace *ns = ldlm_ns_alloc(name);

	if (!ns)
		return NULL;
	ns->ns_bl_wq = alloc_workqueue("ldlm_bl_%s", WQ_UNBOUND | WQ_MEM_RECLAIM, BL_WORKERS_MAX,
				       name);
	if (!ns->ns_bl_wq) {
		ldlm_ns_destroy(ns);
		return NULL;
	}
	ns->ns_client = true;
	ns->ns_imp = imp;
	ldlm_ns_publish(ns);
	return ns;
}
EXPORT_SYMBOL_GPL(ldlm_ns_new_client);

/**
 * ldlm_ns_free - end of a namespace
 * @ns: NULL is fine
 * @force: client: drop all locks locally instead of cancelling them with the server
 *
 * Client: no lock may have a user any more and no enqueue be on its way; the import must still work
 * unless @force. Server: no export and no local lock is left. May sleep.
 */
void ldlm_ns_free(struct ldlm_namespace *ns, bool force)
{
	if (!ns)
		return;
	ldlm_params_del(ns);
	WRITE_ONCE(ns->ns_stopping, true);
	mutex_lock(&ldlm_ns_mutex);
	list_del(&ns->ns_list);
	mutex_unlock(&ldlm_ns_mutex);

	if (ns->ns_client)
		ldlm_cli_ns_fini(ns, force);
	if (!wait_event_timeout(ns->ns_waitq, !atomic_read(&ns->ns_nr_locks), 30 * HZ))
		pr_warn("%s: waiting for %d locks that are in use\n", ns->ns_name,
			atomic_read(&ns->ns_nr_locks));
	wait_event(ns->ns_waitq, !atomic_read(&ns->ns_nr_locks) && !atomic_read(&ns->ns_nr_res));
	/* The thread that put the last resource may still hold ns_res_lock. */
	spin_lock(&ns->ns_res_lock);
	spin_unlock(&ns->ns_res_lock);
	cancel_delayed_work_sync(&ns->ns_wait_work);
	cancel_delayed_work_sync(&ns->ns_lru_work);
	cancel_delayed_work_sync(&ns->ns_cancel_work);
	/* Work items of ASTs may still use the namespace. */
	flush_workqueue(ldlm_wq);
	ldlm_ns_destroy(ns);
}
EXPORT_SYMBOL_GPL(ldlm_ns_free);

/* ---- module ---- */

/**
 * ldlm_init - start the lock manager
 *
 * Return: 0 or -ENOMEM.
 */
int ldlm_init(void)
{
	int rc = -ENOMEM;

	atomic64_set(&next_cookie, get_random_u64());
	lock_cache = kmem_cache_create("gloss_ldlm_lock", sizeof(struct ldlm_lock), 0,
				       SLAB_HWCACHE_ALIGN | SLAB_RECLAIM_ACCOUNT, NULL);
	if (!lock_cache)
		return -ENOMEM;
	if (rhashtable_init(&lock_hash, &lock_hash_params))
		goto out_cache;
	ldlm_wq = alloc_workqueue("ldlm", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!ldlm_wq)
		goto out_hash;
	rc = ldlm_cli_init();
	if (rc)
		goto out_wq;
	ldlm_services_init();
	return 0;

out_wq:
	destroy_workqueue(ldlm_wq);
out_hash:
	rhashtable_destroy(&lock_hash);
out_cache:
	kmem_cache_destroy(lock_cache);
	return rc;
}

/**
 * ldlm_exit - stop the lock manager; no namespace is left
 */
void ldlm_exit(void)
{
	ldlm_services_exit();
	ldlm_reclaim_exit();
	ldlm_cli_exit();
	destroy_workqueue(ldlm_wq);
	rcu_barrier();
	rhashtable_destroy(&lock_hash);
	kmem_cache_destroy(lock_cache);
}
