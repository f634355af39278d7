// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unlinked files that still have objects on OSTs. Such a file keeps its inode, with a name (its
 * FID) in the local directory PENDING/, in the same transaction that takes its last name; so a
 * crash loses neither an open unlinked file nor the objects to destroy. When nobody has it open and
 * that transaction is committed, its OST objects are destroyed, then the inode and the name in
 * PENDING/ go.
 *
 * Only a bounded number of dead files is in memory: REAP_ACTIVE_MAX at the OSTs, and what was
 * unlinked since the last commit. A file of an OST that is away, or beyond the bound, is parked: it
 * is forgotten in memory and waits in PENDING/. A scan of PENDING/ takes up parked files, and those
 * of earlier mounts: after a mount, once recovery has ended (replayed opens may take them before),
 * whenever an OST comes back, and when there is room again. Whoever loads such a file asks PENDING/
 * whether it is dead (mdt_orphan_load()).
 *
 * An object handed to the reaper (mo_reaping) carries one reference. The work items run one at a
 * time (mdt_wq). mdt_reap_lock is a spinlock inside of all others.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include <linux/wait_bit.h>
#include "mdt_internal.h"

#define PENDING_DIR		"PENDING"
#define ORPHAN_RETRY_SECS	5
#define REAP_ACTIVE_MAX		1024	/* files whose objects are being destroyed */
#define ORPHAN_SCAN_BATCH	256	/* files that one commit covers */

static int mdt_orphan_name(const struct lu_fid *fid, char *buf, size_t size)
{
	return scnprintf(buf, size, DFID, PFID(fid));
}

/**
 * mdt_orphan_load - find out whether an object that was just loaded is a dead file
 * @o: in the table with MDT_OF_LOADING, so that others who find it wait
 */
void mdt_orphan_load(struct mdt_object *o)
{
	struct mdt_device *mdt = o->mo_mdt;
	char name[FID_LEN];
	struct lu_fid fid;
	int len;

	if (mdt->mdt_pending && S_ISREG(o->mo_osd->oo_type) &&
	    atomic_read(&mdt->mdt_pending_names)) {
		len = mdt_orphan_name(&o->mo_fid, name, sizeof(name));
		if (!osd_dir_lookup(mdt->mdt_pending, name, len, &fid)) {
			o->mo_dead = true;
			o->mo_pending = true;
		}
	}
	clear_and_wake_up_bit(MDT_OF_LOADING, &o->mo_reap_flags);
}

/**
 * mdt_orphan_add - give a file whose last name goes a name in PENDING/
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
	if (!rc) {
		o->mo_pending = true;
		atomic_inc(&o->mo_mdt->mdt_pending_names);
	}
	return rc;
}

/* To the worker; takes over a reference. */
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
	if (error)
		WRITE_ONCE(o->mo_mdt->mdt_reap_off, true);
	mdt_orphan_queue(o);
}

/**
 * mdt_orphan_commit - destroy the objects of a dead file once this transaction is on disk
 * @th: the transaction of the unlink or of the last close
 * @o: the file, mo_mutex held, mo_pending and not open
 */
void mdt_orphan_commit(struct osd_trans *th, struct mdt_object *o)
{
	/* In recovery a client may still say that it has the file open: the next scan decides. */
	if (o->mo_reaping || mdt_recovering(o->mo_mdt))
		return;
	o->mo_reaping = true;
	mdt_object_get(o);
	osd_trans_commit_cb(th, mdt_orphan_committed, o);
}

/**
 * mdt_orphan_later - the same after a last close that could not have a transaction
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
		list_add_tail(&o->mo_reap, &mdt->mdt_reap_closed);
	}
	spin_unlock(&mdt->mdt_reap_lock);
	queue_delayed_work(mdt->mdt_wq, &mdt->mdt_scan_work, ORPHAN_RETRY_SECS * HZ);
}

/**
 * mdt_orphan_scan - look for dead files in PENDING/ that can be dealt with now
 * @mdt: the target
 *
 * An OST is back, or a bound does not hold any more. Context: any that may take spinlocks.
 */
