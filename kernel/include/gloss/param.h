/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parameters (kernel/param): directories and files described by tables, each in the place that
 * monitoring programs and scripts know (/sys/fs/lustre, /sys/kernel/debug/lustre, /proc/fs/lustre),
 * counters in the format of chapter 7.8.2, and the list of devices for "lctl dl" (chapter 7.7.2).
 * All functions may sleep except lu_stats_add(). param_dir_del() and param_del() wait for handlers
 * (show, store) that run: do not call them from a handler of the same directory, nor with a lock
 * that a handler takes.
 */
#ifndef _GLOSS_PARAM_H
#define _GLOSS_PARAM_H

#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/statfs.h>
#include <linux/types.h>
#include <gloss/wire/ptlrpc.h>

struct param_dir;

/*
 * Directory name below parent (NULL: the root). name may be a path ("osc/fs-OST0000-osc"):
 * what is missing is made. Directories are shared and counted by name. ERR_PTR on failure; the
 * other functions take an ERR_PTR or NULL dir as "no directory" and do nothing.
 */
struct param_dir *param_dir_add(struct param_dir *parent, const char *name);
/*
 * The root itself, for global files: param_add(), param_del(), never param_dir_del().
 */
struct param_dir *param_top(void);
void param_dir_del(struct param_dir *dir);	/* removes the files added to it at the last user */

/* Places of a file. Files of more than one value do not belong into sysfs. */
#define PARAM_SYSFS	0x1
#define PARAM_DEBUGFS	0x2
#define PARAM_PROC	0x4

struct param_def {
	const char *name;
	umode_t mode;		/* 0444, 0644, 0200 ... */
	int (*show)(struct seq_file *m, void *obj);
	/* text is NUL-terminated, len without the NUL, trailing newline stripped; len or -errno */
	ssize_t (*store)(const char *text, size_t len, void *obj);
	u8 places;		/* PARAM_*; 0: PARAM_SYSFS */
};

/* Adds n files; defs must live as long as the directory. 0 or -errno. */
int param_add(struct param_dir *dir, const struct param_def *defs, int n, void *obj);
void param_del(struct param_dir *dir, const char *name);
void param_remove(struct param_dir *dir, const struct param_def *defs, int n);

/* Another name for a directory. Undo it before either of the directories is given back. */
int param_link(struct param_dir *dir, const char *name, struct param_dir *target);
void param_unlink(struct param_dir *dir, const char *name);

/*
 * Set parameters from the kernel (config logs): name as for lctl ("osc.*.max_dirty_mb"), with *
 * and ?. Number of files set, -ENOENT when nothing matches, or the first error of a store().
 */
int param_set(const char *name, const char *value);

/* Helpers for store(): 0 or -errno. */
int param_parse_u64(const char *text, u64 min, u64 max, u64 *val); /* accepts k, M, G, T suffixes */
int param_parse_bool(const char *text, bool *val);

/* Files with the space of a target (blocksize, kbytestotal, filesfree ...). */
struct param_space {
	int (*get)(void *obj, struct kstatfs *st);	/* 0 or -errno; *st is zeroed */
	void *obj;
};

int param_add_space(struct param_dir *dir, struct param_space *sp);
void param_remove_space(struct param_dir *dir);

/*
 * PARAM_DEFINE_UINT(): NAME_show() and NAME_store() of a parameter that is an unsigned int between
 * two bounds; "field" is the lvalue in terms of obj.
 */
int param_uint_show(struct seq_file *m, const unsigned int *val);
ssize_t param_uint_store(const char *text, size_t len, u64 min, u64 max, unsigned int *val);

#define PARAM_DEFINE_UINT(name, field, min, max)				\
static int name##_show(struct seq_file *m, void *obj)				\
{										\
	return param_uint_show(m, &(field));					\
}										\
static ssize_t name##_store(const char *text, size_t len, void *obj)		\
{										\
	return param_uint_store(text, len, min, max, &(field));			\
}

/* "0": what there is none of here, and monitoring programs expect as a number. */
int param_zero_show(struct seq_file *m, void *obj);

