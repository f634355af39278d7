// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsync(2), sync(2) and close(2): data and metadata of a file, or of the whole mount, are made
 * durable on the OSTs and the MDT, and errors of earlier writes are told.
 *
 * An object is in step when an OST_SYNC was answered that was sent after its last change. A failed
 * one leaves it out of step, and one that is still in flight, too: the next fsync asks again.
 * Errors of writes, also of those that the OST acknowledged and then lost
 * (ll_object_watch_commit()), are told once for each open file.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "data.h"

/*
 * What was written before through an inode that has been dropped since, as memory was short, is not
 * counted in this one: then it depends on whether the OST has committed all that it was sent.
 */
static int ll_fsync_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	struct ll_inode_data *d = ll_i(fo->inode)->lli_data;
	const struct obd_import *imp = fan->osc->oc_imp;
	struct obdo *oa;
	bool need;

	spin_lock(&d->lid_lock);
	need = fan->obj->lob_synced != fan->obj->lob_changes;
	fan->changes = fan->obj->lob_changes;
	spin_unlock(&d->lid_lock);
	if (!fan->changes)
		need = READ_ONCE(imp->imp_max_transno) > READ_ONCE(imp->imp_last_committed);
	if (!need)
		return 0;
	oa = ll_fanout_obdo(fo, fan);
	if (IS_ERR(oa))
		return PTR_ERR(oa);
	oa->o_size = 0;
	oa->o_blocks = cpu_to_le64(OBD_OBJECT_EOF);
	oa->o_valid |= cpu_to_le64(OBD_MD_FLSIZE | OBD_MD_FLBLOCKS);
	return 0;
}

static int ll_fsync_finish(struct ll_fanout *fo, struct ll_fan *fan, int rc)
{
	struct ll_inode_data *d = ll_i(fo->inode)->lli_data;

	ll_fanout_obdo_finish(fo, fan, rc);
	if (rc == -ENOENT && !fo->inode->i_nlink)
		return 0;
	if (rc)
		return rc;
	spin_lock(&d->lid_lock);
	fan->obj->lob_synced = max(fan->obj->lob_synced, fan->changes);
	spin_unlock(&d->lid_lock);
	return 0;
}

static const struct ll_fanout_op fsync_op = { .opc = OST_SYNC,
					      .prepare = ll_fsync_prepare,
					      .finish = ll_fsync_finish };

/**
 * ll_file_fsync - make a file durable
 * @file: open file; errors of earlier writes are told once for each
 * @start: first byte whose dirty pages are written
 * @end: last one
 * @datasync: ignored: the MDT is always told, as a file must be found again after it crashed
 *
 * Context: may sleep; killable. Chapter 5, 10.6.
 *
 * Return: 0; -EINTR; -EIO, -ENOSPC... of writes, or of the servers.
 */
int ll_file_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	struct ll_objset *set;
	int rc, rc2;

	ll_count(inode->i_sb, FSYNC, 1);
	rc = ll_flock_check(file);
	if (rc)
		return rc;
	rc = ll_pages_flush(inode->i_mapping, start, end);
	if (rc == -EINTR)
		return rc;
	set = ll_objset_peek(inode) ?: ll_objset_current(inode);
	if (!IS_ERR_OR_NULL(set)) {
		rc2 = ll_fanout_objects(inode, set, &fsync_op, NULL);
		rc = rc ?: rc2;
		ll_objset_put(set);
	} else if (set != ERR_PTR(-EOPNOTSUPP)) {
		rc = rc ?: PTR_ERR_OR_ZERO(set);
	}
	rc2 = mdc_sync(ll_sbi(inode->i_sb), ll_fid(inode));
	rc = rc ?: rc2;
	if (rc == -EINTR)
		return rc;
	rc2 = file_check_and_advance_wb_err(file);
	return rc ?: rc2;
}

/* ---- sync(2), syncfs(2) ---- */

/*
 * Transactions of an OST become durable in their order, so an OST_SYNC of the object of the newest
 * change covers all of them.
 */
static int ll_sync_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	struct obd_import *imp = fan->osc->oc_imp;
	struct ptlrpc_request *req;
	struct ost_body *body;
	struct lu_fid fid;
	int rc;

	if (READ_ONCE(imp->imp_max_transno) <= READ_ONCE(imp->imp_last_committed))
		return 0;
	req = ptlrpc_req_new(imp, OST_SYNC, &wf_ost_body_only);
	if (!req)
		return -ENOMEM;
	rc = ptlrpc_req_pack(req);
	body = rc ? NULL : ptlrpc_req_buf(req, WF_OST_BODY);
	if (!body) {
		ptlrpc_req_put(req);
		return rc ?: -EPROTO;
	}
	spin_lock(&fan->osc->oc_lock);
	fid = fan->osc->oc_newest_fid;
	spin_unlock(&fan->osc->oc_lock);
	fid_to_ostid(&body->oa.o_oi, &fid);
	body->oa.o_blocks = cpu_to_le64(OBD_OBJECT_EOF);
	body->oa.o_valid =
		cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLSIZE | OBD_MD_FLBLOCKS);
	fan->req = req;
	return 0;
}

/*
 * The object may be destroyed, and the OST needs not commit for it then: its commits are waited
 * for.
 */
static int ll_sync_finish(struct ll_fanout *fo, struct ll_fan *fan, int rc)
{
	return rc && rc != -ENOENT ? rc : import_sync_committed(fan->osc->oc_imp);
}

static const struct ll_fanout_op sync_op = {
	.opc = OST_SYNC,
	.prepare = ll_sync_prepare,
	.finish = ll_sync_finish,
};

/**
 * ll_data_sync - make durable what the OSTs acknowledged
 * @sbi: the mount; its dirty pages are written
 *
 * Context: may sleep, also until an OST that is away is back; killable.
 *
 * Return: 0; -EINTR; -EIO: an OST may have lost something; -errno of OSTs.
 */
int ll_data_sync(struct ll_sb_info *sbi)
{
	struct ll_fanout fo = { .op = &sync_op };
	unsigned long index;
	struct ll_osc *osc;
	u32 nr = 0;
	int rc;

	xa_for_each(&sbi->sbi_oscs, index, osc)
		nr++;
	fo.fan = kvcalloc(nr, sizeof(*fo.fan), GFP_NOFS);
	if (!fo.fan)
		return nr ? -ENOMEM : 0;
	xa_for_each(&sbi->sbi_oscs, index, osc)
		if (fo.nr < nr && ll_osc_usable(osc))
			fo.fan[fo.nr++].osc = osc;
	rc = ll_fanout_run(&fo);
	kvfree(fo.fan);
	return rc;
}

/**
 * ll_data_flush - what close(2) has to tell
 * @file: open file
 *
 * Return: 0, or the error of an earlier write-back that was not told for this descriptor; fsync
 * tells it again.
 */
int ll_data_flush(struct file *file)
{
	return filemap_check_wb_err(file->f_mapping, READ_ONCE(file->f_wb_err));
}
