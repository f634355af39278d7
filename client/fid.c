// SPDX-License-Identifier: GPL-2.0-only
/*
 * FIDs for new objects: the client takes them from a sequence that the MDT grants (chapter 4.3),
 * one sequence at a time for each MDT of a mount.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/delay.h>
#include <linux/sched/signal.h>
#include "internal.h"

static int mdc_seq_query(struct ll_mdc *mdc, u64 *seq)
{
	struct ptlrpc_request *req = ptlrpc_req_new(mdc->lmc_imp, SEQ_QUERY, &wf_seq_query);
	const struct lu_seq_range *rep;
	struct lu_seq_range *range;
	int rc;

	if (!req)
		return -ENOMEM;
	req->rq_req_portal = SEQ_METADATA_PORTAL;
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	*(__le32 *)ptlrpc_req_buf(req, WF_SEQ_OPC) = cpu_to_le32(SEQ_ALLOC_META);
	range = ptlrpc_req_buf(req, WF_SEQ_RANGE);
	range->lsr_index = cpu_to_le32(mdc->lmc_index);
	range->lsr_flags = cpu_to_le32(LU_SEQ_RANGE_MDT);
	rc = ptlrpc_queue_wait(req);
	if (rc)
		goto out;
	rep = ptlrpc_rep_buf(req, WF_SEQ_RANGE);
	if (!rep) {
		rc = -EPROTO;
	} else if (le64_to_cpu(rep->lsr_end) <= le64_to_cpu(rep->lsr_start) ||
		   !fid_seq_is_norm(le64_to_cpu(rep->lsr_start))) {
		rc = -EINVAL;
	} else {
		*seq = le64_to_cpu(rep->lsr_start);
	}
out:
	ptlrpc_req_put(req);
	return rc > 0 ? -EPROTO : rc;
}

/*
 * mdc_fid_alloc - a new FID on this MDT; killable
 *
 * Return: 0, -EINTR, or the error of the sequence request.
 */
int mdc_fid_alloc(struct ll_mdc *mdc, struct lu_fid *fid)
{
	int rc = 0;
	u64 seq;

	if (mutex_lock_killable(&mdc->lmc_seq_mutex))
		return -EINTR;
	if (xchg(&mdc->lmc_seq_stale, 0))
		mdc->lmc_seq_left = 0;
	while (!mdc->lmc_seq_left) {
		rc = mdc_seq_query(mdc, &seq);
		if (!rc) {
			mdc->lmc_next_fid.f_seq = seq;
			mdc->lmc_next_fid.f_oid = LUSTRE_FID_INIT_OID;
			mdc->lmc_next_fid.f_ver = 0;
			mdc->lmc_seq_left = LUSTRE_METADATA_SEQ_MAX_WIDTH;
			break;
		}
		if (rc != -EINPROGRESS && rc != -EAGAIN)
			goto out;
		/* The server is not ready yet. */
		schedule_timeout_killable(2 * HZ);
		if (fatal_signal_pending(current)) {
			rc = -EINTR;
			goto out;
		}
	}
	*fid = mdc->lmc_next_fid;
	mdc->lmc_next_fid.f_oid++;
	mdc->lmc_seq_left--;
	rc = 0;
out:
	mutex_unlock(&mdc->lmc_seq_mutex);
	return rc;
}

/**
 * mdc_fid_drop - do not use the rest of the sequence
 * @mdc: its client was evicted or cut off, so the MDT may not remember that it granted the sequence
 *
 * Context: does not sleep.
 */
void mdc_fid_drop(struct ll_mdc *mdc)
{
	/* Without lmc_seq_mutex: its holder may be waiting for this import. */
	xchg(&mdc->lmc_seq_stale, 1);
}
