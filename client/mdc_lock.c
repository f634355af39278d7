// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks of MDTs: intents (an enqueue that also does the work, chapter 4.9), and what happens when a
 * lock is called back.
 *
 * The owner of a lock is told by ll_inode_lock_ops (inode.c); this file changes no state of inodes
 * and touches no pages. Opens are in mdc_open.c.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include "internal.h"

/* ---- callbacks ---- */

/**
 * mdc_lock_bind - the inode is the owner of this lock from now on
 * @lock: with a user
 * @inode: not referenced; it takes itself out of its locks when it is evicted
 */
void mdc_lock_bind(struct ldlm_lock *lock, struct inode *inode)
{
	ldlm_lock_set_data(lock, inode);
}

/*
 * Does another lock of the same owner protect the layout as well? A layout lock of its own often
 * outlives those that came with attributes. When two go at a time, the second one finds the first
 * one lost already.
 */
static bool mdc_lock_layout_kept(struct ldlm_lock *lock, const void *owner)
{
	union ldlm_policy want = { .ibits.bits = MDS_INODELOCK_LAYOUT };

	return ldlm_lock_match(lock->l_res->lr_ns, &lock->l_res->lr_id, LDLM_IBITS, &want,
			       LCK_CR | LCK_PR | LCK_PW | LCK_EX, LDLM_MATCH_TEST, owner);
}

static int mdc_lock_blocking(struct ldlm_lock *lock, bool canceling)
{
	u64 bits = lock->l_policy.ibits.bits;
	void *owner;

	if (!canceling)
		return 0;
	owner = ldlm_lock_data_get(lock, ll_inode_lock_ops.grab);
	if (!owner)
		return 0;
	if (bits & MDS_INODELOCK_LAYOUT && mdc_lock_layout_kept(lock, owner))
		bits &= ~(u64)MDS_INODELOCK_LAYOUT;
	ll_inode_lock_ops.lost(owner, bits, READ_ONCE(lock->l_flags) & LDLM_FL_FAILED);
	ll_inode_lock_ops.release(owner);
	return 0;
}

/* Would the end of this lock wait? */
static bool mdc_lock_busy(const struct ldlm_lock *lock)
{
	void *owner = lock->l_ast_data;

	return owner && ll_inode_lock_ops.busy(owner, lock->l_policy.ibits.bits);
}

static const struct ldlm_cli_ops mdc_ldlm_ops = {
	.blocking	= mdc_lock_blocking,
	.busy		= mdc_lock_busy,
};

/* ---- intents ---- */

/**
 * mdc_intent_pack - the kind of an intent into its request
 * @req: packed request
 * @opc: IT_*
 */
void mdc_intent_pack(struct ptlrpc_request *req, u64 opc)
{
	struct ldlm_intent *it = ptlrpc_req_buf(req, WF_INTENT);

	it->opc = cpu_to_le64(opc);
}

/**
 * mdc_intent_phase_error - did an intent fail in this phase?
 * @ei: of the answered enqueue
 * @phase: DISP_*
 *
 * Return: the status of the intent if it belongs to this phase or an earlier one, else 0
 * (chapter 4, 9).
 */
int mdc_intent_phase_error(const struct ldlm_enqueue_info *ei, u64 phase)
{
	static const u64 order[] = { DISP_OPEN_LEASE, DISP_OPEN_OPEN, DISP_OPEN_CREATE,
				     DISP_LOOKUP_EXECD, DISP_IT_EXECD };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (ei->ei_disposition & order[i])
			return order[i] >= phase ? ei->ei_status : 0;
	return ei->ei_status ?: -EPROTO;
}

/**
 * mdc_intent_result - take the answer of an intent apart
 * @ei: of the enqueue
 * @rc: what the enqueue returned
 * @a: out: the answer with bits and mode of its lock
 *
 * Return: 0: the MDT has answered, @ei->ei_status tells whether the intent succeeded; -errno.
 */
