// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts of regular files (LOV EA, chapter 4.16 and 4.17): parsed form, fetched and kept under the
 * LAYOUT lock, components instantiated before they are written.
 *
 * LLC_LAYOUT says that a lock protects lli_layout. I/O holds lli_layout_sem for reading; the
 * callback clears LLC_LAYOUT and then takes the semaphore for writing, so I/O that saw the bit with
 * the semaphore held may go on with its layout until it is done. lli_layout_mutex is never held
 * over an RPC: an answer that brings a LAYOUT lock must be installable at any time.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include "internal.h"

#define LL_LAYOUT_TRIES	20	/* times a write intent is repeated when the answer does not help */

/* ---- parsing ---- */

static void layout_free(struct ll_layout *lo)
{
	u32 i;

	for (i = 0; i < lo->nr_comps; i++)
		kvfree(lo->comps[i].stripes);
	kvfree(lo->ea);
	kvfree_rcu(lo, rcu);
}

void ll_layout_put(struct ll_layout *lo)
{
	if (lo && refcount_dec_and_test(&lo->ref))
		layout_free(lo);
}

static bool pattern_usable(u32 pattern)
{
	switch (pattern & ~LOV_PATTERN_F_MASK) {
	case LOV_PATTERN_RAID0:
	case LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPING:
		return !(pattern & LOV_PATTERN_F_RELEASED);
	}
	return false;
}

static int parse_stripes(struct ll_comp *c, const struct wire_lov_comp *w)
{
	u32 i;
	int rc;

	c->stripes = kvcalloc(c->stripe_count, sizeof(*c->stripes), GFP_NOFS);
	if (!c->stripes)
		return -ENOMEM;
	for (i = 0; i < c->stripe_count; i++) {
		const struct lov_ost_data_v1 *od = &w->objects[i];
		struct ll_stripe *s = &c->stripes[i];

		s->ost_idx = le32_to_cpu(od->l_ost_idx);
		s->hole = !od->l_ost_oi.oi_id && !od->l_ost_oi.oi_seq;
		if (s->hole)
			continue;
		rc = ostid_to_fid(&s->fid, &od->l_ost_oi, s->ost_idx);
		if (rc)
			return -EINVAL;
	}
	return 0;
}

static int parse_comp(struct ll_layout *lo, struct ll_comp *c, const struct wire_lov_comp *w)
{
	int rc = 0;

	c->id = w->id;
	c->flags = w->flags;
	c->start = w->start;
	c->end = w->end;
	c->pattern = w->pattern;
	c->stripe_size = w->stripe_size;
	c->stripe_count = w->stripe_count;
	c->first = lo->nr_stripes;
	if (w->magic == LOV_MAGIC_FOREIGN) {
		c->stripe_count = 0;
		return 0;
	}
	c->usable = pattern_usable(w->pattern) && w->stripe_size &&
		    !(w->stripe_size % LOV_MIN_STRIPE_SIZE) &&
		    !(w->flags & (LCME_FL_STALE | LCME_FL_OFFLINE));
	if (!(w->flags & LCME_FL_INIT) || !pattern_usable(w->pattern))
		return 0;
	if (!w->stripe_count || w->nr_objects < w->stripe_count)
		return -EINVAL;
	rc = parse_stripes(c, w);
	lo->nr_stripes += c->stripe_count;
	return rc;
}

/*
 * Data that this client cannot get at: on the MDT, released, foreign. No I/O then, rather than
 * zeros, unless a mirror has it all.
 */
static void find_refused(struct ll_layout *lo)
{
	u32 i, k;

	for (i = 0; i < lo->nr_comps; i++) {
		const struct ll_comp *c = &lo->comps[i], *d;

		if (c->usable || !(c->flags & LCME_FL_INIT) || c->flags & LCME_FL_STALE)
			continue;
		for (k = 0; k < lo->nr_comps; k++) {
			d = &lo->comps[k];
			if (d->usable && d->flags & LCME_FL_INIT && d->start <= c->start &&
			    d->end >= c->end)
				break;
		}
		if (k < lo->nr_comps)
			continue;
		lo->refused = true;
		lo->dom |= c->pattern & LOV_PATTERN_MDT;
	}
}

/*
 * layout_parse - the parsed form of a LOV EA
 * @ea: the EA, or NULL with @len 0: a file without layout
 *
 * Return: a layout with one reference, ERR_PTR(-EINVAL), ERR_PTR(-ENOMEM).
 */
