// SPDX-License-Identifier: GPL-2.0-only
/*
 * Portals: where incoming PUTs and GETs find their md (chapter 1, section 8.2), and the queues of
 * lazy portals.
 *
 * Entries with ignore bits are in a list, in the order of attaching; the others are in a hash by
 * match bits. A PUT to a lazy portal is received into memory of its own, which is bounded for each
 * sender and for the node, and looks for an entry when all of it is there: a slow sender holds no
 * memory of a service. If there is none, it waits in the queue of the portal. Lock: portal->lock,
 * which is the home lock of the entries; md->md_lock is inside of it.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "internal.h"

#define PORTAL_HASH_BITS	10
#define LAZY_BYTES_MAX		(64L << 20)
/* of one node's NID */
#define LAZY_PEER_BYTES_MAX	(8L << 20)
/* what a queued message costs besides its payload */
#define LAZY_OVERHEAD		1024

static struct portal {
	spinlock_t lock;		/* guards what follows */
	bool lazy;
	struct list_head wild;		/* entries with ignore bits */
	struct hlist_head *exact;	/* entries without ignore bits */
	struct list_head delayed;	/* PUTs that wait for an entry */
} portals[LNET_MAX_PORTALS];

static atomic_long_t lazy_bytes;

static struct hlist_head *lnet_portal_bucket(struct portal *p, u64 match_bits)
{
	return &p->exact[hash_64(match_bits, PORTAL_HASH_BITS)];
}

/* An md ends: remove its entry. Under portal->lock. */
void lnet_portal_del(struct lnet_md *md)
{
	if (md->md_ignore_bits)
		list_del(&md->md_lnode);
	else
		hlist_del(&md->md_hnode);
}

static bool lnet_md_active(const struct lnet_md *md)
{
	const struct lnet_md_desc *d = &md->md_desc;

	if (!md->md_threshold)
		return false;
	return !(d->options & LNET_MD_MAX_SIZE) || md->md_local_offset + d->max_size <= d->length;
}

static bool lnet_md_matches(const struct lnet_md *md, u32 op, u64 match_bits,
			    const struct lnet_hdr *hdr)
{
	if (!lnet_md_active(md) || !(md->md_desc.options & op))
		return false;
	if ((match_bits ^ md->md_match_bits) & ~md->md_ignore_bits)
		return false;
	if (md->md_match_id.pid != LNET_PID_ANY && md->md_match_id.pid != hdr->src_pid)
		return false;
	return lnet_nid_is_any(&md->md_match_id.nid) ||
		lnet_nid_same_peer(&md->md_match_id.nid, &hdr->src_nid);
}

static struct lnet_md *lnet_portal_find(struct portal *p, u32 op, u64 match_bits,
					const struct lnet_hdr *hdr)
{
	struct lnet_md *md;

	list_for_each_entry(md, &p->wild, md_lnode)
		if (lnet_md_matches(md, op, match_bits, hdr))
			return md;
	if (!p->exact)
		return NULL;
	hlist_for_each_entry(md, lnet_portal_bucket(p, match_bits), md_hnode)
		if (lnet_md_matches(md, op, match_bits, hdr))
			return md;
	return NULL;
}

/* Begin the operation of a message on the md that it matched. */
static enum lnet_match lnet_portal_take(struct lnet_md *md, u32 rlength, u32 roffset,
					struct lnet_msg *msg)
{
	const struct lnet_md_desc *d = &md->md_desc;
	u32 offset = d->options & LNET_MD_MANAGE_REMOTE ? roffset : md->md_local_offset;
	u32 room = d->length > offset ? d->length - offset : 0;

	if (d->options & LNET_MD_MAX_SIZE)
		room = min(room, d->max_size);
	if (rlength > room && !(d->options & LNET_MD_TRUNCATE))
		return LNET_MATCH_DROP;
	msg->md = md;
	msg->offset = min(offset, d->length);
	msg->len = min(rlength, room);
	msg->ev.rlength = rlength;
	msg->ev.mlength = msg->len;
	msg->ev.offset = offset;

	md->md_local_offset = msg->offset + msg->len;
	if (md->md_threshold != LNET_MD_THRESH_INF)
		md->md_threshold--;
	spin_lock(&md->md_lock);
	md->md_inflight++;
	if (md->md_auto_unlink && !lnet_md_active(md))
		lnet_md_used_up(md);
	spin_unlock(&md->md_lock);
	return LNET_MATCH_OK;
}

static enum lnet_match lnet_portal_match_locked(struct portal *p, u32 op, u64 match_bits,
						const struct lnet_hdr *hdr,
				    u32 rlength, u32 roffset, struct lnet_msg *msg)
{
	struct lnet_md *md = lnet_portal_find(p, op, match_bits, hdr);

	return md ? lnet_portal_take(md, rlength, roffset, msg) : LNET_MATCH_NONE;
}

/*
 * Find the md of an incoming PUT or GET (op: LNET_MD_OP_*). LNET_MATCH_OK: the operation has begun;
 * msg->md, offset and len, and the lengths of its event are set.
 */
