// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the OSTs still have to be told, on disk: the local file osp_changes is an array of FIDs,
 * zero where a slot is free. The FID of a file: its OST objects have to get its owner, group and
 * project (of the moment when they are told). An IDIF: that object was taken for a file that was
 * not made after all, or is in no layout any more, and has to go. A record is written in the
 * transaction that makes it true and cleared when all OSTs concerned have committed the change; so
 * it survives a crash of either side.
 * (For the objects of deleted files PENDING/ does this, mdt_orphan.c.)
 *
 * In memory a record is on or_list of mdt_rec_todo, in work with requests under way (a file then
 * has it in mo_owner, changed under mo_mutex), or on mdt_rec_done. There are at most RECORDS_MAX,
 * beside those of the transactions that are not committed yet: others, and those whose OST is away,
 * are on disk only, until a scan of the file takes them up: when there is room again, or an OST
 * comes back. mdt_rec_ida has the slots in use, mdt_rec_mem those whose record is in memory.
 *
 * Lock: mdt_rec_lock, a spinlock inside of all others; the steps and the scan run in the work item.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define RECORD_FILE	"osp_changes"
#define RECORDS_ACTIVE	1024	/* in work at a time */
#define RECORDS_MAX	4096	/* in memory, of the scan */
#define RECORDS_STEP	256	/* read at once */

static void mdt_record_free(struct mdt_record *r)
{
	if (!r)
		return;
	ida_free(&r->or_mdt->mdt_rec_mem, r->or_slot);
	atomic_dec(&r->or_mdt->mdt_rec_count);
	kfree(r);
}

static void mdt_record_queue(struct mdt_record *r, struct list_head *list)
{
	struct mdt_device *mdt = r->or_mdt;

	spin_lock(&mdt->mdt_rec_lock);
	list_add_tail(&r->or_list, list);
	spin_unlock(&mdt->mdt_rec_lock);
	queue_work(mdt->mdt_wq, &mdt->mdt_rec_work);
}

static void mdt_record_committed(void *data, int error)
{
	struct mdt_record *r = data;

	/* After a failed commit the next mount looks at what is on disk. */
	if (error)
		mdt_record_free(r);
	else
		mdt_record_queue(r, &r->or_mdt->mdt_rec_todo);
}

/* ERR_PTR: -ENOMEM; -ENOSPC: the record of the slot is in memory already. */
static struct mdt_record *mdt_record_new(struct mdt_device *mdt, const struct lu_fid *fid, int slot)
{
	struct mdt_record *r = kzalloc(sizeof(*r), GFP_NOFS);
	int rc;

	if (!r)
		return ERR_PTR(-ENOMEM);
	rc = ida_alloc_range(&mdt->mdt_rec_mem, slot, slot, GFP_NOFS);
	if (rc < 0) {
		kfree(r);
		return ERR_PTR(rc);
	}
	atomic_inc(&mdt->mdt_rec_count);
	r->or_mdt = mdt;
	r->or_fid = *fid;
	r->or_slot = slot;
	INIT_LIST_HEAD(&r->or_list);
	return r;
}

static int mdt_record_write(struct osd_trans *th, struct mdt_device *mdt, int slot,
			    const struct lu_fid *fid)
{
	struct lu_fid_le le = {};

	if (fid)
		fid_to_le(&le, fid);
	return osd_buf_write(th, mdt->mdt_rec_file, &le, sizeof(le), (u64)slot * sizeof(le));
}

static int mdt_record_add(struct osd_trans *th, struct mdt_device *mdt, const struct lu_fid *fid)
{
	int rc, slot = ida_alloc(&mdt->mdt_rec_ida, GFP_NOFS);
	struct mdt_record *r;

	if (slot < 0)
		return slot;
	r = mdt_record_new(mdt, fid, slot);
	rc = PTR_ERR_OR_ZERO(r);
	if (!rc)
		rc = mdt_record_write(th, mdt, slot, fid);
	if (rc) {
		if (!IS_ERR(r))
			mdt_record_free(r);
		ida_free(&mdt->mdt_rec_ida, slot);
		return rc;
	}
	osd_trans_commit_cb(th, mdt_record_committed, r);
	return 0;
}

