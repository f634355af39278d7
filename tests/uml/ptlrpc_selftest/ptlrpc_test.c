// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self test of the RPC layer: a target that only echoes, and imports to it on the same node. The
 * tests run in module_init one after the other; each failure is a line with FAILED, the end a line
 * "ptlrpc_test: passed".
 */
#define pr_fmt(fmt) "ptlrpc_test: " fmt
#include <linux/delay.h>
#include <linux/vmalloc.h>
#include "common.h"

static int loops = 1000;
module_param(loops, int, 0444);

#define TARGET	"gloss-OST0000_UUID"
#define CLIENT	"11111111-2222-3333-4444-555555555555"

/* ---- server ---- */

static struct ptlrpc_target target;
static struct page *srv_pages[512];
static atomic_t handled, in_modify, max_modify, drop_next, connects, disconnects, evictions;
static u64 transno;

static int h_echo(struct svc_req *req)
{
	const struct ost_body *in = svc_req_buf(req, WF_OST_BODY);
	struct ost_body *out;
	int rc;

	atomic_inc(&handled);
	if (atomic_read(&drop_next)) {
		atomic_dec(&drop_next);
		req->sr_no_reply = true;
		return 0;
	}
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	out = svc_rep_buf(req, WF_OST_BODY);
	*out = *in;
	return 0;
}

static int h_slow(struct svc_req *req)
{
	atomic_inc(&handled);
	ssleep(16);
	return h_echo(req);
}

static int h_busy(struct svc_req *req)
{
	ssleep(3);
	return h_echo(req);
}

static int error = -ENOENT;

static int h_error(struct svc_req *req)
{
	return error;
}

static int h_reint(struct svc_req *req)
{
	int now = atomic_inc_return(&in_modify);

	if (now > atomic_read(&max_modify))
		atomic_set(&max_modify, now);
	if (!req->sr_tag)
		return -EINVAL;
	msleep(20);
	atomic_dec(&in_modify);
	spin_lock(&target.pt_lock);
	req->sr_transno = ++transno;
	spin_unlock(&target.pt_lock);
	return 0;
}

static atomic_t bulk_slow;

static int h_bulk(struct svc_req *req)
{
	const struct ost_body *in = svc_req_buf(req, WF_OST_BODY);
	u32 bytes = le64_to_cpu(in->oa.o_size), skip = le64_to_cpu(in->oa.o_blocks), left, i, n = 0;
	struct bio_vec *bv = vmalloc(512 * sizeof(*bv));
	int rc;

	if (atomic_xchg(&bulk_slow, 0))
		ssleep(2);
	for (left = bytes, i = 0; left; i++) {
		u32 len = min_t(u32, left, PAGE_SIZE - skip);

		bvec_set_page(&bv[n++], srv_pages[i], len, skip);
		left -= len;
		skip = 0;
	}
	if (req->sr_opc == OST_WRITE)
		rc = svc_bulk_get(req, OST_BULK_PORTAL, bv, n, bytes, 4);
	else
		rc = svc_bulk_put(req, OST_BULK_PORTAL, bv, n, le64_to_cpu(in->oa.o_mtime), 4);
	vfree(bv);
	return rc ?: h_echo(req);
}

static int h_big(struct svc_req *req)
{
	char *buf;
	int rc;

	svc_rep_room(req, WF_GETINFO_VAL, 20000);
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	buf = svc_rep_buf(req, WF_GETINFO_VAL);
	memset(buf, 'x', 20000);
	return 0;
}

static const struct ptlrpc_handler handlers[] = {
	{ OST_GETATTR, "echo", &wf_ost_body_only, h_echo },
	{ OST_SETATTR, "slow", &wf_ost_body_only, h_slow },
	{ OST_SYNC, "error", &wf_ost_body_only, h_error },
	{ OST_LADVISE, "busy", &wf_ost_body_only, h_busy },
	{ OST_PUNCH, "punch", &wf_ost_body_only, h_echo },
	{ OST_READ, "read", &wf_ost_create, h_bulk },
	{ OST_WRITE, "write", &wf_ost_create, h_bulk, HF_MODIFIES },
	{ OST_GET_INFO, "big", &wf_ost_get_info, h_big },
	{ MDS_REINT, "reint", &wf_empty, h_reint },
	{ MDS_CLOSE, "close", &wf_empty, h_reint },
};

static struct obd_export *last_exp;	/* not referenced */

static int t_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	atomic_inc(&connects);
	last_exp = exp;
	ocd->ocd_maxmodrpcs = cpu_to_le16(4);
	return 0;
}

