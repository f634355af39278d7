// SPDX-License-Identifier: GPL-2.0-only
/*
 * The choice of OSTs for the objects of a component (mdt_comp.c), and the set of OSTs and pools to
 * choose from.
 *
 * Locks: lod->lo_sem (the list of OSTs) > osp_device.opd_lock. Object ids are reserved before the
 * transaction starts, because that may wait for an OST; mdt_lov_used() journals them inside of it.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/random.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "mdt_internal.h"

#define LOV_DEF_STRIPE_SIZE	(4U << 20)
#define LOV_MAX_OBJID		((1ULL << 48) - 1)	/* what an IDIF can hold */

/*
 * How long a server thread waits for an OST before it tells the client to come again, and that in
 * all.
 */
#define LOV_WAIT_SECS		5
#define LOV_GIVE_UP_SECS	60
#define LOV_WAITERS_MAX		16	/* threads that wait; the others answer at once */
#define LOV_START_SECS		10	/* after the start OSTs may still have to connect */

/* A pool: a label in layouts and the OSTs that may be used for it. */
struct mdt_pool {
	struct list_head	mp_list;
	char			mp_name[LOV_MAXPOOLNAME + 1];
	DECLARE_BITMAP(mp_osts, LOD_MAX_OSTS);
};

/* ---- choice of OSTs ---- */

struct mdt_lov_cand {
	struct osp_device	*osp;
	u64			weight;
};

static struct mdt_pool *mdt_pool_find(struct mdt_lod *lod, const char *name)
{
	struct mdt_pool *p;

	list_for_each_entry(p, &lod->lo_pools, mp_list)
		if (!strcmp(p->mp_name, name))
			return p;
	return NULL;
}

/* How many objects of an OST are in a reservation? */
static u32 mdt_lov_alloc_uses(const struct mdt_lov_alloc *a, const struct osp_device *osp)
{
	u32 i, n = 0;

	for (i = 0; i < a->la_count; i++)
		n += a->la_st[i].osp == osp;
	return n;
}

/* The most objects that a reservation has of one OST. */
static u32 mdt_lov_alloc_most(const struct mdt_lov_alloc *a)
{
	u32 i, most = 0;

	for (i = 0; i < a->la_count; i++)
		most = max(most, mdt_lov_alloc_uses(a, a->la_st[i].osp));
	return most;
}

/**
 * mdt_lov_alloc_is_overstriped - has a reservation two objects of one OST?
 * @a: the reservation
 */
bool mdt_lov_alloc_is_overstriped(const struct mdt_lov_alloc *a)
{
	return mdt_lov_alloc_most(a) > 1;
}

/* Reserve one object of an OST as the next stripe. 0 or what osp_get_id() says. */
static int mdt_lov_alloc_take(struct mdt_lov_alloc *a, struct osp_device *osp)
{
	u64 id;
	int rc;

	rc = osp_get_id(osp, &id);
	if (rc)
		return rc;
	osp_get(osp);
	a->la_st[a->la_count].osp = osp;
	a->la_st[a->la_count].id = id;
	a->la_count++;
	return 0;
}

/* OSTs that may be used now. *status: why others may not: -ENOSPC when all of these are full. */
static u32 mdt_lov_usable(struct mdt_lod *lod, const struct mdt_comp *w, struct mdt_lov_cand *c,
			  int *status)
{
	struct mdt_pool *pool = w->lc_pool[0] ? mdt_pool_find(lod, w->lc_pool) : NULL;
	u32 i, n = 0;
	int rc;

	*status = -ENOSPC;
	for (i = 0; i < lod->lo_nr; i++) {
		if (!lod->lo_osts[i] || (pool && !test_bit(i, pool->mp_osts)))
			continue;
		rc = osp_usable(lod->lo_osts[i], &c[n].weight);
		if (!rc)
			c[n++].osp = lod->lo_osts[i];
		else if (rc != -ENOSPC)
			*status = rc;
	}
	return n;
}

