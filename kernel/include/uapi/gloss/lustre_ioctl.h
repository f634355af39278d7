/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Requests of lctl to the management service of this node: character device /dev/obd (misc device
 * "obd"), which exists while the module mgs is loaded. All need CAP_SYS_ADMIN (-EACCES). -ENODEV:
 * no MGS runs on this node.
 */
#ifndef _UAPI_GLOSS_LUSTRE_IOCTL_H
#define _UAPI_GLOSS_LUSTRE_IOCTL_H

#include <linux/types.h>
#include <linux/ioctl.h>

struct lustre_ioc_mgs {
	__u32 im_flags;		/* LUSTRE_MGS_* */
	__u32 im_index;		/* LLOG_PRINT, CATLIST: where to begin, 0 at first; set to go on */
	__u32 im_textlen;	/* bytes at im_text, without a NUL; < 4096 */
	__u32 im_buflen;	/* room at im_buf; set to the bytes written, 0 = that was all */
	__u64 im_text;		/* pointer: parameter or name of a log */
	__u64 im_buf;		/* pointer: output, text lines */
};

#define LUSTRE_MGS_DELETE	0x1	/* conf_param -d, set_param -P -d: text may lack "=value" */
#define LUSTRE_MGS_RAW		0x2	/* llog_print --raw: markers and skipped sections too */

/*
 * conf_param: "testfs-OST0000.osc.active=0", "testfs.llite.x=1". -ENODEV: no such file system or
 * target; -ENOENT: unknown key; -EINVAL; -EPERM.
 */
#define LUSTRE_IOC_MGS_CONF_PARAM	_IOW('f', 0x40, struct lustre_ioc_mgs)
/* set_param -P: "osc.*.max_dirty_mb=64" */
#define LUSTRE_IOC_MGS_SET_PARAM	_IOW('f', 0x41, struct lustre_ioc_mgs)
/*
 * The records of a log as YAML lines; repeat until im_buflen is 0. im_buf should hold 64 KiB (at
 * least 8 KiB). -ENOENT: no such log.
 */
#define LUSTRE_IOC_MGS_LLOG_PRINT	_IOWR('f', 0x42, struct lustre_ioc_mgs)
/* The names of all logs, one a line; repeat until im_buflen is 0. */
#define LUSTRE_IOC_MGS_LLOG_CATLIST	_IOWR('f', 0x43, struct lustre_ioc_mgs)
/*
 * Pools: "new fs.pool", "add fs.pool fs-OST0000_UUID", "rem fs.pool fs-OST0000_UUID", "del
 * fs.pool".
 * -EEXIST: the pool, or the OST in it; -ENOMEDIUM: no such pool; -ENOENT: the OST is not in it;
 * -ENOTEMPTY; -ENODEV: no such file system or OST; -EINVAL.
 */
#define LUSTRE_IOC_MGS_POOL		_IOW('f', 0x44, struct lustre_ioc_mgs)

#endif
