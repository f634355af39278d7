// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs getstripe: show the layouts of files and the default layouts of directories. Chapter 7, 6.4.
 */
#include <dirent.h>
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
#include "lfs_show.h"
#include "lfs_wish.h"

/* What a directory uses where neither it nor the root says something. */
#define LFS_DEFAULT_SIZE	(4 << 20)

static struct {
	struct lfs_show show;
	bool dir_only, recursive;
} lfs_get;

/* What a directory's layout leaves open (0) is what the file system uses. */
static void lfs_get_fill_default(struct lov_user_md_v3 *l)
{
	if (!l->lmm_stripe_count)
		l->lmm_stripe_count = 1;
	if (!l->lmm_stripe_size)
		l->lmm_stripe_size = LFS_DEFAULT_SIZE;
	if (!l->lmm_pattern)
		l->lmm_pattern = LOV_PATTERN_RAID0;
}

/* getstripe -m and -F: what is asked for is no part of the layout. */
static int lfs_get_place(const char *path, bool want_fid)
{
	int rc, idx, fd = open(path, O_RDONLY | O_NONBLOCK);
	struct lu_fid fid;

	rc = fd < 0 ? fd : want_fid ? ioctl(fd, LL_IOC_PATH2FID, &fid) :
				      ioctl(fd, LL_IOC_GET_MDTIDX, &idx);
	if (rc < 0)
		rc = lfs_error(errno, "cannot get the %s of '%s'", want_fid ? "FID" : "MDT index",
			       path);
	else if (want_fid)
		printf(lfs_get.show.yaml ? "%#llx:0x%x:0x%x\n" : "[%#llx:0x%x:0x%x]\n\n",
		       fid.f_seq, fid.f_oid, fid.f_ver);
	else
		printf("%d\n", idx);
	if (fd >= 0)
		close(fd);
	return rc;
}

/*
 * The layout of PATH into buf (LOV_EA_MAX bytes), defaults filled in for a directory.
 *
 * Return: 0 or an errno.
 */
static int lfs_get_read(const char *path, bool dir, char *buf)
{
	struct lov_user_md_v3 *l = (void *)buf;
	struct lov_comp_md_v1 *c = (void *)buf;
	int rc = lfs_layout_get(path, buf);
	unsigned int i;

	if (rc == ENODATA && dir) {
		memset(l, 0, sizeof(*l));
		l->lmm_magic = LOV_USER_MAGIC_V1;
		l->lmm_stripe_offset = 0xffff;
		rc = 0;
	}
	if (!rc && dir && l->lmm_magic != LOV_USER_MAGIC_COMP_V1)
		lfs_get_fill_default(l);
	if (rc || !dir || l->lmm_magic != LOV_USER_MAGIC_COMP_V1)
		return rc;
	for (i = 0; i < c->lcm_entry_count; i++)
		lfs_get_fill_default((void *)(buf + c->lcm_entries[i].lcme_offset));
	return 0;
}

/* A component was asked for, of a file that has none. */
static bool lfs_get_no_component(const void *layout)
{
	const struct lfs_show *show = &lfs_get.show;

	return (show->id || show->set_flags || show->no_flags) &&
	       ((const struct lov_user_md_v3 *)layout)->lmm_magic != LOV_USER_MAGIC_COMP_V1;
}

static void lfs_get_print(const char *path, const void *layout, bool dir, bool top)
{
	const struct lfs_show *show = &lfs_get.show;
	bool value = lfs_show_single(show) && show->fields != LFS_F_OBJECTS;

	if (!show->yaml && !lfs_get.dir_only && (!value || !top))
		printf("%s%s\n", dir && show->verbose ? "(Default) " : "", path);
	lfs_show_layout(show, layout, dir);
	if (!show->yaml && !lfs_get_no_component(layout))
		printf("\n");
}

static int lfs_get_one(const char *path, bool top)
{
	const struct lfs_show *show = &lfs_get.show;
	static char buf[LOV_EA_MAX];
	mode_t mode;
	bool dir;
	int rc;

	if (lfs_mode(path, &mode)) {
		rc = errno;
		fprintf(stderr, "lfs: getstripe for '%s' failed: %s\n", path, strerror(rc));
		return rc;
	}
	dir = S_ISDIR(mode);
	if (show->fields == LFS_F_MDT || show->fields == LFS_F_FID)
		return lfs_get_place(path, show->fields == LFS_F_FID);
	rc = lfs_get_read(path, dir, buf);
	if (rc == ENODATA) {
		printf("%s has no stripe info\n", path);
		return 0;
	}
	if (rc == ENOTTY) {
		fprintf(stderr, "lfs getstripe: '%s' not on a Lustre fs?\n", path);
		return rc;
	}
	if (rc) {
		fprintf(stderr, "lfs: getstripe for '%s' failed: %s\n", path, strerror(rc));
		return rc;
	}
	lfs_get_print(path, buf, dir, top);
	return 0;
}

