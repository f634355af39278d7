// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters and counters of a device: osd-ldiskfs.NAME.* (chapter 7.8.4, 7.8.8). The usage of
 * users, groups and projects is what ldiskfs accounts anyway; limits are not enforced.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/blkdev.h>
#include <linux/quotaops.h>
#include "osd_internal.h"

static const struct lu_hist_def osd_brw_defs[OSD_BRW_NR] = {
	[OSD_BRW_PAGES]		= { "pages per bulk r/w", "rpcs", true },
	[OSD_BRW_DISCONT_PAGES]	= { "discontiguous pages", "rpcs", false },
	[OSD_BRW_DISCONT_BLOCKS] = { "discontiguous blocks", "rpcs", false },
	[OSD_BRW_FRAGS]		= { "disk fragmented I/Os", "ios", false },
	[OSD_BRW_IN_FLIGHT]	= { "disk I/Os in flight", "ios", false },
	[OSD_BRW_TIME]		= { "I/O time (1/1000s)", "ios", true },
	[OSD_BRW_SIZE]		= { "disk I/O size", "ios", true },
	[OSD_BRW_MAPS]		= { "block maps msec", "maps", true },
};

static const struct lu_stat_def osd_stat_defs[OSD_ST_NR] = {
	[OSD_ST_TRANS_START]	= { "trans_start", LUS_USECS, LUS_MINMAX | LUS_STDDEV },
	[OSD_ST_SYNC]		= { "sync", LUS_USECS, LUS_MINMAX | LUS_STDDEV },
};

static int osd_space_get(void *obj, struct kstatfs *st)
{
	return osd_statfs(obj, st);
}

static int osd_fstype_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "ldiskfs\n");
	return 0;
}

static int osd_mntdev_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "/dev/%s\n", osd_dev_name(obj));
	return 0;
}

static int osd_maxbytes_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", osd_maxbytes(obj));
	return 0;
}

static int osd_nonrot_show(struct seq_file *m, void *obj)
{
	struct osd_device *dev = obj;

	seq_printf(m, "%d\n", bdev_nonrot(dev->osd_sb->s_bdev));
	return 0;
}

static int osd_uuid_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s-osd_UUID\n", ((struct osd_device *)obj)->osd_name);
	return 0;
}

static ssize_t osd_force_sync_store(const char *text, size_t len, void *obj)
{
	int rc = osd_sync(obj);

	return rc ?: (ssize_t)len;
}

static const struct param_def osd_params[] = {
	{ "fstype", 0444, osd_fstype_show },
	{ "mntdev", 0444, osd_mntdev_show },
	{ "maxbytes", 0444, osd_maxbytes_show },
	{ "nonrotational", 0444, osd_nonrot_show },
	{ "uuid", 0444, osd_uuid_show },
	/* object data does not go through a cache (docs/architecture.md) */
	{ "read_cache_enable", 0444, param_zero_show },
	{ "writethrough_cache_enable", 0444, param_zero_show },
	{ "oi_scrub", 0444, osd_scan_show, NULL, PARAM_DEBUGFS },
	{ "force_sync", 0200, NULL, osd_force_sync_store },
};

/* ---- quota_slave ---- */

/* A device without the quota feature has no numbers: the file cannot be read. */
static int osd_acct_show(struct seq_file *m, struct osd_device *dev, enum quota_type type,
			 const char *title)
{
	struct kqid qid = make_kqid(&init_user_ns, type, 0);
	struct super_block *sb = dev->osd_sb;
	struct qc_dqblk use;
	qid_t id = 0;

	if (!sb_has_quota_active(sb, type))
		return -EOPNOTSUPP;
	seq_puts(m, title);
	while (!dquot_get_next_dqblk(sb, &qid, &use)) {
		id = from_kqid(&init_user_ns, qid);
		seq_printf(m, "- id:      %u\n  usage:   { inodes: %12llu, kbytes: %12llu }\n", id,
			   (u64)use.d_ino_count, (u64)use.d_space >> 10);
		if (id == (qid_t)-1 || seq_has_overflowed(m) || fatal_signal_pending(current))
			break;
		qid = make_kqid(&init_user_ns, type, id + 1);
	}
	return 0;
}

