// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of o2iblnd: those of real peers pass the check, in both byte orders, and keep to the
 * account of credits; damaged ones are refused or harmless; the account never stands still.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "../../lnet/rdma/kib_msg.h"

struct rec {
	u16 kind;
	u16 side;
	u32 conn;
	u32 len;
	u32 zero;
	u8 data[];
};

enum { REC_CONNREQ, REC_CONNACK, REC_REJECT, REC_MSG };

static u8 *golden;
static long golden_len;

static const struct rec *rec_next(long *at)
{
	const struct rec *r = (const void *)(golden + *at);

	if (*at >= golden_len)
		return NULL;
	*at += sizeof(*r) + (r->len + 7) / 8 * 8;
	return r;
}

/* A copy in a block of exactly its size, so that the sanitizer sees every byte too far. */
static void *exact(const void *data, size_t len)
{
	void *p = malloc(len ?: 1);

	memcpy(p, data, len);
	return p;
}

static u64 rng_state = 88172645463325252ULL;

static u32 rng(u32 n)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (rng_state >> 16) % n;
}

/* The messages of a connection of a real peer, in the account of both sides. */
struct side {
	struct kib_credits c;
	u32 owed;			/* at most: its buffers that may have been posted again */
};

static void account(struct side *from, struct side *to, const struct kib_msg *msg)
{
	assert_true(kib_credits_may_send(&from->c, msg->type));
	assert_true(msg->credits <= from->c.owed);
	/* the real peer returned less when a buffer was not posted again yet */
	u32 later = from->c.owed - msg->credits;

	from->c.owed = msg->credits;
	assert_int_equal(kib_credits_send(&from->c, msg->type), msg->credits);
	from->c.owed = later;
	if (msg->type == KIB_NOOP)
		from->c.noops--;
	assert_int_equal(kib_credits_receive(&to->c, msg), 0);
	if (msg->type != KIB_PUT_REQ)
		kib_credits_owe(&to->c, msg->type);
	if (msg->type == KIB_PUT_NAK)
		kib_credits_owe(&from->c, KIB_PUT_REQ);
}

static void check_body(struct kib_msg *msg)
{
	struct kib_rd *rd = kib_msg_rd(msg);

	if (rd) {
		assert_int_equal(rd->nfrags, 1);
		assert_int_equal(msg->nob, (u8 *)&rd->frags[1] - (u8 *)msg);
		assert_true(kib_rd_size(rd) > KIB_IMMEDIATE_MAX);
	}
	if (msg->type == KIB_GET_REQ)
		assert_int_equal(kib_rd_size(rd),
				 le32_to_cpu(msg->get_req.hdr.msg.get.sink_length));
	if (msg->type == KIB_IMMEDIATE)
		assert_int_equal(msg->nob - KIB_IMMEDIATE_SIZE,
				 le32_to_cpu(msg->immediate.hdr.payload_length));
}

static void test_golden(void **state)
{
	struct kib_ends ends[2] = {};
	struct side sides[2] = {};
	const struct rec *r;
	struct kib_reject rej;
	struct kib_msg *msg;
	u32 messages = 0;
	long at = 0;

	while ((r = rec_next(&at))) {
		if (r->kind == REC_REJECT) {
			assert_int_equal(kib_reject_check(r->data, r->len, &rej), 0);
			assert_int_equal(rej.why, KIB_REJECT_MSG_QUEUE_SIZE);
			assert_int_equal(rej.cp.queue_depth, 8);
			assert_int_equal(rej.cp.max_frags, KIB_MAX_FRAGS);
			continue;
		}
		msg = exact(r->data, r->len);
		assert_int_equal(kib_msg_check(msg, r->len), 0);
		switch (r->kind) {
		case REC_CONNREQ:
			assert_int_equal(msg->type, KIB_CONNREQ);
			break;
		case REC_CONNACK:
			assert_int_equal(msg->type, KIB_CONNACK);
			ends[0] = (struct kib_ends){ msg->srcnid, msg->srcstamp, msg->dstnid,
						     msg->dststamp };
			ends[1] = (struct kib_ends){ msg->dstnid, msg->dststamp, msg->srcnid,
						     msg->srcstamp };
			kib_credits_init(&sides[0].c, msg->connparams.queue_depth, 0);
			kib_credits_init(&sides[1].c, msg->connparams.queue_depth, 0);
			break;
		default:
			assert_int_equal(msg->nob, r->len);
			/* ends[i] as the receiver of what side i sends sees it */
			assert_true(kib_msg_is_from(msg, &ends[r->side]));
			assert_false(kib_msg_is_from(msg, &ends[!r->side]));
			check_body(msg);
			account(&sides[r->side], &sides[!r->side], msg);
			messages++;
		}
		free(msg);
	}
	assert_int_equal(messages, 549);
}

