// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs df, osts, mdts, check, path2fid, fid2path, getname. Chapter 7, 6.6 and 6.8.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lfs.h"

static struct {
	bool inodes, human, si, verbose, no_header, summary;
	int ost, mdt;	/* -2: not asked, -1: all, else index */
} df;

static void number(unsigned long long v)	/* v in KiB or inodes */
{
	unsigned int base = df.si ? 1000 : 1024;
	const char *u = df.inodes ? " KMGTPEZ" : "KMGTPEZY";
	double d = v;

	if (!df.human && !df.si) {
		printf("%11llu ", v);
		return;
	}
	if (df.inodes && v < base) {
		printf("%11llu ", v);
		return;
	}
	while (d >= base && u[1]) {
		d /= base;
		u++;
	}
	printf("%10.1f%c ", d, df.si && *u == 'K' ? 'k' : *u);
}

static void row(const char *name, unsigned long long total, unsigned long long used, unsigned long long avail, const char *tail)
{
	unsigned int pct = used + avail ? (used * 100 + used + avail - 1) / (used + avail) : 0;

	printf("%-20s ", name);
	number(total);
	number(used);
	number(avail);
	printf("%3u%%  %s\n", pct, tail);
}

static void states(uint32_t s, char *out)
{
	static const struct { uint32_t bit; char c; bool v; } w[] = {
		{ 0x1, 'D', 0 }, { 0x2, 'R', 0 }, { 0x4, 'N', 0 }, { 0x8, '?', 0 }, { 0x10, '?', 0 }, { 0x20, 'S', 0 }, { 0x40, 'I', 0 }, { 0x100, 'a', 1 }, { 0x200, 'f', 1 }
	};
	unsigned int i;

	if (s)
		*out++ = ' ';
	for (i = 0; i < sizeof(w) / sizeof(w[0]); i++)
		if ((s & w[i].bit) && (!w[i].v || df.verbose))
			*out++ = w[i].c;
	*out = 0;
}

