// SPDX-License-Identifier: GPL-2.0-only
/*
 * REINT_SETATTR and REINT_SETXATTR (chapter 4, 13.1 and 15.3): both change one object under its
 * LDLM lock and mo_mutex, in one transaction.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/slab.h>
#include "mdt_internal.h"

#define SET_TIMES	(MDS_ATTR_ATIME | MDS_ATTR_MTIME | MDS_ATTR_CTIME)

/* What a setattr will do to the object. */
struct set_plan {
	struct osd_attr	la;		/* new values */
	u32		valid;		/* OSD_A_* of them */
	void		*acl;		/* the access ACL with the new mode, or NULL */
	int		acl_len;
	bool		owner;		/* uid, gid or projid changes: tell the OSTs */
};

static int plan_flags(const struct mdt_rec_setattr *rec, const struct mdt_cred *cred,
		      const struct osd_attr *now, struct set_plan *p)
{
	u32 asked = le32_to_cpu(rec->sa_attr_flags), mask = LUSTRE_FL_USER_MODIFIABLE;

	/* Visible but fixed bits are dropped silently, others are none of ours. */
	if (asked & ~(mask | 0x7fffffU | LUSTRE_ENCRYPT_FL | 0x70000000U))
		return -EOPNOTSUPP;
	if (((asked ^ now->flags) & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL)) &&
	    !mdt_capable(cred, CAP_LINUX_IMMUTABLE))
		return -EPERM;
	p->la.flags = (now->flags & ~mask) | (asked & mask);
	p->valid |= OSD_A_FLAGS;
	return 0;
}

