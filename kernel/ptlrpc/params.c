// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters and counters: "stats" of services and imports (chapter 7, 8.2, 8.8), the timeouts of
 * the root (8.9).
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/seq_file.h>
#include <gloss/param.h>
#include "internal.h"

/* Counters of a set: the fixed ones, then one for each entry of ptlrpc_opcodes[]. */
enum {
	ST_WAITTIME,
	ST_QDEPTH,
	ST_ACTIVE,
	ST_TIMEOUT,
	ST_BUFS,
	ST_FIXED,
};

static struct lu_stat_def stat_defs[ST_FIXED + PTLRPC_NR_OPCODES] = {
	[ST_WAITTIME] = { "req_waittime", LUS_USECS, LUS_MINMAX | LUS_STDDEV },
	[ST_QDEPTH] = { "req_qdepth", LUS_REQS, LUS_MINMAX | LUS_STDDEV },
	[ST_ACTIVE] = { "req_active", LUS_REQS, LUS_MINMAX | LUS_STDDEV },
	[ST_TIMEOUT] = { "req_timeout", LUS_SECS, LUS_MINMAX | LUS_STDDEV },
	[ST_BUFS] = { "reqbuf_avail", LUS_BUFS, LUS_MINMAX | LUS_STDDEV },
};

/**
 * ptlrpc_stats_new - counters by opcode
 *
 * Return: the set, NULL when out of memory (which the users let pass).
 */
struct lu_stats *ptlrpc_stats_new(void)
{
	return lu_stats_new(stat_defs, ARRAY_SIZE(stat_defs));
}
EXPORT_SYMBOL_GPL(ptlrpc_stats_new);

void ptlrpc_stats_add(struct lu_stats *stats, u32 opc, u64 usec)
{
	int i = ptlrpc_opc_index(opc);

	if (i >= 0)
		lu_stats_add(stats, ST_FIXED + i, usec);
}

void svc_stats_start(struct svc_req *req)
{
	struct ptlrpc_service *svc = req->sr_svc;

	lu_stats_add(svc->stats, ST_WAITTIME,
		     ktime_us_delta(ktime_get(), req->sr_arrival_ns));
	lu_stats_add(svc->stats, ST_QDEPTH, READ_ONCE(svc->queued));
	lu_stats_add(svc->stats, ST_ACTIVE, atomic_inc_return(&svc->active));
	lu_stats_add(svc->stats, ST_TIMEOUT, ptlrpc_at_estimate(&svc->at));
	lu_stats_add(svc->stats, ST_BUFS, READ_ONCE(svc->posted));
	req->sr_arrival_ns = ktime_get();
}

/* Since svc_stats_start() sr_arrival_ns is the start of the service. */
void svc_stats_end(struct svc_req *req)
{
	atomic_dec(&req->sr_svc->active);
	ptlrpc_stats_add(req->sr_svc->stats, req->sr_opc,
			 ktime_us_delta(ktime_get(), req->sr_arrival_ns));
}

/* ---- files of a service ---- */

/* By the name of the service: MDT and OST of one node share the service of OUT_PORTAL. */
static const struct {
	const char *name;
	const char *dir;
} service_dirs[] = {
	{ "mdt", "mds/MDS/mdt" },
	{ "mdt_rdpg", "mds/MDS/mdt_readpage" },
	{ "mdt_io", "mds/MDS/mdt_io" },
	{ "mdt_out", "mds/MDS/mdt_out" },
	{ "mdt_fld", "mds/MDS/mdt_fld" },
	{ "mdt_seqm", "mds/MDS/mdt_seqm" },
	{ "mdt_seqs", "mds/MDS/mdt_seqs" },
	{ "ll_ost", "ost/OSS/ost" },
	{ "ll_ost_io", "ost/OSS/ost_io" },
	{ "ll_ost_crea", "ost/OSS/ost_create" },
	{ "ll_ost_seq", "ost/OSS/ost_seq" },
	{ "ll_ost_out", "ost/OSS/ost_out" },
	{ "mgs", "mgs/MGS/mgs" },
	{ "ldlm_cb", "ldlm/services/ldlm_cbd" },
	{ "ldlm_cn", "ldlm/services/ldlm_canceld" },
};

