// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remembered replies of a client: a resent request that was executed is answered from here, not
 * executed again (chapter 2, 7.3). In memory, and in the transaction of the change also on disk:
 * the slot of the client in last_rcvd, and on an MDT a record in reply_data for each tag.
 *
 * After a restart the records on disk are found again by the generation of the client, which its
 * slot has, too; the tags are not stored.
 *
 * A record lives until the client says that it has the reply (pb_last_xid), or uses its tag again;
 * at most TGT_REPLIES_MAX per client.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include "internal.h"

static u32 tgt_reply_slot_get(struct lu_target *lt)
{
	u32 slot = TGT_NO_SLOT;

	if (!lt->lt_reply_slots)
		return slot;
	mutex_lock(&lt->lt_reply_mutex);
	slot = find_first_zero_bit(lt->lt_reply_slots, TGT_REPLY_SLOTS);
	if (slot < TGT_REPLY_SLOTS)
		set_bit(slot, lt->lt_reply_slots);
	else
		slot = TGT_NO_SLOT;
	mutex_unlock(&lt->lt_reply_mutex);
	return slot;
}

static void tgt_reply_slot_put(struct lu_target *lt, u32 slot)
{
	if (slot == TGT_NO_SLOT)
		return;
	mutex_lock(&lt->lt_reply_mutex);
	clear_bit(slot, lt->lt_reply_slots);
	mutex_unlock(&lt->lt_reply_mutex);
}

static void tgt_reply_drop(struct lu_target *lt, struct tgt_export *te, struct tgt_reply_data *trd)
{
	list_del(&trd->trd_list);
	te->te_nr_replies--;
	tgt_reply_slot_put(lt, trd->trd_slot);
	kfree(trd);
}

/* ---- reply_data ---- */

#define REPLIES_STEP	128	/* records read at once */

static u64 tgt_reply_pos(u32 slot)
{
	return sizeof(struct lsd_reply_header) + (u64)slot * sizeof(struct lsd_reply_data);
}

/* A header of this format, or none yet: 0; -EUCLEAN. */
static int tgt_replies_check(struct lu_target *lt, const struct lsd_reply_header *head, ssize_t n)
{
	u32 magic = le32_to_cpu(head->lrh_magic);

	if (!n || (n == sizeof(*head) && magic == LRH_MAGIC_V1 &&
		   le32_to_cpu(head->lrh_header_size) == sizeof(*head) &&
		   le32_to_cpu(head->lrh_reply_size) == sizeof(struct lsd_reply_data)))
		return 0;
	pr_err("%s: the header of reply_data is damaged or unknown (%zd bytes, magic %#x): rc = %d\n",
	       lt->lt_name, n, magic, -EUCLEAN);
	return -EUCLEAN;
}

/**
 * tgt_replies_open - open reply_data
 * @lt: an MDT
 *
 * Return: 0 or -errno.
 */
int tgt_replies_open(struct lu_target *lt)
{
	struct lsd_reply_header old = {}, head = {
		.lrh_magic = cpu_to_le32(LRH_MAGIC_V1),
		.lrh_header_size = cpu_to_le32(sizeof(head)),
		.lrh_reply_size = cpu_to_le32(sizeof(struct lsd_reply_data)),
	};
	struct osd_object *f;
	ssize_t n;
	int rc;

	lt->lt_reply_slots = kvcalloc(BITS_TO_LONGS(TGT_REPLY_SLOTS), sizeof(long), GFP_KERNEL);
	if (!lt->lt_reply_slots)
		return -ENOMEM;
	f = osd_local_open(lt->lt_osd, REPLY_DATA, true);
	if (IS_ERR(f))
		return PTR_ERR(f);
	lt->lt_reply_data = f;
	n = osd_buf_read(f, &old, sizeof(old), 0);
	rc = n < 0 ? n : tgt_replies_check(lt, &old, n);
	if (rc || n)
		return rc;
	return tgt_local_write(lt->lt_osd, OSD_CR_BUF_WRITE, f, &head, sizeof(head), 0);
}

