// SPDX-License-Identifier: GPL-2.0-only
/*
 * Following a config log (chapter 6.3.3, 6.4.5): take a CR lock, read the log, give each live
 * record to the owner; when the lock is called back, wait 5 to 10 s, take it again and read what is
 * new.
 *
 * A log in the hands of a work item keeps a reference; mgc_log_unfollow() ends the work and the
 * lock.
 */
#define pr_fmt(fmt) "mgc: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <gloss/msg.h>
#include "internal.h"

/* What was read: the header and chunks in order; the store for llog_walk() of a local copy. */
struct image {
	struct llog_log_hdr *hdr;
	void **chunk;		/* [0] is the first chunk of records that was read */
	u32 nr;
	u64 pos;		/* of chunk[0] in the log */
	u64 end;		/* of the log, as the last block told */
};

static void mgc_image_free(struct image *im)
{
	u32 i;

	for (i = 0; i < im->nr; i++)
		kvfree(im->chunk[i]);
	kvfree(im->chunk);
	kvfree(im->hdr);
	memset(im, 0, sizeof(*im));
}

static int mgc_image_alloc(struct image *im)
{
	memset(im, 0, sizeof(*im));
	im->hdr = kvzalloc(LLOG_CHUNK_SIZE, GFP_KERNEL);
	im->chunk = kvcalloc(MGC_LOG_CHUNKS, sizeof(void *), GFP_KERNEL);
	if (im->hdr && im->chunk)
		return 0;
	mgc_image_free(im);
	return -ENOMEM;
}

static void *mgc_image_add(struct image *im)
{
	void *buf;

	if (im->nr == MGC_LOG_CHUNKS)
		return NULL;
	buf = kvzalloc(LLOG_CHUNK_SIZE, GFP_KERNEL);
	if (buf)
		im->chunk[im->nr++] = buf;
	return buf;
}

/* Chunks from the one with the record @from to the end of the log. */
static int mgc_read_chunks(struct config_log *cl, const struct llog_logid *id, u32 from,
			   struct image *im)
{
	u32 last = llog_last_index(im->hdr), index = from, saved = 0;
	u64 pos = LLOG_CHUNK_SIZE, prev;
	void *buf;
	int rc;

	while (index <= last) {
		buf = mgc_image_add(im);
		if (!buf)
			return im->nr == MGC_LOG_CHUNKS ? -EFBIG : -ENOMEM;
		prev = pos;
		rc = mgc_llog_block(cl->mgl_mgc, id, index, &saved, &pos, buf);
		if (rc == -EBADR) {
			/* The bitmap claims more than the file holds. */
			kvfree(im->chunk[--im->nr]);
			return im->nr ? 0 : -EIO;
		}
		if (rc)
			return rc;
		if (pos <= prev || saved < index)
			return -EPROTO;
		if (im->nr == 1)
			im->pos = (pos - 1) / LLOG_CHUNK_SIZE * LLOG_CHUNK_SIZE;
		im->end = pos;
		index = saved + 1;
		/* The end of the last chunk is the end of the log. */
		if (pos % LLOG_CHUNK_SIZE)
			break;
	}
	return 0;
}

static int mgc_read_remote(struct config_log *cl, struct image *im)
{
	struct llog_logid id;
	u32 from = cl->mgl_last + 1;
	int rc;

	rc = mgc_llog_open(cl->mgl_mgc, cl->mgl_name, &id);
	if (rc)
		return rc;
	rc = mgc_llog_header(cl->mgl_mgc, &id, im->hdr);
	if (rc)
		return rc;
	/* For the copy the whole log is wanted. */
	if (cl->mgl_ops->save)
		from = 1;
	from = llog_next_bit(im->hdr, from);
	return from > llog_last_index(im->hdr) ? 0 : mgc_read_chunks(cl, &id, from, im);
}

