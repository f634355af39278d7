// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets and exports: who is connected to what. An export is found by its cookie (global hash) or,
 * for connects, by the client's UUID in the list of its target. Both together hold one reference,
 * from export_new() to export_teardown().
 *
 * The end of an export has two halves: export_fail() makes its cookie unknown and fails callbacks
 * to the client, at once and without sleeping; export_teardown() waits for its requests in service,
 * drops its locks and tells the target. The locks stay until then: a write of the client that is
 * in service must not reach the disk after somebody else was granted the lock. Nothing that such a
 * request waits for (locks, bulk) outlasts export_fail() by more than a second or two.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/hashtable.h>
#include "internal.h"
#include <trace/events/ptlrpc.h>

#define EXPORT_SILENT	150	/* seconds without a request until eviction */

static DEFINE_SPINLOCK(hash_lock);
static DEFINE_HASHTABLE(cookie_hash, 10);
static DEFINE_MUTEX(targets_mutex);
static LIST_HEAD(targets);

/* ---- life ---- */

static void export_work(struct work_struct *work);

/**
 * export_get - another reference
 * @exp: export
 *
 * Return: @exp.
 */
struct obd_export *export_get(struct obd_export *exp)
{
	refcount_inc(&exp->exp_ref);
	return exp;
}
EXPORT_SYMBOL_GPL(export_get);

static void export_free_work(struct work_struct *work)
{
	struct obd_export *exp = container_of(work, struct obd_export, exp_work);
	struct ptlrpc_target *t = exp->exp_tgt;

	WARN_ON(!list_empty(&exp->exp_reqs));
	ptlrpc_lock_ops->export_fini(exp);
	import_put(exp->exp_rev);
	t->pt_ops->export_free(exp);
	if (atomic_dec_and_test(&t->pt_nr_exports))
		wake_up_all(&t->pt_waitq);
}

/**
 * export_put - drop a reference
 * @exp: export or NULL
 *
 * Context: any; what the last one frees is freed by a work item.
 */
void export_put(struct obd_export *exp)
{
	if (!exp || !refcount_dec_and_test(&exp->exp_ref))
		return;
	INIT_WORK(&exp->exp_work, export_free_work);
	queue_work(ptlrpc_exp_wq, &exp->exp_work);
}
EXPORT_SYMBOL_GPL(export_put);

/**
 * export_find - the export that a request names
 * @cookie: pb_handle
 *
 * Return: referenced, or NULL.
 */
struct obd_export *export_find(u64 cookie)
{
	struct obd_export *exp, *found = NULL;

	if (!cookie)
		return NULL;
	spin_lock(&hash_lock);
	hash_for_each_possible(cookie_hash, exp, exp_hash, cookie)
		if (exp->exp_cookie == cookie && refcount_inc_not_zero(&exp->exp_ref)) {
			found = exp;
			break;
		}
	spin_unlock(&hash_lock);
	return found;
}
EXPORT_SYMBOL_GPL(export_find);

/* A new one, hashed and listed; pt_connect_mutex held. */
struct obd_export *export_new(struct ptlrpc_target *t, const char *client_uuid)
{
	struct obd_export *exp = t->pt_ops->export_alloc(t);

	if (!exp)
		return ERR_PTR(-ENOMEM);
	exp->exp_tgt = t;
	if (ptlrpc_lock_ops->export_init(exp)) {
		t->pt_ops->export_free(exp);
		return ERR_PTR(-ENOMEM);
	}
	refcount_set(&exp->exp_ref, 1);
	strscpy(exp->exp_client_uuid, client_uuid, sizeof(exp->exp_client_uuid));
	spin_lock_init(&exp->exp_lock);
	INIT_LIST_HEAD(&exp->exp_reqs);
	atomic_set(&exp->exp_in_service, 0);
	init_waitqueue_head(&exp->exp_waitq);
	INIT_WORK(&exp->exp_work, export_work);
	exp->exp_last_heard = ktime_get_seconds();
	atomic_inc(&t->pt_nr_exports);
	spin_lock(&t->pt_lock);
	list_add_tail(&exp->exp_link, &t->pt_exports);
	spin_unlock(&t->pt_lock);
	spin_lock(&hash_lock);
	exp->exp_cookie = ptlrpc_new_cookie();
	hash_add(cookie_hash, &exp->exp_hash, exp->exp_cookie);
	spin_unlock(&hash_lock);
	return exp;
}

