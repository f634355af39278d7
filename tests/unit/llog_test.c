// SPDX-License-Identifier: GPL-2.0-only
/*
 * Config logs: builds the file system of chapter 6.7.8 (one MDT, two OSTs) and compares each
 * record with the listing; the chunk rule, blocks for readers, sections that are skipped,
 * hostile bodies.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>
#include "../../kernel/server/mgs/mgs_sections.h"

struct mem {
	struct llog_store st;
	u8 *data;
	u64 size, room;
};

static int mem_read(struct llog_store *st, void *buf, u32 len, u64 pos)
{
	struct mem *m = (struct mem *)st;

	if (pos >= m->size)
		return 0;
	if (len > m->size - pos)
		len = m->size - pos;
	memcpy(buf, m->data + pos, len);
	return len;
}

static int mem_write(struct llog_store *st, const void *buf, u32 len, u64 pos)
{
	struct mem *m = (struct mem *)st;

	if (pos + len > m->room) {
		m->room = pos + len + 65536;
		m->data = realloc(m->data, m->room);
		memset(m->data + m->size, 0, m->room - m->size);
	}
	memcpy(m->data + pos, buf, len);
	if (pos + len > m->size)
		m->size = pos + len;
	return 0;
}

static u64 mem_size(struct llog_store *st)
{
	return ((struct mem *)st)->size;
}

static const struct llog_store_ops mem_ops = { mem_read, mem_write, mem_size };

struct tlog {
	struct mem mem;
	struct llog log;
};

static void tlog_init(struct tlog *t)
{
	memset(t, 0, sizeof(*t));
	t->mem.st.ops = &mem_ops;
	llog_init(&t->log, &t->mem.st, malloc(LLOG_CHUNK_SIZE), malloc(LLOG_CHUNK_SIZE));
	assert_int_equal(llog_create(&t->log, 1760000000), 0);
}

static void tlog_fini(struct tlog *t)
{
	free(t->log.hdr);
	free(t->log.chunk);
	free(t->mem.data);
}

static struct tlog client, mdt, ost0, ost1;

static void node_set(struct mgs_node *n, u32 last)
{
	memset(n, 0, sizeof(*n));
	n->nr = 1;
	n->nid[0] = 0x20000c0a80100ull + last;
	snprintf(n->uuid, sizeof(n->uuid), "192.168.1.%u@tcp", last);
}

static int build(void **state)
{
	struct mgs_node node[3];
	struct mgs_tdesc tm = { "testfs", true, false, 0, 1, &node[0] };
	struct mgs_tdesc t0 = { "testfs", false, false, 0, 1, &node[1] };
	struct mgs_tdesc t1 = { "testfs", false, false, 1, 1, &node[2] };
	static u8 body[LLOG_CHUNK_SIZE];
	u32 step = 0;
	struct mgs_writer wc = {
		.log = &client.log, .body = body, .step = &step, .now = 1760000000
	};
	struct mgs_writer wm = wc, w0 = wc, w1 = wc;

	(void)state;
	wm.log = &mdt.log;
	w0.log = &ost0.log;
	w1.log = &ost1.log;
	tlog_init(&client);
	tlog_init(&mdt);
	tlog_init(&ost0);
	tlog_init(&ost1);
	node_set(&node[0], 10);
	node_set(&node[1], 11);
	node_set(&node[2], 12);
	assert_int_equal(mgs_write_mdt_own(&wm, &tm), 0);
	assert_int_equal(mgs_write_client_head(&wc, "testfs"), 0);
	assert_int_equal(mgs_write_client_target(&wc, &tm), 0);
	assert_int_equal(mgs_write_ost_own(&w0, &t0), 0);
	assert_int_equal(mgs_write_mdt_target(&wm, &t0, 0), 0);
	assert_int_equal(mgs_write_client_target(&wc, &t0), 0);
	assert_int_equal(mgs_write_ost_own(&w1, &t1), 0);
	assert_int_equal(mgs_write_mdt_target(&wm, &t1, 0), 0);
	assert_int_equal(mgs_write_client_target(&wc, &t1), 0);
	assert_int_equal(step, 12);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	tlog_fini(&client);
	tlog_fini(&mdt);
	tlog_fini(&ost0);
	tlog_fini(&ost1);
	return 0;
}

struct expect {
	u32 offset, len, cmd, step;
};

static const struct expect client_recs[] = {
	{ 8192, 224, LCFG_MARKER, 3 },	 { 8416, 120, LCFG_ATTACH, 0 },
	{ 8536, 168, LCFG_SETUP, 0 },	 { 8704, 224, LCFG_MARKER, 3 },
	{ 8928, 224, LCFG_MARKER, 4 },	 { 9152, 120, LCFG_ATTACH, 0 },
	{ 9272, 168, LCFG_SETUP, 0 },	 { 9440, 224, LCFG_MARKER, 4 },
	{ 9664, 224, LCFG_MARKER, 5 },	 { 9888, 120, LCFG_MOUNTOPT, 0 },
	{ 10008, 224, LCFG_MARKER, 5 },	 { 10232, 224, LCFG_MARKER, 6 },
	{ 10456, 88, LCFG_ADD_UUID, 0 }, { 10544, 128, LCFG_ATTACH, 0 },
	{ 10672, 144, LCFG_SETUP, 0 },	 { 10816, 160, LCFG_ADD_MDC, 0 },
	{ 10976, 224, LCFG_MARKER, 6 },	 { 11200, 224, LCFG_MARKER, 9 },
	{ 11424, 88, LCFG_ADD_UUID, 0 }, { 11512, 128, LCFG_ATTACH, 0 },
	{ 11640, 144, LCFG_SETUP, 0 },	 { 11784, 128, LCFG_LOV_ADD_OBD, 0 },
	{ 11912, 224, LCFG_MARKER, 9 },	 { 12136, 224, LCFG_MARKER, 12 },
	{ 12360, 88, LCFG_ADD_UUID, 0 }, { 12448, 128, LCFG_ATTACH, 0 },
	{ 12576, 144, LCFG_SETUP, 0 },	 { 12720, 128, LCFG_LOV_ADD_OBD, 0 },
	{ 12848, 224, LCFG_MARKER, 12 },
};

static const struct expect mdt_recs[] = {
	{ 8192, 224, LCFG_MARKER, 1 },	 { 8416, 136, LCFG_ATTACH, 0 },
	{ 8552, 176, LCFG_SETUP, 0 },	 { 8728, 224, LCFG_MARKER, 1 },
	{ 8952, 224, LCFG_MARKER, 2 },	 { 9176, 120, LCFG_ATTACH, 0 },
	{ 9296, 112, LCFG_MOUNTOPT, 0 }, { 9408, 160, LCFG_SETUP, 0 },
	{ 9568, 224, LCFG_MARKER, 2 },	 { 9792, 224, LCFG_MARKER, 8 },
	{ 10016, 88, LCFG_ADD_UUID, 0 }, { 10104, 144, LCFG_ATTACH, 0 },
	{ 10248, 152, LCFG_SETUP, 0 },	 { 10400, 136, LCFG_LOV_ADD_OBD, 0 },
	{ 10536, 224, LCFG_MARKER, 8 },	 { 10760, 224, LCFG_MARKER, 11 },
	{ 10984, 88, LCFG_ADD_UUID, 0 }, { 11072, 144, LCFG_ATTACH, 0 },
	{ 11216, 152, LCFG_SETUP, 0 },	 { 11368, 136, LCFG_LOV_ADD_OBD, 0 },
	{ 11504, 224, LCFG_MARKER, 11 },
};

static const struct expect ost_recs[] = {
	{ 8192, 224, LCFG_MARKER, 7 },
	{ 8416, 128, LCFG_ATTACH, 0 },
	{ 8544, 112, LCFG_SETUP, 0 },
	{ 8656, 224, LCFG_MARKER, 7 },
};

static u32 marker_step(struct lustre_cfg *lcfg)
{
	const struct cfg_marker *marker = lcfg_buf(lcfg, 1);

	return le32_to_cpu(marker->cm_step);
}

static void check(struct tlog *t, const struct expect *e, u32 n, u32 end)
{
	u32 i;

	assert_int_equal(t->mem.size, end);
	assert_int_equal(llog_last_index(t->log.hdr), n);
	assert_int_equal(le32_to_cpu(t->log.hdr->llh_count), n + 1);
	for (i = 0; i < n; i++) {
		struct llog_rec_hdr *rec = (void *)(t->mem.data + e[i].offset);
		struct llog_rec_tail *tail = (void *)((u8 *)rec + e[i].len - sizeof(*tail));
		struct lustre_cfg *lcfg = (void *)(rec + 1);

		assert_int_equal(le32_to_cpu(rec->lrh_len), e[i].len);
		assert_int_equal(le32_to_cpu(rec->lrh_index), i + 1);
		assert_int_equal(le32_to_cpu(rec->lrh_type), OBD_CFG_REC);
		assert_int_equal(le32_to_cpu(tail->lrt_len), e[i].len);
		assert_int_equal(le32_to_cpu(tail->lrt_index), i + 1);
		assert_int_equal(lustre_cfg_check(lcfg, e[i].len - 24), 0);
		assert_int_equal(lcfg_cmd(lcfg), e[i].cmd);
		if (e[i].step)
			assert_int_equal(marker_step(lcfg), e[i].step);
		assert_true(llog_bit(t->log.hdr, i + 1));
	}
}

static void example(void **state)
{
	(void)state;
	check(&client, client_recs, 29, 13072);
	check(&mdt, mdt_recs, 21, 11728);
	check(&ost0, ost_recs, 4, 8880);
	assert_int_equal(le32_to_cpu(client.log.hdr->llh_size), 88);
	assert_int_equal(le32_to_cpu(*(__le32 *)(client.mem.data + 8188)), 29);
	assert_int_equal(le32_to_cpu(*(__le32 *)(client.mem.data + 88)), 0x3fffffff);
}

/* The byte examples of 6.6.8 */
static void bytes(void **state)
{
	static const u8 attach[120] = {
		0x78, 0,    0,	  0,	2,    0,    0,	  0,	0,   0,	  0x62, 0x10, 0,   0,	0,
		0,    0x01, 0x00, 0xf6, 0x1c, 0x01, 0xf0, 0x0c, 0,   0,	  0,	0,    0,   0,	0,
		0,    0,    0,	  0,	0,    0,    0,	  0,	0,   0,	  0,	0,    0,   0,	3,
		0,    0,    0,	  0x0e, 0,    0,    0,	  4,	0,   0,	  0,	0x13, 0,   0,	0,
		0,    0,    0,	  0,	't',  'e',  's',  't',	'f', 's', '-',	'c',  'l', 'i', 'l',
		'o',  'v',  0,	  0,	0,    'l',  'o',  'v',	0,   0,	  0,	0,    0,   't', 'e',
		's',  't',  'f',  's',	'-',  'c',  'l',  'i',	'l', 'o', 'v',	'_',  'U', 'U', 'I',
		'D',  0,    0,	  0,	0,    0,    0,	  0x78, 0,   0,	  0,	2,    0,   0,	0,
	};
	static const u8 add_uuid[88] = {
		0x58, 0,   0,	 0,    0x0d, 0,	   0,	 0,    0,    0,	   0x62, 0x10, 0,
		0,    0,   0,	 0x01, 0x00, 0xf6, 0x1c, 0x05, 0xf0, 0x0c, 0,	 0,    0,
		0,    0,   0,	 0,    0,    0,	   0x0a, 0x01, 0xa8, 0xc0, 0,	 0,    2,
		0,    0,   0,	 0,    0,    2,	   0,	 0,    0,    0,	   0,	 0,    0,
		0x11, 0,   0,	 0,    '1',  '9',  '2',	 '.',  '1',  '6',  '8',	 '.',  '1',
		'.',  '1', '0',	 '@',  't',  'c',  'p',	 0,    0,    0,	   0,	 0,    0,
		0,    0,   0x58, 0,    0,    0,	   0x0d, 0,    0,    0,
	};
	static const u8 lov[] = {
		0x0e, 0,    0,	  0,	0x58, 0,   0,	 0,    't',  'e',  's',	 't',  'f',  's',
		'-',  'c',  'l',  'i',	'l',  'o', 'v',	 0,    0,    0,	   0,	 0,    0,    0,
		0x5c, 0xde, 0xcc, 0xb0, 1,    0,   0,	 0,    1,    0,	   0,	 0,    0,    0,
		0x40, 0,    0,	  0,	0,    0,   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0,    0,    0,	  0,	5,    0,   0,	 0,    0,    0,	   0,	 0,    0,    0,
		0,    0,    't',  'e',	's',  't', 'f',	 's',  '-',  'c',  'l',	 'i',  'l',  'o',
		'v',  '_',  'U',  'U',	'I',  'D', 0,	 0,
	};

	(void)state;
	assert_memory_equal(client.mem.data + 8416, attach, sizeof(attach));
	assert_memory_equal(client.mem.data + 10456, add_uuid, sizeof(add_uuid));
	assert_memory_equal(client.mem.data + 8536 + 0x30, lov, sizeof(lov));
}

