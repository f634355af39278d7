// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of the MDT: lod.*-mdtlov.* (defaults of layouts), mdt.*.* and mdd.*.* (chapter 7,
 * 8.7 and 8.8).
 */
#define pr_fmt(fmt) "mdt: " fmt

#include "mdt_internal.h"

static int mdt_stripesize_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;

	seq_printf(m, "%u\n", mdt->mdt_lod.lo_def_size);
	return 0;
}

static ssize_t mdt_stripesize_store(const char *text, size_t len, void *obj)
{
	struct mdt_device *mdt = obj;
	u64 v;
	int rc = param_parse_u64(text, LOV_MIN_STRIPE_SIZE, U32_MAX, &v);

	if (rc)
		return rc;
	if (v % LOV_MIN_STRIPE_SIZE)
		return -EINVAL;
	mdt->mdt_lod.lo_def_size = v;
	return len;
}

/* A number of stripes; -1 is all OSTs. */
static int mdt_show_stripes(struct seq_file *m, u32 n)
{
	seq_printf(m, "%d\n", n == LOV_ALL_STRIPES ? -1 : (int)n);
	return 0;
}

static int mdt_parse_stripes(const char *text, u64 *n)
{
	*n = LOV_ALL_STRIPES;
	return strcmp(text, "-1") ? param_parse_u64(text, 0, LOD_MAX_STRIPES, n) : 0;
}

static int mdt_stripecount_show(struct seq_file *m, void *obj)
{
	return mdt_show_stripes(m, ((struct mdt_device *)obj)->mdt_lod.lo_def_count);
}

static ssize_t mdt_stripecount_store(const char *text, size_t len, void *obj)
{
	struct mdt_device *mdt = obj;
	u64 v;
	int rc = mdt_parse_stripes(text, &v);

	if (rc)
		return rc;
	mdt->mdt_lod.lo_def_count = v ?: 1;
	return len;
}

static int mdt_qos_rr_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;

	seq_printf(m, "%u%%\n", mdt->mdt_lod.lo_qos_rr_pct);
	return 0;
}

static ssize_t mdt_qos_rr_store(const char *text, size_t len, void *obj)
{
	struct mdt_device *mdt = obj;
	char number[8];
	u64 v;
	int rc;

	if (len >= sizeof(number))
		return -EINVAL;
	strscpy(number, text, sizeof(number));
	if (len && number[len - 1] == '%')
		number[len - 1] = 0;
	rc = param_parse_u64(number, 0, 100, &v);
	if (rc)
		return rc;
	WRITE_ONCE(mdt->mdt_lod.lo_qos_rr_pct, v);
	return len;
}

static int mdt_numobd_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i, n = 0;

	down_read(&lod->lo_sem);
	for (i = 0; i < lod->lo_nr; i++)
		n += !!lod->lo_osts[i];
	up_read(&lod->lo_sem);
	seq_printf(m, "%u\n", n);
	return 0;
}

static int mdt_target_obd_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i;

	down_read(&lod->lo_sem);
	for (i = 0; i < lod->lo_nr; i++)
		if (lod->lo_osts[i])
			seq_printf(m, "%u: %s %s\n", i, lod->lo_osts[i]->opd_uuid,
				   lod->lo_osts[i]->opd_inactive ? "INACTIVE" : "ACTIVE");
	up_read(&lod->lo_sem);
	return 0;
}

static const struct param_def lod_params[] = {
	{ "stripesize", 0644, mdt_stripesize_show, mdt_stripesize_store },
	{ "stripecount", 0644, mdt_stripecount_show, mdt_stripecount_store },
	{ "qos_threshold_rr", 0644, mdt_qos_rr_show, mdt_qos_rr_store },
	{ "numobd", 0444, mdt_numobd_show, NULL },
	{ "target_obd", 0444, mdt_target_obd_show, NULL, PARAM_DEBUGFS },
};

