// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions of requests: one jbd2 handle around all that a request changes, the client's slot
 * and the remembered reply included. The transno is given at the end, inside the handle;
 * last_committed follows from the commit callbacks (see the head of target.h for why the newest
 * transno of a commit is enough).
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include "internal.h"

struct commit {
	struct lu_target *lt;
	u64 transno;
};

/* jbd2 finishes one commit before the next: this never runs twice at a time for a target. */
static void tgt_committed(void *data, int error)
{
	struct commit *c = data;

	if (!error && atomic64_read(&c->lt->lt_pt.pt_last_committed) < c->transno)
		atomic64_set(&c->lt->lt_pt.pt_last_committed, c->transno);
	tgt_put(c->lt);
	kfree(c);
}

/**
 * tgt_trans_start - begin the transaction of a request
 * @req: the request
 * @credits: OSD_CR_* of all its changes
 *
 * Return: the transaction, or ERR_PTR: -EROFS, -EIO, -ENOMEM.
 */
struct osd_trans *tgt_trans_start(struct svc_req *req, int credits)
{
	return osd_trans_start(svc_req_target(req)->lt_osd, credits + TGT_CR_RECORD);
}
EXPORT_SYMBOL_GPL(tgt_trans_start);

static int tgt_trans_record(struct svc_req *req, struct osd_trans *th, int rc, u64 op_data)
{
	struct lu_target *lt = svc_req_target(req);
	struct tgt_reply_data *trd;
	struct commit *c;

	if (tgt_replay_old(req)) {
		req->sr_transno = req->sr_replay_transno;
		return 0;
	}
	c = kmalloc(sizeof(*c), GFP_NOFS);
	trd = kzalloc(sizeof(*trd), GFP_NOFS);
	if (!c || !trd) {
		/*
		 * The change cannot be taken back any more: without a record it is only not
		 * replayable.
		 */
		kfree(c);
		kfree(trd);
		osd_trans_set_sync(th);
		return 0;
	}
	req->sr_transno = svc_req_replay(req) ? req->sr_replay_transno :
						atomic64_inc_return(&lt->lt_last_transno);
	refcount_inc(&lt->lt_ref);
	c->lt = lt;
	c->transno = req->sr_transno;
	osd_trans_commit_cb(th, tgt_committed, c);
	trd->trd_xid = req->sr_xid;
	trd->trd_transno = req->sr_transno;
	trd->trd_data = op_data;
	trd->trd_result = rc;
	trd->trd_tag = req->sr_tag;
	memcpy(trd->trd_pre_versions, req->sr_pre_versions,
	       sizeof(trd->trd_pre_versions));
	return tgt_reply_record(req, th, trd);
}

/**
 * tgt_trans_stop - end the transaction of a request
 * @req: the request; its transno is set
 * @th: from tgt_trans_start()
 * @rc: result of the operation: negative means that it failed, nothing is recorded and there is no
 * transno
 * @op_data: what reconstruction will need
 *
 * Return: @rc, or the error of the object store.
 */
int tgt_trans_stop(struct svc_req *req, struct osd_trans *th, int rc, u64 op_data)
{
	int rc2 = 0, rc3;

	if (rc >= 0)
		rc2 = tgt_trans_record(req, th, rc, op_data);
	rc3 = osd_trans_stop(th);
	if (rc < 0)
		return rc;
	if (rc2 ?: rc3)
		req->sr_transno = 0;
	return rc2 ?: rc3 ?: rc;
}
EXPORT_SYMBOL_GPL(tgt_trans_stop);

/**
 * tgt_trans_empty - a transno for a request that changes nothing
 * @req: the request
 * @rc: its result
 * @op_data: what reconstruction will need
 *
 * Return: @rc, or the error of the object store.
 */
int tgt_trans_empty(struct svc_req *req, int rc, u64 op_data)
{
	struct osd_trans *th;

	if (tgt_replay_old(req)) {
		req->sr_transno = req->sr_replay_transno;
		return rc;
	}
	th = tgt_trans_start(req, 0);
	if (IS_ERR(th))
		return PTR_ERR(th);
	return tgt_trans_stop(req, th, rc, op_data);
}
EXPORT_SYMBOL_GPL(tgt_trans_empty);

/**
 * tgt_trans_start_local - a transaction of the target itself
 * @lt: the target
 * @credits: OSD_CR_* of all changes
 *
 * Return: the transaction, or ERR_PTR.
 */
struct osd_trans *tgt_trans_start_local(struct lu_target *lt, int credits)
{
	return osd_trans_start(lt->lt_osd, credits);
}
EXPORT_SYMBOL_GPL(tgt_trans_start_local);

/**
 * tgt_trans_stop_local - end a transaction of the target itself
 * @lt: the target
 * @th: from tgt_trans_start_local()
 *
 * Return: 0 or the error of the object store.
 */
int tgt_trans_stop_local(struct lu_target *lt, struct osd_trans *th)
{
	return osd_trans_stop(th);
}
EXPORT_SYMBOL_GPL(tgt_trans_stop_local);
