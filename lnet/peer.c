// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other nodes (chapter 1, 10.3 and 11): a table of their NIDs, and which of them belong to one
 * node, which its primary NID stands for.
 *
 * A NID gets a node of its own when it is first heard of. What a node says about its NIDs (the
 * answer to a ping, or a push) brings NIDs together. A node may claim any NID, so what it says is
 * believed only as long as the owner of that NID has not said otherwise from there ('stated'), and
 * rights are given to the NID that a message came from, never to a primary NID.
 *
 * Readers use RCU. Changes are made under peers_lock (spinlock, innermost). A NID never moves to
 * another node: it is replaced in the table; so lpni->lp is constant.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "internal.h"

#define PEER_HASH_BITS		12
/* More NIDs are not remembered; each takes about 500 bytes. */
#define PEER_NIS_MAX		65536
/* With half of that, those of single NIDs are forgotten after so many seconds without messages. */
#define PEER_IDLE_MAX		60

static struct hlist_head table[1 << PEER_HASH_BITS];
static LIST_HEAD(peers);
static DEFINE_SPINLOCK(peers_lock);
static unsigned int nr_peer_nis;
static u64 next_id;

static struct hlist_head *lnet_peer_bucket(const struct lnet_nid *nid)
{
	return &table[jhash(nid, sizeof(*nid), 0) & ((1 << PEER_HASH_BITS) - 1)];
}

void lnet_peer_unref(struct lnet_peer *lp)
{
	if (refcount_dec_and_test(&lp->refs))
		kfree_rcu(lp, rcu);
}

void lnet_peer_ni_put(struct lnet_peer_ni *lpni)
{
	struct lnet_peer *lp = lpni->lp;

	if (!refcount_dec_and_test(&lpni->refs))
		return;
	kfree_rcu(lpni, rcu);
	lnet_peer_unref(lp);
}

/* Under RCU or peers_lock; not referenced. */
static struct lnet_peer_ni *lnet_peer_ni_lookup(const struct lnet_nid *nid)
{
	struct lnet_peer_ni *lpni;

	hlist_for_each_entry_rcu(lpni, lnet_peer_bucket(nid), hnode,
				 lockdep_is_held(&peers_lock))
		if (lnet_nid_eq(&lpni->nid, nid))
			return lpni;
	return NULL;
}

/* The record of a NID, referenced, or NULL. */
struct lnet_peer_ni *lnet_peer_ni_find(const struct lnet_nid *nid)
{
	struct lnet_peer_ni *lpni;

	rcu_read_lock();
	lpni = lnet_peer_ni_lookup(nid);
	if (lpni && !refcount_inc_not_zero(&lpni->refs))
		lpni = NULL;
	rcu_read_unlock();
	return lpni;
}

/* A new NID of a node, in the table. Takes over the memory. Under peers_lock. */
static struct lnet_peer_ni *lnet_peer_ni_add(struct lnet_peer *lp, struct lnet_peer_ni *lpni,
					     const struct lnet_nid *nid)
{
	refcount_set(&lpni->refs, 1);
	refcount_inc(&lp->refs);
	lpni->lp = lp;
	lpni->nid = *nid;
	lpni->last_used = jiffies;
	atomic_set(&lpni->health, LNET_HEALTH_MAX);
	INIT_WORK(&lpni->recovery, lnet_recovery_work);
	list_add_tail_rcu(&lpni->link, &lp->nis);
	lp->nr_nis++;
	if (!lp->prim)
		rcu_assign_pointer(lp->prim, lpni);
	hlist_add_head_rcu(&lpni->hnode, lnet_peer_bucket(nid));
	nr_peer_nis++;
	return lpni;
}

/* Remove a NID from its node, which goes with its last one. Under peers_lock. */
static void lnet_peer_ni_del(struct lnet_peer_ni *lpni)
{
	struct lnet_peer *lp = lpni->lp;
	struct lnet_peer_ni *first;

	list_del_rcu(&lpni->link);
	hlist_del_rcu(&lpni->hnode);
	nr_peer_nis--;
	lp->nr_nis--;
	first = list_first_entry_or_null(&lp->nis, struct lnet_peer_ni, link);
	if (rcu_access_pointer(lp->prim) == lpni)
		rcu_assign_pointer(lp->prim, first);
	if (!first) {
		list_del_rcu(&lp->link);
		lnet_peer_unref(lp);	/* the list's */
	}
	lnet_peer_ni_put(lpni);
}

