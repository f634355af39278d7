/* SPDX-License-Identifier: GPL-2.0-only */
/* Metadata messages, layouts, directory pages and the xattrs that MDTs keep (chapter 4). */
#ifndef _GLOSS_WIRE_MDS_H
#define _GLOSS_WIRE_MDS_H

#include <gloss/wire/fid.h>
#include <gloss/wire/types.h>

/* mbo_valid and o_valid */
#define OBD_MD_FLID		0x1ULL
#define OBD_MD_FLATIME		0x2ULL
#define OBD_MD_FLMTIME		0x4ULL
#define OBD_MD_FLCTIME		0x8ULL
#define OBD_MD_FLSIZE		0x10ULL
#define OBD_MD_FLBLOCKS		0x20ULL
#define OBD_MD_FLBLKSZ		0x40ULL
#define OBD_MD_FLMODE		0x80ULL
#define OBD_MD_FLTYPE		0x100ULL
#define OBD_MD_FLUID		0x200ULL
#define OBD_MD_FLGID		0x400ULL
#define OBD_MD_FLFLAGS		0x800ULL
#define OBD_MD_DOM_SIZE		0x1000ULL
#define OBD_MD_FLNLINK		0x2000ULL
#define OBD_MD_FLPARENT		0x4000ULL
#define OBD_MD_LAYOUT_VERSION	0x8000ULL
#define OBD_MD_FLRDEV		0x10000ULL
#define OBD_MD_FLEASIZE		0x20000ULL
#define OBD_MD_LINKNAME		0x40000ULL
#define OBD_MD_FLHANDLE		0x80000ULL
#define OBD_MD_FLCKSUM		0x100000ULL
#define OBD_MD_FLPRJQUOTA	0x400000ULL
#define OBD_MD_FLGROUP		0x1000000ULL
#define OBD_MD_FLFID		0x2000000ULL
#define OBD_MD_FLGRANT		0x8000000ULL
#define OBD_MD_FLDIREA		0x10000000ULL
#define OBD_MD_FLUSRQUOTA	0x20000000ULL
#define OBD_MD_FLGRPQUOTA	0x40000000ULL
#define OBD_MD_FLMODEASIZE	0x80000000ULL
#define OBD_MD_MDS		0x100000000ULL
#define OBD_MD_MEA		0x400000000ULL
#define OBD_MD_TSTATE		0x800000000ULL
#define OBD_MD_FLXATTR		0x1000000000ULL
#define OBD_MD_FLXATTRLS	0x2000000000ULL
#define OBD_MD_FLXATTRRM	0x4000000000ULL
#define OBD_MD_FLACL		0x8000000000ULL
#define OBD_MD_FLAGSTATFS	0x10000000000ULL
#define OBD_MD_FLCROSSREF	0x100000000000ULL
#define OBD_MD_FLGETATTRLOCK	0x200000000000ULL
#define OBD_MD_FLOBJCOUNT	0x400000000000ULL
#define OBD_MD_FLDATAVERSION	0x10000000000000ULL
#define OBD_MD_CLOSE_INTENT_EXECED 0x20000000000000ULL
#define OBD_MD_DEFAULT_MEA	0x40000000000000ULL
#define OBD_MD_FLOSTLAYOUT	0x80000000000000ULL
#define OBD_MD_FLPROJID		0x100000000000000ULL
#define OBD_MD_SECCTX		0x200000000000000ULL
#define OBD_MD_FLLAZYSIZE	0x400000000000000ULL
#define OBD_MD_FLLAZYBLOCKS	0x800000000000000ULL
#define OBD_MD_FLBTIME		0x1000000000000000ULL
#define OBD_MD_ENCCTX		0x2000000000000000ULL
#define OBD_MD_NAMEHASH		0x4000000000000000ULL

#define OBD_MD_FLALLQUOTA	(OBD_MD_FLUSRQUOTA | OBD_MD_FLGRPQUOTA | OBD_MD_FLPRJQUOTA)
#define OBD_MD_FLXATTRALL	(OBD_MD_FLXATTR | OBD_MD_FLXATTRLS)
#define OBD_MD_FLGETATTR	0x1100000001016fdfULL