static void mdt_lov_reverse(struct mdt_lov_cand *c, u32 n)
{
	u32 i;

	for (i = 0; i < n / 2; i++)
		swap(c[i], c[n - 1 - i]);
}

/* The first start candidates go to the end. */
static void mdt_lov_rotate(struct mdt_lov_cand *c, u32 n, u32 start)
{
	mdt_lov_reverse(c, start);
	mdt_lov_reverse(c + start, n - start);
	mdt_lov_reverse(c, n);
}

/* Random order without replacement, weighted by free space. */
static void mdt_lov_shuffle(struct mdt_lov_cand *c, u32 n)
{
	u64 sum = 0, r;
	u32 i, k;

	for (i = 0; i < n; i++) {
		c[i].weight = (c[i].weight >> 10) + 1;
		sum += c[i].weight;
	}
	for (i = 0; i + 1 < n; i++) {
		r = get_random_u64() % sum;
		for (k = i; k + 1 < n && r >= c[k].weight; k++)
			r -= c[k].weight;
		sum -= c[k].weight;
		swap(c[i], c[k]);
	}
}

/* Candidates in index order starting at the wished OST, or in the order of the allocator. */
static u32 mdt_lov_candidates(struct mdt_lod *lod, const struct mdt_comp *w,
			      struct mdt_lov_cand *c, int *status)
{
	u64 min = ~0ULL, max = 0;
	u32 i, n, start = 0;

	n = mdt_lov_usable(lod, w, c, status);
	if (!n)
		return 0;
	for (i = 0; i < n; i++) {
		min = min(min, c[i].weight);
		max = max(max, c[i].weight);
	}
	if (w->lc_offset != LOV_OFFSET_DEFAULT) {
		while (start < n && c[start].osp->opd_index < w->lc_offset)
			start++;
		mdt_lov_rotate(c, n, start % n);
	} else if (max - max / 100 * READ_ONCE(lod->lo_qos_rr_pct) <= min) {
		start = atomic_inc_return(&lod->lo_rr);
		mdt_lov_rotate(c, n, start % n);
	} else {
		mdt_lov_shuffle(c, n);
	}
	return n;
}

/* Exactly the OSTs that were asked for, in their order. lo_sem is held. */
static int mdt_lov_try_list(struct mdt_lod *lod, const struct mdt_comp *w, struct mdt_lov_alloc *a)
{
	bool overstripe = w->lc_pattern & LOV_PATTERN_OVERSTRIPING;
	struct mdt_pool *pool = w->lc_pool[0] ? mdt_pool_find(lod, w->lc_pool) : NULL;
	int rc = 0;
	u32 i;

	for (i = a->la_count; i < w->lc_count && !rc; i++) {
		u32 idx = w->lc_list[i];
		u64 avail;

		if (idx >= lod->lo_nr || !lod->lo_osts[idx] ||
		    (pool && !test_bit(idx, pool->mp_osts)))
			return -EINVAL;
		if (!overstripe && mdt_lov_alloc_uses(a, lod->lo_osts[idx]))
			return -EINVAL;
		rc = osp_usable(lod->lo_osts[idx], &avail);
		if (!rc)
			rc = mdt_lov_alloc_take(a, lod->lo_osts[idx]);
	}
	return rc;
}

/* One object of each candidate that has no more than @uses yet. *status: as mdt_lov_usable(). */
static void mdt_lov_try_each(struct mdt_lov_alloc *a, struct mdt_lov_cand *c, u32 n, u32 want,
			     u32 uses, int *status)
{
	u32 i;
	int rc;

	for (i = 0; i < n && a->la_count < want; i++) {
		if (mdt_lov_alloc_uses(a, c[i].osp) > uses)
			continue;
		rc = mdt_lov_alloc_take(a, c[i].osp);
		if (rc && rc != -ENOSPC)
			*status = rc;
	}
}

