// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adaptive timeouts (chapter 2, 6): the tunables, the worst service time of the last ten minutes,
 * the check value of early replies. at_lock is taken last.
 */
#include <linux/crc32.h>
#include <linux/ktime.h>
#include "internal.h"

unsigned int ptlrpc_timeout = 100;
EXPORT_SYMBOL_GPL(ptlrpc_timeout);
unsigned int ptlrpc_at_min = 5;
unsigned int ptlrpc_at_max = 600;
EXPORT_SYMBOL_GPL(ptlrpc_at_max);
unsigned int ptlrpc_at_early_margin = 5;
EXPORT_SYMBOL_GPL(ptlrpc_at_early_margin);
unsigned int ptlrpc_at_extra = 30;
EXPORT_SYMBOL_GPL(ptlrpc_at_extra);
unsigned int ptlrpc_ping_interval = 25;
EXPORT_SYMBOL_GPL(ptlrpc_ping_interval);
unsigned int ptlrpc_bulk_timeout = 100;
EXPORT_SYMBOL_GPL(ptlrpc_bulk_timeout);
unsigned int ptlrpc_ldlm_timeout = 20;
EXPORT_SYMBOL_GPL(ptlrpc_ldlm_timeout);

#define AT_BIN	150	/* seconds */

void ptlrpc_at_init(struct ptlrpc_at *at, unsigned int value)
{
	spin_lock_init(&at->at_lock);
	at->at_start = ktime_get_seconds();
	memset(at->at_bins, 0, sizeof(at->at_bins));
	at->at_value = value;
}

void ptlrpc_at_sample(struct ptlrpc_at *at, unsigned int value)
{
	time64_t now = ktime_get_seconds();
	unsigned int i, worst = 0;

	spin_lock(&at->at_lock);
	if (now - at->at_start >= AT_BIN * (time64_t)ARRAY_SIZE(at->at_bins)) {
		memset(at->at_bins, 0, sizeof(at->at_bins));
		at->at_start = now;
	}
	while (now - at->at_start >= AT_BIN) {
		for (i = ARRAY_SIZE(at->at_bins) - 1; i; i--)
			at->at_bins[i] = at->at_bins[i - 1];
		at->at_bins[0] = 0;
		at->at_start += AT_BIN;
	}
	at->at_bins[0] = max(at->at_bins[0], value);
	for (i = 0; i < ARRAY_SIZE(at->at_bins); i++)
		worst = max(worst, at->at_bins[i]);
	WRITE_ONCE(at->at_value, worst);
	spin_unlock(&at->at_lock);
}

unsigned int ptlrpc_at_estimate(const struct ptlrpc_at *at)
{
	return clamp(ptlrpc_at_get(at), max(READ_ONCE(ptlrpc_at_min), 1U),
		     max(READ_ONCE(ptlrpc_at_max), 1U));
}

/*
 * Of buffer 0 of a message. The check value of chapter 2, 6.3 has no final inversion, as
 * crc32_le().
 */
u32 ptlrpc_early_crc(const void *msg)
{
	return crc32_le(~0U, (const u8 *)wire_body(msg), wire_buflen(msg, 0));
}
