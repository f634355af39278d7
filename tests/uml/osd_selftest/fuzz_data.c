// SPDX-License-Identifier: GPL-2.0-only
/* Object data: write, read, punch, truncate, fallocate, seek, fiemap with any offsets and modes. */
#include "fuzz.h"

#define OBJS 6
#define MAXSIZE (256 * 1024)
#define MAXIO 40000

/* Bytes at and after size are zeros. */
static struct fuzz_object {
	struct osd_object *obj;
	u8 *data;
	u64 size;
} objects[OBJS];
static u8 *scratch;

static struct osd_object *fuzz_object_get(struct fuzz_object *o)
{
	if (!o->obj)
		o->obj = ost_object(100 + (o - objects));
	return o->obj;
}

int fuzz_data_init(void)
{
	int i;

	scratch = kvmalloc(MAXSIZE, GFP_KERNEL);
	CHECK(scratch);
	for (i = 0; i < OBJS; i++) {
		objects[i].data = kvzalloc(MAXSIZE, GFP_KERNEL);
		objects[i].size = 0;
		CHECK(objects[i].data);
	}
	return 0;
}

void fuzz_data_close(void)
{
	int i;

	for (i = 0; i < OBJS; i++) {
		osd_object_put(objects[i].obj);
		objects[i].obj = NULL;
	}
}

void fuzz_data_free(void)
{
	int i;

	fuzz_data_close();
	for (i = 0; i < OBJS; i++)
		kvfree(objects[i].data);
	kvfree(scratch);
}

static void fuzz_copy(struct bio_vec *bv, unsigned int nr, u8 *buf, bool to_pages)
{
	unsigned int i;

	for (i = 0; i < nr; buf += bv[i].bv_len, i++) {
		u8 *p = page_address(bv[i].bv_page) + bv[i].bv_offset;

		if (to_pages)
			memcpy(p, buf, bv[i].bv_len);
		else
			memcpy(buf, p, bv[i].bv_len);
	}
}

static int fuzz_read(struct fuzz_object *o, u64 pos, u64 len)
{
	static struct bio_vec bv[256];
	unsigned int nr = vec(bv, pos, len, fuzz_rnd(2) ? 0 : fuzz_rnd(PAGE_SIZE)), i;
	u64 bytes, want = pos < o->size ? min(len, o->size - pos) : 0;

	for (i = 0; i < nr; i++)
		memset(page_address(pages[i]), 0xaa, PAGE_SIZE);
	CHECK_RC(osd_read_pages(o->obj, pos, bv, nr, &bytes), 0);
	CHECK_RC(bytes, want);
	fuzz_copy(bv, nr, scratch, false);
	for (i = 0; i < len && scratch[i] == o->data[pos + i]; i++)
		;
	if (i < len)
		pr_err("object %d: byte %llu is %02x, not %02x (read %llu+%llu, size %llu)\n",
		       (int)(o - objects), pos + i, scratch[i], o->data[pos + i], pos, len,
		       o->size);
	CHECK(i == len);
	return 0;
}

static int fuzz_size_check(struct fuzz_object *o)
{
	struct osd_attr attr;

	osd_attr_get(o->obj, &attr);
	CHECK_RC(attr.size, o->size);
	return 0;
}

static int fuzz_object_check(struct fuzz_object *o)
{
	u64 pos;

	CHECK_RC(PTR_ERR_OR_ZERO(fuzz_object_get(o)), 0);
	CHECK_RC(fuzz_size_check(o), 0);
	for (pos = 0; pos < MAXSIZE; pos += 65536)
		CHECK_RC(fuzz_read(o, pos, 65536), 0);
	return 0;
}

int fuzz_data_check(void)
{
	int i, rc = 0;

	for (i = 0; i < OBJS && !rc; i++)
		rc = fuzz_object_check(&objects[i]);
	return rc;
}

static int fuzz_write(struct fuzz_object *o, u64 pos, u64 len)
{
	static struct bio_vec bv[256];
	unsigned int nr = vec(bv, pos, len, fuzz_rnd(2) ? 0 : fuzz_rnd(PAGE_SIZE));

	fuzz_bytes(o->data + pos, len);
	fuzz_copy(bv, nr, o->data + pos, true);
	o->size = max(o->size, pos + len);
	CHECK_RC(osd_write_pages(o->obj, pos, bv, nr), 0);
	return 0;
}

static void fuzz_model_zero(struct fuzz_object *o, u64 start, u64 end)
{
	if (end > start)
		memset(o->data + start, 0, end - start);
}

static int fuzz_punch(struct fuzz_object *o, u64 start, u64 end)
{
	if (start >= end) {
		CHECK_RC(osd_punch(o->obj, start, end), -EINVAL);
		return 0;
	}
	if (fuzz_rnd(4) == 0)
		end = OSD_EOF;
	CHECK_RC(osd_punch(o->obj, start, end), 0);
	if (end >= o->size) {
		fuzz_model_zero(o, start, o->size);
		o->size = start;
	} else {
		fuzz_model_zero(o, start, end);
	}
	return fuzz_size_check(o);
}

