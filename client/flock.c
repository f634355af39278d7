// SPDX-License-Identifier: GPL-2.0-only
/*
 * flock(2) and fcntl(2) locks that all clients respect: FLOCK locks of the MDT (chapter 3, 15.5).
 * The VFS of this client keeps a record of each lock as well, for /proc/locks and for close(2).
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fcntl.h>
#include "internal.h"

/* An unlock request. It is completed even if the task that asked for it is killed. */
struct ll_flock_unlock {
	refcount_t			ref;
	struct completion		done;
	struct ldlm_enqueue_info	ei;
	struct ldlm_lock		*lock;
	int				rc;
};

static void ll_flock_info(struct ldlm_enqueue_info *ei, struct inode *inode,
			  const struct file_lock *fl, u32 mode, u64 flags)
{
	memset(ei, 0, sizeof(*ei));
	ei->ei_ns = mdc_of(inode)->lmc_ns;
	fid_to_flock_res_id(&ei->ei_res_id, ll_fid(inode));
	ei->ei_type = LDLM_FLOCK;
	ei->ei_mode = mode;
	ei->ei_flags = flags;
	ei->ei_policy.flock.start = fl->fl_start;
	ei->ei_policy.flock.end = fl->fl_end == OFFSET_MAX ? OBD_OBJECT_EOF : (u64)fl->fl_end;
	ei->ei_policy.flock.owner =
		(unsigned long)(fl->fl_flags & FL_FLOCK ? (void *)fl->fl_file : fl->fl_owner);
	ei->ei_policy.flock.pid = fl->fl_pid;
}

static void ll_flock_unlock_put(struct ll_flock_unlock *u)
{
	if (refcount_dec_and_test(&u->ref))
		kfree(u);
}

static void ll_flock_unlock_done(struct ptlrpc_request *req)
{
	struct ll_flock_unlock *u = req->done_data;

	u->rc = ldlm_cli_enqueue_finish(&u->ei, req, req->rq_status, &u->lock);
	complete_all(&u->done);
	ll_flock_unlock_put(u);
	ptlrpc_req_put(req);
}

static int ll_flock_server_unlock(struct inode *inode, const struct file_lock *fl)
{
	struct ll_flock_unlock *u = kzalloc(sizeof(*u), GFP_KERNEL | __GFP_NOFAIL);
	struct ptlrpc_request *req = NULL;
	int rc;

	refcount_set(&u->ref, 2);
	init_completion(&u->done);
	ll_flock_info(&u->ei, inode, fl, LCK_NL, 0);
	rc = ldlm_cli_enqueue_start(&u->ei, &req, &u->lock);
	if (rc) {
		kfree(u);
		return rc;
	}
	req->done = ll_flock_unlock_done;
	req->done_data = u;
	rc = ptlrpc_send_async(req);
	if (rc) {
		ldlm_cli_enqueue_finish(&u->ei, req, rc, &u->lock);
		ptlrpc_req_put(req);
		kfree(u);
		return rc;
	}
	rc = mdc_wait(mdc_of(inode), &u->done);
	if (!rc)
		rc = u->rc;
	ll_flock_unlock_put(u);
	return rc;
}

/* Does the VFS have a record of a lock that was set by way of this open file? */
static bool ll_flock_recorded(const struct file *file)
{
	struct file_lock_context *ctx = locks_inode_context(file_inode(file));
	const struct file_lock *fl;
	bool some = false;

	if (!ctx)
		return false;
	spin_lock(&ctx->flc_lock);
	list_for_each_entry(fl, &ctx->flc_flock, fl_list)
		some |= fl->fl_file == file;
	list_for_each_entry(fl, &ctx->flc_posix, fl_list)
		some |= fl->fl_file == file;
	spin_unlock(&ctx->flc_lock);
	return some;
}

/**
 * ll_flock_check - has an open file lost its flock?
 * @file: about to be used
 *
 * When the MDT evicts this client another one may have got the lock, and changed what it protects.
 * The application must learn that before it goes on.
 *
 * Return: 0; -EIO, once.
 */
int ll_flock_check(struct file *file)
{
	struct ll_file *lf = file->private_data;
	u32 gen = lf ? READ_ONCE(lf->lf_flock_gen) : 0;
	struct inode *inode = file_inode(file);
	struct ll_mdc *mdc;

	if (likely(!gen))
		return 0;
	mdc = mdc_of(inode);
	if (gen == READ_ONCE(mdc->lmc_imp->imp_generation) + 1)
		return 0;
	if (cmpxchg(&lf->lf_flock_gen, gen, 0) != gen || !ll_flock_recorded(file))
		return 0;
	pr_warn_ratelimited("%s: a lock on file " DFID " was lost in an eviction: rc = %d\n",
			    mdc->lmc_name, PFID(ll_fid(inode)), -EIO);
	return -EIO;
}

