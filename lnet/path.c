// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which way a message takes (chapter 1, 7.2 and 11): the NI of this node and the NID of the other,
 * and what failures and successes say about them.
 *
 * An answer goes back between the NIDs of what it answers. Other messages to a node with several
 * NIDs take, of the NIs that reach it, the one that is up, healthiest, least busy, and used longest
 * ago, and then its NID by the same order. Until discovery is complete, and for nodes without it,
 * the NIDs of the first contact are used; and what is for a NID goes there until that NID itself
 * has named the others. No locks of its own.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/module.h>
#include <linux/rculist.h>
#include "internal.h"

/* Bigger is better, compared from the first to the last. */
struct rank {
	bool up;
	int health;
	int credits;
	int turn;		/* the older the better */
};

static atomic_t turns;		/* of all messages that had a choice */

static bool lnet_rank_better(const struct rank *a, const struct rank *b)
{
	if (a->up != b->up)
		return a->up;
	if (a->health != b->health)
		return a->health > b->health;
	/* a difference of what is under way on an idle node means nothing */
	if (a->credits != b->credits && (a->credits <= 0 || b->credits <= 0))
		return a->credits > b->credits;
	return a->turn - b->turn < 0;
}

static struct rank lnet_ni_rank(struct lnet_ni *ni)
{
	return (struct rank){
		.up = !READ_ONCE(ni->link_down),
		.health = atomic_read(&ni->health),
		.credits = (int)ni->credits - atomic_read(&ni->inflight),
		.turn = READ_ONCE(ni->turn),
	};
}

static struct rank lnet_peer_ni_rank(struct lnet_peer_ni *lpni, const struct lnet_ni *ni)
{
	return (struct rank){
		.up = !READ_ONCE(lpni->down),
		.health = atomic_read(&lpni->health),
		.credits = (int)ni->peer_credits - atomic_read(&lpni->inflight),
		.turn = READ_ONCE(lpni->turn),
	};
}

/* Can messages of an NI go to this NID without a router? */
static bool lnet_ni_reaches(const struct lnet_ni *ni, const struct lnet_nid *nid)
{
	return ni->net == lnet_nid_net(nid) && ni->nid.nid_size == nid->nid_size;
}

/* The best of the NIDs of a node that an NI reaches. Under RCU. */
static struct lnet_peer_ni *lnet_path_best_peer_ni(struct lnet_peer *lp, const struct lnet_ni *ni)
{
	struct lnet_peer_ni *lpni, *best = NULL;
	struct rank r, best_r;

	list_for_each_entry_rcu(lpni, &lp->nis, link) {
		if (!lnet_ni_reaches(ni, &lpni->nid))
			continue;
		r = lnet_peer_ni_rank(lpni, ni);
		if (!best || lnet_rank_better(&r, &best_r)) {
			best = lpni;
			best_r = r;
		}
	}
	return best;
}

/*
 * Reference both ends of a path, and let the others have the next turns. False: one of them is
 * going away just now.
 */
static bool lnet_path_hold(struct lnet_ni *ni, struct lnet_peer_ni *lpni)
{
	int turn;

	if (!refcount_inc_not_zero(&lpni->refs))
		return false;
	if (!refcount_inc_not_zero(&ni->refs)) {
		lnet_peer_ni_put(lpni);
		return false;
	}
	turn = atomic_inc_return(&turns);
	WRITE_ONCE(ni->turn, turn);
	WRITE_ONCE(lpni->turn, turn);
	return true;
}

/* The best NI for a node, with its best NID; both referenced. */
static bool lnet_path_any(struct lnet_peer *lp, struct lnet_path *p)
{
	struct lnet_peer_ni *lpni, *best_lpni = NULL;
	struct lnet_ni *ni, *best = NULL;
	struct rank r, best_r;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, lnet_ni_list(), link) {
		if (READ_ONCE(ni->dying))
			continue;
		lpni = lnet_path_best_peer_ni(lp, ni);
		if (!lpni)
			continue;
		r = lnet_ni_rank(ni);
		if (!best || lnet_rank_better(&r, &best_r)) {
			best = ni;
			best_lpni = lpni;
			best_r = r;
		}
	}
	if (!best || !lnet_path_hold(best, best_lpni))
		best = NULL;
	rcu_read_unlock();
	if (!best)
		return false;
	p->ni = best;
	p->lpni = best_lpni;
	p->src = best->nid;
	p->dst = best_lpni->nid;
	return true;
}

