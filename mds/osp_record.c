// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the OSTs still have to be told, on disk: the local file osp_changes is an array of FIDs, zero
 * where a slot is free. The FID of a file: its OST objects have to get its owner, group and project
 * (of the moment when they are told). An IDIF: that object was taken for a file that was not made
 * after all, and has to go. A record is written in the transaction that makes it true and cleared
 * when all OSTs concerned have committed the change; so it survives a crash of either side. (For the
 * objects of deleted files PENDING/ does this, mdt_orphan.c.)
 *
 * In memory a record is on or_list of mdt_rec_todo, in work with requests under way (a file then has
 * it in mo_owner, changed under mo_mutex), or on mdt_rec_done. Lock: mdt_rec_lock, a spinlock inside
 * of all others; the steps run in the work item.
 */
#define pr_fmt(fmt) "osp: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define RECORD_FILE	"osp_changes"
#define RECORDS_ACTIVE	16384	/* in work at a time */

static void rec_queue(struct osp_record *r, struct list_head *list)
{
	struct mdt_device *mdt = r->or_mdt;

	spin_lock(&mdt->mdt_rec_lock);
	list_add_tail(&r->or_list, list);
	spin_unlock(&mdt->mdt_rec_lock);
	queue_work(mdt->mdt_wq, &mdt->mdt_rec_work);
}

static void rec_committed(void *data, int error)
{
	struct osp_record *r = data;

	/* After a failed commit the next mount looks at what is on disk. */
	if (error)
		kfree(r);
	else
		rec_queue(r, &r->or_mdt->mdt_rec_todo);
}

static struct osp_record *rec_new(struct mdt_device *mdt, const struct lu_fid *fid, int slot)
{
	struct osp_record *r = kzalloc(sizeof(*r), GFP_NOFS);

	if (!r)
		return NULL;
	r->or_mdt = mdt;
	r->or_fid = *fid;
	r->or_slot = slot;
	INIT_LIST_HEAD(&r->or_list);
	return r;
}

static int rec_write(struct osd_trans *th, struct mdt_device *mdt, int slot,
		     const struct lu_fid *fid)
{
	struct lu_fid_le le = {};

	if (fid)
		fid_to_le(&le, fid);
	return osd_buf_write(th, mdt->mdt_rec_file, &le, sizeof(le), (u64)slot * sizeof(le));
}

static int rec_add(struct osd_trans *th, struct mdt_device *mdt, const struct lu_fid *fid)
{
	int rc, slot = ida_alloc(&mdt->mdt_rec_ida, GFP_NOFS);
	struct osp_record *r;

	if (slot < 0)
		return slot;
	r = rec_new(mdt, fid, slot);
	rc = r ? rec_write(th, mdt, slot, fid) : -ENOMEM;
	if (rc) {
		ida_free(&mdt->mdt_rec_ida, slot);
		kfree(r);
		return rc;
	}
	osd_trans_commit_cb(th, rec_committed, r);
	return 0;
}

/**
 * osp_record_owner - the OSTs have to be told the owner of a file
 * @th: transaction that changes it, with OSP_CR_RECORD
 * @o: the file, mo_mutex held
 *
 * Return: 0, -ENOMEM, -errno of the write.
 */
int osp_record_owner(struct osd_trans *th, struct mdt_object *o)
{
	if (o->mo_owner) {	/* its record stays until the new values are there, too */
		o->mo_owner->or_again = true;
		return 0;
	}
	return rec_add(th, o->mo_mdt, &o->mo_fid);
}

/**
 * osp_record_unused - an object that no file got has to go
 * @osp: the OST
 * @id: never to be given away again
 *
 * No transaction may be open. When this fails an empty object is left over.
 */
void osp_record_unused(struct osp_device *osp, u64 id)
{
	struct mdt_device *mdt = osp->od_mdt;
	struct osd_trans *th;
	struct lu_fid fid;
	int rc;

	th = tgt_trans_start_local(mdt->mdt_lt, OSP_CR_RECORD + OSD_CR_BUF_WRITE);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		/* The id counts as used: a cleanup on the OST must not make it free again. */
		rc = osp_write_used(th, osp, id);
		if (!rc)
			rc = idif_to_fid(&fid, id, osp->od_index);
		if (!rc)
			rc = rec_add(th, mdt, &fid);
		tgt_trans_stop_local(mdt->mdt_lt, th);
	}
	if (rc)
		pr_warn_ratelimited("%s: unused object %llu is left over: %d\n", osp->od_name, id,
				    rc);
}

/* One request of the record ended, or all are sent. */
static void rec_end(void *arg, bool ok)
{
	struct osp_record *r = arg;

	if (!ok)
		WRITE_ONCE(r->or_failed, true);
	if (atomic_dec_and_test(&r->or_left))
		rec_queue(r, &r->or_mdt->mdt_rec_done);
}

/* Told and committed, or nothing to tell: forget it on disk, too. */
static void rec_clear(struct osp_record *r)
{
	struct mdt_device *mdt = r->or_mdt;
	struct osd_trans *th;
	int rc;

	th = tgt_trans_start_local(mdt->mdt_lt, OSP_CR_RECORD);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		rc = rec_write(th, mdt, r->or_slot, NULL);
		tgt_trans_stop_local(mdt->mdt_lt, th);
	}
	if (!rc)
		ida_free(&mdt->mdt_rec_ida, r->or_slot);
	kfree(r);
}

/* Send the owner of a file as it is now; mo_mutex held. */
static void send_owner(struct osp_record *r)
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
		ok = osp_send_owner(o->mo_mdt, ea, len, &la, &r->or_left, rec_end, r);
	kvfree(ea);
	rec_end(r, ok);
}

