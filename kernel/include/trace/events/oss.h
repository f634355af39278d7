/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the OST: reads and writes of clients (oss/oss_io.c). The XID is that of the request
 * in the events of ptlrpc; between the two are the waits for the lock, the data and the disk, of
 * which osd_io_* tells the last.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM oss

#if !defined(_TRACE_OSS_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_OSS_H

#include <linux/tracepoint.h>
#include <gloss/compat.h>
#include <gloss/wire/fid.h>

DECLARE_EVENT_CLASS(oss_brw_class,
	TP_PROTO(const char *target, u64 xid, const struct lu_fid *fid, bool write, u64 pos,
		 u64 len, int rc),
	TP_ARGS(target, xid, fid, write, pos, len, rc),
	TP_STRUCT__entry(
		__field(u64, xid)
		__field(u64, seq)
		__field(u32, oid)
		__field(u64, pos)
		__field(u64, len)
		__field(bool, write)
		__field(int, rc)
		__string(target, target)
	),
	TP_fast_assign(
		__entry->xid = xid;
		__entry->seq = fid->f_seq;
		__entry->oid = fid->f_oid;
		__entry->pos = pos;
		__entry->len = len;
		__entry->write = write;
		__entry->rc = rc;
		compat_assign_str(target, target);
	),
	TP_printk("%s %s x%llu [0x%llx:0x%x:0x0] %llu+%llu rc=%d", __get_str(target),
		  __entry->write ? "write" : "read", __entry->xid, __entry->seq, __entry->oid,
		  __entry->pos, __entry->len, __entry->rc)
);

/* The request is well-formed; its lock is looked for next, or, with SRVLOCK, waited for. */
DEFINE_EVENT(oss_brw_class, oss_brw_begin,
	TP_PROTO(const char *target, u64 xid, const struct lu_fid *fid, bool write, u64 pos,
		 u64 len, int rc),
	TP_ARGS(target, xid, fid, write, pos, len, rc));
/* All is done but the answer; rc: bytes that were read, 0 or -errno. */
DEFINE_EVENT(oss_brw_class, oss_brw_end,
	TP_PROTO(const char *target, u64 xid, const struct lu_fid *fid, bool write, u64 pos,
		 u64 len, int rc),
	TP_ARGS(target, xid, fid, write, pos, len, rc));

#endif /* _TRACE_OSS_H */

#include <trace/define_trace.h>