static void t_disconnect(struct obd_export *exp, bool evicted)
{
	atomic_inc(evicted ? &evictions : &disconnects);
}

static const struct ptlrpc_target_ops target_ops = {
	.handlers = handlers,
	.nr = ARRAY_SIZE(handlers),
	.export_alloc = test_export_alloc,
	.export_free = test_export_free,
	.connect = t_connect,
	.disconnect = t_disconnect,
};

static const struct ptlrpc_service_conf confs[] = {
	{ "ost", OST_REQUEST_PORTAL, OSC_REPLY_PORTAL, 16384, 9216, 2, 16 },
	{ "ost_io", OST_IO_PORTAL, OSC_REPLY_PORTAL, 263168, 9216, 2, 16 },
	{ "mdt", MDS_REQUEST_PORTAL, MDC_REPLY_PORTAL, 66560, 9216, 2, 16 },
	{ "mdt_rdpg", MDS_READPAGE_PORTAL, MDC_REPLY_PORTAL, 5120, 9216, 2, 16 },
};

/* ---- client ---- */

static atomic_t events[8];

static void event(struct obd_import *imp, enum import_event ev)
{
	atomic_inc(&events[ev]);
}

static const struct import_ops import_ops = { .event = event };

static struct obd_import *connect(u32 op, u32 req_portal, u32 rep_portal, const char *uuid,
				  u64 flags2)
{
	struct import_conf conf = {
		.target_uuid = TARGET,
		.client_uuid = uuid,
		.connect_op = op,
		.req_portal = req_portal,
		.rep_portal = rep_portal,
		.sp = LUSTRE_SP_CLI,
		.ops = &import_ops,
	};

	conf.ocd.ocd_connect_flags =
		cpu_to_le64(OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION | OBD_CONNECT_AT |
			    OBD_CONNECT_BULK_MBITS | OBD_CONNECT_FLAGS2 | OBD_CONNECT_MULTIMODRPCS);
	conf.ocd.ocd_connect_flags2 = cpu_to_le64(flags2);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	return test_import(&conf);
}

static struct ptlrpc_request *new_echo(struct obd_import *imp, u32 opc, u64 id)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, opc, &wf_ost_body_only);
	struct ost_body *body;

	if (!req || ptlrpc_req_pack(req)) {
		ptlrpc_req_put(req);
		return NULL;
	}
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	body->oa.o_size = cpu_to_le64(id);
	return req;
}

static int echo(struct obd_import *imp, u32 opc, u64 id)
{
	struct ptlrpc_request *req = new_echo(imp, opc, id);
	struct ost_body *body;
	int rc;

	if (!req)
		return -ENOMEM;
	rc = ptlrpc_queue_wait(req);
	body = ptlrpc_rep_buf(req, WF_OST_BODY);
	if (!rc && (!body || le64_to_cpu(body->oa.o_size) != id))
		rc = -EBADMSG;
	ptlrpc_req_put(req);
	return rc;
}

static void test_many(struct obd_import *imp)
{
	ktime_t start = ktime_get();
	int i, rc = 0;

	for (i = 0; i < loops && !rc; i++)
		rc = echo(imp, OST_GETATTR, i);
	CHECK(!rc, "request %d: %d", i, rc);
	pr_info("%d requests, %lld us each\n", loops, ktime_us_delta(ktime_get(), start) / loops);
}

static atomic_t async_done, async_bad;
static DECLARE_WAIT_QUEUE_HEAD(async_wq);

static void on_done(struct ptlrpc_request *req)
{
	if (req->rq_status)
		atomic_inc(&async_bad);
	atomic_inc(&async_done);
	wake_up(&async_wq);
}

static void test_async(struct obd_import *imp, u32 opc, const struct wire_format *fmt, int n)
{
	int i;

	atomic_set(&async_done, 0);
	atomic_set(&async_bad, 0);
	for (i = 0; i < n; i++) {
		struct ptlrpc_request *req = ptlrpc_req_new(imp, opc, fmt);

		if (!req || ptlrpc_req_pack(req))
			break;
		req->done = on_done;
		ptlrpc_send_async(req);
		ptlrpc_req_put(req);
	}
	wait_event_timeout(async_wq, atomic_read(&async_done) == i, 60 * HZ);
	CHECK(atomic_read(&async_done) == n && !atomic_read(&async_bad), "%d done, %d bad",
	      atomic_read(&async_done), atomic_read(&async_bad));
}

