// SPDX-License-Identifier: GPL-2.0-only
/*
 * IT_OPEN and IT_OPEN|IT_CREAT (chapter 4, 11).
 *
 * An open by name is an operation (mdt_op.c): it looks the name up, and either opens what it finds
 * or makes a new file under the UPDATE lock and mo_dir_sem of the parent, with OST objects that
 * were reserved before. A name that appears or disappears meanwhile makes it start over. An
 * existing file is opened under its mo_mutex only; when it gets its first layout now, that is an
 * operation of its own (mdt_layout.c).
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define MDT_OPEN_UNSUPPORTED	(MDS_OPEN_LEASE | MDS_OPEN_VOLATILE | MDS_OPEN_RELEASE | \
				 MDS_OPEN_RESYNC | MDS_OPEN_PCC)

/* What an open carries, and how far it came. */
struct mdt_open {
	struct svc_req		*o_req;
	struct mdt_device	*o_mdt;
	struct mdt_export	*o_export;
	const struct mdt_rec_create *o_rec;
	u64			o_flags;	/* MDS_FMODE_*, MDS_OPEN_* */
	struct mdt_cred		o_cred;
	const char		*o_name;	/* NULL: by FID */
	size_t			o_len;
	const void		*o_ea;	/* layout hint, or the layout itself in a replay */
	u32			o_ea_len;
	bool			o_replay;

	struct mdt_object	*o_dir, *o_child;
	struct mdt_file		*o_file;
	struct ldlm_lock	*o_lock;
	struct mdt_reply	o_reply;
	u64			o_disp;
	int			o_names_removed;	/* of o_dir, before the lookup */
	bool			o_layout_made;
};

/* The operation of an open by name, and of a replay that makes its file again. */
struct mdt_open_op {
	struct mdt_op		oo_op;
	struct mdt_open		*oo_open;
	bool			oo_create;	/* the name was not there */
	bool			oo_prepared;	/* oo_new is filled, objects are reserved */
	bool			oo_created;
	struct mdt_new		oo_new;
	void			*oo_replayed;	/* layout of a replay */
};

static struct mdt_open_op *mdt_open_op_of(struct mdt_op *op)
{
	return container_of(op, struct mdt_open_op, oo_op);
}

/* Find an object: 0 and *op is referenced, or -errno and *op is NULL. */
static int mdt_open_find(struct mdt_open *o, const struct lu_fid *fid, struct mdt_object **op)
{
	struct mdt_object *obj = mdt_object_find(o->o_mdt, fid);

	*op = IS_ERR(obj) ? NULL : obj;
	return PTR_ERR_OR_ZERO(obj);
}

static u32 mdt_open_access(const struct mdt_open *o)
{
	u32 want = 0;

	if (o->o_flags & MDS_FMODE_READ)
		want |= MAY_READ;
	if (o->o_flags & (MDS_FMODE_WRITE | MDS_OPEN_TRUNC))
		want |= MAY_WRITE;
	if (o->o_flags & MDS_FMODE_EXEC)
		want |= MAY_EXEC;
	return want;
}

static int mdt_open_permission(struct mdt_open *o, const struct osd_attr *la)
{
	if ((o->o_flags & MDS_OPEN_OWNEROVERRIDE) && o->o_cred.mc_uid == la->uid)
		return 0;
	if (la->flags & LUSTRE_APPEND_FL) {
		if ((o->o_flags & MDS_FMODE_WRITE) && !(o->o_flags & MDS_OPEN_APPEND))
			return -EPERM;
		if (o->o_flags & MDS_OPEN_TRUNC)
			return -EPERM;
	}
	return mdt_permission(&o->o_cred, o->o_child, la, mdt_open_access(o));
}

/* Is a usable layout wanted in this open? */
static bool mdt_open_wants_layout(const struct mdt_open *o)
{
	if (o->o_flags & MDS_OPEN_HAS_EA)
		return true;
	return (o->o_flags & MDS_FMODE_WRITE) && !(o->o_flags & MDS_OPEN_DELAY_CREATE);
}

