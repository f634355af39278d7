// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open and close of files. Every open(2) is an open at the MDT with a handle of its own; release(2)
 * sends MDS_CLOSE. Reads and writes are in read.c, write.c, dio.c and mmap.c.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <gloss/lustre_user.h>
#include "internal.h"

u64 ll_open_flags(unsigned int f_flags)
{
	u64 flags = MDS_OPEN_DEFAULT_LMV;

	switch (f_flags & O_ACCMODE) {
	case O_RDONLY:
		flags |= MDS_FMODE_READ;
		break;
	case O_WRONLY:
		flags |= MDS_FMODE_WRITE;
		break;
	default:
		flags |= MDS_FMODE_READ | MDS_FMODE_WRITE;
		break;
	}
	if (f_flags & __FMODE_EXEC)
		flags |= MDS_FMODE_EXEC;
	if (f_flags & O_CREAT)
		flags |= MDS_OPEN_CREAT;
	if (f_flags & O_EXCL)
		flags |= MDS_OPEN_EXCL;
	if (f_flags & O_TRUNC)
		flags |= MDS_OPEN_TRUNC;
	if (f_flags & O_APPEND)
		flags |= MDS_OPEN_APPEND;
	if (f_flags & O_SYNC)
		flags |= MDS_OPEN_SYNC;
	if (f_flags & O_DIRECTORY)
		flags |= MDS_OPEN_DIRECTORY;
	if (f_flags & O_NONBLOCK)
		flags |= MDS_OPEN_NORESTORE;
	if ((f_flags & O_LOV_DELAY_CREATE) == O_LOV_DELAY_CREATE)
		flags |= MDS_OPEN_DELAY_CREATE;
	return flags;
}

struct ll_file *ll_file_new(struct ll_open *open)
{
	struct ll_file *lf = kzalloc(sizeof(*lf), GFP_KERNEL);

	if (lf)
		lf->lf_open = open;
	return lf;
}

static void ll_file_open_mode(struct file *file)
{
	if (S_ISREG(file_inode(file)->i_mode))
		file->f_mode |= FMODE_CAN_ODIRECT;
}

int ll_file_open_prepared(struct inode *inode, struct file *file)
{
	ll_file_open_mode(file);
	return generic_file_open(inode, file);
}

/*
 * ll_file_open - open of a dentry that is known: by FID
 */
int ll_file_open(struct inode *inode, struct file *file)
{
	struct dentry *parent = dget_parent(file->f_path.dentry);
	struct ll_open_args args = { };
	struct ll_open *open = NULL;
	struct inode *dir = NULL;
	struct ll_file *lf;
	struct ll_answer a;
	int rc;

	rc = generic_file_open(inode, file);
	if (rc)
		goto out_parent;
	ll_count(inode->i_sb, OPEN, 1);
	/* The root needs no handle to be listed. */
	if (inode == d_inode(inode->i_sb->s_root) || ll_inode_pseudo(inode)) {
		lf = ll_file_new(NULL);
		rc = lf ? 0 : -ENOMEM;
		file->private_data = lf;
		goto out_parent;
	}
	if (parent != file->f_path.dentry)
		dir = d_inode(parent);
	/* Creation and truncation were done before. */
	args.flags = ll_open_flags(file->f_flags & ~(O_CREAT | O_EXCL | O_TRUNC));
	rc = mdc_intent_open(dir, NULL, inode, &args, &a, &open);
	if (!rc && (!open || !fid_eq(&a.fid, ll_fid(inode))))
		rc = -ESTALE;
	if (rc == -ENOENT)
		rc = -ESTALE;
	if (!rc)
		rc = min(ll_inode_update(inode, &a), 0);
	ll_answer_put(&a);
	if (rc) {
		if (open)
			mdc_close(open, NULL, 0);
		goto out_parent;
	}
	lf = ll_file_new(open);
	if (!lf) {
		mdc_close(open, NULL, 0);
		rc = -ENOMEM;
		goto out_parent;
	}
	file->private_data = lf;
	ll_file_open_mode(file);
out_parent:
	dput(parent);
	return rc;
}

int ll_file_release(struct inode *inode, struct file *file)
{
	struct ll_file *lf = file->private_data;
	u32 bias = 0;

	if (!lf)
		return 0;
	ll_count(inode->i_sb, CLOSE, 1);
	if (S_ISREG(inode->i_mode) && file->f_mode & FMODE_WRITE &&
	    test_and_clear_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags))
		bias = MDS_DATA_MODIFIED;
	if (lf->lf_open)
		mdc_close(lf->lf_open, inode, bias);
	file->private_data = NULL;
	kfree(lf);
	return 0;
}

static int ll_file_flush(struct file *file, fl_owner_t id)
{
	return ll_data_flush(file);
}

static int ll_noflock(struct file *file, int cmd, struct file_lock *fl)
{
	return -ENOSYS;
}

#define FILE_OPS					\
	.open		= ll_file_open,			\
	.release	= ll_file_release,		\
	.flush		= ll_file_flush,		\
	.read_iter	= ll_file_read_iter,		\
	.write_iter	= ll_file_write_iter,		\
	.mmap		= ll_file_mmap,			\
	.llseek		= ll_llseek,			\
	.fsync		= ll_file_fsync,		\
	.fallocate	= ll_fallocate,			\
	.fadvise	= ll_fadvise,			\
	.setlease	= simple_nosetlease, /* opens on other clients would not break it */ \
	.unlocked_ioctl	= ll_file_ioctl,		\
	.splice_read	= generic_file_splice_read,	\
	.splice_write	= iter_file_splice_write

const struct file_operations ll_file_fops = {
	FILE_OPS,
	.lock		= ll_flock,
	.flock		= ll_flock,
};

const struct file_operations ll_file_fops_localflock = {
	FILE_OPS,
};

const struct file_operations ll_file_fops_noflock = {
	FILE_OPS,
	.lock		= ll_noflock,
	.flock		= ll_noflock,
};

const struct inode_operations ll_file_iops = {
	.getattr	= ll_getattr,
	.setattr	= ll_setattr,
	.permission	= ll_permission,
	.listxattr	= ll_listxattr,
	.get_acl	= ll_get_acl,
	.set_acl	= ll_set_acl,
	.update_time	= ll_update_time,
	.fiemap		= ll_fiemap,
	.fileattr_get	= ll_fileattr_get,
	.fileattr_set	= ll_fileattr_set,
};
