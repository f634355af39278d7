// SPDX-License-Identifier: GPL-2.0-only
/*
 * Object data: bios straight to the blocks of the object, without the page cache.
 *
 * A write first turns holes into unwritten blocks (in transactions of its own), writes the data,
 * waits for them, and only then extends the size and marks the blocks written: a crash in between
 * leaves zeros, never old contents of the disk. Blocks that are written already are overwritten in
 * place. A commit flushes the device, so what a later transaction relies on is on disk. Bytes at
 * and after the size are zeros on disk; partial blocks are read, merged and written whole under
 * oo_edge_mutex.
 *
 * oo_data_sem is held shared by reads and writes, exclusive where blocks are taken away; the
 * transactions are inside of it.
 */
#define pr_fmt(fmt) "osd_ldiskfs: " fmt

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/falloc.h>
#include <linux/highmem.h>
#include <linux/slab.h>
#include <trace/events/osd.h>
#include "osd_internal.h"

/* What a damaged index gives may be anything. */
static int osd_data_check(struct osd_object *obj, bool change)
{
	if (obj->oo_type != S_IFREG)
		return obj->oo_type == S_IFDIR ? -EISDIR : -EINVAL;
	return change && sb_rdonly(obj->oo_inode->i_sb) ? -EROFS : 0;
}

struct osd_io {
	struct osd_object *obj;
	enum req_op op;
	atomic_t inflight;
	struct completion done;
	int error;
	bool unwritten; /* a write went to unwritten blocks */
	/* for brw_stats */
	ktime_t start;
	unsigned int extents, bios;
};

static bool osd_io_is_write(const struct osd_io *io)
{
	return io->op == REQ_OP_WRITE;
}

static void osd_io_put(struct osd_io *io)
{
	if (atomic_dec_and_test(&io->inflight))
		complete(&io->done);
}

static void osd_io_end(struct bio *bio)
{
	struct osd_io *io = bio->bi_private;

	if (bio->bi_status)
		WRITE_ONCE(io->error, blk_status_to_errno(bio->bi_status));
	atomic_dec(&io->obj->oo_dev->osd_in_flight[osd_io_is_write(io)]);
	bio_put(bio);
	osd_io_put(io);
}

static void osd_io_init(struct osd_io *io, struct osd_object *obj, enum req_op op)
{
	memset(io, 0, sizeof(*io));
	io->obj = obj;
	io->op = op;
	io->start = ktime_get();
	atomic_set(&io->inflight, 1);
	init_completion(&io->done);
}

static int osd_io_wait(struct osd_io *io)
{
	osd_io_put(io);
	wait_for_completion_io(&io->done);
	return io->error;
}

static void osd_bio_submit(struct osd_io *io, struct bio *bio)
{
	struct osd_device *dev = io->obj->oo_dev;
	bool write = osd_io_is_write(io);

	io->bios++;
	lu_hist_add(dev->osd_brw, OSD_BRW_SIZE, write, bio->bi_iter.bi_size);
	lu_hist_add(dev->osd_brw, OSD_BRW_IN_FLIGHT, write,
		    atomic_inc_return(&dev->osd_in_flight[write]));
	submit_bio(bio);
}

/* @len bytes at sector @sector from/to @iter, which moves on. */
static void osd_io_submit(struct osd_io *io, sector_t sector, struct bio_vec *bvec,
			  struct bvec_iter *iter, u64 len)
{
	struct block_device *bdev = io->obj->oo_inode->i_sb->s_bdev;
	struct bio *bio = NULL;

	while (len) {
		struct bio_vec bv = mp_bvec_iter_bvec(bvec, *iter);
		unsigned int n = min_t(u64, bv.bv_len, len);

		if (bio && bio_add_page(bio, bv.bv_page, n, bv.bv_offset) != n) {
			osd_bio_submit(io, bio);
			bio = NULL;
		} else if (bio) {
			bvec_iter_advance(bvec, iter, n);
			sector += n >> SECTOR_SHIFT;
			len -= n;
			continue;
		}
		bio = bio_alloc(bdev,
				min_t(u64, BIO_MAX_VECS, DIV_ROUND_UP_ULL(len, PAGE_SIZE) + 1),
				io->op | (io->op == REQ_OP_WRITE ? REQ_SYNC | REQ_IDLE : 0),
				GFP_NOFS);
		bio->bi_iter.bi_sector = sector;
		bio->bi_private = io;
		bio->bi_end_io = osd_io_end;
		atomic_inc(&io->inflight);
	}
	if (bio)
		osd_bio_submit(io, bio);
	io->extents++;
}

