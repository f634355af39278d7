// SPDX-License-Identifier: GPL-2.0-only
/*
 * READ and WRITE (chapter 5, 6): one object, one stream of bytes cut into niobufs, moved by bulk or
 * inside of the messages.
 *
 * A write has its data on disk before the transaction with its times and transno starts; see
 * osd_write_pages().
 */
#define pr_fmt(fmt) "oss: " fmt

#include <linux/slab.h>
#include <linux/highmem.h>
#include <linux/log2.h>
#include <gloss/fail.h>
#include <trace/events/oss.h>
#include "oss_internal.h"

struct oss_brw {
	struct svc_req *req;
	struct oss_device *ost;
	struct oss_export *oe;
	struct obdo *oa; /* of the request */
	u64 valid;
	u32 oflags;
	struct niobuf_remote *nb;
	unsigned int nr_nb;
	struct lu_fid fid;
	struct ldlm_res_id res_id;
	u64 start, end; /* end exclusive */
	u32 total;
	u32 max_md;
	bool write, again, srvlock, sync, soft_sync, short_io;
	struct ldlm_lock *lock;
	struct osd_object *obj;
	struct page **pages;
	struct bio_vec *bvec; /* fragments of all niobufs, in order */
	unsigned int nr;
	u64 used; /* grant that became pending */
};

/* ---- unpack and check ---- */

/* Number of fragments of one niobuf. */
static unsigned int oss_niobuf_frags(const struct niobuf_remote *nb)
{
	return DIV_ROUND_UP((le64_to_cpu(nb->rnb_offset) & ~PAGE_MASK) + le32_to_cpu(nb->rnb_len),
			    PAGE_SIZE);
}

/*
 * Only the first niobuf may begin inside of a page and only the last may end inside of one
 * (chapter 5, 6.1). So the pages of an RPC are bound by its bytes, however many niobufs it has.
 */
static bool oss_niobuf_aligned(const struct oss_brw *b, unsigned int i, u64 off, u64 end)
{
	return (!i || !(off & (OSS_PAGE_SIZE - 1))) &&
	       (i == b->nr_nb - 1 || !(end & (OSS_PAGE_SIZE - 1)));
}

static int oss_brw_niobufs(struct oss_brw *b)
{
	unsigned int i, nr_srvlock = 0;
	u64 last = 0, total = 0;

	for (i = 0; i < b->nr_nb; i++) {
		u64 off = le64_to_cpu(b->nb[i].rnb_offset);
		u32 len = le32_to_cpu(b->nb[i].rnb_len), flags = le32_to_cpu(b->nb[i].rnb_flags);

		if (!len || off + len < off || off + len > S64_MAX || (i && off < last) ||
		    !oss_niobuf_aligned(b, i, off, off + len))
			return -EPROTO;
		last = off + len;
		total += len;
		if (total > OSS_BRW_SIZE + PAGE_SIZE)
			return -EPROTO;
		nr_srvlock += !!(flags & OBD_BRW_SRVLOCK);
		b->sync |= !(flags & OBD_BRW_ASYNC);
		b->soft_sync |= !!(flags & OBD_BRW_SOFT_SYNC);
		b->nr += oss_niobuf_frags(&b->nb[i]);
	}
	if (nr_srvlock && nr_srvlock != b->nr_nb)
		return -EFAULT;
	b->srvlock = nr_srvlock;
	b->start = le64_to_cpu(b->nb[0].rnb_offset);
	b->end = last;
	b->total = total;
	return 0;
}

