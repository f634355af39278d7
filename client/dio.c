// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct I/O: data moves between the pages of the caller and the objects without a copy. The client
 * takes no extent lock: the OST locks the range during each RPC, which makes every client, this one
 * too, write back and drop what it has cached. The pages are pinned before lli_layout_sem is taken
 * (data.h).
 *
 * A struct dio is one piece of a read or write. A synchronous one is waited for by its task, which
 * holds lli_layout_sem. One of io_submit(2) is not, and holds no semaphore: whoever changes to
 * another layout or truncates the file waits for it (ll_dio_wait_all(), ll_dio_wait_writes()).
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/aio.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/wait_bit.h>
#include <linux/workqueue.h>
#include "data.h"

#define DIO_PIECE (64U << 20) /* bytes whose pages are held at a time */

struct dio {
	refcount_t ref; /* the I/O, and kill_work */
	atomic_t left;	/* RPCs in flight, and who sends them */
	struct completion done;
	spinlock_t lock;       /* brws, rc, bad, partial */
	struct list_head brws; /* in flight */
	int rc;
	u64 bad;      /* rc: of this position; what is before it is moved */
	bool partial; /* a read that found less than was asked for: the size decides */
	bool write;
	bool user; /* pages of a task */
	struct inode *inode;
	struct ll_objset *set;
	u64 pos;
	size_t count;
	struct kiocb *iocb;
	bool alone; /* AIO that nobody waits for */
	ktime_t start;
	struct work_struct work;      /* AIO: end in a context that may wait */
	struct work_struct kill_work; /* AIO: the task dies */
	unsigned int nr;
	struct page **pages, *few[8];
};

static struct workqueue_struct *dio_wq;

