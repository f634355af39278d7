// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all network drivers (LNDs) need: the table of the nets, the peers of a net by NID, with
 * back-off of dialling and time limits, and a tick each second. The driver's own structures begin
 * with those of lnet_lnd.h, and its operations (struct lnet_lnd_net_ops) do what depends on it.
 *
 * The tick forgets a peer that the driver calls idle and whose back-off is over. nets_lock guards
 * the list by which the NID in a connection request finds its net; net->lock guards the table of
 * peers. Order: nets_lock > net->lock > peer->lock.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/ethtool.h>
#include <linux/inetdevice.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "internal.h"

/* lnet_fast_fail(): seconds without progress until messages fail; how long that holds. */
#define FAST_FAIL_TIMEOUT	3
#define FAST_FAIL_LASTS		15

static DEFINE_SPINLOCK(nets_lock);
static LIST_HEAD(nets);

static void lnet_lnd_tick(struct work_struct *work);

/**
 * lnet_lnd_net_init() - a driver starts an NI
 * @net: embedded in the driver's structure
 * @ni: the NI; its lnd_data is to point to @net
 * @ops: operations on the peers of the net
 *
 * lnet_lnd_net_start() follows, or the net is freed as it is.
 */
void lnet_lnd_net_init(struct lnet_lnd_net *net, struct lnet_ni *ni,
		       const struct lnet_lnd_net_ops *ops)
{
	net->ni = ni;
	net->ops = ops;
	spin_lock_init(&net->lock);
	atomic_set(&net->busy, 1);
	init_completion(&net->idle);
	INIT_DELAYED_WORK(&net->tick, lnet_lnd_tick);
}
EXPORT_SYMBOL_GPL(lnet_lnd_net_init);

/**
 * lnet_lnd_net_start() - the NID of a net can be found from now on
 * @net: the net
 */
void lnet_lnd_net_start(struct lnet_lnd_net *net)
{
	spin_lock(&nets_lock);
	list_add_tail(&net->link, &nets);
	spin_unlock(&nets_lock);
	queue_delayed_work(lnet_wq, &net->tick, HZ);
}
EXPORT_SYMBOL_GPL(lnet_lnd_net_start);

/**
 * lnet_lnd_net_get() - the net of a driver whose NI has a NID
 * @ops: the driver's
 * @nid: the NID
 *
 * Return: the net, to be given back with lnet_lnd_net_put(), or NULL.
 */
struct lnet_lnd_net *lnet_lnd_net_get(const struct lnet_lnd_net_ops *ops,
				      const struct lnet_nid *nid)
{
	struct lnet_lnd_net *net, *found = NULL;

	spin_lock(&nets_lock);
	list_for_each_entry(net, &nets, link)
		if (net->ops == ops && lnet_nid_eq(&net->ni->nid, nid)) {
			atomic_inc(&net->busy);
			found = net;
			break;
		}
	spin_unlock(&nets_lock);
	return found;
}
EXPORT_SYMBOL_GPL(lnet_lnd_net_get);

/**
 * lnet_lnd_net_put() - a user of a net has ended
 * @net: the net
 */
void lnet_lnd_net_put(struct lnet_lnd_net *net)
{
	if (atomic_dec_and_test(&net->busy))
		complete(&net->idle);
}
EXPORT_SYMBOL_GPL(lnet_lnd_net_put);

/**
 * lnet_lnd_net_close() - make no peer of a net any more, and end its tick
 * @net: the net
 *
 * lnet_lnd_net_end() follows, when the driver has stopped to listen.
 */
void lnet_lnd_net_close(struct lnet_lnd_net *net)
{
	spin_lock(&nets_lock);
	list_del(&net->link);
	spin_unlock(&nets_lock);
	spin_lock(&net->lock);
	WRITE_ONCE(net->stopping, true);
	spin_unlock(&net->lock);
	cancel_delayed_work_sync(&net->tick);
}
EXPORT_SYMBOL_GPL(lnet_lnd_net_close);

static struct hlist_head *lnet_lnd_bucket(struct lnet_lnd_net *net, const struct lnet_nid *nid)
{
	return &net->peers[jhash(nid, sizeof(*nid), 0) & (ARRAY_SIZE(net->peers) - 1)];
}

