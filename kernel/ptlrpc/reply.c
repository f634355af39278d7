// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replies: packing them by their format, the fields that every reply has
 * (chapter 2, 1.5, 3.2, 6.4), sending them, early replies (6.3).
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include "internal.h"

/* ---- packing ---- */

static void svc_rep_preset_sizes(struct svc_req *req)
{
	unsigned int i;

	if (req->sr_rep_sized)
		return;
	for (i = 0; i < req->sr_fmt->nrep; i++)
		req->sr_rep_len[i] = wire_field_default(req->sr_fmt->rep[i]);
	req->sr_rep_sized = true;
}

static int svc_rep_index(const struct svc_req *req, enum wire_field field)
{
	return wire_field_index(req->sr_fmt->rep, req->sr_fmt->nrep, field);
}

/**
 * svc_rep_room - length of a buffer of the reply, before svc_rep_pack()
 * @req: request
 * @field: which; nothing happens when the format has none
 * @len: bytes
 *
 * Return: 0.
 */
int svc_rep_room(struct svc_req *req, enum wire_field field, u32 len)
{
	int idx = svc_rep_index(req, field);

	svc_rep_preset_sizes(req);
	if (!WARN_ON_ONCE(idx < 0))
		req->sr_rep_len[idx] = len;
	return 0;
}
EXPORT_SYMBOL_GPL(svc_rep_room);

static void *svc_new_msg(unsigned int n, const u32 *lens)
{
	size_t size = wire_msg_size(n, lens);
	void *msg = size > LUSTRE_MSG_MAX_SIZE ? NULL : kvmalloc(size, GFP_NOFS);

	if (msg)
		wire_msg_init(msg, n, lens);
	return msg;
}

/**
 * svc_rep_pack - make the reply
 * @req: request; sizes are known
 *
 * Return: 0, -ENOMEM, -E2BIG.
 */