/* Newest first; the oldest go when there are too many. */
static int tgt_reply_add_old(struct lu_target *lt, struct tgt_export *te, u32 slot,
			     const struct lsd_reply_data *lrd)
{
	struct tgt_reply_data *trd = kzalloc(sizeof(*trd), GFP_KERNEL), *pos;

	if (!trd)
		return -ENOMEM;
	trd->trd_xid = le64_to_cpu(lrd->lrd_xid);
	trd->trd_transno = le64_to_cpu(lrd->lrd_transno);
	trd->trd_data = le64_to_cpu(lrd->lrd_data);
	trd->trd_result = le32_to_cpu(lrd->lrd_result);
	trd->trd_slot = slot;
	trd->trd_old = true;
	set_bit(slot, lt->lt_reply_slots);
	list_for_each_entry(pos, &te->te_replies, trd_list)
		if (pos->trd_transno < trd->trd_transno)
			break;
	list_add_tail(&trd->trd_list, &pos->trd_list);
	if (++te->te_nr_replies > TGT_REPLIES_MAX)
		tgt_reply_drop(lt, te, list_last_entry(&te->te_replies, struct tgt_reply_data,
						       trd_list));
	return 0;
}

/*
 * One record. Of generations that no client has any more it is free. Those that no client ever had,
 * and transactions that its client did not make, are damage: they are cleared, lest a later client
 * gets them.
 */
static int tgt_reply_load(struct lu_target *lt, struct xarray *clients, u32 slot,
			  const struct lsd_reply_data *lrd)
{
	u32 gen = le32_to_cpu(lrd->lrd_client_gen);
	struct tgt_export *te = clients ? xa_load(clients, gen) : NULL;
	const struct lsd_reply_data none = {};

	if (te && le64_to_cpu(lrd->lrd_transno) <=
			  max(le64_to_cpu(te->te_lcd.lcd_last_transno),
			      le64_to_cpu(te->te_lcd.lcd_last_close_transno)))
		return tgt_reply_add_old(lt, te, slot, lrd);
	if (!te && gen <= lt->lt_generation)
		return 0;
	pr_warn_ratelimited("%s: record %u of reply_data is damaged and is cleared\n", lt->lt_name,
			    slot);
	return tgt_local_write(lt->lt_osd, OSD_CR_BUF_WRITE, lt->lt_reply_data, &none, sizeof(none),
			       tgt_reply_pos(slot));
}

/**
 * tgt_replies_load - find the records of the clients of before the restart
 * @lt: an MDT
 * @clients: struct tgt_export by generation; NULL: there are none
 *
 * Return: 0 or -errno.
 */
int tgt_replies_load(struct lu_target *lt, struct xarray *clients)
{
	struct lsd_reply_data *lrd;
	u32 slot = 0;
	ssize_t n, i;
	int rc = 0;

	lrd = kmalloc_array(REPLIES_STEP, sizeof(*lrd), GFP_KERNEL);
	if (!lrd)
		return -ENOMEM;
	do {
		n = osd_buf_read(lt->lt_reply_data, lrd, REPLIES_STEP * sizeof(*lrd),
				 tgt_reply_pos(slot));
		if (n < 0)
			rc = n;
		n /= (ssize_t)sizeof(*lrd);
		for (i = 0; !rc && i < n && slot < TGT_REPLY_SLOTS; i++, slot++)
			rc = tgt_reply_load(lt, clients, slot, &lrd[i]);
		cond_resched();
	} while (!rc && n == REPLIES_STEP && slot < TGT_REPLY_SLOTS);
	kfree(lrd);
	return rc;
}

/* ---- in memory ---- */

void tgt_replies_init(struct tgt_export *te)
{
	mutex_init(&te->te_lock);
	INIT_LIST_HEAD(&te->te_replies);
	te->te_slot = TGT_NO_SLOT;
}

void tgt_replies_drop(struct lu_target *lt, struct tgt_export *te)
{
	struct tgt_reply_data *trd, *tmp;

	mutex_lock(&te->te_lock);
	list_for_each_entry_safe(trd, tmp, &te->te_replies, trd_list)
		tgt_reply_drop(lt, te, trd);
	mutex_unlock(&te->te_lock);
}

/*
 * The client has the replies up to last_xid, and of a tag (or a request in several transactions)
 * only the newest counts.
 */
static void tgt_replies_forget(struct lu_target *lt, struct tgt_export *te, u64 last_xid, u64 xid,
			       u16 tag)
{
	struct tgt_reply_data *trd, *tmp;

	list_for_each_entry_safe_reverse(trd, tmp, &te->te_replies, trd_list)
		if (trd->trd_xid <= last_xid || trd->trd_xid == xid ||
		    (tag && trd->trd_tag == tag) || te->te_nr_replies >= TGT_REPLIES_MAX)
			tgt_reply_drop(lt, te, trd);
}

