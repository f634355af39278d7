// SPDX-License-Identifier: GPL-2.0-only
/*
 * One object for each kind of message: its buffers in requests and replies (chapters 2.9, 3.9, 4,
 * 5.4, 6.4, 6.8), and the way from an opcode to its format. WF_OPT: may be empty or, at the end,
 * missing; ptlrpc_req_pack() leaves it away there.
 */
#include "impl.h"

#define LIST(...)	WF_PTLRPC_BODY, __VA_ARGS__
#define OPT(f)		(WF_OPT | WF_##f)

/* WIRE_FORMAT(name, (request fields), (reply fields)), without buffer 0 */
#define WIRE_FORMAT(id, request, reply)			\
const struct wire_format id = {				\
	.name = #id,					\
	.nreq = sizeof((const u8[]){ LIST request }),	\
	.nrep = sizeof((const u8[]){ LIST reply }),	\
	.req = { LIST request },			\
	.rep = { LIST reply },				\
};							\
EXPORT_SYMBOL_GPL(id)

WIRE_FORMAT(wf_empty, (), ());
WIRE_FORMAT(wf_connect, (WF_TGTUUID, WF_CLUUID, WF_CONN, WF_CONNECT_DATA, WF_SEPOL),
	    (WF_CONNECT_DATA));

/* Locks */
WIRE_FORMAT(wf_ldlm_enqueue, (WF_DLM_REQ), (WF_DLM_REP, WF_DLM_LVB));
WIRE_FORMAT(wf_ldlm_intent, (WF_DLM_REQ, WF_INTENT), (WF_DLM_REP));
WIRE_FORMAT(wf_ldlm_intent_open,
	    (WF_DLM_REQ, WF_INTENT, WF_REC_REINT, WF_CAPA1, WF_CAPA2, WF_NAME, WF_EADATA,
	 WF_SECCTX_NAME,
	WF_SECCTX, WF_SEPOL, WF_ENCCTX),
	    (WF_DLM_REP, WF_MDT_BODY, WF_MDT_MD, WF_ACL, WF_CAPA1, WF_CAPA2, WF_NIOBUF_INLINE,
	 WF_SECCTX,
	WF_ENCCTX, WF_DEFAULT_MD));
WIRE_FORMAT(wf_ldlm_intent_create,
	    (WF_DLM_REQ, WF_INTENT, WF_REC_REINT, WF_CAPA1, WF_NAME, WF_EADATA, WF_SECCTX_NAME,
	WF_SECCTX, WF_SEPOL, WF_ENCCTX),
	    (WF_DLM_REP, WF_MDT_BODY, WF_MDT_MD, WF_ACL, WF_CAPA1, WF_SECCTX, WF_DEFAULT_MD,
	 WF_ENCCTX));
WIRE_FORMAT(wf_ldlm_intent_getattr,
	    (WF_DLM_REQ, WF_INTENT, WF_MDT_BODY, WF_CAPA1, WF_NAME, OPT(SECCTX_NAME)),
	    (WF_DLM_REP, WF_MDT_BODY, WF_MDT_MD, WF_ACL, WF_CAPA1, WF_SECCTX, WF_DEFAULT_MD,
	 WF_ENCCTX));
WIRE_FORMAT(wf_ldlm_intent_getxattr,
	    (WF_DLM_REQ, WF_INTENT, WF_MDT_BODY, WF_CAPA1, WF_SEPOL),
	    (WF_DLM_REP, WF_MDT_BODY, WF_MDT_MD, WF_ACL, WF_EADATA, WF_EAVALS, WF_EAVALS_LENS));
WIRE_FORMAT(wf_ldlm_intent_layout,
	    (WF_DLM_REQ, WF_INTENT, WF_LAYOUT_INTENT, WF_EADATA), (WF_DLM_REP, WF_DLM_LVB));
WIRE_FORMAT(wf_ldlm_intent_quota,
	    (WF_DLM_REQ, WF_INTENT, WF_QUOTA_BODY), (WF_DLM_REP, WF_DLM_LVB, WF_QUOTA_BODY));
