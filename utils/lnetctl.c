// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnetctl: LNet administration with YAML output. Chapter 1, section 16.2; the keys that exporters
 * and CSI drivers read.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "lib_lnet.h"
#include "lnetctl.h"

int lnetctl_fail(const char *what, const char *part, int rc)
{
	fprintf(stderr, "%s:\n    - %s:\n          errno: -%d\n          descr: \"%s\"\n", what,
		part, rc, lnet_strerror(rc));
	return rc;
}

/* ---- lnet ---- */

static int lnetctl_lnet_configure(int argc, char **argv)
{
	struct lnet_ioc_up up = { 0 };
	bool all = false;
	const struct cli_option options[] = {
		CLI_FLAG('a', "all", all),
		CLI_SKIP('l', "large"),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first != argc)
		return rc ? rc : CLI_USAGE;
	up.from_params = all;
	rc = lnet_dev(LNET_IOC_UP, &up);
	return rc ? lnetctl_fail("configure", "lnet", rc) : 0;
}

static int lnetctl_lnet_unconfigure(int argc, char **argv)
{
	int rc;

	if (argc > 1)
		return CLI_USAGE;
	rc = lnet_dev(LNET_IOC_DOWN, NULL);
	return rc && rc != ENETDOWN ? lnetctl_fail("unconfigure", "lnet", rc) : 0;
}

/* ---- net ---- */

void lnetctl_print_counts(const char *name, const struct lnet_ioc_counts *c)
{
	printf("          %s:\n", name);
	printf("              put: %llu\n", c->put);
	printf("              get: %llu\n", c->get);
	printf("              reply: %llu\n", c->reply);
	printf("              ack: %llu\n", c->ack);
	printf("              hello: 0\n");
}

unsigned long long lnetctl_sum(const struct lnet_ioc_counts *c)
{
	return c->put + c->get + c->reply + c->ack;
}

static void lnetctl_print_health(const struct lnet_ioc_ni *ni)
{
	printf("          health stats:\n"
	       "              fatal_error: %u\n"
	       "              health value: %u\n"
	       "              interrupts: 0\n"
	       "              dropped: 0\n"
	       "              aborted: 0\n"
	       "              no route: 0\n"
	       "              timeouts: 0\n"
	       "              error: %llu\n"
	       "              ping_count: 0\n"
	       "              next_ping: 0\n", !ni->up, ni->health, ni->errors);
}

static void lnetctl_print_o2ib(const struct lnet_ioc_o2ib *o2ib)
{
	if (!o2ib->concurrent_sends)		/* another kind of network */
		return;
	printf("              peercredits_hiw: %u\n", o2ib->peercredits_hiw);
	printf("              concurrent_sends: %u\n", o2ib->concurrent_sends);
	printf("              map_on_demand: %s\n", o2ib->map_on_demand ? "true" : "false");
	printf("              fmr_pool_size: %u\n", o2ib->fmr_pool_size);
	printf("              fmr_flush_trigger: %u\n", o2ib->fmr_flush_trigger);
	printf("              fmr_cache: %u\n", o2ib->fmr_cache);
	printf("              ntx: %u\n", o2ib->ntx);
}

static void lnetctl_print_ni(const struct lnet_ioc_ni *ni, long long level)
{
	printf("        - nid: %s\n          status: %s\n", ni->nid, ni->up ? "up" : "down");
	if (ni->ifname[0])
		printf("          interfaces:\n              0: %s\n", ni->ifname);
	if (level < 1)
		return;
	printf("          statistics:\n");
	printf("              send_count: %llu\n", lnetctl_sum(&ni->sent));
	printf("              recv_count: %llu\n", lnetctl_sum(&ni->received));
	printf("              drop_count: %llu\n", lnetctl_sum(&ni->dropped));
	if (level > 1) {
		lnetctl_print_counts("sent_stats", &ni->sent);
		lnetctl_print_counts("received_stats", &ni->received);
		lnetctl_print_counts("dropped_stats", &ni->dropped);
	}
	if (level > 2)
		lnetctl_print_health(ni);
	printf("          tunables:\n");
	printf("              peer_timeout: %u\n", ni->peer_timeout);
	printf("              peer_credits: %u\n", ni->peer_credits);
	printf("              peer_buffer_credits: %u\n", ni->peer_buffer_credits);
	printf("              credits: %u\n", ni->credits);
	if (ni->ifname[0]) {
		printf("          lnd tunables:\n");
		lnetctl_print_o2ib(&ni->o2ib);
		printf("              conns_per_peer: %u\n", ni->conns_per_peer);
		printf("              timeout: %u\n", ni->lnd_timeout);
		printf("              tos: %d\n", ni->tos);
	}
	printf("          dev cpt: 0\n          CPT: \"[0]\"\n");
}

