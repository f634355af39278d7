// SPDX-License-Identifier: GPL-2.0-only
/*
 * The OSTs of an MDT: the sections of its config log that name them, the OSPs made of these
 * (osp.h), start and stop.
 *
 * An OSP is in lod->lo_osts once its setup record was read, and stays until the target stops.
 * Config records come one at a time (lt_config_mutex); lo_sem protects the array against the users
 * of it.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include <gloss/mgc.h>
#include "mdt_internal.h"

/* By device name or by uuid of the OST. Config records only: no lock. */
static struct osp_device *mdt_osts_find(struct mdt_lod *lod, const char *name, const char *uuid)
{
	u32 i;

	for (i = 0; i < lod->lo_nr; i++) {
		struct osp_device *osp = lod->lo_osts[i];

		if (osp && ((name && !strcmp(osp->opd_name, name)) ||
			    (uuid && !strcmp(osp->opd_uuid, uuid))))
			return osp;
	}
	return NULL;
}

/* Index of the OST in "testfs-OST0003-osc-MDT0000" or "testfs-OST0003_UUID", or -EINVAL. */
int mdt_ost_index(const char *name)
{
	const char *p = strstr(name, "-OST");
	unsigned int idx;

	if (!p || sscanf(p, "-OST%4x", &idx) != 1 || idx >= LOD_MAX_OSTS)
		return -EINVAL;
	return idx;
}

static void mdt_osts_changed(void *owner)
{
	struct mdt_device *mdt = owner;

	mdt_lod_note_change(&mdt->mdt_lod);
}

static void mdt_osts_connected(void *owner)
{
	mdt_orphan_scan(owner);
	mdt_record_scan(owner);
}

static bool mdt_osts_recovering(void *owner)
{
	return mdt_recovering(owner);
}

static void mdt_osts_unused(void *owner, struct osp_device *osp, u64 id)
{
	mdt_record_unused(owner, osp, id);
}

static const struct osp_owner_ops mdt_osp_ops = {
	.changed = mdt_osts_changed,
	.connected = mdt_osts_connected,
	.recovering = mdt_osts_recovering,
	.unused = mdt_osts_unused,
};

static int mdt_osts_config_setup(struct mdt_device *mdt, struct lustre_cfg *lcfg)
{
	const char *node = lcfg_string(lcfg, 2);
	struct mdt_lod *lod = &mdt->mdt_lod;
	char own[UUID_MAX];
	struct osp_conf conf = {
		.ops = &mdt_osp_ops,
		.owner = mdt,
		.name = lcfg_string(lcfg, 0),
		.ost_uuid = lcfg_string(lcfg, 1),
		.client_uuid = own,
		.mdt_index = mdt->mdt_lt->lt_index,
		.objid = lod->lo_objid,
	};
	struct osp_device *osp;
	int rc, idx;

	if (!conf.name || !conf.ost_uuid || !node)
		return -EINVAL;
	idx = mdt_ost_index(conf.ost_uuid);
	if (idx < 0)
		return idx;
	if (lod->lo_osts[idx])
		return -EEXIST;
	conf.ost_index = idx;
	snprintf(own, sizeof(own), "%s-mdtlov_UUID", mdt->mdt_lt->lt_name);
	osp = osp_new(&conf);
	if (IS_ERR(osp))
		return PTR_ERR(osp);
	rc = tgt_nodes_connect(&lod->lo_nodes, node, osp->opd_imp);
	if (rc)
		pr_warn("%s: no NID is known of node %s, where %s is: rc = %d\n", conf.name, node,
			conf.ost_uuid, rc);
	down_write(&lod->lo_sem);
	lod->lo_osts[idx] = osp;
	lod->lo_nr = max_t(u32, lod->lo_nr, idx + 1);
	up_write(&lod->lo_sem);
	return 0;
}

static int mdt_osts_config_add_conn(struct mdt_lod *lod, struct lustre_cfg *lcfg)
{
	const char *name = lcfg_string(lcfg, 0), *node = lcfg_string(lcfg, 1);
	struct osp_device *osp = name ? mdt_osts_find(lod, name, NULL) : NULL;

	return osp ? tgt_nodes_connect(&lod->lo_nodes, node, osp->opd_imp) : -ENOENT;
}

static int mdt_osts_config_add_obd(struct mdt_lod *lod, struct lustre_cfg *lcfg, bool active)
{
	const char *uuid = lcfg_string(lcfg, 1), *text = lcfg_string(lcfg, 2);
	struct osp_device *osp = uuid ? mdt_osts_find(lod, NULL, uuid) : NULL;
	unsigned int idx;

	if (!osp || !text || kstrtouint(text, 10, &idx) || idx != osp->opd_index)
		return -EINVAL;
	return osp_activate(osp, active);
}

static int mdt_osts_config_active(struct mdt_lod *lod, const char *name, const char *val)
{
	struct osp_device *osp = name ? mdt_osts_find(lod, name, NULL) : NULL;
	bool on;

	if (!osp)
		return -ENOENT;
	if (param_parse_bool(val, &on))
		return -EINVAL;
	osp_set_active(osp, on);
	return 0;
}