/* Inode flags in mbo_flags and sa_attr_flags */
#define LUSTRE_UNRM_FL		0x00000002
#define LUSTRE_COMPR_FL		0x00000004
#define LUSTRE_SYNC_FL		0x00000008
#define LUSTRE_IMMUTABLE_FL	0x00000010
#define LUSTRE_APPEND_FL	0x00000020
#define LUSTRE_NODUMP_FL	0x00000040
#define LUSTRE_NOATIME_FL	0x00000080
#define LUSTRE_NOCOMPR_FL	0x00000400
#define LUSTRE_INDEX_FL		0x00001000
#define LUSTRE_ORPHAN_FL	0x00002000
#define LUSTRE_DIRSYNC_FL	0x00010000
#define LUSTRE_TOPDIR_FL	0x00020000
#define LUSTRE_SET_SYNC_FL	0x00040000
#define LUSTRE_ENCRYPT_FL	0x00800000
#define LUSTRE_INLINE_DATA_FL	0x10000000
#define LUSTRE_PROJINHERIT_FL	0x20000000
#define LUSTRE_FL_USER_MODIFIABLE 0x200304f8

#define MS_RESTORE		0x1	/* mbo_t_state */

struct mdt_body {
	struct lu_fid_le mbo_fid1;
	struct lu_fid_le mbo_fid2;
	struct lustre_handle mbo_open_handle;
	__le64 mbo_valid;
	__le64 mbo_size;
	__le64 mbo_mtime;
	__le64 mbo_atime;
	__le64 mbo_ctime;
	__le64 mbo_blocks;
	__le64 mbo_version;
	__le64 mbo_t_state;
	__le32 mbo_fsuid;
	__le32 mbo_fsgid;
	__le32 mbo_capability;
	__le32 mbo_mode;
	__le32 mbo_uid;
	__le32 mbo_gid;
	__le32 mbo_flags;
	__le32 mbo_rdev;
	__le32 mbo_nlink;
	__le32 mbo_layout_gen;
	__le32 mbo_suppgid;
	__le32 mbo_eadatasize;
	__le32 mbo_aclsize;
	__le32 mbo_max_mdsize;
	__le32 mbo_unused3;
	__le32 mbo_uid_h;
	__le32 mbo_gid_h;
	__le32 mbo_projid;
	__le64 mbo_dom_size;
	__le64 mbo_dom_blocks;
	__le64 mbo_btime;
	__le64 mbo_padding_9;
	__le64 mbo_padding_10;
};

WIRE_SIZE(struct mdt_body, 216);
WIRE_OFF(struct mdt_body, mbo_open_handle, 32);
WIRE_OFF(struct mdt_body, mbo_version, 88);
WIRE_OFF(struct mdt_body, mbo_fsuid, 104);
WIRE_OFF(struct mdt_body, mbo_nlink, 136);
WIRE_OFF(struct mdt_body, mbo_projid, 172);
WIRE_OFF(struct mdt_body, mbo_btime, 192);

struct mdt_ioepoch {
	struct lustre_handle mio_open_handle;
	__le64 mio_unused1;
	__le32 mio_unused2;
	__le32 mio_padding;
};

WIRE_SIZE(struct mdt_ioepoch, 24);

/* REINT sub-opcodes */
enum {
	REINT_SETATTR = 1,
	REINT_CREATE = 2,
	REINT_LINK = 3,
	REINT_UNLINK = 4,
	REINT_RENAME = 5,
	REINT_OPEN = 6,
	REINT_SETXATTR = 7,
	REINT_RMENTRY = 8,
	REINT_MIGRATE = 9,
	REINT_RESYNC = 10,
	REINT_MAX = 11,
};

/* The first 40 bytes of every record: what and who. */
#define WIRE_REC_HEAD(p)	\
	__le32 p##_opcode;	\
	__le32 p##_cap;		\
	__le32 p##_fsuid;	\
	__le32 p##_fsuid_h;	\
	__le32 p##_fsgid;	\
	__le32 p##_fsgid_h

#define WIRE_REC_GROUPS(p)	\
	__le32 p##_suppgid1;	\
	__le32 p##_suppgid1_h;	\
	__le32 p##_suppgid2;	\
	__le32 p##_suppgid2_h

/* Generic view; the opcode says which of the others it is. */
struct mdt_rec_reint {
	WIRE_REC_HEAD(rr);
	WIRE_REC_GROUPS(rr);
	struct lu_fid_le rr_fid1;
	struct lu_fid_le rr_fid2;
	__le64 rr_mtime;
	__le64 rr_atime;
	__le64 rr_ctime;
	__le64 rr_size;
	__le64 rr_blocks;
	__le32 rr_bias;
	__le32 rr_mode;
	__le32 rr_flags;
	__le32 rr_flags_h;
	__le32 rr_umask;
	__le16 rr_mirror_id;
	__le16 rr_padding_4;
};

