// SPDX-License-Identifier: GPL-2.0-only
/*
 * REINT_RENAME. Between two directories one at a time (mdt_rename_mutex): both parents are locked,
 * and nothing else may change the shape of the tree while it is checked that a directory is not
 * moved below itself. The mutex is taken after the LDLM locks, so nobody holds it and waits for a
 * client. Then as in mdt_reint.c.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define RENAME_RETRIES	20

/* Is anc the directory dir or one above it? Under mdt_rename_mutex. */
static int is_ancestor(struct mdt_device *mdt, const struct lu_fid *anc, struct mdt_object *dir)
{
	struct lu_fid fid = dir->mo_fid, up;
	struct osd_object *osd;
	int rc, depth;

	for (depth = 0; depth < 4096; depth++) {
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

struct rename_args {
	struct mdt_object	*sdir, *tdir;	/* may be the same */
	struct mdt_object	*src, *tgt;	/* tgt may be NULL */
	const char		*sname, *tname;
	size_t			slen, tlen;
	s64			time;
	struct osd_attr		sdla, tdla, sla, tla;
};

static int rename_check(const struct mdt_cred *cred, struct rename_args *a)
{
	bool isdir;
	int rc;

	osd_attr_get(a->sdir->mo_osd, &a->sdla);
	osd_attr_get(a->tdir->mo_osd, &a->tdla);
	osd_attr_get(a->src->mo_osd, &a->sla);
	isdir = S_ISDIR(a->sla.mode);
	rc = mdt_may_delete(cred, a->sdir, &a->sdla, &a->sla, isdir);
	if (rc)
		return rc;
	if (a->tgt) {
		osd_attr_get(a->tgt->mo_osd, &a->tla);
		rc = mdt_may_delete(cred, a->tdir, &a->tdla, &a->tla, isdir);
		if (!rc && isdir) {
			rc = osd_dir_empty(a->tgt->mo_osd);
			rc = rc < 0 ? rc : rc ? 0 : -ENOTEMPTY;
		}
	} else {
		rc = mdt_may_create(cred, a->tdir, &a->tdla);
	}
	if (!rc && isdir && a->sdir != a->tdir)
		rc = mdt_permission(cred, a->src, &a->sla, MAY_WRITE);
	return rc;
}

static int rename_do(struct osd_trans *th, struct rename_args *a)
{
	bool isdir = S_ISDIR(a->sla.mode);
	int rc;

	if (a->tgt)
		rc = osd_dir_replace(th, a->tdir->mo_osd, a->tname, a->tlen, a->src->mo_osd);
	else
		rc = osd_dir_insert(th, a->tdir->mo_osd, a->tname, a->tlen, a->src->mo_osd);
	if (!rc)
		rc = osd_dir_delete(th, a->sdir->mo_osd, a->sname, a->slen);
	if (!rc && isdir && a->sdir != a->tdir) {
		rc = osd_dir_set_parent(th, a->src->mo_osd, a->tdir->mo_osd);
		if (!rc)
			rc = osd_nlink_add(th, a->tdir->mo_osd, 1);
		if (!rc)
			rc = osd_nlink_add(th, a->sdir->mo_osd, -1);
	}
	if (!rc && a->tgt)
		rc = mdt_name_gone(th, a->tdir, a->tname, a->tlen, a->tgt, &a->tla, a->time);
	if (rc)
		return rc;
	atomic_inc(&a->sdir->mo_removals);
	mdt_linkea_change(th, a->src, &(struct mdt_name){ a->sdir, a->sname, a->slen },
			  &(struct mdt_name){ a->tdir, a->tname, a->tlen });
	mdt_touch(th, a->src, a->time, OSD_A_CTIME);
	mdt_touch(th, a->sdir, a->time, OSD_A_MTIME | OSD_A_CTIME);
	if (a->sdir != a->tdir)
		mdt_touch(th, a->tdir, a->time, OSD_A_MTIME | OSD_A_CTIME);
	return 0;
}

static void rename_sems(struct rename_args *a, bool lock)
{
	struct mdt_device *mdt = a->sdir->mo_mdt;

	if (lock) {
		if (a->sdir != a->tdir)
			mutex_lock(&mdt->mdt_rename_mutex);
		down_write(&a->sdir->mo_dir_sem);
		if (a->sdir != a->tdir)
			down_write_nested(&a->tdir->mo_dir_sem, SINGLE_DEPTH_NESTING);
	} else {
		if (a->sdir != a->tdir)
			up_write(&a->tdir->mo_dir_sem);
		up_write(&a->sdir->mo_dir_sem);
		if (a->sdir != a->tdir)
			mutex_unlock(&mdt->mdt_rename_mutex);
	}
}

static void rename_mutexes(struct rename_args *a, bool lock)
{
	struct mdt_object *x = a->src, *y = a->tgt;

	if (y && fid_cmp(&x->mo_fid, &y->mo_fid) > 0)
		swap(x, y);
	if (lock) {
		mutex_lock(&x->mo_mutex);
		if (y)
			mutex_lock_nested(&y->mo_mutex, SINGLE_DEPTH_NESTING);
	} else {
		if (y)
			mutex_unlock(&y->mo_mutex);
		mutex_unlock(&x->mo_mutex);
	}
}

/* A directory must not get below itself. Under mdt_rename_mutex. */
static int rename_check_tree(struct mdt_device *mdt, struct rename_args *a)
{
	int rc = 0;

	if (a->sdir == a->tdir)
		return 0;
	if (S_ISDIR(a->src->mo_osd->oo_type)) {
		rc = is_ancestor(mdt, &a->src->mo_fid, a->tdir);
		if (rc)
			return rc < 0 ? rc : -EINVAL;
	}
	/* A target above the source is not empty. */
	if (a->tgt && S_ISDIR(a->tgt->mo_osd->oo_type)) {
		rc = is_ancestor(mdt, &a->tgt->mo_fid, a->sdir);
		if (rc)
			return rc < 0 ? rc : -ENOTEMPTY;
	}
	return 0;
}

/*
 * Find both children, lock everything, and see that the names are still theirs. -EAGAIN: start
 * over.
 */
static int rename_begin(struct mdt_device *mdt, struct rename_args *a, struct mdt_lock_set *ls)
{
	int rc;

	a->src = mdt_child_find(a->sdir, a->sname, a->slen);
	if (IS_ERR(a->src))
		return PTR_ERR(a->src);
	a->tgt = mdt_child_find(a->tdir, a->tname, a->tlen);
	if (IS_ERR(a->tgt)) {
		rc = PTR_ERR(a->tgt);
		a->tgt = NULL;
		if (rc != -ENOENT)
			return rc;
	}
	mdt_lock_add(ls, &a->sdir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(ls, &a->tdir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(ls, &a->src->mo_fid, LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_XATTR);
	if (a->tgt && a->tgt != a->src)
		mdt_lock_add(ls, &a->tgt->mo_fid, LCK_EX,
			     MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	rc = mdt_lock_all(mdt, ls);
	if (rc)
		return rc;
	rename_sems(a, true);
	rc = mdt_name_is(a->sdir, a->sname, a->slen, a->src);
	if (!rc)
		rc = mdt_name_is(a->tdir, a->tname, a->tlen, a->tgt);
	if (!rc)
		rc = rename_check_tree(mdt, a);
	if (rc) {
		rename_sems(a, false);
		mdt_unlock_all(ls);
	}
	return rc;
}

static void rename_put(struct rename_args *a)
{
	mdt_object_put(a->src);
	mdt_object_put(a->tgt);
	a->src = a->tgt = NULL;
}

int mdt_reint_rename(struct svc_req *req, const struct mdt_rec_rename *rec, struct mdt_reply *r)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct rename_args a = { .time = le64_to_cpu(rec->rn_time) };
	struct mdt_lock_set ls = {};
	struct osd_trans *th;
	struct mdt_cred cred;
	int rc, tries = 0;

	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	rc = mdt_name_get(req, WF_NAME, &a.sname, &a.slen);
	if (!rc)
		rc = mdt_name_get(req, WF_SYMTGT, &a.tname, &a.tlen);
	if (!rc && (mdt_is_dot(a.sname, a.slen) || mdt_is_dot(a.tname, a.tlen)))
		rc = -EINVAL;
	if (rc)
		return rc;
	a.sdir = mdt_parent_find(mdt, &rec->rn_fid1);
	if (IS_ERR(a.sdir))
		return PTR_ERR(a.sdir);
	a.tdir = mdt_parent_find(mdt, &rec->rn_fid2);
	if (IS_ERR(a.tdir)) {
		rc = PTR_ERR(a.tdir);
		goto out_sdir;
	}

	do {
		rename_put(&a);
		rc = rename_begin(mdt, &a, &ls);
	} while (rc == -EAGAIN && ++tries < RENAME_RETRIES);
	if (rc) {
		if (rc == -EAGAIN)
			rc = -EINPROGRESS;
		goto out_put;
	}
	if (a.src == a.tgt) {		/* two names of one file: POSIX wants nothing to happen */
		rename_sems(&a, false);
		mdt_unlock_all(&ls);
		goto out_put;
	}
	rename_mutexes(&a, true);
	rc = rename_check(&cred, &a);
	if (!rc) {
		th = tgt_trans_start(req, 2 * OSD_CR_DIR_INSERT + 2 * OSD_CR_DIR_DELETE +
						  4 * OSD_CR_NLINK + 4 * OSD_CR_ATTR_SET +
						  2 * MDT_CR_LINKEA + MDT_CR_ORPHAN);
		rc = PTR_ERR_OR_ZERO(th);
	}
	if (!rc) {
		rc = rename_do(th, &a);
		rc = tgt_trans_stop(req, th, rc, 0);
	}
	rename_mutexes(&a, false);
	rename_sems(&a, false);
	mdt_unlock_all(&ls);
	if (!rc && a.tgt)
		rc = mdt_reply_attr(req, a.tgt, OBD_MD_FLGETATTR, 0, 0, r);
out_put:
	rename_put(&a);
	mdt_object_put(a.tdir);
out_sdir:
	mdt_object_put(a.sdir);
	return rc;
}