static void lnet_peer_link(struct lnet_peer *lp)
{
	refcount_set(&lp->refs, 1);
	INIT_LIST_HEAD(&lp->nis);
	spin_lock_init(&lp->lock);
	INIT_WORK(&lp->work, lnet_discover_work);
	lp->id = ++next_id;
	lp->retry_at = jiffies;
	list_add_tail_rcu(&lp->link, &peers);
}

/*
 * The record of a NID, made if need be; referenced. self: the NID of this node that a message came
 * to, or NULL. NULL: no memory, or there are too many; messages do without it then.
 */
struct lnet_peer_ni *lnet_peer_ni_get(const struct lnet_nid *nid, const struct lnet_nid *self)
{
	struct lnet_peer_ni *lpni = lnet_peer_ni_find(nid), *new;
	struct lnet_peer *lp;

	if (lpni || READ_ONCE(nr_peer_nis) >= PEER_NIS_MAX)
		return lpni;
	lp = kzalloc(sizeof(*lp), GFP_NOFS);
	new = kzalloc(sizeof(*new), GFP_NOFS);
	if (!lp || !new)
		goto out;
	spin_lock(&peers_lock);
	lpni = lnet_peer_ni_lookup(nid);
	if (!lpni) {
		if (self) {
			lp->self = *self;
			lp->self_set = true;
		}
		lnet_peer_link(lp);
		lpni = lnet_peer_ni_add(lp, new, nid);
		lp = NULL;
		new = NULL;
	}
	refcount_inc(&lpni->refs);
	spin_unlock(&peers_lock);
out:
	kfree(lp);
	kfree(new);
	return lpni;
}

/* From now on messages to a node that knows one NID of this one come from that NID. */
void lnet_peer_set_self(struct lnet_peer *lp, const struct lnet_nid *self)
{
	/* pairs with the smp_store_release() below: self is complete */
	if (smp_load_acquire(&lp->self_set))
		return;
	spin_lock(&peers_lock);
	if (!lp->self_set) {
		lp->self = *self;
		/* pairs with the smp_load_acquire() of those who read self */
		smp_store_release(&lp->self_set, true);
	}
	spin_unlock(&peers_lock);
}

/**
 * lnet_nid_same_peer() - do two NIDs belong to one node, as far as is known?
 * @a: one
 * @b: the other
 *
 * Any context.
 */
bool lnet_nid_same_peer(const struct lnet_nid *a, const struct lnet_nid *b)
{
	struct lnet_peer_ni *pa, *pb;
	bool same;

	if (lnet_nid_eq(a, b))
		return true;
	rcu_read_lock();
	pa = lnet_peer_ni_lookup(a);
	pb = pa ? lnet_peer_ni_lookup(b) : NULL;
	same = pb && pa->lp == pb->lp;
	rcu_read_unlock();
	return same;
}
EXPORT_SYMBOL_GPL(lnet_nid_same_peer);

/**
 * lnet_primary_nid() - the NID by which a node is known
 * @nid: one of its NIDs, changed to the primary one
 *
 * Says who a peer is, not what it may do: for that, take the NID that it sends from. Any context.
 */
