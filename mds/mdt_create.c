// SPDX-License-Identifier: GPL-2.0-only
/*
 * New objects: what they inherit, their creation with a name in one transaction (used by open,
 * too), and REINT_CREATE (chapter 4, 13.2). Callers hold the UPDATE lock and mo_dir_sem of the
 * parent.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/slab.h>
#include "mdt_internal.h"

static void mdt_new_owner(const struct mdt_cred *cred, const struct osd_attr *pla,
			  struct mdt_new *n)
{
	bool dir = S_ISDIR(n->mode);

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
}

/* The default ACL of the parent, or else the umask. */
static int mdt_new_acl(const struct mdt_cred *cred, struct mdt_object *parent, struct mdt_new *n)
{
	void *def = NULL;
	int len;

	if (S_ISLNK(n->mode))
		return 0;
	len = mdt_xattr_get_alloc(parent, XATTR_NAME_ACL_DEFAULT, &def);
	if (len < 0 && len != -ENODATA && len != -EOPNOTSUPP)
		return len;
	if (len <= 0 || mdt_acl_check(def, len) <= 0) {
		kvfree(def);
		n->mode &= ~(cred->mc_umask & 0777);
		return 0;
	}
	n->acl = kvmalloc(len, GFP_NOFS);
	if (!n->acl) {
		kvfree(def);
		return -ENOMEM;
	}
	memcpy(n->acl, def, len);
	n->acl_len = mdt_acl_create(n->acl, len, &n->mode) ? len : 0;
	if (S_ISDIR(n->mode)) {
		n->def_acl = def;
		n->def_acl_len = len;
	} else {
		kvfree(def);
	}
	return 0;
}

/**
 * mdt_new_prepare - what a new object inherits
 * @cred: of the request
 * @parent: its directory, under mo_dir_sem
 * @pla: attributes of the parent
 * @n: fid, mode (before the umask), rdev, time and the like are set; the rest is filled
 *
 * Owner, group and set-group-id bit, ACLs or umask, project, default layout of a directory
 * (chapter 4, 13.2).
 * Return: 0, -ENOMEM, -errno of reading the parent. mdt_new_fini() in any case.
 */
int mdt_new_prepare(const struct mdt_cred *cred, struct mdt_object *parent,
		    const struct osd_attr *pla, struct mdt_new *n)
{
	int rc;

	mdt_new_owner(cred, pla, n);
	rc = mdt_new_acl(cred, parent, n);
	if (rc)
		return rc;
	/*
	 * Subdirectories copy the default layout of their parent. Not that of the root: it is used
	 * for every directory that has none.
	 */
	if (S_ISDIR(n->mode) && !fid_is_root(&parent->mo_fid)) {
		int len;

		len = mdt_xattr_get_alloc(parent, XATTR_NAME_LOV, &n->def_lov);
		if (len < 0 && len != -ENODATA)
			return len;
		n->def_lov_len = max(len, 0);
	}
	if (n->layout) {
		n->lov_built = mdt_layout_build(n->layout, &n->fid, &n->lov_len);
		if (!n->lov_built)
			return -ENOMEM;
		n->lov = n->lov_built;
	}
	return 0;
}

/**
 * mdt_new_fini - free what mdt_new_prepare() made
 * @n: the new object; also when preparing failed
 */
void mdt_new_fini(struct mdt_new *n)
{
	kvfree(n->acl);
	kvfree(n->def_acl);
	kvfree(n->def_lov);
	kvfree(n->lov_built);
}

/**
 * mdt_new_credits - journal credits of mdt_new_create()
 * @n: after mdt_new_prepare()
 */
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

static int mdt_new_fill(struct osd_trans *th, struct osd_object *osd, const struct mdt_new *n)
{
	struct osd_attr la = { .mode = n->mode & 07777, .projid = n->projid, .flags = n->flags };
	u32 valid = OSD_A_MODE | OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME | OSD_A_CRTIME;
	int rc;

	la.atime.tv_sec = n->time;
	la.mtime.tv_sec = n->time;
	la.ctime.tv_sec = n->time;
	la.crtime.tv_sec = n->time;
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
	return rc;
}

