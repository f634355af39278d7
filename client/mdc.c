// SPDX-License-Identifier: GPL-2.0-only
/*
 * One MDT of a mount (MDC): its import, and every request to it except intents (mdc_lock.c) and
 * sequences (fid.c). Knows inodes only as FIDs, groups and cached attributes to be sent.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include "internal.h"

#define MDC_CONNECT_FLAGS \
	(OBD_CONNECT_IBITS | OBD_CONNECT_NODEVOH | OBD_CONNECT_ATTRFID | \
	 OBD_CONNECT_VERSION | OBD_CONNECT_BRW_SIZE | OBD_CONNECT_CANCELSET | \
	 OBD_CONNECT_FID | OBD_CONNECT_AT | OBD_CONNECT_LOV_V3 | OBD_CONNECT_VBR | \
	 OBD_CONNECT_FULL20 | OBD_CONNECT_64BITHASH | OBD_CONNECT_EINPROGRESS | \
	 OBD_CONNECT_JOBSTATS | OBD_CONNECT_LVB_TYPE | OBD_CONNECT_LAYOUTLOCK | \
	 OBD_CONNECT_MAX_EASIZE | OBD_CONNECT_FLOCK_DEAD | OBD_CONNECT_DISP_STRIPE | \
	 OBD_CONNECT_OPEN_BY_FID | OBD_CONNECT_BULK_MBITS | OBD_CONNECT_DIR_STRIPE | \
	 OBD_CONNECT_SUBTREE | OBD_CONNECT_MULTIMODRPCS | OBD_CONNECT_FLAGS2 | \
	 OBD_CONNECT_ACL | OBD_CONNECT_UMASK | OBD_CONNECT_LARGE_ACL | OBD_CONNECT_XATTR)
#define MDC_CONNECT_FLAGS2 \
	(OBD_CONNECT2_SUM_STATFS | OBD_CONNECT2_OVERSTRIPING | OBD_CONNECT2_FLR | \
	 OBD_CONNECT2_INC_XID | OBD_CONNECT2_LSOM | OBD_CONNECT2_GETATTR_PFID | \
	 OBD_CONNECT2_REP_MBITS)

/* Data on MDTs is not supported; a server grants no DOM locks then. */
#define MDC_IBITS_KNOWN (MDS_INODELOCK_FULL & ~MDS_INODELOCK_DOM)

/* ---- set-up ---- */

static void mdc_import_event(struct obd_import *imp, enum import_event ev)
{
	struct ll_mdc *mdc = imp->imp_data;

	switch (ev) {
	case IMP_EV_OCD:
		/* It never grows: tools have read it and made buffers of that size. */
		mdc->lmc_max_easize = clamp_t(u32, le32_to_cpu(imp->imp_ocd.ocd_max_easize), 4096,
					      mdc->lmc_max_easize);
		break;
	case IMP_EV_ACTIVE:
		lu_device_set_status(mdc->lmc_dev, "UP");
		break;
	case IMP_EV_EVICTED:
		/* The import has logged it. */
		mdc_fid_drop(mdc);
		if (mdc->lmc_ns)
			ldlm_ns_evicted(mdc->lmc_ns);
		break;
	case IMP_EV_INACTIVE:
		lu_device_set_status(mdc->lmc_dev, "IN");
		mdc_fid_drop(mdc);
		break;
	case IMP_EV_DISCON:
		if (READ_ONCE(mdc->lmc_sbi->sbi_umounting))
			import_invalidate(imp);
		break;
	}
}

static const struct import_ops mdc_import_ops = { .event = mdc_import_event };

static int mdc_uuid_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s\n", ((struct ll_mdc *)obj)->lmc_tgt_uuid);
	return 0;
}

static int mdc_active_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", !((struct ll_mdc *)obj)->lmc_imp->imp_deactive);
	return 0;
}

static ssize_t mdc_active_store(const char *text, size_t len, void *obj)
{
	struct ll_mdc *mdc = obj;
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	import_set_active(mdc->lmc_imp, on);
	return len;
}

