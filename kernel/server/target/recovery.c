// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery after a restart (chapter 2, 11). The clients with a slot in last_rcvd become exports
 * without a connection. They connect, and send again what the crash took back: first requests with
 * their old transnos, then their locks; the final ping of a client says that it is through and is
 * answered when all are. Nobody else may connect before.
 *
 * Stages:
 * REQUESTS - replays are held, sorted by transno, until all clients have connected. Then the thread
 *	of the target serves them one by one: the one whose turn it is, or, when every client has
 *	either sent one or is through, the lowest: the numbers between were never given out, or
 *	belong to nobody who is here.
 * LOCKS	- nobody has requests any more; locks are granted as their owners say.
 * COMPLETE - all clients are through, or those that are not were evicted.
 *
 * A replay below the next transno is served at once, and does not wait for its turn: the open of a
 * file whose transaction is on disk, which only makes the handle again; and what this client has
 * sent before its connection was made anew, which is answered from memory. A client that sends
 * anything else there, or a number that was never given out, is evicted.
 *
 * The deadline begins with the first connect of anybody; who connects moves it, up to the hard
 * limit. When it passes, first those who did not come are evicted, then, again and again, those
 * for whom the others wait. So recovery ends whatever the clients do.
 *
 * Replays get their own transnos, which are below those of this run (tr_limit): commits happen in
 * the order of transnos, as always, since nothing else that changes the target is served meanwhile.
 *
 * Lock: tr_lock, a spinlock inside of all others but those of ptlrpc.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "internal.h"

#define TGT_REC_SOFT	300	/* seconds, 3 and 9 obd_timeout */
#define TGT_REC_HARD	900
#define TGT_REC_MORE	125	/* at least this long after the connect of a client */
#define TGT_REC_STEP	30	/* between evictions after the deadline */
#define TGT_REC_HELD	16	/* requests of one client that wait at a time */

enum tgt_rec_stage {
	TGT_REC_INACTIVE,	/* there was nobody to wait for */
	TGT_REC_REQUESTS,
	TGT_REC_LOCKS,
	TGT_REC_COMPLETE,
};

enum tgt_rec_kind {
	TGT_REC_REPLAY,		/* of a request */
	TGT_REC_LOCK,
	TGT_REC_FINAL,		/* ping */
	TGT_REC_NR_KINDS
};

struct tgt_recovery {
	spinlock_t		tr_lock;	/* all that follows, te_* of recovery */
	wait_queue_head_t	tr_waitq;
	bool			tr_kicked;
	struct task_struct	*tr_task;
	enum tgt_rec_stage	tr_stage;
	/* held requests, by sr_link; replays sorted by transno */
	struct list_head	tr_held[TGT_REC_NR_KINDS];
	unsigned int		tr_nr[TGT_CLIENT_NR];	/* clients in each state */
	unsigned int		tr_ready;	/* TGT_CLIENT_REQUESTS with a held replay */
	u64			tr_committed;	/* last_committed at the start */
	u64			tr_next;	/* the next transno */
	u64			tr_limit;	/* from here on transnos are those of this run */

	unsigned int		tr_soft, tr_hard;	/* seconds */
	time64_t		tr_began;	/* 0: nobody has connected yet */
	time64_t		tr_began_real;
	time64_t		tr_deadline;
	time64_t		tr_duration;
	bool			tr_abort;

	/* for recovery_status */
	unsigned int		tr_known;	/* clients at the start */
	unsigned int		tr_came;
	unsigned int		tr_completed;	/* at the end */
	unsigned int		tr_evicted;
	unsigned int		tr_replayed;
	unsigned int		tr_queued;
};

static void tgt_recovery_kick(struct tgt_recovery *tr)
{
	WRITE_ONCE(tr->tr_kicked, true);
	wake_up_all(&tr->tr_waitq);
}

/* ---- clients; tr_lock held ---- */

static bool tgt_client_is_ready(const struct tgt_export *te)
{
	return te->te_rec == TGT_CLIENT_REQUESTS && te->te_replays;
}

