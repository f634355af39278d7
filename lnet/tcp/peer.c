// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers: the table by NID, which connection carries a message (chapter 1, 5.2), the messages that
 * wait for one, timeouts.
 *
 * A peer that this node dialled is 'active': its set of connections is kept complete. A peer that
 * dialled this node is used with the connections that it opened. The tick forgets a peer that has
 * no connections and no messages, is not being dialled, and whose back-off is over.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/jhash.h>
#include <linux/slab.h>
#include "ksock.h"

static struct hlist_head *ksock_peer_bucket(struct ksock_net *net, const struct lnet_nid *nid)
{
	return &net->peers[jhash(nid, sizeof(*nid), 0) & ((1 << KSOCK_PEER_HASH_BITS) - 1)];
}

static struct ksock_peer *ksock_peer_find(struct ksock_net *net, const struct lnet_nid *nid)
{
	struct ksock_peer *peer;

	hlist_for_each_entry(peer, ksock_peer_bucket(net, nid), hnode)
		if (lnet_nid_eq(&peer->nid, nid)) {
			refcount_inc(&peer->refs);
			return peer;
		}
	return NULL;
}

static struct ksock_peer *ksock_peer_alloc(struct ksock_net *net, const struct lnet_nid *nid)
{
	struct ksock_peer *peer = kzalloc(sizeof(*peer), GFP_NOFS);

	if (!peer)
		return NULL;
	refcount_set(&peer->refs, 1);
	atomic_inc(&net->busy);
	peer->net = net;
	peer->nid = *nid;
	spin_lock_init(&peer->lock);
	INIT_LIST_HEAD(&peer->conns);
	INIT_LIST_HEAD(&peer->waiting);
	mutex_init(&peer->dial_mutex);
	INIT_DELAYED_WORK(&peer->dial_work, ksock_dial_work);
	peer->next_dial = jiffies;
	return peer;
}

/* The peer of a NID, made if need be; referenced. ERR_PTR: -ENETDOWN, -ENOMEM. */
struct ksock_peer *ksock_peer_get(struct ksock_net *net, const struct lnet_nid *nid)
{
	struct ksock_peer *peer, *new;

	spin_lock(&net->lock);
	peer = net->stopping ? ERR_PTR(-ENETDOWN) : ksock_peer_find(net, nid);
	spin_unlock(&net->lock);
	if (peer)
		return peer;
	new = ksock_peer_alloc(net, nid);
	if (!new)
		return ERR_PTR(-ENOMEM);
	spin_lock(&net->lock);
	peer = ksock_peer_find(net, nid);
	if (!peer && net->stopping) {
		peer = ERR_PTR(-ENETDOWN);
	} else if (!peer) {
		/* the reference of the table */
		refcount_inc(&new->refs);
		hlist_add_head(&new->hnode, ksock_peer_bucket(net, nid));
		peer = new;
		new = NULL;
	}
	spin_unlock(&net->lock);
	if (new)
		ksock_peer_put(new);
	return peer;
}

void ksock_peer_put(struct ksock_peer *peer)
{
	struct ksock_net *net = peer->net;

	if (!refcount_dec_and_test(&peer->refs))
		return;
	kfree(peer);
	ksock_net_put(net);
}

/*
 * How well does a connection suit a message? 0: it must not carry it; 2: it is the preferred type.
 */
static int ksock_conn_suits(const struct ksock_conn *conn, const struct ksock_tx *tx)
{
	bool big;

	if (!conn->ready)
		return 0;
	if (!tx->msg)	/* acknowledgements */
		return conn->type == SOCKLND_CONN_BULK_IN ? 2 : conn->type != SOCKLND_CONN_ANY;
	big = tx->size >= ksock_params.min_bulk;
	switch (conn->type) {
	case SOCKLND_CONN_CONTROL:
		return big ? 1 : 2;
	case SOCKLND_CONN_BULK_OUT:
		return big ? 2 : 1;
	default:
		return 0;
	}
}

/* Under peer->lock. */
static struct ksock_conn *ksock_peer_pick_conn(const struct ksock_peer *peer,
					       const struct ksock_tx *tx)
{
	struct ksock_conn *conn, *best = NULL;
	int s, best_s = 0;
	u32 best_bytes = 0, bytes;

	list_for_each_entry(conn, &peer->conns, link) {
		s = ksock_conn_suits(conn, tx);
		if (!s || s < best_s)
			continue;
		bytes = READ_ONCE(conn->tx_bytes);
		if (s == best_s && (bytes > best_bytes ||
				    (bytes == best_bytes && time_after_eq(conn->tx_used,
									  best->tx_used))))
			continue;
		best = conn;
		best_s = s;
		best_bytes = bytes;
	}
	return best;
}

/* Queue the messages that waited for a connection. Under peer->lock. */
void ksock_peer_flush(struct ksock_peer *peer)
{
	struct ksock_tx *tx, *next;
	struct ksock_conn *conn;

	lockdep_assert_held(&peer->lock);
	list_for_each_entry_safe(tx, next, &peer->waiting, link) {
		conn = ksock_peer_pick_conn(peer, tx);
		if (!conn)
			continue;
		list_del(&tx->link);
		ksock_tx_queue(conn, tx);
	}
}

