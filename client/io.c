// SPDX-License-Identifier: GPL-2.0-only
/*
 * File operations of regular files: buffered read and write, truncate, fsync, fallocate, llseek. Buffered I/O holds users of the extent
 * locks it needs for its whole duration.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "data.h"

#define WRITE_PIECE	(16U << 20)	/* bytes written under one set of locks */
#define IO_FAULT_IN	(1U << 20)	/* bytes of the buffer made present at a time */
#define IO_TRIES	2		/* times it may be gone again, before memory of ours is put between */
#define IO_BOUNCE	(64U << 10)	/* bytes of that */

int ll_data_init(void)
{
	return ll_dio_init();
}

void ll_data_exit(void)
{
	ll_dio_exit();
}

int ll_data_sb_init(struct ll_sb_info *sbi)
{
	/* checksums are computed on pages that must not change until they are sent */
	sbi->sb->s_iflags |= SB_I_STABLE_WRITES;
	/* a whole bulk RPC ahead */
	sbi->sb->s_bdi->ra_pages = (4U << 20) >> PAGE_SHIFT;
	sbi->sb->s_bdi->io_pages = (4U << 20) >> PAGE_SHIFT;
	return 0;
}

void ll_data_sb_fini(struct ll_sb_info *sbi)
{
}

/* ---- one asynchronous OST request per object, waited for together: PUNCH, SYNC, SETATTR, FALLOCATE ---- */

struct obj_rpc {
	struct ptlrpc_request *req;
	struct ll_object *obj;
	u64 changes;		/* SYNC: that it covers */
};

static struct ptlrpc_request *obj_rpc_new(struct inode *inode, struct ll_object *obj, u32 opc, struct obdo **oa)
{
	struct ptlrpc_request *req;
	struct ost_body *body;
	int rc;

	if (!ll_osc_usable(obj->osc))
		return ERR_PTR(-EIO);
	req = ptlrpc_req_new(obj->osc->imp, opc, &wf_ost_body_only);
	if (!req)
		return ERR_PTR(-ENOMEM);
	rc = ptlrpc_req_pack(req);
	body = rc ? NULL : ptlrpc_req_buf(req, WF_OST_BODY);
	if (!body) {
		ptlrpc_req_put(req);
		return ERR_PTR(rc ? rc : -EPROTO);
	}
	ll_object_obdo(obj, inode, &body->oa);
	*oa = &body->oa;
	return req;
}

static int obj_rpc_send(struct obj_rpc *r, struct ptlrpc_request *req, struct ll_object *obj)
{
	int rc = ptlrpc_send_async(req);

	if (rc) {
		ptlrpc_req_put(req);
		return rc;
	}
	r->req = req;
	r->obj = obj;
	return 0;
}

static void obdo_times(struct obdo *oa, struct inode *inode, u64 valid)
{
	oa->o_mtime = cpu_to_le64(inode->i_mtime.tv_sec);
	oa->o_atime = cpu_to_le64(inode->i_atime.tv_sec);
	oa->o_ctime = cpu_to_le64(inode->i_ctime.tv_sec);
	oa->o_valid |= cpu_to_le64(valid);
}

/* Wait for those that were sent; first error. The blocks of the replies are remembered, and what a later OST_SYNC has to do. */
static int obj_rpc_wait(struct inode *inode, struct obj_rpc *r, u32 n)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	int rc = 0, one;
	u32 i;

	for (i = 0; i < n; i++) {
		struct ost_body *body;

		if (!r[i].req)
			continue;
		one = ptlrpc_req_wait(r[i].req);
		body = one ? NULL : ptlrpc_rep_buf(r[i].req, WF_OST_BODY);
		spin_lock(&d->lock);
		if (body && (le64_to_cpu(body->oa.o_valid) & OBD_MD_FLBLOCKS))
			r[i].obj->blocks = le64_to_cpu(body->oa.o_blocks);
		if (r[i].req->rq_opc != OST_SYNC)
			r[i].obj->changes++;
		else if (!one)
			r[i].obj->synced = max(r[i].obj->synced, r[i].changes);
		spin_unlock(&d->lock);
		if (one < 0 && !rc)
			rc = one;
		ptlrpc_req_put(r[i].req);
	}
	return rc;
}

