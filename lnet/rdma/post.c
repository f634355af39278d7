// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work requests (chapter 1, 14.7 and 14.8): one chain for a message: the registration of the key it
 * announces, or the RDMA WRITEs that it ends, and its SEND. Only the SEND is signalled; when it is
 * complete, all before it are. Called under conn->lock, which keeps chains in one piece.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include "kib.h"

/* A work request that is not signalled completes only if it failed. */
static void kib_wr_failed(struct ib_cq *cq, struct ib_wc *wc)
{
	struct kib_conn *conn = wc->qp->qp_context;

	if (wc->status != IB_WC_SUCCESS)
		kib_conn_close(conn, -ECONNRESET);
}

static struct ib_cqe kib_unsignalled = { .done = kib_wr_failed };

/* A walk along the source and the descriptor of the other side. */
struct kib_walk {
	struct scatterlist *sg;
	u32 sg_at;
	const struct kib_rd *rd;
	u32 frag;
	u32 frag_at;
	u32 left;
};

static void kib_walk_begin(struct kib_walk *w, const struct kib_tx *tx, u32 len)
{
	w->sg = tx->map.sgt.sgl;
	w->sg_at = 0;
	w->rd = tx->rd;
	w->frag = 0;
	w->frag_at = 0;
	w->left = len;
}

/* The next piece of the source, at most room bytes. */
static struct ib_sge kib_walk_piece(struct kib_walk *w, u32 room)
{
	struct ib_sge sge = {
		.addr = sg_dma_address(w->sg) + w->sg_at,
		.length = min3(sg_dma_len(w->sg) - w->sg_at, room, w->left),
	};

	w->left -= sge.length;
	w->frag_at += sge.length;
	w->sg_at += sge.length;
	if (w->sg_at == sg_dma_len(w->sg)) {
		w->sg = sg_next(w->sg);
		w->sg_at = 0;
	}
	return sge;
}

/*
 * One WRITE: as many pieces as it may have, within one fragment. wr: the work request, or NULL to
 * count.
 */
static void kib_walk_write(struct kib_walk *w, const struct kib_conn *conn, struct kib_wr *wr)
{
	const struct kib_frag *frag = &w->rd->frags[w->frag];
	struct ib_sge sge;
	unsigned int n = 0;

	if (wr) {
		memset(&wr->rdma, 0, sizeof(wr->rdma));
		wr->rdma.wr.opcode = IB_WR_RDMA_WRITE;
		wr->rdma.wr.wr_cqe = &kib_unsignalled;
		wr->rdma.wr.sg_list = wr->sge;
		wr->rdma.remote_addr = frag->addr + w->frag_at;
		wr->rdma.rkey = w->rd->key;
	}
	while (n < conn->max_sge && w->left && w->frag_at < frag->nob) {
		sge = kib_walk_piece(w, frag->nob - w->frag_at);
		if (wr) {
			sge.lkey = conn->pd->local_dma_lkey;
			wr->sge[n] = sge;
		}
		n++;
	}
	if (wr)
		wr->rdma.wr.num_sge = n;
	if (w->frag_at >= frag->nob) {
		w->frag++;
		w->frag_at = 0;
	}
}

/* Step over fragments of no bytes. False: all is written. */
static bool kib_walk_more(struct kib_walk *w)
{
	while (w->left && w->frag < w->rd->nfrags && !w->rd->frags[w->frag].nob)
		w->frag++;
	return w->left && w->frag < w->rd->nfrags;
}

/*
 * Work requests of a message that ends the writing of len bytes to tx->rd. The caller saw that the
 * descriptor has room for them.
 */
u32 kib_post_count(const struct kib_conn *conn, const struct kib_tx *tx, u32 len)
{
	struct kib_walk w;
	u32 n = 1;

	if (!len)
		return n;
	kib_walk_begin(&w, tx, len);
	while (kib_walk_more(&w)) {
		kib_walk_write(&w, conn, NULL);
		n++;
	}
	return n;
}

/* Hand what was collected to the device. */
static int kib_chain_post(struct kib_conn *conn)
{
	struct kib_chain *chain = conn->chain;
	const struct ib_send_wr *bad;
	unsigned int i;

	for (i = 0; i + 1 < chain->n; i++)
		chain->wrs[i].wr.next = &chain->wrs[i + 1].wr;
	chain->wrs[i].wr.next = NULL;
	chain->n = 0;
	return ib_post_send(conn->qp, &chain->wrs[0].wr, &bad);
}

/* Room for one more work request; NULL: the device refused those before it. */
static struct kib_wr *kib_chain_next(struct kib_conn *conn)
{
	if (conn->chain->n == KIB_CHAIN && kib_chain_post(conn))
		return NULL;
	return &conn->chain->wrs[conn->chain->n++];
}