static void osd_zero_iter(struct bio_vec *bvec, struct bvec_iter *iter, u64 len)
{
	while (len) {
		struct bio_vec bv = mp_bvec_iter_bvec(bvec, *iter);
		unsigned int n = min_t(u64, bv.bv_len, len);

		bv.bv_len = n;
		memzero_bvec(&bv);
		bvec_iter_advance(bvec, iter, n);
		len -= n;
	}
}

/* [pos, pos + len) in whole blocks, memory in whole sectors. */
static int osd_io_blocks(struct osd_io *io, u64 pos, struct bio_vec *bvec, u64 len)
{
	struct inode *inode = io->obj->oo_inode;
	unsigned int bits = inode->i_blkbits;
	struct bvec_iter iter = { .bi_size = len };
	struct osd_device *dev = io->obj->oo_dev;
	struct ldiskfs_map map;
	struct blk_plug plug;
	ktime_t start;
	int rc = 0;

	blk_start_plug(&plug);
	while (len) {
		u64 n;

		map.lblk = pos >> bits;
		map.len = min_t(u64, len >> bits, 32768);
		start = ktime_get();
		rc = io->op == REQ_OP_READ ? ldiskfs_hook_map(inode, &map) :
					     ldiskfs_hook_alloc(inode, &map);
		lu_hist_add(dev->osd_brw, OSD_BRW_MAPS, osd_io_is_write(io),
			    ktime_ms_delta(ktime_get(), start));
		if (rc)
			break;
		n = (u64)map.len << bits;
		if (io->op == REQ_OP_READ && (!map.mapped || map.unwritten))
			osd_zero_iter(bvec, &iter, n);
		else
			osd_io_submit(io, map.pblk << (bits - SECTOR_SHIFT), bvec, &iter, n);
		io->unwritten |= map.unwritten;
		pos += n;
		len -= n;
	}
	blk_finish_plug(&plug);
	return rc;
}

static int osd_io_run(struct osd_io *io, u64 pos, struct bio_vec *bvec, u64 len)
{
	struct lu_hist *brw = io->obj->oo_dev->osd_brw;
	int rc = osd_io_blocks(io, pos, bvec, len);
	int rc2 = osd_io_wait(io);
	bool write = osd_io_is_write(io);

	lu_hist_add(brw, OSD_BRW_PAGES, write, DIV_ROUND_UP_ULL(len, PAGE_SIZE));
	lu_hist_add(brw, OSD_BRW_DISCONT_PAGES, write, 1);
	lu_hist_add(brw, OSD_BRW_DISCONT_BLOCKS, write, io->extents);
	lu_hist_add(brw, OSD_BRW_FRAGS, write, io->bios);
	lu_hist_add(brw, OSD_BRW_TIME, write, ktime_ms_delta(ktime_get(), io->start));
	return rc ?: rc2;
}

/* ---- whole blocks out of any range ---- */

/*
 * The range [pos, pos + len) as whole blocks [start, start + blen): the caller's pages where they
 * hold whole blocks, bounce pages for what is left at the edges, or for everything when the
 * caller's memory is not cut at sectors.
 */
struct osd_span {
	u64 start, blen;
	struct bio_vec *bvec;
	unsigned int nr;
	struct page *head, *tail; /* bounce pages of the first and last block */
	struct page **pages; /* bounce pages of everything */
	unsigned int nr_pages;
	bool edges; /* some block is not covered completely */
};

static u64 osd_bvec_len(const struct bio_vec *bvec, unsigned int nr)
{
	u64 len = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		len += bvec[i].bv_len;
	return len;
}

/* Can the blocks between the edges go straight to the caller's memory? */
static bool osd_bvec_direct(const struct bio_vec *bvec, unsigned int nr, u64 pos, u64 from, u64 to)
{
	unsigned int i;

	for (i = 0; i < nr; pos += bvec[i].bv_len, i++) {
		u64 a = max(pos, from), b = min(pos + bvec[i].bv_len, to);

		if (a >= b)
			continue;
		if (((bvec[i].bv_offset + (a - pos)) | (b - a)) & (SECTOR_SIZE - 1))
			return false;
	}
	return true;
}

