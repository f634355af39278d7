/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The management service (mgs.ko), in memory. One struct mgs_dev per node.
 *
 * Locks, outer first: mgs_dev.md_sem (write: a log or the table of targets changes; read: RPCs read
 * logs) > md_log_mutex (list of open logs) > a transaction of the object store.
 */
#ifndef _MGS_INTERNAL_H
#define _MGS_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <gloss/param.h>
#include <gloss/target.h>
#include "mgs_sections.h"

#define MGS_LOGNAME_MAX	80

struct mgs_dev {
	struct lu_target	*md_target;
	struct rw_semaphore	md_sem;
	struct mutex		md_log_mutex;	/* md_logs */
	struct list_head	md_logs;	/* of mgs_clog */
	struct list_head	md_fses;	/* of mgs_fs */
	u64			md_next_id;	/* of logids */
	/* of logids: logs of an earlier start are not found */
	u32			md_generation;
	struct workqueue_struct	*md_wq;		/* lock revocations */
	/* pseudo file system "params": the log of set_param -P */
	struct mgs_fs		*md_params;
	void			*md_body;	/* scratch of the writer, under md_sem */
	struct param_dir	*md_live;
	/* imperative recovery (mgs_recover.c) */
	time64_t		md_started;
	unsigned int		md_ir_timeout;	/* seconds after the start until state "full" */
};

/* One connected client of the MGS. */
struct mgs_export {
	struct tgt_export	me_te;		/* must be first */
	/* exp_lock: the file system whose logs it reads without imperative recovery; "" = none */
	char			me_nonir[9];
};

/* ---- mgs_log.c: a config log, open ---- */
struct mgs_clog {
	struct list_head	cl_list;
	char			cl_name[MGS_LOGNAME_MAX];
	u64			cl_id;		/* in logids; changes when the log is erased */
	struct mgs_dev		*cl_mgs;
	struct osd_object	*cl_obj;
	struct llog_store	cl_store;
	struct llog		cl_log;
};

/*
 * Logs stay open until the service stops. NULL-free: ERR_PTR(-ENOENT) if it is not there (or
 * erased) and !create.
 */
struct mgs_clog *mgs_log_get(struct mgs_dev *mgs, const char *name, bool create);
struct mgs_clog *mgs_log_by_id(struct mgs_dev *mgs, const struct llog_logid *id);
void mgs_log_id(const struct mgs_clog *cl, struct llog_logid *id);
int mgs_log_erase(struct mgs_dev *mgs, struct mgs_clog *cl);	/* md_sem write */
int mgs_log_erase_fs(struct mgs_dev *mgs, const char *fsname);
void mgs_log_close_all(struct mgs_dev *mgs);
/* Names of all logs in CONFIGS/. */
int mgs_log_names(struct mgs_dev *mgs, int (*fn)(void *ctx, const char *name, size_t len),
		  void *ctx);

/* ---- mgs_db.c: the targets of a file system, as its client log names them ---- */
struct mgs_target {
	struct list_head	mt_list;
	struct mgs_tdesc	mt_desc;
	struct mgs_node		mt_node[MGS_NODES];
	/* its entry in the table of restarted targets, if it has told that it is up */
	struct list_head	mt_ready;	/* mgs_fs.mf_ready */
	struct mgs_ready	mt_up;
};

struct mgs_fs {
	struct list_head	mf_list;
	struct mgs_dev		*mf_mgs;
	char			mf_name[9];
	u32			mf_step;	/* last section number */
	struct list_head	mf_targets;	/* of mgs_target */
	struct param_def	mf_param;	/* mgs.MGS.live.<name> */
	struct work_struct	mf_revoke;	/* make all holders of the config lock read again */
	/* the table of restarted targets (mgs_recover.c), by version, newest last */
	struct list_head	mf_ready;	/* of mgs_target */
	u64			mf_version;
	bool			mf_version_read;	/* from the disk */
	struct work_struct	mf_notify;	/* make all clients read the table */
	u64			mf_notify_total, mf_notify_max;	/* ns */
	u32			mf_notified;	/* how often */
};