/* The import for callbacks follows each connect: pt_connect_mutex held. */
void export_set_reverse(struct obd_export *exp, const struct svc_req *req)
{
	struct obd_import *imp = exp->exp_rev;
	bool fresh = !imp;

	if (fresh) {
		imp = import_new();
		if (!imp)
			return;
		imp->imp_reverse = true;
		imp->imp_state = IMP_FULL;
		imp->imp_sp = LUSTRE_SP_CLI;
		strscpy(imp->imp_target, exp->exp_tgt->pt_uuid,
			sizeof(imp->imp_target));
		strscpy(imp->imp_client, exp->exp_client_uuid, sizeof(imp->imp_client));
	}
	spin_lock(&imp->imp_lock);
	imp->imp_nid = req->sr_peer;
	imp->imp_handle = exp->exp_cb_cookie;
	imp->imp_ocd = exp->exp_ocd;
	spin_unlock(&imp->imp_lock);
	if (fresh) {
		/* complete before it is seen: pairs with the smp_load_acquire() of exp_rev */
		smp_store_release(&exp->exp_rev, imp);
	}
}

/**
 * ptlrpc_req_new_rev - a request from a server to one of its clients
 * @exp: the client
 * @opc: LDLM_BL_CALLBACK ...
 * @fmt: format
 *
 * Return: the request, or NULL: out of memory, or the client has disconnected or was evicted.
 */
struct ptlrpc_request *ptlrpc_req_new_rev(struct obd_export *exp, u32 opc,
					  const struct wire_format *fmt)
{
	/* pairs with the smp_store_release() in export_set_reverse() */
	struct obd_import *imp = smp_load_acquire(&exp->exp_rev);

	return imp && !READ_ONCE(exp->exp_failed) ? ptlrpc_req_new(imp, opc, fmt) : NULL;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_new_rev);

/* ---- the end ---- */

bool export_fail(struct obd_export *exp, bool evicted)
{
	struct obd_import *rev;
	bool first;

	spin_lock(&exp->exp_lock);
	first = !exp->exp_failed;
	exp->exp_failed = true;
	exp->exp_connected = false;
	if (first)
		exp->exp_evicted = evicted;
	spin_unlock(&exp->exp_lock);
	if (!first)
		return false;
	spin_lock(&hash_lock);
	hash_del(&exp->exp_hash);
	spin_unlock(&hash_lock);
	spin_lock(&exp->exp_tgt->pt_lock);
	list_del_init(&exp->exp_link);
	spin_unlock(&exp->exp_tgt->pt_lock);
	/* pairs with the smp_store_release() in export_set_reverse() */
	rev = smp_load_acquire(&exp->exp_rev);
	if (rev)
		import_invalidate(rev);
	wake_up_all(&exp->exp_waitq);
	return true;
}

static bool export_drained(struct obd_export *exp, int n)
{
	return atomic_read(&exp->exp_in_service) <= n && !READ_ONCE(exp->exp_connecting);
}

/* @own: requests in service that are the caller's (DISCONNECT: 1) */
static void export_teardown_own(struct obd_export *exp, int own)
{
	wait_event(exp->exp_waitq, export_drained(exp, own));
	if (exp->exp_was_connected && exp->exp_tgt->pt_ops->forget)
		exp->exp_tgt->pt_ops->forget(exp, exp->exp_evicted);
	ptlrpc_lock_ops->export_cleanup(exp);
	if (exp->exp_was_connected)
		exp->exp_tgt->pt_ops->disconnect(exp, exp->exp_evicted);
	if (exp->exp_rev)
		import_invalidate(exp->exp_rev);
	export_put(exp);
}

void export_teardown(struct obd_export *exp)
{
	export_teardown_own(exp, 1);
}

static void export_work(struct work_struct *work)
{
	export_teardown_own(container_of(work, struct obd_export, exp_work), 0);
}

void export_retire(struct obd_export *exp)
{
	queue_work(ptlrpc_exp_wq, &exp->exp_work);
}

/**
 * export_evict - cut a client off
 * @exp: its export; the caller has a reference
 * @why: for the log
 *
 * Context: does not sleep.
 */
void export_evict(struct obd_export *exp, const char *why)
{
	char nid[LNET_NIDSTR_SIZE];

	if (!export_fail(exp, true))
		return;
	pr_warn("%s: evicting client %s at %s: %s\n", exp->exp_tgt->pt_uuid,
		exp->exp_client_uuid,
		lnet_nid_str(&exp->exp_nid, nid), why);
	trace_ptlrpc_export_evict(exp, why);
	export_retire(exp);
}
EXPORT_SYMBOL_GPL(export_evict);

/* ---- targets ---- */

/**
 * ptlrpc_target_register - let clients connect
 * @t: uuid, ops, ns, instance are set
 *
 * Return: 0; -EEXIST: the UUID is taken; or the error of the start of the cancel service.
 */
