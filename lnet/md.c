// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory descriptors (mds): their life, their events, and the handles by which ACK and REPLY find
 * them.
 *
 * An md has a home lock: that of the portal it is attached to, or of the bucket of its handle. The
 * home lock guards what matching changes (threshold, offset, linked); md->md_lock guards the
 * operations in flight and the events. Order: home lock, then md->md_lock.
 *
 * Events: each message that belongs to an md ends in lnet_md_event(), which queues it on the md.
 * One thread at a time walks that queue ('delivering') and calls the handler; so the events of one
 * md come in order, and the one with 'unlinked' set comes last. That is the event of the last
 * operation in flight once the md is unlinking, or, if nothing was in flight then, an UNLINK event
 * of its own.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "internal.h"

#define HANDLE_BITS	10

struct handle_bucket {
	spinlock_t lock;	/* head, and home lock of its mds */
	struct hlist_head head;
} ____cacheline_aligned_in_smp;

static struct handle_bucket *handles;

static struct kmem_cache *md_cache;
atomic_t lnet_nr_mds;

static struct handle_bucket *lnet_md_bucket(u64 cookie)
{
	return &handles[hash_64(cookie, HANDLE_BITS)];
}

static void lnet_md_work(struct work_struct *work);

/* A new md with one reference, which is dropped after the last event. */
struct lnet_md *lnet_md_new(const struct lnet_md_desc *desc)
{
	struct lnet_md *md;

	if (!desc->handler || (desc->length && !desc->bvec == !desc->buf))
		return ERR_PTR(-EINVAL);
	if ((desc->options & LNET_MD_MAX_SIZE) && desc->max_size > desc->length)
		return ERR_PTR(-EINVAL);
	md = kmem_cache_zalloc(md_cache, GFP_NOFS);
	if (!md)
		return ERR_PTR(-ENOMEM);
	atomic_inc(&lnet_nr_mds);
	refcount_set(&md->md_refs, 1);
	md->md_desc = *desc;
	md->md_threshold = desc->threshold;
	spin_lock_init(&md->md_lock);
	INIT_LIST_HEAD(&md->md_events);
	INIT_WORK(&md->md_work, lnet_md_work);
	return md;
}

/**
 * lnet_md_get() - keep the pointer to an md valid beyond its last event
 * @md: an md that has not ended, or on which the caller has a reference
 *
 * Return: @md.
 */
struct lnet_md *lnet_md_get(struct lnet_md *md)
{
	refcount_inc(&md->md_refs);
	return md;
}
EXPORT_SYMBOL_GPL(lnet_md_get);

/**
 * lnet_md_put() - drop a reference of lnet_md_get()
 * @md: the md
 */
void lnet_md_put(struct lnet_md *md)
{
	if (!refcount_dec_and_test(&md->md_refs))
		return;
	kmem_cache_free(md_cache, md);
	atomic_dec(&lnet_nr_mds);
}
EXPORT_SYMBOL_GPL(lnet_md_put);

/**
 * lnet_md_bind() - make an md for lnet_put() and lnet_get()
 * @desc: copied; the memory it names stays the caller's until the last event
 *
 * The md ends by itself when its threshold is used up: a PUT without ACK takes 1 (SEND), a PUT with
 * ACK 2 (SEND, ACK), a GET 2 (SEND, REPLY). A failed SEND also takes the part of the answer that
 * will not come. Context: may sleep. Chapter 1, 8.
 *
 * Return: the md, or ERR_PTR: -EINVAL, -ENOMEM.
 */
struct lnet_md *lnet_md_bind(const struct lnet_md_desc *desc)
{
	struct handle_bucket *b;
	struct lnet_md *md;

	if (desc->length > LNET_MTU || !desc->threshold)
		return ERR_PTR(-EINVAL);
	md = lnet_md_new(desc);
	if (IS_ERR(md))
		return md;
	/* who sees one cookie does not know the others; two equal ones are not to be expected */
	do {
		md->md_cookie = get_random_u64();
	} while (!md->md_cookie);
	b = lnet_md_bucket(md->md_cookie);
	md->md_home = &b->lock;
	spin_lock(&b->lock);
	hlist_add_head(&md->md_hnode, &b->head);
	md->md_linked = true;
	if (desc->mdp)
		*desc->mdp = md;
	spin_unlock(&b->lock);
	return md;
}
EXPORT_SYMBOL_GPL(lnet_md_bind);