/* ---- read ---- */

void ll_io_count(struct inode *inode, bool write, ssize_t ret, ktime_t start)
{
	struct lu_stats *stats = ll_sbi(inode->i_sb)->stats;

	if (ret <= 0)
		return;
	if (write)
		set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
	lu_stats_add(stats, write ? LLS_WRITE_BYTES : LLS_READ_BYTES, ret);
	lu_stats_since(stats, write ? LLS_WRITE : LLS_READ, start);
}

/*
 * May a try that returned ret be followed by another one? @idle: how many found the memory of the caller gone, one after the other; at
 * IO_TRIES memory of ours is put between, and stays there.
 */
static bool io_go_on(ssize_t ret, unsigned int *idle)
{
	if (*idle < IO_TRIES)
		*idle = ret > 0 ? 0 : *idle + 1;
	else if (ret == -EFAULT)
		return false;
	return ret > 0 || ret == -EFAULT;
}

/*
 * One try, under the locks. The buffer may be a mapped file of ours, whose page faults need locks, too; so none is taken here: the copy stops
 * where the buffer is not present.
 */
static ssize_t read_locked(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	u64 pos = iocb->ki_pos, end = pos + iov_iter_count(to);
	struct ll_locks locks = { 0 };
	struct ll_objset *set;
	struct ll_layout *lo;
	ssize_t ret;
	int rc;

	rc = ll_io_begin(inode, LL_LAYOUT_READ, pos, end, &lo, &set);
	if (rc)
		return rc;
	if (set) {
		rc = ll_locks_get(inode, set, pos, end, LCK_PR, 0, &locks);
		if (!rc)
			rc = ll_size_for(inode, set, end);
	}
	if (rc) {
		ret = rc;
	} else {
		pagefault_disable();
		ret = filemap_read(iocb, to, 0);
		pagefault_enable();
	}
	ll_locks_put(&locks);
	ll_io_end(inode, lo, set);
	return ret;
}

/* By way of memory of ours: gets on also where the buffer is taken away again and again. */
static ssize_t read_bounced(struct kiocb *iocb, struct iov_iter *to)
{
	struct kvec kv = { .iov_len = min_t(size_t, iov_iter_count(to), IO_BOUNCE) };
	struct iov_iter iter;
	ssize_t ret;
	size_t n;

	kv.iov_base = kvmalloc(kv.iov_len, GFP_KERNEL);
	if (!kv.iov_base)
		return -ENOMEM;
	iov_iter_kvec(&iter, READ, &kv, 1, kv.iov_len);
	ret = read_locked(iocb, &iter);
	if (ret > 0) {
		n = copy_to_iter(kv.iov_base, ret, to);
		iocb->ki_pos -= ret - n;
		ret = n ?: -EFAULT;
	}
	kvfree(kv.iov_base);
	return ret;
}

static ssize_t buffered_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t total = 0, ret = 0;
	unsigned int idle = 0;
	size_t n;

	while (iov_iter_count(to)) {
		ret = idle < IO_TRIES ? read_locked(iocb, to) : read_bounced(iocb, to);
		if (!io_go_on(ret, &idle))
			break;
		total += max_t(ssize_t, ret, 0);
		if (ret > 0 && iocb->ki_pos >= i_size_read(inode))
			break;
		if (!user_backed_iter(to))
			break;
		n = min_t(size_t, iov_iter_count(to), IO_FAULT_IN);
		if (n && idle < IO_TRIES && fault_in_iov_iter_writeable(to, n) == n) {
			ret = -EFAULT;
			break;
		}
	}
	return total ?: ret;
}

