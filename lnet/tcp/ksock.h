/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside ksocklnd.ko, grouped by the file that defines it.
 *
 * A net (one NI) has peers (NIDs), a peer has connections (typed TCP sockets). All work is done by
 * work items: rx_work and tx_work of a connection, its close_work, dial_work of a peer (blocking,
 * on a workqueue of its own), one item for each accepted socket, and the tick of each net, for
 * timeouts. Table of peers, back-off and tick are those of all drivers (lnet_lnd.h).
 *
 * Lock order: peer->lock > conn->lock. Both are spinlocks taken in process context only; no
 * socket is touched under them. The core (lnet_*) is called with none of them held.
 *
 * Lifetime: a connection holds its peer.
 */
#ifndef _KSOCK_H
#define _KSOCK_H

#include <linux/net.h>
#include <linux/socket.h>
#include <linux/spinlock.h>
#include <net/sock.h>
#include <gloss/lnet_lnd.h>

#define KSOCK_HDR_MAX		(sizeof(struct ksock_msg_hdr) + sizeof(struct lnet_hdr_nid16))
/* Connections of one type that a peer may have: the largest conns_per_peer that there is. */
#define KSOCK_CONNS_MAX		127
/*
 * Slowest pace of a message, bytes a second: it has the usual timeout and the time that this takes
 * until all of it must be there, however steadily a few bytes come.
 */
#define KSOCK_PACE_MIN		16384
/*
 * With so many messages queued for a peer its connections are not read: it asks for more than it
 * takes.
 */
#define KSOCK_PEER_TXS_MAX	8192
/*
 * Messages a second that do nothing (pings, keepalives, what is dropped), after which a connection
 * is not read until the next second.
 */
#define KSOCK_IDLE_MSGS_MAX	500

struct ksock_net {
	struct lnet_lnd_net base;
	u32 conns_per_peer;
};

struct ksock_peer {
	struct lnet_lnd_peer base;
	/* guarded by base.lock: */
	bool active;				/* this node dials it: keep its set complete */
	bool dialing;				/* dial_work is queued or runs; holds a reference */
	unsigned int nconns[SOCKLND_CONN_NTYPES];
	struct list_head conns;
	struct list_head waiting;		/* ksock_tx for which there is no connection yet */
	u64 incarnation;			/* valid while there are connections */
	unsigned int refused;			/* HELLOs with type NONE in a row */
	atomic_t ntxs;				/* in waiting and in queues of connections */
	struct delayed_work dial_work;
	struct mutex dial_mutex;		/* guards dial_sock; taken with no lock held */
	struct socket *dial_sock;		/* being dialled, so that it can be shut down */
};

struct ksock_tx {
	struct list_head link;			/* peer->waiting or conn->txq */
	struct ksock_peer *peer;		/* set when queued; the queue keeps it alive */
	struct lnet_msg *msg;			/* NULL: NOOP */
	unsigned long deadline;			/* while it waits for a connection */
	u32 size;				/* header and payload */
	u32 hdr_len;
	u32 hdr_sent;
	struct iov_iter iter;			/* payload not sent yet */
	struct ksock_msg_hdr ksh;		/* hdr_len bytes from here are sent */
	struct lnet_hdr_nid4 hdr;
};

enum ksock_rx_state { KSOCK_RX_HDR, KSOCK_RX_BODY };

struct ksock_rx {				/* used by rx_work only */
	enum ksock_rx_state state;
	u32 have;				/* bytes in hdr */
	u8 hdr[KSOCK_HDR_MAX] __aligned(8);
	struct lnet_msg *msg;
	struct iov_iter iter;			/* room left in the message */
	u32 skip;				/* payload to drop after that */
	u64 zc_cookie;				/* to be acknowledged, or 0 */
};

struct ksock_conn {
	struct list_head link;			/* peer->conns, under peer->lock */
	struct ksock_peer *peer;
	struct socket *sock;
	refcount_t refs;
	u8 type;				/* SOCKLND_CONN_*, as this side sees it */
	/* was added to the peer; before, nothing is received */
	bool added;
	bool ready;				/* may send; under peer->lock */
	bool closing;				/* under peer->lock */
	void (*old_data_ready)(struct sock *sk);
	void (*old_write_space)(struct sock *sk);
	void (*old_state_change)(struct sock *sk);
	struct work_struct rx_work;
	struct work_struct tx_work;
	struct work_struct close_work;
	int close_err;

