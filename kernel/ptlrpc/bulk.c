// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bulk transfers, chapter 2, 8: how data is cut into pieces, the passive side (client), and the
 * active side (svc_bulk_put(), svc_bulk_get()). Both sides cut the same sequence of fragments by
 * the same rule.
 *
 * A client that died must not keep the threads of a service: a transfer ends BULK_STALLED seconds
 * after data of that client last moved, whichever request it was for, and at the latest after
 * ptlrpc_bulk_timeout; early replies do not prolong that. After one was given up only one thread at
 * a time waits for the client, until data move again or it connects anew.
 *
 * Locks: client: rq_lock; server: svc_bulk.lock > exp_lock. The handlers of events take nothing
 * else.
 */
#define pr_fmt(fmt) "ptlrpc: " fmt
#include <linux/mm.h>
#include <linux/slab.h>
#include "internal.h"

#define BULK_MAX_PIECES	PTLRPC_XID_STEP
#define BULK_STALLED	20	/* seconds */

struct cut {
	unsigned int nfrag;	/* fragments so far */
	unsigned int npiece;
	struct bio_vec *bvec;	/* NULL: only count */
	struct bulk_piece *piece;
	u32 len;		/* of the current piece */
};

/* The next fragment begins a piece. */
static bool ptlrpc_bulk_cut_begins_piece(const struct cut *c)
{
	return c->nfrag % LNET_MAX_IOV == 0 || c->len + 4096 > LNET_MTU;
}

static void ptlrpc_bulk_cut_add(struct cut *c, struct page *page, u32 off, u32 len)
{
	if (ptlrpc_bulk_cut_begins_piece(c)) {
		if (c->piece)
			c->piece[c->npiece] = (struct bulk_piece){ .bp_first = c->nfrag };
		c->npiece++;
		c->len = 0;
	}
	c->len += len;
	if (c->piece) {
		c->piece[c->npiece - 1].bp_nr++;
		c->piece[c->npiece - 1].bp_len += len;
		c->bvec[c->nfrag] =
			(struct bio_vec){ .bv_page = page, .bv_offset = off, .bv_len = len };
	}
	c->nfrag++;
}

/*
 * Cut the pages of a bulk into pieces of at most LNET_MTU, one MD each (chapter 2, 8.3). Fragments
 * longer than 4 KiB that overflow a piece are split at a multiple of 4096.
 */
static void ptlrpc_bulk_cut(struct cut *c, const struct bio_vec *bvec, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		u32 off = bvec[i].bv_offset, len = bvec[i].bv_len;

		while (len) {
			u32 room = ptlrpc_bulk_cut_begins_piece(c) ? LNET_MTU : LNET_MTU - c->len;
			u32 part = len <= room ? len : round_down(room, 4096);

			ptlrpc_bulk_cut_add(c, bvec[i].bv_page + (off >> PAGE_SHIFT),
					    off & ~PAGE_MASK, part);
			off += part;
			len -= part;
		}
	}
}

/* ERR_PTR */
static struct ptlrpc_bulk *ptlrpc_bulk_new(const struct bio_vec *bvec, unsigned int nr)
{
	struct cut count = {}, c = {};
	struct ptlrpc_bulk *bk;
	unsigned int i;

	ptlrpc_bulk_cut(&count, bvec, nr);
	if (!count.npiece || count.npiece > BULK_MAX_PIECES)
		return ERR_PTR(-EINVAL);
	bk = kzalloc(sizeof(*bk), GFP_NOFS);
	if (!bk)
		return ERR_PTR(-ENOMEM);
	bk->bk_bvec = kvmalloc_array(count.nfrag, sizeof(*bk->bk_bvec), GFP_NOFS);
	bk->bk_piece = kcalloc(count.npiece, sizeof(*bk->bk_piece), GFP_NOFS);
	if (!bk->bk_bvec || !bk->bk_piece) {
		ptlrpc_bulk_free(bk);
		return ERR_PTR(-ENOMEM);
	}
	c.bvec = bk->bk_bvec;
	c.piece = bk->bk_piece;
	ptlrpc_bulk_cut(&c, bvec, nr);
	bk->bk_nr = c.npiece;
	for (i = 0; i < bk->bk_nr; i++)
		bk->bk_piece[i].bp_bulk = bk;
	return bk;
}

