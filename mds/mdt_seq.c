// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sequences: SEQ_QUERY gives clients sequences for the FIDs of new objects, and servers whole
 * super-sequences; FLD says on which target a sequence lives (chapter 4, 3 and 4). MDT0000 keeps
 * the first super-sequence for itself and is the controller of all others.
 *
 * What is handed out is on disk before (file "seq_fld"): single sequences are reserved there in
 * batches, so a crash skips some but repeats none. mdt_seq_mutex protects all and is held across
 * the commit.
 *
 * On a disk that was taken over the files of that make are used (chapter 8, 8.2.5): seq_srv, of
 * which the first number is the first sequence that is still free; fld, read only: there are no
 * more super-sequences.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

#define SEQ_FILE	"seq_fld"
#define SEQ_MAGIC	0x51464c44U
#define SEQ_BATCH	64
#define FLDB_MAX	((4096 - 8) / sizeof(struct lu_seq_range))

/* Head of the file; the super-sequences given to others follow as lu_seq_range. */
struct seq_disk {
	__le32	sd_magic;
	__le32	sd_nr;		/* ranges behind */
	__le64	sd_next;	/* first single sequence that may be unused */
	__le64	sd_super;	/* first super-sequence not given away */
	__le64	sd_pad;
};

#define OTHER_SEQ_FILE	"seq_srv"
#define OTHER_FLD_FILE	"fld"
#define IAM_BLOCK	4096
#define IAM_LEAF_MAGIC	0x1976

/* A leaf of fld: in the record all is big-endian. */
struct fld_leaf {
	__le16	fl_magic;
	__le16	fl_count;
	struct {
		__be64	key;
		__be64	start;
		__be64	end;
		__be32	index;
		__be32	flags;
	} __packed fl_rec[];
};

#define OWN_END		(FID_SEQ_NORMAL + LUSTRE_SEQ_SUPER_WIDTH)

static u32 mdt_fldb_nr(struct mdt_device *mdt)
{
	return le32_to_cpu(mdt->mdt_fldb->lsra_count);
}

static int mdt_seq_write(struct osd_trans *th, struct mdt_device *mdt, u64 next, u64 super, u32 nr)
{
	__le64 start = cpu_to_le64(next);
	struct seq_disk sd = {
		.sd_magic = cpu_to_le32(SEQ_MAGIC),
		.sd_nr = cpu_to_le32(nr),
		.sd_next = cpu_to_le64(next),
		.sd_super = cpu_to_le64(super),
	};
	int rc = 0;

	if (osd_is_foreign(mdt->mdt_osd))
		return osd_buf_write(th, mdt->mdt_seq_file, &start, sizeof(start), 0);
	if (nr > mdt_fldb_nr(mdt))
		rc = osd_buf_write(th, mdt->mdt_seq_file, &mdt->mdt_fldb->lsra_lsr[nr - 1],
				   sizeof(struct lu_seq_range),
				   sizeof(sd) + (nr - 1) * sizeof(struct lu_seq_range));
	return rc ?: osd_buf_write(th, mdt->mdt_seq_file, &sd, sizeof(sd), 0);
}

/* Write the head, and the last range when there is a new one; wait for the commit. */
static int mdt_seq_save(struct mdt_device *mdt, u64 next, u64 super, u32 nr)
{
	struct osd_trans *th;
	int rc, rc2;

	th = tgt_trans_start_local(mdt->mdt_lt, 3 * OSD_CR_BUF_WRITE);
	if (IS_ERR(th))
		return PTR_ERR(th);
	rc = mdt_seq_write(th, mdt, next, super, nr);
	osd_trans_set_sync(th);
	rc2 = tgt_trans_stop_local(mdt->mdt_lt, th);
	return rc ?: rc2;
}

/* The ranges of OSTs in one block of fld. */
static int mdt_fld_leaf(struct mdt_device *mdt, const struct fld_leaf *leaf)
{
	struct lu_seq_range *r;
	u32 i, nr, n = le16_to_cpu(leaf->fl_count);

	if (le16_to_cpu(leaf->fl_magic) != IAM_LEAF_MAGIC)
		return 0;	/* a node of the tree */
	if (struct_size(leaf, fl_rec, n) > IAM_BLOCK)
		return -EUCLEAN;
	for (i = 0; i < n; i++) {
		if (!(be32_to_cpu(leaf->fl_rec[i].flags) & LU_SEQ_RANGE_OST))
			continue;
		nr = mdt_fldb_nr(mdt);
		if (nr == FLDB_MAX)
			return -EOPNOTSUPP;
		r = &mdt->mdt_fldb->lsra_lsr[nr];
		r->lsr_start = cpu_to_le64(be64_to_cpu(leaf->fl_rec[i].start));
		r->lsr_end = cpu_to_le64(be64_to_cpu(leaf->fl_rec[i].end));
		r->lsr_index = cpu_to_le32(be32_to_cpu(leaf->fl_rec[i].index));
		r->lsr_flags = cpu_to_le32(LU_SEQ_RANGE_OST);
		mdt->mdt_fldb->lsra_count = cpu_to_le32(nr + 1);
	}
	return 0;
}

