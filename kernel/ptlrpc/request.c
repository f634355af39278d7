// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building requests from their format and reading replies by it. Nothing is sent here (client.c).
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <gloss/param.h>
#include "internal.h"

static struct kmem_cache *req_cache;

/**
 * ptlrpc_req_new - a request, to be sized, packed, filled and sent
 * @imp: import it is sent over; NULL gives NULL
 * @opc: opcode
 * @fmt: buffers of the request and of its reply
 *
 * Return: the request with one reference, or NULL.
 */
struct ptlrpc_request *ptlrpc_req_new(struct obd_import *imp, u32 opc,
				      const struct wire_format *fmt)
{
	struct ptlrpc_request *req;
	unsigned int i;
	u64 flags;

	if (!imp)
		return NULL;
	req = kmem_cache_zalloc(req_cache, GFP_NOFS);
	if (!req)
		return NULL;
	lu_mem_add(sizeof(*req));
	refcount_set(&req->rq_ref, 1);
	req->rq_imp = import_get(imp);
	req->rq_opc = opc;
	req->rq_fmt = fmt;
	ptlrpc_opc_portals(imp, opc, &req->rq_req_portal, &req->rq_rep_portal);
	flags = imp_connect_flags(imp);
	if (fmt == &wf_mds_reint_rename && flags & OBD_CONNECT_GRANT &&
	    flags & OBD_CONNECT_SRVLOCK && req->rq_req_portal == MDS_REQUEST_PORTAL)
		req->rq_req_portal = MDS_IO_PORTAL;
	req->rq_mod_slot = imp->imp_connect_op == MDS_CONNECT && ptlrpc_opc_takes_slot(opc);
	req->rq_generation = READ_ONCE(imp->imp_generation);
	spin_lock_init(&req->rq_lock);
	mutex_init(&req->rq_step);
	INIT_LIST_HEAD(&req->rq_list);
	INIT_LIST_HEAD(&req->rq_unreplied);
	INIT_LIST_HEAD(&req->rq_replay);
	init_completion(&req->rq_complete);
	for (i = 0; i < fmt->nreq; i++)
		req->rq_req_len[i] = wire_field_default(fmt->req[i]);
	for (i = 0; i < fmt->nrep; i++)
		req->rq_rep_len[i] = wire_field_default(fmt->rep[i]);
	ptlrpc_req_init_work(req);
	return req;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_new);

/**
 * ptlrpc_req_get - another reference
 * @req: request
 *
 * Return: @req.
 */
struct ptlrpc_request *ptlrpc_req_get(struct ptlrpc_request *req)
{
	refcount_inc(&req->rq_ref);
	return req;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_get);

/**
 * ptlrpc_req_put - drop a reference
 * @req: request or NULL
 */
void ptlrpc_req_put(struct ptlrpc_request *req)
{
	if (!req || !refcount_dec_and_test(&req->rq_ref))
		return;
	kvfree(req->rq_msg);
	kvfree(req->rq_rep);
	ptlrpc_req_drop_data(req);
	import_put(req->rq_imp);
	kmem_cache_free(req_cache, req);
	lu_mem_add(-(long)sizeof(*req));
}
EXPORT_SYMBOL_GPL(ptlrpc_req_put);

static int ptlrpc_req_index(const struct ptlrpc_request *req, enum wire_field field)
{
	return wire_field_index(req->rq_fmt->req, req->rq_fmt->nreq, field);
}

static int ptlrpc_rep_index(const struct ptlrpc_request *req, enum wire_field field)
{
	return wire_field_index(req->rq_fmt->rep, req->rq_fmt->nrep, field);
}

/**
 * ptlrpc_req_size - length of a buffer of the request, before ptlrpc_req_pack()
 * @req: the request
 * @field: which buffer; ignored when the format has none
 * @len: bytes
 */
void ptlrpc_req_size(struct ptlrpc_request *req, enum wire_field field, u32 len)
{
	int idx = ptlrpc_req_index(req, field);

	if (!WARN_ON_ONCE(idx < 0 || req->rq_msg))
		req->rq_req_len[idx] = len;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_size);

