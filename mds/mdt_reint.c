// SPDX-License-Identifier: GPL-2.0-only
/*
 * MDS_REINT: the operations that change names: create, link, unlink, rename (chapter 4, 13). setattr and setxattr
 * are in mdt_setattr.c.
 *
 * Each operation looks its objects up, takes the LDLM locks of chapter 3, 18.5 on all of them in the order of their
 * FIDs, then mo_dir_sem of the parents, and looks the names up again: when they changed meanwhile it starts over. So
 * nobody waits for a client with a mo_dir_sem held. All changes are in one transaction.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/kdev_t.h>
#include <linux/slab.h>
#include "mdt_internal.h"

#define REINT_RETRIES	20	/* names that change under us: give up with -EINPROGRESS, the client comes again */

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
static struct mdt_object *parent_find(struct mdt_device *mdt, const struct lu_fid_le *le)
{
	struct mdt_object *o;
	struct lu_fid fid;
	int rc;

	rc = mdt_req_fid(le, &fid);
	if (rc)
		return ERR_PTR(rc);
	o = mdt_object_find(mdt, &fid);
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

static struct mdt_object *child_find(struct mdt_object *dir, const char *name, size_t len)
{
	struct lu_fid fid;
	int rc;

	rc = mdt_lookup(dir, name, len, &fid);
	if (rc)
		return ERR_PTR(rc);
	return mdt_object_find(dir->mo_mdt, &fid);
}

/* Does the name still lead to this object (NULL: to nothing)? Under mo_dir_sem. */
static int name_is(struct mdt_object *dir, const char *name, size_t len, struct mdt_object *o)
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

static bool is_dot(const char *name, size_t len)
{
	return (len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.');
}

/* ---- creation, shared with open ---- */

/**
 * mdt_new_prepare - what a new object inherits
 * @cred: of the request
 * @parent: its directory, under mo_dir_sem
 * @pla: attributes of the parent
 * @n: fid, mode (before the umask), rdev, time and the like are set; the rest is filled
 *
 * Owner, group and set-group-id bit, ACLs or umask, project, default layout of a directory (chapter 4, 13.2).
 * Return: 0, -ENOMEM, -errno of reading the parent. mdt_new_fini() in any case.
 */
int mdt_new_prepare(const struct mdt_cred *cred, struct mdt_object *parent, const struct osd_attr *pla,
		    struct mdt_new *n)
{
	bool dir = S_ISDIR(n->mode);
	void *def = NULL;
	int len, more;

	n->uid = cred->mc_uid;
	n->gid = cred->mc_gid;
	if (pla->mode & S_ISGID) {
		n->gid = pla->gid;
		if (dir)
			n->mode |= S_ISGID;
	}
	if (!dir && (n->mode & S_ISGID) && (n->mode & 0010) && !mdt_in_group(cred, n->gid) && !mdt_capable(cred, CAP_FSETID))
		n->mode &= ~S_ISGID;
	if (pla->flags & LUSTRE_PROJINHERIT_FL) {
		n->projid = pla->projid;
		if (dir)
			n->flags |= LUSTRE_PROJINHERIT_FL;
	}

	len = S_ISLNK(n->mode) ? -ENODATA : mdt_xattr_get_alloc(parent, XATTR_NAME_ACL_DEFAULT, &def);
	if (len > 0 && mdt_acl_check(def, len) > 0) {
		n->acl = kvmalloc(len, GFP_NOFS);
		if (!n->acl) {
			kvfree(def);
			return -ENOMEM;
		}
		memcpy(n->acl, def, len);
		more = mdt_acl_create(n->acl, len, &n->mode);
		n->acl_len = more ? len : 0;
		if (dir) {
			n->def_acl = def;
			n->def_acl_len = len;
		} else {
			kvfree(def);
		}
	} else {
		kvfree(def);
		if (len == -ENOMEM)
			return len;
		if (!S_ISLNK(n->mode))
			n->mode &= ~(cred->mc_umask & 0777);
	}

	/* Sub-directories copy the default layout, except that of the root: it applies anyway. */
	if (dir && !fid_is_root(&parent->mo_fid)) {
		len = mdt_xattr_get_alloc(parent, XATTR_NAME_LOV, &n->def_lov);
		if (len == -ENOMEM)
			return len;
		n->def_lov_len = max(len, 0);
	}
	if (n->alloc) {
		n->lov_built_len = mdt_lov_alloc_size(n->alloc);
		n->lov_built = kvmalloc(n->lov_built_len, GFP_NOFS);
		if (!n->lov_built)
			return -ENOMEM;
		mdt_lov_build(n->alloc, &n->fid, n->lov_built);
		n->lov = n->lov_built;
		n->lov_len = n->lov_built_len;
	}
	return 0;
}

void mdt_new_fini(struct mdt_new *n)
{
	kvfree(n->acl);
	kvfree(n->def_acl);
	kvfree(n->def_lov);
	kvfree(n->lov_built);
}

int mdt_new_credits(const struct mdt_new *n)
{
	int c = OSD_CR_CREATE + OSD_CR_DIR_INSERT + 3 * OSD_CR_ATTR_SET + OSD_CR_NLINK + OSD_CR_DESTROY +
		OSD_CR_XATTR_SET;	/* linkEA of one name */

	if (n->target)
		c += OSD_CR_XATTR_SET;
	if (n->acl_len)
		c += OSD_CR_XATTR_LEN(n->acl_len);
	if (n->def_acl_len)
		c += OSD_CR_XATTR_LEN(n->def_acl_len);
	if (n->def_lov_len)
		c += OSD_CR_XATTR_LEN(n->def_lov_len);
	if (n->secctx_len)
		c += OSD_CR_XATTR_LEN(n->secctx_len);
	if (n->lov_len)
		c += OSD_CR_XATTR_LEN(n->lov_len) + OSD_CR_BUF_WRITE * LOD_MAX_STRIPES / 8;
	return c;
}

static int new_fill(struct osd_trans *th, struct osd_object *osd, struct mdt_object *parent, const char *name,
		    size_t len, struct mdt_new *n)
{
	struct osd_attr la = { .mode = n->mode & 07777, .projid = n->projid, .flags = n->flags };
	u32 valid = OSD_A_MODE | OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME | OSD_A_CRTIME;
	int rc;

	la.atime = la.mtime = la.ctime = la.crtime = (struct timespec64){ .tv_sec = n->time };
	if (n->projid)
		valid |= OSD_A_PROJID;
	if (n->flags)
		valid |= OSD_A_FLAGS;
	rc = osd_attr_set(th, osd, &la, valid);
	if (!rc && n->target)
		rc = osd_symlink_set(th, osd, n->target, n->target_len);
	if (!rc && n->lov_len)
		rc = osd_xattr_set(th, osd, XATTR_NAME_LOV, n->lov, n->lov_len, 0);
	if (!rc && n->acl_len)
		rc = osd_xattr_set(th, osd, XATTR_NAME_ACL_ACCESS, n->acl, n->acl_len, 0);
	if (!rc && n->def_acl_len)
		rc = osd_xattr_set(th, osd, XATTR_NAME_ACL_DEFAULT, n->def_acl, n->def_acl_len, 0);
	if (!rc && n->def_lov_len)
		rc = osd_xattr_set(th, osd, XATTR_NAME_LOV, n->def_lov, n->def_lov_len, 0);
	if (!rc && n->secctx_len)
		rc = osd_xattr_set(th, osd, n->secctx_name, n->secctx, n->secctx_len, 0);
	if (!rc && name)
		rc = osd_dir_insert(th, parent->mo_osd, name, len, osd);
	return rc;
}

/**
 * mdt_new_create - make an object and its name
 * @th: transaction with mdt_new_credits()
 * @parent: directory, mo_dir_sem held exclusive
 * @name: or NULL for an object without a name (volatile file)
 * @len: of @name
 * @n: after mdt_new_prepare()
 *
 * Undone in the same transaction when a part of it fails.
 * Return: the object, referenced; ERR_PTR(-EEXIST: the FID or name exists, -ENOSPC, -EIO ...).
 */
struct mdt_object *mdt_new_create(struct osd_trans *th, struct mdt_object *parent, const char *name, size_t len,
				  struct mdt_new *n)
{
	struct mdt_device *mdt = parent->mo_mdt;
	struct mdt_object *o;
	struct osd_object *osd;
	int rc;

	osd = osd_create(th, mdt->mdt_osd, parent->mo_osd, &n->fid, n->mode, n->rdev, n->uid, n->gid);
	if (IS_ERR(osd))
		return ERR_CAST(osd);
	rc = new_fill(th, osd, parent, name, len, n);
	if (!rc && n->alloc) {
		rc = mdt_lov_used(th, n->alloc);
		if (rc && name)
			osd_dir_delete(th, parent->mo_osd, name, len);
	}
	if (rc) {
		osd_destroy(th, osd);
		osd_object_put(osd);
		return ERR_PTR(rc);
	}
	o = mdt_object_wrap(mdt, osd);
	if (IS_ERR(o)) {
		if (name)
			osd_dir_delete(th, parent->mo_osd, name, len);
		osd_destroy(th, osd);
		osd_object_put(osd);
		return o;
	}
	if (!name)
		return o;
	rc = mdt_linkea_change(th, o, NULL, NULL, 0, &parent->mo_fid, name, len);
	if (rc)
		pr_warn_ratelimited("%s: " DFID ": cannot store its name in trusted.link: %d\n",
				    mdt->mdt_lt->lt_name, PFID(&o->mo_fid), rc);
	if (S_ISDIR(n->mode))
		osd_nlink_add(th, parent->mo_osd, 1);
	mdt_touch(th, parent, n->time, OSD_A_MTIME | OSD_A_CTIME);
	if (n->lov_len > atomic_read(&mdt->mdt_max_mdsize))
		atomic_set(&mdt->mdt_max_mdsize, n->lov_len);
	return o;
}

/* The security label that a create carries. */
int mdt_new_secctx(struct svc_req *req, struct mdt_new *n)
{
	const char *name = svc_req_buf(req, WF_SECCTX_NAME);

	n->secctx_len = name && name[0] ? svc_req_len(req, WF_SECCTX) : 0;
	if (!n->secctx_len)
		return 0;
	if (strncmp(name, XATTR_SECURITY_PREFIX, XATTR_SECURITY_PREFIX_LEN) || n->secctx_len > XATTR_SIZE_MAX)
		return -EINVAL;
	n->secctx_name = name;
	n->secctx = svc_req_buf(req, WF_SECCTX);
	return 0;
}

static int create_args(struct svc_req *req, const struct mdt_rec_create *rec, struct mdt_cred *cred, struct mdt_new *n)
{
	int rc;

	memset(n, 0, sizeof(*n));
	mdt_cred_rec(cred, (const struct mdt_rec_reint *)rec);
	cred->mc_umask = le32_to_cpu(rec->cr_umask);
	rc = mdt_req_fid(&rec->cr_fid2, &n->fid);
	if (!rc && !fid_is_norm(&n->fid))
		rc = -EINVAL;
	if (rc)
		return rc;
	n->mode = le32_to_cpu(rec->cr_mode) & (S_IFMT | 07777);
	n->time = le64_to_cpu(rec->cr_time);
	return mdt_new_secctx(req, n);
}

static int reint_create(struct svc_req *req, const struct mdt_rec_create *rec)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct mdt_object *parent, *child = NULL;
	struct mdt_lock_set ls = {};
	struct osd_attr pla;
	struct osd_trans *th;
	struct mdt_cred cred;
	struct mdt_reply r;
	struct mdt_new n;
	const char *name;
	size_t len;
	int rc;

	mdt_reply_init(&r);
	rc = create_args(req, rec, &cred, &n);
	if (rc)
		return mdt_pack_status(req, &r, rc);
	rc = mdt_name_get(req, WF_NAME, &name, &len);
	if (rc)
		return mdt_pack_status(req, &r, rc);
	if (is_dot(name, len))
		return mdt_pack_status(req, &r, -EEXIST);

	switch (n.mode & S_IFMT) {
	case S_IFDIR:
		if (svc_req_len(req, WF_EADATA) >= sizeof(struct lmv_user_md_le)) {
			const struct lmv_user_md_le *lum = svc_req_buf(req, WF_EADATA);
			u32 count = le32_to_cpu(lum->lum_stripe_count), off = le32_to_cpu(lum->lum_stripe_offset);

			if (!(mdt_rec_create_flags(rec) & MDS_OPEN_DEFAULT_LMV)) {
				if (count > 1)
					return mdt_pack_status(req, &r, -EPERM);
				if (off != mdt->mdt_lt->lt_index && off != ~0U)
					return mdt_pack_status(req, &r, -EINVAL);
			}
		}
		break;
	case S_IFLNK:
		n.target = svc_req_buf(req, WF_EADATA);
		n.target_len = n.target ? strnlen(n.target, svc_req_len(req, WF_EADATA)) : 0;
		if (!n.target_len || n.target_len >= PATH_MAX)
			return mdt_pack_status(req, &r, n.target_len ? -ENAMETOOLONG : -EINVAL);
		n.mode = S_IFLNK | 0777;
		break;
	case S_IFCHR:
	case S_IFBLK:
		if (!mdt_capable(&cred, CAP_MKNOD) && le64_to_cpu(rec->cr_rdev))
			return mdt_pack_status(req, &r, -EPERM);
		n.rdev = old_decode_dev(le64_to_cpu(rec->cr_rdev));
		break;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	default:
		return mdt_pack_status(req, &r, -EINVAL);
	}

	parent = parent_find(mdt, &rec->cr_fid1);
	if (IS_ERR(parent))
		return mdt_pack_status(req, &r, PTR_ERR(parent));

	mdt_lock_add(&ls, &parent->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	rc = mdt_lock_all(mdt, &ls);
	if (rc)
		goto out_parent;
	down_write(&parent->mo_dir_sem);
	osd_attr_get(parent->mo_osd, &pla);
	rc = name_is(parent, name, len, NULL);
	if (rc == -EAGAIN) {
		rc = -EEXIST;
		if (req->pb_flags & MSG_REPLAY) {
			child = child_find(parent, name, len);
			if (!IS_ERR(child) && fid_eq(&child->mo_fid, &n.fid))
				rc = tgt_trans_empty(req, 0, 0);
		}
		goto out_sem;
	}
	if (!rc)
		rc = mdt_may_create(&cred, parent, &pla);
	if (!rc)
		rc = mdt_new_prepare(&cred, parent, &pla, &n);
	if (rc)
		goto out_new;
	th = tgt_trans_start(req, mdt_new_credits(&n));
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out_new;
	}
	child = mdt_new_create(th, parent, name, len, &n);
	rc = tgt_trans_stop(req, th, PTR_ERR_OR_ZERO(child), 0);
out_new:
	mdt_new_fini(&n);
out_sem:
	up_write(&parent->mo_dir_sem);
	mdt_unlock_all(&ls);
out_parent:
	if (!rc)
		rc = mdt_reply_attr(req, child, OBD_MD_FLGETATTR, 0, 0, &r);
	if (!IS_ERR(child))
		mdt_object_put(child);
	mdt_object_put(parent);
	return mdt_pack_status(req, &r, rc);
}

/* ---- link ---- */

static int reint_link(struct svc_req *req, const struct mdt_rec_link *rec)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct mdt_object *src, *dir;
	struct osd_attr sla, dla;
	struct mdt_lock_set ls = {};
	s64 time = le64_to_cpu(rec->lk_time);
	struct osd_trans *th;
	struct mdt_cred cred;
	struct mdt_reply r;
	struct lu_fid fid;
	const char *name;
	size_t len;
	int rc;

