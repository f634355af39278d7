// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bulk reads and writes: one contiguous range of one object per RPC (chapter 5, 6). Pages are added
 * to a ll_brw by its maker (pages.c, dio.c). It is sent at once or waits in the queue of the OSC
 * for one of max_rpcs_in_flight slots; after an error that may be temporary it keeps its slot and
 * waits among those that are sent again later. It ends in ->done().
 *
 * Locks: ll_osc.oc_lock (slots, queue), ll_brw.lb_kill_lock; none is held while something is sent.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/crc32c.h>
#include <linux/highmem.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/zutil.h>
#include "data.h"
#include <trace/events/lustre.h>

#define LL_BRW_TRIES 10
#define LL_BRW_KEPT_PART 8	/* of the memory: pages held until an OST has committed them */

static unsigned int brw_delay_max = 5; /* longest time between two of them, seconds */
module_param(brw_delay_max, uint, 0644);

/**
 * ll_brw_new - a bulk RPC without pages
 * @inode: the file; its pages in the RPC, or the caller, keep it
 * @obj: the object
 * @write: or read
 * @off: where it begins, in the object
 * @pages: that are wanted; there is room for at most those of one RPC of the OST
 *
 * Return: NULL without memory.
 */
struct ll_brw *ll_brw_new(struct inode *inode, struct ll_object *obj, bool write, u64 off,
			  unsigned int pages)
{
	struct ll_brw *brw = kzalloc(sizeof(*brw), GFP_NOFS);

	if (!brw)
		return NULL;
	brw->lb_max = min(pages, READ_ONCE(obj->lob_osc->oc_brw_size) >> PAGE_SHIFT);
	brw->lb_bv = kvmalloc_array(brw->lb_max, sizeof(*brw->lb_bv), GFP_NOFS);
	if (!brw->lb_bv) {
		kfree(brw);
		return NULL;
	}
	INIT_LIST_HEAD(&brw->lb_link);
	INIT_LIST_HEAD(&brw->lb_queue);
	spin_lock_init(&brw->lb_kill_lock);
	brw->lb_inode = inode;
	brw->lb_obj = obj;
	ll_object_get(obj);
	brw->lb_write = write;
	brw->lb_off = off;
	brw->lb_generation = READ_ONCE(obj->lob_osc->oc_imp->imp_generation);
	return brw;
}

/**
 * ll_brw_free - free a bulk RPC that is over, or was never sent
 * @brw: the RPC
 */
void ll_brw_free(struct ll_brw *brw)
{
	if (brw->lb_lock)
		ldlm_lock_decref(brw->lb_lock, brw->lb_lock->l_granted_mode);
	ll_object_put(brw->lb_obj);
	kvfree(brw->lb_bv);
	kfree(brw);
}

/**
 * ll_brw_full - is there no room for another page?
 * @brw: the RPC
 */
bool ll_brw_full(const struct ll_brw *brw)
{
	return brw->lb_nr == brw->lb_max;
}

/**
 * ll_brw_add - append bytes of a page
 * @brw: the RPC, with room
 * @page: the page
 * @off: first byte in it
 * @len: bytes, which follow those of the page before
 */
void ll_brw_add(struct ll_brw *brw, struct page *page, unsigned int off, unsigned int len)
{
	struct bio_vec *bv = &brw->lb_bv[brw->lb_nr++];

	bv->bv_page = page;
	bv->bv_offset = off;
	bv->bv_len = len;
	brw->lb_len += len;
}

/* Short I/O: the first len bytes of the pages into a message, or from one. */
static void ll_brw_copy(struct ll_brw *brw, void *msg, u32 len, bool to_msg)
{
	unsigned int i;
	u32 n;

	for (i = 0; i < brw->lb_nr && len; i++, msg += n, len -= n) {
		struct bio_vec *bv = &brw->lb_bv[i];

		n = min(len, bv->bv_len);
		if (to_msg)
			memcpy_from_page(msg, bv->bv_page, bv->bv_offset, n);
		else
			memcpy_to_page(bv->bv_page, bv->bv_offset, msg, n);
	}
}

