// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of the table of started targets as they go over the wire (chapter 6.9.2). Pure.
 */
#include "mgs_sections.h"

static void mgs_nidtbl_pack(struct mgs_nidtbl_entry *e, const struct mgs_ready *r, u32 len)
{
	__le64 *nid = (__le64 *)e->mne_nids;
	u32 i;

	e->mne_version = cpu_to_le64(r->version);
	e->mne_instance = cpu_to_le32(r->instance);
	e->mne_index = cpu_to_le32(r->index);
	e->mne_length = cpu_to_le32(len);
	e->mne_type = r->mdt ? MNE_TYPE_MDT : MNE_TYPE_OST;
	e->mne_nid_type = 0;	/* 4-byte addresses, which clients of all versions know */
	e->mne_nid_size = sizeof(*nid);
	e->mne_nid_count = r->nr;
	for (i = 0; i < r->nr; i++)
		nid[i] = cpu_to_le64(r->nid[i]);
}

bool mgs_nidtbl_add(struct mgs_nidtbl_out *out, const struct mgs_ready *r)
{
	u32 len = sizeof(*out->last) + r->nr * sizeof(__le64);
	u32 left = out->unit - out->used % out->unit, pad = len > left ? left : 0;

	if (out->used + pad + len > out->room)
		return false;
	/* The last entry of a unit covers what is left of it. */
	if (pad)
		out->last->mne_length = cpu_to_le32(le32_to_cpu(out->last->mne_length) + pad);
	out->used += pad;
	out->last = (void *)((char *)out->buf + out->used);
	mgs_nidtbl_pack(out->last, r, len);
	out->used += len;
	return true;
}
