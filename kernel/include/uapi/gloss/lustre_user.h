/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What programs use of a client mount: ioctls of files and directories and their arguments
 * (chapter 7, section 3). The numbers are written as they are: the sizes that several of
 * them encode are not those of their arguments.
 */
#ifndef _UAPI_GLOSS_LUSTRE_USER_H
#define _UAPI_GLOSS_LUSTRE_USER_H

#include <linux/types.h>

#define LL_SUPER_MAGIC			0x0BD00BD0	/* statfs.f_type of a client mount */
#define LL_FILEID_LUSTRE		0x97		/* type of its file handles */
/* O_NOCTTY | FASYNC; both bits together mean "make no objects yet". */
#define O_LOV_DELAY_CREATE		020400

#define LL_IOC_GETVERSION		0x80086603
#define LL_IOC_GETFLAGS			0x80086697
#define LL_IOC_SETFLAGS			0x40086698
#define LL_IOC_CLRFLAGS			0x40086699
#define LL_IOC_LOV_SETSTRIPE		0x4008669a
#define LL_IOC_LOV_SETSTRIPE_NEW	0xc020669a
#define LL_IOC_LOV_GETSTRIPE		0x4008669b
#define LL_IOC_LOV_GETSTRIPE_NEW	0x8020669b
#define LL_IOC_GROUP_LOCK		0x4008669e
#define LL_IOC_GROUP_UNLOCK		0x4008669f
#define IOC_OBD_STATFS			0xc00866a4
#define LL_IOC_FLUSHCTX			0x400866a6
#define LL_IOC_GETOBDCOUNT		0x800866a8
#define LL_IOC_PATH2FID			0x800866ad
#define LL_IOC_GET_CONNECT_FLAGS	0xc00866ae
#define LL_IOC_GET_MDTIDX		0x800466af
#define LL_IOC_DATA_VERSION		0x801066da
#define LL_IOC_LOV_SWAP_LAYOUTS		0x402066db
#define LL_IOC_RMFID			0x801066f2
#define LL_IOC_FID2MDTIDX		0xc01066f8
#define LL_IOC_GETPARENT		0xc01866f9
#define LL_IOC_LADVISE			0x802066fa
#define OBD_IOC_QUOTACTL		0xc0b066a2
#define OBD_IOC_FID2PATH		0xc0086696
#define OBD_IOC_GETDTNAME		0x8080667f
#define OBD_IOC_GETMDNAME		0x80806683
#define OBD_IOC_GETNAME_OLD		0xc0086683
#define OBD_IOC_GETUUID			0x8028667f
#define IOC_MDC_LOOKUP			0xc0086914
#define IOC_MDC_GETFILESTRIPE		0xc0086915
#define IOC_MDC_GETFILEINFO_V1		0xc0086916
#define IOC_MDC_GETFILEINFO_V2		0xc1406916
#define LL_IOC_MDC_GETINFO_V1		0xc0086917
#define LL_IOC_MDC_GETINFO_V2		0xc1406917
#define LL_IOC_LMV_SETSTRIPE		0xc03066f0
#define LL_IOC_LMV_GETSTRIPE		0xc03066f1

#define OBD_IOCTL_VERSION		0x00010004
#define OBD_IOC_BUF_MAX			8192
#define OBD_IOC_NAME_SIZE		128	/* of OBD_IOC_GETDTNAME and OBD_IOC_GETMDNAME */
#define OBD_IOC_UUID_SIZE		40

/* Packed argument; inline buffers follow in ioc_bulk, each padded to 8 bytes. */
struct obd_ioctl_data {
	__u32	ioc_len;		/* of all, inline buffers included */
	__u32	ioc_version;		/* OBD_IOCTL_VERSION */
	__u64	ioc_cookie;
	__u32	ioc_u32_1;
	__u32	ioc_u32_2;
	__u8	ioc_obdo1[208];
	__u8	ioc_obdo2[208];
	__u64	ioc_count;
	__u64	ioc_offset;
	__u32	ioc_dev;
	__u32	ioc_command;
	__u64	ioc_nid;
	__u32	ioc_nal;
	__u32	ioc_type;
	__u32	ioc_plen1;
	__u64	ioc_pbuf1;
	__u32	ioc_plen2;
	__u64	ioc_pbuf2;
	struct {
		__u32	len;
		__u64	buf;
	} ioc_inl[4];
	__u8	ioc_bulk[];
};

/* IOC_OBD_STATFS: inline buffer 1 chooses the kind of targets, buffer 2 the index. */
#define LL_STATFS_LMV			1	/* MDTs */
#define LL_STATFS_LOV			2	/* OSTs */
#define LL_STATFS_NODELAY		4	/* do not wait for a target that is away */

/* LL_IOC_DATA_VERSION */
struct ioc_data_version {
	__u64	idv_version;
	__u32	idv_layout_version;
	__u32	idv_flags;
};

#ifndef __KERNEL__
/* Host byte order. The kernel has the same structures as they are on the wire (gloss/wire/). */