void ptlrpc_bulk_free(struct ptlrpc_bulk *bk)
{
	if (!bk)
		return;
	kvfree(bk->bk_bvec);
	kfree(bk->bk_piece);
	kfree(bk);
}

static void ptlrpc_piece_desc(struct bulk_piece *bp, struct lnet_md_desc *desc, unsigned int nr,
			      u32 len)
{
	desc->bvec = nr ? bp->bp_bulk->bk_bvec + bp->bp_first : NULL;
	desc->nr_bvec = nr;
	desc->length = len;
	desc->user = bp;
	desc->mdp = &bp->bp_md;
}

/* Under the lock of the owner. */
static void ptlrpc_unlink_pieces(struct ptlrpc_bulk *bk)
{
	unsigned int i;

	for (i = 0; i < bk->bk_nr; i++)
		if (bk->bk_piece[i].bp_md)
			lnet_md_unlink(bk->bk_piece[i].bp_md);
}

/**
 * ptlrpc_bvec_vmalloc - the pages of a vmalloc() buffer as fragments of a bulk
 * @buf: the buffer
 * @nr: its pages
 *
 * Return: to be freed with kfree(); NULL: no memory.
 */
struct bio_vec *ptlrpc_bvec_vmalloc(const void *buf, unsigned int nr)
{
	struct bio_vec *bv = kcalloc(nr, sizeof(*bv), GFP_KERNEL);
	unsigned int i;

	for (i = 0; bv && i < nr; i++) {
		bv[i].bv_page = vmalloc_to_page(buf + i * PAGE_SIZE);
		bv[i].bv_len = PAGE_SIZE;
	}
	return bv;
}
EXPORT_SYMBOL_GPL(ptlrpc_bvec_vmalloc);

/* ---- client ---- */

/**
 * ptlrpc_req_bulk - attach bulk memory to a request
 * @req: packed or not, not sent
 * @server_reads: true: a write, the server GETs the data
 * @portal: where the server will look for it
 * @bvec: the fragments
 * @nr: how many
 * @max_md: pieces announced in the request, 0 = do not care
 *
 * Return: 0, -ENOMEM, -EINVAL.
 */
int ptlrpc_req_bulk(struct ptlrpc_request *req, bool server_reads, u32 portal, struct bio_vec *bvec,
		    unsigned int nr, u32 max_md)
{
	struct ptlrpc_bulk *bk = ptlrpc_bulk_new(bvec, nr);

	if (IS_ERR(bk))
		return PTR_ERR(bk);
	if (max_md && bk->bk_nr > max_md) {
		ptlrpc_bulk_free(bk);
		return -EINVAL;
	}
	bk->bk_get = server_reads;
	bk->bk_portal = portal;
	bk->bk_owner = req;
	ptlrpc_bulk_free(req->rq_bulk);
	req->rq_bulk = bk;
	return 0;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_bulk);

static void ptlrpc_bulk_event(const struct lnet_event *ev)
{
	struct bulk_piece *bp = ev->user;
	struct ptlrpc_bulk *bk = bp->bp_bulk;
	struct ptlrpc_request *req = bk->bk_owner;

	spin_lock(&req->rq_lock);
	if (ev->type == LNET_EVENT_PUT || ev->type == LNET_EVENT_GET) {
		if (ev->status)
			bk->bk_err = ev->status;
		else
			bk->bk_moved += ev->mlength;
		bk->bk_todo--;
	}
	if (ev->unlinked) {
		bp->bp_md = NULL;
		req->rq_mds--;
		ptlrpc_kick(req);
	}
	spin_unlock(&req->rq_lock);
}

