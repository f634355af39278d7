/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of lustre.ko share, grouped by the file that defines it. The client has two
 * halves: names and attributes, spoken about with MDTs (mdc.h), and data, on OSTs (data.h). What
 * the data half does for the other is marked below as hooks.
 *
 * Lock order of the client, outer first:
 *
 *   i_rwsem
 *   mmap_lock (page faults)
 *   lli_layout_sem: I/O holds it for reading; no request to an MDT below it (data.h says why)
 *   users of extent locks, objects in ascending order
 *   lli_size_mutex
 *   ll_inode_data.lid_zero_sem: fallocate(2) makes zeros, or a fault makes a page dirty
 *   page lock
 *   lli_dir_mutex (directories), lli_layout_mutex; no request is sent under the latter
 *   ll_inode_data.lid_lock
 *   lli_lock, lr_lock of the extent locks
 *   ll_object.lob_grab_lock, ll_osc.oc_lock
 *
 * Callbacks of MDT locks take lli_layout_sem and what is below it, never i_rwsem; those of extent
 * locks take page locks and what is below them. No request is sent under a spinlock.
 */
#ifndef _GLOSS_CLIENT_INTERNAL_H
#define _GLOSS_CLIENT_INTERNAL_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/posix_acl.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <gloss/lustre_user.h>
#include <gloss/wire.h>
#include <gloss/msg.h>
#include <gloss/lnet.h>
#include <gloss/ptlrpc.h>
#include <gloss/ldlm.h>
#include <gloss/llog.h>
#include <gloss/mgc.h>
#include <gloss/param.h>

struct ll_osc;		/* one OST of a mount: data half (osc.h or osc.c) */
struct ll_inode_data;	/* per regular file: data half */
struct ll_xattrs;

#define LL_OBD_TIMEOUT_WAIT	60	/* seconds to wait for an OST to be configured */

/* ---- super.c: a mount ---- */

/* ll_sb_info.sbi_opts */
#define LL_OPT_FLOCK		0x0001
#define LL_OPT_LOCALFLOCK	0x0002
#define LL_OPT_USER_XATTR	0x0004
#define LL_OPT_LAZYSTATFS	0x0008
#define LL_OPT_STATFS_PROJECT	0x0010
#define LL_OPT_CHECKSUM		0x0020
#define LL_OPT_LRURESIZE	0x0040
#define LL_OPT_USER_FID2PATH	0x0080
#define LL_OPT_VERBOSE		0x0100
#define LL_OPT_ALWAYS_PING	0x0200
#define LL_OPT_32BITAPI		0x0400
#define LL_OPT_RDONLY		0x0800
#define LL_OPT_NOIR		0x1000	/* no imperative recovery */

/* Counters of llite.*.stats */
enum ll_stat {
	LLS_READ_BYTES, LLS_WRITE_BYTES, LLS_READ, LLS_WRITE, LLS_IOCTL, LLS_OPEN, LLS_CLOSE,
	LLS_MMAP, LLS_PAGE_FAULT, LLS_PAGE_MKWRITE, LLS_SEEK, LLS_FSYNC, LLS_READDIR,
	LLS_SETATTR, LLS_TRUNCATE, LLS_FLOCK, LLS_FALLOCATE, LLS_GETATTR, LLS_CREATE, LLS_LINK,
	LLS_UNLINK, LLS_SYMLINK, LLS_MKDIR, LLS_RMDIR, LLS_MKNOD, LLS_RENAME, LLS_STATFS,
	LLS_SETXATTR, LLS_GETXATTR, LLS_LISTXATTR, LLS_REMOVEXATTR, LLS_PERMISSION, LLS_NR,
};

/* A request that nobody waits for (statahead.c): umount ends it. */
struct ll_ahead {
	struct list_head	link;		/* ll_statahead.flight */
	struct ptlrpc_request	*req;		/* NULL: it is complete */
};

