// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a target counts: one set of counters in four views. Of all clients (md_stats, stats), of the
 * clients of one NID (exports/NID/stats), of one job (job_stats), and of all targets of the node
 * (nodemap.default, where all clients are). Chapter 7.8.2, 7.8.3, 7.8.8.
 *
 * Locks: tgt_node_mutex (the sets of the node) and lt_nids_mutex (the list of NIDs) may be held
 * where files are made and removed, so no show function takes them. Jobs are found under RCU;
 * lt_jobs->lock guards the table, tj_lock the counters of one job; both are leaves.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/ctype.h>
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/stringhash.h>
#include <linux/workqueue.h>
#include "internal.h"

/* ---- jobs ---- */

#define TGT_JOBS_MAX		4096	/* of one target: clients choose the names */
#define TGT_JOBS_INTERVAL	600	/* seconds without a request, then a job is forgotten */

struct tgt_job_count {
	u64 samples, min, max, sum, sumsq;
};

struct tgt_job {
	struct hlist_node	tj_hash;
	struct rcu_head		tj_rcu;
	char			tj_id[LUSTRE_JOBID_SIZE];
	spinlock_t		tj_lock;	/* what follows */
	ktime_t			tj_start, tj_last;	/* real time */
	/* histograms of the first two counters, which count bytes on an OST */
	u32			tj_hist[2][LU_HIST_BUCKETS];
	struct tgt_job_count	tj_counts[];
};

struct tgt_jobs {
	DECLARE_HASHTABLE(table, 8);
	spinlock_t		lock;		/* table, nr */
	unsigned int		nr;
	unsigned int		interval;	/* seconds; 0: jobs are kept for ever */
	const struct lu_stat_def *defs;
	int			n;
	struct delayed_work	work;
};

static u32 tgt_job_key(const char *id)
{
	return full_name_hash(NULL, id, strlen(id));
}

/* Under rcu_read_lock() or the lock of the table. */
static struct tgt_job *tgt_job_find(struct tgt_jobs *jobs, const char *id, u32 key)
{
	struct tgt_job *job;

	hash_for_each_possible_rcu(jobs->table, job, tj_hash, key)
		if (!strcmp(job->tj_id, id))
			return job;
	return NULL;
}

/* rcu_read_lock() is held. NULL: no room or no memory, the request is not counted. */
static struct tgt_job *tgt_job_new(struct tgt_jobs *jobs, const char *id, u32 key)
{
	struct tgt_job *job, *other;

	if (READ_ONCE(jobs->nr) >= TGT_JOBS_MAX)
		return NULL;
	job = kzalloc(struct_size(job, tj_counts, jobs->n), GFP_ATOMIC | __GFP_NOWARN);
	if (!job)
		return NULL;
	strscpy(job->tj_id, id, sizeof(job->tj_id));
	spin_lock_init(&job->tj_lock);
	job->tj_start = ktime_get_real();
	job->tj_last = job->tj_start;
	spin_lock(&jobs->lock);
	other = tgt_job_find(jobs, id, key);
	if (!other) {
		hash_add_rcu(jobs->table, &job->tj_hash, key);
		jobs->nr++;
	}
	spin_unlock(&jobs->lock);
	if (other)
		kfree(job);
	return other ?: job;
}

static void tgt_job_add(struct tgt_jobs *jobs, const char *id, int idx, u64 value)
{
	u32 key = tgt_job_key(id);
	struct tgt_job_count *c;
	struct tgt_job *job;

	rcu_read_lock();
	job = tgt_job_find(jobs, id, key) ?: tgt_job_new(jobs, id, key);
	if (job) {
		spin_lock(&job->tj_lock);
		job->tj_last = ktime_get_real();
		c = &job->tj_counts[idx];
		c->min = c->samples ? min(c->min, value) : value;
		c->max = max(c->max, value);
		c->samples++;
		c->sum += value;
		c->sumsq += value * value;
		if (jobs->defs[idx].unit == LUS_BYTES && idx < 2)
			job->tj_hist[idx][lu_hist_bucket(value)]++;
		spin_unlock(&job->tj_lock);
	}
	rcu_read_unlock();
}

