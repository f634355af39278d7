/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the data half of the client: OSCs (osc.c), objects and their extent locks (object.c),
 * their sizes (glimpse.c), bulk RPCs (brw.c), page cache (pages.c), mapped files (mmap.c), a file
 * for each operation (read.c, write.c, truncate.c, fsync.c, fallocate.c, seek.c), direct I/O
 * (dio.c), one request to each of many OSTs (fanout.c).
 *
 * The lock order of the client stands in internal.h.
 *
 * The MDT comes first: what needs a request to it (privileges of the file removed, layout made
 * current) is done before lli_layout_sem is taken. Below it, and below users of extent locks, only
 * OSTs are asked, and it is not taken again: who changes to another layout waits for it, and holds
 * a second reader back; so does the callback of the LAYOUT lock of a mirrored file, for which the
 * MDT waits. A page fault takes all of this for itself; so no user memory is touched below: I/O
 * copies with page faults disabled, and makes the buffer present between two tries; direct I/O
 * takes its pages before.
 *
 * A task that a signal kills does not wait for a server: pages are waited for with ll_pages_flush()
 * and ll_pages_wait(), never with the kernel's filemap_write_and_wait() or under the page lock.
 * Only callbacks and eviction of inodes may use those.
 */
#ifndef _GLOSS_CLIENT_DATA_H
#define _GLOSS_CLIENT_DATA_H

#include "internal.h"

/* ---- read.c, write.c ---- */

#define LL_IO_FAULT_IN	(1024 * 1024)	/* bytes of the buffer made present at a time */
#define LL_IO_TRIES	2		/* times it may be reclaimed, then a kernel buffer helps */
#define LL_IO_BOUNCE	(64 * 1024)	/* bytes of that */

bool ll_io_may_retry(ssize_t ret, unsigned int *idle);
void ll_io_count(struct inode *inode, bool write, ssize_t ret, ktime_t start);

/* ---- direct I/O (dio.c) ---- */

int ll_dio_init(void);
void ll_dio_exit(void);
bool ll_dio_possible(const struct kiocb *iocb, const struct iov_iter *iter);
ssize_t ll_dio_rw(struct kiocb *iocb, struct iov_iter *iter);
int ll_dio_wait_writes(struct inode *inode);
int ll_dio_wait_all(struct inode *inode);

/* Bytes of a file: all slots of an OST are in use while the next ones are prepared. */
#define LL_READ_AHEAD (32U << 20)
#define LL_READ_AHEAD_STRIPE (8U << 20) /* of each stripe, when there are many */
#define LL_READ_AROUND (4U << 20) /* of a mapped file; of any while too much is on its way */
#define LL_OSC_BRW_MAX (4U << 20) /* longest bulk RPC */
#define LL_OSC_MAX_BYTES ((u64)U32_MAX << 12) /* longest object of an OST that does not tell */

/*
 * Bulk RPCs of one kind to an OST: so many in flight, the others queued. Direct I/O waits at the
 * OST for locks, also for those of this client, which are given up when their pages are written:
 * the two are counted apart, or the one would wait for the other.
 */
struct ll_osc_lane {
	unsigned int		in_flight;
	struct list_head	queue;		/* struct ll_brw */
};

enum {		/* tables of osc.*.rpc_stats */
	LL_RPC_PAGES,
	LL_RPC_IN_FLIGHT,
	LL_RPC_OFFSET,
	LL_RPC_LATENCY,
	LL_RPC_HIST_NR
};

enum {		/* tables of osc.*.io_latency_stats: RPCs of up to 4 KiB << n */
	LL_LATENCY_SIZES = 15
};

struct ll_osc {
	struct ll_sb_info	*oc_sbi;
	u32			oc_index;
	char			oc_uuid[UUID_MAX];	/* fs-OST0000_UUID */
	char			oc_name[80];		/* fs-OST0000-osc-inst */
	struct obd_import	*oc_imp;
	struct ldlm_namespace	*oc_ns;
	bool			oc_active;
	struct obd_device	*oc_dev;
	struct param_dir	*oc_param;