/* Checksum of the first len bytes (chapter 5, 7). */
static u32 ll_bvec_cksum(const struct bio_vec *bv, unsigned int nr, u32 type, u32 len)
{
	u32 sum = type == OBD_CKSUM_CRC32C ? ~0U : 1;

	for (; nr && len; bv++, nr--) {
		u32 n = min(len, bv->bv_len);
		void *p = kmap_local_page(bv->bv_page);

		if (type == OBD_CKSUM_CRC32C)
			sum = crc32c(sum, p + bv->bv_offset, n);
		else
			sum = zlib_adler32(sum, p + bv->bv_offset, n);
		kunmap_local(p);
		len -= n;
	}
	return type == OBD_CKSUM_CRC32C ? ~sum : sum;
}

static u32 ll_brw_cksum(struct ll_brw *brw, u32 type, u32 len)
{
	return ll_bvec_cksum(brw->lb_bv, brw->lb_nr, type, len);
}

/*
 * A write is sent again to an OST that lost it. Its pages may have been changed since: what they
 * hold now is at least as new, and follows with a later write, or a truncation does. So the
 * checksum is that of now.
 */
static void ll_brw_replay_prep(struct ptlrpc_request *req, struct ptlrpc_request *replay)
{
	struct ost_body *body = ptlrpc_req_buf(replay, WF_OST_BODY);
	const struct bio_vec *bv;
	unsigned int nr;
	u32 type;

	bv = ptlrpc_req_bvec(replay, &nr);
	if (!body || !bv || !(le64_to_cpu(body->oa.o_valid) & OBD_MD_FLCKSUM))
		return;
	type = le32_to_cpu(body->oa.o_flags) & OBD_FL_CKSUM_CRC32C ? OBD_CKSUM_CRC32C :
								      OBD_CKSUM_ADLER;
	body->oa.o_cksum = cpu_to_le32(ll_bvec_cksum(bv, nr, type, U32_MAX));
}

static void ll_brw_slot_put(struct ll_brw *brw);

static void ll_brw_end(struct ll_brw *brw, int rc)
{
	struct ll_osc *osc = brw->lb_obj->lob_osc;

	brw->lb_rc = rc;
	ll_brw_slot_put(brw);
	if (brw->lb_write && brw->lb_grant) {
		/* consumed by the write, or gone with it */
		spin_lock(&osc->oc_lock);
		osc->oc_dirty -= min_t(u64, osc->oc_dirty, (u64)brw->lb_nr << PAGE_SHIFT);
		if (rc)
			osc->oc_lost += (u64)brw->lb_nr << PAGE_SHIFT;
		spin_unlock(&osc->oc_lock);
		wake_up_all(&osc->oc_waitq);
	}
	brw->lb_done(brw);
}

/**
 * ll_brw_abort - end a bulk RPC soon, with -EINTR
 * @brw: the RPC; ->done() was not called yet
 *
 * Context: any.
 */
void ll_brw_abort(struct ll_brw *brw)
{
	spin_lock(&brw->lb_kill_lock);
	brw->lb_killed = true;
	if (brw->lb_req)
		ptlrpc_req_abort(brw->lb_req, -EINTR);
	spin_unlock(&brw->lb_kill_lock);
	/* If it is queued it ends from there. */
	ll_brw_send_queued(brw->lb_obj->lob_osc);
}

/* Remember the request in flight, for ll_brw_abort(). False: the I/O was aborted already. */
static bool ll_brw_set_req(struct ll_brw *brw, struct ptlrpc_request *req)
{
	bool ok;

	spin_lock(&brw->lb_kill_lock);
	brw->lb_req = req;
	ok = !brw->lb_killed;
	spin_unlock(&brw->lb_kill_lock);
	return ok;
}

