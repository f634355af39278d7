// SPDX-License-Identifier: GPL-2.0-only
/*
 * File layouts on the MDT: what a new file gets (hint of the client, default of the directory, of
 * the root, of the file system), the choice of OSTs, and the LOV EA made of it. Only plain layouts
 * (V1, V3) are made.
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

/**
 * mdt_lov_parse - understand a layout wish
 * @ea: hint of a client, or the default layout of a directory
 * @len: bytes; zeros may follow the hint
 * @w: filled
 *
 * Return: 0, -EINVAL (malformed), -EOPNOTSUPP (composite, foreign, DoM: not made here).
 */
int mdt_lov_parse(const void *ea, u32 len, struct mdt_lov_wish *w)
{
	const struct lov_mds_md_v1 *v1 = ea;
	const struct lov_mds_md_v3 *v3 = ea;
	u32 magic, pattern, count, i;

	memset(w, 0, sizeof(*w));
	w->lw_offset = LOV_OFFSET_DEFAULT;
	if (len < sizeof(__le32))
		return -EINVAL;
	magic = le32_to_cpu(v1->lmm_magic);
	if (magic == LOV_MAGIC_COMP_V1 || magic == LOV_MAGIC_FOREIGN || magic == LOV_MAGIC_SEL)
		return -EOPNOTSUPP;
	if (magic != LOV_MAGIC_V1 && magic != LOV_MAGIC_V3 && magic != LOV_MAGIC_SPECIFIC)
		return -EINVAL;
	if (len < lov_mds_md_size(0, magic))
		return -EINVAL;

	pattern = le32_to_cpu(v1->lmm_pattern);
	if (pattern & LOV_PATTERN_MDT)
		return -EINVAL;
	if (pattern && pattern != LOV_PATTERN_RAID0)
		return -EOPNOTSUPP;
	w->lw_stripe_size = le32_to_cpu(v1->lmm_stripe_size);
	if (w->lw_stripe_size & (LOV_MIN_STRIPE_SIZE - 1))
		return -EINVAL;
	count = le16_to_cpu(v1->lmm_stripe_count);
	w->lw_offset = le16_to_cpu(v1->lmm_stripe_offset);
	if (count != LOV_ALL_STRIPES && count > LOV_MAX_STRIPE_COUNT)
		return -EINVAL;
	w->lw_count = count;

	if (magic != LOV_MAGIC_V1) {
		if (strnlen(v3->lmm_pool_name, sizeof(v3->lmm_pool_name)) ==
		    sizeof(v3->lmm_pool_name))
			return -EINVAL;
		strscpy(w->lw_pool, v3->lmm_pool_name, sizeof(w->lw_pool));
	}
	if (magic == LOV_MAGIC_SPECIFIC) {
		if (!count || count > LOD_MAX_STRIPES || len < lov_mds_md_size(count, magic))
			return -EINVAL;
		w->lw_list = kvmalloc_array(count, sizeof(*w->lw_list), GFP_NOFS);
		if (!w->lw_list)
			return -ENOMEM;
		for (i = 0; i < count; i++)
			w->lw_list[i] = le32_to_cpu(v3->lmm_objects[i].l_ost_idx);
	}
	return 0;
}

/**
 * mdt_lov_wish_free - free what mdt_lov_parse() or mdt_lov_wish_make() made
 * @w: the wish
 */
void mdt_lov_wish_free(struct mdt_lov_wish *w)
{
	kvfree(w->lw_list);
	w->lw_list = NULL;
}

/* Holes of *w from a directory's stored default. */
static void mdt_lov_wish_fill(struct mdt_lov_wish *w, struct mdt_object *dir, bool only_pool)
{
	struct mdt_lov_wish d;
	void *ea = NULL;
	int len;

	len = mdt_xattr_get_alloc(dir, XATTR_NAME_LOV, &ea);
	if (len > 0 && !mdt_lov_parse(ea, len, &d)) {
		if (!w->lw_count && !only_pool)
			w->lw_count = d.lw_count;
		if (!w->lw_stripe_size && !only_pool)
			w->lw_stripe_size = d.lw_stripe_size;
		if (w->lw_offset == LOV_OFFSET_DEFAULT && !w->lw_explicit)
			w->lw_offset = d.lw_offset;
		if (!w->lw_pool[0])
			strscpy(w->lw_pool, d.lw_pool, sizeof(w->lw_pool));
		mdt_lov_wish_free(&d);
	}
	kvfree(ea);
}

/**
 * mdt_lov_wish_make - the layout that a new file shall get
 * @mdt: the target
 * @parent: directory of the file, or NULL
 * @hint: of the client, or NULL
 * @len: bytes of @hint
 * @append: opened with O_APPEND
 * @w: result; mdt_lov_wish_free() it
 *
 * Chapter 7, 5.2.
 * Return: 0, -EINVAL, -EOPNOTSUPP, -ENOMEM.
 */
