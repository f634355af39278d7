// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl network, list_nids, which_nid, ping. Chapter 7, 7.4; chapter 1, 16.1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lctl.h"
#include "lib_lnet.h"
#include "mountdata.h"

int lctl_network(int argc, char **argv)
{
	struct lnet_ioc_up up = { .from_params = 1 };
	int rc;

	if (argc != 2)
		return -1;
	if (!strcmp(argv[1], "up") || !strcmp(argv[1], "configure")) {
		rc = lnet_dev(LNET_IOC_UP, &up);
		if (rc)
			fprintf(stderr, "LNET configure error %d: %s\n", rc, strerror(rc));
		else
			printf("LNET configured\n");
		return rc;
	}
	if (!strcmp(argv[1], "down") || !strcmp(argv[1], "unconfigure")) {
		rc = lnet_dev(LNET_IOC_DOWN, NULL);
		if (rc == EBUSY)
			fprintf(stderr, "LNET busy\n");
		else if (rc && rc != ENETDOWN)
			fprintf(stderr, "LNET unconfigure error %d: %s\n", rc, strerror(rc));
		else
			printf("LNET ready to unload\n");
		return rc == ENETDOWN ? 0 : rc;
	}
	/* a network name only chooses a net for old commands */
	if (!strncmp(argv[1], "tcp", 3) || !strncmp(argv[1], "o2ib", 4))
		return 0;
	return -1;
}

int lctl_list_nids(int argc, char **argv)
{
	struct lnet_ioc_ni ni;
	unsigned int i;
	int rc;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "all")))
		return -1;
	for (i = argc == 2 ? 0 : 1;; i++) {
		memset(&ni, 0, sizeof(ni));
		ni.index = i;
		rc = lnet_dev(LNET_IOC_GET_NI, &ni);
		if (rc == ENOENT)
			return 0;
		if (rc) {
			fprintf(stderr, "IOC_LIBCFS_GET_NI error %d: %s\n", rc, strerror(rc));
			return rc;
		}
		printf("%s\n", ni.nid);
	}
}

int lctl_which_nid(int argc, char **argv)
{
	struct lnet_ioc_distance best = { 0 };
	bool have = false;
	int i;

	if (argc < 2)
		return -1;
	for (i = 1; i < argc; i++) {
		struct lnet_ioc_distance d = { 0 };

		if (nids_resolve("lctl", argv[i], d.nid, sizeof(d.nid)))
			return EINVAL;
		if (!lnet_dev(LNET_IOC_DISTANCE, &d) && (!have || d.distance < best.distance)) {
			best = d;
			have = true;
		}
	}
	if (!have) {
		fprintf(stderr, "No reachable NID\n");
		return ENOENT;
	}
	printf("%s\n", best.nid);
	return 0;
}

int lctl_ping(int argc, char **argv)
{
	char nids[128][LNET_IOC_NIDLEN], nid[256];
	unsigned int n = 128, i, ms = 1000;
	const char *at;
	int rc;

	if (argc < 2 || argc > 3)
		return -1;
	if (argc == 3 && atoi(argv[2]) > 0)
		ms = atoi(argv[2]) * 1000;
	/* 12345-NID */
	at = strchr(argv[1], '-');
	at = at && at - argv[1] == 5 ? at + 1 : argv[1];
	if (nids_resolve("lctl", at, nid, sizeof(nid)))
		return EINVAL;
	rc = lnet_ping(nid, ms, nids, &n);
	if (rc) {
		fprintf(stderr, "failed to ping %s: %s\n", argv[1], strerror(rc));
		return rc;
	}
	for (i = 0; i < n; i++)
		printf("12345-%s\n", nids[i]);
	return 0;
}
