/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of mds.ko: the metadata target and its client of the OSTs (osp). Grouped by the file that
 * defines things.
 *
 * Lock order, outer first:
 *   LDLM locks on objects, several at once in the order of their FIDs (mdt_lock.c); only these
 *     wait for clients
 *   mdt_device.mdt_rename_mutex
 *   mdt_object.mo_dir_sem of parents (two at once only under mdt_rename_mutex)
 *   mdt_object.mo_mutex (two at once: in the order of their FIDs)
 *   a reservation of OST objects may wait here, before the transaction
 *   [transaction: tgt_trans_start .. tgt_trans_stop]
 *   osp_device.opd_id_mutex (lov_objid)
 *   spinlocks: buckets of the object and handle tables, mdt_export.me_lock, osp_device.opd_lock;
 *     inside of them mdt_device.mdt_reap_lock, mdt_device.mdt_rec_lock
 */
#ifndef _GLOSS_MDT_INTERNAL_H
#define _GLOSS_MDT_INTERNAL_H

#include <linux/idr.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xattr.h>
#include <gloss/msg.h>
#include <gloss/lnet.h>
#include <gloss/ptlrpc.h>
#include <gloss/ldlm.h>
#include <gloss/osd.h>
#include <gloss/llog.h>
#include <gloss/param.h>
#include <gloss/target.h>
#include "osp.h"

#define MDT_HASH_BITS		10
#define MDT_MAX_NAME		255
#define MDT_LINK_MAX		65000		/* hard links of a file; ldiskfs' limit */
#define MDT_EXPORT_FILES_MAX	65536		/* open handles of one client */
#define MDT_MAX_EASIZE		65536U		/* of one xattr on the wire */
#define MDT_BRW_SIZE		(1024U * 1024)
#define MDT_MAX_MOD_RPCS	8

#define LOD_MAX_OSTS		1024
#define LOD_MAX_STRIPES		160		/* of one file: the EA fits 4 KiB */
#define LOD_QOS_RR_PCT		17	/* default of lo_qos_rr_pct */

struct mdt_device;

/* The caller of a request. */
struct mdt_cred {
	u32	mc_uid, mc_gid;
	u32	mc_suppgid[2];
	u32	mc_cap;
	u32	mc_umask;
};

/* mdt_squash.c */
struct mdt_squash {
	spinlock_t	ms_lock;		/* what follows */
	u32		ms_uid, ms_gid;		/* 0: off */
	char		ms_nids[1024];		/* of the clients whose root stays root */
};

/* An object in use; all users of a FID share one. */
struct mdt_object {
	struct hlist_node	mo_hash;
	struct lu_fid		mo_fid;
	refcount_t		mo_ref;
	struct mdt_device	*mo_mdt;
	struct osd_object	*mo_osd;
	struct rw_semaphore	mo_dir_sem;	/* names in a directory */
	atomic_t		mo_names_removed;	/* names taken out of this directory */
	struct mutex		mo_mutex;	/* attributes, layout, what follows */
	int			mo_opens;	/* handles */
	int			mo_writers;
	int			mo_execs;
	s64			mo_atime_set;	/* ctime of the last explicit change of atime */
	bool			mo_dead;	/* its last name was removed */
	bool			mo_pending;	/* in PENDING/ while it has OST objects */
	bool			mo_reaping;	/* handed to the reaper (mdt_orphan.c) */
	unsigned long		mo_reap_flags;	/* MDT_OF_* */
	struct list_head	mo_reap;	/* mdt_reap_list or mdt_reap_closed */
	atomic_t		mo_objects_left;	/* OST objects not destroyed yet */
	struct mdt_record	*mo_owner;	/* the OSTs are being told the owner */
};

/* A name in a directory, of a request. */
struct mdt_name {
	struct mdt_object	*dir;
	const char		*name;
	size_t			len;
};

#define MDT_OF_REAP_DONE	0	/* OST objects are dealt with */
#define MDT_OF_REAP_LATER	1	/* an OST went away */
#define MDT_OF_LOADING		2	/* is it a dead file? PENDING/ is asked */

