// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format of logs (chapter 6.5): header with bitmap, chunks, records that never cross a chunk.
 * Works on a byte store and knows nothing about files, RPCs or what records mean. Also compiled in
 * user space.
 */
#ifndef GLOSS_USER
#include <linux/export.h>
#endif
#include <gloss/llog.h>

static u32 llog_rec_len(const struct llog_rec_hdr *rec)
{
	return le32_to_cpu(rec->lrh_len);
}

static u32 llog_rec_index(const struct llog_rec_hdr *rec)
{
	return le32_to_cpu(rec->lrh_index);
}

static bool llog_rec_valid(const struct llog_rec_hdr *rec, u32 room)
{
	u32 len = llog_rec_len(rec);

	return (le32_to_cpu(rec->lrh_type) & LLOG_OP_MASK) == LLOG_OP_MAGIC &&
	       len >= LLOG_MIN_REC_SIZE && len <= room && !(len & 3) &&
	       llog_rec_index(rec) < LLOG_BITMAP_BITS;
}

static void llog_rec_seal(void *buf, u32 len, u32 index, u32 type)
{
	struct llog_rec_hdr *rec = buf;
	struct llog_rec_tail *tail = buf + len - sizeof(*tail);

	rec->lrh_len = cpu_to_le32(len);
	rec->lrh_index = cpu_to_le32(index);
	rec->lrh_type = cpu_to_le32(type);
	rec->lrh_id = 0;
	tail->lrt_len = rec->lrh_len;
	tail->lrt_index = rec->lrh_index;
}

/**
 * llog_last_index - index of the last record written, PADs included (0: empty log)
 * @hdr: checked header
 */
u32 llog_last_index(const struct llog_log_hdr *hdr)
{
	return le32_to_cpu(hdr->llh_tail.lrt_index);
}
EXPORT_SYMBOL_GPL(llog_last_index);

/**
 * llog_bit - is this record live?
 * @hdr: checked header
 * @index: of the record
 */
bool llog_bit(const struct llog_log_hdr *hdr, u32 index)
{
	const u8 *map = (const u8 *)hdr->llh_bitmap;

	return index < LLOG_BITMAP_BITS && (map[index / 8] & (1 << (index % 8)));
}
EXPORT_SYMBOL_GPL(llog_bit);

static void llog_live_bit(struct llog_log_hdr *hdr, u32 index, bool on)
{
	u8 *map = (u8 *)hdr->llh_bitmap;

	if (on)
		map[index / 8] |= 1 << (index % 8);
	else
		map[index / 8] &= ~(1 << (index % 8));
}

/**
 * llog_next_bit - the first live record from an index on
 * @hdr: checked header
 * @from: first index to look at
 *
 * Return: the index, or LLOG_BITMAP_BITS.
 */
u32 llog_next_bit(const struct llog_log_hdr *hdr, u32 from)
{
	const u8 *map = (const u8 *)hdr->llh_bitmap;

	while (from < LLOG_BITMAP_BITS) {
		if (!map[from / 8] && !(from % 8))
			from += 8;
		else if (!(map[from / 8] & (1 << (from % 8))))
			from++;
		else
			return from;
	}
	return LLOG_BITMAP_BITS;
}
EXPORT_SYMBOL_GPL(llog_next_bit);

/**
 * llog_hdr_check - what a reader demands of the header of a config log (6.4.3)
 * @hdr: LLOG_CHUNK_SIZE bytes
 *
 * Return: 0 or -EIO.
 */
int llog_hdr_check(const struct llog_log_hdr *hdr)
{
	u32 flags = le32_to_cpu(hdr->llh_flags);

	if (le32_to_cpu(hdr->llh_hdr.lrh_type) != LLOG_HDR_MAGIC ||
	    le32_to_cpu(hdr->llh_hdr.lrh_len) != LLOG_CHUNK_SIZE ||
	    le32_to_cpu(hdr->llh_tail.lrt_len) != LLOG_CHUNK_SIZE ||
	    le32_to_cpu(hdr->llh_bitmap_offset) != LLOG_HEADER_SIZE ||
	    llog_last_index(hdr) >= LLOG_BITMAP_BITS || !(flags & LLOG_F_IS_PLAIN) ||
	    (flags & LLOG_F_IS_CAT))
		return -EIO;
	return 0;
}
EXPORT_SYMBOL_GPL(llog_hdr_check);

