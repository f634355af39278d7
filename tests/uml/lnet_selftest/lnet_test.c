// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test of LNet on one node: PUT and GET of pages with ACK, truncation, MAX_SIZE, lazy portals,
 * races of unlinking, ping. With local_nid_dist_zero=0 everything goes over the network to the node
 * itself.
 */
#define pr_fmt(fmt) "lnet_test: " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <gloss/lnet.h>

static int loops = 200;
module_param(loops, int, 0444);
static int bulk_mib = 64;
module_param(bulk_mib, int, 0444);
static char *peer = "";
module_param(peer, charp, 0444);

#define PORTAL	8
#define NPAGES	256

static int failures;

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		pr_err("%s:%d: failed: %s\n", __func__, __LINE__, #cond);	\
		failures++;							\
	}									\
} while (0)

/* What happened to an md. */
struct watch {
	struct lnet_event ev[8];
	int n;				/* events, the first 8 are kept */
	int count[7];
	int failed;
	spinlock_t lock;		/* guards what is here */
	wait_queue_head_t wait;
	bool over;
	int late;			/* events after the last */
};

static struct lnet_nid self_nid;
static struct page *src_pages[NPAGES], *dst_pages[NPAGES];
static struct bio_vec src[NPAGES], dst[NPAGES];

static void watch_init(struct watch *w)
{
	memset(w, 0, sizeof(*w));
	spin_lock_init(&w->lock);
	init_waitqueue_head(&w->wait);
}

static void watch_event(const struct lnet_event *ev)
{
	struct watch *w = ev->user;

	might_sleep();
	spin_lock(&w->lock);
	if (w->n < ARRAY_SIZE(w->ev))
		w->ev[w->n] = *ev;
	w->n++;
	w->count[ev->type]++;
	if (ev->status)
		w->failed++;
	if (w->over)
		w->late++;
	if (ev->unlinked)
		w->over = true;
	wake_up(&w->wait);
	spin_unlock(&w->lock);
}

static bool watch_over(struct watch *w)
{
	bool ok = wait_event_timeout(w->wait, READ_ONCE(w->over), 20 * HZ);

	/* let the handler leave */
	spin_lock(&w->lock);
	spin_unlock(&w->lock);
	return ok && !w->late;
}

static bool watch_count(struct watch *w, int kind, int n)
{
	return wait_event_timeout(w->wait, READ_ONCE(w->count[kind]) >= n, 20 * HZ);
}

static struct lnet_md_desc desc_pages(struct bio_vec *bv, u32 len, int threshold, u32 options,
				      struct watch *w)
{
	return (struct lnet_md_desc){
		.bvec = bv, .nr_bvec = NPAGES, .length = len, .threshold = threshold,
			.options = options,
		.handler = watch_event, .user = w,
	};
}

static struct lnet_md_desc desc_buf(void *buf, u32 len, int threshold, u32 options, struct watch *w)
{
	return (struct lnet_md_desc){
		.buf = buf, .length = len, .threshold = threshold, .options = options,
		.handler = watch_event, .user = w,
	};
}

static int pages_init(void)
{
	int i;

	for (i = 0; i < NPAGES; i++) {
		src_pages[i] = alloc_page(GFP_KERNEL);
		dst_pages[i] = alloc_page(GFP_KERNEL);
		if (!src_pages[i] || !dst_pages[i])
			return -ENOMEM;
		get_random_bytes(page_address(src_pages[i]), PAGE_SIZE);
		src[i] = (struct bio_vec){ .bv_page = src_pages[i], .bv_len = PAGE_SIZE };
		dst[i] = (struct bio_vec){ .bv_page = dst_pages[i], .bv_len = PAGE_SIZE };
	}
	return 0;
}

static void pages_exit(void)
{
	int i;

	for (i = 0; i < NPAGES; i++) {
		if (src_pages[i])
			__free_page(src_pages[i]);
		if (dst_pages[i])
			__free_page(dst_pages[i]);
	}
}

