// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small things both sides need: adaptive timeouts (chapter 2, 6), cookies, XIDs (5.5), and what is known of
 * each opcode: its portal (4.2), its class (1.6), whether it takes a modify slot (5.7).
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/crc32.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include "internal.h"

unsigned int ptlrpc_timeout = 100;
unsigned int ptlrpc_at_min = 5;
unsigned int ptlrpc_at_max = 600;
unsigned int ptlrpc_at_early_margin = 5;
unsigned int ptlrpc_at_extra = 30;
unsigned int ptlrpc_ping_interval = 25;
unsigned int ptlrpc_bulk_timeout = 100;
unsigned int ptlrpc_ldlm_timeout = 20;
EXPORT_SYMBOL_GPL(ptlrpc_timeout);
EXPORT_SYMBOL_GPL(ptlrpc_at_min);
EXPORT_SYMBOL_GPL(ptlrpc_at_max);
EXPORT_SYMBOL_GPL(ptlrpc_at_early_margin);
EXPORT_SYMBOL_GPL(ptlrpc_at_extra);
EXPORT_SYMBOL_GPL(ptlrpc_ping_interval);
EXPORT_SYMBOL_GPL(ptlrpc_bulk_timeout);
EXPORT_SYMBOL_GPL(ptlrpc_ldlm_timeout);

/* ---- adaptive timeouts ---- */

#define AT_BIN	150	/* seconds */

void at_init(struct ptlrpc_at *at, unsigned int value)
{
	spin_lock_init(&at->at_lock);
	at->at_start = ktime_get_seconds();
	memset(at->at_bins, 0, sizeof(at->at_bins));
	at->at_value = value;
}

void at_sample(struct ptlrpc_at *at, unsigned int value)
{
	time64_t now = ktime_get_seconds();
	unsigned int i, worst = 0;

	spin_lock(&at->at_lock);
	if (now - at->at_start >= AT_BIN * (time64_t)ARRAY_SIZE(at->at_bins)) {
		memset(at->at_bins, 0, sizeof(at->at_bins));
		at->at_start = now;
	}
	while (now - at->at_start >= AT_BIN) {
		for (i = ARRAY_SIZE(at->at_bins) - 1; i; i--)
			at->at_bins[i] = at->at_bins[i - 1];
		at->at_bins[0] = 0;
		at->at_start += AT_BIN;
	}
	at->at_bins[0] = max(at->at_bins[0], value);
	for (i = 0; i < ARRAY_SIZE(at->at_bins); i++)
		worst = max(worst, at->at_bins[i]);
	WRITE_ONCE(at->at_value, worst);
	spin_unlock(&at->at_lock);
}

unsigned int at_estimate(const struct ptlrpc_at *at)
{
	return clamp(at_get(at), max(READ_ONCE(ptlrpc_at_min), 1U), max(READ_ONCE(ptlrpc_at_max), 1U));
}

/* Of buffer 0 of a message. The check value of chapter 2, 6.3 has no final inversion, as crc32_le(). */
u32 early_crc(const void *msg)
{
	return crc32_le(~0U, (const u8 *)wire_body(msg), wire_buflen(msg, 0));
}

/* ---- cookies and XIDs ---- */

static atomic64_t next_xid;

void xid_init(void)
{
	u64 now = ktime_get_real_seconds();
	u64 xid;

	if (now < 1 << 30)
		xid = get_random_u64() >> 2 | 1ULL << 50;
	else
		xid = now << 20;
	atomic64_set(&next_xid, xid & ~(u64)(PTLRPC_XID_STEP - 1));
}

u64 ptlrpc_next_xid(void)
{
	return atomic64_add_return(PTLRPC_XID_STEP, &next_xid);
}
EXPORT_SYMBOL_GPL(ptlrpc_next_xid);

u64 ptlrpc_new_cookie(void)
{
	u64 c;

	do {
		c = get_random_u64();
	} while (!c);
	return c;
}
EXPORT_SYMBOL_GPL(ptlrpc_new_cookie);

