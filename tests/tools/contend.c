// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many processes on several mounts of one file system fight for the same files. What one write()
 * wrote is never seen in part from another mount, appends neither overwrite nor lose each other,
 * and copies between a file and mappings of the same files end without error: a page fault inside
 * of read() and write() needs locks that other processes hold, which in turn wait for this one.
 *   contend [-t SECONDS] [-s SEED] DIR [DIR...]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "rnd.h"

#define SLOT   40000 /* bytes of a record: pages at its ends are shared with others */
#define SLOTS  12
#define LOGREC 1000
#define MAPPED 0x100000

static const char *dir;
static int records, logf_, plain;
static unsigned char *buf, *map;
static double worst;

static void die(const char *what, ssize_t n)
{
	printf("contend: %s: %s: %zd: %s\n", dir, what, n, n < 0 ? strerror(errno) : "short");
	fflush(stdout);
	_exit(1);
}

static void must(const char *what, ssize_t n, size_t want)
{
	if (n != (ssize_t)want)
		die(what, n);
}

static int file(const char *name, int flags)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | flags, 0644);
	if (fd < 0)
		die(name, fd);
	return fd;
}

static bool uniform(const unsigned char *p, size_t n)
{
	return !memcmp(p, p + 1, n - 1);
}

static void append(void)
{
	memset(buf, 1 + rnd(255), LOGREC);
	must("append", write(logf_, buf, LOGREC), LOGREC);
}

static void one_record(void)
{
	off_t off = (off_t)rnd(SLOTS) * SLOT;

	switch (rnd(9)) {
	case 0:
		append();
		break;
	case 1:
	case 2:
	case 3:
	case 4:
		memset(buf, 1 + rnd(255), SLOT);
		must("write", pwrite(records, buf, SLOT, off), SLOT);
		break;
	default:
		must("read", pread(records, buf, SLOT, off), SLOT);
		if (!uniform(buf, SLOT))
			die("a write was seen in part", off);
	}
}

static void one_mapped(void)
{
	static const int lens[] = { 100, 4096, 65536, 300000 };
	size_t len = lens[rnd(4)];
	off_t off = rnd(MAPPED - len), moff = rnd(MAPPED - len);

	if (rnd(8) == 0)
		append();
	else if (rnd(2))
		must("read into a mapping", pread(plain, map + moff, len, off), len);
	else
		must("write from a mapping", pwrite(plain, map + moff, len, off), len);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* On each mount one process for the records, and two for mappings: of another file, of the same. */
static void child(int k, int role, int seconds, unsigned long long seed)
{
	double end = now() + seconds;
	unsigned long n = 0;

	rng = (seed + k * 3 + role) * 2862933555777941757ULL + 3037000493ULL;
	records = file("records", 0);
	logf_ = file("log", O_APPEND);
	if (role) {
		plain = file(k % 2 ? "map1" : "map2", 0);
		map = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_SHARED,
			   file((role == 1) == k % 2 ? "map2" : "map1", 0), 0);
		if (map == MAP_FAILED)
			die("mmap", -1);
	}
	for (double t = now(), u; t < end; t = u, n++) {
		role ? one_mapped() : one_record();
		u = now();
		worst = u - t > worst ? u - t : worst;
	}
	printf("contend: %s: %s: %lu operations, longest %.2f s\n", dir,
	       role == 0   ? "records"
	       : role == 1 ? "two files"
			   : "one file",
	       n, worst);
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned long long seed = 1;
	int c, k, r, n, seconds = 10, status, bad = 0;
	struct stat st;
	off_t off;

	while ((c = getopt(argc, argv, "t:s:")) != -1)
		switch (c) {
		case 't':
			seconds = atoi(optarg);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	n = argc - optind;
	buf = calloc(1, MAPPED);
	if (n < 1 || !buf)
		return 2;
	dir = argv[optind];
	records = file("records", O_CREAT | O_TRUNC);
	logf_ = file("log", O_CREAT | O_TRUNC);
	must("write", pwrite(records, buf, SLOTS * SLOT, 0), SLOTS * SLOT);
	must("write", pwrite(file("map1", O_CREAT), buf, MAPPED, 0), MAPPED);
	must("write", pwrite(file("map2", O_CREAT), buf, MAPPED, 0), MAPPED);
	for (k = 0; k < n; k++)
		for (r = 0; r < 3; r++)
			if (!fork()) {
				dir = argv[optind + k];
				child(k, r, seconds, seed);
			}
	while (wait(&status) > 0)
		bad |= status;
	if (bad)
		return 1;
	for (k = 0; k < n; k++) {
		dir = argv[optind + k];
		logf_ = file("log", 0);
		if (fstat(logf_, &st) || st.st_size % LOGREC)
			die("size of the log", st.st_size);
		for (off = 0; off < st.st_size; off += LOGREC) {
			must("read", pread(logf_, buf, LOGREC, off), LOGREC);
			if (!*buf || !uniform(buf, LOGREC))
				die("an append is in pieces", off);
		}
		printf("contend: %s: %lld appends, all whole\n", dir,
		       (long long)st.st_size / LOGREC);
	}
	return 0;
}
