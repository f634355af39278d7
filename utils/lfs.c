// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs: the table of subcommands, and their common requests to a client mount. Output and exit
 * codes: chapter 7, section 6.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <lustre/lustreapi.h>
#include "cli.h"
#include "lfs.h"

#define LFS_SETSTRIPE_USAGE \
	"[LAYOUT] [-E|--component-end END [LAYOUT]]... FILE|DIRECTORY...\n" \
	"    LAYOUT: [-c|--stripe-count COUNT] [-C|--overstripe-count COUNT]\n" \
	"    [-S|--stripe-size SIZE] [-i|--stripe-index INDEX] [-o|--ost INDEX[,INDEX...]]\n" \
	"    [-p|--pool NAME] [--flags LIST]\n" \
	"{-y|--yaml YAML|--copy FILE} FILE|DIRECTORY...\n" \
	"-d DIRECTORY...   (delete the default layout)\n" \
	"--component-add -E END [LAYOUT]... FILE...\n" \
	"--component-del {-I ID|--flags LIST} FILE...\n" \
	"--component-set -I ID --flags LIST FILE..."
#define LFS_GETSTRIPE_USAGE \
	"[-c] [-S] [-i] [-p] [-L] [-g] [-F] [-m] [--component-count] [-N] [-E]\n" \
	"    [-I[ID]] [--component-flags[=LIST]] [-d] [-r] [-v] [-y] [-q] [-O INDEX|UUID] FILE|DIRECTORY..."
#define LFS_MKDIR_USAGE \
	"[-i|--mdt-index INDEX] [-c|--mdt-count COUNT] [-H|--mdt-hash HASH]\n" \
	"    [-o|--mode MODE] DIRECTORY..."
#define LFS_FIND_USAGE \
	"DIRECTORY... [[!] --name GLOB] [[!] --type bcdflps] [[!] --size [+-]N[bckMGTPE]]\n" \
	"    [[!] --stripe-count [+-]N] [[!] --stripe-size [+-]N] [[!] --stripe-index N]\n" \
	"    [[!] --ost N|UUID,...] [[!] --layout WORD] [[!] --pool GLOB]\n" \
	"    [[!] --component-count [+-]N] [[!] --mirror-count [+-]N] [[!] --mdt-index N]\n" \
	"    [[!] --user|--uid U] [[!] --group|--gid G] [[!] --newer FILE]\n" \
	"    [[!] --mtime|--ctime|--atime [+-]N[smhdwy]] [[!] --perm [/-]MODE]\n" \
	"    [[!] --links [+-]N] [[!] --blocks [+-]N[unit]]\n" \
	"    [--maxdepth N] [--mindepth N] [--print] [-0|--print0]"

static const struct cli_command lfs_commands[] = {
	{ "setstripe", lfs_setstripe,
	  "create a file with a layout, or set the default layout of a directory",
	  LFS_SETSTRIPE_USAGE },
	{ "getstripe", lfs_getstripe,
	  "show the layout of files and the default layout of directories", LFS_GETSTRIPE_USAGE },
	{ "mkdir", lfs_mkdir, "create a directory", LFS_MKDIR_USAGE },
	{ "setdirstripe", lfs_mkdir, "create a directory", LFS_MKDIR_USAGE },
	{ "getdirstripe", lfs_getdirstripe, "show the stripes of a directory",
	  "[-c|--mdt-count] [-i|--mdt-index] [-H|--mdt-hash] [-F|--fid] [-D|--default]\n"
	  "    DIRECTORY..." },
	{ "df", lfs_df, "space and inodes of each target",
	  "[-i] [-h] [-H] [-v] [-l] [-o[INDEX]] [-m[INDEX]] [-p POOL] [-N] [-s] [PATH]" },
	{ "find", lfs_find, "find files by layout and other attributes", LFS_FIND_USAGE },
	{ "check", lfs_check, "ask servers whether they are there", "{osts|mdts|mgts|all} [PATH]" },
	{ "osts", lfs_osts, "list the OSTs of a file system", "[PATH]" },
	{ "mdts", lfs_mdts, "list the MDTs of a file system", "[PATH]" },
	{ "pool_list", lfs_pool_list, "list the pools of a file system, or the OSTs of a pool",
	  "FSNAME[.POOL]|PATH" },
	{ "path2fid", lfs_path2fid, "show the FID of files", "[--parents] PATH..." },
	{ "fid2path", lfs_fid2path, "show the paths of FIDs",
	  "[-c] [-f] [-l LINK] [-n] [-0] MOUNTPOINT|FSNAME FID..." },
	{ "getname", lfs_getname, "instance and file system name of a mount",
	  "[-i] [-n] [-u] [PATH]" },
	{ "rmfid", lfs_rmfid, "remove files by FID", "MOUNTPOINT FID..." },
	{ "project", lfs_project, "show, set or check the project of files",
	  "[-d|-r] FILE|DIRECTORY...   (show)\n"
	  "-p ID [-s] [-r] FILE|DIRECTORY...   (set, -s: for what is made in it, too)\n"
	  "-C [-k] [-r] FILE|DIRECTORY...   (clear, -k: the inheritance only)\n"
	  "-c [-p ID] [-r] [-0] DIRECTORY...   (check)" },
	{ "quota", lfs_quota, "usage and limits", "[-u USER|-g GROUP|-p PROJECT] MOUNTPOINT" },
	{ "setquota", lfs_setquota, "set limits", "{-u|-g|-p} ID -b N -B N -i N -I N MOUNTPOINT" },
	{ "data_version", lfs_data_version, "number that changes with the data", "[-n|-w] FILE" },
	{ "flushctx", lfs_flushctx, "drop security contexts", "[-k] [-r] [MOUNTPOINT]" },
	{ 0 }
};

