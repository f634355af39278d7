// SPDX-License-Identifier: GPL-2.0-only
/*
 * OSP: the MDT as client of one OST. This file: the `add osc` sections of the config log,
 * connections, statfs answers, life. osp_precreate.c has the pool of objects, osp_sync.c what is
 * sent after commits.
 *
 * An OSP is in lod->lo_osts once lov_add_obd was read, and stays until the target stops. Config
 * records come one at a time (lt_config_mutex); lo_sem protects the array against the users of it.
 */
#define pr_fmt(fmt) "osp: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

/* ---- references ---- */

void osp_get(struct osp_device *osp)
{
	refcount_inc(&osp->op_ref);
}

void osp_put(struct osp_device *osp)
{
	if (!osp || !refcount_dec_and_test(&osp->op_ref))
		return;
	import_put(osp->op_imp);
	kfree(osp);
}

/* ---- connection ---- */

static void osp_event(struct obd_import *imp, enum import_event ev)
{
	struct osp_device *osp = imp->imp_data;

	switch (ev) {
	case IMP_EV_ACTIVE:
		WRITE_ONCE(osp->op_connected, true);
		pr_info("%s: connected\n", osp->op_name);
		osp_sync_open(osp);
		mdt_orphan_scan(osp->op_mdt);
		osp_record_scan(osp->op_mdt);
		break;
	case IMP_EV_DISCON:
	case IMP_EV_EVICTED:
	case IMP_EV_INACTIVE:
		/* Precreation is not replayed: clean up and count anew after the next connect. */
		spin_lock(&osp->op_lock);
		osp->op_connected = false;
		osp->op_ready = false;
		osp->op_statfs_ok = false;
		spin_unlock(&osp->op_lock);
		osp_sync_close(osp, false);
		break;
	default:
		return;
	}
	osp_kick(osp);
}

static const struct import_ops osp_import_ops = {
	.event	= osp_event,
};

#define OSP_CONNECT									\
	(OBD_CONNECT_INDEX | OBD_CONNECT_VERSION | OBD_CONNECT_FLAGS2 | OBD_CONNECT_AT |	\
	 OBD_CONNECT_FULL20 | OBD_CONNECT_MDS | OBD_CONNECT_SKIP_ORPHAN | OBD_CONNECT_FID |	\
	 OBD_CONNECT_LVB_TYPE | OBD_CONNECT_PINGLESS | OBD_CONNECT_BULK_MBITS |			\
	 OBD_CONNECT_EINPROGRESS)

static struct obd_import *osp_import(struct osp_device *osp, const char *uuid)
{
	struct lu_target *lt = osp->op_mdt->mdt_lt;
	struct import_conf conf = {
		.target_uuid	= osp->op_uuid,
		.client_uuid	= uuid,
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
	conf.ocd.ocd_index = cpu_to_le32(osp->op_index);
	conf.ocd.ocd_group = cpu_to_le32(lt->lt_index);
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
	const struct obd_statfs *os = &osp->op_statfs;
	u64 blocks, bavail, files;
	int rc = 0;

	*avail = 0;
	if (READ_ONCE(osp->op_inactive) || !READ_ONCE(osp->op_added))
		return -ENODEV;
	spin_lock(&osp->op_lock);
	if (!osp->op_connected || !osp->op_statfs_ok) {
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
	}
	spin_unlock(&osp->op_lock);
	return rc;
}

/* The last statfs of the OST: 0; -ENODEV: it is switched off; -EAGAIN: it has not answered yet. */
int osp_statfs(struct osp_device *osp, struct obd_statfs *os)
{
	int rc;

	if (READ_ONCE(osp->op_inactive) || !READ_ONCE(osp->op_added))
		return -ENODEV;
	spin_lock(&osp->op_lock);
	rc = osp->op_statfs_time ? 0 : -EAGAIN;
	*os = osp->op_statfs;
	spin_unlock(&osp->op_lock);
	return rc;
}

/* ---- parameters ---- */

static int osp_active_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%d\n", !osp->op_inactive);
	return 0;
}