static const struct param_def mdc_params[] = {
	{ "mds_server_uuid", 0444, mdc_uuid_show, NULL, PARAM_DEBUGFS },
	{ "active", 0644, mdc_active_show, mdc_active_store },
};

/* An MDC with its import, which is not connected yet; NULL. */
static struct ll_mdc *mdc_new(struct ll_sb_info *sbi, u32 index, const char *tgt_uuid,
			      const char *dev_name)
{
	struct import_conf conf = {
		.target_uuid = tgt_uuid,
		.client_uuid = sbi->sbi_uuid,
		.connect_op = MDS_CONNECT,
		.req_portal = MDS_REQUEST_PORTAL,
		.rep_portal = MDC_REPLY_PORTAL,
		.sp = LUSTRE_SP_CLI,
		.ops = &mdc_import_ops,
	};
	struct ll_mdc *mdc = kzalloc(sizeof(*mdc), GFP_KERNEL);

	if (!mdc)
		return NULL;
	mdc->lmc_sbi = sbi;
	mdc->lmc_index = index;
	mdc->lmc_easize = LL_EASIZE_DEF;
	mdc->lmc_max_easize = LL_EASIZE_MAX;
	mutex_init(&mdc->lmc_seq_mutex);
	spin_lock_init(&mdc->lmc_orphan_lock);
	INIT_LIST_HEAD(&mdc->lmc_orphan_opens);
	init_waitqueue_head(&mdc->lmc_orphan_waitq);
	strscpy(mdc->lmc_tgt_uuid, tgt_uuid, sizeof(mdc->lmc_tgt_uuid));
	snprintf(mdc->lmc_name, sizeof(mdc->lmc_name), "%s-%s", dev_name, sbi->sbi_inst);

	conf.data = mdc;
	conf.ocd.ocd_connect_flags = cpu_to_le64(MDC_CONNECT_FLAGS);
	if (sbi->sbi_opts & LL_OPT_RDONLY)
		conf.ocd.ocd_connect_flags |= cpu_to_le64(OBD_CONNECT_RDONLY);
	conf.ocd.ocd_connect_flags2 = cpu_to_le64(MDC_CONNECT_FLAGS2);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	conf.ocd.ocd_ibits_known = cpu_to_le64(MDC_IBITS_KNOWN);
	conf.ocd.ocd_brw_size = cpu_to_le32(1 << 20);
	mdc->lmc_imp = import_alloc(&conf);
	if (!mdc->lmc_imp) {
		kfree(mdc);
		return NULL;
	}
	return mdc;
}

/**
 * mdc_setup - an MDT from the configuration: import, lock namespace; starts to connect
 * @sbi: the mount
 * @index: of the MDT
 * @tgt_uuid: its name in connects
 * @dev_name: "fs-MDT0000-mdc"
 * @nodes: where it may run, the primary node first
 * @nr_nodes: number of them
 *
 * Context: sbi_conf_mutex is held; does not wait for the MDT. Return: 0, -EEXIST, -ENOMEM.
 */
