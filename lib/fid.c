// SPDX-License-Identifier: GPL-2.0-only
/* FIDs and paths. Chapter 7, sections 2.1 and 3.7. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "internal.h"

#define LLAPI_FID_ARRAY_MAX	4096

/* A file handle of a client: the FID, and that of the parent or zeros. */
union llapi_handle {
	struct file_handle h;
	struct {
		unsigned int bytes;
		int type;
		struct lu_fid fid, parent;
	};
	char room[sizeof(struct file_handle) + 128];
};

/**
 * llapi_fid_parse() - "[0x200000402:0x1:0x0]", the brackets may be missing
 * @text: what is parsed
 * @fid: the result
 * @end: set behind what was read, or NULL: nothing may follow
 *
 * Return: 0, -EINVAL, -ERANGE.
 */
int llapi_fid_parse(const char *text, struct lu_fid *fid, char **end)
{
	unsigned long long part[3];
	bool bracket = *text == '[';
	const char *p = text + bracket;
	char *next;
	int i;

	for (i = 0; i < 3; i++) {
		errno = 0;
		if (*p == '-' || *p == '+' || *p == ' ')
			return -EINVAL;
		part[i] = strtoull(p, &next, 16);
		if (next == p)
			return -EINVAL;
		if (errno || (i && part[i] > UINT32_MAX))
			return -ERANGE;
		if (i < 2 && *next++ != ':')
			return -EINVAL;
		p = next;
	}
	if (bracket && *p++ != ']')
		return -EINVAL;
	if (end)
		*end = (char *)p;
	else if (*p)
		return -EINVAL;
	*fid = (struct lu_fid){ part[0], part[1], part[2] };
	return 0;
}

static int llapi_handle_fid(int dirfd, const char *path, int flags, struct lu_fid *fid)
{
	union llapi_handle u = { .h.handle_bytes = 128 };
	int mount;

	if (name_to_handle_at(dirfd, path, &u.h, &mount, flags) < 0)
		return errno == EOPNOTSUPP || errno == EOVERFLOW ? -ENOTTY : -errno;
	if (u.h.handle_type != LL_FILEID_LUSTRE || u.h.handle_bytes < sizeof(*fid))
		return -ENOTTY;
	memcpy(fid, u.h.f_handle, sizeof(*fid));
	return 0;
}

int llapi_path2fid(const char *path, struct lu_fid *fid)
{
	return llapi_handle_fid(AT_FDCWD, path, 0, fid);
}

int llapi_fd2fid(int fd, struct lu_fid *fid)
{
	return llapi_handle_fid(fd, "", AT_EMPTY_PATH, fid);
}

/**
 * llapi_fid2path_at() - a path of a FID
 * @mnt_fd: any directory of the mount
 * @fid: the file
 * @path: the result, below the mount, without a slash in front; "/" for the root
 * @pathlen: room
 * @recno: NULL
 * @linkno: in: number of the hard link; out: that of the next one, the same at the last; or NULL
 *
 * Return: 0 or -errno.
 */
int llapi_fid2path_at(int mnt_fd, const struct lu_fid *fid, char *path, int pathlen,
		      long long *recno, int *linkno)
{
	struct getinfo_fid2path *gf;
	char *from, *to;
	int rc = 0;

	if (pathlen < 2)
		return -EINVAL;
	gf = calloc(1, sizeof(*gf) + pathlen + sizeof(struct lu_fid));
	if (!gf)
		return -ENOMEM;
	gf->gf_fid = *fid;
	gf->gf_recno = recno ? *recno : -1;
	gf->gf_linkno = linkno ? *linkno : 0;
	gf->gf_pathlen = pathlen;
	if (ioctl(mnt_fd, OBD_IOC_FID2PATH, gf) < 0) {
		rc = -errno;
	} else {
		gf->gf_path[pathlen - 1] = 0;
		for (from = gf->gf_path, to = path; *from; from++)
			if (*from != '/' || from[1] != '/')
				*to++ = *from;
		*to = 0;
		if (!*path)
			strcpy(path, "/");
		if (recno)
			*recno = gf->gf_recno;
		if (linkno)
			*linkno = gf->gf_linkno;
	}
	free(gf);
	return rc;
}

