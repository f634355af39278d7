/* SPDX-License-Identifier: GPL-2.0-only */
/* RPC messages, opcodes, connect data, statfs and the recovery files on disk (chapter 2). */
#ifndef _GLOSS_WIRE_PTLRPC_H
#define _GLOSS_WIRE_PTLRPC_H

#include <gloss/wire/fid.h>
#include <gloss/wire/types.h>

/* Message header */
#define LUSTRE_MSG_MAGIC_V2		0x0bd00bd3U
#define LUSTRE_MSG_MAGIC_V2_SWABBED	0xd30bd00bU
#define LUSTRE_MSG_MAX_BUFS		32
#define LUSTRE_MSG_MAX_SIZE		1024000
#define MSGHDR_AT_SUPPORT		0x1
#define MSGHDR_CKSUM_INCOMPAT18		0x2

struct lustre_msg_v2 {
	__le32 lm_bufcount;
	__le32 lm_secflvr;
	__le32 lm_magic;
	__le32 lm_repsize;
	__le32 lm_cksum;
	__le32 lm_flags;
	__le32 lm_opc;
	__le32 lm_padding_3;
	__le32 lm_buflens[];
};

WIRE_SIZE(struct lustre_msg_v2, 32);

#define LUSTRE_SP_CLI	0
#define LUSTRE_SP_MDT	1
#define LUSTRE_SP_OST	2
#define LUSTRE_SP_MGC	3
#define LUSTRE_SP_MGS	4
#define LUSTRE_SP_ANY	0xff
#define SPTLRPC_FLVR_NULL	0

#define PTL_RPC_MSG_REQUEST	4711
#define PTL_RPC_MSG_ERR		4712
#define PTL_RPC_MSG_REPLY	4713

#define PTLRPC_MSG_VERSION	3
#define LUSTRE_VERSION_MASK	0xffff0000U
#define LUSTRE_OBD_VERSION	0x00010000
#define LUSTRE_MDS_VERSION	0x00020000
#define LUSTRE_OST_VERSION	0x00030000
#define LUSTRE_DLM_VERSION	0x00040000
#define LUSTRE_LOG_VERSION	0x00050000
#define LUSTRE_MGS_VERSION	0x00060000

/* pb_flags */
#define MSG_RESENT		0x2
#define MSG_REPLAY		0x4
#define MSG_REQ_REPLAY_DONE	0x40
#define MSG_LOCK_REPLAY_DONE	0x80
#define MSG_CLIENT_BANNED	0x100
#define MSG_PACK_UID_GID	0x200
#define MSG_PACK_PROJID		0x400

/* pb_op_flags of connects */
#define MSG_CONNECT_RECOVERING	0x1
#define MSG_CONNECT_RECONNECT	0x2
#define MSG_CONNECT_REPLAYABLE	0x4
#define MSG_CONNECT_LIBCLIENT	0x10
#define MSG_CONNECT_INITIAL	0x20
#define MSG_CONNECT_TRANSNO	0x100

#define LUSTRE_JOBID_SIZE	32
#define PTLRPC_NUM_VERSIONS	4

struct ptlrpc_body {
	struct lustre_handle pb_handle;
	__le32 pb_type;
	__le32 pb_version;
	__le32 pb_opc;
	__le32 pb_status;
	__le64 pb_last_xid;
	__le16 pb_tag;
	__le16 pb_padding0;
	__le32 pb_projid;
	__le64 pb_last_committed;
	__le64 pb_transno;
	__le32 pb_flags;
	__le32 pb_op_flags;
	__le32 pb_conn_cnt;
	__le32 pb_timeout;
	__le32 pb_service_time;
	__le32 pb_limit;
	__le64 pb_slv;
	__le64 pb_pre_versions[PTLRPC_NUM_VERSIONS];
	__le64 pb_mbits;
	__le64 pb_padding64_0;
	__le64 pb_padding64_1;
	__le32 pb_uid;
	__le32 pb_gid;
	char pb_jobid[LUSTRE_JOBID_SIZE];
};