int svc_rep_pack(struct svc_req *req)
{
	svc_rep_preset_sizes(req);
	if (wire_msg_size(req->sr_fmt->nrep, req->sr_rep_len) > LUSTRE_MSG_MAX_SIZE)
		return -E2BIG;
	kvfree(req->sr_rep);
	req->sr_rep = svc_new_msg(req->sr_fmt->nrep, req->sr_rep_len);
	return req->sr_rep ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(svc_rep_pack);

/**
 * svc_rep_buf - a buffer of the packed reply
 * @req: request
 * @field: which
 *
 * Return: the buffer, NULL when absent or empty.
 */
void *svc_rep_buf(struct svc_req *req, enum wire_field field)
{
	int idx = svc_rep_index(req, field);

	return idx < 0 || !req->sr_rep ? NULL : wire_buf(req->sr_rep, idx);
}
EXPORT_SYMBOL_GPL(svc_rep_buf);

/**
 * svc_rep_len - length of a buffer of the packed reply
 * @req: request
 * @field: which
 *
 * Return: bytes, 0 when absent.
 */
u32 svc_rep_len(struct svc_req *req, enum wire_field field)
{
	int idx = svc_rep_index(req, field);

	return idx < 0 || !req->sr_rep ? 0 : wire_buflen(req->sr_rep, idx);
}
EXPORT_SYMBOL_GPL(svc_rep_len);

/**
 * svc_rep_shrink - shorten a buffer of the packed reply
 * @req: request
 * @field: which
 * @len: new length; pointers to buffers behind it are stale afterwards
 */
void svc_rep_shrink(struct svc_req *req, enum wire_field field, u32 len)
{
	int idx = svc_rep_index(req, field);

	if (idx >= 0 && req->sr_rep)
		wire_msg_shrink(req->sr_rep, idx, len);
}
EXPORT_SYMBOL_GPL(svc_rep_shrink);

/* ---- sending ---- */

/*
 * Replies that LNet has not sent yet. No other object waits for them: the end of the module does.
 */
static atomic_t svc_replies;
static DECLARE_WAIT_QUEUE_HEAD(svc_replies_waitq);

static void svc_reply_inc(void)
{
	atomic_inc(&svc_replies);
}

static void svc_reply_dec(void)
{
	if (atomic_dec_and_test(&svc_replies))
		wake_up_all(&svc_replies_waitq);
}

void svc_replies_wait(void)
{
	wait_event(svc_replies_waitq, !atomic_read(&svc_replies));
}

struct outgoing {
	void *msg;
	struct lnet_md *md;
};

static void svc_reply_event(const struct lnet_event *ev)
{
	struct outgoing *out = ev->user;

	if (!ev->unlinked)
		return;
	kvfree(out->msg);
	kfree(out);
	svc_reply_dec();
}

/* Sends a message from memory of kvmalloc, which is freed in any case. */
static void svc_send_msg(const struct svc_req *req, void *msg, u32 len, u64 mbits, u32 offset)
{
	struct outgoing *out = kmalloc(sizeof(*out), GFP_NOFS);
	struct lnet_md_desc desc = {
		.buf = msg, .length = len, .threshold = 1, .handler = svc_reply_event, .user = out,
	};
	struct lnet_md *md;

	if (!out) {
		kvfree(msg);
		return;
	}
	out->msg = msg;
	svc_reply_inc();
	md = lnet_md_bind(&desc);
	if (IS_ERR(md)) {
		kvfree(msg);
		kfree(out);
		svc_reply_dec();
		return;
	}
	if (lnet_put(&req->sr_self, md, false, &req->sr_peer, req->sr_rep_portal, mbits, offset))
		lnet_md_unlink(md);
}

/* ---- the final reply ---- */

/*
 * Type of the reply (3.2). ERR says that the operation was not carried out: no export, an unknown
 * opcode, a malformed message, the wrong state of the target. The peer logs each ERR for its
 * administrator. The negative result of an operation that was carried out is an ordinary REPLY.
 */
static bool svc_reply_is_err(const struct svc_req *req)
{
	switch (req->sr_status) {
	case -ENOSPC:
	case -EACCES:
	case -EPERM:
	case -ENOENT:
	case -EINPROGRESS:
	case -EDQUOT:
	case -EROFS:
		return false;
	case -EPROTO:
	case -ENOTCONN:
	case -ENODEV:
	case -ESHUTDOWN:
		return true;
	}
	return req->sr_status < 0 && !req->sr_executed;
}

static bool svc_tells_committed(const struct svc_req *req)
{
	return req->sr_tgt && req->sr_rep_portal != LDLM_CB_REPLY_PORTAL &&
	       req->sr_rep_portal != LDLM_CANCEL_REPLY_PORTAL;
}

static s32 svc_wire_status(s32 status)
{
	/* a glimpse of an object that the client does not have, the one negative DLM result */
	if (status == -ELDLM_NO_LOCK_DATA)
		return status;
	/* what is no errno of the wire */
	return status < -529 || (status > -512 && status < -131) ? -EIO : status;
}

static void svc_fill_reply(struct svc_req *req)
{
	struct ptlrpc_body *pb = wire_body(req->sr_rep);
	struct ptlrpc_service *svc = req->sr_svc;
	bool plain = !svc_reply_is_err(req);
	unsigned int i, served = clamp_t(s64,
					 ktime_get_seconds() - req->sr_arrival,
					 1, 600);

	if (plain && !(req->sr_pb_flags &
		       (MSG_RESENT | MSG_REPLAY | MSG_REQ_REPLAY_DONE | MSG_LOCK_REPLAY_DONE)))
		ptlrpc_at_sample(&svc->at, served);
	pb->pb_handle.cookie = req->sr_connect_cookie;
	pb->pb_type = cpu_to_le32(plain ? PTL_RPC_MSG_REPLY : PTL_RPC_MSG_ERR);
	pb->pb_version = cpu_to_le32(PTLRPC_MSG_VERSION);
	pb->pb_opc = cpu_to_le32(req->sr_opc);
	pb->pb_status = cpu_to_le32(svc_wire_status(req->sr_status));
	pb->pb_op_flags = cpu_to_le32(req->sr_connect_flags);
	pb->pb_transno = cpu_to_le64(req->sr_transno);
	if (plain && svc_tells_committed(req))
		pb->pb_last_committed = cpu_to_le64(atomic64_read(&req->sr_tgt->pt_last_committed));
	if (plain || (req->sr_exp && !req->sr_tgt->pt_recovering))
		pb->pb_timeout = cpu_to_le32(ptlrpc_at_estimate(&svc->at));
	pb->pb_service_time = cpu_to_le32(served);
	for (i = 0; i < PTLRPC_NUM_VERSIONS; i++)
		pb->pb_pre_versions[i] = cpu_to_le64(req->sr_pre_versions[i]);
	pb->pb_slv = cpu_to_le64(req->sr_slv);
	pb->pb_limit = cpu_to_le32(req->sr_limit);
}

/* Nothing packed: the body alone for failures, all buffers by their defaults otherwise. */
static int svc_pack_default(struct svc_req *req)
{
	u32 len = sizeof(struct ptlrpc_body);

	if (req->sr_status >= 0 && req->sr_fmt)
		return svc_rep_pack(req);
	req->sr_rep = svc_new_msg(1, &len);
	return req->sr_rep ? 0 : -ENOMEM;
}

/**
 * svc_send_reply - answer a request
 * @req: status and, perhaps, a packed reply are there
 */
void svc_send_reply(struct svc_req *req)
{
	u32 offset = req->sr_msg_flags & MSGHDR_AT_SUPPORT ? PTLRPC_REPLY_OFF : 0;
	void *msg;

	if (!req->sr_rep && svc_pack_default(req)) {
		svc_req_done(req);
		return;
	}
	svc_fill_reply(req);
	msg = req->sr_rep;
	req->sr_rep = NULL;
	svc_req_done(req);
	svc_send_msg(req, msg, wire_msg_len(msg), req->sr_mbits, offset);
}

/**
 * svc_send_early - ask the client for more time
 * @req: request that is still here
 * @mbits: where it waits
 * @timeout: new time, from the arrival on
 */
void svc_send_early(struct svc_req *req, u64 mbits, u32 timeout)
{
	u32 len = sizeof(struct ptlrpc_body);
	struct lustre_msg_v2 *msg = svc_new_msg(1, &len);
	struct ptlrpc_body *pb;

	if (!msg)
		return;
	pb = wire_body(msg);
	pb->pb_type = cpu_to_le32(PTL_RPC_MSG_REPLY);
	pb->pb_version = cpu_to_le32(PTLRPC_MSG_VERSION);
	pb->pb_opc = cpu_to_le32(req->sr_opc);
	pb->pb_timeout = cpu_to_le32(timeout);
	pb->pb_service_time = cpu_to_le32(max_t(s64, ktime_get_seconds() - req->sr_arrival, 1));
	msg->lm_cksum = cpu_to_le32(ptlrpc_early_crc(msg));
	req->sr_early++;
	svc_send_msg(req, msg, wire_msg_len(msg), mbits, 0);
}