ssize_t ll_file_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	bool direct = iocb->ki_flags & IOCB_DIRECT;
	ktime_t start = ktime_get();
	ssize_t ret;

	if (!iov_iter_count(to))
		return 0;
	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	if (ll_dio_possible(iocb, to)) {
		ret = ll_dio_rw(iocb, to);
		file_accessed(iocb->ki_filp);
		return ret;
	}
	iocb->ki_flags &= ~IOCB_DIRECT;
	ret = buffered_read(iocb, to);
	if (direct)
		iocb->ki_flags |= IOCB_DIRECT;
	ll_io_count(inode, false, ret, start);
	return ret;
}

/* ---- write ---- */

/* Write the range now, with the errors of its writes. Killable. */
static int flush_checked(struct address_space *mapping, loff_t start, loff_t end)
{
	int rc = ll_pages_flush(mapping, start, end);

	return rc ? rc : filemap_check_errors(mapping);
}

/*
 * The size must stand still for an append: locks on all objects to the end. What lies behind it has to be ready for the write: when it is
 * not, the MDT is asked without the locks, and all begins again, as the size may be another one then.
 */
static int append_begin(struct inode *inode, u64 count, struct ll_layout **lop, struct ll_objset **setp, struct ll_locks *locks)
{
	enum ll_layout_op op = LL_LAYOUT_READ;
	struct ll_objset *set;
	struct ll_layout *lo;
	u64 pos = 0;
	int rc;

	for (;; op = LL_LAYOUT_WRITE) {
		rc = ll_io_begin(inode, op, pos, pos + count, &lo, &set);
		if (rc)
			return rc;
		if (!set) {
			ll_io_end(inode, lo, set);
			if (op == LL_LAYOUT_WRITE)
				return -EIO;
			pos = i_size_read(inode);
			continue;
		}
		rc = ll_locks_get(inode, set, 0, LUSTRE_EOF, LCK_PW, 0, locks);
		if (!rc)
			ll_data_merge(inode, set);
		pos = i_size_read(inode);
		if (!rc && !ll_layout_need_intent(lo, LL_LAYOUT_WRITE, pos, pos + count))
			break;
		if (!rc)
			ll_locks_put(locks);
		ll_io_end(inode, lo, set);
		if (rc)
			return rc;
	}
	*lop = lo;
	*setp = set;
	return 0;
}

static void write_times(struct inode *inode)
{
	inode->i_mtime = current_time(inode);
	inode->i_ctime = inode->i_mtime;
}

/* One try, under the locks, without page faults of the source: as read_locked(). */
static ssize_t write_locked(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_locks locks = { 0 };
	struct ll_objset *set;
	struct ll_layout *lo;
	ssize_t ret;
	loff_t pos;
	int rc;

	if (iocb->ki_flags & IOCB_APPEND) {
		rc = append_begin(inode, iov_iter_count(from), &lo, &set, &locks);
		if (rc)
			return rc;
		ret = generic_write_checks(iocb, from);
		if (ret <= 0)
			goto out;
	} else {
		u64 end = iocb->ki_pos + iov_iter_count(from);

		rc = ll_io_begin(inode, LL_LAYOUT_WRITE, iocb->ki_pos, end, &lo, &set);
		if (rc)
			return rc;
		ret = set ? ll_locks_get(inode, set, iocb->ki_pos, end, LCK_PW, 0, &locks) : -EIO;
		if (ret)
			goto out;
	}
	write_times(inode);
	pos = iocb->ki_pos;
	pagefault_disable();
	ret = generic_perform_write(iocb, from);
	pagefault_enable();
	if (ret > 0 && READ_ONCE(d->no_grant)) {
		/* no space was promised for some page: the server must say now whether it takes it */
		WRITE_ONCE(d->no_grant, false);
		rc = flush_checked(inode->i_mapping, pos, pos + ret - 1);
		if (rc)
			ret = rc;
	}
	iocb->ki_pos = pos + max_t(ssize_t, ret, 0);
out:
	ll_locks_put(&locks);
	ll_io_end(inode, lo, set);
	return ret;
}

