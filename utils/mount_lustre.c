// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount.lustre, mount.lustre_tgt: the helper of mount(8). A device with ":/" is a client mount, anything else a target.
 * Options, hints and exit codes: chapter 6, 6.13.5; chapter 7, 2.3 and 2.4.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mountdata.h"

#define GLOSS_VERSION "2.17.0"

static const char *prog;
static bool verbose, fake;
static int retry;
static unsigned long flags;
static char data[8192];

static void usage(FILE *f)
{
	fprintf(f, "usage: %s [-fhnvV] [-o <mntopt>] <device> <mountpt>\n"
		"\t<device>: the disk device, or for a client:\n"
		"\t\t<mgsnid>[:<altmgsnid>...]:/<filesystem>[/<subdir>]\n"
		"\t<filesystem>: name of the Lustre filesystem (e.g. lustre1)\n"
		"\t<mountpt>: filesystem mountpoint (e.g. /mnt/lustre)\n"
		"\t-f|--fake: fake mount (updates nothing)\n"
		"\t-h|--help: print this usage message\n"
		"\t-n|--nomtab: do not update /etc/mtab\n"
		"\t-v|--verbose: print verbose config settings\n"
		"\t-V|--version: output build version of the utility and exit\n"
		"\t-o|--options: mount options; flock/localflock/noflock, user_xattr/nouser_xattr, lazystatfs, retry=<n>, ...\n",
		prog);
}

static void add(const char *o)
{
	if (strlen(data) + strlen(o) + 2 > 4096) {
		fprintf(stderr, "%s: options are longer than a page: '%s'\n", prog, o);
		exit(E2BIG);
	}
	if (data[0])
		strcat(data, ",");
	strcat(data, o);
}

static void addf(const char *key, const char *val)
{
	char buf[4200];

	if (snprintf(buf, sizeof(buf), "%s=%s", key, val) >= (int)sizeof(buf)) {
		fprintf(stderr, "%s: option '%s' is too long\n", prog, key);
		exit(E2BIG);
	}
	add(buf);
}

static bool have_atime;

/* Options of the VFS become flags, options of this helper are taken out, all others go to the kernel. */
static void options(char *opts)
{
	static const struct { const char *name; unsigned long set, clear; } vfs[] = {
		{ "ro", MS_RDONLY, 0 }, { "rw", 0, MS_RDONLY }, { "nosuid", MS_NOSUID, 0 }, { "suid", 0, MS_NOSUID },
		{ "nodev", MS_NODEV, 0 }, { "dev", 0, MS_NODEV }, { "noexec", MS_NOEXEC, 0 }, { "exec", 0, MS_NOEXEC },
		{ "sync", MS_SYNCHRONOUS, 0 }, { "async", 0, MS_SYNCHRONOUS }, { "remount", MS_REMOUNT, 0 }, { "dirsync", MS_DIRSYNC, 0 },
		{ "noatime", MS_NOATIME, 0 }, { "atime", 0, MS_NOATIME }, { "nodiratime", MS_NODIRATIME, 0 }, { "diratime", 0, MS_NODIRATIME },
		{ "relatime", MS_RELATIME, MS_STRICTATIME }, { "norelatime", 0, MS_RELATIME }, { "strictatime", MS_STRICTATIME, 0 },
		{ "defaults", 0, 0 }, { "auto", 0, 0 }, { "noauto", 0, 0 }, { "user", 0, 0 }, { "nouser", 0, 0 }, { "users", 0, 0 },
		{ "owner", 0, 0 }, { "group", 0, 0 }, { "_netdev", 0, 0 }, { "nofail", 0, 0 }, { "loop", 0, 0 },
	};
	char *o, *save;
	unsigned int i;

	for (o = strtok_r(opts, ",", &save); o; o = strtok_r(NULL, ",", &save)) {
		for (i = 0; i < sizeof(vfs) / sizeof(vfs[0]); i++)
			if (!strcmp(o, vfs[i].name))
				break;
		if (i < sizeof(vfs) / sizeof(vfs[0])) {
			flags |= vfs[i].set;
			flags &= ~vfs[i].clear;
			if (strstr(o, "atime"))
				have_atime = true;
		} else if (!strncmp(o, "retry=", 6)) {
			retry = atoi(o + 6);
			if (retry < 0 || retry > 99) {
				fprintf(stderr, "%s: retry=%s: must be 0..99\n", prog, o + 6);
				exit(EINVAL);
			}
		} else if (!strncmp(o, "skpath=", 7) || !strcmp(o, "force") || !strncmp(o, "max_sectors_kb=", 15) ||
			   !strncmp(o, "md_stripe_cache_size=", 21) || !strncmp(o, "x-", 2) || !strncmp(o, "comment=", 8)) {
			;
		} else {
			add(o);
		}
	}
}