static int osd_acct_user_show(struct seq_file *m, void *obj)
{
	return osd_acct_show(m, obj, USRQUOTA, "usr_accounting:\n");
}

static int osd_acct_group_show(struct seq_file *m, void *obj)
{
	return osd_acct_show(m, obj, GRPQUOTA, "grp_accounting:\n");
}

static int osd_acct_project_show(struct seq_file *m, void *obj)
{
	return osd_acct_show(m, obj, PRJQUOTA, "prj_accounting:\n");
}

static int osd_quota_enabled_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "none\n");
	return 0;
}

static int osd_quota_info_show(struct seq_file *m, void *obj)
{
	struct osd_device *dev = obj;
	struct super_block *sb = dev->osd_sb;

	seq_printf(m, "target name:    %s\npool ID:         0\ntype:            %s\n",
		   dev->osd_name, dev->osd_is_ost ? "dt" : "md");
	seq_printf(m, "quota enabled:   none\nconn to master:  not setup yet\nspace acct:     %s%s%s\n",
		   sb_has_quota_active(sb, USRQUOTA) ? "u" : "",
		   sb_has_quota_active(sb, GRPQUOTA) ? "g" : "",
		   sb_has_quota_active(sb, PRJQUOTA) ? "p" : "");
	return 0;
}

static const struct param_def osd_quota_params[] = {
	{ "acct_user", 0444, osd_acct_user_show, NULL, PARAM_PROC },
	{ "acct_group", 0444, osd_acct_group_show, NULL, PARAM_PROC },
	{ "acct_project", 0444, osd_acct_project_show, NULL, PARAM_PROC },
	{ "enabled", 0444, osd_quota_enabled_show, NULL, PARAM_PROC },
	{ "info", 0444, osd_quota_info_show, NULL, PARAM_PROC },
};

/**
 * osd_params_start - show a device in the parameters
 * @dev: the device
 * @name: of the target that it belongs to
 *
 * Ends with osd_umount(). What has no memory is not shown.
 */
void osd_params_start(struct osd_device *dev, const char *name)
{
	char path[64], uuid[64];

	strscpy(dev->osd_name, name, sizeof(dev->osd_name));
	snprintf(path, sizeof(path), "osd-ldiskfs/%s", name);
	dev->osd_space = (struct param_space){ osd_space_get, dev };
	dev->osd_params = param_dir_add(NULL, path);
	param_add_space(dev->osd_params, &dev->osd_space);
	param_add(dev->osd_params, osd_params, ARRAY_SIZE(osd_params), dev);
	dev->osd_brw = lu_hist_new(osd_brw_defs, OSD_BRW_NR);
	lu_hist_file(dev->osd_params, "brw_stats", dev->osd_brw);
	dev->osd_stats = lu_stats_new(osd_stat_defs, OSD_ST_NR);
	lu_stats_file(dev->osd_params, "stats", dev->osd_stats);
	dev->osd_quota_params = param_dir_add(dev->osd_params, "quota_slave");
	param_add(dev->osd_quota_params, osd_quota_params, ARRAY_SIZE(osd_quota_params), dev);
	snprintf(path, sizeof(path), "%s-osd", name);
	snprintf(uuid, sizeof(uuid), "%s-osd_UUID", name);
	dev->osd_obd = lu_device_add("osd-ldiskfs", path, uuid);
}
EXPORT_SYMBOL_GPL(osd_params_start);

/**
 * osd_params_dir - the directory of a device, for links to it
 * @dev: the device
 *
 * Return: the directory, NULL or ERR_PTR.
 */
struct param_dir *osd_params_dir(struct osd_device *dev)
{
	return dev->osd_params;
}
EXPORT_SYMBOL_GPL(osd_params_dir);

/* Before anything of the device goes; the counters themselves go with it. */
void osd_params_stop(struct osd_device *dev)
{
	lu_device_del(dev->osd_obd);
	param_dir_del(dev->osd_quota_params);
	param_dir_del(dev->osd_params);
}
