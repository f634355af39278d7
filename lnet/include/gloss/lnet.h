/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LNet for its users (ptlrpc, tests): NIDs, memory descriptors, put and get, events. What drivers
 * see is in lnet_lnd.h. Semantics: chapter 1, sections 2, 7, 8 and 10. What each function does,
 * returns and expects stands where it is defined.
 *
 * Event handlers run in process context, in a worker of LNet or of a driver, never inside a call of
 * lnet_md_attach(), lnet_put(), lnet_get() or lnet_md_unlink(): those may be called with locks held
 * that the handler takes.
 */
#ifndef _GLOSS_LNET_H
#define _GLOSS_LNET_H

#include <linux/bvec.h>
#include <linux/string.h>
#include <linux/types.h>
#include <gloss/lnet_wire.h>

/* ---- NIDs ---- */

struct lnet_process_id {
	struct lnet_nid nid;
	u32 pid;			/* LNET_PID_LUSTRE or LNET_PID_ANY */
};

extern const struct lnet_nid lnet_any_nid;	/* all 0xff */
extern const struct lnet_nid lnet_lo_nid;	/* 0@lo */

/* struct lnet_process_id that matches everybody */
#define LNET_ANY_ID	((struct lnet_process_id){ .nid = lnet_any_nid, .pid = LNET_PID_ANY })

