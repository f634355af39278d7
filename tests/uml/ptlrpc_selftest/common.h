/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of this folder share: checks, a target without a disk and its services, imports
 * to it. Included once by each module, after its pr_fmt.
 */
#ifndef _PTLRPC_SELFTEST_COMMON_H
#define _PTLRPC_SELFTEST_COMMON_H

#include <linux/module.h>
#include <linux/slab.h>
#include <gloss/ptlrpc.h>

static char *nid = "0@lo";
module_param(nid, charp, 0444);
static bool slow = true;
module_param(slow, bool, 0444);

static int failures;

#define CHECK(cond, fmt, ...) do {								\
	if (!(cond)) {										\
		pr_err("FAILED %s:%d %s: " fmt "\n", __func__, __LINE__, #cond, ##__VA_ARGS__);	\
		failures++;									\
	}											\
} while (0)

static struct obd_export *test_export_alloc(struct ptlrpc_target *t)
{
	return kzalloc(sizeof(struct obd_export), GFP_KERNEL);
}

static void test_export_free(struct obd_export *exp)
{
	kfree(exp);
}

/* An import, connected to the NID under test or not (then a CHECK has failed); NULL: no memory. */
static struct obd_import *test_import(const struct import_conf *conf)
{
	struct obd_import *imp = import_alloc(conf);
	struct lnet_nid n;
	int rc;

	CHECK(imp, "no import");
	if (!imp)
		return NULL;
	rc = lnet_str_nid(nid, &n) ?: import_add_conn(imp, &n, 1) ?: import_connect(imp) ?:
	     import_wait_full(imp, 20);
	CHECK(!rc, "not connected: %d, state %s", rc, import_state_name(imp->imp_state));
	return imp;
}

/* Run tests with a target and services. Returns what the module's init function is to return. */
static int test_with_target(struct ptlrpc_target *t, const struct ptlrpc_service_conf *confs,
			    unsigned int nr, void (*run)(void))
{
	static struct ptlrpc_service *services[8];
	unsigned int i;
	int rc;

	t->pt_instance = 1;
	rc = ptlrpc_target_register(t);
	CHECK(!rc, "register: %d", rc);
	for (i = 0; i < nr; i++) {
		services[i] = ptlrpc_service_get(&confs[i]);
		CHECK(!IS_ERR(services[i]), "service: %ld", PTR_ERR(services[i]));
	}
	if (!failures)
		run();
	if (!rc)
		ptlrpc_target_unregister(t);
	for (i = 0; i < nr; i++)
		ptlrpc_service_put(services[i]);
	if (!failures)
		pr_info("passed\n");
	return failures ? -EINVAL : 0;
}

#endif
