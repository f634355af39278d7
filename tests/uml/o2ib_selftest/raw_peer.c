// SPDX-License-Identifier: GPL-2.0-only
/* The peer that the tests play (raw_peer.h). */
#define pr_fmt(fmt) "kib_peer_test: " fmt

#include <linux/in.h>
#include <rdma/ib_cm.h>
#include "raw_peer.h"
#include "msg.c"	/* its functions are not exported */

#define BUFFERS 24

int failures;

struct raw_rx {
	struct peer *peer;
	struct list_head link;		/* peer->arrived */
	struct ib_cqe cqe;
	struct kib_msg *msg;
	u64 dma;
	u32 len;
};

static void got_message(struct ib_cq *cq, struct ib_wc *wc)
{
	struct raw_rx *rx = container_of(wc->wr_cqe, struct raw_rx, cqe);

	if (wc->status != IB_WC_SUCCESS)
		return;
	rx->len = wc->byte_len;
	spin_lock(&rx->peer->lock);
	list_add_tail(&rx->link, &rx->peer->arrived);
	spin_unlock(&rx->peer->lock);
	wake_up(&rx->peer->wait);
}

static void sent_message(struct ib_cq *cq, struct ib_wc *wc)
{
	struct peer *p = container_of(wc->wr_cqe, struct peer, out_cqe);

	p->sent_status = wc->status;
	complete(&p->sent);
}

static int post_buffer(struct peer *p, struct raw_rx *rx)
{
	struct ib_recv_wr wr = { .wr_cqe = &rx->cqe, .num_sge = 1 };
	const struct ib_recv_wr *bad;
	struct ib_sge sge;

	rx->peer = p;
	rx->cqe.done = got_message;
	rx->msg = kzalloc(KIB_MSG_SIZE, GFP_KERNEL);
	if (!rx->msg)
		return -ENOMEM;
	rx->dma = ib_dma_map_single(p->id->device, rx->msg, KIB_MSG_SIZE, DMA_FROM_DEVICE);
	sge = (struct ib_sge){ rx->dma, KIB_MSG_SIZE, p->pd->local_dma_lkey };
	wr.sg_list = &sge;
	return ib_post_recv(p->id->qp, &wr, &bad);
}

static int make_qp(struct peer *p)
{
	struct ib_device *dev = p->id->device;
	struct ib_qp_init_attr attr = {
		.cap = { .max_send_wr = 64, .max_recv_wr = 64, .max_send_sge = 1,
			 .max_recv_sge = 1 },
		.sq_sig_type = IB_SIGNAL_ALL_WR,
		.qp_type = IB_QPT_RC,
	};
	int rc, i;

	p->pd = ib_alloc_pd(dev, IB_PD_UNSAFE_GLOBAL_RKEY);
	if (IS_ERR(p->pd))
		return PTR_ERR(p->pd);
	p->cq = ib_alloc_cq_any(dev, NULL, 128, IB_POLL_WORKQUEUE);
	if (IS_ERR(p->cq))
		return PTR_ERR(p->cq);
	attr.send_cq = p->cq;
	attr.recv_cq = p->cq;
	p->out_dma = ib_dma_map_single(dev, p->out, KIB_MSG_SIZE, DMA_TO_DEVICE);
	p->data_dma = ib_dma_map_single(dev, p->data, BULK, DMA_BIDIRECTIONAL);
	rc = rdma_create_qp(p->id, p->pd, &attr);
	for (i = 0; i < BUFFERS && !rc; i++)
		rc = post_buffer(p, &p->rxs[i]);
	return rc;
}

static int event(struct rdma_cm_id *id, struct rdma_cm_event *ev)
{
	struct peer *p = id->context;
	const void *data;
	u8 len;

	switch (ev->event) {
	case RDMA_CM_EVENT_ADDR_RESOLVED:
	case RDMA_CM_EVENT_ROUTE_RESOLVED:
		break;
	case RDMA_CM_EVENT_ESTABLISHED:
		p->up = true;
		if (ev->param.conn.private_data)
			p->node_stamp = ((struct kib_msg *)ev->param.conn.private_data)->srcstamp;
		break;
	case RDMA_CM_EVENT_REJECTED:
		data = rdma_consumer_reject_data(id, ev, &len);
		p->err = data && !kib_reject_check(data, len, &p->rej) ? -ECONNREFUSED : -EPROTO;
		break;
	case RDMA_CM_EVENT_DISCONNECTED:
		/* what is posted fails now, not after all retries */
		rdma_disconnect(id);
		complete(&p->closed);
		return 0;
	case RDMA_CM_EVENT_TIMEWAIT_EXIT:
		return 0;
	default:
		p->err = -EIO;
	}
	complete(&p->step);
	return 0;
}

