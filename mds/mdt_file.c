// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open handles of clients, and MDS_CLOSE (chapter 4, 12). A handle is on the list of its export and
 * in the table by cookie; these hold one reference together, which mdt_file_detach() takes over.
 * Counts in the object change under its mo_mutex. me_lock and the locks of the table's buckets are
 * spinlocks, me_lock outside.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/hash.h>
#include <linux/slab.h>
#include "mdt_internal.h"

static struct mdt_bucket *mdt_file_bucket(struct mdt_device *mdt, u64 cookie)
{
	return &mdt->mdt_files[hash_64(cookie, MDT_HASH_BITS)];
}

static struct mdt_device *mdt_export_device(struct mdt_export *me)
{
	return lu_target(me->me_te.te_exp.exp_tgt)->lt_priv;
}

/**
 * mdt_file_new - a handle that is not open yet
 * @me: its client; must stay until the handle is closed or freed
 * @flags: of the open
 * @xid: of the open
 *
 * Return: the handle with one reference, ERR_PTR(-EMFILE) when the client has too many,
 * ERR_PTR(-ENOMEM).
 */
struct mdt_file *mdt_file_new(struct mdt_export *me, u64 flags, u64 xid)
{
	struct mdt_file *mf;

	if (READ_ONCE(me->me_nr_files) >= MDT_EXPORT_FILES_MAX)
		return ERR_PTR(-EMFILE);
	mf = kzalloc(sizeof(*mf), GFP_NOFS);
	if (!mf)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&mf->mf_list);
	INIT_HLIST_NODE(&mf->mf_hash);
	refcount_set(&mf->mf_ref, 1);
	mf->mf_flags = flags;
	mf->mf_xid = xid;
	mf->mf_exp = me;
	do {
		mf->mf_cookie = atomic64_inc_return(&mdt_export_device(me)->mdt_next_cookie);
	} while (!mf->mf_cookie);
	return mf;
}

/**
 * mdt_file_put - give a reference of a handle back
 * @mf: the handle
 */
void mdt_file_put(struct mdt_file *mf)
{
	if (!refcount_dec_and_test(&mf->mf_ref))
		return;
	mdt_object_put(mf->mf_obj);
	kfree(mf);
}

/**
 * mdt_file_attach - the handle is open
 * @mf: new
 * @o: the object, mo_mutex held; gets referenced
 *
 * Return: 0; -ENOTCONN: the client has disconnected or was evicted.
 */
int mdt_file_attach(struct mdt_file *mf, struct mdt_object *o)
{
	struct mdt_export *me = mf->mf_exp;
	struct mdt_bucket *b = mdt_file_bucket(o->mo_mdt, mf->mf_cookie);

	spin_lock(&me->me_lock);
	if (me->me_closed) {
		spin_unlock(&me->me_lock);
		return -ENOTCONN;
	}
	mdt_object_get(o);
	mf->mf_obj = o;
	o->mo_opens++;
	if (mf->mf_flags & MDS_FMODE_WRITE)
		o->mo_writers++;
	if (mf->mf_flags & MDS_FMODE_EXEC)
		o->mo_execs++;
	refcount_inc(&mf->mf_ref);
	list_add(&mf->mf_list, &me->me_files);
	me->me_nr_files++;
	atomic_inc(&o->mo_mdt->mdt_nr_files);
	spin_lock(&b->mb_lock);
	hlist_add_head(&mf->mf_hash, &b->mb_head);
	spin_unlock(&b->mb_lock);
	spin_unlock(&me->me_lock);
	return 0;
}

/* Take the handle off the lists: true once. The caller then owns the reference of the lists. */
static bool mdt_file_detach(struct mdt_file *mf)
{
	struct mdt_export *me = mf->mf_exp;
	struct mdt_bucket *b = mdt_file_bucket(mf->mf_obj->mo_mdt, mf->mf_cookie);
	bool mine;

	spin_lock(&me->me_lock);
	mine = !mf->mf_closed;
	mf->mf_closed = true;
	if (mine) {
		list_del_init(&mf->mf_list);
		me->me_nr_files--;
		atomic_dec(&mf->mf_obj->mo_mdt->mdt_nr_files);
		spin_lock(&b->mb_lock);
		hlist_del_init(&mf->mf_hash);
		spin_unlock(&b->mb_lock);
	}
	spin_unlock(&me->me_lock);
	return mine;
}

