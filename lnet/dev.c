// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/lnet, by which lctl and lnetctl configure LNet (uapi/lnet_ioctl.h), and the files stats and
 * nis in /sys/kernel/debug/lnet (chapter 1, section 16.1).
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <gloss/lnet_ioctl.h>
#include "internal.h"

#define PING_TIMEOUT_MAX_MS	120000

static struct dentry *debug_dir;

static int lnet_ioc_up(void __user *arg)
{
	struct lnet_ioc_up up;
	int rc;

	if (copy_from_user(&up, arg, sizeof(up)))
		return -EFAULT;
	mutex_lock(&lnet_api_mutex);
	rc = lnet_configure(up.from_params);
	mutex_unlock(&lnet_api_mutex);
	return rc;
}

static int lnet_ioc_down(void __user *arg)
{
	int rc;

	mutex_lock(&lnet_api_mutex);
	rc = lnet_unconfigure();
	mutex_unlock(&lnet_api_mutex);
	return rc;
}

static void lnet_ioc_copy_counts(struct lnet_ioc_counts *to, const u64 from[4])
{
	to->ack = from[LNET_MSG_ACK];
	to->put = from[LNET_MSG_PUT];
	to->get = from[LNET_MSG_GET];
	to->reply = from[LNET_MSG_REPLY];
}

static void lnet_ioc_fill_ni(struct lnet_ioc_ni *to, const struct lnet_ni *ni)
{
	struct lnet_ni_stats sum = {};
	char s[LNET_NIDSTR_SIZE];

	lnet_ni_stats_sum(ni, &sum);
	to->up = !ni->link_down;
	to->health = atomic_read(&ni->health);
	to->credits_min = (int)ni->credits - ni->inflight_max;
	to->credits_free = (int)ni->credits - atomic_read(&ni->inflight);
	lnet_nid_str(&ni->nid, to->nid);
	strscpy(to->net, lnet_net_str(ni->net, s), sizeof(to->net));
	strscpy(to->ifname, ni->ifname, sizeof(to->ifname));
	to->peer_timeout = ni->peer_timeout;
	to->peer_credits = ni->peer_credits;
	to->peer_buffer_credits = ni->peer_rtr_credits;
	to->credits = ni->credits;
	to->conns_per_peer = ni->conns_per_peer;
	to->lnd_timeout = ni->lnd_timeout;
	to->tos = ni->tos;
	to->refs = refcount_read(&ni->refs);
	lnet_ioc_copy_counts(&to->sent, sum.sent);
	lnet_ioc_copy_counts(&to->received, sum.recv);
	lnet_ioc_copy_counts(&to->dropped, sum.dropped);
	to->send_bytes = sum.send_bytes;
	to->recv_bytes = sum.recv_bytes;
	to->drop_bytes = sum.drop_bytes;
	to->errors = sum.errors;
	to->o2ib = ni->o2ib;
}

static int lnet_ioc_get_ni(void __user *arg)
{
	struct lnet_ioc_ni *to;
	struct lnet_ni *ni;
	int rc = -ENOENT;
	u32 n;

	if (!lnet_is_up())
		return -ENETDOWN;
	if (get_user(n, &((struct lnet_ioc_ni __user *)arg)->index))
		return -EFAULT;
	to = kzalloc(sizeof(*to), GFP_KERNEL);
	if (!to)
		return -ENOMEM;
	to->index = n;
	mutex_lock(&lnet_api_mutex);
	list_for_each_entry(ni, lnet_ni_list(), link) {
		if (!n--) {
			lnet_ioc_fill_ni(to, ni);
			rc = 0;
			break;
		}
	}
	mutex_unlock(&lnet_api_mutex);
	if (!rc && copy_to_user(arg, to, sizeof(*to)))
		rc = -EFAULT;
	kfree(to);
	return rc;
}

