// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount.lustre, mount.lustre_tgt: the helper of mount(8). A device with ":/" is a client mount,
 * anything else a target. Options, hints and exit codes: chapter 6, section 6.13.5; chapter 7,
 * sections 2.3 and 2.4.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli.h"
#include "mountdata.h"
#include "nids.h"

#define MNT_DATA_MAX	4096	/* a page */
#define MNT_NIDS_MAX	4096
#define MNT_WAIT_FIRST	32	/* seconds between tries */
#define MNT_WAIT_MAX	512

static const char *mnt_prog;

static struct {
	bool verbose, fake, atime;	/* atime: an option about access times was given */
	const char *options, *mgsname;
	long long retry;
	unsigned long flags;
	char data[MNT_DATA_MAX];	/* for the kernel */
} mnt_opt;

/* What is mounted. */
struct mnt_request {
	const char *given;		/* the device as it was given */
	const char *dir;
	bool client;
	char device[PATH_MAX];
	char nids[MNT_NIDS_MAX];	/* of the MGS */
	struct lustre_disk_data ldd;	/* of a target */
};

static const char mnt_usage_text[] =
	"usage: mount.lustre [-fhnvV] [-o <mntopt>] <device> <mountpt>\n"
	"\t<device>: the disk device, or for a client:\n"
	"\t\t<mgsnid>[:<altmgsnid>...]:/<filesystem>[/<subdir>]\n"
	"\t<filesystem>: name of the Lustre filesystem (e.g. lustre1)\n"
	"\t<mountpt>: filesystem mountpoint (e.g. /mnt/lustre)\n"
	"\t-f|--fake: do everything but the mount itself\n"
	"\t-h|--help: print this text\n"
	"\t-n|--nomtab: accepted without effect\n"
	"\t-v|--verbose: print the options that the kernel gets\n"
	"\t-V|--version: print the version\n"
	"\t-o|--options: flock, localflock, noflock, user_xattr, nouser_xattr, retry=<n>, ...\n";

/* ---- options ---- */

/* One more option for the kernel; ends the program when they do not fit into a page. */
static void mnt_add(const char *key, const char *value)
{
	size_t used = strlen(mnt_opt.data), room = sizeof(mnt_opt.data) - used;
	int n = snprintf(mnt_opt.data + used, room, "%s%s%s%s", used ? "," : "", key,
			 value ? "=" : "", value ? value : "");

	if (n >= 0 && (size_t)n < room)
		return;
	fprintf(stderr, "%s: options are longer than a page: '%s'\n", mnt_prog, key);
	exit(E2BIG);
}

/* Options of the VFS become flags. Return: false when it is none of them. */
static bool mnt_take_vfs(const char *o)
{
	static const struct { const char *name; unsigned long set, clear; } vfs[] = {
		{ "ro", MS_RDONLY, 0 }, { "rw", 0, MS_RDONLY },
		{ "nosuid", MS_NOSUID, 0 }, { "suid", 0, MS_NOSUID },
		{ "nodev", MS_NODEV, 0 }, { "dev", 0, MS_NODEV },
		{ "noexec", MS_NOEXEC, 0 }, { "exec", 0, MS_NOEXEC },
		{ "sync", MS_SYNCHRONOUS, 0 }, { "async", 0, MS_SYNCHRONOUS },
		{ "remount", MS_REMOUNT, 0 }, { "dirsync", MS_DIRSYNC, 0 },
		{ "noatime", MS_NOATIME, 0 }, { "atime", 0, MS_NOATIME },
		{ "nodiratime", MS_NODIRATIME, 0 }, { "diratime", 0, MS_NODIRATIME },
		{ "relatime", MS_RELATIME, MS_STRICTATIME }, { "norelatime", 0, MS_RELATIME },
		{ "strictatime", MS_STRICTATIME, 0 },
		{ "defaults", 0, 0 }, { "auto", 0, 0 }, { "noauto", 0, 0 }, { "user", 0, 0 },
		{ "nouser", 0, 0 }, { "users", 0, 0 }, { "owner", 0, 0 }, { "group", 0, 0 },
		{ "_netdev", 0, 0 }, { "nofail", 0, 0 }, { "loop", 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(vfs) / sizeof(vfs[0]); i++) {
		if (strcmp(o, vfs[i].name))
			continue;
		mnt_opt.flags |= vfs[i].set;
		mnt_opt.flags &= ~vfs[i].clear;
		if (strstr(o, "atime"))
			mnt_opt.atime = true;
		return true;
	}
	return false;
}

/* Options that mean something to this helper only, or nothing here. */
static bool mnt_take_own(const char *o)
{
	static const char *const prefixes[] = {
		"skpath=", "max_sectors_kb=", "md_stripe_cache_size=", "x-", "comment=",
	};
	unsigned int i;

	if (!strncmp(o, "retry=", 6)) {
		if (cli_number(o + 6, 0, 99, &mnt_opt.retry))
			return true;
		fprintf(stderr, "%s: %s: must be 0..99\n", mnt_prog, o);
		exit(EINVAL);
	}
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(o, prefixes[i], strlen(prefixes[i])))
			return true;
	return !strcmp(o, "force");
}