static void bulk_one(struct obd_import *imp, u32 opc, u32 bytes, u32 skip, u32 got)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, opc, &wf_ost_create);
	struct bio_vec *bv = vmalloc(512 * sizeof(*bv));
	struct page **pages = vzalloc(512 * sizeof(*pages));
	u32 left, i, n = 0, off = skip, pos = 0, bad = 0;
	struct ost_body *body;
	int rc;

	if (!req || ptlrpc_req_pack(req))
		goto out;
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	body->oa.o_size = cpu_to_le64(bytes);
	body->oa.o_blocks = cpu_to_le64(skip);
	body->oa.o_mtime = cpu_to_le64(got);
	for (left = bytes; left; ) {
		u32 len = min_t(u32, left, PAGE_SIZE - off);
		u32 *v;

		pages[n] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		v = page_address(pages[n]);
		if (opc == OST_WRITE)
			for (i = 0; i < PAGE_SIZE / 4; i++)
				v[i] = n * 5000 + i + bytes;
		bvec_set_page(&bv[n], pages[n], len, off);
		n++;
		left -= len;
		off = 0;
	}
	rc = ptlrpc_req_bulk(req, opc == OST_WRITE, OST_BULK_PORTAL, bv, n, 4);
	CHECK(!rc, "bulk: %d", rc);
	rc = ptlrpc_queue_wait(req);
	CHECK(!rc, "opc %u bytes %u: %d", opc, bytes, rc);
	CHECK(req->bulk_bytes == got, "moved %u", req->bulk_bytes);
	for (i = 0, off = skip; i < n && pos < got; i++, off = 0) {
		u32 len = min(bv[i].bv_len, got - pos);

		bad += !!memcmp(page_address(pages[i]) + off, page_address(srv_pages[i]) + off,
				len);
		pos += len;
	}
	CHECK(!bad, "%u pages differ", bad);
out:
	for (i = 0; i < n; i++)
		__free_page(pages[i]);
	vfree(pages);
	vfree(bv);
	ptlrpc_req_put(req);
}

static void test_bulk(struct obd_import *imp)
{
	bulk_one(imp, OST_WRITE, 4096, 0, 4096);
	bulk_one(imp, OST_READ, 4096, 0, 4096);
	bulk_one(imp, OST_WRITE, 1 << 20, 0, 1 << 20);
	bulk_one(imp, OST_READ, 1 << 20, 0, 1 << 20);
	bulk_one(imp, OST_WRITE, 5000, 100, 5000);
	bulk_one(imp, OST_WRITE, (1 << 20) + 777, 1000, (1 << 20) + 777);
	bulk_one(imp, OST_READ, (1 << 20) + 777, 1000, (1 << 20) + 777);
	bulk_one(imp, OST_READ, 2 << 20, 0, 2 << 20);
	bulk_one(imp, OST_READ, 2 << 20, 0, 12345);	/* behind the end of the file */
	bulk_one(imp, OST_READ, 2 << 20, 0, 0);
}

/* Status and type of the answer to an empty request. */
static void want_answer(struct obd_import *imp, u32 opc, int status, u32 type)
{
	struct ptlrpc_request *req = new_echo(imp, opc, 1);
	const struct ptlrpc_body *pb;
	int rc = ptlrpc_queue_wait(req);

	pb = ptlrpc_rep_body(req);
	CHECK(rc == status && pb && le32_to_cpu(pb->pb_type) == type, "%u: %d, type %u", opc, rc,
	      pb ? le32_to_cpu(pb->pb_type) : 0);
	ptlrpc_req_put(req);
}

/* ERR says that the operation was not carried out; the results of an operation are a REPLY. */
static void test_reply_types(struct obd_import *imp)
{
	static const int results[] = { -ENODATA, -EAGAIN, -ERANGE, -EINVAL, -ESTALE, -ENOENT };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(results); i++) {
		error = results[i];
		want_answer(imp, OST_SYNC, results[i], PTL_RPC_MSG_REPLY);
	}
	error = ELDLM_LOCK_ABORTED;
	want_answer(imp, OST_SYNC, ELDLM_LOCK_ABORTED, PTL_RPC_MSG_REPLY);
	error = -EPROTO;
	want_answer(imp, OST_SYNC, -EPROTO, PTL_RPC_MSG_ERR);
	error = -ENOENT;
	want_answer(imp, OST_QUOTACTL, -EOPNOTSUPP, PTL_RPC_MSG_ERR);
}