int ll_dio_init(void)
{
	dio_wq = alloc_workqueue("ll_dio", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return dio_wq ? 0 : -ENOMEM;
}

void ll_dio_exit(void)
{
	destroy_workqueue(dio_wq);
}

/**
 * ll_dio_possible - can this be done without the page cache?
 * @iocb: position and flags
 * @iter: the memory
 *
 * Offset, length and memory have to be whole pages. Other direct I/O is done through the cache.
 */
bool ll_dio_possible(const struct kiocb *iocb, const struct iov_iter *iter)
{
	return iocb->ki_flags & IOCB_DIRECT &&
	       !((iocb->ki_pos | iov_iter_count(iter) | iov_iter_alignment(iter)) & ~PAGE_MASK) &&
	       (user_backed_iter(iter) || iov_iter_is_bvec(iter));
}

static void ll_dio_put(struct dio *dio)
{
	unsigned int i;

	if (!refcount_dec_and_test(&dio->ref))
		return;
	for (i = 0; i < dio->nr; i++)
		put_page(dio->pages[i]);
	ll_objset_put(dio->set);
	if (dio->pages != dio->few)
		kvfree(dio->pages);
	kfree(dio);
}

static void ll_dio_abort(struct dio *dio)
{
	struct ll_brw *brw;

	spin_lock(&dio->lock);
	list_for_each_entry(brw, &dio->brws, lb_link)
		ll_brw_abort(brw);
	spin_unlock(&dio->lock);
}

static void ll_dio_kill(struct work_struct *work)
{
	struct dio *dio = container_of(work, struct dio, kill_work);

	ll_dio_abort(dio);
	ll_dio_put(dio);
}

/* The task of an AIO dies. Called under spinlocks, and never after ki_complete(). */
static int ll_dio_cancel(struct kiocb *iocb)
{
	struct dio *dio = iocb->private;

	refcount_inc(&dio->ref);
	if (!queue_work(dio_wq, &dio->kill_work))
		refcount_dec(&dio->ref);
	return 0;
}

static void ll_dio_work(struct work_struct *work);

/* Make the next piece and pin its pages. ERR_PTR(-EFAULT), ERR_PTR(-ENOMEM). */
static struct dio *ll_dio_new(struct kiocb *iocb, struct iov_iter *iter)
{
	size_t want = min_t(size_t, iov_iter_count(iter), DIO_PIECE);
	struct dio *dio = kzalloc(sizeof(*dio), GFP_KERNEL);
	ssize_t got = 0;

	if (!dio)
		return ERR_PTR(-ENOMEM);
	refcount_set(&dio->ref, 1);
	init_completion(&dio->done);
	spin_lock_init(&dio->lock);
	INIT_LIST_HEAD(&dio->brws);
	INIT_WORK(&dio->work, ll_dio_work);
	INIT_WORK(&dio->kill_work, ll_dio_kill);
	dio->write = iov_iter_rw(iter) == WRITE;
	dio->user = user_backed_iter(iter);
	dio->iocb = iocb;
	dio->inode = file_inode(iocb->ki_filp);
	dio->pos = iocb->ki_pos;
	dio->start = ktime_get();
	dio->pages = dio->few;
	if (want > ARRAY_SIZE(dio->few) * PAGE_SIZE)
		dio->pages = kvmalloc_array(want >> PAGE_SHIFT, sizeof(*dio->pages), GFP_KERNEL);
	if (!dio->pages) {
		dio->pages = dio->few;
		ll_dio_put(dio);
		return ERR_PTR(-ENOMEM);
	}
	while (dio->count < want) {
		size_t off;

		got = iov_iter_get_pages2(iter, dio->pages + dio->nr, want - dio->count,
					  (want - dio->count) >> PAGE_SHIFT, &off);
		if (got <= 0)
			break;
		dio->nr += got >> PAGE_SHIFT;
		dio->count += got;
	}
	if (!dio->count) {
		ll_dio_put(dio);
		return ERR_PTR(got < 0 ? got : -EFAULT);
	}
	return dio;
}

/* ---- the RPCs ---- */

static void ll_dio_complete(struct dio *dio);

/* The error at the lowest position is the one that counts. */
static void ll_dio_failed(struct dio *dio, u64 pos, int rc)
{
	if (!dio->rc || pos < dio->bad) {
		dio->rc = rc;
		dio->bad = pos;
	}
}

/* When the RPCs are over. A write that an error ended has written what is before it. */
static ssize_t ll_dio_moved(const struct dio *dio)
{
	if (!dio->rc)
		return dio->count;
	return dio->write && dio->bad > dio->pos ? dio->bad - dio->pos : dio->rc;
}

static void ll_dio_brw_done(struct ll_brw *brw)
{
	struct dio *dio = brw->lb_data;
	bool partial = !brw->lb_write && !brw->lb_rc && brw->lb_bytes < brw->lb_len;
	u32 left = brw->lb_bytes;
	unsigned int i;

	for (i = 0; partial && i < brw->lb_nr; i++) {
		u32 n = min_t(u32, left, PAGE_SIZE);

		if (n < PAGE_SIZE)
			zero_user_segment(brw->lb_bv[i].bv_page, n, PAGE_SIZE);
		left -= n;
	}
	spin_lock(&dio->lock);
	list_del(&brw->lb_link);
	if (brw->lb_rc)
		ll_dio_failed(dio, brw->lb_pos, brw->lb_rc);
	dio->partial |= partial;
	spin_unlock(&dio->lock);
	ll_brw_free(brw);
	if (atomic_dec_and_test(&dio->left))
		ll_dio_complete(dio);
}

/* @posp: from where on; out: where it has stopped. */
static int ll_dio_send_all(struct dio *dio, u64 *posp)
{
	u64 pos, end = dio->pos + dio->count;
	unsigned int page = 0;

	while ((pos = *posp) < end) {
		const struct ll_comp *c;
		struct ll_object *obj;
		struct ll_brw *brw;
		u64 off, unit, n;

		obj = ll_objset_at(dio->set, pos, &c, &off);
		if (!obj) {
			/* reading where nothing is stored; a missing object is an error */
			if (dio->write ||
			    ll_comp_has_objects(ll_layout_comp(dio->set->los_lo, pos)))
				return -EIO;
			zero_user(dio->pages[page++], 0, PAGE_SIZE);
			*posp += PAGE_SIZE;
			spin_lock(&dio->lock);
			dio->partial = true;
			spin_unlock(&dio->lock);
			continue;
		}
		unit = (div_u64(pos, c->lc_stripe_size) + 1) * c->lc_stripe_size -
		       pos; /* rest of the stripe unit */
		if (c->lc_stripe_count == 1)
			unit = c->lc_end == LUSTRE_EOF ? end - pos : c->lc_end - pos;
		n = min3(end - pos, unit, (u64)obj->lob_osc->oc_brw_size);
		if (n & ~PAGE_MASK)
			return -EIO;
		brw = ll_brw_new(dio->inode, obj, dio->write, off, n >> PAGE_SHIFT);
		if (!brw)
			return -ENOMEM;
		n = min_t(u64, n, (u64)brw->lb_max << PAGE_SHIFT);
		brw->lb_direct = true;
		brw->lb_pos = pos;
		brw->lb_sys = capable(CAP_SYS_RESOURCE);
		brw->lb_done = ll_dio_brw_done;
		brw->lb_data = dio;
		while (brw->lb_len < n)
			ll_brw_add(brw, dio->pages[page++], 0, PAGE_SIZE);
		*posp += n;
		atomic_inc(&dio->left);
		spin_lock(&dio->lock);
		list_add_tail(&brw->lb_link, &dio->brws);
		spin_unlock(&dio->lock);
		ll_brw_send(brw);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* After this the last of the RPCs calls ll_dio_complete(), which may have happened already. */
static void ll_dio_submit(struct dio *dio)
{
	u64 pos = dio->pos;
	int rc;

	atomic_set(&dio->left, 1);
	rc = ll_dio_send_all(dio, &pos);
	if (rc) {
		spin_lock(&dio->lock);
		ll_dio_failed(dio, pos, rc);
		spin_unlock(&dio->lock);
	}
	if (atomic_dec_and_test(&dio->left))
		ll_dio_complete(dio);
}

/*
 * Send all RPCs and wait. When the task is killed the RPCs are aborted and waited for, because
 * their pages belong to the task.
 */
static int ll_dio_run(struct dio *dio)
{
	dio->rc = 0;
	dio->partial = false;
	reinit_completion(&dio->done);
	ll_dio_submit(dio);
	if (wait_for_completion_killable(&dio->done)) {
		ll_dio_abort(dio);
		wait_for_completion(&dio->done);
		return -EINTR;
	}
	return dio->rc;
}

/* ---- read and write ---- */

/*
 * By the size: asked for before the data, so that what is not there is zeros for everybody. Waits.
 */
static ssize_t ll_dio_read_sized(struct dio *dio)
{
	int rc = ll_glimpse_set(dio->inode, dio->set);
	u64 size = i_size_read(dio->inode);
	size_t want;

	if (rc || dio->pos >= size)
		return rc;
	want = min_t(u64, dio->count, size - dio->pos);
	dio->count = round_up(want, PAGE_SIZE);
	rc = ll_dio_run(dio);
	return rc ? rc : want;
}

static int ll_dio_begin(struct dio *dio, struct ll_layout **lop)
{
	u64 pos = dio->pos, last = pos + dio->count - 1;
	struct address_space *mapping = dio->inode->i_mapping;
	int rc;

	ll_objset_put(dio->set);
	rc = ll_io_begin(dio->inode, dio->write ? LL_LAYOUT_WRITE : LL_LAYOUT_READ, pos, last + 1,
			 lop, &dio->set);
	if (rc)
		return rc;
	if (!dio->set)
		rc = dio->write ? -EIO : 0;
	else
		rc = ll_pages_flush(mapping, pos, last);
	if (dio->write && !rc)
		rc = ll_pages_wait(mapping, pos, last, true);
	if (dio->write && !rc && last >= i_size_read(dio->inode))
		rc = ll_pages_zero_tail(dio->inode);
	/*
	 * A page that a mapping dirtied again has a lock, which the OST calls back: it is written
	 * and dropped before this write.
	 */
	if (dio->write && !rc)
		invalidate_inode_pages2_range(mapping, pos >> PAGE_SHIFT, last >> PAGE_SHIFT);
	if (rc)
		ll_layout_io_end(dio->inode, *lop);
	return rc;
}

/*
 * @drop: pages that a reader brought in meanwhile; waits for them, killable: without it the lock of
 * that reader is called back.
 */
static void ll_dio_wrote(struct dio *dio, bool drop)
{
	struct address_space *mapping = dio->inode->i_mapping;
	u64 p, end = dio->pos + dio->count;
	ssize_t moved = ll_dio_moved(dio);

	if (drop && !ll_pages_wait(mapping, dio->pos, end - 1, true))
		invalidate_inode_pages2_range(mapping, dio->pos >> PAGE_SHIFT,
					      (end - 1) >> PAGE_SHIFT);
	end = dio->pos + max_t(ssize_t, moved, 0);
	for (p = dio->pos; p < end;) {
		const struct ll_comp *c;
		struct ll_object *obj;
		u64 off, n;

		obj = ll_objset_at(dio->set, p, &c, &off);
		if (!obj)
			break;
		n = min((div_u64(p, c->lc_stripe_size) + 1) * c->lc_stripe_size, end) - p;
		ll_data_wrote(dio->inode, obj, off + n, p + n, false);
		p += n;
	}
}

/* Pages that a read changes: are they dirty, and made so (waits for their locks)? */
static bool ll_dio_all_dirty(struct dio *dio, bool set)
{
	unsigned int i;

	for (i = 0; !dio->write && dio->user && i < dio->nr; i++)
		if (!PageDirty(dio->pages[i])) {
			if (!set)
				return false;
			set_page_dirty_lock(dio->pages[i]);
		}
	return true;
}

/* ---- AIO ---- */

static atomic_t *ll_dio_in_flight(struct dio *dio)
{
	struct ll_inode_data *d = ll_i(dio->inode)->lli_data;

	return dio->write ? &d->lid_dio_writes : &d->lid_dio_reads;
}

static void ll_dio_aio_end(struct dio *dio, ssize_t ret)
{
	atomic_t *in_flight = ll_dio_in_flight(dio);
	struct kiocb *iocb = dio->iocb;

	ll_io_count(dio->inode, dio->write, ret, dio->start);
	if (ret > 0)
		iocb->ki_pos += ret;
	if (atomic_dec_and_test(in_flight))
		wake_up_var(in_flight);
	iocb->ki_complete(iocb, ret);
	ll_dio_put(dio);
}

static void ll_dio_work(struct work_struct *work)
{
	struct dio *dio = container_of(work, struct dio, work);
	ssize_t ret = ll_dio_moved(dio);

	dio->alone = false;
	if (dio->write)
		ll_dio_wrote(dio, true);
	else if (dio->partial && !dio->rc)
		/*
		 * The objects stay those of the layout: who changes it waits for this AIO, so the
		 * layout must not be asked for here.
		 */
		ret = ll_dio_read_sized(dio);
	ll_dio_all_dirty(dio, true);
	ll_dio_aio_end(dio, ret);
}

/* Called at the end of an RPC, so it must not wait for another one. */
static void ll_dio_complete(struct dio *dio)
{
	if (!dio->alone) {
		complete(&dio->done);
	} else if (dio->write ? dio->inode->i_mapping->nrpages
			      : dio->partial || !ll_dio_all_dirty(dio, false)) {
		queue_work(dio_wq, &dio->work);
	} else {
		if (dio->write)
			ll_dio_wrote(dio, false);
		ll_dio_aio_end(dio, ll_dio_moved(dio));
	}
}

/**
 * ll_dio_wait_writes - wait for AIO writes in flight, which hold no semaphore
 * @inode: the file; i_rwsem is held for writing, so no new ones begin
 *
 * Context: killable. Return: 0 or -EINTR.
 */
int ll_dio_wait_writes(struct inode *inode)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;

	return wait_var_event_killable(&d->lid_dio_writes,
				       !atomic_read(&d->lid_dio_writes)) ? -EINTR : 0;
}

/**
 * ll_dio_wait_all - wait for all AIO in flight
 * @inode: the file; lli_layout_sem is held for writing, so none begins
 *
 * Context: killable. Return: 0 or -EINTR.
 */
int ll_dio_wait_all(struct inode *inode)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	int rc = ll_dio_wait_writes(inode);

	if (rc)
		return rc;
	return wait_var_event_killable(&d->lid_dio_reads,
				       !atomic_read(&d->lid_dio_reads)) ? -EINTR : 0;
}

/**
 * ll_dio_busy - is there AIO that ll_dio_wait_all() would wait for?
 * @inode: the file
 *
 * Context: any.
 */
bool ll_dio_busy(struct inode *inode)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;

	return atomic_read(&d->lid_dio_writes) || atomic_read(&d->lid_dio_reads);
}

