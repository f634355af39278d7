/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LNet and socklnd on the wire (chapter 1). Everything little-endian except inside struct
 * lnet_nid.
 */
#ifndef _GLOSS_LNET_WIRE_H
#define _GLOSS_LNET_WIRE_H

#include <gloss/wire/types.h>

#define SOCKLND		2
#define O2IBLND		5
#define LOLND		9
#define GNILND		13
#define GNIIPLND	14
#define PTL4LND		15
#define KFILND		16
#define TOFULND		17
#define EFALND		18
#define BXI3LND		19

#define LNET_NID_ANY		0xffffffffffffffffULL
#define LNET_NID_LO_0		0x0009000000000000ULL
#define LNET_NET_ANY		0xffffffffU
#define LNET_NIDSTR_SIZE	64

#define LNET_PID_LUSTRE		12345U
#define LNET_PID_RESERVED	0xf0000000U
#define LNET_PID_USERFLAG	0x80000000U
#define LNET_PID_ANY		0xffffffffU

/* A byte string: never swapped; unused tail bytes are 0, so that memcmp compares. */
#ifndef _GLOSS_HAVE_LNET_NID
#define _GLOSS_HAVE_LNET_NID
struct lnet_nid {
	u8 nid_size;		/* used bytes - 8 */
	u8 nid_type;		/* 0xff: any */
	__be16 nid_num;
	__be32 nid_addr[4];
};
#endif
WIRE_SIZE(struct lnet_nid, 20);

#define LNET_ACCEPTOR_PORT		988
#define LNET_PROTO_ACCEPTOR_MAGIC	0xacce7100U
#define LNET_PROTO_ACCEPTOR_VERSION	1
#define LNET_PROTO_ACCEPTOR_VERSION_16	2
#define LNET_PROTO_MAGIC		0x45726963U
#define LNET_PROTO_TCP_MAGIC		0xeebc0dedU
#define LNET_PROTO_PING_MAGIC		0x70696e67U
#define LNET_PROTO_PING_MATCHBITS	0x8000000000000000ULL
#define LNET_RESERVED_PORTAL		0
#define LNET_MTU			0x100000U
#define LNET_MAX_IOV			256
#define LNET_MAX_PORTALS		64

struct lnet_acceptor_connreq {
	__le32 acr_magic;
	__le32 acr_version;
	__le64 acr_nid;
};

WIRE_SIZE(struct lnet_acceptor_connreq, 16);

struct lnet_acceptor_connreq_v2 {
	__le32 acr_magic;
	__le32 acr_version;
	struct lnet_nid acr_nid;
};

WIRE_SIZE(struct lnet_acceptor_connreq_v2, 28);

/* socklnd HELLO */
#define KSOCK_PROTO_V1		1
#define KSOCK_PROTO_V2		2
#define KSOCK_PROTO_V3		3
#define KSOCK_PROTO_V4		4

#define SOCKLND_CONN_NONE	(-1)
#define SOCKLND_CONN_ANY	0
#define SOCKLND_CONN_CONTROL	1
#define SOCKLND_CONN_BULK_IN	2
#define SOCKLND_CONN_BULK_OUT	3
#define SOCKLND_CONN_ACK	SOCKLND_CONN_BULK_IN
#define SOCKLND_CONN_NTYPES	4
#define KSOCK_HELLO_MAX_IPS	16

struct ksock_hello_msg_nid4 {
	__le32 kshm_magic;
	__le32 kshm_version;
	__le64 kshm_src_nid;
	__le64 kshm_dst_nid;
	__le32 kshm_src_pid;
	__le32 kshm_dst_pid;
	__le64 kshm_src_incarnation;
	__le64 kshm_dst_incarnation;
	__le32 kshm_ctype;
	__le32 kshm_nips;
	__le32 kshm_ips[];
};

WIRE_SIZE(struct ksock_hello_msg_nid4, 56);

