// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test of the lock server with clients that hold locks and do not give them back, over the RPC
 * layer of the same node: eviction, timers of called back locks, threads that wait, flocks. Runs in
 * module_init; a failure is a line with FAILED, the end a line "ldlm_test: passed". Wants
 * ptlrpc.ldlm_callback_timeout=6 ldlm_callback_longest=14.
 */
#define pr_fmt(fmt) "ldlm_test: " fmt
#include <linux/delay.h>
#include <gloss/ldlm.h>
#include "common.h"

#define TARGET		"gloss-OST0001_UUID"
#define OST_THREADS	16
#define FLOCK_WAITERS	2000
#define SLOW_CALLBACKS	80	/* more than workers */

/* ---- server ---- */

static struct ptlrpc_target target;
static struct ldlm_namespace *server_ns;
static atomic_t writing, evictions, lock_done, lock_failed;
static int write_secs;
static u64 lock_object;		/* that the next OST_SETATTR is to lock */

static int test_lvb_init(struct ldlm_resource *res)
{
	memset(&res->lr_lvb, 0, sizeof(res->lr_lvb));
	return 0;
}

static const struct ldlm_srv_ops server_ns_ops = { .lvb_init = test_lvb_init };

static struct ldlm_res_id object(u64 id)
{
	return (struct ldlm_res_id){ .name = { id } };
}

static int test_lock_in(struct ldlm_namespace *ns, u64 id, struct ldlm_lock **lock)
{
	union ldlm_policy policy = { .extent = { 0, OBD_OBJECT_EOF } };
	struct ldlm_res_id res_id = object(id);

	return ldlm_srv_lock_local(ns, &res_id, LDLM_EXTENT, &policy, LCK_PW, 0, lock);
}

static int test_lock_local(u64 id)
{
	struct ldlm_lock *lock;
	int rc = test_lock_in(server_ns, id, &lock);

	ldlm_srv_unlock(lock);
	return rc;
}

/* A write that has its data, and is slow on the disk. */
static int handle_write(struct svc_req *req)
{
	atomic_inc(&writing);
	ssleep(write_secs);
	atomic_dec(&writing);
	return svc_rep_pack(req);
}

static int handle_lock(struct svc_req *req)
{
	const struct ost_body *body = svc_req_buf(req, WF_OST_BODY);
	int rc = test_lock_local(le64_to_cpu(body->oa.o_size));

	atomic_inc(&lock_done);
	if (rc && rc != -EINPROGRESS)
		atomic_inc(&lock_failed);
	return rc ?: svc_rep_pack(req);
}

static int handle_echo(struct svc_req *req)
{
	return svc_rep_pack(req);
}

static const struct ptlrpc_handler handlers[] = {
	{ OST_WRITE, "write", &wf_ost_create, handle_write },
	{ OST_SETATTR, "lock", &wf_ost_body_only, handle_lock },
	{ OST_GETATTR, "echo", &wf_ost_body_only, handle_echo },
};

static void test_disconnect(struct obd_export *exp, bool evicted)
{
	if (evicted)
		atomic_inc(&evictions);
}

static const struct ptlrpc_target_ops target_ops = {
	.handlers = handlers,
	.nr = ARRAY_SIZE(handlers),
	.export_alloc = test_export_alloc,
	.export_free = test_export_free,
	.disconnect = test_disconnect,
};

static const struct ptlrpc_service_conf confs[] = {
	{ "ost", OST_REQUEST_PORTAL, OSC_REPLY_PORTAL, 16384, 9216, 2, OST_THREADS },
	{ "ost_io", OST_IO_PORTAL, OSC_REPLY_PORTAL, 16384, 9216, 2, 16 },
};

/* ---- client ---- */

struct client {
	struct obd_import	*imp;
	struct ldlm_namespace	*ns;
	const char		*uuid;
};

static int blocking_secs;	/* that a callback takes */

static int client_blocking(struct ldlm_lock *lock, bool canceling)
{
	if (canceling)
		ssleep(blocking_secs);
	return 0;
}

static const struct ldlm_cli_ops client_ops = { .blocking = client_blocking };
static const struct import_ops import_ops = {};

