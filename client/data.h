/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data half of the client: OSCs (one per OST), the objects of a file, extent locks, page cache I/O. The metadata half
 * (super, namei, inode ...) embeds struct ll_osc_set in its superblock info and struct ll_data in its inode, and calls what
 * is declared here; what this half needs from the other one is declared at the end.
 *
 * Locks, outer first: inode lock (writers, truncate) > a user of DLM extent locks (objects in ascending order of their index) >
 * page lock > ll_data.ld_lock (spin) > ll_osc.oc_lock (spin). A blocking callback takes page locks only.
 */
#ifndef _CLIENT_DATA_H
#define _CLIENT_DATA_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <wire.h>
#include <lnet.h>
#include <ptlrpc.h>
#include <ldlm.h>
#include <param.h>

struct ll_osc;
struct ll_object;

/* ---- OSCs ---- */

struct ll_osc_set {
	struct xarray		os_tab;		/* index -> struct ll_osc */
	struct mutex		os_mutex;	/* additions */
	wait_queue_head_t	os_waitq;	/* an OSC was added */
	u32			os_count;	/* highest index + 1 */
};

struct ll_osc {
	struct ll_osc_set	*oc_set;
	struct super_block	*oc_sb;
	u32			oc_index;
	char			oc_uuid[UUID_MAX];	/* fs-OST0000_UUID */
	char			oc_name[80];		/* fs-OST0000-osc-<instance> */
	struct obd_import	*oc_imp;
	struct ldlm_namespace	*oc_ns;
	bool			oc_inactive;		/* EXCLUDE, or deactivated */

	spinlock_t		oc_lock;
	u64			oc_avail;	/* grant not used */
	u64			oc_dirty;	/* bytes of dirty pages that have grant */
	u64			oc_lost;	/* grant to be reported as lost */
	unsigned int		oc_in_flight;	/* BRW RPCs */
	unsigned int		oc_max_in_flight;
	u32			oc_brw_size;
	u32			oc_cksum;	/* OBD_CKSUM_* in use, 0 = none */
	bool			oc_checksums;	/* parameter */
	wait_queue_head_t	oc_waitq;	/* RPC done, grant came */
	struct param_dir	*oc_param;
	void			*oc_device;	/* of lctl dl */
};

void ll_osc_set_init(struct ll_osc_set *set);
/*
 * Add OST number index and start connecting; flags: the client's own wishes are added. Called from the config log, `add osc`.
 * More NIDs: ll_osc_add_conn(). 0, -EEXIST, -ENOMEM.
 */
int ll_osc_setup(struct super_block *sb, struct ll_osc_set *set, u32 index, const char *uuid, const char *name, const char *client_uuid,
		 const struct lnet_nid *nids, unsigned int nr_nids, bool inactive);
int ll_osc_add_conn(struct ll_osc_set *set, const char *name, const struct lnet_nid *nids, unsigned int nr_nids);
/* umount -f */
void ll_osc_set_invalidate(struct ll_osc_set *set);
/* All inodes are gone: cancel locks, disconnect, free. */
void ll_osc_set_cleanup(struct ll_osc_set *set, bool force);
/* NULL when there is no such OST; stays valid until cleanup. wait: up to a minute for the config log to bring it. */
struct ll_osc *ll_osc_find(struct ll_osc_set *set, u32 index, bool wait);
/* Wait until every active OSC is connected or timeout seconds have passed (mount). */
void ll_osc_set_wait(struct ll_osc_set *set, unsigned int timeout);
/* OST_STATFS of one OST; no_delay: -EAGAIN/-EIO at once when not connected. */
int ll_osc_statfs(struct ll_osc *osc, struct obd_statfs *st, bool no_delay);
/* Sum over all OSTs in the form of chapter 7 2.2; number of OSTs that answered, or -errno. */
int ll_osc_statfs_all(struct ll_osc_set *set, struct obd_statfs *sum, bool lazy);

/* ---- objects and layout ---- */

