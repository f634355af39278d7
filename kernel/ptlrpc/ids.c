// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that are not given twice: XIDs of requests (chapter 2, 5.5) and cookies of handles.
 */
#include <linux/ktime.h>
#include <linux/random.h>
#include "internal.h"

static atomic64_t next_xid;

void ptlrpc_xid_init(void)
{
	u64 now = ktime_get_real_seconds();
	u64 xid;

	if (now < 1 << 30)
		xid = get_random_u64() >> 2 | 1ULL << 50;
	else
		xid = now << 20;
	atomic64_set(&next_xid, xid & ~(u64)(PTLRPC_XID_STEP - 1));
}

/**
 * ptlrpc_next_xid - a new XID
 *
 * Return: a multiple of PTLRPC_XID_STEP; the numbers behind it are the match bits of a bulk.
 */
u64 ptlrpc_next_xid(void)
{
	return atomic64_add_return(PTLRPC_XID_STEP, &next_xid);
}
EXPORT_SYMBOL_GPL(ptlrpc_next_xid);

/**
 * ptlrpc_new_cookie - a new cookie for a handle
 *
 * Return: random, not 0.
 */
u64 ptlrpc_new_cookie(void)
{
	u64 c;

	do {
		c = get_random_u64();
	} while (!c);
	return c;
}
EXPORT_SYMBOL_GPL(ptlrpc_new_cookie);