/* The requests of a real client on the example log (6.4.4) */
static void blocks(void **state)
{
	static u8 buf[LLOG_CHUNK_SIZE];
	struct llogd_body b;

	(void)state;
	memset(&b, 0, sizeof(b));
	b.lgd_index = cpu_to_le32(1);
	b.lgd_len = cpu_to_le32(LLOG_CHUNK_SIZE);
	b.lgd_cur_offset = cpu_to_le64(8192);
	assert_int_equal(llog_next_block(&client.log, &b, buf), 0);
	assert_int_equal(le32_to_cpu(b.lgd_saved_index), 29);
	assert_int_equal(le64_to_cpu(b.lgd_cur_offset), 13072);
	assert_memory_equal(buf, client.mem.data + 8192, 4880);
	assert_int_equal(buf[4880], 0);
	b.lgd_index = cpu_to_le32(29);
	b.lgd_saved_index = cpu_to_le32(29);
	b.lgd_cur_offset = cpu_to_le64(8192);
	assert_int_equal(llog_next_block(&client.log, &b, buf), 0);
	assert_int_equal(le64_to_cpu(b.lgd_cur_offset), 13072);
	b.lgd_index = cpu_to_le32(30);
	b.lgd_cur_offset = cpu_to_le64(8192);
	assert_int_equal(llog_next_block(&client.log, &b, buf), -EBADR);
	assert_int_equal(le64_to_cpu(b.lgd_cur_offset), 13072);
}

