// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of objects: GETATTR, SETATTR, SYNC, STATFS, and what the other requests share
 * (chapter 5, 6.5, 10, 11).
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/xattr.h>
#include "oss_internal.h"

/**
 * oss_obdo_fid - the object that a request names
 * @ost: the target
 * @oa: obdo of the request
 * @fid: out: the one FID of the object
 *
 * Chapter 5, 2.1. Return: 0 or -EPROTO: not the address of an object of this OST.
 */
int oss_obdo_fid(struct oss_device *ost, const struct obdo *oa, struct lu_fid *fid)
{
	int rc = ostid_to_fid(fid, &oa->o_oi, ost->ost_index);

	if (rc)
		return -EPROTO;
	if (fid_is_idif(fid))
		return idif_id(fid) ? 0 : -EPROTO;
	return fid_is_norm(fid) && fid->f_oid ? 0 : -EPROTO;
}

/**
 * oss_object_find - the object of a request
 * @req: the request
 * @fid: of the object
 *
 * A replay creates the object if a crash lost it.
 *
 * Return: the object, referenced; ERR_PTR(-ENOENT) and other errors.
 */
struct osd_object *oss_object_find(struct svc_req *req, const struct lu_fid *fid)
{
	struct oss_device *ost = oss_dev(req);
	struct osd_object *obj = osd_find(ost->ost_osd, fid);
	struct oss_seq *os;
	int rc;

	if (obj != ERR_PTR(-ENOENT) || !svc_req_replay(req))
		return obj;
	/* The object was created ahead of time and lost in a crash: create it again. */
	os = oss_seq_find(ost, ost_fid_seq(fid), false);
	if (IS_ERR(os))
		return obj;
	mutex_lock(&os->os_mutex);
	rc = oss_precreate_lost(os, fid) ?
		     oss_seq_create_upto(ost, os, ost_fid_id(fid), true) : -ENOENT;
	mutex_unlock(&os->os_mutex);
	return rc ? ERR_PTR(rc) : osd_find(ost->ost_osd, fid);
}

static void oss_obdo_add(struct obdo *oa, u64 valid)
{
	oa->o_valid |= cpu_to_le64(valid);
}

/**
 * oss_obdo_attrs - fill type, mode, size, blocks and times of an obdo
 * @oa: of a reply
 * @obj: the object
 */
void oss_obdo_attrs(struct obdo *oa, struct osd_object *obj)
{
	struct osd_attr attr;

	osd_attr_get(obj, &attr);
	oa->o_mode = cpu_to_le32(attr.mode);
	oa->o_size = cpu_to_le64(attr.size);
	oa->o_blocks = cpu_to_le64(attr.blocks);
	oa->o_atime = cpu_to_le64(attr.atime.tv_sec);
	oa->o_mtime = cpu_to_le64(attr.mtime.tv_sec);
	oa->o_ctime = cpu_to_le64(attr.ctime.tv_sec);
	oss_obdo_add(oa, OBD_MD_FLTYPE | OBD_MD_FLMODE | OBD_MD_FLSIZE | OBD_MD_FLBLOCKS |
				 OBD_MD_FLATIME | OBD_MD_FLMTIME | OBD_MD_FLCTIME);
}

/**
 * oss_obdo_ids - fill owner, group and project of an obdo
 * @oa: of a reply
 * @obj: the object
 */
void oss_obdo_ids(struct obdo *oa, struct osd_object *obj)
{
	struct osd_attr attr;

	osd_attr_get(obj, &attr);
	oa->o_uid = cpu_to_le32(attr.uid);
	oa->o_gid = cpu_to_le32(attr.gid);
	oa->o_projid = cpu_to_le32(attr.projid);
	oss_obdo_add(oa, OBD_MD_FLUID | OBD_MD_FLGID | OBD_MD_FLPROJID);
}

/* ---- changes ---- */

