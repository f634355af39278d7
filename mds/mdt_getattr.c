// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading attributes: composing replies with a body, a layout and an ACL (chapter 4, 8.3), GETATTR,
 * GETATTR_NAME, GET_ROOT, STATFS, SYNC and the LOOKUP and GETATTR intents.
 *
 * A handler collects everything in a struct mdt_reply first and packs buffers of exactly that size
 * at the end, so no buffer ever has to grow or shrink.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define MDT_LOOKUP_TRIES	20
/* Seconds without a change after which a LOOKUP intent gets UPDATE, too. */
#define MDT_LOOKUP_UPDATE_AGE	10

/* Flags of inodes that clients see. */
#define MDT_SHOWN_FLAGS	(LUSTRE_FL_USER_MODIFIABLE | LUSTRE_ENCRYPT_FL | LUSTRE_PROJINHERIT_FL)

/**
 * mdt_reply_init - begin to collect a reply
 * @r: the reply
 */
void mdt_reply_init(struct mdt_reply *r)
{
	memset(r, 0, sizeof(*r));
}

/**
 * mdt_reply_free - forget what was collected
 * @r: the reply; empty after it
 */
void mdt_reply_free(struct mdt_reply *r)
{
	kvfree(r->mr_md);
	kvfree(r->mr_acl);
	kvfree(r->mr_secctx);
	mdt_reply_init(r);
}

/* Make room for one buffer of the reply. */
static int mdt_reply_room(struct svc_req *req, enum wire_field f, u32 len)
{
	if (!len)
		return 0;
	return svc_rep_room(req, f, len);
}

/**
 * mdt_reply_pack - pack what was collected, free it
 * @req: the request; its format says which buffers there are
 * @r: body and blobs
 *
 * Return: 0 or -ENOMEM.
 */
int mdt_reply_pack(struct svc_req *req, struct mdt_reply *r)
{
	void *p;
	int rc;

	rc = mdt_reply_room(req, WF_MDT_MD, r->mr_md_len);
	if (!rc)
		rc = mdt_reply_room(req, WF_ACL, r->mr_acl_len);
	if (!rc)
		rc = mdt_reply_room(req, WF_SECCTX, r->mr_secctx_len);
	if (!rc)
		rc = svc_rep_pack(req);
	if (rc)
		goto out;
	p = svc_rep_buf(req, WF_MDT_BODY);
	if (p)
		memcpy(p, &r->mr_body, sizeof(r->mr_body));
	p = r->mr_md_len ? svc_rep_buf(req, WF_MDT_MD) : NULL;
	if (p)
		memcpy(p, r->mr_md, r->mr_md_len);
	p = r->mr_acl_len ? svc_rep_buf(req, WF_ACL) : NULL;
	if (p)
		memcpy(p, r->mr_acl, r->mr_acl_len);
	p = r->mr_secctx_len ? svc_rep_buf(req, WF_SECCTX) : NULL;
	if (p)
		memcpy(p, r->mr_secctx, r->mr_secctx_len);
out:
	mdt_reply_free(r);
	return rc;
}

/**
 * mdt_req_fid - the FID of an object in a request
 * @le: from the request
 * @fid: out
 *
 * Every FID that a client sends passes here or in mdt_req_new_fid(). One object has one FID: locks
 * and the table of objects go by the whole FID, the object index only by sequence and id, so a
 * version would make a second name for the object, under other locks.
 * Return: 0; -EINVAL: no FID that can name an object (chapter 4, 2.2); -ENOENT: not one of the
 * namespace (local files, OST objects).
 */
int mdt_req_fid(const struct lu_fid_le *le, struct lu_fid *fid)
{
	fid_from_le(fid, le);
	if (!fid_is_sane(fid) || fid->f_ver)
		return -EINVAL;
	return fid_is_norm(fid) || fid_is_root(fid) || fid_is_igif(fid) ? 0 : -ENOENT;
}

