/* SPDX-License-Identifier: GPL-2.0-only */
/* Object storage messages (chapter 5). OBD_MD_* valid bits: wire/mds.h. */
#ifndef _GLOSS_WIRE_OST_H
#define _GLOSS_WIRE_OST_H

#include <gloss/wire/fid.h>
#include <gloss/wire/mds.h>
#include <gloss/wire/types.h>

struct ost_layout {
	__le32 ol_stripe_size;
	__le32 ol_stripe_count;
	__le64 ol_comp_start;
	__le64 ol_comp_end;
	__le32 ol_comp_id;
} __packed;

WIRE_SIZE(struct ost_layout, 28);

struct obdo {
	__le64 o_valid;
	struct ost_id o_oi;
	__le64 o_parent_seq;
	__le64 o_size;
	__le64 o_mtime;
	__le64 o_atime;
	__le64 o_ctime;
	union {
		__le64 o_blocks;
		__le64 o_dirty;
	};
	__le64 o_grant;
	__le32 o_blksize;
	union {
		__le32 o_mode;
		__le32 o_undirty;
	};
	__le32 o_uid;
	__le32 o_gid;
	__le32 o_flags;
	union {
		__le32 o_nlink;
		__le32 o_cksum;
		__le32 o_falloc_mode;
	};
	__le32 o_parent_oid;
	union {
		__le32 o_misc;
		__le32 o_dropped;
	};
	__le64 o_ioepoch;
	__le32 o_stripe_idx;
	__le32 o_parent_ver;
	struct lustre_handle o_handle;
	struct ost_layout o_layout;
	__le32 o_layout_version;
	__le32 o_uid_h;
	__le32 o_gid_h;
	union {
		__le64 o_data_version;
		__le64 o_grant_used;
	};
	__le32 o_projid;
	__le32 o_padding_4;
	__le64 o_padding_5;
	__le64 o_padding_6;
};

WIRE_SIZE(struct obdo, 208);
WIRE_OFF(struct obdo, o_size, 32);
WIRE_OFF(struct obdo, o_grant, 72);
WIRE_OFF(struct obdo, o_flags, 96);
WIRE_OFF(struct obdo, o_stripe_idx, 120);
WIRE_OFF(struct obdo, o_handle, 128);
WIRE_OFF(struct obdo, o_layout, 136);
WIRE_OFF(struct obdo, o_layout_version, 164);
WIRE_OFF(struct obdo, o_data_version, 176);
WIRE_OFF(struct obdo, o_projid, 184);

struct ost_body {
	struct obdo oa;
};

WIRE_SIZE(struct ost_body, 208);

/* o_flags */
#define OBD_FL_DELORPHAN	0x4
#define OBD_FL_NORPC		0x8
#define OBD_FL_RECREATE_OBJS	0x20
#define OBD_FL_NO_PRJQUOTA	0x80
#define OBD_FL_NO_USRQUOTA	0x100
#define OBD_FL_NO_GRPQUOTA	0x200
#define OBD_FL_CREATE_CROW	0x400
#define OBD_FL_SRVLOCK		0x800
#define OBD_FL_CKSUM_CRC32	0x1000	/* a 4-bit field, not bits */
#define OBD_FL_CKSUM_ADLER	0x2000
#define OBD_FL_CKSUM_CRC32C	0x4000
#define OBD_FL_CKSUM_T10IP512	0x5000
#define OBD_FL_CKSUM_T10IP4K	0x6000
#define OBD_FL_CKSUM_T10CRC512	0x7000
#define OBD_FL_CKSUM_T10CRC4K	0x8000
#define OBD_FL_CKSUM_ALL	0xf000
#define OBD_FL_SHRINK_GRANT	0x20000
#define OBD_FL_MMAP		0x40000
#define OBD_FL_RECOV_RESEND	0x80000
#define OBD_FL_NOSPC_BLK	0x100000
#define OBD_FL_FLUSH		0x200000
#define OBD_FL_SHORT_IO		0x400000
#define OBD_FL_ROOT_SQUASH	0x800000
#define OBD_FL_ROOT_PRJQUOTA	0x1000000

struct obd_ioobj {
	struct ost_id ioo_oid;
	__le32 ioo_max_brw;
	__le32 ioo_bufcnt;
};

WIRE_SIZE(struct obd_ioobj, 24);

/* Number of bulk MDs announced by a request (chapter 2, 8.2). */
static inline u32 ioobj_max_brw_get(const struct obd_ioobj *ioo)
{
	return (le32_to_cpu(ioo->ioo_max_brw) >> 16) + 1;
}

