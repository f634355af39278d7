// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters and counters: obdfilter.NAME.* (chapter 7, 8.8).
 */
#define pr_fmt(fmt) "oss: " fmt

#include "oss_internal.h"

#define OSS_TIME(name)	{ name, LUS_USECS, LUS_MINMAX | LUS_STDDEV }

static const struct lu_stat_def oss_stat_defs[OSS_ST_NR] = {
	[OSS_ST_READ_BYTES]	= { "read_bytes", LUS_BYTES, LUS_MINMAX | LUS_STDDEV },
	[OSS_ST_WRITE_BYTES]	= { "write_bytes", LUS_BYTES, LUS_MINMAX | LUS_STDDEV },
	[OSS_ST_READ]		= OSS_TIME("read"),
	[OSS_ST_WRITE]		= OSS_TIME("write"),
	[OSS_ST_GETATTR]	= OSS_TIME("getattr"),
	[OSS_ST_SETATTR]	= OSS_TIME("setattr"),
	[OSS_ST_PUNCH]		= OSS_TIME("punch"),
	[OSS_ST_SYNC]		= OSS_TIME("sync"),
	[OSS_ST_DESTROY]	= OSS_TIME("destroy"),
	[OSS_ST_CREATE]		= OSS_TIME("create"),
	[OSS_ST_STATFS]		= OSS_TIME("statfs"),
	[OSS_ST_GET_INFO]	= OSS_TIME("get_info"),
	[OSS_ST_SET_INFO]	= OSS_TIME("set_info"),
	[OSS_ST_PREALLOC]	= OSS_TIME("prealloc"),
};

static int oss_show_granted(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", READ_ONCE(((struct oss_device *)obj)->ost_tot_granted));
	return 0;
}

static int oss_show_dirty(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", READ_ONCE(((struct oss_device *)obj)->ost_tot_dirty));
	return 0;
}

static int oss_show_pending(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", READ_ONCE(((struct oss_device *)obj)->ost_tot_pending));
	return 0;
}

static int oss_show_brw_size(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", OSS_BRW_SIZE >> 20);
	return 0;
}

static int oss_show_seqs(struct seq_file *m, void *obj)
{
	struct oss_device *ost = obj;
	struct oss_seq *os;
	unsigned long seq;

	xa_for_each(&ost->ost_seqs, seq, os)
		seq_printf(m, "0x%lx: %llu\n", seq, READ_ONCE(os->os_last_id));
	return 0;
}

static int oss_show_fstype(struct seq_file *m, void *obj)
{
	seq_puts(m, "ldiskfs\n");
	return 0;
}

static int oss_show_degraded(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", READ_ONCE(((struct oss_device *)obj)->ost_degraded));
	return 0;
}

static ssize_t oss_store_degraded(const char *text, size_t len, void *obj)
{
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	WRITE_ONCE(((struct oss_device *)obj)->ost_degraded, on);
	return len;
}

static int oss_show_no_precreate(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", READ_ONCE(((struct oss_device *)obj)->ost_no_precreate));
	return 0;
}

static ssize_t oss_store_no_precreate(const char *text, size_t len, void *obj)
{
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	WRITE_ONCE(((struct oss_device *)obj)->ost_no_precreate, on);
	return len;
}

PARAM_DEFINE_UINT(oss_soft_sync, ((struct oss_device *)obj)->ost_soft_sync_limit, 0, INT_MAX)

static int oss_show_batch(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", OSS_CREATE_BATCH);
	return 0;
}

static int oss_show_readonly(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", osd_is_rdonly(((struct oss_device *)obj)->ost_osd));
	return 0;
}

static const struct param_def oss_params[] = {
	{ "degraded", 0644, oss_show_degraded, oss_store_degraded },
	{ "no_precreate", 0644, oss_show_no_precreate, oss_store_no_precreate },
	{ "no_create", 0644, oss_show_no_precreate, oss_store_no_precreate },
	{ "soft_sync_limit", 0644, oss_soft_sync_show, oss_soft_sync_store },
	{ "precreate_batch", 0444, oss_show_batch },
	{ "readonly", 0444, oss_show_readonly },
	{ "grant_precreate", 0444, param_zero_show },
	{ "grant_compat_disable", 0444, param_zero_show },
	{ "lfsck_speed_limit", 0444, param_zero_show },
	{ "sync_journal", 0444, param_zero_show },
	{ "tot_granted", 0444, oss_show_granted }, { "tot_dirty", 0444, oss_show_dirty },
	{ "tot_pending", 0444, oss_show_pending }, { "brw_size", 0444, oss_show_brw_size },
	{ "last_id", 0444, oss_show_seqs, NULL, PARAM_DEBUGFS },
	{ "fstype", 0444, oss_show_fstype },
};

static int oss_statfs_get(void *obj, struct kstatfs *st)
{
	return osd_statfs(((struct oss_device *)obj)->ost_osd, st);
}

int oss_params_start(struct oss_device *ost)
{
	int rc;

	rc = tgt_stats_start(ost->ost_lt, oss_stat_defs, OSS_ST_NR);
	if (rc)
		return rc;
	param_add(ost->ost_lt->lt_params, oss_params, ARRAY_SIZE(oss_params), ost);
	ost->ost_space = (struct param_space){ oss_statfs_get, ost };
	param_add_space(ost->ost_lt->lt_params, &ost->ost_space);
	return 0;
}

/**
 * oss_params_stop - remove the parameters and statistics of a target
 * @ost: the target
 */
void oss_params_stop(struct oss_device *ost)
{
	param_remove_space(ost->ost_lt->lt_params);
	param_remove(ost->ost_lt->lt_params, oss_params, ARRAY_SIZE(oss_params));
	tgt_stats_stop(ost->ost_lt);
}
