// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of the management service: mgs.MGS.*. The files of md_live are added and removed under
 * md_sem, so their show functions must not take it.
 */
#include <linux/module.h>
#include <gloss/param.h>
#include "mgs_internal.h"

static int mgs_live_show(struct seq_file *m, void *obj)
{
	struct mgs_fs *fs = obj;

	seq_printf(m, "fsname: %s\nflags: 0x0     gen: %u\n\nSecure RPC Config Rules:\n\n",
		   fs->mf_name, READ_ONCE(fs->mf_step));
	mgs_recover_show(fs, m);
	return 0;
}

PARAM_DEFINE_UINT(mgs_ir_timeout, ((struct mgs_dev *)obj)->md_ir_timeout, 0, INT_MAX)

/* Best effort: a missing file stops nothing. */
void mgs_proc_add_fs(struct mgs_fs *fs)
{
	fs->mf_param =
		(struct param_def){ fs->mf_name, 0444, mgs_live_show, NULL, PARAM_PROC };
	param_add(fs->mf_mgs->md_live, &fs->mf_param, 1, fs);
}

void mgs_proc_del_fs(struct mgs_fs *fs)
{
	param_del(fs->mf_mgs->md_live, fs->mf_name);
}

static const struct param_def mgs_params[] = {
	{ "ir_timeout", 0644, mgs_ir_timeout_show, mgs_ir_timeout_store },
};

void mgs_proc_init(struct mgs_dev *mgs)
{
	param_add(mgs->md_target->lt_params, mgs_params, ARRAY_SIZE(mgs_params), mgs);
	mgs->md_live = param_dir_add(NULL, "mgs/MGS/live");
}

void mgs_proc_fini(struct mgs_dev *mgs)
{
	param_dir_del(mgs->md_live);
	param_remove(mgs->md_target->lt_params, mgs_params, ARRAY_SIZE(mgs_params));
}
