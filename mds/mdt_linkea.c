// SPDX-License-Identifier: GPL-2.0-only
/*
 * trusted.link: the names of an object (chapter 4, 15.6), and what is made of it: fid2path. Also
 * MDS_SET_INFO. Changes are made under mo_mutex of the object and its XATTR or LOOKUP lock.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define FID2PATH_MAX_DEPTH	512

/* Is this that name? */
static bool mdt_linkea_is(const struct link_ea_entry *e, const struct mdt_name *n)
{
	struct lu_fid fid;

	if (!n)
		return false;
	fid_from_be(&fid, &e->lee_parent_fid);
	return fid_eq(&fid, &n->dir->mo_fid) && wire_linkea_namelen(e) == n->len &&
	       !memcmp(e->lee_name, n->name, n->len);
}

/* Checked linkEA of an object: length, 0 if there is none (*buf NULL). */
static int mdt_linkea_get(struct mdt_object *o, void **buf)
{
	int len = mdt_xattr_get_alloc(o, XATTR_NAME_LINK, buf);

	if (len > 0 && !wire_linkea_check(*buf, len))
		return len;
	kvfree(*buf);
	*buf = NULL;
	return len == -ENOMEM ? len : 0;
}

/*
 * Into buf (max bytes, zeroed): the names of old without del, and add if it fits; else the time
 * says that names are missing. Returns the length.
 */
static u32 mdt_linkea_build(void *buf, u32 max, const void *old, u32 old_len,
			    const struct mdt_name *del, const struct mdt_name *add)
{
	const struct link_ea_entry *e = NULL;
	struct link_ea_header *h = buf;
	u32 count = 0, pos = sizeof(*h);

	if (old_len)
		h->leh_overflow_time = ((const struct link_ea_header *)old)->leh_overflow_time;
	while (old_len && (e = wire_linkea_next(old, old_len, e))) {
		u32 reclen = be16_to_cpu(e->lee_reclen);

		if (mdt_linkea_is(e, del) || mdt_linkea_is(e, add))
			continue;
		memcpy(buf + pos, e, reclen);
		pos += reclen;
		count++;
	}
	if (add && pos + sizeof(*e) + add->len <= max) {
		struct link_ea_entry *n = buf + pos;
		u32 reclen = sizeof(*e) + add->len;

		n->lee_reclen = cpu_to_be16(reclen);
		fid_to_be(&n->lee_parent_fid, &add->dir->mo_fid);
		memcpy(n->lee_name, add->name, add->len);
		pos += reclen;
		count++;
	} else if (add) {
		h->leh_overflow_time = cpu_to_le32((u32)ktime_get_real_seconds());
	}
	h->leh_magic = cpu_to_le32(LINK_EA_MAGIC);
	h->leh_reccount = cpu_to_le32(count);
	h->leh_len = cpu_to_le64(pos);
	return pos;
}

/**
 * mdt_linkea_change - take a name out of trusted.link and add one
 * @th: transaction with MDT_CR_LINKEA
 * @o: the object
 * @del: the name that was removed, or NULL
 * @add: the new name, or NULL
 *
 * A name that finds no room is left out and the overflow time is set. How much room there is
 * depends on the file system and on the object's other xattrs. Never does a name stay that was
 * removed: if nothing can be stored the whole xattr is removed.
 * Return: 0, -ENOMEM, -errno of the write. Callers go on: only fid2path suffers.
 */
