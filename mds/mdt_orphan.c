// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unlinked files that still have objects on OSTs. Such a file keeps its inode, with a name (its
 * FID) in the local directory PENDING/, in the same transaction that takes its last name; so a
 * crash loses neither an open unlinked file nor the objects to destroy. When nobody has it open and
 * that transaction is committed, its OST objects are destroyed, then the inode and the name in
 * PENDING/ go. What a mount finds in PENDING/ is treated that way as soon as recovery has ended
 * (replayed opens may take it before).
 *
 * An object handed to the reaper (mo_reaping) carries one reference. mdt_reap_lock is a spinlock
 * inside of all others.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define PENDING_DIR	"PENDING"
#define ORPHAN_RETRY_SECS	5

static int mdt_orphan_name(const struct lu_fid *fid, char *buf, size_t size)
{
	return scnprintf(buf, size, DFID, PFID(fid));
}

/**
 * mdt_orphan_add - give a file whose last name is removed a name in PENDING/
 * @th: transaction with MDT_CR_ORPHAN
 * @o: the file, mo_mutex held; its link count on disk stays 1
 *
 * Return: 0 or -errno of the directory.
 */
int mdt_orphan_add(struct osd_trans *th, struct mdt_object *o)
{
	char name[FID_LEN];
	int len, rc;

	len = mdt_orphan_name(&o->mo_fid, name, sizeof(name));
	rc = osd_dir_insert(th, o->mo_mdt->mdt_pending, name, len, o->mo_osd);
	if (!rc)
		o->mo_pending = true;
	return rc;
}

/* Hand the object, with a reference, to the work item. */
static void mdt_orphan_queue(struct mdt_object *o)
{
	struct mdt_device *mdt = o->mo_mdt;

	spin_lock(&mdt->mdt_reap_lock);
	list_add_tail(&o->mo_reap, &mdt->mdt_reap_list);
	spin_unlock(&mdt->mdt_reap_lock);
	queue_work(mdt->mdt_wq, &mdt->mdt_reap_work);
}

static void mdt_orphan_committed(void *data, int error)
{
	struct mdt_object *o = data;

	/* After a failed commit the file may be alive on disk: the next mount decides. */
	if (error) {
		set_bit(MDT_OF_REAP_LATER, &o->mo_reap_flags);
		set_bit(MDT_OF_REAP_DONE, &o->mo_reap_flags);
	}
	mdt_orphan_queue(o);
}

/**
 * mdt_orphan_commit - destroy the objects of a dead file once this transaction is on disk
 * @th: the transaction of the unlink or of the last close
 * @o: the file, mo_mutex held, mo_pending and not open
 */
void mdt_orphan_commit(struct osd_trans *th, struct mdt_object *o)
{
	if (o->mo_reaping)
		return;
	o->mo_reaping = true;
	mdt_object_get(o);
	osd_trans_commit_cb(th, mdt_orphan_committed, o);
}

/**
 * mdt_orphan_later - destroy the objects of a removed file when the last close got no transaction
 * @o: the file, mo_mutex held, mo_pending and not open
 */
void mdt_orphan_later(struct mdt_object *o)
{
	struct mdt_device *mdt = o->mo_mdt;

	if (o->mo_reaping)
		return;
	spin_lock(&mdt->mdt_reap_lock);
	if (list_empty(&o->mo_reap)) {
		mdt_object_get(o);
		list_add_tail(&o->mo_reap, &mdt->mdt_boot_orphans);
	}
	spin_unlock(&mdt->mdt_reap_lock);
	queue_delayed_work(mdt->mdt_wq, &mdt->mdt_boot_work, ORPHAN_RETRY_SECS * HZ);
}

/**
 * mdt_orphan_finish - the OST objects of a removed file are destroyed, or will not be now
 * @o: the file, with the reference that the reaper gave to the OSPs
 * @done: all are destroyed; false: the target stops, the next mount tries again
 *
 * Context: called by the OSPs; any that may take spinlocks.
 */
