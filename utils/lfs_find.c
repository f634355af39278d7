// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs find: find(1) with layout predicates, all ANDed. Chapter 7, 6.7.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "lfs.h"

enum kind { P_NAME, P_TYPE, P_SIZE, P_UID, P_GID, P_MTIME, P_CTIME, P_ATIME, P_LINKS, P_PERM, P_BLOCKS, P_NEWER, P_MDT,
	P_COUNT, P_SSIZE, P_SINDEX, P_OST, P_POOL, P_LAYOUT, P_COMPS, P_MIRRORS };

struct pred {
	enum kind kind;
	bool not;
	int sign;			/* -1, 0, +1 */
	const char *text;
	unsigned long long num, unit;
};

static struct pred preds[64];
static int npreds, maxdepth, mindepth;
static bool print0;
static time_t now;

static const struct { const char *name; enum kind kind; } names[] = {
	{ "name", P_NAME }, { "type", P_TYPE }, { "size", P_SIZE }, { "uid", P_UID }, { "user", P_UID }, { "gid", P_GID }, { "group", P_GID },
	{ "mtime", P_MTIME }, { "ctime", P_CTIME }, { "atime", P_ATIME }, { "links", P_LINKS }, { "stripe-count", P_COUNT },
	{ "stripe_count", P_COUNT }, { "stripe-size", P_SSIZE }, { "stripe_size", P_SSIZE }, { "stripe-index", P_SINDEX },
	{ "stripe_index", P_SINDEX }, { "ost", P_OST }, { "obd", P_OST }, { "pool", P_POOL },
	{ "layout", P_LAYOUT }, { "component-count", P_COMPS }, { "comp-count", P_COMPS }, { "mirror-count", P_MIRRORS }, { "perm", P_PERM },
	{ "blocks", P_BLOCKS }, { "newer", P_NEWER }, { "mdt", P_MDT }, { "mdt-index", P_MDT },
};

static bool parse_time(const char *s, struct pred *p)
{
	static const char units[] = "smhdwy";
	static const unsigned int secs[] = { 1, 60, 3600, 86400, 604800, 31557600 };
	const char *u;
	char *end;

	p->num = strtoull(s, &end, 10);
	if (end == s)
		return false;
	u = *end ? strchr(units, *end) : "d";
	if (!u || (*end && end[1]))
		return false;
	p->unit = *end ? secs[u - units] : 86400;
	p->num *= p->unit;
	return true;
}

static int add_pred(enum kind kind, bool not, const char *arg)
{
	struct pred *p = &preds[npreds];
	const char *s = arg;
	struct passwd *pw;
	struct group *gr;
	struct stat st;
	char *end;

	if (npreds == 64)
		return lfs_error(E2BIG, "too many predicates");
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->not = not;
	p->text = arg;
	if (kind != P_NAME && kind != P_TYPE && kind != P_POOL && kind != P_OST && kind != P_LAYOUT && kind != P_PERM && kind != P_NEWER && (*s == '+' || *s == '-'))
		p->sign = *s++ == '+' ? 1 : -1;
	switch (kind) {
	case P_TYPE:
		if (!arg[0] || !strchr("bcdflps", arg[0]) || arg[1])
			return lfs_error(0, "unknown type '%s'", arg);
		break;
	case P_SIZE: case P_BLOCKS:
		if (!lfs_size(s, &p->num, 512))
			return lfs_error(0, "bad size '%s'", arg);
		p->unit = s[strlen(s) - 1] == 'c' ? 1 : 512;
		if (strchr("kKmMgGtTpPeE", s[strlen(s) - 1]))
			lfs_size(s[strlen(s) - 1] ? (char[]){ '1', s[strlen(s) - 1], 0 } : "1", &p->unit, 1);
		break;
	case P_UID:
		p->num = strtoul(s, &end, 10);
		if (*end || end == s) {
			pw = getpwnam(s);
			if (!pw)
				return lfs_error(0, "unknown user '%s'", s);
			p->num = pw->pw_uid;
		}
		break;
	case P_GID:
		p->num = strtoul(s, &end, 10);
		if (*end || end == s) {
			gr = getgrnam(s);
			if (!gr)
				return lfs_error(0, "unknown group '%s'", s);
			p->num = gr->gr_gid;
		}
		break;
	case P_MTIME: case P_CTIME: case P_ATIME:
		if (!parse_time(s, p))
			return lfs_error(0, "bad time '%s'", arg);
		break;
	case P_SSIZE:
		if (!lfs_size(s, &p->num, 1))
			return lfs_error(0, "bad size '%s'", arg);
		break;
	case P_PERM:
		if (*s == '/' || *s == '-')
			p->sign = *s++ == '/' ? 1 : -1;
		p->num = strtoul(s, &end, 8);
		if (*end || end == s || p->num > 07777)
			return lfs_error(0, "bad mode '%s'", arg);
		break;
	case P_NEWER:
		if (stat(arg, &st))
			return lfs_error(errno, "'%s'", arg);
		p->num = st.st_mtim.tv_sec * 1000000000ULL + st.st_mtim.tv_nsec;
		break;
	case P_LINKS: case P_COUNT: case P_SINDEX: case P_COMPS: case P_MIRRORS: case P_MDT:
		p->num = strtoull(s, &end, 0);
		if (*end || end == s)
			return lfs_error(0, "bad number '%s'", arg);
		break;
	default:
		break;
	}
	npreds++;
	return 0;
}

