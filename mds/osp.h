/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * OSP: a metadata target as client of one OST (chapter 4, 25; chapter 5, 13). It keeps a
 * connection, a pool of objects for new files and the space of the OST, and sends what the OST has
 * to be told after commits. It knows nothing of files and of other OSTs; the MDT is told of events
 * and asked by callbacks.
 *
 * Locks: opd_id_mutex, inside of transactions; opd_lock and opd_job_lock are leaves.
 */
#ifndef _GLOSS_OSP_H
#define _GLOSS_OSP_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <gloss/osd.h>
#include <gloss/param.h>
#include <gloss/ptlrpc.h>

struct osp_device;

/* What the owner, the MDT, is told and asked. Callbacks must not wait for the OST. */
struct osp_owner_ops {
	/* Whether or how many objects can be had has changed. */
	void (*changed)(void *owner);
	/* The OST is connected (again): what it has to be told can be sent. */
	void (*connected)(void *owner);
	/* Do replays still come that may use objects that no file on disk has? */
	bool (*recovering)(void *owner);
	/* No file got the object with this id, and no other one can have it: destroy it. */
	void (*unused)(void *owner, struct osp_device *osp, u64 id);
};

/* For osp_new(). */
struct osp_conf {
	const struct osp_owner_ops *ops;
	void		*owner;
	const char	*name;		/* testfs-OST0000-osc-MDT0000 */
	const char	*ost_uuid;
	const char	*client_uuid;	/* of the MDT */
	u32		ost_index;
	u32		mdt_index;
	struct osd_object *objid;	/* file lov_objid, stays the owner's */
};

struct osp_device {
	refcount_t		opd_ref;
	const struct osp_owner_ops *opd_ops;
	void			*opd_owner;
	struct osd_object	*opd_objid;	/* file lov_objid: last used id of each OST */
	u32			opd_index;
	char			opd_name[64];	/* testfs-OST0000-osc-MDT0000 */
	char			opd_uuid[UUID_MAX];	/* of the OST */
	struct obd_import	*opd_imp;
	struct obd_device	*opd_obd;
	struct param_dir	*opd_params;
	bool			opd_added;	/* lov_add_obd was seen */
	bool			opd_inactive;	/* by configuration */
	bool			opd_connected;	/* import active */
	bool			opd_stopping;

	/* Objects (osp_precreate.c) */
	spinlock_t		opd_lock;
	u64			opd_next;	/* first id not given away */
	u64			opd_last;	/* ids up to this one exist on the OST */
	struct mutex		opd_id_mutex;	/* the record in lov_objid */
	u64			opd_saved;	/* what stands there */
	bool			opd_ready;	/* orphans were cleaned up after the connect */
	u32			opd_batch;	/* objects of the next precreate */
	int			opd_status;	/* of the last one: 0, -ENOSPC, -EAGAIN */
	struct task_struct	*opd_thread;
	wait_queue_head_t	opd_waitq;
	bool			opd_kick;
	struct obd_statfs	opd_statfs;
	unsigned long		opd_statfs_time;	/* jiffies */
	bool			opd_statfs_ok;

	/* Destroys and setattrs (osp_sync.c) */
	spinlock_t		opd_job_lock;
	bool			opd_jobs_open;	/* the OST is connected */
	bool			opd_jobs_stopped;
	struct list_head	opd_jobs;
	struct list_head	opd_retry;	/* not before oj_when */
	unsigned int		opd_nr_jobs;
	unsigned int		opd_in_flight;
	unsigned int		opd_uncommitted;	/* answered, not committed on the OST */
	struct delayed_work	opd_sync_work;
	struct work_struct	opd_stop_work;
};

/* ---- osp_main.c ---- */
struct osp_device *osp_new(const struct osp_conf *conf);
int osp_activate(struct osp_device *osp, bool active);
void osp_set_active(struct osp_device *osp, bool active);
void osp_stop_begin(struct osp_device *osp);
void osp_stop_wait(struct osp_device *osp);
void osp_free(struct osp_device *osp);
void osp_get(struct osp_device *osp);
void osp_put(struct osp_device *osp);
int osp_usable(struct osp_device *osp, u64 *avail);
int osp_statfs(struct osp_device *osp, struct obd_statfs *os);

/* ---- osp_precreate.c ---- */
int osp_get_id(struct osp_device *osp, u64 *id);
void osp_put_id(struct osp_device *osp, u64 id, bool empty);
int osp_write_used(struct osd_trans *th, struct osp_device *osp, u64 id);
int osp_load_used(struct osp_device *osp);
void osp_precreate_init(struct osp_device *osp);
int osp_precreate_start(struct osp_device *osp);
void osp_precreate_stop(struct osp_device *osp);
void osp_kick(struct osp_device *osp);

/* ---- osp_sync.c ---- */
/* A job ended: the OST has committed it; or not ok: the OST is away or there is no memory. */
typedef void (*osp_end_fn)(void *arg, bool ok);

void osp_sync_init(struct osp_device *osp);
void osp_sync_stop(struct osp_device *osp);
void osp_sync_open(struct osp_device *osp);
void osp_sync_close(struct osp_device *osp, bool stop);
bool osp_reachable(struct osp_device *osp);
void osp_send_destroy(struct osp_device *osp, const struct ost_id *oi, osp_end_fn end, void *arg);
void osp_send_owner(struct osp_device *osp, const struct ost_id *oi, const struct osd_attr *la,
		    osp_end_fn end, void *arg);
int osp_set_size(struct osp_device *osp, u64 id, u64 size);

#endif
