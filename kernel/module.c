// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptlrpc.ko: start and end of its parts, lowest first. Each part knows those below it only.
 */
#include <linux/module.h>
#include <gloss/ldlm.h>
#include <gloss/mgc.h>
#include <gloss/mount.h>
#include <gloss/param.h>
#include <gloss/ptlrpc.h>

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
	rc = lustre_fs_type_init();
	if (rc)
		goto out_mgc;
	return 0;

out_mgc:
	mgc_exit();
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
	lustre_fs_type_exit();
	mgc_exit();
	ldlm_exit();
	ptlrpc_exit();
	param_exit();
}

module_init(ptlrpc_module_init);
module_exit(ptlrpc_module_exit);
MODULE_DESCRIPTION("Lustre-compatible RPC, locks and configuration");
MODULE_LICENSE("GPL");
