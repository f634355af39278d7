// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of an OST for new files (chapter 4, 25.3; chapter 5, 13.3 and 13.4). A thread for each
 * OST keeps a pool of ids that exist on the OST: after each connect it makes sure of the OST's
 * state (statfs, orphan cleanup), then it creates more whenever half of the pool is used. Creators
 * take ids under opd_lock; the highest id of a file goes to lov_objid in the transaction that
 * creates the file.
 *
 * Ids are those of group 0 ({id, 0} on the wire). What the OST has above the highest journalled id
 * when the MDT connects was never given to a file: the cleanup destroys it.
 */
#define pr_fmt(fmt) "osp: " fmt

#include <linux/kthread.h>
#include <linux/slab.h>
#include <trace/events/mdt.h>
#include "osp.h"

#define PRE_BATCH_MIN		32
#define PRE_BATCH_MAX		4096
#define PRE_STATFS_SECS		5
#define PRE_RETRY_SECS		1
#define PRE_ENOSPC_SECS		5

void osp_kick(struct osp_device *osp)
{
	WRITE_ONCE(osp->opd_kick, true);
	wake_up(&osp->opd_waitq);
}

static bool osp_pool_low(const struct osp_device *osp)
{
	u64 left = osp->opd_last + 1 - osp->opd_next;

	return left < osp->opd_batch / 2 + 1;
}

/**
 * osp_get_id - an object for a new file
 * @osp: the OST
 * @id: out
 *
 * Does not wait.
 * Return: 0, -EAGAIN (lo_events tells when to try again), -ENOSPC, -ENODEV.
 */
int osp_get_id(struct osp_device *osp, u64 *id)
{
	bool low;
	int rc = 0;

	spin_lock(&osp->opd_lock);
	if (osp->opd_stopping || osp->opd_inactive)
		rc = -ENODEV;
	else if (!osp->opd_ready)
		rc = -EAGAIN;
	else if (osp->opd_next > osp->opd_last)
		rc = osp->opd_status ?: -EAGAIN;
	else
		*id = osp->opd_next++;
	low = osp_pool_low(osp);
	spin_unlock(&osp->opd_lock);
	if (low)
		osp_kick(osp);
	return rc;
}

/*
 * The file was not created. An empty object whose id was the last one given out goes to the next
 * file, any other one is destroyed. No transaction may be open.
 */
void osp_put_id(struct osp_device *osp, u64 id, bool empty)
{
	bool back = false;

	spin_lock(&osp->opd_lock);
	if (empty && osp->opd_ready && osp->opd_next == id + 1) {
		osp->opd_next--;
		back = true;
	}
	spin_unlock(&osp->opd_lock);
	if (!back)
		osp->opd_ops->unused(osp->opd_owner, osp, id);
}

/**
 * osp_write_used - an id is in the layout of a file
 * @th: transaction of that file, OSD_CR_BUF_WRITE for each block of lov_objid
 * @osp: the OST
 * @id: may be below ids that were used before
 *
 * Return: 0 or -errno of the write.
 */
int osp_write_used(struct osd_trans *th, struct osp_device *osp, u64 id)
{
	__le64 val = cpu_to_le64(id);
	int rc = 0;

	mutex_lock(&osp->opd_id_mutex);
	if (id > osp->opd_saved) {
		rc = osd_buf_write(th, osp->opd_objid, &val, sizeof(val),
				   osp->opd_index * sizeof(val));
		if (!rc)
			WRITE_ONCE(osp->opd_saved, id);
	}
	mutex_unlock(&osp->opd_id_mutex);
	/* A replay may be ahead of the pool. */
	spin_lock(&osp->opd_lock);
	if (id >= osp->opd_next)
		osp->opd_next = id + 1;
	spin_unlock(&osp->opd_lock);
	return rc;
}

/* What earlier mounts used. */
int osp_load_used(struct osp_device *osp)
{
	__le64 val = 0;
	ssize_t n;

	n = osd_buf_read(osp->opd_objid, &val, sizeof(val),
			 osp->opd_index * sizeof(val));
	if (n < 0)
		return n;
	osp->opd_saved = n == sizeof(val) ? le64_to_cpu(val) : 0;
	return 0;
}

/* ---- requests of the thread ---- */