struct mdt_rec_setattr {
	WIRE_REC_HEAD(sa);
	__le32 sa_suppgid;
	__le32 sa_suppgid_h;
	__le32 sa_padding_1;
	__le32 sa_padding_1_h;
	struct lu_fid_le sa_fid;
	__le64 sa_valid;
	__le32 sa_uid;
	__le32 sa_gid;
	__le64 sa_size;
	__le64 sa_blocks;
	__le64 sa_mtime;
	__le64 sa_atime;
	__le64 sa_ctime;
	__le32 sa_attr_flags;
	__le32 sa_mode;
	__le32 sa_bias;
	__le32 sa_projid;
	__le32 sa_padding_3;
	__le32 sa_padding_4;
};

struct mdt_rec_create {
	WIRE_REC_HEAD(cr);
	WIRE_REC_GROUPS(cr);
	struct lu_fid_le cr_fid1;	/* parent */
	struct lu_fid_le cr_fid2;	/* child */
	struct lustre_handle cr_open_handle_old;
	__le64 cr_time;
	union {
		__le64 cr_rdev;
		__le32 cr_archive_id;
	};
	__le64 cr_ioepoch;
	__le64 cr_padding_1;
	__le32 cr_mode;
	__le32 cr_bias;
	__le32 cr_flags_l;
	__le32 cr_flags_h;
	__le32 cr_umask;
	__le32 cr_padding_4;
};

struct mdt_rec_link {
	WIRE_REC_HEAD(lk);
	WIRE_REC_GROUPS(lk);
	struct lu_fid_le lk_fid1;	/* source object */
	struct lu_fid_le lk_fid2;	/* parent directory of the new name */
	__le64 lk_time;
	__le64 lk_padding_1[4];
	__le32 lk_bias;
	__le32 lk_padding_5[5];
};

struct mdt_rec_unlink {
	WIRE_REC_HEAD(ul);
	WIRE_REC_GROUPS(ul);
	struct lu_fid_le ul_fid1;	/* parent */
	struct lu_fid_le ul_fid2;	/* child as the client knows it, or zero */
	__le64 ul_time;
	__le64 ul_padding_2[4];
	__le32 ul_bias;
	__le32 ul_mode;
	__le32 ul_padding_6[4];
};

struct mdt_rec_rename {
	WIRE_REC_HEAD(rn);
	WIRE_REC_GROUPS(rn);
	struct lu_fid_le rn_fid1;	/* source directory */
	struct lu_fid_le rn_fid2;	/* target directory */
	__le64 rn_time;
	__le64 rn_padding_1[4];
	__le32 rn_bias;
	__le32 rn_mode;
	__le32 rn_padding_5[4];
};

struct mdt_rec_setxattr {
	WIRE_REC_HEAD(sx);
	WIRE_REC_GROUPS(sx);
	struct lu_fid_le sx_fid;
	__le64 sx_padding_1[2];
	__le64 sx_valid;
	__le64 sx_time;
	__le64 sx_padding_5[3];
	__le32 sx_size;
	__le32 sx_flags;
	__le32 sx_padding_8[4];
};

struct mdt_rec_resync {
	WIRE_REC_HEAD(rs);
	WIRE_REC_GROUPS(rs);
	struct lu_fid_le rs_fid;
	__le64 rs_padding_0[2];
	struct lustre_handle rs_lease_handle;
	__le64 rs_padding_1[4];
	__le32 rs_bias;
	__le32 rs_padding_5[3];
	__le32 rs_mirror_id_new;
	__le16 rs_mirror_id_old;
	__le16 rs_padding_9;
};

#define MDT_REC_SIZE	136
WIRE_SIZE(struct mdt_rec_reint, MDT_REC_SIZE);
WIRE_SIZE(struct mdt_rec_setattr, MDT_REC_SIZE);
WIRE_SIZE(struct mdt_rec_create, MDT_REC_SIZE);
WIRE_SIZE(struct mdt_rec_link, MDT_REC_SIZE);
WIRE_SIZE(struct mdt_rec_unlink, MDT_REC_SIZE);
WIRE_SIZE(struct mdt_rec_rename, MDT_REC_SIZE);
WIRE_SIZE(struct mdt_rec_setxattr, MDT_REC_SIZE);
WIRE_SIZE(struct mdt_rec_resync, MDT_REC_SIZE);
WIRE_OFF(struct mdt_rec_reint, rr_fid1, 40);
WIRE_OFF(struct mdt_rec_reint, rr_mtime, 72);
WIRE_OFF(struct mdt_rec_reint, rr_bias, 112);
WIRE_OFF(struct mdt_rec_setattr, sa_valid, 56);
WIRE_OFF(struct mdt_rec_setattr, sa_size, 72);
WIRE_OFF(struct mdt_rec_setattr, sa_attr_flags, 112);
WIRE_OFF(struct mdt_rec_setattr, sa_projid, 124);
WIRE_OFF(struct mdt_rec_create, cr_open_handle_old, 72);
WIRE_OFF(struct mdt_rec_create, cr_mode, 112);
WIRE_OFF(struct mdt_rec_create, cr_umask, 128);
WIRE_OFF(struct mdt_rec_link, lk_bias, 112);
WIRE_OFF(struct mdt_rec_unlink, ul_mode, 116);
WIRE_OFF(struct mdt_rec_rename, rn_mode, 116);
WIRE_OFF(struct mdt_rec_setxattr, sx_valid, 72);
WIRE_OFF(struct mdt_rec_setxattr, sx_size, 112);
WIRE_OFF(struct mdt_rec_resync, rs_lease_handle, 72);
WIRE_OFF(struct mdt_rec_resync, rs_mirror_id_new, 128);

