// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worked examples of the protocol chapters, conversions, building and shrinking of messages,
 * and what must be refused. Sizes and offsets are static_asserts of the wire headers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <gloss/msg.h>

/* "d0 0b" -> bytes, in a block of exactly that size. */
static u8 *hex(const char *text, u32 *len)
{
	u8 *out = malloc(strlen(text) / 2 + 1), *fit;
	u32 n = 0;

	while (*text) {
		if (*text == ' ' || *text == '\n') {
			text++;
			continue;
		}
		out[n++] = strtoul((char[]){ text[0], text[1], 0 }, NULL, 16);
		text += 2;
	}
	fit = malloc(n);
	memcpy(fit, out, n);
	free(out);
	*len = n;
	return fit;
}

static void test_ping_message(void **state)
{
	u64 room[224 / 8];
	const u32 lens[] = { 184 };
	struct lustre_msg_v2 *m = (void *)room;
	struct ptlrpc_body *pb;
	u8 *want;
	u32 len;

	wire_msg_init(m, 1, lens);
	m->lm_repsize = cpu_to_le32(224);
	m->lm_flags = cpu_to_le32(MSGHDR_AT_SUPPORT | MSGHDR_CKSUM_INCOMPAT18);
	pb = wire_body(m);
	pb->pb_handle.cookie = 0x1122334455667788;
	pb->pb_type = cpu_to_le32(PTL_RPC_MSG_REQUEST);
	pb->pb_version = cpu_to_le32(LUSTRE_OBD_VERSION | PTLRPC_MSG_VERSION);
	pb->pb_opc = cpu_to_le32(OBD_PING);
	pb->pb_last_xid = cpu_to_le64(0x00069a3b4c5d6e00);
	pb->pb_conn_cnt = cpu_to_le32(3);
	pb->pb_timeout = cpu_to_le32(11);
	want = hex("01 00 00 00 00 00 00 00 d3 0b d0 0b e0 00 00 00 00 00 00 00 03 00 00 00 00 00 "
		   "00 00 00 00 00 00"
		   "b8 00 00 00 00 00 00 00 88 77 66 55 44 33 22 11 67 12 00 00 03 00 01 00 90 01 "
		   "00 00 00 00 00 00"
		   "00 6e 5d 4c 3b 9a 06 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
		   "00 00 00 00 00 00"
		   "00 00 00 00 00 00 00 00 03 00 00 00 0b 00 00 00",
		   &len);
	assert_memory_equal(room, want, len);
	assert_int_equal(wire_msg_size(1, lens), 224);
	assert_int_equal(wire_msg_check(room, 224), 0);
	assert_int_equal(wire_msg_check(room, 300), 0);
	assert_int_equal(wire_msg_check(room, 223), -EPROTO);
	assert_ptr_equal(wire_req_format(room), &wf_empty);
	assert_int_equal(wire_req_check(room, 224, &wf_empty), 0);
	free(want);
}

static void test_bad_messages(void **state)
{
	u64 room[64] = { 0 };
	struct lustre_msg_v2 *m = (void *)room;
	const u32 lens[] = { 184, 39 };
	size_t size = wire_msg_size(2, lens);

	assert_int_equal(wire_msg_check(room, 16), -EPROTO);
	wire_msg_init(m, 2, lens);
	wire_body(m)->pb_version = cpu_to_le32(3);
	assert_int_equal(wire_msg_check(m, size), 0);
	m->lm_bufcount = cpu_to_le32(33);
	assert_int_equal(wire_msg_check(m, size), -EPROTO);
	m->lm_bufcount = 0;
	assert_int_equal(wire_msg_check(m, size), -EPROTO);
	m->lm_bufcount = cpu_to_le32(2);
	m->lm_buflens[1] = cpu_to_le32(0xffffffff);
	assert_int_equal(wire_msg_check(m, size), -EPROTO);
	m->lm_buflens[1] = cpu_to_le32(39);
	m->lm_buflens[0] = cpu_to_le32(100);
	assert_int_equal(wire_msg_check(m, size), -EPROTO);
	m->lm_buflens[0] = cpu_to_le32(184);
	wire_body(m)->pb_version = cpu_to_le32(2);
	assert_int_equal(wire_msg_check(m, size), -EPROTO);
	wire_body(m)->pb_version = cpu_to_le32(3);
	m->lm_magic = cpu_to_le32(LUSTRE_MSG_MAGIC_V2_SWABBED);
	assert_int_equal(wire_msg_check(m, size), -EPROTO);
}