static int osp_rpc_statfs(struct osp_device *osp)
{
	struct ptlrpc_request *req;
	struct obd_statfs *os;
	int rc;

	req = ptlrpc_req_new(osp->opd_imp, OST_STATFS, &wf_ost_statfs);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = true;
	req->rq_no_resend = true;
	rc = ptlrpc_req_pack(req);
	if (!rc)
		rc = ptlrpc_queue_wait(req);
	if (!rc) {
		os = ptlrpc_rep_buf(req, WF_STATFS);
		if (!os || !os->os_type) {
			rc = -EPROTO;
		} else {
			spin_lock(&osp->opd_lock);
			osp->opd_statfs = *os;
			osp->opd_statfs_time = jiffies ?: 1;
			osp->opd_statfs_ok = true;
			spin_unlock(&osp->opd_lock);
		}
	}
	ptlrpc_req_put(req);
	return rc;
}

/*
 * The OST's own idea of its last id, for an MDT that knows nothing. 0: the OST does not know the
 * question, or has no object of the sequence yet. Any other error says nothing about the id, and
 * the cleanup must not begin: it would destroy all objects.
 */
static int osp_rpc_last_id(struct osp_device *osp, u64 *id)
{
	struct ptlrpc_request *req;
	__le64 *val;
	int rc;

	req = ptlrpc_req_new(osp->opd_imp, OST_GET_INFO, &wf_ost_get_info_last_id);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = true;
	ptlrpc_req_size(req, WF_GETINFO_KEY, sizeof(KEY_LAST_ID));
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	memcpy(ptlrpc_req_buf(req, WF_GETINFO_KEY), KEY_LAST_ID, sizeof(KEY_LAST_ID));
	rc = ptlrpc_queue_wait(req);
	*id = 0;
	if (!rc) {
		val = ptlrpc_rep_buf(req, WF_OBD_ID);
		if (val)
			*id = le64_to_cpu(*val);
		else
			rc = -EPROTO;
	} else if (req->rq_got_reply && (rc == -EOPNOTSUPP || rc == -EINVAL || rc == -ENOENT)) {
		rc = 0;
	}
out:
	ptlrpc_req_put(req);
	return rc;
}

/* OST_CREATE: *id in: wanted last id or, to clean up, the last used; out: what the OST has. */
static int osp_rpc_create(struct osp_device *osp, bool cleanup, u64 *id)
{
	struct ptlrpc_request *req;
	struct ost_body *body;
	struct lu_fid fid;
	int rc;

	req = ptlrpc_req_new(osp->opd_imp, OST_CREATE, &wf_ost_create);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = true;
	req->rq_no_resend = true;
	req->rq_req_portal = OST_REQUEST_PORTAL;
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	body->oa.o_valid = cpu_to_le64(OBD_MD_FLGROUP | (cleanup ? OBD_MD_FLFLAGS : 0));
	body->oa.o_flags = cpu_to_le32(cleanup ? OBD_FL_DELORPHAN : 0);
	body->oa.o_oi.oi_id = cpu_to_le64(*id);
	rc = ptlrpc_queue_wait(req);
	if (rc)
		goto out;
	body = ptlrpc_rep_buf(req, WF_OST_BODY);
	if (!body) {
		rc = -EPROTO;
		goto out;
	}
	if (ostid_is_legacy(&body->oa.o_oi)) {
		*id = le64_to_cpu(body->oa.o_oi.oi_id);
	} else {
		fid_from_le(&fid, &body->oa.o_oi.oi_fid);
		if (fid_is_idif(&fid))
			*id = idif_id(&fid);
		else
			rc = -EPROTO;
	}
out:
	ptlrpc_req_put(req);
	return rc;
}

static int osp_destroy_orphans(struct osp_device *osp)
{
	u64 used, id = 0;
	int rc;

	/*
	 * No allocation is under way that is not journalled or will be: opd_ready is off, ids given
	 * away count as used.
	 */
	spin_lock(&osp->opd_lock);
	used = max(READ_ONCE(osp->opd_saved), osp->opd_next ? osp->opd_next - 1 : 0);
	spin_unlock(&osp->opd_lock);
	if (used < 2) {
		rc = osp_rpc_last_id(osp, &id);
		if (rc)
			return rc;
		used = max3(used, id, 1ULL);
	}
	id = used;
	rc = osp_rpc_create(osp, true, &id);
	if (rc)
		return rc;
	id = max(id, used);
	spin_lock(&osp->opd_lock);
	osp->opd_next = max(id + 1, osp->opd_next);
	osp->opd_last = osp->opd_next - 1;
	osp->opd_status = 0;
	osp->opd_batch = PRE_BATCH_MIN;
	osp->opd_ready = osp->opd_connected;
	spin_unlock(&osp->opd_lock);
	return 0;
}