/* "tcp0" is another name of "tcp". */
const char *lnetctl_net_name(const char *net)
{
	return net && !strcmp(net, "tcp0") ? "tcp" : net;
}

int lnetctl_print_nets(const char *only, long long level)
{
	char last[LNET_IOC_NETLEN] = "";
	struct lnet_ioc_ni ni;
	unsigned int i;
	int rc;

	for (i = 0;; i++) {
		rc = lnet_get_ni(i, &ni);
		if (rc == ENETDOWN && !i)
			return 0;
		if (rc == ENOENT && (!only || last[0]))
			return 0;
		if (rc)
			return lnetctl_fail("show", "net", rc);
		if (only && strcmp(only, ni.net))
			continue;
		if (!last[0])
			printf("net:\n");
		if (strcmp(last, ni.net))
			printf("    - net type: %s\n      local NI(s):\n", ni.net);
		memcpy(last, ni.net, sizeof(last));
		lnetctl_print_ni(&ni, level);
	}
}

/* Options of the show commands: -n, what to show, and -v. */
int lnetctl_show_options(int argc, char **argv, const char *word, const char **only,
			 long long *level)
{
	const struct cli_option options[] = {
		CLI_TEXT('n', word, *only),
		CLI_LEVEL('v', "verbose", *level),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	return rc ? rc : first != argc ? CLI_USAGE : 0;
}

static int lnetctl_net_show(int argc, char **argv)
{
	const char *net = NULL;
	long long level = 0;
	int rc = lnetctl_show_options(argc, argv, "net", &net, &level);

	return rc ? rc : lnetctl_print_nets(lnetctl_net_name(net), level);
}

static int lnetctl_declined(const char *value)
{
	return lnetctl_fail("add", "net", EOPNOTSUPP);
}

/* net add and net del: the network and the interface. */
static int lnetctl_net_change(int argc, char **argv, const char *what, unsigned long request)
{
	const char *net = NULL, *interface = NULL;
	struct lnet_ioc_net n = { 0 };
	const struct cli_option options[] = {
		CLI_TEXT('n', "net", net),
		CLI_TEXT('i', "if", interface),
		CLI_CALL(0, "nid", lnetctl_declined),
		CLI_CALL('p', "ip2net", lnetctl_declined),
		CLI_CALL('t', "peer-timeout", lnetctl_declined),
		CLI_CALL('c', "peer-credits", lnetctl_declined),
		CLI_CALL('b', "peer-buffer-credits", lnetctl_declined),
		CLI_CALL('r', "credits", lnetctl_declined),
		CLI_CALL('s', "cpt", lnetctl_declined),
		CLI_CALL('m', "conns-per-peer", lnetctl_declined),
		CLI_CALL('T', "tos", lnetctl_declined),
		CLI_SKIP('k', "skip-mr-route-setup"),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc)
		return rc;
	net = lnetctl_net_name(net);
	if (first != argc || !net)
		return CLI_USAGE;
	if (strlen(net) >= sizeof(n.net) || (interface && strlen(interface) >= sizeof(n.ifname)))
		return lnetctl_fail(what, "net", EINVAL);
	strcpy(n.net, net);
	if (interface)
		strcpy(n.ifname, interface);
	rc = lnet_dev(request, &n);
	return rc ? lnetctl_fail(what, "net", rc) : 0;
}

static int lnetctl_net_add(int argc, char **argv)
{
	return lnetctl_net_change(argc, argv, "add", LNET_IOC_ADD_NET);
}

static int lnetctl_net_del(int argc, char **argv)
{
	return lnetctl_net_change(argc, argv, "del", LNET_IOC_DEL_NET);
}

/* ---- stats, global ---- */

static void lnetctl_print_stats(const struct lnet_ioc_stats *s)
{
	printf("statistics:\n    msgs_alloc: %llu\n    msgs_max: %llu\n    rst_alloc: 0\n",
	       s->msgs_alloc, s->msgs_max);
	printf("    errors: %llu\n    send_count: %llu\n", s->errors, s->send_count);
	printf("    resend_count: %llu\n", s->resends);
	printf("    response_timeout_count: %llu\n", s->response_timeouts);
	/* which kinds of local errors there are, only RDMA tells apart */
	printf("    local_interrupt_count: 0\n    local_dropped_count: 0\n"
	       "    local_aborted_count: 0\n    local_no_route_count: 0\n"
	       "    local_timeout_count: 0\n    local_error_count: %llu\n", s->local_errors);
	printf("    remote_dropped_count: 0\n    remote_error_count: %llu\n", s->remote_errors);
	printf("    remote_timeout_count: 0\n    network_timeout_count: %llu\n",
	       s->network_timeouts);
	printf("    failed_resends: %llu\n    successful_resends: %llu\n", s->resends_failed,
	       s->resends_ok);
	printf("    recv_count: %llu\n    route_count: 0\n", s->recv_count);
	printf("    drop_count: %llu\n    send_length: %llu\n", s->drop_count, s->send_length);
	printf("    recv_length: %llu\n    route_length: 0\n", s->recv_length);
	printf("    drop_length: %llu\n", s->drop_length);
}

static int lnetctl_stats_show(int argc, char **argv)
{
	struct lnet_ioc_stats s = { 0 };
	int rc;

	if (argc > 1)
		return CLI_USAGE;
	rc = lnet_dev(LNET_IOC_STATS, &s);
	if (rc == ENETDOWN)
		return 0;
	if (rc)
		return lnetctl_fail("show", "statistics", rc);
	lnetctl_print_stats(&s);
	return 0;
}

static int lnetctl_stats_reset(int argc, char **argv)
{
	int rc;

	if (argc > 1)
		return CLI_USAGE;
	rc = lnet_dev(LNET_IOC_RESET_STATS, NULL);
	return rc ? lnetctl_fail("reset", "statistics", rc) : 0;
}

/* Names of "global show" and of "set", in the order of the output. */
static const struct setting {
	enum lnet_ioc_which which;
	const char *shown;	/* NULL: not in "global show" */
	const char *set;	/* NULL: cannot be set */
} settings[] = {
	{ LNET_SETTING_NUMA_RANGE, "numa_range", "numa_range" },
	{ LNET_SETTING_MAX_INTERFACES, "max_interfaces", "max_interfaces" },
	{ LNET_SETTING_MAX_INTERFACES, "max_intf", NULL },	/* its name until 2.15 */
	{ LNET_SETTING_DISCOVERY, "discovery", "discovery" },
	{ LNET_SETTING_DROP_ASYM_ROUTE, "drop_asym_route", "drop_asym_route" },
	{ LNET_SETTING_RETRY_COUNT, "retry_count", "retry_count" },
	{ LNET_SETTING_TRANSACTION_TIMEOUT, "transaction_timeout", "transaction_timeout" },
	{ LNET_SETTING_HEALTH_SENSITIVITY, "health_sensitivity", "health_sensitivity" },
	{ LNET_SETTING_RECOVERY_INTERVAL, "recovery_interval", "recovery_interval" },
	{ LNET_SETTING_ROUTER_SENSITIVITY, "router_sensitivity", "router_sensitivity" },
	{ LNET_SETTING_LND_TIMEOUT, "lnd_timeout", NULL },
	{ LNET_SETTING_RESPONSE_TRACKING, "response_tracking", "response_tracking" },
	{ LNET_SETTING_RECOVERY_LIMIT, "recovery_limit", "recovery_limit" },
	{ LNET_SETTING_MAX_RECOVERY_PING_INTERVAL, "max_recovery_ping_interval",
	  "max_recovery_ping_interval" },
	{ LNET_SETTING_ROUTING, NULL, "routing" },
};

#define NR_SETTINGS	(sizeof(settings) / sizeof(settings[0]))

int lnetctl_print_global(void)
{
	struct lnet_ioc_setting s;
	unsigned int i;
	int rc;

	printf("global:\n");
	for (i = 0; i < NR_SETTINGS; i++) {
		if (!settings[i].shown)
			continue;
		s.which = settings[i].which;
		rc = lnet_dev(LNET_IOC_GET_SETTING, &s);
		if (rc)
			return lnetctl_fail("show", "global", rc);
		printf("    %s: %u\n", settings[i].shown, s.value);
	}
	return 0;
}

static int lnetctl_global_show(int argc, char **argv)
{
	return argc > 1 ? CLI_USAGE : lnetctl_print_global();
}

/* Set a value by its name. An errno; ENOENT: there is no such name. Prints nothing. */
int lnetctl_set_value(const char *name, const char *value)
{
	struct lnet_ioc_setting s;
	long long number;
	unsigned int i;

	if (!cli_number(value, 0, UINT32_MAX, &number))
		return EINVAL;
	for (i = 0; i < NR_SETTINGS; i++) {
		if (!settings[i].set || strcmp(settings[i].set, name))
			continue;
		s.which = settings[i].which;
		s.value = number;
		return lnet_dev(LNET_IOC_SET_SETTING, &s);
	}
	return ENOENT;
}

static int lnetctl_set(int argc, char **argv)
{
	int rc;

	if (argc != 3)
		return CLI_USAGE;
	rc = lnetctl_set_value(argv[1], argv[2]);
	if (rc == ENOENT)
		return CLI_USAGE;
	return rc ? lnetctl_fail("set", argv[1], rc) : 0;
}

/* ---- commands ---- */

static const struct cli_command lnetctl_lnet_verbs[] = {
	{ "configure", lnetctl_lnet_configure, "start LNet", "[--all]" },
	{ "unconfigure", lnetctl_lnet_unconfigure, "stop LNet" },
	{ 0 }
};

static const struct cli_command lnetctl_net_verbs[] = {
	{ "show", lnetctl_net_show, "show networks", "[--net NET] [-v [LEVEL]]" },
	{ "add", lnetctl_net_add, "add a network", "--net NET --if INTERFACE" },
	{ "del", lnetctl_net_del, "remove a network", "--net NET [--if INTERFACE]" },
	{ 0 }
};

static const struct cli_command lnetctl_stats_verbs[] = {
	{ "show", lnetctl_stats_show, "show counters" },
	{ "reset", lnetctl_stats_reset, "set counters to 0" },
	{ 0 }
};

static const struct cli_command lnetctl_global_verbs[] = {
	{ "show", lnetctl_global_show, "show settings" },
	{ 0 }
};

static const struct cli_command lnetctl_commands[] = {
	{ "lnet", NULL, "start and stop LNet", .verbs = lnetctl_lnet_verbs },
	{ "net", NULL, "networks of this node", .verbs = lnetctl_net_verbs },
	{ "peer", NULL, "other nodes", .verbs = lnetctl_peer_verbs },
	{ "ping", lnetctl_ping, "ask nodes for their NIDs", "[--timeout MILLISECONDS] NID..." },
	{ "discover", lnetctl_discover, "find out which NIDs nodes have, and use them",
	  "[--force] [--timeout MILLISECONDS] NID..." },
	{ "stats", NULL, "message counters", .verbs = lnetctl_stats_verbs },
	{ "global", NULL, "settings of LNet", .verbs = lnetctl_global_verbs },
	{ "set", lnetctl_set, "change a setting", "NAME NUMBER" },
	{ "export", lnetctl_export, "print the configuration", "[--backup] [FILE]" },
	{ "import", lnetctl_import, "take over a configuration",
	  "[--add | --del | --show] [FILE]" },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct cli_tool tool = { "lnetctl", lnetctl_commands };

	return argc > 1 ? cli_run(&tool, argc - 1, argv + 1) : cli_prompt(&tool);
}
