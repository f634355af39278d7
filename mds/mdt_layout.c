// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the layouts of existing files: the first one made late (open for write, setstripe),
 * objects for the components that a write or truncate reaches (IT_LAYOUT; chapter 4, 17), and
 * components added, removed and flagged by users (chapter 7, 4.2).
 *
 * All are one operation: the new layout is made from the EA as it is, with its objects reserved;
 * then the LAYOUT lock is taken, which makes clients forget the old one, and if the EA is still the
 * same the new one is stored. Else it begins anew.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/slab.h>
#include <gloss/fail.h>
#include "mdt_internal.h"

#define LAYOUT_EDIT_PREFIX	"lustre.lov."

/**
 * mdt_layout_replayed - the layout that a replayed request brings
 * @ea: from the request
 * @ea_len: bytes
 * @lov: out: a copy fit to be stored, kvfree() it; NULL if there is none
 * @len: out: its length
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int mdt_layout_replayed(const void *ea, u32 ea_len, void **lov, u32 *len)
{
	const struct lov_comp_md_v1 *lcm = ea;
	const struct lov_mds_md_v1 *in = ea;
	u32 size, magic;
	void *copy;

	*lov = NULL;
	*len = 0;
	if (!in || ea_len < sizeof(*in) || !in->lmm_magic)
		return 0;
	magic = le32_to_cpu(in->lmm_magic);
	size = magic == LOV_MAGIC_COMP_V1 ? le32_to_cpu(lcm->lcm_size) :
	       lov_mds_md_size(le16_to_cpu(in->lmm_stripe_count), magic);
	if (!size || magic == LOV_MAGIC_SPECIFIC || ea_len < size)
		return -EINVAL;
	copy = kvmalloc(size, GFP_NOFS);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, ea, size);
	if (wire_lov_check(copy, size)) {
		kvfree(copy);
		return -EINVAL;
	}
	mdt_layout_reset_gen(copy);
	*lov = copy;
	*len = size;
	return 0;
}

/* ---- one change of a layout ---- */

enum mdt_layout_change {
	LAYOUT_FIRST,	/* a file without one */
	LAYOUT_EXTENT,	/* objects up to lo_end */
	LAYOUT_ADD, LAYOUT_DEL, LAYOUT_FLAGS,	/* components */
};

struct mdt_layout_op {
	struct mdt_op		lo_op;
	enum mdt_layout_change	lo_change;
	struct mdt_object	*lo_parent;	/* the caller's, or NULL */
	u64			lo_flags;	/* MDS_OPEN_HAS_EA, MDS_OPEN_APPEND */
	const void		*lo_ea;		/* hint, edit, or the layout of a replay */
	u32			lo_ea_len;
	u64			lo_end;		/* of what is changed in the file */
	bool			lo_truncate;	/* lo_end is one behind the new size */
	/* As the file was when the new layout was made */
	void			*lo_old;
	u32			lo_old_len;
	u64			lo_size;
	struct mdt_layout	*lo_layout, *lo_replay;
	u32			lo_gone;	/* components at the end of lo_old that go */
	void			*lo_lov;	/* the new EA */
	u32			lo_lov_len;
	bool			*lo_made;	/* the caller's, or NULL */
};

static struct mdt_layout_op *mdt_layout_op_of(struct mdt_op *op)
{
	return container_of(op, struct mdt_layout_op, lo_op);
}

static void mdt_layout_op_reset(struct mdt_layout_op *l)
{
	mdt_layout_free(l->lo_layout);
	mdt_layout_free(l->lo_replay);
	kvfree(l->lo_old);
	kvfree(l->lo_lov);
	l->lo_layout = NULL;
	l->lo_replay = NULL;
	l->lo_old = NULL;
	l->lo_lov = NULL;
	l->lo_gone = 0;
}