/* As read_bounced(). */
static ssize_t write_bounced(struct kiocb *iocb, struct iov_iter *from)
{
	struct kvec kv = { .iov_base = kvmalloc(min_t(size_t, iov_iter_count(from), IO_BOUNCE), GFP_KERNEL) };
	struct iov_iter iter;
	ssize_t ret = -EFAULT;

	if (!kv.iov_base)
		return -ENOMEM;
	kv.iov_len = copy_from_iter(kv.iov_base, min_t(size_t, iov_iter_count(from), IO_BOUNCE), from);
	if (kv.iov_len) {
		iov_iter_kvec(&iter, WRITE, &kv, 1, kv.iov_len);
		ret = write_locked(iocb, &iter);
		iov_iter_revert(from, kv.iov_len - max_t(ssize_t, ret, 0));
	}
	kvfree(kv.iov_base);
	return ret;
}

/* An append is one piece, so that nothing of others comes between, as long as its source stays present. */
static ssize_t buffered_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	bool append = iocb->ki_flags & IOCB_APPEND;
	ssize_t total = 0, ret = 0;
	unsigned int idle = 0;

	/* earlier errors are not those of this write; fsync knows them */
	filemap_check_errors(inode->i_mapping);
	while (iov_iter_count(from)) {
		size_t all = iov_iter_count(from), n = append ? all : min_t(size_t, all, WRITE_PIECE);
		size_t present = append ? n : min_t(size_t, n, IO_FAULT_IN);

		if (idle < IO_TRIES && fault_in_iov_iter_readable(from, present) == present) {
			ret = -EFAULT;
			break;
		}
		iov_iter_truncate(from, n);
		ret = idle < IO_TRIES ? write_locked(iocb, from) : write_bounced(iocb, from);
		iov_iter_reexpand(from, iov_iter_count(from) + all - n);
		if (!io_go_on(ret, &idle))
			break;
		total += max_t(ssize_t, ret, 0);
	}
	return total ?: ret;
}

/* Direct writes go side by side, if no privileges of the file have to be removed first. */
static int lock_for_write(struct inode *inode, bool share, bool *shared)
{
	*shared = false;
	if (share && IS_NOSEC(inode)) {
		if (down_read_killable(&inode->i_rwsem))
			return -EINTR;
		if (IS_NOSEC(inode)) {
			*shared = true;
			return 0;
		}
		inode_unlock_shared(inode);
	}
	return down_write_killable(&inode->i_rwsem) ? -EINTR : 0;
}

ssize_t ll_file_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	bool append = iocb->ki_flags & IOCB_APPEND, through = iocb->ki_flags & IOCB_DIRECT, direct = ll_dio_possible(iocb, from) && !append;
	ktime_t start = ktime_get();
	bool shared;
	ssize_t ret;
	int rc;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	if (!iov_iter_count(from))
		return 0;
	rc = lock_for_write(inode, direct, &shared);
	if (rc)
		return rc;
	/* asks the MDT: before the layout is taken */
	ret = shared ? 0 : file_remove_privs(iocb->ki_filp);
	if (ret)
		goto out;
	if (!append) {
		ret = generic_write_checks(iocb, from);
		if (ret <= 0)
			goto out;
	}
	if (direct && ll_dio_possible(iocb, from)) {
		write_times(inode);
		ret = ll_dio_rw(iocb, from);
		goto out;
	}
	iocb->ki_flags &= ~IOCB_DIRECT;
	ret = buffered_write(iocb, from);
	if (through) {
		iocb->ki_flags |= IOCB_DIRECT;
		rc = ret > 0 ? flush_checked(inode->i_mapping, iocb->ki_pos - ret, iocb->ki_pos - 1) : 0;
		ret = rc ?: ret;
	}
	ll_io_count(inode, true, ret, start);
