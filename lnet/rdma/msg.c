// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place where messages of a peer are checked: lengths, counts, types and what stands in
 * them, before anybody uses them (chapter 1, 14.2 and 14.5), and where credits are counted (14.6).
 * Pure functions without locks; the caller of kib_credits_*() serialises.
 */
#include "kib_msg.h"

static u16 kib_swap16(u16 v)
{
	return __builtin_bswap16(v);
}

static u32 kib_swap32(u32 v)
{
	return __builtin_bswap32(v);
}

static u64 kib_swap64(u64 v)
{
	return __builtin_bswap64(v);
}

/* Length of the fixed part of a message of a type; 0: there is no such type. */
static u32 kib_msg_min(u8 type)
{
	switch (type) {
	case KIB_CONNREQ:
	case KIB_CONNACK:
		return KIB_CONN_MSG_SIZE;
	case KIB_NOOP:
		return KIB_HDR_SIZE;
	case KIB_IMMEDIATE:
		return KIB_IMMEDIATE_SIZE;
	case KIB_PUT_REQ:
		return KIB_PUT_REQ_SIZE;
	case KIB_PUT_ACK:
		return KIB_PUT_ACK_SIZE;
	case KIB_GET_REQ:
		return KIB_GET_REQ_SIZE;
	case KIB_PUT_NAK:
	case KIB_PUT_DONE:
	case KIB_GET_DONE:
		return KIB_COMPLETION_SIZE;
	default:
		return 0;
	}
}

/**
 * kib_msg_rd() - the descriptor in a message
 * @msg: a message of any type
 *
 * Return: the descriptor, or NULL if messages of this type have none.
 */
struct kib_rd *kib_msg_rd(struct kib_msg *msg)
{
	switch (msg->type) {
	case KIB_PUT_ACK:
		return &msg->put_ack.rd;
	case KIB_GET_REQ:
		return &msg->get_req.rd;
	default:
		return NULL;
	}
}

/**
 * kib_rd_size() - bytes that a descriptor describes
 * @rd: a descriptor that kib_msg_check() has seen
 *
 * Return: bytes.
 */
u32 kib_rd_size(const struct kib_rd *rd)
{
	u32 i, size = 0;

	for (i = 0; i < rd->nfrags; i++)
		size += rd->frags[i].nob;
	return size;
}

/* Check a descriptor in room bytes, swapped if need be. */
static int kib_rd_check(struct kib_rd *rd, u32 room, bool swap)
{
	u64 size = 0;
	u32 i;

	if (swap) {
		rd->key = kib_swap32(rd->key);
		rd->nfrags = kib_swap32(rd->nfrags);
	}
	if (!rd->nfrags || rd->nfrags > KIB_MAX_FRAGS ||
	    rd->nfrags * sizeof(rd->frags[0]) > room)
		return -EPROTO;
	for (i = 0; i < rd->nfrags; i++) {
		if (swap) {
			rd->frags[i].nob = kib_swap32(rd->frags[i].nob);
			rd->frags[i].addr = kib_swap64(rd->frags[i].addr);
		}
		size += rd->frags[i].nob;
	}
	return size > 0x7fffffff ? -EPROTO : 0;
}

/* Does the LNet header in a message suit the message? */
static int kib_lnet_check(const struct kib_msg *msg)
{
	const struct lnet_hdr_nid4 *hdr = &msg->immediate.hdr;
	bool ok = true;
	u32 type;

	switch (msg->type) {
	case KIB_IMMEDIATE:
		ok = le32_to_cpu(hdr->payload_length) <= msg->nob - KIB_IMMEDIATE_SIZE;
		break;
	case KIB_PUT_REQ:
		type = le32_to_cpu(hdr->type);
		ok = type == LNET_MSG_PUT || type == LNET_MSG_REPLY;
		break;
	case KIB_GET_REQ:
		ok = le32_to_cpu(hdr->type) == LNET_MSG_GET;
		break;
	}
	return ok ? 0 : -EPROTO;
}

static void kib_msg_swap(struct kib_msg *msg)
{
	msg->version = kib_swap16(msg->version);
	msg->nob = kib_swap32(msg->nob);
	msg->cksum = kib_swap32(msg->cksum);
	msg->srcnid = kib_swap64(msg->srcnid);
	msg->srcstamp = kib_swap64(msg->srcstamp);
	msg->dstnid = kib_swap64(msg->dstnid);
	msg->dststamp = kib_swap64(msg->dststamp);
}

