// SPDX-License-Identifier: GPL-2.0-only
/*
 * An odd client of an OST in the same kernel: requests that no mount sends, and looks inside of the
 * target. The cluster runs already (run, cluster.sh); each failure is a line with FAILED, the end a
 * line "oss_test: passed".
 */
#define pr_fmt(fmt) "oss_test: " fmt
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <gloss/ldlm.h>
#include <gloss/ptlrpc.h>
#include <gloss/target.h>

static char *ost = "test-OST0000_UUID";
module_param(ost, charp, 0444);
static char *nid = "127.0.0.1@tcp";
module_param(nid, charp, 0444);
static char *other_nid = "10.9.9.1@tcp1";	/* the MGS knows no target there */
module_param(other_nid, charp, 0444);
static char *mdt = "test-MDT0000-mdtlov_UUID";	/* client UUID of the MDT */
module_param(mdt, charp, 0444);
static ulong id;				/* an object with 1 MiB of data */
module_param(id, ulong, 0444);
static char *part = "";
module_param(part, charp, 0444);

#define CHECK(cond, fmt, ...) do {								\
	if (!(cond)) {										\
		pr_err("FAILED %s:%d %s: " fmt "\n", __func__, __LINE__, #cond, ##__VA_ARGS__);	\
		failures++;									\
	}											\
} while (0)

static int failures;

static struct obd_import *test_dial(const char *to, const char *uuid, u64 flags)
{
	struct import_conf conf = {
		.target_uuid = ost,
		.client_uuid = uuid,
		.connect_op = OST_CONNECT,
		.req_portal = OST_REQUEST_PORTAL,
		.rep_portal = OSC_REPLY_PORTAL,
		.sp = LUSTRE_SP_CLI,
	};
	struct obd_import *imp;
	struct lnet_nid n;

	conf.ocd.ocd_connect_flags =
		cpu_to_le64(OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION | OBD_CONNECT_AT |
			    OBD_CONNECT_FID | OBD_CONNECT_BULK_MBITS | OBD_CONNECT_LVB_TYPE |
			    flags);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	imp = import_alloc(&conf);
	if (!imp || lnet_str_nid(to, &n) || import_add_conn(imp, &n, 1) || import_connect(imp))
		pr_err("FAILED: no import\n");
	return imp;
}

static struct obd_import *test_connect(const char *uuid)
{
	struct obd_import *imp = test_dial(nid, uuid, 0);
	int rc = import_wait_full(imp, 20);

	CHECK(!rc, "connect: %d", rc);
	return imp;
}

static void test_hang_up(struct obd_import *imp)
{
	import_disconnect(imp);
	import_put(imp);
}

/* A request with an ost_body; @idx: index in an IDIF, -1: the old form of the address. */
static int test_body(struct obd_import *imp, u32 opc, u64 valid, int idx)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, opc, &wf_ost_body_only);
	struct ost_body *body;
	struct lu_fid fid;
	int rc;

	rc = ptlrpc_req_pack(req);
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	body->oa.o_valid = cpu_to_le64(valid);
	if (idx < 0) {
		body->oa.o_oi.oi_id = valid & OBD_MD_FLID ? cpu_to_le64(id) : 0;
	} else {
		idif_to_fid(&fid, id, idx);
		fid_to_le(&body->oa.o_oi.oi_fid, &fid);
	}
	if (!rc)
		rc = ptlrpc_queue_wait(req);
	ptlrpc_req_put(req);
	return rc;
}

/* A PW lock on everything, without a lock behind it on this side. */
static int test_enqueue(struct obd_import *imp, const struct ldlm_res_id *res)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, LDLM_ENQUEUE, &wf_ldlm_enqueue);
	struct ldlm_request *dlm;
	int rc;

	ptlrpc_req_size(req, WF_DLM_REQ, LDLM_REQ_MIN_SIZE);
	ptlrpc_rep_room(req, WF_DLM_LVB, sizeof(struct ost_lvb));
	rc = ptlrpc_req_pack(req);
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	dlm->lock_count = cpu_to_le32(1);
	dlm->lock_desc.l_resource.lr_type = cpu_to_le32(LDLM_EXTENT);
	res_id_to_le(&dlm->lock_desc.l_resource.lr_name, res);
	dlm->lock_desc.l_req_mode = cpu_to_le32(LCK_PW);
	dlm->lock_desc.l_policy_data.l_extent.end = cpu_to_le64(OBD_OBJECT_EOF);
	dlm->lock_handle[0].cookie = ptlrpc_new_cookie();
	if (!rc)
		rc = ptlrpc_queue_wait(req);
	ptlrpc_req_put(req);
	return rc;
}

