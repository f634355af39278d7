/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the MDT: the steps of an operation that changes something (mds/mdt_op.c). The XID
 * is that of the request in the events of ptlrpc.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mdt

#if !defined(_TRACE_MDT_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_MDT_H

#include <linux/tracepoint.h>
#include <gloss/compat.h>

DECLARE_EVENT_CLASS(mdt_op_class,
	TP_PROTO(const char *target, const char *op, u64 xid, int rc),
	TP_ARGS(target, op, xid, rc),
	TP_STRUCT__entry(
		__field(u64, xid)
		__field(int, rc)
		__string(target, target)
		__string(op, op)
	),
	TP_fast_assign(
		__entry->xid = xid;
		__entry->rc = rc;
		compat_assign_str(target, target);
		compat_assign_str(op, op);
	),
	TP_printk("%s %s x%llu rc=%d", __get_str(target), __get_str(op), __entry->xid, __entry->rc)
);

/* The names are looked up; rc: how often a name had changed and the operation started over. */
DEFINE_EVENT(mdt_op_class, mdt_op_try,
	TP_PROTO(const char *target, const char *op, u64 xid, int rc),
	TP_ARGS(target, op, xid, rc));
/* The LDLM locks are granted: clients have given theirs back. Before it: the wait for clients. */
DEFINE_EVENT(mdt_op_class, mdt_op_locked,
	TP_PROTO(const char *target, const char *op, u64 xid, int rc),
	TP_ARGS(target, op, xid, rc));
/* The transaction has ended, with rc; it need not be committed. */
DEFINE_EVENT(mdt_op_class, mdt_op_executed,
	TP_PROTO(const char *target, const char *op, u64 xid, int rc),
	TP_ARGS(target, op, xid, rc));
/* All locks are released; rc: the result. */
DEFINE_EVENT(mdt_op_class, mdt_op_end,
	TP_PROTO(const char *target, const char *op, u64 xid, int rc),
	TP_ARGS(target, op, xid, rc));

#endif /* _TRACE_MDT_H */

#include <trace/define_trace.h>
