// SPDX-License-Identifier: GPL-2.0-only
/* lnetctl: other nodes. ping, discover, peer (chapter 1, section 16.2). */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "lib_lnet.h"
#include "lnetctl.h"
#include "nids.h"

#define LNETCTL_NIDS_MAX	200
#define LNETCTL_ASK_MAX_MS	120000

/* ---- ping, discover ---- */

static int lnetctl_ask_one(const char *what, unsigned long request, const char *text,
			   struct lnet_ioc_ping *p, bool head)
{
	lnet_nid_text nids[LNETCTL_NIDS_MAX];
	unsigned int n = LNETCTL_NIDS_MAX, i;
	const char *primary;
	char nid[256];
	int rc;

	rc = nids_resolve("lnetctl", text, nid, sizeof(nid));
	if (rc)
		return rc;
	rc = lnet_ask(request, nid, p, nids, &n);
	if (rc) {
		fprintf(stderr, "manage:\n    - %s:\n          errno: -%d\n"
			"          descr: \"failed to %s %s: %s\"\n", what, rc, what, nid,
			lnet_strerror(rc));
		return rc;
	}
	if (head)
		printf("%s:\n", what);
	primary = n && strcmp(nids[0], "0@lo") ? nids[0] : n > 1 ? nids[1] : nid;
	printf("    - primary nid: %s\n      Multi-Rail: %s\n      peer_ni:\n", primary,
	       p->multi_rail ? "true" : "false");
	for (i = 0; i < n; i++)
		if (strcmp(nids[i], "0@lo"))
			printf("        - nid: %s\n", nids[i]);
	return 0;
}

static int lnetctl_ask(int argc, char **argv, const char *what, unsigned long request)
{
	long long timeout_ms = request == LNET_IOC_PING ? 1000 : 10000;
	bool force = false, head = true;
	const struct cli_option options[] = {
		CLI_NUMBER('t', "timeout", timeout_ms, 1, LNETCTL_ASK_MAX_MS),
		CLI_FLAG('f', "force", force),
		CLI_END
	};
	int i, first, rc, failed = 0;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first == argc)
		return rc ? rc : CLI_USAGE;
	for (i = first; i < argc; i++) {
		struct lnet_ioc_ping p = { .timeout_ms = timeout_ms, .force = force };

		rc = lnetctl_ask_one(what, request, argv[i], &p, head);
		if (!rc)
			head = false;
		else if (!failed)
			failed = rc;
	}
	return failed;
}

int lnetctl_ping(int argc, char **argv)
{
	return lnetctl_ask(argc, argv, "ping", LNET_IOC_PING);
}

int lnetctl_discover(int argc, char **argv)
{
	return lnetctl_ask(argc, argv, "discover", LNET_IOC_DISCOVER);
}

/* ---- peer ---- */

static void lnetctl_print_peer_ni(const struct lnet_ioc_peer_ni *ni, long long level)
{
	printf("        - nid: %s\n          state: NA\n", ni->nid);
	if (level < 1)
		return;
	printf("          max_ni_tx_credits: %d\n", ni->credits);
	printf("          available_tx_credits: %d\n", ni->credits_free);
	printf("          min_tx_credits: %d\n", ni->credits_min);
	printf("          tx_q_num_of_buf: %d\n", ni->credits_free < 0 ? -ni->credits_free : 0);
	printf("          available_rtr_credits: %d\n", ni->credits);
	printf("          min_rtr_credits: %d\n", ni->credits);
	printf("          refcount: %u\n", ni->refs);
	printf("          statistics:\n");
	printf("              send_count: %llu\n", lnetctl_sum(&ni->sent));
	printf("              recv_count: %llu\n", lnetctl_sum(&ni->received));
	printf("              drop_count: %llu\n", lnetctl_sum(&ni->dropped));
	if (level > 1) {
		lnetctl_print_counts("sent_stats", &ni->sent);
		lnetctl_print_counts("received_stats", &ni->received);
		lnetctl_print_counts("dropped_stats", &ni->dropped);
	}
	if (level < 3)
		return;
	printf("          health stats:\n");
	printf("              health value: %u\n", ni->health);
	printf("              dropped: 0\n");
	printf("              timeout: %llu\n", ni->timeouts);
	printf("              error: %llu\n", ni->errors);
	printf("              network timeout: 0\n");
	printf("              ping_count: %u\n", ni->ping_count);
	printf("              next_ping: %u\n", ni->next_ping);
}

