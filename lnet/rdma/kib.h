/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside ko2iblnd.ko, grouped by the file that defines it.
 *
 * A net (one NI) has peers (NIDs), a peer has connections (queue pairs of the connection manager).
 * All work is done in process context: by the workers of completion queues (those of the kernel's
 * pool), by the handlers of the connection manager, by dial_work of a peer and close_work of a
 * connection, and by the tick of each net. Table of peers, back-off and tick are those of all
 * drivers (lnet_lnd.h).
 *
 * Lock order: peer->base.lock > conn->lock, both spinlocks. The core (lnet_*) is called with none
 * of them held.
 *
 * Lifetime: a connection holds its peer. From its start to the end of close_work it is used by the
 * handlers of its ID and of its queue pair without a reference of theirs: close_work ends both
 * before it frees anything. Others hold a reference while they use it, and with it its resources:
 * close_work waits for them, so nobody waits for close_work with a reference. Memory of a message
 * is given back when the queue pair cannot touch it any more: after the completion of its work
 * requests and of the invalidation of its key, or after the queue pair was drained.
 */
#ifndef _KIB_H
#define _KIB_H

#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <rdma/ib_verbs.h>
#include <rdma/rdma_cm.h>
#include <gloss/lnet_lnd.h>
#include "kib_msg.h"

/* Pieces of memory in one work request, work requests posted at a time. */
#define KIB_SGES		16
#define KIB_CHAIN		16
/* Connections that a peer may have: far more than conns_per_peer of anybody. */
#define KIB_CONNS_MAX		32
/* Attempts in a row to dial with what the last reject taught. */
#define KIB_REDIALS_MAX		5
/* With so many messages queued on a connection, its peer asks for more than it takes. */
#define KIB_CONN_TXS_MAX	8192

struct kib_listener;

struct kib_net {
	struct lnet_lnd_net base;
	struct kib_listener *listener;
};

struct kib_peer {
	struct lnet_lnd_peer base;
	/* guarded by base.lock: */
	bool active;				/* this node dials it: keep its set complete */
	bool dialing;				/* from kib_dial_start() to kib_dial_ended() */
	unsigned int nconns;			/* in conns */
	struct list_head conns;
	struct list_head waiting;		/* kib_tx for which there is no connection yet */
	u64 stamp;				/* its incarnation as known, or 0 */
	u16 depth;				/* limits that it asked for, or 0 */
	u16 max_frags;
	unsigned int redials;
	struct work_struct dial_work;		/* queued: holds a reference */
};

/* A memory region of a connection, for one sink at a time. */
struct kib_mr {
	struct list_head link;			/* conn->mrs while free */
	struct list_head all;			/* conn->all_mrs */
	struct ib_mr *mr;
};

/* Memory of a message as the device sees it. */
struct kib_map {
	struct sg_table sgt;
	unsigned int nents;			/* 0: not mapped */
	enum dma_data_direction dir;
	u32 len;
	struct kib_mr *mr;			/* sink */
	bool valid;				/* the other side may write into mr */
	struct page **bounce;			/* pages that stand in for memory with gaps */
	unsigned int nbounce;
};

/*
 * A message to be sent and what follows: a request until its answer came, an answer until its last
 * message was sent. It is in one list of its connection: queued; or active, while work requests are
 * posted or an answer is awaited.
 */
struct kib_tx {
	struct list_head link;
	struct kib_conn *conn;
	struct lnet_msg *msg;			/* ends with the tx */
	bool receives;				/* msg is being received, not sent */
	bool queued;
	bool answered;				/* status is that of the whole exchange */
	bool inv_posted;
	u8 type;				/* KIB_*, of the message to be posted next */
	u8 waits;				/* type of the message it waits for, or 0 */
	u8 posted;				/* completions that will come */
	int status;
	u32 got;				/* bytes that a GET_DONE announced */
	u64 cookie;				/* of waits */
	unsigned long deadline;
	struct kib_msg *buf;
	u64 buf_dma;
	u32 buf_len;
	u32 nwrs;				/* of the message to be posted next */
	u32 req_wrs;				/* posted, with cqe */
	u32 done_wrs;				/* posted, with done_cqe */
	struct kib_map map;
	struct kib_rd *rd;			/* where the other side wants the data */
	struct ib_cqe cqe;
	struct ib_cqe done_cqe;
	struct ib_cqe inv_cqe;
};

struct kib_rx {
	struct list_head link;			/* conn->rxq */
	struct kib_conn *conn;
	struct kib_msg *msg;
	u64 dma;
	u32 len;
	struct ib_cqe cqe;
};

/* A work request with room for its pieces. */
struct kib_wr {
	union {
		struct ib_send_wr wr;
		struct ib_rdma_wr rdma;
		struct ib_reg_wr reg;
	};
	struct ib_sge sge[KIB_SGES];
};

struct kib_chain {
	unsigned int n;
	struct kib_wr wrs[KIB_CHAIN];
};

enum kib_conn_state { KIB_DIALING, KIB_ACCEPTING, KIB_UP, KIB_CLOSING };

struct kib_conn {
	struct list_head link;			/* peer->conns, under peer->lock */
	struct kib_peer *peer;
	refcount_t refs;
	enum kib_conn_state state;		/* changed under both locks */
	bool dialled;
	bool redial;				/* the reject taught something */
	bool dial_failed;			/* closed before it was up */
	int err;				/* why it was closed */
	struct rdma_cm_id *id;
	bool cm_over;				/* under the handler lock: its events are ignored */
	struct ib_pd *pd;			/* its own: keys are worth nothing to other peers */
	struct ib_cq *cq;
	unsigned int cqes;
	struct ib_qp *qp;
	unsigned int max_sge;
	unsigned int sq_size;			/* work requests of messages */
	struct kib_ends ends;
	struct kib_msg cm_msg;			/* CONNREQ or CONNACK */
	unsigned long since;			/* jiffies: when the state began */
	struct work_struct close_work;
	struct kib_rx *rxs;
	unsigned int nrxs;
	struct kib_tx *noops[KIB_NOOPS_MAX];	/* free ones */
	struct list_head all_mrs;		/* made for it, under lock */

