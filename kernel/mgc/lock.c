// SPDX-License-Identifier: GPL-2.0-only
/*
 * Config locks (chapter 6.3): a CR lock for each log that is followed, without a user while it is
 * kept, so that a blocking AST cancels it at once; the log is then read again.
 */
#define pr_fmt(fmt) "mgc: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include "internal.h"

/* The resource: what stands before the last '-' of the name, and the kind. */
int mgc_lock_resid(const char *logname, struct ldlm_res_id *res)
{
	const char *dash = strrchr(logname, '-');
	size_t len = dash ? dash - logname : strlen(logname);
	__le64 name = 0;

	if (!len || len > sizeof(name))
		return -EINVAL;
	memset(res, 0, sizeof(*res));
	memcpy(&name, logname, len);
	res->name[0] = le64_to_cpu(name);
	if (dash && (!strcmp(dash, "-cliir") || !strcmp(dash, "-mdtir")))
		res->name[1] = CONFIG_T_RECOVER;
	else
		res->name[1] = strcmp(logname, "params") ? CONFIG_T_CONFIG : CONFIG_T_PARAMS;
	return 0;
}

static void *mgc_log_grab(void *data)
{
	struct config_log *cl = data;

	return refcount_inc_not_zero(&cl->mgl_ref) ? cl : NULL;
}

static int mgc_blocking(struct ldlm_lock *lock, bool canceling)
{
	struct config_log *cl;

	if (!canceling)
		return 0;
	cl = ldlm_lock_data_get(lock, mgc_log_grab);
	if (!cl)
		return 0;
	mgc_log_lock_lost(cl, lock);
	return 0;
}

static const struct ldlm_cli_ops mgc_lock_ops = {
	.blocking = mgc_blocking,
};

/* Note the lock whose enqueue mgc_log_unfollow() may end; NULL: no more. */
static void mgc_lock_asked(struct config_log *cl, struct ldlm_lock *lock)
{
	struct ldlm_lock *old;

	spin_lock(&cl->mgl_mgc->m_lock);
	old = cl->mgl_asked;
	cl->mgl_asked = lock ? ldlm_lock_get(lock) : NULL;
	spin_unlock(&cl->mgl_mgc->m_lock);
	if (old)
		ldlm_lock_put(old);
}

/* A new lock for the log, unless it has one. -EINTR: the log is not wanted any more. */
int mgc_lock_get(struct config_log *cl)
{
	struct ldlm_enqueue_info ei = {
		.ei_ns = cl->mgl_mgc->m_ns,
		.ei_type = LDLM_PLAIN,
		.ei_mode = LCK_CR,
		.ei_flags = LDLM_FL_NO_LRU,
		.ei_ops = &mgc_lock_ops,
		.ei_data = cl,
		.ei_stop = &cl->mgl_dead,
	};
	struct ptlrpc_request *req = NULL;
	struct ldlm_lock *lock;
	bool have;
	int rc;

	spin_lock(&cl->mgl_mgc->m_lock);
	have = cl->mgl_lock;
	spin_unlock(&cl->mgl_mgc->m_lock);
	if (have)
		return 0;
	rc = mgc_lock_resid(cl->mgl_name, &ei.ei_res_id);
	if (rc)
		return rc;
	rc = ldlm_cli_enqueue_start(&ei, &req, &lock);
	if (rc)
		return rc;
	mgc_lock_asked(cl, lock);
	req->rq_no_delay = true;
	rc = ptlrpc_queue_wait(req);
	rc = ldlm_cli_enqueue_finish(&ei, req, rc, &lock);
	mgc_lock_asked(cl, NULL);
	ptlrpc_req_put(req);
	if (rc)
		return rc < 0 ? rc : -EPROTO;
	spin_lock(&cl->mgl_mgc->m_lock);
	cl->mgl_lock = ldlm_lock_get(lock);
	spin_unlock(&cl->mgl_mgc->m_lock);
	ldlm_lock_decref(lock, LCK_CR);
	return 0;
}

void mgc_lock_drop(struct config_log *cl)
{
	struct ldlm_lock *lock;

	spin_lock(&cl->mgl_mgc->m_lock);
	lock = cl->mgl_lock;
	cl->mgl_lock = NULL;
	spin_unlock(&cl->mgl_mgc->m_lock);
	if (!lock)
		return;
	ldlm_lock_set_data(lock, NULL);
	ldlm_cli_cancel(lock);
	ldlm_lock_put(lock);
}
