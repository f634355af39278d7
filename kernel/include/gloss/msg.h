/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Formats of messages: which buffers a message of each kind has, how long they must be, and access
 * to them. Pure functions on memory, no locks; compiles for user space with -DGLOSS_USER.
 */
#ifndef _GLOSS_MSG_H
#define _GLOSS_MSG_H

#include <gloss/wire.h>

/* Contents of a buffer. wire_fields[] says how long each is. */
enum wire_field {
	WF_NONE = 0,
	WF_PTLRPC_BODY,		/* struct ptlrpc_body, always buffer 0 */
	/* connect */
	WF_TGTUUID,		/* string, 39 */
	WF_CLUUID,		/* string, 39 */
	WF_CONN,		/* struct lustre_handle */
	WF_CONNECT_DATA,	/* struct obd_connect_data */
	WF_SEPOL,		/* string */
	/* locks */
	WF_DLM_REQ,		/* struct ldlm_request, 104 or more */
	WF_DLM_REP,		/* struct ldlm_reply */
	WF_DLM_LVB,		/* ost_lvb, lquota_lvb, barrier_lvb or a LOV EA */
	WF_INTENT,		/* struct ldlm_intent */
	WF_GL_DESC,		/* union ldlm_gl_desc */
	WF_LAYOUT_INTENT,	/* struct layout_intent */
	WF_QUOTA_BODY,
	/* metadata */
	WF_MDT_BODY,		/* struct mdt_body */
	WF_REC_REINT,		/* struct mdt_rec_* */
	WF_EPOCH,		/* struct mdt_ioepoch */
	WF_CLOSE_DATA,		/* struct close_data */
	WF_RESYNC_IDS,		/* __le32[] */
	WF_NAME,		/* string: name, xattr name, log name */
	WF_SYMTGT,		/* string: new name of a rename */
	WF_EADATA,		/* xattr value, layout hint, symlink target */
	WF_CAPA1,		/* always empty */
	WF_CAPA2,		/* always empty */
	WF_MDT_MD,		/* LOV EA, LMV EA or symlink target */
	WF_ACL,
	WF_DEFAULT_MD,		/* default LMV */
	WF_LOGCOOKIES,		/* always empty */
	WF_SECCTX_NAME,		/* string */
	WF_SECCTX,
	WF_ENCCTX,
	WF_NIOBUF_INLINE,	/* niobuf_remote + data */
	WF_EAVALS,
	WF_EAVALS_LENS,		/* __le32[] */
	WF_SWAP_FLAGS,		/* __le64 */
	WF_FID_ARRAY,		/* struct fid_array_le */
	WF_RCS,			/* __le32[] */
	WF_HSM_USER_STATE,
	WF_HSM_STATE_SET,
	WF_HSM_CURRENT_ACTION,
	WF_HSM_PROGRESS,
	WF_HSM_REQUEST,
	WF_HSM_USER_ITEM,
	WF_HSM_ARCHIVE,		/* __le32[] */
	WF_GENERIC_DATA,
	WF_BUT_HEADER,
	WF_BUT_BUF,
	WF_BUT_REPLY,
	/* objects */
	WF_OST_BODY,		/* struct ost_body */
	WF_OBD_IOOBJ,		/* struct obd_ioobj[] */
	WF_NIOBUF,		/* struct niobuf_remote[] */
	WF_SHORT_IO,
	WF_FIEMAP_KEY,		/* struct ll_fiemap_info_key */
	WF_FIEMAP_VAL,		/* struct fiemap_le */
	WF_LADVISE_HDR,
	WF_LADVISE,		/* struct lu_ladvise_le[] */
	WF_OBD_ID,		/* __le64 */
	WF_FID,			/* struct lu_fid_le */
	/* common */
	WF_STATFS,		/* struct obd_statfs */
	WF_QUOTACTL,		/* struct obd_quotactl */
	WF_QUOTA_ITER,
	WF_GETINFO_KEY,
	WF_GETINFO_VALLEN,	/* __le32 */
	WF_GETINFO_VAL,
	WF_SETINFO_KEY,
	WF_SETINFO_VAL,
	WF_IDX_INFO,
	/* management, llog, sequences */
	WF_LLOGD_BODY,		/* struct llogd_body */
	WF_LLOG_HDR,		/* struct llog_log_hdr */
	WF_LLOG_DATA,		/* 8192 */
	WF_MTI,			/* struct mgs_target_info */
	WF_NIDLIST,		/* struct mgs_target_nidlist */
	WF_MGS_CONFIG_BODY,
	WF_MGS_CONFIG_RES,
	WF_MGS_SEND_PARAM,
	WF_SEQ_OPC,		/* __le32 */
	WF_SEQ_RANGE,		/* struct lu_seq_range */
	WF_FLD_OPC,		/* __le32 */
	WF_OUT_HEADER,
	WF_OUT_BUF,
	WF_OUT_REPLY,
	WF_NR,			/* must stay below WF_OPT */
};