static int oss_brw_init(struct svc_req *req, struct oss_brw *b, bool write)
{
	struct ost_body *body = svc_req_buf(req, WF_OST_BODY);
	struct obd_ioobj *ioo = svc_req_buf(req, WF_OBD_IOOBJ);
	int rc;

	memset(b, 0, sizeof(*b));
	b->req = req;
	b->ost = oss_dev(req);
	b->oe = oss_export(req->sr_exp);
	b->write = write;
	b->again = svc_req_resent(req) || svc_req_replay(req);
	if (req->sr_req_portal != OST_IO_PORTAL)
		return -EPROTO;
	b->oa = &body->oa;
	b->valid = le64_to_cpu(b->oa->o_valid);
	b->oflags = b->valid & OBD_MD_FLFLAGS ? le32_to_cpu(b->oa->o_flags) : 0;
	b->short_io = b->oflags & OBD_FL_SHORT_IO;
	b->nb = svc_req_buf(req, WF_NIOBUF);
	b->nr_nb = svc_req_len(req, WF_NIOBUF) / sizeof(*b->nb);
	if (!(b->valid & OBD_MD_FLID) || !ioo || svc_req_len(req, WF_OBD_IOOBJ) != sizeof(*ioo) ||
	    !b->nb || !b->nr_nb || b->nr_nb > OSS_NIOBUF_MAX ||
	    le32_to_cpu(ioo->ioo_bufcnt) != b->nr_nb)
		return -EPROTO;
	b->max_md = ioobj_max_brw_get(ioo);
	if (!is_power_of_2(b->max_md))
		return -EPROTO;
	if (!b->short_io && b->max_md > 128)
		return -ENOMEM;
	rc = oss_brw_niobufs(b);
	if (!rc)
		rc = oss_obdo_fid(b->ost, b->oa, &b->fid);
	if (rc)
		return rc;
	ost_fid_to_res_id(&b->res_id, &b->fid);
	if (b->short_io && (b->total > OBD_MAX_SHORT_IO_BYTES ||
			    (write && svc_req_len(req, WF_SHORT_IO) != b->total)))
		return -EPROTO;
	return 0;
}

/* ---- locks, pages ---- */

static int oss_brw_find_lock(struct oss_brw *b)
{
	return ldlm_srv_check_io_lock(b->req->sr_exp, &b->res_id, b->start,
				     b->end - 1, b->write,
				     b->valid & OBD_MD_FLHANDLE ? b->oa->o_handle.cookie : 0);
}

/* I/O without a lock of the server needs one of the client. 0 or -ESTALE. */
static int oss_brw_check_lock(struct oss_brw *b)
{
	return b->srvlock || svc_req_replay(b->req) ? 0 : oss_brw_find_lock(b);
}

static int oss_brw_lock(struct oss_brw *b)
{
	int rc;

	if (!b->srvlock)
		return oss_brw_check_lock(b);
	rc = oss_srv_lock(b->ost, &b->fid, b->start, b->end - 1, b->write ? LCK_PW : LCK_PR, 0,
			  &b->lock);
	if (!rc && b->lock && svc_req_time_left(b->req) <= 0) {
		/*
		 * The client stopped waiting while the lock was: its buffers may be in other use.
		 */
		b->req->sr_no_reply = true;
		rc = -ETIMEDOUT;
	}
	return rc;
}

static int oss_brw_pages(struct oss_brw *b)
{
	unsigned int i, n = 0, got = 0, last;

	b->pages = kvcalloc(b->nr, sizeof(*b->pages), GFP_NOFS);
	b->bvec = kvcalloc(b->nr, sizeof(*b->bvec), GFP_NOFS);
	if (!b->pages || !b->bvec)
		return -ENOMEM;
	while (got < b->nr) {
		last = got;
		got = alloc_pages_bulk_array(GFP_NOFS, b->nr, b->pages);
		if (got == last)
			return -ENOMEM;
	}
	for (i = 0; i < b->nr_nb; i++) {
		u32 off = le64_to_cpu(b->nb[i].rnb_offset) & ~PAGE_MASK,
		    len = le32_to_cpu(b->nb[i].rnb_len);

		for (; len; off = 0, n++) {
			b->bvec[n].bv_page = b->pages[n];
			b->bvec[n].bv_offset = off;
			b->bvec[n].bv_len = min_t(u32, len, PAGE_SIZE - off);
			len -= b->bvec[n].bv_len;
		}
	}
	return 0;
}

#define oss_brw_trace(b, event, rc)						\
	trace_oss_brw_##event((b)->ost->ost_lt->lt_name, (b)->req->sr_xid,	\
			      &(b)->fid, (b)->write, (b)->start, (b)->total, rc)

static void oss_brw_fini(struct oss_brw *b, int rc)
{
	unsigned int i;

	oss_brw_trace(b, end, rc);
	osd_object_put(b->obj);
	ldlm_srv_unlock(b->lock);
	if (b->pages)
		for (i = 0; i < b->nr; i++)
			if (b->pages[i])
				__free_page(b->pages[i]);
	kvfree(b->pages);
	kvfree(b->bvec);
}

