// SPDX-License-Identifier: GPL-2.0-only
/*
 * flock(2) and fcntl(2) locks (chapter 3, 15.5). Ranges of an owner (client and lfw_owner) are
 * merged, carved and split among themselves; other owners conflict and wait. The server decides;
 * the client keeps the same ranges for its replay, by the same code. Runs under lr_lock;
 * ns_flock_lock inside of it guards the graph of who waits for whom.
 *
 * Who waits stands in the list of one granted lock in its way (l_flock_waiters). When that lock
 * ends or shrinks, its waiters move to lr_flock_check, and ldlm_flock_reprocess() looks at those
 * only: each is granted or joins the list of another lock. So an unlock costs what the waiters of
 * that lock cost, not what all waiters of the file do.
 *
 * The graph for the search for deadlocks: waiting locks hashed by their owner, each with the owner
 * of the lock that it waits for.
 */
#include "internal.h"
#include <linux/hash.h>

#define DEADLOCK_STEPS_MAX	4096	/* locks that one search looks at: it holds a spinlock */
#define FLOCK_HASH_BITS		10

static bool ldlm_flock_same_owner(const struct ldlm_lock *a, const struct ldlm_lock *b)
{
	return a->l_export == b->l_export && a->l_policy.flock.owner == b->l_policy.flock.owner;
}

/*
 * Before lr_lock is taken: the part behind when this lock cuts another one in two. It counts for
 * the client exp already (NULL on clients), so that the cut cannot fail later. A request for the
 * whole file cuts nothing: the unlock at close needs no memory. 0, -ENOMEM or why exp may not have
 * another lock.
 */
int ldlm_flock_prepare(struct ldlm_lock *lock, struct obd_export *exp)
{
	struct ldlm_lock *spare;

	if (!lock->l_policy.flock.start && lock->l_policy.flock.end >= LLONG_MAX)
		return 0;
	spare = ldlm_lock_new(lock->l_res, LCK_NL, NULL);
	if (!spare)
		return -ENOMEM;
	lock->l_flock_spare = spare;
	return exp ? ldlm_export_attach(exp, spare) : 0;
}

/* The lock is granted or was given up, so it splits nothing: free its spare. Not under lr_lock. */
void ldlm_flock_drop_spare(struct ldlm_lock *lock)
{
	struct ldlm_resource *res;
	struct ldlm_lock *spare;

	if (lock->l_res->lr_type != LDLM_FLOCK)
		return;
	res = ldlm_lock_res_lock(lock);
	spare = lock->l_flock_spare;
	lock->l_flock_spare = NULL;
	spin_unlock(&res->lr_lock);
	if (spare) {
		ldlm_lock_destroy(spare);
		ldlm_lock_put(spare);
	}
}

/* Server: the table of waiting locks. 0, -ENOMEM. */
int ldlm_flock_ns_init(struct ldlm_namespace *ns)
{
	ns->ns_flock_hash = kcalloc(1 << FLOCK_HASH_BITS, sizeof(*ns->ns_flock_hash), GFP_KERNEL);
	return ns->ns_flock_hash ? 0 : -ENOMEM;
}

static struct hlist_head *ldlm_flock_bucket(struct ldlm_namespace *ns, const struct obd_export *exp,
					    u64 owner)
{
	return &ns->ns_flock_hash[hash_64(owner ^ (unsigned long)exp, FLOCK_HASH_BITS)];
}

/* A granted lock ended or shrank: look at those that it held up. lr_lock held. */
static void ldlm_flock_check_waiters(struct ldlm_lock *lock)
{
	list_splice_tail_init(&lock->l_flock_waiters, &lock->l_res->lr_flock_check);
}

/* The lock waits no longer, or it ends. lr_lock held. */
void ldlm_flock_unlink(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;

	if (lock->l_res->lr_type != LDLM_FLOCK)
		return;
	ldlm_flock_check_waiters(lock);
	list_del_init(&lock->l_flock_wait);
	spin_lock(&ns->ns_flock_lock);
	hlist_del_init(&lock->l_flock_hash);
	spin_unlock(&ns->ns_flock_lock);
}

static void ldlm_flock_split(struct ldlm_resource *res, struct ldlm_lock *by, struct ldlm_lock *old,
			     const struct ldlm_range *rest)
{
	struct ldlm_lock *spare = by->l_flock_spare;

	if (WARN_ON_ONCE(!spare))
		return;
	/* The client is going: the old lock ends as well. */
	if (spare->l_flags & LDLM_FL_DESTROYED)
		return;
	spare->l_policy = old->l_policy;
	spare->l_policy.flock.start = rest->start;
	spare->l_policy.flock.end = rest->end;
	spare->l_req_policy = spare->l_policy;
	/* On a client both parts belong to one lock of the server; replay sends only ranges. */
	spare->l_remote.cookie = 0;
	spare->l_ops = old->l_ops;
	spare->l_flags |= LDLM_FL_REPLIED;
	ldlm_grant_locked(spare, old->l_granted_mode);
	by->l_flock_spare = NULL;
	/* The creator's reference. That of the lock on itself stays. */
	ldlm_lock_put(spare);
}