static int fuzz_fallocate(struct fuzz_object *o, u64 start, u64 len)
{
	static const int bad[] = {
		FALLOC_FL_PUNCH_HOLE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE,
		FALLOC_FL_COLLAPSE_RANGE,
		FALLOC_FL_INSERT_RANGE,
		0x1000,
	};
	static const int modes[] = {
		0,
		FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_ZERO_RANGE,
		FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
	};
	int mode = modes[fuzz_rnd(ARRAY_SIZE(modes))];

	if (fuzz_rnd(8) == 0)
		CHECK_RC(osd_fallocate(o->obj, bad[fuzz_rnd(ARRAY_SIZE(bad))], start, len),
			 -EOPNOTSUPP);
	if (fuzz_rnd(8) == 0)
		CHECK_RC(osd_fallocate(o->obj, mode, osd_maxbytes(osd), 1 + fuzz_rnd(10)), -EFBIG);
	if (!len) {
		CHECK_RC(osd_fallocate(o->obj, mode, start, 0), -EINVAL);
		return 0;
	}
	CHECK_RC(osd_fallocate(o->obj, mode, start, len), 0);
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		fuzz_model_zero(o, start, min(start + len, o->size));
	if (!(mode & FALLOC_FL_KEEP_SIZE))
		o->size = max(o->size, start + len);
	return fuzz_size_check(o);
}

static bool fuzz_is_zero(const struct fuzz_object *o, u64 from, u64 to)
{
	return from >= to || !memchr_inv(o->data + from, 0, to - from);
}

static int fuzz_seek(struct fuzz_object *o, u64 pos)
{
	s64 r = osd_seek(o->obj, pos, SEEK_DATA);

	if (pos >= o->size) {
		CHECK_RC(r, -ENXIO);
		CHECK_RC(osd_seek(o->obj, pos, SEEK_HOLE), -ENXIO);
		return 0;
	}
	CHECK(r == -ENXIO || (r >= (s64)pos && r < (s64)o->size));
	CHECK(fuzz_is_zero(o, pos, r < 0 ? o->size : r));
	r = osd_seek(o->obj, pos, SEEK_HOLE);
	CHECK(r >= (s64)pos && r <= (s64)o->size);
	CHECK(r == o->size ||
	      fuzz_is_zero(o, r, min_t(u64, o->size, round_up(r + 1, osd_blocksize(osd)))));
	return 0;
}

static int fuzz_fiemap(struct fuzz_object *o)
{
	static struct fiemap_extent ext[300];
	int i, n = osd_fiemap(o->obj, 0, ~0ULL, ext, ARRAY_SIZE(ext));
	u64 end = 0;

	CHECK(n >= 0 && n < ARRAY_SIZE(ext));
	for (i = 0; i < n; i++) {
		CHECK(ext[i].fe_logical >= end && ext[i].fe_length);
		CHECK(fuzz_is_zero(o, end, min(ext[i].fe_logical, o->size)));
		end = ext[i].fe_logical + ext[i].fe_length;
		if (ext[i].fe_flags & FIEMAP_EXTENT_UNWRITTEN)
			CHECK(fuzz_is_zero(o, ext[i].fe_logical, min(end, o->size)));
		CHECK(!(ext[i].fe_flags & FIEMAP_EXTENT_LAST) == (i < n - 1));
	}
	CHECK(fuzz_is_zero(o, end, o->size));
	return 0;
}

static int fuzz_destroy(struct fuzz_object *o)
{
	struct osd_trans *th = osd_trans_start(osd, OSD_CR_DESTROY);

	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	CHECK_RC(osd_destroy(th, o->obj), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(o->obj);
	o->obj = NULL;
	fuzz_model_zero(o, 0, o->size);
	o->size = 0;
	return 0;
}

static int fuzz_chown(struct fuzz_object *o)
{
	struct osd_attr attr = { .uid = fuzz_rnd(5), .gid = fuzz_rnd(5), .projid = fuzz_rnd(5) };
	struct osd_trans *th = osd_trans_start(osd, OSD_CR_ATTR_SET);
	int rc;

	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	rc = osd_attr_set(th, o->obj, &attr, OSD_A_UID | OSD_A_GID | OSD_A_PROJID);
	CHECK(rc == 0 || rc == -EOPNOTSUPP);
	CHECK_RC(osd_trans_stop(th), 0);
	return 0;
}

static int fuzz_data_one(struct fuzz_object *o, u64 pos, u64 len, int op)
{
	switch (op) {
	case 0:
	case 1:
	case 2:
	case 3:
		return fuzz_read(o, pos, len ?: 1);
	case 4:
	case 5:
		return fuzz_punch(o, pos, pos + len);
	case 6:
	case 7:
	case 8:
		return fuzz_fallocate(o, pos, len);
	case 9:
		return fuzz_seek(o, pos);
	case 10:
		return fuzz_rnd(8) ? fuzz_fiemap(o) : fuzz_destroy(o);
	case 11:
		return fuzz_chown(o);
	default:
		return fuzz_write(o, pos, len ?: 1);
	}
}

int fuzz_data_op(void)
{
	struct fuzz_object *o = &objects[fuzz_rnd(OBJS)];
	u64 pos = fuzz_edge(MAXSIZE - 1);
	u64 len = fuzz_edge(min_t(u64, MAXIO, MAXSIZE - pos));
	int op = fuzz_rnd(16), rc;

	CHECK_RC(PTR_ERR_OR_ZERO(fuzz_object_get(o)), 0);
	rc = fuzz_data_one(o, pos, len, op);
	/* Immediately, to find out which operation went wrong. */
	if (!rc && fuzz_paranoid && o->obj)
		rc = fuzz_object_check(o);
	if (rc)
		pr_err("object %d: operation %d at %llu + %llu failed, size is now %llu\n",
		       (int)(o - objects), op, pos, len, o->size);
	return rc;
}
