// SPDX-License-Identifier: GPL-2.0-only
/*
 * OSC: the connection of a mount to one OST, its grant (chapter 5, 9; page-wise, without
 * GRANT_PARAM), its bound of bulk RPCs in flight, statfs.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/backing-dev.h>
#include <linux/slab.h>
#include "data.h"

#define LL_OSC_MAX_IN_FLIGHT 8
#define LL_OSC_SHORT_IO	     (16U << 10)

/* What is asked for at connect. */
#define LL_OSC_CONNECT								\
	(OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION | OBD_CONNECT_FID |		\
	 OBD_CONNECT_AT | OBD_CONNECT_BRW_SIZE | OBD_CONNECT_GRANT |		\
	 OBD_CONNECT_SRVLOCK | OBD_CONNECT_CANCELSET | OBD_CONNECT_CKSUM |	\
	 OBD_CONNECT_LVB_TYPE | OBD_CONNECT_MAXBYTES | OBD_CONNECT_BULK_MBITS |	\
	 OBD_CONNECT_EINPROGRESS | OBD_CONNECT_LAYOUTLOCK |			\
	 OBD_CONNECT_64BITHASH | OBD_CONNECT_JOBSTATS | OBD_CONNECT_SHORTIO |	\
	 OBD_CONNECT_FLAGS2)
#define LL_OSC_CONNECT2								\
	(OBD_CONNECT2_REP_MBITS | OBD_CONNECT2_INC_XID | OBD_CONNECT2_LSEEK)

/*
 * What the administrator wants of what the OST allows. The lock of the OSC is held; requests that
 * are being made have read the old values.
 */
void ll_osc_tune(struct ll_osc *osc)
{
	u32 types = osc->cksum_granted & osc->cksum_wanted;

	WRITE_ONCE(osc->brw_size, min(osc->brw_granted, osc->brw_wanted));
	if (!types)
		types = osc->cksum_granted;
	WRITE_ONCE(osc->cksum, !osc->cksum_on ? 0 :
		   types & OBD_CKSUM_CRC32C ? OBD_CKSUM_CRC32C : OBD_CKSUM_ADLER);
}

static void osc_granted(struct ll_osc *osc)
{
	const struct obd_connect_data *ocd = &osc->imp->imp_ocd;
	u64 flags = imp_connect_flags(osc->imp);
	u32 types = le32_to_cpu(ocd->ocd_cksum_types);
	u32 brw = flags & OBD_CONNECT_BRW_SIZE ? le32_to_cpu(ocd->ocd_brw_size) : ONE_MB_BRW_SIZE;
	u64 total = flags & OBD_CONNECT_GRANT ? le32_to_cpu(ocd->ocd_grant) : 0;

	spin_lock(&osc->lock);
	osc->avail = total > osc->dirty ? total - osc->dirty : 0;
	osc->lost = 0;
	osc->brw_granted = clamp_t(u32, rounddown_pow_of_two(max_t(u32, brw, ONE_MB_BRW_SIZE)),
				   ONE_MB_BRW_SIZE, LL_OSC_BRW_MAX);
	if (flags & OBD_CONNECT_MAXBYTES && ocd->ocd_maxbytes)
		osc->max_bytes = le64_to_cpu(ocd->ocd_maxbytes);
	osc->cksum_granted = flags & OBD_CONNECT_CKSUM && types & OBD_CKSUM_CRC32C ?
			     OBD_CKSUM_CRC32C | OBD_CKSUM_ADLER : OBD_CKSUM_ADLER;
	ll_osc_tune(osc);
	spin_unlock(&osc->lock);
	wake_up_all(&osc->waitq);
}

static void osc_import_event(struct obd_import *imp, enum import_event ev)
{
	struct ll_osc *osc = imp->imp_data;

	switch (ev) {
	case IMP_EV_OCD:
		osc_granted(osc);
		break;
	case IMP_EV_EVICTED:
		/* Pages are waited for below: what is queued must end. */
		ll_brw_send_queued(osc);
		ldlm_ns_evicted(osc->ns);
		break;
	case IMP_EV_ACTIVE:
		lu_device_set_status(osc->dev, "UP");
		wake_up_all(&osc->waitq);
		break;
	case IMP_EV_INACTIVE:
		lu_device_set_status(osc->dev, "IN");
		wake_up_all(&osc->waitq);
		ll_brw_send_queued(osc);
		break;
	case IMP_EV_DISCON:
		if (READ_ONCE(osc->sbi->umounting))
			import_invalidate(imp);
		break;
	}
}