void lnet_primary_nid(struct lnet_nid *nid)
{
	struct lnet_peer_ni *lpni, *prim;

	rcu_read_lock();
	lpni = lnet_peer_ni_lookup(nid);
	prim = lpni ? rcu_dereference(lpni->lp->prim) : NULL;
	if (prim)
		*nid = prim->nid;
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(lnet_primary_nid);

/* ---- what a node says about itself ---- */

static bool lnet_info_has(const struct lnet_info *info, const struct lnet_nid *nid)
{
	u32 i;

	for (i = 0; i < info->n; i++)
		if (lnet_nid_eq(&info->nid[i].nid, nid))
			return true;
	return false;
}

static void lnet_peer_log_refused(const struct lnet_nid *claimed, const struct lnet_nid *by)
{
	char s[LNET_NIDSTR_SIZE], d[LNET_NIDSTR_SIZE];

	pr_warn_ratelimited("node %s says that %s is its NID, but another node answers there\n",
			    lnet_nid_str(by, s), lnet_nid_str(claimed, d));
}

/* A node names a NID as its own. Uses *new if it was not its already. Under peers_lock. */
static void lnet_peer_claim(struct lnet_peer *lp, const struct lnet_info_nid *in,
			    const struct lnet_nid *from, struct lnet_peer_ni **new)
{
	struct lnet_peer_ni *lpni = lnet_peer_ni_lookup(&in->nid);

	if (lnet_ni_owns(&in->nid)) {
		lnet_peer_log_refused(&in->nid, from);
		return;
	}
	if (lpni && lpni->lp != lp) {
		if (lpni->stated || lpni->lp->configured) {
			lnet_peer_log_refused(&in->nid, from);
			return;
		}
		lnet_peer_ni_del(lpni);
		lpni = NULL;
	}
	if (!lpni) {
		if (!*new || nr_peer_nis >= PEER_NIS_MAX)
			return;
		lpni = lnet_peer_ni_add(lp, *new, &in->nid);
		*new = NULL;
	}
	WRITE_ONCE(lpni->down, in->down);
}

/* Remove what a node names no more, or, without info, all but one NID. Under peers_lock. */
static void lnet_peer_prune(struct lnet_peer *lp, const struct lnet_info *info,
			    const struct lnet_nid *keep)
{
	struct lnet_peer_ni *lpni, *next;

	list_for_each_entry_safe(lpni, next, &lp->nis, link)
		if (!lnet_nid_eq(&lpni->nid, keep) && !(info && lnet_info_has(info, &lpni->nid)))
			lnet_peer_ni_del(lpni);
}

/*
 * Was this NID claimed by another node, which is not the one that now speaks from it? Under
 * peers_lock.
 */
static bool lnet_peer_was_claimed(const struct lnet_peer_ni *from, const struct lnet_info *info)
{
	const struct lnet_peer *lp = from->lp;
	struct lnet_peer_ni *prim = rcu_dereference_protected(lp->prim,
							      lockdep_is_held(&peers_lock));

	return !from->stated && !lp->configured && lp->nr_nis > 1 &&
		!lnet_nid_eq(&prim->nid, &info->nid[0].nid) && !lnet_info_has(info, &prim->nid);
}

static void lnet_peer_merge(struct lnet_peer *lp, const struct lnet_info *info,
			    const struct lnet_nid *from, struct lnet_peer_ni **new)
{
	struct lnet_peer_ni *prim;
	u32 i;

	for (i = 0; i < info->n; i++)
		lnet_peer_claim(lp, &info->nid[i], from, &new[i]);
	lnet_peer_prune(lp, info, from);
	prim = lnet_peer_ni_lookup(&info->nid[0].nid);
	if (prim && prim->lp == lp)
		rcu_assign_pointer(lp->prim, prim);
}

/* A configured node keeps its NIDs; what it says of their interfaces counts. Under peers_lock. */
static void lnet_peer_take_status(struct lnet_peer *lp, const struct lnet_info *info)
{
	struct lnet_peer_ni *lpni;
	u32 i;

	for (i = 0; i < info->n; i++) {
		lpni = lnet_peer_ni_lookup(&info->nid[i].nid);
		if (lpni && lpni->lp == lp)
			WRITE_ONCE(lpni->down, info->nid[i].down);
	}
}

/* Take over what a node said. fromp: its record, which may change. Under peers_lock. */
static void lnet_peer_take_locked(struct lnet_peer_ni **fromp, const struct lnet_nid *nid,
				  const struct lnet_info *info, struct lnet_peer_ni **new,
				  struct lnet_peer **spare)
{
	struct lnet_peer_ni *from = *fromp;
	struct lnet_peer *lp;

	if (lnet_peer_was_claimed(from, info) && new[info->n]) {
		lnet_peer_ni_del(from);
		lnet_peer_link(*spare);
		from = lnet_peer_ni_add(*spare, new[info->n], nid);
		*fromp = from;
		*spare = NULL;
		new[info->n] = NULL;
	}
	lp = from->lp;
	WRITE_ONCE(from->stated, true);
	lp->features = info->features;
	lp->seq = info->seq;
	lp->multi_rail = lnet_discovery_on() && !lp->non_mr &&
		(info->features & LNET_PING_FEAT_MULTI_RAIL) &&
		(info->features & LNET_PING_FEAT_DISCOVERY);
	if (lp->configured)
		lnet_peer_take_status(lp, info);
	else if (lp->multi_rail && lnet_info_has(info, nid))
		lnet_peer_merge(lp, info, nid, new);
	else
		lnet_peer_prune(lp, NULL, nid);
}

/*
 * Take over what a node said about itself from one of its NIDs. Returns its record, referenced; it
 * may be another one than before. ERR_PTR: -ENOMEM, -ENOENT (the NID is not known any more).
 */
struct lnet_peer_ni *lnet_peer_take_info(const struct lnet_nid *nid, const struct lnet_info *info)
{
	struct lnet_peer *spare = kzalloc(sizeof(*spare), GFP_NOFS);
	struct lnet_peer_ni **new, *from = ERR_PTR(-ENOMEM);
	u32 i;

	new = kcalloc(info->n + 1, sizeof(*new), GFP_NOFS);
	if (!spare || !new)
		goto out;
	for (i = 0; i <= info->n; i++) {
		new[i] = kzalloc(sizeof(*new[i]), GFP_NOFS);
		if (!new[i])
			goto out;
	}
	spin_lock(&peers_lock);
	from = lnet_peer_ni_lookup(nid);
	if (from) {
		lnet_peer_take_locked(&from, nid, info, new, &spare);
		refcount_inc(&from->refs);
	} else {
		from = ERR_PTR(-ENOENT);
	}
	spin_unlock(&peers_lock);
out:
	for (i = 0; new && i <= info->n; i++)
		kfree(new[i]);
	kfree(new);
	kfree(spare);
	return from;
}

/* ---- configuration ---- */

/* Take a NID for a configured node. Uses *new, or not. Under peers_lock. */
static int lnet_peer_configure_nid(struct lnet_peer *lp, const struct lnet_nid *nid,
				   struct lnet_peer_ni **new)
{
	struct lnet_peer_ni *lpni = lnet_peer_ni_lookup(nid);

	if (lpni && lpni->lp == lp)
		return 0;
	if (lpni && lpni->lp->configured)
		return -EEXIST;
	if (lp->nr_nis >= LNET_INTERFACES_MAX)
		return -E2BIG;
	if (lpni)
		lnet_peer_ni_del(lpni);
	lnet_peer_ni_add(lp, *new, nid);
	*new = NULL;
	return 0;
}

/*
 * "peer add": from now on a node has this primary NID and, besides, that NID. It has only the NIDs
 * that it was given so, whatever it says. -EEXIST: another configured node has the NID; -E2BIG;
 * -ENOMEM.
 */
int lnet_peer_configure(const struct lnet_nid *primary, const struct lnet_nid *nid, bool non_mr)
{
	struct lnet_peer_ni *lpni = lnet_peer_ni_get(primary, NULL), *new;
	int rc = -ENOMEM;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!lpni || !new)
		goto out;
	spin_lock(&peers_lock);
	rc = -EAGAIN;
	if (lnet_peer_ni_lookup(primary) == lpni) {
		rc = lnet_peer_configure_nid(lpni->lp, nid, &new);
		if (!rc) {
			lpni->lp->configured = true;
			lpni->lp->non_mr = non_mr;
			rcu_assign_pointer(lpni->lp->prim, lpni);
		}
	}
	spin_unlock(&peers_lock);
out:
	kfree(new);
	if (lpni)
		lnet_peer_ni_put(lpni);
	return rc;
}

