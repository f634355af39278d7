/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the client: mounts, write-back of the page cache, and the bulk RPCs (BRW) of
 * cached and direct I/O. The RPC of a BRW is seen by the tracepoints of PTLRPC.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lustre

#if !defined(_TRACE_LUSTRE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_LUSTRE_H

#include <linux/tracepoint.h>
#include <linux/writeback.h>

struct ll_brw;

DECLARE_EVENT_CLASS(lustre_mount_class,
	TP_PROTO(const char *fsname, int rc),
	TP_ARGS(fsname, rc),
	TP_STRUCT__entry(
		__string(fsname, fsname)
		__field(int, rc)
	),
	TP_fast_assign(
		compat_assign_str(fsname, fsname);
		__entry->rc = rc;
	),
	TP_printk("%s-client rc=%d", __get_str(fsname), __entry->rc)
);

/* A client is mounted. */
DEFINE_EVENT(lustre_mount_class, lustre_mount,
	TP_PROTO(const char *fsname, int rc), TP_ARGS(fsname, rc));
/* All connections are closed; rc = -ENODEV: the mount had failed. */
DEFINE_EVENT(lustre_mount_class, lustre_umount,
	TP_PROTO(const char *fsname, int rc), TP_ARGS(fsname, rc));

/* Write-back has looked at the dirty pages of a file; their RPCs are queued or sent. */
TRACE_EVENT(lustre_writepages,
	TP_PROTO(const struct inode *inode, const struct writeback_control *wbc, long asked, int rc),
	TP_ARGS(inode, wbc, asked, rc),
	TP_STRUCT__entry(
		__field(u64, ino)
		__field(long, pages)
		__field(int, sync)
		__field(int, rc)
	),
	TP_fast_assign(
		__entry->ino = inode->i_ino;
		__entry->pages = asked - wbc->nr_to_write;
		__entry->sync = wbc->sync_mode == WB_SYNC_ALL;
		__entry->rc = rc;
	),
	TP_printk("ino=%llu pages=%ld sync=%d rc=%d", __entry->ino, __entry->pages, __entry->sync,
		  __entry->rc)
);

DECLARE_EVENT_CLASS(lustre_brw_class,
	TP_PROTO(const struct ll_brw *brw, int rc),
	TP_ARGS(brw, rc),
	TP_STRUCT__entry(
		__field(u64, ino)
		__field(u64, off)
		__field(u32, len)
		__field(bool, write)
		__field(bool, direct)
		__field(int, rc)
		__string(osc, brw->lb_obj->lob_osc->oc_imp->imp_name)
	),
	TP_fast_assign(
		__entry->ino = brw->lb_inode->i_ino;
		__entry->off = brw->lb_off;
		__entry->len = brw->lb_len;
		__entry->write = brw->lb_write;
		__entry->direct = brw->lb_direct;
		__entry->rc = rc;
		compat_assign_str(osc, brw->lb_obj->lob_osc->oc_imp->imp_name);
	),
	TP_printk("%s %s%s ino=%llu off=%llu len=%u rc=%d", __get_str(osc),
		  __entry->write ? "write" : "read", __entry->direct ? " direct" : "",
		  __entry->ino, __entry->off, __entry->len, __entry->rc)
);

/* rc = 0: sent at once; 1: waits for a slot of the OSC. */
DEFINE_EVENT(lustre_brw_class, lustre_brw_send,
	TP_PROTO(const struct ll_brw *brw, int rc), TP_ARGS(brw, rc));
/* Answered, or given up, with this result. */
DEFINE_EVENT(lustre_brw_class, lustre_brw_done,
	TP_PROTO(const struct ll_brw *brw, int rc), TP_ARGS(brw, rc));

#endif /* _TRACE_LUSTRE_H */

#include <trace/define_trace.h>
