// SPDX-License-Identifier: GPL-2.0-only
/*
 * llapi_layout_*: layouts as programs handle them, to and from the form of the xattr lustre.lov.
 * Chapter 7, sections 4.2 and 11.2. Functions return -1, or NULL, and set errno.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "internal.h"

#define LAYOUT_COMPS_MAX	1024
#define LAYOUT_SIZE_MIN		65536		/* stripe sizes are multiples of this */
#define LAYOUT_SIZE_MAX		0x100000000ULL
#define LAYOUT_INDEX_ANY	0xffff

struct layout_comp {
	uint64_t	pattern, stripe_size, stripe_count, stripe_offset;
	uint64_t	start, end;
	uint32_t	id, flags;
	char		pool[16];
	/* of a file: where its objects are; of a layout to be: OSTs that were chosen */
	unsigned int	nr_objects;
	struct lov_user_ost_data_v1 *objects;
};

struct llapi_layout {
	bool			composite;
	uint32_t		flags, gen;
	uint16_t		mirrors;	/* number of mirrors - 1 */
	unsigned int		nr, cur;
	struct layout_comp	*comps;
};

static int layout_error(int err)
{
	errno = err;
	return -1;
}

static void layout_comp_init(struct layout_comp *c)
{
	memset(c, 0, sizeof(*c));
	c->pattern = LLAPI_LAYOUT_DEFAULT;
	c->stripe_size = LLAPI_LAYOUT_DEFAULT;
	c->stripe_count = LLAPI_LAYOUT_DEFAULT;
	c->stripe_offset = LLAPI_LAYOUT_DEFAULT;
	c->end = LUSTRE_EOF;
}

static struct layout_comp *layout_cur(const struct llapi_layout *layout)
{
	return layout && layout->cur < layout->nr ? &layout->comps[layout->cur] : NULL;
}

static struct llapi_layout *layout_new(unsigned int nr)
{
	struct llapi_layout *l = calloc(1, sizeof(*l));
	unsigned int i;

	if (l)
		l->comps = calloc(nr, sizeof(*l->comps));
	if (!l || !l->comps) {
		free(l);
		errno = ENOMEM;
		return NULL;
	}
	l->nr = nr;
	for (i = 0; i < nr; i++)
		layout_comp_init(&l->comps[i]);
	return l;
}

struct llapi_layout *llapi_layout_alloc(void)
{
	return layout_new(1);
}

void llapi_layout_free(struct llapi_layout *layout)
{
	unsigned int i;

	if (!layout)
		return;
	for (i = 0; i < layout->nr; i++)
		free(layout->comps[i].objects);
	free(layout->comps);
	free(layout);
}

/* ---- from the xattr ---- */

/* Words that say "default": 0, and -1 for the offset. */
static uint64_t layout_or_default(uint64_t v, uint64_t none)
{
	return v == none ? LLAPI_LAYOUT_DEFAULT : v;
}

static uint64_t layout_pattern_in(uint32_t pattern)
{
	if (pattern & LOV_PATTERN_MDT)
		return LLAPI_LAYOUT_MDT;
	if (pattern & LOV_PATTERN_OVERSTRIPED)
		return LLAPI_LAYOUT_OVERSTRIPING;
	return pattern ? LLAPI_LAYOUT_RAID0 : LLAPI_LAYOUT_DEFAULT;
}