int ptlrpc_bulk_post(struct ptlrpc_request *req, const struct lnet_nid *nid, u64 first)
{
	struct ptlrpc_bulk *bk = req->rq_bulk;
	struct lnet_process_id from = { .nid = *nid, .pid = LNET_PID_ANY };
	unsigned int i;

	spin_lock(&req->rq_lock);
	bk->bk_todo = bk->bk_nr;
	bk->bk_moved = 0;
	bk->bk_err = 0;
	spin_unlock(&req->rq_lock);
	for (i = 0; i < bk->bk_nr; i++) {
		struct bulk_piece *bp = &bk->bk_piece[i];
		struct lnet_md_desc desc = {
			.threshold = 1,
			.options = bk->bk_get ? LNET_MD_OP_GET : LNET_MD_OP_PUT,
			.handler = ptlrpc_bulk_event,
		};
		struct lnet_md *md;

		ptlrpc_piece_desc(bp, &desc, bp->bp_nr, bp->bp_len);
		spin_lock(&req->rq_lock);
		req->rq_mds++;
		spin_unlock(&req->rq_lock);
		md = lnet_md_attach(bk->bk_portal, &from, first + i, 0, &desc, true);
		if (IS_ERR(md)) {
			spin_lock(&req->rq_lock);
			bp->bp_md = NULL;
			req->rq_mds--;
			spin_unlock(&req->rq_lock);
			return PTR_ERR(md);
		}
	}
	return 0;
}

static atomic_long_t kept_pages;	/* of all imports */

/**
 * ptlrpc_kept_pages - pages that kept requests with rq_keep_data hold, of all imports
 */
unsigned long ptlrpc_kept_pages(void)
{
	return atomic_long_read(&kept_pages);
}
EXPORT_SYMBOL_GPL(ptlrpc_kept_pages);

/**
 * ptlrpc_req_bvec - the bulk memory of a request
 * @req: request
 * @nr: out: fragments
 *
 * Return: fragments, as they are cut into pieces; NULL: it has none.
 */
const struct bio_vec *ptlrpc_req_bvec(const struct ptlrpc_request *req, unsigned int *nr)
{
	const struct ptlrpc_bulk *bk = req->rq_bulk;
	unsigned int i;

	*nr = 0;
	if (!bk)
		return NULL;
	for (i = 0; i < bk->bk_nr; i++)
		*nr += bk->bk_piece[i].bp_nr;
	return bk->bk_bvec;
}
EXPORT_SYMBOL_GPL(ptlrpc_req_bvec);

/**
 * ptlrpc_req_hold_data - the data of a request may have to be sent again after it has ended
 * @req: request, perhaps with bulk memory, whose pages its owner still holds
 *
 * Takes references of the pages; they, and the message, which may hold data itself, are counted.
 */
void ptlrpc_req_hold_data(struct ptlrpc_request *req)
{
	struct ptlrpc_bulk *bk = req->rq_bulk;
	unsigned int i, n;

	if (req->rq_held)
		return;
	ptlrpc_req_bvec(req, &n);
	for (i = 0; i < n; i++)
		get_page(bk->bk_bvec[i].bv_page);
	if (bk)
		bk->bk_held = true;
	req->rq_held = n + DIV_ROUND_UP(req->rq_msg_len, PAGE_SIZE);
	atomic_long_add(req->rq_held, &req->rq_imp->imp_kept_pages);
	atomic_long_add(req->rq_held, &kept_pages);
}

/**
 * ptlrpc_req_drop_data - the bulk of a request is not needed any more
 * @req: request; LNet does not know the memory
 */
void ptlrpc_req_drop_data(struct ptlrpc_request *req)
{
	struct ptlrpc_bulk *bk = req->rq_bulk;
	unsigned int i, n;

	if (bk && bk->bk_held) {
		ptlrpc_req_bvec(req, &n);
		for (i = 0; i < n; i++)
			put_page(bk->bk_bvec[i].bv_page);
	}
	atomic_long_sub(req->rq_held, &req->rq_imp->imp_kept_pages);
	atomic_long_sub(req->rq_held, &kept_pages);
	req->rq_held = 0;
	ptlrpc_bulk_free(bk);
	req->rq_bulk = NULL;
}

void ptlrpc_bulk_unlink(struct ptlrpc_request *req)
{
	if (req->rq_bulk)
		ptlrpc_unlink_pieces(req->rq_bulk);
}

/* ---- server ---- */