static void test_errors(struct obd_import *imp)
{
	struct ptlrpc_request *req;
	int rc;

	rc = echo(imp, OST_SYNC, 1);
	CHECK(rc == -ENOENT, "%d", rc);
	/* the answer of a client without the object to a glimpse; what is no errno becomes EIO */
	error = -ELDLM_NO_LOCK_DATA;
	rc = echo(imp, OST_SYNC, 1);
	CHECK(rc == -ELDLM_NO_LOCK_DATA, "%d", rc);
	error = -400;
	rc = echo(imp, OST_SYNC, 1);
	CHECK(rc == -EIO, "%d", rc);
	error = -ENOENT;
	rc = echo(imp, OST_QUOTACTL, 1);
	CHECK(rc == -EOPNOTSUPP, "%d", rc);
	/* a reply longer than expected: taken at the second try */
	req = ptlrpc_req_new(imp, OST_GET_INFO, &wf_ost_get_info);
	ptlrpc_req_size(req, WF_GETINFO_KEY, 8);
	ptlrpc_rep_room(req, WF_GETINFO_VAL, 100);
	rc = ptlrpc_req_pack(req) ?: ptlrpc_queue_wait(req);
	CHECK(!rc && ptlrpc_rep_len(req, WF_GETINFO_VAL) == 20000, "%d, %u bytes", rc,
	      ptlrpc_rep_len(req, WF_GETINFO_VAL));
	ptlrpc_req_put(req);
	/* a much shorter one: what is not needed is given back */
	req = ptlrpc_req_new(imp, OST_GET_INFO, &wf_ost_get_info);
	ptlrpc_req_size(req, WF_GETINFO_KEY, 8);
	ptlrpc_rep_room(req, WF_GETINFO_VAL, 100000);
	rc = ptlrpc_req_pack(req) ?: ptlrpc_queue_wait(req);
	CHECK(!rc && ptlrpc_rep_len(req, WF_GETINFO_VAL) == 20000 && req->rq_rep_size < 21000,
	      "%d, %u bytes in %u", rc, ptlrpc_rep_len(req, WF_GETINFO_VAL), req->rq_rep_size);
	ptlrpc_req_put(req);
}

static void test_lost_reply(struct obd_import *imp)
{
	u32 cnt = imp->imp_conn_cnt;
	int rc;

	atomic_set(&drop_next, 1);
	rc = echo(imp, OST_GETATTR, 77);
	CHECK(!rc, "%d", rc);
	CHECK(imp->imp_conn_cnt == cnt + 1, "%u connects", imp->imp_conn_cnt - cnt);
	CHECK(!atomic_read(&events[IMP_EV_EVICTED]), "evicted");
}

static void test_early_reply(struct obd_import *imp)
{
	u32 cnt = imp->imp_conn_cnt;
	int rc = echo(imp, OST_SETATTR, 78);

	CHECK(!rc, "%d", rc);
	CHECK(imp->imp_conn_cnt == cnt, "reconnected");
}

/*
 * The same request again while it is in service: one execution, and the answer comes to the new
 * place.
 */
static void test_duplicate(struct obd_import *imp)
{
	struct ptlrpc_request *req = new_echo(imp, OST_SETATTR, 79);
	int before = atomic_read(&handled), rc;

	ptlrpc_send_async(req);
	msleep(500);
	import_reconnect(imp, NULL);
	rc = ptlrpc_req_wait(req);
	CHECK(!rc, "%d", rc);
	CHECK(atomic_read(&handled) == before + 2, "%d executions", atomic_read(&handled) - before);
	ptlrpc_req_put(req);
}

static struct obd_import *bulk_imp;

static void reconnect_fn(struct work_struct *work)
{
	import_reconnect(bulk_imp, NULL);
}

static DECLARE_DELAYED_WORK(reconnect_work, reconnect_fn);

/* The same for bulk: it goes where the second transmission waits. */
static void test_duplicate_bulk(struct obd_import *imp, u32 opc)
{
	ktime_t start = ktime_get();

	bulk_imp = imp;
	atomic_set(&bulk_slow, 1);
	schedule_delayed_work(&reconnect_work, HZ / 2);
	bulk_one(imp, opc, 2 << 20, 0, 2 << 20);
	flush_delayed_work(&reconnect_work);
	CHECK(ktime_ms_delta(ktime_get(), start) < 6000, "%lld ms",
	      ktime_ms_delta(ktime_get(), start));
}

