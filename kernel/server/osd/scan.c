// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks that another make formatted (tunefs.lustre --take-over, docs/migration.md). Their root has
 * a FID; what is ours on them stands in OI/ only. The index of that make (oi.16.*) is removed at
 * the first start, because it would be wrong with our first change. Ours is made by a thread that
 * goes through all inodes and enters those with the FID of a file; an inode that is found by name
 * before it came there is entered at once. Until it is done, a FID that is not in the index may
 * still be on the disk (-EINPROGRESS), unless it belongs to a sequence that was given out later.
 *
 * How far it came stands in OI/scan, and is always less than what is in the index.
 *
 * osd_scan_mutex (inside of a transaction): an object is not destroyed while it is entered.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include "osd_internal.h"

#define SCAN_FILE	"OI/scan"
#define SCAN_MAGIC	0x4e435347U
#define SCAN_CLEANED	1U	/* the index of the other make is gone */
#define SCAN_DONE	2U
#define SCAN_STEP	1024	/* inodes between two notes of how far it came */
#define SCAN_RETRY	(10 * HZ)
#define OLD_OI_FILES	64

static unsigned int osd_scan_rate;
module_param_named(scan_rate, osd_scan_rate, uint, 0644);
MODULE_PARM_DESC(scan_rate, "inodes a second that the scan of a taken over MDT looks at, 0: as many as it can");

static int osd_scan_save(struct osd_device *dev)
{
	struct osd_trans *th = osd_trans_start(dev, 2 * OSD_CR_BUF_WRITE);
	int rc, rc2;

	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = osd_buf_write(th, dev->osd_scan_file, &dev->osd_scan, sizeof(dev->osd_scan), 0);
	rc2 = osd_trans_stop(th);
	return rc ?: rc2;
}

/* The first sequence that the make of before has not given out: what stands in seq_srv. */
static int osd_scan_limit(struct osd_device *dev, u64 *limit)
{
	struct osd_object *obj = osd_local_open(dev, "seq_srv", false);
	__le64 start = 0;
	ssize_t n;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	n = osd_buf_read(obj, &start, sizeof(start), 0);
	osd_object_put(obj);
	*limit = le64_to_cpu(start);
	if (n < 0)
		return n;
	return fid_seq_is_norm(*limit) ? 0 : -EUCLEAN;
}

static int osd_scan_load(struct osd_device *dev)
{
	struct osd_scan *s = &dev->osd_scan;
	u64 limit;
	ssize_t n;
	int rc;

	dev->osd_scan_file = osd_local_open(dev, SCAN_FILE, true);
	if (IS_ERR(dev->osd_scan_file)) {
		rc = PTR_ERR(dev->osd_scan_file);
		dev->osd_scan_file = NULL;
		return rc;
	}
	n = osd_buf_read(dev->osd_scan_file, s, sizeof(*s), 0);
	if (n < 0)
		return n;
	if (n)
		return n == sizeof(*s) && le32_to_cpu(s->os_magic) == SCAN_MAGIC ? 0 : -EUCLEAN;
	rc = osd_scan_limit(dev, &limit);
	if (rc)
		return rc;
	memset(s, 0, sizeof(*s));
	s->os_magic = cpu_to_le32(SCAN_MAGIC);
	s->os_limit = cpu_to_le64(limit);
	s->os_next = cpu_to_le32(1);
	return osd_scan_save(dev);
}

/*
 * Their servers make the index anew when none of its files is there. As long as some are, the mark
 * in the mountdata keeps them off.
 */
static int osd_scan_remove_old(struct osd_device *dev)
{
	char name[16];
	int i, rc;

	for (i = 0; i <= OLD_OI_FILES; i++) {
		if (i < OLD_OI_FILES)
			snprintf(name, sizeof(name), "oi.16.%d", i);
		else
			strscpy(name, "OI_scrub", sizeof(name));
		rc = osd_local_unlink(dev, name);
		if (rc && rc != -ENOENT)
			return rc;
	}
	dev->osd_scan.os_flags |= cpu_to_le32(SCAN_CLEANED);
	return osd_scan_save(dev);
}

/* Is it the FID of a file or directory, and not of a file of the server itself? */
static bool osd_scan_wants(const struct lu_fid *fid)
{
	return (fid_is_norm(fid) || fid_is_root(fid)) && fid->f_oid && !fid->f_ver;
}