/* sa_valid */
#define MDS_ATTR_MODE		0x1ULL
#define MDS_ATTR_UID		0x2ULL
#define MDS_ATTR_GID		0x4ULL
#define MDS_ATTR_SIZE		0x8ULL
#define MDS_ATTR_ATIME		0x10ULL
#define MDS_ATTR_MTIME		0x20ULL
#define MDS_ATTR_CTIME		0x40ULL
#define MDS_ATTR_ATIME_SET	0x80ULL
#define MDS_ATTR_MTIME_SET	0x100ULL
#define MDS_ATTR_FORCE		0x200ULL
#define MDS_ATTR_ATTR_FLAG	0x400ULL
#define MDS_ATTR_KILL_SUID	0x800ULL
#define MDS_ATTR_KILL_SGID	0x1000ULL
#define MDS_ATTR_CTIME_SET	0x2000ULL
#define MDS_ATTR_FROM_OPEN	0x4000ULL
#define MDS_ATTR_BLOCKS		0x8000ULL
#define MDS_ATTR_PROJID		0x10000ULL
#define MDS_ATTR_LSIZE		0x20000ULL
#define MDS_ATTR_LBLOCKS	0x40000ULL
#define MDS_ATTR_OVERRIDE	0x2000000ULL

/* *_bias */
#define MDS_CROSS_REF		0x2
#define MDS_PERM_BYPASS		0x8
#define MDS_QUOTA_IGNORE	0x20
#define MDS_KEEP_ORPHAN		0x80
#define MDS_RECOV_OPEN		0x100
#define MDS_DATA_MODIFIED	0x200
#define MDS_CREATE_VOLATILE	0x400
#define MDS_OWNEROVERRIDE	0x800
#define MDS_HSM_RELEASE		0x1000
#define MDS_CLOSE_MIGRATE	0x2000
#define MDS_CLOSE_LAYOUT_SWAP	0x4000
#define MDS_CLOSE_LAYOUT_MERGE	0x8000
#define MDS_CLOSE_RESYNC_DONE	0x10000
#define MDS_CLOSE_LAYOUT_SPLIT	0x20000
#define MDS_TRUNC_KEEP_LEASE	0x40000
#define MDS_PCC_ATTACH		0x80000
#define MDS_CLOSE_UPDATE_TIMES	0x100000
#define MDS_SETSTRIPE_CREATE	0x200000
#define MDS_FID_OP		0x400000
#define MDS_MIGRATE_NSONLY	0x800000
#define MDS_CREATE_DEFAULT_LMV	0x1000000
#define MDS_CLOSE_LAYOUT_SWAP_HSM 0x2000000
#define MDS_CLOSE_INTENT	(MDS_HSM_RELEASE | MDS_CLOSE_LAYOUT_SWAP | \
				 MDS_CLOSE_LAYOUT_MERGE | MDS_CLOSE_LAYOUT_SPLIT | \
				 MDS_CLOSE_RESYNC_DONE | MDS_CLOSE_MIGRATE | \
				 MDS_PCC_ATTACH | MDS_CLOSE_LAYOUT_SWAP_HSM)

