/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A module without code. Container drivers and boot scripts load mgc, lov, lmv, mdc and osc by name
 * and look for them in /sys/module; here all of that is in lustre.ko and ptlrpc.ko.
 */
#include <linux/module.h>

static int __init gloss_name_init(void)
{
	return 0;
}

static void __exit gloss_name_exit(void)
{
}

module_init(gloss_name_init);
module_exit(gloss_name_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("a name for a part of lustre.ko");
