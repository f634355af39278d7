// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects: the table of those in use, find, create, destroy.
 *
 * An osd_object is in the table from osd_object_of() until its last put, or until osd_destroy().
 * The last reference of an inode without links frees its blocks in transactions of its own, so it
 * is dropped from a work queue, never inside a transaction.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/slab.h>
#include <linux/xattr.h>
#include "osd_internal.h"

struct osd_lma {
	__le32 lma_compat;
	__le32 lma_incompat;
	struct lu_fid_le lma_self_fid;
};

#define OSD_LMA_BUF 64 /* the long form of OST objects */
#define LMAC_NOT_IN_OI 0x4
#define LMAC_FID_ON_OST 0x8
/* HSM-released (the layout says so), unlinked but open. */
#define LMAI_RELEASED 0x1
#define LMAI_ORPHAN 0x10
#define LMAI_HANDLED (LMAI_RELEASED | LMAI_ORPHAN)

const struct rhashtable_params osd_object_params = {
	.key_len = sizeof(struct lu_fid),
	.key_offset = offsetof(struct osd_object, oo_fid),
	.head_offset = offsetof(struct osd_object, oo_hash),
	.automatic_shrinking = true,
};

bool osd_fid_in_o(const struct osd_device *dev, const struct lu_fid *fid)
{
	return fid_is_idif(fid) ||
	       (dev->osd_is_ost && (fid_is_norm(fid) || fid->f_seq == FID_SEQ_ECHO));
}

int osd_inode_lma(struct inode *inode, struct lu_fid *fid, bool *in_index)
{
	union {
		struct osd_lma lma;
		char buf[OSD_LMA_BUF];
	} u;
	ssize_t n = ldiskfs_hook_xattr_get(inode, "trusted.lma", &u, sizeof(u));

	if (n == -ENODATA)
		return n;
	if (n < (ssize_t)sizeof(u.lma)) {
		pr_err_ratelimited("%s: inode %lu: trusted.lma cannot be used: rc = %zd\n",
				   inode->i_sb->s_id, inode->i_ino, n);
		return -EIO;
	}
	/* Placeholders of objects on other MDTs, encrypted ones, and what is not known yet. */
	if (le32_to_cpu(u.lma.lma_incompat) & ~LMAI_HANDLED)
		return -EOPNOTSUPP;
	fid_from_le(fid, &u.lma.lma_self_fid);
	*in_index = !(le32_to_cpu(u.lma.lma_compat) & (LMAC_NOT_IN_OI | LMAC_FID_ON_OST));
	return 0;
}

/* The FID that trusted.lma holds; -ENODATA: none. */
int osd_inode_fid(struct inode *inode, struct lu_fid *fid)
{
	bool in_index;

	return osd_inode_lma(inode, fid, &in_index);
}

/* A new inode; one that could not be set up is freed after the transaction. */
struct inode *osd_inode_new(struct osd_trans *th, struct inode *near, umode_t mode, dev_t rdev,
			    u32 uid, u32 gid)
{
	struct inode *inode;
	int rc;

	rc = ldiskfs_hook_new_inode(th->ot_handle, near, mode, rdev, uid, gid, &inode);
	if (!rc)
		return inode;
	if (inode)
		osd_inode_abort(th, th->ot_dev, inode);
	return ERR_PTR(rc);
}

/* ---- references ---- */

struct osd_iput_work {
	struct work_struct work;
	struct osd_device *dev;
	struct inode *inode;
};

static void osd_iput_fn(struct work_struct *work)
{
	struct osd_iput_work *w = container_of(work, struct osd_iput_work, work);

	iput(w->inode);
	if (atomic_dec_return(&w->dev->osd_backlog) % 256 == 0)
		wake_up_all(&w->dev->osd_wait);
	kfree(w);
}

static void osd_inode_put_later(struct osd_device *dev, struct inode *inode)
{
	struct osd_iput_work *w = kmalloc(sizeof(*w), GFP_NOFS | __GFP_NOFAIL);

	INIT_WORK(&w->work, osd_iput_fn);
	w->dev = dev;
	w->inode = inode;
	atomic_inc(&dev->osd_backlog);
	queue_work(dev->osd_wq, &w->work);
}