/* One component of @size bytes. */
static int layout_comp_parse(struct layout_comp *c, const void *data, size_t size, bool is_file)
{
	const struct lov_user_md_v3 *v = data;
	size_t head;

	if (size < LOV_USER_MD_V1_SIZE)
		return ERANGE;
	if (v->lmm_magic == LOV_USER_MAGIC_V1)
		head = LOV_USER_MD_V1_SIZE;
	else if (v->lmm_magic == LOV_USER_MAGIC_V3 || v->lmm_magic == LOV_USER_MAGIC_SPECIFIC)
		head = sizeof(*v);
	else
		return EOPNOTSUPP;
	if (size < head)
		return ERANGE;
	c->pattern = layout_pattern_in(v->lmm_pattern);
	c->stripe_size = layout_or_default(v->lmm_stripe_size, 0);
	c->stripe_count = v->lmm_stripe_count == 0xffff ? LLAPI_LAYOUT_WIDE :
			  layout_or_default(v->lmm_stripe_count, 0);
	c->stripe_offset = is_file ? LLAPI_LAYOUT_DEFAULT :
			   layout_or_default(v->lmm_stripe_offset, LAYOUT_INDEX_ANY);
	if (head == sizeof(*v))
		snprintf(c->pool, sizeof(c->pool), "%.15s", v->lmm_pool_name);
	c->nr_objects = (size - head) / sizeof(*c->objects);
	if (is_file && c->pattern != LLAPI_LAYOUT_MDT && v->lmm_stripe_count != c->nr_objects &&
	    c->nr_objects)
		return EBADSLT;
	if (!c->nr_objects)
		return 0;
	c->objects = malloc(c->nr_objects * sizeof(*c->objects));
	if (!c->objects)
		return ENOMEM;
	memcpy(c->objects, (const char *)data + head, c->nr_objects * sizeof(*c->objects));
	return 0;
}

static struct llapi_layout *layout_parse_composite(const void *data, size_t size)
{
	const struct lov_comp_md_v1 *cm = data;
	struct llapi_layout *l;
	unsigned int i;
	int err = 0;

	if (size < sizeof(*cm) || cm->lcm_size > size || !cm->lcm_entry_count ||
	    sizeof(*cm) + cm->lcm_entry_count * sizeof(cm->lcm_entries[0]) > size) {
		errno = ERANGE;
		return NULL;
	}
	l = layout_new(cm->lcm_entry_count);
	if (!l)
		return NULL;
	l->composite = true;
	l->flags = cm->lcm_flags;
	l->gen = cm->lcm_layout_gen;
	l->mirrors = cm->lcm_mirror_count;
	for (i = 0; i < l->nr && !err; i++) {
		const struct lov_comp_md_entry_v1 *e = &cm->lcm_entries[i];
		struct layout_comp *c = &l->comps[i];

		if (e->lcme_offset > size || e->lcme_size > size - e->lcme_offset) {
			err = ERANGE;
			break;
		}
		err = layout_comp_parse(c, (const char *)data + e->lcme_offset, e->lcme_size,
					e->lcme_flags & LCME_FL_INIT);
		c->start = e->lcme_start;
		c->end = e->lcme_end;
		c->id = e->lcme_id;
		c->flags = e->lcme_flags;
	}
	if (!err)
		return l;
	llapi_layout_free(l);
	errno = err;
	return NULL;
}

/* @is_file: the words of a plain layout are those of a file with objects. */
static struct llapi_layout *layout_parse(const void *data, size_t size, bool is_file)
{
	struct llapi_layout *l;
	uint32_t magic;
	int err;

	if (size < sizeof(magic)) {
		errno = ERANGE;
		return NULL;
	}
	memcpy(&magic, data, sizeof(magic));
	if (magic == LOV_USER_MAGIC_COMP_V1)
		return layout_parse_composite(data, size);
	l = layout_new(1);
	if (!l)
		return NULL;
	err = layout_comp_parse(&l->comps[0], data, size, is_file);
	if (!err)
		return l;
	llapi_layout_free(l);
	errno = err;
	return NULL;
}

/**
 * llapi_layout_get_by_xattr() - from the value of lustre.lov or trusted.lov
 * @xattr: the value
 * @size: its length
 * @flags: 0, LLAPI_LAYOUT_GET_*
 *
 * Return: the layout, or NULL: ERANGE truncated, EBADSLT, EOPNOTSUPP unknown, EINVAL, ENOMEM.
 */
struct llapi_layout *llapi_layout_get_by_xattr(void *xattr, ssize_t size, uint32_t flags)
{
	(void)flags;
	if (!xattr || size < 0) {
		errno = EINVAL;
		return NULL;
	}
	return layout_parse(xattr, size, true);
}

static bool layout_on_lustre(int fd)
{
	struct statfs s;

	return !fstatfs(fd, &s) && (uint32_t)s.f_type == LL_SUPER_MAGIC;
}