static int wait_step(struct peer *p)
{
	if (!wait_for_completion_timeout(&p->step, WAIT))
		return -ETIMEDOUT;
	return p->err;
}

static struct sockaddr_in addr(u32 ip, u16 port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(ip) };
}

void peer_init_at(struct peer *p, u32 ip)
{
	memset(p, 0, sizeof(*p));
	p->ip = ip;
	init_completion(&p->step);
	init_completion(&p->closed);
	init_completion(&p->sent);
	spin_lock_init(&p->lock);
	init_waitqueue_head(&p->wait);
	INIT_LIST_HEAD(&p->arrived);
	p->rxs = kcalloc(BUFFERS, sizeof(*p->rxs), GFP_KERNEL | __GFP_NOFAIL);
	p->out = kzalloc(KIB_MSG_SIZE, GFP_KERNEL | __GFP_NOFAIL);
	p->data = kmalloc(BULK, GFP_KERNEL | __GFP_NOFAIL);
	memset(p->data, 'p', BULK);
	p->out_cqe.done = sent_message;
	kib_msg_init(&p->req, KIB_CONNREQ, KIB_CONN_MSG_SIZE);
	p->req.srcnid = O2IB(ip);
	p->req.srcstamp = STAMP;
	p->req.dstnid = O2IB(NODE);
	p->req.connparams = (struct kib_connparams){ DEPTH, KIB_MAX_FRAGS, KIB_MSG_SIZE };
}

void peer_init(struct peer *p)
{
	peer_init_at(p, ME);
}

/* Connect with p->req. 0, or -ECONNREFUSED and p->rej. */
int peer_connect(struct peer *p)
{
	struct sockaddr_in from = addr(p->ip, 0), to = addr(NODE, 987);
	struct rdma_conn_param param = {
		.private_data = &p->req, .private_data_len = KIB_CONN_MSG_SIZE,
		.retry_count = 5, .rnr_retry_count = 6,
	};
	int rc;

	p->id = rdma_create_id(&init_net, event, p, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(p->id))
		return PTR_ERR(p->id);
	rc = rdma_resolve_addr(p->id, (void *)&from, (void *)&to, 5000) ?: wait_step(p);
	rc = rc ?: rdma_resolve_route(p->id, 5000) ?: wait_step(p);
	rc = rc ?: make_qp(p);
	return rc ?: rdma_connect(p->id, &param) ?: wait_step(p);
}

/* Connect, and see that the node serves this peer. */
void peer_up(struct peer *p)
{
	struct kib_msg *msg;

	peer_init(p);
	CHECK(!peer_connect(p));
	if (!p->up)
		return;
	begin_ping(p);
	send(p, KIB_IMMEDIATE_SIZE);
	msg = peer_next(p, KIB_IMMEDIATE);
	CHECK(msg && msg->immediate.hdr.type == cpu_to_le32(LNET_MSG_REPLY));
}

/* ---- the node dials ---- */

static int accept_node(struct peer *p, struct rdma_cm_id *id, const struct answer *a)
{
	struct rdma_conn_param param = {
		.private_data = &p->req, .private_data_len = KIB_CONN_MSG_SIZE,
		.rnr_retry_count = 6,
	};
	int rc;

	p->id = id;
	id->event_handler = event;
	if (a->why == SILENT)
		return 0;
	p->req.type = KIB_CONNACK;
	p->req.connparams = a->cp;
	p->req.dststamp = p->node_stamp;
	rc = make_qp(p) ?: rdma_accept(id, &param);
	CHECK(!rc);
	return 0;
}

