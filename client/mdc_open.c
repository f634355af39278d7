// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens at an MDT (chapter 4, 11 and 12): the OPEN intent, the handle that it brings, its close,
 * and what is kept of it for replay.
 *
 * Each handle that the MDT gives must be closed. If the task that opens is killed before the answer
 * comes, a work item waits for the answer instead and closes the handle (struct mdc_orphan_open).
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/sched/signal.h>
#include "internal.h"

#define REPLAY_EA_ROOM	1024	/* 40 stripes */

/* The handle of an open, which a replay replaces, in ll_open, its open and its close request. */
static DEFINE_SPINLOCK(mdc_handle_lock);

/* An OPEN intent from its arguments to its answer. */
struct mdc_open_op {
	struct ll_mdc			*mdc;
	struct inode			*dir, *child;
	const struct qstr		*name;
	const struct ll_open_args	*args;
	bool				creat;
	struct lu_fid			new_fid;	/* of the file when it is made */
	u32				groups[2];	/* supplementary: for dir, for the object */
	u32				acl_room;	/* in the reply */
	struct ldlm_enqueue_info	ei;
	struct ll_answer		*a;
};

/* ---- open handles ---- */

static void mdc_open_put(struct ll_open *open)
{
	if (!refcount_dec_and_test(&open->lop_ref))
		return;
	/* A replay that has its answer already may still hold the request: mdc_open_replayed(). */
	spin_lock(&mdc_handle_lock);
	open->lop_req->rq_cb_data = NULL;
	spin_unlock(&mdc_handle_lock);
	ptlrpc_req_put(open->lop_close);
	ptlrpc_req_put(open->lop_req);
	kfree(open);
}

/* The open was replayed after a restart of the MDT: it has a new handle, and its close uses it. */
static void mdc_open_replayed(struct ptlrpc_request *req, struct ptlrpc_request *replay)
{
	const struct mdt_body *body = ptlrpc_rep_buf(replay, WF_MDT_BODY);
	struct mdt_rec_create *rec = ptlrpc_req_buf(req, WF_REC_REINT);
	struct mdt_ioepoch *epoch;
	struct ll_open *open;

	if (!body || !rec || !body->mbo_open_handle.cookie) {
		pr_warn_ratelimited("%s: a file that was open could not be opened again\n",
				    req->rq_imp->imp_name);
		return;
	}
	spin_lock(&mdc_handle_lock);
	rec->cr_open_handle_old = body->mbo_open_handle;
	open = req->rq_cb_data;
	if (open) {
		open->lop_handle = body->mbo_open_handle;
		epoch = open->lop_close ? ptlrpc_req_buf(open->lop_close, WF_EPOCH) : NULL;
		if (epoch)
			epoch->mio_open_handle = body->mbo_open_handle;
	}
	spin_unlock(&mdc_handle_lock);
}

/*
 * Prepare the saved request of an open for its replay: the object and layout are those of the
 * reply, the old handle tells the MDT which one a later close may name, and no lock is wanted.
 */
static void mdc_open_save(struct ptlrpc_request *req, const struct ll_answer *a)
{
	bool layout = a->valid & OBD_MD_FLEASIZE && a->ea_len && !wire_lov_check(a->ea, a->ea_len);
	struct mdt_rec_create *rec;
	struct ldlm_request *dlm;

	if (layout && a->ea_len > ptlrpc_req_len(req, WF_EADATA) &&
	    ptlrpc_req_grow(req, WF_EADATA, a->ea_len)) {
		/* A replay would make other objects. */
		req->rq_no_replay = true;
		return;
	}
	if (layout) {
		memcpy(ptlrpc_req_buf(req, WF_EADATA), a->ea, a->ea_len);
		ll_layout_any_ost(ptlrpc_req_buf(req, WF_EADATA));
	}
	rec = ptlrpc_req_buf(req, WF_REC_REINT);
	fid_to_le(&rec->cr_fid2, &a->fid);
	rec->cr_open_handle_old = a->body->mbo_open_handle;
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	dlm->lock_flags |= cpu_to_le32(LDLM_FL_INTENT_ONLY);
}

