// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkfs.lustre and tunefs.lustre (one program, told apart by its name): format a target; show and
 * change what CONFIGS/mountdata and the label say. Options, print-out and exit codes: chapter 6,
 * sections 6.13.3 and 6.13.4.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "mkfs.h"
#include "nids.h"
#include "take_over.h"

#define MKFS_INDEX_MAX	65503

struct mkfs_options mkfs_opt;
const char *mkfs_prog;

static bool mkfs_tune;		/* this is tunefs.lustre */

static void mkfs_exit(int code)
{
	fprintf(stderr, "%s: exiting with %d (%s)\n", mkfs_prog, code, strerror(code));
	exit(code);
}

void mkfs_fatal(int code, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	fprintf(stderr, "\n%s FATAL: ", mkfs_prog);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	mkfs_exit(code);
	abort();
}

static const char mkfs_usage_text[] =
	"usage: mkfs.lustre <target type> [--fsname=<name>] --index=<n> [options] <device>\n"
	"usage: tunefs.lustre [--mgs] [--nomgs] [options] <device>\n"
	"\t<device>: block device or file (e.g. /dev/sda)\n\n"
	"\ttarget types:\n"
	"\t\t--mgs: configuration management service\n"
	"\t\t--nomgs: turn off MGS service on this MDT (tunefs.lustre)\n"
	"\t\t--mdt: metadata storage, excludes --ost (mkfs.lustre)\n"
	"\t\t--ost: object storage, excludes --mdt and --mgs (mkfs.lustre)\n"
	"\toptions of both:\n"
	"\t\t--index=#N: number of the target (0..N), required for OSTs\n"
	"\t\t--fsname=<name>: file system, 1 to 8 characters, required for MDT and OST\n"
	"\t\t--mgsnode=<nid>[,<...>]: NIDs of the MGS, required unless the MGS is on this device\n"
	"\t\t--mountfsoptions=<opts>: permanent mount options\n"
	"\t\t--failnode=<nid>[,<...>]: NIDs of a second node that may serve this target\n"
	"\t\t--servicenode=<nid>[,<...>]: NIDs of one of several equal nodes for this target\n"
	"\t\t--param <key>=<value>: set a permanent parameter\n"
	"\t\t--network=<net>[,<...>]: use these networks only\n"
	"\t\t--comment=<text>: remark in the mount data\n"
	"\t\t--dryrun: report what would be done, write nothing\n"
	"\t\t--verbose, --quiet, --version, --help\n"
	"\toptions of mkfs.lustre:\n"
	"\t\t--device-size=#N(KB): size of a file that is made, or part of a device\n"
	"\t\t--mkfsoptions=<opts>: more options for mke2fs\n"
	"\t\t--stripe-count-hint=#N: usual number of stripes, for the inode size of an MDT\n"
	"\t\t--reformat: overwrite what the device holds\n"
	"\t\t--replace: take the place of an old target with the same index\n"
	"\toptions of tunefs.lustre:\n"
	"\t\t--erase-param <key>, --erase-params: erase one or all parameters\n"
	"\t\t--writeconf: make the configuration logs of this file system anew\n"
	"\t\t--nolocallogs: use logs from the MGS, not the copies on this device\n"
	"\t\t--print: show the values and change nothing\n"
	"\t\t--take-over: make a target of Lustre's own servers ready for use here\n"
	"\t\t--undo-file=<file>: keep there what --take-over changes, for e2undo\n";

/* ---- options ---- */

static int mkfs_show_usage(const char *value)
{
	printf("%s", mkfs_usage_text);
	exit(0);
}

static int mkfs_show_version(const char *value)
{
	printf("%s %s\n", mkfs_prog, GLOSS_VERSION);
	exit(0);
}

static void mkfs_note_nids(const char *key, const char *arg)
{
	char nids[2048];

	if (nids_resolve(mkfs_prog, arg, nids, sizeof(nids)))
		mkfs_fatal(EINVAL, "bad NID list '%s'", arg);
	mkfs_param_note_join(key, strdup(nids));
	mkfs_opt.update = true;
}

static int mkfs_take_mgsnode(const char *value)
{
	mkfs_note_nids("mgsnode", value);
	return 0;
}

static int mkfs_take_failnode(const char *value)
{
	if (mkfs_opt.servicenode)
		mkfs_fatal(EINVAL, "--failnode is exclusive with --servicenode");
	mkfs_opt.failnode = true;
	mkfs_note_nids("failover.node", value);
	return 0;
}

