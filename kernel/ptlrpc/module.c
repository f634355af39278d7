// SPDX-License-Identifier: GPL-2.0-only
/*
 * Start and end of the RPC layer.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"

struct workqueue_struct *ptlrpc_wq;
EXPORT_SYMBOL_GPL(ptlrpc_wq);
struct workqueue_struct *ptlrpc_imp_wq;
struct workqueue_struct *ptlrpc_exp_wq;
static bool lnet_held;	/* this module holds a reference of LNet */
const struct ptlrpc_lock_ops *ptlrpc_lock_ops;

/**
 * ptlrpc_set_lock_ops - make the lock manager known
 * @ops: what it does for the RPC layer; stays valid until ptlrpc_exit()
 *
 * Context: once, before the first import or target.
 */
void ptlrpc_set_lock_ops(const struct ptlrpc_lock_ops *ops)
{
	ptlrpc_lock_ops = ops;
}

static void ptlrpc_destroy_queues(void)
{
	if (ptlrpc_exp_wq)
		destroy_workqueue(ptlrpc_exp_wq);
	if (ptlrpc_imp_wq)
		destroy_workqueue(ptlrpc_imp_wq);
	if (ptlrpc_wq)
		destroy_workqueue(ptlrpc_wq);
}

/**
 * ptlrpc_init - start the RPC layer and, for it, LNet
 *
 * Return: 0 or -errno.
 */
int ptlrpc_init(void)
{
	int rc;

	ptlrpc_xid_init();
	rc = ptlrpc_params_init();
	if (rc)
		return rc;
	rc = -ENOMEM;
	ptlrpc_wq = alloc_workqueue("ptlrpc", WQ_UNBOUND | WQ_MEM_RECLAIM, WQ_UNBOUND_MAX_ACTIVE);
	ptlrpc_imp_wq =
		alloc_workqueue("ptlrpc_imp", WQ_UNBOUND | WQ_MEM_RECLAIM, WQ_UNBOUND_MAX_ACTIVE);
	ptlrpc_exp_wq = alloc_workqueue("ptlrpc_exp", WQ_UNBOUND, WQ_UNBOUND_MAX_ACTIVE);
	if (!ptlrpc_wq || !ptlrpc_imp_wq || !ptlrpc_exp_wq)
		goto out_queues;
	rc = ptlrpc_requests_init();
	if (rc)
		goto out_queues;
	rc = svc_init();
	if (rc)
		goto out_req;
	rc = ptlrpc_pinger_init();
	if (rc)
		goto out_services;
	/*
	 * A wrong "networks=" must not look like missing modules: each mount tries again and says
	 * so.
	 */
	lnet_held = !lnet_get_ref();
	lnet_debug_module_loaded();
	return 0;

out_services:
	svc_exit();
out_req:
	ptlrpc_requests_exit();
out_queues:
	ptlrpc_destroy_queues();
	return rc;
}

/**
 * ptlrpc_exit - the end; no import and no target is left
 */
void ptlrpc_exit(void)
{
	ptlrpc_pinger_exit();
	svc_replies_wait();
	if (lnet_held)
		lnet_put_ref();
	ptlrpc_destroy_queues();
	svc_exit();
	ptlrpc_requests_exit();
}