/* done() of an open: before anybody else knows of it, so that a replay finds it complete. */
static void mdc_open_answered(struct ptlrpc_request *req)
{
	const struct ldlm_reply *rep = req->rq_transno ? ptlrpc_rep_buf(req, WF_DLM_REP) : NULL;
	struct ll_answer a = { .req = req };

	if (rep && !rep->lock_policy_res2 &&
	    le64_to_cpu(rep->lock_policy_res1) & DISP_OPEN_OPEN && !ll_answer_fill(&a) &&
	    a.valid & OBD_MD_FLID)
		mdc_open_save(req, &a);
	else
		req->rq_replay_keep = false;	/* nothing is open: kept until its commit only */
}

/**
 * ll_open_new - remember an open that the MDT granted
 * @mdc: the MDC
 * @flags: MDS_FMODE_*, MDS_OPEN_*
 * @a: its answer
 *
 * Return: never NULL; end with mdc_close().
 */
struct ll_open *ll_open_new(struct ll_mdc *mdc, u64 flags, struct ll_answer *a)
{
	struct ll_open *open = kzalloc(sizeof(*open), GFP_KERNEL | __GFP_NOFAIL);
	struct mdt_rec_create *rec = ptlrpc_req_buf(a->req, WF_REC_REINT);

	refcount_set(&open->lop_ref, 1);
	open->lop_mdc = mdc;
	open->lop_fid = a->fid;
	open->lop_flags = flags;
	open->lop_req = ptlrpc_req_get(a->req);
	spin_lock(&mdc_handle_lock);
	/* that of the reply, or of a replay that came since */
	open->lop_handle = a->body->mbo_open_handle;
	if (a->req->rq_transno && rec->cr_open_handle_old.cookie)
		open->lop_handle = rec->cr_open_handle_old;
	a->req->rq_cb_data = open;
	spin_unlock(&mdc_handle_lock);
	return open;
}

/* The close is committed, or was never sent: the open need not be replayed any more. */
static void mdc_open_forget(struct ll_open *open)
{
	ptlrpc_req_close_replay(open->lop_req);
	mdc_open_put(open);
}

static void mdc_close_committed(struct ptlrpc_request *req)
{
	mdc_open_forget(req->rq_cb_data);
}

static void mdc_close_done(struct ptlrpc_request *req)
{
	struct ll_open *open = req->done_data;

	if (req->rq_status < 0 && req->rq_status != -ESTALE && req->rq_status != -EIO)
		pr_warn_ratelimited("%s: close of " DFID ": rc = %d\n", open->lop_mdc->lmc_name,
				    PFID(&open->lop_fid), req->rq_status);
	/* The commit callback is called for requests with a transno only. */
	if (!req->rq_transno)
		mdc_open_forget(open);
	mdc_open_put(open);
	ptlrpc_req_put(req);
}

static void mdc_close_pack(struct ptlrpc_request *req, struct ll_open *open,
			   struct inode *inode, u32 bias)
{
	struct mdt_ioepoch *epoch = ptlrpc_req_buf(req, WF_EPOCH);
	struct mdt_rec_setattr *rec = ptlrpc_req_buf(req, WF_REC_REINT);
	u64 valid = MDS_ATTR_MODE | MDS_ATTR_ATIME | MDS_ATTR_MTIME | MDS_ATTR_CTIME |
		    MDS_ATTR_ATIME_SET | MDS_ATTR_MTIME_SET | MDS_ATTR_CTIME_SET | MDS_ATTR_LSIZE |
		    MDS_ATTR_LBLOCKS;

	spin_lock(&mdc_handle_lock);
	epoch->mio_open_handle = open->lop_handle;
	open->lop_close = ptlrpc_req_get(req);
	spin_unlock(&mdc_handle_lock);
	mdc_pack_rec(rec, REINT_SETATTR, NULL, NULL);
	rec->sa_padding_1 = 0;
	fid_to_le(&rec->sa_fid, &open->lop_fid);
	rec->sa_bias = cpu_to_le32(bias);
	if (!inode)
		return;
	rec->sa_mode = cpu_to_le32(inode->i_mode);
	rec->sa_atime = cpu_to_le64(inode->i_atime.tv_sec);
	rec->sa_mtime = cpu_to_le64(inode->i_mtime.tv_sec);
	rec->sa_ctime = cpu_to_le64(inode->i_ctime.tv_sec);
	rec->sa_size = cpu_to_le64(i_size_read(inode));
	rec->sa_blocks = cpu_to_le64(inode->i_blocks);
	rec->sa_attr_flags = cpu_to_le32(ll_i(inode)->lli_attr_flags);
	if (!inode->i_atime.tv_sec)
		valid &= ~MDS_ATTR_ATIME;
	rec->sa_valid = cpu_to_le64(valid);
}