/* Forget jobs without a request since @before; id: only this one. Return: how many. */
static int tgt_jobs_drop(struct tgt_jobs *jobs, const char *id, ktime_t before)
{
	struct hlist_node *next;
	struct tgt_job *job;
	int i, n = 0;

	spin_lock(&jobs->lock);
	hash_for_each_safe(jobs->table, i, next, job, tj_hash)
		if (id ? !strcmp(job->tj_id, id) : ktime_before(READ_ONCE(job->tj_last), before)) {
			hash_del_rcu(&job->tj_hash);
			kfree_rcu(job, tj_rcu);
			jobs->nr--;
			n++;
		}
	spin_unlock(&jobs->lock);
	return n;
}

static void tgt_jobs_work(struct work_struct *work)
{
	struct tgt_jobs *jobs = container_of(work, struct tgt_jobs, work.work);
	unsigned int interval = READ_ONCE(jobs->interval);

	if (interval)
		tgt_jobs_drop(jobs, NULL, ktime_sub(ktime_get_real(),
						    (u64)interval * NSEC_PER_SEC));
	queue_delayed_work(system_unbound_wq, &jobs->work,
			   clamp(interval / 2, 1U, 300U) * HZ);
}

static void tgt_job_show_id(struct seq_file *m, const char *id)
{
	const char *p;
	bool quote = *id == '@';

	for (p = id; *p; p++)
		quote |= *p == ':' || (!isalnum(*p) && !strchr(".@-_/", *p));
	seq_printf(m, "- %-16s %s", "job_id:", quote ? "\"" : "");
	for (p = id; *p; p++)
		if (isalnum(*p) || strchr(".@-_:/", *p))
			seq_putc(m, *p);
		else
			seq_printf(m, "\\x%02X", (u8)*p);
	seq_puts(m, quote ? "\"\n" : "\n");
}

static void tgt_job_show_hist(struct seq_file *m, const u32 *hist)
{
	bool first = true;
	char size[16];
	int i;

	seq_puts(m, ", hist: { ");
	for (i = 0; i < LU_HIST_BUCKETS; i++) {
		if (!hist[i])
			continue;
		seq_printf(m, "%s%s: %u", first ? "" : ", ", lu_size_str(i, size, sizeof(size)),
			   hist[i]);
		first = false;
	}
	seq_puts(m, " }");
}

static void tgt_job_show(struct seq_file *m, const struct tgt_jobs *jobs, struct tgt_job *job)
{
	int i, pad;

	tgt_job_show_id(m, job->tj_id);
	lu_time_show(m, 2, 16, "snapshot_time:", job->tj_last);
	if (param_enable_stats_header) {
		lu_time_show(m, 2, 16, "start_time:", job->tj_start);
		lu_time_show(m, 2, 16, "elapsed_time:", ktime_sub(job->tj_last, job->tj_start));
	}
	for (i = 0; i < jobs->n; i++) {
		const struct lu_stat_def *d = &jobs->defs[i];
		const struct tgt_job_count *c = &job->tj_counts[i];

		pad = max_t(int, 16 - strlen(d->name), 1);
		seq_printf(m, "  %s:%*s{ samples: %11llu, unit: %5s, min: %8llu, max: %8llu, sum: %16llu, sumsq: %18llu",
			   d->name, pad, "", c->samples, lu_stat_unit_name(d->unit), c->min,
			   c->max, c->sum, c->sumsq);
		if (d->unit == LUS_BYTES && i < 2)
			tgt_job_show_hist(m, job->tj_hist[i]);
		seq_puts(m, " }\n");
	}
}

