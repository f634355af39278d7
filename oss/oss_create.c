// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects for MDTs (chapter 5, 13): sequences, precreation, orphan cleanup, destroy.
 *
 * LAST_ID of a sequence is the highest id that exists or existed. It is written with the objects,
 * and committed before the reply to CREATE: no MDT knows of an id that a crash could take back.
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/slab.h>
#include "oss_internal.h"

#define OSS_SEQ_FILE "seq_data"
/*
 * Sequences that this target hands out by itself: far from those of the controller, and those of
 * other OSTs.
 */
#define OSS_SEQ_BASE 0x0001000000000000ULL

/* ---- sequences ---- */

static struct oss_seq *oss_seq_load(struct oss_device *ost, u64 seq)
{
	struct oss_seq *os;
	__le64 id = 0;
	ssize_t n;
	int rc;

	rc = osd_seq_create(ost->ost_osd, seq);
	if (rc)
		return ERR_PTR(rc);
	os = kzalloc(sizeof(*os), GFP_NOFS);
	if (!os)
		return ERR_PTR(-ENOMEM);
	os->os_seq = seq;
	mutex_init(&os->os_mutex);
	os->os_file = osd_seq_last_id(ost->ost_osd, seq);
	if (IS_ERR(os->os_file)) {
		rc = PTR_ERR(os->os_file);
		goto out;
	}
	n = osd_buf_read(os->os_file, &id, sizeof(id), 0);
	rc = n < 0 ? n : 0;
	os->os_last_id = n == sizeof(id) ? le64_to_cpu(id) : 0;
	if (!rc)
		rc = xa_err(xa_store(&ost->ost_seqs, seq, os, GFP_NOFS));
	if (!rc)
		return os;
	osd_object_put(os->os_file);
out:
	kfree(os);
	return ERR_PTR(rc);
}

/**
 * oss_seq_find - a sequence of objects
 * @ost: the target
 * @seq: its number, 0: IDIF
 * @create: make it if it is not there
 *
 * Return: the sequence, which stays until the target stops; ERR_PTR(-ENOENT), -ENOMEM, -errno of
 * the disk.
 */
struct oss_seq *oss_seq_find(struct oss_device *ost, u64 seq, bool create)
{
	struct oss_seq *os = xa_load(&ost->ost_seqs, seq);

	if (os)
		return os;
	if (!create)
		return ERR_PTR(-ENOENT);
	mutex_lock(&ost->ost_seq_mutex);
	os = xa_load(&ost->ost_seqs, seq);
	if (!os)
		os = oss_seq_load(ost, seq);
	mutex_unlock(&ost->ost_seq_mutex);
	return os;
}

static int oss_seq_found(void *ctx, u64 seq)
{
	struct oss_seq *os = oss_seq_find(ctx, seq, true);

	return PTR_ERR_OR_ZERO(os);
}

/**
 * oss_seqs_start - load the sequences of a target
 * @ost: the target
 *
 * Return: 0, -ENOMEM, -errno of the disk; oss_seqs_stop() follows in any case.
 */
int oss_seqs_start(struct oss_device *ost)
{
	struct oss_seq *os = oss_seq_find(ost, 0, true);
	__le64 next = 0;
	int rc;

	if (IS_ERR(os))
		return PTR_ERR(os);
	rc = osd_seq_iterate(ost->ost_osd, oss_seq_found, ost);
	if (rc)
		return rc;
	/* Which sequences the make of before would give an MDT is not known to go on with. */
	if (osd_is_foreign(ost->ost_osd))
		return 0;
	ost->ost_seq_file = osd_local_open(ost->ost_osd, OSS_SEQ_FILE, true);
	if (IS_ERR(ost->ost_seq_file))
		return PTR_ERR(ost->ost_seq_file);
	if (osd_buf_read(ost->ost_seq_file, &next, sizeof(next), 0) == sizeof(next))
		ost->ost_next_seq = le64_to_cpu(next);
	else
		ost->ost_next_seq = OSS_SEQ_BASE + ((u64)ost->ost_index << 32);
	return 0;
}

/**
 * oss_seqs_stop - forget the sequences of a target
 * @ost: the target
 */