static int count_rec(void *ctx, struct llog_rec_hdr *rec, u64 pos)
{
	(void)rec;
	(void)pos;
	++*(u32 *)ctx;
	return 0;
}

static void chunks(void **state)
{
	static u8 body[200], buf[LLOG_CHUNK_SIZE];
	struct llogd_body b;
	struct tlog t;
	u32 i, n = 0;

	(void)state;
	tlog_init(&t);
	for (i = 0; i < 36; i++)
		assert_int_equal(llog_append(&t.log, OBD_CFG_REC, body, 200), i + 1);
	assert_int_equal(t.log.size, 16256);
	assert_int_equal(llog_append(&t.log, OBD_CFG_REC, body, 200), 38);
	assert_int_equal(t.log.size, 16384 + 224);
	assert_false(llog_bit(t.log.hdr, 37));
	assert_int_equal(le32_to_cpu(t.log.hdr->llh_size), 224);
	assert_int_equal(le32_to_cpu(t.log.hdr->llh_count), 38);
	assert_int_equal(llog_commit(&t.log), 0);
	assert_int_equal(llog_open(&t.log), 0);
	assert_int_equal(llog_walk(&t.log, 0, count_rec, &n), 0);
	assert_int_equal(n, 37);
	assert_int_equal(llog_cancel(&t.log, 5), 0);
	assert_int_equal(llog_cancel(&t.log, 5), -ENOENT);
	assert_int_equal(llog_next_bit(t.log.hdr, 37), 38);
	n = 0;
	llog_walk(&t.log, 4, count_rec, &n);
	assert_int_equal(n, 33);
	memset(&b, 0, sizeof(b));
	b.lgd_index = cpu_to_le32(38);
	b.lgd_len = cpu_to_le32(LLOG_CHUNK_SIZE);
	b.lgd_cur_offset = cpu_to_le64(8192);
	assert_int_equal(llog_next_block(&t.log, &b, buf), 0);
	assert_int_equal(le64_to_cpu(b.lgd_cur_offset), 16608);
	b.lgd_index = cpu_to_le32(3);
	b.lgd_saved_index = 0;
	b.lgd_cur_offset = cpu_to_le64(16384);
	assert_int_equal(llog_next_block(&t.log, &b, buf), -ENOENT);
	llog_undo(&t.log, 36);
	assert_int_equal(le32_to_cpu(t.log.hdr->llh_count), 36);
	/* a record that exactly fills the chunk gets no PAD */
	tlog_fini(&t);
	tlog_init(&t);
	static u8 big[LLOG_CHUNK_SIZE];

	assert_int_equal(llog_append(&t.log, OBD_CFG_REC, body, 200), 1);
	assert_int_equal(llog_append(&t.log, OBD_CFG_REC, big, 8192 - 224 - 24), 2);
	assert_int_equal(t.log.size, 16384);
	assert_int_equal(llog_append(&t.log, OBD_CFG_REC, big, 8192), -EINVAL);
	tlog_fini(&t);
}

