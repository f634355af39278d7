/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The distributed lock manager (kernel/ldlm, part of ptlrpc.ko), chapter 3: one implementation for
 * servers and clients. A namespace belongs to a target (server) or to an import (client).
 * kernel/ldlm/lock.c explains the states of a lock and the lock order. No spinlock of the lock
 * manager is held when a callback of the tables below is made or an RPC is sent.
 *
 * What each function does, returns and expects stands where it is defined.
 */
#ifndef _GLOSS_LDLM_H
#define _GLOSS_LDLM_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <gloss/msg.h>

struct ldlm_lock;
struct ldlm_namespace;
struct ldlm_resource;
struct obd_export;
struct obd_import;
struct param_dir;
struct ptlrpc_request;
struct svc_req;
struct seq_file;

/*
 * Flags above the 32 bits of the wire: local state of a lock (ldlm_lock.l_flags, under the resource
 * lock).
 */
#define LDLM_FL_CBPENDING	BIT_ULL(33)	/* called back: cancel after the last user */
#define LDLM_FL_LOCAL		BIT_ULL(34)	/* server: no client behind it */
#define LDLM_FL_FAILED		BIT_ULL(35)	/* client: dropped without telling the server */
#define LDLM_FL_CANCELING	BIT_ULL(36)	/* client: blocking() runs or ran, cancel follows */
#define LDLM_FL_CANCEL		BIT_ULL(37)	/* client: cancel is on the way */
#define LDLM_FL_LVB_READY	BIT_ULL(38)
#define LDLM_FL_DESTROYED	BIT_ULL(39)	/* ended: not found by cookie, not waited for */
#define LDLM_FL_NO_LRU		BIT_ULL(40)
#define LDLM_FL_RESENT		BIT_ULL(41)	/* ->intent(): the request came before */
#define LDLM_FL_BL_DONE		BIT_ULL(42)	/* client: blocking(lock, false) was called */
#define LDLM_FL_ELC		BIT_ULL(43)	/* client: the cookie rides in another request */
#define LDLM_FL_GRANTED_CP	BIT_ULL(44)	/* client: granted by a CP AST */
#define LDLM_FL_NO_GLIMPSE	BIT_ULL(46)	/* server: glimpses get -ENOENT */
#define LDLM_FL_MSG_PENDING	BIT_ULL(47)	/* server: reply or CP AST not built yet */
#define LDLM_FL_SYNC		BIT_ULL(48)	/* server: a thread waits, no CP AST */
#define LDLM_FL_REPLIED		BIT_ULL(49)	/* client: the enqueue was answered */
#define LDLM_FL_DROPPED		BIT_ULL(50) /* owner, client: no caches under it any more */

/* Policy in CPU order; which part counts depends on the type of the resource. */
union ldlm_policy {
	struct {
		u64 start;
		u64 end;	/* inclusive, OBD_OBJECT_EOF = to the end */
		u64 gid;	/* LCK_GROUP only */
	} extent;
	struct {
		u64 bits;
		/* requests: granted when free; called back locks: bits to give up */
		u64 try_bits;
		u64 gid;
		u32 initiator;
	} ibits;
	struct {
		u64 start;
		u64 end;	/* inclusive */
		u64 owner;
		u32 pid;
	} flock;
};

void ldlm_policy_to_wire(u32 type, const union ldlm_policy *p, union ldlm_wire_policy_data *w);
void ldlm_policy_from_wire(u32 type, const union ldlm_wire_policy_data *w, union ldlm_policy *p);

/* ---------------- namespace ---------------- */

/**
 * struct ldlm_srv_ops - what a target does for its namespace
 * @intent: executes the intent of an enqueue (chapter 3, 18). Sets the format of the request
 *	(svc_req_set_format()), packs the reply and stores lock_policy_res1 and res2 in WF_DLM_REP;
 *	the lock manager fills the rest of DLM_REP afterwards. flags: LDLM_FL_* of the request and
 *	LDLM_FL_RESENT in, of the reply out. Returns 0 with *lockp, a granted lock of
 *	ldlm_srv_lock_for_client() whose reference passes to the lock manager; ELDLM_LOCK_ABORTED
 *	without a lock; or -errno, also without one.
 * @lvb_init: reads size, times and blocks of the object into res->lr_lvb. -ENOENT: there is no such
 *	object, the enqueue fails.
 * @lvb_fill: optional; writes the LVB of a message, len bytes (56 or 40). Default: copies lr_lvb.
 * @lvb_update: optional; merges the LVB that a glimpse brought (fields only grow), or reads the
 *	object again if lvb is NULL. Default: ldlm_lvb_merge(), @lvb_init.
 *
 * All may sleep. The lvb functions are called with lr_lvb_mutex held, and are NULL for targets
 * without LVB (MGS).
 */