static int ll_brw_check_write(struct ll_brw *brw, struct ptlrpc_request *req, int rc)
{
	struct ost_body *body = ptlrpc_rep_buf(req, WF_OST_BODY);
	__le32 *rcs = ptlrpc_rep_buf(req, WF_RCS);
	u64 valid;

	if (body)
		ll_osc_reply_grant(brw->lb_obj->lob_osc, &body->oa);
	if (rc < 0)
		return rc;
	if (rc > 0 || !body || !rcs || ptlrpc_rep_len(req, WF_RCS) < sizeof(*rcs))
		return -EPROTO;
	rc = (s32)le32_to_cpu(*rcs);
	if (rc)
		return rc < 0 ? rc : -EPROTO;
	valid = le64_to_cpu(body->oa.o_valid);
	if (brw->lb_cksum && (valid & OBD_MD_FLCKSUM) &&
	    le32_to_cpu(body->oa.o_cksum) != brw->lb_cksum) {
		pr_warn_ratelimited("%s: BAD WRITE CHECKSUM: sent %#x, server has %#x, object " DFID
				    " at %llu\n",
				    brw->lb_obj->lob_osc->oc_name, brw->lb_cksum,
				    le32_to_cpu(body->oa.o_cksum),
				    PFID(&brw->lb_obj->lob_fid), brw->lb_off);
		return -EAGAIN;
	}
	brw->lb_bytes = brw->lb_len;
	if (valid & OBD_MD_FLBLOCKS) {
		spin_lock(&ll_i(brw->lb_inode)->lli_data->lid_lock);
		brw->lb_obj->lob_blocks = le64_to_cpu(body->oa.o_blocks);
		spin_unlock(&ll_i(brw->lb_inode)->lli_data->lid_lock);
	}
	return 0;
}

/* Is the checksum of a reply that of the first @len bytes? Also when its type is not known. */
static bool ll_brw_read_intact(struct ll_brw *brw, const struct ost_body *body, u32 len)
{
	u32 want = le32_to_cpu(body->oa.o_cksum), got;

	switch (le32_to_cpu(body->oa.o_flags) & OBD_FL_CKSUM_ALL) {
	case OBD_FL_CKSUM_CRC32C:
		got = ll_brw_cksum(brw, OBD_CKSUM_CRC32C, len);
		break;
	case OBD_FL_CKSUM_ADLER:
		got = ll_brw_cksum(brw, OBD_CKSUM_ADLER, len);
		break;
	default:
		return true;
	}
	if (got != want)
		pr_warn_ratelimited("%s: BAD READ CHECKSUM: server has %#x, got %#x, object " DFID
				    " at %llu\n", brw->lb_obj->lob_osc->oc_name, want, got,
				    PFID(&brw->lb_obj->lob_fid), brw->lb_off);
	return got == want;
}

static int ll_brw_check_read(struct ll_brw *brw, struct ptlrpc_request *req, int rc)
{
	struct ost_body *body = ptlrpc_rep_buf(req, WF_OST_BODY);

	if (body)
		ll_osc_reply_grant(brw->lb_obj->lob_osc, &body->oa);
	if (rc < 0)
		return rc;
	if (!body || rc > brw->lb_len ||
	    rc != (brw->lb_short_io ? ptlrpc_rep_len(req, WF_SHORT_IO) : req->bulk_bytes))
		return -EPROTO;
	if (brw->lb_short_io)
		ll_brw_copy(brw, ptlrpc_rep_buf(req, WF_SHORT_IO), rc, false);
	if (le64_to_cpu(body->oa.o_valid) & OBD_MD_FLCKSUM && !ll_brw_read_intact(brw, body, rc))
		return -EAGAIN;
	brw->lb_bytes = rc;
	return 0;
}

/*
 * The OST replied to a write, so it may have executed it: fsync must send OST_SYNC, and must fail
 * if the OST loses the write before it is committed.
 */
static void ll_brw_written(struct ll_brw *brw, struct ptlrpc_request *req)
{
	struct ll_inode_data *d = ll_i(brw->lb_inode)->lli_data;

	spin_lock(&d->lid_lock);
	brw->lb_obj->lob_changes++;
	spin_unlock(&d->lid_lock);
	ll_object_watch_commit(brw->lb_obj, req);
}

