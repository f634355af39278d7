// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters and counters of a mount: llite.<fs>-<inst>, and the entries lov and lmv of the device
 * list.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include "internal.h"

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

/* Files of numbers from statfs. */
static int ll_statfs_show(struct seq_file *m, struct ll_sb_info *sbi, size_t off, bool kbytes)
{
	struct obd_statfs st;
	u64 v;
	int rc;

	if (!sbi->mdc0)
		return -ENODEV;
	rc = ll_statfs_get(sbi, &st);
	if (rc)
		return rc;
	v = le64_to_cpu(*(__le64 *)((char *)&st + off));
	seq_printf(m, "%llu\n", kbytes ? v * (le32_to_cpu(st.os_bsize) >> 9) / 2 : v);
	return 0;
}

#define STATFS_FILE(name, field, kb)					\
static int ll_##name##_show(struct seq_file *m, void *obj)			\
{									\
	return ll_statfs_show(m, obj, offsetof(struct obd_statfs, field), kb);	\
}

STATFS_FILE(kbytestotal, os_blocks, true)
STATFS_FILE(kbytesfree, os_bfree, true)
STATFS_FILE(kbytesavail, os_bavail, true)
STATFS_FILE(filestotal, os_files, false)
STATFS_FILE(filesfree, os_ffree, false)

static int ll_blocksize_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_sb_info *)obj)->bsize);
	return 0;
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
	seq_printf(m, "%s\n", ((struct ll_sb_info *)obj)->uuid);
	return 0;
}

static int ll_max_easize_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	seq_printf(m, "%u\n", sbi->mdc0 ? sbi->mdc0->max_easize : 0);
	return 0;
}

static int ll_default_easize_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	seq_printf(m, "%u\n", sbi->mdc0 ? mdc_ea_room(sbi->mdc0) : LL_EASIZE_DEF);
	return 0;
}

static int ll_statfs_max_age_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_sb_info *)obj)->statfs_max_age);
	return 0;
}

static ssize_t ll_statfs_max_age_store(const char *text, size_t len, void *obj)
{
	u64 v;
	int rc = param_parse_u64(text, 0, 1800, &v);

	if (rc)
		return rc;
	((struct ll_sb_info *)obj)->statfs_max_age = v;
	return len;
}

static int ll_stat_blocksize_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_sb_info *)obj)->stat_blocksize);
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
	((struct ll_sb_info *)obj)->stat_blocksize = v;
	return len;
}

static int ll_lazystatfs_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", !!(((struct ll_sb_info *)obj)->opts & LL_OPT_LAZYSTATFS));
	return 0;
}

static ssize_t ll_lazystatfs_store(const char *text, size_t len, void *obj)
{
	struct ll_sb_info *sbi = obj;
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	sbi->opts = on ? sbi->opts | LL_OPT_LAZYSTATFS : sbi->opts & ~LL_OPT_LAZYSTATFS;
	return len;
}

static int ll_xattr_cache_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;

	seq_printf(m, "%d\n", sbi->mdc0 && !sbi->mdc0->no_xattr_intent);
	return 0;
}

static const struct param_def ll_params[] = {
	{ "blocksize", 0444, ll_blocksize_show, NULL },
	{ "kbytestotal", 0444, ll_kbytestotal_show, NULL },
	{ "kbytesfree", 0444, ll_kbytesfree_show, NULL },
	{ "kbytesavail", 0444, ll_kbytesavail_show, NULL },
	{ "filestotal", 0444, ll_filestotal_show, NULL },
	{ "filesfree", 0444, ll_filesfree_show, NULL },
	{ "fstype", 0444, ll_fstype_show, NULL },
	{ "client_type", 0444, ll_client_type_show, NULL },
	{ "uuid", 0444, ll_uuid_show, NULL },
	{ "max_easize", 0444, ll_max_easize_show, NULL },
	{ "default_easize", 0444, ll_default_easize_show, NULL },
	{ "statfs_max_age", 0644, ll_statfs_max_age_show, ll_statfs_max_age_store },
	{ "stat_blocksize", 0644, ll_stat_blocksize_show, ll_stat_blocksize_store },
	{ "lazystatfs", 0644, ll_lazystatfs_show, ll_lazystatfs_store },
	{ "xattr_cache", 0444, ll_xattr_cache_show, NULL },
};

int ll_param_init(struct ll_sb_info *sbi)
{
	char name[64];

	sbi->stats = lu_stats_new(ll_stats, LLS_NR);
	if (!sbi->stats)
		return -ENOMEM;
	snprintf(name, sizeof(name), "llite/%s", sbi->name);
	sbi->param_dir = param_dir_add(NULL, name);
	param_add(sbi->param_dir, ll_params, ARRAY_SIZE(ll_params), sbi);
	lu_stats_file(sbi->param_dir, "stats", sbi->stats);
	snprintf(name, sizeof(name), "%s-clilov-%s", sbi->fsname, sbi->inst);
	sbi->dev_lov = lu_device_add("lov", name, sbi->uuid);
	snprintf(name, sizeof(name), "%s-clilmv-%s", sbi->fsname, sbi->inst);
	sbi->dev_lmv = lu_device_add("lmv", name, sbi->uuid);
	return 0;
}

void ll_param_fini(struct ll_sb_info *sbi)
{
	lu_device_del(sbi->dev_lmv);
	lu_device_del(sbi->dev_lov);
	param_dir_del(sbi->param_dir);
	lu_stats_free(sbi->stats);
	sbi->stats = NULL;
}
