// SPDX-License-Identifier: GPL-2.0-only
/*
 * GET_INFO and SET_INFO: values by key (chapter 5, 12).
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/slab.h>
#include <gloss/fail.h>
#include "oss_internal.h"

#define OSS_FIEMAP_MAX 1024

static bool oss_key_is(struct svc_req *req, enum wire_field field, const char *name)
{
	const char *key = svc_req_buf(req, field);
	u32 len = svc_req_len(req, field), n = strlen(name);

	return key && len >= n && !memcmp(key, name, n) && (len == n || !key[n]);
}

FAIL_POINT_DEFINE(last_id);

static int oss_last_id(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct oss_seq *os = oss_seq_find(ost, 0, true);
	__le64 *val;
	int rc;

	if (IS_ERR(os))
		return PTR_ERR(os);
	if (FAIL_POINT(last_id))
		return -EIO;
	rc = svc_req_set_format(req, &wf_ost_get_info_last_id) ?: svc_rep_pack(req);
	if (rc)
		return rc;
	val = svc_rep_buf(req, WF_OBD_ID);
	*val = cpu_to_le64(READ_ONCE(os->os_last_id));
	return 0;
}

static int oss_last_fid(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct lu_fid fid, last;
	struct oss_seq *os;
	int rc;

	rc = svc_req_set_format(req, &wf_ost_get_info_last_fid);
	if (rc)
		return rc;
	fid_from_le(&fid, svc_req_buf(req, WF_FID));
	if (fid.f_seq && !fid_is_idif(&fid) && !fid_is_norm(&fid))
		return -EPROTO;
	os = oss_seq_find(ost, fid_is_norm(&fid) ? fid.f_seq : 0,
			  oss_export(req->sr_exp)->oe_is_mds);
	if (IS_ERR(os))
		return PTR_ERR(os);
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	/* without os_mutex, which a clean-up of orphans holds for long */
	oss_seq_fid(ost, os, READ_ONCE(os->os_last_id), &last);
	fid_to_le(svc_rep_buf(req, WF_FID), &last);
	return 0;
}

static int oss_fiemap_fill(struct osd_object *obj, const struct ll_fiemap_info_key *key,
			   struct fiemap_le *fm, u32 max)
{
	struct fiemap_extent *ext = NULL;
	int i, n;

	if (max) {
		ext = kvcalloc(max, sizeof(*ext), GFP_NOFS);
		if (!ext)
			return -ENOMEM;
	}
	n = osd_fiemap(obj, le64_to_cpu(key->lfik_fm_start), le64_to_cpu(key->lfik_fm_length), ext,
		       max);
	for (i = 0; n > 0 && max && i < n; i++) {
		fm->fm_extents[i].fe_logical = cpu_to_le64(ext[i].fe_logical);
		fm->fm_extents[i].fe_physical = cpu_to_le64(ext[i].fe_physical);
		fm->fm_extents[i].fe_length = cpu_to_le64(ext[i].fe_length);
		fm->fm_extents[i].fe_flags = cpu_to_le32(ext[i].fe_flags);
	}
	kvfree(ext);
	if (n < 0)
		return n;
	fm->fm_start = key->lfik_fm_start;
	fm->fm_length = key->lfik_fm_length;
	fm->fm_flags = key->lfik_fm_flags;
	fm->fm_extent_count = key->lfik_fm_extent_count;
	fm->fm_mapped_extents = cpu_to_le32(n);
	return 0;
}

static int oss_fiemap(struct svc_req *req)
{
	struct oss_device *ost = oss_dev(req);
	struct ll_fiemap_info_key *key;
	struct ldlm_lock *lock = NULL;
	struct osd_object *obj;
	struct lu_fid fid;
	u32 max;
	int rc;

	rc = svc_req_set_format(req, &wf_ost_get_info_fiemap);
	if (rc)
		return rc;
	key = svc_req_buf(req, WF_FIEMAP_KEY);
	max = le32_to_cpu(key->lfik_fm_extent_count);
	if (max > OSS_FIEMAP_MAX)
		return -EINVAL;
	rc = oss_obdo_fid(ost, &key->lfik_oa, &fid);
	if (rc)
		return rc;
	svc_rep_room(req, WF_FIEMAP_VAL,
		     sizeof(struct fiemap_le) + max * sizeof(struct fiemap_extent_le));
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	if (oss_obdo_flag(&key->lfik_oa, OBD_FL_SRVLOCK))
		rc = oss_srv_lock(ost, &fid, 0, OBD_OBJECT_EOF, LCK_PR, 0, &lock);
	if (rc)
		return rc;
	obj = osd_find(ost->ost_osd, &fid);
	rc = PTR_ERR_OR_ZERO(obj);
	if (!rc)
		rc = oss_fiemap_fill(obj, key, svc_rep_buf(req, WF_FIEMAP_VAL), max);
	osd_object_put(obj);
	ldlm_srv_unlock(lock);
	return rc;
}

/**
 * oss_get_info - OST_GET_INFO: last_id, last_fid, fiemap
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_get_info(struct svc_req *req)
{
	if (oss_key_is(req, WF_GETINFO_KEY, KEY_LAST_FID))
		return oss_last_fid(req);
	if (oss_key_is(req, WF_GETINFO_KEY, KEY_LAST_ID))
		return oss_last_id(req);
	if (oss_key_is(req, WF_GETINFO_KEY, KEY_FIEMAP))
		return oss_fiemap(req);
	return -EOPNOTSUPP;
}

/* SET_INFO grant_shrink: the client returns grant (chapter 5, 9.6). */
static int oss_set_grant_shrink(struct svc_req *req)
{
	struct ost_body *body, *rep;
	int rc;

	rc = svc_req_set_format(req, &wf_ost_set_info_grant) ?: svc_rep_pack(req);
	if (rc)
		return rc;
	body = svc_req_buf(req, WF_OST_BODY);
	rep = svc_rep_buf(req, WF_OST_BODY);
	rep->oa = body->oa;
	if (svc_req_resent(req))
		return 0;
	oss_grant_shrink(oss_dev(req), oss_export(req->sr_exp),
			 le64_to_cpu(body->oa.o_grant));
	rep->oa.o_grant = 0;
	return 0;
}

static int oss_evict_by_nid(struct svc_req *req)
{
	u32 len = svc_req_len(req, WF_SETINFO_VAL);
	char who[LNET_NIDSTR_SIZE + 8];

	if (!oss_export(req->sr_exp)->oe_is_mds)
		return -EPERM;
	if (!len || len > LNET_NIDSTR_SIZE)
		return -EINVAL;
	snprintf(who, sizeof(who), "nid:%.*s", (int)len,
		 (const char *)svc_req_buf(req, WF_SETINFO_VAL));
	ptlrpc_target_evict(req->sr_tgt, who);
	return 0;
}

/**
 * oss_set_info - OST_SET_INFO: grant_shrink, evict_by_nid
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_set_info(struct svc_req *req)
{
	if (oss_key_is(req, WF_SETINFO_KEY, KEY_GRANT_SHRINK))
		return oss_set_grant_shrink(req);
	if (oss_key_is(req, WF_SETINFO_KEY, KEY_EVICT_BY_NID))
		return oss_evict_by_nid(req);
	return -EOPNOTSUPP;
}