struct ldlm_srv_ops {
	int (*intent)(struct svc_req *req, struct ldlm_lock **lockp, u64 *flags);
	int (*lvb_init)(struct ldlm_resource *res);
	int (*lvb_fill)(struct ldlm_resource *res, void *buf, u32 len);
	int (*lvb_update)(struct ldlm_resource *res, const struct ost_lvb *lvb);
};

struct ldlm_namespace {
	/* "filter-testfs-OST0000", "testfs-OST0000-osc-..." */
	const char		*ns_name;
	bool			ns_client;
	const struct ldlm_srv_ops *ns_ops;	/* server */
	/* server: the owner's pointer (struct lu_target) */
	void			*ns_data;
	/* client; not referenced, must outlive the namespace */
	struct obd_import	*ns_imp;
	struct rhashtable	ns_res;		/* ldlm_resource by lr_id */
	struct list_head	ns_list;	/* all namespaces */
	/* innermost: ns_res_list, last references of resources */
	spinlock_t		ns_res_lock;
	struct list_head	ns_res_list;	/* ldlm_resource.lr_ns_link */
	atomic_t		ns_nr_locks;
	atomic_t		ns_nr_granted;
	atomic64_t		ns_grants;		/* ever */
	u64			ns_rate_grants;		/* ns_grants at ns_rate_time */
	time64_t		ns_rate_time;
	unsigned int		ns_rate;		/* grants a second before that */
	atomic_t		ns_nr_res;
	atomic_t		ns_nr_timeouts;
	/* lock and resource counts drop to 0; cancels are done */
	wait_queue_head_t	ns_waitq;
	bool			ns_stopping;	/* no new locks, nothing is granted */
	/* server in recovery: grant nothing, re-process at the end */
	bool			ns_replaying;

	/* client: cached locks without users, oldest first */
	spinlock_t		ns_lru_lock;
	struct list_head	ns_lru;
	unsigned int		ns_lru_nr;
	unsigned int		ns_lru_max;	/* lru_size; 0 = default */
	unsigned int		ns_lru_age;	/* lru_max_age in seconds */
	unsigned int		ns_lru_reclaim;	/* locks that the shrinker wants cancelled */
	struct delayed_work	ns_lru_work;
	/* client: cancels to be sent */
	spinlock_t		ns_cancel_lock;
	struct list_head	ns_cancel_list;	/* ldlm_lock.l_lru of dropped locks */
	struct delayed_work	ns_cancel_work;
	/* locks on the list, cancel RPCs in flight, l_work queued or running */
	atomic_t		ns_cancels;
	/* client: l_work of its locks, so that one server's callbacks do not wait for another's */
	struct workqueue_struct	*ns_bl_wq;

	/* server: locks that were called back, with their deadline */
	spinlock_t		ns_wait_lock;
	struct list_head	ns_wait_list;
	struct delayed_work	ns_wait_work;

	/* server: waiting flocks by owner, for the search for deadlocks */
	spinlock_t		ns_flock_lock;	/* inside of lr_lock */
	struct hlist_head	*ns_flock_hash;
	u64			ns_flock_search;	/* number of the present search */

	struct param_dir	*ns_params;	/* ldlm/namespaces/NAME */
	struct param_dir	*ns_pool_params;
};

struct ldlm_namespace *ldlm_ns_new_server(const char *name, const struct ldlm_srv_ops *ops);
struct ldlm_namespace *ldlm_ns_new_client(const char *name, struct obd_import *imp);
void ldlm_ns_free(struct ldlm_namespace *ns, bool force);
void ldlm_ns_recovery(struct ldlm_namespace *ns, bool on);	/* server */
void ldlm_ns_stop(struct ldlm_namespace *ns);			/* server */
/* client; res_id NULL: all */
void ldlm_cli_cancel_start(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id);
void ldlm_cli_cancel_unused(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id);
void ldlm_ns_evicted(struct ldlm_namespace *ns);
int ldlm_import_replay(struct obd_import *imp);