/* cr_flags_l, cr_flags_h */
#define MDS_FMODE_READ		0x1ULL
#define MDS_FMODE_WRITE		0x2ULL
#define MDS_FMODE_EXEC		0x4ULL
#define MDS_OPEN_CREATED	0x8ULL
#define MDS_OPEN_CREAT		0x40ULL
#define MDS_OPEN_EXCL		0x80ULL
#define MDS_OPEN_NOCTTY		0x100ULL
#define MDS_OPEN_TRUNC		0x200ULL
#define MDS_OPEN_APPEND		0x400ULL
#define MDS_OPEN_NONBLOCK	0x800ULL
#define MDS_OPEN_SYNC		0x1000ULL
#define MDS_OPEN_FASYNC		0x2000ULL
#define MDS_OPEN_LARGEFILE	0x8000ULL
#define MDS_OPEN_DIRECTORY	0x10000ULL
#define MDS_OPEN_NOFOLLOW	0x20000ULL
#define MDS_OPEN_BY_FID		0x800000ULL
#define MDS_OPEN_DELAY_CREATE	0x1000000ULL
#define MDS_OPEN_OWNEROVERRIDE	0x2000000ULL
#define MDS_OPEN_LOCK		0x20000000ULL
#define MDS_OPEN_HAS_EA		0x40000000ULL
#define MDS_OPEN_HAS_OBJS	0x80000000ULL
#define MDS_OPEN_NORESTORE	0x200000000ULL
#define MDS_OPEN_NEWSTRIPE	0x400000000ULL
#define MDS_OPEN_VOLATILE	0x800000000ULL
#define MDS_OPEN_LEASE		0x1000000000ULL
#define MDS_OPEN_RELEASE	0x2000000000ULL
#define MDS_OPEN_RESYNC		0x4000000000ULL
#define MDS_MKDIR_LMV		0x4000000000ULL	/* in CREATE */
#define MDS_OPEN_PCC		0x8000000000ULL
#define MDS_OP_WITH_FID		0x10000000000ULL
#define MDS_OPEN_DEFAULT_LMV	0x20000000000ULL

static inline u64 mdt_rec_create_flags(const struct mdt_rec_create *rec)
{
	return (u64)le32_to_cpu(rec->cr_flags_h) << 32 | le32_to_cpu(rec->cr_flags_l);
}

static inline void mdt_rec_create_flags_set(struct mdt_rec_create *rec, u64 flags)
{
	rec->cr_flags_l = cpu_to_le32((u32)flags);
	rec->cr_flags_h = cpu_to_le32((u32)(flags >> 32));
}

/* Intent closes */
#define LL_CLOSE_RESYNC_MAX	15
struct close_data {
	struct lustre_handle cd_handle;
	struct lu_fid_le cd_fid;
	__le64 cd_data_version;
	union {
		struct {
			__le32 resync_count;
			__le32 resync_ids[LL_CLOSE_RESYNC_MAX];
		} cd_resync;
		__le16 cd_mirror_id;
		__le32 cd_archive_id;
		__le64 cd_data_version2;
		u8 cd_bytes[64];
	};
};

WIRE_SIZE(struct close_data, 96);

/* Directory pages; all fields little-endian by definition. */
#define LU_PAGE_SIZE		4096
#define LDF_EMPTY		0x1
#define LDF_COLLIDE		0x2
#define LUDA_FID		0x1
#define LUDA_TYPE		0x2
#define LUDA_64BITHASH		0x4
#define MDS_DIR_END_OFF		0xfffffffffffffffeULL

struct lu_dirpage {
	__le64 ldp_hash_start;
	__le64 ldp_hash_end;
	__le32 ldp_flags;
	__le32 ldp_pad0;
};

WIRE_SIZE(struct lu_dirpage, 24);

struct lu_dirent {
	struct lu_fid_le lde_fid;
	__le64 lde_hash;
	__le16 lde_reclen;	/* 0: last of its page */
	__le16 lde_namelen;
	__le32 lde_attrs;
	char lde_name[];	/* no NUL when the type stands directly behind */
};

WIRE_SIZE(struct lu_dirent, 32);

static inline u32 lu_dirent_type_off(u32 namelen)
{
	return 32 + ((namelen + 1) & ~1U);
}

/* Room a record takes in its page. */
static inline u32 lu_dirent_calc_size(u32 namelen, u32 attrs)
{
	if (attrs & LUDA_TYPE)
		return (((32 + namelen + 1 + 1) & ~1U) + 2 + 7) & ~7U;
	return (32 + namelen + 1 + 7) & ~7U;
}

/* LOV EA; always little-endian. */
#define LOV_MAGIC_V1		0x0bd10bd0U
#define LOV_MAGIC_JOIN		0x0bd20bd0U
#define LOV_MAGIC_V3		0x0bd30bd0U
#define LOV_MAGIC_MIGRATE	0x0bd40bd0U
#define LOV_MAGIC_SPECIFIC	0x0bd50bd0U
#define LOV_MAGIC_COMP_V1	0x0bd60bd0U
#define LOV_MAGIC_FOREIGN	0x0bd70bd0U
#define LOV_MAGIC_SEL		0x0bd80bd0U

#ifndef LOV_PATTERN_RAID0
#define LOV_PATTERN_RAID0	0x001
#define LOV_PATTERN_PARITY	0x004
#define LOV_PATTERN_MDT		0x100
#define LOV_PATTERN_OVERSTRIPING 0x200
#define LOV_PATTERN_FOREIGN	0x400
#define LOV_PATTERN_COMPRESS	0x800
#define LOV_PATTERN_F_MASK	0xffff0000U
#define LOV_PATTERN_F_HOLE	0x40000000U
#define LOV_PATTERN_F_RELEASED	0x80000000U
#endif

