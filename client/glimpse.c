// SPDX-License-Identifier: GPL-2.0-only
/*
 * Size, blocks and times of a file from its OSTs: glimpses (chapter 5, 14.3). The OST grants a lock
 * with its answer where nobody writes, and nothing is asked while that is held.
 *
 * Statahead asks ahead, for a file whose stat(2) is expected: requests that nobody waits for. What
 * counts is the lock that one brings; where it brings none, stat(2) asks for itself. A stat(2) that
 * comes while they are on their way waits for them.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "data.h"

struct glimpse {
	struct ldlm_enqueue_info ei;
	struct ost_lvb lvb;
	struct ldlm_lock *lock;
	u32 sizes;	/* lob_sizes of the object before */
	bool late;	/* the answer may be older than what is known */
};

/* The first half of an enqueue; *req NULL and 0: a lock of this client covers the object. */
static int ll_glimpse_start(struct glimpse *g, struct ll_object *obj, struct ptlrpc_request **req)
{
	if (ll_object_covered(obj, 0, OBD_OBJECT_EOF))
		return 0;
	g->sizes = READ_ONCE(obj->lob_sizes);
	g->late = false;
	ll_enqueue_info(&g->ei, obj, 0, OBD_OBJECT_EOF, LCK_PR, LDLM_FL_HAS_INTENT, &g->lvb);
	return ldlm_cli_enqueue_start(&g->ei, req, &g->lock);
}

/* The second half when a lock came: while it is there, what the OST says cannot get old. */
static void ll_glimpse_granted(struct glimpse *g, struct inode *inode, struct ll_object *obj)
{
	ldlm_lock_lvb(g->lock, &g->lvb, sizeof(g->lvb));
	ll_object_lvb(ll_i(inode)->lli_data, obj, &g->lvb, g->lock->l_policy.extent.end);
	ldlm_lock_decref(g->lock, g->lock->l_granted_mode);
}

/*
 * The second half: what the OST says becomes what is known of the object. lli_size_mutex is held:
 * without a lock an answer may be older than one that was worked off before. It may also be older
 * than a lock that came meanwhile (late).
 */
static int ll_glimpse_end(struct glimpse *g, struct inode *inode, struct ll_object *obj,
			  struct ptlrpc_request *req, int rc)
{
	rc = ldlm_cli_enqueue_finish(&g->ei, req, rc, &g->lock);
	if (rc == 0 && g->lock) {
		ll_glimpse_granted(g, inode, obj);
	} else if (rc == ELDLM_LOCK_ABORTED) {
		/*
		 * Others hold locks: only the attributes came. res1: -ENOENT, the object is being
		 * destroyed.
		 */
		rc = (int)(s64)g->ei.ei_disposition;
		if (rc >= 0)
			rc = ost_lvb_err(&g->lvb);
		if (rc >= 0)
			g->late = !ll_object_glimpsed(ll_i(inode)->lli_data, obj, &g->lvb,
						      g->sizes);
	}
	return rc;
}

/* ---- asked and waited for ---- */

static struct glimpse *ll_glimpse_of(struct ll_fanout *fo, struct ll_fan *fan)
{
	return (struct glimpse *)fo->arg + (fan - fo->fan);
}

static int ll_glimpse_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	return ll_glimpse_start(ll_glimpse_of(fo, fan), fan->obj, &fan->req);
}

static int ll_glimpse_finish(struct ll_fanout *fo, struct ll_fan *fan, int rc)
{
	return ll_glimpse_end(ll_glimpse_of(fo, fan), fo->inode, fan->obj, fan->req, rc);
}

static const struct ll_fanout_op glimpse_op = { .opc = LDLM_ENQUEUE,
						.prepare = ll_glimpse_prepare,
						.finish = ll_glimpse_finish };

/* Somebody who changes the size all the time must not keep others asking. */
#define LL_GLIMPSE_TRIES 10

