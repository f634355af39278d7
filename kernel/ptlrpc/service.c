// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services: a request portal, the memory into which LNet puts requests, and the threads that serve
 * them.
 *
 * A request on the server: LNet event -> svc_parse_req() (drop, find the export, duplicates) ->
 * queue -> a thread copies it out of the receive buffer and calls svc_handle_req() -> answer. From
 * its arrival to its answer it is on svc.timed, where a work looks once a second which of them
 * needs an early reply, and on the list of its export, where duplicates are found.
 *
 * Threads: threads_min, one more whenever requests wait and no thread is idle, up to
 * threads_max. One eighth more, at least one, serve only the urgent queue: pings, connects, and
 * what must be done before a client can give up a lock that others wait for pass when all other
 * threads are blocked.
 *
 * Locks: services_mutex > svc.lock (leaf).
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/kthread.h>
#include <gloss/param.h>
#include "internal.h"
#include <trace/events/ptlrpc.h>

#define SVC_BUFS_MIN	3
#define SVC_BUFS_MAX	24
#define SVC_BUF_SMALL	65536

struct svc_thread {
	struct list_head	link;
	struct ptlrpc_service	*svc;
	struct task_struct	*task;
	struct svc_req		*req;		/* in service; the thread's own */
	bool			hp_only;
};

static DEFINE_MUTEX(services_mutex);
static LIST_HEAD(services);
static struct kmem_cache *svc_req_cache;

/* ---- requests ---- */

static void svc_req_get(struct svc_req *req)
{
	refcount_inc(&req->sr_ref);
}

/*
 * Count down what svc_stop() waits for. Under the lock, so that svc is not freed before the
 * wake-up is over.
 */
static void svc_count_down(struct ptlrpc_service *svc, atomic_t *count)
{
	spin_lock(&svc->lock);
	if (atomic_dec_and_test(count))
		wake_up_all(&svc->stop_waitq);
	spin_unlock(&svc->lock);
}

static void svc_buf_put(struct svc_buf *sb);

static void svc_req_release_buf(struct svc_req *req)
{
	if (!req->sr_buf)
		return;
	svc_buf_put(req->sr_buf);
	req->sr_buf = NULL;
}

/* Copy the message, so that the receive buffer can be posted again while the request is served. */
static bool svc_req_copy_msg(struct svc_req *req)
{
	struct obd_export *exp = req->sr_exp;
	void *copy;

	if (req->sr_msg_own)
		return true;
	copy = kvmalloc(req->sr_msg_len, GFP_NOFS);
	if (!copy)
		return false;
	memcpy(copy, req->sr_msg, req->sr_msg_len);
	/* others may look at the requests of an export: svc_export_find_req() */
	if (exp) {
		spin_lock(&exp->exp_lock);
		req->sr_msg = copy;
		spin_unlock(&exp->exp_lock);
	} else {
		req->sr_msg = copy;
	}
	req->sr_msg_own = true;
	svc_req_release_buf(req);
	return true;
}

void svc_req_put(struct svc_req *req)
{
	struct ptlrpc_service *svc = req->sr_svc;

	if (!refcount_dec_and_test(&req->sr_ref))
		return;
	svc_req_release_buf(req);
	if (req->sr_msg_own)
		kvfree(req->sr_msg);
	kvfree(req->sr_rep);
	export_put(req->sr_exp);
	import_put(req->sr_imp);
	kmem_cache_free(svc_req_cache, req);
	svc_count_down(svc, &svc->nr_reqs);
}

static void svc_leave_export(struct svc_req *req)
{
	if (!req->sr_in_service)
		return;
	req->sr_in_service = false;
	atomic_dec(&req->sr_exp->exp_in_service);
	wake_up_all(&req->sr_exp->exp_waitq);
}

/*
 * Unlink from the export and from svc.timed: after this no resend can change mbits or the deadline.
 */
void svc_req_done(struct svc_req *req)
{
	struct ptlrpc_service *svc = req->sr_svc;
	struct obd_export *exp = req->sr_exp;

	if (exp) {
		spin_lock(&exp->exp_lock);
		list_del_init(&req->sr_exp_link);
		spin_unlock(&exp->exp_lock);
	}
	spin_lock(&svc->lock);
	list_del_init(&req->sr_timed);
	spin_unlock(&svc->lock);
	svc_leave_export(req);
}

