// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts of existing files: the first one made late (open for write, setstripe), and IT_LAYOUT
 * (chapter 4, 17), the layout lock together with the layout. Layouts made here are plain, so a
 * write intent has nothing to instantiate unless the file has none.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

/**
 * mdt_layout_reserve - reserve the OST objects of a new layout
 * @mdt: the target
 * @parent: directory of the file, or NULL
 * @flags: MDS_OPEN_HAS_EA: @ea is a hint; MDS_OPEN_APPEND
 * @ea: hint
 * @len: of @ea
 * @alloc: out
 *
 * Return: 0, or what mdt_lov_wish_make() and mdt_lov_alloc() say.
 */
int mdt_layout_reserve(struct mdt_device *mdt, struct mdt_object *parent, u64 flags, const void *ea,
		       u32 len, struct mdt_lov_alloc **alloc)
{
	struct mdt_lov_wish w;
	int rc;

	rc = mdt_lov_wish_make(mdt, parent, flags & MDS_OPEN_HAS_EA ? ea : NULL, len,
			       flags & MDS_OPEN_APPEND, &w);
	if (rc)
		return rc;
	rc = mdt_lov_alloc(mdt, &w, alloc);
	mdt_lov_wish_free(&w);
	return rc;
}

/**
 * mdt_layout_replayed - the layout that a replayed request brings
 * @ea: from the request
 * @ea_len: bytes
 * @lov: out: a copy fit to be stored, kvfree() it; NULL if there is none
 * @len: out: its length
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int mdt_layout_replayed(const void *ea, u32 ea_len, void **lov, u32 *len)
{
	const struct lov_mds_md_v1 *in = ea;
	struct lov_mds_md_v1 *v1;
	u32 size;

	*lov = NULL;
	*len = 0;
	if (!in || ea_len < sizeof(*in) || !in->lmm_magic)
		return 0;
	size = lov_mds_md_size(le16_to_cpu(in->lmm_stripe_count), le32_to_cpu(in->lmm_magic));
	if (!size || le32_to_cpu(in->lmm_magic) == LOV_MAGIC_SPECIFIC || ea_len < size)
		return -EINVAL;
	v1 = kvmalloc(size, GFP_NOFS);
	if (!v1)
		return -ENOMEM;
	memcpy(v1, ea, size);
	v1->lmm_layout_gen = 0;	/* clients put "any" there */
	if (wire_lov_check(v1, size)) {
		kvfree(v1);
		return -EINVAL;
	}
	*lov = v1;
	*len = size;
	return 0;
}

/* ---- the first layout of an existing file ---- */

struct mdt_layout_op {
	struct mdt_op		lo_op;
	struct mdt_object	*lo_parent;	/* the caller's, or NULL */
	u64			lo_flags;
	const void		*lo_ea;		/* hint, or the layout of a replay */
	u32			lo_ea_len;
	struct mdt_lov_alloc	*lo_alloc;	/* NULL in a replay */
	void			*lo_lov;
	u32			lo_lov_len;
	bool			*lo_made;	/* the caller's */
};

static struct mdt_layout_op *mdt_layout_op_of(struct mdt_op *op)
{
	return container_of(op, struct mdt_layout_op, lo_op);
}

static int mdt_layout_op_begin(struct mdt_op *op)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);
	int rc;

	if (mdt_export(op->op_req->sr_exp)->me_rdonly)
		return -EROFS;
	if (svc_req_replay(op->op_req)) {
		rc = mdt_layout_replayed(l->lo_ea, l->lo_ea_len, &l->lo_lov, &l->lo_lov_len);
		return rc || l->lo_lov_len ? rc : MDT_OP_DONE;
	}
	rc = mdt_layout_reserve(op->op_mdt, l->lo_parent, l->lo_flags, l->lo_ea, l->lo_ea_len,
				&l->lo_alloc);
	if (rc)
		return rc;
	l->lo_lov = mdt_lov_build(l->lo_alloc, &op->op_obj->mo_fid, &l->lo_lov_len);
	return l->lo_lov ? 0 : -ENOMEM;
}

/* Clients that know the file as empty look again. */
static int mdt_layout_op_lock(struct mdt_op *op)
{
	mdt_lock_add(&op->op_locks, &op->op_obj->mo_fid, LCK_EX, MDS_INODELOCK_LAYOUT);
	return 0;
}

static int mdt_layout_op_check(struct mdt_op *op)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);

	if (osd_xattr_get(op->op_obj->mo_osd, XATTR_NAME_LOV, NULL, 0) > 0)
		return (l->lo_flags & MDS_OPEN_HAS_EA) && l->lo_alloc ? -EEXIST : MDT_OP_DONE;
	op->op_credits = OSD_CR_XATTR_LEN(l->lo_lov_len) + MDT_CR_OBJID;
	/* A file that was truncated before it had objects. */
	if (!op->op_la.size || !l->lo_alloc)
		return 0;
	return mdt_objects_set_size(l->lo_alloc, op->op_la.size);
}

static int mdt_layout_op_execute(struct mdt_op *op, struct osd_trans *th)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);
	int rc;

	rc = l->lo_alloc ? mdt_lov_used(th, l->lo_alloc) :
			   mdt_lov_replay_used(op->op_mdt, th, l->lo_lov, l->lo_lov_len);
	if (rc)
		return rc;
	rc = osd_xattr_set(th, op->op_obj->mo_osd, XATTR_NAME_LOV, l->lo_lov, l->lo_lov_len, 0);
	if (!rc && l->lo_alloc)
		l->lo_alloc->la_stored = true;
	return rc;
}

static int mdt_layout_op_executed(struct mdt_op *op)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);

	*l->lo_made = true;
	mdt_lov_saw_size(op->op_mdt, l->lo_lov_len);
	return 0;
}