/*
 * Ask for the grant that this client holds: an OST that restarted gives it anew, so that dirty
 * pages have their space.
 */
static void osc_connect_data(struct obd_import *imp, struct obd_connect_data *ocd)
{
	struct ll_osc *osc = imp->imp_data;
	u64 held;

	spin_lock(&osc->lock);
	held = osc->avail + osc->dirty;
	spin_unlock(&osc->lock);
	if (held)
		ocd->ocd_grant = cpu_to_le32(min_t(u64, held, U32_MAX));
}

static const struct import_ops osc_import_ops = { .event = osc_import_event,
						  .connect_data = osc_connect_data };

/*
 * In a work item, as this waits until all is written, and not killably: with a server that is away
 * the writers must still die of a signal. At umount the trylock of s_umount in here fails and the
 * item ends.
 */
static void osc_flush_work(struct work_struct *work)
{
	struct ll_osc *osc = container_of(work, struct ll_osc, flush);

	try_to_writeback_inodes_sb(osc->sbi->sb, WB_REASON_FS_FREE_SPACE);
}

static void osc_free(struct ll_osc *osc)
{
	cancel_work_sync(&osc->flush);
	cancel_delayed_work_sync(&osc->send);
	param_dir_del(osc->param);
	lu_hist_free(osc->rpc_hist);
	lu_device_del(osc->dev);
	if (osc->imp)
		import_put(osc->imp);
	kfree(osc);
}

static struct ll_osc *osc_alloc(struct ll_sb_info *sbi, u32 index, const char *tgt_uuid)
{
	struct ll_osc *osc = kzalloc(sizeof(*osc), GFP_KERNEL);

	if (!osc)
		return NULL;
	osc->sbi = sbi;
	osc->index = index;
	strscpy(osc->uuid, tgt_uuid, sizeof(osc->uuid));
	snprintf(osc->name, sizeof(osc->name), "%.*s-osc-%s",
		 (int)max_t(int, strlen(tgt_uuid) - 5, 1), tgt_uuid, sbi->inst);
	spin_lock_init(&osc->lock);
	init_waitqueue_head(&osc->waitq);
	INIT_WORK(&osc->flush, osc_flush_work);
	INIT_DELAYED_WORK(&osc->send, ll_brw_send_work);
	INIT_LIST_HEAD(&osc->again);
	INIT_LIST_HEAD(&osc->lane[0].queue);
	INIT_LIST_HEAD(&osc->lane[1].queue);
	osc->max_in_flight = LL_OSC_MAX_IN_FLIGHT;
	osc->brw_granted = ONE_MB_BRW_SIZE;
	osc->brw_wanted = LL_OSC_BRW_MAX;
	osc->max_bytes = LL_OSC_MAX_BYTES;
	osc->cksum_granted = OBD_CKSUM_ADLER;
	osc->cksum_wanted = OBD_CKSUM_CRC32C | OBD_CKSUM_ADLER;
	osc->cksum_on = sbi->opts & LL_OPT_CHECKSUM;
	ll_osc_tune(osc);
	osc->max_dirty = ll_osc_max_dirty_default();
	osc->rpc_hist = lu_hist_new(ll_osc_rpc_hist, LL_RPC_HIST_NR);
	osc->short_io_max = LL_OSC_SHORT_IO;
	osc->dev = lu_device_add("osc", osc->name, sbi->uuid);
	if (IS_ERR(osc->dev))
		osc->dev = NULL;
	return osc;
}

static struct obd_import *osc_import_alloc(struct ll_osc *osc)
{
	struct import_conf conf = {
		.target_uuid = osc->uuid,
		.client_uuid = osc->sbi->uuid,
		.connect_op = OST_CONNECT,
		.req_portal = OST_REQUEST_PORTAL,
		.rep_portal = OSC_REPLY_PORTAL,
		.sp = LUSTRE_SP_CLI,
		.ops = &osc_import_ops,
		.data = osc,
	};

	conf.ocd.ocd_connect_flags = cpu_to_le64(LL_OSC_CONNECT);
	conf.ocd.ocd_connect_flags2 = cpu_to_le64(LL_OSC_CONNECT2);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	conf.ocd.ocd_grant = cpu_to_le32(2 * DT_MAX_BRW_SIZE);
	conf.ocd.ocd_brw_size = cpu_to_le32(DT_MAX_BRW_SIZE);
	conf.ocd.ocd_cksum_types = cpu_to_le32(OBD_CKSUM_CRC32C | OBD_CKSUM_ADLER);
	return import_alloc(&conf);
}

