// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of the tools (utils/cli_options.c): forms, operands in every place, bounds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../../utils/cli.h"

static struct {
	bool all;
	unsigned int bits;
	const char *net;
	long long level, index, timeout;
	char called[32];
} got;

static int take(const char *value)
{
	snprintf(got.called, sizeof(got.called), "%s", value ? value : "none");
	return value && !strcmp(value, "bad") ? E2BIG : 0;
}

static const struct cli_option table[] = {
	CLI_FLAG('a', "all", got.all),
	CLI_BIT('c', "count", got.bits, 0x1),
	CLI_BIT('s', NULL, got.bits, 0x2),
	CLI_TEXT('n', "net", got.net),
	CLI_LEVEL('v', "verbose", got.level),
	CLI_INDEX('o', "ost", got.index, 10),
	CLI_NUMBER(0, "timeout", got.timeout, 1, 100),
	CLI_CALL('x', "call", take),
	CLI_DO('d', "do", take),
	CLI_SKIP('q', "quiet"),
	CLI_SKIP_VALUE(0, "skip"),
	CLI_END
};

/* Parse the words of TEXT; the result of cli_options() and the operands, joined by commas. */
static int parse(const char *text, char *operands)
{
	static char copy[256];
	char *argv[32] = { "tool verb" }, *w, *save;
	int argc = 1, first = 0, rc;

	memset(&got, 0, sizeof(got));
	got.index = -2;
	snprintf(copy, sizeof(copy), "%s", text);
	for (w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	rc = cli_options(argc, argv, table, &first);
	operands[0] = 0;
	for (; !rc && first < argc; first++) {
		strcat(operands, operands[0] ? "," : "");
		strcat(operands, argv[first]);
	}
	return rc;
}

static void test_forms(void **state)
{
	char ops[64];

	assert_int_equal(parse("-v 4 --net tcp", ops), 0);
	assert_int_equal(got.level, 4);
	assert_string_equal(got.net, "tcp");
	assert_int_equal(parse("--net=tcp1 -v", ops), 0);
	assert_int_equal(got.level, 1);
	assert_string_equal(got.net, "tcp1");
	assert_int_equal(parse("-v3 -ntcp2", ops), 0);
	assert_int_equal(got.level, 3);
	assert_string_equal(got.net, "tcp2");
	assert_int_equal(parse("--verbose=2 -a", ops), 0);
	assert_int_equal(got.level, 2);
	assert_true(got.all);
	assert_int_equal(parse("-cs", ops), 0);
	assert_int_equal(got.bits, 3);
	assert_int_equal(parse("--ti 7", ops), 0);	/* abbreviated */
	assert_int_equal(got.timeout, 7);
	assert_int_equal(parse("-q --skip x", ops), 0);
	assert_string_equal(ops, "");
}

static void test_operands(void **state)
{
	char ops[64];

	assert_int_equal(parse("one -a two --net tcp three", ops), 0);
	assert_string_equal(ops, "one,two,three");
	assert_true(got.all);
	assert_int_equal(parse("-v one", ops), 0);
	assert_int_equal(got.level, 1);
	assert_string_equal(ops, "one");
	assert_int_equal(parse("-o one", ops), 0);	/* an index is never a word of its own */
	assert_int_equal(got.index, -1);
	assert_string_equal(ops, "one");
	assert_int_equal(parse("-o3 --ost=4", ops), 0);
	assert_int_equal(got.index, 4);
	assert_int_equal(parse("-- -a", ops), 0);
	assert_string_equal(ops, "-a");
	assert_false(got.all);
	assert_int_equal(parse("", ops), 0);
	assert_string_equal(ops, "");
}

static void test_errors(void **state)
{
	char ops[64];

	assert_int_equal(parse("--nope", ops), CLI_USAGE);
	assert_int_equal(parse("-Z", ops), CLI_USAGE);
	assert_int_equal(parse("--net", ops), CLI_USAGE);
	assert_int_equal(parse("--all=yes", ops), CLI_USAGE);
	assert_int_equal(parse("--timeout 0", ops), EINVAL);
	assert_int_equal(parse("--timeout 101", ops), EINVAL);
	assert_int_equal(parse("--timeout 5x", ops), EINVAL);
	assert_int_equal(parse("-o11", ops), EINVAL);
	assert_int_equal(parse("-vx", ops), EINVAL);
	assert_int_equal(parse("-x bad -a", ops), E2BIG);
	assert_false(got.all);				/* nothing after the error */
	assert_int_equal(parse("-x good -d", ops), 0);
	assert_string_equal(got.called, "none");
}

static void test_number(void **state)
{
	long long n;

	assert_true(cli_number("0x10", 0, 100, &n) && n == 16);
	assert_true(cli_number("-1", -1, 5, &n) && n == -1);
	assert_false(cli_number("", 0, 5, &n));
	assert_false(cli_number("-", -5, 5, &n));
	assert_false(cli_number(" 1", 0, 5, &n));
	assert_false(cli_number("99999999999999999999", 0, 1LL << 62, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
