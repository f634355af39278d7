// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modify slots (chapter 2, 5.7): how many modifying requests an MDT lets one client have in flight,
 * and the tags by which it tells them apart. One more MDS_CLOSE is allowed, so that closes get
 * through when opens wait for them.
 *
 * Locks: imp_lock, held by the callers.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/bitmap.h>
#include "internal.h"

static unsigned int ptlrpc_slot_limit(const struct obd_import *imp)
{
	unsigned int granted = le16_to_cpu(imp->imp_ocd.ocd_maxmodrpcs);

	if (!(imp_connect_flags(imp) & OBD_CONNECT_MULTIMODRPCS) || !granted)
		return 1;
	return min3(granted, imp->imp_max_mod_rpcs ?: 1, 511U);
}

static bool ptlrpc_slot_is_free(const struct obd_import *imp, bool close)
{
	unsigned int limit = ptlrpc_slot_limit(imp);

	return imp->imp_slots_used < limit ||
	       (close && !imp->imp_closes_used && imp->imp_slots_used == limit);
}

bool ptlrpc_slot_get(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;
	bool close = req->rq_opc == MDS_CLOSE;
	unsigned int slot;

	if (!ptlrpc_slot_is_free(imp, close)) {
		if (req->rq_phase != RQ_SLOT)
			list_move_tail(&req->rq_list, &imp->imp_slot_wait);
		return false;
	}
	slot = find_first_zero_bit(imp->imp_slot_map, 512);
	__set_bit(slot, imp->imp_slot_map);
	imp->imp_slots_used++;
	if (close)
		imp->imp_closes_used++;
	req->rq_tag = slot + 1;
	req->rq_have_slot = true;
	return true;
}

/* Wake the first request in line, and a close, which may pass the others. */
static void ptlrpc_slot_wake(struct obd_import *imp)
{
	struct ptlrpc_request *next;
	bool kicked = false;

	list_for_each_entry(next, &imp->imp_slot_wait, rq_list) {
		if (!kicked || next->rq_opc == MDS_CLOSE) {
			ptlrpc_kick(next);
			if (kicked || next->rq_opc == MDS_CLOSE)
				break;
			kicked = true;
		}
	}
}

/**
 * ptlrpc_slot_put - a request ends: it needs no slot any more
 * @req: request that is off imp_slot_wait, with or without a slot
 *
 * A request that was aborted while it waited may have been the one that the last free slot woke: it
 * has to pass the wake-up on. Context: imp_lock held.
 */
void ptlrpc_slot_put(struct ptlrpc_request *req)
{
	struct obd_import *imp = req->rq_imp;

	if (req->rq_have_slot) {
		__clear_bit(req->rq_tag - 1, imp->imp_slot_map);
		imp->imp_slots_used--;
		if (req->rq_opc == MDS_CLOSE)
			imp->imp_closes_used--;
		req->rq_have_slot = false;
	}
	ptlrpc_slot_wake(imp);
}
