// SPDX-License-Identifier: GPL-2.0-only
/*
 * Imports: the client's end of a connection to a target, its states (chapter 2, 10) and the events
 * its owner is told. connect.c does the connecting.
 *
 * What must sleep is done by imp_work, one thing at a time: imp_todo says what. The states change
 * under imp_lock:
 *
 *   NEW, DISCON, IDLE --(imp_work)--> CONNECTING
 *   CONNECTING --(answer)--> (EVICTED) --> RECOVER --> FULL
 *   CONNECTING --(recovering)--> REPLAY --> REPLAY_LOCKS --> REPLAY_WAIT --> RECOVER --> FULL
 *   REPLAY, REPLAY_LOCKS, REPLAY_WAIT --(a step fails)--> DISCON
 *   FULL --import_lost()--> DISCON
 *   FULL --(idle)--> IDLE
 *   any --import_disconnect()--> CLOSED
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/hashtable.h>
#include <linux/seq_file.h>
#include "internal.h"
#include <trace/events/ptlrpc.h>

#define IMP_NIDS_LEARN	64U	/* NIDs up to which an import learns more of the MGS */

static DEFINE_SPINLOCK(imports_lock);
static LIST_HEAD(imports);
static DEFINE_HASHTABLE(cb_hash, 8);

static void import_work(struct work_struct *work);
static void import_retry_work(struct work_struct *work);

/**
 * import_state_name - a state as the parameter files show it
 * @state: IMP_*
 */
const char *import_state_name(enum import_state state)
{
	static const char *const names[] = {
		[IMP_CLOSED] = "CLOSED",
		[IMP_NEW] = "NEW",
		[IMP_DISCON] = "DISCONN",
		[IMP_CONNECTING] = "CONNECTING",
		[IMP_REPLAY] = "REPLAY",
		[IMP_REPLAY_LOCKS] = "REPLAY_LOCKS",
		[IMP_REPLAY_WAIT] = "REPLAY_WAIT",
		[IMP_RECOVER] = "RECOVER",
		[IMP_FULL] = "FULL",
		[IMP_EVICTED] = "EVICTED",
		[IMP_IDLE] = "IDLE",
	};

	return state < ARRAY_SIZE(names) && names[state] ? names[state] : "UNKNOWN";
}
EXPORT_SYMBOL_GPL(import_state_name);

/* ---- life ---- */

struct obd_import *import_new(void)
{
	struct obd_import *imp = kzalloc(sizeof(*imp), GFP_NOFS);
	unsigned int i;

	if (!imp)
		return NULL;
	refcount_set(&imp->imp_ref, 1);
	spin_lock_init(&imp->imp_lock);
	init_waitqueue_head(&imp->imp_waitq);
	INIT_HLIST_NODE(&imp->imp_cb_hash);
	INIT_LIST_HEAD(&imp->imp_conns);
	INIT_LIST_HEAD(&imp->imp_sending);
	INIT_LIST_HEAD(&imp->imp_delayed);
	INIT_LIST_HEAD(&imp->imp_unreplied);
	INIT_LIST_HEAD(&imp->imp_replay);
	INIT_LIST_HEAD(&imp->imp_committed_open);
	INIT_LIST_HEAD(&imp->imp_slot_wait);
	INIT_LIST_HEAD(&imp->imp_pinger_link);
	INIT_WORK(&imp->imp_work, import_work);
	INIT_DELAYED_WORK(&imp->imp_retry, import_retry_work);
	imp->imp_max_mod_rpcs = 7;
	imp->imp_state = IMP_NEW;
	ptlrpc_at_init(&imp->imp_net_at, 1);
	for (i = 0; i < IMP_AT_PORTALS; i++)
		ptlrpc_at_init(&imp->imp_svc_at[i].at, 5);
	return imp;
}

/**
 * import_alloc - a new import
 * @conf: what it connects to
 *
 * Return: the import with one reference, state NEW; NULL when out of memory or when the callback
 * service of the node cannot be started.
 */
