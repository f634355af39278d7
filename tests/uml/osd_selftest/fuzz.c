// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on every part of the store, verified against a model in memory. The device is
 * mounted anew now and then, so that inodes are met both as they were made and as iget reads them.
 */
#include "fuzz.h"
#include <linux/prandom.h>

unsigned int fuzz_seed = 1;
module_param_named(seed, fuzz_seed, uint, 0);
static int ops = 6000;
module_param(ops, int, 0);

bool fuzz_paranoid;
module_param_named(paranoid, fuzz_paranoid, bool, 0);

#define REMOUNT_EVERY 2000

static struct rnd_state fuzz_state;

u32 fuzz_rnd(u32 below)
{
	return prandom_u32_state(&fuzz_state) % below;
}

u64 fuzz_edge(u64 max)
{
	u64 unit = 512ULL << fuzz_rnd(5);
	u64 n = fuzz_rnd(max / unit + 1) * unit;

	switch (fuzz_rnd(4)) {
	case 0:
		return n;
	case 1:
		return n ? n - 1 : 0;
	case 2:
		return min(n + 1, max);
	default:
		return fuzz_rnd(max + 1);
	}
}

void fuzz_bytes(u8 *buf, size_t len)
{
	prandom_bytes_state(&fuzz_state, buf, len);
}

static int fuzz_check(void)
{
	int rc = fuzz_data_check();

	if (!rc)
		rc = fuzz_local_check();
	if (!rc)
		rc = fuzz_names_check();
	return rc;
}

static int fuzz_remount(void)
{
	int rc = fuzz_check();

	if (rc)
		return rc;
	fuzz_data_close();
	rc = remount();
	if (!rc)
		rc = osd_seq_create(osd, 0);
	return rc ?: fuzz_check();
}

static int fuzz_op(void)
{
	switch (fuzz_rnd(8)) {
	case 0:
	case 1:
		return fuzz_local_op();
	case 2:
	case 3:
		return fuzz_names_op();
	default:
		return fuzz_data_op();
	}
}

static int fuzz_init(void)
{
	int rc = osd_seq_create(osd, 0);

	if (!rc)
		rc = fuzz_data_init();
	if (!rc)
		rc = fuzz_local_init();
	if (!rc)
		rc = fuzz_names_init();
	return rc;
}

int test_fuzz(void)
{
	int i, rc;

	prandom_seed_state(&fuzz_state, fuzz_seed);
	rc = fuzz_init();
	for (i = 1; !rc && i <= ops; i++) {
		rc = fuzz_op();
		if (!rc && i % 500 == 0)
			rc = osd_sync(osd);
		if (!rc && i % REMOUNT_EVERY == 0)
			rc = fuzz_remount();
		if (rc)
			pr_err("FAILED at operation %d of seed %u: %d\n", i, fuzz_seed, rc);
		cond_resched();
	}
	if (!rc)
		rc = fuzz_remount();
	fuzz_data_free();
	fuzz_local_free();
	fuzz_names_free();
	pr_info("fuzz: %d operations, block size %u, seed %u\n", i - 1, osd_blocksize(osd),
		fuzz_seed);
	return rc;
}
