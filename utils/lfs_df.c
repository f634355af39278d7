// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs df: space and inodes of each target. Chapter 7, section 6.6.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "lfs.h"
#include "pools.h"

#define LFS_TARGETS_MAX	65536
#define LFS_DF_UNASKED	(-2)	/* -o or -m not given; -1: all targets; else one index */

static struct {
	bool inodes, human, si, verbose, no_header, summary;
	long long ost, mdt;
	const char *pool;	/* only its OSTs */
} lfs_df_opt;

/* Sums over the targets of a mount. */
struct lfs_df_sum {
	unsigned long long total, used, avail;			/* KiB */
	unsigned long long mdt_files, mdt_free, ost_files, ost_free;
	bool any_ost;
};

/* A number of KiB or of inodes. */
static void lfs_df_number(unsigned long long n)
{
	const char *unit = lfs_df_opt.inodes ? " KMGTPEZ" : "KMGTPEZY";
	unsigned int base = lfs_df_opt.si ? 1000 : 1024;
	double d = n;

	if ((!lfs_df_opt.human && !lfs_df_opt.si) || (lfs_df_opt.inodes && n < base)) {
		printf("%11llu ", n);
		return;
	}
	while (d >= base && unit[1]) {
		d /= base;
		unit++;
	}
	printf("%10.1f%c ", d, lfs_df_opt.si && *unit == 'K' ? 'k' : *unit);
}

/* Percent of @used, rounded up. */
static unsigned int lfs_df_percent(unsigned long long used, unsigned long long avail)
{
	double all = (double)used + avail, p = all ? used * 100.0 / all : 0;

	return p > (unsigned int)p ? (unsigned int)p + 1 : (unsigned int)p;
}

static void lfs_df_row(const char *name, unsigned long long total, unsigned long long used,
		       unsigned long long avail, const char *where)
{
	printf("%-20s ", name);
	lfs_df_number(total);
	lfs_df_number(used);
	lfs_df_number(avail);
	printf("%3u%%  %s\n", lfs_df_percent(used, avail), where);
}

/* " DN": the letters of a target's states */
static void lfs_df_states(uint32_t state, char out[16])
{
	static const struct { uint32_t bit; char letter; bool verbose; } letters[] = {
		{ 0x1, 'D' }, { 0x2, 'R' }, { 0x4, 'N' }, { 0x8, '?' }, { 0x10, '?' },
		{ 0x20, 'S' }, { 0x40, 'I' }, { 0x100, 'a', true }, { 0x200, 'f', true },
	};
	unsigned int i;

	if (state)
		*out++ = ' ';
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (state & letters[i].bit && (!letters[i].verbose || lfs_df_opt.verbose))
			*out++ = letters[i].letter;
	*out = 0;
}

static void lfs_df_add(struct lfs_df_sum *sum, enum lfs_kind kind, const struct obd_statfs *st,
		       unsigned long long total, unsigned long long used, unsigned long long avail)
{
	if (kind == LFS_MDT) {
		sum->mdt_files += st->os_files;
		sum->mdt_free += st->os_ffree;
		/* the space of MDTs counts only where nothing but MDTs is shown */
		if (lfs_df_opt.mdt == LFS_DF_UNASKED)
			return;
	} else {
		sum->any_ost = true;
		sum->ost_files += st->os_files;
		sum->ost_free += st->os_ffree;
	}
	sum->total += total;
	sum->used += used;
	sum->avail += avail;
}

static void lfs_df_target(const struct lfs_mount *m, enum lfs_kind kind, unsigned int index,
			  const struct obd_statfs *st, const char *uuid, struct lfs_df_sum *sum)
{
	unsigned long long total = st->os_files, avail = st->os_ffree, used = total - avail;
	char where[sizeof(m->dir) + 48], states[16];

	if (!lfs_df_opt.inodes) {
		total = st->os_blocks * st->os_bsize >> 10;
		used = (st->os_blocks - st->os_bfree) * st->os_bsize >> 10;
		avail = st->os_bavail * st->os_bsize >> 10;
	}
	lfs_df_states(st->os_state, states);
	snprintf(where, sizeof(where), "%s[%s:%u]%s", m->dir, kind == LFS_MDT ? "MDT" : "OST",
		 index, states);
	if (!lfs_df_opt.summary)
		lfs_df_row(uuid, total, used, avail, where);
	lfs_df_add(sum, kind, st, total, used, avail);
}

/* A target that does not answer has a row, too. */
static void lfs_df_failed(enum lfs_kind kind, unsigned int index, const char *uuid, int err)
{
	char name[16];

	snprintf(name, sizeof(name), "%s%04x", kind == LFS_MDT ? "MDT" : "OST", index);
	printf("%-20s: %s\n", uuid[0] ? uuid : name, strerror(err));
}

/* The pool of -p, which may be named with its file system. */
static struct pool_name lfs_df_pool_name(const struct lfs_mount *m)
{
	const char *dot = strchr(lfs_df_opt.pool, '.');
	struct pool_name name = { 0 };

	snprintf(name.fsname, sizeof(name.fsname), "%.8s", m->fsname);
	snprintf(name.pool, sizeof(name.pool), "%s", dot ? dot + 1 : lfs_df_opt.pool);
	return name;
}

static bool lfs_df_wants(const struct lfs_mount *m, enum lfs_kind kind, const char *uuid)
{
	struct pool_name name;

	if (!lfs_df_opt.pool || kind == LFS_MDT)
		return true;
	name = lfs_df_pool_name(m);
	return pool_has(&name, uuid) == EEXIST;
}

