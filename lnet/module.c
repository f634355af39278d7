// SPDX-License-Identifier: GPL-2.0-only
/*
 * lnet.ko: module parameters (chapter 1, 15.1), start and stop of the networks. lnet_api_mutex is
 * outermost; it serialises all changes of the configuration.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/module.h>
#include <linux/workqueue.h>
#include "internal.h"

DEFINE_MUTEX(lnet_api_mutex);	/* every change of the configuration */
struct workqueue_struct *lnet_wq;

/* Under lnet_api_mutex; read without it by lnet_is_up(). */
static bool lnet_up;
static bool lnet_configured;		/* started by the administrator: stays up without users */
static unsigned int lnet_users;
static bool lnet_net_missing;		/* a network was left out; under lnet_api_mutex */

char *lnet_networks = "";
module_param_named(networks, lnet_networks, charp, 0444);
MODULE_PARM_DESC(networks, "networks and their interfaces: tcp0(eth0),tcp1(eth1)");

unsigned int lnet_interfaces_max = LNET_INTERFACES_MAX;
module_param(lnet_interfaces_max, uint, 0444);
MODULE_PARM_DESC(lnet_interfaces_max, "most NIDs of a node");

unsigned int lnet_transaction_timeout = 150;
module_param(lnet_transaction_timeout, uint, 0644);
MODULE_PARM_DESC(lnet_transaction_timeout, "seconds until an answer is given up");

unsigned int lnet_retry_count = 2;
module_param(lnet_retry_count, uint, 0644);
MODULE_PARM_DESC(lnet_retry_count, "times that a failed message takes another way");

unsigned int lnet_health_sensitivity = 100;
module_param(lnet_health_sensitivity, uint, 0644);
MODULE_PARM_DESC(lnet_health_sensitivity,
		 "what a failure takes from the health of an interface, 0: no health, no resend");

unsigned int lnet_response_tracking = 3;
module_param(lnet_response_tracking, uint, 0644);
MODULE_PARM_DESC(lnet_response_tracking,
		 "whose answers are waited for: 0 own pings, 1 also GETs, 2 also PUTs, 3 all");

unsigned int lnet_recovery_limit;
module_param(lnet_recovery_limit, uint, 0644);
MODULE_PARM_DESC(lnet_recovery_limit, "pings of an unhealthy NID, 0: no limit");

unsigned int lnet_max_recovery_ping_interval = 900;
module_param(lnet_max_recovery_ping_interval, uint, 0644);
MODULE_PARM_DESC(lnet_max_recovery_ping_interval, "longest pause between these pings, seconds");

static unsigned int lnet_peer_discovery_disabled;
module_param(lnet_peer_discovery_disabled, uint, 0444);
MODULE_PARM_DESC(lnet_peer_discovery_disabled, "1: one NID of each peer is used");

static char *accept = "secure";
module_param(accept, charp, 0444);
MODULE_PARM_DESC(accept,
		 "whose TCP connections are accepted: secure (privileged ports), all, none");

static unsigned int accept_port = LNET_ACCEPTOR_PORT;
module_param(accept_port, uint, 0444);
MODULE_PARM_DESC(accept_port, "TCP port of all nodes");

static unsigned int accept_backlog = 127;
module_param(accept_backlog, uint, 0444);
MODULE_PARM_DESC(accept_backlog, "backlog of the listening socket");

static unsigned int accept_timeout = 5;
module_param(accept_timeout, uint, 0644);
MODULE_PARM_DESC(accept_timeout, "seconds a new connection may be silent");

static bool local_nid_dist_zero = true;
module_param(local_nid_dist_zero, bool, 0444);
MODULE_PARM_DESC(local_nid_dist_zero, "messages to this node's own NIDs use 0@lo");

static bool config_on_load;
module_param(config_on_load, bool, 0444);
MODULE_PARM_DESC(config_on_load, "start the networks when the module is loaded");

/* Accepted so that existing files in modprobe.d load. They have no effect. */
#define IGNORED(type, name, init)					\
	static type name = init;					\
	module_param(name, type, 0444);					\
	MODULE_PARM_DESC(name, "accepted and ignored")

