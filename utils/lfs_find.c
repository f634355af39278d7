// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs find: find(1) with layout predicates, all of which must hold. Chapter 7, section 6.7.
 *
 * Predicates are asked in the order of the command line; attributes and layout of a file are read
 * when the first predicate needs them.
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
#include "cli.h"
#include "lfs.h"

#define LFS_FIND_MAX	64
#define LFS_FIND_DEEP	1000000

struct lfs_find_file {
	const char *path, *name;
	unsigned char type;		/* DT_* */
	bool have_stat;
	struct stat st;
	int layout_rc;			/* -1: not read yet */
};

struct lfs_find_pred {
	const struct lfs_find_kind *kind;
	bool not;
	int sign;			/* -1, 0, +1 */
	const char *text;
	unsigned long long num, unit;
};

struct lfs_find_kind {
	const char *name;
	char letter;
	bool sign;			/* the value may begin with + or - */
	bool stat;			/* needs the attributes */
	bool layout;			/* needs the layout */
	int (*parse)(struct lfs_find_pred *p, const char *value);
	bool (*match)(const struct lfs_find_pred *p, struct lfs_find_file *f);
};

static struct {
	struct lfs_find_pred preds[LFS_FIND_MAX];
	unsigned int nr;
	long long maxdepth, mindepth;
	bool print0;
	time_t now;
	char ea[LOV_EA_MAX];
} lfs_find_opt;

/* ---- values ---- */

static int lfs_find_parse_text(struct lfs_find_pred *p, const char *value)
{
	return 0;
}

static int lfs_find_parse_number(struct lfs_find_pred *p, const char *value)
{
	long long n;

	if (!cli_number(value, 0, 0xffffffffLL, &n))
		return lfs_error(0, "bad number '%s'", value);
	p->num = n;
	return 0;
}

static int lfs_find_parse_type(struct lfs_find_pred *p, const char *value)
{
	static const char letters[] = "pcdbfls";
	static const unsigned char types[] = {
		DT_FIFO, DT_CHR, DT_DIR, DT_BLK, DT_REG, DT_LNK, DT_SOCK,
	};
	const char *l = value[0] ? strchr(letters, value[0]) : NULL;

	if (!l || value[1])
		return lfs_error(0, "unknown type '%s'", value);
	p->num = types[l - letters];
	return 0;
}

/* A bare number counts blocks of 512 bytes; without a sign one unit of tolerance, as find(1). */
static int lfs_find_parse_size(struct lfs_find_pred *p, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	char one[8];

	snprintf(one, sizeof(one), "1%s", value + digits);
	if (!lfs_size(value, &p->num, 512) || !lfs_size(one, &p->unit, 512))
		return lfs_error(0, "bad size '%s'", value);
	return 0;
}

static int lfs_find_parse_stripe_size(struct lfs_find_pred *p, const char *value)
{
	return lfs_size(value, &p->num, 1) ? 0 : lfs_error(0, "bad size '%s'", value);
}

static int lfs_find_parse_user(struct lfs_find_pred *p, const char *value)
{
	struct passwd *pw;
	long long n;

	if (cli_number(value, 0, 0xffffffffLL, &n)) {
		p->num = n;
		return 0;
	}
	pw = getpwnam(value);
	if (!pw)
		return lfs_error(0, "unknown user '%s'", value);
	p->num = pw->pw_uid;
	return 0;
}

static int lfs_find_parse_group(struct lfs_find_pred *p, const char *value)
{
	struct group *gr;
	long long n;

	if (cli_number(value, 0, 0xffffffffLL, &n)) {
		p->num = n;
		return 0;
	}
	gr = getgrnam(value);
	if (!gr)
		return lfs_error(0, "unknown group '%s'", value);
	p->num = gr->gr_gid;
	return 0;
}

static int lfs_find_parse_time(struct lfs_find_pred *p, const char *value)
{
	static const char units[] = "smhdwy";
	static const unsigned int secs[] = { 1, 60, 3600, 86400, 604800, 31557600 };
	const char *unit;
	char *end;

	p->num = strtoull(value, &end, 10);
	unit = *end ? strchr(units, *end) : strchr(units, 'd');
	if (end == value || !unit || (*end && end[1]))
		return lfs_error(0, "bad time '%s'", value);
	p->unit = secs[unit - units];
	if (__builtin_mul_overflow(p->num, p->unit, &p->num))
		return lfs_error(0, "bad time '%s'", value);
	return 0;
}

