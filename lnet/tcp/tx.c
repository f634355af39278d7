// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending (chapter 1, 5.1): a ksock_tx wraps a message of the core, or is a NOOP. tx_work of a
 * connection writes its queue into the socket until that is full; sk_write_space queues tx_work
 * again. A message is sent when TCP has copied it. conn->lock guards the queue; the core is called
 * without it.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/delay.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "ksock.h"

#define SPINS_MAX	10

/* Make a tx for a message of the core, or a NOOP (NULL). */
struct ksock_tx *ksock_tx_alloc(struct lnet_msg *msg)
{
	struct ksock_tx *tx = kmem_cache_alloc(ksock_tx_cache, GFP_NOFS);

	if (!tx)
		return NULL;
	tx->peer = NULL;
	tx->msg = msg;
	tx->hdr_sent = 0;
	tx->deadline = jiffies + ksock_timeout();
	memset(&tx->ksh, 0, sizeof(tx->ksh));
	tx->ksh.ksh_type = cpu_to_le32(msg ? KSOCK_MSG_LNET : KSOCK_MSG_NOOP);
	tx->hdr_len = sizeof(tx->ksh);
	tx->size = tx->hdr_len;
	if (msg) {
		BUILD_BUG_ON(offsetof(struct ksock_tx, hdr) !=
			     offsetof(struct ksock_tx, ksh) + sizeof(struct ksock_msg_hdr));
		lnet_hdr_to_nid4(&msg->hdr, &tx->hdr);
		tx->hdr_len += sizeof(tx->hdr);
		tx->size = tx->hdr_len + msg->hdr.payload_length;
	}
	return tx;
}

/* End a tx. Calls the core: no locks may be held. */
void ksock_tx_done(struct ksock_tx *tx, int status)
{
	struct lnet_msg *msg = tx->msg;

	if (tx->peer)
		atomic_dec(&tx->peer->ntxs);
	kmem_cache_free(ksock_tx_cache, tx);
	if (msg)
		lnet_msg_sent(msg, status);
}

void ksock_tx_done_list(struct list_head *list, int status)
{
	struct ksock_tx *tx, *next;

	list_for_each_entry_safe(tx, next, list, link) {
		list_del(&tx->link);
		ksock_tx_done(tx, status);
	}
}

/* Count a tx that is queued for a peer. */
void ksock_tx_count(struct ksock_peer *peer, struct ksock_tx *tx)
{
	if (tx->peer)
		return;
	tx->peer = peer;
	atomic_inc(&peer->ntxs);
}

/* Queue a tx on a connection that is in the list of its peer. Under peer->lock. */
void ksock_tx_queue(struct ksock_conn *conn, struct ksock_tx *tx)
{
	ksock_tx_count(conn->peer, tx);
	spin_lock(&conn->lock);
	if (!conn->tx_bytes)
		conn->tx_time = jiffies;
	conn->tx_bytes += tx->size;
	conn->tx_used = jiffies;
	list_add_tail(&tx->link, &conn->txq);
	spin_unlock(&conn->lock);
	queue_work(ksock_wq, &conn->tx_work);
}

static struct ksock_tx *ksock_tx_next(struct ksock_conn *conn, bool *more)
{
	struct ksock_tx *tx;

	spin_lock(&conn->lock);
	tx = conn->tx_cur;
	if (!tx) {
		tx = list_first_entry_or_null(&conn->txq, struct ksock_tx, link);
		if (tx) {
			list_del(&tx->link);
			conn->tx_cur = tx;
			conn->tx_began = jiffies;
			if (tx->msg)
				lnet_msg_iter(tx->msg, ITER_SOURCE, &tx->iter);
		}
	}
	*more = !list_empty(&conn->txq);
	spin_unlock(&conn->lock);
	return tx;
}

static int ksock_tx_send_hdr(struct socket *sock, struct ksock_tx *tx, int flags)
{
	struct msghdr msg = { .msg_flags = flags };
	struct kvec iov;
	int rc;

	while (tx->hdr_sent < tx->hdr_len) {
		iov.iov_base = (char *)&tx->ksh + tx->hdr_sent;
		iov.iov_len = tx->hdr_len - tx->hdr_sent;
		rc = kernel_sendmsg(sock, &msg, &iov, 1, iov.iov_len);
		if (rc <= 0)
			return rc ?: -EAGAIN;
		tx->hdr_sent += rc;
	}
	return 0;
}

static int ksock_tx_send_body(struct socket *sock, struct ksock_tx *tx, int flags)
{
	struct msghdr msg = { .msg_flags = flags };
	int rc;

	while (iov_iter_count(&tx->iter)) {
		msg.msg_iter = tx->iter;
		rc = sock_sendmsg(sock, &msg);
		if (rc <= 0)
			return rc ?: -EAGAIN;
		iov_iter_advance(&tx->iter, rc);
	}
	return 0;
}

/* Send as much of a tx as the socket takes. 0: TCP has all of it. */
static int ksock_tx_send(struct ksock_conn *conn, struct ksock_tx *tx, bool more)
{
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	int last = more ? flags | MSG_MORE : flags;
	bool body = tx->size > tx->hdr_len;
	int rc;

	rc = ksock_tx_send_hdr(conn->sock, tx, body ? flags | MSG_MORE : last);
	return rc || !body ? rc : ksock_tx_send_body(conn->sock, tx, last);
}

/* The socket is full: have tx_work queued when it has room. True: it has room again already. */
static bool ksock_tx_wait_for_space(struct ksock_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	set_bit(SOCK_NOSPACE, &conn->sock->flags);
	/* pairs with the barrier in the socket code before SOCK_NOSPACE is tested */
	smp_mb();
	return sk_stream_is_writeable(sk);
}

static void ksock_tx_sent(struct ksock_conn *conn, struct ksock_tx *tx)
{
	spin_lock(&conn->lock);
	conn->tx_cur = NULL;
	conn->tx_bytes -= tx->size;
	conn->tx_time = jiffies;
	spin_unlock(&conn->lock);
	ksock_tx_done(tx, 0);
}

void ksock_tx_work(struct work_struct *work)
{
	struct ksock_conn *conn = container_of(work, struct ksock_conn, tx_work);
	struct ksock_tx *tx;
	int spins = 0;
	bool more;
	int rc;

	while (!READ_ONCE(conn->closing)) {
		tx = ksock_tx_next(conn, &more);
		if (!tx)
			return;
		rc = ksock_tx_send(conn, tx, more);
		if (!rc) {
			ksock_tx_sent(conn, tx);
			spins = 0;
			cond_resched();
		} else if (rc == -EAGAIN) {
			if (!ksock_tx_wait_for_space(conn))
				return;
			/* there was room, but no memory */
			if (++spins > SPINS_MAX)
				usleep_range(1000, 2000);
		} else if (rc == -ENOMEM) {
			msleep(20);
		} else {
			ksock_conn_failed(conn, rc);
			return;
		}
	}
}