int mdc_setup(struct ll_sb_info *sbi, u32 index, const char *tgt_uuid, const char *dev_name,
	      const struct ll_node_nids *nodes, unsigned int nr_nodes)
{
	char path[sizeof("mdc/") + sizeof_field(struct ll_mdc, lmc_name)];
	struct ll_mdc *mdc;
	unsigned int i;
	int rc;

	if (xa_load(&sbi->sbi_mdcs, index))
		return -EEXIST;
	mdc = mdc_new(sbi, index, tgt_uuid, dev_name);
	if (!mdc)
		return -ENOMEM;
	for (i = 0; i < nr_nodes; i++) {
		rc = import_add_conn(mdc->lmc_imp, nodes[i].nids, nodes[i].nr);
		if (rc)
			goto err_imp;
	}
	rc = -ENOMEM;
	mdc->lmc_ns = ldlm_ns_new_client(mdc->lmc_name, mdc->lmc_imp);
	if (!mdc->lmc_ns)
		goto err_imp;
	mdc->lmc_dev = lu_device_add("mdc", mdc->lmc_name, sbi->sbi_uuid);
	snprintf(path, sizeof(path), "mdc/%s", mdc->lmc_name);
	mdc->lmc_param_dir = param_dir_add(NULL, path);
	param_add(mdc->lmc_param_dir, mdc_params, ARRAY_SIZE(mdc_params), mdc);
	import_params_add(mdc->lmc_param_dir, mdc->lmc_imp);
	rc = xa_err(xa_store(&sbi->sbi_mdcs, index, mdc, GFP_KERNEL));
	if (rc)
		goto err_dev;
	if (!index)
		sbi->sbi_mdc0 = mdc;
	import_connect(mdc->lmc_imp);
	wake_up_all(&sbi->sbi_conf_waitq);
	return 0;

err_dev:
	param_dir_del(mdc->lmc_param_dir);
	lu_device_del(mdc->lmc_dev);
	ldlm_ns_free(mdc->lmc_ns, true);
err_imp:
	import_disconnect(mdc->lmc_imp);
	import_put(mdc->lmc_imp);
	kfree(mdc);
	return rc;
}

/**
 * mdc_add_node - one more node on which an MDT may run
 * @mdc: the MDC
 * @node: its NIDs
 *
 * Return: 0 or -ENOMEM.
 */
int mdc_add_node(struct ll_mdc *mdc, const struct ll_node_nids *node)
{
	return import_add_conn(mdc->lmc_imp, node->nids, node->nr);
}

/**
 * mdc_invalidate - umount -f: all requests to this MDT fail from now on
 * @mdc: the MDC
 *
 * Context: does not sleep.
 */
void mdc_invalidate(struct ll_mdc *mdc)
{
	import_invalidate(mdc->lmc_imp);
}

/**
 * mdc_drop_locks - drop all locks of an MDT
 * @mdc: the MDC
 * @force: forget them, without a cancel
 *
 * Before inodes are evicted, so that no lock callback finds one of them afterwards. Context:
 * sleeps.
 */
void mdc_drop_locks(struct ll_mdc *mdc, bool force)
{
	mdc_orphan_opens_end(mdc);
	if (force)
		ldlm_ns_evicted(mdc->lmc_ns);
	/* This also waits for callbacks that began before. */
	ldlm_cli_cancel_unused(mdc->lmc_ns, NULL);
}

/**
 * mdc_cleanup - disconnect from an MDT and free the MDC
 * @mdc: the MDC; no request and no inode is left
 * @force: do not wait for the MDT
 *
 * Context: sleeps.
 */
void mdc_cleanup(struct ll_mdc *mdc, bool force)
{
	param_dir_del(mdc->lmc_param_dir);
	if (!force)
		ldlm_cli_cancel_unused(mdc->lmc_ns, NULL);
	/* This waits for the last event, which may use the namespace. */
	import_disconnect(mdc->lmc_imp);
	ldlm_ns_free(mdc->lmc_ns, true);
	lu_device_del(mdc->lmc_dev);
	import_put(mdc->lmc_imp);
	kfree(mdc);
}

/**
 * mdc_for_fid - the MDT that holds an object
 * @sbi: the mount
 * @fid: of the object
 *
 * Objects of other MDTs than MDT0000 are not supported yet; it refuses requests about them.
 * Return: never NULL.
 */
struct ll_mdc *mdc_for_fid(struct ll_sb_info *sbi, const struct lu_fid *fid)
{
	return sbi->sbi_mdc0;
}

/* ---- answers ---- */

/**
 * mdc_ea_room - bytes for a layout in replies of this MDT
 * @mdc: the MDC
 *
 * The longest that it has told so far, at most 4096; a longer layout makes the reply grow.
 */
