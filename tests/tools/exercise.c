// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model-checking exerciser: random writes, reads, truncates, appends, mmap reads and writes,
 * O_DIRECT, AIO, holes and fsync on a few files, reads into and writes from mappings of the files,
 * each compared with a model in memory. With several directories (mounts of the same file system)
 * the operations alternate between them, so that every one must see what the others did.
 *   exercise [-n OPS] [-f FILES] [-m MAXSIZE] [-s SEED] [-x mmap,direct,append,punch] [-v] DIR...
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "rnd.h"

#define MAXF 16
#define MAXD 4

static unsigned char *model[MAXF];
static size_t size[MAXF], maxsize = 3 << 20;
static char path[MAXD][MAXF][512];
static int fd[MAXD][MAXF], dfd[MAXD][MAXF], afd[MAXD][MAXF];
static int nd, nf = 4;
static bool verbose, no_mmap, no_direct, no_append, no_punch;
static unsigned long op, nops = 10000;
static char history[64][160];

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *fmt, ...)
{
	va_list ap;
	unsigned long i;

	printf("exercise: operation %lu: ", op);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\nlast operations:\n");
	for (i = op > 40 ? op - 40 : 0; i <= op; i++)
		printf("  %lu: %s\n", i, history[i % 64]);
	exit(1);
}

__attribute__((format(printf, 1, 2))) static void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(history[op % 64], sizeof(history[0]), fmt, ap);
	va_end(ap);
	if (verbose)
		printf("%lu: %s\n", op, history[op % 64]);
}

static unsigned char *op_buf;	/* of the operation that runs; maxsize and a page */

static void compare(int d, int f, const unsigned char *got, size_t off, size_t len)
{
	size_t i, j, n = 0;

	if (!memcmp(got, model[f] + off, len))
		return;
	for (i = 0; got[i] == model[f][off + i]; i++)
		;
	for (j = i; j < len; j++)
		n += got[j] != model[f][off + j];
	die("%s: %zu bytes differ from offset %zu on (read of %zu at %zu): got %02x, expected %02x",
	    path[d][f], n, off + i, len, off, got[i], model[f][off + i]);
}

static void check_size(int d, int f)
{
	struct stat st;

	if (fstat(fd[d][f], &st))
		die("fstat %s: %s", path[d][f], strerror(errno));
	if ((size_t)st.st_size != size[f])
		die("%s: size is %lld, expected %zu", path[d][f], (long long)st.st_size, size[f]);
}

static void fill(unsigned char *p, size_t len)
{
	unsigned char tag = rnd(256);
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = tag + (i >> 9) + (unsigned char)(op * 7);
}

static void grown(int f, size_t end)
{
	if (end > size[f])
		size[f] = end;
}

static size_t pick_len(size_t off)
{
	size_t len;

	switch (rnd(4)) {
	case 0:
		len = 1 + rnd(100);
		break;
	case 1:
		len = 1 + rnd(8192);
		break;
	case 2:
		len = 4096 * (1 + rnd(16));
		break;
	default:
		len = 1 + rnd(300000);
		break;
	}
	return off + len > maxsize ? maxsize - off : len;
}

/*
 * Read a file into a mapping of a file, or write (append, write O_DIRECT) a file from one: each of
 * the two may take the pages of the other away.
 */