static void ll_dio_begin_aio(struct dio *dio)
{
	ll_dio_all_dirty(dio, true);
	dio->alone = true;
	dio->iocb->private = dio;
	atomic_inc(ll_dio_in_flight(dio));
	kiocb_set_cancel_fn(dio->iocb, ll_dio_cancel);
	refcount_inc(&dio->ref);
	ll_dio_submit(dio);
}

/* A file without objects is as long as the MDT says. */
static ssize_t ll_dio_read_zeros(struct dio *dio)
{
	u64 size = i_size_read(dio->inode);
	unsigned int i;

	for (i = 0; i < dio->nr; i++)
		zero_user(dio->pages[i], 0, PAGE_SIZE);
	return dio->pos < size ? min_t(u64, dio->count, size - dio->pos) : 0;
}

static ssize_t ll_dio_run_sized(struct dio *dio)
{
	ssize_t ret = ll_dio_run(dio);

	if (dio->write)
		ll_dio_wrote(dio, true);
	if (ret == -EINTR)
		return ret;
	return !ret && dio->partial ? ll_dio_read_sized(dio) : ll_dio_moved(dio);
}

/*
 * Has the file other objects than those of @lo by now? The OSTs take the locks of direct I/O, so
 * it may have waited there until a migration of the file was over. Asks the MDT if need be.
 */