/* The argument of -o: what is not taken goes to the kernel. */
static void mnt_take_options(void)
{
	char *copy, *o, *save;

	if (!mnt_opt.options)
		return;
	copy = strdup(mnt_opt.options);
	for (o = strtok_r(copy, ",", &save); o; o = strtok_r(NULL, ",", &save))
		if (!mnt_take_vfs(o) && !mnt_take_own(o))
			mnt_add(o, NULL);
	free(copy);
}

/* ---- what went wrong ---- */

static void mnt_hint_inval(const struct mnt_request *r)
{
	fprintf(stderr, "This may have multiple causes.\n");
	if (r->client)
		fprintf(stderr, "Is '%s' the correct filesystem name?\n",
			strstr(r->given, ":/") + 2);
	fprintf(stderr, "Are the mount options correct?\nCheck the syslog for more info.\n");
}

static void mnt_hint_mgs(const struct mnt_request *r)
{
	fprintf(stderr, "Is the MGS running?");
	if (r->nids[0])
		fprintf(stderr, " Tried '%s'.", r->nids);
	fprintf(stderr, "\n");
	if (r->client)
		fprintf(stderr, "If it is: is the MDT mounted on its server?\n"
			"The kernel log (dmesg) names who did not answer.\n");
}

/* What an administrator can look at. */
static void mnt_hint(const struct mnt_request *r, int err)
{
	switch (err) {
	case EBUSY:
		fprintf(stderr, "Is the backend filesystem mounted?\n"
			"Check /etc/mtab and /proc/mounts\n");
		break;
	case ENODEV:
		fprintf(stderr, "Are the lustre modules loaded?\n"
			"Check /etc/modprobe.conf and /proc/filesystems\n");
		break;
	case ENETDOWN:
		fprintf(stderr, "LNet does not start.\n"
			"Are the interfaces right in 'options lnet networks=' in /etc/modprobe.d?\n"
			"The kernel log (dmesg) names the network that failed.\n");
		break;
	case ENETUNREACH:
		fprintf(stderr, "This node is in no network of the MGS.\n");
		if (r->nids[0])
			fprintf(stderr, "Is '%s' correct, and 'options lnet networks='?\n",
				r->nids);
		break;
	case ENOTBLK:
		fprintf(stderr, "Do you need -o loop?\n");
		break;
	case ENOMEDIUM:
		fprintf(stderr, "This filesystem needs at least 1 OST\n");
		break;
	case ENOENT:
		fprintf(stderr, "Is the MGS specification correct?\n"
			"Is the filesystem name correct?\n"
			"If upgrading, is the copied client log valid? (see upgrade docs)\n");
		break;
	case EALREADY:
		fprintf(stderr, "The target service is already running. (%s)\n", r->given);
		break;
	case ENXIO:
		fprintf(stderr, "The target service failed to start (bad config log?) (%s).",
			r->given);
		fprintf(stderr, "  See /var/log/messages.\n");
		break;
	case EIO:
	case ETIMEDOUT:
	case ESHUTDOWN:
	case EHOSTUNREACH:
		mnt_hint_mgs(r);
		break;
	case EADDRINUSE:
		fprintf(stderr, "The target service's index is already in use. (%s)\n", r->given);
		break;
	case EINVAL:
		mnt_hint_inval(r);
		break;
	}
}