static void tgt_client_set(struct tgt_recovery *tr, struct tgt_export *te, enum tgt_client_state to)
{
	tr->tr_ready -= tgt_client_is_ready(te);
	tr->tr_nr[te->te_rec]--;
	te->te_rec = to;
	tr->tr_nr[to]++;
	tr->tr_ready += tgt_client_is_ready(te);
}

static void tgt_client_count_replay(struct tgt_recovery *tr, struct tgt_export *te, int n)
{
	tr->tr_ready -= tgt_client_is_ready(te);
	te->te_replays += n;
	tr->tr_queued += n;
	tr->tr_ready += tgt_client_is_ready(te);
}

static void tgt_held_remove(struct tgt_recovery *tr, struct svc_req *req, enum tgt_rec_kind kind)
{
	struct tgt_export *te = tgt_export(req->sr_exp);

	list_del_init(&req->sr_link);
	te->te_held--;
	if (kind == TGT_REC_REPLAY)
		tgt_client_count_replay(tr, te, -1);
}

/* All held requests of a client, off the lists. */
static void tgt_held_take(struct tgt_recovery *tr, struct tgt_export *te, struct list_head *out)
{
	struct svc_req *req, *tmp;
	int k;

	for (k = 0; k < TGT_REC_NR_KINDS && te->te_held; k++)
		list_for_each_entry_safe(req, tmp, &tr->tr_held[k], sr_link)
			if (req->sr_exp == &te->te_exp) {
				tgt_held_remove(tr, req, k);
				list_add_tail(&req->sr_link, out);
			}
}

/* Give away what was taken off the lists: svc_req_drop() or svc_req_resume(). No lock is held. */
static void tgt_held_give(struct list_head *list, void (*give)(struct svc_req *req))
{
	struct svc_req *req, *tmp;

	list_for_each_entry_safe(req, tmp, list, sr_link) {
		list_del_init(&req->sr_link);
		give(req);
	}
}

static void tgt_recovery_begin_time(struct tgt_recovery *tr)
{
	time64_t now = ktime_get_seconds();

	if (tr->tr_began)
		return;
	tr->tr_began = now;
	tr->tr_began_real = ktime_get_real_seconds();
	tr->tr_deadline = now + tr->tr_soft;
}

static void tgt_recovery_extend(struct tgt_recovery *tr, unsigned int secs)
{
	time64_t until = ktime_get_seconds() + min(secs, tr->tr_soft);

	tr->tr_deadline = max(tr->tr_deadline, min(until, tr->tr_began + tr->tr_hard));
}

/**
 * tgt_recovery_connected - a client has connected
 * @lt: the target
 * @te: the client
 *
 * What it sent over an older connection is forgotten: it sends that again.
 */
void tgt_recovery_connected(struct lu_target *lt, struct tgt_export *te)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	LIST_HEAD(old);

	if (!tr || !READ_ONCE(lt->lt_pt.pt_recovering))
		return;
	spin_lock(&tr->tr_lock);
	tgt_recovery_begin_time(tr);
	if (te->te_rec != TGT_CLIENT_OTHER && tr->tr_stage != TGT_REC_COMPLETE) {
		tgt_held_take(tr, te, &old);
		tr->tr_came += te->te_rec == TGT_CLIENT_MISSING;
		tgt_client_set(tr, te, tr->tr_stage == TGT_REC_REQUESTS ? TGT_CLIENT_REQUESTS :
									  TGT_CLIENT_LOCKS);
		tgt_recovery_extend(tr, TGT_REC_MORE);
	}
	spin_unlock(&tr->tr_lock);
	tgt_held_give(&old, svc_req_drop);
	tgt_recovery_kick(tr);
}

/**
 * tgt_recovery_gone - a client has disconnected or was evicted
 * @lt: the target
 * @te: the client; no request of it is in service
 */