WIRE_FORMAT(wf_ldlm_intent_old,
	    (WF_DLM_REQ, WF_INTENT, WF_REC_REINT), (WF_DLM_REP, WF_MDT_BODY, WF_MDT_MD, WF_ACL));
WIRE_FORMAT(wf_ldlm_convert, (WF_DLM_REQ), (WF_DLM_REP));
WIRE_FORMAT(wf_ldlm_cancel, (WF_DLM_REQ), ());
WIRE_FORMAT(wf_ldlm_bl_callback, (WF_DLM_REQ), ());
WIRE_FORMAT(wf_ldlm_cp_callback, (WF_DLM_REQ, WF_DLM_LVB), ());
WIRE_FORMAT(wf_ldlm_gl_callback, (WF_DLM_REQ, OPT(GL_DESC)), (WF_DLM_LVB));
WIRE_FORMAT(wf_ldlm_set_info, (WF_SETINFO_KEY, WF_SETINFO_VAL), ());

/* Metadata */
WIRE_FORMAT(wf_mds_statfs, (OPT(MDT_BODY)), (WF_STATFS));
WIRE_FORMAT(wf_mds_get_root, (WF_MDT_BODY, OPT(NAME)), (WF_MDT_BODY, WF_CAPA1));
WIRE_FORMAT(wf_mds_getattr, (WF_MDT_BODY, WF_CAPA1),
	    (WF_MDT_BODY, WF_MDT_MD, WF_ACL, WF_CAPA1, WF_CAPA2, WF_ENCCTX));
WIRE_FORMAT(wf_mds_getattr_name, (WF_MDT_BODY, WF_CAPA1, WF_NAME),
	    (WF_MDT_BODY, WF_MDT_MD, WF_ACL, WF_CAPA1, WF_CAPA2, WF_ENCCTX));
WIRE_FORMAT(wf_mds_close, (WF_EPOCH, WF_REC_REINT, WF_CAPA1, OPT(CLOSE_DATA), OPT(RESYNC_IDS)),
	    (WF_MDT_BODY, WF_MDT_MD, WF_LOGCOOKIES, WF_CAPA1, WF_CAPA2));
WIRE_FORMAT(wf_mds_reint, (WF_REC_REINT), (WF_MDT_BODY));
WIRE_FORMAT(wf_mds_reint_setattr,
	    (WF_REC_REINT, WF_CAPA1, OPT(EPOCH), WF_EADATA, WF_LOGCOOKIES, OPT(DLM_REQ)),
	    (WF_MDT_BODY, WF_MDT_MD, WF_ACL, WF_CAPA1, WF_CAPA2));
WIRE_FORMAT(wf_mds_reint_create,
	    (WF_REC_REINT, WF_CAPA1, WF_NAME, WF_EADATA, OPT(DLM_REQ), WF_SECCTX_NAME, WF_SECCTX,
	WF_SEPOL, WF_ENCCTX),
	    (WF_MDT_BODY, WF_CAPA1, WF_MDT_MD));
/* CREATE of a symlink: without the last buffer of the reply. */
WIRE_FORMAT(wf_mds_reint_symlink,
	    (WF_REC_REINT, WF_CAPA1, WF_NAME, WF_EADATA, OPT(DLM_REQ), WF_SECCTX_NAME, WF_SECCTX,
	WF_SEPOL, WF_ENCCTX),
	    (WF_MDT_BODY, WF_CAPA1));
WIRE_FORMAT(wf_mds_reint_link, (WF_REC_REINT, WF_CAPA1, WF_CAPA2, WF_NAME, OPT(DLM_REQ), WF_SEPOL),
	    (WF_MDT_BODY));
WIRE_FORMAT(wf_mds_reint_unlink, (WF_REC_REINT, WF_CAPA1, WF_NAME, OPT(DLM_REQ), WF_SEPOL),
	    (WF_MDT_BODY, WF_MDT_MD, WF_LOGCOOKIES, WF_CAPA1, WF_CAPA2));
