// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fan-out: an operation that asks several OSTs at the same time, mostly one request for each object
 * of a file. All requests are sent, then all are waited for; an error of one does not keep the
 * others from being sent, and the first error is the result.
 *
 * What is asked and what becomes of a reply is in a struct ll_fanout_op beside the operation:
 * truncate.c, fsync.c, fallocate.c, seek.c, glimpse.c. This file knows none of them. No locks.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/slab.h>
#include "data.h"

/**
 * ll_fanout_run - send the requests of an operation and wait for them
 * @fo: operation, with fan[] filled in
 *
 * Context: may sleep; killable.
 *
 * Return: 0 or the first error: of ->prepare(), of sending, or of ->finish().
 */
int ll_fanout_run(struct ll_fanout *fo)
{
	struct ll_fan *fan;
	int first = 0, rc;

	for (fan = fo->fan; fan < fo->fan + fo->nr; fan++) {
		rc = ll_osc_usable(fan->osc) ? fo->op->prepare(fo, fan) : -EIO;
		if (!rc && fan->req)
			fan->rc = ptlrpc_send_async(fan->req);
		first = first ?: rc;
	}
	for (fan = fo->fan; fan < fo->fan + fo->nr; fan++) {
		if (!fan->req)
			continue;
		rc = fo->op->finish(fo, fan, fan->rc ?: ptlrpc_req_wait(fan->req));
		first = first ?: min(rc, 0);
		ptlrpc_req_put(fan->req);
		fan->req = NULL;
	}
	return first;
}

/**
 * ll_fanout_objects - run an operation on the objects of a file
 * @inode: the file
 * @set: its objects
 * @op: the operation
 * @arg: for @op
 *
 * Context: may sleep; killable.
 *
 * Return: as ll_fanout_run(); -ENOMEM.
 */
int ll_fanout_objects(struct inode *inode, struct ll_objset *set, const struct ll_fanout_op *op,
		      void *arg)
{
	struct ll_fanout fo = { .op = op, .inode = inode, .arg = arg };
	u32 i, k;
	int rc;

	fo.fan = kvcalloc(set->los_nr, sizeof(*fo.fan), GFP_NOFS);
	if (!fo.fan)
		return -ENOMEM;
	for (i = 0; i < set->los_lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &set->los_lo->ly_comps[i];

		if (!ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->lc_stripe_count && c->lc_first + k < set->los_nr; k++) {
			struct ll_object *obj = set->los_obj[c->lc_first + k];
			struct ll_fan *fan = &fo.fan[fo.nr];

			if (!obj)
				continue;
			fan->osc = obj->lob_osc;
			fan->obj = obj;
			fan->comp = c;
			fo.nr++;
		}
	}
	rc = ll_fanout_run(&fo);
	kvfree(fo.fan);
	return rc;
}

/* The reply is there: the object may lose the change again until it is committed. */
static void ll_fanout_obdo_done(struct ptlrpc_request *req)
{
	if (req->rq_got_reply)
		ll_object_watch_commit(req->done_data, req);
}

/**
 * ll_fanout_obdo - make the request of an operation whose request is an obdo
 * @fo: operation
 * @fan: the part of an object
 *
 * For ->prepare(). The obdo names the object, its file and its place in the layout; the caller adds
 * the rest.
 *
 * Return: the obdo in fan->req; ERR_PTR(-ENOMEM), ERR_PTR(-EPROTO).
 */
struct obdo *ll_fanout_obdo(struct ll_fanout *fo, struct ll_fan *fan)
{
	const struct wire_format *fmt =
		fo->op->opc == OST_SEEK ? &wf_ost_create : &wf_ost_body_only;
	struct ptlrpc_request *req = ptlrpc_req_new(fan->osc->oc_imp, fo->op->opc, fmt);
	struct ost_body *body;
	int rc;

	if (!req)
		return ERR_PTR(-ENOMEM);
	rc = ptlrpc_req_pack(req);
	body = rc ? NULL : ptlrpc_req_buf(req, WF_OST_BODY);
	if (!body) {
		ptlrpc_req_put(req);
		return ERR_PTR(rc ?: -EPROTO);
	}
	ll_object_obdo(fan->obj, fo->inode, &body->oa);
	if (fo->op->modifies) {
		req->done = ll_fanout_obdo_done;
		req->done_data = fan->obj;
	}
	fan->req = req;
	return &body->oa;
}

/**
 * ll_fanout_obdo_finish - ->finish() of an operation whose request is an obdo
 * @fo: operation
 * @fan: the part of an object
 * @rc: result of the request
 *
 * Remembers the blocks of the object, and that it changed: also after an error, as the OST may have
 * executed the request.
 *
 * Return: @rc
 */
int ll_fanout_obdo_finish(struct ll_fanout *fo, struct ll_fan *fan, int rc)
{
	struct ll_inode_data *d = ll_i(fo->inode)->lli_data;
	struct ost_body *body = rc ? NULL : ptlrpc_rep_buf(fan->req, WF_OST_BODY);

	spin_lock(&d->lid_lock);
	if (body && le64_to_cpu(body->oa.o_valid) & OBD_MD_FLBLOCKS)
		fan->obj->lob_blocks = le64_to_cpu(body->oa.o_blocks);
	if (fo->op->modifies)
		fan->obj->lob_changes++;
	spin_unlock(&d->lid_lock);
	return rc;
}

/**
 * ll_obdo_times - times of the inode in an obdo
 * @oa: obdo
 * @inode: the file
 * @valid: OBD_MD_FLMTIME and others that the caller filled in
 */
void ll_obdo_times(struct obdo *oa, const struct inode *inode, u64 valid)
{
	oa->o_mtime = cpu_to_le64(inode->i_mtime.tv_sec);
	oa->o_atime = cpu_to_le64(inode->i_atime.tv_sec);
	oa->o_ctime = cpu_to_le64(inode->i_ctime.tv_sec);
	oa->o_valid |= cpu_to_le64(valid);
}

/**
 * ll_obdo_owner - owner of the file in an obdo, which an object that was never written takes over
 * @oa: obdo
 * @inode: the file
 */
void ll_obdo_owner(struct obdo *oa, const struct inode *inode)
{
	oa->o_uid = cpu_to_le32(i_uid_read(inode));
	oa->o_gid = cpu_to_le32(i_gid_read(inode));
	oa->o_valid |= cpu_to_le64(OBD_MD_FLUID | OBD_MD_FLGID | OBD_MD_FLPROJID);
}
