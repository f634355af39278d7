// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an OST is told after a commit on the MDT: destroys of the objects of deleted files, owners
 * of changed ones (chapter 4, 25.4 and 25.5). Jobs are in memory: the persistent record is the file
 * in PENDING/ (mdt_orphan.c) or a record (mdt_record.c); so a job ends only when the OST has
 * committed what it asked for. A few requests are in flight at a time; what fails is tried again.
 * There are jobs only while the OST is connected: when it goes they end without success, and
 * whoever asked has it on disk and asks again when the OST is back.
 *
 * Lock: osp_device.opd_job_lock, a leaf. It is not opd_lock: creators of files do not wait for
 * jobs.
 */
#define pr_fmt(fmt) "osp: " fmt

#include <linux/slab.h>
#include "osp.h"

#define SYNC_IN_FLIGHT		8
#define SYNC_RETRY_SECS		10

enum job_kind {
	JOB_DESTROY,
	JOB_SETATTR,
};

struct osp_job {
	struct list_head	oj_list;
	enum job_kind		oj_kind;
	struct osp_device	*oj_osp;
	struct ost_id		oj_oi;
	osp_end_fn		oj_end;
	void			*oj_arg;
	u32			oj_uid, oj_gid, oj_projid;
	/* done, but perhaps not committed: OST_SYNC tells */
	bool			oj_sync;
	unsigned long		oj_when;	/* jiffies: not before */
};

static struct workqueue_struct *osp_job_wq(void)
{
	return system_unbound_wq;
}

static void osp_job_free(struct osp_job *job, bool ok)
{
	job->oj_end(job->oj_arg, ok);
	osp_put(job->oj_osp);
	kfree(job);
}

/* Under opd_job_lock: nobody arms the work after the OSP was stopped. */
static void osp_job_arm(struct osp_device *osp, unsigned long delay)
{
	if (osp->opd_jobs_open)
		mod_delayed_work(osp_job_wq(), &osp->opd_sync_work, delay);
}

/* Queue a job at the tail. @count: counter that it leaves, or NULL. False: the OST is away. */
static bool osp_job_queue(struct osp_job *job, unsigned int *count, unsigned long delay)
{
	struct osp_device *osp = job->oj_osp;
	bool ok;

	job->oj_when = jiffies + delay;
	spin_lock(&osp->opd_job_lock);
	ok = osp->opd_jobs_open;
	if (ok) {
		list_add_tail(&job->oj_list, delay ? &osp->opd_retry : &osp->opd_jobs);
		osp->opd_nr_jobs++;
		if (count)
			--*count;
		osp_job_arm(osp, 0);
	}
	spin_unlock(&osp->opd_job_lock);
	return ok;
}

static void osp_job_submit(struct osp_job *job)
{
	if (!osp_job_queue(job, NULL, 0))
		osp_job_free(job, false);
}

/* A job that was sent ends. */
static void osp_job_end(struct osp_job *job, unsigned int *count, bool ok)
{
	struct osp_device *osp = job->oj_osp;

	osp_get(osp);
	osp_job_free(job, ok);
	spin_lock(&osp->opd_job_lock);
	--*count;
	osp_job_arm(osp, 0);
	/* Under the lock: osp_sync_stop() may be waiting for this to be the last one. */
	wake_up_all(&osp->opd_waitq);
	spin_unlock(&osp->opd_job_lock);
	osp_put(osp);
}

/* The job gets its own reference of the OSP. */
static struct osp_job *osp_job_new(enum job_kind kind, struct osp_device *osp,
				   const struct ost_id *oi, osp_end_fn end, void *arg)
{
	struct osp_job *job = kzalloc(sizeof(*job), GFP_NOFS);

	if (!job)
		return NULL;
	job->oj_kind = kind;
	job->oj_osp = osp;
	job->oj_oi = *oi;
	job->oj_end = end;
	job->oj_arg = arg;
	osp_get(osp);
	return job;
}

/* What was executed is committed on the OST, or lost. */
static void osp_job_committed(struct ptlrpc_request *req)
{
	struct osp_job *job = req->rq_cb_data;
	struct osp_device *osp = job->oj_osp;

	if (req->rq_committed || !osp_job_queue(job, &osp->opd_uncommitted, HZ))
		osp_job_end(job, &osp->opd_uncommitted, req->rq_committed);
}

/* Is the refusal final? An object that does not exist needs no owner. */
static bool osp_job_refused(const struct osp_job *job, int rc)
{
	if (job->oj_kind == JOB_DESTROY)
		return false;
	return rc == -ENOENT || rc == -EPERM || rc == -EINVAL || rc == -EOPNOTSUPP;
}

