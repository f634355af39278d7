// SPDX-License-Identifier: GPL-2.0-only
/*
 * Imperative recovery (chapter 6.9): the table of the targets that have told that they are up, with
 * instance and NIDs. Whoever reads it is told by the lock (file system name, 2) when it changes, so
 * that clients of a restarted target connect to it at once and need not miss it first.
 *
 * Each entry has a version, that of the table when it was made; readers ask for what is newer than
 * they know. The entries are in memory only: an MGS that restarts has none until a target starts,
 * and clients keep what they have read. The version is on the disk, so that it never goes back.
 *
 * md_sem protects the table: write for READY, read for readers.
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/module.h>
#include <linux/vmalloc.h>
#include <gloss/msg.h>
#include "mgs_internal.h"

#define MGS_NIDTBL_DIR		"NIDTBL_VERSIONS"
#define MGS_NIDTBL_EMPTY	1		/* version of a table that never had an entry */
#define MGS_NIDTBL_READ		65536		/* bytes of one answer; readers ask again */
#define MGS_NIDTBL_ASKED	0x100000	/* that a reader may have room for: one MD */
#define MGS_NIDTBL_UNIT		4096		/* least unit that no entry crosses */

/* ---- the version ---- */

static struct osd_object *mgs_version_open(struct mgs_fs *fs, bool create)
{
	char path[sizeof(MGS_NIDTBL_DIR) + sizeof(fs->mf_name) + 1];

	snprintf(path, sizeof(path), MGS_NIDTBL_DIR "/%s", fs->mf_name);
	return osd_local_open(fs->mf_mgs->md_target->lt_osd, path, create);
}

/* Make mf_version that of the disk. */
static int mgs_version_load(struct mgs_fs *fs)
{
	struct osd_object *obj;
	__le64 le = 0;
	int rc = 0;

	if (fs->mf_version_read)
		return 0;
	obj = mgs_version_open(fs, false);
	if (IS_ERR(obj) && PTR_ERR(obj) != -ENOENT)
		return PTR_ERR(obj);
	if (!IS_ERR(obj)) {
		rc = osd_buf_read(obj, &le, sizeof(le), 0);
		osd_object_put(obj);
	}
	if (rc < 0)
		return rc;
	WRITE_ONCE(fs->mf_version, max_t(u64, le64_to_cpu(le), MGS_NIDTBL_EMPTY));
	fs->mf_version_read = true;
	return 0;
}

/* On the disk before anybody sees it. */
static int mgs_version_store(struct mgs_fs *fs, u64 version)
{
	struct osd_device *osd = fs->mf_mgs->md_target->lt_osd;
	struct osd_object *obj = mgs_version_open(fs, true);
	__le64 le = cpu_to_le64(version);
	struct osd_trans *th;
	int rc, rc2;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	th = osd_trans_start(osd, OSD_CR_BUF_WRITE * 2);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		rc = osd_buf_write(th, obj, &le, sizeof(le), 0);
		rc2 = osd_trans_stop(th);
		rc = rc ?: rc2 ?: osd_sync(osd);
	}
	osd_object_put(obj);
	return rc;
}

/* ---- state ---- */

/**
 * mgs_recover_not_for - a client reads a log; will it be told of restarted targets?
 * @req: its request
 * @logname: the log
 */
void mgs_recover_not_for(struct svc_req *req, const char *logname)
{
	struct obd_export *exp = req->sr_exp;
	struct mgs_export *me = container_of(exp, struct mgs_export, me_te.te_exp);
	const char *dash = strrchr(logname, '-');
	size_t len = dash ? dash - logname : 0;

	if (exp_connect_flags(exp) & OBD_CONNECT_IMP_RECOV || !dash || strcmp(dash, "-client") ||
	    len >= sizeof(me->me_nonir))
		return;
	spin_lock(&exp->exp_lock);
	memcpy(me->me_nonir, logname, len);
	me->me_nonir[len] = 0;
	spin_unlock(&exp->exp_lock);
}

struct mgs_nonir_count {
	const char *fsname;
	unsigned int nr;
};

static void mgs_nonir_one(struct obd_export *exp, void *data)
{
	struct mgs_export *me = container_of(exp, struct mgs_export, me_te.te_exp);
	struct mgs_nonir_count *c = data;

	c->nr += !strcmp(me->me_nonir, c->fsname);
}

