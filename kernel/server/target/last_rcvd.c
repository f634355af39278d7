// SPDX-License-Identifier: GPL-2.0-only
/*
 * last_rcvd: the header with the epoch of the transnos, and a slot for each client (chapter 2,
 * A.1).
 *
 * The clients in the slots that the last run left are those that may come to the recovery
 * (recovery.c); the mount option abort_recov clears the slots instead, and old clients are told
 * that they were evicted. The epoch in the header grows with each start, so that no transno is
 * given twice.
 *
 * The newest transno on the disk is what the last run committed: the largest of the header and the
 * slots. A slot is written in the transaction of its client's change, the header when a slot is
 * freed. The target starts with it as last_committed, so that a client whose acknowledged change
 * was lost in a crash sees a smaller number than its own.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/xarray.h>
#include "internal.h"

#define SLOT_POS(slot)	(LR_CLIENT_START + (u64)(slot) * LR_CLIENT_SIZE)

static int tgt_lsd_write(struct lu_target *lt)
{
	return tgt_local_write(lt->lt_osd, OSD_CR_BUF_WRITE, lt->lt_last_rcvd, lt->lt_lsd,
			       sizeof(*lt->lt_lsd), 0);
}

int tgt_slot_write(struct lu_target *lt, struct osd_trans *th, u32 slot,
		   const struct lsd_client_data *lcd)
{
	return osd_buf_write(th, lt->lt_last_rcvd, lcd, sizeof(*lcd), SLOT_POS(slot));
}

static int tgt_slot_save(struct lu_target *lt, u32 slot, const struct lsd_client_data *lcd)
{
	return tgt_local_write(lt->lt_osd, OSD_CR_BUF_WRITE, lt->lt_last_rcvd, lcd, sizeof(*lcd),
			       SLOT_POS(slot));
}

static void tgt_lsd_new(struct lu_target *lt)
{
	struct lr_server_data *lsd = lt->lt_lsd;

	memset(lsd, 0, sizeof(*lsd));
	strscpy((char *)lsd->lsd_uuid, lt->lt_pt.pt_uuid,
		sizeof(lsd->lsd_uuid));
	lsd->lsd_server_size = cpu_to_le32(LR_SERVER_SIZE);
	lsd->lsd_client_start = cpu_to_le32(LR_CLIENT_START);
	lsd->lsd_client_size = cpu_to_le16(LR_CLIENT_SIZE);
	lsd->lsd_osd_index = cpu_to_le32(lt->lt_index);
	lsd->lsd_subdir_count = cpu_to_le16(32);
}

/* 0; -EUCLEAN: no run of this target wrote what is in the slot. */
static int tgt_slot_check(struct lu_target *lt, u32 slot, const struct lsd_client_data *lcd)
{
	u64 newest = max(le64_to_cpu(lcd->lcd_last_transno),
			 le64_to_cpu(lcd->lcd_last_close_transno));

	if (newest >> 32 <= le32_to_cpu(lt->lt_lsd->lsd_start_epoch) &&
	    (!lcd->lcd_uuid[0] ||
	     (lcd->lcd_generation && slot < TGT_SLOTS_MAX &&
	      memchr(lcd->lcd_uuid, 0, sizeof(lcd->lcd_uuid)))))
		return 0;
	pr_err("%s: slot %u of last_rcvd is damaged: rc = %d\n", lt->lt_name, slot, -EUCLEAN);
	return -EUCLEAN;
}

/* Calls @fn for all slots. 0, -EIO and others of reading, the first error of @fn. */
static int tgt_slots_iterate(struct lu_target *lt,
			     int (*fn)(struct lu_target *lt, u32 slot, struct lsd_client_data *lcd,
				       void *data), void *data)
{
	u64 pos, size = osd_size(lt->lt_last_rcvd);
	struct lsd_client_data lcd;
	u32 slot = 0;
	ssize_t n;
	int rc;

	for (pos = SLOT_POS(0); pos + sizeof(lcd) <= size && slot < LR_MAX_CLIENTS;
	     pos += sizeof(lcd), slot++) {
		n = osd_buf_read(lt->lt_last_rcvd, &lcd, sizeof(lcd), pos);
		if (n != sizeof(lcd))
			return n < 0 ? n : -EIO;
		rc = fn(lt, slot, &lcd, data);
		if (rc)
			return rc;
		cond_resched();
	}
	return 0;
}

