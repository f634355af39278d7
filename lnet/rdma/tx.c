// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending (chapter 1, 14.6 and 14.8). A kib_tx carries a message of the core by the way that suits
 * its size: an IMMEDIATE with the payload in it, a PUT_REQ or GET_REQ otherwise; or it is an answer
 * to one of those, or a NOOP. It waits in a queue of its connection until there are credits and
 * room in the send queue, and ends when the device is done with it and the awaited answer has come.
 *
 * conn->lock guards queues and states; the core is called without it.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/slab.h>
#include "kib.h"

static void kib_tx_sent(struct ib_cq *cq, struct ib_wc *wc);
static void kib_tx_done_sent(struct ib_cq *cq, struct ib_wc *wc);
static void kib_tx_invalidated(struct ib_cq *cq, struct ib_wc *wc);

/* Make a tx for a message of the core, or for one of the driver (NULL). */
struct kib_tx *kib_tx_alloc(struct lnet_msg *msg)
{
	struct kib_tx *tx = kzalloc(sizeof(*tx), GFP_NOFS);

	if (!tx)
		return NULL;
	INIT_LIST_HEAD(&tx->link);
	tx->msg = msg;
	tx->nwrs = 1;
	tx->deadline = jiffies + kib_timeout();
	tx->cqe.done = kib_tx_sent;
	tx->done_cqe.done = kib_tx_done_sent;
	tx->inv_cqe.done = kib_tx_invalidated;
	return tx;
}

/* Undo what was made for a tx on its connection. */
static void kib_tx_unbind(struct kib_tx *tx)
{
	struct kib_conn *conn = tx->conn;

	if (!conn)
		return;
	kib_map_end(conn, tx);
	if (tx->buf)
		ib_dma_unmap_single(conn->id->device, tx->buf_dma, tx->buf_len, DMA_TO_DEVICE);
	kfree(tx->buf);
	tx->buf = NULL;
	kfree(tx->rd);
	tx->rd = NULL;
	tx->conn = NULL;
}

void kib_tx_free(struct kib_tx *tx)
{
	kib_tx_unbind(tx);
	kfree(tx);
}

/* The REPLY that a GET_DONE stands for: the data is in the memory of the md. */
static void kib_tx_replied(struct lnet_ni *ni, const struct lnet_nid *from,
			   const struct lnet_hdr *get, u32 len)
{
	struct lnet_hdr hdr = {
		.dest_nid = get->src_nid,
		.src_nid = get->dest_nid,
		.dest_pid = get->src_pid,
		.src_pid = get->dest_pid,
		.type = LNET_MSG_REPLY,
		.payload_length = len,
	};
	struct lnet_msg *msg;

	hdr.msg.reply.dst_wmd = get->msg.get.return_wmd;
	if (!lnet_rx_begin(ni, &hdr, from, &msg) && msg)
		lnet_rx_end(msg, 0);
}

/* End a tx that no list holds, with its message. Calls the core: no locks may be held. */
void kib_tx_done(struct kib_tx *tx, int status)
{
	struct lnet_msg *msg = tx->msg;
	bool receives = tx->receives;
	struct kib_peer *peer = NULL;
	struct lnet_hdr get;
	u32 got = tx->got;

	tx->status = status;
	if (tx->conn && tx->answered && !status && tx->type == KIB_GET_REQ) {
		peer = tx->conn->peer;
		refcount_inc(&peer->base.refs);
		get = msg->hdr;
	}
	kib_tx_unbind(tx);
	status = tx->status;
	kfree(tx);
	if (msg && receives)
		lnet_rx_end(msg, status);
	else if (msg)
		lnet_msg_sent(msg, status);
	if (!peer)
		return;
	if (!status)
		kib_tx_replied(peer->base.net->ni, &peer->base.nid, &get, got);
	kib_peer_put(peer);
}

void kib_tx_done_list(struct list_head *list, int status)
{
	struct kib_tx *tx, *next;

	list_for_each_entry_safe(tx, next, list, link) {
		list_del_init(&tx->link);
		kib_tx_done(tx, tx->answered ? tx->status : status);
	}
}

