// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as LOV EA, LMV EA, wish, ACL, linkEA; with the four bytes of each magic in front. */
#include "fuzz.h"

static volatile u64 sink;

static void try_all(const u8 *p, u32 len)
{
	const struct link_ea_entry *e = NULL;
	struct wire_lov_comp c;
	u32 i, j = 0;

	if (!wire_lov_check(p, len) || !wire_lov_hint_check(p, len) ||
	    !wire_lov_wish_check(p, len, 0, &j)) {
		sink += wire_lov_layout_gen(p, len);
		for (i = 0; !wire_lov_comp(p, len, i, &c); i++) {
			for (j = 0; j < c.nr_objects; j++)
				sink += le32_to_cpu(c.objects[j].l_ost_idx);
			if (c.pool)
				sink += c.pool[15];
		}
	}
	if (!wire_lmv_check(p, len) && le32_to_cpu(*(__le32 *)p) == LMV_MAGIC_V1)
		for (i = 0; i < le32_to_cpu(((struct lmv_mds_md_v1 *)p)->lmv_stripe_count); i++)
			sink += le32_to_cpu(((struct lmv_mds_md_v1 *)p)->lmv_stripe_fids[i].f_oid);
	if (!wire_lmv_user_check(p, len))
		sink += p[len - 1];
	if (!wire_acl_check(p, len))
		for (i = 0; i < wire_acl_count(len); i++)
			sink += le32_to_cpu(((struct acl_xattr_header_le *)p)->a_entries[i].e_id);
	if (!wire_linkea_check(p, len))
		while ((e = wire_linkea_next(p, len, e)))
			for (i = 0; i < wire_linkea_namelen(e); i++)
				sink += e->lee_name[i];
}

static void fuzz_one(const u8 *data, u32 len)
{
	static const u32 magics[] = { LOV_MAGIC_V1,
				      LOV_MAGIC_V3,
				      LOV_MAGIC_COMP_V1,
				      LOV_MAGIC_FOREIGN,
				      LOV_MAGIC_SPECIFIC,
				      LMV_MAGIC_V1,
				      LMV_USER_MAGIC,
				      LMV_MAGIC_STRIPE,
				      LMV_MAGIC_FOREIGN,
				      LINK_EA_MAGIC,
				      2 };
	u32 i, off;
	u8 *p;

	try_all(data, len);
	if (len < 4)
		return;
	p = malloc(len);
	for (i = 0; i < ARRAY_SIZE(magics); i++) {
		memcpy(p, data, len);
		memcpy(p, &magics[i], 4);
		try_all(p, len);
	}
	free(p);
	/* Layouts inside of messages */
	for (off = 8; off + 32 <= len; off += 8) {
		u32 m = le32_to_cpu(*(__le32 *)(data + off));

		if (m == LOV_MAGIC_V1 || m == LOV_MAGIC_V3 || m == LOV_MAGIC_COMP_V1 ||
		    m == LMV_MAGIC_V1) {
			p = malloc(len - off);
			memcpy(p, data + off, len - off);
			try_all(p, len - off);
			free(p);
		}
	}
}
