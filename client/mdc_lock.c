// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks of MDTs: intents (an enqueue that also does the work, chapter 4.9), and what happens when a
 * lock is called back.
 *
 * What a lock protects is marked in lli_cached while the answer that brought it still has a user of
 * the lock, so that the callback, which needs the last user gone, always comes after the marking.
 * The callback (ll_inode_lock_lost()) clears the marks first and drops the data then. Marks may be
 * cleared too often (two locks with the same bits), never too seldom.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include <linux/posix_acl_xattr.h>
#include <linux/sched/signal.h>
#include "internal.h"

/* ---- callbacks ---- */

static void *mdc_lock_grab_inode(void *data)
{
	return igrab(data);
}

void mdc_lock_bind(struct ldlm_lock *lock, struct inode *inode)
{
	ldlm_lock_set_data(lock, inode);
}

/*
 * ll_inode_lock_lost - the lock that protected something is going away
 * @bits: MDS_INODELOCK_*
 * @failed: the MDT has dropped it already
 *
 * May sleep.
 */
static void ll_inode_lock_lost(struct inode *inode, u64 bits, bool failed)
{
	struct ll_inode *lli = ll_i(inode);

	spin_lock(&lli->lli_lock);
	lli->lli_cached &= ~bits;
	if (bits & MDS_INODELOCK_UPDATE) {
		lli->lli_cached &= ~LLC_DIR;
		if (!++lli->lli_dir_gen)
			lli->lli_dir_gen = 1;
	}
	spin_unlock(&lli->lli_lock);
	if (bits & (MDS_INODELOCK_UPDATE | MDS_INODELOCK_XATTR | MDS_INODELOCK_PERM))
		set_mask_bits(&inode->i_flags, (unsigned int)S_NOSEC, 0U);
	if (bits & MDS_INODELOCK_LOOKUP)
		ll_dentries_invalidate(inode);
	if (bits & MDS_INODELOCK_UPDATE && S_ISDIR(inode->i_mode))
		ll_dir_pages_drop(inode);
	if (bits & MDS_INODELOCK_XATTR)
		ll_xattrs_drop(inode);
	if (bits & MDS_INODELOCK_LAYOUT && S_ISREG(inode->i_mode))
		ll_layout_lock_lost(inode, failed);
}

/*
 * Does another lock protect the layout as well? A layout lock of its own often outlives those that
 * came with attributes. When two go at a time, the second one finds the first one gone.
 */
static bool mdc_lock_layout_kept(struct ldlm_lock *lock, const struct inode *inode)
{
	union ldlm_policy want = { .ibits.bits = MDS_INODELOCK_LAYOUT };
	struct ldlm_lock *other;
	bool kept;

	other = ldlm_lock_match(lock->l_res->lr_ns, &lock->l_res->lr_id, LDLM_IBITS, &want,
				LCK_CR | LCK_PR | LCK_PW | LCK_EX, 0);
	if (!other)
		return false;
	kept = READ_ONCE(other->l_ast_data) == inode;
	ldlm_lock_decref(other, other->l_granted_mode);
	return kept;
}

static int mdc_lock_blocking(struct ldlm_lock *lock, bool canceling)
{
	struct inode *inode;
	u64 bits;

	if (!canceling)
		return 0;
	inode = ldlm_lock_data_get(lock, mdc_lock_grab_inode);
	if (!inode)
		return 0;
	bits = lock->l_policy.ibits.bits;
	if (bits & MDS_INODELOCK_LAYOUT && mdc_lock_layout_kept(lock, inode))
		bits &= ~(u64)MDS_INODELOCK_LAYOUT;
	ll_inode_lock_lost(inode, bits, READ_ONCE(lock->l_flags) & LDLM_FL_FAILED);
	iput(inode);
	return 0;
}

/* Would the end of this lock wait? */
static bool mdc_lock_busy(const struct ldlm_lock *lock)
{
	struct inode *inode = lock->l_ast_data;

	if (!(lock->l_policy.ibits.bits & MDS_INODELOCK_LAYOUT) || !inode || !S_ISREG(inode->i_mode))
		return false;
	return ll_layout_busy(inode);
}

static const struct ldlm_cli_ops mdc_lock_ops = { .blocking = mdc_lock_blocking, .busy = mdc_lock_busy };

