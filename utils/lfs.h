/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands of lfs share: requests to a client mount (chapter 7, section 3), error
 * messages, sizes, mounts.
 */
#ifndef _LFS_H
#define _LFS_H

#include <stdbool.h>
#include <stdint.h>
#include "lfs_layout.h"

/* A client mount found in /proc/mounts */
struct lfs_mount { char dir[4096], dev[4096], fsname[16]; };

int lfs_setstripe(int argc, char **argv);
int lfs_getstripe(int argc, char **argv);
int lfs_mkdir(int argc, char **argv);
int lfs_getdirstripe(int argc, char **argv);
int lfs_df(int argc, char **argv);
int lfs_osts(int argc, char **argv);
int lfs_mdts(int argc, char **argv);
int lfs_check(int argc, char **argv);
int lfs_find(int argc, char **argv);
int lfs_path2fid(int argc, char **argv);
int lfs_fid2path(int argc, char **argv);
int lfs_getname(int argc, char **argv);
int lfs_pool_list(int argc, char **argv);
int lfs_rmfid(int argc, char **argv);
int lfs_project(int argc, char **argv);
int lfs_quota(int argc, char **argv);
int lfs_setquota(int argc, char **argv);
int lfs_data_version(int argc, char **argv);
int lfs_flushctx(int argc, char **argv);
bool lfs_is_absent(const char *name);

int lfs_error(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool lfs_size(const char *s, unsigned long long *out, unsigned int plain_unit);
int lfs_parse_osts(const char *s, uint32_t *list, int max);
bool lfs_ost_index(const char *s, long long *index);
char *lfs_path_join(const char *dir, const char *name);

bool lfs_mount_get(unsigned int i, const char *path, struct lfs_mount *m);
bool lfs_is_lustre(const char *path);
int lfs_mode(const char *path, mode_t *mode);
int lfs_layout_get(const char *path, void *buf);

enum lfs_kind { LFS_MDT = LL_STATFS_LMV, LFS_OST = LL_STATFS_LOV };
int lfs_target_statfs(int fd, enum lfs_kind kind, unsigned int index, struct obd_statfs *st,
		      char uuid[OBD_IOC_UUID_SIZE + 1]);

#endif
