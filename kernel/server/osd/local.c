// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of the server itself by path: last_rcvd, CONFIGS/, OI/, O/. Those made here have no FID.
 * Their contents are metadata (journalled).
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/slab.h>
#include "osd_internal.h"

struct osd_object *osd_local_lookup(struct osd_device *dev, struct osd_object *dir,
				    const char *name, size_t len)
{
	unsigned int nofs = memalloc_nofs_save();
	struct osd_object *obj;
	struct inode *inode;
	unsigned long ino;
	struct lu_fid fid;
	int rc;

	rc = osd_dir_find_ino(dir, name, len, &ino);
	if (rc) {
		obj = ERR_PTR(rc);
		goto out;
	}
	inode = ldiskfs_hook_iget(dev->osd_sb, ino);
	if (IS_ERR(inode)) {
		obj = PTR_ERR(inode) == -ESTALE ? ERR_PTR(-ENOENT) : ERR_CAST(inode);
		goto out;
	}
	/* Those of another system have a FID, too. */
	rc = osd_inode_fid(inode, &fid);
	if (rc && rc != -ENODATA) {
		osd_inode_put(dev, inode);
		obj = ERR_PTR(rc);
	} else if (!rc && !fid_is_zero(&fid)) {
		obj = osd_object_of(dev, inode, &fid);
	} else {
		obj = osd_object_of_local(dev, inode);
	}
out:
	memalloc_nofs_restore(nofs);
	return obj;
}

struct osd_object *osd_local_create_th(struct osd_trans *th, struct osd_object *dir,
				       const char *name, size_t len, umode_t mode)
{
	struct osd_device *dev = dir->oo_dev;
	struct inode *inode;
	int rc;

	inode = osd_inode_new(th, dir->oo_inode, mode, 0, 0, 0);
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	rc = osd_dir_add(th, dir, name, len, inode);
	if (rc) {
		osd_inode_abort(th, dev, inode);
		return ERR_PTR(rc);
	}
	if (S_ISDIR(mode))
		rc = ldiskfs_hook_nlink(th->ot_handle, dir->oo_inode, 1);
	if (rc)
		pr_err_ratelimited("%s: cannot change the link count: rc = %d\n",
				   osd_dev_name(dev), rc);
	return osd_object_of_local(dev, inode);
}

struct osd_object *osd_local_get(struct osd_device *dev, struct osd_object *dir, const char *name,
				 umode_t mode)
{
	struct osd_object *obj;
	struct osd_trans *th;
	int rc;

	mutex_lock(&dev->osd_local_mutex);
	obj = osd_local_lookup(dev, dir, name, strlen(name));
	if (obj != ERR_PTR(-ENOENT))
		goto out;
	th = osd_trans_start(dev, OSD_CR_LOCAL_CREATE);
	if (IS_ERR(th)) {
		obj = ERR_CAST(th);
		goto out;
	}
	obj = osd_local_create_th(th, dir, name, strlen(name), mode);
	rc = osd_trans_stop(th);
	if (rc && !IS_ERR(obj)) {
		osd_object_put(obj);
		obj = ERR_PTR(rc);
	}
out:
	mutex_unlock(&dev->osd_local_mutex);
	return obj;
}

/* Walk to the directory of the last component; *last points into @path. */
static struct osd_object *osd_local_parent(struct osd_device *dev, const char *path, bool create,
					   const char **last)
{
	struct osd_object *dir = dev->osd_fsroot, *next;
	const char *slash;
	char *name;

	osd_object_get(dir);
	while (*path == '/')
		path++;
	while ((slash = strchr(path, '/'))) {
		name = kmemdup_nul(path, slash - path, GFP_NOFS);
		if (!name)
			next = ERR_PTR(-ENOMEM);
		else if (create)
			next = osd_local_get(dev, dir, name, S_IFDIR | 0755);
		else
			next = osd_local_lookup(dev, dir, name, slash - path);
		kfree(name);
		osd_object_put(dir);
		if (IS_ERR(next))
			return next;
		dir = next;
		for (path = slash; *path == '/'; path++)
			;
	}
	*last = path;
	return dir;
}

struct osd_object *osd_local_open(struct osd_device *dev, const char *path, bool create)
{
	struct osd_object *dir, *obj;
	const char *name;

	dir = osd_local_parent(dev, path, create, &name);
	if (IS_ERR(dir))
		return dir;
	if (!*name)
		return dir;
	if (create)
		obj = osd_local_get(dev, dir, name, S_IFREG | 0644);
	else
		obj = osd_local_lookup(dev, dir, name, strlen(name));
	osd_object_put(dir);
	return obj;
}
EXPORT_SYMBOL_GPL(osd_local_open);

struct osd_object *osd_own_open(struct osd_device *dev, const char *name)
{
	char path[64];

	if (snprintf(path, sizeof(path), "%s%s", dev->osd_foreign ? "OI/" : "", name) >=
	    sizeof(path))
		return ERR_PTR(-ENAMETOOLONG);
	return osd_local_open(dev, path, true);
}
EXPORT_SYMBOL_GPL(osd_own_open);

static int osd_local_unlink_th(struct osd_trans *th, struct osd_object *dir, const char *name,
			       struct osd_object *obj)
{
	int rc = osd_dir_delete(th, dir, name, strlen(name));

	if (!rc)
		rc = ldiskfs_hook_nlink(th->ot_handle, obj->oo_inode, -1);
	return rc;
}

