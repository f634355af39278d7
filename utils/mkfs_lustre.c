// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkfs.lustre and tunefs.lustre (one program, told apart by its name): format a target, show and change what
 * CONFIGS/mountdata and the label say. Options, print-out and exit codes: chapter 6, 6.13.3 and 6.13.4.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <linux/fs.h>
#include <unistd.h>
#include "mountdata.h"

#define GLOSS_VERSION "2.17.0"

static const char *prog;
static bool tunefs, verbose = true, very_verbose, dryrun;

static struct {
	bool mgs, nomgs, mdt, ost, reformat, replace, writeconf, nolocallogs, erase_all, quota, print;
	bool have_index, have_fsname, failnode, servicenode, changed, rename;
	unsigned long index;
	unsigned long long size_kb;
	int stripe_hint;
	const char *fsname, *mkfsoptions, *mountopts, *comment;
} opt;

static struct lustre_disk_data ldd;

__attribute__((format(printf, 2, 3), noreturn)) static void fatal(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "\n%s FATAL: ", prog);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n%s: exiting with %d (%s)\n", prog, code, strerror(code));
	exit(code);
}

static void usage(FILE *f)
{
	fprintf(f, "usage: %s <target type> [--fsname=<name>] --index=<n> [options] <device>\n"
		"usage: %s [--mgs] [--nomgs] [options] <device>   (tunefs.lustre)\n"
		"\t<device>: block device or file (e.g. /dev/sda)\n\n"
		"\ttarget types:\n"
		"\t\t--mgs: configuration management service\n"
		"\t\t--nomgs: turn off MGS service on this MDT\n"
		"\t\t--mdt: metadata storage, mutually exclusive with ost\n"
		"\t\t--ost: object storage, mutually exclusive with mdt, mgs\n"
		"\toptions (in order of popularity):\n"
		"\t\t--index=#N: numerical target index (0..N), required for OSTs\n"
		"\t\t--fsname=<8_char_filesystem_name>: fs targets belong to, required for all targets other than MGS node\n"
		"\t\t--mgsnode=<nid>[,<...>]: NID(s) of remote MGS, required for all targets other than MGS node\n"
		"\t\t--mountfsoptions=<opts>: permanent mount options\n"
		"\t\t--failnode=<nid>[,<...>]: NID(s) of backup failover node, mutually exclusive with --servicenode\n"
		"\t\t--servicenode=<nid>[,<...>]: NID(s) of service partners, treat all nodes as equal service node\n"
		"\t\t--param <key>=<value>: set a permanent parameter\n"
		"\t\t--network=<net>[,<...>]: restrict OST/MDT to network(s)\n"
		"\t\t--erase-param <key>, --erase-params: erase one or all parameters (tunefs.lustre)\n"
		"\t\t--writeconf: erase all config logs for this fs (tunefs.lustre)\n"
		"\t\t--nolocallogs: use logs from MGS, not local ones (tunefs.lustre)\n"
		"\t\t--device-size=#N(KB): device size for loop devices\n"
		"\t\t--mkfsoptions=<opts>: format options\n"
		"\t\t--stripe-count-hint=#N: for optimizing MDT inode size\n"
		"\t\t--reformat: overwrite existing Lustre target\n"
		"\t\t--replace: replace an old target with the same index\n"
		"\t\t--comment=<user comment>: arbitrary string (%zu bytes)\n"
		"\t\t--dryrun: report what we would do; don't write to disk\n"
		"\t\t--print: show the values and change nothing (tunefs.lustre)\n"
		"\t\t--verbose, --quiet, --version, --help\n",
		tunefs ? "mkfs.lustre" : prog, tunefs ? prog : "tunefs.lustre", sizeof(ldd.ldd_userdata));
}

static void param_erase(const char *key)
{
	char out[sizeof(ldd.ldd_params)] = "";
	const char *p = ldd.ldd_params;
	size_t k = strlen(key), used = 0;

	while (*p) {
		size_t n;

		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n && !(n > k && !strncmp(p, key, k) && p[k] == '='))
			used += snprintf(out + used, sizeof(out) - used, " %.*s", (int)n, p);
		p += n;
	}
	strcpy(ldd.ldd_params, out);
}

