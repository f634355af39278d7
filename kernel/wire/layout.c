// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layout attributes from peers, disks and users: LOV EA (plain, composite, foreign) and LMV EA
 * (chapters 4.16, 4.19). After a check the accessors stay inside of the buffer. Pure, no locks.
 */
#include "impl.h"

static const struct lov_comp_md_entry_v1 *wire_comp_entry(const struct lov_comp_md_v1 *lcm, u32 i)
{
	return &lcm->lcm_entries[i];
}

static u32 wire_lov_magic(const void *buf, u32 len)
{
	return len < 16 ? 0 : le32_to_cpu(*(const __le32 *)buf);
}

/* Header of a plain layout inside of len bytes? Its size, or 0. */
static u32 wire_plain_header(const void *buf, u32 len, bool specific)
{
	u32 magic = wire_lov_magic(buf, len), size;

	if (magic == LOV_MAGIC_SPECIFIC && !specific)
		return 0;
	size = lov_mds_md_size(0, magic);
	return size && len >= size ? size : 0;
}

/* Number of objects that follow the header of a stored plain layout. */
static u32 wire_plain_nr_objects(const struct lov_mds_md_v1 *lmm)
{
	u32 pattern = le32_to_cpu(lmm->lmm_pattern);

	if ((pattern & LOV_PATTERN_F_RELEASED) || (pattern & LOV_PATTERN_MDT))
		return 0;
	return le16_to_cpu(lmm->lmm_stripe_count);
}

static int wire_foreign_check(const void *buf, u32 len)
{
	const struct lov_foreign_md *lfm = buf;

	if (len < sizeof(*lfm) || le32_to_cpu(lfm->lfm_length) > len - sizeof(*lfm))
		return -EINVAL;
	return 0;
}

static int wire_plain_check(const void *buf, u32 len)
{
	const struct lov_mds_md_v1 *lmm = buf;
	u32 hdr, n, size, pattern;

	if (wire_lov_magic(buf, len) == LOV_MAGIC_FOREIGN)
		return wire_foreign_check(buf, len);
	hdr = wire_plain_header(buf, len, false);
	if (!hdr)
		return -EINVAL;
	pattern = le32_to_cpu(lmm->lmm_pattern);
	n = le16_to_cpu(lmm->lmm_stripe_count);
	if (n > LOV_V1_INSANE_STRIPE_COUNT || (!n && !(pattern & LOV_PATTERN_MDT)))
		return -EINVAL;
	size = le32_to_cpu(lmm->lmm_stripe_size);
	if (!size || size % LOV_MIN_STRIPE_SIZE || !lmm->lmm_oi.oi_id)
		return -EINVAL;
	if (wire_plain_nr_objects(lmm) > (len - hdr) / sizeof(struct lov_ost_data_v1))
		return -EINVAL;
	return 0;
}

/* A component that is not instantiated, or a wish of a user. */
static int wire_wish_check(const void *buf, u32 len)
{
	const struct lov_mds_md_v1 *lmm = buf;
	u32 hdr;

	if (wire_lov_magic(buf, len) == LOV_MAGIC_FOREIGN)
		return wire_foreign_check(buf, len);
	hdr = wire_plain_header(buf, len, true);
	if (!hdr)
		return -EINVAL;
	if (wire_lov_magic(buf, len) == LOV_MAGIC_SPECIFIC &&
	    le16_to_cpu(lmm->lmm_stripe_count) > (len - hdr) / sizeof(struct lov_ost_data_v1))
		return -EINVAL;
	return 0;
}

static u32 wire_mirror_of(u32 id)
{
	return (id >> 16) & 0x7fff;
}

/*
 * Header, table of entries, and place of each blob. All blobs together fit into the EA, so that
 * entries which name the same blob do not make the reader build more than was sent.
 */
static int wire_comp_frame_check(const struct lov_comp_md_v1 *lcm, u32 len)
{
	u32 n, size, i, table, left;

	if (len < sizeof(*lcm))
		return -EINVAL;
	n = le16_to_cpu(lcm->lcm_entry_count);
	size = le32_to_cpu(lcm->lcm_size);
	table = sizeof(*lcm) + n * sizeof(lcm->lcm_entries[0]);
	if (!n || size > len || table > size)
		return -EINVAL;
	left = size - table;
	for (i = 0; i < n; i++) {
		const struct lov_comp_md_entry_v1 *e = wire_comp_entry(lcm, i);
		u32 off = le32_to_cpu(e->lcme_offset), blob = le32_to_cpu(e->lcme_size);

		if (off < table || off % 8 || off > size || blob > size - off || blob > left)
			return -EINVAL;
		left -= blob;
	}
	return 0;
}

