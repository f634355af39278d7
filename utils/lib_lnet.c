// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to /dev/lnet, for lctl and lnetctl.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lib_lnet.h"

/**
 * lnet_dev() - one ioctl on /dev/lnet
 * @request: LNET_IOC_*
 * @arg: its structure
 *
 * Return: 0 or an errno; ENETDOWN when the module is not loaded.
 */
int lnet_dev(unsigned long request, void *arg)
{
	int fd = open("/dev/lnet", O_RDWR), rc = 0;

	if (fd < 0 && errno == EACCES)
		fd = open("/dev/lnet", O_RDONLY);
	if (fd < 0)
		return errno == ENOENT || errno == ENXIO || errno == ENODEV ? ENETDOWN : errno;
	if (ioctl(fd, request, arg) < 0)
		rc = errno;
	close(fd);
	return rc;
}

/**
 * lnet_strerror() - text of an error of lnet_dev(), with what to do where a user can do something
 * @rc: the error
 */
const char *lnet_strerror(int rc)
{
	switch (rc) {
	case EPERM:
	case EACCES:
		return "Operation not permitted (only root may do this)";
	case ENETDOWN:
		return "Network is down (is LNet loaded and configured?)";
	default:
		return strerror(rc);
	}
}

/**
 * lnet_get_ni() - one local network interface
 * @index: 0 is 0@lo
 * @ni: filled in
 *
 * Return: 0, ENOENT behind the last one, another errno.
 */
int lnet_get_ni(unsigned int index, struct lnet_ioc_ni *ni)
{
	int rc;

	memset(ni, 0, sizeof(*ni));
	ni->index = index;
	rc = lnet_dev(LNET_IOC_GET_NI, ni);
	ni->nid[sizeof(ni->nid) - 1] = 0;
	ni->net[sizeof(ni->net) - 1] = 0;
	ni->ifname[sizeof(ni->ifname) - 1] = 0;
	return rc;
}

/**
 * lnet_ask() - ask a node for its NIDs
 * @request: LNET_IOC_PING (0@lo comes first) or LNET_IOC_DISCOVER (its primary NID comes first)
 * @nid: the node
 * @p: timeout_ms and force are used, multi_rail is set
 * @nids: the NIDs
 * @n: in: room in @nids; out: their number
 *
 * Return: 0 or an errno.
 */
int lnet_ask(unsigned long request, const char *nid, struct lnet_ioc_ping *p, lnet_nid_text *nids,
	     unsigned int *n)
{
	unsigned int i;
	int rc;

	if (strlen(nid) >= sizeof(p->nid))
		return EINVAL;
	strcpy(p->nid, nid);
	p->max = *n;
	p->nids = (uintptr_t)nids;
	rc = lnet_dev(request, p);
	if (rc)
		return rc;
	*n = p->count < *n ? p->count : *n;
	for (i = 0; i < *n; i++)
		nids[i][LNET_IOC_NIDLEN - 1] = 0;
	return 0;
}
