// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools of OSTs (chapter 7, sections 6.8 and 7.5), for lfs and lctl. What there is of them is read
 * from the parameters lov.*.pools.* of a client mount of the file system.
 */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pools.h"

#define POOL_OSTS_MAX	65536

/**
 * pool_parse() - "fs.pool", or "fs"
 * @text: the text
 * @name: out
 */
bool pool_parse(const char *text, struct pool_name *name)
{
	const char *dot = strchr(text, '.');
	size_t n = dot ? (size_t)(dot - text) : strlen(text), i;

	memset(name, 0, sizeof(*name));
	if (!n || n >= sizeof(name->fsname) || (dot && !dot[1]) ||
	    (dot && strlen(dot + 1) >= sizeof(name->pool)))
		return false;
	memcpy(name->fsname, text, n);
	for (i = 0; dot && dot[1 + i]; i++) {
		if (!isalnum((unsigned char)dot[1 + i]) && !strchr("_.-", dot[1 + i]))
			return false;
		name->pool[i] = dot[1 + i];
	}
	return true;
}

/* One of "3", "0-7", "0-e/2", in hex: calls fn. */
static int pool_range(const char *fsname, const char *range, int (*fn)(const char *uuid, void *arg),
		      void *arg)
{
	unsigned long first, last, step = 1, i;
	char uuid[64], *end;
	int rc = 0;

	first = strtoul(range, &end, 16);
	last = first;
	if (end == range)
		return EINVAL;
	if (*end == '-')
		last = strtoul(end + 1, &end, 16);
	if (*end == '/')
		step = strtoul(end + 1, &end, 16);
	if (*end || last < first || last >= POOL_OSTS_MAX || !step)
		return EINVAL;
	for (i = first; !rc && i <= last; i += step) {
		snprintf(uuid, sizeof(uuid), "%s-OST%04lx_UUID", fsname, i);
		rc = fn(uuid, arg);
	}
	return rc;
}

/**
 * pool_osts() - each OST of "fs-OST0000_UUID", "OST0003", "fs-OST[0-7/2,9]_UUID" (hex)
 * @fsname: the file system
 * @words: the text
 * @fn: called for each; an errno ends it
 * @arg: of @fn
 *
 * Return: 0; EINVAL: not OSTs of this file system; what @fn said.
 */
int pool_osts(const char *fsname, const char *words, int (*fn)(const char *uuid, void *arg),
	      void *arg)
{
	char list[256], *range, *rest = list;
	size_t n = strlen(fsname);
	const char *tail;
	int rc = 0;

	if (!strncmp(words, fsname, n) && words[n] == '-')
		words += n + 1;
	if (strncmp(words, "OST", 3))
		return EINVAL;
	words += 3;
	n = *words == '[' ? strcspn(++words, "]") : strcspn(words, "_");
	tail = words + n + (words[n] == ']');
	if (n >= sizeof(list) || (*tail && strcmp(tail, "_UUID")))
		return EINVAL;
	memcpy(list, words, n);
	list[n] = 0;
	while (!rc && (range = strsep(&rest, ",")))
		rc = pool_range(fsname, range, fn, arg);
	return rc;
}

static int pool_glob(const char *fsname, const char *pool, glob_t *g)
{
	char pattern[160];

	snprintf(pattern, sizeof(pattern), "/proc/fs/lustre/lov/%s-clilov-*/pools/%s", fsname,
		 pool);
	return glob(pattern, 0, NULL, g) ? ENOENT : 0;
}

/* Is the file system mounted here, so that its pools are known? */
static bool pool_fs_is_known(const char *fsname)
{
	char pattern[80];
	bool known;
	glob_t g;

	snprintf(pattern, sizeof(pattern), "/sys/fs/lustre/llite/%s-*", fsname);
	known = !glob(pattern, 0, NULL, &g);
	if (known)
		globfree(&g);
	return known;
}

/**
 * pool_members() - each OST of a pool
 * @name: the pool
 * @fn: called with its UUID; an errno ends it
 * @arg: of @fn
 *
 * Return: 0; ENOENT: no such pool; ENODEV: the file system is not mounted here; what @fn said.
 */
int pool_members(const struct pool_name *name, int (*fn)(const char *uuid, void *arg), void *arg)
{
	char line[80];
	int rc = 0;
	glob_t g;
	FILE *f;

	if (!pool_fs_is_known(name->fsname))
		return ENODEV;
	if (pool_glob(name->fsname, name->pool, &g))
		return ENOENT;
	f = fopen(g.gl_pathv[0], "r");
	globfree(&g);
	if (!f)
		return errno;
	while (!rc && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		rc = fn(line, arg);
	}
	fclose(f);
	return rc;
}

static int pool_compare(const char *uuid, void *arg)
{
	return strcmp(uuid, arg) ? 0 : EEXIST;
}

/**
 * pool_has() - is an OST in a pool?
 * @name: the pool
 * @uuid: of the OST
 *
 * Return: EEXIST: yes; 0: no; others as pool_members().
 */
int pool_has(const struct pool_name *name, const char *uuid)
{
	return pool_members(name, pool_compare, (void *)uuid);
}

static int pool_print_member(const char *uuid, void *arg)
{
	printf("%s\n", uuid);
	return 0;
}

/**
 * pool_list() - print the pools of a file system, or the OSTs of a pool
 * @what: "fs" or "fs.pool"
 *
 * Return: 0, EINVAL, ENOENT, ENODEV.
 */
int pool_list(const char *what)
{
	struct pool_name name;
	size_t i;
	glob_t g;

	if (!pool_parse(what, &name))
		return EINVAL;
	if (!pool_fs_is_known(name.fsname))
		return ENODEV;
	if (name.pool[0]) {
		if (pool_glob(name.fsname, name.pool, &g))
			return ENOENT;
		globfree(&g);
		printf("Pool: %s.%s\n", name.fsname, name.pool);
		return pool_members(&name, pool_print_member, NULL);
	}
	printf("Pools from %s:\n", name.fsname);
	if (pool_glob(name.fsname, "*", &g))
		return 0;
	for (i = 0; i < g.gl_pathc; i++)
		printf("%s.%s\n", name.fsname, strrchr(g.gl_pathv[i], '/') + 1);
	globfree(&g);
	return 0;
}
