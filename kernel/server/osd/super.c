// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices and transactions of the object store. A device is mounted without a mount point; a
 * transaction is one jbd2 handle.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/module.h>
#include <linux/blkdev.h>
#include <linux/quotaops.h>
#include <linux/slab.h>
#include <trace/events/osd.h>
#include "osd_internal.h"

static LIST_HEAD(osd_devices);
static DEFINE_MUTEX(osd_devices_mutex);

/* Deleted inodes that wait for their blocks to be freed: new transactions wait above this. */
#define OSD_BACKLOG_MAX 8192

/* On top of the credits of the operations: super block; quota files. */
#define OSD_CR_BASE 8
#define OSD_CR_QUOTA 96

static struct vfsmount *osd_kern_mount(const char *bdev, const char *opts)
{
	struct file_system_type *type;
	struct vfsmount *mnt;
	char *all;

	type = get_fs_type("ldiskfs");
	if (!type)
		return ERR_PTR(-ENODEV);
	/* Local files are written as metadata, which delayed allocation does not allow. */
	all = kasprintf(GFP_KERNEL, "%s%snodelalloc", opts ?: "", opts && *opts ? "," : "");
	mnt = all ? vfs_kern_mount(type, SB_KERNMOUNT | SB_NOATIME, bdev, all) : ERR_PTR(-ENOMEM);
	kfree(all);
	module_put(type->owner);
	return mnt;
}

static void osd_free(struct osd_device *dev)
{
	if (dev->osd_wq)
		destroy_workqueue(dev->osd_wq);
	rhashtable_destroy(&dev->osd_objects);
	xa_destroy(&dev->osd_oi);
	xa_destroy(&dev->osd_seqs);
	lu_hist_free(dev->osd_brw);
	lu_stats_free(dev->osd_stats);
	kfree(dev);
}

static struct osd_device *osd_alloc(void)
{
	struct osd_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return ERR_PTR(-ENOMEM);
	if (rhashtable_init(&dev->osd_objects, &osd_object_params)) {
		kfree(dev);
		return ERR_PTR(-ENOMEM);
	}
	INIT_LIST_HEAD(&dev->osd_list);
	init_waitqueue_head(&dev->osd_wait);
	mutex_init(&dev->osd_local_mutex);
	mutex_init(&dev->osd_seq_mutex);
	mutex_init(&dev->osd_scan_mutex);
	init_rwsem(&dev->osd_oi_sem);
	xa_init(&dev->osd_oi);
	xa_init(&dev->osd_seqs);
	dev->osd_wq = alloc_workqueue("osd_iput", WQ_UNBOUND | WQ_MEM_RECLAIM, 4);
	if (!dev->osd_wq) {
		osd_free(dev);
		return ERR_PTR(-ENOMEM);
	}
	return dev;
}

static int osd_claim(struct osd_device *dev)
{
	struct osd_device *other;
	int rc = 0;

	mutex_lock(&osd_devices_mutex);
	list_for_each_entry(other, &osd_devices, osd_list)
		if (other->osd_sb == dev->osd_sb)
			rc = -EBUSY;
	if (!rc)
		list_add(&dev->osd_list, &osd_devices);
	mutex_unlock(&osd_devices_mutex);
	return rc;
}

static void osd_unclaim(struct osd_device *dev)
{
	mutex_lock(&osd_devices_mutex);
	list_del_init(&dev->osd_list);
	mutex_unlock(&osd_devices_mutex);
}