/* More requests wait than threads are idle, or the least is not there yet; svc.lock held. */
static bool svc_wants_thread(const struct ptlrpc_service *svc)
{
	return (svc->queued > svc->idle || svc->threads < svc->conf.threads_min) &&
	       svc->threads < svc->conf.threads_max && !svc->stopping;
}

/* The same for urgent requests, when there can be no more threads of the other kind. */
static bool svc_wants_hp_thread(const struct ptlrpc_service *svc)
{
	return svc->queued_hp > svc->idle + svc->hp_idle && svc->hp_threads &&
	       svc->threads >= svc->conf.threads_max &&
	       svc->hp_threads < svc->conf.threads_max / 8 && !svc->stopping;
}

/* Few receive buffers are left; svc.lock held. */
static bool svc_wants_buf(const struct ptlrpc_service *svc)
{
	return svc->posted < 2 && svc->nr_bufs < SVC_BUFS_MAX && !svc->stopping;
}

static void svc_enqueue(struct svc_req *req)
{
	struct ptlrpc_service *svc = req->sr_svc;
	bool hp = svc_req_is_urgent(req), grow;

	spin_lock(&svc->lock);
	req->sr_urgent |= hp;	/* or its lock was called back since its arrival */
	hp = req->sr_urgent;
	list_add_tail(&req->sr_link, hp ? &svc->queue_hp : &svc->queue);
	svc->queued_hp += hp;
	if (list_empty(&req->sr_timed))
		list_add_tail(&req->sr_timed, &svc->timed);
	svc->queued++;
	grow = svc_wants_thread(svc) || svc_wants_hp_thread(svc);
	trace_ptlrpc_svc_queued(req, svc->name, hp);
	spin_unlock(&svc->lock);
	wake_up(&svc->waitq);
	if (hp)
		wake_up(&svc->waitq_hp);
	if (grow)
		queue_work(system_unbound_wq, &svc->grow_work);
}

/* Still waiting for a thread? Then before the others. exp_lock held. */
static void svc_req_move_up(struct svc_req *req)
{
	struct ptlrpc_service *svc = req->sr_svc;
	bool moved = false;

	spin_lock(&svc->lock);
	if (!list_empty(&req->sr_link) && !req->sr_urgent) {
		list_move_tail(&req->sr_link, &svc->queue_hp);
		svc->queued_hp++;
		moved = true;
	}
	req->sr_urgent = true;
	spin_unlock(&svc->lock);
	if (moved)
		wake_up(&svc->waitq_hp);
}

/**
 * svc_lock_called_back - a client was told to give a lock up: help its requests under that lock
 * @exp: the client
 * @lock_cookie: the server's cookie of the lock
 *
 * Requests that name the lock and still wait for a thread are served before others (chapter 3,
 * 14.2). Context: any that may take exp_lock; does not sleep.
 */
void svc_lock_called_back(struct obd_export *exp, u64 lock_cookie)
{
	struct svc_req *req;

	spin_lock(&exp->exp_lock);
	list_for_each_entry(req, &exp->exp_reqs, sr_exp_link)
		if (lock_cookie && READ_ONCE(req->sr_io_lock) == lock_cookie)
			svc_req_move_up(req);
	spin_unlock(&exp->exp_lock);
}
EXPORT_SYMBOL_GPL(svc_lock_called_back);

/**
 * svc_req_hold - keep a request for later
 * @req: from pre_handle, which then returns 1 and does not touch it any more if another thread may
 * resume it
 */
void svc_req_hold(struct svc_req *req)
{
	svc_req_get(req);
	/* sr_link belongs to the holder now: svc_req_move_up() does not touch it any more. */
	spin_lock(&req->sr_svc->lock);
	req->sr_urgent = true;
	spin_unlock(&req->sr_svc->lock);
	svc_leave_export(req);	/* the end of the export must not wait for this request */
}
EXPORT_SYMBOL_GPL(svc_req_hold);

/**
 * svc_req_resume - give a held request back to its service
 * @req: request
 */
void svc_req_resume(struct svc_req *req)
{
	req->sr_resumed = true;
	svc_enqueue(req);	/* with the reference of svc_req_hold() */
}
EXPORT_SYMBOL_GPL(svc_req_resume);