static void kib_msg_swap_body(struct kib_msg *msg)
{
	switch (msg->type) {
	case KIB_CONNREQ:
	case KIB_CONNACK:
		msg->connparams.queue_depth = kib_swap16(msg->connparams.queue_depth);
		msg->connparams.max_frags = kib_swap16(msg->connparams.max_frags);
		msg->connparams.max_msg_size = kib_swap32(msg->connparams.max_msg_size);
		break;
	case KIB_PUT_NAK:
	case KIB_PUT_DONE:
	case KIB_GET_DONE:
		msg->completion.status = kib_swap32(msg->completion.status);
		break;
	}
}

/**
 * kib_msg_check() - check a message of a peer, and bring it to the byte order of this node
 * @buf: the message as it came, 8-aligned; changed
 * @len: bytes received
 *
 * After 0, all that the type of the message promises is there: nob is not more than @len, a
 * descriptor is whole and describes less than 2 GiB, the LNet header is of a type that the message
 * may carry, and its payload is whole. A checksum is not verified: its definition depends on the
 * sender's compiler.
 *
 * Return: 0; -EPROTONOSUPPORT: the version is not 2, the header alone is in the byte order of this
 * node; -EPROTO.
 */
int kib_msg_check(void *buf, u32 len)
{
	struct kib_msg *msg = buf;
	struct kib_rd *rd;
	bool swap;
	u32 min;
	int rc;

	if (len < KIB_HDR_SIZE)
		return -EPROTO;
	swap = msg->magic == kib_swap32(KIB_MAGIC);
	if (!swap && msg->magic != KIB_MAGIC)
		return -EPROTO;
	if (swap)
		kib_msg_swap(msg);
	if (msg->version != KIB_VERSION)
		return -EPROTONOSUPPORT;
	min = kib_msg_min(msg->type);
	if (!min || msg->nob < min || msg->nob > len || msg->srcnid == LNET_NID_ANY)
		return -EPROTO;
	if (swap)
		kib_msg_swap_body(msg);
	rd = kib_msg_rd(msg);
	rc = rd ? kib_rd_check(rd, msg->nob - min, swap) : 0;
	return rc ?: kib_lnet_check(msg);
}

/**
 * kib_reject_check() - check the private data of a reject
 * @buf: as it came
 * @len: its length: 24 bytes, and padding of the connection manager
 * @rej: result, in the byte order of this node
 *
 * Return: 0, or -EPROTO.
 */
int kib_reject_check(const void *buf, u32 len, struct kib_reject *rej)
{
	if (!buf || len < sizeof(*rej))
		return -EPROTO;
	memcpy(rej, buf, sizeof(*rej));
	if (rej->magic == KIB_MAGIC)
		return 0;
	if (rej->magic != kib_swap32(KIB_MAGIC))
		return -EPROTO;
	rej->magic = KIB_MAGIC;
	rej->version = kib_swap16(rej->version);
	rej->incarnation = kib_swap64(rej->incarnation);
	rej->cp.queue_depth = kib_swap16(rej->cp.queue_depth);
	rej->cp.max_frags = kib_swap16(rej->cp.max_frags);
	rej->cp.max_msg_size = kib_swap32(rej->cp.max_msg_size);
	return 0;
}

/**
 * kib_msg_is_from() - was a message sent by the other end of this connection?
 * @msg: a message that kib_msg_check() has seen
 * @ends: the connection as the messages of this node name it
 *
 * Return: false: it comes from another life of one of the two.
 */
bool kib_msg_is_from(const struct kib_msg *msg, const struct kib_ends *ends)
{
	return msg->srcnid == ends->dstnid && msg->srcstamp == ends->dststamp &&
	       msg->dstnid == ends->srcnid && msg->dststamp == ends->srcstamp;
}

/**
 * kib_msg_init() - begin a message
 * @msg: the message
 * @type: KIB_*
 * @nob: its length
 */
void kib_msg_init(struct kib_msg *msg, u8 type, u32 nob)
{
	memset(msg, 0, KIB_HDR_SIZE);
	msg->magic = KIB_MAGIC;
	msg->version = KIB_VERSION;
	msg->type = type;
	msg->nob = nob;
}