/* @device: a mount point, a path below one, or the name of a file system. */
static int llapi_open_device(const char *device)
{
	char mntdir[PATH_MAX];
	int fd, rc;

	if (*device == '/')
		return llapi_open_dir_of(device);
	rc = llapi_search_rootpath(mntdir, device);
	if (rc)
		return rc;
	fd = open(mntdir, O_RDONLY | O_DIRECTORY);
	return fd < 0 ? -errno : fd;
}

int llapi_fid2path(const char *device, const char *fidstr, char *path, int pathlen,
		   long long *recno, int *linkno)
{
	struct lu_fid fid;
	int fd, rc;

	if (llapi_fid_parse(fidstr, &fid, NULL))
		return -EINVAL;
	fd = llapi_open_device(device);
	if (fd < 0)
		return fd;
	rc = llapi_fid2path_at(fd, &fid, path, pathlen, recno, linkno);
	close(fd);
	return rc;
}

int llapi_open_by_fid_at(int lustre_fd, const struct lu_fid *fid, int flags)
{
	union llapi_handle u = {
		.bytes = 2 * sizeof(*fid), .type = LL_FILEID_LUSTRE, .fid = *fid,
	};
	int fd = open_by_handle_at(lustre_fd, &u.h, flags);

	return fd < 0 ? -errno : fd;
}

int llapi_open_by_fid(const char *lustre_dir, const struct lu_fid *fid, int flags)
{
	int dir = llapi_open_device(lustre_dir), fd;

	if (dir < 0)
		return dir;
	fd = llapi_open_by_fid_at(dir, fid, flags);
	close(dir);
	return fd;
}

struct llapi_getparent {
	struct lu_fid fid;
	uint32_t linkno, name_size;
	char name[];
} __attribute__((packed));

int llapi_fd2parent(int fd, unsigned int linkno, struct lu_fid *parent, char *name, size_t size)
{
	struct llapi_getparent *gp = calloc(1, sizeof(*gp) + size);
	int rc = 0;

	if (!gp)
		return -ENOMEM;
	gp->linkno = linkno;
	gp->name_size = size;
	if (ioctl(fd, LL_IOC_GETPARENT, gp) < 0) {
		rc = -errno;
	} else {
		*parent = gp->fid;
		snprintf(name, size, "%.*s", (int)size, gp->name);
	}
	free(gp);
	return rc;
}

int llapi_path2parent(const char *path, unsigned int linkno, struct lu_fid *parent, char *name,
		      size_t size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW), rc;

	if (fd < 0)
		return -errno;
	rc = llapi_fd2parent(fd, linkno, parent, name, size);
	close(fd);
	return rc;
}

int llapi_get_mdt_index_by_fid(int fd, const struct lu_fid *fid, int *index)
{
	int rc = ioctl(fd, LL_IOC_FID2MDTIDX, fid);

	if (rc < 0)
		return -errno;
	*index = rc;
	return 0;
}

int llapi_file_fget_mdtidx(int fd, int *index)
{
	return ioctl(fd, LL_IOC_GET_MDTIDX, index) < 0 ? -errno : 0;
}

/* The result of each FID comes back in its f_ver. */
int llapi_rmfid_at(int fd, struct fid_array *fa)
{
	if (fa->fa_nr > LLAPI_FID_ARRAY_MAX)
		return -E2BIG;
	return ioctl(fd, LL_IOC_RMFID, fa) < 0 ? -errno : 0;
}

int llapi_rmfid(const char *path, struct fid_array *fa)
{
	int fd = llapi_open_dir_of(path), rc;

	if (fd < 0)
		return fd;
	rc = llapi_rmfid_at(fd, fa);
	close(fd);
	return rc;
}