static struct ll_layout *layout_parse(const void *ea, u32 len)
{
	const struct lov_comp_md_v1 *lcm = ea;
	struct wire_lov_comp w;
	struct ll_layout *lo;
	u32 n = 0, i;
	int rc;

	if (len) {
		if (wire_lov_check(ea, len))
			return ERR_PTR(-EINVAL);
		n = wire_lov_comp_count(ea, len);
	}
	lo = kvzalloc(struct_size(lo, comps, n), GFP_NOFS);
	if (!lo)
		return ERR_PTR(-ENOMEM);
	refcount_set(&lo->ref, 1);
	lo->nr_comps = n;
	lo->nr_mirrors = 1;
	if (!len)
		return lo;
	lo->ea = kvmalloc(len, GFP_NOFS);
	if (!lo->ea) {
		rc = -ENOMEM;
		goto err;
	}
	memcpy(lo->ea, ea, len);
	lo->ea_len = len;
	lo->gen = wire_lov_layout_gen(ea, len);
	if (le32_to_cpu(lcm->lcm_magic) == LOV_MAGIC_COMP_V1) {
		lo->composite = true;
		lo->flags = le16_to_cpu(lcm->lcm_flags);
		lo->nr_mirrors = le16_to_cpu(lcm->lcm_mirror_count) + 1;
	}
	for (i = 0; i < n; i++) {
		rc = wire_lov_comp(ea, len, i, &w);
		if (!rc)
			rc = parse_comp(lo, &lo->comps[i], &w);
		if (rc)
			goto err;
	}
	find_refused(lo);
	return lo;
err:
	layout_free(lo);
	return ERR_PTR(rc);
}

static u32 comp_mirror(const struct ll_comp *c)
{
	return c->id >> 16 & 0x7fff;
}

/*
 * ll_layout_comp - the component that holds a byte of the file
 *
 * With several mirrors a usable one with objects is preferred. Return: NULL when none is defined
 * there.
 */
const struct ll_comp *ll_layout_comp(const struct ll_layout *lo, u64 pos)
{
	const struct ll_comp *found = NULL;
	u32 i;

	for (i = 0; i < lo->nr_comps; i++) {
		const struct ll_comp *c = &lo->comps[i];

		if (pos < c->start || pos >= c->end)
			continue;
		if (c->usable && c->flags & LCME_FL_INIT)
			return c;
		if (!found || (c->usable && !found->usable))
			found = c;
	}
	return found;
}

/* ---- the layout of an inode ---- */

struct ll_layout *ll_layout_peek(struct inode *inode)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *lo;

	rcu_read_lock();
	do {
		lo = rcu_dereference(lli->lli_layout);
	} while (lo && !refcount_inc_not_zero(&lo->ref));
	rcu_read_unlock();
	return lo;
}

bool ll_layout_refused(struct inode *inode)
{
	struct ll_layout *lo = ll_layout_peek(inode);
	bool refused = lo && lo->refused;

	ll_layout_put(lo);
	return refused;
}

/*
 * ll_layout_install - a layout came with an answer
 *
 * The caller holds a user of the LAYOUT lock that protects it.
 * Return: 0, -EINVAL (bad EA; the file stays without a valid layout), -ENOMEM.
 */
int ll_layout_install(struct inode *inode, const void *ea, u32 ea_len)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *new, *old;
	bool changed = false;

	mutex_lock(&lli->lli_layout_mutex);
	old = rcu_dereference_protected(lli->lli_layout, lockdep_is_held(&lli->lli_layout_mutex));
	if (!old || old->ea_len != ea_len || memcmp(old->ea, ea, ea_len)) {
		new = layout_parse(ea, ea_len);
		if (IS_ERR(new)) {
			mutex_unlock(&lli->lli_layout_mutex);
			if (PTR_ERR(new) == -EINVAL)
				pr_warn_ratelimited("bad layout of " DFID "\n",
						    PFID(&lli->lli_fid));
			return PTR_ERR(new);
		}
		changed = old;
		rcu_assign_pointer(lli->lli_layout, new);
	} else {
		old = NULL;
	}
	if (changed)
		ll_layout_changed(inode);
	spin_lock(&lli->lli_lock);
	lli->lli_cached |= LLC_LAYOUT;
	spin_unlock(&lli->lli_lock);
	mutex_unlock(&lli->lli_layout_mutex);
	ll_layout_put(old);
	return 0;
}

