// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl: the table of commands. Output and exit codes: chapter 7, section 7.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "lctl.h"

const char *lctl_device;

static int lctl_version(int argc, char **argv)
{
	printf("Lustre version: %s\n", GLOSS_VERSION);
	return 0;
}

static int lctl_choose_device(int argc, char **argv)
{
	if (argc != 2)
		return CLI_USAGE;
	lctl_device = strdup(argv[1]);
	return lctl_device ? 0 : ENOMEM;
}

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

#define LCTL_SET_USAGE	"[-n] PATTERN=VALUE...\n" \
			"[-n] -F FILE...   (lines NAME: VALUE, as of get_param -y)\n" \
			"-C[FSNAME] NAME=VALUE...   (at each later mount of this node)\n" \
			"-P [-d] NAME[=VALUE]...   (on the MGS, for all nodes, for good)"

/* What the protocol has and this version has not: named, so that nobody takes it for a typo. */
static const struct {
	const char *name, *needs;
} lctl_absent[] = {
	{ "changelog_register", "changelogs" }, { "changelog_deregister", "changelogs" },
	{ "lfsck_start", "LFSCK" }, { "lfsck_stop", "LFSCK" }, { "lfsck_query", "LFSCK" },
	{ "barrier_freeze", "write barriers" }, { "barrier_thaw", "write barriers" },
	{ "barrier_stat", "write barriers" }, { "barrier_rescan", "write barriers" },
	{ "snapshot_create", "snapshots" }, { "snapshot_destroy", "snapshots" },
	{ "snapshot_list", "snapshots" }, { "snapshot_mount", "snapshots" },
	{ "snapshot_umount", "snapshots" }, { "snapshot_modify", "snapshots" },
	{ "nodemap_activate", "nodemaps" }, { "nodemap_add", "nodemaps" },
	{ "nodemap_del", "nodemaps" }, { "nodemap_add_range", "nodemaps" },
	{ "nodemap_del_range", "nodemaps" }, { "nodemap_modify", "nodemaps" },
	{ "nodemap_add_idmap", "nodemaps" }, { "nodemap_del_idmap", "nodemaps" },
	{ "nodemap_set_fileset", "nodemaps" }, { "nodemap_info", "nodemaps" },
	{ "nodemap_test_nid", "nodemaps" }, { "nodemap_test_id", "nodemaps" },
	{ "pcc", "persistent client caches" },
	{ "llog_cancel", "changes of configuration logs by hand" },
	{ "llog_remove", "changes of configuration logs by hand" },
	{ "llog_check", "changes of configuration logs by hand" },
	{ "lcfg_clear", "changes of configuration logs by hand" },
	{ "lcfg_fork", "changes of configuration logs by hand" },
	{ "lcfg_erase", "changes of configuration logs by hand" },
	{ "clear_conf", "changes of configuration logs by hand" },
	{ "del_ost", "changes of configuration logs by hand" },
	{ "replace_nids", "changes of configuration logs by hand (tunefs.lustre --writeconf)" },
	{ "debug_daemon", "a file of debug messages (use dk)" },
	{ "debug_file", "binary debug files (use dk)" },
};

static bool lctl_is_absent(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(lctl_absent) / sizeof(lctl_absent[0]); i++)
		if (!strcmp(name, lctl_absent[i].name)) {
			fprintf(stderr, "lctl: %s: this version has no %s\n", name,
				lctl_absent[i].needs);
			return true;
		}
	return false;
}