/*
 * mdc_close - close an open at the MDT
 *
 * Waits for the answer, so that other clients find the file closed when close(2) returns; a killed
 * task does not wait. Errors are logged only: for the application the file is closed in any case.
 */
void mdc_close(struct ll_open *open, struct inode *inode, u32 bias)
{
	struct ptlrpc_request *req = ptlrpc_req_new(open->lop_mdc->lmc_imp, MDS_CLOSE,
						    &wf_mds_close);

	if (!req || ptlrpc_req_pack(req)) {
		ptlrpc_req_put(req);
		mdc_open_forget(open);
		return;
	}
	mdc_close_pack(req, open, inode, bias);
	refcount_inc(&open->lop_ref);		/* of the commit */
	req->rq_cb_data = open;
	req->rq_commit_cb = mdc_close_committed;
	req->done_data = open;
	req->done = mdc_close_done;
	ptlrpc_req_get(req);
	if (ptlrpc_send_async(req)) {
		ptlrpc_req_put(req);
		mdc_open_forget(open);
		mdc_open_put(open);
	} else {
		/* Not ptlrpc_req_wait(): a killed task must not abort it. */
		mdc_wait(open->lop_mdc, &req->rq_complete);
	}
	ptlrpc_req_put(req);
}

/* ---- orphan opens ---- */

/* The answer to an open cannot be given to its caller: close what the MDT has opened. */
static void mdc_open_undo(struct ll_mdc *mdc, u64 flags, struct ptlrpc_request *req)
{
	const struct ldlm_reply *rep = req->rq_got_reply ? ptlrpc_rep_buf(req, WF_DLM_REP) : NULL;
	struct ll_answer a;

	if (!rep || rep->lock_policy_res2 ||
	    !(le64_to_cpu(rep->lock_policy_res1) & DISP_OPEN_OPEN))
		return;
	ll_answer_start(mdc, &a);
	a.req = req;
	if (!ll_answer_fill(&a) && a.valid & OBD_MD_FLID && a.body->mbo_open_handle.cookie)
		mdc_close(ll_open_new(mdc, flags, &a), NULL, 0);
}

/* An open whose task was killed. */
struct mdc_orphan_open {
	struct list_head		link;	/* ll_mdc.lmc_orphan_opens */
	struct work_struct		work;
	struct ll_mdc			*mdc;
	struct ldlm_enqueue_info	ei;
	struct ptlrpc_request		*req;	/* referenced */
	struct ldlm_lock		*lock;
	u64				flags;
};

static void mdc_orphan_open_work(struct work_struct *work)
{
	struct mdc_orphan_open *orphan = container_of(work, struct mdc_orphan_open, work);
	struct ll_mdc *mdc = orphan->mdc;
	int rc;

	rc = ptlrpc_req_wait(orphan->req);
	ldlm_cli_enqueue_finish(&orphan->ei, orphan->req, rc, &orphan->lock);
	ldlm_lock_decref_cancel(orphan->lock, orphan->ei.ei_mode);
	mdc_open_undo(mdc, orphan->flags, orphan->req);
	ptlrpc_req_put(orphan->req);
	spin_lock(&mdc->lmc_orphan_lock);
	list_del(&orphan->link);
	if (list_empty(&mdc->lmc_orphan_opens))
		wake_up_all(&mdc->lmc_orphan_waitq);
	spin_unlock(&mdc->lmc_orphan_lock);
	kfree(orphan);
}

/* Under the lock: a work item that was on the list releases lmc_orphan_lock as its last access. */
static bool mdc_orphan_opens_none(struct ll_mdc *mdc)
{
	bool none;

	spin_lock(&mdc->lmc_orphan_lock);
	none = list_empty(&mdc->lmc_orphan_opens);
	spin_unlock(&mdc->lmc_orphan_lock);
	return none;
}