int osd_mount(const char *bdev, const char *opts, struct osd_device **devp)
{
	struct osd_device *dev;
	struct inode *root;
	struct lu_fid fid;
	int rc;

	dev = osd_alloc();
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	dev->osd_mnt = osd_kern_mount(bdev, opts);
	if (IS_ERR(dev->osd_mnt)) {
		rc = PTR_ERR(dev->osd_mnt);
		osd_free(dev);
		return rc;
	}
	dev->osd_sb = dev->osd_mnt->mnt_sb;
	rc = osd_claim(dev);
	if (rc) {
		kern_unmount(dev->osd_mnt);
		osd_free(dev);
		return rc;
	}
	rc = ldiskfs_hook_super(dev->osd_sb);
	if (rc)
		goto out_unmount;
	root = ldiskfs_hook_iget(dev->osd_sb, d_inode(dev->osd_sb->s_root)->i_ino);
	if (IS_ERR(root)) {
		rc = PTR_ERR(root);
		goto out_unmount;
	}
	/* Only another make gives the root of the device a FID. */
	dev->osd_foreign = osd_inode_fid(root, &fid) != -ENODATA;
	dev->osd_fsroot = osd_object_of_local(dev, root);
	if (IS_ERR(dev->osd_fsroot)) {
		rc = PTR_ERR(dev->osd_fsroot);
		dev->osd_fsroot = NULL;
		goto out_unmount;
	}
	/* Nothing is written to what was not taken over. */
	rc = dev->osd_foreign ? 0 : osd_oi_init(dev);
	if (rc)
		goto out_unmount;
	*devp = dev;
	return 0;

out_unmount:
	osd_umount(dev);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_mount);

void osd_umount(struct osd_device *dev)
{
	osd_params_stop(dev);
	osd_scan_stop(dev);
	osd_seq_fini(dev);
	osd_oi_fini(dev);
	osd_object_put(dev->osd_fsroot);
	flush_workqueue(dev->osd_wq);
	if (atomic_read(&dev->osd_nr_objects))
		pr_err("%s: %d objects are still in use at umount\n", osd_dev_name(dev),
		       atomic_read(&dev->osd_nr_objects));
	osd_unclaim(dev);
	kern_unmount(dev->osd_mnt);
	osd_free(dev);
}
EXPORT_SYMBOL_GPL(osd_umount);

int osd_sync(struct osd_device *dev)
{
	s64 added = atomic64_read(&dev->osd_cb_added);
	ktime_t start = ktime_get();
	int rc, rc2;

	if (sb_rdonly(dev->osd_sb))
		return 0;
	rc = ldiskfs_hook_force_commit(dev->osd_sb);
	/* The callbacks of a commit run shortly after those who wait for it are woken. */
	wait_event_timeout(dev->osd_wait, atomic64_read(&dev->osd_cb_done) >= added, 60 * HZ);
	rc2 = blkdev_issue_flush(dev->osd_sb->s_bdev);
	lu_stats_since(dev->osd_stats, OSD_ST_SYNC, start);
	return rc ?: rc2 == -EOPNOTSUPP ? 0 : rc2;
}
EXPORT_SYMBOL_GPL(osd_sync);

int osd_commit_async(struct osd_device *dev)
{
	return sb_rdonly(dev->osd_sb) ? 0 : ldiskfs_hook_start_commit(dev->osd_sb);
}
EXPORT_SYMBOL_GPL(osd_commit_async);

int osd_statfs(struct osd_device *dev, struct kstatfs *st)
{
	struct path path = { .mnt = dev->osd_mnt, .dentry = dev->osd_sb->s_root };

	return vfs_statfs(&path, st);
}
EXPORT_SYMBOL_GPL(osd_statfs);

const char *osd_dev_name(struct osd_device *dev)
{
	return dev->osd_sb->s_id;
}
EXPORT_SYMBOL_GPL(osd_dev_name);

bool osd_is_rdonly(struct osd_device *dev)
{
	return sb_rdonly(dev->osd_sb);
}
EXPORT_SYMBOL_GPL(osd_is_rdonly);

bool osd_is_foreign(struct osd_device *dev)
{
	return dev->osd_foreign;
}
EXPORT_SYMBOL_GPL(osd_is_foreign);

bool osd_has_failed(struct osd_device *dev)
{
	return ldiskfs_hook_failed(dev->osd_sb);
}
EXPORT_SYMBOL_GPL(osd_has_failed);

u32 osd_blocksize(struct osd_device *dev)
{
	return dev->osd_sb->s_blocksize;
}
EXPORT_SYMBOL_GPL(osd_blocksize);

u64 osd_maxbytes(struct osd_device *dev)
{
	return dev->osd_sb->s_maxbytes;
}
EXPORT_SYMBOL_GPL(osd_maxbytes);

u32 osd_max_xattr(struct osd_device *dev)
{
	/* What fits beside a few others into one xattr block. */
	return dev->osd_sb->s_blocksize - 256;
}
EXPORT_SYMBOL_GPL(osd_max_xattr);