/* Objects of the OSTs that the allocator prefers. lo_sem is held. */
static int mdt_lov_try_any(struct mdt_lod *lod, const struct mdt_comp *w, u32 want,
			   struct mdt_lov_alloc *a)
{
	struct mdt_pool *pool = w->lc_pool[0] ? mdt_pool_find(lod, w->lc_pool) : NULL;
	u32 n, before, uses = 0, most = mdt_lov_alloc_most(a);
	struct mdt_lov_cand *c;
	int status;

	if (w->lc_offset != LOV_OFFSET_DEFAULT &&
	    (w->lc_offset >= lod->lo_nr || !lod->lo_osts[w->lc_offset] ||
	     (pool && !test_bit(w->lc_offset, pool->mp_osts))))
		return -EINVAL;
	c = kvmalloc_array(lod->lo_nr ?: 1, sizeof(*c), GFP_NOFS);
	if (!c)
		return -ENOMEM;
	n = mdt_lov_candidates(lod, w, c, &status);
	do {
		before = a->la_count;
		mdt_lov_try_each(a, c, n, want, uses++, &status);
	} while (w->lc_pattern & LOV_PATTERN_OVERSTRIPING && a->la_count < want &&
		 (a->la_count > before || uses <= most));
	kvfree(c);
	return a->la_count >= want ? 0 : status;
}

/* One try without waiting. */
static int mdt_lov_try(struct mdt_lod *lod, const struct mdt_comp *w, u32 want,
		       struct mdt_lov_alloc *a)
{
	int rc;

	down_read(&lod->lo_sem);
	rc = w->lc_list ? mdt_lov_try_list(lod, w, a) : mdt_lov_try_any(lod, w, want, a);
	up_read(&lod->lo_sem);
	return rc;
}

/*
 * How many OSTs a new file may count on: those that are connected, and just after the start those
 * that are still to connect. A file is not kept waiting for an OST that is away when it can do
 * without.
 */
static u32 mdt_lov_count_osts(struct mdt_lod *lod, const struct mdt_comp *w)
{
	bool starting = ktime_get_seconds() < READ_ONCE(lod->lo_configured) + LOV_START_SECS;
	u32 i, n = 0, connected = 0;
	struct mdt_pool *pool;

	down_read(&lod->lo_sem);
	pool = w->lc_pool[0] ? mdt_pool_find(lod, w->lc_pool) : NULL;
	for (i = 0; i < lod->lo_nr; i++) {
		if (!lod->lo_osts[i] || READ_ONCE(lod->lo_osts[i]->opd_inactive) ||
		    (pool && !test_bit(i, pool->mp_osts)))
			continue;
		n++;
		connected += READ_ONCE(lod->lo_osts[i]->opd_connected);
	}
	up_read(&lod->lo_sem);
	return connected && !starting ? connected : n;
}

/*
 * Until something about an OST has changed since *seen, at most until end. 0: look again;
 * -EINPROGRESS: no more time, or enough threads wait already.
 */
static int mdt_lov_wait(struct mdt_lod *lod, u32 seen, unsigned long end)
{
	atomic_t *events = &lod->lo_events;
	long left = end - jiffies;
	int rc = -EINPROGRESS;

	if (atomic_inc_return(&lod->lo_waiters) <= LOV_WAITERS_MAX && left > 0) {
		left = wait_event_killable_timeout(lod->lo_waitq, lod->lo_stopping ||
						   atomic_read(events) != seen, left);
		if (left < 0)
			rc = -EINTR;
		else if (lod->lo_stopping)
			rc = -ENODEV;
		else if (left)
			rc = 0;
	}
	atomic_dec(&lod->lo_waiters);
	return rc;
}

/* How many objects a component shall have, now that so many OSTs are there. */
static u32 mdt_lov_wanted(const struct mdt_comp *w, u32 nr_osts, u32 max)
{
	if (w->lc_list)
		return w->lc_count;
	if (!(w->lc_pattern & LOV_PATTERN_OVERSTRIPING))
		return min3((u32)w->lc_count, max, nr_osts);
	if (w->lc_count >= LOV_OVERSTRIPE_FIRST)
		return min(nr_osts * (LOV_ALL_STRIPES + 1 - w->lc_count), max);
	return nr_osts ? min_t(u32, w->lc_count, max) : 0;
}

