// SPDX-License-Identifier: GPL-2.0-only
/*
 * lfs setstripe, getstripe, mkdir, getdirstripe. Chapter 7, 6.3 to 6.5.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lfs.h"

/* "0,2-4" into a list of indices; count or -1 */
static int parse_osts(const char *s, uint32_t *list, int max)
{
	int n = 0;

	while (*s) {
		char *end;
		unsigned long a = strtoul(s, &end, 0), b = a;

		if (end == s)
			return -1;
		if (*end == '-') {
			s = end + 1;
			b = strtoul(s, &end, 0);
			if (end == s || b < a)
				return -1;
		}
		for (; a <= b; a++) {
			if (n == max || a > 0xfffe)
				return -1;
			list[n++] = a;
		}
		if (*end && *end != ',')
			return -1;
		s = *end ? end + 1 : end;
	}
	return n;
}

int lfs_setstripe(int argc, char **argv)
{
	static const struct option lo[] = {
		{ "stripe-count", 1, 0, 'c' }, { "stripe_count", 1, 0, 'c' }, { "stripe-size", 1, 0, 'S' }, { "stripe_size", 1, 0, 'S' },
		{ "stripe-index", 1, 0, 'i' }, { "stripe_index", 1, 0, 'i' }, { "ost", 1, 0, 'o' }, { "ost-list", 1, 0, 'o' },
		{ "pool", 1, 0, 'p' }, { "delete", 0, 0, 'd' }, { "layout", 1, 0, 'L' }, { "component-end", 1, 0, 'E' },
		{ "overstripe-count", 1, 0, 'C' }, { "mirror-count", 2, 0, 'N' }, { "yaml", 1, 0, 'y' }, { "copy", 1, 0, 'Y' }, { }
	};
	static uint32_t osts[LOV_STRIPE_MAX];
	struct lov_user_md *lum;
	unsigned long long size = 0, size_arg;
	long count = 0, index = -1;
	const char *pool = NULL;
	bool del = false;
	int nr = 0, c, rc = 0, i;

	optind = 0;
	while ((c = getopt_long(argc, argv, "c:S:i:o:p:dL:E:C:N::y:", lo, NULL)) != -1) {
		char *end;

		switch (c) {
		case 'c':
			count = strtol(optarg, &end, 0);
			if (*end || end == optarg || count < -1 || count > LOV_STRIPE_MAX)
				return lfs_error(0, "Invalid stripe count %s", optarg);
			break;
		case 'S':
			if (!lfs_size(optarg, &size_arg, 1))
				return lfs_error(0, "error: bad stripe_size %s, must be an even multiple of 65536 bytes", optarg);
			size = size_arg && size_arg < 4096 ? size_arg << 10 : size_arg;
			if (size % 65536)
				return lfs_error(0, "error: bad stripe_size %llu, must be an even multiple of 65536 bytes", size);
			if (size >= 1ULL << 32)
				return lfs_error(0, "error: stripe size '%s' over 4GB limit", optarg);
			break;
		case 'i':
			index = strtol(optarg, &end, 0);
			if (*end || end == optarg || index < -1 || index > 0xfffe)
				return lfs_error(0, "error: bad stripe offset %s", optarg);
			break;
		case 'o':
			nr = parse_osts(optarg, osts, LOV_STRIPE_MAX);
			if (nr <= 0)
				return lfs_error(0, "error: bad OST list '%s'", optarg);
			break;
		case 'p':
			pool = strchr(optarg, '.') ? strchr(optarg, '.') + 1 : optarg;
			if (strlen(pool) > 15)
				return lfs_error(0, "error: pool name '%s' is longer than 15 characters", pool);
			break;
		case 'd': del = true; break;
		case 'L':
			if (strcmp(optarg, "raid0"))
				return lfs_error(EOPNOTSUPP, "layout '%s'", optarg);
			break;
		case 'E': case 'C': case 'N': case 'y': case 'Y':
			return lfs_error(EOPNOTSUPP, "composite and overstriped layouts");
		default: return -1;
		}
	}
	if (optind == argc || (del && (count || size || nr || pool || index != -1)))
		return -1;
	if (nr && count && count != nr)
		return lfs_error(0, "error: stripe count %ld is not the number of OSTs given by -o", count);
	lum = calloc(1, sizeof(*lum) + nr * sizeof(struct lov_user_ost_data));
	lum->lmm_magic = nr ? LOV_USER_MAGIC_SPECIFIC : pool ? LOV_USER_MAGIC_V3 : LOV_USER_MAGIC_V1;
	lum->lmm_stripe_size = size;
	lum->lmm_stripe_count = nr ? nr : count;
	lum->lmm_stripe_offset = nr ? osts[0] : (uint16_t)index;
	if (pool)
		memcpy(lum->lmm_pool, pool, strlen(pool));
	for (i = 0; i < nr; i++)
		((struct lov_user_ost_data *)(lum + 1))[i].l_ost_idx = osts[i];
	for (; optind < argc; optind++) {
		const char *path = argv[optind];
		struct stat st;
		bool made = stat(path, &st) < 0;
		int err = 0, fd;

		if (!made && S_ISDIR(st.st_mode))
			fd = open(path, O_RDONLY | O_DIRECTORY);
		else if (del)
			fd = -1, errno = made ? ENOENT : ENOTDIR;
		else
			fd = open(path, O_CREAT | O_WRONLY | O_LOV_DELAY_CREATE, 0644);
		if (fd < 0) {
			err = lfs_error(errno, "cannot open '%s'", path);
		} else if (!lfs_is_lustre(path)) {
			fprintf(stderr, "lfs setstripe: '%s' is not on a Lustre filesystem\n", path);
			err = ENOTTY;
			if (made)
				unlink(path);
		} else if (ioctl(fd, LL_IOC_LOV_SETSTRIPE, lum) < 0) {
			err = errno;
			fprintf(stderr, "lfs setstripe: setstripe error for '%s': %s\n", path,
				err == EEXIST ? "stripe already set" : strerror(err));
			if (made)
				unlink(path);
		}
		if (fd >= 0)
			close(fd);
		rc = rc ? rc : err;
	}
	free(lum);
	return rc;
}

