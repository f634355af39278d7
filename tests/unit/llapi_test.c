// SPDX-License-Identifier: GPL-2.0-only
/*
 * liblustreapi without a file system: FIDs, sizes, layouts from xattrs, which may hold anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <lustre/lustreapi.h>

static void test_fids(void **state)
{
	struct lu_fid fid;
	char *end;

	assert_int_equal(llapi_fid_parse("[0x200000402:0x1f:0x0]", &fid, NULL), 0);
	assert_true(fid.f_seq == 0x200000402 && fid.f_oid == 0x1f && !fid.f_ver);
	assert_int_equal(llapi_fid_parse("0x1:0x2:0x3 and more", &fid, &end), 0);
	assert_string_equal(end, " and more");
	assert_int_equal(llapi_fid_parse("0x1:0x2:0x3 and more", &fid, NULL), -EINVAL);
	assert_int_equal(llapi_fid_parse("[0x1:0x2:0x3", &fid, NULL), -EINVAL);
	assert_int_equal(llapi_fid_parse("0x1:-2:0x3", &fid, NULL), -EINVAL);
	assert_int_equal(llapi_fid_parse("0x1:0x100000000:0x0", &fid, NULL), -ERANGE);
	assert_int_equal(llapi_fid_parse("", &fid, NULL), -EINVAL);
}

static void test_sizes(void **state)
{
	unsigned long long size, unit = 0;

	assert_int_equal(llapi_parse_size("3G", &size, &unit, 0), 0);
	assert_true(size == 3ULL << 30 && unit == 1ULL << 30);
	unit = 1 << 20;
	assert_int_equal(llapi_parse_size("2", &size, &unit, 0), 0);
	assert_true(size == 2 << 20);
	unit = 0;
	assert_int_equal(llapi_parse_size("17E", &size, &unit, 0), -1);
	assert_int_equal(llapi_parse_size("1b", &size, &unit, 0), -1);
	assert_int_equal(llapi_parse_size("1kx", &size, &unit, 0), -1);
}

/* Two components: 1 stripe on OST 3 up to 1 MiB, then 2 not made yet. */
static size_t composite(char *buf)
{
	struct lov_comp_md_v1 *cm = (void *)buf;
	size_t first = sizeof(*cm) + 2 * sizeof(cm->lcm_entries[0]);
	struct lov_user_md_v1 *v = (void *)(buf + first);
	size_t len = sizeof(*v) + sizeof(v->lmm_objects[0]);

	memset(buf, 0, 512);
	cm->lcm_magic = LOV_USER_MAGIC_COMP_V1;
	cm->lcm_entry_count = 2;
	cm->lcm_entries[0] = (struct lov_comp_md_entry_v1){ .lcme_id = 1,
		.lcme_flags = LCME_FL_INIT, .lcme_end = 1 << 20, .lcme_offset = first,
		.lcme_size = len };
	v->lmm_magic = LOV_USER_MAGIC_V1;
	v->lmm_pattern = LOV_PATTERN_RAID0;
	v->lmm_stripe_size = 1 << 20;
	v->lmm_stripe_count = 1;
	v->lmm_objects[0].l_ost_idx = 3;
	cm->lcm_entries[1] = (struct lov_comp_md_entry_v1){ .lcme_id = 2, .lcme_start = 1 << 20,
		.lcme_end = LUSTRE_EOF, .lcme_offset = first + len,
		.lcme_size = LOV_USER_MD_V1_SIZE };
	v = (void *)(buf + first + len);
	v->lmm_magic = LOV_USER_MAGIC_V1;
	v->lmm_pattern = LOV_PATTERN_RAID0;
	v->lmm_stripe_count = 2;
	v->lmm_stripe_offset = 0xffff;
	cm->lcm_size = first + len + LOV_USER_MD_V1_SIZE;
	return cm->lcm_size;
}

static void test_composite(void **state)
{
	char buf[512];
	size_t size = composite(buf);
	struct llapi_layout *l = llapi_layout_get_by_xattr(buf, size, 0);
	uint64_t a, b;
	uint32_t id;

	assert_non_null(l);
	assert_true(llapi_layout_is_composite(l));
	assert_int_equal(llapi_layout_ost_index_get(l, 0, &a), 0);
	assert_true(a == 3);
	assert_int_equal(llapi_layout_comp_use(l, LLAPI_LAYOUT_COMP_USE_NEXT), 0);
	assert_int_equal(llapi_layout_comp_extent_get(l, &a, &b), 0);
	assert_true(a == 1 << 20 && b == LUSTRE_EOF);
	assert_int_equal(llapi_layout_stripe_size_get(l, &a), 0);
	assert_true(a == LLAPI_LAYOUT_DEFAULT);
	assert_int_equal(llapi_layout_comp_use(l, LLAPI_LAYOUT_COMP_USE_NEXT), 1);
	assert_int_equal(llapi_layout_comp_use_id(l, 1), 0);
	assert_int_equal(llapi_layout_comp_id_get(l, &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(llapi_layout_comp_use_id(l, 9), -1);
	llapi_layout_free(l);
}

static void test_building(void **state)
{
	struct llapi_layout *l = llapi_layout_alloc();
	uint64_t v;

	assert_int_equal(llapi_layout_comp_add(l), -1);
	assert_int_equal(llapi_layout_comp_extent_set(l, 5, 5), -1);
	assert_int_equal(llapi_layout_comp_extent_set(l, 0, 1 << 20), 0);
	assert_int_equal(llapi_layout_comp_add(l), 0);
	assert_int_equal(llapi_layout_ost_index_set(l, 2, 7), 0);
	assert_int_equal(llapi_layout_ost_index_set(l, 0, 5), 0);
	assert_int_equal(llapi_layout_ost_index_get(l, 2, &v), 0);
	assert_true(v == 7);
	assert_int_equal(llapi_layout_pool_name_set(l, "fs.abcdefghijklmnop"), -1);
	assert_int_equal(llapi_layout_pool_name_set(l, "fs.flash"), 0);
	assert_int_equal(llapi_layout_pattern_set(l, 12345), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	assert_int_equal(llapi_layout_comp_use(l, LLAPI_LAYOUT_COMP_USE_FIRST), 0);
	assert_int_equal(llapi_layout_comp_del(l), -1);
	assert_int_equal(llapi_layout_comp_use(l, LLAPI_LAYOUT_COMP_USE_LAST), 0);
	assert_int_equal(llapi_layout_comp_del(l), 0);
	llapi_layout_free(l);
	llapi_layout_free(NULL);
	assert_int_equal(llapi_layout_stripe_count_get(NULL, &v), -1);
}

/* Any byte may have any value, and the value may end anywhere: nothing outside of it is read. */
static void test_hostile(void **state)
{
	char good[512], *buf;
	size_t size = composite(good), n;
	unsigned int i, seed = 1;
	struct llapi_layout *l;

	for (i = 0; i < 200000; i++) {
		n = i % 3 ? size : rand_r(&seed) % (size + 1);
		buf = malloc(n ? n : 1);
		memcpy(buf, good, n);
		if (n)
			buf[rand_r(&seed) % n] = rand_r(&seed);
		if (n > 4 && i % 2)
			*(uint16_t *)(buf + (rand_r(&seed) % (n - 1) & ~1)) = rand_r(&seed);
		l = llapi_layout_get_by_xattr(buf, n, 0);
		llapi_layout_free(l);
		free(buf);
	}
	assert_null(llapi_layout_get_by_xattr(NULL, 10, 0));
	assert_null(llapi_layout_get_by_xattr(good, -1, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fids), cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_composite), cmocka_unit_test(test_building),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
