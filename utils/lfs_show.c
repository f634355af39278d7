// SPDX-License-Identifier: GPL-2.0-only
/*
 * What "lfs getstripe" prints of a layout (chapter 7, section 6.4): scripts parse every column.
 */
#include <stdio.h>
#include <string.h>
#include "lfs_show.h"
#include "lfs_wish.h"

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

static void lfs_show_pattern(uint32_t pattern)
{
	static const struct { uint32_t bit; const char *word; } words[] = {
		{ LOV_PATTERN_RAID0, "raid0" }, { LOV_PATTERN_MDT, "mdt" },
		{ LOV_PATTERN_OVERSTRIPED, "overstriped" }, { LOV_PATTERN_FOREIGN, "foreign" },
		{ LOV_PATTERN_HOLE, "hole" }, { LOV_PATTERN_RELEASED, "released" },
	};
	const char *comma = "";
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!(pattern & words[i].bit))
			continue;
		printf("%s%s", comma, words[i].word);
		comma = ",";
		pattern &= ~words[i].bit;
	}
	if (pattern)
		printf("%s%#x", comma, pattern);
	else if (!comma[0])
		printf("0");
}

static void lfs_show_comp_flags(uint32_t flags)
{
	const char *comma = "";
	unsigned int i;

	if (flags & LCME_FL_INIT)
		printf("init");
	if (flags & LCME_FL_INIT)
		comma = ",";
	flags &= ~LCME_FL_INIT;
	if ((flags & (LCME_FL_PREF_RD | LCME_FL_PREF_WR)) == (LCME_FL_PREF_RD | LCME_FL_PREF_WR)) {
		printf("%sprefer", comma);
		comma = ",";
		flags &= ~(LCME_FL_PREF_RD | LCME_FL_PREF_WR);
	}
	for (i = 0; i < 32; i++) {
		if (!(flags & 1U << i) || !lfs_comp_flag_name(i))
			continue;
		printf("%s%s", comma, lfs_comp_flag_name(i));
		comma = ",";
		flags &= ~(1U << i);
	}
	if (flags)
		printf("%s%#x", comma, flags);
	else if (!comma[0])
		printf("0");
}

/* A count as an administrator writes it: -1 for all OSTs. */
static void lfs_show_count(uint16_t count)
{
	if (count == 0xffff)
		printf("-1");
	else
		printf("%u", count);
}

/* What a plain layout is of. */
enum lfs_of {
	LFS_OF_FILE,	/* a file, or a component with objects */
	LFS_OF_WISH,	/* a component without */
	LFS_OF_DIR,	/* a default */
};

static void lfs_show_field(unsigned int field, const struct lov_user_md_v3 *l, enum lfs_of of)
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
		printf("%u", of == LFS_OF_FILE ? l->lmm_stripe_offset : 0);
		break;
	case LFS_F_INDEX:
		if (of != LFS_OF_FILE)
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

static const struct { unsigned int field; const char *label; } lfs_plain_fields[] = {
	{ LFS_F_COUNT, "stripe_count:  " }, { LFS_F_SIZE, "stripe_size:   " },
	{ LFS_F_PATTERN, "pattern:       " }, { LFS_F_GEN, "layout_gen:    " },
	{ LFS_F_INDEX, "stripe_offset: " }, { LFS_F_POOL, "pool:          " },
};

#define LFS_NR_FIELDS	(sizeof(lfs_plain_fields) / sizeof(lfs_plain_fields[0]))

/* The fields of a plain layout. indent: inside a composite layout. */
static void lfs_show_fields(const struct lfs_show *s, const struct lov_user_md_v3 *l,
			    enum lfs_of of, const char *indent)
{
	unsigned int want = s->fields ? s->fields : LFS_FIELDS_PLAIN, i;
	bool first = true;