static void hints(const char *dev, int err)
{
	const char *fs = strstr(dev, ":/");

	switch (err) {
	case EBUSY:
		fprintf(stderr, "Is the backend filesystem mounted?\nCheck /etc/mtab and /proc/mounts\n");
		break;
	case ENODEV:
		fprintf(stderr, "Are the lustre modules loaded?\nCheck /etc/modprobe.conf and /proc/filesystems\n");
		break;
	case ENOTBLK:
		fprintf(stderr, "Do you need -o loop?\n");
		break;
	case ENOMEDIUM:
		fprintf(stderr, "This filesystem needs at least 1 OST\n");
		break;
	case ENOENT:
		fprintf(stderr, "Is the MGS specification correct?\nIs the filesystem name correct?\n"
			"If upgrading, is the copied client log valid? (see upgrade docs)\n");
		break;
	case EALREADY:
		fprintf(stderr, "The target service is already running. (%s)\n", dev);
		break;
	case ENXIO:
		fprintf(stderr, "The target service failed to start (bad config log?) (%s).  See /var/log/messages.\n", dev);
		break;
	case EIO:
		if (fs)
			fprintf(stderr, "Is the MGS running? Tried '%.*s'.\n"
				"If it is: is the MDT mounted on its server? The kernel log (dmesg) names who did not answer.\n",
				(int)(fs - dev), dev);
		else
			fprintf(stderr, "Is the MGS running?\n");
		break;
	case ENETDOWN:
		fprintf(stderr, "LNet does not start: are the interfaces right in 'options lnet networks=' in /etc/modprobe.d?\n"
			"The kernel log (dmesg) names the network that failed.\n");
		break;
	case EADDRINUSE:
		fprintf(stderr, "The target service's index is already in use. (%s)\n", dev);
		break;
	case EINVAL:
		fprintf(stderr, "This may have multiple causes.\n");
		if (fs)
			fprintf(stderr, "Is '%s' the correct filesystem name?\n", fs + 2);
		fprintf(stderr, "Are the mount options correct?\nCheck the syslog for more info.\n");
		break;
	}
}

/* nid,nid:nid:/fsname/dir with host names -> the same with addresses */
static void client_device(const char *dev, char *out, unsigned int len)
{
	const char *fs = strstr(dev, ":/");
	char nids[2048], res[2048];

	if ((size_t)(fs - dev) >= sizeof(nids) || fs == dev) {
		fprintf(stderr, "%s: '%s' names no MGS\n", prog, dev);
		exit(EINVAL);
	}
	memcpy(nids, dev, fs - dev);
	nids[fs - dev] = 0;
	if (nids_resolve(prog, nids, res, sizeof(res)))
		exit(EINVAL);
	if (snprintf(out, len, "%s%s", res, fs) >= (int)len) {
		fprintf(stderr, "%s: device is too long\n", prog);
		exit(ENAMETOOLONG);
	}
	if (strcmp(res, nids) && !strchr(nids, ':') && !strchr(nids, ',')) {
		char host[256];

		snprintf(host, sizeof(host), "%.*s", (int)strcspn(nids, "@"), nids);
		if (!isdigit((unsigned char)host[0]))
			addf("mgsname", nids);
	}
}

