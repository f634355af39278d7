/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside lnet.ko, grouped by the file that defines it.
 *
 * Lock order: lnet_api_mutex (configuration) > home lock of an md (of its portal or of its handle
 * bucket) > md->md_lock. Locks of peers (peers_lock, lp->lock) are innermost. Handlers and drivers
 * are called with none of the spinlocks held.
 */
#ifndef _LNET_INTERNAL_H
#define _LNET_INTERNAL_H

#include <linux/spinlock.h>
#include <gloss/lnet_lnd.h>

/* An md, with the match entry if it is on the target side. */
struct lnet_md {
	refcount_t md_refs;
	struct lnet_md_desc md_desc;
	/* not changed after it was made */
	spinlock_t *md_home;
	struct lnet_process_id md_match_id;
	u64 md_match_bits;
	u64 md_ignore_bits;
	u64 md_cookie;			/* 0: attached to a portal */
	u32 md_portal;
	bool md_auto_unlink;
	/* under *md_home */
	bool md_linked;
	bool md_get;			/* its operation is a GET: a REPLY may come, no ACK */
	bool md_tracked;		/* md_expires is set: an answer is due until then */
	unsigned long md_expires;	/* jiffies */
	struct lnet_nid md_to;		/* who the answer is due from */
	int md_threshold;
	u32 md_local_offset;
	union {
		struct hlist_node md_hnode;
		struct list_head md_lnode;
	};
	/* under md_lock */
	spinlock_t md_lock;
	bool md_unlinking;		/* no new operations */
	bool md_delivering;		/* a thread delivers events, or md_work is queued */
	bool md_ended;			/* the event with unlinked set was made */
	bool md_timed_out;		/* it ends because the answer did not come */
	unsigned int md_inflight;	/* operations whose event was not made yet */
	struct list_head md_events;	/* messages that wait for their event */
	struct work_struct md_work;
};

#define LNET_HEALTH_MAX		1000

/* A NID of another node. */
struct lnet_peer_ni {
	struct hlist_node hnode;	/* table of NIDs; under peers_lock, read by RCU */
	struct list_head link;		/* lp->nis; likewise */
	struct rcu_head rcu;
	refcount_t refs;		/* the table's, and those of messages and probes */
	struct lnet_peer *lp;
	struct lnet_nid nid;
	bool stated;			/* the node said so, from this NID */
	bool down;			/* the node says that its interface is down */
	atomic_t health;		/* 0 ... LNET_HEALTH_MAX */
	atomic_t inflight;		/* messages that the driver has not sent yet */
	int inflight_max;
	int turn;			/* when it was chosen last, for round robin */
	unsigned long last_used;	/* jiffies */
	bool recovering;		/* a ping of this NID is under way; these under lp->lock */
	unsigned int pings;		/* in a row */
	unsigned long next_ping;	/* jiffies; valid if there were pings */
	struct work_struct recovery;
	atomic_long_t sent[4];		/* messages, by type */
	atomic_long_t recv[4];
	atomic_long_t failed;		/* to send */
	atomic_long_t timeouts;		/* answers that did not come */
	atomic_long_t lazy_bytes;	/* memory that its PUTs to lazy portals take */
};

/* Another node. */
struct lnet_peer {
	struct list_head link;		/* all nodes; under peers_lock, read by RCU */
	struct rcu_head rcu;
	refcount_t refs;		/* the list's, its NIDs', and that of work */
	u64 id;				/* the later a node was heard of, the higher */
	struct list_head nis;		/* under peers_lock, read by RCU */
	u32 nr_nis;
	struct lnet_peer_ni __rcu *prim;	/* NULL only when no NID is left */
	bool configured;		/* by the administrator: its NIDs stay */
	bool non_mr;			/* configured to use one NID */
	bool self_set;
	struct lnet_nid self;		/* our NID while one NID of the node is used */
	bool multi_rail;		/* messages go between all its NIDs and all of ours */
	u32 features;			/* LNET_PING_FEAT_* */
	u32 seq;			/* of what it said last */
	spinlock_t lock;		/* discovery: guards what follows */
	bool discovered;
	bool want_ping;
	bool want_push;
	bool probing;			/* a ping or push is under way */
	u32 pushed_seq;			/* of the information that it has of this node, or 0 */
	int error;			/* of the last probe */
	unsigned int rounds;		/* probes that have ended */
	unsigned long retry_at;		/* jiffies: not before */
	struct work_struct work;
};

/* Ping information in memory: the primary NID first, 0@lo left out. */
struct lnet_info {
	u32 features;
	u32 seq;
	u32 n;
	struct lnet_info_nid {
		struct lnet_nid nid;
		bool down;
	} nid[];
};