static void osp_set_active(struct osp_device *osp, bool active)
{
	WRITE_ONCE(osp->op_inactive, !active);
	import_set_active(osp->op_imp, active);
	osp_kick(osp);
	mdt_lod_event(&osp->op_mdt->mdt_lod);
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

	seq_printf(m, "%s\t%s\n", osp->op_uuid,
		   import_state_name(READ_ONCE(osp->op_imp->imp_state)));
	return 0;
}

static int osp_import_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	return import_show(m, osp->op_imp);
}

static int osp_state_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	return import_state_show(m, osp->op_imp);
}

static int osp_max_create_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "20000\n");
	return 0;
}

static int osp_next_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%llu\n", READ_ONCE(osp->op_next));
	return 0;
}

static int osp_last_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%llu\n", READ_ONCE(osp->op_last));
	return 0;
}

static int osp_changes_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%u\n", READ_ONCE(osp->op_nr_jobs));
	return 0;
}

static int osp_in_flight_show(struct seq_file *m, void *obj)
{
	struct osp_device *osp = obj;

	seq_printf(m, "%u\n", READ_ONCE(osp->op_in_flight));
	return 0;
}

static const struct param_def osp_params[] = {
	{ "sync_changes", 0444, osp_changes_show, NULL },
	{ "sync_in_flight", 0444, osp_in_flight_show, NULL },
	{ "active", 0644, osp_active_show, osp_active_store },
	{ "ost_server_uuid", 0444, osp_uuid_show, NULL },
	{ "import", 0444, osp_import_show, NULL },
	{ "state", 0444, osp_state_show, NULL },
	{ "max_create_count", 0444, osp_max_create_show, NULL },
	{ "prealloc_next_id", 0444, osp_next_show, NULL },
	{ "prealloc_last_id", 0444, osp_last_show, NULL },
};

/* ---- config log ---- */

/* By device name or by uuid of the OST. Config records only: no lock. */
static struct osp_device *osp_find(struct mdt_lod *lod, const char *name, const char *uuid)
{
	u32 i;

	for (i = 0; i < lod->lo_nr; i++) {
		struct osp_device *osp = lod->lo_osts[i];

		if (osp && ((name && !strcmp(osp->op_name, name)) ||
			    (uuid && !strcmp(osp->op_uuid, uuid))))
			return osp;
	}
	return NULL;
}

/* Index of the OST in "testfs-OST0003-osc-MDT0000" or "testfs-OST0003_UUID", or -EINVAL. */
int osp_name_index(const char *name)
{
	const char *p = strstr(name, "-OST");
	unsigned int idx;

	if (!p || sscanf(p, "-OST%4x", &idx) != 1 || idx >= LOD_MAX_OSTS)
		return -EINVAL;
	return idx;
}