/*
 * Is [start, end) of a component on the bounds that stripes need? It is empty when an extension
 * component follows it (16.3, SEL).
 */
static bool wire_comp_extent_ok(u64 start, u64 end)
{
	return start <= end && start % LOV_MIN_STRIPE_SIZE == 0 &&
	       (end == LUSTRE_EOF || end % LOV_MIN_STRIPE_SIZE == 0);
}

/* Data on the MDT are the beginning of a file, and have no objects. */
static bool wire_comp_dom_ok(const void *blob, u32 len, u64 start)
{
	const struct lov_mds_md_v1 *lmm = blob;
	u32 magic = wire_lov_magic(blob, len);

	if ((magic != LOV_MAGIC_V1 && magic != LOV_MAGIC_V3) ||
	    !(le32_to_cpu(lmm->lmm_pattern) & LOV_PATTERN_MDT))
		return true;
	return !start;
}

static int wire_comp_check(const struct lov_comp_md_v1 *lcm, u32 len)
{
	u32 n, i, mirrors = 0, prev_mirror = 0;
	bool flr, several;
	u64 end = 0;
	int rc;

	rc = wire_comp_frame_check(lcm, len);
	if (rc)
		return rc;
	n = le16_to_cpu(lcm->lcm_entry_count);
	for (i = 0; i < n; i++) {
		const struct lov_comp_md_entry_v1 *e = wire_comp_entry(lcm, i);
		const void *blob = (const char *)lcm + le32_to_cpu(e->lcme_offset);
		u32 id = le32_to_cpu(e->lcme_id), flags = le32_to_cpu(e->lcme_flags);
		u64 start = le64_to_cpu(e->lcme_extent.e_start);

		if (id == LCME_ID_INVAL || id > LCME_ID_MAX)
			return -EINVAL;
		if (!i || wire_mirror_of(id) != prev_mirror) {
			if (i && wire_mirror_of(id) < prev_mirror)
				return -EINVAL;
			mirrors++;
			end = 0;
		}
		prev_mirror = wire_mirror_of(id);
		if (start != end)
			return -EINVAL;
		/* One that ends before it starts would let the next ones overlap those before. */
		if (le64_to_cpu(e->lcme_extent.e_end) < end)
			return -EINVAL;
		end = le64_to_cpu(e->lcme_extent.e_end);
		if (!wire_comp_extent_ok(start, end) ||
		    !wire_comp_dom_ok(blob, le32_to_cpu(e->lcme_size), start))
			return -EINVAL;
		if (flags & LCME_FL_INIT)
			rc = wire_plain_check(blob, le32_to_cpu(e->lcme_size));
		else
			rc = wire_wish_check(blob, le32_to_cpu(e->lcme_size));
		if (rc)
			return rc;
	}
	if (mirrors != (u32)le16_to_cpu(lcm->lcm_mirror_count) + 1)
		return -EINVAL;
	several = mirrors > 1;
	flr = le16_to_cpu(lcm->lcm_flags) & LCM_FL_FLR_MASK;
	return flr == several ? 0 : -EINVAL;
}

/**
 * wire_lov_check - check a stored layout of a file
 * @buf: the LOV EA
 * @len: its length
 *
 * Return: 0, or -EINVAL when a reader could leave the buffer or the rules of chapter 4.16 are
 * broken.
 */
int wire_lov_check(const void *buf, u32 len)
{
	if (wire_lov_magic(buf, len) == LOV_MAGIC_COMP_V1)
		return wire_comp_check(buf, len);
	return wire_plain_check(buf, len);
}
EXPORT_SYMBOL_GPL(wire_lov_check);

/**
 * wire_lov_hint_check - check a wish for a layout (lov_user_md)
 * @buf: the wish
 * @len: its length
 *
 * Counts, sizes and ids may be wild cards. Checked are the frame, a sane stripe size, and that the
 * components are in order, do not overlap (each mirror begins at 0 again) and end on multiples of
 * 64 KiB.
 *
 * Return: 0 or -EINVAL.
 */
