// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of messages for the device (chapter 1, 14.7). The pages of a message are mapped as they
 * are. A source is read through the local key of the connection's protection domain, piece by
 * piece. A sink gets a memory region, whose key the other side learns; a region describes memory
 * without gaps between its pages only, so a sink that has some is received into pages of its own
 * and copied. No locks but conn->lock for the free regions; may sleep.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "kib.h"

/* The next piece of the memory of a message: at most n bytes of one page. */
struct kib_piece {
	struct page *page;
	unsigned int offset;
	unsigned int len;
};

static void kib_piece_of_kvec(const struct iov_iter *iter, struct kib_piece *p)
{
	const char *addr = iter->kvec->iov_base + iter->iov_offset;

	p->page = is_vmalloc_addr(addr) ? vmalloc_to_page(addr) : virt_to_page(addr);
	p->offset = offset_in_page(addr);
	p->len = min_t(size_t, iter->kvec->iov_len - iter->iov_offset, PAGE_SIZE - p->offset);
}

static void kib_piece_of_bvec(const struct iov_iter *iter, struct kib_piece *p)
{
	size_t at = iter->bvec->bv_offset + iter->iov_offset;

	p->page = nth_page(iter->bvec->bv_page, at / PAGE_SIZE);
	p->offset = offset_in_page(at);
	p->len = min_t(size_t, iter->bvec->bv_len - iter->iov_offset, PAGE_SIZE - p->offset);
}

/* Take the next piece. False: there is none. */
static bool kib_piece_next(struct iov_iter *iter, struct kib_piece *p)
{
	if (!iov_iter_count(iter))
		return false;
	iov_iter_advance(iter, 0);	/* steps over empty elements */
	if (iov_iter_is_bvec(iter))
		kib_piece_of_bvec(iter, p);
	else
		kib_piece_of_kvec(iter, p);
	p->len = min_t(size_t, p->len, iov_iter_count(iter));
	iov_iter_advance(iter, p->len);
	return p->len;
}

/* Does a piece begin in memory where the element before it ends? */
static bool kib_piece_continues(const struct scatterlist *sg, const struct kib_piece *p)
{
	return sg && sg_phys((struct scatterlist *)sg) + sg->length ==
			page_to_phys(p->page) + p->offset;
}

static int kib_map_table(struct kib_map *map, struct iov_iter iter)
{
	struct iov_iter count = iter;
	struct scatterlist *sg = NULL;
	unsigned int n = 0, used = 0;
	struct kib_piece p;
	int rc;

	while (kib_piece_next(&count, &p))
		n++;
	if (!n || iov_iter_count(&count))
		return -EINVAL;
	rc = sg_alloc_table(&map->sgt, n, GFP_NOFS);
	if (rc)
		return rc;
	while (kib_piece_next(&iter, &p)) {
		if (kib_piece_continues(sg, &p)) {
			sg->length += p.len;
			continue;
		}
		sg = sg ? sg_next(sg) : map->sgt.sgl;
		sg_set_page(sg, p.page, p.len, p.offset);
		used++;
	}
	sg_mark_end(sg);
	map->sgt.nents = used;
	return 0;
}

static int kib_map_dma(struct kib_conn *conn, struct kib_map *map, enum dma_data_direction dir)
{
	map->dir = dir;
	map->nents = ib_dma_map_sg(conn->id->device, map->sgt.sgl, map->sgt.nents, dir);
	if (map->nents)
		return 0;
	sg_free_table(&map->sgt);
	return -ENOMEM;
}

static void kib_unmap_dma(struct kib_conn *conn, struct kib_map *map)
{
	if (!map->nents)
		return;
	ib_dma_unmap_sg(conn->id->device, map->sgt.sgl, map->sgt.nents, map->dir);
	map->nents = 0;
	sg_free_table(&map->sgt);
}

/* Map the memory of a message that is to be written into the other side's. */
int kib_map_source(struct kib_conn *conn, struct kib_tx *tx, struct lnet_msg *msg)
{
	struct iov_iter iter;
	int rc;

	lnet_msg_iter(msg, ITER_SOURCE, &iter);
	tx->map.len = msg->len;
	rc = kib_map_table(&tx->map, iter);
	return rc ?: kib_map_dma(conn, &tx->map, DMA_TO_DEVICE);
}

/* ---- memory regions ---- */

static struct kib_mr *kib_mr_new(struct kib_conn *conn)
{
	struct kib_mr *mr = kzalloc(sizeof(*mr), GFP_NOFS);
	unsigned int flags;

	if (!mr)
		return NULL;
	/* drivers allocate with GFP_KERNEL, and this may be the way of a write-back */
	flags = memalloc_noio_save();
	mr->mr = ib_alloc_mr(conn->pd, IB_MR_TYPE_MEM_REG, KIB_MAX_FRAGS);
	memalloc_noio_restore(flags);
	if (IS_ERR(mr->mr)) {
		kfree(mr);
		return NULL;
	}
	return mr;
}

/*
 * A region that is not in use. At most one for each request of either side can be needed: a peer
 * makes this node keep no more of them.
 */
static struct kib_mr *kib_mr_get(struct kib_conn *conn)
{
	struct kib_mr *mr;
	bool more = false;

