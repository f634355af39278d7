// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local files by path.
 */
#include "selftest.h"

static int names_cb(void *ctx, const char *name, size_t len)
{
	(*(int *)ctx)++;
	return 0;
}

int test_local(void)
{
	struct osd_object *f;
	struct osd_trans *th;
	char buf[16] = {};
	int n = 0;

	CHECK(osd_local_open(osd, "CONFIGS/x", false) == ERR_PTR(-ENOENT));
	f = osd_local_open(osd, "CONFIGS/x", true);
	CHECK_RC(PTR_ERR_OR_ZERO(f), 0);
	th = osd_trans_start(osd, 4 * OSD_CR_BUF_WRITE);
	CHECK_RC(osd_buf_write(th, f, "hello world", 11, 4090), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK_RC(osd_size(f), 4101);
	CHECK_RC(osd_buf_read(f, buf, 16, 4090), 11);
	CHECK(!memcmp(buf, "hello world", 11));
	osd_object_put(f);
	f = osd_local_open(osd, "CONFIGS/y", true);
	CHECK_RC(PTR_ERR_OR_ZERO(f), 0);
	osd_object_put(f);
	CHECK_RC(osd_local_rename(osd, "CONFIGS/y", "CONFIGS/x"), 0);
	CHECK_RC(osd_local_readdir(osd, "CONFIGS", names_cb, &n), 0);
	CHECK_RC(n, 1);
	CHECK_RC(osd_local_unlink(osd, "CONFIGS/x"), 0);
	CHECK_RC(osd_local_unlink(osd, "CONFIGS/x"), -ENOENT);
	return 0;
}
