// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs setstripe: create files with a layout, set the default layout of directories, change the
 * components of a file. Chapter 7, section 6.3.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "cli.h"
#include "lfs.h"
#include "lfs_wish.h"

enum lfs_set_what { LFS_SET_LAYOUT, LFS_SET_ADD = 1, LFS_SET_DEL = 2, LFS_SET_FLAGS = 4 };

static struct {
	struct lfs_wish wish;
	struct lfs_comp *comp;		/* that options say something of */
	bool delete, some;		/* some: a layout was described */
	const char *yaml, *copy;
	unsigned int what;		/* LFS_SET_* */
	long long id;
	uint32_t flags, no_flags;
} lfs_set;

static int lfs_set_count(const char *value)
{
	long long n;

	if (!cli_number(value, -1, LOV_MAX_STRIPE_COUNT, &n))
		return lfs_error(0, "Invalid stripe count %s", value);
	lfs_set.comp->stripe_count = n & 0xffff;
	lfs_set.comp->pattern &= ~LOV_PATTERN_OVERSTRIPED;
	lfs_set.some = true;
	return 0;
}

/* -C: several objects on one OST; -2 to -32: so many on each. */
static int lfs_set_overstripe(const char *value)
{
	long long n;

	if (!cli_number(value, -32, LOV_MAX_STRIPE_COUNT, &n) || !n)
		return lfs_error(0, "Invalid overstripe count %s", value);
	lfs_set.comp->stripe_count = n & 0xffff;
	lfs_set.comp->pattern = LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPED;
	lfs_set.some = true;
	return 0;
}

static int lfs_set_size(const char *value)
{
	static const char bad[] = "must be an even multiple of 65536 bytes";
	unsigned long long size;

	if (!lfs_size(value, &size, 1))
		return lfs_error(0, "error: bad stripe_size %s, %s", value, bad);
	if (size < 4096)	/* KiB */
		size <<= 10;
	if (size % 65536)
		return lfs_error(0, "error: bad stripe_size %llu, %s", size, bad);
	if (size >= 1ULL << 32)
		return lfs_error(0, "error: stripe size '%s' over 4GB limit", value);
	lfs_set.comp->stripe_size = size;
	lfs_set.some = true;
	return 0;
}

static int lfs_set_index(const char *value)
{
	long long n;

	if (!cli_number(value, -1, 0xfffe, &n))
		return lfs_error(0, "error: bad stripe offset %s", value);
	lfs_set.comp->stripe_offset = n & 0xffff;
	lfs_set.some = true;
	return 0;
}

static int lfs_set_osts(const char *value)
{
	struct lfs_comp *c = lfs_set.comp;
	unsigned int i, k;
	int n;

	free(c->osts);
	c->nr_osts = 0;
	c->osts = calloc(LOV_MAX_STRIPE_COUNT, sizeof(*c->osts));
	if (!c->osts)
		return lfs_error(ENOMEM, "setstripe");
	n = lfs_parse_osts(value, c->osts, LOV_MAX_STRIPE_COUNT);
	if (n <= 0)
		return lfs_error(0, "error: bad OST list '%s'", value);
	c->nr_osts = n;
	if (lfs_set.wish.composite)
		c->stripe_count = 0;	/* of the component before */
	for (i = 0; i < c->nr_osts; i++)
		for (k = 0; k < i; k++)
			if (c->osts[i] == c->osts[k])
				c->pattern = LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPED;
	lfs_set.some = true;
	return 0;
}

static int lfs_set_pool(const char *value)
{
	const char *dot = strchr(value, '.'), *pool = dot ? dot + 1 : value;

	if (strlen(pool) > 15)
		return lfs_error(0, "error: pool name '%s' is longer than 15 characters", pool);
	strcpy(lfs_set.comp->pool, pool);
	lfs_set.some = true;
	return 0;
}

static int lfs_set_pattern(const char *value)
{
	if (strcmp(value, "raid0"))
		return lfs_error(EOPNOTSUPP, "layout '%s'", value);
	lfs_set.some = true;
	return 0;
}

static int lfs_set_end(const char *value)
{
	unsigned long long end;

	if (!lfs_parse_end(value, &end))
		return lfs_error(0, "error: bad component end '%s'", value);
	lfs_set.comp = lfs_wish_add(&lfs_set.wish, end);
	if (!lfs_set.comp)
		return lfs_error(0, "error: more than %d components", LFS_COMPS_MAX);
	lfs_set.some = true;
	return 0;
}

static int lfs_set_flags(const char *value)
{
	if (lfs_parse_comp_flags(value, &lfs_set.flags, &lfs_set.no_flags))
		return lfs_error(0, "error: bad component flags '%s'", value);
	lfs_set.comp->flags |= lfs_set.flags;
	return 0;
}

static int lfs_set_mirrors(const char *value)
{
	return lfs_error(EOPNOTSUPP, "mirrored files");
}

static int lfs_set_extension(const char *value)
{
	return lfs_error(EOPNOTSUPP, "self-extending layouts");
}