static int tgt_reply_write(struct lu_target *lt, struct osd_trans *th, const struct tgt_export *te,
			   const struct tgt_reply_data *trd)
{
	struct lsd_reply_data lrd = {
		.lrd_transno = cpu_to_le64(trd->trd_transno),
		.lrd_xid = cpu_to_le64(trd->trd_xid),
		.lrd_data = cpu_to_le64(trd->trd_data),
		.lrd_result = cpu_to_le32(trd->trd_result),
		.lrd_client_gen = te->te_lcd.lcd_generation,
	};

	return osd_buf_write(th, lt->lt_reply_data, &lrd, sizeof(lrd),
			     tgt_reply_pos(trd->trd_slot));
}

/* Of requests that run side by side the one with the newest transno stays. */
static int tgt_reply_write_slot(struct lu_target *lt, struct osd_trans *th, struct tgt_export *te,
				const struct tgt_reply_data *trd, u32 opc)
{
	struct lsd_client_data *lcd = &te->te_lcd;
	u32 i;

	if (opc == MDS_CLOSE) {
		if (trd->trd_transno < le64_to_cpu(lcd->lcd_last_close_transno))
			return 0;
		lcd->lcd_last_close_transno = cpu_to_le64(trd->trd_transno);
		lcd->lcd_last_close_xid = cpu_to_le64(trd->trd_xid);
		lcd->lcd_last_close_result = cpu_to_le32(trd->trd_result);
		lcd->lcd_last_close_data = cpu_to_le32(trd->trd_data);
	} else {
		if (trd->trd_transno < le64_to_cpu(lcd->lcd_last_transno))
			return 0;
		lcd->lcd_last_transno = cpu_to_le64(trd->trd_transno);
		lcd->lcd_last_xid = cpu_to_le64(trd->trd_xid);
		lcd->lcd_last_result = cpu_to_le32(trd->trd_result);
		lcd->lcd_last_data = cpu_to_le32(trd->trd_data);
		for (i = 0; i < 4; i++)
			lcd->lcd_pre_versions[i] = cpu_to_le64(trd->trd_pre_versions[i]);
	}
	return tgt_slot_write(lt, th, te->te_slot, lcd);
}

/* Takes over @trd. Clients without a slot (lightweight ones) are not remembered. */
int tgt_reply_record(struct svc_req *req, struct osd_trans *th, struct tgt_reply_data *trd)
{
	struct tgt_export *te = tgt_export(req->sr_exp);
	struct lu_target *lt = svc_req_target(req);
	int rc = 0;

	mutex_lock(&te->te_lock);
	if (te->te_slot == TGT_NO_SLOT) {
		kfree(trd);
		goto out;
	}
	rc = tgt_reply_write_slot(lt, th, te, trd, req->sr_opc);
	if (lt->lt_kind != TGT_MDT) {
		/* OSTs execute resent requests again: nothing to look up later. */
		kfree(trd);
		goto out;
	}
	tgt_replies_forget(lt, te, req->sr_last_xid, trd->trd_xid,
			   trd->trd_tag);
	trd->trd_slot = tgt_reply_slot_get(lt);
	if (!rc && trd->trd_slot != TGT_NO_SLOT)
		rc = tgt_reply_write(lt, th, te, trd);
	list_add(&trd->trd_list, &te->te_replies);
	te->te_nr_replies++;
out:
	mutex_unlock(&te->te_lock);
	return rc;
}

/**
 * tgt_resent - was this request executed before?
 * @req: request with MSG_RESENT
 * @out: the remembered reply
 *
 * Return: true if it was.
 */
bool tgt_resent(struct svc_req *req, struct tgt_reply_data *out)
{
	struct tgt_export *te = tgt_export(req->sr_exp);
	struct tgt_reply_data *trd;
	bool found = false;

	mutex_lock(&te->te_lock);
	list_for_each_entry(trd, &te->te_replies, trd_list) {
		if (trd->trd_xid == req->sr_xid) {
			*out = *trd;
			INIT_LIST_HEAD(&out->trd_list);
			found = true;
			break;
		}
	}
	mutex_unlock(&te->te_lock);
	return found;
}
EXPORT_SYMBOL_GPL(tgt_resent);