static void osd_span_free(struct osd_span *sp)
{
	unsigned int i;

	for (i = 0; i < sp->nr_pages; i++)
		if (sp->pages[i])
			__free_page(sp->pages[i]);
	kvfree(sp->pages);
	if (sp->tail && sp->tail != sp->head)
		__free_page(sp->tail);
	if (sp->head)
		__free_page(sp->head);
	kvfree(sp->bvec);
}

static int osd_span_bounce(struct osd_span *sp)
{
	unsigned int i, n = DIV_ROUND_UP_ULL(sp->blen, PAGE_SIZE);

	sp->pages = kvcalloc(n, sizeof(*sp->pages), GFP_NOFS);
	sp->bvec = kvcalloc(n, sizeof(*sp->bvec), GFP_NOFS);
	if (!sp->pages || !sp->bvec)
		return -ENOMEM;
	sp->nr_pages = n;
	for (i = 0; i < n; i++) {
		sp->pages[i] = alloc_page(GFP_NOFS | __GFP_ZERO);
		if (!sp->pages[i])
			return -ENOMEM;
		sp->bvec[i].bv_page = sp->pages[i];
		sp->bvec[i].bv_len = min_t(u64, PAGE_SIZE, sp->blen - (u64)i * PAGE_SIZE);
	}
	sp->nr = n;
	return 0;
}

static int osd_span_direct(struct osd_span *sp, u64 pos, u64 len, struct bio_vec *bvec,
			   unsigned int nr, unsigned int bs)
{
	u64 from = round_up(pos, bs), to = round_down(pos + len, bs);
	struct bio_vec *bv;
	unsigned int i;

	sp->bvec = kvcalloc(nr + 2, sizeof(*sp->bvec), GFP_NOFS);
	if (!sp->bvec)
		return -ENOMEM;
	bv = sp->bvec;
	if (sp->start < from) {
		sp->head = alloc_page(GFP_NOFS | __GFP_ZERO);
		if (!sp->head)
			return -ENOMEM;
		*bv++ = (struct bio_vec){ .bv_page = sp->head, .bv_len = bs };
	}
	for (i = 0; i < nr; pos += bvec[i].bv_len, i++) {
		u64 a = max(pos, from), b = min(pos + bvec[i].bv_len, to);

		if (a >= b)
			continue;
		bv->bv_page = bvec[i].bv_page;
		bv->bv_offset = bvec[i].bv_offset + (a - pos);
		bv->bv_len = b - a;
		bv++;
	}
	if (sp->start + sp->blen > to && from <= to) {
		sp->tail = alloc_page(GFP_NOFS | __GFP_ZERO);
		if (!sp->tail)
			return -ENOMEM;
		*bv++ = (struct bio_vec){ .bv_page = sp->tail, .bv_len = bs };
	}
	sp->nr = bv - sp->bvec;
	return 0;
}

static int osd_span_init(struct osd_span *sp, u64 pos, u64 len, struct bio_vec *bvec,
			 unsigned int nr, unsigned int bs)
{
	u64 from = round_up(pos, bs), to = round_down(pos + len, bs);
	int rc;

	memset(sp, 0, sizeof(*sp));
	sp->start = round_down(pos, bs);
	sp->blen = round_up(pos + len, bs) - sp->start;
	sp->edges = pos != from || pos + len != to;
	if (osd_bvec_direct(bvec, nr, pos, from, to))
		rc = osd_span_direct(sp, pos, len, bvec, nr, bs);
	else
		rc = osd_span_bounce(sp);
	if (rc)
		osd_span_free(sp);
	return rc;
}

static void osd_copy(struct bio_vec *a, unsigned int aoff, struct bio_vec *b, unsigned int boff,
		     unsigned int n, bool to_a)
{
	char *pa = kmap_local_page(nth_page(a->bv_page, (a->bv_offset + aoff) >> PAGE_SHIFT));
	char *pb = kmap_local_page(nth_page(b->bv_page, (b->bv_offset + boff) >> PAGE_SHIFT));

	pa += (a->bv_offset + aoff) & ~PAGE_MASK;
	pb += (b->bv_offset + boff) & ~PAGE_MASK;
	if (to_a)
		memcpy(pa, pb, n);
	else
		memcpy(pb, pa, n);
	kunmap_local(pb);
	kunmap_local(pa);
}