/* "/MODE": any of these bits, "-MODE": all of them */
static int lfs_find_parse_mode(struct lfs_find_pred *p, const char *value)
{
	const char *digits = value;
	char *end;

	if (*digits == '/' || *digits == '-')
		p->sign = *digits++ == '/' ? 1 : -1;
	p->num = strtoul(digits, &end, 8);
	if (*end || end == digits || p->num > 07777)
		return lfs_error(0, "bad mode '%s'", value);
	return 0;
}

static unsigned long long lfs_find_nsecs(const struct timespec *t)
{
	return t->tv_sec * 1000000000ULL + t->tv_nsec;
}

static int lfs_find_parse_newer(struct lfs_find_pred *p, const char *value)
{
	struct stat st;

	if (stat(value, &st))
		return lfs_error(errno, "'%s'", value);
	p->num = lfs_find_nsecs(&st.st_mtim);
	return 0;
}

static int lfs_find_parse_layout(struct lfs_find_pred *p, const char *value)
{
	static const struct { const char *word; uint32_t bit; } words[] = {
		{ "raid0", LOV_PATTERN_RAID0 }, { "mdt", LOV_PATTERN_MDT },
		{ "overstriping", LOV_PATTERN_OVERSTRIPED },
		{ "overstriped", LOV_PATTERN_OVERSTRIPED }, { "foreign", LOV_PATTERN_FOREIGN },
		{ "released", LOV_PATTERN_RELEASED },
	};
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(value, words[i].word))
			p->num = words[i].bit;
	return p->num ? 0 : lfs_error(0, "unknown layout '%s'", value);
}

static int lfs_find_parse_osts(struct lfs_find_pred *p, const char *value)
{
	long long index;
	const char *s;

	for (s = value; *s; s += strcspn(s, ","), s += *s == ',')
		if (!lfs_ost_index(s, &index))
			return lfs_error(0, "bad OST '%s'", s);
	return 0;
}

/* ---- does a file match? ---- */

static bool lfs_find_compare(const struct lfs_find_pred *p, unsigned long long v)
{
	return p->sign > 0 ? v > p->num : p->sign < 0 ? v < p->num : v == p->num;
}

static bool lfs_find_compare_units(const struct lfs_find_pred *p, unsigned long long v)
{
	if (p->sign)
		return lfs_find_compare(p, v);
	return (v + p->unit - 1) / p->unit * p->unit == p->num;
}

static bool lfs_find_compare_age(const struct lfs_find_pred *p, time_t t)
{
	unsigned long long age = lfs_find_opt.now > t ? lfs_find_opt.now - t : 0;

	if (p->sign > 0)
		return age > p->num + p->unit - 1;
	if (p->sign < 0)
		return age < p->num;
	return age >= p->num && age < p->num + p->unit;
}

static bool lfs_find_name(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return !fnmatch(p->text, f->name, 0);
}

static bool lfs_find_type(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return f->type == p->num;
}

static bool lfs_find_size(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return lfs_find_compare_units(p, f->st.st_size);
}

static bool lfs_find_blocks(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return lfs_find_compare_units(p, f->st.st_blocks * 512ULL);
}

static bool lfs_find_uid(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return f->st.st_uid == p->num;
}

static bool lfs_find_gid(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return f->st.st_gid == p->num;
}

static bool lfs_find_mtime(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return lfs_find_compare_age(p, f->st.st_mtime);
}

static bool lfs_find_ctime(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return lfs_find_compare_age(p, f->st.st_ctime);
}

static bool lfs_find_atime(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return lfs_find_compare_age(p, f->st.st_atime);
}

static bool lfs_find_links(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return lfs_find_compare(p, f->st.st_nlink);
}

static bool lfs_find_perm(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	unsigned int mode = f->st.st_mode & 07777;

	if (p->sign > 0)
		return !p->num || mode & p->num;
	return p->sign < 0 ? (mode & p->num) == p->num : mode == p->num;
}

static bool lfs_find_newer(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	return lfs_find_nsecs(&f->st.st_mtim) > p->num;
}

/* A file is on the MDT of its directory: one that cannot be asked counts as on MDT 0. */
static bool lfs_find_mdt(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	int fd = -1, idx = 0;

	if (f->type == DT_REG || f->type == DT_DIR)
		fd = open(f->path, O_RDONLY | O_NONBLOCK);
	if (fd < 0 || ioctl(fd, LL_IOC_GET_MDTIDX, &idx) < 0)
		idx = 0;
	if (fd >= 0)
		close(fd);
	return lfs_find_compare(p, idx);
}

