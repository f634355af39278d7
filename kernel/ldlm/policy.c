// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic of lock conflicts; see policy.h. No locks, no kernel dependencies.
 */
#include "policy.h"

#define EXPAND_ALIGN		4096ULL			/* page size of the server */
#define EXPAND_CROWD		32			/* more conflicts: grow less */
#define EXPAND_CROWD_SIZE	(32ULL << 20)
#define EXPAND_BACK_WAITERS	4			/* more waiters: no growth to the front */

static const u32 compat[LCK_MODE_NUM] = {
	/* EX */	LCK_NL,
	/* PW */	LCK_NL | LCK_CR,
	/* PR */	LCK_NL | LCK_CR | LCK_PR | LCK_TXN,
	/* CW */	LCK_NL | LCK_CR | LCK_CW,
	/* CR */	LCK_NL | LCK_CR | LCK_CW | LCK_PR | LCK_PW | LCK_TXN,
	/* NL */	LCK_MAXMODE - 1,
	/* GROUP */	LCK_NL | LCK_GROUP,
	/* COS */	LCK_NL | LCK_COS,
	/* TXN */	LCK_NL | LCK_CR | LCK_PR | LCK_TXN,
};

bool ldlm_mode_valid(u32 mode)
{
	return mode && mode < LCK_MAXMODE && !(mode & (mode - 1));
}

int ldlm_mode_index(u32 mode)
{
	return __builtin_ctz(mode | LCK_MAXMODE);
}

u32 ldlm_mode_compat_mask(u32 mode)
{
	int i = ldlm_mode_index(mode);

	return i < LCK_MODE_NUM ? compat[i] : 0;
}

void ldlm_expand_init(struct ldlm_expand *ex, const struct ldlm_range *req, u32 mode)
{
	ex->req = *req;
	ex->x.start = 0;
	ex->x.end = OBD_OBJECT_EOF;
	ex->mode = mode;
	ex->conflicting = 0;
}

static bool ldlm_expand_more(const struct ldlm_expand *ex)
{
	return ex->x.start != ex->req.start || ex->x.end != ex->req.end;
}

bool ldlm_expand_granted(struct ldlm_expand *ex, u64 count, bool has_next, u64 next)
{
	ex->conflicting += count;
	if (count)
		ex->x.start = ex->req.start;
	if (has_next && next > ex->req.end && next - 1 < ex->x.end)
		ex->x.end = next - 1;
	return ldlm_expand_more(ex);
}

void ldlm_expand_waiting_begin(struct ldlm_expand *ex)
{
	ex->conflicting = 0;
}

bool ldlm_expand_waiting(struct ldlm_expand *ex, const struct ldlm_expand_waiter *w)
{
	u64 s = ex->req.start, e = ex->req.end, end;

	if (!ldlm_expand_more(ex))
		return false;
	if (w->compat && !w->same_client)
		return true;
	if (++ex->conflicting > EXPAND_BACK_WAITERS)
		ex->x.start = s;
	if (!ldlm_range_overlap(w->policy.start, w->policy.end, ex->x.start, ex->x.end))
		return true;
	/* Both requests cannot be granted anyway. */
	if (ldlm_range_overlap(w->req.start, w->req.end, s, e))
		return true;

	if (w->policy.start < s && ex->x.start != s) {
		if (w->policy.end >= s || w->policy.end + 1 > s)
			ex->x.start = s;
		else
			ex->x.start = w->policy.end + 1;
	}
	if (w->policy.end > e) {
		end = w->policy.start <= e ? w->req.start - 1 : w->policy.start - 1;
		if (end < e || (w->policy.start <= e && w->req.start == 0))
			end = e;
		ex->x.end = end;
	}
	return ldlm_expand_more(ex);
}

void ldlm_expand_fixup(struct ldlm_expand *ex)
{
	u64 s = ex->req.start, e = ex->req.end;
	u64 align = EXPAND_ALIGN, edges, v;

	if (ex->conflicting > EXPAND_CROWD && (ex->mode == LCK_PW || ex->mode == LCK_CW) &&
	    e < s + EXPAND_CROWD_SIZE - 1 && ex->x.end > s + EXPAND_CROWD_SIZE - 1)
		ex->x.end = s + EXPAND_CROWD_SIZE - 1;
	if (ex->x.start == 0 && ex->x.end == OBD_OBJECT_EOF)
		return;

	/*
	 * Align to the greatest power of two that divides both edges, so that neighbours of the
	 * same pattern fit.
	 */
	edges = (e + 1) | s;
	if (edges && !(edges & (align - 1)))
		while (!(edges & align))
			align <<= 1;

	v = (ex->x.start + align - 1) & ~(align - 1);
	if (v >= ex->x.start && v <= s)
		ex->x.start = v;
	v = ((ex->x.end + 1) & ~(align - 1)) - 1;
	if (v >= e && v <= ex->x.end)
		ex->x.end = v;
}

/* Overlapping or side by side, without wrapping at the ends of the number range. */
static bool ldlm_flock_touch(const struct ldlm_range *a, const struct ldlm_range *b)
{
	return (b->end == OBD_OBJECT_EOF || a->start <= b->end + 1) &&
	       (a->end == OBD_OBJECT_EOF || b->start <= a->end + 1);
}

enum ldlm_flock_act ldlm_flock_apply(struct ldlm_range *old, struct ldlm_range *new, bool same_mode,
				     struct ldlm_range *rest)
{
	if (same_mode) {
		if (!ldlm_flock_touch(old, new))
			return FLOCK_KEEP;
		if (old->start < new->start)
			new->start = old->start;
		if (old->end > new->end)
			new->end = old->end;
		return FLOCK_REMOVE;
	}

	if (!ldlm_range_overlap(old->start, old->end, new->start, new->end))
		return FLOCK_KEEP;
	if (ldlm_range_covers(new->start, new->end, old->start, old->end))
		return FLOCK_REMOVE;
	if (new->start <= old->start) {
		old->start = new->end + 1;
		return FLOCK_SHRINK;
	}
	if (new->end >= old->end) {
		old->end = new->start - 1;
		return FLOCK_SHRINK;
	}
	rest->start = new->end + 1;
	rest->end = old->end;
	old->end = new->start - 1;
	return FLOCK_SPLIT;
}