/* The best NI that reaches a NID, referenced. */
static struct lnet_ni *lnet_path_best_ni(const struct lnet_nid *to)
{
	struct lnet_ni *ni, *best = NULL;
	struct rank r, best_r;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, lnet_ni_list(), link) {
		if (READ_ONCE(ni->dying) || !lnet_ni_reaches(ni, to))
			continue;
		r = lnet_ni_rank(ni);
		r.turn = 0;	/* always the same NID */
		if (!best || lnet_rank_better(&r, &best_r)) {
			best = ni;
			best_r = r;
		}
	}
	if (best && !refcount_inc_not_zero(&best->refs))
		best = NULL;
	rcu_read_unlock();
	return best;
}

/* The NI of a NID of this node if it reaches the other NID. */
static struct lnet_ni *lnet_path_own_ni(const struct lnet_nid *self, const struct lnet_nid *to)
{
	struct lnet_ni *ni = lnet_ni_by_nid(self);

	if (ni && !lnet_ni_reaches(ni, to)) {
		lnet_ni_put(ni);
		ni = NULL;
	}
	return ni;
}

/* The NI for messages to a node of which one NID is used. */
static struct lnet_ni *lnet_path_fixed_ni(struct lnet_peer_ni *lpni, const struct lnet_nid *to)
{
	struct lnet_ni *ni = NULL;

	/* pairs with the smp_store_release() of lnet_peer_set_self() */
	if (lpni && smp_load_acquire(&lpni->lp->self_set))
		ni = lnet_path_own_ni(&lpni->lp->self, to);
	if (ni && READ_ONCE(ni->link_down)) {
		lnet_ni_put(ni);
		ni = NULL;
	}
	/* to a NID of this node over the wire: from that NID */
	return ni ?: lnet_ni_by_nid(to) ?: lnet_path_best_ni(to);
}

static int lnet_path_local(struct lnet_path *p)
{
	p->ni = lnet_ni_by_nid(&lnet_lo_nid);
	p->lpni = NULL;
	p->src = lnet_lo_nid;
	p->dst = lnet_lo_nid;
	return p->ni ? 0 : -ENETDOWN;
}

/*
 * Choose the way of a message to a NID. self: the NID of this node that it must come from, or NULL.
 * exact: not to another NID of the same node. The NI, and the record of the NID (may be NULL), are
 * referenced.
 */
int lnet_path_choose(const struct lnet_nid *self, const struct lnet_nid *to, bool exact,
		     struct lnet_path *p)
{
	bool fixed = self && !lnet_nid_is_any(self) && !lnet_nid_is_lo(self);

	if (lnet_nid_is_any(to))
		return -EHOSTUNREACH;
	if (lnet_nid_is_lo(to) || (lnet_is_local_dist_zero() && lnet_ni_owns(to)))
		return lnet_path_local(p);
	p->lpni = lnet_peer_ni_get(to, NULL);
	if (!exact && !fixed && p->lpni && READ_ONCE(p->lpni->stated) &&
	    lnet_peer_is_ready(p->lpni->lp)) {
		struct lnet_peer_ni *asked = p->lpni;
		bool found = lnet_path_any(asked->lp, p);

		if (found) {
			lnet_peer_ni_put(asked);
			return 0;
		}
		p->lpni = asked;
	}
	p->dst = *to;
	p->ni = fixed ? lnet_path_own_ni(self, to) : lnet_path_fixed_ni(p->lpni, to);
	if (!p->ni) {
		if (p->lpni)
			lnet_peer_ni_put(p->lpni);
		return lnet_is_up() ? -EHOSTUNREACH : -ENETDOWN;
	}
	p->src = p->ni->nid;
	if (p->lpni)
		lnet_peer_set_self(p->lpni->lp, &p->src);
	return 0;
}

/* ---- health ---- */

void lnet_health_add(atomic_t *health, int step)
{
	int old = atomic_read(health), new;

	do {
		new = clamp(old + step, 0, LNET_HEALTH_MAX);
		if (new == old)
			return;
	} while (!atomic_try_cmpxchg(health, &old, new));
}

/* A message of this NI came from that NID: both work. */
void lnet_path_works(struct lnet_ni *ni, struct lnet_peer_ni *lpni)
{
	int step = READ_ONCE(lnet_health_sensitivity);

	lnet_health_add(&ni->health, step);
	if (!lpni)
		return;
	lnet_health_add(&lpni->health, step);
	lpni->last_used = jiffies;
}

