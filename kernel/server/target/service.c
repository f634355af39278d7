// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ptlrpc calls on a target: connects and disconnects of clients, resent requests.
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
	struct lu_target *lt = lu_target(exp->exp_tgt);

	tgt_nid_detach(lt, te);
	tgt_replies_drop(lt, te);
	if (lt->lt_type->export_fini)
		lt->lt_type->export_fini(te);
	kfree(te);
}

static bool tgt_peer_is_server(struct ptlrpc_target *pt, const struct lnet_nid *nid)
{
	struct lu_target *lt = lu_target(pt);

	return lt->lt_kind == TGT_MGS || tgt_nid_is_server(lt, nid);
}

static int tgt_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	bool light = le64_to_cpu(ocd->ocd_connect_flags) & OBD_CONNECT_LIGHTWEIGHT;
	struct tgt_export *te = tgt_export(exp);
	struct lu_target *lt = lu_target(exp->exp_tgt);
	char nid[LNET_NIDSTR_SIZE];
	bool new_slot = lt->lt_kind != TGT_MGS && !light && te->te_slot == TGT_NO_SLOT;
	int rc;

	if (new_slot) {
		rc = tgt_slot_alloc(lt, te);
		if (rc) {
			pr_warn_ratelimited("%s: client %s at %s is refused, last_rcvd has no room for it: rc = %d\n",
					    lt->lt_name, exp->exp_client_uuid,
					    lnet_nid_str(&exp->exp_nid, nid), rc);
			return rc;
		}
	}
	rc = lt->lt_type->connect ? lt->lt_type->connect(exp, ocd, reconnect) : 0;
	/* Its slot is on the disk before the client does anything that it would have to replay. */
	if (!rc && new_slot)
		rc = osd_sync(lt->lt_osd);
	if (rc && new_slot)
		tgt_slot_free(lt, te);
	if (!rc && !light)
		tgt_recovery_connected(lt, te);
	if (!rc)
		tgt_nid_attach(lt, te);
	return rc;
}

/*
 * When the target stops, clients keep their slots, and their state after its next start: they do
 * not notice more than a pause. After umount -f they start anew.
 *
 * An evicted client must not find its slot after a crash: it would replay locks that others have
 * by then. One that left by itself replays nothing, but the next start would wait for it.
 */
static void tgt_forget(struct obd_export *exp, bool evicted)
{
	struct lu_target *lt = lu_target(exp->exp_tgt);
	int rc = 0;

	if (lt->lt_stopping && !evicted && !lt->lt_mount->tm_force)
		return;
	if (!tgt_slot_free(lt, tgt_export(exp)))
		return;
	if (evicted)
		rc = osd_sync(lt->lt_osd);
	else
		osd_commit_async(lt->lt_osd);
	if (rc)
		pr_err("%s: the eviction of client %s is not on the disk: rc = %d\n", lt->lt_name,
		       exp->exp_client_uuid, rc);
}

static void tgt_disconnect(struct obd_export *exp, bool evicted)
{
	struct tgt_export *te = tgt_export(exp);
	struct lu_target *lt = lu_target(exp->exp_tgt);

	if (evicted)
		atomic_inc(&lt->lt_evictions);
	tgt_recovery_gone(lt, te);
	if (lt->lt_type->disconnect)
		lt->lt_type->disconnect(exp, evicted);
	tgt_replies_drop(lt, te);
}

static int tgt_handle_resent(struct svc_req *req)
{
	const struct tgt_type *type = svc_req_target(req)->lt_type;
	struct tgt_reply_data trd = { .trd_transno = req->sr_replay_transno };
	int rc;

	if (!type->reconstruct || (!tgt_resent(req, &trd) && !tgt_replay_old(req)))
		return 0;
	rc = type->reconstruct(req, &trd);
	if (rc < 0)
		return rc;
	req->sr_transno = trd.trd_transno;
	req->sr_status = trd.trd_result;
	memcpy(req->sr_pre_versions, trd.trd_pre_versions,
	       sizeof(req->sr_pre_versions));
	return 1;
}

/* CONNECT, DISCONNECT, PING and the LDLM requests are handled by ptlrpc for all targets. */
int tgt_service_init(struct lu_target *lt)
{
	struct ptlrpc_target_ops *ops = kzalloc(sizeof(*ops), GFP_KERNEL);

	if (!ops)
		return -ENOMEM;
	ops->handlers = lt->lt_type->handlers;
	ops->nr = lt->lt_type->nr_handlers;
	ops->export_alloc = tgt_export_alloc;
	ops->export_free = tgt_export_free;
	ops->peer_is_server = tgt_peer_is_server;
	ops->connect = tgt_connect;
	ops->forget = tgt_forget;
	ops->disconnect = tgt_disconnect;
	ops->resent = tgt_handle_resent;
	if (lt->lt_kind != TGT_MGS) {
		ops->stranger = tgt_recovery_stranger;
		ops->pre_handle = tgt_recovery_filter;
	}
	lt->lt_pt.pt_ops = ops;
	lt->lt_pt.pt_not_replayable = lt->lt_kind == TGT_MGS;
	return 0;
}

void tgt_service_fini(struct lu_target *lt)
{
	kfree(lt->lt_pt.pt_ops);
	lt->lt_pt.pt_ops = NULL;
}
