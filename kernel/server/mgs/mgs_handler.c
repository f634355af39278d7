// SPDX-License-Identifier: GPL-2.0-only
/*
 * The management service as a target: its RPCs (chapter 6.2.2), config locks, start and stop.
 *
 * Config locks: clients hold CR locks on (file system name, 0), ("params", 3), and (file system
 * name, 2) for the table of restarted targets. After a change a work item takes an EX lock on the
 * resource, which calls all of them back; they take new ones and read again. One such work at a
 * time per resource; a change while it waits queues it once more.
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <gloss/msg.h>
#include "mgs_internal.h"

#define MGS_MAX_REQ	7168
#define MGS_MAX_REP	9216

struct mgs_dev *mgs_the_dev;
DEFINE_MUTEX(mgs_dev_mutex);	/* mgs_the_dev stays while it is held */

static struct mgs_dev *mgs_req_dev(struct svc_req *req)
{
	return svc_req_target(req)->lt_priv;
}

/* ---- locks ---- */

int mgs_revoke(struct mgs_fs *fs, u64 type)
{
	struct ldlm_res_id res = { };
	struct ldlm_lock *lock;
	u8 name[8] = { };
	__le64 le;
	int rc;

	memcpy(name, fs->mf_name, strnlen(fs->mf_name, sizeof(name)));
	memcpy(&le, name, sizeof(le));
	res.name[0] = le64_to_cpu(le);
	res.name[1] = type;
	rc = ldlm_srv_lock_local(fs->mf_mgs->md_target->lt_pt.pt_ns, &res, LDLM_PLAIN, NULL, LCK_EX,
				 0, &lock);
	if (!rc)
		ldlm_srv_unlock(lock);
	return rc;
}

void mgs_revoke_work(struct work_struct *work)
{
	struct mgs_fs *fs = container_of(work, struct mgs_fs, mf_revoke);
	int rc = mgs_revoke(fs, fs == fs->mf_mgs->md_params ? CONFIG_T_PARAMS : CONFIG_T_CONFIG);

	if (rc)
		pr_warn("%s: the readers of the config logs were not told of a change: rc = %d\n",
			fs->mf_name, rc);
}

/* ---- llog ---- */

/* Pack the reply; may the context of the request be read? */
static int mgs_llog_begin(struct svc_req *req, const struct llogd_body *body)
{
	u32 ctxt;
	int rc;

	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	ctxt = le32_to_cpu(body->lgd_ctxt_idx);
	if (ctxt >= LLOG_MAX_CTXTS)
		return -EPROTO;
	return ctxt == LLOG_CONFIG_ORIG_CTXT ? 0 : -EINVAL;
}

static int mgs_llog_open(struct svc_req *req)
{
	struct mgs_dev *mgs = mgs_req_dev(req);
	struct llogd_body *body = svc_req_buf(req, WF_LLOGD_BODY), *rep;
	const char *name = svc_req_buf(req, WF_NAME);
	struct llog_logid id;
	struct mgs_clog *cl;
	int rc;

	rc = mgs_llog_begin(req, body);
	if (rc)
		return rc;
	if (!name)
		return -EINVAL;
	down_read(&mgs->md_sem);
	cl = mgs_log_get(mgs, name, false);
	if (!IS_ERR(cl))
		mgs_log_id(cl, &id);
	up_read(&mgs->md_sem);
	if (IS_ERR(cl))
		return PTR_ERR(cl);
	mgs_recover_not_for(req, name);
	rep = svc_rep_buf(req, WF_LLOGD_BODY);
	*rep = *body;
	rep->lgd_logid = id;
	return 0;
}

static int mgs_llog_read_header(struct svc_req *req)
{
	struct mgs_dev *mgs = mgs_req_dev(req);
	struct llogd_body *body = svc_req_buf(req, WF_LLOGD_BODY);
	struct mgs_clog *cl;
	int rc;

	rc = mgs_llog_begin(req, body);
	if (rc)
		return rc;
	down_read(&mgs->md_sem);
	cl = mgs_log_by_id(mgs, &body->lgd_logid);
	if (!IS_ERR(cl))
		memcpy(svc_rep_buf(req, WF_LLOG_HDR), cl->cl_log.hdr, sizeof(*cl->cl_log.hdr));
	up_read(&mgs->md_sem);
	return PTR_ERR_OR_ZERO(cl);
}

