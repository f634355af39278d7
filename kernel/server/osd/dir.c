// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories of the MDT namespace. An entry points to an inode, its FID is read from that inode.
 * Directory blocks are protected by oo_dir_sem, which is inside of transactions; i_rwsem of
 * directories is not used.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/slab.h>
#include "osd_internal.h"

int osd_dir_find_ino(struct osd_object *dir, const char *name, size_t len, unsigned long *ino)
{
	unsigned int nofs = osd_dir_lock_shared(dir);
	int rc = ldiskfs_hook_dir_find(dir->oo_inode, name, len, ino);

	osd_dir_unlock_shared(dir, nofs);
	return rc;
}

/* -ENOENT when the inode went away meanwhile, -EIO when it has no FID. */
static int osd_ino_fid(struct osd_device *dev, unsigned long ino, struct lu_fid *fid)
{
	struct inode *inode = ldiskfs_hook_iget(dev->osd_sb, ino);
	int rc;

	if (IS_ERR(inode))
		return PTR_ERR(inode) == -ESTALE ? -ENOENT : PTR_ERR(inode);
	rc = osd_inode_fid(inode, fid);
	if (!rc)
		osd_scan_see(dev, inode, fid);
	osd_inode_put(dev, inode);
	/* Clients make .lustre themselves; on disks of another make it is there. */
	if (!rc && fid->f_seq == FID_SEQ_DOT_LUSTRE)
		return -ENOENT;
	return rc == -ENODATA ? -EIO : rc;
}

int osd_dir_lookup(struct osd_object *dir, const char *name, size_t len, struct lu_fid *fid)
{
	unsigned int nofs = memalloc_nofs_save();
	unsigned long ino;
	int rc;

	rc = osd_dir_find_ino(dir, name, len, &ino);
	if (!rc)
		rc = osd_ino_fid(dir->oo_dev, ino, fid);
	/* ".." of the root leads out of the namespace. */
	if (rc == -EIO && len == 2 && !memcmp(name, "..", 2) && fid_is_root(&dir->oo_fid)) {
		*fid = dir->oo_fid;
		rc = 0;
	}
	memalloc_nofs_restore(nofs);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_dir_lookup);

int osd_dir_add(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		struct inode *inode)
{
	unsigned int nofs = osd_dir_lock(dir);
	int rc = -ENOENT;

	/* A directory that was removed takes no names. */
	if (dir->oo_inode->i_nlink)
		rc = ldiskfs_hook_dir_add(th->ot_handle, dir->oo_inode, name, len, inode);
	osd_dir_unlock(dir, nofs);
	return rc;
}

int osd_dir_insert(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		   struct osd_object *child)
{
	return osd_dir_add(th, dir, name, len, child->oo_inode);
}
EXPORT_SYMBOL_GPL(osd_dir_insert);

int osd_dir_delete(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len)
{
	unsigned int nofs = osd_dir_lock(dir);
	int rc = ldiskfs_hook_dir_del(th->ot_handle, dir->oo_inode, name, len);

	osd_dir_unlock(dir, nofs);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_dir_delete);

int osd_dir_replace(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		    struct osd_object *child)
{
	unsigned int nofs = osd_dir_lock(dir);
	int rc = ldiskfs_hook_dir_set(th->ot_handle, dir->oo_inode, name, len, child->oo_inode);

	osd_dir_unlock(dir, nofs);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_dir_replace);

int osd_dir_set_parent(struct osd_trans *th, struct osd_object *dir, struct osd_object *parent)
{
	return osd_dir_replace(th, dir, "..", 2, parent);
}
EXPORT_SYMBOL_GPL(osd_dir_set_parent);

int osd_dir_empty(struct osd_object *dir)
{
	unsigned int nofs;
	int rc;

	if (dir->oo_type != S_IFDIR)
		return -ENOTDIR;
	nofs = osd_dir_lock_shared(dir);
	rc = ldiskfs_hook_dir_empty(dir->oo_inode);
	osd_dir_unlock_shared(dir, nofs);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_dir_empty);

/* ---- iteration: a buffer full of entries under the lock, then the actor without it ---- */

#define OSD_ITER_BUF (32 * 1024)

struct osd_iter_entry {
	u64 hash;
	u64 ino;
	u16 len;
	u8 type;
	char name[];
};

struct osd_iter {
	struct dir_context ctx;
	char *buf;
	size_t used;
	bool full;
};

static bool osd_iter_add(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino,
			 unsigned int type)
{
	struct osd_iter *it = container_of(ctx, struct osd_iter, ctx);
	size_t need = ALIGN(offsetof(struct osd_iter_entry, name) + len, 8);
	struct osd_iter_entry *e = (void *)(it->buf + it->used);

	if (it->used + need > OSD_ITER_BUF) {
		it->full = true;
		return false;
	}
	e->hash = ctx->pos;
	e->ino = ino;
	e->len = len;
	e->type = type;
	memcpy(e->name, name, len);
	it->used += need;
	return true;
}

