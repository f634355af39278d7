// SPDX-License-Identifier: GPL-2.0-only
/*
 * Config logs on the disk of the management service: CONFIGS/<name>, one open struct mgs_clog each,
 * the byte store of struct llog on local files of the object store.
 *
 * Every write of a record or a header is a transaction of its own. A section becomes visible with
 * the one write of the header that mgs_section_end() does; records behind the header's last index
 * are no part of a log (llog_open()).
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/ktime.h>
#include <linux/ctype.h>
#include "mgs_internal.h"

static struct mgs_clog *mgs_clog(struct llog_store *st)
{
	return container_of(st, struct mgs_clog, cl_store);
}

static int mgs_clog_read(struct llog_store *st, void *buf, u32 len, u64 pos)
{
	return osd_buf_read(mgs_clog(st)->cl_obj, buf, len, pos);
}

static int mgs_clog_write(struct llog_store *st, const void *buf, u32 len, u64 pos)
{
	struct mgs_clog *cl = mgs_clog(st);
	struct osd_trans *th;
	int rc, rc2;

	th = osd_trans_start(cl->cl_mgs->md_target->lt_osd, OSD_CR_BUF_WRITE * (len / 4096 + 2));
	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = osd_buf_write(th, cl->cl_obj, buf, len, pos);
	rc2 = osd_trans_stop(th);
	return rc ?: rc2;
}

static u64 mgs_clog_size(struct llog_store *st)
{
	return osd_size(mgs_clog(st)->cl_obj);
}

static const struct llog_store_ops clog_ops = {
	.read = mgs_clog_read,
	.write = mgs_clog_write,
	.size = mgs_clog_size,
};

static void mgs_clog_free(struct mgs_clog *cl)
{
	osd_object_put(cl->cl_obj);
	kvfree(cl->cl_log.hdr);
	kvfree(cl->cl_log.chunk);
	kfree(cl);
}

static bool mgs_logname_valid(const char *name)
{
	const char *p;

	if (!*name || strlen(name) >= MGS_LOGNAME_MAX || !strcmp(name, "mountdata") ||
	    !strcmp(name, "nodemap"))
		return false;
	for (p = name; *p; p++)
		if (!isalnum(*p) && *p != '_' && *p != '-')
			return false;
	return true;
}

static struct mgs_clog *mgs_clog_open(struct mgs_dev *mgs, const char *name, bool create)
{
	char path[MGS_LOGNAME_MAX + 16];
	struct mgs_clog *cl;
	int rc = -ENOMEM;

	cl = kzalloc(sizeof(*cl), GFP_KERNEL);
	if (!cl)
		return ERR_PTR(-ENOMEM);
	cl->cl_mgs = mgs;
	strscpy(cl->cl_name, name, sizeof(cl->cl_name));
	cl->cl_store.ops = &clog_ops;
	llog_init(&cl->cl_log, &cl->cl_store, kvzalloc(LLOG_CHUNK_SIZE, GFP_KERNEL),
		  kvzalloc(LLOG_CHUNK_SIZE, GFP_KERNEL));
	if (!cl->cl_log.hdr || !cl->cl_log.chunk)
		goto out_free;
	snprintf(path, sizeof(path), MOUNT_CONFIGS_DIR "/%s", name);
	cl->cl_obj = osd_local_open(mgs->md_target->lt_osd, path, create);
	if (IS_ERR(cl->cl_obj)) {
		rc = PTR_ERR(cl->cl_obj);
		goto out_free;
	}
	rc = llog_open(&cl->cl_log);
	if (rc == -ENOENT && create)
		rc = llog_create(&cl->cl_log, ktime_get_real_seconds());
	if (rc) {
		if (rc != -ENOENT)
			pr_err("%s is not a config log: rc = %d\n", path, rc);
		goto out_free;
	}
	cl->cl_id = ++mgs->md_next_id;
	return cl;
out_free:
	mgs_clog_free(cl);
	return ERR_PTR(rc);
}

/*
 * An open log by name. An empty log of a file system counts as missing (it was erased and not
 * written yet); the params log may be empty.
 */
struct mgs_clog *mgs_log_get(struct mgs_dev *mgs, const char *name, bool create)
{
	struct mgs_clog *cl;

