/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of kernel/param. */
#ifndef _GLOSS_PARAM_INTERNAL_H
#define _GLOSS_PARAM_INTERNAL_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <gloss/param.h>

#define PARAM_TEXT_MAX	4096

struct dentry;
struct proc_dir_entry;

struct param_dir {
	struct list_head link;		/* in parent->children */
	struct list_head children;
	struct list_head files;
	struct param_dir *parent;
	/* made when the first file needs them; dentry may be an ERR_PTR */
	struct kobject *kobj;
	struct dentry *dentry;
	struct proc_dir_entry *pde;
	int users;			/* calls of param_dir_add() not yet undone */
	char name[];
};

struct param_file {
	struct list_head link;
	struct param_dir *dir;
	const struct param_def *def;
	void *obj;
	struct proc_dir_entry *pde;
	struct dentry *dentry;
	struct kobj_attribute attr;
	bool in_sysfs;
	refcount_t active;		/* 1 for the tree, 1 for each param_set() that runs */
	struct param_def own;		/* of files without a table */
};

/* dirs.c */
int param_dirs_init(void);
void param_dirs_exit(void);
int param_add_copy(struct param_dir *dir, const struct param_def *def, void *obj);
ssize_t param_store_text(struct param_file *f, char *text, size_t len);

/* views.c */
int param_file_expose(struct param_file *f);
void param_file_hide(struct param_file *f);
void param_dir_hide(struct param_dir *d);
int param_link_expose(struct param_dir *dir, const char *name, struct param_dir *target);
void param_link_hide(struct param_dir *dir, const char *name);

/* devices.c */
int param_devices_show(struct seq_file *m, void *unused);
int param_health_show(struct seq_file *m, void *unused);
void param_devices_exit(void);

/* jobid.c */
int param_jobid_init(void);
void param_jobid_exit(void);

#endif