static void param_add(const char *key, const char *val)
{
	size_t used = strlen(ldd.ldd_params);

	if (strpbrk(val, " \n"))
		fatal(EINVAL, "value of parameter '%s' must not contain blanks", key);
	if (used + strlen(key) + strlen(val) + 3 > sizeof(ldd.ldd_params))
		fatal(E2BIG, "too many parameters: '%s=%s' does not fit", key, val);
	sprintf(ldd.ldd_params + used, " %s=%s", key, val);
}

/* key=value with the earlier value kept and joined by ':' (node lists) */
static void param_join(const char *key, const char *val)
{
	char old[4096] = "";

	if (mountdata_param(&ldd, key, old, sizeof(old))) {
		param_erase(key);
		if (strlen(old) + strlen(val) + 2 > sizeof(old))
			fatal(E2BIG, "'%s' is too long", key);
		strcat(old, ":");
		strcat(old, val);
		val = old;
	}
	param_add(key, val);
}

static void param_nids(const char *key, const char *arg)
{
	char nids[2048];

	if (nids_resolve(prog, arg, nids, sizeof(nids)))
		fatal(EINVAL, "bad NID list '%s'", arg);
	param_join(key, nids);
}

static void check_fsname(const char *name)
{
	const char *p;

	if (strlen(name) < 1 || strlen(name) > 8)
		fatal(1, "filesystem name must be 1-8 chars");
	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
			fatal(1, "char '%c' not allowed in filesystem name", *p);
}

static unsigned long long number(const char *what, const char *s)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(s, &end, 0);
	if (errno || !isdigit((unsigned char)*s) || *end)
		fatal(EINVAL, "bad %s '%s'", what, s);
	return v;
}

static const struct option longopts[] = {
	{ "mgs", 0, 0, 'G' }, { "nomgs", 0, 0, 'N' }, { "mdt", 0, 0, 'M' }, { "ost", 0, 0, 'O' },
	{ "index", 1, 0, 'i' }, { "fsname", 1, 0, 'L' }, { "mgsnode", 1, 0, 'm' }, { "mgsnid", 1, 0, 'm' },
	{ "failnode", 1, 0, 'f' }, { "failover", 1, 0, 'f' }, { "servicenode", 1, 0, 's' }, { "param", 1, 0, 'p' },
	{ "network", 1, 0, 't' }, { "mountfsoptions", 1, 0, 'o' }, { "backfs-mount-opts", 1, 0, 'B' }, { "comment", 1, 0, 'u' },
	{ "replace", 0, 0, 'R' }, { "dryrun", 0, 0, 'n' }, { "verbose", 0, 0, 'v' }, { "quiet", 0, 0, 'q' },
	{ "version", 0, 0, 'V' }, { "help", 0, 0, 'h' }, { "backfstype", 1, 0, 'b' }, { "device-size", 1, 0, 'd' },
	{ "mkfsoptions", 1, 0, 'k' }, { "reformat", 0, 0, 'r' }, { "stripe-count-hint", 1, 0, 'c' }, { "erase-param", 1, 0, 'E' },
	{ "erase-params", 0, 0, 'e' }, { "writeconf", 0, 0, 'w' }, { "nolocallogs", 0, 0, 'l' }, { "quota", 0, 0, 'Q' },
	{ "force-nohostid", 0, 0, 'U' }, { "print", 0, 0, 'P' }, { "rename", 0, 0, 'r' }, { }
};

static const char shortopts[] = "GNMOi:L:m:f:s:p:t:o:B:u:RnvqVhb:d:k:rc:E:ewlQUP";

/* First pass: what must be known before mountdata is read or filled. */
static void parse_early(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, shortopts, longopts, NULL)) != -1) {
		switch (c) {
		case 'h': usage(stdout); exit(0);
		case 'V': printf("%s %s\n", prog, GLOSS_VERSION); exit(0);
		case 'q': verbose = false; break;
		case 'v': very_verbose = true; break;
		case 'n': dryrun = true; break;
		case 'P': opt.print = true; break;
		case 'e': opt.erase_all = true; break;
		case '?': usage(stderr); exit(EINVAL);
		}
	}
}

