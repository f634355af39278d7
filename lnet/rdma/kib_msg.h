/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * o2iblnd messages as they are on the wire, and the account of credits (chapter 1, 14.2, 14.5 and
 * 14.6). Pure: builds in user space, too. Integers are in the byte order of the sender;
 * kib_msg_check() and kib_reject_check() bring them to that of this node. Cookies and LNet headers
 * are not swapped.
 */
#ifndef _KIB_MSG_H
#define _KIB_MSG_H

#include <gloss/lnet_wire.h>

#define KIB_MAGIC		0x0be91b91U
#define KIB_VERSION_1		0x11
#define KIB_VERSION		0x12
#define KIB_MSG_SIZE		4096
#define KIB_MAX_FRAGS		257
#define KIB_DEPTH_MIN		8
#define KIB_DEPTH_MAX		255

enum kib_msg_type {
	KIB_CONNREQ = 0xc0,
	KIB_CONNACK = 0xc1,
	KIB_NOOP = 0xd0,
	KIB_IMMEDIATE = 0xd1,
	KIB_PUT_REQ = 0xd2,
	KIB_PUT_NAK = 0xd3,
	KIB_PUT_ACK = 0xd4,
	KIB_PUT_DONE = 0xd5,
	KIB_GET_REQ = 0xd6,
	KIB_GET_DONE = 0xd7,
};

struct kib_connparams {
	u16 queue_depth;
	u16 max_frags;
	u32 max_msg_size;
};

WIRE_SIZE(struct kib_connparams, 8);

struct kib_frag {
	u32 nob;
	u64 addr;
} __packed;

WIRE_SIZE(struct kib_frag, 12);

/* RDMA descriptor: memory of the sender of this message into which the other side writes */
struct kib_rd {
	u32 key;
	u32 nfrags;
	struct kib_frag frags[];
};

WIRE_SIZE(struct kib_rd, 8);

struct kib_immediate {
	struct lnet_hdr_nid4 hdr;
	u8 payload[];
};

struct kib_put_req {
	struct lnet_hdr_nid4 hdr;
	u64 cookie;
};

struct kib_put_ack {
	u64 src_cookie;			/* of the PUT_REQ */
	u64 dst_cookie;			/* for the PUT_DONE */
	struct kib_rd rd;
};

struct kib_get_req {
	struct lnet_hdr_nid4 hdr;
	u64 cookie;
	struct kib_rd rd;
};

/* PUT_NAK, PUT_DONE, GET_DONE */
struct kib_completion {
	u64 cookie;
	s32 status;			/* bytes moved, or -errno */
} __packed;

struct kib_msg {
	u32 magic;
	u16 version;
	u8 type;
	u8 credits;			/* returned with this message */
	u32 nob;			/* length of the whole message */
	u32 cksum;			/* 0: none */
	u64 srcnid;
	u64 srcstamp;			/* incarnation of the sender */
	u64 dstnid;
	u64 dststamp;
	union {
		struct kib_connparams connparams;
		struct kib_immediate immediate;
		struct kib_put_req put_req;
		struct kib_put_ack put_ack;
		struct kib_get_req get_req;
		struct kib_completion completion;
	};
};

#define KIB_HDR_SIZE		48U
#define KIB_CONN_MSG_SIZE	56U
#define KIB_IMMEDIATE_SIZE	120U	/* without payload */
#define KIB_IMMEDIATE_MAX	(KIB_MSG_SIZE - KIB_IMMEDIATE_SIZE)
#define KIB_PUT_REQ_SIZE	128U
#define KIB_COMPLETION_SIZE	60U
#define KIB_PUT_ACK_SIZE	72U	/* without fragments */
#define KIB_GET_REQ_SIZE	136U
WIRE_OFF(struct kib_msg, connparams, KIB_HDR_SIZE);
WIRE_OFF(struct kib_msg, immediate.payload, KIB_IMMEDIATE_SIZE);
WIRE_OFF(struct kib_msg, put_req.cookie, 120);
WIRE_OFF(struct kib_msg, put_ack.rd, 64);
WIRE_OFF(struct kib_msg, put_ack.rd.frags, KIB_PUT_ACK_SIZE);
WIRE_OFF(struct kib_msg, get_req.cookie, 120);
WIRE_OFF(struct kib_msg, get_req.rd.frags, KIB_GET_REQ_SIZE);
WIRE_OFF(struct kib_msg, completion.status, 56);

enum kib_reject_why {
	KIB_REJECT_CONN_RACE = 1,
	KIB_REJECT_NO_RESOURCES = 2,
	KIB_REJECT_FATAL = 3,
	KIB_REJECT_CONN_UNCOMPAT = 4,
	KIB_REJECT_CONN_STALE = 5,
	KIB_REJECT_RDMA_FRAGS = 6,
	KIB_REJECT_MSG_QUEUE_SIZE = 7,
	KIB_REJECT_INVALID_SRV_ID = 8,
	KIB_REJECT_EARLY = 9,
};

struct kib_reject {
	u32 magic;
	u16 version;
	u8 why;
	u8 pad;
	u64 incarnation;
	struct kib_connparams cp;	/* limits of the node that rejects */
};

WIRE_SIZE(struct kib_reject, 24);

/* Both ends of a connection, as its messages name them. */
struct kib_ends {
	u64 srcnid;
	u64 srcstamp;
	u64 dstnid;
	u64 dststamp;
};

/*
 * The credits of one side of a connection. A credit is the right to use one of the other side's
 * receive buffers; 'reserved' are rights of the other side to answer this side's requests.
 */
struct kib_credits {
	u32 depth;
	u32 mark;			/* owed, from which a NOOP returns them */
	u32 credits;			/* this side may send so many messages */
	u32 reserved;			/* and wait for so many more answers */
	u32 owed;			/* buffers of this side that the other may use again */
	u32 noops;			/* NOOPs in flight */
	u32 peer;			/* credits that the other side has or will have */
	u32 peer_open;			/* requests of the other side without an answer yet */
};

/* NOOPs in flight at most: each side has so many buffers for them. */
#define KIB_NOOPS_MAX		2
/* Receive buffers: messages, answers, NOOPs. */
#define KIB_RX_BUFFERS(depth)	(2 * (depth) + KIB_NOOPS_MAX)

int kib_msg_check(void *buf, u32 len);
int kib_reject_check(const void *buf, u32 len, struct kib_reject *rej);
bool kib_msg_is_from(const struct kib_msg *msg, const struct kib_ends *ends);
struct kib_rd *kib_msg_rd(struct kib_msg *msg);
u32 kib_rd_size(const struct kib_rd *rd);
void kib_msg_init(struct kib_msg *msg, u8 type, u32 nob);
void kib_msg_seal(struct kib_msg *msg, const struct kib_ends *ends, u8 credits);

void kib_credits_init(struct kib_credits *c, u32 depth, u32 mark);
bool kib_credits_may_send(const struct kib_credits *c, u8 type);
u8 kib_credits_send(struct kib_credits *c, u8 type);
int kib_credits_receive(struct kib_credits *c, const struct kib_msg *msg);
void kib_credits_owe(struct kib_credits *c, u8 type);
bool kib_credits_want_noop(const struct kib_credits *c);

#endif
