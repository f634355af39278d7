// SPDX-License-Identifier: GPL-2.0-only
/*
 * REINT_SETATTR (chapter 4, 13.1): attributes of one object, or the default layout of a directory.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/slab.h>
#include "mdt_internal.h"

#define MDT_SET_TIMES	(MDS_ATTR_ATIME | MDS_ATTR_MTIME | MDS_ATTR_CTIME)

/* ---- attributes ---- */

struct mdt_setattr {
	struct mdt_op	sa_op;
	u64		sa_valid;	/* MDS_ATTR_* of the request */
	bool		sa_is_owner;	/* the caller owns the object, or may act like the owner */
	/* What changes */
	struct osd_attr	sa_la;		/* new values */
	u32		sa_set;		/* OSD_A_* of them */
	void		*sa_acl;	/* the access ACL with the new mode, or NULL */
	int		sa_acl_len;
	bool		sa_owner_changes;	/* uid, gid or projid changes: tell the OSTs */
};

static struct mdt_setattr *mdt_setattr_of(struct mdt_op *op)
{
	return container_of(op, struct mdt_setattr, sa_op);
}

static int mdt_setattr_begin(struct mdt_op *op)
{
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_setattr *s = mdt_setattr_of(op);
	struct mdt_object *o;

	s->sa_valid = le64_to_cpu(rec->sa_valid);
	if (!s->sa_valid)
		return -EPROTO;
	o = mdt_object_find_live(op->op_mdt, &rec->sa_fid);
	if (IS_ERR(o))
		return PTR_ERR(o);
	op->op_obj = o;
	return 0;
}

/* The bits that others cache of what is changed. */
static u64 mdt_setattr_bits(u64 sv)
{
	u64 bits = MDS_INODELOCK_UPDATE;

	if (sv &
	    (MDS_ATTR_MODE | MDS_ATTR_UID | MDS_ATTR_GID | MDS_ATTR_KILL_SUID | MDS_ATTR_KILL_SGID))
		bits |= MDS_INODELOCK_PERM;
	if (sv & MDS_ATTR_PROJID)
		bits |= MDS_INODELOCK_XATTR;
	return bits;
}

static int mdt_setattr_lock(struct mdt_op *op)
{
	mdt_lock_add(&op->op_locks, &op->op_obj->mo_fid, LCK_PW,
		     mdt_setattr_bits(mdt_setattr_of(op)->sa_valid));
	return 0;
}

/* An immutable or append-only file: what may still be set? */
static int mdt_setattr_check_flags(struct mdt_op *op, u64 sv)
{
	u64 fixed = ~(MDS_ATTR_ATTR_FLAG | MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET);
	const struct mdt_rec_setattr *rec = op->op_rec;

	if (!(op->op_la.flags & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL)) ||
	    sv & MDS_ATTR_ATTR_FLAG)
		return 0;
	/* A file that only grows may get the time of now, that of the request. */
	if (!(op->op_la.flags & LUSTRE_IMMUTABLE_FL) && (sv & MDS_ATTR_CTIME)) {
		if (rec->sa_atime == rec->sa_ctime)
			fixed &= ~(MDS_ATTR_ATIME | MDS_ATTR_ATIME_SET);
		if (rec->sa_mtime == rec->sa_ctime)
			fixed &= ~(MDS_ATTR_MTIME | MDS_ATTR_MTIME_SET);
	}
	return sv & fixed ? -EPERM : 0;
}

/* Times and size: the owner, or who may write. A chown brings its own rules. */
static int mdt_setattr_check_write(struct mdt_op *op, u64 sv, bool owner)
{
	const u64 free = MDS_ATTR_FORCE | MDS_ATTR_OVERRIDE | MDS_ATTR_FROM_OPEN;
	int rc;

	if (owner) {
		if (!(sv & MDS_ATTR_SIZE) || sv & free)
			return 0;
		return mdt_permission(&op->op_cred, op->op_obj, &op->op_la, MAY_WRITE);
	}
	if (!(sv & (MDS_ATTR_SIZE | MDS_ATTR_ATIME | MDS_ATTR_MTIME)) ||
	    sv & (free | MDS_ATTR_UID | MDS_ATTR_GID))
		return 0;
	rc = mdt_permission(&op->op_cred, op->op_obj, &op->op_la, MAY_WRITE);
	if (rc == -EACCES && !(sv & MDS_ATTR_SIZE) &&
	    sv & (MDS_ATTR_ATIME_SET | MDS_ATTR_MTIME_SET))
		rc = -EPERM;
	return rc;
}