/* An open handle. On the list of its export and in the table of handles. */
struct mdt_file {
	struct list_head	mf_list;	/* mdt_export.me_files */
	struct hlist_node	mf_hash;
	refcount_t		mf_ref;
	u64			mf_cookie;
	u64			mf_old_cookie;	/* a replay names it: the one before the restart */
	u64			mf_xid;		/* of the open */
	u64			mf_flags;	/* MDS_FMODE_*, MDS_OPEN_* */
	struct mdt_object	*mf_obj;
	struct mdt_export	*mf_exp;
	bool			mf_closed;
};

struct mdt_export {
	struct tgt_export	me_te;		/* must be first */
	spinlock_t		me_lock;
	struct list_head	me_files;
	unsigned int		me_nr_files;
	u64			me_flags, me_flags2;	/* granted */
	bool			me_rdonly;
	bool			me_closed;	/* disconnected or evicted: no more handles */
};

struct mdt_bucket {
	spinlock_t		mb_lock;	/* mb_head, and the last put of what is on it */
	struct hlist_head	mb_head;
};

/* The OSTs (mdt_lov.c). */
struct mdt_lod {
	struct rw_semaphore	lo_sem;		/* lo_osts, lo_pools */
	struct osp_device	*lo_osts[LOD_MAX_OSTS];
	u32			lo_nr;		/* highest index + 1 */
	struct list_head	lo_pools;
	atomic_t		lo_rr;
	atomic_t		lo_events;
	wait_queue_head_t	lo_waitq;	/* for lo_events */
	atomic_t		lo_waiters;	/* threads in it */
	bool			lo_stopping;
	time64_t		lo_configured;	/* seconds: when the OSTs were known */
	time64_t		lo_failing_since;
	u32			lo_def_count;
	u32			lo_def_size;
	u32			lo_qos_rr_pct;	/* round robin while free space differs less */
	u32			lo_append_count;	/* of appended files; 0: as others */
	struct osd_object	*lo_objid;	/* file lov_objid: last used id of each OST */
	/* Sections of the config log (mdt_osts.c), under lt_config_mutex */
	struct tgt_nodes	lo_nodes;
};

struct mdt_device {
	struct lu_target	*mdt_lt;
	struct osd_device	*mdt_osd;
	struct ldlm_namespace	*mdt_ns;
	struct mdt_object	*mdt_root;
	struct mutex		mdt_rename_mutex;	/* renames between directories */

	struct mdt_bucket	*mdt_objects;
	struct mdt_bucket	*mdt_files;
	atomic64_t		mdt_next_cookie;
	atomic_t		mdt_nr_files;
	atomic_t		mdt_max_mdsize;

	/* mdt_orphan.c */
	struct osd_object	*mdt_pending;	/* directory PENDING/ */
	atomic_t		mdt_pending_names;	/* in it */
	spinlock_t		mdt_reap_lock;
	struct list_head	mdt_reap_closed;	/* last close without a transaction */
	struct list_head	mdt_reap_list;	/* for mdt_reap_work */
	struct work_struct	mdt_reap_work;
	struct delayed_work	mdt_scan_work;
	unsigned int		mdt_reap_active;	/* files at the OSTs; of mdt_wq */
	bool			mdt_reap_off;	/* no more in this mount */
	bool			mdt_scan_wanted;	/* of PENDING/; under mdt_reap_lock */
	bool			mdt_scan_no_room;	/* go on with fewer active; of mdt_wq */
	bool			mdt_scanning;	/* a pass is at mdt_scan_hash; of mdt_wq */
	u64			mdt_scan_hash;
	struct workqueue_struct	*mdt_wq;

	/* mdt_seq.c */
	struct mutex		mdt_seq_mutex;
	struct osd_object	*mdt_seq_file;
	u64			mdt_seq_next;
	u64			mdt_super_next;
	u64			mdt_seq_saved;	/* sequences below are reserved on disk */
	struct lu_seq_range_array *mdt_fldb;	/* super ranges given to others */

	/* mdt_record.c */
	struct osd_object	*mdt_rec_file;
	struct ida		mdt_rec_ida;	/* slots in use */
	struct ida		mdt_rec_mem;	/* slots whose record is in memory */
	atomic_t		mdt_rec_count;	/* those records */
	bool			mdt_rec_scan_wanted;
	bool			mdt_rec_scanning;	/* a pass is under way at mdt_rec_pos */
	u64			mdt_rec_pos;
	spinlock_t		mdt_rec_lock;	/* the two lists */
	struct list_head	mdt_rec_todo, mdt_rec_done;
	struct work_struct	mdt_rec_work;
	unsigned int		mdt_rec_active;