static unsigned int mgs_nonir_clients(struct mgs_fs *fs)
{
	struct mgs_nonir_count c = { .fsname = fs->mf_name };

	ptlrpc_target_for_each_export(&fs->mf_mgs->md_target->lt_pt, mgs_nonir_one, &c);
	return c.nr;
}

/* Just after its start the MGS does not know yet which clients are there. */
static bool mgs_recover_startup(const struct mgs_dev *mgs)
{
	return ktime_get_seconds() - mgs->md_started < READ_ONCE(mgs->md_ir_timeout);
}

void mgs_recover_show(struct mgs_fs *fs, struct seq_file *m)
{
	unsigned int nonir = mgs_nonir_clients(fs);
	u64 total = READ_ONCE(fs->mf_notify_total), most = READ_ONCE(fs->mf_notify_max);

	seq_printf(m, "imperative_recovery_state:\n    state: %s\n    nonir_clients: %u\n",
		   mgs_recover_startup(fs->mf_mgs) ? "startup" : nonir ? "partial" : "full", nonir);
	seq_printf(m, "    nidtbl_version: %llu\n", READ_ONCE(fs->mf_version));
	seq_printf(m, "    notify_duration_total: %llu.%09llu\n", total / NSEC_PER_SEC,
		   total % NSEC_PER_SEC);
	/* The word is misspelled in what programs read. */
	seq_printf(m, "    notify_duation_max: %llu.%09llu\n", most / NSEC_PER_SEC,
		   most % NSEC_PER_SEC);
	seq_printf(m, "    notify_count: %u\n", READ_ONCE(fs->mf_notified));
}

/* ---- READY ---- */

static void mgs_notify_work(struct work_struct *work)
{
	struct mgs_fs *fs = container_of(work, struct mgs_fs, mf_notify);
	ktime_t begin = ktime_get();
	int rc = mgs_revoke(fs, CONFIG_T_RECOVER);
	u64 took = ktime_to_ns(ktime_sub(ktime_get(), begin));

	if (rc) {
		pr_warn("%s: clients were not told of a restarted target, they will miss it themselves: rc = %d\n",
			fs->mf_name, rc);
		return;
	}
	WRITE_ONCE(fs->mf_notify_total, fs->mf_notify_total + took);
	WRITE_ONCE(fs->mf_notify_max, max(fs->mf_notify_max, took));
	WRITE_ONCE(fs->mf_notified, fs->mf_notified + 1);
}

void mgs_recover_fs_init(struct mgs_fs *fs)
{
	INIT_LIST_HEAD(&fs->mf_ready);
	INIT_WORK(&fs->mf_notify, mgs_notify_work);
	fs->mf_version = MGS_NIDTBL_EMPTY;
}

static int mgs_version_next(struct mgs_fs *fs)
{
	int rc = mgs_version_load(fs);

	if (!rc)
		rc = mgs_version_store(fs, fs->mf_version + 1);
	if (!rc)
		WRITE_ONCE(fs->mf_version, fs->mf_version + 1);
	return rc;
}

/**
 * mgs_recover_ready - a target is up: tell the clients of its file system
 * @fs: the file system, md_sem write
 * @t: the target
 * @mti: what it sent; becomes the reply
 *
 * Return: 0; -EINVAL: no instance or no NID; or -errno of the disk.
 */
int mgs_recover_ready(struct mgs_fs *fs, struct mgs_target *t, struct mgs_target_info *mti)
{
	u32 i, n = min_t(u32, le32_to_cpu(mti->mti_nid_count), MTI_NIDS_MAX);
	struct mgs_ready up = {
		.mdt = t->mt_desc.mdt,
		.index = t->mt_desc.index,
		.instance = le32_to_cpu(mti->mti_instance),
	};
	int rc;

	for (i = 0; i < n; i++) {
		u64 nid = le64_to_cpu(mti->mti_nids[i]);

		if (nid && nid != LNET_NID_ANY)
			up.nid[up.nr++] = nid;
	}
	if (!up.instance || !up.nr)
		return -EINVAL;
	rc = mgs_version_next(fs);
	if (rc)
		return rc;
	up.version = fs->mf_version;
	t->mt_up = up;
	list_move_tail(&t->mt_ready, &fs->mf_ready);
	if (!mgs_recover_startup(fs->mf_mgs) && !mgs_nonir_clients(fs))
		mti->mti_flags |= cpu_to_le32(LDD_F_IR_CAPABLE);
	queue_work(fs->mf_mgs->md_wq, &fs->mf_notify);
	return 0;
}