#define LOV_USER_MAGIC_V1		0x0BD10BD0
#define LOV_USER_MAGIC_V3		0x0BD30BD0
#define LOV_USER_MAGIC_SPECIFIC		0x0BD50BD0
#define LOV_USER_MAGIC_COMP_V1		0x0BD60BD0
#define LOV_USER_MAGIC_FOREIGN		0x0BD70BD0

#define LOV_MAX_STRIPE_COUNT		2000
#define LUSTRE_EOF			0xffffffffffffffffULL
#define LOV_EA_MAX			65536	/* room for any layout */

#define LOV_PATTERN_RAID0		0x1
#define LOV_PATTERN_MDT			0x100
#define LOV_PATTERN_OVERSTRIPED		0x200
#define LOV_PATTERN_FOREIGN		0x400
#define LOV_PATTERN_HOLE		0x40000000
#define LOV_PATTERN_RELEASED		0x80000000

#define LCME_FL_STALE			0x1
#define LCME_FL_PREF_RD			0x2
#define LCME_FL_PREF_WR			0x4
#define LCME_FL_INIT			0x10
#define LCME_FL_NOSYNC			0x20
#define LCME_FL_NEG			0x80000000

struct lu_fid {
	__u64	f_seq;
	__u32	f_oid;
	__u32	f_ver;
};

struct ost_id {
	union {
		struct {
			__u64	oi_id;
			__u64	oi_seq;
		} oi;
		struct lu_fid	oi_fid;
	};
};

struct lov_user_ost_data_v1 {
	union {
		struct ost_id	l_ost_oi;
		struct lu_fid	l_fid;
		struct {
			__u64	l_oi_id;
			__u64	l_oi_seq;	/* 0: an object of group 0, without a FID */
		};
	};
	__u32	l_ost_gen;
	__u32	l_ost_idx;
} __attribute__((packed));

/* V1 ends before the pool. */
struct lov_user_md_v3 {
	__u32	lmm_magic;
	__u32	lmm_pattern;
	__u64	lmm_oi_id;
	__u64	lmm_oi_seq;
	__u32	lmm_stripe_size;
	__u16	lmm_stripe_count;
	__u16	lmm_stripe_offset;	/* of a file: the layout generation */
	char	lmm_pool_name[16];
	struct lov_user_ost_data_v1 lmm_objects[];
} __attribute__((packed));

#define LOV_USER_MD_V1_SIZE		32

#define lov_user_md lov_user_md_v1
struct lov_user_md_v1 {
	__u32	lmm_magic;
	__u32	lmm_pattern;
	struct ost_id lmm_oi;
	__u32	lmm_stripe_size;
	__u16	lmm_stripe_count;
	union {
		__u16	lmm_stripe_offset;	/* of a layout to be: the first OST, -1 = any */
		__u16	lmm_layout_gen;		/* of a file */
	};
	struct lov_user_ost_data_v1 lmm_objects[];
} __attribute__((packed));

struct lov_comp_md_entry_v1 {
	__u32	lcme_id;
	__u32	lcme_flags;
	__u64	lcme_start;
	__u64	lcme_end;
	__u32	lcme_offset;
	__u32	lcme_size;
	__u32	lcme_layout_gen;
	__u64	lcme_timestamp;
	__u32	lcme_padding;
} __attribute__((packed));

struct lov_comp_md_v1 {
	__u32	lcm_magic;
	__u32	lcm_size;
	__u32	lcm_layout_gen;
	__u16	lcm_flags;
	__u16	lcm_entry_count;
	__u16	lcm_mirror_count;	/* number of mirrors - 1 */
	__u16	lcm_padding1[3];
	__u64	lcm_padding2;
	struct lov_comp_md_entry_v1 lcm_entries[];
} __attribute__((packed));

#define LMV_USER_MAGIC			0x0CD30CD0

/* LL_IOC_LMV_GETSTRIPE: the default layout of directories. */
struct lmv_user_md {
	__u32	lum_magic;
	__u32	lum_stripe_count;
	__u32	lum_stripe_offset;	/* index of an MDT, ~0 = any */
	__u32	lum_hash_type;
	__u32	lum_type;		/* in: 0 also what is inherited, 1 only what is stored */
	__u8	lum_max_inherit;	/* 0 without end, 255 none */
	__u8	lum_max_inherit_rr;	/* 0 none, 255 without end */
	__u16	lum_padding1;
	__u32	lum_padding2;
	__u32	lum_padding3;
	char	lum_pool_name[16];
};

struct obd_statfs {
	__u64	os_type;
	__u64	os_blocks;
	__u64	os_bfree;
	__u64	os_bavail;
	__u64	os_files;
	__u64	os_ffree;
	__u8	os_fsid[40];
	__u32	os_bsize;
	__u32	os_namelen;
	__u64	os_maxbytes;
	__u32	os_state;
	__u32	os_fprecreated;
	__u32	os_granted;
	__u32	os_spare[7];
};

/* OBD_IOC_FID2PATH */
struct getinfo_fid2path {
	struct lu_fid gf_fid;		/* in; out: the FID of the root */
	__u64	gf_recno;
	__u32	gf_linkno;		/* in: the link; out: the next one, or the same */
	__u32	gf_pathlen;		/* room in gf_path */
	char	gf_path[];
} __attribute__((packed));

#endif /* !__KERNEL__ */

#endif
