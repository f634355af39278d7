// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools of OSTs in config logs (chapter 6.7.6): a pool is what the live sections of the client log
 * say, and each MDT's log says the same. All under md_sem (write).
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/ctype.h>
#include "mgs_internal.h"

/* One change of a pool. */
struct mgs_pool_op {
	struct mgs_fs	*po_fs;
	const char	*po_pool;	/* without the file system */
	const char	*po_ost;	/* UUID, or NULL */
	u32		po_cmd;		/* LCFG_POOL_* */
};

/* The comment of a section: "new fs.pool", "add fs.pool.fs-OST0000_UUID". */
static void mgs_pool_comment(const struct mgs_pool_op *p, const char *verb, const char *ost,
			     char comment[sizeof_field(struct cfg_marker, cm_comment)])
{
	snprintf(comment, sizeof_field(struct cfg_marker, cm_comment), "%s %s.%s%s%s", verb,
		 p->po_fs->mf_name, p->po_pool, ost ? "." : "", ost ?: "");
}

/* Live sections of a comment in a log, whose flags are changed: number or -errno. */
static int mgs_pool_mark(const struct mgs_pool_op *p, struct mgs_clog *cl, const char *lov,
			 const char *verb, const char *ost, u32 set)
{
	char comment[sizeof_field(struct cfg_marker, cm_comment)];

	mgs_pool_comment(p, verb, ost, comment);
	return mgs_mark_sections(cl, lov, comment, set, 0);
}

/* Is an OST in the pool, or (NULL) is there such a pool? By the client log: > 0, 0, -errno. */
static int mgs_pool_has(const struct mgs_pool_op *p, const char *ost)
{
	struct mgs_clog *cl = mgs_client_log(p->po_fs, false);
	char lov[32];

	if (IS_ERR(cl))
		return PTR_ERR(cl);
	snprintf(lov, sizeof(lov), "%s-clilov", p->po_fs->mf_name);
	return mgs_pool_mark(p, cl, lov, ost ? "add" : "new", ost, 0);
}

static int mgs_pool_is_empty(const struct mgs_pool_op *p)
{
	struct mgs_target *t;
	char ost[48];
	int rc;

	list_for_each_entry(t, &p->po_fs->mf_targets, mt_list) {
		if (t->mt_desc.mdt)
			continue;
		snprintf(ost, sizeof(ost), "%s-OST%04x_UUID", p->po_fs->mf_name,
			 t->mt_desc.index);
		rc = mgs_pool_has(p, ost);
		if (rc)
			return rc < 0 ? rc : -ENOTEMPTY;
	}
	return 0;
}

/* May the change be made? 0 or -errno, see mgs_pool_change(). */
static int mgs_pool_check(const struct mgs_pool_op *p)
{
	int has = mgs_pool_has(p, NULL), rc;

	if (has < 0)
		return has;
	if (p->po_cmd == LCFG_POOL_NEW)
		return has ? -EEXIST : 0;
	if (!has)
		return -ENOMEDIUM;
	if (p->po_cmd == LCFG_POOL_DEL)
		return mgs_pool_is_empty(p);
	rc = mgs_pool_has(p, p->po_ost);
	if (rc < 0)
		return rc;
	if (p->po_cmd == LCFG_POOL_ADD)
		return rc ? -EEXIST : 0;
	return rc ? 0 : -ENOENT;
}

static int mgs_pool_write(const struct mgs_pool_op *p, struct mgs_clog *cl, const char *lov)
{
	static const struct { u32 cmd; const char *verb, *undoes; } verbs[] = {
		{ LCFG_POOL_NEW, "new", NULL }, { LCFG_POOL_ADD, "add", NULL },
		{ LCFG_POOL_REM, "rem", "add" }, { LCFG_POOL_DEL, "del", "new" },
	};
	char comment[sizeof_field(struct cfg_marker, cm_comment)];
	struct mgs_writer w;
	struct lcfg_args a;
	int i, rc;

	if (IS_ERR(cl))
		return PTR_ERR(cl);
	for (i = 0; verbs[i].cmd != p->po_cmd; i++)
		;
	if (verbs[i].undoes) {
		rc = mgs_pool_mark(p, cl, lov, verbs[i].undoes, p->po_ost, CM_SKIP);
		if (rc < 0)
			return rc;
	}
	mgs_pool_comment(p, verbs[i].verb, p->po_ost, comment);
	mgs_writer_init(&w, p->po_fs, cl);
	mgs_section_begin(&w, lov, comment);
	lcfg_args_init(&a, p->po_cmd);
	lcfg_arg_str(&a, 0, lov);
	lcfg_arg_str(&a, 1, p->po_fs->mf_name);
	lcfg_arg_str(&a, 2, p->po_pool);
	lcfg_arg_str(&a, 3, p->po_ost);
	mgs_section_add(&w, &a);
	return mgs_section_end(&w);
}

