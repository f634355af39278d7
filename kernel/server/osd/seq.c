// SPDX-License-Identifier: GPL-2.0-only
/*
 * OST objects by path (chapter 5, 20.1): O/<seq>/d<id mod 32>/<id> and O/<seq>/LAST_ID. The
 * directories of a sequence that was used stay open until the device is unmounted.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/slab.h>
#include "osd_internal.h"

static u64 osd_seq_key(u64 seq)
{
	return fid_seq_is_idif(seq) ? 0 : seq;
}

static void osd_seq_name(u64 seq, char *name)
{
	snprintf(name, OSD_NAME_BUF, seq <= FID_SEQ_RSVD ? "%llu" : "%llx", seq);
}

static void osd_seq_free(struct osd_seq *os)
{
	int i;

	for (i = 0; i < OSD_SUBDIRS; i++)
		osd_object_put(os->os_dirs[i]);
	osd_object_put(os->os_last_id);
	kfree(os);
}

/* Get or (create) make one entry below @dir. */
static struct osd_object *osd_seq_entry(struct osd_device *dev, struct osd_object *dir,
					const char *name, umode_t mode, bool create)
{
	if (create)
		return osd_local_get(dev, dir, name, mode);
	return osd_local_lookup(dev, dir, name, strlen(name));
}

static struct osd_seq *osd_seq_read(struct osd_device *dev, u64 seq, bool create)
{
	struct osd_object *dir, *obj;
	char name[OSD_NAME_BUF];
	struct osd_seq *os;
	int i;

	if (!dev->osd_o_dir) {
		dir = osd_seq_entry(dev, dev->osd_fsroot, "O", S_IFDIR | 0700, create);
		if (IS_ERR(dir))
			return ERR_CAST(dir);
		dev->osd_o_dir = dir;
	}
	os = kzalloc(sizeof(*os), GFP_NOFS);
	if (!os)
		return ERR_PTR(-ENOMEM);
	osd_seq_name(seq, name);
	dir = osd_seq_entry(dev, dev->osd_o_dir, name, S_IFDIR | 0700, create);
	obj = dir;
	for (i = 0; i < OSD_SUBDIRS && !IS_ERR(obj); i++) {
		snprintf(name, sizeof(name), "d%d", i);
		obj = osd_seq_entry(dev, dir, name, S_IFDIR | 0700, create);
		os->os_dirs[i] = obj;
	}
	if (!IS_ERR(obj)) {
		obj = osd_seq_entry(dev, dir, "LAST_ID", S_IFREG | 0600, create);
		os->os_last_id = obj;
	}
	osd_object_put(dir);
	if (IS_ERR(obj)) {
		osd_seq_free(os);
		return ERR_CAST(obj);
	}
	return os;
}

static struct osd_seq *osd_seq_get(struct osd_device *dev, u64 seq, bool create)
{
	struct osd_seq *os;
	unsigned int nofs;
	int rc;

	seq = osd_seq_key(seq);
	os = xa_load(&dev->osd_seqs, seq);
	if (os)
		return os;
	/* Inside of a transaction: a sequence that is not open does not exist, and is not made. */
	if (current->journal_info)
		return ERR_PTR(-ENOENT);
	nofs = memalloc_nofs_save();
	mutex_lock(&dev->osd_seq_mutex);
	os = xa_load(&dev->osd_seqs, seq);
	if (!os) {
		os = osd_seq_read(dev, seq, create);
		if (!IS_ERR(os)) {
			rc = xa_err(xa_store(&dev->osd_seqs, seq, os, GFP_NOFS));
			if (rc) {
				osd_seq_free(os);
				os = ERR_PTR(rc);
			}
		}
	}
	mutex_unlock(&dev->osd_seq_mutex);
	memalloc_nofs_restore(nofs);
	return os;
}

struct osd_object *osd_seq_dir(struct osd_device *dev, const struct lu_fid *fid, char *name,
			       size_t *len)
{
	struct osd_seq *os = osd_seq_get(dev, fid->f_seq, false);
	u64 id;

	if (IS_ERR(os))
		return ERR_CAST(os);
	if (fid_is_idif(fid)) {
		id = idif_id(fid);
		*len = scnprintf(name, OSD_NAME_BUF, "%llu", id);
	} else {
		id = fid->f_oid;
		*len = scnprintf(name, OSD_NAME_BUF, "%llx", id);
	}
	return os->os_dirs[id % OSD_SUBDIRS];
}

int osd_seq_create(struct osd_device *dev, u64 seq)
{
	return PTR_ERR_OR_ZERO(osd_seq_get(dev, seq, true));
}
EXPORT_SYMBOL_GPL(osd_seq_create);

struct osd_object *osd_seq_last_id(struct osd_device *dev, u64 seq)
{
	struct osd_seq *os = osd_seq_get(dev, seq, false);

	if (IS_ERR(os))
		return ERR_CAST(os);
	osd_object_get(os->os_last_id);
	return os->os_last_id;
}
EXPORT_SYMBOL_GPL(osd_seq_last_id);

struct osd_seq_iter {
	int (*fn)(void *ctx, u64 seq);
	void *ctx;
};

static int osd_seq_iter_one(void *ctx, const char *name, size_t len)
{
	struct osd_seq_iter *it = ctx;
	char buf[OSD_NAME_BUF], check[OSD_NAME_BUF];
	u64 seq;

	if (len >= sizeof(buf))
		return 0;
	memcpy(buf, name, len);
	buf[len] = 0;
	if (kstrtou64(buf, 16, &seq))
		return 0;
	osd_seq_name(seq, check);
	if (strcmp(check, buf) && (kstrtou64(buf, 10, &seq) || seq > FID_SEQ_RSVD))
		return 0;
	return it->fn(it->ctx, seq);
}

int osd_seq_iterate(struct osd_device *dev, int (*fn)(void *ctx, u64 seq), void *ctx)
{
	struct osd_seq_iter it = { .fn = fn, .ctx = ctx };
	int rc = osd_local_readdir(dev, "O", osd_seq_iter_one, &it);

	return rc == -ENOENT ? 0 : rc;
}
EXPORT_SYMBOL_GPL(osd_seq_iterate);

void osd_seq_fini(struct osd_device *dev)
{
	struct osd_seq *os;
	unsigned long seq;

	xa_for_each(&dev->osd_seqs, seq, os) {
		xa_erase(&dev->osd_seqs, seq);
		osd_seq_free(os);
	}
	osd_object_put(dev->osd_o_dir);
	dev->osd_o_dir = NULL;
}
