/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of LNet: messages sent, received and dropped, and the connections of its drivers.
 * match_bits of a PUT or GET are the XID of the request in the tracepoints of PTLRPC.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lnet

#if !defined(_TRACE_LNET_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_LNET_H

#include <linux/tracepoint.h>
#include <gloss/lnet_lnd.h>

#ifndef _TRACE_LNET_HELPERS
#define _TRACE_LNET_HELPERS
static inline u64 lnet_trace_match_bits(const struct lnet_hdr *hdr)
{
	switch (hdr->type) {
	case LNET_MSG_PUT:
		return le64_to_cpu(hdr->msg.put.match_bits);
	case LNET_MSG_GET:
		return le64_to_cpu(hdr->msg.get.match_bits);
	case LNET_MSG_ACK:
		return le64_to_cpu(hdr->msg.ack.match_bits);
	}
	return 0;
}

static inline u32 lnet_trace_portal(const struct lnet_hdr *hdr)
{
	return hdr->type == LNET_MSG_PUT ? le32_to_cpu(hdr->msg.put.ptl_index) :
	       hdr->type == LNET_MSG_GET ? le32_to_cpu(hdr->msg.get.ptl_index) : 0;
}
#endif

#define lnet_trace_type(type)				\
	__print_symbolic(type, { LNET_MSG_ACK, "ACK" },	\
			 { LNET_MSG_PUT, "PUT" },	\
			 { LNET_MSG_GET, "GET" },	\
			 { LNET_MSG_REPLY, "REPLY" })

DECLARE_EVENT_CLASS(lnet_msg_class,
	TP_PROTO(const struct lnet_hdr *hdr, int rc),
	TP_ARGS(hdr, rc),
	TP_STRUCT__entry(
		__field(u64, match_bits)
		__field(u32, type)
		__field(u32, portal)
		__field(u32, bytes)
		__field(int, rc)
		__array(char, src, LNET_NIDSTR_SIZE)
		__array(char, dst, LNET_NIDSTR_SIZE)
	),
	TP_fast_assign(
		__entry->match_bits = lnet_trace_match_bits(hdr);
		__entry->type = hdr->type;
		__entry->portal = lnet_trace_portal(hdr);
		__entry->bytes = hdr->payload_length;
		__entry->rc = rc;
		lnet_nid_str(&hdr->src_nid, __entry->src);
		lnet_nid_str(&hdr->dest_nid, __entry->dst);
	),
	TP_printk("%s %s -> %s portal=%u x%llu bytes=%u rc=%d",
		  lnet_trace_type(__entry->type), __entry->src, __entry->dst, __entry->portal,
		  __entry->match_bits, __entry->bytes, __entry->rc)
);

/* About to be given to the driver. */
DEFINE_EVENT(lnet_msg_class, lnet_msg_send,
	TP_PROTO(const struct lnet_hdr *hdr, int rc), TP_ARGS(hdr, rc));
/* The driver has sent the message (0), or did not take it, or lost it. */
DEFINE_EVENT(lnet_msg_class, lnet_msg_sent,
	TP_PROTO(const struct lnet_hdr *hdr, int rc), TP_ARGS(hdr, rc));
/* The payload was received (0), or only a part of it. */
DEFINE_EVENT(lnet_msg_class, lnet_msg_recv,
	TP_PROTO(const struct lnet_hdr *hdr, int rc), TP_ARGS(hdr, rc));

TRACE_EVENT(lnet_msg_drop,
	TP_PROTO(const struct lnet_hdr *hdr, const char *why),
	TP_ARGS(hdr, why),
	TP_STRUCT__entry(
		__field(u64, match_bits)
		__field(u32, type)
		__field(u32, portal)
		__field(u32, bytes)
		__array(char, src, LNET_NIDSTR_SIZE)
		__string(why, why)
	),
	TP_fast_assign(
		__entry->match_bits = lnet_trace_match_bits(hdr);
		__entry->type = hdr->type;
		__entry->portal = lnet_trace_portal(hdr);
		__entry->bytes = hdr->payload_length;
		lnet_nid_str(&hdr->src_nid, __entry->src);
		compat_assign_str(why, why);
	),
	TP_printk("%s from %s portal=%u x%llu bytes=%u: %s",
		  lnet_trace_type(__entry->type), __entry->src, __entry->portal,
		  __entry->match_bits, __entry->bytes, __get_str(why))
);

/* type: SOCKLND_CONN_* of a TCP connection. err: 0, or why it is closed. */
DECLARE_EVENT_CLASS(lnet_conn_class,
	TP_PROTO(const struct lnet_nid *peer, u32 type, int err),
	TP_ARGS(peer, type, err),
	TP_STRUCT__entry(
		__array(char, peer, LNET_NIDSTR_SIZE)
		__field(u32, type)
		__field(int, err)
	),
	TP_fast_assign(
		lnet_nid_str(peer, __entry->peer);
		__entry->type = type;
		__entry->err = err;
	),
	TP_printk("%s type=%u err=%d", __entry->peer, __entry->type, __entry->err)
);

DEFINE_EVENT(lnet_conn_class, lnet_conn_up,
	TP_PROTO(const struct lnet_nid *peer, u32 type, int err), TP_ARGS(peer, type, err));
DEFINE_EVENT(lnet_conn_class, lnet_conn_down,
	TP_PROTO(const struct lnet_nid *peer, u32 type, int err), TP_ARGS(peer, type, err));

#endif /* _TRACE_LNET_H */

#include <trace/define_trace.h>