int wire_lov_hint_check(const void *buf, u32 len)
{
	const struct lov_comp_md_v1 *lcm = buf;
	const struct lov_mds_md_v1 *lmm = buf;
	u64 start, end = 0;
	u32 i;
	int rc;

	if (wire_lov_magic(buf, len) != LOV_MAGIC_COMP_V1) {
		rc = wire_wish_check(buf, len);
		if (!rc && wire_lov_magic(buf, len) != LOV_MAGIC_FOREIGN &&
		    le32_to_cpu(lmm->lmm_stripe_size) % LOV_MIN_STRIPE_SIZE)
			rc = -EINVAL;
		return rc;
	}
	rc = wire_comp_frame_check(lcm, len);
	for (i = 0; !rc && i < le16_to_cpu(lcm->lcm_entry_count); i++) {
		const struct lov_comp_md_entry_v1 *e = wire_comp_entry(lcm, i);

		start = le64_to_cpu(e->lcme_extent.e_start);
		if (start && start < end)
			return -EINVAL;
		end = le64_to_cpu(e->lcme_extent.e_end);
		if (!wire_comp_extent_ok(start, end))
			return -EINVAL;
		rc = wire_wish_check((const char *)buf + le32_to_cpu(e->lcme_offset),
				     le32_to_cpu(e->lcme_size));
	}
	return rc;
}
EXPORT_SYMBOL_GPL(wire_lov_hint_check);

/* How many stripes may be wished for? 0: the default; the top values need overstriping. */
static bool wire_wish_count_ok(u16 count, u32 pattern)
{
	if (count <= LOV_MAX_STRIPE_COUNT || count == LOV_ALL_STRIPES)
		return true;
	return count >= LOV_OVERSTRIPE_FIRST && pattern & LOV_PATTERN_OVERSTRIPING;
}

/* Bytes of a checked plain wish: only a list of OSTs is more than a header. */
static u32 wire_wish_size(const void *buf, u32 len)
{
	const struct lov_mds_md_v1 *lmm = buf;
	u32 magic = wire_lov_magic(buf, len);

	return lov_mds_md_size(magic == LOV_MAGIC_SPECIFIC ? le16_to_cpu(lmm->lmm_stripe_count) : 0,
			       magic);
}

/* The name of a pool: it ends inside of its field, and can be typed. */
static bool wire_pool_ok(const char *pool)
{
	u32 i;

	for (i = 0; i <= LOV_MAXPOOLNAME && pool[i]; i++)
		if (pool[i] <= ' ' || pool[i] > '~' || pool[i] == '/')
			return false;
	return i <= LOV_MAXPOOLNAME;
}

/* What is wished for a plain file, or for a component that ends at @end. */
static int wire_wish_values_check(const void *buf, u32 len, u64 end)
{
	const struct lov_mds_md_v3 *v3 = buf;
	u32 magic = wire_lov_magic(buf, len), size, pattern, count;

	if (magic == LOV_MAGIC_FOREIGN)
		return -EOPNOTSUPP;
	if (wire_wish_check(buf, len))
		return -EINVAL;
	pattern = le32_to_cpu(v3->lmm_pattern);
	/* Data on the MDT: no server has it here (chapter 4, 16.6). */
	if (pattern & LOV_PATTERN_MDT)
		return -EINVAL;
	if (pattern & ~(LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPING))
		return -EOPNOTSUPP;
	size = le32_to_cpu(v3->lmm_stripe_size);
	if (size % LOV_MIN_STRIPE_SIZE || (size && end != LUSTRE_EOF && end % size))
		return -EINVAL;
	count = le16_to_cpu(v3->lmm_stripe_count);
	if (!wire_wish_count_ok(count, pattern))
		return -EINVAL;
	if (magic == LOV_MAGIC_SPECIFIC && (!count || count > LOV_MAX_STRIPE_COUNT))
		return -EINVAL;
	return magic == LOV_MAGIC_V1 || wire_pool_ok(v3->lmm_pool_name) ? 0 : -EINVAL;
}

/*
 * One component of a wish: 0, -EINVAL, -EOPNOTSUPP. Its id and INIT are not looked at: they are
 * those of the file that the wish was copied from.
 */