void tgt_recovery_gone(struct lu_target *lt, struct tgt_export *te)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	LIST_HEAD(old);

	if (!tr || te->te_rec == TGT_CLIENT_OTHER)
		return;
	spin_lock(&tr->tr_lock);
	tgt_held_take(tr, te, &old);
	if (tr->tr_stage != TGT_REC_COMPLETE && te->te_exp.exp_evicted)
		tr->tr_evicted++;
	tgt_client_set(tr, te, TGT_CLIENT_OTHER);
	spin_unlock(&tr->tr_lock);
	tgt_held_give(&old, svc_req_resume);	/* to be told that they are not connected */
	tgt_recovery_kick(tr);
}

/**
 * tgt_recovery_stranger - a client that is not known wants to connect
 * @pt: the target
 */
void tgt_recovery_stranger(struct ptlrpc_target *pt)
{
	struct tgt_recovery *tr = lu_target(pt)->lt_recovery;

	if (!tr)
		return;
	spin_lock(&tr->tr_lock);
	tgt_recovery_begin_time(tr);
	spin_unlock(&tr->tr_lock);
	tgt_recovery_kick(tr);
}

/* ---- requests ---- */

static int tgt_recovery_ban(struct svc_req *req, const char *why)
{
	export_evict(req->sr_exp, why);
	return -ENOTCONN;
}

/* A replay whose turn is over or that must not be: 0: serve it now; 1: it has to wait. */
static int tgt_replay_check(struct tgt_recovery *tr, struct tgt_export *te,
			    const struct svc_req *req, const char **why)
{
	u64 transno = req->sr_replay_transno;

	if (transno >= tr->tr_limit)
		*why = "it replays a transaction that was never made";
	else if (transno <= max(tr->tr_committed, te->te_replayed))
		return 0;
	else if (tr->tr_stage != TGT_REC_REQUESTS || te->te_rec != TGT_CLIENT_REQUESTS)
		*why = "it replays a request after it said that there are no more";
	else if (transno < tr->tr_next)
		*why = "it replays a request after later ones of others";
	return 1;
}

/* Sorted into the replays. Another copy of the same one is taken out, to be dropped. */
static struct svc_req *tgt_replay_insert(struct tgt_recovery *tr, struct svc_req *req)
{
	struct svc_req *pos;

	list_for_each_entry_reverse(pos, &tr->tr_held[TGT_REC_REPLAY], sr_link)
		if (pos->sr_replay_transno <= req->sr_replay_transno)
			break;
	list_add(&req->sr_link, &pos->sr_link);
	if (list_entry_is_head(pos, &tr->tr_held[TGT_REC_REPLAY], sr_link) ||
	    pos->sr_replay_transno != req->sr_replay_transno || pos->sr_exp != req->sr_exp)
		return NULL;
	tgt_held_remove(tr, pos, TGT_REC_REPLAY);
	return pos;
}

static void tgt_recovery_insert(struct tgt_recovery *tr, struct tgt_export *te, struct svc_req *req,
				enum tgt_rec_kind kind, struct svc_req **old)
{
	te->te_held++;
	if (kind == TGT_REC_REPLAY) {
		*old = tgt_replay_insert(tr, req);
		tgt_client_count_replay(tr, te, 1);
		return;
	}
	list_add_tail(&req->sr_link, &tr->tr_held[kind]);
	tgt_client_set(tr, te, kind == TGT_REC_LOCK ? TGT_CLIENT_LOCKS : TGT_CLIENT_DONE);
}