/*
 * The open handle of a client, referenced, or NULL. A replay may name it by the cookie that it had
 * before the restart.
 */
static struct mdt_file *mdt_file_find(struct mdt_export *me, u64 cookie, bool replay)
{
	struct mdt_bucket *b = mdt_file_bucket(mdt_export_device(me), cookie);
	struct mdt_file *mf, *found = NULL;

	spin_lock(&b->mb_lock);
	hlist_for_each_entry(mf, &b->mb_head, mf_hash) {
		if (mf->mf_cookie == cookie && mf->mf_exp == me) {
			refcount_inc(&mf->mf_ref);
			found = mf;
			break;
		}
	}
	spin_unlock(&b->mb_lock);
	if (found || !replay)
		return found;
	spin_lock(&me->me_lock);
	list_for_each_entry(mf, &me->me_files, mf_list) {
		if (mf->mf_old_cookie == cookie) {
			refcount_inc(&mf->mf_ref);
			found = mf;
			break;
		}
	}
	spin_unlock(&me->me_lock);
	return found;
}

/**
 * mdt_file_by_xid - the handle that a request has opened
 * @me: the client
 * @xid: of the open
 *
 * Return: the handle, referenced; NULL: it was closed meanwhile.
 */
struct mdt_file *mdt_file_by_xid(struct mdt_export *me, u64 xid)
{
	struct mdt_file *mf, *found = NULL;

	spin_lock(&me->me_lock);
	list_for_each_entry(mf, &me->me_files, mf_list) {
		if (mf->mf_xid == xid) {
			refcount_inc(&mf->mf_ref);
			found = mf;
			break;
		}
	}
	spin_unlock(&me->me_lock);
	return found;
}

/*
 * The object has one handle less; mo_mutex held. True: it was the last one of a removed file with
 * OST objects, which can be destroyed now.
 */
static bool mdt_file_uncount(struct mdt_file *mf)
{
	struct mdt_object *o = mf->mf_obj;

	o->mo_opens--;
	if (mf->mf_flags & MDS_FMODE_WRITE)
		o->mo_writers--;
	if (mf->mf_flags & MDS_FMODE_EXEC)
		o->mo_execs--;
	return !o->mo_opens && o->mo_dead && o->mo_pending;
}

/* Times that a close brings, only forward (chapter 4, 12). Returns OSD_A_* to set in *la. */
static u32 mdt_close_times(struct mdt_file *mf, const struct mdt_rec_setattr *rec,
			   struct osd_attr *la)
{
	struct osd_attr now;
	u64 valid = le64_to_cpu(rec->sa_valid);
	s64 atime = le64_to_cpu(rec->sa_atime), mtime = le64_to_cpu(rec->sa_mtime),
	    ctime = le64_to_cpu(rec->sa_ctime);
	u32 set = 0;

	if (!(mf->mf_flags & (MDS_FMODE_READ | MDS_FMODE_WRITE | MDS_FMODE_EXEC)))
		return 0;
	osd_attr_get(mf->mf_obj->mo_osd, &now);
	*la = now;
	if ((valid & MDS_ATTR_CTIME) && ctime > now.ctime.tv_sec) {
		la->ctime = (struct timespec64){ .tv_sec = ctime };
		set |= OSD_A_CTIME;
		if ((valid & MDS_ATTR_MTIME) && mtime > now.mtime.tv_sec) {
			la->mtime = (struct timespec64){ .tv_sec = mtime };
			set |= OSD_A_MTIME;
		}
	}
	if ((valid & MDS_ATTR_ATIME) && atime > now.atime.tv_sec +
		READ_ONCE(mf->mf_obj->mo_mdt->mdt_atime_diff) &&
	    atime > mf->mf_obj->mo_atime_set) {
		la->atime = (struct timespec64){ .tv_sec = atime };
		set |= OSD_A_ATIME;
	}
	return set;
}

/**
 * mdt_file_close - close a handle without a close request
 * @mf: open; the caller keeps its reference
 *
 * For an open whose reply failed, and for a client that has disconnected or was evicted. Harmless
 * when the handle is closed already.
 */
