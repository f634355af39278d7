// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptlrpc.ko: start and end of its parts.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <gloss/ldlm.h>
#include <gloss/mgc.h>
#include <gloss/param.h>
#include "internal.h"

struct workqueue_struct *ptlrpc_wq;
EXPORT_SYMBOL_GPL(ptlrpc_wq);
struct workqueue_struct *ptlrpc_imp_wq;
struct workqueue_struct *ptlrpc_exp_wq;

static void destroy_queues(void)
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

	xid_init();
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
	rc = req_init();
	if (rc)
		goto out_queues;
	rc = services_init();
	if (rc)
		goto out_req;
	rc = lnet_get_ref();
	if (rc)
		goto out_services;
	rc = pinger_init();
	if (rc)
		goto out_lnet;
	return 0;

out_lnet:
	lnet_put_ref();
out_services:
	services_exit();
out_req:
	req_exit();
out_queues:
	destroy_queues();
	return rc;
}

/**
 * ptlrpc_exit - the end; no import and no target is left
 */
void ptlrpc_exit(void)
{
	pinger_exit();
	callback_services_put();
	lnet_outstanding_wait();
	lnet_put_ref();
	destroy_queues();
	services_exit();
	req_exit();
}

static int __init ptlrpc_module_init(void)
{
	int rc;

	rc = param_init();
	if (rc)
		return rc;
	rc = ptlrpc_init();
	if (rc)
		goto out_param;
	rc = ldlm_init();
	if (rc)
		goto out_ptlrpc;
	rc = mgc_init();
	if (rc)
		goto out_ldlm;
	return 0;

out_ldlm:
	ldlm_exit();
out_ptlrpc:
	ptlrpc_exit();
out_param:
	param_exit();
	return rc;
}

static void __exit ptlrpc_module_exit(void)
{
	mgc_exit();
	ldlm_exit();
	ptlrpc_exit();
	param_exit();
}

module_init(ptlrpc_module_init);
module_exit(ptlrpc_module_exit);
MODULE_DESCRIPTION("Lustre-compatible RPC, locks and configuration");
MODULE_LICENSE("GPL");