struct svc_bulk {
	struct obd_export	*exp;	/* of the request, may be NULL */
	spinlock_t		lock;	/* all below */
	wait_queue_head_t	waitq;
	struct ptlrpc_bulk	*bk;
	unsigned int		live;	/* descriptors not unlinked */
	unsigned int		acked;
	u64			mbits;	/* bulk_mbits when the transfer began */
	u32			moved;
	int			err;
};

/* The client is alive. */
static void svc_bulk_moved(struct obd_export *exp)
{
	if (!exp)
		return;
	spin_lock(&exp->exp_lock);
	exp->exp_bulk_moved = ktime_get_seconds();
	exp->exp_bulk_stalled = false;
	spin_unlock(&exp->exp_lock);
}

static void svc_bulk_event(const struct lnet_event *ev)
{
	struct bulk_piece *bp = ev->user;
	struct svc_bulk *sb = bp->bp_bulk->bk_owner;

	spin_lock(&sb->lock);
	if (!ev->status && (ev->type == LNET_EVENT_ACK || ev->type == LNET_EVENT_REPLY))
		svc_bulk_moved(sb->exp);
	if (ev->status) {
		sb->err = ev->status;
	} else if (ev->type == LNET_EVENT_ACK || ev->type == LNET_EVENT_REPLY) {
		sb->acked++;
		sb->moved += ev->mlength;
	}
	if (ev->unlinked) {
		bp->bp_md = NULL;
		sb->live--;
	}
	/* The waiter frees sb as soon as it sees live == 0: wake it inside of the lock. */
	if (!sb->live || sb->err)
		wake_up(&sb->waitq);
	spin_unlock(&sb->lock);
}

/* First match bits and number of pieces that the client expects. */
static int svc_bulk_bits(const struct svc_req *req, u64 mbits, u32 max_md, u64 *first, u32 *n)
{
	u64 last = req->sr_xid;

	if (req->sr_exp && exp_connect_flags(req->sr_exp) & OBD_CONNECT_BULK_MBITS)
		last = mbits;
	if (!max_md || max_md > BULK_MAX_PIECES || !is_power_of_2(max_md))
		return -EPROTO;
	*first = last & ~(u64)(max_md - 1);
	*n = last - *first + 1;
	return 0;
}

static int svc_piece_start(struct svc_req *req, struct svc_bulk *sb, struct bulk_piece *bp,
			   bool get, u32 portal, u64 bits, u32 len)
{
	struct lnet_md_desc desc = { .threshold = 2, .handler = svc_bulk_event };
	struct lnet_md *md;
	unsigned int nr = 0;
	u32 have = 0;
	int rc;

	while (have < len && nr < bp->bp_nr)
		have += sb->bk->bk_bvec[bp->bp_first + nr++].bv_len;
	ptlrpc_piece_desc(bp, &desc, nr, len);
	spin_lock(&sb->lock);
	sb->live++;
	spin_unlock(&sb->lock);
	md = lnet_md_bind(&desc);
	if (IS_ERR(md)) {
		spin_lock(&sb->lock);
		bp->bp_md = NULL;
		sb->live--;
		spin_unlock(&sb->lock);
		return PTR_ERR(md);
	}
	if (get)
		rc = lnet_get(&req->sr_self, md, &req->sr_peer, portal, bits,
			      0);
	else
		rc = lnet_put(&req->sr_self, md, true, &req->sr_peer, portal,
			      bits, 0);
	if (rc)
		lnet_md_unlink(md);	/* it has seen no operation: the pointer is alive */
	return rc;
}

static bool svc_bulk_settled(struct svc_bulk *sb)
{
	bool settled;

	spin_lock(&sb->lock);
	settled = !sb->live || sb->err;
	spin_unlock(&sb->lock);
	return settled;
}

static bool svc_bulk_gone(struct svc_bulk *sb)
{
	bool gone;

	spin_lock(&sb->lock);
	gone = !sb->live;
	spin_unlock(&sb->lock);
	return gone;
}

