// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of ko2iblnd against a peer that lies, fails or goes away at any moment. Loading fails
 * (-EIO) if a check does.
 */
#define pr_fmt(fmt) "kib_peer_test: " fmt

#include "raw_peer.h"

static int __init kib_peer_test_init(void)
{
	static void (*const groups[])(void) = { test_lies, test_asked, test_asks, test_dialled };
	int i, rc;

	rc = lnet_get_ref();
	if (rc)
		return rc;
	/* each wait of one that fails takes long */
	for (i = 0; i < ARRAY_SIZE(groups) && !failures; i++)
		groups[i]();
	lnet_put_ref();
	pr_info("%s\n", failures ? "FAILED" : "passed");
	return failures ? -EIO : 0;
}

static void __exit kib_peer_test_exit(void)
{
}

module_init(kib_peer_test_init);
module_exit(kib_peer_test_exit);
MODULE_DESCRIPTION("a peer of ko2iblnd that lies, fails and goes away");
MODULE_LICENSE("GPL");