	struct mdt_lod		mdt_lod;
	struct mdt_squash	mdt_squash;
	u32			mdt_atime_diff;	/* seconds: closes move atime by more only */
	struct param_dir	*mdt_lod_params, *mdt_mdd_params, *mdt_qmt_md, *mdt_qmt_dt;
};

static inline struct mdt_device *mdt_dev(const struct svc_req *req)
{
	return svc_req_target(req)->lt_priv;
}

static inline struct mdt_export *mdt_export(struct obd_export *exp)
{
	return container_of(exp, struct mdt_export, me_te.te_exp);
}

/* ---- mdt_main.c: objects ---- */
struct mdt_object *mdt_object_find(struct mdt_device *mdt, const struct lu_fid *fid);
struct mdt_object *mdt_object_wrap(struct mdt_device *mdt, struct osd_object *osd);
struct mdt_object *mdt_object_find_le(struct mdt_device *mdt, const struct lu_fid_le *le);
struct mdt_object *mdt_object_find_live(struct mdt_device *mdt, const struct lu_fid_le *le);
void mdt_object_get(struct mdt_object *o);
void mdt_object_put(struct mdt_object *o);
int mdt_xattr_get_alloc(struct mdt_object *o, const char *name, void **val);
void mdt_attr_get(struct mdt_object *o, struct osd_attr *la);
bool mdt_recovering(struct mdt_device *mdt);

/* ---- mdt_squash.c ---- */
#define MDT_NR_SQUASH_PARAMS	2
extern const struct param_def mdt_squash_params[MDT_NR_SQUASH_PARAMS];
void mdt_squash(struct svc_req *req, struct mdt_cred *cred);

/* ---- mdt_params.c ---- */
enum mdt_stat {		/* of md_stats, microseconds */
	MDS_STAT_OPEN, MDS_STAT_CLOSE, MDS_STAT_MKNOD, MDS_STAT_LINK, MDS_STAT_UNLINK,
	MDS_STAT_MKDIR, MDS_STAT_RMDIR, MDS_STAT_RENAME, MDS_STAT_GETATTR, MDS_STAT_SETATTR,
	MDS_STAT_GETXATTR, MDS_STAT_SETXATTR, MDS_STAT_STATFS, MDS_STAT_SYNC,
	MDS_STAT_SAMEDIR_RENAME, MDS_STAT_CROSSDIR_RENAME, MDS_STAT_NR,
};

int mdt_params_start(struct mdt_device *mdt);
void mdt_params_stop(struct mdt_device *mdt);

/* ---- mdt_handler.c ---- */
extern const struct ptlrpc_handler mdt_handlers[];
extern const unsigned int mdt_nr_handlers;
extern const struct ldlm_srv_ops mdt_ldlm_ops;
int mdt_reconstruct(struct svc_req *req, const struct tgt_reply_data *trd);

/* ---- mdt_lock.c ---- */
#define MDT_LOCKS_MAX	4

struct mdt_lock_set {
	unsigned int	ls_nr;
	struct {
		struct lu_fid		fid;
		u32			mode;
		u64			bits;
		struct ldlm_lock	*lock;
	} ls[MDT_LOCKS_MAX];
};

void mdt_lock_add(struct mdt_lock_set *ls, const struct lu_fid *fid, u32 mode, u64 bits);
int mdt_lock_all(struct mdt_device *mdt, struct mdt_lock_set *ls);
void mdt_unlock_all(struct mdt_lock_set *ls);
int mdt_lock_client(struct svc_req *req, struct mdt_object *o, u32 mode, u64 bits, u64 try_bits,
		    struct ldlm_lock **lockp);
void mdt_lock_client_drop(struct ldlm_lock *lock);
u64 mdt_lock_client_bits(const struct ldlm_lock *lock);

/* ---- mdt_perm.c ---- */
int mdt_acl_check(const void *blob, u32 len);
int mdt_acl_mode(const void *blob, u32 len, u32 *mode);
void mdt_acl_chmod(void *blob, u32 len, u32 mode);
int mdt_acl_create(void *blob, u32 len, u32 *mode);
bool mdt_in_group(const struct mdt_cred *cred, u32 gid);
bool mdt_capable(const struct mdt_cred *cred, int cap);
int mdt_permission(const struct mdt_cred *cred, struct mdt_object *obj,
		   const struct osd_attr *la, u32 want);
