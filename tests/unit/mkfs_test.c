// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters in the mountdata of a target (utils/mkfs_params.c) and its label (utils/mountdata.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../../utils/mkfs.h"

void mkfs_fatal(int code, const char *fmt, ...)
{
	exit(code);
}

static struct lustre_disk_data ldd;

static void test_params(void **state)
{
	strcpy(ldd.ldd_params, " mgsnode=1@tcp a.b=1 a.b=2");
	mkfs_param_note_add("a.b", "3");
	mkfs_param_note_join("mgsnode", "2@tcp");
	assert_int_equal(mkfs_params_apply(&ldd, true), 0);
	assert_string_equal(ldd.ldd_params, " a.b=3 mgsnode=1@tcp:2@tcp");
	mkfs_param_note_add("a.b", "4");
	assert_int_equal(mkfs_params_apply(&ldd, false), 0);
	assert_string_equal(ldd.ldd_params, " a.b=3 mgsnode=1@tcp:2@tcp a.b=4");
	mkfs_param_note_erase("a.b");
	mkfs_param_note_erase("mgs");		/* part of a name only */
	assert_int_equal(mkfs_params_apply(&ldd, false), 0);
	assert_string_equal(ldd.ldd_params, " mgsnode=1@tcp:2@tcp");
}

static void test_bounds(void **state)
{
	static char big[5000];

	memset(big, 'x', sizeof(big) - 1);
	ldd.ldd_params[0] = 0;
	mkfs_param_note_add("key", big);
	assert_int_equal(mkfs_params_apply(&ldd, false), E2BIG);
	big[4000] = 0;
	mkfs_param_note_add("key", big);
	assert_int_equal(mkfs_params_apply(&ldd, false), 0);
	mkfs_param_note_join("key", big);
	assert_int_equal(mkfs_params_apply(&ldd, false), E2BIG);
	assert_true(strlen(ldd.ldd_params) < sizeof(ldd.ldd_params));
	mkfs_param_note_add("key", "two words");
	assert_int_equal(mkfs_params_apply(&ldd, false), EINVAL);
	/* full to the last byte, and rewritten */
	memset(ldd.ldd_params, ' ', sizeof(ldd.ldd_params));
	memset(ldd.ldd_params + 1, 'y', sizeof(ldd.ldd_params) - 2);
	ldd.ldd_params[sizeof(ldd.ldd_params) - 1] = 0;
	mkfs_param_note_erase("nothing");
	assert_int_equal(mkfs_params_apply(&ldd, false), 0);
	assert_int_equal(strlen(ldd.ldd_params), sizeof(ldd.ldd_params) - 1);
	ldd.ldd_params[0] = 'y';		/* the same without the first blank */
	mkfs_param_note_erase("nothing");
	assert_int_equal(mkfs_params_apply(&ldd, false), 0);
}

static void test_label(void **state)
{
	struct lustre_disk_data d = { .ldd_fsname = "longname", .ldd_svindex = 0x1f };
	char label[17];

	d.ldd_flags = LDD_F_SV_TYPE_OST | LDD_F_VIRGIN;
	mountdata_label(&d, label);
	assert_string_equal(label, "longname:OST001f");
	d.ldd_flags = LDD_F_SV_TYPE_MDT | LDD_F_SV_TYPE_MGS | LDD_F_WRITECONF;
	mountdata_label(&d, label);
	assert_string_equal(label, "longname=MDT001f");
	d.ldd_flags = LDD_F_SV_TYPE_MGS;
	mountdata_label(&d, label);
	assert_string_equal(label, "MGS");
}

/* The label of a device that this node has mounted: multi-mount protection does not stop it. */
static void test_set_label(void **state)
{
	const char *const image = "/tmp/mkfs_test.img";
	char cmd[256], out[64] = "";
	time_t start;
	FILE *f;

	snprintf(cmd, sizeof(cmd),
		 "truncate -s 16M %s && mke2fs -q -F -t ext4 -O mmp -L a:OST0000 %s", image, image);
	assert_int_equal(system(cmd), 0);
	start = time(NULL);
	assert_int_equal(mountdata_set_label(image, "longname-OST001f"), 0);
	/* not the seconds that the protection takes to see who else is there */
	assert_true(time(NULL) - start < 5);
	snprintf(cmd, sizeof(cmd),
		 "dumpe2fs -h %s 2>/dev/null | sed -n 's/^Filesystem volume name: *//p'", image);
	f = popen(cmd, "r");
	assert_non_null(f);
	assert_non_null(fgets(out, sizeof(out), f));
	pclose(f);
	assert_string_equal(out, "longname-OST001f\n");
	unlink(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_set_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
