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

/* New layout of a file, under its LAYOUT lock and mo_mutex. Takes nothing over. */
static int layout_store(struct svc_req *req, struct mdt_object *o, struct mdt_lov_alloc *alloc,
			const void *lov, u32 len, u64 op_data)
{
	struct mdt_device *mdt = o->mo_mdt;
	struct osd_trans *th;
	struct osd_attr la;
	int rc;

	osd_attr_get(o->mo_osd, &la);
	if (la.size && alloc) {
		rc = osp_set_size(alloc, la.size);
		if (rc)
			return rc;
	}
	th = tgt_trans_start(req, OSD_CR_XATTR_LEN(len) + MDT_CR_OBJID);
	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = osd_xattr_set(th, o->mo_osd, XATTR_NAME_LOV, lov, len, 0);
	if (!rc)
		rc = alloc ? mdt_lov_used(th, alloc) : mdt_lov_replay_used(mdt, th, lov, len);
	rc = tgt_trans_stop(req, th, rc, op_data);
	if (!rc && len > atomic_read(&mdt->mdt_max_mdsize))
		atomic_set(&mdt->mdt_max_mdsize, len);
	return rc;
}

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
 * Under a LAYOUT lock, so that clients that know the file as empty look again.
 * Return: 0 (also when somebody else was faster), -EEXIST (HAS_EA only), -EINPROGRESS, -ENOSPC ...
 */
int mdt_layout_make(struct svc_req *req, struct mdt_object *o, struct mdt_object *parent, u64 flags,
		    const void *ea, u32 ea_len, u64 op_data, bool *made)
{
	struct mdt_lov_alloc *alloc = NULL;
	struct mdt_lock_set ls = {};
	void *lov = NULL;
	u32 len = 0;
	int rc;

	*made = false;
	if (mdt_export(req->exp)->me_rdonly)
		return -EROFS;
	if (svc_req_replay(req)) {
		rc = mdt_layout_replayed(ea, ea_len, &lov, &len);
		if (rc || !len)
			return rc;
	} else {
		rc = mdt_layout_reserve(o->mo_mdt, parent, flags, ea, ea_len, &alloc);
		if (rc)
			return rc;
		lov = mdt_lov_build(alloc, &o->mo_fid, &len);
		rc = -ENOMEM;
		if (!lov)
			goto out;
	}

	mdt_lock_add(&ls, &o->mo_fid, LCK_EX, MDS_INODELOCK_LAYOUT);
	rc = mdt_lock_all(o->mo_mdt, &ls);
	if (rc)
		goto out;
	mutex_lock(&o->mo_mutex);
	if (osd_xattr_get(o->mo_osd, XATTR_NAME_LOV, NULL, 0) > 0) {
		rc = (flags & MDS_OPEN_HAS_EA) && alloc ? -EEXIST : 0;
	} else {
		rc = layout_store(req, o, alloc, lov, len, op_data);
		*made = !rc;
	}
	mutex_unlock(&o->mo_mutex);
	mdt_unlock_all(&ls);
out:
	mdt_lov_alloc_free(alloc, *made);
	kvfree(lov);
	return rc;
}

static int layout_done(struct svc_req *req, void *ea, int len, struct ldlm_lock *lock,
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
		req->transno = 0;
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
	return layout_done(req, ea, len, lock, lockp, rc);
}
