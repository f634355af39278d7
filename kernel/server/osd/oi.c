// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object index of MDT objects: for each sequence a file OI/<seq in hex>, an array of {inode,
 * generation} by f_oid. Ids of a sequence are given out one after the other, so neighbours share
 * blocks; holes of the array are holes of the file. An entry is written with the handle that
 * creates or destroys the object. An entry whose inode is free or of another generation (the orphan
 * was removed at mount) counts as absent.
 *
 * osd_oi_sem: shared for what is open, exclusive to open or create a file.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include "osd_internal.h"

#define OSD_OI_DIR "OI"
#define OSD_OI_OPEN_MAX 4096

struct osd_oi_entry {
	__le32 ino;
	__le32 gen;
};

static int osd_oi_name(u64 seq, char *name)
{
	return scnprintf(name, OSD_NAME_BUF, "%llx", seq);
}

/* Under osd_oi_sem exclusive. With @th the file is made when it is missing. */
static struct osd_object *osd_oi_open(struct osd_trans *th, struct osd_device *dev, u64 seq)
{
	struct osd_object *file, *old;
	char name[OSD_NAME_BUF];
	int len = osd_oi_name(seq, name);
	unsigned long index = 0;
	int rc;

	file = xa_load(&dev->osd_oi, seq);
	if (file)
		return file;
	file = osd_local_lookup(dev, dev->osd_oi_dir, name, len);
	if (file == ERR_PTR(-ENOENT) && th)
		file = osd_local_create_th(th, dev->osd_oi_dir, name, len, S_IFREG | 0600);
	if (IS_ERR(file))
		return file;
	if (dev->osd_nr_oi >= OSD_OI_OPEN_MAX) {
		old = xa_find(&dev->osd_oi, &index, ULONG_MAX, XA_PRESENT);
		xa_erase(&dev->osd_oi, index);
		osd_object_put(old);
		dev->osd_nr_oi--;
	}
	rc = xa_err(xa_store(&dev->osd_oi, seq, file, GFP_NOFS));
	if (rc) {
		osd_object_put(file);
		return ERR_PTR(rc);
	}
	dev->osd_nr_oi++;
	return file;
}

/* As osd_oi_open(); osd_oi_sem is held shared afterwards, also on errors. */
static struct osd_object *osd_oi_lock(struct osd_trans *th, struct osd_device *dev, u64 seq)
{
	struct osd_object *file;

	down_read(&dev->osd_oi_sem);
	file = xa_load(&dev->osd_oi, seq);
	if (!file) {
		up_read(&dev->osd_oi_sem);
		down_write(&dev->osd_oi_sem);
		file = osd_oi_open(th, dev, seq);
		downgrade_write(&dev->osd_oi_sem);
	}
	return file;
}

int osd_oi_lookup(struct osd_device *dev, const struct lu_fid *fid, u32 *ino, u32 *gen)
{
	unsigned int nofs = memalloc_nofs_save();
	struct osd_oi_entry e = {};
	struct osd_object *file;
	ssize_t n;

	file = osd_oi_lock(NULL, dev, fid->f_seq);
	if (IS_ERR(file))
		n = PTR_ERR(file);
	else
		n = ldiskfs_hook_buf_read(file->oo_inode, &e, sizeof(e),
					  (u64)fid->f_oid * sizeof(e));
	up_read(&dev->osd_oi_sem);
	memalloc_nofs_restore(nofs);
	if (n < 0)
		return n;
	*ino = le32_to_cpu(e.ino);
	*gen = le32_to_cpu(e.gen);
	return *ino ? 0 : -ENOENT;
}

int osd_oi_set(struct osd_trans *th, struct osd_device *dev, const struct lu_fid *fid, u32 ino,
	       u32 gen)
{
	struct osd_oi_entry e = { .ino = cpu_to_le32(ino), .gen = cpu_to_le32(gen) };
	struct osd_object *file;
	int rc;

	if (!fid->f_oid)
		return -EINVAL;
	file = osd_oi_lock(th, dev, fid->f_seq);
	if (IS_ERR(file))
		rc = PTR_ERR(file);
	else
		rc = ldiskfs_hook_buf_write(th->ot_handle, file->oo_inode, &e, sizeof(e),
					    (u64)fid->f_oid * sizeof(e));
	up_read(&dev->osd_oi_sem);
	return rc;
}

int osd_oi_init(struct osd_device *dev)
{
	struct osd_object *dir;

	dir = osd_local_get(dev, dev->osd_fsroot, OSD_OI_DIR, S_IFDIR | 0700);
	if (IS_ERR(dir))
		return sb_rdonly(dev->osd_sb) && PTR_ERR(dir) == -EROFS ? -EINVAL : PTR_ERR(dir);
	dev->osd_oi_dir = dir;
	return 0;
}

void osd_oi_fini(struct osd_device *dev)
{
	struct osd_object *file;
	unsigned long seq;

	xa_for_each(&dev->osd_oi, seq, file) {
		xa_erase(&dev->osd_oi, seq);
		osd_object_put(file);
	}
	osd_object_put(dev->osd_oi_dir);
}