	spinlock_t		oc_lock;	/* grant, in_flight */
	u64			oc_avail;	/* grant that nothing uses yet */
	u64			oc_dirty;	/* grant of dirty pages and writes in flight */
	u64			oc_lost;	/* lost without a write: told with the next RPC */
	struct ll_osc_lane	oc_lane[2];	/* of the page cache, of direct I/O */
	unsigned int		oc_max_in_flight;	/* bulk RPCs of each */
	unsigned int		oc_in_flight[2];	/* reads, writes of both */
	u64			oc_newest_transno;	/* of the changes on this OST */
	struct lu_fid		oc_newest_fid;	/* object of that change */
	u64			oc_max_dirty;	/* most of dirty */
	/* longest RPC: of those that the OST grants what the administrator wants */
	u32			oc_brw_size, oc_brw_granted, oc_brw_wanted;
	u64			oc_max_bytes;	/* longest object */
	/* OBD_CKSUM_CRC32C, OBD_CKSUM_ADLER or 0; sets of them */
	u32			oc_cksum, oc_cksum_granted, oc_cksum_wanted;
	bool			oc_cksum_on;
	struct lu_hist		*oc_rpc_hist, *oc_latency_hist;	/* or NULL */
	u32			oc_short_io_max;	/* bytes that a message may hold */
	wait_queue_head_t	oc_waitq;	/* grant or in_flight changed */
	struct work_struct	oc_flush;	/* writes dirty pages, to get grant */
	struct list_head	oc_again;	/* struct ll_brw, sent again later */
	struct delayed_work	oc_send;	/* sends what is queued, and what is sent again */
};

/* One object of a file. */
struct ll_object {
	refcount_t		lob_ref;
	spinlock_t		lob_grab_lock;	/* inode */
	struct inode		*lob_inode;	/* not referenced; NULL: it was evicted */
	struct ll_osc		*lob_osc;
	struct lu_fid		lob_fid;
	struct ldlm_res_id	lob_res;
	u32			lob_stripe;	/* number in its component */
	struct ost_layout	lob_layout;	/* that component, for the OST to remember */
	u32			lob_version;	/* mirrored file: layout generation; or 0 */
	/* under ll_inode_data.lid_lock */
	u64			lob_size;	/* best known */
	u64			lob_kms;	/* known minimum size, by our locks */
	u32			lob_sizes;	/* that locks brought, or truncates set */
	u64			lob_blocks;	/* of 512 bytes, as the OST said */
	u64			lob_dirty;	/* pages not on the OST: ll_page_account() */
	s64			lob_mtime, lob_atime, lob_ctime;
	u64			lob_changes;	/* made on the OST, perhaps not yet on its disk */
	u64			lob_synced;	/* those of them that an OST_SYNC covered */
};

/* The objects of a layout; index = ll_comp.lc_first + stripe. */
struct ll_objset {
	refcount_t		los_ref;
	struct ll_layout	*los_lo;	/* referenced */
	u32			los_nr;
	struct ll_object	*los_obj[];	/* NULL: hole */
};

struct ll_inode_data {
	spinlock_t		lid_lock;	/* set, sizes and times of the objects, i_size */
	struct ll_objset	*lid_set;
	/* i_rwsem: write(2) took a page without grant, which is written before more is taken */
	struct {
		bool		waits;		/* there is one */
		pgoff_t		index;
		u64		size, kms;	/* of its object before */
		int		rc;		/* of its write */
	} lid_through;
	/* i_rwsem: writes that follow each other, see ll_write_behind() */
	loff_t			lid_run_sent, lid_run_end;	/* what waits to be sent */
	loff_t			lid_run_edge;	/* the end from which on something is sent */
	bool			lid_mapped;	/* shared, ever: bytes behind the end of the file */
	struct rw_semaphore	lid_zero_sem;	/* no page is made dirty while zeros are made */
	atomic_t		lid_dio_reads, lid_dio_writes;	/* AIO in flight */
	atomic_t		lid_glimpses;	/* ll_glimpse_ahead(): on their way */
};

