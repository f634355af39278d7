// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a running MDT of this node answer as other makes do, or as no honest MDT would: the module
 * stands between the services and the handlers of the target and changes replies. The parameter
 * "mode" says how; it may be written at any time. Must be removed before the MDT is unmounted.
 */
#define pr_fmt(fmt) "hostile_mdt: " fmt
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <gloss/ldlm.h>
#include <gloss/ptlrpc.h>
#include <gloss/wire.h>

static char mode[32] = "none";
module_param_string(mode, mode, sizeof(mode), 0644);
static char *uuid = "test-MDT0000_UUID";
module_param(uuid, charp, 0444);
/* Addresses of functions that ptlrpc.ko does not export, from /proc/kallsyms. */
static unsigned long get, put;
module_param(get, ulong, 0444);
module_param(put, ulong, 0444);

static struct ptlrpc_target *target;
static const struct ptlrpc_target_ops *old_ops;
static struct ptlrpc_target_ops ops;
static struct ptlrpc_handler handlers[64];
static const struct ldlm_srv_ops *old_ldlm;
static struct ldlm_srv_ops ldlm_ops;
static u64 asked;	/* connect flags of the last client */

static bool is(const char *what)
{
	return !strcmp(mode, what);
}

/* Pack the reply anew, with another size of one buffer. */
static int rep_resize(struct svc_req *req, enum wire_field field, u32 len)
{
	void *copy[WIRE_MAX_FIELDS] = { };
	u32 lens[WIRE_MAX_FIELDS], i, n = req->sr_fmt->nrep;
	int rc = 0;

	for (i = 1; i < n; i++) {
		lens[i] = svc_rep_len(req, req->sr_fmt->rep[i]);
		copy[i] = kmemdup(svc_rep_buf(req, req->sr_fmt->rep[i]) ?: "",
				  lens[i] ?: 1,
				  GFP_KERNEL);
	}
	for (i = 1; i < n; i++)
		svc_rep_room(req, req->sr_fmt->rep[i],
			     req->sr_fmt->rep[i] == field ? len : lens[i]);
	rc = svc_rep_pack(req);
	for (i = 1; i < n; i++) {
		if (!rc && svc_rep_buf(req, req->sr_fmt->rep[i]))
			memcpy(svc_rep_buf(req, req->sr_fmt->rep[i]), copy[i],
			       min(lens[i], svc_rep_len(req, req->sr_fmt->rep[i])));
		kfree(copy[i]);
	}
	return rc;
}

static bool name_is(struct svc_req *req, const char *want)
{
	const char *name = svc_req_buf(req, WF_NAME);

	return name && !strcmp(name, want);
}

static void add_valid(struct mdt_body *b, u64 valid)
{
	b->mbo_valid |= cpu_to_le64(valid);
}

/* The default LMV that the root of a fresh 2.17 file system has. */
static void put_default_lmv(struct lmv_user_md_le *lum)
{
	lum->lum_magic = cpu_to_le32(LMV_USER_MAGIC);
	lum->lum_stripe_count = cpu_to_le32(1);
	lum->lum_stripe_offset = cpu_to_le32(-1);
	lum->lum_max_inherit_rr = 3;
}

static int default_lmv(struct svc_req *req, bool intent)
{
	struct mdt_body *b;
	int rc;

	rc = rep_resize(req, WF_MDT_MD, 48);
	if (!rc && intent)
		rc = rep_resize(req, WF_DEFAULT_MD, 56);
	if (rc)
		return rc;
	put_default_lmv(svc_rep_buf(req, intent ? WF_DEFAULT_MD : WF_MDT_MD));
	b = svc_rep_buf(req, WF_MDT_BODY);
	add_valid(b, OBD_MD_FLDIREA | OBD_MD_DEFAULT_MEA);
	b->mbo_eadatasize = cpu_to_le32(48);
	return 0;
}

static int striped_lmv(struct svc_req *req)
{
	struct lmv_mds_md_v1 *lmv;
	struct mdt_body *b;
	int rc = rep_resize(req, WF_MDT_MD, sizeof(*lmv) + 32);

	if (rc)
		return rc;
	lmv = svc_rep_buf(req, WF_MDT_MD);
	lmv->lmv_magic = cpu_to_le32(LMV_MAGIC_V1);
	lmv->lmv_stripe_count = cpu_to_le32(2);
	lmv->lmv_hash_type = cpu_to_le32(2);
	b = svc_rep_buf(req, WF_MDT_BODY);
	add_valid(b, OBD_MD_FLDIREA | OBD_MD_MEA);
	b->mbo_eadatasize = cpu_to_le32(sizeof(*lmv) + 32);
	return 0;
}

/* A layout of @len bytes; @good: one that is well-formed as far as it goes. */
static int long_layout(struct svc_req *req, u32 len)
{
	struct lov_comp_md_v1 *lcm;
	struct mdt_body *b;
	int rc = rep_resize(req, WF_MDT_MD, len);

	if (rc)
		return rc;
	lcm = svc_rep_buf(req, WF_MDT_MD);
	memset(lcm, 0xff, len);
	lcm->lcm_magic = cpu_to_le32(LOV_MAGIC_COMP_V1);
	b = svc_rep_buf(req, WF_MDT_BODY);
	add_valid(b, OBD_MD_FLEASIZE);
	b->mbo_eadatasize = cpu_to_le32(len);
	return 0;
}