/* A read or write of @n niobufs of @len bytes, 4 KiB apart; the data are never offered as bulk. */
static struct ptlrpc_request *test_brw(struct obd_import *imp, bool write, u64 off, unsigned int n,
				       u32 len, u32 oflags, u32 nflags)
{
	const struct wire_format *fmt = write ? &wf_ost_brw_write : &wf_ost_brw_read;
	struct ptlrpc_request *req = ptlrpc_req_new(imp, write ? OST_WRITE : OST_READ, fmt);
	struct niobuf_remote *nb;
	struct obd_ioobj *ioo;
	struct ost_body *body;
	unsigned int i;

	ptlrpc_req_size(req, WF_OBD_IOOBJ, sizeof(*ioo));
	ptlrpc_req_size(req, WF_NIOBUF, n * sizeof(*nb));
	ptlrpc_req_size(req, WF_SHORT_IO, write && oflags & OBD_FL_SHORT_IO ? n * len : 0);
	if (write)
		ptlrpc_rep_room(req, WF_RCS, n * sizeof(__le32));
	if (ptlrpc_req_pack(req)) {
		ptlrpc_req_put(req);
		return NULL;
	}
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	body->oa.o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLFLAGS);
	body->oa.o_oi.oi_id = cpu_to_le64(id);
	body->oa.o_flags = cpu_to_le32(oflags);
	ioo = ptlrpc_req_buf(req, WF_OBD_IOOBJ);
	ioobj_max_brw_set(ioo, 1);
	ioo->ioo_bufcnt = cpu_to_le32(n);
	nb = ptlrpc_req_buf(req, WF_NIOBUF);
	for (i = 0; i < n; i++) {
		nb[i].rnb_offset = cpu_to_le64(off + (u64)i * 4096);
		nb[i].rnb_len = cpu_to_le32(len);
		nb[i].rnb_flags = cpu_to_le32(nflags);
	}
	req->rq_no_resend = true;
	return req;
}

/* An object has one FID and one lock resource. */
static void test_alias(void)
{
	struct obd_import *imp = test_connect("oss-test-alias");
	u64 valid = OBD_MD_FLID | OBD_MD_FLGROUP;
	struct ldlm_res_id res;
	struct lu_fid fid;
	int rc;

	rc = test_body(imp, OST_GETATTR, valid, -1);
	CHECK(!rc, "%d", rc);
	rc = test_body(imp, OST_GETATTR, valid, 0);
	CHECK(!rc, "%d", rc);
	rc = test_body(imp, OST_GETATTR, valid, 7);
	CHECK(rc == -EPROTO, "%d", rc);
	idif_to_fid(&fid, id, 0);
	fid_to_res_id(&res, &fid);
	rc = test_enqueue(imp, &res);
	CHECK(rc == -EPROTO, "%d", rc);
	res = (struct ldlm_res_id){ { id, 0, 1, 0 } };
	rc = test_enqueue(imp, &res);
	CHECK(rc == -EPROTO, "%d", rc);
	ost_fid_to_res_id(&res, &fid);
	rc = test_enqueue(imp, &res);
	CHECK(!rc, "%d", rc);
	/* the whole target; it names no object */
	rc = test_body(imp, OST_SYNC, 0, -1);
	CHECK(!rc, "%d", rc);
	test_hang_up(imp);
}

static int test_glimpsed(struct ldlm_lock *lock, struct ost_lvb *lvb)
{
	lvb->lvb_size = cpu_to_le64(3 << 20);
	lvb->lvb_blocks = cpu_to_le64(12345);
	return 0;
}

