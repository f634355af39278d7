// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts that lfs gets from an MDT (utils/lfs_layout.c, lfs_show.c) and words of its command line
 * (lfs_parse.c). Every layout stands at the end of a memory block of its size: the address
 * sanitizer sees each read behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../utils/lfs.h"
#include "../../utils/lfs_show.h"
#include "../../utils/lfs_wish.h"

static void *copy_of(const void *from, size_t len)
{
	void *p = malloc(len);

	assert_non_null(p);
	memcpy(p, from, len);
	return p;
}

/* What getstripe and find do with a layout that passed the check: print it in every way. */
static void use(const void *layout)
{
	static const unsigned int fields[] = {
		0, LFS_F_COUNT, LFS_F_SIZE, LFS_F_INDEX, LFS_F_POOL, LFS_F_PATTERN, LFS_F_GEN,
		LFS_F_COMPS, LFS_F_MIRRORS, LFS_F_INDEX | LFS_F_COUNT, LFS_F_END, LFS_F_START,
		LFS_F_FLAGS, LFS_F_ID, LFS_F_OBJECTS,
	};
	unsigned int i, way;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (way = 0; way < 8; way++) {
			struct lfs_show show = {
				.fields = fields[i], .verbose = way & 1, .yaml = way & 2, .ost = 1,
			};

			lfs_show_layout(&show, layout, way & 4);
		}
}

static int check(const void *from, size_t len)
{
	void *p = copy_of(from, len);
	int rc = lfs_layout_check(p, len);

	if (!rc)
		use(p);
	free(p);
	return rc;
}

/* A composite layout of two components: V1 with one object, V3 with two. */
static size_t build(unsigned char *buf)
{
	struct lov_comp_md_v1 *c = (void *)buf;
	struct lov_user_md_v3 *l;
	size_t at = sizeof(*c) + 2 * sizeof(c->lcm_entries[0]);

	memset(buf, 0, 512);
	c->lcm_magic = LOV_USER_MAGIC_COMP_V1;
	c->lcm_entry_count = 2;
	c->lcm_entries[0].lcme_id = 1;
	c->lcm_entries[0].lcme_flags = LCME_FL_INIT;
	c->lcm_entries[0].lcme_end = 1 << 20;
	c->lcm_entries[0].lcme_offset = at;
	c->lcm_entries[0].lcme_size = LOV_USER_MD_V1_SIZE + sizeof(struct lov_user_ost_data_v1);
	l = (void *)(buf + at);
	l->lmm_magic = LOV_USER_MAGIC_V1;
	l->lmm_pattern = LOV_PATTERN_RAID0;
	l->lmm_stripe_count = 1;
	at += c->lcm_entries[0].lcme_size;
	c->lcm_entries[1].lcme_id = 2;
	c->lcm_entries[1].lcme_flags = LCME_FL_INIT;
	c->lcm_entries[1].lcme_start = 1 << 20;
	c->lcm_entries[1].lcme_end = ~0ULL;
	c->lcm_entries[1].lcme_offset = at;
	c->lcm_entries[1].lcme_size = sizeof(*l) + 2 * sizeof(struct lov_user_ost_data_v1);
	l = (void *)(buf + at);
	l->lmm_magic = LOV_USER_MAGIC_V3;
	l->lmm_pattern = LOV_PATTERN_RAID0;
	l->lmm_stripe_count = 2;
	strcpy(l->lmm_pool_name, "flash");
	c->lcm_size = at + c->lcm_entries[1].lcme_size;
	return c->lcm_size;
}

static void test_good(void **state)
{
	unsigned char buf[512];
	size_t len = build(buf);
	const struct lov_comp_md_v1 *c = (void *)buf;
	struct lov_user_md_v3 plain = {
		.lmm_magic = LOV_USER_MAGIC_V1, .lmm_stripe_count = 0xffff,
	};

	assert_int_equal(check(buf, len), 0);
	assert_int_equal(lfs_comp_pick(c), 1);
	assert_string_equal(lfs_layout_pool(lfs_comp_layout(c, 1)), "flash");
	/* the default of a directory: a wish, without objects */
	assert_int_equal(check(&plain, LOV_USER_MD_V1_SIZE), 0);
	assert_int_equal(lfs_layout_nr_objects(&plain), 0);
}

/* One damage to a good layout. */
enum damage {
	MANY_ENTRIES, SIZE_BEYOND, OFFSET_BEYOND, OFFSET_IN_HEAD, ENTRY_SIZE_BEYOND,
	ENTRY_SIZE_SMALL, MANY_OBJECTS, POOL_WITHOUT_END, NESTED, NR_DAMAGES
};

