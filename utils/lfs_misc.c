// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs project, quota, setquota, data_version, rmfid, and the subcommands that name what
 * this version has not. Chapter 7, sections 6.2 and 6.10.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/fs.h>
#include <lustre/lustreapi.h>
#include "cli.h"
#include "lfs.h"

/* ---- project ---- */

static struct {
	bool set, clear, keep, check, recursive, self, inherit, zero;
	long long id;
} lfs_prj;

static int lfs_project_attr(const char *path, struct fsxattr *fx, bool set)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_LOV_DELAY_CREATE), rc = 0;

	if (fd < 0)
		return errno;
	if (ioctl(fd, set ? FS_IOC_FSSETXATTR : FS_IOC_FSGETXATTR, fx) < 0)
		rc = errno;
	close(fd);
	return rc;
}

/* With -c: what differs from the directory that was named. */
static void lfs_project_compare(const char *path, const struct fsxattr *fx, bool dir, __u32 want)
{
	if (lfs_prj.zero) {
		if (fx->fsx_projid != want || (dir && !(fx->fsx_xflags & FS_XFLAG_PROJINHERIT)))
			printf("%s%c", path, 0);
		return;
	}
	if (dir && !(fx->fsx_xflags & FS_XFLAG_PROJINHERIT))
		printf("%s - project inheritance flag is not set\n", path);
	if (fx->fsx_projid != want)
		printf("%s - project identifier is not set (inode=%u, tree=%u)\n", path,
		       fx->fsx_projid, want);
}

static int lfs_project_one(const char *path, bool dir, __u32 want)
{
	struct fsxattr fx;
	int rc = lfs_project_attr(path, &fx, false);

	if (rc)
		return lfs_error(rc, "cannot get the project of '%s'", path);
	if (lfs_prj.check) {
		lfs_project_compare(path, &fx, dir, want);
		return 0;
	}
	if (!lfs_prj.set && !lfs_prj.clear && !lfs_prj.inherit) {
		printf("%5u %c %s\n", fx.fsx_projid,
		       fx.fsx_xflags & FS_XFLAG_PROJINHERIT ? 'P' : '-', path);
		return 0;
	}
	if (lfs_prj.clear) {
		fx.fsx_xflags &= ~FS_XFLAG_PROJINHERIT;
		if (!lfs_prj.keep)
			fx.fsx_projid = 0;
	}
	if (lfs_prj.set)
		fx.fsx_projid = lfs_prj.id;
	if (lfs_prj.inherit && dir)
		fx.fsx_xflags |= FS_XFLAG_PROJINHERIT;
	rc = lfs_project_attr(path, &fx, true);
	return rc ? lfs_error(rc, "cannot set the project of '%s'", path) : 0;
}

/* Of a directory: its entries, or with -d itself, or with -r all below it. */
static int lfs_project_tree(char *path)
{
	char *const roots[] = { path, NULL };
	__u32 want = lfs_prj.id;
	int rc = 0, err;
	FTSENT *e;
	FTS *t;

	if (lfs_prj.check && !lfs_prj.set) {
		struct fsxattr fx;

		err = lfs_project_attr(path, &fx, false);
		if (err)
			return lfs_error(err, "cannot get the project of '%s'", path);
		want = fx.fsx_projid;
	}
	t = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!t)
		return lfs_error(errno, "cannot read '%s'", path);
	while ((e = fts_read(t))) {
		bool dir = e->fts_info == FTS_D;

		if (e->fts_info == FTS_DP)
			continue;
		if (e->fts_info == FTS_ERR || e->fts_info == FTS_DNR || e->fts_info == FTS_NS) {
			err = lfs_error(e->fts_errno, "cannot read '%s'", e->fts_path);
		} else if (dir || e->fts_info == FTS_F) {
			bool top = !e->fts_level;

			err = 0;
			if (!top || !dir || lfs_prj.self || lfs_prj.recursive || lfs_prj.set ||
			    lfs_prj.clear || lfs_prj.check || lfs_prj.inherit)
				err = lfs_project_one(e->fts_path, dir, want);
			if (dir && !lfs_prj.recursive &&
			    (!top || lfs_prj.self || lfs_prj.set || lfs_prj.clear ||
			     lfs_prj.inherit || lfs_prj.check))
				fts_set(t, e, FTS_SKIP);
		} else {
			err = 0;	/* links and devices have no project that can be set here */
		}
		rc = rc ? rc : err;
	}
	fts_close(t);
	return rc;
}

int lfs_project(int argc, char **argv)
{
	const struct cli_option options[] = {
		CLI_NUMBER('p', NULL, lfs_prj.id, 0, 0xfffffffeLL),
		CLI_FLAG('s', NULL, lfs_prj.inherit), CLI_FLAG('C', NULL, lfs_prj.clear),
		CLI_FLAG('k', NULL, lfs_prj.keep), CLI_FLAG('c', NULL, lfs_prj.check),
		CLI_FLAG('r', NULL, lfs_prj.recursive), CLI_FLAG('d', NULL, lfs_prj.self),
		CLI_FLAG('0', NULL, lfs_prj.zero), CLI_END
	};
	int rc, err, i;

	memset(&lfs_prj, 0, sizeof(lfs_prj));
	lfs_prj.id = -1;
	rc = cli_options(argc, argv, options, &i);
	lfs_prj.set = lfs_prj.id >= 0;
	if (rc || i == argc || (lfs_prj.clear && (lfs_prj.set || lfs_prj.inherit)) ||
	    (lfs_prj.keep && !lfs_prj.clear) || (lfs_prj.zero && !lfs_prj.check))
		return rc ? rc : CLI_USAGE;
	for (; i < argc; i++) {
		err = lfs_project_tree(argv[i]);
		rc = rc ? rc : err;
	}
	return rc;
}