static int mgs_llog_next_block(struct svc_req *req)
{
	struct mgs_dev *mgs = mgs_req_dev(req);
	struct llogd_body *body = svc_req_buf(req, WF_LLOGD_BODY), *rep;
	struct mgs_clog *cl;
	int rc;

	rc = mgs_llog_begin(req, body);
	if (rc)
		return rc;
	rep = svc_rep_buf(req, WF_LLOGD_BODY);
	*rep = *body;
	down_read(&mgs->md_sem);
	cl = mgs_log_by_id(mgs, &body->lgd_logid);
	rc = PTR_ERR_OR_ZERO(cl);
	if (!rc)
		rc = llog_next_block(&cl->cl_log, rep, svc_rep_buf(req, WF_LLOG_DATA));
	up_read(&mgs->md_sem);
	return rc;
}

/* ---- targets ---- */

static int mgs_target_reg(struct svc_req *req)
{
	struct mgs_target_info *mti = svc_req_buf(req, WF_MTI), *rep;
	u32 len = svc_req_len(req, WF_MTI);
	int rc;

	/* Older targets want their own size back (6.8.2, form B). */
	svc_rep_room(req, WF_MTI, len);
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	rep = svc_rep_buf(req, WF_MTI);
	memcpy(rep, mti, len);
	return mgs_register(mgs_req_dev(req), rep,
			    exp_connect_flags(req->sr_exp) & OBD_CONNECT_IMP_RECOV ? &req->sr_peer :
										     NULL);
}

/* No peer of today sends it; real services refuse it (6.2.2). */
static int mgs_set_info(struct svc_req *req)
{
	return -EINVAL;
}

/* There is no nodemap: an empty bulk and the end of the index say so (6.10). */
static int mgs_nodemap_read(struct svc_req *req)
{
	struct bio_vec bv = { .bv_page = ZERO_PAGE(0), .bv_len = LU_PAGE_SIZE };
	struct mgs_config_res *res;
	int rc;

	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	res = svc_rep_buf(req, WF_MGS_CONFIG_RES);
	res->mcr_offset = cpu_to_le64(MGS_NODEMAP_END);
	return svc_bulk_put(req, MGS_BULK_PORTAL, &bv, 1, 0, 1);
}

static int mgs_config_read(struct svc_req *req)
{
	struct mgs_config_body *body = svc_req_buf(req, WF_MGS_CONFIG_BODY);

	switch (le16_to_cpu(body->mcb_type)) {
	case CONFIG_T_NODEMAP:
		return mgs_nodemap_read(req);
	case CONFIG_T_RECOVER:
		return mgs_recover_read(req, body);
	default:
		return -EOPNOTSUPP;
	}
}

static const struct ptlrpc_handler mgs_handlers[] = {
	{ LLOG_ORIGIN_HANDLE_CREATE, "llog_origin_handle_open", &wf_llog_open, mgs_llog_open, 0 },
	{ LLOG_ORIGIN_HANDLE_READ_HEADER, "llog_origin_handle_read_header", &wf_llog_read_header,
	  mgs_llog_read_header, 0 },
	{ LLOG_ORIGIN_HANDLE_NEXT_BLOCK, "llog_origin_handle_next_block", &wf_llog_next_block,
	  mgs_llog_next_block, 0 },
	{ MGS_TARGET_REG, "mgs_target_reg", &wf_mgs_target_reg, mgs_target_reg, 0 },
	{ MGS_SET_INFO, "mgs_set_info", &wf_mgs_set_info, mgs_set_info, 0 },
	{ MGS_CONFIG_READ, "mgs_config_read", &wf_mgs_config_read, mgs_config_read, 0 },
};

static int mgs_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	u64 flags = le64_to_cpu(ocd->ocd_connect_flags),
	    flags2 = le64_to_cpu(ocd->ocd_connect_flags2);

	flags &= OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION | OBD_CONNECT_AT |
		 OBD_CONNECT_IMP_RECOV | OBD_CONNECT_BULK_MBITS | OBD_CONNECT_FLAGS2;
	flags2 &= OBD_CONNECT2_REP_MBITS;
	ocd->ocd_connect_flags = cpu_to_le64(flags);
	ocd->ocd_connect_flags2 = cpu_to_le64(flags & OBD_CONNECT_FLAGS2 ? flags2 : 0);
	ocd->ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	return 0;
}

/* ---- start and stop ---- */

