/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LNet for its users (ptlrpc, tests): NIDs, memory descriptors, put and get, events. What drivers
 * see is in lnet_lnd.h. Semantics: chapter 1, sections 2, 7, 8 and 10.
 *
 * Contexts: everything here may sleep unless it says otherwise. Event handlers run in process
 * context, in a worker of LNet or of a driver, never inside a call of lnet_md_attach(), lnet_put(),
 * lnet_get() or lnet_md_unlink(): those may be called with locks held that the handler takes.
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

/* A NID that a nid4 can hold. */
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
/* LNET_NID_ANY for the any NID and for NIDs that do not fit. */
u64 lnet_nid_to_nid4(const struct lnet_nid *nid);

/* Text: writes into buf and returns buf, so that it can stand in a printk argument. */
char *lnet_nid_str(const struct lnet_nid *nid, char buf[LNET_NIDSTR_SIZE]);
/*
 * 0 or -EINVAL. "192.168.1.10@tcp", "10.0.0.1" (= @tcp), "0@lo", "fd00::1@tcp", "*" and "<?>"
 * (any).
 */
int lnet_str_nid(const char *str, struct lnet_nid *nid);
/* The same for a string that is not terminated by NUL. */
int lnet_str_nid_len(const char *str, size_t len, struct lnet_nid *nid);
/* "tcp1" and so on. */
char *lnet_net_str(u32 net, char buf[LNET_NIDSTR_SIZE]);
int lnet_str_net(const char *str, u32 *net);

/* ---- this node ---- */

/*
 * Start the networks (module parameter networks) if they are down, and keep them up until
 * lnet_put_ref().
 */
int lnet_get_ref(void);
void lnet_put_ref(void);

/* True for 0@lo and for the NIDs of this node. Any context. */
bool lnet_nid_is_local(const struct lnet_nid *nid);
/*
 * NID number idx of this node without 0@lo; the first one is the primary NID. -ENOENT at the end.
 */
int lnet_local_nid(unsigned int idx, struct lnet_nid *nid);
/*
 * The own NID from which messages to this NID go: -EHOSTUNREACH if there is no network for it. For
 * own NIDs the result is 0@lo, unless local_nid_dist_zero=0.
 */
int lnet_self_for(const struct lnet_nid *to, struct lnet_nid *self);
/* 0 for own NIDs, 1 for NIDs of own networks, -EHOSTUNREACH otherwise. Any context. */
int lnet_distance(const struct lnet_nid *nid);
/*
 * The form in which a peer's NID is seen in events (initiator, source): own NIDs become 0@lo
 * (unless local_nid_dist_zero=0), others stay. To compare a NID from a configuration with one of an
 * event.
 */
void lnet_canonical_nid(struct lnet_nid *nid);

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
	LNET_EVENT_GET = 1,	/* target: REPLY handed to the wire */
	LNET_EVENT_PUT = 2,	/* target: payload is in memory */
	LNET_EVENT_REPLY = 3,	/* initiator: data of lnet_get() is in memory */
	LNET_EVENT_ACK = 4,	/* initiator: the target has the data of lnet_put() */
	LNET_EVENT_SEND = 5,	/* initiator: message out (put: memory no longer read), or failed */
	LNET_EVENT_UNLINK = 6,	/* the md ended without an operation that could say so */
};

struct lnet_md;

struct lnet_event {
	enum lnet_event_kind type;
	struct lnet_process_id initiator;	/* who started the operation (target side) */
	struct lnet_nid source;		/* NID the message came from */
	struct lnet_nid target;		/* own NID it came to: use it as 'self' for answers */
	u32 portal;
	u64 match_bits;
	u64 hdr_data;
	u32 rlength;			/* bytes the initiator wanted to move */
	u32 mlength;			/* bytes moved */
	u32 offset;			/* place in the md */
	int status;			/* 0 or -errno; nothing moved unless 0 */
	bool unlinked;			/* last event of this md; the pointer is dead after it */
	struct lnet_md *md;
	void *user;			/* of the descriptor */
};

/*
 * Events of one md are delivered one after the other, in order, the one with 'unlinked' last. The
 * event is valid during the call only. May sleep shortly (mutex, GFP_NOFS), must not wait for
 * another LNet event.
 */
