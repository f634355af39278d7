/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Targets: what MDT, OST and MGS have in common (lustre_tgt.ko). A target is one block device
 * mounted with `mount -t lustre_tgt`: the object store on it, the connected clients with their
 * slots in last_rcvd and their reply data, transactions that carry a transno, and the config log
 * that says what to start.
 *
 * Locks, outer first: lu_target.lt_config_mutex > lt_slot_mutex > a transaction of the object store
 * > tgt_export.te_lock > lt_reply_mutex.
 *
 * Transnos: epoch (one more at each start) << 32 | counter, given inside the transaction; a replay
 * keeps its own. A transaction of jbd2 starts only after all handles of the one before have
 * stopped, so transnos grow from one commit to the next, and the newest transno of a finished
 * commit is last_committed.
 */
#ifndef _GLOSS_TARGET_H
#define _GLOSS_TARGET_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/atomic.h>
#include <gloss/wire.h>
#include <gloss/ptlrpc.h>
#include <gloss/ldlm.h>
#include <gloss/osd.h>
#include <gloss/param.h>

struct lu_target;
struct tgt_export;
struct lustre_cfg;
struct config_rec;
struct config_log;
struct config_target;
struct tgt_jobs;

enum tgt_kind {
	TGT_MGS,
	TGT_MDT,
	TGT_OST,
	TGT_NR_KINDS
};

#define TGT_SLOTS_MAX		16384	/* clients with a slot in last_rcvd */
#define TGT_REPLIES_MAX		64	/* remembered replies of one client */

/* What a transaction remembered about a reply: enough to answer the request again. */
struct tgt_reply_data {
	struct list_head	trd_list;	/* tgt_export.te_replies, newest first */
	u64			trd_xid;
	u64			trd_transno;
	/* op_data of tgt_trans_stop(); open: the disposition bits */
	u64			trd_data;
	u64			trd_pre_versions[4];
	s32			trd_result;
	u16			trd_tag;	/* pb_tag of the request, 0 = none */
	u32			trd_slot;	/* record in reply_data, or TGT_NO_SLOT */
	bool			trd_old;	/* of before the restart */
};

#define TGT_NO_SLOT	(~0u)

/* What a target in recovery still expects of a client (recovery.c). */
enum tgt_client_state {
	TGT_CLIENT_OTHER,	/* nothing: it was not there before the restart */
	TGT_CLIENT_MISSING,	/* a connect */
	TGT_CLIENT_REQUESTS,	/* replays of requests */
	TGT_CLIENT_LOCKS,	/* replays of locks */
	TGT_CLIENT_DONE,
	TGT_CLIENT_NR
};

/* The clients of one NID: exports/NID of the parameters. */
struct tgt_nid {
	struct list_head	tni_list;	/* lt_nids */
	struct lu_target	*tni_target;
	int			tni_users;	/* exports; under lt_nids_mutex */
	struct param_dir	*tni_dir;
	struct lu_stats		*tni_stats;	/* may be NULL */
	char			tni_name[LNET_NIDSTR_SIZE];
};

/*
 * One connected client. Embedded first in the export of a type (struct mdt_export { struct
 * tgt_export te; ... }).
 */
struct tgt_export {
	struct obd_export	te_exp;		/* must be first */
	struct mutex		te_lock;	/* the slot and the list of replies */
	/* in last_rcvd, TGT_NO_SLOT = none (lightweight, MGS) */
	u32			te_slot;
	struct lsd_client_data	te_lcd;		/* image of the slot */
	struct list_head	te_replies;	/* of tgt_reply_data */
	unsigned int		te_nr_replies;
	/* recovery.c, tr_lock */
	enum tgt_client_state	te_rec;
	unsigned int		te_held;	/* its requests that wait */
	unsigned int		te_replays;	/* those of them that are replays of requests */
	u64			te_replayed;	/* the newest one that was served */
	struct tgt_nid		*te_nid;	/* from the first connect on; may be NULL */
};

static inline struct tgt_export *tgt_export(struct obd_export *exp)
{
	return container_of(exp, struct tgt_export, te_exp);
}

