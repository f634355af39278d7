// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl get_param, set_param, list_param, find_param: the parameter tree, found by its dotted
 * names. Chapter 7, sections 7.2, 7.3, 8.1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli.h"
#include "lctl.h"

static const char *const roots[] = {
	"/sys/fs/lustre", "/sys/fs/lnet", "/sys/kernel/debug/lustre", "/sys/kernel/debug/lnet",
	"/proc/fs/lustre", "/proc/fs/lnet", "/proc/sys/lustre", "/proc/sys/lnet",
};

struct lctl_match { char *path, *name; };	/* file, dotted name */

struct lctl_matches { struct lctl_match *f; size_t n; };

/*
 * A dot is part of a component where that component is a NID (behind "exports." and "MGC"): up to
 * its '@'. OUT is 2047 bytes, after a '/'.
 */
static void lctl_to_path(const char *name, char *out)
{
	const char *start = name, *end = out + 2046;
	bool nid = false;

	for (; *name && out < end; name++) {
		if (!strncmp(name, "MGC", 3) && out[-1] == '/' && strchr(name, '@'))
			nid = true;
		if (*name == '@')
			nid = false;
		if (*name == '.' && !nid) {
			*out++ = '/';
			if (name - start >= 7 && !strncmp(name - 7, "exports", 7) &&
			    strchr(name, '@'))
				nid = true;
		} else {
			*out++ = *name;
		}
	}
	*out = 0;
}

static void lctl_to_name(char *path)
{
	for (; *path; path++)
		if (*path == '/')
			*path = '.';
}

static int lctl_by_name(const void *a, const void *b)
{
	return strcmp(((const struct lctl_match *)a)->name, ((const struct lctl_match *)b)->name);
}

/* All files that a pattern names, each dotted name once (the first root that has it wins). */
static struct lctl_matches lctl_find(const char *pattern, bool recursive)
{
	char path[2048], *p;
	struct lctl_matches l = { 0 };
	size_t i, k, r;

	path[0] = '/';
	lctl_to_path(pattern, path + 1);
	for (r = 0; r < sizeof(roots) / sizeof(roots[0]); r++) {
		char full[2200];
		glob_t g;
		int depth;

		snprintf(full, sizeof(full), "%s%s", roots[r], path);
		for (depth = 0; depth < (recursive ? 6 : 1); depth++) {
			if (depth)
				strncat(full, "/*", sizeof(full) - strlen(full) - 1);
			if (glob(full, GLOB_BRACE, NULL, &g))
				break;
			for (i = 0; i < g.gl_pathc; i++) {
				p = strdup(g.gl_pathv[i] + strlen(roots[r]) + 1);
				lctl_to_name(p);
				for (k = 0; k < l.n && strcmp(l.f[k].name, p); k++)
					;
				if (k < l.n) {
					free(p);
					continue;
				}
				l.f = realloc(l.f, (l.n + 1) * sizeof(*l.f));
				l.f[l.n++] = (struct lctl_match){ strdup(g.gl_pathv[i]), p };
			}
			globfree(&g);
		}
	}
	if (l.n)
		qsort(l.f, l.n, sizeof(*l.f), lctl_by_name);
	return l;
}

static void lctl_list_free(struct lctl_matches *l)
{
	while (l->n--) {
		free(l->f[l->n].path);
		free(l->f[l->n].name);
	}
	free(l->f);
}

static char *lctl_read_file(const char *path, size_t *len)
{
	char *buf = NULL;
	size_t have = 0, room = 0;
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return NULL;
	do {
		if (room - have < 4096)
			buf = realloc(buf, (room = room * 2 + 65536));
		n = read(fd, buf + have, room - have - 1);
		if (n < 0) {
			int err = errno;

			free(buf);
			close(fd);
			errno = err;
			return NULL;
		}
		have += n;
	} while (n);
	close(fd);
	buf[have] = 0;
	*len = have;
	return buf;
}