static void test_connect_size(void **state)
{
	u32 lens[6], i;

	for (i = 0; i < wf_connect.nreq; i++)
		lens[i] = wire_field_default(wf_connect.req[i]);
	assert_int_equal(wf_connect.nreq, 6);
	assert_int_equal(wire_msg_size(6, lens), 520);
	assert_int_equal(wire_hdr_size(1), 40);
	assert_int_equal(wire_hdr_size(2), 40);
	assert_int_equal(wire_hdr_size(3), 48);
	assert_int_equal(wire_hdr_size(12), 80);
	assert_int_equal(wire_field_index(wf_connect.req, 6, WF_CONN), 3);
	assert_int_equal(wire_field_index(wf_connect.req, 6, WF_NAME), -1);
}

static void test_strings(void **state)
{
	const u32 lens[] = { 184, 216, 4 };
	u64 room[64];

	wire_msg_init(room, 3, lens);
	memcpy(wire_buf(room, 2), "foo", 4);
	assert_int_equal(wire_req_check(room, 0, &wf_mds_get_root), 0);
	memcpy(wire_buf(room, 2), "fo\0", 4);
	assert_int_equal(wire_req_check(room, 0, &wf_mds_get_root), -EPROTO);
	memcpy(wire_buf(room, 2), "food", 4);
	assert_int_equal(wire_req_check(room, 0, &wf_mds_get_root), -EPROTO);
	wire_msg_shrink(room, 2, 0);
	assert_int_equal(wire_req_check(room, 0, &wf_mds_get_root), 0);
	wire_msg_shrink(room, 1, 215);
	assert_int_equal(wire_req_check(room, 0, &wf_mds_get_root), -EPROTO);
	/* An optional buffer may be empty but not short. */
	wire_msg_init(room, 2, lens);
	assert_int_equal(wire_req_check(room, 0, &wf_mds_statfs), 0);
	wire_msg_shrink(room, 1, 0);
	assert_int_equal(wire_req_check(room, 0, &wf_mds_statfs), 0);
	wire_msg_init(room, 2, (const u32[]){ 184, 8 });
	assert_int_equal(wire_req_check(room, 0, &wf_mds_statfs), -EPROTO);
}

static void test_shrink(void **state)
{
	const u32 lens[] = { 184, 20, 30, 9 };
	u64 room[64];

	wire_msg_init(room, 4, lens);
	memset(wire_buf(room, 1), 0x11, 20);
	memset(wire_buf(room, 2), 0x22, 30);
	memset(wire_buf(room, 3), 0x33, 9);
	wire_msg_shrink(room, 1, 21);
	assert_int_equal(wire_buflen(room, 1), 20);
	wire_msg_shrink(room, 1, 3);
	assert_int_equal(wire_msg_len(room), 48 + 184 + 8 + 32 + 16);
	assert_int_equal(((u8 *)wire_buf(room, 1))[2], 0x11);
	assert_int_equal(((u8 *)wire_buf(room, 1))[3], 0);
	assert_int_equal(((u8 *)wire_buf(room, 2))[29], 0x22);
	assert_int_equal(((u8 *)wire_buf(room, 3))[8], 0x33);
	wire_msg_shrink(room, 2, 0);
	assert_null(wire_buf(room, 2));
	assert_int_equal(wire_bufcount(room), 4);
	assert_int_equal(((u8 *)wire_buf(room, 3))[0], 0x33);
	assert_null(wire_buf_min(room, 3, 10));
	assert_null(wire_buf(room, 4));
}

