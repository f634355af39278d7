// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metadata target: start and stop, connect, the table of objects in use, module.
 *
 * An object is in the table while somebody has a reference; the last put takes it out under the
 * lock of its bucket. Whether an object is open or removed is only known from its struct
 * mdt_object, so there must never be two of one FID.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/hash.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "mdt_internal.h"

/* ---- objects ---- */

static struct mdt_bucket *mdt_object_bucket(struct mdt_device *mdt, const struct lu_fid *fid)
{
	return &mdt->mdt_objects[hash_64(fid->f_seq ^ ((u64)fid->f_oid << 20), MDT_HASH_BITS)];
}

static struct mdt_object *mdt_bucket_find(struct mdt_bucket *b, const struct lu_fid *fid)
{
	struct mdt_object *o;

	hlist_for_each_entry(o, &b->mb_head, mo_hash)
		if (fid_eq(&o->mo_fid, fid))
			return o;
	return NULL;
}

/* An object that was found in the table: whoever put it there may not be done. */
static struct mdt_object *mdt_object_loaded(struct mdt_object *o)
{
	wait_on_bit(&o->mo_reap_flags, MDT_OF_LOADING, TASK_UNINTERRUPTIBLE);
	return o;
}

/**
 * mdt_object_wrap - the MDT object of a store object
 * @mdt: the target
 * @osd: referenced; the result owns that reference, on failure the caller keeps it
 *
 * Return: referenced, or ERR_PTR(-ENOMEM).
 */
struct mdt_object *mdt_object_wrap(struct mdt_device *mdt, struct osd_object *osd)
{
	struct mdt_bucket *b = mdt_object_bucket(mdt, &osd->oo_fid);
	struct mdt_object *o, *other;

	o = kzalloc(sizeof(*o), GFP_NOFS);
	if (!o)
		return ERR_PTR(-ENOMEM);
	o->mo_fid = osd->oo_fid;
	o->mo_mdt = mdt;
	o->mo_osd = osd;
	refcount_set(&o->mo_ref, 1);
	init_rwsem(&o->mo_dir_sem);
	mutex_init(&o->mo_mutex);
	INIT_LIST_HEAD(&o->mo_reap);
	set_bit(MDT_OF_LOADING, &o->mo_reap_flags);
	spin_lock(&b->mb_lock);
	other = mdt_bucket_find(b, &o->mo_fid);
	if (other)
		refcount_inc(&other->mo_ref);
	else
		hlist_add_head(&o->mo_hash, &b->mb_head);
	spin_unlock(&b->mb_lock);
	if (!other) {
		mdt_orphan_load(o);
		return o;
	}
	osd_object_put(osd);
	kfree(o);
	return mdt_object_loaded(other);
}

/**
 * mdt_object_find - an object by FID
 * @mdt: the target
 * @fid: of the object
 *
 * Return: referenced; ERR_PTR(-ENOENT, -EIO, -ENOMEM). It may be dead (mo_dead) when somebody still
 * uses it.
 */
struct mdt_object *mdt_object_find(struct mdt_device *mdt, const struct lu_fid *fid)
{
	struct mdt_bucket *b = mdt_object_bucket(mdt, fid);
	struct osd_object *osd;
	struct mdt_object *o;

	spin_lock(&b->mb_lock);
	o = mdt_bucket_find(b, fid);
	if (o)
		refcount_inc(&o->mo_ref);
	spin_unlock(&b->mb_lock);
	if (o)
		return mdt_object_loaded(o);
	osd = osd_find(mdt->mdt_osd, fid);
	if (IS_ERR(osd))
		return ERR_CAST(osd);
	o = mdt_object_wrap(mdt, osd);
	if (IS_ERR(o))
		osd_object_put(osd);
	return o;
}

/**
 * mdt_object_find_le - an object by a FID of a request
 * @mdt: the target
 * @le: the FID
 *
 * Return: as mdt_object_find() and mdt_req_fid().
 */
