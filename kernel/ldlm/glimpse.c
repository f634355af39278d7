// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock value blocks (LVBs: size, times, blocks of an object) of the server, and glimpses: asking
 * the clients that may know a newer size (chapter 3, 16 and 17.1; chapter 5, 14). lr_lvb_mutex
 * guards lr_lvb and is held while the object store is read; it is outside of lr_lock.
 */
#include "internal.h"

#define GL_MAX	16	/* clients asked by one glimpse */

static void ldlm_lvb_merge_max(__le64 *to, __le64 from)
{
	if (le64_to_cpu(from) > le64_to_cpu(*to))
		*to = from;
}

static void ldlm_lvb_merge_time(__le64 *to, __le64 from)
{
	if ((s64)le64_to_cpu(from) > (s64)le64_to_cpu(*to))
		*to = from;
}

/**
 * ldlm_lvb_merge - merge the LVB that a glimpse brought
 * @to: each field becomes the greater one of both
 * @from: LVB of the client
 */
void ldlm_lvb_merge(struct ost_lvb *to, const struct ost_lvb *from)
{
	ldlm_lvb_merge_max(&to->lvb_size, from->lvb_size);
	ldlm_lvb_merge_time(&to->lvb_mtime, from->lvb_mtime);
	ldlm_lvb_merge_time(&to->lvb_atime, from->lvb_atime);
	ldlm_lvb_merge_time(&to->lvb_ctime, from->lvb_ctime);
	ldlm_lvb_merge_max(&to->lvb_blocks, from->lvb_blocks);
}

/*
 * Length of the LVB that a client gets with a lock of this policy: 56; 40 for old clients; 0 if the
 * lock has none.
 */
u32 ldlm_lvb_len(struct ldlm_resource *res, const union ldlm_policy *policy, struct obd_export *exp)
{
	const struct ldlm_srv_ops *ops = res->lr_ns->ns_ops;

	if (!ops || !ops->lvb_init || !ldlm_res_has_lvb(res, policy))
		return 0;
	if (exp && !(exp_connect_flags(exp) & OBD_CONNECT_LVB_TYPE))
		return OST_LVB_V1_SIZE;
	return sizeof(struct ost_lvb);
}

/* Read the LVB from the object unless it was read before. 0 or -errno of lvb_init(). */
int ldlm_lvb_load(struct ldlm_resource *res)
{
	const struct ldlm_srv_ops *ops = res->lr_ns->ns_ops;
	int rc = 0;

	mutex_lock(&res->lr_lvb_mutex);
	if (!res->lr_lvb_valid) {
		rc = ops->lvb_init(res);
		res->lr_lvb_valid = !rc;
	}
	mutex_unlock(&res->lr_lvb_mutex);
	return rc;
}

static void ldlm_lvb_update(struct ldlm_resource *res, const struct ost_lvb *lvb)
{
	const struct ldlm_srv_ops *ops = res->lr_ns->ns_ops;

	if (!ops || !ops->lvb_init)
		return;
	mutex_lock(&res->lr_lvb_mutex);
	if (res->lr_lvb_valid) {
		if (ops->lvb_update)
			res->lr_lvb_valid = ops->lvb_update(res, lvb) == 0;
		else if (lvb)
			ldlm_lvb_merge(&res->lr_lvb, lvb);
		else
			res->lr_lvb_valid = ops->lvb_init(res) == 0;
	}
	mutex_unlock(&res->lr_lvb_mutex);
}

/* The object has changed on disk. */
void ldlm_lvb_reread(struct ldlm_resource *res)
{
	ldlm_lvb_update(res, NULL);
}

void ldlm_lvb_glimpsed(struct ldlm_resource *res, const struct ost_lvb *lvb)
{
	if (!ost_lvb_err(lvb))
		ldlm_lvb_update(res, lvb);
}

/* Write the LVB into a message. 0; -errno: the message is to be sent without LVB. */
int ldlm_lvb_fill(struct ldlm_resource *res, void *buf, u32 len)
{
	const struct ldlm_srv_ops *ops = res->lr_ns->ns_ops;
	int rc = ldlm_lvb_load(res);

	if (rc || !buf)
		return rc ? rc : -EINVAL;
	mutex_lock(&res->lr_lvb_mutex);
	if (ops->lvb_fill)
		rc = ops->lvb_fill(res, buf, len);
	else
		memcpy(buf, &res->lr_lvb, min_t(u32, len, sizeof(res->lr_lvb)));
	mutex_unlock(&res->lr_lvb_mutex);
	return rc;
}

