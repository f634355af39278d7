// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of one command, from a table. The words before the options (the name of the tool, the
 * command, the verb) have been taken off already: getopt moves operands behind the options, so
 * whatever is read by position must be read before.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

#define CLI_OPTIONS_MAX	64

static int cli_takes_value(enum cli_kind kind)
{
	switch (kind) {
	case CLI_KIND_TEXT:
	case CLI_KIND_NUMBER:
	case CLI_KIND_CALL:
	case CLI_KIND_SKIP_VALUE:
		return required_argument;
	case CLI_KIND_LEVEL:
	case CLI_KIND_INDEX:
	case CLI_KIND_MAYBE:
		return optional_argument;
	default:
		return no_argument;
	}
}

/**
 * cli_number() - a whole number, decimal or 0x...
 * @text: nothing but the number
 * @min: least value
 * @max: greatest value
 * @out: set on success
 *
 * Return: false when the text is something else.
 */
bool cli_number(const char *text, long long min, long long max, long long *out)
{
	long long value;
	char *end;

	if (!isdigit((unsigned char)text[0]) &&
	    !(text[0] == '-' && isdigit((unsigned char)text[1])))
		return false;
	errno = 0;
	value = strtoll(text, &end, 0);
	if (errno || *end || value < min || value > max)
		return false;
	*out = value;
	return true;
}

/* "-v 4": the level is a word of its own. */
static const char *cli_level_word(int argc, char **argv)
{
	const char *next = optind < argc ? argv[optind] : "";

	if (!next[0] || strspn(next, "0123456789") != strlen(next))
		return NULL;
	return argv[optind++];
}

static int cli_store_number(const char *tool, const struct cli_option *o, const char *value)
{
	if (cli_number(value, o->min, o->max, o->number))
		return 0;
	if (o->name)
		fprintf(stderr, "%s: bad value '%s' of option '--%s'\n", tool, value, o->name);
	else
		fprintf(stderr, "%s: bad value '%s' of option '-%c'\n", tool, value, o->letter);
	return EINVAL;
}

static int cli_take(const struct cli_option *o, int argc, char **argv)
{
	const char *value = optarg;

	switch (o->kind) {
	case CLI_KIND_FLAG:
		*o->flag = true;
		return 0;
	case CLI_KIND_BIT:
		*o->bits |= o->bit;
		return 0;
	case CLI_KIND_TEXT:
		*o->text = value;
		return 0;
	case CLI_KIND_LEVEL:
		if (!value)
			value = cli_level_word(argc, argv);
		return cli_store_number(argv[0], o, value ? value : "1");
	case CLI_KIND_INDEX:
		if (!value) {
			*o->number = -1;
			return 0;
		}
		return cli_store_number(argv[0], o, value);
	case CLI_KIND_NUMBER:
		return cli_store_number(argv[0], o, value);
	case CLI_KIND_DO:
	case CLI_KIND_CALL:
	case CLI_KIND_MAYBE:
		return o->call(value);
	default:
		return 0;
	}
}

/*
 * What getopt_long() needs. A long option answers with 256 + its row, a short one with its letter.
 */
static void cli_getopt_tables(const struct cli_option *table, char *letters, struct option *names)
{
	unsigned int i;

	for (i = 0; table[i].kind != CLI_KIND_END && i < CLI_OPTIONS_MAX; i++) {
		int arg = cli_takes_value(table[i].kind);

		if (table[i].letter) {
			*letters++ = table[i].letter;
			memcpy(letters, "::", arg);
			letters += arg;
		}
		if (table[i].name)
			*names++ = (struct option){ table[i].name, arg, NULL, 256 + i };
	}
	*letters = 0;
	*names = (struct option){ 0 };
}

/**
 * cli_options() - take the options of a command
 * @argc: number of words
 * @argv: the words; argv[0] stands before messages. Operands are moved behind the options.
 * @table: the options, ended by CLI_END
 * @first: set to the index of the first operand
 *
 * Return: 0; CLI_USAGE after a message for an option that the table does not have or that lacks its
 * value; an errno for a bad value.
 */
int cli_options(int argc, char **argv, const struct cli_option *table, int *first)
{
	struct option names[CLI_OPTIONS_MAX + 1];
	char letters[3 * CLI_OPTIONS_MAX + 1];
	unsigned int i;
	int c, rc = 0;

	cli_getopt_tables(table, letters, names);
	optind = 0;
	while (!rc && (c = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (c == '?')
			return CLI_USAGE;
		for (i = 0; c < 256 && table[i].letter != c; i++)
			;
		rc = cli_take(&table[c < 256 ? i : (unsigned int)c - 256], argc, argv);
	}
	*first = optind;
	return rc;
}
