// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of parameters: directories and files below /proc/fs/lustre, described by tables of
 * struct param_def (chapter 7.8.1). /sys/kernel/debug/lustre is a link to it; files of the root
 * also appear in /sys/fs/lustre.
 *
 * Locks: param_lock protects the shape of the tree and is never held while a handler runs. A file
 * is removed in three steps: out of the list (param_lock), out of procfs and sysfs (both wait for
 * their handlers), then param_set() callers are waited for.
 */
#define pr_fmt(fmt) "param: " fmt

#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include <linux/wait_bit.h>
#include <gloss/param.h>
#include "internal.h"

#define PARAM_TEXT_MAX	4096

struct param_dir {
	struct list_head link;		/* in parent->children */
	struct list_head children;
	struct list_head files;
	struct param_dir *parent;
	struct proc_dir_entry *pde;
	int users;			/* calls of param_dir_add() not yet undone */
	char name[];
};

struct param_file {
	struct list_head link;
	const struct param_def *def;
	void *obj;
	struct proc_dir_entry *pde;
	struct kobj_attribute attr;
	bool in_sysfs;
	refcount_t active;		/* 1 for the tree, 1 for each param_set() that runs */
	struct param_def own;		/* of files without a table */
};

static DEFINE_MUTEX(param_lock);
static struct param_dir *param_root;
static struct kobject *param_kobj;
static struct dentry *param_debugfs;

/* ---- handlers ---- */

static int param_proc_show(struct seq_file *m, void *unused)
{
	struct param_file *f = m->private;

	return f->def->show(m, f->obj);
}

static int param_proc_open(struct inode *inode, struct file *file)
{
	struct param_file *f = pde_data(inode);

	if (!f->def->show && (file->f_mode & FMODE_READ))
		return -EACCES;
	return single_open(file, param_proc_show, f);
}

