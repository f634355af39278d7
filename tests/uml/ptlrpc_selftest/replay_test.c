// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self test of the recovery of imports: a target on the same node restarts with a memory of its
 * client, counts and checks what is replayed, and fails in the middle. The tests run in module_init
 * one after the other; each failure is a line with FAILED, the end a line "replay_test: passed".
 */
#define pr_fmt(fmt) "replay_test: " fmt
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <gloss/ptlrpc.h>

static char *nid = "0@lo";
module_param(nid, charp, 0444);

#define TARGET	"replay-OST0000_UUID"
#define CLIENT	"22222222-2222-3333-4444-555555555555"
#define PAGES	256
#define MANY	1000

#define CHECK(cond, fmt, ...) do {								\
	if (!(cond)) {										\
		pr_err("FAILED %s:%d %s: " fmt "\n", __func__, __LINE__, #cond, ##__VA_ARGS__);	\
		failures++;									\
	}											\
} while (0)

static int failures;

/* ---- server ---- */

enum act { ACT_NONE, ACT_ERROR, ACT_NOTCONN, ACT_HOLD };

static struct ptlrpc_target target;
static atomic64_t transno;
static u64 told;			/* ocd_transno of the last connect */
static struct page *disk[PAGES];

/* requests since the last note_clear() */
static struct seen {
	u64	xid, transno;
	u32	flags;
} seen[2 * MANY];
static atomic_t nr_seen;
static bool note_all;			/* not only replays */

static enum act act;			/* with the request of that number */
static int act_at;
static DECLARE_COMPLETION(held);
static DECLARE_COMPLETION(release);

static void note_clear(enum act what, int at)
{
	atomic_set(&nr_seen, 0);
	act = what;
	act_at = at;
	reinit_completion(&held);
	reinit_completion(&release);
}

static int note(struct svc_req *req)
{
	int n;

	if (!svc_req_replay(req) && !note_all)
		return 0;
	n = atomic_inc_return(&nr_seen) - 1;
	if (n < ARRAY_SIZE(seen))
		seen[n] = (struct seen){ req->sr_xid, req->sr_replay_transno, req->sr_pb_flags };
	if (act == ACT_NONE || n != act_at)
		return 0;
	switch (act) {
	case ACT_ERROR:
		return -ENOENT;
	case ACT_NOTCONN:
		return -ENOTCONN;
	default:
		complete(&held);
		wait_for_completion_timeout(&release, 20 * HZ);
		req->sr_no_reply = true;
		return -EIO;
	}
}

static int h_change(struct svc_req *req)
{
	int rc = note(req);

	if (!rc)
		req->sr_transno = svc_req_replay(req) ? req->sr_replay_transno :
						     atomic64_inc_return(&transno);
	return rc;
}

static int h_write(struct svc_req *req)
{
	static struct bio_vec bv[PAGES];
	unsigned int i;
	int rc;

	for (i = 0; i < PAGES; i++)
		bvec_set_page(&bv[i], disk[i], PAGE_SIZE, 0);
	rc = svc_bulk_get(req, OST_BULK_PORTAL, bv, PAGES, PAGES * PAGE_SIZE, 4);
	return rc ?: svc_rep_pack(req) ?: h_change(req);
}

static const struct ptlrpc_handler handlers[] = {
	{ OST_WRITE, "write", &wf_ost_create, h_write, HF_RECOVERY },
	{ MDS_REINT, "reint", &wf_empty, h_change, HF_RECOVERY },
};

static struct obd_export *t_export_alloc(struct ptlrpc_target *t)
{
	return kzalloc(sizeof(struct obd_export), GFP_KERNEL);
}

static void t_export_free(struct obd_export *exp)
{
	kfree(exp);
}

static int t_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	told = le64_to_cpu(ocd->ocd_transno);
	ocd->ocd_maxmodrpcs = cpu_to_le16(8);
	return 0;
}

static void t_disconnect(struct obd_export *exp, bool was_evicted)
{
}