/* Client: parameters of the LRU. */
unsigned int ldlm_ns_unused(const struct ldlm_namespace *ns);
unsigned int ldlm_ns_lru_size(const struct ldlm_namespace *ns);
void ldlm_ns_lru_resize(struct ldlm_namespace *ns, unsigned int max);

/* ---------------- resource, lock ---------------- */

/* Granted extent locks of one mode, by start, with the highest end of each subtree. */
struct ldlm_extent_tree {
	struct rb_root_cached	root;
};

struct ldlm_resource {
	struct rhash_head	lr_hash;
	struct ldlm_res_id	lr_id;
	struct ldlm_namespace	*lr_ns;
	struct list_head	lr_ns_link;
	u32			lr_type;
	refcount_t		lr_ref;
	/* guards what follows, and the state of the resource's locks */
	spinlock_t		lr_lock;
	struct list_head	lr_granted;	/* ldlm_lock.l_res_link */
	struct list_head	lr_waiting;	/* FIFO */
	struct list_head	lr_flock_check;	/* waiting flocks to look at: l_flock_wait */
	struct ldlm_extent_tree	*lr_trees;	/* server EXTENT: LCK_MODE_NUM of them */
	unsigned int		lr_nr_granted[LCK_MODE_NUM];
	struct rcu_head		lr_rcu;

	struct mutex		lr_lvb_mutex;	/* server: lr_lvb; outside of lr_lock */
	bool			lr_lvb_valid;
	struct ost_lvb		lr_lvb;		/* wire order */
};

struct ldlm_lock {
	refcount_t		l_ref;
	/* changes only on the client, in the enqueue reply */
	struct ldlm_resource	*l_res;
	struct list_head	l_res_link;	/* lr_granted or lr_waiting */
	struct rhash_head	l_hash;		/* by l_handle, global */
	struct lustre_handle	l_handle;	/* cookie that this node gave the lock */
	struct lustre_handle	l_remote;	/* cookie that the other side gave it */
	u64			l_flags;
	u32			l_req_mode;
	u32			l_granted_mode;	/* 0 = not granted */
	union ldlm_policy	l_policy;	/* granted (after expansion), or asked for */
	union ldlm_policy	l_req_policy;	/* as asked for */
	struct rb_node		l_rb;		/* lr_trees */
	u64			l_subtree_last;
	int			l_error;	/* why a wait ended without a grant */
	wait_queue_head_t	l_waitq;	/* granted, failed, destroyed */
	struct rcu_head		l_rcu;

	/* server */
	struct obd_export	*l_export;	/* NULL = local */
	struct hlist_node	l_exp_hash;	/* ldlm_export: by l_remote */
	struct list_head	l_exp_link;	/* ldlm_export: all locks */
	struct list_head	l_bl_ast;	/* BL ASTs to be sent */
	struct list_head	l_cp_ast;	/* CP ASTs to be sent */
	/* SYNC lock that waits: the client in its way, referenced; under lr_lock */
	struct obd_export	*l_blocker;
	bool			l_blocker_untimed;	/* and nothing forces that client */
	bool			l_untimed;	/* counted in le_nr_untimed */
	u32			l_bl_mode;	/* mode of the lock that this one blocks */
	union ldlm_policy	l_bl_policy;
	struct list_head	l_wait_link;	/* ns_wait_list */
	unsigned long		l_called_back;	/* jiffies: its time began */
	unsigned long		l_deadline;	/* jiffies */
	/* flocks, under lr_lock */
	struct list_head	l_flock_waiters;	/* granted: locks that wait for this one */
	struct list_head	l_flock_wait;		/* l_flock_waiters, or lr_flock_check */
	/* waiting flocks, under ns_flock_lock */
	struct hlist_node	l_flock_hash;		/* ns_flock_hash */
	u64			l_flock_blk_owner;	/* who holds it up */
	struct obd_export	*l_flock_blk_exp;	/* compared only, never followed */
	u64			l_flock_seen;		/* last search that came by */
	struct ldlm_lock	*l_flock_next;		/* queue of that search */
	/* becomes the part behind, when this lock splits another one */
	struct ldlm_lock	*l_flock_spare;

