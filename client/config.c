// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration of a mount: the records of the client log (chapter 6.6, 6.7) become MDCs and OSCs.
 * Records of new OSTs come at any time while the file system is mounted; an MDC or OSC stays until
 * umount. docs/config-logs.md shows where the records come from.
 *
 * Locks: sbi_conf_mutex protects the lists of nodes and targets. The record callback holds it for
 * each record that names targets, but never while a parameter is set.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/sched/signal.h>
#include "internal.h"

#define NODE_NIDS_MAX	32

/* A server node: its NIDs, by the name that ADD_UUID records give it. */
struct ll_node {
	struct list_head	link;
	char			uuid[UUID_MAX];
	unsigned int		nr;
	struct lnet_nid		nids[NODE_NIDS_MAX];
};

/*
 * A target of the log, from its ATTACH record on. It has an MDC or OSC (live) once a record tells
 * its index.
 */
struct ll_target {
	struct list_head	link;
	char			dev[MTI_NAME_MAXLEN];	/* "fs-OST0000-osc" */
	bool			mdc;
	bool			live;
	u32			index;
	char			uuid[UUID_MAX];		/* of the target */
	unsigned int		nr_nodes;
	struct ll_node		*nodes[8];
};

/* ---- nodes, targets ---- */

static struct ll_node *ll_node_find(struct ll_sb_info *sbi, const char *uuid)
{
	struct ll_node *node;

	list_for_each_entry(node, &sbi->sbi_nodes, link)
		if (!strcmp(node->uuid, uuid))
			return node;
	return NULL;
}

static int ll_node_add_nid(struct ll_sb_info *sbi, const char *uuid, const struct lnet_nid *nid)
{
	struct ll_node *node = ll_node_find(sbi, uuid);
	unsigned int i;

	if (!node) {
		node = kzalloc(sizeof(*node), GFP_KERNEL);
		if (!node)
			return -ENOMEM;
		strscpy(node->uuid, uuid, sizeof(node->uuid));
		list_add_tail(&node->link, &sbi->sbi_nodes);
	}
	for (i = 0; i < node->nr; i++)
		if (lnet_nid_eq(&node->nids[i], nid))
			return 0;
	if (node->nr == NODE_NIDS_MAX)
		pr_warn("%s: node %s has more than %d NIDs: one is ignored\n", sbi->sbi_name, uuid,
			NODE_NIDS_MAX);
	else
		node->nids[node->nr++] = *nid;
	return 0;
}

static struct ll_target *ll_target_find(struct ll_sb_info *sbi, const char *dev)
{
	struct ll_target *t;

	list_for_each_entry(t, &sbi->sbi_targets, link)
		if (!strcmp(t->dev, dev))
			return t;
	return NULL;
}

static struct ll_target *ll_target_by_uuid(struct ll_sb_info *sbi, const char *uuid, bool mdc)
{
	struct ll_target *t;

	list_for_each_entry(t, &sbi->sbi_targets, link)
		if (t->mdc == mdc && !strcmp(t->uuid, uuid))
			return t;
	return NULL;
}

static struct ll_node_nids ll_node_get_nids(const struct ll_node *node)
{
	return (struct ll_node_nids) { .nr = node->nr, .nids = node->nids };
}

/* One more node on which a target may run. */
static int ll_target_add_node(struct ll_sb_info *sbi, struct ll_target *t, struct ll_node *node)
{
	struct ll_node_nids nids = ll_node_get_nids(node);
	unsigned int i;
	int rc;

	for (i = 0; i < t->nr_nodes; i++)
		if (t->nodes[i] == node)
			return 0;
	if (t->nr_nodes == ARRAY_SIZE(t->nodes))
		return 0;
	t->nodes[t->nr_nodes++] = node;
	if (!t->live)
		return 0;
	if (t->mdc) {
		struct ll_mdc *mdc = xa_load(&sbi->sbi_mdcs, t->index);

		rc = mdc ? mdc_add_node(mdc, &nids) : 0;
	} else {
		struct ll_osc *osc = xa_load(&sbi->sbi_oscs, t->index);

		rc = osc ? ll_osc_add_node(osc, &nids) : 0;
	}
	return rc;
}

