/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arithmetic of lock conflicts: modes, extent growth, flock ranges (chapter 3, sections 4, 5,
 * 15). Pure functions on numbers, also compiled for user space by the unit tests; knows no locks,
 * resources or lists.
 */
#ifndef _GLOSS_LDLM_POLICY_H
#define _GLOSS_LDLM_POLICY_H

#include <gloss/wire/ldlm.h>

struct ldlm_range {
	u64 start;
	u64 end;	/* inclusive */
};

bool ldlm_mode_valid(u32 mode);			/* exactly one known bit */
int ldlm_mode_index(u32 mode);			/* 0 .. LCK_MODE_NUM - 1 of a valid mode */
u32 ldlm_mode_compat_mask(u32 mode);		/* modes that may be held beside this one */

static inline bool ldlm_mode_compat(u32 a, u32 b)
{
	return ldlm_mode_compat_mask(a) & b;
}

static inline bool ldlm_range_overlap(u64 s1, u64 e1, u64 s2, u64 e2)
{
	return s1 <= e2 && s2 <= e1;
}

static inline bool ldlm_range_covers(u64 s1, u64 e1, u64 s2, u64 e2)
{
	return s1 <= s2 && e2 <= e1;
}

/*
 * Growth of an extent at the moment of granting (15.2.1):
 *   ldlm_expand_init(); for each incompatible mode with granted locks ldlm_expand_granted();
 *   ldlm_expand_fixup();
 *   ldlm_expand_waiting_begin(); for each waiter ldlm_expand_waiting(); ldlm_expand_fixup().
 * The steps return false when the range cannot grow any more: stop there, without the fix-up.
 */
struct ldlm_expand {
	struct ldlm_range	req;
	struct ldlm_range	x;	/* the result */
	u32			mode;
	u64			conflicting;
};

struct ldlm_expand_waiter {
	struct ldlm_range	policy;
	struct ldlm_range	req;
	bool			compat;		/* modes are */
	bool			same_client;
};

void ldlm_expand_init(struct ldlm_expand *ex, const struct ldlm_range *req, u32 mode);
/* next: the lowest start of a granted lock of this mode behind the request, if has_next. */
bool ldlm_expand_granted(struct ldlm_expand *ex, u64 count, bool has_next, u64 next);
void ldlm_expand_waiting_begin(struct ldlm_expand *ex);
bool ldlm_expand_waiting(struct ldlm_expand *ex, const struct ldlm_expand_waiter *w);
void ldlm_expand_fixup(struct ldlm_expand *ex);

/* What a new range of the same owner does to an old one (15.5). */
enum ldlm_flock_act {
	FLOCK_KEEP,	/* nothing */
	FLOCK_REMOVE,	/* old is covered, or merged into *new (which has grown) */
	FLOCK_SHRINK,	/* *old has become smaller */
	FLOCK_SPLIT,	/* *old is the part before, *rest the one behind the new range */
};

enum ldlm_flock_act ldlm_flock_apply(struct ldlm_range *old, struct ldlm_range *new, bool same_mode,
				     struct ldlm_range *rest);

#endif
