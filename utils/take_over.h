/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tunefs.lustre --take-over: make a target of another make one that can be mounted here
 * (docs/migration.md).
 */
#ifndef _TAKE_OVER_H
#define _TAKE_OVER_H

#include <ext2fs/ext2fs.h>
#include <stdbool.h>
#include "mountdata.h"

struct take_over_options {
	bool dryrun, quiet;
	const char *undo_file;	/* NULL: none */
	io_manager io;		/* how the device is written; NULL: as usual */
};

/* A target while it is looked at or changed. */
struct take_over {
	const char *dev;
	ext2_filsys fs;
	bool dirdata;
	bool quiet;
	bool done;		/* by an earlier run */
	struct lustre_disk_data ldd;
	char label[17];
	unsigned int refusals;	/* reasons printed */
	unsigned long long inodes;	/* looked at */
	unsigned long long names;	/* with data behind them */
	unsigned long long dom;		/* files with data on the MDT */
	time_t shown;		/* the progress */
	ext2_ino_t ino;		/* that is looked at */
	bool has_fid, is_file;	/* ... and what it is */
	char *block;		/* room for one */
	ext2_ino_t *indexed;	/* directories whose index has to move */
	unsigned int nr_indexed;
};

int take_over_target(const char *dev, const struct take_over_options *opt);

/* take_over_check.c: reasons against it that stand in files of the server itself */
void take_over_err(struct take_over *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void take_over_check_files(struct take_over *t);

/* mountdata.c */
errcode_t mountdata_load(ext2_filsys fs, struct lustre_disk_data *ldd);
errcode_t mountdata_store(ext2_filsys fs, const struct lustre_disk_data *ldd);

#endif
