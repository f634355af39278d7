// SPDX-License-Identifier: GPL-2.0-only
/*
 * An OSP as a whole: its connection, what the allocator asks about it, parameters, life.
 * osp_precreate.c has the pool of objects, osp_sync.c what is sent after commits.
 */
#define pr_fmt(fmt) "osp: " fmt

#include <linux/slab.h>
#include "osp.h"

/* ---- references ---- */

void osp_get(struct osp_device *osp)
{
	refcount_inc(&osp->opd_ref);
}

void osp_put(struct osp_device *osp)
{
	if (!osp || !refcount_dec_and_test(&osp->opd_ref))
		return;
	import_put(osp->opd_imp);
	kfree(osp);
}

/* ---- connection ---- */

static void osp_import_event(struct obd_import *imp, enum import_event ev)
{
	struct osp_device *osp = imp->imp_data;

	switch (ev) {
	case IMP_EV_ACTIVE:
		WRITE_ONCE(osp->opd_connected, true);
		pr_info("%s: connected\n", osp->opd_name);
		osp_sync_open(osp);
		osp->opd_ops->connected(osp->opd_owner);
		break;
	case IMP_EV_DISCON:
	case IMP_EV_EVICTED:
	case IMP_EV_INACTIVE:
		/*
		 * The OST may lose precreated objects: clean up and create again after a connect.
		 */
		spin_lock(&osp->opd_lock);
		osp->opd_connected = false;
		osp->opd_ready = false;
		osp->opd_statfs_ok = false;
		spin_unlock(&osp->opd_lock);
		osp_sync_close(osp, false);
		break;
	default:
		return;
	}
	osp_kick(osp);
}

static const struct import_ops osp_import_ops = {
	.event	= osp_import_event,
};

#define OSP_CONNECT									\
	(OBD_CONNECT_INDEX | OBD_CONNECT_VERSION | OBD_CONNECT_FLAGS2 | OBD_CONNECT_AT |	\
	 OBD_CONNECT_FULL20 | OBD_CONNECT_MDS | OBD_CONNECT_SKIP_ORPHAN | OBD_CONNECT_FID |	\
	 OBD_CONNECT_LVB_TYPE | OBD_CONNECT_PINGLESS | OBD_CONNECT_BULK_MBITS |			\
	 OBD_CONNECT_EINPROGRESS)

static struct obd_import *osp_import(struct osp_device *osp, const struct osp_conf *oc)
{
	struct import_conf conf = {
		.target_uuid	= osp->opd_uuid,
		.client_uuid	= oc->client_uuid,
		.connect_op	= OST_CONNECT,
		.req_portal	= OST_REQUEST_PORTAL,
		.rep_portal	= OSC_REPLY_PORTAL,
		.sp		= LUSTRE_SP_MDT,
		.ops		= &osp_import_ops,
		.data		= osp,
	};

	conf.ocd.ocd_connect_flags = cpu_to_le64(OSP_CONNECT);
	conf.ocd.ocd_connect_flags2 = cpu_to_le64(OBD_CONNECT2_REP_MBITS);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	conf.ocd.ocd_index = cpu_to_le32(osp->opd_index);
	conf.ocd.ocd_group = cpu_to_le32(oc->mdt_index);
	return import_alloc(&conf);
}

/* ---- state that the allocator asks for ---- */

/**
 * osp_usable - can new objects be had from this OST?
 * @osp: the OST
 * @avail: out: free bytes
 *
 * Return: 0; -ENOSPC: full or closed for creation; -EAGAIN: not now; -ENODEV: switched off.
 */
int osp_usable(struct osp_device *osp, u64 *avail)
{
	const struct obd_statfs *os = &osp->opd_statfs;
	u64 blocks, bavail, files;
	int rc = 0;

	*avail = 0;
	if (READ_ONCE(osp->opd_inactive) || !READ_ONCE(osp->opd_added))
		return -ENODEV;
	spin_lock(&osp->opd_lock);
	if (!osp->opd_connected || !osp->opd_statfs_ok) {
		rc = -EAGAIN;
	} else {
		u32 state = le32_to_cpu(os->os_state), bsize = le32_to_cpu(os->os_bsize) ?: 4096;

		blocks = le64_to_cpu(os->os_blocks);
		bavail = le64_to_cpu(os->os_bavail);
		files = le64_to_cpu(os->os_ffree);
		*avail = bavail * bsize;
		/* 0.1 % of the blocks, at least 1 MiB, and some inodes are kept. */
		if ((state & (OS_STATFS_READONLY | OS_STATFS_NOCREATE | OS_STATFS_ENOSPC |
			      OS_STATFS_ENOINO)) ||
		    *avail < max(blocks / 1000 * bsize, 1ULL << 20) || files < 32)
			rc = -ENOSPC;
		/* One that repairs itself is the last choice. */
		else if (state & OS_STATFS_DEGRADED)
			*avail = 0;
	}
	spin_unlock(&osp->opd_lock);
	return rc;
}

/* The last statfs of the OST: 0; -ENODEV: it is switched off; -EAGAIN: it has not answered yet. */
int osp_statfs(struct osp_device *osp, struct obd_statfs *os)
{
	int rc;

	if (READ_ONCE(osp->opd_inactive) || !READ_ONCE(osp->opd_added))
		return -ENODEV;
	spin_lock(&osp->opd_lock);
	rc = osp->opd_statfs_time ? 0 : -EAGAIN;
	*os = osp->opd_statfs;
	spin_unlock(&osp->opd_lock);
	return rc;
}

/* ---- parameters ---- */

static int osp_active_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%d\n", !osp->opd_inactive);
	return 0;
}

