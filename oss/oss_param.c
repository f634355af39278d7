// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters and counters: obdfilter.NAME.*, osd-ldiskfs.NAME.* (chapter 7, 8).
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/statfs.h>
#include "oss_internal.h"

static const struct lu_stat_def oss_stat_defs[OSS_ST_NR] = {
	[OSS_ST_READ] = { "read_bytes", LUS_BYTES, LUS_MINMAX },
	[OSS_ST_WRITE] = { "write_bytes", LUS_BYTES, LUS_MINMAX },
	[OSS_ST_GETATTR] = { "getattr", LUS_REQS, 0 },
	[OSS_ST_SETATTR] = { "setattr", LUS_REQS, 0 },
	[OSS_ST_PUNCH] = { "punch", LUS_REQS, 0 },
	[OSS_ST_SYNC] = { "sync", LUS_REQS, 0 },
	[OSS_ST_DESTROY] = { "destroy", LUS_REQS, 0 },
	[OSS_ST_CREATE] = { "create", LUS_REQS, 0 },
	[OSS_ST_STATFS] = { "statfs", LUS_REQS, 0 },
	[OSS_ST_GET_INFO] = { "get_info", LUS_REQS, 0 },
	[OSS_ST_SET_INFO] = { "set_info", LUS_REQS, 0 },
	[OSS_ST_PREALLOC] = { "prealloc", LUS_REQS, 0 },
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

static ssize_t oss_store_evict(const char *text, size_t len, void *obj)
{
	return ptlrpc_target_evict_store(&((struct oss_device *)obj)->ost_lt->lt_pt, text, len);
}

static const struct param_def oss_params[] = {
	{ "tot_granted", 0444, oss_show_granted }, { "tot_dirty", 0444, oss_show_dirty },
	{ "tot_pending", 0444, oss_show_pending }, { "brw_size", 0444, oss_show_brw_size },
	{ "last_id", 0444, oss_show_seqs }, { "evict_client", 0200, NULL, oss_store_evict },
};

/* ---- space, of the target and of its store ---- */

static int oss_statfs_get(void *obj, struct kstatfs *st)
{
	memset(st, 0, sizeof(*st));
	return osd_statfs(((struct oss_device *)obj)->ost_osd, st);
}

static int oss_show_kbytestotal(struct seq_file *m, void *obj)
{
	struct kstatfs st;
	int rc = oss_statfs_get(obj, &st);

	seq_printf(m, "%llu\n", (u64)st.f_blocks * st.f_bsize >> 10);
	return rc;
}

static int oss_show_kbytesfree(struct seq_file *m, void *obj)
{
	struct kstatfs st;
	int rc = oss_statfs_get(obj, &st);

	seq_printf(m, "%llu\n", (u64)st.f_bfree * st.f_bsize >> 10);
	return rc;
}

static int oss_show_kbytesavail(struct seq_file *m, void *obj)
{
	struct kstatfs st;
	int rc = oss_statfs_get(obj, &st);

	seq_printf(m, "%llu\n", (u64)st.f_bavail * st.f_bsize >> 10);
	return rc;
}

static int oss_show_filestotal(struct seq_file *m, void *obj)
{
	struct kstatfs st;
	int rc = oss_statfs_get(obj, &st);

	seq_printf(m, "%llu\n", (u64)st.f_files);
	return rc;
}

static int oss_show_filesfree(struct seq_file *m, void *obj)
{
	struct kstatfs st;
	int rc = oss_statfs_get(obj, &st);

	seq_printf(m, "%llu\n", (u64)st.f_ffree);
	return rc;
}

static int oss_show_blocksize(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", osd_blocksize(((struct oss_device *)obj)->ost_osd));
	return 0;
}

static int oss_show_fstype(struct seq_file *m, void *obj)
{
	seq_puts(m, "ldiskfs\n");
	return 0;
}

static const struct param_def oss_space_params[] = {
	{ "kbytestotal", 0444, oss_show_kbytestotal }, { "kbytesfree", 0444, oss_show_kbytesfree },
	{ "kbytesavail", 0444, oss_show_kbytesavail }, { "filestotal", 0444, oss_show_filestotal },
	{ "filesfree", 0444, oss_show_filesfree },     { "blocksize", 0444, oss_show_blocksize },
	{ "fstype", 0444, oss_show_fstype },
};

/**
 * oss_params_start - show the parameters and statistics of a target
 * @ost: the target
 */
void oss_params_start(struct oss_device *ost)
{
	char name[64];

	ost->ost_stats = lu_stats_new(oss_stat_defs, OSS_ST_NR);
	snprintf(name, sizeof(name), "obdfilter/%s", ost->ost_lt->lt_name);
	ost->ost_params = param_dir_add(NULL, name);
	param_add(ost->ost_params, oss_params, ARRAY_SIZE(oss_params), ost);
	param_add(ost->ost_params, oss_space_params, ARRAY_SIZE(oss_space_params), ost);
	snprintf(name, sizeof(name), "osd-ldiskfs/%s", ost->ost_lt->lt_name);
	ost->ost_osd_params = param_dir_add(NULL, name);
	param_add(ost->ost_osd_params, oss_space_params, ARRAY_SIZE(oss_space_params), ost);
	if (ost->ost_stats)
		lu_stats_file(ost->ost_params, "stats", ost->ost_stats);
}

/**
 * oss_params_stop - remove the parameters and statistics of a target
 * @ost: the target
 */
void oss_params_stop(struct oss_device *ost)
{
	param_dir_del(ost->ost_params);
	param_dir_del(ost->ost_osd_params);
	lu_stats_free(ost->ost_stats);
}