static int mdt_open_handles_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;

	seq_printf(m, "%d\n", atomic_read(&mdt->mdt_nr_files));
	return 0;
}

static int mdt_identity_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "NONE\n");
	return 0;
}

static int mdt_hsm_control_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "disabled\n");
	return 0;
}

static const struct param_def mdt_params[] = {
	{ "identity_upcall", 0444, mdt_identity_show, NULL },
	{ "hsm_control", 0444, mdt_hsm_control_show, NULL },
	{ "open_handles", 0444, mdt_open_handles_show, NULL },
};

/* No changelogs are kept: nobody is registered. */
static int mdt_changelog_users_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "current_index: 0\n%-24s %10s %s %s\n", "ID", "index", "(idle)", "mask");
	return 0;
}

static int mdt_append_count_show(struct seq_file *m, void *obj)
{
	return mdt_show_stripes(m, ((struct mdt_device *)obj)->mdt_lod.lo_append_count);
}

static ssize_t mdt_append_count_store(const char *text, size_t len, void *obj)
{
	struct mdt_device *mdt = obj;
	u64 v;
	int rc = mdt_parse_stripes(text, &v);

	if (rc)
		return rc;
	WRITE_ONCE(mdt->mdt_lod.lo_append_count, v);
	return len;
}

PARAM_DEFINE_UINT(mdt_atime_diff, ((struct mdt_device *)obj)->mdt_atime_diff, 0, INT_MAX)

static const struct param_def mdd_params[] = {
	{ "append_stripe_count", 0644, mdt_append_count_show, mdt_append_count_store },
	{ "atime_diff", 0644, mdt_atime_diff_show, mdt_atime_diff_store },
	{ "changelog_users", 0444, mdt_changelog_users_show, NULL, PARAM_DEBUGFS },
};

#define STAT(name)	{ name, LUS_USECS, LUS_MINMAX | LUS_STDDEV }

static const struct lu_stat_def md_stats[MDS_STAT_NR] = {
	[MDS_STAT_OPEN]			= STAT("open"),
	[MDS_STAT_CLOSE]		= STAT("close"),
	[MDS_STAT_MKNOD]		= STAT("mknod"),
	[MDS_STAT_LINK]			= STAT("link"),
	[MDS_STAT_UNLINK]		= STAT("unlink"),
	[MDS_STAT_MKDIR]		= STAT("mkdir"),
	[MDS_STAT_RMDIR]		= STAT("rmdir"),
	[MDS_STAT_RENAME]		= STAT("rename"),
	[MDS_STAT_GETATTR]		= STAT("getattr"),
	[MDS_STAT_SETATTR]		= STAT("setattr"),
	[MDS_STAT_GETXATTR]		= STAT("getxattr"),
	[MDS_STAT_SETXATTR]		= STAT("setxattr"),
	[MDS_STAT_STATFS]		= STAT("statfs"),
	[MDS_STAT_SYNC]			= STAT("sync"),
	[MDS_STAT_SAMEDIR_RENAME]	= STAT("samedir_rename"),
	[MDS_STAT_CROSSDIR_RENAME]	= STAT("crossdir_rename"),
};

/* ---- qmt: the master of quotas, where no limits are set ---- */

static int mdt_qmt_limits_show(struct seq_file *m, const char *title)
{
	seq_printf(m, "%s:\n- id:      0\n  limits:  { hard: %12d, soft: %12d, granted: %12d, time: %15d }\n",
		   title, 0, 0, 0, 0);
	return 0;
}

