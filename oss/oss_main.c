// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object storage target: table of requests, start and stop, module.
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include "oss_internal.h"

/* Requests that are counted with the time that they took, if they succeed. */
static const struct {
	u32 opc;
	int (*fn)(struct svc_req *req);
	int stat;
} oss_counted[] = {
	{ OST_READ, oss_read, OSS_ST_READ },
	{ OST_WRITE, oss_write, OSS_ST_WRITE },
	{ OST_GETATTR, oss_getattr, OSS_ST_GETATTR },
	{ OST_SETATTR, oss_setattr, OSS_ST_SETATTR },
	{ OST_PUNCH, oss_punch, OSS_ST_PUNCH },
	{ OST_SYNC, oss_sync, OSS_ST_SYNC },
	{ OST_DESTROY, oss_destroy, OSS_ST_DESTROY },
	{ OST_CREATE, oss_create, OSS_ST_CREATE },
	{ OST_STATFS, oss_statfs, OSS_ST_STATFS },
	{ OST_GET_INFO, oss_get_info, OSS_ST_GET_INFO },
	{ OST_SET_INFO, oss_set_info, OSS_ST_SET_INFO },
	{ OST_FALLOCATE, oss_fallocate, OSS_ST_PREALLOC },
};

static int oss_handle(struct svc_req *req)
{
	unsigned int i = 0;
	int rc;

	while (oss_counted[i].opc != req->sr_opc)
		i++;
	rc = oss_counted[i].fn(req);
	if (rc >= 0 && !req->sr_no_reply)
		tgt_count_time(req, oss_counted[i].stat);
	return rc;
}

static const struct ptlrpc_handler oss_handlers[] = {
	{ OST_GETATTR, "ost_getattr", &wf_ost_body_only, oss_handle, 0 },
	{ OST_SETATTR, "ost_setattr", &wf_ost_body_only, oss_handle,
	  HF_MODIFIES | HF_RESENT | HF_RECOVERY },
	{ OST_READ, "ost_read", &wf_ost_brw_read, oss_handle, 0 },
	{ OST_WRITE, "ost_write", &wf_ost_brw_write, oss_handle,
	  HF_MODIFIES | HF_RESENT | HF_RECOVERY },
	{ OST_CREATE, "ost_create", &wf_ost_create, oss_handle,
	  HF_MODIFIES | HF_RESENT | HF_RECOVERY },
	{ OST_DESTROY, "ost_destroy", &wf_ost_destroy, oss_handle,
	  HF_MODIFIES | HF_RESENT | HF_RECOVERY },
	{ OST_GET_INFO, "ost_get_info", &wf_ost_get_info, oss_handle, 0 },
	{ OST_SET_INFO, "ost_set_info", &wf_ost_set_info, oss_handle, 0 },
	{ OST_PUNCH, "ost_punch", &wf_ost_body_only, oss_handle,
	  HF_MODIFIES | HF_RESENT | HF_RECOVERY },
	{ OST_STATFS, "ost_statfs", &wf_ost_statfs, oss_handle, 0 },
	{ OST_SYNC, "ost_sync", &wf_ost_body_only, oss_handle, HF_RECOVERY },
	{ OST_FALLOCATE, "ost_fallocate", &wf_ost_body_only, oss_handle,
	  HF_MODIFIES | HF_RESENT | HF_RECOVERY },
	{ OST_SEEK, "ost_seek", &wf_ost_create, oss_seek, 0 },
	{ SEQ_QUERY, "seq_query", &wf_seq_query, oss_seq_query, HF_RECOVERY },
};

/*
 * A replay of what is on disk already: it must not be carried out again, for what came after it may
 * be on disk as well. (Resent requests are not remembered: they are.)
 */
static int oss_reconstruct(struct svc_req *req, const struct tgt_reply_data *trd)
{
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY), *rep;
	struct osd_object *obj;
	struct lu_fid fid;
	int rc;

	if (req->sr_opc == OST_WRITE)
		svc_rep_room(req, WF_RCS, svc_req_len(req, WF_NIOBUF) /
					  sizeof(struct niobuf_remote) * sizeof(__le32));
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	rep = svc_rep_buf(req, WF_OST_BODY);
	rep->oa.o_oi = body->oa.o_oi;
	rep->oa.o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP);
	obj = req->sr_opc == OST_CREATE || oss_obdo_fid(oss_dev(req), &body->oa, &fid) ?
		      NULL : osd_find(oss_dev(req)->ost_osd, &fid);
	if (!IS_ERR_OR_NULL(obj)) {
		oss_obdo_attrs(&rep->oa, obj);
		osd_object_put(obj);
	}
	return 0;
}

