/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RPC client and server (kernel/ptlrpc, part of ptlrpc.ko), chapter 2. A client sends requests over
 * an import, a server answers through an export. kernel/ptlrpc/client.c tells the life of a
 * request, import.c that of an import, service.c that of a request on the server.
 *
 * All functions may sleep unless it says otherwise. struct obd_connect_data is in wire order
 * everywhere.
 */
#ifndef _GLOSS_PTLRPC_H
#define _GLOSS_PTLRPC_H

#include <linux/atomic.h>
#include <linux/bvec.h>
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <gloss/lnet.h>
#include <gloss/msg.h>

struct ldlm_export;
struct ldlm_namespace;
struct lu_stats;
struct obd_export;
struct obd_import;
struct ptlrpc_bulk;
struct ptlrpc_handler;
struct ptlrpc_request;
struct ptlrpc_service;
struct ptlrpc_target;
struct seq_file;
struct svc_req;

#define PTLRPC_VERSION_CODE	OBD_OCD_VERSION(2, 17, 0, 0)	/* sent in ocd_version */
#define PTLRPC_XID_STEP		128

/* Tunables (seconds), lctl set_param timeout, at_min ... */
extern unsigned int ptlrpc_timeout;		/* obd_timeout, 100 */
extern unsigned int ptlrpc_at_min;		/* 5 */
extern unsigned int ptlrpc_at_max;		/* 600 */
extern unsigned int ptlrpc_at_early_margin;	/* 5 */
extern unsigned int ptlrpc_at_extra;		/* 30 */
extern unsigned int ptlrpc_ping_interval;	/* 25 */
extern unsigned int ptlrpc_bulk_timeout;	/* 100 */
extern unsigned int ptlrpc_ldlm_timeout;	/* 20 */

/* ---------------- client: imports ---------------- */

enum import_state {
	IMP_CLOSED = 1,
	IMP_NEW,
	IMP_DISCON,
	IMP_CONNECTING,
	IMP_REPLAY,
	IMP_REPLAY_LOCKS,
	IMP_REPLAY_WAIT,
	IMP_RECOVER,
	IMP_FULL,
	IMP_EVICTED,
	IMP_IDLE,
};

/*
 * What the owner of an import is told: one event at a time, in order, from the only work item of
 * the import. The owner may sleep, but must not wait for a request of this import, because the same
 * work item reconnects: it sends asynchronously, or uses a work item of its own.
 */
enum import_event {
	IMP_EV_OCD,	/* each connect, before ACTIVE: imp_ocd is what the server granted */
	IMP_EV_ACTIVE,	/* FULL: requests are sent */
	IMP_EV_DISCON,	/* the connection was lost and is being made again */
	/*
	 * The server has evicted this client: drop locks (ldlm_ns_evicted()), dirty data and open
	 * handles. FULL follows.
	 */
	IMP_EV_EVICTED,
	IMP_EV_INACTIVE, /* import_invalidate(), or refused for good: no request is sent any more */
};

struct import_ops {
	void (*event)(struct obd_import *imp, enum import_event ev);
	/*
	 * Optional, imp_idle_timeout: may the connection be given up now (no locks, no dirty data)?
	 * Must not sleep.
	 */
	bool (*can_idle)(struct obd_import *imp);
	/* Optional: last changes to what is sent with a connect. Must not sleep. */
	void (*connect_data)(struct obd_import *imp, struct obd_connect_data *ocd);
};

#define IMPF_NOT_REPLAYABLE	0x1	/* MGC: a lost connection fails requests in flight: -EIO */
#define IMPF_NO_PING		0x2

struct import_conf {
	const char *target_uuid;	/* "fs-OST0000_UUID", "MGS" */
	const char *client_uuid;
	u32 connect_op;			/* MDS_CONNECT, OST_CONNECT, MGS_CONNECT */
	u32 req_portal;			/* default request portal: 12, 28, 26, 24 (MDT to MDT) */
	u32 rep_portal;			/* its reply portal: 10, 4, 25, 4 */
	u8 sp;				/* sender part: LUSTRE_SP_* */
	/* wanted. AT, REP_MBITS, BULK_MBITS ... are the caller's choice, too */
	struct obd_connect_data ocd;
	const struct import_ops *ops;	/* may be NULL */
	void *data;			/* imp_data */
	unsigned int flags;		/* IMPF_* */
};

/* Worst value of the last 10 minutes in four bins. */
struct ptlrpc_at {
	spinlock_t	at_lock;	/* all below */
	time64_t	at_start;	/* of bin 0 */
	unsigned int	at_bins[4];
	unsigned int	at_value;
};

#define IMP_AT_PORTALS	8

struct import_conn {
	struct list_head	ic_link;	/* imp_conns */
	struct lnet_nid		ic_nid;
	time64_t		ic_last;	/* last attempt, 0 = never */
};