static int lnet_ioc_ping_reply(const struct lnet_nid *nids, u32 n, char __user *to)
{
	char s[LNET_NIDSTR_SIZE];
	u32 i;

	BUILD_BUG_ON(sizeof(s) != LNET_IOC_NIDLEN);
	for (i = 0; i < n; i++) {
		memset(s, 0, sizeof(s));
		lnet_nid_str(&nids[i], s);
		if (copy_to_user(to + i * sizeof(s), s, sizeof(s)))
			return -EFAULT;
	}
	return 0;
}

/* A ping or discovery of a node on behalf of a tool: the number of its NIDs in nids, or -errno. */
static int lnet_ioc_ask(struct lnet_ioc_ping *p, const struct lnet_nid *nid, struct lnet_nid *nids,
			bool discover)
{
	unsigned int ms = min_t(u32, p->timeout_ms ?: 1000, PING_TIMEOUT_MAX_MS);
	u32 features = 0;
	int rc;

	if (discover) {
		rc = lnet_discover(nid, ms, p->force);
		if (!rc)
			rc = lnet_peer_nids(nid, nids, p->max, &features);
	} else {
		rc = lnet_ping(nid, ms, nids, p->max, &features);
	}
	p->multi_rail = !!(features & LNET_PING_FEAT_MULTI_RAIL);
	return rc;
}

static int lnet_ioc_ping(void __user *arg, bool discover)
{
	struct lnet_nid *nids, nid;
	struct lnet_ioc_ping p;
	int rc;

	if (copy_from_user(&p, arg, sizeof(p)))
		return -EFAULT;
	if (lnet_str_nid_len(p.nid, strnlen(p.nid, sizeof(p.nid)), &nid) || lnet_nid_is_any(&nid))
		return -EINVAL;
	if (!lnet_is_up())
		return -ENETDOWN;
	p.max = clamp_t(u32, p.max, 1, LNET_INTERFACES_MAX);
	nids = kcalloc(p.max, sizeof(*nids), GFP_KERNEL);
	if (!nids)
		return -ENOMEM;
	/* a reference that keeps LNet up during the wait */
	rc = lnet_get_ref();
	if (rc)
		goto out;
	rc = lnet_ioc_ask(&p, &nid, nids, discover);
	lnet_put_ref();
	if (rc < 0)
		goto out;
	p.count = rc;
	rc = lnet_ioc_ping_reply(nids, p.count, u64_to_user_ptr(p.nids));
	if (!rc && copy_to_user(arg, &p, sizeof(p)))
		rc = -EFAULT;
out:
	kfree(nids);
	return rc;
}

static void lnet_ioc_sum_counts(struct lnet_ioc_counts *to, const atomic_long_t from[4])
{
	to->ack = atomic_long_read(&from[LNET_MSG_ACK]);
	to->put = atomic_long_read(&from[LNET_MSG_PUT]);
	to->get = atomic_long_read(&from[LNET_MSG_GET]);
	to->reply = atomic_long_read(&from[LNET_MSG_REPLY]);
}

struct lnet_ioc_peer_copy {
	struct lnet_ioc_peer *peer;
	struct lnet_ioc_peer_ni *nis;
};

static void lnet_ioc_copy_peer(struct lnet_ioc_peer *to, const struct lnet_peer_ni *lpni)
{
	const struct lnet_peer *lp = lpni->lp;

	if (lpni == rcu_access_pointer(lp->prim))
		lnet_nid_str(&lpni->nid, to->primary);
	to->multi_rail = lp->multi_rail;
	to->state = (lp->multi_rail ? LNET_PEER_MULTI_RAIL : 0) |
		(lp->configured ? LNET_PEER_CONFIGURED : 0) |
		(lp->discovered ? LNET_PEER_DISCOVERED : 0) |
		(lp->pushed_seq ? LNET_PEER_PUSHED : 0) |
		(lp->non_mr ? LNET_PEER_NON_MR : 0);
}

