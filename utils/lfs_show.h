/* SPDX-License-Identifier: GPL-2.0-only */
/* How "lfs getstripe" prints a layout that lfs_layout_check() has passed. */
#ifndef _LFS_SHOW_H
#define _LFS_SHOW_H

#include "lfs_layout.h"

/* Fields of a layout that can be asked for. */
enum {
	LFS_F_COUNT = 0x1,
	LFS_F_SIZE = 0x2,
	LFS_F_INDEX = 0x4,
	LFS_F_POOL = 0x8,
	LFS_F_PATTERN = 0x10,
	LFS_F_GEN = 0x20,
	LFS_F_FID = 0x40,
	LFS_F_MDT = 0x80,
	LFS_F_COMPS = 0x100,
	LFS_F_MIRRORS = 0x200,
	LFS_F_END = 0x400,
	LFS_F_START = 0x800,
	LFS_F_FLAGS = 0x1000,
	LFS_F_ID = 0x2000,
	LFS_F_OBJECTS = 0x4000,	/* -q: nothing else */
};

struct lfs_show {
	unsigned int fields;	/* 0: all */
	bool verbose;
	bool yaml;
	long long ost;		/* mark its objects; -1: none */
	/* Of a composite layout only the components that fit */
	unsigned int id;	/* 0: any */
	unsigned int set_flags, no_flags;
};

bool lfs_show_single(const struct lfs_show *s);
void lfs_show_layout(const struct lfs_show *s, const void *layout, bool dir);

#endif