struct obd_import {
	refcount_t		imp_ref;
	const struct import_ops	*imp_ops;
	void			*imp_data;	/* of the owner */
	char			imp_name[64];	/* in messages; the UUID unless the owner sets it */
	char			imp_target[UUID_MAX];
	char			imp_client[UUID_MAX];
	u32			imp_connect_op;
	u32			imp_req_portal;
	u32			imp_rep_portal;
	u8			imp_sp;
	unsigned int		imp_flags;	/* IMPF_* */
	u64			imp_cb_cookie;	/* handle of this import: pb_handle of callbacks */
	struct hlist_node	imp_cb_hash;
	bool			imp_reverse; /* of an export: callbacks to a client; always FULL */

	struct obd_connect_data	imp_want;
	struct obd_connect_data	imp_ocd; /* granted: from IMP_EV_OCD on, also while disconnected */

	spinlock_t		imp_lock;	/* everything below; inside it only rq_lock */
	enum import_state	imp_state;
	wait_queue_head_t	imp_waitq;	/* state changes */
	struct list_head	imp_conns;	/* import_conn */
	struct lnet_nid		imp_nid;	/* current server */
	u64			imp_handle;	/* server's export cookie */
	u32			imp_conn_cnt;
	u32			imp_generation;	/* bumped by evictions */
	int			imp_connect_rc;	/* why the last attempt failed */
	bool			imp_invalid; /* import_invalidate(): everything fails with -EIO */
	bool			imp_deactive;	/* refused (-EACCES) or by the administrator */
	bool			imp_connected;	/* was FULL once */
	bool			imp_replayable;
	bool			imp_closing;
	struct list_head	imp_sending;	/* requests in flight (rq_list) */
	struct list_head	imp_delayed;	/* waiting for FULL (rq_list) */
	struct list_head	imp_unreplied;	/* rq_unreplied, by xid */
	u64			imp_last_xid;
	struct list_head	imp_replay;	/* kept requests by transno (rq_replay) */
	struct list_head	imp_committed_open;
	u64			imp_last_committed;	/* of the server */
	u64			imp_max_transno;
	u32			imp_round;	/* of recovery: counts restarts of the server */
	enum import_state	imp_stage;	/* of that round: what is to be done next */
	u64			imp_replayed;	/* transno of the last replay that was answered */
	bool			imp_vbr_failed;	/* a replay found another version of its object */
	atomic_long_t		imp_kept_pages;	/* held by kept requests */
	atomic_t		imp_nr_reqs;	/* requests not complete; wakes imp_waitq at 0 */

	/* modify slots */
	unsigned int		imp_max_mod_rpcs;	/* own bound, 7 */
	unsigned int		imp_slots_used;		/* without the extra close */
	unsigned int		imp_closes_used;
	DECLARE_BITMAP(imp_slot_map, 512);
	struct list_head	imp_slot_wait;		/* requests (rq_list) */

	/* timing, seconds of ktime_get_seconds() */
	struct ptlrpc_at	imp_net_at;
	struct {
		u32		portal;
		struct ptlrpc_at at;
	} imp_svc_at[IMP_AT_PORTALS];
	time64_t		imp_last_sent;
	time64_t		imp_last_reply;
	time64_t		imp_idle_since;
	unsigned int		imp_connect_round;	/* how often all NIDs were tried */
	unsigned int		imp_not_yet;	/* answers in a row: target is not there yet */
	struct delayed_work	imp_retry;	/* connect again */
	time64_t		imp_told;	/* when a failed connect was last logged */
	struct list_head	imp_pinger_link;
	bool			imp_ping_busy;
	unsigned int		imp_idle_timeout; /* seconds, set by the owner; 0: never idle */

	struct work_struct	imp_work;
	u32			imp_todo;		/* IMP_DO_*, for imp_work */
	struct ptlrpc_request	*imp_connect_req;	/* answered, for imp_work */
	struct ptlrpc_request	*imp_goodbye;	/* DISCONNECT, of the owner's thread */
	struct lu_stats		*imp_stats;	/* of the owner: ptlrpc_stats_new(); may be NULL */
};

/* NULL: out of memory. Nothing is sent yet. Starts the callback service of the node. */
struct obd_import *import_alloc(const struct import_conf *conf);
struct obd_import *import_get(struct obd_import *imp);
/* NULL is fine. An import that was connected is disconnected or invalidated before. */
void import_put(struct obd_import *imp);
/*
 * One server node with its NIDs (the same NID twice is one). Order of the calls = preference. 0,
 * -ENOMEM.
 */
int import_add_conn(struct obd_import *imp, const struct lnet_nid *nids, unsigned int n);
int import_del_conn(struct obd_import *imp, const struct lnet_nid *nid);
void import_nids_str(struct obd_import *imp, char *buf, size_t len);
/* Start connecting (again, when closed or deactivated); does not wait. */
int import_connect(struct obd_import *imp);
/* Is a NID of the server in a network of this node? */
bool import_reachable(struct obd_import *imp);
/*
 * Killable; timeout in seconds, 0 = for ever. 0, -ETIMEDOUT, -EINTR, or why it will never be FULL
 * (-EACCES, -EPROTO, -EIO).
 */
