/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of server targets: their mounts (kernel/server/target/mount.c). */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tgt

#if !defined(_TRACE_TGT_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_TGT_H

#include <linux/tracepoint.h>
#include <gloss/compat.h>

DECLARE_EVENT_CLASS(tgt_mount_class,
	TP_PROTO(const char *device, const char *target, int rc),
	TP_ARGS(device, target, rc),
	TP_STRUCT__entry(
		__field(int, rc)
		__string(device, device)
		__string(target, target)
	),
	TP_fast_assign(
		__entry->rc = rc;
		compat_assign_str(device, device);
		compat_assign_str(target, target);
	),
	TP_printk("%s %s rc=%d", __get_str(device), __get_str(target), __entry->rc)
);

/* The disk is mounted; MGS and target start next. */
DEFINE_EVENT(tgt_mount_class, tgt_mount_begin,
	TP_PROTO(const char *device, const char *target, int rc), TP_ARGS(device, target, rc));
/* The mount is done, or has failed with rc. */
DEFINE_EVENT(tgt_mount_class, tgt_mount_end,
	TP_PROTO(const char *device, const char *target, int rc), TP_ARGS(device, target, rc));
/* All has stopped, the disk is released. */
DEFINE_EVENT(tgt_mount_class, tgt_umount,
	TP_PROTO(const char *device, const char *target, int rc), TP_ARGS(device, target, rc));

#endif /* _TRACE_TGT_H */

#include <trace/define_trace.h>