/**
 * mdc_orphan_opens_end - the mount goes: do not wait for answers any more
 * @mdc: the MDC
 *
 * What is left open the MDT closes when this client disconnects. Context: sleeps.
 */
void mdc_orphan_opens_end(struct ll_mdc *mdc)
{
	struct mdc_orphan_open *orphan;

	spin_lock(&mdc->lmc_orphan_lock);
	list_for_each_entry(orphan, &mdc->lmc_orphan_opens, link)
		ptlrpc_req_abort(orphan->req, -EINTR);
	spin_unlock(&mdc->lmc_orphan_lock);
	wait_event(mdc->lmc_orphan_waitq, mdc_orphan_opens_none(mdc));
}

/*
 * The task of a sent open was killed: its answer is waited for by a work item, which closes again.
 */
static void mdc_orphan_open_start(struct mdc_open_op *op, struct ptlrpc_request *req)
{
	struct mdc_orphan_open *orphan = kzalloc(sizeof(*orphan), GFP_KERNEL | __GFP_NOFAIL);
	struct ll_mdc *mdc = op->mdc;

	INIT_WORK(&orphan->work, mdc_orphan_open_work);
	orphan->mdc = mdc;
	orphan->ei = op->ei;
	orphan->req = ptlrpc_req_get(req);
	orphan->lock = op->a->lock;
	orphan->flags = op->args->flags;
	op->a->lock = NULL;
	/* It was not sent yet: do not send it. */
	if (!READ_ONCE(req->rq_sends))
		ptlrpc_req_abort(req, -EINTR);
	spin_lock(&mdc->lmc_orphan_lock);
	list_add(&orphan->link, &mdc->lmc_orphan_opens);
	spin_unlock(&mdc->lmc_orphan_lock);
	queue_work(system_unbound_wq, &orphan->work);
}

/* As ldlm_cli_enqueue(), but what was opened in spite of an error is closed again. */
static int mdc_open_enqueue(struct mdc_open_op *op, struct ptlrpc_request *req)
{
	int rc;

	rc = ldlm_cli_enqueue_start(&op->ei, &req, &op->a->lock);
	if (rc)
		return rc;
	rc = ptlrpc_send_async(req);
	if (!rc && wait_for_completion_killable(&req->rq_complete)) {
		mdc_orphan_open_start(op, req);
		return -EINTR;
	}
	rc = ldlm_cli_enqueue_finish(&op->ei, req, rc ?: req->rq_status, &op->a->lock);
	if (rc < 0)
		mdc_open_undo(op->mdc, op->args->flags, req);
	return rc;
}

/* ---- the intent ---- */

/* MAY_* of an open */
static int mdc_open_want(u64 flags)
{
	return (flags & MDS_FMODE_READ ? MAY_READ : 0) |
	       (flags & (MDS_FMODE_WRITE | MDS_OPEN_TRUNC) ? MAY_WRITE : 0) |
	       (flags & MDS_FMODE_EXEC ? MAY_EXEC : 0);
}

/*
 * The MDT refused an open (chapter 4, 5.3). It knows of the groups that were sent only, and before
 * the first answer the client did not know which ones matter: the refusal shows group and ACL of
 * the object, or of the directory that a name was to be added to. Is there another group to try?
 */
static bool mdc_open_other_group(struct mdc_open_op *op)
{
	const struct ll_answer *a = op->a;
	bool in_dir = op->dir && fid_eq(&a->fid, ll_fid(op->dir));
	int want = in_dir ? MAY_WRITE | MAY_EXEC : mdc_open_want(op->args->flags);
	struct posix_acl *acl = NULL;
	u32 group;

	if (!(a->valid & OBD_MD_FLID) || !(a->valid & OBD_MD_FLGID) ||
	    !(a->valid & OBD_MD_FLMODE))
		return false;
	if (a->acl_len)
		acl = posix_acl_from_xattr(&init_user_ns, a->acl, a->acl_len);
	if (IS_ERR(acl))
		return false;
	group = mdc_cred_group(make_kgid(&init_user_ns, le32_to_cpu(a->body->mbo_gid)),
			       le32_to_cpu(a->body->mbo_mode), acl, want);
	posix_acl_release(acl);
	if (group == MDC_NO_GROUP || group == op->groups[0] || group == op->groups[1])
		return false;
	op->groups[in_dir ? 0 : 1] = group;
	return true;
}

