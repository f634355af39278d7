// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a connection. It is made by dialling or accepting; set up (protection domain,
 * completion queue, queue pair, receive buffers) before the other side may send; up when both know
 * it; closed once. While it is in the list of its peer it is open. Whoever removes it from there
 * (under peer->lock) closes it, and close_work does what has to wait: for the handlers of the
 * connection manager, and until the device has let go of all memory.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include "kib.h"
#include <trace/events/lnet.h>

/* Work requests for messages with data, in bulk; a chain of the most fragments fits. */
#define SQ_BASE		(KIB_MAX_FRAGS + 32)
#define SQ_PER_CREDIT	24
#define SQ_LEAST	64

static void kib_conn_close_work(struct work_struct *work);

/* Make a connection without resources. kib_conn_add() or kib_conn_free() follows. */
struct kib_conn *kib_conn_alloc(struct kib_peer *peer, enum kib_conn_state state)
{
	struct kib_net *net = kib_peer_net(peer);
	struct kib_conn *conn = kzalloc(sizeof(*conn), GFP_NOFS);

	if (!conn)
		return NULL;
	conn->chain = kzalloc(sizeof(*conn->chain), GFP_NOFS);
	if (!conn->chain) {
		kfree(conn);
		return NULL;
	}
	refcount_set(&conn->refs, 1);
	refcount_inc(&peer->base.refs);
	conn->peer = peer;
	conn->state = state;
	conn->dialled = state == KIB_DIALING;
	conn->since = jiffies;
	conn->ends.srcnid = lnet_nid_to_nid4(&net->base.ni->nid);
	conn->ends.srcstamp = net->base.incarnation;
	conn->ends.dstnid = lnet_nid_to_nid4(&peer->base.nid);
	INIT_LIST_HEAD(&conn->link);
	INIT_WORK(&conn->close_work, kib_conn_close_work);
	INIT_LIST_HEAD(&conn->all_mrs);
	spin_lock_init(&conn->lock);
	INIT_LIST_HEAD(&conn->mrs);
	INIT_LIST_HEAD(&conn->txq);
	INIT_LIST_HEAD(&conn->txq_free);
	INIT_LIST_HEAD(&conn->active);
	INIT_LIST_HEAD(&conn->rxq);
	return conn;
}

/* Drop a reference. close_work waits until it has the last one: see kib_conn_close_work(). */
void kib_conn_put(struct kib_conn *conn)
{
	if (!refcount_dec_and_test(&conn->refs)) {
		/* the counter is seen before the waiter; only its address is used */
		smp_mb__after_atomic();
		wake_up_var(&conn->refs);
		return;
	}
	kib_peer_put(conn->peer);
	kfree(conn->chain);
	kfree(conn);
}

/* ---- resources ---- */

static void kib_qp_event(struct ib_event *ev, void *data)
{
	struct kib_conn *conn = data;

	/* a message came before the connection manager knows that the connection stands */
	if (ev->event == IB_EVENT_COMM_EST)
		rdma_notify(conn->id, ev->event);
}

static int kib_conn_make_qp(struct kib_conn *conn, unsigned int depth)
{
	struct ib_device *dev = conn->id->device;
	/* keys of the sinks of both sides are taken back; one for draining */
	unsigned int more = 2 * depth + 1;
	struct ib_qp_init_attr attr = {
		.event_handler = kib_qp_event,
		.qp_context = conn,
		.send_cq = conn->cq,
		.recv_cq = conn->cq,
		.cap.max_recv_wr = conn->nrxs + 1,
		.cap.max_send_sge = conn->max_sge,
		.cap.max_recv_sge = 1,
		.sq_sig_type = IB_SIGNAL_REQ_WR,
		.qp_type = IB_QPT_RC,
	};
	int rc;

	for (;;) {
		attr.cap.max_send_wr = min_t(u32, conn->sq_size + more, dev->attrs.max_qp_wr);
		if (attr.cap.max_send_wr < SQ_LEAST + more)
			return -EINVAL;
		conn->sq_size = attr.cap.max_send_wr - more;
		rc = rdma_create_qp(conn->id, conn->pd, &attr);
		if (!rc)
			break;
		if (conn->sq_size <= SQ_LEAST)
			return rc;
		conn->sq_size = max(conn->sq_size / 2, (unsigned int)SQ_LEAST);
	}
	conn->qp = conn->id->qp;
	conn->sq_free = conn->sq_size;
	return 0;
}

static int kib_conn_make_rx(struct kib_conn *conn, struct kib_rx *rx)
{
	struct ib_device *dev = conn->id->device;

	rx->msg = kmalloc(KIB_MSG_SIZE, GFP_KERNEL);
	if (!rx->msg)
		return -ENOMEM;
	rx->dma = ib_dma_map_single(dev, rx->msg, KIB_MSG_SIZE, DMA_FROM_DEVICE);
	if (ib_dma_mapping_error(dev, rx->dma)) {
		kfree(rx->msg);
		rx->msg = NULL;
		return -ENOMEM;
	}
	rx->conn = conn;
	rx->cqe.done = kib_rx_done;
	INIT_LIST_HEAD(&rx->link);
	return kib_post_rx(rx);
}

