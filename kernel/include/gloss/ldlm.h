/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The distributed lock manager (kernel/ldlm, part of ptlrpc.ko), chapter 3: one implementation for
 * both roles. A namespace belongs to a target (server role) or to an import (client role).
 * kernel/ldlm/lock.c explains the states of a lock and the lock order. No callback is made and no
 * RPC is sent with one of our spinlocks held.
 */
#ifndef _GLOSS_LDLM_H
#define _GLOSS_LDLM_H

#include <linux/atomic.h>
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
#define LDLM_FL_CBPENDING	(1ULL << 33)	/* called back: cancel after the last user */
#define LDLM_FL_LOCAL		(1ULL << 34)	/* server: no client behind it */
#define LDLM_FL_FAILED		(1ULL << 35)	/* client: dropped without telling the server */
#define LDLM_FL_CANCELING	(1ULL << 36)	/* client: blocking() runs or ran, cancel follows */
#define LDLM_FL_CANCEL		(1ULL << 37)	/* client: cancel is on the way */
#define LDLM_FL_LVB_READY	(1ULL << 38)
#define LDLM_FL_DESTROYED	(1ULL << 39)	/* nobody finds it any more */
#define LDLM_FL_NO_LRU		(1ULL << 40)
#define LDLM_FL_RESENT		(1ULL << 41)	/* ->intent(): the request came before */
#define LDLM_FL_BL_DONE		(1ULL << 42)	/* client: blocking(lock, false) was called */
#define LDLM_FL_ELC		(1ULL << 43)	/* client: the cookie rides in another request */
#define LDLM_FL_GRANTED_CP	(1ULL << 44)	/* client: granted by a CP AST */
#define LDLM_FL_NO_GLIMPSE	(1ULL << 46)	/* server: glimpses get -ENOENT */
#define LDLM_FL_MSG_PENDING	(1ULL << 47)	/* server: reply or CP AST not built yet */
#define LDLM_FL_SYNC		(1ULL << 48)	/* server: a thread waits, no CP AST */
#define LDLM_FL_REPLIED		(1ULL << 49)	/* client: the enqueue was answered */

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

/*
 * What a target gives to the lock manager. All may sleep and are called without locks of ours,
 * except lr_lvb_mutex around the lvb ones. Targets without LVB (MGS) leave those NULL.
 */
struct ldlm_srv_ops {
	/*
	 * An enqueue with an intent buffer (WF_INTENT). Sets the format (svc_req_set_format), packs
	 * the reply, does the work, stores lock_policy_res1/res2 in WF_DLM_REP (the rest of DLM_REP
	 * is filled afterwards).
	 * Returns 0 with *lockp = a granted lock from ldlm_srv_lock_for_client() (its reference
	 * passes to the caller), ELDLM_LOCK_ABORTED (301) with *lockp = NULL, or -errno (then
	 * *lockp must be NULL: ldlm_srv_unlock() it).
	 * *flags: LDLM_FL_* of the request, plus LDLM_FL_RESENT; bits added go out in the reply.
	 */
	int (*intent)(struct svc_req *req, struct ldlm_lock **lockp, u64 *flags);
	/*
	 * Read size, times, blocks of the object into res->lr_lvb. -ENOENT: no such object (fails
	 * the enqueue).
	 */
	int (*lvb_init)(struct ldlm_resource *res);
	/* Optional: LVB for a message, len bytes (56, 40). Default: copy of lr_lvb. */
	int (*lvb_fill)(struct ldlm_resource *res, void *buf, u32 len);
	/*
	 * Optional: lvb from a glimpse (merge, fields only grow), or NULL: read again from disk.
	 * Default: ldlm_lvb_merge() or lvb_init().
	 */
	int (*lvb_update)(struct ldlm_resource *res, const struct ost_lvb *lvb);
};

struct ldlm_namespace {
	/* "filter-testfs-OST0000", "testfs-OST0000-osc-..." */
	const char		*ns_name;
	bool			ns_client;
	const struct ldlm_srv_ops *ns_ops;	/* server */
	/* server: of the owner (struct ptlrpc_target, lu_target) */
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
	atomic_t		ns_nr_res;
	atomic_t		ns_nr_timeouts;
	/* lock and resource counts drop to 0; cancels are done */
	wait_queue_head_t	ns_waitq;
	bool			ns_stopping;	/* no new locks */
	/* server in recovery: grant nothing, re-process at the end */
	bool			ns_replaying;