struct llapi_layout *llapi_layout_get_by_fd(int fd, uint32_t flags)
{
	struct llapi_layout *l = NULL;
	struct stat st;
	ssize_t n;
	void *buf;

	(void)flags;
	if (fstat(fd, &st))
		return NULL;
	if (!layout_on_lustre(fd)) {
		errno = ENOTTY;
		return NULL;
	}
	buf = malloc(XATTR_SIZE_MAX);
	if (!buf)
		return NULL;
	n = fgetxattr(fd, "lustre.lov", buf, XATTR_SIZE_MAX);
	if (n >= 0)
		l = layout_parse(buf, n, S_ISREG(st.st_mode));
	else if (errno == ENODATA)
		l = llapi_layout_alloc();	/* without objects, all is default */
	else if (errno == EOPNOTSUPP)
		errno = ENOTTY;
	free(buf);
	return l;
}

struct llapi_layout *llapi_layout_get_by_path(const char *path, uint32_t flags)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_LOV_DELAY_CREATE), err;
	struct llapi_layout *l;

	if (fd < 0)
		return NULL;
	l = llapi_layout_get_by_fd(fd, flags);
	err = errno;
	close(fd);
	errno = err;
	return l;
}

struct llapi_layout *llapi_layout_get_by_fid(const char *path, const struct lu_fid *fid,
					     uint32_t flags)
{
	int fd = llapi_open_by_fid(path, fid, O_RDONLY | O_NONBLOCK);
	struct llapi_layout *l;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	l = llapi_layout_get_by_fd(fd, flags);
	close(fd);
	return l;
}

/* ---- to the xattr ---- */

static uint32_t layout_pattern_out(uint64_t pattern)
{
	return pattern == LLAPI_LAYOUT_MDT ? LOV_PATTERN_MDT :
	       pattern == LLAPI_LAYOUT_OVERSTRIPING ? LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPED :
	       pattern == LLAPI_LAYOUT_DEFAULT ? 0 : LOV_PATTERN_RAID0;
}

static size_t layout_comp_size(const struct layout_comp *c)
{
	if (c->nr_objects)
		return sizeof(struct lov_user_md_v3) + c->nr_objects * sizeof(*c->objects);
	return c->pool[0] ? sizeof(struct lov_user_md_v3) : LOV_USER_MD_V1_SIZE;
}

static void layout_comp_pack(const struct layout_comp *c, void *to)
{
	struct lov_user_md_v3 v = {
		.lmm_magic = c->nr_objects ? LOV_USER_MAGIC_SPECIFIC :
			     c->pool[0] ? LOV_USER_MAGIC_V3 : LOV_USER_MAGIC_V1,
		.lmm_pattern = layout_pattern_out(c->pattern),
		.lmm_stripe_size = c->stripe_size == LLAPI_LAYOUT_DEFAULT ? 0 : c->stripe_size,
		.lmm_stripe_count = c->nr_objects ? c->nr_objects :
				    c->stripe_count == LLAPI_LAYOUT_DEFAULT ? 0 :
				    c->stripe_count >= LLAPI_LAYOUT_WIDE ? 0xffff : c->stripe_count,
		.lmm_stripe_offset = c->stripe_offset == LLAPI_LAYOUT_DEFAULT ?
				     LAYOUT_INDEX_ANY : c->stripe_offset,
	};
	size_t head = v.lmm_magic == LOV_USER_MAGIC_V1 ? LOV_USER_MD_V1_SIZE : sizeof(v);

	memcpy(v.lmm_pool_name, c->pool, sizeof(v.lmm_pool_name));
	memcpy(to, &v, head);
	if (c->nr_objects)
		memcpy((char *)to + head, c->objects, c->nr_objects * sizeof(*c->objects));
}