int import_wait_full(struct obd_import *imp, unsigned int timeout);
/* umount -f: all requests, also later ones, fail with -EIO at once. For good. */
void import_invalidate(struct obd_import *imp);
/*
 * Sends DISCONNECT when connected (bounded wait, not killable), fails what is left, state CLOSED,
 * waits for all requests and for event calls. After it no event comes any more.
 */
void import_disconnect_start(struct obd_import *imp);
void import_disconnect(struct obd_import *imp);
/* Reconnect now: to this NID if not NULL. */
void import_reconnect(struct obd_import *imp, const struct lnet_nid *nid);
/* Imperative recovery: the target has started on the node with these NIDs. 0, -ENOENT, -ENOMEM. */
int import_restarted(struct obd_import *imp, const struct lnet_nid *nids, unsigned int n,
		     u32 instance);
/* lctl --device deactivate / activate. */
void import_set_active(struct obd_import *imp, bool active);
/*
 * Wait until all transactions that this import has seen are committed, or not connected any more;
 * sends pings. Killable.
 */
int import_sync_committed(struct obd_import *imp);
const char *import_state_name(enum import_state state);
/* Files "import", "state" and "timeouts" of chapter 7.8. */
int import_show(struct seq_file *m, struct obd_import *imp);
int import_state_show(struct seq_file *m, struct obd_import *imp);
int import_timeouts_show(struct seq_file *m, struct obd_import *imp);
struct param_dir;
int import_conn_show(struct seq_file *m, struct obd_import *imp);
void import_params_add(struct param_dir *dir, struct obd_import *imp);

/* The import with this imp_cb_cookie, referenced; NULL. */
struct obd_import *import_find_cb(u64 cookie);

static inline u64 imp_connect_flags(const struct obd_import *imp)
{
	return le64_to_cpu(imp->imp_ocd.ocd_connect_flags);
}

static inline u64 imp_connect_flags2(const struct obd_import *imp)
{
	return imp_connect_flags(imp) & OBD_CONNECT_FLAGS2 ?
		       le64_to_cpu(imp->imp_ocd.ocd_connect_flags2) :
		       0;
}

static inline bool imp_is_full(const struct obd_import *imp)
{
	return READ_ONCE(imp->imp_state) == IMP_FULL;
}

/* ---------------- client: requests ---------------- */

enum rq_phase {
	RQ_NEW,			/* being filled */
	RQ_SLOT,		/* waits for a modify slot */
	RQ_DELAYED,		/* waits for FULL */
	RQ_SENT,		/* in flight */
	RQ_UNLINK,		/* LNet still knows its buffers; then: again, or end */
	RQ_END,			/* to be told */
	RQ_DONE,
};

struct ptlrpc_request {
	refcount_t		rq_ref;
	struct obd_import	*rq_imp;	/* referenced */
	u32			rq_opc;
	const struct wire_format *rq_fmt;
	/* by opcode and import; may be changed before sending */
	u32			rq_req_portal;
	u32			rq_rep_portal;

	/* set before sending */
	bool			rq_no_resend;	/* fail with -ETIMEDOUT/-EIO, do not send again */
	bool			rq_no_delay;	/* fail with -EAGAIN when the import is not FULL */
	bool			rq_interruptible;/* any signal ends the wait, not only fatal ones */
	/* takes a modify slot (pb_tag); set for REINT, CLOSE ... */
	bool			rq_mod_slot;
	bool			rq_replay_keep;	/* open: kept until ptlrpc_req_close_replay() */
	bool			rq_no_replay;	/* kept for the news of its commit only */
	/* done() completes the message for a replay, and waits for nothing */
	bool			rq_done_saves;
	/* the pages of the bulk are held until the commit, for a replay; the owner bounds them */
	bool			rq_keep_data;
	/* the caller gets -EINPROGRESS (bulk I/O, quota) */
	bool			rq_no_einprogress;
	u32			rq_timeout;	/* seconds for the server, 0 = adaptive */
	u64			rq_deadline_max; /* jiffies64: then -ETIMEDOUT; 0: never */
	/* async: once, from a work item; its reference is the sender's */
	void (*done)(struct ptlrpc_request *req);
	void			*done_data;
	/*
	 * Optional; for replies with a transno: called once (process context, no locks), after
	 * done(), when it is committed, or when that will never be known (eviction, umount):
	 * rq_committed tells. Opens with rq_replay_keep: after their close.
	 */
	void (*rq_commit_cb)(struct ptlrpc_request *req);
	/*
	 * Optional, from the work item of the import, with the message that repeats it: before it
	 * is sent, and after it was answered without an error.
	 */
	void (*rq_replay_prep)(struct ptlrpc_request *req, struct ptlrpc_request *replay);
	void (*rq_replay_cb)(struct ptlrpc_request *req, struct ptlrpc_request *replay);
	void			*rq_cb_data;