	/* client: cached locks without users, oldest first */
	spinlock_t		ns_lru_lock;
	struct list_head	ns_lru;
	unsigned int		ns_lru_nr;
	unsigned int		ns_lru_max;	/* lru_size; 0 = default */
	unsigned int		ns_lru_age;	/* lru_max_age in seconds */
	unsigned int		ns_lru_reclaim;	/* locks that the shrinker wants gone */
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

/**
 * name is copied; NULL when out of memory. Server: ops may be NULL (PLAIN locks only). Client: imp
 * is not referenced.
 */
struct ldlm_namespace *ldlm_ns_new_server(const char *name, const struct ldlm_srv_ops *ops);
struct ldlm_namespace *ldlm_ns_new_client(const char *name, struct obd_import *imp);
/*
 * Client: cancel all locks (force: fail them without RPC, as after an eviction), wait until they
 * are gone, free. Server: exports and local locks must be gone before (ptlrpc_target_unregister()).
 */
void ldlm_ns_free(struct ldlm_namespace *ns, bool force);
/*
 * Client: all unused locks go by CANCEL; returns when those are flushed (umount, lru_size=clear).
 */
void ldlm_cli_cancel_unused(struct ldlm_namespace *ns,
			    const struct ldlm_res_id *res_id /* NULL = all */);
/*
 * Client: evicted (IMP_EV_EVICTED): every lock is failed and dropped locally, blocking(lock, true)
 * with FAILED is called.
 */
void ldlm_ns_evicted(struct ldlm_namespace *ns);
/*
 * Client, for ptlrpc, after the request replays: send all locks again (ENQUEUE with REPLAY); waits
 * for the answers.
 * -errno: reconnect and start over.
 */
int ldlm_ns_replay(struct ldlm_namespace *ns);
int ldlm_import_replay(struct obd_import *imp);	/* the same by import; 0 when it has no namespace */
/* Server: recovery begins / is over (every resource is re-processed then). */
void ldlm_ns_recovery(struct ldlm_namespace *ns, bool on);

/* Lines for the parameters ldlm.namespaces.*. */
unsigned int ldlm_ns_unused(const struct ldlm_namespace *ns);
unsigned int ldlm_ns_lru_size(const struct ldlm_namespace *ns);	/* effective limit */
/* lru_size=N, 0 = default */
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
	spinlock_t		lr_lock;	/* everything below and the state of its locks */
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
	struct lustre_handle	l_handle;	/* our cookie */
	struct lustre_handle	l_remote;	/* the other side's cookie */
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
	bool			l_untimed;	/* counted in le_nr_untimed */
	u32			l_bl_mode;	/* of the lock that blocks us */
	union ldlm_policy	l_bl_policy;
	struct list_head	l_wait_link;	/* ns_wait_list */
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
	/* for the part behind when this one splits another */
	struct ldlm_lock	*l_flock_spare;

	/* client */
	const struct ldlm_cli_ops *l_ops;
	void			*l_ast_data;	/* inode or object; under the resource lock */
	unsigned int		l_users;
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
void ldlm_lock_put(struct ldlm_lock *lock);	/* NULL is fine */
/* By our own cookie, referenced; NULL when unknown. */
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
	atomic_t		le_overdue;	/* threads that wait long for locks of this client */
	bool			le_closed;	/* disconnected or evicted: no more locks */
};

/* Locks that one client may hold before new ones get -EINPROGRESS. */
#define LDLM_EXPORT_LOCKS_MAX	(1U << 18)
/* Of these: locks that cannot be called back (GROUP, FLOCK), before new ones get -ENOLCK. */
#define LDLM_EXPORT_UNTIMED_MAX	(1U << 14)

/*
 * A lock of the server itself; waits (killable) until the clients in the way have given theirs up.
 * flags: LDLM_FL_BLOCK_NOWAIT (-EAGAIN on conflict; extents: with a group lock only),
 * LDLM_FL_SPECULATIVE (-EAGAIN on any conflict), LDLM_FL_AST_DISCARD_DATA (holders throw dirty data
 * away), LDLM_FL_NO_GLIMPSE. 0, -EAGAIN, -EINTR, -ENOMEM, -ESHUTDOWN. Undo with ldlm_srv_unlock().
 */
int ldlm_srv_lock_local(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, u32 type,
			const union ldlm_policy *policy, u32 mode, u64 flags,
			struct ldlm_lock **lockp);
/* IBITS on an inode for the time of an operation: the usual case of the above. */
int ldlm_srv_lock_bits(struct ldlm_namespace *ns, const struct lu_fid *fid, u32 mode, u64 bits,
		       struct ldlm_lock **lockp);
