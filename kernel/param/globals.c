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

static const struct param_def root_params[] = {
	{ "version", 0444, param_version_show },
	{ "health_check", 0444, param_health_show },
	{ "enable_stats_header", 0644, stats_header_show, stats_header_store },
};

/* Many lines, so not for sysfs. */
static const struct param_def devices_param = { "devices", 0444, param_devices_show };

/**
 * param_init - make /proc/fs/lustre
 *
 * Return: 0 or -errno.
 */
int param_init(void)
{
	int rc = param_dirs_init();

	if (rc)
		return rc;
	rc = param_add(param_top(), root_params, ARRAY_SIZE(root_params), NULL) ?:
	     param_add_copy(param_top(), &devices_param, NULL) ?: param_jobid_init();
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