/* ---- layout arithmetic: chapter 5, 15 ---- */

/* Bytes of stripe k's object that belong to file bytes [0, pos). */
static inline u64 ll_obj_end(const struct ll_comp *c, u32 k, u64 pos)
{
	u64 width = (u64)c->lc_stripe_size * c->lc_stripe_count, q, m;

	if (pos == LUSTRE_EOF)
		return LUSTRE_EOF;
	q = div64_u64_rem(pos, width, &m);
	if (m <= (u64)k * c->lc_stripe_size)
		return q * c->lc_stripe_size;
	if (m >= (u64)(k + 1) * c->lc_stripe_size)
		return (q + 1) * c->lc_stripe_size;
	return q * c->lc_stripe_size + m - (u64)k * c->lc_stripe_size;
}

/* File offset of byte o of stripe k's object. */
static inline u64 ll_file_pos(const struct ll_comp *c, u32 k, u64 o)
{
	u64 m, q = div64_u64_rem(o, c->lc_stripe_size, &m);

	return q * c->lc_stripe_size * c->lc_stripe_count + (u64)k * c->lc_stripe_size + m;
}

/* Where a file offset is stored: stripe, offset in the object. */
static inline u32 ll_stripe_of(const struct ll_comp *c, u64 pos, u64 *obj_off)
{
	u64 width = (u64)c->lc_stripe_size * c->lc_stripe_count, m;
	u64 q = div64_u64_rem(pos, width, &m);
	u32 k = div64_u64(m, c->lc_stripe_size);

	*obj_off = q * c->lc_stripe_size + m - (u64)k * c->lc_stripe_size;
	return k;
}

static inline bool ll_comp_has_objects(const struct ll_comp *c)
{
	return c && c->lc_usable && (c->lc_flags & LCME_FL_INIT) && c->lc_stripe_count &&
	       c->lc_stripes && !(c->lc_pattern & LOV_PATTERN_F_RELEASED);
}

/* ---- osc.c ---- */

void ll_osc_tune(struct ll_osc *osc);
/* osc_param.c */
extern const struct lu_hist_def ll_osc_rpc_hist[LL_RPC_HIST_NR];
extern const struct lu_hist_def ll_osc_latency_hist[LL_LATENCY_SIZES];
void ll_osc_count_latency(struct ll_osc *osc, bool write, u32 bytes, u64 us);
u64 ll_osc_max_dirty_default(void);
void ll_osc_params_add(struct ll_osc *osc);
void ll_osc_set_checksums(struct ll_osc *osc, bool on);
bool ll_osc_grant_get(struct ll_osc *osc, u64 bytes);
void ll_osc_grant_put(struct ll_osc *osc, u64 bytes);
int ll_osc_grant_wait(struct ll_osc *osc);
void ll_osc_obdo_grant(struct ll_osc *osc, struct obdo *oa);
void ll_osc_reply_grant(struct ll_osc *osc, const struct obdo *oa);
static inline bool ll_osc_usable(const struct ll_osc *osc)
{
	return osc && osc->oc_imp && osc->oc_active;
}

/* ---- object.c ---- */

struct ll_locks {
	unsigned int		nr;
	bool			forget;		/* ll_locks_put(): the locks are not kept */
	struct ldlm_lock	**lock;
	struct ldlm_lock	*few[4];
};

#define LL_LOCKS_KEEP_MS 20	/* ll_locks_keep() */

/* I/O under the layout and extent locks: ll_io_lock(), ll_io_unlock() */
struct ll_io {
	enum ll_layout_op	op;
	u64			start, end;	/* bytes of the file, @end is behind the last one */
	bool			lock_all;	/* the locks are on all of each object */
	u32			mode;		/* LCK_PR, LCK_PW */
	u64			flags;		/* LDLM_FL_* of the enqueues */
	/* out */
	struct ll_layout	*lo;
	struct ll_objset	*set;		/* NULL: the file has no objects */
	struct ll_locks		locks;
};

