// SPDX-License-Identifier: GPL-2.0-only
/* Mounts, and the names of file systems and of their instances. Chapter 7, sections 2.3 and 3.7. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

int llapi_is_lustre_mnttype(const char *type)
{
	return !strcmp(type, "lustre") || !strcmp(type, "lustre_tgt");
}

/**
 * llapi_is_lustre_mnt() - is a line of /proc/mounts a client?
 * @mnt: the line
 *
 * Return: 1 or 0.
 */
int llapi_is_lustre_mnt(struct mntent *mnt)
{
	return !strcmp(mnt->mnt_type, "lustre") && strstr(mnt->mnt_fsname, ":/");
}

/* @index >= 0: that client mount; else the one that holds @path. fsname and fileset may be NULL. */
static int llapi_mount_find(const char *path, int index, char *mntdir, char *fsname, char *fileset)
{
	char real[PATH_MAX] = "";
	size_t best = 0;
	int rc = -ENOENT;
	struct mntent *e;
	FILE *f;

	if (path && index < 0 && !realpath(path, real))
		return -errno;
	f = setmntent("/proc/mounts", "r");
	if (!f)
		return -errno;
	while ((e = getmntent(f))) {
		size_t n = strlen(e->mnt_dir), len;
		const char *name;

		if (!llapi_is_lustre_mnt(e))
			continue;
		if (index < 0) {
			if (strncmp(real, e->mnt_dir, n) || (real[n] && real[n] != '/') || n < best)
				continue;
			best = n;
		} else if (index--) {
			continue;
		}
		name = strstr(e->mnt_fsname, ":/") + 2;
		len = strcspn(name, "/");
		if (mntdir)
			snprintf(mntdir, PATH_MAX, "%s", e->mnt_dir);
		if (fsname)
			snprintf(fsname, LLAPI_FSNAME_MAX + 1, "%.*s", (int)len, name);
		if (fileset)
			snprintf(fileset, PATH_MAX, "%s", name[len] ? name + len : "/");
		rc = 0;
		if (index == -1)
			break;
	}
	endmntent(f);
	return rc;
}

/**
 * llapi_search_mounts() - the client mount of a path, or one by number
 * @path: a file below it; NULL or "" with @index
 * @index: number of the mount, from 0; -1 with @path
 * @mntdir: PATH_MAX bytes, or NULL
 * @fsname: 9 bytes, or NULL
 *
 * Return: 0; -ENOENT: there is no such mount.
 */
int llapi_search_mounts(const char *path, int index, char *mntdir, char *fsname)
{
	if (!path || !*path)
		return llapi_mount_find(NULL, index < 0 ? 0 : index, mntdir, fsname, NULL);
	return llapi_mount_find(path, -1, mntdir, fsname, NULL);
}

int llapi_search_fsname(const char *path, char *fsname)
{
	char dir[PATH_MAX], *slash;
	int rc = llapi_mount_find(path, -1, NULL, fsname, NULL);

	if (rc != -ENOENT || strlen(path) >= sizeof(dir))
		return rc == -ENOENT ? -ENODEV : rc;
	/* a file that is not there yet: its directory */
	strcpy(dir, path);
	slash = strrchr(dir, '/');
	if (!slash)
		strcpy(dir, ".");
	else
		slash[slash == dir] = 0;
	rc = llapi_mount_find(dir, -1, NULL, fsname, NULL);
	return rc == -ENOENT ? -ENODEV : rc;
}

/* @path: PATH_MAX bytes. */
int llapi_search_rootpath(char *path, const char *fsname)
{
	char name[LLAPI_FSNAME_MAX + 1];
	int i, rc;

	for (i = 0; !(rc = llapi_mount_find(NULL, i, path, name, NULL)); i++)
		if (!fsname || !*fsname || !strcmp(name, fsname))
			return 0;
	return rc == -ENOENT ? -ENODEV : rc;
}

int llapi_search_fileset(const char *path, char *fileset)
{
	return llapi_mount_find(path, -1, NULL, NULL, fileset);
}

int llapi_open_dir_of(const char *path)
{
	char mntdir[PATH_MAX];
	int fd, rc;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	if (fd >= 0)
		return fd;
	if (errno != ENOTDIR)
		return -errno;
	rc = llapi_mount_find(path, -1, mntdir, NULL, NULL);
	if (rc)
		return rc;
	fd = open(mntdir, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* ---- the name of the client: FSNAME-clilov-INSTANCE ---- */

int llapi_get_fsname_instance(const char *path, char *fsname, size_t fsize, char *instance,
			      size_t isize)
{
	static const char mid[] = "-clilov-";
	char name[OBD_IOC_NAME_SIZE + 1] = "", *m;
	int fd = llapi_open_dir_of(path);

	if (fd < 0)
		return fd;
	if (ioctl(fd, OBD_IOC_GETDTNAME, name) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	close(fd);
	m = strstr(name, mid);
	if (!m)
		return -EINVAL;
	*m = 0;
	m += sizeof(mid) - 1;
	if ((fsname && strlen(name) >= fsize) || (instance && strlen(m) >= isize))
		return -ENAMETOOLONG;
	if (fsname)
		strcpy(fsname, name);
	if (instance)
		strcpy(instance, m);
	return 0;
}

int llapi_get_fsname(const char *path, char *fsname, size_t size)
{
	return llapi_get_fsname_instance(path, fsname, size, NULL, 0);
}

int llapi_get_instance(const char *path, char *instance, size_t size)
{
	return llapi_get_fsname_instance(path, NULL, 0, instance, size);
}

/* "FSNAME-INSTANCE" */
int llapi_getname(const char *path, char *name, size_t size)
{
	char fsname[64], instance[64];
	int rc = llapi_get_fsname_instance(path, fsname, sizeof(fsname), instance,
					   sizeof(instance));

	if (rc)
		return rc;
	rc = snprintf(name, size, "%s-%s", fsname, instance);
	return rc < 0 || (size_t)rc >= size ? -ENAMETOOLONG : 0;
}

/* ---- parameters ---- */

int llapi_param_read(const char *pattern, char *buf, size_t size)
{
	char full[LLAPI_PATH_MAX];
	int rc = -ENOENT;
	glob_t g;
	FILE *f;
	size_t n;

	snprintf(full, sizeof(full), "/{sys/fs/lustre,sys/kernel/debug/lustre,proc/fs/lustre}/%s",
		 pattern);
	if (glob(full, GLOB_BRACE, NULL, &g))
		return -ENOENT;
	f = fopen(g.gl_pathv[0], "r");
	if (f) {
		n = fread(buf, 1, size - 1, f);
		rc = ferror(f) ? -EIO : (int)n;
		buf[n] = 0;
		fclose(f);
	} else {
		rc = -errno;
	}
	globfree(&g);
	return rc;
}