/**
 * llog_create - make the store an empty log
 * @log: after llog_init()
 * @now: seconds, for the header
 *
 * Return: 0 or what the store returned.
 */
int llog_create(struct llog *log, u64 now)
{
	struct llog_log_hdr *hdr = log->hdr;

	memset(hdr, 0, LLOG_CHUNK_SIZE);
	hdr->llh_hdr.lrh_len = cpu_to_le32(LLOG_CHUNK_SIZE);
	hdr->llh_hdr.lrh_type = cpu_to_le32(LLOG_HDR_MAGIC);
	hdr->llh_timestamp = cpu_to_le64(now);
	hdr->llh_count = cpu_to_le32(1);
	hdr->llh_bitmap_offset = cpu_to_le32(LLOG_HEADER_SIZE);
	hdr->llh_flags = cpu_to_le32(LLOG_F_IS_PLAIN);
	memcpy(&hdr->llh_tgtuuid, "config_uuid", sizeof("config_uuid"));
	llog_live_bit(hdr, 0, true);
	hdr->llh_tail.lrt_len = cpu_to_le32(LLOG_CHUNK_SIZE);
	log->size = LLOG_CHUNK_SIZE;
	return llog_commit(log);
}
EXPORT_SYMBOL_GPL(llog_create);

/*
 * Bytes of the log at an offset of the store, at most a chunk: what is behind the end is not the
 * log's.
 */
static int llog_read_chunk(struct llog *log, void *buf, u64 pos)
{
	u64 len = log->size - pos;

	return log->st->ops->read(log->st, buf, len < LLOG_CHUNK_SIZE ? len : LLOG_CHUNK_SIZE, pos);
}

/*
 * The end of the log is behind the record that the header calls the last. The store may hold more:
 * records whose header was never written, or those of an earlier log of the same name.
 */
static int llog_find_end(struct llog *log)
{
	u32 last = llog_last_index(log->hdr), off;
	u64 pos;
	int n;

	log->size = log->st->ops->size(log->st);
	if (!last) {
		log->size = LLOG_CHUNK_SIZE;
		return 0;
	}
	for (pos = LLOG_CHUNK_SIZE; pos < log->size; pos += LLOG_CHUNK_SIZE) {
		n = llog_read_chunk(log, log->chunk, pos);
		if (n < 0)
			return n;
		for (off = 0; off + LLOG_MIN_REC_SIZE <= (u32)n; ) {
			struct llog_rec_hdr *rec = log->chunk + off;

			if (!llog_rec_valid(rec, n - off))
				break;
			off += llog_rec_len(rec);
			if (llog_rec_index(rec) == last) {
				log->size = pos + off;
				return 0;
			}
		}
	}
	return -EIO;
}

/**
 * llog_open - read the header of an existing log
 * @log: after llog_init()
 *
 * Return: 0; -ENOENT: the store is empty; -EIO: not a log.
 */
int llog_open(struct llog *log)
{
	int n;

	n = log->st->ops->read(log->st, log->hdr, LLOG_CHUNK_SIZE, 0);
	if (n < 0)
		return n;
	if (!n)
		return -ENOENT;
	if (n != LLOG_CHUNK_SIZE || llog_hdr_check(log->hdr))
		return -EIO;
	return llog_find_end(log);
}
EXPORT_SYMBOL_GPL(llog_open);

/**
 * llog_commit - write the header
 * @log: open log
 *
 * Return: 0 or what the store returned.
 */
int llog_commit(struct llog *log)
{
	return log->st->ops->write(log->st, log->hdr, LLOG_CHUNK_SIZE, 0);
}
EXPORT_SYMBOL_GPL(llog_commit);

static void llog_count_add(struct llog_log_hdr *hdr, int n)
{
	hdr->llh_count = cpu_to_le32(le32_to_cpu(hdr->llh_count) + n);
}

