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
	__u32 health;			/* 0 ... 1000 */
	__s32 credits_free;		/* below 0: so many messages wait in the driver */
	__s32 credits_min;		/* the least there was */
	__u32 pad;
	struct lnet_ioc_counts sent;
	struct lnet_ioc_counts received;
	struct lnet_ioc_counts dropped;
	__u64 send_bytes;
	__u64 recv_bytes;
	__u64 drop_bytes;
	__u64 errors;
	struct lnet_ioc_o2ib o2ib;
};

/*
 * LNET_IOC_PING and LNET_IOC_DISCOVER. Result: count NIDs as text in nids[], LNET_IOC_NIDLEN bytes
 * each; of a ping 0@lo first, of discovery the primary NID first.
 */
struct lnet_ioc_ping {
	char nid[LNET_IOC_NIDLEN];	/* in */
	__u32 timeout_ms;		/* in; 0: one second */
	__u32 max;			/* in: room in nids */
	__u32 count;			/* out */
	__u32 multi_rail;		/* out: it understands peers with several NIDs */
	__u32 force;			/* in, LNET_IOC_DISCOVER: also if it is known */
	__u32 pad;
	__u64 nids;			/* in: pointer to max * LNET_IOC_NIDLEN bytes */
};

/* LNET_IOC_ADD_NET, LNET_IOC_DEL_NET */
struct lnet_ioc_net {
	char net[LNET_IOC_NETLEN];	/* "tcp1" */
	char ifname[LNET_IOC_IFLEN];	/* "": ADD chooses one, DEL takes all of the net */
};

/* A NID of another node. */
struct lnet_ioc_peer_ni {
	char nid[LNET_IOC_NIDLEN];
	__u32 health;			/* 0 ... 1000 */
	__u32 down;			/* its node says that the interface is down */
	__s32 credits;			/* messages that may be under way at a time */
	__s32 credits_free;		/* below 0: so many more wait in the driver */
	__s32 credits_min;		/* the least there was */
	__u32 refs;
	__u32 ping_count;		/* pings for its health */
	__u32 next_ping;		/* seconds; 0: none is due */
	struct lnet_ioc_counts sent;
	struct lnet_ioc_counts received;
	struct lnet_ioc_counts dropped;
	__u64 errors;			/* messages that failed */
	__u64 timeouts;			/* answers that did not come */
	__u64 reserved[4];
};

/* LNET_IOC_GET_PEER: a node and its NIDs. */
struct lnet_ioc_peer {
	__u64 id;			/* in: 0, or as it came out of the last call */
	__u32 max;			/* in: room in nis; E2BIG: more is needed */
	__u32 count;			/* out; 0: there are no more nodes */
	__u64 nis;			/* in: pointer to max struct lnet_ioc_peer_ni */
	__u32 multi_rail;		/* out: all its NIDs are used */
	__u32 state;			/* out: LNET_PEER_* */
	char primary[LNET_IOC_NIDLEN];	/* out */
};

#define LNET_PEER_MULTI_RAIL	0x1
#define LNET_PEER_CONFIGURED	0x2	/* by peer add */
#define LNET_PEER_DISCOVERED	0x4
#define LNET_PEER_PUSHED	0x8	/* it has the information of this node */
#define LNET_PEER_NON_MR	0x10	/* configured to use one NID */

/* LNET_IOC_STATS: sums over all NIs. */
struct lnet_ioc_stats {
	__u64 send_count;
	__u64 recv_count;
	__u64 drop_count;
	__u64 send_length;
	__u64 recv_length;
	__u64 drop_length;
	__u64 errors;
	__u64 msgs_alloc;
	__u64 msgs_max;
	__u64 resends;
	__u64 resends_ok;
	__u64 resends_failed;
	__u64 response_timeouts;
	__u64 local_errors;
	__u64 remote_errors;
	__u64 network_timeouts;
	__u64 reserved[7];
};

/* LNET_IOC_DISTANCE: 0 own NID, 1 reachable; EHOSTUNREACH else. */
struct lnet_ioc_distance {
	char nid[LNET_IOC_NIDLEN];	/* in */
	__u32 distance;
	__u32 pad;
};

/*
 * LNET_IOC_GET_SETTING, LNET_IOC_SET_SETTING. Not every one can be set: EOPNOTSUPP. ERANGE: not
 * this value.
 */
enum lnet_ioc_which {
	LNET_SETTING_NUMA_RANGE,
	LNET_SETTING_MAX_INTERFACES,
	LNET_SETTING_DISCOVERY,
	LNET_SETTING_DROP_ASYM_ROUTE,
	LNET_SETTING_RETRY_COUNT,
	LNET_SETTING_TRANSACTION_TIMEOUT,
	LNET_SETTING_HEALTH_SENSITIVITY,
	LNET_SETTING_RECOVERY_INTERVAL,
	LNET_SETTING_ROUTER_SENSITIVITY,
	LNET_SETTING_LND_TIMEOUT,
	LNET_SETTING_RESPONSE_TRACKING,
	LNET_SETTING_RECOVERY_LIMIT,
	LNET_SETTING_MAX_RECOVERY_PING_INTERVAL,
	LNET_SETTING_ROUTING,
};

struct lnet_ioc_setting {
	__u32 which;
	__u32 value;
};

/* LNET_IOC_ADD_PEER, LNET_IOC_DEL_PEER: a node that the administrator describes. */
struct lnet_ioc_peer_config {
	char primary[LNET_IOC_NIDLEN];
	char nid[LNET_IOC_NIDLEN];	/* "": the primary NID; DEL: the whole node */
	__u32 non_mr;			/* ADD: only the NID that a message is for is used */
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
#define LNET_IOC_DISCOVER	_IOWR('L', 9, struct lnet_ioc_ping)
#define LNET_IOC_GET_PEER	_IOWR('L', 10, struct lnet_ioc_peer)
#define LNET_IOC_GET_SETTING	_IOWR('L', 11, struct lnet_ioc_setting)
#define LNET_IOC_SET_SETTING	_IOW('L', 12, struct lnet_ioc_setting)
#define LNET_IOC_ADD_PEER	_IOW('L', 13, struct lnet_ioc_peer_config)
#define LNET_IOC_DEL_PEER	_IOW('L', 14, struct lnet_ioc_peer_config)
#define LNET_IOC_RESET_STATS	_IO('L', 15)

#endif