static int kib_conn_make_buffers(struct kib_conn *conn)
{
	unsigned int i;
	int rc = 0;

	conn->rxs = kvcalloc(conn->nrxs, sizeof(*conn->rxs), GFP_KERNEL);
	if (!conn->rxs)
		return -ENOMEM;
	for (i = 0; i < conn->nrxs && !rc; i++)
		rc = kib_conn_make_rx(conn, &conn->rxs[i]);
	for (i = 0; i < KIB_NOOPS_MAX && !rc; i++) {
		conn->noops[i] = kib_tx_alloc(NULL);
		rc = conn->noops[i] ? kib_tx_buf(conn, conn->noops[i], KIB_NOOP, KIB_HDR_SIZE) :
				      -ENOMEM;
	}
	return rc;
}

static int kib_conn_make(struct kib_conn *conn, unsigned int depth)
{
	struct ib_device *dev = conn->id->device;
	int rc;

	conn->nrxs = KIB_RX_BUFFERS(depth);
	conn->max_sge = min_t(unsigned int, KIB_SGES, dev->attrs.max_send_sge);
	conn->sq_size = SQ_BASE + SQ_PER_CREDIT * depth;
	conn->pd = ib_alloc_pd(dev, 0);
	if (IS_ERR(conn->pd)) {
		rc = PTR_ERR(conn->pd);
		conn->pd = NULL;
		return rc;
	}
	conn->cqes = conn->nrxs + conn->sq_size + 2 * depth + 2;
	conn->cq = ib_cq_pool_get(dev, conn->cqes, -1, IB_POLL_WORKQUEUE);
	if (IS_ERR(conn->cq)) {
		rc = PTR_ERR(conn->cq);
		conn->cq = NULL;
		return rc;
	}
	rc = kib_conn_make_qp(conn, depth);
	return rc ?: kib_conn_make_buffers(conn);
}

/*
 * Make what a connection needs to receive. conn->id has its device. On failure, what was made goes
 * with the connection.
 */
int kib_conn_setup(struct kib_conn *conn, unsigned int depth)
{
	/* a write-back may wait for this connection */
	unsigned int flags = memalloc_noio_save();
	int rc;

	rc = kib_conn_make(conn, depth);
	memalloc_noio_restore(flags);
	return rc;
}

static void kib_conn_free_buffers(struct kib_conn *conn)
{
	struct ib_device *dev = conn->id->device;
	unsigned int i;

	for (i = 0; conn->rxs && i < conn->nrxs; i++) {
		if (!conn->rxs[i].msg)
			continue;
		ib_dma_unmap_single(dev, conn->rxs[i].dma, KIB_MSG_SIZE, DMA_FROM_DEVICE);
		kfree(conn->rxs[i].msg);
	}
	kvfree(conn->rxs);
	for (i = 0; i < KIB_NOOPS_MAX; i++)
		if (conn->noops[i])
			kib_tx_free(conn->noops[i]);
}

/* The queue pair is gone: end the messages of the connection. */
static void kib_conn_end_txs(struct kib_conn *conn)
{
	LIST_HEAD(all);
	struct kib_tx *tx, *next;

	list_splice_tail_init(&conn->active, &all);
	list_splice_tail_init(&conn->txq_free, &all);
	list_splice_tail_init(&conn->txq, &all);
	list_for_each_entry_safe(tx, next, &all, link) {
		tx->map.mr = NULL;
		if (tx->type == KIB_NOOP) {
			list_del_init(&tx->link);
			kib_tx_free(tx);
		}
	}
	kib_mrs_free(conn);
	kib_tx_done_list(&all, conn->err ?: -ECONNABORTED);
}

/* Free what kib_conn_setup() made. The events of the ID are over. */
static void kib_conn_teardown(struct kib_conn *conn)
{
	if (conn->qp) {
		ib_drain_qp(conn->qp);
		rdma_destroy_qp(conn->id);
	}
	kib_conn_end_txs(conn);
	kib_conn_free_buffers(conn);
	if (conn->cq)
		ib_cq_pool_put(conn->cq, conn->cqes);
	if (conn->pd)
		ib_dealloc_pd(conn->pd);
}

/* Free a connection that was not added; its ID stays the caller's. */
void kib_conn_free(struct kib_conn *conn)
{
	if (conn->id)
		kib_conn_teardown(conn);
	kib_conn_put(conn);
}

/* ---- states ---- */

