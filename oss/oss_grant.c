// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants (chapter 5, 9): space promised to clients for what they cache. ost_tot_granted is all that
 * is promised, including what writes have used that are not committed yet (ost_tot_pending): the
 * space is counted twice for that time, never forgotten.
 *
 * A write inside of its grant must not fail for lack of space, so nothing is promised beyond the
 * blocks that are free for ordinary users; the reserve of the file system is on top of that.
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/slab.h>
#include <linux/statfs.h>
#include "oss_internal.h"

static u64 oss_space_free(struct oss_device *ost)
{
	struct kstatfs st = {};

	if (osd_is_rdonly(ost->ost_osd) || osd_statfs(ost->ost_osd, &st))
		return 0;
	return (u64)st.f_bavail * st.f_bsize;
}

static u64 oss_left(struct oss_device *ost, u64 free)
{
	return free > ost->ost_tot_granted ? free - ost->ost_tot_granted : 0;
}

/**
 * oss_space_left - space that is neither used nor promised to clients
 * @ost: the target
 *
 * Return: bytes.
 */
u64 oss_space_left(struct oss_device *ost)
{
	u64 free = oss_space_free(ost);

	spin_lock(&ost->ost_grant_lock);
	free = oss_left(ost, free);
	spin_unlock(&ost->ost_grant_lock);
	return free;
}

/* Grant is given in units of two RPCs with the tax of their extents (chapter 5, 9.5). */
static u64 oss_grant_chunk(struct oss_export *oe)
{
	u64 chunk = OSS_BRW_SIZE;

	if (oe->oe_flags & OBD_CONNECT_GRANT_PARAM)
		chunk += OSS_GRANT_TAX_KB * 1024;
	return 2 * chunk;
}

/**
 * oss_grant_connect - grant of a client that connects
 * @ost: the target
 * @oe: the client
 * @ocd: what it asks for; out: what it has
 * @reconnect: it was connected before
 */
void oss_grant_connect(struct oss_device *ost, struct oss_export *oe, struct obd_connect_data *ocd,
		       bool reconnect)
{
	u64 want = le32_to_cpu(ocd->ocd_grant), free = oss_space_free(ost),
	    bs = osd_blocksize(ost->ost_osd), extra = 0;

	spin_lock(&ost->ost_grant_lock);
	ost->ost_tot_dirty -= oe->oe_dirty;
	oe->oe_dirty = 0;
	if (want > oe->oe_granted) {
		extra = want - oe->oe_granted;
		/* In recovery a client has dirty data for the grant that it asks for. */
		if (!oss_recovering(ost))
			extra = min(extra,
				    reconnect ? oss_left(ost, free) : oss_left(ost, free) / 8);
		extra = extra / bs * bs;
	}
	oe->oe_granted += extra;
	ost->ost_tot_granted += extra;
	ocd->ocd_grant = cpu_to_le32(min_t(u64, oe->oe_granted, U32_MAX));
	spin_unlock(&ost->ost_grant_lock);
}

/**
 * oss_grant_disconnect - take the grant of a client back
 * @ost: the target
 * @oe: the client
 */
void oss_grant_disconnect(struct oss_device *ost, struct oss_export *oe)
{
	spin_lock(&ost->ost_grant_lock);
	ost->ost_tot_granted -= oe->oe_granted;
	ost->ost_tot_dirty -= oe->oe_dirty;
	oe->oe_granted = 0;
	oe->oe_dirty = 0;
	spin_unlock(&ost->ost_grant_lock);
}

static void oss_grant_drop(struct oss_device *ost, struct oss_export *oe, u64 bytes)
{
	bytes = min(bytes, oe->oe_granted);
	oe->oe_granted -= bytes;
	ost->ost_tot_granted -= bytes;
}

/**
 * oss_grant_shrink - a client returns grant
 * @ost: the target
 * @oe: the client
 * @bytes: how much
 */
void oss_grant_shrink(struct oss_device *ost, struct oss_export *oe, u64 bytes)
{
	spin_lock(&ost->ost_grant_lock);
	oss_grant_drop(ost, oe, bytes);
	spin_unlock(&ost->ost_grant_lock);
}

