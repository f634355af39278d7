// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers: which connection carries a message, the messages that wait for one, timeouts. A connection
 * serves both directions, whoever dialled it.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/slab.h>
#include "kib.h"

static struct lnet_lnd_peer *kib_peer_alloc(void)
{
	struct kib_peer *peer = kzalloc(sizeof(*peer), GFP_NOFS);

	if (!peer)
		return NULL;
	INIT_LIST_HEAD(&peer->conns);
	INIT_LIST_HEAD(&peer->waiting);
	INIT_WORK(&peer->dial_work, kib_dial_work);
	return &peer->base;
}

static void kib_peer_free(struct lnet_lnd_peer *base)
{
	kfree(kib_peer_of(base));
}

/* The peer of a NID, made if need be; referenced. ERR_PTR: -ENETDOWN, -ENOMEM. */
struct kib_peer *kib_peer_get(struct kib_net *net, const struct lnet_nid *nid)
{
	struct lnet_lnd_peer *base = lnet_lnd_peer_get(&net->base, nid);

	return IS_ERR(base) ? ERR_CAST(base) : kib_peer_of(base);
}

void kib_peer_put(struct kib_peer *peer)
{
	lnet_lnd_peer_put(&peer->base);
}

/* The connection with the least to do, referenced, or NULL. Under peer->lock. */
static struct kib_conn *kib_peer_pick_conn(struct kib_peer *peer)
{
	struct kib_conn *conn, *best = NULL;
	unsigned int load, best_load = 0;

	list_for_each_entry(conn, &peer->conns, link) {
		if (conn->state != KIB_UP)
			continue;
		load = READ_ONCE(conn->ntxs) + READ_ONCE(conn->posted);
		if (best && load >= best_load)
			continue;
		best = conn;
		best_load = load;
	}
	if (best)
		refcount_inc(&best->refs);
	return best;
}

/* Send what waited for a connection. Context: process, no locks. */
void kib_peer_flush(struct kib_peer *peer)
{
	struct kib_conn *conn;
	struct kib_tx *tx;
	int rc;

	for (;;) {
		spin_lock(&peer->base.lock);
		tx = list_first_entry_or_null(&peer->waiting, struct kib_tx, link);
		conn = tx ? kib_peer_pick_conn(peer) : NULL;
		if (conn)
			list_del_init(&tx->link);
		spin_unlock(&peer->base.lock);
		if (!conn)
			return;
		rc = kib_tx_start(conn, tx);
		kib_conn_put(conn);
		if (rc)
			kib_tx_done(tx, rc);
	}
}

/*
 * Choose a connection for a tx, or let it wait for one. 0: it waits; 1: the connection is to be
 * tried; or why it was not taken.
 */
static int kib_peer_launch(struct kib_peer *peer, struct kib_tx *tx, struct kib_conn **conn)
{
	bool early = time_before(jiffies, peer->base.next_dial);

	lockdep_assert_held(&peer->base.lock);
	if (peer->base.dead)
		return -EAGAIN;
	if (READ_ONCE(peer->base.net->stopping) ||
	    kib_listener_is_down(kib_peer_net(peer)->listener))
		return -ENETDOWN;
	*conn = kib_peer_pick_conn(peer);
	if (*conn)
		return 1;
	if (!peer->nconns && !peer->dialing && early && list_empty(&peer->waiting))
		return -EHOSTUNREACH;
	list_add_tail(&tx->link, &peer->waiting);
	peer->active = true;
	if (!early)
		kib_dial_start(peer);
	return 0;
}

static int kib_peer_send(struct kib_peer *peer, struct kib_tx *tx)
{
	struct kib_conn *conn = NULL;
	int rc;

	spin_lock(&peer->base.lock);
	rc = kib_peer_launch(peer, tx, &conn);
	spin_unlock(&peer->base.lock);
	if (rc <= 0)
		return rc;
	rc = kib_tx_start(conn, tx);
	kib_conn_put(conn);
	/* it was closed just now */
	return rc == -ENOTCONN ? -EAGAIN : rc;
}

/* struct lnet_lnd.send */
int kib_send(struct lnet_ni *ni, struct lnet_msg *msg)
{
	struct kib_net *net = container_of(ni->lnd_data, struct kib_net, base);
	struct kib_tx **get_done = msg->lnd_private;
	struct kib_peer *peer;
	struct kib_tx *tx;
	int rc;

	if (get_done) {
		rc = kib_send_get_reply(*get_done, msg);
		if (!rc)
			*get_done = NULL;
		return rc;
	}
	if (msg->hop.nid_type != O2IBLND || msg->hop.nid_size)
		return -EAFNOSUPPORT;
	tx = kib_tx_alloc(msg);
	if (!tx)
		return -ENOMEM;
	do {
		peer = kib_peer_get(net, &msg->hop);
		if (IS_ERR(peer)) {
			rc = PTR_ERR(peer);
			break;
		}
		rc = kib_peer_send(peer, tx);
		kib_peer_put(peer);
	} while (rc == -EAGAIN);
	if (rc)
		kib_tx_free(tx);
	return rc;
}