/*
 * A kind of target, registered by mds.ko, oss.ko, mgs.ko. Order of calls:
 * start -> (config_record for each live record of the own log) -> config_done -> requests arrive ->
 * ... ->
 * stop_begin (optional: stop own clients and threads while exports still exist) -> exports dropped
 * -> no_exports
 *   (optional) -> namespace freed -> stop
 * The local object store is mounted and last_rcvd read before start() and until after stop().
 */
struct tgt_type {
	enum tgt_kind		kind;
	/* "mdt" "obdfilter" "mgs": type of `lctl dl` and of parameters */
	const char		*name;
	struct module		*owner;

	const struct ptlrpc_handler *handlers;	/* ptlrpc adds connect, disconnect, ping and LDLM */
	unsigned int		nr_handlers;
	const struct ldlm_srv_ops *ldlm_ops;
	/* from the first target of the kind until the module goes */
	const struct ptlrpc_service_conf *services;
	unsigned int		nr_services;

	size_t			export_size;	/* 0: sizeof(struct tgt_export) */
	int (*export_init)(struct tgt_export *te);	/* zeroed; optional */
	void (*export_fini)(struct tgt_export *te);	/* last reference gone; optional */

	int (*start)(struct lu_target *lt);
	void (*stop_begin)(struct lu_target *lt);
	/* optional: the clients are gone, the namespace still there */
	void (*no_exports)(struct lu_target *lt);
	void (*stop)(struct lu_target *lt);

	/*
	 * A record of the target's own config log that is not the target's own
	 * attach/setup/mountopt/lov setup: `add osc`/`add osp` sections (add_uuid, attach, setup,
	 * add_conn, lov_add_obd, add_mdc), params, pools. Called in log order, also later when the
	 * log grows. An error stops nothing but is logged.
	 */
	int (*config_record)(struct lu_target *lt, const struct config_rec *rec);
	/*
	 * The log was read to its end; called after the first and after each later read. Optional.
	 */
	int (*config_done)(struct lu_target *lt, bool first);
	/*
	 * Another target of the file system has started (imperative recovery). From a work item,
	 * between start and stop_begin. Optional.
	 */
	void (*restarted)(struct lu_target *lt, const struct config_target *target);

	/* Connect: *ocd is what the client asks; leave in it what is granted (flags, values). */
	int (*connect)(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect);
	/* The client goes (by itself or evicted); locks are cleaned up by the caller of this. */
	void (*disconnect)(struct obd_export *exp, bool evicted);
	/*
	 * A resent or replayed request was executed before: pack its reply from trd (status =
	 * trd_result). Returns 0, or -errno.
	 */
	int (*reconstruct)(struct svc_req *req, const struct tgt_reply_data *trd);
};

int tgt_type_register(const struct tgt_type *type);
void tgt_type_unregister(const struct tgt_type *type);

/* Nodes of a config log and their NIDs (nodes.c). */
struct tgt_nodes {
	struct mutex		tns_mutex;	/* tns_nodes and the NIDs of each */
	struct list_head	tns_nodes;
};

struct lu_target {
	struct ptlrpc_target	lt_pt;		/* must be first */
	const struct tgt_type	*lt_type;
	enum tgt_kind		lt_kind;
	u32			lt_index;
	char			lt_name[32];	/* testfs-OST0000, MGS */
	struct osd_device	*lt_osd;
	void			*lt_priv;	/* of the type */

	struct tgt_mount	*lt_mount;	/* kernel/server/target only */
	struct config_log	*lt_log;	/* own config log */
	struct config_log	*lt_client_log;	/* that of the clients: names all servers */
	struct tgt_nodes	lt_servers;	/* of it */
	struct config_log	*lt_recover_log;	/* tells of restarted targets */
	struct mutex		lt_config_mutex;

	/* last_rcvd, reply_data */
	struct osd_object	*lt_last_rcvd;
	struct osd_object	*lt_reply_data;
	struct tgt_recovery	*lt_recovery;	/* NULL: MGS */
	struct lr_server_data	*lt_lsd;	/* image of the header */
	struct mutex		lt_slot_mutex;	/* lt_slots, the header on disk */
	unsigned long		*lt_slots;	/* TGT_SLOTS_MAX bits: client slots in use */
	unsigned long		*lt_reply_slots;
	u32			lt_generation;	/* next lcd_generation */