/* Statahead of a mount: statahead.c. */
struct ll_statahead {
	spinlock_t		lock;		/* all below but the parameters and counters */
	struct list_head	readers;	/* struct ll_sa, the one used last at the end */
	unsigned int		nr_readers;
	struct list_head	flight;		/* struct ll_ahead */
	unsigned int		nr_flight;
	bool			stopped;
	wait_queue_head_t	waitq;		/* flight became empty */
	struct delayed_work	sweep;		/* ends readers that do nothing any more */
	/* parameters */
	unsigned int		max, min, running_max, timeout;
	bool			agl;
	/* counters */
	atomic_long_t		total, wrong, agl_total, by_list, by_name, hits, misses;
};

struct ll_sb_info {
	struct super_block	*sbi_sb;	/* NULL until ll_fill_super() has one */
	char			sbi_fsname[LUSTRE_MAXFSNAME + 1];
	char			*sbi_device;	/* as mounted: "nids:/fsname[/subdir]" */
	char			*sbi_mgsnodes;	/* the nids */
	char			*sbi_fileset;	/* "/subdir" or NULL */
	char			*sbi_mgsname;	/* option, or NULL */
	char			*sbi_exclude;	/* option, or NULL */
	char			sbi_inst[20];	/* 16 hex digits: device names of this mount */
	char			sbi_name[32];	/* "fsname-inst" */
	char			sbi_uuid[UUID_MAX];	/* client uuid of all connects */
	unsigned int		sbi_opts;	/* LL_OPT_* */
	unsigned int		sbi_statfs_max_age;	/* seconds */
	bool			sbi_umounting;	/* umount_begin: fail, do not wait */

	struct mgc		*sbi_mgc;
	struct config_log	*sbi_client_log;
	struct config_log	*sbi_params_log;
	struct config_log	*sbi_recover_log;	/* tells of restarted targets; NULL: none */

	/* Configured targets. sbi_conf_mutex: changes of the arrays and the walk over records. */
	struct mutex		sbi_conf_mutex;
	struct list_head	sbi_nodes;	/* config.c */
	struct list_head	sbi_targets;
	struct list_head	sbi_pools;	/* pool.c */
	struct mutex		sbi_pool_mutex;	/* members of pools, against readers */
	struct param_dir	*sbi_pool_dir;
	wait_queue_head_t	sbi_conf_waitq;	/* a target was added, or umounting */
	bool			sbi_profile_seen;
	struct xarray		sbi_mdcs;	/* struct ll_mdc by MDT index */
	struct xarray		sbi_oscs;	/* struct ll_osc by OST index, until umount */
	struct ll_mdc		*sbi_mdc0;
	atomic64_t		sbi_attr_clock;	/* orders answers of MDTs, see inode.c */

	struct lu_fid		sbi_root_fid;
	u32			sbi_namelen;
	u32			sbi_bsize;	/* of the MDT's statfs */
	struct mutex		sbi_statfs_mutex;
	struct obd_statfs	sbi_statfs;	/* cached answer */
	unsigned long		sbi_statfs_time;	/* jiffies, 0 = none */
	unsigned long		sbi_mount_time;	/* jiffies */

	struct lu_stats		*sbi_stats;
	struct lu_hist		*sbi_extents;	/* sizes of reads and writes */
	bool			sbi_extents_on;	/* they are counted */
	unsigned int		sbi_stat_blocksize;	/* parameter, 0 = default */
	struct param_dir	*sbi_param_dir, *sbi_lov_dir, *sbi_lmv_dir;
	struct param_space	sbi_space;
	unsigned int		sbi_ra_mb, sbi_ra_file_mb;	/* readahead: bounds, MiB */
	atomic_long_t		sbi_reading;		/* pages of data on their way */
	unsigned int		sbi_cache_max_mb;	/* pages of data, 0 = no bound */
	struct delayed_work	sbi_cache_work;		/* cache_limit.c */
	struct ll_statahead	sbi_statahead;
	struct obd_device	*sbi_dev_lov, *sbi_dev_lmv;
};

static inline struct ll_sb_info *ll_sbi(const struct super_block *sb)
{
	return sb->s_fs_info;
}

#define ll_count(sb, what, v)	lu_stats_add(ll_sbi(sb)->sbi_stats, LLS_##what, v)

extern const struct super_operations ll_super_ops;

/* ---- inodes ---- */

