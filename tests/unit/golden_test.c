// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of real peers: each passes the check of its format and comes out byte for byte when
 * built again from its buffers; layouts, config logs, directory pages and ping infos in them
 * pass their checks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "golden.h"

static struct golden g;
static unsigned int seen_lov, seen_comp, seen_lmv, seen_cfg, seen_dir, seen_ping, seen_acl,
	seen_opc[1200];

/* A copy in a block of exactly its size, so that the sanitizer sees every byte too far. */
static void *exact(const void *data, size_t len)
{
	void *p = malloc(len ?: 1);

	memcpy(p, data, len);
	return p;
}

static void check_rebuild(const void *msg)
{
	const struct lustre_msg_v2 *m = msg;
	struct lustre_msg_v2 *copy;
	u32 n = wire_bufcount(msg), lens[LUSTRE_MSG_MAX_BUFS], i;
	size_t size;

	for (i = 0; i < n; i++)
		lens[i] = wire_buflen(msg, i);
	size = wire_msg_size(n, lens);
	assert_int_equal(size, wire_msg_len(msg));
	copy = malloc(size);
	wire_msg_init(copy, n, lens);
	copy->lm_secflvr = m->lm_secflvr;
	copy->lm_repsize = m->lm_repsize;
	copy->lm_cksum = m->lm_cksum;
	copy->lm_flags = m->lm_flags;
	copy->lm_opc = m->lm_opc;
	for (i = 0; i < n; i++)
		if (lens[i])
			memcpy(wire_buf(copy, i), wire_buf(msg, i), lens[i]);
	/* Padding of real peers may hold leftovers: compare all but that. */
	assert_memory_equal(copy, msg, wire_hdr_size(n));
	for (i = 0; i < n; i++)
		if (lens[i])
			assert_memory_equal(wire_buf(copy, i), wire_buf(msg, i), lens[i]);
	for (i = 0; i < n; i++)
		if (lens[i])
			assert_int_equal((char *)wire_buf(copy, i) - (char *)copy,
					 (char *)wire_buf(msg, i) - (char *)msg);
	free(copy);
}

static void check_layout(const void *buf, u32 len)
{
	struct wire_lov_comp comp;
	void *p = exact(buf, len);
	u32 magic = le32_to_cpu(*(__le32 *)p), i, n;

	if (magic == LMV_MAGIC_V1) {
		assert_int_equal(wire_lmv_check(p, len), 0);
		seen_lmv++;
	} else if (magic == LOV_MAGIC_V1 || magic == LOV_MAGIC_V3 || magic == LOV_MAGIC_COMP_V1) {
		assert_int_equal(wire_lov_check(p, len), 0);
		n = wire_lov_comp_count(p, len);
		for (i = 0; i < n; i++) {
			assert_int_equal(wire_lov_comp(p, len, i, &comp), 0);
			if ((comp.flags & LCME_FL_INIT) && !(comp.pattern & LOV_PATTERN_MDT) &&
			    !(comp.pattern & LOV_PATTERN_F_RELEASED))
				assert_int_equal(comp.nr_objects, comp.stripe_count);
		}
		seen_lov++;
		seen_comp += magic == LOV_MAGIC_COMP_V1;
	}
	free(p);
}

static void check_reply_contents(const void *msg, const struct wire_format *fmt)
{
	int body = wire_field_index(fmt->rep, fmt->nrep, WF_MDT_BODY);
	int md = wire_field_index(fmt->rep, fmt->nrep, WF_MDT_MD);
	int acl = wire_field_index(fmt->rep, fmt->nrep, WF_ACL);
	const struct mdt_body *b = body > 0 ? wire_buf(msg, body) : NULL;

	if (!b || (s32)le32_to_cpu(wire_body(msg)->pb_status) < 0)
		return;
	if (md > 0 && (le64_to_cpu(b->mbo_valid) & (OBD_MD_FLEASIZE | OBD_MD_MEA)) &&
	    le32_to_cpu(b->mbo_eadatasize) && wire_buflen(msg, md) &&
	    wire_buflen(msg, md) >= le32_to_cpu(b->mbo_eadatasize))
		check_layout(wire_buf(msg, md), le32_to_cpu(b->mbo_eadatasize));
	if (acl > 0 && (le64_to_cpu(b->mbo_valid) & OBD_MD_FLACL) && le32_to_cpu(b->mbo_aclsize) &&
	    wire_buflen(msg, acl)) {
		void *p = exact(wire_buf(msg, acl), le32_to_cpu(b->mbo_aclsize));

		assert_int_equal(wire_acl_check(p, le32_to_cpu(b->mbo_aclsize)), 0);
		free(p);
		seen_acl++;
	}
}

static void check_llog(const void *msg, const struct wire_format *fmt)
{
	const struct llog_rec_hdr *rec;
	u32 off = 0, idx;
	void *chunk;
	int rc;

	if (fmt == &wf_llog_read_header && wire_buflen(msg, 1))
		assert_int_equal(wire_llog_hdr_check(wire_buf(msg, 1), wire_buflen(msg, 1)), 0);
	if (fmt != &wf_llog_next_block || !wire_buflen(msg, 2))
		return;
	chunk = exact(wire_buf(msg, 2), wire_buflen(msg, 2));
	idx = 0;
	while ((rec = wire_llog_next(chunk, wire_buflen(msg, 2), &off, &rc))) {
		u32 len = le32_to_cpu(rec->lrh_len);

		assert_true(le32_to_cpu(rec->lrh_index) > idx);
		idx = le32_to_cpu(rec->lrh_index);
		if (le32_to_cpu(rec->lrh_type) == OBD_CFG_REC) {
			assert_int_equal(wire_lcfg_check(rec + 1, len - LLOG_MIN_REC_SIZE), 0);
			seen_cfg++;
		}
	}
	assert_int_equal(rc, 0);
	free(chunk);
}

