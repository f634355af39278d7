// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where people find the parameters (chapter 7.8.1): /sys/fs/lustre has files of one value,
 * /sys/kernel/debug/lustre those of many lines, /proc/fs/lustre what monitoring programs read there
 * since long ago. A definition names its places; a directory is made in a place when the first file
 * needs it there.
 *
 * Locks: param_lock (dirs.c) is held where directories and files are made. Removal of a file waits
 * for its handlers, in each of the places, and so needs the lock not held.
 */
#define pr_fmt(fmt) "param: " fmt

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include "internal.h"

/* ---- procfs and debugfs: the same handlers ---- */

static int param_file_show(struct seq_file *m, void *unused)
{
	struct param_file *f = m->private;

	return f->def->show(m, f->obj);
}

static int param_file_open(struct param_file *f, struct file *file)
{
	if (!f->def->show && (file->f_mode & FMODE_READ))
		return -EACCES;
	return single_open(file, param_file_show, f);
}

static ssize_t param_file_write(struct param_file *f, const char __user *ubuf, size_t len)
{
	ssize_t rc;
	char *text;

	if (len > PARAM_TEXT_MAX)
		return -E2BIG;
	text = memdup_user_nul(ubuf, len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	rc = param_store_text(f, text, len);
	kfree(text);
	return rc < 0 ? rc : len;
}

static int param_proc_open(struct inode *inode, struct file *file)
{
	return param_file_open(pde_data(inode), file);
}

static ssize_t param_proc_write(struct file *file, const char __user *ubuf, size_t len, loff_t *pos)
{
	return param_file_write(pde_data(file_inode(file)), ubuf, len);
}

static const struct proc_ops param_proc_ops = {
	.proc_open	= param_proc_open,
	.proc_read	= seq_read,
	.proc_write	= param_proc_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static int param_debugfs_open(struct inode *inode, struct file *file)
{
	return param_file_open(inode->i_private, file);
}

static ssize_t param_debugfs_write(struct file *file, const char __user *ubuf, size_t len,
				   loff_t *pos)
{
	return param_file_write(file_inode(file)->i_private, ubuf, len);
}

static const struct file_operations param_debugfs_fops = {
	.owner		= THIS_MODULE,
	.open		= param_debugfs_open,
	.read		= seq_read,
	.write		= param_debugfs_write,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* ---- sysfs ---- */

static ssize_t param_sysfs_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct param_file *f = container_of(attr, struct param_file, attr);
	struct seq_file m = { .buf = buf, .size = PAGE_SIZE };
	int rc;

	rc = f->def->show ? f->def->show(&m, f->obj) : -EACCES;
	return rc < 0 ? rc : min_t(size_t, m.count, PAGE_SIZE - 1);
}

static ssize_t param_sysfs_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
				 size_t len)
{
	struct param_file *f = container_of(attr, struct param_file, attr);
	char *text = kmemdup_nul(buf, len, GFP_KERNEL);
	ssize_t rc;

	if (!text)
		return -ENOMEM;
	rc = param_store_text(f, text, len);
	kfree(text);
	return rc < 0 ? rc : len;
}

/* ---- directories ---- */

/* The directory and those above it in sysfs. The root's name is "lustre" everywhere. */
static struct kobject *param_dir_kobj(struct param_dir *d)
{
	struct kobject *above;

	if (d->kobj)
		return d->kobj;
	above = d->parent ? param_dir_kobj(d->parent) : fs_kobj;
	if (above)
		d->kobj = kobject_create_and_add(d->parent ? d->name : "lustre", above);
	return d->kobj;
}

static struct dentry *param_dir_dentry(struct param_dir *d)
{
	struct dentry *above = NULL;

	if (d->dentry)
		return d->dentry;
	if (d->parent)
		above = param_dir_dentry(d->parent);
	d->dentry = IS_ERR(above) ? above :
		    debugfs_create_dir(d->parent ? d->name : "lustre", above);
	return d->dentry;
}

static struct proc_dir_entry *param_dir_pde(struct param_dir *d)
{
	struct proc_dir_entry *above;

	if (d->pde)
		return d->pde;
	if (!d->parent) {
		d->pde = proc_mkdir("fs/lustre", NULL);
		return d->pde;
	}
	above = param_dir_pde(d->parent);
	if (above)
		d->pde = proc_mkdir(d->name, above);
	return d->pde;
}

/* A directory without files and children. */
void param_dir_hide(struct param_dir *d)
{
	proc_remove(d->pde);
	if (!IS_ERR_OR_NULL(d->dentry))
		debugfs_remove(d->dentry);
	/* out of sysfs now, though somebody may still hold a reference */
	kobject_del(d->kobj);
	kobject_put(d->kobj);
}

/* ---- files ---- */

static int param_file_in_sysfs(struct param_file *f)
{
	struct kobject *kobj = param_dir_kobj(f->dir);

	if (!kobj)
		return -ENOMEM;
	sysfs_attr_init(&f->attr.attr);
	f->attr.attr.name = f->def->name;
	f->attr.attr.mode = f->def->mode;
	f->attr.show = param_sysfs_show;
	f->attr.store = param_sysfs_store;
	f->in_sysfs = !sysfs_create_file(kobj, &f->attr.attr);
	return f->in_sysfs ? 0 : -ENOMEM;
}

/*
 * Show a file in the places that its definition names. A kernel without debugfs, or one that is
 * locked down, does without those of that place.
 */
int param_file_expose(struct param_file *f)
{
	unsigned int places = f->def->places ?: PARAM_SYSFS;
	int rc = 0;

	if (places & PARAM_SYSFS)
		rc = param_file_in_sysfs(f);
	if (!rc && places & PARAM_PROC) {
		struct proc_dir_entry *above = param_dir_pde(f->dir);

		f->pde = above ? proc_create_data(f->def->name, f->def->mode, above,
						  &param_proc_ops, f) : NULL;
		rc = f->pde ? 0 : -ENOMEM;
	}
	if (!rc && places & PARAM_DEBUGFS)
		f->dentry = debugfs_create_file(f->def->name, f->def->mode,
						param_dir_dentry(f->dir), f, &param_debugfs_fops);
	if (rc)
		param_file_hide(f);
	return rc;
}

/* Waits for handlers that run. */
void param_file_hide(struct param_file *f)
{
	if (f->in_sysfs)
		sysfs_remove_file(f->dir->kobj, &f->attr.attr);
	proc_remove(f->pde);
	if (!IS_ERR_OR_NULL(f->dentry))
		debugfs_remove(f->dentry);
}

/* ---- links ---- */

int param_link_expose(struct param_dir *dir, const char *name, struct param_dir *target)
{
	struct kobject *kobj = param_dir_kobj(dir), *to = param_dir_kobj(target);

	return kobj && to ? sysfs_create_link(kobj, to, name) : -ENOMEM;
}

void param_link_hide(struct param_dir *dir, const char *name)
{
	sysfs_remove_link(dir->kobj, name);
}
