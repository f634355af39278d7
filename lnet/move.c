// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages: what PUT, GET, ACK and REPLY do at either end (chapter 1, sections 6, 7, 8.4 and 8.5).
 *
 * A message is made by lnet_put() and lnet_get(), or by lnet_rx_begin(). It holds its NI, and ends
 * in the event of its md (lnet_md_event()) or, if it has none, in lnet_msg_free(). A GET that
 * matched becomes its own REPLY. No locks of its own.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include "internal.h"
#include <trace/events/lnet.h>

static struct kmem_cache *msg_cache;
struct lnet_counters lnet_counters;

/* All but the number of messages that exist. */
void lnet_counters_reset(void)
{
	struct lnet_counters *c = &lnet_counters;

	atomic_long_set(&c->msgs_max, atomic_long_read(&c->msgs));
	atomic_long_set(&c->resends, 0);
	atomic_long_set(&c->resends_ok, 0);
	atomic_long_set(&c->resends_failed, 0);
	atomic_long_set(&c->response_timeouts, 0);
	atomic_long_set(&c->local_errors, 0);
	atomic_long_set(&c->remote_errors, 0);
	atomic_long_set(&c->network_timeouts, 0);
}

static void lnet_count_msg(void)
{
	long n = atomic_long_inc_return(&lnet_counters.msgs);

	/* may miss a peak of another processor: it is for people only */
	if (n > atomic_long_read(&lnet_counters.msgs_max))
		atomic_long_set(&lnet_counters.msgs_max, n);
}

/* Make a message of an NI. Takes over the caller's reference to the NI, also on failure. */
static struct lnet_msg *lnet_msg_alloc(struct lnet_ni *ni)
{
	struct lnet_msg *msg = kmem_cache_zalloc(msg_cache, GFP_NOFS);

	if (msg) {
		msg->ni = ni;
		lnet_count_msg();
	} else {
		lnet_ni_put(ni);
	}
	return msg;
}

void lnet_msg_free(struct lnet_msg *msg)
{
	if (msg->delayed)
		lnet_portal_buf_free(msg->buf, msg->hdr.payload_length, msg->lpni);
	else
		kfree(msg->buf);
	if (msg->lpni)
		lnet_peer_ni_put(msg->lpni);
	lnet_ni_put(msg->ni);
	atomic_long_dec(&lnet_counters.msgs);
	kmem_cache_free(msg_cache, msg);
}

/**
 * lnet_msg_iter() - memory of a message
 * @msg: a message whose memory the driver moves
 * @dir: ITER_SOURCE to send, ITER_DEST to receive
 * @iter: result, msg->len bytes
 */
void lnet_msg_iter(struct lnet_msg *msg, unsigned int dir, struct iov_iter *iter)
{
	if (msg->buf || !msg->md) {
		msg->kvec.iov_base = msg->buf + msg->offset;
		msg->kvec.iov_len = msg->len;
		iov_iter_kvec(iter, dir, &msg->kvec, 1, msg->len);
	} else {
		lnet_md_iter(msg->md, msg->offset, msg->len, dir, &msg->kvec, iter);
	}
}
EXPORT_SYMBOL_GPL(lnet_msg_iter);

/**
 * lnet_hdr_to_nid4() - header to its 72-byte form
 * @hdr: in memory, with NIDs that fit
 * @wire: result
 */
void lnet_hdr_to_nid4(const struct lnet_hdr *hdr, struct lnet_hdr_nid4 *wire)
{
	wire->dest_nid = cpu_to_le64(lnet_nid_to_nid4(&hdr->dest_nid));
	wire->src_nid = cpu_to_le64(lnet_nid_to_nid4(&hdr->src_nid));
	wire->dest_pid = cpu_to_le32(hdr->dest_pid);
	wire->src_pid = cpu_to_le32(hdr->src_pid);
	wire->type = cpu_to_le32(hdr->type);
	wire->payload_length = cpu_to_le32(hdr->payload_length);
	wire->msg = hdr->msg;
}
EXPORT_SYMBOL_GPL(lnet_hdr_to_nid4);

/**
 * lnet_hdr_from_nid4() - header from its 72-byte form
 * @wire: as received
 * @hdr: result
 */