/* A request with room for what the open and its answer need; packed. ERR_PTR. */
static struct ptlrpc_request *mdc_open_alloc(const struct mdc_open_op *op)
{
	const struct ll_open_args *args = op->args;
	u32 ea_room = mdc_ea_room(op->mdc), replay_room = 0;
	struct ptlrpc_request *req;
	int rc;

	req = ptlrpc_req_new(op->mdc->lmc_imp, LDLM_ENQUEUE, &wf_ldlm_intent_open);
	if (!req)
		return ERR_PTR(-ENOMEM);
	req->rq_replay_keep = true;
	req->rq_replay_cb = mdc_open_replayed;
	req->done = mdc_open_answered;
	req->rq_done_saves = true;
	req->rq_mod_slot = true;
	ptlrpc_req_size(req, WF_DLM_REQ, ldlm_request_bytes(1 + op->ei.ei_nr_elc));
	ptlrpc_req_size(req, WF_NAME, op->name ? op->name->len + 1 : 1);
	/*
	 * A replay brings the layout of the answer along, which may be the first one of that size.
	 */
	if (!(args->flags & MDS_OPEN_DELAY_CREATE))
		replay_room = args->flags & (MDS_OPEN_CREAT | MDS_FMODE_WRITE) ?
			      max_t(u32, ea_room, REPLAY_EA_ROOM) : ea_room;
	ptlrpc_req_size(req, WF_EADATA, max(replay_room, args->ea_len));
	ptlrpc_rep_room(req, WF_MDT_MD, max(ea_room, args->ea_len));
	ptlrpc_rep_room(req, WF_ACL, op->acl_room);
	ptlrpc_rep_room(req, WF_DEFAULT_MD, 56);
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return ERR_PTR(rc);
	}
	return req;
}

static void mdc_open_fill(const struct mdc_open_op *op, struct ptlrpc_request *req)
{
	const struct ll_open_args *args = op->args;
	const struct qstr *name = op->name;
	struct mdt_rec_create *rec = ptlrpc_req_buf(req, WF_REC_REINT);
	umode_t mode = args->mode;

	if (!(imp_connect_flags(op->mdc->lmc_imp) & OBD_CONNECT_UMASK))
		mode &= ~current_umask();
	mdc_intent_pack(req, op->creat ? IT_OPEN | IT_CREAT : IT_OPEN);
	mdc_pack_rec(rec, REINT_OPEN, NULL, NULL);
	rec->cr_suppgid1 = cpu_to_le32(op->groups[0]);
	rec->cr_suppgid2 = cpu_to_le32(op->groups[1]);
	fid_to_le(&rec->cr_fid1, op->dir ? ll_fid(op->dir) : ll_fid(op->child));
	fid_to_le(&rec->cr_fid2, name ? &op->new_fid : ll_fid(op->child));
	rec->cr_mode = cpu_to_le32(mode | S_IFREG);
	rec->cr_umask = cpu_to_le32(current_umask());
	rec->cr_time = cpu_to_le64(ktime_get_real_seconds());
	mdt_rec_create_flags_set(rec, args->flags | (name ? 0 : MDS_OPEN_BY_FID));
	if (name)
		memcpy(ptlrpc_req_buf(req, WF_NAME), name->name, name->len);
	if (args->ea_len)
		memcpy(ptlrpc_req_buf(req, WF_EADATA), args->ea, args->ea_len);
}