enum { F_COUNT = 1, F_SIZE = 2, F_INDEX = 4, F_POOL = 8, F_PATTERN = 0x10, F_GEN = 0x20, F_FID = 0x40, F_MDT = 0x80, F_COMPS = 0x100, F_MIRRORS = 0x200 };

static struct {
	int fields, depth;
	bool verbose, quiet, dir_only, recursive, yaml;
	int ost;
} gs;

static const char *pattern_name(uint32_t p, char *buf)
{
	static const struct { uint32_t bit; const char *name; } words[] = {
		{ 0x1, "raid0" }, { 0x100, "mdt" }, { 0x200, "overstriped" }, { 0x400, "foreign" },
		{ 0x80000000, "released" }, { 0x40000000, "hole" }
	};
	unsigned int i;

	buf[0] = 0;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (p & words[i].bit) {
			strcat(buf, buf[0] ? "," : "");
			strcat(buf, words[i].name);
			p &= ~words[i].bit;
		}
	if (p || !buf[0])
		sprintf(buf, "%#x", p);
	return buf;
}

/* One plain layout, of a file (with objects) or a directory. ind: indentation inside a composite. */
static void print_fields(const struct lov_user_md *l, bool dir, const char *ind)
{
	static const struct { int f; const char *label; } order[] = {
		{ F_COUNT, "stripe_count:  " }, { F_SIZE, "stripe_size:   " }, { F_PATTERN, "pattern:       " },
		{ F_GEN, "layout_gen:    " }, { F_INDEX, "stripe_offset: " }, { F_POOL, "pool:          " },
	};
	bool one = gs.fields && !(gs.fields & (gs.fields - 1)) && !gs.verbose;
	int want = gs.fields ? gs.fields : F_COUNT | F_SIZE | F_PATTERN | F_GEN | F_INDEX | F_POOL;
	const struct lov_user_ost_data *o = lfs_objects(l);
	bool pool = l->lmm_magic != LOV_USER_MAGIC_V1 && l->lmm_pool[0], first = true;
	char buf[128];
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!(want & order[i].f) || (order[i].f == F_POOL && !pool && !one) || (dir && order[i].f == F_GEN && !gs.fields))
			continue;
		if (!one) {
			if (dir)
				printf("%s%s%s", first ? "" : " ", ind, order[i].label);
			else
				printf("%slmm_%s", ind, order[i].label);
		}
		first = false;
		switch (order[i].f) {
		case F_COUNT: printf("%d", (int16_t)l->lmm_stripe_count == -1 ? -1 : l->lmm_stripe_count); break;
		case F_SIZE: printf("%u", l->lmm_stripe_size); break;
		case F_PATTERN: printf("%s", pattern_name(l->lmm_pattern, buf)); break;
		case F_GEN: printf("%u", dir ? 0 : l->lmm_stripe_offset); break;
		case F_INDEX:
			if (dir)
				printf("%d", l->lmm_stripe_offset == 0xffff ? -1 : l->lmm_stripe_offset);
			else
				printf("%d", l->lmm_stripe_count && l->lmm_stripe_count != 0xffff ? (int)o[0].l_ost_idx : -1);
			break;
		case F_POOL: printf("%.15s", pool ? l->lmm_pool : ""); break;
		}
		if (!dir || one)
			printf("\n");
	}
	if (dir && !one)
		printf("\n");
}