int mdt_linkea_change(struct osd_trans *th, struct mdt_object *o, const struct mdt_name *del,
		      const struct mdt_name *add)
{
	u32 max = min_t(u32, MAX_LINKEA_SIZE, osd_max_xattr(o->mo_mdt->mdt_osd)), len;
	void *old = NULL, *buf;
	int old_len, rc;

	old_len = mdt_linkea_get(o, &old);
	if (old_len < 0)
		return old_len;
	buf = kvzalloc(max_t(u32, max, old_len), GFP_NOFS);
	if (!buf) {
		kvfree(old);
		return -ENOMEM;
	}
	len = mdt_linkea_build(buf, max, old, old_len, del, add);
	rc = osd_xattr_set(th, o->mo_osd, XATTR_NAME_LINK, buf, len, 0);
	if (add && (rc == -ENOSPC || rc == -E2BIG)) {
		memset(buf, 0, len);
		len = mdt_linkea_build(buf, 0, old, old_len, del, add);
		rc = osd_xattr_set(th, o->mo_osd, XATTR_NAME_LINK, buf, len, 0);
	}
	if (rc && old_len)
		rc = osd_xattr_del(th, o->mo_osd, XATTR_NAME_LINK);
	kvfree(buf);
	kvfree(old);
	return rc;
}

/* Does this name lead to the object? */
static bool mdt_linkea_is_true(struct mdt_object *o, const struct lu_fid *parent, const char *name,
			       u32 len)
{
	struct mdt_object *dir = mdt_object_find(o->mo_mdt, parent);
	struct lu_fid fid;
	bool is;

	if (IS_ERR(dir))
		return false;
	is = S_ISDIR(dir->mo_osd->oo_type) && !mdt_lookup(dir, name, len, &fid) &&
	     fid_eq(&fid, &o->mo_fid);
	mdt_object_put(dir);
	return is;
}

/*
 * A name of an object, the first true one in trusted.link from number *linkno on. -ENODATA: there
 * is none. *linkno: number of the next true one if there is another. name: 256 bytes.
 */
static int mdt_linkea_name(struct mdt_object *o, u32 *linkno, struct lu_fid *parent, char *name)
{
	const struct link_ea_entry *e = NULL;
	void *ea = NULL;
	int len, rc = -ENODATA;
	struct lu_fid fid;
	u32 i = 0, n;

	len = mdt_linkea_get(o, &ea);
	if (len <= 0)
		return len ?: -ENODATA;
	for (; (e = wire_linkea_next(ea, len, e)); i++) {
		if (i < *linkno)
			continue;
		n = wire_linkea_namelen(e);
		fid_from_be(&fid, &e->lee_parent_fid);
		if (n > MDT_MAX_NAME || !mdt_linkea_is_true(o, &fid, e->lee_name, n))
			continue;
		if (!rc) {
			*linkno = i;
			break;
		}
		*parent = fid;
		memcpy(name, e->lee_name, n);
		name[n] = 0;
		rc = 0;
	}
	kvfree(ea);
	return rc;
}

/*
 * Path of fid below root into the end of buf; *start = its offset there. Every name was looked up
 * a moment ago.
 */
static int mdt_fid2path(struct mdt_device *mdt, const struct lu_fid *fid, const struct lu_fid *root,
			u32 *linkno, char *buf, u32 size, u32 *start)
{
	struct mdt_object *o;
	struct lu_fid cur = *fid, parent;
	char name[MDT_MAX_NAME + 1];
	u32 depth, len, first;
	int rc;

	*start = size - 1;
	buf[*start] = 0;
	for (depth = 0; !fid_eq(&cur, root); depth++) {
		if (depth > FID2PATH_MAX_DEPTH)
			return -ENAMETOOLONG;
		if (fid_is_root(&cur))
			return -ENOENT;		/* not below that root */
		o = mdt_object_find(mdt, &cur);
		if (IS_ERR(o))
			return PTR_ERR(o);
		first = 0;	/* of directories, which have one name */
		rc = -ENOENT;
		if (!o->mo_dead)
			rc = mdt_linkea_name(o, depth ? &first : linkno, &parent, name);
		mdt_object_put(o);
		if (rc)
			return rc;
		len = strlen(name);
		if (*start < len + 1)
			return -ENAMETOOLONG;
		if (depth)
			buf[--*start] = '/';
		*start -= len;
		memcpy(buf + *start, name, len);
		cur = parent;
	}
	return 0;
}

