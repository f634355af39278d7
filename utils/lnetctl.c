// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnetctl: LNet administration with YAML output. Chapter 1, 16.2; the keys that exporters and CSI drivers read.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib_lnet.h"
#include "mountdata.h"

static int usage(void)
{
	fprintf(stderr, "usage: lnetctl lnet {configure [--all]|unconfigure}\n"
		"       lnetctl net {show [--net NET] [-v [LEVEL]]|add --net NET --if INTERFACE|del --net NET [--if INTERFACE]}\n"
		"       lnetctl ping NID...\n       lnetctl stats show\n       lnetctl global show\n       lnetctl export\n");
	return 4;
}

static int fail(const char *what, const char *part, int rc)
{
	fprintf(stderr, "%s:\n    - %s:\n          errno: -%d\n          descr: \"%s\"\n", what, part, rc, strerror(rc));
	return rc;
}

static int lnet(int argc, char **argv)
{
	struct lnet_ioc_up up = { 0 };
	int rc;

	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "configure")) {
		up.from_params = argc > 2 && (!strcmp(argv[2], "--all") || !strcmp(argv[2], "-a"));
		rc = lnet_dev(LNET_IOC_UP, &up);
		return rc ? fail("configure", "lnet", rc) : 0;
	}
	if (!strcmp(argv[1], "unconfigure")) {
		rc = lnet_dev(LNET_IOC_DOWN, NULL);
		return rc && rc != ENETDOWN ? fail("unconfigure", "lnet", rc) : 0;
	}
	return usage();
}

static void counts(const char *name, const struct lnet_ioc_counts *c)
{
	printf("          %s:\n              put: %llu\n              get: %llu\n              reply: %llu\n              ack: %llu\n              hello: 0\n",
	       name, c->put, c->get, c->reply, c->ack);
}

static unsigned long long sum(const struct lnet_ioc_counts *c)
{
	return c->put + c->get + c->reply + c->ack;
}

static int net_show(const char *only, int v)
{
	char last[LNET_IOC_NETLEN] = "";
	struct lnet_ioc_ni ni;
	unsigned int i;
	int rc;

	for (i = 0;; i++) {
		memset(&ni, 0, sizeof(ni));
		ni.index = i;
		rc = lnet_dev(LNET_IOC_GET_NI, &ni);
		if (rc == ENOENT || (rc == ENETDOWN && !i))
			return 0;
		if (rc)
			return fail("show", "net", rc);
		if (only && strcmp(only, ni.net))
			continue;
		if (!last[0])
			printf("net:\n");
		if (strcmp(last, ni.net)) {
			printf("    - net type: %s\n      local NI(s):\n", ni.net);
			strcpy(last, ni.net);
		}
		printf("        - nid: %s\n          status: %s\n", ni.nid, ni.up ? "up" : "down");
		if (ni.ifname[0])
			printf("          interfaces:\n              0: %s\n", ni.ifname);
		if (v < 1)
			continue;
		printf("          statistics:\n              send_count: %llu\n              recv_count: %llu\n              drop_count: %llu\n",
		       sum(&ni.sent), sum(&ni.received), sum(&ni.dropped));
		if (v > 1) {
			counts("sent_stats", &ni.sent);
			counts("received_stats", &ni.received);
			counts("dropped_stats", &ni.dropped);
		}
		if (v > 2)
			printf("          health stats:\n              fatal_error: 0\n              health value: 1000\n              interrupts: 0\n              dropped: 0\n"
			       "              aborted: 0\n              no route: 0\n              timeouts: 0\n              error: %llu\n"
			       "              ping_count: 0\n              next_ping: 0\n", ni.errors);
		printf("          tunables:\n              peer_timeout: %u\n              peer_credits: %u\n              peer_buffer_credits: %u\n              credits: %u\n",
		       ni.peer_timeout, ni.peer_credits, ni.peer_buffer_credits, ni.credits);
		if (ni.ifname[0])
			printf("          lnd tunables:\n              conns_per_peer: %u\n              timeout: %u\n              tos: %d\n", ni.conns_per_peer, ni.lnd_timeout, ni.tos);
		printf("          dev cpt: 0\n          CPT: \"[0]\"\n");
	}
}

