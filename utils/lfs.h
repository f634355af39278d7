/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands of lfs share: ioctl numbers and structures of a client mount (chapter 7, section 3), error messages, sizes.
 */
#ifndef _LFS_H
#define _LFS_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#define LL_SUPER_MAGIC		0x0BD00BD0
#define LOV_USER_MAGIC_V1	0x0BD10BD0
#define LOV_USER_MAGIC_V3	0x0BD30BD0
#define LOV_USER_MAGIC_SPECIFIC	0x0BD50BD0
#define LOV_USER_MAGIC_COMP_V1	0x0BD60BD0

#define LL_IOC_LOV_SETSTRIPE	0x4008669aUL
#define LL_IOC_LOV_GETSTRIPE	0x4008669bUL
#define LL_IOC_PATH2FID		0x800866adUL
#define LL_IOC_GET_MDTIDX	0x800466afUL
#define LL_IOC_GETOBDCOUNT	0x800866a8UL
#define IOC_OBD_STATFS		0xc00866a4UL
#define OBD_IOC_FID2PATH	0xc0086696UL
#define OBD_IOC_GETDTNAME	0x8080667fUL
#define OBD_IOC_GETMDNAME	0x80806683UL
#define LL_IOC_GETUUID		0x8028667fUL
#define IOC_MDC_GETFILESTRIPE	0xc0086915UL

#define O_LOV_DELAY_CREATE	020400
#define LOV_STRIPE_MAX		2000
#define LOV_EA_MAX		65536

struct lov_user_ost_data {
	union {
		struct { uint64_t oi_id, oi_seq; };
		struct { uint64_t f_seq; uint32_t f_oid, f_ver; };
	};
	uint32_t l_ost_gen;
	uint32_t l_ost_idx;
} __attribute__((packed));

struct lov_user_md {	/* V1; V3 has pool[16] before the objects */
	uint32_t lmm_magic;
	uint32_t lmm_pattern;
	uint64_t lmm_oi_id;
	uint64_t lmm_oi_seq;
	uint32_t lmm_stripe_size;
	uint16_t lmm_stripe_count;
	uint16_t lmm_stripe_offset;
	char lmm_pool[16];
} __attribute__((packed));

struct lov_comp_entry {
	uint32_t id, flags;
	uint64_t start, end;
	uint32_t offset, size, gen;
	uint64_t timestamp;
	uint32_t pad;
} __attribute__((packed));

struct lov_comp_md {
	uint32_t magic, size, gen;
	uint16_t flags, count, mirrors;
	uint16_t pad1;
	uint32_t pad2;
	uint64_t pad3;
	struct lov_comp_entry e[];
} __attribute__((packed));

struct obd_statfs {
	uint64_t os_type, os_blocks, os_bfree, os_bavail, os_files, os_ffree;
	uint8_t os_fsid[40];
	uint32_t os_bsize, os_namelen;
	uint64_t os_maxbytes;
	uint32_t os_state, os_fprecreated, os_granted, os_spare[7];
};
_Static_assert(sizeof(struct obd_statfs) == 144, "obd_statfs");

struct lfs_fid { uint64_t seq; uint32_t oid, ver; };

/* A client mount found in /proc/mounts */
struct lfs_mount { char dir[4096], dev[4096], fsname[16]; };

extern const char *lfs_cmd;

int lfs_setstripe(int argc, char **argv);
int lfs_getstripe(int argc, char **argv);
int lfs_df(int argc, char **argv);
int lfs_osts(int argc, char **argv);
int lfs_mdts(int argc, char **argv);
int lfs_check(int argc, char **argv);
int lfs_find(int argc, char **argv);
int lfs_path2fid(int argc, char **argv);
int lfs_fid2path(int argc, char **argv);
int lfs_getname(int argc, char **argv);
int lfs_mkdir(int argc, char **argv);
int lfs_getdirstripe(int argc, char **argv);

/* Print "lfs CMD: TEXT: STRERROR (ERRNO)" on stderr; returns the (positive) error. err 0: no errno part, returns EINVAL. */
int lfs_error(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* N with suffix b c k m g t p e; false when malformed */
bool lfs_size(const char *s, unsigned long long *out, unsigned int plain_unit);
/* i-th client mount (by path prefix when path is not NULL); false at the end */
bool lfs_mount_get(unsigned int i, const char *path, struct lfs_mount *m);
/* One target's statfs and UUID; type 1 MDT, 2 OST. 0 or errno */
int lfs_target_statfs(int fd, unsigned int type, unsigned int index, struct obd_statfs *st, char uuid[40]);
/* Layout of PATH (DIR fd and name, or an open fd when name is NULL) into buf of LOV_EA_MAX bytes; 0 or errno */
int lfs_layout_get(const char *path, void *buf);
const struct lov_user_ost_data *lfs_objects(const struct lov_user_md *l);
/* The component that single values are of: the last instantiated one, else the last. There must be one. */
const struct lov_user_md *lfs_comp_pick(const struct lov_comp_md *c);
bool lfs_is_lustre(const char *path);

#endif
