// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data with a pattern that depends on the position: written, read and compared.
 */
#include "selftest.h"

struct page *pages[256];

static void fill(struct bio_vec *bv, unsigned int nr, u64 pos, u8 seed)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		u8 *p = page_address(bv[i].bv_page) + bv[i].bv_offset;

		for (j = 0; j < bv[i].bv_len; j++, pos++)
			p[j] = (u8)(pos * 7 + (pos >> 8) * 13 + seed);
	}
}

/* Number of wrong bytes; seed < 0: zeros wanted. */
static u64 differ(struct bio_vec *bv, unsigned int nr, u64 pos, u64 from, u64 to, int seed)
{
	unsigned int i, j;
	u64 bad = 0;

	for (i = 0; i < nr; i++) {
		u8 *p = page_address(bv[i].bv_page) + bv[i].bv_offset;

		for (j = 0; j < bv[i].bv_len; j++, pos++)
			if (pos >= from && pos < to)
				bad += p[j] !=
				       (seed < 0 ? 0 : (u8)(pos * 7 + (pos >> 8) * 13 + seed));
	}
	return bad;
}

unsigned int vec(struct bio_vec *bv, u64 pos, u64 len, unsigned int first)
{
	unsigned int n = 0;

	while (len) {
		bv[n].bv_page = pages[n];
		bv[n].bv_offset = n ? 0 : first;
		bv[n].bv_len = min_t(u64, len, PAGE_SIZE - bv[n].bv_offset);
		len -= bv[n].bv_len;
		n++;
	}
	return n;
}

int wr(struct osd_object *obj, u64 pos, u64 len, u8 seed, unsigned int first)
{
	static struct bio_vec bv[256];
	unsigned int n = vec(bv, pos, len, first);

	fill(bv, n, pos, seed);
	return osd_write_pages(obj, pos, bv, n);
}

int rd(struct osd_object *obj, u64 pos, u64 len, u64 from, u64 to, int seed, u32 first, u64 want)
{
	static struct bio_vec bv[256];
	unsigned int i, n = vec(bv, pos, len, first);
	u64 bytes, bad;
	int rc;

	for (i = 0; i < n; i++)
		memset(page_address(bv[i].bv_page), 0xaa, PAGE_SIZE);
	rc = osd_read_pages(obj, pos, bv, n, &bytes);
	if (rc)
		return rc;
	if (bytes != want)
		return 1000 + bytes;
	bad = differ(bv, n, pos, from, to, seed);
	return bad ? 100 : 0;
}

int pages_alloc(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i])
			return -ENOMEM;
	}
	return 0;
}

void pages_free(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		if (pages[i])
			__free_page(pages[i]);
}
