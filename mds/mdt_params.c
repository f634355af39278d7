// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of the MDT: lod.*-mdtlov.* (defaults of layouts) and mdt.*.* (chapter 7, 8.7 and 8.8).
 */
#define pr_fmt(fmt) "mdt: " fmt

#include "mdt_internal.h"

static int stripesize_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;

	seq_printf(m, "%u\n", mdt->mdt_lod.lo_def_size);
	return 0;
}

static ssize_t stripesize_store(const char *text, size_t len, void *obj)
{
	struct mdt_device *mdt = obj;
	u64 v;
	int rc = param_parse_u64(text, LOV_MIN_STRIPE_SIZE, U32_MAX, &v);

	if (rc)
		return rc;
	if (v % LOV_MIN_STRIPE_SIZE)
		return -EINVAL;
	mdt->mdt_lod.lo_def_size = v;
	return len;
}

static int stripecount_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;
	u32 n = mdt->mdt_lod.lo_def_count;

	seq_printf(m, "%d\n", n == LOV_ALL_STRIPES ? -1 : (int)n);
	return 0;
}

static ssize_t stripecount_store(const char *text, size_t len, void *obj)
{
	struct mdt_device *mdt = obj;
	u64 v = LOV_ALL_STRIPES;
	int rc = 0;

	if (strcmp(text, "-1"))
		rc = param_parse_u64(text, 0, LOD_MAX_STRIPES, &v);
	if (rc)
		return rc;
	mdt->mdt_lod.lo_def_count = v ?: 1;
	return len;
}

static int numobd_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i, n = 0;

	down_read(&lod->lo_sem);
	for (i = 0; i < lod->lo_nr; i++)
		n += lod->lo_osts[i] != NULL;
	up_read(&lod->lo_sem);
	seq_printf(m, "%u\n", n);
	return 0;
}

static int target_obd_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;
	struct mdt_lod *lod = &mdt->mdt_lod;
	u32 i;

	down_read(&lod->lo_sem);
	for (i = 0; i < lod->lo_nr; i++)
		if (lod->lo_osts[i])
			seq_printf(m, "%u: %s %s\n", i, lod->lo_osts[i]->od_uuid,
				   lod->lo_osts[i]->od_inactive ? "INACTIVE" : "ACTIVE");
	up_read(&lod->lo_sem);
	return 0;
}

static const struct param_def lod_params[] = {
	{ "stripesize", 0644, stripesize_show, stripesize_store },
	{ "stripecount", 0644, stripecount_show, stripecount_store },
	{ "numobd", 0444, numobd_show, NULL },
	{ "target_obd", 0444, target_obd_show, NULL },
};

static int open_files_show(struct seq_file *m, void *obj)
{
	struct mdt_device *mdt = obj;

	seq_printf(m, "%d\n", atomic_read(&mdt->mdt_nr_files));
	return 0;
}

static const struct param_def mdt_params[] = {
	{ "open_handles", 0444, open_files_show, NULL },
};

void mdt_params_start(struct mdt_device *mdt)
{
	char name[64];

	snprintf(name, sizeof(name), "lod/%s-mdtlov", mdt->mdt_lt->lt_name);
	mdt->mdt_lod_params = param_dir_add(NULL, name);
	param_add(mdt->mdt_lod_params, lod_params, ARRAY_SIZE(lod_params), mdt);
	snprintf(name, sizeof(name), "mdt/%s", mdt->mdt_lt->lt_name);
	mdt->mdt_params = param_dir_add(NULL, name);
	param_add(mdt->mdt_params, mdt_params, ARRAY_SIZE(mdt_params), mdt);
}

void mdt_params_stop(struct mdt_device *mdt)
{
	param_dir_del(mdt->mdt_lod_params);
	param_dir_del(mdt->mdt_params);
}
