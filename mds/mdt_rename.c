// SPDX-License-Identifier: GPL-2.0-only
/*
 * REINT_RENAME (chapter 4, 13.5). Between two directories one at a time (mdt_rename_mutex): both
 * parents are locked, and nothing else may change the shape of the tree while it is checked that a
 * directory is not moved below itself. The mutex is taken after the LDLM locks, so nobody holds it
 * and waits for a client.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include "mdt_internal.h"

#define MDT_TREE_DEPTH_MAX	4096

/* Is anc the directory dir or one above it? 1, 0, -errno. Under mdt_rename_mutex. */
static int mdt_rename_is_ancestor(struct mdt_device *mdt, const struct lu_fid *anc,
				  struct mdt_object *dir)
{
	struct lu_fid fid = dir->mo_fid, up;
	struct osd_object *osd;
	int rc, depth;

	for (depth = 0; depth < MDT_TREE_DEPTH_MAX; depth++) {
		if (fid_eq(&fid, anc))
			return 1;
		if (fid_is_root(&fid))
			return 0;
		osd = osd_find(mdt->mdt_osd, &fid);
		if (IS_ERR(osd))
			return PTR_ERR(osd);
		rc = osd_dir_lookup(osd, "..", 2, &up);
		osd_object_put(osd);
		if (rc)
			return rc;
		fid = up;
	}
	return -ELOOP;
}

/* A directory must not get below itself. */
static int mdt_rename_check_tree(struct mdt_op *op)
{
	struct mdt_object *sdir = op->op_name.dir, *tdir = op->op_tname.dir, *tgt = op->op_tobj;
	int rc;

	if (sdir == tdir)
		return 0;
	if (S_ISDIR(op->op_la.mode)) {
		rc = mdt_rename_is_ancestor(op->op_mdt, &op->op_obj->mo_fid, tdir);
		if (rc)
			return rc < 0 ? rc : -EINVAL;
	}
	/* A target above the source is not empty. */
	if (tgt && S_ISDIR(op->op_tla.mode)) {
		rc = mdt_rename_is_ancestor(op->op_mdt, &tgt->mo_fid, sdir);
		if (rc)
			return rc < 0 ? rc : -ENOTEMPTY;
	}
	return 0;
}

static int mdt_rename_permission(struct mdt_op *op)
{
	const struct mdt_cred *cred = &op->op_cred;
	struct mdt_object *sdir = op->op_name.dir, *tdir = op->op_tname.dir;
	bool isdir = S_ISDIR(op->op_la.mode);
	int rc;

	rc = mdt_may_delete(cred, sdir, &op->op_dla, &op->op_la, isdir);
	if (rc)
		return rc;
	if (op->op_tobj) {
		rc = mdt_may_delete(cred, tdir, &op->op_tdla, &op->op_tla, isdir);
		if (!rc && isdir) {
			rc = osd_dir_empty(op->op_tobj->mo_osd);
			rc = rc < 0 ? rc : rc ? 0 : -ENOTEMPTY;
		}
	} else {
		rc = mdt_may_create(cred, tdir, &op->op_tdla);
	}
	if (!rc && isdir && sdir != tdir)
		rc = mdt_permission(cred, op->op_obj, &op->op_la, MAY_WRITE);
	return rc;
}

static int mdt_rename_begin(struct mdt_op *op)
{
	const struct mdt_rec_rename *rec = op->op_rec;
	int rc;

	op->op_time = le64_to_cpu(rec->rn_time);
	op->op_names = true;
	rc = mdt_op_get_name(op, WF_NAME, &rec->rn_fid1, &op->op_name);
	if (!rc)
		rc = mdt_op_get_name(op, WF_SYMTGT, &rec->rn_fid2, &op->op_tname);
	if (!rc && (mdt_is_dot(op->op_name.name, op->op_name.len) ||
		    mdt_is_dot(op->op_tname.name, op->op_tname.len)))
		rc = -EINVAL;
	return rc;
}

