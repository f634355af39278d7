// SPDX-License-Identifier: GPL-2.0-only
/*
 * With an external journal: when a transaction is committed, data that were written before it are
 * out of the volatile cache of the data device.
 */
#include "selftest.h"
#include <linux/blkdev.h>
#include <linux/part_stat.h>

static long flushes(void)
{
	struct block_device *bdev = blkdev_get_by_path(dev, FMODE_READ, NULL);
	long n;

	if (IS_ERR(bdev))
		return PTR_ERR(bdev);
	n = part_stat_read(bdev, ios[STAT_FLUSH]);
	blkdev_put(bdev, FMODE_READ);
	return n;
}

static int flush_commit(struct osd_object *obj)
{
	struct osd_attr attr = { .version = 1 };
	struct osd_trans *th = osd_trans_start(osd, OSD_CR_ATTR_SET);
	long before = flushes();

	CHECK(before >= 0);
	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	CHECK_RC(osd_attr_set(th, obj, &attr, OSD_A_VERSION), 0);
	osd_trans_set_sync(th);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK(flushes() > before);
	return 0;
}

int test_flush(void)
{
	struct osd_object *obj;

	CHECK_RC(osd_seq_create(osd, 0), 0);
	obj = ost_object(5);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(wr(obj, 0, 65536, 1, 0), 0);
	CHECK_RC(flush_commit(obj), 0);
	/* In place: no transaction of its own. */
	CHECK_RC(wr(obj, 0, 65536, 2, 0), 0);
	CHECK_RC(flush_commit(obj), 0);
	osd_object_put(obj);
	return 0;
}