void ll_layout_fini(struct inode *inode)
{
	struct ll_layout *lo = rcu_dereference_protected(ll_i(inode)->lli_layout, true);

	RCU_INIT_POINTER(ll_i(inode)->lli_layout, NULL);
	ll_layout_put(lo);
}

/* Ask the MDT: ACCESS, or WRITE/TRUNC to have components made. */
static int layout_ask(struct inode *inode, u32 intent, u64 start, u64 end)
{
	struct ldlm_lock *lock;
	u32 mode, len;
	void *ea;
	int rc;

	rc = mdc_intent_layout(inode, intent, start, end, &ea, &len, &lock, &mode);
	if (rc)
		return rc;
	rc = ll_layout_install(inode, ea, len);
	kvfree(ea);
	/* After this the lock may be called back. */
	ldlm_lock_decref(lock, mode);
	return rc;
}

/* Make lli_layout current; 0 or -errno. */
static int layout_refresh(struct inode *inode)
{
	return ll_cached(inode, LLC_LAYOUT) ? 0 : layout_ask(inode, LAYOUT_INTENT_ACCESS, 0, 0);
}

struct ll_layout *ll_layout_get(struct inode *inode)
{
	struct ll_layout *lo;
	int rc = layout_refresh(inode);

	if (rc)
		return ERR_PTR(rc);
	lo = ll_layout_peek(inode);
	return lo ?: ERR_PTR(-EIO);
}

static bool comp_overlaps(const struct ll_comp *c, u64 start, u64 end)
{
	return c->start < end && start < c->end;
}

/* Must the MDT prepare the layout before [start, end) is changed? (chapter 4 17.2) */
bool ll_layout_need_intent(const struct ll_layout *lo, enum ll_layout_op op, u64 start, u64 end)
{
	u32 state = lo->flags & LCM_FL_FLR_MASK, i, mirror = 0;
	bool seen = false;

	if (!lo->nr_comps)
		return op == LL_LAYOUT_WRITE;
	if (op == LL_LAYOUT_TRUNC && end <= 1 && lo->nr_mirrors == 1)
		return false;
	if (lo->nr_mirrors > 1 && (state == LCM_FL_RDONLY || state == LCM_FL_SYNC_PENDING))
		return true;
	for (i = 0; i < lo->nr_comps; i++) {
		const struct ll_comp *c = &lo->comps[i];

		if (!comp_overlaps(c, start, end) || c->flags & LCME_FL_STALE)
			continue;
		if (!(c->flags & LCME_FL_INIT))
			return true;
		if (seen && comp_mirror(c) != mirror)
			return true;	/* two mirrors are writable there */
		mirror = comp_mirror(c);
		seen = true;
	}
	return false;
}

int ll_layout_io_begin(struct inode *inode, enum ll_layout_op op, u64 start, u64 end,
		       struct ll_layout **lop)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *lo;
	int tries = 0, rc;

	for (;;) {
		rc = layout_refresh(inode);
		if (rc)
			return rc;
		if (down_read_killable(&lli->lli_layout_sem))
			return -EINTR;
		if (!ll_cached(inode, LLC_LAYOUT)) {
			up_read(&lli->lli_layout_sem);
			if (fatal_signal_pending(current))
				return -EINTR;
			continue;
		}
		lo = ll_layout_peek(inode);
		if (!lo->refused && (op == LL_LAYOUT_READ || !ll_layout_need_intent(lo, op, start, end)))
			break;
		rc = lo->refused ? -EOPNOTSUPP : 0;
		ll_layout_put(lo);
		up_read(&lli->lli_layout_sem);
		if (fatal_signal_pending(current))
			rc = -EINTR;
		if (rc)
			return rc;
		if (tries++ == LL_LAYOUT_TRIES)
			return -EIO;
		rc = layout_ask(inode,
				op == LL_LAYOUT_WRITE ? LAYOUT_INTENT_WRITE : LAYOUT_INTENT_TRUNC,
				start, end);
		if (rc)
			return rc;
	}
	*lop = lo;
	return 0;
}

void ll_layout_io_end(struct inode *inode, struct ll_layout *lo)
{
	ll_layout_put(lo);
	up_read(&ll_i(inode)->lli_layout_sem);
}
