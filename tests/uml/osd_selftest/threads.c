// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads write one object and make and remove names.
 */
#include "selftest.h"
#include <linux/kthread.h>

static int worker(void *arg)
{
	struct job *j = arg;
	struct osd_object *root = osd_root(osd), *obj;
	struct osd_trans *th;
	struct page *page = alloc_page(GFP_KERNEL);
	struct bio_vec bv = { .bv_page = page, .bv_len = PAGE_SIZE };
	struct lu_fid fid;
	char name[32];
	int i, n, rc = 0;

	memset(page_address(page), j->id, PAGE_SIZE);
	fid = ofid(77);
	obj = osd_find(osd, &fid);
	for (i = 0; i < 200 && !rc; i++)
		rc = osd_write_pages(obj, (u64)(i * 4 + j->id) * PAGE_SIZE, &bv, 1);
	osd_object_put(obj);
	for (i = 0; i < 300 && !rc; i++) {
		n = scnprintf(name, sizeof(name), "t%d-%d", j->id, i);
		fid = (struct lu_fid){ 0x200000300ULL + j->id, 1 + i, 0 };
		th = osd_trans_start(osd, CR);
		if (IS_ERR(th)) {
			rc = PTR_ERR(th);
			break;
		}
		obj = osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0);
		rc = PTR_ERR_OR_ZERO(obj);
		if (!rc)
			rc = osd_dir_insert(th, root, name, n, obj);
		osd_trans_stop(th);
		if (rc)
			break;
		th = osd_trans_start(osd, CR);
		rc = osd_dir_delete(th, root, name, n);
		if (!rc)
			rc = osd_nlink_add(th, obj, -1);
		if (!rc)
			rc = osd_destroy(th, obj);
		osd_trans_stop(th);
		osd_object_put(obj);
	}
	osd_object_put(root);
	__free_page(page);
	j->rc = rc;
	complete(&j->done);
	return 0;
}

int test_threads(void)
{
	static struct job jobs[4];
	struct osd_object *obj;
	int i;

	CHECK_RC(osd_seq_create(osd, 0), 0);
	obj = ost_object(77);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	for (i = 0; i < 4; i++) {
		jobs[i].id = i;
		init_completion(&jobs[i].done);
		jobs[i].task = kthread_run(worker, &jobs[i], "osdtest%d", i);
		CHECK(!IS_ERR(jobs[i].task));
	}
	for (i = 0; i < 4; i++)
		wait_for_completion(&jobs[i].done);
	for (i = 0; i < 4; i++)
		CHECK_RC(jobs[i].rc, 0);
	CHECK_RC(osd_size(obj), 800 * 4096);
	osd_object_put(obj);
	return 0;
}