/**
 * svc_req_run - serve a held request in the calling thread
 * @req: request
 *
 * Context: sleeps; svc_current() is NULL meanwhile.
 *
 * Return: the status that was answered; -EINPROGRESS: none was, the client will send it again.
 */
int svc_req_run(struct svc_req *req)
{
	int rc;

	req->sr_resumed = true;
	svc_req_get(req);
	svc_handle_req(req);	/* with the reference of svc_req_hold() */
	rc = req->sr_no_reply ? -EINPROGRESS : req->sr_status;
	svc_req_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(svc_req_run);

/**
 * svc_req_drop - forget a held request
 * @req: request
 */
void svc_req_drop(struct svc_req *req)
{
	atomic_dec(&req->sr_svc->active);
	svc_req_done(req);
	svc_req_put(req);
}
EXPORT_SYMBOL_GPL(svc_req_drop);

/* ---- receive buffers ---- */

static void svc_request_event(const struct lnet_event *ev);

static u32 svc_max_size(const struct ptlrpc_service *svc)
{
	return svc->conf.max_req + 1024;
}

/* Posting takes one reference of the buffer. */
static int svc_buf_post(struct svc_buf *sb)
{
	struct ptlrpc_service *svc = sb->sb_svc;
	const struct lnet_process_id any = LNET_ANY_ID;
	struct lnet_md_desc desc = {
		.buf = sb->sb_mem,
		.length = svc->buf_size,
		.threshold = LNET_MD_THRESH_INF,
		.max_size = svc_max_size(svc),
		.options = LNET_MD_OP_PUT | LNET_MD_MAX_SIZE,
		.handler = svc_request_event,
		.user = sb,
		.mdp = &sb->sb_md,
	};
	struct lnet_md *md;

	atomic_set(&sb->sb_ref, 1);
	spin_lock(&svc->lock);
	svc->posted++;
	spin_unlock(&svc->lock);
	md = lnet_md_attach(svc->conf.req_portal, &any, 0, ~0ULL, &desc, true);
	if (!IS_ERR(md))
		return 0;
	spin_lock(&svc->lock);
	sb->sb_md = NULL;
	svc->posted--;
	spin_unlock(&svc->lock);
	pr_err("%s: cannot post a receive buffer: rc = %ld\n", svc->name, PTR_ERR(md));
	return PTR_ERR(md);
}

static void svc_buf_put(struct svc_buf *sb)
{
	struct ptlrpc_service *svc = sb->sb_svc;

	if (!atomic_dec_and_test(&sb->sb_ref))
		return;
	if (READ_ONCE(svc->stopping) || svc_buf_post(sb)) {
		svc_count_down(svc, &svc->live_bufs);
	} else if (READ_ONCE(svc->stopping)) {
		/* stopping was set meanwhile: svc_stop() may have missed this buffer */
		spin_lock(&svc->lock);
		if (sb->sb_md)
			lnet_md_unlink(sb->sb_md);
		spin_unlock(&svc->lock);
	}
}

static int svc_buf_add(struct ptlrpc_service *svc)
{
	struct svc_buf *sb = kzalloc(sizeof(*sb), GFP_NOFS);
	int rc;

	if (!sb)
		return -ENOMEM;
	sb->sb_svc = svc;
	sb->sb_mem = kvmalloc(svc->buf_size, GFP_NOFS);
	if (!sb->sb_mem) {
		kfree(sb);
		return -ENOMEM;
	}
	spin_lock(&svc->lock);
	list_add_tail(&sb->sb_link, &svc->bufs);
	svc->nr_bufs++;
	spin_unlock(&svc->lock);
	lu_mem_add(svc->buf_size);
	atomic_inc(&svc->live_bufs);
	rc = svc_buf_post(sb);
	if (rc)
		atomic_dec(&svc->live_bufs);
	return rc;
}

static void svc_take_message(struct svc_buf *sb, const struct lnet_event *ev)
{
	struct ptlrpc_service *svc = sb->sb_svc;
	struct svc_req *req = kmem_cache_zalloc(svc_req_cache, GFP_NOFS);

	if (!req)
		return;
	refcount_set(&req->sr_ref, 1);
	atomic_inc(&svc->nr_reqs);
	req->sr_svc = svc;
	req->sr_msg = sb->sb_mem + ev->offset;
	req->sr_msg_len = ev->mlength;
	atomic_inc(&sb->sb_ref);
	req->sr_buf = sb;
	/* a message of odd length stands before it */
	if (ev->offset & 7 && !svc_req_copy_msg(req))
		goto drop;
	req->sr_xid = ev->match_bits;
	req->sr_peer = ev->source;
	req->sr_self = ev->target;
	req->sr_req_portal = ev->portal;
	req->sr_rep_portal = svc->conf.rep_portal;
	req->sr_arrival_ns = ktime_get();
	req->sr_arrival = ktime_get_seconds();
	INIT_LIST_HEAD(&req->sr_link);
	INIT_LIST_HEAD(&req->sr_timed);
	INIT_LIST_HEAD(&req->sr_exp_link);
	if (svc_parse_req(req)) {
		svc_enqueue(req);
		return;
	}
drop:
	svc_req_put(req);
}

static void svc_request_event(const struct lnet_event *ev)
{
	struct svc_buf *sb = ev->user;
	struct ptlrpc_service *svc = sb->sb_svc;
	bool last = ev->unlinked, more = false;

	if (ev->type == LNET_EVENT_PUT && !ev->status && !READ_ONCE(svc->stopping))
		svc_take_message(sb, ev);
	if (!last)
		return;
	spin_lock(&svc->lock);
	sb->sb_md = NULL;
	svc->posted--;
	more = svc_wants_buf(svc);
	spin_unlock(&svc->lock);
	if (more)
		queue_work(system_unbound_wq, &svc->grow_work);
	svc_buf_put(sb);
}

/* ---- threads ---- */

static struct svc_req *svc_dequeue(struct ptlrpc_service *svc, bool hp_only)
{
	struct svc_req *req;
	bool grow;

	spin_lock(&svc->lock);
	req = list_first_entry_or_null(&svc->queue_hp, struct svc_req, sr_link);
	if (!req && !hp_only)
		req = list_first_entry_or_null(&svc->queue, struct svc_req, sr_link);
	if (req) {
		list_del_init(&req->sr_link);
		svc->queued--;
		svc->queued_hp -= req->sr_urgent;
	}
	grow = svc_wants_thread(svc) || svc_wants_hp_thread(svc);
	spin_unlock(&svc->lock);
	if (grow)
		queue_work(system_unbound_wq, &svc->grow_work);
	return req;
}

static void svc_serve_req(struct svc_req *req)
{
	bool late = ktime_get_seconds() > req->sr_deadline && req->sr_opc != LDLM_CANCEL &&
		    !ptlrpc_opc_is_connect(req->sr_opc);

	if ((late && !req->sr_resumed) || !svc_req_copy_msg(req)) {
		trace_ptlrpc_svc_drop(req, req->sr_svc->name,
				      late ? -ETIMEDOUT : -ENOMEM);
		svc_req_done(req);
		svc_req_put(req);
		return;
	}
	if (!req->sr_resumed)
		svc_stats_start(req);
	trace_ptlrpc_svc_start(req, req->sr_svc->name, req->sr_resumed);
	svc_handle_req(req);
}

static bool svc_thread_has_work(struct svc_thread *th)
{
	struct ptlrpc_service *svc = th->svc;

	return !list_empty(&svc->queue_hp) || (!th->hp_only && !list_empty(&svc->queue));
}

static void svc_thread_set_idle(struct svc_thread *th, int delta)
{
	spin_lock(&th->svc->lock);
	*(th->hp_only ? &th->svc->hp_idle : &th->svc->idle) += delta;
	spin_unlock(&th->svc->lock);
}

static int svc_thread_fn(void *data)
{
	struct svc_thread *th = data;
	struct ptlrpc_service *svc = th->svc;
	struct svc_req *req;

	while (!kthread_should_stop()) {
		wait_event_idle_exclusive(*(th->hp_only ? &svc->waitq_hp : &svc->waitq),
					  svc_thread_has_work(th) || kthread_should_stop());
		req = svc_dequeue(svc, th->hp_only);
		if (!req)
			continue;
		svc_thread_set_idle(th, -1);
		do {
			th->req = req;
			svc_serve_req(req);
			th->req = NULL;
			req = svc_dequeue(svc, th->hp_only);
		} while (req);
		svc_thread_set_idle(th, 1);
	}
	return 0;
}

/**
 * svc_current - the request that the calling thread serves
 *
 * For what is deep below a handler and may wait: the wait has to end when the client is gone.
 *
 * Return: the request, valid until its handler returns; NULL in a thread that is not of a service.
 */
struct svc_req *svc_current(void)
{
	const struct svc_thread *th;

	if (!(current->flags & PF_KTHREAD) || kthread_func(current) != svc_thread_fn)
		return NULL;
	th = kthread_data(current);
	return th->req;
}

/**
 * svc_long_wait_begin - may the thread of a request wait for long?
 * @req: request in service
 *
 * At most half of the threads of a service may, whomever they wait for: the others are for those
 * whom they wait for. Does not sleep.
 *
 * Return: true: svc_long_wait_end() follows. False: answer -EINPROGRESS instead.
 */
bool svc_long_wait_begin(struct svc_req *req)
{
	struct ptlrpc_service *svc = req->sr_svc;

	if (atomic_inc_return(&svc->long_waits) <= max(svc->conf.threads_max / 2, 1U))
		return true;
	atomic_dec(&svc->long_waits);
	return false;
}

/**
 * svc_long_wait_full - would svc_long_wait_begin() fail now?
 * @req: request in service
 */
bool svc_long_wait_full(const struct svc_req *req)
{
	const struct ptlrpc_service *svc = req->sr_svc;

	return atomic_read(&svc->long_waits) >= max(svc->conf.threads_max / 2, 1U);
}

/**
 * svc_long_wait_end - the wait of svc_long_wait_begin() is over
 * @req: request in service
 */
void svc_long_wait_end(struct svc_req *req)
{
	atomic_dec(&req->sr_svc->long_waits);
}

static int svc_thread_add(struct ptlrpc_service *svc, bool hp_only)
{
	struct svc_thread *th = kzalloc(sizeof(*th), GFP_NOFS);

	if (!th)
		return -ENOMEM;
	th->svc = svc;
	th->hp_only = hp_only;
	th->task = kthread_create(svc_thread_fn, th, hp_only ? "%s_hp%02u" : "%s_%02u", svc->name,
				  hp_only ? svc->hp_threads : svc->next_thread);
	if (IS_ERR(th->task)) {
		int rc = PTR_ERR(th->task);

		kfree(th);
		return rc;
	}
	spin_lock(&svc->lock);
	list_add_tail(&th->link, &svc->thread_list);
	if (hp_only) {
		svc->hp_threads++;
		svc->hp_idle++;
	} else {
		svc->next_thread++;
		svc->threads++;
		svc->idle++;
	}
	spin_unlock(&svc->lock);
	wake_up_process(th->task);
	return 0;
}

static void svc_grow_work(struct work_struct *work)
{
	struct ptlrpc_service *svc = container_of(work, struct ptlrpc_service, grow_work);
	bool thread, hp, buf;

	do {
		spin_lock(&svc->lock);
		thread = svc_wants_thread(svc);
		hp = svc_wants_hp_thread(svc);
		buf = svc_wants_buf(svc);
		spin_unlock(&svc->lock);
	} while ((!thread || !svc_thread_add(svc, false)) && (!hp || !svc_thread_add(svc, true)) &&
		 (!buf || !svc_buf_add(svc)) && (thread || hp || buf));
}

/**
 * svc_set_threads - change the bounds of the number of threads
 * @svc: the service
 * @min: so many are started soon; 0: as it is
 * @max: no more are started; those that are there stay; 0: as it is
 *
 * Return: 0, or -ERANGE: @min would be above @max.
 */
int svc_set_threads(struct ptlrpc_service *svc, unsigned int min, unsigned int max)
{
	int rc = 0;

	spin_lock(&svc->lock);
	min = min ?: svc->conf.threads_min;
	max = max ?: svc->conf.threads_max;
	if (min > max) {
		rc = -ERANGE;
	} else {
		WRITE_ONCE(svc->conf.threads_min, min);
		WRITE_ONCE(svc->conf.threads_max, max);
		if (svc_wants_thread(svc))
			queue_work(system_unbound_wq, &svc->grow_work);
	}
	spin_unlock(&svc->lock);
	return rc;
}

/* ---- early replies ---- */

struct early {
	struct svc_req *req;
	u64 mbits;
	u32 timeout;
};

#define EARLY_BATCH	32

static bool svc_wants_early(const struct svc_req *req)
{
	return req->sr_msg_flags & MSGHDR_AT_SUPPORT && req->sr_exp &&
	       !ptlrpc_opc_is_connect(req->sr_opc);
}

static u32 svc_early_timeout(struct ptlrpc_service *svc, const struct svc_req *req, time64_t now)
{
	u32 elapsed = now - req->sr_arrival, t;

	if (req->sr_pb_flags & (MSG_REPLAY | MSG_REQ_REPLAY_DONE | MSG_LOCK_REPLAY_DONE))
		return elapsed + ptlrpc_at_extra;
	t = max(ptlrpc_at_estimate(&svc->at), elapsed + ptlrpc_at_extra);
	return min(t, ptlrpc_at_max);
}

/* Collect some that are close to their deadline and move it. */
static unsigned int svc_collect_early(struct ptlrpc_service *svc, struct early *e)
{
	time64_t now = ktime_get_seconds();
	struct svc_req *req;
	unsigned int n = 0;

	spin_lock(&svc->lock);
	list_for_each_entry(req, &svc->timed, sr_timed) {
		u32 t;

		if (!svc_wants_early(req) || req->sr_deadline - now > ptlrpc_at_early_margin ||
		    now > req->sr_deadline)
			continue;
		t = svc_early_timeout(svc, req, now);
		if (req->sr_arrival + t <= req->sr_deadline)
			continue;
		svc_req_get(req);
		e[n++] = (struct early){ .req = req, .timeout = t };
		if (n == EARLY_BATCH)
			break;
	}
	spin_unlock(&svc->lock);
	return n;
}

static void svc_early_work(struct work_struct *work)
{
	struct ptlrpc_service *svc =
		container_of(to_delayed_work(work), struct ptlrpc_service, early_work);
	struct early e[EARLY_BATCH];
	unsigned int n, i;
	bool live;

	do {
		n = svc_collect_early(svc, e);
		for (i = 0; i < n; i++) {
			struct svc_req *req = e[i].req;

			spin_lock(&req->sr_exp->exp_lock);
			WRITE_ONCE(req->sr_deadline,
				   req->sr_arrival + e[i].timeout);
			e[i].mbits = req->sr_mbits;
			live = !list_empty(&req->sr_exp_link) && !req->sr_exp->exp_failed;
			spin_unlock(&req->sr_exp->exp_lock);
			if (live) {
				ptlrpc_at_sample(&svc->at, e[i].timeout);
				trace_ptlrpc_svc_early(req, svc->name, e[i].timeout);
				svc_send_early(req, e[i].mbits, e[i].timeout);
			}
			svc_req_put(req);
		}
	} while (n == EARLY_BATCH);
	if (!READ_ONCE(svc->stopping))
		queue_delayed_work(system_unbound_wq, &svc->early_work, HZ);
}

/* ---- life of a service ---- */

static void svc_free(struct ptlrpc_service *svc)
{
	struct svc_buf *sb, *tmp;

	list_for_each_entry_safe(sb, tmp, &svc->bufs, sb_link) {
		kvfree(sb->sb_mem);
		lu_mem_add(-(long)svc->buf_size);
		kfree(sb);
	}
	lu_stats_free(svc->stats);
	kfree(svc);
}

static void svc_drop_queue(struct ptlrpc_service *svc)
{
	struct svc_req *req;

	while ((req = svc_dequeue(svc, false))) {
		svc_req_done(req);
		svc_req_put(req);
	}
}

/* Stop receiving, finish the requests in service, drop those that wait. */
static void svc_stop(struct ptlrpc_service *svc)
{
	struct svc_thread *th, *tmp;
	struct svc_buf *sb;

	lnet_portal_lazy(svc->conf.req_portal, false);
	spin_lock(&svc->lock);
	svc->stopping = true;
	list_for_each_entry(sb, &svc->bufs, sb_link)
		if (sb->sb_md)
			lnet_md_unlink(sb->sb_md);
	spin_unlock(&svc->lock);
	cancel_work_sync(&svc->grow_work);
	svc_params_del(svc);
	svc_drop_queue(svc);
	list_for_each_entry_safe(th, tmp, &svc->thread_list, link) {
		kthread_stop(th->task);
		kfree(th);
	}
	/* a thread that saw no stop yet may have asked for it once more */
	cancel_work_sync(&svc->grow_work);
	svc_drop_queue(svc);
	cancel_delayed_work_sync(&svc->early_work);
	wait_event(svc->stop_waitq, !atomic_read(&svc->live_bufs) && !atomic_read(&svc->nr_reqs));
	spin_lock(&svc->lock);	/* the last one is out of svc_count_down() */
	spin_unlock(&svc->lock);
	svc_free(svc);
}

static struct ptlrpc_service *svc_start(const struct ptlrpc_service_conf *conf)
{
	struct ptlrpc_service *svc = kzalloc(sizeof(*svc), GFP_KERNEL);
	unsigned int i;
	int rc;

	if (!svc)
		return ERR_PTR(-ENOMEM);
	svc->conf = *conf;
	svc->conf.threads_min = max(conf->threads_min, 1U);
	svc->conf.threads_max = max(conf->threads_max, svc->conf.threads_min);
	strscpy(svc->name, conf->name, 12);
	svc->users = 1;
	svc->stats = ptlrpc_stats_new();
	spin_lock_init(&svc->lock);
	INIT_LIST_HEAD(&svc->queue);
	INIT_LIST_HEAD(&svc->queue_hp);
	INIT_LIST_HEAD(&svc->timed);
	INIT_LIST_HEAD(&svc->bufs);
	INIT_LIST_HEAD(&svc->thread_list);
	init_waitqueue_head(&svc->waitq);
	init_waitqueue_head(&svc->waitq_hp);
	init_waitqueue_head(&svc->stop_waitq);
	INIT_WORK(&svc->grow_work, svc_grow_work);
	INIT_DELAYED_WORK(&svc->early_work, svc_early_work);
	ptlrpc_at_init(&svc->at, 5);
	svc->buf_size = max_t(u32, SVC_BUF_SMALL, 2 * svc_max_size(svc));
	rc = svc_thread_add(svc, true);
	for (i = 0; !rc && i < svc->conf.threads_min; i++)
		rc = svc_thread_add(svc, false);
	if (!rc)
		rc = lnet_portal_lazy(conf->req_portal, true);
	for (i = 0; !rc && i < SVC_BUFS_MIN; i++)
		rc = svc_buf_add(svc);
	if (rc) {
		pr_err("service %s does not start: rc = %d\n", svc->name, rc);
		svc_stop(svc);
		return ERR_PTR(rc);
	}
	svc_params_add(svc);
	queue_delayed_work(system_unbound_wq, &svc->early_work, HZ);
	return svc;
}

/**
 * ptlrpc_service_get - serve a portal
 * @conf: what is served; of a second get of the same portal only the portal counts
 *
 * Return: the service, or ERR_PTR: -ENOMEM, -EINVAL.
 */
struct ptlrpc_service *ptlrpc_service_get(const struct ptlrpc_service_conf *conf)
{
	struct ptlrpc_service *svc;

	mutex_lock(&services_mutex);
	list_for_each_entry(svc, &services, link)
		if (svc->conf.req_portal == conf->req_portal) {
			svc->users++;
			svc_params_add_alias(svc, conf->name);
			goto out;
		}
	svc = svc_start(conf);
	if (!IS_ERR(svc))
		list_add_tail(&svc->link, &services);
out:
	mutex_unlock(&services_mutex);
	return svc;
}
EXPORT_SYMBOL_GPL(ptlrpc_service_get);

/**
 * ptlrpc_service_put - give it back; the last one stops it
 * @svc: service, NULL or ERR_PTR
 */
void ptlrpc_service_put(struct ptlrpc_service *svc)
{
	if (IS_ERR_OR_NULL(svc))
		return;
	mutex_lock(&services_mutex);
	if (!--svc->users) {
		list_del(&svc->link);
		svc_stop(svc);
	}
	mutex_unlock(&services_mutex);
}
EXPORT_SYMBOL_GPL(ptlrpc_service_put);

int svc_init(void)
{
	svc_req_cache = KMEM_CACHE(svc_req, 0);
	return svc_req_cache ? 0 : -ENOMEM;
}

void svc_exit(void)
{
	kmem_cache_destroy(svc_req_cache);
}
