// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grant algorithm of the server (chapter 3, 15): which locks conflict, and which is granted
 * next. Runs under lr_lock. Locks whose clients have to be told are collected on two lists, bl
 * (called back) and cp (granted), for ldlm_srv_send() after unlocking.
 */
#include "internal.h"
#include <trace/events/ldlm.h>

/*
 * Remember the client whose lock a thread of the server waits for (ldlm_srv_lock_local()): that of
 * the holder; if the holder itself waits, the one that it waits for. lr_lock held.
 */
void ldlm_note_blocker(struct ldlm_lock *want, const struct ldlm_lock *holder)
{
	bool granted = holder->l_granted_mode && holder->l_export;
	struct obd_export *exp = granted ? holder->l_export : holder->l_blocker;

	if (!(want->l_flags & LDLM_FL_SYNC) || want->l_blocker || !exp)
		return;
	want->l_blocker = export_get(exp);
	want->l_blocker_untimed = granted ? !ldlm_lock_has_timer(holder) :
					    holder->l_blocker_untimed;
}

/*
 * The lock "want" cannot be granted because of "holder". Tell the client of holder, once: by a BL
 * AST (bl), or, if the message that tells it of the grant is not built yet (enqueue reply, CP AST),
 * by that message.
 */
void ldlm_tell_holder(struct ldlm_lock *holder, struct ldlm_lock *want, struct list_head *bl)
{
	struct ldlm_resource *res = holder->l_res;

	ldlm_note_blocker(want, holder);
	if (holder->l_flags & LDLM_FL_AST_SENT || res->lr_type == LDLM_FLOCK)
		return;
	if (holder->l_granted_mode == LCK_GROUP)
		return;
	trace_ldlm_block(holder, want->l_req_mode);
	holder->l_flags |= LDLM_FL_AST_SENT;
	holder->l_bl_mode = want->l_req_mode;
	holder->l_bl_policy = want->l_policy;
	if (want->l_flags & LDLM_FL_AST_DISCARD_DATA)
		holder->l_flags |= LDLM_FL_DISCARD_DATA;
	if (!holder->l_export || !holder->l_granted_mode || holder->l_flags & LDLM_FL_MSG_PENDING)
		return;
	if (bl && list_empty(&holder->l_bl_ast)) {
		ldlm_lock_get(holder);
		list_add_tail(&holder->l_bl_ast, bl);
	}
}

/*
 * A waiting lock was granted, or its wait ended without a grant (flock: l_error). Wake the thread
 * that waits, or let a CP AST tell the client.
 */
void ldlm_granted(struct ldlm_lock *lock, struct list_head *cp)
{
	wake_up_all(&lock->l_waitq);
	if (!lock->l_export || lock->l_flags & (LDLM_FL_SYNC | LDLM_FL_MSG_PENDING))
		return;
	lock->l_flags |= LDLM_FL_MSG_PENDING;
	ldlm_lock_get(lock);
	list_add_tail(&lock->l_cp_ast, cp);
}

/* ---- inode bits; plain locks are treated as locks with all bits ---- */

static u64 ldlm_bits_of(const struct ldlm_resource *res, const struct ldlm_lock *lock)
{
	return res->lr_type == LDLM_IBITS ? lock->l_policy.ibits.bits : ~0ULL;
}

static u64 ldlm_try_bits_of(const struct ldlm_resource *res, const struct ldlm_lock *lock)
{
	return res->lr_type == LDLM_IBITS ? lock->l_policy.ibits.try_bits : 0;
}

/* Do the modes of two locks conflict? Their bits are not looked at. */
static bool ldlm_modes_conflict(const struct ldlm_resource *res, const struct ldlm_lock *a,
				u32 a_mode,
				const struct ldlm_lock *b)
{
	if (a_mode == LCK_GROUP && b->l_req_mode == LCK_GROUP)
		return res->lr_type == LDLM_IBITS && a->l_policy.ibits.gid != b->l_policy.ibits.gid;
	return !ldlm_mode_compat(a_mode, b->l_req_mode);
}

static bool ldlm_bits_blocked(struct ldlm_resource *res, struct ldlm_lock *lock, bool mark,
			      struct list_head *bl)
{
	u32 compat = ldlm_mode_compat_mask(lock->l_req_mode) & ~(u32)LCK_GROUP;
	u64 bits = ldlm_bits_of(res, lock);
	unsigned int suspects = 0;
	bool found = false;
	struct ldlm_lock *l;
	int i;