int mdt_may_create(const struct mdt_cred *cred, struct mdt_object *dir, const struct osd_attr *la);
int mdt_may_delete(const struct mdt_cred *cred, struct mdt_object *dir, const struct osd_attr *dla,
		   const struct osd_attr *cla, bool isdir);
void mdt_cred_body(struct mdt_cred *cred, struct svc_req *req, const struct mdt_body *b);
void mdt_cred_rec(struct mdt_cred *cred, struct svc_req *req, const struct mdt_rec_reint *rr);

/* ---- mdt_getattr.c: replies with attributes ---- */
struct mdt_reply {
	struct mdt_body	mr_body;
	void		*mr_md;
	u32		mr_md_len;
	void		*mr_acl;
	u32		mr_acl_len;
	void		*mr_secctx;
	u32		mr_secctx_len;
};

#define MDT_RA_DIR_EA	0x1	/* GETATTR of a directory: its default layout is wanted */

void mdt_reply_init(struct mdt_reply *r);
void mdt_reply_free(struct mdt_reply *r);
int mdt_reply_attr(struct svc_req *req, struct mdt_object *o, u64 want, u32 room,
		   unsigned int flags, struct mdt_reply *r);
int mdt_reply_pack(struct svc_req *req, struct mdt_reply *r);
int mdt_reply_secctx(struct svc_req *req, struct mdt_object *o, struct mdt_reply *r);
int mdt_req_fid(const struct lu_fid_le *le, struct lu_fid *fid);
int mdt_req_new_fid(struct mdt_device *mdt, const struct lu_fid_le *le, struct lu_fid *fid);
int mdt_name_get(struct svc_req *req, enum wire_field f, const char **name, size_t *len);
int mdt_lookup(struct mdt_object *dir, const char *name, size_t len, struct lu_fid *fid);
int mdt_lookup_checked(const struct mdt_cred *cred, struct mdt_object *dir, const char *name,
		       size_t len, struct lu_fid *fid);
int mdt_getattr(struct svc_req *req);
int mdt_getattr_name(struct svc_req *req);
int mdt_get_root(struct svc_req *req);
int mdt_statfs(struct svc_req *req);
int mdt_sync(struct svc_req *req);
int mdt_intent_getattr(struct svc_req *req, u64 it, struct ldlm_lock **lockp);
int mdt_intent_done(struct svc_req *req, struct mdt_reply *r, u64 disp, int status,
		    struct ldlm_lock *lock, struct ldlm_lock **lockp);

/* ---- mdt_open.c ---- */
int mdt_intent_open(struct svc_req *req, struct ldlm_lock **lockp);

/* ---- mdt_file.c: open handles ---- */
struct mdt_file *mdt_file_new(struct mdt_export *me, u64 flags, u64 xid);
void mdt_file_put(struct mdt_file *mf);
int mdt_file_attach(struct mdt_file *mf, struct mdt_object *o);
struct mdt_file *mdt_file_by_xid(struct mdt_export *me, u64 xid);
void mdt_file_close(struct mdt_file *mf);
void mdt_close_again(struct svc_req *req);
void mdt_close_export(struct mdt_export *me);
int mdt_close(struct svc_req *req);

/* ---- mdt_op.c: a modifying request ---- */
struct mdt_op;

/* What begin, lock and check may return besides 0 (go on) and -errno. */
enum mdt_op_next {
	MDT_OP_AGAIN = 1,	/* a name has changed meanwhile: start over with the row lock */
	MDT_OP_EMPTY,		/* nothing changes, but the request gets a transno */
	MDT_OP_DONE,		/* nothing changes */
};

/* The rows of one kind of operation, called by mdt_op_run() in this order. */
struct mdt_op_type {
	const char	*name;		/* in tracepoints */
	size_t		size;		/* of the structure that begins with struct mdt_op */
	/* Unpack the request, find parents and objects named by FID. Once. */
	int (*begin)(struct mdt_op *op);
	/* Look the names up and plan the LDLM locks. May wait for OSTs. */
	int (*lock)(struct mdt_op *op);
	/* Under all locks: look again; permissions; op_credits. */
	int (*check)(struct mdt_op *op);
	/* Inside of the transaction. */
	int (*execute)(struct mdt_op *op, struct osd_trans *th);
	/* Optional: still under the locks, when the transaction has ended well. */
	int (*executed)(struct mdt_op *op);
	/* Optional: without locks, after success: fill the reply. */
	int (*done)(struct mdt_op *op);
	/* Optional: free what begin or lock have made. */
	void (*end)(struct mdt_op *op);
};

