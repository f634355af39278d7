// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small things both sides need: adaptive timeouts (chapter 2, 6), cookies, XIDs (5.5), and what is
 * known of each opcode: its portal (4.2), its class (1.6), whether it takes a modify slot (5.7).
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/crc32.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include "internal.h"

unsigned int ptlrpc_timeout = 100;
EXPORT_SYMBOL_GPL(ptlrpc_timeout);
unsigned int ptlrpc_at_min = 5;
EXPORT_SYMBOL_GPL(ptlrpc_at_min);
unsigned int ptlrpc_at_max = 600;
EXPORT_SYMBOL_GPL(ptlrpc_at_max);
unsigned int ptlrpc_at_early_margin = 5;
EXPORT_SYMBOL_GPL(ptlrpc_at_early_margin);
unsigned int ptlrpc_at_extra = 30;
EXPORT_SYMBOL_GPL(ptlrpc_at_extra);
unsigned int ptlrpc_ping_interval = 25;
EXPORT_SYMBOL_GPL(ptlrpc_ping_interval);
unsigned int ptlrpc_bulk_timeout = 100;
EXPORT_SYMBOL_GPL(ptlrpc_bulk_timeout);
unsigned int ptlrpc_ldlm_timeout = 20;
EXPORT_SYMBOL_GPL(ptlrpc_ldlm_timeout);

/* ---- adaptive timeouts ---- */

#define AT_BIN	150	/* seconds */

void ptlrpc_at_init(struct ptlrpc_at *at, unsigned int value)
{
	spin_lock_init(&at->at_lock);
	at->at_start = ktime_get_seconds();
	memset(at->at_bins, 0, sizeof(at->at_bins));
	at->at_value = value;
}

void ptlrpc_at_sample(struct ptlrpc_at *at, unsigned int value)
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

unsigned int ptlrpc_at_estimate(const struct ptlrpc_at *at)
{
	return clamp(ptlrpc_at_get(at), max(READ_ONCE(ptlrpc_at_min), 1U),
		     max(READ_ONCE(ptlrpc_at_max), 1U));
}

/*
 * Of buffer 0 of a message. The check value of chapter 2, 6.3 has no final inversion, as
 * crc32_le().
 */
u32 ptlrpc_early_crc(const void *msg)
{
	return crc32_le(~0U, (const u8 *)wire_body(msg), wire_buflen(msg, 0));
}

/* ---- cookies and XIDs ---- */

static atomic64_t next_xid;

void ptlrpc_xid_init(void)
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
		ptlrpc_set_portals(req_portal, rep_portal, LDLM_CB_REQUEST_PORTAL, LDLM_CB_REPLY_PORTAL);
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

/* ---- descriptors in flight ---- */

static atomic_t outstanding;
static DECLARE_WAIT_QUEUE_HEAD(outstanding_waitq);

void svc_reply_inc(void)
{
	atomic_inc(&outstanding);
}

void svc_reply_dec(void)
{
	if (atomic_dec_and_test(&outstanding))
		wake_up_all(&outstanding_waitq);
}

void svc_replies_wait(void)
{
	wait_event(outstanding_waitq, !atomic_read(&outstanding));
}