void lnet_hdr_from_nid4(const struct lnet_hdr_nid4 *wire, struct lnet_hdr *hdr)
{
	lnet_nid_from_nid4(&hdr->dest_nid, le64_to_cpu(wire->dest_nid));
	lnet_nid_from_nid4(&hdr->src_nid, le64_to_cpu(wire->src_nid));
	hdr->dest_pid = le32_to_cpu(wire->dest_pid);
	hdr->src_pid = le32_to_cpu(wire->src_pid);
	hdr->type = le32_to_cpu(wire->type);
	hdr->payload_length = le32_to_cpu(wire->payload_length);
	hdr->msg = wire->msg;
}
EXPORT_SYMBOL_GPL(lnet_hdr_from_nid4);

/* ---- sending ---- */

/* What is left of a message that was handed over. The pointers hold references. */
struct sent {
	struct lnet_ni *ni;
	struct lnet_peer_ni *lpni;
	u32 type;
	u32 bytes;
};

static void lnet_sent_count(const struct sent *s, int rc)
{
	if (!rc) {
		lnet_stat_sent(s->ni, s->type, s->bytes);
		if (s->lpni)
			atomic_long_inc(&s->lpni->sent[s->type & 3]);
	} else {
		lnet_path_end(s->ni, s->lpni);
		lnet_path_failed(s->ni, s->lpni, rc);
	}
}

/*
 * Hand a message to its driver. 0: lnet_msg_sent() follows, or was called already; else the message
 * is still the caller's.
 */
static int lnet_msg_send(struct lnet_msg *msg)
{
	/* the driver may have freed msg when send() returns */
	struct sent s = { msg->ni, msg->lpni, msg->hdr.type, msg->hdr.payload_length };
	int rc;

	refcount_inc(&s.ni->refs);
	if (s.lpni)
		refcount_inc(&s.lpni->refs);
	trace_lnet_msg_send(&msg->hdr, 0);
	lnet_path_begin(s.ni, s.lpni);
	rc = READ_ONCE(s.ni->dying) ? -ENETDOWN : s.ni->lnd->send(s.ni, msg);
	if (rc)
		trace_lnet_msg_sent(&msg->hdr, rc);
	lnet_sent_count(&s, rc);
	if (s.lpni)
		lnet_peer_ni_put(s.lpni);
	lnet_ni_put(s.ni);
	return rc;
}

/* Let a message take a way; it takes over the references. */
static void lnet_msg_set_path(struct lnet_msg *msg, const struct lnet_path *p)
{
	msg->ni = p->ni;
	msg->lpni = p->lpni;
	msg->hdr.src_nid = p->src;
	msg->hdr.dest_nid = p->dst;
	msg->hop = p->dst;
	msg->ev.target = p->dst;
}

static bool lnet_msg_may_resend(const struct lnet_msg *msg)
{
	return msg->fresh && msg->lpni && msg->resends < lnet_max_reroutes() &&
		READ_ONCE(lnet_health_sensitivity) && time_before(jiffies, msg->deadline) &&
		(READ_ONCE(msg->lpni->lp->nr_nis) > 1 || lnet_ni_has_choice(msg->ni));
}

/*
 * A message failed on its way, which says so in its health: try another one, if there is one. True:
 * it is the driver's again.
 */
static bool lnet_msg_resend(struct lnet_msg *msg)
{
	struct lnet_path p;

	while (lnet_msg_may_resend(msg)) {
		msg->resends++;
		if (lnet_path_choose(NULL, &msg->asked, false, &p))
			break;
		if (!lnet_md_may_resend(msg->md, &p.dst)) {
			if (p.lpni)
				lnet_peer_ni_put(p.lpni);
			lnet_ni_put(p.ni);
			break;
		}
		lnet_peer_ni_put(msg->lpni);
		lnet_ni_put(msg->ni);
		lnet_msg_set_path(msg, &p);
		atomic_long_inc(&lnet_counters.resends);
		if (!lnet_msg_send(msg))
			return true;
	}
	if (msg->resends)
		atomic_long_inc(&lnet_counters.resends_failed);
	return false;
}

/* Is the answer to a message of this node waited for only so long? */
static bool lnet_msg_is_tracked(u32 type, u32 portal, bool want_answer)
{
	unsigned int level = READ_ONCE(lnet_response_tracking);

	if (!want_answer)
		return false;
	return portal == LNET_RESERVED_PORTAL || level >= 3 ||
		level == (type == LNET_MSG_GET ? 1 : 2);
}