/**
 * ptlrpc_rep_room - longest buffer expected in the reply, before ptlrpc_req_pack()
 * @req: the request
 * @field: which buffer; ignored when the format has none
 * @len: bytes
 */
void ptlrpc_rep_room(struct ptlrpc_request *req, enum wire_field field, u32 len)
{
	int idx = ptlrpc_rep_index(req, field);

	if (!WARN_ON_ONCE(idx < 0))
		req->rq_rep_len[idx] = len;
}
EXPORT_SYMBOL_GPL(ptlrpc_rep_room);

u32 ptlrpc_req_repsize(const struct ptlrpc_request *req)
{
	return wire_msg_size(req->rq_fmt->nrep, req->rq_rep_len);
}

/**
 * ptlrpc_req_pack - make the message
 * @req: the request; its sizes are known
 *
 * Empty optional buffers at the end are left out, as real clients do.
 *
 * Return: 0, -ENOMEM, -E2BIG.
 */
int ptlrpc_req_pack(struct ptlrpc_request *req)
{
	unsigned int n = req->rq_fmt->nreq;
	struct lustre_msg_v2 *msg;
	struct ptlrpc_body *pb;
	size_t size;

	while (req->rq_fmt->req[n - 1] & WF_OPT && !req->rq_req_len[n - 1])
		n--;
	size = wire_msg_size(n, req->rq_req_len);
	if (size > LUSTRE_MSG_MAX_SIZE)
		return -E2BIG;
	if (WARN_ON_ONCE(req->rq_msg))
		return -EINVAL;
	msg = kvmalloc(size, GFP_NOFS);
	if (!msg)
		return -ENOMEM;
	wire_msg_init(msg, n, req->rq_req_len);
	msg->lm_secflvr = cpu_to_le32(SPTLRPC_FLVR_NULL | (u32)req->rq_imp->imp_sp << 24);
	pb = wire_body(msg);
	pb->pb_type = cpu_to_le32(PTL_RPC_MSG_REQUEST);
	pb->pb_version = cpu_to_le32(ptlrpc_opc_class(req->rq_opc) | PTLRPC_MSG_VERSION);
	pb->pb_opc = cpu_to_le32(req->rq_opc);
	if (imp_connect_flags(req->rq_imp) & OBD_CONNECT_JOBSTATS && !req->rq_imp->imp_reverse)
		lustre_jobid(pb->pb_jobid);
	req->rq_msg = msg;
	req->rq_msg_len = size;
	return 0;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_pack);

/**
 * ptlrpc_req_buf - a buffer of a packed request
 * @req: the request
 * @field: which
 *
 * Return: the buffer, NULL when absent or empty.
 */
void *ptlrpc_req_buf(struct ptlrpc_request *req, enum wire_field field)
{
	int idx = ptlrpc_req_index(req, field);

	return idx < 0 || !req->rq_msg ? NULL : wire_buf(req->rq_msg, idx);
}
EXPORT_SYMBOL_GPL(ptlrpc_req_buf);

/**
 * ptlrpc_req_len - length of a buffer of a packed request
 * @req: the request
 * @field: which
 *
 * Return: bytes, 0 when absent.
 */
u32 ptlrpc_req_len(struct ptlrpc_request *req, enum wire_field field)
{
	int idx = ptlrpc_req_index(req, field);

	return idx < 0 || !req->rq_msg ? 0 : wire_buflen(req->rq_msg, idx);
}
EXPORT_SYMBOL_GPL(ptlrpc_req_len);

/**
 * ptlrpc_req_grow - make a buffer of an answered request longer, for its replay
 * @req: the request, in its done()
 * @field: which
 * @len: new length; pointers into the request are stale afterwards
 *
 * Return: 0, -ENOMEM, -E2BIG.
 */
