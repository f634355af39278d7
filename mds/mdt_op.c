// SPDX-License-Identifier: GPL-2.0-only
/*
 * A modifying request from begin to end. Each kind of operation is a row of functions (struct
 * mdt_op_type); what all have in common is here, once:
 *
 * An operation looks its objects up, takes the LDLM locks of chapter 3, 18.5 on all of them in the
 * order of their FIDs, then the local locks, and looks at the names again: when one has changed
 * meanwhile everything is released and it starts over. So nobody waits for a client with a local
 * lock held. All changes are in one transaction.
 *
 * The tracepoints of an operation are here, too (kernel/include/trace/events/mdt.h).
 *
 * Lock order: LDLM locks > mdt_rename_mutex (two directories) > mo_dir_sem > mo_mutex, two of them
 * in the order of their FIDs > transaction.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include <trace/events/mdt.h>
#include "mdt_internal.h"

/* A tracepoint of an operation. */
#define mdt_op_trace(op, event, rc)						\
	trace_mdt_op_##event((op)->op_mdt->mdt_lt->lt_name, (op)->op_type->name,	\
			     (op)->op_req->sr_xid, rc)

/* Names that change again and again: the client is told to come back later. */
#define MDT_OP_TRIES	20

/**
 * mdt_op_new - an operation for a request
 * @type: its kind
 * @req: the request
 * @rec: its record, or NULL: the caller fills op_cred and op_time
 * @r: where the reply is collected, or NULL
 *
 * Return: the operation, to be ended by mdt_op_run(); NULL when out of memory.
 */
void *mdt_op_new(const struct mdt_op_type *type, struct svc_req *req, const void *rec,
		 struct mdt_reply *r)
{
	struct mdt_op *op = kzalloc(type->size, GFP_NOFS);

	if (!op)
		return NULL;
	op->op_type = type;
	op->op_req = req;
	op->op_mdt = mdt_dev(req);
	op->op_rec = rec;
	op->op_reply = r;
	if (rec)
		mdt_cred_rec(&op->op_cred, req, rec);
	return op;
}

/**
 * mdt_op_get_name - a name of the request and the directory it is in
 * @op: the operation
 * @field: buffer of the name
 * @dir: FID of the directory
 * @n: filled; mdt_op_run() puts the directory
 *
 * Return: 0; -EINVAL, -ENAMETOOLONG: no name; -ENOENT, -ENOTDIR: no living directory; as
 * mdt_req_fid().
 */
int mdt_op_get_name(struct mdt_op *op, enum wire_field field, const struct lu_fid_le *dir,
		    struct mdt_name *n)
{
	struct mdt_object *o;
	int rc;

	rc = mdt_name_get(op->op_req, field, &n->name, &n->len);
	if (rc)
		return rc;
	o = mdt_parent_find(op->op_mdt, dir);
	if (IS_ERR(o))
		return PTR_ERR(o);
	n->dir = o;
	return 0;
}

/**
 * mdt_op_find - the object of a name
 * @n: the name
 * @objp: put if it holds an object of an earlier try; out: referenced, or NULL
 *
 * Return: 0, -ENOENT and others of the lookup.
 */
int mdt_op_find(const struct mdt_name *n, struct mdt_object **objp)
{
	struct mdt_object *o;
	struct lu_fid fid;
	int rc;

	mdt_object_put(*objp);
	*objp = NULL;
	rc = mdt_lookup(n->dir, n->name, n->len, &fid);
	if (rc)
		return rc;
	o = mdt_object_find(n->dir->mo_mdt, &fid);
	if (IS_ERR(o))
		return PTR_ERR(o);
	*objp = o;
	return 0;
}

/**
 * mdt_op_name_is - does a name still lead to this object?
 * @n: the name; mo_dir_sem of its directory is held
 * @o: the object; NULL: to none
 *
 * Return: 0: it does; MDT_OP_AGAIN: no longer; -errno of the lookup.
 */
int mdt_op_name_is(const struct mdt_name *n, const struct mdt_object *o)
{
	struct lu_fid fid;
	int rc;

	rc = osd_dir_lookup(n->dir->mo_osd, n->name, n->len, &fid);
	if (rc == -ENOENT)
		return o ? MDT_OP_AGAIN : 0;
	if (rc)
		return rc;
	return o && fid_eq(&fid, &o->mo_fid) ? 0 : MDT_OP_AGAIN;
}

/**
 * mdt_op_reply_obj - row done: the reply shows the attributes of op_obj
 * @op: the operation
 *
 * Return: as mdt_reply_attr().
 */
int mdt_op_reply_obj(struct mdt_op *op)
{
	return mdt_reply_attr(op->op_req, op->op_obj, OBD_MD_FLGETATTR, 0, 0, op->op_reply);
}

