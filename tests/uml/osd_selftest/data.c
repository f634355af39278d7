// SPDX-License-Identifier: GPL-2.0-only
/*
 * Object data: writes and reads of any alignment, holes, truncate, punch, fallocate, seek, fiemap.
 */
#include "selftest.h"

#define NBIG 200

int test_data(void)
{
	struct lu_fid fid = ofid(5), nfid = { 0x280000401ULL, 0x23, 0 };
	struct osd_object *obj, *last;
	struct fiemap_extent ext[8];
	struct osd_trans *th;
	struct osd_attr attr;
	int i, n;
	__le64 id;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	CHECK(osd_seq_last_id(osd, 0) == ERR_PTR(-ENOENT));
	CHECK_RC(osd_seq_create(osd, 0), 0);
	CHECK_RC(osd_seq_create(osd, 0x280000401ULL), 0);
	last = osd_seq_last_id(osd, 0);
	CHECK_RC(PTR_ERR_OR_ZERO(last), 0);
	th = osd_trans_start(osd, 3 * OSD_CR_CREATE + OSD_CR_BUF_WRITE);
	id = cpu_to_le64(5);
	CHECK_RC(osd_buf_write(th, last, &id, sizeof(id), 0), 0);
	obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	osd_object_put(osd_create(th, osd, NULL, &nfid, S_IFREG | 07666, 0, 0, 0));
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(last);
	osd_attr_get(obj, &attr);
	CHECK_RC(attr.mode, S_IFREG | 07666);

	/* Aligned megabyte, overwrite, unaligned pieces. */
	CHECK_RC(wr(obj, 0, 1 << 20, 1, 0), 0);
	CHECK_RC(rd(obj, 0, 1 << 20, 0, 1 << 20, 1, 0, 1 << 20), 0);
	CHECK_RC(wr(obj, 8192, 4096, 2, 0), 0);
	CHECK_RC(rd(obj, 0, 65536, 8192, 12288, 2, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 12288, 65536, 1, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 0, 8192, 1, 0, 65536), 0);
	CHECK_RC(wr(obj, 100001, 10, 3, 17), 0);
	CHECK_RC(rd(obj, 98304, 8192, 98304, 100001, 1, 0, 8192), 0);
	CHECK_RC(rd(obj, 98304, 8192, 100001, 100011, 3, 0, 8192), 0);
	CHECK_RC(rd(obj, 98304, 8192, 100011, 106496, 1, 0, 8192), 0);
	CHECK_RC(wr(obj, 200001, 50000, 4, 200001 & 4095), 0);
	CHECK_RC(rd(obj, 200001, 50000, 200001, 250001, 4, 200001 & 4095, 50000), 0);
	CHECK_RC(rd(obj, 200001, 50000, 200001, 250001, 4, 3, 50000), 0);
	CHECK_RC(wr(obj, 300001, 50000, 5, 7), 0);
	CHECK_RC(rd(obj, 299001, 52000, 300001, 350001, 5, 1, 52000), 0);
	CHECK_RC(rd(obj, 299001, 52000, 299001, 300001, 1, 1, 52000), 0);
	CHECK_RC(rd(obj, 299001, 52000, 350001, 351001, 1, 1, 52000), 0);
	/* Past the end: short, zeros. */
	CHECK_RC(wr(obj, (1 << 20) + 10000, 100, 6, 10000 & 4095), 0);
	CHECK_RC(rd(obj, 1 << 20, 16384, (1 << 20), (1 << 20) + 10000, -1, 0, 10100), 0);
	CHECK_RC(rd(obj, 1 << 20, 16384, (1 << 20) + 10000, (1 << 20) + 10100, 6, 0, 10100), 0);
	CHECK_RC(rd(obj, 1 << 20, 16384, (1 << 20) + 10100, (1 << 20) + 16384, -1, 0, 10100), 0);
	CHECK_RC(rd(obj, 1 << 24, 4096, 1 << 24, (1 << 24) + 4096, -1, 0, 0), 0);
	osd_attr_get(obj, &attr);
	CHECK(attr.size == (1 << 20) + 10100);
	/* Far away: a hole between. */
	CHECK_RC(wr(obj, 1ULL << 32, 4096, 7, 0), 0);
	CHECK_RC(osd_seek(obj, 2 << 20, SEEK_DATA), 1LL << 32);
	CHECK_RC(osd_seek(obj, 0, SEEK_HOLE), 1 << 20);
	CHECK_RC(osd_seek(obj, 1ULL << 33, SEEK_DATA), -ENXIO);
	n = osd_fiemap(obj, 0, ~0ULL, ext, 8);
	CHECK(n >= 2 && n <= 8);
	CHECK(ext[n - 1].fe_flags & FIEMAP_EXTENT_LAST);
	CHECK(ext[n - 1].fe_logical == 1ULL << 32);
	CHECK_RC(osd_fiemap(obj, 0, ~0ULL, NULL, 0), n);
	/* Truncate to the middle of a block and up again: zeros. */
	CHECK_RC(osd_punch(obj, 500001, OSD_EOF), 0);
	osd_attr_get(obj, &attr);
	CHECK(attr.size == 500001);
	CHECK_RC(osd_punch(obj, 600000, OSD_EOF), 0);
	CHECK_RC(rd(obj, 490000, 120000, 490000, 500001, 1, 0, 110000), 0);
	CHECK_RC(rd(obj, 490000, 120000, 500001, 610000, -1, 0, 110000), 0);
	/* Punch a hole, unaligned. */
	CHECK_RC(osd_punch(obj, 10001, 30001), 0);
	CHECK_RC(rd(obj, 0, 65536, 10001, 30001, -1, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 8192, 10001, 2, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 30001, 65536, 1, 0, 65536), 0);
	CHECK_RC(wr(obj, 15000, 2, 9, 0), 0);
	CHECK_RC(rd(obj, 0, 65536, 15000, 15002, 9, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 15002, 30001, -1, 0, 65536), 0);
	CHECK_RC(osd_fallocate(obj, 0, 2 << 20, 1 << 20), 0);
	osd_attr_get(obj, &attr);
	CHECK(attr.size == 3 << 20);
	CHECK_RC(rd(obj, 2 << 20, 65536, 0, ~0ULL, -1, 0, 65536), 0);
	CHECK_RC(wr(obj, (2 << 20) + 5000, 5000, 10, 0), 0);
	CHECK_RC(rd(obj, 2 << 20, 65536, (2 << 20) + 5000, (2 << 20) + 10000, 10, 0, 65536), 0);
	CHECK_RC(rd(obj, 2 << 20, 65536, (2 << 20) + 10000, ~0ULL, -1, 0, 65536), 0);
	/* A pseudo-random lot against what it should be is in phase 2; here many small ones. */
	for (i = 0; i < NBIG; i++)
		CHECK_RC(wr(obj, (4 << 20) + i * 777, 777, 11, (i * 13) & 4095), 0);
	CHECK_RC(rd(obj, 4 << 20, NBIG * 777, 0, ~0ULL, 11, 0, NBIG * 777), 0);
	osd_object_put(obj);
	return 0;
}

