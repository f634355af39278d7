// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receiving (chapter 1, 14.6 and 14.8). What arrives is queued on its connection and handled in
 * order by one thread at a time, when the connection is up: a message may come before the event
 * that says so. A buffer is posted again before what it brought has effects that the other side
 * sees, so that the next message returns its credit.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/slab.h>
#include "kib.h"

/*
 * Post a buffer again; type: of the message that earned the other side a credit, or 0. Then send
 * what the credits that came allow.
 */
static int kib_rx_repost(struct kib_rx *rx, u8 type)
{
	struct kib_conn *conn = rx->conn;
	int rc;

	rc = kib_post_rx(rx);
	if (rc)
		return rc;
	spin_lock(&conn->lock);
	kib_credits_owe(&conn->credits, type);
	spin_unlock(&conn->lock);
	kib_conn_pump(conn);
	return 0;
}

static int kib_rx_begin(struct kib_conn *conn, const struct kib_msg *m, struct lnet_hdr *hdr,
			struct lnet_msg **msg)
{
	lnet_hdr_from_nid4(&m->immediate.hdr, hdr);
	return lnet_rx_begin(conn->peer->base.net->ni, hdr, &conn->peer->base.nid, msg);
}

static int kib_rx_immediate(struct kib_rx *rx)
{
	struct lnet_msg *msg;
	struct iov_iter iter;
	struct lnet_hdr hdr;
	int rc, status = 0;

	rc = kib_rx_begin(rx->conn, rx->msg, &hdr, &msg);
	if (rc)
		return rc;
	/* the memory of a GET is for its REPLY */
	if (msg && hdr.payload_length) {
		lnet_msg_iter(msg, ITER_DEST, &iter);
		if (copy_to_iter(rx->msg->immediate.payload, msg->len, &iter) != msg->len)
			status = -EFAULT;
	}
	rc = kib_rx_repost(rx, KIB_IMMEDIATE);
	if (msg)
		lnet_rx_end(msg, status);
	return rc;
}

/* Announce the memory of a message, into which the other side will write. */
static int kib_rx_put_ack(struct kib_conn *conn, struct kib_tx *tx, u64 cookie)
{
	struct kib_put_ack *ack;
	int rc;

	rc = kib_tx_buf(conn, tx, KIB_PUT_ACK, KIB_PUT_ACK_SIZE + sizeof(struct kib_frag));
	if (!rc)
		rc = kib_map_sink(conn, tx, tx->msg);
	if (rc)
		return rc;
	spin_lock(&conn->lock);
	tx->cookie = ++conn->next_cookie;
	spin_unlock(&conn->lock);
	tx->waits = KIB_PUT_DONE;
	ack = &tx->buf->put_ack;
	ack->src_cookie = cookie;
	ack->dst_cookie = tx->cookie;
	ack->rd.key = tx->map.mr->mr->rkey;
	ack->rd.nfrags = 1;
	ack->rd.frags[0].nob = tx->map.len;
	ack->rd.frags[0].addr = tx->map.mr->mr->iova;
	return kib_tx_queue(conn, tx);
}

static int kib_rx_put_req(struct kib_rx *rx)
{
	struct kib_conn *conn = rx->conn;
	u64 cookie = rx->msg->put_req.cookie;
	struct kib_tx *tx = NULL;
	struct lnet_msg *msg;
	struct lnet_hdr hdr;
	int rc;

	rc = kib_rx_begin(conn, rx->msg, &hdr, &msg);
	if (rc)
		return rc;
	if (msg && msg->len) {
		tx = kib_tx_alloc(msg);
		rc = -ENOMEM;
		if (tx) {
			tx->receives = true;
			rc = kib_rx_put_ack(conn, tx, cookie);
		}
		if (!rc)
			return kib_rx_repost(rx, 0);
	}
	/* nothing to receive, or no memory for it */
	if (tx) {
		tx->msg = NULL;
		kib_tx_free(tx);
	}
	if (msg)
		lnet_rx_end(msg, rc);
	rc = kib_tx_answer(conn, KIB_PUT_NAK, cookie, rc);
	return rc ?: kib_rx_repost(rx, KIB_PUT_REQ);
}

/*
 * The core answers a GET within lnet_rx_end(), by kib_send(), which finds the tx in the message. If
 * it does not come to that, the other side learns why.
 */
static int kib_rx_get_req(struct kib_rx *rx)
{
	struct kib_get_req *get = &rx->msg->get_req;
	struct kib_conn *conn = rx->conn;
	struct lnet_msg *msg;
	struct lnet_hdr hdr;
	struct kib_tx *tx;
	int rc;

	rc = kib_rx_begin(conn, rx->msg, &hdr, &msg);
	if (rc)
		return rc;
	if (!msg) {
		rc = kib_tx_answer(conn, KIB_GET_DONE, get->cookie, -ENODATA);
		return rc ?: kib_rx_repost(rx, KIB_GET_REQ);
	}
	tx = kib_tx_alloc(NULL);
	if (tx) {
		tx->rd = kib_rd_copy(&get->rd);
		rc = kib_tx_buf(conn, tx, KIB_GET_DONE, KIB_COMPLETION_SIZE);
	}
	if (!tx || !tx->rd || rc) {
		if (tx) {
			tx->conn = conn;
			kib_tx_free(tx);
		}
		lnet_rx_end(msg, -ENOMEM);
		return -ENOMEM;
	}
	tx->buf->completion.cookie = get->cookie;
	/* kib_send() clears the pointer when it takes the tx; the message may be gone by then */
	msg->lnd_private = &tx;
	lnet_rx_end(msg, 0);
	if (tx) {
		kfree(tx->rd);
		tx->rd = NULL;
		tx->buf->completion.status = -EIO;
		rc = kib_tx_queue(conn, tx);
		if (rc)
			kib_tx_free(tx);
	}
	return rc ?: kib_rx_repost(rx, KIB_GET_REQ);
}

