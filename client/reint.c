// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that change the namespace (MDS_REINT, chapter 4.13). Locks of this client that conflict
 * with a change are given up before it and named in the request (early cancels), so that the MDT
 * need not call them back.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include "internal.h"

/* A request under construction: early cancels, request, its record. */
struct mdc_reint {
	struct ll_mdc		*mdc;
	struct ptlrpc_request	*req;
	u64			elc[LDLM_ELC_MAX];
	int			nr_elc;
	void			*rec;
};

static void mdc_reint_elc(struct mdc_reint *r, const struct lu_fid *fid, u32 mode, u64 bits)
{
	struct ldlm_res_id res;

	if (r->nr_elc == LDLM_ELC_MAX)
		return;
	fid_to_res_id(&res, fid);
	r->nr_elc += ldlm_cli_elc(r->mdc->lmc_ns, &res, mode, bits, r->elc + r->nr_elc,
				  LDLM_ELC_MAX - r->nr_elc);
}

static int mdc_reint_new(struct mdc_reint *r, const struct wire_format *fmt)
{
	r->req = ptlrpc_req_new(r->mdc->lmc_imp, MDS_REINT, fmt);
	if (!r->req)
		return -ENOMEM;
	ptlrpc_req_size(r->req, WF_DLM_REQ, ldlm_request_bytes(r->nr_elc));
	return 0;
}

static void mdc_reint_name(struct mdc_reint *r, enum wire_field field, const struct qstr *name)
{
	ptlrpc_req_size(r->req, field, name->len + 1);
}

static void mdc_reint_name_pack(struct mdc_reint *r, enum wire_field field, const struct qstr *name)
{
	memcpy(ptlrpc_req_buf(r->req, field), name->name, name->len); /* buffers are zeroed: NUL */
}

static int mdc_reint_pack(struct mdc_reint *r)
{
	int rc = ptlrpc_req_pack(r->req);

	if (rc) {
		ptlrpc_req_put(r->req);
		r->req = NULL;
		return rc;
	}
	if (r->nr_elc)
		ldlm_cli_elc_pack(r->req, r->elc, r->nr_elc);
	r->rec = ptlrpc_req_buf(r->req, WF_REC_REINT);
	return 0;
}

/* Send; the answer (if wanted) owns the request afterwards. */
static int mdc_reint_send(struct mdc_reint *r, struct ll_answer *a)
{
	int rc = ptlrpc_queue_wait(r->req);

	if (rc > 0)
		rc = -EPROTO;
	if (!a) {
		if (!rc && !ptlrpc_rep_buf(r->req, WF_MDT_BODY))
			rc = -EPROTO;
		ptlrpc_req_put(r->req);
		return rc;
	}
	a->req = r->req;
	a->transno = r->req->rq_transno;
	if (!rc)
		rc = ll_answer_fill(a);
	return rc;
}

static void mdc_reint_start(struct mdc_reint *r, struct ll_mdc *mdc, struct ll_answer *a)
{
	r->mdc = mdc;
	r->req = NULL;
	r->nr_elc = 0;
	if (a)
		ll_answer_start(mdc, a);
}

/**
 * mdc_setattr - change attributes, or the default layout of a directory
 * @inode: the object
 * @sa: what to change
 * @a: out: the answer with the attributes after the change; put it
 *
 * Context: killable. Chapter 4, 13.1. Return: 0 or -errno.
 */