	mdt_reply_init(&r);
	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	rc = mdt_name_get(req, WF_NAME, &name, &len);
	if (!rc && is_dot(name, len))
		rc = -EEXIST;
	if (!rc)
		rc = mdt_req_fid(&rec->lk_fid1, &fid);
	if (rc)
		return mdt_pack_status(req, &r, rc);
	src = mdt_object_find(mdt, &fid);
	if (IS_ERR(src))
		return mdt_pack_status(req, &r, PTR_ERR(src));
	dir = parent_find(mdt, &rec->lk_fid2);
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
	rc = name_is(dir, name, len, NULL);
	if (rc == -EAGAIN) {
		rc = name_is(dir, name, len, src);
		if (!rc && (req->pb_flags & MSG_REPLAY))
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

	th = tgt_trans_start(req, OSD_CR_DIR_INSERT + OSD_CR_NLINK + 2 * OSD_CR_ATTR_SET + MDT_CR_LINKEA);
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out_locks;
	}
	rc = osd_dir_insert(th, dir->mo_osd, name, len, src->mo_osd);
	if (!rc)
		rc = osd_nlink_add(th, src->mo_osd, 1);
	if (!rc) {
		mdt_linkea_change(th, src, NULL, NULL, 0, &dir->mo_fid, name, len);
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
		rc = mdt_reply_attr(req, src, OBD_MD_FLGETATTR, 0, 0, &r);
out_src:
	mdt_object_put(src);
	return mdt_pack_status(req, &r, rc);
}

/* ---- unlink ---- */

/*
 * The last name of an object went in this transaction (mo_mutex held). A file with OST objects stays on disk in PENDING/
 * until these are destroyed; *reap: that may start when this commits. Everything else goes with the last user.
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
static int name_gone(struct osd_trans *th, struct mdt_object *dir, const char *name, size_t len,
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
			mdt_linkea_change(th, child, &dir->mo_fid, name, len, NULL, NULL, 0);
		mdt_touch(th, child, time, OSD_A_CTIME);
	} else {
		mdt_touch(th, child, time, OSD_A_CTIME);
		rc = mdt_unlink_last(th, child, &reap);
		if (reap)
			mdt_orphan_commit(th, child);
	}
	return rc;
}

static int reint_unlink(struct svc_req *req, const struct mdt_rec_unlink *rec)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct mdt_object *dir, *child = NULL;
	s64 time = le64_to_cpu(rec->ul_time);
	bool isdir = S_ISDIR(le32_to_cpu(rec->ul_mode));
	struct mdt_lock_set ls = {};
	struct osd_attr dla, cla;
	struct osd_trans *th;
	struct mdt_cred cred;
	struct mdt_reply r;
	const char *name;
	int rc, tries = 0;
	size_t len;

	mdt_reply_init(&r);
	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	rc = mdt_name_get(req, WF_NAME, &name, &len);
	if (!rc && is_dot(name, len))
		rc = len == 1 ? -EINVAL : -ENOTEMPTY;
	if (rc)
		return mdt_pack_status(req, &r, rc);
	dir = parent_find(mdt, &rec->ul_fid1);
	if (IS_ERR(dir))
		return mdt_pack_status(req, &r, PTR_ERR(dir));
again:
	child = child_find(dir, name, len);
	if (IS_ERR(child)) {
		rc = PTR_ERR(child);
		child = NULL;
		goto out;
	}
	mdt_lock_add(&ls, &dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(&ls, &child->mo_fid, LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	rc = mdt_lock_all(mdt, &ls);
	if (rc)
		goto out;
	down_write(&dir->mo_dir_sem);
	rc = name_is(dir, name, len, child);
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
	th = tgt_trans_start(req, OSD_CR_DIR_DELETE + 2 * OSD_CR_NLINK + 2 * OSD_CR_ATTR_SET + MDT_CR_LINKEA + MDT_CR_ORPHAN);
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out_locks;
	}
	rc = osd_dir_delete(th, dir->mo_osd, name, len);
	if (!rc)
		rc = name_gone(th, dir, name, len, child, &cla, time);
	if (!rc)
		mdt_touch(th, dir, time, OSD_A_MTIME | OSD_A_CTIME);
	rc = tgt_trans_stop(req, th, rc, 0);
out_locks:
	mutex_unlock(&child->mo_mutex);
	up_write(&dir->mo_dir_sem);
	mdt_unlock_all(&ls);
out:
	if (!rc)
		rc = mdt_reply_attr(req, child, OBD_MD_FLGETATTR, 0, 0, &r);
	if (child)
		mdt_object_put(child);
	mdt_object_put(dir);
	return mdt_pack_status(req, &r, rc);
}

/* ---- rename ---- */

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
		rc = name_gone(th, a->tdir, a->tname, a->tlen, a->tgt, &a->tla, a->time);
	if (rc)
		return rc;
	atomic_inc(&a->sdir->mo_removals);
	mdt_linkea_change(th, a->src, &a->sdir->mo_fid, a->sname, a->slen, &a->tdir->mo_fid, a->tname, a->tlen);
	mdt_touch(th, a->src, a->time, OSD_A_CTIME);
	mdt_touch(th, a->sdir, a->time, OSD_A_MTIME | OSD_A_CTIME);
	if (a->sdir != a->tdir)
		mdt_touch(th, a->tdir, a->time, OSD_A_MTIME | OSD_A_CTIME);
	return 0;
}