static int oss_brw_begin(struct svc_req *req, struct oss_brw *b)
{
	int rc;

	oss_brw_trace(b, begin, 0);
	rc = oss_brw_lock(b);
	if (rc)
		return rc;
	b->obj = oss_object_find(req, &b->fid);
	if (IS_ERR(b->obj))
		return PTR_ERR(b->obj);
	return oss_brw_pages(b);
}

static u32 oss_cksum_type(const struct oss_brw *b)
{
	return b->oflags & OBD_FL_CKSUM_ALL;
}

static void oss_rep_cksum(struct obdo *rep, u32 type, u32 cksum)
{
	rep->o_cksum = cpu_to_le32(cksum);
	rep->o_flags |= cpu_to_le32(type ?: OBD_FL_CKSUM_ADLER);
	rep->o_valid |= cpu_to_le64(OBD_MD_FLCKSUM | OBD_MD_FLFLAGS);
}

/* ---- read ---- */

/* Read all niobufs. Returns how many bytes lie before the end of the object, or -errno. */
static int oss_read_data(struct oss_brw *b)
{
	unsigned int i, n = 0, frags;
	u32 done = 0;
	u64 bytes;
	int rc;

	for (i = 0; i < b->nr_nb; i++, n += frags) {
		frags = oss_niobuf_frags(&b->nb[i]);
		rc = osd_read_pages(b->obj, le64_to_cpu(b->nb[i].rnb_offset), b->bvec + n, frags,
				    &bytes);
		if (rc)
			return rc;
		done += bytes;
		if (bytes < le32_to_cpu(b->nb[i].rnb_len))
			break;
	}
	return done;
}

static void oss_copy_to_msg(struct oss_brw *b, char *to, u32 len)
{
	unsigned int i, n;

	for (i = 0; len; i++, to += n, len -= n) {
		n = min_t(u32, b->bvec[i].bv_len, len);
		memcpy_from_page(to, b->bvec[i].bv_page, b->bvec[i].bv_offset, n);
	}
}

static int oss_read_reply(struct oss_brw *b, u32 bytes)
{
	struct svc_req *req = b->req;
	struct ost_body *rep;
	u32 cksum;
	int rc;

	if (b->short_io)
		svc_rep_room(req, WF_SHORT_IO, bytes);
	rc = svc_rep_pack(req);
	if (rc)
		return rc;
	rep = svc_rep_buf(req, WF_OST_BODY);
	rep->oa.o_oi = b->oa->o_oi;
	if (b->valid & OBD_MD_FLCKSUM) {
		rc = oss_checksum(oss_cksum_type(b), b->bvec, b->nr, bytes, &cksum);
		if (rc)
			return rc;
		oss_rep_cksum(&rep->oa, oss_cksum_type(b), cksum);
	}
	if ((b->valid & OBD_MD_FLGRANT) && !b->again)
		rep->oa.o_valid |= cpu_to_le64(OBD_MD_FLGRANT);
	if (!b->short_io)
		return svc_bulk_put(req, OST_BULK_PORTAL, b->bvec, b->nr, bytes, b->max_md);
	if (bytes)
		oss_copy_to_msg(b, svc_rep_buf(req, WF_SHORT_IO), bytes);
	return 0;
}

/**
 * oss_read - OST_READ
 * @req: the request
 *
 * Return: bytes, or -errno, which are answered.
 */
int oss_read(struct svc_req *req)
{
	struct oss_brw b;
	int rc, bytes;

	rc = oss_brw_init(req, &b, false);
	if (rc)
		return rc;
	oss_grant_incoming(b.ost, b.oe, b.oa, b.again);
	if (b.oflags & OBD_FL_NORPC) {
		/* The client only wants its locks prolonged (chapter 5, 6.9). */
		oss_brw_find_lock(&b);
		return 0;
	}
	rc = oss_brw_begin(req, &b);
	if (rc)
		goto out;
	bytes = oss_read_data(&b);
	rc = bytes;
	if (rc < 0)
		goto out;
	rc = oss_read_reply(&b, bytes);
	if (!rc) {
		tgt_count(req, OSS_ST_READ_BYTES, bytes);
		rc = bytes;
	}
	if (!b.srvlock)
		oss_brw_find_lock(&b);
out:
	oss_brw_fini(&b, rc);
	return rc;
}