static void pages_clear(void)
{
	int i;

	for (i = 0; i < NPAGES; i++)
		memset(page_address(dst_pages[i]), 0xee, PAGE_SIZE);
}

static bool pages_same(int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (memcmp(page_address(src_pages[i]), page_address(dst_pages[i]), PAGE_SIZE))
			return false;
	return true;
}

static struct lnet_process_id from_self(void)
{
	return (struct lnet_process_id){ .nid = self_nid, .pid = LNET_PID_LUSTRE };
}

/* 1 MiB each way; exact entry of a named peer. */
static int test_bulk(u64 bits)
{
	struct lnet_process_id id = from_self();
	struct lnet_md *t, *i;
	static struct watch tw, iw;
	struct lnet_md_desc d;

	watch_init(&tw);
	watch_init(&iw);
	pages_clear();
	d = desc_pages(dst, LNET_MTU, 1, LNET_MD_OP_PUT, &tw);
	t = lnet_md_attach(PORTAL, &id, bits, 0, &d, true);
	CHECK(!IS_ERR(t));
	d = desc_pages(src, LNET_MTU, 2, 0, &iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_put(NULL, i, true, &self_nid, PORTAL, bits, 0) == 0);
	CHECK(watch_over(&tw));
	CHECK(watch_over(&iw));
	CHECK(pages_same(NPAGES));
	CHECK(tw.n == 1 && tw.ev[0].type == LNET_EVENT_PUT && tw.ev[0].mlength == LNET_MTU &&
	      tw.ev[0].rlength == LNET_MTU && !tw.ev[0].status && tw.ev[0].match_bits == bits);
	CHECK(iw.n == 2 && iw.count[LNET_EVENT_SEND] == 1 && iw.count[LNET_EVENT_ACK] == 1 &&
	      !iw.failed);

	/* the other way: the target's memory is fetched */
	watch_init(&tw);
	watch_init(&iw);
	pages_clear();
	d = desc_pages(src, LNET_MTU, 1, LNET_MD_OP_GET, &tw);
	t = lnet_md_attach(PORTAL, &id, bits + 1, 0, &d, true);
	CHECK(!IS_ERR(t));
	d = desc_pages(dst, LNET_MTU, 2, 0, &iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_get(NULL, i, &self_nid, PORTAL, bits + 1, 0) == 0);
	CHECK(watch_over(&tw));
	CHECK(watch_over(&iw));
	CHECK(pages_same(NPAGES));
	CHECK(tw.n == 1 && tw.ev[0].type == LNET_EVENT_GET);
	CHECK(iw.n == 2 && iw.count[LNET_EVENT_REPLY] == 1 && !iw.failed);
	return 0;
}

#define GAPS_LEN	60000
#define GAPS_SRC	1000	/* bytes of a piece, with gaps between them */
#define GAPS_DST	3000

static bool gaps_same(void)
{
	u32 i;

	for (i = 0; i < GAPS_LEN; i++)
		if (((u8 *)page_address(src_pages[i / GAPS_SRC]))[100 + i % GAPS_SRC] !=
		    ((u8 *)page_address(dst_pages[i / GAPS_DST]))[7 + i % GAPS_DST])
			return false;
	return true;
}

