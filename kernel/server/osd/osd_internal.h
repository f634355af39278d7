/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of osd_ldiskfs.ko. Locks, outer first (see also osd.h):
 *   osd_seq_mutex, osd_local_mutex > transaction > osd_scan_mutex > osd_oi_sem > oo_dir_sem (one at
 *   a time) ;
 *   oo_data_sem > oo_edge_mutex > own handles.
 * Whatever is locked inside a transaction is locked with memalloc_nofs everywhere.
 */
#ifndef _OSD_INTERNAL_H
#define _OSD_INTERNAL_H

#include <linux/mount.h>
#include <linux/xarray.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/sched/mm.h>
#include <linux/wait.h>
#include <gloss/osd.h>
#include <gloss/param.h>
#include "../ldiskfs/ldiskfs_hooks.h"

#define OSD_NAME_BUF 32
#define OSD_SUBDIRS 32

/* An OST sequence: its directories stay open. */
struct osd_seq {
	struct osd_object *os_dirs[OSD_SUBDIRS];
	struct osd_object *os_last_id;
};

enum {		/* tables of brw_stats */
	OSD_BRW_PAGES,
	OSD_BRW_DISCONT_PAGES,
	OSD_BRW_DISCONT_BLOCKS,
	OSD_BRW_FRAGS,
	OSD_BRW_IN_FLIGHT,
	OSD_BRW_TIME,
	OSD_BRW_SIZE,
	OSD_BRW_MAPS,
	OSD_BRW_NR
};

enum {		/* stats */
	OSD_ST_TRANS_START,
	OSD_ST_SYNC,
	OSD_ST_NR
};

/* The file OI/scan of a device that was taken over (scan.c). */
struct osd_scan {
	__le32 os_magic;
	__le32 os_flags;
	__le64 os_limit; /* the sequences from here on were given out after the take-over */
	__le32 os_next; /* the first inode that is to be looked at */
	__le32 os_pad;
	__le64 os_checked, os_updated, os_failed;
	__le64 os_seconds; /* it has run */
};

struct osd_device {
	struct list_head osd_list;
	struct vfsmount *osd_mnt;
	struct super_block *osd_sb;
	bool osd_is_ost;
	u32 osd_index;

	struct rhashtable osd_objects;
	atomic_t osd_nr_objects;
	struct workqueue_struct *osd_wq; /* final iput of deleted inodes */
	atomic_t osd_backlog;
	wait_queue_head_t osd_wait;
	atomic64_t osd_cb_added; /* commit callbacks */
	atomic64_t osd_cb_done;

	struct osd_object *osd_fsroot;
	struct mutex osd_local_mutex; /* creation of local files */

	struct rw_semaphore osd_oi_sem;
	struct osd_object *osd_oi_dir;
	struct xarray osd_oi; /* seq -> osd_object of OI/<seq> */
	unsigned int osd_nr_oi;

	bool osd_foreign; /* another make formatted it */
	bool osd_scanning; /* not all objects are in the index */
	struct mutex osd_scan_mutex;
	struct task_struct *osd_scan_task;
	time64_t osd_scan_started;
	struct osd_object *osd_scan_file;
	struct osd_scan osd_scan;

	struct mutex osd_seq_mutex; /* opening and making of sequences */
	struct osd_object *osd_o_dir;
	struct xarray osd_seqs; /* seq -> osd_seq */

	/* params.c; NULL before osd_params_start() */
	char osd_name[32]; /* of the target */
	struct param_dir *osd_params, *osd_quota_params;
	struct param_space osd_space;
	struct lu_hist *osd_brw;
	struct lu_stats *osd_stats;
	struct obd_device *osd_obd;
	atomic_t osd_in_flight[2]; /* bios, of reads and writes */
};

struct osd_trans {
	struct osd_device *ot_dev;
	handle_t *ot_handle;
	u32 ot_tid; /* of the journal */
};

/* ---- object.c ---- */
extern const struct rhashtable_params osd_object_params;
/* Object of an inode; takes over its reference, also on error. */
struct osd_object *osd_object_of(struct osd_device *dev, struct inode *inode,
				 const struct lu_fid *fid);