/* ---- write ---- */

static int oss_write_get(struct oss_brw *b)
{
	const char *from;
	unsigned int i;

	if (!b->short_io)
		return svc_bulk_get(b->req, OST_BULK_PORTAL, b->bvec, b->nr, b->total, b->max_md);
	from = svc_req_buf(b->req, WF_SHORT_IO);
	for (i = 0; i < b->nr; from += b->bvec[i].bv_len, i++)
		memcpy_to_page(b->bvec[i].bv_page, b->bvec[i].bv_offset, from, b->bvec[i].bv_len);
	return 0;
}

/* Has the range blocks everywhere? Then it can be written without new space. */
static bool oss_allocated(struct osd_object *obj, u64 pos, u64 end)
{
	struct fiemap_extent ext[8];
	int i, n;

	while (pos < end) {
		n = osd_fiemap(obj, pos, end - pos, ext, ARRAY_SIZE(ext));
		if (n <= 0)
			return false;
		for (i = 0; i < n && pos < end; i++) {
			if (ext[i].fe_logical > pos)
				return false;
			pos = ext[i].fe_logical + ext[i].fe_length;
		}
	}
	return true;
}

static int oss_write_niobufs(struct oss_brw *b, const bool *covered, __le32 *rcs)
{
	unsigned int i, n = 0, frags;
	int rc = 0;

	for (i = 0; i < b->nr_nb; i++, n += frags) {
		u64 off = le64_to_cpu(b->nb[i].rnb_offset);
		u32 len = le32_to_cpu(b->nb[i].rnb_len);
		int tries = 0;

		frags = oss_niobuf_frags(&b->nb[i]);
		if (rc || (!covered[i] && !oss_allocated(b->obj, off, off + len))) {
			rc = rc ?: -ENOSPC;
			rcs[i] = cpu_to_le32(rc);
			continue;
		}
		do {
			rc = osd_write_pages(b->obj, off, b->bvec + n, frags);
			/* Blocks of deleted objects can be used after a commit. */
		} while (rc == -ENOSPC && tries++ < 3 && !osd_sync(b->ost->ost_osd));
		rcs[i] = cpu_to_le32(rc);
	}
	return rc;
}

/* Writes are answered -EINPROGRESS for each range, as by an OST that waits for a quota. */
FAIL_POINT_DEFINE(busy_writes);

static bool oss_write_busy(struct oss_brw *b, __le32 *rcs)
{
	unsigned int i;

	if (!FAIL_POINT(busy_writes))
		return false;
	for (i = 0; i < b->nr_nb; i++)
		rcs[i] = cpu_to_le32(-EINPROGRESS);
	return true;
}

/* The transaction of the request: times, ids and the transno. The data are on disk already. */
static int oss_write_trans(struct oss_brw *b)
{
	struct svc_req *req = b->req;
	u32 times = OSD_A_ATIME | OSD_A_MTIME | OSD_A_CTIME;
	struct osd_trans *th;
	int rc;

	if (oss_fmd_xid(b->oe, &b->fid) > req->sr_xid)
		times = 0;
	osd_object_lock(b->obj);
	th = tgt_trans_start(req, OSS_CR_ATTRS);
	rc = PTR_ERR_OR_ZERO(th);
	if (!rc) {
		rc = oss_attrs_apply(th, b->obj, b->oa, times, false);
		oss_grant_commit(b->ost, th, b->used);
		b->used = 0;
		if (b->sync)
			osd_trans_set_sync(th);
		rc = tgt_trans_stop(req, th, rc, 0);
	}
	osd_object_unlock(b->obj);
	return rc;
}

static void oss_write_reply(struct oss_brw *b, u32 cksum)
{
	struct ost_body *rep = svc_rep_buf(b->req, WF_OST_BODY);
	u64 drop = OBD_MD_FLATIME | OBD_MD_FLMTIME;

	rep->oa.o_oi = b->oa->o_oi;
	rep->oa.o_valid = cpu_to_le64(OBD_MD_FLID | OBD_MD_FLGROUP);
	if (!IS_ERR_OR_NULL(b->obj)) {
		oss_obdo_attrs(&rep->oa, b->obj);
		oss_obdo_ids(&rep->oa, b->obj);
		rep->oa.o_valid &= cpu_to_le64(~drop);
	}
	if (b->valid & OBD_MD_FLCKSUM)
		oss_rep_cksum(&rep->oa, oss_cksum_type(b), cksum);
	if ((b->valid & OBD_MD_FLGRANT) && !b->again) {
		rep->oa.o_grant = cpu_to_le64(oss_grant_more(b->ost, b->oe, b->oa));
		rep->oa.o_valid |= cpu_to_le64(OBD_MD_FLGRANT);
	}
}