/* Where DEVICE is mounted (dir NULL: anywhere), into where. */
static bool mnt_find(const char *device, const char *dir, char where[PATH_MAX])
{
	char real[PATH_MAX] = "";
	struct mntent *e;
	bool found = false;
	FILE *f;

	if (dir && !realpath(dir, real))
		return false;
	f = setmntent("/proc/mounts", "r");
	if (!f)
		return false;
	while (!found && (e = getmntent(f))) {
		found = !strncmp(e->mnt_type, "lustre", 6) && !strcmp(e->mnt_fsname, device) &&
			(!dir || !strcmp(e->mnt_dir, real));
		if (found)
			snprintf(where, PATH_MAX, "%s", e->mnt_dir);
	}
	endmntent(f);
	return found;
}

/* ---- a client ---- */

/* "nid,nid:nid:/fsname/dir" with host names becomes the same with addresses. */
static int mnt_client_device(struct mnt_request *r)
{
	const char *fs = strstr(r->given, ":/");
	char host[256], nids[MNT_NIDS_MAX];
	size_t n = fs - r->given;

	if (!n || n >= sizeof(nids)) {
		fprintf(stderr, "%s: '%s' names no MGS\n", mnt_prog, r->given);
		return EINVAL;
	}
	snprintf(nids, sizeof(nids), "%.*s", (int)n, r->given);
	if (nids_resolve(mnt_prog, nids, r->nids, sizeof(r->nids)))
		return EINVAL;
	if (snprintf(r->device, sizeof(r->device), "%s%s", r->nids, fs) >= (int)sizeof(r->device)) {
		fprintf(stderr, "%s: device is too long\n", mnt_prog);
		return ENAMETOOLONG;
	}
	/* the name of a single MGS is shown in /proc/mounts */
	snprintf(host, sizeof(host), "%.*s", (int)strcspn(nids, "@"), nids);
	if (strcmp(r->nids, nids) && !strpbrk(nids, ":,") && !isdigit((unsigned char)host[0]))
		mnt_add("mgsname", nids);
	return 0;
}

static size_t mnt_fsname_len(const char *device)
{
	return strcspn(strstr(device, ":/") + 2, "/");
}

static int mnt_client_prepare(struct mnt_request *r)
{
	char where[PATH_MAX];
	size_t n = mnt_fsname_len(r->given);
	bool mounted;
	int rc;

	if (n < 1 || n > 8) {
		fprintf(stderr, "%s: '%s': filesystem name must be 1-8 chars\n", mnt_prog,
			r->given);
		return EINVAL;
	}
	mnt_take_options();
	rc = mnt_client_device(r);
	if (rc)
		return rc;
	mounted = mnt_find(r->device, r->dir, where) || mnt_find(r->given, r->dir, where);
	if (mounted && !(mnt_opt.flags & MS_REMOUNT)) {
		fprintf(stderr, "%s: according to /proc/mounts %s is already mounted on %s\n",
			mnt_prog, r->given, r->dir);
		return EEXIST;
	}
	if (!mounted && mnt_opt.flags & MS_REMOUNT) {
		fprintf(stderr, "%s: %s is not mounted on %s\n", mnt_prog, r->given, r->dir);
		return ENOENT;
	}
	if (!mnt_opt.atime)
		mnt_opt.flags |= MS_STRICTATIME;
	return 0;
}

/* Lines "name=value" of a file, as "lctl set_param" would. */
static void mnt_apply_params(const char *file)
{
	const char *command[5] = { "lctl", "set_param", "-n" };
	FILE *f = fopen(file, "r");
	char line[1024];

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!line[0] || line[0] == '#')
			continue;
		command[3] = line;
		if (mountdata_run(command, true))
			fprintf(stderr, "%s: %s: cannot set '%s'\n", mnt_prog, file, line);
	}
	fclose(f);
}

static void mnt_client_done(const struct mnt_request *r)
{
	char file[64];

	mnt_apply_params("/etc/lustre/mount.client.params");
	snprintf(file, sizeof(file), "/etc/lustre/mount.%.*s.params", (int)mnt_fsname_len(r->given),
		 strstr(r->given, ":/") + 2);
	mnt_apply_params(file);
}

/* ---- a target ---- */

