// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directory entries by inode under a handle of the caller. Included at the end of the generated
 * namei.c, whose static functions do the work. The caller serialises changes and lookups of one
 * directory; i_rwsem is not taken.
 */
#include "../ldiskfs_hooks.h"

/* The functions of namei.c want a dentry for the parent and the name only. */
struct hook_dentry {
	struct dentry parent;
	struct dentry child;
};

static struct hook_dentry *ldiskfs_hook_dentries(struct inode *dir, const char *name, size_t len)
{
	struct hook_dentry *hd = kzalloc(sizeof(*hd), GFP_NOFS);

	if (!hd)
		return NULL;
	hd->parent.d_inode = dir;
	hd->parent.d_sb = dir->i_sb;
	hd->parent.d_parent = &hd->parent;
	hd->child.d_parent = &hd->parent;
	hd->child.d_sb = dir->i_sb;
	hd->child.d_name.name = name;
	hd->child.d_name.len = len;
	return hd;
}

static struct buffer_head *ldiskfs_hook_find_entry(struct inode *dir, const char *name, size_t len,
						   struct ldiskfs_dir_entry_2 **de)
{
	struct qstr q = { .name = name, .len = len };
	struct buffer_head *bh;

	if (!S_ISDIR(dir->i_mode))
		return ERR_PTR(-ENOTDIR);
	if (!len || len > LDISKFS_NAME_LEN)
		return ERR_PTR(len ? -ENAMETOOLONG : -EINVAL);
	bh = ldiskfs_find_entry(dir, &q, de, NULL);
	return bh ?: ERR_PTR(-ENOENT);
}

/*
 * ldiskfs_hook_dir_find - inode number of a name
 *
 * Return: 0, -ENOENT, -ENOTDIR, -ENAMETOOLONG, -EIO.
 */
int ldiskfs_hook_dir_find(struct inode *dir, const char *name, size_t len, unsigned long *ino)
{
	struct ldiskfs_dir_entry_2 *de;
	struct buffer_head *bh = ldiskfs_hook_find_entry(dir, name, len, &de);

	if (IS_ERR(bh))
		return PTR_ERR(bh);
	*ino = le32_to_cpu(de->inode);
	brelse(bh);
	return ldiskfs_valid_inum(dir->i_sb, *ino) ? 0 : -EFSCORRUPTED;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_dir_find);

/*
 * ldiskfs_hook_dir_add - add a name; link counts are the caller's
 *
 * Return: 0, -EEXIST, -ENOSPC, -EIO.
 */
int ldiskfs_hook_dir_add(handle_t *handle, struct inode *dir, const char *name, size_t len,
			 struct inode *child)
{
	struct hook_dentry *hd;
	int rc;

	if (!S_ISDIR(dir->i_mode))
		return -ENOTDIR;
	if (!len || len > LDISKFS_NAME_LEN)
		return len ? -ENAMETOOLONG : -EINVAL;
	hd = ldiskfs_hook_dentries(dir, name, len);
	if (!hd)
		return -ENOMEM;
	rc = ldiskfs_add_entry(handle, &hd->child, child);
	kfree(hd);
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_dir_add);

/*
 * ldiskfs_hook_dir_del - remove a name; link counts are the caller's
 *
 * Return: 0, -ENOENT, -EIO.
 */
int ldiskfs_hook_dir_del(handle_t *handle, struct inode *dir, const char *name, size_t len)
{
	struct ldiskfs_dir_entry_2 *de;
	struct buffer_head *bh = ldiskfs_hook_find_entry(dir, name, len, &de);
	int rc;

	if (IS_ERR(bh))
		return PTR_ERR(bh);
	rc = ldiskfs_delete_entry(handle, dir, de, bh);
	brelse(bh);
	if (!rc) {
		ldiskfs_update_dx_flag(dir);
		rc = ldiskfs_mark_inode_dirty(handle, dir);
	}
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_dir_del);

/*
 * ldiskfs_hook_dir_set - let an existing name (also "..") point to another inode
 *
 * Return: 0, -ENOENT, -EIO.
 */
int ldiskfs_hook_dir_set(handle_t *handle, struct inode *dir, const char *name, size_t len,
			 struct inode *child)
{
	bool dotdot = len == 2 && name[0] == '.' && name[1] == '.';
	struct ldiskfs_dir_entry_2 *de;
	struct buffer_head *bh = ldiskfs_hook_find_entry(dir, name, len, &de);
	int rc;

	if (IS_ERR(bh))
		return PTR_ERR(bh);
	rc = ldiskfs_journal_get_write_access(handle, dir->i_sb, bh, LDISKFS_JTR_NONE);
	if (rc)
		goto out;
	de->inode = cpu_to_le32(child->i_ino);
	ldiskfs_set_de_type(dir->i_sb, de, child->i_mode);
	if (dotdot && is_dx(dir))
		rc = ldiskfs_handle_dirty_dx_node(handle, dir, bh);
	else
		rc = ldiskfs_handle_dirty_dirblock(handle, dir, bh);
out:
	brelse(bh);
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_dir_set);

/*
 * ldiskfs_hook_dir_empty - has the directory only "." and ".."?
 */
bool ldiskfs_hook_dir_empty(struct inode *dir)
{
	return ldiskfs_empty_dir(dir);
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_dir_empty);

/*
 * ldiskfs_hook_dir_iterate - entries in order of their 63-bit hash from ctx->pos on
 *
 * Return: 0 (end, or the actor stopped), -errno.
 */
int ldiskfs_hook_dir_iterate(struct vfsmount *mnt, struct inode *dir, struct dir_context *ctx)
{
	struct hook_dentry *hd;
	struct file *file;
	int rc;

	if (!S_ISDIR(dir->i_mode))
		return -ENOTDIR;
	hd = ldiskfs_hook_dentries(dir, "", 0);
	file = kzalloc(sizeof(*file), GFP_NOFS);
	rc = -ENOMEM;
	if (!hd || !file)
		goto out;
	file->f_inode = dir;
	file->f_mapping = dir->i_mapping;
	file->f_mode = FMODE_READ | FMODE_64BITHASH | FMODE_NOCMTIME;
	file->f_flags = O_NOATIME;
	file->f_op = dir->i_fop;
	file->f_path.mnt = mnt;
	file->f_path.dentry = &hd->parent;
	file->f_pos = ctx->pos;
	file_ra_state_init(&file->f_ra, file->f_mapping);
	rc = file->f_op->open ? file->f_op->open(dir, file) : 0;
	if (rc)
		goto out;
	rc = file->f_op->iterate_shared(file, ctx);
	if (file->f_op->release)
		file->f_op->release(dir, file);
out:
	kfree(file);
	kfree(hd);
	return rc;
}
EXPORT_SYMBOL_GPL(ldiskfs_hook_dir_iterate);