static int ll_target_start(struct ll_sb_info *sbi, struct ll_target *t, u32 index, bool active)
{
	struct ll_node_nids nodes[ARRAY_SIZE(t->nodes)];
	unsigned int i;
	int rc;

	if (t->live)
		return t->index == index ? 0 : -EEXIST;
	for (i = 0; i < t->nr_nodes; i++)
		nodes[i] = ll_node_get_nids(t->nodes[i]);
	if (t->mdc)
		rc = mdc_setup(sbi, index, t->uuid, t->dev, nodes, t->nr_nodes);
	else
		rc = ll_osc_setup(sbi, index, t->uuid, nodes, t->nr_nodes, active);
	if (rc)
		return rc;
	t->index = index;
	t->live = true;
	wake_up_all(&sbi->sbi_conf_waitq);
	return 0;
}

/* ---- records ---- */

static int ll_rec_add_uuid(struct ll_sb_info *sbi, struct lustre_cfg *lcfg)
{
	const char *uuid = lcfg_string(lcfg, 1), *text = lcfg_string(lcfg, 2);
	u64 nid4 = le64_to_cpu(lcfg->lcfg_nid);
	struct lnet_nid nid;

	if (!uuid)
		return -EINVAL;
	if (nid4)
		lnet_nid_from_nid4(&nid, nid4);
	else if (!text || lnet_str_nid(text, &nid))
		return 0;	/* a kind of NID that this node does not support */
	return ll_node_add_nid(sbi, uuid, &nid);
}

static int ll_rec_attach(struct ll_sb_info *sbi, struct lustre_cfg *lcfg)
{
	const char *dev = lcfg_string(lcfg, 0), *type = lcfg_string(lcfg, 1);
	struct ll_target *t;

	if (!dev || !type)
		return -EINVAL;
	if (strcmp(type, "mdc") && strcmp(type, "osc"))
		return 0;	/* lov, lmv: the mount itself does what they do elsewhere */
	if (ll_target_find(sbi, dev))
		return -EEXIST;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	strscpy(t->dev, dev, sizeof(t->dev));
	t->mdc = !strcmp(type, "mdc");
	list_add_tail(&t->link, &sbi->sbi_targets);
	return 0;
}

static int ll_rec_setup(struct ll_sb_info *sbi, struct lustre_cfg *lcfg)
{
	const char *dev = lcfg_string(lcfg, 0), *uuid, *node_uuid;
	const struct lov_desc *desc;
	struct ll_target *t;
	struct ll_node *node;

	if (!dev)
		return -EINVAL;
	t = ll_target_find(sbi, dev);
	if (!t) {
		desc = lcfg_buf(lcfg, 1);
		if (strstr(dev, "clilov") && lcfg_buflen(lcfg, 1) >= sizeof(*desc) &&
		    le32_to_cpu(desc->ld_active_tgt_count) != LOV_DESC_MAGIC)
			return -EINVAL;
		return 0;
	}
	uuid = lcfg_string(lcfg, 1);
	node_uuid = lcfg_string(lcfg, 2);
	if (!uuid || !node_uuid)
		return -EINVAL;
	strscpy(t->uuid, uuid, sizeof(t->uuid));
	node = ll_node_find(sbi, node_uuid);
	if (!node) {
		pr_warn("%s: no network of this node reaches node %s: it is not used\n", dev,
			node_uuid);
		return 0;
	}
	return ll_target_add_node(sbi, t, node);
}

static int ll_rec_add_conn(struct ll_sb_info *sbi, struct lustre_cfg *lcfg)
{
	const char *dev = lcfg_string(lcfg, 0), *node_uuid = lcfg_string(lcfg, 1);
	struct ll_target *t = dev ? ll_target_find(sbi, dev) : NULL;
	struct ll_node *node = node_uuid ? ll_node_find(sbi, node_uuid) : NULL;

	if (t && node)
		ll_target_add_node(sbi, t, node);
	return 0;
}