	/* results */
	/* of the reply (may be > 0), or -errno of the transport */
	int			rq_status;
	u64			rq_xid;		/* given when first sent */
	u64			rq_transno;
	u32			bulk_bytes;	/* moved by the bulk */
	bool			rq_got_reply;	/* a valid reply is there, whatever rq_status */
	bool			rq_committed;

	/* private */
	spinlock_t		rq_lock;
	struct mutex		rq_step;	/* outside of all other locks here */
	enum rq_phase		rq_phase;
	struct list_head	rq_list;	/* imp_sending, imp_delayed, imp_slot_wait */
	struct list_head	rq_unreplied;
	struct list_head	rq_replay;
	struct delayed_work	rq_work;
	struct completion	rq_complete;
	u32			rq_req_len[WIRE_MAX_FIELDS];
	u32			rq_rep_len[WIRE_MAX_FIELDS];
	void			*rq_msg;
	u32			rq_msg_len;
	void			*rq_rep; /* early replies at 0, the final one at rq_rep_off */
	u32			rq_rep_size;
	u32			rq_rep_off;
	u32			rq_rep_got;	/* bytes of the final reply */
	u32			rq_rep_want;	/* its full length (truncated when more than got) */
	u64			rq_mbits;
	struct lnet_md		*rq_req_md;
	struct lnet_md		*rq_rep_md;
	unsigned int		rq_mds;		/* not yet unlinked: request, reply, bulk */
	struct ptlrpc_bulk	*rq_bulk;
	u16			rq_tag;
	u32			rq_conn_cnt;	/* of the last transmission */
	u32			rq_generation;
	time64_t		rq_sent;
	time64_t		rq_deadline;
	u32			rq_cur_timeout;
	unsigned int		rq_retries;	/* EINPROGRESS */
	u64			rq_not_before;	/* jiffies64 */
	int			rq_abort;	/* -errno: end it */
	u32			rq_pb_flags;	/* MSG_RESENT and such */
	/* under rq_lock */
	u8			rq_replied:1,	/* final reply in memory */
				rq_net_err:1,	/* the request was not delivered */
				rq_again:1;	/* reconnected: send it again */
	/* of the step */
	bool			rq_at;		/* sent with MSGHDR_AT_SUPPORT */
	bool			rq_resend;	/* after RQ_UNLINK */
	bool			rq_new_xid;
	bool			rq_have_slot;
	bool			rq_started;
	ktime_t			rq_start;
	bool			rq_is_connect;
	bool			rq_bypass; /* sent in any state: connect, disconnect, recovery */
	u8			rq_sends;
	bool			rq_parsed;	/* the reply is read, with its transno */
	/* kept requests, under imp_lock */
	bool			rq_untold;	/* done() has not returned */
	bool			rq_replay_sent;	/* its replay was sent, perhaps without an answer */
	unsigned int		rq_held;	/* pages counted in imp_kept_pages */
	u32			rq_round;	/* imp_round in which its replay was answered */
	struct ptlrpc_request	*rq_replay_of;	/* this is the replay of that one */
};

/* NULL when out of memory or imp is NULL. Sizes of fixed fields are preset. */
struct ptlrpc_request *ptlrpc_req_new(struct obd_import *imp, u32 opc,
				      const struct wire_format *fmt);
/*
 * Server to client: portal 15, resent until rq_deadline_max (default 3 x T), not after the export
 * is gone.
 */
struct ptlrpc_request *ptlrpc_req_new_rev(struct obd_export *exp, u32 opc,
					  const struct wire_format *fmt);
struct ptlrpc_request *ptlrpc_req_get(struct ptlrpc_request *req);
void ptlrpc_req_put(struct ptlrpc_request *req);	/* NULL is fine */
/* Length of a request buffer; also 0 to leave it empty. Before pack. */
void ptlrpc_req_size(struct ptlrpc_request *req, enum wire_field field, u32 len);
/* Longest reply expected in a buffer. Before pack. */
void ptlrpc_rep_room(struct ptlrpc_request *req, enum wire_field field, u32 len);
int ptlrpc_req_pack(struct ptlrpc_request *req);	/* 0, -ENOMEM, -E2BIG; buffers are zeroed */
/* NULL when absent or empty */
void *ptlrpc_req_buf(struct ptlrpc_request *req, enum wire_field field);
u32 ptlrpc_req_len(struct ptlrpc_request *req, enum wire_field field);
void ptlrpc_req_shrink(struct ptlrpc_request *req, enum wire_field field, u32 len); /* after pack */
/* In done(), to complete the message for a replay: 0, -ENOMEM, -E2BIG. */
int ptlrpc_req_grow(struct ptlrpc_request *req, enum wire_field field, u32 len);
/*
 * Send and wait, killable. Returns rq_status: 0, a positive DLM status, or -errno (of the server or
 * of the transport; rq_got_reply tells them apart). -EINTR when killed: the request may still be
 * executed.
 */
