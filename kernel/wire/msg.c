// SPDX-License-Identifier: GPL-2.0-only
/*
 * The message frame of chapter 2.1: checks of what came from a peer, access to buffers by
 * position, and building. Knows nothing of what stands in the buffers (format.c does). Pure, no
 * locks.
 */
#include "impl.h"

/**
 * wire_hdr_size - length of the message header for @n buffers
 * @n: number of buffers
 */
size_t wire_hdr_size(unsigned int n)
{
	return wire_align8(sizeof(struct lustre_msg_v2) + 4 * (size_t)n);
}
EXPORT_SYMBOL_GPL(wire_hdr_size);

/**
 * wire_msg_size - length of a message
 * @n: number of buffers
 * @lens: their unpadded lengths
 */
size_t wire_msg_size(unsigned int n, const u32 *lens)
{
	size_t size = wire_hdr_size(n);
	unsigned int i;

	for (i = 0; i < n; i++)
		size += wire_align8(lens[i]);
	return size;
}
EXPORT_SYMBOL_GPL(wire_msg_size);

static size_t wire_buf_offset(const struct lustre_msg_v2 *m, unsigned int idx)
{
	size_t off = wire_hdr_size(le32_to_cpu(m->lm_bufcount));
	unsigned int i;

	for (i = 0; i < idx; i++)
		off += wire_align8(le32_to_cpu(m->lm_buflens[i]));
	return off;
}

/**
 * wire_msg_len - length of a checked or built message
 * @msg: the message
 */
size_t wire_msg_len(const void *msg)
{
	const struct lustre_msg_v2 *m = msg;

	return wire_buf_offset(m, le32_to_cpu(m->lm_bufcount));
}
EXPORT_SYMBOL_GPL(wire_msg_len);

/**
 * wire_msg_check - is this a message at all?
 * @msg: received bytes, 8-aligned
 * @len: how many
 *
 * Checks magic, number of buffers, that all of them lie inside of @len, and that buffer 0 is a
 * ptlrpc_body of version 3. Messages of the other byte order are refused (chapter 2, 1.4). Bytes
 * behind the message are allowed.
 *
 * Return: 0 or -EPROTO.
 */
int wire_msg_check(const void *msg, size_t len)
{
	const struct lustre_msg_v2 *m = msg;
	const struct ptlrpc_body *pb;
	u32 n, i, blen;
	size_t total;

	if (len < sizeof(*m) || le32_to_cpu(m->lm_magic) != LUSTRE_MSG_MAGIC_V2)
		return -EPROTO;
	n = le32_to_cpu(m->lm_bufcount);
	if (!n || n > LUSTRE_MSG_MAX_BUFS)
		return -EPROTO;
	total = wire_hdr_size(n);
	if (total > len)
		return -EPROTO;
	for (i = 0; i < n; i++) {
		blen = le32_to_cpu(m->lm_buflens[i]);
		if (blen > LUSTRE_MSG_MAX_SIZE)
			return -EPROTO;
		total += wire_align8(blen);
		if (total > len || total > LUSTRE_MSG_MAX_SIZE)
			return -EPROTO;
	}
	if (le32_to_cpu(m->lm_buflens[0]) < sizeof(*pb))
		return -EPROTO;
	pb = wire_body(msg);
	if ((le32_to_cpu(pb->pb_version) & ~LUSTRE_VERSION_MASK) != PTLRPC_MSG_VERSION)
		return -EPROTO;
	return 0;
}
EXPORT_SYMBOL_GPL(wire_msg_check);

/**
 * wire_bufcount - number of buffers
 * @msg: a checked message
 */
u32 wire_bufcount(const void *msg)
{
	return le32_to_cpu(((const struct lustre_msg_v2 *)msg)->lm_bufcount);
}
EXPORT_SYMBOL_GPL(wire_bufcount);

/**
 * wire_buflen - unpadded length of a buffer, 0 when there is none at @idx
 * @msg: a checked message
 * @idx: position
 */
u32 wire_buflen(const void *msg, unsigned int idx)
{
	const struct lustre_msg_v2 *m = msg;

	return idx < le32_to_cpu(m->lm_bufcount) ? le32_to_cpu(m->lm_buflens[idx]) : 0;
}
EXPORT_SYMBOL_GPL(wire_buflen);

/**
 * wire_buf - a buffer, or NULL when it is absent or empty
 * @msg: a checked message
 * @idx: position
 */
void *wire_buf(const void *msg, unsigned int idx)
{
	if (!wire_buflen(msg, idx))
		return NULL;
	return (char *)msg + wire_buf_offset(msg, idx);
}
EXPORT_SYMBOL_GPL(wire_buf);

/**
 * wire_buf_min - a buffer, or NULL when it is shorter than @min
 * @msg: a checked message
 * @idx: position
 * @min: bytes needed
 */
void *wire_buf_min(const void *msg, unsigned int idx, u32 min)
{
	return wire_buflen(msg, idx) < min ? NULL : wire_buf(msg, idx);
}
EXPORT_SYMBOL_GPL(wire_buf_min);

/**
 * wire_body - buffer 0
 * @msg: a checked message
 */
struct ptlrpc_body *wire_body(const void *msg)
{
	return (void *)((char *)msg + wire_hdr_size(wire_bufcount(msg)));
}
EXPORT_SYMBOL_GPL(wire_body);

/**
 * wire_msg_init - lay out an empty message
 * @msg: room of wire_msg_size() bytes, 8-aligned
 * @n: number of buffers
 * @lens: unpadded lengths
 *
 * Everything is zero but the magic, the count and the lengths.
 */
void wire_msg_init(void *msg, unsigned int n, const u32 *lens)
{
	struct lustre_msg_v2 *m = msg;
	unsigned int i;

	memset(msg, 0, wire_msg_size(n, lens));
	m->lm_magic = cpu_to_le32(LUSTRE_MSG_MAGIC_V2);
	m->lm_bufcount = cpu_to_le32(n);
	for (i = 0; i < n; i++)
		m->lm_buflens[i] = cpu_to_le32(lens[i]);
}
EXPORT_SYMBOL_GPL(wire_msg_init);

/**
 * wire_msg_shrink - shorten a buffer
 * @msg: a message that was built
 * @idx: which buffer
 * @newlen: its new length; does nothing when that is not shorter
 *
 * Buffers behind it move down; pointers into them are stale afterwards. The slot remains.
 */
void wire_msg_shrink(void *msg, unsigned int idx, u32 newlen)
{
	struct lustre_msg_v2 *m = msg;
	size_t off, end, from, to;
	u32 oldlen = wire_buflen(msg, idx);

	if (newlen >= oldlen)
		return;
	end = wire_msg_len(msg);
	off = wire_buf_offset(m, idx);
	from = off + wire_align8(oldlen);
	to = off + wire_align8(newlen);
	memset((char *)msg + off + newlen, 0, to - off - newlen);
	if (to != from) {
		memmove((char *)msg + to, (char *)msg + from, end - from);
		memset((char *)msg + end - (from - to), 0, from - to);
	}
	m->lm_buflens[idx] = cpu_to_le32(newlen);
}
EXPORT_SYMBOL_GPL(wire_msg_shrink);
