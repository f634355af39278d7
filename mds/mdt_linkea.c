// SPDX-License-Identifier: GPL-2.0-only
/*
 * trusted.link: the names of an object (chapter 4, 15.6), and what is made of it: fid2path. Also
 * MDS_SET_INFO. Changes are made under mo_mutex of the object and its XATTR or LOOKUP lock.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define FID2PATH_MAX_DEPTH	512

static bool link_is(const struct link_ea_entry *e, const struct lu_fid *parent, const char *name,
		    size_t len)
{
	struct lu_fid fid;

	fid_from_be(&fid, &e->lee_parent_fid);
	return fid_eq(&fid, parent) && wire_linkea_namelen(e) == len &&
	       !memcmp(e->lee_name, name, len);
}

/* Checked linkEA of an object: length, 0 if there is none (*buf NULL). */
static int linkea_get(struct mdt_object *o, void **buf)
{
	int len = mdt_xattr_get_alloc(o, XATTR_NAME_LINK, buf);

	if (len > 0 && !wire_linkea_check(*buf, len))
		return len;
	kvfree(*buf);
	*buf = NULL;
	return len == -ENOMEM ? len : 0;
}

/**
 * mdt_linkea_change - take a name out of trusted.link and add one
 * @th: transaction with MDT_CR_LINKEA
 * @o: the object
 * @del_parent: directory of the name that went, or NULL
 * @del: that name
 * @del_len: its length
 * @add_parent: directory of the new name, or NULL
 * @add: that name
 * @add_len: its length
 *
 * Names that do not fit are dropped and the overflow time is set.
 * Return: 0, -ENOMEM, -errno of the write. Callers go on: only fid2path suffers.
 */
int mdt_linkea_change(struct osd_trans *th, struct mdt_object *o, const struct lu_fid *del_parent,
		      const char *del, size_t del_len, const struct lu_fid *add_parent,
		      const char *add, size_t add_len)
{
	const struct link_ea_entry *e = NULL;
	struct link_ea_header *h;
	u32 count = 0, pos = sizeof(*h), need;
	void *old = NULL, *buf;
	int old_len, rc;

	old_len = linkea_get(o, &old);
	if (old_len < 0)
		return old_len;
	buf = kvzalloc(max_t(u32, MAX_LINKEA_SIZE, old_len), GFP_NOFS);
	if (!buf) {
		kvfree(old);
		return -ENOMEM;
	}
	h = buf;
	if (old_len) {
		h->leh_overflow_time = ((struct link_ea_header *)old)->leh_overflow_time;
		while ((e = wire_linkea_next(old, old_len, e))) {
			u32 reclen = be16_to_cpu(e->lee_reclen);

			if (del_parent && link_is(e, del_parent, del, del_len))
				continue;
			if (add_parent && link_is(e, add_parent, add, add_len))
				continue;
			memcpy(buf + pos, e, reclen);
			pos += reclen;
			count++;
		}
	}
	need = sizeof(*e) + add_len;
	if (add_parent && pos + need <= MAX_LINKEA_SIZE) {
		struct link_ea_entry *n = buf + pos;

		n->lee_reclen = cpu_to_be16(need);
		fid_to_be(&n->lee_parent_fid, add_parent);
		memcpy(n->lee_name, add, add_len);
		pos += need;
		count++;
	} else if (add_parent) {
		h->leh_overflow_time = cpu_to_le32((u32)ktime_get_real_seconds());
	}
	h->leh_magic = cpu_to_le32(LINK_EA_MAGIC);
	h->leh_reccount = cpu_to_le32(count);
	h->leh_len = cpu_to_le64(pos);
	rc = osd_xattr_set(th, o->mo_osd, XATTR_NAME_LINK, buf, pos, 0);
	kvfree(buf);
	kvfree(old);
	return rc;
}

/*
 * The linkno-th name of an object (-ENODATA: there are fewer); *more: there is another.
 * name: 256 bytes.
 */
static int linkea_name(struct mdt_object *o, u32 linkno, struct lu_fid *parent, char *name,
		       bool *more)
{
	const struct link_ea_entry *e = NULL;
	void *ea = NULL;
	int len, rc = -ENODATA;
	u32 i = 0, n;

	len = linkea_get(o, &ea);
	if (len <= 0)
		return len ?: -ENODATA;
	*more = false;
	while ((e = wire_linkea_next(ea, len, e))) {
		if (i++ < linkno)
			continue;
		if (!rc) {
			*more = true;
			break;
		}
		n = wire_linkea_namelen(e);
		if (n > MDT_MAX_NAME)
			break;
		fid_from_be(parent, &e->lee_parent_fid);
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
static int fid2path(struct mdt_device *mdt, const struct lu_fid *fid, const struct lu_fid *root,
		    u32 *linkno, char *buf, u32 size, u32 *start)
{
	struct mdt_object *o;
	struct lu_fid cur = *fid, parent;
	char name[MDT_MAX_NAME + 1];
	bool more = false, top;
	u32 depth, len;
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
		top = depth == 0;
		rc = o->mo_dead ? -ENOENT : linkea_name(o, top ? *linkno : 0, &parent, name, &more);
		mdt_object_put(o);
		if (rc)
			return rc;
		if (top && more)
			++*linkno;
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
	const struct lu_fid_le *below;
	rc = fid2path(mdt, &fid, &root, &linkno, path, size, &start);
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
	struct mdt_export *me = mdt_export(req->exp);
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
