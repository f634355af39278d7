/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside lnet.ko, grouped by the file that defines it.
 *
 * Lock order: lnet_api_mutex (configuration) > home lock of an md (of its portal or of its handle
 * bucket) > md->lock. Handlers and drivers are called with none of the spinlocks held.
 */
#ifndef _LNET_INTERNAL_H
#define _LNET_INTERNAL_H

#include <linux/spinlock.h>
#include <gloss/lnet_lnd.h>

/* An md, with the match entry if it is on the target side. */
struct lnet_md {
	refcount_t refs;
	struct lnet_md_desc desc;
	/* not changed after it was made */
	spinlock_t *home;
	struct lnet_process_id match_id;
	u64 match_bits;
	u64 ignore_bits;
	u64 cookie;			/* 0: attached to a portal */
	u32 portal;
	bool auto_unlink;
	/* under *home */
	bool linked;
	bool get;			/* its operation is a GET: a REPLY may come, no ACK */
	int threshold;
	u32 local_offset;
	union {
		struct hlist_node hnode;
		struct list_head lnode;
	};
	/* under lock */
	spinlock_t lock;
	bool unlinking;			/* no new operations */
	bool delivering;		/* a thread delivers events, or md->work is queued */
	bool ended;			/* the event with unlinked set was made */
	unsigned int inflight;		/* operations whose event was not made yet */
	struct list_head events;	/* messages that wait for their event */
	struct work_struct work;
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
struct list_head *lnet_ni_list(void);	/* walk under rcu_read_lock() or lnet_api_mutex */
struct lnet_ni *lnet_ni_route(const struct lnet_nid *self, const struct lnet_nid *to,
			      struct lnet_nid *src, struct lnet_nid *dst);
bool lnet_ni_owns(const struct lnet_nid *nid);
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
int lnet_md_op_start(struct lnet_md *md, bool get);
void lnet_md_op_cancel(struct lnet_md *md);
void lnet_md_op_sent(struct lnet_md *md, bool no_answer);
struct lnet_md *lnet_md_answer(const struct lnet_handle_wire *handle, bool get);
void lnet_md_handle(const struct lnet_md *md, struct lnet_handle_wire *handle);
int lnet_md_copy(const struct lnet_md *dst, u32 doff, struct lnet_msg *src, u32 len);

/* portal.c */
int lnet_portal_init(void);
void lnet_portal_exit(void);
void lnet_portal_del(struct lnet_md *md);
enum lnet_match lnet_portal_match(u32 portal, u32 op, u64 match_bits, const struct lnet_hdr *hdr,
				  u32 rlength, u32 roffset, struct lnet_msg *msg);
bool lnet_portal_is_lazy(u32 portal);
void *lnet_portal_buf(u32 len);
void lnet_portal_buf_free(void *buf, u32 len);
void lnet_portal_delayed(struct lnet_msg *msg);
void lnet_portal_purge(const struct lnet_ni *ni);

/* move.c */
int lnet_move_init(void);
void lnet_move_exit(void);
void lnet_msg_free(struct lnet_msg *msg);
void lnet_put_received(struct lnet_msg *msg, int status);
void lnet_drop(struct lnet_ni *ni, const struct lnet_hdr *hdr, const char *why);

/* ping.c */
void *lnet_ping_info(u32 max, u32 *len);

/* dev.c */
int lnet_dev_init(void);
void lnet_dev_exit(void);
void lnet_debug_init(struct dentry *dir);
void lnet_debug_exit(void);
void lnet_debug_files_init(struct dentry *dir);

/* move.c, md.c: what is in memory */
extern atomic_t lnet_nr_msgs, lnet_max_msgs, lnet_nr_mds;

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