struct mdt_object *mdt_object_find_le(struct mdt_device *mdt, const struct lu_fid_le *le)
{
	struct lu_fid fid;
	int rc = mdt_req_fid(le, &fid);

	return rc ? ERR_PTR(rc) : mdt_object_find(mdt, &fid);
}

/**
 * mdt_object_find_live - an object by a FID of a request, unless it was removed
 * @mdt: the target
 * @le: the FID
 *
 * Return: as mdt_object_find_le(); ERR_PTR(-ENOENT): it has no name any more, and nobody has it
 * open.
 */
struct mdt_object *mdt_object_find_live(struct mdt_device *mdt, const struct lu_fid_le *le)
{
	struct mdt_object *o = mdt_object_find_le(mdt, le);

	if (!IS_ERR(o) && READ_ONCE(o->mo_dead) && !READ_ONCE(o->mo_opens)) {
		mdt_object_put(o);
		o = ERR_PTR(-ENOENT);
	}
	return o;
}

/**
 * mdt_object_get - one more reference
 * @o: referenced
 */
void mdt_object_get(struct mdt_object *o)
{
	refcount_inc(&o->mo_ref);
}

/**
 * mdt_object_put - give a reference back
 * @o: the object; NULL and ERR_PTR are fine
 */
void mdt_object_put(struct mdt_object *o)
{
	struct mdt_bucket *b;

	if (IS_ERR_OR_NULL(o))
		return;
	b = mdt_object_bucket(o->mo_mdt, &o->mo_fid);
	if (!refcount_dec_and_lock(&o->mo_ref, &b->mb_lock))
		return;
	hlist_del(&o->mo_hash);
	spin_unlock(&b->mb_lock);
	osd_object_put(o->mo_osd);
	kfree(o);
}

/**
 * mdt_xattr_get_alloc - an xattr in a buffer of its own
 * @o: the object
 * @name: full name
 * @val: out: kvfree() it; NULL when there is no value
 *
 * Return: its length, -ENODATA, -ENOMEM, -EOPNOTSUPP, -EIO.
 */
int mdt_xattr_get_alloc(struct mdt_object *o, const char *name, void **val)
{
	ssize_t len;
	void *buf;
	int tries;

	*val = NULL;
	for (tries = 0; tries < 3; tries++) {
		len = osd_xattr_get(o->mo_osd, name, NULL, 0);
		if (len <= 0)
			return len;
		buf = kvmalloc(len, GFP_NOFS);
		if (!buf)
			return -ENOMEM;
		len = osd_xattr_get(o->mo_osd, name, buf, len);
		if (len > 0) {
			*val = buf;
			return len;
		}
		kvfree(buf);
		if (len != -ERANGE)	/* it grew meanwhile */
			return len;
	}
	return -EAGAIN;
}

/**
 * mdt_attr_get - attributes as clients see them
 * @o: the object
 * @la: out
 *
 * A removed file keeps one link on disk until its OST objects are destroyed; clients are shown
 * none.
 */
void mdt_attr_get(struct mdt_object *o, struct osd_attr *la)
{
	osd_attr_get(o->mo_osd, la);
	if (READ_ONCE(o->mo_dead))
		la->nlink = 0;
}

/**
 * mdt_recovering - is the target in recovery?
 * @mdt: the target
 */
bool mdt_recovering(struct mdt_device *mdt)
{
	return READ_ONCE(mdt->mdt_lt->lt_pt.pt_recovering);
}

/* ---- exports ---- */

static int mdt_export_init(struct tgt_export *te)
{
	struct mdt_export *me = container_of(te, struct mdt_export, me_te);

	spin_lock_init(&me->me_lock);
	INIT_LIST_HEAD(&me->me_files);
	return 0;
}