/* Targets of one kind. Return: the first error of a target. */
static int lfs_df_kind(int fd, const struct lfs_mount *m, enum lfs_kind kind, long long only,
		       struct lfs_df_sum *sum)
{
	char uuid[OBD_IOC_UUID_SIZE + 1];
	struct obd_statfs st;
	unsigned int i;
	int rc, first = 0;

	for (i = only >= 0 ? only : 0; i < LFS_TARGETS_MAX; i++) {
		rc = lfs_target_statfs(fd, kind, i, &st, uuid);
		if (rc == ENODEV)
			break;
		if (rc == ENODATA) {
			if (lfs_df_opt.verbose)
				printf("%-20s: inactive device\n", uuid);
		} else if (rc && (rc != EAGAIN || uuid[0])) {	/* else a hole in the indices */
			lfs_df_failed(kind, i, uuid, rc);
			first = first ? first : rc;
		} else if (!rc && lfs_df_wants(m, kind, uuid)) {
			lfs_df_target(m, kind, i, &st, uuid, sum);
		}
		if (only >= 0)
			break;
	}
	return first;
}

static void lfs_df_header(void)
{
	bool scaled = lfs_df_opt.human || lfs_df_opt.si;

	if (lfs_df_opt.inodes)
		printf("%-20s %11s %11s %11s %4s  %s\n", "UUID", "Inodes", "IUsed", "IFree",
		       "IUse%", "Mounted on");
	else
		printf("%-20s %11s %11s %11s %4s  %s\n", "UUID", scaled ? "bytes" : "1K-blocks",
		       "Used", "Available", "Use%", "Mounted on");
}

static int lfs_df_mount(const struct lfs_mount *m)
{
	bool all = lfs_df_opt.ost == LFS_DF_UNASKED && lfs_df_opt.mdt == LFS_DF_UNASKED;
	int fd = open(m->dir, O_RDONLY | O_DIRECTORY), rc = 0, err;
	struct lfs_df_sum sum = { 0 };
	struct pool_name name;

	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", m->dir);
	if (lfs_df_opt.pool) {
		name = lfs_df_pool_name(m);
		rc = pool_has(&name, "");
		if (rc) {
			close(fd);
			return lfs_error(rc, "pool '%s.%s'", name.fsname, name.pool);
		}
	}
	if (!lfs_df_opt.no_header)
		lfs_df_header();
	if (all || lfs_df_opt.mdt != LFS_DF_UNASKED)
		rc = lfs_df_kind(fd, m, LFS_MDT, lfs_df_opt.mdt, &sum);
	if (all || lfs_df_opt.ost != LFS_DF_UNASKED) {
		err = lfs_df_kind(fd, m, LFS_OST, lfs_df_opt.ost, &sum);
		rc = rc ? rc : err;
	}
	close(fd);
	if (lfs_df_opt.inodes) {
		/* a file needs an object: no more files than the OSTs have room for */
		if (sum.any_ost && sum.ost_files && sum.ost_free < sum.mdt_free) {
			sum.mdt_files = sum.mdt_files - sum.mdt_free + sum.ost_free;
			sum.mdt_free = sum.ost_free;
		}
		sum.total = sum.mdt_files;
		sum.used = sum.mdt_files - sum.mdt_free;
		sum.avail = sum.mdt_free;
	}
	printf("\n");
	lfs_df_row("filesystem_summary:", sum.total, sum.used, sum.avail, m->dir);
	printf("\n");
	return rc;
}

int lfs_df(int argc, char **argv)
{
	static const struct cli_option options[] = {
		CLI_FLAG('i', "inodes", lfs_df_opt.inodes),
		CLI_FLAG('h', "human-readable", lfs_df_opt.human),
		CLI_FLAG('H', "si", lfs_df_opt.si),
		CLI_FLAG('v', "verbose", lfs_df_opt.verbose),
		CLI_SKIP('l', "lazy"),		/* never waits for a target that is away */
		CLI_INDEX('o', "ost", lfs_df_opt.ost, LFS_TARGETS_MAX - 1),
		CLI_INDEX('m', "mdt", lfs_df_opt.mdt, LFS_TARGETS_MAX - 1),
		CLI_FLAG('N', "no-header", lfs_df_opt.no_header),
		CLI_FLAG('s', "only-summary", lfs_df_opt.summary),
		CLI_TEXT('p', "pool", lfs_df_opt.pool),
		CLI_END
	};
	struct lfs_mount m;
	int rc, err, first;
	unsigned int i;

	memset(&lfs_df_opt, 0, sizeof(lfs_df_opt));
	lfs_df_opt.ost = LFS_DF_UNASKED;
	lfs_df_opt.mdt = LFS_DF_UNASKED;
	rc = cli_options(argc, argv, options, &first);
	if (rc)
		return rc;
	if (first < argc) {
		if (access(argv[first], F_OK))
			return lfs_error(errno, "'%s'", argv[first]);
		if (!lfs_mount_get(0, argv[first], &m))
			return lfs_error(ENODEV, "'%s' is not on a mounted Lustre filesystem",
					 argv[first]);
		return lfs_df_mount(&m);
	}
	for (i = 0; lfs_mount_get(i, NULL, &m); i++) {
		err = lfs_df_mount(&m);
		rc = rc ? rc : err;
	}
	return i ? rc : lfs_error(ENODEV, "no Lustre filesystem is mounted");
}
