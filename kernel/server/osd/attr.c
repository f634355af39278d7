// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes, link counts, xattrs and symbolic links of objects. Only osd_attr_set() is meant to
 * change the times of an inode. Data operations change them, too: the caller sets them afterwards.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/xattr.h>
#include "osd_internal.h"

/* Local files of another system have nanoseconds out of range (chapter 8, 8.4.1). */
static struct timespec64 osd_time_valid(struct timespec64 t)
{
	if (t.tv_nsec < 0 || t.tv_nsec >= NSEC_PER_SEC)
		t.tv_nsec = 0;
	return t;
}

/* The reverse of osd_rdev_store(). */
static dev_t osd_rdev_read(const struct osd_device *dev, dev_t rdev)
{
	return dev->osd_foreign && rdev <= 0xffff ? MKDEV(rdev >> 8, rdev & 0xff) : rdev;
}

void osd_attr_get(struct osd_object *obj, struct osd_attr *attr)
{
	struct inode *inode = obj->oo_inode;
	struct ldiskfs_ext_attr ea;

	ldiskfs_hook_ext_get(inode, &ea);
	attr->mode = inode->i_mode;
	attr->uid = i_uid_read(inode);
	attr->gid = i_gid_read(inode);
	attr->projid = ea.projid;
	attr->nlink = inode->i_nlink;
	attr->flags = ea.flags;
	attr->blksize = 1 << inode->i_blkbits;
	attr->rdev = osd_rdev_read(obj->oo_dev, inode->i_rdev);
	attr->size = i_size_read(inode);
	attr->blocks = inode->i_blocks;
	attr->version = ea.version;
	attr->ino = inode->i_ino;
	attr->generation = inode->i_generation;
	attr->atime = osd_time_valid(inode->i_atime);
	attr->mtime = osd_time_valid(inode->i_mtime);
	attr->ctime = osd_time_valid(inode->i_ctime);
	attr->crtime = osd_time_valid(ea.crtime);
}
EXPORT_SYMBOL_GPL(osd_attr_get);

static int osd_set_owner(struct inode *inode, const struct osd_attr *attr, u32 valid)
{
	struct iattr ia = {};

	if ((valid & OSD_A_UID) && attr->uid != i_uid_read(inode)) {
		ia.ia_valid |= ATTR_UID;
		ia.ia_uid = make_kuid(&init_user_ns, attr->uid);
		if (!uid_valid(ia.ia_uid))
			return -EINVAL;
	}
	if ((valid & OSD_A_GID) && attr->gid != i_gid_read(inode)) {
		ia.ia_valid |= ATTR_GID;
		ia.ia_gid = make_kgid(&init_user_ns, attr->gid);
		if (!gid_valid(ia.ia_gid))
			return -EINVAL;
	}
	return ia.ia_valid ? ldiskfs_hook_chown(inode, &ia) : 0;
}

static int osd_set_ext(struct inode *inode, const struct osd_attr *attr, u32 valid)
{
	struct ldiskfs_ext_attr ea = {
		.flags = attr->flags,
		.projid = attr->projid,
		.version = attr->version,
		.crtime = attr->crtime,
	};
	unsigned int which = 0;

	if (valid & OSD_A_FLAGS)
		which |= LDISKFS_EA_FLAGS;
	if (valid & OSD_A_PROJID)
		which |= LDISKFS_EA_PROJID;
	if (valid & OSD_A_VERSION)
		which |= LDISKFS_EA_VERSION;
	if (valid & OSD_A_CRTIME)
		which |= LDISKFS_EA_CRTIME;
	return which ? ldiskfs_hook_ext_set(inode, &ea, which) : 0;
}

int osd_attr_set(struct osd_trans *th, struct osd_object *obj, const struct osd_attr *attr,
		 u32 valid)
{
	struct inode *inode = obj->oo_inode;
	int rc, rc2;

	rc = osd_set_owner(inode, attr, valid);
	if (!rc)
		rc = osd_set_ext(inode, attr, valid);
	if (rc)
		goto out;
	if (valid & OSD_A_SIZE)
		rc = ldiskfs_hook_size_set(inode, attr->size);
	if (rc)
		goto out;
	if (valid & OSD_A_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (attr->mode & 07777);
	if (valid & OSD_A_ATIME)
		inode->i_atime = timestamp_truncate(attr->atime, inode);
	if (valid & OSD_A_MTIME)
		inode->i_mtime = timestamp_truncate(attr->mtime, inode);
	if (valid & OSD_A_CTIME)
		inode->i_ctime = timestamp_truncate(attr->ctime, inode);
out:
	rc2 = ldiskfs_hook_dirty(th->ot_handle, inode);
	return rc ?: rc2;
}
EXPORT_SYMBOL_GPL(osd_attr_set);

int osd_nlink_add(struct osd_trans *th, struct osd_object *obj, int delta)
{
	return delta ? ldiskfs_hook_nlink(th->ot_handle, obj->oo_inode, delta) : 0;
}
EXPORT_SYMBOL_GPL(osd_nlink_add);

ssize_t osd_xattr_get(struct osd_object *obj, const char *name, void *buf, size_t size)
{
	unsigned int nofs = memalloc_nofs_save();
	ssize_t n = ldiskfs_hook_xattr_get(obj->oo_inode, name, buf, size);

	memalloc_nofs_restore(nofs);
	return n;
}
EXPORT_SYMBOL_GPL(osd_xattr_get);

int osd_xattr_set(struct osd_trans *th, struct osd_object *obj, const char *name, const void *val,
		  size_t len, int flags)
{
	return ldiskfs_hook_xattr_set(th->ot_handle, obj->oo_inode, name, val ?: "", len, flags);
}
EXPORT_SYMBOL_GPL(osd_xattr_set);

int osd_xattr_del(struct osd_trans *th, struct osd_object *obj, const char *name)
{
	return ldiskfs_hook_xattr_set(th->ot_handle, obj->oo_inode, name, NULL, 0, XATTR_REPLACE);
}
EXPORT_SYMBOL_GPL(osd_xattr_del);

ssize_t osd_xattr_list(struct osd_object *obj, char *buf, size_t size)
{
	unsigned int nofs = memalloc_nofs_save();
	ssize_t n = ldiskfs_hook_xattr_list(obj->oo_inode, buf, size);

	memalloc_nofs_restore(nofs);
	return n;
}
EXPORT_SYMBOL_GPL(osd_xattr_list);

int osd_symlink_set(struct osd_trans *th, struct osd_object *obj, const char *target, size_t len)
{
	return ldiskfs_hook_symlink_set(th->ot_handle, obj->oo_inode, target, len);
}
EXPORT_SYMBOL_GPL(osd_symlink_set);

ssize_t osd_symlink_get(struct osd_object *obj, char *buf, size_t size)
{
	unsigned int nofs = memalloc_nofs_save();
	ssize_t n = ldiskfs_hook_symlink_get(obj->oo_inode, buf, size);

	memalloc_nofs_restore(nofs);
	return n;
}
EXPORT_SYMBOL_GPL(osd_symlink_get);