/**
 * mdt_get_info - MDS_GET_INFO: fid2path (chapter 4, 20.3)
 * @req: the request
 *
 * Return: 0, -EINVAL, -ENOENT, -ENODATA, -ENAMETOOLONG, -EOPNOTSUPP (other keys).
 */
int mdt_get_info(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	const char *key = svc_req_buf(req, WF_GETINFO_KEY);
	const __le32 *vallen = svc_req_buf(req, WF_GETINFO_VALLEN);
	u32 keylen = svc_req_len(req, WF_GETINFO_KEY), size, start, linkno;
	const struct getinfo_fid2path_le *in;
	struct getinfo_fid2path_le *out;
	const struct lu_fid_le *below;
	struct lu_fid fid, root;
	char *path;
	int rc;

	if (!key || !vallen)
		return -EPROTO;
	if (keylen < sizeof(KEY_FID2PATH) || memcmp(key, KEY_FID2PATH, sizeof(KEY_FID2PATH)))
		return -EOPNOTSUPP;
	if (keylen < 16 + sizeof(*in))
		return -EINVAL;
	in = (const void *)key + 16;
	size = le32_to_cpu(in->gf_pathlen);
	if (!size || size > PATH_MAX || le32_to_cpu(*vallen) != size + sizeof(*in))
		return -EINVAL;
	rc = mdt_req_fid(&in->gf_fid, &fid);
	if (rc)
		return rc;
	fid_root(&root);
	if (keylen >= 16 + sizeof(*in) + sizeof(*below)) {
		below = (const void *)key + 16 + sizeof(*in);
		rc = below->f_seq ? mdt_req_fid(below, &root) : 0;
		if (rc)
			return rc;
	}
	linkno = le32_to_cpu(in->gf_linkno);

	path = kvmalloc(size, GFP_NOFS);
	if (!path)
		return -ENOMEM;
	rc = mdt_fid2path(mdt, &fid, &root, &linkno, path, size, &start);
	if (rc)
		goto out;
	rc = svc_rep_room(req, WF_GETINFO_VAL, size + sizeof(*in));
	if (!rc)
		rc = svc_rep_pack(req);
	if (rc)
		goto out;
	out = svc_rep_buf(req, WF_GETINFO_VAL);
	fid_to_le(&out->gf_fid, &root);
	out->gf_recno = in->gf_recno;
	out->gf_linkno = cpu_to_le32(linkno);
	out->gf_pathlen = cpu_to_le32(size);
	memset(out->gf_path, 0, size);
	memcpy(out->gf_path, path + start, size - start);
out:
	kvfree(path);
	return rc;
}

/**
 * mdt_set_info - MDS_SET_INFO (chapter 4, 20.4)
 * @req: the request
 *
 * Return: 0, -EINVAL for unknown keys, -EOPNOTSUPP for changelogs.
 */
int mdt_set_info(struct svc_req *req)
{
	struct mdt_export *me = mdt_export(req->sr_exp);
	const char *key = svc_req_buf(req, WF_SETINFO_KEY);
	u32 len = svc_req_len(req, WF_SETINFO_KEY);
	const __le32 *val = svc_req_buf(req, WF_SETINFO_VAL);
	int rc = 0;

	if (!key)
		return -EPROTO;
	len = strnlen(key, len);
	if (len == strlen(KEY_READ_ONLY) && !memcmp(key, KEY_READ_ONLY, len)) {
		if (svc_req_len(req, WF_SETINFO_VAL) < sizeof(*val))
			return -EPROTO;
		me->me_rdonly = *val || osd_is_rdonly(mdt_dev(req)->mdt_osd);
	} else if (len == strlen(KEY_CHANGELOG_CLEAR) && !memcmp(key, KEY_CHANGELOG_CLEAR, len)) {
		return -EOPNOTSUPP;
	} else if (!(len == 9 && !memcmp(key, "flush_ctx", 9)) &&
		   !(len == 12 && !memcmp(key, KEY_EVICT_BY_NID, 12))) {
		rc = -EINVAL;
	}
	return rc ?: svc_rep_pack(req);
}