static int net(int argc, char **argv)
{
	static const struct option lo[] = { { "net", 1, 0, 'n' }, { "if", 1, 0, 'i' }, { "verbose", 2, 0, 'v' }, { } };
	const char *netname = NULL, *ifname = NULL;
	struct lnet_ioc_net n = { 0 };
	int c, v = 0, rc;

	if (argc < 2)
		return usage();
	while ((c = getopt_long(argc, argv, "n:i:v::", lo, NULL)) != -1) {
		switch (c) {
		case 'n': netname = optarg; break;
		case 'i': ifname = optarg; break;
		case 'v':
			v = optarg ? atoi(optarg) : 1;
			if (!optarg && optind < argc && argv[optind][0] >= '0' && argv[optind][0] <= '9')
				v = atoi(argv[optind++]);
			break;
		default: return usage();
		}
	}
	if (netname && !strcmp(netname, "tcp0"))
		netname = "tcp";
	if (!strcmp(argv[1], "show"))
		return net_show(netname, v);
	if (!netname || strlen(netname) >= sizeof(n.net) || (ifname && strlen(ifname) >= sizeof(n.ifname)))
		return usage();
	strcpy(n.net, netname);
	if (ifname)
		strcpy(n.ifname, ifname);
	if (!strcmp(argv[1], "add")) {
		rc = lnet_dev(LNET_IOC_ADD_NET, &n);
		return rc ? fail("add", "net", rc) : 0;
	}
	if (!strcmp(argv[1], "del")) {
		rc = lnet_dev(LNET_IOC_DEL_NET, &n);
		return rc ? fail("del", "net", rc) : 0;
	}
	return usage();
}

static int ping(int argc, char **argv)
{
	char nids[128][LNET_IOC_NIDLEN], nid[256];
	unsigned int n, k, ms = 1000;
	int i, rc, first = 0;
	bool head = false;

	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		printf("usage: lnetctl ping [--timeout MS] NID...\n");
		return 0;
	}
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--timeout") && i + 1 < argc) {
			ms = atoi(argv[++i]);
			continue;
		}
		if (nids_resolve("lnetctl", argv[i], nid, sizeof(nid)))
			return EINVAL;
		n = 128;
		rc = lnet_ping(nid, ms, nids, &n);
		if (rc) {
			fail("manage", "ping", rc);
			first = first ? first : rc;
			continue;
		}
		if (!head)
			printf("ping:\n");
		head = true;
		printf("    - primary nid: %s\n      Multi-Rail: False\n      peer_ni:\n", n > 1 ? nids[1] : nid);
		for (k = 0; k < n; k++)
			if (strcmp(nids[k], "0@lo"))
				printf("        - nid: %s\n", nids[k]);
	}
	return first;
}

static int stats(int argc, char **argv)
{
	struct lnet_ioc_stats s = { 0 };
	int rc = lnet_dev(LNET_IOC_STATS, &s);

	if (argc < 2 || strcmp(argv[1], "show"))
		return usage();
	if (rc == ENETDOWN)
		return 0;
	if (rc)
		return fail("show", "statistics", rc);
	printf("statistics:\n    msgs_alloc: 0\n    msgs_max: 0\n    rst_alloc: 0\n    errors: %llu\n    send_count: %llu\n    resend_count: 0\n    response_timeout_count: 0\n"
	       "    local_interrupt_count: 0\n    local_dropped_count: 0\n    local_aborted_count: 0\n    local_no_route_count: 0\n    local_timeout_count: 0\n    local_error_count: 0\n"
	       "    remote_dropped_count: 0\n    remote_error_count: 0\n    remote_timeout_count: 0\n    network_timeout_count: 0\n    recv_count: %llu\n    route_count: 0\n    drop_count: %llu\n"
	       "    send_length: %llu\n    recv_length: %llu\n    route_length: 0\n    drop_length: %llu\n",
	       s.errors, s.send_count, s.recv_count, s.drop_count, s.send_length, s.recv_length, s.drop_length);
	return 0;
}

static int global(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "show"))
		return usage();
	printf("global:\n    numa_range: 0\n    max_interfaces: 200\n    max_intf: 200\n    discovery: 0\n    drop_asym_route: 0\n    retry_count: 0\n    transaction_timeout: 150\n"
	       "    health_sensitivity: 0\n    recovery_interval: 1\n    router_sensitivity: 100\n    lnd_timeout: 50\n    response_tracking: 0\n    recovery_limit: 0\n"
	       "    max_recovery_ping_interval: 900\n");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct { const char *name; int (*fn)(int, char **); } cmds[] = {
		{ "lnet", lnet }, { "net", net }, { "ping", ping }, { "stats", stats }, { "global", global },
	};
	unsigned int i;

	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "--version")) {
		printf("lnetctl 2.17.0\n");
		return 0;
	}
	if (!strcmp(argv[1], "export"))
		return net_show(NULL, 1);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		usage();
		return 0;
	}
	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		if (!strcmp(argv[1], cmds[i].name))
			return cmds[i].fn(argc - 1, argv + 1) & 0xff;
	return usage();
}