/* As pre_handle: 0: serve it now, 1: held, -errno. */
static int tgt_recovery_hold(struct tgt_recovery *tr, struct svc_req *req, enum tgt_rec_kind kind)
{
	struct tgt_export *te = tgt_export(req->sr_exp);
	struct svc_req *old = NULL;
	const char *why = NULL;
	bool wait = true;

	/* before another thread can see it */
	svc_req_hold(req);
	spin_lock(&tr->tr_lock);
	if (te->te_rec == TGT_CLIENT_OTHER)
		why = "it replays, but was not here before the restart";
	else if (te->te_held >= TGT_REC_HELD)
		why = "it replays too many requests at a time";
	else if (kind == TGT_REC_REPLAY)
		wait = tgt_replay_check(tr, te, req, &why);
	else if (kind == TGT_REC_LOCK && te->te_rec == TGT_CLIENT_DONE)
		why = "it replays a lock after it said that there are no more";
	if (!why && wait && tr->tr_stage != TGT_REC_COMPLETE)
		tgt_recovery_insert(tr, te, req, kind, &old);
	else
		wait = false;
	spin_unlock(&tr->tr_lock);
	if (old)
		svc_req_drop(old);
	if (why)
		tgt_recovery_ban(req, why);
	if (wait)
		tgt_recovery_kick(tr);
	else
		svc_req_resume(req);	/* of an evicted client: answered -ENOTCONN */
	return 1;
}

/* May it be served in recovery although it is no replay: does it change nothing? */
static bool tgt_recovery_harmless(const struct svc_req *req)
{
	return !(req->sr_handler->flags & HF_MODIFIES) && req->sr_opc != MDS_CLOSE &&
	       req->sr_opc != LDLM_ENQUEUE;
}

/**
 * tgt_recovery_filter - what recovery says to a request
 * @req: from a client of the target
 *
 * Return: as ptlrpc_target_ops.pre_handle.
 */
int tgt_recovery_filter(struct svc_req *req)
{
	struct lu_target *lt = svc_req_target(req);
	struct tgt_recovery *tr = lt->lt_recovery;
	u32 flags = req->sr_pb_flags;
	bool replays = req->sr_replay_transno || flags & (MSG_REPLAY | MSG_REQ_REPLAY_DONE);

	if (!tr || !READ_ONCE(lt->lt_pt.pt_recovering)) {
		/* a replay that arrived before the end */
		if (replays && !(flags & MSG_LOCK_REPLAY_DONE))
			return tgt_recovery_ban(req, "replay outside of recovery");
		return 0;
	}
	if (!(req->sr_handler->flags & HF_RECOVERY))
		return -EAGAIN;
	if (!replays)
		return tgt_recovery_harmless(req) ? 0 : -EAGAIN;
	if (flags & MSG_LOCK_REPLAY_DONE && req->sr_opc == OBD_PING)
		return tgt_recovery_hold(tr, req, TGT_REC_FINAL);
	if (flags & MSG_REQ_REPLAY_DONE && req->sr_opc == LDLM_ENQUEUE &&
	    !(flags & MSG_REPLAY) && !req->sr_replay_transno)
		return tgt_recovery_hold(tr, req, TGT_REC_LOCK);
	if (flags & MSG_REPLAY && req->sr_replay_transno && !(flags & MSG_REQ_REPLAY_DONE))
		return tgt_recovery_hold(tr, req, TGT_REC_REPLAY);
	return tgt_recovery_ban(req, "malformed replay");
}

/**
 * tgt_replay_old - is this replay one of a transaction that needs not be made again?
 * @req: a request
 *
 * It is on disk since before the restart, or was replayed already.
 */
bool tgt_replay_old(const struct svc_req *req)
{
	const struct tgt_recovery *tr = svc_req_target(req)->lt_recovery;

	return svc_req_replay(req) && tr &&
	       req->sr_replay_transno <= max(tr->tr_committed,
					     READ_ONCE(tgt_export(req->sr_exp)->te_replayed));
}
EXPORT_SYMBOL_GPL(tgt_replay_old);

/* ---- the thread ---- */

static struct svc_req *tgt_held_first(struct tgt_recovery *tr, enum tgt_rec_kind kind)
{
	return list_first_entry_or_null(&tr->tr_held[kind], struct svc_req, sr_link);
}

/* The next request to serve, or NULL: it is not known yet, or the stage has changed. */
static struct svc_req *tgt_recovery_next(struct tgt_recovery *tr)
{
	enum tgt_rec_kind kind = tr->tr_stage == TGT_REC_REQUESTS ? TGT_REC_REPLAY : TGT_REC_LOCK;
	struct svc_req *req = tgt_held_first(tr, kind);