static void parse(int argc, char **argv)
{
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, shortopts, longopts, NULL)) != -1) {
		switch (c) {
		case 'G': opt.mgs = true; break;
		case 'N': opt.nomgs = true; break;
		case 'M': opt.mdt = true; break;
		case 'O': opt.ost = true; break;
		case 'i':
			opt.index = number("index", optarg);
			if (opt.index >= 65504)
				fatal(1, "wrong index %s. Target index must be less than 65504.", optarg);
			opt.have_index = true;
			break;
		case 'L':
			check_fsname(optarg);
			opt.fsname = optarg;
			opt.have_fsname = true;
			break;
		case 'm': param_nids("mgsnode", optarg); opt.changed = true; break;
		case 'f':
			if (opt.servicenode)
				fatal(EINVAL, "--failnode is exclusive with --servicenode");
			opt.failnode = true;
			param_nids("failover.node", optarg);
			ldd.ldd_flags &= ~LDD_F_NO_PRIMNODE;
			opt.changed = true;
			break;
		case 's':
			if (opt.failnode)
				fatal(EINVAL, "--servicenode is exclusive with --failnode");
			opt.servicenode = true;
			param_nids("failover.node", optarg);
			ldd.ldd_flags |= LDD_F_NO_PRIMNODE;
			opt.changed = true;
			break;
		case 'p': {
			char *eq = strchr(optarg, '='), *key;

			if (!eq || eq == optarg || !eq[1])
				fatal(EINVAL, "parameter '%s' is not of the form key=value", optarg);
			key = strndup(optarg, eq - optarg);
			if (tunefs)
				param_erase(key);
			param_add(key, eq + 1);
			free(key);
			opt.changed = true;
			break;
		}
		case 't':
			if (!tunefs && !opt.mdt && !opt.ost)
				fatal(1, "'--network' only valid for MDT,OST");
			param_add("network", optarg);
			opt.changed = true;
			break;
		case 'o': opt.mountopts = optarg; break;
		case 'B': break;
		case 'u':
			if (strlen(optarg) >= sizeof(ldd.ldd_userdata))
				fatal(E2BIG, "comment is longer than %zu bytes", sizeof(ldd.ldd_userdata) - 1);
			opt.comment = optarg;
			break;
		case 'R': opt.replace = true; break;
		case 'b':
			if (strcmp(optarg, "ldiskfs"))
				fatal(EINVAL, "backing filesystem type '%s' is not supported, only ldiskfs", optarg);
			break;
		case 'd': opt.size_kb = number("device size", optarg); break;
		case 'k': opt.mkfsoptions = optarg; break;
		case 'r':
			if (tunefs)
				fatal(EOPNOTSUPP, "--rename is not supported");
			opt.reformat = true;
			break;
		case 'c': opt.stripe_hint = number("stripe count", optarg); break;
		case 'E':
			if (!tunefs)
				fatal(EINVAL, "'--erase-param' is for tunefs.lustre");
			param_erase(optarg);
			opt.changed = true;
			break;
		case 'e':
			if (!tunefs)
				fatal(EINVAL, "'--erase-params' is for tunefs.lustre");
			opt.changed = true;	/* done in tune(), before all others */
			break;
		case 'w': opt.writeconf = true; break;
		case 'l': opt.nolocallogs = true; break;
		case 'Q': opt.quota = true; break;
		}
	}
}

