// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histograms of reads and writes side by side, in the two layouts that monitoring tools parse:
 * brw_stats of object stores and rpc_stats of clients (chapter 7.8.4, 7.8.5).
 */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <gloss/param.h>
#include "internal.h"

struct lu_hist_table {
	atomic64_t count[2][LU_HIST_BUCKETS];
};

struct lu_hist {
	const struct lu_hist_def *defs;
	int n;
	ktime_t start;			/* real time */
	struct lu_hist_table tables[];
};

/**
 * lu_hist_new - a set of histograms
 * @defs: titles; must outlive the set
 * @n: how many
 *
 * Return: the set, or NULL.
 */
struct lu_hist *lu_hist_new(const struct lu_hist_def *defs, int n)
{
	struct lu_hist *h = kzalloc(struct_size(h, tables, n), GFP_KERNEL);

	if (!h)
		return NULL;
	h->defs = defs;
	h->n = n;
	h->start = ktime_get_real();
	return h;
}
EXPORT_SYMBOL_GPL(lu_hist_new);

/**
 * lu_hist_free - free a set of histograms; NULL is let pass
 * @h: the set; its file was removed before
 */
void lu_hist_free(struct lu_hist *h)
{
	kfree(h);
}
EXPORT_SYMBOL_GPL(lu_hist_free);

/**
 * lu_hist_bucket - the bucket of a value where buckets are powers of two
 * @value: the value
 *
 * Return: the least n with @value <= 1 << n.
 */
unsigned int lu_hist_bucket(u64 value)
{
	return value > 1 ? min(fls64(value - 1), LU_HIST_BUCKETS - 1) : 0;
}
EXPORT_SYMBOL_GPL(lu_hist_bucket);

/**
 * lu_hist_add - one sample
 * @h: the set; NULL is let pass
 * @table: which histogram
 * @write: the column
 * @value: the value
 *
 * Context: any.
 */
void lu_hist_add(struct lu_hist *h, int table, bool write, u64 value)
{
	unsigned int i;

	if (!h)
		return;
	i = h->defs[table].log2 ? lu_hist_bucket(value) :
	    min_t(u64, value, LU_HIST_BUCKETS - 1);
	atomic64_inc(&h->tables[table].count[write][i]);
}
EXPORT_SYMBOL_GPL(lu_hist_add);

static void lu_hist_clear(struct lu_hist *h)
{
	int t, i;

	for (t = 0; t < h->n; t++)
		for (i = 0; i < LU_HIST_BUCKETS; i++) {
			atomic64_set(&h->tables[t].count[0][i], 0);
			atomic64_set(&h->tables[t].count[1][i], 0);
		}
	h->start = ktime_get_real();
}

/**
 * lu_size_str - a power of two as tools write it: 512, 1K, 4M
 * @bits: its exponent
 * @buf: room for the text
 * @size: of @buf
 *
 * Return: @buf.
 */
const char *lu_size_str(unsigned int bits, char *buf, size_t size)
{
	static const char units[] = " KMGTPE";

	if (bits < 10)
		snprintf(buf, size, "%u", 1U << bits);
	else
		snprintf(buf, size, "%u%c", 1U << (bits % 10), units[bits / 10]);
	return buf;
}
EXPORT_SYMBOL_GPL(lu_size_str);

static unsigned int lu_hist_pct(u64 part, u64 all)
{
	return all ? div64_u64(part * 100, all) : 0;
}

/* The sizes of a row of extents_stats: up to 4 KiB, then powers of two. */
static void lu_hist_extent_key(int i, char *key, size_t size)
{
	char from[8], to[8];

	lu_size_str(i - 1, from, sizeof(from));
	lu_size_str(i, to, sizeof(to));
	snprintf(key, size, "%5s - %5s ", i == 12 ? "0K" : from, to);
}

/* Sizes below belong to the first row of extents_stats. */
static u64 lu_hist_cell(struct lu_hist_table *t, int c, int i, enum lu_hist_style style)
{
	u64 n = atomic64_read(&t->count[c][i]);

	if (style == LU_HIST_EXTENTS && i == 12)
		while (i--)
			n += atomic64_read(&t->count[c][i]);
	return n;
}

/* Rows until all samples were shown; empty ones in front are left out. */
static void lu_hist_show_rows(struct seq_file *m, const struct lu_hist_def *d,
			      struct lu_hist_table *t, enum lu_hist_style style)
{
	u64 all[2] = { }, sum[2] = { }, n[2];
	static const char * const row[] = {
		[LU_HIST_BRW]		= "%s:\t\t%10llu %3u %3u   | %4llu %3u %3u\n",
		[LU_HIST_RPC]		= "%s:\t\t%10llu %3u %3u   | %10llu %3u %3u\n",
		[LU_HIST_EXTENTS]	= "%s: %14llu %4u %4u  | %14llu %4u %4u\n",
	};
	int i = style == LU_HIST_EXTENTS ? 12 : 0, c, k;
	char key[24];