struct ll_objset *ll_objset_get(struct inode *inode, struct ll_layout *lo);
int ll_io_lock(struct inode *inode, struct ll_io *io);
void ll_io_unlock(struct inode *inode, struct ll_io *io);
int ll_io_begin(struct inode *inode, enum ll_layout_op op, u64 start, u64 end,
		struct ll_layout **lo, struct ll_objset **set);
void ll_io_end(struct inode *inode, struct ll_layout *lo, struct ll_objset *set);
struct ll_objset *ll_objset_current(struct inode *inode);
struct ll_objset *ll_objset_peek(struct inode *inode);
bool ll_objset_is_current(struct inode *inode, const struct ll_objset *set);
void ll_objset_put(struct ll_objset *set);
void ll_object_get(struct ll_object *obj);
void ll_object_put(struct ll_object *obj);
struct ll_object *ll_objset_at(const struct ll_objset *set, u64 pos, const struct ll_comp **comp,
			       u64 *obj_off);
void ll_object_obdo(const struct ll_object *obj, struct inode *inode, struct obdo *oa);
void ll_object_obdo_version(const struct ll_object *obj, struct obdo *oa);
int ll_locks_get(struct inode *inode, struct ll_objset *set, u64 start, u64 end, u32 mode,
		 u64 flags, struct ll_locks *locks);
void ll_locks_keep(struct ll_locks *locks);
void ll_locks_put(struct ll_locks *locks);
struct ldlm_lock *ll_object_match_used(struct ll_object *obj, u64 start, u64 end, bool write);
struct ldlm_lock *ll_object_match_dirty(struct ll_object *obj, u64 start, u64 end);
u64 ll_object_handle(struct ll_object *obj, u64 start, u64 end, bool write);
void ll_object_watch_commit(struct ll_object *obj, struct ptlrpc_request *req);
bool ll_object_covered(struct ll_object *obj, u64 start, u64 end);
bool ll_object_may_io(struct ll_object *obj, u64 start, u64 end, bool write);
void ll_data_merge(struct inode *inode, struct ll_objset *set);
int ll_size_for(struct inode *inode, struct ll_objset *set, u64 end);
void ll_data_wrote(struct inode *inode, struct ll_object *obj, u64 obj_end, u64 file_end,
		   bool locked);

bool ll_object_glimpsed(struct ll_inode_data *d, struct ll_object *obj, const struct ost_lvb *lvb,
			u32 sizes);
void ll_object_lvb(struct ll_inode_data *d, struct ll_object *obj, const struct ost_lvb *lvb,
		   u64 end);
void ll_enqueue_info(struct ldlm_enqueue_info *ei, struct ll_object *obj, u64 start, u64 end,
		     u32 mode, u64 flags, struct ost_lvb *lvb);

/* ---- glimpse.c ---- */

int ll_glimpse_set(struct inode *inode, struct ll_objset *set);

/* ---- brw.c ---- */

int ll_brw_init(void);
void ll_brw_exit(void);
void ll_brw_send_queued(struct ll_osc *osc);
void ll_brw_send_work(struct work_struct *work);	/* ll_osc.oc_send */

