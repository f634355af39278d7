// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clients of the target: connect negotiation (chapter 5, 5), and what is remembered about each.
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/slab.h>
#include <linux/log2.h>
#include "oss_internal.h"

#define OSS_CONNECT                                                                            \
	(OBD_CONNECT_INDEX | OBD_CONNECT_MDS | OBD_CONNECT_GRANT | OBD_CONNECT_SRVLOCK |       \
	 OBD_CONNECT_VERSION | OBD_CONNECT_BRW_SIZE | OBD_CONNECT_CANCELSET | OBD_CONNECT_AT | \
	 OBD_CONNECT_CKSUM | OBD_CONNECT_FID | OBD_CONNECT_GRANT_SHRINK |                      \
	 OBD_CONNECT_SKIP_ORPHAN | OBD_CONNECT_FULL20 | OBD_CONNECT_LAYOUTLOCK |               \
	 OBD_CONNECT_64BITHASH | OBD_CONNECT_MAXBYTES | OBD_CONNECT_JOBSTATS |                 \
	 OBD_CONNECT_EINPROGRESS | OBD_CONNECT_GRANT_PARAM | OBD_CONNECT_LVB_TYPE |            \
	 OBD_CONNECT_LIGHTWEIGHT | OBD_CONNECT_SHORTIO | OBD_CONNECT_BULK_MBITS |              \
	 OBD_CONNECT_FLAGS2)
#define OSS_CONNECT2 (OBD_CONNECT2_INC_XID | OBD_CONNECT2_LSEEK | OBD_CONNECT2_REP_MBITS)

static int oss_connect_check(struct oss_device *ost, struct oss_export *oe,
			     const struct obd_connect_data *ocd, u64 flags)
{
	if (!(flags & OBD_CONNECT_FULL20))
		return -EPROTO;
	if ((flags & OBD_CONNECT_SKIP_ORPHAN) && !(flags & OBD_CONNECT_MDS))
		return -EPROTO;
	if (oe->oe_group && oe->oe_group != le32_to_cpu(ocd->ocd_group))
		return -EPROTO;
	if ((flags & OBD_CONNECT_BRW_SIZE) && !ocd->ocd_brw_size)
		return -EPROTO;
	if ((flags & OBD_CONNECT_INDEX) && le32_to_cpu(ocd->ocd_index) != ost->ost_index)
		return -EBADF;
	if ((flags & OBD_CONNECT_CKSUM) && !(le32_to_cpu(ocd->ocd_cksum_types) & OSS_CKSUM_TYPES))
		return -EPROTO;
	return 0;
}

static u32 oss_brw_size(u32 wanted)
{
	return max_t(u32, ONE_MB_BRW_SIZE, rounddown_pow_of_two(min(wanted, OSS_BRW_SIZE)));
}

/**
 * oss_connect - negotiate a connection
 * @exp: export of the client
 * @ocd: what the client offers; out: what it gets
 * @reconnect: the client was connected before
 *
 * Return: 0, -EPROTO, -EBADF (the client wants another OST).
 */