/* Bring a message to the other byte order, by hand. */
static void swap_msg(struct kib_msg *msg)
{
	struct kib_rd *rd = kib_msg_rd(msg);
	u32 i;

	if (rd) {
		for (i = 0; i < rd->nfrags; i++) {
			rd->frags[i].nob = __builtin_bswap32(rd->frags[i].nob);
			rd->frags[i].addr = __builtin_bswap64(rd->frags[i].addr);
		}
		rd->key = __builtin_bswap32(rd->key);
		rd->nfrags = __builtin_bswap32(rd->nfrags);
	}
	if (msg->type == KIB_CONNREQ || msg->type == KIB_CONNACK) {
		msg->connparams.queue_depth = __builtin_bswap16(msg->connparams.queue_depth);
		msg->connparams.max_frags = __builtin_bswap16(msg->connparams.max_frags);
		msg->connparams.max_msg_size = __builtin_bswap32(msg->connparams.max_msg_size);
	}
	if (msg->type == KIB_PUT_NAK || msg->type == KIB_PUT_DONE || msg->type == KIB_GET_DONE)
		msg->completion.status = __builtin_bswap32(msg->completion.status);
	msg->magic = __builtin_bswap32(msg->magic);
	msg->version = __builtin_bswap16(msg->version);
	msg->nob = __builtin_bswap32(msg->nob);
	msg->cksum = __builtin_bswap32(msg->cksum);
	msg->srcnid = __builtin_bswap64(msg->srcnid);
	msg->srcstamp = __builtin_bswap64(msg->srcstamp);
	msg->dstnid = __builtin_bswap64(msg->dstnid);
	msg->dststamp = __builtin_bswap64(msg->dststamp);
}

static void test_other_byte_order(void **state)
{
	const struct rec *r;
	struct kib_msg *msg, *same;
	long at = 0;

	while ((r = rec_next(&at))) {
		if (r->kind == REC_REJECT)
			continue;
		msg = exact(r->data, r->len);
		same = exact(r->data, r->len);
		swap_msg(msg);
		assert_int_equal(kib_msg_check(msg, r->len), 0);
		assert_int_equal(kib_msg_check(same, r->len), 0);
		msg->magic = same->magic;
		assert_memory_equal(msg, same, r->len);
		free(msg);
		free(same);
	}
}

/* The worked examples of chapter 1, 14.3 and 14.8, built and compared. */
static void test_build(void **state)
{
	static const u8 connreq[] = {
		0x91, 0x1b, 0xe9, 0x0b, 0x12, 0x00, 0xc0, 0x00, 0x38, 0, 0, 0, 0, 0, 0, 0,
		0x01, 0, 0, 0x0a, 0, 0, 5, 0, 1, 0, 0, 0, 0, 0xf0, 5, 0,
		0x02, 0, 0, 0x0a, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		8, 0, 1, 1, 0, 0x10, 0, 0,
	};
	static const u8 get_done[] = {
		0x91, 0x1b, 0xe9, 0x0b, 0x12, 0x00, 0xd7, 0x03, 0x3c, 0, 0, 0, 0, 0, 0, 0,
		0x02, 0, 0, 0x0a, 0, 0, 5, 0, 2, 0, 0, 0, 0, 1, 6, 0,
		0x01, 0, 0, 0x0a, 0, 0, 5, 0, 1, 0, 0, 0, 0, 0xf0, 5, 0,
		0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
	};
	struct kib_ends ends = { 0x000500000a000001ULL, 0x5f00000000001ULL,
				 0x000500000a000002ULL, 0 };
	struct kib_ends back = { 0x000500000a000002ULL, 0x6010000000002ULL,
				 0x000500000a000001ULL, 0x5f00000000001ULL };
	struct kib_msg msg;

	kib_msg_init(&msg, KIB_CONNREQ, KIB_CONN_MSG_SIZE);
	msg.connparams = (struct kib_connparams){ 8, KIB_MAX_FRAGS, KIB_MSG_SIZE };
	kib_msg_seal(&msg, &ends, 0);
	assert_memory_equal(&msg, connreq, sizeof(connreq));
	kib_msg_init(&msg, KIB_GET_DONE, KIB_COMPLETION_SIZE);
	msg.completion.cookie = 0x77;
	msg.completion.status = 65536;
	kib_msg_seal(&msg, &back, 3);
	assert_memory_equal(&msg, get_done, sizeof(get_done));
}

