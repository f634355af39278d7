// SPDX-License-Identifier: GPL-2.0-only
/*
 * Once a second: pings of quiet imports, reconnecting, idle connections
 * (chapter 2, 10.3, 10.4, 10.6), and on servers the clients that have been silent for too long
 * (10.5). Here is only decided; imp_work and the exports' work do it.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"

#define PING_SOON	7	/* while something is not committed */

static struct delayed_work pinger;

static void ptlrpc_ping_done(struct ptlrpc_request *req)
{
	WRITE_ONCE(req->rq_imp->imp_ping_busy, false);
}

void import_send_ping(struct obd_import *imp)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, OBD_PING, &wf_empty);

	if (!req)
		goto out;
	req->rq_no_resend = true;
	req->rq_no_delay = true;
	req->done = ptlrpc_ping_done;
	if (!ptlrpc_req_pack(req) && !ptlrpc_send_async(req)) {
		ptlrpc_req_put(req);
		return;
	}
	ptlrpc_req_put(req);
out:
	WRITE_ONCE(imp->imp_ping_busy, false);
}

static bool import_ping_due(const struct obd_import *imp, time64_t now)
{
	bool pending = imp->imp_max_transno > imp->imp_last_committed;

	if (imp->imp_ping_busy || imp->imp_flags & IMPF_NO_PING)
		return false;
	if (!pending && imp_connect_flags(imp) & OBD_CONNECT_PINGLESS)
		return false;
	return now - imp->imp_last_sent >=
	       (pending ? min_t(unsigned int, PING_SOON, ptlrpc_ping_interval) :
			  ptlrpc_ping_interval);
}

static void import_check_idle(struct obd_import *imp)
{
	time64_t now = ktime_get_seconds();

	spin_lock(&imp->imp_lock);
	if (imp->imp_invalid || imp->imp_closing || imp->imp_deactive ||
	    !refcount_inc_not_zero(&imp->imp_ref))
		goto out;
	switch (imp->imp_state) {
	case IMP_FULL:
		if (atomic_read(&imp->imp_nr_reqs) && !imp->imp_ping_busy)
			imp->imp_idle_since = now;
		if (imp->imp_idle_timeout && now - imp->imp_idle_since >= imp->imp_idle_timeout) {
			import_todo_locked(imp, IMP_DO_IDLE);
		} else if (import_ping_due(imp, now)) {
			imp->imp_ping_busy = true;
			import_todo_locked(imp, IMP_DO_PING);
		}
		break;
	default:
		break;
	}
	spin_unlock(&imp->imp_lock);
	import_put(imp);
	return;
out:
	spin_unlock(&imp->imp_lock);
}

static void ptlrpc_pinger_work(struct work_struct *work)
{
	import_for_each(import_check_idle);
	ptlrpc_targets_evict_silent();
	queue_delayed_work(ptlrpc_imp_wq, &pinger, HZ);
}

int ptlrpc_pinger_init(void)
{
	INIT_DELAYED_WORK(&pinger, ptlrpc_pinger_work);
	queue_delayed_work(ptlrpc_imp_wq, &pinger, HZ);
	return 0;
}

void ptlrpc_pinger_exit(void)
{
	cancel_delayed_work_sync(&pinger);
}
