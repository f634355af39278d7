/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * liblustreapi: what programs use of a Lustre file system (chapter 7, section 11).
 *
 * Functions return 0 (or a count) and -errno; llapi_layout_*() return 0 and -1, or NULL, with
 * errno. They are safe in threads that work on different files and layouts.
 *
 * Names and structures are those that programs know. Numbers of constants that the protocol does
 * not give (flags of llapi_layout_get_*, patterns, message levels with flags) are this library's:
 * programs are compiled with this header.
 */
#ifndef _LUSTREAPI_H_
#define _LUSTREAPI_H_

#include <mntent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/lustre/lustre_user.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HAVE_LLAPI_IS_LUSTRE_MNT	1
#define OBD_OCD_VERSION(major, minor, patch, fix) \
	(((major) << 24) + ((minor) << 16) + ((patch) << 8) + (fix))
#define LUSTRE_VERSION_CODE		OBD_OCD_VERSION(2, 17, 0, 0)

/* ---- messages ---- */

enum llapi_message_level {
	LLAPI_MSG_OFF = 0,
	LLAPI_MSG_FATAL = 1,
	LLAPI_MSG_ERROR = 2,
	LLAPI_MSG_WARN = 3,
	LLAPI_MSG_NORMAL = 4,
	LLAPI_MSG_INFO = 5,
	LLAPI_MSG_DEBUG = 6,
	LLAPI_MSG_MAX
};

#define LLAPI_MSG_MASK		0x07
#define LLAPI_MSG_NO_ERRNO	0x10	/* in llapi_error(): without the text of the error */

typedef void (*llapi_log_callback_t)(enum llapi_message_level level, int err, const char *fmt,
				     va_list ap);

