// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random namespace operations (create, rename, link, unlink, mkdir, rmdir, symlink, readdir, stat)
 * in three shared directories. Several of these run at the same time on different clients; any
 * errno that a race explains is accepted, all others are not.
 *   nsops [-n OPS] [-s SEED] DIR
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "rnd.h"

static void name(char *out, size_t len)
{
	snprintf(out, len, "d%u/n%u", rnd(3), rnd(40));
}

static int op_create(const char *a)
{
	int fd = open(a, O_CREAT | O_WRONLY | (rnd(2) ? O_EXCL : 0), 0644), rc = fd;

	if (fd < 0)
		return -1;
	if (rnd(4) == 0 && write(fd, a, strlen(a)) < 0)
		rc = -1;
	close(fd);
	return rc;
}

static int op_readdir(void)
{
	DIR *d = opendir(rnd(2) ? "d0" : "d1");

	if (!d)
		return -1;
	while (readdir(d))
		;
	return closedir(d);
}

static int op_stat(const char *a)
{
	struct stat st;
	int rc = lstat(a, &st);

	if (!rc && (!st.st_nlink || !st.st_ino)) {
		printf("nsops: %s has nlink %u\n", a, (unsigned int)st.st_nlink);
		exit(1);
	}
	return rc;
}

/* One random operation; its name in op. */
static int one(const char *a, const char *b, const char **op)
{
	int what = rnd(100);

	*op = what < 25 ? "create" : what < 40 ? "rename" : what < 50 ? "link" :
	      what < 65 ? "unlink" : what < 73 ? "mkdir" : what < 79 ? "rmdir" :
	      what < 83 ? "symlink" : what < 88 ? "readdir" : "stat";
	if (what < 25)
		return op_create(a);
	if (what < 40)
		return rename(a, b);
	if (what < 50)
		return link(a, b);
	if (what < 65)
		return unlink(a);
	if (what < 73)
		return mkdir(a, 0755);
	if (what < 79)
		return rmdir(a);
	if (what < 83)
		return symlink(b, a);
	return what < 88 ? op_readdir() : op_stat(a);
}

/* Does a race with another process explain this error? */
static bool explained(int err)
{
	static const int errors[] = {
		ENOENT, EEXIST, ENOTDIR, EISDIR, ENOTEMPTY, EPERM, EINVAL, ELOOP, ENXIO, EMLINK,
		ESTALE, EBUSY,
	};
	unsigned int i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (err == errors[i])
			return true;
	return false;
}

int main(int argc, char **argv)
{
	unsigned long n = 10000, i, done = 0;
	unsigned long long seed = time(NULL) ^ getpid();
	char a[64], b[64];
	const char *op;
	int c;

	while ((c = getopt(argc, argv, "n:s:")) != -1) {
		if (c == 'n')
			n = strtoul(optarg, NULL, 0);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	if (optind != argc - 1 || chdir(argv[optind])) {
		perror("nsops");
		return 2;
	}
	rng = seed;
	mkdir("d0", 0755);
	mkdir("d1", 0755);
	mkdir("d2", 0755);
	for (i = 0; i < n; i++) {
		name(a, sizeof(a));
		name(b, sizeof(b));
		errno = 0;
		if (one(a, b, &op) >= 0) {
			done++;
		} else if (!explained(errno)) {
			printf("nsops: operation %lu: %s %s %s: %s\n", i, op, a, b,
			       strerror(errno));
			return 1;
		}
	}
	printf("nsops: seed %llu, %lu operations, %lu succeeded\n", seed, n, done);
	return 0;
}
