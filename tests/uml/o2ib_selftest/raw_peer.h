/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A peer of ko2iblnd that a test plays: it speaks with rdma_cm and verbs alone, from addresses of
 * its own on the interface of the node. It dials the node, or waits for the node to dial it.
 */
#ifndef _RAW_PEER_H
#define _RAW_PEER_H

#include <linux/completion.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>
#include <gloss/lnet.h>
#include "kib_msg.h"

#define NODE		0x0a090001	/* 10.9.0.1 */
#define ME		0x0a090002
#define O2IB(addr)	((u64)O2IBLND << 48 | (addr))
#define STAMP		0x1234567ULL
#define DEPTH		8
#define WAIT		(20 * HZ)
#define PORTAL		8
#define BULK		8192U		/* too long for an IMMEDIATE */

extern int failures;

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		pr_err("%s:%d: failed: %s\n", __func__, __LINE__, #cond);	\
		failures++;							\
	}									\
} while (0)

/* What the peer says to the connection request number n; why 0: it accepts; SILENT: nothing. */
#define SILENT 255
struct answer {
	u8 why;				/* KIB_REJECT_* */
	u64 incarnation;
	struct kib_connparams cp;
};

#define REQS_MAX	8

struct raw_rx;

struct peer {
	u32 ip;
	struct rdma_cm_id *id, *listener;
	struct ib_pd *pd;		/* its unsafe_global_rkey: all memory */
	struct ib_cq *cq;
	struct completion step;		/* address, route, answer */
	struct completion closed;
	struct completion sent;		/* a work request is over */
	int sent_status;
	int err;
	bool up;
	struct kib_msg req;
	struct kib_reject rej;
	u64 node_stamp;
	const struct answer *answers;	/* the last one is for all that follow */
	struct {
		struct kib_connparams cp;
		u64 dststamp;
	} reqs[REQS_MAX];		/* of the node */
	int nreqs;
	spinlock_t lock;		/* guards arrived */
	wait_queue_head_t wait;
	struct list_head arrived;
	struct raw_rx *rxs;
	struct kib_msg *out;
	u8 *data;			/* BULK bytes: what the peer writes, or is written to */
	u64 out_dma, data_dma;
	struct ib_cqe out_cqe;
};

/* raw_peer.c */
void peer_init_at(struct peer *p, u32 ip);
void peer_init(struct peer *p);
int peer_connect(struct peer *p);
int peer_listen(struct peer *p, const struct answer *answers);
void peer_up(struct peer *p);
void peer_end(struct peer *p);
bool peer_closed(struct peer *p);
struct kib_msg *peer_next(struct peer *p, u8 type);
struct kib_msg *begin(struct peer *p, u8 type, u32 nob);
struct lnet_hdr_nid4 lnet_hdr(struct peer *p, u32 type, u32 payload);
void send(struct peer *p, u32 len);
void begin_ping(struct peer *p);
void send_completion(struct peer *p, u8 type, u64 cookie, int status);
int write_to(struct peer *p, u64 addr, u32 key, u32 len);

/* An operation of the node, or an md of it. */
struct end {
	struct lnet_md *md;
	u8 *buf;			/* BULK bytes */
	int status;			/* the first that is not 0 */
	u32 mlength;
	struct completion over;
};

void end_init(struct end *e);
void end_free(struct end *e);
void end_attach(struct end *e, u64 bits, u32 options, int threshold);
void end_start(struct end *e, struct peer *p, bool get, u32 len);
bool end_over(struct end *e);

/* the groups of tests */
void test_lies(void);
void test_asked(void);
void test_asks(void);
void test_dialled(void);

#endif