struct seen {
	struct config_walk w;
	char out[8192];
	u32 n;
};

static int see(void *ctx, struct llog_rec_hdr *rec, u64 pos)
{
	struct seen *s = ctx;
	struct config_rec r;
	int rc = llog_config_walk_record(&s->w, rec, &r);

	(void)pos;
	if (rc == 1)
		s->n += lcfg_print(r.lcfg, r.index, s->out + s->n, sizeof(s->out) - s->n);
	return rc < 0 ? rc : 0;
}

static const char printed[] = "- { index: 2, event: attach, device: testfs-clilov, type: lov, "
			      "UUID: testfs-clilov_UUID }\n"
			      "- { index: 3, event: setup, device: testfs-clilov, UUID:  }\n"
			      "- { index: 6, event: attach, device: testfs-clilmv, type: lmv, "
			      "UUID: testfs-clilmv_UUID }\n"
			      "- { index: 7, event: setup, device: testfs-clilmv, UUID:  }\n"
			      "- { index: 10, event: new_profile, name: testfs-client, lov: "
			      "testfs-clilov, lmv: testfs-clilmv }\n"
			      "- { index: 13, event: add_uuid, nid: "
			      "192.168.1.10@tcp(0x20000c0a8010a), node: 192.168.1.10@tcp }\n"
			      "- { index: 14, event: attach, device: testfs-MDT0000-mdc, type: "
			      "mdc, UUID: testfs-clilmv_UUID }\n"
			      "- { index: 15, event: setup, device: testfs-MDT0000-mdc, UUID: "
			      "testfs-MDT0000_UUID, node: 192.168.1.10@tcp }\n"
			      "- { index: 16, event: add_mdc, device: testfs-clilmv, mdt: "
			      "testfs-MDT0000_UUID, index: 0, gen: 1, "
			      "UUID: testfs-MDT0000-mdc_UUID }\n"
			      "- { index: 19, event: add_uuid, nid: "
			      "192.168.1.11@tcp(0x20000c0a8010b), node: 192.168.1.11@tcp }\n"
			      "- { index: 20, event: attach, device: testfs-OST0000-osc, type: "
			      "osc, UUID: testfs-clilov_UUID }\n"
			      "- { index: 21, event: setup, device: testfs-OST0000-osc, UUID: "
			      "testfs-OST0000_UUID, node: 192.168.1.11@tcp }\n"
			      "- { index: 22, event: add_osc, device: testfs-clilov, ost: "
			      "testfs-OST0000_UUID, index: 0, gen: 1 }\n";

