// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local network interfaces (NIs): the list, drivers, start and stop. The list is changed under
 * lnet_api_mutex and read under RCU; a message holds a reference to its NI. NIs of one net are next
 * to each other, so that the order of the NIDs, and the first of them, stay while the node lives
 * (chapter 1, 10.1).
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "internal.h"

static LIST_HEAD(nis);			/* the loopback NI first */
static LIST_HEAD(lnds);
static DEFINE_MUTEX(lnd_mutex);
static atomic_t ni_seq = ATOMIC_INIT(1);
u64 lnet_interface_cookie;

struct list_head *lnet_ni_list(void)
{
	return &nis;
}

/* Sequence number of the ping information. */
u32 lnet_ni_seq(void)
{
	return atomic_read(&ni_seq);
}

/**
 * lnet_register_lnd() - make a driver known
 * @lnd: its table; stays until lnet_unregister_lnd()
 *
 * Return: 0, or -EEXIST.
 */
int lnet_register_lnd(struct lnet_lnd *lnd)
{
	struct lnet_lnd *other;
	int rc = 0;

	mutex_lock(&lnd_mutex);
	list_for_each_entry(other, &lnds, link)
		if (other->type == lnd->type)
			rc = -EEXIST;
	if (!rc)
		list_add_tail(&lnd->link, &lnds);
	mutex_unlock(&lnd_mutex);
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_register_lnd);

/**
 * lnet_unregister_lnd() - forget a driver whose module is being unloaded
 * @lnd: its table
 *
 * It has no NI any more: each holds a reference to the driver's module.
 */
void lnet_unregister_lnd(struct lnet_lnd *lnd)
{
	mutex_lock(&lnd_mutex);
	list_del(&lnd->link);
	mutex_unlock(&lnd_mutex);
}
EXPORT_SYMBOL_GPL(lnet_unregister_lnd);

static const struct lnet_lnd *lnet_lnd_lookup(u32 type)
{
	const struct lnet_lnd *found = NULL;
	struct lnet_lnd *lnd;

	mutex_lock(&lnd_mutex);
	list_for_each_entry(lnd, &lnds, link)
		if (lnd->type == type && try_module_get(lnd->owner))
			found = lnd;
	mutex_unlock(&lnd_mutex);
	return found;
}

/* The driver of a net type, with a reference to its module, which is loaded if need be. */
static const struct lnet_lnd *lnet_lnd_find(u32 type)
{
	const struct lnet_lnd *lnd;

	if (type == LOLND)
		return &lnet_lo_lnd;
	lnd = lnet_lnd_lookup(type);
	if (lnd)
		return lnd;
	if (type == SOCKLND)
		request_module("ksocklnd");
	else if (type == O2IBLND)
		request_module("ko2iblnd");
	return lnet_lnd_lookup(type);
}

/**
 * lnet_ni_put() - drop a reference to an NI
 * @ni: the NI
 */
void lnet_ni_put(struct lnet_ni *ni)
{
	if (refcount_dec_and_test(&ni->refs))
		complete(&ni->gone);
}
EXPORT_SYMBOL_GPL(lnet_ni_put);

static void lnet_ni_free(struct lnet_ni *ni)
{
	free_percpu(ni->stats);
	kfree_rcu(ni, rcu);
}

static void lnet_ni_stop(struct lnet_ni *ni)
{
	char s[LNET_NIDSTR_SIZE];

	ni->lnd->shutdown(ni);
	lnet_portal_purge(ni);
	lnet_ni_put(ni);
	while (!wait_for_completion_timeout(&ni->gone, 10 * HZ))
		pr_warn("NI %s stops: waiting for %u users\n", lnet_nid_str(&ni->nid, s),
			refcount_read(&ni->refs));
	ni->lnd->release(ni);
	module_put(ni->lnd->owner);
	lnet_ni_free(ni);
}

static void lnet_ni_start_failed(u32 net, const char *ifname, int rc)
{
	char s[LNET_NIDSTR_SIZE];

	if (rc == -ENXIO)		/* the driver has said why */
		return;
	lnet_net_str(net, s);
	if (rc == -ENODEV && *ifname)
		pr_err("network %s: interface %s not found, or it has no IPv4 address; check 'networks': rc = %d\n",
		       s, ifname, rc);
	else if (rc == -ENODEV)
		pr_err("network %s: no interface is up that has an IPv4 address; name one in 'networks': rc = %d\n",
		       s, rc);
	else if (rc == -ENETDOWN)
		pr_err("network %s: interface %s is down: rc = %d\n", s, ifname, rc);
	else
		pr_err("cannot start network %s on interface '%s': rc = %d\n", s, ifname, rc);
}