/*
 * Between the caller's memory and own pages of the span; pieces that are the same memory are left
 * alone.
 */
static void osd_span_copy(struct osd_span *sp, u64 pos, struct bio_vec *bvec, unsigned int nr,
			  bool to_span)
{
	u64 spos = sp->start;
	unsigned int i = 0, j = 0;

	while (i < nr && j < sp->nr) {
		struct bio_vec *u = &bvec[i], *s = &sp->bvec[j];
		u64 uend = pos + u->bv_len, send = spos + s->bv_len;
		u64 a = max(pos, spos), b = min(uend, send);
		bool own = sp->pages || s->bv_page == sp->head || s->bv_page == sp->tail;

		while (own && a < b) {
			unsigned int uo = a - pos, so = a - spos;
			unsigned int n =
				min_t(u64, b - a, PAGE_SIZE - ((u->bv_offset + uo) & ~PAGE_MASK));

			n = min_t(unsigned int, n, PAGE_SIZE - ((s->bv_offset + so) & ~PAGE_MASK));
			osd_copy(s, so, u, uo, n, to_span);
			a += n;
		}
		if (uend <= send) {
			pos = uend;
			i++;
		}
		if (send <= uend) {
			spos = send;
			j++;
		}
	}
}

/* Zero bytes of the caller's memory from file offset @from on. */
static void osd_bvec_zero_from(u64 pos, struct bio_vec *bvec, unsigned int nr, u64 from)
{
	unsigned int i;

	for (i = 0; i < nr; pos += bvec[i].bv_len, i++) {
		struct bio_vec bv = bvec[i];
		struct bvec_iter iter = {};
		u64 skip;

		if (pos + bv.bv_len <= from)
			continue;
		skip = from > pos ? from - pos : 0;
		iter.bi_size = bv.bv_len - skip;
		bv.bv_offset += skip;
		bv.bv_len -= skip;
		osd_zero_iter(&bv, &iter, bv.bv_len);
	}
}

/* ---- read, write ---- */

static int osd_read_span(struct osd_object *obj, struct osd_span *sp)
{
	struct osd_io io;

	osd_io_init(&io, obj, REQ_OP_READ);
	return osd_io_run(&io, sp->start, sp->bvec, sp->blen);
}

int osd_read_pages(struct osd_object *obj, u64 pos, struct bio_vec *bvec, unsigned int nr,
		   u64 *bytes)
{
	struct inode *inode = obj->oo_inode;
	u64 len = osd_bvec_len(bvec, nr), size, n;
	struct osd_span sp;
	unsigned int nofs;
	int rc;

	rc = osd_data_check(obj, false);
	if (rc)
		return rc;
	trace_osd_io_begin(osd_dev_name(obj->oo_dev), &obj->oo_fid, false, pos, len, 0);
	nofs = memalloc_nofs_save();
	down_read(&obj->oo_data_sem);
	size = i_size_read(inode);
	n = pos < size ? min(len, size - pos) : 0;
	if (bytes)
		*bytes = n;
	if (n) {
		rc = osd_span_init(&sp, pos, len, bvec, nr, 1 << inode->i_blkbits);
		if (!rc) {
			rc = osd_read_span(obj, &sp);
			if (!rc)
				osd_span_copy(&sp, pos, bvec, nr, false);
			osd_span_free(&sp);
		}
	}
	if (!rc)
		osd_bvec_zero_from(pos, bvec, nr, pos + n);
	up_read(&obj->oo_data_sem);
	memalloc_nofs_restore(nofs);
	trace_osd_io_end(osd_dev_name(obj->oo_dev), &obj->oo_fid, false, pos, n, rc);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_read_pages);

/* Fill one own block with what is on disk, zeros after the size. */
static int osd_read_edge(struct osd_object *obj, u64 pos, struct bio_vec *bv)
{
	u64 size = i_size_read(obj->oo_inode);
	struct osd_io io;
	int rc = 0;

	if (pos < size) {
		osd_io_init(&io, obj, REQ_OP_READ);
		rc = osd_io_run(&io, pos, bv, bv->bv_len);
	}
	if (!rc)
		osd_bvec_zero_from(pos, bv, 1, size);
	return rc;
}

