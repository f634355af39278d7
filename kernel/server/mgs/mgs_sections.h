/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sections that a management service writes into config logs (chapter 6.7.2): pure code on
 * struct llog, also compiled in user space by the unit test.
 */
#ifndef _MGS_SECTIONS_H
#define _MGS_SECTIONS_H

#include <gloss/llog.h>
#include <gloss/wire/mgs.h>

#define MGS_NODE_NIDS	32
#define MGS_NODES	8	/* primary and fail-over nodes of a target */

/* A server node: its NIDs and the text that names it in the logs. */
struct mgs_node {
	u32	nr;
	u64	nid[MGS_NODE_NIDS];	/* 8-byte form */
	char	uuid[40];
};

/* A target as the logs describe it. */
struct mgs_tdesc {
	char		fsname[9];
	bool		mdt;
	bool		failout;
	u32		index;
	u32		nr_nodes;		/* [0] is the primary node */
	struct mgs_node	*node;
};

/* Where sections are written. */
struct mgs_writer {
	struct llog	*log;
	void		*body;		/* LLOG_CHUNK_SIZE bytes of scratch */
	u32		*step;		/* last section number of the file system, counted up */
	u64		now;		/* seconds */
	/* set by the functions */
	u32		before;		/* last index before the section */
	int		rc;		/* first error; the rest of the section is then skipped */
	const char	*tgtname, *comment;
};

/* One section by hand; mgs_section_end() returns the first error, the section is then cancelled. */
void mgs_section_begin(struct mgs_writer *w, const char *tgtname, const char *comment);
void mgs_section_add(struct mgs_writer *w, const struct lcfg_args *a);
int mgs_section_end(struct mgs_writer *w);

int mgs_write_client_head(struct mgs_writer *w, const char *fsname);
/* add mdc, add osc */
int mgs_write_client_target(struct mgs_writer *w, const struct mgs_tdesc *t);
/* lov setup, add mdt */
int mgs_write_mdt_own(struct mgs_writer *w, const struct mgs_tdesc *t);
int mgs_write_ost_own(struct mgs_writer *w, const struct mgs_tdesc *t);
/* add osc, add osp */
int mgs_write_mdt_target(struct mgs_writer *w, const struct mgs_tdesc *t, u32 mdt);

/* ---- mgs_nidtbl.c: the table of targets that have started, as it is sent (6.9.2) ---- */
struct mgs_ready {
	u64	version;
	bool	mdt;
	u32	index;
	u32	instance;
	u32	nr;			/* at least 1 */
	u64	nid[MTI_NIDS_MAX];	/* 8-byte form */
};

struct mgs_nidtbl_out {
	void	*buf;		/* zeroed */
	u32	room;		/* its bytes */
	u32	unit;		/* no entry crosses a multiple of it; at least 4096 */
	u32	used;
	struct mgs_nidtbl_entry *last;
};

/* One more entry; false: there is no room for it. */
bool mgs_nidtbl_add(struct mgs_nidtbl_out *out, const struct mgs_ready *r);

#endif