static int mdt_fld_read_other(struct mdt_device *mdt)
{
	struct osd_object *obj = osd_local_open(mdt->mdt_osd, OTHER_FLD_FILE, false);
	struct fld_leaf *leaf;
	u64 pos;
	int rc = 0;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	leaf = kmalloc(IAM_BLOCK, GFP_KERNEL);
	if (!leaf)
		rc = -ENOMEM;
	for (pos = IAM_BLOCK; !rc && pos + IAM_BLOCK <= osd_size(obj); pos += IAM_BLOCK) {
		ssize_t n = osd_buf_read(obj, leaf, IAM_BLOCK, pos);

		rc = n == IAM_BLOCK ? mdt_fld_leaf(mdt, leaf) : n < 0 ? n : -EUCLEAN;
	}
	kfree(leaf);
	osd_object_put(obj);
	return rc;
}

static int mdt_seq_start_other(struct mdt_device *mdt)
{
	struct lu_seq_range range;
	u64 start, end;
	ssize_t n;
	int rc;

	mdt->mdt_seq_file = osd_local_open(mdt->mdt_osd, OTHER_SEQ_FILE, false);
	if (IS_ERR(mdt->mdt_seq_file))
		return PTR_ERR(mdt->mdt_seq_file);
	n = osd_buf_read(mdt->mdt_seq_file, &range, sizeof(range), 0);
	if (n < 0)
		return n;
	start = le64_to_cpu(range.lsr_start);
	end = le64_to_cpu(range.lsr_end);
	if (n != sizeof(range) || start < FID_SEQ_NORMAL || start > end) {
		pr_err("%s: file " OTHER_SEQ_FILE " is damaged: no sequences can be given out\n",
		       mdt->mdt_lt->lt_name);
		return -EUCLEAN;
	}
	if (end != OWN_END) {
		pr_err("%s: the MDT has had more than one range of sequences (to %#llx), which is not supported\n",
		       mdt->mdt_lt->lt_name, end);
		return -EOPNOTSUPP;
	}
	rc = mdt_fld_read_other(mdt);
	if (rc)
		pr_err("%s: file " OTHER_FLD_FILE " cannot be used: rc = %d\n",
		       mdt->mdt_lt->lt_name, rc);
	mdt->mdt_seq_next = start;
	mdt->mdt_seq_saved = start;
	mdt->mdt_super_next = ~0ULL;
	return rc;
}

/**
 * mdt_seq_start - read which sequences were given away
 * @mdt: the target
 *
 * Return: 0, -ENOMEM; -EUCLEAN: the file is damaged; -EOPNOTSUPP: too many ranges; -EIO ...
 */
int mdt_seq_start(struct mdt_device *mdt)
{
	struct seq_disk sd;
	ssize_t n;
	u32 nr;

	mdt->mdt_fldb = kzalloc(4096, GFP_KERNEL);
	if (!mdt->mdt_fldb)
		return -ENOMEM;
	if (osd_is_foreign(mdt->mdt_osd))
		return mdt_seq_start_other(mdt);
	mdt->mdt_seq_file = osd_local_open(mdt->mdt_osd, SEQ_FILE, true);
	if (IS_ERR(mdt->mdt_seq_file))
		return PTR_ERR(mdt->mdt_seq_file);
	n = osd_buf_read(mdt->mdt_seq_file, &sd, sizeof(sd), 0);
	if (n < 0)
		return n;
	if (!n) {
		mdt->mdt_seq_next = FID_SEQ_NORMAL;
		mdt->mdt_seq_saved = FID_SEQ_NORMAL;
		mdt->mdt_super_next = OWN_END;
		return 0;
	}
	nr = le32_to_cpu(sd.sd_nr);
	if (n != sizeof(sd) || le32_to_cpu(sd.sd_magic) != SEQ_MAGIC || nr > FLDB_MAX ||
	    le64_to_cpu(sd.sd_next) < FID_SEQ_NORMAL || le64_to_cpu(sd.sd_next) > OWN_END ||
	    le64_to_cpu(sd.sd_super) < OWN_END) {
		pr_err("%s: file " SEQ_FILE " is damaged: no sequences can be given out\n",
		       mdt->mdt_lt->lt_name);
		return -EUCLEAN;
	}
	mdt->mdt_seq_next = le64_to_cpu(sd.sd_next);
	mdt->mdt_seq_saved = mdt->mdt_seq_next;
	mdt->mdt_super_next = le64_to_cpu(sd.sd_super);
	n = nr ? osd_buf_read(mdt->mdt_seq_file, mdt->mdt_fldb->lsra_lsr,
			      nr * sizeof(struct lu_seq_range), sizeof(sd))
	       : 0;
	if (n != nr * sizeof(struct lu_seq_range))
		return n < 0 ? n : -EUCLEAN;
	mdt->mdt_fldb->lsra_count = cpu_to_le32(nr);
	return 0;
}