static int run_mke2fs(const char *dev, const char *label)
{
	const char *argv[40];
	char inode[16], size[32], user[1024], *save, *w;
	int n = 0, status, fd, i;
	bool ost = ldd.ldd_flags & LDD_F_SV_TYPE_OST;
	pid_t pid;

	snprintf(inode, sizeof(inode), "%d", ost ? 512 : opt.stripe_hint > 59 ? 512 : opt.stripe_hint > 16 ? 2048 : 1024);
	argv[n++] = "mke2fs";
	argv[n++] = "-j";
	argv[n++] = "-b";
	argv[n++] = "4096";
	argv[n++] = "-L";
	argv[n++] = label;
	argv[n++] = "-I";
	argv[n++] = inode;
	argv[n++] = "-q";
	argv[n++] = "-O";
	argv[n++] = "uninit_bg,extents,dir_nlink,huge_file,64bit,flex_bg,large_dir,^metadata_csum";
	argv[n++] = "-E";
	argv[n++] = "lazy_itable_init=0,lazy_journal_init=1";
	if (!ost) {
		argv[n++] = "-i";
		argv[n++] = "2560";
	}
	if (opt.mkfsoptions) {
		snprintf(user, sizeof(user), "%s", opt.mkfsoptions);
		for (w = strtok_r(user, " ", &save); w && n < 34; w = strtok_r(NULL, " ", &save))
			argv[n++] = w;
	}
	argv[n++] = "-F";
	argv[n++] = dev;
	if (opt.size_kb) {
		snprintf(size, sizeof(size), "%lluk", opt.size_kb);
		argv[n++] = size;
	}
	argv[n] = NULL;
	if (verbose) {
		printf("formatting backing filesystem ldiskfs on %s\n\ttarget name   %s\n", dev, label);
		if (opt.size_kb)
			printf("\tkilobytes     %llu\n", opt.size_kb);
		printf("\toptions        %s\nmkfs_cmd =", inode);
		for (i = 0; i < n; i++)
			printf(" %s", argv[i]);
		printf("\n");
		fflush(stdout);
	}
	pid = fork();
	if (pid < 0)
		return errno;
	if (!pid) {
		if (!very_verbose) {
			fd = open("/dev/null", O_WRONLY);
			dup2(fd, 1);
		}
		execvp(argv[0], (char *const *)argv);
		fprintf(stderr, "%s: cannot run mke2fs: %s\n", prog, strerror(errno));
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}

static unsigned long long device_kb(const char *dev)
{
	unsigned long long bytes = 0;
	struct stat st;
	int fd;

	if (stat(dev, &st))
		fatal(errno, "cannot open %s: %s", dev, strerror(errno));
	if (S_ISREG(st.st_mode))
		return st.st_size >> 10;
	if (!S_ISBLK(st.st_mode))
		fatal(ENOTBLK, "%s is neither a block device nor a file", dev);
	fd = open(dev, O_RDONLY);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes))
		fatal(errno, "cannot read the size of %s: %s", dev, strerror(errno));
	close(fd);
	return bytes >> 10;
}

static void check_mkfs(void)
{
	if (opt.ost && (opt.mdt || opt.mgs))
		fatal(EINVAL, "OST type is exclusive with MDT,MGS");
	if (!opt.ost && !opt.mdt && !opt.mgs)
		fatal(EINVAL, "must set target type: MDT,OST,MGS");
	if (opt.writeconf || opt.nolocallogs || opt.nomgs || opt.print)
		fatal(EINVAL, "this option is for tunefs.lustre");
	if ((opt.ost || opt.mdt) && !opt.fsname)
		fatal(EINVAL, "Must specify --fsname for MDT/OST device");
	if (opt.ost && !mountdata_param(&ldd, "mgsnode", NULL, 0))
		fatal(EINVAL, "Must specify --mgsnode");
	if (opt.mdt && !opt.mgs && !mountdata_param(&ldd, "mgsnode", NULL, 0))
		fatal(EINVAL, "Must specify --mgs or --mgsnode");
	if (opt.ost && !opt.have_index)
		fatal(EINVAL, "Must specify --index for OST");
	if (opt.mdt && !opt.have_index) {
		fprintf(stderr, "%s: warning: no --index given, using index 0 for the MDT\n", prog);
		opt.have_index = true;
	}
}

