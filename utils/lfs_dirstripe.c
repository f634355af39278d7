// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs mkdir (setdirstripe) and getdirstripe. Chapter 7, section 6.5.
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
	long long index, count;
	mode_t mode;
} lfs_dir;

static int lfs_dir_set_index(const char *value)
{
	if (!cli_number(value, -1, 0xffff, &lfs_dir.index))
		return lfs_error(0, "error: bad stripe offset %s", value);
	return 0;
}

static int lfs_dir_set_count(const char *value)
{
	if (!cli_number(value, -1, LOV_MAX_STRIPE_COUNT, &lfs_dir.count))
		return lfs_error(0, "error: bad stripe count %s", value);
	return 0;
}

static int lfs_dir_set_mode(const char *value)
{
	unsigned long mode;
	char *end;

	mode = strtoul(value, &end, 8);
	if (*end || end == value || mode > 07777)
		return lfs_error(0, "error: bad mode '%s'", value);
	lfs_dir.mode = mode;
	return 0;
}

/* "crush" or "crush,fixed" */
static int lfs_dir_set_hash(const char *value)
{
	static const char *const words[] = { "all_char", "fnv_1a_64", "crush", "crush2" };
	size_t i, n = strcspn(value, ",");

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == n && !strncmp(value, words[i], n) &&
		    (!value[n] || !strcmp(value + n, ",fixed")))
			return 0;
	return lfs_error(0, "error: bad hash type %s", value);
}

static int lfs_dir_declined(const char *value)
{
	return lfs_error(EOPNOTSUPP, "default directory stripes");
}

int lfs_mkdir(int argc, char **argv)
{
	static const struct cli_option options[] = {
		CLI_CALL('i', "mdt-index", lfs_dir_set_index),
		CLI_CALL('m', "mdt", lfs_dir_set_index),
		CLI_CALL(0, "index", lfs_dir_set_index),
		CLI_CALL('c', "mdt-count", lfs_dir_set_count),
		CLI_CALL('T', "count", lfs_dir_set_count),
		CLI_CALL('o', "mode", lfs_dir_set_mode),
		CLI_CALL('H', "mdt-hash", lfs_dir_set_hash),
		CLI_CALL(0, "hash-type", lfs_dir_set_hash),
		CLI_DO('D', "default", lfs_dir_declined),
		CLI_DO('d', "delete", lfs_dir_declined),
		CLI_END
	};
	int rc, err, i;

	lfs_dir.index = -1;
	lfs_dir.count = 1;
	lfs_dir.mode = 0777;
	rc = cli_options(argc, argv, options, &i);
	if (rc || i == argc)
		return rc ? rc : CLI_USAGE;
	if (lfs_dir.index > 0 || lfs_dir.count > 1)
		return lfs_error(EOPNOTSUPP, "directories on several MDTs");
	for (; i < argc; i++) {
		err = 0;
		if (mkdir(argv[i], lfs_dir.mode))
			err = lfs_error(errno, "cannot create dir '%s'", argv[i]);
		rc = rc ? rc : err;
	}
	return rc;
}

/* What getdirstripe prints of a directory. */
enum {
	LFS_DIR_COUNT = 0x1,
	LFS_DIR_INDEX = 0x2,
	LFS_DIR_HASH = 0x4,
	LFS_DIR_FID = 0x8,
};

static void lfs_dir_show(int mdt, const struct lu_fid *fid, unsigned int what)
{
	if (what & LFS_DIR_FID)
		printf("[%#llx:0x%x:0x%x]\n", fid->f_seq, fid->f_oid, fid->f_ver);
	else if (what & LFS_DIR_HASH)
		printf("none\n");
	else if (what)
		printf("%d\n", what & LFS_DIR_COUNT ? 0 : mdt);
	else
		printf("lmv_stripe_count: 0 lmv_stripe_offset: %d lmv_hash_type: none\n", mdt);
}

static void lfs_dir_show_default(const struct lmv_user_md *lum, unsigned int what)
{
	static const char *const words[] = { "none", "all_char", "fnv_1a_64", "crush", "crush2" };
	unsigned int hash = lum->lum_hash_type & 0xffff, inherit = lum->lum_max_inherit;
	const char *word = hash < sizeof(words) / sizeof(words[0]) ? words[hash] : "unknown";
	int offset = lum->lum_stripe_offset, rr = lum->lum_max_inherit_rr;

	if (what & LFS_DIR_HASH)
		printf("%s\n", word);
	else if (what)
		printf("%d\n", what & LFS_DIR_COUNT ? (int)lum->lum_stripe_count : offset);
	else
		printf("%s: %u %s: %d %s: %s %s: %d %s: %d\n", "lmv_stripe_count",
		       lum->lum_stripe_count, "lmv_stripe_offset", offset, "lmv_hash_type", word,
		       "lmv_max_inherit", inherit ? inherit == 255 ? 0 : (int)inherit : -1,
		       "lmv_max_inherit_rr", rr == 255 ? -1 : rr);
}

/* The default LMV of a directory, its own or inherited; where there is none, one that says so. */
static int lfs_dir_default(int fd, struct lmv_user_md *lum)
{
	memset(lum, 0, sizeof(*lum));
	lum->lum_magic = LMV_USER_MAGIC;
	if (!ioctl(fd, LL_IOC_LMV_GETSTRIPE, lum))
		return 0;
	lum->lum_stripe_offset = -1;
	return errno == ENODATA ? 0 : errno;
}

static int lfs_dir_get_one(const char *path, unsigned int what, bool def)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY), mdt, rc = 0;
	struct lu_fid fid = { 0 };
	struct lmv_user_md lum;

	if (fd < 0 || ioctl(fd, LL_IOC_GET_MDTIDX, &mdt) < 0)
		rc = lfs_error(errno, "cannot read the stripes of '%s'", path);
	else if (what & LFS_DIR_FID && ioctl(fd, LL_IOC_PATH2FID, &fid) < 0)
		rc = lfs_error(errno, "cannot get the FID of '%s'", path);
	else if (!def || what & LFS_DIR_FID)
		lfs_dir_show(mdt, &fid, what);
	else if (lfs_dir_default(fd, &lum))
		rc = lfs_error(errno, "cannot read the default stripes of '%s'", path);
	else
		lfs_dir_show_default(&lum, what);
	if (fd >= 0)
		close(fd);
	return rc;
}

int lfs_getdirstripe(int argc, char **argv)
{
	unsigned int what = 0;
	bool def = false;
	const struct cli_option options[] = {
		CLI_BIT('c', "mdt-count", what, LFS_DIR_COUNT),
		CLI_BIT('T', "count", what, LFS_DIR_COUNT),
		CLI_BIT('i', "mdt-index", what, LFS_DIR_INDEX),
		CLI_BIT('m', "index", what, LFS_DIR_INDEX),
		CLI_BIT('H', "mdt-hash", what, LFS_DIR_HASH),
		CLI_BIT(0, "hash-type", what, LFS_DIR_HASH),
		CLI_BIT('F', "fid", what, LFS_DIR_FID),
		CLI_FLAG('D', "default", def),
		CLI_END
	};
	int rc, err, i;

	rc = cli_options(argc, argv, options, &i);
	if (rc || i == argc)
		return rc ? rc : CLI_USAGE;
	for (; i < argc; i++) {
		err = lfs_dir_get_one(argv[i], what, def);
		rc = rc ? rc : err;
	}
	return rc;
}
