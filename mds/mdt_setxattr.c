// SPDX-License-Identifier: GPL-2.0-only
/*
 * REINT_SETXATTR: set and remove extended attributes, ACLs among them (chapter 4, 15.3).
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include "mdt_internal.h"

struct mdt_setxattr {
	struct mdt_op	sx_op;
	const char	*sx_name;
	const void	*sx_val;
	u32		sx_len;
	int		sx_flags;
	bool		sx_remove;
	u32		sx_mode;	/* that an access ACL means */
};

static struct mdt_setxattr *mdt_setxattr_of(struct mdt_op *op)
{
	return container_of(op, struct mdt_setxattr, sx_op);
}

/* Names that only the server sets: accepted without effect, as other servers do. */
static const char *const mdt_setxattr_ignored[] = {
	XATTR_NAME_LOV,	    XATTR_NAME_LMA,	    XATTR_NAME_LMV, XATTR_NAME_LINK,
	XATTR_NAME_FID,	    XATTR_NAME_VERSION,	    XATTR_NAME_SOM, XATTR_NAME_HSM,
	"trusted.lfsck_ns", XATTR_NAME_DEFAULT_LMV,
};

static bool mdt_setxattr_is_ignored(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mdt_setxattr_ignored); i++)
		if (!strcmp(name, mdt_setxattr_ignored[i]))
			return true;
	return false;
}

static int mdt_setxattr_permission(const struct mdt_cred *cred, struct mdt_object *o,
				   const struct osd_attr *la, const char *name)
{
	bool owner = cred->mc_uid == la->uid || mdt_capable(cred, CAP_FOWNER);

	if (la->flags & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL))
		return -EPERM;
	if (str_has_prefix(name, XATTR_TRUSTED_PREFIX))
		return mdt_capable(cred, CAP_SYS_ADMIN) ? 0 : -EPERM;
	if (str_has_prefix(name, XATTR_USER_PREFIX)) {
		if (!S_ISREG(la->mode) && !S_ISDIR(la->mode))
			return -EPERM;
		if (S_ISDIR(la->mode) && (la->mode & S_ISVTX) && !owner)
			return -EPERM;
		return mdt_permission(cred, o, la, MAY_WRITE);
	}
	if (!strcmp(name, XATTR_NAME_ACL_ACCESS) || !strcmp(name, XATTR_NAME_ACL_DEFAULT)) {
		if (S_ISLNK(la->mode))
			return -EOPNOTSUPP;
		if (!strcmp(name, XATTR_NAME_ACL_DEFAULT) && !S_ISDIR(la->mode))
			return -EACCES;
		return owner ? 0 : -EPERM;
	}
	/* The security module of the client has checked labels. */
	if (str_has_prefix(name, XATTR_SECURITY_PREFIX))
		return owner || mdt_capable(cred, CAP_SYS_ADMIN) || mdt_capable(cred, CAP_SETFCAP)
			       ? 0
			       : -EPERM;
	return -EOPNOTSUPP;
}

static bool mdt_setxattr_is_acl(const struct mdt_setxattr *x)
{
	return str_has_prefix(x->sx_name, "system.posix_acl_");
}

static int mdt_setxattr_begin(struct mdt_op *op)
{
	const struct mdt_rec_setxattr *rec = op->op_rec;
	struct mdt_setxattr *x = mdt_setxattr_of(op);
	u64 sv = le64_to_cpu(rec->sx_valid);
	struct mdt_object *o;

	op->op_time = le64_to_cpu(rec->sx_time);
	x->sx_name = svc_req_buf(op->op_req, WF_NAME);
	x->sx_val = svc_req_buf(op->op_req, WF_EADATA);
	x->sx_len = svc_req_len(op->op_req, WF_EADATA);
	x->sx_flags = le32_to_cpu(rec->sx_flags) & (XATTR_CREATE | XATTR_REPLACE);
	x->sx_remove = sv & OBD_MD_FLXATTRRM;
	if (!x->sx_name || !x->sx_name[0] || !(sv & (OBD_MD_FLXATTR | OBD_MD_FLXATTRRM)))
		return -EINVAL;
	if (strlen(x->sx_name) > XATTR_NAME_MAX)
		return -ERANGE;
	if (!strcmp(x->sx_name, "lustre.pin"))
		x->sx_name = "trusted.pin";
	o = mdt_object_find_live(op->op_mdt, &rec->sx_fid);
	if (IS_ERR(o))
		return PTR_ERR(o);
	op->op_obj = o;
	if (x->sx_len > osd_max_xattr(op->op_mdt->mdt_osd))
		return -E2BIG;
	return mdt_setxattr_is_ignored(x->sx_name) ? MDT_OP_EMPTY : 0;
}