int ptlrpc_req_grow(struct ptlrpc_request *req, enum wire_field field, u32 len)
{
	struct lustre_msg_v2 *old = req->rq_msg, *msg;
	int idx = ptlrpc_req_index(req, field);
	unsigned int i, n = wire_bufcount(old);
	u32 lens[WIRE_MAX_FIELDS] = {};
	size_t size;

	if (WARN_ON_ONCE(idx < 0))
		return -EINVAL;
	for (i = 0; i < n; i++)
		lens[i] = wire_buflen(old, i);
	lens[idx] = max(lens[idx], len);
	n = max_t(unsigned int, n, idx + 1);
	size = wire_msg_size(n, lens);
	if (size > LUSTRE_MSG_MAX_SIZE)
		return -E2BIG;
	msg = kvmalloc(size, GFP_NOFS);
	if (!msg)
		return -ENOMEM;
	wire_msg_init(msg, n, lens);
	msg->lm_secflvr = old->lm_secflvr;
	for (i = 0; i < wire_bufcount(old); i++)
		if (wire_buflen(old, i))
			memcpy(wire_buf(msg, i), wire_buf(old, i), wire_buflen(old, i));
	kvfree(old);
	req->rq_msg = msg;
	req->rq_msg_len = size;
	return 0;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_grow);

/**
 * ptlrpc_req_shrink - shorten a buffer of a packed request
 * @req: the request, not sent yet
 * @field: which
 * @len: new length; pointers to buffers behind it are stale afterwards
 */
void ptlrpc_req_shrink(struct ptlrpc_request *req, enum wire_field field, u32 len)
{
	int idx = ptlrpc_req_index(req, field);

	if (idx < 0 || !req->rq_msg)
		return;
	wire_msg_shrink(req->rq_msg, idx, len);
	req->rq_msg_len = wire_msg_len(req->rq_msg);
}
EXPORT_SYMBOL_GPL(ptlrpc_req_shrink);

static void *ptlrpc_rep_msg(struct ptlrpc_request *req)
{
	return req->rq_got_reply ? (char *)req->rq_rep + req->rq_rep_off : NULL;
}

/**
 * ptlrpc_rep_buf - a buffer of the reply
 * @req: a completed request
 * @field: which
 *
 * Return: the buffer, NULL when there is no reply, it is absent, or shorter than its fixed size.
 */
void *ptlrpc_rep_buf(struct ptlrpc_request *req, enum wire_field field)
{
	int idx = ptlrpc_rep_index(req, field);
	void *msg = ptlrpc_rep_msg(req);

	return idx < 0 || !msg ? NULL : wire_buf_min(msg, idx, wire_fields[field].min);
}
EXPORT_SYMBOL_GPL(ptlrpc_rep_buf);

/**
 * ptlrpc_rep_len - length of a buffer of the reply
 * @req: a completed request
 * @field: which
 *
 * Return: bytes, 0 when there is no reply or no such buffer.
 */
u32 ptlrpc_rep_len(struct ptlrpc_request *req, enum wire_field field)
{
	int idx = ptlrpc_rep_index(req, field);
	void *msg = ptlrpc_rep_msg(req);

	return idx < 0 || !msg ? 0 : wire_buflen(msg, idx);
}
EXPORT_SYMBOL_GPL(ptlrpc_rep_len);

/**
 * ptlrpc_rep_body - ptlrpc_body of the reply, NULL without one
 * @req: a completed request
 */
const struct ptlrpc_body *ptlrpc_rep_body(struct ptlrpc_request *req)
{
	void *msg = ptlrpc_rep_msg(req);

	return msg ? wire_body(msg) : NULL;
}
EXPORT_SYMBOL_GPL(ptlrpc_rep_body);

/**
 * ptlrpc_err_is_conn - does this result mean that the server could not be reached?
 * @rc: rq_status
 */
bool ptlrpc_err_is_conn(int rc)
{
	switch (rc) {
	case -ETIMEDOUT:
	case -ENOTCONN:
	case -ENODEV:
	case -EHOSTUNREACH:
	case -EIO:
	case -ESHUTDOWN:
	case -EAGAIN:
		return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(ptlrpc_err_is_conn);

int ptlrpc_requests_init(void)
{
	req_cache = KMEM_CACHE(ptlrpc_request, 0);
	return req_cache ? 0 : -ENOMEM;
}

void ptlrpc_requests_exit(void)
{
	kmem_cache_destroy(req_cache);
}