static int df_mount(const struct lfs_mount *m)
{
	unsigned long long total = 0, used = 0, avail = 0, mfiles = 0, mffree = 0, ofiles = 0, offree = 0;
	char uuid[41] = "", tail[4200], st[16];
	struct obd_statfs s;
	int fd = open(m->dir, O_RDONLY | O_DIRECTORY), type, rc, first = 0;
	unsigned int i;
	bool any_ost = false;

	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", m->dir);
	if (!df.no_header) {
		if (df.inodes)
			printf("%-20s %11s %11s %11s %4s  %s\n", "UUID", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on");
		else
			printf("%-20s %11s %11s %11s %4s  %s\n", "UUID", df.human || df.si ? "bytes" : "1K-blocks", "Used", "Available", "Use%", "Mounted on");
	}
	for (type = 1; type <= 2; type++) {
		int only = type == 1 ? df.mdt : df.ost;

		if ((df.ost != -2 || df.mdt != -2) && only == -2)
			continue;
		for (i = only >= 0 ? only : 0; i < 65536 && (only < 0 || (int)i == only); i++) {
			unsigned long long b, u, a;

			rc = lfs_target_statfs(fd, type | 4, i, &s, uuid);
			if (rc == ENODEV)
				break;
			if (rc == EAGAIN)
				continue;
			if (rc == ENODATA) {
				if (df.verbose)
					printf("%-20s: inactive device\n", uuid);
				continue;
			}
			if (rc) {
				if (!uuid[0])
					snprintf(uuid, sizeof(uuid), "%s%04x", type == 1 ? "MDT" : "OST", i);
				printf("%-20s: %s\n", uuid, strerror(rc));
				first = first ? first : rc;
				continue;
			}
			if (df.inodes) {
				b = s.os_files;
				u = s.os_files - s.os_ffree;
				a = s.os_ffree;
			} else {
				b = s.os_blocks * s.os_bsize >> 10;
				u = (s.os_blocks - s.os_bfree) * s.os_bsize >> 10;
				a = s.os_bavail * s.os_bsize >> 10;
			}
			states(s.os_state, st);
			snprintf(tail, sizeof(tail), "%s[%s:%u]%s", m->dir, type == 1 ? "MDT" : "OST", i, st);
			if (!df.summary)
				row(uuid, b, u, a, tail);
			if (type == 1) {
				mfiles += s.os_files;
				mffree += s.os_ffree;
			} else {
				any_ost = true;
				ofiles += s.os_files;
				offree += s.os_ffree;
			}
			if (!df.inodes && type == 1 && df.mdt == -2 && df.ost == -2)
				continue;
			if (!df.inodes) {
				total += b;
				used += u;
				avail += a;
			}
		}
	}
	close(fd);
	if (df.inodes) {
		if (any_ost && ofiles && offree < mffree) {
			mfiles = mfiles - mffree + offree;
			mffree = offree;
		}
		total = mfiles;
		used = mfiles - mffree;
		avail = mffree;
	}
	printf("\n");
	row("filesystem_summary:", total, used, avail, m->dir);
	printf("\n");
	return first;
}

int lfs_df(int argc, char **argv)
{
	static const struct option lo[] = {
		{ "inodes", 0, 0, 'i' }, { "human-readable", 0, 0, 'h' }, { "si", 0, 0, 'H' }, { "verbose", 0, 0, 'v' }, { "lazy", 0, 0, 'l' },
		{ "ost", 2, 0, 'o' }, { "mdt", 2, 0, 'm' }, { "no-header", 0, 0, 'N' }, { "only-summary", 0, 0, 's' }, { "pool", 1, 0, 'p' }, { }
	};
	struct lfs_mount m;
	unsigned int i;
	int c, rc = 0, r;

	memset(&df, 0, sizeof(df));
	df.ost = df.mdt = -2;
	optind = 0;
	while ((c = getopt_long(argc, argv, "ihHvlo::m::Nsp:", lo, NULL)) != -1) {
		switch (c) {
		case 'i': df.inodes = true; break;
		case 'h': df.human = true; break;
		case 'H': df.si = true; break;
		case 'v': df.verbose = true; break;
		case 'l': break;
		case 'o': df.ost = optarg ? atoi(optarg) : -1; break;
		case 'm': df.mdt = optarg ? atoi(optarg) : -1; break;
		case 'N': df.no_header = true; break;
		case 's': df.summary = true; break;
		case 'p': return lfs_error(EOPNOTSUPP, "pools");
		default: return -1;
		}
	}
	if (optind < argc) {
		if (access(argv[optind], F_OK))
			return lfs_error(errno, "'%s'", argv[optind]);
		if (!lfs_mount_get(0, argv[optind], &m))
			return lfs_error(0, "'%s' is not on a mounted Lustre filesystem", argv[optind]), ENODEV;
		return df_mount(&m);
	}
	for (i = 0; lfs_mount_get(i, NULL, &m); i++) {
		r = df_mount(&m);
		rc = rc ? rc : r;
	}
	if (!i)
		return lfs_error(0, "no Lustre filesystem is mounted"), ENODEV;
	return rc;
}

static int list_targets(int argc, char **argv, int type)
{
	struct obd_statfs s;
	struct lfs_mount m;
	char uuid[41] = "";
	unsigned int i, n;
	int fd, rc;

	if (argc > 2)
		return -1;
	for (n = 0; n < (argc == 2 ? 1 : 256); n++) {
		if (!lfs_mount_get(n, argc == 2 ? argv[1] : NULL, &m))
			break;
		fd = open(m.dir, O_RDONLY | O_DIRECTORY);
		if (fd < 0)
			return lfs_error(errno, "cannot open '%s'", m.dir);
		printf(type == 1 ? "MDTS:\n" : "OBDS:\n");
		for (i = 0; i < 65536; i++) {
			memset(uuid, 0, sizeof(uuid));
			rc = lfs_target_statfs(fd, type | 4, i, &s, uuid);
			if (rc == ENODEV)
				break;
			if (rc == EAGAIN && !uuid[0])	/* a hole in the numbers */
				continue;
			printf("%u: %s %s\n", i, uuid, rc == ENODATA ? "INACTIVE" : "ACTIVE");
		}
		close(fd);
	}
	if (!n)
		return argc == 2 ? lfs_error(ENODEV, "'%s' is not on a mounted Lustre filesystem", argv[1]) : lfs_error(ENODEV, "no Lustre filesystem is mounted");
	return 0;
}

int lfs_osts(int argc, char **argv)
{
	return list_targets(argc, argv, 2);
}

int lfs_mdts(int argc, char **argv)
{
	return list_targets(argc, argv, 1);
}

/* Ask the server of one client device: reading its "ping" parameter does; without one its import tells. 0 or errno */
static int ping_device(const char *dir)
{
	char path[512], line[256];
	int fd, rc;
	FILE *f;

	snprintf(path, sizeof(path), "%s/ping", dir);
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		rc = read(fd, line, sizeof(line)) < 0 ? errno : 0;
		close(fd);
		return rc;
	}
	if (errno != ENOENT)
		return errno;
	snprintf(path, sizeof(path), "%s/import", dir);
	f = fopen(path, "r");
	if (!f)
		return errno;
	rc = ENOTCONN;
	while (rc && fgets(line, sizeof(line), f))
		if (strstr(line, " state: FULL"))
			rc = 0;
	fclose(f);
	return rc;
}

