/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespace half of the client: MDTs, their answers, and what the files of this half call in each
 * other.
 */
#ifndef _GLOSS_CLIENT_MDC_H
#define _GLOSS_CLIENT_MDC_H

/* ---- mdc.c: one MDT of a mount ---- */

#define LL_EASIZE_DEF	72		/* V3 layout with one stripe */
#define LL_EASIZE_MAX	65536
#define LL_DIR_RPC_PAGES 64		/* of 4096 bytes in one READPAGE */

struct ll_mdc {
	struct ll_sb_info	*lmc_sbi;
	u32			lmc_index;
	char			lmc_name[MTI_NAME_MAXLEN + 24];	/* "fs-MDT0000-mdc-inst" */
	char			lmc_tgt_uuid[UUID_MAX];
	struct obd_import	*lmc_imp;
	struct ldlm_namespace	*lmc_ns;
	struct obd_device	*lmc_dev;
	struct param_dir	*lmc_param_dir;
	u32			lmc_easize;	/* room for a layout in replies and open requests */
	u32			lmc_max_easize;	/* xattrs */
	bool			lmc_no_xattr_intent;	/* IT_GETXATTR was refused */

	struct mutex		lmc_seq_mutex;	/* lmc_next_fid */
	struct lu_fid		lmc_next_fid;	/* f_seq 0 = none */
	u32			lmc_seq_left;
	int			lmc_seq_stale;	/* drop the sequence before the next use */

	spinlock_t		lmc_orphan_lock;	/* lmc_orphan_opens */
	struct list_head	lmc_orphan_opens;	/* of killed tasks, not answered yet */
	wait_queue_head_t	lmc_orphan_waitq;	/* woken when there is none left */
};

/*
 * Attributes and more from an MDT, with the lock that protects them. Ends with ll_answer_put().
 */
struct ll_answer {
	struct ptlrpc_request	*req;		/* holds what is below */
	const struct mdt_body	*body;
	u64			valid;		/* mbo_valid */
	struct lu_fid		fid;		/* mbo_fid1 when FLID */
	const void		*ea;		/* layout (of a directory: default), link target */
	u32			ea_len;
	const struct lmv_user_md_le *default_lmv;	/* of a directory, NULL = none */
	bool			striped;	/* a directory on several MDTs, or a foreign one */
	const void		*acl;
	u32			acl_len;
	struct ldlm_lock	*lock;		/* with a user, NULL = no lock */
	u32			mode;
	u64			bits;		/* of the lock */
	u64			disp;		/* DISP_* */
	u64			start;		/* sbi->sbi_attr_clock when it was asked */
	u64			transno;	/* of the change that this answers, 0 = none */
};

/* Before a request is made: zeros, and the next tick of the clock. */
void ll_answer_start(struct ll_mdc *mdc, struct ll_answer *a);
void ll_answer_put(struct ll_answer *a);
/* Check the body and set valid, fid, ea, acl. 0 or -EPROTO. */
int ll_answer_fill(struct ll_answer *a);

int mdc_setup(struct ll_sb_info *sbi, u32 index, const char *tgt_uuid, const char *dev_name,
	      const struct ll_node_nids *nodes, unsigned int nr_nodes);
int mdc_add_node(struct ll_mdc *mdc, const struct ll_node_nids *node);
void mdc_invalidate(struct ll_mdc *mdc);
void mdc_drop_locks(struct ll_mdc *mdc, bool force);
void mdc_cleanup(struct ll_mdc *mdc, bool force);
/* The MDT that holds this object; never NULL. */
struct ll_mdc *mdc_for_fid(struct ll_sb_info *sbi, const struct lu_fid *fid);
static inline struct ll_mdc *mdc_of(const struct inode *inode)
{
	return mdc_for_fid(ll_sbi(inode->i_sb), ll_fid(inode));
}

#define MDC_GETATTR_VALID \
	(OBD_MD_FLGETATTR | OBD_MD_FLBLOCKS | OBD_MD_FLMODEASIZE | OBD_MD_FLACL | OBD_MD_FLID)

