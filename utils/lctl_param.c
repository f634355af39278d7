// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl get_param, set_param, list_param, dl: the parameter tree, found by its dotted names. Chapter 7, 7.2, 7.3, 8.1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lctl.h"

static const char *const roots[] = {
	"/sys/fs/lustre", "/sys/fs/lnet", "/sys/kernel/debug/lustre", "/sys/kernel/debug/lnet",
	"/proc/fs/lustre", "/proc/fs/lnet", "/proc/sys/lustre", "/proc/sys/lnet",
};

struct found { char *path, *name; };	/* file, dotted name */

struct list { struct found *f; size_t n; };

/* A dot is part of a component where that component is a NID (behind "exports." and "MGC"): up to its '@'. OUT is 2047 bytes, after a '/'. */
static void to_path(const char *name, char *out)
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
			if (name - start >= 7 && !strncmp(name - 7, "exports", 7) && strchr(name, '@'))
				nid = true;
		} else {
			*out++ = *name;
		}
	}
	*out = 0;
}

static void to_name(char *path)
{
	for (; *path; path++)
		if (*path == '/')
			*path = '.';
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

/* All files that a pattern names, each dotted name once (the first root that has it wins). */
static struct list find(const char *pattern, bool recursive)
{
	char path[2048], *p;
	struct list l = { 0 };
	size_t i, k, r;

	path[0] = '/';
	to_path(pattern, path + 1);
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
				to_name(p);
				for (k = 0; k < l.n && strcmp(l.f[k].name, p); k++)
					;
				if (k < l.n) {
					free(p);
					continue;
				}
				l.f = realloc(l.f, (l.n + 1) * sizeof(*l.f));
				l.f[l.n++] = (struct found){ strdup(g.gl_pathv[i]), p };
			}
			globfree(&g);
		}
	}
	if (l.n)
		qsort(l.f, l.n, sizeof(*l.f), by_name);
	return l;
}

static void list_free(struct list *l)
{
	while (l->n--) {
		free(l->f[l->n].path);
		free(l->f[l->n].name);
	}
	free(l->f);
}

static char *slurp(const char *path, size_t *len)
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

static void show_name(const struct found *f, const struct stat *st, bool classify)
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

static int none(const char *cmd, const char *pattern)
{
	char path[2048];

	path[0] = '/';
	to_path(pattern, path + 1);
	fprintf(stderr, "error: %s: param_path '%s': No such file or directory\n", cmd, path + 1);
	return ENOENT;
}