/* Return: malloc'ed, *size bytes; NULL: ENOMEM. */
static void *layout_pack(const struct llapi_layout *l, size_t *size)
{
	struct lov_comp_md_v1 *cm;
	size_t off, i;

	if (!l->composite) {
		void *buf = calloc(1, *size = layout_comp_size(&l->comps[0]));

		if (buf)
			layout_comp_pack(&l->comps[0], buf);
		return buf;
	}
	off = sizeof(*cm) + l->nr * sizeof(cm->lcm_entries[0]);
	for (*size = off, i = 0; i < l->nr; i++)
		*size += layout_comp_size(&l->comps[i]);
	cm = calloc(1, *size);
	if (!cm)
		return NULL;
	cm->lcm_magic = LOV_USER_MAGIC_COMP_V1;
	cm->lcm_size = *size;
	cm->lcm_flags = l->flags;
	cm->lcm_entry_count = l->nr;
	cm->lcm_mirror_count = l->mirrors;
	for (i = 0; i < l->nr; i++) {
		const struct layout_comp *c = &l->comps[i];
		struct lov_comp_md_entry_v1 *e = &cm->lcm_entries[i];

		e->lcme_id = c->id;
		e->lcme_flags = c->flags & ~LCME_FL_INIT;
		e->lcme_start = c->start;
		e->lcme_end = c->end;
		e->lcme_offset = off;
		e->lcme_size = layout_comp_size(c);
		layout_comp_pack(c, (char *)cm + off);
		off += e->lcme_size;
	}
	return cm;
}

/* ---- the current component ---- */

int llapi_layout_stripe_count_get(const struct llapi_layout *layout, uint64_t *count)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !count)
		return layout_error(EINVAL);
	*count = c->stripe_count;
	return 0;
}

int llapi_layout_stripe_count_set(struct llapi_layout *layout, uint64_t count)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || (count < LLAPI_LAYOUT_DEFAULT && count > LOV_MAX_STRIPE_COUNT) ||
	    count == LLAPI_LAYOUT_INVALID || !count || count > LLAPI_LAYOUT_WIDE + 31)
		return layout_error(EINVAL);
	c->stripe_count = count;
	return 0;
}

int llapi_layout_stripe_size_get(const struct llapi_layout *layout, uint64_t *size)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !size)
		return layout_error(EINVAL);
	*size = c->stripe_size;
	return 0;
}

int llapi_layout_stripe_size_set(struct llapi_layout *layout, uint64_t size)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || (size != LLAPI_LAYOUT_DEFAULT &&
		   (!size || size % LAYOUT_SIZE_MIN || size >= LAYOUT_SIZE_MAX)))
		return layout_error(EINVAL);
	c->stripe_size = size;
	return 0;
}

int llapi_layout_pattern_get(const struct llapi_layout *layout, uint64_t *pattern)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !pattern)
		return layout_error(EINVAL);
	*pattern = c->pattern;
	return 0;
}

int llapi_layout_pattern_set(struct llapi_layout *layout, uint64_t pattern)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c)
		return layout_error(EINVAL);
	if (pattern != LLAPI_LAYOUT_DEFAULT && pattern != LLAPI_LAYOUT_RAID0 &&
	    pattern != LLAPI_LAYOUT_MDT && pattern != LLAPI_LAYOUT_OVERSTRIPING)
		return layout_error(EOPNOTSUPP);
	c->pattern = pattern;
	return 0;
}

/* Of a file the OST of a stripe; of a layout to be the first OST, with stripe 0. */
int llapi_layout_ost_index_get(const struct llapi_layout *layout, uint64_t stripe,
			       uint64_t *index)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !index || (c->nr_objects ? stripe >= c->nr_objects : stripe > 0))
		return layout_error(EINVAL);
	*index = c->nr_objects ? c->objects[stripe].l_ost_idx : c->stripe_offset;
	return 0;
}

int llapi_layout_ost_index_set(struct llapi_layout *layout, int stripe, uint64_t index)
{
	struct layout_comp *c = layout_cur(layout);
	struct lov_user_ost_data_v1 *objects;
	unsigned int n = stripe + 1;

	if (!c || stripe < 0 || stripe >= LOV_MAX_STRIPE_COUNT ||
	    (index != LLAPI_LAYOUT_DEFAULT && index >= LAYOUT_INDEX_ANY))
		return layout_error(EINVAL);
	if (!stripe && !c->nr_objects) {
		c->stripe_offset = index;
		return 0;
	}
	if (index == LLAPI_LAYOUT_DEFAULT)
		return layout_error(EINVAL);
	if (n > c->nr_objects) {
		unsigned int i;

		objects = realloc(c->objects, n * sizeof(*objects));
		if (!objects)
			return layout_error(ENOMEM);
		memset(objects + c->nr_objects, 0, (n - c->nr_objects) * sizeof(*objects));
		for (i = c->nr_objects; i < n; i++)
			objects[i].l_ost_idx = ~0U;
		if (!c->nr_objects && c->stripe_offset != LLAPI_LAYOUT_DEFAULT)
			objects[0].l_ost_idx = c->stripe_offset;
		c->objects = objects;
		c->nr_objects = n;
	}
	c->objects[stripe].l_ost_idx = index;
	if (!stripe)
		c->stripe_offset = index;
	return 0;
}