void mdt_orphan_scan(struct mdt_device *mdt)
{
	spin_lock(&mdt->mdt_reap_lock);
	mdt->mdt_scan_wanted = true;
	spin_unlock(&mdt->mdt_reap_lock);
	queue_delayed_work(mdt->mdt_wq, &mdt->mdt_scan_work, 0);
}

/**
 * mdt_orphan_finish - the OST objects of a dead file are dealt with
 * @o: the file; the reaper's reference comes back with it
 * @done: all are destroyed; false: an OST went away or the target stops
 *
 * Called by osp, any context that may take spinlocks.
 */
void mdt_orphan_finish(struct mdt_object *o, bool done)
{
	set_bit(done ? MDT_OF_REAP_DONE : MDT_OF_REAP_LATER, &o->mo_reap_flags);
	mdt_orphan_queue(o);
}

/* Last step: name and inode. */
static int mdt_orphan_remove(struct mdt_object *o)
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
	if (!rc)
		atomic_dec(&mdt->mdt_pending_names);
	return rc ?: rc2;
}

/* Forget the file in memory; a scan will find it in PENDING/. */
static void mdt_orphan_park(struct mdt_object *o)
{
	mutex_lock(&o->mo_mutex);
	clear_bit(MDT_OF_REAP_DONE, &o->mo_reap_flags);
	clear_bit(MDT_OF_REAP_LATER, &o->mo_reap_flags);
	o->mo_reaping = false;
	mutex_unlock(&o->mo_mutex);
	mdt_object_put(o);
}

/* One file less at the OSTs. */
static void mdt_orphan_inactive(struct mdt_device *mdt)
{
	bool scan;

	mdt->mdt_reap_active--;
	scan = mdt->mdt_scan_no_room && mdt->mdt_reap_active <= REAP_ACTIVE_MAX / 2;
	if (scan) {
		mdt->mdt_scan_no_room = false;
		mdt_orphan_scan(mdt);
	}
}

/* Send for the objects of the file. True: mdt_orphan_finish() follows. */
static bool mdt_orphan_destroy_objects(struct mdt_object *o, const void *ea, u32 len)
{
	struct mdt_device *mdt = o->mo_mdt;

	if (mdt->mdt_reap_active >= REAP_ACTIVE_MAX) {
		mdt->mdt_scan_no_room = true;
		return false;
	}
	if (!mdt_objects_reachable(mdt, ea, len))
		return false;
	mdt->mdt_reap_active++;
	mdt_objects_destroy(o, ea, len);
	return true;
}

static void mdt_orphan_begin(struct mdt_object *o)
{
	struct mdt_device *mdt = o->mo_mdt;
	void *ea = NULL;
	bool sent;
	int len;

	len = mdt_xattr_get_alloc(o, XATTR_NAME_LOV, &ea);
	if (len > 0 && !wire_lov_check(ea, len)) {
		sent = mdt_orphan_destroy_objects(o, ea, len);
		kvfree(ea);
		if (!sent)
			mdt_orphan_park(o);
		return;
	}
	kvfree(ea);
	if (len < 0 && len != -ENODATA) {
		pr_warn_ratelimited("%s: layout of the unlinked file " DFID
				    " cannot be read, its objects stay: rc = %d\n",
				    mdt->mdt_lt->lt_name, PFID(&o->mo_fid), len);
		mdt_orphan_park(o);
		return;
	}
	set_bit(MDT_OF_REAP_DONE, &o->mo_reap_flags);
	mdt->mdt_reap_active++;
	mdt_orphan_queue(o);
}

static void mdt_orphan_step(struct mdt_object *o)
{
	struct mdt_device *mdt = o->mo_mdt;
	bool later = test_bit(MDT_OF_REAP_LATER, &o->mo_reap_flags);
	bool done = test_bit(MDT_OF_REAP_DONE, &o->mo_reap_flags);
	int rc;

	if (later || done)
		mdt_orphan_inactive(mdt);
	if (READ_ONCE(mdt->mdt_reap_off)) {
		mdt_object_put(o);	/* still mo_reaping: nobody tries again in this mount */
	} else if (later) {
		mdt_orphan_park(o);
	} else if (!done) {
		mdt_orphan_begin(o);
	} else {
		rc = mdt_orphan_remove(o);
		if (rc)
			pr_warn_ratelimited("%s: the unlinked file " DFID
					    " cannot be removed: rc = %d\n",
					    mdt->mdt_lt->lt_name, PFID(&o->mo_fid), rc);
		mdt_object_put(o);
	}
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
		mdt_orphan_step(o);
		cond_resched();
	}
}