struct obd_import *import_alloc(const struct import_conf *conf)
{
	struct obd_import *imp;

	if (ptlrpc_lock_ops->start_callbacks())
		return NULL;
	imp = import_new();
	if (!imp)
		return NULL;
	imp->imp_ops = conf->ops;
	imp->imp_data = conf->data;
	strscpy(imp->imp_name, conf->target_uuid, sizeof(imp->imp_name));
	strscpy(imp->imp_target, conf->target_uuid, sizeof(imp->imp_target));
	strscpy(imp->imp_client, conf->client_uuid, sizeof(imp->imp_client));
	imp->imp_connect_op = conf->connect_op;
	imp->imp_req_portal = conf->req_portal;
	imp->imp_rep_portal = conf->rep_portal;
	imp->imp_sp = conf->sp;
	imp->imp_flags = conf->flags;
	imp->imp_want = conf->ocd;
	imp->imp_cb_cookie = ptlrpc_new_cookie();
	spin_lock(&imports_lock);
	hash_add(cb_hash, &imp->imp_cb_hash, imp->imp_cb_cookie);
	list_add_tail(&imp->imp_pinger_link, &imports);
	spin_unlock(&imports_lock);
	return imp;
}
EXPORT_SYMBOL_GPL(import_alloc);

/**
 * import_get - another reference
 * @imp: import
 *
 * Return: @imp.
 */
struct obd_import *import_get(struct obd_import *imp)
{
	refcount_inc(&imp->imp_ref);
	return imp;
}
EXPORT_SYMBOL_GPL(import_get);

static void import_free(struct work_struct *work)
{
	struct obd_import *imp = container_of(work, struct obd_import, imp_work);
	struct import_conn *ic, *tmp;

	spin_lock(&imports_lock);
	hash_del(&imp->imp_cb_hash);
	list_del(&imp->imp_pinger_link);
	spin_unlock(&imports_lock);
	WARN_ON(!list_empty(&imp->imp_sending) || !list_empty(&imp->imp_delayed));
	list_for_each_entry_safe(ic, tmp, &imp->imp_conns, ic_link)
		kfree(ic);
	kfree(imp);
}

/**
 * import_put - drop a reference
 * @imp: import or NULL
 *
 * Context: any; the memory is freed by a work item.
 */
void import_put(struct obd_import *imp)
{
	if (!imp || !refcount_dec_and_test(&imp->imp_ref))
		return;
	/* imp_work is idle: it would hold a reference */
	INIT_WORK(&imp->imp_work, import_free);
	queue_work(ptlrpc_imp_wq, &imp->imp_work);
}
EXPORT_SYMBOL_GPL(import_put);

/**
 * import_find_cb - the import that a callback of a server is for
 * @cookie: pb_handle of the callback
 *
 * Context: any. Return: referenced, or NULL.
 */
struct obd_import *import_find_cb(u64 cookie)
{
	struct obd_import *imp, *found = NULL;

	spin_lock(&imports_lock);
	hash_for_each_possible(cb_hash, imp, imp_cb_hash, cookie)
		if (imp->imp_cb_cookie == cookie && refcount_inc_not_zero(&imp->imp_ref)) {
			found = imp;
			break;
		}
	spin_unlock(&imports_lock);
	return found;
}
EXPORT_SYMBOL_GPL(import_find_cb);

void import_for_each(void (*fn)(struct obd_import *imp))
{
	struct obd_import *imp;

	spin_lock(&imports_lock);
	list_for_each_entry(imp, &imports, imp_pinger_link)
		if (refcount_read(&imp->imp_ref))
			fn(imp);
	spin_unlock(&imports_lock);
}

/* ---- connections ---- */

struct import_conn *import_find_conn(struct obd_import *imp, const struct lnet_nid *nid)
{
	struct import_conn *ic;

