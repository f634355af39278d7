/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Common part of the fuzz targets. The target gets the input in a block of exactly its size,
 * 8-aligned. Without libFuzzer (-DFUZZ_DRIVER) main() takes golden.bin and mutates its records:
 * bytes, words with odd values, truncation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <gloss/msg.h>

static void fuzz_one(const u8 *data, u32 len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *copy = malloc(size ?: 1);

	if (size)
		memcpy(copy, data, size);
	fuzz_one(copy, size);
	free(copy);
	return 0;
}

#ifdef FUZZ_DRIVER
#include "golden.h"

static u64 rng_state = 88172645463325252ULL;

static u32 rng(u32 n)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (rng_state >> 16) % n;
}

static void mutate(u8 *p, u32 len)
{
	static const u32 odd[] = { 0,	       1,	   2,	       7,	  8,
				   16,	       24,	   0xff,       0xffff,	  0x10000,
				   0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };
	u32 n = 1 + rng(4);

	while (n-- && len >= 8) {
		u32 at = rng(rng(2) ? len : (len < 256 ? len : 256));

		if (rng(2)) {
			p[at] = rng(256);
		} else {
			at = (at & ~3U) > len - 4 ? len - 4 : at & ~3U;
			memcpy(p + at, &odd[rng(ARRAY_SIZE(odd))], 4);
		}
	}
}

int main(int argc, char **argv)
{
	long i, n = argc > 2 ? atol(argv[2]) : 100000;
	struct golden_rec *recs = NULL, r;
	struct golden g;
	u32 nr = 0;

	if (argc < 2 || golden_open(&g, argv[1])) {
		fprintf(stderr, "usage: %s golden.bin [runs]\n", argv[0]);
		return 1;
	}
	while (golden_next(&g, &r)) {
		if (r.len > 16384)
			continue;
		recs = realloc(recs, (nr + 1) * sizeof(*recs));
		recs[nr++] = r;
	}
	for (i = 0; i < n; i++) {
		u32 len;
		u8 *p;

		r = recs[rng(nr)];
		len = rng(4) ? r.len : rng(r.len + 1);
		p = malloc(r.len);
		memcpy(p, r.data, r.len);
		mutate(p, r.len);
		LLVMFuzzerTestOneInput(p, len);
		free(p);
	}
	printf("%s: %ld inputs\n", argv[0], n);
	free(recs);
	free(g.data);
	return 0;
}
#endif