/* Under net->lock. */
static struct lnet_lnd_peer *lnet_lnd_peer_find(struct lnet_lnd_net *net,
						const struct lnet_nid *nid)
{
	struct lnet_lnd_peer *peer;

	hlist_for_each_entry(peer, lnet_lnd_bucket(net, nid), hnode)
		if (lnet_nid_eq(&peer->nid, nid)) {
			refcount_inc(&peer->refs);
			return peer;
		}
	return NULL;
}

static struct lnet_lnd_peer *lnet_lnd_peer_new(struct lnet_lnd_net *net,
					       const struct lnet_nid *nid)
{
	struct lnet_lnd_peer *peer = net->ops->peer_alloc();

	if (!peer)
		return NULL;
	refcount_set(&peer->refs, 1);
	atomic_inc(&net->busy);
	peer->net = net;
	peer->nid = *nid;
	spin_lock_init(&peer->lock);
	peer->next_dial = jiffies;
	return peer;
}

/**
 * lnet_lnd_peer_get() - the peer of a NID, made if need be
 * @net: the net
 * @nid: the NID
 *
 * Return: the peer, referenced; ERR_PTR: -ENETDOWN, -ENOMEM.
 */
struct lnet_lnd_peer *lnet_lnd_peer_get(struct lnet_lnd_net *net, const struct lnet_nid *nid)
{
	struct lnet_lnd_peer *peer, *new;

	spin_lock(&net->lock);
	peer = net->stopping ? ERR_PTR(-ENETDOWN) : lnet_lnd_peer_find(net, nid);
	spin_unlock(&net->lock);
	if (peer)
		return peer;
	new = lnet_lnd_peer_new(net, nid);
	if (!new)
		return ERR_PTR(-ENOMEM);
	spin_lock(&net->lock);
	peer = lnet_lnd_peer_find(net, nid);
	if (!peer && net->stopping) {
		peer = ERR_PTR(-ENETDOWN);
	} else if (!peer) {
		/* the reference of the table */
		refcount_inc(&new->refs);
		hlist_add_head(&new->hnode, lnet_lnd_bucket(net, nid));
		peer = new;
		new = NULL;
	}
	spin_unlock(&net->lock);
	if (new)
		lnet_lnd_peer_put(new);
	return peer;
}
EXPORT_SYMBOL_GPL(lnet_lnd_peer_get);

/**
 * lnet_lnd_peer_put() - drop a reference to a peer
 * @peer: the peer
 */
void lnet_lnd_peer_put(struct lnet_lnd_peer *peer)
{
	struct lnet_lnd_net *net = peer->net;

	if (!refcount_dec_and_test(&peer->refs))
		return;
	net->ops->peer_free(peer);
	lnet_lnd_net_put(net);
}
EXPORT_SYMBOL_GPL(lnet_lnd_peer_put);

/**
 * lnet_lnd_peer_back_off() - a peer could not be reached: dial it later, each time twice as late
 * @peer: the peer, locked
 * @min_ms: first pause
 * @max_ms: longest pause
 */
void lnet_lnd_peer_back_off(struct lnet_lnd_peer *peer, unsigned int min_ms, unsigned int max_ms)
{
	lockdep_assert_held(&peer->lock);
	min_ms = max(min_ms, 1U);
	peer->backoff_ms = clamp(peer->backoff_ms * 2, min_ms, max(max_ms, min_ms));
	peer->next_dial = jiffies + msecs_to_jiffies(peer->backoff_ms);
}
EXPORT_SYMBOL_GPL(lnet_lnd_peer_back_off);

/**
 * lnet_lnd_peer_reached() - a peer was reached: end the back-off
 * @peer: the peer, locked
 */
void lnet_lnd_peer_reached(struct lnet_lnd_peer *peer)
{
	lockdep_assert_held(&peer->lock);
	peer->next_dial = jiffies;
	peer->backoff_ms = 0;
}
EXPORT_SYMBOL_GPL(lnet_lnd_peer_reached);

/**
 * lnet_lnd_peer_timeout() - time without progress that a peer is allowed now
 * @peer: the peer, locked
 * @usual: jiffies, unless lnet_fast_fail() was called for the peer
 *
 * Return: jiffies.
 */
unsigned long lnet_lnd_peer_timeout(struct lnet_lnd_peer *peer, unsigned long usual)
{
	if (!peer->fast_fail_until)
		return usual;
	if (time_after(jiffies, peer->fast_fail_until)) {
		peer->fast_fail_until = 0;
		return usual;
	}
	return min(usual, FAST_FAIL_TIMEOUT * (unsigned long)HZ);
}
EXPORT_SYMBOL_GPL(lnet_lnd_peer_timeout);

