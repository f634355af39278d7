// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands on the disk of a target besides its objects: the label, CONFIGS/mountdata
 * (chapter 6.13.1), and the private copies of its config logs.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/fs.h>
#include "internal.h"

#define SB_LABEL_OFFSET	(1024 + 120)	/* s_volume_name of ext4 */

/* Before the device is mounted. */
int tgt_read_label(const char *device, char label[17])
{
	loff_t pos = SB_LABEL_OFFSET;
	struct file *file;
	ssize_t n;

	file = filp_open(device, O_RDONLY | O_LARGEFILE, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_read(file, label, 16, &pos);
	filp_close(file, NULL);
	if (n != 16)
		return n < 0 ? n : -EIO;
	label[16] = 0;
	return 0;
}

static bool tgt_has_param(struct tgt_mount *tm, const char *keyval, size_t len)
{
	const char *p = tm->tm_params;
	size_t n;

	for (; *p; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n == len && !memcmp(p, keyval, len))
			return true;
	}
	return false;
}

static int tgt_merge_mountdata(struct tgt_mount *tm, struct lustre_disk_data *ldd)
{
	u32 flags = le32_to_cpu(ldd->ldd_flags);
	bool had_mgsnode = tm->tm_mgsnode;
	char *p = ldd->ldd_params;
	size_t n;
	int rc;

	ldd->ldd_params[sizeof(ldd->ldd_params) - 1] = 0;
	/* The label, not the file, says whether the target is new or wants its logs rewritten. */
	tm->tm_flags |= flags & LDD_F_ONDISK_MASK &
			~(LDD_F_VIRGIN | LDD_F_WRITECONF | LDD_F_SV_TYPE_MASK | LDD_F_NEED_INDEX |
			  LDD_F_UPDATE);
	if (flags & LDD_F_SV_TYPE_MGS)
		tm->tm_mgs_opt = true;
	for (; *p; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (!n)
			break;
		if (!strncmp(p, "mgsnode=", 8) && !had_mgsnode) {
			char *old = tm->tm_mgsnode;

			tm->tm_mgsnode = kasprintf(GFP_KERNEL, "%s%s%.*s", old ?: "",
						   old ? ":" : "", (int)n - 8, p + 8);
			kfree(old);
			if (!tm->tm_mgsnode)
				return -ENOMEM;
		}
		if (tgt_has_param(tm, p, n))
			continue;
		rc = tgt_params_add(tm, p, n);
		if (rc)
			return rc;
	}
	return 0;
}

/* A device that another make formatted is used only after tunefs.lustre --take-over. */
static int tgt_take_over(struct tgt_mount *tm, const struct lustre_disk_data *ldd)
{
	int rc;

	if (!osd_is_foreign(tm->tm_osd))
		return 0;
	if (!(le32_to_cpu(ldd->ldd_feature_incompat) & LDD_INCOMPAT_GLOSS)) {
		pr_err("%s: another make formatted it, it is used after: tunefs.lustre --take-over %s: rc = %d\n",
		       tm->tm_device, tm->tm_device, -EINVAL);
		return -EINVAL;
	}
	rc = osd_take_over(tm->tm_osd, le32_to_cpu(ldd->ldd_flags) & LDD_F_SV_TYPE_MDT);
	if (rc)
		pr_err("%s: it was taken over from another make, but cannot be used: rc = %d\n",
		       tm->tm_device, rc);
	tm->tm_taken_over = !rc;
	return rc;
}

/*
 * Adds to what the options said. A device without the file is accepted when the options say enough.
 */
