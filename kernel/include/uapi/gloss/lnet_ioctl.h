/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/lnet: configuration of LNet by lctl and lnetctl. Strings end with NUL. All but
 * LNET_IOC_GET_NI, LNET_IOC_STATS and LNET_IOC_DISTANCE need CAP_SYS_ADMIN.
 */
#ifndef _UAPI_GLOSS_LNET_IOCTL_H
#define _UAPI_GLOSS_LNET_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LNET_IOC_NIDLEN		64
#define LNET_IOC_IFLEN		16
#define LNET_IOC_NETLEN		32

/* LNET_IOC_UP. Already up: 0. */
struct lnet_ioc_up {
	__u32 from_params;		/* 1: the networks of the module parameter; 0: only 0@lo */
	__u32 pad;
};

/* Number per message type: ack, put, get, reply. */
struct lnet_ioc_counts {
	__u64 ack;
	__u64 put;
	__u64 get;
	__u64 reply;
};

/* LNET_IOC_GET_NI: index 0 is 0@lo. ENOENT behind the last one, ENETDOWN if LNet is down. */
/* Of NIs on o2ib networks; else 0. */
struct lnet_ioc_o2ib {
	__u32 peercredits_hiw;
	__u32 concurrent_sends;
	__u32 map_on_demand;
	__u32 fmr_pool_size;
	__u32 fmr_flush_trigger;
	__u32 fmr_cache;
	__u32 ntx;
	__u32 reserved;
};

struct lnet_ioc_ni {
	__u32 index;			/* in */
	__u32 up;
	char nid[LNET_IOC_NIDLEN];
	char net[LNET_IOC_NETLEN];
	char ifname[LNET_IOC_IFLEN];
	__u32 peer_timeout;
	__u32 peer_credits;
	__u32 peer_buffer_credits;
	__u32 credits;
	__u32 conns_per_peer;
	__u32 lnd_timeout;
	__s32 tos;
	__u32 refs;
	struct lnet_ioc_counts sent;
	struct lnet_ioc_counts received;
	struct lnet_ioc_counts dropped;
	__u64 send_bytes;
	__u64 recv_bytes;
	__u64 drop_bytes;
	__u64 errors;
	struct lnet_ioc_o2ib o2ib;
};

/* LNET_IOC_PING. Result: count NIDs as text in nids[], LNET_IOC_NIDLEN bytes each. */
struct lnet_ioc_ping {
	char nid[LNET_IOC_NIDLEN];	/* in */
	__u32 timeout_ms;		/* in; 0: one second */
	__u32 max;			/* in: room in nids */
	__u32 count;			/* out */
	__u32 pad;
	__u64 nids;			/* in: pointer to max * LNET_IOC_NIDLEN bytes */
};

/* LNET_IOC_ADD_NET, LNET_IOC_DEL_NET */
struct lnet_ioc_net {
	char net[LNET_IOC_NETLEN];	/* "tcp1" */
	char ifname[LNET_IOC_IFLEN];	/* "": ADD chooses one, DEL takes all of the net */
};

/* LNET_IOC_STATS: sums over all NIs. */
struct lnet_ioc_stats {
	__u64 send_count;
	__u64 recv_count;
	__u64 drop_count;
	__u64 send_length;
	__u64 recv_length;
	__u64 drop_length;
	__u64 errors;
	__u64 reserved[8];
};

/* LNET_IOC_DISTANCE: 0 own NID, 1 reachable; EHOSTUNREACH else. */
struct lnet_ioc_distance {
	char nid[LNET_IOC_NIDLEN];	/* in */
	__u32 distance;
	__u32 pad;
};

#define LNET_IOC_UP		_IOW('L', 1, struct lnet_ioc_up)
/* EBUSY: in use by somebody else than LNET_IOC_UP */
#define LNET_IOC_DOWN		_IO('L', 2)
#define LNET_IOC_GET_NI		_IOWR('L', 3, struct lnet_ioc_ni)
#define LNET_IOC_PING		_IOWR('L', 4, struct lnet_ioc_ping)
/* ENETDOWN before LNET_IOC_UP */
#define LNET_IOC_ADD_NET	_IOW('L', 5, struct lnet_ioc_net)
#define LNET_IOC_DEL_NET	_IOW('L', 6, struct lnet_ioc_net)
#define LNET_IOC_STATS		_IOR('L', 7, struct lnet_ioc_stats)
#define LNET_IOC_DISTANCE	_IOWR('L', 8, struct lnet_ioc_distance)

#endif