static bool ll_dio_is_stale(struct dio *dio, struct ll_layout *lo)
{
	struct ll_layout *now;
	bool stale;

	if (ll_cached(dio->inode, LLC_LAYOUT))
		return false;
	now = ll_layout_get(dio->inode);
	if (IS_ERR(now))
		return false;
	/* Mirrors have layout versions, which the OSTs check. */
	stale = now != lo && now->ly_nr_mirrors == 1 && lo->ly_nr_mirrors == 1 &&
		!ll_layout_extends(now, lo);
	ll_layout_put(now);
	return stale;
}

/* One piece. @aio: -EIOCBQUEUED, once it has begun. */
static ssize_t ll_dio_piece(struct dio *dio, bool aio)
{
	struct inode *inode = dio->inode;
	size_t count = dio->count;
	struct ll_layout *lo;
	bool again;
	ssize_t ret;

	do {
		dio->count = count;
		ret = ll_dio_begin(dio, &lo);
		if (ret)
			goto out;
		refcount_inc(&lo->ly_ref);
		if (!dio->set) {
			ret = ll_dio_read_zeros(dio);
		} else if (aio) {
			ll_dio_begin_aio(dio);
			ret = -EIOCBQUEUED;
		} else {
			ret = ll_dio_run_sized(dio);
		}
		ll_layout_io_end(inode, lo);
		again = ret >= 0 && ll_dio_is_stale(dio, lo);
		ll_layout_put(lo);
	} while (again);
	if (ret != -EIOCBQUEUED) {
		ll_dio_all_dirty(dio, true);
		ll_io_count(inode, dio->write, ret, dio->start);
	}
out:
	ll_dio_put(dio);
	return ret;
}