/* Memory for a message of a tx, mapped for the device. */
int kib_tx_buf(struct kib_conn *conn, struct kib_tx *tx, u8 type, u32 nob)
{
	struct ib_device *dev = conn->id->device;

	/* a PUT_DONE will follow in the same memory */
	tx->buf_len = type == KIB_PUT_REQ ? nob + KIB_COMPLETION_SIZE : nob;
	tx->buf = kmalloc(tx->buf_len, GFP_NOFS);
	if (!tx->buf)
		return -ENOMEM;
	tx->buf_dma = ib_dma_map_single(dev, tx->buf, tx->buf_len, DMA_TO_DEVICE);
	if (ib_dma_mapping_error(dev, tx->buf_dma)) {
		kfree(tx->buf);
		tx->buf = NULL;
		return -ENOMEM;
	}
	tx->conn = conn;
	tx->type = type;
	kib_msg_init(tx->buf, type, nob);
	return 0;
}

static u64 kib_tx_new_cookie(struct kib_conn *conn)
{
	u64 cookie;

	spin_lock(&conn->lock);
	cookie = ++conn->next_cookie;
	spin_unlock(&conn->lock);
	return cookie;
}

static int kib_tx_immediate(struct kib_conn *conn, struct kib_tx *tx)
{
	u32 len = tx->msg->hdr.payload_length;
	struct iov_iter iter;
	int rc;

	rc = kib_tx_buf(conn, tx, KIB_IMMEDIATE, KIB_IMMEDIATE_SIZE + len);
	if (rc)
		return rc;
	lnet_hdr_to_nid4(&tx->msg->hdr, &tx->buf->immediate.hdr);
	if (!len)
		return 0;
	lnet_msg_iter(tx->msg, ITER_SOURCE, &iter);
	return copy_from_iter(tx->buf->immediate.payload, len, &iter) == len ? 0 : -EFAULT;
}

static int kib_tx_put_req(struct kib_conn *conn, struct kib_tx *tx)
{
	int rc;

	rc = kib_tx_buf(conn, tx, KIB_PUT_REQ, KIB_PUT_REQ_SIZE);
	if (!rc)
		rc = kib_map_source(conn, tx, tx->msg);
	if (rc)
		return rc;
	lnet_hdr_to_nid4(&tx->msg->hdr, &tx->buf->put_req.hdr);
	tx->cookie = kib_tx_new_cookie(conn);
	tx->buf->put_req.cookie = tx->cookie;
	tx->waits = KIB_PUT_ACK;
	return 0;
}

static void kib_tx_fill_rd(struct kib_rd *rd, const struct kib_map *map)
{
	rd->key = map->mr->mr->rkey;
	rd->nfrags = 1;
	rd->frags[0].nob = map->len;
	rd->frags[0].addr = map->mr->mr->iova;
}

static int kib_tx_get_req(struct kib_conn *conn, struct kib_tx *tx)
{
	int rc;

	rc = kib_tx_buf(conn, tx, KIB_GET_REQ, KIB_GET_REQ_SIZE + sizeof(struct kib_frag));
	if (!rc)
		rc = kib_map_sink(conn, tx, tx->msg);
	if (rc)
		return rc;
	lnet_hdr_to_nid4(&tx->msg->hdr, &tx->buf->get_req.hdr);
	tx->cookie = kib_tx_new_cookie(conn);
	tx->buf->get_req.cookie = tx->cookie;
	kib_tx_fill_rd(&tx->buf->get_req.rd, &tx->map);
	tx->waits = KIB_GET_DONE;
	return 0;
}

/* Choose the way of a message of the core, and prepare it. */
static int kib_tx_prepare(struct kib_conn *conn, struct kib_tx *tx)
{
	struct lnet_msg *msg = tx->msg;
	u32 sink;

	switch (msg->hdr.type) {
	case LNET_MSG_GET:
		sink = le32_to_cpu(msg->hdr.msg.get.sink_length);
		/* a router cannot write into this node's memory */
		if (sink <= KIB_IMMEDIATE_MAX || !lnet_nid_eq(&msg->hdr.dest_nid, &msg->hop))
			return kib_tx_immediate(conn, tx);
		msg->len = sink;
		return kib_tx_get_req(conn, tx);
	case LNET_MSG_PUT:
	case LNET_MSG_REPLY:
		if (msg->hdr.payload_length > KIB_IMMEDIATE_MAX)
			return kib_tx_put_req(conn, tx);
		fallthrough;
	default:
		return kib_tx_immediate(conn, tx);
	}
}