static void map_copy(int d, int f, size_t off, size_t len)
{
	int e = rnd(nd), g = rnd(nf), how = rnd(4);
	bool in = how < 2, append = how == 2 && rnd(2), direct = how == 3 && !no_direct;
	unsigned char *p;
	size_t moff, a;
	ssize_t n;

	if (no_mmap || !size[g] || (in && off >= size[f]))
		return;
	if (in && off + len > size[f])
		len = size[f] - off;
	moff = rnd(size[g]);
	if (direct) {
		moff &= ~4095UL;
		off &= ~4095UL;
		len = (len + 4095) & ~4095UL;
	}
	if (moff + len > size[g])
		len = direct ? (size[g] - moff) & ~4095UL : size[g] - moff;
	if (append)
		off = size[f];
	if (!len || off + len > maxsize || (append && no_append) ||
	    (f == g && off != moff && off < moff + len && moff < off + len))
		return;
	a = moff & ~4095UL;
	note("%s d%d f%d %zu+%zu, mapped d%d f%d %zu",
	     in	      ? "read"
	     : append ? "append"
	     : direct ? "direct write"
		      : "write",
	     d, f, off, len, e, g, moff);
	p = mmap(NULL, moff + len - a, in ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
		 fd[e][g], a);
	if (p == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	n = in	     ? pread(fd[d][f], p + moff - a, len, off)
	    : append ? write(afd[d][f], p + moff - a, len)
		     : pwrite((direct ? dfd : fd)[d][f], p + moff - a, len, off);
	if (n != (ssize_t)len)
		die("returned %zd: %s", n, strerror(errno));
	if (in) {
		memmove(model[g] + moff, model[f] + off, len);
	} else {
		memmove(model[f] + off, model[g] + moff, len);
		grown(f, off + len);
	}
	munmap(p, moff + len - a);
}

/* Direct I/O of io_submit(2): several pieces in flight, of which none overlaps another. */
static void aio(int d, int f, size_t off)
{
	static unsigned char *buf;
	static aio_context_t ctx;
	struct iocb cb[8], *cbs[8];
	struct io_event ev[8];
	size_t piece = 4096 * (1 + rnd(20));
	bool wr = rnd(2);
	long i, n;

	if (no_direct || (!ctx && syscall(SYS_io_setup, 8, &ctx)))
		return;
	if (!buf && posix_memalign((void **)&buf, 4096, 8 * 20 * 4096))
		exit(2);
	off &= ~4095UL;
	n = off + 8 * piece <= (maxsize & ~4095UL) ? 1 + rnd(8) : 0;
	note("async %s d%d f%d %zu+%ld*%zu", wr ? "write" : "read", d, f, off, n, piece);
	for (i = 0; i < n; i++) {
		cb[i] = (struct iocb){ .aio_fildes = dfd[d][f],
				       .aio_lio_opcode = wr ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD,
				       .aio_data = i,
				       .aio_buf = (uintptr_t)(buf + i * piece),
				       .aio_nbytes = piece,
				       .aio_offset = off + i * piece };
		cbs[i] = &cb[i];
	}
	if (wr)
		fill(buf, n * piece);
	if (n && syscall(SYS_io_submit, ctx, n, cbs) != n)
		die("io_submit: %s", strerror(errno));
	if (n && syscall(SYS_io_getevents, ctx, n, n, ev, NULL) != n)
		die("io_getevents: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		size_t at = off + ev[i].data * piece, want = piece;

		if (!wr && at + piece > size[f])
			want = at >= size[f] ? 0 : size[f] - at;
		if (ev[i].res != (long long)want)
			die("request at %zu ended with %lld, expected %zu", at,
			    (long long)ev[i].res, want);
		if (!wr)
			compare(d, f, buf + ev[i].data * piece, at, want);
	}
	if (wr && n) {
		memcpy(model[f] + off, buf, n * piece);
		grown(f, off + n * piece);
	}
}

/* What a read of LEN bytes at OFF has to return. */
static size_t readable(int f, size_t off, size_t len)
{
	if (off >= size[f])
		return 0;
	return off + len > size[f] ? size[f] - off : len;
}

static void op_write(const char *how, int d, int f, int wfd, size_t off, size_t len)
{
	ssize_t n;

	note("%s d%d f%d %zu+%zu", how, d, f, off, len);
	fill(op_buf, len);
	n = pwrite(wfd, op_buf, len, off);
	if (n != (ssize_t)len)
		die("%s returned %zd: %s", how, n, strerror(errno));
	memcpy(model[f] + off, op_buf, len);
	grown(f, off + len);
}

static void op_read(const char *how, int d, int f, int rfd, size_t off, size_t len)
{
	size_t want = readable(f, off, len);
	ssize_t n;

	note("%s d%d f%d %zu+%zu", how, d, f, off, len);
	n = pread(rfd, op_buf, len, off);
	if (n != (ssize_t)want)
		die("%s: %s of %zu at %zu returned %zd, expected %zu: %s", path[d][f], how, len,
		    off, n, want, n < 0 ? strerror(errno) : "");
	compare(d, f, op_buf, off, n);
}

static void op_truncate(int d, int f)
{
	size_t to = rnd(3) ? rnd(maxsize) : rnd(2) ? 0 : size[f];

	note("truncate d%d f%d %zu -> %zu", d, f, size[f], to);
	if (rnd(2) ? ftruncate(fd[d][f], to) : truncate(path[d][f], to))
		die("truncate: %s", strerror(errno));
	if (to < size[f])
		memset(model[f] + to, 0, size[f] - to);
	size[f] = to;
	check_size(d, f);
}

static void op_append(int d, int f)
{
	size_t len = 1 + rnd(10000);
	ssize_t n;

	if (no_append || size[f] + len > maxsize)
		return;
	note("append d%d f%d %zu+%zu", d, f, size[f], len);
	fill(op_buf, len);
	n = write(afd[d][f], op_buf, len);
	if (n != (ssize_t)len)
		die("append returned %zd: %s", n, strerror(errno));
	memcpy(model[f] + size[f], op_buf, len);
	size[f] += len;
	check_size(d, f);
}

static void op_mmap(int d, int f)
{
	size_t off, len = 1 + rnd(20000), start, map_len;
	bool wr = rnd(2);
	unsigned char *p;

	if (no_mmap || !size[f])
		return;
	off = rnd(size[f]);
	len = readable(f, off, len);
	start = off & ~4095UL;
	map_len = off + len - start;
	note("mmap %s d%d f%d %zu+%zu", wr ? "write" : "read", d, f, off, len);
	p = mmap(NULL, map_len, wr ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd[d][f],
		 start);
	if (p == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	if (wr) {
		fill(op_buf, len);
		memcpy(p + off - start, op_buf, len);
		memcpy(model[f] + off, op_buf, len);
		if (msync(p, map_len, MS_SYNC))
			die("msync: %s", strerror(errno));
	} else {
		memcpy(op_buf, p + off - start, len);
		compare(d, f, op_buf, off, len);
	}
	munmap(p, map_len);
}

static void op_direct(int d, int f, size_t off)
{
	size_t len = 4096 * (1 + rnd(40)), end = maxsize & ~4095UL;

	off &= ~4095UL;
	if (off + len > end)
		len = 4096;
	if (no_direct || off + len > end)
		return;
	if (rnd(2))
		op_write("direct write", d, f, dfd[d][f], off, len);
	else
		op_read("direct read", d, f, dfd[d][f], off, len);
}

static void op_fsync(int d, int f)
{
	note("fsync d%d f%d", d, f);
	if (fsync(fd[d][f]))
		die("fsync: %s", strerror(errno));
}

static void op_punch(int d, int f, size_t off, size_t len)
{
	if (no_punch)
		return;
	note("punch d%d f%d %zu+%zu", d, f, off, len);
	if (!fallocate(fd[d][f], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off, len))
		memset(model[f] + off, 0, len);
	else if (errno == EOPNOTSUPP)
		no_punch = true;
	else
		die("punch: %s", strerror(errno));
}

static void one(void)
{
	int d = rnd(nd), f = rnd(nf), what = rnd(100);
	size_t off = rnd(maxsize - 1), len;

	if (!op_buf && posix_memalign((void **)&op_buf, 4096, maxsize + 4096))
		exit(2);
	if (rnd(3) == 0 && size[f])
		off = rnd(size[f]);
	if (rnd(4) == 0)
		off &= ~4095UL;
	len = pick_len(off);
	if (what < 30) {
		op_write("write", d, f, fd[d][f], off, len);
	} else if (what < 60) {
		op_read("read", d, f, fd[d][f], off, len);
	} else if (what < 67) {
		op_truncate(d, f);
	} else if (what < 72) {
		op_append(d, f);
	} else if (what < 80) {
		op_mmap(d, f);
	} else if (what < 88) {
		op_direct(d, f, off);
	} else if (what < 91) {
		op_fsync(d, f);
	} else if (what < 94) {
		op_punch(d, f, off, len);
	} else if (what < 96) {
		map_copy(d, f, off, len);
	} else if (what < 98) {
		aio(d, f, off);
	} else {
		note("stat d%d f%d", d, f);
		check_size(d, f);
	}
}

int main(int argc, char **argv)
{
	unsigned long long seed = time(NULL);
	int c, d, f;

	while ((c = getopt(argc, argv, "n:f:m:s:x:v")) != -1) {
		switch (c) {
		case 'n':
			nops = strtoul(optarg, NULL, 0);
			break;
		case 'f':
			nf = atoi(optarg);
			break;
		case 'm':
			maxsize = strtoul(optarg, NULL, 0);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'v':
			verbose = true;
			break;
		case 'x':
			no_mmap = strstr(optarg, "mmap");
			no_direct = strstr(optarg, "direct");
			no_append = strstr(optarg, "append");
			no_punch = strstr(optarg, "punch");
			break;
		default:
			return 2;
		}
	}
	nd = argc - optind;
	if (nd < 1 || nd > MAXD || nf < 1 || nf > MAXF || maxsize < 65536)
		return 2;
	rng = seed * 2862933555777941757ULL + 3037000493ULL;
	printf("exercise: seed %llu, %lu operations, %d files, %d directories\n", seed, nops, nf,
	       nd);
	for (f = 0; f < nf; f++) {
		model[f] = calloc(1, maxsize + 4096);
		for (d = 0; d < nd; d++) {
			snprintf(path[d][f], sizeof(path[d][f]), "%s/exercise%d", argv[optind + d],
				 f);
			fd[d][f] = open(path[d][f], O_RDWR | (d ? 0 : O_CREAT | O_TRUNC), 0644);
			afd[d][f] = open(path[d][f], O_WRONLY | O_APPEND);
			dfd[d][f] = no_direct ? fd[d][f] : open(path[d][f], O_RDWR | O_DIRECT);
			if (dfd[d][f] < 0 && errno == EINVAL)
				no_direct = true;
			if (fd[d][f] < 0 || afd[d][f] < 0 || (!no_direct && dfd[d][f] < 0))
				die("open %s: %s", path[d][f], strerror(errno));
		}
	}
	for (op = 0; op < nops; op++)
		one();
	for (f = 0; f < nf; f++)
		for (d = 0; d < nd; d++) {
			unsigned char *buf = malloc(maxsize);
			ssize_t n = pread(fd[d][f], buf, maxsize, 0);

			if (n != (ssize_t)size[f])
				die("%s: final read returned %zd, expected %zu", path[d][f], n,
				    size[f]);
			compare(d, f, buf, 0, n);
			check_size(d, f);
			free(buf);
			close(fd[d][f]);
			close(afd[d][f]);
			if (dfd[d][f] != fd[d][f])
				close(dfd[d][f]);
		}
	printf("exercise: %lu operations, no difference\n", nops);
	return 0;
}