/* A modifying request in work. Each kind embeds it at the beginning of a structure of its own. */
struct mdt_op {
	const struct mdt_op_type *op_type;
	struct svc_req		*op_req;
	struct mdt_device	*op_mdt;
	const void		*op_rec;	/* mdt_rec_*, when it came with one */
	struct mdt_reply	*op_reply;
	struct mdt_cred		op_cred;
	s64			op_time;	/* the client's clock */
	/* The directories are referenced. Of a rename both are set, of others only the first. */
	struct mdt_name		op_name, op_tname;
	/* Objects of op_name and op_tname, or the one that the request names by FID: referenced. */
	struct mdt_object	*op_obj, *op_tobj;
	/* Names change: mo_dir_sem of the directories is taken. */
	bool			op_names;
	struct mdt_lock_set	op_locks;
	int			op_credits;
	u64			op_data;	/* for the reply data of resent requests */
	/* Attributes under the locks: of the directories and of the objects. */
	struct osd_attr		op_dla, op_tdla, op_la, op_tla;
};

void *mdt_op_new(const struct mdt_op_type *type, struct svc_req *req, const void *rec,
		 struct mdt_reply *r);
int mdt_op_run(struct mdt_op *op);
int mdt_op_get_name(struct mdt_op *op, enum wire_field field, const struct lu_fid_le *dir,
		    struct mdt_name *n);
int mdt_op_find(const struct mdt_name *n, struct mdt_object **objp);
int mdt_op_name_is(const struct mdt_name *n, const struct mdt_object *o);
int mdt_op_reply_obj(struct mdt_op *op);

/*
 * The kinds, in the file with that name (layout_edit: mdt_layout.c, link: mdt_unlink.c,
 * set_default: mdt_setattr.c).
 */
extern const struct mdt_op_type mdt_op_create, mdt_op_layout_edit, mdt_op_link, mdt_op_rename,
				mdt_op_set_default, mdt_op_setattr, mdt_op_setxattr, mdt_op_unlink;

/* ---- mdt_reint.c ---- */
int mdt_reint(struct svc_req *req);
struct mdt_object *mdt_parent_find(struct mdt_device *mdt, const struct lu_fid_le *le);
bool mdt_is_dot(const char *name, size_t len);
int mdt_touch(struct osd_trans *th, struct mdt_object *o, s64 time, u32 valid);
int mdt_pack_status(struct svc_req *req, struct mdt_reply *r, int rc);

/* ---- mdt_unlink.c ---- */
int mdt_name_removed(struct osd_trans *th, const struct mdt_name *n, struct mdt_object *child,
		     const struct osd_attr *cla, s64 time);

/* ---- mdt_create.c ---- */
struct mdt_new {			/* an object about to be created */
	struct lu_fid		fid;
	u32			mode;	/* with the type */
	dev_t			rdev;
	u32			uid, gid;
	s64			time;
	const char		*target;	/* of a symbolic link */
	size_t			target_len;
	struct mdt_layout	*layout;	/* of a file with its objects, or NULL */
	const void		*lov;		/* replay: the layout as it was */
	u32			lov_len;
	const char		*secctx_name;
	const void		*secctx;
	u32			secctx_len;
	/* made by mdt_new_prepare() */
	void			*acl, *def_acl, *def_lov;
	u32			acl_len, def_acl_len, def_lov_len;
	void			*lov_built;
	u32			projid;
	u32			flags;
};

int mdt_new_secctx(struct svc_req *req, struct mdt_new *n);
int mdt_new_prepare(const struct mdt_cred *cred, struct mdt_object *parent,
		    const struct osd_attr *pla, struct mdt_new *n);
void mdt_new_fini(struct mdt_new *n);
int mdt_new_credits(const struct mdt_new *n);
struct mdt_object *mdt_new_create(struct osd_trans *th, const struct mdt_name *name,
				  struct mdt_new *n);

/* ---- mdt_orphan.c: unlinked objects ---- */
int mdt_orphan_start(struct mdt_device *mdt);
void mdt_orphan_stop(struct mdt_device *mdt);
#define MDT_CR_ORPHAN	(OSD_CR_DIR_INSERT + OSD_CR_DESTROY + 2 * OSD_CR_XATTR_SET + \
			 2 * OSD_CR_NLINK)
