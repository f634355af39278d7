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

/* Since svc_stats_start() arrival_ns is the start of the service. */
void svc_stats_end(struct svc_req *req)
{
	atomic_dec(&req->sr_svc->active);
	ptlrpc_stats_add(req->sr_svc->stats, req->sr_opc,
			 ktime_us_delta(ktime_get(), req->sr_arrival_ns));
}

/* ---- files of a service ---- */

static const struct {
	u32 portal;
	const char *dir;
} service_dirs[] = {
	{ MDS_REQUEST_PORTAL, "mds/MDS/mdt" },
	{ MDS_READPAGE_PORTAL, "mds/MDS/mdt_readpage" },
	{ MDS_IO_PORTAL, "mds/MDS/mdt_io" },
	{ OUT_PORTAL, "mds/MDS/mdt_out" },
	{ FLD_REQUEST_PORTAL, "mds/MDS/mdt_fld" },
	{ SEQ_METADATA_PORTAL, "mds/MDS/mdt_seqm" },
	{ SEQ_CONTROLLER_PORTAL, "mds/MDS/mdt_seqs" },
	{ OST_REQUEST_PORTAL, "ost/OSS/ost" },
	{ OST_IO_PORTAL, "ost/OSS/ost_io" },
	{ OST_CREATE_PORTAL, "ost/OSS/ost_create" },
	{ SEQ_DATA_PORTAL, "ost/OSS/ost_seq" },
	{ MGS_REQUEST_PORTAL, "mgs/MGS/mgs" },
	{ LDLM_CB_REQUEST_PORTAL, "ldlm/services/ldlm_cbd" },
	{ LDLM_CANCEL_REQUEST_PORTAL, "ldlm/services/ldlm_canceld" },
};

static int svc_threads_min_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ptlrpc_service *)obj)->conf.threads_min);
	return 0;
}

static int svc_threads_max_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", READ_ONCE(((struct ptlrpc_service *)obj)->conf.threads_max));
	return 0;
}

static ssize_t svc_threads_max_store(const char *text, size_t len, void *obj)
{
	struct ptlrpc_service *svc = obj;
	u64 val;
	int rc = param_parse_u64(text, svc->conf.threads_min, 1024, &val);

	if (rc)
		return rc;
	WRITE_ONCE(svc->conf.threads_max, val);
	return len;
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
	{ "threads_min", 0444, svc_threads_min_show },
	{ "threads_max", 0644, svc_threads_max_show, svc_threads_max_store },
	{ "threads_started", 0444, svc_threads_started_show },
	{ "timeouts", 0444, svc_timeouts_show },
};

void svc_params_add(struct ptlrpc_service *svc)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(service_dirs); i++)
		if (service_dirs[i].portal == svc->conf.req_portal)
			break;
	if (i == ARRAY_SIZE(service_dirs))
		return;
	svc->dir = param_dir_add(NULL, service_dirs[i].dir);
	param_add(svc->dir, service_params, ARRAY_SIZE(service_params), svc);
	if (svc->stats)
		lu_stats_file(svc->dir, "stats", svc->stats);
}

void svc_params_del(struct ptlrpc_service *svc)
{
	if (!IS_ERR_OR_NULL(svc->dir))
		param_dir_del(svc->dir);
	svc->dir = NULL;
}

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