static bool compare(const struct pred *p, unsigned long long v)
{
	return p->sign > 0 ? v > p->num : p->sign < 0 ? v < p->num : v == p->num;
}

static bool compare_age(const struct pred *p, time_t t)
{
	unsigned long long age = now > t ? now - t : 0;

	if (p->sign > 0)
		return age > p->num + p->unit - 1;
	if (p->sign < 0)
		return age < p->num;
	return age >= p->num && age < p->num + p->unit;
}

static bool on_ost(const char *list, const struct lov_user_md *l)
{
	const struct lov_user_ost_data *o = lfs_objects(l);
	int i;

	while (*list) {
		const char *p = strstr(list, "-OST");
		size_t n = strcspn(list, ",");
		unsigned long idx = p && p < list + n ? strtoul(p + 4, NULL, 16) : strtoul(list, NULL, 0);

		for (i = 0; i < l->lmm_stripe_count; i++)
			if (o[i].l_ost_idx == idx)
				return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static bool match_layout(const struct pred *p, const void *ea, bool have)
{
	const struct lov_user_md *l = ea;
	const struct lov_comp_md *c = ea;

	if (!have)
		return p->kind == P_COUNT && compare(p, 0);
	if (p->kind == P_COMPS || p->kind == P_MIRRORS) {
		bool comp = l->lmm_magic == LOV_USER_MAGIC_COMP_V1;

		return compare(p, p->kind == P_COMPS ? (comp ? c->count : 0) : comp ? c->mirrors + 1 : 1);
	}
	if (l->lmm_magic == LOV_USER_MAGIC_COMP_V1) {
		if (!c->count)
			return false;
		l = lfs_comp_pick(c);
	}
	switch (p->kind) {
	case P_COUNT: return compare(p, l->lmm_stripe_count);
	case P_SSIZE: return compare(p, l->lmm_stripe_size);
	case P_SINDEX: return l->lmm_stripe_count && compare(p, lfs_objects(l)[0].l_ost_idx);
	case P_OST: return on_ost(p->text, l);
	case P_LAYOUT: {
		static const struct { const char *word; uint32_t bit; } words[] = {
			{ "raid0", 1 }, { "mdt", 0x100 }, { "overstriping", 0x200 }, { "overstriped", 0x200 }, { "foreign", 0x400 }, { "released", 0x80000000 }
		};
		unsigned int i;

		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (!strcmp(p->text, words[i].word))
				return (l->lmm_pattern ? l->lmm_pattern : 1) & words[i].bit;
		return false;
	}
	case P_POOL: return l->lmm_magic != LOV_USER_MAGIC_V1 && !fnmatch(p->text, l->lmm_pool, 0);
	default: return false;
	}
}

/* Files are on the MDT of their directory here: one without an own answer counts as 0. */
static unsigned int mdt_index(const char *path, unsigned char dtype)
{
	int fd = dtype == DT_REG || dtype == DT_DIR ? open(path, O_RDONLY | O_NONBLOCK) : -1, idx = 0;

	if (fd < 0 || ioctl(fd, LL_IOC_GET_MDTIDX, &idx) < 0)
		idx = 0;
	if (fd >= 0)
		close(fd);
	return idx;
}

static bool match(const char *path, const char *name, unsigned char dtype, struct stat *st)
{
	static char ea[LOV_EA_MAX];
	int i, lrc = -1;
	bool have_stat = false;

	for (i = 0; i < npreds; i++) {
		const struct pred *p = &preds[i];
		bool ok = false;

		if (p->kind >= P_SIZE && p->kind <= P_NEWER && !have_stat) {
			if (lstat(path, st))
				return false;
			have_stat = true;
		}
		switch (p->kind) {
		case P_NAME: ok = !fnmatch(p->text, name, 0); break;
		case P_TYPE: {
			static const char t[] = "pcdbfls";
			static const unsigned char d[] = { DT_FIFO, DT_CHR, DT_DIR, DT_BLK, DT_REG, DT_LNK, DT_SOCK };

			ok = dtype == d[strchr(t, p->text[0]) - t];
			break;
		}
		case P_SIZE:
			ok = p->sign ? compare(p, st->st_size) :
			     (st->st_size + p->unit - 1) / p->unit * p->unit == p->num;
			break;
		case P_UID: ok = st->st_uid == p->num; break;
		case P_GID: ok = st->st_gid == p->num; break;
		case P_MTIME: ok = compare_age(p, st->st_mtime); break;
		case P_CTIME: ok = compare_age(p, st->st_ctime); break;
		case P_ATIME: ok = compare_age(p, st->st_atime); break;
		case P_LINKS: ok = compare(p, st->st_nlink); break;
		case P_PERM: {
			unsigned int mode = st->st_mode & 07777;

			ok = p->sign > 0 ? !p->num || (mode & p->num) : p->sign < 0 ? (mode & p->num) == p->num : mode == p->num;
			break;
		}
		case P_BLOCKS:
			ok = p->sign ? compare(p, st->st_blocks * 512ULL) :
			     (st->st_blocks * 512ULL + p->unit - 1) / p->unit * p->unit == p->num;
			break;
		case P_NEWER: ok = st->st_mtim.tv_sec * 1000000000ULL + st->st_mtim.tv_nsec > p->num; break;
		case P_MDT: ok = compare(p, mdt_index(path, dtype)); break;
		default:
			if (lrc == -1)
				lrc = dtype == DT_REG || dtype == DT_DIR ? lfs_layout_get(path, ea) : ENODATA;
			ok = match_layout(p, ea, lrc == 0);
			break;
		}
		if (ok == p->not)
			return false;
	}
	return true;
}

static int walk(const char *path, const char *name, unsigned char dtype, int depth)
{
	struct dirent *e;
	struct stat st;
	char *sub;
	int rc = 0, r;
	DIR *d;

	if (depth >= mindepth && match(path, name, dtype, &st)) {
		fputs(path, stdout);
		putchar(print0 ? 0 : '\n');
	}
	if (dtype != DT_DIR || depth >= maxdepth)
		return 0;
	d = opendir(path);
	if (!d)
		return lfs_error(errno, "cannot open '%s'", path);
	while ((e = readdir(d))) {
		unsigned char t = e->d_type;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (asprintf(&sub, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", e->d_name) < 0)
			break;
		if (t == DT_UNKNOWN && !lstat(sub, &st))
			t = IFTODT(st.st_mode);
		r = walk(sub, e->d_name, t, depth + 1);
		rc = rc ? rc : r;
		free(sub);
	}
	closedir(d);
	return rc;
}

int lfs_find(int argc, char **argv)
{
	int i, ndirs = 0, rc = 0, r;
	unsigned int k;
	bool not = false;

	npreds = mindepth = 0;
	maxdepth = 1 << 30;
	print0 = false;
	now = time(NULL);
	while (ndirs + 1 < argc && argv[ndirs + 1][0] != '-' && strcmp(argv[ndirs + 1], "!"))
		ndirs++;
	if (!ndirs)
		return -1;
	for (i = ndirs + 1; i < argc; i++) {
		const char *a = argv[i], *val;
		char word[64];

		if (!strcmp(a, "!") || !strcmp(a, "-not")) {
			not = true;
			continue;
		}
		if (a[0] != '-')
			return lfs_error(0, "unexpected argument '%s'", a);
		a += a[1] == '-' ? 2 : 1;
		if (!strcmp(a, "print"))
			continue;
		if (!strcmp(a, "print0") || !strcmp(a, "0")) {
			print0 = true;
			continue;
		}
		if (!strcmp(a, "lazy") || !strcmp(a, "quiet"))
			continue;
		val = strchr(a, '=');
		snprintf(word, sizeof(word), "%.*s", val ? (int)(val - a) : 63, a);
		if (!strcmp(word, "c")) strcpy(word, "stripe-count");
		if (!strcmp(word, "S")) strcpy(word, "stripe-size");
		if (!strcmp(word, "i")) strcpy(word, "stripe-index");
		if (!strcmp(word, "n")) strcpy(word, "name");
		if (!strcmp(word, "t")) strcpy(word, "type");
		if (!strcmp(word, "s")) strcpy(word, "size");
		if (!strcmp(word, "O")) strcpy(word, "ost");
		if (!strcmp(word, "D")) strcpy(word, "maxdepth");
		if (!strcmp(word, "m")) strcpy(word, "mdt-index");
		if (!strcmp(word, "L")) strcpy(word, "layout");
		if (val)
			val++;
		else if (i + 1 < argc)
			val = argv[++i];
		else
			return lfs_error(0, "'%s' needs a value", argv[i]);
		if (!strcmp(word, "maxdepth") || !strcmp(word, "mindepth")) {
			*(word[1] == 'a' ? &maxdepth : &mindepth) = atoi(val);
			continue;
		}
		for (k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (!strcmp(word, names[k].name))
				break;
		if (k == sizeof(names) / sizeof(names[0])) {
			fprintf(stderr, "lfs find: unrecognized option '%s'\n", argv[i]);
			return -1;
		}
		rc = add_pred(names[k].kind, not, val);
		if (rc)
			return rc;
		not = false;
	}
	for (i = 1; i <= ndirs; i++) {
		const char *slash = strrchr(argv[i], '/');
		struct stat st;

		if (lstat(argv[i], &st)) {
			r = lfs_error(errno, "'%s'", argv[i]);
		} else if (!lfs_is_lustre(argv[i])) {
			fprintf(stderr, "lfs find: '%s' not on a Lustre fs?\n", argv[i]);
			r = ENOTTY;
		} else {
			r = walk(argv[i], slash && slash[1] ? slash + 1 : argv[i], IFTODT(st.st_mode), 0);
		}
		rc = rc ? rc : r;
	}
	return rc;
}