static int wire_wish_comp_check(const struct lov_comp_md_v1 *lcm, u32 i, u64 start)
{
	const struct lov_comp_md_entry_v1 *e = wire_comp_entry(lcm, i);
	u32 flags = le32_to_cpu(e->lcme_flags) & ~LCME_FL_INIT;
	u64 end = le64_to_cpu(e->lcme_extent.e_end);

	if (flags & (LCME_FL_STALE | LCME_FL_OFFLINE | LCME_FL_NEG))
		return -EINVAL;
	if (flags & ~(LCME_FL_PREF_RD | LCME_FL_PREF_WR | LCME_FL_NOSYNC | LCME_FL_NOCOMPR))
		return -EOPNOTSUPP;
	if (le64_to_cpu(e->lcme_extent.e_start) != start || end <= start ||
	    !wire_comp_extent_ok(start, end))
		return -EINVAL;
	return wire_wish_values_check((const char *)lcm + le32_to_cpu(e->lcme_offset),
				      le32_to_cpu(e->lcme_size), end);
}

/**
 * wire_lov_wish_check - may a file get this layout?
 * @buf: the wish (lov_user_md)
 * @len: its length; more may follow the wish
 * @start: where the first component must begin: 0, or the end of those that the file has
 * @size: out: bytes of the wish
 *
 * What wire_lov_hint_check() leaves open because it comes from a server is checked as well: each
 * component begins where the one before ends, has bytes, ends on a stripe, and is of a kind that
 * these servers make. Wild cards are fine.
 *
 * Return: 0; -EINVAL; -EOPNOTSUPP: several mirrors, foreign and other kinds.
 */
int wire_lov_wish_check(const void *buf, u32 len, u64 start, u32 *size)
{
	const struct lov_comp_md_v1 *lcm = buf;
	u32 i;
	int rc;

	*size = len;
	if (wire_lov_magic(buf, len) == LOV_MAGIC_SEL)
		return -EOPNOTSUPP;
	if (wire_lov_magic(buf, len) != LOV_MAGIC_COMP_V1) {
		if (start)
			return -EINVAL;
		rc = wire_wish_values_check(buf, len, LUSTRE_EOF);
		if (!rc)
			*size = wire_wish_size(buf, len);
		return rc;
	}
	rc = wire_comp_frame_check(lcm, len);
	if (rc)
		return rc;
	*size = le32_to_cpu(lcm->lcm_size);
	if (lcm->lcm_mirror_count)
		return -EOPNOTSUPP;
	for (i = 0; !rc && i < le16_to_cpu(lcm->lcm_entry_count); i++) {
		rc = wire_wish_comp_check(lcm, i, start);
		start = le64_to_cpu(wire_comp_entry(lcm, i)->lcme_extent.e_end);
	}
	return rc;
}
EXPORT_SYMBOL_GPL(wire_lov_wish_check);

/**
 * wire_lov_comp_count - number of components of a checked layout (1 for a plain one)
 * @buf: layout or wish that passed its check
 * @len: its length
 */
u32 wire_lov_comp_count(const void *buf, u32 len)
{
	const struct lov_comp_md_v1 *lcm = buf;

	return wire_lov_magic(buf,
			      len) == LOV_MAGIC_COMP_V1 ? le16_to_cpu(lcm->lcm_entry_count) : 1;
}
EXPORT_SYMBOL_GPL(wire_lov_comp_count);

/**
 * wire_lov_layout_gen - generation of a checked layout
 * @buf: layout that passed wire_lov_check()
 * @len: its length
 */
