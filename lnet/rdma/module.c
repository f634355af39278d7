// SPDX-License-Identifier: GPL-2.0-only
/*
 * ko2iblnd.ko: LNet over RDMA (chapter 1, 14). Parameters (15.3), start and stop of a net.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include "kib.h"

struct workqueue_struct *kib_wq;

struct kib_params kib_params = {
	.service = 987,
	.peer_credits = KIB_DEPTH_MIN,
	.conns_per_peer = 1,
	.keepalive = 100,
	.retry_count = 5,
	.rnr_retry_count = 6,
	.timeout = 50,
	.tos = -1,
	.use_privileged_port = 1,
};

#define PARAM(name, type, mode, desc)						\
	module_param_named(name, kib_params.name, type, mode);			\
	MODULE_PARM_DESC(name, desc)

PARAM(service, uint, 0444, "port of the connection manager");
PARAM(peer_credits, uint, 0444, "messages under way to a peer, 8 to 255; the lower of both ends");
PARAM(peer_credits_hiw, uint, 0444, "credits owed from which a message returns them, 0: half");
PARAM(concurrent_sends, uint, 0644, "messages in a send queue, 0: peer_credits");
PARAM(conns_per_peer, uint, 0444, "connections to a peer");
PARAM(keepalive, uint, 0644, "seconds of silence until a message is sent, 0: never");
PARAM(retry_count, uint, 0444, "of the device, when nothing is acknowledged");
PARAM(rnr_retry_count, uint, 0444, "of the device, when the receiver is not ready");
PARAM(timeout, uint, 0644, "seconds that a message may take, 0: the time-out of LNet");
PARAM(tos, int, 0444, "IP type of service, -1: leave it");
PARAM(use_privileged_port, int, 0644, "connect from a port below 1024");
PARAM(require_privileged_port, int, 0644, "accept from ports below 1024 only");

static char *ipif_name = "ib0";
module_param(ipif_name, charp, 0444);
MODULE_PARM_DESC(ipif_name, "interface of networks for which none is named");

static unsigned int credits = 256;
module_param(credits, uint, 0444);
MODULE_PARM_DESC(credits, "shown only");

static unsigned int peer_timeout = 180;
module_param(peer_timeout, uint, 0444);
MODULE_PARM_DESC(peer_timeout, "shown only");

static unsigned int peer_buffer_credits;
module_param(peer_buffer_credits, uint, 0444);
MODULE_PARM_DESC(peer_buffer_credits, "shown only");

/*
 * Accepted so that existing files in modprobe.d load. They have no effect: messages and memory
 * regions belong to their connection and are made as they are needed.
 */
#define IGNORED(name, init)						\
	static int name = init;						\
	module_param(name, int, 0444);					\
	MODULE_PARM_DESC(name, "accepted and ignored")

IGNORED(cksum, 0);
IGNORED(nscheds, 0);
IGNORED(ntx, 512);
IGNORED(ib_mtu, 0);
IGNORED(map_on_demand, 1);
IGNORED(fmr_pool_size, 512);
IGNORED(fmr_flush_trigger, 384);
IGNORED(fmr_cache, 1);
IGNORED(use_fastreg_gaps, 0);
IGNORED(dev_failover, 0);
IGNORED(wrq_sge, 2);

/* Time after which a connection without progress is closed, in jiffies. */
unsigned long kib_timeout(void)
{
	unsigned int s = READ_ONCE(kib_params.timeout);

	return (s ?: lnet_lnd_timeout()) * HZ;
}

/* Time for a connection to come up. */
unsigned long kib_connect_timeout(void)
{
	return max(kib_timeout() / 4, 5UL * HZ);
}

unsigned int kib_depth(void)
{
	return clamp_t(unsigned int, kib_params.peer_credits, KIB_DEPTH_MIN, KIB_DEPTH_MAX);
}

unsigned int kib_concurrent_sends(void)
{
	return READ_ONCE(kib_params.concurrent_sends) ?: kib_depth();
}