int mdc_intent_result(struct ldlm_enqueue_info *ei, int rc, struct ll_answer *a)
{
	if (rc < 0)
		return rc;
	a->disp = ei->ei_disposition;
	if (a->lock) {
		a->mode = ei->ei_mode;
		a->bits = ei->ei_policy.ibits.bits;
	}
	rc = ll_answer_fill(a);
	/* The lock must be on the object that the answer describes. */
	if (!rc && a->lock &&
	    (!(a->valid & OBD_MD_FLID) || !fid_res_id_eq(&a->fid, &a->lock->l_res->lr_id))) {
		rc = -EPROTO;
		pr_warn_ratelimited("%s: the lock in an answer is not on " DFID ": rc = %d\n",
				    ei->ei_ns->ns_name, PFID(&a->fid), rc);
	}
	return rc;
}

/* Send an intent and wait; the rest as mdc_intent_result(). */
static int mdc_intent_send(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req,
			   struct ll_answer *a)
{
	a->req = req;
	return mdc_intent_result(ei, ldlm_cli_enqueue(ei, req, &a->lock), a);
}

/**
 * mdc_enqueue_info - arguments of an enqueue of an inode lock
 * @ei: out
 * @mdc: the MDC
 * @fid: of the object
 * @mode: LCK_*
 * @bits: MDS_INODELOCK_*
 * @flags: LDLM_FL_*
 */
void mdc_enqueue_info(struct ldlm_enqueue_info *ei, struct ll_mdc *mdc,
		      const struct lu_fid *fid, u32 mode, u64 bits, u64 flags)
{
	memset(ei, 0, sizeof(*ei));
	ei->ei_ns = mdc->lmc_ns;
	fid_to_res_id(&ei->ei_res_id, fid);
	ei->ei_type = LDLM_IBITS;
	ei->ei_mode = mode;
	ei->ei_policy.ibits.bits = bits;
	ei->ei_flags = flags;
	ei->ei_ops = &mdc_ldlm_ops;
}

/* The MDT cannot do it yet (-EINPROGRESS): wait a second before the intent is sent again. */
static int mdc_intent_backoff(void)
{
	schedule_timeout_killable(HZ);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/**
 * mdc_intent_again - must the intent be sent again?
 * @mdc: MDC of the intent
 * @ei: of the answered enqueue
 * @a: the answer, put when the intent must be sent again
 * @acl_room: bytes for the ACL in the reply; grows once
 *
 * The MDT asks for it (-EINPROGRESS; then after a second), or the ACL needs more room.
 * Return: 1: yes; 0: no; -EINTR.
 */
int mdc_intent_again(struct ll_mdc *mdc, const struct ldlm_enqueue_info *ei,
		     struct ll_answer *a, u32 *acl_room)
{
	if (ei->ei_status == -EINPROGRESS) {
		ll_answer_put(a);
		return mdc_intent_backoff() ?: 1;
	}
	if (ei->ei_status == -ERANGE && *acl_room < mdc->lmc_max_easize) {
		ll_answer_put(a);
		*acl_room = mdc->lmc_max_easize;
		return 1;
	}
	return 0;
}

/**
 * mdc_answer_has_object - does an answer show an object: FID and type?
 * @a: the answer
 */
bool mdc_answer_has_object(const struct ll_answer *a)
{
	return a->valid & OBD_MD_FLID && a->valid & OBD_MD_FLTYPE &&
	       le32_to_cpu(a->body->mbo_mode) & S_IFMT;
}

/* The packed request of a LOOKUP or GETATTR intent, and what its enqueue needs; ERR_PTR. */
static struct ptlrpc_request *mdc_getattr_pack(struct ll_mdc *mdc, struct inode *dir,
					       const struct qstr *name, struct inode *child, u64 it,
					       struct ldlm_enqueue_info *ei, u32 acl_room)
{
	const struct lu_fid *fid = name ? ll_fid(dir) : ll_fid(child);
	struct ptlrpc_request *req;
	struct mdt_body *body;
	u32 ea_room = mdc_ea_room(mdc);
	int rc;

	mdc_enqueue_info(ei, mdc, fid, LCK_CR,
			 it == IT_LOOKUP ? MDS_INODELOCK_LOOKUP : MDS_INODELOCK_UPDATE,
			 LDLM_FL_HAS_INTENT);
	req = ptlrpc_req_new(mdc->lmc_imp, LDLM_ENQUEUE, &wf_ldlm_intent_getattr);
	if (!req)
		return ERR_PTR(-ENOMEM);
	ptlrpc_req_size(req, WF_NAME, name ? name->len + 1 : 1);
	ptlrpc_rep_room(req, WF_MDT_MD, ea_room);
	ptlrpc_rep_room(req, WF_ACL, acl_room);
	ptlrpc_rep_room(req, WF_DEFAULT_MD, 56);
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return ERR_PTR(rc);
	}
	mdc_intent_pack(req, it);
	body = ptlrpc_req_buf(req, WF_MDT_BODY);
	mdc_pack_body(body, fid,
		      (MDC_GETATTR_VALID & ~(u64)OBD_MD_FLBLOCKS) | OBD_MD_FLEASIZE |
			      OBD_MD_FLDIREA | OBD_MD_MEA | OBD_MD_DEFAULT_MEA,
		      name ? dir : child);
	if (child)
		fid_to_le(&body->mbo_fid2, ll_fid(child));
	body->mbo_eadatasize = cpu_to_le32(ea_room);
	if (name)
		memcpy(ptlrpc_req_buf(req, WF_NAME), name->name, name->len);
	return req;
}

