// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs setstripe: create files with a layout, or set the default layout of directories. Chapter 7,
 * section 6.3.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli.h"
#include "lfs.h"

static struct {
	unsigned long long size;
	long long count, index;
	const char *pool;
	bool delete;
	unsigned int nr_osts;
	uint32_t osts[LOV_MAX_STRIPE_COUNT];
} lfs_set;

static int lfs_set_count(const char *value)
{
	if (!cli_number(value, -1, LOV_MAX_STRIPE_COUNT, &lfs_set.count))
		return lfs_error(0, "Invalid stripe count %s", value);
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
	lfs_set.size = size;
	return 0;
}

static int lfs_set_index(const char *value)
{
	if (!cli_number(value, -1, 0xfffe, &lfs_set.index))
		return lfs_error(0, "error: bad stripe offset %s", value);
	return 0;
}

static int lfs_set_osts(const char *value)
{
	int n = lfs_parse_osts(value, lfs_set.osts, LOV_MAX_STRIPE_COUNT);

	if (n <= 0)
		return lfs_error(0, "error: bad OST list '%s'", value);
	lfs_set.nr_osts = n;
	return 0;
}

static int lfs_set_pool(const char *value)
{
	const char *dot = strchr(value, '.');

	lfs_set.pool = dot ? dot + 1 : value;
	if (strlen(lfs_set.pool) > 15)
		return lfs_error(0, "error: pool name '%s' is longer than 15 characters",
				 lfs_set.pool);
	return 0;
}

static int lfs_set_pattern(const char *value)
{
	return strcmp(value, "raid0") ? lfs_error(EOPNOTSUPP, "layout '%s'", value) : 0;
}

static int lfs_set_declined(const char *value)
{
	return lfs_error(EOPNOTSUPP, "composite and overstriped layouts");
}

/* The wish as the ioctl takes it. */
static struct lov_user_md_v3 *lfs_set_wish(void)
{
	struct lov_user_ost_data_v1 *object;
	struct lov_user_md_v3 *l;
	unsigned int i;

	l = calloc(1, sizeof(*l) + lfs_set.nr_osts * sizeof(*object));
	if (!l)
		return NULL;
	l->lmm_magic = lfs_set.nr_osts ? LOV_USER_MAGIC_SPECIFIC :
		       lfs_set.pool ? LOV_USER_MAGIC_V3 : LOV_USER_MAGIC_V1;
	l->lmm_stripe_size = lfs_set.size;
	l->lmm_stripe_count = lfs_set.nr_osts ? lfs_set.nr_osts : lfs_set.count;
	l->lmm_stripe_offset = lfs_set.nr_osts ? lfs_set.osts[0] : lfs_set.index;
	if (lfs_set.pool)
		memcpy(l->lmm_pool_name, lfs_set.pool, strlen(lfs_set.pool));
	object = (void *)(l + 1);
	for (i = 0; i < lfs_set.nr_osts; i++)
		object[i].l_ost_idx = lfs_set.osts[i];
	return l;
}

static int lfs_set_open(const char *path, const struct stat *st)
{
	if (st && S_ISDIR(st->st_mode))
		return open(path, O_RDONLY | O_DIRECTORY);
	if (!lfs_set.delete)
		return open(path, O_CREAT | O_WRONLY | O_LOV_DELAY_CREATE, 0644);
	errno = st ? ENOTDIR : ENOENT;
	return -1;
}

static int lfs_set_one(const char *path, struct lov_user_md_v3 *wish)
{
	struct stat st;
	bool created = stat(path, &st) < 0;
	int rc = 0, fd = lfs_set_open(path, created ? NULL : &st);

	if (fd < 0)
		return lfs_error(errno, "cannot open '%s'", path);
	if (!lfs_is_lustre(path)) {
		fprintf(stderr, "lfs setstripe: '%s' is not on a Lustre filesystem\n", path);
		rc = ENOTTY;
	} else if (ioctl(fd, LL_IOC_LOV_SETSTRIPE, wish) < 0) {
		rc = errno;
		fprintf(stderr, "lfs setstripe: setstripe error for '%s': %s\n", path,
			rc == EEXIST ? "stripe already set" : strerror(rc));
	}
	if (rc && created)
		unlink(path);
	close(fd);
	return rc;
}

int lfs_setstripe(int argc, char **argv)
{
	static const struct cli_option options[] = {
		CLI_CALL('c', "stripe-count", lfs_set_count),
		CLI_CALL(0, "stripe_count", lfs_set_count),
		CLI_CALL('S', "stripe-size", lfs_set_size),
		CLI_CALL(0, "stripe_size", lfs_set_size),
		CLI_CALL('i', "stripe-index", lfs_set_index),
		CLI_CALL(0, "stripe_index", lfs_set_index),
		CLI_CALL('o', "ost", lfs_set_osts),
		CLI_CALL(0, "ost-list", lfs_set_osts),
		CLI_CALL('p', "pool", lfs_set_pool),
		CLI_CALL('L', "layout", lfs_set_pattern),
		CLI_FLAG('d', "delete", lfs_set.delete),
		CLI_CALL('E', "component-end", lfs_set_declined),
		CLI_CALL('C', "overstripe-count", lfs_set_declined),
		CLI_DO('N', "mirror-count", lfs_set_declined),
		CLI_CALL('y', "yaml", lfs_set_declined),
		CLI_CALL(0, "copy", lfs_set_declined),
		CLI_END
	};
	struct lov_user_md_v3 *wish;
	int rc, err, i;

	memset(&lfs_set, 0, sizeof(lfs_set));
	lfs_set.index = -1;
	rc = cli_options(argc, argv, options, &i);
	if (rc || i == argc)
		return rc ? rc : CLI_USAGE;
	if (lfs_set.delete && (lfs_set.count || lfs_set.size || lfs_set.nr_osts || lfs_set.pool ||
			       lfs_set.index != -1))
		return CLI_USAGE;
	if (lfs_set.nr_osts && lfs_set.count && lfs_set.count != lfs_set.nr_osts)
		return lfs_error(0, "error: stripe count %lld is not the number of OSTs of -o",
				 lfs_set.count);
	wish = lfs_set_wish();
	if (!wish)
		return lfs_error(ENOMEM, "setstripe");
	for (; i < argc; i++) {
		err = lfs_set_one(argv[i], wish);
		rc = rc ? rc : err;
	}
	free(wish);
	return rc;
}