#define MDT_CONNECT                                                                        \
	(OBD_CONNECT_RDONLY | OBD_CONNECT_INDEX | OBD_CONNECT_MDS | OBD_CONNECT_VERSION |  \
	 OBD_CONNECT_ACL | OBD_CONNECT_XATTR | OBD_CONNECT_LARGE_ACL | OBD_CONNECT_IBITS | \
	 OBD_CONNECT_ATTRFID | OBD_CONNECT_NODEVOH | OBD_CONNECT_BRW_SIZE |                \
	 OBD_CONNECT_CANCELSET | OBD_CONNECT_AT | OBD_CONNECT_FID |                        \
	 OBD_CONNECT_LOV_V3 | OBD_CONNECT_MAX_EASIZE | OBD_CONNECT_FULL20 |                \
	 OBD_CONNECT_LAYOUTLOCK | OBD_CONNECT_64BITHASH | OBD_CONNECT_JOBSTATS |           \
	 OBD_CONNECT_UMASK | OBD_CONNECT_EINPROGRESS | OBD_CONNECT_LVB_TYPE |              \
	 OBD_CONNECT_LIGHTWEIGHT | OBD_CONNECT_FLOCK_DEAD | OBD_CONNECT_DISP_STRIPE |      \
	 OBD_CONNECT_OPEN_BY_FID | OBD_CONNECT_MULTIMODRPCS | OBD_CONNECT_SUBTREE |        \
	 OBD_CONNECT_BULK_MBITS | OBD_CONNECT_FLAGS2)
#define MDT_CONNECT2                                                                      \
	(OBD_CONNECT2_FILE_SECCTX | OBD_CONNECT2_SUM_STATFS | OBD_CONNECT2_LOCK_CONVERT | \
	 OBD_CONNECT2_INC_XID | OBD_CONNECT2_GETATTR_PFID | OBD_CONNECT2_REP_MBITS)
#define MDT_IBITS	(MDS_INODELOCK_FULL & ~MDS_INODELOCK_DOM)

/* Connect negotiation (chapter 4, 5.4; chapter 2, 9.6). */
static int mdt_connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	struct mdt_export *me = mdt_export(exp);
	struct mdt_device *mdt = lu_target(exp->exp_tgt)->lt_priv;
	u64 flags = le64_to_cpu(ocd->ocd_connect_flags), flags2 = 0;

	if (!(flags & OBD_CONNECT_FULL20))
		return -EPROTO;
	if (!(flags & OBD_CONNECT_FID))
		return -EBADE;
	if ((flags & OBD_CONNECT_BRW_SIZE) && !ocd->ocd_brw_size)
		return -EPROTO;
	if (osd_is_rdonly(mdt->mdt_osd) && !(flags & OBD_CONNECT_RDONLY))
		return -EROFS;
	flags &= MDT_CONNECT;
	if (flags & OBD_CONNECT_FLAGS2)
		flags2 = le64_to_cpu(ocd->ocd_connect_flags2) & MDT_CONNECT2;
	if (flags & OBD_CONNECT_IBITS) {
		ocd->ocd_ibits_known &= cpu_to_le64(MDT_IBITS);
		if (!ocd->ocd_ibits_known)
			return -EPROTO;
	}
	if (flags & OBD_CONNECT_BRW_SIZE)
		ocd->ocd_brw_size = cpu_to_le32(min(le32_to_cpu(ocd->ocd_brw_size), MDT_BRW_SIZE));
	if (flags & OBD_CONNECT_VERSION)
		ocd->ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	ocd->ocd_max_easize = cpu_to_le32(min(osd_max_xattr(mdt->mdt_osd), MDT_MAX_EASIZE));
	if (flags & OBD_CONNECT_MULTIMODRPCS)
		ocd->ocd_maxmodrpcs = cpu_to_le16(MDT_MAX_MOD_RPCS);
	ocd->ocd_connect_flags = cpu_to_le64(flags);
	ocd->ocd_connect_flags2 = cpu_to_le64(flags2);
	me->me_flags = flags;
	me->me_flags2 = flags2;
	me->me_rdonly = flags & OBD_CONNECT_RDONLY;
	return 0;
}

static void mdt_disconnect(struct obd_export *exp, bool evicted)
{
	mdt_close_export(mdt_export(exp));
}

/* ---- start and stop ---- */