/* The layout and size of the file as they are; mo_mutex is held. */
static int mdt_layout_op_read(struct mdt_object *o, void **ea, u32 *len, u64 *size)
{
	int rc = mdt_xattr_get_alloc(o, XATTR_NAME_LOV, ea);
	struct osd_attr la;

	*len = max(rc, 0);
	osd_attr_get(o->mo_osd, &la);
	*size = la.size;
	return rc < 0 && rc != -ENODATA ? rc : 0;
}

/* A file without layout: all that lies below its size, and what is changed now, gets objects. */
static int mdt_layout_plan_first(struct mdt_layout_op *l)
{
	struct mdt_device *mdt = l->lo_op.op_mdt;
	int rc;

	if (l->lo_old_len)
		return l->lo_flags & MDS_OPEN_HAS_EA ? -EEXIST : MDT_OP_DONE;
	rc = mdt_layout_for_file(mdt, l->lo_parent, l->lo_flags, l->lo_ea, l->lo_ea_len,
				 &l->lo_layout);
	return rc ?: mdt_layout_reserve(mdt, l->lo_layout, max(l->lo_end, l->lo_size + 1));
}

static u64 mdt_layout_end(const struct mdt_layout *l)
{
	return l->ml_comp[l->ml_nr - 1].lc_end;
}

/* Objects for what is changed; MDT_OP_DONE: all have some. */
static int mdt_layout_plan_extent(struct mdt_layout_op *l)
{
	struct mdt_layout *lo;
	int rc;

	if (!l->lo_old_len)
		return mdt_layout_plan_first(l);
	rc = mdt_layout_from_ea(l->lo_old, l->lo_old_len, &l->lo_layout);
	if (rc)
		return rc;
	lo = l->lo_layout;
	/* The end of the last component is a size that a file can have. */
	if (l->lo_end - (l->lo_truncate && l->lo_end) > mdt_layout_end(lo))
		return -EINVAL;
	if (!mdt_layout_lacks_objects(lo, l->lo_end))
		return MDT_OP_DONE;
	lo->ml_gen++;
	return mdt_layout_reserve(l->lo_op.op_mdt, lo, l->lo_end);
}

/* A replay installs what the client was given, no other objects. */
static int mdt_layout_plan_replay(struct mdt_layout_op *l)
{
	struct mdt_layout *replay;
	void *ea;
	u32 len;
	int rc;

	rc = mdt_layout_replayed(l->lo_ea, l->lo_ea_len, &ea, &len);
	if (rc || !len)
		return rc ?: MDT_OP_DONE;
	rc = mdt_layout_from_ea(ea, len, &replay);
	if (!l->lo_old_len && (!rc || rc == -EOPNOTSUPP)) {
		l->lo_lov = ea;
		l->lo_lov_len = len;
		mdt_layout_free(replay);
		return 0;
	}
	kvfree(ea);
	if (rc)
		return rc;
	l->lo_replay = replay;
	rc = l->lo_change == LAYOUT_EXTENT ?
	     mdt_layout_from_ea(l->lo_old, l->lo_old_len, &l->lo_layout) : MDT_OP_DONE;
	return rc ?: mdt_layout_merge(l->lo_layout, replay) ? 0 : MDT_OP_DONE;
}

/* More components behind the last one. */
static int mdt_layout_plan_add(struct mdt_layout_op *l)
{
	struct mdt_layout *more;
	u32 i, id = 0;
	int rc;

	rc = mdt_layout_from_wish(l->lo_ea, l->lo_ea_len, mdt_layout_end(l->lo_layout), &more);
	if (rc)
		return rc;
	for (i = 0; i < l->lo_layout->ml_nr; i++)
		id = max(id, l->lo_layout->ml_comp[i].lc_id);
	more->ml_explicit = true;
	if (!more->ml_composite || id + more->ml_nr > LCME_ID_MAX >> 16) {
		mdt_layout_free(more);
		return -EINVAL;
	}
	mdt_layout_fill(l->lo_op.op_mdt, NULL, more, id + 1);
	l->lo_layout = mdt_layout_append(l->lo_layout, more);
	return l->lo_layout ? 0 : -ENOMEM;
}