static int osp_precreate(struct osp_device *osp)
{
	u64 last, want, got;
	bool empty;
	int rc;

	spin_lock(&osp->opd_lock);
	last = osp->opd_last;
	empty = osp->opd_next > last;
	if (empty && osp->opd_batch < PRE_BATCH_MAX && last > 1)
		osp->opd_batch *= 2;
	want = last + osp->opd_batch;
	spin_unlock(&osp->opd_lock);
	got = want;
	trace_osp_create_begin(osp->opd_name, last, want, 0);
	rc = osp_rpc_create(osp, false, &got);
	trace_osp_create_end(osp->opd_name, last, got, rc);
	spin_lock(&osp->opd_lock);
	if (!rc && got <= last)
		rc = -ESTALE;
	if (!rc) {
		osp->opd_last = got;
		osp->opd_status = 0;
		if (got < want)
			osp->opd_batch = max_t(u32, got - last, PRE_BATCH_MIN);
	} else if (rc == -ENOSPC) {
		osp->opd_status = -ENOSPC;
	} else {
		osp->opd_status = -EAGAIN;
		if (rc == -ESTALE || rc == -ENOTCONN)
			osp->opd_ready = false;
	}
	spin_unlock(&osp->opd_lock);
	osp->opd_ops->changed(osp->opd_owner);
	return rc;
}

/* One pass of the thread. Returns the seconds until the next pass; osp_kick() makes it earlier. */
static long osp_work_once(struct osp_device *osp)
{
	unsigned long age;
	bool low;
	int rc;

	if (!READ_ONCE(osp->opd_connected) || READ_ONCE(osp->opd_inactive) ||
	    !READ_ONCE(osp->opd_added))
		return 60;
	age = jiffies - READ_ONCE(osp->opd_statfs_time);
	if (!READ_ONCE(osp->opd_statfs_ok) || age >= PRE_STATFS_SECS * HZ) {
		bool first = !READ_ONCE(osp->opd_statfs_ok);

		rc = osp_rpc_statfs(osp);
		if (rc && first)
			return PRE_RETRY_SECS;
		if (first)
			osp->opd_ops->changed(osp->opd_owner);
	}
	if (!READ_ONCE(osp->opd_ready)) {
		/* Replayed creates may still use ids that are not journalled. */
		if (osp->opd_ops->recovering(osp->opd_owner))
			return PRE_RETRY_SECS;
		rc = osp_destroy_orphans(osp);
		if (rc) {
			if (!ptlrpc_err_is_conn(rc))
				pr_warn_ratelimited("%s: the OST does not clean up unused objects, no new files get objects there: rc = %d\n",
						    osp->opd_name, rc);
			return PRE_RETRY_SECS;
		}
	}
	spin_lock(&osp->opd_lock);
	low = osp->opd_ready && osp_pool_low(osp);
	spin_unlock(&osp->opd_lock);
	if (low) {
		rc = osp_precreate(osp);
		if (rc == -ENOSPC)
			return PRE_ENOSPC_SECS;
		if (rc) {
			if (!ptlrpc_err_is_conn(rc))
				pr_warn_ratelimited("%s: the OST creates no objects for new files: rc = %d\n",
						    osp->opd_name, rc);
			return PRE_RETRY_SECS;
		}
	}
	return PRE_STATFS_SECS;
}

static int osp_thread(void *data)
{
	struct osp_device *osp = data;
	long secs = 1;

	while (!kthread_should_stop()) {
		/* After an error not even a kick shortens the pause. */
		if (secs == PRE_RETRY_SECS)
			schedule_timeout_interruptible(PRE_RETRY_SECS * HZ);
		else
			wait_event_interruptible_timeout(osp->opd_waitq,
							 osp->opd_kick || kthread_should_stop(),
							 secs * HZ);
		WRITE_ONCE(osp->opd_kick, false);
		if (kthread_should_stop() || READ_ONCE(osp->opd_stopping))
			continue;
		secs = osp_work_once(osp);
	}
	return 0;
}

void osp_precreate_init(struct osp_device *osp)
{
	spin_lock_init(&osp->opd_lock);
	mutex_init(&osp->opd_id_mutex);
	init_waitqueue_head(&osp->opd_waitq);
	osp->opd_batch = PRE_BATCH_MIN;
}

int osp_precreate_start(struct osp_device *osp)
{
	struct task_struct *t;

	t = kthread_run(osp_thread, osp, "osp-pre-%u", osp->opd_index);
	if (IS_ERR(t))
		return PTR_ERR(t);
	osp->opd_thread = t;
	return 0;
}

/* Called after import_disconnect(): no request of the thread waits any more. */
void osp_precreate_stop(struct osp_device *osp)
{
	if (osp->opd_thread)
		kthread_stop(osp->opd_thread);
	osp->opd_thread = NULL;
}
