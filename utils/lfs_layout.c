// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check layouts that came from an MDT, and find one's way in them. No I/O here: the unit tests run
 * this file under the address sanitizer.
 */
#include <errno.h>
#include <string.h>
#include "lfs_layout.h"

static size_t lfs_layout_head_size(uint32_t magic)
{
	switch (magic) {
	case LOV_USER_MAGIC_V1:
		return LOV_USER_MD_V1_SIZE;
	case LOV_USER_MAGIC_V3:
	case LOV_USER_MAGIC_SPECIFIC:
		return sizeof(struct lov_user_md_v3);
	default:
		return 0;
	}
}

/* A count that stands for "all OSTs" (0xffff) or overstriping (0xffe0..) comes with no object. */
static bool lfs_layout_has_objects(const struct lov_user_md_v3 *l)
{
	return !(l->lmm_pattern & (LOV_PATTERN_RELEASED | LOV_PATTERN_MDT)) &&
	       l->lmm_stripe_count <= LOV_MAX_STRIPE_COUNT;
}

/* A plain layout in LEN bytes, with its objects if it is that of a file. */
static int lfs_layout_check_plain(const struct lov_user_md_v3 *l, size_t len, bool objects)
{
	size_t head;

	if (len < LOV_USER_MD_V1_SIZE)
		return EPROTO;
	if (l->lmm_magic == LOV_USER_MAGIC_FOREIGN)
		return EOPNOTSUPP;
	head = lfs_layout_head_size(l->lmm_magic);
	if (!head || len < head)
		return EPROTO;
	if (head == sizeof(*l) && !memchr(l->lmm_pool_name, 0, sizeof(l->lmm_pool_name)))
		return EPROTO;
	if (l->lmm_stripe_count > LOV_MAX_STRIPE_COUNT && l->lmm_stripe_count < 0xffe0)
		return EPROTO;
	if (objects && lfs_layout_has_objects(l) &&
	    len - head < l->lmm_stripe_count * sizeof(struct lov_user_ost_data_v1))
		return EPROTO;
	return 0;
}

static int lfs_layout_check_comp(struct lov_comp_md_v1 *c, size_t len)
{
	unsigned int i;
	size_t head;
	int rc;

	if (len < sizeof(*c) || c->lcm_size < sizeof(*c) || c->lcm_size > len)
		return EPROTO;
	head = sizeof(*c) + c->lcm_entry_count * sizeof(c->lcm_entries[0]);
	if (head > c->lcm_size)
		return EPROTO;
	for (i = 0; i < c->lcm_entry_count; i++) {
		struct lov_comp_md_entry_v1 *e = &c->lcm_entries[i];

		if (e->lcme_offset < head || e->lcme_offset > c->lcm_size ||
		    e->lcme_size > c->lcm_size - e->lcme_offset)
			return EPROTO;
		rc = lfs_layout_check_plain((void *)((char *)c + e->lcme_offset), e->lcme_size,
					    e->lcme_flags & LCME_FL_INIT);
		if (rc)
			return rc;
	}
	return 0;
}

/**
 * lfs_layout_check() - is this a layout whose counts and offsets stay within the buffer?
 * @buf: the layout
 * @len: size of the buffer; all of it may be read
 *
 * Return: 0, EPROTO for a layout that cannot be used, EOPNOTSUPP for a foreign one.
 */
int lfs_layout_check(void *buf, size_t len)
{
	uint32_t magic;

	if (len < sizeof(magic))
		return EPROTO;
	memcpy(&magic, buf, sizeof(magic));
	if (magic == LOV_USER_MAGIC_COMP_V1)
		return lfs_layout_check_comp(buf, len);
	return lfs_layout_check_plain(buf, len, true);
}

/**
 * lfs_layout_nr_objects() - number of objects behind a plain layout
 * @l: the layout
 *
 * 0 also where the count stands for a wish ("all OSTs").
 */
unsigned int lfs_layout_nr_objects(const struct lov_user_md_v3 *l)
{
	return lfs_layout_has_objects(l) ? l->lmm_stripe_count : 0;
}

const struct lov_user_ost_data_v1 *lfs_layout_objects(const struct lov_user_md_v3 *l)
{
	return (const void *)((const char *)l + lfs_layout_head_size(l->lmm_magic));
}

/**
 * lfs_layout_pool() - the pool of a plain layout, "" without one
 * @l: the layout
 */
const char *lfs_layout_pool(const struct lov_user_md_v3 *l)
{
	return l->lmm_magic == LOV_USER_MAGIC_V1 ? "" : l->lmm_pool_name;
}

/**
 * lfs_layout_object_fid() - FID of an object
 * @o: the object
 *
 * Objects of group 0 have an id and no sequence; their FID is of the IDIF kind, which holds the
 * index of the OST.
 */
struct lu_fid lfs_layout_object_fid(const struct lov_user_ost_data_v1 *o)
{
	struct lu_fid fid = { o->l_fid.f_seq, o->l_fid.f_oid, o->l_fid.f_ver };

	if (o->l_oi_seq)
		return fid;
	fid.f_seq = 0x100000000ULL | (uint64_t)o->l_ost_idx << 16 | (o->l_oi_id >> 32 & 0xffff);
	fid.f_oid = (uint32_t)o->l_oi_id;
	fid.f_ver = 0;
	return fid;
}

const struct lov_user_md_v3 *lfs_comp_layout(const struct lov_comp_md_v1 *c, unsigned int i)
{
	return (const void *)((const char *)c + c->lcm_entries[i].lcme_offset);
}

/**
 * lfs_comp_pick() - the component that single values are shown of
 * @c: the composite layout
 *
 * Return: the number of the last instantiated one, else of the last one; -1 when there is none.
 */
int lfs_comp_pick(const struct lov_comp_md_v1 *c)
{
	int i, pick = (int)c->lcm_entry_count - 1;

	for (i = 0; i < c->lcm_entry_count; i++)
		if (c->lcm_entries[i].lcme_flags & LCME_FL_INIT)
			pick = i;
	return pick;
}