int verify_data(void)
{
	struct lu_fid fid = ofid(5), nfid = { 0x280000401ULL, 0x23, 0 };
	struct osd_object *obj, *last;
	struct osd_trans *th;
	__le64 id = 0;
	int i;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	last = osd_seq_last_id(osd, 0);
	CHECK_RC(PTR_ERR_OR_ZERO(last), 0);
	CHECK_RC(osd_buf_read(last, &id, sizeof(id), 0), 8);
	CHECK(le64_to_cpu(id) == 5);
	osd_object_put(last);
	obj = osd_find(osd, &nfid);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	osd_object_put(obj);
	obj = osd_find(osd, &fid);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(rd(obj, 0, 65536, 8192, 10001, 2, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 10001, 15000, -1, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 30001, 65536, 1, 0, 65536), 0);
	CHECK_RC(rd(obj, 300001, 50000, 0, ~0ULL, 5, 0, 50000), 0);
	CHECK_RC(rd(obj, 4 << 20, NBIG * 777, 0, ~0ULL, 11, 0, NBIG * 777), 0);
	th = osd_trans_start(osd, OSD_CR_DESTROY);
	CHECK_RC(osd_destroy(th, obj), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	for (i = 0; i < 3; i++) {
		th = osd_trans_start(osd, OSD_CR_CREATE + OSD_CR_DESTROY);
		obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
		CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
		CHECK_RC(osd_trans_stop(th), 0);
		CHECK_RC(wr(obj, 0, 8192, 1, 0), 0);
		th = osd_trans_start(osd, OSD_CR_CREATE + OSD_CR_DESTROY);
		CHECK_RC(osd_destroy(th, obj), 0);
		CHECK_RC(osd_trans_stop(th), 0);
		osd_object_put(obj);
	}
	return 0;
}