u32 mdc_ea_room(const struct ll_mdc *mdc)
{
	return READ_ONCE(mdc->lmc_easize);
}

/**
 * mdc_acl_room - bytes for an ACL in replies of this MDT
 * @mdc: the MDC
 *
 * Enough for 32 entries; a longer ACL is asked for again (mdc_intent_again()).
 */
u32 mdc_acl_room(const struct ll_mdc *mdc)
{
	return LUSTRE_POSIX_ACL_MAX_SIZE_OLD;
}

/**
 * ll_answer_start - before a request is made: an empty answer, and the tick of the question
 * @mdc: the MDC
 * @a: the answer
 */
void ll_answer_start(struct ll_mdc *mdc, struct ll_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->start = atomic64_inc_return(&mdc->lmc_sbi->sbi_attr_clock);
}

/**
 * ll_answer_put - give up an answer and the lock that came with it
 * @a: the answer; an empty one is fine
 */
void ll_answer_put(struct ll_answer *a)
{
	if (a->lock)
		ldlm_lock_decref(a->lock, a->mode);
	ptlrpc_req_put(a->req);
	memset(a, 0, sizeof(*a));
}

/* A buffer of the reply with at least len bytes. */
static const void *ll_answer_buf(struct ll_answer *a, enum wire_field field, u32 len)
{
	return ptlrpc_rep_len(a->req, field) >= len ? ptlrpc_rep_buf(a->req, field) : NULL;
}

static int ll_answer_bad(struct ll_answer *a, const char *what)
{
	struct ll_mdc *mdc = a->req->rq_imp->imp_data;

	pr_warn_ratelimited("%s: bad %s in an answer about " DFID ": rc = %d\n", mdc->lmc_name,
			    what, PFID(&a->fid), -EPROTO);
	return -EPROTO;
}

/*
 * The LMV EAs of a directory (chapter 4, 8.3 and 19.2). MDT_MD holds the one of a striped directory
 * (MEA). The default LMV (DEFAULT_MEA) has a buffer of its own where the format knows one; MDT_MD
 * means nothing then.
 */
static int ll_answer_lmv(struct ll_answer *a)
{
	const void *lmv = a->ea, *def = a->ea;
	u32 len = a->ea_len, def_len = a->ea_len;

	if (!(a->valid & (OBD_MD_MEA | OBD_MD_DEFAULT_MEA)))
		return 0;
	a->ea = NULL;
	a->ea_len = 0;
	if (a->valid & OBD_MD_MEA) {
		const struct lmv_mds_md_v1 *v1 = lmv;

		if (wire_lmv_check(lmv, len))
			return -EPROTO;
		a->striped = le32_to_cpu(v1->lmv_magic) != LMV_MAGIC_V1 || v1->lmv_stripe_count;
		def_len = 0;
	}
	if (ptlrpc_rep_len(a->req, WF_DEFAULT_MD)) {
		def = ptlrpc_rep_buf(a->req, WF_DEFAULT_MD);
		def_len = ptlrpc_rep_len(a->req, WF_DEFAULT_MD);
	}
	if (a->valid & OBD_MD_DEFAULT_MEA && def_len) {
		if (wire_lmv_user_check(def, def_len))
			return -EPROTO;
		a->default_lmv = def;
	}
	return 0;
}

/**
 * ll_answer_fill - check the answer to a request and take it apart
 * @a: its request has been answered
 *
 * Everything that the client believes of an answer about an object passes here: sizes, FID,
 * layouts, ACL. Return: 0 or -EPROTO.
 */