void mdt_orphan_finish(struct mdt_object *o, bool done)
{
	set_bit(MDT_OF_REAP_DONE, &o->mo_reap_flags);
	if (!done)
		set_bit(MDT_OF_REAP_LATER, &o->mo_reap_flags);
	mdt_orphan_queue(o);
}

/* Last step: name and inode. */
static int mdt_orphan_reap_inode(struct mdt_object *o)
{
	struct mdt_device *mdt = o->mo_mdt;
	struct osd_trans *th;
	char name[FID_LEN];
	int len, rc, rc2;

	len = mdt_orphan_name(&o->mo_fid, name, sizeof(name));
	th = tgt_trans_start_local(mdt->mdt_lt, OSD_CR_DIR_DELETE + OSD_CR_DESTROY);
	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = osd_dir_delete(th, mdt->mdt_pending, name, len);
	if (!rc)
		rc = osd_destroy(th, o->mo_osd);
	rc2 = tgt_trans_stop_local(mdt->mdt_lt, th);
	return rc ?: rc2;
}

static void mdt_orphan_reap(struct mdt_object *o)
{
	struct mdt_device *mdt = o->mo_mdt;
	void *ea = NULL;
	int len, rc;

	if (test_bit(MDT_OF_REAP_LATER, &o->mo_reap_flags)) {
		mdt_object_put(o);
		return;
	}
	if (!test_bit(MDT_OF_REAP_DONE, &o->mo_reap_flags)) {
		len = mdt_xattr_get_alloc(o, XATTR_NAME_LOV, &ea);
		if (len > 0 && !wire_lov_check(ea, len)) {
			osp_destroy_objects(o, ea, len);	/* ends in mdt_orphan_finish() */
			kvfree(ea);
			return;
		}
		kvfree(ea);
		if (len < 0 && len != -ENODATA) {
			pr_warn_ratelimited("%s: " DFID
					    ": cannot read the layout of an unlinked file: rc = %d\n",
					    mdt->mdt_lt->lt_name, PFID(&o->mo_fid), len);
			mdt_object_put(o);
			return;
		}
	}
	rc = mdt_orphan_reap_inode(o);
	if (rc)
		pr_warn_ratelimited("%s: " DFID ": cannot remove an unlinked file: rc = %d\n",
				    mdt->mdt_lt->lt_name, PFID(&o->mo_fid), rc);
	mdt_object_put(o);
}

static void mdt_orphan_reap_work(struct work_struct *work)
{
	struct mdt_device *mdt = container_of(work, struct mdt_device, mdt_reap_work);
	struct mdt_object *o;

	for (;;) {
		spin_lock(&mdt->mdt_reap_lock);
		o = list_first_entry_or_null(&mdt->mdt_reap_list, struct mdt_object, mo_reap);
		if (o)
			list_del_init(&o->mo_reap);
		spin_unlock(&mdt->mdt_reap_lock);
		if (!o)
			return;
		mdt_orphan_reap(o);
		cond_resched();
	}
}

/* ---- what a mount finds ---- */

struct mdt_orphan_scan {
	struct mdt_device	*mdt;
	unsigned int		nr;
};

static int mdt_orphan_boot_entry(void *ctx, const struct osd_dirent *de)
{
	struct mdt_orphan_scan *bs = ctx;
	struct mdt_object *o;
	struct lu_fid fid;

	if (de->namelen < 5 || de->name[0] != '[' || fid_is_zero(&de->fid))
		return 0;
	fid = de->fid;
	o = mdt_object_find(bs->mdt, &fid);
	if (IS_ERR(o)) {
		pr_warn("%s: cannot open PENDING/%.*s: rc = %ld\n", bs->mdt->mdt_lt->lt_name,
			de->namelen, de->name, PTR_ERR(o));
		return 0;
	}
	o->mo_dead = true;
	o->mo_pending = true;
	list_add_tail(&o->mo_reap, &bs->mdt->mdt_boot_orphans);
	bs->nr++;
	return 0;
}

