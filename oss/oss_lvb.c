// SPDX-License-Identifier: GPL-2.0-only
/*
 * Size and times of objects for the lock manager (chapter 5, 14).
 */
#define pr_fmt(fmt) "oss: " fmt

#include "oss_internal.h"

/*
 * A missing object with an id above LAST_ID may be made again until the MDT has removed orphans.
 * Does not take os_mutex, which is outside of the lr_lvb_mutex that is held here.
 */
static bool oss_may_come_back(struct oss_device *ost, const struct lu_fid *fid)
{
	struct oss_seq *os = oss_seq_find(ost, ost_fid_seq(fid), false);

	return !IS_ERR(os) && !READ_ONCE(os->os_cleaned) && oss_precreate_lost(os, fid);
}

/* Read size, times and blocks of an object. Called with lr_lvb_mutex held. */
static int oss_lvb_init(struct ldlm_resource *res)
{
	struct lu_target *lt = res->lr_ns->ns_data;
	struct oss_device *ost = lt->lt_priv;
	struct osd_object *obj;
	struct osd_attr attr;
	struct lu_fid fid;

	if (ost_fid_from_res_id(&fid, &res->lr_id, ost->ost_index))
		return -EPROTO;
	obj = osd_find(ost->ost_osd, &fid);
	if (obj == ERR_PTR(-ENOENT) && oss_may_come_back(ost, &fid))
		return -EINPROGRESS;
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	osd_attr_get(obj, &attr);
	osd_object_put(obj);
	res->lr_lvb.lvb_size = cpu_to_le64(attr.size);
	res->lr_lvb.lvb_mtime = cpu_to_le64(attr.mtime.tv_sec);
	res->lr_lvb.lvb_atime = cpu_to_le64(attr.atime.tv_sec);
	res->lr_lvb.lvb_ctime = cpu_to_le64(attr.ctime.tv_sec);
	res->lr_lvb.lvb_blocks = cpu_to_le64(attr.blocks);
	return 0;
}

const struct ldlm_srv_ops oss_ldlm_ops = {
	.lvb_init = oss_lvb_init,
};
