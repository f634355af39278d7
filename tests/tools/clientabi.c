// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls for tests that no tool makes in this form: clientabi COMMAND ARG... Prints "ok" or
 * the name of the errno; status 0 in both cases.
 *   lease FILE          F_SETLEASE of a read and a write lease
 *   noreplace OLD NEW   renameat2(RENAME_NOREPLACE)
 *   getstripe DIR NAME  IOC_MDC_GETFILESTRIPE into a buffer of 64 KiB that ends where the memory
 *   ends
 *   dmv DIR             LL_IOC_LMV_GETSTRIPE: count, offset, lum_max_inherit, lum_max_inherit_rr
 *   of the default layout of directories
 *   mtime FILE SECONDS  utimensat() with any number of seconds
 *   chmod FILE MODE     chmod(2) alone: without the stat() of chmod(1)
 *   size FILE           prints st_size
 */
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <gloss/lustre_user.h>

#define BUF LOV_EA_MAX

static int lease(const char *file)
{
	int fd = open(file, O_RDONLY);

	if (fd < 0)
		return -1;
	return fcntl(fd, F_SETLEASE, F_RDLCK) && fcntl(fd, F_SETLEASE, F_WRLCK) ? -1 : 0;
}

static int noreplace(const char *old, const char *new)
{
	return syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 1);
}

static int getstripe(const char *dir, const char *name)
{
	char *p =
		mmap(NULL, BUF + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	if (fd < 0 || p == MAP_FAILED || munmap(p + BUF, 4096))
		return -1;
	strcpy(p, name);
	return ioctl(fd, IOC_MDC_GETFILESTRIPE, p);
}

static int dmv(const char *dir)
{
	struct {
		uint32_t magic, count, offset, hash, type;
		uint8_t inherit, inherit_rr, pad[10];
		char pool[16];
	} lum = { .magic = 0x0cd30cd0 };
	int fd = open(dir, O_RDONLY | O_DIRECTORY), rc;

	static_assert(sizeof(lum) == 48, "lmv_user_md");
	rc = fd < 0 ? -1 : ioctl(fd, LL_IOC_LMV_GETSTRIPE, &lum);
	if (!rc)
		printf("%u %d %u %u ", lum.count, (int)lum.offset, lum.inherit, lum.inherit_rr);
	return rc;
}

static int mtime(const char *file, const char *seconds)
{
	struct timespec ts[2] = { { .tv_sec = strtoll(seconds, NULL, 0) } };

	ts[1] = ts[0];
	return utimensat(AT_FDCWD, file, ts, 0);
}

int main(int argc, char **argv)
{
	const char *cmd = argc > 2 ? argv[1] : "", *arg = argc > 2 ? argv[2] : "",
		   *arg2 = argc > 3 ? argv[3] : "";
	struct stat st;
	int rc = -1;

	errno = EINVAL;
	if (!strcmp(cmd, "lease")) {
		rc = lease(arg);
	} else if (!strcmp(cmd, "noreplace")) {
		rc = noreplace(arg, arg2);
	} else if (!strcmp(cmd, "getstripe")) {
		rc = getstripe(arg, arg2);
	} else if (!strcmp(cmd, "dmv")) {
		rc = dmv(arg);
	} else if (!strcmp(cmd, "mtime")) {
		rc = mtime(arg, arg2);
	} else if (!strcmp(cmd, "chmod")) {
		rc = chmod(arg, strtol(arg2, NULL, 8));
	} else if (!strcmp(cmd, "size")) {
		rc = stat(arg, &st);
		if (!rc)
			printf("%lld ", (long long)st.st_size);
	}
	puts(rc < 0 ? strerrorname_np(errno) : "ok");
	return 0;
}
