// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small files of debugfs lnet that monitoring programs read (chapter 7.8.9). Messages go through
 * the kernel's log, which limits them itself: those numbers are told as they are and cannot be set.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include "internal.h"

#define LNET_MARKER_MAX	256

static unsigned long lnet_memused(void)
{
	return atomic_long_read(&lnet_counters.msgs) * sizeof(struct lnet_msg) +
	       atomic_read(&lnet_nr_mds) * sizeof(struct lnet_md);
}

/* No such thing here: records of "debug" have their size in tracefs, faults are not injected. */
static unsigned long lnet_no_number(void)
{
	return 0;
}

static unsigned long lnet_ratelimit_centisecs(void)
{
	return DEFAULT_RATELIMIT_INTERVAL * 100 / HZ;
}

static unsigned long lnet_one(void)
{
	return 1;
}

struct lnet_number_file {
	const char *name;
	unsigned long (*get)(void);
};

static const struct lnet_number_file lnet_number_files[] = {
	{ "catastrophe", lnet_no_number },
	{ "console_backoff", lnet_one },
	{ "console_max_delay_centisecs", lnet_ratelimit_centisecs },
	{ "console_min_delay_centisecs", lnet_ratelimit_centisecs },
	{ "console_ratelimit", lnet_one },
	{ "debug_mb", lnet_no_number },
	{ "fail_err", lnet_no_number },
	{ "fail_loc", lnet_no_number },
	{ "fail_val", lnet_no_number },
	{ "lnet_memused", lnet_memused },
	{ "panic_on_lbug", lnet_no_number },
	{ "watchdog_ratelimit", lnet_no_number },
};

static int lnet_number_show(struct seq_file *m, void *unused)
{
	const struct lnet_number_file *file = m->private;

	seq_printf(m, "%lu\n", file->get());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lnet_number);

static ssize_t lnet_marker_write(struct file *file, const char __user *ubuf, size_t len,
				 loff_t *pos)
{
	char *text;

	if (len > LNET_MARKER_MAX)
		return -EINVAL;
	text = memdup_user_nul(ubuf, len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	pr_info("DEBUG MARKER: %s\n", strim(text));
	kfree(text);
	return len;
}

static const struct file_operations lnet_marker_fops = {
	.owner = THIS_MODULE,
	.write = lnet_marker_write,
};

void lnet_debug_files_init(struct dentry *dir)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lnet_number_files); i++)
		debugfs_create_file(lnet_number_files[i].name, 0444, dir,
				    (void *)&lnet_number_files[i], &lnet_number_fops);
	debugfs_create_file("debug_marker", 0200, dir, NULL, &lnet_marker_fops);
}