/* Can the I/O only fail: killed, the OST is given up, or it is without its lock? */
static bool ll_brw_is_lost(const struct ll_brw *brw)
{
	const struct ll_osc *osc = brw->lb_obj->lob_osc;

	return READ_ONCE(brw->lb_killed) || !ll_osc_usable(osc) ||
	       READ_ONCE(osc->oc_imp->imp_invalid) ||
	       (!brw->lb_direct && brw->lb_generation != READ_ONCE(osc->oc_imp->imp_generation));
}

/*
 * Is the error temporary (chapter 5, 6.8)? An OST that is busy may be so for as long as it likes; a
 * read error of the disk is none.
 */
static bool ll_brw_may_retry(const struct ll_brw *brw, int rc, bool got_reply)
{
	if (ll_brw_is_lost(brw))
		return false;
	if (rc == -EINPROGRESS)
		return true;
	if (brw->lb_tries + 1 >= LL_BRW_TRIES)
		return false;
	if (rc == -EIO || rc == -EROFS)
		return brw->lb_write && got_reply;
	return rc == -EAGAIN || rc == -ENOMEM;
}

/* Send it again after a while. */
static void ll_brw_retry_later(struct ll_brw *brw, bool busy)
{
	struct ll_osc *osc = brw->lb_obj->lob_osc;

	if (busy)
		brw->lb_busy++;
	else
		brw->lb_tries++;
	brw->lb_not_before = jiffies +
			     min(brw->lb_busy + brw->lb_tries, READ_ONCE(brw_delay_max)) * HZ;
	spin_lock(&osc->oc_lock);
	list_add_tail(&brw->lb_queue, &osc->oc_again);
	spin_unlock(&osc->oc_lock);
	ll_brw_send_queued(osc);
}

static void ll_brw_done(struct ptlrpc_request *req)
{
	struct ll_brw *brw = req->done_data;
	bool got_reply = req->rq_got_reply;
	int rc = req->rq_status;

	if (!got_reply && rc >= 0)
		rc = -EIO;
	ll_osc_count_latency(brw->lb_obj->lob_osc, brw->lb_write, brw->lb_len,
			     ktime_us_delta(ktime_get(), brw->lb_sent));
	ll_brw_set_req(brw, NULL);
	if (brw->lb_write && got_reply)
		ll_brw_written(brw, req);
	rc = brw->lb_write ? ll_brw_check_write(brw, req, rc) : ll_brw_check_read(brw, req, rc);
	ptlrpc_req_put(req);
	if (ll_brw_may_retry(brw, rc, got_reply)) {
		ll_brw_retry_later(brw, rc == -EINPROGRESS);
		return;
	}
	if (rc == -EAGAIN || rc == -EINPROGRESS)
		rc = -EIO;
	trace_lustre_brw_done(brw, rc);
	ll_brw_end(brw, rc);
}

/*
 * The pages of a write that the OST need not commit before its reply are held until it has. When
 * they become too many the OST is asked to commit soon, or at once, which covers all before, too.
 */
static u32 ll_brw_commit_flags(void)
{
	unsigned long kept = ptlrpc_kept_pages(), max = totalram_pages() / LL_BRW_KEPT_PART;

	if (kept >= max)
		return OBD_BRW_SYNC;
	return kept >= max / 2 ? OBD_BRW_ASYNC | OBD_BRW_SOFT_SYNC : OBD_BRW_ASYNC;
}

/* rnb_flags (chapter 5, 2.6) */
static u32 ll_brw_niobuf_flags(const struct ll_brw *brw)
{
	u32 flags;

	if (brw->lb_direct)
		flags = (brw->lb_write ? OBD_BRW_WRITE : OBD_BRW_READ) | OBD_BRW_SYNC |
			OBD_BRW_NOCACHE | OBD_BRW_SRVLOCK;
	else if (!brw->lb_write)
		flags = OBD_BRW_READ | OBD_BRW_SYNC;
	else if (brw->lb_grant)
		flags = OBD_BRW_FROM_GRANT | ll_brw_commit_flags();
	else
		flags = OBD_BRW_WRITE | OBD_BRW_SYNC;
	return brw->lb_sys ? flags | OBD_BRW_SYS_RESOURCE : flags;
}