/**
 * mdt_req_new_fid - the FID that a client chose for a new object
 * @mdt: the target
 * @le: from the request
 * @fid: out
 *
 * Only FIDs of sequences that this MDT has given away, so that nothing can be in the way of those
 * it will give; and the object index is an array by id, so ids end where clients have to take a
 * new sequence (chapter 4, 2.3).
 * Return: 0 or -EINVAL.
 */
int mdt_req_new_fid(struct mdt_device *mdt, const struct lu_fid_le *le, struct lu_fid *fid)
{
	fid_from_le(fid, le);
	if (!fid_is_norm(fid) || fid->f_ver || fid->f_oid < LUSTRE_FID_INIT_OID ||
	    fid->f_oid > LUSTRE_METADATA_SEQ_MAX_WIDTH || !mdt_seq_given(mdt, fid->f_seq))
		return -EINVAL;
	return 0;
}

/**
 * mdt_name_get - one component of a path from a request
 * @req: the request
 * @f: its buffer
 * @name: out: inside of the request
 * @len: out: without the NUL
 *
 * Return: 0, -ENAMETOOLONG, -EINVAL.
 */
int mdt_name_get(struct svc_req *req, enum wire_field f, const char **name, size_t *len)
{
	u32 n = svc_req_len(req, f);

	*name = svc_req_buf(req, f);
	if (n > MDT_MAX_NAME + 1)
		return -ENAMETOOLONG;
	if (!wire_name_ok(*name, n))
		return -EINVAL;
	*len = n - 1;
	return 0;
}

/**
 * mdt_lookup - the FID of a name
 * @dir: the directory; its mo_dir_sem is not held
 * @name: the name
 * @len: its length
 * @fid: out
 *
 * Return: 0, -ENOENT, -ENOTDIR, -EIO.
 */
int mdt_lookup(struct mdt_object *dir, const char *name, size_t len, struct lu_fid *fid)
{
	int rc;

	if (len == 2 && name[0] == '.' && name[1] == '.' && fid_is_root(&dir->mo_fid)) {
		*fid = dir->mo_fid;
		return 0;
	}
	down_read(&dir->mo_dir_sem);
	rc = osd_dir_lookup(dir->mo_osd, name, len, fid);
	up_read(&dir->mo_dir_sem);
	return rc;
}

/**
 * mdt_lookup_checked - mdt_lookup() for a caller who needs permission to search the directory
 * @cred: the caller
 * @dir: the directory
 * @name: the name
 * @len: its length
 * @fid: out
 *
 * Return: as mdt_lookup(); -EACCES; -ESTALE: the directory was removed.
 */
int mdt_lookup_checked(const struct mdt_cred *cred, struct mdt_object *dir, const char *name,
		       size_t len, struct lu_fid *fid)
{
	struct osd_attr la;
	int rc;

	if (!S_ISDIR(dir->mo_osd->oo_type))
		return -ENOTDIR;
	if (dir->mo_dead)
		return -ESTALE;
	osd_attr_get(dir->mo_osd, &la);
	rc = mdt_permission(cred, dir, &la, MAY_EXEC);
	return rc ?: mdt_lookup(dir, name, len, fid);
}

static int mdt_reply_md(struct mdt_object *o, const char *xattr, u64 bit, struct mdt_reply *r)
{
	int len = mdt_xattr_get_alloc(o, xattr, &r->mr_md);

	if (len > 0) {
		r->mr_md_len = len;
		r->mr_body.mbo_valid |= cpu_to_le64(bit);
		r->mr_body.mbo_eadatasize = cpu_to_le32(len);
		return 0;
	}
	return len == -ENODATA || !len ? 0 : len;
}

static int mdt_reply_link(struct mdt_object *o, u32 size, struct mdt_reply *r)
{
	ssize_t len;

	r->mr_md = kvzalloc(size + 1, GFP_NOFS);
	if (!r->mr_md)
		return -ENOMEM;
	len = osd_symlink_get(o->mo_osd, r->mr_md, size + 1);
	if (len < 0)
		return len;
	if (len > size)
		return -EIO;
	r->mr_md_len = len + 1;
	r->mr_body.mbo_valid |= cpu_to_le64(OBD_MD_LINKNAME);
	r->mr_body.mbo_eadatasize = cpu_to_le32(len + 1);
	return 0;
}