static int request(struct rdma_cm_id *id, struct rdma_cm_event *ev)
{
	struct peer *p = id->context;
	const struct answer *a = p->answers;
	struct kib_reject rej = { KIB_MAGIC, KIB_VERSION };
	const struct kib_msg *req = ev->param.conn.private_data;

	if (ev->event != RDMA_CM_EVENT_CONNECT_REQUEST || p->nreqs == REQS_MAX || p->id)
		return -EIO;
	p->reqs[p->nreqs].cp = req->connparams;
	p->reqs[p->nreqs++].dststamp = req->dststamp;
	p->node_stamp = req->srcstamp;
	if (!a->why || a->why == SILENT)
		return accept_node(p, id, a);
	if ((a + 1)->why || (a + 1)->cp.queue_depth)
		p->answers++;
	rej.why = a->why;
	rej.incarnation = a->incarnation;
	rej.cp = a->cp;
	rdma_reject(id, &rej, sizeof(rej), IB_CM_REJ_CONSUMER_DEFINED);
	return -ECONNREFUSED;
}

/* Wait for the node. The answers end with one of zeros. */
int peer_listen(struct peer *p, const struct answer *answers)
{
	struct sockaddr_in in = addr(p->ip, 987);

	p->answers = answers;
	p->listener = rdma_create_id(&init_net, request, p, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(p->listener))
		return PTR_ERR(p->listener);
	return rdma_bind_addr(p->listener, (void *)&in) ?: rdma_listen(p->listener, 0);
}

void peer_end(struct peer *p)
{
	struct ib_device *dev;
	int i;

	if (!IS_ERR_OR_NULL(p->listener))
		rdma_destroy_id(p->listener);
	if (!IS_ERR_OR_NULL(p->id)) {
		dev = p->id->device;
		rdma_disconnect(p->id);
		if (p->id->qp) {
			ib_drain_qp(p->id->qp);
			ib_dma_unmap_single(dev, p->out_dma, KIB_MSG_SIZE, DMA_TO_DEVICE);
			ib_dma_unmap_single(dev, p->data_dma, BULK, DMA_BIDIRECTIONAL);
			rdma_destroy_qp(p->id);
		}
		for (i = 0; i < BUFFERS; i++)
			if (p->rxs[i].msg)
				ib_dma_unmap_single(dev, p->rxs[i].dma, KIB_MSG_SIZE,
						    DMA_FROM_DEVICE);
		if (!IS_ERR_OR_NULL(p->cq))
			ib_free_cq(p->cq);
		if (!IS_ERR_OR_NULL(p->pd))
			ib_dealloc_pd(p->pd);
		rdma_destroy_id(p->id);
	}
	for (i = 0; i < BUFFERS; i++)
		kfree(p->rxs[i].msg);
	kfree(p->rxs);
	kfree(p->out);
	kfree(p->data);
}

bool peer_closed(struct peer *p)
{
	return wait_for_completion_timeout(&p->closed, WAIT);
}

/* ---- messages ---- */

/* Does the node ask who the peer is? It does so beside its first message, and needs no answer. */
static bool is_ping(const struct kib_msg *msg)
{
	return msg->type == KIB_IMMEDIATE &&
	       msg->immediate.hdr.type == cpu_to_le32(LNET_MSG_GET) &&
	       !msg->immediate.hdr.msg.get.ptl_index;
}

/* The next message of the node but NOOPs and pings, if it is of this type. */
struct kib_msg *peer_next(struct peer *p, u8 type)
{
	struct raw_rx *rx;

	do {
		if (!wait_event_timeout(p->wait, !list_empty_careful(&p->arrived), WAIT))
			return NULL;
		spin_lock(&p->lock);
		rx = list_first_entry(&p->arrived, struct raw_rx, link);
		list_del(&rx->link);
		spin_unlock(&p->lock);
		if (kib_msg_check(rx->msg, rx->len))
			return NULL;
	} while (rx->msg->type == KIB_NOOP || is_ping(rx->msg));
	return rx->msg->type == type ? rx->msg : NULL;
}

/* Begin a message in p->out that is true until the caller spoils it. */
struct kib_msg *begin(struct peer *p, u8 type, u32 nob)
{
	struct kib_ends ends = { O2IB(p->ip), p->req.srcstamp, O2IB(NODE), p->node_stamp };

	memset(p->out, 0, KIB_MSG_SIZE);
	kib_msg_init(p->out, type, nob);
	kib_msg_seal(p->out, &ends, 0);
	return p->out;
}

struct lnet_hdr_nid4 lnet_hdr(struct peer *p, u32 type, u32 payload)
{
	struct lnet_hdr_nid4 hdr = {
		.dest_nid = cpu_to_le64(O2IB(NODE)), .src_nid = cpu_to_le64(O2IB(p->ip)),
		.dest_pid = cpu_to_le32(LNET_PID_LUSTRE), .src_pid = cpu_to_le32(LNET_PID_LUSTRE),
		.type = cpu_to_le32(type), .payload_length = cpu_to_le32(payload),
	};