/* Is a component one of those that an edit names, by id or by flags? */
static bool mdt_layout_edit_names(const struct lov_comp_md_entry_v1 *e, const struct mdt_comp *c)
{
	u32 id = le32_to_cpu(e->lcme_id), flags = le32_to_cpu(e->lcme_flags);

	if (id)
		return c->lc_id == id;
	if (flags & LCME_FL_NEG)
		return !(c->lc_flags & flags & ~LCME_FL_NEG);
	return (c->lc_flags & flags) == flags;
}

/* Components at the end go, with their data. One must stay. */
static int mdt_layout_plan_del(struct mdt_layout_op *l)
{
	const struct lov_comp_md_v1 *lcm = l->lo_ea;
	const struct lov_comp_md_entry_v1 *e = lcm->lcm_entries;
	struct mdt_layout *lo = l->lo_layout;
	u32 i, n = 0;

	if (!e->lcme_id == !e->lcme_flags)
		return -EINVAL;
	for (i = 0; i < lo->ml_nr; i++)
		n += mdt_layout_edit_names(e, &lo->ml_comp[i]);
	for (i = lo->ml_nr; i > lo->ml_nr - n; i--)
		if (!mdt_layout_edit_names(e, &lo->ml_comp[i - 1]))
			return -EINVAL;
	if (!n || n == lo->ml_nr)
		return -EINVAL;
	for (i = lo->ml_nr - n; i < lo->ml_nr; i++) {
		kvfree(lo->ml_comp[i].lc_list);
		lo->ml_comp[i].lc_list = NULL;
	}
	lo->ml_nr -= n;
	lo->ml_gen++;
	l->lo_gone = n;
	return 0;
}

/* Flags of components, by id. */
static int mdt_layout_plan_flags(struct mdt_layout_op *l)
{
	const u32 settable = LCME_FL_PREF_RD | LCME_FL_PREF_WR | LCME_FL_NOSYNC;
	const struct lov_comp_md_v1 *lcm = l->lo_ea;
	struct mdt_layout *lo = l->lo_layout;
	u32 i, k;

	for (i = 0; i < le16_to_cpu(lcm->lcm_entry_count); i++) {
		const struct lov_comp_md_entry_v1 *e = &lcm->lcm_entries[i];
		u32 flags = le32_to_cpu(e->lcme_flags), bits = flags & ~LCME_FL_NEG;

		if (!bits || bits & ~settable)
			return -EINVAL;
		for (k = 0; k < lo->ml_nr; k++)
			if (lo->ml_comp[k].lc_id == le32_to_cpu(e->lcme_id))
				break;
		if (k == lo->ml_nr)
			return -EINVAL;
		if (flags & LCME_FL_NEG)
			lo->ml_comp[k].lc_flags &= ~bits;
		else
			lo->ml_comp[k].lc_flags |= bits;
	}
	lo->ml_gen++;
	return 0;
}

/* A composite layout is edited. mdt_layout_edit_begin() has checked the table of lo_ea. */
static int mdt_layout_plan_edit(struct mdt_layout_op *l)
{
	int rc;

	if (!l->lo_old_len)
		return -EINVAL;
	rc = mdt_layout_from_ea(l->lo_old, l->lo_old_len, &l->lo_layout);
	if (rc)
		return rc;
	if (!l->lo_layout->ml_composite)
		return -EINVAL;
	switch (l->lo_change) {
	case LAYOUT_ADD:
		rc = mdt_layout_plan_add(l);
		break;
	case LAYOUT_DEL:
		rc = mdt_layout_plan_del(l);
		break;
	default:
		rc = mdt_layout_plan_flags(l);
		break;
	}
	/* Only to see whether it can be stored. */
	return rc ?: mdt_layout_reserve(l->lo_op.op_mdt, l->lo_layout, 0);
}

