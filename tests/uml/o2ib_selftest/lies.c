// SPDX-License-Identifier: GPL-2.0-only
/*
 * A peer that lies. Connection requests that are not acceptable are rejected for the right reason;
 * a message that is not closes the connection; a true peer is served before and after.
 */
#define pr_fmt(fmt) "kib_peer_test: " fmt

#include "raw_peer.h"

/* The node answers a true peer. */
static void test_true_peer(void)
{
	struct peer p;

	peer_up(&p);
	peer_end(&p);
}

static void test_request(int why, void (*spoil)(struct kib_msg *req))
{
	struct peer p;
	int rc;

	peer_init(&p);
	spoil(&p.req);
	rc = peer_connect(&p);
	CHECK(rc == -ECONNREFUSED);
	CHECK(p.rej.why == why && p.rej.version == KIB_VERSION && p.rej.magic == KIB_MAGIC);
	CHECK(p.rej.cp.queue_depth == DEPTH && p.rej.cp.max_frags == KIB_MAX_FRAGS &&
	      p.rej.cp.max_msg_size == KIB_MSG_SIZE);
	if (why == KIB_REJECT_CONN_STALE || why == KIB_REJECT_MSG_QUEUE_SIZE)
		CHECK(p.rej.incarnation);
	peer_end(&p);
}

static void spoil_magic(struct kib_msg *req)
{
	req->magic++;
}

static void spoil_version(struct kib_msg *req)
{
	req->version = KIB_VERSION_1;
}

static void spoil_nid(struct kib_msg *req)
{
	req->dstnid++;
}

static void spoil_source(struct kib_msg *req)
{
	req->srcnid = O2IB(0x0a090003);
}

static void spoil_stamp(struct kib_msg *req)
{
	req->dststamp = 77;
}

static void spoil_depth(struct kib_msg *req)
{
	req->connparams.queue_depth = DEPTH + 1;
}

static void spoil_frags(struct kib_msg *req)
{
	req->connparams.max_frags = KIB_MAX_FRAGS + 1;
}

static void spoil_size(struct kib_msg *req)
{
	req->connparams.max_msg_size = 2 * KIB_MSG_SIZE;
}

/* Send a message that closes the connection. */
static void test_message(const char *what, u32 (*make)(struct peer *p))
{
	struct peer p;

	peer_init(&p);
	CHECK(!peer_connect(&p));
	if (p.up) {
		send(&p, make(&p));
		if (!peer_closed(&p)) {
			pr_err("failed: %s does not close the connection\n", what);
			failures++;
		}
	}
	peer_end(&p);
}

static u32 make_short(struct peer *p)
{
	begin(p, KIB_NOOP, KIB_HDR_SIZE);
	return KIB_HDR_SIZE - 1;
}

static u32 make_long_nob(struct peer *p)
{
	begin(p, KIB_NOOP, KIB_HDR_SIZE + 1);
	return KIB_HDR_SIZE;
}

static u32 make_stale(struct peer *p)
{
	begin(p, KIB_NOOP, KIB_HDR_SIZE)->srcstamp++;
	return KIB_HDR_SIZE;
}

static u32 make_credits(struct peer *p)
{
	begin(p, KIB_NOOP, KIB_HDR_SIZE)->credits = 1;
	return KIB_HDR_SIZE;
}

static u32 make_payload(struct peer *p)
{
	begin(p, KIB_IMMEDIATE, KIB_IMMEDIATE_SIZE)->immediate.hdr = lnet_hdr(p, LNET_MSG_PUT, 100);
	return KIB_IMMEDIATE_SIZE;
}

static u32 make_big_put(struct peer *p)
{
	begin(p, KIB_PUT_REQ, KIB_PUT_REQ_SIZE)->put_req.hdr =
		lnet_hdr(p, LNET_MSG_PUT, LNET_MTU + 1);
	return KIB_PUT_REQ_SIZE;
}

static u32 make_done(struct peer *p)
{
	begin(p, KIB_PUT_DONE, KIB_COMPLETION_SIZE)->completion.cookie = 5;
	return KIB_COMPLETION_SIZE;
}

static u32 make_ack(struct peer *p)
{
	struct kib_msg *msg = begin(p, KIB_PUT_ACK, KIB_PUT_ACK_SIZE + 12);

	msg->put_ack.rd.nfrags = 1;
	return KIB_PUT_ACK_SIZE + 12;
}

static u32 make_fragments(struct peer *p)
{
	struct kib_msg *msg = begin(p, KIB_GET_REQ, KIB_GET_REQ_SIZE + 12);

	msg->get_req.hdr = lnet_hdr(p, LNET_MSG_GET, 0);
	msg->get_req.rd.nfrags = KIB_MAX_FRAGS + 1;
	return KIB_GET_REQ_SIZE + 12;
}

/* A GET whose data does not fit into the descriptor, and to a key that does not exist. */
static u32 make_get(struct peer *p)
{
	struct kib_msg *msg = begin(p, KIB_GET_REQ, KIB_GET_REQ_SIZE + 12);

	begin_ping(p);
	kib_msg_init(msg, KIB_GET_REQ, KIB_GET_REQ_SIZE + 12);
	msg->srcnid = O2IB(ME);
	msg->srcstamp = STAMP;
	msg->dstnid = O2IB(NODE);
	msg->dststamp = p->node_stamp;
	msg->get_req.cookie = 9;
	msg->get_req.rd.nfrags = 1;
	msg->get_req.rd.key = 0x777;
	msg->get_req.rd.frags[0].nob = 272;
	msg->get_req.rd.frags[0].addr = 0x1000;
	return KIB_GET_REQ_SIZE + 12;
}

static void test_requests(void)
{
	test_request(KIB_REJECT_FATAL, spoil_magic);
	test_request(KIB_REJECT_FATAL, spoil_version);
	test_request(KIB_REJECT_FATAL, spoil_source);
	test_request(KIB_REJECT_FATAL, spoil_size);
	test_request(KIB_REJECT_CONN_STALE, spoil_stamp);
	test_request(KIB_REJECT_MSG_QUEUE_SIZE, spoil_depth);
	test_request(KIB_REJECT_RDMA_FRAGS, spoil_frags);
}

/* The limits in a reject are those of the node, also where it does not know the network. */
static void test_unknown_nid(void)
{
	test_request(KIB_REJECT_EARLY, spoil_nid);
}

static void test_messages(void)
{
	test_message("a short message", make_short);
	test_message("a message longer than it is", make_long_nob);
	test_message("a message of another life", make_stale);
	test_message("one credit too many", make_credits);
	test_message("payload that is not there", make_payload);
	test_message("a PUT longer than LNet allows", make_big_put);
	test_message("an answer to nothing", make_done);
	test_message("an answer to no request", make_ack);
	test_message("too many fragments", make_fragments);
	test_message("a key that does not exist", make_get);
}

/* Another life of the peer: refused once, and the old connection is closed; then accepted. */
static void test_restart(void)
{
	struct peer p, q;

	peer_init(&p);
	CHECK(!peer_connect(&p));
	peer_init(&q);
	q.req.srcstamp++;
	CHECK(peer_connect(&q) == -ECONNREFUSED && q.rej.why == KIB_REJECT_CONN_STALE);
	CHECK(peer_closed(&p));
	peer_end(&p);
	peer_end(&q);
	peer_init(&q);
	q.req.srcstamp++;
	CHECK(!peer_connect(&q));
	peer_end(&q);
}

void test_lies(void)
{
	test_true_peer();
	test_requests();
	test_unknown_nid();
	test_true_peer();
	test_messages();
	test_true_peer();
	test_restart();
}
