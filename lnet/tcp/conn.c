// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a connection. It is made by dialling or accepting, with its HELLOs exchanged (or
 * about to be answered); started when it may receive; closed once. While it is in the list of its
 * peer it is open. Whoever removes it from there (under peer->lock) closes it, and close_work does
 * what has to wait for its other work items.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "ksock.h"
#include <trace/events/lnet.h>

/* Data has come, or the state changed: rx_work will read the data, the error or the end. */
static void ksock_conn_data_ready(struct sock *sk)
{
	struct ksock_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn)
		queue_work(ksock_wq, &conn->rx_work);
	read_unlock_bh(&sk->sk_callback_lock);
}

static void ksock_conn_write_space(struct sock *sk)
{
	struct ksock_conn *conn;

	read_lock_bh(&sk->sk_callback_lock);
	conn = sk->sk_user_data;
	if (conn && sk_stream_is_writeable(sk)) {
		clear_bit(SOCK_NOSPACE, &conn->sock->flags);
		queue_work(ksock_wq, &conn->tx_work);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void ksock_conn_close_work(struct work_struct *work);

static void ksock_conn_set_callbacks(struct ksock_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	write_lock_bh(&sk->sk_callback_lock);
	conn->old_data_ready = sk->sk_data_ready;
	conn->old_write_space = sk->sk_write_space;
	conn->old_state_change = sk->sk_state_change;
	sk->sk_user_data = conn;
	sk->sk_data_ready = ksock_conn_data_ready;
	sk->sk_write_space = ksock_conn_write_space;
	sk->sk_state_change = ksock_conn_data_ready;
	write_unlock_bh(&sk->sk_callback_lock);
}

static void ksock_conn_reset_callbacks(struct ksock_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = NULL;
	sk->sk_data_ready = conn->old_data_ready;
	sk->sk_write_space = conn->old_write_space;
	sk->sk_state_change = conn->old_state_change;
	write_unlock_bh(&sk->sk_callback_lock);
	cancel_work_sync(&conn->rx_work);
	cancel_work_sync(&conn->tx_work);
}

/*
 * Make a connection, which owns the socket if this succeeds. ksock_conn_add() or ksock_conn_abort()
 * follows.
 */
struct ksock_conn *ksock_conn_alloc(struct ksock_peer *peer, struct socket *sock, int type)
{
	struct ksock_conn *conn = kzalloc(sizeof(*conn), GFP_NOFS);

	if (!conn)
		return NULL;
	refcount_set(&conn->refs, 1);
	refcount_inc(&peer->base.refs);
	conn->peer = peer;
	conn->sock = sock;
	conn->type = type;
	INIT_LIST_HEAD(&conn->link);
	INIT_WORK(&conn->rx_work, ksock_rx_work);
	INIT_WORK(&conn->tx_work, ksock_tx_work);
	INIT_WORK(&conn->close_work, ksock_conn_close_work);
	spin_lock_init(&conn->lock);
	INIT_LIST_HEAD(&conn->txq);
	conn->rx_time = jiffies;
	conn->tx_time = jiffies;
	ksock_conn_set_callbacks(conn);
	return conn;
}

void ksock_conn_put(struct ksock_conn *conn)
{
	if (!refcount_dec_and_test(&conn->refs))
		return;
	ksock_peer_put(conn->peer);
	kfree(conn);
}

/* Add a connection to its peer, whose lock is held. The list takes over the first reference. */
void ksock_conn_add(struct ksock_conn *conn, bool ready)
{
	struct ksock_peer *peer = conn->peer;

	lockdep_assert_held(&peer->base.lock);
	conn->ready = ready;
	list_add_tail(&conn->link, &peer->conns);
	peer->nconns[conn->type]++;
	WRITE_ONCE(conn->added, true);
	trace_lnet_conn_up(&peer->base.nid, conn->type, 0);
	/* read what came before the callbacks were set */
	queue_work(ksock_wq, &conn->rx_work);
}

/* Free a connection that was not added. */
void ksock_conn_abort(struct ksock_conn *conn)
{
	ksock_conn_reset_callbacks(conn);
	sock_release(conn->sock);
	ksock_conn_put(conn);
}

static void ksock_conn_close_work(struct work_struct *work)
{
	struct ksock_conn *conn = container_of(work, struct ksock_conn, close_work);
	struct lnet_msg *msg;

	kernel_sock_shutdown(conn->sock, SHUT_RDWR);
	ksock_conn_reset_callbacks(conn);
	/* no other reference is left */
	msg = conn->rx.msg;
	if (msg)
		lnet_rx_end(msg, conn->close_err);
	if (conn->tx_cur)
		ksock_tx_done(conn->tx_cur, conn->close_err);
	ksock_tx_done_list(&conn->txq, conn->close_err);
	sock_release(conn->sock);
	ksock_conn_put(conn);
}

/* Close a connection. Its messages fail with err. Does nothing if it is closing already. */
void ksock_conn_close(struct ksock_conn *conn, int err)
{
	struct ksock_peer *peer = conn->peer;
	bool mine;

	spin_lock(&peer->base.lock);
	mine = !conn->closing;
	if (mine) {
		WRITE_ONCE(conn->closing, true);
		conn->close_err = err;
		list_del_init(&conn->link);
		peer->nconns[conn->type]--;
		trace_lnet_conn_down(&peer->base.nid, conn->type, err);
	}
	spin_unlock(&peer->base.lock);
	/* close_work takes over the reference of the list */
	if (mine)
		queue_work(ksock_wq, &conn->close_work);
}

/* Has a message that began then needed longer than it may at the slowest pace? */
static bool ksock_too_slow(unsigned long began, u32 size)
{
	return time_after(jiffies, began + ksock_timeout() + size / KSOCK_PACE_MIN * HZ);
}

/* Is the message that is being sent too slow? Under conn->lock. */
static bool ksock_tx_too_slow(const struct ksock_conn *conn)
{
	const struct ksock_tx *tx = conn->tx_cur;

	return tx && ksock_too_slow(conn->tx_began, tx->size);
}

/*
 * Was there no progress for too long? -ETIMEDOUT or 0. Called by the tick only, under peer->lock.
 */
int ksock_conn_timed_out(struct ksock_conn *conn, unsigned long timeout)
{
	const struct tcp_sock *tp = tcp_sk(conn->sock->sk);
	u32 una = READ_ONCE(tp->snd_una);
	bool busy;

	/* pairs with the smp_store_release() of ksock_rx_hdr() */
	if (smp_load_acquire(&conn->rx_partial) &&
	    (time_after(jiffies, READ_ONCE(conn->rx_time) + timeout) ||
	     ksock_too_slow(READ_ONCE(conn->rx_began), READ_ONCE(conn->rx_size))))
		return -ETIMEDOUT;
	spin_lock(&conn->lock);
	busy = conn->tx_bytes || una != READ_ONCE(tp->write_seq);
	if (!busy || una != conn->tick_una)
		conn->tx_time = jiffies;
	conn->tick_una = una;
	busy = (busy && time_after(jiffies, conn->tx_time + timeout)) || ksock_tx_too_slow(conn);
	spin_unlock(&conn->lock);
	return busy ? -ETIMEDOUT : 0;
}