static int mkfs_take_servicenode(const char *value)
{
	if (mkfs_opt.failnode)
		mkfs_fatal(EINVAL, "--servicenode is exclusive with --failnode");
	mkfs_opt.servicenode = true;
	mkfs_note_nids("failover.node", value);
	return 0;
}

static int mkfs_take_param(const char *value)
{
	const char *eq = strchr(value, '=');

	if (!eq || eq == value || !eq[1])
		mkfs_fatal(EINVAL, "parameter '%s' is not of the form key=value", value);
	mkfs_param_note_add(strndup(value, eq - value), eq + 1);
	mkfs_opt.update = true;
	return 0;
}

static int mkfs_take_erase(const char *value)
{
	mkfs_param_note_erase(value);
	mkfs_opt.update = true;
	return 0;
}

static int mkfs_take_erase_all(const char *value)
{
	mkfs_opt.erase_all = true;
	mkfs_opt.update = true;
	return 0;
}

static int mkfs_take_network(const char *value)
{
	if (!mkfs_tune && !mkfs_opt.mdt && !mkfs_opt.ost)
		mkfs_fatal(1, "'--network' only valid for MDT,OST");
	mkfs_param_note_add("network", value);
	mkfs_opt.update = true;
	return 0;
}

static int mkfs_take_index(const char *value)
{
	if (cli_number(value, 0, MKFS_INDEX_MAX, &mkfs_opt.index))
		return 0;
	fprintf(stderr, "%s: wrong index %s. Target index must be less than %d.\n", mkfs_prog,
		value, MKFS_INDEX_MAX + 1);
	return 1;
}

static int mkfs_take_fsname(const char *value)
{
	const char *p;

	if (strlen(value) < 1 || strlen(value) > 8) {
		fprintf(stderr, "%s: filesystem name must be 1-8 chars\n", mkfs_prog);
		return 1;
	}
	for (p = value; *p; p++) {
		if (isalnum((unsigned char)*p) || *p == '-' || *p == '_')
			continue;
		fprintf(stderr, "%s: char '%c' not allowed in filesystem name\n", mkfs_prog, *p);
		return 1;
	}
	mkfs_opt.fsname = value;
	return 0;
}

static int mkfs_take_comment(const char *value)
{
	size_t max = sizeof(((struct lustre_disk_data *)0)->ldd_userdata) - 1;

	if (strlen(value) > max)
		mkfs_fatal(E2BIG, "comment is longer than %zu bytes", max);
	mkfs_opt.comment = value;
	return 0;
}

static int mkfs_take_backfstype(const char *value)
{
	if (strcmp(value, "ldiskfs"))
		mkfs_fatal(EINVAL, "backing filesystem type '%s' is not supported, only ldiskfs",
			   value);
	return 0;
}

static int mkfs_take_declined(const char *value)
{
	mkfs_fatal(EOPNOTSUPP, "this option is not supported");
}

#define MKFS_OPTIONS_OF_BOTH \
	CLI_FLAG('G', "mgs", mkfs_opt.mgs), \
	CLI_CALL('i', "index", mkfs_take_index), \
	CLI_CALL('L', "fsname", mkfs_take_fsname), \
	CLI_CALL('m', "mgsnode", mkfs_take_mgsnode), \
	CLI_CALL(0, "mgsnid", mkfs_take_mgsnode), \
	CLI_CALL('f', "failnode", mkfs_take_failnode), \
	CLI_CALL(0, "failover", mkfs_take_failnode), \
	CLI_CALL('s', "servicenode", mkfs_take_servicenode), \
	CLI_CALL('p', "param", mkfs_take_param), \
	CLI_CALL('t', "network", mkfs_take_network), \
	CLI_TEXT('o', "mountfsoptions", mkfs_opt.mount_options), \
	CLI_SKIP_VALUE('B', "backfs-mount-opts"), \
	CLI_CALL('u', "comment", mkfs_take_comment), \
	CLI_FLAG('n', "dryrun", mkfs_opt.dryrun), \
	CLI_FLAG('v', "verbose", mkfs_opt.verbose), \
	CLI_FLAG('q', "quiet", mkfs_opt.quiet), \
	CLI_SKIP('U', "force-nohostid"), \
	CLI_DO('V', "version", mkfs_show_version), \
	CLI_DO('h', "help", mkfs_show_usage)