static void osp_job_done(struct ptlrpc_request *req)
{
	struct osp_job *job = req->done_data;
	struct osp_device *osp = job->oj_osp;
	int rc = req->rq_status;
	bool ok = false;

	if (!rc && req->rq_transno && !job->oj_sync) {	/* osp_job_committed() follows */
		spin_lock(&osp->opd_job_lock);
		osp->opd_in_flight--;
		osp->opd_uncommitted++;
		osp_job_arm(osp, 0);
		spin_unlock(&osp->opd_job_lock);
		ptlrpc_req_put(req);
		return;
	}
	req->rq_commit_cb = NULL;
	if (job->oj_sync) {
		/* The OST cannot sync: what it answered to the change itself has to do. */
		ok = !rc || (req->rq_got_reply && !ptlrpc_err_is_conn(rc));
	} else if (!rc || (rc == -ENOENT && job->oj_kind == JOB_DESTROY)) {
		/* An earlier request destroyed it, and its reply was lost: is that committed? */
		job->oj_sync = true;
		rc = 0;
	} else if (req->rq_got_reply && osp_job_refused(job, rc)) {
		ok = true;
		if (rc != -ENOENT)
			pr_warn_ratelimited("%s: the OST refused the owner of object %llu: rc = %d\n",
					    osp->opd_name, le64_to_cpu(job->oj_oi.oi_id), rc);
	}
	if (ok || !osp_job_queue(job, &osp->opd_in_flight, rc ? SYNC_RETRY_SECS * HZ : 0))
		osp_job_end(job, &osp->opd_in_flight, ok);
	ptlrpc_req_put(req);
}

static void osp_job_pack(const struct osp_job *job, struct obdo *oa)
{
	oa->o_oi = job->oj_oi;
	if (job->oj_sync) {
		oa->o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP);
		oa->o_blocks = cpu_to_le64(OBD_OBJECT_EOF);	/* end of the range */
	} else if (job->oj_kind == JOB_DESTROY) {
		oa->o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLOBJCOUNT);
		oa->o_misc = cpu_to_le32(1);
	} else {
		oa->o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLUID |
					  OBD_MD_FLGID | OBD_MD_FLPROJID);
		oa->o_uid = cpu_to_le32(job->oj_uid);
		oa->o_gid = cpu_to_le32(job->oj_gid);
		oa->o_projid = cpu_to_le32(job->oj_projid);
	}
}

static int osp_job_send(struct osp_job *job)
{
	bool destroy = job->oj_kind == JOB_DESTROY && !job->oj_sync;
	u32 opc = job->oj_sync ? OST_SYNC : destroy ? OST_DESTROY : OST_SETATTR;
	struct ptlrpc_request *req;
	struct ost_body *body;
	int rc;

	req = ptlrpc_req_new(job->oj_osp->opd_imp, opc,
			     destroy ? &wf_ost_destroy : &wf_ost_body_only);
	if (!req)
		return -ENOMEM;
	req->rq_req_portal = OST_REQUEST_PORTAL;
	if (destroy)
		ptlrpc_req_size(req, WF_DLM_REQ, LDLM_REQ_MIN_SIZE);
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	osp_job_pack(job, &body->oa);
	req->done = osp_job_done;
	req->done_data = job;
	req->rq_commit_cb = osp_job_committed;
	req->rq_cb_data = job;
	rc = ptlrpc_send_async(req);
	if (!rc)
		return 0;
out:
	ptlrpc_req_put(req);
	return rc;
}

/* Jobs whose time has come; under opd_job_lock. Jiffies until there is another one, 0: none. */
static unsigned long osp_job_retry(struct osp_device *osp)
{
	struct osp_job *job, *tmp;
	unsigned long wait = 0;

	list_for_each_entry_safe(job, tmp, &osp->opd_retry, oj_list) {
		unsigned long left = job->oj_when - jiffies;

		if (!time_after(job->oj_when, jiffies))
			list_move_tail(&job->oj_list, &osp->opd_jobs);
		else
			wait = wait ? min(wait, left) : left;
	}
	return wait;
}

/* The next job, if another one may be in flight. */
static struct osp_job *osp_job_next(struct osp_device *osp)
{
	struct osp_job *job = NULL;

	spin_lock(&osp->opd_job_lock);
	if (osp->opd_jobs_open && osp->opd_in_flight < SYNC_IN_FLIGHT)
		job = list_first_entry_or_null(&osp->opd_jobs, struct osp_job, oj_list);
	if (job) {
		list_del_init(&job->oj_list);
		osp->opd_nr_jobs--;
		osp->opd_in_flight++;
	}
	spin_unlock(&osp->opd_job_lock);
	return job;
}

static void osp_job_work(struct work_struct *work)
{
	struct osp_device *osp = container_of(work, struct osp_device, opd_sync_work.work);
	struct osp_job *job;
	unsigned long wait;

	spin_lock(&osp->opd_job_lock);
	wait = osp_job_retry(osp);
	if (wait)
		osp_job_arm(osp, wait);
	spin_unlock(&osp->opd_job_lock);
	while ((job = osp_job_next(osp))) {
		if (!osp_job_send(job))
			continue;
		if (!osp_job_queue(job, &osp->opd_in_flight, HZ))
			osp_job_end(job, &osp->opd_in_flight, false);
		return;
	}
}

