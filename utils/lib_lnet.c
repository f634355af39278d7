// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lib_lnet.h"

int lnet_dev(unsigned long cmd, void *arg)
{
	int fd = open("/dev/lnet", O_RDWR), rc = 0;

	if (fd < 0 && errno == EACCES)
		fd = open("/dev/lnet", O_RDONLY);
	if (fd < 0)
		return errno == ENOENT || errno == ENXIO || errno == ENODEV ? ENETDOWN : errno;
	if (ioctl(fd, cmd, arg) < 0)
		rc = errno;
	close(fd);
	return rc;
}

int lnet_ping(const char *nid, unsigned int timeout_ms, char (*nids)[LNET_IOC_NIDLEN], unsigned int *n)
{
	struct lnet_ioc_ping p = { .timeout_ms = timeout_ms, .max = *n, .nids = (uintptr_t)nids };
	int rc;

	if (strlen(nid) >= sizeof(p.nid))
		return EINVAL;
	strcpy(p.nid, nid);
	rc = lnet_dev(LNET_IOC_PING, &p);
	*n = p.count;
	return rc;
}
