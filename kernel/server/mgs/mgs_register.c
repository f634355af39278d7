// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registration of targets (MGS_TARGET_REG, chapter 6.8.4): which logs are written, rewritten,
 * erased. Runs under md_sem (write); everything is on disk when it returns.
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <gloss/lnet.h>
#include "mgs_internal.h"

struct reg {
	struct mgs_dev *mgs;
	struct mgs_target_info *mti;
	struct mgs_fs *fs;
	struct mgs_clog *client;	/* the client log */
	bool mdt;
	u32 flags;
	u32 index;
	char name[32];
};

static void mgs_node_name(struct mgs_node *node, u64 nid4)
{
	char text[LNET_NIDSTR_SIZE];
	struct lnet_nid nid;
	size_t len;

	lnet_nid_from_nid4(&nid, nid4);
	lnet_nid_str(&nid, text);
	len = strlen(text);
	strscpy(node->uuid, len > 39 ? text + len - 39 : text, sizeof(node->uuid));
}

static bool mgs_node_has(const struct mgs_node *node, u64 nid4)
{
	u32 i;

	for (i = 0; i < node->nr; i++)
		if (node->nid[i] == nid4)
			return true;
	return false;
}

/* "nid,nid:nid,nid" -> further nodes of t */
static int mgs_reg_failover(struct reg *r, struct mgs_target *t, const char *text)
{
	while (*text) {
		struct mgs_node node = { };
		struct lnet_nid nid;
		size_t n;
		u64 nid4;

		for (;;) {
			n = strcspn(text, ",:");
			if (n && lnet_str_nid_len(text, n, &nid))
				return -EINVAL;
			nid4 = n ? lnet_nid_to_nid4(&nid) : LNET_NID_ANY;
			if (n && nid4 == LNET_NID_ANY)
				return -EINVAL;
			if (n && node.nr < MGS_NODE_NIDS)
				node.nid[node.nr++] = nid4;
			text += n;
			if (*text != ',')
				break;
			text++;
		}
		if (*text == ':')
			text++;
		if (!node.nr)
			continue;
		if (mgs_node_has(&t->mt_node[0], node.nid[0])) {
			/* With service nodes the list names the registering node, too. */
			if (!(r->flags & LDD_F_NO_PRIMNODE))
				return -EADDRNOTAVAIL;
			continue;
		}
		if (t->mt_desc.nr_nodes == MGS_NODES)
			return -E2BIG;
		mgs_node_name(&node, node.nid[0]);
		t->mt_node[t->mt_desc.nr_nodes++] = node;
	}
	return 0;
}