typedef void (*lnet_event_fn)(const struct lnet_event *ev);

struct lnet_md_desc {
	/* either bvec; the array stays the caller's and must live as long as the md */
	struct bio_vec *bvec;
	unsigned int nr_bvec;
	/* or buf (kmalloc, vmalloc); buf == NULL and length 0 is fine, too */
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

/*
 * Target side: match entry and md in one. from: nid and/or pid may be any; own NIDs are made
 * canonical (see lnet_canonical_nid()). auto_unlink: ends by itself when the threshold or the
 * MAX_SIZE room is used up; without it the md then only stops matching. Entries with ignore_bits
 * are tried first, in the order of attaching; those without are found by hash. ERR_PTR on error.
 * Events may come (even the last one) before this returns: see desc.mdp.
 */
struct lnet_md *lnet_md_attach(u32 portal, const struct lnet_process_id *from, u64 match_bits,
			       u64 ignore_bits,
			       const struct lnet_md_desc *desc, bool auto_unlink);
/*
 * Initiator side, for lnet_put()/lnet_get(). Ends by itself when the threshold is used up: PUT
 * without ACK takes 1 (SEND), PUT with ACK takes 2 (SEND + ACK), GET takes 2 (SEND + REPLY). A
 * failed SEND also takes the part of the answer that will not come.
 */
struct lnet_md *lnet_md_bind(const struct lnet_md_desc *desc);

/*
 * Ask for the end of an md. Process context, does not sleep (spinlocks may be held). Nothing new
 * starts on it; the one event with 'unlinked' follows from a worker when the last operation in
 * flight is complete (at once if there is none). Harmless on an md that is ending already, as long
 * as the pointer is alive: hold a reference (lnet_md_get()), or a lock under which the handler
 * clears the owner's pointer.
 */
void lnet_md_unlink(struct lnet_md *md);
/*
 * The same, but if nothing is in flight the md ends here and now: returns true, no event follows,
 * the pointer is dead. False: as lnet_md_unlink(), or ended already. Saves the worker on the common
 * path.
 */
bool lnet_md_unlink_quiet(struct lnet_md *md);

/* Keeps the pointer (not the memory behind it) valid beyond the last event. Any context. */
struct lnet_md *lnet_md_get(struct lnet_md *md);
void lnet_md_put(struct lnet_md *md);

/*
 * Send. self: own NID to send from, or NULL; must be on the network of 'to'. 0: exactly one SEND
 * event follows (then ACK/REPLY, if the peer answers). Negative: no event follows, the md is as
 * before (end it with unlink):
 * -EHOSTUNREACH no network or peer not reachable now, -ENOMEM, -EINVAL, -ENOENT md is ending,
 * -ENETDOWN. The data moved is all of the md (at most LNET_MTU).
 * offset: used by targets with LNET_MD_MANAGE_REMOTE.
 */
int lnet_put(const struct lnet_nid *self, struct lnet_md *md, bool want_ack,
	     const struct lnet_nid *to,
	     u32 portal, u64 match_bits, u32 offset);
int lnet_get(const struct lnet_nid *self, struct lnet_md *md, const struct lnet_nid *to,
	     u32 portal, u64 match_bits, u32 offset);

/* Messages to this peer are to end soon: they fail if it takes nothing for a few seconds. */
void lnet_hurry(const struct lnet_nid *to);

/*
 * A lazy portal keeps PUTs that match nothing (bounded by memory) until an entry is attached;
 * switching off drops them. Portals start non-lazy. -EINVAL for a bad number.
 */
int lnet_portal_lazy(u32 portal, bool on);

/*
 * Ping: the NIDs of a node (0@lo first). Returns how many (nids may hold fewer: max), or -errno.
 * Killable.
 */
int lnet_ping(const struct lnet_nid *nid, unsigned int timeout_ms, struct lnet_nid *nids,
	      unsigned int max);

/* ---- observers ---- */

struct dentry;
/* /sys/kernel/debug/lnet, for whoever adds files to it. May be NULL or an error pointer. */
struct dentry *lnet_debugfs_dir(void);

#endif