	if (tr->tr_nr[TGT_CLIENT_MISSING])
		return NULL;
	if (kind == TGT_REC_REPLAY && req && req->sr_replay_transno > tr->tr_next &&
	    tr->tr_ready < tr->tr_nr[TGT_CLIENT_REQUESTS])
		return NULL;
	if (req)
		tgt_held_remove(tr, req, kind);
	else if (kind == TGT_REC_REPLAY && !tr->tr_nr[TGT_CLIENT_REQUESTS])
		tr->tr_stage = TGT_REC_LOCKS;
	return req;
}

static bool tgt_recovery_is_over(const struct tgt_recovery *tr)
{
	return tr->tr_stage == TGT_REC_LOCKS && !tr->tr_nr[TGT_CLIENT_MISSING] &&
	       !tr->tr_nr[TGT_CLIENT_LOCKS] && list_empty(&tr->tr_held[TGT_REC_LOCK]);
}

static void tgt_recovery_serve(struct tgt_recovery *tr, struct svc_req *req)
{
	struct tgt_export *te = tgt_export(export_get(req->sr_exp));
	u64 transno = req->sr_replay_transno;
	int rc;

	rc = svc_req_run(req);
	spin_lock(&tr->tr_lock);
	/* One that the client sends again, as its bulk failed, has not had its turn. */
	if (transno && rc != -EINPROGRESS) {
		tr->tr_next = max(tr->tr_next, transno + 1);
		if (rc >= 0)
			WRITE_ONCE(te->te_replayed, max(te->te_replayed, transno));
		tr->tr_replayed++;
		tgt_recovery_extend(tr, TGT_REC_STEP);
	}
	spin_unlock(&tr->tr_lock);
	export_put(&te->te_exp);
}

struct tgt_expiry {
	bool all;	/* abort_recovery: whoever is not through */
	bool hard;	/* also those that still send replays */
	bool evicted;	/* out */
};

static void tgt_client_evict(struct obd_export *exp, void *data)
{
	struct tgt_recovery *tr = lu_target(exp->exp_tgt)->lt_recovery;
	struct tgt_export *te = tgt_export(exp);
	struct tgt_expiry *x = data;
	bool evict = false;

	spin_lock(&tr->tr_lock);
	if (te->te_rec == TGT_CLIENT_REQUESTS || te->te_rec == TGT_CLIENT_LOCKS)
		evict = x->all ||
			((x->hard || !te->te_held) && (te->te_rec == TGT_CLIENT_REQUESTS ||
						       tr->tr_stage == TGT_REC_LOCKS));
	spin_unlock(&tr->tr_lock);
	if (!evict)
		return;
	export_evict(exp, "it did not finish its recovery in time");
	x->evicted = true;
}

/* Time is over: those for whom the others wait have to go. */
static void tgt_recovery_expire(struct lu_target *lt)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	time64_t now = ktime_get_seconds();
	struct tgt_expiry x = { 0 };
	bool missing;

	spin_lock(&tr->tr_lock);
	tgt_recovery_begin_time(tr);
	missing = tr->tr_nr[TGT_CLIENT_MISSING];
	x.all = tr->tr_abort;
	/* Those that waited for the missing ones get a step of time. */
	x.hard = !missing && now >= tr->tr_began + tr->tr_hard;
	tr->tr_deadline = now + min_t(unsigned int, TGT_REC_STEP, tr->tr_soft);
	if (now < tr->tr_began + tr->tr_hard)
		tr->tr_deadline = min(tr->tr_deadline, tr->tr_began + tr->tr_hard);
	spin_unlock(&tr->tr_lock);
	if (missing)
		ptlrpc_target_evict_missing(&lt->lt_pt);
	/* An eviction ends the walk over the exports. */
	do {
		x.evicted = false;
		if (x.all || !missing)
			ptlrpc_target_for_each_export(&lt->lt_pt, tgt_client_evict, &x);
	} while (x.evicted);
}

