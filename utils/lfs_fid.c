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
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli.h"
#include "lfs.h"

#define LFS_LINKS_MAX		0xffffffffLL

static int lfs_path_fid(const char *path, struct lu_fid *fid)
{
	struct {
		struct file_handle h;
		unsigned char bytes[128];
	} fh = { .h.handle_bytes = 128 };
	int mount;

	if (name_to_handle_at(AT_FDCWD, path, &fh.h, &mount, 0) < 0)
		return errno == EOPNOTSUPP ? ENOTTY : errno;
	if (fh.h.handle_type != LL_FILEID_LUSTRE || fh.h.handle_bytes < 16)
		return ENOTTY;
	memcpy(fid, fh.h.f_handle, 16);
	return 0;
}

int lfs_path2fid(int argc, char **argv)
{
	struct lu_fid fid;
	int i, rc = 0, err;

	if (argc < 2)
		return CLI_USAGE;
	for (i = 1; i < argc; i++) {
		err = lfs_path_fid(argv[i], &fid);
		if (err) {
			lfs_error(err, "cannot get the FID of '%s'", argv[i]);
			rc = rc ? rc : err;
			continue;
		}
		if (argc > 2)
			printf("%s: ", argv[i]);
		printf("[%#llx:0x%x:0x%x]\n", fid.f_seq, fid.f_oid, fid.f_ver);
	}
	return rc;
}

static struct {
	bool fid, link, names, zero;
	long long only;		/* one link; -1: all */
} lfs_f2p;

static bool lfs_parse_fid(const char *s, struct lu_fid *fid)
{
	unsigned long long seq;
	int n = 0;

	s += s[0] == '[';
	if (sscanf(s, "%llx:%x:%x%n", &seq, &fid->f_oid, &fid->f_ver, &n) != 3)
		return false;
	s += n;
	fid->f_seq = seq;
	return !*s || !strcmp(s, "]");
}

static void lfs_f2p_print(const struct lu_fid *fid, __u32 link, const char *root,
			  const char *path)
{
	const char *slash = strrchr(path, '/');

	if (lfs_f2p.fid)
		printf("[%#llx:0x%x:0x%x] ", fid->f_seq, fid->f_oid, fid->f_ver);
	if (lfs_f2p.link)
		printf("%u ", link);
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
	__u32 link = lfs_f2p.only > 0 ? lfs_f2p.only : 0;
	/* one byte more than the kernel may fill: the path always ends */
	union {
		struct getinfo_fid2path gf;
		char room[sizeof(struct getinfo_fid2path) + PATH_MAX + 1];
	} arg;
	struct lu_fid fid;

	if (!lfs_parse_fid(text, &fid))
		return lfs_error(0, "bad FID '%s', must be [seq:oid:ver]", text);
	for (;;) {
		memset(&arg, 0, sizeof(arg));
		arg.gf.gf_fid = fid;	/* each answer brings the FID of the root here */
		arg.gf.gf_recno = -1;
		arg.gf.gf_linkno = link;
		arg.gf.gf_pathlen = PATH_MAX;
		if (ioctl(fd, OBD_IOC_FID2PATH, &arg) < 0)
			return lfs_error(errno, "cannot find '%s'", text);
		lfs_f2p_print(&fid, link, root, arg.gf.gf_path);
		/* a server that does not count up would keep us here for ever */
		if (arg.gf.gf_linkno <= link || lfs_f2p.only >= 0)
			return 0;
		link = arg.gf.gf_linkno;
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