static int llog_put_record(struct llog *log, u32 len, u32 type)
{
	u32 index = llog_last_index(log->hdr) + 1;
	int rc;

	llog_rec_seal(log->chunk, len, index, type);
	rc = log->st->ops->write(log->st, log->chunk, len, log->size);
	if (rc)
		return rc;
	log->size += len;
	log->hdr->llh_tail.lrt_index = cpu_to_le32(index);
	return index;
}

/**
 * llog_append - add a record, and a PAD before it where it would cross a chunk (6.5.3)
 * @log: open log
 * @type: OBD_CFG_REC ...
 * @body: of the record, without header and tail
 * @len: of the body, a multiple of 8
 *
 * The header is changed in memory only. Return: index, -ENOSPC (log full), -EINVAL (too long), or
 * of the store.
 */
int llog_append(struct llog *log, u32 type, const void *body, u32 len)
{
	u32 total = len + LLOG_MIN_REC_SIZE;
	u32 used = log->size % LLOG_CHUNK_SIZE;
	u32 left = LLOG_CHUNK_SIZE - used;
	struct llog_log_hdr *hdr = log->hdr;
	int index;

	if (len & 7 || total > LLOG_CHUNK_SIZE)
		return -EINVAL;
	if (llog_last_index(hdr) + 2 >= LLOG_BITMAP_BITS)
		return -ENOSPC;
	if (used && left != total && left < total + LLOG_MIN_REC_SIZE) {
		memset(log->chunk, 0, left);
		index = llog_put_record(log, left, LLOG_PAD_MAGIC);
		if (index < 0)
			return index;
	}
	memset(log->chunk, 0, sizeof(struct llog_rec_hdr));
	memcpy(log->chunk + sizeof(struct llog_rec_hdr), body, len);
	index = llog_put_record(log, total, type);
	if (index < 0)
		return index;
	llog_live_bit(hdr, index, true);
	llog_count_add(hdr, 1);
	if (!hdr->llh_size || le32_to_cpu(hdr->llh_size) > total)
		hdr->llh_size = cpu_to_le32(total);
	return index;
}
EXPORT_SYMBOL_GPL(llog_append);

/**
 * llog_cancel - a record is dead from now on; its bytes stay
 * @log: open log
 * @index: of the record
 *
 * Return: 0, or -ENOENT: it was not live.
 */
int llog_cancel(struct llog *log, u32 index)
{
	if (!index || !llog_bit(log->hdr, index))
		return -ENOENT;
	llog_live_bit(log->hdr, index, false);
	llog_count_add(log->hdr, -1);
	return 0;
}
EXPORT_SYMBOL_GPL(llog_cancel);

/**
 * llog_undo - cancel all records above an index
 * @log: open log
 * @last: what llog_last_index() was before the change that failed
 */
void llog_undo(struct llog *log, u32 last)
{
	u32 i, end = llog_last_index(log->hdr);

	for (i = last + 1; i <= end; i++)
		llog_cancel(log, i);
}
EXPORT_SYMBOL_GPL(llog_undo);

/**
 * llog_rewrite - change the body of a record in place
 * @log: open log
 * @index: of the record (checked against the store)
 * @pos: its offset, as the walk reported it
 * @body: new body
 * @len: must be the old length
 *
 * Return: 0, -EINVAL: not that record or length, or of the store.
 */
int llog_rewrite(struct llog *log, u32 index, u64 pos, const void *body, u32 len)
{
	struct llog_rec_hdr rec;
	int n;

	n = log->st->ops->read(log->st, &rec, sizeof(rec), pos);
	if (n < 0)
		return n;
	if (n != sizeof(rec) || llog_rec_index(&rec) != index ||
	    llog_rec_len(&rec) != len + LLOG_MIN_REC_SIZE)
		return -EINVAL;
	return log->st->ops->write(log->st, body, len, pos + sizeof(rec));
}
EXPORT_SYMBOL_GPL(llog_rewrite);

/**
 * llog_walk_chunk - call a function for the live records of one chunk (6.4.5)
 * @hdr: header with the bitmap
 * @chunk: the bytes
 * @len: how many are valid (<= LLOG_CHUNK_SIZE)
 * @pos: offset of the chunk in the log, passed on
 * @from: records with a lower index are passed over
 * @fn: callback, may be NULL
 * @ctx: for @fn
 *
 * A gap of zeros is skipped; what else is no record ends the chunk. Return: 0 or what @fn returned.
 */