typedef char *charp;
IGNORED(charp, ip2nets, "");
IGNORED(charp, routes, "");
IGNORED(charp, forwarding, "");
IGNORED(uint, accept_port_bulk, LNET_ACCEPTOR_PORT);
IGNORED(uint, lnet_recovery_interval, 1);
IGNORED(uint, lock_prim_nid, 1);
IGNORED(uint, lnet_drop_asym_route, 0);
IGNORED(uint, lnet_numa_range, 0);
IGNORED(int, alive_router_check_interval, 60);
IGNORED(int, live_router_check_interval, 60);
IGNORED(int, dead_router_check_interval, 60);
IGNORED(int, check_routers_before_use, 0);
IGNORED(int, avoid_asym_router_failure, 1);
IGNORED(int, auto_down, 1);
IGNORED(int, tiny_router_buffers, 0);
IGNORED(int, small_router_buffers, 0);
IGNORED(int, large_router_buffers, 0);
IGNORED(int, peer_buffer_credits, 0);
IGNORED(int, router_ping_timeout, 50);
IGNORED(int, router_sensitivity_percentage, 100);
IGNORED(int, rnet_htable_size, 128);
IGNORED(int, portal_rotor, 3);
IGNORED(int, enable_sysctl_setup, 0);
IGNORED(int, use_tcp_bonding, 0);

/**
 * lnet_accept_conf() - parameters of the acceptor
 * @conf: result
 */
void lnet_accept_conf(struct lnet_accept_conf *conf)
{
	conf->listen = strcmp(accept, "none");
	conf->any_port = !strcmp(accept, "all");
	conf->port = accept_port;
	conf->backlog = accept_backlog;
	conf->timeout = max(READ_ONCE(accept_timeout), 1U);
}
EXPORT_SYMBOL_GPL(lnet_accept_conf);

/* How often a message may take another way. Resends nest, if drivers fail at once. */
unsigned int lnet_max_reroutes(void)
{
	return min(READ_ONCE(lnet_retry_count), LNET_RETRIES_MAX);
}

/**
 * lnet_lnd_timeout() - how long a driver tries to pass on a message
 *
 * Return: seconds.
 */
unsigned int lnet_lnd_timeout(void)
{
	unsigned int whole = max(READ_ONCE(lnet_transaction_timeout), 1U);

	return max((whole - 1) / (lnet_max_reroutes() + 1), 5U);
}
EXPORT_SYMBOL_GPL(lnet_lnd_timeout);

/**
 * lnet_is_local_dist_zero() - module parameter local_nid_dist_zero
 */
bool lnet_is_local_dist_zero(void)
{
	return local_nid_dist_zero;
}
EXPORT_SYMBOL_GPL(lnet_is_local_dist_zero);

/* Does this node use several NIDs of others, and offer its own? */
bool lnet_discovery_on(void)
{
	return !READ_ONCE(lnet_peer_discovery_disabled);
}

/* Peers that have this node's NIDs are told, and use one of them from then on. */
int lnet_discovery_set(bool on)
{
	lockdep_assert_held(&lnet_api_mutex);
	WRITE_ONCE(lnet_peer_discovery_disabled, !on);
	lnet_ni_info_changed();
	return 0;
}

bool lnet_is_up(void)
{
	return READ_ONCE(lnet_up);
}

static void lnet_stop_if_unused(void)
{
	if (lnet_users || lnet_configured || !lnet_up)
		return;
	WRITE_ONCE(lnet_up, false);
	lnet_nis_stop();
}

/* Start a network of the module parameters. One that cannot be on this node is left out. */
static int lnet_start_net(u32 net, const char *ifname)
{
	int rc = lnet_ni_add(net, ifname);

	if (rc != -ENXIO)
		return rc;
	lnet_net_missing = true;
	return 0;
}

static int lnet_start_params(void)
{
	struct lnet_nid nid;
	int rc;

	lnet_net_missing = false;
	rc = lnet_config_networks(lnet_networks, lnet_start_net);
	/* it was the only one */
	if (!rc && lnet_net_missing && lnet_local_nid(0, &nid))
		rc = -ENXIO;
	return rc;
}