/* Add a lock to those whose clients are to be asked, one lock for each client. */
static int ldlm_glimpse_add(struct ldlm_lock **locks, int n, struct ldlm_lock *lock)
{
	int i;

	for (i = 0; i < n; i++)
		if (locks[i]->l_export == lock->l_export)
			return n;
	if (n < GL_MAX)
		locks[n++] = ldlm_lock_get(lock);
	return n;
}

/*
 * Collect locks of clients that may know of more than the first known bytes. Returns their number;
 * -ENOENT: the object is being destroyed.
 */
static int ldlm_glimpse_find_holders(struct ldlm_resource *res, u64 known, struct ldlm_lock **locks)
{
	static const u32 modes[] = { LCK_EX, LCK_PW, LCK_CW, LCK_GROUP };
	struct ldlm_lock *l;
	int i, n = 0;

	if (res->lr_type == LDLM_IBITS) {
		list_for_each_entry(l, &res->lr_granted, l_res_link)
			if (l->l_export && l->l_granted_mode & (LCK_PW | LCK_GROUP) &&
			    l->l_policy.ibits.bits & MDS_INODELOCK_DOM)
				n = ldlm_glimpse_add(locks, n, l);
		return n;
	}
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		for (l = ldlm_extent_last(res, ldlm_mode_index(modes[i])); l;
		     l = ldlm_extent_prev(l)) {
			if (!l->l_export) {
				if (l->l_flags & LDLM_FL_NO_GLIMPSE) {
					while (n)
						ldlm_lock_put(locks[--n]);
					return -ENOENT;
				}
				continue;
			}
			if (l->l_policy.extent.end < known)
				break;
			n = ldlm_glimpse_add(locks, n, l);
			if (!(l->l_flags & LDLM_FL_NO_EXPANSION))
				break;
		}
	}
	return n;
}

static int ldlm_glimpse_ask_holders(struct ldlm_resource *res)
{
	struct ldlm_lock *locks[GL_MAX];
	u64 known;
	int n, i;

	mutex_lock(&res->lr_lvb_mutex);
	known = res->lr_lvb_valid ? le64_to_cpu(res->lr_lvb.lvb_size) : 0;
	mutex_unlock(&res->lr_lvb_mutex);
	spin_lock(&res->lr_lock);
	n = ldlm_glimpse_find_holders(res, known, locks);
	spin_unlock(&res->lr_lock);
	if (n <= 0)
		return n;
	ldlm_srv_gl(locks, n);
	for (i = 0; i < n; i++)
		ldlm_lock_put(locks[i]);
	return 0;
}

/*
 * A glimpse by enqueue (HAS_INTENT without an intent). 0: nobody was in the way, the lock is
 * granted. Else the clients in the way were asked: ELDLM_LOCK_ABORTED, *res1 is for the reply.
 */
int ldlm_glimpse_enqueue(struct ldlm_lock *lock, u64 flags, u64 *res1)
{
	struct ldlm_resource *res = lock->l_res;
	LIST_HEAD(dead);
	int rc;

	spin_lock(&res->lr_lock);
	rc = ldlm_srv_process(res, lock, flags | LDLM_FL_SPECULATIVE, NULL, NULL, &dead);
	spin_unlock(&res->lr_lock);
	if (rc != -EAGAIN)
		return rc;
	if (!(flags & (LDLM_FL_BLOCK_NOWAIT | LDLM_FL_SPECULATIVE))) {
		rc = ldlm_glimpse_ask_holders(res);
		if (rc)
			*res1 = (u64)(s64)rc;
	}
	return ELDLM_LOCK_ABORTED;
}

/**
 * ldlm_srv_lvb_refresh - the server changed an object: read its LVB again
 * @ns: namespace of the target
 * @res_id: the object
 *
 * Does nothing if no LVB is cached. May sleep.
 */
void ldlm_srv_lvb_refresh(struct ldlm_namespace *ns, const struct ldlm_res_id *res_id)
{
	struct ldlm_resource *res = ldlm_res_find(ns, res_id, LDLM_EXTENT, false);

	if (IS_ERR_OR_NULL(res))
		return;
	ldlm_lvb_reread(res);
	ldlm_res_put(res);
}
EXPORT_SYMBOL_GPL(ldlm_srv_lvb_refresh);
