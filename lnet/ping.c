// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ping (chapter 1, section 10): the information that answers a GET on portal 0, and asking others
 * for theirs. This node says that it understands peers with several NIDs, because 2.16 and later
 * complain about a peer that they know from a configuration and that does not; without discovery it
 * neither gets pushes nor are its NIDs merged (features 0x0e, section 10.4).
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/completion.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "internal.h"

#define PING_FEATURES \
	(LNET_PING_FEAT_NI_STATUS | LNET_PING_FEAT_RTE_DISABLED | LNET_PING_FEAT_MULTI_RAIL)

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
		st[n].ns_status = cpu_to_le32(n ? LNET_NI_STATUS_UP : lnet_ni_seq());
		n++;
	}
	rcu_read_unlock();
	info->pi_magic = cpu_to_le32(LNET_PROTO_PING_MAGIC);
	info->pi_features = cpu_to_le32(PING_FEATURES);
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
struct ping {
	refcount_t refs;
	struct completion replied;	/* REPLY, or a failed SEND */
	int status;
	u32 bytes;
	struct lnet_md *md;
	struct lnet_ping_info info;
};

static void lnet_ping_put(struct ping *ping)
{
	if (refcount_dec_and_test(&ping->refs))
		kfree(ping);
}

static void lnet_ping_event(const struct lnet_event *ev)
{
	struct ping *ping = ev->user;

	if (ev->type == LNET_EVENT_REPLY || ev->status) {
		ping->status = ev->status;
		ping->bytes = ev->mlength;
		complete(&ping->replied);
	}
	if (ev->unlinked)
		lnet_ping_put(ping);
}

static int lnet_ping_parse_info(const struct ping *ping, struct lnet_nid *nids, unsigned int max)
{
	const struct lnet_ping_info *info = &ping->info;
	u32 i, n, have;

	if (ping->bytes < sizeof(*info) || le32_to_cpu(info->pi_magic) != LNET_PROTO_PING_MAGIC ||
	    !(le32_to_cpu(info->pi_features) & LNET_PING_FEAT_NI_STATUS))
		return -EPROTO;
	n = le32_to_cpu(info->pi_nnis);
	if (!n || n > LNET_INTERFACES_MAX)
		return -ERANGE;
	have = (ping->bytes - sizeof(*info)) / sizeof(info->pi_ni[0]);
	n = min(n, have);
	if (!n || le64_to_cpu(info->pi_ni[0].ns_nid) != LNET_NID_LO_0)
		return -EPROTO;
	n = min(n, max);
	for (i = 0; i < n; i++)
		lnet_nid_from_nid4(&nids[i], le64_to_cpu(info->pi_ni[i].ns_nid));
	return n;
}

/**
 * lnet_ping() - ask a node for its NIDs
 * @nid: one of them
 * @timeout_ms: how long to wait
 * @nids: result, 0@lo first
 * @max: room in @nids
 *
 * Chapter 1, 10.1. Sleeps, killable.
 *
 * Return: how many NIDs were stored, or -ETIMEDOUT, -EHOSTUNREACH, -EPROTO, -ERANGE, -ENOMEM,
 * -ERESTARTSYS ...
 */
int lnet_ping(const struct lnet_nid *nid, unsigned int timeout_ms, struct lnet_nid *nids,
	      unsigned int max)
{
	u32 size = LNET_INTERFACES_MAX * sizeof(struct lnet_ni_status);
	struct lnet_md_desc desc = {
		.length = sizeof(struct lnet_ping_info) + size,
		.threshold = 2,
		.options = LNET_MD_TRUNCATE,
		.handler = lnet_ping_event,
	};
	struct ping *ping;
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
		rc = lnet_ping_parse_info(ping, nids, max);
	lnet_ping_put(ping);
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_ping);