static int osd_iter_emit(struct osd_object *dir, struct osd_iter_entry *e, osd_dir_actor actor,
			 void *ctx)
{
	struct osd_dirent de = {
		.name = e->name,
		.namelen = e->len,
		.type = e->type,
		.hash = e->hash,
	};
	int rc;

	if (e->len == 1 && e->name[0] == '.') {
		de.fid = dir->oo_fid;
		return actor(ctx, &de);
	}
	rc = osd_ino_fid(dir->oo_dev, e->ino, &de.fid);
	if (rc == -ENOENT)
		return 0;
	if (rc && fid_is_root(&dir->oo_fid) && e->len == 2 && e->name[0] == '.' &&
	    e->name[1] == '.')
		de.fid = dir->oo_fid;
	else if (rc)
		memset(&de.fid, 0, sizeof(de.fid));
	return actor(ctx, &de);
}

int osd_dir_iterate(struct osd_object *dir, u64 hash, osd_dir_actor actor, void *ctx)
{
	struct osd_iter it = { .ctx.actor = osd_iter_add, .ctx.pos = hash };
	struct osd_iter_entry *e;
	unsigned int nofs;
	u64 last = hash;
	size_t off, skip = 0, n;
	int rc;

	if (dir->oo_type != S_IFDIR)
		return -ENOTDIR;
	it.buf = kvmalloc(OSD_ITER_BUF, GFP_NOFS);
	if (!it.buf)
		return -ENOMEM;
	do {
		it.used = 0;
		it.full = false;
		nofs = osd_dir_lock_shared(dir);
		rc = ldiskfs_hook_dir_iterate(dir->oo_dev->osd_mnt, dir->oo_inode, &it.ctx);
		osd_dir_unlock_shared(dir, nofs);
		/*
		 * The next round begins at the hash of the last entry taken: entries of the same
		 * hash that were given already come again and are skipped.
		 */
		n = 0;
		for (off = 0; !rc && off < it.used;
		     off += ALIGN(offsetof(struct osd_iter_entry, name) + e->len, 8)) {
			e = (void *)(it.buf + off);
			if (e->hash != last) {
				last = e->hash;
				n = 0;
				skip = 0;
			}
			if (n++ < skip)
				continue;
			rc = osd_iter_emit(dir, e, actor, ctx);
		}
		skip = n;
		it.ctx.pos = last;
		cond_resched();
	} while (!rc && it.full);
	kvfree(it.buf);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_dir_iterate);

/* ---- the root ---- */

static struct osd_object *osd_root_create(struct osd_device *dev, const struct lu_fid *fid)
{
	struct osd_object *obj;
	struct osd_trans *th;
	int rc, rc2;

	th = osd_trans_start(dev, OSD_CR_CREATE + OSD_CR_DIR_INSERT + OSD_CR_NLINK);
	if (IS_ERR(th))
		return ERR_CAST(th);
	obj = osd_create(th, dev, dev->osd_fsroot, fid, S_IFDIR | 0755, 0, 0, 0);
	rc = PTR_ERR_OR_ZERO(obj);
	if (!rc) {
		rc = osd_dir_insert(th, dev->osd_fsroot, "ROOT", 4, obj);
		if (rc)
			osd_destroy(th, obj);
	}
	if (!rc)
		rc = osd_nlink_add(th, dev->osd_fsroot, 1);
	rc2 = osd_trans_stop(th);
	rc = rc ?: rc2;
	if (rc) {
		osd_object_put(obj);
		return ERR_PTR(rc);
	}
	return obj;
}

/* On a disk that was taken over it may not be in the index yet. */
static struct osd_object *osd_root_by_name(struct osd_device *dev)
{
	struct osd_object *obj = osd_local_lookup(dev, dev->osd_fsroot, "ROOT", 4);

	if (IS_ERR(obj))
		return obj;
	if (!fid_is_root(&obj->oo_fid)) {
		osd_object_put(obj);
		return ERR_PTR(-EUCLEAN);
	}
	osd_scan_see(dev, obj->oo_inode, &obj->oo_fid);
	return obj;
}

struct osd_object *osd_root(struct osd_device *dev)
{
	struct osd_object *obj;
	struct lu_fid fid;

	fid_root(&fid);
	mutex_lock(&dev->osd_local_mutex);
	obj = dev->osd_foreign ? osd_root_by_name(dev) : osd_find(dev, &fid);
	if (obj == ERR_PTR(-ENOENT) && !dev->osd_foreign)
		obj = osd_root_create(dev, &fid);
	if (!IS_ERR(obj) && obj->oo_type != S_IFDIR) {
		osd_object_put(obj);
		obj = ERR_PTR(-ENOTDIR);
	}
	mutex_unlock(&dev->osd_local_mutex);
	return obj;
}
EXPORT_SYMBOL_GPL(osd_root);