/* Loads it from the logs when it is not known yet. md_sem write. */
struct mgs_fs *mgs_fs_get(struct mgs_dev *mgs, const char *fsname);
struct mgs_target *mgs_target_find(struct mgs_fs *fs, bool mdt, u32 index);
struct mgs_target *mgs_target_new(struct mgs_fs *fs, bool mdt, u32 index);
void mgs_target_free(struct mgs_target *t);
void mgs_fs_forget_targets(struct mgs_fs *fs);
/* Free it if no target is registered in it: failed registrations must not use up memory. */
void mgs_fs_drop_unused(struct mgs_fs *fs);
void mgs_fs_free_all(struct mgs_dev *mgs);
bool mgs_fsname_valid(const char *name);
/* "testfs-OST0001" -> fsname, kind, index; false: not the name of a target */
bool mgs_parse_target(const char *name, char fsname[9], bool *mdt, u32 *index);
void mgs_target_name(const struct mgs_tdesc *t, char *name);	/* 32 bytes */
struct mgs_clog *mgs_target_log(struct mgs_dev *mgs, const struct mgs_tdesc *t, bool create);
struct mgs_clog *mgs_client_log(struct mgs_fs *fs, bool create);
void mgs_writer_init(struct mgs_writer *w, struct mgs_fs *fs, struct mgs_clog *cl);
/* After a change: commit it and have the holders of the lock read again. */
int mgs_fs_changed(struct mgs_fs *fs);

/* ---- mgs_param.c ---- */
/* "testfs-OST0000.osc.active=0", "testfs.llite.x=1"; value empty or del: remove. md_sem write. */
int mgs_conf_param(struct mgs_dev *mgs, const char *text, bool del);
/* t: NULL = the file system as a whole; value empty: remove */
int mgs_target_param(struct mgs_fs *fs, struct mgs_target *t, const char *key, const char *value);
/* set_param -P: "osc.*.max_dirty_mb=64" */
int mgs_set_param(struct mgs_dev *mgs, const char *text, bool del);
/*
 * Change the flags of the markers of the live sections (tgtname, comment): number of sections, or
 * -errno.
 */
int mgs_mark_sections(struct mgs_clog *cl, const char *tgtname, const char *comment, u32 set,
		      u32 clear);

/* ---- mgs_pool.c ---- */
int mgs_pool_change(struct mgs_dev *mgs, char *text);

/* ---- mgs_register.c ---- */
/* @ir_from: the sender, if it takes part in imperative recovery; else NULL */
int mgs_register(struct mgs_dev *mgs, struct mgs_target_info *mti, const struct lnet_nid *ir_from);

/* ---- mgs_recover.c ---- */
int mgs_recover_ready(struct mgs_fs *fs, struct mgs_target *t, struct mgs_target_info *mti);
int mgs_recover_read(struct svc_req *req, const struct mgs_config_body *body);
void mgs_recover_fs_init(struct mgs_fs *fs);
void mgs_recover_show(struct mgs_fs *fs, struct seq_file *m);
/* The client reads @logname and will not be told of restarted targets. */
void mgs_recover_not_for(struct svc_req *req, const char *logname);

/* ---- mgs_handler.c ---- */
void mgs_revoke_work(struct work_struct *work);
/* Call back all locks of (@fs, @type). */
int mgs_revoke(struct mgs_fs *fs, u64 type);
extern struct mgs_dev *mgs_the_dev;	/* of this node, NULL while stopped; under mgs_dev_mutex */
extern struct mutex mgs_dev_mutex;

/* ---- mgs_proc.c ---- */
void mgs_proc_init(struct mgs_dev *mgs);
void mgs_proc_fini(struct mgs_dev *mgs);
void mgs_proc_add_fs(struct mgs_fs *fs);
void mgs_proc_del_fs(struct mgs_fs *fs);

/* ---- mgs_ioctl.c ---- */
int mgs_ioctl_init(void);
void mgs_ioctl_exit(void);

#endif