/* What an answered LOOKUP or GETATTR intent says, as mdc_intent_getattr() returns it. */
static int mdc_getattr_verdict(const struct ldlm_enqueue_info *ei, const struct ll_answer *a)
{
	int rc;

	if (!(ei->ei_disposition & DISP_IT_EXECD))
		return ei->ei_status ?: -EPROTO;
	rc = mdc_intent_phase_error(ei, DISP_LOOKUP_EXECD) ?:
	     mdc_intent_phase_error(ei, DISP_IT_EXECD);
	if (rc || ei->ei_disposition & DISP_LOOKUP_NEG)
		return rc;
	if (a->valid & OBD_MD_MDS)
		return -EREMOTE;	/* on another MDT */
	return mdc_answer_has_object(a) ? 0 : -EPROTO;
}

/**
 * mdc_intent_getattr - LOOKUP or GETATTR intent
 * @dir: directory of @name
 * @name: what to look for; NULL: attributes of @child by its FID
 * @child: the object if it is known, else NULL
 * @it: IT_LOOKUP or IT_GETATTR
 * @a: out: the answer; put it, also after an error
 *
 * Context: killable. Chapter 4, 10. Return: 0: found, or DISP_LOOKUP_NEG is set in @a->disp;
 * -ENOENT, -EACCES, -EREMOTE (on another MDT), -EPROTO, -EINTR, ...
 */
int mdc_intent_getattr(struct inode *dir, const struct qstr *name, struct inode *child, u64 it,
		       struct ll_answer *a)
{
	struct ll_mdc *mdc = mdc_of(name ? dir : child);
	u32 acl_room = mdc_acl_room(mdc);
	struct ldlm_enqueue_info ei;
	struct ptlrpc_request *req;
	int rc;

	do {
		ll_answer_start(mdc, a);
		req = mdc_getattr_pack(mdc, dir, name, child, it, &ei, acl_room);
		if (IS_ERR(req))
			return PTR_ERR(req);
		rc = mdc_intent_send(&ei, req, a);
		if (rc)
			return rc;
		rc = mdc_intent_again(mdc, &ei, a, &acl_room);
	} while (rc > 0);
	return rc ?: mdc_getattr_verdict(&ei, a);
}