/* ---- intents ---- */

static void mdc_intent_pack(struct ptlrpc_request *req, u64 opc)
{
	struct ldlm_intent *it = ptlrpc_req_buf(req, WF_INTENT);

	it->opc = cpu_to_le64(opc);
}

/* The first phase of an intent that ran decides whom its status belongs to (chapter 4.9). */
static int mdc_intent_phase_error(const struct ldlm_enqueue_info *ei, u64 phase)
{
	static const u64 order[] = { DISP_OPEN_LEASE, DISP_OPEN_OPEN, DISP_OPEN_CREATE,
				     DISP_LOOKUP_EXECD, DISP_IT_EXECD };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (ei->ei_disposition & order[i])
			return order[i] >= phase ? ei->ei_status : 0;
	return ei->ei_status ?: -EPROTO;
}

/* What came of an intent into *a, with bits and mode of its lock. 0 also when it failed in a later phase: ei tells. */
static int mdc_intent_result(struct ldlm_enqueue_info *ei, int rc, struct ll_answer *a)
{
	if (rc < 0)
		return rc;
	a->disp = ei->ei_disposition;
	if (a->lock) {
		a->mode = ei->ei_mode;
		a->bits = ei->ei_policy.ibits.bits;
	}
	rc = ll_answer_fill(a);
	/* A lock must be that of the object of the answer. */
	if (!rc && a->lock &&
	    (!(a->valid & OBD_MD_FLID) || !fid_res_id_eq(&a->fid, &a->lock->l_res->lr_id))) {
		pr_warn_ratelimited("MDT sent a lock of another object than " DFID "\n",
				    PFID(&a->fid));
		rc = -EPROTO;
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

static void mdc_enqueue_info(struct ldlm_enqueue_info *ei, struct ll_mdc *mdc,
			 const struct lu_fid *fid, u32 mode, u64 bits, u64 flags)
{
	memset(ei, 0, sizeof(*ei));
	ei->ei_ns = mdc->ns;
	fid_to_res_id(&ei->ei_res_id, fid);
	ei->ei_type = LDLM_IBITS;
	ei->ei_mode = mode;
	ei->ei_policy.ibits.bits = bits;
	ei->ei_flags = flags;
	ei->ei_ops = &mdc_lock_ops;
}

/* The server asks to come again (-EINPROGRESS in res2): wait a little. */
static int mdc_intent_backoff(void)
{
	schedule_timeout_killable(HZ);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/*
 * Must the intent be sent again? The server asks for it, or the ACL needs more room. 1: yes, the
 * answer was put; 0: no; -EINTR.
 */
static int mdc_intent_again(struct ll_mdc *mdc, const struct ldlm_enqueue_info *ei,
			struct ll_answer *a, u32 *acl_room)
{
	if (ei->ei_status == -EINPROGRESS) {
		ll_answer_put(a);
		return mdc_intent_backoff() ?: 1;
	}
	if (ei->ei_status == -ERANGE && *acl_room < mdc->max_easize) {
		ll_answer_put(a);
		*acl_room = mdc->max_easize;
		return 1;
	}
	return 0;
}

/* Does the answer show an object: FID and type? */
static bool mdc_answer_has_object(const struct ll_answer *a)
{
	return a->valid & OBD_MD_FLID && a->valid & OBD_MD_FLTYPE &&
	       le32_to_cpu(a->body->mbo_mode) & S_IFMT;
}

static int mdc_intent_getattr_once(struct ll_mdc *mdc, struct inode *dir, const struct qstr *name,
			struct inode *child, u64 it, struct ldlm_enqueue_info *ei,
			struct ll_answer *a, u32 acl_room)
{
	const struct lu_fid *fid = name ? ll_fid(dir) : ll_fid(child);
	struct ptlrpc_request *req;
	struct mdt_body *body;
	u32 ea_room = mdc_ea_room(mdc);
	int rc;

	ll_answer_start(mdc, a);
	mdc_enqueue_info(ei, mdc, fid, LCK_CR,
		     it == IT_LOOKUP ? MDS_INODELOCK_LOOKUP : MDS_INODELOCK_UPDATE,
		     LDLM_FL_HAS_INTENT);
	req = ptlrpc_req_new(mdc->imp, LDLM_ENQUEUE, &wf_ldlm_intent_getattr);
	if (!req)
		return -ENOMEM;
	ptlrpc_req_size(req, WF_NAME, name ? name->len + 1 : 1);
	ptlrpc_rep_room(req, WF_MDT_MD, ea_room);
	ptlrpc_rep_room(req, WF_ACL, acl_room);
	ptlrpc_rep_room(req, WF_DEFAULT_MD, 56);
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return rc;
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
	return mdc_intent_send(ei, req, a);
}

int mdc_intent_getattr(struct inode *dir, const struct qstr *name, struct inode *child, u64 it,
		       struct ll_answer *a)
{
	struct ll_mdc *mdc = mdc_of(name ? dir : child);
	u32 acl_room = mdc_acl_room(mdc);
	struct ldlm_enqueue_info ei;
	int rc;

	do {
		rc = mdc_intent_getattr_once(mdc, dir, name, child, it, &ei, a, acl_room);
		if (rc)
			return rc;
		rc = mdc_intent_again(mdc, &ei, a, &acl_room);
	} while (rc > 0);
	if (rc)
		return rc;
	if (!(ei.ei_disposition & DISP_IT_EXECD))
		return ei.ei_status ?: -EPROTO;
	rc = mdc_intent_phase_error(&ei, DISP_LOOKUP_EXECD) ?: mdc_intent_phase_error(&ei, DISP_IT_EXECD);
	if (rc || ei.ei_disposition & DISP_LOOKUP_NEG)
		return rc;
	if (a->valid & OBD_MD_MDS)
		return -EREMOTE;	/* on another MDT */
	return mdc_answer_has_object(a) ? 0 : -EPROTO;
}

/* An open that was answered when nobody wanted it any more: close what it opened. */
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

/* An open whose task was killed: somebody must hear the answer. */
struct mdc_orphan_open {
	struct list_head		link;	/* ll_mdc.late */
	struct work_struct		work;
	struct ll_mdc			*mdc;
	struct ldlm_enqueue_info	ei;
	struct ptlrpc_request		*req;	/* referenced */
	struct ldlm_lock		*lock;
	u64				flags;
};

static void mdc_orphan_open_work(struct work_struct *work)
{
	struct mdc_orphan_open *late = container_of(work, struct mdc_orphan_open, work);
	struct ll_mdc *mdc = late->mdc;
	int rc;

	rc = ptlrpc_req_wait(late->req);
	ldlm_cli_enqueue_finish(&late->ei, late->req, rc, &late->lock);
	ldlm_lock_decref_cancel(late->lock, late->ei.ei_mode);
	mdc_open_undo(mdc, late->flags, late->req);
	ptlrpc_req_put(late->req);
	spin_lock(&mdc->late_lock);
	list_del(&late->link);
	if (list_empty(&mdc->late))
		wake_up_all(&mdc->late_waitq);
	spin_unlock(&mdc->late_lock);
	kfree(late);
}

/* Looks under the lock: the work lets go of it last. */
static bool mdc_orphan_opens_none(struct ll_mdc *mdc)
{
	bool none;

	spin_lock(&mdc->late_lock);
	none = list_empty(&mdc->late);
	spin_unlock(&mdc->late_lock);
	return none;
}

/* Umount: not answered until now, never. The MDT closes what we leave open. */
void mdc_late_opens_end(struct ll_mdc *mdc)
{
	struct mdc_orphan_open *late;

	spin_lock(&mdc->late_lock);
	list_for_each_entry(late, &mdc->late, link)
		ptlrpc_req_abort(late->req, -EINTR);
	spin_unlock(&mdc->late_lock);
	wait_event(mdc->late_waitq, mdc_orphan_opens_none(mdc));
}

/* As ldlm_cli_enqueue(), but what was opened in spite of an error is closed again. */
static int mdc_open_enqueue(struct ll_mdc *mdc, u64 flags, struct ldlm_enqueue_info *ei,
			struct ptlrpc_request *req, struct ldlm_lock **lockp)
{
	struct mdc_orphan_open *late;
	int rc;

	rc = ldlm_cli_enqueue_start(ei, &req, lockp);
	if (rc)
		return rc;
	rc = ptlrpc_send_async(req);
	if (rc || !wait_for_completion_killable(&req->rq_complete)) {
		rc = ldlm_cli_enqueue_finish(ei, req, rc ?: req->rq_status, lockp);
		if (rc < 0)
			mdc_open_undo(mdc, flags, req);
		return rc;
	}
	late = kzalloc(sizeof(*late), GFP_KERNEL | __GFP_NOFAIL);
	INIT_WORK(&late->work, mdc_orphan_open_work);
	late->mdc = mdc;
	late->ei = *ei;
	late->req = ptlrpc_req_get(req);
	late->lock = *lockp;
	late->flags = flags;
	*lockp = NULL;
	/* Not sent yet: it need not be. */
	if (!READ_ONCE(req->rq_sends))
		ptlrpc_req_abort(req, -EINTR);
	spin_lock(&mdc->late_lock);
	list_add(&late->link, &mdc->late);
	spin_unlock(&mdc->late_lock);
	queue_work(system_unbound_wq, &late->work);
	return -EINTR;
}

#define REPLAY_EA_ROOM	1024	/* 40 stripes */

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
static bool mdc_open_other_group(struct inode *dir, u64 flags, const struct ll_answer *a, u32 *groups)
{
	bool in_dir = dir && fid_eq(&a->fid, ll_fid(dir));
	int want = in_dir ? MAY_WRITE | MAY_EXEC : mdc_open_want(flags);
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
	if (group == MDC_NO_GROUP || group == groups[0] || group == groups[1])
		return false;
	groups[in_dir ? 0 : 1] = group;
	return true;
}

static int mdc_open_once(struct ll_mdc *mdc, struct inode *dir, const struct qstr *name,
		     struct inode *child, const struct ll_open_args *args,
		     const struct lu_fid *new_fid, const u32 *groups,
		     struct ldlm_enqueue_info *ei, struct ll_answer *a, u32 acl_room)
{
	const struct lu_fid *fid = name ? ll_fid(dir) : ll_fid(child);
	bool creat = name && args->flags & MDS_OPEN_CREAT;
	u32 ea_room = mdc_ea_room(mdc), replay_room = 0;
	struct mdt_rec_create *rec;
	struct ptlrpc_request *req;
	u64 elc[LDLM_ELC_MAX];
	umode_t mode = args->mode;
	int rc;

	if (!(imp_connect_flags(mdc->imp) & OBD_CONNECT_UMASK))
		mode &= ~current_umask();
	ll_answer_start(mdc, a);
	mdc_enqueue_info(ei, mdc, fid, creat ? LCK_CW : LCK_CR,
		     creat ? MDS_INODELOCK_UPDATE : MDS_INODELOCK_LOOKUP, LDLM_FL_HAS_INTENT);
	if (creat) {
		ei->ei_nr_elc = ldlm_cli_elc(mdc->ns, &ei->ei_res_id, LCK_CW, MDS_INODELOCK_UPDATE,
					     elc, LDLM_ELC_MAX);
		ei->ei_elc = elc;
	}
	req = ptlrpc_req_new(mdc->imp, LDLM_ENQUEUE, &wf_ldlm_intent_open);
	if (!req)
		return -ENOMEM;
	req->rq_replay_keep = true;
	req->rq_mod_slot = true;
	ptlrpc_req_size(req, WF_DLM_REQ, ldlm_request_bytes(1 + ei->ei_nr_elc));
	ptlrpc_req_size(req, WF_NAME, name ? name->len + 1 : 1);
	/* A replay brings the layout of the answer along, which may be the first one of that size. */
	if (!(args->flags & MDS_OPEN_DELAY_CREATE))
		replay_room = args->flags & (MDS_OPEN_CREAT | MDS_FMODE_WRITE) ?
			      max_t(u32, ea_room, REPLAY_EA_ROOM) : ea_room;
	ptlrpc_req_size(req, WF_EADATA, max(replay_room, args->ea_len));
	ptlrpc_rep_room(req, WF_MDT_MD, max(ea_room, args->ea_len));
	ptlrpc_rep_room(req, WF_ACL, acl_room);
	ptlrpc_rep_room(req, WF_DEFAULT_MD, 56);
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return rc;
	}
	mdc_intent_pack(req, creat ? IT_OPEN | IT_CREAT : IT_OPEN);
	rec = ptlrpc_req_buf(req, WF_REC_REINT);
	mdc_pack_rec(rec, REINT_OPEN, NULL, NULL);
	rec->cr_suppgid1 = cpu_to_le32(groups[0]);
	rec->cr_suppgid2 = cpu_to_le32(groups[1]);
	fid_to_le(&rec->cr_fid1, name || dir ? ll_fid(dir) : ll_fid(child));
	fid_to_le(&rec->cr_fid2, name ? new_fid : ll_fid(child));
	rec->cr_mode = cpu_to_le32(mode | S_IFREG);
	rec->cr_umask = cpu_to_le32(current_umask());
	rec->cr_time = cpu_to_le64(ktime_get_real_seconds());
	mdt_rec_create_flags_set(rec, args->flags | (name ? 0 : MDS_OPEN_BY_FID));
	if (name)
		memcpy(ptlrpc_req_buf(req, WF_NAME), name->name, name->len);
	if (args->ea_len)
		memcpy(ptlrpc_req_buf(req, WF_EADATA), args->ea, args->ea_len);
	a->req = req;
	rc = mdc_open_enqueue(mdc, args->flags, ei, req, &a->lock);
	return mdc_intent_result(ei, rc, a);
}

int mdc_intent_open(struct inode *dir, const struct qstr *name, struct inode *child,
		    const struct ll_open_args *args, struct ll_answer *a, struct ll_open **open)
{
	struct ll_mdc *mdc = mdc_of(name ? dir : child);
	u32 acl_room = mdc_acl_room(mdc);
	u32 groups[2] = { mdc_cred_group_of(dir, args->flags & MDS_OPEN_CREAT ?
						 MAY_WRITE | MAY_EXEC : MAY_EXEC),
			  mdc_cred_group_of(child, mdc_open_want(args->flags)) };
	struct lu_fid new_fid = { };
	struct ldlm_enqueue_info ei;
	int rc, tries = 0;

	*open = NULL;
	memset(a, 0, sizeof(*a));
	if (name && args->flags & MDS_OPEN_CREAT) {
		rc = mdc_fid_alloc(mdc, &new_fid);
		if (rc)
			return rc;
		acl_room = mdc->max_easize;
	}
	do {
		rc = mdc_open_once(mdc, dir, name, child, args, &new_fid, groups, &ei, a, acl_room);
		if (rc)
			return rc;
		rc = mdc_intent_again(mdc, &ei, a, &acl_room);
		/* Once for the directory, once for the object in it. */
		if (!rc && ei.ei_status == -EACCES && tries++ < 2 &&
		    mdc_open_other_group(dir, args->flags, a, groups)) {
			ll_answer_put(a);
			rc = 1;
		}
	} while (rc > 0);
	if (rc)
		return rc;
	/* The handle first: an error must not lose it. */
	if (a->disp & DISP_OPEN_OPEN && !ei.ei_status && a->body->mbo_open_handle.cookie &&
	    a->valid & OBD_MD_FLID)
		*open = ll_open_new(mdc, args->flags, a);
	if (!(ei.ei_disposition & DISP_IT_EXECD))
		return ei.ei_status ?: -EPROTO;
	rc = ei.ei_status ?: mdc_intent_phase_error(&ei, DISP_IT_EXECD);
	if (rc)
		return rc;
	if (ei.ei_disposition & DISP_LOOKUP_NEG && !(ei.ei_disposition & DISP_OPEN_CREATE))
		return 0;
	if (a->valid & OBD_MD_MDS)
		return -EREMOTE;
	if (!mdc_answer_has_object(a)) {
		if (*open)
			mdc_close(*open, NULL, 0);
		*open = NULL;
		return -EPROTO;
	}
	return 0;
}

static void mdc_layout_drop(struct ldlm_enqueue_info *ei, struct ldlm_lock **lock)
{
	kvfree(ei->ei_lvb);
	if (*lock)
		ldlm_lock_decref(*lock, ei->ei_mode);
	*lock = NULL;
}

int mdc_intent_layout(struct inode *inode, u32 intent, u64 start, u64 end, void **ea, u32 *ea_len,
		      struct ldlm_lock **lock, u32 *mode)
{
	bool change = intent == LAYOUT_INTENT_WRITE || intent == LAYOUT_INTENT_TRUNC;
	struct ll_mdc *mdc = mdc_of(inode);
	struct ldlm_enqueue_info ei;
	struct ptlrpc_request *req;
	struct layout_intent *li;
	u64 elc[LDLM_ELC_MAX], transno;
	u32 conn_cnt;
	int rc;

	*ea = NULL;
	*ea_len = 0;
	*lock = NULL;
again:
	mdc_enqueue_info(&ei, mdc, ll_fid(inode), change ? LCK_EX : LCK_CR, MDS_INODELOCK_LAYOUT,
		     LDLM_FL_HAS_INTENT);
	ei.ei_data = inode;
	ei.ei_lvb_len = mdc->max_easize;
	if (change) {
		ei.ei_nr_elc = ldlm_cli_elc(mdc->ns, &ei.ei_res_id, LCK_EX, MDS_INODELOCK_LAYOUT,
					    elc, LDLM_ELC_MAX);
		ei.ei_elc = elc;
	}
	ei.ei_lvb = kvmalloc(ei.ei_lvb_len, GFP_NOFS);
	if (!ei.ei_lvb)
		return -ENOMEM;
	req = ptlrpc_req_new(mdc->imp, LDLM_ENQUEUE, &wf_ldlm_intent_layout);
	if (!req) {
		rc = -ENOMEM;
		goto err;
	}
	req->rq_mod_slot = change;
	ptlrpc_req_size(req, WF_DLM_REQ, ldlm_request_bytes(1 + ei.ei_nr_elc));
	ptlrpc_rep_room(req, WF_DLM_LVB, max_t(u32, mdc_ea_room(mdc), 4096));
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto err;
	mdc_intent_pack(req, IT_LAYOUT);
	li = ptlrpc_req_buf(req, WF_LAYOUT_INTENT);
	li->lai_opc = cpu_to_le32(intent);
	li->lai_extent.e_start = cpu_to_le64(start);
	li->lai_extent.e_end = cpu_to_le64(end);
	conn_cnt = READ_ONCE(mdc->imp->imp_conn_cnt);
	rc = ldlm_cli_enqueue(&ei, req, lock);
	transno = req->rq_transno;
	ptlrpc_req_put(req);
	req = NULL;
	if (rc < 0)
		goto err;
	if (ei.ei_status == -EINPROGRESS) {
		mdc_layout_drop(&ei, lock);
		rc = mdc_intent_backoff();
		if (rc)
			return rc;
		goto again;
	}
	rc = ei.ei_status < 0 ? ei.ei_status : 0;
	if (!rc && !*lock)
		rc = -EPROTO;	/* a layout without a lock is worth nothing (chapter 3 18.4) */
	if (rc)
		goto err;
	*mode = ei.ei_mode;
	/*
	 * Objects were made. The request does not carry them, so a replay would make others: they
	 * are used when they are committed only.
	 */
	if (transno > READ_ONCE(mdc->imp->imp_last_committed)) {
		rc = mdc_sync(mdc->sbi, ll_fid(inode));
		if (rc)
			goto err;
		if (conn_cnt != READ_ONCE(mdc->imp->imp_conn_cnt)) {
			mdc_layout_drop(&ei, lock);
			goto again;
		}
	}
	/* Granted later by a completion callback: the layout did not come with the lock. */
	if (!ei.ei_lvb_got && (*lock)->l_flags & LDLM_FL_GRANTED_CP) {
		ssize_t len = mdc_getxattr(inode, XATTR_NAME_LOV, ei.ei_lvb, ei.ei_lvb_len);

		if (len < 0 && len != -ENODATA) {
			rc = len;
			goto err;
		}
		ei.ei_lvb_got = max_t(ssize_t, len, 0);
	}
	if (ei.ei_lvb_got) {
		*ea = ei.ei_lvb;
		*ea_len = ei.ei_lvb_got;
	} else {
		kvfree(ei.ei_lvb);
	}
	return 0;

err:
	ptlrpc_req_put(req);
	mdc_layout_drop(&ei, lock);
	return rc;
}

#define GETXATTR_ROOM	2500	/* as other clients ask */

int mdc_intent_getxattr(struct inode *inode, struct ll_xattrs **xattrs, struct ldlm_lock **lock,
			u32 *mode)
{
	struct ll_mdc *mdc = mdc_of(inode);
	struct ldlm_enqueue_info ei;
	const struct mdt_body *rep;
	struct ptlrpc_request *req;
	struct mdt_body *body;
	u32 names, vals, nr;
	int rc;

	*xattrs = NULL;
	*lock = NULL;
	if (READ_ONCE(mdc->no_xattr_intent))
		return -EOPNOTSUPP;
	mdc_enqueue_info(&ei, mdc, ll_fid(inode), LCK_PR, MDS_INODELOCK_XATTR, LDLM_FL_HAS_INTENT);
	ei.ei_data = inode;
	req = ptlrpc_req_new(mdc->imp, LDLM_ENQUEUE, &wf_ldlm_intent_getxattr);
	if (!req)
		return -ENOMEM;
	ptlrpc_rep_room(req, WF_MDT_MD, mdc_ea_room(mdc));
	ptlrpc_rep_room(req, WF_ACL, mdc_acl_room(mdc));
	ptlrpc_rep_room(req, WF_EADATA, GETXATTR_ROOM);
	ptlrpc_rep_room(req, WF_EAVALS, GETXATTR_ROOM);
	ptlrpc_rep_room(req, WF_EAVALS_LENS, GETXATTR_ROOM);
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	mdc_intent_pack(req, IT_GETXATTR);
	body = ptlrpc_req_buf(req, WF_MDT_BODY);
	mdc_pack_body(body, ll_fid(inode), OBD_MD_FLXATTRALL | OBD_MD_FLID, inode);
	body->mbo_eadatasize = cpu_to_le32(GETXATTR_ROOM);
	rc = ldlm_cli_enqueue(&ei, req, lock);
	if (rc == -EOPNOTSUPP || rc == -EPROTO)
		WRITE_ONCE(mdc->no_xattr_intent, true);
	if (rc < 0)
		goto out;
	*mode = ei.ei_mode;
	rc = ei.ei_status;
	if (rc == -EOPNOTSUPP || rc == -EPROTO)
		WRITE_ONCE(mdc->no_xattr_intent, true);
	if (!rc && !*lock)
		rc = -EAGAIN;
	if (rc)
		goto out;
	rep = ptlrpc_rep_buf(req, WF_MDT_BODY);
	if (!rep) {
		rc = -EPROTO;
		goto out;
	}
	names = le32_to_cpu(rep->mbo_eadatasize);
	vals = le32_to_cpu(rep->mbo_aclsize);
	nr = le32_to_cpu(rep->mbo_max_mdsize);
	if (names > ptlrpc_rep_len(req, WF_EADATA) || vals > ptlrpc_rep_len(req, WF_EAVALS) ||
	    nr > ptlrpc_rep_len(req, WF_EAVALS_LENS) / 4) {
		rc = -EPROTO;
		goto out;
	}
	*xattrs = ll_xattrs_parse(ptlrpc_rep_buf(req, WF_EADATA), names,
				  ptlrpc_rep_buf(req, WF_EAVALS), vals,
				  ptlrpc_rep_buf(req, WF_EAVALS_LENS), nr);
	if (IS_ERR(*xattrs)) {
		rc = PTR_ERR(*xattrs);
		*xattrs = NULL;
	}
out:
	if (rc && *lock) {
		ldlm_lock_decref(*lock, ei.ei_mode);
		*lock = NULL;
	}
	ptlrpc_req_put(req);
	return rc;
}

int mdc_lock_dir(struct inode *dir, struct ldlm_lock **lockp, u32 *mode)
{
	struct ll_mdc *mdc = mdc_of(dir);
	struct ll_inode *lli = ll_i(dir);
	struct ldlm_enqueue_info ei;
	struct ldlm_lock *lock;
	int rc;

	mdc_enqueue_info(&ei, mdc, ll_fid(dir), LCK_PR, MDS_INODELOCK_UPDATE,
		     LDLM_FL_HAS_INTENT);
	ei.ei_data = dir;
	lock = ldlm_lock_match(mdc->ns, &ei.ei_res_id, LDLM_IBITS, &ei.ei_policy,
			       LCK_PR | LCK_PW | LCK_EX, 0);
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
	spin_lock(&lli->lli_lock);
	lli->lli_cached |= LLC_DIR;
	spin_unlock(&lli->lli_lock);
	*lockp = lock;
	return 0;
}