int lfs_check(int argc, char **argv)
{
	static const struct { const char *what, *types[4]; } kinds[] = {
		{ "osts", { "osc" } }, { "mdts", { "mdc" } }, { "mgts", { "mgc" } }, { "all", { "mdc", "osc", "mgc" } },
	};
	static const char *const roots[] = { "/sys/fs/lustre", "/proc/fs/lustre" };
	struct lfs_mount m;
	unsigned int k, t, r;
	size_t i;

	if (argc < 2 || argc > 3)
		return -1;
	if (argc == 3 && !lfs_mount_get(0, argv[2], &m))
		return lfs_error(ENODEV, "'%s' is not on a mounted Lustre filesystem", argv[2]);
	for (k = 0; k < 4 && strcmp(argv[1], kinds[k].what); k++)
		;
	if (k == 4)
		return -1;
	for (t = 0; t < 4 && kinds[k].types[t]; t++) {
		for (r = 0; r < 2; r++) {
			char pat[128];
			glob_t g;

			/* a trailing slash: directories only */
			snprintf(pat, sizeof(pat), "%s/%s/*/", roots[r], kinds[k].types[t]);
			if (glob(pat, 0, NULL, &g))
				continue;
			for (i = 0; i < g.gl_pathc; i++) {
				char *dir = g.gl_pathv[i], *name;
				int err;

				dir[strlen(dir) - 1] = 0;
				name = strrchr(dir, '/') + 1;
				if (argc == 3 && strcmp(kinds[k].types[t], "mgc") &&
				    (strncmp(name, m.fsname, strlen(m.fsname)) || name[strlen(m.fsname)] != '-'))
					continue;
				err = ping_device(dir);
				if (err)
					fprintf(stderr, "lfs check: error: check '%s': %s (%d)\n", name, strerror(err), err);
				else
					printf("%s active.\n", name);
			}
			globfree(&g);
			break;
		}
	}
	return 0;
}

static int get_fid(const char *path, struct lfs_fid *fid)
{
	struct {
		struct file_handle h;
		unsigned char b[128];
	} fh = { .h.handle_bytes = 128 };
	int mnt;

	if (name_to_handle_at(AT_FDCWD, path, &fh.h, &mnt, 0) < 0)
		return errno == EOPNOTSUPP ? ENOTTY : errno;
	if (fh.h.handle_type != 0x97 || fh.h.handle_bytes < 16)
		return ENOTTY;
	memcpy(fid, fh.h.f_handle, 16);
	return 0;
}

int lfs_path2fid(int argc, char **argv)
{
	struct lfs_fid fid;
	int i, rc = 0, err;

	if (argc < 2)
		return -1;
	for (i = 1; i < argc; i++) {
		err = get_fid(argv[i], &fid);
		if (err) {
			lfs_error(err, "cannot get the FID of '%s'", argv[i]);
			rc = rc ? rc : err;
			continue;
		}
		if (argc > 2)
			printf("%s: ", argv[i]);
		printf("[%#llx:0x%x:0x%x]\n", (unsigned long long)fid.seq, fid.oid, fid.ver);
	}
	return rc;
}

