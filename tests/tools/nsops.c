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

int main(int argc, char **argv)
{
	unsigned long n = 10000, i, done = 0;
	unsigned long long seed = time(NULL) ^ getpid();
	char a[64], b[64];
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
		struct stat st;
		int rc = 0, fd, what = rnd(100);
		const char *op = "";
		DIR *d;

		name(a, sizeof(a));
		name(b, sizeof(b));
		errno = 0;
		if (what < 25) {
			op = "create";
			fd = open(a, O_CREAT | O_WRONLY | (rnd(2) ? O_EXCL : 0), 0644);
			rc = fd;
			if (fd >= 0) {
				if (rnd(4) == 0 && write(fd, a, strlen(a)) < 0) {
					op = "write";
					rc = -1;
				}
				close(fd);
			}
		} else if (what < 40) {
			op = "rename";
			rc = rename(a, b);
		} else if (what < 50) {
			op = "link";
			rc = link(a, b);
		} else if (what < 65) {
			op = "unlink";
			rc = unlink(a);
		} else if (what < 73) {
			op = "mkdir";
			rc = mkdir(a, 0755);
		} else if (what < 79) {
			op = "rmdir";
			rc = rmdir(a);
		} else if (what < 83) {
			op = "symlink";
			rc = symlink(b, a);
		} else if (what < 88) {
			op = "readdir";
			d = opendir(rnd(2) ? "d0" : "d1");
			if (!d) {
				rc = -1;
			} else {
				while (readdir(d))
					;
				closedir(d);
			}
		} else {
			op = "stat";
			rc = lstat(a, &st);
			if (!rc && (!st.st_nlink || !st.st_ino)) {
				printf("nsops: %s has nlink %u\n", a, (unsigned int)st.st_nlink);
				return 1;
			}
		}
		if (rc < 0) {
			switch (errno) {
			case ENOENT:
			case EEXIST:
			case ENOTDIR:
			case EISDIR:
			case ENOTEMPTY:
			case EPERM:
			case EINVAL:
			case ELOOP:
			case ENXIO:
			case EMLINK:
			case ESTALE:
			case EBUSY:
				break;
			default:
				printf("nsops: operation %lu: %s %s %s: %s\n", i, op, a, b,
				       strerror(errno));
				return 1;
			}
		} else {
			done++;
		}
	}
	printf("nsops: seed %llu, %lu operations, %lu succeeded\n", seed, n, done);
	return 0;
}
