// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs: the table of subcommands, and what they share. Output and exit codes: chapter 7, section 6.
 */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <readline/readline.h>
#include <readline/history.h>
#include "lfs.h"

#define GLOSS_VERSION "2.17.0"

const char *lfs_cmd = "";

static const struct { const char *name; int (*fn)(int, char **); const char *help; } cmds[] = {
	{ "setstripe", lfs_setstripe, "create a file with a layout, or set the default layout of a directory\n"
	  "usage: setstripe [-c|--stripe-count COUNT] [-S|--stripe-size SIZE] [-i|--stripe-index INDEX]\n"
	  "                 [-o|--ost INDEX[,INDEX...]] [-p|--pool NAME] FILE|DIRECTORY...\n"
	  "       setstripe -d DIRECTORY...   (delete the default layout)" },
	{ "getstripe", lfs_getstripe, "show the layout of files and the default layout of directories\n"
	  "usage: getstripe [-c] [-S] [-i] [-p] [-L] [-g] [-F] [-m] [--component-count] [-N] [-d] [-r] [-v] [-y] [-q] [-O INDEX|UUID]\n"
	  "                 FILE|DIRECTORY..." },
	{ "mkdir", lfs_mkdir, "create a directory\nusage: mkdir [-i|--mdt-index INDEX] [-c|--mdt-count COUNT] [-H|--mdt-hash HASH] [-o|--mode MODE] DIRECTORY..." },
	{ "setdirstripe", lfs_mkdir, "create a directory\nusage: setdirstripe [-i|--mdt-index INDEX] [-c|--mdt-count COUNT] [-H|--mdt-hash HASH] [-o|--mode MODE] DIRECTORY..." },
	{ "getdirstripe", lfs_getdirstripe, "show the stripes of a directory\nusage: getdirstripe [-c|--mdt-count] [-i|--mdt-index] [-H|--mdt-hash] [-F|--fid] [-D|--default] DIRECTORY..." },
	{ "df", lfs_df, "space and inodes of each target\n"
	  "usage: df [-i] [-h] [-H] [-v] [-l] [-o[=N]] [-m[=N]] [-N] [-s] [PATH]" },
	{ "find", lfs_find, "find files by layout and other attributes\n"
	  "usage: find DIRECTORY... [[!] --name GLOB] [[!] --type bcdflps] [[!] --size [+-]N[bckMGTPE]]\n"
	  "            [[!] --stripe-count [+-]N] [[!] --stripe-size [+-]N] [[!] --stripe-index N] [[!] --ost N|UUID,...]\n"
	  "            [[!] --layout WORD] [[!] --pool GLOB] [[!] --component-count [+-]N] [[!] --mirror-count [+-]N] [[!] --mdt-index N]\n"
	  "            [[!] --user|--uid U] [[!] --group|--gid G] [[!] --mtime|--ctime|--atime [+-]N[smhdwy]] [[!] --newer FILE]\n"
	  "            [[!] --perm [/-]MODE] [[!] --links [+-]N] [[!] --blocks [+-]N[unit]]\n"
	  "            [--maxdepth N] [--mindepth N] [--print] [-0|--print0]" },
	{ "check", lfs_check, "ask servers whether they are there\nusage: check {osts|mdts|mgts|all} [PATH]" },
	{ "osts", lfs_osts, "list the OSTs of a file system\nusage: osts [PATH]" },
	{ "mdts", lfs_mdts, "list the MDTs of a file system\nusage: mdts [PATH]" },
	{ "path2fid", lfs_path2fid, "show the FID of files\nusage: path2fid PATH..." },
	{ "fid2path", lfs_fid2path, "show the paths of FIDs\nusage: fid2path [-c] [-f] [-l LINK] [-n] [-0] MOUNTPOINT|FSNAME FID..." },
	{ "getname", lfs_getname, "instance and file system name of a mount\nusage: getname [-i] [-n] [-u] [PATH]" },
};

#define NCMDS (sizeof(cmds) / sizeof(cmds[0]))

int lfs_error(int err, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "lfs %s: ", lfs_cmd);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (err)
		fprintf(stderr, ": %s (%d)", strerror(err), err);
	fprintf(stderr, "\n");
	return err ? err : EINVAL;
}