static void test_fids(void **state)
{
	struct lu_fid root, fid = { 0x200000401, 3, 0 }, back;
	struct ldlm_res_id res;
	struct ost_id oi;

	fid_root(&root);
	assert_true(fid_is_sane(&root) && fid_is_root(&root));
	assert_int_equal(fid_flatten(&fid),
			 (0x200000401ULL << 24) + ((0x200000401ULL >> 24) & 0xffffff0000ULL) + 3);
	assert_int_equal(fid_flatten(&(struct lu_fid){ 4711, 9, 0 }), 4711);
	assert_false(fid_is_sane(&(struct lu_fid){ 0x200000401, 1, 1 }));
	assert_false(fid_is_sane(&(struct lu_fid){ 0, 1, 0 }));
	assert_true(fid_is_sane(&(struct lu_fid){ 1, 1, 0 }));

	/* IDIF both ways, with an id of more than 32 bits */
	assert_int_equal(idif_to_fid(&fid, 0x123456789abcULL, 0x17), 0);
	assert_int_equal(fid.f_seq, 0x100171234);
	assert_int_equal(fid.f_oid, 0x56789abc);
	assert_int_equal(idif_id(&fid), 0x123456789abcULL);
	assert_int_equal(idif_ost_idx(&fid), 0x17);
	fid_to_ostid(&oi, &fid);
	assert_true(ostid_is_legacy(&oi));
	assert_int_equal(le64_to_cpu(oi.oi_id), 0x123456789abcULL);
	assert_int_equal(ostid_to_fid(&back, &oi, 0x17), 0);
	assert_true(fid_eq(&fid, &back));
	/* an object has one FID and one lock resource: the IDIF of another OST is none of ours */
	fid_to_le(&oi.oi_fid, &fid);
	assert_int_equal(ostid_to_fid(&back, &oi, 0x17), 0);
	assert_true(fid_eq(&fid, &back));
	assert_int_equal(ostid_to_fid(&back, &oi, 0x18), -EBADF);
	fid_to_res_id(&res, &fid);
	assert_int_equal(ost_fid_from_res_id(&back, &res, 0x17), -EBADF);
	res = (struct ldlm_res_id){ { 5, 0, 1, 0 } };
	assert_int_equal(ost_fid_from_res_id(&back, &res, 0x17), -EBADF);
	res = (struct ldlm_res_id){ { 0x280000401, 1ULL << 32 | 5, 0, 0 } };
	assert_int_equal(ost_fid_from_res_id(&back, &res, 0x17), -EBADF);
	ost_fid_to_res_id(&res, &fid);
	assert_int_equal(res.name[0], 0x123456789abcULL);
	assert_int_equal(res.name[1], 0);
	assert_int_equal(ost_fid_from_res_id(&back, &res, 0x17), 0);
	assert_true(fid_eq(&fid, &back));
	assert_int_equal(idif_to_fid(&fid, 1ULL << 48, 0), -EBADF);
	assert_int_equal(idif_to_fid(&fid, 1, 0x10000), -EBADF);

	fid = (struct lu_fid){ 0x280000401, 0x23, 0 };
	fid_to_ostid(&oi, &fid);
	assert_false(ostid_is_legacy(&oi));
	assert_int_equal(ostid_to_fid(&back, &oi, 5), 0);
	assert_true(fid_eq(&fid, &back));
	ost_fid_to_res_id(&res, &fid);
	assert_true(fid_res_id_eq(&fid, &res));
	memset(&oi, 0xff, sizeof(oi));
	assert_int_equal(ostid_to_fid(&back, &oi, 0), -EBADF);
}

/* A good layout, [0, 1 MiB) and [1 MiB, EOF), with its components moved: the check and the hint. */
static void comp_extents(struct lov_comp_md_v1 *lcm, u32 len)
{
	static const struct {
		u64 start[2], end[2];
		u32 id[2];
		int rc, hint;
	} t[] = {
		{ { 0, 1 << 20 }, { 1 << 20, LUSTRE_EOF }, { 1, 2 }, 0, 0 },
		{ { 0, 1 << 20 }, { 1 << 20, 2 << 20 }, { 1, 2 }, 0, 0 },
		{ { 0, 0x80000 },
		  { 1 << 20, LUSTRE_EOF },
		  { 1, 2 },
		  -EINVAL,
		  -EINVAL },							   /* overlap */
		{ { 0, 2 << 20 }, { 1 << 20, LUSTRE_EOF }, { 1, 2 }, -EINVAL, 0 }, /* gap */
		{ { 1 << 20, 0 },
		  { LUSTRE_EOF, 1 << 20 },
		  { 1, 2 },
		  -EINVAL,
		  0 }, /* order; or mirrors */
		{ { 0, 1 << 20 },
		  { 1 << 20, 1 << 16 },
		  { 1, 2 },
		  -EINVAL,
		  -EINVAL },							   /* backwards */
		{ { 0, 5000 }, { 5000, LUSTRE_EOF }, { 1, 2 }, -EINVAL, -EINVAL }, /* unaligned */
		{ { 0, 1 << 20 }, { 1 << 20, (2 << 20) + 1 }, { 1, 2 }, -EINVAL, -EINVAL },
		{ { 0, 1 << 20 }, { 1 << 20, LUSTRE_EOF }, { 0, 2 }, -EINVAL, 0 },
		{ { 0, 1 << 20 }, { 1 << 20, LUSTRE_EOF }, { 1, 0x80000000 }, -EINVAL, 0 },
		{ { 0, 0 },
		  { LUSTRE_EOF, LUSTRE_EOF },
		  { 0x10001, 0x20001 },
		  -EINVAL,
		  0 }, /* no FLR state */
	};
	struct lov_comp_md_entry_v1 *e = lcm->lcm_entries;
	struct lov_mds_md_v1 *v1;
	unsigned int i, k;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (k = 0; k < 2; k++) {
			e[k].lcme_id = cpu_to_le32(t[i].id[k]);
			e[k].lcme_extent.e_start = cpu_to_le64(t[i].start[k]);
			e[k].lcme_extent.e_end = cpu_to_le64(t[i].end[k]);
		}
		assert_int_equal(wire_lov_check(lcm, len), t[i].rc);
		assert_int_equal(wire_lov_hint_check(lcm, len), t[i].hint);
	}
	/* two mirrors, in their order only */
	lcm->lcm_mirror_count = cpu_to_le16(1);
	lcm->lcm_flags = cpu_to_le16(1);
	assert_int_equal(wire_lov_check(lcm, len), 0);
	e[0].lcme_id = cpu_to_le32(0x20001);
	e[1].lcme_id = cpu_to_le32(0x10001);
	assert_int_equal(wire_lov_check(lcm, len), -EINVAL);
	e[0].lcme_id = cpu_to_le32(0x10001);
	e[1].lcme_id = cpu_to_le32(0x20001);
	/* both entries claim the one blob that is big */
	e[1].lcme_offset = e[0].lcme_offset;
	e[0].lcme_size = cpu_to_le32(0x70);
	e[1].lcme_size = cpu_to_le32(0x70);
	assert_int_equal(wire_lov_check(lcm, len), -EINVAL);
	e[0].lcme_size = cpu_to_le32(0x38);
	e[1].lcme_size = cpu_to_le32(0x38);
	e[1].lcme_offset = cpu_to_le32(0xb8);
	assert_int_equal(wire_lov_check(lcm, len), 0);
	/* a part on the MDT, not at the beginning */
	lcm->lcm_mirror_count = 0;
	lcm->lcm_flags = 0;
	for (k = 0; k < 2; k++) {
		e[k].lcme_id = cpu_to_le32(k + 1);
		e[k].lcme_extent.e_start = cpu_to_le64(t[0].start[k]);
		e[k].lcme_extent.e_end = cpu_to_le64(t[0].end[k]);
	}
	v1 = (void *)((char *)lcm + le32_to_cpu(e[1].lcme_offset));
	v1->lmm_pattern = cpu_to_le32(LOV_PATTERN_MDT);
	assert_int_equal(wire_lov_check(lcm, len), -EINVAL);
	v1->lmm_pattern = cpu_to_le32(LOV_PATTERN_RAID0);
	assert_int_equal(wire_lov_check(lcm, len), 0);
}

