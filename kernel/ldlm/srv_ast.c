// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks (ASTs) from a server to its clients (chapter 3, 11), and the timers of called back
 * locks (14.1). All ASTs of a conflict are sent at once and asynchronously; a result other than
 * success is handled in a work item. No locks are held while sending; ns_wait_lock, inside of
 * lr_lock, guards the list of timers.
 */
#include "internal.h"
#include <linux/delay.h>
#include <linux/moduleparam.h>
#include <trace/events/ldlm.h>

static unsigned int ldlm_callback_timeout = 100;
module_param(ldlm_callback_timeout, uint, 0644);
MODULE_PARM_DESC(ldlm_callback_timeout,
		 "seconds a client has to give a called back lock up before it is evicted");

static unsigned int ldlm_callback_longest = 1000;
module_param(ldlm_callback_longest, uint, 0644);
MODULE_PARM_DESC(ldlm_callback_longest,
		 "the same for a client that does I/O under the lock all the time");

/* The glimpses of one request, whose thread waits for all of them. */
struct gl_set {
	atomic_t		pending;
	struct completion	done;
};

struct ldlm_ast {
	struct work_struct	work;
	struct ldlm_lock	*lock;
	struct ptlrpc_request	*req;
	struct gl_set		*set;
	u32			opc;
};

unsigned long ldlm_callback_time(void)
{
	return max(READ_ONCE(ldlm_callback_timeout), 1U) * HZ;
}

/* When a called back lock is taken by force, whatever its client does. */
static unsigned long ldlm_wait_last(const struct ldlm_lock *lock)
{
	return lock->l_called_back + max((unsigned long)READ_ONCE(ldlm_callback_longest) * HZ,
					 ldlm_callback_time());
}

/* ---- timers ---- */

/* Group locks, flocks, and locks of other MDTs are never taken by force (chapter 3, 14.1). */
bool ldlm_lock_has_timer(const struct ldlm_lock *lock)
{
	return lock->l_export && lock->l_granted_mode != LCK_GROUP &&
	       lock->l_res->lr_type != LDLM_FLOCK &&
	       !(exp_connect_flags(lock->l_export) & OBD_CONNECT_MDS_MDS);
}

/* ns_wait_lock held. */
static void ldlm_wait_set_deadline(struct ldlm_lock *lock, unsigned long delay)
{
	unsigned long last = ldlm_wait_last(lock);

	lock->l_deadline = jiffies + delay;
	if (time_after(lock->l_deadline, last))
		lock->l_deadline = last;
}

/* @again: the time of the lock was over */
static void ldlm_wait_set(struct ldlm_lock *lock, unsigned long delay, bool again)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;

	spin_lock(&ns->ns_wait_lock);
	if (list_empty(&lock->l_wait_link)) {
		if (!again)
			lock->l_called_back = jiffies;
		ldlm_lock_get(lock);
		list_add_tail(&lock->l_wait_link, &ns->ns_wait_list);
	}
	ldlm_wait_set_deadline(lock, delay);
	spin_unlock(&ns->ns_wait_lock);
	queue_delayed_work(ldlm_wq, &ns->ns_wait_work, delay);
}

/*
 * The client was told to give the lock back: start its time. lr_lock may be held. Does not sleep.
 */
void ldlm_wait_start(struct ldlm_lock *lock)
{
	if (ldlm_lock_has_timer(lock))
		ldlm_wait_set(lock, ldlm_callback_time(), false);
}

/*
 * The lock was given back, or part of it: stop its time. Under lr_lock only if the caller has a
 * reference, because the reference of the timer may be the last one.
 */
void ldlm_wait_stop(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;
	bool put = false;

	spin_lock(&ns->ns_wait_lock);
	if (!list_empty(&lock->l_wait_link)) {
		list_del_init(&lock->l_wait_link);
		put = true;
	}
	spin_unlock(&ns->ns_wait_lock);
	if (put)
		ldlm_lock_put(lock);
}

