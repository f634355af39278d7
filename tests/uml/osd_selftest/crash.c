// SPDX-License-Identifier: GPL-2.0-only
/*
 * Power cuts: what was committed is there, what was open and without a name is freed.
 */
#include "selftest.h"
#include <linux/kthread.h>
#include <linux/delay.h>

int crash_prepare(void)
{
	struct osd_object *root = osd_root(osd), *obj;
	struct lu_fid fid = { 0x280000401ULL, 0x99, 0 };
	struct osd_trans *th;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	CHECK_RC(osd_seq_create(osd, 0x280000401ULL), 0);
	th = osd_trans_start(osd, CR);
	obj = osd_create(th, osd, NULL, &fid, S_IFREG | 0600, 0, 0, 0);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK_RC(wr(obj, 4000, 1 << 19, 20, 0), 0);
	/* Open and without a name when the machine stops. */
	fid.f_seq = 0x200000007ULL;
	fid.f_oid = 50;
	th = osd_trans_start(osd, CR);
	obj = osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_nlink_add(th, obj, -1), 0);
	osd_trans_set_sync(th);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK(osd_find(osd, &fid) == obj);
	return 0;
}

int crash_verify(void)
{
	struct lu_fid fid = { 0x280000401ULL, 0x99, 0 };
	struct osd_object *obj;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	obj = osd_find(osd, &fid);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(rd(obj, 4000, 1 << 19, 0, ~0ULL, 20, 0, 1 << 19), 0);
	osd_object_put(obj);
	fid.f_seq = 0x200000007ULL;
	fid.f_oid = 50;
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	return 0;
}

/* Objects come, grow, shrink and go until the machine is stopped from outside. */
static int churn_one(void *arg)
{
	struct job *j = arg;
	struct osd_object *root = osd_root(osd), *obj;
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	struct bio_vec bv[16];
	struct osd_trans *th;
	struct lu_fid fid;
	char name[32];
	int i, k, n;

	for (k = 0; k < 16; k++)
		bv[k] = (struct bio_vec){ .bv_page = nth_page(page, k), .bv_len = PAGE_SIZE };
	for (i = 1;; i++) {
		fid = ofid(1000 + j->id * 100000 + i % 500);
		obj = osd_find(osd, &fid);
		if (!IS_ERR(obj) && i % 3 == 0) {
			th = osd_trans_start(osd, OSD_CR_DESTROY);
			osd_destroy(th, obj);
			osd_trans_stop(th);
		} else if (IS_ERR(obj)) {
			th = osd_trans_start(osd, OSD_CR_CREATE);
			obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
			osd_trans_stop(th);
		}
		if (!IS_ERR(obj)) {
			osd_write_pages(obj, (u64)(i * 7919 % 4000) * 1000, bv, 1 + i % 16);
			if (i % 5 == 0)
				osd_punch(obj, i * 331 % 3000000, OSD_EOF);
			if (i % 7 == 0)
				osd_punch(obj, 5000, 70001);
		}
		osd_object_put(obj);
		n = scnprintf(name, sizeof(name), "c%d-%d", j->id, i % 700);
		fid = (struct lu_fid){ 0x200000380ULL + j->id, 1 + i, 0 };
		th = osd_trans_start(osd, 2 * CR);
		if (osd_dir_insert(th, root, name, n, root) == -EEXIST) {
			struct lu_fid old;

			if (!osd_dir_lookup(root, name, n, &old)) {
				obj = osd_find(osd, &old);
				osd_dir_delete(th, root, name, n);
				if (!IS_ERR(obj))
					osd_destroy(th, obj);
				osd_object_put(obj);
			}
		} else {
			osd_dir_delete(th, root, name, n);
			obj = osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0);
			if (!IS_ERR(obj))
				osd_dir_insert(th, root, name, n, obj);
			osd_object_put(obj);
		}
		osd_trans_stop(th);
	}
	return 0;
}

int churn(void)
{
	static struct job jobs[4];
	int i;

	CHECK_RC(osd_seq_create(osd, 0), 0);
	for (i = 0; i < 4; i++) {
		jobs[i].id = i;
		kthread_run(churn_one, &jobs[i], "osdchurn%d", i);
	}
	for (;;) {
		ssleep(1);
		osd_sync(osd);
		pr_info("objects come and go\n");
	}
}
