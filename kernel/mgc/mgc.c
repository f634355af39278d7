// SPDX-License-Identifier: GPL-2.0-only
/*
 * The client of a management service as a whole: one per node and list of MGS nodes, shared by
 * mounts, with its import and its namespace of config locks (chapter 6.2.4).
 */
#define pr_fmt(fmt) "mgc: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uuid.h>
#include <gloss/lnet.h>
#include <gloss/param.h>
#include "internal.h"

#define NODE_NIDS	32
#define MGC_NIDS_TEXT	512	/* of a message */

static DEFINE_MUTEX(mgcs_mutex);
static LIST_HEAD(mgcs);

static void mgc_import_event(struct obd_import *imp, enum import_event ev)
{
	struct mgc *mgc = imp->imp_data;

	switch (ev) {
	case IMP_EV_EVICTED:
	case IMP_EV_INACTIVE:
		/*
		 * Drop the config locks, and end the waits for them; each log is put on the queue
		 * to be read again. What the MGS still holds for this client it gets back when it
		 * calls back a lock that is not known here.
		 */
		ldlm_ns_evicted(mgc->m_ns);
		break;
	case IMP_EV_ACTIVE:
		mgc_recover_resume(mgc);
		break;
	default:
		break;
	}
}

static const struct import_ops mgc_import_ops = {
	.event = mgc_import_event,
};

/*
 * One node: "nid,nid" up to the next ':' that ends a NID. Returns what follows, NULL at the end,
 * ERR_PTR(-EINVAL).
 */
static const char *mgc_parse_node(const char *text, struct lnet_nid *nids, unsigned int *n)
{
	*n = 0;
	for (;;) {
		size_t len = strcspn(text, ",:");
		struct lnet_nid nid;

		/* A large NID holds colons itself: take more until it is one. */
		while (lnet_str_nid_len(text, len, &nid) || !memchr(text, '@', len)) {
			if (text[len] != ':')
				return ERR_PTR(-EINVAL);
			len += 1 + strcspn(text + len + 1, ",:");
		}
		if (*n < NODE_NIDS)
			nids[(*n)++] = nid;
		text += len;
		if (!*text)
			return NULL;
		if (*text++ == ':')
			return *text ? text : NULL;
	}
}

static struct obd_import *mgc_new_import(struct mgc *mgc, bool recover)
{
	struct import_conf conf = {
		.target_uuid = LUSTRE_MGS_OBDNAME,
		.client_uuid = mgc->m_uuid,
		.connect_op = MGS_CONNECT,
		.req_portal = MGS_REQUEST_PORTAL,
		.rep_portal = MGC_REPLY_PORTAL,
		.sp = LUSTRE_SP_MGC,
		.ops = &mgc_import_ops,
		.data = mgc,
		.flags = IMPF_NOT_REPLAYABLE,
	};

	conf.ocd.ocd_connect_flags = cpu_to_le64(OBD_CONNECT_VERSION | OBD_CONNECT_AT |
						 OBD_CONNECT_FULL20 |
						 (recover ? OBD_CONNECT_IMP_RECOV : 0) |
						 OBD_CONNECT_BULK_MBITS | OBD_CONNECT_FLAGS2);
	conf.ocd.ocd_connect_flags2 = cpu_to_le64(OBD_CONNECT2_REP_MBITS);
	conf.ocd.ocd_version = cpu_to_le32(PTLRPC_VERSION_CODE);
	return import_alloc(&conf);
}

static void mgc_free(struct mgc *mgc)
{
	param_dir_del(mgc->m_params);
	if (mgc->m_imp)
		import_disconnect(mgc->m_imp);
	if (mgc->m_ns)
		ldlm_ns_free(mgc->m_ns, true);
	import_put(mgc->m_imp);
	if (mgc->m_wq)
		destroy_workqueue(mgc->m_wq);
	lu_device_del(mgc->m_obd);
	kfree(mgc);
}

static int mgc_setup(struct mgc *mgc, const char *text, bool recover)
{
	char path[sizeof("mgc/") + sizeof(mgc->m_name)];
	struct lnet_nid *nids;
	unsigned int n;
	int rc = -ENOMEM;

	mgc->m_wq = alloc_workqueue("mgc", WQ_UNBOUND, 0);
	mgc->m_imp = mgc_new_import(mgc, recover);
	nids = kcalloc(NODE_NIDS, sizeof(*nids), GFP_KERNEL);
	if (!mgc->m_wq || !mgc->m_imp || !nids)
		goto out;
	mgc->m_ns = ldlm_ns_new_client(mgc->m_name, mgc->m_imp);
	if (!mgc->m_ns)
		goto out;
	rc = 0;
	while (text && !rc) {
		text = mgc_parse_node(text, nids, &n);
		rc = PTR_ERR_OR_ZERO(text);
		if (!rc)
			rc = import_add_conn(mgc->m_imp, nids, n);
	}
	if (!rc)
		rc = import_connect(mgc->m_imp);
	if (!rc) {
		snprintf(path, sizeof(path), "mgc/%s", mgc->m_name);
		mgc->m_params = param_dir_add(NULL, path);
		import_params_add(mgc->m_params, mgc->m_imp);
		param_add(mgc->m_params, &mgc_ir_state, 1, mgc);
	}
out:
	kfree(nids);
	return rc;
}

static struct mgc *mgc_new(const char *name, const char *text, bool recover)
{
	struct mgc *mgc = kzalloc(sizeof(*mgc), GFP_KERNEL);
	uuid_t uuid;
	int rc;