static int complain(const char *what, const void *msg, const struct wire_format *fmt)
{
	u32 i;

	print_message("%s %s, status %d, buffers", what, fmt->name,
		      (int)le32_to_cpu(wire_body(msg)->pb_status));
	for (i = 0; i < wire_bufcount(msg); i++)
		print_message(" %u", wire_buflen(msg, i));
	print_message("\n");
	return 1;
}

static void test_messages(void **state)
{
	const struct wire_format *fmt = NULL;
	unsigned int bad = 0;
	struct golden_rec r;
	u32 opc;

	g.pos = 0;
	while (golden_next(&g, &r)) {
		void *msg;

		if (r.kind != G_REQUEST && r.kind != G_REPLY)
			continue;
		msg = exact(r.data, r.len);
		assert_int_equal(wire_msg_check(msg, r.len), 0);
		opc = le32_to_cpu(wire_body(msg)->pb_opc);
		if (r.kind == G_REQUEST) {
			fmt = wire_req_format(msg);
			if (!fmt)
				fail_msg("no format for opcode %u", opc);
			if (wire_req_check(msg, r.len, fmt))
				bad += complain("request", msg, fmt);
			seen_opc[opc]++;
		} else if (((struct lustre_msg_v2 *)msg)->lm_cksum) {
			assert_int_equal(wire_msg_len(msg), PTLRPC_REPLY_OFF); /* early reply */
		} else {
			if (wire_rep_check(msg, r.len, fmt))
				bad += complain("reply", msg, fmt);
			check_reply_contents(msg, fmt);
			check_llog(msg, fmt);
			if (fmt == &wf_ldlm_intent_layout && wire_buflen(msg, 2) >= 32)
				check_layout(wire_buf(msg, 2), wire_buflen(msg, 2));
		}
		check_rebuild(msg);
		/* One byte less is no message. */
		if (r.len > 224)
			assert_int_equal(wire_msg_check(msg, wire_msg_len(msg) - 1), -EPROTO);
		free(msg);
	}
	print_message("layouts %u (%u composite), lmv %u, acl %u, config records %u\n", seen_lov,
		      seen_comp, seen_lmv, seen_acl, seen_cfg);
	assert_int_equal(bad, 0);
	assert_true(seen_lov > 10 && seen_comp > 2 && seen_cfg > 50 && seen_lmv);
	assert_true(seen_opc[MDS_CONNECT] && seen_opc[OST_CONNECT] && seen_opc[MGS_CONNECT] &&
		    seen_opc[OST_WRITE] && seen_opc[LDLM_ENQUEUE] && seen_opc[MDS_CLOSE]);
}

static void check_dirent_size(const struct lu_dirent *ent)
{
	assert_int_equal(le16_to_cpu(ent->lde_reclen),
			 lu_dirent_calc_size(le16_to_cpu(ent->lde_namelen), LUDA_TYPE));
}

static void test_dirpages(void **state)
{
	const struct lu_dirent *ent;
	struct golden_rec r;
	unsigned int names = 0;

	g.pos = 0;
	while (golden_next(&g, &r)) {
		u32 off;

		if (r.kind != G_DIRPAGE)
			continue;
		for (off = 0; off < r.len; off += LU_PAGE_SIZE) {
			void *page = exact(r.data + off, LU_PAGE_SIZE);

			assert_int_equal(wire_dirpage_check(page, LU_PAGE_SIZE), 0);
			for (ent = wire_dirpage_next(page, NULL); ent;
			     ent = wire_dirpage_next(page, ent)) {
				struct lu_fid fid;

				fid_from_le(&fid, &ent->lde_fid);
				assert_true(fid_is_sane(&fid));
				assert_true(wire_dirent_type(ent) != 0);
				if (ent->lde_reclen && le32_to_cpu(ent->lde_attrs) & LUDA_TYPE)
					check_dirent_size(ent);
				names++;
			}
			seen_dir++;
			free(page);
		}
	}
	print_message("directory pages %u, entries %u\n", seen_dir, names);
	assert_true(seen_dir > 0 && names > 10);
}

static void test_pings(void **state)
{
	struct golden_rec r;
	u32 need;

	g.pos = 0;
	while (golden_next(&g, &r)) {
		if (r.kind != G_PING)
			continue;
		assert_int_equal(lnet_ping_info_check(r.data, r.len, &need), 0);
		assert_true(need <= r.len);
		assert_int_equal(lnet_ping_info_check(r.data, 31, &need), -EPROTO);
		seen_ping++;
	}
	assert_true(seen_ping > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_dirpages),
		cmocka_unit_test(test_pings),
	};
	const char *path = getenv("GOLDEN");
	int rc;

	if (golden_open(&g, path ?: "golden/golden.bin")) {
		perror("golden.bin");
		return 1;
	}
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	free(g.data);
	return rc;
}
