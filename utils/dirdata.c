// SPDX-License-Identifier: GPL-2.0-only
/*
 * Take the data behind names out of one block of a directory, without libext2fs and without I/O. An
 * entry is u32 inode, u16 rec_len, u8 name_len, u8 type, name; with bit 0x10 in the type, 18 more
 * bytes: 0, 17, FID. Without the bit what stands there is padding, so the bytes may stay.
 */
#include <endian.h>
#include <stddef.h>
#include <string.h>
#include "dirdata.h"

#define TYPE_MASK	0x0f
#define TYPE_FID	0x10
#define DATA_LEN	17	/* of the data, itself counted; a 0 stands before it */
#define HEAD_PLAIN	24	/* where the header of an index begins in its root block */
#define HEAD_MOVED	40	/* ... and when there are data behind ".." */
#define HEAD_SIZE	8
#define MOVED_ENTRIES	((HEAD_MOVED - HEAD_PLAIN) / 8)

struct entry {
	uint32_t inode;
	uint16_t rec_len;
	uint8_t name_len;
	uint8_t type;
	uint8_t name[];
};

struct index_head {
	uint32_t reserved;
	uint8_t hash_version;
	uint8_t length;
	uint8_t levels;
	uint8_t flags;
	/* the place of the first hash */
	uint16_t limit;
	uint16_t count;
};

static const char *check_entry(const struct entry *e, unsigned int left)
{
	unsigned int len = left >= sizeof(*e) ? le16toh(e->rec_len) : 0;

	if (len < sizeof(*e) + 4 || len % 4 || len > left || sizeof(*e) + e->name_len > len)
		return "an entry has a wrong length";
	if (!e->inode)
		return NULL;
	if (e->type & ~(TYPE_MASK | TYPE_FID))
		return "an entry has data of an unknown kind behind its name";
	if (!(e->type & TYPE_FID))
		return NULL;
	if (sizeof(*e) + e->name_len + 1 + DATA_LEN > len || e->name[e->name_len] ||
	    e->name[e->name_len + 1] != DATA_LEN)
		return "the data behind a name are damaged";
	return NULL;
}

static const char *check_index(const void *block, unsigned int size, unsigned int at)
{
	const struct index_head *h = (const void *)((const char *)block + at);
	unsigned int room = (size - at - HEAD_SIZE) / 8;

	if (h->reserved || h->length != HEAD_SIZE || h->levels > 3 || le16toh(h->limit) != room ||
	    !le16toh(h->count) || le16toh(h->count) > room)
		return "the header of its index is damaged";
	return NULL;
}

static const struct entry *dotdot_of(const void *block)
{
	return (const void *)((const char *)block + 12);
}

static const char *check_root(const void *block, unsigned int size, bool *moved)
{
	const struct entry *dot = block, *dotdot = dotdot_of(block);

	if (le16toh(dot->rec_len) != 12 || dot->name_len != 1 || dot->type & TYPE_FID ||
	    dotdot->name_len != 2 || le16toh(dotdot->rec_len) != size - 12)
		return "the first block of its index is damaged";
	*moved = dotdot->type & TYPE_FID;
	return check_index(block, size, *moved ? HEAD_MOVED : HEAD_PLAIN);
}

/**
 * dirdata_check() - is a block of a directory of a form that dirdata_strip() can make plain?
 * @block: the block
 * @size: its size
 * @index_root: it is the first one of a directory with an index
 * @found: out: what is to be done
 *
 * Return: NULL, or what is wrong.
 */
const char *dirdata_check(const void *block, unsigned int size, bool index_root,
			  struct dirdata_found *found)
{
	const struct entry *e;
	const char *wrong;
	unsigned int at;

	memset(found, 0, sizeof(*found));
	for (at = 0; at < size; at += le16toh(e->rec_len)) {
		e = (const void *)((const char *)block + at);
		wrong = check_entry(e, size - at);
		if (wrong)
			return wrong;
		found->entries += !!(e->type & ~TYPE_MASK);
	}
	return index_root ? check_root(block, size, &found->moved_header) : NULL;
}

static void move_header(char *block)
{
	struct index_head *h = (void *)(block + HEAD_MOVED);
	unsigned int used = HEAD_SIZE + le16toh(h->count) * 8;

	h->limit = htole16(le16toh(h->limit) + MOVED_ENTRIES);
	memmove(block + HEAD_PLAIN, h, used);
}

/**
 * dirdata_strip() - make a block plain ext4
 * @block: the block
 * @size: its size
 * @found: what dirdata_check() found in it
 */
void dirdata_strip(void *block, unsigned int size, const struct dirdata_found *found)
{
	struct entry *e;
	unsigned int at;

	for (at = 0; at < size; at += le16toh(e->rec_len)) {
		e = (void *)((char *)block + at);
		e->type &= TYPE_MASK;
	}
	if (found->moved_header)
		move_header(block);
}