static int svc_threads_min_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", READ_ONCE(((struct ptlrpc_service *)obj)->conf.threads_min));
	return 0;
}

static ssize_t svc_threads_min_store(const char *text, size_t len, void *obj)
{
	u64 val;
	int rc = param_parse_u64(text, 1, SVC_THREADS_MAX, &val);

	if (!rc)
		rc = svc_set_threads(obj, val, 0);
	return rc ?: len;
}

static int svc_threads_max_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", READ_ONCE(((struct ptlrpc_service *)obj)->conf.threads_max));
	return 0;
}

static ssize_t svc_threads_max_store(const char *text, size_t len, void *obj)
{
	u64 val;
	int rc = param_parse_u64(text, 1, SVC_THREADS_MAX, &val);

	if (!rc)
		rc = svc_set_threads(obj, 0, val);
	return rc ?: len;
}

static int svc_threads_started_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", READ_ONCE(((struct ptlrpc_service *)obj)->threads));
	return 0;
}

static int svc_timeouts_show(struct seq_file *m, void *obj)
{
	struct ptlrpc_service *svc = obj;

	seq_printf(m, "%-10s : cur %3u\n", "service", ptlrpc_at_estimate(&svc->at));
	return 0;
}

static const struct param_def service_params[] = {
	{ "threads_min", 0644, svc_threads_min_show, svc_threads_min_store },
	{ "threads_max", 0644, svc_threads_max_show, svc_threads_max_store },
	{ "threads_started", 0444, svc_threads_started_show },
	{ "timeouts", 0444, svc_timeouts_show, NULL, PARAM_DEBUGFS },
};

static struct param_dir *svc_dir_add(struct ptlrpc_service *svc, const char *name)
{
	struct param_dir *dir;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(service_dirs); i++)
		if (!strcmp(service_dirs[i].name, name))
			break;
	if (i == ARRAY_SIZE(service_dirs))
		return NULL;
	dir = param_dir_add(NULL, service_dirs[i].dir);
	param_add(dir, service_params, ARRAY_SIZE(service_params), svc);
	lu_stats_file(dir, "stats", svc->stats);
	return dir;
}

void svc_params_add(struct ptlrpc_service *svc)
{
	svc->dir = svc_dir_add(svc, svc->name);
}

/* Somebody else uses the portal under another name: until the service ends it has both. */
void svc_params_add_alias(struct ptlrpc_service *svc, const char *name)
{
	if (!svc->alias_dir && strncmp(svc->name, name, sizeof(svc->name) - 1))
		svc->alias_dir = svc_dir_add(svc, name);
}

void svc_params_del(struct ptlrpc_service *svc)
{
	param_dir_del(svc->alias_dir);
	param_dir_del(svc->dir);
	svc->alias_dir = NULL;
	svc->dir = NULL;
}

/* ---- files of an import ---- */

static int import_file_show(struct seq_file *m, void *obj)
{
	return import_show(m, obj);
}

static int import_state_file_show(struct seq_file *m, void *obj)
{
	return import_state_show(m, obj);
}

static int import_timeouts_file_show(struct seq_file *m, void *obj)
{
	return import_timeouts_show(m, obj);
}

/* Reading it asks the server; an answer shows as an empty file. */
static int import_ping_show(struct seq_file *m, void *obj)
{
	struct obd_import *imp = obj;
	enum import_state state = READ_ONCE(imp->imp_state);

	if (state != IMP_FULL && state != IMP_IDLE)
		return -ENOTCONN;
	return ptlrpc_ping(imp);
}

/**
 * import_conn_show - the NID of the server that is used now
 * @m: where to
 * @imp: the import
 *
 * Return: 0.
 */