/*
 * Send a PUT or GET of a whole md. The caller made the part of the header that depends on the type.
 */
static int lnet_msg_start(const struct lnet_nid *self, struct lnet_md *md,
			  const struct lnet_nid *to, u32 type, u32 portal,
			  const union lnet_cmd_hdr *cmd, bool want_answer)
{
	bool probe = portal == LNET_RESERVED_PORTAL;
	struct lnet_msg *msg;
	struct lnet_path p;
	int rc;

	rc = lnet_path_choose(self, to, probe, &p);
	if (rc)
		return rc;
	msg = lnet_msg_alloc(p.ni);
	if (!msg) {
		if (p.lpni)
			lnet_peer_ni_put(p.lpni);
		return -ENOMEM;
	}
	lnet_msg_set_path(msg, &p);
	msg->asked = *to;
	msg->hdr.dest_pid = LNET_PID_LUSTRE;
	msg->hdr.src_pid = LNET_PID_LUSTRE;
	msg->hdr.type = type;
	msg->hdr.msg = *cmd;
	msg->want_answer = want_answer;
	msg->fresh = !self && !probe;
	msg->deadline = jiffies + READ_ONCE(lnet_transaction_timeout) * HZ;
	rc = lnet_md_op_start(md, type == LNET_MSG_GET,
			      lnet_msg_is_tracked(type, portal, want_answer), &p.dst);
	if (rc)
		goto out_free;
	msg->md = md;
	msg->ev.type = LNET_EVENT_SEND;
	msg->ev.rlength = md->md_desc.length;
	msg->ev.mlength = md->md_desc.length;
	if (type == LNET_MSG_PUT) {
		msg->hdr.payload_length = md->md_desc.length;
		msg->len = md->md_desc.length;
	}
	if (p.lpni && !probe)
		lnet_discover_first(p.lpni);
	rc = lnet_msg_send(msg);
	if (!rc || lnet_msg_resend(msg))
		return 0;
	lnet_md_op_cancel(md);
out_free:
	lnet_msg_free(msg);
	return rc;
}

/**
 * lnet_put() - send the memory of an md
 * @self: own NID to send from, or NULL
 * @md: from lnet_md_bind()
 * @want_ack: the target is to say that it has the data
 * @to: NID of the target
 * @portal: portal there
 * @match_bits: for the entry there
 * @offset: for entries with LNET_MD_MANAGE_REMOTE
 *
 * Moves all bytes of the md, at most LNET_MTU. Chapter 1, 7 and 8. Context: may sleep.
 *
 * Return: 0: exactly one SEND event follows, and an ACK event if one was wanted and the peer sends
 * it. Negative: no event follows and the md is as before: -EHOSTUNREACH (no network for this NID,
 * or the peer cannot be reached now), -ENETDOWN, -ENOENT (the md is ending), -ENOMEM, -EINVAL.
 */
int lnet_put(const struct lnet_nid *self, struct lnet_md *md, bool want_ack,
	     const struct lnet_nid *to,
	     u32 portal, u64 match_bits, u32 offset)
{
	union lnet_cmd_hdr cmd = { .put = {
		.match_bits = cpu_to_le64(match_bits),
		.ptl_index = cpu_to_le32(portal),
		.offset = cpu_to_le32(offset),
	} };

	if (want_ack)
		lnet_md_handle(md, &cmd.put.ack_wmd);
	else
		memset(&cmd.put.ack_wmd, 0xff, sizeof(cmd.put.ack_wmd));
	return lnet_msg_start(self, md, to, LNET_MSG_PUT, portal, &cmd, want_ack);
}
EXPORT_SYMBOL_GPL(lnet_put);

/**
 * lnet_get() - fetch into the memory of an md
 * @self: own NID to send from, or NULL
 * @md: from lnet_md_bind()
 * @to: NID of the target
 * @portal: portal there
 * @match_bits: for the entry there
 * @offset: for entries with LNET_MD_MANAGE_REMOTE
 *
 * Return: 0: exactly one SEND event follows, and a REPLY event when the data is there. Negative: as
 * lnet_put().
 */