static const struct cli_option mkfs_options[] = {
	MKFS_OPTIONS_OF_BOTH,
	CLI_FLAG('M', "mdt", mkfs_opt.mdt),
	CLI_FLAG('O', "ost", mkfs_opt.ost),
	CLI_FLAG('R', "replace", mkfs_opt.replace),
	CLI_FLAG('r', "reformat", mkfs_opt.reformat),
	CLI_CALL('b', "backfstype", mkfs_take_backfstype),
	CLI_NUMBER('d', "device-size", mkfs_opt.size_kb, 1, 1LL << 50),
	CLI_TEXT('k', "mkfsoptions", mkfs_opt.mkfs_options),
	CLI_NUMBER('c', "stripe-count-hint", mkfs_opt.stripe_hint, 0, 2000),
	CLI_END
};

static const struct cli_option mkfs_tune_options[] = {
	MKFS_OPTIONS_OF_BOTH,
	CLI_FLAG('N', "nomgs", mkfs_opt.nomgs),
	CLI_CALL('E', "erase-param", mkfs_take_erase),
	CLI_DO('e', "erase-params", mkfs_take_erase_all),
	CLI_FLAG('w', "writeconf", mkfs_opt.writeconf),
	CLI_FLAG('l', "nolocallogs", mkfs_opt.nolocallogs),
	CLI_SKIP('Q', "quota"),		/* on since mkfs.lustre */
	CLI_FLAG('P', "print", mkfs_opt.print),
	CLI_FLAG(0, "take-over", mkfs_opt.take_over),
	CLI_TEXT(0, "undo-file", mkfs_opt.undo_file),
	CLI_DO('r', "rename", mkfs_take_declined),
	CLI_CALL('M', "mountdata-reset-from", mkfs_take_declined),
	CLI_END
};

/* ---- mkfs.lustre ---- */

static void mkfs_check_options(const struct lustre_disk_data *ldd)
{
	bool mgsnode = mountdata_param(ldd, "mgsnode", NULL, 0);

	if (mkfs_opt.ost && (mkfs_opt.mdt || mkfs_opt.mgs))
		mkfs_fatal(EINVAL, "OST type is exclusive with MDT,MGS");
	if (!mkfs_opt.ost && !mkfs_opt.mdt && !mkfs_opt.mgs)
		mkfs_fatal(EINVAL, "must set target type: MDT,OST,MGS");
	if ((mkfs_opt.ost || mkfs_opt.mdt) && !mkfs_opt.fsname)
		mkfs_fatal(EINVAL, "Must specify --fsname for MDT/OST device");
	if (mkfs_opt.ost && !mgsnode)
		mkfs_fatal(EINVAL, "Must specify --mgsnode");
	if (mkfs_opt.mdt && !mkfs_opt.mgs && !mgsnode)
		mkfs_fatal(EINVAL, "Must specify --mgs or --mgsnode");
	if (mkfs_opt.ost && mkfs_opt.index < 0)
		mkfs_fatal(EINVAL, "Must specify --index for OST");
	if (mkfs_opt.mdt && mkfs_opt.index < 0) {
		fprintf(stderr, "%s: warning: no --index given, using index 0 for the MDT\n",
			mkfs_prog);
		mkfs_opt.index = 0;
	}
	if (mkfs_opt.mount_options && !mkfs_opt.ost &&
	    !strstr(mkfs_opt.mount_options, "user_xattr"))
		mkfs_fatal(EINVAL, "--mountfsoptions of an MDT or MGS must contain 'user_xattr'");
}

static void mkfs_set_mount_options(struct lustre_disk_data *ldd)
{
	const char *o = mkfs_opt.mount_options;

	if (!o)
		o = ldd->ldd_flags & LDD_F_SV_TYPE_OST ? "" : "user_xattr";
	snprintf(ldd->ldd_mount_opts, sizeof(ldd->ldd_mount_opts), "%s%s", o,
		 strstr(o, "errors=") ? "" : ",errors=remount-ro");
}

static void mkfs_set_common(struct lustre_disk_data *ldd)
{
	if (mkfs_opt.failnode)
		ldd->ldd_flags &= ~LDD_F_NO_PRIMNODE;
	if (mkfs_opt.servicenode)
		ldd->ldd_flags |= LDD_F_NO_PRIMNODE;
	if (mkfs_opt.comment)
		snprintf(ldd->ldd_userdata, sizeof(ldd->ldd_userdata), "%s", mkfs_opt.comment);
}