static int ll_glimpse_objects(struct inode *inode, struct ll_objset *set)
{
	struct glimpse *g = kvcalloc(set->los_nr, sizeof(*g), GFP_NOFS);
	int rc, tries = 0;
	bool late;
	u32 i;

	if (!g)
		return -ENOMEM;
	do {
		rc = ll_fanout_objects(inode, set, &glimpse_op, g);
		for (i = 0, late = false; i < set->los_nr; i++) {
			late |= g[i].late;
			g[i] = (struct glimpse){ };
		}
	} while (!rc && late && ++tries < LL_GLIMPSE_TRIES);
	kvfree(g);
	return rc;
}

/**
 * ll_glimpse_set - ask the OSTs for size and times
 * @inode: the file
 * @set: its objects
 *
 * Objects that a lock of this client covers are not asked for. Context: killable.
 *
 * Return: 0; -EINTR; -errno of an OST.
 */
int ll_glimpse_set(struct inode *inode, struct ll_objset *set)
{
	int rc;

	if (mutex_lock_killable(&ll_i(inode)->lli_size_mutex))
		return -EINTR;
	rc = ll_glimpse_objects(inode, set);
	if (!rc)
		ll_data_merge(inode, set);
	mutex_unlock(&ll_i(inode)->lli_size_mutex);
	return rc;
}

/* ---- asked ahead ---- */

/* Requests of a mount on their way that nobody waits for: then no more are sent. */
#define LL_GLIMPSES_AHEAD 256

/* A glimpse that nobody waits for. */
struct glimpse_ahead {
	struct glimpse		g;
	struct ll_ahead		ah;
	struct inode		*inode;		/* referenced */
	struct ll_object	*obj;		/* referenced */
};

/*
 * An answer without a lock is of no use: this client may have got a lock for writing since, and
 * made the object shorter, so that the size in the answer is wrong.
 */
static void ll_glimpse_ahead_finish(struct glimpse *g, struct inode *inode, struct ll_object *obj,
				    struct ptlrpc_request *req, int rc)
{
	rc = ldlm_cli_enqueue_finish(&g->ei, req, rc, &g->lock);
	if (rc == 0 && g->lock)
		ll_glimpse_granted(g, inode, obj);
}

static void ll_glimpse_ahead_done(struct ptlrpc_request *req)
{
	struct glimpse_ahead *ga = req->done_data;
	struct ll_sb_info *sbi = ll_sbi(ga->inode->i_sb);
	atomic_t *nr = &ll_i(ga->inode)->lli_data->lid_glimpses;
	unsigned int nofs = memalloc_nofs_save();

	ll_ahead_answered(sbi, &ga->ah);
	ll_glimpse_ahead_finish(&ga->g, ga->inode, ga->obj, req, req->rq_status);
	if (atomic_dec_and_test(nr))
		wake_up_var(nr);
	ll_object_put(ga->obj);
	iput(ga->inode);
	ll_ahead_end(sbi, &ga->ah);
	kfree(ga);
	ptlrpc_req_put(req);
	memalloc_nofs_restore(nofs);
}

static void ll_glimpse_ahead_object(struct inode *inode, struct ll_object *obj)
{
	struct ll_sb_info *sbi = ll_sbi(inode->i_sb);
	struct glimpse_ahead *ga = kzalloc(sizeof(*ga), GFP_NOFS);
	struct ptlrpc_request *req = NULL;
	int rc = ga ? ll_glimpse_start(&ga->g, obj, &req) : -ENOMEM;

	if (rc || !req) {
		kfree(ga);
		return;
	}
	ga->g.ei.ei_nowait = true;
	ga->inode = inode;
	ga->obj = obj;
	req->done = ll_glimpse_ahead_done;
	req->done_data = ga;
	rc = ll_ahead_begin(sbi, &ga->ah, req, LL_GLIMPSES_AHEAD);
	if (rc) {
		ll_glimpse_ahead_finish(&ga->g, inode, obj, req, rc);
		ptlrpc_req_put(req);
		kfree(ga);
		return;
	}
	ihold(inode);
	ll_object_get(obj);
	atomic_inc(&ll_i(inode)->lli_data->lid_glimpses);
	atomic_long_inc(&sbi->sbi_statahead.agl_total);
	/* done() puts the request, perhaps before this returns. */
	ptlrpc_req_get(req);
	ptlrpc_send_async(req);
	ptlrpc_req_put(req);
}

