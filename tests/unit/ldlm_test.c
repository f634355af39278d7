// SPDX-License-Identifier: GPL-2.0-only
/* Lock conflicts: modes, growth of extents, flock ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "../../kernel/ldlm/policy.c"

#define EOF_ OBD_OBJECT_EOF

static void modes(void **state)
{
	static const u32 m[] = { LCK_EX, LCK_PW,    LCK_PR,  LCK_CW, LCK_CR,
				 LCK_NL, LCK_GROUP, LCK_COS, LCK_TXN };
	static const char *const rows[] = { "000001000", "000011000", "001011001",
				      "000111000", "011111001", "111111111",
				      "000001100", "000001010", "001011001" };
	int i, j;

	for (i = 0; i < LCK_MODE_NUM; i++) {
		assert_true(ldlm_mode_valid(m[i]));
		assert_int_equal(ldlm_mode_index(m[i]), i);
		for (j = 0; j < LCK_MODE_NUM; j++)
			assert_int_equal(ldlm_mode_compat(m[i], m[j]), rows[i][j] == '1');
	}
	assert_false(ldlm_mode_valid(0));
	assert_false(ldlm_mode_valid(LCK_PW | LCK_PR));
	assert_false(ldlm_mode_valid(LCK_MAXMODE));
	assert_int_equal(ldlm_mode_compat_mask(0), 0);
}

static struct ldlm_expand begin(u64 start, u64 end, u32 mode)
{
	struct ldlm_range r = { start, end };
	struct ldlm_expand ex;

	ldlm_expand_init(&ex, &r, mode);
	return ex;
}

static void expect(const struct ldlm_expand *ex, u64 start, u64 end)
{
	assert_int_equal(ex->x.start, start);
	assert_int_equal(ex->x.end, end);
}

static void expand_alone(void **state)
{
	struct ldlm_expand ex = begin(4096, 8191, LCK_PR);

	ldlm_expand_fixup(&ex);
	expect(&ex, 0, EOF_);
	ldlm_expand_waiting_begin(&ex);
	ldlm_expand_fixup(&ex);
	expect(&ex, 0, EOF_);
}

/* A conflicting lock behind: up to it, not to the front. */
static void expand_between(void **state)
{
	struct ldlm_expand ex = begin(1 << 20, (1 << 20) + 4095, LCK_PW);

	assert_true(ldlm_expand_granted(&ex, 1, true, 8 << 20));
	ldlm_expand_fixup(&ex);
	expect(&ex, 1 << 20, (8 << 20) - 1);

	/* right behind: no growth, the search ends */
	ex = begin(4096, 8191, LCK_PW);
	assert_false(ldlm_expand_granted(&ex, 1, true, 8192));
	expect(&ex, 4096, 8191);

	/* none behind: to the end */
	ex = begin(4096, 8191, LCK_PW);
	assert_true(ldlm_expand_granted(&ex, 1, false, 0));
	ldlm_expand_fixup(&ex);
	expect(&ex, 4096, EOF_);
}

static void expand_crowd(void **state)
{
	struct ldlm_expand ex = begin(0, 4095, LCK_PW);

	ldlm_expand_granted(&ex, 33, false, 0);
	ldlm_expand_fixup(&ex);
	expect(&ex, 0, (32 << 20) - 1);
	ex = begin(0, 4095, LCK_PR);
	ldlm_expand_granted(&ex, 33, false, 0);
	ldlm_expand_fixup(&ex);
	expect(&ex, 0, EOF_);
}

/* The edges are rounded to the power of two that divides the request's. */
static void expand_align(void **state)
{
	struct ldlm_expand ex = begin(1 << 20, (2 << 20) - 1, LCK_PW);

	ldlm_expand_granted(&ex, 1, true, (3 << 20) + 4096);
	ldlm_expand_fixup(&ex);
	expect(&ex, 1 << 20, (3 << 20) - 1);
}

