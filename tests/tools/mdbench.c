// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdbench create|stat|unlink DIR FILES PROCESSES: FILES empty files, shared out to PROCESSES
 * processes with a directory each (DIR/pN).
 * Prints operations per second, from the moment all processes are ready until the last one is done.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int one(char what, const char *path)
{
	struct stat st;
	int fd;

	switch (what) {
	case 'c':
		fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
		return fd < 0 ? -1 : close(fd);
	case 's':
		return stat(path, &st);
	default:
		return unlink(path);
	}
}

static int work(char what, const char *dir, int proc, int files)
{
	char path[4096];
	int i;

	for (i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "%s/p%d/file%05d", dir, proc, i);
		if (one(what, path)) {
			fprintf(stderr, "mdbench: %s: %s\n", path, strerror(errno));
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	int files, procs, i, status, bad = 0, ready[2], go[2];
	char path[4096], c;
	double t;

	files = argc == 5 ? atoi(argv[3]) : 0;
	procs = argc == 5 ? atoi(argv[4]) : 0;
	if (files < 1 || procs < 1 || !strchr("csu", argv[1][0])) {
		fprintf(stderr, "usage: mdbench create|stat|unlink DIR FILES PROCESSES\n");
		return 2;
	}
	files /= procs;
	if (pipe(ready) || pipe(go)) {
		perror("mdbench: pipe");
		return 1;
	}
	for (i = 0; i < procs; i++) {
		pid_t pid;

		snprintf(path, sizeof(path), "%s/p%d", argv[2], i);
		if (argv[1][0] == 'c' && mkdir(path, 0755) && errno != EEXIST) {
			fprintf(stderr, "mdbench: %s: %s\n", path, strerror(errno));
			return 1;
		}
		pid = fork();
		if (pid < 0) {
			perror("mdbench: fork");
			return 1;
		}
		if (!pid) {
			close(go[1]);
			if (write(ready[1], "r", 1) != 1 || read(go[0], &c, 1) < 0)
				_exit(1);
			_exit(work(argv[1][0], argv[2], i, files));
		}
	}
	for (i = 0; i < procs; i++)
		if (read(ready[0], &c, 1) != 1)
			return 1;
	t = now();
	close(go[1]); /* end of file starts them */
	while (wait(&status) > 0)
		bad |= status;
	t = now() - t;
	for (i = 0; i < procs && argv[1][0] == 'u'; i++) {
		snprintf(path, sizeof(path), "%s/p%d", argv[2], i);
		rmdir(path);
	}
	if (bad)
		return 1;
	printf("%.1f\n", files * procs / t);
	return 0;
}