WIRE_FORMAT(wf_mds_reint_rename,
	    (WF_REC_REINT, WF_CAPA1, WF_CAPA2, WF_NAME, WF_SYMTGT, OPT(DLM_REQ), WF_SEPOL),
	    (WF_MDT_BODY, WF_MDT_MD, WF_LOGCOOKIES, WF_CAPA1, WF_CAPA2));
WIRE_FORMAT(wf_mds_reint_migrate,
	    (WF_REC_REINT, WF_CAPA1, WF_CAPA2, WF_NAME, WF_SYMTGT, OPT(DLM_REQ), WF_SEPOL,
	     OPT(EPOCH),
	     OPT(CLOSE_DATA), WF_EADATA),
	    (WF_MDT_BODY, WF_MDT_MD, WF_LOGCOOKIES, WF_CAPA1, WF_CAPA2));
WIRE_FORMAT(wf_mds_reint_setxattr,
	    (WF_REC_REINT, WF_CAPA1, WF_NAME, WF_EADATA, OPT(DLM_REQ), WF_SEPOL),
	    (WF_MDT_BODY));
WIRE_FORMAT(wf_mds_reint_resync, (WF_REC_REINT, OPT(DLM_REQ)), (WF_MDT_BODY));
WIRE_FORMAT(wf_mds_readpage, (WF_MDT_BODY, WF_CAPA1), (WF_MDT_BODY));
WIRE_FORMAT(wf_mds_getxattr, (WF_MDT_BODY, WF_CAPA1, WF_NAME, WF_EADATA, WF_SEPOL),
	    (WF_MDT_BODY, WF_EADATA));
WIRE_FORMAT(wf_mds_sync, (WF_MDT_BODY, WF_CAPA1), (WF_MDT_BODY));
WIRE_FORMAT(wf_mds_quotactl, (WF_QUOTACTL), (WF_QUOTACTL, WF_QUOTA_ITER));
WIRE_FORMAT(wf_mds_get_info, (WF_GETINFO_KEY, WF_GETINFO_VALLEN), (WF_GETINFO_VAL));
WIRE_FORMAT(wf_mds_set_info, (WF_SETINFO_KEY, WF_SETINFO_VAL, OPT(MDT_BODY)), ());
WIRE_FORMAT(wf_mds_swap_layouts,
	    (WF_MDT_BODY, WF_SWAP_FLAGS, WF_CAPA1, WF_CAPA2, OPT(DLM_REQ)), ());
WIRE_FORMAT(wf_mds_rmfid, (WF_MDT_BODY, WF_FID_ARRAY, WF_CAPA1, WF_CAPA2),
	    (WF_MDT_BODY, WF_FID_ARRAY, WF_RCS));
WIRE_FORMAT(wf_mds_hsm_state_get, (WF_MDT_BODY, WF_CAPA1), (WF_MDT_BODY, WF_HSM_USER_STATE));
WIRE_FORMAT(wf_mds_hsm_state_set, (WF_MDT_BODY, WF_CAPA1, WF_HSM_STATE_SET), ());
WIRE_FORMAT(wf_mds_hsm_action, (WF_MDT_BODY, WF_CAPA1), (WF_MDT_BODY, WF_HSM_CURRENT_ACTION));
WIRE_FORMAT(wf_mds_hsm_progress, (WF_MDT_BODY, WF_HSM_PROGRESS), ());
WIRE_FORMAT(wf_mds_hsm_request,
	    (WF_MDT_BODY, WF_HSM_REQUEST, WF_HSM_USER_ITEM, WF_GENERIC_DATA), ());
WIRE_FORMAT(wf_mds_hsm_ct_register, (WF_MDT_BODY, WF_HSM_ARCHIVE), ());
WIRE_FORMAT(wf_mds_hsm_data_version, (WF_MDT_BODY), ());
WIRE_FORMAT(wf_mds_batch, (WF_BUT_HEADER, WF_BUT_BUF), (WF_BUT_REPLY));