/* One more thread is about to wait for the client; false: not for one that does not react. */
static bool svc_bulk_enter(struct obd_export *exp)
{
	bool ok = true;

	if (!exp)
		return true;
	spin_lock(&exp->exp_lock);
	if (!exp->exp_bulk_waiters)
		exp->exp_bulk_moved = ktime_get_seconds();
	else if (exp->exp_bulk_stalled)
		ok = false;
	if (ok)
		exp->exp_bulk_waiters++;
	spin_unlock(&exp->exp_lock);
	return ok;
}

static void svc_bulk_leave(struct obd_export *exp)
{
	if (!exp)
		return;
	spin_lock(&exp->exp_lock);
	exp->exp_bulk_waiters--;
	spin_unlock(&exp->exp_lock);
}

/* Is it time to give up on the client? */
static bool svc_bulk_expired(struct obd_export *exp, time64_t end)
{
	time64_t now = ktime_get_seconds();
	bool expired = now >= end;

	if (!exp)
		return expired;
	spin_lock(&exp->exp_lock);
	if (now - exp->exp_bulk_moved >= BULK_STALLED) {
		exp->exp_bulk_stalled = true;
		expired = true;
	}
	if (exp->exp_bulk_stalled && exp->exp_bulk_waiters > 1)
		expired = true;
	spin_unlock(&exp->exp_lock);
	return expired;
}

/* @end: when to give up at the latest */
static int svc_bulk_wait(struct svc_req *req, struct svc_bulk *sb, unsigned int want, time64_t end)
{
	int rc = 0;

	while (!wait_event_timeout(sb->waitq, svc_bulk_settled(sb), HZ)) {
		if (req->sr_exp && READ_ONCE(req->sr_exp->exp_failed))
			rc = -ENOTCONN;
		else if (READ_ONCE(req->sr_bulk_mbits) != sb->mbits)
			rc = -EAGAIN;	/* sent again: the client waits for the new match bits */
		else if (svc_bulk_expired(req->sr_exp, end) || svc_req_time_left(req) <= 0)
			rc = -ETIMEDOUT;
		if (rc)
			break;
	}
	if (!svc_bulk_gone(sb)) {
		spin_lock(&sb->lock);
		ptlrpc_unlink_pieces(sb->bk);
		spin_unlock(&sb->lock);
		lnet_fast_fail(&req->sr_peer);
		wait_event(sb->waitq, svc_bulk_gone(sb));
	}
	if (!rc)
		rc = sb->err;
	if (!rc && sb->acked < want)
		rc = -ETIMEDOUT;
	return rc;
}

/*
 * The client may have more pieces than there are data: it gets empty PUTs for the rest.
 * 0 or -ENOMEM.
 */
static int svc_bulk_add_empty(struct ptlrpc_bulk *bk, u32 n)
{
	struct bulk_piece *more;
	u32 i;

	if (bk->bk_nr >= n)
		return 0;
	more = krealloc(bk->bk_piece, n * sizeof(*more), GFP_NOFS);
	if (!more)
		return -ENOMEM;
	memset(more + bk->bk_nr, 0, (n - bk->bk_nr) * sizeof(*more));
	bk->bk_piece = more;
	for (i = bk->bk_nr; i < n; i++)
		more[i].bp_bulk = bk;
	bk->bk_nr = n;
	return 0;
}

static int svc_bulk_once(struct svc_req *req, u64 mbits, bool get, u32 portal,
			 struct bio_vec *bvec, unsigned int nr, u32 bytes, u32 max_md,
			 time64_t end)
{
	struct svc_bulk sb = { .exp = req->sr_exp, .mbits = mbits };
	char nid[LNET_NIDSTR_SIZE];
	struct ptlrpc_bulk *bk;
	u32 n, i, left = bytes;
	u64 first;
	int rc;

	rc = svc_bulk_bits(req, mbits, max_md, &first, &n);
	if (rc)
		return rc;
	bk = ptlrpc_bulk_new(bvec, nr);
	if (IS_ERR(bk))
		return PTR_ERR(bk);
	if (bk->bk_nr > n) {
		pr_warn_ratelimited("%s: client %s offers %u pieces for a bulk of %u: rc = %d\n",
				    ptlrpc_opc_name(req->sr_opc),
				    lnet_nid_str(&req->sr_peer, nid), n,
				    bk->bk_nr, -EPROTO);
		rc = -EPROTO;
		goto out_free;
	}
	if (svc_bulk_add_empty(bk, n)) {
		rc = -ENOMEM;
		goto out_free;
	}
	spin_lock_init(&sb.lock);
	init_waitqueue_head(&sb.waitq);
	sb.bk = bk;
	bk->bk_owner = &sb;
	for (i = 0; i < n; i++) {
		u32 len = min(left, bk->bk_piece[i].bp_len);

		rc = svc_piece_start(req, &sb, &bk->bk_piece[i], get, portal, first + i, len);
		if (rc)
			break;
		left -= len;
	}
	if (rc) {
		spin_lock(&sb.lock);
		sb.err = rc;
		spin_unlock(&sb.lock);
	}
	rc = svc_bulk_wait(req, &sb, n, end);
	if (!rc && sb.moved != bytes)
		rc = -EIO;
out_free:
	ptlrpc_bulk_free(bk);
	return rc;
}