/**
 * mdt_new_create - make an object and its name
 * @th: transaction with mdt_new_credits()
 * @name: mo_dir_sem of its directory is held exclusive
 * @n: after mdt_new_prepare()
 *
 * Undone in the same transaction when a part of it fails.
 * Return: the object, referenced; ERR_PTR(-EEXIST: the FID or name exists, -ENOSPC, -EIO ...).
 */
struct mdt_object *mdt_new_create(struct osd_trans *th, const struct mdt_name *name,
				  struct mdt_new *n)
{
	struct mdt_object *o, *parent = name->dir;
	struct mdt_device *mdt = parent->mo_mdt;
	struct osd_object *osd;
	int rc = 0;

	osd = osd_create(th, mdt->mdt_osd, parent->mo_osd, &n->fid, n->mode, n->rdev, n->uid,
			 n->gid);
	if (IS_ERR(osd))
		return ERR_CAST(osd);
	if (n->layout)
		rc = mdt_layout_used(th, n->layout);
	else if (n->lov_len)
		rc = mdt_lov_replay_used(mdt, th, n->lov, n->lov_len);
	if (!rc)
		rc = mdt_new_fill(th, osd, n);
	if (!rc)
		rc = osd_dir_insert(th, parent->mo_osd, name->name, name->len, osd);
	if (rc)
		goto out_destroy;
	o = mdt_object_wrap(mdt, osd);
	if (IS_ERR(o)) {
		rc = PTR_ERR(o);
		osd_dir_delete(th, parent->mo_osd, name->name, name->len);
		goto out_destroy;
	}
	rc = mdt_linkea_change(th, o, NULL, name);
	if (rc)
		pr_warn_ratelimited("%s: " DFID
				    ": cannot store its name, fid2path will not find it: rc = %d\n",
				    mdt->mdt_lt->lt_name, PFID(&o->mo_fid), rc);
	if (S_ISDIR(n->mode))
		osd_nlink_add(th, parent->mo_osd, 1);
	mdt_touch(th, parent, n->time, OSD_A_MTIME | OSD_A_CTIME);
	mdt_lov_saw_size(mdt, n->lov_len);
	if (n->layout)
		mdt_layout_stored(n->layout);
	return o;
out_destroy:
	osd_destroy(th, osd);
	osd_object_put(osd);
	return ERR_PTR(rc);
}

/**
 * mdt_new_secctx - the security label that a create carries
 * @req: the request
 * @n: secctx fields are set
 *
 * Return: 0; -EINVAL: the name is not one of a security label, or the label is too long.
 */
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

/* ---- REINT_CREATE ---- */

struct mdt_create {
	struct mdt_op		c_op;
	struct mdt_new		c_new;
	struct mdt_object	*c_child;
};

static struct mdt_create *mdt_create_of(struct mdt_op *op)
{
	return container_of(op, struct mdt_create, c_op);
}

/* What mkdir asks of several MDTs, on one. */
static int mdt_create_dir_wish(struct mdt_op *op)
{
	const struct lmv_user_md_le *lum = svc_req_buf(op->op_req, WF_EADATA);
	u32 offset;

	if (svc_req_len(op->op_req, WF_EADATA) < sizeof(*lum) ||
	    mdt_rec_create_flags(op->op_rec) & MDS_OPEN_DEFAULT_LMV)
		return 0;
	if (le32_to_cpu(lum->lum_stripe_count) > 1)
		return -EPERM;
	offset = le32_to_cpu(lum->lum_stripe_offset);
	return offset == op->op_mdt->mdt_lt->lt_index || offset == ~0U ? 0 : -EINVAL;
}

static int mdt_create_symlink_target(struct mdt_op *op, struct mdt_new *n)
{
	n->target = svc_req_buf(op->op_req, WF_EADATA);
	n->target_len = n->target ? strnlen(n->target, svc_req_len(op->op_req, WF_EADATA)) : 0;
	if (!n->target_len || n->target_len >= PATH_MAX)
		return n->target_len ? -ENAMETOOLONG : -EINVAL;
	n->mode = S_IFLNK | 0777;
	op->op_req->sr_fmt = &wf_mds_reint_symlink;
	return 0;
}