bool lfs_size(const char *s, unsigned long long *out, unsigned int plain_unit)
{
	static const char units[] = "kmgtpe";
	unsigned long long v, mul = plain_unit;
	const char *u;
	char *end;

	errno = 0;
	v = strtoull(s, &end, 0);
	if (errno || end == s || *s == '-')
		return false;
	if (*end) {
		char c = *end | 0x20;

		if (c == 'b') {
			mul = 512;
		} else if (c == 'c') {
			mul = 1;
		} else {
			u = strchr(units, c);
			if (!u || !c)
				return false;
			mul = 1ULL << (10 * (u - units + 1));
		}
		end++;
		if ((*end | 0x20) == 'b' && (end[-1] | 0x20) != 'b' && !end[1])
			end++;
		if (*end)
			return false;
	}
	if (v && v * mul / v != mul)
		return false;
	*out = v * mul;
	return true;
}

bool lfs_mount_get(unsigned int i, const char *path, struct lfs_mount *m)
{
	char real[4096] = "";
	struct mntent *e;
	FILE *f;
	size_t best = 0;
	bool found = false;

	if (path && !realpath(path, real))
		return false;
	f = setmntent("/proc/mounts", "r");
	if (!f)
		return false;
	while ((e = getmntent(f))) {
		char *sep = strstr(e->mnt_fsname, ":/");
		size_t n = strlen(e->mnt_dir);

		if (strcmp(e->mnt_type, "lustre") || !sep)
			continue;
		if (path) {
			if (strncmp(real, e->mnt_dir, n) || (real[n] && real[n] != '/') || n < best)
				continue;
			best = n;
		} else if (i--) {
			continue;
		}
		snprintf(m->dir, sizeof(m->dir), "%s", e->mnt_dir);
		snprintf(m->dev, sizeof(m->dev), "%s", e->mnt_fsname);
		snprintf(m->fsname, sizeof(m->fsname), "%.*s", (int)strcspn(sep + 2, "/"), sep + 2);
		found = true;
		if (!path)
			break;
	}
	endmntent(f);
	return found;
}

bool lfs_is_lustre(const char *path)
{
	struct statfs s;

	return !statfs(path, &s) && (uint32_t)s.f_type == LL_SUPER_MAGIC;
}

int lfs_target_statfs(int fd, unsigned int type, unsigned int index, struct obd_statfs *st, char uuid[40])
{
	union {
		char raw[576 + 16];
		struct {
			uint32_t len, version;
			char skip1[472];
			uint32_t plen1, pad1;
			uint64_t pbuf1;
			uint32_t plen2, pad2;
			uint64_t pbuf2;
			uint32_t inllen1, pad3;
			uint64_t inlbuf1;
			uint32_t inllen2, pad4;
			uint64_t inlbuf2;
		};
	} d = { .raw = { 0 } };

	_Static_assert(offsetof(__typeof__(d), plen1) == 480 && offsetof(__typeof__(d), inllen2) == 528, "obd_ioctl_data");
	memset(st, 0, sizeof(*st));
	memset(uuid, 0, 40);
	d.len = sizeof(d.raw);
	d.version = 0x00010004;
	d.plen1 = sizeof(*st);
	d.pbuf1 = (uintptr_t)st;
	d.plen2 = 40;
	d.pbuf2 = (uintptr_t)uuid;
	d.inllen1 = 4;
	d.inlbuf1 = (uintptr_t)(d.raw + 576);
	d.inllen2 = 4;
	d.inlbuf2 = (uintptr_t)(d.raw + 584);
	memcpy(d.raw + 576, &type, 4);
	memcpy(d.raw + 584, &index, 4);
	return ioctl(fd, IOC_OBD_STATFS, d.raw) < 0 ? errno : 0;
}

