// SPDX-License-Identifier: GPL-2.0-only
/* Names, link counts, attributes, xattrs and symbolic links of MDT objects. */
#include "fuzz.h"

#define NAMES 300
#define XATTRS 3
#define MAXVAL 700

/* Name number i is an object of its own; its oid grows each time the name is made anew. */
static struct fuzz_name {
	u32 oid; /* 0: there is no such name */
	umode_t type;
	u32 uid;
	u16 target; /* length of a symbolic link */
	s16 xattr[XATTRS]; /* length, -1: none */
} *table;
static u32 next_oid;
static char *scratch, *value;

static int fuzz_name(int i, char *buf)
{
	/* All lengths up to the longest possible. */
	int n = scnprintf(buf, 256, "n%d-", i), len = n + i * 97 % (256 - n);

	memset(buf + n, 'x', len - n);
	return len;
}

static char fuzz_value(u32 oid, int k, int at)
{
	return 'A' + (oid + k * 5 + at) % 26;
}

int fuzz_names_init(void)
{
	table = kvcalloc(NAMES, sizeof(*table), GFP_KERNEL);
	scratch = kmalloc(8192, GFP_KERNEL);
	value = kmalloc(8192, GFP_KERNEL);
	CHECK(table && scratch && value);
	next_oid = 100;
	return 0;
}

void fuzz_names_free(void)
{
	kvfree(table);
	kfree(scratch);
	kfree(value);
}

static int fuzz_name_make(struct osd_object *root, int i)
{
	static const umode_t types[] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFREG };
	umode_t type = types[fuzz_rnd(ARRAY_SIZE(types))];
	struct osd_trans *th = osd_trans_start(osd, 2 * CR);
	struct osd_object *obj;
	char name[256];
	int len = fuzz_name(i, name), k;

	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	table[i] = (struct fuzz_name){ .oid = next_oid++, .type = type, .uid = 1000 };
	for (k = 0; k < XATTRS; k++)
		table[i].xattr[k] = -1;
	name[len] = 0;
	obj = make(th, root, name, table[i].oid, type | 0644);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	if (type == S_IFLNK) {
		table[i].target = 1 + fuzz_rnd(min_t(u32, 4095, osd_blocksize(osd) - 1));
		for (k = 0; k < table[i].target; k++)
			value[k] = fuzz_value(table[i].oid, 9, k);
		CHECK_RC(osd_symlink_set(th, obj, value, table[i].target), 0);
	}
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	return 0;
}

static struct osd_object *fuzz_name_find(int i)
{
	struct lu_fid fid = mfid(table[i].oid);

	return osd_find(osd, &fid);
}