/* After recovery: destroy what no client opened again, and the files of mdt_orphan_later(). */
static void mdt_orphan_boot_work(struct work_struct *work)
{
	struct mdt_device *mdt = container_of(work, struct mdt_device, mdt_boot_work.work);
	struct mdt_object *o;
	LIST_HEAD(list);
	int rc;

	if (mdt_recovering(mdt)) {
		queue_delayed_work(mdt->mdt_wq, &mdt->mdt_boot_work, HZ);
		return;
	}
	spin_lock(&mdt->mdt_reap_lock);
	list_splice_init(&mdt->mdt_boot_orphans, &list);
	spin_unlock(&mdt->mdt_reap_lock);
	if (list_empty(&list))
		return;
	/* The unlink of a file that was closed since the mount may not be on disk yet. */
	rc = osd_sync(mdt->mdt_osd);
	while (!list_empty(&list)) {
		bool reap;

		o = list_first_entry(&list, struct mdt_object, mo_reap);
		spin_lock(&mdt->mdt_reap_lock);
		list_del_init(&o->mo_reap);
		spin_unlock(&mdt->mdt_reap_lock);
		mutex_lock(&o->mo_mutex);
		reap = !rc && !o->mo_opens && !o->mo_reaping;
		if (reap)
			o->mo_reaping = true;
		mutex_unlock(&o->mo_mutex);
		if (reap)
			mdt_orphan_queue(o);
		else
			mdt_object_put(o);
	}
}

/**
 * mdt_orphan_start - open PENDING/ and take up what is in it
 * @mdt: the target
 *
 * Return: 0 or -errno.
 */
int mdt_orphan_start(struct mdt_device *mdt)
{
	struct mdt_orphan_scan bs = { .mdt = mdt };
	struct osd_object *keep;
	int rc;

	keep = osd_local_open(mdt->mdt_osd, PENDING_DIR "/keep", true);
	if (IS_ERR(keep))
		return PTR_ERR(keep);
	osd_object_put(keep);
	mdt->mdt_pending = osd_local_open(mdt->mdt_osd, PENDING_DIR, false);
	if (IS_ERR(mdt->mdt_pending)) {
		rc = PTR_ERR(mdt->mdt_pending);
		mdt->mdt_pending = NULL;
		return rc;
	}
	rc = osd_dir_iterate(mdt->mdt_pending, 0, mdt_orphan_boot_entry, &bs);
	if (rc < 0)
		pr_warn("%s: cannot read PENDING: rc = %d\n", mdt->mdt_lt->lt_name, rc);
	if (bs.nr)
		pr_info("%s: %u unlinked files to clean up\n", mdt->mdt_lt->lt_name, bs.nr);
	return 0;
}

/**
 * mdt_orphan_config_done - the OSTs are known: after recovery, destroy what the mount has found
 * @mdt: the target
 */
void mdt_orphan_config_done(struct mdt_device *mdt)
{
	queue_delayed_work(mdt->mdt_wq, &mdt->mdt_boot_work, HZ);
}

/**
 * mdt_orphan_init - lists and work items, before anything else of this file
 * @mdt: the target
 */
void mdt_orphan_init(struct mdt_device *mdt)
{
	INIT_LIST_HEAD(&mdt->mdt_boot_orphans);
	INIT_LIST_HEAD(&mdt->mdt_reap_list);
	spin_lock_init(&mdt->mdt_reap_lock);
	INIT_WORK(&mdt->mdt_reap_work, mdt_orphan_reap_work);
	INIT_DELAYED_WORK(&mdt->mdt_boot_work, mdt_orphan_boot_work);
}

/**
 * mdt_orphan_stop - end the work on removed files; the next mount continues it
 * @mdt: the target; no transactions run any more, the OSPs have given their jobs back
 */
void mdt_orphan_stop(struct mdt_device *mdt)
{
	struct mdt_object *o, *n;

	cancel_delayed_work_sync(&mdt->mdt_boot_work);
	list_for_each_entry_safe(o, n, &mdt->mdt_boot_orphans, mo_reap) {
		list_del_init(&o->mo_reap);
		mdt_object_put(o);
	}
	osd_sync(mdt->mdt_osd);		/* commit callbacks */
	drain_workqueue(mdt->mdt_wq);
	osd_object_put(mdt->mdt_pending);
	mdt->mdt_pending = NULL;
}