static size_t build_damaged(unsigned char *buf, enum damage damage)
{
	size_t len = build(buf);
	struct lov_comp_md_v1 *c = (void *)buf;
	struct lov_comp_md_entry_v1 *e = c->lcm_entries;
	struct lov_user_md_v3 *l0 = (void *)(buf + e[0].lcme_offset);
	struct lov_user_md_v3 *l1 = (void *)(buf + e[1].lcme_offset);

	switch (damage) {
	case MANY_ENTRIES:
		c->lcm_entry_count = 0xffff;
		break;
	case SIZE_BEYOND:
		c->lcm_size = len + 1;
		break;
	case OFFSET_BEYOND:
		e[1].lcme_offset = 0xfffffff0;
		break;
	case OFFSET_IN_HEAD:
		e[1].lcme_offset = 8;
		break;
	case ENTRY_SIZE_BEYOND:
		e[0].lcme_size = 0xffffffff;
		break;
	case ENTRY_SIZE_SMALL:
		e[0].lcme_size = 12;
		break;
	case MANY_OBJECTS:
		l1->lmm_stripe_count = 3;
		break;
	case POOL_WITHOUT_END:
		memset(l1->lmm_pool_name, 'x', sizeof(l1->lmm_pool_name));
		break;
	default:
		l0->lmm_magic = LOV_USER_MAGIC_COMP_V1;
	}
	return len;
}

static void test_hostile(void **state)
{
	unsigned char buf[512];
	struct lov_comp_md_v1 *c = (void *)buf;
	unsigned int i;
	size_t len;

	for (i = 0; i < NR_DAMAGES; i++) {
		len = build_damaged(buf, i);
		assert_int_equal(check(buf, len), EPROTO);
	}
	len = build(buf);
	c->lcm_entry_count = 0;
	assert_int_equal(check(buf, len), 0);
	assert_int_equal(lfs_comp_pick(c), -1);
}

static void test_every_length(void **state)
{
	unsigned char buf[512];
	size_t len = build(buf), n;

	for (n = 0; n < len; n++)
		assert_int_equal(check(buf, n), EPROTO);
}

/* Random bytes over a good layout: whatever passes the check can be printed. */
static void test_mutations(void **state)
{
	unsigned char buf[512];
	unsigned int round, i, passed = 0;
	size_t len;

	srandom(1);
	for (round = 0; round < 20000; round++) {
		len = build(buf);
		for (i = random() % 4 + 1; i; i--)
			buf[random() % len] = random() % 3 ? random() : 0xff;
		if (random() % 8 == 0)
			len = random() % len;
		passed += !check(buf, len);
	}
	assert_true(passed > 100);
}

static void test_words(void **state)
{
	unsigned long long bytes;
	uint32_t osts[8];
	long long index;

	assert_true(lfs_size("64k", &bytes, 1) && bytes == 65536);
	assert_true(lfs_size("1MB", &bytes, 1) && bytes == 1 << 20);
	assert_true(lfs_size("8b", &bytes, 1) && bytes == 4096);
	assert_true(lfs_size("3", &bytes, 512) && bytes == 1536);
	assert_false(lfs_size("-1", &bytes, 1));
	assert_false(lfs_size("16e1", &bytes, 1));
	assert_false(lfs_size("99999999999999e", &bytes, 1));
	assert_false(lfs_size("", &bytes, 1));
	assert_int_equal(lfs_parse_osts("0,2-4", osts, 8), 4);
	assert_int_equal(osts[3], 4);
	assert_int_equal(lfs_parse_osts("0-8", osts, 8), -1);
	assert_int_equal(lfs_parse_osts("0-4294967295", osts, 8), -1);
	assert_int_equal(lfs_parse_osts("4-2", osts, 8), -1);
	assert_int_equal(lfs_parse_osts("1;2", osts, 8), -1);
	assert_true(lfs_ost_index("fs-OST000a_UUID", &index) && index == 10);
	assert_true(lfs_ost_index("3,4", &index) && index == 3);
	assert_false(lfs_ost_index("x,fs-OST0001", &index));
	assert_false(lfs_ost_index("-1", &index));
}

/* ---- wishes ---- */