/*
 * In a format: the buffer may be empty (or, at the end, missing) although its field has a fixed
 * size.
 */
#define WF_OPT		0x80
#define WF_ID(f)	((f) & 0x7f)

#define WFF_STRING	0x01	/* NUL-terminated: at the end, or with a size anywhere inside */
#define WFF_ARRAY	0x02	/* a multiple of size bytes, at least min */
#define WFF_VAR		0x04	/* any length; size is 0 */

struct wire_field_desc {
	const char *name;
	u16 size; /* bytes a sender packs by default; element size of arrays; 0 = variable */
	u16 min;		/* shortest that a receiver accepts when the buffer is needed */
	u8 flags;
};

extern const struct wire_field_desc wire_fields[WF_NR];

#define WIRE_MAX_FIELDS	14

/* Buffers by position; entry 0 is WF_PTLRPC_BODY. */
struct wire_format {
	const char *name;
	u8 nreq;
	u8 nrep;
	u8 req[WIRE_MAX_FIELDS];
	u8 rep[WIRE_MAX_FIELDS];
};

/*
 * Message access. wire_msg_check() first: 0 or -EPROTO (magic, count, lengths, body). After it the
 * others stay inside of the message.
 */
int wire_msg_check(const void *msg, size_t len);
u32 wire_bufcount(const void *msg);
u32 wire_buflen(const void *msg, unsigned int idx);	/* 0 when there is no such buffer */
void *wire_buf(const void *msg, unsigned int idx);	/* NULL when absent or empty */
void *wire_buf_min(const void *msg, unsigned int idx, u32 min);	/* NULL when shorter than min */
struct ptlrpc_body *wire_body(const void *msg);		/* buffer 0 */

/* Building: lens are unpadded. init writes header and lengths and clears everything behind. */
size_t wire_hdr_size(unsigned int n);
size_t wire_msg_size(unsigned int n, const u32 *lens);
size_t wire_msg_len(const void *msg);			/* of a checked or built message */
void wire_msg_init(void *msg, unsigned int n, const u32 *lens);
void wire_msg_shrink(void *msg, unsigned int idx, u32 newlen);	/* moves what stands behind */

/* Index of a field in a list, -1 when the format has none. */
int wire_field_index(const u8 *fields, unsigned int n, enum wire_field f);
/* Default length that a sender gives to a field (0: variable or optional). */
u32 wire_field_default(u8 field);

/*
 * Check a message (after wire_msg_check) against its format: lengths, strings, arrays; 0 or
 * -EPROTO.
 */
int wire_req_check(const void *msg, size_t len, const struct wire_format *fmt);
/*
 * A reply of type ERR or with negative status may lack buffers; what is there must be well-formed.
 */
int wire_rep_check(const void *msg, size_t len, const struct wire_format *fmt);

/* The format of a (checked) request, by opcode and contents; NULL when unknown. */
const struct wire_format *wire_req_format(const void *msg);
const struct wire_format *wire_reint_format(u32 reint_op);
const struct wire_format *wire_intent_format(u64 intent_opc);

/* Formats */
extern const struct wire_format wf_empty; /* body only both ways: PING, DISCONNECT ... */
extern const struct wire_format wf_connect;		/* MDS, OST, MGS */

