// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of each opcode: its name, its class (chapter 2, 1.6), the portals it goes over
 * (4.2), whether it takes a modify slot (5.7).
 */
#include "internal.h"

const struct ptlrpc_opcode ptlrpc_opcodes[PTLRPC_NR_OPCODES] = {
	{ OST_GETATTR, "ost_getattr" },
	{ OST_SETATTR, "ost_setattr" },
	{ OST_READ, "ost_read" },
	{ OST_WRITE, "ost_write" },
	{ OST_CREATE, "ost_create" },
	{ OST_DESTROY, "ost_destroy" },
	{ OST_GET_INFO, "ost_get_info" },
	{ OST_CONNECT, "ost_connect" },
	{ OST_DISCONNECT, "ost_disconnect" },
	{ OST_PUNCH, "ost_punch" },
	{ OST_STATFS, "ost_statfs" },
	{ OST_SYNC, "ost_sync" },
	{ OST_SET_INFO, "ost_set_info" },
	{ OST_QUOTACTL, "ost_quotactl" },
	{ OST_LADVISE, "ost_ladvise" },
	{ OST_FALLOCATE, "ost_fallocate" },
	{ OST_SEEK, "ost_seek" },
	{ MDS_GETATTR, "mds_getattr" },
	{ MDS_GETATTR_NAME, "mds_getattr_lock" },
	{ MDS_CLOSE, "mds_close" },
	{ MDS_REINT, "mds_reint" },
	{ MDS_READPAGE, "mds_readpage" },
	{ MDS_CONNECT, "mds_connect" },
	{ MDS_DISCONNECT, "mds_disconnect" },
	{ MDS_GET_ROOT, "mds_get_root" },
	{ MDS_STATFS, "mds_statfs" },
	{ MDS_SYNC, "mds_sync" },
	{ MDS_SET_INFO, "mds_set_info" },
	{ MDS_QUOTACTL, "mds_quotactl" },
	{ MDS_GETXATTR, "mds_getxattr" },
	{ MDS_GET_INFO, "mds_get_info" },
	{ MDS_HSM_STATE_GET, "mds_hsm_state_get" },
	{ MDS_HSM_STATE_SET, "mds_hsm_state_set" },
	{ MDS_HSM_ACTION, "mds_hsm_action" },
	{ MDS_HSM_PROGRESS, "mds_hsm_progress" },
	{ MDS_HSM_REQUEST, "mds_hsm_request" },
	{ MDS_HSM_CT_REGISTER, "mds_hsm_ct_register" },
	{ MDS_HSM_CT_UNREGISTER, "mds_hsm_ct_unregister" },
	{ MDS_SWAP_LAYOUTS, "mds_swap_layouts" },
	{ MDS_RMFID, "mds_rmfid" },
	{ MDS_BATCH, "mds_batch" },
	{ LDLM_ENQUEUE, "ldlm_enqueue" },
	{ LDLM_CONVERT, "ldlm_convert" },
	{ LDLM_CANCEL, "ldlm_cancel" },
	{ LDLM_BL_CALLBACK, "ldlm_bl_callback" },
	{ LDLM_CP_CALLBACK, "ldlm_cp_callback" },
	{ LDLM_GL_CALLBACK, "ldlm_gl_callback" },
	{ LDLM_SET_INFO, "ldlm_set_info" },
	{ MGS_CONNECT, "mgs_connect" },
	{ MGS_DISCONNECT, "mgs_disconnect" },
	{ MGS_TARGET_REG, "mgs_target_reg" },
	{ MGS_SET_INFO, "mgs_set_info" },
	{ MGS_CONFIG_READ, "mgs_config_read" },
	{ OBD_PING, "obd_ping" },
	{ OBD_IDX_READ, "obd_idx_read" },
	{ LLOG_ORIGIN_HANDLE_CREATE, "llog_origin_handle_open" },
	{ LLOG_ORIGIN_HANDLE_NEXT_BLOCK, "llog_origin_handle_next_block" },
	{ LLOG_ORIGIN_HANDLE_READ_HEADER, "llog_origin_handle_read_header" },
	{ LLOG_ORIGIN_HANDLE_PREV_BLOCK, "llog_origin_handle_prev_block" },
	{ QUOTA_DQACQ, "quota_acquire" },
	{ SEQ_QUERY, "seq_query" },
	{ FLD_QUERY, "fld_query" },
	{ FLD_READ, "fld_read" },
	{ OUT_UPDATE, "out_update" },
};

int ptlrpc_opc_index(u32 opc)
{
	int i;

	for (i = 0; i < PTLRPC_NR_OPCODES; i++)
		if (ptlrpc_opcodes[i].opc == opc)
			return i;
	return -1;
}

const char *ptlrpc_opc_name(u32 opc)
{
	int i = ptlrpc_opc_index(opc);

	return i < 0 ? "unknown" : ptlrpc_opcodes[i].name;
}