/**
 * mdc_getattr_ahead - first half of a GETATTR intent that nobody waits for
 * @dir: directory of @name
 * @name: what to look for
 * @ma: out: for mdc_getattr_ahead_end(), which must follow a success
 *
 * The caller sends @ma->a.req after ll_ahead_begin().
 *
 * Return: 0 or -errno.
 */
int mdc_getattr_ahead(struct inode *dir, const struct qstr *name, struct mdc_ahead *ma)
{
	struct ll_mdc *mdc = mdc_of(dir);
	struct ptlrpc_request *req;
	int rc;

	ll_answer_start(mdc, &ma->a);
	req = mdc_getattr_pack(mdc, dir, name, NULL, IT_GETATTR, &ma->ei, mdc_acl_room(mdc));
	if (IS_ERR(req))
		return PTR_ERR(req);
	ma->ei.ei_nowait = true;
	rc = ldlm_cli_enqueue_start(&ma->ei, &req, &ma->lock);
	if (rc) {
		ptlrpc_req_put(req);
		return rc;
	}
	ma->a.req = req;
	return 0;
}

/**
 * mdc_getattr_ahead_end - second half, when the request is complete
 * @ma: of mdc_getattr_ahead()
 * @rc: status of the request, or why it was not sent
 *
 * Context: waits for nobody. @ma->a is to be put afterwards.
 *
 * Return: 0: @ma->a has the object and its lock; -ENOENT: there is no such name; -errno.
 */
int mdc_getattr_ahead_end(struct mdc_ahead *ma, int rc)
{
	rc = ldlm_cli_enqueue_finish(&ma->ei, ma->a.req, rc, &ma->lock);
	ma->a.lock = ma->lock;
	rc = mdc_intent_result(&ma->ei, rc, &ma->a) ?: mdc_getattr_verdict(&ma->ei, &ma->a);
	if (rc)
		return rc;
	if (ma->a.disp & DISP_LOOKUP_NEG)
		return -ENOENT;
	return ma->a.lock ? 0 : -EAGAIN;
}

/* A LAYOUT intent from its arguments to its answer. */
struct mdc_layout_op {
	struct ll_mdc			*mdc;
	struct inode			*inode;
	u32				intent;
	u64				start, end;
	bool				change;	/* the MDT may make objects */
	struct ldlm_enqueue_info	ei;
	struct ldlm_lock		*lock;
};

static void mdc_layout_drop(struct mdc_layout_op *op)
{
	kvfree(op->ei.ei_lvb);
	op->ei.ei_lvb = NULL;
	if (op->lock)
		ldlm_lock_decref(op->lock, op->ei.ei_mode);
	op->lock = NULL;
}

/*
 * done(): the MDT made objects. A replay has to bring the same ones, and no lock is wanted then.
 */
static void mdc_layout_answered(struct ptlrpc_request *req)
{
	u32 len = req->rq_transno ? ptlrpc_rep_len(req, WF_DLM_LVB) : 0;
	struct ldlm_request *dlm;
	const void *lvb;

	if (!req->rq_transno)
		return;
	lvb = len ? ptlrpc_rep_buf(req, WF_DLM_LVB) : NULL;
	if (!lvb || wire_lov_check(lvb, len) || ptlrpc_req_grow(req, WF_EADATA, len)) {
		req->rq_no_replay = true;
		return;
	}
	memcpy(ptlrpc_req_buf(req, WF_EADATA), lvb, len);
	ll_layout_any_ost(ptlrpc_req_buf(req, WF_EADATA));
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	dlm->lock_flags |= cpu_to_le32(LDLM_FL_INTENT_ONLY);
}

/* A packed request; ERR_PTR. */
static struct ptlrpc_request *mdc_layout_alloc(struct mdc_layout_op *op)
{
	struct ptlrpc_request *req;
	struct layout_intent *li;
	int rc;

