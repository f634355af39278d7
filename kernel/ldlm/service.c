// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the lock manager gives to the RPC layer (struct ptlrpc_lock_ops): the handlers of the LDLM
 * requests, the lock table of each export, and the two services that belong to the node and not to
 * a target: lock callbacks to its clients (portal 15) and lock cancels to its servers (portal 17).
 *
 * The two services start with the first import or target and stay until the module is unloaded.
 * They have threads of their own, so callbacks and cancels are served while all other threads wait
 * for locks.
 */
#include "internal.h"

static DEFINE_MUTEX(ldlm_service_mutex);
static struct ptlrpc_service *ldlm_callback_service, *ldlm_cancel_service;

static const struct ptlrpc_service_conf ldlm_callback_conf = {
	.name = "ldlm_cb",
	.req_portal = LDLM_CB_REQUEST_PORTAL,
	.rep_portal = LDLM_CB_REPLY_PORTAL,
	.max_req = 5120,
	.max_rep = 1024,
	.threads_min = 2,
	.threads_max = 64,
};

static const struct ptlrpc_service_conf ldlm_cancel_conf = {
	.name = "ldlm_cn",
	.req_portal = LDLM_CANCEL_REQUEST_PORTAL,
	.rep_portal = LDLM_CANCEL_REPLY_PORTAL,
	.max_req = 5120,
	.max_rep = 1024,
	.threads_min = 2,
	.threads_max = 64,
};

static int ldlm_service_start(struct ptlrpc_service **svc, const struct ptlrpc_service_conf *conf)
{
	struct ptlrpc_service *s;
	int rc = 0;

	mutex_lock(&ldlm_service_mutex);
	if (!*svc) {
		s = ptlrpc_service_get(conf);
		if (IS_ERR(s))
			rc = PTR_ERR(s);
		else
			*svc = s;
	}
	mutex_unlock(&ldlm_service_mutex);
	return rc;
}

static int ldlm_start_callbacks(void)
{
	return ldlm_service_start(&ldlm_callback_service, &ldlm_callback_conf);
}

static int ldlm_start_cancels(void)
{
	return ldlm_service_start(&ldlm_cancel_service, &ldlm_cancel_conf);
}

static bool ldlm_req_is_io(const struct svc_req *req)
{
	return req->sr_opc == OST_WRITE || req->sr_opc == OST_READ || req->sr_opc == OST_PUNCH;
}

/*
 * Is this I/O under a lock that other clients wait for? All other threads may be in lockless I/O
 * that waits for just that lock.
 */
static bool ldlm_req_is_wanted_io(struct svc_req *req)
{
	const struct ost_body *body;

	if (!req->sr_exp || !ldlm_req_is_io(req))
		return false;
	body = wire_buf_min(req->sr_msg, 1, sizeof(*body));
	if (!body || !(le64_to_cpu(body->oa.o_valid) & OBD_MD_FLHANDLE))
		return false;
	WRITE_ONCE(req->sr_io_lock, body->oa.o_handle.cookie);
	return ldlm_srv_io_wanted(req->sr_exp, body->oa.o_handle.cookie);
}

static bool ldlm_req_is_urgent(struct svc_req *req)
{
	return req->sr_opc == LDLM_CANCEL || req->sr_opc == LDLM_CONVERT ||
	       ldlm_req_is_wanted_io(req);
}

/* I/O under the lock of that cookie, or under one that it does not name; or it gives locks back. */
static bool ldlm_req_needs_lock(const struct svc_req *req, const void *arg)
{
	u64 named = READ_ONCE(req->sr_io_lock);

	if (!ldlm_req_is_io(req))
		return req->sr_opc == LDLM_CANCEL || req->sr_opc == LDLM_CONVERT;
	return !named || named == *(const u64 *)arg;
}

/*
 * Has the client sent a request, not answered yet, that needs this lock or gives it back? Then it
 * is not at fault when it still has the lock (chapter 3, 14.1).
 */
bool ldlm_lock_in_request(struct ldlm_lock *lock)
{
	return svc_export_find_req(lock->l_export, ldlm_req_needs_lock, &lock->l_handle.cookie);
}

static const struct ptlrpc_handler ldlm_target_handlers[] = {
	{ LDLM_ENQUEUE, "ldlm_enqueue", &wf_ldlm_enqueue, ldlm_handle_enqueue, HF_RECOVERY },
	{ LDLM_CANCEL, "ldlm_cancel", &wf_ldlm_cancel, ldlm_handle_cancel, HF_RECOVERY },
	{ LDLM_CONVERT, "ldlm_convert", &wf_ldlm_convert, ldlm_handle_convert },
};

static const struct ptlrpc_handler ldlm_callback_handlers[] = {
	{ LDLM_BL_CALLBACK, "ldlm_bl_callback", &wf_ldlm_bl_callback, ldlm_handle_bl_callback },
	{ LDLM_CP_CALLBACK, "ldlm_cp_callback", &wf_ldlm_cp_callback, ldlm_handle_cp_callback },
	{ LDLM_GL_CALLBACK, "ldlm_gl_callback", &wf_ldlm_gl_callback, ldlm_handle_gl_callback },
};

static const struct ptlrpc_lock_ops ldlm_lock_ops = {
	.target_handlers = ldlm_target_handlers,
	.nr_target_handlers = ARRAY_SIZE(ldlm_target_handlers),
	.callback_handlers = ldlm_callback_handlers,
	.nr_callback_handlers = ARRAY_SIZE(ldlm_callback_handlers),
	.start_callbacks = ldlm_start_callbacks,
	.start_cancels = ldlm_start_cancels,
	.export_init = ldlm_export_init,
	.export_cleanup = ldlm_export_cleanup,
	.export_fini = ldlm_export_fini,
	.is_urgent = ldlm_req_is_urgent,
};

/* From ldlm_init(): the RPC layer knows the lock manager from here on. */
void ldlm_services_init(void)
{
	ptlrpc_set_lock_ops(&ldlm_lock_ops);
}

/* No import and no target is left: wait for the threads of the two services. */
void ldlm_services_exit(void)
{
	ptlrpc_service_put(ldlm_callback_service);
	ptlrpc_service_put(ldlm_cancel_service);
	ldlm_callback_service = NULL;
	ldlm_cancel_service = NULL;
}
