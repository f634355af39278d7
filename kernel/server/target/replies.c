// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remembered replies of a client: a resent request that was executed is answered from here, not
 * executed again (chapter 2, 7.3). In memory, and in the transaction of the change also on disk:
 * the slot of the client in last_rcvd, and on an MDT a record in reply_data for each tag.
 *
 * A record lives until the client says that it has the reply (pb_last_xid), or uses its tag again;
 * at most TGT_REPLIES_MAX per client.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
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

void tgt_replies_init(struct tgt_export *te)
{
	mutex_init(&te->te_lock);
	INIT_LIST_HEAD(&te->te_replies);
	te->te_slot = TGT_NO_SLOT;
}

static void tgt_reply_drop(struct lu_target *lt, struct tgt_export *te, struct tgt_reply_data *trd)
{
	list_del(&trd->trd_list);
	te->te_nr_replies--;
	tgt_reply_slot_put(lt, trd->trd_slot);
	kfree(trd);
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
			     sizeof(struct lsd_reply_header) + (u64)trd->trd_slot * sizeof(lrd));
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