int mdc_setattr(struct inode *inode, const struct ll_setattr *sa, struct ll_answer *a)
{
	u64 bits = MDS_INODELOCK_UPDATE;
	struct mdt_rec_setattr *rec;
	struct mdc_reint r;
	int rc;

	mdc_reint_start(&r, mdc_of(inode), a);
	if (sa->valid & (MDS_ATTR_MODE | MDS_ATTR_UID | MDS_ATTR_GID))
		bits |= MDS_INODELOCK_PERM;
	if (sa->valid & MDS_ATTR_PROJID || sa->ea_len)
		bits |= MDS_INODELOCK_XATTR;
	mdc_reint_elc(&r, ll_fid(inode), LCK_PW, bits);
	rc = mdc_reint_new(&r, &wf_mds_reint_setattr);
	if (rc)
		return rc;
	ptlrpc_req_size(r.req, WF_EADATA, sa->ea_len);
	ptlrpc_rep_room(r.req, WF_MDT_MD, mdc_ea_room(r.mdc));
	ptlrpc_rep_room(r.req, WF_ACL, mdc_acl_room(r.mdc));
	rc = mdc_reint_pack(&r);
	if (rc)
		return rc;
	rec = r.rec;
	mdc_pack_rec(rec, REINT_SETATTR, inode, NULL);
	/* The MDT must know whether the caller is in the new group. */
	if ((sa->valid & MDS_ATTR_GID) && in_group_p(make_kgid(&init_user_ns, sa->gid)))
		rec->sa_suppgid = cpu_to_le32(sa->gid);
	rec->sa_padding_1 = 0;
	fid_to_le(&rec->sa_fid, ll_fid(inode));
	rec->sa_valid = cpu_to_le64(sa->valid);
	rec->sa_mode = cpu_to_le32(sa->mode);
	rec->sa_uid = cpu_to_le32(sa->uid);
	rec->sa_gid = cpu_to_le32(sa->gid);
	rec->sa_size = cpu_to_le64(sa->size);
	rec->sa_atime = cpu_to_le64(sa->atime);
	rec->sa_mtime = cpu_to_le64(sa->mtime);
	rec->sa_ctime = cpu_to_le64(sa->ctime);
	rec->sa_attr_flags = cpu_to_le32(sa->attr_flags);
	rec->sa_projid = cpu_to_le32(sa->projid);
	if (sa->ea_len)
		memcpy(ptlrpc_req_buf(r.req, WF_EADATA), sa->ea, sa->ea_len);
	return mdc_reint_send(&r, a);
}

/**
 * mdc_create - make a directory, device or symlink
 * @dir: its directory
 * @name: its name
 * @mode: type and permissions
 * @rdev: of a device
 * @data: target of a symlink with its NUL, wish for a directory (lmv_user_md), or NULL
 * @data_len: its bytes
 * @a: out: the answer; put it
 *
 * Context: killable. Chapter 4, 13.2. Return: 0 or -errno.
 */
int mdc_create(struct inode *dir, const struct qstr *name, umode_t mode, dev_t rdev,
	       const void *data, u32 data_len, struct ll_answer *a)
{
	struct mdt_rec_create *rec;
	struct lu_fid fid;
	struct mdc_reint r;
	int rc;

	mdc_reint_start(&r, mdc_of(dir), a);
	rc = mdc_fid_alloc(r.mdc, &fid);
	if (rc)
		return rc;
	mdc_reint_elc(&r, ll_fid(dir), LCK_CW, MDS_INODELOCK_UPDATE);
	rc = mdc_reint_new(&r, &wf_mds_reint_create);
	if (rc)
		return rc;
	mdc_reint_name(&r, WF_NAME, name);
	ptlrpc_req_size(r.req, WF_EADATA, data_len);
	ptlrpc_rep_room(r.req, WF_MDT_MD, mdc_ea_room(r.mdc));
	rc = mdc_reint_pack(&r);
	if (rc)
		return rc;
	rec = r.rec;
	mdc_pack_rec(rec, REINT_CREATE, dir, NULL);
	fid_to_le(&rec->cr_fid1, ll_fid(dir));
	fid_to_le(&rec->cr_fid2, &fid);
	if (!(imp_connect_flags(r.mdc->lmc_imp) & OBD_CONNECT_UMASK) && !S_ISLNK(mode))
		mode &= ~current_umask();
	rec->cr_mode = cpu_to_le32(mode);
	rec->cr_umask = cpu_to_le32(current_umask());
	rec->cr_time = cpu_to_le64(ktime_get_real_seconds());
	rec->cr_rdev = cpu_to_le64(old_encode_dev(rdev));
	mdc_reint_name_pack(&r, WF_NAME, name);
	if (data_len)
		memcpy(ptlrpc_req_buf(r.req, WF_EADATA), data, data_len);
	rc = mdc_reint_send(&r, a);
	if (!rc && (!(a->valid & OBD_MD_FLID) || !fid_eq(&a->fid, &fid)))
		rc = -EPROTO;
	return rc;
}