int llapi_layout_pool_name_get(const struct llapi_layout *layout, char *pool, size_t size)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !pool || strlen(c->pool) >= size)
		return layout_error(EINVAL);
	strcpy(pool, c->pool);
	return 0;
}

/* "POOL" or "FSNAME.POOL" */
int llapi_layout_pool_name_set(struct llapi_layout *layout, const char *pool)
{
	struct layout_comp *c = layout_cur(layout);
	const char *dot = pool ? strchr(pool, '.') : NULL;

	if (dot)
		pool = dot + 1;
	if (!c || !pool || strlen(pool) >= sizeof(c->pool))
		return layout_error(EINVAL);
	memset(c->pool, 0, sizeof(c->pool));
	strcpy(c->pool, pool);
	return 0;
}

/* ---- components ---- */

bool llapi_layout_is_composite(struct llapi_layout *layout)
{
	return layout && layout->composite;
}

int llapi_layout_comp_extent_get(const struct llapi_layout *layout, uint64_t *start,
				 uint64_t *end)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !start || !end)
		return layout_error(EINVAL);
	*start = c->start;
	*end = c->end;
	return 0;
}

int llapi_layout_comp_extent_set(struct llapi_layout *layout, uint64_t start, uint64_t end)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || start >= end)
		return layout_error(EINVAL);
	c->start = start;
	c->end = end;
	layout->composite = true;
	return 0;
}

int llapi_layout_comp_flags_get(const struct llapi_layout *layout, uint32_t *flags)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !flags)
		return layout_error(EINVAL);
	*flags = c->flags;
	return 0;
}

int llapi_layout_comp_id_get(const struct llapi_layout *layout, uint32_t *id)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !id)
		return layout_error(EINVAL);
	*id = c->id;
	return 0;
}

int llapi_layout_mirror_id_get(const struct llapi_layout *layout, uint32_t *id)
{
	struct layout_comp *c = layout_cur(layout);

	if (!c || !id)
		return layout_error(EINVAL);
	*id = c->id >> 16 & 0x7fff;
	return 0;
}

int llapi_layout_mirror_count_get(struct llapi_layout *layout, uint16_t *count)
{
	if (!layout || !count)
		return layout_error(EINVAL);
	*count = layout->mirrors + 1;
	return 0;
}

int llapi_layout_flags_get(struct llapi_layout *layout, uint32_t *flags)
{
	if (!layout || !flags)
		return layout_error(EINVAL);
	*flags = layout->flags;
	return 0;
}

/* A component behind the last one, which is the current one then. */
int llapi_layout_comp_add(struct llapi_layout *layout)
{
	struct layout_comp *comps, *last;

	if (!layout)
		return layout_error(EINVAL);
	if (layout->nr >= LAYOUT_COMPS_MAX)
		return layout_error(ENOSPC);
	last = &layout->comps[layout->nr - 1];
	if (last->end == LUSTRE_EOF)
		return layout_error(EINVAL);
	comps = realloc(layout->comps, (layout->nr + 1) * sizeof(*comps));
	if (!comps)
		return layout_error(ENOMEM);
	layout->comps = comps;
	layout_comp_init(&comps[layout->nr]);
	comps[layout->nr].start = comps[layout->nr - 1].end;
	layout->cur = layout->nr++;
	layout->composite = true;
	return 0;
}

/* The current one, which must be the last; the one before is the current one then. */
int llapi_layout_comp_del(struct llapi_layout *layout)
{
	if (!layout || !layout->composite || layout->nr < 2 || layout->cur != layout->nr - 1)
		return layout_error(EINVAL);
	free(layout->comps[layout->cur].objects);
	layout->cur = --layout->nr - 1;
	return 0;
}