/**
 * mdt_seq_stop - free what mdt_seq_start() made
 * @mdt: the target
 */
void mdt_seq_stop(struct mdt_device *mdt)
{
	osd_object_put(mdt->mdt_seq_file);
	mdt->mdt_seq_file = NULL;
	kfree(mdt->mdt_fldb);
	mdt->mdt_fldb = NULL;
}

/**
 * mdt_seq_given - was this sequence given to a client?
 * @mdt: the target
 * @seq: from a FID
 *
 * After a restart also true for sequences that were only reserved on disk; they are not given any
 * more.
 */
bool mdt_seq_given(struct mdt_device *mdt, u64 seq)
{
	return seq >= FID_SEQ_NORMAL && seq < READ_ONCE(mdt->mdt_seq_next);
}

static int mdt_seq_alloc_meta(struct mdt_device *mdt, struct lu_seq_range *out)
{
	u64 save;
	int rc;

	if (mdt->mdt_seq_next >= OWN_END)
		return -ENOSPC;
	if (mdt->mdt_seq_next >= mdt->mdt_seq_saved) {
		save = min(mdt->mdt_seq_next + SEQ_BATCH, OWN_END);
		rc = mdt_seq_save(mdt, save, mdt->mdt_super_next, mdt_fldb_nr(mdt));
		if (rc)
			return rc;
		mdt->mdt_seq_saved = save;
	}
	out->lsr_start = cpu_to_le64(mdt->mdt_seq_next);
	WRITE_ONCE(mdt->mdt_seq_next, mdt->mdt_seq_next + 1);
	out->lsr_end = cpu_to_le64(mdt->mdt_seq_next);
	out->lsr_index = cpu_to_le32(mdt->mdt_lt->lt_index);
	out->lsr_flags = cpu_to_le32(LU_SEQ_RANGE_MDT);
	return 0;
}

/* A super-sequence for a target. A target that asks again gets another one. */
static int mdt_seq_alloc_super(struct mdt_device *mdt, const struct lu_seq_range *in,
			       struct lu_seq_range *out)
{
	u32 nr = mdt_fldb_nr(mdt);
	u64 end = mdt->mdt_super_next + LUSTRE_SEQ_SUPER_WIDTH;
	int rc;

	if (le32_to_cpu(in->lsr_index) > U16_MAX || le32_to_cpu(in->lsr_flags) > LU_SEQ_RANGE_ANY)
		return -EINVAL;
	if (osd_is_foreign(mdt->mdt_osd))
		return -EOPNOTSUPP;
	if (nr >= FLDB_MAX || end < mdt->mdt_super_next)
		return -ENOSPC;
	out->lsr_start = cpu_to_le64(mdt->mdt_super_next);
	out->lsr_end = cpu_to_le64(end);
	out->lsr_index = in->lsr_index;
	out->lsr_flags = in->lsr_flags;
	mdt->mdt_fldb->lsra_lsr[nr] = *out;
	rc = mdt_seq_save(mdt, mdt->mdt_seq_saved, end, nr + 1);
	if (rc)
		return rc;
	mdt->mdt_super_next = end;
	mdt->mdt_fldb->lsra_count = cpu_to_le32(nr + 1);
	return 0;
}

/**
 * mdt_seq_query - SEQ_QUERY
 * @req: the request
 *
 * Return: 0, -EINVAL: unknown operation; -EPERM: the peer is no server; -EROFS, -ENOSPC, -EIO.
 */