int lnet_get(const struct lnet_nid *self, struct lnet_md *md, const struct lnet_nid *to,
	     u32 portal, u64 match_bits, u32 offset)
{
	union lnet_cmd_hdr cmd = { .get = {
		.match_bits = cpu_to_le64(match_bits),
		.ptl_index = cpu_to_le32(portal),
		.src_offset = cpu_to_le32(offset),
		.sink_length = cpu_to_le32(md->md_desc.length),
	} };

	lnet_md_handle(md, &cmd.get.return_wmd);
	return lnet_msg_start(self, md, to, LNET_MSG_GET, portal, &cmd, true);
}
EXPORT_SYMBOL_GPL(lnet_get);

/* Nothing more is done to send a message: its md gets the event. */
static void lnet_msg_finish(struct lnet_msg *msg, struct lnet_md *md, int status)
{
	if (!md) {
		lnet_msg_free(msg);
		return;
	}
	msg->ev.status = status;
	if (status)
		msg->ev.mlength = 0;
	if (msg->hdr.type != LNET_MSG_REPLY)
		lnet_md_op_sent(md, status && msg->want_answer);
	lnet_md_event(md, msg);
}

/**
 * lnet_msg_sent() - a driver has sent a message, or failed to
 * @msg: the message; freed by this call
 * @status: 0: its memory was read and is on its way; -errno: it is lost
 *
 * A lost message may be sent again on another way, from here.
 */
void lnet_msg_sent(struct lnet_msg *msg, int status)
{
	struct lnet_md *md = msg->md;

	trace_lnet_msg_sent(&msg->hdr, status);
	lnet_path_end(msg->ni, msg->lpni);
	if (status) {
		this_cpu_inc(msg->ni->stats->errors);
		if (msg->lpni)
			atomic_long_inc(&msg->lpni->failed);
		lnet_path_failed(msg->ni, msg->lpni, status);
		if (lnet_msg_resend(msg))
			return;
	} else if (msg->resends) {
		atomic_long_inc(&lnet_counters.resends_ok);
	}
	lnet_msg_finish(msg, md, status);
}
EXPORT_SYMBOL_GPL(lnet_msg_sent);

/* Make the header of an answer, which takes the way back. */
static void lnet_answer_hdr(struct lnet_hdr *to, const struct lnet_hdr *from, u32 type, u32 len)
{
	struct lnet_nid src = from->dest_nid;
	u32 pid = from->src_pid;

	to->dest_nid = from->src_nid;
	to->src_nid = src;
	to->dest_pid = pid;
	to->src_pid = LNET_PID_LUSTRE;
	to->type = type;
	to->payload_length = len;
}

static void lnet_send_ack(const struct lnet_msg *put)
{
	const struct lnet_put *p = &put->hdr.msg.put;
	struct lnet_msg *msg;

	refcount_inc(&put->ni->refs);
	msg = lnet_msg_alloc(put->ni);
	if (!msg)
		return;
	lnet_answer_hdr(&msg->hdr, &put->hdr, LNET_MSG_ACK, 0);
	msg->hdr.msg.ack.dst_wmd = p->ack_wmd;
	msg->hdr.msg.ack.match_bits = p->match_bits;
	msg->hdr.msg.ack.mlength = cpu_to_le32(put->ev.mlength);
	msg->hop = put->hop;
	msg->lpni = put->lpni;
	if (msg->lpni)
		refcount_inc(&msg->lpni->refs);
	if (lnet_msg_send(msg))
		lnet_msg_free(msg);
}

/* Turn a GET into its REPLY with msg->len bytes, and send it. */
static void lnet_send_reply(struct lnet_msg *msg)
{
	struct lnet_handle_wire wmd = msg->hdr.msg.get.return_wmd;
	int rc;

	lnet_answer_hdr(&msg->hdr, &msg->hdr, LNET_MSG_REPLY, msg->len);
	memset(&msg->hdr.msg, 0, sizeof(msg->hdr.msg));
	msg->hdr.msg.reply.dst_wmd = wmd;
	rc = lnet_msg_send(msg);
	if (rc)
		lnet_msg_finish(msg, msg->md, rc);
}

/* ---- receiving ---- */

void lnet_drop(struct lnet_ni *ni, const struct lnet_hdr *hdr, const char *why)
{
	this_cpu_inc(ni->stats->dropped[hdr->type & 3]);
	this_cpu_add(ni->stats->drop_bytes, hdr->payload_length);
	trace_lnet_msg_drop(hdr, why);
}