static bool tgt_recovery_expired(const struct tgt_recovery *tr)
{
	return tr->tr_began && ktime_get_seconds() >= tr->tr_deadline;
}

/* It waited in its final ping: that was no silence. */
static void tgt_client_heard(struct obd_export *exp, void *data)
{
	WRITE_ONCE(exp->exp_last_heard, ktime_get_seconds());
}

/* If all clients are through: from here on who connects is told that there is no recovery. */
static bool tgt_recovery_complete(struct lu_target *lt, struct list_head *finals)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	struct svc_req *req;
	bool over;

	spin_lock(&tr->tr_lock);
	over = tgt_recovery_is_over(tr);
	if (over) {
		tr->tr_stage = TGT_REC_COMPLETE;
		tr->tr_completed = tr->tr_nr[TGT_CLIENT_DONE];
		if (tr->tr_began)
			tr->tr_duration = ktime_get_seconds() - tr->tr_began;
		while ((req = tgt_held_first(tr, TGT_REC_FINAL))) {
			tgt_held_remove(tr, req, TGT_REC_FINAL);
			list_add_tail(&req->sr_link, finals);
		}
		WRITE_ONCE(lt->lt_pt.pt_recovering, false);
	}
	spin_unlock(&tr->tr_lock);
	return over;
}

/* True: it was the end. */
static bool tgt_recovery_end(struct lu_target *lt)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	LIST_HEAD(finals);

	if (!tgt_recovery_complete(lt, &finals))
		return false;
	ptlrpc_target_for_each_export(&lt->lt_pt, tgt_client_heard, NULL);
	ldlm_ns_recovery(lt->lt_pt.pt_ns, false);
	pr_info("%s: recovery is over after %lld s: %u of %u clients, %u requests replayed, %u clients evicted\n",
		lt->lt_name, tr->tr_duration, tr->tr_completed, tr->tr_known, tr->tr_replayed,
		tr->tr_evicted);
	tgt_held_give(&finals, svc_req_resume);
	return true;
}

/* One step: true: there may be more to do at once. */
static bool tgt_recovery_step(struct lu_target *lt)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	enum tgt_rec_stage before;
	struct svc_req *req;
	bool expired, more;

	spin_lock(&tr->tr_lock);
	before = tr->tr_stage;
	req = tgt_recovery_next(tr);
	more = req || tr->tr_stage != before;
	expired = tgt_recovery_expired(tr);
	spin_unlock(&tr->tr_lock);
	if (req)
		tgt_recovery_serve(tr, req);
	else if (!more && (expired || READ_ONCE(tr->tr_abort)))
		tgt_recovery_expire(lt);
	return more;
}

static long tgt_recovery_wait_time(struct tgt_recovery *tr)
{
	long secs = 3600;

	spin_lock(&tr->tr_lock);
	if (tr->tr_began)
		secs = clamp_t(s64, tr->tr_deadline - ktime_get_seconds(), 0, 3600);
	spin_unlock(&tr->tr_lock);
	return secs * HZ + HZ / 10;
}

static int tgt_recovery_thread(void *data)
{
	struct lu_target *lt = data;
	struct tgt_recovery *tr = lt->lt_recovery;

	while (!kthread_should_stop()) {
		wait_event_idle_timeout(tr->tr_waitq,
					xchg(&tr->tr_kicked, false) || kthread_should_stop(),
					tgt_recovery_wait_time(tr));
		while (!READ_ONCE(lt->lt_stopping) && tgt_recovery_step(lt))
			cond_resched();
		if (!READ_ONCE(lt->lt_stopping) && tgt_recovery_end(lt))
			break;
	}
	return 0;
}

/* ---- parameters ---- */