/*
 * From ->intent(): an IBITS lock for the client that sent req, in place of the one it asked for.
 * Waits until granted. try_bits are added if free; bits = 0 and no try bit free: -EAGAIN (answer
 * without a lock). When the request was resent and its lock exists already, that one is returned.
 * l_policy.ibits.bits says what was granted. The caller returns it from ->intent(), or gives it up
 * with ldlm_srv_unlock().
 */
int ldlm_srv_lock_for_client(struct svc_req *req, const struct ldlm_res_id *res_id, u32 mode,
			     u64 bits, u64 try_bits,
			     struct ldlm_lock **lockp);
/*
 * The lock that a resent request got before (its client's cookie), referenced; NULL. Its
 * l_res->lr_id tells the child.
 */
struct ldlm_lock *ldlm_srv_resent_lock(struct svc_req *req);
/* Weaken a granted lock (EX to CR); waiters are re-processed. */
void ldlm_srv_downgrade(struct ldlm_lock *lock, u32 mode);
/* Drop a local or a client's lock, re-process waiters, put the reference. NULL is fine. */
void ldlm_srv_unlock(struct ldlm_lock *lock);
/*
 * Early lock cancels that ride in req (WF_DLM_REQ of reint, destroy ...). Call before the operation
 * takes locks. Nothing happens for replays, empty or short buffers.
 */
void ldlm_srv_cancel_elc(struct svc_req *req, enum wire_field field);
/*
 * May this client do I/O on bytes [start, end] now? write: PW or GROUP, else also PR. o_handle:
 * cookie from the obdo when OBD_MD_FLHANDLE, else 0. Called when the request arrives and when it is
 * done: prolongs the time of called back locks. 0, or -ESTALE: refuse. Callers exempt SRVLOCK and
 * MSG_REPLAY. DoM resources are found by their DOM bit.
 */
int ldlm_srv_find_io_lock(struct obd_export *exp, const struct ldlm_res_id *res_id, u64 start,
			  u64 end, bool write,
			  u64 o_handle);
/* The same for a request that has just come, by the lock it names: is it to be served first? */
bool ldlm_srv_io_wanted(struct obd_export *exp, u64 o_handle);
/*
 * The object changed on the server (setattr, punch, SRVLOCK write): read its LVB again, if somebody
 * has one.
 */
void ldlm_srv_lvb_refresh(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id);
/*
 * Ask the writers for their size (OST_GETATTR with locks elsewhere, statahead); *lvb is the merged
 * LVB.
 */
int ldlm_srv_glimpse(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id,
		     struct ost_lvb *lvb);
/* Each field of *to becomes the greater one. */
void ldlm_lvb_merge(struct ost_lvb *to, const struct ost_lvb *from);

/* ---------------- client ---------------- */

struct ldlm_cli_ops {
	/*
	 * canceling = false: a BL AST came while the lock is in use (a hint: finish soon, leases:
	 * break). Optional meaning. canceling = true: no users any more; write back and drop what
	 * the lock protects, return when that is done, then the cancel is sent. If (lock->l_flags &
	 * LDLM_FL_DISCARD_DATA) drop dirty data unwritten; if LDLM_FL_FAILED (evicted, forced
	 * umount) drop all without any RPC. Called from a work item or from the canceling thread;
	 * may sleep. Called once for each lock that was granted, whatever ends it.
	 */
	int (*blocking)(struct ldlm_lock *lock, bool canceling);
	/*
	 * Size and times as we know them: 0 with *lvb (wire order) filled, or -ELDLM_NO_LOCK_DATA.
	 * NULL: -ENOSYS.
	 */
	int (*glimpse)(struct ldlm_lock *lock, struct ost_lvb *lvb);
	/* Optional: the lock was granted by a CP AST. */
	void (*completion)(struct ldlm_lock *lock);
	/*
	 * Optional: would blocking(lock, true) have to wait for others (data in use, to be written)?
	 * Such a lock is not cancelled early, in the thread of a request. Called under a spinlock.
	 */
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
	bool			ei_intr;	/* any signal ends the wait for the grant: -ERESTARTSYS */
	/* out, 301 and 0 */
	/* optional buffer of ei_lvb_len: copy of the LVB of the reply */
	void			*ei_lvb;
	u32			ei_lvb_got;
	u64			ei_disposition;	/* lock_policy_res1 */
	int			ei_status;	/* lock_policy_res2: errno of the intent */
};