/* A callback of lnet_peers_copy(): does not sleep. */
static void lnet_ioc_copy_peer_ni(const struct lnet_peer_ni *lpni, u32 i, void *arg)
{
	struct lnet_ioc_peer_copy *copy = arg;
	struct lnet_ioc_peer_ni *to = &copy->nis[i];
	int credits = lnet_peer_credits(&lpni->nid);

	lnet_ioc_copy_peer(copy->peer, lpni);
	lnet_nid_str(&lpni->nid, to->nid);
	to->health = atomic_read(&lpni->health);
	to->down = lpni->down;
	to->credits = credits;
	to->credits_free = credits ? credits - atomic_read(&lpni->inflight) : 0;
	to->credits_min = credits ? credits - lpni->inflight_max : 0;
	to->refs = refcount_read(&lpni->refs);
	to->ping_count = lpni->pings;
	if (to->health < LNET_HEALTH_MAX && time_before(jiffies, lpni->next_ping))
		to->next_ping = (lpni->next_ping - jiffies) / HZ;
	lnet_ioc_sum_counts(&to->sent, lpni->sent);
	lnet_ioc_sum_counts(&to->received, lpni->recv);
	to->errors = atomic_long_read(&lpni->failed);
	to->timeouts = atomic_long_read(&lpni->timeouts);
}

static int lnet_ioc_get_peer(void __user *arg)
{
	struct lnet_ioc_peer_copy copy;
	struct lnet_ioc_peer p;
	int rc;

	if (copy_from_user(&p, arg, sizeof(p)))
		return -EFAULT;
	if (!lnet_is_up())
		return -ENETDOWN;
	p.max = min_t(u32, p.max, LNET_INTERFACES_MAX);
	copy.peer = &p;
	copy.nis = kvcalloc(p.max, sizeof(*copy.nis), GFP_KERNEL);
	if (!copy.nis)
		return -ENOMEM;
	memset(p.primary, 0, sizeof(p.primary));
	rc = lnet_peers_copy(&p.id, p.max, lnet_ioc_copy_peer_ni, &copy);
	if (rc >= 0) {
		p.count = rc;
		rc = 0;
		if (copy_to_user(u64_to_user_ptr(p.nis), copy.nis,
				 p.count * sizeof(*copy.nis)) ||
		    copy_to_user(arg, &p, sizeof(p)))
			rc = -EFAULT;
	}
	kvfree(copy.nis);
	return rc;
}

static int lnet_ioc_net(void __user *arg, int (*fn)(u32 net, const char *ifname))
{
	struct lnet_ioc_net n;
	u32 net;
	int rc;

	if (copy_from_user(&n, arg, sizeof(n)))
		return -EFAULT;
	n.net[sizeof(n.net) - 1] = 0;
	n.ifname[sizeof(n.ifname) - 1] = 0;
	if (lnet_str_net(n.net, &net) || net >> 16 == LOLND)
		return -EINVAL;
	mutex_lock(&lnet_api_mutex);
	rc = lnet_is_up() ? fn(net, n.ifname) : -ENETDOWN;
	mutex_unlock(&lnet_api_mutex);
	return rc;
}

static int lnet_ioc_get_setting(void __user *arg)
{
	struct lnet_ioc_setting s;
	int rc;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	rc = lnet_setting_get(s.which, &s.value);
	if (!rc && copy_to_user(arg, &s, sizeof(s)))
		rc = -EFAULT;
	return rc;
}

static int lnet_ioc_set_setting(void __user *arg)
{
	struct lnet_ioc_setting s;
	int rc;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	mutex_lock(&lnet_api_mutex);
	rc = lnet_setting_set(s.which, s.value);
	mutex_unlock(&lnet_api_mutex);
	return rc;
}