	atomic64_t		lt_last_transno;	/* newest given out */
	struct mutex		lt_reply_mutex;		/* lt_reply_slots */
	struct obd_device	*lt_obd;		/* line of `lctl dl` */
	struct param_dir	*lt_params;		/* mdt.NAME, obdfilter.NAME, mgs.MGS */
	struct param_dir	*lt_exports_dir;
	struct mutex		lt_nids_mutex;		/* lt_nids */
	struct list_head	lt_nids;		/* of tgt_nid */
	atomic_t		lt_evictions;		/* since the start */
	/* stats.c; NULL without tgt_stats_start() */
	const struct lu_stat_def *lt_stat_defs;
	int			lt_nr_stats;
	struct lu_stats		*lt_stats;
	struct lu_stats		*lt_node_stats;		/* of all targets of the kind */
	struct tgt_jobs		*lt_jobs;
	refcount_t		lt_ref;
	struct completion	lt_gone;		/* last reference */
	struct list_head	lt_list;		/* all targets of the node */
	bool			lt_serving;		/* registered with ptlrpc */
	bool			lt_configured;		/* own log has the setup record */
	bool			lt_stopping;		/* exports go because the target stops */
};

static inline struct lu_target *lu_target(struct ptlrpc_target *pt)
{
	return container_of(pt, struct lu_target, lt_pt);
}

static inline struct lu_target *svc_req_target(const struct svc_req *req)
{
	return lu_target(req->sr_tgt);
}

/* ---- transactions (trans.c) ---- */

/* Credits that tgt_trans_start() adds to those of the operation: header, slot and reply record. */
#define TGT_CR_RECORD	(3 * OSD_CR_BUF_WRITE)

struct osd_trans *tgt_trans_start(struct svc_req *req, int credits);
int tgt_trans_stop(struct svc_req *req, struct osd_trans *th, int rc, u64 op_data);
/* The same without a client (local work of the target): no transno, no record. */
struct osd_trans *tgt_trans_start_local(struct lu_target *lt, int credits);
int tgt_trans_stop_local(struct lu_target *lt, struct osd_trans *th);
/*
 * An operation that changed nothing but must have a transno (a read-only open): one without a
 * transaction of its own. Sets req->sr_transno and remembers the reply.
 */
int tgt_trans_empty(struct svc_req *req, int rc, u64 op_data);

/* ---- resent requests (replies.c) ---- */
/*
 * The remembered reply of this xid: copied to *trd, true; the ptlrpc "resent" hook calls it for
 * each RESENT request.
 */
bool tgt_resent(struct svc_req *req, struct tgt_reply_data *trd);
/*
 * Is it the replay of a transaction that is there already (recovery.c)? Then nothing may be changed
 * again.
 */
bool tgt_replay_old(const struct svc_req *req);

/* ---- server nodes (nodes.c) ---- */
void tgt_nodes_init(struct tgt_nodes *nodes);
void tgt_nodes_fini(struct tgt_nodes *nodes);
int tgt_nodes_add_uuid(struct tgt_nodes *nodes, struct lustre_cfg *lcfg);
int tgt_nodes_connect(struct tgt_nodes *nodes, const char *uuid, struct obd_import *imp);
bool tgt_nid_is_server(struct lu_target *lt, const struct lnet_nid *nid);

/* ---- counters: of the target, of a NID, of a job (stats.c) ---- */
int tgt_stats_start(struct lu_target *lt, const struct lu_stat_def *defs, int n);
void tgt_stats_stop(struct lu_target *lt);
void tgt_count(struct svc_req *req, int idx, u64 value);
void tgt_count_time(struct svc_req *req, int idx);	/* since the service of it began */

/* ---- helpers for the types ---- */
int tgt_statfs(struct lu_target *lt, struct obd_statfs *os);	/* fills the wire structure */

#endif