#ifndef LOV_MAXPOOLNAME
#define LOV_MAXPOOLNAME		15
#endif
#ifndef LOV_MAX_STRIPE_COUNT
#define LOV_MAX_STRIPE_COUNT	2000
#endif
#define LOV_ALL_STRIPES		0xffff
#define LOV_OVERSTRIPE_FIRST	0xffe0	/* -32: 32 times all OSTs; 0xfffe: twice */
#define LOV_V1_INSANE_STRIPE_COUNT 0xffdf	/* the largest real count */
#define LOV_MIN_STRIPE_SIZE	65536U
#define LOV_OFFSET_DEFAULT	0xffff

struct lov_ost_data_v1 {
	struct ost_id l_ost_oi;
	__le32 l_ost_gen;
	__le32 l_ost_idx;
};

WIRE_SIZE(struct lov_ost_data_v1, 24);

/* Stored layouts and (with lmm_stripe_offset) the hints of clients: lov_user_md_v1. */
struct lov_mds_md_v1 {
	__le32 lmm_magic;
	__le32 lmm_pattern;
	struct ost_id lmm_oi;
	__le32 lmm_stripe_size;
	__le16 lmm_stripe_count;
	union {
		__le16 lmm_layout_gen;
		__le16 lmm_stripe_offset;
	};
	struct lov_ost_data_v1 lmm_objects[];
};

WIRE_SIZE(struct lov_mds_md_v1, 32);

struct lov_mds_md_v3 {
	__le32 lmm_magic;
	__le32 lmm_pattern;
	struct ost_id lmm_oi;
	__le32 lmm_stripe_size;
	__le16 lmm_stripe_count;
	union {
		__le16 lmm_layout_gen;
		__le16 lmm_stripe_offset;
	};
	char lmm_pool_name[LOV_MAXPOOLNAME + 1];
	struct lov_ost_data_v1 lmm_objects[];
};

WIRE_SIZE(struct lov_mds_md_v3, 48);

/* Bytes of a plain layout with n objects; 0 = not a plain magic. */
static inline u32 lov_mds_md_size(u32 n, u32 magic)
{
	if (magic == LOV_MAGIC_V3 || magic == LOV_MAGIC_SPECIFIC)
		return 48 + n * 24;
	return magic == LOV_MAGIC_V1 ? 32 + n * 24 : 0;
}

struct lu_extent_le {
	__le64 e_start;
	__le64 e_end;	/* exclusive */
};

#define LUSTRE_EOF	0xffffffffffffffffULL

#ifndef LCME_FL_STALE
#define LCME_FL_STALE		0x1U
#define LCME_FL_PREF_RD		0x2U
#define LCME_FL_PREF_WR		0x4U
#define LCME_FL_OFFLINE		0x8U
#define LCME_FL_INIT		0x10U
#define LCME_FL_NOSYNC		0x20U
#define LCME_FL_EXTENSION	0x40U
#define LCME_FL_PARITY		0x80U
#define LCME_FL_COMPRESS	0x100U
#define LCME_FL_PARTIAL		0x200U
#define LCME_FL_NOCOMPR		0x400U
#define LCME_FL_NEG		0x80000000U
#define LCME_ID_INVAL		0x0U
#define LCME_ID_MAX		0x7fffffffU
#endif

#ifndef LCM_FL_NONE
#define LCM_FL_NONE		0
#define LCM_FL_RDONLY		1
#define LCM_FL_WRITE_PENDING	2
#define LCM_FL_SYNC_PENDING	3
#define LCM_FL_PCC_RDONLY	8
#define LCM_FL_FLR_MASK		3
#endif

struct lov_comp_md_entry_v1 {
	__le32 lcme_id;
	__le32 lcme_flags;
	struct lu_extent_le lcme_extent;
	__le32 lcme_offset;
	__le32 lcme_size;
	__le32 lcme_layout_gen;
	__le64 lcme_timestamp;
	u8 lcme_dstripe_count;
	u8 lcme_cstripe_count;
	u8 lcme_compr_type;
	u8 lcme_compr_lvl_chunk;	/* low nibble level, high nibble log2 of the chunk */
} __packed;

WIRE_SIZE(struct lov_comp_md_entry_v1, 48);
WIRE_OFF(struct lov_comp_md_entry_v1, lcme_timestamp, 36);