struct ksock_hello_msg {
	__le32 kshm_magic;
	__le32 kshm_version;
	struct lnet_nid kshm_src_nid;
	struct lnet_nid kshm_dst_nid;
	__le32 kshm_src_pid;
	__le32 kshm_dst_pid;
	__le64 kshm_src_incarnation;
	__le64 kshm_dst_incarnation;
	__le32 kshm_ctype;
	__le32 kshm_nips;
};

WIRE_SIZE(struct ksock_hello_msg, 80);
WIRE_OFF(struct ksock_hello_msg, kshm_src_incarnation, 56);

#define KSOCK_MSG_NOOP		0xc0
#define KSOCK_MSG_LNET		0xc1

struct ksock_msg_hdr {
	__le32 ksh_type;
	__le32 ksh_csum;
	__le64 ksh_zc_cookies[2];
};

WIRE_SIZE(struct ksock_msg_hdr, 24);

/* LNet header */
enum lnet_msg_type {
	LNET_MSG_ACK = 0,
	LNET_MSG_PUT = 1,
	LNET_MSG_GET = 2,
	LNET_MSG_REPLY = 3,
	LNET_MSG_HELLO = 4,
};

struct lnet_handle_wire {
	u64 wh_interface_cookie;
	u64 wh_object_cookie;
};

#define LNET_WIRE_HANDLE_COOKIE_NONE	0xffffffffffffffffULL

struct lnet_ack {
	struct lnet_handle_wire dst_wmd;
	__le64 match_bits;
	__le32 mlength;
} __packed;

struct lnet_put {
	struct lnet_handle_wire ack_wmd;
	__le64 match_bits;
	u64 hdr_data;
	__le32 ptl_index;
	__le32 offset;
};

struct lnet_get {
	struct lnet_handle_wire return_wmd;
	__le64 match_bits;
	__le32 ptl_index;
	__le32 src_offset;
	__le32 sink_length;
} __packed;

struct lnet_reply {
	struct lnet_handle_wire dst_wmd;
};

struct lnet_hello {
	__le64 incarnation;
	__le32 type;
} __packed;

WIRE_SIZE(struct lnet_ack, 28);
WIRE_SIZE(struct lnet_put, 40);
WIRE_SIZE(struct lnet_get, 36);
WIRE_SIZE(struct lnet_reply, 16);

union lnet_cmd_hdr {
	struct lnet_ack ack;
	struct lnet_put put;
	struct lnet_get get;
	struct lnet_reply reply;
	struct lnet_hello hello;
	u8 bytes[40];
};

WIRE_SIZE(union lnet_cmd_hdr, 40);

struct lnet_hdr_nid4 {
	__le64 dest_nid;
	__le64 src_nid;
	__le32 dest_pid;
	__le32 src_pid;
	__le32 type;
	__le32 payload_length;
	union lnet_cmd_hdr msg;
};

WIRE_SIZE(struct lnet_hdr_nid4, 72);
WIRE_OFF(struct lnet_hdr_nid4, msg, 32);

struct lnet_hdr_nid16 {
	struct lnet_nid dest_nid;
	struct lnet_nid src_nid;
	__le32 dest_pid;
	__le32 src_pid;
	__le32 type;
	__le32 payload_length;
	union lnet_cmd_hdr msg;
};

WIRE_SIZE(struct lnet_hdr_nid16, 96);
WIRE_OFF(struct lnet_hdr_nid16, msg, 56);

/* Ping and push */
#define LNET_PING_FEAT_BASE		0x01
#define LNET_PING_FEAT_NI_STATUS	0x02
#define LNET_PING_FEAT_RTE_DISABLED	0x04
#define LNET_PING_FEAT_MULTI_RAIL	0x08
#define LNET_PING_FEAT_DISCOVERY	0x10
#define LNET_PING_FEAT_LARGE_ADDR	0x20
#define LNET_PING_FEAT_PRIMARY_LARGE	0x40
#define LNET_PING_FEAT_METADATA		0x80

#define LNET_NI_STATUS_UP		0x15aac0deU
#define LNET_NI_STATUS_DOWN		0xdeadfaceU
#define LNET_NI_STATUS_INVALID		0U

