// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading extended attributes: MDS_GETXATTR and the GETXATTR intent that fills a client's xattr
 * cache (chapter 4, 15.1 and 15.2).
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/slab.h>
#include "mdt_internal.h"

#define XATTR_LIST_MAX_NAMES	65536

static int mdt_getxattr_permission(const struct mdt_cred *cred, struct mdt_object *o,
				   const char *name)
{
	struct osd_attr la;

	if (!str_has_prefix(name, XATTR_USER_PREFIX))
		return 0;
	osd_attr_get(o->mo_osd, &la);
	if (!S_ISREG(la.mode) && !S_ISDIR(la.mode))
		return -ENODATA;
	return mdt_permission(cred, o, &la, MAY_READ);
}

/* Value or list into *buf: length, or -errno. */
static int mdt_xattr_read(struct mdt_object *o, const char *name, void **buf)
{
	ssize_t len;

	*buf = NULL;
	if (name)
		return mdt_xattr_get_alloc(o, name, buf);
	len = osd_xattr_list(o->mo_osd, NULL, 0);
	if (len <= 0)
		return len;
	*buf = kvmalloc(len, GFP_NOFS);
	if (!*buf)
		return -ENOMEM;
	len = osd_xattr_list(o->mo_osd, *buf, len);
	return len;
}

/* What the request asks for into *val: its length, or -errno. */
static int mdt_getxattr_read(struct svc_req *req, const struct mdt_body *b, void **val)
{
	const char *name = svc_req_buf(req, WF_NAME);
	u64 want = le64_to_cpu(b->mbo_valid);
	struct mdt_object *o;
	struct mdt_cred cred;
	int len;

	o = mdt_object_find_live(mdt_dev(req), &b->mbo_fid1);
	if (IS_ERR(o))
		return PTR_ERR(o);
	mdt_cred_body(&cred, req, b);
	if (want & OBD_MD_FLXATTRLS) {
		len = mdt_xattr_read(o, NULL, val);
	} else if ((want & OBD_MD_FLXATTR) && name && name[0]) {
		len = mdt_getxattr_permission(&cred, o, name);
		if (!len)
			len = mdt_xattr_read(o, name, val);
		/* A file without layout: a value of length 0. */
		if (len == -ENODATA && !strcmp(name, XATTR_NAME_LOV))
			len = 0;
	} else {
		len = -EINVAL;
	}
	mdt_object_put(o);
	return len;
}

/**
 * mdt_getxattr - MDS_GETXATTR
 * @req: the request
 *
 * Return: 0, -ENODATA, -ERANGE (room of the client), -EACCES, -EOPNOTSUPP, -ENOMEM.
 */
int mdt_getxattr(struct svc_req *req)
{
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	struct mdt_body *rb;
	void *val = NULL;
	int rc = 0, len;
	u32 room;

	if (!b)
		return -EPROTO;
	room = le32_to_cpu(b->mbo_eadatasize);
	len = mdt_getxattr_read(req, b, &val);
	if (room && len > 0 && room < len)
		len = -ERANGE;
	if (room && len > 0)
		rc = svc_rep_room(req, WF_EADATA, len);
	if (!rc)
		rc = svc_rep_pack(req);
	if (!rc && len < 0)
		rc = len;
	if (!rc) {
		rb = svc_rep_buf(req, WF_MDT_BODY);
		rb->mbo_valid = cpu_to_le64(OBD_MD_FLXATTR);
		rb->mbo_eadatasize = cpu_to_le32(len);
		if (room && len)
			memcpy(svc_rep_buf(req, WF_EADATA), val, len);
	}
	kvfree(val);
	return rc;
}

/* All names, values and lengths of an object. */
struct mdt_xattr_all {
	char	*names;
	int	names_len;
	void	*vals;
	u32	vals_len;
	__le32	*lens;
	u32	nr;
};

static void mdt_xattr_all_free(struct mdt_xattr_all *x)
{
	kvfree(x->names);
	kvfree(x->vals);
	kvfree(x->lens);
}

