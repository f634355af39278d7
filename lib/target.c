// SPDX-License-Identifier: GPL-2.0-only
/* Targets, pools, quotas, and locks of files. Chapter 7, sections 3.6, 3.8, 3.10 and 6.8. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "internal.h"

#define LLAPI_TARGETS_MAX	65536

/* ---- statfs of one target ---- */

/* obd_ioctl_data with two inline buffers of 4 bytes. */
struct llapi_statfs_arg {
	struct obd_ioctl_data d;
	struct { uint32_t value, pad; } kind, index;
};

/**
 * llapi_obd_fstatfs() - numbers of one target
 * @fd: any directory of the mount
 * @type: LL_STATFS_LMV, LL_STATFS_LOV, with LL_STATFS_NODELAY
 * @index: the target
 * @st: the numbers
 * @uuid: its name, also when the target does not answer; or NULL
 *
 * Return: 0; -ENODEV behind the last one; -ENODATA: it is deactivated; another -errno.
 */
int llapi_obd_fstatfs(int fd, uint32_t type, uint32_t index, struct obd_statfs *st,
		      struct obd_uuid *uuid)
{
	struct obd_uuid name;
	struct llapi_statfs_arg arg = {
		.d = {
			.ioc_len = sizeof(arg),
			.ioc_version = OBD_IOCTL_VERSION,
			.ioc_plen1 = sizeof(*st),
			.ioc_pbuf1 = (uintptr_t)st,
			.ioc_plen2 = sizeof(name),
			.ioc_pbuf2 = (uintptr_t)(uuid ? uuid : &name),
			/* a length needs an address, whose value says nothing */
			.ioc_inl = { { 4, 1 }, { 4, 1 } },
		},
		.kind = { .value = type },
		.index = { .value = index },
	};

	return ioctl(fd, IOC_OBD_STATFS, &arg) < 0 ? -errno : 0;
}

int llapi_obd_statfs(char *path, uint32_t type, uint32_t index, struct obd_statfs *st,
		     struct obd_uuid *uuid)
{
	int fd = llapi_open_dir_of(path), rc;

	/* callers count up until this */
	if (fd < 0)
		return -ENODEV;
	rc = llapi_obd_fstatfs(fd, type, index, st, uuid);
	close(fd);
	return rc;
}