u32 ptlrpc_opc_class(u32 opc)
{
	switch (opc) {
	case MDS_CONNECT: case MDS_DISCONNECT:
	case OST_CONNECT: case OST_DISCONNECT:
	case MGS_CONNECT: case MGS_DISCONNECT:
	case OBD_PING: case OBD_IDX_READ:
	case SEC_CTX_INIT: case SEC_CTX_INIT_CONT: case SEC_CTX_FINI:
	case LFSCK_NOTIFY: case LFSCK_QUERY:
		return LUSTRE_OBD_VERSION;
	case SEQ_QUERY: case FLD_QUERY: case FLD_READ: case QUOTA_DQACQ: case OUT_UPDATE:
		return LUSTRE_MDS_VERSION;
	}
	if (opc < MDS_GETATTR)
		return LUSTRE_OST_VERSION;
	if (opc < LDLM_ENQUEUE)
		return LUSTRE_MDS_VERSION;
	if (opc <= LDLM_SET_INFO)
		return LUSTRE_DLM_VERSION;
	if (opc >= MGS_EXCEPTION && opc <= MGS_CONFIG_READ)
		return LUSTRE_MGS_VERSION;
	if (opc >= LLOG_ORIGIN_HANDLE_CREATE && opc <= 509)
		return LUSTRE_LOG_VERSION;
	return LUSTRE_OBD_VERSION;
}

bool ptlrpc_opc_takes_slot(u32 opc)
{
	switch (opc) {
	case MDS_REINT:
	case MDS_CLOSE:
	case MDS_HSM_PROGRESS:
	case MDS_HSM_STATE_SET:
	case MDS_HSM_REQUEST:
	case MDS_HSM_DATA_VERSION:
		return true;
	}
	return false;
}

static void ptlrpc_set_portals(u32 *req_portal, u32 *rep_portal, u32 req, u32 rep)
{
	*req_portal = req;
	*rep_portal = rep;
}

static bool ptlrpc_mds_portals(u32 opc, u32 *req_portal, u32 *rep_portal)
{
	switch (opc) {
	case MDS_GETATTR: case MDS_GETXATTR: case MDS_CLOSE: case MDS_READPAGE: case QUOTA_DQACQ:
		ptlrpc_set_portals(req_portal, rep_portal, MDS_READPAGE_PORTAL, MDC_REPLY_PORTAL);
		return true;
	case OST_READ: case OST_WRITE: case OST_PUNCH: case OST_FALLOCATE:
		ptlrpc_set_portals(req_portal, rep_portal, MDS_IO_PORTAL, MDC_REPLY_PORTAL);
		return true;
	case MDS_BATCH: case OUT_UPDATE:
		ptlrpc_set_portals(req_portal, rep_portal, OUT_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case SEQ_QUERY:
		ptlrpc_set_portals(req_portal, rep_portal, SEQ_METADATA_PORTAL, MDC_REPLY_PORTAL);
		return true;
	case FLD_QUERY: case FLD_READ:
		ptlrpc_set_portals(req_portal, rep_portal, FLD_REQUEST_PORTAL, MDC_REPLY_PORTAL);
		return true;
	}
	return false;
}

static bool ptlrpc_ost_portals(u32 opc, bool client, u32 *req_portal, u32 *rep_portal)
{
	switch (opc) {
	case OST_DESTROY:
		if (!client)
			return false;
		fallthrough;
	case OST_READ: case OST_WRITE: case OST_PUNCH: case OST_FALLOCATE: case OST_LADVISE:
		ptlrpc_set_portals(req_portal, rep_portal, OST_IO_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case OST_STATFS:
		ptlrpc_set_portals(req_portal, rep_portal, OST_CREATE_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case SEQ_QUERY:
		ptlrpc_set_portals(req_portal, rep_portal, SEQ_DATA_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case OUT_UPDATE: case OBD_IDX_READ:
		ptlrpc_set_portals(req_portal, rep_portal, OUT_PORTAL, OSC_REPLY_PORTAL);
		return true;
	}
	return false;
}

void ptlrpc_opc_portals(const struct obd_import *imp, u32 opc, u32 *req_portal, u32 *rep_portal)
{
	ptlrpc_set_portals(req_portal, rep_portal, imp->imp_req_portal, imp->imp_rep_portal);
	if (imp->imp_reverse) {
		ptlrpc_set_portals(req_portal, rep_portal, LDLM_CB_REQUEST_PORTAL,
				   LDLM_CB_REPLY_PORTAL);
		return;
	}
	if (opc == LDLM_CANCEL || opc == LDLM_CONVERT) {
		ptlrpc_set_portals(req_portal, rep_portal, LDLM_CANCEL_REQUEST_PORTAL,
				   LDLM_CANCEL_REPLY_PORTAL);
		return;
	}
	if (imp->imp_connect_op == MDS_CONNECT)
		ptlrpc_mds_portals(opc, req_portal, rep_portal);
	else if (imp->imp_connect_op == OST_CONNECT)
		ptlrpc_ost_portals(opc, imp->imp_sp == LUSTRE_SP_CLI, req_portal, rep_portal);
}