static int test_blocking(struct ldlm_lock *lock, bool canceling)
{
	return 0;
}

static const struct ldlm_cli_ops test_cli_ops = {
	.glimpse = test_glimpsed,
	.blocking = test_blocking,
};

/* Size and blocks that the holder of a lock knows come through to who asks. */
static void test_glimpse(void)
{
	struct obd_import *imp = test_connect("oss-test-holder"), *asker;
	struct ldlm_namespace *ns = ldlm_ns_new_client("oss-test", imp);
	struct ldlm_enqueue_info ei = {
		.ei_ns = ns, .ei_type = LDLM_EXTENT, .ei_mode = LCK_PW,
		.ei_policy.extent.end = OBD_OBJECT_EOF, .ei_ops = &test_cli_ops,
		.ei_lvb_len = sizeof(struct ost_lvb),
	};
	struct ptlrpc_request *req;
	struct ldlm_request *dlm;
	struct ldlm_lock *lock;
	struct ost_lvb *lvb;
	struct lu_fid fid;
	int rc;

	idif_to_fid(&fid, id, 0);
	ost_fid_to_res_id(&ei.ei_res_id, &fid);
	rc = ldlm_cli_enqueue(&ei, NULL, &lock);
	CHECK(!rc, "%d", rc);
	asker = test_connect("oss-test-asker");
	req = ptlrpc_req_new(asker, LDLM_ENQUEUE, &wf_ldlm_enqueue);
	ptlrpc_req_size(req, WF_DLM_REQ, LDLM_REQ_MIN_SIZE);
	ptlrpc_rep_room(req, WF_DLM_LVB, sizeof(struct ost_lvb));
	rc = ptlrpc_req_pack(req);
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	dlm->lock_flags = cpu_to_le32(LDLM_FL_HAS_INTENT);
	dlm->lock_count = cpu_to_le32(1);
	dlm->lock_desc.l_resource.lr_type = cpu_to_le32(LDLM_EXTENT);
	res_id_to_le(&dlm->lock_desc.l_resource.lr_name, &ei.ei_res_id);
	dlm->lock_desc.l_req_mode = cpu_to_le32(LCK_PR);
	dlm->lock_desc.l_policy_data.l_extent.end = cpu_to_le64(OBD_OBJECT_EOF);
	dlm->lock_handle[0].cookie = ptlrpc_new_cookie();
	if (!rc)
		rc = ptlrpc_queue_wait(req);
	CHECK(rc == ELDLM_LOCK_ABORTED, "%d", rc);
	lvb = ptlrpc_rep_buf(req, WF_DLM_LVB);
	CHECK(lvb && le64_to_cpu(lvb->lvb_size) == 3 << 20 && le64_to_cpu(lvb->lvb_blocks) == 12345,
	      "size %llu, blocks %llu", lvb ? le64_to_cpu(lvb->lvb_size) : 0,
	      lvb ? le64_to_cpu(lvb->lvb_blocks) : 0);
	ptlrpc_req_put(req);
	test_hang_up(asker);
	ldlm_lock_decref_cancel(lock, LCK_PW);
	import_disconnect(imp);
	ldlm_ns_free(ns, true);
	import_put(imp);
}

/* What one RPC can make the server allocate is bound by its bytes, not by its niobufs. */
static void test_niobufs(void)
{
	struct obd_import *imp = test_connect("oss-test-niobufs");
	struct ptlrpc_request *req;
	int rc;

	req = test_brw(imp, false, 0, 1000, 1, 0, OBD_BRW_SRVLOCK);
	req->rq_req_portal = OST_IO_PORTAL;
	rc = ptlrpc_queue_wait(req);
	CHECK(rc == -EPROTO, "%d", rc);
	ptlrpc_req_put(req);
	test_hang_up(imp);
}