	return hdr;
}

static int post(struct peer *p, struct ib_send_wr *wr)
{
	const struct ib_send_wr *bad;

	reinit_completion(&p->sent);
	wr->wr_cqe = &p->out_cqe;
	wr->num_sge = 1;
	if (ib_post_send(p->id->qp, wr, &bad))
		return -EIO;
	CHECK(wait_for_completion_timeout(&p->sent, WAIT));
	return p->sent_status;
}

/* Send p->out; returns when the device of the node has it. */
void send(struct peer *p, u32 len)
{
	struct ib_sge sge = { p->out_dma, len, p->pd->local_dma_lkey };
	struct ib_send_wr wr = { .sg_list = &sge, .opcode = IB_WR_SEND };

	post(p, &wr);
}

/* Write from p->data into memory of the node. Not 0: refused. */
int write_to(struct peer *p, u64 addr, u32 key, u32 len)
{
	struct ib_sge sge = { p->data_dma, len, p->pd->local_dma_lkey };
	struct ib_rdma_wr wr = {
		.wr = { .sg_list = &sge, .opcode = IB_WR_RDMA_WRITE },
		.remote_addr = addr,
		.rkey = key,
	};

	return post(p, &wr.wr);
}

/* A ping, by IMMEDIATE. */
void begin_ping(struct peer *p)
{
	struct kib_msg *msg = begin(p, KIB_IMMEDIATE, KIB_IMMEDIATE_SIZE);

	msg->immediate.hdr = lnet_hdr(p, LNET_MSG_GET, 0);
	msg->immediate.hdr.msg.get.match_bits = cpu_to_le64(LNET_PROTO_PING_MATCHBITS);
	msg->immediate.hdr.msg.get.sink_length = cpu_to_le32(272);
}

/* PUT_NAK, PUT_DONE, GET_DONE */
void send_completion(struct peer *p, u8 type, u64 cookie, int status)
{
	struct kib_msg *msg = begin(p, type, KIB_COMPLETION_SIZE);

	msg->completion.cookie = cookie;
	msg->completion.status = status;
	send(p, KIB_COMPLETION_SIZE);
}

/* ---- operations of the node ---- */

static void end_event(const struct lnet_event *ev)
{
	struct end *e = ev->user;

	if (ev->status && !e->status)
		e->status = ev->status;
	e->mlength = ev->mlength;
	if (ev->unlinked)
		complete(&e->over);
}

void end_init(struct end *e)
{
	memset(e, 0, sizeof(*e));
	init_completion(&e->over);
	e->buf = kmalloc(BULK, GFP_KERNEL | __GFP_NOFAIL);
	memset(e->buf, 'n', BULK);
}

void end_free(struct end *e)
{
	kfree(e->buf);
}

static struct lnet_md_desc end_desc(struct end *e, u32 len, u32 options, int threshold)
{
	return (struct lnet_md_desc){
		.buf = e->buf, .length = len, .threshold = threshold, .options = options,
		.handler = end_event, .user = e,
	};
}

/* The node lets a peer have its buffer. */
void end_attach(struct end *e, u64 bits, u32 options, int threshold)
{
	struct lnet_md_desc d = end_desc(e, BULK, options, threshold);
	struct lnet_process_id any = LNET_ANY_ID;

	e->md = lnet_md_attach(PORTAL, &any, bits, 0, &d, true);
	CHECK(!IS_ERR(e->md));
}

/* The node sends its buffer to a peer, or gets it from there. */
void end_start(struct end *e, struct peer *p, bool get, u32 len)
{
	struct lnet_md_desc d = end_desc(e, len, 0, get ? 2 : 1);
	struct lnet_nid nid;
	int rc;

	lnet_nid_from_nid4(&nid, O2IB(p->ip));
	e->md = lnet_md_bind(&d);
	CHECK(!IS_ERR(e->md));
	rc = get ? lnet_get(NULL, e->md, &nid, PORTAL, 7, 0) :
		   lnet_put(NULL, e->md, false, &nid, PORTAL, 7, 0);
	CHECK(!rc);
	if (rc)
		lnet_md_unlink(e->md);
}

bool end_over(struct end *e)
{
	return wait_for_completion_timeout(&e->over, WAIT);
}