static int client_start_flags(struct client *c, const char *uuid, u64 flags)
{
	struct import_conf conf = {
		.target_uuid = TARGET,
		.client_uuid = uuid,
		.connect_op = OST_CONNECT,
		.req_portal = OST_REQUEST_PORTAL,
		.rep_portal = OSC_REPLY_PORTAL,
		.sp = LUSTRE_SP_CLI,
		.ops = &import_ops,
	};

	conf.ocd.ocd_connect_flags =
		cpu_to_le64(OBD_CONNECT_FULL20 | OBD_CONNECT_VERSION | OBD_CONNECT_AT |
			    OBD_CONNECT_LVB_TYPE | OBD_CONNECT_CANCELSET | flags);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	c->uuid = uuid;
	c->imp = test_import(&conf);
	c->ns = c->imp ? ldlm_ns_new_client(uuid, c->imp) : NULL;
	return c->ns ? 0 : -ENOMEM;
}

static int client_start(struct client *c, const char *uuid)
{
	return client_start_flags(c, uuid, OBD_CONNECT_EINPROGRESS);
}

static void client_stop(struct client *c)
{
	ldlm_ns_free(c->ns, true);
	import_disconnect(c->imp);
	import_put(c->imp);
}

/* A lock on all of an object, with a user: it is not given back while that is there. */
static struct ldlm_lock *client_lock_mode(struct client *c, u64 id, u32 mode)
{
	struct ldlm_enqueue_info ei = {
		.ei_ns = c->ns,
		.ei_res_id = object(id),
		.ei_type = LDLM_EXTENT,
		.ei_mode = mode,
		.ei_policy.extent.end = OBD_OBJECT_EOF,
		.ei_ops = &client_ops,
		.ei_lvb_len = sizeof(struct ost_lvb),
	};
	struct ldlm_lock *lock = NULL;
	int rc = ldlm_cli_enqueue(&ei, NULL, &lock);

	CHECK(!rc && lock, "enqueue: %d", rc);
	return lock;
}

static struct ldlm_lock *client_lock(struct client *c, u64 id)
{
	return client_lock_mode(c, id, LCK_PW);
}

static struct ptlrpc_request *client_send(struct client *c, u32 opc, const struct wire_format *fmt,
					  const struct ldlm_lock *lock)
{
	struct ptlrpc_request *req = ptlrpc_req_new(c->imp, opc, fmt);
	struct ost_body *body;
	int rc = req ? ptlrpc_req_pack(req) : -ENOMEM;

	CHECK(!rc, "%d", rc);
	if (rc)
		return NULL;
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	body->oa.o_size = cpu_to_le64(lock_object);
	if (lock) {
		body->oa.o_valid = cpu_to_le64(OBD_MD_FLHANDLE);
		body->oa.o_handle = lock->l_remote;
	}
	rc = ptlrpc_send_async(req);
	CHECK(!rc, "%d", rc);
	return req;
}

static int client_wait(struct ptlrpc_request *req)
{
	int rc = req ? ptlrpc_req_wait(req) : -ENOMEM;

	ptlrpc_req_put(req);
	return rc;
}

static bool wait_for(atomic_t *what, int n, int secs)
{
	int i;

	for (i = 0; i < secs * 20 && atomic_read(what) != n; i++)
		msleep(50);
	return atomic_read(what) == n;
}

/* ---- tests ---- */

/*
 * An evicted client's write that is in service reaches the disk before anybody else gets the lock;
 * a request of it that waits for a lock of its own does not keep the eviction from its end.
 */
static void test_evict(void)
{
	struct ptlrpc_request *write, *wait;
	ktime_t start = ktime_get();
	struct ldlm_lock *lock;
	struct client c;

	if (client_start(&c, "evict"))
		return;
	lock = client_lock(&c, 1);
	write_secs = 3;
	lock_object = 1;
	atomic_set(&lock_done, 0);
	write = client_send(&c, OST_WRITE, &wf_ost_create, lock);
	wait = client_send(&c, OST_SETATTR, &wf_ost_body_only, NULL);
	msleep(500);
	CHECK(atomic_read(&writing) == 1, "no write in service");
	CHECK(ptlrpc_target_evict(&target, c.uuid) == 1, "not evicted");
	CHECK(!test_lock_local(1), "no lock");
	CHECK(!atomic_read(&writing), "the lock was granted before the write ended");
	CHECK(atomic_read(&lock_done) == 1, "the request still waits for the lock");
	CHECK(ktime_ms_delta(ktime_get(), start) < 6000, "%lld ms",
	      ktime_ms_delta(ktime_get(), start));
	client_wait(write);
	client_wait(wait);
	ldlm_lock_decref(lock, LCK_PW);
	client_stop(&c);
}

