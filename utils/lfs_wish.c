// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts that users wish for (lfs_wish.h). No I/O but reading YAML: the unit tests run this file
 * under the address sanitizer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "lfs.h"
#include "lfs_wish.h"

static const char *const lfs_comp_flag_names[32] = {
	"stale", "prefrd", "prefwr", "offline", "init", "nosync", "extension", "parity",
	"compress", "partial", "nocompr",
};

/**
 * lfs_comp_flag_name() - the word for a flag of components
 * @bit: its number
 *
 * Return: NULL when it has none.
 */
const char *lfs_comp_flag_name(unsigned int bit)
{
	return bit < 32 ? lfs_comp_flag_names[bit] : NULL;
}

static uint32_t lfs_comp_flag(const char *word, size_t n)
{
	unsigned int i;

	if (n == 6 && !strncmp(word, "prefer", n))
		return LCME_FL_PREF_RD | LCME_FL_PREF_WR;
	for (i = 0; i < 32; i++)
		if (lfs_comp_flag_names[i] && strlen(lfs_comp_flag_names[i]) == n &&
		    !strncmp(word, lfs_comp_flag_names[i], n))
			return 1U << i;
	return 0;
}

/**
 * lfs_parse_comp_flags() - "init,^stale,prefer"
 * @text: the words
 * @set: flags of the words
 * @clear: flags of the words with a ^
 *
 * Return: 0 or EINVAL.
 */
int lfs_parse_comp_flags(const char *text, uint32_t *set, uint32_t *clear)
{
	*set = 0;
	*clear = 0;
	while (*text) {
		bool neg = *text == '^';
		size_t n = strcspn(text + neg, ",");
		uint32_t flag = lfs_comp_flag(text + neg, n);

		if (!flag)
			return EINVAL;
		*(neg ? clear : set) |= flag;
		text += neg + n;
		text += *text == ',';
	}
	return *set | *clear ? 0 : EINVAL;
}

/**
 * lfs_parse_end() - where a component ends: "64K", "1G", "-1", "eof"; below 4096 it counts KiB
 * @text: the text
 * @end: out
 */
bool lfs_parse_end(const char *text, unsigned long long *end)
{
	*end = LFS_EOF;
	if (!strcmp(text, "-1") || !strcasecmp(text, "eof"))
		return true;
	if (!lfs_size(text, end, 1))
		return false;
	if (*end < 4096)
		*end <<= 10;
	return true;
}

void lfs_wish_init(struct lfs_wish *w)
{
	memset(w, 0, sizeof(*w));
	w->comp[0].end = LFS_EOF;
	w->comp[0].stripe_offset = LFS_ANY_OST;
	w->nr = 1;
}

void lfs_wish_free(struct lfs_wish *w)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		free(w->comp[i].osts);
	w->nr = 0;
}

/**
 * lfs_wish_add() - the component that ends at @end
 * @w: the wish
 * @end: its end
 *
 * It begins where the one before ends, and is as that one until something else is said. The first
 * call makes the plain layout a composite one.
 *
 * Return: the component; NULL when there are too many.
 */
struct lfs_comp *lfs_wish_add(struct lfs_wish *w, unsigned long long end)
{
	struct lfs_comp *c = &w->comp[0];

	if (w->composite) {
		if (w->nr == LFS_COMPS_MAX)
			return NULL;
		c = &w->comp[w->nr];
		*c = c[-1];
		c->start = c[-1].end;
		c->stripe_offset = LFS_ANY_OST;
		c->flags = 0;
		c->nr_osts = 0;
		c->osts = NULL;
		w->nr++;
	}
	w->composite = true;
	c->end = end;
	c->pattern |= LOV_PATTERN_RAID0;
	return c;
}

/**
 * lfs_wish_check() - would a server take this?
 * @w: the wish
 * @start: where its first component must begin
 * @why: out: what is wrong, with the number of the component
 * @room: bytes of @why
 *
 * Return: 0 or EINVAL.
 */
int lfs_wish_check(const struct lfs_wish *w, unsigned long long start, char *why, size_t room)
{
	unsigned int i;

	for (i = 0; w->composite && i < w->nr; i++) {
		const struct lfs_comp *c = &w->comp[i];
		const char *what = NULL;

		if (c->start != start)
			what = "it does not begin where the one before ends";
		else if (c->end <= start)
			what = "it does not end behind its begin";
		else if (c->end != LFS_EOF && c->end % 65536)
			what = "its end is not a multiple of 64 KiB";
		else if (c->end != LFS_EOF && c->stripe_size && c->end % c->stripe_size)
			what = "its end is not a multiple of its stripe size";
		if (what) {
			snprintf(why, room, "component %u [%llu, %lld): %s", i + 1, c->start,
				 (long long)c->end, what);
			return EINVAL;
		}
		start = c->end;
	}
	return 0;
}