static int mkfs(const char *dev)
{
	struct lustre_disk_data old;
	unsigned long long kb;
	char label[17];
	int rc;

	check_mkfs();
	ldd.ldd_magic = LDD_MAGIC;
	ldd.ldd_feature_incompat = LDD_INCOMPAT_GLOSS;
	ldd.ldd_config_ver = 1;
	ldd.ldd_mount_type = LDD_MT_LDISKFS;
	ldd.ldd_flags |= LDD_F_UPDATE | LDD_F_VIRGIN;
	ldd.ldd_flags |= (opt.mgs ? LDD_F_SV_TYPE_MGS : 0) | (opt.mdt ? LDD_F_SV_TYPE_MDT : 0) | (opt.ost ? LDD_F_SV_TYPE_OST : 0);
	ldd.ldd_svindex = opt.have_index && (opt.mdt || opt.ost) ? opt.index : opt.mdt ? 0 : LDD_INDEX_NONE;
	if (opt.mdt || opt.ost)
		snprintf(ldd.ldd_fsname, sizeof(ldd.ldd_fsname), "%s", opt.fsname);
	if (opt.replace)
		ldd.ldd_flags &= ~LDD_F_VIRGIN;
	if (opt.comment)
		snprintf(ldd.ldd_userdata, sizeof(ldd.ldd_userdata), "%s", opt.comment);
	if (opt.mountopts && !opt.ost && !strstr(opt.mountopts, "user_xattr"))
		fatal(EINVAL, "--mountfsoptions of an MDT or MGS must contain 'user_xattr'");
	snprintf(ldd.ldd_mount_opts, sizeof(ldd.ldd_mount_opts), "%s%s",
		 opt.mountopts ? opt.mountopts : opt.ost ? "" : "user_xattr",
		 opt.mountopts && strstr(opt.mountopts, "errors=") ? "" : ",errors=remount-ro");
	mountdata_label(&ldd, label);
	if (opt.mdt || opt.ost)
		snprintf(ldd.ldd_svname, sizeof(ldd.ldd_svname), "%s", label);
	else
		strcpy(ldd.ldd_svname, "MGS");

	if (access(dev, F_OK) && opt.size_kb) {
		int fd = open(dev, O_RDWR | O_CREAT | O_EXCL, 0600);

		if (fd < 0 || ftruncate(fd, opt.size_kb << 10))
			fatal(errno, "cannot create %s: %s", dev, strerror(errno));
		close(fd);
	}
	kb = device_kb(dev);
	if (opt.size_kb && opt.size_kb < kb)
		kb = opt.size_kb;
	if (mountdata_is_mounted(dev))
		fatal(EEXIST, "%s: is currently mounted, exiting without any change", dev);
	rc = mountdata_read(dev, &old, NULL);
	if (rc == EACCES || rc == EPERM || rc == ENXIO)
		fatal(rc, "cannot open %s: %s", dev, strerror(rc));
	if (verbose)
		printf("checking for existing Lustre data: %s\n", rc ? "not found" : "found");
	if (!rc && !opt.reformat)
		fatal(1, "Device %s was previously formatted for lustre. Use --reformat to reformat it, or tunefs.lustre to modify.", dev);
	if (kb < 32 << 10)
		fatal(EINVAL, "size of filesystem must be larger than 32MB, but is set to %lluKB", kb);
	if (verbose)
		mountdata_print("Permanent disk data", &ldd);
	if (dryrun) {
		printf("exiting before disk write.\n");
		return 0;
	}
	if (verbose)
		printf("device size = %lluMB\n", kb >> 10);
	rc = run_mke2fs(dev, label);
	if (rc)
		fatal(rc, "mke2fs failed on %s", dev);
	if (verbose)
		printf("Writing CONFIGS/mountdata\n");
	rc = mountdata_write(dev, &ldd);
	if (rc)
		fatal(rc, "failed to write CONFIGS/mountdata on %s: %s", dev, strerror(rc));
	return 0;
}