int mdc_statfs(struct ll_mdc *mdc, struct obd_statfs *st, bool sum, bool nodelay);
int mdc_get_root(struct ll_mdc *mdc, const char *fileset, struct lu_fid *fid);
int mdc_getattr(struct ll_mdc *mdc, const struct lu_fid *fid, u64 valid, u32 ea_room,
		struct ll_answer *a);
int mdc_getattr_name(struct inode *dir, const char *name, u32 len, u64 valid, u32 ea_room,
		     struct ll_answer *a);
int mdc_readpage(struct inode *dir, u64 hash, struct bio_vec *bvec, unsigned int nr, u32 *bytes);
/* name NULL: list. Length of the value (bufsize 0: probe), or -errno. */
ssize_t mdc_getxattr(struct inode *inode, const char *name, void *buf, size_t bufsize);
int mdc_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags,
		 bool remove);
int mdc_sync(struct ll_sb_info *sbi, const struct lu_fid *fid);	/* fid NULL: all of this client */
int mdc_fid2path(struct ll_sb_info *sbi, struct getinfo_fid2path_le *gf, u32 pathlen);

/* REINT. All send early lock cancels. The answer may be NULL where it does not matter. */
struct ll_setattr {
	u64	valid;			/* MDS_ATTR_* */
	u32	mode, uid, gid, projid, attr_flags;
	u64	size;
	s64	atime, mtime, ctime;
	const void *ea;			/* directory: default layout */
	u32	ea_len;
};

int mdc_setattr(struct inode *inode, const struct ll_setattr *sa, struct ll_answer *a);
/* mkdir, mknod, symlink (target in data with its NUL). */
int mdc_create(struct inode *dir, const struct qstr *name, umode_t mode, dev_t rdev,
	       const void *data, u32 data_len, struct ll_answer *a);
int mdc_link(struct inode *inode, struct inode *dir, const struct qstr *name, struct ll_answer *a);
int mdc_unlink(struct inode *dir, struct inode *victim, const struct qstr *name, bool rmdir,
	       struct ll_answer *a);
int mdc_rename(struct inode *src_dir, const struct qstr *src, struct inode *inode,
	       struct inode *dst_dir, const struct qstr *dst, struct inode *victim,
	       struct ll_answer *a);

/* ---- cred.c: credentials of the caller into requests ---- */

#define MDC_NO_GROUP	((u32)-1)
u32 mdc_cred_group(kgid_t gid, umode_t mode, const struct posix_acl *acl, int want);
u32 mdc_cred_group_of(const struct inode *inode, int want);	/* inode NULL: MDC_NO_GROUP */
void mdc_pack_body(struct mdt_body *body, const struct lu_fid *fid, u64 valid,
		   const struct inode *group_of);
void mdc_pack_rec(void *rec, u32 opcode, const struct inode *group1, const struct inode *group2);
u32 mdc_ea_room(const struct ll_mdc *mdc);
u32 mdc_acl_room(const struct ll_mdc *mdc);
int mdc_wait(struct ll_mdc *mdc, struct completion *done);

/* An open at the MDT; lives until its close is committed. */
struct ll_open {
	refcount_t		lop_ref;
	struct ll_mdc		*lop_mdc;
	struct lustre_handle	lop_handle;
	struct lu_fid		lop_fid;
	u64			lop_flags;	/* MDS_FMODE_* ... */
	struct ptlrpc_request	*lop_req;	/* kept for replay */
	struct ptlrpc_request	*lop_close;	/* its close */
};

struct ll_open *ll_open_new(struct ll_mdc *mdc, u64 flags, struct ll_answer *a);
/*
 * MDS_CLOSE; times and size are taken from the inode, NULL: only the handle is closed. Consumes the
 * open. The request is completed even if the task is killed.
 */
void mdc_close(struct ll_open *open, struct inode *inode, u32 bias);