static size_t lfs_wish_plain_size(const struct lfs_comp *c)
{
	if (!c->nr_osts && !c->pool[0])
		return LOV_USER_MD_V1_SIZE;
	return sizeof(struct lov_user_md_v3) + c->nr_osts * sizeof(struct lov_user_ost_data_v1);
}

static void lfs_wish_build_plain(const struct lfs_comp *c, void *buf)
{
	struct lov_user_ost_data_v1 *o = (void *)((struct lov_user_md_v3 *)buf + 1);
	struct lov_user_md_v3 *l = buf;
	unsigned int i;

	l->lmm_magic = c->nr_osts ? LOV_USER_MAGIC_SPECIFIC :
		       c->pool[0] ? LOV_USER_MAGIC_V3 : LOV_USER_MAGIC_V1;
	l->lmm_pattern = c->pattern;
	l->lmm_stripe_size = c->stripe_size;
	l->lmm_stripe_count = c->nr_osts ? c->nr_osts : c->stripe_count;
	l->lmm_stripe_offset = c->nr_osts ? c->osts[0] : c->stripe_offset;
	if (l->lmm_magic != LOV_USER_MAGIC_V1)
		memcpy(l->lmm_pool_name, c->pool, sizeof(l->lmm_pool_name));
	for (i = 0; i < c->nr_osts; i++)
		o[i].l_ost_idx = c->osts[i];
}

/**
 * lfs_wish_build() - the wish as the kernel takes it
 * @w: the wish
 * @len: out: its bytes
 *
 * Return: to be freed; NULL without memory.
 */
void *lfs_wish_build(const struct lfs_wish *w, size_t *len)
{
	size_t off = w->composite ? sizeof(struct lov_comp_md_v1) +
				    w->nr * sizeof(struct lov_comp_md_entry_v1) : 0;
	struct lov_comp_md_v1 *m;
	unsigned int i;

	for (*len = off, i = 0; i < w->nr; i++)
		*len += lfs_wish_plain_size(&w->comp[i]);
	m = calloc(1, *len);
	if (!m)
		return NULL;
	for (i = 0; i < w->nr; i++) {
		const struct lfs_comp *c = &w->comp[i];
		size_t size = lfs_wish_plain_size(c);

		lfs_wish_build_plain(c, (char *)m + off);
		if (!w->composite)
			return m;
		m->lcm_entries[i].lcme_id = c->id;
		m->lcm_entries[i].lcme_flags = c->flags;
		m->lcm_entries[i].lcme_start = c->start;
		m->lcm_entries[i].lcme_end = c->end;
		m->lcm_entries[i].lcme_offset = off;
		m->lcm_entries[i].lcme_size = size;
		off += size;
	}
	m->lcm_magic = LOV_USER_MAGIC_COMP_V1;
	m->lcm_size = *len;
	m->lcm_entry_count = w->nr;
	return m;
}

static void lfs_wish_copy_plain(struct lfs_comp *c, const struct lov_user_md_v3 *l, bool objects)
{
	c->pattern = l->lmm_pattern & (LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPED |
				       LOV_PATTERN_MDT);
	c->stripe_size = l->lmm_stripe_size;
	c->stripe_count = l->lmm_stripe_count;
	/* Of objects it is the generation. */
	c->stripe_offset = objects ? LFS_ANY_OST : l->lmm_stripe_offset;
	memcpy(c->pool, lfs_layout_pool(l), strlen(lfs_layout_pool(l)) + 1);
}

/**
 * lfs_wish_copy() - wish for what another file or directory has
 * @w: filled
 * @layout: has passed lfs_layout_check()
 *
 * Return: 0; EOPNOTSUPP: several mirrors, too many components.
 */