static void lnet_event_fill(struct lnet_event *ev, enum lnet_event_kind type,
			    const struct lnet_hdr *hdr,
			    u32 portal, u64 match_bits)
{
	ev->type = type;
	ev->initiator.nid = hdr->src_nid;
	lnet_primary_nid(&ev->initiator.nid);
	ev->initiator.pid = hdr->src_pid;
	ev->source = hdr->src_nid;
	ev->target = hdr->dest_nid;
	ev->portal = portal;
	ev->match_bits = match_bits;
}

/* Nobody serves the portal fast enough, or at all: the sender has to send its request again. */
static const char *lnet_queue_full(const struct lnet_msg *msg, u32 portal)
{
	char s[LNET_NIDSTR_SIZE];

	pr_warn_ratelimited("request of %s for portal %u dropped: too many wait already\n",
			    lnet_nid_str(&msg->hdr.src_nid, s), portal);
	return "too many messages wait on lazy portals";
}

/*
 * Each of these returns NULL if the message is to be received (msg->len is set), or why it is
 * dropped.
 */

/* Ping information that a node sends without being asked. */
static const char *lnet_parse_push(struct lnet_msg *msg, u64 bits)
{
	if (bits != LNET_PROTO_PING_MATCHBITS || lnet_nid_is_lo(&msg->ni->nid) ||
	    !lnet_discovery_on())
		return "no match";
	msg->len = min_t(u32, msg->hdr.payload_length, LNET_PING_INFO_MAX);
	msg->buf = kmalloc(max(msg->len, 1U), GFP_NOFS);
	if (!msg->buf)
		return "no memory";
	msg->push = true;
	msg->ev.mlength = msg->len;
	return NULL;
}

/* A PUT that finds its md when its payload is there, or later. */
static const char *lnet_parse_lazy_put(struct lnet_msg *msg, u32 portal)
{
	msg->buf = lnet_portal_buf(msg->hdr.payload_length, msg->lpni);
	if (!msg->buf)
		return lnet_queue_full(msg, portal);
	msg->delayed = true;
	msg->len = msg->hdr.payload_length;
	return NULL;
}

static const char *lnet_parse_put(struct lnet_msg *msg)
{
	const struct lnet_put *put = &msg->hdr.msg.put;
	u32 portal = le32_to_cpu(put->ptl_index);
	u64 bits = le64_to_cpu(put->match_bits);

	if (portal >= LNET_MAX_PORTALS)
		return "no such portal";
	if (portal == LNET_RESERVED_PORTAL)
		return lnet_parse_push(msg, bits);
	lnet_event_fill(&msg->ev, LNET_EVENT_PUT, &msg->hdr, portal, bits);
	msg->ev.hdr_data = put->hdr_data;
	/* what comes from memory is there at once */
	if (lnet_portal_is_lazy(portal) && !lnet_nid_is_lo(&msg->ni->nid))
		return lnet_parse_lazy_put(msg, portal);
	switch (lnet_portal_match(portal, LNET_MD_OP_PUT, bits, &msg->hdr, msg->hdr.payload_length,
				  le32_to_cpu(put->offset), msg)) {
	case LNET_MATCH_OK:
		return NULL;
	case LNET_MATCH_DROP:
		return "longer than the md";
	case LNET_MATCH_NONE:
		break;
	}
	return lnet_portal_is_lazy(portal) ? lnet_parse_lazy_put(msg, portal) : "no match";
}

static const char *lnet_parse_get(struct lnet_msg *msg)
{
	const struct lnet_get *get = &msg->hdr.msg.get;
	u32 portal = le32_to_cpu(get->ptl_index);
	u64 bits = le64_to_cpu(get->match_bits);
	u32 sink = le32_to_cpu(get->sink_length);

	if (portal == LNET_RESERVED_PORTAL && bits == LNET_PROTO_PING_MATCHBITS) {
		msg->buf = lnet_ping_info(sink, &msg->len);
		return msg->buf ? NULL : "no memory";
	}
	if (portal >= LNET_MAX_PORTALS)
		return "no such portal";
	lnet_event_fill(&msg->ev, LNET_EVENT_GET, &msg->hdr, portal, bits);
	switch (lnet_portal_match(portal, LNET_MD_OP_GET, bits, &msg->hdr, sink,
				  le32_to_cpu(get->src_offset), msg)) {
	case LNET_MATCH_OK:
		break;
	case LNET_MATCH_DROP:
		return "longer than the md";
	case LNET_MATCH_NONE:
		return "no match";
	}
	if (msg->len > LNET_MTU) {	/* a REPLY cannot be longer */
		msg->len = LNET_MTU;
		msg->ev.mlength = LNET_MTU;
	}
	return NULL;
}