out:
	if (shared)
		inode_unlock_shared(inode);
	else
		inode_unlock(inode);
	return ret > 0 ? generic_write_sync(iocb, ret) : ret;
}

/* ---- truncate, times ---- */

int ll_setattr_size(struct inode *inode, loff_t new_size, const struct iattr *attr)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_objset *set;
	struct ll_layout *lo;
	struct ll_locks locks;
	struct obj_rpc *r;
	u32 i, k;
	int rc, rc2;

	rc = ll_dio_wait_writes(inode);
	if (!rc)
		rc = ll_io_begin(inode, LL_LAYOUT_TRUNC, 0, (u64)new_size + 1, &lo, &set);
	if (rc)
		return rc;
	if (!set) {
		truncate_setsize(inode, new_size);
		goto out_io;
	}
	r = kvcalloc(set->nr, sizeof(*r), GFP_NOFS);
	if (!r) {
		rc = -ENOMEM;
		goto out_io;
	}
	rc = ll_locks_get(inode, set, 0, LUSTRE_EOF, LCK_PW, new_size ? 0 : LDLM_FL_AST_DISCARD_DATA, &locks);
	if (rc)
		goto out_free;
	/* the partial page at the end becomes clean before its tail is cut, so that no stale tail is written later */
	if (new_size & ~PAGE_MASK)
		rc = ll_pages_flush(inode->i_mapping, new_size & PAGE_MASK, new_size);
	if (!rc)
		rc = ll_pages_wait(inode->i_mapping, new_size & PAGE_MASK, LLONG_MAX, true);
	if (rc == -EINTR) {
		ll_locks_put(&locks);
		goto out_free;
	}
	rc = 0;
	spin_lock(&d->lock);
	i_size_write(inode, new_size);
	spin_unlock(&d->lock);
	truncate_pagecache(inode, new_size);
	for (i = 0; i < lo->nr_comps && !rc; i++) {
		struct ll_comp *c = &lo->comps[i];

		if (!ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->stripe_count && c->first + k < set->nr && !rc; k++) {
			struct ll_object *obj = set->obj[c->first + k];
			/* at the very start of a component it still is what makes the file that long */
			u64 osize = (u64)new_size < c->start ? 0 : ll_obj_end(c, k, min_t(u64, new_size, c->end));
			struct obdo *oa;
			struct ptlrpc_request *req;

			if (!obj || c->end <= (u64)new_size)
				continue;
			req = obj_rpc_new(inode, obj, OST_PUNCH, &oa);
			if (IS_ERR(req)) {
				rc = PTR_ERR(req);
				break;
			}
			ll_object_obdo_version(obj, oa);
			oa->o_size = cpu_to_le64(osize);
			oa->o_blocks = cpu_to_le64(OBD_OBJECT_EOF);
			oa->o_uid = cpu_to_le32(i_uid_read(inode));
			oa->o_gid = cpu_to_le32(i_gid_read(inode));
			obdo_times(oa, inode,
				   OBD_MD_FLSIZE | OBD_MD_FLBLOCKS | OBD_MD_FLMTIME | OBD_MD_FLCTIME |
					   OBD_MD_FLUID | OBD_MD_FLGID | OBD_MD_FLPROJID);
			spin_lock(&d->lock);
			obj->size = osize;
			obj->kms = osize;
			obj->mtime = inode->i_mtime.tv_sec;
			obj->ctime = max_t(s64, obj->ctime, inode->i_ctime.tv_sec);
			spin_unlock(&d->lock);
			rc = obj_rpc_send(&r[c->first + k], req, obj);
		}
	}
	rc2 = obj_rpc_wait(inode, r, set->nr);
	rc = rc ? rc : rc2;
	ll_data_merge(inode, set);
	set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
	/* After a failure nobody here knows the sizes: they come again with new locks. */
	locks.forget = rc;
	ll_locks_put(&locks);