/* A peer that says it is the MDT, from a node that the MGS does not know. */
static void test_role(void)
{
	struct obd_import *imp = test_dial(other_nid, mdt, OBD_CONNECT_MDS);
	int rc = import_wait_full(imp, 5);

	CHECK(rc == -EACCES, "%d", rc);
	test_hang_up(imp);
	/* as a client it may come from anywhere */
	imp = test_dial(other_nid, "oss-test-role", 0);
	rc = import_wait_full(imp, 5);
	CHECK(!rc, "%d", rc);
	test_hang_up(imp);
}

static int test_try_lock(struct obd_export *exp, const struct ldlm_res_id *res)
{
	union ldlm_policy policy = { .extent = { .end = OBD_OBJECT_EOF } };
	struct ldlm_lock *lock = NULL;
	int rc;

	rc = ldlm_srv_lock_local(exp->exp_tgt->pt_ns, res, LDLM_EXTENT,
				 &policy, LCK_PW,
				 LDLM_FL_SPECULATIVE, &lock);
	ldlm_srv_unlock(lock);
	return rc;
}

/* While a write of an evicted client changes the object, nobody else gets its lock. */
static void test_evict(void)
{
	struct obd_import *imp = test_connect("oss-test-evict");
	struct obd_export *exp = export_find(imp->imp_handle);
	struct ptlrpc_request *req;
	struct osd_object *obj;
	struct ldlm_res_id res;
	struct lu_fid fid;
	int rc;

	idif_to_fid(&fid, id, 0);
	ost_fid_to_res_id(&res, &fid);
	obj = osd_find(lu_target(exp->exp_tgt)->lt_osd, &fid);
	rc = test_enqueue(imp, &res);
	CHECK(!rc && !IS_ERR(obj), "%d", rc);
	down_write(&obj->oo_data_sem);
	req = test_brw(imp, true, 0, 1, 100, OBD_FL_SHORT_IO, OBD_BRW_ASYNC);
	ptlrpc_send_async(req);
	msleep(500);
	export_evict(exp, "test");
	msleep(1500);
	rc = test_try_lock(exp, &res);
	CHECK(rc == -EAGAIN, "%d", rc);
	up_write(&obj->oo_data_sem);
	msleep(1500);
	rc = test_try_lock(exp, &res);
	CHECK(!rc, "%d", rc);
	osd_object_put(obj);
	export_put(exp);
	test_hang_up(imp);
	ptlrpc_req_put(req);
}

#define ORPHAN_SEQ	(FID_SEQ_NORMAL + 0x1000)

/* Create the objects up to @oid of a sequence of this test, or remove those behind it. */
static struct ptlrpc_request *test_create(struct obd_import *imp, u32 oid, bool orphans)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, OST_CREATE, &wf_ost_create);
	struct lu_fid fid = { .f_seq = ORPHAN_SEQ, .f_oid = oid };
	struct ost_body *body;

	req->rq_req_portal = OST_REQUEST_PORTAL;
	if (ptlrpc_req_pack(req))
		pr_err("FAILED: no memory\n");
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	body->oa.o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP | OBD_MD_FLFLAGS);
	body->oa.o_flags = cpu_to_le32(orphans ? OBD_FL_DELORPHAN : 0);
	fid_to_le(&body->oa.o_oi.oi_fid, &fid);
	ptlrpc_send_async(req);
	return req;
}