/*
 * Send a message of the core on a connection. -errno: it was not taken, and the tx is as it was;
 * -ENOTCONN: another connection may take it.
 */
int kib_tx_start(struct kib_conn *conn, struct kib_tx *tx)
{
	int rc;

	tx->conn = conn;
	rc = kib_tx_prepare(conn, tx);
	if (!rc)
		rc = kib_tx_queue(conn, tx);
	if (rc) {
		kib_tx_unbind(tx);
		tx->waits = 0;
	}
	return rc;
}

/* ---- queues ---- */

static bool kib_type_is_queued(u8 type)
{
	return type == KIB_IMMEDIATE || type == KIB_PUT_REQ || type == KIB_GET_REQ;
}

static bool kib_conn_has_room(const struct kib_conn *conn, const struct kib_tx *tx)
{
	return conn->sq_free >= tx->nwrs && kib_credits_may_send(&conn->credits, tx->type);
}

static int kib_conn_post(struct kib_conn *conn, struct kib_tx *tx)
{
	list_move_tail(&tx->link, &conn->active);
	tx->queued = false;
	conn->ntxs--;
	return kib_post_tx(conn, tx);
}

static int kib_conn_post_noop(struct kib_conn *conn)
{
	int i;

	if (!conn->sq_free || !kib_credits_may_send(&conn->credits, KIB_NOOP))
		return 0;
	for (i = 0; i < ARRAY_SIZE(conn->noops); i++) {
		struct kib_tx *tx = conn->noops[i];

		if (!tx)
			continue;
		conn->noops[i] = NULL;
		tx->deadline = jiffies + kib_timeout();
		list_add_tail(&tx->link, &conn->active);
		return kib_post_tx(conn, tx);
	}
	return 0;
}

/* Post what may go out: answers first, which cost nothing and which the other side waits for. */
static int kib_conn_flush(struct kib_conn *conn)
{
	unsigned int most = kib_concurrent_sends();
	struct kib_tx *tx;
	int rc = 0;

	lockdep_assert_held(&conn->lock);
	if (conn->state != KIB_UP)
		return 0;
	while (!rc && (tx = list_first_entry_or_null(&conn->txq_free, struct kib_tx, link)) &&
	       kib_conn_has_room(conn, tx))
		rc = kib_conn_post(conn, tx);
	while (!rc && (tx = list_first_entry_or_null(&conn->txq, struct kib_tx, link)) &&
	       conn->posted < most && kib_conn_has_room(conn, tx))
		rc = kib_conn_post(conn, tx);
	/* the other side may have no credits, and no message that may go out returns some */
	if (!rc && kib_credits_want_noop(&conn->credits))
		rc = kib_conn_post_noop(conn);
	if (!rc && kib_conn_needs_keepalive(conn))
		rc = kib_conn_post_noop(conn);
	return rc;
}

/* Credits or room may have come. Context: process, no locks. */
void kib_conn_pump(struct kib_conn *conn)
{
	int rc;

	spin_lock(&conn->lock);
	rc = kib_conn_flush(conn);
	spin_unlock(&conn->lock);
	if (rc)
		kib_conn_close(conn, rc);
}

/* Queue a prepared tx. -ENOTCONN: the connection is not up any more. */
int kib_tx_queue(struct kib_conn *conn, struct kib_tx *tx)
{
	int rc;

	spin_lock(&conn->lock);
	if (conn->state != KIB_UP) {
		spin_unlock(&conn->lock);
		return -ENOTCONN;
	}
	tx->queued = true;
	conn->ntxs++;
	list_add_tail(&tx->link, kib_type_is_queued(tx->type) ? &conn->txq : &conn->txq_free);
	rc = kib_conn_flush(conn);
	spin_unlock(&conn->lock);
	if (rc)
		kib_conn_close(conn, rc);
	return 0;
}

