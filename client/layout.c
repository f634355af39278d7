// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts of regular files (LOV EA, chapter 4.16 and 4.17): parsed form, fetched and kept under the
 * LAYOUT lock, components instantiated before they are written.
 *
 * LLC_LAYOUT says that a lock protects lli_layout. I/O holds lli_layout_sem for reading; I/O that
 * saw the bit with the semaphore held may go on with its layout until it is done. lli_layout is
 * replaced by a different one with the semaphore held for writing, so never under I/O.
 *
 * Losing the lock does not wait for I/O and writes no data back: an OST that is away must not get
 * this client evicted by the MDT, and mostly the layout is the same when it is asked for again. The
 * data of objects that are no longer in the layout is written back before the new layout is
 * installed (ll_layout_switch()). Nothing is waited for while an answer with the new LAYOUT lock is
 * held. Files with mirrors are different: their objects refuse what was written under an older
 * layout, so it is written back before the lock goes (ll_layout_lock_lost()).
 *
 * Locks: lli_layout_sem > lli_layout_mutex, which is never held over an RPC.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include "internal.h"

/* ---- parsing ---- */

static void ll_layout_free(struct ll_layout *lo)
{
	u32 i;

	for (i = 0; i < lo->ly_nr_comps; i++)
		kvfree(lo->ly_comps[i].lc_stripes);
	kvfree(lo->ly_ea);
	kvfree_rcu(lo, ly_rcu);
}

void ll_layout_put(struct ll_layout *lo)
{
	if (lo && refcount_dec_and_test(&lo->ly_ref))
		ll_layout_free(lo);
}

static bool ll_layout_pattern_usable(u32 pattern)
{
	switch (pattern & ~LOV_PATTERN_F_MASK) {
	case LOV_PATTERN_RAID0:
	case LOV_PATTERN_RAID0 | LOV_PATTERN_OVERSTRIPING:
		return !(pattern & LOV_PATTERN_F_RELEASED);
	}
	return false;
}

static int ll_layout_parse_stripes(struct ll_comp *c, const struct wire_lov_comp *w)
{
	u32 i;
	int rc;

	c->lc_stripes = kvcalloc(c->lc_stripe_count, sizeof(*c->lc_stripes), GFP_NOFS);
	if (!c->lc_stripes)
		return -ENOMEM;
	for (i = 0; i < c->lc_stripe_count; i++) {
		const struct lov_ost_data_v1 *od = &w->objects[i];
		struct ll_stripe *s = &c->lc_stripes[i];

		s->lsp_ost_idx = le32_to_cpu(od->l_ost_idx);
		s->lsp_hole = !od->l_ost_oi.oi_id && !od->l_ost_oi.oi_seq;
		if (s->lsp_hole)
			continue;
		rc = ostid_to_fid(&s->lsp_fid, &od->l_ost_oi, s->lsp_ost_idx);
		if (rc)
			return -EINVAL;
	}
	return 0;
}

static int ll_layout_parse_comp(struct ll_layout *lo, struct ll_comp *c,
				const struct wire_lov_comp *w)
{
	int rc = 0;

	c->lc_id = w->id;
	c->lc_flags = w->flags;
	c->lc_start = w->start;
	c->lc_end = w->end;
	c->lc_pattern = w->pattern;
	c->lc_stripe_size = w->stripe_size;
	c->lc_stripe_count = w->stripe_count;
	c->lc_first = lo->ly_nr_stripes;
	if (w->magic == LOV_MAGIC_FOREIGN) {
		c->lc_stripe_count = 0;
		return 0;
	}
	c->lc_usable = ll_layout_pattern_usable(w->pattern) && w->stripe_size &&
		    !(w->stripe_size % LOV_MIN_STRIPE_SIZE) &&
		    !(w->flags & (LCME_FL_STALE | LCME_FL_OFFLINE));
	if (!(w->flags & LCME_FL_INIT) || !ll_layout_pattern_usable(w->pattern))
		return 0;
	if (!w->stripe_count || w->nr_objects < w->stripe_count)
		return -EINVAL;
	rc = ll_layout_parse_stripes(c, w);
	lo->ly_nr_stripes += c->lc_stripe_count;
	return rc;
}

/*
 * Data that this client cannot get at: on the MDT, released, foreign. No I/O then, rather than
 * zeros, unless a mirror has it all.
 */