/*
 * Let the owner of lock hold the range of lock in that mode; LCK_NL unlocks the range.
 * lock->l_policy grows over adjoining locks of the same mode. Locks of the owner that this ends are
 * put on dead.
 */
void ldlm_flock_merge(struct ldlm_resource *res, struct ldlm_lock *lock, u32 mode,
		      struct list_head *dead)
{
	struct ldlm_range new = { lock->l_policy.flock.start, lock->l_policy.flock.end };
	struct ldlm_range old, rest;
	struct ldlm_lock *l, *tmp;

	list_for_each_entry_safe(l, tmp, &res->lr_granted, l_res_link) {
		if (l == lock || !ldlm_flock_same_owner(l, lock))
			continue;
		old.start = l->l_policy.flock.start;
		old.end = l->l_policy.flock.end;
		switch (ldlm_flock_apply(&old, &new, l->l_granted_mode == mode, &rest)) {
		case FLOCK_KEEP:
			break;
		case FLOCK_REMOVE:
			if (ldlm_destroy_locked(l))
				list_add_tail(&l->l_res_link, dead);
			break;
		case FLOCK_SPLIT:
			ldlm_flock_split(res, lock, l, &rest);
			fallthrough;
		case FLOCK_SHRINK:
			l->l_policy.flock.start = old.start;
			l->l_policy.flock.end = old.end;
			ldlm_flock_check_waiters(l);
			break;
		}
	}
	lock->l_policy.flock.start = new.start;
	lock->l_policy.flock.end = new.end;
}

static struct ldlm_lock *ldlm_flock_conflict(struct ldlm_resource *res, struct ldlm_lock *lock)
{
	struct ldlm_lock *l;

	list_for_each_entry(l, &res->lr_granted, l_res_link)
		if (!ldlm_flock_same_owner(l, lock) &&
		    !ldlm_mode_compat(l->l_granted_mode, lock->l_req_mode) &&
		    ldlm_range_overlap(l->l_policy.flock.start, l->l_policy.flock.end,
				       lock->l_policy.flock.start, lock->l_policy.flock.end))
			return l;
	return NULL;
}

/* Append those waiting locks of an owner to the queue of the search that it has not seen yet. */
static void ldlm_flock_search_add(struct ldlm_namespace *ns, const struct ldlm_lock *skip,
				  const struct obd_export *exp, u64 owner, struct ldlm_lock ***tail,
			     unsigned int *steps)
{
	struct ldlm_lock *w;

	hlist_for_each_entry(w, ldlm_flock_bucket(ns, exp, owner), l_flock_hash) {
		if (++*steps > DEADLOCK_STEPS_MAX)
			return;
		if (w == skip || w->l_export != exp || w->l_policy.flock.owner != owner ||
		    w->l_flock_seen == ns->ns_flock_search)
			continue;
		w->l_flock_seen = ns->ns_flock_search;
		w->l_flock_next = NULL;
		**tail = w;
		*tail = &w->l_flock_next;
	}
}

/*
 * The lock has to wait for blocker: does the owner of blocker, by way of other waiters, wait for
 * the owner of the lock? Looks at each waiter once. If not, or if the lock is to wait all the same
 * (wait), records whom the lock waits for.
 */
static bool ldlm_flock_deadlock(struct ldlm_namespace *ns, struct ldlm_lock *lock,
				struct ldlm_lock *blocker, bool wait)
{
	struct obd_export *exp = blocker->l_export;
	u64 owner = blocker->l_policy.flock.owner;
	struct ldlm_lock *queue = NULL, **tail = &queue;
	unsigned int steps = 0;
	bool dead;

	spin_lock(&ns->ns_flock_lock);
	ns->ns_flock_search++;
	for (;;) {
		dead = exp == lock->l_export && owner == lock->l_policy.flock.owner;
		if (dead)
			break;
		ldlm_flock_search_add(ns, lock, exp, owner, &tail, &steps);
		if (!queue || steps > DEADLOCK_STEPS_MAX)
			break;
		exp = queue->l_flock_blk_exp;
		owner = queue->l_flock_blk_owner;
		queue = queue->l_flock_next;
		if (!queue)
			tail = &queue;
	}
	if (!dead || wait) {
		lock->l_flock_blk_exp = blocker->l_export;
		lock->l_flock_blk_owner = blocker->l_policy.flock.owner;
		if (hlist_unhashed(&lock->l_flock_hash))
			hlist_add_head(&lock->l_flock_hash,
				       ldlm_flock_bucket(ns, lock->l_export,
							 lock->l_policy.flock.owner));
	}
	spin_unlock(&ns->ns_flock_lock);
	return dead;
}

