// SPDX-License-Identifier: GPL-2.0-only
/*
 * lseek(2), with SEEK_DATA and SEEK_HOLE: each OST looks into its object (OST_SEEK), the smallest
 * offset in the file is the result.
 *
 * Extent locks on the rest of the file make other clients write what they have; dirty pages of this
 * client are written first, so no OST takes data that is still in a cache for a hole.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include "data.h"

struct seek {
	struct ll_objset *set;
	u64 pos;    /* where to begin */
	u64 size;   /* of the file */
	int whence; /* SEEK_DATA, SEEK_HOLE */
	u64 found;  /* smallest offset until now; LUSTRE_EOF: none */
};

/*
 * An offset in the object that answers the question; what lies behind the component is not its
 * business.
 */
static void ll_seek_found(struct seek *sk, const struct ll_fan *fan, u64 obj_off)
{
	u64 pos = max(ll_file_pos(fan->comp, fan->obj->lob_stripe, obj_off), sk->pos);

	if (pos < fan->comp->lc_end)
		sk->found = min(sk->found, pos);
}

static int ll_seek_prepare(struct ll_fanout *fo, struct ll_fan *fan)
{
	struct ll_inode_data *d = ll_i(fo->inode)->lli_data;
	const struct ll_comp *c = fan->comp;
	struct seek *sk = fo->arg;
	u64 start = max(sk->pos, c->lc_start), off, size;
	struct obdo *oa;

	/* Of several mirrors only the one that is read counts. */
	if (start >= min(sk->size, c->lc_end) || ll_layout_comp(sk->set->los_lo, start) != c)
		return 0;
	off = ll_obj_end(c, fan->obj->lob_stripe, start);
	spin_lock(&d->lid_lock);
	size = max(fan->obj->lob_size, fan->obj->lob_kms);
	spin_unlock(&d->lid_lock);
	if (off >= size) {
		if (sk->whence == SEEK_HOLE)
			ll_seek_found(sk, fan, off);
		return 0;
	}
	if (!(imp_connect_flags2(fan->osc->oc_imp) & OBD_CONNECT2_LSEEK)) {
		/* The OST cannot tell: all of the object is data. */
		ll_seek_found(sk, fan, sk->whence == SEEK_HOLE ? size : off);
		return 0;
	}
	oa = ll_fanout_obdo(fo, fan);
	if (IS_ERR(oa))
		return PTR_ERR(oa);
	oa->o_size = cpu_to_le64(off);
	oa->o_mode = cpu_to_le32(sk->whence);
	oa->o_valid |= cpu_to_le64(OBD_MD_FLSIZE);
	return 0;
}

static int ll_seek_finish(struct ll_fanout *fo, struct ll_fan *fan, int rc)
{
	struct ost_body *body = rc ? NULL : ptlrpc_rep_buf(fan->req, WF_OST_BODY);
	s64 off;

	if (rc)
		return rc;
	if (!body)
		return -EPROTO;
	off = le64_to_cpu(body->oa.o_size);
	if (off >= 0)
		ll_seek_found(fo->arg, fan, off);
	return off >= 0 || off == -ENXIO ? 0 : -EPROTO;
}

static const struct ll_fanout_op seek_op = { .opc = OST_SEEK,
					     .prepare = ll_seek_prepare,
					     .finish = ll_seek_finish };

/* Parts of the file where nothing is stored are holes. */
static void ll_seek_unwritten(struct seek *sk, const struct ll_layout *lo)
{
	u32 i;

	if (!lo->ly_nr_comps)
		sk->found = sk->pos;
	for (i = 0; i < lo->ly_nr_comps; i++) {
		const struct ll_comp *c = &lo->ly_comps[i];
		u64 start = max(sk->pos, c->lc_start);

		if (start < min(sk->size, c->lc_end) &&
		    !ll_comp_has_objects(ll_layout_comp(lo, start)))
			sk->found = min(sk->found, start);
	}
}

/* SEEK_DATA or SEEK_HOLE: the offset, or -errno. */
static loff_t ll_seek_extent(struct inode *inode, loff_t pos, int whence)
{
	struct seek sk = { .pos = pos, .whence = whence, .found = LUSTRE_EOF };
	struct ll_io io = { .op = LL_LAYOUT_READ, .mode = LCK_PR, .start = pos,
			    .end = LUSTRE_EOF };
	int rc;

	sk.size = i_size_read(inode);
	if (pos < 0 || pos >= sk.size)
		return -ENXIO;
	rc = ll_io_lock(inode, &io);
	if (rc)
		return rc;
	sk.set = io.set;
	rc = ll_pages_flush(inode->i_mapping, pos, LLONG_MAX);
	if (!rc && sk.set) {
		ll_data_merge(inode, sk.set);
		sk.size = i_size_read(inode);
		rc = ll_fanout_objects(inode, sk.set, &seek_op, &sk);
	}
	if (whence == SEEK_HOLE)
		ll_seek_unwritten(&sk, io.lo);
	ll_io_unlock(inode, &io);
	if (rc)
		return rc;
	/* Another client may have cut the file meanwhile. */
	if (pos >= sk.size || (whence == SEEK_DATA && sk.found >= sk.size))
		return -ENXIO;
	/* There is a hole at the end of each file. */
	return min(sk.found, sk.size);
}

/**
 * ll_llseek - move the offset of an open file
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE
 *
 * Context: may sleep; killable. Chapter 5, 10.5.
 *
 * Return: the new offset; -ENXIO: behind the end, or no data; -EINVAL; -EINTR; -errno of MDT or
 * OSTs.
 */
loff_t ll_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);
	loff_t pos;
	int rc;

	ll_count(inode->i_sb, SEEK, 1);
	if (whence == SEEK_END || whence == SEEK_DATA || whence == SEEK_HOLE) {
		rc = ll_glimpse(inode);
		if (rc)
			return rc;
	}
	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_file_llseek_size(file, offset, whence, inode->i_sb->s_maxbytes,
						i_size_read(inode));
	pos = ll_seek_extent(inode, offset, whence);
	return pos < 0 ? pos : vfs_setpos(file, pos, inode->i_sb->s_maxbytes);
}
