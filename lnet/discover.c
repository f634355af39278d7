// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discovery (chapter 1, 10.2 and 10.3): who a node is, is asked with a ping when the first message
 * is sent to it, and after messages to it failed. A node that understands discovery then gets this
 * node's information with a push, again after each change. Pushes of others are taken over, and
 * answered with one of this node's.
 *
 * No message waits for discovery: until it is complete they take the pair of NIDs of the first
 * contact.
 *
 * Each node has a work item that starts its next probe (ping or push); there is one probe of a node
 * at a time. A tick starts what is due: repetitions, and the pings by which a NID that failed gets
 * its health back. lp->lock (spinlock) guards the state of discovery of a node.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "internal.h"

#define RETRY_SECONDS		10	/* after a failed probe */
#define LOCAL_RECOVERY		10	/* seconds until a healthier value of an own NI */

/* A ping or push under way. */
struct probe {
	struct list_head link;		/* all of them, under probes_lock */
	struct lnet_peer_ni *lpni;
	struct lnet_md *md;
	bool push;
	bool recovery;
	u32 seq;			/* of the pushed information */
	u32 bytes;			/* received */
	int status;
	u8 buf[];
};

static LIST_HEAD(probes);
static DEFINE_SPINLOCK(probes_lock);
static bool stopping = true;
static DECLARE_WAIT_QUEUE_HEAD(waitq);	/* a round of discovery, or the last probe, has ended */

static void lnet_discover_tick(struct work_struct *work);
static DECLARE_DELAYED_WORK(tick, lnet_discover_tick);

/* Have the next step of discovery done. Any process context. */
static void lnet_discover_queue(struct lnet_peer *lp)
{
	if (READ_ONCE(stopping) || !refcount_inc_not_zero(&lp->refs))
		return;
	if (!queue_work(lnet_wq, &lp->work))
		lnet_peer_unref(lp);
}

/* ---- probes ---- */

static void lnet_probe_end_discovery(struct lnet_peer *lp, const struct probe *pr, int rc)
{
	spin_lock(&lp->lock);
	lp->probing = false;
	lp->error = rc;
	if (rc) {
		lp->retry_at = jiffies + RETRY_SECONDS * HZ;
		/* the next message to it begins anew */
		lp->discovered = false;
	} else if (pr->push) {
		lp->pushed_seq = pr->seq;
	} else {
		lp->discovered = true;
		/* it may have been restarted, and know nothing */
		lp->want_push = lp->multi_rail;
	}
	lp->rounds++;
	spin_unlock(&lp->lock);
	wake_up_all(&waitq);
	if (!rc)
		lnet_discover_queue(lp);
}

static int lnet_probe_take_reply(struct probe *pr)
{
	struct lnet_info *info = lnet_info_parse(pr->buf, pr->bytes);
	struct lnet_peer_ni *lpni;

	if (IS_ERR(info))
		return PTR_ERR(info);
	lpni = lnet_peer_take_info(&pr->lpni->nid, info);
	kfree(info);
	if (IS_ERR(lpni))
		return PTR_ERR(lpni);
	if (lpni->lp != pr->lpni->lp) {
		/* the node has a record of its own now: it is complete */
		spin_lock(&lpni->lp->lock);
		lpni->lp->discovered = true;
		lpni->lp->want_push = lpni->lp->multi_rail;
		spin_unlock(&lpni->lp->lock);
		lnet_discover_queue(lpni->lp);
	}
	lnet_peer_ni_put(lpni);
	return 0;
}

static void lnet_probe_end(struct probe *pr)
{
	int rc = pr->status;

	if (!rc && !pr->push)
		rc = lnet_probe_take_reply(pr);
	if (pr->recovery)
		WRITE_ONCE(pr->lpni->recovering, false);
	else
		lnet_probe_end_discovery(pr->lpni->lp, pr, rc);
	lnet_peer_ni_put(pr->lpni);
	spin_lock(&probes_lock);
	list_del(&pr->link);
	if (list_empty(&probes))
		wake_up_all(&waitq);
	spin_unlock(&probes_lock);
	kfree(pr);
}

static void lnet_probe_event(const struct lnet_event *ev)
{
	struct probe *pr = ev->user;

	if (ev->status) {
		pr->status = ev->status;
	} else if (ev->type == LNET_EVENT_REPLY || ev->type == LNET_EVENT_ACK) {
		pr->status = 0;
		pr->bytes = ev->mlength;
	}
	if (!ev->unlinked)
		return;
	spin_lock(&probes_lock);
	pr->md = NULL;
	spin_unlock(&probes_lock);
	lnet_probe_end(pr);
}

