// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ptlrpc calls on a target: connects and disconnects of clients, resent requests; and the table of handlers.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include "internal.h"

static struct obd_export *tgt_export_alloc(struct ptlrpc_target *pt)
{
	const struct tgt_type *type = lu_target(pt)->lt_type;
	struct tgt_export *te;

	te = kzalloc(max(type->export_size, sizeof(*te)), GFP_KERNEL);
	if (!te)
		return NULL;
	tgt_replies_init(te);
	if (type->export_init && type->export_init(te)) {
		kfree(te);
		return NULL;
	}
	return &te->te_exp;
}

static void tgt_export_free(struct obd_export *exp)
{
	struct tgt_export *te = tgt_export(exp);
	struct lu_target *lt = lu_target(exp->tgt);

	tgt_replies_drop(lt, te);
	if (lt->lt_type->export_fini)
		lt->lt_type->export_fini(te);
	kfree(te);
}

static int tgt_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	bool light = le64_to_cpu(ocd->ocd_connect_flags) & OBD_CONNECT_LIGHTWEIGHT;
	struct tgt_export *te = tgt_export(exp);
	struct lu_target *lt = lu_target(exp->tgt);
	bool new_slot = lt->lt_kind != TGT_MGS && !light && te->te_slot == TGT_NO_SLOT;
	int rc;

	if (new_slot) {
		rc = tgt_slot_alloc(lt, te);
		if (rc) {
			pr_warn_ratelimited("%s: no slot for client %s: rc = %d\n", lt->lt_name, exp->client_uuid, rc);
			return rc;
		}
	}
	rc = lt->lt_type->connect ? lt->lt_type->connect(exp, ocd, reconnect) : 0;
	if (rc && new_slot)
		tgt_slot_free(lt, te);
	return rc;
}

/* When the target stops nothing is written: its next start clears all slots anyway. */
static void tgt_disconnect(struct obd_export *exp, bool evicted)
{
	struct tgt_export *te = tgt_export(exp);
	struct lu_target *lt = lu_target(exp->tgt);

	if (lt->lt_type->disconnect)
		lt->lt_type->disconnect(exp, evicted);
	if (!lt->lt_stopping)
		tgt_slot_free(lt, te);
	tgt_replies_drop(lt, te);
}

static int tgt_handle_resent(struct svc_req *req)
{
	const struct tgt_type *type = svc_req_target(req)->lt_type;
	struct tgt_reply_data trd;
	int rc;

	if (!type->reconstruct || !tgt_resent(req, &trd))
		return 0;
	rc = type->reconstruct(req, &trd);
	if (rc < 0)
		return rc;
	req->transno = trd.trd_transno;
	req->status = trd.trd_result;
	memcpy(req->pre_versions, trd.trd_pre_versions, sizeof(req->pre_versions));
	return 1;
}

/* The same for every kind of target; the table of handlers differs. */
struct tgt_ops {
	struct ptlrpc_target_ops ops;
	struct ptlrpc_handler handlers[];
};

static int tgt_ping(struct svc_req *req)
{
	return svc_rep_pack(req);
}

static const struct ptlrpc_handler common_handlers[] = {
	{ LDLM_ENQUEUE, "ldlm_enqueue", &wf_ldlm_enqueue, ldlm_handle_enqueue, HF_RECOVERY },
	{ OBD_PING, "obd_ping", &wf_empty, tgt_ping, HF_RECOVERY },
};

int tgt_service_init(struct lu_target *lt)
{
	const struct tgt_type *type = lt->lt_type;
	int nr = type->nr_handlers + ARRAY_SIZE(common_handlers);
	struct tgt_ops *to;

	to = kzalloc(struct_size(to, handlers, nr), GFP_KERNEL);
	if (!to)
		return -ENOMEM;
	memcpy(to->handlers, type->handlers, type->nr_handlers * sizeof(to->handlers[0]));
	memcpy(to->handlers + type->nr_handlers, common_handlers, sizeof(common_handlers));
	to->ops.handlers = to->handlers;
	to->ops.nr = nr;
	to->ops.export_alloc = tgt_export_alloc;
	to->ops.export_free = tgt_export_free;
	to->ops.connect = tgt_connect;
	to->ops.disconnect = tgt_disconnect;
	to->ops.resent = tgt_handle_resent;
	lt->lt_pt.ops = &to->ops;
	lt->lt_pt.not_replayable = lt->lt_kind == TGT_MGS;
	return 0;
}

void tgt_service_fini(struct lu_target *lt)
{
	kfree(container_of(lt->lt_pt.ops, struct tgt_ops, ops));
	lt->lt_pt.ops = NULL;
}
