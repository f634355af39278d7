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
	u32 types = osc->oc_cksum_granted & osc->oc_cksum_wanted;

	WRITE_ONCE(osc->oc_brw_size, min(osc->oc_brw_granted, osc->oc_brw_wanted));
	if (!types)
		types = osc->oc_cksum_granted;
	WRITE_ONCE(osc->oc_cksum, !osc->oc_cksum_on ? 0 :
		   types & OBD_CKSUM_CRC32C ? OBD_CKSUM_CRC32C : OBD_CKSUM_ADLER);
}

static void osc_granted(struct ll_osc *osc)
{
	const struct obd_connect_data *ocd = &osc->oc_imp->imp_ocd;
	u64 flags = imp_connect_flags(osc->oc_imp);
	u32 types = le32_to_cpu(ocd->ocd_cksum_types);
	u32 brw = flags & OBD_CONNECT_BRW_SIZE ? le32_to_cpu(ocd->ocd_brw_size) : ONE_MB_BRW_SIZE;
	u64 total = flags & OBD_CONNECT_GRANT ? le32_to_cpu(ocd->ocd_grant) : 0;

	spin_lock(&osc->oc_lock);
	osc->oc_avail = total > osc->oc_dirty ? total - osc->oc_dirty : 0;
	osc->oc_lost = 0;
	osc->oc_brw_granted = clamp_t(u32, rounddown_pow_of_two(max_t(u32, brw, ONE_MB_BRW_SIZE)),
				      ONE_MB_BRW_SIZE, LL_OSC_BRW_MAX);
	if (flags & OBD_CONNECT_MAXBYTES && ocd->ocd_maxbytes)
		osc->oc_max_bytes = le64_to_cpu(ocd->ocd_maxbytes);
	osc->oc_cksum_granted = flags & OBD_CONNECT_CKSUM && types & OBD_CKSUM_CRC32C ?
			     OBD_CKSUM_CRC32C | OBD_CKSUM_ADLER : OBD_CKSUM_ADLER;
	ll_osc_tune(osc);
	spin_unlock(&osc->oc_lock);
	wake_up_all(&osc->oc_waitq);
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
		ldlm_ns_evicted(osc->oc_ns);
		break;
	case IMP_EV_ACTIVE:
		lu_device_set_status(osc->oc_dev, "UP");
		wake_up_all(&osc->oc_waitq);
		break;
	case IMP_EV_INACTIVE:
		lu_device_set_status(osc->oc_dev, "IN");
		wake_up_all(&osc->oc_waitq);
		ll_brw_send_queued(osc);
		break;
	case IMP_EV_DISCON:
		if (READ_ONCE(osc->oc_sbi->sbi_umounting))
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

	spin_lock(&osc->oc_lock);
	held = osc->oc_avail + osc->oc_dirty;
	spin_unlock(&osc->oc_lock);
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
	struct ll_osc *osc = container_of(work, struct ll_osc, oc_flush);

	try_to_writeback_inodes_sb(osc->oc_sbi->sbi_sb, WB_REASON_FS_FREE_SPACE);
}

static void osc_free(struct ll_osc *osc)
{
	cancel_work_sync(&osc->oc_flush);
	cancel_delayed_work_sync(&osc->oc_send);
	param_dir_del(osc->oc_param);
	lu_hist_free(osc->oc_latency_hist);
	lu_hist_free(osc->oc_rpc_hist);
	lu_device_del(osc->oc_dev);
	if (osc->oc_imp)
		import_put(osc->oc_imp);
	kfree(osc);
}

static struct ll_osc *osc_alloc(struct ll_sb_info *sbi, u32 index, const char *tgt_uuid)
{
	struct ll_osc *osc = kzalloc(sizeof(*osc), GFP_KERNEL);

	if (!osc)
		return NULL;
	osc->oc_sbi = sbi;
	osc->oc_index = index;
	strscpy(osc->oc_uuid, tgt_uuid, sizeof(osc->oc_uuid));
	snprintf(osc->oc_name, sizeof(osc->oc_name), "%.*s-osc-%s",
		 (int)max_t(int, strlen(tgt_uuid) - 5, 1), tgt_uuid, sbi->sbi_inst);
	spin_lock_init(&osc->oc_lock);
	init_waitqueue_head(&osc->oc_waitq);
	INIT_WORK(&osc->oc_flush, osc_flush_work);
	INIT_DELAYED_WORK(&osc->oc_send, ll_brw_send_work);
	INIT_LIST_HEAD(&osc->oc_again);
	INIT_LIST_HEAD(&osc->oc_lane[0].queue);
	INIT_LIST_HEAD(&osc->oc_lane[1].queue);
	osc->oc_max_in_flight = LL_OSC_MAX_IN_FLIGHT;
	osc->oc_brw_granted = ONE_MB_BRW_SIZE;
	osc->oc_brw_wanted = LL_OSC_BRW_MAX;
	osc->oc_max_bytes = LL_OSC_MAX_BYTES;
	osc->oc_cksum_granted = OBD_CKSUM_ADLER;
	osc->oc_cksum_wanted = OBD_CKSUM_CRC32C | OBD_CKSUM_ADLER;
	osc->oc_cksum_on = sbi->sbi_opts & LL_OPT_CHECKSUM;
	ll_osc_tune(osc);
	osc->oc_max_dirty = ll_osc_max_dirty_default();
	osc->oc_rpc_hist = lu_hist_new(ll_osc_rpc_hist, LL_RPC_HIST_NR);
	osc->oc_latency_hist = lu_hist_new(ll_osc_latency_hist, LL_LATENCY_SIZES);
	osc->oc_short_io_max = LL_OSC_SHORT_IO;
	osc->oc_dev = lu_device_add("osc", osc->oc_name, sbi->sbi_uuid);
	if (IS_ERR(osc->oc_dev))
		osc->oc_dev = NULL;
	return osc;
}

