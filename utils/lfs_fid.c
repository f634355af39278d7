// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs path2fid and fid2path. Chapter 7, section 6.8.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <lustre/lustreapi.h>
#include "cli.h"
#include "lfs.h"

#define LFS_LINKS_MAX		0x7fffffffLL

/* "[PARENT]/NAME" of each hard link, separated by TABs. */
static int lfs_print_parents(const char *path)
{
	char name[NAME_MAX + 1];
	struct lu_fid parent;
	unsigned int link = 0;
	int rc;

	while (!(rc = -llapi_path2parent(path, link, &parent, name, sizeof(name))))
		printf("%s" DFID "/%s", link++ ? "\t" : "", PFID(&parent), name);
	if (rc != ENODATA || !link)
		return lfs_error(rc == ENOTTY ? EOPNOTSUPP : rc, "cannot get the parents of '%s'",
				 path);
	printf("\n");
	return 0;
}

int lfs_path2fid(int argc, char **argv)
{
	bool parents = false;
	const struct cli_option options[] = { CLI_FLAG(0, "parents", parents), CLI_END };
	struct lu_fid fid;
	int i, rc, err, first;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first == argc)
		return rc ? rc : CLI_USAGE;
	for (i = first; i < argc; i++) {
		err = parents ? 0 : -llapi_path2fid(argv[i], &fid);
		if (err)
			lfs_error(err, "cannot get the FID of '%s'", argv[i]);
		if (!err && argc - first > 1)
			printf("%s: ", argv[i]);
		if (parents)
			err = lfs_print_parents(argv[i]);
		else if (!err)
			printf("[%#llx:0x%x:0x%x]\n", fid.f_seq, fid.f_oid, fid.f_ver);
		rc = rc ? rc : err;
	}
	return rc;
}

static struct {
	bool fid, link, names, zero;
	long long only;		/* one link; -1: all */
} lfs_f2p;

static void lfs_f2p_print(const struct lu_fid *fid, int link, const char *root,
			  const char *path)
{
	const char *slash = strrchr(path, '/');

	if (lfs_f2p.fid)
		printf("[%#llx:0x%x:0x%x] ", fid->f_seq, fid->f_oid, fid->f_ver);
	if (lfs_f2p.link)
		printf("%d ", link);
	if (lfs_f2p.names)
		printf("%s", slash ? slash + 1 : path);
	else if (root)
		printf("%s%s%s", root, path[0] ? "/" : "", path);
	else
		printf("%s", path);
	putchar(lfs_f2p.zero ? 0 : '\n');
}

/* All links of one FID. root: what stands before each path, NULL for nothing. */
static int lfs_f2p_one(int fd, const char *root, const char *text)
{
	int link = lfs_f2p.only > 0 ? lfs_f2p.only : 0, next, rc;
	char path[PATH_MAX];
	struct lu_fid fid;

	if (llapi_fid_parse(text, &fid, NULL))
		return lfs_error(0, "bad FID '%s', must be [seq:oid:ver]", text);
	for (;;) {
		next = link;
		rc = -llapi_fid2path_at(fd, &fid, path, sizeof(path), NULL, &next);
		if (rc)
			return lfs_error(rc, "cannot find '%s'", text);
		lfs_f2p_print(&fid, link, root, strcmp(path, "/") ? path : "");
		/* a server that does not count up would keep us here for ever */
		if (next <= link || lfs_f2p.only >= 0)
			return 0;
		link = next;
	}
}

/* By mount point, or (a word without a slash) by the name of the file system. */
static bool lfs_f2p_mount(const char *where, struct lfs_mount *m)
{
	unsigned int i;

	if (strchr(where, '/'))
		return lfs_mount_get(0, where, m);
	for (i = 0; lfs_mount_get(i, NULL, m); i++)
		if (!strcmp(m->fsname, where))
			return true;
	return false;
}

int lfs_fid2path(int argc, char **argv)
{
	static const struct cli_option options[] = {
		CLI_FLAG('f', "print-fid", lfs_f2p.fid),
		CLI_FLAG('c', "print-link", lfs_f2p.link),
		CLI_FLAG('n', "name", lfs_f2p.names),
		CLI_FLAG('0', "print0", lfs_f2p.zero),
		CLI_NUMBER('l', "link", lfs_f2p.only, 0, LFS_LINKS_MAX),
		CLI_END
	};
	struct lfs_mount m;
	int fd, rc, err, i;
	const char *where;

	memset(&lfs_f2p, 0, sizeof(lfs_f2p));
	lfs_f2p.only = -1;
	rc = cli_options(argc, argv, options, &i);
	if (rc || argc - i < 2)
		return rc ? rc : CLI_USAGE;
	where = argv[i++];
	if (!lfs_f2p_mount(where, &m))
		return lfs_error(ENODEV, "'%s' is no mounted Lustre filesystem", where);
	fd = open(m.dir, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", m.dir);
	for (; i < argc; i++) {
		err = lfs_f2p_one(fd, strchr(where, '/') ? m.dir : NULL, argv[i]);
		rc = rc ? rc : err;
	}
	close(fd);
	return rc;
}