/* PUT or GET between pieces of memory that do not fill their pages. */
static int test_gaps(bool get)
{
	static struct bio_vec from[GAPS_LEN / GAPS_SRC], to[GAPS_LEN / GAPS_DST];
	struct lnet_process_id id = from_self();
	static struct watch tw, iw;
	struct lnet_md_desc d, f, t;
	struct lnet_md *target, *i;
	u32 k;

	for (k = 0; k < ARRAY_SIZE(from); k++)
		from[k] = (struct bio_vec){ .bv_page = src_pages[k], .bv_offset = 100,
					    .bv_len = GAPS_SRC };
	for (k = 0; k < ARRAY_SIZE(to); k++)
		to[k] = (struct bio_vec){ .bv_page = dst_pages[k], .bv_offset = 7,
					  .bv_len = GAPS_DST };
	watch_init(&tw);
	watch_init(&iw);
	pages_clear();
	f = desc_pages(from, GAPS_LEN, get ? 1 : 2, LNET_MD_OP_GET, get ? &tw : &iw);
	f.nr_bvec = ARRAY_SIZE(from);
	t = desc_pages(to, GAPS_LEN, get ? 2 : 1, LNET_MD_OP_PUT, get ? &iw : &tw);
	t.nr_bvec = ARRAY_SIZE(to);
	d = get ? f : t;
	target = lnet_md_attach(PORTAL, &id, 99, 0, &d, true);
	CHECK(!IS_ERR(target));
	d = get ? t : f;
	d.options = 0;
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK((get ? lnet_get(NULL, i, &self_nid, PORTAL, 99, 0) :
		     lnet_put(NULL, i, true, &self_nid, PORTAL, 99, 0)) == 0);
	CHECK(watch_over(&tw) && !tw.failed);
	CHECK(watch_over(&iw) && !iw.failed);
	CHECK(gaps_same());
	return 0;
}

/* A long PUT from vmalloc memory into a shorter md, whose first and last page are not whole. */
static int test_cut(void)
{
	struct lnet_process_id id = from_self();
	static struct watch tw, iw;
	char *from = vmalloc(LNET_MTU), *to = vzalloc(LNET_MTU);
	struct lnet_md_desc d;
	struct lnet_md *t, *i;

	CHECK(from && to);
	get_random_bytes(from, LNET_MTU);
	watch_init(&tw);
	watch_init(&iw);
	d = desc_buf(to + 5000, 300001, 1, LNET_MD_OP_PUT | LNET_MD_TRUNCATE, &tw);
	t = lnet_md_attach(PORTAL, &id, 98, 0, &d, true);
	CHECK(!IS_ERR(t));
	d = desc_buf(from + 77, 900003, 2, 0, &iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_put(NULL, i, true, &self_nid, PORTAL, 98, 0) == 0);
	CHECK(watch_over(&tw) && !tw.failed);
	CHECK(watch_over(&iw) && !iw.failed);
	CHECK(tw.ev[0].rlength == 900003 && tw.ev[0].mlength == 300001);
	CHECK(!memcmp(to + 5000, from + 77, 300001));
	CHECK(!to[4999] && !to[305001]);
	vfree(from);
	vfree(to);
	return 0;
}

/* A reply buffer: early reply at 0, the real one behind it, too long. */
static int test_reply_buffer(void)
{
	static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	struct lnet_process_id id = from_self();
	static struct watch tw, iw;
	struct lnet_md_desc d;
	struct lnet_md *t, *i;
	char *buf, *out;
	int k;

	buf = kmalloc(64, GFP_KERNEL);
	out = vmalloc(64);
	CHECK(buf && out);
	memset(out, 0, 64);
	memcpy(buf, text, sizeof(text));
	watch_init(&tw);
	d = desc_buf(out, 40, LNET_MD_THRESH_INF,
		     LNET_MD_OP_PUT | LNET_MD_MANAGE_REMOTE | LNET_MD_TRUNCATE, &tw);
	t = lnet_md_attach(PORTAL, &id, 77, 0, &d, false);
	CHECK(!IS_ERR(t));
	for (k = 0; k < 2; k++) {
		watch_init(&iw);
		d = desc_buf(buf, 36, k ? 2 : 1, 0, &iw);
		i = lnet_md_bind(&d);
		CHECK(!IS_ERR(i));
		CHECK(lnet_put(NULL, i, k, &self_nid, PORTAL, 77, k * 10) == 0);
		CHECK(watch_over(&iw));
		CHECK(iw.n == 1 + k && !iw.failed);
		if (k)
			CHECK(iw.ev[0].type == LNET_EVENT_ACK ? iw.ev[0].mlength == 30
							      : iw.ev[1].mlength == 30);
		CHECK(watch_count(&tw, LNET_EVENT_PUT, k + 1));
	}
	CHECK(tw.ev[0].rlength == 36 && tw.ev[0].mlength == 36 && tw.ev[0].offset == 0);
	CHECK(tw.ev[1].rlength == 36 && tw.ev[1].mlength == 30 && tw.ev[1].offset == 10);
	CHECK(!memcmp(out, text, 10) && !memcmp(out + 10, text, 30));
	CHECK(!tw.over);
	lnet_md_get(t);
	lnet_md_unlink(t);
	CHECK(watch_over(&tw));
	CHECK(tw.n == 3 && tw.count[LNET_EVENT_UNLINK] == 1);
	lnet_md_unlink(t);
	CHECK(!lnet_md_unlink_quiet(t));
	lnet_md_put(t);
	CHECK(tw.n == 3);
	kfree(buf);
	vfree(out);
	return 0;
}