/* ---- an enqueue that is given up ---- */

static bool stop_now;
static struct ldlm_lock *stop_lock;

static void stop_fn(struct work_struct *work)
{
	WRITE_ONCE(stop_now, true);
	wake_up_all(&stop_lock->l_waitq);
}

static DECLARE_DELAYED_WORK(stop_work, stop_fn);

/* A wait for the grant ends when its owner says so, and the lock that is granted later is lost. */
static void test_stop(void)
{
	struct client holder, waiter;
	struct ldlm_enqueue_info ei = {
		.ei_res_id = object(31),
		.ei_type = LDLM_EXTENT,
		.ei_mode = LCK_PW,
		.ei_policy.extent.end = OBD_OBJECT_EOF,
		.ei_ops = &client_ops,
		.ei_lvb_len = sizeof(struct ost_lvb),
		.ei_stop = &stop_now,
	};
	struct ldlm_lock *held, *lock = NULL;
	struct ptlrpc_request *req = NULL;
	ktime_t start = ktime_get();
	int rc;

	if (client_start(&holder, "holder") || client_start(&waiter, "waiter"))
		return;
	held = client_lock(&holder, 31);
	ei.ei_ns = waiter.ns;
	stop_now = false;
	rc = ldlm_cli_enqueue_start(&ei, &req, &lock);
	CHECK(!rc, "%d", rc);
	if (!rc) {
		stop_lock = ldlm_lock_get(lock);
		schedule_delayed_work(&stop_work, HZ / 2);
		rc = ptlrpc_queue_wait(req);
		rc = ldlm_cli_enqueue_finish(&ei, req, rc, &lock);
		CHECK(rc == -EINTR && ktime_ms_delta(ktime_get(), start) < 4000, "%d after %lld ms",
		      rc, ktime_ms_delta(ktime_get(), start));
		flush_delayed_work(&stop_work);
		ldlm_lock_put(stop_lock);
		ptlrpc_req_put(req);
	}
	ldlm_lock_decref(held, LCK_PW);
	rc = test_lock_local(31);
	CHECK(!rc, "not granted to others: %d", rc);
	client_stop(&holder);
	client_stop(&waiter);
}

/* ---- a target that stops ---- */

static struct ldlm_namespace *stopping_ns;
static int waiter_rc;

static void wait_for_lock_fn(struct work_struct *work)
{
	struct ldlm_lock *lock;

	waiter_rc = test_lock_in(stopping_ns, 1, &lock);
	ldlm_srv_unlock(lock);
}

static DECLARE_WORK(wait_for_lock, wait_for_lock_fn);

/* From the stop of a target on no lock is granted, whether it waited before or is new. */
static void test_target_stops(void)
{
	ktime_t start = ktime_get();
	struct ldlm_lock *held, *lock;
	int rc;

	stopping_ns = ldlm_ns_new_server("filter-ldlm-stop", &server_ns_ops);
	if (!stopping_ns)
		return;
	rc = test_lock_in(stopping_ns, 1, &held);
	CHECK(!rc, "%d", rc);
	schedule_work(&wait_for_lock);
	msleep(300);
	ldlm_ns_stop(stopping_ns);
	ldlm_srv_unlock(held);
	flush_work(&wait_for_lock);
	CHECK(waiter_rc == -ENODEV, "the waiting lock: %d", waiter_rc);
	rc = test_lock_in(stopping_ns, 1, &lock);
	CHECK(rc == -ENODEV, "a new lock: %d", rc);
	CHECK(ktime_ms_delta(ktime_get(), start) < 2000, "%lld ms",
	      ktime_ms_delta(ktime_get(), start));
	ldlm_ns_free(stopping_ns, false);
}