static inline void ioobj_max_brw_set(struct obd_ioobj *ioo, u32 n_md)
{
	ioo->ioo_max_brw = cpu_to_le32((n_md - 1) << 16);
}

#define OBD_BRW_READ		0x1
#define OBD_BRW_WRITE		0x2
#define OBD_BRW_NDELAY		0x4
#define OBD_BRW_SYNC		0x8
#define OBD_BRW_CHECK		0x10
#define OBD_BRW_FROM_GRANT	0x20
#define OBD_BRW_GRANTED		0x40
#define OBD_BRW_NOCACHE		0x80
#define OBD_BRW_NOQUOTA		0x100
#define OBD_BRW_SRVLOCK		0x200
#define OBD_BRW_ASYNC		0x400
#define OBD_BRW_MEMALLOC	0x800
#define OBD_BRW_OVER_USRQUOTA	0x1000
#define OBD_BRW_OVER_GRPQUOTA	0x2000
#define OBD_BRW_SOFT_SYNC	0x4000
#define OBD_BRW_OVER_PRJQUOTA	0x8000
#define OBD_BRW_ROOT_PRJQUOTA	0x10000
#define OBD_BRW_RDMA_ONLY	0x20000
#define OBD_BRW_SYS_RESOURCE	0x40000
#define OBD_BRW_COMPRESSED	0x80000
#define OBD_BRW_LOCAL_MASK	0xc0000000U	/* mask off on input */

struct niobuf_remote {
	__le64 rnb_offset;
	__le32 rnb_len;
	__le32 rnb_flags;
};

WIRE_SIZE(struct niobuf_remote, 16);

#define ONE_MB_BRW_SIZE		0x100000U
#define DT_MAX_BRW_SIZE		(64U << 20)
#define OBD_MAX_SHORT_IO_BYTES	(64U << 10)

/* GET_INFO and SET_INFO */
#define KEY_FIEMAP		"fiemap"
#define KEY_LAST_ID		"last_id"
#define KEY_LAST_FID		"last_fid"
#define KEY_GRANT_SHRINK	"grant_shrink"
#define KEY_EVICT_BY_NID	"evict_by_nid"

struct fiemap_extent_le {
	__le64 fe_logical;
	__le64 fe_physical;
	__le64 fe_length;
	__le64 fe_reserved64[2];
	__le32 fe_flags;
	__le32 fe_device;
	__le32 fe_reserved[2];
};

WIRE_SIZE(struct fiemap_extent_le, 56);

struct fiemap_le {
	__le64 fm_start;
	__le64 fm_length;
	__le32 fm_flags;
	__le32 fm_mapped_extents;
	__le32 fm_extent_count;
	__le32 fm_reserved;
	struct fiemap_extent_le fm_extents[];
};

WIRE_SIZE(struct fiemap_le, 32);

struct ll_fiemap_info_key {
	char lfik_name[8];
	struct obdo lfik_oa;
	__le64 lfik_fm_start;	/* a fiemap_le header without extents */
	__le64 lfik_fm_length;
	__le32 lfik_fm_flags;
	__le32 lfik_fm_mapped_extents;
	__le32 lfik_fm_extent_count;
	__le32 lfik_fm_reserved;
};

WIRE_SIZE(struct ll_fiemap_info_key, 248);

/* ladvise */
#define LADVISE_MAGIC		0x1adf1ce0U
struct ladvise_hdr_le {
	__le32 lah_magic;
	__le32 lah_count;
	__le64 lah_flags;
	__le32 lah_value1;
	__le32 lah_value2;
	__le64 lah_value3;
};

WIRE_SIZE(struct ladvise_hdr_le, 32);

struct lu_ladvise_le {
	__le16 lla_advice;
	__le16 lla_value1;
	__le32 lla_value2;
	__le64 lla_start;
	__le64 lla_end;
	__le32 lla_value3;
	__le32 lla_value4;
};

WIRE_SIZE(struct lu_ladvise_le, 32);

/* trusted.fid of OST objects */
struct filter_fid {
	struct lu_fid_le ff_parent;	/* f_ver: stripe index */
	struct ost_layout ff_layout;
	__le32 ff_layout_version;
	__le32 ff_range;
} __packed;

WIRE_SIZE(struct filter_fid, 52);
#define FILTER_FID_OLD_SIZE	44

/* Quota intents between servers */
#define LQUOTA_ITER_BUFLEN	10240

#endif