/* What a client is told whose file got no objects. */
static int mdt_lov_alloc_error(struct mdt_lod *lod, int rc)
{
	time64_t now = ktime_get_seconds(), since = READ_ONCE(lod->lo_failing_since);

	if (rc != -EAGAIN && rc != -ENODEV && rc != -EINPROGRESS)
		return rc;
	if (!since) {
		since = now;
		WRITE_ONCE(lod->lo_failing_since, now);
	}
	/* A target that stops has no answer: the client asks the one that is started again. */
	return now - since < LOV_GIVE_UP_SECS || lod->lo_stopping ? -EINPROGRESS : -ENOSPC;
}

/**
 * mdt_lov_alloc - reserve the objects of a component
 * @mdt: the target
 * @w: what is wanted
 * @max: objects that its layout has room for
 * @explicit: asked for by the client: all or nothing
 * @out: result, to be ended with mdt_lov_alloc_free()
 *
 * Waits at most LOV_WAIT_SECS for OSTs, as one of at most LOV_WAITERS_MAX threads. No transaction
 * may be open.
 * Return: 0; -EINPROGRESS: OSTs are away or the target stops, the client shall ask again; -ENOSPC:
 * all are full, there is none, or they have been away for LOV_GIVE_UP_SECS; -EINVAL: no such OST;
 * -ENOMEM, -EINTR.
 */
int mdt_lov_alloc(struct mdt_device *mdt, const struct mdt_comp *w, u32 max, bool explicit,
		  struct mdt_lov_alloc **out)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	unsigned long end = jiffies + LOV_WAIT_SECS * HZ;
	struct mdt_lov_alloc *a;
	u32 want, least;
	int rc;

	*out = NULL;
	a = kvzalloc(struct_size(a, la_st, max), GFP_NOFS);
	if (!a)
		return -ENOMEM;
	for (;;) {
		u32 seen = atomic_read(&lod->lo_events);

		/* A new file system learns of its OSTs a moment after they registered. */
		want = mdt_lov_wanted(w, mdt_lov_count_osts(lod, w), max);
		least = w->lc_list || explicit ? want : want - want / 4;
		rc = want ? mdt_lov_try(lod, w, want, a) : -EAGAIN;
		if (!rc || rc == -EINVAL || rc == -ENOMEM || rc == -ENOSPC)
			break;
		rc = mdt_lov_wait(lod, seen, end);
		if (rc)
			break;
	}
	/* What is not asked for by name does without OSTs that are full or closed. */
	if (rc == -ENOSPC && !explicit)
		least = 1;
	if (rc && !w->lc_list && a->la_count >= least && a->la_count)
		rc = 0;
	if (rc) {
		mdt_lov_alloc_free(a);
		return mdt_lov_alloc_error(lod, rc);
	}
	WRITE_ONCE(lod->lo_failing_since, 0);
	*out = a;
	return 0;
}

/**
 * mdt_lov_alloc_free - end of a reservation
 * @a: or NULL
 *
 * The objects go back unless la_stored says that a file may have them. Those that were given a size
 * are destroyed.
 */
void mdt_lov_alloc_free(struct mdt_lov_alloc *a)
{
	u32 i;

	if (!a)
		return;
	for (i = a->la_count; i-- > 0; ) {
		if (!a->la_stored)
			osp_put_id(a->la_st[i].osp, a->la_st[i].id, !a->la_sized);
		osp_put(a->la_st[i].osp);
	}
	kvfree(a);
}

/**
 * mdt_lov_used - journal that the objects of a layout are in use
 * @th: transaction with MDT_CR_OBJID
 * @a: the reservation
 *
 * Return: 0 or -errno of the write.
 */
int mdt_lov_used(struct osd_trans *th, struct mdt_lov_alloc *a)
{
	u32 i;
	int rc = 0;

	for (i = 0; i < a->la_count && !rc; i++)
		rc = osp_write_used(th, a->la_st[i].osp, a->la_st[i].id);
	return rc;
}