struct ll_object {
	refcount_t		o_ref;
	struct inode		*o_inode;	/* not referenced; NULL once the inode forgot it (under o_lock of ll_data) */
	spinlock_t		o_grab;		/* o_inode against blocking callbacks */
	struct ll_osc		*o_osc;
	struct ost_id		o_oi;		/* wire order */
	struct ldlm_res_id	o_res;
	u32			o_stripe;	/* number in its component */
	/* ld_lock */
	u64			o_size;		/* best known */
	u64			o_kms;		/* known minimum size: covered by our locks */
	u64			o_blocks;	/* 512 bytes */
	s64			o_mtime, o_atime, o_ctime;
	bool			o_need_sync;	/* written since the last OST_SYNC */
};

struct ll_comp {
	u64			lc_start, lc_end;	/* [start, end) of the file */
	u32			lc_id;
	u32			lc_flags;		/* LCME_FL_* */
	u32			lc_pattern;
	u32			lc_stripe_size;
	u32			lc_count;		/* objects, 0 when not instantiated */
	struct ll_object	**lc_obj;
};

struct ll_layout {
	refcount_t		ll_ref;
	u32			ll_gen;
	unsigned int		ll_nr_obj;
	unsigned int		ll_nr_comp;
	struct ll_object	**ll_obj;	/* all, of all components in order */
	struct ll_comp		ll_comp[];
};

/* In each regular inode */
struct ll_data {
	spinlock_t		ld_lock;	/* ld_layout pointer, sizes of objects */
	struct ll_layout	*ld_layout;	/* NULL: not known or none */
	struct mutex		ld_layout_mutex; /* replacing the layout */
	atomic_t		ld_write_err;	/* reserved for quick checks */
};

void ll_data_init(struct ll_data *d);
/* The inode goes: pages are gone already. */
void ll_data_fini(struct inode *inode);
/* The layout (LOV EA) of the inode as the MDT told, len 0 = none. Old objects that are not in it are given up. 0 or -errno. */
int ll_data_set_layout(struct inode *inode, const void *ea, u32 len);
/* Referenced layout or NULL. */
struct ll_layout *ll_layout_get(struct inode *inode);
void ll_layout_put(struct ll_layout *l);
/* The LAYOUT lock was called back: finish I/O, write back; the layout is fetched again at the next I/O. */
void ll_layout_changed(struct inode *inode);

/* ---- attributes ---- */

/*
 * Size, blocks and times of the objects into the inode (glimpse where no lock tells). 0, -ENOENT (racing unlink), -EIO, -EINTR.
 * The metadata half first sets the inode's times from the MDT, then calls this.
 */
int ll_glimpse(struct inode *inode);
/* Newest of the inode's times (just set from the MDT) and those known of its objects. No RPC. */
void ll_data_merge_times(struct inode *inode);
/* After the MDT accepted it: new size on all objects, page cache cut. inode lock held. */
int ll_setattr_size(struct inode *inode, loff_t size);
/* Explicit times (utimes): to the objects, exactly as given. attr->ia_valid has ATTR_*TIME bits. */
int ll_setattr_times(struct inode *inode, const struct iattr *attr);

/* ---- file operations ---- */

extern const struct address_space_operations ll_aops;
ssize_t ll_file_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t ll_file_write_iter(struct kiocb *iocb, struct iov_iter *from);
int ll_file_mmap(struct file *file, struct vm_area_struct *vma);
int ll_file_fsync(struct file *file, loff_t start, loff_t end, int datasync);
long ll_fallocate(struct file *file, int mode, loff_t offset, loff_t len);
loff_t ll_llseek(struct file *file, loff_t offset, int whence);
/* Write back everything dirty of the inode and wait (close, setattr). */
int ll_flush(struct inode *inode);

/* ---- what the metadata half gives ---- */

struct ll_data *ll_idata(struct inode *inode);
struct ll_osc_set *ll_oscs(struct super_block *sb);
const struct lu_fid *ll_ifid(struct inode *inode);
/*
 * Make the layout of the inode known and valid under a LAYOUT lock (calls ll_data_set_layout()); cheap when it is. write: I/O on
 * [start, end) needs instantiated components (PFL). 0 or -errno.
 */
int ll_layout_refresh(struct inode *inode, bool write, u64 start, u64 end);
/* MDS_SYNC of the inode (fsync without datasync). */
int ll_md_fsync(struct inode *inode);
/* Privileges (suid) must be dropped before a write: setattr at the MDT. */
int ll_file_remove_privs(struct kiocb *iocb);

#endif
