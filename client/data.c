// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data half as a whole: start and end, what it sets for a mount, and what it does not support.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/backing-dev.h>
#include <linux/fs.h>
#include "data.h"

int ll_data_init(void)
{
	int rc = ll_brw_init();

	if (rc)
		return rc;
	rc = ll_dio_init();
	if (rc)
		ll_brw_exit();
	return rc;
}

void ll_data_exit(void)
{
	ll_dio_exit();
	ll_brw_exit();
}

void ll_data_sb_init(struct super_block *sb)
{
	/* Checksums are computed on pages that must not change until they are sent. */
	sb->s_iflags |= SB_I_STABLE_WRITES;
	sb->s_bdi->ra_pages = LL_READ_AHEAD >> PAGE_SHIFT;
	sb->s_bdi->io_pages = LL_OSC_BRW_MAX >> PAGE_SHIFT;
}

int ll_group_lock(struct file *file, u64 gid)
{
	return -EOPNOTSUPP;
}

int ll_group_unlock(struct file *file, u64 gid)
{
	return -EOPNOTSUPP;
}

int ll_fiemap(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len)
{
	return -EOPNOTSUPP;
}