/**
 * mdt_lov_replay_used - objects named by the layout of a replayed create are in use
 * @mdt: the target
 * @th: the transaction of the create
 * @ea: checked LOV EA
 * @len: bytes
 *
 * Return: 0, -EINVAL, or -errno of the write.
 */
int mdt_lov_replay_used(struct mdt_device *mdt, struct osd_trans *th, const void *ea, u32 len)
{
	struct wire_lov_comp c;
	u32 i, k, n = wire_lov_comp_count(ea, len);
	int rc = 0;

	for (i = 0; i < n && !rc; i++) {
		if (wire_lov_comp(ea, len, i, &c) || !(c.flags & LCME_FL_INIT) || !c.objects)
			continue;
		for (k = 0; k < c.nr_objects && !rc; k++) {
			u64 id = le64_to_cpu(c.objects[k].l_ost_oi.oi_id);
			struct osp_device *osp;

			if (!ostid_is_legacy(&c.objects[k].l_ost_oi) || !id)
				continue;
			if (id > LOV_MAX_OBJID)
				return -EINVAL;
			osp = mdt_lod_get(mdt, le32_to_cpu(c.objects[k].l_ost_idx));
			if (!osp)
				continue;
			rc = osp_write_used(th, osp, id);
			osp_put(osp);
		}
	}
	return rc;
}

/**
 * mdt_lov_saw_size - a file has a LOV EA of this size
 * @mdt: the target
 * @len: bytes; clients make room for the largest one so far (mbo_max_mdsize)
 */
void mdt_lov_saw_size(struct mdt_device *mdt, u32 len)
{
	if (len > atomic_read(&mdt->mdt_max_mdsize))
		atomic_set(&mdt->mdt_max_mdsize, len);
}

/* ---- the set of OSTs ---- */

/**
 * mdt_lod_get - the OST of an index
 * @mdt: the target
 * @idx: the index
 *
 * Return: its OSP, referenced, or NULL.
 */
struct osp_device *mdt_lod_get(struct mdt_device *mdt, u32 idx)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	struct osp_device *osp = NULL;

	down_read(&lod->lo_sem);
	if (idx < lod->lo_nr && lod->lo_osts[idx]) {
		osp = lod->lo_osts[idx];
		osp_get(osp);
	}
	up_read(&lod->lo_sem);
	return osp;
}

/**
 * mdt_lod_note_change - something about an OST has changed
 * @lod: the set of OSTs
 *
 * Creates that wait for an OST look again. Context: any.
 */
void mdt_lod_note_change(struct mdt_lod *lod)
{
	atomic_inc(&lod->lo_events);
	wake_up_all(&lod->lo_waitq);
}

/**
 * mdt_lod_config_done - the config log was read: the OSTs are known and connect now
 * @mdt: the target
 */
void mdt_lod_config_done(struct mdt_device *mdt)
{
	WRITE_ONCE(mdt->mdt_lod.lo_configured, ktime_get_seconds());
}

static int mdt_pool_new(struct mdt_lod *lod, const char *name)
{
	struct mdt_pool *p;

	if (!name[0] || strlen(name) > LOV_MAXPOOLNAME)
		return -EINVAL;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	strscpy(p->mp_name, name, sizeof(p->mp_name));
	down_write(&lod->lo_sem);
	if (mdt_pool_find(lod, name)) {
		up_write(&lod->lo_sem);
		kfree(p);
		return -EEXIST;
	}
	list_add_tail(&p->mp_list, &lod->lo_pools);
	up_write(&lod->lo_sem);
	return 0;
}

/**
 * mdt_lod_pool - execute a pool record of the config log
 * @lod: the set of OSTs
 * @cmd: LCFG_POOL_*
 * @name: the pool
 * @ost: uuid of the OST, or NULL
 *
 * Return: 0, -EINVAL, -ENOENT, -EEXIST, -ENOMEM.
 */