/* Strip the newline in place and hand the text on. */
static ssize_t param_store_text(struct param_file *f, char *text, size_t len)
{
	if (!f->def->store)
		return -EACCES;
	if (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return f->def->store(text, len, f->obj);
}

static ssize_t param_proc_write(struct file *file, const char __user *ubuf, size_t len, loff_t *pos)
{
	struct param_file *f = pde_data(file_inode(file));
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

static const struct proc_ops param_proc_ops = {
	.proc_open	= param_proc_open,
	.proc_read	= seq_read,
	.proc_write	= param_proc_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

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

/* ---- files ---- */

static struct param_file *param_file_find(struct param_dir *dir, const char *name)
{
	struct param_file *f;

	list_for_each_entry(f, &dir->files, link)
		if (!strcmp(f->def->name, name))
			return f;
	return NULL;
}

static struct param_dir *param_dir_find(struct param_dir *dir, const char *name, size_t len)
{
	struct param_dir *d;

	list_for_each_entry(d, &dir->children, link)
		if (strlen(d->name) == len && !memcmp(d->name, name, len))
			return d;
	return NULL;
}

static void param_file_to_sysfs(struct param_file *f)
{
	sysfs_attr_init(&f->attr.attr);
	f->attr.attr.name = f->def->name;
	f->attr.attr.mode = f->def->mode;
	f->attr.show = param_sysfs_show;
	f->attr.store = param_sysfs_store;
	/* sysfs refuses modes that others may write */
	f->in_sysfs = param_kobj && !(f->def->mode & 0002) &&
		      !sysfs_create_file(param_kobj, &f->attr.attr);
}

/* def NULL: *own is copied. */
static int param_file_add(struct param_dir *dir, const struct param_def *def,
			  const struct param_def *own,
		    void *obj)
{
	struct param_file *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	if (!def) {
		f->own = *own;
		def = &f->own;
	}
	f->def = def;
	f->obj = obj;
	refcount_set(&f->active, 1);
	if (param_file_find(dir, def->name) || param_dir_find(dir, def->name, strlen(def->name))) {
		kfree(f);
		return -EEXIST;
	}
	f->pde = proc_create_data(def->name, def->mode, dir->pde, &param_proc_ops, f);
	if (!f->pde) {
		kfree(f);
		return -ENOMEM;
	}
	if (dir == param_root && !own)
		param_file_to_sysfs(f);
	list_add_tail(&f->link, &dir->files);
	return 0;
}

/* Out of the list already; no lock held. */
static void param_file_free(struct param_file *f)
{
	if (f->in_sysfs)
		sysfs_remove_file(param_kobj, &f->attr.attr);
	proc_remove(f->pde);
	if (!refcount_dec_and_test(&f->active))
		wait_var_event(&f->active, !refcount_read(&f->active));
	kfree(f);
}

static void param_files_free(struct list_head *files)
{
	struct param_file *f, *next;

	list_for_each_entry_safe(f, next, files, link)
		param_file_free(f);
}

/**
 * param_add - add files to a directory
 * @dir: directory; NULL and ERR_PTR are let pass
 * @defs: the files
 * @n: how many
 * @obj: given to their handlers
 *
 * Return: 0, -EEXIST or -ENOMEM; what was added before an error stays.
 */
int param_add(struct param_dir *dir, const struct param_def *defs, int n, void *obj)
{
	int i, rc = 0;

	if (IS_ERR_OR_NULL(dir))
		return 0;
	mutex_lock(&param_lock);
	for (i = 0; i < n && !rc; i++)
		rc = param_file_add(dir, &defs[i], NULL, obj);
	mutex_unlock(&param_lock);
	return rc;
}
EXPORT_SYMBOL_GPL(param_add);

/*
 * For files that others of this part make: the definition is copied, and the file is not in sysfs.
 */
int param_add_copy(struct param_dir *dir, const struct param_def *def, void *obj)
{
	int rc;

	if (IS_ERR_OR_NULL(dir))
		return 0;
	mutex_lock(&param_lock);
	rc = param_file_add(dir, NULL, def, obj);
	mutex_unlock(&param_lock);
	return rc;
}

/**
 * param_del - remove one file and wait for its handlers
 * @dir: its directory; NULL and ERR_PTR are let pass
 * @name: its name
 */
void param_del(struct param_dir *dir, const char *name)
{
	struct param_file *f;

	if (IS_ERR_OR_NULL(dir))
		return;
	mutex_lock(&param_lock);
	f = param_file_find(dir, name);
	if (f)
		list_del(&f->link);
	mutex_unlock(&param_lock);
	if (f)
		param_file_free(f);
}
EXPORT_SYMBOL_GPL(param_del);

/* ---- directories ---- */

static struct param_dir *param_dir_new(struct param_dir *parent, const char *name, size_t len)
{
	struct param_dir *d = kzalloc(struct_size(d, name, len + 1), GFP_KERNEL);

	if (!d)
		return NULL;
	memcpy(d->name, name, len);
	INIT_LIST_HEAD(&d->children);
	INIT_LIST_HEAD(&d->files);
	d->parent = parent;
	if (parent) {
		d->pde = proc_mkdir(d->name, parent->pde);
		if (d->pde)
			list_add_tail(&d->link, &parent->children);
	} else {
		d->pde = proc_mkdir("fs/lustre", NULL);
	}
	if (!d->pde) {
		kfree(d);
		return NULL;
	}
	return d;
}

/*
 * Free a directory without users, files and children, then its parent if that has none either, and
 * so on.
 */
static void param_dir_prune(struct param_dir *d)
{
	struct param_dir *parent;

	while (d && d != param_root && !d->users && list_empty(&d->children) &&
	       list_empty(&d->files)) {
		parent = d->parent;
		list_del(&d->link);
		proc_remove(d->pde);
		kfree(d);
		d = parent;
	}
}

/**
 * param_dir_add - a directory, made when it is not there yet
 * @parent: NULL: the root
 * @name: name or path below @parent
 *
 * Return: the directory, to be given back with param_dir_del(); ERR_PTR(-ENOMEM, -EINVAL, or what
 * @parent was).
 */
struct param_dir *param_dir_add(struct param_dir *parent, const char *name)
{
	struct param_dir *d, *next;
	size_t len;

	if (IS_ERR(parent))
		return parent;
	d = parent ?: param_root;
	if (!d)
		return ERR_PTR(-ENODEV);
	mutex_lock(&param_lock);
	while (*name) {
		len = strcspn(name, "/");
		next = len ? param_dir_find(d, name, len) : d;
		if (!next)
			next = param_dir_new(d, name, len);
		if (!next) {
			param_dir_prune(d);
			d = ERR_PTR(-ENOMEM);
			goto out;
		}
		d = next;
		name += len + (name[len] == '/');
	}
	if (d == (parent ?: param_root)) {
		d = ERR_PTR(-EINVAL);
		goto out;
	}
	d->users++;
out:
	mutex_unlock(&param_lock);
	return d;
}
EXPORT_SYMBOL_GPL(param_dir_add);

/**
 * param_top - the root, for global files
 *
 * Return: the directory; it needs no giving back. NULL before param_init().
 */
struct param_dir *param_top(void)
{
	return param_root;
}
EXPORT_SYMBOL_GPL(param_top);

/**
 * param_dir_del - give a directory back
 * @dir: from param_dir_add(); NULL and ERR_PTR are let pass
 *
 * The last user takes its files with it, and the directory itself once nothing is below it.
 */
void param_dir_del(struct param_dir *dir)
{
	LIST_HEAD(files);
	bool last;

	if (IS_ERR_OR_NULL(dir))
		return;
	mutex_lock(&param_lock);
	last = dir->users == 1;
	if (last)
		list_splice_init(&dir->files, &files);
	else
		dir->users--;
	mutex_unlock(&param_lock);
	if (!last)
		return;
	param_files_free(&files);
	mutex_lock(&param_lock);
	dir->users--;
	param_dir_prune(dir);
	mutex_unlock(&param_lock);
}
EXPORT_SYMBOL_GPL(param_dir_del);

/* ---- setting from the kernel ---- */

/* Shell pattern with * and ? against a whole name. */
static bool param_pattern_match(const char *pat, size_t patlen, const char *name)
{
	size_t star = SIZE_MAX, p = 0;
	const char *mark = NULL;

	while (*name) {
		if (p < patlen && pat[p] == '*') {
			star = p++;
			mark = name;
		} else if (p < patlen && (pat[p] == '?' || pat[p] == *name)) {
			p++;
			name++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			name = ++mark;
		} else {
			return false;
		}
	}
	while (p < patlen && pat[p] == '*')
		p++;
	return p == patlen;
}

#define PARAM_SET_MAX	256

/* Names may hold dots themselves, so each dot of the pattern may or may not end a component. */
static int param_collect(struct param_dir *dir, const char *pat, struct param_file **found, int n)
{
	struct param_dir *d;
	struct param_file *f;
	const char *dot;

	list_for_each_entry(f, &dir->files, link)
		if (n < PARAM_SET_MAX && f->def->store &&
		    param_pattern_match(pat, strlen(pat), f->def->name)) {
			refcount_inc(&f->active);
			found[n++] = f;
		}
	list_for_each_entry(d, &dir->children, link)
		for (dot = strchr(pat, '.'); dot; dot = strchr(dot + 1, '.'))
			if (param_pattern_match(pat, dot - pat, d->name))
				n = param_collect(d, dot + 1, found, n);
	return n;
}

/**
 * param_set - set all parameters that match
 * @name: "osc.*.max_dirty_mb"
 * @value: text
 *
 * Return: number of files set, -ENOENT, or the first error.
 */
int param_set(const char *name, const char *value)
{
	size_t len = strlen(value);
	struct param_file **found;
	int i, n, rc = 0;
	char *text;

	if (len > PARAM_TEXT_MAX)
		return -E2BIG;
	found = kcalloc(PARAM_SET_MAX, sizeof(*found), GFP_KERNEL);
	text = kmalloc(len + 1, GFP_KERNEL);
	if (!found || !text) {
		kfree(found);
		kfree(text);
		return -ENOMEM;
	}
	mutex_lock(&param_lock);
	n = param_root ? param_collect(param_root, name, found, 0) : 0;
	mutex_unlock(&param_lock);
	for (i = 0; i < n; i++) {
		ssize_t done;

		memcpy(text, value, len + 1);
		done = param_store_text(found[i], text, len);
		if (done < 0 && !rc)
			rc = done;
		if (refcount_dec_and_test(&found[i]->active))
			wake_up_var(&found[i]->active);
	}
	kfree(found);
	kfree(text);
	if (!n)
		return -ENOENT;
	return rc ?: n;
}
EXPORT_SYMBOL_GPL(param_set);

/**
 * param_parse_u64 - number with an optional suffix k, M, G, T (powers of 1024)
 * @text: what was written
 * @min: least value allowed
 * @max: greatest value allowed
 * @val: result
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int param_parse_u64(const char *text, u64 min, u64 max, u64 *val)
{
	char *end;
	u64 v;

	if (!isdigit(*text))
		return -EINVAL;
	v = memparse(text, &end);
	if (*end)
		return -EINVAL;
	if (v < min || v > max)
		return -ERANGE;
	*val = v;
	return 0;
}
EXPORT_SYMBOL_GPL(param_parse_u64);

/**
 * param_parse_bool - 0, 1, on, off, y, n
 * @text: what was written
 * @val: result
 *
 * Return: 0 or -EINVAL.
 */
int param_parse_bool(const char *text, bool *val)
{
	return kstrtobool(text, val);
}
EXPORT_SYMBOL_GPL(param_parse_bool);

int param_dirs_init(void)
{
	struct param_dir *root = param_dir_new(NULL, "", 0);

	if (!root)
		return -ENOMEM;
	param_root = root;
	/* The link and the mirror are conveniences: work without them. */
	param_kobj = kobject_create_and_add("lustre", fs_kobj);
	param_debugfs = debugfs_create_symlink("lustre", NULL, "/proc/fs/lustre");
	return 0;
}

void param_dirs_exit(void)
{
	LIST_HEAD(files);

	debugfs_remove(param_debugfs);
	mutex_lock(&param_lock);
	list_splice_init(&param_root->files, &files);
	WARN_ON(!list_empty(&param_root->children));
	mutex_unlock(&param_lock);
	param_files_free(&files);
	kobject_put(param_kobj);
	param_kobj = NULL;
	proc_remove(param_root->pde);
	kfree(param_root);
	param_root = NULL;
}