static const struct cli_command lctl_commands[] = {
	{ "dl", lctl_dl, "list the obd devices", "[-t] [-y]" },
	{ "device_list", lctl_dl, "list the obd devices", "[-t] [-y]" },
	{ "device", lctl_choose_device, "choose the device of the commands that follow", "NAME" },
	{ "cfg_device", lctl_choose_device, "choose the device of the commands that follow",
	  "NAME" },
	{ "activate", lctl_activate, "use the device of --device NAME again" },
	{ "deactivate", lctl_deactivate, "fail all use of the device of --device NAME" },
	{ "get_param", lctl_get_param, "show parameters",
	  "[-n] [-N] [-F] [-H] [-R] [-y] PATTERN..." },
	{ "set_param", lctl_set_param, "set parameters", LCTL_SET_USAGE },
	{ "list_param", lctl_list_param, "list parameters", "[-F] [-R] [-D] [-L] PATTERN..." },
	{ "find_param", lctl_find_param, "list the parameters that match", "REGEX" },
	{ "evict_client", lctl_evict_client, "cut a client off from the target of --device NAME",
	  "NID|UUID" },
	{ "abort_recovery", lctl_abort_recovery,
	  "let the target of --device NAME serve without the clients that are missing" },
	{ "conf_param", lctl_conf_param, "set a parameter in the configuration logs (on the MGS)",
	  "[-d] FSNAME|TARGET.PARAM[=VALUE]" },
	{ "list_nids", lctl_list_nids, "list the NIDs of this node", "[all]" },
	{ "which_nid", lctl_which_nid, "choose the NID that would be used", "NID..." },
	{ "ping", lctl_ping, "ask a node for its NIDs (root only)", "NID [TIMEOUT]" },
	{ "network", lctl_network, "start or stop LNet", "{up|down|configure|unconfigure|NET}" },
	{ "net", lctl_network, "start or stop LNet", "{up|down|configure|unconfigure|NET}" },
	{ "dk", lctl_dk, "show messages and traces since the last clear or dk", "[FILE]" },
	{ "debug_kernel", lctl_dk, "show messages and traces since the last clear or dk",
	  "[FILE]" },
	{ "clear", lctl_clear, "let the next dk begin here" },
	{ "mark", lctl_mark, "write a marker into the kernel log", "[TEXT]" },
	{ "pool_new", lctl_pool_new, "make a pool of OSTs (on the MGS)", "FSNAME.POOL" },
	{ "pool_add", lctl_pool_add, "add OSTs to a pool (on the MGS)",
	  "FSNAME.POOL OST[I,I-I/N]..." },
	{ "pool_remove", lctl_pool_remove, "remove OSTs from a pool (on the MGS)",
	  "FSNAME.POOL OST[I,I-I/N]..." },
	{ "pool_destroy", lctl_pool_destroy, "remove an empty pool (on the MGS)", "FSNAME.POOL" },
	{ "pool_list", lctl_pool_list, "list pools, or the OSTs of a pool", "FSNAME[.POOL]" },
	{ "llog_print", lctl_llog_print, "show a configuration log (on the MGS)", "[--raw] LOG" },
	{ "llog_catlist", lctl_llog_catlist, "list the configuration logs (on the MGS)" },
	{ "lustre_build_version", lctl_version, "show the version" },
	{ 0 }
};

int main(int argc, char **argv)
{
	static const struct cli_tool tool = { "lctl", lctl_commands };

	argc--;
	argv++;
	/* what stands before the command chooses what it works on */
	while (argc > 1 && (!strcmp(argv[0], "--device") || !strcmp(argv[0], "--net"))) {
		if (argv[0][2] == 'd')
			lctl_device = argv[1];
		argc -= 2;
		argv += 2;
	}
	if (argc && argv[0][0] == '-' && strcmp(argv[0], "--list-commands") &&
	    strcmp(argv[0], "--help") && strcmp(argv[0], "-h") && strcmp(argv[0], "--version") &&
	    strcmp(argv[0], "-v")) {
		fprintf(stderr, "lctl: unrecognized option '%s'\n", argv[0]);
		return CLI_USAGE_STATUS;
	}
	if (argc && lctl_is_absent(argv[0]))
		return EOPNOTSUPP;
	return argc ? cli_run(&tool, argc, argv) : cli_prompt(&tool);
}