struct lov_comp_md_v1 {
	__le32 lcm_magic;
	__le32 lcm_size;
	__le32 lcm_layout_gen;
	__le16 lcm_flags;
	__le16 lcm_entry_count;
	__le16 lcm_mirror_count;	/* mirrors - 1 */
	u8 lcm_ec_count;
	u8 lcm_padding3;
	__le32 lcm_padding1;
	__le64 lcm_padding2;
	struct lov_comp_md_entry_v1 lcm_entries[];
};

WIRE_SIZE(struct lov_comp_md_v1, 32);

struct lov_foreign_md {
	__le32 lfm_magic;
	__le32 lfm_length;
	__le32 lfm_type;
	__le32 lfm_flags;
	char lfm_value[];
};

WIRE_SIZE(struct lov_foreign_md, 16);

/* LMV EA; always little-endian. */
#define LMV_MAGIC_V1		0x0cd20cd0U
#define LMV_USER_MAGIC		0x0cd30cd0U
#define LMV_MAGIC_STRIPE	0x0cd40cd0U
#define LMV_USER_MAGIC_SPECIFIC	0x0cd40cd0U
#define LMV_MAGIC_FOREIGN	0x0cd50cd0U

#define LMV_HASH_TYPE_MASK	0x0000ffffU
#ifndef LMV_HASH_TYPE_DEFINED
#define LMV_HASH_TYPE_DEFINED
#define LMV_HASH_TYPE_UNKNOWN	0
#define LMV_HASH_TYPE_ALL_CHARS	1
#define LMV_HASH_TYPE_FNV_1A_64	2
#define LMV_HASH_TYPE_CRUSH	3
#define LMV_HASH_TYPE_CRUSH2	4
#endif
#define LMV_HASH_FLAG_OVERSTRIPED 0x01000000U
#define LMV_HASH_FLAG_FIXED	0x02000000U
#define LMV_HASH_FLAG_MERGE	0x04000000U
#define LMV_HASH_FLAG_SPLIT	0x08000000U
#define LMV_HASH_FLAG_LOST_LMV	0x10000000U
#define LMV_HASH_FLAG_BAD_TYPE	0x20000000U
#define LMV_HASH_FLAG_MIGRATION	0x80000000U

struct lmv_mds_md_v1 {
	__le32 lmv_magic;
	__le32 lmv_stripe_count;
	__le32 lmv_master_mdt_index;
	__le32 lmv_hash_type;
	__le32 lmv_layout_version;
	__le32 lmv_migrate_offset;
	__le32 lmv_migrate_hash;
	__le32 lmv_padding2;
	__le64 lmv_padding3;
	char lmv_pool_name[LOV_MAXPOOLNAME + 1];
	struct lu_fid_le lmv_stripe_fids[];
};

WIRE_SIZE(struct lmv_mds_md_v1, 56);

struct lmv_user_mds_data_le {
	struct lu_fid_le lum_fid;
	__le32 lum_padding;
	__le32 lum_mds;
};

WIRE_SIZE(struct lmv_user_mds_data_le, 24);

struct lmv_user_md_le {
	__le32 lum_magic;
	__le32 lum_stripe_count;
	__le32 lum_stripe_offset;
	__le32 lum_hash_type;
	__le32 lum_type;
	u8 lum_max_inherit;
	u8 lum_max_inherit_rr;
	__le16 lum_padding1;
	__le32 lum_padding2;
	__le32 lum_padding3;
	char lum_pool_name[LOV_MAXPOOLNAME + 1];
	struct lmv_user_mds_data_le lum_objects[];
};

WIRE_SIZE(struct lmv_user_md_le, 48);

/* Layout intents */
#define LAYOUT_INTENT_ACCESS	0
#define LAYOUT_INTENT_READ	1
#define LAYOUT_INTENT_WRITE	2
#define LAYOUT_INTENT_GLIMPSE	3
#define LAYOUT_INTENT_TRUNC	4
#define LAYOUT_INTENT_PCCRO_SET	7
#define LAYOUT_INTENT_PCCRO_CLEAR 8

struct layout_intent {
	__le32 lai_opc;
	__le32 lai_flags;
	struct lu_extent_le lai_extent;
};

WIRE_SIZE(struct layout_intent, 24);

/* Extended attributes on disk */
#define XATTR_NAME_LOV		"trusted.lov"
#define XATTR_NAME_LMA		"trusted.lma"
#define XATTR_NAME_LMV		"trusted.lmv"
#define XATTR_NAME_DEFAULT_LMV	"trusted.dmv"
#define XATTR_NAME_LINK		"trusted.link"
#define XATTR_NAME_FID		"trusted.fid"
#define XATTR_NAME_VERSION	"trusted.version"
#define XATTR_NAME_SOM		"trusted.som"
#define XATTR_NAME_HSM		"trusted.hsm"
#define XATTR_NAME_LUSTRE_LOV	"lustre.lov"
#define XATTR_NAME_ACL_ACCESS	"system.posix_acl_access"
#define XATTR_NAME_ACL_DEFAULT	"system.posix_acl_default"