	if (!mgc)
		return ERR_PTR(-ENOMEM);
	refcount_set(&mgc->m_ref, 1);
	spin_lock_init(&mgc->m_lock);
	INIT_LIST_HEAD(&mgc->m_logs);
	strscpy(mgc->m_name, name, sizeof(mgc->m_name));
	uuid_gen(&uuid);
	snprintf(mgc->m_uuid, sizeof(mgc->m_uuid), "%pU", &uuid);
	mgc->m_obd = lu_device_add("mgc", mgc->m_name, mgc->m_uuid);
	rc = mgc_setup(mgc, text, recover);
	if (rc) {
		mgc_free(mgc);
		return ERR_PTR(rc);
	}
	return mgc;
}

/**
 * mgc_get - the client of a management service
 * @mgsnodes: "nid,nid:nid,nid": NIDs of a node separated by ',', nodes by ':'
 * @recover: ask for imperative recovery, if this is the first user
 *
 * Shared by all who name the same first NID. 0@lo, the MGS of this node, is a name of its own, so
 * that the target that starts together with it does not wait for an older client that is still
 * trying to connect. Connecting has begun when it returns. May sleep.
 * Return: the client, end with mgc_put(); ERR_PTR: -EINVAL, -ENOMEM, or why networks do not start.
 */
struct mgc *mgc_get(const char *mgsnodes, bool recover)
{
	char name[sizeof(((struct mgc *)NULL)->m_name)], nidstr[LNET_NIDSTR_SIZE];
	struct lnet_nid *nids;
	struct mgc *mgc;
	const char *next;
	unsigned int n;
	int rc;

	rc = lnet_get_ref();
	if (rc)
		return ERR_PTR(rc);
	nids = kcalloc(NODE_NIDS, sizeof(*nids), GFP_KERNEL);
	next = nids ? mgc_parse_node(mgsnodes, nids, &n) : ERR_PTR(-ENOMEM);
	if (IS_ERR(next)) {
		kfree(nids);
		lnet_put_ref();
		return ERR_CAST(next);
	}
	snprintf(name, sizeof(name), LUSTRE_MGC_OBDNAME "%s", lnet_nid_str(&nids[0], nidstr));
	kfree(nids);

	mutex_lock(&mgcs_mutex);
	list_for_each_entry(mgc, &mgcs, m_list) {
		if (!strcmp(mgc->m_name, name)) {
			refcount_inc(&mgc->m_ref);
			mutex_unlock(&mgcs_mutex);
			lnet_put_ref();
			return mgc;
		}
	}
	mgc = mgc_new(name, mgsnodes, recover);
	if (!IS_ERR(mgc))
		list_add(&mgc->m_list, &mgcs);
	mutex_unlock(&mgcs_mutex);
	if (IS_ERR(mgc))
		lnet_put_ref();
	return mgc;
}
EXPORT_SYMBOL_GPL(mgc_get);

/**
 * mgc_put - give the client back
 * @mgc: from mgc_get(); all its logs are unfollowed
 *
 * The last one disconnects and waits for that, not longer than a few seconds.
 */
void mgc_put(struct mgc *mgc)
{
	mutex_lock(&mgcs_mutex);
	if (!refcount_dec_and_test(&mgc->m_ref)) {
		mutex_unlock(&mgcs_mutex);
		return;
	}
	list_del(&mgc->m_list);
	mutex_unlock(&mgcs_mutex);
	WARN_ON(!list_empty(&mgc->m_logs));
	/* Send the cancels of the config locks before the disconnect. */
	if (imp_is_full(mgc->m_imp))
		ldlm_cli_cancel_unused(mgc->m_ns, NULL);
	mgc_free(mgc);
	lnet_put_ref();
}
EXPORT_SYMBOL_GPL(mgc_put);

/**
 * mgc_wait - wait until connected
 * @mgc: the client
 * @seconds: how long, at least 1
 *
 * Killable. Return: 0, -ETIMEDOUT, -EINTR, -ENETUNREACH (no NID of the MGS is in a network of this
 * node), or why it will never be.
 */
int mgc_wait(struct mgc *mgc, unsigned int seconds)
{
	if (!import_reachable(mgc->m_imp))
		return -ENETUNREACH;
	return import_wait_full(mgc->m_imp, seconds ?: 1);
}
EXPORT_SYMBOL_GPL(mgc_wait);

/**
 * mgc_wait_or_tell - wait until connected; if that fails, tell the administrator what was tried
 * @mgc: the client
 * @seconds: how long, at least 1
 *
 * Killable. Return: as mgc_wait().
 */
int mgc_wait_or_tell(struct mgc *mgc, unsigned int seconds)
{
	int rc = mgc_wait(mgc, seconds);
	char *nids;

	if (!rc || rc == -EINTR)
		return rc;
	nids = kmalloc(MGC_NIDS_TEXT, GFP_KERNEL);
	if (nids)
		import_nids_str(mgc->m_imp, nids, MGC_NIDS_TEXT);
	pr_err("%s: no connection to the MGS within %u s, NIDs tried: %s. Is the MGS running? rc = %d\n",
	       mgc->m_name, seconds, nids ?: "?", READ_ONCE(mgc->m_imp->imp_connect_rc) ?: rc);
	kfree(nids);
	return rc;
}

/**
 * mgc_abort - umount -f: do not wait for the MGS any more
 * @mgc: the client; nothing happens while other mounts use it, too
 */
void mgc_abort(struct mgc *mgc)
{
	if (refcount_read(&mgc->m_ref) == 1)
		import_invalidate(mgc->m_imp);
}
EXPORT_SYMBOL_GPL(mgc_abort);

int mgc_init(void)
{
	return 0;
}

void mgc_exit(void)
{
	WARN_ON(!list_empty(&mgcs));
}