WIRE_SIZE(struct ptlrpc_body, 184);
WIRE_OFF(struct ptlrpc_body, pb_last_committed, 40);
WIRE_OFF(struct ptlrpc_body, pb_timeout, 68);
WIRE_OFF(struct ptlrpc_body, pb_pre_versions, 88);
WIRE_OFF(struct ptlrpc_body, pb_mbits, 120);
WIRE_OFF(struct ptlrpc_body, pb_jobid, 152);
#define PTLRPC_BODY_V2_SIZE	152
#define PTLRPC_REPLY_OFF	224	/* of the final reply with AT: size of an early reply */

/* Opcodes */
enum {
	OST_REPLY = 0,
	OST_GETATTR = 1,
	OST_SETATTR = 2,
	OST_READ = 3,
	OST_WRITE = 4,
	OST_CREATE = 5,
	OST_DESTROY = 6,
	OST_GET_INFO = 7,
	OST_CONNECT = 8,
	OST_DISCONNECT = 9,
	OST_PUNCH = 10,
	OST_OPEN = 11,
	OST_CLOSE = 12,
	OST_STATFS = 13,
	OST_SYNC = 16,
	OST_SET_INFO = 17,
	OST_QUOTACHECK = 18,
	OST_QUOTACTL = 19,
	OST_QUOTA_ADJUST_QUNIT = 20,
	OST_LADVISE = 21,
	OST_FALLOCATE = 22,
	OST_SEEK = 23,

	MDS_GETATTR = 33,
	MDS_GETATTR_NAME = 34,
	MDS_CLOSE = 35,
	MDS_REINT = 36,
	MDS_READPAGE = 37,
	MDS_CONNECT = 38,
	MDS_DISCONNECT = 39,
	MDS_GET_ROOT = 40,
	MDS_STATFS = 41,
	MDS_SYNC = 44,
	MDS_SET_INFO = 46,
	MDS_QUOTACTL = 48,
	MDS_GETXATTR = 49,
	MDS_GET_INFO = 53,
	MDS_HSM_STATE_GET = 54,
	MDS_HSM_STATE_SET = 55,
	MDS_HSM_ACTION = 56,
	MDS_HSM_PROGRESS = 57,
	MDS_HSM_REQUEST = 58,
	MDS_HSM_CT_REGISTER = 59,
	MDS_HSM_CT_UNREGISTER = 60,
	MDS_SWAP_LAYOUTS = 61,
	MDS_RMFID = 62,
	MDS_BATCH = 63,
	MDS_HSM_DATA_VERSION = 64,

	LDLM_ENQUEUE = 101,
	LDLM_CONVERT = 102,
	LDLM_CANCEL = 103,
	LDLM_BL_CALLBACK = 104,
	LDLM_CP_CALLBACK = 105,
	LDLM_GL_CALLBACK = 106,
	LDLM_SET_INFO = 107,

	MGS_CONNECT = 250,
	MGS_DISCONNECT = 251,
	MGS_EXCEPTION = 252,
	MGS_TARGET_REG = 253,
	MGS_TARGET_DEL = 254,
	MGS_SET_INFO = 255,
	MGS_CONFIG_READ = 256,

	OBD_PING = 400,
	OBD_IDX_READ = 403,

	LLOG_ORIGIN_HANDLE_CREATE = 501,	/* means: open */
	LLOG_ORIGIN_HANDLE_NEXT_BLOCK = 502,
	LLOG_ORIGIN_HANDLE_READ_HEADER = 503,
	LLOG_ORIGIN_HANDLE_PREV_BLOCK = 508,

	QUOTA_DQACQ = 601,
	SEQ_QUERY = 700,
	SEC_CTX_INIT = 801,
	SEC_CTX_INIT_CONT = 802,
	SEC_CTX_FINI = 803,
	FLD_QUERY = 900,
	FLD_READ = 901,
	OUT_UPDATE = 1000,
	LFSCK_NOTIFY = 1101,
	LFSCK_QUERY = 1102,
};