int lfs_fid2path(int argc, char **argv)
{
	struct lfs_mount m;
	bool show_fid = false, show_link = false, names = false, relative;
	char eol = '\n';
	long only = -1;
	int c, fd, rc = 0;
	unsigned int i;

	optind = 0;
	while ((c = getopt(argc, argv, "fcl:n0")) != -1) {
		switch (c) {
		case 'f': show_fid = true; break;
		case 'c': show_link = true; break;
		case 'n': names = true; break;
		case '0': eol = 0; break;
		case 'l': only = atol(optarg); break;
		default: return -1;
		}
	}
	if (argc - optind < 2)
		return -1;
	relative = !strchr(argv[optind], '/');
	if (!relative) {
		if (!lfs_mount_get(0, argv[optind], &m))
			return lfs_error(ENODEV, "'%s' is not on a mounted Lustre filesystem", argv[optind]);
	} else {
		for (i = 0; lfs_mount_get(i, NULL, &m); i++)
			if (!strcmp(m.fsname, argv[optind]))
				break;
		if (!lfs_mount_get(i, NULL, &m))
			return lfs_error(ENODEV, "file system '%s' is not mounted", argv[optind]);
	}
	fd = open(m.dir, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", m.dir);
	for (optind++; optind < argc; optind++) {
		struct {
			struct lfs_fid fid;
			uint64_t recno;
			uint32_t linkno, pathlen;
			char path[4097];
		} __attribute__((packed)) g;
		uint32_t link = only > 0 ? only : 0;
		const char *s = argv[optind];
		unsigned long long seq;
		struct lfs_fid fid;

		if (sscanf(s[0] == '[' ? s + 1 : s, "%llx:%x:%x", &seq, &fid.oid, &fid.ver) != 3) {
			rc = lfs_error(0, "bad FID '%s', must be [seq:oid:ver]", s);
			continue;
		}
		fid.seq = seq;
		for (;;) {
			g.fid = fid;	/* the answer brings that of the root */
			g.recno = -1;
			g.linkno = link;
			g.pathlen = 4096;
			memset(g.path, 0, sizeof(g.path));
			if (ioctl(fd, OBD_IOC_FID2PATH, &g) < 0) {
				int err = lfs_error(errno, "cannot find '%s'", s);

				rc = rc ? rc : err;
				break;
			}
			if (show_fid)
				printf("[%#llx:0x%x:0x%x] ", seq, fid.oid, fid.ver);
			if (show_link)
				printf("%u ", link);
			if (names)
				printf("%s%c", strrchr(g.path, '/') ? strrchr(g.path, '/') + 1 : g.path, eol);
			else if (relative)
				printf("%s%c", g.path, eol);
			else
				printf("%s%s%s%c", m.dir, g.path[0] ? "/" : "", g.path, eol);
			if (g.linkno == link || only >= 0)
				break;
			link = g.linkno;
		}
	}
	close(fd);
	return rc;
}

int lfs_getname(int argc, char **argv)
{
	bool inst = false, fsname = false, uuid = false;
	struct lfs_mount m;
	unsigned int i, max;
	int c;

	optind = 0;
	while ((c = getopt(argc, argv, "inu")) != -1) {
		switch (c) {
		case 'i': inst = true; break;
		case 'n': fsname = true; break;
		case 'u': uuid = true; break;
		default: return -1;
		}
	}
	max = optind < argc ? 1 : 256;
	for (i = 0; i < max && lfs_mount_get(i, optind < argc ? argv[optind] : NULL, &m); i++) {
		char name[128] = "", id[41] = "", *p;
		int fd = open(m.dir, O_RDONLY | O_DIRECTORY);

		if (fd < 0 || ioctl(fd, OBD_IOC_GETDTNAME, name) < 0)
			return lfs_error(errno, "cannot get the name of '%s'", m.dir);
		if (uuid && ioctl(fd, LL_IOC_GETUUID, id) < 0)
			return lfs_error(errno, "cannot get the UUID of '%s'", m.dir);
		close(fd);
		p = strstr(name, "-clilov-");
		if (!p)
			return lfs_error(EINVAL, "unexpected name '%s'", name);
		if (uuid)
			printf("%s", id);
		else if (inst)
			printf("%s", p + 8);
		else if (fsname)
			printf("%s", m.fsname);
		else
			printf("%s-%s", m.fsname, p + 8);
		printf(optind < argc ? "\n" : " %s\n", m.dir);
	}
	return i ? 0 : lfs_error(ENODEV, "no Lustre filesystem is mounted");
}
