// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges of objects: PUNCH (truncate), FALLOCATE, SEEK (chapter 5, 10.3 to 10.5).
 *
 * The blocks change first, in transactions of their own; the transaction with the transno and the
 * attributes follows, so a commit of the transno says that the blocks are committed too. Doing it
 * again after a crash in between is harmless.
 */
#define pr_fmt(fmt) "oss: " fmt

#include "oss_internal.h"
#include <linux/delay.h>
#include <linux/falloc.h>
#include <gloss/fail.h>

struct oss_range {
	struct oss_device *ost;
	struct obdo *oa; /* of the request */
	u64 valid;
	struct lu_fid fid;
	struct ldlm_res_id res_id;
	u64 start, end;
	bool need_lock; /* the client must hold a lock on the range */
	struct ldlm_lock *lock;
	struct osd_object *obj;
};

static bool oss_range_srvlock(const struct oss_range *r)
{
	return oss_obdo_flag(r->oa, OBD_FL_SRVLOCK);
}

static int oss_range_init(struct svc_req *req, struct oss_range *r)
{
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY);
	int rc;

	memset(r, 0, sizeof(*r));
	r->ost = oss_dev(req);
	r->oa = &body->oa;
	r->valid = le64_to_cpu(r->oa->o_valid);
	r->start = le64_to_cpu(r->oa->o_size);
	r->end = le64_to_cpu(r->oa->o_blocks);
	if (!(r->valid & OBD_MD_FLID))
		return -EPROTO;
	rc = oss_obdo_fid(r->ost, r->oa, &r->fid);
	if (rc)
		return rc;
	ost_fid_to_res_id(&r->res_id, &r->fid);
	return svc_rep_pack(req);
}

/* May the client change the range? It may have been evicted while this request waited. */
static int oss_range_check(struct svc_req *req, struct oss_range *r)
{
	u64 handle = r->valid & OBD_MD_FLHANDLE ? r->oa->o_handle.cookie : 0;

	if (READ_ONCE(req->sr_exp->exp_failed))
		return -ENOTCONN;
	if (!r->need_lock)
		return 0;
	return ldlm_srv_check_io_lock(req->sr_exp, &r->res_id, r->start,
				     r->end, true, handle);
}

/* Locks, then the object under its lock. */
static int oss_range_begin(struct svc_req *req, struct oss_range *r, u64 lock_end, u32 mode,
			   u64 flags)
{
	int rc;

	if (oss_range_srvlock(r)) {
		rc = oss_srv_lock(r->ost, &r->fid, r->start, lock_end, mode, flags, &r->lock);
		if (rc)
			return rc;
	}
	r->obj = oss_object_find(req, &r->fid);
	if (IS_ERR(r->obj)) {
		ldlm_srv_unlock(r->lock);
		return PTR_ERR(r->obj);
	}
	osd_object_lock(r->obj);
	rc = oss_range_check(req, r);
	if (rc) {
		osd_object_unlock(r->obj);
		osd_object_put(r->obj);
		ldlm_srv_unlock(r->lock);
	}
	return rc;
}

static int oss_range_trans(struct svc_req *req, struct oss_range *r, u64 taken)
{
	struct osd_trans *th = tgt_trans_start(req, OSS_CR_ATTRS);
	int rc;

	if (IS_ERR(th)) {
		oss_grant_done(r->ost, taken);
		return PTR_ERR(th);
	}
	rc = oss_attrs_apply(th, r->obj, r->oa, OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME, false);
	oss_grant_commit(r->ost, th, taken);
	return tgt_trans_stop(req, th, rc, 0);
}

static void oss_range_end(struct svc_req *req, struct oss_range *r, int rc)
{
	struct ost_body *rep = svc_rep_buf(req, WF_OST_BODY);

	if (!rc) {
		rep->oa.o_oi = r->oa->o_oi;
		rep->oa.o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP);
		oss_obdo_attrs(&rep->oa, r->obj);
	}
	osd_object_unlock(r->obj);
	/* Also after a failure: a part may have been done. */
	ldlm_srv_lvb_refresh(r->ost->ost_ns, &r->res_id);
	osd_object_put(r->obj);
	ldlm_srv_unlock(r->lock);
}