int lctl_get_param(int argc, char **argv)
{
	bool value_only = false, name_only = false, classify = false, prefix = false, recursive = false, yaml = false;
	int c, rc = 0;
	size_t i;

	while ((c = getopt(argc, argv, "nNFHRy")) != -1) {
		switch (c) {
		case 'n': value_only = true; break;
		case 'N': name_only = true; break;
		case 'F': classify = true; break;
		case 'H': prefix = true; break;
		case 'R': recursive = true; break;
		case 'y': yaml = true; break;
		default: return -1;
		}
	}
	if (optind == argc)
		return -1;
	for (; optind < argc; optind++) {
		struct list l = find(argv[optind], recursive);

		if (!l.n) {
			int err = none("get_param", argv[optind]);

			rc = rc ? rc : err;
		}
		for (i = 0; i < l.n; i++) {
			struct stat st;
			size_t len;
			char *buf, *nl;

			if (stat(l.f[i].path, &st))
				continue;
			if (name_only) {
				show_name(&l.f[i], &st, classify);
				continue;
			}
			if (S_ISDIR(st.st_mode) || !(st.st_mode & 0444))
				continue;
			buf = slurp(l.f[i].path, &len);
			if (!buf) {
				int err = lctl_error("get_param", errno, "reading %s", l.f[i].path);

				rc = rc ? rc : err;
				continue;
			}
			if (len && buf[len - 1] == '\n')
				buf[--len] = 0;
			if (value_only) {
				printf("%s\n", buf);
			} else if (prefix) {
				char *save, *line;

				for (line = strtok_r(buf, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
					printf("%s=%s\n", l.f[i].name, line);
			} else {
				nl = strchr(buf, '\n');
				printf("%s%s%s%s\n", l.f[i].name, yaml ? ": " : "=", nl ? "\n" : "", buf);
			}
			free(buf);
		}
		list_free(&l);
	}
	return rc;
}

int lctl_list_param(int argc, char **argv)
{
	bool classify = false, recursive = false, dirs = false, no_links = false;
	int c, rc = 0;
	size_t i;

	while ((c = getopt(argc, argv, "FRDL")) != -1) {
		switch (c) {
		case 'F': classify = true; break;
		case 'R': recursive = true; break;
		case 'D': dirs = true; break;
		case 'L': no_links = true; break;
		default: return -1;
		}
	}
	if (optind == argc)
		return -1;
	for (; optind < argc; optind++) {
		struct list l = find(argv[optind], recursive);

		if (!l.n) {
			int err = none("list_param", argv[optind]);

			rc = rc ? rc : err;
		}
		for (i = 0; i < l.n; i++) {
			struct stat st;

			if ((no_links && !lstat(l.f[i].path, &st) && S_ISLNK(st.st_mode)) || stat(l.f[i].path, &st))
				continue;
			if (!dirs || S_ISDIR(st.st_mode))
				show_name(&l.f[i], &st, classify);
		}
		list_free(&l);
	}
	return rc;
}

static int store(const char *path, const char *value)
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

int lctl_set_param(int argc, char **argv)
{
	bool quiet = false, perm = false, del = false;
	int c, rc = 0, i;
	size_t k;

	while ((c = getopt(argc, argv, "nt::Pd")) != -1) {
		switch (c) {
		case 'n': quiet = true; break;
		case 't': break;
		case 'P': perm = true; break;
		case 'd': del = true; break;
		default: return -1;
		}
	}
	if (optind == argc || (del && !perm))
		return -1;
	for (i = optind; i < argc; i++) {
		char *eq = strchr(argv[i], '='), *value;
		struct list l;
		int err = 0;

		if (perm) {
			if (!eq && !del)
				return lctl_error("set_param", 0, "'%s' is not of the form NAME=VALUE", argv[i]);
			err = mgs_param("set_param", argv[i], true, del);
			rc = rc ? rc : err;
			continue;
		}
		if (eq) {
			*eq = 0;
			value = eq + 1;
		} else if (i + 1 < argc && i == optind) {
			value = argv[++i];	/* old form: NAME VALUE */
		} else {
			return lctl_error("set_param", 0, "'%s' is not of the form NAME=VALUE", argv[i]);
		}
		l = find(eq ? argv[i] : argv[i - 1], false);
		if (!l.n) {
			err = none("set_param", eq ? argv[i] : argv[i - 1]);
			rc = rc ? rc : err;
		}
		for (k = 0; k < l.n; k++) {
			err = store(l.f[k].path, value);
			if (err)
				lctl_error("set_param", err, "setting %s=%s", l.f[k].path, value);
			else if (!quiet)
				printf("%s=%s\n", l.f[k].name, value);
			rc = rc ? rc : err;
		}
		list_free(&l);
	}
	return rc;
}

/* The NID of the server of a client device, from its import file; LINE is one of the device list. */
static bool peer_nid(const char *line, char *nid, size_t room)
{
	char type[32], name[128], path[256], text[512];
	bool found = false;
	FILE *f;

	if (sscanf(line, "%*d %*s %31s %127s", type, name) != 2)
		return false;
	snprintf(path, sizeof(path), "/proc/fs/lustre/%s/%s/import", type, name);
	f = fopen(path, "r");
	if (!f)
		return false;
	while (!found && fgets(text, sizeof(text), f)) {
		char *p = strstr(text, "current_connection:");

		if (p) {
			p += strcspn(p, ":") + 1;
			p += strspn(p, " \"");
			snprintf(nid, room, "%.*s", (int)strcspn(p, "\" \n"), p);
			found = true;
		}
	}
	fclose(f);
	return found;
}

int lctl_dl(int argc, char **argv)
{
	static const char *const files[] = { "/proc/fs/lustre/devices", "/sys/kernel/debug/lustre/devices" };
	char line[512], nid[128];
	bool show_nid = false;
	unsigned int i;
	int c;

	while ((c = getopt(argc, argv, "t")) != -1) {
		if (c != 't')
			return -1;
		show_nid = true;
	}
	if (optind != argc)
		return -1;
	for (i = 0; i < 2; i++) {
		FILE *f = fopen(files[i], "r");

		if (!f)
			continue;
		while (fgets(line, sizeof(line), f)) {
			line[strcspn(line, "\n")] = 0;
			printf("%s", line);
			if (show_nid && peer_nid(line, nid, sizeof(nid)))
				printf(" %s", nid);
			printf("\n");
		}
		fclose(f);
		return 0;
	}
	return 0;
}

/* With --device: the import of a client device on or off. */
static int set_active(const char *cmd, const char *value)
{
	static const char *const types[] = { "osc", "mdc", "osp" };
	char path[256];
	unsigned int i;
	int rc = ENOENT;

	if (!lctl_device)
		return lctl_error(cmd, 0, "no device chosen (lctl --device NAME %s)", cmd);
	for (i = 0; i < sizeof(types) / sizeof(types[0]) && rc == ENOENT; i++) {
		snprintf(path, sizeof(path), "/proc/fs/lustre/%s/%s/active", types[i], lctl_device);
		rc = store(path, value);
	}
	return rc ? lctl_error(cmd, rc, "%s", lctl_device) : 0;
}

int lctl_activate(int argc, char **argv)
{
	return argc > 1 ? -1 : set_active("activate", "1");
}

int lctl_deactivate(int argc, char **argv)
{
	return argc > 1 ? -1 : set_active("deactivate", "0");
}