/**
 * mdt_record_owner - the OSTs have to be told the owner of a file
 * @th: transaction that changes it, with MDT_CR_RECORD
 * @o: the file, mo_mutex held
 *
 * Return: 0, -ENOMEM, -errno of the write.
 */
int mdt_record_owner(struct osd_trans *th, struct mdt_object *o)
{
	if (o->mo_owner) {	/* its record stays until the new values are there, too */
		o->mo_owner->or_again = true;
		return 0;
	}
	return mdt_record_add(th, o->mo_mdt, &o->mo_fid);
}

/**
 * mdt_record_object - an object of a file has to go
 * @th: transaction that takes it out of the layout, with MDT_CR_RECORD
 * @mdt: the target
 * @fid: of the object
 *
 * Return: 0; -EOPNOTSUPP: a kind of name that is not recorded; -ENOMEM, -errno of the write.
 */
int mdt_record_object(struct osd_trans *th, struct mdt_device *mdt, const struct lu_fid *fid)
{
	return fid_is_idif(fid) ? mdt_record_add(th, mdt, fid) : -EOPNOTSUPP;
}

/**
 * mdt_record_unused - an object that no file got has to go
 * @mdt: the target
 * @osp: the OST
 * @id: never to be given away again
 *
 * No transaction may be open. When this fails an empty object is left over.
 */
void mdt_record_unused(struct mdt_device *mdt, struct osp_device *osp, u64 id)
{
	struct osd_trans *th;
	struct lu_fid fid;
	int rc;

	th = tgt_trans_start_local(mdt->mdt_lt, MDT_CR_RECORD + OSD_CR_BUF_WRITE);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		/* The id counts as used: a cleanup on the OST must not make it free again. */
		rc = osp_write_used(th, osp, id);
		if (!rc)
			rc = idif_to_fid(&fid, id, osp->opd_index);
		if (!rc)
			rc = mdt_record_add(th, mdt, &fid);
		tgt_trans_stop_local(mdt->mdt_lt, th);
	}
	if (rc)
		pr_warn_ratelimited("%s: unused object %llu stays on the OST: rc = %d\n",
				    osp->opd_name, id, rc);
}

/* One request of the record ended, or all are sent. */
static void mdt_record_end(void *arg, bool ok)
{
	struct mdt_record *r = arg;

	if (!ok)
		WRITE_ONCE(r->or_failed, true);
	if (atomic_dec_and_test(&r->or_left))
		mdt_record_queue(r, &r->or_mdt->mdt_rec_done);
}

/* Told and committed, or nothing to tell: forget it on disk, too. */
static void mdt_record_clear(struct mdt_record *r)
{
	struct mdt_device *mdt = r->or_mdt;
	struct osd_trans *th;
	int rc;

	th = tgt_trans_start_local(mdt->mdt_lt, MDT_CR_RECORD);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		rc = mdt_record_write(th, mdt, r->or_slot, NULL);
		tgt_trans_stop_local(mdt->mdt_lt, th);
	}
	if (!rc)
		ida_free(&mdt->mdt_rec_ida, r->or_slot);
	mdt_record_free(r);
}

/* Send the owner of a file as it is now; mo_mutex held. */
static void mdt_record_send_owner(struct mdt_record *r)
{
	struct mdt_object *o = r->or_obj;
	struct osd_attr la;
	void *ea = NULL;
	bool ok;
	int len;

	atomic_set(&r->or_left, 1);
	osd_attr_get(o->mo_osd, &la);
	len = mdt_xattr_get_alloc(o, XATTR_NAME_LOV, &ea);
	ok = len >= 0 || len == -ENODATA;
	if (len > 0 && !wire_lov_check(ea, len))
		ok = mdt_objects_send_owner(o->mo_mdt, ea, len, &la, &r->or_left, mdt_record_end,
					    r);
	kvfree(ea);
	mdt_record_end(r, ok);
}