void osd_inode_abort(struct osd_trans *th, struct osd_device *dev, struct inode *inode)
{
	ldiskfs_hook_nlink(th->ot_handle, inode,
			   S_ISDIR(inode->i_mode) ? -2 : -(int)inode->i_nlink);
	osd_inode_put_later(dev, inode);
}

void osd_inode_put(struct osd_device *dev, struct inode *inode)
{
	if (inode->i_nlink && !current->journal_info)
		iput(inode);
	else
		osd_inode_put_later(dev, inode);
}

struct osd_object *osd_object_lookup(struct osd_device *dev, const struct lu_fid *fid)
{
	struct osd_object *obj;

	rcu_read_lock();
	obj = rhashtable_lookup(&dev->osd_objects, fid, osd_object_params);
	if (obj && !refcount_inc_not_zero(&obj->oo_ref))
		obj = NULL;
	rcu_read_unlock();
	return obj;
}

struct osd_object *osd_object_of(struct osd_device *dev, struct inode *inode,
				 const struct lu_fid *fid)
{
	struct osd_object *obj, *old;

	obj = kzalloc(sizeof(*obj), GFP_NOFS);
	if (!obj) {
		osd_inode_put(dev, inode);
		return ERR_PTR(-ENOMEM);
	}
	obj->oo_fid = *fid;
	obj->oo_dev = dev;
	obj->oo_inode = inode;
	obj->oo_type = inode->i_mode & S_IFMT;
	obj->oo_hashed = true;
	refcount_set(&obj->oo_ref, 1);
	init_rwsem(&obj->oo_lock);
	init_rwsem(&obj->oo_dir_sem);
	init_rwsem(&obj->oo_data_sem);
	mutex_init(&obj->oo_edge_mutex);

	for (;;) {
		rcu_read_lock();
		old = rhashtable_lookup_get_insert_fast(&dev->osd_objects, &obj->oo_hash,
							osd_object_params);
		if (!old) {
			rcu_read_unlock();
			atomic_inc(&dev->osd_nr_objects);
			return obj;
		}
		if (IS_ERR(old)) {
			rcu_read_unlock();
			break;
		}
		if (refcount_inc_not_zero(&old->oo_ref)) {
			rcu_read_unlock();
			break;
		}
		/* On its way out of the table. */
		rcu_read_unlock();
		cpu_relax();
		cond_resched();
	}
	kfree(obj);
	if (!IS_ERR(old) && old->oo_inode != inode) {
		/* Two inodes claim one FID, or the object is being destroyed. */
		osd_object_put(old);
		old = ERR_PTR(-ESTALE);
	}
	osd_inode_put(dev, inode);
	return old;
}

struct osd_object *osd_object_of_local(struct osd_device *dev, struct inode *inode)
{
	struct lu_fid fid = { .f_seq = inode->i_ino, .f_oid = inode->i_generation };

	return osd_object_of(dev, inode, &fid);
}

void osd_object_get(struct osd_object *obj)
{
	refcount_inc(&obj->oo_ref);
}
EXPORT_SYMBOL_GPL(osd_object_get);

void osd_object_put(struct osd_object *obj)
{
	struct osd_device *dev;

	if (IS_ERR_OR_NULL(obj) || !refcount_dec_and_test(&obj->oo_ref))
		return;
	dev = obj->oo_dev;
	if (obj->oo_hashed)
		rhashtable_remove_fast(&dev->osd_objects, &obj->oo_hash, osd_object_params);
	osd_inode_put(dev, obj->oo_inode);
	atomic_dec(&dev->osd_nr_objects);
	kfree_rcu(obj, oo_rcu);
}
EXPORT_SYMBOL_GPL(osd_object_put);

/* ---- find ---- */

static int osd_fid_to_ino(struct osd_device *dev, const struct lu_fid *fid, u32 *ino, u32 *gen)
{
	char name[OSD_NAME_BUF];
	struct osd_object *dir;
	unsigned long n;
	size_t len;
	int rc;

	if (!osd_fid_in_o(dev, fid))
		return osd_oi_lookup(dev, fid, ino, gen);
	dir = osd_seq_dir(dev, fid, name, &len);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	rc = osd_dir_find_ino(dir, name, len, &n);
	*ino = n;
	*gen = 0;
	return rc;
}

/*
 * Does the inode say that it is this object? The index ignores f_ver, and the index of the OST in
 * an IDIF, so without this one object would have several names, each with locks of its own.
 */