#define LMAC_HSM		0x01
#define LMAC_NOT_IN_OI		0x04
#define LMAC_FID_ON_OST		0x08
#define LMAC_STRIPE_INFO	0x10
#define LMAC_COMP_INFO		0x20
#define LMAC_IDX_BACKUP		0x40
#define LMAI_RELEASED		0x01
#define LMAI_AGENT		0x02
#define LMAI_REMOTE_PARENT	0x04
#define LMAI_STRIPED		0x08
#define LMAI_ORPHAN		0x10
#define LMAI_ENCRYPT		0x20

struct lustre_mdt_attrs {
	__le32 lma_compat;
	__le32 lma_incompat;
	struct lu_fid_le lma_self_fid;
};

WIRE_SIZE(struct lustre_mdt_attrs, 24);

struct lustre_som_attrs {
	__le16 lsa_valid;	/* 1 strict, 2 stale, 4 lazy */
	__le16 lsa_reserved[3];
	__le64 lsa_size;
	__le64 lsa_blocks;
};

WIRE_SIZE(struct lustre_som_attrs, 24);
#define SOM_FL_STRICT	0x1
#define SOM_FL_STALE	0x2
#define SOM_FL_LAZY	0x4

#define LINK_EA_MAGIC		0x11eaf1dfU
#define MAX_LINKEA_SIZE		4096

struct link_ea_header {
	__le32 leh_magic;
	__le32 leh_reccount;
	__le64 leh_len;
	__le32 leh_overflow_time;
	__le32 leh_padding;
};

WIRE_SIZE(struct link_ea_header, 24);

struct link_ea_entry {
	__be16 lee_reclen;	/* 18 + length of the name */
	struct lu_fid_be lee_parent_fid;
	char lee_name[];
} __packed;

WIRE_SIZE(struct link_ea_entry, 18);

/* ACL blob */
#define POSIX_ACL_XATTR_VERSION_WIRE	2
struct acl_xattr_entry_le {
	__le16 e_tag;
	__le16 e_perm;
	__le32 e_id;
};

struct acl_xattr_header_le {
	__le32 a_version;
	struct acl_xattr_entry_le a_entries[];
};

#define LUSTRE_POSIX_ACL_MAX_ENTRIES	32
#define LUSTRE_POSIX_ACL_MAX_SIZE_OLD	(4 + 8 * LUSTRE_POSIX_ACL_MAX_ENTRIES)

/* MDS_GET_INFO, MDS_SET_INFO keys and values */
#define KEY_FID2PATH		"fid2path"
#define KEY_READ_ONLY		"read-only"
#define KEY_CHANGELOG_CLEAR	"changelog_clear"

struct getinfo_fid2path_le {
	struct lu_fid_le gf_fid;
	__le64 gf_recno;
	__le32 gf_linkno;
	__le32 gf_pathlen;
	char gf_path[];
};

WIRE_SIZE(struct getinfo_fid2path_le, 32);

/* MDS_RMFID */
#define OBD_MAX_FIDS_IN_ARRAY	4096
struct fid_array_le {
	__le32 fa_nr;
	__le32 fa_pad0;
	__le64 fa_pad1;
	struct lu_fid_le fa_fids[];
};

WIRE_SIZE(struct fid_array_le, 16);

/* HSM (declined by servers of this project; sizes for the formats) */
struct hsm_user_state_le {
	__le32 hus_states;
	__le32 hus_archive_id;
	__le32 hus_in_progress_state;
	__le32 hus_in_progress_action;
	struct lu_extent_le hus_in_progress_location;
};

WIRE_SIZE(struct hsm_user_state_le, 32);

struct hsm_state_set_le {
	__le32 hss_valid;
	__le32 hss_archive_id;
	__le64 hss_setmask;
	__le64 hss_clearmask;
};

WIRE_SIZE(struct hsm_state_set_le, 24);

#define HS_EXISTS	0x1
#define HS_DIRTY	0x2
#define HS_RELEASED	0x4
#define HS_ARCHIVED	0x8
#define HS_NORELEASE	0x10
#define HS_NOARCHIVE	0x20
#define HS_LOST		0x40

/* MDS_BATCH */
#define BUT_HEADER_MAGIC	0xbadf0001U
#define BUT_REQUEST_MAGIC	0xbade0001U
#define BUT_REPLY_MAGIC		0x00ad0001U

#endif