static bool oss_grant_valid(const struct obdo *oa)
{
	u64 both = OBD_MD_FLBLOCKS | OBD_MD_FLGRANT;

	return (le64_to_cpu(oa->o_valid) & both) == both;
}

/**
 * oss_grant_incoming - take note of what a client reports in each BRW
 * @ost: the target
 * @oe: the client
 * @oa: of its request: dirty bytes, dropped and returned grant
 * @again: the request came before
 */
void oss_grant_incoming(struct oss_device *ost, struct oss_export *oe, struct obdo *oa, bool again)
{
	u64 dirty = le64_to_cpu(oa->o_dirty), dropped = le32_to_cpu(oa->o_dropped);

	if (again || !oss_grant_valid(oa) || !(oe->oe_flags & OBD_CONNECT_GRANT))
		return;
	spin_lock(&ost->ost_grant_lock);
	dirty = min(dirty, oe->oe_granted + 4 * oss_grant_chunk(oe));
	ost->ost_tot_dirty += dirty - oe->oe_dirty;
	oe->oe_dirty = dirty;
	if (dropped <= oe->oe_granted)
		oss_grant_drop(ost, oe, dropped);
	if (oss_obdo_flag(oa, OBD_FL_SHRINK_GRANT))
		oss_grant_drop(ost, oe, le64_to_cpu(oa->o_grant));
	spin_unlock(&ost->ost_grant_lock);
}

static u64 oss_niobuf_space(const struct niobuf_remote *nb, u32 bs)
{
	u64 start = le64_to_cpu(nb->rnb_offset), end = start + le32_to_cpu(nb->rnb_len);

	return round_up(end, bs) - round_down(start, bs);
}

/* Reserve the space of one niobuf, from the grant of the client or from free space. */
static bool oss_grant_niobuf(struct oss_device *ost, struct oss_export *oe,
			     const struct niobuf_remote *nb, u64 free, u64 *used)
{
	u64 size = oss_niobuf_space(nb, osd_blocksize(ost->ost_osd));

	if ((le32_to_cpu(nb->rnb_flags) & OBD_BRW_FROM_GRANT) && oe->oe_granted >= size)
		oe->oe_granted -= size;
	else if (oss_left(ost, free) > size)
		ost->ost_tot_granted += size;
	else
		return false;
	*used += size;
	return true;
}

/* Reserve the space of the ranges that have none yet. Return: all have it now. */
static bool oss_grant_niobufs(struct oss_device *ost, struct oss_export *oe,
			      const struct niobuf_remote *nb, unsigned int nr, u64 free, u64 *used,
			      bool *covered)
{
	u64 before = *used;
	bool all = true;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!covered[i])
			covered[i] = oss_grant_niobuf(ost, oe, &nb[i], free, used);
		all &= covered[i];
	}
	ost->ost_tot_pending += *used - before;
	return all;
}

/*
 * Space seems to be short: what writes have used is counted twice until it is committed, so this
 * is known for certain after a commit only. Return: it is worth to look again.
 */
static bool oss_grant_settle(struct oss_device *ost, u64 pending)
{
	return pending && !osd_sync(ost->ost_osd);
}

/**
 * oss_grant_write - reserve the space of a write
 * @ost: the target
 * @oe: the client
 * @oa: of its request
 * @nb: ranges of the write
 * @nr: how many
 * @again: the request came before
 * @used: out: bytes that become pending
 * @covered: out, of each range: space is reserved
 *
 * oss_grant_done() follows when the write has failed, else oss_grant_commit() inside of its
 * transaction. Context: sleeps, outside of a transaction.
 */