static void ll_layout_find_refused(struct ll_layout *lo)
{
	u32 i, k;

	for (i = 0; i < lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &lo->ly_comps[i], *d;

		if (c->lc_usable || !(c->lc_flags & LCME_FL_INIT) || c->lc_flags & LCME_FL_STALE)
			continue;
		for (k = 0; k < lo->ly_nr_comps; k++) {
			d = &lo->ly_comps[k];
			if (d->lc_usable && d->lc_flags & LCME_FL_INIT &&
			    d->lc_start <= c->lc_start && d->lc_end >= c->lc_end)
				break;
		}
		if (k < lo->ly_nr_comps)
			continue;
		lo->ly_refused = true;
		lo->ly_dom |= c->lc_pattern & LOV_PATTERN_MDT;
	}
}

/*
 * ll_layout_parse - the parsed form of a LOV EA
 * @ea: the EA, or NULL with @len 0: a file without layout
 *
 * Return: a layout with one reference, ERR_PTR(-EINVAL), ERR_PTR(-ENOMEM).
 */
static struct ll_layout *ll_layout_parse(const void *ea, u32 len)
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
	lo = kvzalloc(struct_size(lo, ly_comps, n), GFP_NOFS);
	if (!lo)
		return ERR_PTR(-ENOMEM);
	refcount_set(&lo->ly_ref, 1);
	lo->ly_nr_comps = n;
	lo->ly_nr_mirrors = 1;
	if (!len)
		return lo;
	lo->ly_ea = kvmalloc(len, GFP_NOFS);
	if (!lo->ly_ea) {
		rc = -ENOMEM;
		goto err;
	}
	memcpy(lo->ly_ea, ea, len);
	lo->ly_ea_len = len;
	lo->ly_gen = wire_lov_layout_gen(ea, len);
	if (le32_to_cpu(lcm->lcm_magic) == LOV_MAGIC_COMP_V1) {
		lo->ly_composite = true;
		lo->ly_flags = le16_to_cpu(lcm->lcm_flags);
		lo->ly_nr_mirrors = le16_to_cpu(lcm->lcm_mirror_count) + 1;
	}
	for (i = 0; i < n; i++) {
		rc = wire_lov_comp(ea, len, i, &w);
		if (!rc)
			rc = ll_layout_parse_comp(lo, &lo->ly_comps[i], &w);
		if (rc)
			goto err;
	}
	ll_layout_find_refused(lo);
	return lo;
err:
	ll_layout_free(lo);
	return ERR_PTR(rc);
}

static u32 ll_comp_mirror(const struct ll_comp *c)
{
	return c->lc_id >> 16 & 0x7fff;
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

	for (i = 0; i < lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &lo->ly_comps[i];

		if (pos < c->lc_start || pos >= c->lc_end)
			continue;
		if (c->lc_usable && c->lc_flags & LCME_FL_INIT)
			return c;
		if (!found || (c->lc_usable && !found->lc_usable))
			found = c;
	}
	return found;
}

/* ---- the layout of an inode ---- */

/**
 * ll_layout_peek - the installed layout, whether or not a lock protects it
 * @inode: regular file
 *
 * Context: does not sleep. Return: referenced, or NULL: none was ever installed.
 */
struct ll_layout *ll_layout_peek(struct inode *inode)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *lo;

	rcu_read_lock();
	do {
		lo = rcu_dereference(lli->lli_layout);
	} while (lo && !refcount_inc_not_zero(&lo->ly_ref));
	rcu_read_unlock();
	return lo;
}

bool ll_layout_refused(struct inode *inode)
{
	struct ll_layout *lo = ll_layout_peek(inode);
	bool refused = lo && lo->ly_refused;

	ll_layout_put(lo);
	return refused;
}

/* The component of a layout that has the same objects as this one of another layout; NULL. */
static const struct ll_comp *ll_comp_same(const struct ll_layout *lo, const struct ll_comp *c)
{
	u32 i;

	for (i = 0; i < lo->ly_nr_comps; i++) {
		const struct ll_comp *d = &lo->ly_comps[i];

		if (d->lc_start == c->lc_start && d->lc_end == c->lc_end &&
		    d->lc_flags == c->lc_flags && d->lc_pattern == c->lc_pattern &&
		    d->lc_stripe_size == c->lc_stripe_size &&
		    d->lc_stripe_count == c->lc_stripe_count && d->lc_stripes &&
		    !memcmp(d->lc_stripes, c->lc_stripes,
			    c->lc_stripe_count * sizeof(*c->lc_stripes)))
			return d;
	}
	return NULL;
}

