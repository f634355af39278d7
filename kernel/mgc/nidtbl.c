// SPDX-License-Identifier: GPL-2.0-only
/*
 * Imperative recovery (chapter 6.9): the table in which the MGS keeps the targets that have
 * started. It is followed like a config log, with a lock of its own, and read with MGS_CONFIG_READ:
 * entries that are newer than the version up to which it was read before.
 */
#define pr_fmt(fmt) "mgc: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <gloss/msg.h>
#include "internal.h"

#define MGC_NIDTBL_ROOM	65536	/* bytes of one answer */

static bool mgc_recover_granted(struct mgc *mgc)
{
	return imp_connect_flags(mgc->m_imp) & OBD_CONNECT_IMP_RECOV;
}

/*
 * The NIDs of an entry, of more than there is room for the first. None if one of them cannot be
 * understood.
 */
static void mgc_nidtbl_nids(const struct mgs_nidtbl_entry *e, const u8 *p, struct config_target *ct)
{
	unsigned int i;

	ct->nr_nids = min_t(unsigned int, e->mne_nid_count, ARRAY_SIZE(ct->nids));
	for (i = 0; i < ct->nr_nids; i++, p += e->mne_nid_size) {
		struct lnet_nid *nid = &ct->nids[i];
		__le64 nid4;

		if (e->mne_nid_type) {
			memcpy(nid, p, sizeof(*nid));
		} else {
			memcpy(&nid4, p, sizeof(nid4));
			lnet_nid_from_nid4(nid, le64_to_cpu(nid4));
		}
		if (lnet_nid_is_any(nid) || nid->nid_size > sizeof(nid->nid_addr) - 4) {
			ct->nr_nids = 0;
			return;
		}
	}
}

/* The entry at @p: its length, or -EINVAL. */
static int mgc_nidtbl_entry(struct config_log *cl, const void *p, u32 room, u64 upto,
			    struct config_target *ct)
{
	struct mgs_nidtbl_entry e;
	int len = wire_nidtbl_check(p, room, &e);
	u64 version;

	if (len < 0)
		return len;
	version = le64_to_cpu(e.mne_version);
	if (version <= cl->mgl_version || version > upto)
		return -EINVAL;
	ct->mdt = e.mne_type == MNE_TYPE_MDT;
	ct->index = le32_to_cpu(e.mne_index);
	ct->instance = le32_to_cpu(e.mne_instance);
	mgc_nidtbl_nids(&e, p + sizeof(e), ct);
	cl->mgl_version = version;
	return len;
}

static int mgc_nidtbl_give(struct config_log *cl, const void *buf, u32 bytes, u64 upto)
{
	struct config_target *ct = kmalloc(sizeof(*ct), GFP_KERNEL);
	u32 pos = 0;
	int rc = 0;

	if (!ct)
		return -ENOMEM;
	while (pos < bytes) {
		rc = mgc_nidtbl_entry(cl, buf + pos, bytes - pos, upto, ct);
		if (rc < 0)
			break;
		pos += rc;
		rc = 0;
		if (ct->nr_nids)
			cl->mgl_target(cl->mgl_who, ct);
		else
			pr_warn_ratelimited("%s: entry of %s%04x in %s has an unknown NID: rc = %d\n",
					    cl->mgl_mgc->m_name, ct->mdt ? "MDT" : "OST", ct->index,
					    cl->mgl_name, -EINVAL);
	}
	kfree(ct);
	if (rc)
		pr_err_ratelimited("%s: entry at byte %u of %s is damaged: rc = %d\n",
				   cl->mgl_mgc->m_name, pos, cl->mgl_name, rc);
	/* What cannot be understood is not read again: the next restart is told all the same. */
	cl->mgl_version = upto;
	return rc;
}