static int kib_rx_put_acked(struct kib_rx *rx)
{
	struct kib_put_ack *ack = &rx->msg->put_ack;
	struct kib_tx *tx = kib_tx_find(rx->conn, KIB_PUT_ACK, ack->src_cookie);

	if (!tx)
		return -EPROTO;
	tx->rd = kib_rd_copy(&ack->rd);
	tx->cookie = ack->dst_cookie;
	kib_tx_continue(tx, tx->rd ? 0 : -ENOMEM);
	return kib_rx_repost(rx, 0);
}

static int kib_rx_put_nak(struct kib_rx *rx)
{
	const struct kib_completion *c = &rx->msg->completion;
	struct kib_tx *tx = kib_tx_find(rx->conn, KIB_PUT_ACK, c->cookie);

	if (!tx || c->status > 0)
		return -EPROTO;
	tx->status = c->status;
	kib_tx_ended(tx);
	return kib_rx_repost(rx, 0);
}

static int kib_rx_put_done(struct kib_rx *rx)
{
	const struct kib_completion *c = &rx->msg->completion;
	struct kib_tx *tx = kib_tx_find(rx->conn, KIB_PUT_DONE, c->cookie);
	int status = c->status;
	int rc;

	if (!tx)
		return -EPROTO;
	if (status >= 0)
		status = status == tx->map.len ? 0 : -EIO;
	rc = kib_rx_repost(rx, KIB_PUT_DONE);
	tx->status = status;
	kib_tx_ended(tx);
	return rc;
}

static int kib_rx_get_done(struct kib_rx *rx)
{
	const struct kib_completion *c = &rx->msg->completion;
	struct kib_tx *tx = kib_tx_find(rx->conn, KIB_GET_DONE, c->cookie);
	int rc;

	if (!tx || (c->status > 0 && c->status > tx->map.len))
		return -EPROTO;
	tx->status = min(c->status, 0);
	tx->got = max(c->status, 0);
	rc = kib_rx_repost(rx, 0);
	kib_tx_ended(tx);
	return rc;
}

static int kib_rx_dispatch(struct kib_rx *rx)
{
	switch (rx->msg->type) {
	case KIB_NOOP:
		return kib_rx_repost(rx, 0);
	case KIB_IMMEDIATE:
		return kib_rx_immediate(rx);
	case KIB_PUT_REQ:
		return kib_rx_put_req(rx);
	case KIB_PUT_ACK:
		return kib_rx_put_acked(rx);
	case KIB_PUT_NAK:
		return kib_rx_put_nak(rx);
	case KIB_PUT_DONE:
		return kib_rx_put_done(rx);
	case KIB_GET_REQ:
		return kib_rx_get_req(rx);
	case KIB_GET_DONE:
		return kib_rx_get_done(rx);
	default:
		return -EPROTO;
	}
}

/* Check a message before anything is done with it. */
static int kib_rx_check(struct kib_rx *rx)
{
	struct kib_conn *conn = rx->conn;
	int rc;

	rc = kib_msg_check(rx->msg, rx->len);
	if (rc)
		return rc;
	if (!kib_msg_is_from(rx->msg, &conn->ends))
		return -ESTALE;
	spin_lock(&conn->lock);
	rc = kib_credits_receive(&conn->credits, rx->msg);
	if (conn->ntxs > KIB_CONN_TXS_MAX)
		rc = -ENOBUFS;
	spin_unlock(&conn->lock);
	return rc;
}

static void kib_rx_handle(struct kib_rx *rx)
{
	struct kib_conn *conn = rx->conn;
	char s[LNET_NIDSTR_SIZE];
	int rc;

	ib_dma_sync_single_for_cpu(conn->id->device, rx->dma, KIB_MSG_SIZE, DMA_FROM_DEVICE);
	rc = kib_rx_check(rx) ?: kib_rx_dispatch(rx);
	if (!rc)
		return;
	if (rc != -ENOTCONN)
		pr_warn_ratelimited("message of type 0x%x and %u bytes from %s not accepted, connection closed: rc = %d\n",
				    rx->msg->type, rx->len,
				    lnet_nid_str(&conn->peer->base.nid, s), rc);
	kib_conn_close(conn, rc);
}

/* Handle what has come, unless somebody else does. */
void kib_rx_run(struct kib_conn *conn)
{
	struct kib_rx *rx;

	spin_lock(&conn->lock);
	if (conn->rx_running || conn->state != KIB_UP) {
		spin_unlock(&conn->lock);
		return;
	}
	conn->rx_running = true;
	while (conn->state == KIB_UP &&
	       (rx = list_first_entry_or_null(&conn->rxq, struct kib_rx, link))) {
		list_del_init(&rx->link);
		conn->alive_at = jiffies;
		spin_unlock(&conn->lock);
		kib_rx_handle(rx);
		cond_resched();
		spin_lock(&conn->lock);
	}
	conn->rx_running = false;
	spin_unlock(&conn->lock);
}

/* A buffer was filled, or the connection ends. */
void kib_rx_done(struct ib_cq *cq, struct ib_wc *wc)
{
	struct kib_rx *rx = container_of(wc->wr_cqe, struct kib_rx, cqe);
	struct kib_conn *conn = rx->conn;

	if (wc->status != IB_WC_SUCCESS) {
		kib_conn_close(conn, -ECONNRESET);
		return;
	}
	rx->len = wc->byte_len;
	spin_lock(&conn->lock);
	list_add_tail(&rx->link, &conn->rxq);
	spin_unlock(&conn->lock);
	kib_rx_run(conn);
}