/*
 * What is cached about an inode and still true, because a lock protects it (lli_cached, under
 * lli_lock).
 */
#define LLC_UPDATE	MDS_INODELOCK_UPDATE	/* times, nlink, flags (size, blocks) */
#define LLC_PERM	MDS_INODELOCK_PERM	/* mode, uid, gid, access ACL */
#define LLC_LAYOUT	MDS_INODELOCK_LAYOUT	/* lli_layout */
#define LLC_XATTR	MDS_INODELOCK_XATTR
#define LLC_DIR		0x1000ULL		/* UPDATE held: pages, negative dentries */

/* lli_flags */
#define LLIF_DATA_MODIFIED	0	/* written since the last close (data half sets it) */
#define LLIF_PSEUDO		1	/* .lustre and .lustre/fid made by this client */

/* Seconds since 1970, also before; nobody has told a time that is LL_TIME_UNKNOWN. */
struct ll_times {
	s64	atime, mtime, ctime;
};

#define LL_TIME_UNKNOWN		S64_MIN
#define LL_TIMES_UNKNOWN \
	((struct ll_times) { LL_TIME_UNKNOWN, LL_TIME_UNKNOWN, LL_TIME_UNKNOWN })

struct ll_inode {
	struct lu_fid		lli_fid;
	spinlock_t		lli_lock;	/* lli_cached ... lli_dir_gen, all times */
	u64			lli_cached;	/* LLC_* */
	u64			lli_clock;	/* tick of the attributes, see inode.c */
	u64			lli_transno;	/* newest change whose answer was installed */
	u32			lli_dir_gen;	/* directory: UPDATE locks lost; never 0 */
	unsigned long		lli_flags;	/* LLIF_* bits */
	u32			lli_attr_flags;	/* LUSTRE_*_FL */
	u32			lli_projid;
	s64			lli_btime;
	struct ll_times		lli_mds;	/* as the MDT said */
	struct ll_times		lli_ost;	/* merged of all objects (data half) */
	u64			lli_lazysize, lli_lazyblocks;
	struct posix_acl	*lli_acl;	/* access ACL, good with LLC_PERM; under lli_lock */
	char			*lli_symlink;	/* target, never changes; under lli_lock when set */
	struct ll_xattrs	*lli_xattrs;	/* all, good with LLC_XATTR; under lli_lock */
	struct mutex		lli_dir_mutex;	/* directory: one reader at a time fetches pages */
	struct rb_root		lli_dir_pages;	/* ll_dir_page by hash; under lli_lock */
	unsigned int		lli_nr_dir_pages;

	/* regular files */
	struct rw_semaphore	lli_layout_sem;	/* read: I/O uses the layout (layout.c) */
	struct mutex		lli_layout_mutex;	/* fetch and install */
	struct ll_layout __rcu	*lli_layout;	/* NULL = never fetched; lli_layout_mutex */
	struct mutex		lli_size_mutex;	/* data half: glimpse and truncate */
	struct ll_inode_data	*lli_data;	/* data half */

	struct inode		lli_vfs;
};

static inline struct ll_inode *ll_i(const struct inode *inode)
{
	return container_of(inode, struct ll_inode, lli_vfs);
}

static inline const struct lu_fid *ll_fid(const struct inode *inode)
{
	return &ll_i(inode)->lli_fid;
}

/* file->private_data of every open file of a client mount */
struct ll_file {
	struct ll_open	*lf_open;		/* NULL: root, no open at the MDT */
	unsigned int	lf_ioctl_flags;		/* LL_FILE_* */
	bool		lf_mapped;		/* ever */
	u32		lf_flock_gen;		/* imp_generation + 1 when it got a flock, or 0 */
	/* readdir(3): the entry that was given out last, when it is the one before the position */
	u64		lf_dir_hash;
	struct lu_fid	lf_dir_fid;
};

/* ---- layout.c ---- */

#define LL_LAYOUT_TRIES	20	/* times it is asked for again when the answer does not help */

struct ll_stripe {
	u32		lsp_ost_idx;
	struct lu_fid	lsp_fid;	/* object; IDIF for legacy ids */
	bool		lsp_hole;	/* object missing: -EIO */
};