int osd_local_unlink(struct osd_device *dev, const char *path)
{
	struct osd_object *dir, *obj;
	struct osd_trans *th;
	const char *name;
	int rc, rc2;

	dir = osd_local_parent(dev, path, false, &name);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	mutex_lock(&dev->osd_local_mutex);
	obj = osd_local_lookup(dev, dir, name, strlen(name));
	rc = PTR_ERR_OR_ZERO(obj);
	if (!rc && obj->oo_type == S_IFDIR)
		rc = -EISDIR;
	if (rc)
		goto out;
	th = osd_trans_start(dev, OSD_CR_DIR_DELETE + OSD_CR_NLINK);
	rc = PTR_ERR_OR_ZERO(th);
	if (rc)
		goto out;
	rc = osd_local_unlink_th(th, dir, name, obj);
	rc2 = osd_trans_stop(th);
	rc = rc ?: rc2;
out:
	mutex_unlock(&dev->osd_local_mutex);
	osd_object_put(obj);
	osd_object_put(dir);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_local_unlink);

static int osd_local_rename_th(struct osd_trans *th, struct osd_object *dir, const char *from,
			       const char *to, struct osd_object *obj, struct osd_object *old)
{
	unsigned int nofs;
	int rc = 0;

	if (old)
		rc = osd_local_unlink_th(th, dir, to, old);
	if (rc)
		return rc;
	nofs = osd_dir_lock(dir);
	rc = ldiskfs_hook_dir_add(th->ot_handle, dir->oo_inode, to, strlen(to), obj->oo_inode);
	if (!rc)
		rc = ldiskfs_hook_dir_del(th->ot_handle, dir->oo_inode, from, strlen(from));
	osd_dir_unlock(dir, nofs);
	return rc;
}

int osd_local_rename(struct osd_device *dev, const char *from, const char *to)
{
	struct osd_object *dir, *dir2, *obj = NULL, *old = NULL;
	const char *name, *name2;
	struct osd_trans *th;
	int rc, rc2;

	dir = osd_local_parent(dev, from, false, &name);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	dir2 = osd_local_parent(dev, to, false, &name2);
	if (IS_ERR(dir2) || dir2 != dir) {
		rc = IS_ERR(dir2) ? PTR_ERR(dir2) : -EXDEV;
		osd_object_put(dir2);
		osd_object_put(dir);
		return rc;
	}
	mutex_lock(&dev->osd_local_mutex);
	obj = osd_local_lookup(dev, dir, name, strlen(name));
	rc = PTR_ERR_OR_ZERO(obj);
	if (rc)
		goto out;
	old = osd_local_lookup(dev, dir, name2, strlen(name2));
	if (old == ERR_PTR(-ENOENT))
		old = NULL;
	rc = PTR_ERR_OR_ZERO(old);
	if (rc || old == obj)
		goto out;
	th = osd_trans_start(dev, OSD_CR_DIR_INSERT + 2 * OSD_CR_DIR_DELETE + OSD_CR_NLINK);
	rc = PTR_ERR_OR_ZERO(th);
	if (rc)
		goto out;
	rc = osd_local_rename_th(th, dir, name, name2, obj, old);
	rc2 = osd_trans_stop(th);
	rc = rc ?: rc2;
out:
	mutex_unlock(&dev->osd_local_mutex);
	osd_object_put(old);
	osd_object_put(obj);
	osd_object_put(dir2);
	osd_object_put(dir);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_local_rename);

/* Names are gathered first: the callback may use the store. */
struct osd_names {
	struct dir_context ctx;
	char *buf; /* NUL-terminated names */
	size_t used, size;
	bool full;
};

static bool osd_names_add(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino,
			  unsigned int type)
{
	struct osd_names *n = container_of(ctx, struct osd_names, ctx);

	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return true;
	if (n->used + len + 1 > n->size) {
		n->full = true;
		return false;
	}
	memcpy(n->buf + n->used, name, len);
	n->buf[n->used + len] = 0;
	n->used += len + 1;
	return true;
}

int osd_local_readdir(struct osd_device *dev, const char *path,
		      int (*fn)(void *ctx, const char *name, size_t len), void *ctx)
{
	struct osd_names n = { .ctx.actor = osd_names_add, .size = 256 * 1024 };
	struct osd_object *dir = osd_local_open(dev, path, false);
	unsigned int nofs;
	size_t off;
	int rc;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	n.buf = kvmalloc(n.size, GFP_NOFS);
	if (!n.buf) {
		osd_object_put(dir);
		return -ENOMEM;
	}
	nofs = osd_dir_lock_shared(dir);
	rc = ldiskfs_hook_dir_iterate(dev->osd_mnt, dir->oo_inode, &n.ctx);
	osd_dir_unlock_shared(dir, nofs);
	if (n.full)
		pr_warn_ratelimited("%s: too many files in %s\n", osd_dev_name(dev), path);
	for (off = 0; !rc && off < n.used; off += strlen(n.buf + off) + 1)
		rc = fn(ctx, n.buf + off, strlen(n.buf + off));
	kvfree(n.buf);
	osd_object_put(dir);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_local_readdir);

ssize_t osd_buf_read(struct osd_object *obj, void *buf, size_t len, u64 pos)
{
	unsigned int nofs = memalloc_nofs_save();
	ssize_t n = ldiskfs_hook_buf_read(obj->oo_inode, buf, len, pos);

	memalloc_nofs_restore(nofs);
	return n;
}
EXPORT_SYMBOL_GPL(osd_buf_read);

int osd_buf_write(struct osd_trans *th, struct osd_object *obj, const void *buf, size_t len,
		  u64 pos)
{
	return ldiskfs_hook_buf_write(th->ot_handle, obj->oo_inode, buf, len, pos);
}
EXPORT_SYMBOL_GPL(osd_buf_write);

u64 osd_size(struct osd_object *obj)
{
	return i_size_read(obj->oo_inode);
}
EXPORT_SYMBOL_GPL(osd_size);