/* Portals */
#define OSC_REPLY_PORTAL		4
#define OST_IO_PORTAL			6
#define OST_CREATE_PORTAL		7
#define OST_BULK_PORTAL			8
#define MDC_REPLY_PORTAL		10
#define MDS_REQUEST_PORTAL		12
#define MDS_IO_PORTAL			13
#define MDS_BULK_PORTAL			14
#define LDLM_CB_REQUEST_PORTAL		15
#define LDLM_CB_REPLY_PORTAL		16
#define LDLM_CANCEL_REQUEST_PORTAL	17
#define LDLM_CANCEL_REPLY_PORTAL	18
#define MDS_READPAGE_PORTAL		23
#define OUT_PORTAL			24
#define MGC_REPLY_PORTAL		25
#define MGS_REQUEST_PORTAL		26
#define MGS_REPLY_PORTAL		27
#define OST_REQUEST_PORTAL		28
#define FLD_REQUEST_PORTAL		29
#define SEQ_METADATA_PORTAL		30
#define SEQ_DATA_PORTAL			31
#define SEQ_CONTROLLER_PORTAL		32
#define MGS_BULK_PORTAL			33

/* Connect flags */
#define OBD_CONNECT_RDONLY		0x1ULL
#define OBD_CONNECT_INDEX		0x2ULL
#define OBD_CONNECT_MDS			0x4ULL
#define OBD_CONNECT_GRANT		0x8ULL
#define OBD_CONNECT_SRVLOCK		0x10ULL
#define OBD_CONNECT_VERSION		0x20ULL
#define OBD_CONNECT_MGS_NIDLIST		0x40ULL
#define OBD_CONNECT_ACL			0x80ULL
#define OBD_CONNECT_XATTR		0x100ULL
#define OBD_CONNECT_LARGE_ACL		0x200ULL
#define OBD_CONNECT_OLD_FALLOC		0x400ULL
#define OBD_CONNECT_TRANSNO		0x800ULL
#define OBD_CONNECT_IBITS		0x1000ULL
#define OBD_CONNECT_BARRIER		0x2000ULL
#define OBD_CONNECT_ATTRFID		0x4000ULL
#define OBD_CONNECT_NODEVOH		0x8000ULL
#define OBD_CONNECT_BRW_SIZE		0x40000ULL
#define OBD_CONNECT_MDS_CAPA		0x100000ULL
#define OBD_CONNECT_OSS_CAPA		0x200000ULL
#define OBD_CONNECT_CANCELSET		0x400000ULL
#define OBD_CONNECT_AT			0x1000000ULL
#define OBD_CONNECT_LRU_RESIZE		0x2000000ULL
#define OBD_CONNECT_MDS_MDS		0x4000000ULL
#define OBD_CONNECT_CKSUM		0x20000000ULL
#define OBD_CONNECT_FID			0x40000000ULL
#define OBD_CONNECT_VBR			0x80000000ULL
#define OBD_CONNECT_LOV_V3		0x100000000ULL
#define OBD_CONNECT_GRANT_SHRINK	0x200000000ULL
#define OBD_CONNECT_SKIP_ORPHAN		0x400000000ULL
#define OBD_CONNECT_MAX_EASIZE		0x800000000ULL
#define OBD_CONNECT_FULL20		0x1000000000ULL
#define OBD_CONNECT_LAYOUTLOCK		0x2000000000ULL
#define OBD_CONNECT_64BITHASH		0x4000000000ULL
#define OBD_CONNECT_MAXBYTES		0x8000000000ULL
#define OBD_CONNECT_IMP_RECOV		0x10000000000ULL
#define OBD_CONNECT_JOBSTATS		0x20000000000ULL
#define OBD_CONNECT_UMASK		0x40000000000ULL
#define OBD_CONNECT_EINPROGRESS		0x80000000000ULL
#define OBD_CONNECT_GRANT_PARAM		0x100000000000ULL
#define OBD_CONNECT_LVB_TYPE		0x400000000000ULL
#define OBD_CONNECT_LIGHTWEIGHT		0x1000000000000ULL
#define OBD_CONNECT_SHORTIO		0x2000000000000ULL
#define OBD_CONNECT_PINGLESS		0x4000000000000ULL
#define OBD_CONNECT_FLOCK_DEAD		0x8000000000000ULL
#define OBD_CONNECT_DISP_STRIPE		0x10000000000000ULL
#define OBD_CONNECT_OPEN_BY_FID		0x20000000000000ULL
#define OBD_CONNECT_LFSCK		0x40000000000000ULL
#define OBD_CONNECT_UNLINK_CLOSE	0x100000000000000ULL
#define OBD_CONNECT_MULTIMODRPCS	0x200000000000000ULL
#define OBD_CONNECT_DIR_STRIPE		0x400000000000000ULL
#define OBD_CONNECT_SUBTREE		0x800000000000000ULL
#define OBD_CONNECT_BULK_MBITS		0x2000000000000000ULL
#define OBD_CONNECT_OBDOPACK		0x4000000000000000ULL
#define OBD_CONNECT_FLAGS2		0x8000000000000000ULL