int llapi_msg_get_level(void);
void llapi_msg_set_level(int level);
void llapi_set_command_name(const char *cmd);
void llapi_clear_command_name(void);
llapi_log_callback_t llapi_error_callback_set(llapi_log_callback_t cb);
llapi_log_callback_t llapi_info_callback_set(llapi_log_callback_t cb);
void llapi_error(enum llapi_message_level level, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void llapi_printf(enum llapi_message_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
#define llapi_err_noerrno(level, fmt, ...) \
	llapi_error((level) | LLAPI_MSG_NO_ERRNO, 0, fmt, ##__VA_ARGS__)

/* ---- texts ---- */

int llapi_parse_size(const char *text, unsigned long long *size, unsigned long long *unit,
		     int bytes_spec);
void llapi_chomp_string(char *buf);
int llapi_uuid_match(char *uuid, char *search);
int llapi_get_version_string(char *version, unsigned int size);

/* ---- mounts and names ---- */

int llapi_is_lustre_mnttype(const char *type);
int llapi_is_lustre_mnt(struct mntent *mnt);
int llapi_search_mounts(const char *path, int index, char *mntdir, char *fsname);
int llapi_search_fsname(const char *path, char *fsname);
int llapi_search_rootpath(char *path, const char *fsname);
int llapi_search_fileset(const char *path, char *fileset);
int llapi_getname(const char *path, char *name, size_t size);
int llapi_get_fsname(const char *path, char *fsname, size_t size);
int llapi_get_instance(const char *path, char *instance, size_t size);
int llapi_get_fsname_instance(const char *path, char *fsname, size_t fsize, char *instance,
			      size_t isize);

/* ---- FIDs ---- */

#define DFID	"[0x%llx:0x%x:0x%x]"
#define SFID	"0x%llx:0x%x:0x%x"
#define PFID(fid) (unsigned long long)(fid)->f_seq, (fid)->f_oid, (fid)->f_ver

int llapi_fid_parse(const char *text, struct lu_fid *fid, char **end);
int llapi_path2fid(const char *path, struct lu_fid *fid);
int llapi_fd2fid(int fd, struct lu_fid *fid);
int llapi_fid2path(const char *device, const char *fidstr, char *path, int pathlen,
		   long long *recno, int *linkno);
int llapi_fid2path_at(int mnt_fd, const struct lu_fid *fid, char *path, int pathlen,
		      long long *recno, int *linkno);
int llapi_open_by_fid(const char *lustre_dir, const struct lu_fid *fid, int flags);
int llapi_open_by_fid_at(int lustre_fd, const struct lu_fid *fid, int flags);
int llapi_path2parent(const char *path, unsigned int linkno, struct lu_fid *parent, char *name,
		      size_t size);
int llapi_fd2parent(int fd, unsigned int linkno, struct lu_fid *parent, char *name, size_t size);
int llapi_get_mdt_index_by_fid(int fd, const struct lu_fid *fid, int *index);
int llapi_file_fget_mdtidx(int fd, int *index);

struct fid_array {
	uint32_t	fa_nr;
	uint32_t	fa_padding0;
	uint64_t	fa_padding1;
	struct lu_fid	fa_fids[];
};

int llapi_rmfid(const char *path, struct fid_array *fa);
int llapi_rmfid_at(int fd, struct fid_array *fa);

/* ---- targets ---- */

struct obd_uuid {
	char uuid[40];
};

typedef int (*llapi_cb_t)(char *type_name, char *obd_name, char *obd_uuid, void *args);

int llapi_obd_statfs(char *path, uint32_t type, uint32_t index, struct obd_statfs *st,
		     struct obd_uuid *uuid);
int llapi_obd_fstatfs(int fd, uint32_t type, uint32_t index, struct obd_statfs *st,
		      struct obd_uuid *uuid);
int llapi_get_obd_count(char *mnt, int *count, int is_mdt);
int llapi_lov_get_uuids(int fd, struct obd_uuid *uuids, int *count);
int llapi_lmv_get_uuids(int fd, struct obd_uuid *uuids, int *count);
int llapi_target_iterate(int type_num, char **types, void *args, llapi_cb_t cb);
int llapi_target_check(int type_num, char **types, char *dir);
int llapi_ping(char *type, char *name);
int llapi_get_connect_flags(const char *mnt, uint64_t *flags);

/* ---- pools ---- */

int llapi_get_poollist(const char *name, char **list, int max, char *buf, int size);
int llapi_get_poolmembers(const char *poolname, char **members, int max, char *buf, int size);
int llapi_poollist(const char *name);
int llapi_search_ost(const char *fsname, const char *poolname, const char *ostname);
int llapi_search_mdt(const char *fsname, const char *poolname, const char *mdtname);

/* ---- files with a layout ---- */

int llapi_file_open(const char *name, int flags, int mode, unsigned long long stripe_size,
		    int stripe_offset, int stripe_count, int stripe_pattern);
int llapi_file_create(const char *name, unsigned long long stripe_size, int stripe_offset,
		      int stripe_count, int stripe_pattern);
int llapi_file_open_pool(const char *name, int flags, int mode, unsigned long long stripe_size,
			 int stripe_offset, int stripe_count, int stripe_pattern, char *pool);
int llapi_file_create_pool(const char *name, unsigned long long stripe_size, int stripe_offset,
			   int stripe_count, int stripe_pattern, char *pool);
int llapi_file_get_stripe(const char *path, struct lov_user_md *lum);

/* ---- layouts ---- */

struct llapi_layout;

#define LLAPI_LAYOUT_INVALID	0x1000000000000001ULL
#define LLAPI_LAYOUT_DEFAULT	0x1000000000000002ULL
#define LLAPI_LAYOUT_WIDE	0x1000000000000003ULL
/* Patterns: the words of lustre.lov. */
#define LLAPI_LAYOUT_RAID0	((uint64_t)LOV_PATTERN_RAID0)
#define LLAPI_LAYOUT_MDT	((uint64_t)LOV_PATTERN_MDT)
#define LLAPI_LAYOUT_OVERSTRIPING ((uint64_t)LOV_PATTERN_OVERSTRIPED)

enum llapi_layout_get_flags {
	LLAPI_LAYOUT_GET_EXPECTED = 0x1,	/* of a directory: what a new file would get */
	LLAPI_LAYOUT_GET_COPY = 0x2,
	LLAPI_LAYOUT_GET_CHECK = 0x4,
};

enum llapi_layout_comp_use {
	LLAPI_LAYOUT_COMP_USE_FIRST = 1,
	LLAPI_LAYOUT_COMP_USE_LAST = 2,
	LLAPI_LAYOUT_COMP_USE_NEXT = 3,
	LLAPI_LAYOUT_COMP_USE_PREV = 4,
};

typedef int (*llapi_layout_iter_cb)(struct llapi_layout *layout, void *data);

struct llapi_layout *llapi_layout_alloc(void);
void llapi_layout_free(struct llapi_layout *layout);
struct llapi_layout *llapi_layout_get_by_path(const char *path, uint32_t flags);
struct llapi_layout *llapi_layout_get_by_fd(int fd, uint32_t flags);
struct llapi_layout *llapi_layout_get_by_fid(const char *path, const struct lu_fid *fid,
					     uint32_t flags);
struct llapi_layout *llapi_layout_get_by_xattr(void *xattr, ssize_t size, uint32_t flags);
int llapi_layout_stripe_count_get(const struct llapi_layout *layout, uint64_t *count);
int llapi_layout_stripe_count_set(struct llapi_layout *layout, uint64_t count);
int llapi_layout_stripe_size_get(const struct llapi_layout *layout, uint64_t *size);
int llapi_layout_stripe_size_set(struct llapi_layout *layout, uint64_t size);
int llapi_layout_pattern_get(const struct llapi_layout *layout, uint64_t *pattern);
int llapi_layout_pattern_set(struct llapi_layout *layout, uint64_t pattern);
int llapi_layout_ost_index_get(const struct llapi_layout *layout, uint64_t stripe,
			       uint64_t *index);
int llapi_layout_ost_index_set(struct llapi_layout *layout, int stripe, uint64_t index);
int llapi_layout_pool_name_get(const struct llapi_layout *layout, char *pool, size_t size);
int llapi_layout_pool_name_set(struct llapi_layout *layout, const char *pool);
int llapi_layout_file_open(const char *path, int flags, mode_t mode,
			   const struct llapi_layout *layout);
int llapi_layout_file_create(const char *path, int flags, int mode,
			     const struct llapi_layout *layout);
bool llapi_layout_is_composite(struct llapi_layout *layout);
int llapi_layout_comp_extent_get(const struct llapi_layout *layout, uint64_t *start,
				 uint64_t *end);
int llapi_layout_comp_extent_set(struct llapi_layout *layout, uint64_t start, uint64_t end);
int llapi_layout_comp_flags_get(const struct llapi_layout *layout, uint32_t *flags);
int llapi_layout_comp_id_get(const struct llapi_layout *layout, uint32_t *id);
int llapi_layout_mirror_id_get(const struct llapi_layout *layout, uint32_t *id);
int llapi_layout_mirror_count_get(struct llapi_layout *layout, uint16_t *count);
int llapi_layout_flags_get(struct llapi_layout *layout, uint32_t *flags);
int llapi_layout_comp_add(struct llapi_layout *layout);
int llapi_layout_comp_del(struct llapi_layout *layout);
int llapi_layout_comp_use(struct llapi_layout *layout, uint32_t pos);
int llapi_layout_comp_use_id(struct llapi_layout *layout, uint32_t id);
int llapi_layout_comp_iterate(struct llapi_layout *layout, llapi_layout_iter_cb cb, void *data);

/* ---- locks, versions ---- */

int llapi_group_lock(int fd, int gid);
int llapi_group_unlock(int fd, int gid);
int llapi_group_lock64(int fd, uint64_t gid);
int llapi_group_unlock64(int fd, uint64_t gid);
int llapi_get_data_version(int fd, uint64_t *version, uint64_t flags);
int llapi_fswap_layouts(int fd1, int fd2, uint64_t dv1, uint64_t dv2, uint64_t flags);
int llapi_swap_layouts(const char *path1, const char *path2, uint64_t dv1, uint64_t dv2,
		       uint64_t flags);

/* ---- quota ---- */

struct obd_dqinfo {
	uint64_t	dqi_bgrace;
	uint64_t	dqi_igrace;
	uint32_t	dqi_flags;
	uint32_t	dqi_valid;
};

struct obd_dqblk {
	uint64_t	dqb_bhardlimit;		/* KiB */
	uint64_t	dqb_bsoftlimit;
	uint64_t	dqb_curspace;		/* bytes */
	uint64_t	dqb_ihardlimit;
	uint64_t	dqb_isoftlimit;
	uint64_t	dqb_curinodes;
	uint64_t	dqb_btime;
	uint64_t	dqb_itime;
	uint32_t	dqb_valid;
	uint32_t	dqb_padding;
};

struct if_quotactl {
	uint32_t		qc_cmd;
	uint32_t		qc_type;
	uint32_t		qc_id;
	uint32_t		qc_stat;
	uint32_t		qc_valid;
	uint32_t		qc_idx;
	struct obd_dqinfo	qc_dqinfo;
	struct obd_dqblk	qc_dqblk;
	char			obd_type[16];
	struct obd_uuid		obd_uuid;
	char			qc_poolname[];
};

int llapi_quotactl(char *mnt, struct if_quotactl *qctl);

#ifdef __cplusplus
}
#endif

#endif
