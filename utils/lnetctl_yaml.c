// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnetctl: the configuration as YAML. export prints it, import reads what export printed, or
 * /etc/lnet.conf. Keys that only show something (status, statistics ...) are passed over by import;
 * what it would have to do and cannot do is an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>
#include "cli.h"
#include "lib_lnet.h"
#include "lnetctl.h"

#define LNETCTL_NIDS_MAX	200

/* ---- export ---- */

static int lnetctl_backup_nets(void)
{
	char last[LNET_IOC_NETLEN] = "";
	struct lnet_ioc_ni ni;
	unsigned int i;
	int rc;

	for (i = 0; !(rc = lnet_get_ni(i, &ni)); i++) {
		if (!strcmp(ni.net, "lo"))
			continue;
		if (!last[0])
			printf("net:\n");
		if (strcmp(last, ni.net))
			printf("    - net type: %s\n      local NI(s):\n", ni.net);
		memcpy(last, ni.net, sizeof(last));
		printf("        - interfaces:\n              0: %s\n", ni.ifname);
	}
	return rc == ENOENT || rc == ENETDOWN ? 0 : lnetctl_fail("export", "net", rc);
}

/* Only the nodes that the administrator described: the others are found again. */
static int lnetctl_backup_peers(void)
{
	struct lnet_ioc_peer_ni nis[LNETCTL_NIDS_MAX];
	struct lnet_ioc_peer p = { .max = LNETCTL_NIDS_MAX, .nis = (uintptr_t)nis };
	bool head = true;
	unsigned int i;
	int rc;

	while (!(rc = lnet_dev(LNET_IOC_GET_PEER, &p)) && p.count) {
		if (!(p.state & LNET_PEER_CONFIGURED))
			continue;
		if (head)
			printf("peer:\n");
		head = false;
		printf("    - primary nid: %s\n      Multi-Rail: %s\n      peer ni:\n", p.primary,
		       p.state & LNET_PEER_NON_MR ? "false" : "true");
		for (i = 0; i < p.count; i++)
			printf("        - nid: %s\n", nis[i].nid);
	}
	return rc && rc != ENETDOWN ? lnetctl_fail("export", "peer", rc) : 0;
}

static int lnetctl_export_to(bool backup)
{
	int rc;

	if (backup)
		rc = lnetctl_backup_nets() ?: lnetctl_backup_peers();
	else
		rc = lnetctl_print_nets(NULL, 4) ?: lnetctl_print_peers(NULL, 4);
	return rc ?: lnetctl_print_global();
}

int lnetctl_export(int argc, char **argv)
{
	bool backup = false;
	const struct cli_option options[] = {
		CLI_FLAG('b', "backup", backup),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || argc - first > 1)
		return rc ? rc : CLI_USAGE;
	if (first < argc && !freopen(argv[first], "w", stdout)) {
		rc = errno;
		fprintf(stderr, "lnetctl: %s: %s\n", argv[first], strerror(rc));
		return rc;
	}
	rc = lnetctl_export_to(backup);
	if (fflush(stdout) && !rc)
		rc = errno;
	return rc;
}

/* ---- import ---- */

struct import {
	yaml_document_t doc;
	bool del;
	int failed;		/* first errno */
};

static void lnetctl_import_failed(struct import *im, const char *part, int rc)
{
	lnetctl_fail(im->del ? "del" : "add", part, rc);
	if (!im->failed)
		im->failed = rc;
}

static yaml_node_t *lnetctl_node(struct import *im, int id)
{
	return id ? yaml_document_get_node(&im->doc, id) : NULL;
}

static const char *lnetctl_scalar(const yaml_node_t *n)
{
	return n && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

/* The value of a key of a mapping, or NULL. */
static yaml_node_t *lnetctl_value(struct import *im, const yaml_node_t *map, const char *key)
{
	yaml_node_pair_t *p;
	const char *name;

	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		name = lnetctl_scalar(lnetctl_node(im, p->key));
		if (name && !strcmp(name, key))
			return lnetctl_node(im, p->value);
	}
	return NULL;
}

/* Call fn for each item of a sequence. */
static void lnetctl_each(struct import *im, const yaml_node_t *seq,
			 void (*fn)(struct import *im, const yaml_node_t *item, const void *arg),
			 const void *arg)
{
	yaml_node_item_t *i;

	if (!seq || seq->type != YAML_SEQUENCE_NODE)
		return;
	for (i = seq->data.sequence.items.start; i < seq->data.sequence.items.top; i++)
		fn(im, lnetctl_node(im, *i), arg);
}

static int lnetctl_import_interface(bool del, const char *net, const char *interface)
{
	struct lnet_ioc_net n = { 0 };

	net = lnetctl_net_name(net);
	if (strlen(net) >= sizeof(n.net) || strlen(interface) >= sizeof(n.ifname))
		return EINVAL;
	strcpy(n.net, net);
	strcpy(n.ifname, interface);
	return lnet_dev(del ? LNET_IOC_DEL_NET : LNET_IOC_ADD_NET, &n);
}

/* The name of the interface that has a NID: of an NI that is described by it alone. */
static const char *lnetctl_interface_of(const char *nid, struct lnet_ioc_ni *ni)
{
	unsigned int i;

	for (i = 0; !lnet_get_ni(i, ni); i++)
		if (!strcmp(ni->nid, nid))
			return ni->ifname;
	return NULL;
}