/* The client does I/O under the lock: give it the full time again, up to ldlm_callback_longest. */
void ldlm_wait_prolong(struct ldlm_lock *lock)
{
	struct ldlm_namespace *ns = lock->l_res->lr_ns;

	spin_lock(&ns->ns_wait_lock);
	if (!list_empty(&lock->l_wait_link)) {
		ldlm_wait_set_deadline(lock, ldlm_callback_time());
		trace_ldlm_prolong(lock, ldlm_callback_time() / HZ);
	}
	spin_unlock(&ns->ns_wait_lock);
}

/*
 * The time of a called back lock is over. The client did what it could if a request is here that
 * gives the lock back, or writes the data that has to be written before: then more time, but not
 * for ever; else it is evicted.
 */
static void ldlm_wait_over(struct ldlm_lock *lock)
{
	bool needed = time_before(jiffies, ldlm_wait_last(lock)) && ldlm_lock_in_request(lock);
	bool called_back;
	struct ldlm_resource *res = lock->l_res;
	char why[160];

	spin_lock(&res->lr_lock);
	called_back = (lock->l_flags & (LDLM_FL_AST_SENT | LDLM_FL_DESTROYED)) == LDLM_FL_AST_SENT;
	if (called_back && needed) {
		ldlm_wait_set(lock, ldlm_callback_time() / 2, true);
		trace_ldlm_prolong(lock, ldlm_callback_time() / 2 / HZ);
	}
	spin_unlock(&res->lr_lock);
	if (!called_back || needed)
		return;
	atomic_inc(&res->lr_ns->ns_nr_timeouts);
	snprintf(why, sizeof(why), "it did not give lock 0x%llx on " DLDLMRES " back in %lu s",
		 (unsigned long long)lock->l_handle.cookie, PLDLMRES(&res->lr_id),
		 (jiffies - lock->l_called_back) / HZ);
	trace_ldlm_evict(lock, -ETIMEDOUT);
	export_evict(lock->l_export, why);
}

void ldlm_wait_expired(struct work_struct *work)
{
	struct ldlm_namespace *ns = container_of(to_delayed_work(work), struct ldlm_namespace,
						 ns_wait_work);
	struct ldlm_lock *lock, *tmp;
	unsigned long next;
	LIST_HEAD(late);
	bool more;

	spin_lock(&ns->ns_wait_lock);
	list_for_each_entry_safe(lock, tmp, &ns->ns_wait_list, l_wait_link)
		if (time_after_eq(jiffies, lock->l_deadline))
			list_move_tail(&lock->l_wait_link, &late);
	while (!list_empty(&late)) {
		lock = list_first_entry(&late, struct ldlm_lock, l_wait_link);
		list_del_init(&lock->l_wait_link);
		spin_unlock(&ns->ns_wait_lock);

		ldlm_wait_over(lock);
		ldlm_lock_put(lock);
		spin_lock(&ns->ns_wait_lock);
	}
	/* ldlm_wait_over() may have given some more time, and queued this work for a later time */
	next = jiffies + ldlm_callback_time();
	list_for_each_entry(lock, &ns->ns_wait_list, l_wait_link)
		if (time_before(lock->l_deadline, next))
			next = lock->l_deadline;
	more = !list_empty(&ns->ns_wait_list);
	spin_unlock(&ns->ns_wait_lock);
	if (more)
		mod_delayed_work(ldlm_wq, &ns->ns_wait_work,
				 time_after(next, jiffies) ? next - jiffies : 1);
}

/* ---- results ---- */

/*
 * The client gave the lock back, or says that it does not have it: read the LVB again if it may
 * have written, end the lock, and grant those that waited for it. May sleep.
 */
void ldlm_srv_drop(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = lock->l_res;

	if (lock->l_granted_mode & (LCK_PW | LCK_GROUP | LCK_EX) &&
	    !(lock->l_flags & LDLM_FL_DISCARD_DATA))
		ldlm_lvb_reread(res);
	if (ldlm_lock_destroy(lock))
		ldlm_reprocess(res);
}