static const struct ptlrpc_target_ops target_ops = {
	.handlers = handlers,
	.nr = ARRAY_SIZE(handlers),
	.export_alloc = t_export_alloc,
	.export_free = t_export_free,
	.connect = t_connect,
	.disconnect = t_disconnect,
};

static const struct ptlrpc_service_conf confs[] = {
	{ "ost_io", OST_IO_PORTAL, OSC_REPLY_PORTAL, 263168, 9216, 2, 4 },
	{ "ost", OST_REQUEST_PORTAL, OSC_REPLY_PORTAL, 16384, 9216, 2, 4 },
	{ "mdt", MDS_REQUEST_PORTAL, MDC_REPLY_PORTAL, 66560, 9216, 2, 4 },
};

static struct ptlrpc_service *services[ARRAY_SIZE(confs)];

/* The target comes back, knows its client, and has lost what is above last_committed. */
static void restart(void)
{
	struct obd_export *exp;
	int rc;

	ptlrpc_target_unregister(&target);
	target.pt_recovering = true;
	target.pt_not_ready = true;
	target.pt_instance++;
	rc = ptlrpc_target_register(&target);
	CHECK(!rc, "register: %d", rc);
	exp = ptlrpc_export_preload(&target, CLIENT);
	CHECK(!IS_ERR(exp), "preload");
	if (!IS_ERR(exp))
		export_put(exp);
	target.pt_not_ready = false;
}

/* ---- client ---- */

static struct obd_import *imp;
static struct lnet_nid server;
static atomic_t evicted, committed, lost, reopened;

static void event(struct obd_import *import, enum import_event ev)
{
	if (ev == IMP_EV_EVICTED)
		atomic_inc(&evicted);
}

static const struct import_ops import_ops = { .event = event };

static bool do_connect(u32 op, u32 req_portal, u32 rep_portal)
{
	struct import_conf conf = {
		.target_uuid = TARGET,
		.client_uuid = CLIENT,
		.connect_op = op,
		.req_portal = req_portal,
		.rep_portal = rep_portal,
		.sp = LUSTRE_SP_CLI,
		.ops = &import_ops,
	};
	int rc;

	conf.ocd.ocd_connect_flags =
		cpu_to_le64(OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION | OBD_CONNECT_AT |
			    OBD_CONNECT_BULK_MBITS | OBD_CONNECT_FLAGS2 | OBD_CONNECT_MULTIMODRPCS);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	imp = import_alloc(&conf);
	if (!imp)
		return false;
	rc = import_add_conn(imp, &server, 1) ?: import_connect(imp) ?: import_wait_full(imp, 20);
	CHECK(!rc, "not connected: %d, state %s", rc, import_state_name(imp->imp_state));
	return !rc;
}

static void do_disconnect(void)
{
	import_disconnect(imp);
	import_put(imp);
	imp = NULL;
}

static void on_commit(struct ptlrpc_request *req)
{
	atomic_inc(req->rq_committed ? &committed : &lost);
}

static void on_replay(struct ptlrpc_request *req, struct ptlrpc_request *replay)
{
	CHECK(replay != req && !replay->rq_status, "%d", replay->rq_status);
	atomic_inc(&reopened);
}

static struct ptlrpc_request *new_change(void)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, MDS_REINT, &wf_empty);

	if (!req || ptlrpc_req_pack(req)) {
		ptlrpc_req_put(req);
		return NULL;
	}
	req->rq_commit_cb = on_commit;
	return req;
}

/* Done, and its reply taken; referenced. */
static struct ptlrpc_request *change(bool open, bool no_replay)
{
	struct ptlrpc_request *req = new_change();
	int rc;

	if (!req)
		return NULL;
	req->rq_replay_keep = open;
	if (open)
		req->rq_replay_cb = on_replay;
	req->rq_no_replay = no_replay;
	rc = ptlrpc_queue_wait(req);
	CHECK(!rc && req->rq_transno, "%d, %llu", rc, req->rq_transno);
	return req;
}

static void change_some(int n)
{
	while (n--)
		ptlrpc_req_put(change(false, false));
}