static void mgs_free(struct mgs_dev *mgs)
{
	if (mgs->md_wq)
		destroy_workqueue(mgs->md_wq);
	mgs_fs_free_all(mgs);
	mgs_proc_fini(mgs);
	mgs_log_close_all(mgs);
	kvfree(mgs->md_body);
	kfree(mgs);
}

/* Create the params log at the first start; it is empty until set_param -P is used. */
static int mgs_params_open(struct mgs_dev *mgs)
{
	struct mgs_clog *cl = mgs_log_get(mgs, "params", true);

	if (IS_ERR(cl))
		return PTR_ERR(cl);
	mgs->md_params = mgs_fs_get(mgs, "params");
	return PTR_ERR_OR_ZERO(mgs->md_params);
}

static int mgs_start(struct lu_target *lt)
{
	struct mgs_dev *mgs;
	int rc = -ENOMEM;

	mgs = kzalloc(sizeof(*mgs), GFP_KERNEL);
	if (!mgs)
		return -ENOMEM;
	mgs->md_target = lt;
	init_rwsem(&mgs->md_sem);
	mutex_init(&mgs->md_log_mutex);
	INIT_LIST_HEAD(&mgs->md_logs);
	INIT_LIST_HEAD(&mgs->md_fses);
	mgs->md_generation = get_random_u32();
	mgs->md_started = ktime_get_seconds();
	mgs->md_ir_timeout = 4 * ptlrpc_timeout;
	mgs->md_body = kvmalloc(LLOG_CHUNK_SIZE, GFP_KERNEL);
	mgs->md_wq = alloc_workqueue("mgs_revoke", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	mgs_proc_init(mgs);
	if (!mgs->md_body || !mgs->md_wq)
		goto out;
	rc = mgs_params_open(mgs);
	if (rc)
		goto out;
	mutex_lock(&mgs_dev_mutex);
	rc = mgs_the_dev ? -EALREADY : 0;
	if (!rc) {
		lt->lt_priv = mgs;
		mgs_the_dev = mgs;
	}
	mutex_unlock(&mgs_dev_mutex);
	if (rc)
		pr_err("an MGS runs on this node already: stop that one first: rc = %d\n", rc);
out:
	if (rc)
		mgs_free(mgs);
	return rc;
}

static void mgs_stop_begin(struct lu_target *lt)
{
	mutex_lock(&mgs_dev_mutex);
	mgs_the_dev = NULL;
	mutex_unlock(&mgs_dev_mutex);
}

/*
 * No client is left that could hold a config lock, so the EX locks of the work items are granted.
 */
static void mgs_no_exports(struct lu_target *lt)
{
	struct mgs_dev *mgs = lt->lt_priv;

	drain_workqueue(mgs->md_wq);
}

static void mgs_stop(struct lu_target *lt)
{
	struct mgs_dev *mgs = lt->lt_priv;

	lt->lt_priv = NULL;
	mgs_free(mgs);
}

static const struct ptlrpc_service_conf mgs_services[] = {
	{
		.name = "mgs",
		.req_portal = MGS_REQUEST_PORTAL,
		.rep_portal = MGC_REPLY_PORTAL,
		.max_req = MGS_MAX_REQ,
		.max_rep = MGS_MAX_REP,
		.threads_min = 3,
		.threads_max = 32,
	},
};

static const struct tgt_type mgs_type = {
	.kind = TGT_MGS,
	.name = "mgs",
	.owner = THIS_MODULE,
	.handlers = mgs_handlers,
	.nr_handlers = ARRAY_SIZE(mgs_handlers),
	.services = mgs_services,
	.nr_services = ARRAY_SIZE(mgs_services),
	.export_size = sizeof(struct mgs_export),
	.start = mgs_start,
	.stop_begin = mgs_stop_begin,
	.no_exports = mgs_no_exports,
	.stop = mgs_stop,
	.connect = mgs_connect,
};

static int __init mgs_init(void)
{
	int rc;

	rc = mgs_ioctl_init();
	if (rc)
		return rc;
	rc = tgt_type_register(&mgs_type);
	if (rc)
		mgs_ioctl_exit();
	return rc;
}

static void __exit mgs_exit(void)
{
	tgt_type_unregister(&mgs_type);
	mgs_ioctl_exit();
}

module_init(mgs_init);
module_exit(mgs_exit);
MODULE_DESCRIPTION("Lustre-compatible file system: management service");
MODULE_LICENSE("GPL");