/* Whatever odd range is asked for, the result contains it. */
static void expand_contains(void **state)
{
	unsigned int i;

	srand(1);
	for (i = 0; i < 200000; i++) {
		u64 a = (u64)rand() << (rand() % 33), b = rand() % 4 ? a + rand() % 100000 : EOF_;
		struct ldlm_expand ex;
		bool more = true;
		int w;

		if (rand() % 2) {
			a &= ~4095ULL;
			b |= 4095;
		}
		if (b < a)
			continue;
		ex = begin(a, b, rand() % 2 ? LCK_PW : LCK_PR);
		for (w = rand() % 3; w && more; w--) {
			u64 next = b + 1 + rand() % 100000;

			more = ldlm_expand_granted(&ex, 1 + rand() % 40, next > b, next);
		}
		ldlm_expand_fixup(&ex);
		ldlm_expand_waiting_begin(&ex);
		for (w = rand() % 8, more = true; w && more; w--) {
			struct ldlm_expand_waiter ew = { .compat = rand() % 2,
							 .same_client = rand() % 2 };

			ew.req.start = rand() % 2 ? a - rand() % 10000 : b + rand() % 10000;
			ew.req.end = ew.req.start + rand() % 5000;
			if (ew.req.end < ew.req.start)
				ew.req.end = EOF_;
			ew.policy = ew.req;
			more = ldlm_expand_waiting(&ex, &ew);
		}
		if (more)
			ldlm_expand_fixup(&ex);
		assert_true(ex.x.start <= a && ex.x.end >= b);
	}
}

static void expand_waiters(void **state)
{
	struct ldlm_expand_waiter w = { .req = { 16384, 20479 }, .policy = { 16384, 20479 } };
	struct ldlm_expand ex = begin(8192, 12287, LCK_PW);

	ldlm_expand_fixup(&ex);
	ldlm_expand_waiting_begin(&ex);
	assert_true(ldlm_expand_waiting(&ex, &w));
	ldlm_expand_fixup(&ex);
	expect(&ex, 0, 16383);

	/* one in front */
	ex = begin(8192, 12287, LCK_PW);
	w.req.start = 0;
	w.req.end = 4095;
	w.policy = w.req;
	ldlm_expand_fixup(&ex);
	ldlm_expand_waiting_begin(&ex);
	assert_true(ldlm_expand_waiting(&ex, &w));
	ldlm_expand_fixup(&ex);
	expect(&ex, 4096, EOF_);

	/* compatible and of another client: no matter */
	ex = begin(8192, 12287, LCK_PR);
	w.compat = true;
	assert_true(ldlm_expand_waiting(&ex, &w));
	expect(&ex, 0, EOF_);
}

static enum ldlm_flock_act apply(u64 os, u64 oe, u64 ns, u64 ne, bool same, struct ldlm_range *old,
				 struct ldlm_range *new, struct ldlm_range *rest)
{
	*old = (struct ldlm_range){ os, oe };
	*new = (struct ldlm_range){ ns, ne };
	return ldlm_flock_apply(old, new, same, rest);
}

static void flock_ranges(void **state)
{
	struct ldlm_range o, n, r;

	assert_int_equal(apply(0, 9, 10, 19, true, &o, &n, &r), FLOCK_REMOVE);
	assert_true(n.start == 0 && n.end == 19);
	assert_int_equal(apply(0, 8, 10, 19, true, &o, &n, &r), FLOCK_KEEP);
	assert_int_equal(apply(0, EOF_, 10, 19, true, &o, &n, &r), FLOCK_REMOVE);
	assert_true(n.start == 0 && n.end == EOF_);
	assert_int_equal(apply(10, EOF_, 0, 5, true, &o, &n, &r), FLOCK_KEEP);
	assert_int_equal(apply(0, 5, 10, EOF_, true, &o, &n, &r), FLOCK_KEEP);

	assert_int_equal(apply(0, 9, 10, 19, false, &o, &n, &r), FLOCK_KEEP);
	assert_int_equal(apply(10, 19, 10, 19, false, &o, &n, &r), FLOCK_REMOVE);
	assert_int_equal(apply(10, 19, 0, EOF_, false, &o, &n, &r), FLOCK_REMOVE);
	assert_int_equal(apply(10, 19, 5, 14, false, &o, &n, &r), FLOCK_SHRINK);
	assert_true(o.start == 15 && o.end == 19);
	assert_int_equal(apply(10, 19, 15, 30, false, &o, &n, &r), FLOCK_SHRINK);
	assert_true(o.start == 10 && o.end == 14);
	assert_int_equal(apply(0, EOF_, 10, 19, false, &o, &n, &r), FLOCK_SPLIT);
	assert_true(o.start == 0 && o.end == 9 && r.start == 20 && r.end == EOF_);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),	  cmocka_unit_test(expand_alone),
		cmocka_unit_test(expand_between), cmocka_unit_test(expand_crowd),
		cmocka_unit_test(expand_align),	  cmocka_unit_test(expand_contains),
		cmocka_unit_test(expand_waiters), cmocka_unit_test(flock_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