/* A truncate takes a while: what clients do meanwhile is before it. */
FAIL_POINT_DEFINE(slow_punch);

/**
 * oss_punch - OST_PUNCH: set the size
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_punch(struct svc_req *req)
{
	struct oss_export *oe = oss_export(req->sr_exp);
	struct oss_range r;
	int rc;

	rc = oss_range_init(req, &r);
	if (rc)
		return rc;
	if ((r.valid & (OBD_MD_FLSIZE | OBD_MD_FLBLOCKS)) != (OBD_MD_FLSIZE | OBD_MD_FLBLOCKS) ||
	    r.end != OBD_OBJECT_EOF)
		return -EPROTO;
	if (FAIL_POINT(slow_punch))
		msleep(50);
	r.need_lock = !oss_range_srvlock(&r) && !oe->oe_is_mds && !svc_req_replay(req);
	rc = oss_range_begin(req, &r, OBD_OBJECT_EOF, LCK_PW,
			     r.start ? 0 : LDLM_FL_AST_DISCARD_DATA);
	if (rc)
		return rc;
	if (r.valid & (OBD_MD_FLATIME | OBD_MD_FLMTIME | OBD_MD_FLCTIME))
		oss_fmd_set(oe, &r.fid, req->sr_xid);
	rc = osd_punch(r.obj, r.start, OSD_EOF);
	if (!rc)
		rc = oss_range_trans(req, &r, 0);
	oss_range_end(req, &r, rc);
	return rc;
}

/**
 * oss_fallocate - OST_FALLOCATE
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_fallocate(struct svc_req *req)
{
	struct oss_range r;
	u64 taken = 0;
	u32 mode;
	int rc;

	rc = oss_range_init(req, &r);
	if (rc)
		return rc;
	mode = le32_to_cpu(r.oa->o_falloc_mode);
	if ((r.valid & (OBD_MD_FLSIZE | OBD_MD_FLBLOCKS)) != (OBD_MD_FLSIZE | OBD_MD_FLBLOCKS) ||
	    (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)))
		return -EOPNOTSUPP;
	if (r.start >= r.end)
		return -EINVAL;
	if (r.end > osd_maxbytes(r.ost->ost_osd))
		return -EFBIG;
	rc = oss_range_begin(req, &r, r.end - 1, LCK_PW, 0);
	if (rc)
		return rc;
	if (!(mode & FALLOC_FL_PUNCH_HOLE)) {
		taken = round_up(r.end, 4096) - round_down(r.start, 4096);
		if (!oss_space_take(r.ost, taken))
			rc = -ENOSPC;
	}
	if (!rc) {
		rc = osd_fallocate(r.obj, mode, r.start, r.end - r.start);
		if (!rc)
			rc = oss_range_trans(req, &r, taken);
		else if (taken)
			oss_grant_done(r.ost, taken);
	}
	oss_range_end(req, &r, rc);
	return rc;
}

/**
 * oss_seek - OST_SEEK: the next data or hole
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_seek(struct svc_req *req)
{
	struct ost_body *rep;
	struct oss_range r;
	u32 whence;
	s64 pos;
	int rc;

	rc = oss_range_init(req, &r);
	if (rc)
		return rc;
	whence = le32_to_cpu(r.oa->o_mode);
	if ((s64)r.start < 0 || (whence != SEEK_DATA && whence != SEEK_HOLE))
		return -EPROTO;
	if (oss_range_srvlock(&r)) {
		rc = oss_srv_lock(r.ost, &r.fid, r.start, OBD_OBJECT_EOF, LCK_PR, 0, &r.lock);
		if (rc)
			return rc;
	}
	r.obj = oss_object_find(req, &r.fid);
	rc = PTR_ERR_OR_ZERO(r.obj);
	if (!rc) {
		pos = osd_seek(r.obj, r.start, whence);
		if (pos < 0 && pos != -ENXIO)
			rc = pos;
		rep = svc_rep_buf(req, WF_OST_BODY);
		rep->oa = *r.oa;
		rep->oa.o_size = cpu_to_le64(pos);
		osd_object_put(r.obj);
	}
	ldlm_srv_unlock(r.lock);
	return rc;
}