/* What the edge blocks of the span hold now. */
static int osd_span_read_edges(struct osd_object *obj, struct osd_span *sp, u64 pos, u64 len)
{
	unsigned int bs = 1 << obj->oo_inode->i_blkbits;
	u64 last = sp->start + sp->blen - bs;
	struct bio_vec *bv = &sp->bvec[sp->nr - 1];
	struct bio_vec head = { .bv_page = sp->bvec[0].bv_page, .bv_len = bs };
	struct bio_vec tail = { .bv_page = bv->bv_page,
				.bv_len = bs,
				.bv_offset = bv->bv_offset + bv->bv_len - bs };
	int rc = 0;

	if (pos != sp->start || sp->blen == bs)
		rc = osd_read_edge(obj, sp->start, &head);
	if (!rc && sp->blen > bs && pos + len != sp->start + sp->blen)
		rc = osd_read_edge(obj, last, &tail);
	return rc;
}

static int osd_write_span(struct osd_object *obj, struct osd_span *sp, u64 end)
{
	struct inode *inode = obj->oo_inode;
	struct osd_io io;
	int rc;

	osd_io_init(&io, obj, REQ_OP_WRITE);
	rc = osd_io_run(&io, sp->start, sp->bvec, sp->blen);
	if (!rc)
		rc = ldiskfs_hook_extend(inode, end);
	if (!rc && io.unwritten)
		rc = ldiskfs_hook_convert(inode, sp->start, sp->blen);
	return rc;
}

static int osd_write_locked(struct osd_object *obj, u64 pos, u64 len, struct bio_vec *bvec,
			    unsigned int nr)
{
	struct inode *inode = obj->oo_inode;
	struct osd_span sp;
	int rc;

	rc = osd_span_init(&sp, pos, len, bvec, nr, 1 << inode->i_blkbits);
	if (rc)
		return rc;
	if (sp.edges) {
		mutex_lock(&obj->oo_edge_mutex);
		rc = osd_span_read_edges(obj, &sp, pos, len);
	}
	if (!rc) {
		osd_span_copy(&sp, pos, bvec, nr, true);
		rc = osd_write_span(obj, &sp, pos + len);
	}
	if (sp.edges)
		mutex_unlock(&obj->oo_edge_mutex);
	osd_span_free(&sp);
	return rc;
}

int osd_write_pages(struct osd_object *obj, u64 pos, struct bio_vec *bvec, unsigned int nr)
{
	struct super_block *sb = obj->oo_inode->i_sb;
	u64 len = osd_bvec_len(bvec, nr);
	unsigned int nofs;
	int rc;

	rc = osd_data_check(obj, true);
	if (rc)
		return rc;
	if (pos + len > sb->s_maxbytes || pos + len < pos)
		return -EFBIG;
	if (!len)
		return 0;
	trace_osd_io_begin(osd_dev_name(obj->oo_dev), &obj->oo_fid, true, pos, len, 0);
	nofs = memalloc_nofs_save();
	sb_start_write(sb);
	down_read(&obj->oo_data_sem);
	rc = osd_write_locked(obj, pos, len, bvec, nr);
	up_read(&obj->oo_data_sem);
	sb_end_write(sb);
	memalloc_nofs_restore(nofs);
	trace_osd_io_end(osd_dev_name(obj->oo_dev), &obj->oo_fid, true, pos, len, rc);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_write_pages);

/* ---- punch, fallocate ---- */

int osd_punch(struct osd_object *obj, u64 start, u64 end)
{
	struct inode *inode = obj->oo_inode;
	struct super_block *sb = inode->i_sb;
	int rc;

	rc = osd_data_check(obj, true);
	if (rc)
		return rc;
	if (end <= start)
		return -EINVAL;
	sb_start_write(sb);
	down_write(&obj->oo_data_sem);
	if (end == OSD_EOF || end >= i_size_read(inode))
		rc = ldiskfs_hook_truncate(inode, start);
	else
		rc = ldiskfs_hook_fallocate(obj->oo_dev->osd_mnt, inode,
					    FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start,
					    end - start);
	up_write(&obj->oo_data_sem);
	sb_end_write(sb);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_punch);

int osd_fallocate(struct osd_object *obj, int mode, u64 start, u64 len)
{
	struct inode *inode = obj->oo_inode;
	struct super_block *sb = inode->i_sb;
	int rc;

	rc = osd_data_check(obj, true);
	if (rc)
		return rc;
	sb_start_write(sb);
	down_write(&obj->oo_data_sem);
	rc = ldiskfs_hook_fallocate(obj->oo_dev->osd_mnt, inode, mode, start, len);
	up_write(&obj->oo_data_sem);
	sb_end_write(sb);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_fallocate);