/* End the wait of a lock without a grant: its client gets a CP AST with mode 0 and flags. */
static void ldlm_flock_refuse(struct ldlm_lock *w, u64 flags, int error, struct list_head *cp,
			      struct list_head *dead)
{
	w->l_flags |= LDLM_FL_AST_SENT | flags;
	w->l_error = error;
	ldlm_granted(w, cp);
	if (ldlm_destroy_locked(w))
		list_add_tail(&w->l_res_link, dead);
}

/* An unlock of exactly the range that a lock of the same owner waits for ends that wait. */
static void ldlm_flock_cancel_waiting(struct ldlm_resource *res, struct ldlm_lock *lock,
				      struct list_head *cp,
				 struct list_head *dead)
{
	struct ldlm_lock *w, *tmp;

	list_for_each_entry_safe(w, tmp, &res->lr_waiting, l_res_link)
		if (ldlm_flock_same_owner(w, lock) &&
		    w->l_policy.flock.start == lock->l_policy.flock.start &&
		    w->l_policy.flock.end == lock->l_policy.flock.end)
			ldlm_flock_refuse(w, 0, -EINTR, cp, dead);
}

/*
 * Server: a new flock request. 0: granted, waiting, or (LCK_NL, TEST_LOCK) done and not to be kept;
 * -EAGAIN, -EDEADLK. TEST_LOCK: l_req_mode and l_req_policy become those of the conflicting lock.
 */
int ldlm_flock_process(struct ldlm_resource *res, struct ldlm_lock *lock, u64 flags,
		       struct list_head *cp,
		       struct list_head *dead)
{
	struct ldlm_lock *c;

	if (lock->l_req_mode == LCK_NL) {
		ldlm_flock_cancel_waiting(res, lock, cp, dead);
		ldlm_flock_merge(res, lock, LCK_NL, dead);
		ldlm_flock_reprocess(res, cp, dead);
		return 0;
	}

	c = ldlm_flock_conflict(res, lock);
	if (flags & LDLM_FL_TEST_LOCK) {
		lock->l_req_mode = c ? c->l_granted_mode : LCK_NL;
		if (c)
			lock->l_req_policy = c->l_policy;
		return 0;
	}
	if (!c) {
		ldlm_flock_merge(res, lock, lock->l_req_mode, dead);
		ldlm_grant_locked(lock, lock->l_req_mode);
		/* PW became PR somewhere: others may go on. */
		ldlm_flock_reprocess(res, cp, dead);
		return 0;
	}
	if (flags & (LDLM_FL_BLOCK_NOWAIT | LDLM_FL_SPECULATIVE))
		return -EAGAIN;
	if (ldlm_flock_deadlock(res->lr_ns, lock, c, false))
		return -EDEADLK;
	list_add_tail(&lock->l_res_link, &res->lr_waiting);
	list_add_tail(&lock->l_flock_wait, &c->l_flock_waiters);
	return 0;
}

/* For each waiter of the locks that ended or shrank: grant it, or let it wait for another lock. */
void ldlm_flock_reprocess(struct ldlm_resource *res, struct list_head *cp, struct list_head *dead)
{
	struct ldlm_lock *w, *c;
	bool knows;

	if (res->lr_ns->ns_replaying)
		return;
	/* A grant may weaken a range of its owner (PW to PR) and so add to the list. */
	while ((w = list_first_entry_or_null(&res->lr_flock_check, struct ldlm_lock,
					     l_flock_wait))) {
		list_del_init(&w->l_flock_wait);
		c = ldlm_flock_conflict(res, w);
		knows = exp_connect_flags(w->l_export) & OBD_CONNECT_FLOCK_DEAD;
		if (!c) {
			ldlm_flock_unlink(w);
			ldlm_flock_merge(res, w, w->l_req_mode, dead);
			ldlm_grant_locked(w, w->l_req_mode);
			ldlm_granted(w, cp);
		} else if (ldlm_flock_deadlock(res->lr_ns, w, c, !knows) && knows) {
			ldlm_flock_refuse(w, LDLM_FL_FLOCK_DEADLOCK, -EDEADLK, cp, dead);
		} else {
			list_add_tail(&w->l_flock_wait, &c->l_flock_waiters);
		}
	}
}

/* A lock that its client replays as waiting: looked at when the recovery ends. lr_lock held. */
void ldlm_flock_replay_waiting(struct ldlm_lock *lock)
{
	list_add_tail(&lock->l_flock_wait, &lock->l_res->lr_flock_check);
}