/* -ERANGE: more than room bytes of values. */
static int mdt_xattr_all_read(struct mdt_object *o, u32 room, struct mdt_xattr_all *x)
{
	char *p, *end, *out;
	ssize_t len;
	u32 nr = 0;

	memset(x, 0, sizeof(*x));
	x->names_len = mdt_xattr_read(o, NULL, (void **)&x->names);
	if (x->names_len < 0)
		return x->names_len;
	end = x->names + x->names_len;
	for (p = x->names; p < end; p += strnlen(p, end - p) + 1)
		nr++;
	if (nr > XATTR_LIST_MAX_NAMES)
		return -ERANGE;
	x->vals = kvmalloc(max(room, 1U), GFP_NOFS);
	x->lens = kvmalloc_array(max(nr, 1U), sizeof(*x->lens), GFP_NOFS);
	if (!x->vals || !x->lens)
		return -ENOMEM;
	out = x->names;
	for (p = x->names; p < end; ) {
		size_t n = strnlen(p, end - p) + 1;

		len = x->vals_len < room ? osd_xattr_get(o->mo_osd, p, x->vals + x->vals_len,
							 room - x->vals_len)
					 : osd_xattr_get(o->mo_osd, p, NULL, 0);
		if (len > 0 && x->vals_len >= room)
			return -ERANGE;
		if (len >= 0) {
			x->lens[x->nr++] = cpu_to_le32(len);
			x->vals_len += len;
			memmove(out, p, n);
			out += n;
		} else if (len != -ENODATA && len != -EOPNOTSUPP) {
			return len;
		}
		p += n;
	}
	x->names_len = out - x->names;
	return 0;
}

/**
 * mdt_intent_getxattr - IT_GETXATTR: every xattr at once, with an XATTR lock
 * @req: the enqueue, format wf_ldlm_intent_getxattr
 * @lockp: out
 *
 * Return: 0 with the lock; ELDLM_LOCK_ABORTED with the errno in lock_policy_res2 (-ERANGE: does not
 * fit).
 */
int mdt_intent_getxattr(struct svc_req *req, struct ldlm_lock **lockp)
{
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	struct ldlm_lock *lock = NULL;
	struct mdt_xattr_all x = {};
	struct mdt_object *o;
	struct ldlm_reply *rep;
	struct mdt_body *rb;
	int rc, rc2;
	u32 room;

	*lockp = NULL;
	if (!b)
		return -EPROTO;
	room = min(le32_to_cpu(b->mbo_eadatasize), MDT_MAX_EASIZE);
	o = mdt_object_find_live(mdt_dev(req), &b->mbo_fid1);
	if (IS_ERR(o)) {
		rc = PTR_ERR(o);
		goto out;
	}
	rc = mdt_lock_client(req, o, LCK_PR, MDS_INODELOCK_XATTR, 0, &lock);
	if (!rc || rc == -EAGAIN)
		rc = mdt_xattr_all_read(o, room, &x);
	mdt_object_put(o);
out:
	rc2 = 0;
	if (!rc && x.nr) {
		rc2 = svc_rep_room(req, WF_EADATA, x.names_len);
		if (!rc2 && x.vals_len)
			rc2 = svc_rep_room(req, WF_EAVALS, x.vals_len);
		if (!rc2)
			rc2 = svc_rep_room(req, WF_EAVALS_LENS, x.nr * sizeof(*x.lens));
	}
	if (!rc2)
		rc2 = svc_rep_pack(req);
	if (rc2 || (rc && lock)) {
		ldlm_srv_unlock(lock);
		lock = NULL;
	}
	if (rc2)
		goto out_free;
	rb = svc_rep_buf(req, WF_MDT_BODY);
	rep = svc_rep_buf(req, WF_DLM_REP);
	rep->lock_policy_res2 = cpu_to_le64((s64)rc);
	rb->mbo_valid = cpu_to_le64(OBD_MD_FLXATTR);
	if (!rc && x.nr) {
		rb->mbo_eadatasize = cpu_to_le32(x.names_len);
		rb->mbo_aclsize = cpu_to_le32(x.vals_len);
		rb->mbo_max_mdsize = cpu_to_le32(x.nr);
		memcpy(svc_rep_buf(req, WF_EADATA), x.names, x.names_len);
		if (x.vals_len)
			memcpy(svc_rep_buf(req, WF_EAVALS), x.vals, x.vals_len);
		memcpy(svc_rep_buf(req, WF_EAVALS_LENS), x.lens, x.nr * sizeof(*x.lens));
	}
	*lockp = lock;
	rc2 = lock ? 0 : ELDLM_LOCK_ABORTED;
out_free:
	mdt_xattr_all_free(&x);
	return rc2;
}
