// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as directory pages. */
#include "fuzz.h"

static volatile u32 sink;

static void fuzz_one(const u8 *data, u32 len)
{
	const struct lu_dirent *e = NULL;
	u32 off, i;
	u8 *page;

	if (len < LU_PAGE_SIZE && wire_dirpage_check(data, len) != -EPROTO)
		abort();
	for (off = 0; off + LU_PAGE_SIZE <= len; off += LU_PAGE_SIZE) {
		page = malloc(LU_PAGE_SIZE);
		memcpy(page, data + off, LU_PAGE_SIZE);
		if (!wire_dirpage_check(page, LU_PAGE_SIZE))
			while ((e = wire_dirpage_next(page, e))) {
				sink += wire_dirent_type(e);
				for (i = 0; i < le16_to_cpu(e->lde_namelen); i++)
					sink += e->lde_name[i];
			}
		free(page);
	}
}