/* Does the client still wait for this one? After a reconnect it sends it again, or never. */
static bool svc_bulk_wanted(const struct svc_req *req)
{
	struct obd_export *exp = req->sr_exp;

	return !exp || (!READ_ONCE(exp->exp_failed) &&
			READ_ONCE(req->sr_conn_cnt) >= READ_ONCE(exp->exp_conn_cnt));
}

static int svc_bulk(struct svc_req *req, bool get, u32 portal, struct bio_vec *bvec,
		    unsigned int nr, u32 bytes, u32 max_md)
{
	time64_t end = ktime_get_seconds() + ptlrpc_bulk_timeout;
	bool entered = svc_bulk_enter(req->sr_exp);
	char nid[LNET_NIDSTR_SIZE];
	int rc = -ETIMEDOUT;
	u64 mbits;

	/*
	 * A client that sends the request again while it is served waits for another transfer, but
	 * the time for all of them is the same.
	 */
	while (entered) {
		mbits = READ_ONCE(req->sr_bulk_mbits);
		rc = svc_bulk_wanted(req) ?
			svc_bulk_once(req, mbits, get, portal, bvec, nr, bytes, max_md, end) :
			-ENOTCONN;
		if (!rc || READ_ONCE(req->sr_bulk_mbits) == mbits)
			break;
	}
	if (entered)
		svc_bulk_leave(req->sr_exp);
	if (rc) {
		req->sr_no_reply = true;
		pr_warn_ratelimited("%s: bulk of %s x%llu with client %s failed, no reply is sent: rc = %d\n",
				    req->sr_tgt ? req->sr_tgt->pt_uuid : "client",
				    ptlrpc_opc_name(req->sr_opc),
				    req->sr_xid,
				    lnet_nid_str(&req->sr_peer, nid), rc);
	}
	return rc;
}

/**
 * svc_bulk_put - send data to the client that asked for it
 * @req: its request
 * @portal: bulk portal
 * @bvec: fragments, as the client cut them
 * @nr: how many
 * @bytes: how much of them to send; the rest is behind the end of the file
 * @max_md: bound of the number of pieces, from the request
 *
 * Context: sleeps until the client has everything.
 * Return: 0 or -errno; then req->sr_no_reply is set and the client is left to send its request
 * again.
 */
int svc_bulk_put(struct svc_req *req, u32 portal, struct bio_vec *bvec, unsigned int nr, u32 bytes,
		 u32 max_md)
{
	return svc_bulk(req, false, portal, bvec, nr, bytes, max_md);
}
EXPORT_SYMBOL_GPL(svc_bulk_put);

/**
 * svc_bulk_get - fetch data from the client
 * @req: its request
 * @portal: bulk portal
 * @bvec: memory for the data
 * @nr: fragments
 * @bytes: their sum
 * @max_md: bound of the number of pieces, from the request
 *
 * Context, Return: as svc_bulk_put().
 */
int svc_bulk_get(struct svc_req *req, u32 portal, struct bio_vec *bvec, unsigned int nr, u32 bytes,
		 u32 max_md)
{
	return svc_bulk(req, true, portal, bvec, nr, bytes, max_md);
}
EXPORT_SYMBOL_GPL(svc_bulk_get);