static int mdt_reply_acl(struct svc_req *req, struct mdt_object *o, struct mdt_reply *r)
{
	struct mdt_export *me = mdt_export(req->sr_exp);
	int len;

	if (!(me->me_flags & OBD_CONNECT_ACL) || r->mr_acl)
		return 0;
	len = 0;
	if (!S_ISLNK(o->mo_osd->oo_type))
		len = mdt_xattr_get_alloc(o, XATTR_NAME_ACL_ACCESS, &r->mr_acl);
	if (len < 0 && len != -ENODATA && len != -EOPNOTSUPP)
		return len;
	len = max(len, 0);
	if (len > LUSTRE_POSIX_ACL_MAX_SIZE_OLD && !(me->me_flags & OBD_CONNECT_LARGE_ACL))
		return -E2BIG;
	r->mr_acl_len = len;
	r->mr_body.mbo_valid |= cpu_to_le64(OBD_MD_FLACL);
	r->mr_body.mbo_aclsize = cpu_to_le32(len);
	return 0;
}

/**
 * mdt_reply_attr - attributes of an object into the reply
 * @req: the request
 * @o: the object
 * @want: OBD_MD_* wanted; the plain attributes always come
 * @room: room of the client for the layout or link target; 0: neither is wanted
 * @flags: MDT_RA_*
 * @r: reply, body and blobs are filled
 *
 * Return: 0, -ENOMEM, -EIO, -E2BIG (ACL).
 */
int mdt_reply_attr(struct svc_req *req, struct mdt_object *o, u64 want, u32 room,
		   unsigned int flags, struct mdt_reply *r)
{
	struct mdt_body *b = &r->mr_body;
	struct osd_attr la;
	u64 valid;
	int rc = 0;

	kvfree(r->mr_md);
	r->mr_md = NULL;
	r->mr_md_len = 0;
	mdt_attr_get(o, &la);
	fid_to_le(&b->mbo_fid1, &o->mo_fid);
	valid = OBD_MD_FLID | OBD_MD_FLMODE | OBD_MD_FLTYPE | OBD_MD_FLUID | OBD_MD_FLGID |
		OBD_MD_FLNLINK | OBD_MD_FLATIME | OBD_MD_FLMTIME | OBD_MD_FLCTIME | OBD_MD_FLFLAGS |
		OBD_MD_FLPROJID | OBD_MD_FLBTIME;
	b->mbo_mode = cpu_to_le32(la.mode);
	b->mbo_uid = cpu_to_le32(la.uid);
	b->mbo_gid = cpu_to_le32(la.gid);
	b->mbo_nlink = cpu_to_le32(la.nlink);
	b->mbo_atime = cpu_to_le64(la.atime.tv_sec);
	b->mbo_mtime = cpu_to_le64(la.mtime.tv_sec);
	b->mbo_ctime = cpu_to_le64(la.ctime.tv_sec);
	b->mbo_btime = cpu_to_le64(la.crtime.tv_sec);
	b->mbo_flags = cpu_to_le32(la.flags & MDT_SHOWN_FLAGS);
	b->mbo_projid = cpu_to_le32(la.projid);
	b->mbo_valid |= cpu_to_le64(valid);

	if (!S_ISREG(la.mode)) {
		b->mbo_size = cpu_to_le64(la.size);
		b->mbo_blocks = cpu_to_le64(la.blocks);
		b->mbo_rdev = cpu_to_le32(old_encode_dev(la.rdev));
		b->mbo_valid |= cpu_to_le64(OBD_MD_FLSIZE | OBD_MD_FLBLOCKS | OBD_MD_FLRDEV);
		if (S_ISLNK(la.mode) && (want & OBD_MD_LINKNAME) && room)
			rc = mdt_reply_link(o, la.size, r);
		else if (S_ISDIR(la.mode) && (flags & MDT_RA_DIR_EA) && (want & OBD_MD_FLDIREA) &&
			 (want & OBD_MD_FLEASIZE) &&
			 !(want & (OBD_MD_MEA | OBD_MD_DEFAULT_MEA)))
			rc = mdt_reply_md(o, XATTR_NAME_LOV, OBD_MD_FLDIREA, r);
	} else if (want & OBD_MD_FLEASIZE) {
		rc = mdt_reply_md(o, XATTR_NAME_LOV, OBD_MD_FLEASIZE, r);
		if (!rc && !r->mr_md_len) {
			b->mbo_size = cpu_to_le64(la.size);
			b->mbo_valid |= cpu_to_le64(OBD_MD_FLSIZE | OBD_MD_FLBLOCKS);
		}
	} else if (osd_xattr_get(o->mo_osd, XATTR_NAME_LOV, NULL, 0) <= 0) {
		b->mbo_size = cpu_to_le64(la.size);
		b->mbo_valid |= cpu_to_le64(OBD_MD_FLSIZE | OBD_MD_FLBLOCKS);
	}
	if (!rc && (want & OBD_MD_FLACL))
		rc = mdt_reply_acl(req, o, r);
	if (want & OBD_MD_FLMODEASIZE) {
		b->mbo_max_mdsize = cpu_to_le32(atomic_read(&o->mo_mdt->mdt_max_mdsize));
		b->mbo_valid |= cpu_to_le64(OBD_MD_FLMODEASIZE);
	}
	return rc;
}

