/* SPDX-License-Identifier: GPL-2.0-only */
/* Reader of golden/golden.bin (written by golden/extract.py). */
#include <stdio.h>
#include <stdlib.h>
#include <gloss/msg.h>

enum { G_REQUEST = 1, G_REPLY, G_PING, G_DIRPAGE };

struct golden {
	u8 *data;
	size_t size, pos;
};

struct golden_rec {
	u32 kind, len;
	u8 *data;	/* 8-aligned */
};

static inline int golden_open(struct golden *g, const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		return -1;
	fseek(f, 0, SEEK_END);
	g->size = ftell(f);
	rewind(f);
	g->data = malloc(g->size);
	g->pos = 0;
	if (fread(g->data, 1, g->size, f) != g->size)
		abort();
	fclose(f);
	return 0;
}

static inline bool golden_next(struct golden *g, struct golden_rec *r)
{
	if (g->pos + 8 > g->size)
		return false;
	memcpy(&r->kind, g->data + g->pos, 4);
	memcpy(&r->len, g->data + g->pos + 4, 4);
	r->data = g->data + g->pos + 8;
	g->pos += 8 + wire_align8(r->len);
	return true;
}