/* The stripe count and size of files that nobody has said anything about. */
static int mdt_osts_config_default(struct mdt_lod *lod, const char *key, const char *val)
{
	u64 v;

	if (!strncmp(key, "stripesize=", 11)) {
		if (param_parse_u64(val, LOV_MIN_STRIPE_SIZE, U32_MAX, &v) ||
		    v % LOV_MIN_STRIPE_SIZE)
			return -EINVAL;
		lod->lo_def_size = v;
	} else if (!strncmp(key, "stripecount=", 12)) {
		if (!strcmp(val, "-1"))
			v = LOV_ALL_STRIPES;
		else if (param_parse_u64(val, 0, LOD_MAX_STRIPES, &v))
			return -EINVAL;
		lod->lo_def_count = v ?: 1;
	}
	return 0;
}

/* Parameters of parts that are not here are none of this target's. */
static int mdt_osts_config_param(struct mdt_lod *lod, struct lustre_cfg *lcfg)
{
	const char *name = lcfg_string(lcfg, 0), *text = lcfg_string(lcfg, 1);
	const char *val = text ? strchr(text, '=') : NULL;

	if (!val)
		return -EINVAL;
	val++;
	if (!strncmp(text, "osc.active=", 11) || !strncmp(text, "osp.active=", 11))
		return mdt_osts_config_active(lod, name, val);
	if (!strncmp(text, "lov.", 4) || !strncmp(text, "lod.", 4))
		return mdt_osts_config_default(lod, text + 4, val);
	return 0;
}

/**
 * mdt_osts_config_record - execute a record of the MDT's config log
 * @mdt: the target
 * @rec: a live record
 *
 * Return: 0, -EINVAL, -EEXIST, -ENOENT, -ENOMEM.
 */
int mdt_osts_config_record(struct mdt_device *mdt, const struct config_rec *rec)
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
		return osc ? mdt_osts_config_setup(mdt, lcfg) : 0;
	case LCFG_ADD_CONN:
		rc = mdt_osts_config_add_conn(lod, lcfg);
		return rc == -ENOENT && !osc ? 0 : rc;
	case LCFG_LOV_ADD_OBD:
	case LCFG_LOV_ADD_INA:
		return mdt_osts_config_add_obd(lod, lcfg, cmd == LCFG_LOV_ADD_OBD);
	case LCFG_PARAM:
		return mdt_osts_config_param(lod, lcfg);
	case LCFG_POOL_NEW:
	case LCFG_POOL_ADD:
	case LCFG_POOL_REM:
	case LCFG_POOL_DEL:
		rc = mdt_lod_pool(lod, cmd, lcfg_string(lcfg, 2), lcfg_string(lcfg, 3));
		/* Sections that were undone are skipped, those that undid them are not. */
		return rc == -ENOENT || rc == -EEXIST ? 0 : rc;
	default:
		return 0;
	}
}

/**
 * mdt_osts_restarted - the MGS tells that an OST has started
 * @mdt: the target
 * @ct: which, and where
 */
void mdt_osts_restarted(struct mdt_device *mdt, const struct config_target *ct)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	struct osp_device *osp = NULL;
	int rc = 0;

	down_read(&lod->lo_sem);
	if (!ct->mdt && ct->index < lod->lo_nr)
		osp = lod->lo_osts[ct->index];
	if (osp)
		rc = import_restarted(osp->opd_imp, ct->nids, ct->nr_nids, ct->instance);
	up_read(&lod->lo_sem);
	if (rc)
		pr_warn_ratelimited("%s has started on a node that the configuration does not name: rc = %d\n",
				    osp->opd_name, rc);
}

/* ---- start and stop ---- */

/* Before the config log is read. 0 or -errno. */
int mdt_osts_start(struct mdt_device *mdt)
{
	struct osd_object *o = osd_own_open(mdt->mdt_osd, "lov_objid");

	if (IS_ERR(o))
		return PTR_ERR(o);
	mdt->mdt_lod.lo_objid = o;
	return 0;
}

/*
 * No more allocations, connections and threads. What was not sent to OSTs is on disk, for the next
 * mount.
 */
void mdt_osts_stop(struct mdt_device *mdt)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i;

	WRITE_ONCE(lod->lo_stopping, true);
	mdt_lod_note_change(lod);
	for (i = 0; i < lod->lo_nr; i++)
		if (lod->lo_osts[i])
			osp_stop_begin(lod->lo_osts[i]);
	for (i = 0; i < lod->lo_nr; i++)
		if (lod->lo_osts[i])
			osp_stop_wait(lod->lo_osts[i]);
}

void mdt_osts_free(struct mdt_device *mdt)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i;

	for (i = 0; i < lod->lo_nr; i++) {
		if (lod->lo_osts[i])
			osp_free(lod->lo_osts[i]);
		lod->lo_osts[i] = NULL;
	}
	tgt_nodes_fini(&lod->lo_nodes);
}