static void tgt_recovery_show_running(struct seq_file *m, const struct tgt_recovery *tr)
{
	if (!tr->tr_began) {
		seq_puts(m, "status: WAITING_FOR_CLIENTS\n");
		return;
	}
	seq_printf(m, "status: RECOVERING\nrecovery_start: %lld\ntime_remaining: %lld\n",
		   tr->tr_began_real, max_t(s64, tr->tr_deadline - ktime_get_seconds(), 0));
	seq_printf(m, "connected_clients: %u/%u\n", tr->tr_came, tr->tr_known);
	seq_printf(m, "req_replay_clients: %u\n", tr->tr_nr[TGT_CLIENT_REQUESTS]);
	seq_printf(m, "lock_repay_clients: %u\n", tr->tr_nr[TGT_CLIENT_LOCKS]);
	seq_printf(m, "completed_clients: %u\n", tr->tr_nr[TGT_CLIENT_DONE]);
	seq_printf(m, "evicted_clients: %u\n", tr->tr_evicted);
	seq_printf(m, "replayed_requests: %u\nqueued_requests: %u\n", tr->tr_replayed,
		   tr->tr_queued);
	seq_printf(m, "next_transno: %llu\n", tr->tr_next);
}

static int tgt_recovery_status_show(struct seq_file *m, void *obj)
{
	struct lu_target *lt = obj;
	struct tgt_recovery *tr = lt->lt_recovery;

	spin_lock(&tr->tr_lock);
	if (tr->tr_stage == TGT_REC_INACTIVE) {
		seq_puts(m, "status: INACTIVE\n");
	} else if (tr->tr_stage != TGT_REC_COMPLETE) {
		tgt_recovery_show_running(m, tr);
	} else {
		seq_printf(m, "status: COMPLETE\nrecovery_start: %lld\nrecovery_duration: %lld\n",
			   tr->tr_began_real, tr->tr_duration);
		seq_printf(m, "completed_clients: %u/%u\nreplayed_requests: %u\n",
			   tr->tr_completed, tr->tr_known, tr->tr_replayed);
		seq_printf(m, "last_transno: %llu\nVBR: DISABLED\nIR: DISABLED\n",
			   tr->tr_next - 1);
	}
	spin_unlock(&tr->tr_lock);
	return 0;
}

static int tgt_recovery_soft_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct lu_target *)obj)->lt_recovery->tr_soft);
	return 0;
}

static int tgt_recovery_hard_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct lu_target *)obj)->lt_recovery->tr_hard);
	return 0;
}

static ssize_t tgt_recovery_time_store(struct lu_target *lt, unsigned int *secs, const char *text,
				       size_t len)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	u64 val;
	int rc;

	rc = param_parse_u64(text, 1, TGT_REC_TIME_MAX, &val);
	if (rc)
		return rc;
	spin_lock(&tr->tr_lock);
	*secs = val;
	if (tr->tr_began)
		tr->tr_deadline = min(tr->tr_deadline,
				      tr->tr_began + min(tr->tr_soft, tr->tr_hard));
	spin_unlock(&tr->tr_lock);
	tgt_recovery_kick(tr);
	return len;
}

static ssize_t tgt_recovery_soft_store(const char *text, size_t len, void *obj)
{
	struct lu_target *lt = obj;

	return tgt_recovery_time_store(lt, &lt->lt_recovery->tr_soft, text, len);
}

static ssize_t tgt_recovery_hard_store(const char *text, size_t len, void *obj)
{
	struct lu_target *lt = obj;

	return tgt_recovery_time_store(lt, &lt->lt_recovery->tr_hard, text, len);
}

static ssize_t tgt_recovery_abort_store(const char *text, size_t len, void *obj)
{
	struct lu_target *lt = obj;

	if (!READ_ONCE(lt->lt_pt.pt_recovering))
		return -EINVAL;
	tgt_recovery_abort(lt);
	return len;
}

static const struct param_def tgt_recovery_params[] = {
	{ "abort_recovery", 0200, NULL, tgt_recovery_abort_store },
	{ "recovery_status", 0444, tgt_recovery_status_show, NULL, PARAM_DEBUGFS },
	{ "recovery_time_soft", 0644, tgt_recovery_soft_show, tgt_recovery_soft_store },
	{ "recovery_time_hard", 0644, tgt_recovery_hard_show, tgt_recovery_hard_store },
};