static int mgc_read_local(struct config_log *cl, struct image *im)
{
	struct llog_store *st;
	struct llog log;
	void *scratch;
	u64 pos;
	int rc, n;

	st = cl->mgl_ops->load(cl->mgl_who, cl->mgl_name);
	if (IS_ERR(st))
		return PTR_ERR(st);
	scratch = kvmalloc(LLOG_CHUNK_SIZE, GFP_KERNEL);
	rc = -ENOMEM;
	if (!scratch)
		goto out;
	llog_init(&log, st, im->hdr, scratch);
	rc = llog_open(&log);
	im->pos = LLOG_CHUNK_SIZE;
	im->end = log.size;
	for (pos = LLOG_CHUNK_SIZE; !rc && pos < log.size; pos += LLOG_CHUNK_SIZE) {
		void *buf = mgc_image_add(im);

		n = buf ? st->ops->read(st, buf, min_t(u64, LLOG_CHUNK_SIZE, log.size - pos),
					pos) : -ENOMEM;
		if (n < 0)
			rc = n;
	}
	kvfree(scratch);
out:
	cl->mgl_ops->load_done(cl->mgl_who, st);
	return rc;
}

static int mgc_give_record(void *ctx, struct llog_rec_hdr *hdr, u64 pos)
{
	struct config_log *cl = ctx;
	u32 index = le32_to_cpu(hdr->lrh_index);
	struct config_rec rec;
	int rc;

	/* A pass over the whole log for the copy: what was given is not given again. */
	if (index <= cl->mgl_last)
		return 0;
	rc = llog_config_walk_record(&cl->mgl_walk, hdr, &rec);
	if (rc == 1) {
		rc = cl->mgl_ops->record(cl->mgl_who, &rec);
		if (rc && cl->mgl_first && lcfg_cmd(rec.lcfg) & LCFG_REQUIRED)
			return rc;
		if (rc)
			pr_warn_ratelimited("%s: record %u (command 0x%x) was not applied: rc = %d\n",
					    cl->mgl_name, index, lcfg_cmd(rec.lcfg), rc);
		rc = 0;
	}
	if (rc) {
		pr_err("%s: record %u of the config log is damaged: rc = %d\n", cl->mgl_name,
		       index, rc);
		return rc;
	}
	cl->mgl_last = index;
	return 0;
}

static int mgc_give_records(struct config_log *cl, struct image *im)
{
	u32 i;
	int rc;

	for (i = 0; i < im->nr; i++) {
		u64 pos = im->pos + (u64)i * LLOG_CHUNK_SIZE;
		u32 len = pos < im->end ? min_t(u64, LLOG_CHUNK_SIZE, im->end - pos) : 0;

		rc = llog_walk_chunk(im->hdr, im->chunk[i], len, pos, cl->mgl_last + 1,
				     mgc_give_record, cl);
		if (rc)
			return rc;
	}
	return 0;
}

static void mgc_save_copy(struct config_log *cl, struct image *im)
{
	void **all;

	if (!im->nr || im->pos != LLOG_CHUNK_SIZE)
		return;
	all = kvcalloc(im->nr + 1, sizeof(void *), GFP_KERNEL);
	if (!all)
		return;
	all[0] = im->hdr;
	memcpy(all + 1, im->chunk, im->nr * sizeof(void *));
	cl->mgl_ops->save(cl->mgl_who, cl->mgl_name, all, im->nr + 1, im->end);
	kvfree(all);
}

/*
 * Lock and read. Errors of the MGS leave the log unlocked or locked as it is; the caller decides
 * whether to come again. Under mgl_mutex.
 */
static int mgc_process_log(struct config_log *cl)
{
	bool local = false;
	struct image im;
	int rc;

	rc = mgc_image_alloc(&im);
	if (rc)
		return rc;
	rc = mgc_lock_get(cl);
	if (!rc)
		rc = mgc_read_remote(cl, &im);
	if (rc == -ENOENT && cl->mgl_flags & CFG_F_MAY_MISS) {
		rc = 0;
		goto out;
	}
	if (rc && rc != -EINTR && rc != -ERESTARTSYS && cl->mgl_first &&
	    cl->mgl_flags & CFG_F_LOCAL_OK) {
		int err = rc;

		mgc_image_free(&im);
		rc = mgc_image_alloc(&im) ?: mgc_read_local(cl, &im);
		if (rc) {
			rc = err;
			goto out;
		}
		pr_info("%s: the MGS cannot be reached, using the local copy of the config log: rc = %d\n",
			cl->mgl_name, err);
		local = true;
	}
	if (rc)
		goto out;
	/* The copy first: the walk changes records of excluded targets. */
	if (cl->mgl_ops->save && !local)
		mgc_save_copy(cl, &im);
	rc = mgc_give_records(cl, &im);
	if (!rc && cl->mgl_ops->done)
		cl->mgl_ops->done(cl->mgl_who, cl->mgl_first);
	if (!rc && local)
		rc = 1;
out:
	mgc_image_free(&im);
	return rc;
}