/* Are the OSTs of a layout known? If not, ll_objset_get() would wait. */
static bool ll_osts_known(struct ll_sb_info *sbi, const struct ll_layout *lo)
{
	u32 i, k;

	for (i = 0; i < lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &lo->ly_comps[i];

		if (!ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->lc_stripe_count; k++)
			if (!c->lc_stripes[k].lsp_hole &&
			    !xa_load(&sbi->sbi_oscs, c->lc_stripes[k].lsp_ost_idx))
				return false;
	}
	return true;
}

/**
 * ll_glimpse_ahead - ask for size and times of a file whose stat(2) is expected
 * @inode: regular file
 *
 * Not where something would have to be waited for first, and not from OSTs that are not connected.
 *
 * Context: may sleep for memory (GFP_NOFS); waits for nobody.
 */
void ll_glimpse_ahead(struct inode *inode)
{
	struct ll_layout *lo = ll_cached(inode, LLC_LAYOUT) ? ll_layout_peek(inode) : NULL;
	struct ll_objset *set;
	u32 i;

	if (!ll_layout_has_objects(lo) || lo->ly_refused ||
	    !ll_osts_known(ll_sbi(inode->i_sb), lo))
		goto out;
	set = ll_objset_get(inode, lo);
	if (IS_ERR(set))
		goto out;
	for (i = 0; i < set->los_nr; i++)
		if (set->los_obj[i] && ll_osc_usable(set->los_obj[i]->lob_osc) &&
		    imp_is_full(set->los_obj[i]->lob_osc->oc_imp))
			ll_glimpse_ahead_object(inode, set->los_obj[i]);
	ll_objset_put(set);
out:
	ll_layout_put(lo);
}

static int ll_glimpse_ahead_wait(struct inode *inode)
{
	atomic_t *nr = &ll_i(inode)->lli_data->lid_glimpses;

	if (!atomic_read(nr))
		return 0;
	return wait_var_event_killable(nr, !atomic_read(nr)) ? -EINTR : 0;
}

/* 0: size, blocks and times are current; 1: the layout changed meanwhile; -errno. */
static int ll_glimpse_try(struct inode *inode)
{
	struct ll_objset *set = ll_objset_current(inode);
	u64 lazy = READ_ONCE(ll_i(inode)->lli_lazysize);
	int rc;

	/*
	 * Data on the MDT: what it knows from the last close must do, if it is not an "empty" that
	 * may be wrong.
	 */
	if (set == ERR_PTR(-EOPNOTSUPP) && lazy) {
		spin_lock(&ll_i(inode)->lli_data->lid_lock);
		i_size_write(inode, min_t(u64, lazy, MAX_LFS_FILESIZE));
		spin_unlock(&ll_i(inode)->lli_data->lid_lock);
		return 0;
	}
	if (IS_ERR_OR_NULL(set))
		return PTR_ERR_OR_ZERO(set);
	rc = ll_glimpse_ahead_wait(inode);
	if (!rc)
		rc = ll_glimpse_set(inode, set);
	if (!rc && !ll_objset_is_current(inode, set))
		rc = 1; /* data may be in objects that were not asked for */
	ll_objset_put(set);
	return rc;
}

/**
 * ll_glimpse - make size, blocks and times of a file current
 * @inode: regular file
 *
 * Context: killable. ll_times_merge() follows.
 *
 * Return: 0; -EINTR; -EIO: the layout changes again and again; -errno of MDT (layout) or OSTs.
 */
int ll_glimpse(struct inode *inode)
{
	int tries = 0, rc;

	do {
		rc = ll_glimpse_try(inode);
	} while (rc > 0 && tries++ < LL_LAYOUT_TRIES);
	return rc > 0 ? -EIO : rc;
}