/* A client is not evicted for a lock as long as the server itself has not done its write. */
static void test_prolong(void)
{
	int before = atomic_read(&evictions), rc;
	struct ptlrpc_request *write, *other;
	struct ldlm_lock *lock;
	struct client c, d;

	if (client_start(&c, "writer") || client_start(&d, "other"))
		return;
	lock = client_lock(&c, 2);
	write_secs = 10;
	lock_object = 2;
	write = client_send(&c, OST_WRITE, &wf_ost_create, lock);
	msleep(200);
	other = client_send(&d, OST_SETATTR, &wf_ost_body_only, NULL);
	rc = client_wait(write);
	CHECK(!rc, "write: %d", rc);
	ldlm_lock_decref(lock, LCK_PW);
	rc = client_wait(other);
	CHECK(!rc, "the other client: %d", rc);
	CHECK(atomic_read(&evictions) == before, "evicted");
	client_stop(&c);
	client_stop(&d);
}

/* Clients that do not give locks back do not hold all threads until they are evicted. */
static void test_threads(void)
{
	static const char * const names[] = { "dead1", "dead2", "dead3" };
	int i, rc, before = atomic_read(&evictions);
	struct client dead[ARRAY_SIZE(names)], d;
	struct ldlm_lock *lock[ARRAY_SIZE(names)];
	struct ptlrpc_request *req[48];
	ktime_t start;

	if (client_start(&d, "alive"))
		return;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (client_start(&dead[i], names[i]))
			return;
		lock[i] = client_lock(&dead[i], 30 + i);
	}
	atomic_set(&lock_failed, 0);
	for (i = 0; i < ARRAY_SIZE(req); i++) {
		lock_object = 30 + i % ARRAY_SIZE(names);
		req[i] = client_send(&d, OST_SETATTR, &wf_ost_body_only, NULL);
	}
	msleep(1000);
	start = ktime_get();
	rc = client_wait(client_send(&d, OST_GETATTR, &wf_ost_body_only, NULL));
	CHECK(!rc && ktime_ms_delta(ktime_get(), start) < 3500, "%d after %lld ms", rc,
	      ktime_ms_delta(ktime_get(), start));
	CHECK(atomic_read(&evictions) == before, "evicted already");
	for (i = 0; i < ARRAY_SIZE(req); i++) {
		rc = client_wait(req[i]);
		CHECK(!rc, "%d", rc);
	}
	CHECK(!atomic_read(&lock_failed), "%d failed", atomic_read(&lock_failed));
	CHECK(wait_for(&evictions, before + ARRAY_SIZE(names), 5), "not evicted");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		ldlm_lock_decref(lock[i], LCK_PW);
		client_stop(&dead[i]);
	}
	client_stop(&d);
}

/*
 * For a lock that is never taken by force no thread waits for long, not even for a client that does
 * not know EINPROGRESS.
 */
static void test_group(void)
{
	struct ptlrpc_request *req[OST_THREADS];
	struct client holder, old, d;
	struct ldlm_lock *lock;
	ktime_t start;
	int i, rc;

	if (client_start(&holder, "group") || client_start_flags(&old, "old", 0) ||
	    client_start(&d, "alive"))
		return;
	lock = client_lock_mode(&holder, 6, LCK_GROUP);
	lock_object = 6;
	for (i = 0; i < OST_THREADS; i++)
		req[i] = client_send(&old, OST_SETATTR, &wf_ost_body_only, NULL);
	msleep(200);
	start = ktime_get();
	rc = client_wait(client_send(&d, OST_GETATTR, &wf_ost_body_only, NULL));
	CHECK(!rc && ktime_ms_delta(ktime_get(), start) < 3500, "%d after %lld ms", rc,
	      ktime_ms_delta(ktime_get(), start));
	ldlm_lock_decref_cancel(lock, LCK_GROUP);
	client_stop(&old);
	for (i = 0; i < OST_THREADS; i++)
		client_wait(req[i]);
	client_stop(&holder);
	client_stop(&d);
}

/*
 * Requests that do not need a called back lock do not keep it, and those that do keep it only for
 * ldlm_callback_longest.
 */