static struct probe *lnet_probe_alloc(struct lnet_peer_ni *lpni, bool push)
{
	struct probe *pr;
	void *info;
	u32 len = LNET_PING_INFO_MAX;

	info = push ? lnet_ping_info(U32_MAX, &len) : NULL;
	if (push && !info)
		return NULL;
	pr = kzalloc(struct_size(pr, buf, len), GFP_NOFS);
	if (pr) {
		pr->bytes = len;
		pr->push = push;
		pr->status = -ETIMEDOUT;
		pr->lpni = lpni;
		refcount_inc(&lpni->refs);
		if (push) {
			memcpy(pr->buf, info, len);
			pr->seq = lnet_info_seq(info);
		}
	}
	kfree(info);
	return pr;
}

/* Bind the md, unless LNet stops. */
static int lnet_probe_bind(struct probe *pr)
{
	struct lnet_md_desc desc = {
		.buf = pr->buf,
		.length = pr->bytes,
		.threshold = 2,
		.options = pr->push ? 0 : LNET_MD_TRUNCATE,
		.handler = lnet_probe_event,
		.user = pr,
	};
	struct lnet_md *md = lnet_md_bind(&desc);

	if (IS_ERR(md))
		return PTR_ERR(md);
	lnet_md_get(md);
	spin_lock(&probes_lock);
	pr->md = md;
	list_add(&pr->link, &probes);
	spin_unlock(&probes_lock);
	return 0;
}

/* Start a ping of a NID, or a push to it. 0: the end of the probe will be reported. */
static int lnet_probe_start(struct lnet_peer_ni *lpni, bool push, bool recovery)
{
	struct probe *pr = lnet_probe_alloc(lpni, push);
	struct lnet_md *md;
	int rc;

	if (!pr)
		return -ENOMEM;
	pr->recovery = recovery;
	rc = lnet_probe_bind(pr);
	if (rc) {
		lnet_peer_ni_put(lpni);
		kfree(pr);
		return rc;
	}
	md = pr->md;
	if (push)
		rc = lnet_put(NULL, md, true, &lpni->nid, LNET_RESERVED_PORTAL,
			      LNET_PROTO_PING_MATCHBITS, 0);
	else
		rc = lnet_get(NULL, md, &lpni->nid, LNET_RESERVED_PORTAL,
			      LNET_PROTO_PING_MATCHBITS, 0);
	if (rc) {
		pr->status = rc;	/* no operation began: no event has set it */
		lnet_md_unlink(md);	/* the last event ends the probe */
	}
	lnet_md_put(md);
	return 0;
}

/* The NID of a node to be probed: a healthy one that is not down, its primary NID if possible. */
static struct lnet_peer_ni *lnet_discover_target(struct lnet_peer *lp)
{
	struct lnet_peer_ni *lpni, *best = NULL;
	int score, best_score = -1;

	rcu_read_lock();
	list_for_each_entry_rcu(lpni, &lp->nis, link) {
		score = atomic_read(&lpni->health);
		if (!READ_ONCE(lpni->down))
			score += 2 * LNET_HEALTH_MAX;
		if (lpni == rcu_access_pointer(lp->prim))
			score++;
		if (lnet_distance(&lpni->nid) > 0)
			score += 4 * LNET_HEALTH_MAX;
		if (score <= best_score || !refcount_inc_not_zero(&lpni->refs))
			continue;
		if (best)
			lnet_peer_ni_put(best);
		best = lpni;
		best_score = score;
	}
	rcu_read_unlock();
	return best;
}

/* ---- pings of one NID ---- */

/* Is a ping of this NID due? Each one in a row comes later. */
static bool lnet_ni_ping_due(struct lnet_peer_ni *lpni)
{
	bool due;
	u32 pause;

	spin_lock(&lpni->lp->lock);
	due = !lpni->recovering && (!lpni->pings || time_after_eq(jiffies, lpni->next_ping));
	if (due) {
		pause = min(1U << min(lpni->pings, 20U),
			    max(READ_ONCE(lnet_max_recovery_ping_interval), 1U));
		lpni->pings++;
		lpni->next_ping = jiffies + pause * HZ;
		WRITE_ONCE(lpni->recovering, true);
	}
	spin_unlock(&lpni->lp->lock);
	return due;
}