/*
 * Queue a tx on a connection, or let it wait for one. 0, or why it was not taken. Under peer->lock.
 */
static int ksock_peer_launch(struct ksock_peer *peer, struct ksock_tx *tx)
{
	struct ksock_conn *conn;
	bool early;

	if (peer->dead)
		return -EAGAIN;
	if (READ_ONCE(peer->net->stopping))
		return -ENETDOWN;
	conn = ksock_peer_pick_conn(peer, tx);
	early = time_before(jiffies, peer->next_dial);
	if (conn) {
		ksock_tx_queue(conn, tx);
		if (peer->active && !early)
			ksock_dial_start(peer);
		return 0;
	}
	if (list_empty(&peer->conns) && !peer->dialing && early)
		return -EHOSTUNREACH;
	ksock_tx_count(peer, tx);
	list_add_tail(&tx->link, &peer->waiting);
	peer->active = true;
	if (!early)
		ksock_dial_start(peer);
	return 0;
}

/* struct lnet_lnd.send */
int ksock_send(struct lnet_ni *ni, struct lnet_msg *msg)
{
	struct ksock_net *net = ni->lnd_data;
	struct ksock_peer *peer;
	struct ksock_tx *tx;
	int rc;

	if (msg->hop.nid_type != SOCKLND || msg->hop.nid_size)
		return -EAFNOSUPPORT;
	tx = ksock_tx_alloc(msg);
	if (!tx)
		return -ENOMEM;
	do {
		peer = ksock_peer_get(net, &msg->hop);
		if (IS_ERR(peer)) {
			rc = PTR_ERR(peer);
			break;
		}
		spin_lock(&peer->lock);
		rc = ksock_peer_launch(peer, tx);
		spin_unlock(&peer->lock);
		ksock_peer_put(peer);
	} while (rc == -EAGAIN);
	if (rc)
		kmem_cache_free(ksock_tx_cache, tx);
	return rc;
}

/* Send an ACK of a ZC cookie to the peer of a connection. */
int ksock_send_noop(struct ksock_conn *conn, u64 cookie)
{
	struct ksock_tx *tx = ksock_tx_alloc(NULL);
	struct ksock_peer *peer = conn->peer;
	struct ksock_conn *to;

	if (!tx)
		return -ENOMEM;
	tx->ksh.ksh_zc_cookies[1] = cpu_to_le64(cookie);
	spin_lock(&peer->lock);
	to = ksock_peer_pick_conn(peer, tx);
	/*
	 * The peer has the answer to its HELLO, since it sends; the task that sent it may not have
	 * marked the connection as ready yet.
	 */
	if (!to && !conn->closing)
		to = conn;
	if (to)
		ksock_tx_queue(to, tx);
	spin_unlock(&peer->lock);
	/* no connection is left, and the peer knows that as well */
	if (!to)
		ksock_tx_done(tx, -ECONNRESET);
	return 0;
}

static struct ksock_conn *ksock_peer_first_conn(struct ksock_peer *peer)
{
	struct ksock_conn *conn;

	spin_lock(&peer->lock);
	conn = list_first_entry_or_null(&peer->conns, struct ksock_conn, link);
	if (conn)
		refcount_inc(&conn->refs);
	spin_unlock(&peer->lock);
	return conn;
}

/* One connection failed: close all of them (chapter 1, 4.6). */
void ksock_peer_close(struct ksock_peer *peer, int err)
{
	struct ksock_conn *conn;
	char s[LNET_NIDSTR_SIZE];

	if (err != -ECONNRESET && err != -EPIPE && err != -ESHUTDOWN)
		pr_info_ratelimited("connections to %s closed: rc = %d\n",
				    lnet_nid_str(&peer->nid, s), err);
	while ((conn = ksock_peer_first_conn(peer))) {
		ksock_conn_close(conn, err);
		ksock_conn_put(conn);
	}
}

/* struct lnet_lnd.fast_fail */
void ksock_fast_fail(struct lnet_ni *ni, const struct lnet_nid *nid)
{
	struct ksock_net *net = ni->lnd_data;
	struct ksock_peer *peer;

	spin_lock(&net->lock);
	peer = ksock_peer_find(net, nid);
	spin_unlock(&net->lock);
	if (!peer)
		return;
	spin_lock(&peer->lock);
	peer->fast_fail_until = (jiffies + KSOCK_FAST_FAIL_LASTS * HZ) ?: 1;
	spin_unlock(&peer->lock);
	ksock_peer_put(peer);
}

/* Time without progress that is allowed for this peer now, in jiffies. Under peer->lock. */
static unsigned long ksock_peer_timeout(struct ksock_peer *peer)
{
	unsigned long timeout = ksock_timeout();

	if (!peer->fast_fail_until)
		return timeout;
	if (time_after(jiffies, peer->fast_fail_until)) {
		peer->fast_fail_until = 0;
		return timeout;
	}
	return min(timeout, KSOCK_FAST_FAIL_TIMEOUT * (unsigned long)HZ);
}