/* ---- mdc_lock.c: intents, callbacks ---- */

/* What the owner of a lock is asked and told. The MDC knows nothing else of it. */
struct mdc_lock_ops {
	void	*(*grab)(void *owner);	/* a reference, NULL: it is going; atomic */
	void	(*release)(void *owner);
	/* Bits are lost. failed: the MDT has dropped the lock already. May sleep. */
	void	(*lost)(void *owner, u64 bits, bool failed);
	bool	(*busy)(void *owner, u64 bits);	/* would lost() wait? atomic */
};

extern const struct mdc_lock_ops ll_inode_lock_ops;	/* inode.c */

/* For mdc_open.c: parts of an intent. */
void mdc_enqueue_info(struct ldlm_enqueue_info *ei, struct ll_mdc *mdc, const struct lu_fid *fid,
		      u32 mode, u64 bits, u64 flags);
void mdc_intent_pack(struct ptlrpc_request *req, u64 opc);
int mdc_intent_result(struct ldlm_enqueue_info *ei, int rc, struct ll_answer *a);
int mdc_intent_phase_error(const struct ldlm_enqueue_info *ei, u64 phase);
int mdc_intent_again(struct ll_mdc *mdc, const struct ldlm_enqueue_info *ei, struct ll_answer *a,
		     u32 *acl_room);
bool mdc_answer_has_object(const struct ll_answer *a);

/*
 * LOOKUP or GETATTR intent (it): by name in dir, or (name NULL) of child itself. Negative: 0 with
 * DISP_LOOKUP_NEG in a->disp.
 */
int mdc_intent_getattr(struct inode *dir, const struct qstr *name, struct inode *child, u64 it,
		       struct ll_answer *a);
/* A GETATTR intent by name that nobody waits for: statahead.c. */
struct mdc_ahead {
	struct ldlm_enqueue_info ei;
	struct ll_answer	a;
	struct ldlm_lock	*lock;	/* until the answer is there */
};

int mdc_getattr_ahead(struct inode *dir, const struct qstr *name, struct mdc_ahead *ma);
int mdc_getattr_ahead_end(struct mdc_ahead *ma, int rc);

struct ll_open_args {
	u64		flags;		/* MDS_FMODE_*, MDS_OPEN_* */
	umode_t		mode;		/* with CREAT */
	const void	*ea;		/* layout hint with HAS_EA */
	u32		ea_len;
};

/*
 * OPEN intent: by name in dir, or of child by FID (name NULL). 0: look at a->disp; *open set when
 * DISP_OPEN_OPEN. -errno: failed; a->disp tells how far.
 */
int mdc_intent_open(struct inode *dir, const struct qstr *name, struct inode *child,
		    const struct ll_open_args *args, struct ll_answer *a, struct ll_open **open);
/*
 * IT_LAYOUT; *ea is kvmalloc'ed (NULL with 0 bytes: empty). intent: LAYOUT_INTENT_*. Lock in *lock
 * with a user (mode).
 */
int mdc_intent_layout(struct inode *inode, u32 intent, u64 start, u64 end, void **ea, u32 *ea_len,
		      struct ldlm_lock **lock, u32 *mode);
/* IT_GETXATTR: all xattrs; -errno when the caller must ask for single ones. */
struct ll_xattrs;
int mdc_intent_getxattr(struct inode *inode, struct ll_xattrs **xattrs, struct ldlm_lock **lock,
			u32 *mode);
/* UPDATE lock of a directory, taken when not there; with a user: end with ldlm_lock_decref(). */
int mdc_lock_dir(struct inode *dir, struct ldlm_lock **lock, u32 *mode);
void mdc_orphan_opens_end(struct ll_mdc *mdc);
/* The inode is the data of this lock from now on. */
void mdc_lock_bind(struct ldlm_lock *lock, struct inode *inode);

/* ---- fid.c ---- */

