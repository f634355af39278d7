// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs lnet/debug (chapter 7, 8.9): which tracepoints are recorded for "lctl dk".
 *
 * The records go into a ring of their own, the instance "lustre" of the kernel's tracing, which is
 * made by the first word that asks for tracepoints and removed with the last. Its size is
 * instances/lustre/buffer_size_kb below /sys/kernel/tracing. Words for messages that the modules
 * always print into the kernel log (error, warning, ...) are always set.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/trace.h>
#include <linux/trace_events.h>
#include <linux/uaccess.h>
#include "internal.h"

#define LNET_DEBUG_TEXT_MAX	1024

/* A word, and the tracepoints that it records: a system, or one event of it. */
struct lnet_debug_word {
	const char *word;
	const char *system;
	const char *event;
};

static const struct lnet_debug_word lnet_debug_words[] = {
	{ "neterror" }, { "warning" }, { "error" }, { "emerg" }, { "config" }, { "console" },
	{ "ha", "ptlrpc", "ptlrpc_import_state" },
	{ "ha", "ptlrpc", "ptlrpc_export_connect" },
	{ "ha", "ptlrpc", "ptlrpc_export_evict" },
	{ "net", "lnet" },
	{ "rpctrace", "ptlrpc" },
	{ "dlmtrace", "ldlm" },
	{ "iotrace", "osd" },
	{ "iotrace", "oss" },
	{ "trace", "mdt" },
	{ "vfstrace", "lustre" },
	{ "vfstrace", "tgt" },
};

/* Bit i: lnet_debug_words[i]. The first LNET_DEBUG_ALWAYS are set for ever. */
#define LNET_DEBUG_ALWAYS	6
#define LNET_DEBUG_MESSAGES	(BIT(LNET_DEBUG_ALWAYS) - 1)
#define LNET_DEBUG_ALL		(BIT(ARRAY_SIZE(lnet_debug_words)) - 1)

static DEFINE_MUTEX(lnet_debug_mutex);
static unsigned long lnet_debug_mask = LNET_DEBUG_MESSAGES;
static struct trace_array *lnet_debug_ring;

/* Bits of a word; 0: there is no such word. */
static unsigned long lnet_debug_find(const char *word)
{
	unsigned long bits = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lnet_debug_words); i++)
		if (!strcmp(word, lnet_debug_words[i].word))
			bits |= BIT(i);
	return bits;
}

/* "+a -b" changes what is set, "a b" replaces it; a number: 0 none, -1 all. */
static int lnet_debug_parse(char *text, unsigned long *mask)
{
	bool replace = true;
	char *word;

	while ((word = strsep(&text, " \t\n"))) {
		char sign = *word == '+' || *word == '-' ? *word : 0;
		unsigned long bits;

		if (!*word)
			continue;
		if (!strcmp(word, "-1") || !strcmp(word, "0")) {
			*mask = *word == '0' ? 0 : LNET_DEBUG_ALL;
			replace = false;
			continue;
		}
		bits = lnet_debug_find(sign ? word + 1 : word);
		if (!bits) {
			pr_info("debug: unknown word '%s'; known are ha net rpctrace dlmtrace iotrace trace vfstrace, 0, -1\n",
				word);
			return -EINVAL;
		}
		if (!sign && replace)
			*mask = 0;
		replace = false;
		*mask = sign == '-' ? *mask & ~bits : *mask | bits;
	}
	*mask |= LNET_DEBUG_MESSAGES;
	return 0;
}

/* Record what the mask says. lnet_debug_mutex is held. */
static int lnet_debug_apply(unsigned long mask)
{
	unsigned int i;

	if (mask == LNET_DEBUG_MESSAGES && !lnet_debug_ring)
		return 0;
	if (!lnet_debug_ring) {
		lnet_debug_ring = compat_trace_array_get("lustre");
		if (!lnet_debug_ring)
			return -EOPNOTSUPP;	/* a kernel without tracing */
	}
	/* off first: "ha" is a part of "rpctrace"; a system that is not loaded has no events yet */
	for (i = LNET_DEBUG_ALWAYS; i < ARRAY_SIZE(lnet_debug_words); i++)
		if (!(mask & BIT(i)))
			trace_array_set_clr_event(lnet_debug_ring, lnet_debug_words[i].system,
						  lnet_debug_words[i].event, false);
	for (i = LNET_DEBUG_ALWAYS; i < ARRAY_SIZE(lnet_debug_words); i++)
		if (mask & BIT(i))
			trace_array_set_clr_event(lnet_debug_ring, lnet_debug_words[i].system,
						  lnet_debug_words[i].event, true);
	return 0;
}

/**
 * lnet_debug_module_loaded() - record the tracepoints of a module that was loaded after "debug" was
 * set
 *
 * Called by the init function of each module that has tracepoints. May sleep.
 */
void lnet_debug_module_loaded(void)
{
	mutex_lock(&lnet_debug_mutex);
	lnet_debug_apply(lnet_debug_mask);
	mutex_unlock(&lnet_debug_mutex);
}
EXPORT_SYMBOL_GPL(lnet_debug_module_loaded);

static int lnet_debug_show(struct seq_file *m, void *unused)
{
	unsigned long mask = READ_ONCE(lnet_debug_mask);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lnet_debug_words); i++)
		if (mask & BIT(i) && (!i || strcmp(lnet_debug_words[i].word,
						   lnet_debug_words[i - 1].word)))
			seq_printf(m, "%s%s", i ? " " : "", lnet_debug_words[i].word);
	seq_putc(m, '\n');
	return 0;
}

static int lnet_debug_open(struct inode *inode, struct file *file)
{
	return single_open(file, lnet_debug_show, NULL);
}

static ssize_t lnet_debug_write(struct file *file, const char __user *ubuf, size_t len,
				loff_t *pos)
{
	unsigned long mask;
	char *text;
	int rc;

	if (len > LNET_DEBUG_TEXT_MAX)
		return -EINVAL;
	text = memdup_user_nul(ubuf, len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&lnet_debug_mutex);
	mask = lnet_debug_mask;
	rc = lnet_debug_parse(text, &mask) ?: lnet_debug_apply(mask);
	if (!rc)
		lnet_debug_mask = mask;
	mutex_unlock(&lnet_debug_mutex);
	kfree(text);
	return rc ?: (ssize_t)len;
}

static const struct file_operations lnet_debug_fops = {
	.owner = THIS_MODULE,
	.open = lnet_debug_open,
	.read = seq_read,
	.write = lnet_debug_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void lnet_debug_init(struct dentry *dir)
{
	debugfs_create_file("debug", 0644, dir, NULL, &lnet_debug_fops);
}

/* The files are gone already. */
void lnet_debug_exit(void)
{
	if (!lnet_debug_ring)
		return;
	lnet_debug_apply(LNET_DEBUG_MESSAGES);
	trace_array_put(lnet_debug_ring);
	/* Busy while somebody reads the ring: it stays, at no cost, until it is removed by hand. */
	trace_array_destroy(lnet_debug_ring);
	lnet_debug_ring = NULL;
}