/* The times of a write. ll_object has those of a direct write only after its end. */
static void ll_brw_times(const struct ll_brw *brw, struct obdo *oa)
{
	s64 mtime, ctime;

	spin_lock(&ll_i(brw->lb_inode)->lli_data->lid_lock);
	mtime = brw->lb_obj->lob_mtime;
	ctime = brw->lb_obj->lob_ctime;
	spin_unlock(&ll_i(brw->lb_inode)->lli_data->lid_lock);
	if (brw->lb_direct) {
		mtime = max_t(s64, mtime, brw->lb_inode->i_mtime.tv_sec);
		ctime = max_t(s64, ctime, brw->lb_inode->i_ctime.tv_sec);
	}
	oa->o_mtime = cpu_to_le64(mtime);
	oa->o_ctime = cpu_to_le64(ctime);
	oa->o_valid |= cpu_to_le64(OBD_MD_FLMTIME | OBD_MD_FLCTIME | OBD_MD_FLPROJID);
}

static void ll_brw_pack_obdo(struct ll_brw *brw, struct obdo *oa)
{
	u64 valid = OBD_MD_FLFLAGS | OBD_MD_FLTYPE | OBD_MD_FLUID | OBD_MD_FLGID, cookie;
	u32 flags = brw->lb_tries || brw->lb_busy ? OBD_FL_RECOV_RESEND : 0;
	u32 cksum = brw->lb_obj->lob_osc->oc_cksum;

	ll_object_obdo(brw->lb_obj, brw->lb_inode, oa);
	ll_osc_obdo_grant(brw->lb_obj->lob_osc, oa);
	oa->o_uid = cpu_to_le32(i_uid_read(brw->lb_inode));
	oa->o_gid = cpu_to_le32(i_gid_read(brw->lb_inode));
	if (brw->lb_write) {
		ll_object_obdo_version(brw->lb_obj, oa);
		ll_brw_times(brw, oa);
	}
	if (!brw->lb_direct) {
		/* An OST that wants this lock back gives it more time (chapter 5, 6.10). */
		cookie = ll_object_handle(brw->lb_obj, brw->lb_off,
					  brw->lb_off + brw->lb_len - 1, brw->lb_write);
		if (cookie) {
			oa->o_handle.cookie = cookie;
			valid |= OBD_MD_FLHANDLE;
		}
	}
	brw->lb_cksum = 0;
	if (cksum) {
		valid |= OBD_MD_FLCKSUM;
		flags |= cksum == OBD_CKSUM_CRC32C ? OBD_FL_CKSUM_CRC32C : OBD_FL_CKSUM_ADLER;
		if (brw->lb_write) {
			brw->lb_cksum = ll_brw_cksum(brw, cksum, brw->lb_len);
			oa->o_cksum = cpu_to_le32(brw->lb_cksum);
		}
	}
	if (brw->lb_short_io)
		flags |= OBD_FL_SHORT_IO;
	oa->o_valid |= cpu_to_le64(valid);
	oa->o_flags = cpu_to_le32(flags);
}