/* Behind the other NIs of its net. */
static void lnet_ni_link(struct lnet_ni *ni)
{
	struct lnet_ni *other, *last = NULL;

	list_for_each_entry(other, &nis, link)
		if (other->net == ni->net)
			last = other;
	list_add_rcu(&ni->link, last ? &last->link : nis.prev);
}

/* Start a network on an interface ("" = the driver chooses). Under lnet_api_mutex. */
int lnet_ni_add(u32 net, const char *ifname)
{
	char s[LNET_NIDSTR_SIZE];
	struct lnet_ni *ni;
	unsigned int n = 0;
	int rc;

	lockdep_assert_held(&lnet_api_mutex);
	list_for_each_entry(ni, &nis, link)
		n++;
	if (n >= lnet_interfaces_max)
		return -E2BIG;
	ni = kzalloc(sizeof(*ni), GFP_KERNEL);
	if (!ni)
		return -ENOMEM;
	refcount_set(&ni->refs, 1);
	init_completion(&ni->gone);
	atomic_set(&ni->health, LNET_HEALTH_MAX);
	ni->net = net;
	strscpy(ni->ifname, ifname, sizeof(ni->ifname));
	ni->stats = alloc_percpu(struct lnet_ni_stats);
	if (!ni->stats) {
		kfree(ni);
		return -ENOMEM;
	}
	ni->lnd = lnet_lnd_find(net >> 16);
	if (!ni->lnd) {
		pr_err("network %s: its driver is not there (module ksocklnd or ko2iblnd)\n",
		       lnet_net_str(net, s));
		lnet_ni_free(ni);
		return -EPROTONOSUPPORT;
	}
	rc = ni->lnd->startup(ni);
	if (rc) {
		lnet_ni_start_failed(net, ifname, rc);
		module_put(ni->lnd->owner);
		lnet_ni_free(ni);
		return rc;
	}
	if (lnet_ni_owns(&ni->nid)) {
		lnet_ni_stop(ni);
		return -EEXIST;
	}
	lnet_ni_link(ni);
	atomic_inc(&ni_seq);
	if (net >> 16 != LOLND) {
		pr_info("added NI %s on %s\n", lnet_nid_str(&ni->nid, s), ni->ifname);
		lnet_push_all();
	}
	return 0;
}

static void lnet_ni_remove(struct lnet_ni *ni)
{
	char s[LNET_NIDSTR_SIZE];

	WRITE_ONCE(ni->dying, true);
	list_del_rcu(&ni->link);
	atomic_inc(&ni_seq);
	synchronize_rcu();
	if (ni->net >> 16 != LOLND)
		pr_info("removing NI %s\n", lnet_nid_str(&ni->nid, s));
	lnet_ni_stop(ni);
}

/* Stop a network, or its NI on one interface. Under lnet_api_mutex. */
int lnet_ni_del(u32 net, const char *ifname)
{
	struct lnet_ni *ni, *next;
	int rc = -ENOENT;

	lockdep_assert_held(&lnet_api_mutex);
	if (net >> 16 == LOLND)
		return -EINVAL;
	list_for_each_entry_safe(ni, next, &nis, link) {
		if (ni->net != net || (*ifname && strcmp(ni->ifname, ifname)))
			continue;
		lnet_ni_remove(ni);
		rc = 0;
	}
	if (!rc)
		lnet_push_all();
	return rc;
}

/* What this node says about itself has changed: tell those who know it. */
void lnet_ni_info_changed(void)
{
	atomic_inc(&ni_seq);
	lnet_push_all();
}

/* The interface of an NI went up or down: peers are told. Does not sleep. */
void lnet_ni_set_link(struct lnet_ni *ni, bool up)
{
	char s[LNET_NIDSTR_SIZE];

	if (READ_ONCE(ni->link_down) == !up)
		return;
	WRITE_ONCE(ni->link_down, !up);
	pr_info("NI %s: interface %s is %s\n", lnet_nid_str(&ni->nid, s), ni->ifname,
		up ? "up" : "down");
	lnet_ni_info_changed();
}

/* Start LNet: a new cookie for handles, and the loopback NI. */
int lnet_nis_start(void)
{
	int rc;

	lnet_interface_cookie = ktime_get_real_ns();
	atomic_set(&ni_seq, 0);		/* starting 0@lo makes it 1 */
	lnet_discover_start();
	rc = lnet_ni_add(lnet_mknet(LOLND, 0), "");
	if (rc)
		lnet_discover_stop();
	return rc;
}

void lnet_nis_stop(void)
{
	struct lnet_ni *ni, *prev;

	lnet_discover_stop();
	list_for_each_entry_safe_reverse(ni, prev, &nis, link)
		lnet_ni_remove(ni);
	lnet_discover_end();
}