#define OBD_CONNECT2_FILE_SECCTX	0x1ULL
#define OBD_CONNECT2_LOCKAHEAD		0x2ULL
#define OBD_CONNECT2_DIR_MIGRATE	0x4ULL
#define OBD_CONNECT2_SUM_STATFS		0x8ULL
#define OBD_CONNECT2_OVERSTRIPING	0x10ULL
#define OBD_CONNECT2_FLR		0x20ULL
#define OBD_CONNECT2_WBC_INTENTS	0x40ULL
#define OBD_CONNECT2_LOCK_CONVERT	0x80ULL
#define OBD_CONNECT2_ARCHIVE_ID_ARRAY	0x100ULL
#define OBD_CONNECT2_INC_XID		0x200ULL
#define OBD_CONNECT2_SELINUX_POLICY	0x400ULL
#define OBD_CONNECT2_LSOM		0x800ULL
#define OBD_CONNECT2_PCC		0x1000ULL
#define OBD_CONNECT2_CRUSH		0x2000ULL
#define OBD_CONNECT2_ASYNC_DISCARD	0x4000ULL
#define OBD_CONNECT2_ENCRYPT		0x8000ULL
#define OBD_CONNECT2_FIDMAP		0x10000ULL
#define OBD_CONNECT2_GETATTR_PFID	0x20000ULL
#define OBD_CONNECT2_LSEEK		0x40000ULL
#define OBD_CONNECT2_DOM_LVB		0x80000ULL
#define OBD_CONNECT2_REP_MBITS		0x100000ULL
#define OBD_CONNECT2_MODE_CONVERT	0x200000ULL
#define OBD_CONNECT2_BATCH_RPC		0x400000ULL
#define OBD_CONNECT2_PCCRO		0x800000ULL
#define OBD_CONNECT2_MNE_TYPE		0x1000000ULL
#define OBD_CONNECT2_LOCK_CONTENTION	0x2000000ULL
#define OBD_CONNECT2_ATOMIC_OPEN_LOCK	0x4000000ULL
#define OBD_CONNECT2_ENCRYPT_NAME	0x8000000ULL
#define OBD_CONNECT2_DMV_IMP_INHERIT	0x20000000ULL
#define OBD_CONNECT2_ENCRYPT_FID2PATH	0x40000000ULL
#define OBD_CONNECT2_REPLAY_CREATE	0x80000000ULL
#define OBD_CONNECT2_LARGE_NID		0x100000000ULL
#define OBD_CONNECT2_COMPRESS		0x200000000ULL
#define OBD_CONNECT2_UNALIGNED_DIO	0x400000000ULL
#define OBD_CONNECT2_CONN_POLICY	0x800000000ULL
#define OBD_CONNECT2_SPARSE		0x1000000000ULL
#define OBD_CONNECT2_MIRROR_ID_FIX	0x2000000000ULL
#define OBD_CONNECT2_UPDATE_LAYOUT	0x4000000000ULL
#define OBD_CONNECT2_READDIR_OPEN	0x8000000000ULL
#define OBD_CONNECT2_FLR_EC		0x10000000000ULL

