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

/* Is the I/O under a lock that the server takes (SRVLOCK), so that none of the client's matters? */
static bool ldlm_req_is_srvlock(const struct svc_req *req, const struct ost_body *body)
{
	const struct niobuf_remote *nb;

	if (req->sr_opc == OST_PUNCH)
		return le64_to_cpu(body->oa.o_valid) & OBD_MD_FLFLAGS &&
		       le32_to_cpu(body->oa.o_flags) & OBD_FL_SRVLOCK;
	nb = wire_buf_min(req->sr_msg, 3, sizeof(*nb));
	return nb && le32_to_cpu(nb->rnb_flags) & OBD_BRW_SRVLOCK;
}

/* What a request for I/O under a lock of its client says about itself; NULL: it is another one. */
static const struct ost_body *ldlm_req_io_body(const struct svc_req *req)
{
	const struct ost_body *body;

	if (!ldlm_req_is_io(req))
		return NULL;
	body = wire_buf_min(req->sr_msg, 1, sizeof(*body));
	return body && !ldlm_req_is_srvlock(req, body) ? body : NULL;
}

/*
 * Is this I/O under a lock that other clients wait for? All other threads may be in lockless I/O
 * that waits for just that lock.
 */
static bool ldlm_req_is_wanted_io(struct svc_req *req)
{
	const struct ost_body *body = req->sr_exp ? ldlm_req_io_body(req) : NULL;

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

/* Is the I/O on the object of that lock? The index of the OST does not matter for its name. */
static bool ldlm_req_is_io_on(const struct ost_body *body, const struct ldlm_lock *lock)
{
	const struct ost_id *oi = &body->oa.o_oi;
	struct ldlm_res_id res_id;
	struct lu_fid fid;

	if (!ostid_is_legacy(oi))
		fid_from_le(&fid, &oi->oi_fid);
	else if (idif_to_fid(&fid, le64_to_cpu(oi->oi_id), 0))
		return false;
	ost_fid_to_res_id(&res_id, &fid);
	return res_id_eq(&res_id, &lock->l_res->lr_id);
}

/* Does a CANCEL or CONVERT name that lock? */
static bool ldlm_req_gives_back(const struct svc_req *req, const struct ldlm_lock *lock)
{
	const struct ldlm_request *dlm =
		wire_buf_min(req->sr_msg, 1, sizeof(*dlm) + sizeof(struct lustre_handle));
	u32 i, count, room;

	if (!dlm)
		return false;
	room = (wire_buflen(req->sr_msg, 1) - sizeof(*dlm)) / sizeof(struct lustre_handle);
	count = req->sr_opc == LDLM_CONVERT ? 1 : min(max(le32_to_cpu(dlm->lock_count), 1U), room);
	for (i = 0; i < count; i++)
		if (dlm->lock_handle[i].cookie == lock->l_handle.cookie)
			return true;
	return false;
}

/* I/O under that lock, or on its object if it names none; or it gives that lock back. */
static bool ldlm_req_needs_lock(const struct svc_req *req, const void *arg)
{
	const struct ldlm_lock *lock = arg;
	const struct ost_body *body;

	if (req->sr_opc == LDLM_CANCEL || req->sr_opc == LDLM_CONVERT)
		return ldlm_req_gives_back(req, lock);
	body = ldlm_req_io_body(req);
	if (!body)
		return false;
	if (le64_to_cpu(body->oa.o_valid) & OBD_MD_FLHANDLE)
		return body->oa.o_handle.cookie == lock->l_handle.cookie;
	return ldlm_req_is_io_on(body, lock);
}

/*
 * Has the client sent a request, not answered yet, that needs this lock or gives it back? Then it
 * is not at fault when it still has the lock (chapter 3, 14.1).
 */
bool ldlm_lock_in_request(struct ldlm_lock *lock)
{
	return svc_export_find_req(lock->l_export, ldlm_req_needs_lock, lock);
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
	.import_replay = ldlm_import_replay,
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
