// SPDX-License-Identifier: GPL-2.0-only
/*
 * Times at the bounds of what an inode holds. The name of each file ends with the seconds that a
 * stat must show, so that run can compare what a stock ext4 says.
 */
#include "selftest.h"

static const struct {
	time64_t set, want;
} times[] = {
	{ -1, -1 }, /* 1969 */
	{ 0, 0 },
	{ S32_MIN, S32_MIN }, /* 1901 */
	{ (time64_t)S32_MIN - 1, S32_MIN },
	{ -0x100000000000LL, S32_MIN },
	{ S32_MAX, S32_MAX }, /* 2038 */
	{ (time64_t)S32_MAX + 1, (time64_t)S32_MAX + 1 },
	{ U32_MAX, U32_MAX }, /* 2106 */
	{ (time64_t)U32_MAX + 1, (time64_t)U32_MAX + 1 },
	{ 6442450944LL, 6442450944LL },
	{ 15032385535LL, 15032385535LL }, /* 2446 */
	{ 15032385536LL, 15032385535LL },
	{ 0x100000000000LL, 15032385535LL },
};

static int times_check(int i)
{
	struct lu_fid fid = mfid(500 + i);
	struct osd_object *obj = osd_find(osd, &fid);
	bool clamped = times[i].set != times[i].want || times[i].want == S32_MIN ||
		       times[i].want == 15032385535LL;
	struct osd_attr attr;

	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	osd_attr_get(obj, &attr);
	osd_object_put(obj);
	CHECK_RC(attr.atime.tv_sec, times[i].want);
	CHECK_RC(attr.mtime.tv_sec, times[i].want);
	CHECK_RC(attr.ctime.tv_sec, times[i].want);
	CHECK_RC(attr.crtime.tv_sec, times[i].want);
	CHECK_RC(attr.mtime.tv_nsec, clamped ? 0 : 5);
	return 0;
}

static int times_make(struct osd_object *root, int i)
{
	struct osd_trans *th = osd_trans_start(osd, CR);
	struct timespec64 t = { .tv_sec = times[i].set, .tv_nsec = 5 };
	struct osd_attr attr = { .atime = t, .mtime = t, .ctime = t, .crtime = t };
	struct osd_object *obj;
	char name[40];

	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	snprintf(name, sizeof(name), "time%d:%lld", i, times[i].want);
	obj = make(th, root, name, 500 + i, S_IFREG | 0644);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_attr_set(th, obj, &attr,
			      OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME | OSD_A_CRTIME), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	return times_check(i);
}

int test_times(void)
{
	struct osd_object *root = osd_root(osd);
	int i, rc = 0;

	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	for (i = 0; i < ARRAY_SIZE(times) && !rc; i++)
		rc = times_make(root, i);
	osd_object_put(root);
	CHECK_RC(rc, 0);
	CHECK_RC(remount(), 0);
	for (i = 0; i < ARRAY_SIZE(times) && !rc; i++)
		rc = times_check(i);
	return rc;
}