/* ---- where are data? ---- */

s64 osd_seek(struct osd_object *obj, u64 pos, int whence)
{
	struct inode *inode = obj->oo_inode;
	unsigned int bits = inode->i_blkbits;
	bool want = whence == SEEK_DATA;
	struct ldiskfs_map map;
	u64 size;
	s64 rc;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return -EINVAL;
	rc = osd_data_check(obj, false);
	if (rc)
		return rc;
	down_read(&obj->oo_data_sem);
	size = i_size_read(inode);
	rc = -ENXIO;
	while (pos < size) {
		map.lblk = pos >> bits;
		map.len = min_t(u64, DIV_ROUND_UP_ULL(size, 1 << bits) - map.lblk, INT_MAX);
		rc = ldiskfs_hook_map(inode, &map);
		if (rc)
			break;
		if ((map.mapped && !map.unwritten) == want) {
			rc = pos;
			break;
		}
		pos = (u64)(map.lblk + map.len) << bits;
		rc = whence == SEEK_HOLE ? size : -ENXIO;
	}
	up_read(&obj->oo_data_sem);
	return rc;
}
EXPORT_SYMBOL_GPL(osd_seek);

/* The next blocks at or after @lblk, before @end: 1 found, 0 none. */
static int osd_next_extent(struct inode *inode, u64 lblk, u64 end, struct ldiskfs_map *map)
{
	int rc;

	for (; lblk < end; lblk += map->len) {
		map->lblk = lblk;
		map->len = min_t(u64, end - lblk, 32768);
		rc = ldiskfs_hook_map(inode, map);
		if (rc)
			return rc;
		if (map->mapped)
			return 1;
	}
	return 0;
}

static bool osd_extent_merge(struct fiemap_extent *last, const struct ldiskfs_map *map,
			     unsigned int bits, u32 flags)
{
	if (last->fe_logical + last->fe_length != (u64)map->lblk << bits ||
	    last->fe_physical + last->fe_length != map->pblk << bits || last->fe_flags != flags)
		return false;
	last->fe_length += (u64)map->len << bits;
	return true;
}

int osd_fiemap(struct osd_object *obj, u64 start, u64 len, struct fiemap_extent *ext,
	       unsigned int max)
{
	struct inode *inode = obj->oo_inode;
	unsigned int bits = inode->i_blkbits, n = 0;
	struct fiemap_extent cur = {};
	u64 end, eof, lblk;
	struct ldiskfs_map map;
	bool have = false;
	int rc;

	rc = osd_data_check(obj, false);
	if (rc)
		return rc;
	down_read(&obj->oo_data_sem);
	eof = DIV_ROUND_UP_ULL(i_size_read(inode), 1 << bits);
	end = len > i_size_read(inode) || start + len > i_size_read(inode) ?
		      eof :
		      DIV_ROUND_UP_ULL(start + len, 1 << bits);
	for (lblk = start >> bits; (rc = osd_next_extent(inode, lblk, end, &map)) > 0;
	     lblk = map.lblk + map.len) {
		u32 flags = map.unwritten ? FIEMAP_EXTENT_UNWRITTEN : 0;

		if (have && osd_extent_merge(&cur, &map, bits, flags))
			continue;
		if (have) {
			if (max && n >= max)
				goto out;
			if (max)
				ext[n] = cur;
			n++;
		}
		memset(&cur, 0, sizeof(cur));
		cur.fe_logical = (u64)map.lblk << bits;
		cur.fe_physical = map.pblk << bits;
		cur.fe_length = (u64)map.len << bits;
		cur.fe_flags = flags;
		have = true;
	}
	if (rc < 0)
		goto out;
	if (have && (!max || n < max)) {
		rc = osd_next_extent(inode, end, eof, &map);
		if (!rc)
			cur.fe_flags |= FIEMAP_EXTENT_LAST;
		if (max)
			ext[n] = cur;
		n++;
	}
	rc = min(rc, 0);
out:
	up_read(&obj->oo_data_sem);
	return rc < 0 ? rc : n;
}
EXPORT_SYMBOL_GPL(osd_fiemap);