static void lnetctl_import_ni(struct import *im, const yaml_node_t *item, const void *arg)
{
	yaml_node_t *list = lnetctl_value(im, item, "interfaces");
	const char *net = arg, *nid = lnetctl_scalar(lnetctl_value(im, item, "nid"));
	struct lnet_ioc_ni ni;
	const char *name = NULL;
	yaml_node_pair_t *p;
	int rc = 0;

	if (list && list->type == YAML_MAPPING_NODE) {
		for (p = list->data.mapping.pairs.start;
		     p < list->data.mapping.pairs.top && !rc; p++) {
			name = lnetctl_scalar(lnetctl_node(im, p->value));
			rc = name ? lnetctl_import_interface(im->del, net, name) : EINVAL;
			if (rc == EEXIST)
				rc = 0;
		}
	} else {
		name = nid ? lnetctl_interface_of(nid, &ni) : NULL;
		if (!name)
			rc = nid && im->del ? ENOENT : EINVAL;
		else if (im->del)
			rc = lnetctl_import_interface(true, net, name);
	}
	if (rc)
		lnetctl_import_failed(im, "net", rc);
}

static void lnetctl_import_net(struct import *im, const yaml_node_t *item, const void *arg)
{
	const char *net = lnetctl_scalar(lnetctl_value(im, item, "net type"));

	(void)arg;
	if (!net)
		lnetctl_import_failed(im, "net", EINVAL);
	else if (strcmp(net, "lo"))
		lnetctl_each(im, lnetctl_value(im, item, "local NI(s)"), lnetctl_import_ni, net);
}

struct import_peer {
	const char *primary;
	bool non_mr;
};

static void lnetctl_import_peer_ni(struct import *im, const yaml_node_t *item, const void *arg)
{
	const char *nid = lnetctl_scalar(lnetctl_value(im, item, "nid"));
	const struct import_peer *peer = arg;
	int rc;

	rc = nid ? lnetctl_peer_change(LNET_IOC_ADD_PEER, peer->primary, nid, peer->non_mr) :
		EINVAL;
	if (rc)
		lnetctl_import_failed(im, "peer", rc);
}

static void lnetctl_import_peer(struct import *im, const yaml_node_t *item, const void *arg)
{
	const char *mr = lnetctl_scalar(lnetctl_value(im, item, "Multi-Rail"));
	struct import_peer peer = {
		.primary = lnetctl_scalar(lnetctl_value(im, item, "primary nid")),
		.non_mr = mr && !strcasecmp(mr, "false"),
	};
	int rc;

	(void)arg;
	rc = peer.primary ? lnetctl_peer_change(im->del ? LNET_IOC_DEL_PEER : LNET_IOC_ADD_PEER,
						peer.primary, NULL, peer.non_mr) : EINVAL;
	if (rc)
		lnetctl_import_failed(im, "peer", rc);
	else if (!im->del)
		lnetctl_each(im, lnetctl_value(im, item, "peer ni"), lnetctl_import_peer_ni,
			     &peer);
}

static void lnetctl_import_global(struct import *im, const yaml_node_t *map)
{
	const char *name, *value;
	yaml_node_pair_t *p;
	int rc;

	if (!map || map->type != YAML_MAPPING_NODE || im->del)
		return;
	for (p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		name = lnetctl_scalar(lnetctl_node(im, p->key));
		value = lnetctl_scalar(lnetctl_node(im, p->value));
		rc = name && value ? lnetctl_set_value(name, value) : EINVAL;
		/* ENOENT: it is only shown */
		if (rc && rc != ENOENT)
			lnetctl_import_failed(im, name ? name : "global", rc);
	}
}

/* What is in the file and cannot be done here. */
static void lnetctl_import_declined(struct import *im, const yaml_node_t *root)
{
	static const char *const parts[] = { "route", "ip2nets", "udsp" };
	unsigned int i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (lnetctl_value(im, root, parts[i]))
			lnetctl_import_failed(im, parts[i], EOPNOTSUPP);
}

static int lnetctl_import_file(FILE *f, bool del)
{
	struct import im = { .del = del };
	yaml_parser_t parser;
	yaml_node_t *root;

	if (!yaml_parser_initialize(&parser))
		return ENOMEM;
	yaml_parser_set_input_file(&parser, f);
	if (!yaml_parser_load(&parser, &im.doc)) {
		fprintf(stderr, "lnetctl: this is no YAML: line %zu: %s\n",
			parser.problem_mark.line + 1, parser.problem ? parser.problem : "");
		yaml_parser_delete(&parser);
		return EINVAL;
	}
	root = yaml_document_get_root_node(&im.doc);
	lnetctl_each(&im, lnetctl_value(&im, root, "net"), lnetctl_import_net, NULL);
	lnetctl_each(&im, lnetctl_value(&im, root, "peer"), lnetctl_import_peer, NULL);
	lnetctl_import_global(&im, lnetctl_value(&im, root, "global"));
	if (root)
		lnetctl_import_declined(&im, root);
	yaml_document_delete(&im.doc);
	yaml_parser_delete(&parser);
	return im.failed;
}

int lnetctl_import(int argc, char **argv)
{
	bool add = false, del = false, show = false;
	const struct cli_option options[] = {
		CLI_FLAG('a', "add", add),
		CLI_FLAG('d', "del", del),
		CLI_FLAG('s', "show", show),
		CLI_END
	};
	FILE *f = stdin;
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || argc - first > 1 || add + del + show > 1)
		return rc ? rc : CLI_USAGE;
	if (first < argc) {
		f = fopen(argv[first], "r");
		if (!f) {
			rc = errno;
			fprintf(stderr, "lnetctl: %s: %s\n", argv[first], strerror(rc));
			return rc;
		}
	}
	rc = show ? lnetctl_export_to(false) : lnetctl_import_file(f, del);
	if (f != stdin)
		fclose(f);
	return rc;
}