/*
 * "peer del": forget a NID of a node, or, with the primary one, all of it. -ENOENT.
 */
int lnet_peer_unconfigure(const struct lnet_nid *primary, const struct lnet_nid *nid)
{
	struct lnet_peer_ni *prim, *lpni, *next;
	int rc = -ENOENT;

	spin_lock(&peers_lock);
	prim = lnet_peer_ni_lookup(primary);
	if (!prim || rcu_access_pointer(prim->lp->prim) != prim)
		goto out;
	if (!lnet_nid_eq(primary, nid)) {
		lpni = lnet_peer_ni_lookup(nid);
		if (lpni && lpni->lp == prim->lp) {
			lnet_peer_ni_del(lpni);
			rc = 0;
		}
		goto out;
	}
	list_for_each_entry_safe(lpni, next, &prim->lp->nis, link)
		if (lpni != prim)
			lnet_peer_ni_del(lpni);
	lnet_peer_ni_del(prim);
	rc = 0;
out:
	spin_unlock(&peers_lock);
	return rc;
}

static void lnet_peer_reset_stats(struct lnet_peer *lp)
{
	struct lnet_peer_ni *lpni;
	int i;

	list_for_each_entry_rcu(lpni, &lp->nis, link) {
		for (i = 0; i < ARRAY_SIZE(lpni->sent); i++) {
			atomic_long_set(&lpni->sent[i], 0);
			atomic_long_set(&lpni->recv[i], 0);
		}
		atomic_long_set(&lpni->failed, 0);
		atomic_long_set(&lpni->timeouts, 0);
	}
}

