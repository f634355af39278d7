/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data behind the names of directory entries (chapter 8, section 8.5): the MDTs of another make
 * keep the FID of the file there, which ext4 does not know.
 */
#ifndef _DIRDATA_H
#define _DIRDATA_H

#include <stdbool.h>
#include <stdint.h>

#define DIRDATA_INCOMPAT	0x1000	/* bit of s_feature_incompat */

/* What a block of a directory holds. */
struct dirdata_found {
	unsigned int entries;	/* names with data behind them */
	bool moved_header;	/* the block is the root of an index, moved by the data of ".." */
};

const char *dirdata_check(const void *block, unsigned int size, bool index_root,
			  struct dirdata_found *found);
void dirdata_strip(void *block, unsigned int size, const struct dirdata_found *found);

#endif
