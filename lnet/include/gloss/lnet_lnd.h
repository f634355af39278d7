/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a network driver (LND: socklnd, o2iblnd, loopback) and the LNet core see of each other.
 * Upper layers use lnet.h only.
 *
 * Sending: the core calls lnd->send(); the message is the driver's until it calls lnet_msg_sent().
 * Receiving: the driver reads a header and calls lnet_rx_begin(), which says where the payload is
 * to be put; the driver moves the payload and calls lnet_rx_end(). lnet_msg_sent() and
 * lnet_rx_end() deliver events: they are called in process context with no locks held.
 */
#ifndef _GLOSS_LNET_LND_H
#define _GLOSS_LNET_LND_H

#include <linux/completion.h>
#include <linux/if.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/workqueue.h>
#include <gloss/lnet.h>
#include <gloss/lnet_ioctl.h>

struct lnet_ni;
struct lnet_msg;
struct lnet_peer_ni;
struct module;

/**
 * struct lnet_lnd - a driver
 * @type: SOCKLND ...
 * @name: "tcp"
 * @owner: its module
 * @link: used by the core
 * @startup: finds ni->ifname ("": chooses an interface and fills its name in), sets ni->nid and
 *	starts to listen. May sleep. 0 or -errno; -ENXIO: the network cannot be on this node, and
 *	the driver has said why: the others start.
 * @shutdown: ends all messages of the NI, with errors, before it returns; @send fails from then on.
 * @release: frees ni->lnd_data; the last reference to the NI was dropped.
 * @send: takes a message for msg->hop. Does not wait for the network; may allocate memory. -errno:
 *	the message was not taken, and lnet_msg_sent() is not called.
 * @fast_fail: optional; see lnet_fast_fail(). Does not sleep.
 */
struct lnet_lnd {
	u32 type;
	const char *name;
	struct module *owner;
	struct list_head link;
	int (*startup)(struct lnet_ni *ni);
	void (*shutdown)(struct lnet_ni *ni);
	void (*release)(struct lnet_ni *ni);
	int (*send)(struct lnet_ni *ni, struct lnet_msg *msg);
	void (*fast_fail)(struct lnet_ni *ni, const struct lnet_nid *nid);
};

/* Numbers per NI; index is the message type (ACK, PUT, GET, REPLY). */
struct lnet_ni_stats {
	u64 sent[4];
	u64 recv[4];
	u64 dropped[4];
	u64 send_bytes;
	u64 recv_bytes;
	u64 drop_bytes;
	u64 errors;
};

/* A local network interface: one NID. */
struct lnet_ni {
	struct list_head link;			/* under lnet_api_mutex; read by RCU */
	struct rcu_head rcu;
	refcount_t refs;
	struct completion gone;
	bool dying;
	bool link_down;			/* its interface carries nothing */
	atomic_t health;		/* of this end of its paths, 0 ... 1000 */
	atomic_t inflight;		/* messages that the driver has not sent yet */
	int inflight_max;
	int turn;			/* when it was chosen last, for round robin */
	struct lnet_nid nid;
	u32 net;				/* type and number asked for */
	char ifname[IFNAMSIZ];
	const struct lnet_lnd *lnd;
	void *lnd_data;
	struct lnet_ni_stats __percpu *stats;
	/* What tools show as tunables; set by startup(). */
	u32 peer_timeout;
	u32 peer_credits;
	u32 peer_rtr_credits;
	u32 credits;
	u32 conns_per_peer;
	u32 lnd_timeout;
	s32 tos;
	struct lnet_ioc_o2ib o2ib;
};

/* The LNet header in memory: host order and large NIDs, the union as on the wire. */
struct lnet_hdr {
	struct lnet_nid dest_nid;
	struct lnet_nid src_nid;
	u32 dest_pid;
	u32 src_pid;
	u32 type;
	u32 payload_length;
	union lnet_cmd_hdr msg;
};

struct lnet_msg {
	/* for the driver */
	struct lnet_hdr hdr;
	struct lnet_ni *ni;
	/* NID at the other end of the link; a router if it is not in hdr */
	struct lnet_nid hop;
	/* bytes of memory: payload to send, or room to receive into */
	u32 len;
	/* set between lnet_rx_begin() and lnet_rx_end() of a GET: send() finds it in the REPLY */
	void *lnd_private;
	/* for the core */
	struct lnet_peer_ni *lpni;		/* record of hop, or NULL */
	struct lnet_nid asked;			/* NID that the sender named; hop may be another */
	u8 resends;
	bool fresh;				/* it may take any way to its node */
	bool push;				/* buf receives ping information */
	unsigned long deadline;			/* jiffies: no resend after this */
	u32 offset;				/* of the memory of the message in md or buf */
	struct lnet_md *md;
	void *buf;				/* memory of the message itself, if no md */
	struct kvec kvec;
	bool delayed;				/* buf counts as memory of lazy portals */
	bool want_answer;			/* PUT with ACK, GET */
	struct list_head link;			/* queue of a portal, or events of an md */
	struct work_struct work;
	struct lnet_event ev;
};