struct obd_connect_data {
	__le64 ocd_connect_flags;
	__le32 ocd_version;
	__le32 ocd_grant;
	__le32 ocd_index;
	__le32 ocd_brw_size;
	__le64 ocd_ibits_known;
	u8 ocd_grant_blkbits;
	u8 ocd_grant_inobits;
	__le16 ocd_grant_tax_kb;
	__le32 ocd_grant_max_blks;
	__le64 ocd_transno;
	__le32 ocd_group;
	__le32 ocd_cksum_types;
	__le32 ocd_max_easize;
	__le32 ocd_instance;
	__le64 ocd_maxbytes;
	__le16 ocd_maxmodrpcs;
	u8 ocd_conn_policy;
	u8 ocd_padding0;
	__le32 ocd_padding1;
	__le64 ocd_connect_flags2;
	__le64 ocd_compr_type;
	__le64 ocd_padding[12];
};

WIRE_SIZE(struct obd_connect_data, 192);
WIRE_OFF(struct obd_connect_data, ocd_ibits_known, 24);
WIRE_OFF(struct obd_connect_data, ocd_transno, 40);
WIRE_OFF(struct obd_connect_data, ocd_instance, 60);
WIRE_OFF(struct obd_connect_data, ocd_maxmodrpcs, 72);
WIRE_OFF(struct obd_connect_data, ocd_connect_flags2, 80);
#define OBD_CONNECT_DATA_MIN	72
#define OBD_CONNECT_DATA_MAX	1536
#define OBD_OCD_VERSION(major, minor, patch, fix) \
	((u32)(major) << 24 | (u32)(minor) << 16 | (u32)(patch) << 8 | (u32)(fix))

/* Checksum types of ocd_cksum_types; see wire/ost.h for the field in o_flags. */
#define OBD_CKSUM_CRC32		0x1
#define OBD_CKSUM_ADLER		0x2
#define OBD_CKSUM_CRC32C	0x4
#define OBD_CKSUM_T10IP512	0x10
#define OBD_CKSUM_T10IP4K	0x20
#define OBD_CKSUM_T10CRC512	0x40
#define OBD_CKSUM_T10CRC4K	0x80
#define OBD_CKSUM_ALL		0xf7

/* statfs; host-order struct of the tools lives in the uapi headers. */
#define OS_STATFS_DEGRADED	0x1
#define OS_STATFS_READONLY	0x2
#define OS_STATFS_NOCREATE	0x4
#define OS_STATFS_ENOSPC	0x20
#define OS_STATFS_ENOINO	0x40
#define OS_STATFS_SUM		0x100
#define OS_STATFS_NONROT	0x200

struct obd_statfs {
	__le64 os_type;
	__le64 os_blocks;
	__le64 os_bfree;
	__le64 os_bavail;
	__le64 os_files;
	__le64 os_ffree;
	u8 os_fsid[40];
	__le32 os_bsize;
	__le32 os_namelen;
	__le64 os_maxbytes;
	__le32 os_state;
	__le32 os_fprecreated;
	__le32 os_granted;
	__le32 os_spare[7];
};

WIRE_SIZE(struct obd_statfs, 144);
WIRE_OFF(struct obd_statfs, os_bsize, 88);
WIRE_OFF(struct obd_statfs, os_granted, 112);

/* Quota control, MDS_QUOTACTL and OST_QUOTACTL. */
struct obd_dqinfo {
	__le64 dqi_bgrace;
	__le64 dqi_igrace;
	__le32 dqi_flags;
	__le32 dqi_valid;
};