/**
 * ll_osc_setup - make the OSC of an OST that the configuration names
 * @sbi: the mount; conf_mutex is held
 * @index: of the OST
 * @tgt_uuid: its UUID
 * @nodes: where the OST may be; the first one is its primary node
 * @nr_nodes: how many
 * @active: false: configured, but not used
 *
 * Begins to connect and does not wait for that. Other tasks may use the OSC as soon as this
 * returns.
 *
 * Return: 0; -ENOMEM; -EEXIST: the mount has an OST of that index.
 */
int ll_osc_setup(struct ll_sb_info *sbi, u32 index, const char *tgt_uuid,
		 const struct ll_node_nids *nodes, unsigned int nr_nodes, bool active)
{
	struct ll_osc *osc = osc_alloc(sbi, index, tgt_uuid);
	unsigned int i;
	int rc = -ENOMEM;

	if (!osc)
		return -ENOMEM;
	osc->imp = osc_import_alloc(osc);
	if (!osc->imp)
		goto out_free;
	osc->ns = ldlm_ns_new_client(osc->name, osc->imp);
	if (!osc->ns)
		goto out_free;
	for (i = 0; i < nr_nodes; i++) {
		rc = import_add_conn(osc->imp, nodes[i].nids, nodes[i].nr);
		if (rc)
			goto out_ns;
	}
	ll_osc_params_add(osc);
	osc->active = active;
	if (active) {
		rc = import_connect(osc->imp);
		if (rc)
			goto out_ns;
	} else {
		lu_device_set_status(osc->dev, "IN");
	}
	/* From here on other tasks may use it. */
	rc = xa_insert(&sbi->oscs, index, osc, GFP_KERNEL);
	if (!rc)
		return 0;
	rc = rc == -EBUSY ? -EEXIST : rc;
out_ns:
	import_disconnect(osc->imp);
	ldlm_ns_free(osc->ns, true);
out_free:
	osc_free(osc);
	return rc;
}

/**
 * ll_osc_add_node - another node where an OST may be
 * @osc: its OSC
 * @node: NIDs of the node
 *
 * Return: 0; -ENOMEM.
 */
int ll_osc_add_node(struct ll_osc *osc, const struct ll_node_nids *node)
{
	return import_add_conn(osc->imp, node->nids, node->nr);
}

/**
 * ll_osc_set_active - administrator's switch
 * @osc: the OSC
 * @active: false: I/O fails with -EIO until it is switched on again
 *
 * Context: any that may sleep.
 */
void ll_osc_set_active(struct ll_osc *osc, bool active)
{
	bool was = osc->active;

	osc->active = active;
	if (active && !was && !osc->imp->imp_connected)
		import_connect(osc->imp);
	else
		import_set_active(osc->imp, active);
	lu_device_set_status(osc->dev, active ? "UP" : "IN");
	ll_brw_send_queued(osc);
}

/**
 * ll_osc_import - connection to the OST
 * @osc: the OSC
 *
 * Return: the import, not referenced; NULL while the OST is not active.
 */
struct obd_import *ll_osc_import(struct ll_osc *osc)
{
	return osc->active ? osc->imp : NULL;
}

/**
 * ll_osc_uuid - UUID of the OST
 * @osc: the OSC
 */
const char *ll_osc_uuid(const struct ll_osc *osc)
{
	return osc->uuid;
}

/**
 * ll_osc_invalidate - let all I/O with an OST fail from now on (umount -f)
 * @osc: the OSC
 *
 * Context: does not sleep.
 */
void ll_osc_invalidate(struct ll_osc *osc)
{
	import_invalidate(osc->imp);
	wake_up_all(&osc->waitq);
	ll_brw_send_queued(osc);
}

/**
 * ll_osc_cleanup - disconnect from an OST and free the OSC
 * @osc: the OSC; no request and no inode is left
 * @force: do not wait for the OST
 *
 * Context: sleeps.
 */
void ll_osc_cleanup(struct ll_osc *osc, bool force)
{
	param_dir_del(osc->param);
	osc->param = NULL;
	if (force)
		import_invalidate(osc->imp);
	if (!force)
		ldlm_cli_cancel_unused(osc->ns, NULL);
	import_disconnect(osc->imp);
	ldlm_ns_free(osc->ns, true);
	osc_free(osc);
}

/**
 * ll_osc_statfs - space and objects of one OST
 * @osc: the OSC
 * @st: out, in wire order
 * @nodelay: fail when the OST is not connected, instead of waiting for it
 *
 * Context: killable.
 *
 * Return: 0; -ENODATA: not active; -EAGAIN (@nodelay): not connected; -EINTR; -EPROTO; -errno of
 * the OST.
 */
