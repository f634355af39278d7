// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl network, list_nids, which_nid, ping. Chapter 7, 7.4; chapter 1, 16.1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "lctl.h"
#include "lib_lnet.h"
#include "nids.h"

#define LCTL_PING_NIDS	128

int lctl_network(int argc, char **argv)
{
	struct lnet_ioc_up up = { .from_params = 1 };
	int rc;

	if (argc != 2)
		return CLI_USAGE;
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
	return CLI_USAGE;
}

int lctl_list_nids(int argc, char **argv)
{
	struct lnet_ioc_ni ni;
	unsigned int i;
	int rc;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "all")))
		return CLI_USAGE;
	for (i = argc == 2 ? 0 : 1;; i++) {
		rc = lnet_get_ni(i, &ni);
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
		return CLI_USAGE;
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
	lnet_nid_text nids[LCTL_PING_NIDS];
	char nid[256];
	unsigned int n = LCTL_PING_NIDS, i;
	struct lnet_ioc_ping p = { 0 };
	long long seconds = 1;
	const char *at;
	int rc;

	if (argc < 2 || argc > 3 || (argc == 3 && !cli_number(argv[2], 1, 120, &seconds)))
		return CLI_USAGE;
	/* 12345-NID */
	at = strchr(argv[1], '-');
	at = at && at - argv[1] == 5 ? at + 1 : argv[1];
	if (nids_resolve("lctl", at, nid, sizeof(nid)))
		return EINVAL;
	p.timeout_ms = seconds * 1000;
	rc = lnet_ask(LNET_IOC_PING, nid, &p, nids, &n);
	if (rc) {
		fprintf(stderr, "failed to ping %s: %s\n", argv[1], lnet_strerror(rc));
		return rc;
	}
	/* as 2.17 prints it: the process id stands before the first one only */
	for (i = 0; i < n; i++)
		printf("%s%s\n", i ? "" : "12345-", nids[i]);
	return 0;
}