enum lnet_match lnet_portal_match(u32 portal, u32 op, u64 match_bits, const struct lnet_hdr *hdr,
				  u32 rlength, u32 roffset, struct lnet_msg *msg)
{
	struct portal *p = &portals[portal];
	enum lnet_match m;

	spin_lock(&p->lock);
	m = lnet_portal_match_locked(p, op, match_bits, hdr, rlength, roffset, msg);
	spin_unlock(&p->lock);
	return m;
}

bool lnet_portal_is_lazy(u32 portal)
{
	return READ_ONCE(portals[portal].lazy);
}

static void lnet_lazy_uncount(struct lnet_peer_ni *lpni, long cost)
{
	atomic_long_sub(cost, &lazy_bytes);
	if (lpni)
		atomic_long_sub(cost, &lpni->lazy_bytes);
}

static bool lnet_lazy_count(struct lnet_peer_ni *lpni, long cost)
{
	long all = atomic_long_add_return(cost, &lazy_bytes);
	long one = lpni ? atomic_long_add_return(cost, &lpni->lazy_bytes) : 0;

	if (all <= LAZY_BYTES_MAX && one <= LAZY_PEER_BYTES_MAX)
		return true;
	lnet_lazy_uncount(lpni, cost);
	return false;
}

/* Memory for a PUT to a lazy portal. lpni: the sender, or NULL. NULL: too much is used already. */
void *lnet_portal_buf(u32 len, struct lnet_peer_ni *lpni)
{
	long cost = len + LAZY_OVERHEAD;
	void *buf;

	if (!lnet_lazy_count(lpni, cost))
		return NULL;
	buf = kvmalloc(max(len, 1U), GFP_NOFS);
	if (!buf)
		lnet_lazy_uncount(lpni, cost);
	return buf;
}

void lnet_portal_buf_free(void *buf, u32 len, struct lnet_peer_ni *lpni)
{
	kvfree(buf);
	lnet_lazy_uncount(lpni, len + LAZY_OVERHEAD);
}

/* Look for an md for a PUT that was received into memory of its own. */
static enum lnet_match lnet_portal_match_delayed(struct portal *p, struct lnet_msg *msg)
{
	const struct lnet_put *put = &msg->hdr.msg.put;
	u32 len = msg->len, offset = msg->offset;
	enum lnet_match m;

	m = lnet_portal_match_locked(p, LNET_MD_OP_PUT, le64_to_cpu(put->match_bits), &msg->hdr,
				     msg->hdr.payload_length, le32_to_cpu(put->offset), msg);
	if (m != LNET_MATCH_OK) {
		msg->len = len;
		msg->offset = offset;
	}
	return m;
}

static void lnet_delayed_finish(struct lnet_msg *msg)
{
	struct lnet_msg mem = { .buf = msg->buf };

	lnet_put_received(msg, lnet_md_copy(msg->md, msg->offset, &mem, msg->len));
}

static void lnet_delayed_work(struct work_struct *work)
{
	lnet_delayed_finish(container_of(work, struct lnet_msg, work));
}

static void lnet_delayed_drop(struct lnet_msg *msg, const char *why)
{
	lnet_drop(msg->ni, &msg->hdr, why);
	lnet_msg_free(msg);
}

/*
 * A PUT without md was received into msg->buf: give it to an md that was attached meanwhile, or let
 * it wait.
 */
void lnet_portal_delayed(struct lnet_msg *msg)
{
	struct portal *p = &portals[le32_to_cpu(msg->hdr.msg.put.ptl_index)];
	enum lnet_match m;

	spin_lock(&p->lock);
	m = lnet_portal_match_delayed(p, msg);
	if (m == LNET_MATCH_NONE) {
		if (p->lazy && !READ_ONCE(msg->ni->dying)) {
			list_add_tail(&msg->link, &p->delayed);
			msg = NULL;
		} else {
			m = LNET_MATCH_DROP;
		}
	}
	spin_unlock(&p->lock);
	if (m == LNET_MATCH_OK)
		lnet_delayed_finish(msg);
	else if (msg)
		lnet_delayed_drop(msg, "no match");
}

/* Give messages that wait to a new md. Under portal->lock. */
static void lnet_delayed_serve(struct portal *p, struct lnet_md *md, struct list_head *dropped)
{
	struct lnet_msg *msg, *next;

	list_for_each_entry_safe(msg, next, &p->delayed, link) {
		if (!md->md_linked || !lnet_md_active(md))
			break;
		switch (lnet_portal_match_delayed(p, msg)) {
		case LNET_MATCH_OK:
			list_del(&msg->link);
			INIT_WORK(&msg->work, lnet_delayed_work);
			queue_work(lnet_wq, &msg->work);
			break;
		case LNET_MATCH_DROP:
			list_move_tail(&msg->link, dropped);
			break;
		case LNET_MATCH_NONE:
			break;
		}
	}
}