int lfs_wish_copy(struct lfs_wish *w, const void *layout)
{
	const struct lov_comp_md_v1 *m = layout;
	unsigned int i;

	lfs_wish_init(w);
	if (m->lcm_magic != LOV_USER_MAGIC_COMP_V1) {
		lfs_wish_copy_plain(&w->comp[0], layout, lfs_layout_nr_objects(layout));
		return 0;
	}
	if (m->lcm_mirror_count || m->lcm_entry_count > LFS_COMPS_MAX || !m->lcm_entry_count)
		return EOPNOTSUPP;
	for (i = 0; i < m->lcm_entry_count; i++) {
		const struct lov_comp_md_entry_v1 *e = &m->lcm_entries[i];
		struct lfs_comp *c = lfs_wish_add(w, e->lcme_end);

		c->start = e->lcme_start;
		c->flags = e->lcme_flags & ~LCME_FL_INIT;
		lfs_wish_copy_plain(c, lfs_comp_layout(m, i), e->lcme_flags & LCME_FL_INIT);
	}
	return 0;
}

/* ---- YAML, as "lfs getstripe -y" prints it ---- */

static bool lfs_yaml_pattern(const char *value, uint32_t *pattern)
{
	static const struct { const char *name; uint32_t pattern; } names[] = {
		{ "raid0", LOV_PATTERN_RAID0 }, { "mdt", LOV_PATTERN_MDT },
		{ "raid0,overstriped", LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPED },
		{ "0", 0 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(value, names[i].name)) {
			*pattern = names[i].pattern;
			return true;
		}
	return false;
}

/* One field of a component; false: its value is bad. Keys that say nothing of a wish pass. */
static bool lfs_yaml_field(struct lfs_comp *c, const char *key, const char *value)
{
	uint32_t clear;
	long long n;

	if (!strcmp(key, "lcme_flags")) {
		if (!strcmp(value, "0"))
			return true;
		if (lfs_parse_comp_flags(value, &c->flags, &clear) || clear)
			return false;
		c->flags &= ~LCME_FL_INIT;
	} else if (!strcmp(key, "lcme_extent.e_start")) {
		return lfs_size(value, &c->start, 1);
	} else if (!strcmp(key, "lcme_extent.e_end")) {
		c->end = LFS_EOF;
		return !strcmp(value, "EOF") || lfs_size(value, &c->end, 1);
	} else if (!strcmp(key, "lmm_stripe_count")) {
		if (!cli_number(value, -1, 0xffff, &n))
			return false;
		c->stripe_count = n & 0xffff;
	} else if (!strcmp(key, "lmm_stripe_size")) {
		return lfs_size(value, &c->stripe_size, 1);
	} else if (!strcmp(key, "lmm_pattern")) {
		return lfs_yaml_pattern(value, &c->pattern);
	} else if (!strcmp(key, "lmm_stripe_offset")) {
		if (!cli_number(value, -1, 0xffff, &n))
			return false;
		c->stripe_offset = n & 0xffff;
	} else if (!strcmp(key, "lmm_pool")) {
		if (strlen(value) >= sizeof(c->pool))
			return false;
		strcpy(c->pool, value);
	} else if (!strcmp(key, "lmm_objects")) {
		c->stripe_offset = LFS_ANY_OST;	/* those were chosen by a server */
	}
	return true;
}

/* "  - key:   value\n" into its parts; false: no such line. */
static bool lfs_yaml_split(char *line, char **key, char **value)
{
	char *colon;

	*key = line + strspn(line, " \t-");
	colon = strchr(*key, ':');
	if (!colon)
		return false;
	*colon = 0;
	*value = colon + 1 + strspn(colon + 1, " \t'\"");
	(*value)[strcspn(*value, " \t'\"\r\n")] = 0;
	return true;
}

/**
 * lfs_wish_yaml() - wish for what a YAML file says
 * @w: filled
 * @f: the file
 *
 * Return: 0 or EINVAL.
 */
int lfs_wish_yaml(struct lfs_wish *w, FILE *f)
{
	char line[256], *key, *value;
	struct lfs_comp *c;
	bool some = false;

	lfs_wish_init(w);
	c = &w->comp[0];
	while (fgets(line, sizeof(line), f)) {
		if (!lfs_yaml_split(line, &key, &value))
			continue;
		if (!strcmp(key, "lcme_id")) {
			struct lfs_comp empty = { .stripe_offset = LFS_ANY_OST, .end = LFS_EOF };

			c = lfs_wish_add(w, LFS_EOF);
			if (!c)
				return EINVAL;
			*c = empty;
		} else if (!lfs_yaml_field(c, key, value)) {
			return EINVAL;
		}
		some |= !strncmp(key, "lmm_", 4);
	}
	return some ? 0 : EINVAL;
}
