// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters and counters of a mount: llite.<fs>-<inst>, and the entries lov and lmv of the device
 * list.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/backing-dev.h>
#include <linux/mm.h>
#include "internal.h"
#include "data.h"

static const struct lu_stat_def ll_stats[LLS_NR] = {
	[LLS_READ_BYTES]	= { "read_bytes", LUS_BYTES, LUS_MINMAX | LUS_STDDEV },
	[LLS_WRITE_BYTES]	= { "write_bytes", LUS_BYTES, LUS_MINMAX | LUS_STDDEV },
	[LLS_READ]		= { "read", LUS_USECS, LUS_MINMAX },
	[LLS_WRITE]		= { "write", LUS_USECS, LUS_MINMAX },
	[LLS_IOCTL]		= { "ioctl", LUS_REQS, 0 },
	[LLS_OPEN]		= { "open", LUS_REQS, 0 },
	[LLS_CLOSE]		= { "close", LUS_REQS, 0 },
	[LLS_MMAP]		= { "mmap", LUS_REQS, 0 },
	[LLS_PAGE_FAULT]	= { "page_fault", LUS_REQS, 0 },
	[LLS_PAGE_MKWRITE]	= { "page_mkwrite", LUS_REQS, 0 },
	[LLS_SEEK]		= { "seek", LUS_REQS, 0 },
	[LLS_FSYNC]		= { "fsync", LUS_REQS, 0 },
	[LLS_READDIR]		= { "readdir", LUS_REQS, 0 },
	[LLS_SETATTR]		= { "setattr", LUS_REQS, 0 },
	[LLS_TRUNCATE]		= { "truncate", LUS_REQS, 0 },
	[LLS_FLOCK]		= { "flock", LUS_REQS, 0 },
	[LLS_FALLOCATE]		= { "fallocate", LUS_REQS, 0 },
	[LLS_GETATTR]		= { "getattr", LUS_REQS, 0 },
	[LLS_CREATE]		= { "create", LUS_REQS, 0 },
	[LLS_LINK]		= { "link", LUS_REQS, 0 },
	[LLS_UNLINK]		= { "unlink", LUS_REQS, 0 },
	[LLS_SYMLINK]		= { "symlink", LUS_REQS, 0 },
	[LLS_MKDIR]		= { "mkdir", LUS_REQS, 0 },
	[LLS_RMDIR]		= { "rmdir", LUS_REQS, 0 },
	[LLS_MKNOD]		= { "mknod", LUS_REQS, 0 },
	[LLS_RENAME]		= { "rename", LUS_REQS, 0 },
	[LLS_STATFS]		= { "statfs", LUS_REQS, 0 },
	[LLS_SETXATTR]		= { "setxattr", LUS_REQS, 0 },
	[LLS_GETXATTR]		= { "getxattr", LUS_REQS, 0 },
	[LLS_LISTXATTR]		= { "listxattr", LUS_REQS, 0 },
	[LLS_REMOVEXATTR]	= { "removexattr", LUS_REQS, 0 },
	[LLS_PERMISSION]	= { "inode_permission", LUS_REQS, 0 },
};

/* umount waits for who reads this, so it must not wait for a server that is away. */
static int ll_space_get(void *obj, struct kstatfs *st)
{
	struct ll_sb_info *sbi = obj;

	return sbi->sbi_mdc0 ? ll_statfs_get(sbi, st, true) : -ENODEV;
}

static int ll_fstype_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "lustre\n");
	return 0;
}

static int ll_client_type_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "local client\n");
	return 0;
}

static int ll_uuid_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s\n", ((struct ll_sb_info *)obj)->sbi_uuid);
	return 0;
}

static int ll_max_easize_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	seq_printf(m, "%u\n", sbi->sbi_mdc0 ? sbi->sbi_mdc0->lmc_max_easize : 0);
	return 0;
}

static int ll_default_easize_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	seq_printf(m, "%u\n", sbi->sbi_mdc0 ? mdc_ea_room(sbi->sbi_mdc0) : LL_EASIZE_DEF);
	return 0;
}

PARAM_DEFINE_UINT(ll_statfs_max_age, ((struct ll_sb_info *)obj)->sbi_statfs_max_age, 0, 1800)