/**
 * osd_scan_may_have - may an object that is not in the index be on the disk?
 * @dev: the device
 * @fid: of the object
 */
bool osd_scan_may_have(struct osd_device *dev, const struct lu_fid *fid)
{
	return READ_ONCE(dev->osd_scanning) && osd_scan_wants(fid) &&
	       fid->f_seq < le64_to_cpu(dev->osd_scan.os_limit);
}

/* 1: entered; 0: it was there; -EEXIST: another inode has this FID; -errno. */
static int osd_scan_enter(struct osd_device *dev, struct inode *inode, const struct lu_fid *fid)
{
	struct osd_trans *th;
	u32 ino, gen;
	int rc, rc2;

	rc = osd_oi_lookup(dev, fid, &ino, &gen);
	if (!rc)
		return ino == inode->i_ino ? 0 : -EEXIST;
	if (rc != -ENOENT)
		return rc;
	th = osd_trans_start(dev, OSD_CR_LOCAL_CREATE + OSD_CR_BUF_WRITE);
	if (IS_ERR(th))
		return PTR_ERR(th);
	mutex_lock(&dev->osd_scan_mutex);
	rc = 0;
	if (inode->i_nlink)
		rc = osd_oi_set(th, dev, fid, inode->i_ino, inode->i_generation);
	mutex_unlock(&dev->osd_scan_mutex);
	rc2 = osd_trans_stop(th);
	return rc ?: rc2 ?: 1;
}

/**
 * osd_scan_see - an inode was found by name
 * @dev: the device
 * @inode: the inode
 * @fid: its FID
 *
 * Now its FID finds it, too. Errors are left to the thread.
 */
void osd_scan_see(struct osd_device *dev, struct inode *inode, const struct lu_fid *fid)
{
	if (READ_ONCE(dev->osd_scanning) && !current->journal_info && osd_scan_wants(fid))
		osd_scan_enter(dev, inode, fid);
}

/* ---- the thread ---- */

static int osd_scan_inode(struct osd_device *dev, unsigned long ino)
{
	struct inode *inode = ldiskfs_hook_iget(dev->osd_sb, ino);
	struct lu_fid fid;
	bool in_index;
	int rc;

	if (IS_ERR(inode))
		return PTR_ERR(inode) == -ESTALE ? 0 : PTR_ERR(inode);
	rc = osd_inode_lma(inode, &fid, &in_index);
	if (!rc && in_index && osd_scan_wants(&fid))
		rc = osd_scan_enter(dev, inode, &fid);
	else if (rc == -ENODATA)
		rc = 0;
	osd_inode_put(dev, inode);
	return rc;
}

/* What is wrong with one inode does not keep the others from being entered. */
static bool osd_scan_try_again(int rc)
{
	return rc < 0 && rc != -EEXIST && rc != -EUCLEAN && rc != -EOPNOTSUPP;
}

static int osd_scan_one(struct osd_device *dev, unsigned long ino)
{
	struct osd_scan *s = &dev->osd_scan;
	int rc = osd_scan_inode(dev, ino);

	if (osd_scan_try_again(rc))
		return rc;
	if (rc < 0) {
		pr_err_ratelimited("%s: inode %lu is not entered into the index: rc = %d\n",
				   osd_dev_name(dev), ino, rc);
		le64_add_cpu(&s->os_failed, 1);
	}
	le64_add_cpu(&s->os_updated, rc == 1);
	le64_add_cpu(&s->os_checked, 1);
	s->os_next = cpu_to_le32(ino + 1);
	return le64_to_cpu(s->os_checked) % SCAN_STEP ? 0 : osd_scan_save(dev);
}

static int osd_scan_next(struct osd_device *dev)
{
	unsigned long ino = le32_to_cpu(dev->osd_scan.os_next);
	int rc = ldiskfs_hook_next_inode(dev->osd_sb, &ino);

	if (!rc)
		return osd_scan_one(dev, ino);
	if (rc != -ENOENT)
		return rc;
	dev->osd_scan.os_flags |= cpu_to_le32(SCAN_DONE);
	rc = osd_scan_save(dev);
	if (rc) {
		dev->osd_scan.os_flags &= ~cpu_to_le32(SCAN_DONE);
		return rc;
	}
	WRITE_ONCE(dev->osd_scanning, false);
	return 0;
}