/* Ping a NID if that is due. The caller has it referenced, or is under RCU. */
static void lnet_ni_ping(struct lnet_peer_ni *lpni)
{
	if (READ_ONCE(lpni->recovering) || READ_ONCE(stopping) || !lnet_ni_ping_due(lpni))
		return;
	if (refcount_inc_not_zero(&lpni->refs)) {
		if (queue_work(lnet_wq, &lpni->recovery))
			return;
		lnet_peer_ni_put(lpni);
	}
	WRITE_ONCE(lpni->recovering, false);
}

/*
 * Messages go to this NID, or come from it, and all that is known of it was said from another one:
 * ask it itself, so that nobody keeps the NID of somebody else.
 */
void lnet_discover_confirm(struct lnet_peer_ni *lpni)
{
	if (!READ_ONCE(lpni->stated) && READ_ONCE(lpni->lp->nr_nis) > 1)
		lnet_ni_ping(lpni);
}

void lnet_recovery_work(struct work_struct *work)
{
	struct lnet_peer_ni *lpni = container_of(work, struct lnet_peer_ni, recovery);

	if (READ_ONCE(stopping) || lnet_probe_start(lpni, false, true))
		WRITE_ONCE(lpni->recovering, false);
	lnet_peer_ni_put(lpni);
}

/* ---- discovery of a node ---- */

static bool lnet_discover_next(struct lnet_peer *lp, bool *push)
{
	bool start = false;

	spin_lock(&lp->lock);
	if (!lp->probing && (lp->want_ping || lp->want_push)) {
		*push = !lp->want_ping;
		if (*push)
			lp->want_push = false;
		lp->want_ping = false;
		lp->probing = true;
		start = true;
	}
	spin_unlock(&lp->lock);
	return start;
}

/* lp->work */
void lnet_discover_work(struct work_struct *work)
{
	struct lnet_peer *lp = container_of(work, struct lnet_peer, work);
	struct lnet_peer_ni *lpni;
	bool push;
	int rc = -ENOENT;

	if (READ_ONCE(stopping) || !lnet_discover_next(lp, &push))
		goto out;
	lpni = lnet_discover_target(lp);
	if (lpni) {
		rc = lnet_probe_start(lpni, push, false);
		lnet_peer_ni_put(lpni);
	}
	if (rc) {
		struct probe none = { .push = push };

		lnet_probe_end_discovery(lp, &none, rc);
	}
out:
	lnet_peer_unref(lp);
}

/* A message is sent to this NID: find out whose it is, if that is not known. */
void lnet_discover_first(struct lnet_peer_ni *lpni)
{
	struct lnet_peer *lp = lpni->lp;

	lnet_discover_confirm(lpni);
	if (READ_ONCE(lp->discovered) || READ_ONCE(lp->probing) ||
	    time_before(jiffies, READ_ONCE(lp->retry_at)))
		return;
	lnet_discover_again(lp);
}

/* Find out (again) who this node is. */
void lnet_discover_again(struct lnet_peer *lp)
{
	spin_lock(&lp->lock);
	lp->want_ping = true;
	spin_unlock(&lp->lock);
	lnet_discover_queue(lp);
}

static bool lnet_discover_round_done(struct lnet_peer *lp, unsigned int rounds)
{
	bool done;

	spin_lock(&lp->lock);
	done = lp->rounds != rounds && !lp->probing && !lp->want_ping && !lp->want_push;
	if (lp->rounds != rounds && lp->error)
		done = true;
	spin_unlock(&lp->lock);
	return done || READ_ONCE(stopping);
}

/*
 * Discover a node now, and wait. force: also if it is known. Returns 0, -ETIMEDOUT,
 * -EHOSTUNREACH ..., -ERESTARTSYS.
 */
int lnet_discover(const struct lnet_nid *nid, unsigned int timeout_ms, bool force)
{
	struct lnet_peer_ni *lpni;
	struct lnet_peer *lp;
	unsigned int rounds;
	long left;
	int rc;

	rc = lnet_distance(nid);
	if (rc <= 0)		/* there is nothing to find out about this node */
		return rc;
	lpni = lnet_peer_ni_get(nid, NULL);
	if (!lpni)
		return -ENOMEM;
	lp = lpni->lp;
	rc = 0;
	if (READ_ONCE(lp->discovered) && !force)
		goto out;
	spin_lock(&lp->lock);
	rounds = lp->rounds;
	lp->want_ping = true;
	spin_unlock(&lp->lock);
	lnet_discover_queue(lp);
	left = wait_event_killable_timeout(waitq, lnet_discover_round_done(lp, rounds),
					   msecs_to_jiffies(timeout_ms));
	rc = left < 0 ? left : !left ? -ETIMEDOUT : READ_ONCE(stopping) ? -ENETDOWN : lp->error;
out:
	lnet_peer_ni_put(lpni);
	return rc;
}