/* Calls fn for each "key=value" of the parameters. */
static int mgs_reg_each_param(struct reg *r, struct mgs_target *t,
			      int (*fn)(struct reg *r, struct mgs_target *t, const char *key,
					const char *value))
{
	char *copy, *p, *word;
	int rc = 0;

	copy = kvmalloc(MTI_PARAM_MAXLEN, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	strscpy(copy, r->mti->mti_params, MTI_PARAM_MAXLEN);
	p = copy;
	while (!rc && (word = strsep(&p, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value++ = 0;
		rc = fn(r, t, word, value);
	}
	kvfree(copy);
	return rc;
}

static int mgs_reg_first_param(struct reg *r, struct mgs_target *t, const char *key,
			       const char *value)
{
	if (!strcmp(key, "failover.node"))
		return mgs_reg_failover(r, t, value);
	if (!strcmp(key, "failover.mode"))
		t->mt_desc.failout = !strcmp(value, "failout");
	return 0;
}

static int mgs_reg_later_param(struct reg *r, struct mgs_target *t, const char *key,
			       const char *value)
{
	int rc;

	if (!strncmp(key, "failover.", 9))
		return 0;
	rc = mgs_target_param(r->fs, t, key, value);
	if (rc)
		pr_warn("%s: parameter %s=%s of the target is ignored: rc = %d\n", r->name, key,
			value, rc);
	return 0;
}

static int mgs_reg_set_nodes(struct reg *r, struct mgs_target *t)
{
	u32 i, n = le32_to_cpu(r->mti->mti_nid_count);
	struct mgs_node *node = &t->mt_node[0];

	memset(t->mt_node, 0, sizeof(t->mt_node));
	for (i = 0; i < n && i < MTI_NIDS_MAX; i++) {
		u64 nid = le64_to_cpu(r->mti->mti_nids[i]);

		if (nid && nid != LNET_NID_ANY && !mgs_node_has(node, nid))
			node->nid[node->nr++] = nid;
	}
	if (!node->nr)
		return -EINVAL;
	mgs_node_name(node, node->nid[0]);
	t->mt_desc.nr_nodes = 1;
	return mgs_reg_each_param(r, t, mgs_reg_first_param);
}

/* Erase the log of the target itself and write it again. */
static int mgs_reg_write_own(struct reg *r, struct mgs_target *t)
{
	struct mgs_target *other;
	struct mgs_writer w;
	struct mgs_clog *cl;
	int rc;

	cl = mgs_target_log(r->mgs, &t->mt_desc, true);
	if (IS_ERR(cl))
		return PTR_ERR(cl);
	rc = mgs_log_erase(r->mgs, cl);
	if (rc)
		return rc;
	mgs_writer_init(&w, r->fs, cl);
	if (!r->mdt)
		return mgs_write_ost_own(&w, &t->mt_desc);
	rc = mgs_write_mdt_own(&w, &t->mt_desc);
	if (!rc && !llog_last_index(r->client->cl_log.hdr)) {
		struct mgs_writer wc;

		mgs_writer_init(&wc, r->fs, r->client);
		rc = mgs_write_client_head(&wc, r->fs->mf_name);
	}
	list_for_each_entry(other, &r->fs->mf_targets, mt_list)
		if (!rc && other != t)
			rc = mgs_write_mdt_target(&w, &other->mt_desc, r->index);
	return rc;
}

/* A section for the target in the log of every other MDT. */
static int mgs_reg_write_mdts(struct reg *r, struct mgs_target *t)
{
	struct mgs_target *other;
	int rc = 0;

	list_for_each_entry(other, &r->fs->mf_targets, mt_list) {
		struct mgs_writer w;
		struct mgs_clog *cl;

		if (rc || !other->mt_desc.mdt || other == t)
			continue;
		cl = mgs_target_log(r->mgs, &other->mt_desc, false);
		if (IS_ERR(cl))
			continue;
		mgs_writer_init(&w, r->fs, cl);
		rc = mgs_mark_sections(cl, r->name, r->mdt ? "add osp" : "add osc", CM_SKIP, 0);
		if (rc >= 0)
			rc = mgs_write_mdt_target(&w, &t->mt_desc, other->mt_desc.index);
	}
	return rc;
}

static int mgs_reg_write_clients(struct reg *r, struct mgs_target *t)
{
	struct mgs_writer w;
	int rc;

	mgs_writer_init(&w, r->fs, r->client);
	if (!llog_last_index(r->client->cl_log.hdr)) {
		rc = mgs_write_client_head(&w, r->fs->mf_name);
		if (rc)
			return rc;
	}
	rc = mgs_mark_sections(r->client, r->name, r->mdt ? "add mdc" : "add osc", CM_SKIP, 0);
	return rc < 0 ? rc : mgs_write_client_target(&w, &t->mt_desc);
}

static int mgs_reg_write_all(struct reg *r, struct mgs_target *t)
{
	int rc;

	rc = mgs_reg_write_own(r, t);
	if (rc)
		return rc;
	if (r->mdt)
		return mgs_reg_write_clients(r, t) ?: mgs_reg_write_mdts(r, t);
	return mgs_reg_write_mdts(r, t) ?: mgs_reg_write_clients(r, t);
}

static int mgs_reg_new(struct reg *r)
{
	struct mgs_target *t;
	int rc;

	t = mgs_target_new(r->fs, r->mdt, r->index);
	if (!t)
		return -ENOMEM;
	rc = mgs_reg_set_nodes(r, t) ?: mgs_reg_write_all(r, t);
	if (rc) {
		mgs_target_free(t);
		return rc;
	}
	pr_info("%s registered from %s\n", r->name, t->mt_node[0].uuid);
	return mgs_reg_each_param(r, t, mgs_reg_later_param);
}

/*
 * Index known, writeconf: own log anew; an MDT also gets new sections in the others, an OST keeps
 * those it has.
 */
static int mgs_reg_again(struct reg *r, struct mgs_target *t)
{
	struct mgs_target *old = kmemdup(t, sizeof(*t), GFP_KERNEL);
	int rc;

	if (!old)
		return -ENOMEM;
	rc = mgs_reg_set_nodes(r, t);
	if (!rc)
		rc = r->mdt ? mgs_reg_write_all(r, t) : mgs_reg_write_own(r, t);
	if (!rc && !r->mdt)
		pr_info("%s: writeconf: its own config log is new, that of the clients stays\n",
			r->name);
	if (rc || !r->mdt) {
		t->mt_desc = old->mt_desc;
		memcpy(t->mt_node, old->mt_node, sizeof(t->mt_node));
	}
	kfree(old);
	if (rc)
		return rc;
	return mgs_reg_each_param(r, t, mgs_reg_later_param);
}

static int mgs_reg_check(struct reg *r)
{
	struct mgs_target_info *mti = r->mti;
	char want[32];

	if (strnlen(mti->mti_fsname, sizeof(mti->mti_fsname)) == sizeof(mti->mti_fsname) ||
	    strnlen(mti->mti_svname, sizeof(mti->mti_svname)) == sizeof(mti->mti_svname) ||
	    strnlen(mti->mti_params, sizeof(mti->mti_params)) == sizeof(mti->mti_params) ||
	    !mgs_fsname_valid(mti->mti_fsname) || !strcmp(mti->mti_fsname, "params"))
		return -EINVAL;
	r->flags = le32_to_cpu(mti->mti_flags);
	r->index = le32_to_cpu(mti->mti_stripe_index);
	r->mdt = r->flags & LDD_F_SV_TYPE_MDT;
	if (r->mdt == !!(r->flags & LDD_F_SV_TYPE_OST) || r->flags & LDD_F_OPC_UNREG)
		return -EINVAL;
	if (r->flags & LDD_F_LARGE_NID)
		return -EOPNOTSUPP;
	if (r->index >= 0xffff)
		return -ERANGE;
	snprintf(want, sizeof(want), "%.8s-%s%04x", mti->mti_fsname, r->mdt ? "MDT" : "OST",
		 r->index);
	if (strcasecmp(want, mti->mti_svname))
		return -EINVAL;
	strscpy(r->name, want, sizeof(r->name));
	return 0;
}

static int mgs_reg_do(struct reg *r)
{
	struct mgs_target *t;
	int rc;

	r->fs = mgs_fs_get(r->mgs, r->mti->mti_fsname);
	if (IS_ERR(r->fs))
		return PTR_ERR(r->fs);
	t = mgs_target_find(r->fs, r->mdt, r->index);
	if (r->flags & LDD_F_NEED_INDEX)
		r->flags |= LDD_F_WRITECONF;
	if (!(r->flags & (LDD_F_WRITECONF | LDD_F_UPDATE | LDD_F_VIRGIN))) {
		if (!t) {
			pr_err("%s says that it is registered, but the MGS does not know it: if the MGS was formatted anew, mount all targets with writeconf\n",
			       r->name);
			return -ENOENT;
		}
		r->client = mgs_client_log(r->fs, false);
		if (!IS_ERR(r->client))
			return 0;
		r->flags |= LDD_F_WRITECONF;
	}
	if (t && (r->flags & LDD_F_VIRGIN) && !(r->flags & LDD_F_WRITECONF)) {
		pr_err("%s: a new target asks for an index that is in use: choose another with mkfs.lustre --index, or --replace\n",
		       r->name);
		return -EADDRINUSE;
	}
	if ((r->flags & LDD_F_WRITECONF) && r->mdt && !r->index) {
		pr_info("%s: all config logs of %s are written anew\n", r->name, r->fs->mf_name);
		rc = mgs_log_erase_fs(r->mgs, r->fs->mf_name);
		if (rc)
			return rc;
		mgs_fs_forget_targets(r->fs);
		t = NULL;
	}
	r->client = mgs_client_log(r->fs, true);
	if (IS_ERR(r->client))
		return PTR_ERR(r->client);
	if (!t)
		rc = mgs_reg_new(r);
	else if (r->flags & LDD_F_WRITECONF)
		rc = mgs_reg_again(r, t);
	else
		rc = mgs_reg_each_param(r, t, mgs_reg_later_param);
	return rc ?: mgs_fs_changed(r->fs);
}

/*
 * May @from tell that the target is up? Its news makes all clients connect anew, so no other node
 * may invent it. A node that reaches the MGS over a network on which the target has no NID cannot
 * be told from others.
 */
static bool mgs_reg_from_its_node(const struct mgs_target *t, const struct lnet_nid *from)
{
	u64 nid4 = lnet_nid_to_nid4(from);
	bool same_net = false;
	u32 i, k;

	if (lnet_nid_is_local(from))
		return true;
	for (i = 0; i < t->mt_desc.nr_nodes; i++) {
		const struct mgs_node *node = &t->mt_node[i];

		if (mgs_node_has(node, nid4))
			return true;
		for (k = 0; k < node->nr; k++)
			same_net |= node->nid[k] >> 32 == nid4 >> 32;
	}
	return !same_net;
}

/* The target is up, with this instance and these NIDs. Without @from: nothing is to be told. */
static int mgs_reg_ready(struct reg *r, const struct lnet_nid *from)
{
	char nid[LNET_NIDSTR_SIZE];
	struct mgs_target *t;

	if (!from)
		return 0;
	r->fs = mgs_fs_get(r->mgs, r->mti->mti_fsname);
	if (IS_ERR(r->fs))
		return PTR_ERR(r->fs);
	t = mgs_target_find(r->fs, r->mdt, r->index);
	if (!t)
		return -ENOENT;
	if (!mgs_reg_from_its_node(t, from)) {
		pr_warn_ratelimited("%s: %s tells of a start, but is no node of the target: rc = %d\n",
				    r->name, lnet_nid_str(from, nid), -EPERM);
		return -EPERM;
	}
	return mgs_recover_ready(r->fs, t, r->mti);
}

/*
 * Fills in the reply; its flags say ERROR when a negative errno is returned. READY repeats the
 * flags of the registration, also VIRGIN and WRITECONF, but never registers: logs that have grown
 * since then would be erased.
 */
int mgs_register(struct mgs_dev *mgs, struct mgs_target_info *mti, const struct lnet_nid *ir_from)
{
	struct reg r = { .mgs = mgs, .mti = mti };
	u32 flags = le32_to_cpu(mti->mti_flags);
	bool ready = flags & LDD_F_OPC_READY;
	int rc;

	rc = mgs_reg_check(&r);
	if (!rc) {
		down_write(&mgs->md_sem);
		rc = ready ? mgs_reg_ready(&r, ir_from) : mgs_reg_do(&r);
		if (rc && !IS_ERR_OR_NULL(r.fs))
			mgs_fs_drop_unused(r.fs);
		up_write(&mgs->md_sem);
	}
	if (rc) {
		pr_err("%.63s: registration refused: rc = %d\n", mti->mti_svname, rc);
		mti->mti_flags = cpu_to_le32(flags | LDD_F_ERROR);
		return rc;
	}
	if (ready)
		return 0;
	flags &= ~(LDD_F_VIRGIN | LDD_F_UPDATE | LDD_F_NEED_INDEX | LDD_F_WRITECONF);
	mti->mti_flags = cpu_to_le32(flags | LDD_F_REWRITE_LDD);
	strscpy(mti->mti_svname, r.name, sizeof(mti->mti_svname));
	snprintf(mti->mti_uuid, sizeof(mti->mti_uuid), "%s_UUID", r.name);
	return 0;
}