static int ll_brw_pack(struct ll_brw *brw, struct ptlrpc_request *req)
{
	struct ll_osc *osc = brw->lb_obj->lob_osc;
	/* brw_size may have become less since the request was made */
	u32 n_md = max_t(u32, READ_ONCE(osc->oc_brw_size) >> 20,
			 DIV_ROUND_UP(brw->lb_len, 1U << 20));
	struct niobuf_remote *nb;
	struct obd_ioobj *ioo;
	struct ost_body *body;
	int rc;

	ptlrpc_req_size(req, WF_OBD_IOOBJ, sizeof(*ioo));
	ptlrpc_req_size(req, WF_NIOBUF, sizeof(*nb));
	brw->lb_short_io = imp_connect_flags(osc->oc_imp) & OBD_CONNECT_SHORTIO &&
			brw->lb_len <= READ_ONCE(osc->oc_short_io_max);
	if (brw->lb_write)
		ptlrpc_rep_room(req, WF_RCS, sizeof(__le32));
	if (brw->lb_short_io) {
		n_md = 1U << 16; /* "no piece" */
		if (brw->lb_write)
			ptlrpc_req_size(req, WF_SHORT_IO, brw->lb_len);
		else
			ptlrpc_rep_room(req, WF_SHORT_IO, brw->lb_len);
	}
	rc = ptlrpc_req_pack(req);
	if (rc)
		return rc;
	body = ptlrpc_req_buf(req, WF_OST_BODY);
	ioo = ptlrpc_req_buf(req, WF_OBD_IOOBJ);
	nb = ptlrpc_req_buf(req, WF_NIOBUF);
	if (!body || !ioo || !nb)
		return -EPROTO;
	ll_brw_pack_obdo(brw, &body->oa);
	ioo->ioo_oid = body->oa.o_oi;
	ioobj_max_brw_set(ioo, n_md);
	ioo->ioo_bufcnt = cpu_to_le32(1);
	nb->rnb_offset = cpu_to_le64(brw->lb_off);
	nb->rnb_len = cpu_to_le32(brw->lb_len);
	nb->rnb_flags = cpu_to_le32(ll_brw_niobuf_flags(brw));
	if (!brw->lb_short_io)
		return ptlrpc_req_bulk(req, brw->lb_write, OST_BULK_PORTAL, brw->lb_bv, brw->lb_nr,
				       n_md);
	if (brw->lb_write)
		ll_brw_copy(brw, ptlrpc_req_buf(req, WF_SHORT_IO), brw->lb_len, true);
	return 0;
}

static void ll_brw_transmit(struct ll_brw *brw)
{
	struct ll_osc *osc = brw->lb_obj->lob_osc;
	struct ptlrpc_request *req = NULL;
	int rc = READ_ONCE(brw->lb_killed) ? -EINTR : -EIO;

	if (rc == -EIO && ll_osc_usable(osc)) {
		req = ptlrpc_req_new(osc->oc_imp, brw->lb_write ? OST_WRITE : OST_READ,
				     brw->lb_write ? &wf_ost_brw_write : &wf_ost_brw_read);
		rc = req ? ll_brw_pack(brw, req) : -ENOMEM;
	}
	brw->lb_sent = ktime_get();
	lu_hist_add(osc->oc_rpc_hist, LL_RPC_PAGES, brw->lb_write, brw->lb_nr);
	lu_hist_add(osc->oc_rpc_hist, LL_RPC_IN_FLIGHT, brw->lb_write,
		    READ_ONCE(osc->oc_lane[brw->lb_direct].in_flight));
	lu_hist_add(osc->oc_rpc_hist, LL_RPC_OFFSET, brw->lb_write, brw->lb_off >> PAGE_SHIFT);
	if (!rc) {
		/* Sent after an eviction it would be without its lock. */
		if (!brw->lb_direct)
			req->rq_generation = brw->lb_generation;
		/* The memory of direct I/O is the application's again; the OST has committed it. */
		req->rq_keep_data = brw->lb_write && !brw->lb_direct;
		req->rq_no_replay = brw->lb_direct && !brw->lb_short_io;
		req->rq_replay_prep = ll_brw_replay_prep;
		req->done = ll_brw_done;
		req->done_data = brw;
		rc = ll_brw_set_req(brw, req) ? ptlrpc_send_async(req) : -EINTR;
	}
	if (!rc)
		return;
	ll_brw_set_req(brw, NULL);
	ptlrpc_req_put(req);
	/* Of a killed task vmalloc() fails, too: brw_wq tries again. */
	if (rc == -ENOMEM && ll_brw_may_retry(brw, rc, false))
		ll_brw_retry_later(brw, false);
	else
		ll_brw_end(brw, rc);
}

/* ---- slots and queue ---- */

static struct workqueue_struct *brw_wq;