static void mkfs_apply_params(struct lustre_disk_data *ldd)
{
	int rc = mkfs_params_apply(ldd, mkfs_tune);

	if (rc)
		mkfs_fatal(rc, rc == E2BIG ? "the parameters do not fit" :
					     "a parameter must not contain blanks");
}

static void mkfs_fill(struct lustre_disk_data *ldd, char label[17])
{
	ldd->ldd_magic = LDD_MAGIC;
	ldd->ldd_feature_incompat = LDD_INCOMPAT_GLOSS;
	ldd->ldd_config_ver = 1;
	ldd->ldd_mount_type = LDD_MT_LDISKFS;
	ldd->ldd_flags = LDD_F_UPDATE | (mkfs_opt.replace ? 0 : LDD_F_VIRGIN) |
			 (mkfs_opt.mgs ? LDD_F_SV_TYPE_MGS : 0) |
			 (mkfs_opt.mdt ? LDD_F_SV_TYPE_MDT : 0) |
			 (mkfs_opt.ost ? LDD_F_SV_TYPE_OST : 0);
	ldd->ldd_svindex = mkfs_opt.mdt || mkfs_opt.ost ? mkfs_opt.index : LDD_INDEX_NONE;
	if (mkfs_opt.mdt || mkfs_opt.ost)
		snprintf(ldd->ldd_fsname, sizeof(ldd->ldd_fsname), "%s", mkfs_opt.fsname);
	mkfs_set_mount_options(ldd);
	mkfs_set_common(ldd);
	mountdata_label(ldd, label);
	snprintf(ldd->ldd_svname, sizeof(ldd->ldd_svname), "%s", label);
}

static int mkfs_make(const char *dev)
{
	static struct lustre_disk_data ldd;
	char label[17];
	int rc;

	mkfs_apply_params(&ldd);
	mkfs_check_options(&ldd);
	mkfs_fill(&ldd, label);
	mkfs_check_device(dev);
	if (!mkfs_opt.quiet)
		mountdata_print("Permanent disk data", &ldd);
	if (mkfs_opt.dryrun) {
		printf("exiting before disk write.\n");
		return 0;
	}
	rc = mkfs_format(dev, &ldd, label);
	if (rc)
		mkfs_exit(rc);
	return 0;
}

/* ---- tunefs.lustre ---- */

static void mkfs_tune_identity(struct lustre_disk_data *ldd)
{
	if (mkfs_opt.fsname && strcmp(mkfs_opt.fsname, ldd->ldd_fsname)) {
		if (!(ldd->ldd_flags & (LDD_F_VIRGIN | LDD_F_WRITECONF)))
			mkfs_fatal(1, "cannot change the name of a registered target");
		snprintf(ldd->ldd_fsname, sizeof(ldd->ldd_fsname), "%s", mkfs_opt.fsname);
	}
	if (mkfs_opt.index >= 0 && mkfs_opt.index != ldd->ldd_svindex) {
		if (!(ldd->ldd_flags & LDD_F_VIRGIN))
			mkfs_fatal(1, "cannot change the index of a registered target");
		ldd->ldd_svindex = mkfs_opt.index;
	}
}

static void mkfs_tune_flags(struct lustre_disk_data *ldd)
{
	if (mkfs_opt.writeconf)
		ldd->ldd_flags |= LDD_F_WRITECONF | LDD_F_UPDATE;
	if (mkfs_opt.nolocallogs) {
		if (ldd->ldd_flags & (LDD_F_VIRGIN | LDD_F_WRITECONF))
			mkfs_fatal(EINVAL, "--nolocallogs is for registered targets");
		ldd->ldd_flags |= LDD_F_NO_LOCAL_LOGS;
	}
	if (mkfs_opt.nomgs) {
		if (!(ldd->ldd_flags & LDD_F_SV_TYPE_MDT))
			mkfs_fatal(EINVAL, "--nomgs is for an MDT with an MGS");
		ldd->ldd_flags &= ~LDD_F_SV_TYPE_MGS;
	}
	if (mkfs_opt.mgs) {
		if (ldd->ldd_flags & LDD_F_SV_TYPE_OST)
			mkfs_fatal(EINVAL, "OST type is exclusive with MDT,MGS");
		ldd->ldd_flags |= LDD_F_SV_TYPE_MGS;
	}
	if (mkfs_opt.update)
		ldd->ldd_flags |= LDD_F_UPDATE;
}