static void test_evict(struct obd_import *imp)
{
	int rc;

	CHECK(last_exp, "no export");
	CHECK(ptlrpc_target_evict(&target, CLIENT) == 1, "not evicted");
	rc = echo(imp, OST_GETATTR, 80);
	CHECK(rc == -EIO, "%d", rc);
	CHECK(import_wait_full(imp, 10) == 0, "state %s", import_state_name(imp->imp_state));
	rc = echo(imp, OST_GETATTR, 81);
	CHECK(!rc, "%d", rc);
	CHECK(atomic_read(&events[IMP_EV_EVICTED]) == 1, "%d",
	      atomic_read(&events[IMP_EV_EVICTED]));
}

static int send_many(struct obd_import *imp, u32 opc, int n)
{
	int i;

	atomic_set(&async_done, 0);
	atomic_set(&async_bad, 0);
	for (i = 0; i < n; i++) {
		struct ptlrpc_request *req = new_echo(imp, opc, i);

		req->done = on_done;
		ptlrpc_send_async(req);
		ptlrpc_req_put(req);
	}
	return n;
}

static void find_exp(struct obd_export *exp, void *data)
{
	if (!strcmp(exp->exp_client_uuid, CLIENT))
		*(struct obd_export **)data = export_get(exp);
}

/* All threads are busy; a request whose lock is called back while it waits for one goes first. */
static void test_called_back(struct obd_import *imp)
{
	struct ptlrpc_request *req = new_echo(imp, OST_PUNCH, 6);
	struct ost_body *body = ptlrpc_req_buf(req, WF_OST_BODY);
	struct obd_export *exp = NULL;
	int n, rc;

	ptlrpc_target_for_each_export(&target, find_exp, &exp);
	CHECK(exp, "no export");
	if (!exp)
		return;
	body->oa.o_valid = cpu_to_le64(OBD_MD_FLHANDLE);
	body->oa.o_handle.cookie = 0x1234;
	n = send_many(imp, OST_LADVISE, 20);
	msleep(300);
	ptlrpc_send_async(req);
	msleep(300);
	CHECK(!completion_done(&req->rq_complete), "no thread was busy");
	svc_lock_called_back(exp, 0x4321);
	msleep(300);
	CHECK(!completion_done(&req->rq_complete), "another lock");
	svc_lock_called_back(exp, 0x1234);
	CHECK(wait_for_completion_timeout(&req->rq_complete, HZ), "not moved up");
	rc = ptlrpc_req_wait(req);
	CHECK(!rc, "%d", rc);
	ptlrpc_req_put(req);
	export_put(exp);
	wait_event_timeout(async_wq, atomic_read(&async_done) == n, 60 * HZ);
	CHECK(atomic_read(&async_done) == n && !atomic_read(&async_bad), "%d done, %d bad",
	      atomic_read(&async_done), atomic_read(&async_bad));
}

static void test_reverse(void)
{
	struct obd_export *exp = NULL;
	struct ptlrpc_request *req;
	int rc;

	ptlrpc_target_for_each_export(&target, find_exp, &exp);
	CHECK(exp, "no export");
	if (!exp)
		return;
	req = ptlrpc_req_new_rev(exp, LDLM_BL_CALLBACK, &wf_ldlm_bl_callback);
	rc = ptlrpc_req_pack(req) ?: ptlrpc_queue_wait(req);
	CHECK(req->rq_got_reply && rc == -EINVAL, "%d, reply %d", rc, req->rq_got_reply);
	/* the lock is unknown, which happens in normal work */
	CHECK(ptlrpc_rep_body(req) && le32_to_cpu(ptlrpc_rep_body(req)->pb_type) ==
	      PTL_RPC_MSG_REPLY, "ERR");
	ptlrpc_req_put(req);
	export_put(exp);
}

static void test_transno(struct obd_import *imp)
{
	atomic_set(&max_modify, 0);
	test_async(imp, MDS_REINT, &wf_empty, 30);
	CHECK(atomic_read(&max_modify) == 4, "%d at once", atomic_read(&max_modify));
	CHECK(!list_empty(&imp->imp_replay), "nothing kept");
	atomic64_set(&target.pt_last_committed, transno);
	CHECK(!import_sync_committed(imp), "sync");
	CHECK(list_empty(&imp->imp_replay), "kept");
	/* the server comes back without what it had committed, which covers nothing that follows */
	atomic64_set(&target.pt_last_committed, transno - 10);
	import_reconnect(imp, NULL);
	CHECK(!import_wait_full(imp, 10), "%s", import_state_name(imp->imp_state));
	CHECK(imp->imp_last_committed == transno - 10, "%llu", imp->imp_last_committed);
	atomic64_set(&target.pt_last_committed, transno);
}

