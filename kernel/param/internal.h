/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of kernel/param. */
#ifndef _GLOSS_PARAM_INTERNAL_H
#define _GLOSS_PARAM_INTERNAL_H

#include <gloss/param.h>

/* dirs.c */
int param_dirs_init(void);
void param_dirs_exit(void);
int param_add_copy(struct param_dir *dir, const struct param_def *def, void *obj);

/* devices.c */
int param_devices_show(struct seq_file *m, void *unused);
int param_health_show(struct seq_file *m, void *unused);
void param_devices_exit(void);

/* jobid.c */
int param_jobid_init(void);
void param_jobid_exit(void);

#endif
