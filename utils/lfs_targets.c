// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs osts, mdts, check, getname. Chapter 7, section 6.8.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli.h"
#include "lfs.h"
#include "pools.h"

#define LFS_MOUNTS_MAX	256

static int lfs_not_mounted(const char *path)
{
	if (path)
		return lfs_error(ENODEV, "'%s' is not on a mounted Lustre filesystem", path);
	return lfs_error(ENODEV, "no Lustre filesystem is mounted");
}

static int lfs_list_mount(const struct lfs_mount *m, enum lfs_kind kind)
{
	int fd = open(m->dir, O_RDONLY | O_DIRECTORY), rc = 0;
	char uuid[OBD_IOC_UUID_SIZE + 1];
	struct obd_statfs st;
	unsigned int i;

	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", m->dir);
	printf("%s:\n", kind == LFS_MDT ? "MDTS" : "OBDS");
	for (i = 0; i < 65536 && rc != ENODEV; i++) {
		rc = lfs_target_statfs(fd, kind, i, &st, uuid);
		if (rc != ENODEV && uuid[0])	/* else the end, or a hole in the indices */
			printf("%u: %s %s\n", i, uuid, rc == ENODATA ? "INACTIVE" : "ACTIVE");
	}
	close(fd);
	return 0;
}

static int lfs_list_targets(int argc, char **argv, enum lfs_kind kind)
{
	const char *path = argc > 1 ? argv[1] : NULL;
	unsigned int i, n = path ? 1 : LFS_MOUNTS_MAX;
	struct lfs_mount m;
	int rc = 0, err;

	if (argc > 2)
		return CLI_USAGE;
	for (i = 0; i < n && lfs_mount_get(i, path, &m); i++) {
		err = lfs_list_mount(&m, kind);
		rc = rc ? rc : err;
	}
	return i ? rc : lfs_not_mounted(path);
}

int lfs_osts(int argc, char **argv)
{
	return lfs_list_targets(argc, argv, LFS_OST);
}

int lfs_mdts(int argc, char **argv)
{
	return lfs_list_targets(argc, argv, LFS_MDT);
}

/* ---- pool_list ---- */

int lfs_pool_list(int argc, char **argv)
{
	struct lfs_mount m;
	const char *what;
	int rc;

	if (argc != 2)
		return CLI_USAGE;
	what = argv[1];
	if (what[0] == '/') {
		if (!lfs_mount_get(0, what, &m))
			return lfs_not_mounted(what);
		what = m.fsname;
	}
	rc = pool_list(what);
	return rc ? lfs_error(rc, "cannot list the pools of '%s'", argv[1]) : 0;
}

/* ---- check ---- */

/* The state of a connection, where it has no "ping". */
static int lfs_import_state(const char *dir)
{
	char path[512], line[256];
	int rc = ENOTCONN;
	FILE *f;

	snprintf(path, sizeof(path), "%s/import", dir);
	f = fopen(path, "r");
	if (!f)
		return errno;
	while (rc && fgets(line, sizeof(line), f))
		if (strstr(line, " state: FULL"))
			rc = 0;
	fclose(f);
	return rc;
}

/* Reading the "ping" of a client device asks its server. Return: 0 or an errno. */
static int lfs_ping_device(const char *dir)
{
	char path[512], answer[256];
	int fd, rc;

	snprintf(path, sizeof(path), "%s/ping", dir);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return errno == ENOENT ? lfs_import_state(dir) : errno;
	rc = read(fd, answer, sizeof(answer)) < 0 ? errno : 0;
	close(fd);
	return rc;
}

/* All devices of a type, of one file system (fsname NULL: of all). Return: their number. */
static unsigned int lfs_check_type(const char *type, const char *fsname)
{
	size_t i, n = fsname ? strlen(fsname) : 0;
	unsigned int found = 0;
	char pattern[128];
	glob_t g;

	/* the slash at the end: directories only */
	snprintf(pattern, sizeof(pattern), "/{sys,proc}/fs/lustre/%s/*/", type);
	if (glob(pattern, GLOB_BRACE, NULL, &g))
		return 0;
	for (i = 0; i < g.gl_pathc; i++) {
		char *dir = g.gl_pathv[i], *name;
		int err;

		dir[strlen(dir) - 1] = 0;
		name = strrchr(dir, '/') + 1;
		if (fsname && (strncmp(name, fsname, n) || name[n] != '-'))
			continue;
		found++;
		err = lfs_ping_device(dir);
		if (err)
			fprintf(stderr, "lfs check: error: check '%s': %s (%d)\n", name,
				strerror(err), err);
		else
			printf("%s active.\n", name);
	}
	globfree(&g);
	return found;
}

