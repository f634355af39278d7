/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of LDLM: the life of a lock, on the server and on the client. A lock has two cookies:
 * the one that this node gave it, and the one of the other node ("remote"), which is the first one
 * there.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ldlm

#if !defined(_TRACE_LDLM_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_LDLM_H

#include <linux/tracepoint.h>
#include <gloss/ldlm.h>
#include <gloss/ptlrpc.h>

#ifndef _TRACE_LDLM_HELPERS
#define _TRACE_LDLM_HELPERS
/* On a server: whose lock it is. */
static inline const char *ldlm_trace_client(const struct ldlm_lock *lock)
{
	if (lock->l_res->lr_ns->ns_client)
		return "self";
	return lock->l_export ? lock->l_export->exp_client_uuid : "server";
}
#endif

#define ldlm_trace_mode(mode)								\
	__print_symbolic(mode, { 0, "-" }, { LCK_EX, "EX" }, { LCK_PW, "PW" },		\
			 { LCK_PR, "PR" }, { LCK_CW, "CW" }, { LCK_CR, "CR" },		\
			 { LCK_NL, "NL" }, { LCK_GROUP, "GROUP" }, { LCK_COS, "COS" },	\
			 { LCK_TXN, "TXN" })
#define ldlm_trace_type(type)								\
	__print_symbolic(type, { LDLM_PLAIN, "plain" }, { LDLM_EXTENT, "extent" },	\
			 { LDLM_FLOCK, "flock" }, { LDLM_IBITS, "ibits" })

/* a, b: start and end of an extent or flock; bits and try_bits of inode bits. */
DECLARE_EVENT_CLASS(ldlm_lock_class,
	TP_PROTO(const struct ldlm_lock *lock, int rc),
	TP_ARGS(lock, rc),
	TP_STRUCT__entry(
		__field(u64, cookie)
		__field(u64, remote)
		__array(u64, name, 4)
		__field(u64, a)
		__field(u64, b)
		__field(u64, flags)
		__field(u32, type)
		__field(u32, req_mode)
		__field(u32, granted_mode)
		__field(int, rc)
		__string(ns, lock->l_res->lr_ns->ns_name)
		__string(client, ldlm_trace_client(lock))
	),
	TP_fast_assign(
		__entry->cookie = lock->l_handle.cookie;
		__entry->remote = lock->l_remote.cookie;
		memcpy(__entry->name, lock->l_res->lr_id.name, sizeof(__entry->name));
		__entry->a = lock->l_policy.extent.start;
		__entry->b = lock->l_policy.extent.end;
		__entry->flags = lock->l_flags;
		__entry->type = lock->l_res->lr_type;
		__entry->req_mode = lock->l_req_mode;
		__entry->granted_mode = lock->l_granted_mode;
		__entry->rc = rc;
		compat_assign_str(ns, lock->l_res->lr_ns->ns_name);
		compat_assign_str(client, ldlm_trace_client(lock));
	),
	TP_printk("%s %s lock=%llx remote=%llx %s " DLDLMRES " %s/%s [%llx,%llx] flags=%llx rc=%d",
		  __get_str(ns), __get_str(client), __entry->cookie, __entry->remote,
		  ldlm_trace_type(__entry->type), __entry->name[0], __entry->name[1],
		  __entry->name[2], __entry->name[3], ldlm_trace_mode(__entry->req_mode),
		  ldlm_trace_mode(__entry->granted_mode), __entry->a, __entry->b, __entry->flags,
		  __entry->rc)
);

/* Client: about to be asked for. Server: decided; rc: 0 granted or waiting, or refused. */
DEFINE_EVENT(ldlm_lock_class, ldlm_enqueue,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* Granted, at once or after a wait. */
DEFINE_EVENT(ldlm_lock_class, ldlm_grant,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* Another lock waits for this one; rc: the mode that the other wants. */
DEFINE_EVENT(ldlm_lock_class, ldlm_block,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* Server: a callback was sent; rc: its opcode. Client: one came. */
DEFINE_EVENT(ldlm_lock_class, ldlm_ast,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* Server: the client answered the callback with rc. */
DEFINE_EVENT(ldlm_lock_class, ldlm_ast_done,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* Server: the client gets more time to give the lock back; rc: seconds. */
DEFINE_EVENT(ldlm_lock_class, ldlm_prolong,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* Client: begins to give the lock back. Server: the client has given it back. */
DEFINE_EVENT(ldlm_lock_class, ldlm_cancel,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* The end of the lock on this node. */
DEFINE_EVENT(ldlm_lock_class, ldlm_destroy,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));
/* Server: the client is evicted for this lock; rc: why (-ETIMEDOUT: it kept the lock). */
DEFINE_EVENT(ldlm_lock_class, ldlm_evict,
	TP_PROTO(const struct ldlm_lock *lock, int rc), TP_ARGS(lock, rc));

#endif /* _TRACE_LDLM_H */

#include <trace/define_trace.h>
