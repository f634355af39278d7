/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of mkfs.lustre and tunefs.lustre (one program, told apart by its name).
 */
#ifndef _MKFS_H
#define _MKFS_H

#include <stdbool.h>
#include "mountdata.h"

/* What the command line asks for. */
struct mkfs_options {
	bool mgs, nomgs, mdt, ost, reformat, replace, writeconf, nolocallogs, erase_all;
	bool dryrun, quiet, verbose, print;
	bool take_over;
	bool failnode, servicenode;	/* which of the two ways to name failover nodes was used */
	bool update;			/* the target has to register again */
	long long index;		/* -1: not given */
	long long size_kb;		/* 0: the whole device */
	long long stripe_hint;
	const char *fsname, *mkfs_options, *mount_options, *comment, *undo_file;
};

extern struct mkfs_options mkfs_opt;
extern const char *mkfs_prog;

void mkfs_fatal(int code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* mkfs_params.c: changes of ldd_params, noted while options are read, made later */
void mkfs_param_note_add(const char *key, const char *value);
void mkfs_param_note_join(const char *key, const char *value);
void mkfs_param_note_erase(const char *key);
int mkfs_params_apply(struct lustre_disk_data *ldd, bool replace);

/* mkfs_format.c */
void mkfs_check_device(const char *dev);
int mkfs_format(const char *dev, const struct lustre_disk_data *ldd, const char *label);

#endif
