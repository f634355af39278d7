// SPDX-License-Identifier: GPL-2.0-only
/*
 * The node is asked: a peer writes into the memory of the node, and fetches it, and fails or goes
 * away on the way. Every operation ends, and afterwards the key of the memory is worth nothing.
 */
#define pr_fmt(fmt) "kib_peer_test: " fmt

#include "raw_peer.h"

#define BITS 77

static void send_put_req(struct peer *p, u64 cookie)
{
	struct kib_msg *msg = begin(p, KIB_PUT_REQ, KIB_PUT_REQ_SIZE);
	struct lnet_put *put = &msg->put_req.hdr.msg.put;

	msg->put_req.hdr = lnet_hdr(p, LNET_MSG_PUT, BULK);
	put->ack_wmd.wh_interface_cookie = LNET_WIRE_HANDLE_COOKIE_NONE;
	put->ack_wmd.wh_object_cookie = LNET_WIRE_HANDLE_COOKIE_NONE;
	put->match_bits = cpu_to_le64(BITS);
	put->ptl_index = cpu_to_le32(PORTAL);
	msg->put_req.cookie = cookie;
	send(p, KIB_PUT_REQ_SIZE);
}

/* Nothing matches: no data moves, and nobody has an error. */
static void test_put_no_match(void)
{
	struct kib_msg *msg;
	struct peer p;

	peer_up(&p);
	send_put_req(&p, 5);
	msg = peer_next(&p, KIB_PUT_NAK);
	CHECK(msg && msg->completion.cookie == 5 && !msg->completion.status);
	peer_end(&p);
}

enum put_end { PUT_WHOLE, PUT_FAILS, PUT_LIES, PUT_GONE };

static void test_put(enum put_end how)
{
	struct kib_msg *msg;
	struct kib_rd rd;
	struct kib_frag to;
	struct peer p;
	struct end e;

	end_init(&e);
	peer_up(&p);
	end_attach(&e, BITS, LNET_MD_OP_PUT, 1);
	send_put_req(&p, 6);
	msg = peer_next(&p, KIB_PUT_ACK);
	CHECK(msg && msg->put_ack.src_cookie == 6 && kib_rd_size(&msg->put_ack.rd) == BULK);
	if (!msg)
		goto out;
	rd = msg->put_ack.rd;
	to = msg->put_ack.rd.frags[0];
	if (how == PUT_GONE) {
		rdma_disconnect(p.id);
	} else {
		if (how == PUT_WHOLE)
			CHECK(!write_to(&p, to.addr, rd.key, BULK));
		send_completion(&p, KIB_PUT_DONE, msg->put_ack.dst_cookie,
				how == PUT_WHOLE ? BULK : how == PUT_FAILS ? -EIO : BULK + 1);
	}
	CHECK(end_over(&e));
	CHECK(how == PUT_WHOLE ? !e.status && e.mlength == BULK : e.status < 0);
	memset(e.buf, 'n', BULK);
	CHECK(write_to(&p, to.addr, rd.key, BULK));
	CHECK(!memchr(e.buf, 'p', BULK));
out:
	peer_end(&p);
	end_free(&e);
}

/* A peer without credits sends one more. */
static void test_too_many(void)
{
	struct peer p;
	struct end e;
	int i;

	end_init(&e);
	peer_up(&p);
	end_attach(&e, BITS, LNET_MD_OP_PUT | LNET_MD_MANAGE_REMOTE, LNET_MD_THRESH_INF);
	/* the credit of the ping came back with its answer or the first PUT_ACK */
	for (i = 0; i < DEPTH + 2; i++)
		send_put_req(&p, 10 + i);
	CHECK(peer_closed(&p));
	lnet_md_unlink(e.md);
	CHECK(end_over(&e));
	peer_end(&p);
	end_free(&e);
}

static void send_get_req(struct peer *p, int nfrags, u32 key)
{
	u32 i, at = 0, nob = KIB_GET_REQ_SIZE + nfrags * sizeof(struct kib_frag);
	struct kib_msg *msg = begin(p, KIB_GET_REQ, nob);
	struct lnet_get *get = &msg->get_req.hdr.msg.get;
	struct kib_frag *frag;

	msg->get_req.hdr = lnet_hdr(p, LNET_MSG_GET, 0);
	get->match_bits = cpu_to_le64(BITS);
	get->ptl_index = cpu_to_le32(PORTAL);
	get->sink_length = cpu_to_le32(BULK);
	msg->get_req.cookie = 9;
	msg->get_req.rd.key = key;
	msg->get_req.rd.nfrags = nfrags;
	/* the first are odd, the last has the rest */
	for (i = 0; i < nfrags; i++) {
		frag = &msg->get_req.rd.frags[i];
		frag->addr = p->data_dma + at;
		frag->nob = i + 1 < nfrags ? 1001 : BULK - at;
		at += frag->nob;
	}
	send(p, nob);
}

static void test_get_no_match(void)
{
	struct kib_msg *msg;
	struct peer p;

	peer_up(&p);
	send_get_req(&p, 1, p.pd->unsafe_global_rkey);
	msg = peer_next(&p, KIB_GET_DONE);
	CHECK(msg && msg->completion.cookie == 9 && msg->completion.status == -ENODATA);
	peer_end(&p);
}

/* Into several fragments; or with a wrong key: the connection ends, and the operation. */
static void test_get(bool wrong_key)
{
	struct kib_msg *msg;
	struct peer p;
	struct end e;

	end_init(&e);
	peer_up(&p);
	end_attach(&e, BITS, LNET_MD_OP_GET, 1);
	send_get_req(&p, 5, wrong_key ? 0x777 : p.pd->unsafe_global_rkey);
	if (wrong_key) {
		CHECK(peer_closed(&p));
	} else {
		msg = peer_next(&p, KIB_GET_DONE);
		CHECK(msg && msg->completion.status == BULK);
		CHECK(!memcmp(p.data, e.buf, BULK));
	}
	CHECK(end_over(&e));
	CHECK(wrong_key ? e.status < 0 : !e.status);
	peer_end(&p);
	end_free(&e);
}

void test_asked(void)
{
	test_put_no_match();
	test_put(PUT_WHOLE);
	test_put(PUT_FAILS);
	test_put(PUT_LIES);
	test_put(PUT_GONE);
	test_too_many();
	test_get_no_match();
	test_get(false);
	test_get(true);
}
