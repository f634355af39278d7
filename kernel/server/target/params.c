// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters that all targets have: mdt.NAME, obdfilter.NAME, mgs.MGS (chapter 7.8.8), and below
 * exports one directory for each NID with clients.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/slab.h>
#include "internal.h"

/* ---- exports/NID ---- */

struct tgt_export_walk {
	struct seq_file *m;
	const struct tgt_nid *nid;
	void (*show)(struct seq_file *m, struct obd_export *exp);
};

static void tgt_export_walk_one(struct obd_export *exp, void *data)
{
	struct tgt_export_walk *w = data;

	if (tgt_export(exp)->te_nid == w->nid)
		w->show(w->m, exp);
}

static int tgt_nid_each(struct seq_file *m, struct tgt_nid *nid,
			void (*show)(struct seq_file *m, struct obd_export *exp))
{
	struct tgt_export_walk w = { m, nid, show };

	ptlrpc_target_for_each_export(&nid->tni_target->lt_pt, tgt_export_walk_one, &w);
	return 0;
}

static void tgt_export_show_uuid(struct seq_file *m, struct obd_export *exp)
{
	seq_printf(m, "%s\n", exp->exp_client_uuid);
}

static int tgt_nid_uuid_show(struct seq_file *m, void *obj)
{
	return tgt_nid_each(m, obj, tgt_export_show_uuid);
}

static void tgt_export_show_one(struct seq_file *m, struct obd_export *exp)
{
	struct obd_connect_data ocd = exp->exp_ocd;
	u32 version = le32_to_cpu(ocd.ocd_version);
	char nid[LNET_NIDSTR_SIZE];

	seq_printf(m, "%s:\n    name: %s\n    client: %s\n", exp->exp_client_uuid,
		   lu_target(exp->exp_tgt)->lt_name, lnet_nid_str(&exp->exp_nid, nid));
	seq_printf(m, "    connect_data:\n       flags: 0x%llx\n       target_version: %u.%u.%u.%u\n",
		   le64_to_cpu(ocd.ocd_connect_flags), version >> 24, version >> 16 & 255,
		   version >> 8 & 255, version & 255);
	seq_printf(m, "    export_flags: [ %s ]\n", READ_ONCE(exp->exp_failed) ? "failed" : "");
}

static int tgt_nid_export_show(struct seq_file *m, void *obj)
{
	return tgt_nid_each(m, obj, tgt_export_show_one);
}

static void tgt_export_show_replies(struct seq_file *m, struct obd_export *exp)
{
	seq_printf(m, "reply_cnt: %u\n", READ_ONCE(tgt_export(exp)->te_nr_replies));
}

static int tgt_nid_replies_show(struct seq_file *m, void *obj)
{
	return tgt_nid_each(m, obj, tgt_export_show_replies);
}

static const struct param_def tgt_nid_params[] = {
	{ "uuid", 0444, tgt_nid_uuid_show, NULL, PARAM_DEBUGFS },
	{ "export", 0444, tgt_nid_export_show, NULL, PARAM_DEBUGFS },
	{ "reply_data", 0444, tgt_nid_replies_show, NULL, PARAM_DEBUGFS },
};

/* Without memory the NID is not shown; nothing else depends on it. */
static struct tgt_nid *tgt_nid_new(struct lu_target *lt, const char *name)
{
	struct tgt_nid *nid = kzalloc(sizeof(*nid), GFP_KERNEL);

	if (!nid)
		return NULL;
	nid->tni_target = lt;
	nid->tni_users = 1;
	strscpy(nid->tni_name, name, sizeof(nid->tni_name));
	nid->tni_dir = param_dir_add(lt->lt_exports_dir, name);
	param_add(nid->tni_dir, tgt_nid_params, ARRAY_SIZE(tgt_nid_params), nid);
	if (lt->lt_stats) {
		nid->tni_stats = lu_stats_new(lt->lt_stat_defs, lt->lt_nr_stats);
		lu_stats_file(nid->tni_dir, "stats", nid->tni_stats);
	}
	list_add_tail(&nid->tni_list, &lt->lt_nids);
	return nid;
}

/*
 * A client has connected: it counts for the NID that it came from first, also when it comes back
 * from another one, because requests that count may be in service.
 */