static int lnet_portal_exact_alloc(struct portal *p)
{
	struct hlist_head *table;

	if (READ_ONCE(p->exact))
		return 0;
	table = kvcalloc(1 << PORTAL_HASH_BITS, sizeof(*table), GFP_NOFS);
	if (!table)
		return -ENOMEM;
	spin_lock(&p->lock);
	if (!p->exact) {
		p->exact = table;
		table = NULL;
	}
	spin_unlock(&p->lock);
	kvfree(table);
	return 0;
}

/**
 * lnet_md_attach() - offer memory on a portal
 * @portal: 0 < portal < 64
 * @from: who may use it; nid and pid may be any
 * @match_bits: to be compared with those of the message
 * @ignore_bits: bits that are not compared
 * @desc: copied; the memory it names stays the caller's until the last event
 * @auto_unlink: ends by itself when the threshold or the room of MAX_SIZE is used up; without it
 *	the md only stops matching
 *
 * Chapter 1, 8. Entries with ignore bits are tried first, in the order of attaching. NIDs of this
 * node in @from are made canonical. PUTs that wait on a lazy portal may be delivered at once, by a
 * worker: events, even the last one, may come before this returns (see desc.mdp). May sleep.
 *
 * Return: the md, or ERR_PTR: -EINVAL, -ENOMEM.
 */
struct lnet_md *lnet_md_attach(u32 portal, const struct lnet_process_id *from, u64 match_bits,
			       u64 ignore_bits,
			       const struct lnet_md_desc *desc, bool auto_unlink)
{
	struct lnet_msg *msg, *next;
	LIST_HEAD(dropped);
	struct lnet_md *md;
	struct portal *p;

	if (portal == LNET_RESERVED_PORTAL || portal >= LNET_MAX_PORTALS)
		return ERR_PTR(-EINVAL);
	p = &portals[portal];
	if (!ignore_bits && lnet_portal_exact_alloc(p))
		return ERR_PTR(-ENOMEM);
	md = lnet_md_new(desc);
	if (IS_ERR(md))
		return md;
	md->md_home = &p->lock;
	md->md_portal = portal;
	md->md_match_id = *from;
	lnet_canonical_nid(&md->md_match_id.nid);
	md->md_match_bits = match_bits;
	md->md_ignore_bits = ignore_bits;
	md->md_auto_unlink = auto_unlink;

	spin_lock(&p->lock);
	if (desc->mdp)
		*desc->mdp = md;
	md->md_linked = true;
	if (ignore_bits)
		list_add_tail(&md->md_lnode, &p->wild);
	else
		hlist_add_head(&md->md_hnode, lnet_portal_bucket(p, match_bits));
	lnet_delayed_serve(p, md, &dropped);
	spin_unlock(&p->lock);

	list_for_each_entry_safe(msg, next, &dropped, link)
		lnet_delayed_drop(msg, "longer than the md");
	return md;
}
EXPORT_SYMBOL_GPL(lnet_md_attach);

/* Drop the messages that wait: those of one NI, or all. */
static void lnet_delayed_purge(struct portal *p, const struct lnet_ni *ni)
{
	struct lnet_msg *msg, *next;
	LIST_HEAD(dropped);

	spin_lock(&p->lock);
	list_for_each_entry_safe(msg, next, &p->delayed, link)
		if (!ni || msg->ni == ni)
			list_move_tail(&msg->link, &dropped);
	spin_unlock(&p->lock);
	list_for_each_entry_safe(msg, next, &dropped, link)
		lnet_delayed_drop(msg, "portal closed");
}

/**
 * lnet_portal_lazy() - let PUTs that match nothing wait on a portal instead of dropping them
 * @portal: its number
 * @on: false: drop those that wait
 *
 * They wait until an entry is attached that they match; their memory is bounded for the node. A
 * portal is not lazy at first. Chapter 1, 8.2.
 *
 * Return: 0 or -EINVAL.
 */
int lnet_portal_lazy(u32 portal, bool on)
{
	struct portal *p;

	if (portal == LNET_RESERVED_PORTAL || portal >= LNET_MAX_PORTALS)
		return -EINVAL;
	p = &portals[portal];
	spin_lock(&p->lock);
	WRITE_ONCE(p->lazy, on);
	spin_unlock(&p->lock);
	if (!on)
		lnet_delayed_purge(p, NULL);
	return 0;
}
EXPORT_SYMBOL_GPL(lnet_portal_lazy);

/* An NI stops: drop its messages. It is marked as dying, so that none is queued any more. */
void lnet_portal_purge(const struct lnet_ni *ni)
{
	int i;

	for (i = 0; i < LNET_MAX_PORTALS; i++)
		lnet_delayed_purge(&portals[i], ni);
}

int lnet_portal_init(void)
{
	int i;

	for (i = 0; i < LNET_MAX_PORTALS; i++) {
		spin_lock_init(&portals[i].lock);
		INIT_LIST_HEAD(&portals[i].wild);
		INIT_LIST_HEAD(&portals[i].delayed);
	}
	return 0;
}

void lnet_portal_exit(void)
{
	int i;

	for (i = 0; i < LNET_MAX_PORTALS; i++)
		kvfree(portals[i].exact);
}