/* Return: 0; 1: there is none in that direction; -1. */
int llapi_layout_comp_use(struct llapi_layout *layout, uint32_t pos)
{
	if (!layout)
		return layout_error(EINVAL);
	switch (pos) {
	case LLAPI_LAYOUT_COMP_USE_FIRST:
		layout->cur = 0;
		return 0;
	case LLAPI_LAYOUT_COMP_USE_LAST:
		layout->cur = layout->nr - 1;
		return 0;
	case LLAPI_LAYOUT_COMP_USE_NEXT:
		if (layout->cur + 1 >= layout->nr) {
			errno = ENOENT;
			return 1;
		}
		layout->cur++;
		return 0;
	case LLAPI_LAYOUT_COMP_USE_PREV:
		if (!layout->cur) {
			errno = ENOENT;
			return 1;
		}
		layout->cur--;
		return 0;
	default:
		return layout_error(EINVAL);
	}
}

int llapi_layout_comp_use_id(struct llapi_layout *layout, uint32_t id)
{
	unsigned int i;

	if (!layout || !id)
		return layout_error(EINVAL);
	for (i = 0; i < layout->nr; i++)
		if (layout->comps[i].id == id) {
			layout->cur = i;
			return 0;
		}
	return layout_error(ENOENT);
}

/* The callback: 0 goes on, 1 stops, less than 0 is an error. Return: what the last one gave. */
int llapi_layout_comp_iterate(struct llapi_layout *layout, llapi_layout_iter_cb cb, void *data)
{
	int rc = 0;

	if (!layout || !cb)
		return layout_error(EINVAL);
	for (layout->cur = 0; !rc && layout->cur < layout->nr; layout->cur++)
		rc = cb(layout, data);
	layout->cur = 0;
	return rc;
}

/* ---- files ---- */

/**
 * llapi_layout_file_open() - open a file, or make it with a layout
 * @path: the file
 * @flags: of open(2)
 * @mode: of open(2)
 * @layout: NULL: a plain open
 *
 * Return: an fd or -1: EEXIST: with O_CREAT the file has a layout already; ENOTTY: not on Lustre.
 */
int llapi_layout_file_open(const char *path, int flags, mode_t mode,
			   const struct llapi_layout *layout)
{
	void *buf = NULL;
	size_t size;
	int fd, err;

	if (!layout)
		return open(path, flags, mode);
	buf = layout_pack(layout, &size);
	if (!buf)
		return layout_error(ENOMEM);
	fd = open(path, flags & O_CREAT ? flags | O_LOV_DELAY_CREATE : flags, mode);
	if (fd >= 0 && flags & O_CREAT) {
		err = !layout_on_lustre(fd) ? ENOTTY :
		      fsetxattr(fd, "lustre.lov", buf, size, 0) ? errno : 0;
		if (err) {
			close(fd);
			fd = -1;
			errno = err == EOPNOTSUPP && !layout->composite ? ENOTTY : err;
		}
	}
	err = errno;
	free(buf);
	errno = err;
	return fd;
}

int llapi_layout_file_create(const char *path, int flags, int mode,
			     const struct llapi_layout *layout)
{
	return llapi_layout_file_open(path, flags | O_CREAT | O_EXCL, mode, layout);
}

/* ---- the classic calls ---- */

/* Has the file system of a file that is to be made such a pool? */
static bool stripe_pool_known(const char *name, const char *pool)
{
	char fsname[LLAPI_FSNAME_MAX + 1];

	return !llapi_search_fsname(name, fsname) && llapi_search_ost(fsname, pool, NULL) >= 0;
}

static const char *stripe_pool(const char *pool)
{
	const char *dot = pool ? strchr(pool, '.') : NULL;

	return dot ? dot + 1 : pool;
}