static int mdt_setattr_permission(struct mdt_op *op)
{
	struct mdt_setattr *s = mdt_setattr_of(op);
	u64 sv = s->sa_valid;
	int rc;

	rc = mdt_setattr_check_flags(op, sv);
	if (rc)
		return rc;
	if ((sv & (MDS_ATTR_ATTR_FLAG | MDS_ATTR_MODE | MDS_ATTR_PROJID)) && !s->sa_is_owner &&
	    !(sv & (MDS_ATTR_FORCE | MDS_ATTR_KILL_SUID | MDS_ATTR_KILL_SGID)))
		return -EPERM;
	return mdt_setattr_check_write(op, sv, s->sa_is_owner);
}

static int mdt_setattr_plan_flags(struct mdt_op *op)
{
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_setattr *s = mdt_setattr_of(op);
	u32 asked = le32_to_cpu(rec->sa_attr_flags), mask = LUSTRE_FL_USER_MODIFIABLE;

	/* Bits that only the server sets are dropped silently; others are not known here. */
	if (asked & ~(mask | 0x7fffffU | LUSTRE_ENCRYPT_FL | 0x70000000U))
		return -EOPNOTSUPP;
	if (((asked ^ op->op_la.flags) & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL)) &&
	    !mdt_capable(&op->op_cred, CAP_LINUX_IMMUTABLE))
		return -EPERM;
	s->sa_la.flags = (op->op_la.flags & ~mask) | (asked & mask);
	s->sa_set |= OSD_A_FLAGS;
	return 0;
}