static void test_lov(void **state)
{
	struct wire_lov_comp c;
	struct lu_fid fid;
	u32 len, i;
	u8 *p;

	p = hex("d0 0b d1 0b 01 00 00 00 03 00 00 00 00 00 00 00 01 04 00 00 02 00 00 00 00 00 40 "
		"00 01 00 00 00"
		"05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
		&len);
	assert_int_equal(wire_lov_check(p, len), 0);
	assert_int_equal(wire_lov_comp_count(p, len), 1);
	assert_int_equal(wire_lov_comp(p, len, 0, &c), 0);
	assert_int_equal(c.stripe_size, 4 << 20);
	assert_int_equal(c.nr_objects, 1);
	assert_int_equal(c.end, LUSTRE_EOF);
	assert_int_equal(ostid_to_fid(&fid, &c.objects[0].l_ost_oi, 0), 0);
	assert_int_equal(idif_id(&fid), 5);
	lmm_oi_to_fid(&fid, &((struct lov_mds_md_v1 *)p)->lmm_oi);
	assert_int_equal(fid.f_seq, 0x200000401);
	for (i = 0; i < len; i++)
		assert_int_equal(wire_lov_check(p, i), -EINVAL);
	((struct lov_mds_md_v1 *)p)->lmm_stripe_count = cpu_to_le16(2);
	assert_int_equal(wire_lov_check(p, len), -EINVAL);
	assert_int_equal(wire_lov_hint_check(p, 32), 0);
	free(p);

	p = hex("d0 0b d6 0b f0 00 00 00 02 00 00 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 "
		"00 00 00 00 00"
		"01 00 00 00 10 00 00 00 00 00 00 00 00 00 00 00 00 00 10 00 00 00 00 00 80 00 00 "
		"00 38 00 00 00"
		"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 00 00 10 "
		"00 00 00 00 00"
		"ff ff ff ff ff ff ff ff b8 00 00 00 38 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
		"00 00 00 00 00"
		"d0 0b d1 0b 01 00 00 00 03 00 00 00 00 00 00 00 01 04 00 00 02 00 00 00 00 00 10 "
		"00 01 00 00 00"
		"05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 d0 0b d1 "
		"0b 01 00 00 00"
		"03 00 00 00 00 00 00 00 01 04 00 00 02 00 00 00 00 00 40 00 04 00 ff ff 00 00 00 "
		"00 00 00 00 00"
		"00 00 00 00 00 00 00 00 00 00 00 00 ff ff ff ff",
		&len);
	assert_int_equal(len, 0xf0);
	assert_int_equal(wire_lov_check(p, len), 0);
	assert_int_equal(wire_lov_comp_count(p, len), 2);
	assert_int_equal(wire_lov_layout_gen(p, len), 2);
	assert_int_equal(wire_lov_comp(p, len, 1, &c), 0);
	assert_int_equal(c.stripe_count, 4);
	assert_int_equal(c.start, 1 << 20);
	assert_int_equal(c.nr_objects, 1);
	assert_int_equal(wire_lov_comp(p, len, 2, &c), -ENOENT);
	for (i = 0; i < len; i++)
		assert_int_equal(wire_lov_check(p, i), -EINVAL);
	/* ends before it starts: the next one would overlap the first */
	((struct lov_comp_md_v1 *)p)->lcm_entries[1].lcme_extent.e_end = cpu_to_le64(1 << 19);
	assert_int_equal(wire_lov_check(p, len), -EINVAL);
	((struct lov_comp_md_v1 *)p)->lcm_entries[1].lcme_extent.e_end = cpu_to_le64(LUSTRE_EOF);
	((struct lov_comp_md_v1 *)p)->lcm_entries[1].lcme_offset = cpu_to_le32(0xfffffff8);
	assert_int_equal(wire_lov_check(p, len), -EINVAL);
	((struct lov_comp_md_v1 *)p)->lcm_entries[1].lcme_offset = cpu_to_le32(0xb8);
	comp_extents((void *)p, len);
	free(p);
}