int ptlrpc_queue_wait(struct ptlrpc_request *req);
/*
 * Negative: not sent, done() is not called. 0: done() follows once. The caller's reference stays
 * the caller's.
 */
int ptlrpc_send_async(struct ptlrpc_request *req);
/* End it with rc (e.g. -EINTR) soon; completion as usual. Any context. */
void ptlrpc_req_abort(struct ptlrpc_request *req, int rc);
/*
 * Killable wait for a request sent with ptlrpc_send_async(); aborts it when killed. Returns
 * rq_status.
 */
int ptlrpc_req_wait(struct ptlrpc_request *req);
/* Reply buffer: NULL when absent, or shorter than the fixed size of its field. */
void *ptlrpc_rep_buf(struct ptlrpc_request *req, enum wire_field field);
u32 ptlrpc_rep_len(struct ptlrpc_request *req, enum wire_field field);
const struct ptlrpc_body *ptlrpc_rep_body(struct ptlrpc_request *req);
/*
 * Bulk of a request, before sending. server_reads: the server GETs the data (write); else it PUTs
 * into it (read). Elements of bvec are fragments in file order that do not cross page boundaries of
 * the file; the array and pages stay the caller's until the request is complete. portal:
 * OST_BULK_PORTAL, MDS_BULK_PORTAL, MGS_BULK_PORTAL. max_md: pieces that the request announces
 * (ioo_max_brw; power of two), 1 for READPAGE and CONFIG_READ; 0 = what is needed.
 */
struct bio_vec *ptlrpc_bvec_vmalloc(const void *buf, unsigned int nr);
int ptlrpc_req_bulk(struct ptlrpc_request *req, bool server_reads, u32 portal, struct bio_vec *bvec,
		    unsigned int nr, u32 max_md);
/* Its fragments; NULL: it has none. */
const struct bio_vec *ptlrpc_req_bvec(const struct ptlrpc_request *req, unsigned int *nr);
/* Pages that requests with rq_keep_data hold until their commit, of all imports. */
unsigned long ptlrpc_kept_pages(void);
/* The file of this open request was closed: the kept request is not needed any more. */
void ptlrpc_req_close_replay(struct ptlrpc_request *open_req);
/* For quiet errors: is this one of the transport or of a lost server? */
bool ptlrpc_err_is_conn(int rc);

/* Synchronous ping / statfs-like helpers */
int ptlrpc_ping(struct obd_import *imp);

/* ---------------- server ---------------- */

struct ptlrpc_service_conf {
	const char *name;	/* thread names: at most 11 characters */
	u32 req_portal;
	u32 rep_portal;
	u32 max_req;		/* longest request (chapter 2 4.3); 1024 are added */
	u32 max_rep;		/* advisory */
	unsigned int threads_min;
	unsigned int threads_max;
};

/* One per portal and node: a second get returns the first one. ERR_PTR. */
struct ptlrpc_service *ptlrpc_service_get(const struct ptlrpc_service_conf *conf);
/* NULL and ERR_PTR allowed; the last one waits for the threads */
void ptlrpc_service_put(struct ptlrpc_service *svc);

struct ptlrpc_target_ops {
	const struct ptlrpc_handler *handlers;
	int nr;			/* of handlers */
	/*
	 * Zeroed memory of the type (obd_export at offset 0 is initialised by ptlrpc afterwards),
	 * NULL = no memory.
	 */
	struct obd_export *(*export_alloc)(struct ptlrpc_target *t);
	void (*export_free)(struct obd_export *exp);
	/*
	 * Optional: is this node a server of the file system? Only then its connects may claim to
	 * come from one (OBD_CONNECT_MDS, MDS_MDS, LIGHTWEIGHT). May sleep.
	 */
	bool (*peer_is_server)(struct ptlrpc_target *t, const struct lnet_nid *nid);
	/*
	 * A connect passed the checks of chapter 2 9.7. *ocd: in: wanted; out: granted (flags only
	 * cleared, values set). reconnect: the export was kept. exp_client_uuid, exp_nid,
	 * exp_cb_cookie are set. -errno refuses.
	 */
	int (*connect)(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect);
	/*
	 * Optional. The client has disconnected or was evicted, no request of it is in service;
	 * called once after a connect, before its locks go to others. Afterwards not even a crash
	 * lets it come back as the owner of its locks.
	 */
	void (*forget)(struct obd_export *exp, bool evicted);
	/*
	 * The same, and its locks are dropped.
	 */
	void (*disconnect)(struct obd_export *exp, bool evicted);
	/*
	 * Optional. MSG_RESENT or MSG_REPLAY request of a handler with HF_RESENT: 1 = answered
	 * (status, reply set), 0 = execute, -errno.
	 */
	int (*resent)(struct svc_req *req);
	/*
	 * Optional: a new client was told to wait (-EBUSY), for the target recovers. Any context
	 * that may sleep.
	 */
	void (*stranger)(struct ptlrpc_target *t);
	/*
	 * Optional, before the handler of every request of the target (recovery filter): 0 =
	 * execute it; 1 = kept for later by svc_req_hold(); 2 = answer it as it is (status, reply
	 * set); -errno = answer that.
	 */
	int (*pre_handle)(struct svc_req *req);
};