/* Make the handle an open one. -ENOENT: the object was destroyed meanwhile. */
static int mdt_open_attach(struct mdt_open *o)
{
	struct mdt_object *obj = o->o_child;
	int rc;

	mutex_lock(&obj->mo_mutex);
	if (obj->mo_dead && !obj->mo_opens &&
	    !(o->o_replay && obj->mo_pending && !obj->mo_reaping))
		rc = -ENOENT;
	else if (((o->o_flags & MDS_FMODE_WRITE) && obj->mo_execs) ||
		 ((o->o_flags & MDS_FMODE_EXEC) && obj->mo_writers))
		rc = -ETXTBSY;
	else
		rc = mdt_file_attach(o->o_file, obj);
	mutex_unlock(&obj->mo_mutex);
	return rc;
}

/* A lock for the client, when it can be had at once; no lock is always right. */
static void mdt_open_lock(struct mdt_open *o)
{
	u64 bits = MDS_INODELOCK_LOOKUP | MDS_INODELOCK_LAYOUT | MDS_INODELOCK_UPDATE |
		   MDS_INODELOCK_PERM;
	struct lu_fid fid;

	if (o->o_replay || o->o_layout_made || !S_ISREG(o->o_child->mo_osd->oo_type) ||
	    !(o->o_export->me_flags & OBD_CONNECT_LAYOUTLOCK))
		return;
	/* An open by FID does not show that a name is true. */
	if (!o->o_name)
		bits &= ~MDS_INODELOCK_LOOKUP;
	if (mdt_lock_client(o->o_req, o->o_child, LCK_PR, 0, bits, &o->o_lock))
		return;
	if (!(mdt_lock_client_bits(o->o_lock) & MDS_INODELOCK_LAYOUT))
		goto drop;
	if (o->o_name && o->o_dir &&
	    atomic_read(&o->o_dir->mo_names_removed) != o->o_names_removed &&
	    (mdt_lookup(o->o_dir, o->o_name, o->o_len, &fid) ||
	     !fid_eq(&fid, &o->o_child->mo_fid)))
		goto drop;
	return;
drop:
	mdt_lock_client_drop(o->o_lock);
	o->o_lock = NULL;
}

/* ---- an object that exists ---- */

/* What its type says: 0: open it; MDT_OP_DONE: the client needs no handle; -errno. */
static int mdt_open_type(struct mdt_open *o, const struct osd_attr *la)
{
	int rc;

	switch (la->mode & S_IFMT) {
	case S_IFDIR:
		return o->o_flags & (MDS_OPEN_CREAT | MDS_FMODE_WRITE) ? -EISDIR : 0;
	case S_IFREG:
		return o->o_flags & MDS_OPEN_DIRECTORY ? -ENOTDIR : 0;
	case S_IFLNK:
		return o->o_flags & MDS_OPEN_DIRECTORY ? -ENOTDIR : MDT_OP_DONE;
	default:
		if (o->o_flags & MDS_OPEN_DIRECTORY)
			return -ENOTDIR;
		/* The client opens devices itself and only asks whether it may (NODEVOH). */
		rc = mdt_open_permission(o, la);
		return rc ?: MDT_OP_DONE;
	}
}

/* A layout for a file that has none yet. */
static int mdt_open_layout(struct mdt_open *o)
{
	bool has = osd_xattr_get(o->o_child->mo_osd, XATTR_NAME_LOV, NULL, 0) > 0;

	if (has)
		return o->o_flags & MDS_OPEN_HAS_EA && !o->o_replay ? -EEXIST : 0;
	if (!mdt_open_wants_layout(o) && !o->o_replay)
		return 0;
	return mdt_layout_make(o->o_req, o->o_child, o->o_dir, o->o_flags, o->o_ea, o->o_ea_len,
			       o->o_disp | DISP_OPEN_OPEN, &o->o_layout_made);
}

