/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the object store: transactions and data on disk. The tid is that of the journal
 * (jbd2), so the events of jbd2 tell the rest of a commit.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM osd

#if !defined(_TRACE_OSD_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_OSD_H

#include <linux/tracepoint.h>
#include <gloss/compat.h>
#include <gloss/wire/fid.h>

DECLARE_EVENT_CLASS(osd_trans_class,
	TP_PROTO(const char *dev, u32 tid, int rc),
	TP_ARGS(dev, tid, rc),
	TP_STRUCT__entry(
		__field(u32, tid)
		__field(int, rc)
		__string(dev, dev)
	),
	TP_fast_assign(
		__entry->tid = tid;
		__entry->rc = rc;
		compat_assign_str(dev, dev);
	),
	TP_printk("%s tid=%u rc=%d", __get_str(dev), __entry->tid, __entry->rc)
);

/* The handle is there (the wait for the journal is before it); rc: its credits. */
DEFINE_EVENT(osd_trans_class, osd_trans_start,
	TP_PROTO(const char *dev, u32 tid, int rc), TP_ARGS(dev, tid, rc));
/* Ended, and for a synchronous one committed. */
DEFINE_EVENT(osd_trans_class, osd_trans_stop,
	TP_PROTO(const char *dev, u32 tid, int rc), TP_ARGS(dev, tid, rc));
/* A callback of the commit runs: the transaction is on disk, or has failed with rc. */
DEFINE_EVENT(osd_trans_class, osd_trans_commit,
	TP_PROTO(const char *dev, u32 tid, int rc), TP_ARGS(dev, tid, rc));

DECLARE_EVENT_CLASS(osd_io_class,
	TP_PROTO(const char *dev, const struct lu_fid *fid, bool write, u64 pos, u64 len, int rc),
	TP_ARGS(dev, fid, write, pos, len, rc),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(u32, oid)
		__field(u32, ver)
		__field(u64, pos)
		__field(u64, len)
		__field(bool, write)
		__field(int, rc)
		__string(dev, dev)
	),
	TP_fast_assign(
		__entry->seq = fid->f_seq;
		__entry->oid = fid->f_oid;
		__entry->ver = fid->f_ver;
		__entry->pos = pos;
		__entry->len = len;
		__entry->write = write;
		__entry->rc = rc;
		compat_assign_str(dev, dev);
	),
	TP_printk("%s %s [0x%llx:0x%x:0x%x] %llu+%llu rc=%d", __get_str(dev),
		  __entry->write ? "write" : "read", __entry->seq, __entry->oid, __entry->ver,
		  __entry->pos, __entry->len, __entry->rc)
);

/* Data of a bulk RPC are about to be read from or written to the disk. */
DEFINE_EVENT(osd_io_class, osd_io_begin,
	TP_PROTO(const char *dev, const struct lu_fid *fid, bool write, u64 pos, u64 len, int rc),
	TP_ARGS(dev, fid, write, pos, len, rc));
/* They are read, or written and reachable. */
DEFINE_EVENT(osd_io_class, osd_io_end,
	TP_PROTO(const char *dev, const struct lu_fid *fid, bool write, u64 pos, u64 len, int rc),
	TP_ARGS(dev, fid, write, pos, len, rc));

#endif /* _TRACE_OSD_H */

#include <trace/define_trace.h>