struct slots_found {
	u64		last;	/* transno */
	unsigned int	used;
};

/*
 * An OST that was stopped before the MDT of another make still has its slot. That MDT is gone, and
 * what it had to say stands in its own logs.
 */
static bool tgt_slot_of_before(struct lu_target *lt, const struct lsd_client_data *lcd)
{
	return lt->lt_mount->tm_taken_over && lcd->lcd_uuid[0] && !lcd->lcd_generation &&
	       !(lt->lt_lsd->lsd_feature_incompat & cpu_to_le32(LSD_INCOMPAT_GLOSS));
}

static int tgt_slot_found(struct lu_target *lt, u32 slot, struct lsd_client_data *lcd, void *data)
{
	bool used, abort = lt->lt_mount->tm_abort_recov;
	struct slots_found *f = data;
	int rc;

	if (tgt_slot_of_before(lt, lcd)) {
		lcd->lcd_uuid[0] = 0;
		rc = tgt_slot_save(lt, slot, lcd);
		if (rc)
			return rc;
	}
	used = lcd->lcd_uuid[0];
	rc = tgt_slot_check(lt, slot, lcd);
	if (rc && !abort)
		return rc;
	if (rc) {
		memset(lcd, 0, sizeof(*lcd));
	} else {
		f->last = max3(f->last, le64_to_cpu(lcd->lcd_last_transno),
			       le64_to_cpu(lcd->lcd_last_close_transno));
		lt->lt_generation = max(lt->lt_generation, le32_to_cpu(lcd->lcd_generation));
	}
	f->used += used;
	if (used && !abort)
		set_bit(slot, lt->lt_slots);
	lcd->lcd_uuid[0] = 0;
	return abort && (used || rc) ? tgt_slot_save(lt, slot, lcd) : 0;
}

/* Which slots are in use, and the newest transno in all of them. */
static int tgt_slots_find(struct lu_target *lt, u64 *last)
{
	struct slots_found f = {};
	int rc = tgt_slots_iterate(lt, tgt_slot_found, &f);

	*last = f.last;
	if (rc == -EUCLEAN)
		pr_err("%s: with the mount option abort_recov it starts without the clients of before\n",
		       lt->lt_name);
	else if (f.used && lt->lt_mount->tm_abort_recov)
		pr_info("%s: %u clients of before the restart are evicted, there is no recovery\n",
			lt->lt_name, f.used);
	else
		lt->lt_pt.pt_recovering = f.used;
	return rc;
}

static int tgt_slot_preload(struct lu_target *lt, u32 slot, struct lsd_client_data *lcd,
			    void *data)
{
	struct xarray *clients = data;
	struct obd_export *exp;
	struct tgt_export *te;
	int rc;

	if (!lcd->lcd_uuid[0])
		return 0;
	exp = ptlrpc_export_preload(&lt->lt_pt, (char *)lcd->lcd_uuid);
	if (IS_ERR(exp))
		return PTR_ERR(exp);
	te = tgt_export(exp);
	te->te_slot = slot;
	te->te_lcd = *lcd;
	tgt_recovery_add(lt, te);
	rc = xa_err(xa_store(clients, le32_to_cpu(lcd->lcd_generation), te, GFP_KERNEL));
	export_put(exp);
	return rc;
}

/**
 * tgt_lsd_preload - make the exports of the clients that had a slot in the last run
 * @lt: registered target that is not ready, so that nobody connects or disconnects
 *
 * Return: 0 or -errno.
 */
int tgt_lsd_preload(struct lu_target *lt)
{
	struct xarray clients;
	int rc;

	xa_init(&clients);
	rc = tgt_slots_iterate(lt, tgt_slot_preload, &clients);
	if (!rc && lt->lt_reply_data)
		rc = tgt_replies_load(lt, &clients);
	xa_destroy(&clients);
	return rc;
}

/*
 * New transnos start above all that were ever given out, which the epoch in the header tells; what
 * is committed stays what the last run committed, and is written as such.
 */