	if (!mgs_logname_valid(name))
		return ERR_PTR(-ENOENT);
	mutex_lock(&mgs->md_log_mutex);
	list_for_each_entry(cl, &mgs->md_logs, cl_list)
		if (!strcmp(cl->cl_name, name))
			goto found;
	cl = mgs_clog_open(mgs, name, create);
	if (!IS_ERR(cl))
		list_add(&cl->cl_list, &mgs->md_logs);
found:
	mutex_unlock(&mgs->md_log_mutex);
	if (!IS_ERR(cl) && !create && !llog_last_index(cl->cl_log.hdr) && strcmp(name, "params"))
		return ERR_PTR(-ENOENT);
	return cl;
}

struct mgs_clog *mgs_log_by_id(struct mgs_dev *mgs, const struct llog_logid *id)
{
	struct mgs_clog *cl, *found = ERR_PTR(-ENOENT);

	if (le32_to_cpu(id->lgl_ogen) != mgs->md_generation)
		return found;
	mutex_lock(&mgs->md_log_mutex);
	list_for_each_entry(cl, &mgs->md_logs, cl_list) {
		struct llog_logid own;

		mgs_log_id(cl, &own);
		if (!memcmp(&own, id, sizeof(own))) {
			found = cl;
			break;
		}
	}
	mutex_unlock(&mgs->md_log_mutex);
	return found;
}

void mgs_log_id(const struct mgs_clog *cl, struct llog_logid *id)
{
	memset(id, 0, sizeof(*id));
	id->lgl_oi.oi_id = cpu_to_le64(cl->cl_id);
	id->lgl_oi.oi_seq = cpu_to_le64(FID_SEQ_LLOG_NAME);
	id->lgl_ogen = cpu_to_le32(cl->cl_mgs->md_generation);
}

/* Empty the log. It gets a new logid: a client in the middle of the old log gets -ENOENT. */
int mgs_log_erase(struct mgs_dev *mgs, struct mgs_clog *cl)
{
	mutex_lock(&mgs->md_log_mutex);
	cl->cl_id = ++mgs->md_next_id;
	mutex_unlock(&mgs->md_log_mutex);
	return llog_create(&cl->cl_log, ktime_get_real_seconds());
}

int mgs_log_names(struct mgs_dev *mgs, int (*fn)(void *ctx, const char *name, size_t len),
		  void *ctx)
{
	return osd_local_readdir(mgs->md_target->lt_osd, MOUNT_CONFIGS_DIR, fn, ctx);
}

struct erase {
	const char *fsname;
	struct list_head names;
};

struct erase_name {
	struct list_head list;
	char name[MGS_LOGNAME_MAX];
};

static int mgs_log_collect(void *ctx, const char *name, size_t len)
{
	struct erase *e = ctx;
	size_t n = strlen(e->fsname);
	const char *dash = NULL;
	struct erase_name *en;
	size_t i;

	for (i = 0; i < len; i++)
		if (name[i] == '-')
			dash = name + i;
	if (len >= MGS_LOGNAME_MAX || !dash || dash - name != n || memcmp(name, e->fsname, n))
		return 0;
	en = kzalloc(sizeof(*en), GFP_KERNEL);
	if (!en)
		return -ENOMEM;
	memcpy(en->name, name, len);
	list_add_tail(&en->list, &e->names);
	return 0;
}

/* All logs "<fsname>-*" (writeconf of MDT0000). */
int mgs_log_erase_fs(struct mgs_dev *mgs, const char *fsname)
{
	struct erase e = { .fsname = fsname };
	struct erase_name *en, *tmp;
	int rc;

	INIT_LIST_HEAD(&e.names);
	rc = mgs_log_names(mgs, mgs_log_collect, &e);
	list_for_each_entry_safe(en, tmp, &e.names, list) {
		struct mgs_clog *cl = rc ? NULL : mgs_log_get(mgs, en->name, true);

		if (!IS_ERR_OR_NULL(cl))
			rc = mgs_log_erase(mgs, cl);
		list_del(&en->list);
		kfree(en);
	}
	return rc;
}

void mgs_log_close_all(struct mgs_dev *mgs)
{
	struct mgs_clog *cl, *tmp;

	list_for_each_entry_safe(cl, tmp, &mgs->md_logs, cl_list) {
		list_del(&cl->cl_list);
		mgs_clog_free(cl);
	}
}