static int plan_owner(const struct mdt_rec_setattr *rec, u64 sv, const struct mdt_cred *cred,
		      bool owner, const struct osd_attr *now, struct set_plan *p)
{
	u32 uid = le32_to_cpu(rec->sa_uid), gid = le32_to_cpu(rec->sa_gid);

	if (sv & MDS_ATTR_UID) {
		if (uid != now->uid && !mdt_capable(cred, CAP_CHOWN))
			return -EPERM;
		if (uid == now->uid && !owner && !mdt_capable(cred, CAP_CHOWN))
			return -EPERM;
		p->la.uid = uid;
		p->valid |= OSD_A_UID;
		p->owner |= uid != now->uid;
	}
	if (sv & MDS_ATTR_GID) {
		if (!mdt_capable(cred, CAP_CHOWN) &&
		    !(owner && (gid == now->gid || mdt_in_group(cred, gid))))
			return -EPERM;
		p->la.gid = gid;
		p->valid |= OSD_A_GID;
		p->owner |= gid != now->gid;
	}
	if (p->owner && !S_ISDIR(now->mode) && !(sv & MDS_ATTR_MODE)) {
		u32 mode = now->mode & ~S_ISUID;

		if ((mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
			mode &= ~S_ISGID;
		if (mode != now->mode) {
			p->la.mode = mode;
			p->valid |= OSD_A_MODE;
		}
	}
	return 0;
}

static int plan_mode(const struct mdt_rec_setattr *rec, u64 sv, const struct mdt_cred *cred,
		     struct mdt_object *o, const struct osd_attr *now, struct set_plan *p)
{
	u32 mode = p->valid & OSD_A_MODE ? p->la.mode : now->mode;

	if (sv & MDS_ATTR_MODE) {
		mode = le32_to_cpu(rec->sa_mode) & 07777;
		if ((mode & S_ISGID) && !mdt_capable(cred, CAP_FSETID) &&
		    !mdt_in_group(cred, p->valid & OSD_A_GID ? p->la.gid : now->gid))
			mode &= ~S_ISGID;
	}
	if (sv & MDS_ATTR_KILL_SUID)
		mode &= ~S_ISUID;
	if ((sv & MDS_ATTR_KILL_SGID) && (mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
		mode &= ~S_ISGID;
	if ((mode & 07777) == (now->mode & 07777))
		return 0;
	p->la.mode = (now->mode & S_IFMT) | (mode & 07777);
	p->valid |= OSD_A_MODE;
	if (S_ISLNK(now->mode) || (mode & 0777) == (now->mode & 0777))
		return 0;
	p->acl_len = mdt_xattr_get_alloc(o, XATTR_NAME_ACL_ACCESS, &p->acl);
	if (p->acl_len <= 0)
		return p->acl_len == -ENOMEM || p->acl_len == -EIO ? p->acl_len : 0;
	mdt_acl_chmod(p->acl, p->acl_len, mode);
	return 0;
}

static void plan_times(const struct mdt_rec_setattr *rec, u64 sv, const struct osd_attr *now,
		       struct set_plan *p)
{
	s64 ctime = le64_to_cpu(rec->sa_ctime);

	/* Times older than our last change come from a request that was overtaken. */
	if ((sv & MDS_ATTR_CTIME) && ctime < now->ctime.tv_sec)
		sv &= ~SET_TIMES;
	if (sv & MDS_ATTR_ATIME) {
		p->la.atime = (struct timespec64){ .tv_sec = (s64)le64_to_cpu(rec->sa_atime) };
		p->valid |= OSD_A_ATIME;
	}
	if (sv & MDS_ATTR_MTIME) {
		p->la.mtime = (struct timespec64){ .tv_sec = (s64)le64_to_cpu(rec->sa_mtime) };
		p->valid |= OSD_A_MTIME;
	}
	if (sv & MDS_ATTR_CTIME) {
		p->la.ctime = (struct timespec64){ .tv_sec = ctime };
		p->valid |= OSD_A_CTIME;
	}
}

/* Check permissions and find out what changes. Under mo_mutex. */
static int setattr_plan(const struct mdt_rec_setattr *rec, u64 sv, const struct mdt_cred *cred,
			struct mdt_object *o, const struct osd_attr *now, struct set_plan *p)
{
	bool owner = cred->mc_uid == now->uid || mdt_capable(cred, CAP_FOWNER);
	u64 fixed = ~(MDS_ATTR_ATTR_FLAG | MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET);
	int rc;

	p->la = *now;
	/* A file that only grows may get the time of now, that of the request. */
	if (!(now->flags & LUSTRE_IMMUTABLE_FL) && (sv & MDS_ATTR_CTIME)) {
		if (rec->sa_atime == rec->sa_ctime)
			fixed &= ~(MDS_ATTR_ATIME | MDS_ATTR_ATIME_SET);
		if (rec->sa_mtime == rec->sa_ctime)
			fixed &= ~(MDS_ATTR_MTIME | MDS_ATTR_MTIME_SET);
	}
	if ((now->flags & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL)) && (sv & fixed) &&
	    !(sv & MDS_ATTR_ATTR_FLAG))
		return -EPERM;
	if ((sv & (MDS_ATTR_ATTR_FLAG | MDS_ATTR_MODE | MDS_ATTR_PROJID)) && !owner &&
	    !(sv & (MDS_ATTR_FORCE | MDS_ATTR_KILL_SUID | MDS_ATTR_KILL_SGID)))
		return -EPERM;
	/* Times, and the size: the owner, or who may write. A chown brings its own rules. */
	if ((sv & (MDS_ATTR_SIZE | MDS_ATTR_ATIME | MDS_ATTR_MTIME)) && !owner &&
	    !(sv & (MDS_ATTR_FORCE | MDS_ATTR_OVERRIDE | MDS_ATTR_FROM_OPEN | MDS_ATTR_UID |
		    MDS_ATTR_GID))) {
		rc = mdt_permission(cred, o, now, MAY_WRITE);
		if (rc)
			return rc == -EACCES && !(sv & MDS_ATTR_SIZE) &&
					       (sv & (MDS_ATTR_ATIME_SET | MDS_ATTR_MTIME_SET))
				       ? -EPERM
				       : rc;
	} else if ((sv & MDS_ATTR_SIZE) && owner &&
		   !(sv & (MDS_ATTR_FORCE | MDS_ATTR_OVERRIDE | MDS_ATTR_FROM_OPEN))) {
		rc = mdt_permission(cred, o, now, MAY_WRITE);
		if (rc)
			return rc;
	}
	if (sv & MDS_ATTR_ATTR_FLAG) {
		rc = plan_flags(rec, cred, now, p);
		if (rc)
			return rc;
	}
	rc = plan_owner(rec, sv, cred, owner, now, p);
	if (!rc)
		rc = plan_mode(rec, sv, cred, o, now, p);
	if (rc)
		return rc;
	if (sv & MDS_ATTR_PROJID) {
		p->la.projid = le32_to_cpu(rec->sa_projid);
		p->valid |= OSD_A_PROJID;
		p->owner |= p->la.projid != now->projid;
	}
	if (sv & MDS_ATTR_SIZE) {
		if (S_ISDIR(now->mode))
			return -EISDIR;
		if (!S_ISREG(now->mode))
			return -EINVAL;
		if (o->mo_execs)
			return -ETXTBSY;
		/* The size of a file with objects is theirs: the client truncates them. */
		if (osd_xattr_get(o->mo_osd, XATTR_NAME_LOV, NULL, 0) <= 0) {
			p->la.size = le64_to_cpu(rec->sa_size);
			if (p->la.size > osd_maxbytes(o->mo_mdt->mdt_osd))
				return -EFBIG;
			p->valid |= OSD_A_SIZE;
		}
	}
	plan_times(rec, sv, now, p);
	return 0;
}

/* The bits that others cache of what is changed. */
static u64 setattr_bits(u64 sv)
{
	u64 bits = MDS_INODELOCK_UPDATE;

	if (sv &
	    (MDS_ATTR_MODE | MDS_ATTR_UID | MDS_ATTR_GID | MDS_ATTR_KILL_SUID | MDS_ATTR_KILL_SGID))
		bits |= MDS_INODELOCK_PERM;
	if (sv & MDS_ATTR_PROJID)
		bits |= MDS_INODELOCK_XATTR;
	return bits;
}

static int setattr_attrs(struct svc_req *req, const struct mdt_rec_setattr *rec,
			 struct mdt_object *o, const struct mdt_cred *cred)
{
	struct mdt_device *mdt = o->mo_mdt;
	u64 sv = le64_to_cpu(rec->sa_valid);
	struct mdt_lock_set ls = {};
	struct set_plan p = {};
	struct osd_trans *th;
	struct osd_attr now;
	int rc;

	mdt_lock_add(&ls, &o->mo_fid, LCK_PW, setattr_bits(sv));
	rc = mdt_lock_all(mdt, &ls);
	if (rc)
		return rc;
	mutex_lock(&o->mo_mutex);
	osd_attr_get(o->mo_osd, &now);
	rc = setattr_plan(rec, sv, cred, o, &now, &p);
	if (rc)
		goto out;
	if (!p.valid) {
		rc = tgt_trans_empty(req, 0, 0);
		goto out;
	}
	th = tgt_trans_start(req, OSD_CR_ATTR_SET + OSD_CR_XATTR_LEN(max(p.acl_len, 0)) + OSP_CR_RECORD);
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out;
	}
	if (p.owner && S_ISREG(now.mode))
		rc = osp_record_owner(th, o);
	if (!rc && p.acl_len > 0)
		rc = osd_xattr_set(th, o->mo_osd, XATTR_NAME_ACL_ACCESS, p.acl, p.acl_len, 0);
	if (!rc)
		rc = osd_attr_set(th, o->mo_osd, &p.la, p.valid);
	if (!rc && (p.valid & OSD_A_ATIME))
		o->mo_atime_set = ktime_get_real_seconds();
	rc = tgt_trans_stop(req, th, rc, 0);
out:
	mutex_unlock(&o->mo_mutex);
	mdt_unlock_all(&ls);
	kvfree(p.acl);
	return rc;
}

/* The default layout of a directory. */
static int setattr_default(struct svc_req *req, struct mdt_object *o, const struct mdt_cred *cred,
			   const void *ea, u32 len)
{
	const struct lov_mds_md_v1 *v1 = ea;
	struct mdt_lock_set ls = {};
	struct mdt_lov_wish w;
	struct osd_trans *th;
	struct osd_attr now;
	u32 size;
	int rc;

	if (!S_ISDIR(o->mo_osd->oo_type))
		return -EPROTO;
	if (len < sizeof(__le32))
		return -EINVAL;
	if (le32_to_cpu(v1->lmm_magic) == LMV_USER_MAGIC)
		return -EOPNOTSUPP;	/* default LMV: there is one MDT only */
	if (le32_to_cpu(v1->lmm_magic) == LOV_MAGIC_SPECIFIC)
		return -EINVAL;
	rc = mdt_lov_parse(ea, len, &w);
	if (rc)
		return rc;
	mdt_lov_wish_free(&w);
	size = lov_mds_md_size(0, le32_to_cpu(v1->lmm_magic));

	mdt_lock_add(&ls, &o->mo_fid, LCK_PW, MDS_INODELOCK_XATTR);
	rc = mdt_lock_all(o->mo_mdt, &ls);
	if (rc)
		return rc;
	mutex_lock(&o->mo_mutex);
	osd_attr_get(o->mo_osd, &now);
	if (cred->mc_uid != now.uid && !mdt_capable(cred, CAP_FOWNER)) {
		rc = -EPERM;
		goto out;
	}
	th = tgt_trans_start(req, OSD_CR_XATTR_SET + OSD_CR_ATTR_SET);
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out;
	}
	if (!w.lw_stripe_size && !w.lw_count && w.lw_offset == LOV_OFFSET_DEFAULT &&
	    !w.lw_pool[0]) {
		rc = osd_xattr_del(th, o->mo_osd, XATTR_NAME_LOV);
		if (rc == -ENODATA)
			rc = 0;
	} else {
		rc = osd_xattr_set(th, o->mo_osd, XATTR_NAME_LOV, ea, size, 0);
	}
	rc = tgt_trans_stop(req, th, rc, 0);
out:
	mutex_unlock(&o->mo_mutex);
	mdt_unlock_all(&ls);
	return rc;
}

int mdt_reint_setattr(struct svc_req *req, const struct mdt_rec_setattr *rec, struct mdt_reply *r)
{
	u64 sv = le64_to_cpu(rec->sa_valid);
	u32 ea_len = svc_req_len(req, WF_EADATA);
	struct mdt_object *o;
	struct mdt_cred cred;
	int rc;

	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	o = mdt_object_find_live(mdt_dev(req), &rec->sa_fid);
	if (IS_ERR(o))
		return PTR_ERR(o);
	if (sv && ea_len)
		rc = -EPROTO;
	else if (ea_len)
		rc = setattr_default(req, o, &cred, svc_req_buf(req, WF_EADATA), ea_len);
	else if (sv)
		rc = setattr_attrs(req, rec, o, &cred);
	else
		rc = -EPROTO;
	if (!rc)
		rc = mdt_reply_attr(req, o, OBD_MD_FLGETATTR, 0, 0, r);
	mdt_object_put(o);
	return rc;
}

/* ---- setxattr ---- */

/* Names that a client has no business with: accepted and forgotten, as other servers do. */
static const char *const ignored[] = {
	XATTR_NAME_LOV,	    XATTR_NAME_LMA,	    XATTR_NAME_LMV, XATTR_NAME_LINK,
	XATTR_NAME_FID,	    XATTR_NAME_VERSION,	    XATTR_NAME_SOM, XATTR_NAME_HSM,
	"trusted.lfsck_ns", XATTR_NAME_DEFAULT_LMV,
};

static bool is_ignored(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		if (!strcmp(name, ignored[i]))
			return true;
	return false;
}

static int setxattr_permission(const struct mdt_cred *cred, struct mdt_object *o,
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
	/* Labels were checked by the client's security module. */
	if (str_has_prefix(name, XATTR_SECURITY_PREFIX))
		return owner || mdt_capable(cred, CAP_SYS_ADMIN) || mdt_capable(cred, CAP_SETFCAP)
			       ? 0
			       : -EPERM;
	return -EOPNOTSUPP;
}

struct xattr_change {
	const char	*name;
	const void	*val;
	u32		len;
	int		flags;
	bool		remove;
	bool		mode_changes;
	u32		mode;
};

/* An access ACL goes into the mode; one that says no more than the mode is not stored. */
static int acl_plan(struct xattr_change *x, const struct mdt_cred *cred,
		    const struct osd_attr *la)
{
	int n;

	if (x->remove)
		return 0;
	n = mdt_acl_check(x->val, x->len);
	if (n < 0)
		return n;
	x->flags = 0;
	if (!n) {
		x->remove = true;
		return 0;
	}
	if (!strcmp(x->name, XATTR_NAME_ACL_ACCESS)) {
		x->mode = la->mode;
		if (!mdt_acl_mode(x->val, x->len, &x->mode))
			x->remove = true;
		/* As chmod: who is not in the group must not make a program of it run with it. */
		if (!mdt_in_group(cred, la->gid) && !mdt_capable(cred, CAP_FSETID))
			x->mode &= ~S_ISGID;
		x->mode_changes = x->mode != la->mode;
	}
	return 0;
}

static int setxattr_do(struct svc_req *req, struct mdt_object *o, const struct mdt_cred *cred,
		       struct xattr_change *x, s64 time)
{
	bool acl = str_has_prefix(x->name, "system.posix_acl_");
	struct mdt_lock_set ls = {};
	struct osd_trans *th;
	struct osd_attr la;
	u32 valid = 0;
	int rc;

	mdt_lock_add(&ls, &o->mo_fid, LCK_EX,
		     MDS_INODELOCK_UPDATE |
			     (!strcmp(x->name, XATTR_NAME_ACL_ACCESS) ? MDS_INODELOCK_PERM
								      : MDS_INODELOCK_XATTR));
	rc = mdt_lock_all(o->mo_mdt, &ls);
	if (rc)
		return rc;
	mutex_lock(&o->mo_mutex);
	osd_attr_get(o->mo_osd, &la);
	rc = setxattr_permission(cred, o, &la, x->name);
	if (!rc && acl)
		rc = acl_plan(x, cred, &la);
	if (rc)
		goto out;
	th = tgt_trans_start(req, OSD_CR_XATTR_LEN(x->len) + OSD_CR_ATTR_SET);
	if (IS_ERR(th)) {
		rc = PTR_ERR(th);
		goto out;
	}
	if (x->remove) {
		rc = osd_xattr_del(th, o->mo_osd, x->name);
		if (rc == -ENODATA && acl)
			rc = 0;
	} else {
		rc = osd_xattr_set(th, o->mo_osd, x->name, x->val, x->len, x->flags);
	}
	if (time > la.ctime.tv_sec) {
		la.ctime = (struct timespec64){ .tv_sec = time };
		valid |= OSD_A_CTIME;
	}
	if (x->mode_changes) {
		la.mode = x->mode;
		valid |= OSD_A_MODE;
	}
	if (!rc && valid)
		rc = osd_attr_set(th, o->mo_osd, &la, valid);
	rc = tgt_trans_stop(req, th, rc, 0);
out:
	mutex_unlock(&o->mo_mutex);
	mdt_unlock_all(&ls);
	return rc;
}

int mdt_reint_setxattr(struct svc_req *req, const struct mdt_rec_setxattr *rec, struct mdt_reply *r)
{
	u64 sv = le64_to_cpu(rec->sx_valid);
	struct xattr_change x = {
		.name	= svc_req_buf(req, WF_NAME),
		.val	= svc_req_buf(req, WF_EADATA),
		.len	= svc_req_len(req, WF_EADATA),
		.flags	= le32_to_cpu(rec->sx_flags) & (XATTR_CREATE | XATTR_REPLACE),
		.remove	= sv & OBD_MD_FLXATTRRM,
	};
	struct mdt_object *o;
	struct mdt_cred cred;
	int rc;

	mdt_cred_rec(&cred, (const struct mdt_rec_reint *)rec);
	if (!x.name || !x.name[0] || !(sv & (OBD_MD_FLXATTR | OBD_MD_FLXATTRRM)))
		return -EINVAL;
	if (strlen(x.name) > XATTR_NAME_MAX)
		return -ERANGE;
	o = mdt_object_find_live(mdt_dev(req), &rec->sx_fid);
	if (IS_ERR(o))
		return PTR_ERR(o);
	if (!strcmp(x.name, "lustre.pin"))
		x.name = "trusted.pin";
	if (x.len > osd_max_xattr(mdt_dev(req)->mdt_osd))
		rc = -E2BIG;
	else if (is_ignored(x.name))
		rc = tgt_trans_empty(req, 0, 0);
	else
		rc = setxattr_do(req, o, &cred, &x, le64_to_cpu(rec->sx_time));
	if (!rc)
		rc = mdt_reply_attr(req, o, OBD_MD_FLGETATTR, 0, 0, r);
	mdt_object_put(o);
	return rc;
}