void oss_grant_write(struct oss_device *ost, struct oss_export *oe, const struct obdo *oa,
		     const struct niobuf_remote *nb, unsigned int nr, bool again, u64 *used,
		     bool *covered)
{
	u64 free = oss_space_free(ost), grant_used = 0, missing, pending;
	bool whole = false, all;
	unsigned int i;

	*used = 0;
	again |= oss_obdo_flag(oa, OBD_FL_RECOV_RESEND);
	if (oss_grant_valid(oa) && (oe->oe_flags & OBD_CONNECT_GRANT_PARAM) && !again)
		grant_used = le64_to_cpu(oa->o_grant_used);
	spin_lock(&ost->ost_grant_lock);
	pending = ost->ost_tot_pending;
	if (grant_used) {
		missing = grant_used > oe->oe_granted ? grant_used - oe->oe_granted : 0;
		if (missing <= oss_left(ost, free)) {
			oe->oe_granted -= grant_used - missing;
			ost->ost_tot_granted += missing;
			ost->ost_tot_pending += grant_used;
			*used = grant_used;
			whole = true;
		}
	}
	for (i = 0; i < nr; i++)
		covered[i] = (le32_to_cpu(nb[i].rnb_flags) & OBD_BRW_FROM_GRANT) &&
			     (whole || again);
	all = oss_grant_niobufs(ost, oe, nb, nr, free, used, covered);
	spin_unlock(&ost->ost_grant_lock);
	if (all || !oss_grant_settle(ost, pending))
		return;
	free = oss_space_free(ost);
	spin_lock(&ost->ost_grant_lock);
	oss_grant_niobufs(ost, oe, nb, nr, free, used, covered);
	spin_unlock(&ost->ost_grant_lock);
}

static bool oss_space_try(struct oss_device *ost, u64 bytes, u64 *pending)
{
	u64 free = oss_space_free(ost);
	bool ok;

	spin_lock(&ost->ost_grant_lock);
	*pending = ost->ost_tot_pending;
	ok = oss_left(ost, free) >= bytes;
	if (ok) {
		ost->ost_tot_granted += bytes;
		ost->ost_tot_pending += bytes;
	}
	spin_unlock(&ost->ost_grant_lock);
	return ok;
}

/**
 * oss_space_take - reserve free space
 * @ost: the target
 * @bytes: how much
 *
 * Until oss_grant_done() or a commit. Context: sleeps, outside of a transaction.
 *
 * Return: false: there is not enough.
 */
bool oss_space_take(struct oss_device *ost, u64 bytes)
{
	u64 pending;

	return oss_space_try(ost, bytes, &pending) ||
	       (oss_grant_settle(ost, pending) && oss_space_try(ost, bytes, &pending));
}

/**
 * oss_grant_done - pending space is used, or not needed
 * @ost: the target
 * @used: bytes
 */
void oss_grant_done(struct oss_device *ost, u64 used)
{
	spin_lock(&ost->ost_grant_lock);
	ost->ost_tot_granted -= used;
	ost->ost_tot_pending -= used;
	spin_unlock(&ost->ost_grant_lock);
}

struct oss_pending {
	struct oss_device *ost;
	u64 used;
};

static void oss_pending_committed(void *data, int error)
{
	struct oss_pending *p = data;

	oss_grant_done(p->ost, p->used);
	kfree(p);
}

/**
 * oss_grant_commit - let space be pending until the commit
 * @ost: the target
 * @th: transaction of the write
 * @used: bytes
 */
void oss_grant_commit(struct oss_device *ost, struct osd_trans *th, u64 used)
{
	struct oss_pending *p;

	if (!used)
		return;
	p = kmalloc(sizeof(*p), GFP_NOFS | __GFP_NOFAIL);
	p->ost = ost;
	p->used = used;
	osd_trans_commit_cb(th, oss_pending_committed, p);
}

/**
 * oss_grant_more - grant that the reply to a write gives to the client
 * @ost: the target
 * @oe: the client
 * @oa: of its request: what it has and wants
 *
 * Return: bytes, which are granted from now on.
 */
u64 oss_grant_more(struct oss_device *ost, struct oss_export *oe, const struct obdo *oa)
{
	u64 have = le64_to_cpu(oa->o_grant), want = le32_to_cpu(oa->o_undirty),
	    free = oss_space_free(ost);
	u64 bs = osd_blocksize(ost->ost_osd), chunk = oss_grant_chunk(oe), extra = 0;

	if (!oss_grant_valid(oa) || !(oe->oe_flags & OBD_CONNECT_GRANT))
		return 0;
	spin_lock(&ost->ost_grant_lock);
	if (have < want && have < oe->oe_granted + chunk) {
		extra = min3(want - have, oss_left(ost, free) / 8, chunk);
		extra = extra / bs * bs;
		if (oe->oe_granted + extra > want + chunk)
			extra = 0;
	}
	oe->oe_granted += extra;
	ost->ost_tot_granted += extra;
	spin_unlock(&ost->ost_grant_lock);
	return extra;
}
