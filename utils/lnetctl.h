/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside lnetctl. */
#ifndef _LNETCTL_H
#define _LNETCTL_H

#include <stdbool.h>
#include <gloss/lnet_ioctl.h>
#include "cli.h"

/* lnetctl.c */
int lnetctl_fail(const char *what, const char *part, int rc);
int lnetctl_show_options(int argc, char **argv, const char *word, const char **only,
			 long long *level);
void lnetctl_print_counts(const char *name, const struct lnet_ioc_counts *c);
unsigned long long lnetctl_sum(const struct lnet_ioc_counts *c);

int lnetctl_print_nets(const char *only, long long level);
int lnetctl_print_global(void);
int lnetctl_set_value(const char *name, const char *value);
const char *lnetctl_net_name(const char *net);

/* lnetctl_yaml.c */
int lnetctl_export(int argc, char **argv);
int lnetctl_import(int argc, char **argv);

/* lnetctl_peer.c */
int lnetctl_peer_change(unsigned long request, const char *primary, const char *nids, bool non_mr);
extern const struct cli_command lnetctl_peer_verbs[];
int lnetctl_print_peers(const char *only, long long level);
int lnetctl_ping(int argc, char **argv);
int lnetctl_discover(int argc, char **argv);

#endif