static int oss_parent_set(struct osd_trans *th, struct osd_object *obj, const struct obdo *oa,
			  bool always)
{
	u64 valid = le64_to_cpu(oa->o_valid);
	struct filter_fid ff = {};
	ssize_t n;

	if (!(valid & (OBD_MD_FLFID | OBD_MD_FLOSTLAYOUT | OBD_MD_LAYOUT_VERSION)))
		return 0;
	n = osd_xattr_get(obj, "trusted.fid", always ? &ff : NULL, always ? sizeof(ff) : 0);
	if (n >= 0 && !always)
		return 0;
	if (n < 0 && n != -ENODATA)
		return n;
	if (valid & OBD_MD_FLFID) {
		ff.ff_parent.f_seq = oa->o_parent_seq;
		ff.ff_parent.f_oid = oa->o_parent_oid;
		ff.ff_parent.f_ver = oa->o_stripe_idx;
	}
	if (valid & OBD_MD_FLOSTLAYOUT)
		ff.ff_layout = oa->o_layout;
	if (valid & OBD_MD_LAYOUT_VERSION)
		ff.ff_layout_version = oa->o_layout_version;
	return osd_xattr_set(th, obj, "trusted.fid", &ff, sizeof(ff), 0);
}

static int oss_projid_set(struct osd_trans *th, struct osd_object *obj, u32 projid)
{
	struct osd_attr attr = { .projid = projid };
	int rc = osd_attr_set(th, obj, &attr, OSD_A_PROJID);

	/* A file system without the project feature keeps no project ids. */
	return rc == -EOPNOTSUPP ? 0 : rc;
}

/* Take ids of the request: all (@chown), or those that the object never had (chapter 5, 6.5). */
static u32 oss_ids(struct osd_attr *attr, const struct obdo *oa, bool chown, bool *projid)
{
	u64 valid = le64_to_cpu(oa->o_valid);
	u32 set = 0;

	if ((valid & OBD_MD_FLUID) && (chown || (attr->mode & S_ISUID))) {
		attr->uid = le32_to_cpu(oa->o_uid);
		attr->mode &= ~S_ISUID;
		set |= OSD_A_UID | OSD_A_MODE;
	}
	if ((valid & OBD_MD_FLGID) && (chown || (attr->mode & S_ISGID))) {
		attr->gid = le32_to_cpu(oa->o_gid);
		attr->mode &= ~S_ISGID;
		set |= OSD_A_GID | OSD_A_MODE;
	}
	*projid = (valid & OBD_MD_FLPROJID) && le32_to_cpu(oa->o_projid) != attr->projid &&
		  (chown || (attr->mode & S_ISVTX) || !attr->projid);
	if ((valid & OBD_MD_FLPROJID) && (attr->mode & S_ISVTX)) {
		attr->mode &= ~S_ISVTX;
		set |= OSD_A_MODE;
	}
	return set;
}

/**
 * oss_attrs_apply - take attributes from a request, and count the change
 * @th: transaction with OSS_CR_ATTRS
 * @obj: the object, osd_object_lock() held
 * @oa: of the request
 * @times: OSD_A_*TIME that may be taken
 * @chown: take ids in any case, else only those that the object never had
 *
 * Return: 0 or -errno of the object store.
 */
int oss_attrs_apply(struct osd_trans *th, struct osd_object *obj, const struct obdo *oa, u32 times,
		    bool chown)
{
	u64 valid = le64_to_cpu(oa->o_valid);
	struct osd_attr attr;
	bool projid;
	u32 set;
	int rc;

	osd_attr_get(obj, &attr);
	set = oss_ids(&attr, oa, chown, &projid);
	attr.version++;
	set |= OSD_A_VERSION;
	if ((valid & OBD_MD_FLATIME) && (times & OSD_A_ATIME)) {
		attr.atime = (struct timespec64){ .tv_sec = le64_to_cpu(oa->o_atime) };
		set |= OSD_A_ATIME;
	}
	if ((valid & OBD_MD_FLMTIME) && (times & OSD_A_MTIME)) {
		attr.mtime = (struct timespec64){ .tv_sec = le64_to_cpu(oa->o_mtime) };
		set |= OSD_A_MTIME;
	}
	if ((valid & OBD_MD_FLCTIME) && (times & OSD_A_CTIME)) {
		attr.ctime = (struct timespec64){ .tv_sec = le64_to_cpu(oa->o_ctime) };
		set |= OSD_A_CTIME;
	}
	if (projid) {
		rc = oss_projid_set(th, obj, le32_to_cpu(oa->o_projid));
		if (rc)
			return rc;
	}
	rc = osd_attr_set(th, obj, &attr, set);
	if (rc)
		return rc;
	return oss_parent_set(th, obj, oa, chown);
}