/* The plain layout, or the component that stands for a composite one; NULL without a layout. */
static const struct lov_user_md_v3 *lfs_find_plain(const struct lfs_find_file *f)
{
	const struct lov_user_md_v3 *l = (const void *)lfs_find_opt.ea;
	int pick;

	if (f->layout_rc)
		return NULL;
	if (l->lmm_magic != LOV_USER_MAGIC_COMP_V1)
		return l;
	pick = lfs_comp_pick((const void *)l);
	return pick < 0 ? NULL : lfs_comp_layout((const void *)l, pick);
}

static const struct lov_comp_md_v1 *lfs_find_comp(const struct lfs_find_file *f)
{
	const struct lov_comp_md_v1 *c = (const void *)lfs_find_opt.ea;

	return !f->layout_rc && c->lcm_magic == LOV_USER_MAGIC_COMP_V1 ? c : NULL;
}

static bool lfs_find_stripe_count(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_user_md_v3 *l = lfs_find_plain(f);

	return lfs_find_compare(p, l ? l->lmm_stripe_count : 0);
}

static bool lfs_find_stripe_size(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_user_md_v3 *l = lfs_find_plain(f);

	return l && lfs_find_compare(p, l->lmm_stripe_size);
}

static bool lfs_find_stripe_index(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_user_md_v3 *l = lfs_find_plain(f);
	const struct lov_comp_md_v1 *c = lfs_find_comp(f);

	if (l && c && !(c->lcm_entries[lfs_comp_pick(c)].lcme_flags & LCME_FL_INIT))
		return false;
	return l && lfs_layout_nr_objects(l) &&
	       lfs_find_compare(p, lfs_layout_objects(l)[0].l_ost_idx);
}

/* Has a plain layout with objects one on an OST of the list? */
static bool lfs_find_ost_plain(const struct lov_user_md_v3 *l, const char *list)
{
	long long index;
	unsigned int i;
	const char *s;

	for (s = list; *s; s += strcspn(s, ","), s += *s == ',')
		for (i = 0; i < lfs_layout_nr_objects(l) && lfs_ost_index(s, &index); i++)
			if (lfs_layout_objects(l)[i].l_ost_idx == index)
				return true;
	return false;
}

static bool lfs_find_ost(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_comp_md_v1 *c = lfs_find_comp(f);
	const struct lov_user_md_v3 *l = lfs_find_plain(f);
	unsigned int i;

	if (!c)
		return l && lfs_find_ost_plain(l, p->text);
	for (i = 0; i < c->lcm_entry_count; i++)
		if (c->lcm_entries[i].lcme_flags & LCME_FL_INIT &&
		    lfs_find_ost_plain(lfs_comp_layout(c, i), p->text))
			return true;
	return false;
}

static bool lfs_find_layout(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_user_md_v3 *l = lfs_find_plain(f);

	return l && (l->lmm_pattern ? l->lmm_pattern : LOV_PATTERN_RAID0) & p->num;
}

static bool lfs_find_pool(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_user_md_v3 *l = lfs_find_plain(f);

	return l && l->lmm_magic != LOV_USER_MAGIC_V1 &&
	       !fnmatch(p->text, lfs_layout_pool(l), 0);
}

static bool lfs_find_comps(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_comp_md_v1 *c = lfs_find_comp(f);

	return !f->layout_rc && lfs_find_compare(p, c ? c->lcm_entry_count : 0);
}

static bool lfs_find_mirrors(const struct lfs_find_pred *p, struct lfs_find_file *f)
{
	const struct lov_comp_md_v1 *c = lfs_find_comp(f);

	return !f->layout_rc && lfs_find_compare(p, c ? c->lcm_mirror_count + 1 : 1);
}