/* Send a PUT_NAK or GET_DONE without data. -errno: the connection has to be closed. */
int kib_tx_answer(struct kib_conn *conn, u8 type, u64 cookie, int status)
{
	struct kib_tx *tx = kib_tx_alloc(NULL);
	int rc;

	if (!tx)
		return -ENOMEM;
	rc = kib_tx_buf(conn, tx, type, KIB_COMPLETION_SIZE);
	if (!rc) {
		tx->buf->completion.cookie = cookie;
		tx->buf->completion.status = status;
		rc = kib_tx_queue(conn, tx);
	}
	if (rc)
		kib_tx_free(tx);
	return rc;
}

/* ---- exchanges ---- */

struct kib_rd *kib_rd_copy(const struct kib_rd *rd)
{
	return kmemdup(rd, struct_size(rd, frags, rd->nfrags), GFP_NOFS);
}

/*
 * The data of a GET that came as GET_REQ: write it, and a GET_DONE, from the message that the core
 * made a REPLY of. -errno: the tx did not take the message.
 */
int kib_send_get_reply(struct kib_tx *tx, struct lnet_msg *msg)
{
	struct kib_conn *conn = tx->conn;
	u32 len = msg->hdr.payload_length;
	int rc = 0;

	if (len > kib_rd_size(tx->rd))
		return -EPROTO;
	if (len)
		rc = kib_map_source(conn, tx, msg);
	if (rc)
		return rc;
	tx->nwrs = kib_post_count(conn, tx, len);
	rc = tx->nwrs > conn->sq_size ? -EMSGSIZE : 0;
	tx->buf->completion.status = len;
	tx->msg = msg;
	if (!rc)
		rc = kib_tx_queue(conn, tx);
	if (rc) {
		kib_map_end(conn, tx);
		tx->msg = NULL;
		tx->nwrs = 1;
	}
	return rc;
}

/* The tx that waits for a message of a type with a cookie, or NULL. */
struct kib_tx *kib_tx_find(struct kib_conn *conn, u8 waits, u64 cookie)
{
	struct kib_tx *tx, *found = NULL;

	spin_lock(&conn->lock);
	list_for_each_entry(tx, &conn->active, link)
		if (tx->waits == waits && tx->cookie == cookie) {
			found = tx;
			break;
		}
	spin_unlock(&conn->lock);
	return found;
}

/*
 * A PUT_ACK has come, and tx->rd is set: write the data and send the PUT_DONE. status: why this
 * node cannot; the PUT_DONE says so.
 */
void kib_tx_continue(struct kib_tx *tx, int status)
{
	struct kib_msg *done = (void *)tx->buf + KIB_PUT_REQ_SIZE;
	struct kib_conn *conn = tx->conn;
	u32 len = 0;
	int rc;

	if (!status) {
		len = min(kib_rd_size(tx->rd), tx->map.len);
		tx->nwrs = kib_post_count(conn, tx, len);
		if (tx->nwrs > conn->sq_size)
			status = -EMSGSIZE;
	}
	if (status)
		tx->nwrs = 1;
	kib_msg_init(done, KIB_PUT_DONE, KIB_COMPLETION_SIZE);
	done->completion.cookie = tx->cookie;
	done->completion.status = status ?: len;
	spin_lock(&conn->lock);
	tx->status = status;
	tx->waits = 0;
	tx->type = KIB_PUT_DONE;
	tx->queued = true;
	conn->ntxs++;
	list_move_tail(&tx->link, &conn->txq_free);
	rc = kib_conn_flush(conn);
	spin_unlock(&conn->lock);
	if (rc)
		kib_conn_close(conn, rc);
}

/*
 * End a tx if nothing of it is to come: true, and the caller calls kib_tx_done(). A key that is
 * still valid is taken back first. Under conn->lock.
 */