struct lnet_ni_status {
	__le64 ns_nid;
	__le32 ns_status;	/* entry 0 (0@lo): sequence number of the information */
	__le32 ns_msg_size;	/* entry 0: total size if LARGE_ADDR, else 0 */
};

WIRE_SIZE(struct lnet_ni_status, 16);

/*
 * Behind the nid4 entries with LARGE_ADDR: the NID is cut to 8 + nid_size bytes, then rounded up
 * to 4.
 */
struct lnet_ni_large_status {
	__le32 ns_status;
	struct lnet_nid ns_nid;
};

WIRE_SIZE(struct lnet_ni_large_status, 24);

struct lnet_ping_info {
	__le32 pi_magic;
	__le32 pi_features;
	__le32 pi_pid;
	__le32 pi_nnis;
	struct lnet_ni_status pi_ni[];
};

WIRE_SIZE(struct lnet_ping_info, 16);
#define LNET_INTERFACES_MAX		200
#define LNET_INTERFACES_MIN		16
#define LNET_PING_INFO_MIN_SIZE		(16 + 16 * LNET_INTERFACES_MIN)

/*
 * Entries of a ping info of len bytes that are there: all fixed-size ones counted, at most
 * pi_nnis.
 */
static inline u32 lnet_ping_info_entries(const struct lnet_ping_info *pi, u32 len)
{
	u32 n = (len - (u32)sizeof(*pi)) / (u32)sizeof(pi->pi_ni[0]);

	return n < le32_to_cpu(pi->pi_nnis) ? n : le32_to_cpu(pi->pi_nnis);
}

/*
 * 0; -EPROTO for what is no ping info, -ERANGE for a bad count. A cut info is fine: *need tells its
 * full size (fixed entries and, with LARGE_ADDR, the others).
 */
static inline int lnet_ping_info_check(const void *buf, u32 len, u32 *need)
{
	const struct lnet_ping_info *pi = buf;
	u32 n, total;

	*need = LNET_PING_INFO_MIN_SIZE;
	if (len < sizeof(*pi) + sizeof(pi->pi_ni[0]) ||
	    le32_to_cpu(pi->pi_magic) != LNET_PROTO_PING_MAGIC ||
	    !(le32_to_cpu(pi->pi_features) & LNET_PING_FEAT_NI_STATUS))
		return -EPROTO;
	n = le32_to_cpu(pi->pi_nnis);
	if (!n || n > LNET_INTERFACES_MAX)
		return -ERANGE;
	if (le64_to_cpu(pi->pi_ni[0].ns_nid) != LNET_NID_LO_0)
		return -EPROTO;
	*need = sizeof(*pi) + n * sizeof(pi->pi_ni[0]);
	if (le32_to_cpu(pi->pi_features) & LNET_PING_FEAT_LARGE_ADDR) {
		total = le32_to_cpu(pi->pi_ni[0].ns_msg_size);
		if (total < *need)
			return -EPROTO;
		*need = total;
	}
	return 0;
}

/* Next entry behind the fixed ones; *off in bytes from the start of the info. NULL at the end. */
static inline const struct lnet_ni_large_status *
lnet_ping_info_large(const void *buf, u32 len, u32 *off)
{
	const struct lnet_ni_large_status *ns = (const void *)((const u8 *)buf + *off);
	u32 size;

	if (*off > len || len - *off < 8)
		return NULL;
	if (ns->ns_nid.nid_size > 12)
		return NULL;
	size = (4 + 8 + ns->ns_nid.nid_size + 3) & ~3U;
	if (len - *off < size)
		return NULL;
	*off += size;
	return ns;
}

/* nid4 parts */
static inline u64 lnet_mkhdr_nid4(u32 net, u32 addr)
{
	return (u64)net << 32 | addr;
}

static inline u32 lnet_nid4_net(u64 nid4)
{
	return nid4 >> 32;
}

static inline u32 lnet_nid4_addr(u64 nid4)
{
	return (u32)nid4;
}

#endif
