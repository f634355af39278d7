/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the commands of lctl share. A command returns 0, an errno, or CLI_USAGE.
 */
#ifndef _LCTL_H
#define _LCTL_H

#include <stdbool.h>

extern const char *lctl_device;		/* --device NAME or the device command */

int lctl_get_param(int argc, char **argv);
int lctl_set_param(int argc, char **argv);
int lctl_list_param(int argc, char **argv);
int lctl_conf_param(int argc, char **argv);
int lctl_dl(int argc, char **argv);
int lctl_find_param(int argc, char **argv);
int lctl_evict_client(int argc, char **argv);
int lctl_abort_recovery(int argc, char **argv);
int lctl_activate(int argc, char **argv);
int lctl_deactivate(int argc, char **argv);
int lctl_list_nids(int argc, char **argv);
int lctl_which_nid(int argc, char **argv);
int lctl_ping(int argc, char **argv);
int lctl_network(int argc, char **argv);
int lctl_dk(int argc, char **argv);
int lctl_clear(int argc, char **argv);
int lctl_mark(int argc, char **argv);
int lctl_llog_print(int argc, char **argv);
int lctl_llog_catlist(int argc, char **argv);
int lctl_pool_new(int argc, char **argv);
int lctl_pool_add(int argc, char **argv);
int lctl_pool_remove(int argc, char **argv);
int lctl_pool_destroy(int argc, char **argv);
int lctl_pool_list(int argc, char **argv);

/* Ask the MGS of this node to set (or delete) a parameter for good: set_param -P, or conf_param. */
int lctl_mgs_pool(const char *text);	/* LUSTRE_IOC_MGS_POOL: 0 or an errno */
int lctl_mgs_param(const char *what, const char *param, bool set, bool del);

int lctl_error(const char *cmd, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