/**
 * ll_layout_extends - are all objects that may hold data of this client still where they were?
 * @new: a layout
 * @old: one before; for mirrors the answer is no
 */
bool ll_layout_extends(const struct ll_layout *new, const struct ll_layout *old)
{
	u32 i;

	if (new->ly_nr_mirrors > 1 || old->ly_nr_mirrors > 1)
		return false;
	for (i = 0; i < old->ly_nr_comps; i++)
		if (old->ly_comps[i].lc_stripes && !ll_comp_same(new, &old->ly_comps[i]))
			return false;
	return true;
}

/*
 * Replace the layout; lli_layout_sem is held for writing unless there is none yet. Pages that were
 * read where the old layout had no objects are zeros that may be wrong now.
 */
static void ll_layout_replace(struct inode *inode, struct ll_layout *new, bool extends)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *old;
	u32 i;

	lockdep_assert_held(&lli->lli_layout_mutex);
	old = rcu_dereference_protected(lli->lli_layout, lockdep_is_held(&lli->lli_layout_mutex));
	rcu_assign_pointer(lli->lli_layout, new);
	if (!old)
		return;
	if (!extends || !old->ly_nr_comps)
		ll_layout_changed(inode, 0, LUSTRE_EOF);
	for (i = 0; extends && i < old->ly_nr_comps; i++)
		if (!old->ly_comps[i].lc_stripes)
			ll_layout_changed(inode, old->ly_comps[i].lc_start,
					  old->ly_comps[i].lc_end);
	ll_layout_put(old);
}

/* Is this the EA of the layout that is installed? lli_layout_mutex is held. */
static bool ll_layout_is_ea(struct ll_inode *lli, const void *ea, u32 ea_len)
{
	struct ll_layout *lo = rcu_dereference_protected(lli->lli_layout,
							 lockdep_is_held(&lli->lli_layout_mutex));

	return lo && lo->ly_ea_len == ea_len && !memcmp(lo->ly_ea, ea, ea_len);
}

static void ll_layout_set_protected(struct ll_inode *lli)
{
	spin_lock(&lli->lli_lock);
	lli->lli_cached |= LLC_LAYOUT;
	spin_unlock(&lli->lli_lock);
}

static struct ll_layout *ll_layout_parse_logged(struct inode *inode, const void *ea, u32 ea_len)
{
	struct ll_layout *lo = ll_layout_parse(ea, ea_len);

	if (lo == ERR_PTR(-EINVAL))
		pr_warn_ratelimited("%s: bad layout of " DFID ": rc = %d\n",
				    mdc_of(inode)->lmc_name, PFID(ll_fid(inode)), -EINVAL);
	return lo;
}

/* A layout that differs from the installed one, with its lock held: 0, or -EAGAIN as below. */
static int ll_layout_install_new(struct inode *inode, struct ll_layout *new)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *old;
	bool first, locked;

	locked = down_write_trylock(&lli->lli_layout_sem);
	mutex_lock(&lli->lli_layout_mutex);
	old = rcu_dereference_protected(lli->lli_layout, lockdep_is_held(&lli->lli_layout_mutex));
	first = !old;
	if (first || (locked && ll_layout_extends(new, old))) {
		ll_layout_replace(inode, new, true);
		ll_layout_set_protected(lli);
		new = NULL;
	}
	mutex_unlock(&lli->lli_layout_mutex);
	if (locked)
		up_write(&lli->lli_layout_sem);
	ll_layout_put(new);
	return new ? -EAGAIN : 0;
}

/**
 * ll_layout_install - a layout came with an answer
 * @inode: regular file
 * @ea: the LOV EA
 * @ea_len: its bytes, 0 = empty layout
 *
 * The caller holds a user of the LAYOUT lock that protects it, so nothing is waited for.
 * Return: 0; -EAGAIN: I/O is under way or data must be written back before this layout can be used:
 * not installed, I/O asks again (ll_layout_switch()); -EINVAL: bad EA, the file stays without a
 * valid layout; -ENOMEM.
 */