static void lnetctl_print_peer(const struct lnet_ioc_peer *p, const struct lnet_ioc_peer_ni *nis,
			       long long level)
{
	unsigned int i;

	printf("    - primary nid: %s\n", p->primary);
	printf("      Multi-Rail: %s\n", p->multi_rail ? "true" : "false");
	if (level > 0)
		printf("      peer state: %u\n", p->state);
	printf("      peer ni:\n");
	/* the primary NID comes first */
	for (i = 0; i < p->count; i++)
		if (!strcmp(nis[i].nid, p->primary))
			lnetctl_print_peer_ni(&nis[i], level);
	for (i = 0; i < p->count; i++)
		if (strcmp(nis[i].nid, p->primary))
			lnetctl_print_peer_ni(&nis[i], level);
}

static bool lnetctl_peer_has(const struct lnet_ioc_peer *p, const struct lnet_ioc_peer_ni *nis,
			     const char *nid)
{
	unsigned int i;

	for (i = 0; i < p->count; i++)
		if (!strcmp(nis[i].nid, nid))
			return true;
	return false;
}

/* level < 0: the list of primary NIDs. only: of the node with this NID, or NULL. */
int lnetctl_print_peers(const char *only, long long level)
{
	struct lnet_ioc_peer_ni nis[LNETCTL_NIDS_MAX];
	struct lnet_ioc_peer p = { .max = LNETCTL_NIDS_MAX, .nis = (uintptr_t)nis };
	bool head = true;
	int rc;

	for (;;) {
		rc = lnet_dev(LNET_IOC_GET_PEER, &p);
		if (rc && rc != ENETDOWN)
			return lnetctl_fail("show", "peer", rc);
		if (rc || !p.count)
			return 0;
		if (only && !lnetctl_peer_has(&p, nis, only))
			continue;
		if (head)
			printf(level < 0 ? "peer list:\n" : "peer:\n");
		head = false;
		if (level < 0)
			printf("    - nid: %s\n", p.primary);
		else
			lnetctl_print_peer(&p, nis, level);
	}
}

static int lnetctl_peer_show(int argc, char **argv)
{
	const char *nid = NULL;
	long long level = 0;
	int rc = lnetctl_show_options(argc, argv, "nid", &nid, &level);

	return rc ? rc : lnetctl_print_peers(nid, level);
}

static int lnetctl_peer_list(int argc, char **argv)
{
	return argc > 1 ? CLI_USAGE : lnetctl_print_peers(NULL, -1);
}

/* Add or remove a node, or, with a list of NIDs, those of it. An errno; prints nothing. */
int lnetctl_peer_change(unsigned long request, const char *primary, const char *nids, bool non_mr)
{
	struct lnet_ioc_peer_config c = { .non_mr = non_mr };
	size_t len;
	int rc = 0;

	if (strlen(primary) >= sizeof(c.primary))
		return EINVAL;
	strcpy(c.primary, primary);
	if (!nids || !*nids)
		return lnet_dev(request, &c);
	for (; *nids && !rc; nids += len + (nids[len] == ',')) {
		len = strcspn(nids, ",");
		if (!len || len >= sizeof(c.nid))
			return EINVAL;
		memcpy(c.nid, nids, len);
		c.nid[len] = 0;
		rc = lnet_dev(request, &c);
	}
	return rc;
}

static int lnetctl_peer_verb(int argc, char **argv, const char *what, unsigned long request)
{
	const char *primary = NULL, *nids = NULL;
	bool non_mr = false;
	const struct cli_option options[] = {
		CLI_TEXT('k', "prim_nid", primary),
		CLI_TEXT('n', "nid", nids),
		CLI_FLAG('m', "non_mr", non_mr),
		CLI_SKIP('f', "force"),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first != argc || !primary)
		return rc ? rc : CLI_USAGE;
	rc = lnetctl_peer_change(request, primary, nids, non_mr);
	return rc ? lnetctl_fail(what, "peer", rc) : 0;
}

static int lnetctl_peer_add(int argc, char **argv)
{
	return lnetctl_peer_verb(argc, argv, "add", LNET_IOC_ADD_PEER);
}

static int lnetctl_peer_del(int argc, char **argv)
{
	return lnetctl_peer_verb(argc, argv, "del", LNET_IOC_DEL_PEER);
}

const struct cli_command lnetctl_peer_verbs[] = {
	{ "add", lnetctl_peer_add, "describe another node",
	  "--prim_nid NID [--nid NID,...] [--non_mr]" },
	{ "del", lnetctl_peer_del, "forget a node, or NIDs of it",
	  "--prim_nid NID [--nid NID,...]" },
	{ "show", lnetctl_peer_show, "show other nodes", "[--nid NID] [-v [LEVEL]]" },
	{ "list", lnetctl_peer_list, "list the primary NIDs of other nodes" },
	{ 0 }
};