/* Rows of the same function are other names of one predicate. */
static const struct lfs_find_kind lfs_find_kinds[] = {
	{ "name", 'n', 0, 0, 0, lfs_find_parse_text, lfs_find_name },
	{ "type", 't', 0, 0, 0, lfs_find_parse_type, lfs_find_type },
	{ "size", 's', 1, 1, 0, lfs_find_parse_size, lfs_find_size },
	{ "blocks", 0, 1, 1, 0, lfs_find_parse_size, lfs_find_blocks },
	{ "uid", 0, 0, 1, 0, lfs_find_parse_user, lfs_find_uid },
	{ "user", 0, 0, 1, 0, lfs_find_parse_user, lfs_find_uid },
	{ "gid", 0, 0, 1, 0, lfs_find_parse_group, lfs_find_gid },
	{ "group", 0, 0, 1, 0, lfs_find_parse_group, lfs_find_gid },
	{ "mtime", 0, 1, 1, 0, lfs_find_parse_time, lfs_find_mtime },
	{ "ctime", 0, 1, 1, 0, lfs_find_parse_time, lfs_find_ctime },
	{ "atime", 0, 1, 1, 0, lfs_find_parse_time, lfs_find_atime },
	{ "links", 0, 1, 1, 0, lfs_find_parse_number, lfs_find_links },
	{ "perm", 0, 0, 1, 0, lfs_find_parse_mode, lfs_find_perm },
	{ "newer", 0, 0, 1, 0, lfs_find_parse_newer, lfs_find_newer },
	{ "mdt", 0, 1, 0, 0, lfs_find_parse_number, lfs_find_mdt },
	{ "mdt-index", 'm', 1, 0, 0, lfs_find_parse_number, lfs_find_mdt },
	{ "stripe-count", 'c', 1, 0, 1, lfs_find_parse_number, lfs_find_stripe_count },
	{ "stripe-size", 'S', 1, 0, 1, lfs_find_parse_stripe_size, lfs_find_stripe_size },
	{ "stripe-index", 'i', 1, 0, 1, lfs_find_parse_number, lfs_find_stripe_index },
	{ "ost", 'O', 0, 0, 1, lfs_find_parse_osts, lfs_find_ost },
	{ "obd", 0, 0, 0, 1, lfs_find_parse_osts, lfs_find_ost },
	{ "layout", 'L', 0, 0, 1, lfs_find_parse_layout, lfs_find_layout },
	{ "pool", 0, 0, 0, 1, lfs_find_parse_text, lfs_find_pool },
	{ "component-count", 0, 1, 0, 1, lfs_find_parse_number, lfs_find_comps },
	{ "comp-count", 0, 1, 0, 1, lfs_find_parse_number, lfs_find_comps },
	{ "mirror-count", 0, 1, 0, 1, lfs_find_parse_number, lfs_find_mirrors },
};

static bool lfs_find_match(struct lfs_find_file *f)
{
	unsigned int i;

	for (i = 0; i < lfs_find_opt.nr; i++) {
		const struct lfs_find_pred *p = &lfs_find_opt.preds[i];

		if (p->kind->stat && !f->have_stat) {
			if (lstat(f->path, &f->st))
				return false;
			f->have_stat = true;
		}
		if (p->kind->layout && f->layout_rc == -1)
			f->layout_rc = f->type == DT_REG || f->type == DT_DIR ?
				       lfs_layout_get(f->path, lfs_find_opt.ea) : ENODATA;
		if (p->kind->match(p, f) == p->not)
			return false;
	}
	return true;
}

/* ---- the tree ---- */

static int lfs_find_walk(const char *path, const char *name, unsigned char type, int depth);

static int lfs_find_entries(const char *path, int depth)
{
	struct dirent *e;
	int rc = 0, err;
	mode_t mode;
	char *sub;
	DIR *d;

	d = opendir(path);
	if (!d)
		return lfs_error(errno, "cannot open '%s'", path);
	while ((e = readdir(d))) {
		unsigned char type = e->d_type;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		sub = lfs_path_join(path, e->d_name);
		if (type == DT_UNKNOWN && !lfs_mode(sub, &mode))
			type = IFTODT(mode);
		err = lfs_find_walk(sub, e->d_name, type, depth + 1);
		rc = rc ? rc : err;
		free(sub);
	}
	closedir(d);
	return rc;
}

static int lfs_find_walk(const char *path, const char *name, unsigned char type, int depth)
{
	struct lfs_find_file f = { .path = path, .name = name, .type = type, .layout_rc = -1 };

	if (depth >= lfs_find_opt.mindepth && lfs_find_match(&f)) {
		fputs(path, stdout);
		putchar(lfs_find_opt.print0 ? 0 : '\n');
	}
	return type == DT_DIR && depth < lfs_find_opt.maxdepth ? lfs_find_entries(path, depth) : 0;
}

static int lfs_find_start(const char *path)
{
	const char *slash = strrchr(path, '/');
	mode_t mode;

	if (lfs_mode(path, &mode))
		return lfs_error(errno, "'%s'", path);
	if (!lfs_is_lustre(path)) {
		fprintf(stderr, "lfs find: '%s' not on a Lustre fs?\n", path);
		return ENOTTY;
	}
	return lfs_find_walk(path, slash && slash[1] ? slash + 1 : path, IFTODT(mode), 0);
}

/* ---- command line ---- */