static int mdt_layout_op_begin(struct mdt_op *op)
{
	return mdt_export(op->op_req->sr_exp)->me_rdonly ? -EROFS : 0;
}

static int mdt_layout_op_plan(struct mdt_layout_op *l)
{
	if (l->lo_change > LAYOUT_EXTENT)
		return mdt_layout_plan_edit(l);
	if (svc_req_replay(l->lo_op.op_req))
		return mdt_layout_plan_replay(l);
	return l->lo_change == LAYOUT_FIRST ? mdt_layout_plan_first(l) : mdt_layout_plan_extent(l);
}

/* The new layout; then the lock: clients that know the old one look again. */
static int mdt_layout_op_lock(struct mdt_op *op)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);
	int rc;

	mdt_layout_op_reset(l);
	mutex_lock(&op->op_obj->mo_mutex);
	rc = mdt_layout_op_read(op->op_obj, &l->lo_old, &l->lo_old_len, &l->lo_size);
	mutex_unlock(&op->op_obj->mo_mutex);
	if (!rc)
		rc = mdt_layout_op_plan(l);
	if (!rc && !l->lo_lov) {
		l->lo_lov = mdt_layout_build(l->lo_layout, &op->op_obj->mo_fid, &l->lo_lov_len);
		if (!l->lo_lov)
			rc = -ENOMEM;
	}
	if (!rc)
		mdt_lock_add(&op->op_locks, &op->op_obj->mo_fid, LCK_EX, MDS_INODELOCK_LAYOUT);
	return rc;
}

/* Is the file still what the new layout was made for? 0, MDT_OP_AGAIN, -errno. */
static int mdt_layout_op_recheck(struct mdt_layout_op *l)
{
	u32 len;
	u64 size;
	void *ea;
	int rc;

	rc = mdt_layout_op_read(l->lo_op.op_obj, &ea, &len, &size);
	if (!rc && (len != l->lo_old_len || (len && memcmp(ea, l->lo_old, len)) ||
		    (!len && size != l->lo_size)))
		rc = MDT_OP_AGAIN;
	kvfree(ea);
	return rc;
}

/* @fn for each object of the components that go, until it gives an error. Their number, -errno. */
static int mdt_layout_op_each_gone(struct mdt_layout_op *l, struct osd_trans *th,
				   int (*fn)(struct osd_trans *th, struct mdt_device *mdt,
					     const struct lu_fid *fid))
{
	u32 n = wire_lov_comp_count(l->lo_old, l->lo_old_len), i, k;
	struct wire_lov_comp c;
	struct lu_fid fid;
	int nr = 0, rc;

	for (i = n - l->lo_gone; i < n; i++) {
		rc = wire_lov_comp(l->lo_old, l->lo_old_len, i, &c);
		if (rc)
			return rc;
		if (!(c.flags & LCME_FL_INIT))
			continue;
		for (k = 0; k < c.nr_objects; k++, nr++) {
			rc = ostid_to_fid(&fid, &c.objects[k].l_ost_oi,
					  le32_to_cpu(c.objects[k].l_ost_idx));
			if (!rc)
				rc = fn(th, l->lo_op.op_mdt, &fid);
			if (rc)
				return rc;
		}
	}
	return nr;
}

/* All that can be refused is refused before the transaction. */
static int mdt_layout_op_check_gone(struct osd_trans *th, struct mdt_device *mdt,
				    const struct lu_fid *fid)
{
	return fid_is_idif(fid) ? 0 : -EOPNOTSUPP;
}

