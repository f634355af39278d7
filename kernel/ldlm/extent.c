// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extent locks on the server: an interval tree of the granted locks for each mode, conflicts,
 * growth of the extent (chapter 3, 15.2 and 15.3). All functions run under lr_lock. Their cost
 * depends on the number of conflicting locks, not on that of all locks of the resource.
 */
#include "internal.h"
#include <linux/interval_tree_generic.h>

#define EXT_START(l)	((l)->l_policy.extent.start)
#define EXT_LAST(l)	((l)->l_policy.extent.end)

INTERVAL_TREE_DEFINE(struct ldlm_lock, l_rb, u64, l_subtree_last, EXT_START, EXT_LAST,
		     static inline, ext_tree)

#define GROUP_IDX	6	/* ldlm_mode_index(LCK_GROUP) */

void ldlm_extent_insert(struct ldlm_resource *res, struct ldlm_lock *lock)
{
	ext_tree_insert(lock, &res->lr_trees[ldlm_mode_index(lock->l_granted_mode)].root);
}

void ldlm_extent_remove(struct ldlm_resource *res, struct ldlm_lock *lock)
{
	ext_tree_remove(lock, &res->lr_trees[ldlm_mode_index(lock->l_granted_mode)].root);
	RB_CLEAR_NODE(&lock->l_rb);
}

/* Granted locks of a mode that overlap, by start. */
struct ldlm_lock *ldlm_extent_first(struct ldlm_resource *res, int mode_idx, u64 start, u64 end)
{
	return ext_tree_iter_first(&res->lr_trees[mode_idx].root, start, end);
}

struct ldlm_lock *ldlm_extent_next(struct ldlm_lock *lock, u64 start, u64 end)
{
	return ext_tree_iter_next(lock, start, end);
}

/* All granted locks of a mode, from the highest start down. */
struct ldlm_lock *ldlm_extent_last(struct ldlm_resource *res, int mode_idx)
{
	struct rb_node *node = rb_last(&res->lr_trees[mode_idx].root.rb_root);

	return node ? rb_entry(node, struct ldlm_lock, l_rb) : NULL;
}

struct ldlm_lock *ldlm_extent_prev(struct ldlm_lock *lock)
{
	struct rb_node *node = rb_prev(&lock->l_rb);

	return node ? rb_entry(node, struct ldlm_lock, l_rb) : NULL;
}

/* Is a group lock of the same group granted? Then no other lock can be. */
bool ldlm_extent_joins_group(struct ldlm_resource *res, struct ldlm_lock *lock)
{
	struct ldlm_lock *g;

	if (lock->l_req_mode != LCK_GROUP || !res->lr_nr_granted[GROUP_IDX])
		return false;
	g = ldlm_extent_last(res, GROUP_IDX);
	return g && g->l_policy.extent.gid == lock->l_req_policy.extent.gid;
}

/*
 * Does a granted lock conflict with this one? mark: put those that do on bl. The search ends at a
 * holder that was called back before, because the others were, too, when that waiter came; full: it
 * does not.
 */
bool ldlm_extent_blocked(struct ldlm_resource *res, struct ldlm_lock *lock, bool mark, bool full,
			 struct list_head *bl, bool *group)
{
	u64 start = lock->l_req_policy.extent.start, end = lock->l_req_policy.extent.end;
	u32 compat = ldlm_mode_compat_mask(lock->l_req_mode);
	bool found = false;
	struct ldlm_lock *l;
	int i;

	if (lock->l_req_mode == LCK_GROUP) {
		/*
		 * No lock of the same group is granted: every mode but NL conflicts, whatever its
		 * range.
		 */
		compat = LCK_NL;
		start = 0;
		end = OBD_OBJECT_EOF;
	} else if (lock->l_req_mode != LCK_NL && res->lr_nr_granted[GROUP_IDX]) {
		ldlm_note_blocker(lock, ldlm_extent_last(res, GROUP_IDX));
		*group = true;
		return true;
	}

	for (i = 0; i < LCK_MODE_NUM; i++) {
		if (compat & (1 << i) || !res->lr_nr_granted[i])
			continue;
		if (i == GROUP_IDX)
			*group = true;
		for (l = ldlm_extent_first(res, i, start, end); l;
		     l = ldlm_extent_next(l, start, end)) {
			found = true;
			if (!mark || (!full && l->l_flags & LDLM_FL_AST_SENT))
				return true;
			ldlm_tell_holder(l, lock, bl);
		}
	}
	return found;
}