int ptlrpc_target_register(struct ptlrpc_target *t)
{
	struct ptlrpc_target *other;
	int rc;

	rc = ptlrpc_lock_ops->start_cancels();
	if (rc)
		return rc;
	t->pt_stopping = false;
	mutex_init(&t->pt_connect_mutex);
	spin_lock_init(&t->pt_lock);
	INIT_LIST_HEAD(&t->pt_exports);
	atomic_set(&t->pt_nr_exports, 0);
	atomic_set(&t->pt_users, 0);
	init_waitqueue_head(&t->pt_waitq);
	t->pt_last_heard = ktime_get_seconds();
	mutex_lock(&targets_mutex);
	list_for_each_entry(other, &targets, pt_link)
		if (!strcmp(other->pt_uuid, t->pt_uuid))
			rc = -EEXIST;
	if (!rc)
		list_add_tail(&t->pt_link, &targets);
	mutex_unlock(&targets_mutex);
	return rc;
}
EXPORT_SYMBOL_GPL(ptlrpc_target_register);

/* The name in a CONNECT; also without _UUID. Until ptlrpc_target_put() the target stays. */
struct ptlrpc_target *ptlrpc_target_get(const char *uuid, u32 len)
{
	struct ptlrpc_target *t, *found = NULL;
	size_t n = strnlen(uuid, len);

	mutex_lock(&targets_mutex);
	list_for_each_entry(t, &targets, pt_link) {
		if (t->pt_stopping || strncmp(t->pt_uuid, uuid, n))
			continue;
		if (t->pt_uuid[n] && strcmp(t->pt_uuid + n, "_UUID"))
			continue;
		atomic_inc(&t->pt_users);
		found = t;
		break;
	}
	mutex_unlock(&targets_mutex);
	return found;
}

void ptlrpc_target_put(struct ptlrpc_target *t)
{
	/* ptlrpc_target_unregister() takes it, too, before t is freed */
	mutex_lock(&targets_mutex);
	if (atomic_dec_and_test(&t->pt_users))
		wake_up_all(&t->pt_waitq);
	mutex_unlock(&targets_mutex);
}

/* The export behind prev (NULL: the first one), referenced; prev's reference is dropped. */
static struct obd_export *export_next(struct ptlrpc_target *t, struct obd_export *prev)
{
	struct obd_export *exp = NULL, *pos;

	spin_lock(&t->pt_lock);
	if (!prev)
		pos = list_first_entry_or_null(&t->pt_exports,
					       struct obd_export, exp_link);
	else if (list_empty(&prev->exp_link) || list_is_last(&prev->exp_link, &t->pt_exports))
		pos = NULL;	/* went away meanwhile: the rest is left out */
	else
		pos = list_next_entry(prev, exp_link);
	if (pos)
		exp = export_get(pos);
	spin_unlock(&t->pt_lock);
	export_put(prev);
	return exp;
}

/**
 * ptlrpc_target_unregister - no client from now on
 * @t: registered target
 *
 * Each client gets ops->disconnect(exp, false). Context: sleeps until the last reference to each
 * export is put.
 */
void ptlrpc_target_unregister(struct ptlrpc_target *t)
{
	struct obd_export *exp;

	mutex_lock(&targets_mutex);
	t->pt_stopping = true;
	mutex_unlock(&targets_mutex);
	wait_event(t->pt_waitq, !atomic_read(&t->pt_users));
	while ((exp = export_next(t, NULL))) {
		if (export_fail(exp, false))
			export_retire(exp);
		export_put(exp);
	}
	wait_event(t->pt_waitq, !atomic_read(&t->pt_nr_exports));
	mutex_lock(&targets_mutex);
	list_del(&t->pt_link);
	mutex_unlock(&targets_mutex);
	/* the one who counted down may still be in wake_up() or before its return */
	flush_workqueue(ptlrpc_exp_wq);
}
EXPORT_SYMBOL_GPL(ptlrpc_target_unregister);

/**
 * ptlrpc_target_for_each_export - call a function for each connected client
 * @t: target
 * @fn: the function; may sleep, the export is referenced during the call
 * @data: for @fn
 */
void ptlrpc_target_for_each_export(struct ptlrpc_target *t,
				   void (*fn)(struct obd_export *exp, void *data), void *data)
{
	struct obd_export *exp = NULL;

	while ((exp = export_next(t, exp)))
		if (READ_ONCE(exp->exp_connected))
			fn(exp, data);
}
EXPORT_SYMBOL_GPL(ptlrpc_target_for_each_export);

/**
 * ptlrpc_export_preload - a client known from before the restart
 * @t: registered target that recovers
 * @client_uuid: its UUID
 *
 * Return: its export, referenced; ERR_PTR(-ENOMEM).
 */
