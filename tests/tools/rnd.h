/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers that a seed repeats: set rng, then rnd(n) is less than n. */
#include <stdint.h>

static uint64_t rng;

static unsigned int rnd(unsigned int n)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return n ? (unsigned int)((rng >> 33) % n) : 0;
}
