// SPDX-License-Identifier: GPL-2.0-only
/*
 * IT_OPEN and IT_OPEN|IT_CREAT (chapter 4, 11).
 *
 * A new file is made under the UPDATE lock and mo_dir_sem of its parent; its OST objects are
 * reserved before. A name that appears or goes meanwhile makes the intent start over. An existing
 * file is opened under its mo_mutex only; when it gets its first layout now, under a LAYOUT lock
 * too.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define OPEN_RETRIES	20

/* What an open carries, and how far it came. */
struct open_args {
	struct svc_req		*req;
	struct mdt_device	*mdt;
	const struct mdt_rec_create *rec;
	u64			flags;		/* MDS_FMODE_*, MDS_OPEN_* */
	struct mdt_cred		cred;
	const char		*name;		/* NULL: by FID */
	size_t			len;
	const void		*ea;		/* layout hint, or the layout itself in a replay */
	u32			ea_len;
	bool			replay;

	struct mdt_object	*dir, *child;
	struct mdt_file		*mf;
	struct ldlm_lock	*lock;
	struct mdt_reply	r;
	u64			disp;
	int			removals;	/* of dir, before the lookup */
	bool			layout_made;
};

/* Find an object: 0 and *op is referenced, or -errno and *op is NULL. */
static int open_find(struct open_args *a, const struct lu_fid *fid, struct mdt_object **op)
{
	struct mdt_object *o = mdt_object_find(a->mdt, fid);

	*op = IS_ERR(o) ? NULL : o;
	return PTR_ERR_OR_ZERO(o);
}

static u32 open_access(const struct open_args *a)
{
	u32 want = 0;

	if (a->flags & MDS_FMODE_READ)
		want |= MAY_READ;
	if (a->flags & (MDS_FMODE_WRITE | MDS_OPEN_TRUNC))
		want |= MAY_WRITE;
	if (a->flags & MDS_FMODE_EXEC)
		want |= MAY_EXEC;
	return want;
}

static int open_permission(struct open_args *a, const struct osd_attr *la)
{
	if ((a->flags & MDS_OPEN_OWNEROVERRIDE) && a->cred.mc_uid == la->uid)
		return 0;
	if (la->flags & LUSTRE_APPEND_FL) {
		if ((a->flags & MDS_FMODE_WRITE) && !(a->flags & MDS_OPEN_APPEND))
			return -EPERM;
		if (a->flags & MDS_OPEN_TRUNC)
			return -EPERM;
	}
	return mdt_permission(&a->cred, a->child, la, open_access(a));
}

/* Is a usable layout wanted in this open? */
static bool wants_layout(const struct open_args *a)
{
	if (a->flags & MDS_OPEN_HAS_EA)
		return true;
	return (a->flags & MDS_FMODE_WRITE) && !(a->flags & MDS_OPEN_DELAY_CREATE);
}

/* Take the handle. -ENOENT: the object died meanwhile. */
static int attach(struct open_args *a)
{
	struct mdt_object *o = a->child;
	int rc = 0;

	mutex_lock(&o->mo_mutex);
	if (o->mo_dead && !o->mo_opens && !(a->replay && o->mo_pending && !o->mo_reaping))
		rc = -ENOENT;
	else if (((a->flags & MDS_FMODE_WRITE) && o->mo_execs) ||
		 ((a->flags & MDS_FMODE_EXEC) && o->mo_writers))
		rc = -ETXTBSY;
	else
		rc = mdt_file_attach(a->mf, o);
	mutex_unlock(&o->mo_mutex);
	return rc;
}

/* A lock for the client, when it can be had at once; no lock is always right. */
static void open_lock(struct open_args *a)
{
	u64 bits = MDS_INODELOCK_LOOKUP | MDS_INODELOCK_LAYOUT | MDS_INODELOCK_UPDATE |
		   MDS_INODELOCK_PERM;
	struct lu_fid fid;

	if (a->replay || a->layout_made || !S_ISREG(a->child->mo_osd->oo_type) ||
	    !(mdt_export(a->req->exp)->me_flags & OBD_CONNECT_LAYOUTLOCK))
		return;
	/* Without a name we cannot know that LOOKUP is true. */
	if (!a->name)
		bits &= ~MDS_INODELOCK_LOOKUP;
	if (mdt_lock_client(a->req, a->child, LCK_PR, 0, bits, &a->lock))
		return;
	if (!(mdt_lock_client_bits(a->lock) & MDS_INODELOCK_LAYOUT))
		goto drop;
	if (a->name && a->dir && atomic_read(&a->dir->mo_removals) != a->removals &&
	    (mdt_lookup(a->dir, a->name, a->len, &fid) || !fid_eq(&fid, &a->child->mo_fid)))
		goto drop;
	return;
drop:
	mdt_lock_client_drop(a->lock);
	a->lock = NULL;
}

