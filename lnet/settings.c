// SPDX-License-Identifier: GPL-2.0-only
/*
 * What "lnetctl global show" shows and "lnetctl set" changes (chapter 1, 15.1). A value that means
 * nothing here has a fixed value, and cannot be set to another one. Each is one word: no locks.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <gloss/lnet_ioctl.h>
#include "internal.h"

/* Without var, the value is what fixed says. */
static const struct setting {
	unsigned int *var;
	unsigned int min, max;
	unsigned int fixed;
} settings[] = {
	[LNET_SETTING_NUMA_RANGE] = { .fixed = 0 },
	[LNET_SETTING_MAX_INTERFACES] = { &lnet_interfaces_max, LNET_INTERFACES_MIN,
					  LNET_INTERFACES_MAX },
	[LNET_SETTING_DISCOVERY] = { .fixed = 1 },	/* see below */
	/* what is routed by a node that is no router of this one, is always dropped */
	[LNET_SETTING_DROP_ASYM_ROUTE] = { .fixed = 1 },
	[LNET_SETTING_RETRY_COUNT] = { &lnet_retry_count, 0, LNET_RETRIES_MAX },
	[LNET_SETTING_TRANSACTION_TIMEOUT] = { &lnet_transaction_timeout, 10, 3600 },
	[LNET_SETTING_HEALTH_SENSITIVITY] = { &lnet_health_sensitivity, 0, LNET_HEALTH_MAX },
	[LNET_SETTING_RECOVERY_INTERVAL] = { .fixed = 1 },
	[LNET_SETTING_ROUTER_SENSITIVITY] = { .fixed = 100 },
	[LNET_SETTING_LND_TIMEOUT] = { .fixed = 0 },	/* see below */
	[LNET_SETTING_RESPONSE_TRACKING] = { &lnet_response_tracking, 0, 3 },
	[LNET_SETTING_RECOVERY_LIMIT] = { &lnet_recovery_limit, 0, INT_MAX },
	[LNET_SETTING_MAX_RECOVERY_PING_INTERVAL] = { &lnet_max_recovery_ping_interval, 1, 86400 },
	[LNET_SETTING_ROUTING] = { .fixed = 0 },
};

/* -EINVAL: there is no such setting. */
int lnet_setting_get(u32 which, u32 *value)
{
	if (which >= ARRAY_SIZE(settings))
		return -EINVAL;
	if (which == LNET_SETTING_DISCOVERY)
		*value = lnet_discovery_on();
	else if (which == LNET_SETTING_LND_TIMEOUT)
		*value = lnet_lnd_timeout();
	else
		*value = settings[which].var ? READ_ONCE(*settings[which].var) :
			settings[which].fixed;
	return 0;
}

/* -EOPNOTSUPP: it has a fixed value; -ERANGE. */
int lnet_setting_set(u32 which, u32 value)
{
	u32 now;
	int rc;

	rc = lnet_setting_get(which, &now);
	if (rc || now == value)
		return rc;
	if (which == LNET_SETTING_DISCOVERY)
		return value > 1 ? -ERANGE : lnet_discovery_set(value);
	if (!settings[which].var)
		return -EOPNOTSUPP;
	if (value < settings[which].min || value > settings[which].max)
		return -ERANGE;
	WRITE_ONCE(*settings[which].var, value);
	return 0;
}
