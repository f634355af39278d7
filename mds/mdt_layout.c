// SPDX-License-Identifier: GPL-2.0-only
/*
 * IT_LAYOUT (chapter 4, 17): the layout lock together with the layout. Layouts made here are plain, so there is nothing
 * to instantiate: a write intent on a file without a layout gives it its default one.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

static int layout_done(struct svc_req *req, void *ea, int len, struct ldlm_lock *lock, struct ldlm_lock **lockp, int status)
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
	if (!lock)
		return ELDLM_LOCK_ABORTED;
	*lockp = lock;
	return 0;
}

/**
 * mdt_intent_layout - IT_LAYOUT
 * @req: the enqueue, format wf_ldlm_intent_layout
 * @lockp: out: CR LAYOUT
 * @flags: of the enqueue
 *
 * Return: 0 with the lock; ELDLM_LOCK_ABORTED with the errno in lock_policy_res2; -EPROTO, -ENOMEM.
 */
int mdt_intent_layout(struct svc_req *req, struct ldlm_lock **lockp, u64 *flags)
{
	struct mdt_device *mdt = mdt_dev(req);
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	const struct layout_intent *li = svc_req_buf(req, WF_LAYOUT_INTENT);
	struct ldlm_lock *lock = NULL;
	struct ldlm_res_id res;
	struct mdt_object *o = NULL;
	struct lu_fid_le fid_le;
	struct lu_fid fid;
	void *ea = NULL;
	int rc, len = 0;

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
	rc = mdt_req_fid(&fid_le, &fid);
	if (rc)
		goto out;
	o = mdt_object_find(mdt, &fid);
	if (IS_ERR(o)) {
		rc = PTR_ERR(o);
		o = NULL;
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
	if (o)
		mdt_object_put(o);
	return layout_done(req, ea, len, lock, lockp, rc);
}
