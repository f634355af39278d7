/* SPDX-License-Identifier: GPL-2.0-only */
/* Management service, llog, config records, mount data (chapter 6). */
#ifndef _GLOSS_WIRE_MGS_H
#define _GLOSS_WIRE_MGS_H

#include <gloss/wire/fid.h>
#include <gloss/wire/types.h>

#define LUSTRE_MGS_OBDNAME	"MGS"
#define LUSTRE_MGC_OBDNAME	"MGC"

/* Kinds of config logs: mcb_type. As name[1] of a lock SPTLRPC counts as CONFIG. */
enum {
	CONFIG_T_CONFIG = 0,
	CONFIG_T_SPTLRPC = 1,
	CONFIG_T_RECOVER = 2,
	CONFIG_T_PARAMS = 3,
	CONFIG_T_NODEMAP = 4,
	CONFIG_T_BARRIER = 5,
	CONFIG_T_MAX = 6,
};

/* llog RPCs */
struct llog_logid {
	struct ost_id lgl_oi;
	__le32 lgl_ogen;
} __packed;

WIRE_SIZE(struct llog_logid, 20);

enum {
	LLOG_CONFIG_ORIG_CTXT = 0,
	LLOG_CHANGELOG_ORIG_CTXT = 12,
	LLOG_MAX_CTXTS = 18,
};

struct llogd_body {
	struct llog_logid lgd_logid;
	__le32 lgd_ctxt_idx;
	__le32 lgd_llh_flags;
	__le32 lgd_index;
	__le32 lgd_saved_index;
	__le32 lgd_len;
	__le64 lgd_cur_offset;
} __packed;

WIRE_SIZE(struct llogd_body, 48);

/* llog records */
#define LLOG_CHUNK_SIZE		8192
#define LLOG_OP_MAGIC		0x10600000U
#define LLOG_OP_MASK		0xfff00000U
#define LLOG_PAD_MAGIC		0x10600000U
#define OBD_CFG_REC		0x10620000U
#define LLOG_GEN_REC		0x10640000U
#define LLOG_HDR_MAGIC		0x10645539U
#define LLOG_LOGID_MAGIC	0x1064553bU
#define CHANGELOG_REC		0x10660000U
#define CHANGELOG_USER_REC	0x10670000U
#define CHANGELOG_USER_REC2	0x10670002U
#define HSM_AGENT_REC		0x10680000U
#define MDS_SETATTR64_REC	0x10692401U
#define MDS_UNLINK64_REC	0x10692404U
#define UPDATE_REC		0x106a0000U

struct llog_rec_hdr {
	__le32 lrh_len;
	__le32 lrh_index;
	__le32 lrh_type;
	__le32 lrh_id;
};

WIRE_SIZE(struct llog_rec_hdr, 16);

struct llog_rec_tail {
	__le32 lrt_len;
	__le32 lrt_index;
};

WIRE_SIZE(struct llog_rec_tail, 8);
#define LLOG_MIN_REC_SIZE	24

#define LLOG_HEADER_SIZE	88	/* offset of the bitmap */
#define LLOG_BITMAP_BYTES	(LLOG_CHUNK_SIZE - LLOG_HEADER_SIZE - 8)
#define LLOG_BITMAP_BITS	(LLOG_BITMAP_BYTES * 8)
#define LLOG_MAX_INDEX		(LLOG_BITMAP_BITS - 1)

#define LLOG_F_ZAP_WHEN_EMPTY	0x1
#define LLOG_F_IS_CAT		0x2
#define LLOG_F_IS_PLAIN		0x4
#define LLOG_F_EXT_JOBID	0x8
#define LLOG_F_IS_FIXSIZE	0x10
#define LLOG_F_EXT_EXTRA_FLAGS	0x20
#define LLOG_F_EXT_X_UIDGID	0x40
#define LLOG_F_EXT_X_NID	0x80
#define LLOG_F_EXT_X_OMODE	0x100
#define LLOG_F_EXT_X_XATTR	0x200
#define LLOG_F_RM_ON_ERR	0x400
#define LLOG_F_MAX_AGE		0x800
#define LLOG_F_EXT_X_NID_BE	0x1000

struct llog_log_hdr {
	struct llog_rec_hdr llh_hdr;
	__le64 llh_timestamp;
	__le32 llh_count;
	__le32 llh_bitmap_offset;
	__le32 llh_size;
	__le32 llh_flags;
	__le32 llh_cat_idx;
	u8 llh_tgtuuid[40];
	__le32 llh_reserved;
	u8 llh_bitmap[LLOG_BITMAP_BYTES];	/* bit n is byte n / 8, value 1 << (n % 8) */
	struct llog_rec_tail llh_tail;
};

WIRE_SIZE(struct llog_log_hdr, 8192);
WIRE_OFF(struct llog_log_hdr, llh_tgtuuid, 44);
WIRE_OFF(struct llog_log_hdr, llh_bitmap, 88);
WIRE_OFF(struct llog_log_hdr, llh_tail, 8184);

