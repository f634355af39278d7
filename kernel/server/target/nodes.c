// SPDX-License-Identifier: GPL-2.0-only
/*
 * Server nodes as the config logs name them: a text for each node and its NIDs (chapter 6, 6.7).
 * The OSP connects to them, and a target knows by them who may connect as a server: a client that
 * only says that it is an MDT must not destroy objects or evict others.
 *
 * Lock: tgt_nodes.tns_mutex, a leaf. Nodes stay until tgt_nodes_fini().
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include "internal.h"

#define NODE_NIDS_MAX	32

struct tgt_node {
	struct list_head	tn_list;
	char			tn_uuid[128];	/* the text of the log */
	unsigned int		tn_nr;
	struct lnet_nid		tn_nids[NODE_NIDS_MAX];
};

void tgt_nodes_init(struct tgt_nodes *nodes)
{
	mutex_init(&nodes->tns_mutex);
	INIT_LIST_HEAD(&nodes->tns_nodes);
}
EXPORT_SYMBOL_GPL(tgt_nodes_init);

void tgt_nodes_fini(struct tgt_nodes *nodes)
{
	struct tgt_node *n, *tmp;

	list_for_each_entry_safe(n, tmp, &nodes->tns_nodes, tn_list) {
		list_del(&n->tn_list);
		kfree(n);
	}
}
EXPORT_SYMBOL_GPL(tgt_nodes_fini);

static struct tgt_node *tgt_node_find(struct tgt_nodes *nodes, const char *uuid)
{
	struct tgt_node *n;

	list_for_each_entry(n, &nodes->tns_nodes, tn_list)
		if (!strcmp(n->tn_uuid, uuid))
			return n;
	return NULL;
}

static int tgt_node_add_nid(struct tgt_nodes *nodes, const char *uuid, const struct lnet_nid *nid)
{
	struct tgt_node *n = tgt_node_find(nodes, uuid);
	unsigned int i;

	if (!n) {
		n = kzalloc(sizeof(*n), GFP_KERNEL);
		if (!n)
			return -ENOMEM;
		strscpy(n->tn_uuid, uuid, sizeof(n->tn_uuid));
		list_add_tail(&n->tn_list, &nodes->tns_nodes);
	}
	for (i = 0; i < n->tn_nr; i++)
		if (lnet_nid_eq(&n->tn_nids[i], nid))
			return 0;
	if (n->tn_nr == NODE_NIDS_MAX)
		return -E2BIG;
	n->tn_nids[n->tn_nr++] = *nid;
	return 0;
}

/**
 * tgt_nodes_add_uuid - execute LCFG_ADD_UUID: a NID of a node
 * @nodes: table
 * @lcfg: the record
 *
 * Return: 0, -EINVAL, -E2BIG (too many NIDs of one node), -ENOMEM.
 */
int tgt_nodes_add_uuid(struct tgt_nodes *nodes, struct lustre_cfg *lcfg)
{
	const char *uuid = lcfg_string(lcfg, 1), *text = lcfg_string(lcfg, 2);
	u64 nid4 = le64_to_cpu(lcfg->lcfg_nid);
	struct lnet_nid nid;
	int rc;

	if (!uuid || strlen(uuid) >= sizeof_field(struct tgt_node, tn_uuid))
		return -EINVAL;
	if (nid4) {
		lnet_nid_from_nid4(&nid, nid4);
	} else {
		rc = text ? lnet_str_nid(text, &nid) : -EINVAL;
		if (rc)
			return rc;
	}
	mutex_lock(&nodes->tns_mutex);
	rc = tgt_node_add_nid(nodes, uuid, &nid);
	mutex_unlock(&nodes->tns_mutex);
	return rc;
}
EXPORT_SYMBOL_GPL(tgt_nodes_add_uuid);

/**
 * tgt_nodes_connect - let an import connect to a node
 * @nodes: table
 * @uuid: the text of the log, or NULL
 * @imp: gets the NIDs of the node as connections
 *
 * Return: 0; -ENOENT: no such node; -ENOMEM.
 */
int tgt_nodes_connect(struct tgt_nodes *nodes, const char *uuid, struct obd_import *imp)
{
	struct tgt_node *n;
	int rc;

	mutex_lock(&nodes->tns_mutex);
	n = uuid ? tgt_node_find(nodes, uuid) : NULL;
	rc = n ? import_add_conn(imp, n->tn_nids, n->tn_nr) : -ENOENT;
	mutex_unlock(&nodes->tns_mutex);
	return rc;
}
EXPORT_SYMBOL_GPL(tgt_nodes_connect);

/*
 * A record of the client log, which names all targets of the file system. Only the nodes are taken
 * from it.
 */
int tgt_servers_record(void *who, const struct config_rec *rec)
{
	struct lu_target *lt = who;
	int rc;

	if (lcfg_cmd(rec->lcfg) != LCFG_ADD_UUID)
		return 0;
	rc = tgt_nodes_add_uuid(&lt->lt_servers, rec->lcfg);
	if (rc)
		pr_warn("%s: a NID of %s is not known as that of a server: rc = %d\n", lt->lt_name,
			rec->tgtname, rc);
	return 0;
}

/**
 * tgt_nid_is_server - does a target of the file system run, or may it run, on this node?
 * @lt: target
 * @nid: of the node, as events show it
 *
 * The MGS writes the nodes of registered targets into the client log; it reaches this target a
 * moment later.
 */
bool tgt_nid_is_server(struct lu_target *lt, const struct lnet_nid *nid)
{
	bool found = lnet_nid_is_lo(nid);
	struct lnet_nid own;
	struct tgt_node *n;
	unsigned int i;

	mutex_lock(&lt->lt_servers.tns_mutex);
	list_for_each_entry(n, &lt->lt_servers.tns_nodes, tn_list) {
		for (i = 0; i < n->tn_nr && !found; i++) {
			own = n->tn_nids[i];
			lnet_canonical_nid(&own);
			found = lnet_nid_eq(&own, nid);
		}
	}
	mutex_unlock(&lt->lt_servers.tns_mutex);
	return found;
}
EXPORT_SYMBOL_GPL(tgt_nid_is_server);