/**
 * ll_dio_rw - direct read or write
 * @iocb: position and flags; ki_pos is moved
 * @iter: the memory; a write has i_rwsem, at least for reading
 *
 * Context: sleeps; killable.
 *
 * Return: bytes; -EIOCBQUEUED (AIO); -EINTR; -EFAULT; -ENOMEM; -errno of MDT or OSTs.
 */
ssize_t ll_dio_rw(struct kiocb *iocb, struct iov_iter *iter)
{
	bool aio = iocb->ki_flags & IOCB_AIO_RW && !iocb_is_dsync(iocb);
	ssize_t total = 0, ret = 0;

	while (iov_iter_count(iter)) {
		struct dio *dio = ll_dio_new(iocb, iter);
		size_t count;

		if (IS_ERR(dio)) {
			ret = PTR_ERR(dio);
			break;
		}
		count = dio->count;
		ret = ll_dio_piece(dio, aio && !total && !iov_iter_count(iter));
		if (ret == -EIOCBQUEUED)
			return ret;
		if (ret > 0) {
			iocb->ki_pos += ret;
			total += ret;
		}
		if (ret < 0 || ret < count) {
			iov_iter_revert(iter, count - max_t(ssize_t, ret, 0));
			break;
		}
	}
	return total ?: ret;
}