/*
 * The request that a free slot woke is aborted before it takes the slot: the next one in line gets
 * it. rq_step is held to have it that way.
 */
static void test_slot_abort(struct obd_import *imp)
{
	struct ptlrpc_request *req[6];
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(req); i++) {
		req[i] = ptlrpc_req_new(imp, MDS_REINT, &wf_empty);
		CHECK(req[i] && !ptlrpc_req_pack(req[i]), "no request");
	}
	for (i = 0; i < 5; i++)
		ptlrpc_send_async(req[i]);
	mutex_lock_nested(&req[4]->rq_step, SINGLE_DEPTH_NESTING);
	ptlrpc_send_async(req[5]);
	for (i = 0; i < 4; i++)
		ptlrpc_req_wait(req[i]);
	ptlrpc_req_abort(req[4], -EINTR);
	mutex_unlock(&req[4]->rq_step);
	rc = ptlrpc_req_wait(req[4]);
	CHECK(rc == -EINTR, "%d", rc);
	CHECK(wait_for_completion_timeout(&req[5]->rq_complete, 5 * HZ), "no slot");
	if (!completion_done(&req[5]->rq_complete))
		ptlrpc_req_abort(req[5], -EINTR);
	ptlrpc_req_wait(req[5]);
	for (i = 0; i < ARRAY_SIZE(req); i++)
		ptlrpc_req_put(req[i]);
}

static void test_invalidate(struct obd_import *imp)
{
	struct ptlrpc_request *req = new_echo(imp, OST_SETATTR, 90);
	ktime_t start = ktime_get();
	int rc;

	ptlrpc_send_async(req);
	msleep(100);
	import_invalidate(imp);
	rc = ptlrpc_req_wait(req);
	CHECK(rc == -EIO && ktime_us_delta(ktime_get(), start) < 2000000, "%d", rc);
	ptlrpc_req_put(req);
	rc = echo(imp, OST_GETATTR, 91);
	CHECK(rc == -EIO, "%d", rc);
}

/* Requests in flight while the connection is made anew again and again. */
static void test_storm(struct obd_import *imp)
{
	int i, n = 0;

	atomic_set(&async_done, 0);
	atomic_set(&async_bad, 0);
	for (i = 0; i < 500; i++) {
		struct ptlrpc_request *req = new_echo(imp, OST_GETATTR, i);

		if (!req)
			continue;
		req->done = on_done;
		ptlrpc_send_async(req);
		ptlrpc_req_put(req);
		n++;
		if (i % 50 == 25) {
			import_reconnect(imp, NULL);
			usleep_range(2000, 3000);
		}
	}
	wait_event_timeout(async_wq, atomic_read(&async_done) == n, 60 * HZ);
	CHECK(atomic_read(&async_done) == n && !atomic_read(&async_bad), "%d done, %d bad",
	      atomic_read(&async_done), atomic_read(&async_bad));
	CHECK(!atomic_read(&events[IMP_EV_EVICTED]), "evicted");
}

/* A restart with recovery: the client is known, has nothing to replay, and loses nothing. */
static void test_recovery(struct obd_import *imp)
{
	struct obd_export *exp, *lost;
	int rc, before = atomic_read(&events[IMP_EV_EVICTED]), gone = atomic_read(&evictions);

	ptlrpc_target_unregister(&target);
	target.pt_recovering = true;
	target.pt_not_ready = true;
	rc = ptlrpc_target_register(&target);
	CHECK(!rc, "register: %d", rc);
	exp = ptlrpc_export_preload(&target, CLIENT);
	lost = ptlrpc_export_preload(&target, "another client");
	CHECK(!IS_ERR(exp) && !IS_ERR(lost), "preload");
	export_put(exp);
	export_put(lost);
	target.pt_not_ready = false;
	rc = ptlrpc_ping(imp);
	CHECK(rc == -ENOTCONN, "%d", rc);
	msleep(1500);
	CHECK(imp->imp_state == IMP_REPLAY_WAIT || imp->imp_state == IMP_FULL, "%s",
	      import_state_name(imp->imp_state));
	ptlrpc_target_evict_missing(&target);
	target.pt_recovering = false;
	rc = import_wait_full(imp, 20);
	CHECK(!rc, "%d", rc);
	CHECK(atomic_read(&events[IMP_EV_EVICTED]) == before, "evicted");
	msleep(100);
	CHECK(atomic_read(&evictions) == gone + 1, "%d evictions", atomic_read(&evictions) - gone);
	rc = echo(imp, OST_GETATTR, 93);
	CHECK(!rc, "%d", rc);
}