/* Object of an inode without FID: its key is ino and generation. */
struct osd_object *osd_object_of_local(struct osd_device *dev, struct inode *inode);
struct osd_object *osd_object_lookup(struct osd_device *dev, const struct lu_fid *fid);
int osd_inode_fid(struct inode *inode, struct lu_fid *fid);
/* As osd_inode_fid(). @in_index: no object of an OST, and no file that is found by name only. */
int osd_inode_lma(struct inode *inode, struct lu_fid *fid, bool *in_index);
bool osd_fid_in_o(const struct osd_device *dev, const struct lu_fid *fid);
/* ERR_PTR(-ENOSPC, -EDQUOT, -EIO, -ENOMEM). */
struct inode *osd_inode_new(struct osd_trans *th, struct inode *near, umode_t mode, dev_t rdev,
			    u32 uid, u32 gid);
/* A new inode that failed half way: freed like a deleted one. */
void osd_inode_abort(struct osd_trans *th, struct osd_device *dev, struct inode *inode);
/* From any context: later where it would free blocks, or inside a transaction. */
void osd_inode_put(struct osd_device *dev, struct inode *inode);

/* ---- oi.c ---- */
int osd_oi_init(struct osd_device *dev);
void osd_oi_fini(struct osd_device *dev);
/* -ENOENT: no entry. */
int osd_oi_lookup(struct osd_device *dev, const struct lu_fid *fid, u32 *ino, u32 *gen);
/* ino 0 removes. */
int osd_oi_set(struct osd_trans *th, struct osd_device *dev, const struct lu_fid *fid, u32 ino,
	       u32 gen);

/* ---- scan.c ---- */
bool osd_scan_may_have(struct osd_device *dev, const struct lu_fid *fid);
void osd_scan_see(struct osd_device *dev, struct inode *inode, const struct lu_fid *fid);
void osd_scan_stop(struct osd_device *dev);
int osd_scan_show(struct seq_file *m, void *obj);

/* ---- seq.c ---- */
void osd_seq_fini(struct osd_device *dev);
/*
 * Directory and name of an OST object; the directory is not referenced (it lives as long as the
 * device).
 */
struct osd_object *osd_seq_dir(struct osd_device *dev, const struct lu_fid *fid, char *name,
			       size_t *len);

/* ---- params.c ---- */
void osd_params_stop(struct osd_device *dev);

/* ---- local.c ---- */
/* One component in a local directory: the object or ERR_PTR(-ENOENT). */
struct osd_object *osd_local_lookup(struct osd_device *dev, struct osd_object *dir,
				    const char *name, size_t len);
/* Inside of a transaction. */
struct osd_object *osd_local_create_th(struct osd_trans *th, struct osd_object *dir,
				       const char *name, size_t len, umode_t mode);
/* Lookup, or create in a transaction of its own. */
struct osd_object *osd_local_get(struct osd_device *dev, struct osd_object *dir, const char *name,
				 umode_t mode);

/* ---- dir.c ---- */
/* osd_dir_insert() of an inode without an object. */
int osd_dir_add(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		struct inode *inode);
int osd_dir_find_ino(struct osd_object *dir, const char *name, size_t len, unsigned long *ino);

static inline unsigned int osd_dir_lock(struct osd_object *dir)
{
	unsigned int nofs = memalloc_nofs_save();

	down_write(&dir->oo_dir_sem);
	return nofs;
}

static inline void osd_dir_unlock(struct osd_object *dir, unsigned int nofs)
{
	up_write(&dir->oo_dir_sem);
	memalloc_nofs_restore(nofs);
}

static inline unsigned int osd_dir_lock_shared(struct osd_object *dir)
{
	unsigned int nofs = memalloc_nofs_save();

	down_read(&dir->oo_dir_sem);
	return nofs;
}

static inline void osd_dir_unlock_shared(struct osd_object *dir, unsigned int nofs)
{
	up_read(&dir->oo_dir_sem);
	memalloc_nofs_restore(nofs);
}

#endif