void lnet_md_handle(const struct lnet_md *md, struct lnet_handle_wire *handle)
{
	handle->wh_interface_cookie = lnet_interface_cookie;
	handle->wh_object_cookie = md->md_cookie;
}

/* Remove the md from where new operations find it. Under the home lock and md->md_lock. */
static void lnet_md_unlist(struct lnet_md *md)
{
	if (!md->md_linked)
		return;
	md->md_linked = false;
	if (md->md_cookie)
		hlist_del(&md->md_hnode);
	else
		lnet_portal_del(md);
}

/*
 * Begin no further operation on the md, which ends with the last one in flight. Under the home lock
 * and md->md_lock.
 */
void lnet_md_used_up(struct lnet_md *md)
{
	lnet_md_unlist(md);
	md->md_unlinking = true;
}

/*
 * The md of the handle in an ACK, or in a REPLY (get), with an operation begun on it. NULL: the
 * handle is unknown, or from before a restart, or the md is used up, or it did not ask for such an
 * answer, or not this node: a REPLY would write into memory that a PUT only reads.
 */
struct lnet_md *lnet_md_answer(const struct lnet_handle_wire *handle, bool get,
			       const struct lnet_nid *from)
{
	struct handle_bucket *b = lnet_md_bucket(handle->wh_object_cookie);
	struct lnet_md *md;

	if (handle->wh_interface_cookie != lnet_interface_cookie)
		return NULL;
	spin_lock(&b->lock);
	hlist_for_each_entry(md, &b->head, md_hnode)
		if (md->md_cookie == handle->wh_object_cookie)
			break;
	if (md && (!md->md_threshold || md->md_get != get || !lnet_nid_same_peer(&md->md_to, from)))
		md = NULL;
	if (md) {
		spin_lock(&md->md_lock);
		md->md_inflight++;
		if (md->md_threshold != LNET_MD_THRESH_INF && !--md->md_threshold)
			lnet_md_used_up(md);
		spin_unlock(&md->md_lock);
	}
	spin_unlock(&b->lock);
	return md;
}

/* Begin a PUT or GET on a bound md. track: its answer is given up when it is too late. */
int lnet_md_op_start(struct lnet_md *md, bool get, bool track, const struct lnet_nid *to)
{
	int rc = 0;

	if (!md->md_cookie)
		return -EINVAL;
	spin_lock(md->md_home);
	spin_lock(&md->md_lock);
	if (!md->md_linked || !md->md_threshold) {
		rc = -ENOENT;
	} else {
		if (md->md_threshold != LNET_MD_THRESH_INF)
			md->md_threshold--;
		md->md_inflight++;
		md->md_get = get;
		md->md_to = *to;
		md->md_tracked = track;
		md->md_expires = jiffies + READ_ONCE(lnet_transaction_timeout) * HZ;
	}
	spin_unlock(&md->md_lock);
	spin_unlock(md->md_home);
	return rc;
}

/*
 * Let a worker make the last event, if the md is unlinking and nothing is in flight. Under
 * md->md_lock.
 */
static void lnet_md_end_if_idle(struct lnet_md *md)
{
	if (md->md_unlinking && !md->md_inflight && !md->md_delivering && !md->md_ended) {
		md->md_delivering = true;
		queue_work(lnet_wq, &md->md_work);
	}
}

/* A driver refused the message: undo lnet_md_op_start(). */
void lnet_md_op_cancel(struct lnet_md *md)
{
	spinlock_t *home = md->md_home;

	spin_lock(home);
	spin_lock(&md->md_lock);
	if (md->md_threshold != LNET_MD_THRESH_INF)
		md->md_threshold++;
	md->md_inflight--;
	lnet_md_end_if_idle(md);
	spin_unlock(&md->md_lock);
	/* the md may be freed by now */
	spin_unlock(home);
}

/* May a failed message be sent again, to this NID? Not if its md is ending. */
bool lnet_md_may_resend(struct lnet_md *md, const struct lnet_nid *to)
{
	bool may;

	spin_lock(md->md_home);
	spin_lock(&md->md_lock);
	may = md->md_linked && !md->md_timed_out;
	if (may)
		md->md_to = *to;
	spin_unlock(&md->md_lock);
	spin_unlock(md->md_home);
	return may;
}