static void rec_start_owner(struct osp_record *r)
{
	struct mdt_device *mdt = r->or_mdt;
	struct mdt_object *o = mdt_object_find(mdt, &r->or_fid);
	bool send = false;

	if (IS_ERR(o)) {
		if (PTR_ERR(o) == -ENOENT)
			rec_clear(r);
		else
			kfree(r);	/* the next mount tries again */
		return;
	}
	mutex_lock(&o->mo_mutex);
	if (o->mo_owner) {
		o->mo_owner->or_again = true;
	} else if (!o->mo_dead) {
		r->or_obj = o;
		o->mo_owner = r;
		mdt->mdt_rec_active++;
		send_owner(r);
		send = true;
	}
	mutex_unlock(&o->mo_mutex);
	if (!send) {
		rec_clear(r);
		mdt_object_put(o);
	}
}

static void rec_start_unused(struct osp_record *r)
{
	struct osp_device *osp = mdt_lod_get(r->or_mdt, idif_ost_idx(&r->or_fid));

	r->or_mdt->mdt_rec_active++;
	atomic_set(&r->or_left, 1);
	if (osp)
		osp_send_destroy(osp, idif_id(&r->or_fid), rec_end, r);
	else
		rec_end(r, false);
	osp_put(osp);
}

static void rec_done(struct osp_record *r)
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
			send_owner(r);
		} else {
			o->mo_owner = NULL;
		}
		mutex_unlock(&o->mo_mutex);
	}
	if (again)
		return;
	if (r->or_failed)
		kfree(r);	/* the slot stays: the next mount tries again */
	else
		rec_clear(r);
	mdt_object_put(o);
}

static struct osp_record *rec_next(struct mdt_device *mdt, struct list_head *list)
{
	struct osp_record *r;

	spin_lock(&mdt->mdt_rec_lock);
	r = list_first_entry_or_null(list, struct osp_record, or_list);
	if (r)
		list_del_init(&r->or_list);
	spin_unlock(&mdt->mdt_rec_lock);
	return r;
}

static void rec_work(struct work_struct *work)
{
	struct mdt_device *mdt = container_of(work, struct mdt_device, mdt_rec_work);
	struct osp_record *r;

	for (;;) {
		r = rec_next(mdt, &mdt->mdt_rec_done);
		if (r) {
			rec_done(r);
		} else {
			if (mdt->mdt_rec_active >= RECORDS_ACTIVE)
				return;
			r = rec_next(mdt, &mdt->mdt_rec_todo);
			if (!r)
				return;
			if (fid_is_idif(&r->or_fid))
				rec_start_unused(r);
			else
				rec_start_owner(r);
		}
		cond_resched();
	}
}

void osp_record_init(struct mdt_device *mdt)
{
	spin_lock_init(&mdt->mdt_rec_lock);
	INIT_LIST_HEAD(&mdt->mdt_rec_todo);
	INIT_LIST_HEAD(&mdt->mdt_rec_done);
	INIT_WORK(&mdt->mdt_rec_work, rec_work);
	ida_init(&mdt->mdt_rec_ida);
}

static int rec_load(struct mdt_device *mdt, const struct lu_fid_le *le, u64 slot)
{
	struct osp_record *r;
	struct lu_fid fid;
	int rc;

	fid_from_le(&fid, le);
	if (fid_is_zero(&fid))
		return 0;
	if (slot > INT_MAX || (!fid_is_norm(&fid) && !fid_is_igif(&fid) && !fid_is_idif(&fid))) {
		pr_warn("%s: " RECORD_FILE ": slot %llu is damaged\n", mdt->mdt_lt->lt_name, slot);
		return 0;
	}
	rc = ida_alloc_range(&mdt->mdt_rec_ida, slot, slot, GFP_KERNEL);
	if (rc < 0)
		return rc;
	r = rec_new(mdt, &fid, slot);
	if (!r)
		return -ENOMEM;
	list_add_tail(&r->or_list, &mdt->mdt_rec_todo);
	return 0;
}

/**
 * osp_record_start - open the file and take up what is in it
 * @mdt: the target
 *
 * Return: 0 or -errno.
 */
int osp_record_start(struct mdt_device *mdt)
{
	const u32 step = 256;
	struct osd_object *f;
	struct lu_fid_le *le;
	ssize_t n;
	u64 pos = 0, i;
	int rc = 0;

	f = osd_local_open(mdt->mdt_osd, RECORD_FILE, true);
	if (IS_ERR(f))
		return PTR_ERR(f);
	mdt->mdt_rec_file = f;
	le = kmalloc_array(step, sizeof(*le), GFP_KERNEL);
	if (!le)
		return -ENOMEM;
	do {
		n = osd_buf_read(f, le, step * sizeof(*le), pos * sizeof(*le));
		if (n < 0)
			rc = n;
		for (i = 0; !rc && i < n / sizeof(*le); i++)
			rc = rec_load(mdt, &le[i], pos + i);
		pos += step;
	} while (!rc && n == step * sizeof(*le));
	kfree(le);
	return rc;
}

/* The OSTs are known now. */
void osp_record_config_done(struct mdt_device *mdt)
{
	queue_work(mdt->mdt_wq, &mdt->mdt_rec_work);
}

/* No transactions run any more, the OSPs have given their jobs back, the work item has run. */
void osp_record_stop(struct mdt_device *mdt)
{
	struct osp_record *r, *n;

	list_for_each_entry_safe(r, n, &mdt->mdt_rec_todo, or_list)
		kfree(r);
	INIT_LIST_HEAD(&mdt->mdt_rec_todo);
	ida_destroy(&mdt->mdt_rec_ida);
	osd_object_put(mdt->mdt_rec_file);
	mdt->mdt_rec_file = NULL;
}