static void ldlm_ast_gl_merge(struct ldlm_ast *ast)
{
	struct ldlm_resource *res = ast->lock->l_res;
	const struct ost_lvb *lvb = NULL;
	struct ost_lvb v1 = { 0 };

	if (ast->req->rq_status >= 0 && ptlrpc_rep_len(ast->req, WF_DLM_LVB) >= OST_LVB_V1_SIZE) {
		u32 len = ptlrpc_rep_len(ast->req, WF_DLM_LVB);
		const void *buf = ptlrpc_rep_buf(ast->req, WF_DLM_LVB);

		if (buf) {
			memcpy(&v1, buf, min_t(u32, len, sizeof(v1)));
			lvb = &v1;
		}
	}
	if (lvb)
		ldlm_lvb_glimpsed(res, lvb);
	else
		ldlm_lvb_reread(res);
}

static void ldlm_ast_free(struct ldlm_ast *ast)
{
	ptlrpc_req_put(ast->req);
	ldlm_lock_put(ast->lock);
	kfree(ast);
}

static const char *ldlm_ast_name(u32 opc)
{
	return opc == LDLM_BL_CALLBACK ? "the callback" :
	       opc == LDLM_CP_CALLBACK ? "the grant" : "a glimpse";
}

static void ldlm_ast_outcome_work(struct work_struct *work)
{
	struct ldlm_ast *ast = container_of(work, struct ldlm_ast, work);
	struct ldlm_lock *lock = ast->lock;
	struct obd_export *exp = lock->l_export;
	int rc = ast->req->rq_status;
	char why[160];

	if (ast->opc == LDLM_GL_CALLBACK)
		ldlm_ast_gl_merge(ast);
	if (rc == -EINVAL) {
		ldlm_srv_drop(lock);
	} else if (rc < 0 && !(ast->opc == LDLM_GL_CALLBACK && rc == -ELDLM_NO_LOCK_DATA) &&
		   rc != -ENODEV && rc != -ESHUTDOWN && !READ_ONCE(exp->exp_failed) &&
		   !(READ_ONCE(lock->l_flags) & LDLM_FL_DESTROYED)) {
		trace_ldlm_evict(lock, rc);
		snprintf(why, sizeof(why), "no answer to %s of lock %llx on " DLDLMRES ": rc = %d",
			 ldlm_ast_name(ast->opc), (unsigned long long)lock->l_handle.cookie,
			 PLDLMRES(&lock->l_res->lr_id), rc);
		export_evict(exp, why);
	}
	if (ast->set && atomic_dec_and_test(&ast->set->pending))
		complete(&ast->set->done);
	ldlm_ast_free(ast);
}

static void ldlm_ast_done(struct ptlrpc_request *req)
{
	struct ldlm_ast *ast = req->done_data;

	trace_ldlm_ast_done(ast->lock, req->rq_status);
	if (!ast->set && req->rq_status == 0) {
		ldlm_ast_free(ast);
		return;
	}
	queue_work(ldlm_wq, &ast->work);
}

/* ---- sending ---- */

static struct ldlm_ast *ldlm_ast_alloc(struct ldlm_lock *lock, u32 opc,
				       const struct wire_format *fmt,
				       u32 req_lvb,
				    u32 rep_lvb)
{
	struct ldlm_ast *ast = kzalloc(sizeof(*ast), GFP_NOFS);

	if (!ast)
		return NULL;
	ast->req = ptlrpc_req_new_rev(lock->l_export, opc, fmt);
	if (!ast->req)
		goto out;
	ptlrpc_req_size(ast->req, WF_DLM_REQ, LDLM_REQ_MIN_SIZE);
	if (opc == LDLM_CP_CALLBACK)
		ptlrpc_req_size(ast->req, WF_DLM_LVB, req_lvb);
	if (opc == LDLM_GL_CALLBACK) {
		ptlrpc_req_size(ast->req, WF_GL_DESC, 0);
		ptlrpc_rep_room(ast->req, WF_DLM_LVB, rep_lvb);
	}
	if (ptlrpc_req_pack(ast->req))
		goto out;
	INIT_WORK(&ast->work, ldlm_ast_outcome_work);
	ast->lock = ldlm_lock_get(lock);
	ast->opc = opc;
	ast->req->done = ldlm_ast_done;
	ast->req->done_data = ast;
	ast->req->rq_deadline_max = get_jiffies_64() +
		(opc == LDLM_GL_CALLBACK ? (u64)ptlrpc_ldlm_timeout * HZ : ldlm_callback_time());
	return ast;
out:
	ldlm_ast_free(ast);
	return NULL;
}