/* What the kernel must know of a target: its mountdata as options. */
static void target_options(const char *dev, struct lustre_disk_data *ldd)
{
	char buf[4096], *p, *save, svname[17];
	int rc = mountdata_read(dev, ldd, buf);

	if (rc == ENODEV) {
		fprintf(stderr, "%s: %s has not been formatted with mkfs.lustre or the backend filesystem type is not supported by this tool\n", prog, dev);
		exit(ENODEV);
	}
	if (rc) {
		fprintf(stderr, "%s: cannot read %s: %s\n", prog, dev, strerror(rc));
		exit(rc);
	}
	if (mountdata_is_mounted(dev)) {
		fprintf(stderr, "%s: according to the kernel %s is already mounted or in use\n", prog, dev);
		exit(EEXIST);
	}
	add("osd=osd-ldiskfs");
	snprintf(buf, sizeof(buf), "%s", ldd->ldd_mount_opts);
	for (p = strtok_r(buf, ",", &save); p; p = strtok_r(NULL, ",", &save))
		add(p);
	if (ldd->ldd_flags & LDD_F_SV_TYPE_MGS)
		add("mgs");
	if (mountdata_param(ldd, "mgsnode", buf, sizeof(buf)))
		addf("mgsnode", buf);
	if (ldd->ldd_flags & LDD_F_VIRGIN)
		add("virgin");
	if (ldd->ldd_flags & LDD_F_UPDATE)
		add("update");
	if (ldd->ldd_flags & LDD_F_WRITECONF)
		add("writeconf");
	if (ldd->ldd_flags & LDD_F_NO_LOCAL_LOGS)
		add("nolocallogs");
	if (ldd->ldd_flags & LDD_F_NO_PRIMNODE)
		add("noprimnode");
	snprintf(buf, sizeof(buf), "%s", ldd->ldd_params);
	for (p = strtok_r(buf, " ", &save); p; p = strtok_r(NULL, " ", &save))
		if (strncmp(p, "mgsnode=", 8))
			addf("param", p);
	if (ldd->ldd_flags & (LDD_F_SV_TYPE_MDT | LDD_F_SV_TYPE_OST))
		snprintf(svname, sizeof(svname), "%.8s-%s%04x", ldd->ldd_fsname,
			 ldd->ldd_flags & LDD_F_SV_TYPE_MDT ? "MDT" : "OST", ldd->ldd_svindex & 0xffff);
	else
		strcpy(svname, "MGS");
	addf("svname", svname);
}

/* Is DEV mounted on DIR? */
static bool client_mounted(const char *dev, const char *dir)
{
	char real[4096];
	struct mntent *e;
	bool found = false;
	FILE *f;

	if (!realpath(dir, real))
		return false;
	f = setmntent("/proc/mounts", "r");
	if (!f)
		return false;
	while (!found && (e = getmntent(f)))
		found = !strcmp(e->mnt_type, "lustre") && !strcmp(e->mnt_fsname, dev) && !strcmp(e->mnt_dir, real);
	endmntent(f);
	return found;
}

