// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters and counters: names of opcodes, "stats" of services and imports (chapter 7, 8.2, 8.8),
 * the timeouts of the root (8.9).
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/seq_file.h>
#include <gloss/param.h>
#include "internal.h"

static const struct {
	u32 opc;
	const char *name;
} opcodes[] = {
	{ OST_GETATTR, "ost_getattr" },
	{ OST_SETATTR, "ost_setattr" },
	{ OST_READ, "ost_read" },
	{ OST_WRITE, "ost_write" },
	{ OST_CREATE, "ost_create" },
	{ OST_DESTROY, "ost_destroy" },
	{ OST_GET_INFO, "ost_get_info" },
	{ OST_CONNECT, "ost_connect" },
	{ OST_DISCONNECT, "ost_disconnect" },
	{ OST_PUNCH, "ost_punch" },
	{ OST_STATFS, "ost_statfs" },
	{ OST_SYNC, "ost_sync" },
	{ OST_SET_INFO, "ost_set_info" },
	{ OST_QUOTACTL, "ost_quotactl" },
	{ OST_LADVISE, "ost_ladvise" },
	{ OST_FALLOCATE, "ost_fallocate" },
	{ OST_SEEK, "ost_seek" },
	{ MDS_GETATTR, "mds_getattr" },
	{ MDS_GETATTR_NAME, "mds_getattr_lock" },
	{ MDS_CLOSE, "mds_close" },
	{ MDS_REINT, "mds_reint" },
	{ MDS_READPAGE, "mds_readpage" },
	{ MDS_CONNECT, "mds_connect" },
	{ MDS_DISCONNECT, "mds_disconnect" },
	{ MDS_GET_ROOT, "mds_get_root" },
	{ MDS_STATFS, "mds_statfs" },
	{ MDS_SYNC, "mds_sync" },
	{ MDS_SET_INFO, "mds_set_info" },
	{ MDS_QUOTACTL, "mds_quotactl" },
	{ MDS_GETXATTR, "mds_getxattr" },
	{ MDS_GET_INFO, "mds_get_info" },
	{ MDS_HSM_STATE_GET, "mds_hsm_state_get" },
	{ MDS_HSM_STATE_SET, "mds_hsm_state_set" },
	{ MDS_HSM_ACTION, "mds_hsm_action" },
	{ MDS_HSM_PROGRESS, "mds_hsm_progress" },
	{ MDS_HSM_REQUEST, "mds_hsm_request" },
	{ MDS_HSM_CT_REGISTER, "mds_hsm_ct_register" },
	{ MDS_HSM_CT_UNREGISTER, "mds_hsm_ct_unregister" },
	{ MDS_SWAP_LAYOUTS, "mds_swap_layouts" },
	{ MDS_RMFID, "mds_rmfid" },
	{ MDS_BATCH, "mds_batch" },
	{ LDLM_ENQUEUE, "ldlm_enqueue" },
	{ LDLM_CONVERT, "ldlm_convert" },
	{ LDLM_CANCEL, "ldlm_cancel" },
	{ LDLM_BL_CALLBACK, "ldlm_bl_callback" },
	{ LDLM_CP_CALLBACK, "ldlm_cp_callback" },
	{ LDLM_GL_CALLBACK, "ldlm_gl_callback" },
	{ LDLM_SET_INFO, "ldlm_set_info" },
	{ MGS_CONNECT, "mgs_connect" },
	{ MGS_DISCONNECT, "mgs_disconnect" },
	{ MGS_TARGET_REG, "mgs_target_reg" },
	{ MGS_SET_INFO, "mgs_set_info" },
	{ MGS_CONFIG_READ, "mgs_config_read" },
	{ OBD_PING, "obd_ping" },
	{ OBD_IDX_READ, "obd_idx_read" },
	{ LLOG_ORIGIN_HANDLE_CREATE, "llog_origin_handle_open" },
	{ LLOG_ORIGIN_HANDLE_NEXT_BLOCK, "llog_origin_handle_next_block" },
	{ LLOG_ORIGIN_HANDLE_READ_HEADER, "llog_origin_handle_read_header" },
	{ LLOG_ORIGIN_HANDLE_PREV_BLOCK, "llog_origin_handle_prev_block" },
	{ QUOTA_DQACQ, "quota_acquire" },
	{ SEQ_QUERY, "seq_query" },
	{ FLD_QUERY, "fld_query" },
	{ FLD_READ, "fld_read" },
	{ OUT_UPDATE, "out_update" },
};

/* Counters of a set: the fixed ones, then one for each entry of opcodes[]. */
enum {
	ST_WAITTIME,
	ST_QDEPTH,
	ST_ACTIVE,
	ST_TIMEOUT,
	ST_BUFS,
	ST_FIXED,
};

static struct lu_stat_def stat_defs[ST_FIXED + ARRAY_SIZE(opcodes)] = {
	[ST_WAITTIME] = { "req_waittime", LUS_USECS, LUS_MINMAX | LUS_STDDEV },
	[ST_QDEPTH] = { "req_qdepth", LUS_REQS, LUS_MINMAX | LUS_STDDEV },
	[ST_ACTIVE] = { "req_active", LUS_REQS, LUS_MINMAX | LUS_STDDEV },
	[ST_TIMEOUT] = { "req_timeout", LUS_SECS, LUS_MINMAX | LUS_STDDEV },
	[ST_BUFS] = { "reqbuf_avail", LUS_BUFS, LUS_MINMAX | LUS_STDDEV },
};

static int ptlrpc_opc_index(u32 opc)
{
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(opcodes); i++)
		if (opcodes[i].opc == opc)
			return i;
	return -1;
}

const char *ptlrpc_opc_name(u32 opc)
{
	int i = ptlrpc_opc_index(opc);

	return i < 0 ? "unknown" : opcodes[i].name;
}

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
	struct ptlrpc_service *svc = req->svc;

	lu_stats_add(svc->stats, ST_WAITTIME, ktime_us_delta(ktime_get(), req->arrival_ns));
	lu_stats_add(svc->stats, ST_QDEPTH, READ_ONCE(svc->queued));
	lu_stats_add(svc->stats, ST_ACTIVE, atomic_inc_return(&svc->active));
	lu_stats_add(svc->stats, ST_TIMEOUT, ptlrpc_at_estimate(&svc->at));
	lu_stats_add(svc->stats, ST_BUFS, READ_ONCE(svc->posted));
	req->arrival_ns = ktime_get();
}

/* arrival_ns is the start of the service now. */
void svc_stats_end(struct svc_req *req)
{
	atomic_dec(&req->svc->active);
	ptlrpc_stats_add(req->svc->stats, req->opc, ktime_us_delta(ktime_get(), req->arrival_ns));
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

/* Before any service; the root goes with param_exit(). */
int ptlrpc_params_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(opcodes); i++)
		stat_defs[ST_FIXED + i] = (struct lu_stat_def){
			opcodes[i].name, LUS_USECS, LUS_MINMAX | LUS_STDDEV
		};
	return param_add(param_top(), root_params, ARRAY_SIZE(root_params), NULL);
}