	for (i = 0; i < LFS_NR_FIELDS; i++) {
		unsigned int field = lfs_plain_fields[i].field;

		if (!(want & field) || (field == LFS_F_POOL && !lfs_layout_pool(l)[0]) ||
		    (field == LFS_F_GEN && of == LFS_OF_DIR && !s->fields))
			continue;
		/* of a directory all on one line */
		if (of == LFS_OF_DIR)
			printf("%s%s%s", first ? "" : " ", indent, lfs_plain_fields[i].label);
		else
			printf("%slmm_%s", indent, lfs_plain_fields[i].label);
		lfs_show_field(field, l, of);
		if (of != LFS_OF_DIR)
			printf("\n");
		first = false;
	}
	if (of == LFS_OF_DIR)
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
	if (!(s->fields & LFS_F_OBJECTS)) {
		if (s->verbose && !dir)
			lfs_show_ids(s, l, "");
		else if (s->verbose)
			printf("lmm_fid:           [0x%llx:0x%llx:0x0]\n",
			       (unsigned long long)l->lmm_oi_seq,
			       (unsigned long long)l->lmm_oi_id);
		lfs_show_fields(s, l, dir ? LFS_OF_DIR : LFS_OF_FILE, "");
	}
	if (dir || (s->fields & ~LFS_F_OBJECTS && !s->verbose) || !lfs_layout_nr_objects(l))
		return;
	if (s->yaml) {
		printf("lmm_objects:\n");
		lfs_show_object_list(s, l);
	} else {
		lfs_show_object_table(s, l);
	}
}

static void lfs_show_component_head(const struct lfs_show *s, const struct lov_comp_md_entry_v1 *e,
				    bool dir)
{
	bool list = s->verbose || s->yaml;

	printf(list ? "  - " : "    ");
	if (e->lcme_id)
		printf("lcme_id:             %u\n", e->lcme_id);
	else
		printf("lcme_id:             N/A\n");
	if (dir)
		printf("    lcme_mirror_id:      N/A\n");
	else
		printf("    lcme_mirror_id:      %u\n", e->lcme_id >> 16);
	printf("    lcme_flags:          ");
	lfs_show_comp_flags(e->lcme_flags);
	printf("\n    lcme_extent.e_start: %llu\n", (unsigned long long)e->lcme_start);
	if (e->lcme_end == ~0ULL)
		printf("    lcme_extent.e_end:   EOF\n");
	else
		printf("    lcme_extent.e_end:   %llu\n", (unsigned long long)e->lcme_end);
	if (s->verbose && !s->yaml)
		printf("    lcme_offset:         %u\n    lcme_size:           %u\n",
		       e->lcme_offset, e->lcme_size);
	if (list)
		printf("    sub_layout:\n");
}

static enum lfs_of lfs_comp_of(const struct lov_comp_md_v1 *c, unsigned int i, bool dir)
{
	return dir ? LFS_OF_DIR :
	       c->lcm_entries[i].lcme_flags & LCME_FL_INIT ? LFS_OF_FILE : LFS_OF_WISH;
}

static void lfs_show_component(const struct lfs_show *s, const struct lov_comp_md_v1 *c,
			       unsigned int i, bool dir)
{
	const struct lov_user_md_v3 *l = lfs_comp_layout(c, i);
	enum lfs_of of = lfs_comp_of(c, i, dir);

	lfs_show_component_head(s, &c->lcm_entries[i], dir);
	if (s->verbose)
		lfs_show_ids(s, l, "      ");
	lfs_show_fields(s, l, of, "      ");
	if (of == LFS_OF_FILE && lfs_layout_nr_objects(l)) {
		printf("      lmm_objects:\n");
		lfs_show_object_list(s, l);
	}
}

/* Is a component one of those that are asked for? */
static bool lfs_show_wants(const struct lfs_show *s, const struct lov_comp_md_entry_v1 *e)
{
	return (!s->id || s->id == e->lcme_id) && (e->lcme_flags & s->set_flags) == s->set_flags &&
	       !(e->lcme_flags & s->no_flags);
}

static void lfs_show_composite_head(const struct lfs_show *s, const struct lov_comp_md_v1 *c)
{
	static const char *const states[] = { "0", "ro", "wp", "sp" };
	const char *indent = s->yaml ? "" : "  ";

	if (s->verbose) {
		printf("composite_header:\n");
		printf("  lcm_magic:         0x%08X\n", c->lcm_magic);
		printf("  lcm_size:          %u\n", c->lcm_size);
		printf("  lcm_flags:         %s\n", states[c->lcm_flags & 3]);
	}
	printf("%slcm_layout_gen:    %u\n", indent, c->lcm_layout_gen);
	printf("%slcm_mirror_count:  %u\n", indent, c->lcm_mirror_count + 1);
	printf("%slcm_entry_count:   %u\n", indent, c->lcm_entry_count);
	if (s->verbose || s->yaml)
		printf("components:\n");
}