/* What the type of the object needs. */
static int mdt_create_type(struct mdt_op *op, struct mdt_new *n)
{
	const struct mdt_rec_create *rec = op->op_rec;
	u64 rdev = le64_to_cpu(rec->cr_rdev);

	switch (n->mode & S_IFMT) {
	case S_IFDIR:
		return mdt_create_dir_wish(op);
	case S_IFLNK:
		return mdt_create_symlink_target(op, n);
	case S_IFCHR:
	case S_IFBLK:
		if (!mdt_capable(&op->op_cred, CAP_MKNOD) && rdev)
			return -EPERM;
		n->rdev = old_decode_dev(rdev);
		return 0;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	default:
		return -EINVAL;
	}
}

static int mdt_create_begin(struct mdt_op *op)
{
	const struct mdt_rec_create *rec = op->op_rec;
	struct mdt_new *n = &mdt_create_of(op)->c_new;
	int rc;

	op->op_cred.mc_umask = le32_to_cpu(rec->cr_umask);
	op->op_names = true;
	n->mode = le32_to_cpu(rec->cr_mode) & (S_IFMT | 07777);
	n->time = le64_to_cpu(rec->cr_time);
	rc = mdt_req_new_fid(op->op_mdt, &rec->cr_fid2, &n->fid);
	if (!rc)
		rc = mdt_new_secctx(op->op_req, n);
	if (!rc)
		rc = mdt_op_get_name(op, WF_NAME, &rec->cr_fid1, &op->op_name);
	if (rc)
		return rc;
	if (mdt_is_dot(op->op_name.name, op->op_name.len))
		return -EEXIST;
	return mdt_create_type(op, n);
}

static int mdt_create_lock(struct mdt_op *op)
{
	mdt_lock_add(&op->op_locks, &op->op_name.dir->mo_fid, LCK_CW, MDS_INODELOCK_UPDATE);
	return 0;
}

/* The name is there. In a replay it may be the one that this request made. */
static int mdt_create_exists(struct mdt_op *op)
{
	struct mdt_create *c = mdt_create_of(op);
	struct mdt_object *o;

	if (!svc_req_replay(op->op_req))
		return -EEXIST;
	o = mdt_object_find(op->op_mdt, &c->c_new.fid);
	if (IS_ERR(o))
		return -EEXIST;
	if (mdt_op_name_is(&op->op_name, o)) {
		mdt_object_put(o);
		return -EEXIST;
	}
	c->c_child = o;
	return MDT_OP_EMPTY;
}

static int mdt_create_check(struct mdt_op *op)
{
	struct mdt_new *n = &mdt_create_of(op)->c_new;
	int rc;

	rc = mdt_op_name_is(&op->op_name, NULL);
	if (rc == MDT_OP_AGAIN)
		return mdt_create_exists(op);
	if (!rc)
		rc = mdt_may_create(&op->op_cred, op->op_name.dir, &op->op_dla);
	if (!rc)
		rc = mdt_new_prepare(&op->op_cred, op->op_name.dir, &op->op_dla, n);
	op->op_credits = mdt_new_credits(n);
	return rc;
}

static int mdt_create_execute(struct mdt_op *op, struct osd_trans *th)
{
	struct mdt_create *c = mdt_create_of(op);
	struct mdt_object *o = mdt_new_create(th, &op->op_name, &c->c_new);

	if (IS_ERR(o))
		return PTR_ERR(o);
	c->c_child = o;
	return 0;
}

static int mdt_create_done(struct mdt_op *op)
{
	return mdt_reply_attr(op->op_req, mdt_create_of(op)->c_child, OBD_MD_FLGETATTR, 0, 0,
			      op->op_reply);
}

static void mdt_create_end(struct mdt_op *op)
{
	struct mdt_create *c = mdt_create_of(op);

	mdt_new_fini(&c->c_new);
	mdt_object_put(c->c_child);
}

const struct mdt_op_type mdt_op_create = {
	.name		= "create",
	.size		= sizeof(struct mdt_create),
	.begin		= mdt_create_begin,
	.lock		= mdt_create_lock,
	.check		= mdt_create_check,
	.execute	= mdt_create_execute,
	.done		= mdt_create_done,
	.end		= mdt_create_end,
};
