// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two services that belong to the node and not to a target: lock callbacks to its clients
 * (portal 15) and lock cancels to its servers (portal 17). They start with the first import or
 * target and stay until the module goes, with threads of their own: whatever waits for a lock
 * elsewhere, callbacks and cancels get through.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"

static DEFINE_MUTEX(node_services_mutex);
static struct ptlrpc_service *callback_service, *cancel_service;

static const struct ptlrpc_service_conf callback_conf = {
	.name = "ldlm_cb",
	.req_portal = LDLM_CB_REQUEST_PORTAL,
	.rep_portal = LDLM_CB_REPLY_PORTAL,
	.max_req = 5120,
	.max_rep = 1024,
	.threads_min = 2,
	.threads_max = 64,
};

static const struct ptlrpc_service_conf cancel_conf = {
	.name = "ldlm_cn",
	.req_portal = LDLM_CANCEL_REQUEST_PORTAL,
	.rep_portal = LDLM_CANCEL_REPLY_PORTAL,
	.max_req = 5120,
	.max_rep = 1024,
	.threads_min = 2,
	.threads_max = 64,
};

static int node_service_get(struct ptlrpc_service **svc, const struct ptlrpc_service_conf *conf)
{
	struct ptlrpc_service *s;
	int rc = 0;

	mutex_lock(&node_services_mutex);
	if (!*svc) {
		s = ptlrpc_service_get(conf);
		if (IS_ERR(s))
			rc = PTR_ERR(s);
		else
			*svc = s;
	}
	mutex_unlock(&node_services_mutex);
	return rc;
}

int callback_service_get(void)
{
	return node_service_get(&callback_service, &callback_conf);
}

int cancel_service_get(void)
{
	return node_service_get(&cancel_service, &cancel_conf);
}

void callback_services_put(void)
{
	ptlrpc_service_put(callback_service);
	ptlrpc_service_put(cancel_service);
	callback_service = cancel_service = NULL;
}