/* The OST is connected: jobs are taken. */
void osp_sync_open(struct osp_device *osp)
{
	spin_lock(&osp->opd_job_lock);
	osp->opd_jobs_open = !osp->opd_jobs_stopped;
	spin_unlock(&osp->opd_job_lock);
}

/*
 * The OST is away, or the OSP stops (@stop): what waits ends without success, what is in flight
 * follows.
 */
void osp_sync_close(struct osp_device *osp, bool stop)
{
	struct osp_job *job, *n;
	LIST_HEAD(jobs);

	spin_lock(&osp->opd_job_lock);
	osp->opd_jobs_open = false;
	osp->opd_jobs_stopped |= stop;
	list_splice_init(&osp->opd_jobs, &jobs);
	list_splice_tail_init(&osp->opd_retry, &jobs);
	osp->opd_nr_jobs = 0;
	spin_unlock(&osp->opd_job_lock);
	list_for_each_entry_safe(job, n, &jobs, oj_list) {
		list_del_init(&job->oj_list);
		osp_job_free(job, false);
	}
}

void osp_sync_init(struct osp_device *osp)
{
	spin_lock_init(&osp->opd_job_lock);
	INIT_LIST_HEAD(&osp->opd_jobs);
	INIT_LIST_HEAD(&osp->opd_retry);
	INIT_DELAYED_WORK(&osp->opd_sync_work, osp_job_work);
}

static bool osp_idle(struct osp_device *osp)
{
	bool idle;

	spin_lock(&osp->opd_job_lock);
	idle = !osp->opd_in_flight && !osp->opd_uncommitted;
	spin_unlock(&osp->opd_job_lock);
	return idle;
}

/* The import is disconnected: requests in flight end by themselves. */
void osp_sync_stop(struct osp_device *osp)
{
	osp_sync_close(osp, true);
	wait_event(osp->opd_waitq, osp_idle(osp));
	cancel_delayed_work_sync(&osp->opd_sync_work);
}

/* ---- what the owner asks for ---- */

/* Is the OST connected, so that jobs are sent? */
bool osp_reachable(struct osp_device *osp)
{
	return READ_ONCE(osp->opd_jobs_open);
}

/**
 * osp_send_destroy - destroy an object
 * @osp: the OST
 * @oi: the object
 * @end: called once, perhaps before this returns
 * @arg: of @end
 */
void osp_send_destroy(struct osp_device *osp, const struct ost_id *oi, osp_end_fn end, void *arg)
{
	struct osp_job *job = osp_job_new(JOB_DESTROY, osp, oi, end, arg);

	if (job)
		osp_job_submit(job);
	else
		end(arg, false);
}

/**
 * osp_send_owner - set owner, group and project of an object
 * @osp: the OST
 * @oi: the object
 * @la: uid, gid, projid
 * @end: called once, perhaps before this returns
 * @arg: of @end
 */
void osp_send_owner(struct osp_device *osp, const struct ost_id *oi, const struct osd_attr *la,
		    osp_end_fn end, void *arg)
{
	struct osp_job *job = osp_job_new(JOB_SETATTR, osp, oi, end, arg);

	if (!job) {
		end(arg, false);
		return;
	}
	job->oj_uid = la->uid;
	job->oj_gid = la->gid;
	job->oj_projid = la->projid;
	osp_job_submit(job);
}

/**
 * osp_set_size - set the size of an object
 * @osp: the OST
 * @id: of the object
 * @size: in bytes
 *
 * Return: 0, -ENOMEM, -errno of the OST or of the connection.
 */
int osp_set_size(struct osp_device *osp, u64 id, u64 size)
{
	struct ptlrpc_request *req;
	struct ost_body *body;
	int rc;

	req = ptlrpc_req_new(osp->opd_imp, OST_PUNCH, &wf_ost_body_only);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = true;
	rc = ptlrpc_req_pack(req);
	if (!rc) {
		body = ptlrpc_req_buf(req, WF_OST_BODY);
		body->oa.o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLSIZE |
					       OBD_MD_FLBLOCKS | OBD_MD_FLFLAGS);
		body->oa.o_oi.oi_id = cpu_to_le64(id);
		body->oa.o_size = cpu_to_le64(size);
		body->oa.o_blocks = cpu_to_le64(OBD_OBJECT_EOF);
		body->oa.o_flags = cpu_to_le32(OBD_FL_SRVLOCK);
		rc = ptlrpc_queue_wait(req);
	}
	ptlrpc_req_put(req);
	return rc;
}