	for (c = 0; c < 2; c++)
		for (k = 0; k < LU_HIST_BUCKETS; k++)
			all[c] += atomic64_read(&t->count[c][k]);
	for (; i < LU_HIST_BUCKETS && (sum[0] < all[0] || sum[1] < all[1]); i++) {
		for (c = 0; c < 2; c++) {
			n[c] = lu_hist_cell(t, c, i, style);
			sum[c] += n[c];
		}
		if (style != LU_HIST_EXTENTS && !sum[0] && !sum[1])
			continue;
		if (style == LU_HIST_EXTENTS)
			lu_hist_extent_key(i, key, sizeof(key));
		else if (d->log2 && style == LU_HIST_BRW)
			lu_size_str(i, key, sizeof(key));
		else
			snprintf(key, sizeof(key), "%u", d->log2 ? 1U << min(i, 31) : i);
		seq_printf(m, row[style], key,
			   n[0], lu_hist_pct(n[0], all[0]), lu_hist_pct(sum[0], all[0]),
			   n[1], lu_hist_pct(n[1], all[1]), lu_hist_pct(sum[1], all[1]));
	}
}

static void lu_hist_show_moment(struct seq_file *m, const char *label, ktime_t t)
{
	struct timespec64 ts = ktime_to_timespec64(t);

	seq_printf(m, "%s%lld.%09ld\n", label, (long long)ts.tv_sec, ts.tv_nsec);
}

/**
 * lu_hist_show_cells - tables by size, in the form of io_latency_stats: a line for each size
 * @m: where to
 * @h: the set; the titles of its tables are the sizes
 */
void lu_hist_show_cells(struct seq_file *m, struct lu_hist *h)
{
	ktime_t now = ktime_get_real();
	int c, t, i, any;
	u64 n;

	lu_hist_show_moment(m, "snapshot_time: ", now);
	lu_hist_show_moment(m, "start_time:   ", h->start);
	lu_hist_show_moment(m, "elapsed_time: ", ktime_sub(now, h->start));
	for (c = 0; c < 2; c++) {
		for (t = 0; t < h->n; t++) {
			for (i = 0, any = 0; i < LU_HIST_BUCKETS; i++) {
				n = atomic64_read(&h->tables[t].count[c][i]);
				if (n && !any++)
					seq_printf(m, "%s_%s: { ", c ? "wr" : "rd",
						   h->defs[t].title);
				if (n)
					seq_printf(m, "%lluus: %llu, ", 1ULL << i, n);
			}
			if (any)
				seq_puts(m, "}\n");
		}
	}
}
EXPORT_SYMBOL_GPL(lu_hist_show_cells);

/**
 * lu_hist_show_start - the times, in front of the tables
 * @m: where to
 * @h: the set
 */
void lu_hist_show_start(struct seq_file *m, const struct lu_hist *h)
{
	ktime_t now = ktime_get_real();

	lu_time_show(m, 0, 25, "snapshot_time:", now);
	if (!param_enable_stats_header)
		return;
	lu_time_show(m, 0, 25, "start_time:", h->start);
	lu_time_show(m, 0, 25, "elapsed_time:", ktime_sub(now, h->start));
}
EXPORT_SYMBOL_GPL(lu_hist_show_start);

/**
 * lu_hist_show_tables - all tables of a set
 * @m: where to
 * @h: the set
 * @style: the layout
 */
void lu_hist_show_tables(struct seq_file *m, struct lu_hist *h, enum lu_hist_style style)
{
	int t;

	for (t = 0; t < h->n; t++) {
		const struct lu_hist_def *d = &h->defs[t];

		if (style == LU_HIST_BRW)
			seq_printf(m, "\n%26s read      |     write\n%-22s %-5s %% cum %% |  %-11s %% cum %%\n",
				   " ", d->title, d->unit, d->unit);
		else if (style == LU_HIST_EXTENTS)
			seq_printf(m, "%15s %19s       | %20s\n%13s   %14s %4s %4s  | %14s %4s %4s\n",
				   " ", "read", "write", d->title, d->unit, "%", "cum%",
				   d->unit, "%", "cum%");
		else
			seq_printf(m, "\n\t\t\tread\t\t\twrite\n%-21s %s   %% cum %% |       %s   %% cum %%\n",
				   d->title, d->unit, d->unit);
		lu_hist_show_rows(m, d, &h->tables[t], style);
	}
}
EXPORT_SYMBOL_GPL(lu_hist_show_tables);

static int lu_hist_file_show(struct seq_file *m, void *obj)
{
	lu_hist_show_start(m, obj);
	lu_hist_show_tables(m, obj, LU_HIST_BRW);
	return 0;
}

/**
 * lu_hist_store - what is written to a file of histograms clears them
 * @text: whatever
 * @len: its length
 * @obj: the set
 *
 * Return: @len.
 */
ssize_t lu_hist_store(const char *text, size_t len, void *obj)
{
	lu_hist_clear(obj);
	return len;
}
EXPORT_SYMBOL_GPL(lu_hist_store);

/**
 * lu_hist_file - show a set in a file as brw_stats; writing to it clears the set
 * @dir: directory
 * @name: of the file; must be a constant
 * @h: the set; NULL is let pass
 *
 * Return: 0 or -errno.
 */
int lu_hist_file(struct param_dir *dir, const char *name, struct lu_hist *h)
{
	const struct param_def def = { name, 0644, lu_hist_file_show, lu_hist_store,
				       PARAM_DEBUGFS };

	return h ? param_add_copy(dir, &def, h) : 0;
}
EXPORT_SYMBOL_GPL(lu_hist_file);