/* Objects */
WIRE_FORMAT(wf_ost_body_only, (WF_OST_BODY, WF_CAPA1), (WF_OST_BODY));
WIRE_FORMAT(wf_ost_create, (WF_OST_BODY), (WF_OST_BODY));
WIRE_FORMAT(wf_ost_destroy, (WF_OST_BODY, OPT(DLM_REQ), WF_CAPA1), (WF_OST_BODY));
WIRE_FORMAT(wf_ost_brw_read, (WF_OST_BODY, WF_OBD_IOOBJ, WF_NIOBUF, WF_CAPA1, WF_SHORT_IO),
	    (WF_OST_BODY, WF_SHORT_IO));
WIRE_FORMAT(wf_ost_brw_write, (WF_OST_BODY, WF_OBD_IOOBJ, WF_NIOBUF, WF_CAPA1, WF_SHORT_IO),
	    (WF_OST_BODY, WF_RCS));
WIRE_FORMAT(wf_ost_statfs, (), (WF_STATFS));
WIRE_FORMAT(wf_ost_quotactl, (WF_QUOTACTL), (WF_QUOTACTL, WF_QUOTA_ITER));
WIRE_FORMAT(wf_ost_get_info, (WF_GETINFO_KEY), (WF_GETINFO_VAL));
WIRE_FORMAT(wf_ost_get_info_last_id, (WF_GETINFO_KEY), (WF_OBD_ID));
WIRE_FORMAT(wf_ost_get_info_last_fid, (WF_GETINFO_KEY, WF_FID), (WF_FID));
WIRE_FORMAT(wf_ost_get_info_fiemap, (WF_FIEMAP_KEY, WF_FIEMAP_VAL), (WF_FIEMAP_VAL));
WIRE_FORMAT(wf_ost_set_info, (WF_SETINFO_KEY, WF_SETINFO_VAL), ());
WIRE_FORMAT(wf_ost_set_info_grant, (WF_SETINFO_KEY, WF_OST_BODY), (WF_OST_BODY));
WIRE_FORMAT(wf_ost_ladvise, (WF_OST_BODY, WF_LADVISE_HDR, WF_LADVISE), (WF_OST_BODY));

/* Management, logs, sequences, servers among themselves */
WIRE_FORMAT(wf_mgs_target_reg, (WF_MTI, OPT(NIDLIST)), (WF_MTI));
WIRE_FORMAT(wf_mgs_config_read, (WF_MGS_CONFIG_BODY), (WF_MGS_CONFIG_RES));
WIRE_FORMAT(wf_mgs_set_info, (WF_MGS_SEND_PARAM), (WF_MGS_SEND_PARAM));
WIRE_FORMAT(wf_llog_open, (WF_LLOGD_BODY, WF_NAME, OPT(MDT_BODY)), (WF_LLOGD_BODY));
WIRE_FORMAT(wf_llog_read_header, (WF_LLOGD_BODY), (WF_LLOG_HDR));
WIRE_FORMAT(wf_llog_next_block, (WF_LLOGD_BODY), (WF_LLOGD_BODY, WF_LLOG_DATA));
WIRE_FORMAT(wf_seq_query, (WF_SEQ_OPC, WF_SEQ_RANGE), (WF_SEQ_RANGE));
WIRE_FORMAT(wf_fld_query, (WF_FLD_OPC, WF_SEQ_RANGE), (WF_SEQ_RANGE));
WIRE_FORMAT(wf_fld_read, (WF_SEQ_RANGE), (WF_GENERIC_DATA));
WIRE_FORMAT(wf_out_update, (WF_OUT_HEADER, WF_OUT_BUF), (WF_OUT_REPLY));
WIRE_FORMAT(wf_idx_read, (WF_IDX_INFO), (WF_IDX_INFO));

/**
 * wire_reint_format - format of an MDS_REINT by its sub-opcode; NULL when unknown
 * @reint_op: REINT_*
 */
