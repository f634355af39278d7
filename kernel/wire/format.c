// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands in the buffers of each kind of message: the table of fields, and the check of a
 * message against a list of them (rules: chapter 4.1 and chapter 2, 1.3). The formats themselves
 * are in formats.c. Pure, no locks.
 */
#include "impl.h"

#define FIXED(id, type)		[WF_##id] = { #id, sizeof(type), sizeof(type), 0 }
#define FIXED_N(id, size, min)	[WF_##id] = { #id, size, min, 0 }
#define ARRAY(id, elem, min)	[WF_##id] = { #id, elem, min, WFF_ARRAY }
#define VAR(id)			[WF_##id] = { #id, 0, 0, WFF_VAR }
#define STRING(id)		[WF_##id] = { #id, 0, 0, WFF_VAR | WFF_STRING }

/* Constant. */
const struct wire_field_desc wire_fields[WF_NR] = {
	VAR(NONE),
	FIXED(PTLRPC_BODY, struct ptlrpc_body),
	[WF_TGTUUID] = { "TGTUUID", UUID_MAX - 1, 1, WFF_STRING },
	[WF_CLUUID] = { "CLUUID", UUID_MAX - 1, 1, WFF_STRING },
	FIXED(CONN, struct lustre_handle),
	FIXED_N(CONNECT_DATA, sizeof(struct obd_connect_data), OBD_CONNECT_DATA_MIN),
	STRING(SEPOL),

	FIXED_N(DLM_REQ, LDLM_REQ_MIN_SIZE, sizeof(struct ldlm_request)),
	FIXED(DLM_REP, struct ldlm_reply),
	VAR(DLM_LVB),
	FIXED(INTENT, struct ldlm_intent),
	FIXED(GL_DESC, union ldlm_gl_desc),
	FIXED(LAYOUT_INTENT, struct layout_intent),
	VAR(QUOTA_BODY),

	FIXED(MDT_BODY, struct mdt_body),
	FIXED(REC_REINT, struct mdt_rec_reint),
	FIXED(EPOCH, struct mdt_ioepoch),
	FIXED(CLOSE_DATA, struct close_data),
	ARRAY(RESYNC_IDS, 4, 0),
	STRING(NAME),
	STRING(SYMTGT),
	VAR(EADATA),
	VAR(CAPA1),
	VAR(CAPA2),
	VAR(MDT_MD),
	VAR(ACL),
	VAR(DEFAULT_MD),
	VAR(LOGCOOKIES),
	STRING(SECCTX_NAME),
	VAR(SECCTX),
	VAR(ENCCTX),
	VAR(NIOBUF_INLINE),
	VAR(EAVALS),
	ARRAY(EAVALS_LENS, 4, 0),
	FIXED(SWAP_FLAGS, __le64),
	FIXED(FID_ARRAY, struct fid_array_le),
	ARRAY(RCS, 4, 0),
	FIXED(HSM_USER_STATE, struct hsm_user_state_le),
	FIXED(HSM_STATE_SET, struct hsm_state_set_le),
	FIXED_N(HSM_CURRENT_ACTION, 24, 24),
	FIXED_N(HSM_PROGRESS, 64, 64),
	FIXED_N(HSM_REQUEST, 24, 24),
	ARRAY(HSM_USER_ITEM, 32, 32),
	ARRAY(HSM_ARCHIVE, 4, 0),
	VAR(GENERIC_DATA),
	VAR(BUT_HEADER),
	VAR(BUT_BUF),
	VAR(BUT_REPLY),

	FIXED(OST_BODY, struct ost_body),
	ARRAY(OBD_IOOBJ, sizeof(struct obd_ioobj), sizeof(struct obd_ioobj)),
	ARRAY(NIOBUF, sizeof(struct niobuf_remote), sizeof(struct niobuf_remote)),
	VAR(SHORT_IO),
	FIXED(FIEMAP_KEY, struct ll_fiemap_info_key),
	FIXED(FIEMAP_VAL, struct fiemap_le),
	FIXED(LADVISE_HDR, struct ladvise_hdr_le),
	ARRAY(LADVISE, sizeof(struct lu_ladvise_le), sizeof(struct lu_ladvise_le)),
	FIXED(OBD_ID, __le64),
	FIXED(FID, struct lu_fid_le),

	FIXED(STATFS, struct obd_statfs),
	FIXED(QUOTACTL, struct obd_quotactl),
	VAR(QUOTA_ITER),
	VAR(GETINFO_KEY),
	FIXED(GETINFO_VALLEN, __le32),
	VAR(GETINFO_VAL),
	VAR(SETINFO_KEY),
	VAR(SETINFO_VAL),
	VAR(IDX_INFO),

	FIXED(LLOGD_BODY, struct llogd_body),
	FIXED(LLOG_HDR, struct llog_log_hdr),
	FIXED_N(LLOG_DATA, LLOG_CHUNK_SIZE, LLOG_CHUNK_SIZE),
	FIXED(MTI, struct mgs_target_info),
	FIXED(NIDLIST, struct mgs_target_nidlist),
	FIXED(MGS_CONFIG_BODY, struct mgs_config_body),
	FIXED(MGS_CONFIG_RES, struct mgs_config_res),
	VAR(MGS_SEND_PARAM),
	FIXED(SEQ_OPC, __le32),
	FIXED(SEQ_RANGE, struct lu_seq_range),
	FIXED(FLD_OPC, __le32),
	VAR(OUT_HEADER),
	VAR(OUT_BUF),
	VAR(OUT_REPLY),
};
EXPORT_SYMBOL_GPL(wire_fields);