static int osd_inode_verify(struct inode *inode, const struct lu_fid *fid)
{
	struct lu_fid self;
	int rc;

	rc = osd_inode_fid(inode, &self);
	if (rc)
		return rc == -ENODATA ? -EIO : rc;
	return fid_eq(&self, fid) ? 0 : -ESTALE;
}

static struct osd_object *osd_find_inode(struct osd_device *dev, const struct lu_fid *fid)
{
	bool in_o = osd_fid_in_o(dev, fid);
	u32 ino, gen, ino2, gen2;
	struct osd_object *obj;
	struct inode *inode;
	int rc;

	rc = osd_fid_to_ino(dev, fid, &ino, &gen);
	if (rc == -ENOENT && !in_o && osd_scan_may_have(dev, fid))
		rc = -EINPROGRESS;
	if (rc)
		return ERR_PTR(rc);
	inode = ldiskfs_hook_iget(dev->osd_sb, ino);
	if (IS_ERR(inode))
		return PTR_ERR(inode) == -ESTALE ? ERR_PTR(-ENOENT) : ERR_CAST(inode);
	if (in_o ? !inode->i_nlink : inode->i_generation != gen) {
		osd_inode_put(dev, inode);
		return ERR_PTR(-ENOENT);
	}
	rc = osd_inode_verify(inode, fid);
	if (rc) {
		osd_inode_put(dev, inode);
		return ERR_PTR(rc);
	}
	obj = osd_object_of(dev, inode, fid);
	if (IS_ERR(obj) || obj->oo_inode->i_nlink)
		return obj;
	/* Open and without a name (MDT), or destroyed between the steps above? */
	rc = in_o ? -ENOENT : osd_oi_lookup(dev, fid, &ino2, &gen2);
	if (!rc && (ino2 != obj->oo_inode->i_ino || gen2 != obj->oo_inode->i_generation))
		rc = -ENOENT;
	if (rc) {
		osd_object_put(obj);
		return ERR_PTR(rc);
	}
	return obj;
}

/* Between index and inode another object may have got the inode: the second try finds out. */
static struct osd_object *osd_find_retry(struct osd_device *dev, const struct lu_fid *fid)
{
	struct osd_object *obj = osd_find_inode(dev, fid);

	if (obj == ERR_PTR(-ESTALE))
		obj = osd_find_inode(dev, fid);
	if (obj == ERR_PTR(-ESTALE))
		pr_warn_ratelimited("%s: the object found for " DFID " has another FID\n",
				    osd_dev_name(dev), PFID(fid));
	return obj;
}

struct osd_object *osd_find(struct osd_device *dev, const struct lu_fid *fid)
{
	struct osd_object *obj;
	unsigned int nofs;

	/* IGIF names inodes without a FID: local files, which are not for clients. */
	if (fid_is_igif(fid) || fid_is_zero(fid))
		return ERR_PTR(-ENOENT);
	obj = osd_object_lookup(dev, fid);
	if (obj)
		return obj;
	nofs = memalloc_nofs_save();
	obj = osd_find_retry(dev, fid);
	memalloc_nofs_restore(nofs);
	return obj;
}
EXPORT_SYMBOL_GPL(osd_find);

/* ---- create, destroy ---- */

static int osd_index_insert(struct osd_trans *th, struct osd_device *dev, const struct lu_fid *fid,
			    struct inode *inode)
{
	char name[OSD_NAME_BUF];
	struct osd_object *dir;
	size_t len;

	if (!osd_fid_in_o(dev, fid))
		return osd_oi_set(th, dev, fid, inode->i_ino, inode->i_generation);
	dir = osd_seq_dir(dev, fid, name, &len);
	return IS_ERR(dir) ? PTR_ERR(dir) : osd_dir_add(th, dir, name, len, inode);
}

static int osd_index_delete(struct osd_trans *th, struct osd_device *dev, const struct lu_fid *fid)
{
	char name[OSD_NAME_BUF];
	struct osd_object *dir;
	size_t len;

	if (!osd_fid_in_o(dev, fid))
		return osd_oi_set(th, dev, fid, 0, 0);
	dir = osd_seq_dir(dev, fid, name, &len);
	return IS_ERR(dir) ? PTR_ERR(dir) : osd_dir_delete(th, dir, name, len);
}