	req = ptlrpc_req_new(op->mdc->lmc_imp, LDLM_ENQUEUE, &wf_ldlm_intent_layout);
	if (!req)
		return ERR_PTR(-ENOMEM);
	req->rq_mod_slot = op->change;
	req->rq_done_saves = true;
	req->done = mdc_layout_answered;
	ptlrpc_req_size(req, WF_DLM_REQ, ldlm_request_bytes(1 + op->ei.ei_nr_elc));
	ptlrpc_rep_room(req, WF_DLM_LVB, max_t(u32, mdc_ea_room(op->mdc), 4096));
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return ERR_PTR(rc);
	}
	mdc_intent_pack(req, IT_LAYOUT);
	li = ptlrpc_req_buf(req, WF_LAYOUT_INTENT);
	li->lai_opc = cpu_to_le32(op->intent);
	li->lai_extent.e_start = cpu_to_le64(op->start);
	li->lai_extent.e_end = cpu_to_le64(op->end);
	return req;
}

/* Send the intent; 0 with the lock, or -errno. @transno: of what was changed, or 0. */
static int mdc_layout_send(struct mdc_layout_op *op, u64 *transno)
{
	struct ldlm_enqueue_info *ei = &op->ei;
	struct ptlrpc_request *req;
	u64 elc[LDLM_ELC_MAX];
	int rc;

	mdc_enqueue_info(ei, op->mdc, ll_fid(op->inode), op->change ? LCK_EX : LCK_CR,
			 MDS_INODELOCK_LAYOUT, LDLM_FL_HAS_INTENT);
	ei->ei_data = op->inode;
	ei->ei_lvb_len = op->mdc->lmc_max_easize;
	if (op->change) {
		ei->ei_nr_elc = ldlm_cli_elc(op->mdc->lmc_ns, &ei->ei_res_id, LCK_EX,
					     MDS_INODELOCK_LAYOUT, elc, LDLM_ELC_MAX);
		ei->ei_elc = elc;
	}
	ei->ei_lvb = kvmalloc(ei->ei_lvb_len, GFP_NOFS);
	if (!ei->ei_lvb)
		return -ENOMEM;
	req = mdc_layout_alloc(op);
	if (IS_ERR(req))
		return PTR_ERR(req);
	rc = ldlm_cli_enqueue(ei, req, &op->lock);
	*transno = req->rq_transno;
	ptlrpc_req_put(req);
	if (rc < 0)
		return rc;
	if (ei->ei_status < 0)
		return ei->ei_status;
	/* A layout without a lock is worth nothing (chapter 3, 18.4). */
	return op->lock ? 0 : -EPROTO;
}

/* The lock was granted later, by a completion callback: the layout did not come with it. */
static int mdc_layout_fetch(struct mdc_layout_op *op)
{
	struct ldlm_enqueue_info *ei = &op->ei;
	ssize_t len;

	if (ei->ei_lvb_got || !(op->lock->l_flags & LDLM_FL_GRANTED_CP))
		return 0;
	len = mdc_getxattr(op->inode, XATTR_NAME_LOV, ei->ei_lvb, ei->ei_lvb_len);
	if (len < 0 && len != -ENODATA)
		return len;
	ei->ei_lvb_got = max_t(ssize_t, len, 0);
	return 0;
}

/* 0, -errno, or 1: ask again. What there is of lock and layout is in @op in any case. */
static int mdc_layout_once(struct mdc_layout_op *op)
{
	u32 conn_cnt = READ_ONCE(op->mdc->lmc_imp->imp_conn_cnt);
	u64 transno;
	int rc;

	rc = mdc_layout_send(op, &transno);
	if (rc == -EINPROGRESS)
		return mdc_intent_backoff() ?: 1;
	if (rc)
		return rc;
	/*
	 * Objects were made. The request does not carry them, so a replay would make others: they
	 * are used when they are committed only.
	 */
	if (transno > READ_ONCE(op->mdc->lmc_imp->imp_last_committed)) {
		rc = mdc_sync(op->mdc->lmc_sbi, ll_fid(op->inode));
		if (rc)
			return rc;
		if (conn_cnt != READ_ONCE(op->mdc->lmc_imp->imp_conn_cnt))
			return 1;
	}
	return mdc_layout_fetch(op);
}

