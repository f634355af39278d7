// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test of the object store on a scratch device:
 * `insmod osd_selftest.ko dev=/dev/ubda test=NAME`.
 * A check that fails prints its line and stops the machine; loading fails with -ECANCELED when
 * all was well.
 */
#include "selftest.h"

char *dev = "/dev/ubda";
module_param(dev, charp, 0);
static char *test = "names";
module_param(test, charp, 0);
static char *opts = "";
module_param(opts, charp, 0);

struct osd_device *osd;

static int test_busy(void)
{
	struct osd_device *other;

	CHECK_RC(osd_mount(dev, "", &other), -EBUSY);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
	bool leave; /* The machine is stopped without umount. */
} tests[] = {
	{ "busy", test_busy },
	{ "names", test_names },
	{ "names-verify", verify_names },
	{ "local", test_local },
	{ "data", test_data },
	{ "data-verify", verify_data },
	{ "threads", test_threads },
	{ "crash", crash_prepare, true },
	{ "crash-verify", crash_verify },
	{ "churn", churn },
	{ "fuzz", test_fuzz },
	{ "times", test_times },
	{ "flush", test_flush },
	{ "reuse", test_reuse },
	{ "victims", make_victims },
	{ "hostile", test_hostile },
};

int remount(void)
{
	osd_umount(osd);
	return osd_mount(dev, opts, &osd);
}

static int __init osd_selftest_init(void)
{
	bool leave = false;
	int i, rc;

	rc = pages_alloc();
	if (!rc)
		rc = osd_mount(dev, opts, &osd);
	if (rc) {
		pr_err("FAILED: mount: %d\n", rc);
		pages_free();
		return rc;
	}
	rc = -ENOENT;
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (strcmp(tests[i].name, test))
			continue;
		rc = tests[i].run();
		leave = tests[i].leave;
	}
	/* Transactions and locks may be held: nothing can go on here. */
	if (rc)
		panic("osd_selftest: %s: FAILED\n", test);
	pr_info("%s: ok\n", test);
	if (!leave)
		osd_umount(osd);
	pages_free();
	return -ECANCELED;
}
module_init(osd_selftest_init);

MODULE_LICENSE("GPL");