int mdt_lov_wish_make(struct mdt_device *mdt, struct mdt_object *parent, const void *hint, u32 len,
		      bool append, struct mdt_lov_wish *w)
{
	int rc;

	memset(w, 0, sizeof(*w));
	w->lw_offset = LOV_OFFSET_DEFAULT;
	if (hint) {
		rc = mdt_lov_parse(hint, len, w);
		if (rc)
			return rc;
		w->lw_explicit = true;
		if (!strcmp(w->lw_pool, "inherit"))
			w->lw_pool[0] = 0;
	} else if (append) {
		w->lw_count = 1;
	}
	/* What an explicit layout leaves open is the file system's to say, but for the pool. */
	if (parent)
		mdt_lov_wish_fill(w, parent, hint);
	if (mdt->mdt_root && parent != mdt->mdt_root)
		mdt_lov_wish_fill(w, mdt->mdt_root, false);
	if (!strcmp(w->lw_pool, "none") || !strcmp(w->lw_pool, "ignore"))
		w->lw_pool[0] = 0;
	if (!w->lw_count)
		w->lw_count = mdt->mdt_lod.lo_def_count;
	if (!w->lw_stripe_size)
		w->lw_stripe_size = mdt->mdt_lod.lo_def_size;
	return 0;
}

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