static int mdt_open_existing(struct mdt_open *o)
{
	struct osd_attr la;
	int rc;

	o->o_disp |= DISP_LOOKUP_POS;
	if ((o->o_flags & MDS_OPEN_EXCL) && (o->o_flags & MDS_OPEN_CREAT) && !o->o_replay)
		return -EEXIST;
	mdt_attr_get(o->o_child, &la);
	rc = mdt_open_type(o, &la);
	if (!rc && !o->o_replay)
		rc = mdt_open_permission(o, &la);
	if (!rc && S_ISREG(la.mode))
		rc = mdt_open_layout(o);
	if (!rc)
		rc = mdt_open_attach(o);
	if (rc)
		return rc == MDT_OP_DONE ? 0 : rc;
	o->o_disp |= DISP_OPEN_OPEN;
	if (o->o_layout_made && (o->o_export->me_flags & OBD_CONNECT_DISP_STRIPE))
		o->o_disp |= DISP_OPEN_STRIPE;
	if (!o->o_layout_made) {
		rc = tgt_trans_empty(o->o_req, 0, o->o_disp);
		if (rc) {
			o->o_disp &= ~(u64)DISP_OPEN_OPEN;
			mdt_file_close(o->o_file);
			return rc;
		}
	}
	mdt_open_lock(o);
	return 0;
}

static int mdt_open_by_fid(struct mdt_open *o)
{
	struct lu_fid fid, pfid;
	int rc;

	rc = mdt_req_fid(&o->o_rec->cr_fid2, &fid);
	if (rc)
		return rc;
	rc = mdt_open_find(o, &fid, &o->o_child);
	if (rc)
		return rc;
	/* The parent only matters for the default layout. */
	if (!mdt_req_fid(&o->o_rec->cr_fid1, &pfid) && !fid_eq(&fid, &pfid) &&
	    !mdt_open_find(o, &pfid, &o->o_dir) && !S_ISDIR(o->o_dir->mo_osd->oo_type)) {
		mdt_object_put(o->o_dir);
		o->o_dir = NULL;
	}
	return mdt_open_existing(o);
}

/* ---- by name: open, or create ---- */

static int mdt_open_op_begin(struct mdt_op *op)
{
	struct mdt_open *o = mdt_open_op_of(op)->oo_open;
	struct lu_fid fid;
	int rc;

	rc = mdt_req_fid(&o->o_rec->cr_fid1, &fid);
	if (rc)
		return rc;
	rc = mdt_open_find(o, &fid, &o->o_dir);
	if (rc)
		return rc == -ENOENT && !o->o_replay ? -ESTALE : rc;
	mdt_object_get(o->o_dir);
	op->op_name = (struct mdt_name){ o->o_dir, o->o_name, o->o_len };
	return 0;
}

/* Once, before the locks: may the file be made at all? Reserve its OST objects. */
static int mdt_open_op_prepare(struct mdt_open_op *c)
{
	struct mdt_open *o = c->oo_open;
	struct mdt_new *n = &c->oo_new;
	struct osd_attr pla;
	int rc;

	if (o->o_export->me_rdonly)
		return -EROFS;
	rc = mdt_req_new_fid(o->o_mdt, &o->o_rec->cr_fid2, &n->fid);
	if (!rc)
		rc = mdt_new_secctx(o->o_req, n);
	if (rc)
		return rc;
	n->mode = S_IFREG | (le32_to_cpu(o->o_rec->cr_mode) & 07777);
	n->time = le64_to_cpu(o->o_rec->cr_time);
	osd_attr_get(o->o_dir->mo_osd, &pla);
	rc = mdt_may_create(&o->o_cred, o->o_dir, &pla);
	if (rc)
		return rc;
	if (o->o_replay) {
		rc = mdt_layout_replayed(o->o_ea, o->o_ea_len, &c->oo_replayed, &n->lov_len);
		n->lov = c->oo_replayed;
	} else if (!(o->o_flags & MDS_OPEN_DELAY_CREATE)) {
		rc = mdt_layout_for_file(o->o_mdt, o->o_dir, o->o_flags, o->o_ea, o->o_ea_len,
					 &n->layout);
		if (!rc)
			rc = mdt_layout_reserve(o->o_mdt, n->layout, 1);
	}
	c->oo_prepared = !rc;
	return rc;
}

