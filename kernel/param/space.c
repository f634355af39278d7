// SPDX-License-Identifier: GPL-2.0-only
/* Files with the space of a target or of a file system: one number each. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <gloss/param.h>
#include "internal.h"

static int param_space_get(void *obj, struct kstatfs *st)
{
	const struct param_space *sp = obj;

	memset(st, 0, sizeof(*st));
	return sp->get(sp->obj, st);
}

#define SPACE_FILE(name, value)							\
static int param_##name##_show(struct seq_file *m, void *obj)			\
{										\
	struct kstatfs st;							\
	int rc = param_space_get(obj, &st);					\
										\
	if (!rc)								\
		seq_printf(m, "%llu\n", (u64)(value));				\
	return rc;								\
}

SPACE_FILE(blocksize, st.f_bsize)
SPACE_FILE(kbytestotal, (u64)st.f_blocks * st.f_bsize >> 10)
SPACE_FILE(kbytesfree, (u64)st.f_bfree * st.f_bsize >> 10)
SPACE_FILE(kbytesavail, (u64)st.f_bavail * st.f_bsize >> 10)
SPACE_FILE(filestotal, st.f_files)
SPACE_FILE(filesfree, st.f_ffree)
SPACE_FILE(namelen_max, st.f_namelen)

static const struct param_def space_params[] = {
	{ "blocksize", 0444, param_blocksize_show },
	{ "kbytestotal", 0444, param_kbytestotal_show },
	{ "kbytesfree", 0444, param_kbytesfree_show },
	{ "kbytesavail", 0444, param_kbytesavail_show },
	{ "filestotal", 0444, param_filestotal_show },
	{ "filesfree", 0444, param_filesfree_show },
	{ "namelen_max", 0444, param_namelen_max_show },
};

/**
 * param_add_space - add files that tell the space: kbytestotal, filesfree ...
 * @dir: directory; NULL and ERR_PTR are let pass
 * @sp: where the numbers come from; must outlive the files
 *
 * Return: 0 or -errno.
 */
int param_add_space(struct param_dir *dir, struct param_space *sp)
{
	return param_add(dir, space_params, ARRAY_SIZE(space_params), sp);
}
EXPORT_SYMBOL_GPL(param_add_space);

/**
 * param_remove_space - remove them from a directory that others use, too
 * @dir: directory; NULL and ERR_PTR are let pass
 */
void param_remove_space(struct param_dir *dir)
{
	param_remove(dir, space_params, ARRAY_SIZE(space_params));
}
EXPORT_SYMBOL_GPL(param_remove_space);