/**
 * lnet_lnd_fast_fail() - struct lnet_lnd.fast_fail of a driver that calls lnet_lnd_peer_timeout()
 * @ni: NI of the driver
 * @nid: NID of the peer
 */
void lnet_lnd_fast_fail(struct lnet_ni *ni, const struct lnet_nid *nid)
{
	struct lnet_lnd_net *net = ni->lnd_data;
	struct lnet_lnd_peer *peer;

	spin_lock(&net->lock);
	peer = lnet_lnd_peer_find(net, nid);
	spin_unlock(&net->lock);
	if (!peer)
		return;
	spin_lock(&peer->lock);
	peer->fast_fail_until = (jiffies + FAST_FAIL_LASTS * HZ) ?: 1;
	spin_unlock(&peer->lock);
	lnet_lnd_peer_put(peer);
}
EXPORT_SYMBOL_GPL(lnet_lnd_fast_fail);

/* The interface of a net carries nothing: let its messages fail soon, so that they go elsewhere. */
static void lnet_lnd_net_hurry(struct lnet_lnd_net *net)
{
	struct lnet_lnd_peer *peer;
	int i;

	spin_lock(&net->lock);
	for (i = 0; i < ARRAY_SIZE(net->peers); i++)
		hlist_for_each_entry(peer, &net->peers[i], hnode) {
			spin_lock(&peer->lock);
			peer->fast_fail_until = (jiffies + FAST_FAIL_LASTS * HZ) ?: 1;
			spin_unlock(&peer->lock);
		}
	spin_unlock(&net->lock);
}

/* The device of an interface, which may be named by a label ("eth0:1"). */
static bool lnet_lnd_ni_uses(const struct lnet_ni *ni, const struct net_device *dev)
{
	size_t len = strcspn(ni->ifname, ":");

	return strlen(dev->name) == len && !memcmp(dev->name, ni->ifname, len);
}

/* Under RTNL. An NI whose interface carries nothing is not used, and peers are told. */
static int lnet_lnd_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct lnet_lnd_net *net;
	bool up;

	if ((event != NETDEV_UP && event != NETDEV_DOWN && event != NETDEV_CHANGE) ||
	    dev_net(dev) != &init_net)
		return NOTIFY_DONE;
	up = event != NETDEV_DOWN && netif_running(dev) && netif_carrier_ok(dev);
	spin_lock(&nets_lock);
	list_for_each_entry(net, &nets, link) {
		if (!lnet_lnd_ni_uses(net->ni, dev))
			continue;
		lnet_ni_set_link(net->ni, up);
		if (!up)
			lnet_lnd_net_hurry(net);
	}
	spin_unlock(&nets_lock);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = { .notifier_call = lnet_lnd_netdev_event };

int lnet_lnd_init(void)
{
	return register_netdevice_notifier(&netdev_nb);
}

void lnet_lnd_exit(void)
{
	unregister_netdevice_notifier(&netdev_nb);
}

/* Remove a peer from the table if it is idle. Under net->lock. */
static bool lnet_lnd_peer_forget(struct lnet_lnd_peer *peer)
{
	unsigned long after = 2 * msecs_to_jiffies(peer->backoff_ms) + HZ;

	spin_lock(&peer->lock);
	if (time_after(jiffies, peer->next_dial + after) && peer->net->ops->peer_is_idle(peer)) {
		peer->dead = true;
		hlist_del(&peer->hnode);
	}
	spin_unlock(&peer->lock);
	return peer->dead;
}

/*
 * Collect all peers, each with a reference. Peers that were removed from the table are in
 * 'forgotten', with the reference of the table.
 */
static void lnet_lnd_collect(struct lnet_lnd_net *net, struct list_head *all,
			     struct list_head *forgotten)
{
	struct lnet_lnd_peer *peer;
	struct hlist_node *next;
	int i;

	spin_lock(&net->lock);
	for (i = 0; i < ARRAY_SIZE(net->peers); i++) {
		hlist_for_each_entry_safe(peer, next, &net->peers[i], hnode) {
			if (forgotten && lnet_lnd_peer_forget(peer)) {
				list_add(&peer->scan, forgotten);
				continue;
			}
			refcount_inc(&peer->refs);
			list_add(&peer->scan, all);
		}
	}
	spin_unlock(&net->lock);
}