static int lnet_ioc_peer_config(void __user *arg, bool add)
{
	struct lnet_ioc_peer_config c;
	struct lnet_nid primary, nid;
	int rc;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	if (lnet_str_nid_len(c.primary, strnlen(c.primary, sizeof(c.primary)), &primary))
		return -EINVAL;
	nid = primary;
	if (c.nid[0] && lnet_str_nid_len(c.nid, strnlen(c.nid, sizeof(c.nid)), &nid))
		return -EINVAL;
	if (lnet_nid_is_any(&nid) || lnet_nid_is_any(&primary) ||
	    lnet_nid_is_local(&primary) || lnet_nid_is_local(&nid))
		return -EINVAL;
	mutex_lock(&lnet_api_mutex);
	if (!lnet_is_up())
		rc = -ENETDOWN;
	else
		rc = add ? lnet_peer_configure(&primary, &nid, c.non_mr) :
			lnet_peer_unconfigure(&primary, &nid);
	mutex_unlock(&lnet_api_mutex);
	return rc;
}

static int lnet_ioc_reset_stats(void)
{
	struct lnet_ni *ni;
	int cpu;

	/* what is counted just now may be lost */
	mutex_lock(&lnet_api_mutex);
	list_for_each_entry(ni, lnet_ni_list(), link)
		for_each_possible_cpu(cpu)
			memset(per_cpu_ptr(ni->stats, cpu), 0, sizeof(*ni->stats));
	lnet_peers_reset_stats();
	mutex_unlock(&lnet_api_mutex);
	lnet_counters_reset();
	return 0;
}

static u64 lnet_stats_sum4(const u64 v[4])
{
	return v[0] + v[1] + v[2] + v[3];
}

static void lnet_stats_sum_all(struct lnet_ni_stats *sum)
{
	struct lnet_ni *ni;

	memset(sum, 0, sizeof(*sum));
	mutex_lock(&lnet_api_mutex);
	list_for_each_entry(ni, lnet_ni_list(), link)
		lnet_ni_stats_sum(ni, sum);
	mutex_unlock(&lnet_api_mutex);
}

static int lnet_ioc_stats(void __user *arg)
{
	struct lnet_ioc_stats st = {};
	struct lnet_ni_stats sum;

	lnet_stats_sum_all(&sum);
	st.send_count = lnet_stats_sum4(sum.sent);
	st.recv_count = lnet_stats_sum4(sum.recv);
	st.drop_count = lnet_stats_sum4(sum.dropped);
	st.send_length = sum.send_bytes;
	st.recv_length = sum.recv_bytes;
	st.drop_length = sum.drop_bytes;
	st.errors = sum.errors;
	st.msgs_alloc = atomic_long_read(&lnet_counters.msgs);
	st.msgs_max = atomic_long_read(&lnet_counters.msgs_max);
	st.resends = atomic_long_read(&lnet_counters.resends);
	st.resends_ok = atomic_long_read(&lnet_counters.resends_ok);
	st.resends_failed = atomic_long_read(&lnet_counters.resends_failed);
	st.response_timeouts = atomic_long_read(&lnet_counters.response_timeouts);
	st.local_errors = atomic_long_read(&lnet_counters.local_errors);
	st.remote_errors = atomic_long_read(&lnet_counters.remote_errors);
	st.network_timeouts = atomic_long_read(&lnet_counters.network_timeouts);
	return copy_to_user(arg, &st, sizeof(st)) ? -EFAULT : 0;
}

static int lnet_ioc_distance(void __user *arg)
{
	struct lnet_ioc_distance d;
	struct lnet_nid nid;
	int rc;

	if (copy_from_user(&d, arg, sizeof(d)))
		return -EFAULT;
	if (lnet_str_nid_len(d.nid, strnlen(d.nid, sizeof(d.nid)), &nid))
		return -EINVAL;
	rc = lnet_distance(&nid);
	if (rc < 0)
		return rc;
	d.distance = rc;
	return copy_to_user(arg, &d, sizeof(d)) ? -EFAULT : 0;
}