	for (i = 0; i < LCK_MODE_NUM; i++)
		if (!(compat & (1 << i)))
			suspects += res->lr_nr_granted[i];
	if (!suspects)
		return false;

	list_for_each_entry(l, &res->lr_granted, l_res_link) {
		if (!ldlm_modes_conflict(res, l, l->l_granted_mode, lock))
			continue;
		lock->l_policy.ibits.try_bits &= ~ldlm_bits_of(res, l);
		if (!(bits & ldlm_bits_of(res, l)))
			continue;
		found = true;
		if (!mark)
			return true;
		ldlm_tell_holder(l, lock, bl);
	}
	return found;
}

static bool ldlm_bits_blocked_waiting(struct ldlm_resource *res, struct ldlm_lock *lock, bool mark)
{
	u64 bits = ldlm_bits_of(res, lock);
	bool found = false;
	struct ldlm_lock *w;

	list_for_each_entry(w, &res->lr_waiting, l_res_link) {
		if (w == lock)
			break;
		if (!ldlm_modes_conflict(res, w, w->l_req_mode, lock))
			continue;
		lock->l_policy.ibits.try_bits &= ~(ldlm_bits_of(res, w) | ldlm_try_bits_of(res, w));
		if (!(bits & ldlm_bits_of(res, w)))
			continue;
		found = true;
		if (!mark)
			return true;
		if (res->lr_type == LDLM_IBITS)
			w->l_policy.ibits.try_bits &= ~bits;
		ldlm_tell_holder(w, lock, NULL);
	}
	return found;
}

static void ldlm_bits_grant(struct ldlm_resource *res, struct ldlm_lock *lock)
{
	if (res->lr_type == LDLM_IBITS) {
		lock->l_policy.ibits.bits |= lock->l_policy.ibits.try_bits;
		lock->l_policy.ibits.try_bits = 0;
	}
	ldlm_grant_locked(lock, lock->l_req_mode);
}

static int ldlm_bits_process(struct ldlm_resource *res, struct ldlm_lock *lock, u64 flags,
			     struct list_head *bl)
{
	bool wait = !(flags & (LDLM_FL_BLOCK_NOWAIT | LDLM_FL_SPECULATIVE));
	bool blocked;

	blocked = ldlm_bits_blocked(res, lock, wait, bl);
	if (!blocked || wait)
		blocked |= ldlm_bits_blocked_waiting(res, lock, wait);
	if (blocked && !wait)
		return -EAGAIN;
	if (blocked) {
		list_add_tail(&lock->l_res_link, &res->lr_waiting);
		return 0;
	}
	if (res->lr_type == LDLM_IBITS &&
	    !(lock->l_policy.ibits.bits | lock->l_policy.ibits.try_bits))
		return -EAGAIN;
	ldlm_bits_grant(res, lock);
	return 0;
}

/*
 * Grant waiting locks, from the head of the queue. Plain locks: stop at the first that cannot be
 * granted. Inode bits: one behind it may be granted if it wants no bit of those ahead of it.
 */
static void ldlm_bits_reprocess(struct ldlm_resource *res, struct list_head *bl,
				struct list_head *cp)
{
	u64 ahead[LCK_MODE_NUM] = { 0 };
	struct ldlm_lock *w, *tmp;
	u64 taken;
	u32 compat;
	int i;

	list_for_each_entry_safe(w, tmp, &res->lr_waiting, l_res_link) {
		/* Two group locks count as a conflict here, so that the one ahead is first. */
		compat = ldlm_mode_compat_mask(w->l_req_mode) & ~(u32)LCK_GROUP;
		taken = 0;
		for (i = 0; i < LCK_MODE_NUM; i++)
			if (!(compat & (1 << i)))
				taken |= ahead[i];
		if (res->lr_type == LDLM_IBITS)
			w->l_policy.ibits.try_bits &= ~taken;
		if ((res->lr_ns->ns_replaying && w->l_export) || taken & ldlm_bits_of(res, w) ||
		    ldlm_bits_blocked(res, w, true, bl)) {
			ahead[ldlm_mode_index(w->l_req_mode)] |= ldlm_bits_of(res, w);
			if (res->lr_type == LDLM_PLAIN)
				break;
			continue;
		}
		ldlm_bits_grant(res, w);
		ldlm_granted(w, cp);
	}
}