static int mdc_open_once(struct mdc_open_op *op)
{
	const struct lu_fid *fid = op->name ? ll_fid(op->dir) : ll_fid(op->child);
	struct ptlrpc_request *req;
	u64 elc[LDLM_ELC_MAX];

	ll_answer_start(op->mdc, op->a);
	mdc_enqueue_info(&op->ei, op->mdc, fid, op->creat ? LCK_CW : LCK_CR,
			 op->creat ? MDS_INODELOCK_UPDATE : MDS_INODELOCK_LOOKUP,
			 LDLM_FL_HAS_INTENT);
	if (op->creat) {
		op->ei.ei_nr_elc = ldlm_cli_elc(op->mdc->lmc_ns, &op->ei.ei_res_id, LCK_CW,
						MDS_INODELOCK_UPDATE, elc, LDLM_ELC_MAX);
		op->ei.ei_elc = elc;
	}
	req = mdc_open_alloc(op);
	if (IS_ERR(req))
		return PTR_ERR(req);
	mdc_open_fill(op, req);
	op->a->req = req;
	return mdc_intent_result(&op->ei, mdc_open_enqueue(op, req), op->a);
}

/* Until the MDT does not ask to come again, and no other group is left to try. */
static int mdc_open_run(struct mdc_open_op *op)
{
	int rc, tries = 0;

	for (;;) {
		rc = mdc_open_once(op);
		if (rc)
			return rc;
		rc = mdc_intent_again(op->mdc, &op->ei, op->a, &op->acl_room);
		if (rc < 0)
			return rc;
		if (rc)
			continue;
		/* Once for the directory, once for the object in it. */
		if (op->ei.ei_status != -EACCES || tries++ == 2 || !mdc_open_other_group(op))
			return 0;
		ll_answer_put(op->a);
	}
}

/* What an answered open means: 0 or -errno; *open is the handle, also where there is an error. */
static int mdc_open_status(struct mdc_open_op *op, struct ll_open **open)
{
	const struct ldlm_enqueue_info *ei = &op->ei;
	struct ll_answer *a = op->a;
	int rc;

	/* The handle first: an error must not lose it. */
	if (a->disp & DISP_OPEN_OPEN && !ei->ei_status && a->body->mbo_open_handle.cookie &&
	    a->valid & OBD_MD_FLID)
		*open = ll_open_new(op->mdc, op->args->flags, a);
	if (!(ei->ei_disposition & DISP_IT_EXECD))
		return ei->ei_status ?: -EPROTO;
	rc = ei->ei_status ?: mdc_intent_phase_error(ei, DISP_IT_EXECD);
	if (rc)
		return rc;
	if (ei->ei_disposition & DISP_LOOKUP_NEG && !(ei->ei_disposition & DISP_OPEN_CREATE))
		return 0;
	if (a->valid & OBD_MD_MDS)
		return -EREMOTE;
	return mdc_answer_has_object(a) ? 0 : -EPROTO;
}

/**
 * mdc_intent_open - open at the MDT, with or without creation
 * @dir: the directory; may be NULL where @name is
 * @name: of the file; NULL: @child is opened by its FID
 * @child: NULL where @name is not
 * @args: flags, mode, layout
 * @a: out: the answer; put it, also after an error
 * @open: out: the handle when DISP_OPEN_OPEN is set in @a->disp, else NULL
 *
 * Context: killable; what a killed task had opened is closed. Chapter 4, 11.
 * Return: 0: look at @a->disp; -EREMOTE: on another MDT; -EPROTO; -EINTR; what the MDT says.
 */
int mdc_intent_open(struct inode *dir, const struct qstr *name, struct inode *child,
		    const struct ll_open_args *args, struct ll_answer *a, struct ll_open **open)
{
	struct mdc_open_op op = {
		.mdc = mdc_of(name ? dir : child),
		.dir = dir,
		.child = child,
		.name = name,
		.args = args,
		.creat = name && args->flags & MDS_OPEN_CREAT,
		.a = a,
	};
	int rc;

	*open = NULL;
	memset(a, 0, sizeof(*a));
	op.acl_room = op.creat ? op.mdc->lmc_max_easize : mdc_acl_room(op.mdc);
	op.groups[0] = mdc_cred_group_of(dir, op.creat ? MAY_WRITE | MAY_EXEC : MAY_EXEC);
	op.groups[1] = mdc_cred_group_of(child, mdc_open_want(args->flags));
	if (op.creat) {
		rc = mdc_fid_alloc(op.mdc, &op.new_fid);
		if (rc)
			return rc;
	}
	rc = mdc_open_run(&op);
	if (!rc)
		rc = mdc_open_status(&op, open);
	if (rc && *open) {
		mdc_close(*open, NULL, 0);
		*open = NULL;
	}
	return rc;
}