/*
 * An error on a connection closes all connections of its peer. But if this one is closing already,
 * the others may be newer, and stay.
 */
void ksock_conn_failed(struct ksock_conn *conn, int err)
{
	if (!READ_ONCE(conn->closing))
		ksock_peer_close(conn->peer, err);
}

/* Collect the messages that waited too long for a connection. Under peer->lock. */
static void ksock_peer_expire_waiting(struct ksock_peer *peer, unsigned long timeout,
				      struct list_head *expired)
{
	unsigned long ahead = ksock_timeout() - timeout;
	struct ksock_tx *tx, *next;

	list_for_each_entry_safe(tx, next, &peer->waiting, link)
		if (time_after(jiffies + ahead, tx->deadline))
			list_move_tail(&tx->link, expired);
}

static void ksock_peer_tick(struct ksock_peer *peer)
{
	struct ksock_conn *conn;
	unsigned long timeout;
	LIST_HEAD(expired);
	int rc = 0;

	spin_lock(&peer->lock);
	timeout = ksock_peer_timeout(peer);
	list_for_each_entry(conn, &peer->conns, link) {
		rc = ksock_conn_timed_out(conn, timeout);
		if (READ_ONCE(conn->rx_held))
			queue_work(ksock_wq, &conn->rx_work);
		if (rc)
			break;
	}
	ksock_peer_expire_waiting(peer, timeout, &expired);
	if (!list_empty(&peer->waiting) && time_after_eq(jiffies, peer->next_dial))
		ksock_dial_start(peer);
	spin_unlock(&peer->lock);
	ksock_tx_done_list(&expired, -ETIMEDOUT);
	if (rc)
		ksock_peer_close(peer, rc);
}

/* Remove a peer from the table if it is idle. Under net->lock. */
static bool ksock_peer_forget(struct ksock_peer *peer)
{
	spin_lock(&peer->lock);
	if (list_empty(&peer->conns) && list_empty(&peer->waiting) && !peer->dialing &&
	    time_after(jiffies, peer->next_dial + 2 * msecs_to_jiffies(peer->backoff_ms) + HZ)) {
		peer->dead = true;
		hlist_del(&peer->hnode);
	}
	spin_unlock(&peer->lock);
	return peer->dead;
}

/*
 * Collect all peers, each with a reference. Peers that were removed from the table are in
 * 'forgotten', with the reference of the table.
 */
static void ksock_peers_collect(struct ksock_net *net, struct list_head *all,
				struct list_head *forgotten)
{
	struct ksock_peer *peer;
	struct hlist_node *next;
	int i;

	spin_lock(&net->lock);
	for (i = 0; i < ARRAY_SIZE(net->peers); i++) {
		hlist_for_each_entry_safe(peer, next, &net->peers[i], hnode) {
			if (forgotten && ksock_peer_forget(peer)) {
				list_add(&peer->scan, forgotten);
				continue;
			}
			refcount_inc(&peer->refs);
			list_add(&peer->scan, all);
		}
	}
	spin_unlock(&net->lock);
}

void ksock_tick(struct work_struct *work)
{
	struct ksock_net *net = container_of(work, struct ksock_net, tick.work);
	struct ksock_peer *peer, *next;
	LIST_HEAD(forgotten);
	LIST_HEAD(all);

	ksock_peers_collect(net, &all, &forgotten);
	list_for_each_entry_safe(peer, next, &all, scan) {
		ksock_peer_tick(peer);
		ksock_peer_put(peer);
	}
	list_for_each_entry_safe(peer, next, &forgotten, scan)
		ksock_peer_put(peer);
	if (!READ_ONCE(net->stopping))
		queue_delayed_work(ksock_wq, &net->tick, HZ);
}

static void ksock_peer_unhash(struct ksock_peer *peer)
{
	spin_lock(&peer->net->lock);
	hlist_del(&peer->hnode);
	spin_unlock(&peer->net->lock);
	ksock_peer_put(peer);
}

static void ksock_peer_stop(struct ksock_peer *peer)
{
	LIST_HEAD(waiting);

	spin_lock(&peer->lock);
	peer->dead = true;
	list_splice_init(&peer->waiting, &waiting);
	spin_unlock(&peer->lock);
	ksock_tx_done_list(&waiting, -ESHUTDOWN);
	ksock_peer_close(peer, -ESHUTDOWN);
	ksock_dial_stop(peer);
	ksock_peer_unhash(peer);
}

/*
 * A net stops, and its tick has stopped: end all messages and connections of its peers, and free
 * them.
 */
void ksock_peers_stop(struct ksock_net *net)
{
	struct ksock_peer *peer, *next;
	LIST_HEAD(all);

	ksock_peers_collect(net, &all, NULL);
	list_for_each_entry_safe(peer, next, &all, scan) {
		ksock_peer_stop(peer);
		ksock_peer_put(peer);
	}
}