/* Does a waiting lock ahead of this one conflict with it? mark: its CP AST will call it back. */
bool ldlm_extent_blocked_waiting(struct ldlm_resource *res, struct ldlm_lock *lock, bool mark,
				 bool *group)
{
	u64 start = lock->l_req_policy.extent.start, end = lock->l_req_policy.extent.end;
	bool found = false;
	struct ldlm_lock *w;

	list_for_each_entry(w, &res->lr_waiting, l_res_link) {
		if (w == lock)
			break;
		if (w->l_req_mode == LCK_NL || lock->l_req_mode == LCK_NL)
			continue;
		if (w->l_req_mode == LCK_GROUP || lock->l_req_mode == LCK_GROUP) {
			if (w->l_req_mode == lock->l_req_mode &&
			    w->l_req_policy.extent.gid == lock->l_req_policy.extent.gid)
				continue;
			if (w->l_req_mode == LCK_GROUP)
				*group = true;
		} else if (ldlm_mode_compat(w->l_req_mode, lock->l_req_mode)) {
			/*
			 * What waits behind that reader waits for a conflict that blocks this lock
			 * as well.
			 */
			if (lock->l_req_mode == LCK_PR && !(w->l_flags & LDLM_FL_AST_SENT) &&
			    ldlm_range_covers(w->l_policy.extent.start, w->l_policy.extent.end,
					      start, end))
				break;
			continue;
		} else if (!ldlm_range_overlap(w->l_policy.extent.start, w->l_policy.extent.end,
					       start, end)) {
			continue;
		}
		found = true;
		if (!mark)
			return true;
		ldlm_tell_holder(w, lock, NULL);
	}
	return found;
}

/* A group lock waits behind those of its group, or in front of all that are no group locks. */
void ldlm_extent_queue(struct ldlm_resource *res, struct ldlm_lock *lock)
{
	struct list_head *pos = &res->lr_waiting;
	struct ldlm_lock *w;
	bool seen = false;

	if (lock->l_req_mode == LCK_GROUP) {
		list_for_each_entry(w, &res->lr_waiting, l_res_link) {
			bool same = w->l_req_mode == LCK_GROUP &&
				    w->l_req_policy.extent.gid == lock->l_req_policy.extent.gid;

			if ((seen && !same) || w->l_req_mode != LCK_GROUP) {
				pos = &w->l_res_link;
				break;
			}
			seen |= same;
		}
	}
	list_move_tail(&lock->l_res_link, pos);
}

/*
 * Let a lock grow that is about to be granted. It is not in a tree yet, but may be on the waiting
 * list.
 */
void ldlm_extent_expand(struct ldlm_resource *res, struct ldlm_lock *lock)
{
	struct ldlm_range req = { lock->l_req_policy.extent.start, lock->l_req_policy.extent.end };
	u32 compat = ldlm_mode_compat_mask(lock->l_req_mode);
	struct ldlm_expand_waiter ew;
	struct ldlm_lock *l, *w;
	struct ldlm_expand ex;
	bool more = true;
	int i;

	if (!lock->l_export || lock->l_flags & LDLM_FL_NO_EXPANSION ||
	    (req.start == 0 && req.end == OBD_OBJECT_EOF))
		return;

	ldlm_expand_init(&ex, &req, lock->l_req_mode);
	for (i = 0; i < LCK_MODE_NUM && more; i++) {
		if (compat & (1 << i) || !res->lr_nr_granted[i])
			continue;
		l = req.end == OBD_OBJECT_EOF ? NULL :
			ldlm_extent_first(res, i, req.end + 1, OBD_OBJECT_EOF);
		more = ldlm_expand_granted(&ex, res->lr_nr_granted[i], l, l ? EXT_START(l) : 0);
	}
	ldlm_expand_fixup(&ex);

	ldlm_expand_waiting_begin(&ex);
	more = true;
	list_for_each_entry(w, &res->lr_waiting, l_res_link) {
		if (w == lock)
			continue;
		ew.policy.start = EXT_START(w);
		ew.policy.end = EXT_LAST(w);
		ew.req.start = w->l_req_policy.extent.start;
		ew.req.end = w->l_req_policy.extent.end;
		ew.compat = compat & w->l_req_mode;
		ew.same_client = w->l_export == lock->l_export;
		more = ldlm_expand_waiting(&ex, &ew);
		if (!more)
			break;
	}
	if (more)
		ldlm_expand_fixup(&ex);
	lock->l_policy.extent.start = ex.x.start;
	lock->l_policy.extent.end = ex.x.end;
}