/* ---- pushes of others ---- */

/* A push was received into msg->buf and is acknowledged. */
void lnet_push_received(const struct lnet_msg *msg)
{
	struct lnet_info *info = lnet_info_parse(msg->buf, msg->len);
	struct lnet_peer_ni *lpni;
	struct lnet_peer *lp;
	bool good;

	lpni = lnet_peer_ni_get(&msg->hdr.src_nid, &msg->hdr.dest_nid);
	if (!lpni)
		goto out;
	good = !IS_ERR(info) && msg->len == msg->hdr.payload_length;
	if (good) {
		lnet_peer_ni_put(lpni);
		lpni = lnet_peer_take_info(&msg->hdr.src_nid, info);
		if (IS_ERR(lpni))
			goto out;
	}
	lp = lpni->lp;
	spin_lock(&lp->lock);
	if (!good)
		lp->want_ping = true;
	else
		lp->discovered = true;
	if (lp->multi_rail && lp->pushed_seq != lnet_ni_seq())
		lp->want_push = true;
	spin_unlock(&lp->lock);
	lnet_discover_queue(lp);
	lnet_peer_ni_put(lpni);
out:
	if (!IS_ERR(info))
		kfree(info);
}

static void lnet_push_to(struct lnet_peer *lp)
{
	if (!READ_ONCE(lp->multi_rail))
		return;
	spin_lock(&lp->lock);
	lp->want_push = true;
	spin_unlock(&lp->lock);
	lnet_discover_queue(lp);
}

/* The information of this node has changed: tell all that understand it. */
void lnet_push_all(void)
{
	lnet_peers_walk(lnet_push_to);
}

/* ---- tick ---- */

/*
 * Ping a NID that has failed. Only if the node can be reached in another way: else its next message
 * shows what there is.
 */
static void lnet_recover_ni(struct lnet_peer_ni *lpni)
{
	bool healthy = atomic_read(&lpni->health) >= LNET_HEALTH_MAX;

	if (healthy && READ_ONCE(lpni->stated))
		WRITE_ONCE(lpni->pings, 0);
	else if (!healthy && lnet_distance(&lpni->nid) > 0 &&
		 (!lnet_recovery_limit || READ_ONCE(lpni->pings) < lnet_recovery_limit))
		lnet_ni_ping(lpni);
}

static void lnet_tick_peer(struct lnet_peer *lp)
{
	struct lnet_peer_ni *lpni;

	if (READ_ONCE(lp->want_push) && time_after(jiffies, READ_ONCE(lp->retry_at)))
		lnet_discover_queue(lp);
	if (lp->nr_nis < 2)
		return;
	list_for_each_entry_rcu(lpni, &lp->nis, link)
		lnet_recover_ni(lpni);
}

static void lnet_discover_tick(struct work_struct *work)
{
	static unsigned int n;

	lnet_md_expire();
	lnet_peers_walk(lnet_tick_peer);
	lnet_peers_forget_idle();
	if (!(++n % LOCAL_RECOVERY))
		lnet_nis_recover();
	if (!READ_ONCE(stopping))
		queue_delayed_work(lnet_wq, &tick, HZ);
}

void lnet_discover_start(void)
{
	WRITE_ONCE(stopping, false);
	queue_delayed_work(lnet_wq, &tick, HZ);
}

/* LNet stops: no probe is started any more. */
void lnet_discover_stop(void)
{
	WRITE_ONCE(stopping, true);
	wake_up_all(&waitq);
	cancel_delayed_work_sync(&tick);
}

static bool lnet_probes_done(void)
{
	bool done;

	spin_lock(&probes_lock);
	done = list_empty(&probes);
	spin_unlock(&probes_lock);
	return done;
}

/* The NIs have stopped, so that nothing is being sent: end the probes that wait for answers. */
void lnet_discover_end(void)
{
	struct probe *pr;

	flush_workqueue(lnet_wq);
	spin_lock(&probes_lock);
	list_for_each_entry(pr, &probes, link)
		if (pr->md)
			lnet_md_unlink(pr->md);
	spin_unlock(&probes_lock);
	wait_event(waitq, lnet_probes_done());
	flush_workqueue(lnet_wq);
	lnet_peers_clear();
}