struct ptlrpc_target {
	char pt_uuid[UUID_MAX];		/* "fs-OST0000_UUID", "MGS" */
	const struct ptlrpc_target_ops *pt_ops;
	struct ldlm_namespace *pt_ns;	/* may be NULL */
	atomic64_t pt_last_committed;
	u32 pt_instance;		/* ocd_instance */
	/* MGS: no REPLAYABLE, RECONNECT whenever conn_cnt > 1, no client is evicted for silence */
	bool pt_not_replayable;
	bool pt_recovering;		/* set and cleared by the target */
	bool pt_not_ready;			/* new connects get -EAGAIN */

	/* private to ptlrpc from here */
	bool pt_stopping;
	atomic_t pt_users;			/* connects being handled */
	struct list_head pt_link;	/* all targets */
	struct mutex pt_connect_mutex;	/* decisions about connects */
	spinlock_t pt_lock;		/* exports */
	struct list_head pt_exports;	/* obd_export.exp_link */
	atomic_t pt_nr_exports;		/* allocated ones */
	wait_queue_head_t pt_waitq;
	time64_t pt_last_heard;		/* of any export */
};

int ptlrpc_target_register(struct ptlrpc_target *t);	/* 0, -EEXIST; fields above are set */
/*
 * Every export gets ops->disconnect(exp, false), waits until all are freed. Client slots on disk
 * are not touched by us.
 */
void ptlrpc_target_unregister(struct ptlrpc_target *t);
/*
 * Recovery, after register, with pt_recovering and pt_not_ready set: a client from last_rcvd.
 * Referenced (put it); its connect finds it by UUID and gets RECOVERING. ops->disconnect() will be
 * called for it even if it never connects. ERR_PTR(-ENOMEM).
 */
struct obd_export *ptlrpc_export_preload(struct ptlrpc_target *t, const char *client_uuid);
/* End of recovery: evict the clients from last_rcvd that did not come. */
void ptlrpc_target_evict_missing(struct ptlrpc_target *t);
/* Calls fn for each connected export (referenced during the call). */
void ptlrpc_target_for_each_export(struct ptlrpc_target *t,
				   void (*fn)(struct obd_export *exp, void *data), void *data);
/* Evict by client UUID or NID text ("nid:..." as lctl set_param evict_client): number evicted. */
int ptlrpc_target_evict(struct ptlrpc_target *t, const char *who);
ssize_t ptlrpc_target_evict_store(struct ptlrpc_target *t, const char *text, size_t len);

struct obd_export {
	refcount_t exp_ref;
	u64 exp_cookie;			/* pb_handle of the client's requests */
	char exp_client_uuid[UUID_MAX];
	struct lnet_nid exp_nid;		/* client: its primary NID */
	struct ptlrpc_target *exp_tgt;
	struct obd_connect_data exp_ocd;	/* granted; zero before the first connect ends */
	u64 exp_cb_cookie;			/* pb_handle for callbacks */
	struct ldlm_export *exp_ldlm;
	struct obd_import *exp_rev;	/* for callbacks; made at the first connect */
	struct list_head exp_link;	/* target's exports */
	struct hlist_node exp_hash;	/* by cookie */
	spinlock_t exp_lock;		/* below */
	struct list_head exp_reqs;	/* svc_req.sr_exp_link: queued and in service */
	u32 exp_conn_cnt;
	u8 exp_sp;				/* sender part of the first connect */
	bool exp_connected;
	bool exp_connecting;
	bool exp_was_connected; /* ops->connect() succeeded: ops->disconnect() will follow */
	bool exp_failed; /* evicted or disconnected: no new requests, reverse RPCs, locks */
	bool exp_evicted;
	atomic_t exp_in_service;	/* requests being handled; wakes exp_waitq at <= 1 */
	wait_queue_head_t exp_waitq;
	time64_t exp_last_heard;
	u64 exp_last_xid;			/* highest pb_last_xid */
	/* Bulk transfers that wait for the client (bulk.c) */
	unsigned int exp_bulk_waiters;
	time64_t exp_bulk_moved;	/* when data of the client last moved, or the first began */
	bool exp_bulk_stalled;		/* one was given up, and nothing has moved since */
	struct work_struct exp_work;
};

struct obd_export *export_get(struct obd_export *exp);
void export_put(struct obd_export *exp);		/* NULL is fine */
struct obd_export *export_find(u64 cookie);		/* referenced; connected or not; NULL */
/*
 * Cut a client off: its cookie is unknown and callbacks to it fail at once; its locks are dropped
 * and ops->disconnect() is called in the background. Does not sleep, no spinlock held; harmless
 * when it is gone already. why: for the log.
 */