void oss_seqs_stop(struct oss_device *ost)
{
	struct oss_seq *os;
	unsigned long seq;

	xa_for_each(&ost->ost_seqs, seq, os) {
		xa_erase(&ost->ost_seqs, seq);
		osd_object_put(os->os_file);
		kfree(os);
	}
	osd_object_put(ost->ost_seq_file);
}

/**
 * oss_seq_query - SEQ_QUERY: give an MDT a data sequence that was never given out before
 * @req: the request
 *
 * Chapter 5, 13.2.
 *
 * Return: 0 or -errno, which is answered: -EOPNOTSUPP: the disk was taken over.
 */
int oss_seq_query(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	__le32 *opc = svc_req_buf(req, WF_SEQ_OPC);
	struct lu_seq_range *in = svc_req_buf(req, WF_SEQ_RANGE), *out;
	struct osd_trans *th;
	__le64 next;
	int rc, rc2;

	if (le32_to_cpu(*opc) != SEQ_ALLOC_META)
		return -EINVAL;
	if (!ost->ost_seq_file)
		return -EOPNOTSUPP;
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	mutex_lock(&ost->ost_seq_mutex);
	th = tgt_trans_start_local(ost->ost_lt, OSD_CR_BUF_WRITE);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		next = cpu_to_le64(ost->ost_next_seq + 1);
		rc = osd_buf_write(th, ost->ost_seq_file, &next, sizeof(next), 0);
		osd_trans_set_sync(th);
		rc2 = tgt_trans_stop_local(ost->ost_lt, th);
		rc = rc ?: rc2;
	}
	if (!rc) {
		out = svc_rep_buf(req, WF_SEQ_RANGE);
		out->lsr_start = cpu_to_le64(ost->ost_next_seq);
		out->lsr_end = cpu_to_le64(ost->ost_next_seq + 1);
		out->lsr_index = in->lsr_index;
		out->lsr_flags = in->lsr_flags;
		ost->ost_next_seq++;
	}
	mutex_unlock(&ost->ost_seq_mutex);
	return rc;
}

/* ---- creation; under os_mutex ---- */

/**
 * oss_seq_fid - FID of an object
 * @ost: the target
 * @os: its sequence
 * @id: its number in the sequence
 * @fid: out
 */
void oss_seq_fid(struct oss_device *ost, struct oss_seq *os, u64 id, struct lu_fid *fid)
{
	if (!os->os_seq) {
		idif_to_fid(fid, id, ost->ost_index);
	} else {
		fid->f_seq = os->os_seq;
		fid->f_oid = id;
		fid->f_ver = 0;
	}
}

static u64 oss_seq_width(const struct oss_seq *os)
{
	return os->os_seq ? LUSTRE_DATA_SEQ_MAX_WIDTH : IDIF_MAX_OID;
}

static int oss_write_last_id(struct osd_trans *th, struct oss_seq *os, u64 id)
{
	__le64 le = cpu_to_le64(id);

	return osd_buf_write(th, os->os_file, &le, sizeof(le), 0);
}

/* @again: objects that existed before are made again where they are missing. Else -EEXIST. */
static int oss_create_one(struct osd_trans *th, struct oss_device *ost, struct oss_seq *os, u64 id,
			  bool again)
{
	struct osd_attr attr = {};
	struct osd_object *obj;
	struct lu_fid fid;
	int rc;

	oss_seq_fid(ost, os, id, &fid);
	obj = osd_create(th, ost->ost_osd, NULL, &fid, OSS_MODE_NEW, 0, 0, 0);
	if (obj == ERR_PTR(-EEXIST))
		return again ? 0 : -EEXIST;
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	rc = osd_attr_set(th, obj, &attr, OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME);
	osd_object_put(obj);
	return rc;
}

#define OSS_CR_CREATE_ONE (OSD_CR_CREATE + OSD_CR_ATTR_SET)

static int oss_create_batch(struct oss_device *ost, struct oss_seq *os, u64 upto, bool again,
			    bool sync)
{
	u64 id = os->os_last_id;
	struct osd_trans *th;
	int rc = 0, rc2;

	th = tgt_trans_start_local(ost->ost_lt, (upto - id) * OSS_CR_CREATE_ONE + OSD_CR_BUF_WRITE);
	if (IS_ERR(th))
		return PTR_ERR(th);
	while (id < upto && !rc) {
		rc = oss_create_one(th, ost, os, id + 1, again);
		if (!rc)
			id++;
	}
	rc2 = id > os->os_last_id ? oss_write_last_id(th, os, id) : 0;
	if (sync || rc || rc2)
		osd_trans_set_sync(th);
	if (!rc2)
		os->os_last_id = id;
	rc = rc ?: rc2;
	rc2 = tgt_trans_stop_local(ost->ost_lt, th);
	return rc ?: rc2;
}

