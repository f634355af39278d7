/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layouts as a client mount gives them to user space (chapter 7, section 3.4), and the check that
 * every one passes before anything in it is believed: the MDT that sent it may be hostile.
 */
#ifndef _LFS_LAYOUT_H
#define _LFS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <gloss/lustre_user.h>

int lfs_layout_check(void *buf, size_t len);

/* All of these need a layout that lfs_layout_check() has passed. */
unsigned int lfs_layout_nr_objects(const struct lov_user_md_v3 *l);
const struct lov_user_ost_data_v1 *lfs_layout_objects(const struct lov_user_md_v3 *l);
const char *lfs_layout_pool(const struct lov_user_md_v3 *l);
struct lu_fid lfs_layout_object_fid(const struct lov_user_ost_data_v1 *o);
const struct lov_user_md_v3 *lfs_comp_layout(const struct lov_comp_md_v1 *c, unsigned int i);
int lfs_comp_pick(const struct lov_comp_md_v1 *c);

#endif