int mdt_lod_pool(struct mdt_lod *lod, u32 cmd, const char *name, const char *ost)
{
	struct mdt_pool *p;
	int rc = 0, idx;

	if (!name)
		return -EINVAL;
	if (cmd == LCFG_POOL_NEW)
		return mdt_pool_new(lod, name);
	down_write(&lod->lo_sem);
	p = mdt_pool_find(lod, name);
	if (!p) {
		rc = -ENOENT;
	} else if (cmd == LCFG_POOL_DEL) {
		list_del(&p->mp_list);
		kfree(p);
	} else {
		idx = ost ? mdt_ost_index(ost) : -EINVAL;
		if (idx < 0)
			rc = idx;
		else if (cmd == LCFG_POOL_ADD)
			set_bit(idx, p->mp_osts);
		else
			clear_bit(idx, p->mp_osts);
	}
	up_write(&lod->lo_sem);
	return rc;
}

/**
 * mdt_lod_statfs - sum of the last statfs of all OSTs
 * @lod: the set of OSTs
 * @os: in: the statfs of the MDT; out: the sum, in blocks of its os_bsize
 *
 * While an OST has not answered since the start @os stays as it is (no OS_STATFS_SUM): then the
 * client asks the OSTs itself.
 */
void mdt_lod_statfs(struct mdt_lod *lod, struct obd_statfs *os)
{
	u64 blocks = 0, bfree = 0, bavail = 0, files = 0;
	u32 bsize = le32_to_cpu(os->os_bsize) ?: 4096, i;

	down_read(&lod->lo_sem);
	for (i = 0; i < lod->lo_nr; i++) {
		struct obd_statfs st;
		int rc;
		u32 b;

		rc = lod->lo_osts[i] ? osp_statfs(lod->lo_osts[i], &st) : -ENODEV;
		if (rc == -EAGAIN) {
			up_read(&lod->lo_sem);
			return;
		}
		if (rc)
			continue;
		b = le32_to_cpu(st.os_bsize) ?: 4096;
		blocks += div_u64(le64_to_cpu(st.os_blocks) * b, bsize);
		bfree += div_u64(le64_to_cpu(st.os_bfree) * b, bsize);
		bavail += div_u64(le64_to_cpu(st.os_bavail) * b, bsize);
		files += le64_to_cpu(st.os_ffree);
	}
	up_read(&lod->lo_sem);
	os->os_blocks = cpu_to_le64(blocks);
	os->os_bfree = cpu_to_le64(bfree);
	os->os_bavail = cpu_to_le64(bavail);
	/* A file needs an inode here and one on an OST. */
	if (files < le64_to_cpu(os->os_ffree)) {
		u64 used = le64_to_cpu(os->os_files) - le64_to_cpu(os->os_ffree);

		os->os_ffree = cpu_to_le64(files);
		os->os_files = cpu_to_le64(used + files);
	}
	os->os_state |= cpu_to_le32(OS_STATFS_SUM);
}

/**
 * mdt_lod_init - an empty set of OSTs
 * @lod: zeroed
 */
void mdt_lod_init(struct mdt_lod *lod)
{
	init_rwsem(&lod->lo_sem);
	init_waitqueue_head(&lod->lo_waitq);
	INIT_LIST_HEAD(&lod->lo_pools);
	atomic_set(&lod->lo_rr, 0);
	atomic_set(&lod->lo_events, 0);
	atomic_set(&lod->lo_waiters, 0);
	lod->lo_def_count = 1;
	lod->lo_qos_rr_pct = LOD_QOS_RR_PCT;
	lod->lo_append_count = 1;
	lod->lo_def_size = LOV_DEF_STRIPE_SIZE;
}

/**
 * mdt_lod_fini - free the pools
 * @lod: the set of OSTs
 */
void mdt_lod_fini(struct mdt_lod *lod)
{
	struct mdt_pool *p, *n;

	list_for_each_entry_safe(p, n, &lod->lo_pools, mp_list) {
		list_del(&p->mp_list);
		kfree(p);
	}
}