static int mdt_rename_lock(struct mdt_op *op)
{
	struct mdt_lock_set *ls = &op->op_locks;
	int rc;

	rc = mdt_op_find(&op->op_name, &op->op_obj);
	if (rc)
		return rc;
	rc = mdt_op_find(&op->op_tname, &op->op_tobj);
	if (rc && rc != -ENOENT)
		return rc;
	mdt_lock_add(ls, &op->op_name.dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(ls, &op->op_tname.dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(ls, &op->op_obj->mo_fid, LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_XATTR);
	if (op->op_tobj && op->op_tobj != op->op_obj)
		mdt_lock_add(ls, &op->op_tobj->mo_fid, LCK_EX,
			     MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	return 0;
}

static int mdt_rename_check(struct mdt_op *op)
{
	int rc;

	rc = mdt_op_name_is(&op->op_name, op->op_obj);
	if (!rc)
		rc = mdt_op_name_is(&op->op_tname, op->op_tobj);
	if (!rc)
		rc = mdt_rename_check_tree(op);
	if (rc)
		return rc;
	if (op->op_obj == op->op_tobj)	/* two names of one file: POSIX wants nothing to happen */
		return MDT_OP_DONE;
	op->op_credits = 2 * OSD_CR_DIR_INSERT + 2 * OSD_CR_DIR_DELETE + 4 * OSD_CR_NLINK +
			 4 * OSD_CR_ATTR_SET + 2 * MDT_CR_LINKEA + MDT_CR_ORPHAN;
	return mdt_rename_permission(op);
}

/* ".." and the link counts of the parents follow a directory. */
static int mdt_rename_move_dir(struct mdt_op *op, struct osd_trans *th)
{
	struct osd_object *sdir = op->op_name.dir->mo_osd, *tdir = op->op_tname.dir->mo_osd;
	int rc;

	rc = osd_dir_set_parent(th, op->op_obj->mo_osd, tdir);
	if (!rc)
		rc = osd_nlink_add(th, tdir, 1);
	if (!rc)
		rc = osd_nlink_add(th, sdir, -1);
	return rc;
}

static int mdt_rename_execute(struct mdt_op *op, struct osd_trans *th)
{
	const struct mdt_name *s = &op->op_name, *t = &op->op_tname;
	struct mdt_object *src = op->op_obj, *tgt = op->op_tobj;
	int rc;

	if (tgt)
		rc = osd_dir_replace(th, t->dir->mo_osd, t->name, t->len, src->mo_osd);
	else
		rc = osd_dir_insert(th, t->dir->mo_osd, t->name, t->len, src->mo_osd);
	if (!rc)
		rc = osd_dir_delete(th, s->dir->mo_osd, s->name, s->len);
	if (!rc && S_ISDIR(op->op_la.mode) && s->dir != t->dir)
		rc = mdt_rename_move_dir(op, th);
	if (!rc && tgt)
		rc = mdt_name_removed(th, t, tgt, &op->op_tla, op->op_time);
	if (rc)
		return rc;
	atomic_inc(&s->dir->mo_names_removed);
	mdt_linkea_change(th, src, s, t);
	mdt_touch(th, src, op->op_time, OSD_A_CTIME);
	mdt_touch(th, s->dir, op->op_time, OSD_A_MTIME | OSD_A_CTIME);
	if (s->dir != t->dir)
		mdt_touch(th, t->dir, op->op_time, OSD_A_MTIME | OSD_A_CTIME);
	return 0;
}

/* The reply shows what became of a target that was replaced. */
static int mdt_rename_done(struct mdt_op *op)
{
	if (!op->op_tobj || op->op_tobj == op->op_obj)
		return 0;
	return mdt_reply_attr(op->op_req, op->op_tobj, OBD_MD_FLGETATTR, 0, 0, op->op_reply);
}

const struct mdt_op_type mdt_op_rename = {
	.name		= "rename",
	.size		= sizeof(struct mdt_op),
	.begin		= mdt_rename_begin,
	.lock		= mdt_rename_lock,
	.check		= mdt_rename_check,
	.execute	= mdt_rename_execute,
	.done		= mdt_rename_done,
};
