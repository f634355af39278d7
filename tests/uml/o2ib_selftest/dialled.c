// SPDX-License-Identifier: GPL-2.0-only
/*
 * The node dials a peer: what a reject teaches is in the next request, which follows at once; a
 * peer that refuses for good, lies or says nothing costs the message. Each test has its own NID:
 * back-off and limits belong to one.
 */
#define pr_fmt(fmt) "kib_peer_test: " fmt

#include "raw_peer.h"

#define LIFE 4711ULL
#define LIMITS { DEPTH, KIB_MAX_FRAGS, KIB_MSG_SIZE }

struct dial {
	const char *what;
	struct answer answers[3];	/* the last one is zeros */
	int nreqs;
	struct kib_connparams cp;	/* of the last request */
	u64 dststamp;
	bool ok;
};

static const struct dial dials[] = {
	{ "accepts", { { 0, 0, LIMITS } }, 1, LIMITS, 0, true },
	{ "has fewer buffers",
	  { { KIB_REJECT_MSG_QUEUE_SIZE, LIFE, { 4, KIB_MAX_FRAGS, KIB_MSG_SIZE } },
	    { 0, 0, { 4, KIB_MAX_FRAGS, KIB_MSG_SIZE } } },
	  2, { 4, KIB_MAX_FRAGS, KIB_MSG_SIZE }, LIFE, true },
	{ "takes fewer fragments",
	  { { KIB_REJECT_RDMA_FRAGS, 0, { DEPTH, 256, KIB_MSG_SIZE } },
	    { 0, 0, { DEPTH, 256, KIB_MSG_SIZE } } },
	  2, { DEPTH, 256, KIB_MSG_SIZE }, 0, true },
	{ "was restarted", { { KIB_REJECT_CONN_STALE, LIFE, LIMITS }, { 0, 0, LIMITS } },
	  2, LIMITS, LIFE, true },
	{ "is always restarted", { { KIB_REJECT_CONN_STALE, LIFE, LIMITS } },
	  6, LIMITS, LIFE, false },
	{ "has no limit below", { { KIB_REJECT_MSG_QUEUE_SIZE, 0, LIMITS } },
	  1, LIMITS, 0, false },
	{ "refuses", { { KIB_REJECT_FATAL, 0, LIMITS } }, 1, LIMITS, 0, false },
	{ "accepts more than was asked for", { { 0, 0, { DEPTH + 1, 257, KIB_MSG_SIZE } } },
	  1, LIMITS, 0, false },
	{ "says nothing", { { SILENT, 0, LIMITS } }, 1, LIMITS, 0, false },
};

/* The message of the node comes, and is the right one. */
static bool got_put(struct peer *p)
{
	const struct kib_msg *msg = peer_next(p, KIB_IMMEDIATE);

	return msg && msg->immediate.hdr.type == cpu_to_le32(LNET_MSG_PUT) &&
	       msg->immediate.hdr.payload_length == cpu_to_le32(100);
}

static void test_dial(const struct dial *d, u32 ip)
{
	struct peer p;
	struct end e;
	bool right;

	end_init(&e);
	peer_init_at(&p, ip);
	if (d->answers[1].incarnation || d->dststamp)
		p.req.srcstamp = LIFE;
	CHECK(!peer_listen(&p, d->answers));
	end_start(&e, &p, false, 100);
	right = end_over(&e) && d->ok == !e.status && (!d->ok || got_put(&p)) &&
		p.nreqs == d->nreqs;
	if (right)
		right = !memcmp(&p.reqs[p.nreqs - 1].cp, &d->cp, sizeof(d->cp)) &&
			p.reqs[p.nreqs - 1].dststamp == d->dststamp;
	if (!right) {
		pr_err("failed: a peer that %s: status %d, %d requests, depth %u, frags %u, stamp %llu\n",
		       d->what, e.status, p.nreqs, p.reqs[0].cp.queue_depth,
		       p.reqs[0].cp.max_frags, p.reqs[0].dststamp);
		failures++;
	}
	peer_end(&p);
	end_free(&e);
}

/* The peer dials at the same time, and wins: what waits takes its connection. */
static void test_race(u32 ip)
{
	static const struct answer race[] = { { KIB_REJECT_CONN_RACE, 0, LIMITS }, { 0 } };
	struct peer l, p;
	struct end e;

	end_init(&e);
	peer_init_at(&l, ip);
	peer_init_at(&p, ip);
	CHECK(!peer_listen(&l, race));
	end_start(&e, &l, false, 100);
	CHECK(!wait_for_completion_timeout(&e.over, HZ / 4));
	CHECK(!peer_connect(&p));
	CHECK(end_over(&e) && !e.status);
	CHECK(p.up && got_put(&p));
	peer_end(&p);
	peer_end(&l);
	end_free(&e);
}

void test_dialled(void)
{
	u32 ip = ME + 1;
	int i;

	for (i = 0; i < ARRAY_SIZE(dials); i++)
		test_dial(&dials[i], ip++);
	test_race(ip);
}