static void test_dirpage(void **state)
{
	const struct lu_dirent *e;
	u8 *head, *page = calloc(1, LU_PAGE_SIZE);
	u32 len;

	head = hex("00 00 00 00 00 00 00 00 fe ff ff ff ff ff ff ff 00 00 00 00 00 00 00 00 07 00 "
		   "00 00 02 00 00 00"
		   "01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 28 00 01 00 07 00 00 00 2e 00 "
		   "00 40 00 00 00 00"
		   "07 00 00 00 02 00 00 00 01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 28 00 "
		   "02 00 07 00 00 00"
		   "2e 2e 00 40 00 00 00 00 01 04 00 00 02 00 00 00 03 00 00 00 00 00 00 00 88 77 "
		   "66 55 44 33 22 11"
		   "00 00 03 00 07 00 00 00 66 6f 6f 00 00 80 00 00",
		   &len);
	memcpy(page, head, len);
	assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE), 0);
	e = wire_dirpage_next(page, NULL);
	assert_int_equal(wire_dirent_type(e), S_IFDIR);
	assert_int_equal(lu_dirent_calc_size(1, LUDA_TYPE), le16_to_cpu(e->lde_reclen));
	e = wire_dirpage_next(page, e);
	assert_int_equal(wire_dirent_type(e), S_IFDIR);
	assert_int_equal(lu_dirent_calc_size(2, LUDA_TYPE), le16_to_cpu(e->lde_reclen));
	e = wire_dirpage_next(page, e);
	assert_memory_equal(e->lde_name, "foo", 3);
	assert_int_equal(wire_dirent_type(e), S_IFREG);
	assert_null(wire_dirpage_next(page, e));
	page[0x30] = 0x24; /* reclen not a multiple of 8 */
	assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE), -EPROTO);
	page[0x30] = 0x28;
	page[0x28] = 5; /* hashes go down */
	assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE), -EPROTO);
	((struct lu_dirpage *)page)->ldp_flags = cpu_to_le32(LDF_EMPTY);
	assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE), 0);
	assert_null(wire_dirpage_next(page, NULL));
	assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE - 1), -EPROTO);
	((struct lu_dirpage *)page)->ldp_hash_end = 0; /* nothing, and nothing follows */
	assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE), -EPROTO);
	free(head);
	free(page);
}

/* One entry of a directory page: hash, oid of its FID, a name of one letter. */
static u8 *dirpage_add(u8 *at, u64 hash, u32 oid, char name, bool last)
{
	struct lu_dirent *e = (void *)at;

	e->lde_fid.f_seq = cpu_to_le64(0x200000401);
	e->lde_fid.f_oid = cpu_to_le32(oid);
	e->lde_hash = cpu_to_le64(hash);
	e->lde_reclen = cpu_to_le16(last ? 0 : 40);
	e->lde_namelen = cpu_to_le16(1);
	e->lde_attrs = cpu_to_le32(LUDA_FID | LUDA_TYPE);
	e->lde_name[0] = name;
	return at + 40;
}

static char seek(const void *page, u64 hash, u32 last)
{
	struct lu_fid fid = { .f_seq = 0x200000401, .f_oid = last };
	const struct lu_dirent *e = wire_dirpage_seek(page, hash, last ? &fid : NULL);

	return e ? e->lde_name[0] : 0;
}