static void mdt_record_begin_owner(struct mdt_record *r)
{
	struct mdt_device *mdt = r->or_mdt;
	struct mdt_object *o = mdt_object_find(mdt, &r->or_fid);
	bool send = false;

	if (IS_ERR(o)) {
		if (PTR_ERR(o) == -ENOENT)
			mdt_record_clear(r);
		else
			mdt_record_free(r);	/* the next scan tries again */
		return;
	}
	mutex_lock(&o->mo_mutex);
	if (o->mo_owner) {
		o->mo_owner->or_again = true;
	} else if (!o->mo_dead) {
		r->or_obj = o;
		o->mo_owner = r;
		mdt->mdt_rec_active++;
		mdt_record_send_owner(r);
		send = true;
	}
	mutex_unlock(&o->mo_mutex);
	if (!send) {
		mdt_record_clear(r);
		mdt_object_put(o);
	}
}

static void mdt_record_begin_unused(struct mdt_record *r)
{
	struct osp_device *osp = mdt_lod_get(r->or_mdt, idif_ost_idx(&r->or_fid));
	struct ost_id oi;

	fid_to_ostid(&oi, &r->or_fid);
	r->or_mdt->mdt_rec_active++;
	atomic_set(&r->or_left, 1);
	if (osp)
		osp_send_destroy(osp, &oi, mdt_record_end, r);
	else
		mdt_record_end(r, false);
	osp_put(osp);
}

static void mdt_record_done(struct mdt_record *r)
{
	struct mdt_object *o = r->or_obj;
	bool again = false;

	r->or_mdt->mdt_rec_active--;
	if (o) {
		mutex_lock(&o->mo_mutex);
		again = r->or_again && !r->or_failed;
		r->or_again = false;
		if (again) {
			r->or_mdt->mdt_rec_active++;
			mdt_record_send_owner(r);
		} else {
			o->mo_owner = NULL;
		}
		mutex_unlock(&o->mo_mutex);
	}
	if (again)
		return;
	if (r->or_failed)
		mdt_record_free(r);	/* the slot stays: the scan finds it when the OST is back */
	else
		mdt_record_clear(r);
	mdt_object_put(o);
}

static struct mdt_record *mdt_record_next(struct mdt_device *mdt, struct list_head *list)
{
	struct mdt_record *r;

	spin_lock(&mdt->mdt_rec_lock);
	r = list_first_entry_or_null(list, struct mdt_record, or_list);
	if (r)
		list_del_init(&r->or_list);
	spin_unlock(&mdt->mdt_rec_lock);
	return r;
}

/* ---- the file ---- */

/*
 * Calls @fn for each record from slot *pos on, and leaves there how far it came. 0; 1: @fn stopped.
 */
static int mdt_record_iterate(struct mdt_device *mdt, u64 *pos,
			      int (*fn)(struct mdt_device *mdt, const struct lu_fid *fid, int slot))
{
	struct lu_fid_le *le = kmalloc_array(RECORDS_STEP, sizeof(*le), GFP_KERNEL);
	struct lu_fid fid;
	ssize_t n, i;
	int rc = 0;

	if (!le)
		return -ENOMEM;
	do {
		n = osd_buf_read(mdt->mdt_rec_file, le, RECORDS_STEP * sizeof(*le),
				 *pos * sizeof(*le));
		if (n < 0)
			rc = n;
		n /= (ssize_t)sizeof(*le);
		for (i = 0; !rc && i < n; i++) {
			fid_from_le(&fid, &le[i]);
			if (!fid_is_zero(&fid) && *pos <= INT_MAX)
				rc = fn(mdt, &fid, *pos);
			if (!rc)
				++*pos;
		}
		cond_resched();
	} while (!rc && n == RECORDS_STEP);
	kfree(le);
	return rc;
}

static int mdt_record_take(struct mdt_device *mdt, const struct lu_fid *fid, int slot)
{
	struct mdt_record *r;

	if (atomic_read(&mdt->mdt_rec_count) >= RECORDS_MAX)
		return 1;
	if (!fid_is_norm(fid) && !fid_is_igif(fid) && !fid_is_idif(fid))
		return 0;
	r = mdt_record_new(mdt, fid, slot);
	if (IS_ERR(r))
		return PTR_ERR(r) == -ENOSPC ? 0 : PTR_ERR(r);
	spin_lock(&mdt->mdt_rec_lock);
	list_add_tail(&r->or_list, &mdt->mdt_rec_todo);
	spin_unlock(&mdt->mdt_rec_lock);
	return 0;
}

