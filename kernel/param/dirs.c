// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of parameters: directories and files described by tables of struct param_def
 * (chapter 7.8.1). Where they are seen is the matter of views.c.
 *
 * Locks: param_lock protects the shape of the tree and is never held while a handler runs. A file
 * is removed in three steps: out of the list (param_lock), out of the file systems (which wait for
 * their handlers), then param_set() callers are waited for.
 */
#define pr_fmt(fmt) "param: " fmt

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include "internal.h"

static DEFINE_MUTEX(param_lock);
static struct param_dir *param_root;

/* Strip the newline in place and hand the text on. */
ssize_t param_store_text(struct param_file *f, char *text, size_t len)
{
	if (!f->def->store)
		return -EACCES;
	if (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return f->def->store(text, len, f->obj);
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

/* def NULL: *own is copied. */
static int param_file_add(struct param_dir *dir, const struct param_def *def,
			  const struct param_def *own, void *obj)
{
	const char *name = def ? def->name : own->name;
	struct param_file *f;
	int rc;

	if (param_file_find(dir, name) || param_dir_find(dir, name, strlen(name)))
		return -EEXIST;
	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	if (!def) {
		f->own = *own;
		def = &f->own;
	}
	f->dir = dir;
	f->def = def;
	f->obj = obj;
	refcount_set(&f->active, 1);
	rc = param_file_expose(f);
	if (rc) {
		kfree(f);
		return rc;
	}
	list_add_tail(&f->link, &dir->files);
	return 0;
}

/* Out of the list already; no lock held. */
static void param_file_free(struct param_file *f)
{
	param_file_hide(f);
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

/* For files that others of this part make: the definition is copied. */
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

/**
 * param_remove - remove the files of a table from a directory that others use, too
 * @dir: its directory; NULL and ERR_PTR are let pass
 * @defs: what was given to param_add()
 * @n: how many
 */
void param_remove(struct param_dir *dir, const struct param_def *defs, int n)
{
	while (n--)
		param_del(dir, defs[n].name);
}
EXPORT_SYMBOL_GPL(param_remove);

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
	if (parent)
		list_add_tail(&d->link, &parent->children);
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
		param_dir_hide(d);
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

/**
 * param_link - another name for a directory, in /sys/fs/lustre
 * @dir: where; NULL and ERR_PTR are let pass
 * @name: of the link
 * @target: the directory it stands for; the link is removed before it
 *
 * Return: 0 or -errno.
 */
int param_link(struct param_dir *dir, const char *name, struct param_dir *target)
{
	int rc;

	if (IS_ERR_OR_NULL(dir) || IS_ERR_OR_NULL(target))
		return 0;
	mutex_lock(&param_lock);
	rc = param_link_expose(dir, name, target);
	mutex_unlock(&param_lock);
	return rc;
}
EXPORT_SYMBOL_GPL(param_link);

/**
 * param_unlink - remove a link; NULL and ERR_PTR are let pass
 * @dir: its directory
 * @name: its name
 */
void param_unlink(struct param_dir *dir, const char *name)
{
	if (!IS_ERR_OR_NULL(dir) && dir->kobj)
		param_link_hide(dir, name);
}
EXPORT_SYMBOL_GPL(param_unlink);

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
	return 0;
}

void param_dirs_exit(void)
{
	LIST_HEAD(files);

	mutex_lock(&param_lock);
	list_splice_init(&param_root->files, &files);
	WARN_ON(!list_empty(&param_root->children));
	mutex_unlock(&param_lock);
	param_files_free(&files);
	param_dir_hide(param_root);
	kfree(param_root);
	param_root = NULL;
}