/**
 * osp_set_active - the administrator's switch
 * @osp: the OST
 * @active: false: no objects are taken from the OST and nothing is sent to it
 */
void osp_set_active(struct osp_device *osp, bool active)
{
	WRITE_ONCE(osp->opd_inactive, !active);
	import_set_active(osp->opd_imp, active);
	osp_kick(osp);
	osp->opd_ops->changed(osp->opd_owner);
}

static ssize_t osp_active_store(const char *text, size_t len, void *obj)
{
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	osp_set_active(obj, on);
	return len;
}

static int osp_uuid_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%s\t%s\n", osp->opd_uuid,
		   import_state_name(READ_ONCE(osp->opd_imp->imp_state)));
	return 0;
}

static int osp_max_create_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "20000\n");
	return 0;
}

static int osp_next_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%llu\n", READ_ONCE(osp->opd_next));
	return 0;
}

static int osp_last_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%llu\n", READ_ONCE(osp->opd_last));
	return 0;
}

static int osp_changes_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%u\n", READ_ONCE(osp->opd_nr_jobs));
	return 0;
}

static int osp_in_flight_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%u\n", READ_ONCE(osp->opd_in_flight));
	return 0;
}

static const struct param_def osp_params[] = {
	{ "sync_changes", 0444, osp_changes_show, NULL },
	{ "sync_in_flight", 0444, osp_in_flight_show, NULL },
	{ "active", 0644, osp_active_show, osp_active_store },
	{ "ost_server_uuid", 0444, osp_uuid_show, NULL, PARAM_DEBUGFS },
	{ "max_create_count", 0444, osp_max_create_show, NULL },
	{ "prealloc_next_id", 0444, osp_next_show, NULL },
	{ "prealloc_last_id", 0444, osp_last_show, NULL },
};

/* ---- life ---- */

static void osp_params_add(struct osp_device *osp)
{
	struct param_dir *top = param_dir_add(NULL, "osp");

	if (IS_ERR_OR_NULL(top))
		return;
	osp->opd_params = param_dir_add(top, osp->opd_name);
	param_dir_del(top);
	param_add(osp->opd_params, osp_params, ARRAY_SIZE(osp_params), osp);
	import_params_add(osp->opd_params, osp->opd_imp);
}

/**
 * osp_new - a client of an OST
 * @conf: which OST, and whose client
 *
 * Its import has no NIDs yet and does not connect: import_add_conn(), osp_activate().
 *
 * Return: the OSP, end with osp_stop_begin(), osp_stop_wait(), osp_free(); ERR_PTR: -ENOMEM,
 * -EINVAL (a name is too long), or -errno of lov_objid.
 */
struct osp_device *osp_new(const struct osp_conf *conf)
{
	struct osp_device *osp = kzalloc(sizeof(*osp), GFP_KERNEL);
	int rc = -EINVAL;

	if (!osp)
		return ERR_PTR(-ENOMEM);
	refcount_set(&osp->opd_ref, 1);
	osp->opd_ops = conf->ops;
	osp->opd_owner = conf->owner;
	osp->opd_index = conf->ost_index;
	osp->opd_objid = conf->objid;
	osp_precreate_init(osp);
	osp_sync_init(osp);
	if (strscpy(osp->opd_name, conf->name, sizeof(osp->opd_name)) < 0 ||
	    strscpy(osp->opd_uuid, conf->ost_uuid, sizeof(osp->opd_uuid)) < 0)
		goto out;
	rc = osp_load_used(osp);
	if (rc)
		goto out;
	osp->opd_imp = osp_import(osp, conf);
	rc = osp->opd_imp ? osp_precreate_start(osp) : -ENOMEM;
	if (rc)
		goto out;
	osp->opd_obd = lu_device_add("osp", conf->name, conf->client_uuid);
	osp_params_add(osp);
	return osp;
out:
	osp_put(osp);
	return ERR_PTR(rc);
}

/**
 * osp_activate - the configuration of an OST is complete
 * @osp: the OST
 * @active: connect
 *
 * Return: 0; -EEXIST: it was complete before; -ENOTCONN: no NID is known.
 */
int osp_activate(struct osp_device *osp, bool active)
{
	if (osp->opd_added)
		return -EEXIST;
	osp->opd_inactive = !active;
	WRITE_ONCE(osp->opd_added, true);
	return active ? import_connect(osp->opd_imp) : 0;
}

static void osp_stop_work(struct work_struct *work)
{
	struct osp_device *osp = container_of(work, struct osp_device, opd_stop_work);

	import_disconnect(osp->opd_imp);
	osp_precreate_stop(osp);
	osp_sync_stop(osp);
}

/**
 * osp_stop_begin - no more objects, jobs and connections
 * @osp: the OST
 *
 * Does not wait: an OST that is away takes its time to be missed, so that all are stopped at once.
 */
void osp_stop_begin(struct osp_device *osp)
{
	spin_lock(&osp->opd_lock);
	osp->opd_stopping = true;
	spin_unlock(&osp->opd_lock);
	osp_sync_close(osp, true);
	INIT_WORK(&osp->opd_stop_work, osp_stop_work);
	queue_work(system_unbound_wq, &osp->opd_stop_work);
}

/* Wait for what osp_stop_begin() began. */
void osp_stop_wait(struct osp_device *osp)
{
	flush_work(&osp->opd_stop_work);
}

/* Drop the owner's reference of a stopped OSP; other references keep its memory. */
void osp_free(struct osp_device *osp)
{
	param_dir_del(osp->opd_params);
	lu_device_del(osp->opd_obd);
	osp_put(osp);
}