/* ---- the scan of PENDING/ ---- */

struct orphan_scan {
	struct mdt_device	*mdt;
	struct list_head	found;	/* referenced, by mo_reap */
	unsigned int		nr;
	u64			hash;	/* of the first entry that was not taken */
};

static bool mdt_orphan_entry(const struct osd_dirent *de)
{
	return de->namelen >= 5 && de->name[0] == '[' && !fid_is_zero(&de->fid);
}

static int mdt_orphan_scan_entry(void *ctx, const struct osd_dirent *de)
{
	struct orphan_scan *os = ctx;
	struct mdt_object *o;
	bool take;

	if (!mdt_orphan_entry(de))
		return 0;
	if (os->nr == ORPHAN_SCAN_BATCH) {
		os->hash = de->hash;
		return 1;
	}
	o = mdt_object_find(os->mdt, &de->fid);
	if (IS_ERR(o)) {
		pr_warn_ratelimited("%s: " PENDING_DIR "/%.*s cannot be read: rc = %ld\n",
				    os->mdt->mdt_lt->lt_name, de->namelen, de->name, PTR_ERR(o));
		return 0;
	}
	mutex_lock(&o->mo_mutex);
	take = o->mo_dead && !o->mo_opens && !o->mo_reaping && list_empty(&o->mo_reap);
	if (take)
		o->mo_reaping = true;
	mutex_unlock(&o->mo_mutex);
	if (take) {
		list_add_tail(&o->mo_reap, &os->found);
		os->nr++;
	} else {
		mdt_object_put(o);
	}
	return 0;
}

/* Files that were closed without a transaction. */
static void mdt_orphan_take_closed(struct mdt_device *mdt, struct orphan_scan *os)
{
	struct mdt_object *o, *tmp;
	LIST_HEAD(list);

	spin_lock(&mdt->mdt_reap_lock);
	list_splice_init(&mdt->mdt_reap_closed, &list);
	spin_unlock(&mdt->mdt_reap_lock);
	list_for_each_entry_safe(o, tmp, &list, mo_reap) {
		bool reap;

		mutex_lock(&o->mo_mutex);
		spin_lock(&mdt->mdt_reap_lock);
		list_del_init(&o->mo_reap);
		spin_unlock(&mdt->mdt_reap_lock);
		reap = !o->mo_opens && !o->mo_reaping;
		if (reap) {
			o->mo_reaping = true;
			list_add_tail(&o->mo_reap, &os->found);
		}
		mutex_unlock(&o->mo_mutex);
		if (!reap)
			mdt_object_put(o);
	}
}

/* The next batch of names. True: a pass is not at its end. */
static bool mdt_orphan_scan_names(struct mdt_device *mdt, struct orphan_scan *os)
{
	int rc;

	if (!mdt->mdt_scanning) {
		spin_lock(&mdt->mdt_reap_lock);
		mdt->mdt_scanning = mdt->mdt_scan_wanted;
		mdt->mdt_scan_wanted = false;
		spin_unlock(&mdt->mdt_reap_lock);
		mdt->mdt_scan_hash = 0;
	}
	if (!mdt->mdt_scanning)
		return false;
	if (mdt->mdt_reap_active >= REAP_ACTIVE_MAX) {
		mdt->mdt_scan_no_room = true;
		return false;
	}
	rc = osd_dir_iterate(mdt->mdt_pending, mdt->mdt_scan_hash, mdt_orphan_scan_entry, os);
	if (rc < 0)
		pr_warn("%s: " PENDING_DIR " cannot be read: rc = %d\n", mdt->mdt_lt->lt_name, rc);
	mdt->mdt_scanning = rc == 1;
	mdt->mdt_scan_hash = os->hash;
	return rc == 1 || mdt->mdt_scan_wanted;
}

