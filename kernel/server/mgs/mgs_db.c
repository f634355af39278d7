// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the management service knows of a file system: its targets and their nodes. It is not stored
 * anywhere but in the client log, from which it is loaded when the file system is first touched.
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/ctype.h>
#include <linux/ktime.h>
#include "mgs_internal.h"

bool mgs_fsname_valid(const char *name)
{
	size_t i, n = strnlen(name, 9);

	if (!n || n > LUSTRE_MAXFSNAME)
		return false;
	for (i = 0; i < n; i++)
		if (!isalnum(name[i]) && name[i] != '_' && name[i] != '-')
			return false;
	return true;
}

bool mgs_parse_target(const char *name, char fsname[9], bool *mdt, u32 *index)
{
	const char *dash = strrchr(name, '-');
	u16 idx;

	if (!dash || dash == name || dash - name > LUSTRE_MAXFSNAME || strlen(dash) != 8)
		return false;
	if (!strncmp(dash + 1, "MDT", 3))
		*mdt = true;
	else if (!strncmp(dash + 1, "OST", 3))
		*mdt = false;
	else
		return false;
	if (kstrtou16(dash + 4, 16, &idx))
		return false;
	memcpy(fsname, name, dash - name);
	fsname[dash - name] = 0;
	*index = idx;
	return true;
}

void mgs_target_name(const struct mgs_tdesc *t, char *name)
{
	snprintf(name, 32, "%s-%s%04x", t->fsname, t->mdt ? "MDT" : "OST", t->index);
}

struct mgs_clog *mgs_target_log(struct mgs_dev *mgs, const struct mgs_tdesc *t, bool create)
{
	char name[32];

	mgs_target_name(t, name);
	return mgs_log_get(mgs, name, create);
}

struct mgs_clog *mgs_client_log(struct mgs_fs *fs, bool create)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-client", fs->mf_name);
	return mgs_log_get(fs->mf_mgs, name, create);
}

struct mgs_target *mgs_target_find(struct mgs_fs *fs, bool mdt, u32 index)
{
	struct mgs_target *t;

	list_for_each_entry(t, &fs->mf_targets, mt_list)
		if (t->mt_desc.mdt == mdt && t->mt_desc.index == index)
			return t;
	return NULL;
}

struct mgs_target *mgs_target_new(struct mgs_fs *fs, bool mdt, u32 index)
{
	struct mgs_target *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	strscpy(t->mt_desc.fsname, fs->mf_name, sizeof(t->mt_desc.fsname));
	t->mt_desc.mdt = mdt;
	t->mt_desc.index = index;
	t->mt_desc.node = t->mt_node;
	INIT_LIST_HEAD(&t->mt_ready);
	list_add_tail(&t->mt_list, &fs->mf_targets);
	return t;
}

void mgs_target_free(struct mgs_target *t)
{
	list_del(&t->mt_list);
	list_del(&t->mt_ready);
	kfree(t);
}

void mgs_fs_forget_targets(struct mgs_fs *fs)
{
	struct mgs_target *t, *tmp;

	list_for_each_entry_safe(t, tmp, &fs->mf_targets, mt_list)
		mgs_target_free(t);
}

void mgs_fs_drop_unused(struct mgs_fs *fs)
{
	if (!list_empty(&fs->mf_targets) || work_busy(&fs->mf_revoke) ||
	    work_busy(&fs->mf_notify))
		return;
	mgs_proc_del_fs(fs);
	list_del(&fs->mf_list);
	kfree(fs);
}

void mgs_fs_free_all(struct mgs_dev *mgs)
{
	struct mgs_fs *fs, *tmp;

	list_for_each_entry_safe(fs, tmp, &mgs->md_fses, mf_list) {
		cancel_work_sync(&fs->mf_revoke);
		cancel_work_sync(&fs->mf_notify);
		mgs_fs_forget_targets(fs);
		mgs_proc_del_fs(fs);
		list_del(&fs->mf_list);
		kfree(fs);
	}
}

struct load {
	struct config_walk walk;
	struct mgs_fs *fs;
};

static void mgs_fs_load_uuid(struct mgs_target *t, struct lustre_cfg *lcfg)
{
	const char *uuid = lcfg_string(lcfg, 1);
	u64 nid = le64_to_cpu(lcfg->lcfg_nid);
	struct mgs_node *n;
	u32 i, k;

	if (!uuid || !nid)
		return;
	for (i = 0; i < t->mt_desc.nr_nodes; i++)
		if (!strcmp(t->mt_node[i].uuid, uuid))
			break;
	if (i == MGS_NODES)
		return;
	n = &t->mt_node[i];
	if (i == t->mt_desc.nr_nodes) {
		strscpy(n->uuid, uuid, sizeof(n->uuid));
		t->mt_desc.nr_nodes++;
	}
	for (k = 0; k < n->nr; k++)
		if (n->nid[k] == nid)
			return;
	if (n->nr < MGS_NODE_NIDS)
		n->nid[n->nr++] = nid;
}