#define QMT_FILE(pool, kind)							\
static int mdt_qmt_##pool##_##kind##_show(struct seq_file *m, void *obj)		\
{										\
	return mdt_qmt_limits_show(m, "global_pool0_" #pool "_" #kind);		\
}

QMT_FILE(md, usr)
QMT_FILE(md, grp)
QMT_FILE(md, prj)
QMT_FILE(dt, usr)
QMT_FILE(dt, grp)
QMT_FILE(dt, prj)

static const struct param_def qmt_md_params[] = {
	{ "glb-usr", 0444, mdt_qmt_md_usr_show, NULL, PARAM_PROC },
	{ "glb-grp", 0444, mdt_qmt_md_grp_show, NULL, PARAM_PROC },
	{ "glb-prj", 0444, mdt_qmt_md_prj_show, NULL, PARAM_PROC },
};

static const struct param_def qmt_dt_params[] = {
	{ "glb-usr", 0444, mdt_qmt_dt_usr_show, NULL, PARAM_PROC },
	{ "glb-grp", 0444, mdt_qmt_dt_grp_show, NULL, PARAM_PROC },
	{ "glb-prj", 0444, mdt_qmt_dt_prj_show, NULL, PARAM_PROC },
};

static void mdt_qmt_start(struct mdt_device *mdt)
{
	const char *svname = mdt->mdt_lt->lt_name, *end = strstr(svname, "-MDT0000");
	char path[80];

	if (!end)
		return;
	snprintf(path, sizeof(path), "qmt/%.*s-QMT0000/md-0x0", (int)(end - svname), svname);
	mdt->mdt_qmt_md = param_dir_add(NULL, path);
	param_add(mdt->mdt_qmt_md, qmt_md_params, ARRAY_SIZE(qmt_md_params), mdt);
	snprintf(path, sizeof(path), "qmt/%.*s-QMT0000/dt-0x0", (int)(end - svname), svname);
	mdt->mdt_qmt_dt = param_dir_add(NULL, path);
	param_add(mdt->mdt_qmt_dt, qmt_dt_params, ARRAY_SIZE(qmt_dt_params), mdt);
}

static void mdt_qmt_stop(struct mdt_device *mdt)
{
	param_dir_del(mdt->mdt_qmt_md);
	param_dir_del(mdt->mdt_qmt_dt);
}

/**
 * mdt_params_start - add the parameters and statistics of a target
 * @mdt: the target
 *
 * Return: 0 or -ENOMEM.
 */
int mdt_params_start(struct mdt_device *mdt)
{
	char name[64];
	int rc;

	spin_lock_init(&mdt->mdt_squash.ms_lock);
	mdt->mdt_atime_diff = 60;
	rc = tgt_stats_start(mdt->mdt_lt, md_stats, ARRAY_SIZE(md_stats));
	if (rc)
		return rc;
	snprintf(name, sizeof(name), "lod/%s-mdtlov", mdt->mdt_lt->lt_name);
	mdt->mdt_lod_params = param_dir_add(NULL, name);
	param_add(mdt->mdt_lod_params, lod_params, ARRAY_SIZE(lod_params), mdt);
	param_add(mdt->mdt_lt->lt_params, mdt_params, ARRAY_SIZE(mdt_params), mdt);
	param_add(mdt->mdt_lt->lt_params, mdt_squash_params, MDT_NR_SQUASH_PARAMS, mdt);
	mdt_qmt_start(mdt);
	snprintf(name, sizeof(name), "mdd/%s", mdt->mdt_lt->lt_name);
	mdt->mdt_mdd_params = param_dir_add(NULL, name);
	param_add(mdt->mdt_mdd_params, mdd_params, ARRAY_SIZE(mdd_params), mdt);
	return 0;
}

/**
 * mdt_params_stop - remove them
 * @mdt: the target
 */
void mdt_params_stop(struct mdt_device *mdt)
{
	param_dir_del(mdt->mdt_mdd_params);
	param_dir_del(mdt->mdt_lod_params);
	mdt_qmt_stop(mdt);
	param_remove(mdt->mdt_lt->lt_params, mdt_squash_params, MDT_NR_SQUASH_PARAMS);
	param_remove(mdt->mdt_lt->lt_params, mdt_params, ARRAY_SIZE(mdt_params));
	tgt_stats_stop(mdt->mdt_lt);
}