static int tgt_epoch_begin(struct lu_target *lt, u64 last)
{
	struct lr_server_data *lsd = lt->lt_lsd;
	u64 epoch;
	int rc;

	last = max(last, le64_to_cpu(lsd->lsd_last_transno));
	epoch = (u64)le32_to_cpu(lsd->lsd_start_epoch) + 1;
	if (epoch >= U32_MAX || last >> 32 >= epoch) {
		pr_err("%s: the header of last_rcvd is damaged: epoch %llu, transaction %#llx: rc = %d\n",
		       lt->lt_name, epoch - 1, last, -EUCLEAN);
		return -EUCLEAN;
	}
	lsd->lsd_feature_incompat |= cpu_to_le32(LSD_INCOMPAT_GLOSS);
	lsd->lsd_start_epoch = cpu_to_le32(epoch);
	lsd->lsd_last_transno = cpu_to_le64(last);
	le64_add_cpu(&lsd->lsd_mount_count, 1);
	rc = tgt_lsd_write(lt) ?: osd_sync(lt->lt_osd);
	if (rc)
		return rc;
	atomic64_set(&lt->lt_last_transno, epoch << 32);
	atomic64_set(&lt->lt_pt.pt_last_committed, last);
	lt->lt_pt.pt_instance = le64_to_cpu(lsd->lsd_mount_count);
	return 0;
}

/* Is a last_rcvd of @n bytes one that this target can go on with? */
static int tgt_lsd_check(struct lu_target *lt, ssize_t n)
{
	const struct lr_server_data *lsd = lt->lt_lsd;
	u32 incompat = le32_to_cpu(lsd->lsd_feature_incompat), known = LSD_INCOMPAT_GLOSS;

	if (n != sizeof(*lsd) || strncmp((char *)lsd->lsd_uuid, lt->lt_pt.pt_uuid, 40) ||
	    le32_to_cpu(lsd->lsd_client_start) != LR_CLIENT_START ||
	    le16_to_cpu(lsd->lsd_client_size) != LR_CLIENT_SIZE) {
		pr_err("%s: last_rcvd is that of target %.40s: rc = %d\n", lt->lt_name,
		       lsd->lsd_uuid, -EINVAL);
		return -EINVAL;
	}
	/*
	 * Another make keeps its object index and sequences elsewhere: some would be given out
	 * twice.
	 */
	if (lt->lt_mount->tm_taken_over)
		known |= LSD_INCOMPAT_OTHER;
	if (incompat & ~known) {
		pr_err("%s: last_rcvd has features %#x of another make: rc = %d\n",
		       lt->lt_name, incompat, -EINVAL);
		return -EINVAL;
	}
	return 0;
}

int tgt_lsd_open(struct lu_target *lt)
{
	u64 last = 0;
	ssize_t n;
	int rc = -ENOMEM;

	mutex_init(&lt->lt_slot_mutex);
	mutex_init(&lt->lt_reply_mutex);
	lt->lt_lsd = kzalloc(sizeof(*lt->lt_lsd), GFP_KERNEL);
	lt->lt_slots = kvcalloc(BITS_TO_LONGS(TGT_SLOTS_MAX), sizeof(long), GFP_KERNEL);
	if (!lt->lt_lsd || !lt->lt_slots)
		goto out;
	lt->lt_last_rcvd = osd_local_open(lt->lt_osd, LAST_RCVD, true);
	if (IS_ERR(lt->lt_last_rcvd)) {
		rc = PTR_ERR(lt->lt_last_rcvd);
		lt->lt_last_rcvd = NULL;
		goto out;
	}
	n = osd_buf_read(lt->lt_last_rcvd, lt->lt_lsd, sizeof(*lt->lt_lsd), 0);
	if (n < 0) {
		rc = n;
		goto out;
	}
	rc = 0;
	if (!n)
		tgt_lsd_new(lt);
	else
		rc = tgt_lsd_check(lt, n);
	if (!rc)
		rc = tgt_slots_find(lt, &last) ?: tgt_epoch_begin(lt, last);
	if (!rc && lt->lt_kind == TGT_MDT)
		rc = tgt_replies_open(lt);
	if (!rc && lt->lt_reply_data && !lt->lt_pt.pt_recovering)
		rc = tgt_replies_load(lt, NULL);
out:
	if (rc)
		tgt_lsd_close(lt);
	return rc;
}