static void mgc_log_put(struct config_log *cl)
{
	if (!refcount_dec_and_test(&cl->mgl_ref))
		return;
	kfree(cl->mgl_exclude);
	kfree(cl);
}

static void mgc_log_read_after(struct config_log *cl, unsigned long delay)
{
	struct mgc *mgc = cl->mgl_mgc;

	spin_lock(&mgc->m_lock);
	if (!cl->mgl_dead)
		queue_delayed_work(mgc->m_wq, &cl->mgl_work, delay);
	spin_unlock(&mgc->m_lock);
}

void mgc_log_read_soon(struct config_log *cl)
{
	mgc_log_read_after(cl, 0);
}

void mgc_recover_resume(struct mgc *mgc)
{
	struct config_log *cl;

	spin_lock(&mgc->m_lock);
	list_for_each_entry(cl, &mgc->m_logs, mgl_list)
		if (cl->mgl_target && !cl->mgl_lock)
			queue_delayed_work(mgc->m_wq, &cl->mgl_work, 0);
	spin_unlock(&mgc->m_lock);
}

static void mgc_log_requeue(struct config_log *cl)
{
	unsigned long delay = MGC_REQUEUE_MIN * HZ + get_random_u32() % (5 * HZ);

	/* Who waits for a restarted target shall wait no longer than it takes to restart. */
	if ((cl->mgl_flags & CFG_F_SERVER || cl->mgl_target) && !READ_ONCE(cl->mgl_failed))
		delay = HZ / 5;
	mgc_log_read_after(cl, delay);
}

static void mgc_log_work(struct work_struct *work)
{
	struct config_log *cl = container_of(to_delayed_work(work), struct config_log, mgl_work);
	bool again = false;
	int rc;

	mutex_lock(&cl->mgl_mutex);
	if (!READ_ONCE(cl->mgl_dead)) {
		rc = mgc_wait(cl->mgl_mgc, 1);
		if (!rc)
			rc = cl->mgl_target ? mgc_nidtbl_process(cl) : mgc_process_log(cl);
		again = rc < 0;
		if (again) {
			if (!cl->mgl_failed && !READ_ONCE(cl->mgl_dead))
				pr_warn("%s: config log %s cannot be read; this is repeated until it can: rc = %d\n",
					cl->mgl_mgc->m_name, cl->mgl_name, rc);
			mgc_lock_drop(cl);
		} else if (cl->mgl_failed) {
			pr_info("%s: config log %s was read\n", cl->mgl_mgc->m_name, cl->mgl_name);
		}
		WRITE_ONCE(cl->mgl_failed, again);
	}
	mutex_unlock(&cl->mgl_mutex);
	if (again)
		mgc_log_requeue(cl);
}

void mgc_log_lock_lost(struct config_log *cl, struct ldlm_lock *lock)
{
	struct mgc *mgc = cl->mgl_mgc;
	bool ours;

	spin_lock(&mgc->m_lock);
	ours = cl->mgl_lock == lock;
	if (ours)
		cl->mgl_lock = NULL;
	spin_unlock(&mgc->m_lock);
	if (ours) {
		ldlm_lock_put(lock);
		mgc_log_requeue(cl);
	}
	mgc_log_put(cl);
}

struct config_log *mgc_log_new(struct mgc *mgc, const char *logname, void *who)
{
	struct config_log *cl = kzalloc(sizeof(*cl), GFP_KERNEL);