/* ---- extents ---- */

static int ldlm_extent_process(struct ldlm_resource *res, struct ldlm_lock *lock, u64 flags,
			       struct list_head *bl)
{
	bool wait = !(flags & LDLM_FL_SPECULATIVE), group = false, blocked;

	if (!ldlm_extent_joins_group(res, lock)) {
		blocked = ldlm_extent_blocked(res, lock, false, false, NULL, &group) ||
			  ldlm_extent_blocked_waiting(res, lock, false, &group);
		if (blocked && !wait)
			return -EAGAIN;
		if (blocked && flags & LDLM_FL_BLOCK_NOWAIT) {
			/* The search ended at the first conflict; look for group locks as well. */
			if (!group)
				ldlm_extent_blocked_waiting(res, lock, true, &group);
			if (group)
				return -EAGAIN;
		}
		if (blocked) {
			ldlm_extent_blocked(res, lock, true, true, bl, &group);
			ldlm_extent_blocked_waiting(res, lock, true, &group);
			ldlm_extent_queue(res, lock);
			lock->l_flags |= LDLM_FL_NO_TIMEOUT;
			return 0;
		}
	}
	ldlm_extent_expand(res, lock);
	ldlm_grant_locked(lock, lock->l_req_mode);
	return 0;
}

static void ldlm_extent_reprocess(struct ldlm_resource *res, struct list_head *bl,
				  struct list_head *cp)
{
	struct ldlm_lock *w, *tmp;
	bool group = false;

	list_for_each_entry_safe(w, tmp, &res->lr_waiting, l_res_link) {
		if (res->lr_ns->ns_replaying && w->l_export)
			break;
		if (!ldlm_extent_joins_group(res, w) &&
		    ldlm_extent_blocked(res, w, true, false, bl, &group))
			break;
		ldlm_extent_expand(res, w);
		ldlm_grant_locked(w, w->l_req_mode);
		ldlm_granted(w, cp);
	}
}

/* ---- all types ---- */

/*
 * Decide about a new lock. 0: it was granted (l_granted_mode is set), or waits. -errno: neither;
 * -ENOTCONN: its client is gone; -ENODEV: the target stops (ldlm_ns_stop()). lr_lock held.
 */
int ldlm_srv_process(struct ldlm_resource *res, struct ldlm_lock *lock, u64 flags,
		     struct list_head *bl, struct list_head *cp, struct list_head *dead)
{
	int rc;

	if (lock->l_flags & LDLM_FL_DESTROYED)
		rc = -ENOTCONN;
	else if (READ_ONCE(res->lr_ns->ns_stopping))
		rc = -ENODEV;
	else if (res->lr_type == LDLM_EXTENT)
		rc = ldlm_extent_process(res, lock, flags, bl);
	else if (res->lr_type == LDLM_FLOCK)
		rc = ldlm_flock_process(res, lock, flags, cp, dead);
	else
		rc = ldlm_bits_process(res, lock, flags, bl);
	trace_ldlm_enqueue(lock, rc);
	return rc;
}

/* A lock ended or became weaker: grant the waiting locks that can be granted now. lr_lock held. */
static void ldlm_reprocess_locked(struct ldlm_resource *res, struct list_head *bl,
				  struct list_head *cp, struct list_head *dead)
{
	if (list_empty(&res->lr_waiting) || READ_ONCE(res->lr_ns->ns_stopping))
		return;
	switch (res->lr_type) {
	case LDLM_EXTENT:
		ldlm_extent_reprocess(res, bl, cp);
		break;
	case LDLM_FLOCK:
		ldlm_flock_reprocess(res, cp, dead);
		break;
	default:
		ldlm_bits_reprocess(res, bl, cp);
	}
}

void ldlm_reprocess(struct ldlm_resource *res)
{
	LIST_HEAD(bl);
	LIST_HEAD(cp);
	LIST_HEAD(dead);

	spin_lock(&res->lr_lock);
	ldlm_reprocess_locked(res, &bl, &cp, &dead);
	spin_unlock(&res->lr_lock);
	ldlm_put_list(&dead);
	ldlm_srv_send(&bl, &cp);
}
