/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Self-test of the object store: what its files share. Each file tests one behaviour; main.c has
 * the table of tests.
 */
#ifndef _OSD_SELFTEST_H
#define _OSD_SELFTEST_H

#define pr_fmt(fmt) "osd_selftest: " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xattr.h>
#include <linux/falloc.h>
#include <gloss/osd.h>

#define CHECK(cond)                                                                              \
	do {                                                                                     \
		if (!(cond)) {                                                                   \
			pr_err("FAILED %s line %d: %s\n", __FILE_NAME__, __LINE__, #cond);       \
			return -EIO;                                                             \
		}                                                                                \
	} while (0)
#define CHECK_RC(expr, want)                                                                     \
	do {                                                                                     \
		long long _rc = (expr);                                                          \
		if (_rc != (want)) {                                                             \
			pr_err("FAILED %s line %d: %s = %lld\n", __FILE_NAME__, __LINE__, #expr, \
			       _rc);                                                             \
			return -EIO;                                                             \
		}                                                                                \
	} while (0)

/* ---- main.c ---- */
extern struct osd_device *osd; /* the device under test */
extern char *dev; /* and its path */
/* Unmount and mount again: objects and inodes are read from the disk afterwards. */
int remount(void);

/* ---- objects.c ---- */
/* Credits of one make(). */
#define CR \
	(OSD_CR_CREATE + OSD_CR_DIR_INSERT + OSD_CR_NLINK + 2 * OSD_CR_XATTR_SET + OSD_CR_ATTR_SET)
/* FIDs of a client's sequence and of objects of group 0 on OST 3. */
#define MSEQ 0x200000400ULL
struct lu_fid mfid(u32 oid);
struct lu_fid ofid(u32 oid);
/* Object [MSEQ:@oid:0] with a name in @dir (NULL: none). */
struct osd_object *make(struct osd_trans *th, struct osd_object *dir, const char *name, u32 oid,
			umode_t mode);
/* Object ofid(@oid), made when it is missing; its sequence must be there. */
struct osd_object *ost_object(u32 oid);

/* ---- pattern.c ---- */
int pages_alloc(void);
void pages_free(void);
/* Write and read through pages whose first byte is at offset @first of the first page. */
int wr(struct osd_object *obj, u64 pos, u64 len, u8 seed, unsigned int first);
/* Bytes of [@from, @to) must be those of @seed (< 0: zeros): 0, or 100 when they are not. */
int rd(struct osd_object *obj, u64 pos, u64 len, u64 from, u64 to, int seed, u32 first, u64 want);
unsigned int vec(struct bio_vec *bv, u64 pos, u64 len, unsigned int first);
extern struct page *pages[256];

/* ---- threads.c ---- */
struct job {
	struct task_struct *task;
	struct completion done;
	int id, rc;
};

/* ---- one behaviour each ---- */
int test_names(void);
int verify_names(void);
int test_local(void);
int test_data(void);
int verify_data(void);
int test_threads(void);
int crash_prepare(void);
int crash_verify(void);
int churn(void);
int test_fuzz(void);
int test_times(void);
int test_flush(void);
int test_reuse(void);
int make_victims(void);
int test_hostile(void);

#endif