/* Objects of group 0 have an id and no sequence; their FID is of the IDIF kind, with the OST in it. */
static struct lfs_fid object_fid(const struct lov_user_ost_data *o)
{
	if (o->oi_seq)
		return (struct lfs_fid){ o->f_seq, o->f_oid, o->f_ver };
	return (struct lfs_fid){ 0x100000000ULL | (uint64_t)o->l_ost_idx << 16 | (o->oi_id >> 32 & 0xffff), (uint32_t)o->oi_id, 0 };
}

static void print_yaml_objects(const struct lov_user_md *l)
{
	const struct lov_user_ost_data *o = lfs_objects(l);
	int i;

	printf("      lmm_objects:\n");
	for (i = 0; i < l->lmm_stripe_count; i++, o++) {
		struct lfs_fid fid = object_fid(o);

		printf("      - l_ost_idx: %u\n        l_fid:     %#llx:0x%x:0x%x\n", o->l_ost_idx, (unsigned long long)fid.seq, fid.oid, fid.ver);
	}
}

static void print_ids(const struct lov_user_md *l, const char *ind)
{
	unsigned long long seq = l->lmm_oi_seq, oid = l->lmm_oi_id;

	printf("%slmm_magic:         0x%08X\n%slmm_seq:           0x%llx\n%slmm_object_id:     0x%llx\n", ind, l->lmm_magic, ind, seq, ind, oid);
	printf(gs.yaml ? "%slmm_fid:           0x%llx:0x%llx:0x0\n" : "%slmm_fid:           [0x%llx:0x%llx:0x0]\n", ind, seq, oid);
}

static void print_objects(const struct lov_user_md *l)
{
	const struct lov_user_ost_data *o = lfs_objects(l);
	int i;

	printf("\tobdidx\t\t objid\t\t objid\t\t group\n");
	for (i = 0; i < l->lmm_stripe_count; i++, o++) {
		bool old = !o->oi_seq;
		unsigned long long id = old ? o->oi_id : o->f_oid, seq = old ? 0 : o->f_seq;

		printf("\t%6u\t%14llu\t%#13llx\t", o->l_ost_idx, id, id);
		printf(seq < 0x100000000ULL ? "%14llu" : "%#14llx", seq);
		printf("%s\n", gs.ost >= 0 && (int)o->l_ost_idx == gs.ost ? " *" : "");
	}
}