/*
 * A callback to the client of a lock. NULL: the client is gone; or there was no memory for a
 * second, and the client is evicted, because others would wait for its lock for ever.
 */
static struct ldlm_ast *ldlm_ast_new(struct ldlm_lock *lock, u32 opc, const struct wire_format *fmt,
				     u32 req_lvb,
				u32 rep_lvb)
{
	struct ldlm_ast *ast;
	int try;

	for (try = 0; try < 10; try++) {
		if (READ_ONCE(lock->l_export->exp_failed))
			return NULL;
		ast = ldlm_ast_alloc(lock, opc, fmt, req_lvb, rep_lvb);
		if (ast)
			return ast;
		msleep(100);
	}
	if (!READ_ONCE(lock->l_export->exp_failed))
		export_evict(lock->l_export, "no memory for a lock callback");
	return NULL;
}

static void ldlm_ast_send(struct ldlm_ast *ast)
{
	int rc;

	trace_ldlm_ast(ast->lock, ast->opc);
	rc = ptlrpc_send_async(ast->req);

	if (rc) {
		ast->req->rq_status = rc;
		queue_work(ldlm_wq, &ast->work);
	}
}

static void ldlm_ast_send_cp(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = lock->l_res;
	u32 len = ldlm_lvb_len(res, &lock->l_policy, lock->l_export);
	struct ldlm_request *dlm;
	struct ldlm_ast *ast;
	u64 flags = 0;

	ldlm_flock_drop_spare(lock);
	ast = ldlm_ast_new(lock, LDLM_CP_CALLBACK, &wf_ldlm_cp_callback, len, 0);
	if (!ast)
		return;
	if (len && ldlm_lvb_fill(res, ptlrpc_req_buf(ast->req, WF_DLM_LVB), len))
		ptlrpc_req_shrink(ast->req, WF_DLM_LVB, 0);

	dlm = ptlrpc_req_buf(ast->req, WF_DLM_REQ);
	spin_lock(&res->lr_lock);
	lock->l_flags &= ~LDLM_FL_MSG_PENDING;
	flags = lock->l_flags & LDLM_FL_AST_MASK;
	ldlm_desc_fill(lock, &dlm->lock_desc);
	/* A refused flock is destroyed, but its client still waits for the CP AST that says so. */
	if (lock->l_flags & LDLM_FL_DESTROYED && !lock->l_error) {
		spin_unlock(&res->lr_lock);
		ldlm_ast_free(ast);
		return;
	}
	if (flags & LDLM_FL_AST_SENT)
		ldlm_wait_start(lock);
	spin_unlock(&res->lr_lock);
	dlm->lock_flags = cpu_to_le32(flags);
	dlm->lock_handle[0] = lock->l_remote;
	dlm->lock_handle[1] = lock->l_handle;
	ldlm_ast_send(ast);
}