/* Add a connection to its peer. The list takes over the first reference. -ESHUTDOWN, -EBUSY. */
int kib_conn_add(struct kib_conn *conn)
{
	struct kib_peer *peer = conn->peer;
	int rc = 0;

	spin_lock(&peer->base.lock);
	if (peer->base.dead)
		rc = -ESHUTDOWN;
	else if (peer->nconns >= KIB_CONNS_MAX)
		rc = -EBUSY;
	if (!rc) {
		list_add_tail(&conn->link, &peer->conns);
		peer->nconns++;
	}
	spin_unlock(&peer->base.lock);
	return rc;
}

static void kib_conn_set_state(struct kib_conn *conn, enum kib_conn_state state)
{
	spin_lock(&conn->lock);
	conn->state = state;
	conn->since = jiffies;
	conn->alive_at = jiffies;
	conn->sent_at = jiffies;
	spin_unlock(&conn->lock);
}

/* Both sides know the connection: send what waits, and handle what came early. */
void kib_conn_up(struct kib_conn *conn)
{
	struct kib_peer *peer = conn->peer;

	spin_lock(&peer->base.lock);
	if (conn->state == KIB_CLOSING || conn->state == KIB_UP) {
		spin_unlock(&peer->base.lock);
		return;
	}
	kib_conn_set_state(conn, KIB_UP);
	lnet_lnd_peer_reached(&peer->base);
	peer->stamp = conn->ends.dststamp;
	if (conn->dialled) {
		peer->dialing = false;
		peer->redials = 0;
		if (peer->nconns < kib_params.conns_per_peer)
			kib_dial_start(peer);
	}
	spin_unlock(&peer->base.lock);
	trace_lnet_conn_up(&peer->base.nid, 0, 0);
	kib_peer_flush(peer);
	kib_rx_run(conn);
}

static void kib_conn_close_work(struct work_struct *work)
{
	struct kib_conn *conn = container_of(work, struct kib_conn, close_work);
	struct kib_peer *peer = conn->peer;

	rdma_lock_handler(conn->id);
	conn->cm_over = true;
	rdma_unlock_handler(conn->id);
	rdma_disconnect(conn->id);
	/* who chose this connection before it was closed may be mapping memory for its device */
	wait_var_event(&conn->refs, refcount_read(&conn->refs) == 1);
	smp_rmb();	/* sees what they did; pairs with refcount_dec_and_test() */
	kib_conn_teardown(conn);
	rdma_destroy_id(conn->id);
	if (conn->dialled && conn->dial_failed)
		kib_dial_ended(peer, conn->err, conn->redial);
	kib_conn_put(conn);
}

/*
 * Close a connection. Its messages fail with err. Does nothing if it is closing already. Context:
 * process; no locks.
 */
void kib_conn_close(struct kib_conn *conn, int err)
{
	struct kib_peer *peer = conn->peer;
	bool mine;

	spin_lock(&peer->base.lock);
	mine = conn->state != KIB_CLOSING && !list_empty(&conn->link);
	if (mine) {
		conn->dial_failed = conn->state == KIB_DIALING;
		kib_conn_set_state(conn, KIB_CLOSING);
		conn->err = err;
		list_del_init(&conn->link);
		peer->nconns--;
		trace_lnet_conn_down(&peer->base.nid, 0, err);
	}
	spin_unlock(&peer->base.lock);
	/* close_work takes over the reference of the list */
	if (mine)
		queue_work(kib_wq, &conn->close_work);
}

static bool kib_list_overdue(const struct list_head *list)
{
	struct kib_tx *tx;

	list_for_each_entry(tx, list, link)
		if (time_after(jiffies, tx->deadline))
			return true;
	return false;
}

/* Did something take too long? -ETIMEDOUT or 0. Called by the tick, under peer->lock. */
int kib_conn_overdue(struct kib_conn *conn, unsigned long timeout)
{
	bool late;

	if (conn->state == KIB_CLOSING)
		return 0;
	if (conn->state != KIB_UP)
		return time_after(jiffies, conn->since + kib_connect_timeout()) ? -ETIMEDOUT : 0;
	spin_lock(&conn->lock);
	late = kib_list_overdue(&conn->txq) || kib_list_overdue(&conn->txq_free);
	if (!late)
		late = kib_list_overdue(&conn->active);
	/* somebody waits: the other side must show life */
	if (!late && timeout < kib_timeout())
		late = (conn->ntxs || !list_empty(&conn->active)) &&
		       time_after(jiffies, conn->alive_at + timeout) &&
		       time_after(jiffies, conn->sent_at + timeout);
	spin_unlock(&conn->lock);
	return late ? -ETIMEDOUT : 0;
}

/* Was nothing sent for so long that the other side may doubt? */
bool kib_conn_needs_keepalive(struct kib_conn *conn)
{
	unsigned long idle = READ_ONCE(kib_params.keepalive) * HZ;

	return idle && time_after(jiffies, conn->sent_at + idle);
}