out_free:
	kvfree(r);
out_io:
	ll_io_end(inode, lo, set);
	return rc;
}

int ll_setattr_times(struct inode *inode, const struct iattr *attr)
{
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_objset *set;
	struct ll_locks locks;
	struct ll_layout *lo;
	struct obj_rpc *r;
	u64 valid = OBD_MD_FLCTIME;
	bool past;
	int rc = 0, rc2;
	u32 i;

	if (!d || !(attr->ia_valid & (ATTR_MTIME | ATTR_ATIME)))
		return 0;
	if (attr->ia_valid & ATTR_MTIME)
		valid |= OBD_MD_FLMTIME;
	if (attr->ia_valid & ATTR_ATIME)
		valid |= OBD_MD_FLATIME;
	lo = ll_layout_get(inode);
	if (IS_ERR(lo))
		return PTR_ERR(lo);
	if (!ll_layout_has_objects(lo)) {
		ll_layout_put(lo);
		return 0;
	}
	/* writes that were made before must not raise the times again */
	rc = ll_pages_flush(inode->i_mapping, 0, LLONG_MAX);
	if (rc == -EINTR) {
		ll_layout_put(lo);
		return rc;
	}
	rc = 0;
	set = ll_objset_get(inode, lo);
	ll_layout_put(lo);
	if (IS_ERR(set))
		return PTR_ERR(set);
	/* Times in the past: others have the old, later ones with their locks, and may have more to write. */
	past = (valid & OBD_MD_FLMTIME && inode->i_mtime.tv_sec < inode->i_ctime.tv_sec) ||
	       (valid & OBD_MD_FLATIME && inode->i_atime.tv_sec < inode->i_ctime.tv_sec);
	if (past) {
		rc = ll_locks_get(inode, set, 0, LUSTRE_EOF, LCK_PW, 0, &locks);
		if (rc) {
			ll_objset_put(set);
			return rc;
		}
	}
	r = kvcalloc(set->nr, sizeof(*r), GFP_NOFS);
	if (!r) {
		rc = -ENOMEM;
		goto out;
	}
	for (i = 0; i < set->nr && !rc; i++) {
		struct ll_object *obj = set->obj[i];
		struct ptlrpc_request *req;
		struct obdo *oa;

		if (!obj)
			continue;
		spin_lock(&d->lock);
		if (valid & OBD_MD_FLMTIME)
			obj->mtime = inode->i_mtime.tv_sec;
		if (valid & OBD_MD_FLATIME)
			obj->atime = inode->i_atime.tv_sec;
		obj->ctime = inode->i_ctime.tv_sec;
		spin_unlock(&d->lock);
		req = obj_rpc_new(inode, obj, OST_SETATTR, &oa);
		if (IS_ERR(req)) {
			rc = PTR_ERR(req);
			break;
		}
		obdo_times(oa, inode, valid);
		rc = obj_rpc_send(&r[i], req, obj);
	}
	rc2 = obj_rpc_wait(inode, r, set->nr);
	rc = rc ? rc : rc2;
	ll_data_merge(inode, set);
	kvfree(r);
out:
	if (past)
		ll_locks_put(&locks);
	ll_objset_put(set);
	return rc;
}

/* ---- fsync, flush ---- */

/*
 * An object is in step when an OST_SYNC was answered that was sent after its last change. A failed one leaves it out of step, and one that
 * is still in flight, too: the next fsync asks again. Errors of writes, also of those that the OST acknowledged and then lost, are told once
 * for each open file.
 */