/* The first NID does not answer. */
static void test_failover(void)
{
	struct import_conf conf = {
		.target_uuid = TARGET,
		.client_uuid = "failover",
		.connect_op = OST_CONNECT,
		.req_portal = OST_REQUEST_PORTAL,
		.rep_portal = OSC_REPLY_PORTAL,
		.ops = &import_ops,
	};
	struct obd_import *imp;
	struct lnet_nid bad, n;
	int rc;

	conf.ocd.ocd_connect_flags = cpu_to_le64(OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION);
	imp = import_alloc(&conf);
	rc = lnet_str_nid("10.99.99.99@tcp", &bad) ?:
		     lnet_str_nid(nid, &n)	   ?:
		     import_add_conn(imp, &bad, 1) ?:
		     import_add_conn(imp, &n, 1)   ?:
		     import_connect(imp)	   ?:
						     import_wait_full(imp, 30);
	CHECK(!rc, "%d", rc);
	rc = echo(imp, OST_GETATTR, 94);	/* without AT, REP_MBITS */
	CHECK(!rc, "%d", rc);
	import_disconnect(imp);
	import_put(imp);
}

static unsigned int count_conns(struct obd_import *imp)
{
	struct import_conn *ic;
	unsigned int n = 0;

	spin_lock(&imp->imp_lock);
	list_for_each_entry(ic, &imp->imp_conns, ic_link)
		n++;
	spin_unlock(&imp->imp_lock);
	return n;
}

/*
 * What the MGS tells of a start: a node that the configuration does not have is none of ours; of
 * NIDs of one that it has, the one in use is connected to, and not all that are invented are kept.
 * An idle import only notes it.
 */
static void test_told(struct obd_import *imp)
{
	u32 cnt, instance = le32_to_cpu(imp->imp_ocd.ocd_instance) + 1;
	struct lnet_nid nids[3], used = imp->imp_nid;
	unsigned int i;
	int rc = 0;

	for (i = 0; i < 50; i++) {
		lnet_nid_from_nid4(&nids[0], 0x0002000000000000 | 0x0a630000 | i);
		lnet_nid_from_nid4(&nids[1], 0x0002000000000000 | 0x0a630100 | i);
		nids[2] = used;
		if (!i)
			CHECK(import_restarted(imp, nids, 2, instance) == -ENOENT, "unknown node");
		rc = rc ?: import_restarted(imp, nids, 3, instance - 1);
	}
	CHECK(!rc, "%d", rc);
	CHECK(count_conns(imp) <= 65, "%u NIDs", count_conns(imp));

	cnt = imp->imp_conn_cnt;
	rc = import_restarted(imp, nids, 3, instance) ?: import_wait_full(imp, 10);
	CHECK(!rc && lnet_nid_eq(&imp->imp_nid, &used) && imp->imp_conn_cnt == cnt + 1,
	      "%d, %u attempts", rc, imp->imp_conn_cnt - cnt);

	lnet_nid_from_nid4(&nids[0], 0x0002000000000000 | 0x0a630000);
	spin_lock(&imp->imp_lock);
	imp->imp_state = IMP_IDLE;
	spin_unlock(&imp->imp_lock);
	rc = import_restarted(imp, nids, 1, instance);
	CHECK(!rc && imp->imp_state == IMP_IDLE && lnet_nid_eq(&imp->imp_nid, &nids[0]) &&
	      lnet_nid_eq(&list_first_entry(&imp->imp_conns, struct import_conn, ic_link)->ic_nid,
			  &nids[0]), "idle: %d", rc);
	spin_lock(&imp->imp_lock);
	imp->imp_state = IMP_FULL;
	imp->imp_nid = used;
	spin_unlock(&imp->imp_lock);
	for (i = 0; i < 50; i++) {
		lnet_nid_from_nid4(&nids[0], 0x0002000000000000 | 0x0a630000 | i);
		lnet_nid_from_nid4(&nids[1], 0x0002000000000000 | 0x0a630100 | i);
		import_del_conn(imp, &nids[0]);
		import_del_conn(imp, &nids[1]);
	}
	CHECK(count_conns(imp) == 1, "%u NIDs", count_conns(imp));
}

static struct ptlrpc_target late_target;
static int late_rc;

static void late_fn(struct work_struct *work)
{
	late_rc = ptlrpc_target_register(&late_target);
}

static DECLARE_DELAYED_WORK(late_work, late_fn);