/* The first connection to be closed, referenced, or NULL. */
static struct kib_conn *kib_peer_find_old(struct kib_peer *peer, u64 keep)
{
	struct kib_conn *conn, *found = NULL;

	spin_lock(&peer->base.lock);
	list_for_each_entry(conn, &peer->conns, link)
		if (!keep || (conn->state != KIB_DIALING && conn->ends.dststamp != keep)) {
			found = conn;
			refcount_inc(&conn->refs);
			break;
		}
	spin_unlock(&peer->base.lock);
	return found;
}

/* Close the connections of a peer: all, or those to another life of it than this. */
void kib_peer_close(struct kib_peer *peer, int err, u64 keep_stamp)
{
	struct kib_conn *conn;

	while ((conn = kib_peer_find_old(peer, keep_stamp))) {
		kib_conn_close(conn, err);
		kib_conn_put(conn);
	}
}

/* ---- operations on peers (struct lnet_lnd_net_ops) ---- */

static bool kib_peer_is_idle(const struct lnet_lnd_peer *base)
{
	const struct kib_peer *peer = container_of(base, struct kib_peer, base);

	return list_empty(&peer->conns) && list_empty(&peer->waiting) && !peer->dialing;
}

/* Collect the messages that waited too long for a connection. Under peer->lock. */
static void kib_peer_expire_waiting(struct kib_peer *peer, unsigned long timeout,
				    struct list_head *expired)
{
	unsigned long ahead = kib_timeout() - timeout;
	struct kib_tx *tx, *next;

	list_for_each_entry_safe(tx, next, &peer->waiting, link)
		if (time_after(jiffies + ahead, tx->deadline))
			list_move_tail(&tx->link, expired);
}

/* A connection that has to be closed for being late (rc), or kept alive. Under peer->lock. */
static struct kib_conn *kib_peer_check_conns(struct kib_peer *peer, unsigned long timeout, int *rc)
{
	struct kib_conn *conn;

	list_for_each_entry(conn, &peer->conns, link) {
		*rc = kib_conn_overdue(conn, timeout);
		if (*rc || (conn->state == KIB_UP && kib_conn_needs_keepalive(conn))) {
			refcount_inc(&conn->refs);
			return conn;
		}
	}
	return NULL;
}

static void kib_peer_tick(struct lnet_lnd_peer *base)
{
	struct kib_peer *peer = kib_peer_of(base);
	char s[LNET_NIDSTR_SIZE];
	struct kib_conn *conn;
	unsigned long timeout;
	LIST_HEAD(expired);
	int rc = 0;

	spin_lock(&base->lock);
	timeout = lnet_lnd_peer_timeout(base, kib_timeout());
	conn = kib_peer_check_conns(peer, timeout, &rc);
	kib_peer_expire_waiting(peer, timeout, &expired);
	if (!list_empty(&peer->waiting) && !peer->nconns &&
	    time_after_eq(jiffies, base->next_dial))
		kib_dial_start(peer);
	spin_unlock(&base->lock);
	kib_tx_done_list(&expired, -ETIMEDOUT);
	if (!conn)
		return;
	if (rc) {
		pr_info_ratelimited("connection to %s closed, it makes no progress: rc = %d\n",
				    lnet_nid_str(&base->nid, s), rc);
		kib_conn_close(conn, rc);
	} else {
		kib_conn_pump(conn);
	}
	kib_conn_put(conn);
}

static void kib_peer_stop(struct lnet_lnd_peer *base)
{
	struct kib_peer *peer = kib_peer_of(base);
	LIST_HEAD(waiting);

	if (cancel_work_sync(&peer->dial_work))
		kib_peer_put(peer);
	spin_lock(&base->lock);
	list_splice_init(&peer->waiting, &waiting);
	spin_unlock(&base->lock);
	kib_tx_done_list(&waiting, -ESHUTDOWN);
	kib_peer_close(peer, -ESHUTDOWN, 0);
}

const struct lnet_lnd_net_ops kib_net_ops = {
	.peer_alloc = kib_peer_alloc,
	.peer_free = kib_peer_free,
	.peer_is_idle = kib_peer_is_idle,
	.peer_tick = kib_peer_tick,
	.peer_stop = kib_peer_stop,
};