static int send_small(char *buf, u32 len, u64 bits, bool ack, struct watch *iw)
{
	struct lnet_md_desc d;
	struct lnet_md *i;

	watch_init(iw);
	d = desc_buf(buf, len, ack ? 2 : 1, 0, iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_put(NULL, i, ack, &self_nid, PORTAL + 1, bits, 0) == 0);
	return 0;
}

/*
 * A request portal: lazy, MAX_SIZE, auto-unlinked when the room is used up; too long ones vanish.
 */
static int test_request_portal(void)
{
	struct lnet_process_id any = LNET_ANY_ID;
	static struct watch tw, iw[4];
	struct lnet_md_desc d;
	struct lnet_md *t;
	char *buf, *room;
	int k, sum = 0;

	buf = kzalloc(4096, GFP_KERNEL);
	room = vzalloc(8192);
	CHECK(buf && room);
	CHECK(lnet_portal_lazy(PORTAL + 1, true) == 0);
	for (k = 0; k < 3; k++) {
		memset(buf, 'a' + k, 4096);
		CHECK(send_small(buf, 1000, 100 + k, false, &iw[k]) == 0);
		CHECK(watch_over(&iw[k]));
	}
	msleep(100);
	watch_init(&tw);
	d = desc_buf(room, 6000, LNET_MD_THRESH_INF, LNET_MD_OP_PUT | LNET_MD_MAX_SIZE, &tw);
	d.max_size = 2048;
	t = lnet_md_attach(PORTAL + 1, &any, 0, ~0ULL, &d, true);
	CHECK(!IS_ERR(t));
	CHECK(watch_count(&tw, LNET_EVENT_PUT, 3));
	for (k = 0; k < 3000; k++)
		sum += room[k] == 'a' || room[k] == 'b' || room[k] == 'c';
	CHECK(sum == 3000 && !tw.over);
	/* longer than max_size: dropped, no ACK; a sender on 0@lo is told */
	CHECK(send_small(buf, 3000, 200, true, &iw[3]) == 0);
	CHECK(watch_count(&iw[3], LNET_EVENT_SEND, 1));
	/* 3000 + 1000: 2000 left is less than max_size: over */
	CHECK(send_small(buf, 1000, 201, true, &iw[0]) == 0);
	CHECK(watch_over(&iw[0]));
	CHECK(watch_over(&tw));
	CHECK(tw.n == 4 && tw.ev[3].unlinked && tw.ev[3].offset == 3000 && tw.ev[3].hdr_data == 0);
	CHECK(iw[3].count[LNET_EVENT_ACK] == 0 && iw[3].over == !!iw[3].failed);
	/* not lazy any more: what waits is dropped */
	CHECK(send_small(buf, 100, 300, false, &iw[0]) == 0);
	CHECK(watch_over(&iw[0]));
	msleep(50);
	CHECK(lnet_portal_lazy(PORTAL + 1, false) == 0);
	watch_init(&tw);
	t = lnet_md_attach(PORTAL + 1, &any, 0, ~0ULL, &d, true);
	CHECK(!IS_ERR(t));
	msleep(50);
	CHECK(tw.n == 0);
	CHECK(lnet_md_unlink_quiet(t));
	msleep(20);
	CHECK(tw.n == 0);
	if (!iw[3].over)
		lnet_md_unlink(iw[3].ev[0].md);
	CHECK(watch_over(&iw[3]));
	kfree(buf);
	vfree(room);
	return 0;
}