static int ll_rec_add_target(struct ll_sb_info *sbi, struct lustre_cfg *lcfg, bool mdc, bool active)
{
	const char *uuid = lcfg_string(lcfg, 1), *text = lcfg_string(lcfg, 2);
	struct ll_target *t;
	u32 index;

	if (!uuid || !text || kstrtou32(text, 10, &index) || index > 0xffff)
		return -EINVAL;
	t = ll_target_by_uuid(sbi, uuid, mdc);
	return t ? ll_target_start(sbi, t, index, active) : -ENOENT;
}

static int ll_rec_mountopt(struct ll_sb_info *sbi, struct lustre_cfg *lcfg)
{
	const char *profile = lcfg_string(lcfg, 1);
	size_t len = strlen(sbi->sbi_fsname);

	if (profile && !strncmp(profile, sbi->sbi_fsname, len) && !strcmp(profile + len, "-client"))
		sbi->sbi_profile_seen = true;
	return 0;
}

/* Set one "key=value" of a PARAM record. @dev: name of the device, "" = a parameter of the node. */
static int ll_config_param(struct ll_sb_info *sbi, const char *dev, char *text)
{
	char *value = strchr(text, '='), *name, *attr;
	struct ll_target *t;
	bool on;

	if (!value || !value[1])
		return 0;
	*value++ = '\0';
	attr = strchr(text, '.');
	if (!attr || !strncmp(text, "sys.", 4)) {
		param_set(attr ? attr + 1 : text, value);
		return 0;
	}
	attr++;
	if (!strncmp(text, "llite.", 6)) {
		name = kasprintf(GFP_KERNEL, "llite.%s.%s", sbi->sbi_name, attr);
	} else {
		t = ll_target_find(sbi, dev);
		if (t && t->live && !strcmp(attr, "active") && !param_parse_bool(value, &on)) {
			struct ll_osc *osc = xa_load(&sbi->sbi_oscs, t->index);
			struct ll_mdc *mdc = xa_load(&sbi->sbi_mdcs, t->index);

			if (!t->mdc && osc)
				ll_osc_set_active(osc, on);
			else if (t->mdc && mdc && mdc != sbi->sbi_mdc0)
				import_set_active(mdc->lmc_imp, on);
			return 0;
		}
		name = kasprintf(GFP_KERNEL, "%.*s.%s-%s.%s", (int)(attr - 1 - text), text, dev,
				 sbi->sbi_inst, attr);
	}
	if (!name)
		return -ENOMEM;
	if (param_set(name, value) < 0)
		pr_debug("%s: parameter %s=%s is not known here\n", sbi->sbi_name, name, value);
	kfree(name);
	return 0;
}

static int ll_rec_param(struct ll_sb_info *sbi, struct lustre_cfg *lcfg)
{
	const char *dev = lcfg_string(lcfg, 0) ?: "";
	int rc = 0;
	u32 i;

	for (i = 1; i < LCFG_MAX_BUFS && !rc; i++) {
		const char *text = lcfg_string(lcfg, i);
		char *copy = text && *text ? kstrdup(text, GFP_KERNEL) : NULL;

		if (copy)
			rc = ll_config_param(sbi, dev, copy);
		kfree(copy);
	}
	return rc;
}

static void ll_rec_set_param(struct lustre_cfg *lcfg)
{
	const char *text = lcfg_string(lcfg, 1);
	char *copy = text ? kstrdup(text, GFP_KERNEL) : NULL;
	char *value = copy ? strchr(copy, '=') : NULL;

	if (value) {
		*value++ = '\0';
		param_set(copy, value);
	}
	kfree(copy);
}

static int ll_rec_targets(struct ll_sb_info *sbi, u32 cmd, struct lustre_cfg *lcfg)
{
	switch (cmd) {
	case LCFG_ADD_UUID:
		return ll_rec_add_uuid(sbi, lcfg);
	case LCFG_ATTACH:
		return ll_rec_attach(sbi, lcfg);
	case LCFG_SETUP:
		return ll_rec_setup(sbi, lcfg);
	case LCFG_ADD_CONN:
		return ll_rec_add_conn(sbi, lcfg);
	case LCFG_LOV_ADD_OBD:
		return ll_rec_add_target(sbi, lcfg, false, true);
	case LCFG_LOV_ADD_INA:
		return ll_rec_add_target(sbi, lcfg, false, false);
	case LCFG_ADD_MDC:
		return ll_rec_add_target(sbi, lcfg, true, true);
	case LCFG_MOUNTOPT:
		return ll_rec_mountopt(sbi, lcfg);
	case LCFG_DEL_UUID:
	case LCFG_SET_UPCALL:
	case LCFG_MARKER:
	case LCFG_LOV_DEL_OBD:
	case LCFG_DEL_MDC:
		return 0;
	case LCFG_POOL_NEW:
	case LCFG_POOL_ADD:
	case LCFG_POOL_REM:
	case LCFG_POOL_DEL:
		return ll_pool_record(sbi, cmd, lcfg_string(lcfg, 2), lcfg_string(lcfg, 3));
	}
	return cmd & LCFG_REQUIRED ? -EINVAL : 0;
}