const struct wire_format *wire_reint_format(u32 reint_op)
{
	switch (reint_op) {
	case REINT_SETATTR:
		return &wf_mds_reint_setattr;
	case REINT_CREATE:
		return &wf_mds_reint_create;
	case REINT_LINK:
		return &wf_mds_reint_link;
	case REINT_UNLINK:
	case REINT_RMENTRY:
		return &wf_mds_reint_unlink;
	case REINT_RENAME:
		return &wf_mds_reint_rename;
	case REINT_SETXATTR:
		return &wf_mds_reint_setxattr;
	case REINT_MIGRATE:
		return &wf_mds_reint_migrate;
	case REINT_RESYNC:
		return &wf_mds_reint_resync;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(wire_reint_format);

/**
 * wire_intent_format - format of an intent enqueue; NULL when unknown
 * @intent_opc: IT_*
 */
const struct wire_format *wire_intent_format(u64 intent_opc)
{
	switch (intent_opc) {
	case IT_OPEN:
	case IT_OPEN | IT_CREAT:
		return &wf_ldlm_intent_open;
	case IT_CREAT:
		return &wf_ldlm_intent_create;
	case IT_GETATTR:
	case IT_LOOKUP:
		return &wf_ldlm_intent_getattr;
	case IT_GETXATTR:
		return &wf_ldlm_intent_getxattr;
	case IT_LAYOUT:
		return &wf_ldlm_intent_layout;
	case IT_QUOTA_DQACQ:
	case IT_QUOTA_CONN:
		return &wf_ldlm_intent_quota;
	case IT_GLIMPSE:
	case IT_BRW:
		return &wf_ldlm_intent_old;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(wire_intent_format);

static const struct wire_format *wire_enqueue_format(const void *msg)
{
	const struct ldlm_request *req = wire_buf_min(msg, 1, sizeof(*req));
	const struct ldlm_intent *it = wire_buf_min(msg, 2, sizeof(*it));

	if (!req || !it || !(le32_to_cpu(req->lock_flags) & LDLM_FL_HAS_INTENT))
		return &wf_ldlm_enqueue;
	return wire_intent_format(le64_to_cpu(it->opc));
}

/* Keys may or may not carry their NUL. */
static bool wire_key_is(const void *msg, const char *key)
{
	u32 len = wire_buflen(msg, 1);

	return len >= strlen(key) && !memcmp(wire_buf(msg, 1), key, strlen(key)) &&
	       (len == strlen(key) || !((const char *)wire_buf(msg, 1))[strlen(key)]);
}

static const struct wire_format *wire_ost_get_info_format(const void *msg)
{
	if (wire_key_is(msg, KEY_LAST_ID))
		return &wf_ost_get_info_last_id;
	if (wire_key_is(msg, KEY_LAST_FID))
		return &wf_ost_get_info_last_fid;
	if (wire_key_is(msg, KEY_FIEMAP))
		return &wf_ost_get_info_fiemap;
	return &wf_ost_get_info;
}

static const struct {
	u32 opc;
	const struct wire_format *fmt;
} by_opcode[] = {
	{ OBD_PING, &wf_empty },
	{ MDS_CONNECT, &wf_connect },
	{ OST_CONNECT, &wf_connect },
	{ MGS_CONNECT, &wf_connect },
	{ MDS_DISCONNECT, &wf_empty },
	{ OST_DISCONNECT, &wf_empty },
	{ MGS_DISCONNECT, &wf_empty },
	{ LDLM_CONVERT, &wf_ldlm_convert },
	{ LDLM_CANCEL, &wf_ldlm_cancel },
	{ LDLM_BL_CALLBACK, &wf_ldlm_bl_callback },
	{ LDLM_CP_CALLBACK, &wf_ldlm_cp_callback },
	{ LDLM_GL_CALLBACK, &wf_ldlm_gl_callback },
	{ LDLM_SET_INFO, &wf_ldlm_set_info },
	{ MDS_STATFS, &wf_mds_statfs },
	{ MDS_GET_ROOT, &wf_mds_get_root },
	{ MDS_GETATTR, &wf_mds_getattr },
	{ MDS_GETATTR_NAME, &wf_mds_getattr_name },
	{ MDS_CLOSE, &wf_mds_close },
	{ MDS_READPAGE, &wf_mds_readpage },
	{ MDS_GETXATTR, &wf_mds_getxattr },
	{ MDS_SYNC, &wf_mds_sync },
	{ MDS_QUOTACTL, &wf_mds_quotactl },
	{ MDS_GET_INFO, &wf_mds_get_info },
	{ MDS_SET_INFO, &wf_mds_set_info },
	{ MDS_SWAP_LAYOUTS, &wf_mds_swap_layouts },
	{ MDS_RMFID, &wf_mds_rmfid },
	{ MDS_HSM_STATE_GET, &wf_mds_hsm_state_get },
	{ MDS_HSM_STATE_SET, &wf_mds_hsm_state_set },
	{ MDS_HSM_ACTION, &wf_mds_hsm_action },
	{ MDS_HSM_PROGRESS, &wf_mds_hsm_progress },
	{ MDS_HSM_REQUEST, &wf_mds_hsm_request },
	{ MDS_HSM_CT_REGISTER, &wf_mds_hsm_ct_register },
	{ MDS_HSM_CT_UNREGISTER, &wf_mds_hsm_ct_register },
	{ MDS_HSM_DATA_VERSION, &wf_mds_hsm_data_version },
	{ MDS_BATCH, &wf_mds_batch },
	{ OST_GETATTR, &wf_ost_body_only },
	{ OST_SETATTR, &wf_ost_body_only },
	{ OST_PUNCH, &wf_ost_body_only },
	{ OST_SYNC, &wf_ost_body_only },
	{ OST_FALLOCATE, &wf_ost_body_only },
	{ OST_SEEK, &wf_ost_create },
	{ OST_CREATE, &wf_ost_create },
	{ OST_DESTROY, &wf_ost_destroy },
	{ OST_READ, &wf_ost_brw_read },
	{ OST_WRITE, &wf_ost_brw_write },
	{ OST_STATFS, &wf_ost_statfs },
	{ OST_QUOTACTL, &wf_ost_quotactl },
	{ OST_LADVISE, &wf_ost_ladvise },
	{ MGS_TARGET_REG, &wf_mgs_target_reg },
	{ MGS_CONFIG_READ, &wf_mgs_config_read },
	{ MGS_SET_INFO, &wf_mgs_set_info },
	{ LLOG_ORIGIN_HANDLE_CREATE, &wf_llog_open },
	{ LLOG_ORIGIN_HANDLE_READ_HEADER, &wf_llog_read_header },
	{ LLOG_ORIGIN_HANDLE_NEXT_BLOCK, &wf_llog_next_block },
	{ LLOG_ORIGIN_HANDLE_PREV_BLOCK, &wf_llog_next_block },
	{ SEQ_QUERY, &wf_seq_query },
	{ FLD_QUERY, &wf_fld_query },
	{ FLD_READ, &wf_fld_read },
	{ OUT_UPDATE, &wf_out_update },
	{ OBD_IDX_READ, &wf_idx_read },
};

/**
 * wire_req_format - the format of a request
 * @msg: a message that passed wire_msg_check()
 *
 * For tests and tools; services have tables of their own.
 *
 * Return: the format, or NULL when the opcode (or intent, or record) is unknown.
 */
const struct wire_format *wire_req_format(const void *msg)
{
	u32 opc = le32_to_cpu(wire_body(msg)->pb_opc);
	const struct mdt_rec_reint *rec;
	unsigned int i;

	switch (opc) {
	case LDLM_ENQUEUE:
		return wire_enqueue_format(msg);
	case MDS_REINT:
		rec = wire_buf_min(msg, 1, sizeof(*rec));
		return rec ? wire_reint_format(le32_to_cpu(rec->rr_opcode)) : NULL;
	case OST_GET_INFO:
		return wire_ost_get_info_format(msg);
	case OST_SET_INFO:
		return wire_key_is(msg,
				   KEY_GRANT_SHRINK) ? &wf_ost_set_info_grant : &wf_ost_set_info;
	}
	for (i = 0; i < ARRAY_SIZE(by_opcode); i++)
		if (by_opcode[i].opc == opc)
			return by_opcode[i].fmt;
	return NULL;
}
EXPORT_SYMBOL_GPL(wire_req_format);