struct llog_logid_rec {
	struct llog_rec_hdr lid_hdr;
	struct llog_logid lid_id;
	u8 lid_padding[20];
	struct llog_rec_tail lid_tail;
};

WIRE_SIZE(struct llog_logid_rec, 64);

/* lustre_cfg, the body of OBD_CFG_REC */
#define LUSTRE_CFG_VERSION	0x1cf60001U
#define LUSTRE_CFG_MAX_BUFCOUNT	8	/* exclusive */

struct lustre_cfg {
	__le32 lcfg_version;
	__le32 lcfg_command;
	__le32 lcfg_num;
	__le32 lcfg_flags;
	__le64 lcfg_nid;
	__le32 lcfg_nal;
	__le32 lcfg_bufcount;
	__le32 lcfg_buflens[];
};

WIRE_SIZE(struct lustre_cfg, 32);

#define LCFG_REQUIRED		0x0001000
enum lcfg_command_type {
	LCFG_ATTACH = 0xcf001,
	LCFG_DETACH = 0xcf002,
	LCFG_SETUP = 0xcf003,
	LCFG_CLEANUP = 0xcf004,
	LCFG_ADD_UUID = 0xcf005,
	LCFG_DEL_UUID = 0xcf006,
	LCFG_MOUNTOPT = 0xcf007,
	LCFG_DEL_MOUNTOPT = 0xcf008,
	LCFG_SET_TIMEOUT = 0xcf009,
	LCFG_SET_UPCALL = 0xcf00a,
	LCFG_ADD_CONN = 0xcf00b,
	LCFG_DEL_CONN = 0xcf00c,
	LCFG_LOV_ADD_OBD = 0xcf00d,
	LCFG_LOV_DEL_OBD = 0xcf00e,
	LCFG_PARAM = 0xcf00f,
	LCFG_MARKER = 0xcf010,
	LCFG_LOG_START = 0xce011,
	LCFG_LOG_END = 0xce012,
	LCFG_LOV_ADD_INA = 0xce013,
	LCFG_ADD_MDC = 0xcf014,
	LCFG_DEL_MDC = 0xcf015,
	LCFG_SPTLRPC_CONF = 0xce016,
	LCFG_POOL_NEW = 0xce020,
	LCFG_POOL_ADD = 0xce021,
	LCFG_POOL_REM = 0xce022,
	LCFG_POOL_DEL = 0xce023,
	LCFG_SET_LDLM_TIMEOUT = 0xce030,
	LCFG_PRE_CLEANUP = 0xcf031,
	LCFG_SET_PARAM = 0xce032,
};

#define CM_START	0x01
#define CM_END		0x02
#define CM_SKIP		0x04
#define CM_UPGRADE146	0x08
#define CM_EXCLUDE	0x10

struct cfg_marker {
	__le32 cm_step;
	__le32 cm_flags;
	__le32 cm_vers;
	__le32 cm_padding;
	__le64 cm_createtime;
	__le64 cm_canceltime;
	char cm_tgtname[MTI_NAME_MAXLEN];
	char cm_comment[MTI_NAME_MAXLEN];
};

WIRE_SIZE(struct cfg_marker, 160);

#define LOV_DESC_MAGIC	0xb0ccde5cU
struct lov_desc {
	__le32 ld_tgt_count;
	__le32 ld_active_tgt_count;	/* LOV_DESC_MAGIC */
	__le32 ld_default_stripe_count;
	__le32 ld_pattern;
	__le64 ld_default_stripe_size;
	__le64 ld_default_stripe_offset;
	__le32 ld_padding_0;
	__le32 ld_qos_maxage;
	__le32 ld_padding_1;
	__le32 ld_padding_2;
	struct obd_uuid ld_uuid;
};

WIRE_SIZE(struct lov_desc, 88);
WIRE_OFF(struct lov_desc, ld_uuid, 48);

struct lmv_desc {
	__le32 ld_tgt_count;
	__le32 ld_active_tgt_count;
	__le32 ld_default_stripe_count;
	__le32 ld_pattern;
	__le64 ld_default_hash_size;
	__le64 ld_padding_1;
	__le32 ld_padding_2;
	__le32 ld_qos_maxage;
	__le32 ld_padding_3;
	__le32 ld_padding_4;
	struct obd_uuid ld_uuid;
};

WIRE_SIZE(struct lmv_desc, 88);

/* Registration */
#define MTI_NIDS_MAX		32
#define MTI_PARAM_MAXLEN	4096