static void kib_set_tunables(struct lnet_ni *ni)
{
	unsigned int depth = kib_depth();

	ni->peer_timeout = peer_timeout;
	ni->peer_credits = depth;
	ni->peer_rtr_credits = peer_buffer_credits;
	ni->credits = credits;
	ni->conns_per_peer = kib_params.conns_per_peer;
	ni->lnd_timeout = kib_timeout() / HZ;
	ni->tos = kib_params.tos;
	ni->o2ib.peercredits_hiw = kib_params.peer_credits_hiw ?: depth / 2;
	ni->o2ib.concurrent_sends = kib_concurrent_sends();
	ni->o2ib.map_on_demand = map_on_demand;
	ni->o2ib.fmr_pool_size = fmr_pool_size;
	ni->o2ib.fmr_flush_trigger = fmr_flush_trigger;
	ni->o2ib.fmr_cache = fmr_cache;
	ni->o2ib.ntx = ntx;
}

static int kib_startup_failed(struct lnet_ni *ni, int rc)
{
	char s[LNET_NIDSTR_SIZE];

	lnet_net_str(ni->net, s);
	if (rc == -ENODEV)
		pr_err("network %s: interface %s has no RDMA device; load the driver of the adapter, or make a software one: rdma link add rxe0 type rxe netdev %s\n",
		       s, ni->ifname, ni->ifname);
	else if (rc == -EOPNOTSUPP)
		pr_err("network %s: the RDMA device of interface %s cannot register memory by work requests (FRWR); use another adapter, or network tcp\n",
		       s, ni->ifname);
	else
		return rc;
	return -ENXIO;
}

static int kib_startup(struct lnet_ni *ni)
{
	struct kib_net *net;
	int rc;

	if (!*ni->ifname)
		strscpy(ni->ifname, ipif_name, sizeof(ni->ifname));
	ni->nid.nid_type = O2IBLND;
	ni->nid.nid_num = cpu_to_be16(ni->net);
	rc = *ni->ifname ? lnet_lnd_find_interface(ni->ifname, &ni->nid, NULL) : -ENODEV;
	if (rc)
		return rc;
	kib_set_tunables(ni);
	net = kzalloc(sizeof(*net), GFP_KERNEL);
	if (!net)
		return -ENOMEM;
	lnet_lnd_net_init(&net->base, ni, &kib_net_ops);
	net->base.incarnation = ktime_to_us(ktime_get_real());
	ni->lnd_data = &net->base;
	rc = kib_listen_get(net);
	if (rc) {
		kfree(net);
		return kib_startup_failed(ni, rc);
	}
	lnet_lnd_net_start(&net->base);
	return 0;
}

static void kib_shutdown(struct lnet_ni *ni)
{
	struct kib_net *net = container_of(ni->lnd_data, struct kib_net, base);

	lnet_lnd_net_close(&net->base);
	lnet_lnd_net_end(&net->base);
	/* peers look at the listener until they are gone */
	kib_listen_put(net);
}

static void kib_release(struct lnet_ni *ni)
{
	kfree(container_of(ni->lnd_data, struct kib_net, base));
}

static struct lnet_lnd kib_lnd = {
	.type = O2IBLND,
	.name = "o2ib",
	.owner = THIS_MODULE,
	.startup = kib_startup,
	.shutdown = kib_shutdown,
	.release = kib_release,
	.send = kib_send,
	.fast_fail = lnet_lnd_fast_fail,
};

static int __init ko2iblnd_init(void)
{
	int rc;

	kib_wq = alloc_workqueue("ko2iblnd", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!kib_wq)
		return -ENOMEM;
	rc = lnet_register_lnd(&kib_lnd);
	if (rc)
		destroy_workqueue(kib_wq);
	return rc;
}

static void __exit ko2iblnd_exit(void)
{
	lnet_unregister_lnd(&kib_lnd);
	destroy_workqueue(kib_wq);
}

module_init(ko2iblnd_init);
module_exit(ko2iblnd_exit);
MODULE_DESCRIPTION("LNet over RDMA (InfiniBand, RoCE, iWARP)");
MODULE_LICENSE("GPL");
