// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small disk: blocks of local files that were removed are used for data, and nothing of the old
 * contents is written over these later. When the disk is full, whatever fails leaves nothing.
 */
#include "selftest.h"
#include <linux/delay.h>

#define FILES 40
#define FILE_SIZE 65536
#define PIECE 65536

static int reuse_file(int i, bool remove)
{
	struct osd_object *obj;
	struct osd_trans *th;
	char name[20], *buf;
	int rc;

	snprintf(name, sizeof(name), "old%d", i);
	if (remove)
		return osd_local_unlink(osd, name);
	buf = kvmalloc(FILE_SIZE, GFP_KERNEL);
	CHECK(buf);
	memset(buf, 0xee, FILE_SIZE);
	obj = osd_local_open(osd, name, true);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	th = osd_trans_start(osd, FILE_SIZE / 4096 * OSD_CR_BUF_WRITE);
	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	rc = osd_buf_write(th, obj, buf, FILE_SIZE, 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	kvfree(buf);
	return rc;
}

/* Until the disk is full; returns the number of bytes written. */
static s64 reuse_fill(struct osd_object *obj)
{
	u64 pos = 0;
	int rc;

	while (!(rc = wr(obj, pos, PIECE, 1, 0)))
		pos += PIECE;
	return rc == -ENOSPC ? pos : rc;
}

static int reuse_verify(u64 size)
{
	struct osd_object *obj = ost_object(5);
	u64 pos;

	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	for (pos = 0; pos < size; pos += PIECE)
		CHECK_RC(rd(obj, pos, PIECE, pos, pos + PIECE, 1, 0, PIECE), 0);
	osd_object_put(obj);
	return 0;
}

static int reuse_mkdir(struct osd_object *root)
{
	struct osd_object *obj;
	struct osd_trans *th;
	char name[20];
	int i, rc = 0;

	for (i = 0; i < 2000 && !rc; i++) {
		snprintf(name, sizeof(name), "dir%d", i);
		th = osd_trans_start(osd, CR);
		CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
		obj = make(th, root, name, 1000 + i, S_IFDIR | 0755);
		rc = PTR_ERR_OR_ZERO(obj);
		CHECK_RC(osd_trans_stop(th), 0);
		osd_object_put(obj);
	}
	CHECK_RC(rc, -ENOSPC);
	return 0;
}

int test_reuse(void)
{
	struct osd_object *root = osd_root(osd), *obj;
	s64 size;
	int i, rc;

	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	osd_object_put(root);
	CHECK_RC(osd_seq_create(osd, 0), 0);
	obj = ost_object(5);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	for (i = 0; i < FILES; i++)
		CHECK_RC(reuse_file(i, false), 0);
	CHECK_RC(osd_sync(osd), 0);
	for (i = 0; i < FILES; i++)
		CHECK_RC(reuse_file(i, true), 0);
	/* Blocks are freed in the background, and used again after the commit. */
	msleep(300);
	CHECK_RC(osd_sync(osd), 0);
	size = reuse_fill(obj);
	CHECK(size > 0);
	osd_object_put(obj);
	CHECK_RC(remount(), 0);
	CHECK_RC(reuse_verify(size), 0);
	root = osd_root(osd);
	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	rc = reuse_mkdir(root);
	osd_object_put(root);
	return rc;
}