int ll_layout_install(struct inode *inode, const void *ea, u32 ea_len)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *new;
	bool same;

	mutex_lock(&lli->lli_layout_mutex);
	same = ll_layout_is_ea(lli, ea, ea_len);
	if (same)
		ll_layout_set_protected(lli);
	mutex_unlock(&lli->lli_layout_mutex);
	if (same)
		return 0;
	new = ll_layout_parse_logged(inode, ea, ea_len);
	return IS_ERR(new) ? PTR_ERR(new) : ll_layout_install_new(inode, new);
}

/*
 * Make a layout that could not be installed at once the one in use: when no I/O uses the old one
 * and its data is on the OSTs. No lock protects it yet. Killable. 0 or -errno.
 */
static int ll_layout_switch(struct inode *inode, const void *ea, u32 ea_len)
{
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *new, *old;
	bool extends;
	int rc = 0;

	new = ll_layout_parse_logged(inode, ea, ea_len);
	if (IS_ERR(new))
		return PTR_ERR(new);
	if (down_write_killable(&lli->lli_layout_sem)) {
		ll_layout_put(new);
		return -EINTR;
	}
	old = ll_layout_peek(inode);
	extends = !old || ll_layout_extends(new, old);
	if (!extends)
		rc = ll_layout_flush(inode);
	if (!rc) {
		mutex_lock(&lli->lli_layout_mutex);
		spin_lock(&lli->lli_lock);
		lli->lli_cached &= ~LLC_LAYOUT;
		spin_unlock(&lli->lli_lock);
		ll_layout_replace(inode, new, extends);
		mutex_unlock(&lli->lli_layout_mutex);
		new = NULL;
	}
	up_write(&lli->lli_layout_sem);
	ll_layout_put(old);
	ll_layout_put(new);
	return rc;
}

/* Is the file mirrored? Its data must be on the OSTs before the LAYOUT lock is given back. */
static bool ll_layout_has_mirrors(struct inode *inode)
{
	struct ll_layout *lo;
	bool mirrors;

	rcu_read_lock();
	lo = rcu_dereference(ll_i(inode)->lli_layout);
	mirrors = lo && lo->ly_nr_mirrors > 1;
	rcu_read_unlock();
	return mirrors;
}

/**
 * ll_layout_lock_lost - the LAYOUT lock of a regular file is going away
 * @inode: LLC_LAYOUT is cleared already
 * @failed: the MDT has dropped the lock: nothing can be saved by waiting
 *
 * Context: lock callback. Waits for I/O and writes back only where mirrors are.
 */
void ll_layout_lock_lost(struct inode *inode, bool failed)
{
	if (failed || !ll_layout_has_mirrors(inode))
		return;
	down_write(&ll_i(inode)->lli_layout_sem);
	ll_layout_lost(inode);
	up_write(&ll_i(inode)->lli_layout_sem);
}

/**
 * ll_layout_busy - would ll_layout_lock_lost() wait?
 * @inode: regular file
 *
 * Context: does not sleep.
 */
bool ll_layout_busy(struct inode *inode)
{
	return ll_layout_has_mirrors(inode) &&
	       (rwsem_is_locked(&ll_i(inode)->lli_layout_sem) || ll_dio_busy(inode) ||
		mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY) ||
		mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK));
}

void ll_layout_fini(struct inode *inode)
{
	struct ll_layout *lo = rcu_dereference_protected(ll_i(inode)->lli_layout, true);

	RCU_INIT_POINTER(ll_i(inode)->lli_layout, NULL);
	ll_layout_put(lo);
}

/*
 * Ask the MDT: ACCESS, or WRITE/TRUNC to have components made. -EAGAIN: the layout is there, but
 * the lock that came with it had to go before it could be used: ask again.
 */
static int ll_layout_ask(struct inode *inode, u32 intent, u64 start, u64 end)
{
	struct ldlm_lock *lock;
	u32 mode, len;
	void *ea;
	int rc;

	rc = mdc_intent_layout(inode, intent, start, end, &ea, &len, &lock, &mode);
	if (rc)
		return rc;
	rc = ll_layout_install(inode, ea, len);
	/* After this the lock may be called back. */
	ldlm_lock_decref(lock, mode);
	if (rc == -EAGAIN)
		rc = ll_layout_switch(inode, ea, len) ?: -EAGAIN;
	kvfree(ea);
	return rc;
}