static bool kib_tx_settle(struct kib_conn *conn, struct kib_tx *tx, int *rc)
{
	*rc = 0;
	if (tx->queued || tx->waits)
		return false;
	/* a connection that ends invalidates all keys */
	if (tx->map.mr && tx->map.valid) {
		if (tx->answered && conn->state == KIB_UP && !tx->inv_posted) {
			tx->inv_posted = true;
			*rc = kib_post_invalidate(conn, tx);
		}
		return false;
	}
	if (tx->posted)
		return false;
	list_del_init(&tx->link);
	return true;
}

/* The answer that a tx waited for has come, with what it says in status and got. */
void kib_tx_ended(struct kib_tx *tx)
{
	struct kib_conn *conn = tx->conn;
	bool over;
	int rc;

	spin_lock(&conn->lock);
	tx->waits = 0;
	tx->answered = true;
	over = kib_tx_settle(conn, tx, &rc);
	spin_unlock(&conn->lock);
	if (rc)
		kib_conn_close(conn, rc);
	if (over)
		kib_tx_done(tx, tx->status);
}

/* ---- completions ---- */

static void kib_tx_failed(struct kib_conn *conn, const struct ib_wc *wc, const char *what)
{
	char s[LNET_NIDSTR_SIZE];

	if (wc->status != IB_WC_WR_FLUSH_ERR)
		pr_info_ratelimited("connection to %s: %s failed: %s\n",
				    lnet_nid_str(&conn->peer->base.nid, s), what,
				    ib_wc_status_msg(wc->status));
	kib_conn_close(conn, -ECONNRESET);
}

static void kib_noop_sent(struct kib_conn *conn, struct kib_tx *tx)
{
	int i;

	list_del_init(&tx->link);
	conn->credits.noops--;
	for (i = 0; i < ARRAY_SIZE(conn->noops) && conn->noops[i]; i++)
		;
	conn->noops[i] = tx;
}

/* A message of a tx has left this node, and so have the WRITEs before it. */
static void kib_tx_completed(struct kib_tx *tx, u32 nwrs)
{
	struct kib_conn *conn = tx->conn;
	bool over = false;
	int rc = 0, rc2;

	spin_lock(&conn->lock);
	conn->sq_free += nwrs;
	conn->posted--;
	conn->alive_at = jiffies;
	tx->posted--;
	if (tx->type == KIB_NOOP)
		kib_noop_sent(conn, tx);
	else
		over = kib_tx_settle(conn, tx, &rc);
	rc2 = kib_conn_flush(conn);
	spin_unlock(&conn->lock);
	if (over)
		kib_tx_done(tx, tx->status);
	if (rc || rc2)
		kib_conn_close(conn, rc ?: rc2);
}

static void kib_tx_sent(struct ib_cq *cq, struct ib_wc *wc)
{
	struct kib_tx *tx = container_of(wc->wr_cqe, struct kib_tx, cqe);

	if (wc->status == IB_WC_SUCCESS)
		kib_tx_completed(tx, tx->req_wrs);
	else
		kib_tx_failed(tx->conn, wc, "a message");
}

static void kib_tx_done_sent(struct ib_cq *cq, struct ib_wc *wc)
{
	struct kib_tx *tx = container_of(wc->wr_cqe, struct kib_tx, done_cqe);

	if (wc->status == IB_WC_SUCCESS)
		kib_tx_completed(tx, tx->done_wrs);
	else
		kib_tx_failed(tx->conn, wc, "an RDMA WRITE");
}

static void kib_tx_invalidated(struct ib_cq *cq, struct ib_wc *wc)
{
	struct kib_tx *tx = container_of(wc->wr_cqe, struct kib_tx, inv_cqe);
	struct kib_conn *conn = tx->conn;
	bool over;
	int rc;

	if (wc->status != IB_WC_SUCCESS) {
		kib_tx_failed(conn, wc, "taking back a key");
		return;
	}
	spin_lock(&conn->lock);
	tx->posted--;
	tx->map.valid = false;
	over = kib_tx_settle(conn, tx, &rc);
	spin_unlock(&conn->lock);
	if (over)
		kib_tx_done(tx, tx->status);
}
