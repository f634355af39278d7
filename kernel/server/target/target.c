// SPDX-License-Identifier: GPL-2.0-only
/*
 * A running target: its parts in the order of their start, and its config log.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <gloss/param.h>
#include "internal.h"

static DEFINE_MUTEX(targets_mutex);
static LIST_HEAD(targets);

/* ---- list of the node ---- */

bool tgt_name_running(const char *name)
{
	struct lu_target *lt;
	bool found = false;

	mutex_lock(&targets_mutex);
	list_for_each_entry(lt, &targets, lt_list)
		if (!strcmp(lt->lt_name, name))
			found = true;
	mutex_unlock(&targets_mutex);
	return found;
}

void tgt_put(struct lu_target *lt)
{
	if (refcount_dec_and_test(&lt->lt_ref))
		complete(&lt->lt_gone);
}

/* ---- config log ---- */

/* The sections that say what this target itself is. */
static bool tgt_own_section(const char *comment)
{
	return !strcmp(comment, "lov setup") || !strcmp(comment, "add mdt") ||
	       !strcmp(comment, "add ost");
}

static int tgt_config_record(void *who, const struct config_rec *rec)
{
	struct lu_target *lt = who;
	int rc = 0;

	if (tgt_own_section(rec->comment)) {
		if (lcfg_cmd(rec->lcfg) == LCFG_SETUP && strcmp(rec->comment, "lov setup"))
			lt->lt_configured = true;
		return 0;
	}
	mutex_lock(&lt->lt_config_mutex);
	if (lt->lt_type->config_record)
		rc = lt->lt_type->config_record(lt, rec);
	mutex_unlock(&lt->lt_config_mutex);
	if (rc)
		pr_warn("%s: record %u of the config log (%s, %s) has no effect: rc = %d\n",
			lt->lt_name, rec->index, rec->tgtname, rec->comment, rc);
	return 0;
}

static void tgt_config_done(void *who, bool first)
{
	struct lu_target *lt = who;
	int rc = 0;

	mutex_lock(&lt->lt_config_mutex);
	if (lt->lt_type->config_done)
		rc = lt->lt_type->config_done(lt, first);
	mutex_unlock(&lt->lt_config_mutex);
	if (rc)
		pr_warn("%s: the configuration is incomplete: rc = %d\n", lt->lt_name, rc);
}

static void tgt_config_save(void *who, const char *name, void *const *chunks, u32 nr, u64 size)
{
	struct lu_target *lt = who;

	tgt_local_log_save(lt->lt_osd, name, chunks, nr, size);
}

static struct llog_store *tgt_config_load(void *who, const char *name)
{
	struct lu_target *lt = who;

	return tgt_local_log(lt->lt_osd, name);
}

static void tgt_config_log_close(void *who, struct llog_store *st)
{
	tgt_local_log_done(st);
}

static const struct config_ops config_ops = {
	.record = tgt_config_record,
	.done = tgt_config_done,
	.save = tgt_config_save,
	.load = tgt_config_load,
	.load_done = tgt_config_log_close,
};

/* On the disk of the MGS itself the file is the log, not a copy. */
static const struct config_ops config_ops_on_mgs = {
	.record = tgt_config_record,
	.done = tgt_config_done,
};

static const struct config_ops servers_ops = {
	.record = tgt_servers_record,
	.save = tgt_config_save,
	.load = tgt_config_load,
	.load_done = tgt_config_log_close,
};

static const struct config_ops servers_ops_on_mgs = {
	.record = tgt_servers_record,
};

static unsigned int tgt_follow_flags(const struct tgt_mount *tm)
{
	bool local_ok = !tm->tm_mgs && !(tm->tm_flags & LDD_F_NO_LOCAL_LOGS);

	return CFG_F_SERVER | (local_ok ? CFG_F_LOCAL_OK : 0);
}

/* Learn the NIDs of all servers. The client log is missing until the first MDT has registered. */
static int tgt_follow_servers(struct lu_target *lt)
{
	struct tgt_mount *tm = lt->lt_mount;
	char name[sizeof(tm->tm_fsname) + sizeof("-client")];
	int rc;

	snprintf(name, sizeof(name), "%s-client", tm->tm_fsname);
	rc = mgc_log_follow(tm->tm_mgc, name, tm->tm_mgs ? &servers_ops_on_mgs : &servers_ops, lt,
			    tgt_follow_flags(tm) | CFG_F_MAY_MISS, NULL, &lt->lt_client_log);
	if (rc)
		pr_err("%s: config log %s, which names the servers, cannot be read: rc = %d\n",
		       lt->lt_name, name, rc);
	return rc;
}

static void tgt_restarted(void *who, const struct config_target *target)
{
	struct lu_target *lt = who;

	lt->lt_type->restarted(lt, target);
}