/* ---- opcodes ---- */

u32 opc_class(u32 opc)
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

bool opc_takes_slot(u32 opc)
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

static void set_portals(u32 *req_portal, u32 *rep_portal, u32 req, u32 rep)
{
	*req_portal = req;
	*rep_portal = rep;
}

static bool mds_portals(u32 opc, u32 *req_portal, u32 *rep_portal)
{
	switch (opc) {
	case MDS_GETATTR: case MDS_GETXATTR: case MDS_CLOSE: case MDS_READPAGE: case QUOTA_DQACQ:
		set_portals(req_portal, rep_portal, MDS_READPAGE_PORTAL, MDC_REPLY_PORTAL);
		return true;
	case OST_READ: case OST_WRITE: case OST_PUNCH: case OST_FALLOCATE:
		set_portals(req_portal, rep_portal, MDS_IO_PORTAL, MDC_REPLY_PORTAL);
		return true;
	case MDS_BATCH: case OUT_UPDATE:
		set_portals(req_portal, rep_portal, OUT_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case SEQ_QUERY:
		set_portals(req_portal, rep_portal, SEQ_METADATA_PORTAL, MDC_REPLY_PORTAL);
		return true;
	case FLD_QUERY: case FLD_READ:
		set_portals(req_portal, rep_portal, FLD_REQUEST_PORTAL, MDC_REPLY_PORTAL);
		return true;
	}
	return false;
}

static bool ost_portals(u32 opc, bool client, u32 *req_portal, u32 *rep_portal)
{
	switch (opc) {
	case OST_DESTROY:
		if (!client)
			return false;
		fallthrough;
	case OST_READ: case OST_WRITE: case OST_PUNCH: case OST_FALLOCATE: case OST_LADVISE:
		set_portals(req_portal, rep_portal, OST_IO_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case OST_STATFS:
		set_portals(req_portal, rep_portal, OST_CREATE_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case SEQ_QUERY:
		set_portals(req_portal, rep_portal, SEQ_DATA_PORTAL, OSC_REPLY_PORTAL);
		return true;
	case OUT_UPDATE: case OBD_IDX_READ:
		set_portals(req_portal, rep_portal, OUT_PORTAL, OSC_REPLY_PORTAL);
		return true;
	}
	return false;
}

void opc_portals(const struct obd_import *imp, u32 opc, u32 *req_portal, u32 *rep_portal)
{
	set_portals(req_portal, rep_portal, imp->imp_req_portal, imp->imp_rep_portal);
	if (imp->imp_reverse) {
		set_portals(req_portal, rep_portal, LDLM_CB_REQUEST_PORTAL, LDLM_CB_REPLY_PORTAL);
		return;
	}
	if (opc == LDLM_CANCEL || opc == LDLM_CONVERT) {
		set_portals(req_portal, rep_portal, LDLM_CANCEL_REQUEST_PORTAL, LDLM_CANCEL_REPLY_PORTAL);
		return;
	}
	if (imp->imp_connect_op == MDS_CONNECT)
		mds_portals(opc, req_portal, rep_portal);
	else if (imp->imp_connect_op == OST_CONNECT)
		ost_portals(opc, imp->imp_sp == LUSTRE_SP_CLI, req_portal, rep_portal);
}

const char *opc_name(u32 opc)
{
	switch (opc) {
	case OST_GETATTR: return "ost_getattr";
	case OST_SETATTR: return "ost_setattr";
	case OST_READ: return "ost_read";
	case OST_WRITE: return "ost_write";
	case OST_CREATE: return "ost_create";
	case OST_DESTROY: return "ost_destroy";
	case OST_GET_INFO: return "ost_get_info";
	case OST_CONNECT: return "ost_connect";
	case OST_DISCONNECT: return "ost_disconnect";
	case OST_PUNCH: return "ost_punch";
	case OST_STATFS: return "ost_statfs";
	case OST_SYNC: return "ost_sync";
	case OST_SET_INFO: return "ost_set_info";
	case OST_QUOTACTL: return "ost_quotactl";
	case OST_LADVISE: return "ost_ladvise";
	case OST_FALLOCATE: return "ost_fallocate";
	case OST_SEEK: return "ost_seek";
	case MDS_GETATTR: return "mds_getattr";
	case MDS_GETATTR_NAME: return "mds_getattr_lock";
	case MDS_CLOSE: return "mds_close";
	case MDS_REINT: return "mds_reint";
	case MDS_READPAGE: return "mds_readpage";
	case MDS_CONNECT: return "mds_connect";
	case MDS_DISCONNECT: return "mds_disconnect";
	case MDS_GET_ROOT: return "mds_get_root";
	case MDS_STATFS: return "mds_statfs";
	case MDS_SYNC: return "mds_sync";
	case MDS_SET_INFO: return "mds_set_info";
	case MDS_QUOTACTL: return "mds_quotactl";
	case MDS_GETXATTR: return "mds_getxattr";
	case MDS_GET_INFO: return "mds_get_info";
	case MDS_HSM_STATE_GET: return "mds_hsm_state_get";
	case MDS_HSM_STATE_SET: return "mds_hsm_state_set";
	case MDS_HSM_ACTION: return "mds_hsm_action";
	case MDS_HSM_PROGRESS: return "mds_hsm_progress";
	case MDS_HSM_REQUEST: return "mds_hsm_request";
	case MDS_HSM_CT_REGISTER: return "mds_hsm_ct_register";
	case MDS_HSM_CT_UNREGISTER: return "mds_hsm_ct_unregister";
	case MDS_SWAP_LAYOUTS: return "mds_swap_layouts";
	case MDS_RMFID: return "mds_rmfid";
	case MDS_BATCH: return "mds_batch";
	case LDLM_ENQUEUE: return "ldlm_enqueue";
	case LDLM_CONVERT: return "ldlm_convert";
	case LDLM_CANCEL: return "ldlm_cancel";
	case LDLM_BL_CALLBACK: return "ldlm_bl_callback";
	case LDLM_CP_CALLBACK: return "ldlm_cp_callback";
	case LDLM_GL_CALLBACK: return "ldlm_gl_callback";
	case LDLM_SET_INFO: return "ldlm_set_info";
	case MGS_CONNECT: return "mgs_connect";
	case MGS_DISCONNECT: return "mgs_disconnect";
	case MGS_TARGET_REG: return "mgs_target_reg";
	case MGS_SET_INFO: return "mgs_set_info";
	case MGS_CONFIG_READ: return "mgs_config_read";
	case OBD_PING: return "obd_ping";
	case OBD_IDX_READ: return "obd_idx_read";
	case LLOG_ORIGIN_HANDLE_CREATE: return "llog_origin_handle_open";
	case LLOG_ORIGIN_HANDLE_NEXT_BLOCK: return "llog_origin_handle_next_block";
	case LLOG_ORIGIN_HANDLE_READ_HEADER: return "llog_origin_handle_read_header";
	case LLOG_ORIGIN_HANDLE_PREV_BLOCK: return "llog_origin_handle_prev_block";
	case QUOTA_DQACQ: return "quota_acquire";
	case SEQ_QUERY: return "seq_query";
	case FLD_QUERY: return "fld_query";
	case FLD_READ: return "fld_read";
	case OUT_UPDATE: return "out_update";
	}
	return "unknown";
}

/* ---- descriptors in flight ---- */

static atomic_t outstanding;
static DECLARE_WAIT_QUEUE_HEAD(outstanding_waitq);

void lnet_outstanding_inc(void)
{
	atomic_inc(&outstanding);
}

void lnet_outstanding_dec(void)
{
	if (atomic_dec_and_test(&outstanding))
		wake_up_all(&outstanding_waitq);
}

void lnet_outstanding_wait(void)
{
	wait_event(outstanding_waitq, !atomic_read(&outstanding));
}
