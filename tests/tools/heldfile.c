// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps a file open and does on command what a shell cannot do with one open file. Commands come in
 * lines on stdin, each is answered with a line: 0, or the errno.
 *   heldfile FILE
 *   write C   write 1 MiB of the byte C at offset 0, into the page cache
 *   send      have it sent to the server and answered, which need not make it durable
 *   fsync
 *   lock      flock(2) it
 *   read C    is the file 1 MiB of the byte C? 0 or EILSEQ
 *   close     close the file
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define SIZE	1048576

static char buf[SIZE], want[SIZE];

static int held_run(int fd, const char *cmd, int byte)
{
	ssize_t n = SIZE;

	memset(want, byte, SIZE);
	if (!strcmp(cmd, "write"))
		n = pwrite(fd, want, SIZE, 0);
	else if (!strcmp(cmd, "send"))
		n = sync_file_range(fd, 0, 0, 7) ? -1 : SIZE;
	else if (!strcmp(cmd, "fsync"))
		n = fsync(fd) ? -1 : SIZE;
	else if (!strcmp(cmd, "lock"))
		n = flock(fd, LOCK_EX | LOCK_NB) ? -1 : SIZE;
	else if (!strcmp(cmd, "read"))
		n = pread(fd, buf, SIZE, 0);
	else if (!strcmp(cmd, "close"))
		n = close(fd) ? -1 : SIZE;
	else
		return EINVAL;
	if (n < 0)
		return errno;
	if (n != SIZE)
		return ENODATA;
	return strcmp(cmd, "read") || !memcmp(buf, want, SIZE) ? 0 : EILSEQ;
}

int main(int argc, char **argv)
{
	char line[64], cmd[16], byte;
	int fd;

	fd = argc == 2 ? open(argv[1], O_RDWR | O_CREAT, 0644) : -1;
	if (fd < 0) {
		fprintf(stderr, "usage: heldfile FILE (%s)\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		byte = 0;
		if (sscanf(line, "%15s %c", cmd, &byte) < 1)
			continue;
		printf("%d\n", held_run(fd, cmd, byte));
		fflush(stdout);
	}
	return 0;
}