static int fuzz_name_remove(struct osd_object *root, int i)
{
	struct osd_trans *th = osd_trans_start(osd, OSD_CR_DIR_DELETE + OSD_CR_DESTROY +
							    2 * OSD_CR_NLINK);
	struct osd_object *obj = fuzz_name_find(i);
	struct lu_fid fid = mfid(table[i].oid);
	char name[256];
	int len = fuzz_name(i, name);

	CHECK(!IS_ERR(th) && !IS_ERR(obj));
	CHECK_RC(osd_dir_delete(th, root, name, len), 0);
	CHECK_RC(osd_dir_delete(th, root, name, len), -ENOENT);
	if (table[i].type == S_IFDIR)
		CHECK_RC(osd_nlink_add(th, root, -1), 0);
	CHECK_RC(osd_destroy(th, obj), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	table[i].oid = 0;
	return 0;
}

static int fuzz_xattr_set(int i)
{
	struct osd_trans *th = osd_trans_start(osd, OSD_CR_XATTR_SET);
	struct osd_object *obj = fuzz_name_find(i);
	int k = fuzz_rnd(XATTRS), len = fuzz_rnd(5) ? fuzz_rnd(MAXVAL) : -1, j, rc;
	char name[] = { 'u', 's', 'e', 'r', '.', '0' + k, 0 };

	CHECK(!IS_ERR(th) && !IS_ERR(obj));
	for (j = 0; j < len; j++)
		value[j] = fuzz_value(table[i].oid, k, j);
	if (len < 0) {
		rc = osd_xattr_del(th, obj, name);
		CHECK_RC(rc, table[i].xattr[k] < 0 ? -ENODATA : 0);
	} else {
		rc = osd_xattr_set(th, obj, name, value, len, 0);
		CHECK(rc == 0 || rc == -ENOSPC);
	}
	if (!rc)
		table[i].xattr[k] = len;
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	return 0;
}

static int fuzz_name_chown(int i)
{
	struct osd_attr attr = { .uid = fuzz_rnd(6), .gid = fuzz_rnd(6), .projid = fuzz_rnd(6) };
	struct osd_trans *th = osd_trans_start(osd, OSD_CR_ATTR_SET);
	struct osd_object *obj = fuzz_name_find(i);
	int rc;

	CHECK(!IS_ERR(th) && !IS_ERR(obj));
	rc = osd_attr_set(th, obj, &attr, OSD_A_UID | OSD_A_GID | OSD_A_PROJID);
	CHECK(rc == 0 || rc == -EOPNOTSUPP);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	table[i].uid = attr.uid;
	return 0;
}

static int fuzz_object_verify(int i, struct osd_object *obj)
{
	char name[] = "user.0";
	struct osd_attr attr;
	int k, j;

	osd_attr_get(obj, &attr);
	CHECK_RC(attr.mode, table[i].type | 0644);
	CHECK_RC(attr.uid, table[i].uid);
	CHECK_RC(attr.nlink, table[i].type == S_IFDIR ? 2 : 1);
	if (table[i].type == S_IFLNK) {
		CHECK_RC(osd_symlink_get(obj, scratch, 8192), table[i].target);
		for (j = 0; j < table[i].target; j++)
			CHECK(scratch[j] == fuzz_value(table[i].oid, 9, j));
	}
	for (k = 0; k < XATTRS; k++) {
		name[5] = '0' + k;
		CHECK_RC(osd_xattr_get(obj, name, scratch, 8192),
			 table[i].xattr[k] < 0 ? -ENODATA : table[i].xattr[k]);
		for (j = 0; j < table[i].xattr[k]; j++)
			CHECK(scratch[j] == fuzz_value(table[i].oid, k, j));
	}
	return 0;
}

static int fuzz_name_verify(struct osd_object *root, int i)
{
	struct osd_object *obj;
	struct lu_fid fid;
	char name[256];
	int len = fuzz_name(i, name), rc;

	if (!table[i].oid) {
		CHECK_RC(osd_dir_lookup(root, name, len, &fid), -ENOENT);
		return 0;
	}
	CHECK_RC(osd_dir_lookup(root, name, len, &fid), 0);
	CHECK(fid.f_seq == MSEQ && fid.f_oid == table[i].oid);
	obj = fuzz_name_find(i);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	rc = fuzz_object_verify(i, obj);
	osd_object_put(obj);
	return rc;
}

static int fuzz_names_actor(void *ctx, const struct osd_dirent *de)
{
	u32 i;

	if (sscanf(de->name, "n%u-", &i) == 1) {
		if (i >= NAMES || de->fid.f_oid != table[i].oid)
			return -EIO;
		(*(int *)ctx)++;
	}
	return 0;
}

int fuzz_names_check(void)
{
	struct osd_object *root = osd_root(osd);
	int i, rc = 0, have = 0, seen = 0;

	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	for (i = 0; i < NAMES && !rc; i++) {
		rc = fuzz_name_verify(root, i);
		have += table[i].oid != 0;
	}
	if (!rc)
		rc = osd_dir_iterate(root, 0, fuzz_names_actor, &seen);
	osd_object_put(root);
	CHECK_RC(rc, 0);
	CHECK_RC(seen, have);
	return 0;
}

int fuzz_names_op(void)
{
	struct osd_object *root = osd_root(osd);
	int i = fuzz_rnd(NAMES), rc;

	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	if (!table[i].oid) {
		rc = fuzz_name_make(root, i);
	} else {
		switch (fuzz_rnd(8)) {
		case 0:
			rc = fuzz_name_remove(root, i);
			break;
		case 1:
			rc = fuzz_name_chown(i);
			break;
		case 2:
			rc = fuzz_name_verify(root, i);
			break;
		default:
			rc = fuzz_xattr_set(i);
		}
	}
	osd_object_put(root);
	return rc;
}