int tgt_read_mountdata(struct tgt_mount *tm)
{
	struct lustre_disk_data *ldd;
	struct osd_object *obj;
	ssize_t n;
	int rc;

	obj = osd_local_open(tm->tm_osd, MOUNT_DATA_FILE, false);
	if (IS_ERR(obj))
		return PTR_ERR(obj) == -ENOENT && tm->tm_have_svname &&
		       !osd_is_foreign(tm->tm_osd) ? 0 : PTR_ERR(obj);
	ldd = kvzalloc(sizeof(*ldd), GFP_KERNEL);
	rc = -ENOMEM;
	if (!ldd)
		goto out;
	n = osd_buf_read(obj, ldd, sizeof(*ldd), 0);
	rc = -EINVAL;
	if (n < (ssize_t)offsetof(struct lustre_disk_data, ldd_params) ||
	    le32_to_cpu(ldd->ldd_magic) != LDD_MAGIC)
		pr_err("%s: " MOUNT_DATA_FILE " is damaged: rc = %d\n", tm->tm_device, rc);
	else if (le32_to_cpu(ldd->ldd_feature_incompat) & ~LDD_INCOMPAT_GLOSS)
		pr_err("%s: another make wrote " MOUNT_DATA_FILE " with features %#x: rc = %d\n",
		       tm->tm_device, le32_to_cpu(ldd->ldd_feature_incompat), rc);
	else
		rc = tgt_merge_mountdata(tm, ldd) ?: tgt_take_over(tm, ldd);
	kvfree(ldd);
out:
	osd_object_put(obj);
	return rc;
}

/* ---- copies of config logs ---- */

struct local_log {
	struct llog_store st;
	struct osd_object *obj;
};

static int tgt_local_log_read(struct llog_store *st, void *buf, u32 len, u64 pos)
{
	return osd_buf_read(container_of(st, struct local_log, st)->obj, buf, len, pos);
}

static u64 tgt_local_log_size(struct llog_store *st)
{
	return osd_size(container_of(st, struct local_log, st)->obj);
}

static int tgt_local_log_write(struct llog_store *st, const void *buf, u32 len, u64 pos)
{
	return -EROFS;
}

static const struct llog_store_ops local_ops = {
	.read = tgt_local_log_read,
	.write = tgt_local_log_write,
	.size = tgt_local_log_size,
};

struct llog_store *tgt_local_log(struct osd_device *osd, const char *name)
{
	struct local_log *ll;
	char path[96];

	if (strlen(name) > 64 || strchr(name, '/'))
		return ERR_PTR(-EINVAL);
	ll = kzalloc(sizeof(*ll), GFP_KERNEL);
	if (!ll)
		return ERR_PTR(-ENOMEM);
	snprintf(path, sizeof(path), MOUNT_CONFIGS_DIR "/%s", name);
	ll->obj = osd_local_open(osd, path, false);
	if (IS_ERR(ll->obj)) {
		int rc = PTR_ERR(ll->obj);

		kfree(ll);
		return ERR_PTR(rc);
	}
	ll->st.ops = &local_ops;
	return &ll->st;
}

void tgt_local_log_done(struct llog_store *st)
{
	struct local_log *ll = container_of(st, struct local_log, st);

	osd_object_put(ll->obj);
	kfree(ll);
}

int tgt_local_write(struct osd_device *osd, int credits, struct osd_object *obj, const void *buf,
		    size_t len, u64 pos)
{
	struct osd_trans *th;
	int rc, rc2;

	th = osd_trans_start(osd, credits);
	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = osd_buf_write(th, obj, buf, len, pos);
	rc2 = osd_trans_stop(th);
	return rc ?: rc2;
}

/* CONFIGS/<name>T is written and then renamed; a failure leaves the old copy and is logged. */
void tgt_local_log_save(struct osd_device *osd, const char *name, void *const *chunks, u32 nr,
			u64 size)
{
	struct osd_object *obj;
	char path[96], tmp[96];
	u32 i;
	int rc;

	if (strlen(name) > 64 || strchr(name, '/'))
		return;
	snprintf(path, sizeof(path), MOUNT_CONFIGS_DIR "/%s", name);
	snprintf(tmp, sizeof(tmp), MOUNT_CONFIGS_DIR "/%sT", name);
	osd_local_unlink(osd, tmp);
	obj = osd_local_open(osd, tmp, true);
	rc = PTR_ERR_OR_ZERO(obj);
	for (i = 0; !rc && i < nr; i++) {
		u64 pos = (u64)i * LLOG_CHUNK_SIZE;

		rc = tgt_local_write(osd, OSD_CR_BUF_WRITE * 3, obj, chunks[i],
				     min_t(u64, LLOG_CHUNK_SIZE, size - pos), pos);
	}
	osd_object_put(obj);
	if (!rc)
		rc = osd_local_rename(osd, tmp, path);
	if (rc)
		pr_warn("%s: no copy of config log %s was saved, without the MGS this target will not start: rc = %d\n",
			osd_dev_name(osd), name, rc);
}