void mdt_file_close(struct mdt_file *mf)
{
	struct mdt_object *o = mf->mf_obj;
	struct lu_target *lt = o->mo_mdt->mdt_lt;
	struct osd_trans *th;

	if (!mdt_file_detach(mf))
		return;
	mutex_lock(&o->mo_mutex);
	/*
	 * When the target stops, removed files stay in PENDING/: clients open them again after the
	 * restart.
	 */
	if (mdt_file_uncount(mf) && !READ_ONCE(lt->lt_stopping)) {
		th = tgt_trans_start_local(lt, OSD_CR_ATTR_SET);
		if (!IS_ERR(th)) {
			mdt_orphan_commit(th, o);
			tgt_trans_stop_local(lt, th);
		} else {
			mdt_orphan_later(o);
		}
	}
	mutex_unlock(&o->mo_mutex);
	mdt_file_put(mf);
}

/**
 * mdt_close_again - a close that was executed before the restart of the target is sent again
 * @req: MDS_CLOSE
 *
 * Its open was replayed, as the client did not know of the close, and made the handle again.
 */
void mdt_close_again(struct svc_req *req)
{
	const struct mdt_ioepoch *ep = svc_req_buf(req, WF_EPOCH);
	struct mdt_file *mf = NULL;

	if (ep)
		mf = mdt_file_find(mdt_export(req->sr_exp), ep->mio_open_handle.cookie, true);
	if (!mf)
		return;
	mdt_file_close(mf);
	mdt_file_put(mf);
}

/**
 * mdt_close_export - close all handles of a client, for good
 * @me: the client: it has disconnected or was evicted
 */
void mdt_close_export(struct mdt_export *me)
{
	struct mdt_file *mf;

	for (;;) {
		spin_lock(&me->me_lock);
		me->me_closed = true;
		mf = list_first_entry_or_null(&me->me_files, struct mdt_file, mf_list);
		if (mf)
			refcount_inc(&mf->mf_ref);
		spin_unlock(&me->me_lock);
		if (!mf)
			return;
		mdt_file_close(mf);
		mdt_file_put(mf);
		cond_resched();
	}
}

/**
 * mdt_close - MDS_CLOSE
 * @req: the request
 *
 * The handle is closed whatever else fails. An intent (lease, layout swap ...) is not executed: the
 * bit that would say so is missing in the reply.
 * Return: 0, -ESTALE for an unknown handle.
 */
int mdt_close(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct mdt_export *me = mdt_export(req->sr_exp);
	const struct mdt_ioepoch *ep = svc_req_buf(req, WF_EPOCH);
	const struct mdt_rec_setattr *rec = svc_req_buf(req, WF_REC_REINT);
	struct osd_trans *th = ERR_PTR(-EROFS);
	struct mdt_object *o;
	struct mdt_reply r;
	struct mdt_file *mf;
	struct osd_attr la;
	bool last;
	u32 set;
	int rc;

	if (!ep || !rec)
		return -EPROTO;
	mdt_reply_init(&r);
	mf = mdt_file_find(me, ep->mio_open_handle.cookie, svc_req_replay(req));
	if (!mf || !mdt_file_detach(mf)) {
		if (mf)
			mdt_file_put(mf);
		/* A replay without its open: there is nothing left to do. */
		rc = svc_req_replay(req) ? tgt_trans_empty(req, 0, 0) : -ESTALE;
		return mdt_pack_status(req, &r, rc);
	}
	o = mf->mf_obj;
	mutex_lock(&o->mo_mutex);
	last = mdt_file_uncount(mf);
	set = o->mo_dead ? 0 : mdt_close_times(mf, rec, &la);
	if (set || last)
		th = tgt_trans_start(req, OSD_CR_ATTR_SET);
	if (!IS_ERR(th)) {
		rc = set ? osd_attr_set(th, o->mo_osd, &la, set) : 0;
		if (rc)
			pr_warn_ratelimited("%s: " DFID
					    ": cannot store the times that a close brought: rc = %d\n",
					    mdt->mdt_lt->lt_name, PFID(&o->mo_fid), rc);
		if (last)
			mdt_orphan_commit(th, o);
		tgt_trans_stop(req, th, 0, 0);
	} else {
		if (last)
			mdt_orphan_later(o);
		tgt_trans_empty(req, 0, 0);
	}
	mutex_unlock(&o->mo_mutex);
	rc = mdt_reply_attr(req, o, OBD_MD_FLGETATTR, 0, 0, &r);
	if (rc) {
		mdt_reply_free(&r);
		mdt_reply_init(&r);
	}
	mdt_file_put(mf);	/* of mdt_file_find() */
	mdt_file_put(mf);	/* of the lists, from mdt_file_detach() */
	return mdt_pack_status(req, &r, 0);
}