/* Read to the end, or until nobody wants it any more: an MGS may always have one more entry. */
static int mgc_nidtbl_read(struct config_log *cl, struct bio_vec *bv, unsigned int nr, void *buf)
{
	u64 upto = 0, newest = 0;
	int rc;

	do {
		rc = mgc_config_read(cl, bv, nr, &upto, &newest);
		if (rc < 0)
			return rc;
		/* An answer without entries must be the end, or this would go on for ever. */
		if (newest < upto || (!rc && upto != newest) || (rc && upto <= cl->mgl_version) ||
		    rc > nr * PAGE_SIZE)
			return -EPROTO;
		rc = mgc_nidtbl_give(cl, buf, rc, upto);
	} while (!rc && upto != newest && !READ_ONCE(cl->mgl_dead));
	return rc;
}

/*
 * Read, lock, read what has come meanwhile; under mgl_mutex. The first read does without the lock:
 * its grant waits until all clients have given theirs back, also one that has crashed and must be
 * evicted first. Without imperative recovery the table is left alone.
 */
int mgc_nidtbl_process(struct config_log *cl)
{
	unsigned int nr = DIV_ROUND_UP(MGC_NIDTBL_ROOM, PAGE_SIZE);
	struct bio_vec *bv = NULL;
	void *buf;
	int rc;

	if (!imp_is_full(cl->mgl_mgc->m_imp))
		return -EAGAIN;
	if (!mgc_recover_granted(cl->mgl_mgc))
		return 0;
	buf = vzalloc(nr * PAGE_SIZE);
	if (buf)
		bv = ptlrpc_bvec_vmalloc(buf, nr);
	rc = -ENOMEM;
	if (!bv)
		goto out;
	rc = mgc_nidtbl_read(cl, bv, nr, buf) ?: mgc_lock_get(cl) ?:
		mgc_nidtbl_read(cl, bv, nr, buf);
out:
	vfree(buf);
	kfree(bv);
	return rc;
}

bool mgc_recovers(struct mgc *mgc)
{
	return imp_is_full(mgc->m_imp) && mgc_recover_granted(mgc);
}
EXPORT_SYMBOL_GPL(mgc_recovers);

/**
 * mgc_recover_follow - be told when a target has started
 * @mgc: client of the MGS
 * @logname: "testfs-cliir", "testfs-mdtir"
 * @reader: name of who reads it, for ir_state
 * @fn: called for each target, from a work item
 * @who: for @fn
 * @logp: out, for mgc_log_unfollow(); NULL on errors
 *
 * Return: 0; -ENOMEM; -EINVAL.
 */
int mgc_recover_follow(struct mgc *mgc, const char *logname, const char *reader,
		       void (*fn)(void *who, const struct config_target *target), void *who,
		       struct config_log **logp)
{
	struct config_log *cl = mgc_log_new(mgc, logname, who);

	*logp = NULL;
	if (IS_ERR_OR_NULL(cl))
		return cl ? PTR_ERR(cl) : -ENOMEM;
	strscpy(cl->mgl_reader, reader, sizeof(cl->mgl_reader));
	cl->mgl_target = fn;
	mgc_log_read_soon(cl);
	*logp = cl;
	return 0;
}
EXPORT_SYMBOL_GPL(mgc_recover_follow);

static int mgc_ir_state_show(struct seq_file *m, void *obj)
{
	struct mgc *mgc = obj;
	struct config_log *cl;

	seq_printf(m, "imperative_recovery: %s\nclient_state:\n",
		   mgc_recover_granted(mgc) ? "ENABLED" : "DISABLED");
	spin_lock(&mgc->m_lock);
	list_for_each_entry(cl, &mgc->m_logs, mgl_list)
		if (cl->mgl_target)
			seq_printf(m, "    - { client: %s, nidtbl_version: %llu }\n",
				   cl->mgl_reader, READ_ONCE(cl->mgl_version));
	spin_unlock(&mgc->m_lock);
	return 0;
}

const struct param_def mgc_ir_state = { "ir_state", 0444, mgc_ir_state_show, NULL, PARAM_DEBUGFS };