/* plain, extent, flock, readdir: LVB in the reply */
extern const struct wire_format wf_ldlm_enqueue;
extern const struct wire_format wf_ldlm_intent;		/* prefix common to all intents */
extern const struct wire_format wf_ldlm_intent_open;	/* IT_OPEN, IT_OPEN|IT_CREAT */
extern const struct wire_format wf_ldlm_intent_create;	/* IT_CREAT alone */
extern const struct wire_format wf_ldlm_intent_getattr;	/* IT_GETATTR, IT_LOOKUP */
extern const struct wire_format wf_ldlm_intent_getxattr;
extern const struct wire_format wf_ldlm_intent_layout;
extern const struct wire_format wf_ldlm_intent_quota;
extern const struct wire_format wf_ldlm_intent_old;	/* IT_GLIMPSE, IT_BRW of old clients */
extern const struct wire_format wf_ldlm_convert;
extern const struct wire_format wf_ldlm_cancel;
extern const struct wire_format wf_ldlm_bl_callback;
extern const struct wire_format wf_ldlm_cp_callback;
extern const struct wire_format wf_ldlm_gl_callback;
extern const struct wire_format wf_ldlm_set_info;

extern const struct wire_format wf_mds_statfs;
extern const struct wire_format wf_mds_get_root;
extern const struct wire_format wf_mds_getattr;
extern const struct wire_format wf_mds_getattr_name;
extern const struct wire_format wf_mds_close;		/* CLOSE_DATA optional */
extern const struct wire_format wf_mds_reint;		/* prefix: REC */
extern const struct wire_format wf_mds_reint_setattr;
extern const struct wire_format wf_mds_reint_create;
extern const struct wire_format wf_mds_reint_symlink;
extern const struct wire_format wf_mds_reint_link;
extern const struct wire_format wf_mds_reint_unlink;	/* and RMENTRY */
extern const struct wire_format wf_mds_reint_rename;
extern const struct wire_format wf_mds_reint_migrate;
extern const struct wire_format wf_mds_reint_setxattr;
extern const struct wire_format wf_mds_reint_resync;
extern const struct wire_format wf_mds_readpage;
extern const struct wire_format wf_mds_getxattr;
extern const struct wire_format wf_mds_sync;
extern const struct wire_format wf_mds_quotactl;
extern const struct wire_format wf_mds_get_info;
extern const struct wire_format wf_mds_set_info;
extern const struct wire_format wf_mds_swap_layouts;
extern const struct wire_format wf_mds_rmfid;
extern const struct wire_format wf_mds_hsm_state_get;
extern const struct wire_format wf_mds_hsm_state_set;
extern const struct wire_format wf_mds_hsm_action;
extern const struct wire_format wf_mds_hsm_progress;
extern const struct wire_format wf_mds_hsm_request;
extern const struct wire_format wf_mds_hsm_ct_register;
extern const struct wire_format wf_mds_hsm_data_version;
extern const struct wire_format wf_mds_batch;

/* GETATTR SETATTR PUNCH SYNC FALLOCATE: body, capa */
extern const struct wire_format wf_ost_body_only;
extern const struct wire_format wf_ost_create;		/* CREATE, SEEK */
extern const struct wire_format wf_ost_destroy;
extern const struct wire_format wf_ost_brw_read;
extern const struct wire_format wf_ost_brw_write;
extern const struct wire_format wf_ost_statfs;
extern const struct wire_format wf_ost_quotactl;
extern const struct wire_format wf_ost_get_info;	/* prefix: KEY */
extern const struct wire_format wf_ost_get_info_last_id;
extern const struct wire_format wf_ost_get_info_last_fid;
extern const struct wire_format wf_ost_get_info_fiemap;
extern const struct wire_format wf_ost_set_info;
extern const struct wire_format wf_ost_set_info_grant;	/* "grant_shrink": ost_body both ways */
extern const struct wire_format wf_ost_ladvise;

extern const struct wire_format wf_mgs_target_reg;
extern const struct wire_format wf_mgs_config_read;
extern const struct wire_format wf_mgs_set_info;
extern const struct wire_format wf_llog_open;
extern const struct wire_format wf_llog_read_header;
extern const struct wire_format wf_llog_next_block;	/* and PREV_BLOCK */
extern const struct wire_format wf_seq_query;
extern const struct wire_format wf_fld_query;
extern const struct wire_format wf_fld_read;
extern const struct wire_format wf_out_update;
extern const struct wire_format wf_idx_read;