int mdt_orphan_add(struct osd_trans *th, struct mdt_object *o);
void mdt_orphan_commit(struct osd_trans *th, struct mdt_object *o);
void mdt_orphan_later(struct mdt_object *o);
void mdt_orphan_load(struct mdt_object *o);
void mdt_orphan_scan(struct mdt_device *mdt);
void mdt_orphan_finish(struct mdt_object *o, bool done);
void mdt_orphan_config_done(struct mdt_device *mdt);
void mdt_orphan_init(struct mdt_device *mdt);

/* ---- mdt_linkea.c ---- */
#define MDT_CR_LINKEA	OSD_CR_XATTR_LEN(MAX_LINKEA_SIZE)
int mdt_linkea_change(struct osd_trans *th, struct mdt_object *o, const struct mdt_name *del,
		      const struct mdt_name *add);
int mdt_get_info(struct svc_req *req);
int mdt_set_info(struct svc_req *req);

/* ---- mdt_xattr.c ---- */
int mdt_getxattr(struct svc_req *req);
int mdt_intent_getxattr(struct svc_req *req, struct ldlm_lock **lockp);

/* ---- mdt_layout.c ---- */
/* The used ids of all stripes: the blocks of lov_objid. */
#define MDT_CR_OBJID	(OSD_CR_BUF_WRITE * (LOD_MAX_OSTS * 8 / 4096 + 1))
int mdt_layout_replayed(const void *ea, u32 ea_len, void **lov, u32 *len);
int mdt_layout_make(struct svc_req *req, struct mdt_object *o, struct mdt_object *parent, u64 flags,
		    const void *ea, u32 ea_len, u64 op_data, bool *made);
bool mdt_layout_is_edit(const char *name);
int mdt_intent_layout(struct svc_req *req, struct ldlm_lock **lockp);

/* ---- mdt_readpage.c ---- */
int mdt_readpage(struct svc_req *req);

/* ---- mdt_seq.c ---- */
int mdt_seq_start(struct mdt_device *mdt);
void mdt_seq_stop(struct mdt_device *mdt);
bool mdt_seq_given(struct mdt_device *mdt, u64 seq);
int mdt_seq_query(struct svc_req *req);
int mdt_fld_query(struct svc_req *req);
int mdt_fld_read(struct svc_req *req);

/* ---- mdt_comp.c: layouts as components ---- */
struct mdt_comp {
	u64	lc_start, lc_end;	/* [lc_start, lc_end) of the file */
	u32	lc_id;
	u32	lc_flags;		/* LCME_FL_* */
	u32	lc_pattern;
	u32	lc_stripe_size;		/* 0: default */
	/* Objects; without any what is wished: 0: default, LOV_ALL_STRIPES... */
	u16	lc_count;
	u16	lc_offset;		/* first OST; with objects: generation */
	char	lc_pool[LOV_MAXPOOLNAME + 1];
	u32	*lc_list;		/* wished: exactly these OSTs, lc_count of them */
	const struct lov_ost_data_v1 *lc_objects;	/* that are stored; in ml_ea */
	struct mdt_lov_alloc *lc_alloc;	/* reserved by this request */
};

struct mdt_layout {
	void	*ml_ea;			/* where it was made from, or NULL */
	u32	ml_gen;
	bool	ml_composite;
	bool	ml_explicit;		/* asked for by the client */
	u32	ml_nr;
	struct mdt_comp ml_comp[];
};

int mdt_layout_from_wish(const void *ea, u32 len, u64 start, struct mdt_layout **lp);
int mdt_layout_from_ea(const void *ea, u32 len, struct mdt_layout **lp);
int mdt_layout_for_file(struct mdt_device *mdt, struct mdt_object *parent, u64 flags,
			const void *ea, u32 len, struct mdt_layout **lp);
void mdt_layout_fill(struct mdt_device *mdt, struct mdt_object *parent, struct mdt_layout *l,
		     u32 id);
