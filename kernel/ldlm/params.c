// SPDX-License-Identifier: GPL-2.0-only
/* Parameters ldlm.namespaces.NAME.* (chapter 7, 8.5). No locks but those of the LRU are taken. */
#include "internal.h"
#include <gloss/param.h>

static int ldlm_param_u32(struct seq_file *m, unsigned int value)
{
	seq_printf(m, "%u\n", value);
	return 0;
}

static int ldlm_resource_count_show(struct seq_file *m, void *obj)
{
	struct ldlm_namespace *ns = obj;

	return ldlm_param_u32(m, atomic_read(&ns->ns_nr_res));
}

static int ldlm_lock_count_show(struct seq_file *m, void *obj)
{
	struct ldlm_namespace *ns = obj;

	return ldlm_param_u32(m, atomic_read(&ns->ns_nr_locks));
}

static int ldlm_granted_show(struct seq_file *m, void *obj)
{
	struct ldlm_namespace *ns = obj;

	return ldlm_param_u32(m, atomic_read(&ns->ns_nr_granted));
}

static int ldlm_unused_show(struct seq_file *m, void *obj)
{
	return ldlm_param_u32(m, ldlm_ns_unused(obj));
}

static int ldlm_timeouts_show(struct seq_file *m, void *obj)
{
	struct ldlm_namespace *ns = obj;

	return ldlm_param_u32(m, atomic_read(&ns->ns_nr_timeouts));
}

static int ldlm_max_parallel_ast_show(struct seq_file *m, void *obj)
{
	return ldlm_param_u32(m, 1024);
}

static int ldlm_lru_size_show(struct seq_file *m, void *obj)
{
	struct ldlm_namespace *ns = obj;

	return ldlm_param_u32(m, ns->ns_client ? ldlm_ns_lru_size(ns) : 0);
}

/* "clear": cancel all unused locks now; a number: the bound, 0 = default. */
static ssize_t ldlm_lru_size_store(const char *text, size_t len, void *obj)
{
	struct ldlm_namespace *ns = obj;
	u64 max;
	int rc;

	if (!ns->ns_client)
		return len;
	if (!strcmp(text, "clear")) {
		ldlm_cli_cancel_unused(ns, NULL);
		return len;
	}
	rc = param_parse_u64(text, 0, UINT_MAX, &max);
	if (rc)
		return rc;
	ldlm_ns_lru_resize(ns, max);
	return len;
}

/* In milliseconds. */
static int ldlm_lru_max_age_show(struct seq_file *m, void *obj)
{
	struct ldlm_namespace *ns = obj;

	seq_printf(m, "%llu\n", (u64)READ_ONCE(ns->ns_lru_age) * MSEC_PER_SEC);
	return 0;
}

static ssize_t ldlm_lru_max_age_store(const char *text, size_t len, void *obj)
{
	struct ldlm_namespace *ns = obj;
	u64 ms;
	int rc = param_parse_u64(text, MSEC_PER_SEC, (u64)INT_MAX, &ms);

	if (rc)
		return rc;
	WRITE_ONCE(ns->ns_lru_age, div_u64(ms, MSEC_PER_SEC));
	ldlm_ns_lru_resize(ns, READ_ONCE(ns->ns_lru_max));
	return len;
}

static const struct param_def ns_params[] = {
	{ "resource_count", 0444, ldlm_resource_count_show },
	{ "lock_count", 0444, ldlm_lock_count_show },
	{ "lock_unused_count", 0444, ldlm_unused_show },
	{ "lock_timeouts", 0444, ldlm_timeouts_show },
	{ "lru_size", 0644, ldlm_lru_size_show, ldlm_lru_size_store },
	{ "lru_max_age", 0644, ldlm_lru_max_age_show, ldlm_lru_max_age_store },
	{ "early_lock_cancel", 0444, param_zero_show },
	{ "ctime_age_limit", 0444, param_zero_show },
	{ "contended_locks", 0444, param_zero_show },
	{ "contention_seconds", 0444, param_zero_show },
	{ "max_nolock_bytes", 0444, param_zero_show },
	{ "max_parallel_ast", 0444, ldlm_max_parallel_ast_show },
};

/*
 * Grants a second, between the last two reads that were at least a second apart. Readers at the
 * same time may spoil the number for each other, nothing else.
 */
static int ldlm_grant_rate_show(struct seq_file *m, void *obj)
{
	struct ldlm_namespace *ns = obj;
	u64 grants = atomic64_read(&ns->ns_grants);
	time64_t now = ktime_get_seconds(), passed = now - READ_ONCE(ns->ns_rate_time);

	if (passed > 0) {
		WRITE_ONCE(ns->ns_rate, div64_u64(grants - READ_ONCE(ns->ns_rate_grants), passed));
		WRITE_ONCE(ns->ns_rate_grants, grants);
		WRITE_ONCE(ns->ns_rate_time, now);
	}
	return ldlm_param_u32(m, READ_ONCE(ns->ns_rate));
}

/* Clients are not told how many locks they may keep: the limit is theirs. */
static const struct param_def pool_params[] = {
	{ "grant_rate", 0444, ldlm_grant_rate_show },
	{ "grant_plan", 0444, param_zero_show },
	{ "server_lock_volume", 0444, param_zero_show },
	{ "limit", 0444, ldlm_lru_size_show },
	{ "granted", 0444, ldlm_granted_show },
};

void ldlm_params_add(struct ldlm_namespace *ns)
{
	char path[128];

	snprintf(path, sizeof(path), "ldlm/namespaces/%s", ns->ns_name);
	ns->ns_params = param_dir_add(NULL, path);
	param_add(ns->ns_params, ns_params, ARRAY_SIZE(ns_params), ns);
	ns->ns_pool_params = param_dir_add(ns->ns_params, "pool");
	param_add(ns->ns_pool_params, pool_params, ARRAY_SIZE(pool_params), ns);
}

void ldlm_params_del(struct ldlm_namespace *ns)
{
	param_dir_del(ns->ns_pool_params);
	param_dir_del(ns->ns_params);
}
