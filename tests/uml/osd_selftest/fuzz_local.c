// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local files: journalled writes with holes, unlink, rename. "CONFIGS/plain" may have been put on
 * the disk by another system, without the flag for journalled data.
 */
#include "fuzz.h"

#define FILES 4
#define MAXSIZE (64 * 1024)
#define MAXIO 9000

static const char *const names[FILES] = { "CONFIGS/plain", "CONFIGS/a", "CONFIGS/b", "top" };
static struct fuzz_file {
	u8 *data;
	u64 size;
	bool exists;
} files[FILES];
static u8 *scratch;

int fuzz_local_init(void)
{
	struct osd_object *obj;
	int i;

	scratch = kvmalloc(MAXSIZE, GFP_KERNEL);
	CHECK(scratch);
	for (i = 0; i < FILES; i++) {
		files[i] = (struct fuzz_file){ .data = kvzalloc(MAXSIZE, GFP_KERNEL) };
		CHECK(files[i].data);
		obj = osd_local_open(osd, names[i], false);
		if (obj == ERR_PTR(-ENOENT))
			continue;
		CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
		files[i].exists = true;
		files[i].size = osd_size(obj);
		CHECK(files[i].size <= MAXSIZE);
		CHECK_RC(osd_buf_read(obj, files[i].data, MAXSIZE, 0), files[i].size);
		osd_object_put(obj);
	}
	return 0;
}

void fuzz_local_free(void)
{
	int i;

	for (i = 0; i < FILES; i++)
		kvfree(files[i].data);
	kvfree(scratch);
}

static int fuzz_local_verify(int i)
{
	struct osd_object *obj = osd_local_open(osd, names[i], false);
	u64 at;

	if (!files[i].exists) {
		CHECK(obj == ERR_PTR(-ENOENT));
		return 0;
	}
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_size(obj), files[i].size);
	CHECK_RC(osd_buf_read(obj, scratch, MAXSIZE, 0), files[i].size);
	for (at = 0; at < files[i].size && scratch[at] == files[i].data[at]; at++)
		;
	if (at < files[i].size)
		pr_err("%s: byte %llu is %02x, not %02x\n", names[i], at, scratch[at],
		       files[i].data[at]);
	CHECK(at == files[i].size);
	osd_object_put(obj);
	return 0;
}

int fuzz_local_check(void)
{
	int i, rc = 0;

	for (i = 0; i < FILES && !rc; i++)
		rc = fuzz_local_verify(i);
	return rc;
}

static int fuzz_local_write(int i)
{
	u64 pos = fuzz_edge(MAXSIZE - 1), len = fuzz_edge(min_t(u64, MAXIO, MAXSIZE - pos)) ?: 1;
	struct osd_object *obj = osd_local_open(osd, names[i], true);
	struct osd_trans *th;

	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	files[i].exists = true;
	th = osd_trans_start(osd, (len / 4096 + 2) * OSD_CR_BUF_WRITE);
	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	fuzz_bytes(files[i].data + pos, len);
	CHECK_RC(osd_buf_write(th, obj, files[i].data + pos, len, pos), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	files[i].size = max(files[i].size, pos + len);
	osd_object_put(obj);
	return 0;
}

static void fuzz_local_forget(int i)
{
	memset(files[i].data, 0, MAXSIZE);
	files[i].size = 0;
	files[i].exists = false;
}

static int fuzz_local_rename(void)
{
	/* Those in the same directory. */
	int a = fuzz_rnd(3), b = fuzz_rnd(3);

	if (a == b)
		return 0;
	CHECK_RC(osd_local_rename(osd, names[a], names[b]), files[a].exists ? 0 : -ENOENT);
	if (!files[a].exists)
		return 0;
	fuzz_local_forget(b);
	swap(files[a], files[b]);
	return 0;
}

int fuzz_local_op(void)
{
	int i = fuzz_rnd(FILES);

	switch (fuzz_rnd(16)) {
	case 0:
		CHECK_RC(osd_local_unlink(osd, names[i]), files[i].exists ? 0 : -ENOENT);
		fuzz_local_forget(i);
		return 0;
	case 1:
		return fuzz_local_rename();
	case 2:
	case 3:
		return fuzz_local_verify(i);
	default:
		return fuzz_local_write(i);
	}
}