static int lfs_set_foreign(const char *value)
{
	return lfs_error(EOPNOTSUPP, "foreign layouts");
}

static int lfs_set_open(const char *path, const struct stat *st)
{
	if (st && S_ISDIR(st->st_mode))
		return open(path, O_RDONLY | O_DIRECTORY);
	if (!lfs_set.delete && !lfs_set.what)
		return open(path, O_CREAT | O_WRONLY | O_LOV_DELAY_CREATE, 0644);
	if (lfs_set.what)
		return open(path, O_WRONLY);
	errno = st ? ENOTDIR : ENOENT;
	return -1;
}

static int lfs_set_message(const char *path, int rc)
{
	fprintf(stderr, "lfs setstripe: setstripe error for '%s': %s\n", path,
		rc == EEXIST ? "stripe already set" : strerror(rc));
	return rc;
}

/* The new layout of a file, the default one of a directory. */
static int lfs_set_layout(int fd, bool dir, void *wish, size_t len)
{
	/* Directories take composite layouts only this way (chapter 7, 3.5). */
	if (dir && lfs_set.wish.composite)
		return fsetxattr(fd, "lustre.lov", wish, len, 0) ? errno : 0;
	return ioctl(fd, LL_IOC_LOV_SETSTRIPE, wish) < 0 ? errno : 0;
}

/* Where the components of a file end. */
static int lfs_set_file_end(const char *path, unsigned long long *end)
{
	static char buf[LOV_EA_MAX];
	const struct lov_comp_md_v1 *m = (const void *)buf;
	int rc = lfs_layout_get(path, buf);

	if (rc)
		return rc;
	if (m->lcm_magic != LOV_USER_MAGIC_COMP_V1 || !m->lcm_entry_count)
		return EINVAL;
	*end = m->lcm_entries[m->lcm_entry_count - 1].lcme_end;
	return 0;
}

static int lfs_set_check(const char *path)
{
	unsigned long long start = 0;
	char why[160];
	int rc = 0;

	if (lfs_set.what == LFS_SET_ADD) {
		rc = lfs_set_file_end(path, &start);
		if (rc)
			return lfs_error(rc, "cannot add components to '%s'", path);
		lfs_set.wish.comp[0].start = start;
	}
	if (lfs_wish_check(&lfs_set.wish, start, why, sizeof(why)))
		return lfs_error(EINVAL, "'%s': %s", path, why);
	return 0;
}

/* --component-add, -del, -set of one file. */
static int lfs_set_edit(int fd, const char *path)
{
	static const char *const names[] = {
		[LFS_SET_ADD] = "lustre.lov.add", [LFS_SET_DEL] = "lustre.lov.del",
		[LFS_SET_FLAGS] = "lustre.lov.set.flags",
	};
	void *edit;
	size_t len;
	int rc;

	edit = lfs_wish_build(&lfs_set.wish, &len);
	if (!edit)
		return ENOMEM;
	rc = fsetxattr(fd, names[lfs_set.what], edit, len, 0) ? errno : 0;
	free(edit);
	return rc ? lfs_set_message(path, rc) : 0;
}

static int lfs_set_wish(int fd, const char *path, bool dir)
{
	size_t len;
	void *wish;
	int rc;

	wish = lfs_wish_build(&lfs_set.wish, &len);
	if (!wish)
		return lfs_error(ENOMEM, "setstripe");
	rc = lfs_set_layout(fd, dir, wish, len);
	free(wish);
	return rc ? lfs_set_message(path, rc) : 0;
}

static int lfs_set_one(const char *path)
{
	struct stat st;
	bool created = stat(path, &st) < 0;
	int rc, fd;

	rc = lfs_set.what & (LFS_SET_DEL | LFS_SET_FLAGS) ? 0 : lfs_set_check(path);
	if (rc)
		return rc;
	fd = lfs_set_open(path, created ? NULL : &st);
	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", path);
	if (!lfs_is_lustre(path)) {
		fprintf(stderr, "lfs setstripe: '%s' is not on a Lustre filesystem\n", path);
		rc = ENOTTY;
	} else if (lfs_set.what) {
		rc = lfs_set_edit(fd, path);
	} else {
		rc = lfs_set_wish(fd, path, !created && S_ISDIR(st.st_mode));
	}
	if (rc && created)
		unlink(path);
	close(fd);
	return rc;
}

/* -y and --copy: the whole layout. */
static int lfs_set_read(void)
{
	static char buf[LOV_EA_MAX];
	FILE *f;
	int rc;

	if (lfs_set.some || (lfs_set.yaml && lfs_set.copy))
		return lfs_error(0, "error: a layout file or a copy says everything");
	if (lfs_set.copy) {
		rc = lfs_layout_get(lfs_set.copy, buf);
		if (!rc)
			rc = lfs_wish_copy(&lfs_set.wish, buf);
		return rc ? lfs_error(rc, "cannot copy the layout of '%s'", lfs_set.copy) : 0;
	}
	f = fopen(lfs_set.yaml, "r");
	if (!f)
		return lfs_error(errno, "cannot open '%s'", lfs_set.yaml);
	rc = lfs_wish_yaml(&lfs_set.wish, f);
	fclose(f);
	return rc ? lfs_error(rc, "'%s' is not a layout in YAML", lfs_set.yaml) : 0;
}