int ll_answer_fill(struct ll_answer *a)
{
	const struct mdt_body *body = ptlrpc_rep_buf(a->req, WF_MDT_BODY);
	struct ll_mdc *mdc = a->req->rq_imp->imp_data;
	u32 len;

	if (!body)
		return -EPROTO;
	a->body = body;
	a->valid = le64_to_cpu(body->mbo_valid);
	/* No file is longer, and a size is a signed number in the VFS. */
	if (a->valid & (OBD_MD_FLSIZE | OBD_MD_FLLAZYSIZE) &&
	    le64_to_cpu(body->mbo_size) > MAX_LFS_FILESIZE)
		return ll_answer_bad(a, "size");
	if (a->valid & OBD_MD_FLID) {
		fid_from_le(&a->fid, &body->mbo_fid1);
		if (!fid_is_sane(&a->fid))
			return -EPROTO;
	}
	if (a->valid & OBD_MD_FLMODEASIZE) {
		u32 max = le32_to_cpu(body->mbo_max_mdsize);

		max = min_t(u32, max, 4096);
		if (max > READ_ONCE(mdc->lmc_easize))
			WRITE_ONCE(mdc->lmc_easize, max);
	}
	len = le32_to_cpu(body->mbo_eadatasize);
	if (a->valid & (OBD_MD_FLEASIZE | OBD_MD_FLDIREA | OBD_MD_LINKNAME) && len) {
		/* Tools have a buffer of max_easize for a layout (chapter 7, 3.5). */
		if (len > mdc->lmc_max_easize)
			return ll_answer_bad(a, "layout size");
		a->ea = ll_answer_buf(a, WF_MDT_MD, len);
		if (!a->ea)
			return ll_answer_bad(a, "layout size");
		a->ea_len = len;
	}
	if (a->valid & OBD_MD_FLDIREA && ll_answer_lmv(a))
		return ll_answer_bad(a, "directory layout");
	len = le32_to_cpu(body->mbo_aclsize);
	if (a->valid & OBD_MD_FLACL && len) {
		a->acl = ll_answer_buf(a, WF_ACL, len);
		if (!a->acl || wire_acl_check(a->acl, len))
			return ll_answer_bad(a, "ACL");
		a->acl_len = len;
	}
	return 0;
}

/*
 * Send a request whose answer is a body with attributes; *a owns the request afterwards, whatever
 * the result.
 */
static int ll_answer_wait(struct ptlrpc_request *req, struct ll_answer *a)
{
	int rc;

	a->req = req;
	rc = ptlrpc_queue_wait(req);
	if (rc >= 0)
		rc = ll_answer_fill(a);
	return rc > 0 ? -EPROTO : rc;
}

/* ---- requests without change ---- */

/**
 * mdc_statfs - numbers of an MDT, or of the whole file system
 * @mdc: the MDC
 * @st: out
 * @sum: ask for the sum of all targets, if the MDT can tell it (OS_STATFS_SUM in os_state)
 * @nodelay: fail when the MDT is not connected, instead of waiting for it
 *
 * Context: killable.
 *
 * Return: 0; -EAGAIN or -ETIMEDOUT (@nodelay): not connected; -EINTR; -EPROTO; -errno of the MDT.
 */
int mdc_statfs(struct ll_mdc *mdc, struct obd_statfs *st, bool sum, bool nodelay)
{
	struct ptlrpc_request *req = ptlrpc_req_new(mdc->lmc_imp, MDS_STATFS, &wf_mds_statfs);
	struct mdt_body *body;
	int rc;

	if (!req)
		return -ENOMEM;
	req->rq_no_delay = nodelay;
	req->rq_no_resend = nodelay;
	sum = sum && imp_connect_flags2(mdc->lmc_imp) & OBD_CONNECT2_SUM_STATFS;
	if (sum)
		ptlrpc_req_size(req, WF_MDT_BODY, sizeof(*body));
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return rc;
	}
	body = ptlrpc_req_buf(req, WF_MDT_BODY);
	if (sum)
		mdc_pack_body(body, NULL, OBD_MD_FLAGSTATFS, NULL);
	return ll_statfs_rpc(req, st);
}