void export_evict(struct obd_export *exp, const char *why);

static inline u64 exp_connect_flags(const struct obd_export *exp)
{
	return le64_to_cpu(exp->exp_ocd.ocd_connect_flags);
}

static inline u64 exp_connect_flags2(const struct obd_export *exp)
{
	return exp_connect_flags(exp) & OBD_CONNECT_FLAGS2 ?
		       le64_to_cpu(exp->exp_ocd.ocd_connect_flags2) :
		       0;
}

#define HF_MODIFIES	0x1	/* -EROFS on read-only exports */
#define HF_RESENT	0x2	/* ops->resent() is asked when MSG_RESENT or MSG_REPLAY is set */
#define HF_RECOVERY	0x4	/* may run in recovery (for pre_handle) */

struct ptlrpc_handler {
	u32 opc;
	const char *name;
	/* of the request; the common prefix when contents decide: svc_req_set_format() */
	const struct wire_format *fmt;
	int (*fn)(struct svc_req *req);
	u32 flags;			/* HF_* */
};

/*
 * A request in service. The handler returns its status: >= 0 with packed buffers (svc_rep_pack;
 * body only when it did not pack), negative: what was packed stays in the reply. -EPROTO (the
 * message makes no sense), -ENOTCONN, -ENODEV and -ESHUTDOWN are answered with type ERR, all other
 * results of a handler with type REPLY (chapter 2, 3.2).
 */
struct svc_req {
	struct obd_export *sr_exp;		/* NULL in callbacks on a client */
	struct ptlrpc_target *sr_tgt;	/* sr_exp->exp_tgt */
	struct obd_import *sr_imp;	/* callbacks on a client: the import they belong to */
	const struct ptlrpc_handler *sr_handler;
	u32 sr_opc;
	u32 sr_pb_flags;
	u64 sr_xid;
	u64 sr_transno; /* handlers set it; in: pb_transno of a replay in sr_replay_transno */
	u64 sr_replay_transno;
	u64 sr_last_xid;		/* pb_last_xid */
	u16 sr_tag;
	s32 sr_status;
	u64 sr_pre_versions[4];		/* in: of a replay; out: into the reply */
	struct lnet_nid sr_peer;		/* source of the request */
	struct lnet_nid sr_self;		/* own NID it came to */
	u32 sr_req_portal;
	u32 sr_rep_portal;
	bool sr_no_reply;			/* handler: send nothing (failed bulk) */
	bool sr_lock_busy;		/* a lock that it needs was not to be had: -EINPROGRESS */
	u32 sr_uid, sr_gid;			/* of the body, for accounting only */
	char sr_jobid[LUSTRE_JOBID_SIZE];	/* "" if none */
	/* pb_slv and pb_limit of the reply */
	u64 sr_slv;
	u32 sr_limit;

	/* private */
	refcount_t sr_ref;
	struct ptlrpc_service *sr_svc;
	struct list_head sr_link;		/* queue of the service; the holder's while held */
	struct list_head sr_timed;		/* all requests of the service */
	struct list_head sr_exp_link;	/* exp_reqs */
	struct svc_buf *sr_buf;		/* receive buffer, until the message is copied */
	void *sr_msg;
	u32 sr_msg_len;
	bool sr_msg_own;
	const struct wire_format *sr_fmt;
	u64 sr_mbits;		/* match bits of the reply; changed by retransmissions */
	u64 sr_bulk_mbits;			/* pb_mbits as it came */
	u64 sr_io_lock;			/* I/O: server cookie of the lock that it names, or 0 */
	u32 sr_msg_flags;			/* lm_flags */
	u32 sr_secflvr;
	u32 sr_conn_cnt;
	time64_t sr_arrival;
	ktime_t sr_arrival_ns;
	time64_t sr_deadline;
	u32 sr_early;		/* early replies sent */
	bool sr_in_service;		/* counted in exp_in_service */
	bool sr_executed;		/* status is the result of the operation, not a refusal */
	bool sr_resumed;
	bool sr_urgent;			/* on queue_hp; under the lock of the service */
	int sr_pre_status;			/* found at arrival: answer this */
	u32 sr_connect_flags;		/* pb_op_flags of the answer */
	u64 sr_connect_cookie;		/* pb_handle of the answer */
	void *sr_rep;			/* packed reply */
	u32 sr_rep_len[WIRE_MAX_FIELDS];
	bool sr_rep_sized;			/* sr_rep_len is preset by the format */
};