/* The server commits all, and the client learns of it. */
static void commit(void)
{
	int rc;

	target.pt_recovering = false;
	atomic64_set(&target.pt_last_committed, atomic64_read(&transno));
	rc = import_sync_committed(imp);
	CHECK(!rc && list_empty(&imp->imp_replay), "%d", rc);
	atomic_set(&lost, 0);
	atomic_set(&committed, 0);
	atomic_set(&evicted, 0);
}

static void recover(void)
{
	int rc = ptlrpc_ping(imp);

	CHECK(rc == -ENOTCONN, "%d", rc);
}

static void want_full(void)
{
	int rc = import_wait_full(imp, 30);

	CHECK(!rc, "%d, state %s", rc, import_state_name(imp->imp_state));
	target.pt_recovering = false;
}

static void test_order(void)
{
	struct ptlrpc_request *open, *req[3];
	int i;

	commit();
	open = change(true, false);
	commit();
	CHECK(!list_empty(&imp->imp_committed_open), "open not kept");
	for (i = 0; i < ARRAY_SIZE(req); i++)
		req[i] = change(false, false);
	note_clear(ACT_NONE, 0);
	restart();
	recover();
	want_full();
	CHECK(atomic_read(&nr_seen) == 4, "%d replays", atomic_read(&nr_seen));
	CHECK(told == open->rq_transno, "told %llu", told);
	CHECK(seen[0].xid == open->rq_xid && seen[0].transno == open->rq_transno, "not the open");
	CHECK(atomic_read(&reopened) == 1, "%d", atomic_read(&reopened));
	for (i = 0; i < ARRAY_SIZE(req); i++)
		CHECK(seen[i + 1].xid == req[i]->rq_xid &&
		      seen[i + 1].transno == req[i]->rq_transno, "%d", i);
	for (i = 0; i < 4; i++)
		CHECK((seen[i].flags & (MSG_REPLAY | MSG_RESENT)) == MSG_REPLAY, "%x",
		      seen[i].flags);
	/* once more: what was replayed is not committed yet */
	note_clear(ACT_NONE, 0);
	restart();
	recover();
	want_full();
	CHECK(atomic_read(&nr_seen) == 4, "%d replays", atomic_read(&nr_seen));
	CHECK(seen[3].flags & MSG_RESENT, "%x", seen[3].flags);
	CHECK(!atomic_read(&evicted) && !atomic_read(&lost), "%d evictions, %d lost",
	      atomic_read(&evicted), atomic_read(&lost));
	atomic64_set(&target.pt_last_committed, atomic64_read(&transno));
	CHECK(!import_sync_committed(imp), "sync");
	CHECK(atomic_read(&committed) == 3, "%d", atomic_read(&committed));
	ptlrpc_req_close_replay(open);
	CHECK(list_empty(&imp->imp_committed_open), "open is kept after its close");
	ptlrpc_req_put(open);
	for (i = 0; i < ARRAY_SIZE(req); i++)
		ptlrpc_req_put(req[i]);
}

/* The connection breaks in the middle, the server does not: the recovery goes on where it was. */
static void test_broken(void)
{
	commit();
	change_some(4);
	note_clear(ACT_NOTCONN, 2);
	restart();
	recover();
	want_full();
	CHECK(atomic_read(&nr_seen) == 5, "%d replays", atomic_read(&nr_seen));
	CHECK(seen[3].xid == seen[2].xid && seen[3].flags & MSG_RESENT, "%x", seen[3].flags);
	CHECK(!atomic_read(&evicted) && !atomic_read(&lost), "evicted");
}

/* The server restarts in the middle: it starts over. */
static void test_again(void)
{
	commit();
	change_some(4);
	note_clear(ACT_HOLD, 2);
	restart();
	recover();
	CHECK(wait_for_completion_timeout(&held, 10 * HZ), "%d replays", atomic_read(&nr_seen));
	complete(&release);
	restart();
	import_reconnect(imp, &server);
	want_full();
	CHECK(atomic_read(&nr_seen) == 3 + 4, "%d replays", atomic_read(&nr_seen));
	CHECK(!atomic_read(&evicted) && !atomic_read(&lost), "evicted");
}