static void rename_sems(struct rename_args *a, bool lock)
{
	if (lock) {
		down_write(&a->sdir->mo_dir_sem);
		if (a->sdir != a->tdir)
			down_write_nested(&a->tdir->mo_dir_sem, SINGLE_DEPTH_NESTING);
	} else {
		if (a->sdir != a->tdir)
			up_write(&a->tdir->mo_dir_sem);
		up_write(&a->sdir->mo_dir_sem);
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

/* Find both children, lock everything, and see that the names are still theirs. -EAGAIN: start over. */
static int rename_lock(struct mdt_device *mdt, struct rename_args *a, struct mdt_lock_set *ls)
{
	int rc;

	a->src = child_find(a->sdir, a->sname, a->slen);
	if (IS_ERR(a->src)) {
		rc = PTR_ERR(a->src);
		a->src = NULL;
		return rc;
	}
	a->tgt = child_find(a->tdir, a->tname, a->tlen);
	if (IS_ERR(a->tgt)) {
		rc = PTR_ERR(a->tgt);
		a->tgt = NULL;
		if (rc != -ENOENT)
			return rc;
	}
	if (S_ISDIR(a->src->mo_osd->oo_type)) {
		rc = is_ancestor(mdt, &a->src->mo_fid, a->tdir);
		if (rc)
			return rc < 0 ? rc : -EINVAL;
	}
	/* A target above the source is not empty; its own lock set below would name a parent twice. */
	if (a->tgt && S_ISDIR(a->tgt->mo_osd->oo_type)) {
		rc = is_ancestor(mdt, &a->tgt->mo_fid, a->sdir);
		if (rc)
			return rc < 0 ? rc : -ENOTEMPTY;
	}
	mdt_lock_add(ls, &a->sdir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(ls, &a->tdir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	mdt_lock_add(ls, &a->src->mo_fid, LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_XATTR);
	if (a->tgt && a->tgt != a->src)
		mdt_lock_add(ls, &a->tgt->mo_fid, LCK_EX, MDS_INODELOCK_LOOKUP | MDS_INODELOCK_UPDATE);
	rc = mdt_lock_all(mdt, ls);
	if (rc)
		return rc;
	rename_sems(a, true);
	rc = name_is(a->sdir, a->sname, a->slen, a->src);
	if (!rc)
		rc = name_is(a->tdir, a->tname, a->tlen, a->tgt);
	if (rc) {
		rename_sems(a, false);
		mdt_unlock_all(ls);
	}
	return rc;
}

static void rename_put(struct rename_args *a)
{
	if (a->src)
		mdt_object_put(a->src);
	if (a->tgt)
		mdt_object_put(a->tgt);
	a->src = a->tgt = NULL;
}

static int reint_rename(struct svc_req *req, const struct mdt_rec_rename *rec)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct rename_args a = { .time = le64_to_cpu(rec->rn_time) };
	struct mdt_lock_set ls = {};
	struct osd_trans *th;
	struct mdt_cred cred;
	struct mdt_reply r;
	int rc, tries = 0;

	mdt_reply_init(&r);
	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	rc = mdt_name_get(req, WF_NAME, &a.sname, &a.slen);
	if (!rc)
		rc = mdt_name_get(req, WF_SYMTGT, &a.tname, &a.tlen);
	if (!rc && (is_dot(a.sname, a.slen) || is_dot(a.tname, a.tlen)))
		rc = -EINVAL;
	if (rc)
		return mdt_pack_status(req, &r, rc);
	a.sdir = parent_find(mdt, &rec->rn_fid1);
	if (IS_ERR(a.sdir))
		return mdt_pack_status(req, &r, PTR_ERR(a.sdir));
	a.tdir = parent_find(mdt, &rec->rn_fid2);
	if (IS_ERR(a.tdir)) {
		rc = PTR_ERR(a.tdir);
		goto out_sdir;
	}

	/* Between directories one at a time: two parents are locked, and the shape of the tree must not change. */
	if (a.sdir != a.tdir && mutex_lock_killable(&mdt->mdt_rename_mutex)) {
		rc = -EINTR;
		goto out_tdir;
	}
	do {
		rename_put(&a);
		rc = rename_lock(mdt, &a, &ls);
	} while (rc == -EAGAIN && ++tries < REINT_RETRIES);
	if (rc) {
		if (rc == -EAGAIN)
			rc = -EINPROGRESS;
		goto out_mutex;
	}
	if (a.src == a.tgt) {		/* two names of one file: POSIX wants nothing to happen */
		rename_sems(&a, false);
		mdt_unlock_all(&ls);
		goto out_mutex;
	}
	rename_mutexes(&a, true);
	rc = rename_check(&cred, &a);
	if (!rc) {
		th = tgt_trans_start(req, 2 * OSD_CR_DIR_INSERT + 2 * OSD_CR_DIR_DELETE + 4 * OSD_CR_NLINK +
				     4 * OSD_CR_ATTR_SET + 2 * MDT_CR_LINKEA + MDT_CR_ORPHAN);
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
		rc = mdt_reply_attr(req, a.tgt, OBD_MD_FLGETATTR, 0, 0, &r);
out_mutex:
	if (a.sdir != a.tdir)
		mutex_unlock(&mdt->mdt_rename_mutex);
	rename_put(&a);
out_tdir:
	mdt_object_put(a.tdir);
out_sdir:
	mdt_object_put(a.sdir);
	return mdt_pack_status(req, &r, rc);
}

/**
 * mdt_reint - MDS_REINT
 * @req: format wf_mds_reint (the record only) so far
 *
 * Return: status of the reply; -EPROTO for a record that is none, -EROFS, -EOPNOTSUPP for what is not made here.
 */
int mdt_reint(struct svc_req *req)
{
	const struct mdt_rec_reint *rec = svc_req_buf(req, WF_REC_REINT);
	const struct wire_format *fmt;
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
	if (!(req->pb_flags & MSG_REPLAY))
		ldlm_srv_cancel_elc(req, WF_DLM_REQ);

	switch (op) {
	case REINT_SETATTR:
		return mdt_reint_setattr(req, (const void *)rec);
	case REINT_CREATE:
		return reint_create(req, (const void *)rec);
	case REINT_LINK:
		return reint_link(req, (const void *)rec);
	case REINT_UNLINK:
		return reint_unlink(req, (const void *)rec);
	case REINT_RENAME:
		return reint_rename(req, (const void *)rec);
	case REINT_SETXATTR:
		return mdt_reint_setxattr(req, (const void *)rec);
	default:
		return -EOPNOTSUPP;
	}
}