static int open_existing(struct open_args *a)
{
	struct mdt_object *o = a->child;
	struct osd_attr la;
	bool has_layout;
	int rc;

	a->disp |= DISP_LOOKUP_POS;
	if ((a->flags & MDS_OPEN_EXCL) && (a->flags & MDS_OPEN_CREAT) && !a->replay)
		return -EEXIST;
	mdt_attr_get(o, &la);
	switch (la.mode & S_IFMT) {
	case S_IFDIR:
		if (a->flags & (MDS_OPEN_CREAT | MDS_FMODE_WRITE))
			return -EISDIR;
		break;
	case S_IFREG:
		if (a->flags & MDS_OPEN_DIRECTORY)
			return -ENOTDIR;
		break;
	case S_IFLNK:
		return a->flags & MDS_OPEN_DIRECTORY ? -ENOTDIR : 0;
	default:
		if (a->flags & MDS_OPEN_DIRECTORY)
			return -ENOTDIR;
		/* The client opens devices itself: permission is all it wants to know (NODEVOH). */
		return open_permission(a, &la);
	}
	if (!a->replay) {
		rc = open_permission(a, &la);
		if (rc)
			return rc;
	}
	if (S_ISREG(la.mode)) {
		has_layout = osd_xattr_get(o->mo_osd, XATTR_NAME_LOV, NULL, 0) > 0;
		if (has_layout && (a->flags & MDS_OPEN_HAS_EA) && !a->replay)
			return -EEXIST;
		if (!has_layout && (wants_layout(a) || a->replay)) {
			rc = mdt_layout_make(a->req, o, a->dir, a->flags, a->ea, a->ea_len,
					     a->disp | DISP_OPEN_OPEN, &a->layout_made);
			if (rc)
				return rc;
		}
	}
	rc = attach(a);
	if (rc)
		return rc;
	a->disp |= DISP_OPEN_OPEN;
	if (a->layout_made && (mdt_export(a->req->exp)->me_flags & OBD_CONNECT_DISP_STRIPE))
		a->disp |= DISP_OPEN_STRIPE;
	if (!a->layout_made) {
		rc = tgt_trans_empty(a->req, 0, a->disp);
		if (rc) {
			a->disp &= ~(u64)DISP_OPEN_OPEN;
			mdt_file_close(a->mf);
			return rc;
		}
	}
	open_lock(a);
	return 0;
}

/* Create and open. -EAGAIN: the name is there by now. */
static int open_create(struct open_args *a)
{
	struct mdt_object *dir = a->dir;
	struct mdt_lock_set ls = {};
	struct mdt_new n = {};
	struct osd_trans *th;
	struct osd_attr pla;
	struct lu_fid fid;
	void *replay_lov = NULL;
	bool used = false;
	int rc;

	a->disp |= DISP_LOOKUP_NEG;
	if (mdt_export(a->req->exp)->me_rdonly)
		return -EROFS;
	rc = mdt_req_new_fid(a->mdt, &a->rec->cr_fid2, &n.fid);
	if (rc)
		return rc;
	n.mode = S_IFREG | (le32_to_cpu(a->rec->cr_mode) & 07777);
	n.time = le64_to_cpu(a->rec->cr_time);
	rc = mdt_new_secctx(a->req, &n);
	if (rc)
		return rc;

	/* Before objects are reserved: may it be at all? */
	osd_attr_get(dir->mo_osd, &pla);
	rc = mdt_may_create(&a->cred, dir, &pla);
	if (rc)
		return rc;
	if (a->replay) {
		rc = mdt_layout_replayed(a->ea, a->ea_len, &replay_lov, &n.lov_len);
		n.lov = replay_lov;
	} else if (!(a->flags & MDS_OPEN_DELAY_CREATE)) {
		rc = mdt_layout_reserve(a->mdt, dir, a->flags, a->ea, a->ea_len, &n.alloc);
	}
	if (rc)
		return rc;

	mdt_lock_add(&ls, &dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	rc = mdt_lock_all(a->mdt, &ls);
	if (rc)
		goto out;
	down_write(&dir->mo_dir_sem);
	rc = osd_dir_lookup(dir->mo_osd, a->name, a->len, &fid);
	if (rc != -ENOENT) {
		rc = rc ?: -EAGAIN;
		goto out_unlock;
	}
	osd_attr_get(dir->mo_osd, &pla);
	rc = mdt_may_create(&a->cred, dir, &pla);
	if (!rc)
		rc = mdt_new_prepare(&a->cred, dir, &pla, &n);
	if (rc)
		goto out_unlock;
	th = tgt_trans_start(a->req, mdt_new_credits(&n));
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out_unlock;
	}
	a->child = mdt_new_create(th, dir, a->name, a->len, &n);
	rc = PTR_ERR_OR_ZERO(a->child);
	if (!rc) {
		a->disp |= DISP_OPEN_CREATE | DISP_OPEN_OPEN;
		if (n.alloc && (mdt_export(a->req->exp)->me_flags & OBD_CONNECT_DISP_STRIPE))
			a->disp |= DISP_OPEN_STRIPE;
	}
	rc = tgt_trans_stop(a->req, th, rc, a->disp);
	used = !rc;
	/*
	 * Nobody can take its name before mo_dir_sem is free: only a client that goes can be in the
	 * way.
	 */
	if (!rc)
		rc = attach(a);
	if (rc)
		a->disp &= ~(u64)(DISP_OPEN_CREATE | DISP_OPEN_OPEN | DISP_OPEN_STRIPE);
out_unlock:
	up_write(&dir->mo_dir_sem);
	mdt_unlock_all(&ls);
out:
	if (IS_ERR(a->child))
		a->child = NULL;
	mdt_lov_alloc_free(n.alloc, used);
	mdt_new_fini(&n);
	kvfree(replay_lov);
	if (!rc)
		open_lock(a);
	return rc;
}