static int mgs_fs_load_record(void *ctx, struct llog_rec_hdr *hdr, u64 pos)
{
	struct load *l = ctx;
	struct config_rec rec;
	struct mgs_target *t;
	char fsname[9];
	u32 index;
	bool mdt;
	int rc;

	rc = llog_config_walk_record(&l->walk, hdr, &rec);
	l->fs->mf_step = max(l->fs->mf_step, l->walk.step);
	if (rc <= 0)
		return rc;
	if (strcmp(rec.comment, "add mdc") && strcmp(rec.comment, "add osc") &&
	    strcmp(rec.comment, "add failnid"))
		return 0;
	if (!mgs_parse_target(rec.tgtname, fsname, &mdt, &index))
		return 0;
	t = mgs_target_find(l->fs, mdt, index) ?: mgs_target_new(l->fs, mdt, index);
	if (!t)
		return -ENOMEM;
	if (lcfg_cmd(rec.lcfg) == LCFG_ADD_UUID)
		mgs_fs_load_uuid(t, rec.lcfg);
	return 0;
}

static int mgs_fs_step_record(void *ctx, struct llog_rec_hdr *hdr, u64 pos)
{
	struct load *l = ctx;
	struct config_rec rec;
	int rc = llog_config_walk_record(&l->walk, hdr, &rec);

	l->fs->mf_step = max(l->fs->mf_step, l->walk.step);
	return rc < 0 ? rc : 0;
}

static int mgs_fs_load(struct mgs_fs *fs)
{
	struct load l = { .fs = fs };
	struct mgs_target *t;
	struct mgs_clog *cl;
	int rc;

	if (!strcmp(fs->mf_name, "params"))
		cl = mgs_log_get(fs->mf_mgs, "params", false);
	else
		cl = mgs_client_log(fs, false);
	if (IS_ERR(cl))
		return PTR_ERR(cl) == -ENOENT ? 0 : PTR_ERR(cl);
	rc = llog_walk(&cl->cl_log, 1, mgs_fs_load_record, &l);
	if (rc)
		return rc;
	list_for_each_entry(t, &fs->mf_targets, mt_list) {
		if (!t->mt_desc.mdt)
			continue;
		cl = mgs_target_log(fs->mf_mgs, &t->mt_desc, false);
		if (IS_ERR(cl))
			continue;
		memset(&l.walk, 0, sizeof(l.walk));
		llog_walk(&cl->cl_log, 1, mgs_fs_step_record, &l);
	}
	return 0;
}

struct mgs_fs *mgs_fs_get(struct mgs_dev *mgs, const char *fsname)
{
	struct mgs_fs *fs;
	int rc;

	list_for_each_entry(fs, &mgs->md_fses, mf_list)
		if (!strcmp(fs->mf_name, fsname))
			return fs;
	fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	if (!fs)
		return ERR_PTR(-ENOMEM);
	fs->mf_mgs = mgs;
	strscpy(fs->mf_name, fsname, sizeof(fs->mf_name));
	INIT_LIST_HEAD(&fs->mf_targets);
	INIT_WORK(&fs->mf_revoke, mgs_revoke_work);
	mgs_recover_fs_init(fs);
	rc = mgs_fs_load(fs);
	if (rc) {
		pr_err("config logs of file system %s cannot be read: rc = %d\n", fsname, rc);
		mgs_fs_forget_targets(fs);
		kfree(fs);
		return ERR_PTR(rc);
	}
	list_add_tail(&fs->mf_list, &mgs->md_fses);
	mgs_proc_add_fs(fs);
	return fs;
}

void mgs_writer_init(struct mgs_writer *w, struct mgs_fs *fs, struct mgs_clog *cl)
{
	memset(w, 0, sizeof(*w));
	w->log = &cl->cl_log;
	w->body = fs->mf_mgs->md_body;
	w->step = &fs->mf_step;
	w->now = ktime_get_real_seconds();
}

int mgs_fs_changed(struct mgs_fs *fs)
{
	int rc = osd_sync(fs->mf_mgs->md_target->lt_osd);

	queue_work(fs->mf_mgs->md_wq, &fs->mf_revoke);
	return rc;
}
