/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of liblustreapi. */
#ifndef _LLAPI_INTERNAL_H
#define _LLAPI_INTERNAL_H

#include <lustre/lustreapi.h>

#define LLAPI_PATH_MAX	4096
#define LLAPI_FSNAME_MAX 8

/* A directory of the mount that holds @path, open for requests: an fd or -errno. */
int llapi_open_dir_of(const char *path);
/* Parameter files, in whichever place they are: lines of "TYPE/NAME/FILE" (patterns allowed). */
int llapi_param_read(const char *pattern, char *buf, size_t size);

#endif