static int lnet_start(bool from_params)
{
	int rc;

	if (lnet_up)
		return 0;
	rc = lnet_nis_start();
	if (rc)
		return rc;
	if (from_params)
		rc = lnet_start_params();
	if (rc) {
		lnet_nis_stop();
		return rc;
	}
	WRITE_ONCE(lnet_up, true);
	return 0;
}

/*
 * The administrator's "network up". from_params: with the networks of the module parameters; else
 * with 0@lo only.
 */
int lnet_configure(bool from_params)
{
	int rc;

	lockdep_assert_held(&lnet_api_mutex);
	rc = lnet_start(from_params);
	if (!rc)
		lnet_configured = true;
	return rc;
}

/* The administrator's "network down": -EBUSY if LNet has users. */
int lnet_unconfigure(void)
{
	lockdep_assert_held(&lnet_api_mutex);
	if (lnet_users)
		return -EBUSY;
	lnet_configured = false;
	lnet_stop_if_unused();
	return 0;
}

/**
 * lnet_get_ref() - start to use LNet
 *
 * Starts the networks of the module parameter networks if LNet is down, and keeps LNet up until
 * lnet_put_ref(). May sleep for seconds.
 *
 * Return: 0, or -errno of the network that does not start (-ENODEV: no such interface).
 */
int lnet_get_ref(void)
{
	int rc;

	mutex_lock(&lnet_api_mutex);
	rc = lnet_start(true);
	if (!rc)
		lnet_users++;
	mutex_unlock(&lnet_api_mutex);
	return rc;
}
EXPORT_SYMBOL_GPL(lnet_get_ref);

/**
 * lnet_put_ref() - LNet is no longer used
 *
 * The last user stops the networks, unless the administrator started them. All mds of the caller
 * must have ended.
 */
void lnet_put_ref(void)
{
	mutex_lock(&lnet_api_mutex);
	lnet_users--;
	lnet_stop_if_unused();
	mutex_unlock(&lnet_api_mutex);
}
EXPORT_SYMBOL_GPL(lnet_put_ref);

/* Not in module_init(): the driver that it loads needs this module to be initialised. */
static void lnet_config_work(struct work_struct *work)
{
	int rc;

	mutex_lock(&lnet_api_mutex);
	rc = lnet_configure(true);
	mutex_unlock(&lnet_api_mutex);
	if (rc)
		pr_err("the networks of config_on_load do not start: rc = %d\n", rc);
}

static DECLARE_DELAYED_WORK(config_dwork, lnet_config_work);

static int __init lnet_init(void)
{
	int rc;

	lnet_interfaces_max = clamp_t(unsigned int, lnet_interfaces_max, LNET_INTERFACES_MIN,
				      LNET_INTERFACES_MAX);
	lnet_wq = alloc_workqueue("lnet", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!lnet_wq)
		return -ENOMEM;
	rc = lnet_md_init();
	if (rc)
		goto out_wq;
	rc = lnet_portal_init();
	if (rc)
		goto out_md;
	rc = lnet_move_init();
	if (rc)
		goto out_portal;
	rc = lnet_lnd_init();
	if (rc)
		goto out_move;
	rc = lnet_dev_init();
	if (rc)
		goto out_lnd;
	if (config_on_load)
		schedule_delayed_work(&config_dwork, HZ / 10);
	return 0;

out_lnd:
	lnet_lnd_exit();
out_move:
	lnet_move_exit();
out_portal:
	lnet_portal_exit();
out_md:
	lnet_md_exit();
out_wq:
	destroy_workqueue(lnet_wq);
	return rc;
}

static void __exit lnet_exit(void)
{
	cancel_delayed_work_sync(&config_dwork);
	lnet_dev_exit();
	lnet_lnd_exit();
	mutex_lock(&lnet_api_mutex);
	lnet_unconfigure();
	mutex_unlock(&lnet_api_mutex);
	destroy_workqueue(lnet_wq);
	lnet_move_exit();
	lnet_portal_exit();
	lnet_md_exit();
	rcu_barrier();
}

module_init(lnet_init);
module_exit(lnet_exit);
MODULE_DESCRIPTION("Lustre networking");
MODULE_LICENSE("GPL");