	list_for_each_entry(ic, &imp->imp_conns, ic_link)
		if (lnet_nid_eq(&ic->ic_nid, nid))
			return ic;
	return NULL;
}

/**
 * import_add_conn - another node where the target may be
 * @imp: import
 * @nids: its NIDs
 * @n: how many
 *
 * Return: 0 or -ENOMEM.
 */
int import_add_conn(struct obd_import *imp, const struct lnet_nid *nids, unsigned int n)
{
	struct import_conn *ic;
	unsigned int i;
	bool dup;

	for (i = 0; i < n; i++) {
		ic = kzalloc(sizeof(*ic), GFP_KERNEL);
		if (!ic)
			return -ENOMEM;
		ic->ic_nid = nids[i];
		spin_lock(&imp->imp_lock);
		dup = import_find_conn(imp, &nids[i]);
		if (!dup)
			list_add_tail(&ic->ic_link, &imp->imp_conns);
		spin_unlock(&imp->imp_lock);
		if (dup)
			kfree(ic);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(import_add_conn);

/**
 * import_del_conn - a node where the target is no more
 * @imp: import
 * @nid: NID of the node
 *
 * Return: 0; -ENOENT: the import does not have it.
 */
int import_del_conn(struct obd_import *imp, const struct lnet_nid *nid)
{
	struct import_conn *ic;

	spin_lock(&imp->imp_lock);
	ic = import_find_conn(imp, nid);
	if (ic)
		list_del(&ic->ic_link);
	spin_unlock(&imp->imp_lock);
	kfree(ic);
	return ic ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(import_del_conn);

/**
 * import_nids_str - the NIDs of all connections as text
 * @imp: import
 * @buf: for "192.168.1.5@tcp, 192.168.1.6@tcp"; cut when it is too short
 * @len: its size
 */
void import_nids_str(struct obd_import *imp, char *buf, size_t len)
{
	char nid[LNET_NIDSTR_SIZE];
	struct import_conn *ic;
	size_t n = 0;

	buf[0] = 0;
	spin_lock(&imp->imp_lock);
	list_for_each_entry(ic, &imp->imp_conns, ic_link)
		n += scnprintf(buf + n, len - n, "%s%s", n ? ", " : "",
			       lnet_nid_str(&ic->ic_nid, nid));
	spin_unlock(&imp->imp_lock);
}

/* ---- state ---- */

void import_set_state(struct obd_import *imp, enum import_state state)
{
	if (imp->imp_state == IMP_CLOSED)
		return;
	imp->imp_state = state;
	trace_ptlrpc_import_state(imp, import_state_name(state));
	wake_up_all(&imp->imp_waitq);
	if (state == IMP_FULL) {
		ptlrpc_kick_list(&imp->imp_delayed);
		ptlrpc_kick_list(&imp->imp_slot_wait);
	}
}

void import_todo_locked(struct obd_import *imp, u32 what)
{
	imp->imp_todo |= what;
	refcount_inc(&imp->imp_ref);
	if (!queue_work(ptlrpc_imp_wq, &imp->imp_work))
		refcount_dec(&imp->imp_ref);
}

/**
 * import_retry_locked - connect again after a while
 * @imp: import, imp_lock held
 * @delay: jiffies; replaces the delay of an earlier call
 */
void import_retry_locked(struct obd_import *imp, unsigned long delay)
{
	if (imp->imp_closing || imp->imp_invalid)
		return;
	refcount_inc(&imp->imp_ref);
	if (mod_delayed_work(ptlrpc_imp_wq, &imp->imp_retry, delay))
		refcount_dec(&imp->imp_ref);	/* was pending, with a reference */
}

static void import_retry_work(struct work_struct *work)
{
	struct obd_import *imp =
		container_of(to_delayed_work(work), struct obd_import, imp_retry);

	spin_lock(&imp->imp_lock);
	import_todo_locked(imp, IMP_DO_CONNECT);
	spin_unlock(&imp->imp_lock);
	import_put(imp);
}

static bool import_is_recovering(const struct obd_import *imp)
{
	return imp->imp_state == IMP_REPLAY || imp->imp_state == IMP_REPLAY_LOCKS ||
	       imp->imp_state == IMP_REPLAY_WAIT;
}

static void import_abort_list(struct list_head *list, int rc)
{
	struct ptlrpc_request *req;

	list_for_each_entry(req, list, rq_list)
		if (!req->rq_bypass || req->rq_imp->imp_invalid)
			ptlrpc_req_abort(req, rc);
}

void import_abort_all(struct obd_import *imp, int rc, bool delayed_too)
{
	import_abort_list(&imp->imp_sending, rc);
	if (delayed_too) {
		import_abort_list(&imp->imp_delayed, rc);
		import_abort_list(&imp->imp_slot_wait, rc);
	}
}

void import_lost(struct obd_import *imp, u32 conn_cnt)
{
	char nid[LNET_NIDSTR_SIZE];
	bool lost = false;

	spin_lock(&imp->imp_lock);
	if (imp->imp_state == IMP_FULL && imp->imp_conn_cnt == conn_cnt) {
		import_set_state(imp, IMP_DISCON);
		imp->imp_connect_round = 0;
		imp->imp_not_yet = 0;
		if (imp->imp_flags & IMPF_NOT_REPLAYABLE)
			import_abort_all(imp, -EIO, false);
		import_todo_locked(imp, IMP_DO_EVENT(IMP_EV_DISCON) | IMP_DO_CONNECT);
		lost = true;
	}
	spin_unlock(&imp->imp_lock);
	if (lost)
		pr_warn("%s: connection to %s was lost; operations wait until it is back\n",
			imp->imp_name, lnet_nid_str(&imp->imp_nid, nid));
}

void import_event(struct obd_import *imp, enum import_event ev)
{
	if (imp->imp_ops && imp->imp_ops->event)
		imp->imp_ops->event(imp, ev);
}

static u32 import_take_todo(struct obd_import *imp)
{
	u32 todo;

	spin_lock(&imp->imp_lock);
	todo = imp->imp_todo;
	imp->imp_todo = 0;
	spin_unlock(&imp->imp_lock);
	return todo;
}

static void import_set_idle(struct obd_import *imp)
{
	bool idle;

	spin_lock(&imp->imp_lock);
	/* what the server has not committed would be lost unnoticed if it restarted meanwhile */
	idle = imp->imp_state == IMP_FULL && !atomic_read(&imp->imp_nr_reqs) && !imp->imp_closing &&
	       imp->imp_max_transno <= imp->imp_last_committed && imp->imp_ops &&
	       imp->imp_ops->can_idle && imp->imp_ops->can_idle(imp);
	if (idle)
		import_set_state(imp, IMP_IDLE);
	spin_unlock(&imp->imp_lock);
	if (!idle)
		return;
	import_wait_disconnect(import_send_disconnect(imp));
	spin_lock(&imp->imp_lock);
	imp->imp_handle = 0;
	spin_unlock(&imp->imp_lock);
}

static void import_work(struct work_struct *work)
{
	struct obd_import *imp = container_of(work, struct obd_import, imp_work);
	u32 todo = import_take_todo(imp);

	if (todo & IMP_DO_EVENT(IMP_EV_DISCON))
		import_event(imp, IMP_EV_DISCON);
	if (todo & IMP_DO_EVENT(IMP_EV_INACTIVE))
		import_event(imp, IMP_EV_INACTIVE);
	if (todo & IMP_DO_CONNECTED)
		import_connect_finish(imp);
	if (todo & IMP_DO_IDLE)
		import_set_idle(imp);
	if (todo & IMP_DO_CONNECT)
		import_connect_start(imp);
	if (todo & IMP_DO_PING)
		import_send_ping(imp);
	import_put(imp);
}

/* ---- what owners do ---- */

/**
 * import_connect - start to connect
 * @imp: state NEW, DISCON, IDLE; nothing is done in other states
 *
 * Return: 0; -ENOTCONN: no connection was added; -EIO: invalidated.
 */
int import_connect(struct obd_import *imp)
{
	int rc = 0;

	spin_lock(&imp->imp_lock);
	if (imp->imp_invalid || imp->imp_closing)
		rc = -EIO;
	else if (list_empty(&imp->imp_conns))
		rc = -ENOTCONN;
	else
		import_todo_locked(imp, IMP_DO_CONNECT);
	imp->imp_deactive = false;
	imp->imp_not_yet = 0;
	spin_unlock(&imp->imp_lock);
	return rc;
}
EXPORT_SYMBOL_GPL(import_connect);

/* 1: not yet */
static int import_full_or_never(struct obd_import *imp)
{
	int rc = 1;

	spin_lock(&imp->imp_lock);
	if (imp->imp_invalid || imp->imp_closing || imp->imp_state == IMP_CLOSED)
		rc = -EIO;
	else if (imp->imp_state == IMP_FULL || imp->imp_state == IMP_IDLE)
		rc = 0;
	else if (imp->imp_deactive)
		rc = imp->imp_connect_rc ?: -EIO;
	else if (imp->imp_connect_rc == -EPROTO)
		rc = -EPROTO;
	spin_unlock(&imp->imp_lock);
	return rc;
}

/**
 * import_reachable - is a NID of the server in a network of this node?
 * @imp: import
 *
 * Context: does not sleep.
 */
bool import_reachable(struct obd_import *imp)
{
	struct import_conn *ic;
	bool yes = false;

	spin_lock(&imp->imp_lock);
	list_for_each_entry(ic, &imp->imp_conns, ic_link)
		yes |= lnet_distance(&ic->ic_nid) >= 0;
	spin_unlock(&imp->imp_lock);
	return yes;
}
EXPORT_SYMBOL_GPL(import_reachable);

/**
 * import_wait_full - wait until requests can be sent
 * @imp: import that is connecting
 * @timeout: seconds, 0 = for ever
 *
 * Context: killable.
 * Return: 0; -ETIMEDOUT; -EINTR; -EACCES, -EROFS, -EPROTO: refused; -EIO: invalidated.
 */
int import_wait_full(struct obd_import *imp, unsigned int timeout)
{
	long left;
	int rc = 1;

	left = wait_event_killable_timeout(imp->imp_waitq, (rc = import_full_or_never(imp)) <= 0,
					   timeout ? timeout * HZ : MAX_SCHEDULE_TIMEOUT);
	if (left < 0)
		return -EINTR;
	return rc > 0 ? -ETIMEDOUT : rc;
}
EXPORT_SYMBOL_GPL(import_wait_full);

/**
 * import_invalidate - everything fails from now on
 * @imp: import
 *
 * Context: does not sleep.
 */
void import_invalidate(struct obd_import *imp)
{
	spin_lock(&imp->imp_lock);
	if (!imp->imp_invalid) {
		imp->imp_invalid = true;
		import_abort_all(imp, -EIO, true);
		if (!imp->imp_reverse)
			import_todo_locked(imp, IMP_DO_EVENT(IMP_EV_INACTIVE));
		wake_up_all(&imp->imp_waitq);
	}
	spin_unlock(&imp->imp_lock);
}
EXPORT_SYMBOL_GPL(import_invalidate);

/**
 * import_disconnect_start - say goodbye to the server, without waiting for its answer
 * @imp: import in any state; requests end with -ESHUTDOWN from now on
 *
 * For several imports at once: import_disconnect() of each of them follows.
 *
 * Context: may sleep for memory.
 */
void import_disconnect_start(struct obd_import *imp)
{
	bool tell;

	spin_lock(&imp->imp_lock);
	tell = imp->imp_state == IMP_FULL && !imp->imp_closing;
	imp->imp_closing = true;
	spin_unlock(&imp->imp_lock);
	if (tell)
		imp->imp_goodbye = import_send_disconnect(imp);
}
EXPORT_SYMBOL_GPL(import_disconnect_start);

/**
 * import_disconnect - the end of an import
 * @imp: import in any state
 *
 * Context: sleeps, not killable: the answer to DISCONNECT is awaited for 5 seconds plus the latency
 * of the network, for 2 seconds when the import is invalid.
 */
void import_disconnect(struct obd_import *imp)
{
	import_disconnect_start(imp);
	import_wait_disconnect(imp->imp_goodbye);
	imp->imp_goodbye = NULL;
	spin_lock(&imp->imp_lock);
	imp->imp_invalid = true;
	import_set_state(imp, IMP_CLOSED);
	imp->imp_handle = 0;
	import_abort_all(imp, -ESHUTDOWN, true);
	wake_up_all(&imp->imp_waitq);
	spin_unlock(&imp->imp_lock);
	wait_event(imp->imp_waitq, !atomic_read(&imp->imp_nr_reqs));
	if (cancel_delayed_work_sync(&imp->imp_retry))
		import_put(imp);
	flush_work(&imp->imp_work);
	wait_event(imp->imp_waitq, !atomic_read(&imp->imp_nr_reqs));
	imp->imp_ops = NULL;
	ptlrpc_replay_drop(imp);
}
EXPORT_SYMBOL_GPL(import_disconnect);

/* Begin the next attempt with @nid; imp_lock held. */
static void import_prefer_nid(struct obd_import *imp, const struct lnet_nid *nid)
{
	struct import_conn *ic = import_find_conn(imp, nid);

	if (ic) {
		ic->ic_last = 0;
		list_move(&ic->ic_link, &imp->imp_conns);
	}
	imp->imp_nid = *nid;
}

/**
 * import_reconnect - connect anew
 * @imp: import
 * @nid: to this NID, NULL = the next one; an attempt to connect to another NID is given up for it
 */
void import_reconnect(struct obd_import *imp, const struct lnet_nid *nid)
{
	struct ptlrpc_request *req;
	bool moves;

	spin_lock(&imp->imp_lock);
	moves = nid && !lnet_nid_eq(nid, &imp->imp_nid);
	if (nid)
		import_prefer_nid(imp, nid);
	imp->imp_not_yet = 0;
	if (imp->imp_state == IMP_FULL) {
		import_set_state(imp, IMP_DISCON);
		imp->imp_todo |= IMP_DO_EVENT(IMP_EV_DISCON);
	} else if (import_is_recovering(imp) || (moves && imp->imp_state == IMP_CONNECTING)) {
		/* the step that is under way fails, and it starts over */
		list_for_each_entry(req, &imp->imp_sending, rq_list)
			if (req->rq_bypass)
				ptlrpc_req_abort(req, -EAGAIN);
	}
	import_todo_locked(imp, IMP_DO_CONNECT);
	spin_unlock(&imp->imp_lock);
}
EXPORT_SYMBOL_GPL(import_reconnect);

/*
 * The one of @nids to connect to: of those that the import has, the one in use, else the first that
 * can be reached. NULL: it has none.
 */
static const struct lnet_nid *import_pick_nid(struct obd_import *imp, const struct lnet_nid *nids,
					      unsigned int n)
{
	const struct lnet_nid *best = NULL;
	unsigned int i;

	spin_lock(&imp->imp_lock);
	for (i = 0; i < n; i++) {
		if (!import_find_conn(imp, &nids[i]))
			continue;
		if (lnet_nid_eq(&nids[i], &imp->imp_nid)) {
			best = &nids[i];
			break;
		}
		if (!best || (lnet_distance(best) < 0 && lnet_distance(&nids[i]) >= 0))
			best = &nids[i];
	}
	spin_unlock(&imp->imp_lock);
	return best;
}

/* Further NIDs of a node that the import has, as long as it has few: nothing removes them. */
static int import_learn_nids(struct obd_import *imp, const struct lnet_nid *nids, unsigned int n)
{
	struct import_conn *ic;
	unsigned int have = 0;

	spin_lock(&imp->imp_lock);
	list_for_each_entry(ic, &imp->imp_conns, ic_link)
		have++;
	spin_unlock(&imp->imp_lock);
	return import_add_conn(imp, nids, min(n, IMP_NIDS_LEARN - min(have, IMP_NIDS_LEARN)));
}

/**
 * import_restarted - the MGS tells that the target has started (imperative recovery)
 * @imp: import
 * @nids: NIDs of the node where it runs, all of one node
 * @n: how many, at least 1
 * @instance: counts the starts of the target
 *
 * If this is news, the import connects to it at once. An idle import does so when it is used.
 *
 * Context: may sleep. Return: 0; -ENOENT: the configuration has no such node; -ENOMEM.
 */
int import_restarted(struct obd_import *imp, const struct lnet_nid *nids, unsigned int n,
		     u32 instance)
{
	const struct lnet_nid *nid = import_pick_nid(imp, nids, n);
	bool news, idle;
	int rc;

	if (!nid)
		return -ENOENT;
	rc = import_learn_nids(imp, nids, n);
	if (rc)
		return rc;
	spin_lock(&imp->imp_lock);
	news = imp->imp_connected && (s32)(instance - le32_to_cpu(imp->imp_ocd.ocd_instance)) > 0;
	idle = imp->imp_state == IMP_IDLE;
	if (news && idle)
		import_prefer_nid(imp, nid);
	spin_unlock(&imp->imp_lock);
	if (news && !idle) {
		pr_info("%s: the target has restarted (instance %u), connecting to it\n",
			imp->imp_name, instance);
		import_reconnect(imp, nid);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(import_restarted);

/**
 * import_set_active - administrator's switch
 * @imp: import
 * @active: false: requests fail with -EIO until it is switched on again
 */
void import_set_active(struct obd_import *imp, bool active)
{
	spin_lock(&imp->imp_lock);
	if (!active && !imp->imp_deactive) {
		imp->imp_deactive = true;
		imp->imp_connect_rc = -EIO;
		import_abort_all(imp, -EIO, true);
		import_todo_locked(imp, IMP_DO_EVENT(IMP_EV_INACTIVE));
	} else if (active && imp->imp_deactive) {
		imp->imp_deactive = false;
		imp->imp_connect_rc = 0;
		import_todo_locked(imp, IMP_DO_CONNECT);
	}
	wake_up_all(&imp->imp_waitq);
	spin_unlock(&imp->imp_lock);
}
EXPORT_SYMBOL_GPL(import_set_active);

/* ---- parameters ---- */

/**
 * import_show - the parameter file "import" (chapter 7, 8.2)
 * @m: file
 * @imp: import
 *
 * Return: 0.
 */
int import_show(struct seq_file *m, struct obd_import *imp)
{
	struct import_conn *ic;
	char buf[LNET_NIDSTR_SIZE];
	const char *sep = "";

	const struct obd_connect_data *ocd = &imp->imp_ocd;
	u32 version = le32_to_cpu(ocd->ocd_version);

	spin_lock(&imp->imp_lock);
	seq_printf(m, "import:\n    name: %s\n    target: %s\n    state: %s\n", imp->imp_name,
		   imp->imp_target, import_state_name(imp->imp_state));
	seq_printf(m, "    connect_flags: [ 0x%llx, 0x%llx ]\n", imp_connect_flags(imp),
		   imp_connect_flags2(imp));
	seq_printf(m, "    connect_data:\n       flags: 0x%llx\n       instance: %u\n",
		   imp_connect_flags(imp), le32_to_cpu(ocd->ocd_instance));
	seq_printf(m, "       target_version: %u.%u.%u.%u\n", version >> 24, version >> 16 & 0xff,
		   version >> 8 & 0xff, version & 0xff);
	if (imp_connect_flags(imp) & OBD_CONNECT_BRW_SIZE)
		seq_printf(m, "       max_brw_size: %u\n", le32_to_cpu(ocd->ocd_brw_size));
	if (imp_connect_flags(imp) & OBD_CONNECT_CKSUM)
		seq_printf(m, "       cksum_types: 0x%x\n", le32_to_cpu(ocd->ocd_cksum_types));
	if (imp_connect_flags(imp) & OBD_CONNECT_MULTIMODRPCS)
		seq_printf(m, "       max_mod_rpcs: %u\n", le16_to_cpu(ocd->ocd_maxmodrpcs));
	seq_printf(m, "    import_flags: [ %s%s%sconnect_tried ]\n",
		   imp->imp_invalid ? "invalid, " : "", imp->imp_replayable ? "replayable, " : "",
		   imp->imp_flags & IMPF_NO_PING ? "" : "pingable, ");
	seq_puts(m, "    connection:\n       failover_nids: [ ");
	list_for_each_entry(ic, &imp->imp_conns, ic_link) {
		seq_printf(m, "%s\"%s\"", sep, lnet_nid_str(&ic->ic_nid, buf));
		sep = ", ";
	}
	seq_printf(m, " ]\n       current_connection: \"%s\"\n       connection_attempts: %u\n",
		   imp->imp_state > IMP_DISCON ? lnet_nid_str(&imp->imp_nid, buf) : "<none>",
		   imp->imp_conn_cnt);
	seq_printf(m, "       generation: %u\n       in-progress_invalidations: 0\n",
		   imp->imp_generation + 1);
	seq_printf(m, "       idle: %lld sec\n", ktime_get_seconds() - imp->imp_idle_since);
	seq_printf(m,
		   "    rpcs:\n       inflight: %d\n       unregistering: 0\n       timeouts: 0\n",
		   atomic_read(&imp->imp_nr_reqs));
	seq_puts(m, "       avg_waittime: 0 usec\n");
	seq_printf(m, "    service_estimates:\n       services: %u sec\n       network: %u sec\n",
		   ptlrpc_at_get(import_at(imp, imp->imp_req_portal)), import_net_latency(imp));
	seq_printf(m, "    transactions:\n       last_replay: %llu\n       peer_committed: %llu\n",
		   imp->imp_replayed, imp->imp_last_committed);
	seq_printf(m, "       last_checked: %llu\n", imp->imp_max_transno);
	spin_unlock(&imp->imp_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(import_show);

/**
 * import_state_show - the parameter file "state"
 * @m: file
 * @imp: import
 *
 * Return: 0.
 */
int import_state_show(struct seq_file *m, struct obd_import *imp)
{
	seq_printf(m, "current_state: %s\n", import_state_name(READ_ONCE(imp->imp_state)));
	return 0;
}
EXPORT_SYMBOL_GPL(import_state_show);

/**
 * import_timeouts_show - the parameter file "timeouts"
 * @m: file
 * @imp: import
 *
 * Return: 0.
 */
int import_timeouts_show(struct seq_file *m, struct obd_import *imp)
{
	unsigned int i;

	seq_printf(m, "%-10s : %lld, %llds ago\n", "last reply", imp->imp_last_reply,
		   ktime_get_seconds() - imp->imp_last_reply);
	seq_printf(m, "%-10s : cur %3u\n", "network", import_net_latency(imp));
	for (i = 0; i < IMP_AT_PORTALS && imp->imp_svc_at[i].portal; i++)
		seq_printf(m, "portal %-2u  : cur %3u\n", imp->imp_svc_at[i].portal,
			   ptlrpc_at_get(&imp->imp_svc_at[i].at));
	return 0;
}
EXPORT_SYMBOL_GPL(import_timeouts_show);