/* A connect to a target that starts a moment later: repeated soon, not after seconds. */
static void test_late_target(void)
{
	struct import_conf conf = {
		.target_uuid = "late-OST0001_UUID",
		.client_uuid = "early",
		.connect_op = OST_CONNECT,
		.req_portal = OST_REQUEST_PORTAL,
		.rep_portal = OSC_REPLY_PORTAL,
		.ops = &import_ops,
	};
	ktime_t start = ktime_get();
	struct obd_import *imp;
	struct lnet_nid n;
	int rc;

	conf.ocd.ocd_connect_flags = cpu_to_le64(OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION);
	strscpy(late_target.pt_uuid, conf.target_uuid,
		sizeof(late_target.pt_uuid));
	late_target.pt_ops = &target_ops;
	imp = import_alloc(&conf);
	schedule_delayed_work(&late_work, HZ / 2);
	rc = lnet_str_nid(nid, &n) ?: import_add_conn(imp, &n, 1) ?: import_connect(imp) ?:
	     import_wait_full(imp, 10);
	CHECK(!rc && ktime_ms_delta(ktime_get(), start) < 1500, "%d after %lld ms", rc,
	      ktime_ms_delta(ktime_get(), start));
	import_disconnect(imp);
	import_put(imp);
	flush_delayed_work(&late_work);
	CHECK(!late_rc, "register: %d", late_rc);
	if (!late_rc)
		ptlrpc_target_unregister(&late_target);
}

/* The target goes and comes back: this client is evicted and connected again. */
static void test_restart(struct obd_import *imp)
{
	int rc, before = atomic_read(&events[IMP_EV_EVICTED]);

	ptlrpc_target_unregister(&target);
	rc = ptlrpc_target_register(&target);
	CHECK(!rc, "register: %d", rc);
	rc = ptlrpc_ping(imp);
	CHECK(rc == -ENOTCONN, "%d", rc);
	msleep(3000);
	rc = import_wait_full(imp, 20);
	CHECK(!rc, "%d", rc);
	CHECK(atomic_read(&events[IMP_EV_EVICTED]) == before + 1, "not evicted");
	rc = echo(imp, OST_GETATTR, 92);
	CHECK(!rc, "%d", rc);
}

static void run_tests(void)
{
	struct obd_import *imp, *mds, *inv;
	int before;

	imp = connect(OST_CONNECT, OST_REQUEST_PORTAL, OSC_REPLY_PORTAL, CLIENT,
		      OBD_CONNECT2_REP_MBITS);
	if (!imp)
		return;
	test_many(imp);
	test_async(imp, OST_GETATTR, &wf_ost_body_only, 200);
	test_bulk(imp);
	test_errors(imp);
	test_reply_types(imp);
	test_reverse();
	test_storm(imp);
	if (slow) {
		test_lost_reply(imp);
		test_early_reply(imp);
		test_called_back(imp);
		test_duplicate(imp);
		test_duplicate_bulk(imp, OST_WRITE);
		test_duplicate_bulk(imp, OST_READ);
	}
	test_evict(imp);
	test_restart(imp);
	test_recovery(imp);
	test_failover();
	test_told(imp);
	test_late_target();
	mds = connect(MDS_CONNECT, MDS_REQUEST_PORTAL, MDC_REPLY_PORTAL, "mds-client", 0);
	if (mds) {
		test_transno(mds);
		test_slot_abort(mds);
		import_disconnect(mds);
		import_put(mds);
	}
	inv = connect(OST_CONNECT, OST_REQUEST_PORTAL, OSC_REPLY_PORTAL, "inv-client",
		      OBD_CONNECT2_REP_MBITS);
	if (inv) {
		test_invalidate(inv);
		import_disconnect(inv);
		import_put(inv);
	}
	before = atomic_read(&disconnects);
	import_disconnect(imp);
	CHECK(atomic_read(&disconnects) == before + 1, "%d", atomic_read(&disconnects));
	import_put(imp);
}

static int __init test_init(void)
{
	unsigned int i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(srv_pages); i++)
		srv_pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	strscpy(target.pt_uuid, TARGET, sizeof(target.pt_uuid));
	target.pt_ops = &target_ops;
	rc = test_with_target(&target, confs, ARRAY_SIZE(confs), run_tests);
	for (i = 0; i < ARRAY_SIZE(srv_pages); i++)
		__free_page(srv_pages[i]);
	return rc;
}

static void __exit test_exit(void)
{
}

module_init(test_init);
module_exit(test_exit);
MODULE_DESCRIPTION("Self test of the RPC layer");
MODULE_LICENSE("GPL");
