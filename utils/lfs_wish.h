/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A layout that a user wishes for: made from options, a YAML file or another layout, and written as
 * the kernel takes it (chapter 7, sections 3.4, 4.2, 5.3).
 */
#ifndef _LFS_WISH_H
#define _LFS_WISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "lfs_layout.h"

#define LFS_EOF		(~0ULL)
#define LFS_COMPS_MAX	512
#define LFS_ANY_OST	0xffff

/* One component, or a plain layout. 0 and LFS_ANY_OST: the default. */
struct lfs_comp {
	unsigned long long start, end;
	unsigned long long stripe_size;
	unsigned int stripe_count;	/* 0xffff: all OSTs, from 0xffe0 on: so often all OSTs */
	unsigned int stripe_offset;
	uint32_t pattern, flags, id;
	char pool[16];
	unsigned int nr_osts;		/* exactly these */
	uint32_t *osts;
};

struct lfs_wish {
	bool composite;
	unsigned int nr;
	struct lfs_comp comp[LFS_COMPS_MAX];
};

void lfs_wish_init(struct lfs_wish *w);
void lfs_wish_free(struct lfs_wish *w);
struct lfs_comp *lfs_wish_add(struct lfs_wish *w, unsigned long long end);
int lfs_wish_check(const struct lfs_wish *w, unsigned long long start, char *why, size_t room);
void *lfs_wish_build(const struct lfs_wish *w, size_t *len);
int lfs_wish_copy(struct lfs_wish *w, const void *layout);
int lfs_wish_yaml(struct lfs_wish *w, FILE *f);
bool lfs_parse_end(const char *text, unsigned long long *end);
int lfs_parse_comp_flags(const char *text, uint32_t *set, uint32_t *clear);
const char *lfs_comp_flag_name(unsigned int bit);

#endif