static struct mdt_bucket *mdt_buckets_new(void)
{
	struct mdt_bucket *b = kvcalloc(1 << MDT_HASH_BITS, sizeof(*b), GFP_KERNEL);
	unsigned int i;

	for (i = 0; b && i < 1 << MDT_HASH_BITS; i++)
		spin_lock_init(&b[i].mb_lock);
	return b;
}

static void mdt_free(struct mdt_device *mdt)
{
	mdt_object_put(mdt->mdt_root);
	mdt_seq_stop(mdt);
	if (mdt->mdt_wq)
		destroy_workqueue(mdt->mdt_wq);
	mdt_record_stop(mdt);
	osd_object_put(mdt->mdt_lod.lo_objid);
	mdt_lod_fini(&mdt->mdt_lod);
	kvfree(mdt->mdt_objects);
	kvfree(mdt->mdt_files);
	kvfree(mdt);
}

static int mdt_start_parts(struct mdt_device *mdt)
{
	struct osd_object *osd;
	int rc;

	osd = osd_root(mdt->mdt_osd);
	if (IS_ERR(osd))
		return PTR_ERR(osd);
	mdt->mdt_root = mdt_object_wrap(mdt, osd);
	if (IS_ERR(mdt->mdt_root)) {
		osd_object_put(osd);
		return PTR_ERR(mdt->mdt_root);
	}
	rc = mdt_seq_start(mdt);
	if (rc)
		return rc;
	rc = mdt_osts_start(mdt);
	if (!rc)
		rc = mdt_record_start(mdt);
	if (rc)
		return rc;
	return mdt_orphan_start(mdt);
}

static int mdt_start(struct lu_target *lt)
{
	struct mdt_device *mdt;
	int rc = -ENOMEM;

	if (lt->lt_index) {
		pr_err("%s: only MDT0000 is supported: rc = %d\n", lt->lt_name, -EOPNOTSUPP);
		return -EOPNOTSUPP;
	}
	mdt = kvzalloc(sizeof(*mdt), GFP_KERNEL);
	if (!mdt)
		return -ENOMEM;
	mdt->mdt_lt = lt;
	mdt->mdt_osd = lt->lt_osd;
	mdt->mdt_ns = lt->lt_pt.pt_ns;
	mutex_init(&mdt->mdt_rename_mutex);
	mutex_init(&mdt->mdt_seq_mutex);
	atomic64_set(&mdt->mdt_next_cookie, ptlrpc_new_cookie());
	atomic_set(&mdt->mdt_max_mdsize, lov_mds_md_size(1, LOV_MAGIC_V3));
	mdt_lod_init(&mdt->mdt_lod);
	tgt_nodes_init(&mdt->mdt_lod.lo_nodes);
	mdt_orphan_init(mdt);
	mdt_record_init(mdt);
	lt->lt_priv = mdt;
	mdt->mdt_objects = mdt_buckets_new();
	mdt->mdt_files = mdt_buckets_new();
	mdt->mdt_wq = alloc_workqueue("mdt_orphan", WQ_UNBOUND | WQ_MEM_RECLAIM, 1);
	if (!mdt->mdt_objects || !mdt->mdt_files || !mdt->mdt_wq)
		goto out;
	rc = mdt_params_start(mdt);
	if (rc)
		goto out;
	rc = mdt_start_parts(mdt);
	if (!rc)
		return 0;
	mdt_params_stop(mdt);
	if (mdt->mdt_pending)
		mdt_orphan_stop(mdt);
out:
	mdt_free(mdt);
	lt->lt_priv = NULL;
	return rc;
}

/* First no more objects and connections to OSTs: requests in service must not wait for them. */
static void mdt_stop_begin(struct lu_target *lt)
{
	mdt_osts_stop(lt->lt_priv);
}

static void mdt_stop(struct lu_target *lt)
{
	struct mdt_device *mdt = lt->lt_priv;

	mdt_params_stop(mdt);
	mdt_orphan_stop(mdt);
	mdt_osts_free(mdt);
	mdt_free(mdt);
	lt->lt_priv = NULL;
}