struct mgs_target_info {
	__le32 mti_lustre_ver;
	__le32 mti_stripe_index;
	__le32 mti_config_ver;
	__le32 mti_flags;
	__le32 mti_nid_count;
	__le32 mti_instance;
	char mti_fsname[MTI_NAME_MAXLEN];
	char mti_svname[MTI_NAME_MAXLEN];
	char mti_uuid[UUID_MAX];
	__le64 mti_nids[MTI_NIDS_MAX];
	char mti_params[MTI_PARAM_MAXLEN];
	char mti_nidlist[][64];		/* with LARGE_NID (2.16 form): texts */
};

WIRE_SIZE(struct mgs_target_info, 4544);
WIRE_OFF(struct mgs_target_info, mti_nids, 192);
WIRE_OFF(struct mgs_target_info, mti_params, 448);

#define NIDLIST_APPEND		0x1
#define NIDLIST_IN_BULK		0x2
struct mgs_target_nidlist {
	__le32 mtn_flags;
	__le32 mtn_nids;
	char mtn_nidlist[][64];
};

WIRE_SIZE(struct mgs_target_nidlist, 8);

#define LDD_F_SV_TYPE_MDT	0x0001
#define LDD_F_SV_TYPE_OST	0x0002
#define LDD_F_SV_TYPE_MGS	0x0004
#define LDD_F_SV_TYPE_MASK	0x0007
#define LDD_F_NEED_INDEX	0x0010
#define LDD_F_VIRGIN		0x0020
#define LDD_F_UPDATE		0x0040
#define LDD_F_REWRITE_LDD	0x0080
#define LDD_F_WRITECONF		0x0100
#define LDD_F_PARAM		0x0400
#define LDD_F_NO_PRIMNODE	0x1000
#define LDD_F_IR_CAPABLE	0x2000
#define LDD_F_ERROR		0x4000
#define LDD_F_PARAM2		0x8000
#define LDD_F_NO_LOCAL_LOGS	0x10000
#define LDD_F_LARGE_NID		0x20000
#define LDD_F_OPC_REG		0x10000000
#define LDD_F_OPC_UNREG		0x20000000
#define LDD_F_OPC_READY		0x40000000
#define LDD_F_OPC_MASK		0xf0000000U
#define LDD_F_ONDISK_MASK	0xffff

/* Config read (imperative recovery, nodemap) */
struct mgs_config_body {
	char mcb_name[MTI_NAME_MAXLEN];
	__le64 mcb_offset;
	__le16 mcb_type;
	u8 mcb_rec_nid_size;	/* nodemap: pass number */
	u8 mcb_bits;
	__le32 mcb_units;
};

WIRE_SIZE(struct mgs_config_body, 80);

#define MGS_NODEMAP_END	0xfffffffffffffffeULL	/* mcr_offset: no more pages of the index */

struct mgs_config_res {
	__le64 mcr_offset;
	__le64 mcr_size;
};

WIRE_SIZE(struct mgs_config_res, 16);

#define MNE_TYPE_MDT	1
#define MNE_TYPE_OST	2

struct mgs_nidtbl_entry {
	__le64 mne_version;
	__le32 mne_instance;
	__le32 mne_index;
	__le32 mne_length;
	u8 mne_type;		/* MNE_TYPE_* */
	u8 mne_nid_type;	/* 0: u64 nid4, 1: struct lnet_nid */
	u8 mne_nid_size;
	u8 mne_nid_count;
	u8 mne_nids[];
};

WIRE_SIZE(struct mgs_nidtbl_entry, 24);

/* CONFIGS/mountdata */
#define MOUNT_CONFIGS_DIR	"CONFIGS"
#define MOUNT_DATA_FILE		"CONFIGS/mountdata"
#define LDD_MAGIC		0x1dd00001U
#define INDEX_UNASSIGNED	0xffff
/* ldd_feature_incompat: a target of Gloss, which others must not take for theirs */
#define LDD_INCOMPAT_GLOSS	0x80000000U
enum {
	LDD_MT_EXT3 = 0,
	LDD_MT_LDISKFS = 1,
	LDD_MT_REISERFS = 3,
	LDD_MT_LDISKFS2 = 4,
	LDD_MT_ZFS = 5,
	LDD_MT_WBCFS = 6,
};

struct lustre_disk_data {
	__le32 ldd_magic;
	__le32 ldd_feature_compat;
	__le32 ldd_feature_rocompat;
	__le32 ldd_feature_incompat;
	__le32 ldd_config_ver;
	__le32 ldd_flags;
	__le32 ldd_svindex;
	__le32 ldd_mount_type;
	char ldd_fsname[64];
	char ldd_svname[64];
	u8 ldd_uuid[40];
	char ldd_userdata[824];
	u8 ldd_padding[3072];
	char ldd_mount_opts[4096];
	char ldd_params[4096];
};

WIRE_SIZE(struct lustre_disk_data, 12288);
WIRE_OFF(struct lustre_disk_data, ldd_uuid, 160);
WIRE_OFF(struct lustre_disk_data, ldd_mount_opts, 4096);

#endif
