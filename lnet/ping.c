// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ping information (chapter 1, 10.1): that of this node, which answers a GET on portal 0 and is
 * pushed to others, and reading that of others. lnet_ping() asks for it on behalf of a tool.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/completion.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "internal.h"

/*
 * Without discovery still with MULTI_RAIL, because 2.16 and later complain about a peer that they
 * know from a configuration and that does not set it (10.4).
 */
static u32 lnet_ping_features(void)
{
	u32 f = LNET_PING_FEAT_NI_STATUS | LNET_PING_FEAT_RTE_DISABLED | LNET_PING_FEAT_MULTI_RAIL;

	return lnet_discovery_on() ? f | LNET_PING_FEAT_DISCOVERY : f;
}

static u32 lnet_ping_count_nis(void)
{
	struct lnet_ni *ni;
	u32 n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, lnet_ni_list(), link)
		n++;
	rcu_read_unlock();
	return n;
}

static u32 lnet_ping_fill_info(struct lnet_ping_info *info, u32 max)
{
	struct lnet_ni_status *st = info->pi_ni;
	struct lnet_ni *ni;
	u32 n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, lnet_ni_list(), link) {
		if (n == max)
			break;
		if (!lnet_nid_is_nid4(&ni->nid))
			continue;
		st[n].ns_nid = cpu_to_le64(lnet_nid_to_nid4(&ni->nid));
		st[n].ns_status = cpu_to_le32(!n ? lnet_ni_seq() : READ_ONCE(ni->link_down) ?
					      LNET_NI_STATUS_DOWN : LNET_NI_STATUS_UP);
		n++;
	}
	rcu_read_unlock();
	info->pi_magic = cpu_to_le32(LNET_PROTO_PING_MAGIC);
	info->pi_features = cpu_to_le32(lnet_ping_features());
	info->pi_pid = cpu_to_le32(LNET_PID_LUSTRE);
	info->pi_nnis = cpu_to_le32(n);
	return n;
}

/*
 * The ping information of this node, to be kfree()d; the answer is its first *len bytes, at most
 * max.
 */
void *lnet_ping_info(u32 max, u32 *len)
{
	struct lnet_ping_info *info;
	u32 n = lnet_ping_count_nis();

	info = kzalloc(struct_size(info, pi_ni, n), GFP_NOFS);
	if (!info)
		return NULL;
	n = lnet_ping_fill_info(info, n);
	*len = min_t(u32, max, struct_size(info, pi_ni, n));
	return info;
}

/* A ping that this node sent; referenced by the one who waits and by its md. */
struct lnet_ping {
	refcount_t refs;
	struct completion replied;	/* REPLY, or a failed SEND */
	int status;
	u32 bytes;
	struct lnet_md *md;
	struct lnet_ping_info info;
};

static void lnet_ping_put(struct lnet_ping *ping)
{
	if (refcount_dec_and_test(&ping->refs))
		kfree(ping);
}

static void lnet_ping_event(const struct lnet_event *ev)
{
	struct lnet_ping *ping = ev->user;

	if (ev->type == LNET_EVENT_REPLY || ev->status) {
		ping->status = ev->status;
		ping->bytes = ev->mlength;
		complete(&ping->replied);
	}
	if (ev->unlinked)
		lnet_ping_put(ping);
}

/* Sequence number of information that is known to be good. */
u32 lnet_info_seq(const struct lnet_ping_info *info)
{
	return le32_to_cpu(info->pi_ni[0].ns_status);
}

static void lnet_info_add(struct lnet_info *info, const struct lnet_nid *nid, u32 status)
{
	u32 i;

	if (lnet_nid_is_any(nid) || lnet_nid_is_lo(nid))
		return;
	for (i = 0; i < info->n; i++)
		if (lnet_nid_eq(&info->nid[i].nid, nid))
			return;
	info->nid[info->n].nid = *nid;
	info->nid[info->n].down = status == LNET_NI_STATUS_DOWN;
	info->n++;
}

/* Read the NIDs behind the fixed-size entries. They end at the first one that is not sound. */
static void lnet_info_add_large(struct lnet_info *info, const void *buf, u32 len, u32 max)
{
	u32 off = sizeof(struct lnet_ping_info) +
		le32_to_cpu(((const struct lnet_ping_info *)buf)->pi_nnis) *
		sizeof(struct lnet_ni_status);
	const struct lnet_ni_large_status *ns;
	struct lnet_nid nid;

	while (info->n < max && (ns = lnet_ping_info_large(buf, len, &off))) {
		memset(&nid, 0, sizeof(nid));
		memcpy(&nid, &ns->ns_nid, 8 + ns->ns_nid.nid_size);
		lnet_info_add(info, &nid, le32_to_cpu(ns->ns_status));
	}
}