int mdc_fid_alloc(struct ll_mdc *mdc, struct lu_fid *fid);
void mdc_fid_drop(struct ll_mdc *mdc);

/* ---- inode.c ---- */

int ll_inode_cache_init(void);
void ll_inode_cache_exit(void);
struct inode *ll_alloc_inode(struct super_block *sb);
void ll_free_inode(struct inode *inode);
void ll_evict_inode(struct inode *inode);
int ll_drop_inode(struct inode *inode);
/*
 * The inode of an answer with attributes; its lock is bound and the attributes installed. ERR_PTR.
 */
struct inode *ll_iget(struct super_block *sb, struct ll_answer *a);
/* An inode in the cache, referenced; NULL. */
struct inode *ll_ilookup(struct super_block *sb, const struct lu_fid *fid);
/* An inode in the cache, or fetched by FID. ERR_PTR(-ESTALE ...). */
struct inode *ll_iget_fid(struct super_block *sb, const struct lu_fid *fid);
int ll_inode_update(struct inode *inode, struct ll_answer *a);
/* A directory that only this client knows (.lustre, .lustre/fid of MDTs that have none). */
struct inode *ll_iget_pseudo(struct super_block *sb, const struct lu_fid *fid, umode_t mode);
static inline bool ll_inode_pseudo(const struct inode *inode)
{
	return test_bit(LLIF_PSEUDO, &ll_i(inode)->lli_flags);
}

void ll_times_merge(struct inode *inode);
/*
 * A write need not look for privileges to drop, as long as these LLC_* bits are held. With @xattrs:
 * if that is still the cache of xattrs.
 */
void ll_inode_set_nosec(struct inode *inode, u64 bits, const struct ll_xattrs *xattrs);
/* Are all of these LLC_* bits set? */
static inline bool ll_cached(const struct inode *inode, u64 bits)
{
	return (READ_ONCE(ll_i(inode)->lli_cached) & bits) == bits;
}

/* Make attributes under these bits current (intent getattr by FID when needed). */
int ll_inode_refresh(struct inode *inode, u64 bits);
/* The same, but a deleted file that is open keeps its attributes. */
int ll_inode_refresh_open(struct inode *inode, u64 bits);
/* st_ino of a FID */
static inline u64 ll_fid_ino(const struct super_block *sb, const struct lu_fid *fid)
{
	return ll_sbi(sb)->sbi_opts & LL_OPT_32BITAPI ? fid_flatten32(fid) : fid_flatten(fid);
}

int ll_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat, u32 mask,
	       unsigned int flags);
int ll_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr);
int ll_permission(struct mnt_idmap *idmap, struct inode *inode, int mask);
int ll_update_time(struct inode *inode, struct timespec64 *time, int flags);

/* ---- namei.c, dir.c, file.c, symlink.c, flock.c ---- */

extern const struct inode_operations ll_dir_iops;
extern const struct inode_operations ll_file_iops;
extern const struct inode_operations ll_symlink_iops;
extern const struct inode_operations ll_special_iops;
extern const struct file_operations ll_dir_fops;
extern const struct file_operations ll_file_fops;
extern const struct file_operations ll_file_fops_noflock;
extern const struct file_operations ll_file_fops_localflock;
extern const struct dentry_operations ll_dentry_ops;

void ll_dentries_invalidate(struct inode *inode);
/* Is this name cached, and true? */
bool ll_dentry_known(struct dentry *parent, struct qstr *name);
void ll_dir_pages_drop(struct inode *dir);
/* A position in a directory: behind the entry @last, or at @hash. Zeros: the start. */
struct ll_dir_pos {
	u64		hash;
	u64		last_hash;
	struct lu_fid	last;
};

int ll_dir_walk(struct inode *dir, struct ll_dir_pos *pos, bool fetch,
		bool (*fn)(void *arg, const struct lu_dirent *ent), void *arg);
struct dentry *ll_lookup_parent(struct inode *inode);
int ll_mkdir_lmv(struct inode *dir, struct dentry *dentry, umode_t mode, const void *lum,
		 u32 lum_len);