static const char *lnet_parse_ack(struct lnet_msg *msg)
{
	const struct lnet_ack *ack = &msg->hdr.msg.ack;

	msg->md = lnet_md_answer(&ack->dst_wmd, false, &msg->hdr.src_nid);
	if (!msg->md)
		return "unknown handle";
	lnet_event_fill(&msg->ev, LNET_EVENT_ACK, &msg->hdr, 0, le64_to_cpu(ack->match_bits));
	msg->ev.rlength = msg->md->md_desc.length;
	msg->ev.mlength = le32_to_cpu(ack->mlength);
	return NULL;
}

static const char *lnet_parse_reply(struct lnet_msg *msg)
{
	u32 rlength = msg->hdr.payload_length;
	struct lnet_md *md;

	md = lnet_md_answer(&msg->hdr.msg.reply.dst_wmd, true, &msg->hdr.src_nid);
	if (!md)
		return "unknown handle";
	msg->md = md;
	msg->len = min(rlength, md->md_desc.length);
	lnet_event_fill(&msg->ev, LNET_EVENT_REPLY, &msg->hdr, 0, 0);
	msg->ev.rlength = rlength;
	msg->ev.mlength = msg->len;
	if (rlength > md->md_desc.length && !(md->md_desc.options & LNET_MD_TRUNCATE)) {
		/* the data cannot be delivered; tell the one who waits for it */
		msg->len = 0;
		msg->ev.mlength = 0;
		msg->ev.status = -EMSGSIZE;
	}
	return NULL;
}

static const char *lnet_parse(struct lnet_msg *msg)
{
	switch (msg->hdr.type) {
	case LNET_MSG_PUT:
		return lnet_parse_put(msg);
	case LNET_MSG_GET:
		return lnet_parse_get(msg);
	case LNET_MSG_ACK:
		return lnet_parse_ack(msg);
	default:
		return lnet_parse_reply(msg);
	}
}

/* Check a header. 0: the message is for this node; 1: for another one; -EPROTO. */
static int lnet_check_hdr(const struct lnet_ni *ni, const struct lnet_hdr *hdr)
{
	switch (hdr->type) {
	case LNET_MSG_ACK:
	case LNET_MSG_GET:
		if (hdr->payload_length)
			return -EPROTO;
		break;
	case LNET_MSG_PUT:
	case LNET_MSG_REPLY:
		if (hdr->payload_length > LNET_MTU)
			return -EPROTO;
		break;
	default:
		return -EPROTO;
	}
	if (lnet_nid_is_lo(&hdr->src_nid) && !lnet_nid_is_lo(&ni->nid))
		return -EPROTO;
	if (lnet_nid_eq(&hdr->dest_nid, &ni->nid))
		return 0;
	if (lnet_nid_net(&hdr->dest_nid) == ni->net || lnet_ni_owns(&hdr->dest_nid))
		return -EPROTO;
	return 1;
}

/* Note that a message came from a node. */
static void lnet_rx_peer(struct lnet_msg *msg)
{
	if (lnet_nid_is_lo(&msg->ni->nid))
		return;
	msg->lpni = lnet_peer_ni_get(&msg->hop, &msg->hdr.dest_nid);
	lnet_path_works(msg->ni, msg->lpni);
	if (!msg->lpni)
		return;
	atomic_long_inc(&msg->lpni->recv[msg->hdr.type & 3]);
	lnet_discover_confirm(msg->lpni);
}

/**
 * lnet_rx_begin() - a driver received a header
 * @ni: the NI it came to
 * @hdr: the header
 * @from: NID at the other end of the link
 * @msgp: result: the message, or NULL: read and drop hdr->payload_length bytes
 *
 * With a message: if hdr->payload_length is not 0, put (*msgp)->len bytes of the payload into the
 * memory of the message and drop the rest; then call lnet_rx_end(). (The len of a GET is that of
 * its REPLY.)
 *
 * Return: 0, or -EPROTO: close the connection.
 */