/* The way of a message; the pointers hold references. */
struct lnet_path {
	struct lnet_ni *ni;
	struct lnet_peer_ni *lpni;	/* NULL: 0@lo, or no record of the NID */
	struct lnet_nid src;
	struct lnet_nid dst;
};

/* Numbers of the node that are not those of an NI. */
struct lnet_counters {
	atomic_long_t msgs;		/* that exist */
	atomic_long_t msgs_max;
	atomic_long_t resends;
	atomic_long_t resends_ok;
	atomic_long_t resends_failed;
	atomic_long_t response_timeouts;
	atomic_long_t local_errors;
	atomic_long_t remote_errors;
	atomic_long_t network_timeouts;
};

enum lnet_match {
	LNET_MATCH_NONE,
	LNET_MATCH_DROP,
	LNET_MATCH_OK,
};

/* module.c */
extern struct mutex lnet_api_mutex;
extern struct workqueue_struct *lnet_wq;
extern char *lnet_networks;
extern unsigned int lnet_interfaces_max;
extern unsigned int lnet_transaction_timeout;
extern unsigned int lnet_retry_count;
extern unsigned int lnet_health_sensitivity;
extern unsigned int lnet_response_tracking;
extern unsigned int lnet_recovery_limit;
extern unsigned int lnet_max_recovery_ping_interval;
#define LNET_RETRIES_MAX	5U
unsigned int lnet_max_reroutes(void);
bool lnet_discovery_on(void);
int lnet_discovery_set(bool on);
int lnet_configure(bool from_params);
int lnet_unconfigure(void);
bool lnet_is_up(void);

/* ni.c */
extern const struct lnet_lnd lnet_lo_lnd;
extern u64 lnet_interface_cookie;
int lnet_nis_start(void);
void lnet_nis_stop(void);
int lnet_ni_add(u32 net, const char *ifname);
int lnet_ni_del(u32 net, const char *ifname);
u32 lnet_ni_seq(void);
void lnet_ni_info_changed(void);
void lnet_ni_set_link(struct lnet_ni *ni, bool up);
struct list_head *lnet_ni_list(void);	/* walk under rcu_read_lock() or lnet_api_mutex */
struct lnet_ni *lnet_ni_by_nid(const struct lnet_nid *nid);
bool lnet_ni_owns(const struct lnet_nid *nid);
bool lnet_ni_has_choice(const struct lnet_ni *ni);
int lnet_peer_credits(const struct lnet_nid *nid);
void lnet_nis_recover(void);
void lnet_ni_stats_sum(const struct lnet_ni *ni, struct lnet_ni_stats *sum);

/* config.c */
int lnet_config_networks(const char *text, int (*add)(u32 net, const char *ifname));

/* md.c */
int lnet_md_init(void);
void lnet_md_exit(void);
struct lnet_md *lnet_md_new(const struct lnet_md_desc *desc);
void lnet_md_iter(const struct lnet_md *md, u32 offset, u32 len, unsigned int dir,
		  struct kvec *kvec,
		  struct iov_iter *iter);
void lnet_md_event(struct lnet_md *md, struct lnet_msg *msg);
void lnet_md_used_up(struct lnet_md *md);
int lnet_md_op_start(struct lnet_md *md, bool get, bool track, const struct lnet_nid *to);
void lnet_md_op_cancel(struct lnet_md *md);
void lnet_md_op_sent(struct lnet_md *md, bool no_answer);
struct lnet_md *lnet_md_answer(const struct lnet_handle_wire *handle, bool get,
			       const struct lnet_nid *from);
bool lnet_md_may_resend(struct lnet_md *md, const struct lnet_nid *to);
void lnet_md_expire(void);
void lnet_md_handle(const struct lnet_md *md, struct lnet_handle_wire *handle);
int lnet_md_copy(const struct lnet_md *dst, u32 doff, struct lnet_msg *src, u32 len);

/* portal.c */
int lnet_portal_init(void);
void lnet_portal_exit(void);
void lnet_portal_del(struct lnet_md *md);
enum lnet_match lnet_portal_match(u32 portal, u32 op, u64 match_bits, const struct lnet_hdr *hdr,
				  u32 rlength, u32 roffset, struct lnet_msg *msg);
bool lnet_portal_is_lazy(u32 portal);
void *lnet_portal_buf(u32 len, struct lnet_peer_ni *lpni);
void lnet_portal_buf_free(void *buf, u32 len, struct lnet_peer_ni *lpni);
void lnet_portal_delayed(struct lnet_msg *msg);
void lnet_portal_purge(const struct lnet_ni *ni);