static void test_refused(void **state)
{
	struct kib_reject rej = {};
	union {
		struct kib_msg msg;
		u8 bytes[KIB_MSG_SIZE];
	} m = {};
	u32 i;

	kib_msg_init(&m.msg, KIB_GET_REQ, KIB_GET_REQ_SIZE + 12);
	m.msg.get_req.hdr.type = cpu_to_le32(LNET_MSG_GET);
	m.msg.get_req.rd.nfrags = 1;
	assert_int_equal(kib_msg_check(&m, KIB_GET_REQ_SIZE + 12), 0);
	/* longer than what came; more fragments than there is room for, than are allowed; none */
	assert_int_equal(kib_msg_check(&m, KIB_GET_REQ_SIZE + 11), -EPROTO);
	m.msg.get_req.rd.nfrags = 2;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTO);
	m.msg.nob = KIB_MSG_SIZE;
	m.msg.get_req.rd.nfrags = KIB_MAX_FRAGS;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), 0);
	m.msg.get_req.rd.nfrags = KIB_MAX_FRAGS + 1;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTO);
	m.msg.get_req.rd.nfrags = 0;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTO);
	/* sizes whose sum is small only in 32 bits */
	m.msg.get_req.rd.nfrags = 4;
	for (i = 0; i < 4; i++)
		m.msg.get_req.rd.frags[i].nob = 0x40000400;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTO);
	/* the LNet header does not suit; the payload is not all there */
	m.msg.get_req.rd.nfrags = 1;
	m.msg.get_req.rd.frags[0].nob = 1;
	m.msg.get_req.hdr.type = cpu_to_le32(LNET_MSG_PUT);
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTO);
	kib_msg_init(&m.msg, KIB_IMMEDIATE, KIB_IMMEDIATE_SIZE + 5);
	m.msg.immediate.hdr.payload_length = cpu_to_le32(5);
	assert_int_equal(kib_msg_check(&m, KIB_IMMEDIATE_SIZE + 5), 0);
	m.msg.immediate.hdr.payload_length = cpu_to_le32(6);
	assert_int_equal(kib_msg_check(&m, KIB_IMMEDIATE_SIZE + 5), -EPROTO);
	/* old version, no such type, no sender */
	m.msg.immediate.hdr.payload_length = 0;
	m.msg.version = KIB_VERSION_1;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTONOSUPPORT);
	m.msg.version = KIB_VERSION;
	m.msg.type = 0xd8;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTO);
	m.msg.type = KIB_NOOP;
	m.msg.srcnid = LNET_NID_ANY;
	assert_int_equal(kib_msg_check(&m, sizeof(m)), -EPROTO);
	assert_int_equal(kib_reject_check(&rej, sizeof(rej), &rej), -EPROTO);
	rej.magic = KIB_MAGIC;
	assert_int_equal(kib_reject_check(&rej, sizeof(rej) - 1, &rej), -EPROTO);
	assert_int_equal(kib_reject_check(&rej, sizeof(rej), &rej), 0);
}

/* Damaged messages: whatever passes the check, all that it promises can be read. */
static void test_fuzz(void **state)
{
	static const u32 odd[] = { 0, 1, 48, 60, 256, 257, 258, 0xffff, 0x7fffffff, 0xffffffff };
	volatile u32 sink = 0;
	const struct rec *recs[1024], *r;
	u32 n = 0, i, j, len;
	struct kib_msg *msg;
	struct kib_rd *rd;
	long at = 0;

	while ((r = rec_next(&at)) && n < 1024)
		if (r->kind != REC_REJECT)
			recs[n++] = r;
	for (i = 0; i < 300000; i++) {
		r = recs[rng(n)];
		len = rng(4) ? r->len : rng(r->len + 1);
		msg = exact(r->data, len);
		for (j = rng(4); j && len >= 8; j--)
			if (rng(2))
				((u8 *)msg)[rng(len < 160 ? len : 160)] = rng(256);
			else
				memcpy((u8 *)msg + rng(len < 160 ? len / 4 : 40) * 4,
				       &odd[rng(ARRAY_SIZE(odd))], 4);
		if (!kib_msg_check(msg, len)) {
			for (j = 0; j < msg->nob; j++)
				sink += ((u8 *)msg)[j];
			rd = kib_msg_rd(msg);
			if (rd)
				sink += kib_rd_size(rd);
			if (msg->type == KIB_IMMEDIATE)
				assert_true(le32_to_cpu(msg->immediate.hdr.payload_length) <=
					    len - KIB_IMMEDIATE_SIZE);
		}
		free(msg);
	}
}

/* Messages in flight between two sides, of any mix: nothing may wait for ever. */
struct wire {
	struct { u8 type, credits; } q[4096];
	u32 head, tail;
};