static void lnet_lnd_tick(struct work_struct *work)
{
	struct lnet_lnd_net *net = container_of(work, struct lnet_lnd_net, tick.work);
	struct lnet_lnd_peer *peer, *next;
	LIST_HEAD(forgotten);
	LIST_HEAD(all);

	lnet_lnd_collect(net, &all, &forgotten);
	list_for_each_entry_safe(peer, next, &all, scan) {
		net->ops->peer_tick(peer);
		lnet_lnd_peer_put(peer);
	}
	list_for_each_entry_safe(peer, next, &forgotten, scan)
		lnet_lnd_peer_put(peer);
	if (!READ_ONCE(net->stopping))
		queue_delayed_work(lnet_wq, &net->tick, HZ);
}

static void lnet_lnd_peer_stop(struct lnet_lnd_peer *peer)
{
	spin_lock(&peer->lock);
	peer->dead = true;
	spin_unlock(&peer->lock);
	peer->net->ops->peer_stop(peer);
	spin_lock(&peer->net->lock);
	hlist_del(&peer->hnode);
	spin_unlock(&peer->net->lock);
	lnet_lnd_peer_put(peer);
}

/**
 * lnet_lnd_net_end() - end all peers of a net, and wait for all its users
 * @net: after lnet_lnd_net_close()
 */
void lnet_lnd_net_end(struct lnet_lnd_net *net)
{
	struct lnet_lnd_peer *peer, *next;
	char s[LNET_NIDSTR_SIZE];
	LIST_HEAD(all);

	lnet_lnd_collect(net, &all, NULL);
	list_for_each_entry_safe(peer, next, &all, scan) {
		lnet_lnd_peer_stop(peer);
		lnet_lnd_peer_put(peer);
	}
	lnet_lnd_net_put(net);
	while (!wait_for_completion_timeout(&net->idle, 10 * HZ))
		pr_warn("NI %s stops: waiting for %d peers and connections\n",
			lnet_nid_str(&net->ni->nid, s), atomic_read(&net->busy));
}
EXPORT_SYMBOL_GPL(lnet_lnd_net_end);

/* ---- interfaces ---- */

/* In Mbit/s; 0: unknown. Under RTNL. */
static u32 lnet_lnd_link_speed(struct net_device *dev)
{
	struct ethtool_link_ksettings ks;

	return __ethtool_get_link_ksettings(dev, &ks) || ks.base.speed == SPEED_UNKNOWN ?
	       0 : ks.base.speed;
}

static bool lnet_lnd_use_interface(struct net_device *dev, const struct in_ifaddr *ifa,
				   const char *ifname)
{
	if (*ifname)
		return !strcmp(dev->name, ifname) || !strcmp(ifa->ifa_label, ifname);
	return !(dev->flags & IFF_LOOPBACK);
}

/**
 * lnet_lnd_find_interface() - find the IPv4 address of an interface
 * @ifname: name or label; "" chooses the first that is up and not the loopback, and is filled in
 * @nid: out: nid_addr
 * @mbits: out: its speed in Mbit/s, 0: unknown; or NULL
 *
 * Context: may sleep (RTNL).
 * Return: 0, -ENODEV (no such interface), -ENETDOWN (it is not up).
 */
int lnet_lnd_find_interface(char *ifname, struct lnet_nid *nid, u32 *mbits)
{
	const struct in_ifaddr *ifa;
	struct in_device *in_dev;
	struct net_device *dev;
	int rc = -ENODEV;

	rtnl_lock();
	for_each_netdev(&init_net, dev) {
		in_dev = __in_dev_get_rtnl(dev);
		if (!in_dev)
			continue;
		in_dev_for_each_ifa_rtnl(ifa, in_dev) {
			if (!lnet_lnd_use_interface(dev, ifa, ifname))
				continue;
			if (!(dev_get_flags(dev) & IFF_UP)) {
				rc = -ENETDOWN;
				break;
			}
			nid->nid_addr[0] = ifa->ifa_local;
			if (mbits)
				*mbits = lnet_lnd_link_speed(dev);
			if (!*ifname)
				strscpy(ifname, dev->name, IFNAMSIZ);
			rc = 0;
			goto out;
		}
	}
out:
	rtnl_unlock();
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_lnd_find_interface);