/**
 * mdt_reply_secctx - the security label of an object into the reply, when the request names one
 * @req: the request
 * @o: the object
 * @r: the reply
 *
 * Return: 0 (also without a label), -ENOMEM.
 */
int mdt_reply_secctx(struct svc_req *req, struct mdt_object *o, struct mdt_reply *r)
{
	const char *name = svc_req_buf(req, WF_SECCTX_NAME);
	int len;

	if (!name || !name[0] || !(mdt_export(req->sr_exp)->me_flags2 & OBD_CONNECT2_FILE_SECCTX) ||
	    r->mr_secctx)
		return 0;
	if (strncmp(name, XATTR_SECURITY_PREFIX, XATTR_SECURITY_PREFIX_LEN))
		return 0;
	len = mdt_xattr_get_alloc(o, name, &r->mr_secctx);
	if (len <= 0)
		return len == -ENOMEM ? len : 0;
	r->mr_secctx_len = len;
	r->mr_body.mbo_valid |= cpu_to_le64(OBD_MD_SECCTX);
	return 0;
}

/* ---- handlers ---- */

/**
 * mdt_getattr - MDS_GETATTR (chapter 4, 8.1)
 * @req: the request
 */
int mdt_getattr(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	struct mdt_object *o;
	struct mdt_reply r;
	u64 want;
	u32 room;
	int rc;

	if (!b)
		return -EPROTO;
	mdt_reply_init(&r);
	want = le64_to_cpu(b->mbo_valid);
	room = le32_to_cpu(b->mbo_eadatasize);
	if (!room)
		want &= ~OBD_MD_FLEASIZE;
	o = mdt_object_find_live(mdt, &b->mbo_fid1);
	if (IS_ERR(o))
		return mdt_pack_status(req, &r, PTR_ERR(o));
	rc = mdt_reply_attr(req, o, want, room, MDT_RA_DIR_EA, &r);
	mdt_object_put(o);
	return mdt_pack_status(req, &r, rc);
}

/**
 * mdt_getattr_name - MDS_GETATTR_NAME (chapter 4, 8.2)
 * @req: the request
 */