static int ll_config_record(void *who, const struct config_rec *rec)
{
	struct ll_sb_info *sbi = who;
	u32 cmd = lcfg_cmd(rec->lcfg), num = le32_to_cpu(rec->lcfg->lcfg_num);
	int rc = 0;

	switch (cmd) {
	case LCFG_PARAM:
		return ll_rec_param(sbi, rec->lcfg);
	case LCFG_SET_PARAM:
		ll_rec_set_param(rec->lcfg);
		return 0;
	case LCFG_SET_TIMEOUT:
		if (num) {
			ptlrpc_timeout = num;
			ptlrpc_ping_interval = max(num / 4, 1U);
		}
		return 0;
	case LCFG_SET_LDLM_TIMEOUT:
		if (num)
			ptlrpc_ldlm_timeout = num;
		return 0;
	}
	mutex_lock(&sbi->sbi_conf_mutex);
	rc = ll_rec_targets(sbi, cmd, rec->lcfg);
	mutex_unlock(&sbi->sbi_conf_mutex);
	/* Other commands, and all later records, are logged by the MGC. */
	if (rc && cmd & LCFG_REQUIRED && !sbi->sbi_client_log)
		pr_warn("%s: configuration record %u (command 0x%x, section %s): rc = %d\n",
			sbi->sbi_name, rec->index, cmd, rec->tgtname, rc);
	return rc;
}

static const struct config_ops ll_config_ops = { .record = ll_config_record };

/* A target has started. */
static void ll_config_restarted(void *who, const struct config_target *ct)
{
	struct ll_sb_info *sbi = who;
	struct obd_import *imp = NULL;
	int rc;

	if (ct->mdt) {
		struct ll_mdc *mdc = xa_load(&sbi->sbi_mdcs, ct->index);

		imp = mdc ? mdc->lmc_imp : NULL;
	} else {
		struct ll_osc *osc = xa_load(&sbi->sbi_oscs, ct->index);

		imp = osc ? ll_osc_import(osc) : NULL;
	}
	/* What the configuration does not name yet is connected to when it does. */
	rc = imp ? import_restarted(imp, ct->nids, ct->nr_nids, ct->instance) : 0;
	if (rc)
		pr_warn_ratelimited("%s: %s%04x has started on a node that the configuration does not name: rc = %d\n",
				    sbi->sbi_name, ct->mdt ? "MDT" : "OST", ct->index, rc);
}

/* ---- life ---- */

/* The NIDs of an MDT as text, for messages. */
static void ll_config_mdt_nids(struct ll_sb_info *sbi, u32 index, char *text, size_t size)
{
	char nid[LNET_NIDSTR_SIZE];
	struct ll_target *t;
	unsigned int i, k;
	size_t len = 0;

	*text = '\0';
	mutex_lock(&sbi->sbi_conf_mutex);
	list_for_each_entry(t, &sbi->sbi_targets, link) {
		if (!t->mdc || !t->live || t->index != index)
			continue;
		for (i = 0; i < t->nr_nodes; i++)
			for (k = 0; k < t->nodes[i]->nr; k++)
				len += scnprintf(text + len, size - len, "%s%s", len ? "," : "",
						 lnet_nid_str(&t->nodes[i]->nids[k], nid));
	}
	mutex_unlock(&sbi->sbi_conf_mutex);
}