int llapi_get_obd_count(char *mnt, int *count, int is_mdt)
{
	int fd = llapi_open_dir_of(mnt), rc = 0;

	if (fd < 0)
		return fd;
	*count = is_mdt;
	if (ioctl(fd, LL_IOC_GETOBDCOUNT, count) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Names of all targets, "" for a hole; *count: room in, number out. */
static int llapi_get_uuids(int fd, uint32_t type, struct obd_uuid *uuids, int *count)
{
	struct obd_statfs st;
	struct obd_uuid uuid;
	int i, n = 0, rc;

	for (i = 0; i < LLAPI_TARGETS_MAX; i++) {
		memset(&uuid, 0, sizeof(uuid));
		rc = llapi_obd_fstatfs(fd, type | LL_STATFS_NODELAY, i, &st, &uuid);
		if (rc == -ENODEV)
			break;
		if (rc == -ENOTTY || rc == -EBADF)
			return rc;
		if (uuids && i < *count)
			uuids[i] = uuid;
		n = i + 1;
	}
	rc = uuids && n > *count ? -EOVERFLOW : 0;
	*count = n;
	return rc;
}

int llapi_lov_get_uuids(int fd, struct obd_uuid *uuids, int *count)
{
	return llapi_get_uuids(fd, LL_STATFS_LOV, uuids, count);
}

int llapi_lmv_get_uuids(int fd, struct obd_uuid *uuids, int *count)
{
	return llapi_get_uuids(fd, LL_STATFS_LMV, uuids, count);
}

int llapi_get_connect_flags(const char *mnt, uint64_t *flags)
{
	int fd = llapi_open_dir_of(mnt), rc = 0;

	if (fd < 0)
		return fd;
	if (ioctl(fd, LL_IOC_GET_CONNECT_FLAGS, flags) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* ---- devices of this node ---- */

/**
 * llapi_ping() - ask the server of a device
 * @type: "osc", "mdc", "mgc"
 * @name: of the device
 *
 * Return: 0 or -errno.
 */
int llapi_ping(char *type, char *name)
{
	char path[PATH_MAX], c;
	int fd, rc = 0;

	snprintf(path, sizeof(path), "/sys/fs/lustre/%s/%s/ping", type, name);
	fd = open(path, O_RDONLY);
	if (fd < 0 && errno == ENOENT) {
		snprintf(path, sizeof(path), "/proc/fs/lustre/%s/%s/ping", type, name);
		fd = open(path, O_RDONLY);
	}
	if (fd < 0 || read(fd, &c, 1) < 0)
		rc = -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

int llapi_target_iterate(int type_num, char **types, void *args, llapi_cb_t cb)
{
	char pattern[PATH_MAX], uuid[64];
	int i, rc = 0;
	size_t k;
	glob_t g;

	for (i = 0; i < type_num; i++) {
		snprintf(pattern, sizeof(pattern), "/{sys,proc}/fs/lustre/%s/*", types[i]);
		if (glob(pattern, GLOB_BRACE, NULL, &g))
			continue;
		for (k = 0; k < g.gl_pathc && rc >= 0; k++) {
			char *name = strrchr(g.gl_pathv[k], '/') + 1;

			snprintf(pattern, sizeof(pattern), "%s/%s/uuid", types[i], name);
			if (llapi_param_read(pattern, uuid, sizeof(uuid)) < 0)
				uuid[0] = 0;
			llapi_chomp_string(uuid);
			rc = cb(types[i], name, uuid, args);
		}
		globfree(&g);
	}
	return rc;
}

static int llapi_check_one(char *type, char *name, char *uuid, void *args)
{
	const char *instance = args;
	int rc;

	(void)uuid;
	if (instance && !strstr(name, instance))
		return 0;
	rc = llapi_ping(type, name);
	if (rc)
		llapi_error(LLAPI_MSG_ERROR, rc, "error: check '%s'", name);
	else
		llapi_printf(LLAPI_MSG_NORMAL, "%s active.\n", name);
	return 0;
}

int llapi_target_check(int type_num, char **types, char *dir)
{
	char instance[64];
	int rc;

	if (!dir || !*dir)
		return llapi_target_iterate(type_num, types, NULL, llapi_check_one);
	rc = llapi_get_instance(dir, instance, sizeof(instance));
	return rc ? rc : llapi_target_iterate(type_num, types, instance, llapi_check_one);
}

/* ---- pools ---- */

/* Lines of a text as a list in buf: their number, -EOVERFLOW. */
static int llapi_list_add(const char *word, char **list, int n, int max, char **buf, int *size)
{
	int len = strlen(word) + 1;

	if (n >= max || len > *size)
		return -EOVERFLOW;
	list[n] = memcpy(*buf, word, len);
	*buf += len;
	*size -= len;
	return n + 1;
}

/* The file system of a name that may be a path. */
static int llapi_pool_fsname(const char *name, char *fsname)
{
	size_t len = strcspn(name, ".");

	if (*name == '/')
		return llapi_search_fsname(name, fsname);
	if (!len || len > LLAPI_FSNAME_MAX)
		return -EINVAL;
	snprintf(fsname, LLAPI_FSNAME_MAX + 1, "%.*s", (int)len, name);
	return 0;
}

/**
 * llapi_get_poollist() - the pools of a file system
 * @name: of the file system, or a path in it
 * @list: "FSNAME.POOL" each
 * @max: room in it
 * @buf: for the texts
 * @size: room
 *
 * Return: their number or -errno.
 */
int llapi_get_poollist(const char *name, char **list, int max, char *buf, int size)
{
	char pattern[PATH_MAX], fsname[LLAPI_FSNAME_MAX + 1], word[64];
	int rc = llapi_pool_fsname(name, fsname), n = 0;
	size_t i;
	glob_t g;

	if (rc)
		return rc;
	snprintf(pattern, sizeof(pattern),
		 "/{proc/fs,sys/fs,sys/kernel/debug}/lustre/lov/%s-*/pools/*", fsname);
	if (glob(pattern, GLOB_BRACE, NULL, &g))
		return 0;
	for (i = 0; i < g.gl_pathc && n >= 0; i++) {
		int k;

		snprintf(word, sizeof(word), "%s.%s", fsname, strrchr(g.gl_pathv[i], '/') + 1);
		for (k = 0; k < n && strcmp(list[k], word); k++)
			;
		if (k == n)
			n = llapi_list_add(word, list, n, max, &buf, &size);
	}
	globfree(&g);
	return n;
}

int llapi_get_poolmembers(const char *poolname, char **members, int max, char *buf, int size)
{
	char pattern[PATH_MAX], fsname[LLAPI_FSNAME_MAX + 1], text[65536], *word, *save;
	const char *pool = strrchr(poolname, '.');
	int rc = llapi_pool_fsname(poolname, fsname), n = 0;

	if (rc)
		return rc;
	if (!pool)
		return -EINVAL;
	snprintf(pattern, sizeof(pattern), "lov/%s-*/pools/%s", fsname, pool + 1);
	rc = llapi_param_read(pattern, text, sizeof(text));
	if (rc < 0)
		return rc;
	for (word = strtok_r(text, "\n", &save); word && n >= 0; word = strtok_r(NULL, "\n", &save))
		n = llapi_list_add(word, members, n, max, &buf, &size);
	return n;
}

/* Print the pools, or the members of a pool. */
int llapi_poollist(const char *name)
{
	static const int max = 1024;
	char **list = calloc(max, sizeof(*list)), *buf = malloc(65536);
	bool pool = *name != '/' && strchr(name, '.');
	char fsname[LLAPI_FSNAME_MAX + 1] = "";
	int i, n = -ENOMEM;

	if (list && buf)
		n = pool ? llapi_get_poolmembers(name, list, max, buf, 65536) :
			   llapi_get_poollist(name, list, max, buf, 65536);
	if (n >= 0) {
		llapi_pool_fsname(name, fsname);
		llapi_printf(LLAPI_MSG_NORMAL, pool ? "Pool: %s\n" : "Pools from %s:\n",
			     pool ? name : fsname);
	}
	for (i = 0; i < n; i++)
		llapi_printf(LLAPI_MSG_NORMAL, "%s\n", list[i]);
	free(buf);
	free(list);
	return n < 0 ? n : 0;
}

/* 1: there, 0: not there; of a pool: 1 it has members, 0 it has none. */
static int llapi_search_tgt(const char *fsname, const char *poolname, const char *tgtname,
			    uint32_t type)
{
	size_t len = tgtname ? strlen(tgtname) : 0;
	int i, n = 1024, rc, fd, found = 0;
	struct obd_uuid *uuids;
	char mntdir[PATH_MAX];

	if (poolname && *poolname) {
		char **list = calloc(n, sizeof(*list)), *buf = malloc(65536), name[64];

		snprintf(name, sizeof(name), "%s.%s", fsname, poolname);
		rc = list && buf ? llapi_get_poolmembers(name, list, n, buf, 65536) : -ENOMEM;
		for (i = 0; i < rc; i++)
			found |= !tgtname || !strncmp(list[i], tgtname, len);
		free(buf);
		free(list);
		return rc < 0 ? rc : found;
	}
	if (!tgtname)
		return -EINVAL;
	rc = llapi_search_rootpath(mntdir, fsname);
	if (rc)
		return rc;
	uuids = calloc(n, sizeof(*uuids));
	fd = open(mntdir, O_RDONLY | O_DIRECTORY);
	rc = !uuids ? -ENOMEM : fd < 0 ? -errno : llapi_get_uuids(fd, type, uuids, &n);
	for (i = 0; !rc && i < n; i++)
		found |= !strncmp(uuids[i].uuid, tgtname, len);
	if (fd >= 0)
		close(fd);
	free(uuids);
	return rc ? rc : found;
}

int llapi_search_ost(const char *fsname, const char *poolname, const char *ostname)
{
	return llapi_search_tgt(fsname, poolname, ostname, LL_STATFS_LOV);
}

int llapi_search_mdt(const char *fsname, const char *poolname, const char *mdtname)
{
	return llapi_search_tgt(fsname, poolname, mdtname, LL_STATFS_LMV);
}

/* ---- quota ---- */

int llapi_quotactl(char *mnt, struct if_quotactl *qctl)
{
	int fd = llapi_open_dir_of(mnt), rc = 0;

	if (fd < 0)
		return fd;
	if (ioctl(fd, OBD_IOC_QUOTACTL, qctl) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* ---- locks, versions ---- */

int llapi_group_lock64(int fd, uint64_t gid)
{
	return ioctl(fd, LL_IOC_GROUP_LOCK, (unsigned long)gid) < 0 ? -errno : 0;
}

int llapi_group_unlock64(int fd, uint64_t gid)
{
	return ioctl(fd, LL_IOC_GROUP_UNLOCK, (unsigned long)gid) < 0 ? -errno : 0;
}

int llapi_group_lock(int fd, int gid)
{
	return llapi_group_lock64(fd, gid);
}

int llapi_group_unlock(int fd, int gid)
{
	return llapi_group_unlock64(fd, gid);
}

int llapi_get_data_version(int fd, uint64_t *version, uint64_t flags)
{
	struct ioc_data_version idv = { .idv_flags = flags };

	if (ioctl(fd, LL_IOC_DATA_VERSION, &idv) < 0)
		return -errno;
	*version = idv.idv_version;
	return 0;
}

int llapi_fswap_layouts(int fd1, int fd2, uint64_t dv1, uint64_t dv2, uint64_t flags)
{
	struct {
		uint64_t flags;
		uint32_t fd, gid;
		uint64_t dv1, dv2;
	} sl = { .flags = flags, .fd = fd2, .gid = 0, .dv1 = dv1, .dv2 = dv2 };

	return ioctl(fd1, LL_IOC_LOV_SWAP_LAYOUTS, &sl) < 0 ? -errno : 0;
}

int llapi_swap_layouts(const char *path1, const char *path2, uint64_t dv1, uint64_t dv2,
		       uint64_t flags)
{
	int fd1 = open(path1, O_WRONLY | O_LOV_DELAY_CREATE), fd2, rc;

	if (fd1 < 0)
		return -errno;
	fd2 = open(path2, O_WRONLY | O_LOV_DELAY_CREATE);
	rc = fd2 < 0 ? -errno : llapi_fswap_layouts(fd1, fd2, dv1, dv2, flags);
	if (fd2 >= 0)
		close(fd2);
	close(fd1);
	return rc;
}