/* The journal is synced after this by osd_umount(), which also runs the last commit callbacks. */
void tgt_lsd_close(struct lu_target *lt)
{
	/* not of a target that was refused: pt_instance is set by tgt_epoch_begin() */
	if (lt->lt_last_rcvd && lt->lt_lsd && lt->lt_pt.pt_instance) {
		lt->lt_lsd->lsd_last_transno =
			cpu_to_le64(atomic64_read(&lt->lt_pt.pt_last_committed));
		tgt_lsd_write(lt);
	}
	osd_object_put(lt->lt_reply_data);
	osd_object_put(lt->lt_last_rcvd);
	lt->lt_reply_data = NULL;
	lt->lt_last_rcvd = NULL;
	kvfree(lt->lt_reply_slots);
	kvfree(lt->lt_slots);
	kfree(lt->lt_lsd);
	lt->lt_reply_slots = NULL;
	lt->lt_slots = NULL;
	lt->lt_lsd = NULL;
}

/* A new client: 0, -ENOSPC (too many), or of the object store. */
int tgt_slot_alloc(struct lu_target *lt, struct tgt_export *te)
{
	struct lsd_client_data *lcd = &te->te_lcd;
	u32 slot;
	int rc;

	memset(lcd, 0, sizeof(*lcd));
	mutex_lock(&lt->lt_slot_mutex);
	slot = find_first_zero_bit(lt->lt_slots, TGT_SLOTS_MAX);
	rc = -ENOSPC;
	if (slot == TGT_SLOTS_MAX)
		goto out;
	strscpy((char *)lcd->lcd_uuid, te->te_exp.exp_client_uuid, sizeof(lcd->lcd_uuid));
	lcd->lcd_generation = cpu_to_le32(++lt->lt_generation);
	lcd->lcd_last_epoch = lt->lt_lsd->lsd_start_epoch;
	rc = tgt_slot_save(lt, slot, lcd);
	if (!rc) {
		set_bit(slot, lt->lt_slots);
		te->te_slot = slot;
	}
out:
	mutex_unlock(&lt->lt_slot_mutex);
	return rc;
}

/* The slot of a client that left is free; what it committed goes into the header. */
static int tgt_slot_release(struct lu_target *lt, u32 slot, struct lsd_client_data *lcd)
{
	struct lr_server_data *lsd = lt->lt_lsd;
	struct osd_trans *th;
	int rc, rc2;

	lsd->lsd_last_transno = cpu_to_le64(max3(le64_to_cpu(lsd->lsd_last_transno),
						 le64_to_cpu(lcd->lcd_last_transno),
						 le64_to_cpu(lcd->lcd_last_close_transno)));
	lcd->lcd_uuid[0] = 0;
	th = osd_trans_start(lt->lt_osd, 2 * OSD_CR_BUF_WRITE);
	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = osd_buf_write(th, lt->lt_last_rcvd, lsd, sizeof(*lsd), 0);
	if (!rc)
		rc = tgt_slot_write(lt, th, slot, lcd);
	rc2 = osd_trans_stop(th);
	return rc ?: rc2;
}

/* Is there a slot that was freed? */
bool tgt_slot_free(struct lu_target *lt, struct tgt_export *te)
{
	u32 slot;
	int rc;

	mutex_lock(&te->te_lock);
	slot = te->te_slot;
	te->te_slot = TGT_NO_SLOT;
	mutex_unlock(&te->te_lock);
	if (slot == TGT_NO_SLOT)
		return false;
	tgt_replies_drop(lt, te);
	mutex_lock(&lt->lt_slot_mutex);
	rc = tgt_slot_release(lt, slot, &te->te_lcd);
	if (rc)
		pr_warn_ratelimited("%s: slot of client %s in last_rcvd was not freed: rc = %d\n",
				    lt->lt_name, te->te_exp.exp_client_uuid, rc);
	clear_bit(slot, lt->lt_slots);
	mutex_unlock(&lt->lt_slot_mutex);
	return true;
}