static void lnet_path_count(int err)
{
	switch (err) {
	case -ETIMEDOUT:
		atomic_long_inc(&lnet_counters.network_timeouts);
		break;
	case -ENOMEM:
	case -ENETDOWN:
	case -ENETUNREACH:
	case -ENODEV:
	case -EADDRNOTAVAIL:
	case -ESHUTDOWN:
		atomic_long_inc(&lnet_counters.local_errors);
		break;
	default:
		atomic_long_inc(&lnet_counters.remote_errors);
	}
}

/* A message from this NI to that NID failed. Which of the two it was, is not always known. */
void lnet_path_failed(struct lnet_ni *ni, struct lnet_peer_ni *lpni, int err)
{
	int step = -(int)READ_ONCE(lnet_health_sensitivity);

	lnet_path_count(err);
	switch (err) {
	case -ESHUTDOWN:	/* the NI stops */
		return;
	case -ENOMEM:
	case -ENETDOWN:
	case -ENODEV:
	case -EADDRNOTAVAIL:
		lnet_health_add(&ni->health, step);
		return;
	case -ETIMEDOUT:
	case -ENETUNREACH:
	case -EHOSTUNREACH:
		/* it may be either end, unless the other one has said that it is down */
		if (lnet_ni_has_choice(ni) && !(lpni && READ_ONCE(lpni->down)))
			lnet_health_add(&ni->health, step);
		break;
	}
	if (!lpni)
		return;
	lnet_health_add(&lpni->health, step);
	/* it may have been restarted with other NIDs */
	if (!lnet_nid_is_lo(&ni->nid))
		WRITE_ONCE(lpni->lp->discovered, false);
}

/* Count a message that is handed to the driver. */
void lnet_path_begin(struct lnet_ni *ni, struct lnet_peer_ni *lpni)
{
	int n = atomic_inc_return(&ni->inflight);

	if (n > READ_ONCE(ni->inflight_max))
		WRITE_ONCE(ni->inflight_max, n);
	if (!lpni)
		return;
	n = atomic_inc_return(&lpni->inflight);
	if (n > READ_ONCE(lpni->inflight_max))
		WRITE_ONCE(lpni->inflight_max, n);
}

void lnet_path_end(struct lnet_ni *ni, struct lnet_peer_ni *lpni)
{
	atomic_dec(&ni->inflight);
	if (lpni)
		atomic_dec(&lpni->inflight);
}

/**
 * lnet_peer_unreachable() - a driver lost a peer that took no data, or cannot reach it
 * @ni: the NI
 * @nid: of the peer
 * @err: -errno
 *
 * Messages take other ways, if there are some. What the driver has not sent, it ends with
 * lnet_msg_sent(). Process context, no locks held.
 */
void lnet_peer_unreachable(struct lnet_ni *ni, const struct lnet_nid *nid, int err)
{
	struct lnet_peer_ni *lpni = lnet_peer_ni_find(nid);

	if (!lpni)
		return;
	lnet_path_failed(ni, lpni, err);
	lnet_peer_ni_put(lpni);
}
EXPORT_SYMBOL_GPL(lnet_peer_unreachable);

/**
 * lnet_fast_fail() - somebody waits until messages to a node are sent or have failed
 * @to: one of its NIDs
 *
 * For some seconds from now, messages to the node fail already when it takes no data for 3 s, not
 * only after the usual timeout. Does not sleep.
 */
void lnet_fast_fail(const struct lnet_nid *to)
{
	struct lnet_peer_ni *asked = lnet_peer_ni_find(to), *lpni;
	struct lnet_ni *ni;

	if (!asked)
		return;
	rcu_read_lock();
	list_for_each_entry_rcu(ni, lnet_ni_list(), link) {
		if (!ni->lnd->fast_fail || READ_ONCE(ni->dying) ||
		    !refcount_inc_not_zero(&ni->refs))
			continue;
		list_for_each_entry_rcu(lpni, &asked->lp->nis, link)
			if (lnet_ni_reaches(ni, &lpni->nid))
				ni->lnd->fast_fail(ni, &lpni->nid);
		lnet_ni_put(ni);
	}
	rcu_read_unlock();
	lnet_peer_ni_put(asked);
}
EXPORT_SYMBOL_GPL(lnet_fast_fail);
