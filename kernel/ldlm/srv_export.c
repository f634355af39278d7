// SPDX-License-Identifier: GPL-2.0-only
/*
 * The locks of one client on a server: found by the client's cookie when an enqueue is sent again
 * (chapter 3, 10.5), counted, and dropped together when the client disconnects or is evicted.
 * le_lock is inside of lr_lock.
 */
#include "internal.h"
#include <linux/hash.h>

#define EXP_HASH_BITS	8

/**
 * ldlm_export_init - give a new export its lock table
 * @exp: the export; exp_ldlm is set
 *
 * Return: 0 or -ENOMEM.
 */
int ldlm_export_init(struct obd_export *exp)
{
	struct ldlm_export *le = kzalloc(sizeof(*le), GFP_KERNEL);

	if (!le)
		return -ENOMEM;
	le->le_hash = kcalloc(1 << EXP_HASH_BITS, sizeof(*le->le_hash), GFP_KERNEL);
	if (!le->le_hash) {
		kfree(le);
		return -ENOMEM;
	}
	spin_lock_init(&le->le_lock);
	INIT_LIST_HEAD(&le->le_locks);
	exp->exp_ldlm = le;
	return 0;
}

/**
 * ldlm_export_fini - the last reference of an export is gone
 * @exp: the export; its client holds no locks any more (each lock references the export)
 */
void ldlm_export_fini(struct obd_export *exp)
{
	struct ldlm_export *le = exp->exp_ldlm;

	if (!le)
		return;
	exp->exp_ldlm = NULL;
	WARN_ON(!list_empty(&le->le_locks));
	kfree(le->le_hash);
	kfree(le);
}

static struct hlist_head *ldlm_export_bucket(struct ldlm_export *le, u64 remote)
{
	return &le->le_hash[hash_64(remote, EXP_HASH_BITS)];
}

/*
 * Make the client of exp the owner of a lock. Does not sleep. 0; -ENOTCONN: the client is gone;
 * -EINPROGRESS: it has too many locks, some are being called back; -ENOLCK: it has too many of
 * those that cannot be called back.
 */
int ldlm_export_attach(struct obd_export *exp, struct ldlm_lock *lock)
{
	bool untimed = lock->l_res->lr_type == LDLM_FLOCK || lock->l_req_mode == LCK_GROUP;
	struct ldlm_export *le = exp->exp_ldlm;
	u64 remote = lock->l_remote.cookie;
	int rc = 0;

	spin_lock(&le->le_lock);
	if (le->le_closed || READ_ONCE(exp->exp_failed)) {
		rc = -ENOTCONN;
	} else if (untimed && le->le_nr_untimed >= LDLM_EXPORT_UNTIMED_MAX) {
		rc = -ENOLCK;
	} else if (le->le_nr >= LDLM_EXPORT_LOCKS_MAX) {
		ldlm_reclaim_start();
		rc = -EINPROGRESS;
	} else {
		lock->l_untimed = untimed;
		lock->l_last_used = jiffies;
		le->le_nr_untimed += untimed;
		lock->l_export = export_get(exp);
		list_add_tail(&lock->l_exp_link, &le->le_locks);
		if (remote)
			hlist_add_head(&lock->l_exp_hash, ldlm_export_bucket(le, remote));
		ldlm_reclaim_added(++le->le_nr);
	}
	spin_unlock(&le->le_lock);
	return rc;
}

static void ldlm_export_detach_locked(struct ldlm_export *le, struct ldlm_lock *lock)
{
	list_del_init(&lock->l_exp_link);
	hlist_del_init(&lock->l_exp_hash);
	le->le_nr_untimed -= lock->l_untimed;
	le->le_nr--;
	ldlm_reclaim_removed();
}

void ldlm_export_detach(struct ldlm_lock *lock)
{
	struct ldlm_export *le = lock->l_export->exp_ldlm;

	spin_lock(&le->le_lock);
	if (!list_empty(&lock->l_exp_link))
		ldlm_export_detach_locked(le, lock);
	spin_unlock(&le->le_lock);
}

/* The lock to which this client gave that cookie, referenced; NULL if there is none. */
struct ldlm_lock *ldlm_export_find(struct obd_export *exp, u64 remote)
{
	struct ldlm_export *le = exp->exp_ldlm;
	struct ldlm_lock *lock;

	if (!remote)
		return NULL;
	spin_lock(&le->le_lock);
	hlist_for_each_entry(lock, ldlm_export_bucket(le, remote), l_exp_hash)
		if (lock->l_remote.cookie == remote && refcount_inc_not_zero(&lock->l_ref))
			goto found;
	lock = NULL;
found:
	spin_unlock(&le->le_lock);
	return lock;
}

/**
 * ldlm_export_cleanup - drop all locks of a client
 * @exp: disconnected or evicted
 *
 * Locks that others wait for are dropped first, so that the others are granted soon. No request of
 * the client is in service any more. May sleep; a second call does nothing.
 */
void ldlm_export_cleanup(struct obd_export *exp)
{
	struct ldlm_export *le = exp->exp_ldlm;
	struct ldlm_lock *lock, *l;

	if (!le)
		return;
	spin_lock(&le->le_lock);
	le->le_closed = true;
	list_for_each_entry_safe(lock, l, &le->le_locks, l_exp_link)
		if (READ_ONCE(lock->l_flags) & LDLM_FL_AST_SENT)
			list_move(&lock->l_exp_link, &le->le_locks);
	while (!list_empty(&le->le_locks)) {
		lock = list_first_entry(&le->le_locks, struct ldlm_lock, l_exp_link);
		/* Off the list here, even if another thread is about to destroy the lock. */
		ldlm_export_detach_locked(le, lock);
		if (!refcount_inc_not_zero(&lock->l_ref))
			continue;
		spin_unlock(&le->le_lock);
		ldlm_srv_drop(lock);
		ldlm_lock_put(lock);
		cond_resched();
		spin_lock(&le->le_lock);
	}
	spin_unlock(&le->le_lock);
}