static bool body_is_root(const struct mdt_body *b)
{
	return le64_to_cpu(b->mbo_fid1.f_seq) == FID_SEQ_ROOT;
}

/* After the handler: the reply is packed. */
static int spoil(struct svc_req *req, bool intent, int rc)
{
	struct mdt_body *b = svc_rep_buf(req, WF_MDT_BODY);

	if (rc < 0 || !b)
		return rc;
	if (is("xattr_size") && req->sr_opc == MDS_GETXATTR)
		b->mbo_eadatasize = cpu_to_le32(0xfffffff0);
	if (!(le64_to_cpu(b->mbo_valid) & OBD_MD_FLID))
		return rc;
	if (is("default_lmv") && body_is_root(b) &&
	    (intent || (req->sr_opc == MDS_GETATTR &&
			le64_to_cpu(((struct mdt_body *)svc_req_buf(req, WF_MDT_BODY))->mbo_valid) &
			OBD_MD_DEFAULT_MEA)))
		return default_lmv(req, intent) ?: rc;
	if (is("striped") && intent && name_is(req, "striped"))
		return striped_lmv(req) ?: rc;
	if (is("size") && intent && name_is(req, "size")) {
		b->mbo_size = cpu_to_le64(1ULL << 63);
		add_valid(b, OBD_MD_FLSIZE);
	}
	if (is("long_layout") && req->sr_opc == MDS_GETATTR_NAME)
		return long_layout(req, 70000) ?: rc;
	if (is("bad_layout") && req->sr_opc == MDS_GETATTR_NAME)
		return long_layout(req, 200) ?: rc;
	return rc;
}

/* What a 2.16+ MDT says about a directory with a default LMV to a client without DIR_STRIPE. */
static bool refused(struct svc_req *req)
{
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);

	if (!is("default_lmv") || asked & OBD_CONNECT_DIR_STRIPE || !b)
		return false;
	return le64_to_cpu(b->mbo_fid2.f_seq) == FID_SEQ_ROOT;
}

static int wrap(struct svc_req *req)
{
	int i, rc;

	if (is("erange") && req->sr_opc == MDS_GETXATTR)
		return -ERANGE;
	for (i = 0; i < old_ops->nr; i++) {
		if (old_ops->handlers[i].opc != req->sr_opc)
			continue;
		rc = old_ops->handlers[i].fn(req);
		return spoil(req, false, rc);
	}
	return -EOPNOTSUPP;
}

static int intent(struct svc_req *req, struct ldlm_lock **lockp, u64 *flags)
{
	const struct ldlm_intent *it = svc_req_buf(req, WF_INTENT);
	u64 opc = it ? le64_to_cpu(it->opc) : 0;
	int rc = old_ldlm->intent(req, lockp, flags);

	if ((opc == IT_GETATTR || opc == IT_LOOKUP) && refused(req)) {
		if (rc == 0)
			ldlm_srv_unlock(*lockp);
		*lockp = NULL;
		return -524;
	}
	if (opc == IT_GETATTR || opc == IT_LOOKUP)
		rc = spoil(req, true, rc);
	/* The answer of then, late. */
	if (is("late") && opc == IT_LOOKUP)
		msleep(2000);
	return rc;
}

static int connect(struct obd_export *exp, struct obd_connect_data *ocd, bool reconnect)
{
	int rc;

	asked = le64_to_cpu(ocd->ocd_connect_flags);
	rc = old_ops->connect(exp, ocd, reconnect);
	if (!rc && is("default_lmv"))
		ocd->ocd_connect_flags |= cpu_to_le64(asked & OBD_CONNECT_DIR_STRIPE);
	return rc;
}

static int __init hostile_init(void)
{
	struct ptlrpc_target *(*target_get)(const char *uuid, u32 len) = (void *)get;
	void (*target_put)(struct ptlrpc_target *t) = (void *)put;
	int i;

	if (!get || !put)
		return -EINVAL;
	target = target_get(uuid, strlen(uuid));
	if (!target)
		return -ENODEV;
	old_ops = target->pt_ops;
	old_ldlm = target->pt_ns->ns_ops;
	if (old_ops->nr > ARRAY_SIZE(handlers)) {
		target_put(target);
		return -EINVAL;
	}
	for (i = 0; i < old_ops->nr; i++) {
		handlers[i] = old_ops->handlers[i];
		handlers[i].fn = wrap;
	}
	ops = *old_ops;
	ops.handlers = handlers;
	ops.connect = connect;
	ldlm_ops = *old_ldlm;
	ldlm_ops.intent = intent;
	target->pt_ops = &ops;
	target->pt_ns->ns_ops = &ldlm_ops;
	target_put(target);
	return 0;
}

static void __exit hostile_exit(void)
{
	target->pt_ops = old_ops;
	target->pt_ns->ns_ops = old_ldlm;
	msleep(2500);	/* those in the middle of it */
}

module_init(hostile_init);
module_exit(hostile_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: an MDT whose replies are changed");