static void put(struct wire *w, struct kib_credits *c, u8 type)
{
	w->q[w->tail % 4096].type = type;
	w->q[w->tail++ % 4096].credits = kib_credits_send(c, type);
	assert_true(w->tail - w->head <= KIB_RX_BUFFERS(c->depth));
}

/* What one side sends when it may; returns whether anything went out. */
static bool pump(struct kib_credits *c, struct wire *w, const u8 *want, u32 *next, u32 n)
{
	bool any = false;

	while (*next < n && kib_credits_may_send(c, want[*next])) {
		put(w, c, want[(*next)++]);
		any = true;
	}
	while (kib_credits_want_noop(c)) {
		put(w, c, KIB_NOOP);
		any = true;
	}
	return any;
}

static void take(struct kib_credits *from, struct kib_credits *to, struct wire *in,
		 struct wire *out)
{
	struct kib_msg msg = { .type = in->q[in->head % 4096].type,
			       .credits = in->q[in->head % 4096].credits };

	in->head++;
	assert_int_equal(kib_credits_receive(to, &msg), 0);
	switch (msg.type) {
	case KIB_NOOP:
		from->noops--;		/* its send is complete */
		break;
	case KIB_PUT_REQ:
		if (rng(3)) {
			put(out, to, KIB_PUT_ACK);
			return;
		}
		kib_credits_owe(to, KIB_PUT_REQ);
		put(out, to, KIB_PUT_NAK);
		return;
	case KIB_PUT_ACK:
		put(out, to, KIB_PUT_DONE);
		return;
	case KIB_GET_REQ:
		put(out, to, KIB_GET_DONE);
		break;
	}
	kib_credits_owe(to, msg.type);
}

static void test_no_standstill(void **state)
{
	static const u8 types[] = { KIB_IMMEDIATE, KIB_PUT_REQ, KIB_GET_REQ };
	static struct wire wires[2];
	struct kib_credits c[2];
	u8 want[2][500];
	u32 next[2], round, i, depth;

	for (round = 0; round < 3000; round++) {
		depth = 1 + rng(round % 3 ? 9 : 255);
		memset(wires, 0, sizeof(wires));
		for (i = 0; i < 2; i++) {
			kib_credits_init(&c[i], depth, rng(300));
			next[i] = 0;
		}
		for (i = 0; i < 1000; i++)
			want[i & 1][i / 2] = types[rng(round % 2 ? 3 : 1)];
		for (;;) {
			bool any = pump(&c[0], &wires[0], want[0], &next[0], round % 5 ? 500 : 0);

			any |= pump(&c[1], &wires[1], want[1], &next[1], 500);
			for (i = 0; i < 2; i++)
				if (wires[i].head != wires[i].tail && (rng(2) || !any)) {
					take(&c[i], &c[!i], &wires[i], &wires[!i]);
					any = true;
				}
			if (!any)
				break;
		}
		assert_int_equal(next[1], 500);
		if (round % 5)
			assert_int_equal(next[0], 500);
		assert_int_equal(c[0].reserved, depth);
		assert_int_equal(c[0].peer_open, 0);
	}
}

static void test_liars(void **state)
{
	struct kib_msg msg = { .type = KIB_IMMEDIATE };
	struct kib_credits c;
	int i;

	/* one message more than it has credits for */
	kib_credits_init(&c, 8, 0);
	for (i = 0; i < 8; i++)
		assert_int_equal(kib_credits_receive(&c, &msg), 0);
	assert_int_equal(kib_credits_receive(&c, &msg), -EPROTO);
	/* one credit more than there are */
	kib_credits_init(&c, 8, 0);
	kib_credits_send(&c, KIB_IMMEDIATE);
	msg.credits = 2;
	assert_int_equal(kib_credits_receive(&c, &msg), -EPROTO);
	msg.credits = 1;
	assert_int_equal(kib_credits_receive(&c, &msg), 0);
	/* an answer to nothing */
	msg.credits = 0;
	msg.type = KIB_GET_DONE;
	assert_int_equal(kib_credits_receive(&c, &msg), -EPROTO);
}

static int setup(void **state)
{
	FILE *f = fopen("golden/o2ib.bin", "rb");

	if (!f)
		return -1;
	fseek(f, 0, SEEK_END);
	golden_len = ftell(f);
	rewind(f);
	golden = malloc(golden_len);
	golden_len = fread(golden, 1, golden_len, f);
	fclose(f);
	return 0;
}

static int teardown(void **state)
{
	free(golden);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_other_byte_order),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_fuzz),
		cmocka_unit_test(test_no_standstill),
		cmocka_unit_test(test_liars),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