static int mdt_setattr_plan_owner(struct mdt_op *op)
{
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_setattr *s = mdt_setattr_of(op);
	u64 sv = s->sa_valid;
	u32 uid = le32_to_cpu(rec->sa_uid), gid = le32_to_cpu(rec->sa_gid);

	if (sv & MDS_ATTR_UID) {
		if (uid != op->op_la.uid && !mdt_capable(&op->op_cred, CAP_CHOWN))
			return -EPERM;
		if (uid == op->op_la.uid && !s->sa_is_owner &&
		    !mdt_capable(&op->op_cred, CAP_CHOWN))
			return -EPERM;
		s->sa_la.uid = uid;
		s->sa_set |= OSD_A_UID;
		s->sa_owner_changes |= uid != op->op_la.uid;
	}
	if (sv & MDS_ATTR_GID) {
		if (!mdt_capable(&op->op_cred, CAP_CHOWN) &&
		    !(s->sa_is_owner && (gid == op->op_la.gid || mdt_in_group(&op->op_cred, gid))))
			return -EPERM;
		s->sa_la.gid = gid;
		s->sa_set |= OSD_A_GID;
		s->sa_owner_changes |= gid != op->op_la.gid;
	}
	if (s->sa_owner_changes && !S_ISDIR(op->op_la.mode) && !(sv & MDS_ATTR_MODE)) {
		u32 mode = op->op_la.mode & ~S_ISUID;

		if ((mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
			mode &= ~S_ISGID;
		if (mode != op->op_la.mode) {
			s->sa_la.mode = mode;
			s->sa_set |= OSD_A_MODE;
		}
	}
	return 0;
}

static int mdt_setattr_plan_mode(struct mdt_op *op)
{
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_setattr *s = mdt_setattr_of(op);
	u64 sv = s->sa_valid;
	u32 mode = s->sa_la.mode;

	if (sv & MDS_ATTR_MODE) {
		mode = le32_to_cpu(rec->sa_mode) & 07777;
		/* sa_la has the group that the file will have. */
		if ((mode & S_ISGID) && !mdt_capable(&op->op_cred, CAP_FSETID) &&
		    !mdt_in_group(&op->op_cred, s->sa_la.gid))
			mode &= ~S_ISGID;
	}
	if (sv & MDS_ATTR_KILL_SUID)
		mode &= ~S_ISUID;
	if ((sv & MDS_ATTR_KILL_SGID) && (mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
		mode &= ~S_ISGID;
	if ((mode & 07777) == (op->op_la.mode & 07777))
		return 0;
	s->sa_la.mode = (op->op_la.mode & S_IFMT) | (mode & 07777);
	s->sa_set |= OSD_A_MODE;
	if (S_ISLNK(op->op_la.mode) || (mode & 0777) == (op->op_la.mode & 0777))
		return 0;
	s->sa_acl_len = mdt_xattr_get_alloc(op->op_obj, XATTR_NAME_ACL_ACCESS, &s->sa_acl);
	if (s->sa_acl_len <= 0)
		return s->sa_acl_len == -ENOMEM || s->sa_acl_len == -EIO ? s->sa_acl_len : 0;
	mdt_acl_chmod(s->sa_acl, s->sa_acl_len, mode);
	return 0;
}

static int mdt_setattr_plan_size(struct mdt_op *op)
{
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_setattr *s = mdt_setattr_of(op);

	if (S_ISDIR(op->op_la.mode))
		return -EISDIR;
	if (!S_ISREG(op->op_la.mode))
		return -EINVAL;
	if (op->op_obj->mo_execs)
		return -ETXTBSY;
	/* The objects of a file have its size: the client truncates them. */
	if (osd_xattr_get(op->op_obj->mo_osd, XATTR_NAME_LOV, NULL, 0) > 0)
		return 0;
	s->sa_la.size = le64_to_cpu(rec->sa_size);
	if (s->sa_la.size > osd_maxbytes(op->op_mdt->mdt_osd))
		return -EFBIG;
	s->sa_set |= OSD_A_SIZE;
	return 0;
}

static void mdt_setattr_plan_times(struct mdt_op *op)
{
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_setattr *s = mdt_setattr_of(op);
	u64 sv = s->sa_valid;
	s64 ctime = le64_to_cpu(rec->sa_ctime);

	/* Older than the last change: the request was overtaken by another. */
	if ((sv & MDS_ATTR_CTIME) && ctime < op->op_la.ctime.tv_sec)
		sv &= ~MDT_SET_TIMES;
	if (sv & MDS_ATTR_ATIME) {
		s->sa_la.atime = (struct timespec64){ .tv_sec = (s64)le64_to_cpu(rec->sa_atime) };
		s->sa_set |= OSD_A_ATIME;
	}
	if (sv & MDS_ATTR_MTIME) {
		s->sa_la.mtime = (struct timespec64){ .tv_sec = (s64)le64_to_cpu(rec->sa_mtime) };
		s->sa_set |= OSD_A_MTIME;
	}
	if (sv & MDS_ATTR_CTIME) {
		s->sa_la.ctime = (struct timespec64){ .tv_sec = ctime };
		s->sa_set |= OSD_A_CTIME;
	}
}

/* Check permissions and find out what changes. */
static int mdt_setattr_check(struct mdt_op *op)
{
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_setattr *s = mdt_setattr_of(op);
	u64 sv = s->sa_valid;
	int rc;

	s->sa_la = op->op_la;
	s->sa_is_owner = op->op_cred.mc_uid == op->op_la.uid ||
			 mdt_capable(&op->op_cred, CAP_FOWNER);
	rc = mdt_setattr_permission(op);
	if (!rc && (sv & MDS_ATTR_ATTR_FLAG))
		rc = mdt_setattr_plan_flags(op);
	if (!rc)
		rc = mdt_setattr_plan_owner(op);
	if (!rc)
		rc = mdt_setattr_plan_mode(op);
	if (!rc && (sv & MDS_ATTR_SIZE))
		rc = mdt_setattr_plan_size(op);
	if (rc)
		return rc;
	if (sv & MDS_ATTR_PROJID) {
		s->sa_la.projid = le32_to_cpu(rec->sa_projid);
		s->sa_set |= OSD_A_PROJID;
		s->sa_owner_changes |= s->sa_la.projid != op->op_la.projid;
	}
	mdt_setattr_plan_times(op);
	op->op_credits = OSD_CR_ATTR_SET + OSD_CR_XATTR_LEN(max(s->sa_acl_len, 0)) + MDT_CR_RECORD;
	return s->sa_set ? 0 : MDT_OP_EMPTY;
}

static int mdt_setattr_execute(struct mdt_op *op, struct osd_trans *th)
{
	struct mdt_setattr *s = mdt_setattr_of(op);
	struct mdt_object *o = op->op_obj;
	int rc = 0;

	if (s->sa_owner_changes && S_ISREG(op->op_la.mode))
		rc = mdt_record_owner(th, o);
	if (!rc && s->sa_acl_len > 0)
		rc = osd_xattr_set(th, o->mo_osd, XATTR_NAME_ACL_ACCESS, s->sa_acl, s->sa_acl_len,
				   0);
	if (!rc)
		rc = osd_attr_set(th, o->mo_osd, &s->sa_la, s->sa_set);
	if (!rc && (s->sa_set & OSD_A_ATIME))
		o->mo_atime_set = ktime_get_real_seconds();
	return rc;
}

static void mdt_setattr_end(struct mdt_op *op)
{
	kvfree(mdt_setattr_of(op)->sa_acl);
}

const struct mdt_op_type mdt_op_setattr = {
	.name		= "setattr",
	.size		= sizeof(struct mdt_setattr),
	.begin		= mdt_setattr_begin,
	.lock		= mdt_setattr_lock,
	.check		= mdt_setattr_check,
	.execute	= mdt_setattr_execute,
	.done		= mdt_op_reply_obj,
	.end		= mdt_setattr_end,
};

/* ---- default layout of a directory ---- */

struct mdt_set_default {
	struct mdt_op	sd_op;
	void		*sd_ea;		/* a copy of the wish */
	u32		sd_len;
	bool		sd_remove;	/* nothing is wished: remove the default */
};

/* Check the wish, and make a copy that is fit to be stored. */
static int mdt_set_default_wish(struct mdt_set_default *s, const void *ea, u32 len)
{
	struct mdt_layout *l;
	int rc;

	if (len < sizeof(__le32))
		return -EINVAL;
	if (le32_to_cpu(*(const __le32 *)ea) == LMV_USER_MAGIC)
		return -EOPNOTSUPP;	/* default LMV: there is one MDT only */
	rc = mdt_layout_from_wish(ea, len, 0, &l);
	if (rc)
		return rc;
	s->sd_remove = mdt_layout_is_empty(l);
	mdt_layout_free(l);
	wire_lov_wish_check(ea, len, 0, &s->sd_len);
	if (s->sd_len > osd_max_xattr(s->sd_op.op_mdt->mdt_osd))
		return -E2BIG;
	s->sd_ea = kvmalloc(s->sd_len, GFP_NOFS);
	if (!s->sd_ea)
		return -ENOMEM;
	memcpy(s->sd_ea, ea, s->sd_len);
	mdt_layout_strip(s->sd_ea, s->sd_len);
	return 0;
}

static int mdt_set_default_begin(struct mdt_op *op)
{
	struct mdt_set_default *s = container_of(op, struct mdt_set_default, sd_op);
	const struct mdt_rec_setattr *rec = op->op_rec;
	struct mdt_object *o;
	int rc;

	if (rec->sa_valid)
		return -EPROTO;
	rc = mdt_set_default_wish(s, svc_req_buf(op->op_req, WF_EADATA),
				  svc_req_len(op->op_req, WF_EADATA));
	if (rc)
		return rc;
	o = mdt_object_find_live(op->op_mdt, &rec->sa_fid);
	if (IS_ERR(o))
		return PTR_ERR(o);
	op->op_obj = o;
	return S_ISDIR(o->mo_osd->oo_type) ? 0 : -EPROTO;
}

static int mdt_set_default_lock(struct mdt_op *op)
{
	mdt_lock_add(&op->op_locks, &op->op_obj->mo_fid, LCK_PW, MDS_INODELOCK_XATTR);
	return 0;
}

static int mdt_set_default_check(struct mdt_op *op)
{
	struct mdt_set_default *s = container_of(op, struct mdt_set_default, sd_op);

	if (op->op_cred.mc_uid != op->op_la.uid && !mdt_capable(&op->op_cred, CAP_FOWNER))
		return -EPERM;
	op->op_credits = OSD_CR_XATTR_LEN(s->sd_len);
	return 0;
}

static int mdt_set_default_execute(struct mdt_op *op, struct osd_trans *th)
{
	struct mdt_set_default *s = container_of(op, struct mdt_set_default, sd_op);
	struct osd_object *osd = op->op_obj->mo_osd;
	int rc;

	if (!s->sd_remove)
		return osd_xattr_set(th, osd, XATTR_NAME_LOV, s->sd_ea, s->sd_len, 0);
	rc = osd_xattr_del(th, osd, XATTR_NAME_LOV);
	return rc == -ENODATA ? 0 : rc;
}

static void mdt_set_default_end(struct mdt_op *op)
{
	kvfree(container_of(op, struct mdt_set_default, sd_op)->sd_ea);
}

const struct mdt_op_type mdt_op_set_default = {
	.name		= "set_default",
	.size		= sizeof(struct mdt_set_default),
	.begin		= mdt_set_default_begin,
	.lock		= mdt_set_default_lock,
	.check		= mdt_set_default_check,
	.execute	= mdt_set_default_execute,
	.done		= mdt_op_reply_obj,
	.end		= mdt_set_default_end,
};