static int oss_set_last_id(struct oss_device *ost, struct oss_seq *os, u64 id)
{
	struct osd_trans *th = tgt_trans_start_local(ost->ost_lt, OSD_CR_BUF_WRITE);
	int rc, rc2;

	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = oss_write_last_id(th, os, id);
	osd_trans_set_sync(th);
	rc2 = tgt_trans_stop_local(ost->ost_lt, th);
	if (!rc && !rc2)
		os->os_last_id = id;
	return rc ?: rc2;
}

/*
 * An object with an id above LAST_ID. Objects and LAST_ID are written together, so LAST_ID was
 * damaged or set back, and the object may be one of a file that still has it. It can be given to a
 * new file only if nothing was ever written to it.
 */
static int oss_create_existing(struct oss_device *ost, struct oss_seq *os, u64 id)
{
	struct osd_object *obj;
	struct osd_attr attr;
	struct lu_fid fid;

	oss_seq_fid(ost, os, id, &fid);
	obj = osd_find(ost->ost_osd, &fid);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	osd_attr_get(obj, &attr);
	osd_object_put(obj);
	if ((attr.mode & OSS_MODE_UNUSED) == OSS_MODE_UNUSED && !attr.size && !attr.blocks)
		return oss_set_last_id(ost, os, id);
	if (os->os_occupied != id)
		pr_err("%s: object " DFID
		       " holds data, but LAST_ID of sequence %#llx is %llu: no new objects until O/%llx/LAST_ID is repaired\n",
		       ost->ost_lt->lt_name, PFID(&fid), os->os_seq, os->os_last_id, os->os_seq);
	os->os_occupied = id;
	return -ENOSPC;
}

/**
 * oss_seq_create_upto - create objects, and commit them
 * @ost: the target
 * @os: the sequence, os_mutex held
 * @id: last one to create
 * @again: the MDT has given these ids to files already, so objects that are there stay as they are;
 *	else -ENOSPC at one that holds data
 *
 * May end early with an error: os_last_id tells.
 *
 * Return: 0, -ENOSPC, -errno of the object store.
 */
int oss_seq_create_upto(struct oss_device *ost, struct oss_seq *os, u64 id, bool again)
{
	u64 batch = clamp(osd_max_credits(ost->ost_osd) / OSS_CR_CREATE_ONE, 1,
			  OSS_CREATE_BATCH);
	int rc = 0;

	while (!rc && os->os_last_id < id) {
		u64 upto = min(id, os->os_last_id + batch);

		rc = oss_create_batch(ost, os, upto, again, upto == id);
		if (rc == -EEXIST)
			rc = oss_create_existing(ost, os, os->os_last_id + 1);
	}
	return rc;
}

/* Far behind (a reformatted target): leave a gap instead of creating everything. */
static int oss_skip_gap(struct oss_device *ost, struct oss_seq *os, u64 id)
{
	if (id - os->os_last_id <= OSS_PRECREATE_GAP)
		return 0;
	return oss_set_last_id(ost, os, id - OSS_PRECREATE_MAX);
}

static bool oss_nearly_full(struct oss_device *ost)
{
	struct obd_statfs os;

	if (tgt_statfs(ost->ost_lt, &os))
		return false;
	return oss_space_left(ost) / le32_to_cpu(os.os_bsize) < le64_to_cpu(os.os_blocks) / 1024 ||
	       !le64_to_cpu(os.os_ffree);
}

static int oss_precreate(struct oss_device *ost, struct oss_seq *os, u64 id, u64 *answer)
{
	u64 before;
	int rc;

	if (id < os->os_last_id) {
		*answer = os->os_last_id + 1;
		return 0;
	}
	*answer = id;
	if (id == os->os_last_id)
		return 0;
	if (id > oss_seq_width(os))
		return -ENOSPC;
	if (oss_nearly_full(ost))
		return -ENOSPC;
	rc = oss_skip_gap(ost, os, id);
	if (rc)
		return rc;
	before = os->os_last_id;
	rc = oss_seq_create_upto(ost, os, id, false);
	*answer = os->os_last_id;
	return os->os_last_id > before ? 0 : rc;
}