static int ll_stat_blocksize_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_sb_info *)obj)->sbi_stat_blocksize);
	return 0;
}

static ssize_t ll_stat_blocksize_store(const char *text, size_t len, void *obj)
{
	u64 v;
	int rc = param_parse_u64(text, 0, 1U << 30, &v);

	if (rc)
		return rc;
	if (v && (v < PAGE_SIZE || v & (v - 1)))
		return -ERANGE;
	((struct ll_sb_info *)obj)->sbi_stat_blocksize = v;
	return len;
}

static int ll_lazystatfs_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", !!(((struct ll_sb_info *)obj)->sbi_opts & LL_OPT_LAZYSTATFS));
	return 0;
}

static ssize_t ll_lazystatfs_store(const char *text, size_t len, void *obj)
{
	struct ll_sb_info *sbi = obj;
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	sbi->sbi_opts = on ? sbi->sbi_opts | LL_OPT_LAZYSTATFS : sbi->sbi_opts & ~LL_OPT_LAZYSTATFS;
	return len;
}

static int ll_xattr_cache_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	seq_printf(m, "%d\n", sbi->sbi_mdc0 && !sbi->sbi_mdc0->lmc_no_xattr_intent);
	return 0;
}

/* ---- readahead: the kernel's, with our bounds ---- */

static u64 ll_ra_default_mb(void)
{
	return clamp_t(u64, (u64)totalram_pages() << PAGE_SHIFT >> 25, 64, 1024);
}

/* A file that is opened from now on reads ahead so much, more if it has many stripes. */
static void ll_ra_apply(struct ll_sb_info *sbi)
{
	unsigned int mb = min3(sbi->sbi_ra_mb, sbi->sbi_ra_file_mb, LL_READ_AHEAD >> 20);

	if (!sbi->sbi_sb)
		return;
	WRITE_ONCE(sbi->sbi_sb->s_bdi->ra_pages, (unsigned long)mb << (20 - PAGE_SHIFT));
	WRITE_ONCE(sbi->sbi_sb->s_bdi->io_pages,
		   min_t(unsigned long, LL_OSC_BRW_MAX >> PAGE_SHIFT,
			 (unsigned long)mb << (20 - PAGE_SHIFT)));
}

static int ll_ra_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_sb_info *)obj)->sbi_ra_mb);
	return 0;
}

static ssize_t ll_ra_store(const char *text, size_t len, void *obj)
{
	struct ll_sb_info *sbi = obj;
	u64 v;
	int rc = param_parse_u64(text, 0, totalram_pages() >> (20 - PAGE_SHIFT), &v);

	if (rc)
		return rc;
	sbi->sbi_ra_mb = v;
	ll_ra_apply(sbi);
	return len;
}

static int ll_ra_file_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_sb_info *)obj)->sbi_ra_file_mb);
	return 0;
}

static ssize_t ll_ra_file_store(const char *text, size_t len, void *obj)
{
	struct ll_sb_info *sbi = obj;
	u64 v;
	int rc = param_parse_u64(text, 0, sbi->sbi_ra_mb, &v);

	if (rc)
		return rc;
	sbi->sbi_ra_file_mb = v;
	ll_ra_apply(sbi);
	return len;
}

/* ---- checksums of all OSTs ---- */

static int ll_checksums_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	seq_printf(m, "%d\n", !!(READ_ONCE(sbi->sbi_opts) & LL_OPT_CHECKSUM));
	return 0;
}

static ssize_t ll_checksums_store(const char *text, size_t len, void *obj)
{
	struct ll_sb_info *sbi = obj;
	struct ll_osc *osc;
	unsigned long i;
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	sbi->sbi_opts = on ? sbi->sbi_opts | LL_OPT_CHECKSUM : sbi->sbi_opts & ~LL_OPT_CHECKSUM;
	xa_for_each(&sbi->sbi_oscs, i, osc)
		ll_osc_set_checksums(osc, on);
	return len;
}

/* ---- extents_stats ---- */

static const struct lu_hist_def ll_extents[] = { { "extents", "calls", true } };