static void lctl_show_name(const struct lctl_match *f, const struct stat *st, bool classify)
{
	printf("%s", f->name);
	if (classify) {
		struct stat l;

		if (!lstat(f->path, &l) && S_ISLNK(l.st_mode))
			printf("@");
		else if (S_ISDIR(st->st_mode))
			printf("/");
		else if (st->st_mode & 0222)
			printf("=");
	}
	printf("\n");
}

static int lctl_no_match(const char *cmd, const char *pattern)
{
	char path[2048];

	path[0] = '/';
	lctl_to_path(pattern, path + 1);
	fprintf(stderr, "error: %s: param_path '%s': No such file or directory\n", cmd, path + 1);
	return ENOENT;
}

/* What get_param and list_param show, and how. */
enum {
	LCTL_SHOW_VALUE_ONLY = 0x1,
	LCTL_SHOW_NAME_ONLY = 0x2,
	LCTL_SHOW_CLASS = 0x4,		/* "/" directory, "@" link, "=" writable */
	LCTL_SHOW_PREFIX = 0x8,		/* the name before every line */
	LCTL_SHOW_YAML = 0x10,
	LCTL_SHOW_DIRS_ONLY = 0x20,
	LCTL_SHOW_NO_LINKS = 0x40,
	LCTL_SHOW_DIRS = 0x80,		/* get_param -N -R: directories, too */
};

static void lctl_print_value(const char *name, char *text, unsigned int show, bool writable)
{
	char *save, *line;

	if (show & LCTL_SHOW_VALUE_ONLY) {
		printf("%s\n", text);
	} else if (show & LCTL_SHOW_PREFIX) {
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
			printf("%s=%s\n", name, line);
	} else {
		printf("%s%s%s%s%s\n", name, show & LCTL_SHOW_CLASS && writable ? "=" : "",
		       show & LCTL_SHOW_YAML ? ": " : "=",
		       strchr(text, '\n') ? "\n" : "", text);
	}
}

static int lctl_get_one(const struct lctl_match *m, unsigned int show)
{
	struct stat st;
	size_t len;
	char *text;

	if (stat(m->path, &st))
		return 0;
	if (show & LCTL_SHOW_NAME_ONLY) {
		if (S_ISDIR(st.st_mode) && !(show & LCTL_SHOW_DIRS))
			return 0;
		lctl_show_name(m, &st, show & LCTL_SHOW_CLASS);
		return 0;
	}
	if (S_ISDIR(st.st_mode) || !(st.st_mode & 0444))
		return 0;
	text = lctl_read_file(m->path, &len);
	if (!text)
		return lctl_error("get_param", errno, "reading %s", m->path);
	if (len && text[len - 1] == '\n')
		text[--len] = 0;
	lctl_print_value(m->name, text, show, st.st_mode & 0222);
	free(text);
	return 0;
}

static int lctl_list_one(const struct lctl_match *m, unsigned int show)
{
	struct stat st;

	if (show & LCTL_SHOW_NO_LINKS && !lstat(m->path, &st) && S_ISLNK(st.st_mode))
		return 0;
	if (!stat(m->path, &st) && (!(show & LCTL_SHOW_DIRS_ONLY) || S_ISDIR(st.st_mode)))
		lctl_show_name(m, &st, show & LCTL_SHOW_CLASS);
	return 0;
}

/* All patterns of a command, in turn. Return: the first error. */
static int lctl_each_match(const char *cmd, int n, char **patterns, bool recursive,
			   unsigned int show,
			   int (*one)(const struct lctl_match *m, unsigned int show))
{
	int rc = 0, err;
	size_t i;

	for (; n; n--, patterns++) {
		struct lctl_matches l = lctl_find(*patterns, recursive);

		if (!l.n) {
			err = lctl_no_match(cmd, *patterns);
			rc = rc ? rc : err;
		}
		for (i = 0; i < l.n; i++) {
			err = one(&l.f[i], show);
			rc = rc ? rc : err;
		}
		lctl_list_free(&l);
	}
	return rc;
}