/* What the kernel must know of a target: its mountdata as options. */
static void mnt_target_options(struct mnt_request *r)
{
	static const struct { uint32_t flag; const char *word; } flags[] = {
		{ LDD_F_SV_TYPE_MGS, "mgs" }, { LDD_F_VIRGIN, "virgin" },
		{ LDD_F_UPDATE, "update" }, { LDD_F_WRITECONF, "writeconf" },
		{ LDD_F_NO_LOCAL_LOGS, "nolocallogs" }, { LDD_F_NO_PRIMNODE, "noprimnode" },
	};
	struct lustre_disk_data *ldd = &r->ldd;
	char text[sizeof(ldd->ldd_params)], *p, *save, svname[17];
	unsigned int i;

	mnt_add("osd", "osd-ldiskfs");
	snprintf(text, sizeof(text), "%s", ldd->ldd_mount_opts);
	for (p = strtok_r(text, ",", &save); p; p = strtok_r(NULL, ",", &save))
		mnt_add(p, NULL);
	if (mountdata_param(ldd, "mgsnode", r->nids, sizeof(r->nids)))
		mnt_add("mgsnode", r->nids);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (ldd->ldd_flags & flags[i].flag)
			mnt_add(flags[i].word, NULL);
	snprintf(text, sizeof(text), "%s", ldd->ldd_params);
	for (p = strtok_r(text, " ", &save); p; p = strtok_r(NULL, " ", &save))
		if (strncmp(p, "mgsnode=", 8))
			mnt_add("param", p);
	snprintf(svname, sizeof(svname), "MGS");
	if (ldd->ldd_flags & (LDD_F_SV_TYPE_MDT | LDD_F_SV_TYPE_OST))
		snprintf(svname, sizeof(svname), "%.8s-%s%04x", ldd->ldd_fsname,
			 ldd->ldd_flags & LDD_F_SV_TYPE_MDT ? "MDT" : "OST",
			 ldd->ldd_svindex & 0xffff);
	mnt_add("svname", svname);
}

/* The mark "has to register again" is taken off before the mount: the kernel does not write it. */
static int mnt_target_mark(struct mnt_request *r, bool update)
{
	uint32_t flags = r->ldd.ldd_flags;
	int rc;

	if (!(flags & LDD_F_UPDATE))
		return 0;
	if (!update)
		r->ldd.ldd_flags &= ~LDD_F_UPDATE;
	rc = mountdata_write(r->device, &r->ldd);
	r->ldd.ldd_flags = flags;
	if (rc)
		fprintf(stderr, "%s: cannot write CONFIGS/mountdata on %s: %s\n", mnt_prog,
			r->device, mountdata_strerror(rc));
	return rc;
}

static int mnt_target_prepare(struct mnt_request *r)
{
	char where[PATH_MAX], label[17];
	struct stat st;
	int rc;

	if (!realpath(r->given, r->device)) {
		rc = errno;
		fprintf(stderr, "%s: %s: %s\n", mnt_prog, r->given, strerror(rc));
		return rc;
	}
	if (!stat(r->device, &st) && !S_ISBLK(st.st_mode)) {
		mnt_hint(r, ENOTBLK);
		return ENOTBLK;
	}
	if (mnt_find(r->device, NULL, where)) {
		fprintf(stderr, "%s: according to /proc/mounts %s is already mounted on %s\n",
			mnt_prog, r->given, where);
		return EEXIST;
	}
	rc = mountdata_read(r->device, &r->ldd, label);
	if (rc == ENODEV)
		fprintf(stderr, "%s: %s has not been formatted with mkfs.lustre %s\n", mnt_prog,
			r->given, "or the backend filesystem type is not supported by this tool");
	else if (rc == EOPNOTSUPP)
		fprintf(stderr, "%s: %s has features that are not supported. %s --take-over %s\n",
			mnt_prog, r->given,
			"If it is a target of Lustre's own servers, type: tunefs.lustre", r->given);
	else if (rc)
		fprintf(stderr, "%s: cannot read %s: %s\n", mnt_prog, r->given, strerror(rc));
	if (rc)
		return rc;
	if (mountdata_is_mounted(r->device)) {
		fprintf(stderr, "%s: %s is already mounted or in use\n", mnt_prog, r->given);
		return EEXIST;
	}
	mnt_target_options(r);
	mnt_take_options();
	return mnt_opt.fake ? 0 : mnt_target_mark(r, false);
}