	/* client */
	const struct ldlm_cli_ops *l_ops;
	void			*l_ast_data;	/* inode or object; under the resource lock */
	unsigned int		l_users;
	/* of the import when the lock was asked for: after an eviction it means nothing */
	u32			l_generation;
	struct list_head	l_lru;		/* ns_lru; later ns_cancel_list */
	struct delayed_work	l_work;		/* blocking() */
	unsigned long		l_keep;		/* jiffies: not cancelled before; 0: at once */
	unsigned long		l_last_used;	/* jiffies; server: when the lock was made */
	/* l_lvb_len bytes from the server; 56-byte form for objects */
	void			*l_lvb;
	u32			l_lvb_len;
	u32			l_lvb_want;	/* longest that the caller expects */
};

struct ldlm_lock *ldlm_lock_get(struct ldlm_lock *lock);
void ldlm_lock_put(struct ldlm_lock *lock);
struct ldlm_lock *ldlm_lock_find(u64 cookie);

static inline bool ldlm_lock_granted(const struct ldlm_lock *lock)
{
	return READ_ONCE(lock->l_granted_mode) != 0;
}

/* ---------------- server ---------------- */

/* Per export (obd_export.exp_ldlm). */
struct ldlm_export {
	spinlock_t		le_lock;	/* inside of lr_lock */
	struct hlist_head	*le_hash;	/* locks by the client's cookie */
	struct list_head	le_locks;
	unsigned int		le_nr;
	unsigned int		le_nr_untimed;	/* of these GROUP locks and flocks */
	/* threads of services that wait long for locks of this client */
	atomic_t		le_overdue;
	bool			le_closed;	/* disconnected or evicted: no more locks */
};

/* Locks that one client may hold before new ones get -EINPROGRESS. */
#define LDLM_EXPORT_LOCKS_MAX	BIT(18)
/* Of these: locks that cannot be called back (GROUP, FLOCK), before new ones get -ENOLCK. */
#define LDLM_EXPORT_UNTIMED_MAX	BIT(14)

int ldlm_srv_lock_local(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, u32 type,
			const union ldlm_policy *policy, u32 mode, u64 flags,
			struct ldlm_lock **lockp);
int ldlm_srv_lock_bits(struct ldlm_namespace *ns, const struct lu_fid *fid, u32 mode, u64 bits,
		       struct ldlm_lock **lockp);
int ldlm_srv_lock_for_client(struct svc_req *req, const struct ldlm_res_id *res_id, u32 mode,
			     u64 bits, u64 try_bits, struct ldlm_lock **lockp);
void ldlm_srv_unlock(struct ldlm_lock *lock);
void ldlm_srv_cancel_elc(struct svc_req *req, enum wire_field field);
int ldlm_srv_check_io_lock(struct obd_export *exp, const struct ldlm_res_id *res_id, u64 start,
			   u64 end, bool write, u64 o_handle);
bool ldlm_srv_io_wanted(struct obd_export *exp, u64 o_handle);
void ldlm_srv_lvb_refresh(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id);
void ldlm_lvb_merge(struct ost_lvb *to, const struct ost_lvb *from);

/* ---------------- client ---------------- */

/**
 * struct ldlm_cli_ops - what the owner of a client lock does for it
 * @blocking: canceling: the lock has no users any more. Write back and drop what it protects and
 *	return when that is done; then the cancel is sent. With LDLM_FL_DISCARD_DATA drop dirty data
 *	unwritten; with LDLM_FL_FAILED (evicted, forced umount) drop everything without an RPC.
 *	Called once for each lock that was granted, whatever ends it. Not canceling: a BL AST came
 *	while the lock is in use; a hint to finish soon. With LDLM_FL_FAILED and not canceling: the
 *	lock has users, but what it protects must not be used any more. From a work item, or from
 *	the thread that cancels; may sleep.
 * @glimpse: size and times as this client knows them, in wire order; 0, or -ELDLM_NO_LOCK_DATA.
 *	NULL answers -ENOSYS.
 * @completion: optional; the lock was granted by a CP AST.
 * @busy: optional; would blocking(lock, true) wait for others (data in use, to be written)? Such a
 *	lock is not cancelled early in the thread of a request. Called under a spinlock.
 */