static void mdt_orphan_scan_work(struct work_struct *work)
{
	struct mdt_device *mdt = container_of(work, struct mdt_device, mdt_scan_work.work);
	struct orphan_scan os = { .mdt = mdt, .found = LIST_HEAD_INIT(os.found) };
	struct mdt_object *o;
	bool more;
	int rc;

	if (READ_ONCE(mdt->mdt_reap_off))
		return;
	if (mdt_recovering(mdt)) {
		queue_delayed_work(mdt->mdt_wq, &mdt->mdt_scan_work, HZ);
		return;
	}
	mdt_orphan_take_closed(mdt, &os);
	more = mdt_orphan_scan_names(mdt, &os);
	/* Of those that died since the mount the unlink may not be on disk yet. */
	rc = list_empty(&os.found) ? 0 : osd_sync(mdt->mdt_osd);
	if (rc)
		WRITE_ONCE(mdt->mdt_reap_off, true);
	while (!list_empty(&os.found)) {
		o = list_first_entry(&os.found, struct mdt_object, mo_reap);
		list_del_init(&o->mo_reap);
		mdt_orphan_queue(o);
	}
	/* Behind the reaper in mdt_wq. */
	if (more)
		queue_delayed_work(mdt->mdt_wq, &mdt->mdt_scan_work, 0);
}

/* ---- start and stop ---- */

static int mdt_orphan_count(void *ctx, const char *name, size_t len)
{
	struct mdt_device *mdt = ctx;

	if (len >= 5 && name[0] == '[')
		atomic_inc(&mdt->mdt_pending_names);
	return 0;
}

/**
 * mdt_orphan_start - open PENDING/
 * @mdt: the target
 *
 * Return: 0 or -errno.
 */
int mdt_orphan_start(struct mdt_device *mdt)
{
	struct osd_object *dir = osd_local_open(mdt->mdt_osd, PENDING_DIR, false);
	int rc;

	/* The first file makes the directory. */
	if (dir == ERR_PTR(-ENOENT))
		dir = osd_local_open(mdt->mdt_osd, PENDING_DIR "/keep", true);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	osd_object_put(dir);
	rc = osd_local_readdir(mdt->mdt_osd, PENDING_DIR, mdt_orphan_count, mdt);
	if (rc < 0)
		return rc;
	mdt->mdt_pending = osd_local_open(mdt->mdt_osd, PENDING_DIR, false);
	if (IS_ERR(mdt->mdt_pending)) {
		rc = PTR_ERR(mdt->mdt_pending);
		mdt->mdt_pending = NULL;
		return rc;
	}
	if (atomic_read(&mdt->mdt_pending_names))
		pr_info("%s: %d unlinked files to clean up\n", mdt->mdt_lt->lt_name,
			atomic_read(&mdt->mdt_pending_names));
	return 0;
}

/* The OSTs are known now: after recovery what is in PENDING/ may go. */
void mdt_orphan_config_done(struct mdt_device *mdt)
{
	mdt->mdt_scan_wanted = true;
	queue_delayed_work(mdt->mdt_wq, &mdt->mdt_scan_work, HZ);
}

void mdt_orphan_init(struct mdt_device *mdt)
{
	INIT_LIST_HEAD(&mdt->mdt_reap_closed);
	INIT_LIST_HEAD(&mdt->mdt_reap_list);
	spin_lock_init(&mdt->mdt_reap_lock);
	INIT_WORK(&mdt->mdt_reap_work, mdt_orphan_reap_work);
	INIT_DELAYED_WORK(&mdt->mdt_scan_work, mdt_orphan_scan_work);
}

/**
 * mdt_orphan_stop - end the work on removed files; the next mount continues it
 * @mdt: the target; no transactions run any more, the OSPs have given their jobs back
 */
void mdt_orphan_stop(struct mdt_device *mdt)
{
	struct mdt_object *o, *n;

	WRITE_ONCE(mdt->mdt_reap_off, true);
	cancel_delayed_work_sync(&mdt->mdt_scan_work);
	list_for_each_entry_safe(o, n, &mdt->mdt_reap_closed, mo_reap) {
		list_del_init(&o->mo_reap);
		mdt_object_put(o);
	}
	osd_sync(mdt->mdt_osd);		/* commit callbacks */
	drain_workqueue(mdt->mdt_wq);
	osd_object_put(mdt->mdt_pending);
	mdt->mdt_pending = NULL;
}
