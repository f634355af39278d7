// SPDX-License-Identifier: GPL-2.0-only
/*
 * REINT_LINK and REINT_UNLINK (chapter 4, 13.3 and 13.4), and what happens to an object that loses
 * a name.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include "mdt_internal.h"

/* ---- link ---- */

static int mdt_link_begin(struct mdt_op *op)
{
	const struct mdt_rec_link *rec = op->op_rec;
	struct mdt_object *o;
	int rc;

	op->op_time = le64_to_cpu(rec->lk_time);
	op->op_names = true;
	rc = mdt_op_get_name(op, WF_NAME, &rec->lk_fid2, &op->op_name);
	if (rc)
		return rc;
	if (mdt_is_dot(op->op_name.name, op->op_name.len))
		return -EEXIST;
	o = mdt_object_find_le(op->op_mdt, &rec->lk_fid1);
	if (IS_ERR(o))
		return PTR_ERR(o);
	op->op_obj = o;
	return S_ISDIR(o->mo_osd->oo_type) ? -EPERM : 0;
}

static int mdt_link_lock(struct mdt_op *op)
{
	mdt_lock_add(&op->op_locks, &op->op_name.dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(&op->op_locks, &op->op_obj->mo_fid, LCK_EX,
		     MDS_INODELOCK_UPDATE | MDS_INODELOCK_XATTR);
	return 0;
}

static int mdt_link_check(struct mdt_op *op)
{
	int rc;

	rc = mdt_op_name_is(&op->op_name, NULL);
	if (rc == MDT_OP_AGAIN) {
		if (svc_req_replay(op->op_req) && !mdt_op_name_is(&op->op_name, op->op_obj))
			return MDT_OP_EMPTY;
		return -EEXIST;
	}
	if (!rc)
		rc = mdt_may_create(&op->op_cred, op->op_name.dir, &op->op_dla);
	if (rc)
		return rc;
	if (op->op_obj->mo_dead)
		return -ENOENT;
	if (op->op_la.flags & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL))
		return -EPERM;
	if (op->op_la.nlink >= MDT_LINK_MAX)
		return -EMLINK;
	op->op_credits = OSD_CR_DIR_INSERT + OSD_CR_NLINK + 2 * OSD_CR_ATTR_SET + MDT_CR_LINKEA;
	return 0;
}

static int mdt_link_execute(struct mdt_op *op, struct osd_trans *th)
{
	const struct mdt_name *n = &op->op_name;
	int rc;

	/* The count first: a name without its count would outlive the file. */
	rc = osd_nlink_add(th, op->op_obj->mo_osd, 1);
	if (rc)
		return rc;
	rc = osd_dir_insert(th, n->dir->mo_osd, n->name, n->len, op->op_obj->mo_osd);
	if (rc) {
		osd_nlink_add(th, op->op_obj->mo_osd, -1);
		return rc;
	}
	mdt_linkea_change(th, op->op_obj, NULL, n);
	mdt_touch(th, op->op_obj, op->op_time, OSD_A_CTIME);
	mdt_touch(th, n->dir, op->op_time, OSD_A_MTIME | OSD_A_CTIME);
	return 0;
}

const struct mdt_op_type mdt_op_link = {
	.name		= "link",
	.size		= sizeof(struct mdt_op),
	.begin		= mdt_link_begin,
	.lock		= mdt_link_lock,
	.check		= mdt_link_check,
	.execute	= mdt_link_execute,
	.done		= mdt_op_reply_obj,
};

/* ---- the end of a name ---- */

/*
 * The last name of an object was removed in this transaction (mo_mutex held). A file that has OST
 * objects, or is open, or may be said to be open by a client that recovers, stays on disk in
 * PENDING/ until the objects are destroyed; *reap: that may start when this commits. Everything
 * else is destroyed with the last reference.
 */
static int mdt_unlink_last(struct osd_trans *th, struct mdt_object *child, bool *reap)
{
	bool keep = false;
	int rc;

	*reap = false;
	if (S_ISREG(child->mo_osd->oo_type))
		keep = child->mo_opens || mdt_recovering(child->mo_mdt) ||
		       osd_xattr_get(child->mo_osd, XATTR_NAME_LOV, NULL, 0) > 0;
	if (keep) {
		rc = mdt_orphan_add(th, child);
		if (!rc)
			*reap = !child->mo_opens;
	} else {
		rc = osd_destroy(th, child->mo_osd);
	}
	if (!rc)
		child->mo_dead = true;
	return rc;
}

