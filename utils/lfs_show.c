// SPDX-License-Identifier: GPL-2.0-only
/*
 * What "lfs getstripe" prints of a layout (chapter 7, section 6.4): scripts parse every column.
 */
#include <stdio.h>
#include <string.h>
#include "lfs_show.h"

#define LFS_FIELDS_PLAIN \
	(LFS_F_COUNT | LFS_F_SIZE | LFS_F_PATTERN | LFS_F_GEN | LFS_F_INDEX | LFS_F_POOL)

/**
 * lfs_show_single() - is one field asked for, of which only the value is printed?
 * @s: what is asked for
 */
bool lfs_show_single(const struct lfs_show *s)
{
	return s->fields && !(s->fields & (s->fields - 1)) && !s->verbose;
}

static void lfs_show_words(uint32_t bits, const char *const words[32])
{
	const char *comma = "";
	unsigned int i;

	for (i = 0; i < 32; i++) {
		if (!(bits & 1U << i) || !words[i])
			continue;
		printf("%s%s", comma, words[i]);
		comma = ",";
		bits &= ~(1U << i);
	}
	if (bits)
		printf("%s%#x", comma, bits);
	else if (!comma[0])
		printf("0");
}

static void lfs_show_pattern(uint32_t pattern)
{
	static const char *const words[32] = {
		[0] = "raid0", [8] = "mdt", [9] = "overstriped", [10] = "foreign",
		[31] = "released", [30] = "hole",
	};

	lfs_show_words(pattern, words);
}

static void lfs_show_comp_flags(uint32_t flags)
{
	static const char *const words[32] = {
		"stale", "prefrd", "prefwr", "offline", [5] = "nosync", "extension", "parity",
		"compress", "partial", "nocompr",
	};

	if (flags & LCME_FL_INIT)
		printf("init%s", flags & ~LCME_FL_INIT ? "," : "");
	if (flags != LCME_FL_INIT)
		lfs_show_words(flags & ~LCME_FL_INIT, words);
}

/* A count as an administrator writes it: -1 for all OSTs. */
static void lfs_show_count(uint16_t count)
{
	if (count == 0xffff)
		printf("-1");
	else
		printf("%u", count);
}

static void lfs_show_field(unsigned int field, const struct lov_user_md_v3 *l, bool dir)
{
	switch (field) {
	case LFS_F_COUNT:
		lfs_show_count(l->lmm_stripe_count);
		break;
	case LFS_F_SIZE:
		printf("%u", l->lmm_stripe_size);
		break;
	case LFS_F_PATTERN:
		lfs_show_pattern(l->lmm_pattern);
		break;
	case LFS_F_GEN:
		printf("%u", dir ? 0 : l->lmm_stripe_offset);
		break;
	case LFS_F_INDEX:
		if (dir)
			printf("%d", (int16_t)l->lmm_stripe_offset);
		else if (lfs_layout_nr_objects(l))
			printf("%d", (int)lfs_layout_objects(l)[0].l_ost_idx);
		else
			printf("-1");
		break;
	case LFS_F_POOL:
		printf("%s", lfs_layout_pool(l));
		break;
	}
}

/* The fields of a plain layout. indent: inside a composite layout. */
static void lfs_show_fields(const struct lfs_show *s, const struct lov_user_md_v3 *l, bool dir,
			    const char *indent)
{
	static const struct { unsigned int field; const char *label; } order[] = {
		{ LFS_F_COUNT, "stripe_count:  " }, { LFS_F_SIZE, "stripe_size:   " },
		{ LFS_F_PATTERN, "pattern:       " }, { LFS_F_GEN, "layout_gen:    " },
		{ LFS_F_INDEX, "stripe_offset: " }, { LFS_F_POOL, "pool:          " },
	};
	unsigned int want = s->fields ? s->fields : LFS_FIELDS_PLAIN, i;
	bool single = lfs_show_single(s), first = true;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!(want & order[i].field))
			continue;
		if (order[i].field == LFS_F_POOL && !lfs_layout_pool(l)[0] && !single)
			continue;
		if (order[i].field == LFS_F_GEN && dir && !s->fields)
			continue;
		/* of a directory all on one line */
		if (!single && dir)
			printf("%s%s%s", first ? "" : " ", indent, order[i].label);
		else if (!single)
			printf("%slmm_%s", indent, order[i].label);
		lfs_show_field(order[i].field, l, dir);
		if (!dir || single)
			printf("\n");
		first = false;
	}
	if (dir && !single)
		printf("\n");
}

static void lfs_show_ids(const struct lfs_show *s, const struct lov_user_md_v3 *l,
			 const char *indent)
{
	unsigned long long seq = l->lmm_oi_seq, oid = l->lmm_oi_id;

	printf("%slmm_magic:         0x%08X\n", indent, l->lmm_magic);
	printf("%slmm_seq:           0x%llx\n", indent, seq);
	printf("%slmm_object_id:     0x%llx\n", indent, oid);
	printf(s->yaml ? "%slmm_fid:           0x%llx:0x%llx:0x0\n" :
			 "%slmm_fid:           [0x%llx:0x%llx:0x0]\n", indent, seq, oid);
}

/* The table behind a plain layout. */
static void lfs_show_object_table(const struct lfs_show *s, const struct lov_user_md_v3 *l)
{
	const struct lov_user_ost_data_v1 *o = lfs_layout_objects(l);
	unsigned int i;

	printf("\tobdidx\t\t objid\t\t objid\t\t group\n");
	for (i = 0; i < lfs_layout_nr_objects(l); i++, o++) {
		unsigned long long seq = o->l_oi_seq ? o->l_fid.f_seq : 0;
		unsigned long long id = o->l_oi_seq ? o->l_fid.f_oid : o->l_oi_id;

		printf("\t%6u\t%14llu\t%#13llx\t", o->l_ost_idx, id, id);
		printf(seq < 0x100000000ULL ? "%14llu" : "%#14llx", seq);
		printf("%s\n", s->ost >= 0 && o->l_ost_idx == s->ost ? " *" : "");
	}
}