/* Entries of one hash: each is given out once, also when the buffer is full between them. */
static void test_dirpage_seek(void **state)
{
	u8 *page = calloc(1, LU_PAGE_SIZE), *at = page + sizeof(struct lu_dirpage);

	((struct lu_dirpage *)page)->ldp_hash_end = cpu_to_le64(7);
	at = dirpage_add(at, 3, 1, 'a', false);
	at = dirpage_add(at, 5, 2, 'b', false);
	at = dirpage_add(at, 5, 3, 'c', false);
	at = dirpage_add(at, 5, 4, 'd', false);
	at = dirpage_add(at, 7, 5, 'e', true);
	assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE), 0);
	assert_int_equal(seek(page, 0, 0), 'a');
	assert_int_equal(seek(page, 4, 0), 'b');
	assert_int_equal(seek(page, 5, 0), 'b');
	assert_int_equal(seek(page, 5, 2), 'c');
	assert_int_equal(seek(page, 5, 3), 'd');
	assert_int_equal(seek(page, 5, 4), 'e');
	assert_int_equal(seek(page, 7, 5), 0); /* all of this page was given out */
	assert_int_equal(seek(page, 5, 99),
			 'b'); /* the last one was removed: rather twice than never */
	assert_int_equal(seek(page, 5, 1), 'b'); /* of another hash */
	assert_int_equal(seek(page, 8, 0), 0);
	free(page);
}

static void test_linkea(void **state)
{
	const struct link_ea_entry *e;
	struct lu_fid fid;
	u32 len, i;
	u8 *p;

	p = hex("df f1 ea 11 01 00 00 00 2d 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 15 00 "
		"00 00 02 00 00"
		"00 07 00 00 00 01 00 00 00 00 66 6f 6f",
		&len);
	assert_int_equal(wire_linkea_check(p, len), 0);
	e = wire_linkea_next(p, len, NULL);
	assert_int_equal(wire_linkea_namelen(e), 3);
	fid_from_be(&fid, &e->lee_parent_fid);
	assert_true(fid_is_root(&fid));
	assert_null(wire_linkea_next(p, len, e));
	for (i = 0; i < len; i++)
		assert_int_equal(wire_linkea_check(p, i), -EINVAL);
	free(p);
}

static void test_ping_info(void **state)
{
	const struct lnet_ni_large_status *ns;
	u32 len, need, off;
	u8 *p;

	p = hex("67 6e 69 70 1e 00 00 00 39 30 00 00 02 00 00 00 00 00 00 00 00 00 09 00 01 00 00 "
		"00 00 00 00 00"
		"14 01 a8 c0 00 00 02 00 de c0 aa 15 00 00 00 00",
		&len);
	assert_int_equal(lnet_ping_info_check(p, len, &need), 0);
	assert_int_equal(need, len);
	assert_int_equal(lnet_ping_info_check(p, 32, &need), 0);
	assert_int_equal(need, 48);
	assert_int_equal(lnet_ping_info_entries((void *)p, 32), 1);
	free(p);
	p = hex("67 6e 69 70 7e 00 00 00 39 30 00 00 01 00 00 00 00 00 00 00 00 00 09 00 01 00 00 "
		"00 38 00 00 00"
		"de c0 aa 15 0c 02 00 00 fd 00 00 01 00 00 00 00 00 00 00 00 00 00 00 20",
		&len);
	assert_int_equal(lnet_ping_info_check(p, len, &need), 0);
	assert_int_equal(need, 56);
	off = 32;
	ns = lnet_ping_info_large(p, len, &off);
	assert_non_null(ns);
	assert_int_equal(ns->ns_nid.nid_size, 12);
	assert_null(lnet_ping_info_large(p, len, &off));
	free(p);
}

static void test_llog(void **state)
{
	const struct llog_rec_hdr *rec;
	u32 len, off = 0;
	int rc;
	u8 *p;

	/* ADD_UUID of chapter 6.6.8 and the start of nothing */
	p = hex("58 00 00 00 0d 00 00 00 00 00 62 10 00 00 00 00 01 00 f6 1c 05 f0 0c 00 00 00 00 "
		"00 00 00 00 00"
		"0a 01 a8 c0 00 00 02 00 00 00 00 00 02 00 00 00 00 00 00 00 11 00 00 00 31 39 32 "
		"2e 31 36 38 2e"
		"31 2e 31 30 40 74 63 70 00 00 00 00 00 00 00 00 58 00 00 00 0d 00 00 00"
		"00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
		&len);
	rec = wire_llog_next(p, len, &off, &rc);
	assert_non_null(rec);
	assert_int_equal(le32_to_cpu(rec->lrh_index), 13);
	assert_int_equal(wire_lcfg_check(rec + 1, 88 - 24), 0);
	assert_int_equal(wire_lcfg_check(rec + 1, 88 - 25), -EINVAL);
	assert_null(wire_llog_next(p, len, &off, &rc));
	assert_int_equal(rc, 0);
	off = 0;
	p[0x50] = 0x60; /* tail does not agree */
	assert_null(wire_llog_next(p, len, &off, &rc));
	assert_int_equal(rc, -EIO);
	free(p);
}

