/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of PTLRPC: the life of a request on the client (ptlrpc_req_*) and on the server
 * (ptlrpc_svc_*), and the states of connections (ptlrpc_import_state, ptlrpc_export_*). A request
 * has the same XID in all of them and on both nodes. docs/debugging.md shows what they answer.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ptlrpc

#if !defined(_TRACE_PTLRPC_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_PTLRPC_H

#include <linux/tracepoint.h>
#include <gloss/ptlrpc.h>

#ifndef _TRACE_PTLRPC_HELPERS
#define _TRACE_PTLRPC_HELPERS
/* The imports of a server to its clients have the name of the client. */
static inline const char *ptlrpc_trace_import(const struct obd_import *imp)
{
	return imp->imp_reverse ? imp->imp_client : imp->imp_name;
}
#endif

DECLARE_EVENT_CLASS(ptlrpc_req_class,
	TP_PROTO(const struct ptlrpc_request *req, int rc),
	TP_ARGS(req, rc),
	TP_STRUCT__entry(
		__field(u64, xid)
		__field(u32, opc)
		__field(int, rc)
		__field(u32, sends)
		__field(s64, usecs)
		__string(opname, ptlrpc_opc_name(req->rq_opc))
		__string(target, ptlrpc_trace_import(req->rq_imp))
	),
	TP_fast_assign(
		__entry->xid = req->rq_xid;
		__entry->opc = req->rq_opc;
		__entry->rc = rc;
		__entry->sends = req->rq_sends;
		__entry->usecs = ktime_us_delta(ktime_get(), req->rq_start);
		compat_assign_str(opname, ptlrpc_opc_name(req->rq_opc));
		compat_assign_str(target, ptlrpc_trace_import(req->rq_imp));
	),
	TP_printk("%s %s x%llu opc=%u try=%u usecs=%lld rc=%d", __get_str(target),
		  __get_str(opname), __entry->xid, __entry->opc, __entry->sends, __entry->usecs,
		  __entry->rc)
);

/* Given to ptlrpc_send_async(); no XID yet. */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_new,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));
/* Waits: rc = 1 for the import to be FULL, 2 for a modify slot. */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_delayed,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));
/* Handed to LNet; rc: the time-out in seconds. */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_sent,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));
/* The server asked for more time; rc: the new time-out in seconds. */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_early,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));
/* The final reply was parsed; rc: its status. */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_replied,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));
/* Not answered in time (-ETIMEDOUT) or not delivered (-EIO). */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_expired,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));
/* Sent once more. */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_resend,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));
/* Over: the caller is told rc. */
DEFINE_EVENT(ptlrpc_req_class, ptlrpc_req_done,
	TP_PROTO(const struct ptlrpc_request *req, int rc), TP_ARGS(req, rc));

DECLARE_EVENT_CLASS(ptlrpc_svc_class,
	TP_PROTO(const struct svc_req *req, const char *service, int rc),
	TP_ARGS(req, service, rc),
	TP_STRUCT__entry(
		__field(u64, xid)
		__field(u32, opc)
		__field(int, rc)
		__field(s64, usecs)
		__array(char, peer, LNET_NIDSTR_SIZE)
		__string(opname, ptlrpc_opc_name(req->sr_opc))
		__string(service, service)
		__string(jobid, req->sr_jobid)
	),
	TP_fast_assign(
		__entry->xid = req->sr_xid;
		__entry->opc = req->sr_opc;
		__entry->rc = rc;
		__entry->usecs = ktime_us_delta(ktime_get(), req->sr_arrival_ns);
		lnet_nid_str(&req->sr_peer, __entry->peer);
		compat_assign_str(opname, ptlrpc_opc_name(req->sr_opc));
		compat_assign_str(service, service);
		compat_assign_str(jobid, req->sr_jobid);
	),
	TP_printk("%s %s x%llu opc=%u from %s job=%s usecs=%lld rc=%d", __get_str(service),
		  __get_str(opname), __entry->xid, __entry->opc, __entry->peer, __get_str(jobid),
		  __entry->usecs, __entry->rc)
);

/* Arrived and queued; rc = 1: urgent queue. usecs counts from here. */
DEFINE_EVENT(ptlrpc_svc_class, ptlrpc_svc_queued,
	TP_PROTO(const struct svc_req *req, const char *service, int rc),
	TP_ARGS(req, service, rc));
/* A thread took it. */
DEFINE_EVENT(ptlrpc_svc_class, ptlrpc_svc_start,
	TP_PROTO(const struct svc_req *req, const char *service, int rc),
	TP_ARGS(req, service, rc));
/* The handler returned rc, the reply is about to be sent. */
DEFINE_EVENT(ptlrpc_svc_class, ptlrpc_svc_end,
	TP_PROTO(const struct svc_req *req, const char *service, int rc),
	TP_ARGS(req, service, rc));
/* An early reply asks the client to wait rc seconds from the arrival on. */
DEFINE_EVENT(ptlrpc_svc_class, ptlrpc_svc_early,
	TP_PROTO(const struct svc_req *req, const char *service, int rc),
	TP_ARGS(req, service, rc));
/* Dropped without an answer: too late (-ETIMEDOUT) or no memory (-ENOMEM). */
DEFINE_EVENT(ptlrpc_svc_class, ptlrpc_svc_drop,
	TP_PROTO(const struct svc_req *req, const char *service, int rc),
	TP_ARGS(req, service, rc));

TRACE_EVENT(ptlrpc_import_state,
	TP_PROTO(const struct obd_import *imp, const char *state),
	TP_ARGS(imp, state),
	TP_STRUCT__entry(
		__array(char, peer, LNET_NIDSTR_SIZE)
		__string(target, imp->imp_name)
		__string(state, state)
		__field(int, rc)
	),
	TP_fast_assign(
		lnet_nid_str(&imp->imp_nid, __entry->peer);
		compat_assign_str(target, imp->imp_name);
		compat_assign_str(state, state);
		__entry->rc = imp->imp_connect_rc;
	),
	TP_printk("%s at %s: %s rc=%d", __get_str(target), __entry->peer, __get_str(state),
		  __entry->rc)
);

DECLARE_EVENT_CLASS(ptlrpc_export_class,
	TP_PROTO(const struct obd_export *exp, const char *why),
	TP_ARGS(exp, why),
	TP_STRUCT__entry(
		__array(char, peer, LNET_NIDSTR_SIZE)
		__string(target, exp->exp_tgt->pt_uuid)
		__string(client, exp->exp_client_uuid)
		__string(why, why)
	),
	TP_fast_assign(
		lnet_nid_str(&exp->exp_nid, __entry->peer);
		compat_assign_str(target, exp->exp_tgt->pt_uuid);
		compat_assign_str(client, exp->exp_client_uuid);
		compat_assign_str(why, why);
	),
	TP_printk("%s client %s at %s: %s", __get_str(target), __get_str(client), __entry->peer,
		  __get_str(why))
);

DEFINE_EVENT(ptlrpc_export_class, ptlrpc_export_connect,
	TP_PROTO(const struct obd_export *exp, const char *why), TP_ARGS(exp, why));
DEFINE_EVENT(ptlrpc_export_class, ptlrpc_export_evict,
	TP_PROTO(const struct obd_export *exp, const char *why), TP_ARGS(exp, why));

#endif /* _TRACE_PTLRPC_H */

#include <trace/define_trace.h>