/**
 * mdc_intent_layout - the layout of a file, under a lock
 * @inode: the file
 * @intent: LAYOUT_INTENT_ACCESS, or WRITE, TRUNC: the MDT makes what objects are missing for it
 * @start: first byte that is to be changed, @end the one behind the last
 * @end: see @start
 * @ea: out: the LOV EA, kvmalloc'ed; NULL: empty layout
 * @ea_len: out: its bytes
 * @lock: out: the LAYOUT lock with a user
 * @mode: out: mode of that user
 *
 * Context: killable. Chapter 4, 17. Return: 0, or -errno.
 */
int mdc_intent_layout(struct inode *inode, u32 intent, u64 start, u64 end, void **ea, u32 *ea_len,
		      struct ldlm_lock **lock, u32 *mode)
{
	struct mdc_layout_op op = {
		.mdc = mdc_of(inode),
		.inode = inode,
		.intent = intent,
		.start = start,
		.end = end,
		.change = intent == LAYOUT_INTENT_WRITE || intent == LAYOUT_INTENT_TRUNC,
	};
	int rc;

	*ea = NULL;
	*ea_len = 0;
	*lock = NULL;
	do {
		rc = mdc_layout_once(&op);
		if (rc)
			mdc_layout_drop(&op);
	} while (rc > 0);
	if (rc)
		return rc;
	*lock = op.lock;
	*mode = op.ei.ei_mode;
	*ea_len = op.ei.ei_lvb_got;
	if (*ea_len)
		*ea = op.ei.ei_lvb;
	else
		kvfree(op.ei.ei_lvb);
	return 0;
}

#define GETXATTR_ROOM	2500	/* as other clients ask */

static struct ptlrpc_request *mdc_getxattr_alloc(struct ll_mdc *mdc, struct inode *inode)
{
	struct ptlrpc_request *req;
	struct mdt_body *body;
	int rc;

	req = ptlrpc_req_new(mdc->lmc_imp, LDLM_ENQUEUE, &wf_ldlm_intent_getxattr);
	if (!req)
		return ERR_PTR(-ENOMEM);
	ptlrpc_rep_room(req, WF_MDT_MD, mdc_ea_room(mdc));
	ptlrpc_rep_room(req, WF_ACL, mdc_acl_room(mdc));
	ptlrpc_rep_room(req, WF_EADATA, GETXATTR_ROOM);
	ptlrpc_rep_room(req, WF_EAVALS, GETXATTR_ROOM);
	ptlrpc_rep_room(req, WF_EAVALS_LENS, GETXATTR_ROOM);
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return ERR_PTR(rc);
	}
	mdc_intent_pack(req, IT_GETXATTR);
	body = ptlrpc_req_buf(req, WF_MDT_BODY);
	mdc_pack_body(body, ll_fid(inode), OBD_MD_FLXATTRALL | OBD_MD_FLID, inode);
	body->mbo_eadatasize = cpu_to_le32(GETXATTR_ROOM);
	return req;
}

/* The xattrs of an answer; ERR_PTR. */
static struct ll_xattrs *mdc_getxattr_parse(struct ptlrpc_request *req)
{
	const struct mdt_body *rep = ptlrpc_rep_buf(req, WF_MDT_BODY);
	u32 names, vals, nr;

