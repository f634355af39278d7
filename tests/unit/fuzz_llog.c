// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as log header, chunk and config record. Also the chunk inside of a NEXT_BLOCK reply. */
#include "fuzz.h"

static volatile u32 sink;

static void walk(const u8 *p, u32 len)
{
	const struct llog_rec_hdr *rec;
	u32 off = 0, last = 0;
	int rc;

	while ((rec = wire_llog_next(p, len, &off, &rc))) {
		u32 body = le32_to_cpu(rec->lrh_len) - LLOG_MIN_REC_SIZE, i, pos;
		const struct lustre_cfg *cfg = (const void *)(rec + 1);

		if (off <= last || off > len)
			abort();
		last = off;
		if (wire_lcfg_check(cfg, body))
			continue;
		pos = wire_align8(32 + 4 * le32_to_cpu(cfg->lcfg_bufcount));
		for (i = 0; i < le32_to_cpu(cfg->lcfg_bufcount); i++) {
			u32 n = le32_to_cpu(cfg->lcfg_buflens[i]);

			if (n)
				sink += ((const u8 *)cfg)[pos] + ((const u8 *)cfg)[pos + n - 1];
			pos += wire_align8(n);
		}
	}
}

static void fuzz_one(const u8 *data, u32 len)
{
	u8 *p;

	wire_llog_hdr_check(data, len);
	wire_lcfg_check(data, len);
	walk(data, len);
	if (!wire_msg_check(data, len) && wire_buflen(data, 2) > 24) {
		len = wire_buflen(data, 2);
		p = malloc(len);
		memcpy(p, wire_buf(data, 2), len);
		walk(p, len);
		free(p);
	}
}