int lctl_get_param(int argc, char **argv)
{
	unsigned int show = 0;
	bool recursive = false;
	const struct cli_option options[] = {
		CLI_BIT('n', NULL, show, LCTL_SHOW_VALUE_ONLY),
		CLI_BIT('N', NULL, show, LCTL_SHOW_NAME_ONLY),
		CLI_BIT('F', NULL, show, LCTL_SHOW_CLASS),
		CLI_BIT('H', NULL, show, LCTL_SHOW_PREFIX),
		CLI_BIT('y', NULL, show, LCTL_SHOW_YAML),
		CLI_FLAG('R', NULL, recursive),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first == argc)
		return rc ? rc : CLI_USAGE;
	return lctl_each_match("get_param", argc - first, argv + first, recursive,
			       recursive ? show | LCTL_SHOW_DIRS : show, lctl_get_one);
}

int lctl_list_param(int argc, char **argv)
{
	unsigned int show = 0;
	bool recursive = false;
	const struct cli_option options[] = {
		CLI_BIT('F', NULL, show, LCTL_SHOW_CLASS),
		CLI_BIT('D', NULL, show, LCTL_SHOW_DIRS_ONLY),
		CLI_BIT('L', NULL, show, LCTL_SHOW_NO_LINKS),
		CLI_FLAG('R', NULL, recursive),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first == argc)
		return rc ? rc : CLI_USAGE;
	return lctl_each_match("list_param", argc - first, argv + first, recursive, show,
			       lctl_list_one);
}

static int lctl_write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY), rc = 0;
	size_t len = strlen(value);

	if (fd < 0)
		return errno;
	if (write(fd, len ? value : "\n", len ? len : 1) < 0)
		rc = errno;
	close(fd);
	return rc;
}

static int lctl_set_one(const char *pattern, const char *value, bool quiet)
{
	struct lctl_matches l = lctl_find(pattern, false);
	int rc = 0, err;
	size_t i;

	if (!l.n) {
		rc = lctl_no_match("set_param", pattern);
		lctl_error("set_param", rc, "setting '%s'='%s'", pattern, value);
	}
	for (i = 0; i < l.n; i++) {
		err = lctl_write_file(l.f[i].path, value);
		if (err)
			lctl_error("set_param", err, "setting %s=%s", l.f[i].path, value);
		else if (!quiet)
			printf("%s=%s\n", l.f[i].name, value);
		rc = rc ? rc : err;
	}
	lctl_list_free(&l);
	return rc;
}

/* Lines "NAME: VALUE" (what get_param -y prints) or "NAME=VALUE". Return: the first error. */
static int lctl_set_from_file(const char *path, bool quiet)
{
	FILE *f = fopen(path, "r");
	char line[4096], *value;
	int rc = 0, err;

	if (!f)
		return lctl_error("set_param", errno, "cannot read '%s'", path);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\r\n")] = 0;
		if (!line[strspn(line, " \t-")] || line[strspn(line, " \t")] == '#')
			continue;
		value = strstr(line, ": ");
		if (!value)
			value = strchr(line, '=');
		if (!value) {
			err = lctl_error("set_param", EINVAL, "%s: '%s' is not NAME: VALUE", path,
					 line);
		} else {
			*value++ = 0;
			value += strspn(value, " ");
			err = lctl_set_one(line, value, quiet);
		}
		rc = rc ? rc : err;
	}
	fclose(f);
	return rc;
}