int osd_max_credits(struct osd_device *dev)
{
	return ldiskfs_hook_max_credits(dev->osd_sb) - OSD_CR_BASE - OSD_CR_QUOTA;
}
EXPORT_SYMBOL_GPL(osd_max_credits);

int osd_ost_setup(struct osd_device *dev, u32 index)
{
	dev->osd_index = index;
	dev->osd_is_ost = true;
	return 0;
}
EXPORT_SYMBOL_GPL(osd_ost_setup);

/* ---- transactions ---- */

struct osd_trans *osd_trans_start(struct osd_device *dev, int credits)
{
	ktime_t start = ktime_get();
	struct osd_trans *th;
	int rc;

	if (WARN_ON_ONCE(current->journal_info))
		return ERR_PTR(-EDEADLK);
	if (sb_rdonly(dev->osd_sb))
		return ERR_PTR(-EROFS);
	rc = wait_event_killable(dev->osd_wait, atomic_read(&dev->osd_backlog) < OSD_BACKLOG_MAX);
	if (rc)
		return ERR_PTR(rc);
	th = kzalloc(sizeof(*th), GFP_NOFS);
	if (!th)
		return ERR_PTR(-ENOMEM);
	th->ot_dev = dev;
	credits += OSD_CR_BASE;
	if (sb_any_quota_loaded(dev->osd_sb))
		credits += OSD_CR_QUOTA;
	credits = min(credits, ldiskfs_hook_max_credits(dev->osd_sb));
	sb_start_write(dev->osd_sb);
	th->ot_handle = ldiskfs_hook_start(dev->osd_sb, credits);
	if (IS_ERR(th->ot_handle)) {
		rc = PTR_ERR(th->ot_handle);
		sb_end_write(dev->osd_sb);
		kfree(th);
		return ERR_PTR(rc);
	}
	th->ot_tid = th->ot_handle->h_transaction->t_tid;
	lu_stats_since(dev->osd_stats, OSD_ST_TRANS_START, start);
	trace_osd_trans_start(osd_dev_name(dev), th->ot_tid, credits);
	return th;
}
EXPORT_SYMBOL_GPL(osd_trans_start);

struct osd_cb {
	struct ldiskfs_hook_cb hook;
	struct osd_device *dev;
	u32 tid;
	osd_commit_fn fn;
	void *data;
};

static void osd_cb_run(struct ldiskfs_hook_cb *hook, int error)
{
	struct osd_cb *cb = container_of(hook, struct osd_cb, hook);
	struct osd_device *dev = cb->dev;

	trace_osd_trans_commit(osd_dev_name(dev), cb->tid, error);
	cb->fn(cb->data, error);
	kfree(cb);
	atomic64_inc(&dev->osd_cb_done);
	if (wq_has_sleeper(&dev->osd_wait))
		wake_up_all(&dev->osd_wait);
}

void osd_trans_commit_cb(struct osd_trans *th, osd_commit_fn fn, void *data)
{
	struct osd_cb *cb = kmalloc(sizeof(*cb), GFP_NOFS | __GFP_NOFAIL);

	cb->hook.fn = osd_cb_run;
	cb->dev = th->ot_dev;
	cb->tid = th->ot_tid;
	cb->fn = fn;
	cb->data = data;
	atomic64_inc(&th->ot_dev->osd_cb_added);
	ldiskfs_hook_commit_cb(th->ot_handle, &cb->hook);
}
EXPORT_SYMBOL_GPL(osd_trans_commit_cb);

void osd_trans_set_sync(struct osd_trans *th)
{
	th->ot_handle->h_sync = 1;
}
EXPORT_SYMBOL_GPL(osd_trans_set_sync);

int osd_trans_stop(struct osd_trans *th)
{
	struct super_block *sb = th->ot_dev->osd_sb;
	int rc = ldiskfs_hook_stop(th->ot_handle);

	sb_end_write(sb);
	trace_osd_trans_stop(osd_dev_name(th->ot_dev), th->ot_tid, rc);
	kfree(th);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_trans_stop);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("object store on ldiskfs");
MODULE_SOFTDEP("pre: ldiskfs");