/* Be told of targets that restart. */
static int tgt_follow_restarts(struct lu_target *lt)
{
	struct tgt_mount *tm = lt->lt_mount;
	char name[sizeof(tm->tm_fsname) + sizeof("-mdtir")];

	if (!lt->lt_type->restarted || tm->tm_noir)
		return 0;
	snprintf(name, sizeof(name), "%s-mdtir", tm->tm_fsname);
	return mgc_recover_follow(tm->tm_mgc, name, lt->lt_name, tgt_restarted, lt,
				  &lt->lt_recover_log);
}

static int tgt_follow_config(struct lu_target *lt)
{
	struct tgt_mount *tm = lt->lt_mount;
	const struct config_ops *ops = tm->tm_mgs ? &config_ops_on_mgs : &config_ops;
	unsigned int flags = tgt_follow_flags(tm);
	int rc;

	rc = mgc_log_follow(tm->tm_mgc, lt->lt_name, ops, lt, flags, tm->tm_exclude, &lt->lt_log);
	if (rc) {
		pr_err("%s: the config log cannot be read: rc = %d\n", lt->lt_name, rc);
		return rc;
	}
	if (!lt->lt_configured) {
		pr_err("%s: the config log does not set up this target, writeconf writes it anew: rc = %d\n",
		       lt->lt_name, -ENXIO);
		return -ENXIO;
	}
	return tgt_follow_servers(lt) ?: tgt_follow_restarts(lt);
}

/* ---- life ---- */

static struct lu_target *tgt_alloc(struct tgt_mount *tm, const struct tgt_type *type)
{
	struct lu_target *lt = kzalloc(sizeof(*lt), GFP_KERNEL);

	if (!lt)
		return NULL;
	lt->lt_type = type;
	lt->lt_kind = type->kind;
	lt->lt_mount = tm;
	lt->lt_osd = tm->tm_osd;
	mutex_init(&lt->lt_config_mutex);
	tgt_nodes_init(&lt->lt_servers);
	refcount_set(&lt->lt_ref, 1);
	init_completion(&lt->lt_gone);
	INIT_LIST_HEAD(&lt->lt_list);
	INIT_LIST_HEAD(&lt->lt_nids);
	mutex_init(&lt->lt_nids_mutex);
	if (type->kind == TGT_MGS) {
		strscpy(lt->lt_name, LUSTRE_MGS_OBDNAME, sizeof(lt->lt_name));
		strscpy(lt->lt_pt.pt_uuid, LUSTRE_MGS_OBDNAME,
			sizeof(lt->lt_pt.pt_uuid));
		return lt;
	}
	lt->lt_index = tm->tm_index;
	strscpy(lt->lt_name, tm->tm_svname, sizeof(lt->lt_name));
	snprintf(lt->lt_pt.pt_uuid, sizeof(lt->lt_pt.pt_uuid), "%s_UUID",
		 lt->lt_name);
	return lt;
}

static int tgt_new_namespace(struct lu_target *lt)
{
	static const char * const prefix[] = { [TGT_MDT] = "mdt-", [TGT_OST] = "filter-" };
	struct ldlm_namespace *ns;
	char name[64];

	if (lt->lt_kind == TGT_MGS)
		strscpy(name, LUSTRE_MGS_OBDNAME, sizeof(name));
	else
		snprintf(name, sizeof(name), "%s%s", prefix[lt->lt_kind],
			 lt->lt_pt.pt_uuid);
	ns = ldlm_ns_new_server(name, lt->lt_type->ldlm_ops);
	if (!ns)
		return -ENOMEM;
	ns->ns_data = lt;
	lt->lt_pt.pt_ns = ns;
	return 0;
}

static bool tgt_is_healthy(void *data)
{
	struct lu_target *lt = data;

	return !osd_has_failed(lt->lt_osd);
}

struct lu_target *tgt_start(struct tgt_mount *tm, enum tgt_kind kind)
{
	const struct tgt_type *type = tgt_type_get(kind);
	struct lu_target *lt;
	int rc = -ENOMEM;