/**
 * mdc_get_root - the FID of the root, or of the directory of a sub-directory mount
 * @mdc: MDT0000
 * @fileset: path of the directory, or NULL
 * @fid: out
 *
 * Context: killable. Return: 0; -EOPNOTSUPP: the MDT has no filesets; -ENOENT, -ENOTDIR, ...
 */
int mdc_get_root(struct ll_mdc *mdc, const char *fileset, struct lu_fid *fid)
{
	struct ptlrpc_request *req;
	struct ll_answer a;
	int rc;

	if (fileset && !(imp_connect_flags(mdc->lmc_imp) & OBD_CONNECT_SUBTREE))
		return -EOPNOTSUPP;
	ll_answer_start(mdc, &a);
	req = ptlrpc_req_new(mdc->lmc_imp, MDS_GET_ROOT, &wf_mds_get_root);
	if (!req)
		return -ENOMEM;
	if (fileset)
		ptlrpc_req_size(req, WF_NAME, strlen(fileset) + 1);
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return rc;
	}
	mdc_pack_body(ptlrpc_req_buf(req, WF_MDT_BODY), NULL, 0, NULL);
	if (fileset)
		strcpy(ptlrpc_req_buf(req, WF_NAME), fileset);
	rc = ll_answer_wait(req, &a);
	if (!rc && !(a.valid & OBD_MD_FLID))
		rc = -EPROTO;
	if (!rc)
		*fid = a.fid;
	ll_answer_put(&a);
	return rc;
}

/*
 * Attributes of the object @fid, or, with a name, of the object of that name in the directory @fid.
 */
static int mdc_getattr_send(struct ll_mdc *mdc, const struct lu_fid *fid, const struct inode *dir,
			    const char *name, u32 len, u64 valid, u32 ea_room, struct ll_answer *a)
{
	struct ptlrpc_request *req;
	struct mdt_body *body;
	int rc;

	ll_answer_start(mdc, a);
	req = ptlrpc_req_new(mdc->lmc_imp, name ? MDS_GETATTR_NAME : MDS_GETATTR,
			     name ? &wf_mds_getattr_name : &wf_mds_getattr);
	if (!req)
		return -ENOMEM;
	if (name)
		ptlrpc_req_size(req, WF_NAME, len + 1);
	ptlrpc_rep_room(req, WF_MDT_MD, ea_room);
	ptlrpc_rep_room(req, WF_ACL, valid & OBD_MD_FLACL ? mdc_acl_room(mdc) : 0);
	rc = ptlrpc_req_pack(req);
	if (rc) {
		ptlrpc_req_put(req);
		return rc;
	}
	body = ptlrpc_req_buf(req, WF_MDT_BODY);
	mdc_pack_body(body, fid, valid | OBD_MD_FLID, dir);
	body->mbo_eadatasize = cpu_to_le32(ea_room);
	if (name)
		memcpy(ptlrpc_req_buf(req, WF_NAME), name, len);
	return ll_answer_wait(req, a);
}

/*
 * mdc_getattr - MDS_GETATTR of an object
 * @valid: OBD_MD_* wanted
 * @ea_room: bytes expected in MDT_MD, 0 = no EA
 *
 * No lock comes with it. The answer must be put, also after an error.
 */
int mdc_getattr(struct ll_mdc *mdc, const struct lu_fid *fid, u64 valid, u32 ea_room,
		struct ll_answer *a)
{
	return mdc_getattr_send(mdc, fid, NULL, NULL, 0, valid, ea_room, a);
}

/**
 * mdc_getattr_name - MDS_GETATTR_NAME of a name
 * @dir: the directory
 * @name: without NUL
 * @len: of the name
 * @valid: OBD_MD_* wanted
 * @ea_room: bytes expected in MDT_MD, 0 = no EA
 * @a: out: the answer; put it, also after an error
 *
 * Context: killable. Return: 0 or -errno.
 */
int mdc_getattr_name(struct inode *dir, const char *name, u32 len, u64 valid, u32 ea_room,
		     struct ll_answer *a)
{
	return mdc_getattr_send(mdc_of(dir), ll_fid(dir), dir, name, len, valid, ea_room, a);
}