static int open_by_fid(struct open_args *a)
{
	struct lu_fid fid, pfid;
	int rc;

	rc = mdt_req_fid(&a->rec->cr_fid2, &fid);
	if (rc)
		return rc;
	rc = open_find(a, &fid, &a->child);
	if (rc)
		return rc;
	/* The parent only matters for the default layout. */
	if (!mdt_req_fid(&a->rec->cr_fid1, &pfid) && !fid_eq(&fid, &pfid) &&
	    !open_find(a, &pfid, &a->dir) && !S_ISDIR(a->dir->mo_osd->oo_type)) {
		mdt_object_put(a->dir);
		a->dir = NULL;
	}
	return open_existing(a);
}

static int open_by_name(struct open_args *a)
{
	struct lu_fid fid;
	int rc, tries;

	rc = mdt_req_fid(&a->rec->cr_fid1, &fid);
	if (rc)
		return rc;
	rc = open_find(a, &fid, &a->dir);
	if (rc)
		return rc == -ENOENT ? -ESTALE : rc;
	for (tries = 0; tries < OPEN_RETRIES; tries++) {
		a->disp = DISP_IT_EXECD | DISP_LOOKUP_EXECD;
		a->removals = atomic_read(&a->dir->mo_removals);
		rc = mdt_lookup_checked(&a->cred, a->dir, a->name, a->len, &fid);
		if (rc == -ENOENT) {
			if (!(a->flags & MDS_OPEN_CREAT)) {
				a->disp |= DISP_LOOKUP_NEG;
				return 0;
			}
			rc = open_create(a);
			if (rc != -EAGAIN)
				return rc;
			continue;
		}
		if (rc)
			return rc;
		rc = open_find(a, &fid, &a->child);
		if (rc == -ENOENT)
			continue;
		if (rc)
			return rc;
		rc = open_existing(a);
		if (rc != -ENOENT || !a->child->mo_dead)
			return rc;
		mdt_object_put(a->child);
		a->child = NULL;
	}
	return -EINPROGRESS;
}

/*
 * A replayed open goes to the object by its FID, and makes it again when it was lost (chapter
 * 4, 11.6).
 */
static int open_replay(struct open_args *a)
{
	struct lu_fid fid;
	int rc;

	rc = mdt_req_fid(&a->rec->cr_fid2, &fid);
	if (rc)
		return rc;
	rc = open_find(a, &fid, &a->child);
	if (!rc) {
		u64 flags = a->flags;

		a->flags &= ~(MDS_OPEN_EXCL | MDS_OPEN_CREAT);
		rc = open_existing(a);
		a->flags = flags;
		/* What the client was told the first time. */
		if (!rc && (a->flags & MDS_OPEN_CREAT))
			a->disp = (a->disp & ~(u64)DISP_LOOKUP_POS) | DISP_LOOKUP_NEG |
				  DISP_OPEN_CREATE;
		return rc;
	}
	if (rc != -ENOENT || !(a->flags & MDS_OPEN_CREAT) || !a->name)
		return rc;
	rc = mdt_req_fid(&a->rec->cr_fid1, &fid);
	if (rc)
		return rc;
	rc = open_find(a, &fid, &a->dir);
	if (rc)
		return rc;
	rc = open_create(a);
	return rc == -EAGAIN ? -EEXIST : rc;
}