/* Nobody there: no ACK, the md ends by unlink, on 0@lo by the failed send; bad arguments. */
static int test_no_match(void)
{
	struct lnet_nid nid;
	struct lnet_md_desc d;
	static struct watch iw;
	struct lnet_md *i;
	char *buf = kzalloc(64, GFP_KERNEL);

	CHECK(buf);
	watch_init(&iw);
	d = desc_buf(buf, 64, 2, 0, &iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_get(NULL, i, &self_nid, PORTAL + 2, 5, 0) == 0);
	CHECK(watch_count(&iw, LNET_EVENT_SEND, 1));
	msleep(30);
	CHECK(iw.n == 1 && iw.over == !!iw.failed);
	if (!iw.over) {
		lnet_md_unlink(i);
		CHECK(watch_over(&iw));
		CHECK(iw.n == 2 && iw.count[LNET_EVENT_UNLINK] == 1);
	}

	watch_init(&iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_str_nid("1.2.3.4@o2ib7", &nid) == 0);
	CHECK(lnet_put(NULL, i, true, &nid, PORTAL, 1, 0) == -EHOSTUNREACH);
	CHECK(lnet_md_unlink_quiet(i));
	CHECK(iw.n == 0);
	kfree(buf);
	return 0;
}

/* Nothing listens at that address: an error event that ends the md. */
static int test_dead_peer(void)
{
	struct lnet_nid nid;
	struct lnet_md_desc d;
	static struct watch iw;
	struct lnet_md *i;
	char *buf = kzalloc(64, GFP_KERNEL);

	CHECK(buf);
	nid = self_nid;		/* 127.0.0.77@tcp */
	nid.nid_addr[0] = cpu_to_be32(be32_to_cpu(nid.nid_addr[0]) + 76);
	watch_init(&iw);
	d = desc_buf(buf, 64, 2, 0, &iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_put(NULL, i, true, &nid, PORTAL, 1, 0) == 0);
	CHECK(watch_over(&iw));
	CHECK(iw.n == 1 && iw.ev[0].type == LNET_EVENT_SEND && iw.ev[0].status < 0);
	pr_info("dead peer: %d\n", iw.ev[0].status);
	/* in the back-off: told at once */
	watch_init(&iw);
	i = lnet_md_bind(&d);
	CHECK(!IS_ERR(i));
	CHECK(lnet_put(NULL, i, true, &nid, PORTAL, 1, 0) == -EHOSTUNREACH);
	lnet_md_unlink(i);
	CHECK(watch_over(&iw));
	kfree(buf);
	return 0;
}