int llog_walk_chunk(const struct llog_log_hdr *hdr, void *chunk, u32 len, u64 pos, u32 from,
		    llog_rec_fn fn,
		    void *ctx)
{
	u32 off = 0, index;
	int rc;

	while (off + LLOG_MIN_REC_SIZE <= len) {
		struct llog_rec_hdr *rec = chunk + off;

		if (!rec->lrh_len && !rec->lrh_type) {
			off += 4;
			continue;
		}
		if (!llog_rec_valid(rec, len - off))
			break;
		index = llog_rec_index(rec);
		if (index > llog_last_index(hdr))
			break;
		if (fn && index >= from && llog_bit(hdr, index)) {
			rc = fn(ctx, rec, pos + off);
			if (rc)
				return rc;
		}
		off += llog_rec_len(rec);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(llog_walk_chunk);

/**
 * llog_walk - call a function for every live record of a log
 * @log: open log; its chunk buffer is in use during the walk, so @fn must not append
 * @from: first index
 * @fn: callback
 * @ctx: for @fn
 *
 * Return: 0, what @fn returned, or of the store.
 */
int llog_walk(struct llog *log, u32 from, llog_rec_fn fn, void *ctx)
{
	u64 pos;
	int n, rc;

	for (pos = LLOG_CHUNK_SIZE; pos < log->size; pos += LLOG_CHUNK_SIZE) {
		n = llog_read_chunk(log, log->chunk, pos);
		if (n < 0)
			return n;
		rc = llog_walk_chunk(log->hdr, log->chunk, n, pos, from, fn, ctx);
		if (rc)
			return rc;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(llog_walk);

/* First and last index in a chunk; zeros where there is none. */
static void llog_chunk_range(const void *chunk, u32 len, u32 *first, u32 *last)
{
	u32 off = 0;

	*first = 0;
	*last = 0;
	while (off + LLOG_MIN_REC_SIZE <= len) {
		const struct llog_rec_hdr *rec = chunk + off;

		if (!llog_rec_valid(rec, len - off))
			break;
		if (!*first)
			*first = llog_rec_index(rec);
		*last = llog_rec_index(rec);
		off += llog_rec_len(rec);
	}
}

/**
 * llog_next_block - answer LLOG_ORIGIN_HANDLE_NEXT_BLOCK (6.4.4)
 * @log: open log
 * @body: copy of the request's body; lgd_saved_index and lgd_cur_offset become those of the reply
 * @buf: LLOG_CHUNK_SIZE bytes, filled and zero padded
 *
 * Return: 0; -ENOENT: the wanted record is before the offset; -EBADR: behind the end; or of the
 * store.
 */
int llog_next_block(struct llog *log, struct llogd_body *body, void *buf)
{
	u32 index = le32_to_cpu(body->lgd_index);
	u32 saved = le32_to_cpu(body->lgd_saved_index);
	u64 pos = le64_to_cpu(body->lgd_cur_offset);
	u32 first, last;
	int n;

	if (le32_to_cpu(body->lgd_len) != LLOG_CHUNK_SIZE)
		return -EINVAL;
	pos -= pos % LLOG_CHUNK_SIZE;
	if (pos < LLOG_CHUNK_SIZE)
		pos = LLOG_CHUNK_SIZE;
	for (; pos < log->size; pos += LLOG_CHUNK_SIZE) {
		n = llog_read_chunk(log, buf, pos);
		if (n < 0)
			return n;
		memset(buf + n, 0, LLOG_CHUNK_SIZE - n);
		llog_chunk_range(buf, n, &first, &last);
		if (!first)
			return -EIO;
		if (index > saved && index > last)
			continue;
		if (index > saved && index < first)
			return -ENOENT;
		body->lgd_saved_index = cpu_to_le32(last);
		body->lgd_cur_offset = cpu_to_le64(pos + n);
		return 0;
	}
	memset(buf, 0, LLOG_CHUNK_SIZE);
	body->lgd_saved_index = cpu_to_le32(llog_last_index(log->hdr));
	body->lgd_cur_offset = cpu_to_le64(log->size);
	return -EBADR;
}
EXPORT_SYMBOL_GPL(llog_next_block);