static int osp_config_setup(struct mdt_device *mdt, struct lustre_cfg *lcfg)
{
	const char *name = lcfg_string(lcfg, 0), *uuid = lcfg_string(lcfg, 1);
	const char *node = lcfg_string(lcfg, 2);
	struct mdt_lod *lod = &mdt->mdt_lod;
	struct osp_device *osp;
	char own[UUID_MAX];
	int rc, idx;

	if (!name || !uuid || !node || strlen(name) >= sizeof(osp->op_name) ||
	    strlen(uuid) >= UUID_MAX)
		return -EINVAL;
	idx = osp_name_index(uuid);
	if (idx < 0)
		return idx;
	if (lod->lo_osts[idx])
		return -EEXIST;
	osp = kzalloc(sizeof(*osp), GFP_KERNEL);
	if (!osp)
		return -ENOMEM;
	refcount_set(&osp->op_ref, 1);
	osp->op_mdt = mdt;
	osp->op_index = idx;
	strscpy(osp->op_name, name, sizeof(osp->op_name));
	strscpy(osp->op_uuid, uuid, sizeof(osp->op_uuid));
	osp_precreate_init(osp);
	osp_sync_init(osp);
	rc = osp_load_used(osp);
	if (rc)
		goto out;
	rc = -ENOMEM;
	snprintf(own, sizeof(own), "%s-mdtlov_UUID", mdt->mdt_lt->lt_name);
	osp->op_imp = osp_import(osp, own);
	if (!osp->op_imp)
		goto out;
	rc = tgt_nodes_connect(&lod->lo_nodes, node, osp->op_imp);
	if (rc)
		pr_warn("%s: no NID is known of node %s, where %s is: rc = %d\n", name, node, uuid,
			rc);
	osp->op_obd = lu_device_add("osp", name, own);
	osp->op_params = param_dir_add(NULL, "osp");
	if (!IS_ERR_OR_NULL(osp->op_params)) {
		struct param_dir *sub = param_dir_add(osp->op_params, name);

		param_dir_del(osp->op_params);
		osp->op_params = sub;
		param_add(sub, osp_params, ARRAY_SIZE(osp_params), osp);
	}
	rc = osp_precreate_start(osp);
	if (rc) {
		param_dir_del(osp->op_params);
		lu_device_del(osp->op_obd);
		goto out;
	}
	down_write(&lod->lo_sem);
	lod->lo_osts[idx] = osp;
	lod->lo_nr = max_t(u32, lod->lo_nr, idx + 1);
	up_write(&lod->lo_sem);
	return 0;
out:
	osp_put(osp);
	return rc;
}

static int osp_config_add_conn(struct mdt_lod *lod, struct lustre_cfg *lcfg)
{
	const char *name = lcfg_string(lcfg, 0), *node = lcfg_string(lcfg, 1);
	struct osp_device *osp = name ? osp_find(lod, name, NULL) : NULL;

	return osp ? tgt_nodes_connect(&lod->lo_nodes, node, osp->op_imp) : -ENOENT;
}

static int osp_config_add_obd(struct mdt_lod *lod, struct lustre_cfg *lcfg, bool active)
{
	const char *uuid = lcfg_string(lcfg, 1), *text = lcfg_string(lcfg, 2);
	struct osp_device *osp = uuid ? osp_find(lod, NULL, uuid) : NULL;
	unsigned int idx;

	if (!osp || !text || kstrtouint(text, 10, &idx) || idx != osp->op_index)
		return -EINVAL;
	if (osp->op_added)
		return -EEXIST;
	osp->op_inactive = !active;
	WRITE_ONCE(osp->op_added, true);
	if (!active)
		return 0;
	return import_connect(osp->op_imp);
}

static int osp_config_param(struct mdt_device *mdt, struct lustre_cfg *lcfg)
{
	const char *name = lcfg_string(lcfg, 0), *text = lcfg_string(lcfg, 1);
	struct mdt_lod *lod = &mdt->mdt_lod;
	struct osp_device *osp;
	const char *val;
	u64 v;
	bool on;

	val = text ? strchr(text, '=') : NULL;
	if (!val)
		return -EINVAL;
	val++;
	if (!strncmp(text, "osc.active=", 11) || !strncmp(text, "osp.active=", 11)) {
		osp = name ? osp_find(lod, name, NULL) : NULL;
		if (!osp)
			return -ENOENT;
		if (param_parse_bool(val, &on))
			return -EINVAL;
		osp_set_active(osp, on);
		return 0;
	}
	if (!strncmp(text, "lov.stripesize=", 15) || !strncmp(text, "lod.stripesize=", 15)) {
		if (param_parse_u64(val, LOV_MIN_STRIPE_SIZE, U32_MAX, &v) ||
		    v % LOV_MIN_STRIPE_SIZE)
			return -EINVAL;
		lod->lo_def_size = v;
		return 0;
	}
	if (!strncmp(text, "lov.stripecount=", 16) || !strncmp(text, "lod.stripecount=", 16)) {
		if (!strcmp(val, "-1"))
			v = LOV_ALL_STRIPES;
		else if (param_parse_u64(val, 0, LOD_MAX_STRIPES, &v))
			return -EINVAL;
		lod->lo_def_count = v ?: 1;
		return 0;
	}
	return 0;	/* parameters of parts that are not here */
}