/* Find out what the name leads to. Only a create takes locks. */
static int mdt_open_op_lock(struct mdt_op *op)
{
	struct mdt_open_op *c = mdt_open_op_of(op);
	struct mdt_open *o = c->oo_open;
	int rc = -ENOENT;
	struct lu_fid fid;

	o->o_disp = DISP_IT_EXECD | DISP_LOOKUP_EXECD;
	o->o_names_removed = atomic_read(&o->o_dir->mo_names_removed);
	c->oo_create = false;
	op->op_names = false;
	mdt_object_put(o->o_child);
	o->o_child = NULL;
	if (!o->o_replay)
		rc = mdt_lookup_checked(&o->o_cred, o->o_dir, o->o_name, o->o_len, &fid);
	if (!rc) {
		rc = mdt_open_find(o, &fid, &o->o_child);
		return rc == -ENOENT ? MDT_OP_AGAIN : rc;
	}
	if (rc != -ENOENT)
		return rc;
	o->o_disp |= DISP_LOOKUP_NEG;
	if (!(o->o_flags & MDS_OPEN_CREAT))
		return MDT_OP_DONE;
	c->oo_create = true;
	op->op_names = true;
	mdt_lock_add(&op->op_locks, &o->o_dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	return c->oo_prepared ? 0 : mdt_open_op_prepare(c);
}

static int mdt_open_op_check(struct mdt_op *op)
{
	struct mdt_open_op *c = mdt_open_op_of(op);
	struct mdt_open *o = c->oo_open;
	int rc;

	if (!c->oo_create) {
		rc = mdt_open_existing(o);
		if (rc == -ENOENT && o->o_child->mo_dead)
			return MDT_OP_AGAIN;
		return rc ?: MDT_OP_DONE;
	}
	rc = mdt_op_name_is(&op->op_name, NULL);
	if (rc == MDT_OP_AGAIN && o->o_replay)
		rc = -EEXIST;
	if (!rc)
		rc = mdt_may_create(&o->o_cred, o->o_dir, &op->op_dla);
	if (!rc)
		rc = mdt_new_prepare(&o->o_cred, o->o_dir, &op->op_dla, &c->oo_new);
	op->op_credits = mdt_new_credits(&c->oo_new);
	return rc;
}

static int mdt_open_op_execute(struct mdt_op *op, struct osd_trans *th)
{
	struct mdt_open_op *c = mdt_open_op_of(op);
	struct mdt_open *o = c->oo_open;
	struct mdt_object *child = mdt_new_create(th, &op->op_name, &c->oo_new);

	if (IS_ERR(child))
		return PTR_ERR(child);
	o->o_child = child;
	op->op_data = o->o_disp | DISP_OPEN_CREATE | DISP_OPEN_OPEN;
	if (c->oo_new.layout && (o->o_export->me_flags & OBD_CONNECT_DISP_STRIPE))
		op->op_data |= DISP_OPEN_STRIPE;
	return 0;
}

/* mo_dir_sem is still held: nobody can remove the name before the file is open. */
static int mdt_open_op_executed(struct mdt_op *op)
{
	struct mdt_open_op *c = mdt_open_op_of(op);
	int rc;

	c->oo_created = true;
	rc = mdt_open_attach(c->oo_open);
	if (!rc)
		c->oo_open->o_disp = op->op_data;
	return rc;
}

static int mdt_open_op_done(struct mdt_op *op)
{
	struct mdt_open_op *c = mdt_open_op_of(op);

	if (c->oo_created)
		mdt_open_lock(c->oo_open);
	return 0;
}

static void mdt_open_op_end(struct mdt_op *op)
{
	struct mdt_open_op *c = mdt_open_op_of(op);

	mdt_layout_free(c->oo_new.layout);
	mdt_new_fini(&c->oo_new);
	kvfree(c->oo_replayed);
}

static const struct mdt_op_type mdt_op_open = {
	.name		= "open",
	.size		= sizeof(struct mdt_open_op),
	.begin		= mdt_open_op_begin,
	.lock		= mdt_open_op_lock,
	.check		= mdt_open_op_check,
	.execute	= mdt_open_op_execute,
	.executed	= mdt_open_op_executed,
	.done		= mdt_open_op_done,
	.end		= mdt_open_op_end,
};

static int mdt_open_by_name(struct mdt_open *o)
{
	struct mdt_open_op *c = mdt_op_new(&mdt_op_open, o->o_req, NULL, NULL);

	if (!c)
		return -ENOMEM;
	c->oo_open = o;
	return mdt_op_run(&c->oo_op);
}

/* ---- replays and resends ---- */

/* This request has opened the file already: answer with that handle. */
static bool mdt_open_find_handle(struct mdt_open *o)
{
	struct mdt_file *mf = mdt_file_by_xid(o->o_export, o->o_req->sr_xid);

	if (!mf)
		return false;
	mdt_file_put(o->o_file);
	o->o_file = mf;
	o->o_child = mf->mf_obj;
	mdt_object_get(o->o_child);
	return true;
}

/*
 * A replayed open finds the object by its FID. If the object was lost it is created again
 * (chapter 4, 11.6).
 */
static int mdt_open_replay(struct mdt_open *o)
{
	struct lu_fid fid;
	u64 flags;
	int rc;

	rc = mdt_req_fid(&o->o_rec->cr_fid2, &fid);
	if (rc)
		return rc;
	if (mdt_open_find_handle(o)) {	/* replayed over an older connection */
		o->o_disp |= DISP_LOOKUP_POS | DISP_OPEN_OPEN;
		o->o_req->sr_transno = o->o_req->sr_replay_transno;
	} else {
		rc = mdt_open_find(o, &fid, &o->o_child);
		/* A file that was created on disk and is not there was removed since. */
		if (rc == -ENOENT && (o->o_flags & MDS_OPEN_CREAT) && o->o_name &&
		    !tgt_replay_old(o->o_req))
			return mdt_open_by_name(o);
		if (rc)
			return rc;
		flags = o->o_flags;
		o->o_flags &= ~(MDS_OPEN_EXCL | MDS_OPEN_CREAT);
		rc = mdt_open_existing(o);
		o->o_flags = flags;
	}
	/* What the client was told the first time. */
	if (!rc && (o->o_flags & MDS_OPEN_CREAT))
		o->o_disp = (o->o_disp & ~(u64)DISP_LOOKUP_POS) | DISP_LOOKUP_NEG |
			    DISP_OPEN_CREATE;
	return rc;
}

/*
 * A resent open that was executed before the target restarted. Its client never saw the answer, and
 * so could not replay it: the handle is made again.
 */
static int mdt_open_anew(struct mdt_open *o, u64 disp)
{
	struct lu_fid fid;
	u64 flags;
	int rc;

	if (!(disp & DISP_OPEN_CREATE))
		return o->o_flags & MDS_OPEN_BY_FID || !o->o_name ? mdt_open_by_fid(o) :
								    mdt_open_by_name(o);
	rc = mdt_req_fid(&o->o_rec->cr_fid2, &fid);
	if (!rc)
		rc = mdt_open_find(o, &fid, &o->o_child);
	if (rc)
		return rc;
	flags = o->o_flags;
	/* Who makes a file may open it whatever its mode says. */
	o->o_flags &= ~(MDS_OPEN_EXCL | MDS_OPEN_CREAT);
	o->o_flags |= MDS_OPEN_OWNEROVERRIDE;
	rc = mdt_open_existing(o);
	o->o_flags = flags;
	if (!rc)
		o->o_disp = disp;
	return rc;
}

/* A resent open that was executed. */
static int mdt_open_resent(struct mdt_open *o, const struct tgt_reply_data *trd)
{
	if (trd->trd_data & DISP_OPEN_OPEN && !mdt_open_find_handle(o))
		return trd->trd_old ? mdt_open_anew(o, trd->trd_data) : -ESTALE;
	o->o_disp = trd->trd_data;
	o->o_req->sr_transno = trd->trd_transno;
	return trd->trd_result;
}

/* ---- the intent ---- */

static int mdt_open_unpack(struct mdt_open *o, struct svc_req *req)
{
	const struct mdt_rec_create *rec = svc_req_buf(req, WF_REC_REINT);
	u32 namelen = svc_req_len(req, WF_NAME);

	if (!rec || le32_to_cpu(rec->cr_opcode) != REINT_OPEN)
		return -EPROTO;
	memset(o, 0, sizeof(*o));
	o->o_req = req;
	o->o_mdt = mdt_dev(req);
	o->o_export = mdt_export(req->sr_exp);
	o->o_rec = rec;
	o->o_flags = mdt_rec_create_flags(rec);
	if (!o->o_flags)
		return -EPROTO;
	mdt_cred_rec(&o->o_cred, req, (const struct mdt_rec_reint *)rec);
	o->o_cred.mc_umask = le32_to_cpu(rec->cr_umask);
	o->o_ea = svc_req_buf(req, WF_EADATA);
	o->o_ea_len = svc_req_len(req, WF_EADATA);
	o->o_replay = svc_req_replay(req);
	o->o_disp = DISP_IT_EXECD | DISP_LOOKUP_EXECD;
	o->o_name = svc_req_buf(req, WF_NAME);
	if (!namelen || !o->o_name || !o->o_name[0])
		o->o_name = NULL;
	else
		o->o_len = namelen - 1;
	mdt_reply_init(&o->o_reply);
	return 0;
}

static int mdt_open_run(struct mdt_open *o)
{
	struct mdt_file *mf;
	struct tgt_reply_data trd;

	if (o->o_flags & MDT_OPEN_UNSUPPORTED)
		return -EOPNOTSUPP;
	if (o->o_export->me_rdonly && (o->o_flags & (MDS_FMODE_WRITE | MDS_OPEN_TRUNC)))
		return -EROFS;
	if (o->o_len > MDT_MAX_NAME)
		return -ENAMETOOLONG;
	if (o->o_name && !wire_name_ok(o->o_name, o->o_len + 1))
		return -EINVAL;
	mf = mdt_file_new(o->o_export, o->o_flags, o->o_req->sr_xid);
	if (IS_ERR(mf))
		return PTR_ERR(mf);
	o->o_file = mf;
	if (o->o_replay) {
		mf->mf_old_cookie = o->o_rec->cr_open_handle_old.cookie;
		return mdt_open_replay(o);
	}
	if (svc_req_resent(o->o_req) && tgt_resent(o->o_req, &trd))
		return mdt_open_resent(o, &trd);
	if ((o->o_flags & MDS_OPEN_BY_FID) || !o->o_name)
		return mdt_open_by_fid(o);
	return mdt_open_by_name(o);
}

/*
 * Attributes, layout and ACL of what was opened; also with an error: a client that lacks a group
 * finds here which one would do (chapter 4, 5.3). Returns the result of the open.
 */
static int mdt_open_reply(struct mdt_open *o, int rc)
{
	struct mdt_object *shown = o->o_child ?: rc == -EACCES ? o->o_dir : NULL;
	int rc2;

	if (!shown)
		return rc;
	rc2 = mdt_reply_attr(o->o_req, shown,
			     OBD_MD_FLGETATTR | OBD_MD_FLEASIZE | OBD_MD_FLMODEASIZE | OBD_MD_FLACL,
			     MDT_MAX_EASIZE, 0, &o->o_reply);
	if (!rc2 && !rc)
		rc2 = mdt_reply_secctx(o->o_req, shown, &o->o_reply);
	if (rc || !rc2)
		return rc;
	if (o->o_disp & DISP_OPEN_OPEN) {
		mdt_file_close(o->o_file);
		o->o_disp &= ~(u64)(DISP_OPEN_OPEN | DISP_OPEN_CREATE | DISP_OPEN_STRIPE);
	}
	return rc2;
}

/**
 * mdt_intent_open - IT_OPEN with or without IT_CREAT
 * @req: the enqueue, format wf_ldlm_intent_open
 * @lockp: out: the lock given to the client
 *
 * Return: see mdt_intent_done(); -EPROTO for a record that is none.
 */
int mdt_intent_open(struct svc_req *req, struct ldlm_lock **lockp)
{
	struct mdt_open o;
	int rc;

	rc = mdt_open_unpack(&o, req);
	if (rc)
		return rc;
	rc = mdt_open_reply(&o, mdt_open_run(&o));
	if (!rc && (o.o_disp & DISP_OPEN_OPEN))
		o.o_reply.mr_body.mbo_open_handle.cookie = o.o_file->mf_cookie;
	if (rc && o.o_lock) {
		mdt_lock_client_drop(o.o_lock);
		o.o_lock = NULL;
	}
	rc = mdt_intent_done(req, &o.o_reply, o.o_disp, rc, o.o_lock, lockp);
	/* The client will never learn of the handle. */
	if (rc < 0 && o.o_file && (o.o_disp & DISP_OPEN_OPEN))
		mdt_file_close(o.o_file);
	if (o.o_file)
		mdt_file_put(o.o_file);
	mdt_object_put(o.o_child);
	mdt_object_put(o.o_dir);
	return rc;
}