/**
 * mdc_link - one more name for an object
 * @inode: the object
 * @dir: directory of the name
 * @name: the name
 * @a: out: the answer; put it
 *
 * Context: killable. Chapter 4, 13.3. Return: 0 or -errno.
 */
int mdc_link(struct inode *inode, struct inode *dir, const struct qstr *name, struct ll_answer *a)
{
	struct mdt_rec_link *rec;
	struct mdc_reint r;
	int rc;

	mdc_reint_start(&r, mdc_of(dir), a);
	mdc_reint_elc(&r, ll_fid(dir), LCK_CW, MDS_INODELOCK_UPDATE);
	mdc_reint_elc(&r, ll_fid(inode), LCK_EX, MDS_INODELOCK_UPDATE | MDS_INODELOCK_XATTR);
	rc = mdc_reint_new(&r, &wf_mds_reint_link);
	if (rc)
		return rc;
	mdc_reint_name(&r, WF_NAME, name);
	rc = mdc_reint_pack(&r);
	if (rc)
		return rc;
	rec = r.rec;
	mdc_pack_rec(rec, REINT_LINK, inode, dir);
	fid_to_le(&rec->lk_fid1, ll_fid(inode));
	fid_to_le(&rec->lk_fid2, ll_fid(dir));
	rec->lk_time = cpu_to_le64(ktime_get_real_seconds());
	mdc_reint_name_pack(&r, WF_NAME, name);
	return mdc_reint_send(&r, a);
}

/**
 * mdc_unlink - remove a name
 * @dir: its directory
 * @victim: the object of that name
 * @name: the name
 * @rmdir: it must be a directory
 * @a: out: the answer, with the links that are left; put it
 *
 * Context: killable. Chapter 4, 13.4. Return: 0 or -errno.
 */
int mdc_unlink(struct inode *dir, struct inode *victim, const struct qstr *name, bool rmdir,
	       struct ll_answer *a)
{
	struct mdt_rec_unlink *rec;
	struct mdc_reint r;
	int rc;

	mdc_reint_start(&r, mdc_of(dir), a);
	mdc_reint_elc(&r, ll_fid(dir), LCK_CW, MDS_INODELOCK_UPDATE);
	mdc_reint_elc(&r, ll_fid(victim), LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	rc = mdc_reint_new(&r, &wf_mds_reint_unlink);
	if (rc)
		return rc;
	mdc_reint_name(&r, WF_NAME, name);
	rc = mdc_reint_pack(&r);
	if (rc)
		return rc;
	rec = r.rec;
	mdc_pack_rec(rec, REINT_UNLINK, dir, victim);
	fid_to_le(&rec->ul_fid1, ll_fid(dir));
	fid_to_le(&rec->ul_fid2, ll_fid(victim));
	rec->ul_mode = cpu_to_le32(rmdir ? S_IFDIR : 0);
	rec->ul_time = cpu_to_le64(ktime_get_real_seconds());
	mdc_reint_name_pack(&r, WF_NAME, name);
	return mdc_reint_send(&r, a);
}

/**
 * mdc_rename - rename, replacing what has the new name
 * @src_dir: old directory
 * @src: old name
 * @inode: the object
 * @dst_dir: new directory
 * @dst: new name
 * @victim: what has the new name, or NULL
 * @a: out: the answer about @victim; put it
 *
 * Context: killable. Chapter 4, 13.5. Return: 0 or -errno.
 */
int mdc_rename(struct inode *src_dir, const struct qstr *src, struct inode *inode,
	       struct inode *dst_dir, const struct qstr *dst, struct inode *victim,
	       struct ll_answer *a)
{
	struct mdt_rec_rename *rec;
	struct mdc_reint r;
	int rc;