static void print_comp(const struct lov_comp_md *c)
{
	static const struct { uint32_t bit; const char *name; } words[] = {
		{ 0x10, "init" }, { 0x1, "stale" }, { 0x2, "prefrd" }, { 0x4, "prefwr" }, { 0x8, "offline" }, { 0x20, "nosync" },
		{ 0x40, "extension" }, { 0x80, "parity" }, { 0x100, "compress" }, { 0x200, "partial" }, { 0x400, "nocompr" }
	};
	static const char *const flr[] = { "0", "ro", "wp", "sp" };
	bool list = gs.verbose || gs.yaml;
	const char *ind;
	int i, k;
	unsigned int w;

	ind = gs.yaml ? "" : "  ";
	if (gs.verbose)
		printf("%s%slcm_magic:         0x%08X\n%slcm_size:          %u\n%slcm_flags:         %s\n", gs.yaml ? "" : "composite_header:\n", ind,
		       c->magic, ind, c->size, ind, flr[c->flags & 3]);
	printf("%slcm_layout_gen:    %u\n%slcm_mirror_count:  %u\n%slcm_entry_count:   %u\n", ind, c->gen, ind, c->mirrors + 1, ind, c->count);
	if (list)
		printf("components:\n");
	for (i = 0; i < c->count && 32 + 48 * (i + 1) <= LOV_EA_MAX; i++) {
		const struct lov_comp_entry *e = &c->e[i];
		const struct lov_user_md *l = (const void *)((const char *)c + e->offset);
		bool any = false;

		if (e->offset > LOV_EA_MAX - 64 || e->size > LOV_EA_MAX - e->offset)
			break;
		printf(list ? "  - " : "    ");
		if (e->id)
			printf("lcme_id:             %u\n", e->id);
		else
			printf("lcme_id:             N/A\n");
		printf("    lcme_mirror_id:      %u\n    lcme_flags:          ", e->id >> 16);
		for (w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (e->flags & words[w].bit) {
				printf("%s%s", any ? "," : "", words[w].name);
				any = true;
			}
		printf("%s\n    lcme_extent.e_start: %llu\n", any ? "" : "0", (unsigned long long)e->start);
		if (e->end == ~0ULL)
			printf("    lcme_extent.e_end:   EOF\n");
		else
			printf("    lcme_extent.e_end:   %llu\n", (unsigned long long)e->end);
		if (gs.verbose)
			printf("    lcme_offset:         %u\n    lcme_size:           %u\n", e->offset, e->size);
		if (list)
			printf("    sub_layout:\n");
		if (gs.verbose)
			print_ids(l, "      ");
		print_fields(l, false, "      ");
		if ((e->flags & 0x10) && l->lmm_stripe_count && l->lmm_stripe_count != 0xffff && gs.yaml) {
			print_yaml_objects(l);
		} else if ((e->flags & 0x10) && l->lmm_stripe_count && l->lmm_stripe_count != 0xffff) {
			const struct lov_user_ost_data *o = lfs_objects(l);

			printf("      lmm_objects:\n");
			for (k = 0; k < l->lmm_stripe_count; k++, o++) {
				struct lfs_fid fid = object_fid(o);

				printf("      - %3d: { l_ost_idx: %3d, l_fid: [%#llx:0x%x:0x%x] }\n", k, o->l_ost_idx,
				       (unsigned long long)fid.seq, fid.oid, fid.ver);
			}
		}
		if (!gs.yaml && i + 1 < c->count)
			printf("\n");
	}
}

/* What a directory's layout leaves open (0) is what the file system uses. */
static void fill_default(struct lov_user_md *l)
{
	if (!l->lmm_stripe_count)
		l->lmm_stripe_count = 1;
	if (!l->lmm_stripe_size)
		l->lmm_stripe_size = 4 << 20;
	if (!l->lmm_pattern)
		l->lmm_pattern = 1;
}

/* getstripe -m and -F: what is asked is no layout. */
static int show_place(const char *path, bool want_fid)
{
	int rc, idx, fd = open(path, O_RDONLY | O_NONBLOCK);
	uint64_t fid[2];

	rc = fd < 0 ? fd : want_fid ? ioctl(fd, LL_IOC_PATH2FID, fid) : ioctl(fd, LL_IOC_GET_MDTIDX, &idx);
	if (rc < 0)
		rc = lfs_error(errno, "cannot get the %s of '%s'", want_fid ? "FID" : "MDT index", path);
	else if (want_fid)
		printf(gs.yaml ? "%#llx:0x%x:0x%x\n" : "[%#llx:0x%x:0x%x]\n\n", (unsigned long long)fid[0], (uint32_t)fid[1], (uint32_t)(fid[1] >> 32));
	else
		printf("%d\n", idx);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int getstripe_one(const char *path, bool top)
{
	static char buf[LOV_EA_MAX];
	const struct lov_user_md *l = (const void *)buf;
	bool one = gs.fields && !(gs.fields & (gs.fields - 1)) && !gs.verbose, dir;
	struct stat st;
	int rc;

	if (lstat(path, &st)) {
		rc = errno;
		fprintf(stderr, "lfs: getstripe for '%s' failed: %s\n", path, strerror(rc));
		return rc;
	}
	dir = S_ISDIR(st.st_mode);
	if (gs.fields == F_MDT || gs.fields == F_FID)
		return show_place(path, gs.fields == F_FID);
	rc = lfs_layout_get(path, buf);
	if (rc == ENODATA && dir) {
		struct lov_user_md def = { .lmm_magic = LOV_USER_MAGIC_V1, .lmm_pattern = 1, .lmm_stripe_size = 4 << 20,
					   .lmm_stripe_count = 1, .lmm_stripe_offset = 0xffff };

		memcpy(buf, &def, sizeof(def));
		rc = 0;
	}
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
	if (dir && l->lmm_magic != LOV_USER_MAGIC_COMP_V1)
		fill_default((struct lov_user_md *)buf);
	if (!gs.quiet && !gs.yaml && (!one || !top))
		printf("%s%s\n", dir && gs.verbose ? "(Default) " : "", path);
	if (l->lmm_magic == LOV_USER_MAGIC_COMP_V1) {
		const struct lov_comp_md *c = (const void *)buf;

		if (gs.fields == F_COMPS || gs.fields == F_MIRRORS)
			printf("%u\n", gs.fields == F_COMPS ? c->count : c->mirrors + 1);
		else if (c->count && one)
			print_fields(lfs_comp_pick(c), false, "");
		else
			print_comp(c);
	} else if (gs.fields == F_COMPS || gs.fields == F_MIRRORS) {
		printf("%d\n", gs.fields == F_MIRRORS);
	} else {
		if (gs.verbose && !dir)
			print_ids(l, "");
		else if (gs.verbose)
			printf("lmm_fid:           [0x%llx:0x%llx:0x0]\n", (unsigned long long)l->lmm_oi_seq, (unsigned long long)l->lmm_oi_id);
		print_fields(l, dir, "");
		if (!dir && (!gs.fields || gs.verbose) && !(l->lmm_pattern & 0x80000100) && l->lmm_stripe_count && l->lmm_stripe_count != 0xffff)
			gs.yaml ? print_yaml_objects(l) : print_objects(l);
	}
	if (!gs.yaml)
		printf("\n");
	return 0;
}

static int getstripe_tree(const char *path, int depth)
{
	char sub[4096];
	struct dirent *e;
	struct stat st;
	int rc = 0, r;
	DIR *d;

	if (!lstat(path, &st) && S_ISDIR(st.st_mode) && !gs.dir_only && (depth || gs.recursive)) {
		rc = getstripe_one(path, false);
		if (rc == ENOTTY)
			return rc;
		d = opendir(path);
		if (!d)
			return rc ? rc : lfs_error(errno, "cannot open '%s'", path);
		while ((e = readdir(d))) {
			if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
				continue;
			snprintf(sub, sizeof(sub), "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", e->d_name);
			if (!lstat(sub, &st) && S_ISDIR(st.st_mode) && gs.recursive)
				r = getstripe_tree(sub, depth - 1);
			else
				r = getstripe_one(sub, false);
			rc = rc ? rc : r;
		}
		closedir(d);
		return rc;
	}
	return getstripe_one(path, true);
}

int lfs_getstripe(int argc, char **argv)
{
	static const struct option lo[] = {
		{ "stripe-count", 0, 0, 'c' }, { "stripe-size", 0, 0, 'S' }, { "stripe-index", 0, 0, 'i' }, { "pool", 0, 0, 'p' },
		{ "layout", 0, 0, 'L' }, { "generation", 0, 0, 'g' }, { "fid", 0, 0, 'F' }, { "mdt", 0, 0, 'm' }, { "mdt-index", 0, 0, 'm' },
		{ "directory", 0, 0, 'd' }, { "recursive", 0, 0, 'r' }, { "verbose", 0, 0, 'v' }, { "quiet", 0, 0, 'q' },
		{ "obd", 1, 0, 'O' }, { "ost", 1, 0, 'O' }, { "raw", 0, 0, 'R' },
		{ "component-count", 0, 0, 'K' }, { "mirror-count", 0, 0, 'N' }, { "yaml", 0, 0, 'y' }, { }
	};
	int c, rc = 0, r;

	memset(&gs, 0, sizeof(gs));
	gs.ost = -1;
	optind = 0;
	while ((c = getopt_long(argc, argv, "cSipLgFmMdrvqO:RNy", lo, NULL)) != -1) {
		switch (c) {
		case 'c': gs.fields |= F_COUNT; break;
		case 'S': gs.fields |= F_SIZE; break;
		case 'i': gs.fields |= F_INDEX; break;
		case 'p': gs.fields |= F_POOL; break;
		case 'L': gs.fields |= F_PATTERN; break;
		case 'g': gs.fields |= F_GEN; break;
		case 'F': gs.fields |= F_FID; break;
		case 'm': case 'M': gs.fields |= F_MDT; break;
		case 'd': gs.dir_only = true; break;
		case 'r': gs.recursive = true; break;
		case 'v': gs.verbose = true; break;
		case 'q': gs.quiet = true; break;
		case 'R': break;
		case 'K': gs.fields |= F_COMPS; break;
		case 'N': gs.fields |= F_MIRRORS; break;
		case 'y': gs.yaml = true; break;
		case 'O': {
			const char *p = strstr(optarg, "-OST");

			gs.ost = p ? (int)strtol(p + 4, NULL, 16) : atoi(optarg);
			break;
		}
		default: return -1;
		}
	}
	if (optind == argc)
		return -1;
	gs.depth = gs.fields && !(gs.fields & (gs.fields - 1)) && !gs.verbose ? 0 : 1;
	for (; optind < argc; optind++) {
		r = getstripe_tree(argv[optind], gs.depth);
		rc = rc ? rc : r;
	}
	return rc;
}

static bool hash_word(const char *s)
{
	static const char *const words[] = { "all_char", "fnv_1a_64", "crush", "crush2" };
	size_t i, n = strcspn(s, ",");

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == n && !strncmp(s, words[i], n))
			return !s[n] || !strcmp(s + n, ",fixed");
	return false;
}

int lfs_mkdir(int argc, char **argv)
{
	static const struct option lo[] = {
		{ "mdt-index", 1, 0, 'i' }, { "index", 1, 0, 'i' }, { "mdt", 1, 0, 'i' }, { "mdt-count", 1, 0, 'c' }, { "count", 1, 0, 'c' },
		{ "mode", 1, 0, 'o' }, { "mdt-hash", 1, 0, 'H' }, { "hash-type", 1, 0, 'H' }, { "default", 0, 0, 'D' }, { "delete", 0, 0, 'd' }, { }
	};
	mode_t mode = 0777;
	int c, rc = 0;
	long index = -1, count = 1;

	optind = 0;
	while ((c = getopt_long(argc, argv, "i:c:o:H:m:T:Dd", lo, NULL)) != -1) {
		char *end = "";

		switch (c) {
		case 'i': case 'm':
			index = strtol(optarg, &end, 0);
			if (*end || end == optarg || index < -1)
				return lfs_error(0, "error: bad stripe offset %s", optarg);
			break;
		case 'c': case 'T':
			count = strtol(optarg, &end, 0);
			if (*end || end == optarg || count < -1)
				return lfs_error(0, "error: bad stripe count %s", optarg);
			break;
		case 'o':
			mode = strtol(optarg, &end, 8);
			if (*end || end == optarg || mode > 07777)
				return lfs_error(0, "error: bad mode '%s'", optarg);
			break;
		case 'H':
			if (!hash_word(optarg))
				return lfs_error(0, "error: bad hash type %s", optarg);
			break;
		case 'D': case 'd': return lfs_error(EOPNOTSUPP, "default directory stripes");
		default: return -1;
		}
	}
	if (optind == argc)
		return -1;
	if (index > 0 || count > 1)
		return lfs_error(EOPNOTSUPP, "directories on several MDTs");
	for (; optind < argc; optind++)
		if (mkdir(argv[optind], mode)) {
			int err = lfs_error(errno, "cannot create dir '%s'", argv[optind]);

			rc = rc ? rc : err;
		}
	return rc;
}

int lfs_getdirstripe(int argc, char **argv)
{
	static const struct option lo[] = {
		{ "mdt-count", 0, 0, 'c' }, { "count", 0, 0, 'c' }, { "mdt-index", 0, 0, 'i' }, { "index", 0, 0, 'i' }, { "mdt-hash", 0, 0, 'H' },
		{ "hash-type", 0, 0, 'H' }, { "fid", 0, 0, 'F' }, { "default", 0, 0, 'D' }, { }
	};
	int c, rc = 0, idx, fd, what = 0;
	bool def = false;

	optind = 0;
	while ((c = getopt_long(argc, argv, "ciHTmFD", lo, NULL)) != -1) {
		if (c == '?')
			return -1;
		if (c == 'D')
			def = true;
		else
			what = c == 'T' ? 'c' : c == 'm' ? 'i' : c;
	}
	if (optind == argc)
		return -1;
	for (; optind < argc; optind++) {
		fd = open(argv[optind], O_RDONLY | O_DIRECTORY);
		if (fd < 0 || ioctl(fd, LL_IOC_GET_MDTIDX, &idx) < 0) {
			int err = lfs_error(errno, "cannot read the stripes of '%s'", argv[optind]);

			rc = rc ? rc : err;
		} else if (what == 'F') {
			uint64_t fid[2];

			if (ioctl(fd, LL_IOC_PATH2FID, fid) < 0)
				rc = rc ? rc : lfs_error(errno, "cannot get the FID of '%s'", argv[optind]);
			else
				printf("[%#llx:0x%x:0x%x]\n", (unsigned long long)fid[0], (uint32_t)fid[1], (uint32_t)(fid[1] >> 32));
		} else if (what) {
			printf(what == 'H' ? "none\n" : "%d\n", what == 'c' ? 0 : def ? -1 : idx);
		} else if (def) {
			printf("lmv_stripe_count: 0 lmv_stripe_offset: -1 lmv_hash_type: none lmv_max_inherit: -1 lmv_max_inherit_rr: 0\n");
		} else {
			printf("lmv_stripe_count: 0 lmv_stripe_offset: %d lmv_hash_type: none\n", idx);
		}
		if (fd >= 0)
			close(fd);
	}
	return rc;
}