void *svc_req_buf(struct svc_req *req, enum wire_field field);	/* NULL when absent or empty */
u32 svc_req_len(struct svc_req *req, enum wire_field field);
int svc_req_set_format(struct svc_req *req, const struct wire_format *fmt);	/* 0, -EPROTO */
int svc_rep_room(struct svc_req *req, enum wire_field field, u32 len);	/* before pack; 0 */
/* 0, -ENOMEM, -E2BIG; buffers zeroed. A second call packs anew */
int svc_rep_pack(struct svc_req *req);
void *svc_rep_buf(struct svc_req *req, enum wire_field field);	/* NULL when absent or empty */
u32 svc_rep_len(struct svc_req *req, enum wire_field field);
void svc_rep_shrink(struct svc_req *req, enum wire_field field, u32 len);
/*
 * Bulk, blocking. bvec: the fragments as for ptlrpc_req_bulk(). put (client reads): bytes <= total
 * are moved, the cuts are those of the whole bvec. get (client writes): everything. max_md: 8.2
 * ((ioo_max_brw >> 16) + 1, or 1, or 128). 0 or -errno (-ETIMEDOUT, -ENOTCONN evicted, -EIO,
 * -EPROTO too many pieces); then sr_no_reply is set: return the error.
 */
int svc_bulk_put(struct svc_req *req, u32 portal, struct bio_vec *bvec, unsigned int nr, u32 bytes,
		 u32 max_md);
int svc_bulk_get(struct svc_req *req, u32 portal, struct bio_vec *bvec, unsigned int nr, u32 bytes,
		 u32 max_md);
/*
 * From pre_handle: keep the request; svc_req_resume() gives it back to its service, without
 * pre_handle. Early replies are sent meanwhile. A held request pins its export.
 */
void svc_req_hold(struct svc_req *req);
void svc_req_resume(struct svc_req *req);
/* Instead of resume: serve it in this thread; its status. */
int svc_req_run(struct svc_req *req);
/* Instead of resume: drop it without an answer. */
void svc_req_drop(struct svc_req *req);
/* The request that this thread serves; NULL outside of the threads of services. */
struct svc_req *svc_current(void);
/* May this request wait for long in its thread? True: svc_long_wait_end() follows. */
bool svc_long_wait_begin(struct svc_req *req);
bool svc_long_wait_full(const struct svc_req *req);
void svc_long_wait_end(struct svc_req *req);
/*
 * Is there a request from this client, queued or in service, that match() says yes to? match() is
 * called with exp_lock held.
 */
bool svc_export_find_req(struct obd_export *exp,
			 bool (*match)(const struct svc_req *req, const void *arg),
			 const void *arg);
/*
 * A lock of this client is called back (by its server cookie): its requests that name the lock
 * (svc_req.sr_io_lock) and still wait for a thread are served before others. Does not sleep.
 */
void svc_lock_called_back(struct obd_export *exp, u64 lock_cookie);
/* Seconds left until the client stops waiting (may grow by early replies). */
int svc_req_time_left(struct svc_req *req);

static inline bool svc_req_resent(const struct svc_req *req)
{
	return req->sr_pb_flags & MSG_RESENT;
}

static inline bool svc_req_replay(const struct svc_req *req)
{
	return req->sr_pb_flags & MSG_REPLAY;
}

/* ---------------- the lock manager, seen from here ---------------- */

/* kernel/ldlm/service.c; all may sleep unless it says otherwise. */
struct ptlrpc_lock_ops {
	/* LDLM requests to any target, when its own table does not have the opcode */
	const struct ptlrpc_handler *target_handlers;
	unsigned int nr_target_handlers;
	/* requests of servers to this node as a client */
	const struct ptlrpc_handler *callback_handlers;
	unsigned int nr_callback_handlers;
	/* all locks of an import are sent to a server that restarted: 0 or -errno: start over */
	int (*import_replay)(struct obd_import *imp);
	/* the first import, the first target: start the services for callbacks, for cancels */
	int (*start_callbacks)(void);
	int (*start_cancels)(void);
	int (*export_init)(struct obd_export *exp);	/* sets exp_ldlm: 0, -ENOMEM */
	/* disconnect or eviction: drop all locks of the client; called more than once */
	void (*export_cleanup)(struct obd_export *exp);
	void (*export_fini)(struct obd_export *exp);
	/*
	 * At arrival, before it can be served: do other clients wait for what this request does?
	 * Sets io_lock. Must not sleep.
	 */
	bool (*is_urgent)(struct svc_req *req);
};

/* Once, before the first import or target. */
void ptlrpc_set_lock_ops(const struct ptlrpc_lock_ops *ops);

/* ---------------- module ---------------- */

/*
 * Counters by opcode in the format of chapter 7 8.2 ("stats" of osc, mdc and services);
 * lu_stats_free() ends them.
 */
struct lu_stats *ptlrpc_stats_new(void);
/* A new cookie for a handle: random, not 0. */
u64 ptlrpc_new_cookie(void);
/* A new value from the XID space. */
u64 ptlrpc_next_xid(void);
/* Work of this part and of LDLM that must make progress in memory reclaim. */
extern struct workqueue_struct *ptlrpc_wq;

int ptlrpc_init(void);
void ptlrpc_exit(void);
int mgc_init(void);
void mgc_exit(void);

#endif
