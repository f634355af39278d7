/* SPDX-License-Identifier: GPL-2.0-only */
/* Pools of OSTs: their names, and what a client mount on this node knows of them. */
#ifndef _POOLS_H
#define _POOLS_H

#include <stdbool.h>
#include <stddef.h>

struct pool_name {
	char fsname[9];
	char pool[16];		/* "": none was named */
};

bool pool_parse(const char *text, struct pool_name *name);
int pool_osts(const char *fsname, const char *words, int (*fn)(const char *uuid, void *arg),
	      void *arg);
int pool_members(const struct pool_name *name, int (*fn)(const char *uuid, void *arg), void *arg);
int pool_has(const struct pool_name *name, const char *uuid);
int pool_list(const char *what);

#endif