	mdc_reint_start(&r, mdc_of(src_dir), a);
	mdc_reint_elc(&r, ll_fid(src_dir), LCK_CW, MDS_INODELOCK_UPDATE);
	if (dst_dir != src_dir)
		mdc_reint_elc(&r, ll_fid(dst_dir), LCK_CW, MDS_INODELOCK_UPDATE);
	mdc_reint_elc(&r, ll_fid(inode), LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_XATTR);
	if (victim)
		mdc_reint_elc(&r, ll_fid(victim), LCK_EX,
			      MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	rc = mdc_reint_new(&r, &wf_mds_reint_rename);
	if (rc)
		return rc;
	mdc_reint_name(&r, WF_NAME, src);
	mdc_reint_name(&r, WF_SYMTGT, dst);
	rc = mdc_reint_pack(&r);
	if (rc)
		return rc;
	if ((imp_connect_flags(r.mdc->lmc_imp) & (OBD_CONNECT_GRANT | OBD_CONNECT_SRVLOCK)) ==
	    (OBD_CONNECT_GRANT | OBD_CONNECT_SRVLOCK))
		r.req->rq_req_portal = MDS_IO_PORTAL;
	rec = r.rec;
	mdc_pack_rec(rec, REINT_RENAME, src_dir, dst_dir);
	fid_to_le(&rec->rn_fid1, ll_fid(src_dir));
	fid_to_le(&rec->rn_fid2, ll_fid(dst_dir));
	rec->rn_mode = cpu_to_le32(victim ? victim->i_mode : inode->i_mode);
	rec->rn_time = cpu_to_le64(ktime_get_real_seconds());
	mdc_reint_name_pack(&r, WF_NAME, src);
	mdc_reint_name_pack(&r, WF_SYMTGT, dst);
	return mdc_reint_send(&r, a);
}

/**
 * mdc_setxattr - set or remove an xattr
 * @inode: the object
 * @name: full name
 * @value: its value
 * @size: bytes of it
 * @flags: XATTR_CREATE, XATTR_REPLACE
 * @remove: remove it instead
 *
 * Context: killable. Chapter 4, 15.3. Return: 0 or -errno.
 */
int mdc_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags,
		 bool remove)
{
	u64 bits = MDS_INODELOCK_UPDATE;
	struct mdt_rec_setxattr *rec;
	struct mdc_reint r;
	int rc;

	mdc_reint_start(&r, mdc_of(inode), NULL);
	if (size > r.mdc->lmc_max_easize)
		return -E2BIG;
	if (!strcmp(name, XATTR_NAME_ACL_ACCESS))
		bits |= MDS_INODELOCK_PERM;
	/* The cached xattrs of this client are held by XATTR locks. */
	bits |= MDS_INODELOCK_XATTR;
	mdc_reint_elc(&r, ll_fid(inode), LCK_EX, bits);
	rc = mdc_reint_new(&r, &wf_mds_reint_setxattr);
	if (rc)
		return rc;
	ptlrpc_req_size(r.req, WF_NAME, strlen(name) + 1);
	ptlrpc_req_size(r.req, WF_EADATA, remove ? 0 : size);
	rc = mdc_reint_pack(&r);
	if (rc)
		return rc;
	rec = r.rec;
	mdc_pack_rec(rec, REINT_SETXATTR, inode, NULL);
	fid_to_le(&rec->sx_fid, ll_fid(inode));
	rec->sx_valid = cpu_to_le64((remove ? OBD_MD_FLXATTRRM : OBD_MD_FLXATTR) | OBD_MD_FLCTIME);
	rec->sx_time = cpu_to_le64(ktime_get_real_seconds());
	rec->sx_flags = cpu_to_le32(flags);
	strcpy(ptlrpc_req_buf(r.req, WF_NAME), name);
	if (!remove && size)
		memcpy(ptlrpc_req_buf(r.req, WF_EADATA), value, size);
	return mdc_reint_send(&r, NULL);
}