static void mkfs_tune_change(struct lustre_disk_data *ldd)
{
	if (mkfs_opt.erase_all)
		ldd->ldd_params[0] = 0;
	mkfs_apply_params(ldd);
	mkfs_tune_flags(ldd);
	mkfs_tune_identity(ldd);
	if (!(ldd->ldd_flags & LDD_F_SV_TYPE_MGS) && !mountdata_param(ldd, "mgsnode", NULL, 0))
		mkfs_fatal(EINVAL, "Must specify --mgs or --mgsnode");
	if (mkfs_opt.mount_options)
		mkfs_set_mount_options(ldd);
	mkfs_set_common(ldd);
}

static int mkfs_take_over(const char *dev)
{
	const struct take_over_options o = {
		.dryrun = mkfs_opt.dryrun || mkfs_opt.print,
		.quiet = mkfs_opt.quiet,
		.undo_file = mkfs_opt.undo_file,
	};

	if (mkfs_opt.update || mkfs_opt.writeconf || mkfs_opt.nolocallogs || mkfs_opt.mgs ||
	    mkfs_opt.nomgs || mkfs_opt.mount_options || mkfs_opt.fsname || mkfs_opt.index >= 0)
		mkfs_fatal(EINVAL, "--take-over stands alone: make other changes afterwards");
	if (mountdata_is_mounted(dev))
		mkfs_fatal(EEXIST, "%s: is currently mounted, exiting without any change", dev);
	return take_over_target(dev, &o);
}

static int mkfs_tune_device(const char *dev)
{
	bool show = !mkfs_opt.quiet || mkfs_opt.print;
	static struct lustre_disk_data ldd;
	char label[17], old_label[17];
	int rc;

	if (access(dev, F_OK))
		mkfs_fatal(ENOENT, "cannot open %s: %s", dev, strerror(ENOENT));
	if (mkfs_opt.take_over)
		return mkfs_take_over(dev);
	if (mkfs_opt.undo_file)
		mkfs_fatal(EINVAL, "--undo-file is for --take-over");
	rc = mountdata_read(dev, &ldd, old_label);
	if (!mkfs_opt.quiet)
		printf("checking for existing Lustre data: %s\n", rc ? "not found" : "found");
	if (rc == ENODEV)
		mkfs_fatal(ENODEV, "Device %s has not been formatted with mkfs.lustre", dev);
	if (rc == EOPNOTSUPP)
		mkfs_fatal(rc, "%s has features that are not supported. %s", dev,
			   "A target of Lustre's own servers needs --take-over first");
	if (rc)
		mkfs_fatal(rc, "cannot read %s: %s", dev, strerror(rc));
	if (show)
		mountdata_print("Read previous values", &ldd);
	mkfs_tune_change(&ldd);
	mountdata_label(&ldd, label);
	if (show)
		mountdata_print("Permanent disk data", &ldd);
	if (mkfs_opt.dryrun || mkfs_opt.print) {
		printf("exiting before disk write.\n");
		return 0;
	}
	if (mountdata_is_mounted(dev))
		mkfs_fatal(EEXIST, "%s: is currently mounted, exiting without any change", dev);
	if (!mkfs_opt.quiet)
		printf("Writing CONFIGS/mountdata\n");
	rc = mountdata_write(dev, &ldd);
	if (!rc && strcmp(label, old_label))
		rc = mountdata_set_label(dev, label);
	if (rc)
		mkfs_fatal(rc, "failed to write CONFIGS/mountdata on %s: %s", dev,
			   mountdata_strerror(rc));
	return 0;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	int first, rc;

	mkfs_prog = slash ? slash + 1 : argv[0];
	mkfs_tune = strstr(mkfs_prog, "tunefs");
	mkfs_opt.index = -1;
	argv[0] = (char *)mkfs_prog;
	if (argc < 2) {
		fprintf(stderr, "%s", mkfs_usage_text);
		return EINVAL;
	}
	rc = cli_options(argc, argv, mkfs_tune ? mkfs_tune_options : mkfs_options, &first);
	if (rc == CLI_USAGE)
		fprintf(stderr, "%s", mkfs_usage_text);
	if (rc)
		mkfs_exit(rc == CLI_USAGE ? EINVAL : rc);
	if (first == argc)
		mkfs_fatal(EINVAL, "no device given");
	if (first < argc - 1)
		mkfs_fatal(EINVAL, "Bad argument: %s", argv[first + 1]);
	rc = mkfs_tune ? mkfs_tune_device(argv[first]) : mkfs_make(argv[first]);
	if (rc)
		mkfs_exit(rc);
	return 0;
}