/**
 * oss_srv_lock - the extent lock of a request with SRVLOCK
 * @ost: the target
 * @fid: of the object
 * @start: first byte
 * @end: last byte
 * @mode: LCK_PR or LCK_PW
 * @flags: as for ldlm_srv_lock_local()
 * @lockp: out: the lock; NULL during recovery, when there is none
 *
 * Return: as ldlm_srv_lock_local().
 */
int oss_srv_lock(struct oss_device *ost, const struct lu_fid *fid, u64 start, u64 end, u32 mode,
		 u64 flags, struct ldlm_lock **lockp)
{
	union ldlm_policy policy = { .extent = { .start = start & ~4095ULL, .end = end | 4095 } };
	struct ldlm_res_id res_id;

	*lockp = NULL;
	if (oss_recovering(ost))
		return 0;
	ost_fid_to_res_id(&res_id, fid);
	return ldlm_srv_lock_local(ost->ost_ns, &res_id, LDLM_EXTENT, &policy, mode, flags, lockp);
}

/* ---- requests ---- */

static void oss_rep_oi(struct obdo *rep, const struct obdo *oa)
{
	rep->o_oi = oa->o_oi;
	oss_obdo_add(rep, OBD_MD_FLID | OBD_MD_FLGROUP);
}

static void oss_rep_layout_version(struct obdo *rep, struct osd_object *obj)
{
	struct filter_fid ff = {};
	u32 version;

	if (osd_xattr_get(obj, "trusted.fid", &ff, sizeof(ff)) < (ssize_t)sizeof(ff))
		return;
	version = le32_to_cpu(ff.ff_layout_version) + le32_to_cpu(ff.ff_range);
	if (version) {
		rep->o_layout_version = cpu_to_le32(version);
		oss_obdo_add(rep, OBD_MD_LAYOUT_VERSION);
	}
}