void tgt_recovery_params_add(struct lu_target *lt)
{
	if (lt->lt_recovery)
		param_add(lt->lt_params, tgt_recovery_params, ARRAY_SIZE(tgt_recovery_params), lt);
}

/* ---- start and stop ---- */

/**
 * tgt_recovery_abort - do not wait any longer
 * @lt: the target
 *
 * All clients that are not through are evicted.
 */
void tgt_recovery_abort(struct lu_target *lt)
{
	struct tgt_recovery *tr = lt->lt_recovery;

	if (!tr)
		return;
	WRITE_ONCE(tr->tr_abort, true);
	tgt_recovery_kick(tr);
}

/**
 * tgt_recovery_add - a client that is to come
 * @lt: the target, not ready yet
 * @te: the client
 */
void tgt_recovery_add(struct lu_target *lt, struct tgt_export *te)
{
	struct tgt_recovery *tr = lt->lt_recovery;

	spin_lock(&tr->tr_lock);
	tr->tr_nr[TGT_CLIENT_OTHER]++;
	tgt_client_set(tr, te, TGT_CLIENT_MISSING);
	tr->tr_known++;
	spin_unlock(&tr->tr_lock);
}

/* last_rcvd is read: how far the last run came is known. */
int tgt_recovery_init(struct lu_target *lt)
{
	struct tgt_recovery *tr = kzalloc(sizeof(*tr), GFP_KERNEL);
	struct tgt_mount *tm = lt->lt_mount;
	int k;

	if (!tr)
		return -ENOMEM;
	spin_lock_init(&tr->tr_lock);
	init_waitqueue_head(&tr->tr_waitq);
	for (k = 0; k < TGT_REC_NR_KINDS; k++)
		INIT_LIST_HEAD(&tr->tr_held[k]);
	tr->tr_soft = tm->tm_recovery_soft ?: TGT_REC_SOFT;
	tr->tr_hard = tm->tm_recovery_hard ?: max_t(unsigned int, TGT_REC_HARD, tr->tr_soft);
	tr->tr_committed = atomic64_read(&lt->lt_pt.pt_last_committed);
	tr->tr_next = tr->tr_committed + 1;
	tr->tr_limit = atomic64_read(&lt->lt_last_transno);
	lt->lt_recovery = tr;
	return 0;
}

void tgt_recovery_fini(struct lu_target *lt)
{
	kfree(lt->lt_recovery);
	lt->lt_recovery = NULL;
}

/**
 * tgt_recovery_start - wait for the clients of tgt_recovery_add()
 * @lt: the target, recovering
 *
 * Return: 0 or the error of making the thread.
 */
int tgt_recovery_start(struct lu_target *lt)
{
	struct tgt_recovery *tr = lt->lt_recovery;
	struct task_struct *task;

	if (!tr->tr_known) {
		WRITE_ONCE(lt->lt_pt.pt_recovering, false);
		return 0;
	}
	task = kthread_create(tgt_recovery_thread, lt, "tgt_recov_%04x", lt->lt_index);
	if (IS_ERR(task))
		return PTR_ERR(task);
	pr_info("%s: recovery, %u clients are waited for\n", lt->lt_name, tr->tr_known);
	tr->tr_stage = TGT_REC_REQUESTS;
	ldlm_ns_recovery(lt->lt_pt.pt_ns, true);
	tr->tr_task = get_task_struct(task);
	wake_up_process(task);
	return 0;
}

/* The target stops (lt_stopping) and has no exports any more, so nothing is held. */
void tgt_recovery_stop(struct lu_target *lt)
{
	struct tgt_recovery *tr = lt->lt_recovery;

	if (!tr || !tr->tr_task)
		return;
	kthread_stop(tr->tr_task);
	put_task_struct(tr->tr_task);
	tr->tr_task = NULL;
}