int ll_file_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	struct ll_inode_data *d = ll_i(inode)->lli_data;
	struct ll_objset *set;
	struct obj_rpc *r;
	int rc, rc2;
	u32 i;

	ll_count(inode->i_sb, FSYNC, 1);
	rc = ll_pages_flush(inode->i_mapping, start, end);
	if (rc == -EINTR)
		return rc;
	set = d ? ll_objset_peek(inode) : NULL;
	if (set) {
		r = kvcalloc(set->nr, sizeof(*r), GFP_NOFS);
		for (i = 0; r && i < set->nr; i++) {
			struct ll_object *obj = set->obj[i];
			struct ptlrpc_request *req;
			struct obdo *oa;
			bool need;

			if (!obj)
				continue;
			spin_lock(&d->lock);
			need = obj->synced != obj->changes;
			r[i].changes = obj->changes;
			spin_unlock(&d->lock);
			if (!need)
				continue;
			req = obj_rpc_new(inode, obj, OST_SYNC, &oa);
			if (IS_ERR(req)) {
				rc = rc ? rc : PTR_ERR(req);
				continue;
			}
			oa->o_valid |= cpu_to_le64(OBD_MD_FLSIZE | OBD_MD_FLBLOCKS);
			oa->o_size = 0;
			oa->o_blocks = cpu_to_le64(OBD_OBJECT_EOF);
			rc2 = obj_rpc_send(&r[i], req, obj);
			rc = rc ? rc : rc2;
		}
		rc2 = r ? obj_rpc_wait(inode, r, set->nr) : -ENOMEM;
		if (rc2 == -ENOENT && !inode->i_nlink)
			rc2 = 0;
		rc = rc ? rc : rc2;
		kvfree(r);
		ll_objset_put(set);
	}
	/* the file must be found again after a crash of the MDT, whatever datasync says */
	rc2 = mdc_sync(ll_sbi(inode->i_sb), ll_fid(inode));
	rc = rc ? rc : rc2;
	if (rc == -EINTR)
		return rc;
	rc2 = file_check_and_advance_wb_err(file);
	return rc ? rc : rc2;
}

/* What was not told yet; fsync tells it again. */
int ll_data_flush(struct file *file)
{
	return filemap_check_wb_err(file->f_mapping, READ_ONCE(file->f_wb_err));
}

void ll_file_data_release(struct file *file)
{
}

int ll_group_lock(struct file *file, u64 gid)
{
	return -EOPNOTSUPP;
}

int ll_group_unlock(struct file *file, u64 gid)
{
	return -EOPNOTSUPP;
}

int ll_data_version(struct inode *inode, u64 *version, u64 flags)
{
	return -EOPNOTSUPP;
}

int ll_fiemap(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len)
{
	return -EOPNOTSUPP;
}

/* ---- mmap, llseek, fallocate ---- */

int ll_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct inode *inode = file_inode(file);

	file_accessed(file);
	vma->vm_ops = &ll_vm_ops;
	ll_count(inode->i_sb, MMAP, 1);
	return 0;
}

loff_t ll_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);

	ll_count(inode->i_sb, SEEK, 1);
	if (whence == SEEK_END || whence == SEEK_DATA || whence == SEEK_HOLE) {
		int rc = ll_glimpse(inode);

		if (rc)
			return rc;
	}
	return generic_file_llseek_size(file, offset, whence, inode->i_sb->s_maxbytes, i_size_read(inode));
}

/* Written back and gone, also where somebody looks at one right now. */
static void drop_pages(struct inode *inode, u64 start, u64 last)
{
	if (invalidate_inode_pages2_range(inode->i_mapping, start >> PAGE_SHIFT, last >> PAGE_SHIFT))
		truncate_pagecache_range(inode, start & PAGE_MASK, last | ~PAGE_MASK);
}