int lnet_register_lnd(struct lnet_lnd *lnd);
void lnet_unregister_lnd(struct lnet_lnd *lnd);

void lnet_ni_put(struct lnet_ni *ni);
void lnet_peer_unreachable(struct lnet_ni *ni, const struct lnet_nid *nid, int err);

void lnet_msg_iter(struct lnet_msg *msg, unsigned int dir, struct iov_iter *iter);
void lnet_msg_sent(struct lnet_msg *msg, int status);
int lnet_rx_begin(struct lnet_ni *ni, const struct lnet_hdr *hdr, const struct lnet_nid *from,
		  struct lnet_msg **msg);
void lnet_rx_end(struct lnet_msg *msg, int status);

void lnet_hdr_to_nid4(const struct lnet_hdr *hdr, struct lnet_hdr_nid4 *wire);
void lnet_hdr_from_nid4(const struct lnet_hdr_nid4 *wire, struct lnet_hdr *hdr);

/* Module parameters of lnet.ko that drivers need. */
struct lnet_accept_conf {
	bool listen;				/* accept != none */
	bool any_port;				/* accept == all */
	unsigned int port;
	unsigned int backlog;
	unsigned int timeout;			/* seconds for one read */
};

/*
 * What all drivers need of their nets and peers (lnd.c). The driver's structures begin with these.
 * Lock order: net->lock > peer->lock > the driver's locks. A peer holds its net (net->busy).
 */
#define LNET_LND_PEER_HASH_BITS	8

struct lnet_lnd_peer;

/**
 * struct lnet_lnd_net_ops - what a driver does with its peers
 * @peer_alloc: a new peer, zeroed but for the driver's part, or NULL
 * @peer_free: its last reference was dropped
 * @peer_is_idle: may it be forgotten? Called with net->lock and peer->lock held.
 * @peer_tick: called once a second
 * @peer_stop: the net ends, and peer->dead is set: fail what waits, close its connections, stop
 *	to dial
 */
struct lnet_lnd_net_ops {
	struct lnet_lnd_peer *(*peer_alloc)(void);
	void (*peer_free)(struct lnet_lnd_peer *peer);
	bool (*peer_is_idle)(const struct lnet_lnd_peer *peer);
	void (*peer_tick)(struct lnet_lnd_peer *peer);
	void (*peer_stop)(struct lnet_lnd_peer *peer);
};

struct lnet_lnd_net {
	struct list_head link;
	struct lnet_ni *ni;
	const struct lnet_lnd_net_ops *ops;
	u64 incarnation;			/* set by the driver */
	spinlock_t lock;			/* stopping, peers */
	bool stopping;				/* under lock; no peer is made any more */
	struct hlist_head peers[1 << LNET_LND_PEER_HASH_BITS];
	atomic_t busy;				/* peers, accepts; 1 for the net itself */
	struct completion idle;
	struct delayed_work tick;
};

struct lnet_lnd_peer {
	struct hlist_node hnode;		/* net->peers, under net->lock */
	struct list_head scan;			/* list of lnet_lnd_collect() */
	struct lnet_lnd_net *net;
	struct lnet_nid nid;
	refcount_t refs;
	spinlock_t lock;			/* what follows, and what the driver says */
	bool dead;				/* removed from the table, or about to be */
	unsigned int backoff_ms;
	unsigned long next_dial;
	unsigned long fast_fail_until;		/* jiffies; 0: not asked for */
};

void lnet_lnd_net_init(struct lnet_lnd_net *net, struct lnet_ni *ni,
		       const struct lnet_lnd_net_ops *ops);
void lnet_lnd_net_start(struct lnet_lnd_net *net);
struct lnet_lnd_net *lnet_lnd_net_get(const struct lnet_lnd_net_ops *ops,
				      const struct lnet_nid *nid);
void lnet_lnd_net_put(struct lnet_lnd_net *net);
void lnet_lnd_net_close(struct lnet_lnd_net *net);
void lnet_lnd_net_end(struct lnet_lnd_net *net);
struct lnet_lnd_peer *lnet_lnd_peer_get(struct lnet_lnd_net *net, const struct lnet_nid *nid);
void lnet_lnd_peer_put(struct lnet_lnd_peer *peer);
void lnet_lnd_peer_back_off(struct lnet_lnd_peer *peer, unsigned int min_ms, unsigned int max_ms);
void lnet_lnd_peer_reached(struct lnet_lnd_peer *peer);
unsigned long lnet_lnd_peer_timeout(struct lnet_lnd_peer *peer, unsigned long usual);
void lnet_lnd_fast_fail(struct lnet_ni *ni, const struct lnet_nid *nid);
int lnet_lnd_find_interface(char *ifname, struct lnet_nid *nid, u32 *mbits);

void lnet_accept_conf(struct lnet_accept_conf *conf);
unsigned int lnet_lnd_timeout(void);
bool lnet_is_local_dist_zero(void);

#endif