static void ldlm_ast_send_bl(struct ldlm_lock *lock)
{
	struct ldlm_resource *res = lock->l_res;
	struct ldlm_request *dlm;
	struct ldlm_ast *ast;
	bool drop;
	u64 flags;

	ast = ldlm_ast_new(lock, LDLM_BL_CALLBACK, &wf_ldlm_bl_callback, 0, 0);
	if (!ast)
		return;
	dlm = ptlrpc_req_buf(ast->req, WF_DLM_REQ);
	spin_lock(&res->lr_lock);
	flags = lock->l_flags & (LDLM_FL_DISCARD_DATA | LDLM_FL_FLOCK_DEADLOCK);
	drop = lock->l_flags & LDLM_FL_CANCEL_ON_BLOCK;
	ldlm_desc_fill(lock, &dlm->lock_desc);
	dlm->lock_desc.l_req_mode = cpu_to_le32(lock->l_bl_mode);
	dlm->lock_desc.l_granted_mode = 0;
	ldlm_policy_to_wire(res->lr_type, &lock->l_bl_policy, &dlm->lock_desc.l_policy_data);
	if (res->lr_type == LDLM_IBITS)
		dlm->lock_desc.l_policy_data.l_inodebits.cancel_bits =
			cpu_to_le64(lock->l_bl_policy.ibits.bits);
	if (!drop && !(lock->l_flags & LDLM_FL_DESTROYED))
		ldlm_wait_start(lock);
	spin_unlock(&res->lr_lock);
	dlm->lock_flags = cpu_to_le32(flags);
	dlm->lock_handle[0] = lock->l_remote;
	dlm->lock_handle[1] = lock->l_handle;
	if (drop) {
		ast->req->rq_no_resend = true;
		if (ldlm_lock_destroy(lock))
			ldlm_reprocess(res);
	}
	ldlm_ast_send(ast);
	svc_lock_called_back(lock->l_export, lock->l_handle.cookie);
}

/*
 * Send the callbacks that a decision collected: BL ASTs for the locks on bl, CP ASTs for those on
 * cp. The references of the lists are put. May sleep; no spinlocks held.
 */
void ldlm_srv_send(struct list_head *bl, struct list_head *cp)
{
	struct ldlm_lock *lock;

	while (!list_empty(cp)) {
		lock = list_first_entry(cp, struct ldlm_lock, l_cp_ast);
		list_del_init(&lock->l_cp_ast);
		ldlm_ast_send_cp(lock);
		ldlm_lock_put(lock);
	}
	while (!list_empty(bl)) {
		struct ldlm_resource *res;
		bool gone;

		lock = list_first_entry(bl, struct ldlm_lock, l_bl_ast);
		res = lock->l_res;
		/*
		 * Under lr_lock: after a CONVERT another decision may put the lock on its own list
		 * as soon as it is off this one.
		 */
		spin_lock(&res->lr_lock);
		list_del_init(&lock->l_bl_ast);
		gone = lock->l_flags & LDLM_FL_DESTROYED;
		spin_unlock(&res->lr_lock);
		if (!gone)
			ldlm_ast_send_bl(lock);
		ldlm_lock_put(lock);
	}
}

/*
 * Ask the clients of these locks for size and times; their answers are merged into the LVB of the
 * resource. Waits for all answers: at most ptlrpc_ldlm_timeout seconds, then a client that did not
 * answer is evicted.
 */
void ldlm_srv_gl(struct ldlm_lock **locks, int n)
{
	struct ldlm_request *dlm;
	struct ldlm_ast *ast;
	struct gl_set set;
	int i;

	atomic_set(&set.pending, 1);
	init_completion(&set.done);
	for (i = 0; i < n; i++) {
		struct ldlm_resource *res = locks[i]->l_res;

		ast = ldlm_ast_new(locks[i], LDLM_GL_CALLBACK, &wf_ldlm_gl_callback, 0,
				   sizeof(struct ost_lvb));
		if (!ast)
			continue;
		dlm = ptlrpc_req_buf(ast->req, WF_DLM_REQ);
		spin_lock(&res->lr_lock);
		ldlm_desc_fill(locks[i], &dlm->lock_desc);
		spin_unlock(&res->lr_lock);
		dlm->lock_handle[0] = locks[i]->l_remote;
		ast->set = &set;
		atomic_inc(&set.pending);
		ldlm_ast_send(ast);
	}
	if (!atomic_dec_and_test(&set.pending))
		wait_for_completion(&set.done);
}