static void mdt_op_lock_dirs(struct mdt_op *op)
{
	struct mdt_object *d = op->op_name.dir, *t = op->op_tname.dir;

	if (!op->op_names)
		return;
	if (t && t != d)
		mutex_lock(&op->op_mdt->mdt_rename_mutex);
	down_write(&d->mo_dir_sem);
	if (t && t != d)
		down_write_nested(&t->mo_dir_sem, SINGLE_DEPTH_NESTING);
	osd_attr_get(d->mo_osd, &op->op_dla);
	if (t)
		osd_attr_get(t->mo_osd, &op->op_tdla);
}

static void mdt_op_unlock_dirs(struct mdt_op *op)
{
	struct mdt_object *d = op->op_name.dir, *t = op->op_tname.dir;

	if (!op->op_names)
		return;
	if (t && t != d)
		up_write(&t->mo_dir_sem);
	up_write(&d->mo_dir_sem);
	if (t && t != d)
		mutex_unlock(&op->op_mdt->mdt_rename_mutex);
}

static void mdt_op_lock_objs(struct mdt_op *op)
{
	struct mdt_object *a = op->op_obj, *b = op->op_tobj;

	if (!a)
		return;
	if (b == a)
		b = NULL;
	if (b && fid_cmp(&a->mo_fid, &b->mo_fid) > 0)
		swap(a, b);
	mutex_lock(&a->mo_mutex);
	if (b)
		mutex_lock_nested(&b->mo_mutex, SINGLE_DEPTH_NESTING);
	osd_attr_get(op->op_obj->mo_osd, &op->op_la);
	if (op->op_tobj)
		osd_attr_get(op->op_tobj->mo_osd, &op->op_tla);
}

static void mdt_op_unlock_objs(struct mdt_op *op)
{
	if (op->op_tobj && op->op_tobj != op->op_obj)
		mutex_unlock(&op->op_tobj->mo_mutex);
	if (op->op_obj)
		mutex_unlock(&op->op_obj->mo_mutex);
}

static int mdt_op_execute(struct mdt_op *op)
{
	const struct mdt_op_type *t = op->op_type;
	struct osd_trans *th;
	int rc;

	th = tgt_trans_start(op->op_req, op->op_credits);
	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = t->execute(op, th);
	rc = tgt_trans_stop(op->op_req, th, rc, op->op_data);
	mdt_op_trace(op, executed, rc);
	if (!rc && t->executed)
		rc = t->executed(op);
	return rc;
}

/* What a row says beyond an error: 0 or -errno. */
static int mdt_op_next(struct mdt_op *op, int rc)
{
	if (rc == MDT_OP_EMPTY)
		return tgt_trans_empty(op->op_req, 0, op->op_data);
	return rc == MDT_OP_DONE ? 0 : rc;
}

/* One try: 0, -errno, MDT_OP_AGAIN. */
static int mdt_op_try(struct mdt_op *op)
{
	const struct mdt_op_type *t = op->op_type;
	int rc;

	op->op_locks.ls_nr = 0;
	rc = t->lock(op);
	if (rc)
		return mdt_op_next(op, rc);
	rc = mdt_lock_all(op->op_mdt, &op->op_locks);
	mdt_op_trace(op, locked, rc);
	if (rc)
		return rc;
	mdt_op_lock_dirs(op);
	mdt_op_lock_objs(op);
	rc = t->check(op);
	rc = rc ? mdt_op_next(op, rc) : mdt_op_execute(op);
	mdt_op_unlock_objs(op);
	mdt_op_unlock_dirs(op);
	mdt_unlock_all(&op->op_locks);
	return rc;
}

/**
 * mdt_op_run - carry an operation out
 * @op: from mdt_op_new(); freed
 *
 * Return: 0; -EINPROGRESS: a name changed at every try, the client is to send the request again;
 * -errno of a row, of the locks or of the transaction.
 */
int mdt_op_run(struct mdt_op *op)
{
	const struct mdt_op_type *t = op->op_type;
	int rc, tries = 0;

	rc = t->begin(op);
	if (rc) {
		rc = mdt_op_next(op, rc);
	} else {
		do {
			mdt_op_trace(op, try, tries);
			rc = mdt_op_try(op);
		} while (rc == MDT_OP_AGAIN && ++tries < MDT_OP_TRIES);
		if (rc == MDT_OP_AGAIN)
			rc = -EINPROGRESS;
	}
	mdt_op_trace(op, end, rc);
	if (!rc && t->done)
		rc = t->done(op);
	if (t->end)
		t->end(op);
	mdt_object_put(op->op_obj);
	mdt_object_put(op->op_tobj);
	mdt_object_put(op->op_name.dir);
	mdt_object_put(op->op_tname.dir);
	kfree(op);
	return rc;
}