/**
 * Enqueue a lock and wait until it is granted. req: a packed request with the intent's buffers
 * (WF_DLM_REQ of at least ldlm_request_bytes(1 + ei_nr_elc) bytes, wf_ldlm_intent_*); stays the
 * caller's, who reads the reply from it. NULL: a plain enqueue (extent, glimpse by
 * LDLM_FL_HAS_INTENT, flock, readdir, MGS) made and freed here.
 *
 * 0: *lockp is granted and has a user (end it with ldlm_lock_decref(lock, ei->ei_mode)). The flock
 * forms that keep
 *    nothing (LCK_NL, TEST_LOCK) return 0 and *lockp = NULL; a granted flock too.
 * ELDLM_LOCK_ABORTED (301): executed without a lock, ei_lvb/ei_disposition/ei_status valid.
 * -errno: -EAGAIN, -EDEADLK, -EINTR (killed), -EIO (evicted) ...
 */
int ldlm_cli_enqueue(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req,
		     struct ldlm_lock **lockp);
/*
 * The same in two halves, for several at once: start makes the lock and fills DLM_REQ (*req is
 * created when NULL); the caller sends it (ptlrpc_send_async ...) and hands its status to finish,
 * which may wait for the grant. finish must follow a successful start. A request created by start
 * is the caller's to put.
 */
int ldlm_cli_enqueue_start(struct ldlm_enqueue_info *ei, struct ptlrpc_request **req,
			   struct ldlm_lock **lockp);
int ldlm_cli_enqueue_finish(struct ldlm_enqueue_info *ei, struct ptlrpc_request *req, int rc,
			    struct ldlm_lock **lockp);

/*
 * A cached granted lock that serves: same resource and type, mode in the mask modes, extent covers
 * / bits contain those asked / equal gid. Returned with a user; NULL if none.
 */
#define LDLM_MATCH_CBPENDING	0x1	/* also one that was called back or is being cancelled */
#define LDLM_MATCH_TEST		0x2	/* no user is taken: use the result as yes or no only */
#define LDLM_MATCH_USED		0x4	/* also one that was called back and has users or is kept: to go on with what began under it */
struct ldlm_lock *ldlm_lock_match(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id,
				  u32 type,
				  const union ldlm_policy *policy, u32 modes, u32 match_flags);
/*
 * A user less; the last one puts the lock into the LRU, or starts its cancel if it was called back.
 * A user includes a reference.
 */
void ldlm_lock_decref(struct ldlm_lock *lock, u32 mode);
/* Not cancelled for so long: for what follows when the user is gone. */
void ldlm_lock_keep(struct ldlm_lock *lock, unsigned int msecs);
/* decref, and cancel when unused (leases, group locks). */
void ldlm_lock_decref_cancel(struct ldlm_lock *lock, u32 mode);
/*
 * Cancel (after the last user is gone): blocking(lock, true), then the RPC in the background.
 * Caller holds a reference.
 */
void ldlm_cli_cancel(struct ldlm_lock *lock);

/*
 * Early lock cancel: our unused locks on res_id that conflict with mode (IBITS: any of bits;
 * EXTENT: bits = 0) are dropped (blocking() runs here) and their server cookies stored; returns how
 * many. Send them in the request that follows. max up to LDLM_ELC_MAX. Nothing is taken when the
 * server lacks OBD_CONNECT_CANCELSET.
 */
#define LDLM_ELC_MAX	32
int ldlm_cli_elc(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, u32 mode, u64 bits,
		 u64 *cookies, int max);
/*
 * Put n cookies into WF_DLM_REQ of a packed reint/destroy request (packed with
 * ldlm_request_bytes(n) bytes there).
 */
void ldlm_cli_elc_pack(struct ptlrpc_request *req, const u64 *cookies, int n);

/*
 * l_ast_data: grab() is called under a spinlock with the pointer (not NULL) and returns it
 * referenced, or NULL. Before an inode or object dies the client calls ldlm_res_clear_data().
 */
void *ldlm_lock_data_get(struct ldlm_lock *lock, void *(*grab)(void *));
void ldlm_lock_set_data(struct ldlm_lock *lock, void *data);
void ldlm_res_clear_data(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id, void *data);
/* Copy of the LVB under the resource lock; length copied. */
u32 ldlm_lock_lvb(struct ldlm_lock *lock, void *buf, u32 len);

/* ---------------- module ---------------- */

int ldlm_init(void);
void ldlm_exit(void);

#endif