/* ---- destroy ---- */

/* Destroy an object, in a transaction of the request @req, or of the target if it is NULL. */
static int oss_destroy_obj(struct oss_device *ost, struct svc_req *req, struct osd_object *obj)
{
	struct osd_trans *th;
	int rc, rc2;

	osd_object_lock(obj);
	th = req ? tgt_trans_start(req, OSD_CR_DESTROY) :
		   tgt_trans_start_local(ost->ost_lt, OSD_CR_DESTROY);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		rc = osd_destroy(th, obj);
		if (req) {
			rc = tgt_trans_stop(req, th, rc, 0);
		} else {
			rc2 = tgt_trans_stop_local(ost->ost_lt, th);
			rc = rc ?: rc2;
		}
	}
	osd_object_unlock(obj);
	return rc;
}

/* @req: waits for clients with locks on the object; NULL: -EAGAIN if there are any */
static int oss_destroy_fid(struct oss_device *ost, struct svc_req *req, const struct lu_fid *fid)
{
	u64 flags = LDLM_FL_AST_DISCARD_DATA | LDLM_FL_NO_GLIMPSE;
	struct ldlm_lock *lock = NULL;
	struct osd_object *obj;
	int rc;

	obj = osd_find(ost->ost_osd, fid);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	rc = oss_srv_lock(ost, fid, 0, OBD_OBJECT_EOF, LCK_PW,
			  req ? flags : flags | LDLM_FL_SPECULATIVE, &lock);
	if (!rc)
		rc = oss_destroy_obj(ost, req, obj);
	osd_object_put(obj);
	ldlm_srv_unlock(lock);
	return rc == -EAGAIN && req ? -EIO : rc;
}

/* -EAGAIN: a client has a lock on @fid. */
static int oss_destroy_orphans(struct oss_device *ost, struct oss_seq *os, u64 used, bool skip,
			       struct lu_fid *fid)
{
	int rc = 0;
	u64 id;

	for (id = os->os_last_id; id > used; id--) {
		oss_seq_fid(ost, os, id, fid);
		rc = oss_destroy_fid(ost, NULL, fid);
		if (rc && rc != -ENOENT)
			return rc;
	}
	return skip ? osd_sync(ost->ost_osd) : oss_set_last_id(ost, os, used);
}

static int oss_delorphan(struct oss_device *ost, struct oss_export *oe, struct oss_seq *os,
			 u64 used, u64 *answer, struct lu_fid *fid)
{
	bool skip = oe->oe_flags & OBD_CONNECT_SKIP_ORPHAN;
	u64 last = os->os_last_id;
	int rc = 0;

	if (last > used && last - used > OSS_PRECREATE_MAX) {
		pr_warn("%s: the MDT used objects of sequence %#llx up to %llu only, but %llu exist: too many to be unused, all are kept\n",
			ost->ost_lt->lt_name, os->os_seq, used, last);
		*answer = last + 1;
		return 0;
	}
	if (last > used)
		rc = oss_destroy_orphans(ost, os, used, skip, fid);
	else if (last < used)
		rc = oss_skip_gap(ost, os, used) ?:
		     oss_seq_create_upto(ost, os, used, true);
	*answer = last > used && !skip ? used : os->os_last_id;
	return rc;
}

/*
 * A client has a lock on an object that no file has. It is called back without os_mutex, because
 * all who want objects would wait for that client; then the MDT shall ask again.
 */
static int oss_orphan_call_back(struct oss_device *ost, const struct lu_fid *fid)
{
	struct ldlm_lock *lock;
	int rc;

	rc = oss_srv_lock(ost, fid, 0, OBD_OBJECT_EOF, LCK_PW, 0, &lock);
	ldlm_srv_unlock(lock);
	return rc ?: -EINPROGRESS;
}

/* ---- requests ---- */

static void oss_oi(struct obdo *oa, struct oss_device *ost, struct oss_seq *os, u64 id)
{
	struct lu_fid fid;

	if (!os->os_seq) {
		oa->o_oi.oi_id = cpu_to_le64(id);
		oa->o_oi.oi_seq = 0;
		return;
	}
	oss_seq_fid(ost, os, id, &fid);
	fid_to_le(&oa->o_oi.oi_fid, &fid);
}