static void test_busy(void)
{
	/* not the evictions, which end when the writes do */
	atomic_t *timeouts = &server_ns->ns_nr_timeouts;
	int before = atomic_read(timeouts), rc;
	struct ptlrpc_request *write[3], *wait[2];
	struct ldlm_lock *lock[2];
	struct client a, b, d;

	if (client_start(&a, "elsewhere") || client_start(&b, "endless") ||
	    client_start(&d, "other"))
		return;
	lock[0] = client_lock(&a, 7);
	lock[1] = client_lock(&b, 8);
	write_secs = 10;
	write[0] = client_send(&a, OST_WRITE, &wf_ost_create, NULL);
	write[1] = client_send(&b, OST_WRITE, &wf_ost_create, lock[1]);
	msleep(200);
	lock_object = 7;
	wait[0] = client_send(&d, OST_SETATTR, &wf_ost_body_only, NULL);
	lock_object = 8;
	wait[1] = client_send(&d, OST_SETATTR, &wf_ost_body_only, NULL);
	msleep(8500);
	CHECK(atomic_read(timeouts) == before + 1, "%d", atomic_read(timeouts) - before);
	write_secs = 9;
	write[2] = client_send(&b, OST_WRITE, &wf_ost_create, lock[1]);
	CHECK(wait_for(timeouts, before + 2, 6), "%d", atomic_read(timeouts) - before);
	rc = client_wait(wait[0]) ?: client_wait(wait[1]);
	CHECK(!rc, "the other client: %d", rc);
	client_wait(write[0]);
	client_wait(write[1]);
	client_wait(write[2]);
	ldlm_lock_decref(lock[0], LCK_PW);
	ldlm_lock_decref(lock[1], LCK_PW);
	client_stop(&a);
	client_stop(&b);
	client_stop(&d);
}

/* ---- bare requests, so that thousands of locks can wait without a thread each ---- */

static atomic_t flock_answered, flock_enolck, flock_failed;

static void flock_done(struct ptlrpc_request *req)
{
	if (req->rq_status == -ENOLCK)
		atomic_inc(&flock_enolck);
	else if (req->rq_status)
		atomic_inc(&flock_failed);
	atomic_inc(&flock_answered);
}

static void raw_enqueue(struct client *c, u64 id, u32 type, u32 mode,
			const union ldlm_policy *policy)
{
	struct ptlrpc_request *req = ptlrpc_req_new(c->imp, LDLM_ENQUEUE, &wf_ldlm_enqueue);
	struct ldlm_res_id res_id = object(id);
	struct ldlm_request *dlm;

	if (req)
		ptlrpc_req_size(req, WF_DLM_REQ, LDLM_REQ_MIN_SIZE);
	if (!req || ptlrpc_req_pack(req)) {
		CHECK(false, "no memory");
		return;
	}
	dlm = ptlrpc_req_buf(req, WF_DLM_REQ);
	dlm->lock_desc.l_resource.lr_type = cpu_to_le32(type);
	res_id_to_le(&dlm->lock_desc.l_resource.lr_name, &res_id);
	dlm->lock_desc.l_req_mode = cpu_to_le32(mode);
	ldlm_policy_to_wire(type, policy, &dlm->lock_desc.l_policy_data);
	dlm->lock_handle[0].cookie = ptlrpc_new_cookie();
	req->done = flock_done;
	if (ptlrpc_send_async(req))
		CHECK(false, "not sent");
	ptlrpc_req_put(req);
}

static void flock_send(struct client *c, u64 id, u64 owner, u32 mode, u64 start, u64 end)
{
	union ldlm_policy policy = { .flock = { start, end, owner, 1 } };

	raw_enqueue(c, id, LDLM_FLOCK, mode, &policy);
}

static void flock_reset(void)
{
	atomic_set(&flock_answered, 0);
	atomic_set(&flock_enolck, 0);
	atomic_set(&flock_failed, 0);
}

/*
 * Many wait for one lock, which owner 1 has. Nobody at the client knows the locks, so each is
 * dropped as soon as it is granted by a callback: the unlock of the first goes through all of them.
 */
static void test_flock_queue(void)
{
	struct client c;
	ktime_t start;
	s64 ms;
	int i;

	if (client_start(&c, "flocks"))
		return;
	flock_reset();
	for (i = 0; i < FLOCK_WAITERS; i++) {
		flock_send(&c, 4, i + 1, LCK_PW, 0, LLONG_MAX);
		/* the server takes requests in any order: the first has its lock before */
		if (!i || i % 64 == 63)
			CHECK(wait_for(&flock_answered, i + 1, 20), "%d answers",
			      atomic_read(&flock_answered));
	}
	CHECK(wait_for(&flock_answered, i, 20) && !atomic_read(&flock_failed), "%d, %d failed",
	      atomic_read(&flock_answered), atomic_read(&flock_failed));
	start = ktime_get();
	flock_send(&c, 4, 1, LCK_NL, 0, LLONG_MAX);
	CHECK(wait_for(&server_ns->ns_nr_locks, 0, 60), "%d locks left",
	      atomic_read(&server_ns->ns_nr_locks));
	ms = ktime_ms_delta(ktime_get(), start);
	pr_info("%d flocks one after the other: %lld ms\n", FLOCK_WAITERS, ms);
	CHECK(ms < 8000, "%lld ms", ms);
	client_stop(&c);
}