/* peer.c */
struct lnet_peer_ni *lnet_peer_ni_find(const struct lnet_nid *nid);
struct lnet_peer_ni *lnet_peer_ni_get(const struct lnet_nid *nid, const struct lnet_nid *self);
void lnet_peer_ni_put(struct lnet_peer_ni *lpni);
void lnet_peer_unref(struct lnet_peer *lp);
void lnet_peer_set_self(struct lnet_peer *lp, const struct lnet_nid *self);
struct lnet_peer_ni *lnet_peer_take_info(const struct lnet_nid *nid, const struct lnet_info *info);
int lnet_peer_configure(const struct lnet_nid *primary, const struct lnet_nid *nid, bool non_mr);
int lnet_peer_unconfigure(const struct lnet_nid *primary, const struct lnet_nid *nid);
void lnet_peers_reset_stats(void);
void lnet_peers_walk(void (*fn)(struct lnet_peer *lp));
int lnet_peers_copy(u64 *id, u32 max,
		    void (*copy)(const struct lnet_peer_ni *lpni, u32 i, void *arg), void *arg);
int lnet_peer_nids(const struct lnet_nid *nid, struct lnet_nid *nids, unsigned int max,
		   u32 *features);
void lnet_peers_forget_idle(void);
void lnet_peers_clear(void);

/* May messages use all NIDs of this node? Only when it knows all of ours. */
static inline bool lnet_peer_is_ready(const struct lnet_peer *lp)
{
	return READ_ONCE(lp->multi_rail) && READ_ONCE(lp->pushed_seq);
}

/* path.c */
int lnet_path_choose(const struct lnet_nid *self, const struct lnet_nid *to, bool exact,
		     struct lnet_path *p);
void lnet_path_works(struct lnet_ni *ni, struct lnet_peer_ni *lpni);
void lnet_path_failed(struct lnet_ni *ni, struct lnet_peer_ni *lpni, int err);
void lnet_path_begin(struct lnet_ni *ni, struct lnet_peer_ni *lpni);
void lnet_path_end(struct lnet_ni *ni, struct lnet_peer_ni *lpni);
void lnet_health_add(atomic_t *health, int step);

/* discover.c */
void lnet_discover_work(struct work_struct *work);
void lnet_recovery_work(struct work_struct *work);
void lnet_discover_first(struct lnet_peer_ni *lpni);
void lnet_discover_confirm(struct lnet_peer_ni *lpni);
void lnet_discover_again(struct lnet_peer *lp);
int lnet_discover(const struct lnet_nid *nid, unsigned int timeout_ms, bool force);
void lnet_push_received(const struct lnet_msg *msg);
void lnet_push_all(void);
void lnet_discover_start(void);
void lnet_discover_stop(void);
void lnet_discover_end(void);

/* move.c */
extern struct lnet_counters lnet_counters;
void lnet_counters_reset(void);
int lnet_move_init(void);
void lnet_move_exit(void);
void lnet_msg_free(struct lnet_msg *msg);
void lnet_put_received(struct lnet_msg *msg, int status);
void lnet_drop(struct lnet_ni *ni, const struct lnet_hdr *hdr, const char *why);

/* ping.c */
/* The longest information that this node reads: what o2iblnd moves without RDMA. */
#define LNET_PING_INFO_MAX	3960
void *lnet_ping_info(u32 max, u32 *len);
u32 lnet_info_seq(const struct lnet_ping_info *info);
struct lnet_info *lnet_info_parse(const void *buf, u32 len);

/* lnd.c */
int lnet_lnd_init(void);
void lnet_lnd_exit(void);

/* settings.c */
int lnet_setting_get(u32 which, u32 *value);
int lnet_setting_set(u32 which, u32 value);

/* dev.c */
int lnet_dev_init(void);
void lnet_dev_exit(void);
void lnet_debug_init(struct dentry *dir);
void lnet_debug_exit(void);
void lnet_debug_files_init(struct dentry *dir);

/* md.c: what is in memory */
extern atomic_t lnet_nr_mds;

static inline void lnet_stat_sent(struct lnet_ni *ni, u32 type, u32 bytes)
{
	this_cpu_inc(ni->stats->sent[type & 3]);
	this_cpu_add(ni->stats->send_bytes, bytes);
}

static inline void lnet_stat_recv(struct lnet_ni *ni, u32 type, u32 bytes)
{
	this_cpu_inc(ni->stats->recv[type & 3]);
	this_cpu_add(ni->stats->recv_bytes, bytes);
}

#endif
