/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/lnet for lctl and lnetctl. */
#ifndef _LIB_LNET_H
#define _LIB_LNET_H

#include <gloss/lnet_ioctl.h>

/* ioctl on /dev/lnet; 0 or errno. ENETDOWN when the module is not loaded. */
int lnet_dev(unsigned long cmd, void *arg);
/* The NIDs of a node; *n in: room, out: number. 0 or errno. */
int lnet_ping(const char *nid, unsigned int timeout_ms, char (*nids)[LNET_IOC_NIDLEN], unsigned int *n);

#endif