/*
 * Memory that this node holds for peers and for the protocol: locks, requests, buffers. Negative:
 * given back. Shown as memused and memused_max.
 */
void lu_mem_add(long bytes);

/* ---- counters ---- */
enum lu_stat_unit {
	LUS_REQS, LUS_BYTES, LUS_PAGES, LUS_LOCKS, LUS_LOCKSPS, LUS_SECS, LUS_USECS, LUS_BUFS,
};

#define LUS_MINMAX	0x1	/* print min, max, sum */
#define LUS_STDDEV	0x2	/* and the sum of squares */

struct lu_stat_def {
	const char *name;
	u8 unit;
	u8 flags;
};

struct lu_stats;

const char *lu_stat_unit_name(u8 unit);

struct lu_stats *lu_stats_new(const struct lu_stat_def *defs, int n);	/* NULL: no memory */
void lu_stats_free(struct lu_stats *s);
void lu_stats_add(struct lu_stats *s, int idx, u64 value); /* s may be NULL; any context */
static inline void lu_stats_inc(struct lu_stats *s, int idx)
{
	lu_stats_add(s, idx, 1);
}

/* Microseconds since start into counter idx. */
static inline void lu_stats_since(struct lu_stats *s, int idx, ktime_t start)
{
	lu_stats_add(s, idx, ktime_us_delta(ktime_get(), start));
}

/*
 * A file (usually "stats") that shows s and clears it when written to. Remove before
 * lu_stats_free().
 */
int lu_stats_file(struct param_dir *dir, const char *name, struct lu_stats *s);

/* The same in another place, e.g. PARAM_PROC. */
int lu_stats_file_in(struct param_dir *dir, const char *name, struct lu_stats *s, u8 places);
void lu_stats_clear(struct lu_stats *s);

/* ---- histograms ---- */
#define LU_HIST_BUCKETS	32

struct lu_hist_def {
	const char *title;
	const char *unit;	/* "rpcs", "ios" */
	bool log2;		/* buckets are powers of two, or else the value itself */
};

enum lu_hist_style {
	LU_HIST_BRW,		/* brw_stats */
	LU_HIST_RPC,		/* rpc_stats */
	LU_HIST_EXTENTS,	/* extents_stats: sizes from 4K */
};

struct lu_hist;

struct lu_hist *lu_hist_new(const struct lu_hist_def *defs, int n);	/* NULL: no memory */
void lu_hist_free(struct lu_hist *h);
void lu_hist_add(struct lu_hist *h, int table, bool write, u64 value);	/* any context */
int lu_hist_file(struct param_dir *dir, const char *name, struct lu_hist *h);
/* For files with more than the tables. */
void lu_hist_show_start(struct seq_file *m, const struct lu_hist *h);
void lu_hist_show_tables(struct seq_file *m, struct lu_hist *h, enum lu_hist_style style);
void lu_hist_show_cells(struct seq_file *m, struct lu_hist *h);
ssize_t lu_hist_store(const char *text, size_t len, void *obj);
unsigned int lu_hist_bucket(u64 value);
const char *lu_size_str(unsigned int bits, char *buf, size_t size);
void lu_time_show(struct seq_file *m, int indent, int width, const char *label, ktime_t t);

/* ---- devices ---- */
struct obd_device;
/* type "osc", name "fs-OST0000-osc-ffff...", uuid; status UP. ERR_PTR on failure. */
struct obd_device *lu_device_add(const char *type, const char *name, const char *uuid);
void lu_device_del(struct obd_device *dev);		/* NULL and ERR_PTR allowed */
void lu_device_set_status(struct obd_device *dev, const char *status);	/* "UP", "ST", "IN" ... */

void lu_device_set_health(struct obd_device *dev, bool (*healthy)(void *data), void *data);

/* Job id of the calling process for pb_jobid (chapter 7.9); all zeros when there is none. */
void lustre_jobid(char jobid[LUSTRE_JOBID_SIZE]);

extern bool param_enable_stats_header;	/* print start_time and elapsed_time */

int param_init(void);
void param_exit(void);

#endif