/* The server refuses a replay, or it must not be repeated: its owner is told. */
static void test_refused(void)
{
	struct ptlrpc_request *req;

	commit();
	change_some(4);
	note_clear(ACT_ERROR, 1);
	restart();
	recover();
	want_full();
	CHECK(atomic_read(&nr_seen) == 4, "%d replays", atomic_read(&nr_seen));
	CHECK(atomic_read(&lost) == 1 && !atomic_read(&evicted), "%d lost", atomic_read(&lost));
	commit();
	req = change(false, true);
	change_some(2);
	note_clear(ACT_NONE, 0);
	restart();
	recover();
	want_full();
	CHECK(atomic_read(&nr_seen) == 2, "%d replays", atomic_read(&nr_seen));
	CHECK(atomic_read(&lost) == 1, "%d lost", atomic_read(&lost));
	ptlrpc_req_put(req);
}

/* A request without an answer is sent again when the recovery is over, and never fails. */
static void test_in_flight(void)
{
	struct ptlrpc_request *req = new_change(), *later = new_change();
	int rc;

	commit();
	change_some(2);
	if (!req || !later)
		return;
	note_all = true;
	note_clear(ACT_HOLD, 0);
	ptlrpc_send_async(req);
	CHECK(wait_for_completion_timeout(&held, 10 * HZ), "not served");
	complete(&release);
	restart();
	import_reconnect(imp, NULL);
	ptlrpc_send_async(later);
	want_full();
	rc = ptlrpc_req_wait(req);
	CHECK(!rc, "%d", rc);
	rc = ptlrpc_req_wait(later);
	CHECK(!rc, "%d", rc);
	note_all = false;
	CHECK(atomic_read(&nr_seen) == 5, "%d requests", atomic_read(&nr_seen));
	CHECK(seen[1].flags & MSG_REPLAY && seen[2].flags & MSG_REPLAY, "replays are not first");
	CHECK(seen[0].xid == seen[3].xid || seen[0].xid == seen[4].xid, "another XID");
	ptlrpc_req_put(req);
	ptlrpc_req_put(later);
}

/* The server evicts the client in the middle of the recovery. */
static void test_evicted(void)
{
	int rc;

	commit();
	change_some(4);
	note_clear(ACT_HOLD, 2);
	restart();
	recover();
	CHECK(wait_for_completion_timeout(&held, 10 * HZ), "no replay");
	CHECK(ptlrpc_target_evict(&target, CLIENT) == 1, "not evicted");
	complete(&release);
	import_reconnect(imp, NULL);
	msleep(1000);
	target.pt_recovering = false;
	rc = import_wait_full(imp, 20);
	CHECK(!rc, "%d", rc);
	CHECK(atomic_read(&evicted) == 1 && atomic_read(&lost) == 4, "%d evictions, %d lost",
	      atomic_read(&evicted), atomic_read(&lost));
	CHECK(list_empty(&imp->imp_replay), "kept");
}

/* Many requests; then the end of the mount in the middle of a recovery does not wait for it. */
static void test_many(void)
{
	ktime_t start;

	commit();
	change_some(MANY);
	note_clear(ACT_NONE, 0);
	restart();
	start = ktime_get();
	recover();
	want_full();
	pr_info("%d requests replayed in %lld ms\n", atomic_read(&nr_seen),
		ktime_ms_delta(ktime_get(), start));
	CHECK(atomic_read(&nr_seen) == MANY, "%d replays", atomic_read(&nr_seen));
	note_clear(ACT_HOLD, 2);
	restart();
	recover();
	CHECK(wait_for_completion_timeout(&held, 10 * HZ), "no replay");
	start = ktime_get();
	import_invalidate(imp);
	do_disconnect();
	CHECK(ktime_ms_delta(ktime_get(), start) < 2000, "%lld ms",
	      ktime_ms_delta(ktime_get(), start));
	complete(&release);
	target.pt_recovering = false;
	/* it has not heard of the end of that import */
	CHECK(ptlrpc_target_evict(&target, CLIENT) == 1, "no export");
}