/* Seconds until a moment in jiffies, at least 1. */
static unsigned int ll_config_seconds_left(unsigned long deadline)
{
	return time_before(jiffies, deadline) ? (deadline - jiffies + HZ - 1) / HZ : 1;
}

/**
 * ll_config_wait_mgs - wait until the MGS answers, as a mount does
 * @sbi: has its MGC
 * @deadline: in jiffies
 *
 * Context: killable. Return: 0; -EIO: nobody answers; -ENETUNREACH: this node is in none of its
 * networks (both are logged); -EINTR.
 */
int ll_config_wait_mgs(struct ll_sb_info *sbi, unsigned long deadline)
{
	int rc = mgc_wait(sbi->sbi_mgc, ll_config_seconds_left(deadline));

	if (!rc || rc == -EINTR)
		return rc;
	if (rc == -ENETUNREACH) {
		pr_err("%s: cannot mount: this node is in no network of the MGS at %s: rc = %d\n",
		       sbi->sbi_fsname, sbi->sbi_mgsnodes, rc);
		return rc;
	}
	pr_err("%s: cannot mount: no answer from the MGS at %s (rc = %d). Is the MGS running?\n",
	       sbi->sbi_fsname, sbi->sbi_mgsnodes, rc);
	return -EIO;
}

/**
 * ll_config_wait_mdt - wait until MDT0000 answers, as a mount does
 * @sbi: its config log has been read
 * @deadline: in jiffies; an MDT that answers that it is recovering is waited for longer
 *
 * Context: killable. Return: 0; -EIO: nobody answers; -EACCES, -EROFS, -EPROTO ...: refused, both
 * are logged; -EINTR.
 */
int ll_config_wait_mdt(struct ll_sb_info *sbi, unsigned long deadline)
{
	struct ll_mdc *mdc = sbi->sbi_mdc0;
	char nids[256];
	int rc, why;

	rc = import_wait_full(mdc->lmc_imp, ll_config_seconds_left(deadline));
	why = READ_ONCE(mdc->lmc_imp->imp_connect_rc);
	if (rc == -ETIMEDOUT && (why == -EBUSY || why == -EAGAIN)) {
		pr_info("%s: %s is recovering; the mount waits for it\n", sbi->sbi_fsname,
			mdc->lmc_tgt_uuid);
		rc = import_wait_full(mdc->lmc_imp, 3 * ptlrpc_timeout);
	}
	if (!rc || rc == -EINTR)
		return rc;
	ll_config_mdt_nids(sbi, mdc->lmc_index, nids, sizeof(nids));
	if (rc == -ETIMEDOUT)
		pr_err("%s: cannot mount: no answer from %s at %s (rc = %d). Is the MDT mounted on its server?\n",
		       sbi->sbi_fsname, mdc->lmc_tgt_uuid, nids, why ?: rc);
	else
		pr_err("%s: cannot mount: %s at %s refused the connection: rc = %d\n",
		       sbi->sbi_fsname, mdc->lmc_tgt_uuid, nids, rc);
	return rc == -ETIMEDOUT ? -EIO : rc;
}

/**
 * ll_config_start - read the client log and follow it; MDCs and OSCs begin to connect
 * @sbi: its MGC is connected
 *
 * Return: 0; -ENOENT: no such file system; -EINVAL: the log lacks the client profile; -EIO: the MGS
 * does not answer any more, or does not know of an MDT (all of these are logged); -EINTR.
 */