/* It is registered now: the label says so. */
static void mnt_target_done(struct mnt_request *r)
{
	uint32_t states = LDD_F_VIRGIN | LDD_F_WRITECONF | LDD_F_NO_LOCAL_LOGS;
	char label[17];

	if (!(r->ldd.ldd_flags & states) || strstr(mnt_opt.data, "nosvc"))
		return;
	r->ldd.ldd_flags &= ~states;
	mountdata_label(&r->ldd, label);
	if (mountdata_set_label(r->device, label))
		fprintf(stderr, "%s: cannot change the label of %s to %s\n", mnt_prog, r->device,
			label);
}

/* ---- main ---- */

static int mnt_try(const struct mnt_request *r)
{
	const char *type = !r->client && strstr(mnt_prog, "lustre_tgt") ? "lustre_tgt" : "lustre";
	unsigned int wait = MNT_WAIT_FIRST;
	long long left = mnt_opt.retry;

	while (mount(r->device, r->dir, type, mnt_opt.flags, mnt_opt.data)) {
		int rc = errno;

		fprintf(stderr, "%s: mount %s at %s failed: %s", mnt_prog, r->given, r->dir,
			strerror(rc));
		if (!left--) {
			fprintf(stderr, "\n");
			return rc;
		}
		fprintf(stderr, ", retrying in %u s\n", wait);
		sleep(wait);
		if (wait < MNT_WAIT_MAX)
			wait *= 2;
	}
	return 0;
}

static int mnt_mount(struct mnt_request *r)
{
	int rc = r->client ? mnt_client_prepare(r) : mnt_target_prepare(r);

	if (rc)
		return rc;
	mnt_add("device", r->device);
	if (mnt_opt.verbose)
		printf("%s: mount %s on %s, flags 0x%lx, options = %s\n", mnt_prog, r->device,
		       r->dir, mnt_opt.flags, mnt_opt.data);
	if (mnt_opt.fake)
		return 0;
	rc = mnt_try(r);
	if (rc) {
		mnt_hint(r, rc);
		/* a target that did not start still has to register */
		if (!r->client)
			mnt_target_mark(r, true);
	} else if (r->client) {
		mnt_client_done(r);
	} else {
		mnt_target_done(r);
	}
	return rc;
}

static int mnt_show_usage(const char *value)
{
	printf("%s", mnt_usage_text);
	exit(0);
}

static int mnt_show_version(const char *value)
{
	printf("%s %s\n", mnt_prog, GLOSS_VERSION);
	exit(0);
}

int main(int argc, char **argv)
{
	static const struct cli_option options[] = {
		CLI_FLAG('f', "fake", mnt_opt.fake),
		CLI_FLAG('v', "verbose", mnt_opt.verbose),
		CLI_TEXT('o', "options", mnt_opt.options),
		CLI_TEXT('M', "mgsname", mnt_opt.mgsname),
		CLI_DO('h', "help", mnt_show_usage),
		CLI_DO('V', "version", mnt_show_version),
		CLI_SKIP('n', "nomtab"),
		CLI_SKIP('s', NULL),
		CLI_SKIP(0, "force"),
		CLI_SKIP_VALUE('t', NULL),
		CLI_END
	};
	const char *slash = strrchr(argv[0], '/');
	static struct mnt_request r;
	struct stat st;
	int first, rc;

	mnt_prog = slash ? slash + 1 : argv[0];
	argv[0] = (char *)mnt_prog;
	rc = cli_options(argc, argv, options, &first);
	if (rc || first != argc - 2) {
		fprintf(stderr, "%s", mnt_usage_text);
		return EINVAL;
	}
	r.given = argv[first];
	r.dir = argv[first + 1];
	r.client = strstr(r.given, ":/");
	if (stat(r.dir, &st)) {
		rc = errno;
		fprintf(stderr, "%s: %s inaccessible: %s\n", mnt_prog, r.dir, strerror(rc));
		return rc;
	}
	if (!S_ISDIR(st.st_mode)) {
		fprintf(stderr, "%s: %s: not a directory\n", mnt_prog, r.dir);
		return ENOTDIR;
	}
	if (mnt_opt.mgsname)
		mnt_add("mgsname", mnt_opt.mgsname);
	return mnt_mount(&r);
}