/**
 * mdt_name_removed - an object has one name less
 * @th: the transaction that removed or replaced the name, with OSD_CR_NLINK, OSD_CR_ATTR_SET,
 *	MDT_CR_LINKEA and MDT_CR_ORPHAN
 * @n: the name
 * @child: the object, mo_mutex held
 * @cla: its attributes before
 * @time: the client's clock
 *
 * For unlink, and for the target of a rename.
 * Return: 0 or -errno of the object store.
 */
int mdt_name_removed(struct osd_trans *th, const struct mdt_name *n, struct mdt_object *child,
		     const struct osd_attr *cla, s64 time)
{
	bool reap = false;
	int rc;

	atomic_inc(&n->dir->mo_names_removed);
	if (S_ISDIR(cla->mode)) {
		rc = osd_nlink_add(th, n->dir->mo_osd, -1);
		if (!rc)
			rc = mdt_unlink_last(th, child, &reap);
	} else if (cla->nlink > 1) {
		rc = osd_nlink_add(th, child->mo_osd, -1);
		if (!rc)
			mdt_linkea_change(th, child, n, NULL);
		mdt_touch(th, child, time, OSD_A_CTIME);
	} else {
		mdt_touch(th, child, time, OSD_A_CTIME);
		rc = mdt_unlink_last(th, child, &reap);
		if (reap)
			mdt_orphan_commit(th, child);
	}
	return rc;
}

/* ---- unlink ---- */

static bool mdt_unlink_is_rmdir(const struct mdt_op *op)
{
	const struct mdt_rec_unlink *rec = op->op_rec;

	return S_ISDIR(le32_to_cpu(rec->ul_mode));
}

static int mdt_unlink_begin(struct mdt_op *op)
{
	const struct mdt_rec_unlink *rec = op->op_rec;
	int rc;

	op->op_time = le64_to_cpu(rec->ul_time);
	op->op_names = true;
	rc = mdt_op_get_name(op, WF_NAME, &rec->ul_fid1, &op->op_name);
	if (!rc && mdt_is_dot(op->op_name.name, op->op_name.len))
		rc = op->op_name.len == 1 ? -EINVAL : -ENOTEMPTY;
	return rc;
}

static int mdt_unlink_lock(struct mdt_op *op)
{
	int rc = mdt_op_find(&op->op_name, &op->op_obj);

	if (rc)
		return rc;
	mdt_lock_add(&op->op_locks, &op->op_name.dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(&op->op_locks, &op->op_obj->mo_fid, LCK_EX,
		     MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	return 0;
}

static int mdt_unlink_check(struct mdt_op *op)
{
	bool isdir = mdt_unlink_is_rmdir(op);
	int rc;

	rc = mdt_op_name_is(&op->op_name, op->op_obj);
	if (!rc)
		rc = mdt_may_delete(&op->op_cred, op->op_name.dir, &op->op_dla, &op->op_la, isdir);
	if (!rc && isdir) {
		rc = osd_dir_empty(op->op_obj->mo_osd);
		rc = rc < 0 ? rc : rc ? 0 : -ENOTEMPTY;
	}
	op->op_credits = OSD_CR_DIR_DELETE + 2 * OSD_CR_NLINK + 2 * OSD_CR_ATTR_SET +
			 MDT_CR_LINKEA + MDT_CR_ORPHAN;
	return rc;
}

static int mdt_unlink_execute(struct mdt_op *op, struct osd_trans *th)
{
	const struct mdt_name *n = &op->op_name;
	int rc;

	rc = osd_dir_delete(th, n->dir->mo_osd, n->name, n->len);
	if (!rc)
		rc = mdt_name_removed(th, n, op->op_obj, &op->op_la, op->op_time);
	if (!rc)
		mdt_touch(th, n->dir, op->op_time, OSD_A_MTIME | OSD_A_CTIME);
	return rc;
}

const struct mdt_op_type mdt_op_unlink = {
	.name		= "unlink",
	.size		= sizeof(struct mdt_op),
	.begin		= mdt_unlink_begin,
	.lock		= mdt_unlink_lock,
	.check		= mdt_unlink_check,
	.execute	= mdt_unlink_execute,
	.done		= mdt_op_reply_obj,
};