/* A device that does not answer is a message, not an exit status (chapter 7, trap 25). */
int lfs_check(int argc, char **argv)
{
	static const struct { const char *what, *types[4]; } kinds[] = {
		{ "osts", { "osc" } }, { "mdts", { "mdc" } }, { "mgts", { "mgc" } },
		{ "all", { "osc", "mdc", "mgc" } },
	};
	const char *path = argc > 2 ? argv[2] : NULL;
	unsigned int found = 0, k, t;
	struct lfs_mount m;

	if (argc < 2 || argc > 3)
		return CLI_USAGE;
	for (k = 0; k < 4 && strcmp(argv[1], kinds[k].what); k++)
		;
	if (k == 4)
		return CLI_USAGE;
	if (path && !lfs_mount_get(0, path, &m))
		return lfs_not_mounted(path);
	for (t = 0; kinds[k].types[t]; t++) {
		const char *type = kinds[k].types[t];

		found += lfs_check_type(type, path && strcmp(type, "mgc") ? m.fsname : NULL);
	}
	if (!found)
		return lfs_error(ENODEV, "no connection to check (is a file system mounted?)");
	return 0;
}

/* ---- getname ---- */

enum { LFS_NAME_INSTANCE = 0x1, LFS_NAME_FSNAME = 0x2, LFS_NAME_UUID = 0x4 };

static int lfs_getname_one(const struct lfs_mount *m, unsigned int what, const char *tail)
{
	char name[OBD_IOC_NAME_SIZE + 1] = "", uuid[OBD_IOC_UUID_SIZE + 1] = "", *instance;
	int fd = open(m->dir, O_RDONLY | O_DIRECTORY), rc = 0;

	if (fd < 0 || ioctl(fd, OBD_IOC_GETDTNAME, name) < 0)
		rc = lfs_error(errno, "cannot get the name of '%s'", m->dir);
	else if (what & LFS_NAME_UUID && ioctl(fd, OBD_IOC_GETUUID, uuid) < 0)
		rc = lfs_error(errno, "cannot get the UUID of '%s'", m->dir);
	if (fd >= 0)
		close(fd);
	if (rc)
		return rc;
	instance = strstr(name, "-clilov-");
	if (!instance)
		return lfs_error(EINVAL, "unexpected name '%s'", name);
	instance += strlen("-clilov-");
	if (what & LFS_NAME_UUID)
		printf("%s", uuid);
	else if (what & LFS_NAME_INSTANCE)
		printf("%s", instance);
	else if (what & LFS_NAME_FSNAME)
		printf("%s", m->fsname);
	else
		printf("%s-%s", m->fsname, instance);
	printf("%s%s\n", tail[0] ? " " : "", tail);
	return 0;
}

int lfs_getname(int argc, char **argv)
{
	unsigned int what = 0, i, n;
	const struct cli_option options[] = {
		CLI_BIT('i', "instance", what, LFS_NAME_INSTANCE),
		CLI_BIT('n', "fsname", what, LFS_NAME_FSNAME),
		CLI_BIT('u', "uuid", what, LFS_NAME_UUID),
		CLI_END
	};
	struct lfs_mount m;
	const char *path;
	int rc, err, first;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first < argc - 1)
		return rc ? rc : CLI_USAGE;
	path = first < argc ? argv[first] : NULL;
	n = path ? 1 : LFS_MOUNTS_MAX;
	for (i = 0; i < n && lfs_mount_get(i, path, &m); i++) {
		err = lfs_getname_one(&m, what, path ? "" : m.dir);
		rc = rc ? rc : err;
	}
	return i ? rc : lfs_not_mounted(path);
}