int mdt_getattr_name(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	struct mdt_object *dir, *o;
	struct mdt_cred cred;
	struct mdt_reply r;
	struct lu_fid fid;
	const char *name;
	size_t len;
	u64 want;
	int rc;

	if (!b)
		return -EPROTO;
	mdt_reply_init(&r);
	mdt_cred_body(&cred, req, b);
	want = le64_to_cpu(b->mbo_valid);
	rc = mdt_name_get(req, WF_NAME, &name, &len);
	if (!rc)
		rc = mdt_req_fid(&b->mbo_fid1, &fid);
	if (rc)
		return mdt_pack_status(req, &r, rc);
	dir = mdt_object_find(mdt, &fid);
	if (IS_ERR(dir))
		return mdt_pack_status(req, &r, PTR_ERR(dir));
	rc = mdt_lookup_checked(&cred, dir, name, len, &fid);
	mdt_object_put(dir);
	if (rc)
		return mdt_pack_status(req, &r, rc);
	if (want == OBD_MD_FLID) {
		fid_to_le(&r.mr_body.mbo_fid1, &fid);
		r.mr_body.mbo_valid = cpu_to_le64(OBD_MD_FLID);
		return mdt_pack_status(req, &r, 0);
	}
	o = mdt_object_find(mdt, &fid);
	if (IS_ERR(o))
		return mdt_pack_status(req, &r, PTR_ERR(o));
	rc = mdt_reply_attr(req, o, want, le32_to_cpu(b->mbo_eadatasize), MDT_RA_DIR_EA, &r);
	mdt_object_put(o);
	return mdt_pack_status(req, &r, rc);
}

/* Walk a path from the root: the fileset of a sub-directory mount. */
static int mdt_fileset_find(struct mdt_device *mdt, const struct mdt_cred *cred, const char *path,
			    struct lu_fid *fid)
{
	struct mdt_object *dir = mdt->mdt_root;
	int rc = 0;

	mdt_object_get(dir);
	while (*path && !rc) {
		size_t len = strcspn(path, "/");

		if (!len || (len == 1 && path[0] == '.')) {
			path++;
			continue;
		}
		if (len > MDT_MAX_NAME)
			rc = -ENAMETOOLONG;
		else if (len == 2 && path[0] == '.' && path[1] == '.')
			rc = -EINVAL;
		else
			rc = mdt_lookup_checked(cred, dir, path, len, fid);
		if (!rc) {
			mdt_object_put(dir);
			dir = mdt_object_find(mdt, fid);
			if (IS_ERR(dir))
				return PTR_ERR(dir);
		}
		path += len;
	}
	if (!rc && !S_ISDIR(dir->mo_osd->oo_type))
		rc = -ENOTDIR;
	*fid = dir->mo_fid;
	mdt_object_put(dir);
	return rc;
}

/**
 * mdt_get_root - MDS_GET_ROOT, with or without a fileset (chapter 4, 7.2)
 * @req: the request
 */
int mdt_get_root(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	const char *path = svc_req_buf(req, WF_NAME);
	struct mdt_cred cred;
	struct mdt_reply r;
	struct lu_fid fid;
	int rc = 0;

	if (!b)
		return -EPROTO;
	mdt_reply_init(&r);
	fid_root(&fid);
	mdt_cred_body(&cred, req, b);
	if (path && path[0])
		rc = mdt_fileset_find(mdt, &cred, path, &fid);
	if (!rc) {
		fid_to_le(&r.mr_body.mbo_fid1, &fid);
		r.mr_body.mbo_valid = cpu_to_le64(OBD_MD_FLID);
	}
	return mdt_pack_status(req, &r, rc);
}

/**
 * mdt_statfs - MDS_STATFS: of this target, or summed up over the file system (chapter 4, 7.1)
 * @req: the request
 */
int mdt_statfs(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	struct obd_statfs *os;
	int rc;

	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	os = svc_rep_buf(req, WF_STATFS);
	rc = tgt_statfs(mdt->mdt_lt, os);
	if (rc)
		return rc;
	if (b && (le64_to_cpu(b->mbo_valid) & OBD_MD_FLAGSTATFS) &&
	    (mdt_export(req->sr_exp)->me_flags2 & OBD_CONNECT2_SUM_STATFS))
		mdt_lod_statfs(&mdt->mdt_lod, os);
	return 0;
}

/**
 * mdt_sync - MDS_SYNC: commit everything (chapter 4, 20.1)
 * @req: the request
 */