static long lnet_dev_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	void __user *arg = (void __user *)uarg;
	bool admin = capable(CAP_SYS_ADMIN);

	switch (cmd) {
	case LNET_IOC_GET_NI:
		return lnet_ioc_get_ni(arg);
	case LNET_IOC_STATS:
		return lnet_ioc_stats(arg);
	case LNET_IOC_DISTANCE:
		return lnet_ioc_distance(arg);
	case LNET_IOC_PING:	/* it makes this node connect to any address */
		return admin ? lnet_ioc_ping(arg, false) : -EPERM;
	case LNET_IOC_DISCOVER:
		return admin ? lnet_ioc_ping(arg, true) : -EPERM;
	case LNET_IOC_GET_PEER:
		return lnet_ioc_get_peer(arg);
	case LNET_IOC_GET_SETTING:
		return lnet_ioc_get_setting(arg);
	case LNET_IOC_SET_SETTING:
		return admin ? lnet_ioc_set_setting(arg) : -EPERM;
	case LNET_IOC_ADD_PEER:
		return admin ? lnet_ioc_peer_config(arg, true) : -EPERM;
	case LNET_IOC_DEL_PEER:
		return admin ? lnet_ioc_peer_config(arg, false) : -EPERM;
	case LNET_IOC_RESET_STATS:
		return admin ? lnet_ioc_reset_stats() : -EPERM;
	case LNET_IOC_UP:
		return admin ? lnet_ioc_up(arg) : -EPERM;
	case LNET_IOC_DOWN:
		return admin ? lnet_ioc_down(arg) : -EPERM;
	case LNET_IOC_ADD_NET:
		return admin ? lnet_ioc_net(arg, lnet_ni_add) : -EPERM;
	case LNET_IOC_DEL_NET:
		return admin ? lnet_ioc_net(arg, lnet_ni_del) : -EPERM;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = lnet_dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice lnet_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lnet",
	.mode = 0666,
	.fops = &dev_fops,
};

static int lnet_stats_show(struct seq_file *m, void *v)
{
	struct lnet_ni_stats sum;

	lnet_stats_sum_all(&sum);
	/* msgs_alloc msgs_max errors send recv route drop; send, recv, route, drop lengths */
	seq_printf(m, "%ld %ld %llu %llu %llu 0 %llu %llu %llu 0 %llu\n",
		   atomic_long_read(&lnet_counters.msgs),
		   atomic_long_read(&lnet_counters.msgs_max), sum.errors,
		   lnet_stats_sum4(sum.sent),
		   lnet_stats_sum4(sum.recv), lnet_stats_sum4(sum.dropped), sum.send_bytes,
		   sum.recv_bytes,
		   sum.drop_bytes);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lnet_stats);

static int lnet_nis_show(struct seq_file *m, void *v)
{
	char s[LNET_NIDSTR_SIZE];
	struct lnet_ni *ni;

	seq_printf(m, "%-24s %6s %5s %4s %4s %4s %5s %5s %5s\n", "nid", "status", "alive", "refs",
		   "peer",
		   "rtr", "max", "tx", "min");
	mutex_lock(&lnet_api_mutex);
	list_for_each_entry(ni, lnet_ni_list(), link)
		seq_printf(m, "%-24s %6s %5d %4u %4u %4u %5u %5d %5d\n", lnet_nid_str(&ni->nid, s),
			   READ_ONCE(ni->link_down) ? "down" : "up", 0,
			   refcount_read(&ni->refs), ni->peer_credits, ni->peer_rtr_credits,
			   ni->credits, (int)ni->credits - atomic_read(&ni->inflight),
			   (int)ni->credits - ni->inflight_max);
	mutex_unlock(&lnet_api_mutex);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lnet_nis);

int lnet_dev_init(void)
{
	int rc = misc_register(&lnet_dev);

	if (rc)
		return rc;
	debug_dir = debugfs_create_dir("lnet", NULL);
	debugfs_create_file("stats", 0444, debug_dir, NULL, &lnet_stats_fops);
	debugfs_create_file("nis", 0444, debug_dir, NULL, &lnet_nis_fops);
	lnet_debug_init(debug_dir);
	lnet_debug_files_init(debug_dir);
	return 0;
}

void lnet_dev_exit(void)
{
	debugfs_remove_recursive(debug_dir);
	lnet_debug_exit();
	misc_deregister(&lnet_dev);
}