static inline bool lnet_nid_eq(const struct lnet_nid *a, const struct lnet_nid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline bool lnet_nid_is_any(const struct lnet_nid *nid)
{
	return nid->nid_type == 0xff;
}

/* Does the NID fit into a nid4? */
static inline bool lnet_nid_is_nid4(const struct lnet_nid *nid)
{
	return nid->nid_size == 0;
}

static inline bool lnet_nid_is_lo(const struct lnet_nid *nid)
{
	return nid->nid_type == LOLND;
}

/* Network of a NID: type << 16 | number; LNET_NET_ANY for the any NID. */
static inline u32 lnet_nid_net(const struct lnet_nid *nid)
{
	return lnet_nid_is_any(nid) ? LNET_NET_ANY
				    : (u32)nid->nid_type << 16 | be16_to_cpu(nid->nid_num);
}

static inline u32 lnet_mknet(u32 type, u32 num)
{
	return type << 16 | num;
}

static inline u64 lnet_mknid4(u32 net, u32 addr)
{
	return (u64)net << 32 | addr;
}

void lnet_nid_from_nid4(struct lnet_nid *nid, u64 nid4);
u64 lnet_nid_to_nid4(const struct lnet_nid *nid);

/* The text functions return buf, so that they can stand in the arguments of printk(). */
char *lnet_nid_str(const struct lnet_nid *nid, char buf[LNET_NIDSTR_SIZE]);
char *lnet_net_str(u32 net, char buf[LNET_NIDSTR_SIZE]);
/*
 * "192.168.1.10@tcp", "10.0.0.1" (the same as with @tcp), "0@lo", "fd00::1@tcp"; "*" and "<?>" are
 * the any NID.
 */
int lnet_str_nid(const char *str, struct lnet_nid *nid);
int lnet_str_nid_len(const char *str, size_t len, struct lnet_nid *nid);
int lnet_str_net(const char *str, u32 *net);

/* ---- this node ---- */

int lnet_get_ref(void);
void lnet_put_ref(void);
bool lnet_nid_is_local(const struct lnet_nid *nid);
int lnet_local_nid(unsigned int idx, struct lnet_nid *nid);
int lnet_distance(const struct lnet_nid *nid);
void lnet_canonical_nid(struct lnet_nid *nid);
bool lnet_nid_same_peer(const struct lnet_nid *a, const struct lnet_nid *b);
void lnet_primary_nid(struct lnet_nid *nid);

/* ---- memory descriptors ---- */

#define LNET_MD_OP_PUT		0x0001	/* a PUT may match */
#define LNET_MD_OP_GET		0x0002	/* a GET may match */
#define LNET_MD_MANAGE_REMOTE	0x0004	/* the offset comes from the message */
#define LNET_MD_TRUNCATE	0x0010	/* longer messages are cut; without it they are dropped */
#define LNET_MD_ACK_DISABLE	0x0020
/* max_size bounds each message; exhausted when less room is left */
#define LNET_MD_MAX_SIZE	0x0080

#define LNET_MD_THRESH_INF	(-1)

enum lnet_event_kind {
	LNET_EVENT_GET = 1,	/* target: the REPLY was handed to the network */
	LNET_EVENT_PUT = 2,	/* target: payload is in memory */
	LNET_EVENT_REPLY = 3,	/* initiator: data of lnet_get() is in memory */
	LNET_EVENT_ACK = 4,	/* initiator: the target has the data of lnet_put() */
	LNET_EVENT_SEND = 5,	/* initiator: message out (put: memory no longer read), or failed */
	LNET_EVENT_UNLINK = 6,	/* the md ended, and no operation could say so */
};

struct lnet_md;

struct lnet_event {
	enum lnet_event_kind type;
	struct lnet_process_id initiator;	/* its node's primary NID: who it is */
	struct lnet_nid source;		/* NID that the message came from: what it may do */
	struct lnet_nid target;		/* NID of this node that it came to; 'self' of answers */
	u32 portal;
	u64 match_bits;
	u64 hdr_data;
	u32 rlength;			/* bytes the initiator wanted to move */
	u32 mlength;			/* bytes moved */
	u32 offset;			/* where in the md */
	int status;			/* 0 or -errno; nothing moved unless 0 */
	bool unlinked;			/* last event of this md, which is freed after it */
	struct lnet_md *md;
	void *user;			/* lnet_md_desc.user */
};

/*
 * A handler of events. Events of one md are delivered one after the other, in order, the one with
 * 'unlinked' set last. The event is valid during the call only. A handler may sleep shortly (mutex,
 * GFP_NOFS) and must not wait for another LNet event.
 */
typedef void (*lnet_event_fn)(const struct lnet_event *ev);

struct lnet_md_desc {
	/* either bvec: the array stays the caller's and must live as long as the md */
	struct bio_vec *bvec;
	unsigned int nr_bvec;
	/* or buf (kmalloc, vmalloc); NULL with length 0 is allowed */
	void *buf;
	u32 length;			/* bytes in total, not more than bvec holds */
	int threshold;			/* operations, or LNET_MD_THRESH_INF */
	u32 max_size;			/* LNET_MD_MAX_SIZE */
	u32 options;			/* LNET_MD_* */
	lnet_event_fn handler;
	void *user;
	/* optional: the pointer is stored here before the first event can come */
	struct lnet_md **mdp;
};

/* Target side: match entry and md in one. */
struct lnet_md *lnet_md_attach(u32 portal, const struct lnet_process_id *from, u64 match_bits,
			       u64 ignore_bits, const struct lnet_md_desc *desc,
			       bool auto_unlink);
/* Initiator side: for lnet_put() and lnet_get(). */
struct lnet_md *lnet_md_bind(const struct lnet_md_desc *desc);
void lnet_md_unlink(struct lnet_md *md);
bool lnet_md_unlink_quiet(struct lnet_md *md);
struct lnet_md *lnet_md_get(struct lnet_md *md);
void lnet_md_put(struct lnet_md *md);

int lnet_put(const struct lnet_nid *self, struct lnet_md *md, bool want_ack,
	     const struct lnet_nid *to, u32 portal, u64 match_bits, u32 offset);
int lnet_get(const struct lnet_nid *self, struct lnet_md *md, const struct lnet_nid *to,
	     u32 portal, u64 match_bits, u32 offset);
void lnet_fast_fail(const struct lnet_nid *to);

int lnet_portal_lazy(u32 portal, bool on);

int lnet_ping(const struct lnet_nid *nid, unsigned int timeout_ms, struct lnet_nid *nids,
	      unsigned int max, u32 *features);

/* ---- observers ---- */

void lnet_debug_module_loaded(void);

#endif