/* Is there a live object of this FID? */
static int osd_fid_free(struct osd_device *dev, const struct lu_fid *fid)
{
	struct osd_object *obj = osd_find(dev, fid);

	if (!IS_ERR(obj)) {
		osd_object_put(obj);
		return -EEXIST;
	}
	return PTR_ERR(obj) == -ENOENT ? 0 : PTR_ERR(obj);
}

static struct inode *osd_alloc_parent(struct osd_device *dev, struct osd_object *parent,
				      const struct lu_fid *fid)
{
	char name[OSD_NAME_BUF];
	struct osd_object *dir;
	size_t len;

	if (osd_fid_in_o(dev, fid)) {
		dir = osd_seq_dir(dev, fid, name, &len);
		return IS_ERR(dir) ? ERR_CAST(dir) : dir->oo_inode;
	}
	return parent ? parent->oo_inode : dev->osd_fsroot->oo_inode;
}

/*
 * Another make stores what the wire has, major << 8 | minor, as if it was a dev_t of the kernel
 * (chapter 8, 8.4.2). On its disks this goes on.
 */
static dev_t osd_rdev_store(const struct osd_device *dev, dev_t rdev)
{
	if (!dev->osd_foreign || MAJOR(rdev) > 255 || MINOR(rdev) > 255)
		return rdev;
	return MAJOR(rdev) << 8 | MINOR(rdev);
}

struct osd_object *osd_create(struct osd_trans *th, struct osd_device *dev,
			      struct osd_object *parent, const struct lu_fid *fid, umode_t mode,
			      dev_t rdev, u32 uid, u32 gid)
{
	struct osd_lma lma = {};
	struct inode *inode, *near;
	struct osd_object *obj;
	int rc;

	if (fid_is_igif(fid) || fid_is_zero(fid) || fid->f_ver)
		return ERR_PTR(-EINVAL);
	rc = osd_fid_free(dev, fid);
	if (rc)
		return ERR_PTR(rc);
	near = osd_alloc_parent(dev, parent, fid);
	if (IS_ERR(near))
		return ERR_CAST(near);
	inode = osd_inode_new(th, near, mode, osd_rdev_store(dev, rdev), uid, gid);
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	if (osd_fid_in_o(dev, fid))
		lma.lma_compat = cpu_to_le32(LMAC_FID_ON_OST);
	fid_to_le(&lma.lma_self_fid, fid);
	rc = ldiskfs_hook_xattr_set(th->ot_handle, inode, "trusted.lma", &lma, sizeof(lma),
				    XATTR_CREATE);
	if (!rc)
		rc = osd_index_insert(th, dev, fid, inode);
	if (rc) {
		osd_inode_abort(th, dev, inode);
		return ERR_PTR(rc);
	}
	ihold(inode);
	obj = osd_object_of(dev, inode, fid);
	/* The object that had this FID before was destroyed, but somebody is just looking at it. */
	if (obj == ERR_PTR(-ESTALE))
		obj = ERR_PTR(-EBUSY);
	if (IS_ERR(obj)) {
		osd_index_delete(th, dev, fid);
		osd_inode_abort(th, dev, inode);
	} else {
		osd_inode_put(dev, inode);
	}
	return obj;
}
EXPORT_SYMBOL_GPL(osd_create);

static int osd_destroy_inode(struct osd_trans *th, struct osd_object *obj)
{
	struct inode *inode = obj->oo_inode;
	int rc = osd_index_delete(th, obj->oo_dev, &obj->oo_fid);

	if (rc && rc != -ENOENT)
		return rc;
	if (!inode->i_nlink)
		return 0;
	return ldiskfs_hook_nlink(th->ot_handle, inode,
				  S_ISDIR(inode->i_mode) ? -2 : -(int)inode->i_nlink);
}

int osd_destroy(struct osd_trans *th, struct osd_object *obj)
{
	struct osd_device *dev = obj->oo_dev;
	int rc;

	if (!obj->oo_hashed)
		return -ENOENT;
	if (dev->osd_foreign)
		mutex_lock(&dev->osd_scan_mutex);
	rc = osd_destroy_inode(th, obj);
	if (dev->osd_foreign)
		mutex_unlock(&dev->osd_scan_mutex);
	if (rc)
		return rc;
	if (rhashtable_remove_fast(&dev->osd_objects, &obj->oo_hash, osd_object_params) == 0)
		obj->oo_hashed = false;
	return 0;
}
EXPORT_SYMBOL_GPL(osd_destroy);