/*
 * mdc_readpage - pages of a directory from a hash on
 * @bvec: pages of LU_PAGE_SIZE bytes altogether a multiple of it
 * @bytes: what the server sent
 */
int mdc_readpage(struct inode *dir, u64 hash, struct bio_vec *bvec, unsigned int nr, u32 *bytes)
{
	struct ll_mdc *mdc = mdc_of(dir);
	struct ptlrpc_request *req = ptlrpc_req_new(mdc->lmc_imp, MDS_READPAGE, &wf_mds_readpage);
	struct mdt_body *body;
	u32 want = 0;
	unsigned int i;
	int rc;

	if (!req)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		want += bvec[i].bv_len;
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	body = ptlrpc_req_buf(req, WF_MDT_BODY);
	mdc_pack_body(body, ll_fid(dir), OBD_MD_FLID, NULL);
	body->mbo_size = cpu_to_le64(hash);
	body->mbo_nlink = cpu_to_le32(want);
	body->mbo_mode = cpu_to_le32(LUDA_FID | LUDA_TYPE);
	rc = ptlrpc_req_bulk(req, false, MDS_BULK_PORTAL, bvec, nr, 1);
	if (rc)
		goto out;
	rc = ptlrpc_queue_wait(req);
	if (rc)
		goto out;
	*bytes = req->bulk_bytes;
	if (!*bytes || *bytes > want || *bytes % LU_PAGE_SIZE)
		rc = -EPROTO;
out:
	ptlrpc_req_put(req);
	return rc > 0 ? -EPROTO : rc;
}

/**
 * mdc_getxattr - one xattr, or the list of names
 * @inode: the object
 * @name: full name; NULL: list
 * @buf: out
 * @bufsize: its bytes; 0: tell the length
 *
 * Context: killable. Return: length of the value or list; -ENODATA, -ERANGE, -EPROTO, ...
 */
ssize_t mdc_getxattr(struct inode *inode, const char *name, void *buf, size_t bufsize)
{
	struct ll_mdc *mdc = mdc_of(inode);
	struct ptlrpc_request *req = ptlrpc_req_new(mdc->lmc_imp, MDS_GETXATTR, &wf_mds_getxattr);
	const struct mdt_body *rep;
	struct mdt_body *body;
	ssize_t rc;
	u32 len;

	if (!req)
		return -ENOMEM;
	bufsize = min_t(size_t, bufsize, mdc->lmc_max_easize);
	if (name)
		ptlrpc_req_size(req, WF_NAME, strlen(name) + 1);
	ptlrpc_rep_room(req, WF_EADATA, bufsize);
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	body = ptlrpc_req_buf(req, WF_MDT_BODY);
	mdc_pack_body(body, ll_fid(inode), (name ? OBD_MD_FLXATTR : OBD_MD_FLXATTRLS) | OBD_MD_FLID,
		      inode);
	body->mbo_eadatasize = cpu_to_le32(bufsize);
	if (name)
		strcpy(ptlrpc_req_buf(req, WF_NAME), name);
	rc = ptlrpc_queue_wait(req);
	if (rc)
		goto out;
	rep = ptlrpc_rep_buf(req, WF_MDT_BODY);
	if (!rep) {
		rc = -EPROTO;
		goto out;
	}
	len = le32_to_cpu(rep->mbo_eadatasize);
	if (len > mdc->lmc_max_easize) {
		rc = -EPROTO;
	} else if (!len && name && !(le64_to_cpu(rep->mbo_valid) & OBD_MD_FLXATTR)) {
		rc = -ENODATA;
	} else if (!bufsize || !len) {
		rc = len;
	} else if (len > bufsize) {
		rc = -ERANGE;
	} else if (ptlrpc_rep_len(req, WF_EADATA) < len) {
		rc = -EPROTO;
	} else {
		memcpy(buf, ptlrpc_rep_buf(req, WF_EADATA), len);
		rc = len;
	}
out:
	ptlrpc_req_put(req);
	return rc;
}