/* Unlink at any moment of a PUT with ACK and of a GET, at either end. */
static int test_unlink_races(void)
{
	struct lnet_process_id id = from_self();
	struct lnet_md *t, *i;
	static struct watch tw, iw;
	struct lnet_md_desc d;
	int k, acks = 0;

	for (k = 0; k < loops; k++) {
		watch_init(&tw);
		watch_init(&iw);
		d = desc_pages(k & 1 ? src : dst, 65536, 1, k & 1 ?
			       LNET_MD_OP_GET : LNET_MD_OP_PUT, &tw);
		t = lnet_md_attach(PORTAL, &id, 1000 + k, 0, &d, true);
		CHECK(!IS_ERR(t));
		lnet_md_get(t);
		d = desc_pages(k & 1 ? dst : src, 65536, 2, 0, &iw);
		i = lnet_md_bind(&d);
		CHECK(!IS_ERR(i));
		lnet_md_get(i);
		if (k & 1)
			CHECK(lnet_get(NULL, i, &self_nid, PORTAL, 1000 + k, 0) == 0);
		else
			CHECK(lnet_put(NULL, i, true, &self_nid, PORTAL, 1000 + k, 0) == 0);
		if (k & 2)
			usleep_range(100, 150 + get_random_u32() % 1000);
		if (k & 4) {
			lnet_md_unlink(t);
			lnet_md_unlink(i);
		} else {
			if (lnet_md_unlink_quiet(i))
				watch_event(&(struct lnet_event){ .type = LNET_EVENT_UNLINK,
					    .unlinked = true, .user = &iw });
			if (lnet_md_unlink_quiet(t))
				watch_event(&(struct lnet_event){ .type = LNET_EVENT_UNLINK,
					    .unlinked = true, .user = &tw });
		}
		CHECK(watch_over(&tw));
		CHECK(watch_over(&iw));
		acks += iw.count[LNET_EVENT_ACK] + iw.count[LNET_EVENT_REPLY];
		lnet_md_put(t);
		lnet_md_put(i);
	}
	pr_info("unlink races: %d of %d were answered\n", acks, loops);
	return 0;
}

/* Many MiB in flight at once. */
static int test_stream(void)
{
	struct lnet_process_id id = from_self();
	static struct watch tw, iw;
	struct lnet_md_desc d;
	struct lnet_md *md;
	ktime_t start;
	s64 us;
	int k;

	watch_init(&tw);
	watch_init(&iw);
	d = desc_pages(dst, LNET_MTU, LNET_MD_THRESH_INF, LNET_MD_OP_PUT | LNET_MD_MANAGE_REMOTE,
		       &tw);
	md = lnet_md_attach(PORTAL, &id, 5, 0, &d, false);
	CHECK(!IS_ERR(md));
	start = ktime_get();
	d = desc_pages(src, LNET_MTU, 2 * bulk_mib, 0, &iw);
	{
		struct lnet_md *i = lnet_md_bind(&d);

		CHECK(!IS_ERR(i));
		for (k = 0; k < bulk_mib; k++)
			CHECK(lnet_put(NULL, i, true, &self_nid, PORTAL, 5, 0) == 0);
	}
	CHECK(watch_over(&iw));
	us = ktime_us_delta(ktime_get(), start);
	CHECK(iw.n == 2 * bulk_mib && !iw.failed);
	pr_info("stream: %d MiB in %lld us: %lld MiB/s\n", bulk_mib, us,
		bulk_mib * 1000000LL / max(us, 1LL));
	lnet_md_unlink(md);
	CHECK(watch_over(&tw));
	CHECK(tw.count[LNET_EVENT_PUT] == bulk_mib && !tw.failed && pages_same(NPAGES));
	return 0;
}

static int test_latency(void)
{
	struct lnet_process_id id = from_self();
	static struct watch tw, iw;
	struct lnet_md_desc d;
	struct lnet_md *md;
	ktime_t start = ktime_get();
	s64 us;
	int k;

	watch_init(&tw);
	d = desc_pages(dst, LNET_MTU, LNET_MD_THRESH_INF, LNET_MD_OP_PUT | LNET_MD_MANAGE_REMOTE,
		       &tw);
	md = lnet_md_attach(PORTAL, &id, 6, 0, &d, false);
	CHECK(!IS_ERR(md));
	for (k = 0; k < loops; k++) {
		struct lnet_md *i;

		watch_init(&iw);
		d = desc_pages(src, 300, 2, 0, &iw);
		i = lnet_md_bind(&d);
		CHECK(!IS_ERR(i));
		CHECK(lnet_put(NULL, i, true, &self_nid, PORTAL, 6, 0) == 0);
		CHECK(watch_over(&iw));
	}
	us = ktime_us_delta(ktime_get(), start);
	pr_info("PUT and ACK: %lld us\n", us / loops);
	lnet_md_unlink(md);
	CHECK(watch_over(&tw));
	return 0;
}