	if (!cl)
		return NULL;
	if (strscpy(cl->mgl_name, logname, sizeof(cl->mgl_name)) < 0) {
		kfree(cl);
		return ERR_PTR(-EINVAL);
	}
	refcount_set(&cl->mgl_ref, 1);
	cl->mgl_mgc = mgc;
	cl->mgl_who = who;
	mutex_init(&cl->mgl_mutex);
	INIT_DELAYED_WORK(&cl->mgl_work, mgc_log_work);
	spin_lock(&mgc->m_lock);
	list_add_tail(&cl->mgl_list, &mgc->m_logs);
	spin_unlock(&mgc->m_lock);
	return cl;
}

/**
 * mgc_log_follow - read a config log now and whenever it grows
 * @mgc: client of the MGS
 * @logname: "testfs-client", "testfs-OST0000", "params"
 * @ops: callbacks of the owner
 * @who: for @ops
 * @flags: CFG_F_*
 * @exclude: NULL, or "fs-OST0001:..." (mount option)
 * @logp: out, for mgc_log_unfollow(); NULL on errors
 *
 * Context: may sleep, killable. Return: 0; -ENOENT: no such log; -EIO: the MGS cannot be reached
 * within 25 s;
 * -EINTR; -EINVAL: bad name or log; or what @ops->record returned. Chapter 6.3, 6.4.
 */
int mgc_log_follow(struct mgc *mgc, const char *logname, const struct config_ops *ops, void *who,
		   unsigned int flags,
		   const char *exclude, struct config_log **logp)
{
	struct config_log *cl;
	int rc;

	*logp = NULL;
	cl = mgc_log_new(mgc, logname, who);
	if (IS_ERR_OR_NULL(cl))
		return cl ? PTR_ERR(cl) : -ENOMEM;
	cl->mgl_ops = ops;
	cl->mgl_flags = flags;
	if (exclude) {
		cl->mgl_exclude = kstrdup(exclude, GFP_KERNEL);
		if (!cl->mgl_exclude) {
			mgc_log_unfollow(cl);
			return -ENOMEM;
		}
		cl->mgl_walk.exclude_list = cl->mgl_exclude;
	}

	/* A target with a local copy has waited for the MGS when it registered. */
	rc = flags & CFG_F_LOCAL_OK ? mgc_wait(mgc, 2) : mgc_wait_or_tell(mgc, MGC_WAIT);
	if (rc && rc != -EINTR)
		rc = -EIO;
	mutex_lock(&cl->mgl_mutex);
	cl->mgl_first = true;
	if (!rc || (flags & CFG_F_LOCAL_OK && rc != -EINTR))
		rc = mgc_process_log(cl);
	cl->mgl_first = false;
	mutex_unlock(&cl->mgl_mutex);
	if (rc < 0) {
		mgc_log_unfollow(cl);
		return rc;
	}
	if (rc == 1) {
		cl->mgl_failed = true;
		mgc_log_requeue(cl);
	}
	*logp = cl;
	return 0;
}
EXPORT_SYMBOL_GPL(mgc_log_follow);

/**
 * mgc_log_unfollow - the owner does not want the log any more
 * @cl: from mgc_log_follow()
 *
 * No callback runs when this returns. An enqueue that waits for its grant is given up. May sleep;
 * not from a callback.
 */
void mgc_log_unfollow(struct config_log *cl)
{
	struct mgc *mgc = cl->mgl_mgc;

	spin_lock(&mgc->m_lock);
	WRITE_ONCE(cl->mgl_dead, true);
	list_del_init(&cl->mgl_list);
	if (cl->mgl_asked)
		wake_up_all(&cl->mgl_asked->l_waitq);
	spin_unlock(&mgc->m_lock);
	cancel_delayed_work_sync(&cl->mgl_work);
	mutex_lock(&cl->mgl_mutex);
	mgc_lock_drop(cl);
	mutex_unlock(&cl->mgl_mutex);
	mgc_log_put(cl);
}
EXPORT_SYMBOL_GPL(mgc_log_unfollow);