int ll_osc_statfs(struct ll_osc *osc, struct obd_statfs *st, bool nodelay)
{
	struct ptlrpc_request *req;
	int rc;

	if (!osc->active)
		return -ENODATA;
	req = ptlrpc_req_new(osc->imp, OST_STATFS, &wf_ost_statfs);
	if (!req)
		return -ENOMEM;
	req->rq_no_delay = nodelay;
	req->rq_no_resend = nodelay;
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return rc;
	}
	return ll_statfs_rpc(req, st);
}

/* ---- grant ---- */

/**
 * ll_osc_grant_get - take grant
 * @osc: the OSC
 * @bytes: to be dirtied
 *
 * Context: any. Return: is it taken?
 */
bool ll_osc_grant_get(struct ll_osc *osc, u64 bytes)
{
	bool ok;

	spin_lock(&osc->lock);
	ok = osc->avail >= bytes && osc->dirty + bytes <= osc->max_dirty;
	if (ok) {
		osc->avail -= bytes;
		osc->dirty += bytes;
	}
	spin_unlock(&osc->lock);
	return ok;
}

/**
 * ll_osc_grant_put - give back grant that was not used after all
 * @osc: the OSC
 * @bytes: of ll_osc_grant_get()
 *
 * Context: any.
 */
void ll_osc_grant_put(struct ll_osc *osc, u64 bytes)
{
	spin_lock(&osc->lock);
	bytes = min(bytes, osc->dirty);
	osc->dirty -= bytes;
	osc->avail += bytes;
	spin_unlock(&osc->lock);
	wake_up_all(&osc->waitq);
}

/* Is there nothing that could bring grant? */
static bool osc_grant_dry(struct ll_osc *osc)
{
	return osc->imp->imp_invalid ||
	       (!READ_ONCE(osc->dirty) && !READ_ONCE(osc->lane[0].in_flight));
}

static bool osc_grant_there(struct ll_osc *osc)
{
	return READ_ONCE(osc->avail) >= PAGE_SIZE &&
	       READ_ONCE(osc->dirty) + PAGE_SIZE <= READ_ONCE(osc->max_dirty);
}

/**
 * ll_osc_grant_wait - wait until there may be grant
 * @osc: the OSC
 *
 * Starts write-back, which brings grant. Context: sleeps, with no page locked; killable.
 *
 * Return: 0: try again; -ENOSPC: no write in flight will bring any; -EINTR.
 */
int ll_osc_grant_wait(struct ll_osc *osc)
{
	long rc;

	if (osc_grant_dry(osc))
		return -ENOSPC;
	queue_work(system_unbound_wq, &osc->flush);
	rc = wait_event_killable_timeout(osc->waitq, osc_grant_there(osc) || osc_grant_dry(osc),
					 2 * HZ);
	if (rc < 0)
		return -EINTR;
	/* Where the OST is slow or away, writes in flight bring grant some day. */
	return osc_grant_there(osc) || !osc_grant_dry(osc) ? 0 : -ENOSPC;
}

/**
 * ll_osc_obdo_grant - what each bulk request tells about grant
 * @osc: the OSC
 * @oa: obdo of the request
 *
 * Chapter 5, 9. What was lost is told once.
 */
void ll_osc_obdo_grant(struct ll_osc *osc, struct obdo *oa)
{
	spin_lock(&osc->lock);
	oa->o_valid |= cpu_to_le64(OBD_MD_FLBLOCKS | OBD_MD_FLGRANT);
	oa->o_dirty = cpu_to_le64(osc->dirty);
	oa->o_undirty = cpu_to_le32(osc->brw_size * (min(osc->max_in_flight, 64U) + 1));
	oa->o_grant = cpu_to_le64(osc->avail);
	oa->o_dropped = cpu_to_le32(min_t(u64, osc->lost, U32_MAX));
	osc->lost -= min_t(u64, osc->lost, U32_MAX);
	spin_unlock(&osc->lock);
}

/**
 * ll_osc_reply_grant - add the grant that a reply of the OST brought
 * @osc: the OSC
 * @oa: obdo of the reply; NULL when there is none
 */
void ll_osc_reply_grant(struct ll_osc *osc, const struct obdo *oa)
{
	if (!oa || !(le64_to_cpu(oa->o_valid) & OBD_MD_FLGRANT))
		return;
	spin_lock(&osc->lock);
	osc->avail += le64_to_cpu(oa->o_grant);
	spin_unlock(&osc->lock);
	wake_up_all(&osc->waitq);
}