static int ll_extents_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	if (!READ_ONCE(sbi->sbi_extents_on)) {
		seq_puts(m, "disabled\n write anything to this file to activate, then '0' or 'disable' to deactivate\n");
		return 0;
	}
	lu_hist_show_start(m, sbi->sbi_extents);
	lu_hist_show_tables(m, sbi->sbi_extents, LU_HIST_EXTENTS);
	return 0;
}

/* Each write begins to count anew. */
static ssize_t ll_extents_store(const char *text, size_t len, void *obj)
{
	struct ll_sb_info *sbi = obj;
	bool on = !sysfs_streq(text, "0") && !sysfs_streq(text, "disable") &&
		  !sysfs_streq(text, "disabled");

	lu_hist_store(text, len, sbi->sbi_extents);
	WRITE_ONCE(sbi->sbi_extents_on, on);
	return len;
}

static const struct param_def ll_params[] = {
	{ "extents_stats", 0644, ll_extents_show, ll_extents_store, PARAM_DEBUGFS },
	{ "fstype", 0444, ll_fstype_show, NULL },
	{ "client_type", 0444, ll_client_type_show, NULL },
	{ "uuid", 0444, ll_uuid_show, NULL },
	{ "max_easize", 0444, ll_max_easize_show, NULL },
	{ "default_easize", 0444, ll_default_easize_show, NULL },
	{ "statfs_max_age", 0644, ll_statfs_max_age_show, ll_statfs_max_age_store },
	{ "stat_blocksize", 0644, ll_stat_blocksize_show, ll_stat_blocksize_store },
	{ "lazystatfs", 0644, ll_lazystatfs_show, ll_lazystatfs_store },
	{ "xattr_cache", 0444, ll_xattr_cache_show, NULL },
	{ "max_read_ahead_mb", 0644, ll_ra_show, ll_ra_store },
	{ "max_read_ahead_per_file_mb", 0644, ll_ra_file_show, ll_ra_file_store },
	{ "max_read_ahead_whole_mb", 0444, param_zero_show },
	{ "checksums", 0644, ll_checksums_show, ll_checksums_store },
	{ "checksum_pages", 0644, ll_checksums_show, ll_checksums_store },
	{ "max_cached_mb", 0644, ll_cache_show, ll_cache_store, PARAM_DEBUGFS },
};

/* ---- lov and lmv: the sets of targets ---- */

static int ll_lov_count(struct ll_sb_info *sbi, bool active)
{
	struct ll_osc *osc;
	unsigned long i;
	int n = 0;

	xa_for_each(&sbi->sbi_oscs, i, osc)
		n += !active || READ_ONCE(osc->oc_active);
	return n;
}

static int ll_lov_numobd_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", ll_lov_count(obj, false));
	return 0;
}

static int ll_lov_activeobd_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", ll_lov_count(obj, true));
	return 0;
}

static int ll_lov_target_obd_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;
	struct ll_osc *osc;
	unsigned long i;

	xa_for_each(&sbi->sbi_oscs, i, osc)
		seq_printf(m, "%lu: %s %s\n", i, osc->oc_uuid,
			   READ_ONCE(osc->oc_active) ? "ACTIVE" : "INACTIVE");
	return 0;
}

static int ll_lov_desc_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s-clilov_UUID\n", ((struct ll_sb_info *)obj)->sbi_fsname);
	return 0;
}

static const struct param_def lov_params[] = {
	{ "numobd", 0444, ll_lov_numobd_show },
	{ "activeobd", 0444, ll_lov_activeobd_show },
	{ "target_obd", 0444, ll_lov_target_obd_show, NULL, PARAM_DEBUGFS },
	{ "desc_uuid", 0444, ll_lov_desc_show },
	{ "uuid", 0444, ll_uuid_show },
};

static int ll_lmv_count(struct ll_sb_info *sbi, bool active)
{
	struct ll_mdc *mdc;
	unsigned long i;
	int n = 0;

	xa_for_each(&sbi->sbi_mdcs, i, mdc)
		n += !active || !READ_ONCE(mdc->lmc_imp->imp_deactive);
	return n;
}

static int ll_lmv_numobd_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", ll_lmv_count(obj, false));
	return 0;
}

static int ll_lmv_activeobd_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", ll_lmv_count(obj, true));
	return 0;
}

