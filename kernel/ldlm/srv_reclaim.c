// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bound of the memory that clients can take on a server by their locks (chapter 3, 13.4). Above
 * ldlm_locks_max locks (of all clients, on all targets of the node), or when one client has three
 * quarters of what it may have, a work item calls back the oldest locks that nobody waits for; a
 * client that does not give them back is evicted as usual. Far above it new enqueues get
 * -EINPROGRESS. Locks: ldlm_ns_mutex is held for one round, and lr_lock of one resource at a time.
 */
#include "internal.h"
#include <linux/mm.h>
#include <linux/moduleparam.h>

#define RECLAIM_ROUND	4096	/* locks that one round calls back */
#define RECLAIM_EXPORT	(LDLM_EXPORT_LOCKS_MAX / 4 * 3)

static unsigned int ldlm_locks_max;
module_param(ldlm_locks_max, uint, 0644);
MODULE_PARM_DESC(ldlm_locks_max,
		 "locks of clients on this server before the oldest are called back; 0: 20 % of memory");

static void ldlm_reclaim_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(ldlm_reclaim_dwork, ldlm_reclaim_work);
static atomic_long_t nr_client_locks = ATOMIC_LONG_INIT(0);

static long ldlm_reclaim_above(void)
{
	unsigned int max = READ_ONCE(ldlm_locks_max);

	return max ? max : totalram_pages() / 5 * (PAGE_SIZE / sizeof(struct ldlm_lock));
}

/*
 * A client has as many locks as it may have, or there is no room for more: call some back soon.
 * Does not sleep.
 */
void ldlm_reclaim_start(void)
{
	queue_delayed_work(ldlm_wq, &ldlm_reclaim_dwork, HZ / 4);
}

/* Count a new lock of a client, which has nr locks now. Does not sleep. */
void ldlm_reclaim_added(unsigned int nr)
{
	if (atomic_long_inc_return(&nr_client_locks) > ldlm_reclaim_above() || nr > RECLAIM_EXPORT)
		ldlm_reclaim_start();
}

void ldlm_reclaim_removed(void)
{
	atomic_long_dec(&nr_client_locks);
}

/* Is there no room for a new lock? If so, some are called back, and the client may try again. */
bool ldlm_reclaim_full(void)
{
	if (atomic_long_read(&nr_client_locks) <= ldlm_reclaim_above() / 2 * 3)
		return false;
	ldlm_reclaim_start();
	return true;
}

static bool ldlm_reclaim_allowed(const struct ldlm_resource *res, const struct ldlm_lock *lock,
				 unsigned long age, bool all)
{
	if (!lock->l_export || lock->l_granted_mode == LCK_GROUP ||
	    (res->lr_type != LDLM_EXTENT && res->lr_type != LDLM_IBITS) ||
	    lock->l_flags & (LDLM_FL_AST_SENT | LDLM_FL_MSG_PENDING) ||
	    !list_empty(&lock->l_bl_ast) ||
	    time_before(jiffies, lock->l_last_used + age))
		return false;
	/* Locks of other MDTs have no timer: a callback for want of room would not be enforced. */
	if (exp_connect_flags(lock->l_export) & OBD_CONNECT_MDS_MDS)
		return false;
	return all || READ_ONCE(lock->l_export->exp_ldlm->le_nr) > RECLAIM_EXPORT;
}

/* Call back up to max locks of a resource; the number. */
static unsigned int ldlm_reclaim_resource(struct ldlm_resource *res, unsigned long age, bool all,
					  unsigned int max)
{
	struct ldlm_lock *lock;
	unsigned int n = 0;
	LIST_HEAD(bl);
	LIST_HEAD(cp);

	spin_lock(&res->lr_lock);
	list_for_each_entry(lock, &res->lr_granted, l_res_link) {
		if (n == max)
			break;
		if (!ldlm_reclaim_allowed(res, lock, age, all))
			continue;
		/*
		 * No other lock wants it: the callback describes the lock itself, and all of it is
		 * wanted (chapter 3, 11.1).
		 */
		lock->l_flags |= LDLM_FL_AST_SENT;
		lock->l_bl_mode = LCK_EX;
		lock->l_bl_policy = lock->l_policy;
		ldlm_lock_get(lock);
		list_add_tail(&lock->l_bl_ast, &bl);
		n++;
	}
	spin_unlock(&res->lr_lock);
	ldlm_srv_send(&bl, &cp);
	return n;
}

static unsigned int ldlm_reclaim_namespace(struct ldlm_namespace *ns, unsigned long age, bool all,
					   unsigned int max)
{
	struct ldlm_resource *res = NULL;
	unsigned int n = 0;

	while (n < max && (res = ldlm_res_next(ns, res))) {
		n += ldlm_reclaim_resource(res, age, all, max - n);
		cond_resched();
	}
	ldlm_res_put(res);
	return n;
}

static void ldlm_reclaim_work(struct work_struct *work)
{
	static const unsigned int ages[] = { 300, 60, 10, 0 };	/* seconds */
	long over = atomic_long_read(&nr_client_locks) - ldlm_reclaim_above() / 8 * 7;
	bool all = over > 0;
	unsigned int i, n = 0, max = all ? min_t(long, over, RECLAIM_ROUND) : RECLAIM_ROUND;
	struct ldlm_namespace *ns;

	mutex_lock(&ldlm_ns_mutex);
	for (i = 0; i < ARRAY_SIZE(ages) && n < max; i++)
		list_for_each_entry(ns, &ldlm_ns_all, ns_list)
			if (!ns->ns_client)
				n += ldlm_reclaim_namespace(ns, ages[i] * HZ, all, max - n);
	mutex_unlock(&ldlm_ns_mutex);
}

/* No namespace is left: stop the work. */
void ldlm_reclaim_exit(void)
{
	cancel_delayed_work_sync(&ldlm_reclaim_dwork);
}