static int test_text(void)
{
	static const char * const good[][2] = {
		{ "192.168.1.10@tcp", "192.168.1.10@tcp" }, { "10.0.0.1", "10.0.0.1@tcp" },
		{ "10.0.0.1@tcp0", "10.0.0.1@tcp" }, { "10.0.0.1@o2ib3", "10.0.0.1@o2ib3" },
		{ "0@lo", "0@lo" }, { "*", "<?>" }, { "fd00:1::20@tcp", "fd00:1::20@tcp" },
			{ "5@gni2", "5@gni2" },
	};
	static const char * const bad[] = {
		"", "@tcp", "10.0.0@tcp", "10.0.0.1@", "10.0.0.1@tcp65536", "10.0.0.1@foo", "1@lo",
			"0@lo1",
		"10.0.0.1 @tcp", "10.0.0.1@tcp1x", "fd00::1@o2ib",
	};
	char s[LNET_NIDSTR_SIZE];
	struct lnet_nid nid;
	int k;

	for (k = 0; k < ARRAY_SIZE(good); k++) {
		CHECK(lnet_str_nid(good[k][0], &nid) == 0);
		CHECK(!strcmp(lnet_nid_str(&nid, s), good[k][1]));
	}
	for (k = 0; k < ARRAY_SIZE(bad); k++) {
		if (lnet_str_nid(bad[k], &nid) != -EINVAL) {
			pr_err("'%s' parsed\n", bad[k]);
			return -EIO;
		}
	}
	lnet_nid_from_nid4(&nid, 0x00020000c0a8010aULL);
	CHECK(!strcmp(lnet_nid_str(&nid, s), "192.168.1.10@tcp"));
	CHECK(lnet_nid_to_nid4(&nid) == 0x00020000c0a8010aULL);
	return 0;
}

static int test_ping(const struct lnet_nid *nid)
{
	char s[LNET_NIDSTR_SIZE];
	struct lnet_nid nids[8];
	u32 features;
	int n, k;

	n = lnet_ping(nid, 5000, nids, ARRAY_SIZE(nids), &features);
	if (n < 0)
		pr_err("ping: %d\n", n);
	CHECK(n >= 2 && lnet_nid_eq(&nids[0], &lnet_lo_nid));
	for (k = 0; k < n; k++)
		pr_info("ping: 12345-%s\n", lnet_nid_str(&nids[k], s));
	return 0;
}

static int run_tests(void)
{
	int rc, k;

	rc = lnet_local_nid(0, &self_nid);
	if (rc)
		return rc;
	CHECK(lnet_nid_is_local(&self_nid) && lnet_distance(&self_nid) == 0);
	rc = pages_init() ?: test_text() ?: test_ping(&self_nid);
	for (k = 0; k < 8 && !rc; k++)
		rc = test_bulk(42 + 2 * k);
	rc = rc ?: test_gaps(false) ?: test_gaps(true) ?: test_cut() ?:
		test_reply_buffer() ?: test_request_portal() ?: test_no_match() ?:
		test_dead_peer() ?:
		test_unlink_races() ?: test_stream() ?: test_latency();
	return rc;
}

static int __init lnet_test_init(void)
{
	struct lnet_nid nid;
	int rc;

	rc = lnet_get_ref();
	if (rc)
		return rc;
	if (*peer)
		rc = lnet_str_nid(peer, &nid) ?: test_ping(&nid);
	else
		rc = run_tests();
	if (failures)
		rc = -EIO;
	pr_info("%s\n", rc ? "FAILED" : "passed");
	pages_exit();
	lnet_put_ref();
	return rc;
}

static void __exit lnet_test_exit(void)
{
}

module_init(lnet_test_init);
module_exit(lnet_test_exit);
MODULE_DESCRIPTION("LNet test");
MODULE_LICENSE("GPL");
