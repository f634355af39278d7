/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the client of the management service.
 *
 * Locks: mgcs_mutex (list of struct mgc) > config_log.mgl_mutex (one reader of a log at a time) >
 * mgc.m_lock (spin: list of logs, state). Callbacks of the owner of a log run under mgl_mutex.
 */
#ifndef _MGC_INTERNAL_H
#define _MGC_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <gloss/ldlm.h>
#include <gloss/mgc.h>
#include <gloss/param.h>

#define MGC_WAIT		25	/* seconds to connect, then a mount fails */
#define MGC_REQUEUE_MIN		5	/* seconds from a lost lock to the next read, plus 0..5 */
#define MGC_LOG_CHUNKS		4096	/* largest log that is read: 32 MiB */

struct mgc {
	struct list_head	m_list;
	refcount_t		m_ref;
	char			m_name[64];	/* MGC192.168.1.5@tcp */
	char			m_uuid[40];
	struct obd_import	*m_imp;
	struct ldlm_namespace	*m_ns;
	struct obd_device	*m_obd;
	struct param_dir	*m_params;
	spinlock_t		m_lock;		/* m_logs, locks of logs */
	struct list_head	m_logs;		/* of config_log */
	struct workqueue_struct	*m_wq;
};

struct config_log {
	struct list_head	mgl_list;	/* mgc.m_logs */
	refcount_t		mgl_ref;		/* owner, lock, work */
	struct mgc		*mgl_mgc;
	char			mgl_name[80];
	const struct config_ops	*mgl_ops;
	void			*mgl_who;
	unsigned int		mgl_flags;
	char			*mgl_exclude;
	/* only of a table of restarted targets (nidtbl.c) */
	void (*mgl_target)(void *who, const struct config_target *target);
	char			mgl_reader[32];
	u64			mgl_version;	/* up to which it was read */
	struct mutex		mgl_mutex;	/* one reader at a time */
	bool			mgl_dead;	/* unfollowed: no callback any more */
	bool			mgl_first;	/* inside mgc_log_follow() */
	bool			mgl_failed; /* the last read failed, or was of a local copy */
	u32			mgl_last;	/* index of the last record given to the owner */
	struct config_walk	mgl_walk;
	struct ldlm_lock	*mgl_lock;	/* CR, under m_lock */
	struct ldlm_lock	*mgl_asked;	/* being enqueued, under m_lock */
	struct delayed_work	mgl_work;	/* read again */
};

/* ---- mgc.c ---- */
int mgc_wait_or_tell(struct mgc *mgc, unsigned int seconds);

/* ---- request.c ---- */
int mgc_llog_open(struct mgc *mgc, const char *name, struct llog_logid *id);
int mgc_llog_header(struct mgc *mgc, const struct llog_logid *id, struct llog_log_hdr *hdr);
/* One block; *pos, *saved: where to look, changed to those of the reply. */
int mgc_llog_block(struct mgc *mgc, const struct llog_logid *id, u32 index, u32 *saved, u64 *pos,
		   void *buf);

/* MGS_CONFIG_READ into @bv: how many bytes, or -errno; the version of the last, the newest. */
int mgc_config_read(struct config_log *cl, struct bio_vec *bv, unsigned int nr, u64 *upto,
		    u64 *newest);

/* ---- nidtbl.c ---- */
int mgc_nidtbl_process(struct config_log *cl);
extern const struct param_def mgc_ir_state;

/* ---- lock.c ---- */
int mgc_lock_resid(const char *logname, struct ldlm_res_id *res);
int mgc_lock_get(struct config_log *cl);	/* sets mgl_lock */
void mgc_lock_drop(struct config_log *cl);

/* ---- log.c ---- */
/*
 * The lock was called back and given up, or the MGS has evicted this client. Takes over a reference
 * of cl.
 */
void mgc_log_lock_lost(struct config_log *cl, struct ldlm_lock *lock);
/* A log that is followed, but not read yet. NULL: no memory, ERR_PTR(-EINVAL): the name. */
struct config_log *mgc_log_new(struct mgc *mgc, const char *logname, void *who);
void mgc_log_read_soon(struct config_log *cl);
/* Connected: read tables of restarted targets that an MGS before did not offer. */
void mgc_recover_resume(struct mgc *mgc);

#endif