/* The MDTs first: what clients see is true then. */
static int mgs_pool_write_all(const struct mgs_pool_op *p)
{
	struct mgs_target *t;
	char name[32], lov[64];
	int rc;

	list_for_each_entry(t, &p->po_fs->mf_targets, mt_list) {
		if (!t->mt_desc.mdt)
			continue;
		mgs_target_name(&t->mt_desc, name);
		snprintf(lov, sizeof(lov), "%s-mdtlov", name);
		rc = mgs_pool_write(p, mgs_target_log(p->po_fs->mf_mgs, &t->mt_desc, false), lov);
		if (rc)
			return rc;
	}
	snprintf(lov, sizeof(lov), "%s-clilov", p->po_fs->mf_name);
	return mgs_pool_write(p, mgs_client_log(p->po_fs, false), lov);
}

static bool mgs_pool_name_ok(const char *name)
{
	size_t i, n = strlen(name);

	if (!n || n > LOV_MAXPOOLNAME || !strcmp(name, "none") || !strcmp(name, "inherit") ||
	    !strcmp(name, "ignore"))
		return false;
	for (i = 0; i < n; i++)
		if (!isalnum(name[i]) && !strchr("_.-", name[i]))
			return false;
	return true;
}

/* "fs-OST0000_UUID" of a registered OST: 0, -EINVAL: of another file system, -ENODEV. */
static int mgs_pool_ost(struct mgs_fs *fs, const char *uuid)
{
	char name[48], fsname[9];
	const char *end = strstr(uuid, "_UUID");
	u32 index;
	bool mdt;

	if (!end || end[5] || strscpy(name, uuid, sizeof(name)) < 0)
		return -EINVAL;
	name[end - uuid] = 0;
	if (!mgs_parse_target(name, fsname, &mdt, &index) || mdt || strcmp(fsname, fs->mf_name))
		return -EINVAL;
	return mgs_target_find(fs, false, index) ? 0 : -ENODEV;
}

/* "new", "add", "rem", "del" or 0. */
static u32 mgs_pool_cmd(const char *verb)
{
	if (!strcmp(verb, "new"))
		return LCFG_POOL_NEW;
	if (!strcmp(verb, "add"))
		return LCFG_POOL_ADD;
	if (!strcmp(verb, "rem"))
		return LCFG_POOL_REM;
	return strcmp(verb, "del") ? 0 : LCFG_POOL_DEL;
}

/* The words of a request, cut apart in place. */
static int mgs_pool_parse(struct mgs_dev *mgs, char *text, struct mgs_pool_op *p)
{
	char *verb = strsep(&text, " "), *fsname = strsep(&text, "."), *pool = strsep(&text, " ");
	bool member;

	*p = (struct mgs_pool_op){ .po_pool = pool, .po_ost = text, .po_cmd = mgs_pool_cmd(verb) };
	member = p->po_cmd == LCFG_POOL_ADD || p->po_cmd == LCFG_POOL_REM;
	if (!p->po_cmd || !pool || !mgs_pool_name_ok(pool) || member != !!text ||
	    !mgs_fsname_valid(fsname))
		return -EINVAL;
	p->po_fs = mgs_fs_get(mgs, fsname);
	if (IS_ERR(p->po_fs))
		return PTR_ERR(p->po_fs);
	if (list_empty(&p->po_fs->mf_targets))
		return -ENODEV;
	return member ? mgs_pool_ost(p->po_fs, p->po_ost) : 0;
}

/**
 * mgs_pool_change - change a pool
 * @mgs: the service
 * @text: "new fs.pool", "add fs.pool fs-OST0000_UUID", "rem ...", "del fs.pool"; changed
 *
 * Return: 0; -EEXIST: the pool, or the OST in it; -ENOMEDIUM: no such pool; -ENOENT: the OST is not
 * in it; -ENOTEMPTY; -ENODEV: no such file system or OST; -EINVAL.
 */
int mgs_pool_change(struct mgs_dev *mgs, char *text)
{
	struct mgs_pool_op p;
	int rc;

	rc = mgs_pool_parse(mgs, text, &p);
	if (!rc)
		rc = mgs_pool_check(&p);
	if (!rc)
		rc = mgs_pool_write_all(&p);
	return rc ?: mgs_fs_changed(p.po_fs);
}