struct obd_export *ptlrpc_export_preload(struct ptlrpc_target *t, const char *client_uuid)
{
	struct obd_export *exp;

	mutex_lock(&t->pt_connect_mutex);
	exp = export_new(t, client_uuid);
	if (!IS_ERR(exp)) {
		exp->exp_was_connected = true;
		export_get(exp);
	}
	mutex_unlock(&t->pt_connect_mutex);
	return exp;
}
EXPORT_SYMBOL_GPL(ptlrpc_export_preload);

static bool export_is_missing(const struct obd_export *exp, const void *unused)
{
	return exp->exp_was_connected && !exp->exp_connected && !exp->exp_connecting &&
	       !exp->exp_failed;
}

/* Look from the start of the list after each eviction, which changes the list. */
static int export_evict_matching(struct ptlrpc_target *t,
				 bool (*which)(const struct obd_export *exp, const void *arg),
		       const void *arg, const char *why)
{
	struct obd_export *exp, *found;
	int n = 0;

	do {
		found = NULL;
		spin_lock(&t->pt_lock);
		list_for_each_entry(exp, &t->pt_exports, exp_link)
			if (which(exp, arg)) {
				found = export_get(exp);
				break;
			}
		spin_unlock(&t->pt_lock);
		if (found) {
			export_evict(found, why);
			export_put(found);
			n++;
		}
	} while (found);
	return n;
}

/**
 * ptlrpc_target_evict_missing - end of recovery
 * @t: target
 */
void ptlrpc_target_evict_missing(struct ptlrpc_target *t)
{
	export_evict_matching(t, export_is_missing, NULL, "it did not come to the recovery");
}
EXPORT_SYMBOL_GPL(ptlrpc_target_evict_missing);

static bool export_is_named(const struct obd_export *exp, const void *arg)
{
	char nid[LNET_NIDSTR_SIZE];
	const char *who = arg;

	if (exp->exp_failed)
		return false;
	if (!strncmp(who, "nid:", 4))
		return !strcmp(lnet_nid_str(&exp->exp_nid, nid), who + 4);
	if (!strncmp(who, "uuid:", 5))
		who += 5;
	return !strcmp(exp->exp_client_uuid, who);
}

/**
 * ptlrpc_target_evict - evict by name
 * @t: target
 * @who: client UUID, or "nid:" and a NID
 *
 * Return: how many were evicted.
 */
int ptlrpc_target_evict(struct ptlrpc_target *t, const char *who)
{
	return export_evict_matching(t, export_is_named, who, "by the administrator");
}
EXPORT_SYMBOL_GPL(ptlrpc_target_evict);

/**
 * ptlrpc_target_evict_store - a write to the parameter "evict_client" of a target
 * @t: target
 * @text: what was written: a client UUID, or "nid:" and a NID
 * @len: its length
 *
 * Return: @len; -ENOENT: no client has that name; -EINVAL: too long.
 */
ssize_t ptlrpc_target_evict_store(struct ptlrpc_target *t, const char *text, size_t len)
{
	char who[UUID_MAX + LNET_NIDSTR_SIZE];

	if (len >= sizeof(who))
		return -EINVAL;
	memcpy(who, text, len);
	who[len] = '\0';
	return ptlrpc_target_evict(t, strim(who)) ? len : -ENOENT;
}
EXPORT_SYMBOL_GPL(ptlrpc_target_evict_store);

static bool export_is_silent(const struct obd_export *exp, const void *arg)
{
	time64_t now = *(const time64_t *)arg;
	u64 flags = exp_connect_flags(exp);

	return READ_ONCE(exp->exp_connected) &&
	       now - READ_ONCE(exp->exp_last_heard) > EXPORT_SILENT &&
	       !(flags & (OBD_CONNECT_PINGLESS | OBD_CONNECT_MDS_MDS));
}

/*
 * Only when another client was heard a short time ago: else the network of this node may be down.
 */
static void ptlrpc_target_evict_silent(struct ptlrpc_target *t, time64_t now)
{
	if (t->pt_not_replayable || t->pt_recovering ||
	    now - READ_ONCE(t->pt_last_heard) > ptlrpc_ping_interval)
		return;
	export_evict_matching(t, export_is_silent, &now, "no ping");
}

void ptlrpc_targets_evict_silent(void)
{
	time64_t now = ktime_get_seconds();
	struct ptlrpc_target *t;

	mutex_lock(&targets_mutex);
	list_for_each_entry(t, &targets, pt_link)
		ptlrpc_target_evict_silent(t, now);
	mutex_unlock(&targets_mutex);
}