	spinlock_t lock;			/* guards what follows */
	struct kib_credits credits;
	u64 next_cookie;
	unsigned int sq_free;
	unsigned int posted;			/* messages that were posted and not completed */
	unsigned int ntxs;			/* queued */
	unsigned int nmrs;
	struct list_head mrs;			/* free */
	struct list_head txq;			/* need credits */
	struct list_head txq_free;		/* do not */
	struct list_head active;
	struct list_head rxq;			/* received, not handled yet */
	bool rx_running;			/* somebody handles rxq */
	unsigned long sent_at;			/* jiffies: last message posted */
	unsigned long alive_at;			/* last completion */
	struct kib_chain *chain;		/* scratch for posting */
};

static inline struct kib_peer *kib_peer_of(const struct lnet_lnd_peer *base)
{
	return container_of(base, struct kib_peer, base);
}

static inline struct kib_net *kib_peer_net(const struct kib_peer *peer)
{
	return container_of(peer->base.net, struct kib_net, base);
}

/* module.c */
struct kib_params {
	unsigned int service, peer_credits, peer_credits_hiw, concurrent_sends, conns_per_peer;
	unsigned int keepalive, retry_count, rnr_retry_count, timeout;
	int tos;
	int use_privileged_port, require_privileged_port;
};

extern struct kib_params kib_params;
extern struct workqueue_struct *kib_wq;
extern const struct lnet_lnd_net_ops kib_net_ops;
unsigned long kib_timeout(void);		/* jiffies */
unsigned long kib_connect_timeout(void);	/* jiffies */
unsigned int kib_depth(void);
unsigned int kib_concurrent_sends(void);

/* listen.c */
int kib_listen_get(struct kib_net *net);
void kib_listen_put(struct kib_net *net);
bool kib_listener_is_down(struct kib_listener *l);

/* cm.c */
int kib_cm_event(struct rdma_cm_id *id, struct rdma_cm_event *ev);
void kib_dial_work(struct work_struct *work);
void kib_dial_start(struct kib_peer *peer);
void kib_dial_ended(struct kib_peer *peer, int err, bool redial);
void kib_conn_param(struct kib_conn *conn, struct rdma_conn_param *param);

/* conn.c */
struct kib_conn *kib_conn_alloc(struct kib_peer *peer, enum kib_conn_state state);
int kib_conn_setup(struct kib_conn *conn, unsigned int depth);
void kib_conn_free(struct kib_conn *conn);
void kib_conn_put(struct kib_conn *conn);
int kib_conn_add(struct kib_conn *conn);
void kib_conn_up(struct kib_conn *conn);
void kib_conn_close(struct kib_conn *conn, int err);
int kib_conn_overdue(struct kib_conn *conn, unsigned long timeout);
bool kib_conn_needs_keepalive(struct kib_conn *conn);

/* peer.c */
struct kib_peer *kib_peer_get(struct kib_net *net, const struct lnet_nid *nid);
void kib_peer_put(struct kib_peer *peer);
int kib_send(struct lnet_ni *ni, struct lnet_msg *msg);
void kib_peer_flush(struct kib_peer *peer);
void kib_peer_close(struct kib_peer *peer, int err, u64 keep_stamp);

/* tx.c */
struct kib_tx *kib_tx_alloc(struct lnet_msg *msg);
void kib_tx_free(struct kib_tx *tx);
void kib_tx_done(struct kib_tx *tx, int status);
void kib_tx_done_list(struct list_head *list, int status);
int kib_tx_start(struct kib_conn *conn, struct kib_tx *tx);
int kib_tx_buf(struct kib_conn *conn, struct kib_tx *tx, u8 type, u32 nob);
int kib_tx_queue(struct kib_conn *conn, struct kib_tx *tx);
int kib_tx_answer(struct kib_conn *conn, u8 type, u64 cookie, int status);
void kib_tx_continue(struct kib_tx *tx, int status);
void kib_tx_ended(struct kib_tx *tx);
struct kib_tx *kib_tx_find(struct kib_conn *conn, u8 waits, u64 cookie);
struct kib_rd *kib_rd_copy(const struct kib_rd *rd);
int kib_send_get_reply(struct kib_tx *tx, struct lnet_msg *msg);
void kib_conn_pump(struct kib_conn *conn);

/* post.c */
u32 kib_post_count(const struct kib_conn *conn, const struct kib_tx *tx, u32 len);
int kib_post_tx(struct kib_conn *conn, struct kib_tx *tx);
int kib_post_invalidate(struct kib_conn *conn, struct kib_tx *tx);
int kib_post_rx(struct kib_rx *rx);

/* rx.c */
void kib_rx_done(struct ib_cq *cq, struct ib_wc *wc);
void kib_rx_run(struct kib_conn *conn);

/* map.c */
int kib_map_source(struct kib_conn *conn, struct kib_tx *tx, struct lnet_msg *msg);
int kib_map_sink(struct kib_conn *conn, struct kib_tx *tx, struct lnet_msg *msg);
void kib_map_end(struct kib_conn *conn, struct kib_tx *tx);
void kib_mrs_free(struct kib_conn *conn);

#endif