static int tgt_jobs_show(struct seq_file *m, void *obj)
{
	struct tgt_jobs *jobs = ((struct lu_target *)obj)->lt_jobs;
	struct tgt_job *job;
	int i;

	seq_puts(m, "job_stats:\n");
	rcu_read_lock();
	hash_for_each_rcu(jobs->table, i, job, tj_hash) {
		/* it is called again with more room */
		if (seq_has_overflowed(m))
			break;
		tgt_job_show(m, jobs, job);
	}
	rcu_read_unlock();
	return 0;
}

static ssize_t tgt_jobs_store(const char *text, size_t len, void *obj)
{
	struct tgt_jobs *jobs = ((struct lu_target *)obj)->lt_jobs;

	if (!strcmp(text, "clear"))
		tgt_jobs_drop(jobs, NULL, KTIME_MAX);
	else if (!tgt_jobs_drop(jobs, text, 0))
		return -ENOENT;
	return len;
}

static int tgt_jobs_interval_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", READ_ONCE(((struct lu_target *)obj)->lt_jobs->interval));
	return 0;
}

static ssize_t tgt_jobs_interval_store(const char *text, size_t len, void *obj)
{
	struct tgt_jobs *jobs = ((struct lu_target *)obj)->lt_jobs;
	u64 val;
	int rc = param_parse_u64(text, 0, INT_MAX / HZ, &val);

	if (rc)
		return rc;
	WRITE_ONCE(jobs->interval, val);
	mod_delayed_work(system_unbound_wq, &jobs->work, 0);
	return len;
}

static const struct param_def tgt_jobs_params[] = {
	{ "job_stats", 0644, tgt_jobs_show, tgt_jobs_store, PARAM_PROC },
	{ "job_cleanup_interval", 0644, tgt_jobs_interval_show, tgt_jobs_interval_store },
};

static struct tgt_jobs *tgt_jobs_new(const struct lu_stat_def *defs, int n)
{
	struct tgt_jobs *jobs = kzalloc(sizeof(*jobs), GFP_KERNEL);

	if (!jobs)
		return NULL;
	hash_init(jobs->table);
	spin_lock_init(&jobs->lock);
	jobs->interval = TGT_JOBS_INTERVAL;
	jobs->defs = defs;
	jobs->n = n;
	INIT_DELAYED_WORK(&jobs->work, tgt_jobs_work);
	queue_delayed_work(system_unbound_wq, &jobs->work, TGT_JOBS_INTERVAL / 2 * HZ);
	return jobs;
}

static void tgt_jobs_free(struct tgt_jobs *jobs)
{
	if (!jobs)
		return;
	cancel_delayed_work_sync(&jobs->work);
	tgt_jobs_drop(jobs, NULL, KTIME_MAX);
	kfree(jobs);
}

/* ---- all targets of a kind on this node ---- */

static DEFINE_MUTEX(tgt_node_mutex);
static struct {
	struct lu_stats *stats;
	struct param_dir *dir;
	int users;
} tgt_node[TGT_NR_KINDS];

static const struct param_def tgt_nodemap_param = {
	"active", 0444, param_zero_show, NULL, PARAM_DEBUGFS
};

static struct param_dir *tgt_nodemap_dir;	/* nodemap */

static struct lu_stats *tgt_node_get(enum tgt_kind kind, const struct lu_stat_def *defs, int n)
{
	mutex_lock(&tgt_node_mutex);
	if (!tgt_node[kind].users++) {
		tgt_node[kind].stats = lu_stats_new(defs, n);
		if (!tgt_nodemap_dir) {
			tgt_nodemap_dir = param_dir_add(NULL, "nodemap");
			param_add(tgt_nodemap_dir, &tgt_nodemap_param, 1, NULL);
		}
		tgt_node[kind].dir = param_dir_add(tgt_nodemap_dir, "default");
		lu_stats_file(tgt_node[kind].dir, kind == TGT_MDT ? "md_stats" : "dt_stats",
			      tgt_node[kind].stats);
	}
	mutex_unlock(&tgt_node_mutex);
	return tgt_node[kind].stats;
}

