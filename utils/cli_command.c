// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of a tool, from a table: help, version, the list of commands, verbs, and a prompt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>
#include "cli.h"

#define CLI_WORDS_MAX	64

static char cli_prefix[96];	/* "TOOL COMMAND [VERB]" */
static const char *cli_name = "";

/**
 * cli_command_name() - the command that runs, for messages
 */
const char *cli_command_name(void)
{
	return cli_name;
}

static const struct cli_command *cli_find(const struct cli_command *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

/* A line of the usage text that begins with a blank goes on with the one before. */
static void cli_print_usage(const struct cli_command *c, const char *before)
{
	const char *line = c->usage ? c->usage : "";
	size_t n;

	do {
		n = strcspn(line, "\n");
		if (line[0] == ' ')
			printf("   %.*s\n", (int)n, line);
		else
			printf("usage: %s%s%s%.*s\n", before, c->name, n ? " " : "", (int)n, line);
		line += n + (line[n] == '\n');
	} while (*line);
}

static void cli_help_one(const struct cli_command *c)
{
	const struct cli_command *v;
	char before[64];

	printf("%s: %s\n", c->name, c->what);
	if (!c->verbs) {
		cli_print_usage(c, "");
		return;
	}
	snprintf(before, sizeof(before), "%s ", c->name);
	for (v = c->verbs; v->name; v++)
		cli_print_usage(v, before);
}

static void cli_help(const struct cli_tool *tool, const char *name)
{
	const struct cli_command *c;

	for (c = tool->commands; c->name; c++)
		if (!name)
			printf("%s: %s\n", c->name, c->what);
		else if (!strcmp(name, c->name))
			cli_help_one(c);
}

/* Words that every tool knows. Return: false when the word is none of them. */
static bool cli_builtin(const struct cli_tool *tool, int argc, char **argv)
{
	const struct cli_command *c;
	const char *word = argv[0];

	if (!strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h")) {
		cli_help(tool, argc > 1 ? argv[1] : NULL);
	} else if (!strcmp(word, "version") || !strcmp(word, "--version") || !strcmp(word, "-v")) {
		printf("%s %s\n", tool->name, GLOSS_VERSION);
	} else if (!strcmp(word, "--list-commands") || !strcmp(word, "list-commands")) {
		for (c = tool->commands; c->name; c++)
			printf("%s\n", c->name);
	} else {
		return false;
	}
	return true;
}

/**
 * cli_run() - run one command
 * @tool: its commands
 * @argc: number of words
 * @argv: the command and what follows it
 *
 * Return: the exit status of the tool.
 */
int cli_run(const struct cli_tool *tool, int argc, char **argv)
{
	const struct cli_command *c, *v;
	int rc;

	if (cli_builtin(tool, argc, argv))
		return 0;
	c = cli_find(tool->commands, argv[0]);
	if (!c) {
		fprintf(stderr, "%s: '%s' is not a valid command. See '%s --list-commands'.\n",
			tool->name, argv[0], tool->name);
		return 1;
	}
	cli_name = c->name;
	/* "-h" alone is an option of some commands */
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		cli_help_one(c);
		return 0;
	}
	v = c;
	snprintf(cli_prefix, sizeof(cli_prefix), "%s %s", tool->name, c->name);
	if (c->verbs) {
		v = argc > 1 ? cli_find(c->verbs, argv[1]) : NULL;
		if (!v) {
			cli_help_one(c);
			return CLI_USAGE_STATUS;
		}
		argc--;
		argv++;
		snprintf(cli_prefix, sizeof(cli_prefix), "%s %s %s", tool->name, c->name, v->name);
		if (argc == 2 && !strcmp(argv[1], "--help")) {
			cli_help_one(c);
			return 0;
		}
	}
	argv[0] = cli_prefix;
	rc = v->run(argc, argv);
	if (rc == CLI_USAGE) {
		cli_help_one(c);
		return CLI_USAGE_STATUS;
	}
	return (rc < 0 ? -rc : rc) & 0xff;
}

/**
 * cli_prompt() - run commands that are typed in, until "quit"
 * @tool: its commands
 *
 * Return: the exit status of the last command.
 */
int cli_prompt(const struct cli_tool *tool)
{
	char *line, *words[CLI_WORDS_MAX + 1], *save, *w, prompt[32];
	int n, rc = 0;

	snprintf(prompt, sizeof(prompt), "%s > ", tool->name);
	while ((line = readline(prompt))) {
		n = 0;
		for (w = strtok_r(line, " \t", &save); w && n < CLI_WORDS_MAX;
		     w = strtok_r(NULL, " \t", &save))
			words[n++] = w;
		words[n] = NULL;
		if (n && (!strcmp(words[0], "quit") || !strcmp(words[0], "exit"))) {
			free(line);
			break;
		}
		if (n)
			rc = cli_run(tool, n, words);
		free(line);
	}
	return rc;
}