int ll_config_start(struct ll_sb_info *sbi)
{
	char logname[LUSTRE_MAXFSNAME + 8], recover[sizeof(logname)];
	int rc;

	snprintf(logname, sizeof(logname), "%s-client", sbi->sbi_fsname);
	rc = mgc_log_follow(sbi->sbi_mgc, logname, &ll_config_ops, sbi, 0, sbi->sbi_exclude,
			    &sbi->sbi_client_log);
	if (rc == -ENOENT)
		pr_err("%s: the MGS at %s knows no file system of this name: rc = %d\n",
		       sbi->sbi_fsname, sbi->sbi_mgsnodes, rc);
	else if (rc && rc != -EINTR)
		pr_err("%s: cannot read the configuration from the MGS at %s: rc = %d\n",
		       sbi->sbi_fsname, sbi->sbi_mgsnodes, rc);
	if (rc)
		return rc == -ETIMEDOUT ? -EIO : rc;
	if (!sbi->sbi_mdc0) {
		pr_err("%s: cannot mount: no MDT0000 has registered with the MGS at %s: rc = %d\n",
		       sbi->sbi_fsname, sbi->sbi_mgsnodes, -EIO);
		return -EIO;
	}
	if (!sbi->sbi_profile_seen) {
		pr_err("%s: the client log of the MGS at %s has no mount options: rc = %d\n",
		       sbi->sbi_fsname, sbi->sbi_mgsnodes, -EINVAL);
		return -EINVAL;
	}
	rc = mgc_log_follow(sbi->sbi_mgc, "params", &ll_config_ops, sbi, CFG_F_MAY_MISS, NULL,
			    &sbi->sbi_params_log);
	if (rc || sbi->sbi_opts & LL_OPT_NOIR)
		return rc;
	snprintf(recover, sizeof(recover), "%s-cliir", sbi->sbi_fsname);
	return mgc_recover_follow(sbi->sbi_mgc, recover, logname, ll_config_restarted, sbi,
				  &sbi->sbi_recover_log);
}

void ll_config_stop(struct ll_sb_info *sbi)
{
	if (sbi->sbi_recover_log)
		mgc_log_unfollow(sbi->sbi_recover_log);
	sbi->sbi_recover_log = NULL;
	if (!IS_ERR_OR_NULL(sbi->sbi_params_log))
		mgc_log_unfollow(sbi->sbi_params_log);
	if (!IS_ERR_OR_NULL(sbi->sbi_client_log))
		mgc_log_unfollow(sbi->sbi_client_log);
	sbi->sbi_params_log = NULL;
	sbi->sbi_client_log = NULL;
}

void ll_config_free(struct ll_sb_info *sbi)
{
	struct ll_target *t, *tn;
	struct ll_node *n, *nn;

	list_for_each_entry_safe(t, tn, &sbi->sbi_targets, link)
		kfree(t);
	list_for_each_entry_safe(n, nn, &sbi->sbi_nodes, link)
		kfree(n);
	INIT_LIST_HEAD(&sbi->sbi_targets);
	INIT_LIST_HEAD(&sbi->sbi_nodes);
}

/*
 * ll_osc_get - the OST of an index that a layout names
 *
 * An MDT may know of a new OST earlier than this client: wait up to a minute for its configuration,
 * killable.
 * Return: the OSC (valid until umount), ERR_PTR(-EINVAL), ERR_PTR(-EINTR), ERR_PTR(-EIO) while
 * umounting.
 */
struct ll_osc *ll_osc_get(struct ll_sb_info *sbi, u32 index)
{
	struct ll_osc *osc = xa_load(&sbi->sbi_oscs, index);
	long rc;

	if (osc)
		return osc;
	if (index > 0xffff)
		return ERR_PTR(-EINVAL);
	rc = wait_event_killable_timeout(sbi->sbi_conf_waitq,
					 xa_load(&sbi->sbi_oscs, index) ||
						READ_ONCE(sbi->sbi_umounting),
					 LL_OBD_TIMEOUT_WAIT * HZ);
	osc = xa_load(&sbi->sbi_oscs, index);
	if (osc)
		return osc;
	if (rc < 0)
		return ERR_PTR(-EINTR);
	if (READ_ONCE(sbi->sbi_umounting))
		return ERR_PTR(-EIO);
	pr_warn_ratelimited("%s: a layout names OST %04x, which is not in the configuration: rc = %d\n",
			    sbi->sbi_name, index, -EINVAL);
	return ERR_PTR(-EINVAL);
}

int ll_nr_osts(struct ll_sb_info *sbi)
{
	unsigned long index;
	struct ll_osc *osc;
	int nr = 0;

	xa_for_each(&sbi->sbi_oscs, index, osc)
		nr = index + 1;
	return nr;
}

int ll_nr_mdts(struct ll_sb_info *sbi)
{
	struct ll_mdc *mdc;
	unsigned long index;
	int nr = 0;

	xa_for_each(&sbi->sbi_mdcs, index, mdc)
		nr = index + 1;
	return nr;
}
