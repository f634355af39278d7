// SPDX-License-Identifier: GPL-2.0-only
/*
 * MDS_REINT: the operations that change names: create, link, unlink, rename (chapter 4, 13).
 * setattr and setxattr are in mdt_setattr.c.
 *
 * Each operation looks its objects up, takes the LDLM locks of chapter 3, 18.5 on all of them in
 * the order of their FIDs, then mo_dir_sem of the parents, and looks the names up again: when they
 * changed meanwhile it starts over. So nobody waits for a client with a mo_dir_sem held. All
 * changes are in one transaction.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define REINT_RETRIES \
	20 /* names that change under us: give up with -EINPROGRESS, the client comes again */

/* Set times of an object to the client's clock, never back. */
int mdt_touch(struct osd_trans *th, struct mdt_object *o, s64 time, u32 valid)
{
	struct osd_attr la;

	osd_attr_get(o->mo_osd, &la);
	if (time <= la.ctime.tv_sec)
		valid &= ~OSD_A_CTIME;
	if (time <= la.mtime.tv_sec)
		valid &= ~OSD_A_MTIME;
	if (!valid)
		return 0;
	la.ctime = la.mtime = (struct timespec64){ .tv_sec = time };
	return osd_attr_set(th, o->mo_osd, &la, valid);
}

/* Pack the reply of a reint or intent that may have failed: a body must be there in any case. */
int mdt_pack_status(struct svc_req *req, struct mdt_reply *r, int rc)
{
	int rc2 = mdt_reply_pack(req, r);

	return rc ?: rc2;
}

/* The parent of a name: a directory that is still alive. */
struct mdt_object *mdt_parent_find(struct mdt_device *mdt, const struct lu_fid_le *le)
{
	struct mdt_object *o = mdt_object_find_le(mdt, le);

	if (IS_ERR(o))
		return o;
	if (!S_ISDIR(o->mo_osd->oo_type)) {
		mdt_object_put(o);
		return ERR_PTR(-ENOTDIR);
	}
	if (o->mo_dead) {
		mdt_object_put(o);
		return ERR_PTR(-ENOENT);
	}
	return o;
}

struct mdt_object *mdt_child_find(struct mdt_object *dir, const char *name, size_t len)
{
	struct lu_fid fid;
	int rc;

	rc = mdt_lookup(dir, name, len, &fid);
	if (rc)
		return ERR_PTR(rc);
	return mdt_object_find(dir->mo_mdt, &fid);
}

/* Does the name still lead to this object (NULL: to nothing)? Under mo_dir_sem. */
int mdt_name_is(struct mdt_object *dir, const char *name, size_t len, struct mdt_object *o)
{
	struct lu_fid fid;
	int rc;

	rc = osd_dir_lookup(dir->mo_osd, name, len, &fid);
	if (rc == -ENOENT)
		return o ? -EAGAIN : 0;
	if (rc)
		return rc;
	return o && fid_eq(&fid, &o->mo_fid) ? 0 : -EAGAIN;
}

bool mdt_is_dot(const char *name, size_t len)
{
	return (len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.');
}

/* ---- link ---- */

static int reint_link(struct svc_req *req, const struct mdt_rec_link *rec, struct mdt_reply *r)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct mdt_object *src, *dir;
	struct osd_attr sla, dla;
	struct mdt_lock_set ls = {};
	s64 time = le64_to_cpu(rec->lk_time);
	struct osd_trans *th;
	struct mdt_cred cred;
	const char *name;
	size_t len;
	int rc;

	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	rc = mdt_name_get(req, WF_NAME, &name, &len);
	if (!rc && mdt_is_dot(name, len))
		rc = -EEXIST;
	if (rc)
		return rc;
	src = mdt_object_find_le(mdt, &rec->lk_fid1);
	if (IS_ERR(src))
		return PTR_ERR(src);
	dir = mdt_parent_find(mdt, &rec->lk_fid2);
	if (IS_ERR(dir)) {
		rc = PTR_ERR(dir);
		goto out_src;
	}
	if (S_ISDIR(src->mo_osd->oo_type)) {
		rc = -EPERM;
		goto out_dir;
	}

	mdt_lock_add(&ls, &dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(&ls, &src->mo_fid, LCK_EX, MDS_INODELOCK_UPDATE | MDS_INODELOCK_XATTR);
	rc = mdt_lock_all(mdt, &ls);
	if (rc)
		goto out_dir;
	down_write(&dir->mo_dir_sem);
	mutex_lock(&src->mo_mutex);
	osd_attr_get(dir->mo_osd, &dla);
	osd_attr_get(src->mo_osd, &sla);
	rc = mdt_name_is(dir, name, len, NULL);
	if (rc == -EAGAIN) {
		rc = mdt_name_is(dir, name, len, src);
		if (!rc && svc_req_replay(req))
			rc = tgt_trans_empty(req, 0, 0);
		else
			rc = -EEXIST;
		goto out_locks;
	}
	if (!rc)
		rc = mdt_may_create(&cred, dir, &dla);
	if (!rc && src->mo_dead)
		rc = -ENOENT;
	if (!rc && (sla.flags & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL)))
		rc = -EPERM;
	if (!rc && sla.nlink >= MDT_LINK_MAX)
		rc = -EMLINK;
	if (rc)
		goto out_locks;

	th = tgt_trans_start(req, OSD_CR_DIR_INSERT + OSD_CR_NLINK + 2 * OSD_CR_ATTR_SET +
					  MDT_CR_LINKEA);
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out_locks;
	}
	rc = osd_dir_insert(th, dir->mo_osd, name, len, src->mo_osd);
	if (!rc)
		rc = osd_nlink_add(th, src->mo_osd, 1);
	if (!rc) {
		mdt_linkea_change(th, src, NULL, &(struct mdt_name){ dir, name, len });
		mdt_touch(th, src, time, OSD_A_CTIME);
		mdt_touch(th, dir, time, OSD_A_MTIME | OSD_A_CTIME);
	}
	rc = tgt_trans_stop(req, th, rc, 0);