/**
 * lfs_error() - print "lfs COMMAND: TEXT: STRERROR (ERRNO)" on stderr
 * @err: 0: without the errno
 * @fmt: the text
 *
 * Return: @err, or EINVAL if it is 0.
 */
int lfs_error(int err, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "lfs %s: ", cli_command_name());
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (err)
		fprintf(stderr, ": %s (%d)", strerror(err), err);
	fprintf(stderr, "\n");
	return err ? err : EINVAL;
}

/**
 * lfs_mount_get() - find a client mount in /proc/mounts
 * @i: its number (without @path)
 * @path: the mount that holds this file; NULL: by number
 * @m: filled in
 *
 * Return: false when there is none.
 */
bool lfs_mount_get(unsigned int i, const char *path, struct lfs_mount *m)
{
	char real[PATH_MAX] = "";
	struct mntent *e;
	size_t best = 0;
	bool found = false;
	FILE *f;

	if (path && !realpath(path, real))
		return false;
	f = setmntent("/proc/mounts", "r");
	if (!f)
		return false;
	while ((e = getmntent(f))) {
		const char *sep = strstr(e->mnt_fsname, ":/");
		size_t n = strlen(e->mnt_dir);

		if (strcmp(e->mnt_type, "lustre") || !sep)
			continue;
		if (path) {
			if (strncmp(real, e->mnt_dir, n) || (real[n] && real[n] != '/') || n < best)
				continue;
			best = n;
		} else if (i--) {
			continue;
		}
		snprintf(m->dir, sizeof(m->dir), "%s", e->mnt_dir);
		snprintf(m->dev, sizeof(m->dev), "%s", e->mnt_fsname);
		snprintf(m->fsname, sizeof(m->fsname), "%.*s", (int)strcspn(sep + 2, "/"), sep + 2);
		found = true;
		if (!path)
			break;
	}
	endmntent(f);
	return found;
}

bool lfs_is_lustre(const char *path)
{
	struct statfs s;

	return !statfs(path, &s) && (uint32_t)s.f_type == LL_SUPER_MAGIC;
}

/**
 * lfs_mode() - type and mode of a file, by the MDT alone: an OST that is away is not waited for
 * @path: the file; a symbolic link is not followed
 * @mode: out
 *
 * Return: 0; -1 with errno.
 */
int lfs_mode(const char *path, mode_t *mode)
{
	struct statx sx;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MODE, &sx))
		return -1;
	*mode = sx.stx_mode;
	return 0;
}

/**
 * lfs_target_statfs() - numbers of one target, without waiting for one that is away
 * @fd: any directory of the mount
 * @kind: MDT or OST
 * @index: the target
 * @st: the numbers
 * @uuid: its name; also filled in when the request fails; "" for a hole in the indices
 *
 * Return: 0, ENODEV behind the last target, ENODATA for a deactivated one, another errno.
 */
int lfs_target_statfs(int fd, enum lfs_kind kind, unsigned int index, struct obd_statfs *st,
		      char uuid[OBD_IOC_UUID_SIZE + 1])
{
	memset(st, 0, sizeof(*st));
	memset(uuid, 0, OBD_IOC_UUID_SIZE + 1);
	return -llapi_obd_fstatfs(fd, kind | LL_STATFS_NODELAY, index, st,
				  (struct obd_uuid *)uuid);
}

/* The layout of a name in an open directory; the buffer holds the name first, then the answer. */
static int lfs_layout_get_file(const char *path, void *buf)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char dir[PATH_MAX];
	int fd, rc = 0;

	if (strlen(name) > NAME_MAX || strlen(path) >= sizeof(dir))
		return ENAMETOOLONG;
	snprintf(dir, sizeof(dir), "%.*s", (int)(name - path), path);
	strcpy(buf, name);
	fd = open(dir[0] ? dir : ".", O_RDONLY | O_DIRECTORY);
	if (fd < 0 || ioctl(fd, IOC_MDC_GETFILESTRIPE, buf) < 0)
		rc = errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

static int lfs_layout_get_dir(const char *path, void *buf)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY), rc = 0;

	if (fd < 0 || ioctl(fd, LL_IOC_LOV_GETSTRIPE, buf) < 0)
		rc = errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

/**
 * lfs_layout_get() - the checked layout of a file, or the default layout of a directory
 * @path: where
 * @buf: LOV_EA_MAX bytes
 *
 * Return: 0; ENODATA without a layout, ENOTTY outside of Lustre, EPROTO for a malformed layout,
 * another errno.
 */
int lfs_layout_get(const char *path, void *buf)
{
	mode_t mode;
	int rc;

	if (lfs_mode(path, &mode))
		return errno;
	if (!lfs_is_lustre(S_ISLNK(mode) ? "." : path))
		return ENOTTY;
	memset(buf, 0, LOV_EA_MAX);
	if (S_ISDIR(mode))
		rc = lfs_layout_get_dir(path, buf);
	else if (S_ISREG(mode))
		rc = lfs_layout_get_file(path, buf);
	else
		return ENODATA;
	return rc ? rc : lfs_layout_check(buf, LOV_EA_MAX);
}

int main(int argc, char **argv)
{
	static const struct cli_tool tool = { "lfs", lfs_commands };

	if (argc > 1 && lfs_is_absent(argv[1]))
		return EOPNOTSUPP;
	return argc > 1 ? cli_run(&tool, argc - 1, argv + 1) : cli_prompt(&tool);
}