static int mdt_layout_op_check(struct mdt_op *op)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);
	struct mdt_object *o = op->op_obj;
	int rc, nr;

	/* The reaper may have begun to destroy its objects. */
	if (o->mo_dead && (o->mo_reaping || (!o->mo_opens && !svc_req_replay(op->op_req))))
		return -ENOENT;
	rc = mdt_layout_op_recheck(l);
	if (!rc && l->lo_change > LAYOUT_EXTENT)
		rc = mdt_permission(&op->op_cred, o, &op->op_la, MAY_WRITE);
	if (rc)
		return rc;
	nr = mdt_layout_op_each_gone(l, NULL, mdt_layout_op_check_gone);
	if (nr < 0)
		return nr;
	op->op_credits = OSD_CR_XATTR_LEN(l->lo_lov_len) + MDT_CR_OBJID +
			 nr * MDT_CR_RECORD;
	/* A file that was truncated before it had objects. */
	if (!l->lo_old_len && l->lo_size && l->lo_layout)
		return mdt_layout_set_size(l->lo_layout, l->lo_size);
	return 0;
}

FAIL_POINT_DEFINE(layout_set);

static int mdt_layout_op_execute(struct mdt_op *op, struct osd_trans *th)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);
	int rc;

	rc = svc_req_replay(op->op_req) ?
	     mdt_lov_replay_used(op->op_mdt, th, l->lo_lov, l->lo_lov_len) :
	     mdt_layout_used(th, l->lo_layout);
	if (!rc && FAIL_POINT(layout_set))
		rc = -EIO;
	if (!rc)
		rc = osd_xattr_set(th, op->op_obj->mo_osd, XATTR_NAME_LOV, l->lo_lov, l->lo_lov_len,
				   0);
	/*
	 * The objects are destroyed once this transaction is on disk. After the layout: it commits
	 * after an error, too, and a record of an object in use would destroy it.
	 */
	if (!rc)
		rc = min(mdt_layout_op_each_gone(l, th, mdt_record_object), 0);
	if (!rc && l->lo_layout)
		mdt_layout_stored(l->lo_layout);
	return rc;
}

static int mdt_layout_op_executed(struct mdt_op *op)
{
	struct mdt_layout_op *l = mdt_layout_op_of(op);

	if (l->lo_made)
		*l->lo_made = true;
	mdt_lov_saw_size(op->op_mdt, l->lo_lov_len);
	return 0;
}

static void mdt_layout_op_end(struct mdt_op *op)
{
	mdt_layout_op_reset(mdt_layout_op_of(op));
}

static const struct mdt_op_type mdt_op_layout = {
	.name		= "layout",
	.size		= sizeof(struct mdt_layout_op),
	.begin		= mdt_layout_op_begin,
	.lock		= mdt_layout_op_lock,
	.check		= mdt_layout_op_check,
	.execute	= mdt_layout_op_execute,
	.executed	= mdt_layout_op_executed,
	.end		= mdt_layout_op_end,
};

/* The operation of a request that is no edit; NULL when out of memory. */
static struct mdt_layout_op *mdt_layout_op_new(struct svc_req *req, struct mdt_object *o,
					       enum mdt_layout_change change, bool *made)
{
	struct mdt_layout_op *l = mdt_op_new(&mdt_op_layout, req, NULL, NULL);

	*made = false;
	if (!l)
		return NULL;
	mdt_object_get(o);
	l->lo_op.op_obj = o;
	l->lo_change = change;
	l->lo_made = made;
	return l;
}

/**
 * mdt_layout_make - give an existing file its first layout
 * @req: the request; a replay brings the layout
 * @o: the file
 * @parent: its directory if known, or NULL
 * @flags: MDS_OPEN_HAS_EA, MDS_OPEN_APPEND
 * @ea: hint, or the layout of a replay
 * @ea_len: bytes
 * @op_data: for the reply data
 * @made: out: a transaction was made
 *
 * Return: 0 (also when somebody else was faster), -EEXIST (HAS_EA only), -EINPROGRESS, -ENOSPC ...
 */
int mdt_layout_make(struct svc_req *req, struct mdt_object *o, struct mdt_object *parent, u64 flags,
		    const void *ea, u32 ea_len, u64 op_data, bool *made)
{
	struct mdt_layout_op *l = mdt_layout_op_new(req, o, LAYOUT_FIRST, made);

	if (!l)
		return -ENOMEM;
	l->lo_op.op_data = op_data;
	l->lo_parent = parent;
	l->lo_flags = flags;
	l->lo_ea = ea;
	l->lo_ea_len = ea_len;
	return mdt_op_run(&l->lo_op);
}