static const char yaml[] =
	"lcm_layout_gen:    4\nlcm_mirror_count:  1\nlcm_entry_count:   2\ncomponents:\n"
	"  - lcme_id:             1\n    lcme_mirror_id:      0\n    lcme_flags:          init\n"
	"    lcme_extent.e_start: 0\n    lcme_extent.e_end:   1048576\n    sub_layout:\n"
	"      lmm_stripe_count:  1\n      lmm_stripe_size:   1048576\n"
	"      lmm_pattern:       raid0\n      lmm_layout_gen:    0\n"
	"      lmm_stripe_offset: 0\n      lmm_objects:\n      - l_ost_idx: 0\n"
	"        l_fid:     0x240000400:0x6:0x0\n"
	"  - lcme_id:             2\n    lcme_mirror_id:      0\n    lcme_flags:          prefer\n"
	"    lcme_extent.e_start: 1048576\n    lcme_extent.e_end:   EOF\n    sub_layout:\n"
	"      lmm_stripe_count:  -1\n      lmm_stripe_size:   4194304\n"
	"      lmm_pattern:       raid0,overstriped\n      lmm_layout_gen:    0\n"
	"      lmm_stripe_offset: -1\n      lmm_pool:          flash\n";

static int read_yaml(struct lfs_wish *w, const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int rc;

	assert_non_null(f);
	rc = lfs_wish_yaml(w, f);
	fclose(f);
	return rc;
}

/* YAML, the layout that the kernel is given, and that one copied: the same components. */
static void test_wish(void **state)
{
	struct lfs_wish w, copy;
	struct lov_comp_md_v1 *m;
	char why[100];
	size_t len;

	assert_int_equal(read_yaml(&w, yaml), 0);
	assert_int_equal(w.nr, 2);
	assert_int_equal(lfs_wish_check(&w, 0, why, sizeof(why)), 0);
	assert_int_equal(w.comp[0].stripe_offset, LFS_ANY_OST);
	assert_int_equal(w.comp[1].stripe_count, 0xffff);
	assert_int_equal(w.comp[1].pattern, LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPED);
	assert_int_equal(w.comp[1].flags, LCME_FL_PREF_RD | LCME_FL_PREF_WR);
	assert_string_equal(w.comp[1].pool, "flash");
	m = lfs_wish_build(&w, &len);
	assert_int_equal(len, 32 + 2 * 48 + 32 + 48);
	assert_int_equal(check(m, len), 0);
	assert_int_equal(lfs_wish_copy(&copy, m), 0);
	assert_memory_equal(copy.comp, w.comp, 2 * sizeof(w.comp[0]));
	free(m);
	lfs_wish_free(&w);
	assert_int_equal(read_yaml(&w, "what: is this\n"), EINVAL);
	assert_int_equal(read_yaml(&w, "lmm_stripe_count: many\n"), EINVAL);
	assert_int_equal(read_yaml(&w, "- lcme_id: 1\n lcme_flags: odd\n"), EINVAL);
	assert_int_equal(read_yaml(&w, "lmm_stripe_count: 3\nlmm_stripe_size: 65536\n"), 0);
	assert_false(w.composite);
}

/* What is wrong with which component. */
static void test_wish_bad(void **state)
{
	static const struct { unsigned long long end1, end2, size; const char *why; } t[] = {
		{ 1 << 20, 1 << 20, 0, "component 2 " }, { 1 << 20, 1 << 19, 0, "component 2 " },
		{ 1000, LFS_EOF, 0, "component 1 " }, { 1 << 20, (1 << 20) + 1, 0, "component 2 " },
		{ 3 << 16, LFS_EOF, 2 << 16, "component 1 " },
	};
	struct lfs_wish w;
	unsigned int i;
	char why[100];

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		lfs_wish_init(&w);
		lfs_wish_add(&w, t[i].end1)->stripe_size = t[i].size;
		lfs_wish_add(&w, t[i].end2);
		assert_int_equal(lfs_wish_check(&w, 0, why, sizeof(why)), EINVAL);
		assert_int_equal(strncmp(why, t[i].why, strlen(t[i].why)), 0);
		lfs_wish_free(&w);
	}
}

static void test_wish_words(void **state)
{
	unsigned long long end;
	uint32_t set, clear;

	assert_true(lfs_parse_end("64K", &end) && end == 65536);
	assert_true(lfs_parse_end("64", &end) && end == 65536);
	assert_true(lfs_parse_end("eof", &end) && end == LFS_EOF);
	assert_false(lfs_parse_end("-2", &end));
	assert_int_equal(lfs_parse_comp_flags("init,^prefer", &set, &clear), 0);
	assert_int_equal(set, LCME_FL_INIT);
	assert_int_equal(clear, LCME_FL_PREF_RD | LCME_FL_PREF_WR);
	assert_int_equal(lfs_parse_comp_flags("", &set, &clear), EINVAL);
	assert_int_equal(lfs_parse_comp_flags("ini", &set, &clear), EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_mutations), cmocka_unit_test(test_wish),
		cmocka_unit_test(test_wish_bad), cmocka_unit_test(test_wish_words),
		cmocka_unit_test(test_words),
	};

	/* what is printed does not matter here */
	if (!freopen("/dev/null", "w", stdout))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