struct obd_dqblk {
	__le64 dqb_bhardlimit;	/* KiB */
	__le64 dqb_bsoftlimit;
	__le64 dqb_curspace;	/* bytes */
	__le64 dqb_ihardlimit;
	__le64 dqb_isoftlimit;
	__le64 dqb_curinodes;
	__le64 dqb_btime;
	__le64 dqb_itime;
	__le32 dqb_valid;
	__le32 dqb_padding;
};

struct obd_quotactl {
	__le32 qc_cmd;
	__le32 qc_type;
	__le32 qc_id;
	__le32 qc_stat;
	struct obd_dqinfo qc_dqinfo;
	struct obd_dqblk qc_dqblk;
	char qc_poolname[];
};

WIRE_SIZE(struct obd_quotactl, 112);

/* last_rcvd and reply_data on disk (chapter 2 appendix A) */
#define LAST_RCVD		"last_rcvd"
#define REPLY_DATA		"reply_data"
#define LR_SERVER_SIZE		512
#define LR_CLIENT_START		8192
#define LR_CLIENT_SIZE		128
#define LR_MAX_CLIENTS		131072
#define LR_EXPIRE_INTERVALS	16
/* lsd_feature_incompat: a target of Gloss, which others must not take for theirs */
#define LSD_INCOMPAT_GLOSS	0x80000000U
/* seen on targets of Lustre 2.17 (chapter 8, section 8.7) */
#define LSD_INCOMPAT_OTHER	0x21eU

struct lr_server_data {
	u8 lsd_uuid[40];
	__le64 lsd_last_transno;
	__le64 lsd_compat14;
	__le64 lsd_mount_count;
	__le32 lsd_feature_compat;
	__le32 lsd_feature_rocompat;
	__le32 lsd_feature_incompat;
	__le32 lsd_server_size;
	__le32 lsd_client_start;
	__le16 lsd_client_size;
	__le16 lsd_subdir_count;
	__le64 lsd_catalog_oid;
	__le32 lsd_catalog_ogen;
	u8 lsd_peeruuid[40];
	__le32 lsd_osd_index;
	__le32 lsd_padding1;
	__le32 lsd_start_epoch;
	__le64 lsd_trans_table[LR_EXPIRE_INTERVALS];
	__le32 lsd_trans_table_time;
	__le32 lsd_expire_intervals;
	u8 lsd_padding[224];
} __packed;
WIRE_SIZE(struct lr_server_data, 512);
WIRE_OFF(struct lr_server_data, lsd_catalog_oid, 88);
WIRE_OFF(struct lr_server_data, lsd_start_epoch, 148);
WIRE_OFF(struct lr_server_data, lsd_trans_table, 152);

struct lsd_client_data {
	u8 lcd_uuid[40];
	__le64 lcd_last_transno;
	__le64 lcd_last_xid;
	__le32 lcd_last_result;
	__le32 lcd_last_data;
	__le64 lcd_last_close_transno;
	__le64 lcd_last_close_xid;
	__le32 lcd_last_close_result;
	__le32 lcd_last_close_data;
	__le64 lcd_pre_versions[4];
	__le32 lcd_last_epoch;
	__le32 lcd_generation;
};

WIRE_SIZE(struct lsd_client_data, 128);
WIRE_OFF(struct lsd_client_data, lcd_pre_versions, 88);

#define LRH_MAGIC_V1	0xbdabda01U
#define LRH_MAGIC_V2	0xbdabda02U

struct lsd_reply_header {
	__le32 lrh_magic;
	__le32 lrh_header_size;
	__le32 lrh_reply_size;
	__le32 lrh_padding[5];
};

WIRE_SIZE(struct lsd_reply_header, 32);

struct lsd_reply_data {
	__le64 lrd_transno;
	__le64 lrd_xid;
	__le64 lrd_data;
	__le32 lrd_result;
	__le32 lrd_client_gen;
};

WIRE_SIZE(struct lsd_reply_data, 32);

#endif
