// SPDX-License-Identifier: GPL-2.0-only
/*
 * The node asks a peer: every way in which the peer may answer a PUT_REQ or a GET_REQ, fail, or be
 * gone. Every operation of the node ends.
 */
#define pr_fmt(fmt) "kib_peer_test: " fmt

#include "raw_peer.h"

/* The peer goes, or says nothing, whatever it was asked. */
static void answer_gone(struct peer *p, const struct kib_msg *req)
{
	rdma_disconnect(p->id);
}

static void answer_nothing(struct peer *p, const struct kib_msg *req)
{
	struct lnet_nid nid;

	lnet_nid_from_nid4(&nid, O2IB(p->ip));
	lnet_fast_fail(&nid);
}

/* ---- PUT ---- */

static void put_nak(struct peer *p, const struct kib_msg *req)
{
	send_completion(p, KIB_PUT_NAK, req->put_req.cookie, 0);
}

static void put_nak_memory(struct peer *p, const struct kib_msg *req)
{
	send_completion(p, KIB_PUT_NAK, req->put_req.cookie, -ENOMEM);
}

static void put_nak_other(struct peer *p, const struct kib_msg *req)
{
	send_completion(p, KIB_PUT_NAK, req->put_req.cookie + 1, 0);
}

static void put_ack(struct peer *p, const struct kib_msg *req, u32 key, u32 len)
{
	u32 nob = KIB_PUT_ACK_SIZE + 3 * sizeof(struct kib_frag);
	struct kib_msg *msg = begin(p, KIB_PUT_ACK, nob);
	struct kib_rd *rd = &msg->put_ack.rd;

	msg->put_ack.src_cookie = req->put_req.cookie;
	msg->put_ack.dst_cookie = 33;
	rd->key = key;
	rd->nfrags = 3;
	rd->frags[0] = (struct kib_frag){ 1001, p->data_dma };
	rd->frags[1] = (struct kib_frag){ 0, p->data_dma };
	rd->frags[2] = (struct kib_frag){ len - 1001, p->data_dma + 1001 };
	send(p, nob);
}

static void put_ack_whole(struct peer *p, const struct kib_msg *req)
{
	put_ack(p, req, p->pd->unsafe_global_rkey, BULK);
}

static void put_ack_short(struct peer *p, const struct kib_msg *req)
{
	put_ack(p, req, p->pd->unsafe_global_rkey, 5000);
}

static void put_ack_bad_key(struct peer *p, const struct kib_msg *req)
{
	put_ack(p, req, 0x777, BULK);
}

static void put_ack_gone(struct peer *p, const struct kib_msg *req)
{
	put_ack_bad_key(p, req);
	rdma_disconnect(p->id);
}

struct ask {
	const char *what;
	void (*answer)(struct peer *p, const struct kib_msg *req);
	bool ok;
	u32 moved;
};

static const struct ask puts[] = {
	{ "NAK", put_nak, true },
	{ "NAK, no memory", put_nak_memory, false },
	{ "NAK of another", put_nak_other, false },
	{ "whole", put_ack_whole, true, BULK },
	{ "short", put_ack_short, true, 5000 },
	{ "a key that does not exist", put_ack_bad_key, false },
	{ "gone", answer_gone, false },
	{ "gone after the ACK", put_ack_gone, false },
	{ "nothing", answer_nothing, false },
};

static bool put_is_right(struct peer *p, const struct end *e, const struct ask *a)
{
	const struct kib_msg *msg;

	if (a->ok != !e->status)
		return false;
	if (!a->moved)
		return true;
	msg = peer_next(p, KIB_PUT_DONE);
	return msg && msg->completion.cookie == 33 && msg->completion.status == a->moved &&
	       !memcmp(p->data, e->buf, a->moved) &&
	       (a->moved == BULK || p->data[a->moved] == 'p');
}

/* ---- GET ---- */

static void get_none(struct peer *p, const struct kib_msg *req)
{
	send_completion(p, KIB_GET_DONE, req->get_req.cookie, -ENODATA);
}

static void get_write(struct peer *p, const struct kib_msg *req, u32 len)
{
	CHECK(!write_to(p, req->get_req.rd.frags[0].addr, req->get_req.rd.key, len));
	send_completion(p, KIB_GET_DONE, req->get_req.cookie, len);
}

static void get_whole(struct peer *p, const struct kib_msg *req)
{
	get_write(p, req, BULK);
}

static void get_half(struct peer *p, const struct kib_msg *req)
{
	get_write(p, req, BULK / 2);
}

static void get_too_much(struct peer *p, const struct kib_msg *req)
{
	send_completion(p, KIB_GET_DONE, req->get_req.cookie, BULK + 1);
}

static void get_other(struct peer *p, const struct kib_msg *req)
{
	send_completion(p, KIB_PUT_DONE, req->get_req.cookie, BULK);
}

static const struct ask gets[] = {
	{ "none", get_none, false },
	{ "whole", get_whole, true, BULK },
	{ "half", get_half, true, BULK / 2 },
	{ "more than asked for", get_too_much, false },
	{ "another answer", get_other, false },
	{ "gone", answer_gone, false },
	{ "nothing", answer_nothing, false },
};

static bool get_is_right(struct peer *p, struct end *e, const struct ask *a,
			 const struct kib_msg *req)
{
	const struct kib_frag *to = &req->get_req.rd.frags[0];

	if (a->ok != !e->status || (a->ok && e->mlength != a->moved) ||
	    memcmp(p->data, e->buf, a->moved) || (a->moved != BULK && e->buf[a->moved] != 'n'))
		return false;
	/* the key is worth nothing any more */
	memset(e->buf, 'n', BULK);
	return write_to(p, to->addr, req->get_req.rd.key, BULK) && !memchr(e->buf, 'p', BULK);
}

static void test_ask(const struct ask *a, bool get)
{
	struct kib_msg *req;
	struct peer p;
	struct end e;
	bool over = false, right = false;

	end_init(&e);
	peer_up(&p);
	end_start(&e, &p, get, BULK);
	req = peer_next(&p, get ? KIB_GET_REQ : KIB_PUT_REQ);
	if (req) {
		a->answer(&p, req);
		over = end_over(&e);
		right = over && (get ? get_is_right(&p, &e, a, req) : put_is_right(&p, &e, a));
	}
	if (!right) {
		pr_err("failed: %s answered by %s: status %d, %u bytes\n", get ? "GET" : "PUT",
		       a->what, e.status, e.mlength);
		failures++;
	}
	peer_end(&p);
	CHECK(over || end_over(&e));
	end_free(&e);
}

void test_asks(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(puts); i++)
		test_ask(&puts[i], false);
	for (i = 0; i < ARRAY_SIZE(gets); i++)
		test_ask(&gets[i], true);
}