static void mdt_layout_op_end(struct mdt_op *op)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);

	mdt_lov_alloc_free(l->lo_alloc);
	kvfree(l->lo_lov);
}

static const struct mdt_op_type mdt_op_layout = {
	.name		= "layout",
	.size		= sizeof(struct mdt_layout_op),
	.begin		= mdt_layout_op_begin,
	.lock		= mdt_layout_op_lock,
	.check		= mdt_layout_op_check,
	.execute	= mdt_layout_op_execute,
	.executed	= mdt_layout_op_executed,
	.end		= mdt_layout_op_end,
};

/**
 * mdt_layout_make - give an existing file its first layout
 * @req: the request; a replay brings the layout
 * @o: the file
 * @parent: its directory if known, or NULL
 * @flags: MDS_OPEN_HAS_EA, MDS_OPEN_APPEND
 * @ea: hint, or the layout of a replay
 * @ea_len: bytes
 * @op_data: for the reply data
 * @made: out: a transaction was made
 *
 * Return: 0 (also when somebody else was faster), -EEXIST (HAS_EA only), -EINPROGRESS, -ENOSPC ...
 */
int mdt_layout_make(struct svc_req *req, struct mdt_object *o, struct mdt_object *parent, u64 flags,
		    const void *ea, u32 ea_len, u64 op_data, bool *made)
{
	struct mdt_layout_op *l = mdt_op_new(&mdt_op_layout, req, NULL, NULL);

	*made = false;
	if (!l)
		return -ENOMEM;
	mdt_object_get(o);
	l->lo_op.op_obj = o;
	l->lo_op.op_data = op_data;
	l->lo_parent = parent;
	l->lo_flags = flags;
	l->lo_ea = ea;
	l->lo_ea_len = ea_len;
	l->lo_made = made;
	return mdt_op_run(&l->lo_op);
}

static int mdt_layout_reply(struct svc_req *req, void *ea, int len, struct ldlm_lock *lock,
			    struct ldlm_lock **lockp, int status)
{
	struct ldlm_reply *rep;
	int rc = 0;

	if (len > 0 && !status)
		rc = svc_rep_room(req, WF_DLM_LVB, len);
	if (!rc)
		rc = svc_rep_pack(req);
	if (rc) {
		kvfree(ea);
		ldlm_srv_unlock(lock);
		return rc;
	}
	if (len > 0 && !status)
		memcpy(svc_rep_buf(req, WF_DLM_LVB), ea, len);
	kvfree(ea);
	rep = svc_rep_buf(req, WF_DLM_REP);
	rep->lock_policy_res1 = cpu_to_le64(DISP_IT_EXECD);
	rep->lock_policy_res2 = cpu_to_le64((s64)status);
	if (status)
		req->sr_transno = 0;
	if (!lock)
		return status ?: ELDLM_LOCK_ABORTED;
	*lockp = lock;
	return 0;
}

/**
 * mdt_intent_layout - IT_LAYOUT
 * @req: the enqueue, format wf_ldlm_intent_layout
 * @lockp: out: CR LAYOUT
 *
 * Return: 0 with the lock; -errno, also in lock_policy_res2 (chapter 4, 17.2).
 */
int mdt_intent_layout(struct svc_req *req, struct ldlm_lock **lockp)
{
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	const struct layout_intent *li = svc_req_buf(req, WF_LAYOUT_INTENT);
	struct ldlm_lock *lock = NULL;
	struct ldlm_res_id res;
	struct mdt_object *o = NULL;
	struct lu_fid_le fid_le;
	struct lu_fid fid;
	void *ea = NULL;
	int rc, len = 0;
	bool made;

	*lockp = NULL;
	if (!dlm || !li)
		return -EPROTO;
	switch (le32_to_cpu(li->lai_opc)) {
	case LAYOUT_INTENT_ACCESS:
	case LAYOUT_INTENT_WRITE:
	case LAYOUT_INTENT_TRUNC:
		break;
	case LAYOUT_INTENT_READ:
	case LAYOUT_INTENT_GLIMPSE:
	case 5:
	case 6:
		rc = -ENOTSUPP;
		goto out;
	default:
		rc = -EINVAL;
		goto out;
	}
	res_id_from_le(&res, &dlm->lock_desc.l_resource.lr_name);
	fid_from_res_id(&fid, &res);
	fid_to_le(&fid_le, &fid);
	o = mdt_object_find_live(mdt_dev(req), &fid_le);
	if (IS_ERR(o)) {
		rc = PTR_ERR(o);
		goto out;
	}
	if (le32_to_cpu(li->lai_opc) != LAYOUT_INTENT_ACCESS && S_ISREG(o->mo_osd->oo_type) &&
	    osd_xattr_get(o->mo_osd, XATTR_NAME_LOV, NULL, 0) <= 0) {
		rc = mdt_layout_make(req, o, NULL, 0, svc_req_buf(req, WF_EADATA),
				     svc_req_len(req, WF_EADATA), DISP_IT_EXECD, &made);
		if (rc)
			goto out;
	}
	rc = mdt_lock_client(req, o, LCK_CR, MDS_INODELOCK_LAYOUT, 0, &lock);
	if (rc)
		goto out;
	/* Under the lock: the layout cannot change before the client has both. */
	len = S_ISREG(o->mo_osd->oo_type) ? mdt_xattr_get_alloc(o, XATTR_NAME_LOV, &ea) : 0;
	if (len < 0 && len != -ENODATA) {
		rc = len;
		mdt_lock_client_drop(lock);
		lock = NULL;
	}
out:
	mdt_object_put(o);
	return mdt_layout_reply(req, ea, len, lock, lockp, rc);
}