/* A client with a lock on an object that no file has does not stop those who want objects. */
static void test_orphans(void)
{
	struct obd_import *mds = test_dial(nid, "oss-test-mdt",
					   OBD_CONNECT_MDS | OBD_CONNECT_EINPROGRESS);
	struct obd_import *imp = test_connect("oss-test-orphan");
	struct ldlm_namespace *ns = ldlm_ns_new_client("oss-test", imp);
	struct ldlm_enqueue_info ei = {
		.ei_ns = ns, .ei_type = LDLM_EXTENT, .ei_mode = LCK_PW,
		.ei_policy.extent.end = OBD_OBJECT_EOF, .ei_ops = &test_cli_ops,
		.ei_lvb_len = sizeof(struct ost_lvb),
	};
	struct lu_fid fid = { .f_seq = ORPHAN_SEQ, .f_oid = 5 };
	struct ptlrpc_request *create, *orphans;
	struct obd_export *exp = export_find(imp->imp_handle);
	struct osd_object *obj;
	struct ldlm_lock *lock;
	ktime_t start;
	int rc = import_wait_full(mds, 20);

	CHECK(!rc, "%d", rc);
	create = test_create(mds, fid.f_oid, false);
	rc = ptlrpc_req_wait(create);
	CHECK(!rc, "%d", rc);
	ptlrpc_req_put(create);
	ost_fid_to_res_id(&ei.ei_res_id, &fid);
	rc = ldlm_cli_enqueue(&ei, NULL, &lock);
	CHECK(!rc, "%d", rc);
	orphans = test_create(mds, fid.f_oid - 3, true);
	msleep(500);
	start = ktime_get();
	create = test_create(mds, fid.f_oid, false);
	rc = ptlrpc_req_wait(create);
	CHECK(!rc && ktime_ms_delta(ktime_get(), start) < 1000, "%d after %lld ms", rc,
	      ktime_ms_delta(ktime_get(), start));
	ptlrpc_req_put(create);
	ldlm_lock_decref(lock, LCK_PW);
	rc = ptlrpc_req_wait(orphans);
	CHECK(!rc, "%d", rc);
	ptlrpc_req_put(orphans);
	obj = osd_find(lu_target(exp->exp_tgt)->lt_osd, &fid);
	CHECK(obj == ERR_PTR(-ENOENT), "%ld", PTR_ERR(obj));
	export_put(exp);
	import_disconnect(imp);
	ldlm_ns_free(ns, true);
	import_put(imp);
	test_hang_up(mds);
}

#define DEAD	9	/* clients, 8 writes each: more than there are threads */

/* Clients that ask to have their data fetched and do not offer them: others go on. */
static void test_stalled(void)
{
	static struct ptlrpc_request *req[DEAD][8];
	struct obd_import *imp[DEAD], *live;
	struct ptlrpc_request *read;
	ktime_t start;
	char uuid[24];
	int i, k, rc;

	live = test_connect("oss-test-live");
	for (i = 0; i < DEAD; i++) {
		snprintf(uuid, sizeof(uuid), "oss-test-dead-%d", i);
		imp[i] = test_connect(uuid);
		for (k = 0; k < 8; k++) {
			req[i][k] = test_brw(imp[i], true, (i * 8 + k + 1) * 4096, 1, 4096, 0,
					     OBD_BRW_SRVLOCK | OBD_BRW_ASYNC);
			req[i][k]->rq_timeout = 600;
			ptlrpc_send_async(req[i][k]);
		}
	}
	msleep(1000);
	start = ktime_get();
	read = test_brw(live, false, 0, 1, 100, OBD_FL_SHORT_IO, OBD_BRW_SRVLOCK);
	read->rq_timeout = 600;
	rc = ptlrpc_queue_wait(read);
	CHECK(rc == 100, "%d", rc);
	CHECK(ktime_ms_delta(ktime_get(), start) < 60000, "%lld ms",
	      ktime_ms_delta(ktime_get(), start));
	pr_info("read after %lld ms\n", ktime_ms_delta(ktime_get(), start));
	ptlrpc_req_put(read);
	for (i = 0; i < DEAD; i++) {
		test_hang_up(imp[i]);
		for (k = 0; k < 8; k++)
			ptlrpc_req_put(req[i][k]);
	}
	test_hang_up(live);
}

static const struct {
	const char *name;
	void (*fn)(void);
} tests[] = {
	{ "alias", test_alias },
	{ "glimpse", test_glimpse },
	{ "niobufs", test_niobufs },
	{ "role", test_role },
	{ "evict", test_evict },
	{ "orphans", test_orphans },
	{ "stalled", test_stalled },
};

static int __init test_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (*part && strcmp(part, tests[i].name))
			continue;
		pr_info("%s\n", tests[i].name);
		tests[i].fn();
	}
	if (!failures)
		pr_info("passed\n");
	return failures ? -EINVAL : 0;
}

static void __exit test_exit(void)
{
}

module_init(test_init);
module_exit(test_exit);
MODULE_DESCRIPTION("Self test of the object storage target");
MODULE_LICENSE("GPL");