/* What cannot be called back is bounded for each client; an unlock of all always succeeds. */
static void test_flock_bound(void)
{
	int i, n = LDLM_EXPORT_UNTIMED_MAX + 100;
	struct client c;

	if (client_start(&c, "many"))
		return;
	flock_reset();
	for (i = 0; i < n; i++) {
		flock_send(&c, 5, 1, LCK_PW, 10 * i, 10 * i + 1);
		if (i % 256 == 255)
			wait_for(&flock_answered, i + 1, 20);
	}
	CHECK(wait_for(&flock_answered, n, 30), "%d answers", atomic_read(&flock_answered));
	CHECK(atomic_read(&flock_enolck) >= 100 && !atomic_read(&flock_failed),
	      "%d refused, %d failed", atomic_read(&flock_enolck), atomic_read(&flock_failed));
	flock_reset();
	flock_send(&c, 5, 1, LCK_NL, 0, LLONG_MAX);
	CHECK(wait_for(&flock_answered, 1, 10) && !atomic_read(&flock_enolck), "unlock");
	CHECK(wait_for(&server_ns->ns_nr_locks, 0, 10), "%d locks left",
	      atomic_read(&server_ns->ns_nr_locks));
	client_stop(&c);
}

/*
 * A client whose callbacks take long, because what they write back waits for a server that is away,
 * still answers the callbacks of its other servers.
 */
static void test_callbacks(void)
{
	union ldlm_policy all = { .extent = { 0, OBD_OBJECT_EOF } };
	struct client slow_one, quick, other;
	ktime_t start;
	int i, rc;

	if (client_start(&slow_one, "slow") || client_start(&quick, "quick") ||
	    client_start(&other, "third"))
		return;
	blocking_secs = 4;
	for (i = 0; i < SLOW_CALLBACKS; i++)
		ldlm_lock_decref(client_lock(&slow_one, 100 + i), LCK_PW);
	ldlm_lock_decref(client_lock(&quick, 99), LCK_PW);
	flock_reset();
	for (i = 0; i < SLOW_CALLBACKS; i++)
		raw_enqueue(&other, 100 + i, LDLM_EXTENT, LCK_PW, &all);
	CHECK(wait_for(&flock_answered, i, 20), "%d answers", atomic_read(&flock_answered));
	msleep(500);
	blocking_secs = 0;
	start = ktime_get();
	rc = test_lock_local(99);
	CHECK(!rc && ktime_ms_delta(ktime_get(), start) < 2000, "%d after %lld ms", rc,
	      ktime_ms_delta(ktime_get(), start));
	CHECK(wait_for(&server_ns->ns_nr_locks, 0, 20), "%d locks left",
	      atomic_read(&server_ns->ns_nr_locks));
	client_stop(&slow_one);
	client_stop(&quick);
	client_stop(&other);
}

static void run_tests(void)
{
	test_evict();
	test_stop();
	test_target_stops();
	test_flock_queue();
	test_callbacks();
	if (slow) {
		test_prolong();
		test_threads();
		test_group();
		test_busy();
		test_flock_bound();
	}
}

static int __init ldlm_test_init(void)
{
	int rc;

	server_ns = ldlm_ns_new_server("filter-ldlm-test", &server_ns_ops);
	if (!server_ns)
		return -ENOMEM;
	strscpy(target.pt_uuid, TARGET, sizeof(target.pt_uuid));
	target.pt_ops = &target_ops;
	target.pt_ns = server_ns;
	rc = test_with_target(&target, confs, ARRAY_SIZE(confs), run_tests);
	ldlm_ns_free(server_ns, false);
	return rc;
}

static void __exit ldlm_test_exit(void)
{
}

module_init(ldlm_test_init);
module_exit(ldlm_test_exit);
MODULE_DESCRIPTION("Self test of the lock server");
MODULE_LICENSE("GPL");