/* The objects of a component, or of any layout in YAML. */
static void lfs_show_object_list(const struct lfs_show *s, const struct lov_user_md_v3 *l)
{
	const struct lov_user_ost_data_v1 *o = lfs_layout_objects(l);
	unsigned int i;

	printf("      lmm_objects:\n");
	for (i = 0; i < lfs_layout_nr_objects(l); i++, o++) {
		struct lu_fid fid = lfs_layout_object_fid(o);
		unsigned long long seq = fid.f_seq;

		if (s->yaml)
			printf("      - l_ost_idx: %u\n        l_fid:     %#llx:0x%x:0x%x\n",
			       o->l_ost_idx, seq, fid.f_oid, fid.f_ver);
		else
			printf("      - %3u: { l_ost_idx: %3u, l_fid: [%#llx:0x%x:0x%x] }\n", i,
			       o->l_ost_idx, seq, fid.f_oid, fid.f_ver);
	}
}

static void lfs_show_plain(const struct lfs_show *s, const struct lov_user_md_v3 *l, bool dir)
{
	if (s->verbose && !dir)
		lfs_show_ids(s, l, "");
	else if (s->verbose)
		printf("lmm_fid:           [0x%llx:0x%llx:0x0]\n",
		       (unsigned long long)l->lmm_oi_seq, (unsigned long long)l->lmm_oi_id);
	lfs_show_fields(s, l, dir, "");
	if (dir || (s->fields && !s->verbose) || !lfs_layout_nr_objects(l))
		return;
	if (s->yaml)
		lfs_show_object_list(s, l);
	else
		lfs_show_object_table(s, l);
}

static void lfs_show_component(const struct lfs_show *s, const struct lov_comp_md_v1 *c,
			       unsigned int i)
{
	const struct lov_user_md_v3 *l = lfs_comp_layout(c, i);
	const struct lov_comp_md_entry_v1 *e = &c->lcm_entries[i];
	bool list = s->verbose || s->yaml;

	printf(list ? "  - " : "    ");
	if (e->lcme_id)
		printf("lcme_id:             %u\n", e->lcme_id);
	else
		printf("lcme_id:             N/A\n");
	printf("    lcme_mirror_id:      %u\n    lcme_flags:          ", e->lcme_id >> 16);
	lfs_show_comp_flags(e->lcme_flags);
	printf("\n    lcme_extent.e_start: %llu\n", (unsigned long long)e->lcme_start);
	if (e->lcme_end == ~0ULL)
		printf("    lcme_extent.e_end:   EOF\n");
	else
		printf("    lcme_extent.e_end:   %llu\n", (unsigned long long)e->lcme_end);
	if (s->verbose)
		printf("    lcme_offset:         %u\n    lcme_size:           %u\n", e->lcme_offset,
		       e->lcme_size);
	if (list)
		printf("    sub_layout:\n");
	if (s->verbose)
		lfs_show_ids(s, l, "      ");
	lfs_show_fields(s, l, false, "      ");
	if (e->lcme_flags & LCME_FL_INIT && lfs_layout_nr_objects(l))
		lfs_show_object_list(s, l);
	if (!s->yaml && i + 1 < c->lcm_entry_count)
		printf("\n");
}

static void lfs_show_composite(const struct lfs_show *s, const struct lov_comp_md_v1 *c)
{
	static const char *const states[] = { "0", "ro", "wp", "sp" };
	const char *indent = s->yaml ? "" : "  ";
	unsigned int i;

	if (s->verbose) {
		printf("%s", s->yaml ? "" : "composite_header:\n");
		printf("%slcm_magic:         0x%08X\n", indent, c->lcm_magic);
		printf("%slcm_size:          %u\n", indent, c->lcm_size);
		printf("%slcm_flags:         %s\n", indent, states[c->lcm_flags & 3]);
	}
	printf("%slcm_layout_gen:    %u\n", indent, c->lcm_layout_gen);
	printf("%slcm_mirror_count:  %u\n", indent, c->lcm_mirror_count + 1);
	printf("%slcm_entry_count:   %u\n", indent, c->lcm_entry_count);
	if (s->verbose || s->yaml)
		printf("components:\n");
	for (i = 0; i < c->lcm_entry_count; i++)
		lfs_show_component(s, c, i);
}

/**
 * lfs_show_layout() - print a layout
 * @s: what of it and how
 * @layout: has passed lfs_layout_check()
 * @dir: it is the default layout of a directory
 */
void lfs_show_layout(const struct lfs_show *s, const void *layout, bool dir)
{
	const struct lov_user_md_v3 *l = layout;
	const struct lov_comp_md_v1 *c = layout;
	bool composite = l->lmm_magic == LOV_USER_MAGIC_COMP_V1;

	if (s->fields == LFS_F_COMPS)
		printf("%u\n", composite ? c->lcm_entry_count : 0);
	else if (s->fields == LFS_F_MIRRORS)
		printf("%u\n", composite ? c->lcm_mirror_count + 1 : 1);
	else if (!composite)
		lfs_show_plain(s, l, dir);
	else if (lfs_show_single(s) && c->lcm_entry_count)
		lfs_show_fields(s, lfs_comp_pick(c), false, "");
	else
		lfs_show_composite(s, c);
}
