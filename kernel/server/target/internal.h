/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside lustre_tgt.ko. Functions are grouped by the file that defines them.
 *
 * Locks: tgt_mounts_mutex (list of mounts) is held for list work only, never during a start or a
 * stop; a mount is driven by the one task that mounts or unmounts it.
 */
#ifndef _TGT_INTERNAL_H
#define _TGT_INTERNAL_H

#include <linux/fs.h>
#include <gloss/target.h>
#include <gloss/mgc.h>
#include <gloss/param.h>

#define TGT_SUPER_MAGIC	0x0BD00BD1
#define TGT_PARAMS_MAX	MTI_PARAM_MAXLEN
#define TGT_REPLY_SLOTS	65536	/* records in reply_data */
#define TGT_REC_TIME_MAX	86400	/* seconds of recovery */

struct obd_device;

/* One `mount -t lustre_tgt`. */
struct tgt_mount {
	struct list_head	tm_list;
	dev_t			tm_dev;
	struct osd_device	*tm_osd;
	struct mgc		*tm_mgc;
	struct lu_target	*tm_mgs;	/* running here */
	struct lu_target	*tm_target;

	/* options.c and disk.c */
	char			*tm_device;
	char			*tm_mgsnode;	/* "nid,nid:nid" or NULL */
	char			*tm_params;	/* TGT_PARAMS_MAX bytes: "key=value key=value " */
	char			*tm_osd_opts;	/* for the file system below */
	char			*tm_exclude;
	char			tm_fsname[9];
	char			tm_svname[32];	/* testfs-OST0000; "" if there is only the MGS */
	u32			tm_index;
	u32			tm_flags;	/* LDD_F_* */
	bool			tm_mgs_opt, tm_nomgs, tm_nosvc, tm_noir;
	bool			tm_have_svname;
	bool			tm_taken_over;	/* from another make (docs/migration.md) */
	bool			tm_abort_recov;	/* forget the clients of before */
	bool			tm_force;	/* umount -f: forget those of now */
	unsigned int		tm_recovery_soft;	/* seconds, 0: default */
	unsigned int		tm_recovery_hard;
};

/* ---- options.c ---- */
int tgt_options_parse(struct tgt_mount *tm, char *text);
int tgt_set_svname(struct tgt_mount *tm, const char *name);	/* "fs:OST0000", any separator */
int tgt_params_add(struct tgt_mount *tm, const char *keyval, size_t len);

/* ---- disk.c ---- */
int tgt_read_label(const char *device, char label[17]);
int tgt_read_mountdata(struct tgt_mount *tm);
/* ERR_PTR(-ENOENT) */
struct llog_store *tgt_local_log(struct osd_device *osd, const char *name);
/* One write in a transaction of its own. */
int tgt_local_write(struct osd_device *osd, int credits, struct osd_object *obj, const void *buf,
		    size_t len, u64 pos);
void tgt_local_log_done(struct llog_store *st);
void tgt_local_log_save(struct osd_device *osd, const char *name, void *const *chunks, u32 nr,
			u64 size);

/* ---- mount.c ---- */
int tgt_mount_start(struct tgt_mount *tm);
void tgt_mount_stop(struct tgt_mount *tm);
void tgt_mount_free(struct tgt_mount *tm);

/* ---- type.c ---- */
const struct tgt_type *tgt_type_get(enum tgt_kind kind);	/* loads the module; ERR_PTR */
void tgt_type_put(const struct tgt_type *type);
int tgt_type_serve(const struct tgt_type *type);
int tgt_kind_serve(enum tgt_kind kind);	/* services of a kind whose target starts soon */

/* ---- target.c ---- */
struct lu_target *tgt_start(struct tgt_mount *tm, enum tgt_kind kind);
void tgt_stop(struct lu_target *lt);
int tgt_serve(struct lu_target *lt);
bool tgt_name_running(const char *name);
void tgt_put(struct lu_target *lt);	/* lt_ref; tgt_stop() waits for the last one */

/* ---- params.c ---- */
void tgt_params_start(struct lu_target *lt);
void tgt_params_stop(struct lu_target *lt);
void tgt_nid_attach(struct lu_target *lt, struct tgt_export *te);
void tgt_nid_detach(struct lu_target *lt, struct tgt_export *te);

/* ---- nodes.c ---- */
int tgt_servers_record(void *who, const struct config_rec *rec);

/* ---- service.c: what ptlrpc calls ---- */
int tgt_service_init(struct lu_target *lt);	/* fills lt_pt and the table of handlers */
void tgt_service_fini(struct lu_target *lt);

/* ---- last_rcvd.c ---- */
int tgt_lsd_open(struct lu_target *lt);
int tgt_lsd_preload(struct lu_target *lt);	/* the clients of before become exports */
void tgt_lsd_close(struct lu_target *lt);
int tgt_slot_alloc(struct lu_target *lt, struct tgt_export *te);
bool tgt_slot_free(struct lu_target *lt, struct tgt_export *te);
int tgt_slot_write(struct lu_target *lt, struct osd_trans *th, u32 slot,
		   const struct lsd_client_data *lcd);

/* ---- replies.c ---- */
int tgt_replies_open(struct lu_target *lt);
/* @clients: struct tgt_export by generation, or NULL */
int tgt_replies_load(struct lu_target *lt, struct xarray *clients);
void tgt_replies_init(struct tgt_export *te);
void tgt_replies_drop(struct lu_target *lt, struct tgt_export *te);
/* In the transaction of the request; te_lock taken inside. */
int tgt_reply_record(struct svc_req *req, struct osd_trans *th, struct tgt_reply_data *trd);

/* ---- recovery.c ---- */
int tgt_recovery_init(struct lu_target *lt);
void tgt_recovery_fini(struct lu_target *lt);
void tgt_recovery_params_add(struct lu_target *lt);
void tgt_recovery_add(struct lu_target *lt, struct tgt_export *te);
int tgt_recovery_start(struct lu_target *lt);
void tgt_recovery_stop(struct lu_target *lt);
void tgt_recovery_abort(struct lu_target *lt);
void tgt_recovery_connected(struct lu_target *lt, struct tgt_export *te);
void tgt_recovery_gone(struct lu_target *lt, struct tgt_export *te);
void tgt_recovery_stranger(struct ptlrpc_target *pt);
int tgt_recovery_filter(struct svc_req *req);

#endif