static void test_acl_and_names(void **state)
{
	u32 len;
	u8 *p;

	p = hex("02 00 00 00 01 00 06 00 ff ff ff ff 04 00 04 00 ff ff ff ff 20 00 04 00 ff ff ff "
		"ff",
		&len);
	assert_int_equal(wire_acl_check(p, len), 0);
	assert_int_equal(wire_acl_count(len), 3);
	assert_int_equal(wire_acl_check(p, len - 1), -EINVAL);
	p[4] = 3;
	assert_int_equal(wire_acl_check(p, len), -EINVAL);
	free(p);
	assert_true(wire_name_ok("foo", 4));
	assert_false(wire_name_ok("", 1));
	assert_false(wire_name_ok("a/b", 4));
	assert_false(wire_name_ok("foo", 3));
	assert_false(wire_name_ok("a\0b", 4));
}

static void test_lvb_error(void **state)
{
	struct ost_lvb lvb = { 0 };

	assert_int_equal(ost_lvb_err(&lvb), 0);
	ost_lvb_set_err(&lvb, -2);
	assert_int_equal(le64_to_cpu(lvb.lvb_blocks), 0xffbadbad7ffffffeULL);
	assert_int_equal(ost_lvb_err(&lvb), -2);
}

static void test_formats(void **state)
{
	unsigned int i;

	for (i = 1; i < WF_NR; i++) {
		assert_non_null(wire_fields[i].name);
		assert_true(wire_fields[i].min <= wire_fields[i].size ||
			    (wire_fields[i].flags & WFF_ARRAY));
	}
	assert_int_equal(wf_ldlm_intent_open.nreq, 12);
	assert_int_equal(wf_ldlm_intent_open.nrep, 11);
	/* Places of DLM_REQ for early cancels, chapter 3, 9.3 */
	assert_int_equal(wire_field_index(wf_mds_reint_create.req, 14, WF_DLM_REQ), 5);
	assert_int_equal(wire_field_index(wf_mds_reint_unlink.req, 14, WF_DLM_REQ), 4);
	assert_int_equal(wire_field_index(wf_mds_reint_link.req, 14, WF_DLM_REQ), 5);
	assert_int_equal(wire_field_index(wf_mds_reint_rename.req, 14, WF_DLM_REQ), 6);
	assert_int_equal(wire_field_index(wf_mds_reint_setattr.req, 14, WF_DLM_REQ), 6);
	assert_int_equal(wire_field_index(wf_mds_reint_setxattr.req, 14, WF_DLM_REQ), 5);
	assert_int_equal(wire_field_index(wf_mds_reint_resync.req, 14, WF_DLM_REQ), 2);
	assert_int_equal(wire_field_index(wf_mds_swap_layouts.req, 14, WF_DLM_REQ), 5);
	assert_int_equal(wire_field_index(wf_ost_destroy.req, 14, WF_DLM_REQ), 2);
}

/* A wish for two components, [0, 1 MiB) and [1 MiB, EOF), V1 and V3. */
struct wish {
	struct lov_comp_md_v1 lcm;
	struct lov_comp_md_entry_v1 e[2];
	struct lov_mds_md_v1 v1;
	struct lov_mds_md_v3 v3;
};

static void wish_init(struct wish *w)
{
	memset(w, 0, sizeof(*w));
	w->lcm.lcm_magic = cpu_to_le32(LOV_MAGIC_COMP_V1);
	w->lcm.lcm_size = cpu_to_le32(sizeof(*w));
	w->lcm.lcm_entry_count = cpu_to_le16(2);
	w->e[0].lcme_extent.e_end = cpu_to_le64(1 << 20);
	w->e[0].lcme_offset = cpu_to_le32(offsetof(struct wish, v1));
	w->e[0].lcme_size = cpu_to_le32(sizeof(w->v1));
	w->e[1].lcme_extent.e_start = cpu_to_le64(1 << 20);
	w->e[1].lcme_extent.e_end = cpu_to_le64(LUSTRE_EOF);
	w->e[1].lcme_offset = cpu_to_le32(offsetof(struct wish, v3));
	w->e[1].lcme_size = cpu_to_le32(sizeof(w->v3));
	w->v1.lmm_magic = cpu_to_le32(LOV_MAGIC_V1);
	w->v1.lmm_stripe_offset = cpu_to_le16(LOV_OFFSET_DEFAULT);
	w->v3.lmm_magic = cpu_to_le32(LOV_MAGIC_V3);
	w->v3.lmm_stripe_count = cpu_to_le16(LOV_ALL_STRIPES);
	strcpy(w->v3.lmm_pool_name, "flash");
}

static int wish_rc(const struct wish *w)
{
	u32 size;

	return wire_lov_wish_check(w, sizeof(*w), 0, &size);
}

