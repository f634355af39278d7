/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of oss.ko: the object storage target (chapter 5).
 *
 * Locks, outer first: extent locks of LDLM > oss_seq.os_mutex > osd_object_lock() > transaction >
 * ost_grant_lock (spin), oe_lock (spin). Under os_mutex nobody waits for a client: an extent lock
 * is only tried there.
 */
#ifndef _OSS_INTERNAL_H
#define _OSS_INTERNAL_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>
#include <gloss/target.h>
#include <gloss/param.h>

#define OSS_BRW_SIZE (4U << 20) /* largest bulk */
#define OSS_NIOBUF_MAX 16384
#define OSS_PAGE_SIZE 4096U /* in which peers count, whatever the page size of this machine is */
#define OSS_CKSUM_TYPES (OBD_CKSUM_CRC32 | OBD_CKSUM_ADLER | OBD_CKSUM_CRC32C)
#define OSS_GRANT_TAX_KB 24 /* 6 blocks of index for an extent */
#define OSS_GRANT_MAX_BLKS 16384
#define OSS_GRANT_INOBITS 5
#define OSS_PRECREATE_MAX 20000 /* objects of one CREATE, and of one orphan cleanup */
#define OSS_PRECREATE_GAP 100000
#define OSS_FMD_MAX 128

/* A precreated object has these bits: uid, gid, projid are not known yet (6.5). */
#define OSS_MODE_UNUSED (S_ISUID | S_ISGID | S_ISVTX)
#define OSS_MODE_NEW (S_IFREG | OSS_MODE_UNUSED | 0666)

struct oss_seq {
	u64 os_seq; /* 0 = IDIF */
	u64 os_last_id;
	struct mutex os_mutex; /* creation, orphans */
	struct osd_object *os_file; /* LAST_ID */
	u64 os_occupied; /* an id above LAST_ID with data, which was told already */
	bool os_cleaned; /* the MDT has removed orphans since the start */
};

#define OSS_CREATE_BATCH 64 /* objects in one transaction */

enum {
	OSS_ST_READ_BYTES,
	OSS_ST_WRITE_BYTES,
	OSS_ST_READ,
	OSS_ST_WRITE,
	OSS_ST_GETATTR,
	OSS_ST_SETATTR,
	OSS_ST_PUNCH,
	OSS_ST_SYNC,
	OSS_ST_DESTROY,
	OSS_ST_CREATE,
	OSS_ST_STATFS,
	OSS_ST_GET_INFO,
	OSS_ST_SET_INFO,
	OSS_ST_PREALLOC,
	OSS_ST_NR
};

struct oss_device {
	struct lu_target *ost_lt;
	struct osd_device *ost_osd;
	struct ldlm_namespace *ost_ns;
	u32 ost_index;

	spinlock_t ost_grant_lock; /* the three sums, and those of each export */
	u64 ost_tot_granted; /* promised, pending included */
	u64 ost_tot_dirty;
	u64 ost_tot_pending; /* used by writes that are not committed */

	struct mutex ost_seq_mutex; /* new sequences */
	struct xarray ost_seqs; /* oss_seq by os_seq */
	struct osd_object *ost_seq_file; /* next sequence to hand out */
	u64 ost_next_seq;

	atomic_t ost_soft_sync;
	struct param_space ost_space;
	/* set by the administrator; the first two are told to the MDT with statfs */
	bool ost_degraded, ost_no_precreate;
	u32 ost_soft_sync_limit; /* 0: never */
};

/* An object whose times a client has set: its writes of before must not change them (6.5). */
struct oss_fmd {
	struct lu_fid of_fid;
	u64 of_xid;
};

struct oss_export {
	struct tgt_export oe_te; /* must be first */
	u64 oe_flags; /* granted connect flags */
	u32 oe_group;
	bool oe_is_mds;

	/* under ost_grant_lock */
	u64 oe_granted;
	u64 oe_dirty;

	spinlock_t oe_lock; /* oe_fmd */
	struct oss_fmd *oe_fmd; /* ring of OSS_FMD_MAX, made at first use */
	unsigned int oe_fmd_next;
};

static inline struct oss_export *oss_export(struct obd_export *exp)
{
	return container_of(tgt_export(exp), struct oss_export, oe_te);
}

static inline struct oss_device *oss_dev(struct svc_req *req)
{
	return svc_req_target(req)->lt_priv;
}

static inline bool oss_recovering(struct oss_device *ost)
{
	return READ_ONCE(ost->ost_lt->lt_pt.pt_recovering);
}