static struct lnet_ni *lnet_ni_find(bool (*match)(const struct lnet_ni *, const void *),
				    const void *key)
{
	struct lnet_ni *ni, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, &nis, link) {
		if (!READ_ONCE(ni->dying) && match(ni, key) && refcount_inc_not_zero(&ni->refs)) {
			found = ni;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

static bool lnet_ni_match_nid(const struct lnet_ni *ni, const void *nid)
{
	return lnet_nid_eq(&ni->nid, nid);
}

/*
 * The NI of a net through which a NID can be reached. NIDs with large addresses need an NI with
 * one.
 */
static bool lnet_ni_match_peer_net(const struct lnet_ni *ni, const void *key)
{
	const struct lnet_nid *nid = key;

	return ni->net == lnet_nid_net(nid) && ni->nid.nid_size == nid->nid_size;
}

/* The NI of a NID of this node, referenced, or NULL. */
struct lnet_ni *lnet_ni_by_nid(const struct lnet_nid *nid)
{
	return lnet_ni_find(lnet_ni_match_nid, nid);
}

/* Does a net have NIs besides this one? */
bool lnet_ni_has_choice(const struct lnet_ni *ni)
{
	struct lnet_ni *other;
	bool found = false;

	rcu_read_lock();
	list_for_each_entry_rcu(other, &nis, link)
		if (other != ni && other->net == ni->net)
			found = true;
	rcu_read_unlock();
	return found;
}

/* How many messages to a NID may be under way, for those who look; 0: it is on no net of ours. */
int lnet_peer_credits(const struct lnet_nid *nid)
{
	struct lnet_ni *ni;
	int n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, &nis, link)
		if (ni->net == lnet_nid_net(nid))
			n = ni->peer_credits;
	rcu_read_unlock();
	return n;
}

/* Let NIs whose messages failed be tried again, little by little. */
void lnet_nis_recover(void)
{
	struct lnet_ni *ni;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, &nis, link)
		lnet_health_add(&ni->health, READ_ONCE(lnet_health_sensitivity));
	rcu_read_unlock();
}

/* Does this node have that NID? Any context. */
bool lnet_ni_owns(const struct lnet_nid *nid)
{
	struct lnet_ni *ni;
	bool found = false;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, &nis, link) {
		found = lnet_nid_eq(&ni->nid, nid);
		if (found)
			break;
	}
	rcu_read_unlock();
	return found;
}

/**
 * lnet_nid_is_local() - is this 0@lo or a NID of this node?
 * @nid: the NID
 *
 * Any context.
 */
bool lnet_nid_is_local(const struct lnet_nid *nid)
{
	return lnet_nid_is_lo(nid) || lnet_ni_owns(nid);
}
EXPORT_SYMBOL_GPL(lnet_nid_is_local);

/**
 * lnet_canonical_nid() - the form that a NID has in events
 * @nid: changed to 0@lo if it is one of this node and local messages take 0@lo
 *
 * For comparing a NID of a configuration with the initiator or source of an event. Any context.
 */
void lnet_canonical_nid(struct lnet_nid *nid)
{
	if (!lnet_nid_is_any(nid) && lnet_is_local_dist_zero() && lnet_ni_owns(nid))
		*nid = lnet_lo_nid;
}
EXPORT_SYMBOL_GPL(lnet_canonical_nid);

/**
 * lnet_local_nid() - the NIDs of this node, 0@lo not counted
 * @idx: from 0; 0 is the primary NID
 * @nid: result
 *
 * Return: 0, or -ENOENT at the end.
 */
int lnet_local_nid(unsigned int idx, struct lnet_nid *nid)
{
	struct lnet_ni *ni;
	int rc = -ENOENT;

	rcu_read_lock();
	list_for_each_entry_rcu(ni, &nis, link) {
		if (lnet_nid_is_lo(&ni->nid))
			continue;
		if (!idx--) {
			*nid = ni->nid;
			rc = 0;
			break;
		}
	}
	rcu_read_unlock();
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_local_nid);

/**
 * lnet_distance() - how far away is a NID?
 * @nid: the NID
 *
 * Any context.
 *
 * Return: 0: on this node; 1: on a network of this node; -EHOSTUNREACH otherwise.
 */
int lnet_distance(const struct lnet_nid *nid)
{
	struct lnet_ni *ni;

	if (lnet_nid_is_local(nid))
		return 0;
	ni = lnet_ni_find(lnet_ni_match_peer_net, nid);
	if (!ni)
		return -EHOSTUNREACH;
	lnet_ni_put(ni);
	return 1;
}
EXPORT_SYMBOL_GPL(lnet_distance);

void lnet_ni_stats_sum(const struct lnet_ni *ni, struct lnet_ni_stats *sum)
{
	u64 *to = (u64 *)sum;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const u64 *from = (const u64 *)per_cpu_ptr(ni->stats, cpu);

		for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
			to[i] += from[i];
	}
}
