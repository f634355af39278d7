// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names, attributes, xattrs, links and symbolic links; after a remount they are as they were.
 */
#include "selftest.h"
#include <linux/posix_acl_xattr.h>

#define NFILES 3000

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

int test_names(void)
{
	struct osd_object *root = osd_root(osd), *obj, *dir;
	struct osd_attr attr;
	struct osd_trans *th;
	struct lu_fid fid;
	char name[32];
	int i, count = 0;
	char *big = kmalloc(3000, GFP_KERNEL);
	char buf[64];

	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	CHECK(big);
	osd_attr_get(root, &attr);
	CHECK(S_ISDIR(attr.mode) && (attr.mode & 07777) == 0755);
	CHECK_RC(attr.nlink, 2);
	for (i = 1000; i < 1000 + NFILES; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		th = osd_trans_start(osd, CR);
		CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
		obj = make(th, root, name, i, S_IFREG | 0644);
		CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
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
	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	fid = mfid(1000);
	CHECK(osd_create(th, osd, root, &fid, S_IFREG | 0600, 0, 0, 0) == ERR_PTR(-EEXIST));
	obj = osd_find(osd, &fid);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_dir_insert(th, root, "f1001", 5, obj), -EEXIST);
	CHECK_RC(osd_trans_stop(th), 0);

	/* Attributes, xattrs, ACL. */
	memset(big, 'x', 3000);
	th = osd_trans_start(osd, 8 * CR);
	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
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
	CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
	dir = make(th, root, "dir", 10, S_IFDIR | 0700);
	CHECK_RC(PTR_ERR_OR_ZERO(dir), 0);
	obj = make(th, root, "sub", 11, S_IFDIR | 0755);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
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
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_symlink_set(th, obj, "abc", 3), 0);
	osd_object_put(obj);
	obj = make(th, dir, "long", 13, S_IFLNK | 0777);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_symlink_set(th, obj, big, 1000), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	CHECK_RC(osd_symlink_get(obj, big, 3000), 1000);
	osd_object_put(obj);
	fid = mfid(12);
	obj = osd_find(osd, &fid);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
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
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
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
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_trans_stop(th), 0);
	osd_object_put(obj);

	osd_object_put(dir);
	osd_object_put(root);
	kfree(big);
	return 0;
}

int verify_names(void)
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
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
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