static void print_and_exclude(void **state)
{
	struct seen s;

	(void)state;
	memset(&s, 0, sizeof(s));
	assert_int_equal(llog_walk(&client.log, 0, see, &s), 0);
	assert_memory_equal(s.out, printed, sizeof(printed) - 1);
	assert_null(strstr(s.out, "inactive"));
	memset(&s, 0, sizeof(s));
	s.w.exclude_list = "testfs-OST0007:testfs-OST0001";
	assert_int_equal(llog_walk(&client.log, 0, see, &s), 0);
	assert_non_null(strstr(s.out, "index: 28, event: add_osc_inactive"));
	assert_non_null(strstr(s.out, "index: 22, event: add_osc,"));
}

static void hostile(void **state)
{
	u8 b[64];
	struct lustre_cfg *l = (void *)b;

	(void)state;
	memset(b, 0, sizeof(b));
	assert_int_equal(lustre_cfg_check(b, 64), -EINVAL);
	l->lcfg_version = cpu_to_le32(LUSTRE_CFG_VERSION);
	assert_int_equal(lustre_cfg_check(b, 31), -EINVAL);
	assert_int_equal(lustre_cfg_check(b, 32), 0);
	l->lcfg_bufcount = cpu_to_le32(8);
	assert_int_equal(lustre_cfg_check(b, 64), -EINVAL);
	l->lcfg_bufcount = cpu_to_le32(2);
	l->lcfg_buflens[0] = cpu_to_le32(0xfffffff9);
	assert_int_equal(lustre_cfg_check(b, 64), -EINVAL);
	l->lcfg_buflens[0] = cpu_to_le32(20);
	l->lcfg_buflens[1] = cpu_to_le32(1);
	assert_int_equal(lustre_cfg_check(b, 64), -EINVAL);
	l->lcfg_buflens[1] = 0;
	assert_int_equal(lustre_cfg_check(b, 64), 0);
	assert_null(lcfg_string(l, 1));
	assert_null(lcfg_string(l, 5));
}