static void lfs_show_composite(const struct lfs_show *s, const struct lov_comp_md_v1 *c, bool dir)
{
	bool first = true;
	unsigned int i;

	lfs_show_composite_head(s, c);
	for (i = 0; i < c->lcm_entry_count; i++) {
		if (!lfs_show_wants(s, &c->lcm_entries[i]))
			continue;
		if (!first && !s->yaml)
			printf("\n");
		lfs_show_component(s, c, i, dir);
		first = false;
	}
}

/* -q of a composite layout: the objects of the component that single values are of. */
static void lfs_show_composite_objects(const struct lfs_show *s, const struct lov_comp_md_v1 *c)
{
	int i = lfs_comp_pick(c);

	if (i < 0 || !(c->lcm_entries[i].lcme_flags & LCME_FL_INIT) ||
	    !lfs_layout_nr_objects(lfs_comp_layout(c, i)))
		return;
	printf("      lmm_objects:\n");
	lfs_show_object_list(s, lfs_comp_layout(c, i));
}

/* One value of a composite layout, or of one of its components. */
static void lfs_show_composite_value(const struct lfs_show *s, const struct lov_comp_md_v1 *c,
				     bool dir)
{
	const struct lov_comp_md_entry_v1 *e;
	int i = lfs_comp_pick(c);

	if (i < 0)
		return;
	e = &c->lcm_entries[i];
	switch (s->fields) {
	case LFS_F_END:
		if (e->lcme_end == ~0ULL)
			printf("EOF\n");
		else
			printf("%llu\n", (unsigned long long)e->lcme_end);
		return;
	case LFS_F_START:
		printf("%llu\n", (unsigned long long)e->lcme_start);
		return;
	case LFS_F_FLAGS:
		lfs_show_comp_flags(e->lcme_flags);
		break;
	case LFS_F_ID:
		printf("%u", e->lcme_id);
		break;
	case LFS_F_POOL:
		printf("%s", lfs_layout_pool(lfs_comp_layout(c, i)));
		if (!lfs_layout_pool(lfs_comp_layout(c, i))[0])
			return;
		break;
	default:
		if (s->fields == LFS_F_GEN)
			printf("%u\n", c->lcm_layout_gen);
		lfs_show_field(s->fields, lfs_comp_layout(c, i), lfs_comp_of(c, i, dir));
	}
	printf("\n");
}

/* One value of a plain layout: what only composite ones have is nothing, or stands for all. */
static void lfs_show_plain_value(const struct lfs_show *s, const struct lov_user_md_v3 *l, bool dir)
{
	switch (s->fields) {
	case LFS_F_END:
		printf("EOF\n");
		return;
	case LFS_F_START:
		printf("0\n");
		return;
	case LFS_F_FLAGS:
	case LFS_F_ID:
	case LFS_F_MIRRORS:
		return;
	}
	if (s->fields == LFS_F_POOL && !lfs_layout_pool(l)[0])
		return;
	lfs_show_field(s->fields, l, dir ? LFS_OF_DIR : LFS_OF_FILE);
	printf("\n");
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
	else if (composite && s->fields == LFS_F_MIRRORS)
		printf("%u\n", c->lcm_mirror_count + 1);
	else if (composite && s->fields & LFS_F_OBJECTS)
		lfs_show_composite_objects(s, c);
	else if (composite && lfs_show_single(s))
		lfs_show_composite_value(s, c, dir);
	else if (composite)
		lfs_show_composite(s, c, dir);
	else if (lfs_show_single(s) && !(s->fields & LFS_F_OBJECTS))
		lfs_show_plain_value(s, l, dir);
	else if (s->id || s->set_flags || s->no_flags)
		printf("  lcm_layout_gen:    0\n  lcm_mirror_count:  1\n  lcm_entry_count:   0\n");
	else
		lfs_show_plain(s, l, dir);
}