	if (IS_ERR(type))
		return ERR_CAST(type);
	lt = tgt_alloc(tm, type);
	if (!lt)
		goto out_type;
	if (kind != TGT_MGS)
		rc = tgt_lsd_open(lt) ?: tgt_recovery_init(lt);
	else
		rc = 0;
	if (rc)
		goto out_lsd;
	rc = tgt_service_init(lt);
	if (rc)
		goto out_lsd;
	rc = tgt_new_namespace(lt);
	if (rc)
		goto out_service;
	lt->lt_obd = lu_device_add(type->name, lt->lt_name, lt->lt_pt.pt_uuid);
	lu_device_set_health(lt->lt_obd, tgt_is_healthy, lt);
	tgt_params_start(lt);
	rc = type->start(lt);
	if (rc) {
		pr_err("%s cannot start: rc = %d\n", lt->lt_name, rc);
		goto out_obd;
	}
	tgt_recovery_params_add(lt);
	mutex_lock(&targets_mutex);
	list_add_tail(&lt->lt_list, &targets);
	mutex_unlock(&targets_mutex);
	if (kind != TGT_MGS) {
		rc = tgt_follow_config(lt);
		if (rc) {
			tgt_stop(lt);
			return ERR_PTR(rc);
		}
	}
	return lt;

out_obd:
	tgt_params_stop(lt);
	lu_device_del(lt->lt_obd);
	ldlm_ns_free(lt->lt_pt.pt_ns, true);
out_service:
	tgt_service_fini(lt);
out_lsd:
	tgt_recovery_fini(lt);
	if (kind != TGT_MGS)
		tgt_lsd_close(lt);
	kfree(lt);
out_type:
	tgt_type_put(type);
	return ERR_PTR(rc);
}

/* Requests are answered from now on. */
int tgt_serve(struct lu_target *lt)
{
	int rc;

	lt->lt_pt.pt_not_ready = lt->lt_pt.pt_recovering;
	rc = ptlrpc_target_register(&lt->lt_pt);
	if (rc)
		return rc;
	lt->lt_serving = true;
	if (lt->lt_pt.pt_recovering)
		rc = tgt_lsd_preload(lt) ?: tgt_recovery_start(lt);
	if (rc)
		return rc;
	WRITE_ONCE(lt->lt_pt.pt_not_ready, false);
	rc = tgt_type_serve(lt->lt_type);
	if (!rc)
		pr_info("%s started on %s\n", lt->lt_name, osd_dev_name(lt->lt_osd));
	return rc;
}

void tgt_stop(struct lu_target *lt)
{
	const struct tgt_type *type = lt->lt_type;

	mutex_lock(&targets_mutex);
	list_del_init(&lt->lt_list);
	mutex_unlock(&targets_mutex);
	if (lt->lt_recover_log)
		mgc_log_unfollow(lt->lt_recover_log);
	if (lt->lt_client_log)
		mgc_log_unfollow(lt->lt_client_log);
	if (lt->lt_log)
		mgc_log_unfollow(lt->lt_log);
	if (type->stop_begin)
		type->stop_begin(lt);
	lt->lt_stopping = true;
	ldlm_ns_stop(lt->lt_pt.pt_ns);
	if (lt->lt_serving)
		ptlrpc_target_unregister(&lt->lt_pt);
	tgt_recovery_stop(lt);
	/* The commit callbacks of requests hold references; osd_sync() has made them run. */
	osd_sync(lt->lt_osd);
	if (!refcount_dec_and_test(&lt->lt_ref))
		wait_for_completion(&lt->lt_gone);
	if (type->no_exports)
		type->no_exports(lt);
	ldlm_ns_free(lt->lt_pt.pt_ns, true);
	type->stop(lt);
	tgt_params_stop(lt);
	lu_device_del(lt->lt_obd);
	tgt_service_fini(lt);
	tgt_recovery_fini(lt);
	if (lt->lt_kind != TGT_MGS)
		tgt_lsd_close(lt);
	pr_info("%s stopped\n", lt->lt_name);
	tgt_nodes_fini(&lt->lt_servers);
	kfree(lt);
	tgt_type_put(type);
}

/* ---- helpers ---- */

/**
 * tgt_statfs - statfs of a target as it goes over the wire
 * @lt: the target
 * @os: to fill; os_state, os_fprecreated and os_granted stay 0
 *
 * Return: 0 or the error of the object store.
 */
int tgt_statfs(struct lu_target *lt, struct obd_statfs *os)
{
	struct kstatfs st = { };
	int rc = osd_statfs(lt->lt_osd, &st);

	if (rc)
		return rc;
	memset(os, 0, sizeof(*os));
	os->os_type = cpu_to_le64(st.f_type);
	os->os_blocks = cpu_to_le64(st.f_blocks);
	os->os_bfree = cpu_to_le64(st.f_bfree);
	os->os_bavail = cpu_to_le64(st.f_bavail);
	os->os_files = cpu_to_le64(st.f_files);
	os->os_ffree = cpu_to_le64(st.f_ffree);
	strscpy((char *)os->os_fsid, lt->lt_pt.pt_uuid, sizeof(os->os_fsid));
	os->os_bsize = cpu_to_le32(st.f_bsize);
	os->os_namelen = cpu_to_le32(st.f_namelen);
	os->os_maxbytes = cpu_to_le64(osd_maxbytes(lt->lt_osd));
	if (osd_is_rdonly(lt->lt_osd))
		os->os_state |= cpu_to_le32(OS_STATFS_READONLY);
	return 0;
}
EXPORT_SYMBOL_GPL(tgt_statfs);