/*
 * A message was sent; its event comes next. no_answer: it failed, so there will be no ACK or REPLY.
 */
void lnet_md_op_sent(struct lnet_md *md, bool no_answer)
{
	spin_lock(md->md_home);
	spin_lock(&md->md_lock);
	if (md->md_linked && no_answer && md->md_threshold > 0)
		md->md_threshold--;
	if (md->md_linked && !md->md_threshold)
		lnet_md_used_up(md);
	spin_unlock(&md->md_lock);
	spin_unlock(md->md_home);
}

static void lnet_md_last_event(struct lnet_md *md)
{
	struct lnet_event ev = {
		.type = LNET_EVENT_UNLINK,
		.portal = md->md_portal,
		.match_bits = md->md_match_bits,
		.status = md->md_timed_out ? -ETIMEDOUT : 0,
		.unlinked = true,
		.md = md,
		.user = md->md_desc.user,
	};

	md->md_desc.handler(&ev);
}

/*
 * Deliver the events of an md. Called by the thread that set md->md_delivering, with md->md_lock
 * held, which is released.
 */
static void lnet_md_deliver(struct lnet_md *md)
	__releases(&md->md_lock)
{
	struct lnet_msg *msg;
	bool ended = false;

	while ((msg = list_first_entry_or_null(&md->md_events, struct lnet_msg, link))) {
		list_del(&msg->link);
		md->md_inflight--;
		if (md->md_unlinking && !md->md_inflight) {
			ended = true;
			md->md_ended = true;
		}
		spin_unlock(&md->md_lock);
		msg->ev.md = md;
		msg->ev.user = md->md_desc.user;
		msg->ev.unlinked = ended;
		md->md_desc.handler(&msg->ev);
		lnet_msg_free(msg);
		spin_lock(&md->md_lock);
	}
	if (md->md_unlinking && !md->md_inflight && !md->md_ended) {
		ended = true;
		md->md_ended = true;
		spin_unlock(&md->md_lock);
		lnet_md_last_event(md);
		spin_lock(&md->md_lock);
	}
	md->md_delivering = false;
	spin_unlock(&md->md_lock);
	if (ended)
		lnet_md_put(md);
}

static void lnet_md_work(struct work_struct *work)
{
	struct lnet_md *md = container_of(work, struct lnet_md, md_work);

	spin_lock(&md->md_lock);
	lnet_md_deliver(md);
}

/*
 * The operation of a message is complete: deliver msg->ev and free the message. Process context, no
 * locks held.
 */
void lnet_md_event(struct lnet_md *md, struct lnet_msg *msg)
{
	spin_lock(&md->md_lock);
	list_add_tail(&msg->link, &md->md_events);
	if (md->md_delivering) {
		spin_unlock(&md->md_lock);
		return;
	}
	md->md_delivering = true;
	lnet_md_deliver(md);
}

/*
 * Begin the end of an md. quiet: if it is idle, end it without an event; then the result is true,
 * and the caller has the reference of the md on itself.
 */
static bool lnet_md_unlink_common(struct lnet_md *md, bool quiet)
{
	spinlock_t *home = md->md_home;
	bool now = false;

	spin_lock(home);
	spin_lock(&md->md_lock);
	lnet_md_unlist(md);
	if (!md->md_unlinking) {
		md->md_unlinking = true;
		if (quiet && !md->md_inflight && !md->md_delivering) {
			md->md_ended = true;
			now = true;
		} else {
			lnet_md_end_if_idle(md);
		}
	}
	spin_unlock(&md->md_lock);
	/* the md may be freed by now, unless now is true */
	spin_unlock(home);
	return now;
}

/* An md whose answer is overdue, referenced, or NULL. */
static struct lnet_md *lnet_md_overdue(struct handle_bucket *b)
{
	struct lnet_md *md;

	spin_lock(&b->lock);
	hlist_for_each_entry(md, &b->head, md_hnode)
		if (md->md_tracked && time_after(jiffies, md->md_expires))
			break;
	if (md) {
		md->md_tracked = false;
		md->md_timed_out = true;
		lnet_md_get(md);
	}
	spin_unlock(&b->lock);
	return md;
}

