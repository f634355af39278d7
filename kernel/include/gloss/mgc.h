/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Client of the management service: one struct mgc per node and list of MGS NIDs, shared by every
 * mount that names the same first NID (chapter 6.2.4, 6.3, 6.4). All functions may sleep; waits are
 * killable.
 */
#ifndef _GLOSS_MGC_H
#define _GLOSS_MGC_H

#include <gloss/wire.h>
#include <gloss/lnet.h>
#include <gloss/ptlrpc.h>
#include <gloss/llog.h>
#include <gloss/wire/mgs.h>

struct mgc;
struct config_log;

struct config_ops {
	/*
	 * Each live record, in log order; at first inside mgc_log_follow(), later from a work item
	 * when the log grew (never two at a time for one log). An error of a command with bit
	 * LCFG_REQUIRED (0x1000) fails the first read with it; otherwise it is logged. The record
	 * is valid during the call only.
	 */
	int (*record)(void *who, const struct config_rec *rec);
	/* The log was read to its end: first = inside mgc_log_follow(). Optional. */
	void (*done)(void *who, bool first);
	/*
	 * Optional, servers: keep/take a copy of the log. save: the log was read, here it is from
	 * header to end (chunks of LLOG_CHUNK_SIZE). load: the MGS does not answer, give an
	 * llog_store to read instead; ERR_PTR.
	 */
	void (*save)(void *who, const char *logname, void *const *chunks, u32 nr_chunks, u64 size);
	struct llog_store *(*load)(void *who, const char *logname);
	void (*load_done)(void *who, struct llog_store *st);
};

/* A target has told the MGS that it is up. */
struct config_target {
	bool			mdt;
	u32			index;
	u32			instance;	/* grows with each start of the target */
	unsigned int		nr_nids;	/* at least 1 */
	struct lnet_nid		nids[MTI_NIDS_MAX];
};

/* Flags of mgc_log_follow() */
/* -ENOENT is fine: 0 is returned and the log still followed */
#define CFG_F_MAY_MISS		0x1
/* read the copy of ops->load when the MGS is away, and the log of the MGS later */
#define CFG_F_LOCAL_OK		0x2
/* one of few followers: reads again at once, not after 5 to 10 s */
#define CFG_F_SERVER		0x4

/*
 * mgsnodes: "nid,nid:nid,nid" (6.2.4); "0@lo" is the MGS of this node. recover: ask for imperative
 * recovery; users of one client share what its first user asked for. Starts to connect, does not
 * wait for it. ERR_PTR(-EINVAL) bad text, -ENOMEM.
 */
struct mgc *mgc_get(const char *mgsnodes, bool recover);
void mgc_put(struct mgc *mgc);			/* the last one disconnects (bounded time) */
/* until connected: 0, -ETIMEDOUT, -EINTR, -EIO ... */
int mgc_wait(struct mgc *mgc, unsigned int seconds);
void mgc_abort(struct mgc *mgc);		/* umount -f: waiting calls of this mgc fail now */

/*
 * Lock, read and follow a config log: "testfs-client", "testfs-OST0000", "params".
 * Returns after the first complete read. 0; -ENOENT: no such log (wrong file system name); -EIO,
 * -ETIMEDOUT: MGS away;
 * -EINTR: killed; or what ops->record returned. exclude: NULL or the list of the exclude= mount
 * option.
 */
int mgc_log_follow(struct mgc *mgc, const char *logname, const struct config_ops *ops, void *who,
		   unsigned int flags,
		   const char *exclude, struct config_log **logp);
/* No callback runs any more when this returns. Must not be called from a callback. */
void mgc_log_unfollow(struct config_log *log);

/* Is connected to an MGS that tells of restarted targets. */
bool mgc_recovers(struct mgc *mgc);
/*
 * Be told when a target of the file system has started (imperative recovery, 6.9): fn is called for
 * each, from a work item. Nothing happens while the MGS does not grant it. logname: "testfs-cliir"
 * (clients) or "testfs-mdtir"; reader: who reads it, for the parameter ir_state. End with
 * mgc_log_unfollow(). 0; -ENOMEM; -EINVAL.
 */
int mgc_recover_follow(struct mgc *mgc, const char *logname, const char *reader,
		       void (*fn)(void *who, const struct config_target *target), void *who,
		       struct config_log **logp);

/*
 * MGS_TARGET_REG (6.8). On return mti holds the reply if one came (also on errors; LDD_F_ERROR =
 * refused). 0, the status of the MGS (-EADDRINUSE, -ENOENT, -EALREADY ...), -EIO/-ETIMEDOUT: not
 * reached.
 */
int mgc_target_register(struct mgc *mgc, struct mgs_target_info *mti);

#endif