static struct obd_import *osc_import_alloc(struct ll_osc *osc)
{
	struct import_conf conf = {
		.target_uuid = osc->oc_uuid,
		.client_uuid = osc->oc_sbi->sbi_uuid,
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
 * @sbi: the mount; sbi_conf_mutex is held
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
	osc->oc_imp = osc_import_alloc(osc);
	if (!osc->oc_imp)
		goto out_free;
	osc->oc_ns = ldlm_ns_new_client(osc->oc_name, osc->oc_imp);
	if (!osc->oc_ns)
		goto out_free;
	for (i = 0; i < nr_nodes; i++) {
		rc = import_add_conn(osc->oc_imp, nodes[i].nids, nodes[i].nr);
		if (rc)
			goto out_ns;
	}
	ll_osc_params_add(osc);
	osc->oc_active = active;
	if (active) {
		rc = import_connect(osc->oc_imp);
		if (rc)
			goto out_ns;
	} else {
		lu_device_set_status(osc->oc_dev, "IN");
	}
	/* From here on other tasks may use it. */
	rc = xa_insert(&sbi->sbi_oscs, index, osc, GFP_KERNEL);
	if (!rc)
		return 0;
	rc = rc == -EBUSY ? -EEXIST : rc;
out_ns:
	import_disconnect(osc->oc_imp);
	ldlm_ns_free(osc->oc_ns, true);
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
	return import_add_conn(osc->oc_imp, node->nids, node->nr);
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
	bool was = osc->oc_active;

	osc->oc_active = active;
	if (active && !was && !osc->oc_imp->imp_connected)
		import_connect(osc->oc_imp);
	else
		import_set_active(osc->oc_imp, active);
	lu_device_set_status(osc->oc_dev, active ? "UP" : "IN");
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
	return osc->oc_active ? osc->oc_imp : NULL;
}

/**
 * ll_osc_uuid - UUID of the OST
 * @osc: the OSC
 */
const char *ll_osc_uuid(const struct ll_osc *osc)
{
	return osc->oc_uuid;
}

/**
 * ll_osc_invalidate - let all I/O with an OST fail from now on (umount -f)
 * @osc: the OSC
 *
 * Context: does not sleep.
 */
void ll_osc_invalidate(struct ll_osc *osc)
{
	import_invalidate(osc->oc_imp);
	wake_up_all(&osc->oc_waitq);
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
	param_dir_del(osc->oc_param);
	osc->oc_param = NULL;
	if (force)
		import_invalidate(osc->oc_imp);
	if (!force)
		ldlm_cli_cancel_unused(osc->oc_ns, NULL);
	import_disconnect(osc->oc_imp);
	ldlm_ns_free(osc->oc_ns, true);
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

	if (!osc->oc_active)
		return -ENODATA;
	req = ptlrpc_req_new(osc->oc_imp, OST_STATFS, &wf_ost_statfs);
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

	spin_lock(&osc->oc_lock);
	ok = osc->oc_avail >= bytes && osc->oc_dirty + bytes <= osc->oc_max_dirty;
	if (ok) {
		osc->oc_avail -= bytes;
		osc->oc_dirty += bytes;
	}
	spin_unlock(&osc->oc_lock);
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
	spin_lock(&osc->oc_lock);
	bytes = min(bytes, osc->oc_dirty);
	osc->oc_dirty -= bytes;
	osc->oc_avail += bytes;
	spin_unlock(&osc->oc_lock);
	wake_up_all(&osc->oc_waitq);
}

/* Is there nothing that could bring grant? */
static bool osc_grant_dry(struct ll_osc *osc)
{
	return osc->oc_imp->imp_invalid ||
	       (!READ_ONCE(osc->oc_dirty) && !READ_ONCE(osc->oc_lane[0].in_flight));
}

static bool osc_grant_there(struct ll_osc *osc)
{
	return READ_ONCE(osc->oc_avail) >= PAGE_SIZE &&
	       READ_ONCE(osc->oc_dirty) + PAGE_SIZE <= READ_ONCE(osc->oc_max_dirty);
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
	queue_work(system_unbound_wq, &osc->oc_flush);
	rc = wait_event_killable_timeout(osc->oc_waitq, osc_grant_there(osc) || osc_grant_dry(osc),
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
	spin_lock(&osc->oc_lock);
	oa->o_valid |= cpu_to_le64(OBD_MD_FLBLOCKS | OBD_MD_FLGRANT);
	oa->o_dirty = cpu_to_le64(osc->oc_dirty);
	oa->o_undirty = cpu_to_le32(osc->oc_brw_size * (min(osc->oc_max_in_flight, 64U) + 1));
	oa->o_grant = cpu_to_le64(osc->oc_avail);
	oa->o_dropped = cpu_to_le32(min_t(u64, osc->oc_lost, U32_MAX));
	osc->oc_lost -= min_t(u64, osc->oc_lost, U32_MAX);
	spin_unlock(&osc->oc_lock);
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
	spin_lock(&osc->oc_lock);
	osc->oc_avail += le64_to_cpu(oa->o_grant);
	spin_unlock(&osc->oc_lock);
	wake_up_all(&osc->oc_waitq);
}