struct ldlm_cli_ops {
	int (*blocking)(struct ldlm_lock *lock, bool canceling);
	int (*glimpse)(struct ldlm_lock *lock, struct ost_lvb *lvb);
	void (*completion)(struct ldlm_lock *lock);
	bool (*busy)(const struct ldlm_lock *lock);
};

/* One enqueue: what to ask, and what came back. Zero it first. */
struct ldlm_enqueue_info {
	/* in */
	struct ldlm_namespace	*ei_ns;
	struct ldlm_res_id	ei_res_id;
	u32			ei_type;
	/* out: granted mode; F_GETLK: mode of the conflicting lock or LCK_NL */
	u32			ei_mode;
	/* out: granted policy; F_GETLK: range, owner, pid of the conflict */
	union ldlm_policy	ei_policy;
	/* LDLM_FL_* for the request (7.1) and NO_LRU; out: flags of the reply */
	u64			ei_flags;
	const struct ldlm_cli_ops *ei_ops;
	void			*ei_data;	/* l_ast_data */
	/* longest LVB expected: sizeof(ost_lvb), max EA for IT_LAYOUT; 0 = none */
	u32			ei_lvb_len;
	const u64		*ei_elc;	/* cookies of ldlm_cli_elc() to send along */
	u32			ei_nr_elc;
	/* any signal ends the wait for the grant (-ERESTARTSYS), not only a fatal one */
	bool			ei_intr;
	/* a lock that is not granted by the reply is given up: -EAGAIN */
	bool			ei_nowait;
	/* NULL, or ends the wait for the grant (-EINTR) when it is true and l_waitq is woken */
	const bool		*ei_stop;
	/* out, 301 and 0 */
	/* optional buffer of ei_lvb_len: copy of the LVB of the reply */
	void			*ei_lvb;
	u32			ei_lvb_got;
	u64			ei_disposition;	/* lock_policy_res1 */
	int			ei_status;	/* lock_policy_res2: errno of the intent */
};

int ldlm_cli_enqueue(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req,
		     struct ldlm_lock **lockp);
int ldlm_cli_enqueue_start(struct ldlm_enqueue_info *ei, struct ptlrpc_request **req,
			   struct ldlm_lock **lockp);
int ldlm_cli_enqueue_finish(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req, int rc,
			    struct ldlm_lock **lockp);

/* For ldlm_lock_match(): also a lock that was called back or is being cancelled. */
#define LDLM_MATCH_CBPENDING	0x1
/* Take no user of the lock: the result means yes or no only. */
#define LDLM_MATCH_TEST		0x2
/* Also a lock that was called back but has users or is kept: to finish what began under it. */
#define LDLM_MATCH_USED		0x4
struct ldlm_lock *ldlm_lock_match(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id,
				  u32 type, const union ldlm_policy *policy, u32 modes,
				  u32 match_flags, const void *data);
struct ldlm_lock *ldlm_lock_use(struct ldlm_namespace *ns, u64 cookie);
void ldlm_lock_decref(struct ldlm_lock *lock, u32 mode);
void ldlm_lock_decref_cancel(struct ldlm_lock *lock, u32 mode);
void ldlm_lock_keep(struct ldlm_lock *lock, unsigned int msecs);
void ldlm_cli_cancel(struct ldlm_lock *lock);

/* Early lock cancel: the most cookies that one request carries. */
#define LDLM_ELC_MAX	32
int ldlm_cli_elc(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, u32 mode, u64 bits,
		 u64 *cookies, int max);
void ldlm_cli_elc_pack(struct ptlrpc_request *req, const u64 *cookies, int n);

/* l_ast_data */
void *ldlm_lock_data_get(struct ldlm_lock *lock, void *(*grab)(void *));
void ldlm_lock_set_data(struct ldlm_lock *lock, void *data);
void ldlm_res_clear_data(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, void *data);
u32 ldlm_lock_lvb(struct ldlm_lock *lock, void *buf, u32 len);

/* ---------------- module ---------------- */

int ldlm_init(void);
void ldlm_exit(void);

#endif