/* For the mounts of this node: all of them, or those of one file system. */
static int lctl_set_for_mounts(const char *fsname, const char *setting)
{
	char path[128];
	int rc = 0;
	FILE *f;

	if (*fsname)
		snprintf(path, sizeof(path), "/etc/lustre/mount.%s.params", fsname);
	else
		snprintf(path, sizeof(path), "/etc/lustre/mount.client.params");
	if (mkdir("/etc/lustre", 0755) && errno != EEXIST)
		return lctl_error("set_param", errno, "cannot make /etc/lustre");
	f = fopen(path, "a");
	if (!f)
		return lctl_error("set_param", errno, "cannot write '%s'", path);
	if (fprintf(f, "%s\n", setting) < 0)
		rc = errno;
	if (fclose(f) && !rc)
		rc = errno;
	return rc ? lctl_error("set_param", rc, "cannot write '%s'", path) : 0;
}

static const char *lctl_mounts_of;	/* -C[FSNAME] */

static int lctl_set_mounts_of(const char *fsname)
{
	lctl_mounts_of = fsname ? fsname : "";
	return 0;
}

static int lctl_set_setting(char *setting, bool permanent, bool del, bool quiet)
{
	char *eq = strchr(setting, '=');

	if (!eq && !del)
		return lctl_error("set_param", EINVAL, "setting %s", setting);
	if (permanent)
		return lctl_mgs_param("set_param", setting, true, del);
	if (lctl_mounts_of)
		return lctl_set_for_mounts(lctl_mounts_of, setting);
	*eq = 0;
	return lctl_set_one(setting, eq + 1, quiet);
}

/* "-C" and "-CFSNAME": the value is part of the word. */
static void lctl_take_mounts_option(int *argc, char **argv)
{
	int i, n = 1;

	lctl_mounts_of = NULL;
	for (i = 1; i < *argc; i++)
		if (!strncmp(argv[i], "-C", 2))
			lctl_set_mounts_of(argv[i] + 2);
		else
			argv[n++] = argv[i];
	argv[n] = NULL;
	*argc = n;
}

int lctl_set_param(int argc, char **argv)
{
	bool quiet = false, permanent = false, del = false, from_file = false;
	long long threads;	/* parameters are set one after the other, whatever is asked */
	const struct cli_option options[] = {
		CLI_FLAG('n', NULL, quiet),
		CLI_FLAG('P', NULL, permanent),
		CLI_FLAG('d', NULL, del),
		CLI_FLAG('F', NULL, from_file),
		CLI_INDEX('t', NULL, threads, 1024),
		CLI_END
	};
	int rc, err, first, i;

	lctl_take_mounts_option(&argc, argv);
	rc = cli_options(argc, argv, options, &first);
	if (rc || first == argc || (del && !permanent) || permanent + from_file +
	    !!lctl_mounts_of > 1)
		return rc ? rc : CLI_USAGE;
	/* the old form: NAME VALUE */
	if (!permanent && !from_file && first + 2 == argc && !strchr(argv[first], '='))
		return lctl_set_one(argv[first], argv[first + 1], quiet);
	for (i = first; i < argc; i++) {
		err = from_file ? lctl_set_from_file(argv[i], quiet) :
		      lctl_set_setting(argv[i], permanent, del, quiet);
		rc = rc ? rc : err;
	}
	return rc;
}

/* Names that match a regular expression. */
int lctl_find_param(int argc, char **argv)
{
	struct lctl_matches l;
	size_t i, found = 0;
	regex_t re;
	int rc;

	if (argc != 2)
		return CLI_USAGE;
	rc = regcomp(&re, argv[1], REG_EXTENDED | REG_NOSUB);
	if (rc)
		return lctl_error("find_param", EINVAL, "'%s'", argv[1]);
	l = lctl_find("*", true);
	for (i = 0; i < l.n; i++) {
		if (regexec(&re, l.f[i].name, 0, NULL, 0))
			continue;
		printf("%s\n", l.f[i].name);
		found++;
	}
	lctl_list_free(&l);
	regfree(&re);
	return found ? 0 : lctl_error("find_param", ENOENT, "'%s'", argv[1]);
}