/* End the mds whose answers did not come within lnet_transaction_timeout (chapter 1, 11.3). */
void lnet_md_expire(void)
{
	struct lnet_peer_ni *lpni;
	struct lnet_md *md;
	int i;

	for (i = 0; i < 1 << HANDLE_BITS; i++) {
		while ((md = lnet_md_overdue(&handles[i]))) {
			atomic_long_inc(&lnet_counters.response_timeouts);
			lpni = lnet_peer_ni_find(&md->md_to);
			if (lpni) {
				atomic_long_inc(&lpni->timeouts);
				lnet_health_add(&lpni->health,
						-(int)READ_ONCE(lnet_health_sensitivity));
				lnet_peer_ni_put(lpni);
			}
			lnet_md_unlink(md);
			lnet_md_put(md);
		}
	}
}

/**
 * lnet_md_unlink() - ask for the end of an md
 * @md: the md; the caller has a reference of it (lnet_md_get()), or holds a lock under which the
 *	handler clears the owner's pointer to it
 *
 * No new operation starts on the md. One event with unlinked set follows, from a worker, when the
 * last operation in flight is complete, or at once if there is none. Does nothing if the md is
 * ending already. Context: process; does not sleep, spinlocks may be held.
 */
void lnet_md_unlink(struct lnet_md *md)
{
	lnet_md_unlink_common(md, false);
}
EXPORT_SYMBOL_GPL(lnet_md_unlink);

/**
 * lnet_md_unlink_quiet() - end an md without an event if it is idle
 * @md: as for lnet_md_unlink()
 *
 * Saves the worker in the common case. Context: process; does not sleep.
 *
 * Return: true: the md has ended, no event follows, the pointer is not valid any more. False: as
 * after lnet_md_unlink().
 */
bool lnet_md_unlink_quiet(struct lnet_md *md)
{
	if (!lnet_md_unlink_common(md, true))
		return false;
	lnet_md_put(md);
	return true;
}
EXPORT_SYMBOL_GPL(lnet_md_unlink_quiet);

/* Make an iterator of a part of the memory of an md. */
void lnet_md_iter(const struct lnet_md *md, u32 offset, u32 len, unsigned int dir,
		  struct kvec *kvec,
		  struct iov_iter *iter)
{
	if (md->md_desc.bvec) {
		iov_iter_bvec(iter, dir, md->md_desc.bvec, md->md_desc.nr_bvec, offset + len);
		iov_iter_advance(iter, offset);
		return;
	}
	kvec->iov_base = md->md_desc.buf + offset;
	kvec->iov_len = len;
	iov_iter_kvec(iter, dir, kvec, 1, len);
}

static bool lnet_md_copy_bvec(const struct bio_vec *bv, u32 skip, u32 len, struct iov_iter *to)
{
	u32 n;

	for (; len; bv++) {
		if (skip >= bv->bv_len) {
			skip -= bv->bv_len;
			continue;
		}
		n = min(len, bv->bv_len - skip);
		if (copy_page_to_iter(bv->bv_page, bv->bv_offset + skip, n, to) != n)
			return false;
		len -= n;
		skip = 0;
	}
	return true;
}

/* Copy len bytes of the payload of a message into the memory of an md. */
int lnet_md_copy(const struct lnet_md *dst, u32 doff, struct lnet_msg *src, u32 len)
{
	struct iov_iter to;
	struct kvec kvec;
	void *from;
	bool ok;

	if (!len)
		return 0;
	lnet_md_iter(dst, doff, len, ITER_DEST, &kvec, &to);
	if (!src->buf && src->md->md_desc.bvec) {
		ok = lnet_md_copy_bvec(src->md->md_desc.bvec, src->offset, len, &to);
	} else {
		from = src->buf ?: src->md->md_desc.buf;
		ok = copy_to_iter(from + src->offset, len, &to) == len;
	}
	return ok ? 0 : -EFAULT;
}

int lnet_md_init(void)
{
	int i;

	handles = kvcalloc(1 << HANDLE_BITS, sizeof(*handles), GFP_KERNEL);
	md_cache = KMEM_CACHE(lnet_md, 0);
	if (!handles || !md_cache) {
		lnet_md_exit();
		return -ENOMEM;
	}
	for (i = 0; i < 1 << HANDLE_BITS; i++) {
		spin_lock_init(&handles[i].lock);
		INIT_HLIST_HEAD(&handles[i].head);
	}
	return 0;
}

void lnet_md_exit(void)
{
	kmem_cache_destroy(md_cache);
	kvfree(handles);
}
