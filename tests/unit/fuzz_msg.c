// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a message: frame, formats, every buffer read, and what stands in some of them. */
#include "fuzz.h"

static volatile u32 sink;

static void touch(const void *p, u32 len)
{
	const u8 *b = p;
	u32 i, sum = 0;

	for (i = 0; i < len; i++)
		sum += b[i];
	sink = sum;
}

static void fuzz_contents(const void *msg, const u8 *fields, u32 n)
{
	struct wire_lov_comp comp;
	u32 i, j, len;

	for (i = 0; i < n && i < wire_bufcount(msg); i++) {
		const void *buf = wire_buf(msg, i);

		len = wire_buflen(msg, i);
		if (!len)
			continue;
		switch (WF_ID(fields[i])) {
		case WF_MDT_MD:
		case WF_EADATA:
		case WF_DLM_LVB:
			if (!wire_lov_check(buf, len))
				for (j = 0; !wire_lov_comp(buf, len, j, &comp); j++)
					touch(comp.objects, comp.nr_objects * 24);
			if (!wire_lmv_check(buf, len))
				touch(buf, len);
			wire_lov_hint_check(buf, len);
			break;
		case WF_ACL:
			wire_acl_check(buf, len);
			break;
		case WF_NAME:
		case WF_SYMTGT:
			if (strlen(buf) + 1 != len)
				abort();
			wire_name_ok(buf, len);
			break;
		}
	}
}

static void fuzz_one(const u8 *data, u32 len)
{
	const struct wire_format *fmt;
	u32 need, i;
	u8 *copy;

	if (!lnet_ping_info_check(data, len, &need))
		touch(data, 16 + 16 * lnet_ping_info_entries((const void *)data, len));
	if (wire_msg_check(data, len))
		return;
	if (wire_msg_len(data) > len)
		abort();
	for (i = 0; i < 40; i++)
		if (wire_buf(data, i))
			touch(wire_buf(data, i), wire_buflen(data, i));
	fmt = wire_req_format(data);
	if (fmt && !wire_req_check(data, len, fmt))
		fuzz_contents(data, fmt->req, fmt->nreq);
	if (fmt && !wire_rep_check(data, len, fmt))
		fuzz_contents(data, fmt->rep, fmt->nrep);
	copy = malloc(len);
	memcpy(copy, data, len);
	wire_msg_shrink(copy, len % wire_bufcount(copy), data[len - 1]);
	if (len % wire_bufcount(copy) && wire_msg_check(copy, len))
		abort();
	free(copy);
}