/* ---- data_version, rmfid ---- */

int lfs_data_version(int argc, char **argv)
{
	bool no_flush = false, for_write = false;
	const struct cli_option options[] = {
		CLI_FLAG('n', NULL, no_flush), CLI_FLAG('r', NULL, no_flush),
		CLI_FLAG('w', NULL, for_write), CLI_END
	};
	uint64_t version;
	int rc, i, fd;

	rc = cli_options(argc, argv, options, &i);
	if (rc || i != argc - 1)
		return rc ? rc : CLI_USAGE;
	fd = open(argv[i], O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", argv[i]);
	rc = -llapi_get_data_version(fd, &version, for_write ? 2 : no_flush ? 0 : 1);
	close(fd);
	if (rc)
		return lfs_error(rc, "cannot get the data version of '%s'", argv[i]);
	printf("%llu\n", (unsigned long long)version);
	return 0;
}

int lfs_rmfid(int argc, char **argv)
{
	struct fid_array *fa;
	int i, rc, err = 0;

	if (argc < 3)
		return CLI_USAGE;
	fa = calloc(1, sizeof(*fa) + (argc - 2) * sizeof(fa->fa_fids[0]));
	if (!fa)
		return lfs_error(ENOMEM, "cannot remove files");
	for (i = 2; i < argc; i++)
		if (llapi_fid_parse(argv[i], &fa->fa_fids[i - 2], NULL)) {
			free(fa);
			return lfs_error(0, "bad FID '%s', must be [seq:oid:ver]", argv[i]);
		}
	fa->fa_nr = argc - 2;
	rc = -llapi_rmfid(argv[1], fa);
	if (rc)
		rc = lfs_error(rc == ENOTTY ? EOPNOTSUPP : rc, "cannot remove by FID in '%s'",
			       argv[1]);
	for (i = 2; !rc && i < argc; i++)
		if (fa->fa_fids[i - 2].f_ver)
			err = lfs_error(fa->fa_fids[i - 2].f_ver, "cannot remove %s", argv[i]);
	free(fa);
	return rc ? rc : err;
}

/* ---- quota ---- */

/*
 * The mount is looked for first, so that a wrong path is named. Usage is in the parameters of the
 * servers: osd-*.*.quota_slave.acct_*.
 */
static int lfs_no_quota(int argc, char **argv)
{
	struct lfs_mount m;

	if (argc < 2)
		return CLI_USAGE;
	if (!lfs_mount_get(0, argv[argc - 1], &m))
		return lfs_error(ENODEV, "'%s' is not on a mounted Lustre filesystem",
				 argv[argc - 1]);
	return lfs_error(EOPNOTSUPP, "quotas are not enabled on %s", m.fsname);
}

int lfs_quota(int argc, char **argv)
{
	return lfs_no_quota(argc, argv);
}

int lfs_setquota(int argc, char **argv)
{
	return lfs_no_quota(argc, argv);
}

/* ---- what there is not ---- */

static const struct {
	const char *name, *needs;
} lfs_absent[] = {
	{ "changelog", "changelogs" }, { "changelog_clear", "changelogs" },
	{ "hsm_state", "HSM" }, { "hsm_set", "HSM" }, { "hsm_clear", "HSM" },
	{ "hsm_action", "HSM" }, { "hsm_archive", "HSM" }, { "hsm_restore", "HSM" },
	{ "hsm_release", "HSM" }, { "hsm_remove", "HSM" }, { "hsm_cancel", "HSM" },
	{ "hsm", "HSM" }, { "swap_layouts", "exchange of layouts" },
	{ "migrate", "exchange of layouts: copy the file instead" },
	{ "mv", "migration between MDTs" }, { "mirror", "mirrors made by lfs" },
	{ "ladvise", "advice to servers" }, { "getsom", "size on the MDT" },
	{ "somsync", "size on the MDT" }, { "heat_get", "access heat" },
	{ "heat_set", "access heat" }, { "pcc", "persistent client caches" },
	{ "unlink_foreign", "foreign layouts" }, { "rm_entry", "removal of broken entries" },
};

bool lfs_is_absent(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(lfs_absent) / sizeof(lfs_absent[0]); i++)
		if (!strcmp(name, lfs_absent[i].name)) {
			fprintf(stderr, "lfs: %s: this version has no %s\n", name,
				lfs_absent[i].needs);
			return true;
		}
	return false;
}

int lfs_flushctx(int argc, char **argv)
{
	bool keep = false, reset = false;
	const struct cli_option options[] = {
		CLI_FLAG('k', NULL, keep), CLI_FLAG('r', NULL, reset), CLI_END
	};
	struct lfs_mount m;
	const char *path;
	int rc, i, fd;

	rc = cli_options(argc, argv, options, &i);
	if (rc || i < argc - 1)
		return rc ? rc : CLI_USAGE;
	path = i < argc ? argv[i] : NULL;
	for (i = 0; lfs_mount_get(i, path, &m) && !(path && i); i++) {
		fd = open(m.dir, O_RDONLY | O_DIRECTORY);
		if (fd < 0 || ioctl(fd, LL_IOC_FLUSHCTX, 0) < 0)
			rc = lfs_error(errno, "'%s'", m.dir);
		if (fd >= 0)
			close(fd);
	}
	return i ? rc : lfs_error(ENODEV, "no Lustre filesystem is mounted");
}