struct mdt_layout *mdt_layout_append(struct mdt_layout *l, struct mdt_layout *more);
void mdt_layout_free(struct mdt_layout *l);
bool mdt_layout_lacks_objects(const struct mdt_layout *l, u64 end);
int mdt_layout_reserve(struct mdt_device *mdt, struct mdt_layout *l, u64 end);
int mdt_layout_used(struct osd_trans *th, const struct mdt_layout *l);
void mdt_layout_stored(struct mdt_layout *l);
int mdt_layout_set_size(const struct mdt_layout *l, u64 size);
bool mdt_layout_merge(struct mdt_layout *l, struct mdt_layout *replay);
void *mdt_layout_build(const struct mdt_layout *l, const struct lu_fid *fid, u32 *len);
bool mdt_layout_is_empty(const struct mdt_layout *l);
void mdt_layout_strip(void *ea, u32 len);
void mdt_layout_reset_gen(void *ea);

/* ---- mdt_lov.c ---- */
/* Objects reserved for one component. */
struct mdt_lov_alloc {
	u32		la_count;
	/*
	 * A transaction has stored the layout. Even if it ends with an error, the file may have
	 * these objects: they must not be given to another one.
	 */
	bool		la_stored;
	/* Objects may have a size: an unused one must not become that of an empty file. */
	bool		la_sized;
	struct {
		struct osp_device *osp;
		u64		id;
	} la_st[];
};

int mdt_lov_alloc(struct mdt_device *mdt, const struct mdt_comp *w, u32 max, bool explicit,
		  struct mdt_lov_alloc **out);
bool mdt_lov_alloc_is_overstriped(const struct mdt_lov_alloc *a);
void mdt_lov_alloc_free(struct mdt_lov_alloc *a);
int mdt_lov_used(struct osd_trans *th, struct mdt_lov_alloc *a);
void mdt_lov_saw_size(struct mdt_device *mdt, u32 len);
int mdt_lov_replay_used(struct mdt_device *mdt, struct osd_trans *th, const void *ea, u32 len);
struct osp_device *mdt_lod_get(struct mdt_device *mdt, u32 idx);
void mdt_lod_note_change(struct mdt_lod *lod);
void mdt_lod_config_done(struct mdt_device *mdt);
int mdt_lod_pool(struct mdt_lod *lod, u32 cmd, const char *name, const char *ost);
void mdt_lod_statfs(struct mdt_lod *lod, struct obd_statfs *os);
void mdt_lod_init(struct mdt_lod *lod);
void mdt_lod_fini(struct mdt_lod *lod);

/* ---- mdt_osts.c: the OSTs of the config log ---- */
int mdt_osts_start(struct mdt_device *mdt);
void mdt_osts_stop(struct mdt_device *mdt);
void mdt_osts_free(struct mdt_device *mdt);
int mdt_osts_config_record(struct mdt_device *mdt, const struct config_rec *rec);
void mdt_osts_restarted(struct mdt_device *mdt, const struct config_target *ct);
int mdt_ost_index(const char *name);

/* ---- mdt_objects.c: the OST objects of a file ---- */
bool mdt_objects_reachable(struct mdt_device *mdt, const void *ea, u32 len);
void mdt_objects_destroy(struct mdt_object *o, const void *ea, u32 len);
bool mdt_objects_send_owner(struct mdt_device *mdt, const void *ea, u32 len,
			    const struct osd_attr *la, atomic_t *left, osp_end_fn end, void *arg);
int mdt_objects_set_size(struct mdt_lov_alloc *a, u32 stripe_size, u64 size);

/* ---- mdt_record.c: what OSTs have to be told, on disk ---- */
#define MDT_CR_RECORD	OSD_CR_BUF_WRITE

struct mdt_record {
	struct list_head	or_list;
	struct mdt_device	*or_mdt;
	struct lu_fid		or_fid;
	int			or_slot;	/* in osp_changes */
	struct mdt_object	*or_obj;	/* in work: the file, referenced */
	atomic_t		or_left;	/* requests */
	bool			or_failed;
	bool			or_again;	/* the owner changed meanwhile; under mo_mutex */
};

void mdt_record_init(struct mdt_device *mdt);
int mdt_record_start(struct mdt_device *mdt);
void mdt_record_scan(struct mdt_device *mdt);
void mdt_record_stop(struct mdt_device *mdt);
int mdt_record_owner(struct osd_trans *th, struct mdt_object *o);
int mdt_record_object(struct osd_trans *th, struct mdt_device *mdt, const struct lu_fid *fid);
void mdt_record_unused(struct mdt_device *mdt, struct osp_device *osp, u64 id);

#endif
