/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands and options of the tools, from tables. cli_options.c parses the options of one command,
 * cli_command.c finds the command (and its verb) and offers a prompt.
 *
 * A command returns 0, an errno, or CLI_USAGE: its usage text is printed then, and the tool exits
 * with status 4 (chapter 7, section 6.1).
 */
#ifndef _CLI_H
#define _CLI_H

#include <stdbool.h>
#include <stddef.h>

#define GLOSS_VERSION "2.17.0"

#define CLI_USAGE (-1)
#define CLI_USAGE_STATUS 4

/* What an option does with its value. */
enum cli_kind {
	CLI_KIND_END,
	CLI_KIND_FLAG,		/* no value: sets a bool */
	CLI_KIND_BIT,		/* no value: sets bits of an unsigned int */
	CLI_KIND_DO,		/* no value: calls a function */
	CLI_KIND_TEXT,		/* the value as it is */
	CLI_KIND_NUMBER,	/* a number within bounds */
	CLI_KIND_LEVEL,		/* "-v", "-v4", "-v 4", "--verbose=4": 1 without a value */
	CLI_KIND_INDEX,		/* "-o", "-o4", "--ost=4": a number, -1 without a value */
	CLI_KIND_CALL,		/* calls a function with the value */
	CLI_KIND_MAYBE,		/* "-I", "-I4", "--id=4": the same, with NULL without a value */
	CLI_KIND_SKIP,		/* accepted without effect */
	CLI_KIND_SKIP_VALUE,	/* the same, with a value */
};

struct cli_option {
	char letter;		/* 0: only the long name */
	const char *name;	/* NULL: only the letter */
	enum cli_kind kind;
	union {
		bool *flag;
		unsigned int *bits;
		const char **text;
		long long *number;
		int (*call)(const char *value);	/* 0 or an errno, with a message printed */
	};
	unsigned int bit;
	long long min, max;
};

#define CLI_FLAG(l, n, var)		{ l, n, CLI_KIND_FLAG, .flag = &(var) }
#define CLI_BIT(l, n, var, b)		{ l, n, CLI_KIND_BIT, .bits = &(var), .bit = (b) }
#define CLI_DO(l, n, fn)		{ l, n, CLI_KIND_DO, .call = (fn) }
#define CLI_TEXT(l, n, var)		{ l, n, CLI_KIND_TEXT, .text = &(var) }
#define CLI_NUMBER(l, n, var, lo, hi) \
	{ l, n, CLI_KIND_NUMBER, .number = &(var), .min = (lo), .max = (hi) }
#define CLI_LEVEL(l, n, var)		{ l, n, CLI_KIND_LEVEL, .number = &(var), .max = 9 }
#define CLI_INDEX(l, n, var, hi)	{ l, n, CLI_KIND_INDEX, .number = &(var), .max = (hi) }
#define CLI_CALL(l, n, fn)		{ l, n, CLI_KIND_CALL, .call = (fn) }
#define CLI_MAYBE(l, n, fn)		{ l, n, CLI_KIND_MAYBE, .call = (fn) }
#define CLI_SKIP(l, n)			{ l, n, CLI_KIND_SKIP }
#define CLI_SKIP_VALUE(l, n)		{ l, n, CLI_KIND_SKIP_VALUE }
#define CLI_END				{ 0 }

/* Rows with the same variable or function are other names of one option. */
int cli_options(int argc, char **argv, const struct cli_option *table, int *first);
bool cli_number(const char *text, long long min, long long max, long long *out);

struct cli_command {
	const char *name;
	int (*run)(int argc, char **argv);	/* argv[0]: "TOOL COMMAND [VERB]", for messages */
	const char *what;			/* one line for the list of commands */
	const char *usage;			/* what follows the name; NULL: nothing */
	const struct cli_command *verbs;	/* instead of run; the last one has no name */
};

struct cli_tool {
	const char *name;
	const struct cli_command *commands;	/* the last one has no name */
};

int cli_run(const struct cli_tool *tool, int argc, char **argv);
int cli_prompt(const struct cli_tool *tool);
const char *cli_command_name(void);

#endif
