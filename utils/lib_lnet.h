/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to /dev/lnet, for lctl and lnetctl. */
#ifndef _LIB_LNET_H
#define _LIB_LNET_H

#include <gloss/lnet_ioctl.h>

int lnet_dev(unsigned long request, void *arg);
const char *lnet_strerror(int rc);
int lnet_get_ni(unsigned int index, struct lnet_ioc_ni *ni);
typedef char lnet_nid_text[LNET_IOC_NIDLEN];
int lnet_ask(unsigned long request, const char *nid, struct lnet_ioc_ping *p, lnet_nid_text *nids,
	     unsigned int *n);

#endif
