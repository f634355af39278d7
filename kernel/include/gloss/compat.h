/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, and nothing else. The top Kbuild includes this file in front
 * of every source file.
 */
#ifndef _GLOSS_COMPAT_H
#define _GLOSS_COMPAT_H

#include <linux/version.h>

/* Before 6.3 the map of ids of a mount is a user namespace; the code uses the newer names. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define mnt_idmap	user_namespace
#define nop_mnt_idmap	init_user_ns
#define file_mnt_idmap	file_mnt_user_ns
#endif

/* Since 6.10 a tracepoint knows from its declaration where the text of a string comes from. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define compat_assign_str(dst, src)	__assign_str(dst, src)
#else
#define compat_assign_str(dst, src)	__assign_str(dst)
#endif

/* Since 6.8 a trace instance can be limited to some systems. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define compat_trace_array_get(name)	trace_array_get_by_name(name)
#else
#define compat_trace_array_get(name)	trace_array_get_by_name(name, NULL)
#endif

#endif