static void tgt_node_put(enum tgt_kind kind)
{
	mutex_lock(&tgt_node_mutex);
	if (!--tgt_node[kind].users) {
		param_del(tgt_node[kind].dir, kind == TGT_MDT ? "md_stats" : "dt_stats");
		param_dir_del(tgt_node[kind].dir);
		lu_stats_free(tgt_node[kind].stats);
		tgt_node[kind].stats = NULL;
		if (!tgt_node[TGT_MDT].users && !tgt_node[TGT_OST].users) {
			param_dir_del(tgt_nodemap_dir);
			tgt_nodemap_dir = NULL;
		}
	}
	mutex_unlock(&tgt_node_mutex);
}

/* ---- a target ---- */

/**
 * tgt_stats_start - begin to count
 * @lt: the target; exports may come after this
 * @defs: what is counted, bytes first; must outlive the target
 * @n: how many
 *
 * Called by start() of the type. Return: 0 or -ENOMEM.
 */
int tgt_stats_start(struct lu_target *lt, const struct lu_stat_def *defs, int n)
{
	bool mdt = lt->lt_kind == TGT_MDT;

	lt->lt_stats = lu_stats_new(defs, n);
	lt->lt_jobs = tgt_jobs_new(defs, n);
	if (!lt->lt_stats || !lt->lt_jobs) {
		tgt_jobs_free(lt->lt_jobs);
		lu_stats_free(lt->lt_stats);
		lt->lt_jobs = NULL;
		lt->lt_stats = NULL;
		return -ENOMEM;
	}
	lt->lt_stat_defs = defs;
	lt->lt_nr_stats = n;
	lt->lt_node_stats = tgt_node_get(lt->lt_kind, defs, n);
	lu_stats_file_in(lt->lt_params, mdt ? "md_stats" : "stats", lt->lt_stats,
			 mdt ? PARAM_PROC : PARAM_DEBUGFS);
	param_add(lt->lt_params, tgt_jobs_params, ARRAY_SIZE(tgt_jobs_params), lt);
	return 0;
}
EXPORT_SYMBOL_GPL(tgt_stats_start);

/**
 * tgt_stats_stop - the end of it; nothing if tgt_stats_start() failed
 * @lt: the target; no export is left
 */
void tgt_stats_stop(struct lu_target *lt)
{
	if (!lt->lt_stats)
		return;
	param_remove(lt->lt_params, tgt_jobs_params, ARRAY_SIZE(tgt_jobs_params));
	param_del(lt->lt_params, lt->lt_kind == TGT_MDT ? "md_stats" : "stats");
	tgt_node_put(lt->lt_kind);
	tgt_jobs_free(lt->lt_jobs);
	lu_stats_free(lt->lt_stats);
	lt->lt_jobs = NULL;
	lt->lt_stats = NULL;
}
EXPORT_SYMBOL_GPL(tgt_stats_stop);

/**
 * tgt_count - count something that a request did
 * @req: the request, of a target with tgt_stats_start()
 * @idx: which counter
 * @value: bytes, microseconds
 *
 * Context: does not sleep.
 */
void tgt_count(struct svc_req *req, int idx, u64 value)
{
	struct lu_target *lt = svc_req_target(req);
	struct tgt_export *te = tgt_export(req->sr_exp);

	lu_stats_add(lt->lt_stats, idx, value);
	lu_stats_add(lt->lt_node_stats, idx, value);
	if (te->te_nid)
		lu_stats_add(te->te_nid->tni_stats, idx, value);
	if (*req->sr_jobid && lt->lt_jobs)
		tgt_job_add(lt->lt_jobs, req->sr_jobid, idx, value);
}
EXPORT_SYMBOL_GPL(tgt_count);

/**
 * tgt_count_time - count a request by the time since its service began
 * @req: the request
 * @idx: a counter of microseconds
 */
void tgt_count_time(struct svc_req *req, int idx)
{
	tgt_count(req, idx, ktime_us_delta(ktime_get(), req->sr_arrival_ns));
}
EXPORT_SYMBOL_GPL(tgt_count_time);