/* open flags of the wire for an open(2) */
u64 ll_open_flags(unsigned int f_flags);
int ll_file_open(struct inode *inode, struct file *file);
int ll_file_release(struct inode *inode, struct file *file);
/* For finish_open(): private_data is set. */
int ll_file_open_prepared(struct inode *inode, struct file *file);
struct ll_file *ll_file_new(struct ll_open *open);

/* fcntl(2) and flock(2) */
int ll_flock(struct file *file, int cmd, struct file_lock *fl);
int ll_flock_check(struct file *file);	/* -EIO, once: it has lost a lock */

/* ---- statahead.c ---- */

void ll_statahead_init(struct ll_sb_info *sbi);
void ll_statahead_stop(struct ll_sb_info *sbi);
void ll_statahead_params(struct ll_sb_info *sbi);
int ll_statahead_take(struct inode *dir, const struct qstr *name, struct ll_answer *a,
		      struct inode **inode);
void ll_statahead_stated(struct dentry *dentry, bool size);
int ll_ahead_begin(struct ll_sb_info *sbi, struct ll_ahead *ah, struct ptlrpc_request *req,
		   unsigned int max);
void ll_ahead_answered(struct ll_sb_info *sbi, struct ll_ahead *ah);
void ll_ahead_end(struct ll_sb_info *sbi, struct ll_ahead *ah);

/* ---- xattr.c, acl.c ---- */

extern const struct xattr_handler *ll_xattr_handlers[];
ssize_t ll_listxattr(struct dentry *dentry, char *list, size_t size);
void ll_xattrs_drop(struct inode *inode);
struct ll_xattrs *ll_xattrs_parse(const void *names, u32 names_len, const void *vals, u32 vals_len,
				  const void *lens, u32 nr);
/* One xattr: from the cache, or from the MDT. */
ssize_t ll_getxattr(struct inode *inode, const char *name, void *buf, size_t size);
struct posix_acl *ll_get_acl(struct inode *inode, int type, bool rcu);
int ll_set_acl(struct mnt_idmap *idmap, struct inode *inode, struct posix_acl *acl, int type);
/* Setstripe of a regular file (hint in wire order); -EEXIST when it has a layout. */
int ll_setstripe_file(struct dentry *dentry, const void *hint, u32 len);
int ll_setstripe_dir(struct inode *dir, const void *hint, u32 len);
/* Bytes of a striping hint of a user: from its first 48 bytes; 0 = bad. */
u32 ll_hint_size(const void *head, u32 len);
/* Default layout of a directory (own, else the root's): kvmalloc'ed. -ENODATA. */
int ll_dir_layout(struct inode *dir, void **ea, u32 *len);

/* ---- ioctl.c, export.c, param.c ---- */

long ll_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
long ll_dir_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
int ll_fileattr_get(struct dentry *dentry, struct fileattr *fa);
int ll_fileattr_set(struct mnt_idmap *idmap, struct dentry *dentry, struct fileattr *fa);
extern const struct export_operations ll_export_ops;
int ll_param_init(struct ll_sb_info *sbi);
void ll_param_fini(struct ll_sb_info *sbi);
void ll_param_hide(struct ll_sb_info *sbi);
/* cache_limit.c */
void ll_cache_limit_init(struct ll_sb_info *sbi);
void ll_cache_limit_stop(struct ll_sb_info *sbi);
int ll_cache_show(struct seq_file *m, void *obj);
ssize_t ll_cache_store(const char *text, size_t len, void *obj);

/* super.c */
int ll_statfs_get(struct ll_sb_info *sbi, struct kstatfs *ks, bool nodelay);
int ll_statfs_rpc(struct ptlrpc_request *req, struct obd_statfs *st);

/* config.c */
int ll_nr_osts(struct ll_sb_info *sbi);		/* highest index + 1 */
int ll_nr_mdts(struct ll_sb_info *sbi);

#endif