	spin_lock(&conn->lock);
	mr = list_first_entry_or_null(&conn->mrs, struct kib_mr, link);
	if (mr) {
		list_del_init(&mr->link);
	} else if (conn->nmrs < 2 * conn->credits.depth) {
		conn->nmrs++;
		more = true;
	}
	spin_unlock(&conn->lock);
	if (!more)
		return mr;
	mr = kib_mr_new(conn);
	spin_lock(&conn->lock);
	if (mr)
		list_add(&mr->all, &conn->all_mrs);
	else
		conn->nmrs--;
	spin_unlock(&conn->lock);
	return mr;
}

/* Give a region back: the one that was used longest ago is used next, so that keys differ. */
static void kib_mr_put(struct kib_conn *conn, struct kib_mr *mr)
{
	spin_lock(&conn->lock);
	list_add_tail(&mr->link, &conn->mrs);
	spin_unlock(&conn->lock);
}

/* The queue pair is gone: free all regions. */
void kib_mrs_free(struct kib_conn *conn)
{
	struct kib_mr *mr, *next;

	list_for_each_entry_safe(mr, next, &conn->all_mrs, all) {
		ib_dereg_mr(mr->mr);
		kfree(mr);
	}
}

/* Describe the mapped memory by the region. -ERANGE: it has gaps. */
static int kib_mr_map(struct kib_map *map)
{
	struct ib_mr *mr = map->mr->mr;
	int n;

	n = ib_map_mr_sg(mr, map->sgt.sgl, map->nents, NULL, PAGE_SIZE);
	if (n < 0)
		return n == -EINVAL ? -ERANGE : n;
	if (n != map->nents || mr->length != map->len)
		return -ERANGE;
	ib_update_fast_reg_key(mr, ib_inc_rkey(mr->rkey));
	return 0;
}

/* ---- memory with gaps ---- */

static void kib_bounce_free(struct kib_map *map)
{
	while (map->nbounce)
		__free_page(map->bounce[--map->nbounce]);
	kvfree(map->bounce);
	map->bounce = NULL;
}

static int kib_bounce_alloc(struct kib_map *map)
{
	unsigned int n = DIV_ROUND_UP(map->len, PAGE_SIZE);

	map->bounce = kvcalloc(n, sizeof(*map->bounce), GFP_NOFS);
	if (!map->bounce)
		return -ENOMEM;
	for (map->nbounce = 0; map->nbounce < n; map->nbounce++) {
		map->bounce[map->nbounce] = alloc_page(GFP_NOFS);
		if (!map->bounce[map->nbounce]) {
			kib_bounce_free(map);
			return -ENOMEM;
		}
	}
	return 0;
}

static int kib_bounce_map(struct kib_conn *conn, struct kib_map *map)
{
	int rc;

	rc = kib_bounce_alloc(map);
	if (rc)
		return rc;
	rc = sg_alloc_table_from_pages(&map->sgt, map->bounce, map->nbounce, 0, map->len, GFP_NOFS);
	if (!rc)
		rc = kib_map_dma(conn, map, DMA_FROM_DEVICE);
	if (!rc) {
		rc = kib_mr_map(map);
		if (rc)
			kib_unmap_dma(conn, map);
	}
	if (rc)
		kib_bounce_free(map);
	return rc;
}

static int kib_bounce_copy(struct kib_map *map, struct lnet_msg *msg, u32 len)
{
	struct iov_iter iter;
	unsigned int i;
	u32 n;

	lnet_msg_iter(msg, ITER_DEST, &iter);
	for (i = 0; len; i++) {
		n = min_t(u32, len, PAGE_SIZE);
		if (copy_page_to_iter(map->bounce[i], 0, n, &iter) != n)
			return -EFAULT;
		len -= n;
	}
	return 0;
}

/*
 * Map the memory of a message for the other side to write into. The key is valid from when it is
 * announced: kib_post_tx() registers it.
 */
int kib_map_sink(struct kib_conn *conn, struct kib_tx *tx, struct lnet_msg *msg)
{
	struct kib_map *map = &tx->map;
	struct iov_iter iter;
	int rc;

	lnet_msg_iter(msg, ITER_DEST, &iter);
	map->len = msg->len;
	map->mr = kib_mr_get(conn);
	if (!map->mr)
		return -ENOMEM;
	rc = kib_map_table(map, iter);
	if (!rc)
		rc = kib_map_dma(conn, map, DMA_FROM_DEVICE);
	if (!rc) {
		rc = kib_mr_map(map);
		if (rc)
			kib_unmap_dma(conn, map);
		if (rc == -ERANGE)
			rc = kib_bounce_map(conn, map);
	}
	if (rc) {
		kib_mr_put(conn, map->mr);
		map->mr = NULL;
	}
	return rc;
}

/*
 * A tx ends: the device is done with its memory, and the key is invalid, or the queue pair is gone.
 * Sets tx->status if the data cannot be brought to where it belongs.
 */
void kib_map_end(struct kib_conn *conn, struct kib_tx *tx)
{
	struct kib_map *map = &tx->map;
	u32 len = tx->receives ? map->len : tx->got;
	int rc;

	kib_unmap_dma(conn, map);
	if (map->mr && !map->valid)
		kib_mr_put(conn, map->mr);
	map->mr = NULL;
	if (!map->bounce)
		return;
	if (!tx->status && tx->msg) {
		rc = kib_bounce_copy(map, tx->msg, min(len, map->len));
		if (rc)
			tx->status = rc;
	}
	kib_bounce_free(map);
}
