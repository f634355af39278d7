// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test of the object store on a scratch device: `insmod osd_selftest.ko dev=/dev/ubdb
 * phase=N`.
 *   1: make objects, names, xattrs, data; 2: after a remount, verify and destroy; 3: leave an
 *   unlinked object and open transactions
 *      behind (the machine is stopped without umount); 4: verify what phase 3 committed.
 * Loading fails with -EIO when a check fails (the line is printed), with -ECANCELED when all was
 * well.
 */
#define pr_fmt(fmt) "osd_selftest: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xattr.h>
#include <linux/falloc.h>
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/posix_acl_xattr.h>
#include <gloss/osd.h>

static char *dev = "/dev/ubdb";
module_param(dev, charp, 0);
static int phase = 1;
module_param(phase, int, 0);

#define CHECK(cond)                                                      \
	do {                                                             \
		if (!(cond)) {                                           \
			pr_err("FAILED line %d: %s\n", __LINE__, #cond); \
			return -EIO;                                     \
		}                                                        \
	} while (0)
#define CHECK_RC(expr, want)                                                         \
	do {                                                                         \
		long long _rc = (expr);                                              \
		if (_rc != (want)) {                                                 \
			pr_err("FAILED line %d: %s = %lld\n", __LINE__, #expr, _rc); \
			return -EIO;                                                 \
		}                                                                    \
	} while (0)

static struct osd_device *osd;
#define MSEQ 0x200000400ULL
#define NFILES 3000
#define NBIG 200

static struct lu_fid mfid(u32 oid)
{
	return (struct lu_fid){ .f_seq = MSEQ, .f_oid = oid };
}

static struct osd_object *make(struct osd_trans *th, struct osd_object *dir, const char *name,
			       u32 oid, umode_t mode)
{
	struct lu_fid fid = mfid(oid);
	struct osd_object *obj = osd_create(th, osd, dir, &fid, mode, 0, 1000, 1001);

	if (!IS_ERR(obj) && name) {
		int rc = osd_dir_insert(th, dir, name, strlen(name), obj);

		if (!rc && S_ISDIR(mode))
			rc = osd_nlink_add(th, dir, 1);
		if (rc) {
			osd_object_put(obj);
			return ERR_PTR(rc);
		}
	}
	return obj;
}

#define CR \
	(OSD_CR_CREATE + OSD_CR_DIR_INSERT + OSD_CR_NLINK + 2 * OSD_CR_XATTR_SET + OSD_CR_ATTR_SET)

struct walk {
	u64 last, stop_at;
	int n, names;
	bool bad;
};

static int walk_actor(void *ctx, const struct osd_dirent *de)
{
	struct walk *w = ctx;

	if (w->stop_at && w->n == w->stop_at)
		return 1;
	if (de->hash < w->last)
		w->bad = true;
	w->last = de->hash;
	w->n++;
	if (de->name[0] == 'f') {
		char buf[32];
		u32 oid;

		scnprintf(buf, sizeof(buf), "%.*s", (int)de->namelen, de->name);
		if (kstrtou32(buf + 1, 10, &oid) || de->fid.f_seq != MSEQ || de->fid.f_oid != oid ||
		    de->type != DT_REG)
			w->bad = true;
		w->names++;
	}
	return 0;
}

static atomic_t commits, commit_errors;
static void committed(void *data, int error)
{
	atomic_inc(&commits);
	if (error)
		atomic_inc(&commit_errors);
}

static int check_files(struct osd_object *root)
{
	struct walk w = {};
	struct lu_fid fid;
	char name[32];
	u64 cookie;
	int i, n;

	for (i = 1000; i < 1000 + NFILES; i += 7) {
		n = scnprintf(name, sizeof(name), "f%d", i);
		CHECK_RC(osd_dir_lookup(root, name, n, &fid), 0);
		CHECK(fid.f_seq == MSEQ && fid.f_oid == i);
	}
	CHECK_RC(osd_dir_lookup(root, "nope", 4, &fid), -ENOENT);
	CHECK_RC(osd_dir_iterate(root, 0, walk_actor, &w), 0);
	CHECK(!w.bad);
	CHECK_RC(w.names, NFILES);
	/* In steps: hash of the refused entry starts the next one. */
	n = 0;
	cookie = 0;
	for (i = 0; i < 100; i++) {
		struct walk s = { .stop_at = 100 };
		int rc = osd_dir_iterate(root, cookie, walk_actor, &s);

		CHECK(rc >= 0 && !s.bad);
		n += s.names;
		if (!rc)
			break;
		cookie = s.last + 1;
	}
	CHECK_RC(n, NFILES);
	return 0;
}

static int test_names(void)
{
	struct osd_object *root = osd_root(osd), *obj, *dir;
	struct osd_attr attr;
	struct osd_trans *th;
	struct lu_fid fid;
	char name[32];
	int i, count = 0;
	char *big = kmalloc(3000, GFP_KERNEL);
	char buf[64];

	CHECK(!IS_ERR(root));
	CHECK(big);
	osd_attr_get(root, &attr);
	CHECK(S_ISDIR(attr.mode) && (attr.mode & 07777) == 0755);
	CHECK_RC(attr.nlink, 2);
	for (i = 1000; i < 1000 + NFILES; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		th = osd_trans_start(osd, CR);
		CHECK(!IS_ERR(th));
		obj = make(th, root, name, i, S_IFREG | 0644);
		CHECK(!IS_ERR(obj));
		osd_trans_commit_cb(th, committed, NULL);
		count++;
		CHECK_RC(osd_trans_stop(th), 0);
		osd_object_put(obj);
	}
	CHECK_RC(check_files(root), 0);
	CHECK_RC(osd_sync(osd), 0);
	CHECK_RC(atomic_read(&commits), count);
	CHECK_RC(atomic_read(&commit_errors), 0);

	/* Duplicate name, duplicate FID. */
	th = osd_trans_start(osd, CR);
	CHECK(!IS_ERR(th));
	fid = mfid(1000);
	CHECK(osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0) == ERR_PTR(-EEXIST));
	obj = osd_find(osd, &fid);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_dir_insert(th, root, "f1001", 5, obj), -EEXIST);
	CHECK_RC(osd_trans_stop(th), 0);

	/* Attributes, xattrs, ACL. */
	memset(big, 'x', 3000);
	th = osd_trans_start(osd, 8 * CR);
	CHECK(!IS_ERR(th));
	attr.mode = 0640;
	attr.uid = 5;
	attr.gid = 6;
	attr.size = 123456789;
	attr.mtime = (struct timespec64){ 1111111111, 222222222 };
	attr.atime = (struct timespec64){ 1111111112, 3 };
	attr.ctime = (struct timespec64){ 1111111113, 4 };
	attr.version = 0x123456789aULL;
	attr.flags = 0x10; /* immutable */
	CHECK_RC(osd_attr_set(th, obj, &attr,
			      OSD_A_MODE | OSD_A_UID | OSD_A_GID | OSD_A_SIZE | OSD_A_MTIME |
				      OSD_A_ATIME | OSD_A_CTIME | OSD_A_VERSION | OSD_A_FLAGS),
		 0);
	CHECK_RC(osd_xattr_set(th, obj, "trusted.lov", "layout", 6, 0), 0);
	CHECK_RC(osd_xattr_set(th, obj, "user.big", big, 3000, XATTR_CREATE), 0);
	CHECK_RC(osd_xattr_set(th, obj, "user.empty", "", 0, 0), 0);
	CHECK_RC(osd_xattr_set(th, obj, "user.big", big, 3000, XATTR_CREATE), -EEXIST);
	CHECK_RC(osd_xattr_set(th, obj, "user.gone", "1", 1, 0), 0);
	CHECK_RC(osd_xattr_del(th, obj, "user.gone"), 0);
	CHECK_RC(osd_xattr_del(th, obj, "user.gone"), -ENODATA);
	CHECK_RC(osd_xattr_set(th, obj, "bogus.x", "1", 1, 0), -EOPNOTSUPP);
	{
		struct {
			struct posix_acl_xattr_header h;
			struct posix_acl_xattr_entry e[5];
		} acl = { { cpu_to_le32(POSIX_ACL_XATTR_VERSION) },
			  { { cpu_to_le16(ACL_USER_OBJ), cpu_to_le16(6),
			      cpu_to_le32(ACL_UNDEFINED_ID) },
			    { cpu_to_le16(ACL_USER), cpu_to_le16(4), cpu_to_le32(77) },
			    { cpu_to_le16(ACL_GROUP_OBJ), cpu_to_le16(4),
			      cpu_to_le32(ACL_UNDEFINED_ID) },
			    { cpu_to_le16(ACL_MASK), cpu_to_le16(4),
			      cpu_to_le32(ACL_UNDEFINED_ID) },
			    { cpu_to_le16(ACL_OTHER), cpu_to_le16(0),
			      cpu_to_le32(ACL_UNDEFINED_ID) } } };
		CHECK_RC(osd_xattr_set(th, obj, "system.posix_acl_access", &acl, sizeof(acl), 0),
			 0);
	}
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);

	/* Directory with a moved child, symlinks short and long, a second link. */
	th = osd_trans_start(osd, 8 * CR);
	CHECK(!IS_ERR(th));
	dir = make(th, root, "dir", 10, S_IFDIR | 0700);
	CHECK(!IS_ERR(dir));
	obj = make(th, root, "sub", 11, S_IFDIR | 0755);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_trans_stop(th), 0);
	th = osd_trans_start(osd, 8 * CR);
	CHECK_RC(osd_dir_delete(th, root, "sub", 3), 0);
	CHECK_RC(osd_dir_insert(th, dir, "moved", 5, obj), 0);
	CHECK_RC(osd_dir_set_parent(th, obj, dir), 0);
	CHECK_RC(osd_nlink_add(th, root, -1), 0);
	CHECK_RC(osd_nlink_add(th, dir, 1), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK_RC(osd_dir_lookup(obj, "..", 2, &fid), 0);
	CHECK(fid_eq(&fid, &dir->oo_fid));
	CHECK_RC(osd_dir_lookup(root, "..", 2, &fid), 0);
	CHECK(fid_is_root(&fid));
	CHECK_RC(osd_dir_empty(dir), 0);
	CHECK_RC(osd_dir_empty(obj), 1);
	osd_object_put(obj);
	th = osd_trans_start(osd, 8 * CR);
	obj = make(th, dir, "short", 12, S_IFLNK | 0777);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_symlink_set(th, obj, "abc", 3), 0);
	osd_object_put(obj);
	obj = make(th, dir, "long", 13, S_IFLNK | 0777);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_symlink_set(th, obj, big, 1000), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK_RC(osd_symlink_get(obj, big, 3000), 1000);
	osd_object_put(obj);
	fid = mfid(12);
	obj = osd_find(osd, &fid);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_symlink_get(obj, buf, sizeof(buf)), 3);
	CHECK(!strcmp(buf, "abc"));
	osd_object_put(obj);
	fid = mfid(1002);
	obj = osd_find(osd, &fid);
	th = osd_trans_start(osd, CR);
	CHECK_RC(osd_dir_insert(th, dir, "second", 6, obj), 0);
	CHECK_RC(osd_nlink_add(th, obj, 1), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);

	/* Unlinked but open; then destroyed. */
	th = osd_trans_start(osd, CR);
	obj = make(th, root, "temp", 20, S_IFREG | 0600);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_trans_stop(th), 0);
	th = osd_trans_start(osd, CR);
	CHECK_RC(osd_dir_delete(th, root, "temp", 4), 0);
	CHECK_RC(osd_nlink_add(th, obj, -1), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	fid = mfid(20);
	CHECK(osd_find(osd, &fid) == obj);
	osd_object_put(obj);
	th = osd_trans_start(osd, CR);
	CHECK_RC(osd_destroy(th, obj), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	osd_object_put(obj);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	/* A FID may come back. */
	th = osd_trans_start(osd, 2 * CR);
	obj = make(th, root, "temp", 20, S_IFIFO | 0600);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);

	osd_object_put(dir);
	osd_object_put(root);
	kfree(big);
	return 0;
}

static int verify_names(void)
{
	struct osd_object *root = osd_root(osd), *obj;
	struct osd_attr attr;
	struct lu_fid fid;
	char *buf = kmalloc(4096, GFP_KERNEL);
	ssize_t n;

	CHECK(buf && !IS_ERR(root));
	CHECK_RC(check_files(root), 0);
	osd_attr_get(root, &attr);
	CHECK_RC(attr.nlink, 3);
	CHECK_RC(osd_dir_lookup(root, "f1000", 5, &fid), 0);
	obj = osd_find(osd, &fid);
	CHECK(!IS_ERR(obj));
	osd_attr_get(obj, &attr);
	CHECK_RC(attr.mode, S_IFREG | 0640);
	CHECK(attr.uid == 5 && attr.gid == 6);
	CHECK(attr.size == 123456789);
	CHECK(attr.mtime.tv_sec == 1111111111 && attr.mtime.tv_nsec == 222222222);
	CHECK(attr.ctime.tv_sec == 1111111113 && attr.ctime.tv_nsec == 4);
	CHECK(attr.version == 0x123456789aULL);
	CHECK_RC(attr.flags, 0x10);
	CHECK_RC(osd_xattr_get(obj, "user.big", NULL, 0), 3000);
	CHECK_RC(osd_xattr_get(obj, "user.big", buf, 100), -ERANGE);
	CHECK_RC(osd_xattr_get(obj, "user.big", buf, 4096), 3000);
	CHECK(buf[0] == 'x' && buf[2999] == 'x');
	CHECK_RC(osd_xattr_get(obj, "user.empty", buf, 10), 0);
	CHECK_RC(osd_xattr_get(obj, "trusted.lov", buf, 100), 6);
	CHECK_RC(osd_xattr_get(obj, "user.none", buf, 100), -ENODATA);
	CHECK_RC(osd_xattr_get(obj, "system.posix_acl_access", buf, 100), 44);
	n = osd_xattr_list(obj, NULL, 0);
	CHECK(n > 0);
	CHECK_RC(osd_xattr_list(obj, buf, 4096), n);
	CHECK(n == sizeof("trusted.lma") + sizeof("trusted.lov") + sizeof("user.big") +
			   sizeof("user.empty") + sizeof("system.posix_acl_access"));
	osd_object_put(obj);
	fid = mfid(20);
	obj = osd_find(osd, &fid);
	CHECK(!IS_ERR(obj) && obj->oo_type == S_IFIFO);
	osd_object_put(obj);
	fid = mfid(21);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	fid.f_seq = 12;
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	osd_object_put(root);
	kfree(buf);
	return 0;
}

/* ---- data ---- */

static struct page *pages[256];

static void fill(struct bio_vec *bv, unsigned int nr, u64 pos, u8 seed)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		u8 *p = page_address(bv[i].bv_page) + bv[i].bv_offset;

		for (j = 0; j < bv[i].bv_len; j++, pos++)
			p[j] = (u8)(pos * 7 + (pos >> 8) * 13 + seed);
	}
}

/* Number of wrong bytes; seed < 0: zeros wanted. */
static u64 differ(struct bio_vec *bv, unsigned int nr, u64 pos, u64 from, u64 to, int seed)
{
	unsigned int i, j;
	u64 bad = 0;

	for (i = 0; i < nr; i++) {
		u8 *p = page_address(bv[i].bv_page) + bv[i].bv_offset;

		for (j = 0; j < bv[i].bv_len; j++, pos++)
			if (pos >= from && pos < to)
				bad += p[j] !=
				       (seed < 0 ? 0 : (u8)(pos * 7 + (pos >> 8) * 13 + seed));
	}
	return bad;
}

static unsigned int vec(struct bio_vec *bv, u64 pos, u64 len, unsigned int first)
{
	unsigned int n = 0;

	while (len) {
		bv[n].bv_page = pages[n];
		bv[n].bv_offset = n ? 0 : first;
		bv[n].bv_len = min_t(u64, len, PAGE_SIZE - bv[n].bv_offset);
		len -= bv[n].bv_len;
		n++;
	}
	return n;
}

static int wr(struct osd_object *obj, u64 pos, u64 len, u8 seed, unsigned int first)
{
	static struct bio_vec bv[256];
	unsigned int n = vec(bv, pos, len, first);

	fill(bv, n, pos, seed);
	return osd_write_pages(obj, pos, bv, n);
}

static int rd(struct osd_object *obj, u64 pos, u64 len, u64 from, u64 to, int seed,
	      unsigned int first, u64 wantbytes)
{
	static struct bio_vec bv[256];
	unsigned int i, n = vec(bv, pos, len, first);
	u64 bytes, bad;
	int rc;

	for (i = 0; i < n; i++)
		memset(page_address(bv[i].bv_page), 0xaa, PAGE_SIZE);
	rc = osd_read_pages(obj, pos, bv, n, &bytes);
	if (rc)
		return rc;
	if (bytes != wantbytes)
		return 1000 + bytes;
	bad = differ(bv, n, pos, from, to, seed);
	return bad ? 100 : 0;
}

static struct lu_fid ofid(u32 oid)
{
	struct lu_fid fid;

	idif_to_fid(&fid, oid, 3);
	return fid;
}

static int test_data(void)
{
	struct lu_fid fid = ofid(5), nfid = { 0x280000401ULL, 0x23, 0 };
	struct osd_object *obj, *last;
	struct fiemap_extent ext[8];
	struct osd_trans *th;
	struct osd_attr attr;
	int i, n;
	__le64 id;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	CHECK(osd_seq_last_id(osd, 0) == ERR_PTR(-ENOENT));
	CHECK_RC(osd_seq_create(osd, 0), 0);
	CHECK_RC(osd_seq_create(osd, 0x280000401ULL), 0);
	last = osd_seq_last_id(osd, 0);
	CHECK(!IS_ERR(last));
	th = osd_trans_start(osd, 3 * OSD_CR_CREATE + OSD_CR_BUF_WRITE);
	id = cpu_to_le64(5);
	CHECK_RC(osd_buf_write(th, last, &id, sizeof(id), 0), 0);
	obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
	CHECK(!IS_ERR(obj));
	osd_object_put(osd_create(th, osd, NULL, &nfid, S_IFREG | 07666, 0, 0, 0));
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(last);
	osd_attr_get(obj, &attr);
	CHECK_RC(attr.mode, S_IFREG | 07666);

	/* Aligned megabyte, overwrite, unaligned pieces. */
	CHECK_RC(wr(obj, 0, 1 << 20, 1, 0), 0);
	CHECK_RC(rd(obj, 0, 1 << 20, 0, 1 << 20, 1, 0, 1 << 20), 0);
	CHECK_RC(wr(obj, 8192, 4096, 2, 0), 0);
	CHECK_RC(rd(obj, 0, 65536, 8192, 12288, 2, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 12288, 65536, 1, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 0, 8192, 1, 0, 65536), 0);
	CHECK_RC(wr(obj, 100001, 10, 3, 17), 0);
	CHECK_RC(rd(obj, 98304, 8192, 98304, 100001, 1, 0, 8192), 0);
	CHECK_RC(rd(obj, 98304, 8192, 100001, 100011, 3, 0, 8192), 0);
	CHECK_RC(rd(obj, 98304, 8192, 100011, 106496, 1, 0, 8192), 0);
	CHECK_RC(wr(obj, 200001, 50000, 4, 200001 & 4095), 0);
	CHECK_RC(rd(obj, 200001, 50000, 200001, 250001, 4, 200001 & 4095, 50000), 0);
	CHECK_RC(rd(obj, 200001, 50000, 200001, 250001, 4, 3, 50000), 0);
	CHECK_RC(wr(obj, 300001, 50000, 5, 7), 0);
	CHECK_RC(rd(obj, 299001, 52000, 300001, 350001, 5, 1, 52000), 0);
	CHECK_RC(rd(obj, 299001, 52000, 299001, 300001, 1, 1, 52000), 0);
	CHECK_RC(rd(obj, 299001, 52000, 350001, 351001, 1, 1, 52000), 0);
	/* Past the end: short, zeros. */
	CHECK_RC(wr(obj, (1 << 20) + 10000, 100, 6, 10000 & 4095), 0);
	CHECK_RC(rd(obj, 1 << 20, 16384, (1 << 20), (1 << 20) + 10000, -1, 0, 10100), 0);
	CHECK_RC(rd(obj, 1 << 20, 16384, (1 << 20) + 10000, (1 << 20) + 10100, 6, 0, 10100), 0);
	CHECK_RC(rd(obj, 1 << 20, 16384, (1 << 20) + 10100, (1 << 20) + 16384, -1, 0, 10100), 0);
	CHECK_RC(rd(obj, 1 << 24, 4096, 1 << 24, (1 << 24) + 4096, -1, 0, 0), 0);
	osd_attr_get(obj, &attr);
	CHECK(attr.size == (1 << 20) + 10100);
	/* Far away: a hole between. */
	CHECK_RC(wr(obj, 1ULL << 32, 4096, 7, 0), 0);
	CHECK_RC(osd_seek(obj, 2 << 20, SEEK_DATA), 1LL << 32);
	CHECK_RC(osd_seek(obj, 0, SEEK_HOLE), 1 << 20);
	CHECK_RC(osd_seek(obj, 1ULL << 33, SEEK_DATA), -ENXIO);
	n = osd_fiemap(obj, 0, ~0ULL, ext, 8);
	CHECK(n >= 2 && n <= 8);
	CHECK(ext[n - 1].fe_flags & FIEMAP_EXTENT_LAST);
	CHECK(ext[n - 1].fe_logical == 1ULL << 32);
	CHECK_RC(osd_fiemap(obj, 0, ~0ULL, NULL, 0), n);
	/* Truncate to the middle of a block and up again: zeros. */
	CHECK_RC(osd_punch(obj, 500001, OSD_EOF), 0);
	osd_attr_get(obj, &attr);
	CHECK(attr.size == 500001);
	CHECK_RC(osd_punch(obj, 600000, OSD_EOF), 0);
	CHECK_RC(rd(obj, 490000, 120000, 490000, 500001, 1, 0, 110000), 0);
	CHECK_RC(rd(obj, 490000, 120000, 500001, 610000, -1, 0, 110000), 0);
	/* Punch a hole, unaligned. */
	CHECK_RC(osd_punch(obj, 10001, 30001), 0);
	CHECK_RC(rd(obj, 0, 65536, 10001, 30001, -1, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 8192, 10001, 2, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 30001, 65536, 1, 0, 65536), 0);
	CHECK_RC(wr(obj, 15000, 2, 9, 0), 0);
	CHECK_RC(rd(obj, 0, 65536, 15000, 15002, 9, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 15002, 30001, -1, 0, 65536), 0);
	CHECK_RC(osd_fallocate(obj, 0, 2 << 20, 1 << 20), 0);
	osd_attr_get(obj, &attr);
	CHECK(attr.size == 3 << 20);
	CHECK_RC(rd(obj, 2 << 20, 65536, 0, ~0ULL, -1, 0, 65536), 0);
	CHECK_RC(wr(obj, (2 << 20) + 5000, 5000, 10, 0), 0);
	CHECK_RC(rd(obj, 2 << 20, 65536, (2 << 20) + 5000, (2 << 20) + 10000, 10, 0, 65536), 0);
	CHECK_RC(rd(obj, 2 << 20, 65536, (2 << 20) + 10000, ~0ULL, -1, 0, 65536), 0);
	/* A pseudo-random lot against what it should be is in phase 2; here many small ones. */
	for (i = 0; i < NBIG; i++)
		CHECK_RC(wr(obj, (4 << 20) + i * 777, 777, 11, (i * 13) & 4095), 0);
	CHECK_RC(rd(obj, 4 << 20, NBIG * 777, 0, ~0ULL, 11, 0, NBIG * 777), 0);
	osd_object_put(obj);
	return 0;
}

static int verify_data(void)
{
	struct lu_fid fid = ofid(5), nfid = { 0x280000401ULL, 0x23, 0 };
	struct osd_object *obj, *last;
	struct osd_trans *th;
	__le64 id = 0;
	int i;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	last = osd_seq_last_id(osd, 0);
	CHECK(!IS_ERR(last));
	CHECK_RC(osd_buf_read(last, &id, sizeof(id), 0), 8);
	CHECK(le64_to_cpu(id) == 5);
	osd_object_put(last);
	obj = osd_find(osd, &nfid);
	CHECK(!IS_ERR(obj));
	osd_object_put(obj);
	obj = osd_find(osd, &fid);
	CHECK(!IS_ERR(obj));
	CHECK_RC(rd(obj, 0, 65536, 8192, 10001, 2, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 10001, 15000, -1, 0, 65536), 0);
	CHECK_RC(rd(obj, 0, 65536, 30001, 65536, 1, 0, 65536), 0);
	CHECK_RC(rd(obj, 300001, 50000, 0, ~0ULL, 5, 0, 50000), 0);
	CHECK_RC(rd(obj, 4 << 20, NBIG * 777, 0, ~0ULL, 11, 0, NBIG * 777), 0);
	th = osd_trans_start(osd, OSD_CR_DESTROY);
	CHECK_RC(osd_destroy(th, obj), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	for (i = 0; i < 3; i++) {
		th = osd_trans_start(osd, OSD_CR_CREATE + OSD_CR_DESTROY);
		obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
		CHECK(!IS_ERR(obj));
		CHECK_RC(osd_trans_stop(th), 0);
		CHECK_RC(wr(obj, 0, 8192, 1, 0), 0);
		th = osd_trans_start(osd, OSD_CR_CREATE + OSD_CR_DESTROY);
		CHECK_RC(osd_destroy(th, obj), 0);
		CHECK_RC(osd_trans_stop(th), 0);
		osd_object_put(obj);
	}
	return 0;
}

static int names_cb(void *ctx, const char *name, size_t len)
{
	(*(int *)ctx)++;
	return 0;
}

static int test_local(void)
{
	struct osd_object *f;
	struct osd_trans *th;
	char buf[16] = {};
	int n = 0;

	CHECK(osd_local_open(osd, "CONFIGS/x", false) == ERR_PTR(-ENOENT));
	f = osd_local_open(osd, "CONFIGS/x", true);
	CHECK(!IS_ERR(f));
	th = osd_trans_start(osd, 4 * OSD_CR_BUF_WRITE);
	CHECK_RC(osd_buf_write(th, f, "hello world", 11, 4090), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK_RC(osd_size(f), 4101);
	CHECK_RC(osd_buf_read(f, buf, 16, 4090), 11);
	CHECK(!memcmp(buf, "hello world", 11));
	osd_object_put(f);
	f = osd_local_open(osd, "CONFIGS/y", true);
	CHECK(!IS_ERR(f));
	osd_object_put(f);
	CHECK_RC(osd_local_rename(osd, "CONFIGS/y", "CONFIGS/x"), 0);
	CHECK_RC(osd_local_readdir(osd, "CONFIGS", names_cb, &n), 0);
	CHECK_RC(n, 1);
	CHECK_RC(osd_local_unlink(osd, "CONFIGS/x"), 0);
	CHECK_RC(osd_local_unlink(osd, "CONFIGS/x"), -ENOENT);
	return 0;
}

/* ---- several threads ---- */

struct job {
	struct task_struct *task;
	struct completion done;
	int id, rc;
};

static int worker(void *arg)
{
	struct job *j = arg;
	struct osd_object *root = osd_root(osd), *obj;
	struct osd_trans *th;
	struct page *page = alloc_page(GFP_KERNEL);
	struct bio_vec bv = { .bv_page = page, .bv_len = PAGE_SIZE };
	struct lu_fid fid;
	char name[32];
	int i, n, rc = 0;

	memset(page_address(page), j->id, PAGE_SIZE);
	fid = ofid(77);
	obj = osd_find(osd, &fid);
	for (i = 0; i < 200 && !rc; i++)
		rc = osd_write_pages(obj, (u64)(i * 4 + j->id) * PAGE_SIZE, &bv, 1);
	osd_object_put(obj);
	for (i = 0; i < 300 && !rc; i++) {
		n = scnprintf(name, sizeof(name), "t%d-%d", j->id, i);
		fid = (struct lu_fid){ 0x200000300ULL + j->id, 1 + i, 0 };
		th = osd_trans_start(osd, CR);
		if (IS_ERR(th)) {
			rc = PTR_ERR(th);
			break;
		}
		obj = osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0);
		rc = PTR_ERR_OR_ZERO(obj);
		if (!rc)
			rc = osd_dir_insert(th, root, name, n, obj);
		osd_trans_stop(th);
		if (rc)
			break;
		th = osd_trans_start(osd, CR);
		rc = osd_dir_delete(th, root, name, n);
		if (!rc)
			rc = osd_nlink_add(th, obj, -1);
		if (!rc)
			rc = osd_destroy(th, obj);
		osd_trans_stop(th);
		osd_object_put(obj);
	}
	osd_object_put(root);
	__free_page(page);
	j->rc = rc;
	complete(&j->done);
	return 0;
}

static int test_threads(void)
{
	static struct job jobs[4];
	struct lu_fid fid = ofid(77);
	struct osd_object *obj;
	struct osd_trans *th;
	int i;

	th = osd_trans_start(osd, OSD_CR_CREATE);
	obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_trans_stop(th), 0);
	for (i = 0; i < 4; i++) {
		jobs[i].id = i;
		init_completion(&jobs[i].done);
		jobs[i].task = kthread_run(worker, &jobs[i], "osdtest%d", i);
		CHECK(!IS_ERR(jobs[i].task));
	}
	for (i = 0; i < 4; i++)
		wait_for_completion(&jobs[i].done);
	for (i = 0; i < 4; i++)
		CHECK_RC(jobs[i].rc, 0);
	CHECK_RC(osd_size(obj), 800 * 4096);
	osd_object_put(obj);
	return 0;
}

static int crash_prepare(void)
{
	struct osd_object *root = osd_root(osd), *obj;
	struct lu_fid fid = { 0x280000401ULL, 0x99, 0 };
	struct osd_trans *th;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	CHECK_RC(osd_seq_create(osd, 0x280000401ULL), 0);
	th = osd_trans_start(osd, CR);
	obj = osd_create(th, osd, NULL, &fid, S_IFREG | 0600, 0, 0, 0);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK_RC(wr(obj, 4000, 1 << 19, 20, 0), 0);
	/* Open and without a name when the machine stops. */
	fid.f_seq = 0x200000007ULL;
	fid.f_oid = 50;
	th = osd_trans_start(osd, CR);
	obj = osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0);
	CHECK(!IS_ERR(obj));
	CHECK_RC(osd_nlink_add(th, obj, -1), 0);
	osd_trans_set_sync(th);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK(osd_find(osd, &fid) == obj);
	return 0;
}

static int crash_verify(void)
{
	struct lu_fid fid = { 0x280000401ULL, 0x99, 0 };
	struct osd_object *obj;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	obj = osd_find(osd, &fid);
	CHECK(!IS_ERR(obj));
	CHECK_RC(rd(obj, 4000, 1 << 19, 0, ~0ULL, 20, 0, 1 << 19), 0);
	osd_object_put(obj);
	fid.f_seq = 0x200000007ULL;
	fid.f_oid = 50;
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ENOENT));
	return 0;
}

/* Objects come, grow, shrink and go until the machine is stopped from outside. */
static int churn_one(void *arg)
{
	struct job *j = arg;
	struct osd_object *root = osd_root(osd), *obj;
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	struct bio_vec bv[16];
	struct osd_trans *th;
	struct lu_fid fid;
	char name[32];
	int i, k, n;

	for (k = 0; k < 16; k++)
		bv[k] = (struct bio_vec){ .bv_page = nth_page(page, k), .bv_len = PAGE_SIZE };
	for (i = 1;; i++) {
		fid = ofid(1000 + j->id * 100000 + i % 500);
		obj = osd_find(osd, &fid);
		if (!IS_ERR(obj) && i % 3 == 0) {
			th = osd_trans_start(osd, OSD_CR_DESTROY);
			osd_destroy(th, obj);
			osd_trans_stop(th);
		} else if (IS_ERR(obj)) {
			th = osd_trans_start(osd, OSD_CR_CREATE);
			obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
			osd_trans_stop(th);
		}
		if (!IS_ERR(obj)) {
			osd_write_pages(obj, (u64)(i * 7919 % 4000) * 1000, bv, 1 + i % 16);
			if (i % 5 == 0)
				osd_punch(obj, i * 331 % 3000000, OSD_EOF);
			if (i % 7 == 0)
				osd_punch(obj, 5000, 70001);
		}
		osd_object_put(obj);
		n = scnprintf(name, sizeof(name), "c%d-%d", j->id, i % 700);
		fid = (struct lu_fid){ 0x200000380ULL + j->id, 1 + i, 0 };
		th = osd_trans_start(osd, 2 * CR);
		if (osd_dir_insert(th, root, name, n, root) == -EEXIST) {
			struct lu_fid old;

			if (!osd_dir_lookup(root, name, n, &old)) {
				obj = osd_find(osd, &old);
				osd_dir_delete(th, root, name, n);
				if (!IS_ERR(obj))
					osd_destroy(th, obj);
				osd_object_put(obj);
			}
		} else {
			osd_dir_delete(th, root, name, n);
			obj = osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0);
			if (!IS_ERR(obj))
				osd_dir_insert(th, root, name, n, obj);
			osd_object_put(obj);
		}
		osd_trans_stop(th);
	}
	return 0;
}

static int churn(void)
{
	static struct job jobs[4];
	int i;

	CHECK_RC(osd_ost_setup(osd, 3), 0);
	CHECK_RC(osd_seq_create(osd, 0), 0);
	for (i = 0; i < 4; i++) {
		jobs[i].id = i;
		kthread_run(churn_one, &jobs[i], "osdchurn%d", i);
	}
	for (;;) {
		ssleep(1);
		osd_sync(osd);
		pr_info("churn goes on\n");
	}
}

static int run(void)
{
	struct osd_device *other;

	if (phase == 5)
		return churn();
	if (phase == 3)
		return crash_prepare();
	if (phase == 4)
		return crash_verify();
	if (phase == 2) {
		CHECK_RC(verify_names(), 0);
		return verify_data();
	}
	CHECK_RC(osd_mount(dev, "", &other), -EBUSY);
	CHECK_RC(test_names(), 0);
	CHECK_RC(test_local(), 0);
	CHECK_RC(test_data(), 0);
	CHECK_RC(test_threads(), 0);
	return 0;
}

static int __init osd_selftest_init(void)
{
	int i, rc;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = alloc_page(GFP_KERNEL);
	rc = osd_mount(dev, "", &osd);
	if (rc) {
		pr_err("mount: %d\n", rc);
		return rc;
	}
	rc = run();
	pr_info("phase %d: %s\n", phase, rc ? "FAILED" : "ok");
	if (phase != 3)
		osd_umount(osd);
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		__free_page(pages[i]);
	return rc ?: -ECANCELED;
}
module_init(osd_selftest_init);

MODULE_LICENSE("GPL");