long ll_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file_inode(file);
	u64 end = (u64)offset + len;
	bool zeros = mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE);
	struct ll_objset *set;
	struct ll_layout *lo;
	struct ll_locks locks;
	struct obj_rpc *r;
	u32 i, k;
	int rc, rc2;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	if (down_write_killable(&inode->i_rwsem))
		return -EINTR;
	rc = ll_dio_wait_writes(inode);
	if (!rc)
		rc = file_remove_privs(file);
	if (!rc)
		rc = ll_io_begin(inode, LL_LAYOUT_WRITE, offset, end, &lo, &set);
	if (rc)
		goto out_unlock;
	if (!set) {
		rc = -EOPNOTSUPP;
		goto out_io;
	}
	r = kvcalloc(set->nr, sizeof(*r), GFP_NOFS);
	if (!r) {
		rc = -ENOMEM;
		goto out_io;
	}
	rc = ll_locks_get(inode, set, offset, end, LCK_PW, 0, &locks);
	if (rc)
		goto out_free;
	if (!(mode & FALLOC_FL_KEEP_SIZE)) {
		rc = ll_glimpse_set(inode, set);
		if (!rc)
			rc = inode_newsize_ok(inode, end);
	}
	if (!rc)
		rc = ll_pages_flush(inode->i_mapping, offset & PAGE_MASK, end);
	if (!rc)
		rc = ll_pages_wait(inode->i_mapping, offset & PAGE_MASK, end, true);
	if (!rc && zeros)
		drop_pages(inode, offset, end - 1);
	for (i = 0; i < lo->nr_comps && !rc; i++) {
		struct ll_comp *c = &lo->comps[i];
		u64 s = max_t(u64, offset, c->start), e = min(end, c->end);

		if (s >= e || !ll_comp_has_objects(c))
			continue;
		for (k = 0; k < c->stripe_count && c->first + k < set->nr; k++) {
			struct ll_object *obj = set->obj[c->first + k];
			u64 os = ll_obj_end(c, k, s), oe = ll_obj_end(c, k, e);
			struct ptlrpc_request *req;
			struct obdo *oa;

			if (!obj || os >= oe)
				continue;
			req = obj_rpc_new(inode, obj, OST_FALLOCATE, &oa);
			if (IS_ERR(req)) {
				rc = PTR_ERR(req);
				break;
			}
			ll_object_obdo_version(obj, oa);
			oa->o_size = cpu_to_le64(os);
			oa->o_blocks = cpu_to_le64(oe);
			oa->o_falloc_mode = cpu_to_le32(mode);
			oa->o_uid = cpu_to_le32(i_uid_read(inode));
			oa->o_gid = cpu_to_le32(i_gid_read(inode));
			oa->o_mtime = cpu_to_le64(ktime_get_real_seconds());
			oa->o_ctime = oa->o_mtime;
			oa->o_valid |= cpu_to_le64(OBD_MD_FLSIZE | OBD_MD_FLBLOCKS | OBD_MD_FLUID |
						   OBD_MD_FLGID | OBD_MD_FLPROJID | OBD_MD_FLMTIME |
						   OBD_MD_FLCTIME);
			rc = obj_rpc_send(&r[c->first + k], req, obj);
			if (rc)
				break;
		}
	}
	rc2 = obj_rpc_wait(inode, r, set->nr);
	rc = rc ? rc : rc2;
	/* and what a reader brought in meanwhile: pages of the range come back from the server with its zeros */
	if (zeros && !ll_pages_wait(inode->i_mapping, offset & PAGE_MASK, end, true))
		drop_pages(inode, offset, end - 1);
	if (!rc) {
		write_times(inode);
		set_bit(LLIF_DATA_MODIFIED, &ll_i(inode)->lli_flags);
		if (!(mode & FALLOC_FL_KEEP_SIZE)) {
			const struct ll_comp *c;
			struct ll_object *obj;
			u64 off;

			obj = ll_objset_at(set, end - 1, &c, &off);
			if (obj)
				ll_data_wrote(inode, obj, off + 1, end, true);
		}
	}
	ll_locks_put(&locks);
out_free:
	kvfree(r);
out_io:
	ll_io_end(inode, lo, set);
out_unlock:
	inode_unlock(inode);
	ll_count(inode->i_sb, FALLOCATE, 1);
	return rc;
}