/* Does the owner have a lock in the range already? */
static bool ll_flock_holds_some(struct inode *inode, const struct file_lock *fl)
{
	struct file_lock_context *ctx = locks_inode_context(inode);
	const struct file_lock *have;
	struct list_head *locks;
	bool some = false;

	if (!ctx)
		return false;
	locks = fl->fl_flags & FL_FLOCK ? &ctx->flc_flock : &ctx->flc_posix;
	spin_lock(&ctx->flc_lock);
	list_for_each_entry(have, locks, fl_list)
		if (have->fl_owner == fl->fl_owner && have->fl_start <= fl->fl_end &&
		    fl->fl_start <= have->fl_end)
			some = true;
	spin_unlock(&ctx->flc_lock);
	return some;
}

static int ll_flock_server_lock(struct inode *inode, struct file_lock *fl, u32 mode, u64 flags)
{
	struct ldlm_enqueue_info ei;
	struct ldlm_lock *lock;
	int rc;

	ll_flock_info(&ei, inode, fl, mode, flags);
	/*
	 * A signal ends the wait by unlocking the range on the server. That must not happen where
	 * it would release a lock that the owner already has in the range.
	 */
	ei.ei_intr = !ll_flock_holds_some(inode, fl);
	rc = ldlm_cli_enqueue(&ei, NULL, &lock);
	if (rc > 0)
		rc = -EPROTO;
	if (!(flags & LDLM_FL_TEST_LOCK) && (rc == -ERESTARTSYS || (rc == -EINTR && ei.ei_intr)))
		ll_flock_server_unlock(inode, fl);
	if (rc || !(flags & LDLM_FL_TEST_LOCK))
		return rc;
	/* F_GETLK: the answer describes the conflicting lock. */
	if (ei.ei_mode == LCK_NL) {
		fl->fl_type = F_UNLCK;
	} else {
		fl->fl_type = ei.ei_mode == LCK_PR ? F_RDLCK : F_WRLCK;
		fl->fl_start = ei.ei_policy.flock.start;
		fl->fl_end = ei.ei_policy.flock.end > OFFSET_MAX ? OFFSET_MAX :
								   ei.ei_policy.flock.end;
		fl->fl_pid = ei.ei_policy.flock.pid;
	}
	return 0;
}

int ll_flock(struct file *file, int cmd, struct file_lock *fl)
{
	struct inode *inode = file_inode(file);
	struct ll_file *lf = file->private_data;
	u64 flags = 0;
	u32 mode, gen;
	int rc, rc2;

	ll_count(inode->i_sb, FLOCK, 1);
	rc = fl->fl_type == F_UNLCK ? 0 : ll_flock_check(file);
	if (rc)
		return rc;
	switch (fl->fl_type) {
	case F_RDLCK:
		mode = LCK_PR;
		break;
	case F_WRLCK:
		mode = LCK_PW;
		break;
	case F_UNLCK:
		/*
		 * The VFS first: a waiter on this client must not find the lock held here after the
		 * server has granted it to another client.
		 */
		rc2 = locks_lock_file_wait(file, fl);
		rc = ll_flock_server_unlock(inode, fl);
		return rc ?: rc2;
	default:
		return -EINVAL;
	}
	if (IS_GETLK(cmd))
		return ll_flock_server_lock(inode, fl, mode, LDLM_FL_TEST_LOCK);
	if (!IS_SETLKW(cmd))
		flags = LDLM_FL_BLOCK_NOWAIT;
	if (fl->fl_flags & FL_ACCESS)
		return -EINVAL;	/* mandatory locks are not supported */
	gen = READ_ONCE(mdc_of(inode)->lmc_imp->imp_generation);
	rc = ll_flock_server_lock(inode, fl, mode, flags);
	if (rc)
		return rc == -EWOULDBLOCK ? -EAGAIN : rc;
	rc = locks_lock_file_wait(file, fl);
	if (rc)
		ll_flock_server_unlock(inode, fl);
	else if (lf)
		WRITE_ONCE(lf->lf_flock_gen, gen + 1);
	return rc;
}