static int mdt_config_record(struct lu_target *lt, const struct config_rec *rec)
{
	return mdt_osts_config_record(lt->lt_priv, rec);
}

static void mdt_restarted(struct lu_target *lt, const struct config_target *target)
{
	mdt_osts_restarted(lt->lt_priv, target);
}

static int mdt_config_done(struct lu_target *lt, bool first)
{
	if (first) {
		mdt_lod_config_done(lt->lt_priv);
		mdt_orphan_config_done(lt->lt_priv);
		mdt_record_scan(lt->lt_priv);
	}
	return 0;
}

static const struct ptlrpc_service_conf mdt_services[] = {
	{ .name = "mdt",
	  .req_portal = MDS_REQUEST_PORTAL,
	  .rep_portal = MDC_REPLY_PORTAL,
	  .max_req = 66560,
	  .max_rep = 74 << 10,
	  .threads_min = 4,
	  .threads_max = 64 },
	{ .name = "mdt_io",
	  .req_portal = MDS_IO_PORTAL,
	  .rep_portal = MDC_REPLY_PORTAL,
	  .max_req = 263168,
	  .max_rep = 74 << 10,
	  .threads_min = 2,
	  .threads_max = 16 },
	{ .name = "mdt_rdpg",
	  .req_portal = MDS_READPAGE_PORTAL,
	  .rep_portal = MDC_REPLY_PORTAL,
	  .max_req = 66560,
	  .max_rep = 66560,
	  .threads_min = 2,
	  .threads_max = 32 },
	{ .name = "mdt_out",
	  .req_portal = OUT_PORTAL,
	  .rep_portal = OSC_REPLY_PORTAL,
	  .max_req = 66560,
	  .max_rep = 66560,
	  .threads_min = 1,
	  .threads_max = 4 },
	{ .name = "mdt_fld",
	  .req_portal = FLD_REQUEST_PORTAL,
	  .rep_portal = MDC_REPLY_PORTAL,
	  .max_req = 1024,
	  .max_rep = 8192,
	  .threads_min = 1,
	  .threads_max = 4 },
	{ .name = "mdt_seqm",
	  .req_portal = SEQ_METADATA_PORTAL,
	  .rep_portal = MDC_REPLY_PORTAL,
	  .max_req = 1024,
	  .max_rep = 1024,
	  .threads_min = 1,
	  .threads_max = 4 },
	{ .name = "mdt_seqs",
	  .req_portal = SEQ_CONTROLLER_PORTAL,
	  .rep_portal = MDC_REPLY_PORTAL,
	  .max_req = 1024,
	  .max_rep = 1024,
	  .threads_min = 1,
	  .threads_max = 4 },
};

static struct tgt_type mdt_type = {
	.kind		= TGT_MDT,
	.name		= "mdt",
	.owner		= THIS_MODULE,
	.ldlm_ops	= &mdt_ldlm_ops,
	.services	= mdt_services,
	.nr_services	= ARRAY_SIZE(mdt_services),
	.export_size	= sizeof(struct mdt_export),
	.export_init	= mdt_export_init,
	.start		= mdt_start,
	.stop_begin	= mdt_stop_begin,
	.stop		= mdt_stop,
	.config_record	= mdt_config_record,
	.config_done	= mdt_config_done,
	.restarted	= mdt_restarted,
	.connect	= mdt_connect,
	.disconnect	= mdt_disconnect,
	.reconstruct	= mdt_reconstruct,
};

static int __init mdt_module_init(void)
{
	mdt_type.handlers = mdt_handlers;
	mdt_type.nr_handlers = mdt_nr_handlers;
	return tgt_type_register(&mdt_type);
}

static void __exit mdt_module_exit(void)
{
	tgt_type_unregister(&mdt_type);
}

module_init(mdt_module_init);
module_exit(mdt_module_exit);
MODULE_DESCRIPTION("Gloss metadata service");
MODULE_LICENSE("GPL");