	if (!rep)
		return ERR_PTR(-EPROTO);
	names = le32_to_cpu(rep->mbo_eadatasize);
	vals = le32_to_cpu(rep->mbo_aclsize);
	nr = le32_to_cpu(rep->mbo_max_mdsize);
	if (names > ptlrpc_rep_len(req, WF_EADATA) || vals > ptlrpc_rep_len(req, WF_EAVALS) ||
	    nr > ptlrpc_rep_len(req, WF_EAVALS_LENS) / 4)
		return ERR_PTR(-EPROTO);
	return ll_xattrs_parse(ptlrpc_rep_buf(req, WF_EADATA), names,
			       ptlrpc_rep_buf(req, WF_EAVALS), vals,
			       ptlrpc_rep_buf(req, WF_EAVALS_LENS), nr);
}

/**
 * mdc_intent_getxattr - all xattrs of an object, under a lock
 * @inode: the object
 * @xattrs: out: referenced
 * @lock: out: the XATTR lock with a user
 * @mode: out: mode of that user
 *
 * Context: killable. Chapter 4, 15.2.
 * Return: 0; -errno: nothing is returned, the caller asks for single xattrs.
 */
int mdc_intent_getxattr(struct inode *inode, struct ll_xattrs **xattrs, struct ldlm_lock **lock,
			u32 *mode)
{
	struct ll_mdc *mdc = mdc_of(inode);
	struct ldlm_enqueue_info ei;
	struct ptlrpc_request *req;
	int rc;

	*xattrs = NULL;
	*lock = NULL;
	if (READ_ONCE(mdc->lmc_no_xattr_intent))
		return -EOPNOTSUPP;
	mdc_enqueue_info(&ei, mdc, ll_fid(inode), LCK_PR, MDS_INODELOCK_XATTR, LDLM_FL_HAS_INTENT);
	ei.ei_data = inode;
	req = mdc_getxattr_alloc(mdc, inode);
	if (IS_ERR(req))
		return PTR_ERR(req);
	rc = ldlm_cli_enqueue(&ei, req, lock);
	if (rc >= 0)
		rc = ei.ei_status;
	if (rc == -EOPNOTSUPP || rc == -EPROTO)
		WRITE_ONCE(mdc->lmc_no_xattr_intent, true);
	if (!rc && !*lock)
		rc = -EAGAIN;
	if (!rc) {
		*xattrs = mdc_getxattr_parse(req);
		rc = PTR_ERR_OR_ZERO(*xattrs);
	}
	if (rc) {
		*xattrs = NULL;
		if (*lock)
			ldlm_lock_decref(*lock, ei.ei_mode);
		*lock = NULL;
	}
	*mode = ei.ei_mode;
	ptlrpc_req_put(req);
	return rc;
}

/**
 * mdc_lock_dir - the UPDATE lock of a directory, taken when it is not there
 * @dir: the directory
 * @lockp: out: the lock with a user, end with ldlm_lock_decref()
 * @mode: out: mode of that user
 *
 * Context: killable. Return: 0 or -errno.
 */
int mdc_lock_dir(struct inode *dir, struct ldlm_lock **lockp, u32 *mode)
{
	struct ll_mdc *mdc = mdc_of(dir);
	struct ldlm_enqueue_info ei;
	struct ldlm_lock *lock;
	int rc;

	mdc_enqueue_info(&ei, mdc, ll_fid(dir), LCK_PR, MDS_INODELOCK_UPDATE,
			 LDLM_FL_HAS_INTENT);
	ei.ei_data = dir;
	lock = ldlm_lock_match(mdc->lmc_ns, &ei.ei_res_id, LDLM_IBITS, &ei.ei_policy,
			       LCK_PR | LCK_PW | LCK_EX, 0, NULL);
	if (lock) {
		*mode = lock->l_granted_mode;
		/* It may be of an inode of this FID that left the cache meanwhile. */
		mdc_lock_bind(lock, dir);
	} else {
		rc = ldlm_cli_enqueue(&ei, NULL, &lock);
		if (rc)
			return rc > 0 ? -EPROTO : rc;
		*mode = ei.ei_mode;
	}
	*lockp = lock;
	return 0;
}