/* Sequence and id of a CREATE. Id 0 of a normal sequence looks like a (huge) id of group 0. */
static int oss_create_target(struct oss_device *ost, const struct obdo *oa, u64 *seq, u64 *id)
{
	struct lu_fid fid;

	if (ostid_is_legacy(&oa->o_oi)) {
		*seq = 0;
		*id = le64_to_cpu(oa->o_oi.oi_id);
		if (*id >= FID_SEQ_NORMAL) {
			*seq = *id;
			*id = 0;
		}
		return 0;
	}
	fid_from_le(&fid, &oa->o_oi.oi_fid);
	if (fid.f_ver || (!fid_is_idif(&fid) && !fid_is_norm(&fid)) ||
	    (fid_is_idif(&fid) && idif_ost_idx(&fid) != ost->ost_index))
		return -EPROTO;
	*seq = ost_fid_seq(&fid);
	*id = ost_fid_id(&fid);
	return 0;
}

/**
 * oss_create - OST_CREATE: objects for new files, or the removal of those that no file got
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_create(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct oss_export *oe = oss_export(req->sr_exp);
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY), *rep;
	bool orphans = oss_obdo_flag(&body->oa, OBD_FL_DELORPHAN);
	u64 seq, id, answer = 0;
	struct oss_seq *os;
	struct lu_fid fid;
	int rc;

	if (!oe->oe_is_mds)
		return -EPERM;
	if (osd_is_rdonly(ost->ost_osd))
		return -EROFS;
	rc = oss_create_target(ost, &body->oa, &seq, &id) ?: svc_rep_pack(req);
	if (rc)
		return rc;
	os = oss_seq_find(ost, seq, true);
	if (IS_ERR(os))
		return PTR_ERR(os);
	mutex_lock(&os->os_mutex);
	/*
	 * The MDT may have connected anew while this request waited: what it says about used
	 * objects is no longer true then.
	 */
	if (READ_ONCE(req->sr_exp->exp_failed) ||
	    req->sr_conn_cnt < READ_ONCE(req->sr_exp->exp_conn_cnt))
		rc = -ENOTCONN;
	else if (orphans)
		rc = oss_delorphan(ost, oe, os, id, &answer, &fid);
	else
		rc = oss_precreate(ost, os, id, &answer);
	if (orphans && !rc)
		WRITE_ONCE(os->os_cleaned, true);
	mutex_unlock(&os->os_mutex);
	if (orphans && rc == -EAGAIN)
		return oss_orphan_call_back(ost, &fid);
	if (rc)
		return rc;
	rep = svc_rep_buf(req, WF_OST_BODY);
	oss_oi(&rep->oa, ost, os, answer);
	rep->oa.o_size = cpu_to_le64(oss_seq_width(os));
	rep->oa.o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLSIZE);
	return 0;
}

/**
 * oss_destroy - OST_DESTROY
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_destroy(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY), *rep;
	u64 valid = le64_to_cpu(body->oa.o_valid);
	u32 i, count = valid & OBD_MD_FLOBJCOUNT ? le32_to_cpu(body->oa.o_misc) : 1, done = 0;
	struct lu_fid fid;
	int rc, err = 0;

	if (!oss_export(req->sr_exp)->oe_is_mds)
		return -EPERM;
	rc = oss_obdo_fid(ost, &body->oa, &fid) ?: svc_rep_pack(req);
	if (rc)
		return rc;
	if (count > OSS_PRECREATE_MAX || (u64)fid.f_oid + count > U32_MAX)
		return -EINVAL;
	ldlm_srv_cancel_elc(req, WF_DLM_REQ);
	for (i = 0; i < count; i++, fid.f_oid++) {
		rc = oss_destroy_fid(ost, req, &fid);
		if (!rc)
			done++;
		else if (rc != -ENOENT)
			err = err ?: rc;
	}
	rep = svc_rep_buf(req, WF_OST_BODY);
	fid_to_ostid(&rep->oa.o_oi, &fid);
	if (!err && !done)
		err = -ENOENT;
	/* A failed request must not have a transno. */
	if (err)
		req->sr_transno = 0;
	return err;
}