/**
 * oss_getattr - OST_GETATTR
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_getattr(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY), *rep;
	u64 valid = le64_to_cpu(body->oa.o_valid);
	u32 flags = valid & OBD_MD_FLFLAGS ? le32_to_cpu(body->oa.o_flags) : 0;
	struct ldlm_lock *lock = NULL;
	struct osd_object *obj;
	struct osd_attr attr;
	struct lu_fid fid;
	int rc;

	if (!(valid & OBD_MD_FLID))
		return -EPROTO;
	rc = oss_obdo_fid(ost, &body->oa, &fid) ?: svc_rep_pack(req);
	if (rc)
		return rc;
	if (flags & OBD_FL_SRVLOCK)
		rc = oss_srv_lock(ost, &fid, 0, OBD_OBJECT_EOF,
				  flags & OBD_FL_FLUSH ? LCK_PW : LCK_PR, 0, &lock);
	if (rc)
		return rc;
	obj = oss_object_find(req, &fid);
	rc = PTR_ERR_OR_ZERO(obj);
	if (!rc) {
		rep = svc_rep_buf(req, WF_OST_BODY);
		oss_rep_oi(&rep->oa, &body->oa);
		oss_obdo_attrs(&rep->oa, obj);
		oss_obdo_ids(&rep->oa, obj);
		osd_attr_get(obj, &attr);
		rep->oa.o_data_version = cpu_to_le64(attr.version);
		rep->oa.o_flags = cpu_to_le32(OBD_FL_FLUSH);
		oss_obdo_add(&rep->oa, OBD_MD_FLDATAVERSION | OBD_MD_FLFLAGS);
		oss_rep_layout_version(&rep->oa, obj);
		osd_object_put(obj);
	}
	ldlm_srv_unlock(lock);
	return rc;
}

static int oss_setattr_obj(struct svc_req *req, struct osd_object *obj, const struct obdo *oa)
{
	struct osd_trans *th;
	int rc;

	osd_object_lock(obj);
	th = tgt_trans_start(req, OSS_CR_ATTRS);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		rc = oss_attrs_apply(th, obj, oa, OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME, true);
		rc = tgt_trans_stop(req, th, rc, 0);
	}
	osd_object_unlock(obj);
	return rc;
}

/**
 * oss_setattr - OST_SETATTR: owner, group, project, times; the size only by OST_PUNCH
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_setattr(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY), *rep;
	u64 valid = le64_to_cpu(body->oa.o_valid);
	struct ldlm_res_id res_id;
	struct osd_object *obj;
	struct lu_fid fid;
	int rc;

	if (!(valid & OBD_MD_FLID))
		return -EPROTO;
	if ((valid & OBD_MD_FLSIZE) && le64_to_cpu(body->oa.o_size) != OBD_OBJECT_EOF)
		return -EPERM;
	rc = oss_obdo_fid(ost, &body->oa, &fid) ?: svc_rep_pack(req);
	if (rc)
		return rc;
	obj = oss_object_find(req, &fid);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (valid & (OBD_MD_FLATIME | OBD_MD_FLMTIME | OBD_MD_FLCTIME))
		oss_fmd_set(oss_export(req->sr_exp), &fid, req->sr_xid);
	rc = oss_setattr_obj(req, obj, &body->oa);
	if (!rc) {
		rep = svc_rep_buf(req, WF_OST_BODY);
		oss_rep_oi(&rep->oa, &body->oa);
		oss_obdo_attrs(&rep->oa, obj);
		oss_obdo_ids(&rep->oa, obj);
		ost_fid_to_res_id(&res_id, &fid);
		ldlm_srv_lvb_refresh(ost->ost_ns, &res_id);
	}
	osd_object_put(obj);
	return rc;
}

/**
 * oss_sync - OST_SYNC
 * @req: the request
 *
 * The commit is that of the whole target, which also writes what its disk has cached. It comes
 * first: an MDT asks about an object that is missing whether its destroy is safe. A request that
 * names no object is about the target alone (sync(2), syncfs(2) of a client).
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_sync(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY), *rep;
	bool whole = !(le64_to_cpu(body->oa.o_valid) & OBD_MD_FLID) ||
		     (!body->oa.o_oi.oi_id && !body->oa.o_oi.oi_seq);
	struct osd_object *obj;
	struct lu_fid fid;
	int rc;

	rc = svc_rep_pack(req);
	if (!rc && !whole)
		rc = oss_obdo_fid(ost, &body->oa, &fid);
	if (!rc)
		rc = osd_sync(ost->ost_osd);
	if (rc || whole)
		return rc;
	obj = oss_object_find(req, &fid);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	rep = svc_rep_buf(req, WF_OST_BODY);
	oss_rep_oi(&rep->oa, &body->oa);
	oss_obdo_attrs(&rep->oa, obj);
	osd_object_put(obj);
	return 0;
}

/**
 * oss_statfs - OST_STATFS
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_statfs(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	u64 taken, avail, bs;
	struct obd_statfs *os;
	int rc;

	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	os = svc_rep_buf(req, WF_STATFS);
	rc = tgt_statfs(ost->ost_lt, os);
	if (rc)
		return rc;
	if (READ_ONCE(ost->ost_degraded))
		os->os_state |= cpu_to_le32(OS_STATFS_DEGRADED);
	if (READ_ONCE(ost->ost_no_precreate))
		os->os_state |= cpu_to_le32(OS_STATFS_NOCREATE);
	bs = le32_to_cpu(os->os_bsize);
	spin_lock(&ost->ost_grant_lock);
	taken = ost->ost_tot_dirty + ost->ost_tot_pending;
	spin_unlock(&ost->ost_grant_lock);
	avail = le64_to_cpu(os->os_bavail);
	os->os_bavail = cpu_to_le64(avail - min(avail, DIV_ROUND_UP_ULL(taken, bs)));
	return 0;
}
