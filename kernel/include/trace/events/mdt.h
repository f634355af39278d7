/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the MDT: the steps of an operation that changes something (mds/mdt_op.c), whose
 * XID is that of the request in the events of ptlrpc; the pools of objects for new
 * files (mds/osp_precreate.c).
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

DECLARE_EVENT_CLASS(osp_create_class,
	TP_PROTO(const char *osp, u64 last, u64 id, int rc),
	TP_ARGS(osp, last, id, rc),
	TP_STRUCT__entry(
		__field(u64, last)
		__field(u64, id)
		__field(int, rc)
		__string(osp, osp)
	),
	TP_fast_assign(
		__entry->last = last;
		__entry->id = id;
		__entry->rc = rc;
		compat_assign_str(osp, osp);
	),
	TP_printk("%s have=%llu id=%llu rc=%d", __get_str(osp), __entry->last, __entry->id,
		  __entry->rc)
);

/* The pool of objects of an OST is refilled: objects up to id are asked for. */
DEFINE_EVENT(osp_create_class, osp_create_begin,
	TP_PROTO(const char *osp, u64 last, u64 id, int rc), TP_ARGS(osp, last, id, rc));
/* The OST has them up to id, or refused with rc. */
DEFINE_EVENT(osp_create_class, osp_create_end,
	TP_PROTO(const char *osp, u64 last, u64 id, int rc), TP_ARGS(osp, last, id, rc));

#endif /* _TRACE_MDT_H */

#include <trace/define_trace.h>
