/* SPDX-License-Identifier: GPL-2.0-only */
/* NIDs on command lines. */
#ifndef _NIDS_H
#define _NIDS_H

int nids_resolve(const char *prog, const char *in, char *out, unsigned int len);

#endif