int mdt_sync(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	struct mdt_object *o = NULL;
	struct mdt_reply r;
	struct lu_fid fid;
	int rc = 0;

	if (!b)
		return -EPROTO;
	mdt_reply_init(&r);
	fid_from_le(&fid, &b->mbo_fid1);
	if (!fid_is_zero(&fid)) {
		o = mdt_object_find_live(mdt, &b->mbo_fid1);
		rc = PTR_ERR_OR_ZERO(o);
	}
	if (!rc)
		rc = osd_sync(mdt->mdt_osd);
	if (!rc && o)
		rc = mdt_reply_attr(req, o, OBD_MD_FLGETATTR, 0, 0, &r);
	mdt_object_put(o);
	return mdt_pack_status(req, &r, rc);
}

/* ---- LOOKUP and GETATTR intents ---- */

/* Bits that a lookup or getattr grants (chapter 3, 18.4). */
static u64 mdt_getattr_bits(struct mdt_object *o, u64 it)
{
	u64 bits = MDS_INODELOCK_LOOKUP | MDS_INODELOCK_PERM;
	struct osd_attr la;

	if (it & IT_GETATTR)
		return bits | MDS_INODELOCK_UPDATE;
	osd_attr_get(o->mo_osd, &la);
	if (la.ctime.tv_sec + MDT_LOOKUP_UPDATE_AGE < ktime_get_real_seconds())
		bits |= MDS_INODELOCK_UPDATE;
	return bits;
}

/* A LOOKUP or GETATTR intent, and how far it came. */
struct mdt_lookup {
	struct svc_req		*l_req;
	const struct mdt_body	*l_body;
	struct mdt_cred		l_cred;
	u64			l_intent;
	const char		*l_name;	/* NULL: by FID */
	size_t			l_len;
	struct lu_fid		l_fid;		/* of the object */
	struct mdt_object	*l_dir, *l_obj;
	int			l_names_removed;	/* of l_dir, before the lookup */
	struct ldlm_lock	*l_lock;
	u64			l_disp;
};

static int mdt_lookup_unpack(struct mdt_lookup *l)
{
	const struct mdt_body *b = l->l_body;
	struct mdt_object *dir;
	int rc;

	mdt_cred_body(&l->l_cred, l->l_req, b);
	l->l_name = svc_req_buf(l->l_req, WF_NAME);
	if (!l->l_name || !l->l_name[0]) {
		l->l_name = NULL;
		return mdt_req_fid(b->mbo_fid2.f_seq ? &b->mbo_fid2 : &b->mbo_fid1, &l->l_fid);
	}
	rc = mdt_name_get(l->l_req, WF_NAME, &l->l_name, &l->l_len);
	if (rc)
		return rc;
	dir = mdt_object_find_le(mdt_dev(l->l_req), &b->mbo_fid1);
	if (IS_ERR(dir))
		return PTR_ERR(dir) == -ENOENT ? -ESTALE : PTR_ERR(dir);
	l->l_dir = dir;
	return 0;
}

/* The lock on the child for the client; -EAGAIN (INTENT_ONLY: none is wanted) is no error. */
static int mdt_lookup_lock(struct mdt_lookup *l)
{
	u64 try_bits = 0;
	int rc;

	if (S_ISREG(l->l_obj->mo_osd->oo_type) &&
	    (le64_to_cpu(l->l_body->mbo_valid) & OBD_MD_FLEASIZE) &&
	    (mdt_export(l->l_req->sr_exp)->me_flags & OBD_CONNECT_LAYOUTLOCK))
		try_bits = MDS_INODELOCK_LAYOUT;
	rc = mdt_lock_client(l->l_req, l->l_obj, LCK_PR, mdt_getattr_bits(l->l_obj, l->l_intent),
			     try_bits, &l->l_lock);
	return rc == -EAGAIN ? 0 : rc;
}

static void mdt_lookup_forget(struct mdt_lookup *l)
{
	if (l->l_lock)
		mdt_lock_client_drop(l->l_lock);
	l->l_lock = NULL;
	mdt_object_put(l->l_obj);
	l->l_obj = NULL;
}