/* A component: [start, end) of the file. A plain layout has one, [0, LUSTRE_EOF). */
struct ll_comp {
	u32		lc_id;
	u32		lc_flags;	/* LCME_FL_*; without LCME_FL_INIT: no objects yet */
	u64		lc_start, lc_end;
	u32		lc_pattern;	/* LOV_PATTERN_* incl. F_RELEASED, F_HOLE */
	u32		lc_stripe_size;
	u32		lc_stripe_count;	/* entries of stripes when INIT */
	u32		lc_first;	/* number of stripes[0] over all components */
	bool		lc_usable;	/* false: foreign, DoM, stale, ...: no I/O */
	struct ll_stripe *lc_stripes;
};

struct ll_layout {
	refcount_t	ly_ref;
	struct rcu_head	ly_rcu;
	u32		ly_gen;
	u32		ly_flags;	/* lcm_flags: FLR state */
	u16		ly_nr_comps;	/* 0 = empty: size is the MDT's, reads give zeros */
	u16		ly_nr_mirrors;	/* 1 for plain */
	u32		ly_nr_stripes;	/* objects over all components */
	bool		ly_composite;
	bool		ly_refused;	/* has data that this client cannot get at: no I/O */
	bool		ly_dom;		/* ... on the MDT: nor is the size known */
	u32		ly_ea_len;
	void		*ly_ea;		/* the EA as it came */
	struct ll_comp	ly_comps[];
};

/*
 * The current layout, referenced; fetched with IT_LAYOUT when none is protected by a lock.
 * Killable. ERR_PTR(-errno). For I/O use ll_layout_io_begin().
 */
struct ll_layout *ll_layout_get(struct inode *inode);
void ll_layout_put(struct ll_layout *lo);		/* NULL is fine */
/*
 * Last installed layout, referenced, whether or not a lock protects it (writeback of pages,
 * getattr); NULL = none.
 */
struct ll_layout *ll_layout_peek(struct inode *inode);
/*
 * Around each read, write, fault, truncate ...: takes lli_layout_sem for reading, with a valid
 * layout. For writes and truncates components that [start, end) touches are instantiated first
 * (write intent, extent of chapter 4 17.2). On success *lo stays valid until ll_layout_io_end(). Do
 * not nest, and ask no MDT in between: a callback of the LAYOUT lock waits for the end. Not needed
 * in writepages (use ll_layout_peek()).
 */
enum ll_layout_op { LL_LAYOUT_READ, LL_LAYOUT_WRITE, LL_LAYOUT_TRUNC };
int ll_layout_io_begin(struct inode *inode, enum ll_layout_op op, u64 start, u64 end,
		       struct ll_layout **lo);
void ll_layout_io_end(struct inode *inode, struct ll_layout *lo);
bool ll_layout_extends(const struct ll_layout *new, const struct ll_layout *old);
bool ll_layout_need_intent(const struct ll_layout *lo, enum ll_layout_op op, u64 start, u64 end);
/* Is there data behind the last installed layout that this client cannot get at? */
bool ll_layout_refused(struct inode *inode);
/* In a copy of a checked EA: generations become "any OST", as in requests. */
void ll_layout_any_ost(void *ea);
/* Component for a file offset (a non-stale mirror is chosen); NULL = none defined there. */
const struct ll_comp *ll_layout_comp(const struct ll_layout *lo, u64 pos);
/*
 * Install an EA that came with a reply while its LAYOUT lock is held by the caller. ea_len 0 =
 * empty layout.
 */
int ll_layout_install(struct inode *inode, const void *ea, u32 ea_len);
void ll_layout_lock_lost(struct inode *inode, bool failed);
bool ll_layout_busy(struct inode *inode);
void ll_layout_fini(struct inode *inode);
/* The MDT can tell the size of this file: no layout or no objects. */
static inline bool ll_layout_has_objects(const struct ll_layout *lo)
{
	return lo && lo->ly_nr_stripes;
}

/* ---- data half: what the namespace half calls of it ---- */