int import_conn_show(struct seq_file *m, struct obd_import *imp)
{
	char nid[LNET_NIDSTR_SIZE];
	struct lnet_nid peer;

	spin_lock(&imp->imp_lock);
	peer = imp->imp_nid;
	spin_unlock(&imp->imp_lock);
	seq_printf(m, "%s\n", lnet_nid_str(&peer, nid));
	return 0;
}
EXPORT_SYMBOL_GPL(import_conn_show);

static int import_conn_file_show(struct seq_file *m, void *obj)
{
	return import_conn_show(m, obj);
}

static int import_uuid_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s\n", ((struct obd_import *)obj)->imp_client);
	return 0;
}

static const struct param_def import_params[] = {
	{ "import", 0444, import_file_show, NULL, PARAM_DEBUGFS },
	{ "state", 0444, import_state_file_show, NULL, PARAM_DEBUGFS },
	{ "timeouts", 0444, import_timeouts_file_show, NULL, PARAM_DEBUGFS },
	{ "ping", 0444, import_ping_show },
	{ "conn_uuid", 0444, import_conn_file_show },
	{ "uuid", 0444, import_uuid_show },
};

/**
 * import_params_add - add the files that all imports have
 * @dir: of the owner; given back before the last reference to @imp
 * @imp: the import
 */
void import_params_add(struct param_dir *dir, struct obd_import *imp)
{
	param_add(dir, import_params, ARRAY_SIZE(import_params), imp);
}
EXPORT_SYMBOL_GPL(import_params_add);

/* ---- files of the root ---- */

#define UINT_PARAM(id, lo, hi)								\
static int id##_show(struct seq_file *m, void *obj)					\
{											\
	seq_printf(m, "%u\n", READ_ONCE(ptlrpc_##id));					\
	return 0;									\
}											\
static ssize_t id##_store(const char *text, size_t len, void *obj)			\
{											\
	u64 val;									\
	int rc = param_parse_u64(text, lo, hi, &val);					\
											\
	if (rc)										\
		return rc;								\
	WRITE_ONCE(ptlrpc_##id, val);							\
	return len;									\
}

UINT_PARAM(at_min, 0, 3600)
UINT_PARAM(at_max, 0, 3600)
UINT_PARAM(at_early_margin, 0, 3600)
UINT_PARAM(at_extra, 1, 3600)
UINT_PARAM(bulk_timeout, 1, 3600)
UINT_PARAM(ldlm_timeout, 1, 3600)

static int ptlrpc_timeout_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", READ_ONCE(ptlrpc_timeout));
	return 0;
}

static ssize_t ptlrpc_timeout_store(const char *text, size_t len, void *obj)
{
	u64 val;
	int rc = param_parse_u64(text, 1, 3600, &val);

	if (rc)
		return rc;
	WRITE_ONCE(ptlrpc_timeout, val);
	WRITE_ONCE(ptlrpc_ping_interval, max_t(u64, val / 4, 1));
	return len;
}

static int ptlrpc_at_history_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "600\n");
	return 0;
}

static const struct param_def root_params[] = {
	{ "timeout", 0644, ptlrpc_timeout_show, ptlrpc_timeout_store },
	{ "at_min", 0644, at_min_show, at_min_store },
	{ "at_max", 0644, at_max_show, at_max_store },
	{ "at_history", 0444, ptlrpc_at_history_show },
	{ "at_early_margin", 0644, at_early_margin_show, at_early_margin_store },
	{ "at_extra", 0644, at_extra_show, at_extra_store },
	{ "bulk_timeout", 0644, bulk_timeout_show, bulk_timeout_store },
	{ "ldlm_timeout", 0644, ldlm_timeout_show, ldlm_timeout_store },
};

/* Before any service; param_exit() removes the files. */
int ptlrpc_params_init(void)
{
	unsigned int i;

	for (i = 0; i < PTLRPC_NR_OPCODES; i++)
		stat_defs[ST_FIXED + i] = (struct lu_stat_def){
			ptlrpc_opcodes[i].name, LUS_USECS, LUS_MINMAX | LUS_STDDEV
		};
	return param_add(param_top(), root_params, ARRAY_SIZE(root_params), NULL);
}