/*
 * Contents that index further data. Each returns 0 (or a count where said) or a negative errno,
 * and reads nothing outside of buf[0..len).
 */

/* LOV EA in any form; -EINVAL when malformed. */
int wire_lov_check(const void *buf, u32 len);
/* Request hints (lov_user_md): counts and sizes may be 0 or wild cards, no object list needed. */
int wire_lov_hint_check(const void *buf, u32 len);
/* A wish that a server is to fulfil: all of it; *size: its bytes. -EINVAL, -EOPNOTSUPP. */
int wire_lov_wish_check(const void *buf, u32 len, u64 start, u32 *size);

/* One plain layout or component found by wire_lov_comp(); objects is NULL when there are none. */
struct wire_lov_comp {
	u32 id;				/* 0 for plain layouts */
	u32 flags;			/* LCME_FL_*; plain layouts count as INIT */
	u64 start, end;			/* [start, end) of the file */
	u32 layout_gen;
	u32 magic;			/* LOV_MAGIC_V1, V3 or FOREIGN */
	u32 pattern;
	u32 stripe_size;
	u16 stripe_count;
	u16 stripe_offset;		/* or layout_gen of a plain layout */
	const char *pool;		/* NULL for V1; may lack a NUL after 16 bytes */
	const struct lov_ost_data_v1 *objects;
	u32 nr_objects;			/* entries of objects[] in the buffer */
};

/* Number of components of a checked EA (plain: 1), and the i-th of them. */
u32 wire_lov_comp_count(const void *buf, u32 len);
int wire_lov_comp(const void *buf, u32 len, u32 i, struct wire_lov_comp *comp);
u32 wire_lov_layout_gen(const void *buf, u32 len);

/* LMV EA (master, stripe or foreign) and lmv_user_md. */
int wire_lmv_check(const void *buf, u32 len);
int wire_lmv_user_check(const void *buf, u32 len);

/* llog header of 8192 bytes: 0 or -EIO. Accessors and the writer: llog.h. */
int wire_llog_hdr_check(const void *buf, u32 len);
/*
 * Records of a chunk: *off starts at 0; NULL at the end with *rc = 0, or -EIO for a damaged chunk.
 */
const struct llog_rec_hdr *wire_llog_next(const void *chunk, u32 len, u32 *off, int *rc);
/* Body of an OBD_CFG_REC: version, bufcount, lengths; -EINVAL when malformed. */
int wire_lcfg_check(const void *buf, u32 len);
struct mgs_nidtbl_entry;
int wire_nidtbl_check(const void *p, u32 room, struct mgs_nidtbl_entry *e);

/* Directory: one 4096-byte page. check: hashes ordered, records inside. next: NULL at the end. */
int wire_dirpage_check(const void *page, u32 len);
const struct lu_dirent *wire_dirpage_next(const void *page, const struct lu_dirent *prev);
const struct lu_dirent *wire_dirpage_seek(const void *page, u64 hash, const struct lu_fid *last);
/* S_IFMT bits, 0 when the entry has none. */
umode_t wire_dirent_type(const struct lu_dirent *ent);

/* ACL blob: 0 or -EINVAL; entries = wire_acl_count(). */
int wire_acl_check(const void *buf, u32 len);
static inline u32 wire_acl_count(u32 len)
{
	return len < 4 ? 0 : (len - 4) / 8;
}

/* linkEA: header and entries. next: pass NULL first; namelen = reclen - 18. */
int wire_linkea_check(const void *buf, u32 len);
const struct link_ea_entry *wire_linkea_next(const void *buf, u32 len,
					     const struct link_ea_entry *prev);
static inline u32 wire_linkea_namelen(const struct link_ea_entry *e)
{
	return be16_to_cpu(e->lee_reclen) - (u32)sizeof(*e);
}

/* One component of a path from a peer: not empty, no '/', no NUL inside; len counts the NUL. */
bool wire_name_ok(const char *name, u32 len);

#endif