static int tune(int argc, char **argv, const char *dev)
{
	char label[17], now[17];
	int rc;

	if (access(dev, F_OK))
		fatal(ENOENT, "cannot open %s: %s", dev, strerror(ENOENT));
	rc = mountdata_read(dev, &ldd, now);
	if (verbose)
		printf("checking for existing Lustre data: %s\n", rc ? "not found" : "found");
	if (rc == ENODEV)
		fatal(ENODEV, "Device %s has not been formatted with mkfs.lustre", dev);
	if (rc)
		fatal(rc, "cannot read %s: %s", dev, strerror(rc));
	if (verbose || opt.print)
		mountdata_print("Read previous values", &ldd);
	if (opt.print)
		dryrun = true;
	if (opt.erase_all)
		ldd.ldd_params[0] = 0;
	parse(argc, argv);
	if (opt.mdt || opt.ost)
		fatal(EINVAL, "the type of a target cannot be changed");
	if (opt.writeconf)
		ldd.ldd_flags |= LDD_F_WRITECONF | LDD_F_UPDATE;
	if (opt.have_fsname && strcmp(opt.fsname, ldd.ldd_fsname)) {
		if (!(ldd.ldd_flags & (LDD_F_VIRGIN | LDD_F_WRITECONF)))
			fatal(1, "cannot change the name of a registered target");
		snprintf(ldd.ldd_fsname, sizeof(ldd.ldd_fsname), "%s", opt.fsname);
	}
	if (opt.have_index && opt.index != ldd.ldd_svindex) {
		if (!(ldd.ldd_flags & LDD_F_VIRGIN))
			fatal(1, "cannot change the index of a registered target");
		ldd.ldd_svindex = opt.index;
	}
	if (opt.nolocallogs) {
		if (ldd.ldd_flags & (LDD_F_VIRGIN | LDD_F_WRITECONF))
			fatal(EINVAL, "--nolocallogs is for registered targets");
		ldd.ldd_flags |= LDD_F_NO_LOCAL_LOGS;
	}
	if (opt.nomgs) {
		if (!(ldd.ldd_flags & LDD_F_SV_TYPE_MDT))
			fatal(EINVAL, "--nomgs is for an MDT with an MGS");
		ldd.ldd_flags &= ~LDD_F_SV_TYPE_MGS;
	}
	if (opt.mgs) {
		if (ldd.ldd_flags & LDD_F_SV_TYPE_OST)
			fatal(EINVAL, "OST type is exclusive with MDT,MGS");
		ldd.ldd_flags |= LDD_F_SV_TYPE_MGS;
	}
	if (!(ldd.ldd_flags & LDD_F_SV_TYPE_MGS) && !mountdata_param(&ldd, "mgsnode", NULL, 0))
		fatal(EINVAL, "Must specify --mgs or --mgsnode");
	if (opt.mountopts)
		snprintf(ldd.ldd_mount_opts, sizeof(ldd.ldd_mount_opts), "%s%s", opt.mountopts,
			 strstr(opt.mountopts, "errors=") ? "" : ",errors=remount-ro");
	if (opt.comment)
		snprintf(ldd.ldd_userdata, sizeof(ldd.ldd_userdata), "%s", opt.comment);
	if (opt.changed)
		ldd.ldd_flags |= LDD_F_UPDATE;
	mountdata_label(&ldd, label);
	if (verbose || opt.print)
		mountdata_print("Permanent disk data", &ldd);
	if (dryrun) {
		printf("exiting before disk write.\n");
		return 0;
	}
	if (mountdata_is_mounted(dev))
		fatal(EEXIST, "%s: is currently mounted, exiting without any change", dev);
	if (verbose)
		printf("Writing CONFIGS/mountdata\n");
	rc = mountdata_write(dev, &ldd);
	if (!rc && strcmp(label, now))
		rc = mountdata_set_label(dev, label);
	if (rc)
		fatal(rc, "failed to write CONFIGS/mountdata on %s: %s", dev, strerror(rc));
	return 0;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');

	prog = slash ? slash + 1 : argv[0];
	tunefs = strstr(prog, "tunefs");
	if (argc < 2) {
		usage(stderr);
		return EINVAL;
	}
	parse_early(argc, argv);
	if (optind != argc - 1) {
		usage(stderr);
		if (optind == argc)
			fatal(EINVAL, "no device given");
		fatal(EINVAL, "Bad argument: %s", argv[optind]);
	}
	if (tunefs)
		return tune(argc, argv, argv[optind]);
	parse(argc, argv);
	return mkfs(argv[optind]);
}