extern const struct address_space_operations ll_aops;
ssize_t ll_file_read_iter(struct kiocb *iocb, struct iov_iter *iter);
ssize_t ll_file_write_iter(struct kiocb *iocb, struct iov_iter *iter);
int ll_file_mmap(struct file *file, struct vm_area_struct *vma);
/* Pages and OST_SYNC, then mdc_sync() for the MDT part. */
int ll_file_fsync(struct file *file, loff_t start, loff_t end, int datasync);
int ll_fadvise(struct file *file, loff_t offset, loff_t len, int advice);
long ll_fallocate(struct file *file, int mode, loff_t offset, loff_t len);
loff_t ll_llseek(struct file *file, loff_t offset, int whence);
int ll_fiemap(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len);
int ll_glimpse(struct inode *inode);
/* Ask for the size of a regular file, without waiting for the answer. */
void ll_glimpse_ahead(struct inode *inode);
/*
 * After the MDT agreed to ATTR_SIZE: punch the objects under PW locks, set i_size, drop pages.
 * i_rwsem held for writing.
 */
int ll_setattr_size(struct inode *inode, loff_t new_size);
/*
 * After the MDT set times/owner: OST_SETATTR of the times (i_atime ... of the inode are set) to the
 * objects. Best effort.
 */
int ll_setattr_times(struct inode *inode, const struct iattr *attr);
int ll_inode_data_init(struct inode *inode);
void ll_inode_data_fini(struct inode *inode);
void ll_layout_lost(struct inode *inode);
int ll_layout_flush(struct inode *inode);
bool ll_dio_busy(struct inode *inode);
void ll_layout_changed(struct inode *inode, u64 start, u64 end);
/* sync(2): all OSTs make durable what they acknowledged. Killable. */
int ll_data_sync(struct ll_sb_info *sbi);
int ll_data_flush(struct file *file);
int ll_group_lock(struct file *file, u64 gid);
int ll_group_unlock(struct file *file, u64 gid);
#define LL_DV_RD_FLUSH	1
#define LL_DV_WR_FLUSH	2
int ll_data_version(struct inode *inode, u64 *version, u64 flags);

/* ---- pool.c ---- */
int ll_pool_record(struct ll_sb_info *sbi, u32 cmd, const char *name, const char *uuid);
void ll_pools_fini(struct ll_sb_info *sbi);

/*
 * An OST from the configuration: make the import with all its nodes, start to connect (do not
 * wait), store it in sbi->sbi_oscs[index]. nodes[0] is the primary one. active = false: configured
 * but not used. Called under sbi_conf_mutex.
 */
struct ll_node_nids {
	unsigned int		nr;
	const struct lnet_nid	*nids;
};

int ll_osc_setup(struct ll_sb_info *sbi, u32 index, const char *tgt_uuid,
		 const struct ll_node_nids *nodes, unsigned int nr_nodes, bool active);
int ll_osc_add_node(struct ll_osc *osc, const struct ll_node_nids *node);
void ll_osc_set_active(struct ll_osc *osc, bool active);
struct obd_import *ll_osc_import(struct ll_osc *osc);
const char *ll_osc_uuid(const struct ll_osc *osc);
void ll_osc_invalidate(struct ll_osc *osc);
void ll_osc_cleanup(struct ll_osc *osc, bool force);
int ll_osc_statfs(struct ll_osc *osc, struct obd_statfs *st, bool nodelay);
/* Per mount, after the super block exists; module init and exit. */
void ll_data_sb_init(struct super_block *sb);
int ll_data_init(void);
void ll_data_exit(void);

/* ---- config.c ---- */

/*
 * Names of OSTs follow the log. Waits up to a minute (killable) for an index that is not configured
 * yet. ERR_PTR(-EINVAL).
 */
struct ll_osc *ll_osc_get(struct ll_sb_info *sbi, u32 index);
int ll_config_wait_mgs(struct ll_sb_info *sbi, unsigned long deadline);
int ll_config_start(struct ll_sb_info *sbi);
int ll_config_wait_mdt(struct ll_sb_info *sbi, unsigned long deadline);
void ll_config_stop(struct ll_sb_info *sbi);
void ll_config_free(struct ll_sb_info *sbi);

#include "mdc.h"

#endif
