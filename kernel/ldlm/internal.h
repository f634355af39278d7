/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lock manager, inside of kernel/ldlm. Grouped by the file that defines each function. Lock order:
 * head of lock.c.
 */
#ifndef _GLOSS_LDLM_INTERNAL_H
#define _GLOSS_LDLM_INTERNAL_H

#undef pr_fmt
#define pr_fmt(fmt) "ldlm: " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <gloss/ldlm.h>
#include <gloss/ptlrpc.h>
#include "policy.h"

/* lock.c */
extern struct workqueue_struct *ldlm_wq;	/* timers, results of ASTs, LRU, cancels */
extern struct list_head ldlm_ns_all;
extern struct mutex ldlm_ns_mutex;

struct ldlm_resource *ldlm_res_find(struct ldlm_namespace *ns, const struct ldlm_res_id *id,
				    u32 type,
				    bool create);
static inline struct ldlm_resource *ldlm_res_ref(struct ldlm_resource *res)
{
	refcount_inc(&res->lr_ref);
	return res;
}

/* Does a lock with this policy carry an LVB (size, times, blocks of an object)? */
static inline bool ldlm_res_has_lvb(const struct ldlm_resource *res,
				    const union ldlm_policy *policy)
{
	return res->lr_type == LDLM_EXTENT ||
	       (res->lr_type == LDLM_IBITS && policy->ibits.bits == MDS_INODELOCK_DOM);
}

void ldlm_res_put(struct ldlm_resource *res);
struct ldlm_resource *ldlm_res_next(struct ldlm_namespace *ns, struct ldlm_resource *res);
struct ldlm_lock *ldlm_lock_new(struct ldlm_resource *res, u32 mode,
				const union ldlm_policy *policy);
struct ldlm_resource *ldlm_lock_res_lock(struct ldlm_lock *lock) __acquires(&lock->l_res->lr_lock);
void ldlm_grant_locked(struct ldlm_lock *lock, u32 mode);
void ldlm_unlink_locked(struct ldlm_lock *lock);
bool ldlm_destroy_locked(struct ldlm_lock *lock);
bool ldlm_lock_destroy(struct ldlm_lock *lock);
void ldlm_desc_fill(struct ldlm_lock *lock, struct ldlm_lock_desc *desc);

/* extent.c */
void ldlm_extent_insert(struct ldlm_resource *res, struct ldlm_lock *lock);
void ldlm_extent_remove(struct ldlm_resource *res, struct ldlm_lock *lock);
struct ldlm_lock *ldlm_extent_first(struct ldlm_resource *res, int mode_idx, u64 start, u64 end);
struct ldlm_lock *ldlm_extent_next(struct ldlm_lock *lock, u64 start, u64 end);
struct ldlm_lock *ldlm_extent_last(struct ldlm_resource *res, int mode_idx);
struct ldlm_lock *ldlm_extent_prev(struct ldlm_lock *lock);
bool ldlm_extent_joins_group(struct ldlm_resource *res, struct ldlm_lock *lock);
bool ldlm_extent_blocked(struct ldlm_resource *res, struct ldlm_lock *lock, bool mark, bool full,
			 struct list_head *bl, bool *group);
bool ldlm_extent_blocked_waiting(struct ldlm_resource *res, struct ldlm_lock *lock, bool mark,
				 bool *group);
void ldlm_extent_queue(struct ldlm_resource *res, struct ldlm_lock *lock);
void ldlm_extent_expand(struct ldlm_resource *res, struct ldlm_lock *lock);

/* grant.c: the grant algorithm of the server */
int ldlm_srv_process(struct ldlm_resource *res, struct ldlm_lock *lock, u64 flags,
		     struct list_head *bl,
		     struct list_head *cp, struct list_head *dead);
void ldlm_reprocess(struct ldlm_resource *res);
void ldlm_note_blocker(struct ldlm_lock *want, const struct ldlm_lock *holder);
void ldlm_tell_holder(struct ldlm_lock *holder, struct ldlm_lock *want, struct list_head *bl);
void ldlm_granted(struct ldlm_lock *lock, struct list_head *cp);

/* flock.c */
int ldlm_flock_process(struct ldlm_resource *res, struct ldlm_lock *lock, u64 flags,
		       struct list_head *cp,
		       struct list_head *dead);
void ldlm_flock_reprocess(struct ldlm_resource *res, struct list_head *cp, struct list_head *dead);
void ldlm_flock_merge(struct ldlm_resource *res, struct ldlm_lock *lock, u32 mode,
		      struct list_head *dead);