/* Make lli_layout current; 0 or -errno. */
static int ll_layout_refresh(struct inode *inode)
{
	int tries = 0, rc = 0;

	while (!ll_cached(inode, LLC_LAYOUT)) {
		rc = ll_layout_ask(inode, LAYOUT_INTENT_ACCESS, 0, 0);
		if (rc != -EAGAIN)
			return rc;
		if (fatal_signal_pending(current))
			return -EINTR;
		/* It changes faster than it can be asked for. */
		if (tries++ == LL_LAYOUT_TRIES)
			return -EIO;
	}
	return 0;
}

/**
 * ll_layout_get - the layout of a file as it is now
 * @inode: regular file
 *
 * Context: killable. For I/O use ll_layout_io_begin(). Return: referenced, or ERR_PTR(-errno).
 */
struct ll_layout *ll_layout_get(struct inode *inode)
{
	struct ll_layout *lo;
	int rc = ll_layout_refresh(inode);

	if (rc)
		return ERR_PTR(rc);
	lo = ll_layout_peek(inode);
	return lo ?: ERR_PTR(-EIO);
}

static bool ll_comp_overlaps(const struct ll_comp *c, u64 start, u64 end)
{
	return c->lc_start < end && start < c->lc_end;
}

/* Must the MDT prepare the layout before [start, end) is changed? (chapter 4 17.2) */
bool ll_layout_need_intent(const struct ll_layout *lo, enum ll_layout_op op, u64 start, u64 end)
{
	u32 state = lo->ly_flags & LCM_FL_FLR_MASK, i, mirror = 0;
	bool seen = false;

	if (!lo->ly_nr_comps)
		return op == LL_LAYOUT_WRITE;
	if (op == LL_LAYOUT_TRUNC && end <= 1 && lo->ly_nr_mirrors == 1)
		return false;
	if (lo->ly_nr_mirrors > 1 && (state == LCM_FL_RDONLY || state == LCM_FL_SYNC_PENDING))
		return true;
	for (i = 0; i < lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &lo->ly_comps[i];

		if (!ll_comp_overlaps(c, start, end) || c->lc_flags & LCME_FL_STALE)
			continue;
		if (!(c->lc_flags & LCME_FL_INIT))
			return true;
		if (seen && ll_comp_mirror(c) != mirror)
			return true;	/* two mirrors are writable there */
		mirror = ll_comp_mirror(c);
		seen = true;
	}
	return false;
}

/**
 * ll_layout_io_begin - begin I/O under the layout of a file
 * @inode: regular file
 * @op: what is done
 * @start: first byte
 * @end: behind the last byte
 * @lop: out: the layout, valid until ll_layout_io_end()
 *
 * Objects that are missing for a change are made by the MDT first. Takes lli_layout_sem for
 * reading. Context: killable; do not nest. Return: 0; -EOPNOTSUPP: data that this client cannot
 * get at; -EINTR, -EIO, ...
 */
int ll_layout_io_begin(struct inode *inode, enum ll_layout_op op, u64 start, u64 end,
		       struct ll_layout **lop)
{
	u32 intent = op == LL_LAYOUT_WRITE ? LAYOUT_INTENT_WRITE : LAYOUT_INTENT_TRUNC;
	struct ll_inode *lli = ll_i(inode);
	struct ll_layout *lo;
	int tries = 0, rc;

	for (;;) {
		rc = ll_layout_refresh(inode);
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
		if (!lo->ly_refused &&
		    (op == LL_LAYOUT_READ || !ll_layout_need_intent(lo, op, start, end)))
			break;
		rc = lo->ly_refused ? -EOPNOTSUPP : 0;
		ll_layout_put(lo);
		up_read(&lli->lli_layout_sem);
		if (fatal_signal_pending(current))
			rc = -EINTR;
		if (rc)
			return rc;
		if (tries++ == LL_LAYOUT_TRIES)
			return -EIO;
		rc = ll_layout_ask(inode, intent, start, end);
		if (rc && rc != -EAGAIN)
			return rc;
	}
	*lop = lo;
	return 0;
}

/**
 * ll_layout_io_end - end what ll_layout_io_begin() began
 * @inode: regular file
 * @lo: its layout
 */
void ll_layout_io_end(struct inode *inode, struct ll_layout *lo)
{
	ll_layout_put(lo);
	up_read(&ll_i(inode)->lli_layout_sem);
}