/* Each damage to a good wish is refused. */
static void test_lov_wish(void **state)
{
	static const struct { u32 off, len; u64 val; int rc; } t[] = {
#define DAMAGE(f, v, r) { offsetof(struct wish, f), sizeof(((struct wish *)0)->f), v, r }
		DAMAGE(e[0].lcme_id, 7, 0),
		DAMAGE(e[0].lcme_flags, LCME_FL_INIT | LCME_FL_PREF_RD, 0),
		DAMAGE(v1.lmm_pattern, LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPING, 0),
		DAMAGE(v1.lmm_stripe_size, 1 << 20, 0),
		DAMAGE(lcm.lcm_magic, LOV_MAGIC_SEL, -EOPNOTSUPP),
		DAMAGE(lcm.lcm_mirror_count, 1, -EOPNOTSUPP),
		DAMAGE(lcm.lcm_entry_count, 0, -EINVAL),
		DAMAGE(lcm.lcm_entry_count, 3, -EINVAL),
		DAMAGE(lcm.lcm_size, sizeof(struct wish) + 1, -EINVAL),
		DAMAGE(e[0].lcme_flags, LCME_FL_STALE, -EINVAL),
		DAMAGE(e[0].lcme_flags, LCME_FL_EXTENSION, -EOPNOTSUPP),
		DAMAGE(e[0].lcme_extent.e_start, 1 << 16, -EINVAL),
		DAMAGE(e[0].lcme_extent.e_end, 0, -EINVAL),
		DAMAGE(e[0].lcme_extent.e_end, 1 << 16, -EINVAL),
		DAMAGE(e[1].lcme_extent.e_start, 1 << 19, -EINVAL),
		DAMAGE(e[1].lcme_extent.e_end, (1 << 20) + 1, -EINVAL),
		DAMAGE(e[1].lcme_extent.e_end, 1 << 20, -EINVAL),
		DAMAGE(e[1].lcme_offset, 8, -EINVAL),
		DAMAGE(e[1].lcme_size, 1 << 20, -EINVAL),
		DAMAGE(v1.lmm_magic, LOV_MAGIC_FOREIGN, -EOPNOTSUPP),
		DAMAGE(v1.lmm_magic, 1, -EINVAL),
		DAMAGE(v1.lmm_pattern, LOV_PATTERN_MDT, -EINVAL),
		DAMAGE(v1.lmm_pattern, LOV_PATTERN_F_RELEASED, -EOPNOTSUPP),
		DAMAGE(v1.lmm_stripe_size, 1 << 15, -EINVAL),
		DAMAGE(v1.lmm_stripe_size, 3 << 16, -EINVAL),
		DAMAGE(v1.lmm_stripe_count, LOV_MAX_STRIPE_COUNT + 1, -EINVAL),
		DAMAGE(v1.lmm_stripe_count, 0xfffe, -EINVAL),
		DAMAGE(v3.lmm_pool_name[1], '/', -EINVAL),
#undef DAMAGE
	};
	struct wish w;
	u32 i, size;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		wish_init(&w);
		memcpy((char *)&w + t[i].off, &t[i].val, t[i].len);
		assert_int_equal(wish_rc(&w), t[i].rc);
	}
	wish_init(&w);
	memset(w.v3.lmm_pool_name, 'x', sizeof(w.v3.lmm_pool_name));
	assert_int_equal(wish_rc(&w), -EINVAL);
	wish_init(&w);
	for (i = 0; i < sizeof(w); i++)
		assert_int_equal(wire_lov_wish_check(&w, i, 0, &size), -EINVAL);
	/* behind components that a file has */
	assert_int_equal(wire_lov_wish_check(&w, sizeof(w), 1 << 20, &size), -EINVAL);
	w.e[0].lcme_extent.e_start = cpu_to_le64(1 << 18);
	assert_int_equal(wire_lov_wish_check(&w, sizeof(w), 1 << 18, &size), 0);
	assert_int_equal(size, sizeof(w));
	/* a plain one; zeros may follow */
	assert_int_equal(wire_lov_wish_check(&w.v1, sizeof(w.v1) + sizeof(w.v3), 0, &size), 0);
	assert_int_equal(size, sizeof(w.v1));
	assert_int_equal(wire_lov_wish_check(&w.v1, sizeof(w.v1), 1 << 20, &size), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ping_message),  cmocka_unit_test(test_bad_messages),
		cmocka_unit_test(test_connect_size),  cmocka_unit_test(test_strings),
		cmocka_unit_test(test_shrink),	      cmocka_unit_test(test_fids),
		cmocka_unit_test(test_lov),	      cmocka_unit_test(test_dirpage),
		cmocka_unit_test(test_dirpage_seek),  cmocka_unit_test(test_linkea),
		cmocka_unit_test(test_ping_info),     cmocka_unit_test(test_llog),
		cmocka_unit_test(test_acl_and_names), cmocka_unit_test(test_lvb_error),
		cmocka_unit_test(test_formats),	      cmocka_unit_test(test_lov_wish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