/* Entries of the table of started targets: the bytes of chapter 6.9.2, units, room, damage. */
static void nidtbl_bytes(void **state)
{
	static const u8 want[] = {
		2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 2, 0, 8, 1,
		0x0b, 1, 0xa8, 0xc0, 0, 0, 2, 0 };
	struct mgs_ready r = {
		.version = 2, .instance = 1, .nr = 1, .nid = { 0x20000c0a8010bULL } };
	u8 buf[64] = { 0 };
	struct mgs_nidtbl_out out = { .buf = buf, .room = 63, .unit = 4096 };

	(void)state;
	assert_true(mgs_nidtbl_add(&out, &r));
	assert_int_equal(out.used, sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
	assert_false(mgs_nidtbl_add(&out, &r));
	assert_int_equal(out.used, sizeof(want));
}

static void nidtbl_units(void **state)
{
	static u8 buf[3 * 4096];
	struct mgs_nidtbl_out out = { .buf = buf, .room = sizeof(buf), .unit = 4096 };
	struct mgs_ready r = { .version = 2, .instance = 7, .index = 5 };
	struct mgs_nidtbl_entry e;
	u32 pos, n = 0, i;
	int len;

	(void)state;
	memset(buf, 0, sizeof(buf));
	for (i = 0; i < MTI_NIDS_MAX; i++)
		r.nid[i] = i + 1;
	do {
		r.nr = 1 + n % MTI_NIDS_MAX;
		r.mdt = n % 2;
		n++;
	} while (mgs_nidtbl_add(&out, &r) && r.version++);
	assert_true(out.used > 2 * 4096 && out.used <= sizeof(buf));
	for (pos = 0, i = 0; pos < out.used; pos += len, i++) {
		len = wire_nidtbl_check(buf + pos, out.used - pos, &e);
		assert_true(len > 0);
		assert_int_equal(le64_to_cpu(e.mne_version), 2 + i);
		assert_int_equal(e.mne_nid_count, 1 + i % MTI_NIDS_MAX);
		assert_int_equal(e.mne_type, i % 2 ? MNE_TYPE_MDT : MNE_TYPE_OST);
		/* none crosses a unit */
		assert_int_equal(pos / 4096, (pos + len - 1) / 4096);
	}
	assert_int_equal(pos, out.used);
	assert_int_equal(i, n - 1);
}

static void nidtbl_hostile(void **state)
{
	static const struct { u8 at, value; } bad[] = {
		{ 16, 31 }, { 16, 33 }, { 18, 1 }, { 20, 0 }, { 20, 3 }, { 21, 1 }, { 21, 2 },
		{ 22, 0 }, { 22, 20 }, { 23, 0 }, { 23, 2 }, { 14, 1 },
	};
	struct mgs_ready r = { .version = 2, .instance = 1, .nr = 1, .nid = { 1 } };
	struct mgs_nidtbl_entry e;
	u8 buf[32], copy[33];
	struct mgs_nidtbl_out out = { .buf = buf, .room = sizeof(buf), .unit = 4096 };
	u32 i;

	(void)state;
	memset(buf, 0, sizeof(buf));
	assert_true(mgs_nidtbl_add(&out, &r));
	for (i = 0; i < 32; i++) {
		u8 *cut = malloc(i ?: 1);	/* ASan sees what is read behind it */

		memcpy(cut, buf, i);
		assert_int_equal(wire_nidtbl_check(cut, i, &e), -EINVAL);
		free(cut);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memcpy(copy + 1, buf, 32);
		copy[1 + bad[i].at] = bad[i].value;
		assert_int_equal(wire_nidtbl_check(copy + 1, 32, &e), -EINVAL);
	}
	memcpy(copy + 1, buf, 32);
	assert_int_equal(wire_nidtbl_check(copy + 1, 32, &e), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example),
		cmocka_unit_test(bytes),
		cmocka_unit_test(blocks),
		cmocka_unit_test(chunks),
		cmocka_unit_test(print_and_exclude),
		cmocka_unit_test(hostile),
		cmocka_unit_test(nidtbl_bytes),
		cmocka_unit_test(nidtbl_units),
		cmocka_unit_test(nidtbl_hostile),
	};

	return cmocka_run_group_tests_name("llog", tests, build, drop);
}