/**
 * osp_config_record - execute a record of the MDT's config log
 * @mdt: the target
 * @rec: a live record
 *
 * Return: 0, -EINVAL, -EEXIST, -ENOENT, -ENOMEM.
 */
int osp_config_record(struct mdt_device *mdt, const struct config_rec *rec)
{
	struct lustre_cfg *lcfg = rec->lcfg;
	struct mdt_lod *lod = &mdt->mdt_lod;
	bool osc = !strcmp(rec->comment, "add osc");
	u32 cmd = lcfg_cmd(lcfg);
	int rc;

	switch (cmd) {
	case LCFG_ADD_UUID:
		return tgt_nodes_add_uuid(&lod->lo_nodes, lcfg);
	case LCFG_ATTACH:
		return 0;
	case LCFG_SETUP:
		return osc ? osp_config_setup(mdt, lcfg) : 0;
	case LCFG_ADD_CONN:
		rc = osp_config_add_conn(lod, lcfg);
		return rc == -ENOENT && !osc ? 0 : rc;
	case LCFG_LOV_ADD_OBD:
	case LCFG_LOV_ADD_INA:
		return osp_config_add_obd(lod, lcfg, cmd == LCFG_LOV_ADD_OBD);
	case LCFG_PARAM:
		return osp_config_param(mdt, lcfg);
	case LCFG_POOL_NEW:
	case LCFG_POOL_ADD:
	case LCFG_POOL_REM:
	case LCFG_POOL_DEL:
		return mdt_lod_pool(lod, cmd, lcfg_string(lcfg, 2),
				    lcfg_string(lcfg, 3));
	default:
		return 0;
	}
}

/* ---- life ---- */

/* Before the config log is read. */
int osp_start(struct mdt_device *mdt)
{
	struct osd_object *o = osd_local_open(mdt->mdt_osd, "lov_objid", true);

	if (IS_ERR(o))
		return PTR_ERR(o);
	mdt->mdt_lod.lo_objid = o;
	return 0;
}

static void osp_stop_work(struct work_struct *work)
{
	struct osp_device *osp = container_of(work, struct osp_device, op_stop_work);

	import_disconnect(osp->op_imp);
	osp_precreate_stop(osp);
	osp_sync_stop(osp);
}

/*
 * No more allocations, connections and threads; all OSTs at a time, for one that is gone takes its
 * time to be missed. Destroys that were not sent are left to the next mount.
 */
void osp_stop_all(struct mdt_device *mdt)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i;

	WRITE_ONCE(lod->lo_stopping, true);
	mdt_lod_event(lod);
	for (i = 0; i < lod->lo_nr; i++) {
		struct osp_device *osp = lod->lo_osts[i];

		if (!osp)
			continue;
		spin_lock(&osp->op_lock);
		osp->op_stopping = true;
		spin_unlock(&osp->op_lock);
		osp_sync_close(osp, true);
		INIT_WORK(&osp->op_stop_work, osp_stop_work);
		queue_work(system_unbound_wq, &osp->op_stop_work);
	}
	for (i = 0; i < lod->lo_nr; i++)
		if (lod->lo_osts[i])
			flush_work(&lod->lo_osts[i]->op_stop_work);
}

void osp_free_all(struct mdt_device *mdt)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i;

	for (i = 0; i < lod->lo_nr; i++) {
		struct osp_device *osp = lod->lo_osts[i];

		if (!osp)
			continue;
		/* Dead files of clients that went after osp_stop_all(). */
		osp_sync_stop(osp);
		param_dir_del(osp->op_params);
		lu_device_del(osp->op_obd);
		lod->lo_osts[i] = NULL;
		osp_put(osp);
	}
	tgt_nodes_fini(&lod->lo_nodes);
}