/* ---- reading ---- */

/* Entries from version @from on into @out: the version up to which they go. */
static u64 mgs_nidtbl_fill(struct mgs_fs *fs, u64 from, struct mgs_nidtbl_out *out)
{
	struct mgs_target *t;

	list_for_each_entry(t, &fs->mf_ready, mt_ready)
		if (t->mt_up.version >= from && !mgs_nidtbl_add(out, &t->mt_up))
			return le64_to_cpu(out->last->mne_version);
	return fs->mf_version;
}

/* The file system that "testfs-cliir" or "testfs-mdtir" is the table of. md_sem write. */
static struct mgs_fs *mgs_nidtbl_fs(struct mgs_dev *mgs, const char *name)
{
	size_t len = strnlen(name, MTI_NAME_MAXLEN);
	char fsname[9], logname[sizeof(fsname) + sizeof("-client")];
	struct mgs_clog *cl;
	struct mgs_fs *fs;
	int rc;

	if (len < 7 || len > 6 + LUSTRE_MAXFSNAME ||
	    (strcmp(name + len - 6, "-cliir") && strcmp(name + len - 6, "-mdtir")))
		return ERR_PTR(-EINVAL);
	memcpy(fsname, name, len - 6);
	fsname[len - 6] = 0;
	/* A name that somebody made up does not take memory. */
	snprintf(logname, sizeof(logname), "%s-client", fsname);
	cl = mgs_log_get(mgs, logname, false);
	if (IS_ERR(cl))
		return ERR_CAST(cl);
	fs = mgs_fs_get(mgs, fsname);
	rc = IS_ERR(fs) ? 0 : mgs_version_load(fs);
	return rc ? ERR_PTR(rc) : fs;
}

static int mgs_nidtbl_send(struct svc_req *req, void *buf, u32 bytes)
{
	u32 nr = max_t(u32, DIV_ROUND_UP(bytes, PAGE_SIZE), 1);
	struct bio_vec *bv = ptlrpc_bvec_vmalloc(buf, nr);
	int rc;

	if (!bv)
		return -ENOMEM;
	rc = svc_bulk_put(req, MGS_BULK_PORTAL, bv, nr, bytes, 1);
	kfree(bv);
	return rc;
}

/**
 * mgs_recover_read - MGS_CONFIG_READ of the table of restarted targets
 * @req: the request
 * @body: of it
 *
 * Return: 0; -EOPNOTSUPP: not granted; -EINVAL: name or size; -ENOENT: no such file system;
 * -ENOMEM; or of the bulk.
 */
int mgs_recover_read(struct svc_req *req, const struct mgs_config_body *body)
{
	struct mgs_dev *mgs = svc_req_target(req)->lt_priv;
	u32 bits = body->mcb_bits, units = le32_to_cpu(body->mcb_units);
	struct mgs_nidtbl_out out = { };
	struct mgs_config_res *res;
	struct mgs_fs *fs;
	int rc;

	if (!(exp_connect_flags(req->sr_exp) & OBD_CONNECT_IMP_RECOV))
		return -EOPNOTSUPP;
	if (bits < ilog2(MGS_NIDTBL_UNIT) || bits > ilog2(MGS_NIDTBL_ASKED) || !units ||
	    units > MGS_NIDTBL_ASKED >> bits)
		return -EINVAL;
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	out.unit = min_t(u32, 1U << bits, PAGE_SIZE);
	out.room = min_t(u32, units << bits, MGS_NIDTBL_READ);
	out.buf = vzalloc(PAGE_ALIGN(out.room));
	if (!out.buf)
		return -ENOMEM;
	res = svc_rep_buf(req, WF_MGS_CONFIG_RES);
	down_write(&mgs->md_sem);
	fs = mgs_nidtbl_fs(mgs, body->mcb_name);
	rc = PTR_ERR_OR_ZERO(fs);
	if (!rc) {
		res->mcr_offset = cpu_to_le64(mgs_nidtbl_fill(fs, le64_to_cpu(body->mcb_offset),
							      &out));
		res->mcr_size = cpu_to_le64(fs->mf_version);
	}
	up_write(&mgs->md_sem);
	if (!rc)
		rc = mgs_nidtbl_send(req, out.buf, out.used);
	vfree(out.buf);
	return rc;
}