/* ---- components added, removed, flagged ---- */

/**
 * mdt_layout_is_edit - is an xattr of this name an edit of the layout?
 * @name: its full name, or NULL
 */
bool mdt_layout_is_edit(const char *name)
{
	return name && str_has_prefix(name, LAYOUT_EDIT_PREFIX);
}

static int mdt_layout_edit_kind(const char *name)
{
	name += strlen(LAYOUT_EDIT_PREFIX);
	if (!strcmp(name, "add"))
		return LAYOUT_ADD;
	if (!strcmp(name, "del"))
		return LAYOUT_DEL;
	if (!strcmp(name, "set.flags"))
		return LAYOUT_FLAGS;
	return -EINVAL;
}

static int mdt_layout_edit_begin(struct mdt_op *op)
{
	const struct mdt_rec_setxattr *rec = op->op_rec;
	struct mdt_layout_op *l = mdt_layout_op_of(op);
	int kind = mdt_layout_edit_kind(svc_req_buf(op->op_req, WF_NAME));
	const struct lov_comp_md_v1 *lcm = svc_req_buf(op->op_req, WF_EADATA);
	u32 len = svc_req_len(op->op_req, WF_EADATA);
	struct mdt_object *o;

	if (kind < 0)
		return kind;
	if (!(le64_to_cpu(rec->sx_valid) & OBD_MD_FLXATTR) || !lcm || len < sizeof(*lcm) ||
	    le32_to_cpu(lcm->lcm_magic) != LOV_MAGIC_COMP_V1 || !lcm->lcm_entry_count ||
	    struct_size(lcm, lcm_entries, le16_to_cpu(lcm->lcm_entry_count)) > len)
		return -EINVAL;
	o = mdt_object_find_live(op->op_mdt, &rec->sx_fid);
	if (IS_ERR(o))
		return PTR_ERR(o);
	op->op_obj = o;
	l->lo_change = kind;
	l->lo_ea = lcm;
	l->lo_ea_len = len;
	return S_ISREG(o->mo_osd->oo_type) ? 0 : -EINVAL;
}

const struct mdt_op_type mdt_op_layout_edit = {
	.name		= "layout_edit",
	.size		= sizeof(struct mdt_layout_op),
	.begin		= mdt_layout_edit_begin,
	.lock		= mdt_layout_op_lock,
	.check		= mdt_layout_op_check,
	.execute	= mdt_layout_op_execute,
	.executed	= mdt_layout_op_executed,
	.done		= mdt_op_reply_obj,
	.end		= mdt_layout_op_end,
};

/* ---- IT_LAYOUT ---- */

static int mdt_layout_reply(struct svc_req *req, void *ea, int len, struct ldlm_lock *lock,
			    struct ldlm_lock **lockp, int status)
{
	struct ldlm_reply *rep;
	int rc = 0;

	if (len > 0 && !status)
		rc = svc_rep_room(req, WF_DLM_LVB, len);
	if (!rc)
		rc = svc_rep_pack(req);
	if (rc) {
		kvfree(ea);
		ldlm_srv_unlock(lock);
		return rc;
	}
	if (len > 0 && !status)
		memcpy(svc_rep_buf(req, WF_DLM_LVB), ea, len);
	kvfree(ea);
	rep = svc_rep_buf(req, WF_DLM_REP);
	rep->lock_policy_res1 = cpu_to_le64(DISP_IT_EXECD);
	rep->lock_policy_res2 = cpu_to_le64((s64)status);
	if (status)
		req->sr_transno = 0;
	if (!lock)
		return status ?: ELDLM_LOCK_ABORTED;
	*lockp = lock;
	return 0;
}