static int lfs_get_tree(const char *path, int depth);

static int lfs_get_entries(const char *path, int depth)
{
	int rc = 0, err;
	struct dirent *e;
	mode_t mode;
	char *sub;
	DIR *d;

	d = opendir(path);
	if (!d)
		return lfs_error(errno, "cannot open '%s'", path);
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		sub = lfs_path_join(path, e->d_name);
		if (lfs_get.recursive && !lfs_mode(sub, &mode) && S_ISDIR(mode))
			err = lfs_get_tree(sub, depth - 1);
		else
			err = lfs_get_one(sub, false);
		rc = rc ? rc : err;
		free(sub);
	}
	closedir(d);
	return rc;
}

static int lfs_get_tree(const char *path, int depth)
{
	mode_t mode;
	int rc, err;

	if (lfs_mode(path, &mode) || !S_ISDIR(mode) || lfs_get.dir_only ||
	    (depth <= 0 && !lfs_get.recursive))
		return lfs_get_one(path, true);
	rc = lfs_get_one(path, false);
	if (rc == ENOTTY)
		return rc;
	err = lfs_get_entries(path, depth);
	return rc ? rc : err;
}

/* -O: a target's name, or its index */
static int lfs_get_set_ost(const char *value)
{
	return lfs_ost_index(value, &lfs_get.show.ost) ? 0 :
	       lfs_error(0, "bad OST '%s'", value);
}

/* -I: the id of a component; without one the ids are shown. */
static int lfs_get_set_id(const char *value)
{
	long long id;

	if (!value) {
		lfs_get.show.fields |= LFS_F_ID;
		return 0;
	}
	if (!cli_number(value, 1, 0x7fffffff, &id))
		return lfs_error(0, "bad component id '%s'", value);
	lfs_get.show.id = id;
	return 0;
}

static int lfs_get_set_flags(const char *value)
{
	if (!value) {
		lfs_get.show.fields |= LFS_F_FLAGS;
		return 0;
	}
	if (lfs_parse_comp_flags(value, &lfs_get.show.set_flags, &lfs_get.show.no_flags))
		return lfs_error(0, "bad component flags '%s'", value);
	return 0;
}

int lfs_getstripe(int argc, char **argv)
{
	struct lfs_show *s = &lfs_get.show;
	const struct cli_option options[] = {
		CLI_BIT('c', "stripe-count", s->fields, LFS_F_COUNT),
		CLI_BIT('S', "stripe-size", s->fields, LFS_F_SIZE),
		CLI_BIT('i', "stripe-index", s->fields, LFS_F_INDEX),
		CLI_BIT('p', "pool", s->fields, LFS_F_POOL),
		CLI_BIT('L', "layout", s->fields, LFS_F_PATTERN),
		CLI_BIT('g', "generation", s->fields, LFS_F_GEN),
		CLI_BIT('F', "fid", s->fields, LFS_F_FID),
		CLI_BIT('m', "mdt-index", s->fields, LFS_F_MDT),
		CLI_BIT('M', "mdt", s->fields, LFS_F_MDT),
		CLI_BIT(0, "component-count", s->fields, LFS_F_COMPS),
		CLI_BIT('N', "mirror-count", s->fields, LFS_F_MIRRORS),
		CLI_BIT('E', "component-end", s->fields, LFS_F_END),
		CLI_BIT(0, "component-start", s->fields, LFS_F_START),
		CLI_MAYBE('I', "component-id", lfs_get_set_id),
		CLI_MAYBE(0, "component-flags", lfs_get_set_flags),
		CLI_FLAG('d', "directory", lfs_get.dir_only),
		CLI_FLAG('r', "recursive", lfs_get.recursive),
		CLI_FLAG('v', "verbose", s->verbose),
		CLI_BIT('q', "quiet", s->fields, LFS_F_OBJECTS),
		CLI_FLAG('y', "yaml", s->yaml),
		CLI_CALL('O', "obd", lfs_get_set_ost),
		CLI_CALL(0, "ost", lfs_get_set_ost),
		CLI_SKIP('R', "raw"),
		CLI_END
	};
	int rc, err, i;

	memset(&lfs_get, 0, sizeof(lfs_get));
	s->ost = -1;
	rc = cli_options(argc, argv, options, &i);
	if (rc || i == argc)
		return rc ? rc : CLI_USAGE;
	for (; i < argc; i++) {
		err = lfs_get_tree(argv[i], lfs_show_single(s) ? 0 : 1);
		rc = rc ? rc : err;
	}
	return rc;
}