/*
 * Find the object and lock it. The lock is taken without any lock on the parent, so the name is
 * looked up once more when it is granted: an unlink or rename in between had nothing to call back.
 * MDT_OP_AGAIN: the name changed; MDT_OP_DONE: there is no such name.
 */
static int mdt_lookup_try(struct mdt_lookup *l)
{
	struct lu_fid again;
	int rc;

	if (l->l_dir) {
		l->l_names_removed = atomic_read(&l->l_dir->mo_names_removed);
		rc = mdt_lookup_checked(&l->l_cred, l->l_dir, l->l_name, l->l_len, &l->l_fid);
		if (rc)
			return rc == -ENOENT ? MDT_OP_DONE : rc;
	}
	l->l_obj = mdt_object_find(mdt_dev(l->l_req), &l->l_fid);
	if (IS_ERR(l->l_obj)) {
		rc = PTR_ERR(l->l_obj);
		l->l_obj = NULL;
		return rc == -ENOENT && l->l_dir ? MDT_OP_AGAIN : rc;
	}
	rc = mdt_lookup_lock(l);
	if (rc)
		return rc;
	if (!l->l_dir)
		return l->l_obj->mo_dead && !l->l_obj->mo_opens ? -ENOENT : 0;
	if (atomic_read(&l->l_dir->mo_names_removed) == l->l_names_removed)
		return 0;
	rc = mdt_lookup(l->l_dir, l->l_name, l->l_len, &again);
	if (rc == -ENOENT || (!rc && !fid_eq(&l->l_fid, &again)))
		return MDT_OP_AGAIN;
	return rc;
}

static int mdt_lookup_run(struct mdt_lookup *l, struct mdt_reply *r)
{
	u64 want = le64_to_cpu(l->l_body->mbo_valid);
	int rc, tries = 0;

	rc = mdt_lookup_unpack(l);
	if (rc)
		return rc;
	do {
		mdt_lookup_forget(l);
		rc = mdt_lookup_try(l);
	} while (rc == MDT_OP_AGAIN && ++tries < MDT_LOOKUP_TRIES);
	if (rc == MDT_OP_DONE) {
		l->l_disp |= DISP_LOOKUP_NEG;
		return 0;
	}
	if (rc)
		return rc == MDT_OP_AGAIN ? -EINPROGRESS : rc;
	l->l_disp |= DISP_LOOKUP_POS;
	rc = mdt_reply_attr(l->l_req, l->l_obj, want, le32_to_cpu(l->l_body->mbo_eadatasize), 0, r);
	return rc ?: mdt_reply_secctx(l->l_req, l->l_obj, r);
}

/**
 * mdt_intent_getattr - IT_GETATTR, IT_LOOKUP (chapter 4, 10)
 * @req: the enqueue, format wf_ldlm_intent_getattr
 * @it: the intent
 * @lockp: out: the lock granted to the client instead of the one it asked for
 *
 * Return: see mdt_intent_done().
 */
int mdt_intent_getattr(struct svc_req *req, u64 it, struct ldlm_lock **lockp)
{
	struct mdt_lookup l = {
		.l_req = req,
		.l_body = svc_req_buf(req, WF_MDT_BODY),
		.l_intent = it,
		.l_disp = DISP_IT_EXECD | DISP_LOOKUP_EXECD,
	};
	struct mdt_reply r;
	int rc;

	if (!l.l_body)
		return -EPROTO;
	mdt_reply_init(&r);
	rc = mdt_lookup_run(&l, &r);
	/* A client that lacks a group finds here which one would do (chapter 4, 5.3). */
	if (rc == -EACCES && l.l_dir)
		mdt_reply_attr(req, l.l_dir, OBD_MD_FLGETATTR | OBD_MD_FLACL, 0, 0, &r);
	if (rc && l.l_lock) {
		mdt_lock_client_drop(l.l_lock);
		l.l_lock = NULL;
	}
	mdt_object_put(l.l_obj);
	mdt_object_put(l.l_dir);
	return mdt_intent_done(req, &r, l.l_disp, rc, l.l_lock, lockp);
}