int oss_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	struct oss_export *oe = oss_export(exp);
	struct oss_device *ost = lu_target(exp->exp_tgt)->lt_priv;
	u64 flags = le64_to_cpu(ocd->ocd_connect_flags), flags2 = 0;
	int rc;

	rc = oss_connect_check(ost, oe, ocd, flags);
	if (rc)
		return rc;
	flags &= OSS_CONNECT;
	if (flags & OBD_CONNECT_FLAGS2)
		flags2 = le64_to_cpu(ocd->ocd_connect_flags2) & OSS_CONNECT2;
	if (flags & OBD_CONNECT_VERSION)
		ocd->ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	if (flags & OBD_CONNECT_BRW_SIZE)
		ocd->ocd_brw_size = cpu_to_le32(oss_brw_size(le32_to_cpu(ocd->ocd_brw_size)));
	if (flags & OBD_CONNECT_CKSUM)
		ocd->ocd_cksum_types &= cpu_to_le32(OSS_CKSUM_TYPES);
	if (flags & OBD_CONNECT_MAXBYTES)
		ocd->ocd_maxbytes = cpu_to_le64(osd_maxbytes(ost->ost_osd));
	if (flags & OBD_CONNECT_GRANT_PARAM) {
		ocd->ocd_grant_blkbits = ilog2(osd_blocksize(ost->ost_osd));
		ocd->ocd_grant_inobits = OSS_GRANT_INOBITS;
		ocd->ocd_grant_tax_kb = cpu_to_le16(OSS_GRANT_TAX_KB);
		ocd->ocd_grant_max_blks = cpu_to_le32(OSS_GRANT_MAX_BLKS);
	}
	oe->oe_flags = flags;
	oe->oe_is_mds = flags & OBD_CONNECT_MDS;
	if (oe->oe_is_mds)
		oe->oe_group = le32_to_cpu(ocd->ocd_group);
	if (flags & OBD_CONNECT_GRANT)
		oss_grant_connect(ost, oe, ocd, reconnect);
	else
		ocd->ocd_grant = 0;
	ocd->ocd_connect_flags = cpu_to_le64(flags);
	ocd->ocd_connect_flags2 = cpu_to_le64(flags2);
	return 0;
}

/**
 * oss_disconnect - a client has left: its grant is free
 * @exp: its export
 * @evicted: it was evicted
 */
void oss_disconnect(struct obd_export *exp, bool evicted)
{
	oss_grant_disconnect(lu_target(exp->exp_tgt)->lt_priv, oss_export(exp));
}

/**
 * oss_export_init - prepare the part of an export that belongs to the OST
 * @te: the export
 *
 * Return: 0.
 */
int oss_export_init(struct tgt_export *te)
{
	struct oss_export *oe = container_of(te, struct oss_export, oe_te);

	spin_lock_init(&oe->oe_lock);
	return 0;
}

/**
 * oss_export_fini - free the part of an export that belongs to the OST
 * @te: the export
 */
void oss_export_fini(struct tgt_export *te)
{
	kfree(container_of(te, struct oss_export, oe_te)->oe_fmd);
}

/* ---- which objects got times by SETATTR or PUNCH ---- */

/**
 * oss_fmd_set - remember that a client has set times of an object
 * @oe: the client
 * @fid: of the object
 * @xid: of its request
 */
void oss_fmd_set(struct oss_export *oe, const struct lu_fid *fid, u64 xid)
{
	struct oss_fmd *ring = NULL;
	unsigned int i;

	if (!READ_ONCE(oe->oe_fmd))
		ring = kcalloc(OSS_FMD_MAX, sizeof(*ring), GFP_NOFS);
	spin_lock(&oe->oe_lock);
	if (!oe->oe_fmd)
		swap(oe->oe_fmd, ring);
	if (oe->oe_fmd) {
		for (i = 0; i < OSS_FMD_MAX; i++)
			if (fid_eq(&oe->oe_fmd[i].of_fid, fid))
				break;
		if (i == OSS_FMD_MAX) {
			i = oe->oe_fmd_next++ % OSS_FMD_MAX;
			oe->oe_fmd[i].of_fid = *fid;
			oe->oe_fmd[i].of_xid = 0;
		}
		oe->oe_fmd[i].of_xid = max(oe->oe_fmd[i].of_xid, xid);
	}
	spin_unlock(&oe->oe_lock);
	kfree(ring);
}

/**
 * oss_fmd_xid - the last request by which a client has set times of an object
 * @oe: the client
 * @fid: of the object
 *
 * Return: its XID; 0: none of the last OSS_FMD_MAX objects.
 */
u64 oss_fmd_xid(struct oss_export *oe, const struct lu_fid *fid)
{
	unsigned int i;
	u64 xid = 0;

	if (!READ_ONCE(oe->oe_fmd))
		return 0;
	spin_lock(&oe->oe_lock);
	for (i = 0; i < OSS_FMD_MAX; i++)
		if (fid_eq(&oe->oe_fmd[i].of_fid, fid))
			xid = oe->oe_fmd[i].of_xid;
	spin_unlock(&oe->oe_lock);
	return xid;
}
