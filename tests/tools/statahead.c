// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two mounts of one file system: a client that asks for attributes ahead must never show old ones.
 *   statahead stop DIR N COMMAND
 *	stats N entries in the order of the directory, runs COMMAND, stats the others and prints for
 *	them name, inode number, mode (hexadecimal) and size, or name and "missing"
 *   statahead count DIR FORMAT FROM TO STEP
 *	stats the names that FORMAT makes of the numbers
 *   statahead race DIR OTHER FILES SECONDS
 *	a process changes files in DIR all the time, others stat them in OTHER, which is the same
 *	directory in another mount
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "rnd.h"

static void die(const char *what)
{
	fprintf(stderr, "statahead: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int stop(const char *dir, int n, const char *command)
{
	char (*names)[256] = NULL;
	struct dirent *ent;
	struct stat st;
	int nr = 0, i;
	DIR *d = opendir(dir);

	if (!d)
		die(dir);
	while ((ent = readdir(d))) {
		if (ent->d_name[0] == '.')
			continue;
		names = realloc(names, (nr + 1) * sizeof(*names));
		if (!names)
			die("memory");
		snprintf(names[nr++], sizeof(*names), "%s", ent->d_name);
	}
	for (i = 0; i < nr; i++) {
		if (i == n && system(command))
			die(command);
		if (fstatat(dirfd(d), names[i], &st, AT_SYMLINK_NOFOLLOW)) {
			if (errno != ENOENT)
				die(names[i]);
			memset(&st, 0, sizeof(st));
		}
		if (i < n)
			continue;
		if (st.st_ino)
			printf("%s %llu %x %lld\n", names[i], (unsigned long long)st.st_ino,
			       st.st_mode, (long long)st.st_size);
		else
			printf("%s missing\n", names[i]);
	}
	closedir(d);
	return 0;
}

static int count(const char *dir, const char *format, int from, int to, int step)
{
	char path[512], name[256];
	struct stat st;

	for (; from < to; from += step) {
		snprintf(name, sizeof(name), format, from);
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		if (stat(path, &st))
			die(path);
	}
	return 0;
}

/*
 * The size of file i is its version. state[i] is twice the version, plus one while it is being
 * changed.
 */
static void change(const char *dir, int i, volatile unsigned int *state)
{
	unsigned int version = *state / 2 + 1;
	char path[512], other[512];
	int fd;

	snprintf(path, sizeof(path), "%s/f%04d", dir, i);
	snprintf(other, sizeof(other), "%s/x%04d", dir, i);
	__sync_fetch_and_add(state, 1);
	switch (rnd(4)) {
	case 0:		/* grows */
		if (truncate(path, version))
			die(path);
		break;
	case 1:		/* another file of the same name */
		if (unlink(path))
			die(path);
		fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
		if (fd < 0 || ftruncate(fd, version))
			die(path);
		close(fd);
		break;
	case 2:		/* another file, renamed over it */
		fd = open(other, O_CREAT | O_TRUNC | O_WRONLY, 0644);
		if (fd < 0 || ftruncate(fd, version))
			die(other);
		close(fd);
		if (rename(other, path))
			die(path);
		break;
	default:	/* gone, and back */
		if (rename(path, other) || truncate(other, version) || rename(other, path))
			die(path);
	}
	__sync_fetch_and_add(state, 1);
}

static int look(const char *dir, int files, volatile unsigned int *state, time_t end)
{
	unsigned long looks = 0, sure = 0;
	struct dirent *ent;
	struct stat st;
	DIR *d;

	while (time(NULL) < end) {
		d = opendir(dir);
		if (!d)
			die(dir);
		while ((ent = readdir(d))) {
			unsigned int before, after;
			int i, rc;

			if (sscanf(ent->d_name, "f%d", &i) != 1 || i < 0 || i >= files)
				continue;
			before = state[i];
			__sync_synchronize();
			rc = fstatat(dirfd(d), ent->d_name, &st, 0);
			if (rc && errno != ENOENT)
				die(ent->d_name);
			__sync_synchronize();
			after = state[i];
			looks++;
			if (before == after && !(before & 1)) {
				sure++;
				if (rc || st.st_size != before / 2) {
					fprintf(stderr, "%s: size %lld, must be %u%s\n",
						ent->d_name, rc ? -1LL : (long long)st.st_size,
						before / 2, rc ? " (missing)" : "");
					return 1;
				}
			} else if (!rc && st.st_size && st.st_size < before / 2) {
				fprintf(stderr, "%s: size %lld, must be %u or more\n", ent->d_name,
					(long long)st.st_size, before / 2);
				return 1;
			}
		}
		closedir(d);
	}
	printf("%lu looks, %lu of them sure\n", looks, sure);
	return looks > 0 && sure > 0 ? 0 : 1;
}

static int race(const char *dir, const char *other, int files, int seconds)
{
	volatile unsigned int *state = mmap(NULL, files * sizeof(*state), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	time_t end = time(NULL) + seconds;
	int i, status, bad = 0;
	pid_t pid;

	if (state == MAP_FAILED)
		die("memory");
	for (i = 0; i < files; i++) {
		char path[512];
		int fd;

		snprintf(path, sizeof(path), "%s/f%04d", dir, i);
		fd = open(path, O_CREAT | O_WRONLY, 0644);
		if (fd < 0)
			die(path);
		close(fd);
	}
	for (i = 0; i < 2; i++) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid)
			exit(look(other, files, state, end));
	}
	while (time(NULL) < end) {
		i = rnd(files);
		change(dir, i, &state[i]);
		if (!rnd(8))
			usleep(20000);
	}
	while (wait(&status) > 0)
		bad |= status;
	return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "stop"))
		return stop(argv[2], atoi(argv[3]), argv[4]);
	if (argc == 7 && !strcmp(argv[1], "count"))
		return count(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]), atoi(argv[6]));
	if (argc == 6 && !strcmp(argv[1], "race"))
		return race(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
	fprintf(stderr, "usage: see the head of statahead.c\n");
	return 2;
}