/* Is this OBD_FL_* set in the obdo of a request? */
static inline bool oss_obdo_flag(const struct obdo *oa, u32 flag)
{
	return (le64_to_cpu(oa->o_valid) & OBD_MD_FLFLAGS) && (le32_to_cpu(oa->o_flags) & flag);
}

/* ---- oss_attr.c ---- */
int oss_obdo_fid(struct oss_device *ost, const struct obdo *oa, struct lu_fid *fid);
struct osd_object *oss_object_find(struct svc_req *req, const struct lu_fid *fid);
void oss_obdo_attrs(struct obdo *oa, struct osd_object *obj);
void oss_obdo_ids(struct obdo *oa, struct osd_object *obj);
#define OSS_CR_ATTRS (OSD_CR_ATTR_SET + OSD_CR_XATTR_SET)
int oss_attrs_apply(struct osd_trans *th, struct osd_object *obj, const struct obdo *oa, u32 times,
		    bool chown);
int oss_srv_lock(struct oss_device *ost, const struct lu_fid *fid, u64 start, u64 end, u32 mode,
		 u64 flags, struct ldlm_lock **lockp);
int oss_getattr(struct svc_req *req);
int oss_setattr(struct svc_req *req);
int oss_sync(struct svc_req *req);
int oss_statfs(struct svc_req *req);

/* ---- oss_range.c ---- */
int oss_punch(struct svc_req *req);
int oss_fallocate(struct svc_req *req);
int oss_seek(struct svc_req *req);

/* ---- oss_io.c ---- */
int oss_read(struct svc_req *req);
int oss_write(struct svc_req *req);

/* ---- oss_checksum.c ---- */
int oss_checksum(u32 type, const struct bio_vec *bvec, unsigned int nr, u64 len, u32 *cksum);

/* ---- oss_grant.c ---- */
void oss_grant_connect(struct oss_device *ost, struct oss_export *oe, struct obd_connect_data *ocd,
		       bool reconnect);
void oss_grant_disconnect(struct oss_device *ost, struct oss_export *oe);
void oss_grant_incoming(struct oss_device *ost, struct oss_export *oe, struct obdo *oa, bool again);
void oss_grant_write(struct oss_device *ost, struct oss_export *oe, const struct obdo *oa,
		     const struct niobuf_remote *nb, unsigned int nr, bool again, u64 *used,
		     bool *covered);
void oss_grant_done(struct oss_device *ost, u64 used);
void oss_grant_commit(struct oss_device *ost, struct osd_trans *th, u64 used);
u64 oss_grant_more(struct oss_device *ost, struct oss_export *oe, const struct obdo *oa);
void oss_grant_shrink(struct oss_device *ost, struct oss_export *oe, u64 bytes);
u64 oss_space_left(struct oss_device *ost);
bool oss_space_take(struct oss_device *ost, u64 bytes);

/* ---- oss_create.c ---- */
int oss_seqs_start(struct oss_device *ost);
void oss_seqs_stop(struct oss_device *ost);
struct oss_seq *oss_seq_find(struct oss_device *ost, u64 seq, bool create);

/* Of a missing object: is it behind LAST_ID, precreated before a crash and lost in it? */
static inline bool oss_precreate_lost(const struct oss_seq *os, const struct lu_fid *fid)
{
	u64 id = ost_fid_id(fid), last = READ_ONCE(os->os_last_id);

	return id > last && id - last <= OSS_PRECREATE_MAX;
}

int oss_seq_create_upto(struct oss_device *ost, struct oss_seq *os, u64 id, bool again);
void oss_seq_fid(struct oss_device *ost, struct oss_seq *os, u64 id, struct lu_fid *fid);
int oss_create(struct svc_req *req);
int oss_destroy(struct svc_req *req);
int oss_seq_query(struct svc_req *req);

/* ---- oss_info.c ---- */
int oss_get_info(struct svc_req *req);
int oss_set_info(struct svc_req *req);

/* ---- oss_lvb.c ---- */
extern const struct ldlm_srv_ops oss_ldlm_ops;

/* ---- oss_connect.c ---- */
int oss_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect);
void oss_disconnect(struct obd_export *exp, bool evicted);
int oss_export_init(struct tgt_export *te);
void oss_export_fini(struct tgt_export *te);
void oss_fmd_set(struct oss_export *oe, const struct lu_fid *fid, u64 xid);
u64 oss_fmd_xid(struct oss_export *oe, const struct lu_fid *fid);

/* ---- oss_param.c ---- */
int oss_params_start(struct oss_device *ost);
void oss_params_stop(struct oss_device *ost);

#endif