/* The data of a write are sent again, though its owner has given the pages up. */
static void test_write(void)
{
	struct ptlrpc_request *req = ptlrpc_req_new(imp, OST_WRITE, &wf_ost_create);
	struct bio_vec *bv = kmalloc_array(PAGES, sizeof(*bv), GFP_KERNEL);
	unsigned int i, bad = 0;
	int rc;

	if (!req || ptlrpc_req_pack(req) || !bv)
		goto out;
	for (i = 0; i < PAGES; i++) {
		bvec_set_page(&bv[i], alloc_page(GFP_KERNEL), PAGE_SIZE, 0);
		memset(page_address(bv[i].bv_page), i + 1, PAGE_SIZE);
	}
	commit();
	req->rq_commit_cb = on_commit;
	req->rq_keep_data = true;
	rc = ptlrpc_req_bulk(req, true, OST_BULK_PORTAL, bv, PAGES, 4);
	rc = rc ?: ptlrpc_queue_wait(req);
	CHECK(!rc && req->rq_transno, "%d", rc);
	for (i = 0; i < PAGES; i++) {
		put_page(bv[i].bv_page);
		clear_page(page_address(disk[i]));
	}
	CHECK(atomic_long_read(&imp->imp_kept_pages) == PAGES + 1, "%ld pages kept",
	      atomic_long_read(&imp->imp_kept_pages));
	note_clear(ACT_NONE, 0);
	restart();
	recover();
	want_full();
	for (i = 0; i < PAGES; i++)
		bad += *(u8 *)page_address(disk[i]) != (u8)(i + 1);
	CHECK(!bad, "%u pages are lost", bad);
	CHECK(atomic_read(&nr_seen) == 1, "%d replays", atomic_read(&nr_seen));
	ptlrpc_req_put(req);
	req = NULL;
	atomic64_set(&target.pt_last_committed, atomic64_read(&transno));
	CHECK(!import_sync_committed(imp) && atomic_read(&committed) == 1, "not committed");
	CHECK(!atomic_long_read(&imp->imp_kept_pages), "%ld pages kept after the commit",
	      atomic_long_read(&imp->imp_kept_pages));
out:
	ptlrpc_req_put(req);
	kfree(bv);
}

static void run_tests(void)
{
	if (do_connect(MDS_CONNECT, MDS_REQUEST_PORTAL, MDC_REPLY_PORTAL)) {
		test_order();
		test_broken();
		test_again();
		test_refused();
		test_in_flight();
		test_evicted();
		test_many();
	}
	if (imp)
		do_disconnect();
	if (do_connect(OST_CONNECT, OST_REQUEST_PORTAL, OSC_REPLY_PORTAL))
		test_write();
	if (imp)
		do_disconnect();
}

static int __init test_init(void)
{
	unsigned int i;
	int rc;

	for (i = 0; i < PAGES; i++)
		disk[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
	strscpy(target.pt_uuid, TARGET, sizeof(target.pt_uuid));
	target.pt_ops = &target_ops;
	target.pt_instance = 1;
	rc = lnet_str_nid(nid, &server) ?: ptlrpc_target_register(&target);
	CHECK(!rc, "register: %d", rc);
	for (i = 0; i < ARRAY_SIZE(confs); i++) {
		services[i] = ptlrpc_service_get(&confs[i]);
		CHECK(!IS_ERR(services[i]), "service: %ld", PTR_ERR(services[i]));
	}
	if (!rc) {
		run_tests();
		ptlrpc_target_unregister(&target);
	}
	for (i = 0; i < ARRAY_SIZE(confs); i++)
		ptlrpc_service_put(services[i]);
	for (i = 0; i < PAGES; i++)
		__free_page(disk[i]);
	if (!failures)
		pr_info("passed\n");
	return failures ? -EINVAL : 0;
}

static void __exit test_exit(void)
{
}

module_init(test_init);
module_exit(test_exit);
MODULE_DESCRIPTION("Self test of recovery");
MODULE_LICENSE("GPL");
