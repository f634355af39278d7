// SPDX-License-Identifier: GPL-2.0-only
/*
 * New objects: what they inherit, their creation with a name in one transaction (used by open,
 * too), and REINT_CREATE. Callers hold the UPDATE lock and mo_dir_sem of the parent.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/slab.h>
#include "mdt_internal.h"

/**
 * mdt_new_prepare - what a new object inherits
 * @cred: of the request
 * @parent: its directory, under mo_dir_sem
 * @pla: attributes of the parent
 * @n: fid, mode (before the umask), rdev, time and the like are set; the rest is filled
 *
 * Owner, group and set-group-id bit, ACLs or umask, project, default layout of a directory (chapter
 * 4, 13.2).
 * Return: 0, -ENOMEM, -errno of reading the parent. mdt_new_fini() in any case.
 */
int mdt_new_prepare(const struct mdt_cred *cred, struct mdt_object *parent,
		    const struct osd_attr *pla, struct mdt_new *n)
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
	if (!dir && (n->mode & S_ISGID) && (n->mode & 0010) && !mdt_in_group(cred, n->gid) &&
	    !mdt_capable(cred, CAP_FSETID))
		n->mode &= ~S_ISGID;
	if (pla->flags & LUSTRE_PROJINHERIT_FL) {
		n->projid = pla->projid;
		if (dir)
			n->flags |= LUSTRE_PROJINHERIT_FL;
	}

	len = S_ISLNK(n->mode) ? -ENODATA
			       : mdt_xattr_get_alloc(parent, XATTR_NAME_ACL_DEFAULT, &def);
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
		n->lov_built = mdt_lov_build(n->alloc, &n->fid, &n->lov_len);
		if (!n->lov_built)
			return -ENOMEM;
		n->lov = n->lov_built;
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
	int c = OSD_CR_CREATE + OSD_CR_DIR_INSERT + 3 * OSD_CR_ATTR_SET + OSD_CR_NLINK +
		OSD_CR_DESTROY + OSD_CR_XATTR_SET; /* linkEA of one name */

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
		c += OSD_CR_XATTR_LEN(n->lov_len) + MDT_CR_OBJID;
	return c;
}

static int new_fill(struct osd_trans *th, struct osd_object *osd, struct mdt_object *parent,
		    const char *name, size_t len, struct mdt_new *n)
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
struct mdt_object *mdt_new_create(struct osd_trans *th, struct mdt_object *parent, const char *name,
				  size_t len, struct mdt_new *n)
{
	struct mdt_device *mdt = parent->mo_mdt;
	struct mdt_object *o;
	struct osd_object *osd;
	int rc;

	osd = osd_create(th, mdt->mdt_osd, parent->mo_osd, &n->fid, n->mode, n->rdev, n->uid,
			 n->gid);
	if (IS_ERR(osd))
		return ERR_CAST(osd);
	rc = 0;
	if (n->alloc)
		rc = mdt_lov_used(th, n->alloc);
	else if (n->lov_len)
		rc = mdt_lov_replay_used(mdt, th, n->lov, n->lov_len);
	if (!rc)
		rc = new_fill(th, osd, parent, name, len, n);
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
	rc = mdt_linkea_change(th, o, NULL, &(struct mdt_name){ parent, name, len });
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
	if (strncmp(name, XATTR_SECURITY_PREFIX, XATTR_SECURITY_PREFIX_LEN) ||
	    n->secctx_len > XATTR_SIZE_MAX)
		return -EINVAL;
	n->secctx_name = name;
	n->secctx = svc_req_buf(req, WF_SECCTX);
	return 0;
}

static int create_args(struct svc_req *req, const struct mdt_rec_create *rec, struct mdt_cred *cred,
		       struct mdt_new *n)
{
	int rc;

	memset(n, 0, sizeof(*n));
	mdt_cred_rec(cred, (const struct mdt_rec_reint *)rec);
	cred->mc_umask = le32_to_cpu(rec->cr_umask);
	rc = mdt_req_new_fid(mdt_dev(req), &rec->cr_fid2, &n->fid);
	if (rc)
		return rc;
	n->mode = le32_to_cpu(rec->cr_mode) & (S_IFMT | 07777);
	n->time = le64_to_cpu(rec->cr_time);
	return mdt_new_secctx(req, n);
}

int mdt_reint_create(struct svc_req *req, const struct mdt_rec_create *rec, struct mdt_reply *r)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct mdt_object *parent, *child = NULL;
	struct mdt_lock_set ls = {};
	struct osd_attr pla;
	struct osd_trans *th;
	struct mdt_cred cred;
	struct mdt_new n;
	const char *name;
	size_t len;
	int rc;

	rc = create_args(req, rec, &cred, &n);
	if (rc)
		return rc;
	rc = mdt_name_get(req, WF_NAME, &name, &len);
	if (rc)
		return rc;
	if (mdt_is_dot(name, len))
		return -EEXIST;

	switch (n.mode & S_IFMT) {
	case S_IFDIR:
		if (svc_req_len(req, WF_EADATA) >= sizeof(struct lmv_user_md_le)) {
			const struct lmv_user_md_le *lum = svc_req_buf(req, WF_EADATA);
			u32 count = le32_to_cpu(lum->lum_stripe_count),
			    off = le32_to_cpu(lum->lum_stripe_offset);

			if (!(mdt_rec_create_flags(rec) & MDS_OPEN_DEFAULT_LMV)) {
				if (count > 1)
					return -EPERM;
				if (off != mdt->mdt_lt->lt_index && off != ~0U)
					return -EINVAL;
			}
		}
		break;
	case S_IFLNK:
		n.target = svc_req_buf(req, WF_EADATA);
		n.target_len = n.target ? strnlen(n.target, svc_req_len(req, WF_EADATA)) : 0;
		if (!n.target_len || n.target_len >= PATH_MAX)
			return n.target_len ? -ENAMETOOLONG : -EINVAL;
		n.mode = S_IFLNK | 0777;
		req->fmt = &wf_mds_reint_symlink;
		break;
	case S_IFCHR:
	case S_IFBLK:
		if (!mdt_capable(&cred, CAP_MKNOD) && le64_to_cpu(rec->cr_rdev))
			return -EPERM;
		n.rdev = old_decode_dev(le64_to_cpu(rec->cr_rdev));
		break;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	default:
		return -EINVAL;
	}

	parent = mdt_parent_find(mdt, &rec->cr_fid1);
	if (IS_ERR(parent))
		return PTR_ERR(parent);

	mdt_lock_add(&ls, &parent->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	rc = mdt_lock_all(mdt, &ls);
	if (rc)
		goto out_parent;
	down_write(&parent->mo_dir_sem);
	osd_attr_get(parent->mo_osd, &pla);
	rc = mdt_name_is(parent, name, len, NULL);
	if (rc == -EAGAIN) {
		rc = -EEXIST;
		if (svc_req_replay(req)) {
			child = mdt_child_find(parent, name, len);
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
		rc = mdt_reply_attr(req, child, OBD_MD_FLGETATTR, 0, 0, r);
	mdt_object_put(child);
	mdt_object_put(parent);
	return rc;
}