/* What is asked for beyond the layout: 0, or -errno of what is not known here. */
static int mdt_intent_layout_opc(u32 opc)
{
	switch (opc) {
	case LAYOUT_INTENT_ACCESS:
	case LAYOUT_INTENT_WRITE:
	case LAYOUT_INTENT_TRUNC:
		return 0;
	case LAYOUT_INTENT_READ:
	case LAYOUT_INTENT_GLIMPSE:
	case 5:
	case 6:
		return -ENOTSUPP;
	default:
		return -EINVAL;
	}
}

/* Objects for what a client is going to change. */
static int mdt_intent_layout_change(struct svc_req *req, struct mdt_object *o,
				    const struct layout_intent *li)
{
	struct mdt_layout_op *l;
	struct tgt_reply_data trd;
	bool made;

	/* It was executed; the answer is lost, and is the layout of now in any case. */
	if (svc_req_resent(req) && tgt_resent(req, &trd)) {
		req->sr_transno = trd.trd_transno;
		return trd.trd_result;
	}
	l = mdt_layout_op_new(req, o, LAYOUT_EXTENT, &made);
	if (!l)
		return -ENOMEM;
	l->lo_op.op_data = DISP_IT_EXECD;
	l->lo_ea = svc_req_buf(req, WF_EADATA);
	l->lo_ea_len = svc_req_len(req, WF_EADATA);
	l->lo_end = le64_to_cpu(li->lai_extent.e_end);
	l->lo_truncate = le32_to_cpu(li->lai_opc) == LAYOUT_INTENT_TRUNC;
	return mdt_op_run(&l->lo_op);
}

/**
 * mdt_intent_layout - IT_LAYOUT
 * @req: the enqueue, format wf_ldlm_intent_layout
 * @lockp: out: CR LAYOUT
 *
 * Return: 0 with the lock; -errno, also in lock_policy_res2 (chapter 4, 17.2).
 */
int mdt_intent_layout(struct svc_req *req, struct ldlm_lock **lockp)
{
	const struct ldlm_request *dlm = svc_req_buf(req, WF_DLM_REQ);
	const struct layout_intent *li = svc_req_buf(req, WF_LAYOUT_INTENT);
	struct ldlm_lock *lock = NULL;
	struct ldlm_res_id res;
	struct mdt_object *o = NULL;
	struct lu_fid_le fid_le;
	struct lu_fid fid;
	void *ea = NULL;
	int rc, len = 0;

	*lockp = NULL;
	if (!dlm || !li)
		return -EPROTO;
	rc = mdt_intent_layout_opc(le32_to_cpu(li->lai_opc));
	if (rc)
		goto out;
	res_id_from_le(&res, &dlm->lock_desc.l_resource.lr_name);
	fid_from_res_id(&fid, &res);
	fid_to_le(&fid_le, &fid);
	o = mdt_object_find_live(mdt_dev(req), &fid_le);
	if (IS_ERR(o)) {
		rc = PTR_ERR(o);
		o = NULL;
		goto out;
	}
	if (le32_to_cpu(li->lai_opc) != LAYOUT_INTENT_ACCESS && S_ISREG(o->mo_osd->oo_type))
		rc = mdt_intent_layout_change(req, o, li);
	if (!rc) {
		rc = mdt_lock_client(req, o, LCK_CR, MDS_INODELOCK_LAYOUT, 0, &lock);
		/* A replay wants no lock: what it changed counts. */
		if (rc == -EAGAIN)
			rc = 0;
	}
	if (rc)
		goto out;
	/* Under the lock: the layout cannot change before the client has both. */
	len = S_ISREG(o->mo_osd->oo_type) ? mdt_xattr_get_alloc(o, XATTR_NAME_LOV, &ea) : 0;
	if (len < 0 && len != -ENODATA) {
		rc = len;
		mdt_lock_client_drop(lock);
		lock = NULL;
	}
out:
	mdt_object_put(o);
	return mdt_layout_reply(req, ea, len, lock, lockp, rc);
}