/**
 * mdc_sync - commit changes on an MDT
 * @sbi: the mount
 * @fid: of one object; NULL: what this client did on MDT0000
 *
 * Context: killable, waits for the disk of the MDT. Return: 0 or -errno.
 */
int mdc_sync(struct ll_sb_info *sbi, const struct lu_fid *fid)
{
	struct ll_mdc *mdc = fid ? mdc_for_fid(sbi, fid) : sbi->sbi_mdc0;
	struct ptlrpc_request *req;
	int rc;

	if (!fid && READ_ONCE(mdc->lmc_imp->imp_max_transno) <=
		    READ_ONCE(mdc->lmc_imp->imp_last_committed))
		return 0;
	req = ptlrpc_req_new(mdc->lmc_imp, MDS_SYNC, &wf_mds_sync);
	if (!req)
		return -ENOMEM;
	rc = ptlrpc_req_pack(req);
	if (!rc) {
		mdc_pack_body(ptlrpc_req_buf(req, WF_MDT_BODY), fid, fid ? OBD_MD_FLID : 0, NULL);
		rc = ptlrpc_queue_wait(req);
	}
	ptlrpc_req_put(req);
	return rc > 0 ? -EPROTO : rc;
}

/*
 * mdc_fid2path - path of gf->gf_fid below the root of the mount
 * @gf: with @pathlen bytes of room behind it; filled on success
 */
int mdc_fid2path(struct ll_sb_info *sbi, struct getinfo_fid2path_le *gf, u32 pathlen)
{
	struct ptlrpc_request *req = ptlrpc_req_new(sbi->sbi_mdc0->lmc_imp, MDS_GET_INFO,
						    &wf_mds_get_info);
	u32 vallen = sizeof(*gf) + pathlen;
	struct lu_fid_le root;
	u8 *key;
	int rc;

	if (!req)
		return -ENOMEM;
	ptlrpc_req_size(req, WF_GETINFO_KEY, 16 + sizeof(*gf) + sizeof(root));
	ptlrpc_rep_room(req, WF_GETINFO_VAL, vallen);
	rc = ptlrpc_req_pack(req);
	if (rc)
		goto out;
	fid_to_le(&root, &sbi->sbi_root_fid);
	key = ptlrpc_req_buf(req, WF_GETINFO_KEY);
	strcpy(key, KEY_FID2PATH);
	memcpy(key + 16, gf, sizeof(*gf));
	memcpy(key + 16 + sizeof(*gf), &root, sizeof(root));
	*(__le32 *)ptlrpc_req_buf(req, WF_GETINFO_VALLEN) = cpu_to_le32(vallen);
	rc = ptlrpc_queue_wait(req);
	if (rc)
		goto out;
	if (ptlrpc_rep_len(req, WF_GETINFO_VAL) < vallen)
		rc = -EPROTO;
	else
		memcpy(gf, ptlrpc_rep_buf(req, WF_GETINFO_VAL), vallen);
out:
	ptlrpc_req_put(req);
	return rc > 0 ? -EPROTO : rc;
}

/*
 * mdc_wait - wait for a request that is completed also without its task
 * @mdc: MDC of the request
 * @done: completed by the request
 *
 * A task that is being killed does not wait. Signals do not reach a task that exits, so it waits
 * two seconds at most, and not at all while the MDT is away. A work item does not wait.
 * Return: 0; -EINTR: not completed yet.
 */
int mdc_wait(struct ll_mdc *mdc, struct completion *done)
{
	if (current->flags & PF_WQ_WORKER)
		return -EINTR;
	if (!(current->flags & PF_EXITING))
		return wait_for_completion_killable(done);
	return wait_for_completion_timeout(done, imp_is_full(mdc->lmc_imp) ? 2 * HZ : 1) ?
		       0 : -EINTR;
}