/**
 * llapi_file_open_pool() - open a file, or make it with a plain layout
 * @name: the file
 * @flags: of open(2)
 * @mode: of open(2)
 * @stripe_size: bytes, 0: default
 * @stripe_offset: index of the first OST, -1: any
 * @stripe_count: -1: all OSTs, 0: default
 * @stripe_pattern: 0, LOV_PATTERN_RAID0
 * @pool: "POOL", "FSNAME.POOL", or NULL
 *
 * Return: an fd or -errno: -EEXIST: it has a layout already, -ENOTTY: not on Lustre.
 */
int llapi_file_open_pool(const char *name, int flags, int mode, unsigned long long stripe_size,
			 int stripe_offset, int stripe_count, int stripe_pattern, char *pool)
{
	const char *p = stripe_pool(pool);
	struct lov_user_md_v3 lum = {
		.lmm_magic = p && *p ? LOV_USER_MAGIC_V3 : LOV_USER_MAGIC_V1,
		.lmm_pattern = stripe_pattern,
		.lmm_stripe_size = stripe_size,
		.lmm_stripe_count = stripe_count,
		.lmm_stripe_offset = stripe_offset,
	};
	int fd, rc;

	if (stripe_size % LAYOUT_SIZE_MIN || stripe_size >= LAYOUT_SIZE_MAX ||
	    stripe_offset < -1 || stripe_offset >= LAYOUT_INDEX_ANY || stripe_count < -1 ||
	    stripe_count > LOV_MAX_STRIPE_COUNT || (p && strlen(p) >= sizeof(lum.lmm_pool_name)))
		return -EINVAL;
	if (p && *p && !stripe_pool_known(name, p))
		return -EINVAL;
	if (p)
		strcpy(lum.lmm_pool_name, p);
	fd = open(name, flags | O_LOV_DELAY_CREATE, mode);
	if (fd < 0)
		return -errno;
	rc = ioctl(fd, LL_IOC_LOV_SETSTRIPE, &lum) < 0 ? -errno : 0;
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

int llapi_file_open(const char *name, int flags, int mode, unsigned long long stripe_size,
		    int stripe_offset, int stripe_count, int stripe_pattern)
{
	return llapi_file_open_pool(name, flags, mode, stripe_size, stripe_offset, stripe_count,
				    stripe_pattern, NULL);
}

int llapi_file_create_pool(const char *name, unsigned long long stripe_size, int stripe_offset,
			   int stripe_count, int stripe_pattern, char *pool)
{
	int fd = llapi_file_open_pool(name, O_CREAT | O_WRONLY, 0644, stripe_size, stripe_offset,
				      stripe_count, stripe_pattern, pool);

	if (fd < 0)
		return fd;
	return close(fd) ? -errno : 0;
}

int llapi_file_create(const char *name, unsigned long long stripe_size, int stripe_offset,
		      int stripe_count, int stripe_pattern)
{
	return llapi_file_create_pool(name, stripe_size, stripe_offset, stripe_count,
				      stripe_pattern, NULL);
}

/**
 * llapi_file_get_stripe() - the layout of a file, or the default layout of a directory
 * @path: where
 * @lum: XATTR_SIZE_MAX bytes, or room for a plain layout of LOV_MAX_STRIPE_COUNT stripes
 *
 * Return: 0 or -errno: -ENODATA without one, -ENOTTY outside of Lustre.
 */
int llapi_file_get_stripe(const char *path, struct lov_user_md *lum)
{
	const char *slash, *name;
	char dir[PATH_MAX];
	struct stat st;
	int fd, rc = 0;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		fd = open(path, O_RDONLY | O_DIRECTORY);
		if (fd < 0)
			return -errno;
		lum->lmm_magic = LOV_USER_MAGIC_V3;
		rc = ioctl(fd, LL_IOC_LOV_GETSTRIPE, lum) < 0 ? -errno : 0;
		close(fd);
		return rc;
	}
	slash = strrchr(path, '/');
	name = slash ? slash + 1 : path;
	if (strlen(path) >= sizeof(dir) || strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	snprintf(dir, sizeof(dir), "%.*s", (int)(name - path), path);
	fd = open(*dir ? dir : ".", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return -errno;
	/* the buffer holds the name first, then the answer */
	strcpy((char *)lum, name);
	rc = ioctl(fd, IOC_MDC_GETFILESTRIPE, lum) < 0 ? -errno : 0;
	close(fd);
	return rc;
}
