// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load for power-off tests, and the check of what must be there afterwards.
 *   powerload run STATE DIR     writes, fsyncs, renames, unlinks until STATE.stop exists; any
 *                               operation may fail
 *   powerload check STATE DIR   nothing that was fsynced may be missing or older; nothing may be
 *                               there that was never written
 *
 * STATE lies outside of the file system under test and is mapped, so that it outlives everything.
 * Sectors of 512 bytes say themselves which file, place and version they are. STATE has the newest
 * version of each that was tried, and the newest that an fsync covered; a sector that no fsync
 * covered may also be zeros or a hole. Names: what was fsynced as created, then as renamed, must be
 * found so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "rnd.h"

#define FILES	8    /* the last one is written with O_DIRECT */
#define SECTORS 4096 /* of each */
#define NAMES	16384
#define MAXIO	256 /* sectors of one write */

enum {
	CREATE_TRIED = 1,
	CREATED = 2,
	RENAME_TRIED = 4,
	RENAMED = 8,
	UNLINK_TRIED = 16,
	HAS_DATA = 32
};

static struct state {
	uint32_t tried[FILES][SECTORS], synced[FILES][SECTORS];
	uint32_t seed, version, next_name, rounds;
	uint64_t ops, errors, fsyncs, checked;
	uint8_t name[NAMES];
} *st;

static const char *dir;
static int fd[FILES];
static char *buf;

static void sector_fill(uint64_t *p, uint32_t file, uint32_t nr, uint32_t version)
{
	uint64_t x = ((uint64_t)st->seed << 48) ^ ((uint64_t)file << 40) ^ ((uint64_t)nr << 20) ^
		     version;
	int i;

	p[0] = 0x70776c6400000000ULL | st->seed;
	p[1] = (uint64_t)file << 32 | nr;
	p[2] = version;
	for (i = 3; i < 64; i++) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		p[i] = x;
	}
}

static const char *file_path(int f)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/w%d", dir, f);
	return path;
}

static const char *name_path(char what, unsigned int n)
{
	static char path[2][512];
	static int i;

	i = !i;
	snprintf(path[i], sizeof(path[i]), "%s/%c%u", dir, what, n);
	return path[i];
}

static bool bad(bool failed)
{
	st->ops++;
	if (!failed)
		return false;
	st->errors++;
	usleep(100000);
	return true;
}

static void file_close(int f)
{
	if (fd[f] >= 0)
		close(fd[f]);
	fd[f] = -1;
}

/* A few writes, perhaps written back early, then perhaps an fsync, which makes them safe. */
static void write_some(void)
{
	static bool dirty[FILES][SECTORS];
	static uint32_t wrote[FILES][SECTORS];
	int f = rnd(FILES), i, k, n = 1 + rnd(4);
	unsigned int s, len;

	if (fd[f] < 0) {
		fd[f] = open(file_path(f), O_RDWR | O_CREAT | (f == FILES - 1 ? O_DIRECT : 0),
			     0644);
		/* what was lost with an error may not be claimed by an fsync of the next open */
		memset(dirty[f], 0, sizeof(dirty[f]));
		if (bad(fd[f] < 0))
			return;
	}
	while (n--) {
		len = 1 + rnd(rnd(3) ? 24 : MAXIO);
		s = rnd(SECTORS - len);
		if (f == FILES - 1) {
			s &= ~7U;
			len = (len + 7) & ~7U;
			if (s + len > SECTORS)
				continue;
		}
		st->version++;
		for (k = 0; k < (int)len; k++) {
			st->tried[f][s + k] = st->version;
			sector_fill((uint64_t *)(buf + k * 512), f, s + k, st->version);
		}
		if (bad(pwrite(fd[f], buf, len * 512, s * 512) != (ssize_t)len * 512)) {
			file_close(f);
			return;
		}
		for (k = 0; k < (int)len; k++) {
			dirty[f][s + k] = true;
			wrote[f][s + k] = st->version;
		}
		if (rnd(4) == 0)
			sync_file_range(fd[f], 0, 0, SYNC_FILE_RANGE_WRITE);
		if (rnd(8) == 0)
			usleep(rnd(200000));
	}
	if (rnd(3) == 0)
		return;
	if (bad(fsync(fd[f]))) {
		file_close(f);
		return;
	}
	st->fsyncs++;
	for (i = 0; i < SECTORS; i++)
		if (dirty[f][i]) {
			st->synced[f][i] = wrote[f][i];
			dirty[f][i] = false;
		}
}