int mdt_seq_query(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	const __le32 *op = svc_req_buf(req, WF_SEQ_OPC);
	const struct lu_seq_range *in = svc_req_buf(req, WF_SEQ_RANGE);
	struct lu_seq_range out = {};
	int rc;

	if (!op || !in)
		return -EPROTO;
	if (osd_is_rdonly(mdt->mdt_osd))
		return -EROFS;
	/* There are few super-sequences, and only targets need them. */
	if (le32_to_cpu(*op) == SEQ_ALLOC_SUPER && !tgt_nid_is_server(mdt->mdt_lt, &req->sr_peer))
		return -EPERM;
	if (mutex_lock_killable(&mdt->mdt_seq_mutex))
		return -EINTR;
	switch (le32_to_cpu(*op)) {
	case SEQ_ALLOC_META:
		rc = mdt_seq_alloc_meta(mdt, &out);
		break;
	case SEQ_ALLOC_SUPER:
		rc = mdt_seq_alloc_super(mdt, in, &out);
		break;
	default:
		rc = -EINVAL;
	}
	mutex_unlock(&mdt->mdt_seq_mutex);
	if (!rc)
		rc = svc_rep_pack(req);
	if (!rc)
		memcpy(svc_rep_buf(req, WF_SEQ_RANGE), &out, sizeof(out));
	return rc;
}

static bool mdt_fld_range_has(const struct lu_seq_range *r, u64 seq)
{
	return seq >= le64_to_cpu(r->lsr_start) && seq < le64_to_cpu(r->lsr_end);
}

static int mdt_fld_lookup(struct mdt_device *mdt, u64 seq, struct lu_seq_range *out)
{
	const struct {
		u64 start, end;
	} own[] = {
		{ FID_SEQ_IGIF, FID_SEQ_IGIF_MAX + 1 },
		{ FID_SEQ_DOT_LUSTRE, FID_SEQ_DOT_LUSTRE + 1 },
		{ FID_SEQ_ROOT, FID_SEQ_ROOT + 1 },
		{ FID_SEQ_NORMAL, OWN_END },
	};
	int rc = -ENOENT;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(own); i++) {
		out->lsr_start = cpu_to_le64(own[i].start);
		out->lsr_end = cpu_to_le64(own[i].end);
		out->lsr_index = cpu_to_le32(mdt->mdt_lt->lt_index);
		out->lsr_flags = cpu_to_le32(LU_SEQ_RANGE_MDT);
		if (mdt_fld_range_has(out, seq))
			return 0;
	}
	mutex_lock(&mdt->mdt_seq_mutex);
	for (i = 0; rc && i < mdt_fldb_nr(mdt); i++) {
		*out = mdt->mdt_fldb->lsra_lsr[i];
		if (mdt_fld_range_has(out, seq))
			rc = 0;
	}
	mutex_unlock(&mdt->mdt_seq_mutex);
	return rc;
}

/**
 * mdt_fld_query - FLD_QUERY: the target that holds a sequence
 * @req: the request
 *
 * Return: 0, -ENOENT, -EINVAL.
 */
int mdt_fld_query(struct svc_req *req)
{
	const __le32 *op = svc_req_buf(req, WF_FLD_OPC);
	const struct lu_seq_range *in = svc_req_buf(req, WF_SEQ_RANGE);
	struct lu_seq_range out = {};
	int rc;

	if (!op || !in)
		return -EPROTO;
	if (le32_to_cpu(*op) != FLD_LOOKUP)
		return -EINVAL;
	rc = mdt_fld_lookup(mdt_dev(req), le64_to_cpu(in->lsr_start), &out);
	if (!rc)
		rc = svc_rep_pack(req);
	if (!rc)
		memcpy(svc_rep_buf(req, WF_SEQ_RANGE), &out, sizeof(out));
	return rc;
}

/**
 * mdt_fld_read - FLD_READ: all ranges given to others
 * @req: the request
 *
 * Return: 0, -ENOMEM.
 */
int mdt_fld_read(struct svc_req *req)
{
	struct mdt_device *mdt = mdt_dev(req);
	struct lu_seq_range_array *a;
	int rc;

	rc = svc_rep_room(req, WF_GENERIC_DATA, 4096);
	if (!rc)
		rc = svc_rep_pack(req);
	if (rc)
		return rc;
	a = svc_rep_buf(req, WF_GENERIC_DATA);
	memset(a, 0, 4096);
	mutex_lock(&mdt->mdt_seq_mutex);
	memcpy(a, mdt->mdt_fldb, sizeof(*a) + mdt_fldb_nr(mdt) * sizeof(struct lu_seq_range));
	mutex_unlock(&mdt->mdt_seq_mutex);
	return 0;
}