static int ll_lmv_target_obd_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;
	struct ll_mdc *mdc;
	unsigned long i;

	xa_for_each(&sbi->sbi_mdcs, i, mdc)
		seq_printf(m, "%lu: %s %s\n", i, mdc->lmc_tgt_uuid,
			   mdc->lmc_imp->imp_deactive ? "INACTIVE" : "ACTIVE");
	return 0;
}

static int ll_lmv_desc_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s-clilmv_UUID\n", ((struct ll_sb_info *)obj)->sbi_fsname);
	return 0;
}

static const struct param_def lmv_params[] = {
	{ "numobd", 0444, ll_lmv_numobd_show },
	{ "activeobd", 0444, ll_lmv_activeobd_show },
	{ "target_obd", 0444, ll_lmv_target_obd_show, NULL, PARAM_DEBUGFS },
	{ "desc_uuid", 0444, ll_lmv_desc_show },
	{ "uuid", 0444, ll_uuid_show },
};

static struct param_dir *ll_set_add(struct ll_sb_info *sbi, const char *type,
				    const struct param_def *defs, int n)
{
	struct param_dir *dir;
	char path[64];

	snprintf(path, sizeof(path), "%s/%s-cli%s-%s", type, sbi->sbi_fsname, type, sbi->sbi_inst);
	dir = param_dir_add(NULL, path);
	param_add(dir, defs, n, sbi);
	param_add_space(dir, &sbi->sbi_space);
	return dir;
}

int ll_param_init(struct ll_sb_info *sbi)
{
	char name[64];

	sbi->sbi_stats = lu_stats_new(ll_stats, LLS_NR);
	sbi->sbi_extents = lu_hist_new(ll_extents, ARRAY_SIZE(ll_extents));
	if (!sbi->sbi_stats || !sbi->sbi_extents)
		return -ENOMEM;
	snprintf(name, sizeof(name), "llite/%s", sbi->sbi_name);
	sbi->sbi_param_dir = param_dir_add(NULL, name);
	ll_cache_limit_init(sbi);
	sbi->sbi_ra_mb = ll_ra_default_mb();
	sbi->sbi_ra_file_mb = clamp(sbi->sbi_ra_mb / 4, LL_READ_AHEAD >> 20, 256U);
	sbi->sbi_space = (struct param_space){ ll_space_get, sbi };
	param_add_space(sbi->sbi_param_dir, &sbi->sbi_space);
	param_add(sbi->sbi_param_dir, ll_params, ARRAY_SIZE(ll_params), sbi);
	ll_statahead_params(sbi);
	sbi->sbi_lov_dir = ll_set_add(sbi, "lov", lov_params, ARRAY_SIZE(lov_params));
	sbi->sbi_lmv_dir = ll_set_add(sbi, "lmv", lmv_params, ARRAY_SIZE(lmv_params));
	lu_stats_file(sbi->sbi_param_dir, "stats", sbi->sbi_stats);
	snprintf(name, sizeof(name), "%s-clilov-%s", sbi->sbi_fsname, sbi->sbi_inst);
	sbi->sbi_dev_lov = lu_device_add("lov", name, sbi->sbi_uuid);
	snprintf(name, sizeof(name), "%s-clilmv-%s", sbi->sbi_fsname, sbi->sbi_inst);
	sbi->sbi_dev_lmv = lu_device_add("lmv", name, sbi->sbi_uuid);
	return 0;
}

/* No reader or writer of a parameter from here on. */
void ll_param_hide(struct ll_sb_info *sbi)
{
	param_dir_del(sbi->sbi_lmv_dir);
	param_dir_del(sbi->sbi_lov_dir);
	param_dir_del(sbi->sbi_param_dir);
	sbi->sbi_param_dir = NULL;
	ll_cache_limit_stop(sbi);
}

void ll_param_fini(struct ll_sb_info *sbi)
{
	lu_device_del(sbi->sbi_dev_lmv);
	lu_device_del(sbi->sbi_dev_lov);
	lu_stats_free(sbi->sbi_stats);
	sbi->sbi_stats = NULL;
	lu_hist_free(sbi->sbi_extents);
	sbi->sbi_extents = NULL;
}