static bool mdt_lov_alloc_has(const struct mdt_lov_alloc *a, const struct osp_device *osp)
{
	u32 i;

	for (i = 0; i < a->la_count; i++)
		if (a->la_st[i].osp == osp)
			return true;
	return false;
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
static u32 mdt_lov_usable(struct mdt_lod *lod, const struct mdt_lov_wish *w, struct mdt_lov_cand *c,
			  int *status)
{
	struct mdt_pool *pool = w->lw_pool[0] ? mdt_pool_find(lod, w->lw_pool) : NULL;
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
static u32 mdt_lov_candidates(struct mdt_lod *lod, const struct mdt_lov_wish *w,
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
	if (w->lw_offset != LOV_OFFSET_DEFAULT) {
		while (start < n && c[start].osp->opd_index < w->lw_offset)
			start++;
		mdt_lov_rotate(c, n, start % n);
	} else if (max - max * LOD_QOS_RR_PCT / 100 < min) {
		start = atomic_inc_return(&lod->lo_rr);
		mdt_lov_rotate(c, n, start % n);
	} else {
		mdt_lov_shuffle(c, n);
	}
	return n;
}

/* One pass over the OSTs without waiting. */
static int mdt_lov_try(struct mdt_device *mdt, const struct mdt_lov_wish *w, u32 want,
		       struct mdt_lov_alloc *a)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	int rc = 0, status = -ENOSPC;
	struct mdt_lov_cand *c;
	u32 i, n;

	down_read(&lod->lo_sem);
	if (w->lw_list) {
		for (i = a->la_count; i < w->lw_count && !rc; i++) {
			u32 idx = w->lw_list[i];
			u64 avail;

			/* Twice on one OST would be overstriping. */
			if (idx >= lod->lo_nr || !lod->lo_osts[idx] ||
			    mdt_lov_alloc_has(a, lod->lo_osts[idx])) {
				rc = -EINVAL;
				break;
			}
			rc = osp_usable(lod->lo_osts[idx], &avail);
			if (!rc)
				rc = mdt_lov_alloc_take(a, lod->lo_osts[idx]);
		}
		up_read(&lod->lo_sem);
		return rc;
	}

	if (w->lw_offset != LOV_OFFSET_DEFAULT &&
	    (w->lw_offset >= lod->lo_nr || !lod->lo_osts[w->lw_offset])) {
		up_read(&lod->lo_sem);
		return -EINVAL;
	}
	c = kvmalloc_array(lod->lo_nr ?: 1, sizeof(*c), GFP_NOFS);
	if (!c) {
		up_read(&lod->lo_sem);
		return -ENOMEM;
	}
	n = mdt_lov_candidates(lod, w, c, &status);
	for (i = 0; i < n && a->la_count < want; i++) {
		if (mdt_lov_alloc_has(a, c[i].osp))
			continue;
		rc = mdt_lov_alloc_take(a, c[i].osp);
		if (rc && rc != -ENOSPC)
			status = rc;
	}
	up_read(&lod->lo_sem);
	kvfree(c);
	return a->la_count >= want ? 0 : status;
}

/*
 * How many OSTs a new file may count on: those that are connected, and just after the start those
 * that are still to connect. A file is not kept waiting for an OST that is away when it can do
 * without.
 */
static u32 mdt_lov_count_osts(struct mdt_lod *lod, const struct mdt_lov_wish *w)
{
	bool starting = ktime_get_seconds() < READ_ONCE(lod->lo_configured) + LOV_START_SECS;
	u32 i, n = 0, connected = 0;
	struct mdt_pool *pool;

	down_read(&lod->lo_sem);
	pool = w->lw_pool[0] ? mdt_pool_find(lod, w->lw_pool) : NULL;
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

/**
 * mdt_lov_alloc - reserve the objects of a new layout
 * @mdt: the target
 * @w: what is wanted
 * @out: result, to be ended with mdt_lov_alloc_free()
 *
 * Waits at most LOV_WAIT_SECS for OSTs, as one of at most LOV_WAITERS_MAX threads. No transaction
 * may be open.
 * Return: 0; -EINPROGRESS: OSTs are away, the client shall ask again; -ENOSPC: all are full, there
 * is none, or they have been away for LOV_GIVE_UP_SECS; -EINVAL: no such OST; -ENOMEM, -EINTR.
 */
int mdt_lov_alloc(struct mdt_device *mdt, const struct mdt_lov_wish *w, struct mdt_lov_alloc **out)
{
	struct mdt_lod *lod = &mdt->mdt_lod;
	unsigned long end = jiffies + LOV_WAIT_SECS * HZ;
	struct mdt_lov_alloc *a;
	u32 max, want, least;
	int rc;

	*out = NULL;
	max = w->lw_list ? w->lw_count : min_t(u32, w->lw_count, LOD_MAX_STRIPES);
	a = kvzalloc(struct_size(a, la_st, max), GFP_NOFS);
	if (!a)
		return -ENOMEM;
	a->la_stripe_size = w->lw_stripe_size;
	strscpy(a->la_pool, w->lw_pool, sizeof(a->la_pool));

	for (;;) {
		u32 seen = atomic_read(&lod->lo_events);

		/* A new file system learns of its OSTs a moment after they registered. */
		want = w->lw_list ? max : min(max, mdt_lov_count_osts(lod, w));
		least = w->lw_list || w->lw_explicit ? want : want - want / 4;
		rc = want ? mdt_lov_try(mdt, w, want, a) : -EAGAIN;
		if (!rc)
			break;
		if (rc == -EINVAL || rc == -ENOMEM || rc == -ENOSPC)
			break;
		rc = mdt_lov_wait(lod, seen, end);
		if (rc)
			break;
	}
	if (rc && !w->lw_list && a->la_count >= least && a->la_count)
		rc = 0;
	if (!rc) {
		WRITE_ONCE(lod->lo_failing_since, 0);
		*out = a;
		return 0;
	}

	mdt_lov_alloc_free(a);
	if (rc == -EAGAIN || rc == -ENODEV || rc == -EINPROGRESS) {
		time64_t now = ktime_get_seconds(), since = READ_ONCE(lod->lo_failing_since);

		if (!since) {
			since = now;
			WRITE_ONCE(lod->lo_failing_since, now);
		}
		rc = now - since < LOV_GIVE_UP_SECS && !lod->lo_stopping ? -EINPROGRESS : -ENOSPC;
	}
	return rc;
}

/**
 * mdt_lov_alloc_free - end of a reservation
 * @a: or NULL
 *
 * The objects go back unless la_stored says that a file may have them.
 */
void mdt_lov_alloc_free(struct mdt_lov_alloc *a)
{
	u32 i;

	if (!a)
		return;
	for (i = a->la_count; i-- > 0; ) {
		if (!a->la_stored)
			osp_put_id(a->la_st[i].osp, a->la_st[i].id);
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
 * mdt_lov_build - the LOV EA of a reservation
 * @a: the reservation
 * @fid: of the file
 * @len: out: its length
 *
 * Return: the EA, kvfree() it; NULL when out of memory.
 */
void *mdt_lov_build(const struct mdt_lov_alloc *a, const struct lu_fid *fid, u32 *len)
{
	u32 magic = a->la_pool[0] ? LOV_MAGIC_V3 : LOV_MAGIC_V1, i;
	struct lov_mds_md_v1 *v1;
	struct lov_mds_md_v3 *v3;
	struct lov_ost_data_v1 *o;
	void *buf;

	*len = lov_mds_md_size(a->la_count, magic);
	buf = kvzalloc(*len, GFP_NOFS);
	if (!buf)
		return NULL;
	v1 = buf;
	v3 = buf;
	v1->lmm_magic = cpu_to_le32(magic);
	v1->lmm_pattern = cpu_to_le32(LOV_PATTERN_RAID0);
	lmm_oi_set(&v1->lmm_oi, fid);
	v1->lmm_stripe_size = cpu_to_le32(a->la_stripe_size);
	v1->lmm_stripe_count = cpu_to_le16(a->la_count);
	o = v1->lmm_objects;
	if (a->la_pool[0]) {
		strscpy_pad(v3->lmm_pool_name, a->la_pool, sizeof(v3->lmm_pool_name));
		o = v3->lmm_objects;
	}
	for (i = 0; i < a->la_count; i++) {
		o[i].l_ost_oi.oi_id = cpu_to_le64(a->la_st[i].id);
		o[i].l_ost_oi.oi_seq = 0;
		o[i].l_ost_idx = cpu_to_le32(a->la_st[i].osp->opd_index);
	}
	return buf;
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
 * mdt_lod_event - something about an OST has changed
 * @lod: the set of OSTs
 *
 * Creates that wait for an OST look again. Context: any.
 */
void mdt_lod_event(struct mdt_lod *lod)
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