void lnet_peers_reset_stats(void)
{
	lnet_peers_walk(lnet_peer_reset_stats);
}

/* ---- walking, ending ---- */

/* Call fn for every node, under RCU. */
void lnet_peers_walk(void (*fn)(struct lnet_peer *lp))
{
	struct lnet_peer *lp;

	rcu_read_lock();
	list_for_each_entry_rcu(lp, &peers, link)
		fn(lp);
	rcu_read_unlock();
}

/*
 * Copy the next node from an id on with all its NIDs: at most max. Returns how many NIDs, 0 at the
 * end, -E2BIG if they are too many.
 */
int lnet_peers_copy(u64 *id, u32 max, void (*copy)(const struct lnet_peer_ni *lpni, u32 i,
						   void *arg), void *arg)
{
	struct lnet_peer_ni *lpni;
	struct lnet_peer *lp;
	int n = 0;

	spin_lock(&peers_lock);
	list_for_each_entry(lp, &peers, link) {
		if (lp->id < *id)
			continue;
		if (lp->nr_nis > max) {
			n = -E2BIG;
			break;
		}
		list_for_each_entry(lpni, &lp->nis, link)
			copy(lpni, n++, arg);
		*id = lp->id + 1;
		break;
	}
	spin_unlock(&peers_lock);
	return n;
}

/* The NIDs of the node that has a NID, the primary one first. Returns how many, or -ENOENT. */
int lnet_peer_nids(const struct lnet_nid *nid, struct lnet_nid *nids, unsigned int max,
		   u32 *features)
{
	struct lnet_peer_ni *lpni, *prim, *asked;
	int n = 0;

	if (lnet_nid_is_local(nid)) {
		*features = LNET_PING_FEAT_MULTI_RAIL;
		while (n < max && !lnet_local_nid(n, &nids[n]))
			n++;
		return n;
	}
	n = -ENOENT;
	spin_lock(&peers_lock);
	asked = lnet_peer_ni_lookup(nid);
	if (asked) {
		prim = rcu_dereference_protected(asked->lp->prim, lockdep_is_held(&peers_lock));
		*features = asked->lp->features;
		n = 0;
		nids[n++] = prim->nid;
		list_for_each_entry(lpni, &asked->lp->nis, link)
			if (lpni != prim && n < max)
				nids[n++] = lpni->nid;
	}
	spin_unlock(&peers_lock);
	return n;
}

/* Forget single NIDs that were not used for a while, if there are many. */
void lnet_peers_forget_idle(void)
{
	struct lnet_peer_ni *lpni;
	struct lnet_peer *lp, *next;

	if (READ_ONCE(nr_peer_nis) < PEER_NIS_MAX / 2)
		return;
	spin_lock(&peers_lock);
	list_for_each_entry_safe(lp, next, &peers, link) {
		lpni = list_first_entry(&lp->nis, struct lnet_peer_ni, link);
		if (lp->nr_nis == 1 && !lp->configured && refcount_read(&lpni->refs) == 1 &&
		    time_after(jiffies, lpni->last_used + PEER_IDLE_MAX * HZ))
			lnet_peer_ni_del(lpni);
	}
	spin_unlock(&peers_lock);
}

/* Forget all nodes: LNet stops, and no message is left. */
void lnet_peers_clear(void)
{
	struct lnet_peer_ni *lpni;
	struct lnet_peer *lp;

	spin_lock(&peers_lock);
	while ((lp = list_first_entry_or_null(&peers, struct lnet_peer, link))) {
		lpni = list_first_entry(&lp->nis, struct lnet_peer_ni, link);
		lnet_peer_ni_del(lpni);
	}
	spin_unlock(&peers_lock);
}
