// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksocklnd.ko: LNet over TCP (chapter 1, 3 to 5). Parameters, start and stop of a net.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include "ksock.h"

struct workqueue_struct *ksock_wq;
struct workqueue_struct *ksock_dial_wq;
struct workqueue_struct *ksock_accept_wq;
struct kmem_cache *ksock_tx_cache;

struct ksock_params ksock_params = {
	.min_reconnectms = 1000,
	.max_reconnectms = 60000,
	.min_bulk = 1024,
	.tos = -1,
	.keepalive_idle = 30,
	.keepalive_intvl = 5,
	.keepalive_count = 5,
};

#define PARAM(name, type, mode, desc)						\
	module_param_named(name, ksock_params.name, type, mode);		\
	MODULE_PARM_DESC(name, desc)

PARAM(min_reconnectms, uint, 0644, "first pause after a failed connect, ms");
PARAM(max_reconnectms, uint, 0644, "longest pause, ms");
PARAM(min_bulk, uint, 0644, "messages of this size use bulk connections");
PARAM(tos, int, 0444, "IP type of service, -1: leave it");
PARAM(nagle, int, 0644, "use Nagle's algorithm");
PARAM(tx_buffer_size, int, 0644, "socket buffer, 0: automatic");
PARAM(rx_buffer_size, int, 0644, "socket buffer, 0: automatic");
PARAM(keepalive_idle, int, 0644, "TCP keepalive: seconds of silence");
PARAM(keepalive_intvl, int, 0644, "TCP keepalive: seconds between probes");
PARAM(keepalive_count, int, 0644, "TCP keepalive: probes");

static unsigned int sock_timeout = 50;
module_param(sock_timeout, uint, 0644);
MODULE_PARM_DESC(sock_timeout,
		 "seconds without progress until connections are closed, 0: that of LNet");

static unsigned int conns_per_peer;
module_param(conns_per_peer, uint, 0444);
MODULE_PARM_DESC(conns_per_peer, "bulk connections of each direction, 0: by link speed");

static unsigned int credits = 256;
module_param(credits, uint, 0444);
MODULE_PARM_DESC(credits, "shown only");

static unsigned int peer_credits = 8;
module_param(peer_credits, uint, 0444);
MODULE_PARM_DESC(peer_credits, "shown only");

static unsigned int peer_timeout = 180;
module_param(peer_timeout, uint, 0444);
MODULE_PARM_DESC(peer_timeout, "shown only");

static unsigned int peer_buffer_credits;
module_param(peer_buffer_credits, uint, 0444);
MODULE_PARM_DESC(peer_buffer_credits, "shown only");

/* Accepted so that existing files in modprobe.d load. They have no effect. */
#define IGNORED(name, init)						\
	static int name = init;						\
	module_param(name, int, 0444);					\
	MODULE_PARM_DESC(name, "accepted and ignored")

IGNORED(nscheds, 0);
IGNORED(nconnds, 4);
IGNORED(nconnds_max, 64);
IGNORED(eager_ack, 0);
IGNORED(typed_conns, 1);
IGNORED(round_robin, 1);
IGNORED(keepalive, 30);
IGNORED(enable_csum, 0);
IGNORED(inject_csum_error, 0);
IGNORED(nonblk_zcack, 1);
IGNORED(zc_min_payload, 16384);
IGNORED(zc_recv, 0);
IGNORED(zc_recv_min_nfrags, 16);
IGNORED(skip_mr_route_setup, 0);

/* Time without progress after which connections are closed, in jiffies. */
unsigned long ksock_timeout(void)
{
	unsigned int s = READ_ONCE(sock_timeout);

	return (s ?: lnet_lnd_timeout()) * HZ;
}

static void ksock_set_tunables(struct lnet_ni *ni, u32 conns)
{
	ni->peer_timeout = peer_timeout;
	ni->peer_credits = peer_credits;
	ni->peer_rtr_credits = peer_buffer_credits;
	ni->credits = credits;
	ni->conns_per_peer = conns;
	ni->lnd_timeout = ksock_timeout() / HZ;
	ni->tos = ksock_params.tos;
}

static struct ksock_net *ksock_net_alloc(struct lnet_ni *ni, u32 conns)
{
	struct ksock_net *net = kzalloc(sizeof(*net), GFP_KERNEL);

	if (!net)
		return NULL;
	lnet_lnd_net_init(&net->base, ni, &ksock_net_ops);
	net->base.incarnation = ktime_get_real_ns();
	net->conns_per_peer = conns;
	return net;
}

static int ksock_startup(struct lnet_ni *ni)
{
	struct ksock_net *net;
	u32 conns, mbits;
	int rc;

	ni->nid.nid_type = SOCKLND;
	ni->nid.nid_num = cpu_to_be16(ni->net);
	rc = lnet_lnd_find_interface(ni->ifname, &ni->nid, &mbits);
	if (rc)
		return rc;
	conns = clamp(conns_per_peer ?: ksock_conns_by_speed(mbits), 1U, 127U);
	ksock_set_tunables(ni, conns);
	net = ksock_net_alloc(ni, conns);
	if (!net)
		return -ENOMEM;
	ni->lnd_data = &net->base;
	rc = ksock_listen_get(&ni->nid);
	if (rc) {
		kfree(net);
		return rc;
	}
	lnet_lnd_net_start(&net->base);
	return 0;
}

static void ksock_shutdown(struct lnet_ni *ni)
{
	lnet_lnd_net_close(ni->lnd_data);
	ksock_listen_put(&ni->nid);
	lnet_lnd_net_end(ni->lnd_data);
}

static void ksock_release(struct lnet_ni *ni)
{
	kfree(container_of(ni->lnd_data, struct ksock_net, base));
}

static struct lnet_lnd ksock_lnd = {
	.type = SOCKLND,
	.name = "tcp",
	.owner = THIS_MODULE,
	.startup = ksock_startup,
	.shutdown = ksock_shutdown,
	.release = ksock_release,
	.send = ksock_send,
	.fast_fail = lnet_lnd_fast_fail,
};

static int __init ksock_init(void)
{
	int rc = -ENOMEM;

	ksock_tx_cache = KMEM_CACHE(ksock_tx, 0);
	if (!ksock_tx_cache)
		return -ENOMEM;
	ksock_wq = alloc_workqueue("ksocklnd", WQ_UNBOUND | WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	if (!ksock_wq)
		goto out_cache;
	ksock_dial_wq = alloc_workqueue("ksock_dial", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!ksock_dial_wq)
		goto out_wq;
	ksock_accept_wq = alloc_workqueue("ksock_accept", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!ksock_accept_wq)
		goto out_dial_wq;
	rc = lnet_register_lnd(&ksock_lnd);
	if (rc)
		goto out_accept_wq;
	return 0;

out_accept_wq:
	destroy_workqueue(ksock_accept_wq);
out_dial_wq:
	destroy_workqueue(ksock_dial_wq);
out_wq:
	destroy_workqueue(ksock_wq);
out_cache:
	kmem_cache_destroy(ksock_tx_cache);
	return rc;
}

static void __exit ksock_exit(void)
{
	lnet_unregister_lnd(&ksock_lnd);
	destroy_workqueue(ksock_accept_wq);
	destroy_workqueue(ksock_dial_wq);
	destroy_workqueue(ksock_wq);
	kmem_cache_destroy(ksock_tx_cache);
}

module_init(ksock_init);
module_exit(ksock_exit);
MODULE_DESCRIPTION("LNet over TCP");
MODULE_LICENSE("GPL");