static int oss_write_verify(struct oss_brw *b, u32 *cksum)
{
	char nid[LNET_NIDSTR_SIZE];
	int rc;

	*cksum = 0;
	if (!(b->valid & OBD_MD_FLCKSUM))
		return 0;
	rc = oss_checksum(oss_cksum_type(b), b->bvec, b->nr, b->total, cksum);
	if (!rc && *cksum != le32_to_cpu(b->oa->o_cksum) && !(b->oflags & OBD_FL_MMAP))
		pr_warn_ratelimited("%s: data of client %s for " DFID
				    " [%llu, %llu) changed on the way: checksum %#x, the client's is %#x; it writes them again\n",
				    b->ost->ost_lt->lt_name,
				    lnet_nid_str(&b->req->sr_peer, nid),
				    PFID(&b->fid), b->start, b->end, *cksum,
				    le32_to_cpu(b->oa->o_cksum));
	return rc;
}

/*
 * The data are here, which may have taken long: the client may have given its lock up, or be
 * evicted. Of an evicted one the locks stay until its requests in service have ended, this one
 * included.
 */
static int oss_write_object(struct oss_brw *b, const bool *covered)
{
	int rc;

	rc = READ_ONCE(b->req->sr_exp->exp_failed) ? -ENOTCONN : oss_brw_check_lock(b);
	if (rc || oss_write_busy(b, svc_rep_buf(b->req, WF_RCS)))
		return rc;
	rc = oss_write_niobufs(b, covered, svc_rep_buf(b->req, WF_RCS));
	if (!rc)
		rc = oss_write_trans(b);
	/* Also after a failure: a part may be written. */
	ldlm_srv_lvb_refresh(b->ost->ost_ns, &b->res_id);
	return rc;
}

static int oss_write_execute(struct oss_brw *b, const bool *covered, u32 *cksum)
{
	int rc;

	rc = oss_write_get(b);
	if (!rc)
		rc = oss_write_verify(b, cksum);
	if (!rc)
		rc = oss_write_object(b, covered);
	return rc;
}

/**
 * oss_write - OST_WRITE
 * @req: the request
 *
 * Return: 0 or -errno, which is answered.
 */
int oss_write(struct svc_req *req)
{
	bool *covered = NULL;
	struct oss_brw b;
	u32 cksum = 0, limit;
	int rc;

	rc = oss_brw_init(req, &b, true);
	if (rc)
		return rc;
	oss_grant_incoming(b.ost, b.oe, b.oa, b.again);
	svc_rep_room(req, WF_RCS, b.nr_nb * sizeof(__le32));
	rc = oss_brw_begin(req, &b) ?: svc_rep_pack(req);
	if (rc)
		goto out;
	rc = -ENOMEM;
	covered = kvcalloc(b.nr_nb, sizeof(*covered), GFP_NOFS);
	if (!covered)
		goto out;
	oss_grant_write(b.ost, b.oe, b.oa, b.nb, b.nr_nb, b.again, &b.used, covered);
	rc = oss_write_execute(&b, covered, &cksum);
	if (b.used)
		oss_grant_done(b.ost, b.used);
	if (req->sr_no_reply)
		goto out;
	oss_write_reply(&b, cksum);
	if (!rc)
		tgt_count(req, OSS_ST_WRITE_BYTES, b.total);
	limit = READ_ONCE(b.ost->ost_soft_sync_limit);
	if (b.soft_sync && limit && atomic_inc_return(&b.ost->ost_soft_sync) % limit == 0)
		osd_commit_async(b.ost->ost_osd);
	if (!b.srvlock)
		oss_brw_find_lock(&b);
out:
	kvfree(covered);
	oss_brw_fini(&b, rc);
	return rc;
}
