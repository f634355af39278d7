// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and the text that monitoring tools parse (chapter 7.8.2). A set of counters is one per-
 * CPU array; adding disables interrupts on this CPU only. Readers may see a sample half added.
 */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <gloss/param.h>
#include "internal.h"

struct lu_stat_cnt {
	u64 count, min, max, sum, sumsq;
};

struct lu_stats {
	const struct lu_stat_def *defs;
	int n;
	ktime_t start;			/* real time */
	struct lu_stat_cnt __percpu *cnt;
};

bool param_enable_stats_header = true;
EXPORT_SYMBOL_GPL(param_enable_stats_header);

static const char * const unit_names[] = {
	[LUS_REQS] = "reqs",
	[LUS_BYTES] = "bytes",
	[LUS_PAGES] = "pages",
	[LUS_LOCKS] = "locks",
	[LUS_LOCKSPS] = "locks/s",
	[LUS_SECS] = "secs",
	[LUS_USECS] = "usecs",
	[LUS_BUFS] = "bufs",
};

/**
 * lu_stat_unit_name - the word for a unit
 * @unit: LUS_*
 *
 * Return: a constant.
 */
const char *lu_stat_unit_name(u8 unit)
{
	return unit_names[unit];
}
EXPORT_SYMBOL_GPL(lu_stat_unit_name);

/**
 * lu_stats_new - a set of counters
 * @defs: names and units; must outlive the set
 * @n: how many
 *
 * Return: the set, or NULL.
 */
struct lu_stats *lu_stats_new(const struct lu_stat_def *defs, int n)
{
	struct lu_stats *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->defs = defs;
	s->n = n;
	s->start = ktime_get_real();
	s->cnt = __alloc_percpu(n * sizeof(struct lu_stat_cnt), __alignof__(struct lu_stat_cnt));
	if (!s->cnt) {
		kfree(s);
		return NULL;
	}
	return s;
}
EXPORT_SYMBOL_GPL(lu_stats_new);

/**
 * lu_stats_free - free a set of counters; NULL is let pass
 * @s: the set; its file was removed before
 */
void lu_stats_free(struct lu_stats *s)
{
	if (!s)
		return;
	free_percpu(s->cnt);
	kfree(s);
}
EXPORT_SYMBOL_GPL(lu_stats_free);

/**
 * lu_stats_add - one sample
 * @s: the set; NULL is let pass
 * @idx: which counter
 * @value: sample
 *
 * Context: any.
 */
void lu_stats_add(struct lu_stats *s, int idx, u64 value)
{
	struct lu_stat_cnt *c;
	unsigned long flags;

	if (!s || idx < 0 || idx >= s->n)
		return;
	local_irq_save(flags);
	c = this_cpu_ptr(s->cnt) + idx;
	if (!c->count || value < c->min)
		c->min = value;
	if (value > c->max)
		c->max = value;
	c->count++;
	c->sum += value;
	c->sumsq += value * value;
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(lu_stats_add);

/**
 * lu_stats_clear - forget all samples
 * @s: the set
 */
void lu_stats_clear(struct lu_stats *s)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(s->cnt, cpu), 0, s->n * sizeof(struct lu_stat_cnt));
	s->start = ktime_get_real();
}
EXPORT_SYMBOL_GPL(lu_stats_clear);

static void lu_stats_collect(struct lu_stats *s, int idx, struct lu_stat_cnt *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct lu_stat_cnt *c = per_cpu_ptr(s->cnt, cpu) + idx;

		if (!c->count)
			continue;
		sum->min = sum->count ? min(sum->min, c->min) : c->min;
		sum->max = max(sum->max, c->max);
		sum->count += c->count;
		sum->sum += c->sum;
		sum->sumsq += c->sumsq;
	}
}

/**
 * lu_time_show - a line of the head of a file of counters
 * @m: where to
 * @indent: blanks in front
 * @width: of the label
 * @label: what the time is of
 * @t: the time, or a duration
 */
void lu_time_show(struct seq_file *m, int indent, int width, const char *label, ktime_t t)
{
	struct timespec64 ts = ktime_to_timespec64(t);

	seq_printf(m, "%*s%-*s %lld.%09ld secs.nsecs\n", indent, "", width, label,
		   (long long)ts.tv_sec, ts.tv_nsec);
}
EXPORT_SYMBOL_GPL(lu_time_show);

static int stats_file_show(struct seq_file *m, void *obj)
{
	struct lu_stats *s = obj;
	ktime_t now = ktime_get_real();
	struct lu_stat_cnt sum;
	int i;

	lu_time_show(m, 0, 25, "snapshot_time", now);
	if (param_enable_stats_header) {
		lu_time_show(m, 0, 25, "start_time", s->start);
		lu_time_show(m, 0, 25, "elapsed_time", ktime_sub(now, s->start));
	}
	for (i = 0; i < s->n; i++) {
		const struct lu_stat_def *d = &s->defs[i];

		lu_stats_collect(s, i, &sum);
		if (!sum.count)
			continue;
		seq_printf(m, "%-25s %llu samples [%s]", d->name, sum.count, unit_names[d->unit]);
		if (d->flags & (LUS_MINMAX | LUS_STDDEV))
			seq_printf(m, " %llu %llu %llu", sum.min, sum.max, sum.sum);
		if (d->flags & LUS_STDDEV)
			seq_printf(m, " %llu", sum.sumsq);
		seq_putc(m, '\n');
	}
	return 0;
}

static ssize_t stats_file_store(const char *text, size_t len, void *obj)
{
	lu_stats_clear(obj);
	return len;
}

/**
 * lu_stats_file_in - show a set in a file; writing to it clears the set
 * @dir: directory
 * @name: of the file; must be a constant
 * @s: the set; NULL is let pass
 * @places: PARAM_*
 *
 * Return: 0 or -errno.
 */
int lu_stats_file_in(struct param_dir *dir, const char *name, struct lu_stats *s, u8 places)
{
	const struct param_def def = { name, 0644, stats_file_show, stats_file_store, places };

	return s ? param_add_copy(dir, &def, s) : 0;
}
EXPORT_SYMBOL_GPL(lu_stats_file_in);

/**
 * lu_stats_file - show a set in a file where most of them are, debugfs
 * @dir: directory
 * @name: of the file; must be a constant
 * @s: the set; NULL is let pass
 *
 * Return: 0 or -errno.
 */
int lu_stats_file(struct param_dir *dir, const char *name, struct lu_stats *s)
{
	return lu_stats_file_in(dir, name, s, PARAM_DEBUGFS);
}
EXPORT_SYMBOL_GPL(lu_stats_file);
