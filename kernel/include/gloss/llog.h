/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * llog: logs of indexed records in chunks of 8192 bytes, and struct lustre_cfg, the body of config
 * records (chapter 6.5, 6.6). Pure code on a byte store; compiles in user space with -DGLOSS_USER.
 * No locks: the caller serialises access to one struct llog.
 */
#ifndef _GLOSS_LLOG_H
#define _GLOSS_LLOG_H

#include <gloss/msg.h>

#ifdef GLOSS_USER
#include <stdio.h>
#define EXPORT_SYMBOL_GPL(name)
#endif

/* ---- byte store: a file, or memory ---- */
struct llog_store;
struct llog_store_ops {
	/* Bytes read (short at the end), or -errno. */
	int (*read)(struct llog_store *st, void *buf, u32 len, u64 pos);
	/* 0 or -errno; extends the store. */
	int (*write)(struct llog_store *st, const void *buf, u32 len, u64 pos);
	u64 (*size)(struct llog_store *st);
};

struct llog_store {
	const struct llog_store_ops *ops;
};

/* An open log: header image in memory. */
struct llog {
	struct llog_store	*st;
	struct llog_log_hdr	*hdr;		/* LLOG_CHUNK_SIZE bytes, of the caller */
	void			*chunk; /* LLOG_CHUNK_SIZE bytes of scratch, of the caller */
	u64			size;		/* end of the records */
};

static inline void llog_init(struct llog *log, struct llog_store *st, void *hdr, void *chunk)
{
	log->st = st;
	log->hdr = hdr;
	log->chunk = chunk;
	log->size = 0;
}

int llog_create(struct llog *log, u64 now);		/* writes an empty log */
int llog_open(struct llog *log);			/* reads and checks; -ENOENT: store empty */
int llog_hdr_check(const struct llog_log_hdr *hdr);	/* 0 or -EIO */
u32 llog_last_index(const struct llog_log_hdr *hdr);
bool llog_bit(const struct llog_log_hdr *hdr, u32 index);
/* first set bit >= from, or LLOG_BITMAP_BITS */
u32 llog_next_bit(const struct llog_log_hdr *hdr, u32 from);
/*
 * These change the header in memory only; llog_commit() writes it. A caller puts both into one
 * transaction.
 */
int llog_append(struct llog *log, u32 type, const void *body, u32 len);	/* index, or -errno */
int llog_cancel(struct llog *log, u32 index);
int llog_commit(struct llog *log);
/* cancel every record above last (a section that failed) */
void llog_undo(struct llog *log, u32 last);
/* same length, in place */
int llog_rewrite(struct llog *log, u32 index, u64 pos, const void *body, u32 len);

/*
 * Called for each record. 0: continue; else the walk stops and returns that. rec: the whole record,
 * checked.
 */
typedef int (*llog_rec_fn)(void *ctx, struct llog_rec_hdr *rec, u64 pos);
/* Walk the live records of one chunk from index >= from. */
int llog_walk_chunk(const struct llog_log_hdr *hdr, void *chunk, u32 len, u64 pos, u32 from,
		    llog_rec_fn fn, void *ctx);
int llog_walk(struct llog *log, u32 from, llog_rec_fn fn, void *ctx);	/* live records */
/* Server side of NEXT_BLOCK (6.4.4): fills buf (8192 bytes) and the reply fields of *body. */
int llog_next_block(struct llog *log, struct llogd_body *body, void *buf);

/* ---- struct lustre_cfg ---- */
#define LCFG_MAX_BUFS	8

/* What goes into a record; a NULL buffer is absent. */
struct lcfg_args {
	u32		cmd, num;
	u64		nid;
	u32		nr;
	const void	*buf[LCFG_MAX_BUFS];
	u32		len[LCFG_MAX_BUFS];
};

void lcfg_args_init(struct lcfg_args *a, u32 cmd);
void lcfg_arg_str(struct lcfg_args *a, u32 i, const char *s);	/* strlen + 1 bytes */
void lcfg_arg_buf(struct lcfg_args *a, u32 i, const void *p, u32 len);
u32 lcfg_size(const struct lcfg_args *a);			/* bytes of the body */
void lcfg_pack(const struct lcfg_args *a, void *body);

/* 0 or -EINVAL (6.6.1) */
static inline int lustre_cfg_check(const void *body, u32 len)
{
	return wire_lcfg_check(body, len);
}

u32 lcfg_cmd(const struct lustre_cfg *lcfg);
u32 lcfg_buflen(const struct lustre_cfg *lcfg, u32 i);	/* 0 if absent */
void *lcfg_buf(struct lustre_cfg *lcfg, u32 i);		/* NULL if absent */
/* NULL if absent; last byte forced to NUL */
char *lcfg_string(struct lustre_cfg *lcfg, u32 i);
/* One line as `lctl llog_print` shows it, without the index (6.7.7); bytes written. */
int lcfg_print(struct lustre_cfg *lcfg, u32 index, char *buf, u32 size);

/* ---- sections (markers) ---- */
/* State of a walk through a config log. */
struct config_walk {
	bool		in_section, skip, exclude;
	char		tgtname[64], comment[64];	/* of the current section */
	u32		step;
	const char	*exclude_list;			/* "fs-OST0001:fs-OST0002" or NULL */
};

/* What a reader of a config log sees. */
struct config_rec {
	u32			index;		/* in the log */
	/* checked; LOV_ADD_OBD of an excluded section reads LOV_ADD_INA */
	struct lustre_cfg	*lcfg;
	const char		*tgtname;	/* of the section's marker */
	const char		*comment;	/* "add osc", "add mdc", "add failnid", ... */
};

/*
 * Feed one OBD_CFG_REC. 1: *rec is a live record to execute; 0: nothing to do (marker, skipped,
 * PAD);
 * -EINVAL: malformed, stop.
 */
int llog_config_walk_record(struct config_walk *w, struct llog_rec_hdr *hdr,
			    struct config_rec *rec);

#endif
