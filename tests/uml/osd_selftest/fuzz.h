/* SPDX-License-Identifier: GPL-2.0-only */
/* Random operations against a model in memory: what fuzz_*.c share. */
#ifndef _OSD_FUZZ_H
#define _OSD_FUZZ_H

#include "selftest.h"

extern unsigned int fuzz_seed;
extern bool fuzz_paranoid; /* verify after each operation */
u32 fuzz_rnd(u32 below);
/* A number up to @max that is often at or beside a boundary of a sector, block or page. */
u64 fuzz_edge(u64 max);
void fuzz_bytes(u8 *buf, size_t len);

/* Object data (fuzz_data.c). */
int fuzz_data_init(void);
int fuzz_data_op(void);
int fuzz_data_check(void);
void fuzz_data_close(void); /* puts all objects; the next operation finds them again */
void fuzz_data_free(void);

/* Local files, written as metadata (fuzz_local.c). */
int fuzz_local_init(void);
int fuzz_local_op(void);
int fuzz_local_check(void);
void fuzz_local_free(void);

/* Names, attributes, xattrs, symbolic links (fuzz_names.c). */
int fuzz_names_init(void);
int fuzz_names_op(void);
int fuzz_names_check(void);
void fuzz_names_free(void);

#endif
