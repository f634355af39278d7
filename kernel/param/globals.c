// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of the root that belong to no other part (chapter 7.8.9), and start and end of
 * kernel/param.
 */
#include <linux/module.h>
#include <linux/seq_file.h>
#include <gloss/param.h>
#include "internal.h"

#define GLOSS_LUSTRE_VERSION	"2.17.0"

static int param_version_show(struct seq_file *m, void *obj)
{
	seq_puts(m, GLOSS_LUSTRE_VERSION "\n");
	return 0;
}

static int stats_header_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", param_enable_stats_header);
	return 0;
}

static ssize_t stats_header_store(const char *text, size_t len, void *obj)
{
	int rc = param_parse_bool(text, &param_enable_stats_header);

	return rc ?: (ssize_t)len;
}

static atomic_long_t mem_used, mem_max;

/**
 * lu_mem_add - count memory of locks, requests and buffers
 * @bytes: allocated; negative: freed
 *
 * Context: any.
 */
void lu_mem_add(long bytes)
{
	long now = atomic_long_add_return(bytes, &mem_used), max = atomic_long_read(&mem_max);

	while (now > max && !atomic_long_try_cmpxchg(&mem_max, &max, now))
		;
}
EXPORT_SYMBOL_GPL(lu_mem_add);

/**
 * param_zero_show - show() of a parameter that is always 0
 * @m: where to
 * @obj: not used
 *
 * Return: 0.
 */
int param_zero_show(struct seq_file *m, void *obj)
{
	seq_puts(m, "0\n");
	return 0;
}
EXPORT_SYMBOL_GPL(param_zero_show);

/**
 * param_uint_show - show() of a number
 * @m: where to
 * @val: the number
 *
 * Return: 0.
 */
int param_uint_show(struct seq_file *m, const unsigned int *val)
{
	seq_printf(m, "%u\n", READ_ONCE(*val));
	return 0;
}
EXPORT_SYMBOL_GPL(param_uint_show);

/**
 * param_uint_store - store() of a number
 * @text: what was written
 * @len: its length
 * @min: least value
 * @max: highest value
 * @val: the number; readers use READ_ONCE()
 *
 * Return: @len, or of param_parse_u64().
 */
ssize_t param_uint_store(const char *text, size_t len, u64 min, u64 max, unsigned int *val)
{
	u64 v;
	int rc = param_parse_u64(text, min, max, &v);

	if (rc)
		return rc;
	WRITE_ONCE(*val, v);
	return len;
}
EXPORT_SYMBOL_GPL(param_uint_store);

static int param_memused_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%ld\n", max(atomic_long_read(&mem_used), 0L));
	return 0;
}

static int param_memused_max_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%ld\n", atomic_long_read(&mem_max));
	return 0;
}

static const struct param_def root_params[] = {
	{ "version", 0444, param_version_show },
	{ "health_check", 0444, param_health_show },
	{ "memused", 0444, param_memused_show },
	{ "memused_max", 0444, param_memused_max_show },
	{ "enable_stats_header", 0644, stats_header_show, stats_header_store },
	{ "devices", 0444, param_devices_show, NULL, PARAM_DEBUGFS | PARAM_PROC },
};

/**
 * param_init - make the tree and its global files
 *
 * Return: 0 or -errno.
 */
int param_init(void)
{
	int rc = param_dirs_init();

	if (rc)
		return rc;
	rc = param_add(param_top(), root_params, ARRAY_SIZE(root_params), NULL) ?:
	     param_jobid_init();
	if (rc)
		param_exit();
	return rc;
}

/**
 * param_exit - remove it; all directories and devices must have been given back
 */
void param_exit(void)
{
	param_dirs_exit();
	param_jobid_exit();
	param_devices_exit();
}