u32 wire_lov_layout_gen(const void *buf, u32 len)
{
	const struct lov_comp_md_v1 *lcm = buf;
	const struct lov_mds_md_v1 *lmm = buf;

	switch (wire_lov_magic(buf, len)) {
	case LOV_MAGIC_COMP_V1:
		return le32_to_cpu(lcm->lcm_layout_gen);
	case LOV_MAGIC_V1:
	case LOV_MAGIC_V3:
		return le16_to_cpu(lmm->lmm_layout_gen);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(wire_lov_layout_gen);

static void wire_plain_parse(const void *buf, u32 len, struct wire_lov_comp *comp)
{
	const struct lov_mds_md_v3 *v3 = buf;
	const struct lov_mds_md_v1 *v1 = buf;
	u32 hdr;

	comp->magic = wire_lov_magic(buf, len);
	comp->pool = NULL;
	comp->objects = NULL;
	comp->nr_objects = 0;
	comp->pattern = le32_to_cpu(v1->lmm_pattern);
	if (comp->magic == LOV_MAGIC_FOREIGN) {
		comp->pattern = LOV_PATTERN_FOREIGN;
		comp->stripe_size = 0;
		comp->stripe_count = 0;
		comp->stripe_offset = 0;
		return;
	}
	comp->stripe_size = le32_to_cpu(v1->lmm_stripe_size);
	comp->stripe_count = le16_to_cpu(v1->lmm_stripe_count);
	comp->stripe_offset = le16_to_cpu(v1->lmm_stripe_offset);
	hdr = lov_mds_md_size(0, comp->magic);
	if (comp->magic != LOV_MAGIC_V1)
		comp->pool = v3->lmm_pool_name;
	comp->nr_objects = wire_plain_nr_objects(buf);
	if (comp->nr_objects > (len - hdr) / sizeof(struct lov_ost_data_v1))
		comp->nr_objects = (len - hdr) / sizeof(struct lov_ost_data_v1);
	if (comp->nr_objects)
		comp->objects = (const void *)((const char *)buf + hdr);
}

/**
 * wire_lov_comp - one component of a checked layout
 * @buf: layout or wish that passed its check
 * @len: its length
 * @i: which, below wire_lov_comp_count()
 * @comp: filled in; points into @buf
 *
 * Return: 0, or -ENOENT when there is no such component.
 */
int wire_lov_comp(const void *buf, u32 len, u32 i, struct wire_lov_comp *comp)
{
	const struct lov_comp_md_v1 *lcm = buf;
	const struct lov_comp_md_entry_v1 *e;

	if (i >= wire_lov_comp_count(buf, len))
		return -ENOENT;
	if (wire_lov_magic(buf, len) != LOV_MAGIC_COMP_V1) {
		wire_plain_parse(buf, len, comp);
		comp->id = 0;
		comp->flags = LCME_FL_INIT;
		comp->start = 0;
		comp->end = LUSTRE_EOF;
		comp->layout_gen = wire_lov_layout_gen(buf, len);
		return 0;
	}
	e = wire_comp_entry(lcm, i);
	wire_plain_parse((const char *)buf + le32_to_cpu(e->lcme_offset), le32_to_cpu(e->lcme_size),
			 comp);
	comp->id = le32_to_cpu(e->lcme_id);
	comp->flags = le32_to_cpu(e->lcme_flags);
	comp->start = le64_to_cpu(e->lcme_extent.e_start);
	comp->end = le64_to_cpu(e->lcme_extent.e_end);
	comp->layout_gen = le32_to_cpu(e->lcme_layout_gen);
	return 0;
}
EXPORT_SYMBOL_GPL(wire_lov_comp);

/**
 * wire_lmv_check - check the layout of a striped directory
 * @buf: the LMV EA
 * @len: its length
 *
 * Return: 0 or -EINVAL.
 */
int wire_lmv_check(const void *buf, u32 len)
{
	const struct lmv_mds_md_v1 *lmv = buf;

	switch (wire_lov_magic(buf, len)) {
	case LMV_MAGIC_V1:
		if (len < sizeof(*lmv) || le32_to_cpu(lmv->lmv_stripe_count) >
		    (len - sizeof(*lmv)) / sizeof(struct lu_fid_le))
			return -EINVAL;
		return 0;
	case LMV_MAGIC_STRIPE:
		return len < sizeof(*lmv) ? -EINVAL : 0;
	case LMV_MAGIC_FOREIGN:
		return wire_foreign_check(buf, len);
	}
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(wire_lmv_check);

/**
 * wire_lmv_user_check - check a wish for a directory layout (lmv_user_md)
 * @buf: the wish
 * @len: its length
 *
 * Return: 0 or -EINVAL.
 */
int wire_lmv_user_check(const void *buf, u32 len)
{
	const struct lmv_user_md_le *lum = buf;

	switch (wire_lov_magic(buf, len)) {
	case LMV_USER_MAGIC:
		return len < sizeof(*lum) ? -EINVAL : 0;
	case LMV_USER_MAGIC_SPECIFIC:
		if (len < sizeof(*lum) || le32_to_cpu(lum->lum_stripe_count) >
		    (len - sizeof(*lum)) / sizeof(lum->lum_objects[0]))
			return -EINVAL;
		return 0;
	case LMV_MAGIC_FOREIGN:
		return wire_foreign_check(buf, len);
	}
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(wire_lmv_user_check);