/* A resent open that was executed: the handle is the one with its xid. */
static int open_resent(struct open_args *a, const struct tgt_reply_data *trd)
{
	int rc = trd->trd_result;

	a->disp = trd->trd_data;
	a->req->transno = trd->trd_transno;
	if (!(a->disp & DISP_OPEN_OPEN))
		return rc;
	mdt_file_put(a->mf);
	a->mf = mdt_file_by_xid(mdt_export(a->req->exp), a->req->xid);
	if (!a->mf)
		return -ESTALE;
	a->child = a->mf->mf_obj;
	mdt_object_get(a->child);
	return rc;
}

static int open_args_get(struct open_args *a, struct svc_req *req)
{
	const struct mdt_rec_create *rec = svc_req_buf(req, WF_REC_REINT);
	u32 namelen = svc_req_len(req, WF_NAME);

	if (!rec || le32_to_cpu(rec->cr_opcode) != REINT_OPEN)
		return -EPROTO;
	memset(a, 0, sizeof(*a));
	a->req = req;
	a->mdt = mdt_dev(req);
	a->rec = rec;
	a->flags = mdt_rec_create_flags(rec);
	if (!a->flags)
		return -EPROTO;
	mdt_cred_rec(&a->cred, (const struct mdt_rec_reint *)rec);
	a->cred.mc_umask = le32_to_cpu(rec->cr_umask);
	a->ea = svc_req_buf(req, WF_EADATA);
	a->ea_len = svc_req_len(req, WF_EADATA);
	a->replay = svc_req_replay(req);
	a->disp = DISP_IT_EXECD | DISP_LOOKUP_EXECD;
	a->name = svc_req_buf(req, WF_NAME);
	if (!namelen || !a->name || !a->name[0])
		a->name = NULL;
	else
		a->len = namelen - 1;
	mdt_reply_init(&a->r);
	return 0;
}

static int open_run(struct open_args *a)
{
	struct mdt_export *me = mdt_export(a->req->exp);
	struct tgt_reply_data trd;

	if (a->flags & (MDS_OPEN_LEASE | MDS_OPEN_VOLATILE | MDS_OPEN_RELEASE | MDS_OPEN_RESYNC |
			MDS_OPEN_PCC))
		return -EOPNOTSUPP;
	if (me->me_rdonly && (a->flags & (MDS_FMODE_WRITE | MDS_OPEN_TRUNC)))
		return -EROFS;
	if (a->len > MDT_MAX_NAME)
		return -ENAMETOOLONG;
	if (a->name && !wire_name_ok(a->name, a->len + 1))
		return -EINVAL;
	a->mf = mdt_file_new(me, a->flags, a->req->xid);
	if (IS_ERR(a->mf)) {
		int rc = PTR_ERR(a->mf);

		a->mf = NULL;
		return rc;
	}
	if (svc_req_resent(a->req) && tgt_resent(a->req, &trd))
		return open_resent(a, &trd);
	if (a->replay) {
		a->mf->mf_old_cookie = a->rec->cr_open_handle_old.cookie;
		return open_replay(a);
	}
	if ((a->flags & MDS_OPEN_BY_FID) || !a->name)
		return open_by_fid(a);
	return open_by_name(a);
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
	struct mdt_object *shown;
	struct open_args a;
	int rc, rc2;

	rc = open_args_get(&a, req);
	if (rc)
		return rc;
	rc = open_run(&a);
	/*
	 * Also with an error: a client that lacks a group finds here which one would do (chapter 4,
	 * 5.3).
	 */
	shown = a.child ?: rc == -EACCES ? a.dir : NULL;
	if (shown) {
		rc2 = mdt_reply_attr(req, shown,
				     OBD_MD_FLGETATTR | OBD_MD_FLEASIZE | OBD_MD_FLMODEASIZE |
					     OBD_MD_FLACL,
				     MDT_MAX_EASIZE, 0, &a.r);
		if (!rc2 && !rc)
			rc2 = mdt_reply_secctx(req, shown, &a.r);
		if (!rc && rc2) {
			rc = rc2;
			if (a.disp & DISP_OPEN_OPEN) {
				mdt_file_close(a.mf);
				a.disp &= ~(u64)(DISP_OPEN_OPEN | DISP_OPEN_CREATE |
						 DISP_OPEN_STRIPE);
			}
		}
	}
	if (!rc && (a.disp & DISP_OPEN_OPEN))
		a.r.mr_body.mbo_open_handle.cookie = a.mf->mf_cookie;
	if (rc && a.lock) {
		mdt_lock_client_drop(a.lock);
		a.lock = NULL;
	}
	rc = mdt_intent_done(req, &a.r, a.disp, rc, a.lock, lockp);
	/* Nobody will ever learn of the handle. */
	if (rc < 0 && a.mf && (a.disp & DISP_OPEN_OPEN))
		mdt_file_close(a.mf);
	if (a.mf)
		mdt_file_put(a.mf);
	mdt_object_put(a.child);
	mdt_object_put(a.dir);
	return rc;
}