void ldlm_flock_unlink(struct ldlm_lock *lock);
void ldlm_flock_drop_spare(struct ldlm_lock *lock);
int ldlm_flock_prepare(struct ldlm_lock *lock, struct obd_export *exp);
int ldlm_flock_ns_init(struct ldlm_namespace *ns);
void ldlm_flock_replay_waiting(struct ldlm_lock *lock);
void ldlm_put_list(struct list_head *dead);

/* srv_ast.c: callbacks to the clients, and the timers of called back locks */
void ldlm_srv_send(struct list_head *bl, struct list_head *cp);
unsigned long ldlm_callback_time(void);
bool ldlm_lock_has_timer(const struct ldlm_lock *lock);
void ldlm_wait_start(struct ldlm_lock *lock);
void ldlm_wait_stop(struct ldlm_lock *lock);
void ldlm_wait_prolong(struct ldlm_lock *lock);
void ldlm_wait_expired(struct work_struct *work);
void ldlm_srv_drop(struct ldlm_lock *lock);
void ldlm_srv_gl(struct ldlm_lock **locks, int n);

/* glimpse.c, lvb */
u32 ldlm_lvb_len(struct ldlm_resource *res, const union ldlm_policy *policy,
		 struct obd_export *exp);
int ldlm_lvb_load(struct ldlm_resource *res);
void ldlm_lvb_reread(struct ldlm_resource *res);
void ldlm_lvb_glimpsed(struct ldlm_resource *res, const struct ost_lvb *lvb);
int ldlm_lvb_fill(struct ldlm_resource *res, void *buf, u32 len);
int ldlm_glimpse_enqueue(struct ldlm_lock *lock, u64 flags, u64 *res1);

/* service.c: what the RPC layer calls */
void ldlm_services_init(void);
void ldlm_services_exit(void);
bool ldlm_lock_in_request(struct ldlm_lock *lock);

/* srv_enqueue.c: handlers of the services of a target and of the cancel service */
int ldlm_handle_enqueue(struct svc_req *req);
int ldlm_handle_cancel(struct svc_req *req);
int ldlm_handle_convert(struct svc_req *req);

/* cli_ast.c: handlers of the callback service */
int ldlm_handle_bl_callback(struct svc_req *req);
int ldlm_handle_cp_callback(struct svc_req *req);
int ldlm_handle_gl_callback(struct svc_req *req);

/*
 * srv_export.c. A client that reconnects without recovery keeps its locks; after an eviction its
 * export is new.
 */
int ldlm_export_init(struct obd_export *exp);
void ldlm_export_fini(struct obd_export *exp);
void ldlm_export_cleanup(struct obd_export *exp);
int ldlm_export_attach(struct obd_export *exp, struct ldlm_lock *lock);
void ldlm_export_detach(struct ldlm_lock *lock);
struct ldlm_lock *ldlm_export_find(struct obd_export *exp, u64 remote);

/* srv_reclaim.c */
void ldlm_reclaim_added(unsigned int nr);
void ldlm_reclaim_start(void);
void ldlm_reclaim_removed(void);
bool ldlm_reclaim_full(void);
void ldlm_reclaim_exit(void);

/* cli_enqueue.c */
int ldlm_cli_lvb_dup(const struct ldlm_lock *lock, const void *from, u32 len, bool may_miss,
		     void **to, u32 *to_len);
void ldlm_cli_set_lvb_locked(struct ldlm_lock *lock, void **lvb, u32 len);
void ldlm_cli_fill_request(struct ldlm_lock *lock, const struct ldlm_enqueue_info *ei,
			   struct ldlm_request *dlm, bool cancelset);
int ldlm_cli_change_res(struct ldlm_lock *lock, const struct ldlm_res_id_le *name);

/* params.c */
void ldlm_params_add(struct ldlm_namespace *ns);
void ldlm_params_del(struct ldlm_namespace *ns);

/* cli_cancel.c */
void ldlm_ns_hold(struct ldlm_namespace *ns);
void ldlm_ns_release(struct ldlm_namespace *ns);
void ldlm_lru_add_locked(struct ldlm_lock *lock);
void ldlm_cli_ns_init(struct ldlm_namespace *ns);
void ldlm_cli_ns_fini(struct ldlm_namespace *ns, bool force);
void ldlm_lru_remove_locked(struct ldlm_lock *lock);
void ldlm_cli_bl_queue(struct ldlm_lock *lock);
/* Jiffies until the lock may be cancelled, as ldlm_lock_keep() asked for. */
static inline unsigned long ldlm_lock_kept(const struct ldlm_lock *lock)
{
	unsigned long keep = READ_ONCE(lock->l_keep), now = jiffies;

	return keep && time_before(now, keep) ? keep - now : 0;
}

void ldlm_cli_bl_work(struct work_struct *work);
void ldlm_cli_queue_cancel(struct ldlm_lock *lock);
int ldlm_cli_init(void);
void ldlm_cli_exit(void);

#endif
