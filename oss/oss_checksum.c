// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksums of bulk data (chapter 5, 7): CRC32 (not inverted at the end), Adler-32, CRC32C
 * (inverted).
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/crc32.h>
#include <linux/crc32c.h>
#include <linux/highmem.h>
#include <linux/zutil.h>
#include "oss_internal.h"

static u32 oss_cksum_update(u32 type, u32 sum, const void *p, size_t len)
{
	switch (type) {
	case OBD_FL_CKSUM_CRC32:
		return crc32_le(sum, p, len);
	case OBD_FL_CKSUM_CRC32C:
		return crc32c(sum, p, len);
	default:
		return zlib_adler32(sum, p, len);
	}
}

/**
 * oss_checksum - checksum of the data of a bulk
 * @type: OBD_FL_CKSUM_*; 0: Adler
 * @bvec: the data
 * @nr: pieces
 * @len: bytes of them that count
 * @cksum: out
 *
 * Return: 0, -EOPNOTSUPP: unknown type.
 */
int oss_checksum(u32 type, const struct bio_vec *bvec, unsigned int nr, u64 len, u32 *cksum)
{
	unsigned int i, n;
	u32 sum;
	char *p;

	if (!type)
		type = OBD_FL_CKSUM_ADLER;
	if (type != OBD_FL_CKSUM_CRC32 && type != OBD_FL_CKSUM_CRC32C && type != OBD_FL_CKSUM_ADLER)
		return -EOPNOTSUPP;
	sum = type == OBD_FL_CKSUM_ADLER ? 1 : ~0;
	for (i = 0; i < nr && len; i++, len -= n) {
		n = min_t(u64, bvec[i].bv_len, len);
		p = kmap_local_page(bvec[i].bv_page);
		sum = oss_cksum_update(type, sum, p + bvec[i].bv_offset, n);
		kunmap_local(p);
	}
	*cksum = type == OBD_FL_CKSUM_CRC32C ? ~sum : sum;
	return 0;
}