static void osd_scan_pause(struct osd_device *dev)
{
	u32 rate = READ_ONCE(osd_scan_rate);

	if (rate && le64_to_cpu(dev->osd_scan.os_checked) % max(rate / HZ, 1U) == 0)
		schedule_timeout_interruptible(max(HZ / rate, 1U));
}

static int osd_scan_thread(void *data)
{
	struct osd_device *dev = data;
	u64 before = le64_to_cpu(dev->osd_scan.os_seconds);
	int rc = 0;

	while (!kthread_should_stop() && READ_ONCE(dev->osd_scanning)) {
		rc = osd_scan_next(dev);
		dev->osd_scan.os_seconds = cpu_to_le64(before + ktime_get_seconds() -
						       dev->osd_scan_started);
		if (rc) {
			pr_err_ratelimited("%s: the index of objects cannot be completed (is the device full?): rc = %d\n",
					   osd_dev_name(dev), rc);
			schedule_timeout_interruptible(SCAN_RETRY);
		}
		osd_scan_pause(dev);
		cond_resched();
	}
	if (!READ_ONCE(dev->osd_scanning))
		pr_info("%s: all objects are in the index: %llu inodes looked at, %llu entered, %llu failed\n",
			osd_dev_name(dev), le64_to_cpu(dev->osd_scan.os_checked),
			le64_to_cpu(dev->osd_scan.os_updated),
			le64_to_cpu(dev->osd_scan.os_failed));
	return 0;
}

static int osd_scan_run(struct osd_device *dev)
{
	struct task_struct *task;

	dev->osd_scan_started = ktime_get_seconds();
	WRITE_ONCE(dev->osd_scanning, true);
	task = kthread_create(osd_scan_thread, dev, "osd_scan");
	if (IS_ERR(task))
		return PTR_ERR(task);
	/* It may end by itself before kthread_stop(). */
	get_task_struct(task);
	dev->osd_scan_task = task;
	wake_up_process(task);
	return 0;
}

/**
 * osd_take_over - begin to use a device that another make formatted
 * @dev: osd_is_foreign(), with the mark in its mountdata
 * @mdt: it holds an MDT; objects of an OST are found by their path
 *
 * Before any object is looked for.
 *
 * Return: 0, -EROFS, -EUCLEAN (damaged files), -errno.
 */
int osd_take_over(struct osd_device *dev, bool mdt)
{
	u32 flags;
	int rc;

	rc = osd_oi_init(dev);
	if (!rc)
		rc = osd_scan_load(dev);
	if (rc)
		return rc;
	flags = le32_to_cpu(dev->osd_scan.os_flags);
	if (!(flags & SCAN_CLEANED))
		rc = osd_scan_remove_old(dev);
	if (!rc && mdt && !(flags & SCAN_DONE))
		rc = osd_scan_run(dev);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_take_over);

/* Where it stopped is looked at again after the next mount. */
void osd_scan_stop(struct osd_device *dev)
{
	if (dev->osd_scan_task) {
		kthread_stop(dev->osd_scan_task);
		put_task_struct(dev->osd_scan_task);
		dev->osd_scan_task = NULL;
		if (dev->osd_scanning)
			osd_scan_save(dev);
	}
	osd_object_put(dev->osd_scan_file);
	dev->osd_scan_file = NULL;
}

/**
 * osd_scan_show - the parameter oi_scrub
 * @m: where to
 * @obj: the device
 *
 * Return: 0.
 */
int osd_scan_show(struct seq_file *m, void *obj)
{
	struct osd_device *dev = obj;
	const struct osd_scan *s = &dev->osd_scan;
	u64 seconds = le64_to_cpu(s->os_seconds), checked = le64_to_cpu(s->os_checked);
	bool done = le32_to_cpu(s->os_flags) & SCAN_DONE;

	seq_printf(m, "name: OI_scrub\nstatus: %s\n",
		   dev->osd_scanning ? "scanning" : done ? "completed" : "init");
	seq_printf(m, "checked: %llu\nupdated: %llu\nfailed: %llu\n", checked,
		   le64_to_cpu(s->os_updated), le64_to_cpu(s->os_failed));
	seq_printf(m, "success_count: %d\nrun_time: %llu seconds\n", done, seconds);
	seq_printf(m, "average_speed: %llu objects/sec\n", div64_u64(checked, max(seconds, 1ULL)));
	if (dev->osd_scanning)
		seq_printf(m, "current_position: %u\n", le32_to_cpu(s->os_next));
	else
		seq_puts(m, "current_position: N/A\n");
	return 0;
}