/* Words without a value. Return: true when it was one. */
static bool lfs_find_plain_word(const char *word)
{
	static const char *const words[] = { "print", "lazy", "quiet" };
	unsigned int i;

	if (!strcmp(word, "print0") || !strcmp(word, "0")) {
		lfs_find_opt.print0 = true;
		return true;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/* "stripe-count", "stripe_count" or "c", N bytes */
static const struct lfs_find_kind *lfs_find_kind_of(const char *word, size_t n)
{
	unsigned int i;
	size_t k;

	for (i = 0; i < sizeof(lfs_find_kinds) / sizeof(lfs_find_kinds[0]); i++) {
		const struct lfs_find_kind *kind = &lfs_find_kinds[i];

		if (n == 1 && word[0] == kind->letter)
			return kind;
		if (strlen(kind->name) != n)
			continue;
		for (k = 0; k < n; k++)
			if (word[k] != kind->name[k] && !(word[k] == '_' && kind->name[k] == '-'))
				break;
		if (k == n)
			return kind;
	}
	return NULL;
}

static int lfs_find_add(const struct lfs_find_kind *kind, bool not, const char *value)
{
	struct lfs_find_pred *p = &lfs_find_opt.preds[lfs_find_opt.nr];

	if (lfs_find_opt.nr == LFS_FIND_MAX)
		return lfs_error(E2BIG, "too many predicates");
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->not = not;
	p->text = value;
	if (kind->sign && (*value == '+' || *value == '-'))
		p->sign = *value++ == '+' ? 1 : -1;
	lfs_find_opt.nr++;
	return kind->parse(p, value);
}

/*
 * One predicate with its value, which may be the next word.
 *
 * Return: the number of words taken, or a negative errno; CLI_USAGE is -1 (EPERM does not occur).
 */
static int lfs_find_take(char **argv, bool not)
{
	const char *word = argv[0] + (argv[0][1] == '-' ? 2 : 1), *value = strchr(word, '=');
	size_t n = value ? (size_t)(value - word) : strlen(word);
	const struct lfs_find_kind *kind;
	long long *depth = NULL;
	int rc;

	value = value ? value + 1 : argv[1];
	if ((n == 8 && !strncmp(word, "maxdepth", 8)) || (n == 1 && word[0] == 'D'))
		depth = &lfs_find_opt.maxdepth;
	else if (n == 8 && !strncmp(word, "mindepth", 8))
		depth = &lfs_find_opt.mindepth;
	kind = depth ? NULL : lfs_find_kind_of(word, n);
	if (!depth && !kind) {
		fprintf(stderr, "lfs find: unrecognized option '%s'\n", argv[0]);
		return CLI_USAGE;
	}
	if (!value)
		return -lfs_error(0, "'%s' needs a value", argv[0]);
	if (!depth)
		rc = lfs_find_add(kind, not, value);
	else if (!cli_number(value, 0, LFS_FIND_DEEP, depth))
		rc = lfs_error(0, "bad number '%s'", value);
	else
		rc = 0;
	return rc ? -rc : value == argv[1] ? 2 : 1;
}

static int lfs_find_parse(int argc, char **argv)
{
	bool not = false;
	int i, n;

	for (i = 0; i < argc; i += n) {
		n = 1;
		if (!strcmp(argv[i], "!") || !strcmp(argv[i], "-not")) {
			not = true;
			continue;
		}
		if (argv[i][0] != '-')
			return lfs_error(0, "unexpected argument '%s'", argv[i]);
		if (lfs_find_plain_word(argv[i] + (argv[i][1] == '-' ? 2 : 1)))
			continue;
		n = lfs_find_take(argv + i, not);
		if (n < 0)
			return n == CLI_USAGE ? CLI_USAGE : -n;
		not = false;
	}
	return 0;
}

int lfs_find(int argc, char **argv)
{
	int i, ndirs = 0, rc, err;

	memset(&lfs_find_opt, 0, sizeof(lfs_find_opt));
	lfs_find_opt.maxdepth = LFS_FIND_DEEP;
	lfs_find_opt.now = time(NULL);
	while (ndirs + 1 < argc && argv[ndirs + 1][0] != '-' && strcmp(argv[ndirs + 1], "!"))
		ndirs++;
	if (!ndirs)
		return CLI_USAGE;
	rc = lfs_find_parse(argc - 1 - ndirs, argv + 1 + ndirs);
	if (rc)
		return rc;
	for (i = 1; i <= ndirs; i++) {
		err = lfs_find_start(argv[i]);
		rc = rc ? rc : err;
	}
	return rc;
}