static_assert(WF_NR <= WF_OPT);

/**
 * wire_field_index - position of a field
 * @fields: list of a format
 * @n: its length
 * @f: what to look for
 *
 * Return: index, or -1.
 */
int wire_field_index(const u8 *fields, unsigned int n, enum wire_field f)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (WF_ID(fields[i]) == f)
			return i;
	return -1;
}
EXPORT_SYMBOL_GPL(wire_field_index);

/**
 * wire_field_default - length that a sender gives to a field unless told otherwise
 * @field: entry of a format
 */
u32 wire_field_default(u8 field)
{
	const struct wire_field_desc *d = &wire_fields[WF_ID(field)];

	return (field & WF_OPT) || (d->flags & (WFF_ARRAY | WFF_VAR)) ? 0 : d->size;
}
EXPORT_SYMBOL_GPL(wire_field_default);

/* An empty buffer is fine for these. */
static bool wire_may_be_empty(u8 field)
{
	return (field & WF_OPT) || !wire_fields[WF_ID(field)].min;
}

static int wire_field_check(const char *buf, u32 len, u8 field)
{
	const struct wire_field_desc *d = &wire_fields[WF_ID(field)];

	if (!len)
		return wire_may_be_empty(field) ? 0 : -EPROTO;
	if (len < d->min)
		return -EPROTO;
	if ((d->flags & WFF_ARRAY) && len % d->size)
		return -EPROTO;
	if (d->flags & WFF_STRING) {
		const char *nul = memchr(buf, 0, len);

		if (!nul || ((d->flags & WFF_VAR) && nul != buf + len - 1))
			return -EPROTO;
	}
	return 0;
}

/* More buffers than @n are ignored. Missing trailing buffers count as empty. */
static int wire_fields_check(const void *msg, const u8 *fields, unsigned int n, bool lenient)
{
	unsigned int i;
	int rc;

	for (i = 0; i < n; i++) {
		u8 f = lenient ? fields[i] | WF_OPT : fields[i];

		rc = wire_field_check(wire_buf(msg, i), wire_buflen(msg, i), f);
		if (rc)
			return rc;
	}
	return 0;
}

/**
 * wire_req_check - check a request against its format
 * @msg: a message that passed wire_msg_check()
 * @len: its length (not used: the message was checked)
 * @fmt: the format
 *
 * Return: 0 or -EPROTO.
 */
int wire_req_check(const void *msg, size_t len, const struct wire_format *fmt)
{
	return wire_fields_check(msg, fmt->req, fmt->nreq, false);
}
EXPORT_SYMBOL_GPL(wire_req_check);

/**
 * wire_rep_check - check a reply against its format
 * @msg: a message that passed wire_msg_check()
 * @len: its length
 * @fmt: the format
 *
 * In an error reply any buffer may be empty or missing, but not too short.
 *
 * Return: 0 or -EPROTO.
 */
int wire_rep_check(const void *msg, size_t len, const struct wire_format *fmt)
{
	const struct ptlrpc_body *pb = wire_body(msg);
	bool error = le32_to_cpu(pb->pb_type) == PTL_RPC_MSG_ERR ||
		     (s32)le32_to_cpu(pb->pb_status) < 0;

	return wire_fields_check(msg, fmt->rep, fmt->nrep, error);
}
EXPORT_SYMBOL_GPL(wire_rep_check);
