// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers: which connection carries a message (chapter 1, 5.2), the messages that wait for one,
 * timeouts.
 *
 * A peer that this node dialled is 'active': its set of connections is kept complete. A peer that
 * dialled this node is used with the connections that it opened.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/slab.h>
#include "ksock.h"

static struct lnet_lnd_peer *ksock_peer_alloc(void)
{
	struct ksock_peer *peer = kzalloc(sizeof(*peer), GFP_NOFS);

	if (!peer)
		return NULL;
	INIT_LIST_HEAD(&peer->conns);
	INIT_LIST_HEAD(&peer->waiting);
	mutex_init(&peer->dial_mutex);
	INIT_DELAYED_WORK(&peer->dial_work, ksock_dial_work);
	return &peer->base;
}

static void ksock_peer_free(struct lnet_lnd_peer *base)
{
	kfree(container_of(base, struct ksock_peer, base));
}

/* The peer of a NID, made if need be; referenced. ERR_PTR: -ENETDOWN, -ENOMEM. */
struct ksock_peer *ksock_peer_get(struct ksock_net *net, const struct lnet_nid *nid)
{
	struct lnet_lnd_peer *peer = lnet_lnd_peer_get(&net->base, nid);

	return IS_ERR(peer) ? ERR_CAST(peer) : container_of(peer, struct ksock_peer, base);
}

void ksock_peer_put(struct ksock_peer *peer)
{
	lnet_lnd_peer_put(&peer->base);
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

	lockdep_assert_held(&peer->base.lock);
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

	if (peer->base.dead)
		return -EAGAIN;
	if (READ_ONCE(peer->base.net->stopping))
		return -ENETDOWN;
	conn = ksock_peer_pick_conn(peer, tx);
	early = time_before(jiffies, peer->base.next_dial);
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
	struct ksock_net *net = container_of(ni->lnd_data, struct ksock_net, base);
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
		spin_lock(&peer->base.lock);
		rc = ksock_peer_launch(peer, tx);
		spin_unlock(&peer->base.lock);
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
	spin_lock(&peer->base.lock);
	to = ksock_peer_pick_conn(peer, tx);
	/*
	 * The peer has the answer to its HELLO, since it sends; the task that sent it may not have
	 * marked the connection as ready yet.
	 */
	if (!to && !conn->closing)
		to = conn;
	if (to)
		ksock_tx_queue(to, tx);
	spin_unlock(&peer->base.lock);
	/* no connection is left, and the peer knows that as well */
	if (!to)
		ksock_tx_done(tx, -ECONNRESET);
	return 0;
}

static struct ksock_conn *ksock_peer_first_conn(struct ksock_peer *peer)
{
	struct ksock_conn *conn;

	spin_lock(&peer->base.lock);
	conn = list_first_entry_or_null(&peer->conns, struct ksock_conn, link);
	if (conn)
		refcount_inc(&conn->refs);
	spin_unlock(&peer->base.lock);
	return conn;
}

/* One connection failed: close all of them (chapter 1, 4.6). */
void ksock_peer_close(struct ksock_peer *peer, int err)
{
	struct ksock_conn *conn;
	char s[LNET_NIDSTR_SIZE];

	if (err != -ECONNRESET && err != -EPIPE && err != -ESHUTDOWN) {
		pr_info_ratelimited("connections to %s closed: rc = %d\n",
				    lnet_nid_str(&peer->base.nid, s), err);
		lnet_peer_unreachable(peer->base.net->ni, &peer->base.nid, err);
	}
	while ((conn = ksock_peer_first_conn(peer))) {
		ksock_conn_close(conn, err);
		ksock_conn_put(conn);
	}
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

static void ksock_peer_tick(struct lnet_lnd_peer *base)
{
	struct ksock_peer *peer = container_of(base, struct ksock_peer, base);
	struct ksock_conn *conn;
	unsigned long timeout;
	LIST_HEAD(expired);
	int rc = 0;

	spin_lock(&peer->base.lock);
	timeout = lnet_lnd_peer_timeout(base, ksock_timeout());
	list_for_each_entry(conn, &peer->conns, link) {
		rc = ksock_conn_timed_out(conn, timeout);
		WRITE_ONCE(conn->rx_idle_msgs, 0);
		if (READ_ONCE(conn->rx_held)) {
			WRITE_ONCE(conn->rx_held, false);
			queue_work(ksock_wq, &conn->rx_work);
		}
		if (rc)
			break;
	}
	ksock_peer_expire_waiting(peer, timeout, &expired);
	if (!list_empty(&peer->waiting) && time_after_eq(jiffies, peer->base.next_dial))
		ksock_dial_start(peer);
	spin_unlock(&peer->base.lock);
	ksock_tx_done_list(&expired, -ETIMEDOUT);
	if (rc)
		ksock_peer_close(peer, rc);
}

static bool ksock_peer_is_idle(const struct lnet_lnd_peer *base)
{
	const struct ksock_peer *peer = container_of(base, struct ksock_peer, base);

	return list_empty(&peer->conns) && list_empty(&peer->waiting) && !peer->dialing;
}

static void ksock_peer_stop(struct lnet_lnd_peer *base)
{
	struct ksock_peer *peer = container_of(base, struct ksock_peer, base);
	LIST_HEAD(waiting);

	spin_lock(&base->lock);
	list_splice_init(&peer->waiting, &waiting);
	spin_unlock(&base->lock);
	ksock_tx_done_list(&waiting, -ESHUTDOWN);
	ksock_peer_close(peer, -ESHUTDOWN);
	ksock_dial_stop(peer);
}

const struct lnet_lnd_net_ops ksock_net_ops = {
	.peer_alloc = ksock_peer_alloc,
	.peer_free = ksock_peer_free,
	.peer_is_idle = ksock_peer_is_idle,
	.peer_tick = ksock_peer_tick,
	.peer_stop = ksock_peer_stop,
};