/**
 * kib_msg_seal() - a message goes out on a connection now
 * @msg: the message
 * @ends: both ends
 * @credits: that it returns
 */
void kib_msg_seal(struct kib_msg *msg, const struct kib_ends *ends, u8 credits)
{
	msg->credits = credits;
	msg->srcnid = ends->srcnid;
	msg->srcstamp = ends->srcstamp;
	msg->dstnid = ends->dstnid;
	msg->dststamp = ends->dststamp;
}

/* ---- credits ---- */

static bool kib_type_takes_credit(u8 type)
{
	return type == KIB_IMMEDIATE || type == KIB_PUT_REQ || type == KIB_GET_REQ;
}

static bool kib_type_is_request(u8 type)
{
	return type == KIB_PUT_REQ || type == KIB_GET_REQ;
}

static bool kib_type_is_answer(u8 type)
{
	return type == KIB_PUT_ACK || type == KIB_PUT_NAK || type == KIB_GET_DONE;
}

/**
 * kib_credits_init() - the account of a new connection
 * @c: the account
 * @depth: agreed number of messages
 * @mark: wanted high-water mark; 0: half of the depth
 *
 * The mark is at most half of the depth: a peer without credits must not wait for it.
 */
void kib_credits_init(struct kib_credits *c, u32 depth, u32 mark)
{
	u32 half = depth / 2 ?: 1;

	memset(c, 0, sizeof(*c));
	c->depth = depth;
	c->mark = mark && mark < half ? mark : half;
	c->credits = depth;
	c->reserved = depth;
	c->peer = depth;
}

/**
 * kib_credits_may_send() - does the account allow a message now?
 * @c: the account
 * @type: of the message
 */
bool kib_credits_may_send(const struct kib_credits *c, u8 type)
{
	if (type == KIB_NOOP)
		return c->noops < KIB_NOOPS_MAX;
	return !kib_type_takes_credit(type) ||
	       (c->credits && (!kib_type_is_request(type) || c->reserved));
}

/**
 * kib_credits_send() - a message goes out that the account allows
 * @c: the account
 * @type: of the message
 *
 * When a NOOP was sent, the caller decreases @c->noops.
 *
 * Return: the credits that it returns to the other side.
 */
u8 kib_credits_send(struct kib_credits *c, u8 type)
{
	u8 owed = c->owed;

	if (type == KIB_NOOP)
		c->noops++;
	if (kib_type_takes_credit(type))
		c->credits--;
	if (kib_type_is_request(type))
		c->reserved--;
	if (kib_type_is_answer(type))
		c->peer_open--;
	c->owed = 0;
	c->peer += owed;
	return owed;
}

/**
 * kib_credits_receive() - a message came
 * @c: the account
 * @msg: the message
 *
 * Return: 0; -EPROTO: the other side sent more than it was allowed, or returned more than it had.
 */
int kib_credits_receive(struct kib_credits *c, const struct kib_msg *msg)
{
	if (c->credits + msg->credits > c->depth)
		return -EPROTO;
	if (kib_type_takes_credit(msg->type)) {
		if (!c->peer)
			return -EPROTO;
		c->peer--;
	}
	if (kib_type_is_request(msg->type)) {
		if (c->peer_open >= c->depth)
			return -EPROTO;
		c->peer_open++;
	}
	if (kib_type_is_answer(msg->type)) {
		if (c->reserved >= c->depth)
			return -EPROTO;
		c->reserved++;
	}
	c->credits += msg->credits;
	return 0;
}

/**
 * kib_credits_owe() - a buffer may be used by the other side again
 * @c: the account
 * @type: of the message that was in it; of a PUT_REQ only if it was answered by a PUT_NAK
 */
void kib_credits_owe(struct kib_credits *c, u8 type)
{
	if (kib_type_takes_credit(type) || type == KIB_PUT_DONE)
		c->owed++;
}

/**
 * kib_credits_want_noop() - so much is owed that a message of its own is to return it
 * @c: the account
 *
 * Asked when no message can go out that would do it.
 */
bool kib_credits_want_noop(const struct kib_credits *c)
{
	return c->owed >= c->mark && c->noops < KIB_NOOPS_MAX;
}