static void name_create(void)
{
	unsigned int n = st->next_name;
	bool data;
	int nfd;

	if (n == NAMES)
		return;
	st->next_name++;
	st->name[n] = CREATE_TRIED;
	nfd = open(name_path('t', n), O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (bad(nfd < 0))
		return;
	/* every other one has no data, so that only the MDT is asked */
	data = rnd(2);
	sector_fill((uint64_t *)buf, FILES, n, 1);
	if (!bad((data && write(nfd, buf, 512) != 512) || fsync(nfd))) {
		st->fsyncs++;
		st->name[n] |= CREATED | (data ? HAS_DATA : 0);
	}
	close(nfd);
}

static void name_rename(void)
{
	unsigned int n = st->next_name ? rnd(st->next_name) : 0;
	int nfd;

	if (!(st->name[n] & CREATED) || (st->name[n] & (RENAME_TRIED | UNLINK_TRIED)))
		return;
	nfd = open(name_path('t', n), O_RDWR);
	if (bad(nfd < 0))
		return;
	st->name[n] |= RENAME_TRIED;
	if (!bad(rename(name_path('t', n), name_path('r', n)) || fsync(nfd))) {
		st->fsyncs++;
		st->name[n] |= RENAMED;
	}
	close(nfd);
}

static void name_unlink(void)
{
	unsigned int n = st->next_name ? rnd(st->next_name) : 0;

	if (!(st->name[n] & RENAMED) || (st->name[n] & UNLINK_TRIED))
		return;
	st->name[n] |= UNLINK_TRIED;
	bad(unlink(name_path('r', n)));
}

static int run(const char *stop)
{
	int f;

	for (f = 0; f < FILES; f++)
		fd[f] = -1;
	while (access(stop, F_OK)) {
		unsigned int what = rnd(100);

		if (what < 60)
			write_some();
		else if (what < 80)
			name_create();
		else if (what < 93)
			name_rename();
		else
			name_unlink();
	}
	for (f = 0; f < FILES; f++)
		file_close(f);
	printf("powerload: seed %u: %llu operations, %llu fsyncs, %llu errors, version %u, ",
	       st->seed, (unsigned long long)st->ops, (unsigned long long)st->fsyncs,
	       (unsigned long long)st->errors, st->version);
	printf("%u names\n", st->next_name);
	return 0;
}

static int faults;

#define FAULT(...)                             \
	do {                                   \
		if (faults++ < 20) {           \
			printf("powerload: "); \
			printf(__VA_ARGS__);   \
			printf("\n");          \
		}                              \
	} while (0)

/* p: what is there, NULL for behind the end of the file. */
static void check_sector(int f, unsigned int s, const uint64_t *p)
{
	static const char zero[512];
	uint32_t tried = st->tried[f][s], synced = st->synced[f][s], got;
	uint64_t want[64];

	st->checked += !!synced;
	if (!p || !memcmp(p, zero, 512)) {
		if (synced)
			FAULT("w%d sector %u: version %u was fsynced, found %s", f, s, synced,
			      p ? "zeros" : "the end of the file");
		return;
	}
	got = p[2];
	sector_fill(want, f, s, got);
	if (memcmp(p, want, 512))
		FAULT("w%d sector %u: foreign data %016llx %016llx %016llx (fsynced %u, tried %u)",
		      f, s, (unsigned long long)p[0], (unsigned long long)p[1],
		      (unsigned long long)p[2], synced, tried);
	else if (got < synced || got > tried)
		FAULT("w%d sector %u: version %u, fsynced was %u, the last tried %u", f, s, got,
		      synced, tried);
}

static void check_file(int f)
{
	char *data = malloc(SECTORS * 512);
	ssize_t n = 0, got;
	unsigned int s;
	int cfd = open(file_path(f), O_RDONLY);

	if (cfd < 0 && errno != ENOENT)
		FAULT("open w%d: %s", f, strerror(errno));
	while (cfd >= 0 && (got = pread(cfd, data + n, SECTORS * 512 - n, n))) {
		if (got < 0) {
			FAULT("read w%d at %zd: %s", f, n, strerror(errno));
			break;
		}
		n += got;
	}
	if (n % 512)
		memset(data + n, 0, 512 - n % 512);
	for (s = 0; s < SECTORS; s++)
		check_sector(f, s, (ssize_t)s * 512 < n ? (uint64_t *)(data + s * 512) : NULL);
	if (cfd >= 0)
		close(cfd);
	free(data);
}

static void check_contents(unsigned int n, char what)
{
	int nfd = open(name_path(what, n), O_RDWR);
	ssize_t len = nfd < 0 ? -1 : read(nfd, buf, 4096);
	uint64_t want[64];

	sector_fill(want, FILES, n, 1);
	if (len != (st->name[n] & HAS_DATA ? 512 : 0) || (len && memcmp(buf, want, 512)))
		FAULT("name %u: its contents: %zd bytes: %s", n, len,
		      len < 0 ? strerror(errno) : "");
	if (nfd >= 0)
		close(nfd);
}

static void check_name(unsigned int n)
{
	uint8_t x = st->name[n];
	struct stat a, b;
	int ta = stat(name_path('t', n), &a), ea = errno, rb = stat(name_path('r', n), &b),
	    eb = errno;

	if ((ta && ea != ENOENT) || (rb && eb != ENOENT)) {
		FAULT("stat of name %u: %s, %s", n, ta ? strerror(ea) : "ok",
		      rb ? strerror(eb) : "ok");
		return;
	}
	if (!ta && !rb)
		FAULT("name %u is there before and after its rename", n);
	if (!(x & CREATED) || (x & UNLINK_TRIED))
		return;
	st->checked++;
	if (ta && rb)
		FAULT("name %u is gone (state %#x)", n, x);
	else if ((x & RENAMED) && rb)
		FAULT("name %u: its rename was fsynced and is gone", n);
	else if (!(x & RENAME_TRIED) && ta)
		FAULT("name %u: renamed by nobody", n);
	else if ((ta ? b : a).st_nlink != 1)
		FAULT("name %u: %u links", n, (unsigned int)(ta ? b : a).st_nlink);
	else
		check_contents(n, ta ? 'r' : 't');
}

int main(int argc, char **argv)
{
	char stop[512];
	unsigned int i;
	int sfd;

	if (argc != 4 || posix_memalign((void **)&buf, 4096, MAXIO * 512 + 4096))
		return 2;
	dir = argv[3];
	snprintf(stop, sizeof(stop), "%s.stop", argv[2]);
	sfd = open(argv[2], O_RDWR | O_CREAT, 0600);
	if (sfd < 0 || ftruncate(sfd, sizeof(*st)))
		return 2;
	st = mmap(NULL, sizeof(*st), PROT_READ | PROT_WRITE, MAP_SHARED, sfd, 0);
	if (st == MAP_FAILED)
		return 2;
	if (!st->seed)
		st->seed = (time(NULL) ^ getpid() << 8) % 65535 + 1;
	rng = st->seed * 2862933555777941757ULL + st->version * 3037000493ULL + time(NULL);
	if (!strcmp(argv[1], "run"))
		return run(stop);
	st->checked = 0;
	for (i = 0; i < FILES; i++)
		check_file(i);
	for (i = 0; i < st->next_name; i++)
		check_name(i);
	printf("powerload: seed %u: %llu sectors and names that must be there, %d faults\n",
	       st->seed, (unsigned long long)st->checked, faults);
	return !!faults;
}