/*
 * Read ping information, of which len bytes came; to be kfree()d. ERR_PTR: -EPROTO, -ERANGE (bad
 * count), -EMSGSIZE (not all of it came), -ENOMEM.
 */
struct lnet_info *lnet_info_parse(const void *buf, u32 len)
{
	const struct lnet_ping_info *pi = buf;
	struct lnet_info *info;
	struct lnet_nid nid;
	u32 need, i, n;
	int rc;

	rc = lnet_ping_info_check(buf, len, &need);
	if (rc)
		return ERR_PTR(rc);
	if (need > len)
		return ERR_PTR(-EMSGSIZE);
	info = kzalloc(struct_size(info, nid, LNET_INTERFACES_MAX), GFP_NOFS);
	if (!info)
		return ERR_PTR(-ENOMEM);
	info->features = le32_to_cpu(pi->pi_features);
	info->seq = lnet_info_seq(pi);
	if (info->features & LNET_PING_FEAT_PRIMARY_LARGE)
		lnet_info_add_large(info, buf, need, 1);
	n = lnet_ping_info_entries(pi, len);
	for (i = 1; i < n && info->n < LNET_INTERFACES_MAX; i++) {
		lnet_nid_from_nid4(&nid, le64_to_cpu(pi->pi_ni[i].ns_nid));
		lnet_info_add(info, &nid, le32_to_cpu(pi->pi_ni[i].ns_status));
	}
	if (info->features & LNET_PING_FEAT_LARGE_ADDR)
		lnet_info_add_large(info, buf, need, LNET_INTERFACES_MAX);
	if (info->n)
		return info;
	kfree(info);
	return ERR_PTR(-EPROTO);
}

static int lnet_ping_copy_nids(const struct lnet_ping *ping, struct lnet_nid *nids,
			       unsigned int max, u32 *features)
{
	struct lnet_info *info = lnet_info_parse(&ping->info, ping->bytes);
	unsigned int i, n;

	if (IS_ERR(info))
		return PTR_ERR(info);
	nids[0] = lnet_lo_nid;
	n = min(info->n + 1, max);
	for (i = 1; i < n; i++)
		nids[i] = info->nid[i - 1].nid;
	*features = info->features;
	kfree(info);
	return n;
}

/**
 * lnet_ping() - ask a node for its NIDs
 * @nid: one of them
 * @timeout_ms: how long to wait
 * @nids: result, 0@lo first
 * @max: room in @nids, at least 1
 * @features: result, LNET_PING_FEAT_*
 *
 * Chapter 1, 10.1. Sleeps, killable.
 *
 * Return: how many NIDs were stored, or -ETIMEDOUT, -EHOSTUNREACH, -EPROTO, -ERANGE, -ENOMEM,
 * -ERESTARTSYS ...
 */
int lnet_ping(const struct lnet_nid *nid, unsigned int timeout_ms, struct lnet_nid *nids,
	      unsigned int max, u32 *features)
{
	u32 size = LNET_PING_INFO_MAX - sizeof(struct lnet_ping_info);
	struct lnet_md_desc desc = {
		.length = LNET_PING_INFO_MAX,
		.threshold = 2,
		.options = LNET_MD_TRUNCATE,
		.handler = lnet_ping_event,
	};
	struct lnet_ping *ping;
	long left;
	int rc;

	ping = kzalloc(sizeof(*ping) + size, GFP_KERNEL);
	if (!ping)
		return -ENOMEM;
	refcount_set(&ping->refs, 2);
	init_completion(&ping->replied);
	desc.buf = &ping->info;
	desc.user = ping;
	ping->md = lnet_md_bind(&desc);
	if (IS_ERR(ping->md)) {
		rc = PTR_ERR(ping->md);
		kfree(ping);
		return rc;
	}
	lnet_md_get(ping->md);
	rc = lnet_get(NULL, ping->md, nid, LNET_RESERVED_PORTAL, LNET_PROTO_PING_MATCHBITS, 0);
	if (!rc) {
		left = wait_for_completion_killable_timeout(&ping->replied,
							    msecs_to_jiffies(timeout_ms));
		rc = left < 0 ? left : left ? ping->status : -ETIMEDOUT;
	}
	lnet_md_unlink(ping->md);
	lnet_md_put(ping->md);
	if (!rc)
		rc = lnet_ping_copy_nids(ping, nids, max, features);
	lnet_ping_put(ping);
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_ping);
