/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the RPC layer.
 *
 * Lock order, client: rq_step (mutex of one request's steps) > imports_lock > imp_lock > rq_lock >
 * at_lock. Server: targets_mutex > pt_connect_mutex > target.lock > exp_lock; svc.lock and the
 * lock of the cookie hash are leaves. All are taken in process context only. Handlers of LNet
 * events take rq_lock, or exp_lock and svc.lock, or the timer lock of an LDLM namespace.
 */
#ifndef _PTLRPC_INTERNAL_H
#define _PTLRPC_INTERNAL_H

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <gloss/ptlrpc.h>

/* ---- at.c: adaptive timeouts ---- */
void ptlrpc_at_init(struct ptlrpc_at *at, unsigned int value);
void ptlrpc_at_sample(struct ptlrpc_at *at, unsigned int value);
static inline unsigned int ptlrpc_at_get(const struct ptlrpc_at *at)
{
	return READ_ONCE(at->at_value);
}

unsigned int ptlrpc_at_estimate(const struct ptlrpc_at *at);	/* clamped to [at_min, at_max] */
u32 ptlrpc_early_crc(const void *msg);

/* ---- ids.c ---- */
void ptlrpc_xid_init(void);

/* ---- opcodes.c ---- */
struct ptlrpc_opcode {
	u32 opc;
	const char *name;
};

#define PTLRPC_NR_OPCODES	64

extern const struct ptlrpc_opcode ptlrpc_opcodes[PTLRPC_NR_OPCODES];
int ptlrpc_opc_index(u32 opc);			/* in ptlrpc_opcodes[], -1: unknown */
const char *ptlrpc_opc_name(u32 opc);
u32 ptlrpc_opc_class(u32 opc);
void ptlrpc_opc_portals(const struct obd_import *imp, u32 opc, u32 *req_portal, u32 *rep_portal);
bool ptlrpc_opc_takes_slot(u32 opc);
static inline bool ptlrpc_opc_is_connect(u32 opc)
{
	return opc == MDS_CONNECT || opc == OST_CONNECT || opc == MGS_CONNECT;
}

static inline bool ptlrpc_opc_is_disconnect(u32 opc)
{
	return opc == MDS_DISCONNECT || opc == OST_DISCONNECT || opc == MGS_DISCONNECT;
}

/* ---- module.c ---- */
extern const struct ptlrpc_lock_ops *ptlrpc_lock_ops;
extern struct workqueue_struct *ptlrpc_imp_wq;	/* imports: connecting, events */
extern struct workqueue_struct *ptlrpc_exp_wq;	/* exports: evictions, freeing */

/* ---- bulk.c ---- */
struct bulk_piece {
	struct ptlrpc_bulk	*bp_bulk;
	unsigned int		bp_first;	/* in bk_bvec */
	unsigned int		bp_nr;
	u32			bp_len;
	struct lnet_md		*bp_md;		/* under the lock of the owner */
};

struct ptlrpc_bulk {
	bool			bk_get;		/* the server reads */
	u32			bk_portal;
	unsigned int		bk_nr;		/* pieces */
	unsigned int		bk_todo;	/* pieces whose data did not move yet */
	u32			bk_moved;
	int			bk_err;
	bool			bk_held;	/* has a reference of each page */
	void			*bk_owner;	/* client: request, server: struct svc_bulk */
	struct bio_vec		*bk_bvec;	/* cut fragments */
	struct bulk_piece	*bk_piece;
};

void ptlrpc_bulk_free(struct ptlrpc_bulk *bk);
/* Client; counts in rq_mds. */
int ptlrpc_bulk_post(struct ptlrpc_request *req, const struct lnet_nid *nid, u64 first);
void ptlrpc_bulk_unlink(struct ptlrpc_request *req);		/* rq_lock held */
void ptlrpc_req_hold_data(struct ptlrpc_request *req);	/* until it is freed */
void ptlrpc_req_drop_data(struct ptlrpc_request *req);

/* ---- request.c ---- */
void ptlrpc_req_init_work(struct ptlrpc_request *req);	/* client.c: what the steps need */
u32 ptlrpc_req_repsize(const struct ptlrpc_request *req);
int ptlrpc_requests_init(void);
void ptlrpc_requests_exit(void);

/* ---- client.c ---- */
/* run the next step now; any context, rq_lock or not */
void ptlrpc_kick(struct ptlrpc_request *req);
unsigned int import_net_latency(const struct obd_import *imp);
unsigned int import_adaptive_time(struct obd_import *imp, u32 portal);
unsigned int import_service_time(struct obd_import *imp, u32 portal);	/* T of chapter 2, 6.2 */
struct ptlrpc_at *import_at(struct obd_import *imp, u32 portal);
void ptlrpc_kick_list(struct list_head *list);	/* of rq_list; imp_lock held */

/* ---- replay.c ---- */
void ptlrpc_replay_reply(struct ptlrpc_request *req, const struct ptlrpc_body *rep);
void ptlrpc_replay_end(struct ptlrpc_request *req); /* the request ends: tell about its commit */
u64 ptlrpc_replay_first(struct obd_import *imp);	/* lowest transno kept, 0: none */
u64 ptlrpc_replay_last(struct obd_import *imp);	/* highest not committed; imp_lock held */
int ptlrpc_replay_all(struct obd_import *imp);	/* to a server that restarted: 0 or -errno */
void ptlrpc_replay_committed(struct obd_import *imp, u64 last_committed);
void ptlrpc_replay_restart(struct obd_import *imp, u64 last_committed);	/* after an eviction */
void ptlrpc_replay_drop(struct obd_import *imp);	/* all of them */

/* ---- slots.c ---- */
/* imp_lock held; false: queued in imp_slot_wait */
bool ptlrpc_slot_get(struct ptlrpc_request *req);
void ptlrpc_slot_put(struct ptlrpc_request *req);

/* ---- import.c ---- */
#define IMP_DO_CONNECT		0x001
#define IMP_DO_CONNECTED	0x002	/* imp_connect_req is answered */
#define IMP_DO_PING		0x004
#define IMP_DO_IDLE		0x008
#define IMP_DO_EVENT(ev)	(0x100 << (ev))

/* A request that was sent over connection conn_cnt got no answer. */
void import_lost(struct obd_import *imp, u32 conn_cnt);
void import_todo_locked(struct obd_import *imp, u32 what);	/* imp_lock held */
void import_retry_locked(struct obd_import *imp, unsigned long delay);	/* imp_lock held */
void import_set_state(struct obd_import *imp, enum import_state state);	/* imp_lock held */
void import_event(struct obd_import *imp, enum import_event ev);
/* All requests, or those of old generations, end with rc. imp_lock held. */
void import_abort_all(struct obd_import *imp, int rc, bool delayed_too);
struct ptlrpc_request *import_send_disconnect(struct obd_import *imp);
void import_wait_disconnect(struct ptlrpc_request *req);
struct obd_import *import_new(void);
/* imp_lock held */
struct import_conn *import_find_conn(struct obd_import *imp, const struct lnet_nid *nid);
void import_for_each(void (*fn)(struct obd_import *imp));	/* under imports_lock */

/* ---- connect.c ---- */
void import_connect_start(struct obd_import *imp);	/* imp_work */
void import_connect_finish(struct obd_import *imp);	/* imp_work */

/* ---- pinger.c ---- */
int ptlrpc_pinger_init(void);
void ptlrpc_pinger_exit(void);
void import_send_ping(struct obd_import *imp);

/* ---- export.c ---- */
/* Hashed and listed, or ERR_PTR. */
struct obd_export *export_new(struct ptlrpc_target *t, const char *client_uuid);
bool export_fail(struct obd_export *exp, bool evicted);	/* true: the caller tears it down */
void export_teardown(struct obd_export *exp);		/* and puts the reference of the target */
void export_retire(struct obd_export *exp);		/* the same in the background */
void export_set_reverse(struct obd_export *exp, const struct svc_req *req);
struct ptlrpc_target *ptlrpc_target_get(const char *uuid, u32 len);	/* users++ */
void ptlrpc_target_put(struct ptlrpc_target *t);
void ptlrpc_targets_evict_silent(void);

/* ---- srv_connect.c ---- */
int svc_handle_connect(struct svc_req *req);
int svc_handle_disconnect(struct svc_req *req);

/* ---- service.c ---- */
struct svc_buf {
	struct ptlrpc_service	*sb_svc;
	struct list_head	sb_link;	/* bufs of the service */
	atomic_t		sb_ref;		/* posted, requests not copied yet */
	struct lnet_md		*sb_md;		/* under svc.lock */
	void			*sb_mem;
};

struct ptlrpc_service {
	struct ptlrpc_service_conf conf;
	char			name[16];
	unsigned int		users;		/* services_mutex */
	struct list_head	link;
	spinlock_t		lock;		/* leaf */
	struct list_head	queue;
	struct list_head	queue_hp; /* pings, connects, cancels: a thread of their own */
	unsigned int		queued;		/* on both queues */
	unsigned int		queued_hp;
	atomic_t		active;		/* in service */
	struct list_head	timed;		/* all requests until their answer */
	wait_queue_head_t	waitq;
	wait_queue_head_t	waitq_hp;
	struct list_head	bufs;
	unsigned int		nr_bufs;
	unsigned int		posted;
	atomic_t		live_bufs;	/* not given up */
	u32			buf_size;
	unsigned int		threads;	/* without those for urgent requests only */
	atomic_t		long_waits;	/* threads that wait long for a client */
	unsigned int		idle;		/* of threads */
	unsigned int		hp_threads;	/* for urgent requests only */
	unsigned int		hp_idle;
	unsigned int		next_thread;
	struct list_head	thread_list;
	bool			stopping;
	wait_queue_head_t	stop_waitq;
	atomic_t		nr_reqs;
	struct work_struct	grow_work;
	struct delayed_work	early_work;
	struct ptlrpc_at	at;
	struct lu_stats		*stats;
	struct param_dir	*dir;
	struct param_dir	*alias_dir;	/* the name of a second user of the portal */
};

void svc_req_put(struct svc_req *req);
/* off the lists: mbits and deadline do not change after this */
void svc_req_done(struct svc_req *req);
int svc_init(void);
void svc_exit(void);
/* Most threads of a service that an administrator may ask for. */
#define SVC_THREADS_MAX	1024
int svc_set_threads(struct ptlrpc_service *svc, unsigned int min, unsigned int max);

/* ---- params.c ---- */
void svc_params_add(struct ptlrpc_service *svc);
void svc_params_add_alias(struct ptlrpc_service *svc, const char *name);
void svc_params_del(struct ptlrpc_service *svc);
void svc_stats_start(struct svc_req *req);
void svc_stats_end(struct svc_req *req);
void ptlrpc_stats_add(struct lu_stats *stats, u32 opc, u64 usec);
int ptlrpc_params_init(void);

/* ---- handle.c ---- */
void svc_handle_req(struct svc_req *req);
bool svc_parse_req(struct svc_req *req);		/* at arrival; false: drop */
bool svc_req_is_urgent(struct svc_req *req);

/* ---- reply.c ---- */
void svc_replies_wait(void);			/* until LNet has sent all replies */
void svc_send_reply(struct svc_req *req);
void svc_send_early(struct svc_req *req, u64 mbits, u32 timeout);

#endif