/* Which components are meant: one entry with an id or flags, or flags to set and to clear. */
static int lfs_set_prepare_edit(void)
{
	struct lfs_comp *c = lfs_set.comp;

	if (lfs_set.what == LFS_SET_ADD)
		return lfs_set.wish.composite && !lfs_set.id ? 0 : CLI_USAGE;
	if (lfs_set.some)
		return CLI_USAGE;
	lfs_set.wish.composite = true;
	c->id = lfs_set.id;
	c->flags = lfs_set.flags ? lfs_set.flags :
		   lfs_set.no_flags ? lfs_set.no_flags | LCME_FL_NEG : 0;
	if (lfs_set.what == LFS_SET_DEL)
		return !c->id == !c->flags || (lfs_set.flags && lfs_set.no_flags) ? CLI_USAGE : 0;
	if (lfs_set.what != LFS_SET_FLAGS || !c->id || !c->flags)
		return CLI_USAGE;
	if (!lfs_set.flags || !lfs_set.no_flags)
		return 0;
	c = lfs_wish_add(&lfs_set.wish, LFS_EOF);
	c->id = lfs_set.id;
	c->flags = lfs_set.no_flags | LCME_FL_NEG;
	return 0;
}

static int lfs_set_prepare(void)
{
	const struct lfs_comp *c = lfs_set.comp;

	if (lfs_set.what)
		return lfs_set_prepare_edit();
	if (lfs_set.delete)
		return lfs_set.some || lfs_set.yaml || lfs_set.copy ? CLI_USAGE : 0;
	if (lfs_set.id || lfs_set.no_flags)
		return CLI_USAGE;
	if (lfs_set.yaml || lfs_set.copy)
		return lfs_set_read();
	if (c->nr_osts && c->stripe_count && c->stripe_count != c->nr_osts)
		return lfs_error(0, "error: stripe count %u is not the number of OSTs of -o",
				 c->stripe_count);
	return 0;
}

int lfs_setstripe(int argc, char **argv)
{
	const struct cli_option options[] = {
		CLI_CALL('c', "stripe-count", lfs_set_count),
		CLI_CALL(0, "stripe_count", lfs_set_count),
		CLI_CALL('C', "overstripe-count", lfs_set_overstripe),
		CLI_CALL(0, "overstripe_count", lfs_set_overstripe),
		CLI_CALL('S', "stripe-size", lfs_set_size),
		CLI_CALL(0, "stripe_size", lfs_set_size),
		CLI_CALL('i', "stripe-index", lfs_set_index),
		CLI_CALL(0, "stripe_index", lfs_set_index),
		CLI_CALL('o', "ost", lfs_set_osts),
		CLI_CALL(0, "ost-list", lfs_set_osts),
		CLI_CALL(0, "ost_list", lfs_set_osts),
		CLI_CALL('p', "pool", lfs_set_pool),
		CLI_CALL('L', "layout", lfs_set_pattern),
		CLI_CALL('E', "component-end", lfs_set_end),
		CLI_CALL(0, "component_end", lfs_set_end),
		CLI_CALL(0, "flags", lfs_set_flags),
		CLI_CALL(0, "component-flags", lfs_set_flags),
		CLI_CALL('z', "ext-size", lfs_set_extension),
		CLI_CALL(0, "extension-size", lfs_set_extension),
		CLI_DO('N', "mirror-count", lfs_set_mirrors),
		CLI_CALL(0, "foreign", lfs_set_foreign),
		CLI_TEXT('y', "yaml", lfs_set.yaml),
		CLI_TEXT(0, "copy", lfs_set.copy),
		CLI_FLAG('d', "delete", lfs_set.delete),
		CLI_NUMBER('I', "component-id", lfs_set.id, 1, 0x7fffffff),
		CLI_BIT(0, "component-add", lfs_set.what, LFS_SET_ADD),
		CLI_BIT(0, "component-del", lfs_set.what, LFS_SET_DEL),
		CLI_BIT(0, "component-set", lfs_set.what, LFS_SET_FLAGS),
		CLI_END
	};
	int rc, err, i;

	memset(&lfs_set, 0, sizeof(lfs_set));
	lfs_wish_init(&lfs_set.wish);
	lfs_set.comp = &lfs_set.wish.comp[0];
	rc = cli_options(argc, argv, options, &i);
	if (!rc && i == argc)
		rc = CLI_USAGE;
	if (!rc)
		rc = lfs_set_prepare();
	if (rc)
		i = argc;
	for (; i < argc; i++) {
		err = lfs_set_one(argv[i]);
		rc = rc ? rc : err;
	}
	lfs_wish_free(&lfs_set.wish);
	return rc;
}
