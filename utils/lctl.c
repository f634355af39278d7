// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl: the table of commands. Output and exit codes: chapter 7, section 7.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>
#include "lctl.h"

#define GLOSS_VERSION "2.17.0"

const char *lctl_device;

static int version(int argc, char **argv)
{
	printf("Lustre version: %s\n", GLOSS_VERSION);
	return 0;
}

static int device(int argc, char **argv)
{
	if (argc != 2)
		return -1;
	lctl_device = strdup(argv[1]);
	return 0;
}

static const struct { const char *name; int (*fn)(int, char **); const char *help; } cmds[] = {
	{ "dl", lctl_dl, "list the obd devices\nusage: dl [-t]" },
	{ "device_list", lctl_dl, "list the obd devices\nusage: device_list [-t]" },
	{ "device", device, "choose the device of the commands that follow\nusage: device NAME" },
	{ "cfg_device", device, "choose the device of the commands that follow\nusage: cfg_device NAME" },
	{ "activate", lctl_activate, "use the chosen client device again\nusage: --device NAME activate" },
	{ "deactivate", lctl_deactivate, "fail all use of the chosen client device\nusage: --device NAME deactivate" },
	{ "get_param", lctl_get_param, "show parameters\nusage: get_param [-n] [-N] [-F] [-H] [-R] [-y] PATTERN..." },
	{ "set_param", lctl_set_param, "set parameters\nusage: set_param [-n] PATTERN=VALUE...\n       set_param -P [-d] NAME[=VALUE]...   (on the MGS, for all nodes, for good)" },
	{ "list_param", lctl_list_param, "list parameters\nusage: list_param [-F] [-R] [-D] [-L] PATTERN..." },
	{ "conf_param", lctl_conf_param, "set a parameter in the configuration logs (on the MGS)\nusage: conf_param [-d] FSNAME|TARGET.PARAM[=VALUE]" },
	{ "list_nids", lctl_list_nids, "list the NIDs of this node\nusage: list_nids [all]" },
	{ "which_nid", lctl_which_nid, "choose the NID that would be used\nusage: which_nid NID..." },
	{ "ping", lctl_ping, "ask a node for its NIDs\nusage: ping NID [TIMEOUT]" },
	{ "network", lctl_network, "start or stop LNet\nusage: network {up|down|configure|unconfigure|NET}" },
	{ "net", lctl_network, "start or stop LNet\nusage: net {up|down}" },
	{ "dk", lctl_dk, "show and empty the kernel debug messages\nusage: dk [FILE]" },
	{ "debug_kernel", lctl_dk, "show and empty the kernel debug messages\nusage: debug_kernel [FILE]" },
	{ "clear", lctl_clear, "empty the debug messages\nusage: clear" },
	{ "mark", lctl_mark, "write a marker into the kernel log\nusage: mark [TEXT]" },
	{ "llog_print", lctl_llog_print, "show a configuration log (on the MGS)\nusage: llog_print [--raw] LOG" },
	{ "llog_catlist", lctl_llog_catlist, "list the configuration logs (on the MGS)\nusage: llog_catlist" },
	{ "lustre_build_version", version, "show the version\nusage: lustre_build_version" },
};

#define NCMDS (sizeof(cmds) / sizeof(cmds[0]))

int lctl_error(const char *cmd, int err, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "error: %s: ", cmd);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (err)
		fprintf(stderr, ": %s", strerror(err));
	fprintf(stderr, "\n");
	return err ? err : EINVAL;
}

static void help(const char *name)
{
	unsigned int i;

	for (i = 0; i < NCMDS; i++)
		if (!name)
			printf("%s: %.*s\n", cmds[i].name, (int)strcspn(cmds[i].help, "\n"), cmds[i].help);
		else if (!strcmp(name, cmds[i].name))
			printf("%s: %s\n", cmds[i].name, cmds[i].help);
}

static int run(int argc, char **argv)
{
	unsigned int i;
	int rc;

	if (!strcmp(argv[0], "help") || !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h")) {
		help(argc > 1 ? argv[1] : NULL);
		return 0;
	}
	if (!strcmp(argv[0], "--list-commands")) {
		for (i = 0; i < NCMDS; i++)
			printf("%s\n", cmds[i].name);
		return 0;
	}
	for (i = 0; i < NCMDS; i++) {
		if (strcmp(argv[0], cmds[i].name))
			continue;
		if (argc == 2 && !strcmp(argv[1], "--help")) {
			help(argv[0]);
			return 0;
		}
		optind = 0;
		rc = cmds[i].fn(argc, argv);
		if (rc == -1) {
			help(argv[0]);
			return 4;
		}
		return rc < 0 ? -rc : rc;
	}
	fprintf(stderr, "lctl: '%s' is not a valid command. See 'lctl --list-commands'.\n", argv[0]);
	return 1;
}

int main(int argc, char **argv)
{
	char *line, *words[64], *save, *w;
	int n, rc = 0;

	argc--;
	argv++;
	while (argc && argv[0][0] == '-' && strcmp(argv[0], "--list-commands") && strcmp(argv[0], "--help") && strcmp(argv[0], "-h")) {
		if ((!strcmp(argv[0], "--device") || !strcmp(argv[0], "--net")) && argc > 1) {
			if (argv[0][2] == 'd')
				lctl_device = argv[1];
			argc -= 2;
			argv += 2;
		} else if (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-v")) {
			printf("lctl %s\n", GLOSS_VERSION);
			return 0;
		} else {
			fprintf(stderr, "lctl: unrecognized option '%s'\n", argv[0]);
			return 4;
		}
	}
	if (argc)
		return run(argc, argv) & 0xff;
	while ((line = readline("lctl > "))) {
		for (n = 0, w = strtok_r(line, " \t", &save); w && n < 63; w = strtok_r(NULL, " \t", &save))
			words[n++] = w;
		words[n] = NULL;
		if (n && (!strcmp(words[0], "quit") || !strcmp(words[0], "exit")))
			break;
		if (n)
			rc = run(n, words);
		free(line);
	}
	return rc & 0xff;
}