struct ll_brw {
	struct list_head	lb_link;	/* of who made it: a walk, direct I/O */
	struct list_head	lb_queue;	/* ll_osc_lane.queue: waits for a slot; or again */
	struct inode		*lb_inode;	/* referenced */
	struct ll_object	*lb_obj;	/* referenced */
	bool			lb_write, lb_direct;
	bool			lb_grant;	/* for all of its pages */
	int			lb_state;	/* of its pages (pages.c) */
	bool			lb_sys;		/* for a task with CAP_SYS_RESOURCE */
	bool			lb_short_io;	/* data inside of the messages */
	u64			lb_off;		/* in the object */
	u64			lb_pos;		/* direct I/O: in the file */
	u32			lb_len;
	unsigned int		lb_nr, lb_max;	/* pages */
	struct bio_vec		*lb_bv;
	struct ldlm_lock	*lb_lock;	/* reads of the page cache: a user */
	spinlock_t		lb_kill_lock;	/* req, killed */
	struct ptlrpc_request	*lb_req;	/* in flight */
	bool			lb_killed;
	/* page cache: of the import in which its lock was granted, and the end of that lock */
	u32			lb_generation;
	u64			lb_lock_end;
	unsigned int		lb_tries;	/* that failed */
	unsigned int		lb_busy;	/* that found the OST busy */
	unsigned long		lb_not_before;	/* jiffies: time of the next one */
	int			lb_rc;
	u32			lb_bytes;	/* moved */
	u32			lb_cksum;
	ktime_t			lb_sent;
	unsigned int		lb_accounted;	/* pages of ll_object.lob_dirty */
	void			(*lb_done)(struct ll_brw *brw);	/* frees it */
	void			*lb_data;
};

struct ll_brw *ll_brw_new(struct inode *inode, struct ll_object *obj, bool write, u64 off,
			  unsigned int pages);
bool ll_brw_full(const struct ll_brw *brw);
void ll_brw_add(struct ll_brw *brw, struct page *page, unsigned int off, unsigned int len);
void ll_brw_send(struct ll_brw *brw);
void ll_brw_abort(struct ll_brw *brw);
void ll_brw_free(struct ll_brw *brw);

/* ---- pages.c ---- */

int ll_page_reserve(struct inode *inode, struct page *page, struct ll_object *obj, u64 off,
		    unsigned int len);
int ll_pages_wait(struct address_space *mapping, loff_t start, loff_t end, bool locked);
int ll_pages_flush(struct address_space *mapping, loff_t start, loff_t end);
void ll_pages_reject(struct inode *inode, struct ll_objset *set, loff_t pos, loff_t end);
int ll_pages_zero_tail(struct inode *inode);
void ll_pages_cancel(struct inode *inode, struct ll_object *obj, struct ldlm_lock *lock,
		     bool discard);
int ll_folio_lock_stable(struct folio *folio);
int ll_page_grant(struct ll_osc *osc);
bool ll_page_account(struct inode *inode, struct page *page, struct ll_object *obj, bool granted);

/* ---- fanout.c ---- */

/* One request of an operation that asks several OSTs at the same time. */
struct ll_fan {
	struct ll_osc		*osc;
	struct ll_object	*obj;		/* NULL: the OST as a whole is asked */
	const struct ll_comp	*comp;		/* that of the object */
	struct ptlrpc_request	*req;		/* NULL: this one is not asked */
	int			rc;		/* of the attempt to send */
	u64			changes;	/* fsync: those of the object that it covers */
};

struct ll_fanout {
	const struct ll_fanout_op *op;
	struct inode		*inode;		/* NULL: the whole mount */
	void			*arg;		/* of the operation */
	u32			nr;
	struct ll_fan		*fan;
};

struct ll_fanout_op {
	u32	opc;
	bool	modifies;
	/* A packed request into fan->req, or nothing to ask this one. 0 or -errno. */
	int	(*prepare)(struct ll_fanout *fo, struct ll_fan *fan);
	/* The request ended with rc: what it means for the operation. */
	int	(*finish)(struct ll_fanout *fo, struct ll_fan *fan, int rc);
};

int ll_fanout_run(struct ll_fanout *fo);
int ll_fanout_objects(struct inode *inode, struct ll_objset *set, const struct ll_fanout_op *op,
		      void *arg);
struct obdo *ll_fanout_obdo(struct ll_fanout *fo, struct ll_fan *fan);
int ll_fanout_obdo_finish(struct ll_fanout *fo, struct ll_fan *fan, int rc);
void ll_obdo_times(struct obdo *oa, const struct inode *inode, u64 valid);
void ll_obdo_owner(struct obdo *oa, const struct inode *inode);

#endif