	spinlock_t lock;			/* txq, tx_bytes, tx_used */
	struct list_head txq;
	u32 tx_bytes;				/* in txq and tx_cur */
	unsigned long tx_used;			/* last time something was queued */
	/* used by tx_work; changed under lock, for the tick */
	struct ksock_tx *tx_cur;
	unsigned long tx_began;			/* jiffies: since when it is tx_cur */

	struct ksock_rx rx;
	bool rx_partial;			/* in the middle of a message */
	bool rx_held;				/* not read until the next tick */
	unsigned int rx_idle_msgs;		/* that did nothing, since the tick */
	unsigned long rx_began;			/* first byte of the message; valid if rx_partial */
	u32 rx_size;				/* of its payload */
	/* progress, as the tick saw it last */
	unsigned long rx_time;
	unsigned long tx_time;
	u32 tick_una;
};

static inline struct ksock_net *ksock_peer_net(const struct ksock_peer *peer)
{
	return container_of(peer->base.net, struct ksock_net, base);
}

/* module.c */
extern struct workqueue_struct *ksock_wq;
extern struct workqueue_struct *ksock_dial_wq;
extern struct workqueue_struct *ksock_accept_wq;
extern struct kmem_cache *ksock_tx_cache;
struct ksock_params {
	unsigned int min_reconnectms, max_reconnectms, min_bulk;
	int tos, nagle, tx_buffer_size, rx_buffer_size;
	int keepalive_idle, keepalive_intvl, keepalive_count;
};

extern struct ksock_params ksock_params;
unsigned long ksock_timeout(void);	/* jiffies */

/* sock.c */
int ksock_nid_addr(const struct lnet_nid *nid, u16 port, struct sockaddr_storage *ss);
bool ksock_addr_is_nid(const struct sockaddr_storage *ss, const struct lnet_nid *nid);
u16 ksock_addr_port(const struct sockaddr_storage *ss);
u32 ksock_conns_by_speed(u32 mbits);
int ksock_read(struct socket *sock, void *buf, u32 len, unsigned long deadline);
int ksock_write(struct socket *sock, void *buf, u32 len, unsigned long timeout);
void ksock_tune(struct socket *sock);

/* hello.c */
struct ksock_hello {
	u32 version;
	struct lnet_nid src_nid;
	struct lnet_nid dst_nid;
	u32 src_pid;
	u32 dst_pid;
	u64 src_incarnation;
	u64 dst_incarnation;
	u32 ctype;
};

int ksock_invert_type(u32 type);
int ksock_hello_send(struct socket *sock, const struct ksock_hello *h, bool connreq);
int ksock_hello_recv(struct socket *sock, struct ksock_hello *h, unsigned long deadline);
int ksock_connreq_recv(struct socket *sock, struct lnet_nid *nid, unsigned long deadline);

/* peer.c */
extern const struct lnet_lnd_net_ops ksock_net_ops;
struct ksock_peer *ksock_peer_get(struct ksock_net *net, const struct lnet_nid *nid);
void ksock_peer_put(struct ksock_peer *peer);
int ksock_send(struct lnet_ni *ni, struct lnet_msg *msg);
int ksock_send_noop(struct ksock_conn *conn, u64 cookie);
void ksock_peer_flush(struct ksock_peer *peer);
void ksock_peer_close(struct ksock_peer *peer, int err);
void ksock_conn_failed(struct ksock_conn *conn, int err);

/* dial.c */
void ksock_dial_work(struct work_struct *work);
void ksock_dial_start(struct ksock_peer *peer);
void ksock_dial_stop(struct ksock_peer *peer);

/* accept.c */
int ksock_listen_get(const struct lnet_nid *nid);
void ksock_listen_put(const struct lnet_nid *nid);

/* conn.c */
struct ksock_conn *ksock_conn_alloc(struct ksock_peer *peer, struct socket *sock, int type);
void ksock_conn_add(struct ksock_conn *conn, bool ready);
void ksock_conn_abort(struct ksock_conn *conn);
void ksock_conn_put(struct ksock_conn *conn);
void ksock_conn_close(struct ksock_conn *conn, int err);
int ksock_conn_timed_out(struct ksock_conn *conn, unsigned long timeout);

/* tx.c */
struct ksock_tx *ksock_tx_alloc(struct lnet_msg *msg);
void ksock_tx_done(struct ksock_tx *tx, int status);
void ksock_tx_done_list(struct list_head *list, int status);
void ksock_tx_count(struct ksock_peer *peer, struct ksock_tx *tx);
void ksock_tx_queue(struct ksock_conn *conn, struct ksock_tx *tx);
void ksock_tx_work(struct work_struct *work);

/* rx.c */
void ksock_rx_work(struct work_struct *work);

#endif