static int kib_chain_register(struct kib_conn *conn, struct kib_tx *tx)
{
	struct kib_wr *wr = kib_chain_next(conn);
	struct ib_mr *mr = tx->map.mr->mr;

	if (!wr)
		return -EIO;
	memset(&wr->reg, 0, sizeof(wr->reg));
	wr->reg.wr.opcode = IB_WR_REG_MR;
	wr->reg.wr.wr_cqe = &kib_unsignalled;
	wr->reg.mr = mr;
	wr->reg.key = mr->rkey;
	wr->reg.access = IB_ACCESS_LOCAL_WRITE | IB_ACCESS_REMOTE_WRITE;
	tx->map.valid = true;
	return 0;
}

static int kib_chain_writes(struct kib_conn *conn, struct kib_tx *tx, u32 len)
{
	struct kib_walk w;
	struct kib_wr *wr;

	kib_walk_begin(&w, tx, len);
	while (kib_walk_more(&w)) {
		wr = kib_chain_next(conn);
		if (!wr)
			return -EIO;
		kib_walk_write(&w, conn, wr);
	}
	return 0;
}

static int kib_chain_send(struct kib_conn *conn, struct kib_tx *tx, struct kib_msg *msg)
{
	u64 dma = tx->buf_dma + ((char *)msg - (char *)tx->buf);
	struct kib_wr *wr = kib_chain_next(conn);

	if (!wr)
		return -EIO;
	kib_msg_seal(msg, &conn->ends, kib_credits_send(&conn->credits, msg->type));
	ib_dma_sync_single_for_device(conn->id->device, dma, msg->nob, DMA_TO_DEVICE);
	wr->sge[0].addr = dma;
	wr->sge[0].length = msg->nob;
	wr->sge[0].lkey = conn->pd->local_dma_lkey;
	memset(&wr->wr, 0, sizeof(wr->wr));
	wr->wr.opcode = IB_WR_SEND;
	wr->wr.send_flags = IB_SEND_SIGNALED;
	wr->wr.wr_cqe = msg->type == KIB_PUT_DONE ? &tx->done_cqe : &tx->cqe;
	wr->wr.sg_list = wr->sge;
	wr->wr.num_sge = 1;
	return 0;
}

/* Post the next message of a tx, for which there are credits and room. */
int kib_post_tx(struct kib_conn *conn, struct kib_tx *tx)
{
	/* the PUT_DONE lies behind the PUT_REQ, whose SEND may not be complete */
	struct kib_msg *msg = tx->type == KIB_PUT_DONE ? (void *)tx->buf + KIB_PUT_REQ_SIZE :
							 tx->buf;
	int rc = 0;

	conn->sq_free -= tx->nwrs;
	conn->posted++;
	conn->sent_at = jiffies;
	tx->posted++;
	if (tx->type == KIB_PUT_DONE)
		tx->done_wrs = tx->nwrs;
	else
		tx->req_wrs = tx->nwrs;
	if (tx->map.mr)
		rc = kib_chain_register(conn, tx);
	else if (tx->rd && tx->nwrs > 1)
		rc = kib_chain_writes(conn, tx, msg->completion.status);
	if (!rc)
		rc = kib_chain_send(conn, tx, msg);
	if (!rc)
		rc = kib_chain_post(conn);
	conn->chain->n = 0;
	return rc;
}

/* Take the key of a sink back. Has a place of its own in the send queue. */
int kib_post_invalidate(struct kib_conn *conn, struct kib_tx *tx)
{
	struct ib_send_wr wr = {
		.opcode = IB_WR_LOCAL_INV,
		.send_flags = IB_SEND_SIGNALED,
		.wr_cqe = &tx->inv_cqe,
		.ex.invalidate_rkey = tx->map.mr->mr->rkey,
	};
	const struct ib_send_wr *bad;

	tx->posted++;
	return ib_post_send(conn->qp, &wr, &bad);
}

/* Let the device have a receive buffer. Needs no lock. */
int kib_post_rx(struct kib_rx *rx)
{
	struct kib_conn *conn = rx->conn;
	struct ib_sge sge = {
		.addr = rx->dma,
		.length = KIB_MSG_SIZE,
		.lkey = conn->pd->local_dma_lkey,
	};
	struct ib_recv_wr wr = {
		.wr_cqe = &rx->cqe,
		.sg_list = &sge,
		.num_sge = 1,
	};
	const struct ib_recv_wr *bad;

	ib_dma_sync_single_for_device(conn->id->device, rx->dma, KIB_MSG_SIZE, DMA_FROM_DEVICE);
	return ib_post_recv(conn->qp, &wr, &bad);
}