static int mdt_setxattr_lock(struct mdt_op *op)
{
	bool access = !strcmp(mdt_setxattr_of(op)->sx_name, XATTR_NAME_ACL_ACCESS);

	mdt_lock_add(&op->op_locks, &op->op_obj->mo_fid, LCK_EX,
		     MDS_INODELOCK_UPDATE |
			     (access ? MDS_INODELOCK_PERM : MDS_INODELOCK_XATTR));
	return 0;
}

/* An access ACL changes the mode; one that says no more than the mode is not stored. */
static int mdt_setxattr_plan_acl(struct mdt_op *op)
{
	struct mdt_setxattr *x = mdt_setxattr_of(op);
	int n;

	if (x->sx_remove)
		return 0;
	n = mdt_acl_check(x->sx_val, x->sx_len);
	if (n < 0)
		return n;
	x->sx_flags = 0;
	if (!n) {
		x->sx_remove = true;
		return 0;
	}
	if (strcmp(x->sx_name, XATTR_NAME_ACL_ACCESS))
		return 0;
	if (!mdt_acl_mode(x->sx_val, x->sx_len, &x->sx_mode))
		x->sx_remove = true;
	/* As chmod: who is not in the group must not make a program of it run with it. */
	if (!mdt_in_group(&op->op_cred, op->op_la.gid) && !mdt_capable(&op->op_cred, CAP_FSETID))
		x->sx_mode &= ~S_ISGID;
	return 0;
}

static int mdt_setxattr_check(struct mdt_op *op)
{
	struct mdt_setxattr *x = mdt_setxattr_of(op);
	int rc;

	x->sx_mode = op->op_la.mode;
	rc = mdt_setxattr_permission(&op->op_cred, op->op_obj, &op->op_la, x->sx_name);
	if (!rc && mdt_setxattr_is_acl(x))
		rc = mdt_setxattr_plan_acl(op);
	op->op_credits = OSD_CR_XATTR_LEN(x->sx_len) + OSD_CR_ATTR_SET;
	return rc;
}

static int mdt_setxattr_execute(struct mdt_op *op, struct osd_trans *th)
{
	struct mdt_setxattr *x = mdt_setxattr_of(op);
	struct osd_object *osd = op->op_obj->mo_osd;
	struct osd_attr la = op->op_la;
	u32 set = 0;
	int rc;

	if (x->sx_remove) {
		rc = osd_xattr_del(th, osd, x->sx_name);
		if (rc == -ENODATA && mdt_setxattr_is_acl(x))
			rc = 0;
	} else {
		rc = osd_xattr_set(th, osd, x->sx_name, x->sx_val, x->sx_len, x->sx_flags);
	}
	if (op->op_time > la.ctime.tv_sec) {
		la.ctime = (struct timespec64){ .tv_sec = op->op_time };
		set |= OSD_A_CTIME;
	}
	if (x->sx_mode != la.mode) {
		la.mode = x->sx_mode;
		set |= OSD_A_MODE;
	}
	return rc || !set ? rc : osd_attr_set(th, osd, &la, set);
}

const struct mdt_op_type mdt_op_setxattr = {
	.name		= "setxattr",
	.size		= sizeof(struct mdt_setxattr),
	.begin		= mdt_setxattr_begin,
	.lock		= mdt_setxattr_lock,
	.check		= mdt_setxattr_check,
	.execute	= mdt_setxattr_execute,
	.done		= mdt_op_reply_obj,
};
