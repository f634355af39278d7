// SPDX-License-Identifier: GPL-2.0-only
/*
 * What file data must do, one case at a time, on two mounts A and B of the same file system
 * (tests/uml/t_data.sh).
 *   datacheck CASE A B
 * Exit status 0: as expected; 1: the line printed says what was not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KB 1024
#define MB (1024 * 1024)

static const char *mnt[2];
static char *big; /* 64 MiB, not zero */

#define CHECK(what, ...)                                                                \
	do {                                                                            \
		if (!(what)) {                                                          \
			printf("datacheck:%d: %s (errno %d) ", __LINE__, #what, errno); \
			printf(" " __VA_ARGS__);                                        \
			printf("\n");                                                   \
			exit(1);                                                        \
		}                                                                       \
	} while (0)

static const char *path(int m, const char *name)
{
	static char buf[2][256];

	snprintf(buf[m], sizeof(buf[m]), "%s/%s", mnt[m], name);
	return buf[m];
}

static int file(int m, const char *name, int flags)
{
	int fd = open(path(m, name), O_RDWR | O_CREAT | flags, 0644);

	CHECK(fd >= 0, "%s", name);
	return fd;
}

static long long blocks(int fd)
{
	struct stat st;

	CHECK(!fstat(fd, &st));
	return st.st_blocks;
}

static void put(int fd, size_t n, off_t pos)
{
	CHECK(pwrite(fd, big, n, pos) == (ssize_t)n);
}

/* st_blocks of data that is only in the cache, here and on the other mount */
static void c_blocks(void)
{
	int a = file(0, "blocks", O_TRUNC), b = file(1, "blocks", 0), c;

	put(a, 1, 0);
	CHECK(blocks(a) >= 1 && blocks(a) <= 16, "%lld", blocks(a));
	CHECK(blocks(b) >= 1 && blocks(b) <= 16, "%lld", blocks(b));
	CHECK(!fsync(a));
	c = file(0, "blocks2", O_TRUNC);
	put(c, MB, 0);
	CHECK(blocks(c) >= MB / 512 && blocks(c) <= MB / 512 + 64, "%lld", blocks(c));
	CHECK(!fsync(c));
	CHECK(blocks(c) >= MB / 512 && blocks(c) <= MB / 512 + 64, "%lld", blocks(c));
	/* again over the same blocks: they do not count twice */
	put(c, MB, 0);
	CHECK(blocks(c) <= MB / 512 + 64, "%lld", blocks(c));
	/* thrown away unwritten */
	c = file(0, "blocks3", O_TRUNC);
	put(c, MB, 0);
	CHECK(!ftruncate(c, 0));
	CHECK(!blocks(c), "%lld", blocks(c));
	CHECK(!ftruncate(c, MB));
	CHECK(!blocks(c), "%lld", blocks(c));
	/* of the other mount: not less than a tool needs to see that nothing is sparse */
	b = file(1, "blocks4", O_TRUNC);
	put(b, 300 * KB, 0);
	a = file(0, "blocks4", 0);
	CHECK(blocks(a) >= 300 * KB / 512, "%lld", blocks(a));
}

static void seeks(int fd)
{
	CHECK(lseek(fd, 0, SEEK_DATA) == 0);
	CHECK(lseek(fd, 0, SEEK_HOLE) == 64 * KB, "%ld", (long)lseek(fd, 0, SEEK_HOLE));
	CHECK(lseek(fd, 64 * KB, SEEK_HOLE) == 64 * KB);
	CHECK(lseek(fd, 64 * KB, SEEK_DATA) == MB, "%ld", (long)lseek(fd, 64 * KB, SEEK_DATA));
	CHECK(lseek(fd, MB + 5, SEEK_DATA) == MB + 5);
	CHECK(lseek(fd, MB, SEEK_HOLE) == MB + 256 * KB, "%ld", (long)lseek(fd, MB, SEEK_HOLE));
	CHECK(lseek(fd, MB + 256 * KB, SEEK_DATA) == -1 && errno == ENXIO);
	CHECK(lseek(fd, 2 * MB, SEEK_HOLE) == 2 * MB);
	CHECK(lseek(fd, 3 * MB, SEEK_HOLE) == -1 && errno == ENXIO);
	CHECK(lseek(fd, -1, SEEK_DATA) == -1 && errno == ENXIO);
	CHECK(lseek(fd, 0, SEEK_END) == 3 * MB);
}

/* SEEK_DATA and SEEK_HOLE: dirty data is data */
static void c_seek(void)
{
	int a = file(0, "seek", O_TRUNC), b = file(1, "seek", 0), m;

	for (m = 0; m < 2; m++) {
		CHECK(!ftruncate(a, 3 * MB));
		put(a, 64 * KB, 0);
		put(a, 256 * KB, MB);
		seeks(m ? b : a);
		seeks(m ? a : b);
		CHECK(!ftruncate(a, 0));
		CHECK(lseek(b, 0, SEEK_HOLE) == -1 && errno == ENXIO);
	}
	CHECK(!ftruncate(a, MB));
	CHECK(lseek(b, 0, SEEK_DATA) == -1 && errno == ENXIO);
	CHECK(lseek(b, 5, SEEK_HOLE) == 5);
}

/* what is dirty in a file that is deleted here belongs to those who have it open elsewhere */
static void c_unlinked(void)
{
	int a = file(0, "gone", O_TRUNC), b = file(1, "gone", 0);
	static char buf[MB];

	put(a, MB, 0);
	CHECK(!unlink(path(0, "gone")));
	close(a);
	sleep(1);
	CHECK(pread(b, buf, MB, 0) == MB);
	CHECK(!memcmp(buf, big, MB));
	close(b);
	/* and replaced */
	a = file(0, "old", O_TRUNC);
	b = file(1, "old", 0);
	close(file(0, "new", O_TRUNC));
	put(a, MB, 0);
	{
		char from[256];

		strcpy(from, path(0, "new"));
		CHECK(!rename(from, path(0, "old")));
	}
	close(a);
	sleep(1);
	memset(buf, 0, MB);
	CHECK(pread(b, buf, MB, 0) == MB);
	CHECK(!memcmp(buf, big, MB));
}

/* stores behind the end of the file by way of a mapping never become data */
static void c_tail(void)
{
	static char zero[4 * KB] __attribute__((aligned(4096))), page[4 * KB];
	int how;

	for (how = 0; how < 6; how++) {
		int a = file(0, "tail", O_TRUNC), b = file(1, "tail", 0),
		    d = file(0, "tail", O_DIRECT);
		char *m;

		put(a, 100, 0);
		m = mmap(NULL, 4 * KB, PROT_READ | PROT_WRITE, MAP_SHARED, a, 0);
		CHECK(m != MAP_FAILED);
		memset(m + 50, 'x', 3 * KB);
		if (how == 0)
			CHECK(!ftruncate(a, 8 * KB));
		else if (how == 1)
			put(a, 10, 5000);
		else if (how == 2)
			CHECK(!fallocate(a, 0, 0, 8 * KB));
		else if (how == 3)
			CHECK(pwrite(d, zero, 4 * KB, 8 * KB) == 4 * KB);
		else if (how == 4)
			put(b, 10, 64 * KB + 10); /* another object */
		else
			put(a, 10, 200);
		CHECK(pread(a, page, 4 * KB, 0) >= 210);
		CHECK(page[99] == 'x' && !memcmp(page + 100, zero, 100), "how %d", how);
		CHECK(how == 5 || !memcmp(page + 100, zero, 3 * KB), "how %d", how);
		CHECK(pread(b, page, 4 * KB, 0) >= 210);
		CHECK(page[99] == 'x' && !memcmp(page + 100, zero, 100), "how %d", how);
		munmap(m, 4 * KB);
		close(a), close(b), close(d);
	}
}

/* Store in a mapping, in a child. Return: the signal that ended it, or 0. */
static int stores(volatile char *m)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		*m = 'm';
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* The OST has no space left, and this client no grant. */
static void refused(int hole, int mapped, int taken)
{
	char *m = mmap(NULL, 8 * KB, PROT_READ | PROT_WRITE, MAP_SHARED, mapped, 0), *buf;
	struct stat st;

	/* the file is as before, also if the first byte would have been in the middle of a page */
	CHECK(pwrite(hole, big, 10, MB + 100) == -1 && errno == ENOSPC);
	CHECK(!fstat(hole, &st) && st.st_size == 0, "%lld", (long long)st.st_size);
	CHECK(!fsync(hole));
	/* a store by a mapping is told at once where there is no space, and done where there is */
	CHECK(m != MAP_FAILED);
	CHECK(stores(m) == SIGBUS);
	CHECK(!m[0] && !fsync(mapped));
	CHECK(pwrite(mapped, big, 10, 100) == -1 && errno == ENOSPC);
	CHECK(!msync(m, 8 * KB, MS_SYNC));
	munmap(m, 8 * KB);
	m = mmap(NULL, 8 * KB, PROT_READ | PROT_WRITE, MAP_SHARED, taken, 0);
	CHECK(m != MAP_FAILED && !stores(m) && !msync(m, 8 * KB, MS_SYNC));
	m[0] = big[0];
	CHECK(!msync(m, 8 * KB, MS_SYNC));
	munmap(m, 8 * KB);
	/* a source that ends within a page that is written again: what is there is written */
	m = mmap(NULL, 8 * KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(m != MAP_FAILED && !munmap(m + 4 * KB, 4 * KB));
	buf = m + 2 * KB;
	memcpy(buf, big, 2 * KB);
	CHECK(pwrite(taken, buf, 4 * KB, 0) == 2 * KB);
	CHECK(!fsync(taken));
}

/*
 * What was written counts twice on the OST until it is committed: that is no reason to refuse more.
 * The OST has 150 MB.
 */
static void c_pending(void)
{
	int a = file(0, "pending/a", O_TRUNC), d = file(0, "pending/d", O_TRUNC | O_DIRECT);

	put(a, 64 * MB, 0);
	CHECK(!sync_file_range(a, 0, 0, SYNC_FILE_RANGE_WRITE_AND_WAIT));
	put(d, 16 * MB, 0);
	CHECK(!unlink(path(0, "pending/a")) && !unlink(path(0, "pending/d")));
}

/* nothing is taken for an object that it has no room for: 2^32 - 1 blocks of ldiskfs */
static void c_limit(void)
{
	off_t end = 0xffffffffLL * 4 * KB;
	int a = file(0, "pending/limit", O_TRUNC), b = file(1, "pending/limit", O_APPEND);
	struct stat st;

	CHECK(pwrite(a, big, 8 * KB, end - 4 * KB) == 4 * KB);
	CHECK(pwrite(a, big, 1, end) == -1 && errno == EFBIG);
	CHECK(write(b, big, 1) == -1 && errno == EFBIG);
	CHECK(!fsync(a) && !fsync(b));
	CHECK(!fstat(b, &st) && st.st_size == end, "%lld", (long long)st.st_size);
	CHECK(!unlink(path(0, "pending/limit")));
	close(a);
	close(b);
}

/*
 * A direct write that the OST has not enough space for. What the writes before used is given back
 * later.
 */
static void full_direct(void)
{
	int a = file(0, "full/direct", O_TRUNC | O_DIRECT), b = file(1, "full/direct", 0), i;
	static char buf[MB];
	ssize_t got = -1, n;

	for (i = 0; i < 20 && got < 4 * MB; i++) {
		sleep(1);
		got = pwrite(a, big, 64 * MB, 0);
	}
	CHECK(got >= 4 * MB && got < 64 * MB, "%zd", got);
	for (n = 0; n + MB <= got; n += MB)
		CHECK(pread(b, buf, MB, n) == MB && !memcmp(buf, big + n, MB), "at %zd", n);
	CHECK(!unlink(path(0, "full/direct")));
	close(a);
	close(b);
}

/* the small OST gets full in the middle of one write(2): what it took is told, and there */
static void c_full(void)
{
	int a = file(0, "full/f", O_TRUNC), b;
	int hole = file(0, "full/hole", O_TRUNC), mapped = file(0, "full/mapped", O_TRUNC);
	static char buf[64 * KB];
	ssize_t n = 0, got = 1, more;
	struct stat st;

	CHECK(!ftruncate(mapped, 8 * KB));
	got = write(a, big, 64 * MB);
	CHECK(got > 20 * MB && got < 64 * MB, "%zd", got);
	while ((more = write(a, big + got, 64 * MB - got)) > 0)
		got += more;
	CHECK(more == -1 && errno == ENOSPC, "%zd", more);
	CHECK(!fstat(a, &st) && st.st_size == got, "%lld, %zd", (long long)st.st_size, got);
	b = file(1, "full/f", 0);
	CHECK(!fstat(b, &st) && st.st_size == got, "%lld, %zd", (long long)st.st_size, got);
	for (n = 0; n < got; n += 64 * KB) {
		size_t want = got - n < 64 * KB ? got - n : 64 * KB;

		CHECK(pread(b, buf, want, n) == (ssize_t)want && !memcmp(buf, big + n, want),
		      "at %zd", n);
	}
	printf("# took %zd\n", got);
	refused(hole, mapped, a);
	CHECK(!syncfs(a));
	CHECK(!unlink(path(0, "full/f")));
	close(a);
	close(b);
	full_direct();
}

/* evicted in the middle of one write(2); waits for a line on stdin; fsync must tell, once */
static void c_evicted(void)
{
	int a = file(0, "evicted", O_TRUNC), b;
	static char buf[MB];
	char line[10];
	ssize_t n, pos;

	n = pwrite(a, big, 64 * MB, 0);
	CHECK(n > 0 || errno == EIO, "%zd", n);
	printf("%zd\n", n);
	fflush(stdout);
	CHECK(fgets(line, sizeof(line), stdin));
	CHECK(fsync(a) == -1 && errno == EIO);
	CHECK(!fsync(a));
	put(a, 64 * MB, 0);
	CHECK(!fsync(a));
	b = file(1, "evicted", 0);
	for (pos = 0; pos < 64 * MB; pos += MB)
		CHECK(pread(b, buf, MB, pos) == MB && !memcmp(buf, big + pos, MB), "at %zd", pos);
	puts("told");
}

static volatile bool stop;

static void *storer(void *m)
{
	while (!stop)
		((volatile char *)m)[100]++;
	return NULL;
}

/* direct writes while a mapping of the same page is written */
static void c_race(void)
{
	int a = file(0, "race", O_TRUNC), d = file(0, "race", O_DIRECT), i;
	char *buf = aligned_alloc(4 * KB, 4 * KB), *m;
	pthread_t t;

	put(a, 4 * KB, 0);
	m = mmap(NULL, 4 * KB, PROT_READ | PROT_WRITE, MAP_SHARED, a, 0);
	CHECK(m != MAP_FAILED);
	CHECK(!pthread_create(&t, NULL, storer, m));
	memset(buf, 'y', 4 * KB);
	for (i = 0; i < 100; i++)
		CHECK(pwrite(d, buf, 4 * KB, 0) == 4 * KB, "%d", i);
	stop = true;
	pthread_join(t, NULL);
	CHECK(m[200] == 'y');
}

static volatile bool cutting;

/* in the middle of each truncate, which takes the OST 50 ms */
static void *reads(void *arg)
{
	char buf[8 * KB];

	while (!stop) {
		usleep(cutting ? 20 * 1000 : 100);
		if (!cutting)
			continue;
		CHECK(pread(*(int *)arg, buf, sizeof(buf), 0) >= 0);
		cutting = false;
	}
	return NULL;
}

/* what is cut off does not come back for who reads meanwhile, when the file grows again */
static void c_truncate(void)
{
	int a = file(0, "truncate", O_TRUNC), i, k;
	char buf[8 * KB];
	struct stat st;
	pthread_t t;

	CHECK(!pthread_create(&t, NULL, reads, &a));
	for (i = 0; i < 10; i++) {
		memset(buf, 'x', sizeof(buf));
		CHECK(pwrite(a, buf, sizeof(buf), 0) == sizeof(buf) && !fsync(a));
		/* the reader asks the OST */
		CHECK(!posix_fadvise(a, 0, 0, POSIX_FADV_DONTNEED));
		cutting = true;
		CHECK(!ftruncate(a, 100));
		CHECK(!fstat(a, &st) && st.st_size == 100, "%d: %lld", i, (long long)st.st_size);
		CHECK(!ftruncate(a, sizeof(buf)));
		CHECK(pread(a, buf, sizeof(buf), 0) == sizeof(buf));
		for (k = 100; k < (int)sizeof(buf) && !buf[k]; k++)
			;
		CHECK(k == sizeof(buf), "round %d: byte %d is back", i, k);
	}
	stop = true;
	pthread_join(t, NULL);
}

static void *writes_back(void *arg)
{
	while (!stop)
		CHECK(!sync_file_range(*(int *)arg, 0, 0, SYNC_FILE_RANGE_WRITE |
							  SYNC_FILE_RANGE_WAIT_AFTER));
	return NULL;
}

/* old bytes of a page do not come back in a hole that is punched while a mapping stores in it */
static void c_hole(void)
{
	int a = file(0, "hole", O_TRUNC), i, k;
	char buf[8 * KB], *m;
	pthread_t t, w;

	put(a, 8 * KB, 0);
	m = mmap(NULL, 8 * KB, PROT_READ | PROT_WRITE, MAP_SHARED, a, 0);
	CHECK(m != MAP_FAILED);
	CHECK(!pthread_create(&t, NULL, storer, m) && !pthread_create(&w, NULL, writes_back, &a));
	for (i = 0; i < 100; i++) {
		CHECK(pwrite(a, big, 8 * KB, 0) == 8 * KB);
		CHECK(!fallocate(a, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 50, 6 * KB));
		CHECK(pread(a, buf, sizeof(buf), 0) == sizeof(buf));
		CHECK(!memcmp(buf, big, 50) &&
		      !memcmp(buf + 50 + 6 * KB, big + 50 + 6 * KB, 2 * KB - 50));
		for (k = 50; k < 50 + 6 * KB && (!buf[k] || k == 100); k++)
			;
		CHECK(k == 50 + 6 * KB, "round %d: byte %d is back", i, k);
	}
	stop = true;
	pthread_join(t, NULL);
	pthread_join(w, NULL);
}

/* pages that are read ahead are those of the file, also where this client knew of no object yet */
static void c_ahead(void)
{
	int a = file(0, "ahead", 0), b = file(1, "ahead", 0), i;
	char *buf = malloc(4 * MB), *m;
	unsigned char in[1024];

	put(a, 4 * KB, 0);
	CHECK(pread(b, buf, 4 * KB, 0) == 4 * KB);
	put(a, 4 * MB, 0);
	CHECK(!fsync(a));
	CHECK(!posix_fadvise(b, 0, 0, POSIX_FADV_WILLNEED));
	m = mmap(NULL, 4 * MB, PROT_READ, MAP_SHARED, b, 0);
	CHECK(m != MAP_FAILED);
	for (i = 0; i < 100; i++) {
		CHECK(!mincore(m, 4 * MB, in));
		if (in[0] & 1 && in[500] & 1)
			break;
		usleep(50 * 1000);
	}
	CHECK(i < 100, "nothing was read");
	CHECK(pread(b, buf, 4 * MB, 0) == 4 * MB);
	CHECK(!memcmp(buf, big, 4 * MB));
}

static void *chmods(void *arg)
{
	int b = file(1, "aio", 0), n = 0;

	while (!stop)
		fchmod(b, 0600 + n++ % 2);
	(void)arg;
	return NULL;
}

/* AIO reads that find less than was asked for, while the layout lock is called back all the time */
static void c_aio(void)
{
	int a = file(0, "aio", O_TRUNC), d = file(0, "aio", O_DIRECT);
	char *buf = aligned_alloc(4 * KB, 64 * KB);
	struct iocb cb = { .aio_fildes = d,
			   .aio_lio_opcode = IOCB_CMD_PREAD,
			   .aio_buf = (unsigned long)buf,
			   .aio_nbytes = 64 * KB };
	struct iocb *p = &cb;
	aio_context_t ctx = 0;
	struct io_event ev;
	time_t end;
	pthread_t t;
	int n = 0;

	put(a, 5000, 0);
	CHECK(!syscall(SYS_io_setup, 4, &ctx));
	CHECK(!pthread_create(&t, NULL, chmods, NULL));
	for (end = time(NULL) + 4; time(NULL) < end; n++) {
		CHECK(syscall(SYS_io_submit, ctx, 1, &p) == 1);
		CHECK(syscall(SYS_io_getevents, ctx, 1, 1, &ev, NULL) == 1);
		CHECK((long long)ev.res == 5000, "%lld", (long long)ev.res);
	}
	stop = true;
	pthread_join(t, NULL);
	printf("# %d reads\n", n);
}

/* acknowledged, but perhaps not committed; waits for a line on stdin; fsync must tell */
static void c_lost(void)
{
	int a = file(0, "kept", O_TRUNC), b = file(0, "lost", O_TRUNC), c = file(0, "cut", O_TRUNC);
	char line[10];

	put(a, MB, 0);
	put(c, MB, 0);
	CHECK(!syncfs(a));
	puts("synced");
	fflush(stdout);
	CHECK(fgets(line, sizeof(line), stdin));
	put(b, MB, 0);
	CHECK(!sync_file_range(b, 0, MB, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
	CHECK(!ftruncate(c, 0));
	puts("written");
	fflush(stdout);
	CHECK(fgets(line, sizeof(line), stdin));
	CHECK(!fsync(a));
	CHECK(fsync(b) == -1 && errno == EIO);
	CHECK(fsync(c) == -1 && errno == EIO);
	puts("told");
}

/* the MDT calls back locks of the other mount; chmod(1) would ask for the size */
static void c_chmod(void)
{
	time_t start = time(NULL);

	CHECK(!chmod(path(1, "dead"), 0600));
	CHECK(time(NULL) - start < 4);
	CHECK(!chmod(path(1, "deadread"), 0600));
	CHECK(time(NULL) - start < 8);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "blocks", c_blocks }, { "seek", c_seek }, { "unlinked", c_unlinked }, { "tail", c_tail },
	{ "pending", c_pending }, { "full", c_full }, { "race", c_race },
	{ "truncate", c_truncate }, { "hole", c_hole }, { "ahead", c_ahead }, { "aio", c_aio },
	{ "lost", c_lost }, { "chmod", c_chmod }, { "evicted", c_evicted }, { "limit", c_limit },
};

int main(int argc, char **argv)
{
	unsigned int i;

	CHECK(argc == 4);
	mnt[0] = argv[2];
	mnt[1] = argv[3];
	big = aligned_alloc(4 * KB, 64 * MB);
	for (i = 0; i < 64 * MB; i++)
		big[i] = 1 + i % 251;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strcmp(cases[i].name, argv[1])) {
			cases[i].run();
			return 0;
		}
	return 2;
}