static void apply_params(const char *file)
{
	char line[1024], cmd[1200];
	FILE *f = fopen(file, "r");

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!line[0] || line[0] == '#' || strpbrk(line, "'\\"))
			continue;
		snprintf(cmd, sizeof(cmd), "lctl set_param '%s' >/dev/null", line);
		if (system(cmd))
			fprintf(stderr, "%s: %s: cannot set '%s'\n", prog, file, line);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	static const struct option lo[] = {
		{ "fake", 0, 0, 'f' }, { "help", 0, 0, 'h' }, { "nomtab", 0, 0, 'n' }, { "options", 1, 0, 'o' },
		{ "verbose", 0, 0, 'v' }, { "version", 0, 0, 'V' }, { "force", 0, 0, 'F' }, { "mgsname", 1, 0, 'M' }, { }
	};
	const char *slash = strrchr(argv[0], '/'), *dev, *dir;
	char device[4096], fsname[16] = "", *opts = NULL;
	static struct lustre_disk_data ldd;
	bool client;
	int c, rc, try, wait = 32;
	struct stat st;

	prog = slash ? slash + 1 : argv[0];
	while ((c = getopt_long(argc, argv, "fhno:vVst:", lo, NULL)) != -1) {
		switch (c) {
		case 'f': fake = true; break;
		case 'h': usage(stdout); return 0;
		case 'n': case 's': case 't': case 'F': break;
		case 'o': opts = strdup(optarg); break;
		case 'v': verbose = true; break;
		case 'V': printf("%s %s\n", prog, GLOSS_VERSION); return 0;
		case 'M': addf("mgsname", optarg); break;
		default: usage(stderr); return EINVAL;
		}
	}
	if (argc - optind != 2) {
		usage(stderr);
		return EINVAL;
	}
	dev = argv[optind];
	dir = argv[optind + 1];
	client = strstr(dev, ":/");
	if (stat(dir, &st)) {
		fprintf(stderr, "%s: %s inaccessible: %s\n", prog, dir, strerror(errno));
		return errno;
	}
	if (!S_ISDIR(st.st_mode)) {
		fprintf(stderr, "%s: %s: not a directory\n", prog, dir);
		return ENOTDIR;
	}
	if (client) {
		const char *fs = strstr(dev, ":/") + 2;
		size_t n = strcspn(fs, "/");

		if (n < 1 || n > 8) {
			fprintf(stderr, "%s: '%s': filesystem name must be 1-8 chars\n", prog, dev);
			return EINVAL;
		}
		snprintf(fsname, sizeof(fsname), "%.*s", (int)n, fs);
		if (opts)
			options(opts);
		client_device(dev, device, sizeof(device));
		rc = client_mounted(device, dir) || client_mounted(dev, dir);
		if (rc && !(flags & MS_REMOUNT)) {
			fprintf(stderr, "%s: according to /proc/mounts %s is already mounted on %s\n", prog, dev, dir);
			return EEXIST;
		}
		if (!rc && (flags & MS_REMOUNT)) {
			fprintf(stderr, "%s: %s is not mounted on %s\n", prog, dev, dir);
			return ENOENT;
		}
	} else {
		if (!realpath(dev, device)) {
			fprintf(stderr, "%s: %s: %s\n", prog, dev, strerror(errno));
			return errno;
		}
		if (!stat(device, &st) && !S_ISBLK(st.st_mode)) {
			hints(dev, ENOTBLK);
			return ENOTBLK;
		}
		target_options(device, &ldd);
		if (opts)
			options(opts);
		if (!fake && (ldd.ldd_flags & LDD_F_UPDATE)) {
			ldd.ldd_flags &= ~LDD_F_UPDATE;
			rc = mountdata_write(device, &ldd);
			ldd.ldd_flags |= LDD_F_UPDATE;
			if (rc) {
				fprintf(stderr, "%s: cannot write CONFIGS/mountdata on %s: %s\n", prog, device, strerror(rc));
				return rc;
			}
		}
	}
	addf("device", device);
	if (!have_atime && client)
		flags |= MS_STRICTATIME;
	if (verbose)
		printf("%s: mount %s on %s, flags 0x%lx, options = %s\n", prog, device, dir, flags, data);
	if (fake)
		return 0;
	for (try = 0;; try++) {
		rc = mount(device, dir, client ? "lustre" : "lustre_tgt", flags, data) ? errno : 0;
		if (!rc || try >= retry)
			break;
		fprintf(stderr, "%s: mount %s at %s failed: %s, retrying in %d s\n", prog, dev, dir, strerror(rc), wait);
		sleep(wait);
		wait = wait < 512 ? wait * 2 : wait;
	}
	if (rc) {
		fprintf(stderr, "%s: mount %s at %s failed: %s\n", prog, dev, dir, strerror(rc));
		hints(dev, rc);
		/* a target that did not start is still to be registered */
		if (!client && (ldd.ldd_flags & LDD_F_UPDATE))
			mountdata_write(device, &ldd);
		return rc;
	}
	if (client) {
		char file[64];

		apply_params("/etc/lustre/mount.client.params");
		snprintf(file, sizeof(file), "/etc/lustre/mount.%s.params", fsname);
		apply_params(file);
	} else if (ldd.ldd_flags & (LDD_F_VIRGIN | LDD_F_WRITECONF | LDD_F_NO_LOCAL_LOGS)) {
		char label[17];

		ldd.ldd_flags &= ~(LDD_F_VIRGIN | LDD_F_WRITECONF | LDD_F_NO_LOCAL_LOGS);
		mountdata_label(&ldd, label);
		if (!strstr(data, "nosvc") && mountdata_set_label(device, label))
			fprintf(stderr, "%s: cannot change the label of %s to %s\n", prog, device, label);
	}
	return 0;
}