/* Take up what is on disk only. True: something may have been found. */
static bool mdt_record_scan_step(struct mdt_device *mdt)
{
	int rc;

	if (atomic_read(&mdt->mdt_rec_count) > RECORDS_MAX / 2)
		return false;
	if (!mdt->mdt_rec_scanning) {
		mdt->mdt_rec_scanning = xchg(&mdt->mdt_rec_scan_wanted, false);
		mdt->mdt_rec_pos = 0;
	}
	if (!mdt->mdt_rec_scanning)
		return false;
	rc = mdt_record_iterate(mdt, &mdt->mdt_rec_pos, mdt_record_take);
	if (rc < 0)
		pr_warn_ratelimited("%s: " RECORD_FILE " cannot be read: rc = %d\n",
				    mdt->mdt_lt->lt_name, rc);
	mdt->mdt_rec_scanning = rc == 1;
	return true;
}

static void mdt_record_begin(struct mdt_record *r)
{
	if (fid_is_idif(&r->or_fid))
		mdt_record_begin_unused(r);
	else
		mdt_record_begin_owner(r);
}

static void mdt_record_work(struct work_struct *work)
{
	struct mdt_device *mdt = container_of(work, struct mdt_device, mdt_rec_work);
	struct mdt_record *r;

	for (;;) {
		r = mdt_record_next(mdt, &mdt->mdt_rec_done);
		if (r) {
			mdt_record_done(r);
			continue;
		}
		if (mdt->mdt_rec_active >= RECORDS_ACTIVE)
			return;
		r = mdt_record_next(mdt, &mdt->mdt_rec_todo);
		if (r)
			mdt_record_begin(r);
		else if (!mdt_record_scan_step(mdt))
			return;
		cond_resched();
	}
}

/**
 * mdt_record_scan - look for records that can be dealt with now
 * @mdt: the target
 *
 * An OST is back. Context: any.
 */
void mdt_record_scan(struct mdt_device *mdt)
{
	WRITE_ONCE(mdt->mdt_rec_scan_wanted, true);
	queue_work(mdt->mdt_wq, &mdt->mdt_rec_work);
}

void mdt_record_init(struct mdt_device *mdt)
{
	spin_lock_init(&mdt->mdt_rec_lock);
	INIT_LIST_HEAD(&mdt->mdt_rec_todo);
	INIT_LIST_HEAD(&mdt->mdt_rec_done);
	INIT_WORK(&mdt->mdt_rec_work, mdt_record_work);
	ida_init(&mdt->mdt_rec_ida);
	ida_init(&mdt->mdt_rec_mem);
}

static int mdt_record_found(struct mdt_device *mdt, const struct lu_fid *fid, int slot)
{
	int rc;

	if (!fid_is_norm(fid) && !fid_is_igif(fid) && !fid_is_idif(fid))
		pr_warn("%s: slot %d of " RECORD_FILE " is damaged and not used\n",
			mdt->mdt_lt->lt_name, slot);
	rc = ida_alloc_range(&mdt->mdt_rec_ida, slot, slot, GFP_KERNEL);
	return min(rc, 0);
}

/**
 * mdt_record_start - open the file and see which slots are in use
 * @mdt: the target
 *
 * Return: 0 or -errno.
 */
int mdt_record_start(struct mdt_device *mdt)
{
	struct osd_object *f = osd_own_open(mdt->mdt_osd, RECORD_FILE);
	u64 pos = 0;

	if (IS_ERR(f))
		return PTR_ERR(f);
	mdt->mdt_rec_file = f;
	return mdt_record_iterate(mdt, &pos, mdt_record_found);
}

/* No transactions run any more, the OSPs have given their jobs back, the work item has run. */
void mdt_record_stop(struct mdt_device *mdt)
{
	struct mdt_record *r, *n;

	list_for_each_entry_safe(r, n, &mdt->mdt_rec_todo, or_list)
		mdt_record_free(r);
	INIT_LIST_HEAD(&mdt->mdt_rec_todo);
	ida_destroy(&mdt->mdt_rec_ida);
	ida_destroy(&mdt->mdt_rec_mem);
	osd_object_put(mdt->mdt_rec_file);
	mdt->mdt_rec_file = NULL;
}