static const struct ptlrpc_service_conf oss_services[] = {
	{ .name = "ll_ost",
	  .req_portal = OST_REQUEST_PORTAL,
	  .rep_portal = OSC_REPLY_PORTAL,
	  .max_req = 16384,
	  .max_rep = 16384,
	  .threads_min = 3,
	  .threads_max = 64 },
	{ .name = "ll_ost_crea",
	  .req_portal = OST_CREATE_PORTAL,
	  .rep_portal = OSC_REPLY_PORTAL,
	  .max_req = 16384,
	  .max_rep = 4096,
	  .threads_min = 2,
	  .threads_max = 8 },
	{ .name = "ll_ost_io",
	  .req_portal = OST_IO_PORTAL,
	  .rep_portal = OSC_REPLY_PORTAL,
	  .max_req = 256 * 1024 + 1024 + OBD_MAX_SHORT_IO_BYTES,
	  .max_rep = 128 * 1024,
	  .threads_min = 4,
	  .threads_max = 64 },
	{ .name = "ll_ost_seq",
	  .req_portal = SEQ_DATA_PORTAL,
	  .rep_portal = OSC_REPLY_PORTAL,
	  .max_req = 16384,
	  .max_rep = 4096,
	  .threads_min = 1,
	  .threads_max = 4 },
	{ .name = "ll_ost_out",
	  .req_portal = OUT_PORTAL,
	  .rep_portal = OSC_REPLY_PORTAL,
	  .max_req = 16384,
	  .max_rep = 4096,
	  .threads_min = 1,
	  .threads_max = 2 },
};

static int oss_start(struct lu_target *lt)
{
	struct oss_device *ost = kzalloc(sizeof(*ost), GFP_KERNEL);
	int rc;

	if (!ost)
		return -ENOMEM;
	ost->ost_lt = lt;
	ost->ost_osd = lt->lt_osd;
	ost->ost_ns = lt->lt_pt.pt_ns;
	ost->ost_index = lt->lt_index;
	ost->ost_soft_sync_limit = 16;
	spin_lock_init(&ost->ost_grant_lock);
	mutex_init(&ost->ost_seq_mutex);
	xa_init(&ost->ost_seqs);
	lt->lt_priv = ost;
	rc = osd_ost_setup(ost->ost_osd, lt->lt_index);
	rc = rc ?: oss_seqs_start(ost) ?: oss_params_start(ost);
	if (rc) {
		oss_seqs_stop(ost);
		lt->lt_priv = NULL;
		kfree(ost);
	}
	return rc;
}

static void oss_stop(struct lu_target *lt)
{
	struct oss_device *ost = lt->lt_priv;

	oss_params_stop(ost);
	/* Wait for the commit callbacks of writes, which use ost. */
	osd_sync(ost->ost_osd);
	oss_seqs_stop(ost);
	WARN_ON_ONCE(ost->ost_tot_granted || ost->ost_tot_pending);
	lt->lt_priv = NULL;
	kfree(ost);
}

static const struct tgt_type oss_type = {
	.kind = TGT_OST,
	.name = "obdfilter",
	.owner = THIS_MODULE,
	.handlers = oss_handlers,
	.nr_handlers = ARRAY_SIZE(oss_handlers),
	.ldlm_ops = &oss_ldlm_ops,
	.services = oss_services,
	.nr_services = ARRAY_SIZE(oss_services),
	.export_size = sizeof(struct oss_export),
	.export_init = oss_export_init,
	.export_fini = oss_export_fini,
	.start = oss_start,
	.stop = oss_stop,
	.connect = oss_connect,
	.disconnect = oss_disconnect,
	.reconstruct = oss_reconstruct,
};

static int __init oss_init(void)
{
	return tgt_type_register(&oss_type);
}

static void __exit oss_exit(void)
{
	tgt_type_unregister(&oss_type);
}

module_init(oss_init);
module_exit(oss_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("object storage service");
