// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools of OSTs, as the config log names them: parameters lov.*.pools.NAME, one UUID a line, which
 * tools read. MDTs place objects; for a client the name of a pool in a layout is only a label.
 *
 * Records come one at a time (sbi_conf_mutex). sbi_pool_mutex protects the members against the
 * readers of the parameters; no parameter is added or removed with it held.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/slab.h>
#include "internal.h"

struct ll_pool_ost {
	struct list_head	link;
	char			uuid[UUID_MAX];
};

struct ll_pool {
	struct list_head	link;
	struct ll_sb_info	*sbi;
	struct list_head	osts;
	struct param_def	def;
	char			name[LOV_MAXPOOLNAME + 1];
};

static int ll_pool_show(struct seq_file *m, void *obj)
{
	struct ll_pool *p = obj;
	struct ll_pool_ost *o;

	mutex_lock(&p->sbi->sbi_pool_mutex);
	list_for_each_entry(o, &p->osts, link)
		seq_printf(m, "%s\n", o->uuid);
	mutex_unlock(&p->sbi->sbi_pool_mutex);
	return 0;
}

static struct ll_pool *ll_pool_find(struct ll_sb_info *sbi, const char *name)
{
	struct ll_pool *p;

	list_for_each_entry(p, &sbi->sbi_pools, link)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

static struct ll_pool_ost *ll_pool_ost_find(struct ll_pool *p, const char *uuid)
{
	struct ll_pool_ost *o;

	list_for_each_entry(o, &p->osts, link)
		if (!strcmp(o->uuid, uuid))
			return o;
	return NULL;
}

static int ll_pool_new(struct ll_sb_info *sbi, const char *name)
{
	struct ll_pool *p;
	char dir[80];

	if (!name[0] || strlen(name) > LOV_MAXPOOLNAME || strchr(name, '/'))
		return -EINVAL;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->sbi = sbi;
	INIT_LIST_HEAD(&p->osts);
	strscpy(p->name, name, sizeof(p->name));
	p->def.name = p->name;
	p->def.mode = 0444;
	p->def.show = ll_pool_show;
	p->def.places = PARAM_PROC;
	list_add_tail(&p->link, &sbi->sbi_pools);
	if (!sbi->sbi_pool_dir) {
		snprintf(dir, sizeof(dir), "lov/%s-clilov-%s/pools", sbi->sbi_fsname,
			 sbi->sbi_inst);
		sbi->sbi_pool_dir = param_dir_add(NULL, dir);
	}
	param_add(sbi->sbi_pool_dir, &p->def, 1, p);
	return 0;
}

static void ll_pool_del(struct ll_pool *p)
{
	struct ll_pool_ost *o, *n;

	param_del(p->sbi->sbi_pool_dir, p->name);
	list_del(&p->link);
	list_for_each_entry_safe(o, n, &p->osts, link)
		kfree(o);
	kfree(p);
}

static int ll_pool_add_ost(struct ll_pool *p, const char *uuid)
{
	struct ll_pool_ost *o;

	if (strlen(uuid) >= sizeof(o->uuid))
		return -EINVAL;
	o = kzalloc(sizeof(*o), GFP_KERNEL);
	if (!o)
		return -ENOMEM;
	strscpy(o->uuid, uuid, sizeof(o->uuid));
	mutex_lock(&p->sbi->sbi_pool_mutex);
	list_add_tail(&o->link, &p->osts);
	mutex_unlock(&p->sbi->sbi_pool_mutex);
	return 0;
}

static void ll_pool_del_ost(struct ll_pool *p, const char *uuid)
{
	struct ll_pool_ost *o = ll_pool_ost_find(p, uuid);

	mutex_lock(&p->sbi->sbi_pool_mutex);
	if (o)
		list_del(&o->link);
	mutex_unlock(&p->sbi->sbi_pool_mutex);
	kfree(o);
}

/**
 * ll_pool_record - a record of the config log changes a pool
 * @sbi: the file system, sbi_conf_mutex held
 * @cmd: LCFG_POOL_*
 * @name: of the pool, or NULL
 * @uuid: of the OST, or NULL
 *
 * What is true already, or undoes what is not there, is fine: sections that were undone are skipped
 * in the log, those that undid them are not.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int ll_pool_record(struct ll_sb_info *sbi, u32 cmd, const char *name, const char *uuid)
{
	bool member = cmd == LCFG_POOL_ADD || cmd == LCFG_POOL_REM;
	struct ll_pool *p = name ? ll_pool_find(sbi, name) : NULL;

	if (!name || (member && !uuid))
		return -EINVAL;
	switch (cmd) {
	case LCFG_POOL_NEW:
		return p ? 0 : ll_pool_new(sbi, name);
	case LCFG_POOL_ADD:
		return p && !ll_pool_ost_find(p, uuid) ? ll_pool_add_ost(p, uuid) : 0;
	case LCFG_POOL_REM:
		if (p)
			ll_pool_del_ost(p, uuid);
		return 0;
	default:
		if (p)
			ll_pool_del(p);
		return 0;
	}
}

/**
 * ll_pools_fini - forget all pools
 * @sbi: the file system; no more records come
 */
void ll_pools_fini(struct ll_sb_info *sbi)
{
	struct ll_pool *p, *n;

	list_for_each_entry_safe(p, n, &sbi->sbi_pools, link)
		ll_pool_del(p);
	param_dir_del(sbi->sbi_pool_dir);
	sbi->sbi_pool_dir = NULL;
}