int lnet_rx_begin(struct lnet_ni *ni, const struct lnet_hdr *hdr, const struct lnet_nid *from,
		  struct lnet_msg **msgp)
{
	char s[LNET_NIDSTR_SIZE], d[LNET_NIDSTR_SIZE];
	struct lnet_msg *msg;
	const char *why;
	int rc;

	*msgp = NULL;
	rc = lnet_check_hdr(ni, hdr);
	if (rc < 0) {
		pr_warn_ratelimited("bad message from %s: type %u, %u bytes, to %s\n",
				    lnet_nid_str(from, s),
				    hdr->type, hdr->payload_length, lnet_nid_str(&hdr->dest_nid,
										 d));
		return rc;
	}
	/* no message comes through a router: it is from the NID at the other end, or forged */
	if (!rc && !lnet_nid_eq(&hdr->src_nid, from))
		rc = 2;
	if (rc) {
		lnet_drop(ni, hdr, rc == 1 ? "for another node" : "from another node");
		return 0;
	}
	refcount_inc(&ni->refs);
	msg = lnet_msg_alloc(ni);
	if (!msg) {
		lnet_drop(ni, hdr, "no memory");
		return 0;
	}
	msg->hdr = *hdr;
	msg->hop = *from;
	lnet_rx_peer(msg);
	why = lnet_parse(msg);
	if (why) {
		lnet_drop(ni, hdr, why);
		lnet_msg_free(msg);
		return 0;
	}
	lnet_stat_recv(ni, hdr->type, hdr->payload_length);
	*msgp = msg;
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_rx_begin);

static bool lnet_put_wants_ack(const struct lnet_msg *msg)
{
	const struct lnet_handle_wire *wmd = &msg->hdr.msg.put.ack_wmd;

	return wmd->wh_interface_cookie != LNET_WIRE_HANDLE_COOKIE_NONE ||
		wmd->wh_object_cookie != LNET_WIRE_HANDLE_COOKIE_NONE;
}

/* The payload of a PUT is in the memory of its md: send the ACK, make the event. */
void lnet_put_received(struct lnet_msg *msg, int status)
{
	msg->ev.status = status;
	if (status)
		msg->ev.mlength = 0;
	else if (!(msg->md->md_desc.options & LNET_MD_ACK_DISABLE) && lnet_put_wants_ack(msg))
		lnet_send_ack(msg);
	lnet_md_event(msg->md, msg);
}

static void lnet_push_end(struct lnet_msg *msg, int status)
{
	if (!status) {
		if (lnet_put_wants_ack(msg))
			lnet_send_ack(msg);
		lnet_push_received(msg);
	}
	lnet_msg_free(msg);
}

static void lnet_rx_failed(struct lnet_msg *msg, int status)
{
	msg->ev.status = status;
	msg->ev.mlength = 0;
	if (msg->md)
		lnet_md_event(msg->md, msg);
	else
		lnet_msg_free(msg);
}

/**
 * lnet_rx_end() - a driver received the payload of a message
 * @msg: from lnet_rx_begin(); freed by this call
 * @status: 0, or -errno if not all of it came
 */
void lnet_rx_end(struct lnet_msg *msg, int status)
{
	trace_lnet_msg_recv(&msg->hdr, status);
	switch (msg->hdr.type) {
	case LNET_MSG_PUT:
		if (msg->push)
			lnet_push_end(msg, status);
		else if (msg->md)
			lnet_put_received(msg, status);
		else if (status)
			lnet_msg_free(msg);
		else
			lnet_portal_delayed(msg);
		break;
	case LNET_MSG_GET:
		if (!status)
			lnet_send_reply(msg);
		else
			lnet_rx_failed(msg, status);
		break;
	default:
		if (status)
			lnet_rx_failed(msg, status);
		else
			lnet_md_event(msg->md, msg);
	}
}
EXPORT_SYMBOL_GPL(lnet_rx_end);

int lnet_move_init(void)
{
	msg_cache = KMEM_CACHE(lnet_msg, 0);
	return msg_cache ? 0 : -ENOMEM;
}

void lnet_move_exit(void)
{
	kmem_cache_destroy(msg_cache);
}
