// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of the command line of lfs: sizes, lists of OSTs, paths. No I/O here: the unit tests run
 * this file.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lfs.h"

#define LFS_INDEX_MAX	0xfffe

/* Bytes that a unit stands for, 0 for none. */
static unsigned long long lfs_unit(char c)
{
	static const char units[] = "kmgtpe";
	const char *u;

	if (!c)
		return 0;
	c |= 0x20;
	if (c == 'b')
		return 512;
	if (c == 'c')
		return 1;
	u = strchr(units, c);
	return u ? 1ULL << (10 * (u - units + 1)) : 0;
}

/**
 * lfs_size() - "4", "64k", "1MB", "8b" (blocks of 512 bytes), "100c" (bytes)
 * @s: the text
 * @out: the number of bytes
 * @plain_unit: what a number without a unit counts
 *
 * Return: false when the text is malformed or the number too large.
 */
bool lfs_size(const char *s, unsigned long long *out, unsigned int plain_unit)
{
	unsigned long long value, unit = plain_unit;
	char *end;

	errno = 0;
	value = strtoull(s, &end, 0);
	if (errno || end == s || strchr(s, '-'))
		return false;
	if (*end) {
		unit = lfs_unit(*end);
		if (!unit)
			return false;
		end++;
		if (unit > 512 && (*end | 0x20) == 'b')	/* KB, MB ... */
			end++;
		if (*end)
			return false;
	}
	return !__builtin_mul_overflow(value, unit, out);
}

/**
 * lfs_parse_osts() - a list of OST indices: "0,2-4"
 * @s: the text
 * @list: the indices
 * @max: room in @list
 *
 * Return: their number, or -1.
 */
int lfs_parse_osts(const char *s, uint32_t *list, int max)
{
	unsigned long first, last;
	int n = 0;
	char *end;

	while (*s) {
		first = strtoul(s, &end, 0);
		if (end == s)
			return -1;
		last = first;
		if (*end == '-') {
			s = end + 1;
			last = strtoul(s, &end, 0);
			if (end == s || last < first)
				return -1;
		}
		if (last > LFS_INDEX_MAX || last - first >= (unsigned long)(max - n))
			return -1;
		while (first <= last)
			list[n++] = first++;
		if (*end && *end != ',')
			return -1;
		s = *end ? end + 1 : end;
	}
	return n;
}

/**
 * lfs_ost_index() - the index of "3", "fs-OST0003" or "fs-OST0003_UUID"
 * @s: the text; a comma ends it
 * @index: the index
 *
 * Return: false when it is none.
 */
bool lfs_ost_index(const char *s, long long *index)
{
	size_t n = strcspn(s, ",");
	const char *p = memmem(s, n, "-OST", 4);
	char *end;

	*index = p ? strtoll(p + 4, &end, 16) : strtoll(s, &end, 0);
	if (end == (p ? p + 4 : s) || *index < 0 || *index > LFS_INDEX_MAX)
		return false;
	return end == s + n || (p && s + n - end == 5 && !strncmp(end, "_UUID", 5));
}

/**
 * lfs_path_join() - "dir/name"; the caller frees it. The program ends when there is no memory.
 * @dir: with or without a slash at its end
 * @name: what follows
 */
char *lfs_path_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	char *path = malloc(n + strlen(name) + 2);

	if (!path)
		abort();
	memcpy(path, dir, n);
	if (n && dir[n - 1] != '/')
		path[n++] = '/';
	strcpy(path + n, name);
	return path;
}
