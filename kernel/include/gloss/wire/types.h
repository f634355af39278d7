/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Basic types of the wire headers, for the kernel and (with -DGLOSS_USER) for user space.
 * Wire integers are little-endian (__le16/32/64); the few big-endian ones are __be and say so.
 */
#ifndef _GLOSS_WIRE_TYPES_H
#define _GLOSS_WIRE_TYPES_H

#ifdef GLOSS_USER
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef unsigned short umode_t;

#define cpu_to_le16(x)	htole16(x)
#define cpu_to_le32(x)	htole32(x)
#define cpu_to_le64(x)	htole64(x)
#define le16_to_cpu(x)	le16toh(x)
#define le32_to_cpu(x)	le32toh(x)
#define le64_to_cpu(x)	le64toh(x)
#define cpu_to_be16(x)	htobe16(x)
#define cpu_to_be32(x)	htobe32(x)
#define cpu_to_be64(x)	htobe64(x)
#define be16_to_cpu(x)	be16toh(x)
#define be32_to_cpu(x)	be32toh(x)
#define be64_to_cpu(x)	be64toh(x)
#ifndef __packed
#define __packed	__attribute__((__packed__))
#endif
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif
#else
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stat.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>
#endif

#define WIRE_SIZE(type, n)		static_assert(sizeof(type) == (n), #type)
#define WIRE_OFF(type, field, n)	\
	static_assert(offsetof(type, field) == (n), #type "." #field)

static inline u64 wire_align8(u64 x)
{
	return (x + 7) & ~7ULL;
}

/* Opaque 8-byte cookie: echoed as it came, never interpreted by the other side. */
struct lustre_handle {
	u64 cookie;
};

WIRE_SIZE(struct lustre_handle, 8);

#define UUID_MAX	40	/* with the NUL */
struct obd_uuid {
	char uuid[UUID_MAX];
};

#define MTI_NAME_MAXLEN	64
#define LUSTRE_MAXFSNAME 8

#endif