void tgt_nid_attach(struct lu_target *lt, struct tgt_export *te)
{
	char name[LNET_NIDSTR_SIZE];
	struct tgt_nid *nid;

	if (te->te_nid)
		return;
	lnet_nid_str(&te->te_exp.exp_nid, name);
	mutex_lock(&lt->lt_nids_mutex);
	list_for_each_entry(nid, &lt->lt_nids, tni_list)
		if (!strcmp(nid->tni_name, name)) {
			nid->tni_users++;
			goto out;
		}
	nid = tgt_nid_new(lt, name);
out:
	te->te_nid = nid;
	mutex_unlock(&lt->lt_nids_mutex);
}

/* The export is freed: the last one of a NID takes its files with it. */
void tgt_nid_detach(struct lu_target *lt, struct tgt_export *te)
{
	struct tgt_nid *nid = te->te_nid;

	if (!nid)
		return;
	mutex_lock(&lt->lt_nids_mutex);
	if (!--nid->tni_users) {
		list_del(&nid->tni_list);
		param_dir_del(nid->tni_dir);
		lu_stats_free(nid->tni_stats);
		kfree(nid);
	}
	mutex_unlock(&lt->lt_nids_mutex);
}

static int tgt_exports_clear_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "Write anything to clear the statistics of all NIDs\n");
	return 0;
}

static ssize_t tgt_exports_clear_store(const char *text, size_t len, void *obj)
{
	struct lu_target *lt = obj;
	struct tgt_nid *nid;

	mutex_lock(&lt->lt_nids_mutex);
	list_for_each_entry(nid, &lt->lt_nids, tni_list)
		if (nid->tni_stats)
			lu_stats_clear(nid->tni_stats);
	mutex_unlock(&lt->lt_nids_mutex);
	return len;
}

static const struct param_def tgt_exports_params[] = {
	{ "clear", 0644, tgt_exports_clear_show, tgt_exports_clear_store, PARAM_DEBUGFS },
};

/* ---- of the target ---- */

static int tgt_num_exports_show(struct seq_file *m, void *obj)
{
	struct lu_target *lt = obj;

	seq_printf(m, "%d\n", lt->lt_serving ? atomic_read(&lt->lt_pt.pt_nr_exports) : 0);
	return 0;
}

static int tgt_uuid_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s\n", ((struct lu_target *)obj)->lt_pt.pt_uuid);
	return 0;
}

static int tgt_eviction_count_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", atomic_read(&((struct lu_target *)obj)->lt_evictions));
	return 0;
}

static ssize_t tgt_evict_store(const char *text, size_t len, void *obj)
{
	struct lu_target *lt = obj;

	return lt->lt_serving ? ptlrpc_target_evict_store(&lt->lt_pt, text, len) : -ENODEV;
}

static int tgt_instance_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct lu_target *)obj)->lt_pt.pt_instance);
	return 0;
}

static const struct param_def tgt_params[] = {
	{ "num_exports", 0444, tgt_num_exports_show },
	{ "uuid", 0444, tgt_uuid_show },
	{ "eviction_count", 0444, tgt_eviction_count_show },
	{ "evict_client", 0200, NULL, tgt_evict_store },
	{ "instance", 0444, tgt_instance_show },
};

/* Best effort: what has no memory is not shown. */
void tgt_params_start(struct lu_target *lt)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", lt->lt_type->name, lt->lt_name);
	lt->lt_params = param_dir_add(NULL, path);
	param_add(lt->lt_params, tgt_params, ARRAY_SIZE(tgt_params), lt);
	if (lt->lt_kind == TGT_MGS)
		param_link(lt->lt_params, "osd", osd_params_dir(lt->lt_osd));
	lt->lt_exports_dir = param_dir_add(lt->lt_params, "exports");
	param_add(lt->lt_exports_dir, tgt_exports_params, ARRAY_SIZE(tgt_exports_params), lt);
}

void tgt_params_stop(struct lu_target *lt)
{
	param_dir_del(lt->lt_exports_dir);
	if (lt->lt_kind == TGT_MGS)
		param_unlink(lt->lt_params, "osd");
	param_dir_del(lt->lt_params);
}