int ll_brw_init(void)
{
	brw_wq = alloc_workqueue("ll_brw", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return brw_wq ? 0 : -ENOMEM;
}

void ll_brw_exit(void)
{
	destroy_workqueue(brw_wq);
}

/**
 * ll_brw_send_queued - send what waits for a slot or a time, or end it
 * @osc: the OSC: there may be more slots, or the OST is given up
 *
 * Context: any. The work is done in the background.
 */
void ll_brw_send_queued(struct ll_osc *osc)
{
	mod_delayed_work(brw_wq, &osc->oc_send, 0);
}

static void ll_brw_slot_put(struct ll_brw *brw)
{
	struct ll_osc *osc = brw->lb_obj->lob_osc;
	struct ll_osc_lane *lane = &osc->oc_lane[brw->lb_direct];
	bool more;

	spin_lock(&osc->oc_lock);
	lane->in_flight--;
	osc->oc_in_flight[brw->lb_write]--;
	more = !list_empty(&lane->queue);
	spin_unlock(&osc->oc_lock);
	if (more)
		ll_brw_send_queued(osc);
	wake_up_all(&osc->oc_waitq);
}

/* The next one of the queue that has a slot, or that will fail and needs none. */
static struct ll_brw *ll_brw_dequeue(struct ll_osc *osc, struct ll_osc_lane *lane)
{
	struct ll_brw *brw;

	spin_lock(&osc->oc_lock);
	list_for_each_entry(brw, &lane->queue, lb_queue)
		if (lane->in_flight < osc->oc_max_in_flight || ll_brw_is_lost(brw)) {
			list_del_init(&brw->lb_queue);
			lane->in_flight++;
			osc->oc_in_flight[brw->lb_write]++;
			spin_unlock(&osc->oc_lock);
			return brw;
		}
	spin_unlock(&osc->oc_lock);
	return NULL;
}

/*
 * The next one of those that are sent again and whose time has come, or that will fail; NULL with
 * the time until then in *@wait, if there is one.
 */
static struct ll_brw *ll_brw_take_again(struct ll_osc *osc, unsigned long *wait)
{
	unsigned long now = jiffies;
	struct ll_brw *brw;

	*wait = MAX_JIFFY_OFFSET;
	spin_lock(&osc->oc_lock);
	list_for_each_entry(brw, &osc->oc_again, lb_queue) {
		if (time_after_eq(now, brw->lb_not_before) || ll_brw_is_lost(brw)) {
			list_del_init(&brw->lb_queue);
			spin_unlock(&osc->oc_lock);
			return brw;
		}
		*wait = min(*wait, brw->lb_not_before - now);
	}
	spin_unlock(&osc->oc_lock);
	return NULL;
}

void ll_brw_send_work(struct work_struct *work)
{
	struct ll_osc *osc = container_of(to_delayed_work(work), struct ll_osc, oc_send);
	struct ll_brw *brw;
	unsigned long wait;
	unsigned int i;

	while ((brw = ll_brw_take_again(osc, &wait))) {
		ll_brw_transmit(brw);
		cond_resched();
	}
	/* A call of ll_brw_send_queued() meanwhile comes before. */
	if (wait != MAX_JIFFY_OFFSET)
		queue_delayed_work(brw_wq, &osc->oc_send, wait);
	for (i = 0; i < ARRAY_SIZE(osc->oc_lane); i++)
		while ((brw = ll_brw_dequeue(osc, &osc->oc_lane[i]))) {
			ll_brw_transmit(brw);
			cond_resched();
		}
}

/**
 * ll_brw_send - send a bulk RPC, or queue it
 * @brw: the RPC; ->done() is called in any case, perhaps before this returns
 *
 * Context: waits for nothing but memory (GFP_NOFS).
 */
void ll_brw_send(struct ll_brw *brw)
{
	struct ll_osc *osc = brw->lb_obj->lob_osc;
	struct ll_osc_lane *lane = &osc->oc_lane[brw->lb_direct];
	bool go;

	spin_lock(&osc->oc_lock);
	go = lane->in_flight < osc->oc_max_in_flight && list_empty(&lane->queue);
	if (go) {
		lane->in_flight++;
		osc->oc_in_flight[brw->lb_write]++;
	} else {
		list_add_tail(&brw->lb_queue, &lane->queue);
	}
	trace_lustre_brw_send(brw, !go);
	spin_unlock(&osc->oc_lock);
	if (go)
		ll_brw_transmit(brw);
	else if (osc->oc_imp->imp_invalid || !ll_osc_usable(osc))
		ll_brw_send_queued(osc);
}