out_locks:
	mutex_unlock(&src->mo_mutex);
	up_write(&dir->mo_dir_sem);
	mdt_unlock_all(&ls);
out_dir:
	mdt_object_put(dir);
	if (!rc)
		rc = mdt_reply_attr(req, src, OBD_MD_FLGETATTR, 0, 0, r);
out_src:
	mdt_object_put(src);
	return rc;
}

/* ---- unlink ---- */

/*
 * The last name of an object went in this transaction (mo_mutex held). A file with OST objects
 * stays on disk in PENDING/ until these are destroyed; *reap: that may start when this commits.
 * Everything else goes with the last user.
 */
int mdt_unlink_last(struct osd_trans *th, struct mdt_object *child, bool *reap)
{
	ssize_t len = -ENODATA;
	int rc;

	*reap = false;
	if (S_ISREG(child->mo_osd->oo_type))
		len = osd_xattr_get(child->mo_osd, XATTR_NAME_LOV, NULL, 0);
	if (len > 0) {
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

/* One name of child less; for unlink and for the target of a rename. Both under their locks. */
int mdt_name_gone(struct osd_trans *th, struct mdt_object *dir, const char *name, size_t len,
		     struct mdt_object *child, const struct osd_attr *cla, s64 time)
{
	bool reap = false;
	int rc;

	atomic_inc(&dir->mo_removals);
	if (S_ISDIR(cla->mode)) {
		rc = osd_nlink_add(th, dir->mo_osd, -1);
		if (!rc)
			rc = mdt_unlink_last(th, child, &reap);
	} else if (cla->nlink > 1) {
		rc = osd_nlink_add(th, child->mo_osd, -1);
		if (!rc)
			mdt_linkea_change(th, child, &(struct mdt_name){ dir, name, len }, NULL);
		mdt_touch(th, child, time, OSD_A_CTIME);
	} else {
		mdt_touch(th, child, time, OSD_A_CTIME);
		rc = mdt_unlink_last(th, child, &reap);
		if (reap)
			mdt_orphan_commit(th, child);
	}
	return rc;
}

static int reint_unlink(struct svc_req *req, const struct mdt_rec_unlink *rec, struct mdt_reply *r)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct mdt_object *dir, *child = NULL;
	s64 time = le64_to_cpu(rec->ul_time);
	bool isdir = S_ISDIR(le32_to_cpu(rec->ul_mode));
	struct mdt_lock_set ls = {};
	struct osd_attr dla, cla;
	struct osd_trans *th;
	struct mdt_cred cred;
	const char *name;
	int rc, tries = 0;
	size_t len;

	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	rc = mdt_name_get(req, WF_NAME, &name, &len);
	if (!rc && mdt_is_dot(name, len))
		rc = len == 1 ? -EINVAL : -ENOTEMPTY;
	if (rc)
		return rc;
	dir = mdt_parent_find(mdt, &rec->ul_fid1);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
again:
	child = mdt_child_find(dir, name, len);
	if (IS_ERR(child)) {
		rc = PTR_ERR(child);
		goto out;
	}
	mdt_lock_add(&ls, &dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(&ls, &child->mo_fid, LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	rc = mdt_lock_all(mdt, &ls);
	if (rc)
		goto out;
	down_write(&dir->mo_dir_sem);
	rc = mdt_name_is(dir, name, len, child);
	if (rc) {
		up_write(&dir->mo_dir_sem);
		mdt_unlock_all(&ls);
		if (rc != -EAGAIN)
			goto out;
		mdt_object_put(child);
		child = NULL;
		if (++tries < REINT_RETRIES)
			goto again;
		rc = -EINPROGRESS;
		goto out;
	}
	mutex_lock(&child->mo_mutex);
	osd_attr_get(dir->mo_osd, &dla);
	osd_attr_get(child->mo_osd, &cla);
	rc = mdt_may_delete(&cred, dir, &dla, &cla, isdir);
	if (!rc && isdir) {
		rc = osd_dir_empty(child->mo_osd);
		rc = rc < 0 ? rc : rc ? 0 : -ENOTEMPTY;
	}
	if (rc)
		goto out_locks;
	th = tgt_trans_start(req, OSD_CR_DIR_DELETE + 2 * OSD_CR_NLINK + 2 * OSD_CR_ATTR_SET +
					  MDT_CR_LINKEA + MDT_CR_ORPHAN);
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out_locks;
	}
	rc = osd_dir_delete(th, dir->mo_osd, name, len);
	if (!rc)
		rc = mdt_name_gone(th, dir, name, len, child, &cla, time);
	if (!rc)
		mdt_touch(th, dir, time, OSD_A_MTIME | OSD_A_CTIME);
	rc = tgt_trans_stop(req, th, rc, 0);
out_locks:
	mutex_unlock(&child->mo_mutex);
	up_write(&dir->mo_dir_sem);
	mdt_unlock_all(&ls);
out:
	if (!rc)
		rc = mdt_reply_attr(req, child, OBD_MD_FLGETATTR, 0, 0, r);
	mdt_object_put(child);
	mdt_object_put(dir);
	return rc;
}

/**
 * mdt_reint - MDS_REINT
 * @req: format wf_mds_reint (the record only) so far
 *
 * Return: status of the reply; -EPROTO for a record that is none, -EROFS, -EOPNOTSUPP for what is
 * not made here.
 */
int mdt_reint(struct svc_req *req)
{
	const struct mdt_rec_reint *rec = svc_req_buf(req, WF_REC_REINT);
	const struct wire_format *fmt;
	struct mdt_reply r;
	enum mdt_stat stat;
	ktime_t start;
	u32 op;
	int rc;

	if (!rec)
		return -EPROTO;
	op = le32_to_cpu(rec->rr_opcode);
	fmt = wire_reint_format(op);
	if (!fmt || op == REINT_OPEN)
		return -EPROTO;
	rc = svc_req_set_format(req, fmt);
	if (rc)
		return rc;
	rec = svc_req_buf(req, WF_REC_REINT);
	if (mdt_export(req->exp)->me_rdonly)
		return -EROFS;
	ldlm_srv_cancel_elc(req, WF_DLM_REQ);

	start = ktime_get();
	mdt_reply_init(&r);
	switch (op) {
	case REINT_SETATTR:
		rc = mdt_reint_setattr(req, (const void *)rec, &r);
		stat = MDS_STAT_SETATTR;
		break;
	case REINT_CREATE:
		rc = mdt_reint_create(req, (const void *)rec, &r);
		stat = S_ISDIR(le32_to_cpu(((const struct mdt_rec_create *)rec)->cr_mode))
			       ? MDS_STAT_MKDIR
			       : MDS_STAT_MKNOD;
		break;
	case REINT_LINK:
		rc = reint_link(req, (const void *)rec, &r);
		stat = MDS_STAT_LINK;
		break;
	case REINT_UNLINK:
		rc = reint_unlink(req, (const void *)rec, &r);
		stat = S_ISDIR(le32_to_cpu(((const struct mdt_rec_unlink *)rec)->ul_mode))
			       ? MDS_STAT_RMDIR
			       : MDS_STAT_UNLINK;
		break;
	case REINT_RENAME:
		rc = mdt_reint_rename(req, (const void *)rec, &r);
		stat = MDS_STAT_RENAME;
		break;
	case REINT_SETXATTR:
		rc = mdt_reint_setxattr(req, (const void *)rec, &r);
		stat = MDS_STAT_SETXATTR;
		break;
	default:
		return -EOPNOTSUPP;
	}
	rc = mdt_pack_status(req, &r, rc);
	if (rc >= 0) {
		lu_stats_since(mdt_dev(req)->mdt_stats, stat, start);
		if (op == REINT_RENAME)
			lu_stats_since(mdt_dev(req)->mdt_stats,
				       !memcmp(&rec->rr_fid1, &rec->rr_fid2, sizeof(rec->rr_fid1))
					       ? MDS_STAT_SAMEDIR_RENAME
					       : MDS_STAT_CROSSDIR_RENAME,
				       start);
	}
	return rc;
}