int lfs_layout_get(const char *path, void *buf)
{
	char *copy, *slash;
	const char *name;
	struct stat st;
	int fd, rc = 0;

	if (lstat(path, &st))
		return errno;
	if (!lfs_is_lustre(S_ISLNK(st.st_mode) ? "." : path))
		return ENOTTY;
	memset(buf, 0, LOV_EA_MAX);
	if (S_ISDIR(st.st_mode)) {
		fd = open(path, O_RDONLY | O_DIRECTORY);
		if (fd < 0)
			return errno;
		if (ioctl(fd, LL_IOC_LOV_GETSTRIPE, buf) < 0)
			rc = errno;
		close(fd);
		return rc;
	}
	if (!S_ISREG(st.st_mode))
		return ENODATA;
	copy = strdup(path);
	slash = strrchr(copy, '/');
	name = slash ? slash + 1 : copy;
	if (strlen(name) > 255) {
		free(copy);
		return ENAMETOOLONG;
	}
	strcpy(buf, name);
	if (slash && slash != copy)
		*slash = 0;
	fd = open(!slash ? "." : slash == copy ? "/" : copy, O_RDONLY | O_DIRECTORY);
	if (fd < 0 || ioctl(fd, IOC_MDC_GETFILESTRIPE, buf) < 0)
		rc = errno;
	if (fd >= 0)
		close(fd);
	free(copy);
	return rc;
}

const struct lov_user_ost_data *lfs_objects(const struct lov_user_md *l)
{
	return (const void *)((const char *)l + (l->lmm_magic == LOV_USER_MAGIC_V1 ? 32 : 48));
}

const struct lov_user_md *lfs_comp_pick(const struct lov_comp_md *c)
{
	int i, pick = c->count - 1;

	for (i = 0; i < c->count; i++)
		if (c->e[i].flags & 0x10)
			pick = i;
	return (const void *)((const char *)c + c->e[pick].offset);
}

static void help(const char *name)
{
	unsigned int i;

	for (i = 0; i < NCMDS; i++)
		if (!name || !strcmp(name, cmds[i].name)) {
			if (name)
				printf("%s: %s\n", cmds[i].name, cmds[i].help);
			else
				printf("%s: %.*s\n", cmds[i].name, (int)strcspn(cmds[i].help, "\n"), cmds[i].help);
		}
}

static int run(int argc, char **argv)
{
	static char prefix[64];
	unsigned int i;

	if (!strcmp(argv[0], "help") || !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h")) {
		help(argc > 1 ? argv[1] : NULL);
		return 0;
	}
	if (!strcmp(argv[0], "version") || !strcmp(argv[0], "--version") || !strcmp(argv[0], "-v")) {
		printf("lfs %s\n", GLOSS_VERSION);
		return 0;
	}
	if (!strcmp(argv[0], "--list-commands") || !strcmp(argv[0], "list-commands")) {
		for (i = 0; i < NCMDS; i++)
			printf("%s\n", cmds[i].name);
		return 0;
	}
	for (i = 0; i < NCMDS; i++) {
		int rc;

		if (strcmp(argv[0], cmds[i].name))
			continue;
		lfs_cmd = cmds[i].name;
		if (argc == 2 && !strcmp(argv[1], "--help")) {
			help(lfs_cmd);
			return 0;
		}
		snprintf(prefix, sizeof(prefix), "lfs %s", lfs_cmd);	/* what getopt puts before its messages */
		argv[0] = prefix;
		rc = cmds[i].fn(argc, argv);
		if (rc == -1) {		/* usage */
			help(lfs_cmd);
			return 4;
		}
		return rc < 0 ? -rc : rc;
	}
	fprintf(stderr, "lfs: '%s' is not a valid command. See 'lfs --list-commands'.\n", argv[0]);
	return 1;
}

int main(int argc, char **argv)
{
	char *line, *words[64], *save, *w;
	int n, rc = 0;

	if (argc > 1)
		return run(argc - 1, argv + 1) & 0xff;
	while ((line = readline("lfs > "))) {
		for (n = 0, w = strtok_r(line, " \t", &save); w && n < 63; w = strtok_r(NULL, " \t", &save))
			words[n++] = w;
		words[n] = NULL;
		if (n && (!strcmp(words[0], "quit") || !strcmp(words[0], "exit")))
			break;
		if (n) {
			optind = 0;
			rc = run(n, words);
		}
		free(line);
	}
	return rc & 0xff;
}
