// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctls of files and directories (chapter 7.3); numbers and arguments: gloss/lustre_user.h.
 * Arguments are in host order, layouts in little-endian order, which is the same on the machines
 * this runs on.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/compat.h>
#include <linux/fileattr.h>
#include <linux/fsnotify.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/security.h>
#include <linux/uaccess.h>
#include <gloss/lustre_user.h>
#include "internal.h"

static_assert(sizeof(struct obd_ioctl_data) == 576);

/* ---- packed arguments ---- */

static struct obd_ioctl_data *ll_ioc_data_get(void __user *arg)
{
	struct obd_ioctl_data *d;
	u64 want = sizeof(*d);
	u32 head[2];
	int i;

	if (copy_from_user(head, arg, sizeof(head)))
		return ERR_PTR(-EFAULT);
	if (head[1] != OBD_IOCTL_VERSION || head[0] < sizeof(*d) || head[0] > OBD_IOC_BUF_MAX)
		return ERR_PTR(-EINVAL);
	d = memdup_user(arg, head[0]);
	if (IS_ERR(d))
		return d;
	d->ioc_len = head[0];
	for (i = 0; i < 4; i++) {
		if (d->ioc_inl[i].len > OBD_IOC_BUF_MAX)
			goto bad;
		want += ALIGN(d->ioc_inl[i].len, 8);
	}
	if (want != d->ioc_len || !d->ioc_pbuf1 != !d->ioc_plen1 || !d->ioc_pbuf2 != !d->ioc_plen2)
		goto bad;
	return d;
bad:
	kfree(d);
	return ERR_PTR(-EINVAL);
}

static void *ll_ioc_data_inl(struct obd_ioctl_data *d, int idx, u32 min)
{
	u8 *p = d->ioc_bulk;
	int i;

	if (d->ioc_inl[idx].len < min || !min)
		return NULL;
	for (i = 0; i < idx; i++)
		p += ALIGN(d->ioc_inl[i].len, 8);
	return p;
}

/* ---- mount ---- */

static long ll_ioc_obd_statfs(struct ll_sb_info *sbi, void __user *arg)
{
	struct obd_ioctl_data *d = ll_ioc_data_get(arg);
	struct obd_statfs st = { };
	char uuid[UUID_MAX] = "";
	u32 *type, *index;
	int rc;

	if (IS_ERR(d))
		return PTR_ERR(d);
	type = ll_ioc_data_inl(d, 0, 4);
	index = ll_ioc_data_inl(d, 1, 4);
	rc = -EINVAL;
	if (!type || !index || d->ioc_plen1 != sizeof(st) || d->ioc_plen2 != UUID_MAX)
		goto out;
	if (*type & LL_STATFS_LMV) {
		struct ll_mdc *mdc = xa_load(&sbi->sbi_mdcs, *index);

		rc = (int)*index >= ll_nr_mdts(sbi) ? -ENODEV : -EAGAIN;
		if (mdc) {
			strscpy(uuid, mdc->lmc_tgt_uuid, sizeof(uuid));
			rc = mdc_statfs(mdc, &st, false, *type & LL_STATFS_NODELAY);
		}
	} else if (*type & LL_STATFS_LOV) {
		struct ll_osc *osc = xa_load(&sbi->sbi_oscs, *index);

		rc = (int)*index >= ll_nr_osts(sbi) ? -ENODEV : -EAGAIN;
		if (osc) {
			strscpy(uuid, ll_osc_uuid(osc), sizeof(uuid));
			rc = -ENODATA;
			if (ll_osc_import(osc))
				rc = ll_osc_statfs(osc, &st, *type & LL_STATFS_NODELAY);
		}
	} else {
		rc = -ENODEV;
	}
	/* -EAGAIN means a hole in the indices to tools, which leave that row out. */
	if (rc == -EAGAIN && *uuid)
		rc = -ENOTCONN;
	/* The UUID is filled in also after an error: tools print both. */
	if (*uuid && copy_to_user(u64_to_user_ptr(d->ioc_pbuf2), uuid, sizeof(uuid)))
		rc = -EFAULT;
	if (!rc && copy_to_user(u64_to_user_ptr(d->ioc_pbuf1), &st, sizeof(st)))
		rc = -EFAULT;
out:
	kfree(d);
	return rc > 0 ? -EPROTO : rc;
}

static long ll_ioc_fid2path(struct ll_sb_info *sbi, void __user *arg)
{
	struct getinfo_fid2path_le head, *gf;
	u32 len;
	int rc;

	if (!capable(CAP_DAC_READ_SEARCH) && !(sbi->sbi_opts & LL_OPT_USER_FID2PATH))
		return -EPERM;
	if (copy_from_user(&head, arg, sizeof(head)))
		return -EFAULT;
	len = le32_to_cpu(head.gf_pathlen);
	if (len > PATH_MAX)
		return -EINVAL;
	gf = kzalloc(sizeof(*gf) + len, GFP_KERNEL);
	if (!gf)
		return -ENOMEM;
	*gf = head;
	rc = mdc_fid2path(sbi, gf, len);
	if (!rc &&
	    copy_to_user(arg, gf, sizeof(*gf) + min_t(u32, strnlen(gf->gf_path, len) + 1, len)))
		rc = -EFAULT;
	kfree(gf);
	return rc;
}

static long ll_ioc_name(struct ll_sb_info *sbi, const char *kind, void __user *arg)
{
	char name[128] = "";

	snprintf(name, sizeof(name), "%s-%s-%s", sbi->sbi_fsname, kind, sbi->sbi_inst);
	return copy_to_user(arg, name, sizeof(name)) ? -EFAULT : 0;
}

static long ll_ioc_obd_count(struct ll_sb_info *sbi, u32 __user *arg)
{
	u32 what;

	if (get_user(what, arg))
		return -EFAULT;
	if (what > 1)
		return -EINVAL;
	return put_user((u32)(what ? ll_nr_mdts(sbi) : ll_nr_osts(sbi)), arg);
}

static long ll_ioc_path2fid(struct inode *inode, void __user *arg)
{
	return copy_to_user(arg, ll_fid(inode), sizeof(struct lu_fid)) ? -EFAULT : 0;
}

/* ---- layouts ---- */

/*
 * A layout to a user whose buffer says in its header how much it holds: of a composite one a single
 * component then (chapter 7 3.5). Any other header: all of it.
 */
static long ll_ioc_layout_to_user(struct inode *inode, const void *ea, u32 len, void __user *arg)
{
	struct lov_mds_md_v1 head;
	struct wire_lov_comp w, pick;
	const void *from = ea;
	u32 magic, room, i, n;
	bool found = false;

	if (copy_from_user(&head, arg, sizeof(head)))
		return -EFAULT;
	magic = le32_to_cpu(head.lmm_magic);
	if (magic != LOV_MAGIC_V1 && magic != LOV_MAGIC_V3)
		return copy_to_user(arg, ea, len) ? -EFAULT : 0;
	if (le32_to_cpu(*(__le32 *)ea) == LOV_MAGIC_COMP_V1) {
		const struct lov_comp_md_v1 *lcm = ea;

		n = wire_lov_comp_count(ea, len);
		for (i = 0; i < n; i++) {
			if (wire_lov_comp(ea, len, i, &w))
				continue;
			if (!found || !i_size_read(inode) || w.flags & LCME_FL_INIT) {
				pick = w;
				from = ea + le32_to_cpu(lcm->lcm_entries[i].lcme_offset);
				found = true;
			}
		}
		if (!found)
			return -ENODATA;
		len = lov_mds_md_size(pick.nr_objects, pick.magic);
	}
	room = lov_mds_md_size(le16_to_cpu(head.lmm_stripe_count), magic);
	return copy_to_user(arg, from, min(len, room)) ? -EFAULT : 0;
}

static long ll_ioc_getstripe(struct inode *inode, void __user *arg)
{
	struct ll_layout *lo;
	void *ea;
	long rc;
	u32 len;

	if (S_ISDIR(inode->i_mode)) {
		rc = ll_dir_layout(inode, &ea, &len);
		if (!rc)
			rc = ll_ioc_layout_to_user(inode, ea, len, arg);
		else
			return rc;
		kvfree(ea);
		return rc;
	}
	lo = ll_layout_get(inode);
	if (IS_ERR(lo))
		return PTR_ERR(lo);
	rc = lo->ly_ea_len ? ll_ioc_layout_to_user(inode, lo->ly_ea, lo->ly_ea_len, arg) : -ENODATA;
	ll_layout_put(lo);
	return rc;
}

/* The layout that a user asks for, in wire order; kvmalloc'ed. */
static void *ll_ioc_hint_from_user(void __user *arg, u32 *len)
{
	u8 head[48];
	void *hint;

	if (copy_from_user(head, arg, 32))
		return ERR_PTR(-EFAULT);
	*len = ll_hint_size(head, 32);
	if (!*len)
		return ERR_PTR(-EINVAL);
	hint = vmemdup_user(arg, *len);
	if (IS_ERR(hint))
		return hint;
	if (ll_hint_size(hint, *len) != *len) {
		kvfree(hint);
		return ERR_PTR(-EINVAL);
	}
	return hint;
}

static long ll_ioc_setstripe(struct file *file, void __user *arg)
{
	struct inode *inode = file_inode(file);
	struct ll_layout *lo;
	void *hint;
	long rc;
	u32 len;

	hint = ll_ioc_hint_from_user(arg, &len);
	if (IS_ERR(hint))
		return PTR_ERR(hint);
	if (S_ISDIR(inode->i_mode)) {
		rc = -EOPNOTSUPP;
		if (*(__le32 *)hint == cpu_to_le32(LOV_MAGIC_COMP_V1))
			goto out;
		rc = mnt_want_write_file(file);
		if (rc)
			goto out;
		rc = ll_setstripe_dir(inode, hint, len);
		mnt_drop_write_file(file);
		goto out;
	}
	rc = -EPERM;
	if (!(file->f_mode & FMODE_WRITE))
		goto out;
	rc = ll_setstripe_file(file_dentry(file), hint, len);
	if (rc)
		goto out;
	/* The result goes into the caller's buffer as far as it fits. */
	lo = ll_layout_get(inode);
	if (!IS_ERR(lo)) {
		if (lo->ly_ea_len && copy_to_user(arg, lo->ly_ea, min(lo->ly_ea_len, len)))
			rc = -EFAULT;
		ll_layout_put(lo);
	}
out:
	kvfree(hint);
	return rc;
}

/* ---- a name in a directory ---- */

static u64 ll_ioc_info_valid(const struct ll_answer *a)
{
	return a->valid &
	       (OBD_MD_FLSIZE | OBD_MD_FLBLOCKS | OBD_MD_FLLAZYSIZE | OBD_MD_FLLAZYBLOCKS |
		OBD_MD_FLATIME | OBD_MD_FLMTIME | OBD_MD_FLCTIME | OBD_MD_FLMODE | OBD_MD_FLTYPE |
		OBD_MD_FLUID | OBD_MD_FLGID | OBD_MD_FLNLINK | OBD_MD_FLRDEV | OBD_MD_FLBLKSZ);
}

/* struct statx of the body of an answer. */
static int ll_ioc_info_statx(struct super_block *sb, const struct ll_answer *a, void __user *to)
{
	const struct mdt_body *b = a->body;
	dev_t rdev = old_decode_dev(le32_to_cpu(b->mbo_rdev));
	struct statx stx = {
		.stx_mask = STATX_BASIC_STATS | STATX_BTIME,
		.stx_blksize = 1 << sb->s_blocksize_bits,
		.stx_nlink = le32_to_cpu(b->mbo_nlink),
		.stx_uid = le32_to_cpu(b->mbo_uid),
		.stx_gid = le32_to_cpu(b->mbo_gid),
		.stx_mode = le32_to_cpu(b->mbo_mode),
		.stx_ino = ll_fid_ino(sb, &a->fid),
		.stx_size = le64_to_cpu(b->mbo_size),
		.stx_blocks = le64_to_cpu(b->mbo_blocks),
		.stx_atime.tv_sec = le64_to_cpu(b->mbo_atime),
		.stx_mtime.tv_sec = le64_to_cpu(b->mbo_mtime),
		.stx_ctime.tv_sec = le64_to_cpu(b->mbo_ctime),
		.stx_btime.tv_sec = le64_to_cpu(b->mbo_btime),
		.stx_rdev_major = MAJOR(rdev),
		.stx_rdev_minor = MINOR(rdev),
		.stx_dev_major = MAJOR(sb->s_dev),
		.stx_dev_minor = MINOR(sb->s_dev),
	};

	static_assert(sizeof(stx) == 256);
	return copy_to_user(to, &stx, sizeof(stx)) ? -EFAULT : 0;
}

/* struct stat as user space of this machine knows it. */
static int ll_ioc_info_stat(struct super_block *sb, const struct ll_answer *a, void __user *to)
{
	const struct mdt_body *b = a->body;
	struct stat st = {
		.st_dev = new_encode_dev(sb->s_dev),
		.st_ino = ll_fid_ino(sb, &a->fid),
		.st_nlink = le32_to_cpu(b->mbo_nlink),
		.st_mode = le32_to_cpu(b->mbo_mode),
		.st_uid = le32_to_cpu(b->mbo_uid),
		.st_gid = le32_to_cpu(b->mbo_gid),
		.st_rdev = new_encode_dev(old_decode_dev(le32_to_cpu(b->mbo_rdev))),
		.st_size = le64_to_cpu(b->mbo_size),
		.st_blksize = 1 << sb->s_blocksize_bits,
		.st_blocks = le64_to_cpu(b->mbo_blocks),
		.st_atime = le64_to_cpu(b->mbo_atime),
		.st_mtime = le64_to_cpu(b->mbo_mtime),
		.st_ctime = le64_to_cpu(b->mbo_ctime),
	};

	return copy_to_user(to, &st, sizeof(st)) ? -EFAULT : 0;
}

static long ll_ioc_info_to_user(struct super_block *sb, unsigned int cmd, const struct ll_answer *a,
				u8 __user *arg)
{
	static const u8 zero[32];
	u64 valid = ll_ioc_info_valid(a);
	const void *ea = a->ea;
	u32 len = a->ea_len;
	u32 tail[2] = { len, 0 };
	long rc;

	switch (cmd) {
	case IOC_MDC_GETFILESTRIPE:
		if (!len)
			return -ENODATA;
		return copy_to_user(arg, ea, len) ? -EFAULT : 0;
	case IOC_MDC_GETFILEINFO_V1:
	case LL_IOC_MDC_GETINFO_V1:
		rc = ll_ioc_info_stat(sb, a, arg);
		arg += 144;
		break;
	default:
		rc = copy_to_user(arg, &a->fid, sizeof(a->fid)) ? -EFAULT : 0;
		if (!rc)
			rc = ll_ioc_info_statx(sb, a, arg + 16);
		if (!rc && (copy_to_user(arg + 272, &valid, 8) || copy_to_user(arg + 280, tail, 8)))
			rc = -EFAULT;
		arg += 288;
		break;
	}
	if (!rc && copy_to_user(arg, len ? ea : zero, len ?: sizeof(zero)))
		rc = -EFAULT;
	return rc;
}

static long ll_ioc_getinfo(struct inode *dir, unsigned int cmd, void __user *arg)
{
	u64 valid = MDC_GETATTR_VALID | OBD_MD_FLEASIZE | OBD_MD_FLDIREA;
	u32 room = max_t(u32, mdc_ea_room(mdc_of(dir)), 4096);
	struct ll_answer a;
	char *name;
	long rc;

	if (cmd == LL_IOC_MDC_GETINFO_V1 || cmd == LL_IOC_MDC_GETINFO_V2) {
		rc = mdc_getattr(mdc_of(dir), ll_fid(dir), valid, room, &a);
	} else {
		name = strndup_user(arg, NAME_MAX + 2);
		if (IS_ERR(name))
			return PTR_ERR(name) == -EINVAL ? -ENAMETOOLONG : PTR_ERR(name);
		rc = strlen(name) > NAME_MAX ? -ENAMETOOLONG : 0;
		memset(&a, 0, sizeof(a));
		if (!rc)
			rc = mdc_getattr_name(dir, name, strlen(name), valid, room, &a);
		kfree(name);
	}
	if (!rc && !(a.valid & OBD_MD_FLTYPE))
		rc = -EREMOTE;
	/* Tools walk through the layout by what it says of itself. */
	if (!rc && a.ea_len && (a.valid & OBD_MD_FLDIREA ? wire_lov_hint_check(a.ea, a.ea_len) :
							   wire_lov_check(a.ea, a.ea_len)))
		rc = -EPROTO;
	if (!rc)
		rc = ll_ioc_info_to_user(dir->i_sb, cmd, &a, arg);
	ll_answer_put(&a);
	return rc;
}

static long ll_ioc_lookup(struct inode *dir, void __user *arg)
{
	struct obd_ioctl_data *d = ll_ioc_data_get(arg);
	struct ll_answer a;
	char *name;
	int rc = -EINVAL;

	if (IS_ERR(d))
		return PTR_ERR(d);
	name = ll_ioc_data_inl(d, 0, 2);
	if (name && wire_name_ok(name, d->ioc_inl[0].len)) {
		rc = mdc_getattr_name(dir, name, d->ioc_inl[0].len - 1, OBD_MD_FLID, 0, &a);
		ll_answer_put(&a);
	}
	kfree(d);
	return rc;
}

/*
 * mkdir(2) with a wish for the layout of the directory: the checks, hooks and events of mkdir(2).
 */
static int ll_ioc_mkdir_locked(struct file *file, const struct qstr *name, umode_t mode,
			       const void *lum, u32 lum_len)
{
	struct inode *dir = file_inode(file);
	struct dentry *dentry;
	int rc;

	dentry = lookup_one_len(name->name, file->f_path.dentry, name->len);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	rc = d_is_positive(dentry) ? -EEXIST : 0;
	if (!rc)
		rc = inode_permission(&nop_mnt_idmap, dir, MAY_WRITE | MAY_EXEC);
	if (!rc)
		rc = security_path_mkdir(&file->f_path, dentry, mode & ~current_umask());
	if (!rc)
		rc = security_inode_mkdir(dir, dentry, mode & ~current_umask());
	if (!rc)
		rc = ll_mkdir_lmv(dir, dentry, mode, lum, lum_len);
	if (!rc)
		fsnotify_mkdir(dir, dentry);
	dput(dentry);
	return rc;
}

/* lfs mkdir: the MDT decides whether it can make such a directory. */
static long ll_ioc_mkdir(struct file *file, void __user *arg)
{
	struct obd_ioctl_data *d = ll_ioc_data_get(arg);
	struct inode *dir = file_inode(file);
	struct qstr name;
	void *lum;
	int rc = -EINVAL;

	if (IS_ERR(d))
		return PTR_ERR(d);
	name.name = ll_ioc_data_inl(d, 0, 2);
	lum = ll_ioc_data_inl(d, 1, sizeof(struct lmv_user_md_le));
	if (!name.name || !lum || !wire_name_ok(name.name, d->ioc_inl[0].len) ||
	    wire_lmv_user_check(lum, d->ioc_inl[1].len))
		goto out;
	name.len = d->ioc_inl[0].len - 1;
	rc = mnt_want_write_file(file);
	if (rc)
		goto out;
	inode_lock_nested(dir, I_MUTEX_PARENT);
	rc = ll_ioc_mkdir_locked(file, &name, d->ioc_type & 01777, lum, d->ioc_inl[1].len);
	inode_unlock(dir);
	mnt_drop_write_file(file);
out:
	kfree(d);
	return rc;
}

/* The default LMV that is stored with a directory. */
static int ll_default_lmv_get(struct inode *dir, struct lmv_user_md_le *lum)
{
	struct ll_answer a;
	int rc;

	rc = mdc_getattr(mdc_of(dir), ll_fid(dir), OBD_MD_DEFAULT_MEA,
			 max_t(u32, mdc_ea_room(mdc_of(dir)), 4096), &a);
	if (!rc && a.default_lmv)
		*lum = *a.default_lmv;
	else if (!rc)
		rc = -ENODATA;
	ll_answer_put(&a);
	return rc;
}

/* Levels of an inheritance that are left @depth directories below; 0 = none. */
static u8 ll_lmv_inherit_left(u8 levels, unsigned int depth)
{
	return levels > depth ? levels - depth : 0;
}

/*
 * What a directory without a default LMV of its own inherits from the root (chapter 7, 3.5). For
 * lum_max_inherit 0 means without end and 255 none, for lum_max_inherit_rr it is the other way
 * round.
 */
static int ll_default_lmv_inherited(const struct file *file, struct lmv_user_md_le *lum)
{
	struct dentry *root = file->f_path.dentry->d_sb->s_root, *d, *up;
	unsigned int depth = 0;
	int rc;

	rc = ll_default_lmv_get(d_inode(root), lum);
	if (rc)
		return rc;
	for (d = dget(file->f_path.dentry); d != root && !IS_ROOT(d); d = up, depth++) {
		up = dget_parent(d);
		dput(d);
	}
	dput(d);
	if (lum->lum_max_inherit == 255)
		return -ENODATA;
	if (lum->lum_max_inherit) {
		lum->lum_max_inherit = ll_lmv_inherit_left(lum->lum_max_inherit, depth);
		if (!lum->lum_max_inherit)
			return -ENODATA;
	}
	if (lum->lum_max_inherit_rr != 255)
		lum->lum_max_inherit_rr = ll_lmv_inherit_left(lum->lum_max_inherit_rr, depth);
	return 0;
}

static long ll_ioc_lmv_getstripe(const struct file *file, void __user *arg)
{
	struct lmv_user_md_le lum;
	bool raw;
	int rc;

	if (copy_from_user(&lum, arg, sizeof(lum)))
		return -EFAULT;
	switch (le32_to_cpu(lum.lum_magic)) {
	case LMV_MAGIC_V1:
		return -ENODATA;	/* a striped directory cannot be opened here */
	case LMV_USER_MAGIC:
		break;
	default:
		return -EINVAL;
	}
	raw = le32_to_cpu(lum.lum_type) == 1;
	rc = ll_default_lmv_get(file_inode(file), &lum);
	if (rc == -ENODATA && !raw)
		rc = ll_default_lmv_inherited(file, &lum);
	if (!rc && copy_to_user(arg, &lum, sizeof(lum)))
		rc = -EFAULT;
	return rc;
}

/*
 * ioctls of features that this client does not have (chapter 7, 3.2). Tools get EOPNOTSUPP for them
 * instead of ENOTTY, which would mean that this is not a Lustre file system.
 */
static bool ll_ioc_declined(unsigned int cmd)
{
	static const u32 cmds[] = {
		0xc0b066a2, /* OBD_IOC_QUOTACTL */
		0x802066d3, 0x401866d4, 0x401866d5, 0x400866d6,
		0x400866d7, 0x401866d8, 0x401866d9, 0x401866dc, /* HSM */
		0xc03066f5, /* HSM_IMPORT */
		0x402066db, /* SWAP_LAYOUTS */
		0xc00c66f3, 0xc00866f3, 0x000066f4, /* leases */
		0xc03066f6, 0x800466f7, /* default LMV, MIGRATE */
		0x801066f2, 0xc00866f2, /* RMFID, REMOVE_ENTRY */
		0x802066fa, 0x412066fa, /* LADVISE */
		0xc00866fb, 0x400866fb, /* heat */
		0x400866fc, 0xc00466fc, 0xc01466fc, 0x901066fc, /* PCC */
		0x411066fd, /* PROJECT */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		if (cmds[i] == cmd)
			return true;
	return false;
}

/* ---- entry ---- */

static long ll_ioc_data_version(struct inode *inode, struct ioc_data_version __user *arg)
{
	struct ioc_data_version idv;
	struct ll_layout *lo;
	int rc;

	if (copy_from_user(&idv, arg, sizeof(idv)))
		return -EFAULT;
	rc = ll_data_version(inode, &idv.idv_version, idv.idv_flags);
	if (rc)
		return rc;
	lo = ll_layout_peek(inode);
	idv.idv_layout_version = lo ? lo->ly_gen : 0;
	ll_layout_put(lo);
	return copy_to_user(arg, &idv, sizeof(idv)) ? -EFAULT : 0;
}

static long ll_ioc_file_flags(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ll_file *lf = file->private_data;
	int flags;

	if (cmd == LL_IOC_GETFLAGS)
		return put_user((int)lf->lf_ioctl_flags, (int __user *)arg);
	if (get_user(flags, (int __user *)arg))
		return -EFAULT;
	if (cmd == LL_IOC_CLRFLAGS) {
		lf->lf_ioctl_flags &= ~flags;
		return 0;
	}
	if (flags & 2 || (flags & 1 && !(file->f_flags & O_DIRECT)))
		return -EINVAL;
	lf->lf_ioctl_flags |= flags;
	return 0;
}

static long ll_ioc_common(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file_inode(file);
	struct ll_sb_info *sbi = ll_sbi(inode->i_sb);
	void __user *uarg = (void __user *)arg;
	char uuid[UUID_MAX] = "";

	switch (cmd) {
	case LL_IOC_GETVERSION:
		return put_user((long)inode->i_generation, (long __user *)uarg);
	case LL_IOC_LOV_SETSTRIPE:
	case LL_IOC_LOV_SETSTRIPE_NEW:
		return ll_ioc_setstripe(file, uarg);
	case LL_IOC_LOV_GETSTRIPE:
	case LL_IOC_LOV_GETSTRIPE_NEW:
		return ll_ioc_getstripe(inode, uarg);
	case IOC_OBD_STATFS:
		return ll_ioc_obd_statfs(sbi, uarg);
	case LL_IOC_FLUSHCTX:
		return 0;
	case LL_IOC_PATH2FID:
		return ll_ioc_path2fid(inode, uarg);
	case LL_IOC_GET_MDTIDX:
		return put_user((int)mdc_of(inode)->lmc_index, (int __user *)uarg);
	case OBD_IOC_FID2PATH:
		return ll_ioc_fid2path(sbi, uarg);
	case OBD_IOC_GETDTNAME:
	case OBD_IOC_GETNAME_OLD:
		return ll_ioc_name(sbi, "clilov", uarg);
	case OBD_IOC_GETMDNAME:
		return ll_ioc_name(sbi, "clilmv", uarg);
	case OBD_IOC_GETUUID:
		strscpy(uuid, sbi->sbi_uuid, sizeof(uuid));
		return copy_to_user(uarg, uuid, sizeof(uuid)) ? -EFAULT : 0;
	}
	return ll_ioc_declined(cmd) ? -EOPNOTSUPP : -ENOTTY;
}

static bool ll_ioc_is_tty(unsigned int cmd)
{
	return _IOC_TYPE(cmd) == 'T' || _IOC_TYPE(cmd) == 't';
}

long ll_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file_inode(file);

	if (ll_ioc_is_tty(cmd))
		return -ENOTTY;
	ll_count(inode->i_sb, IOCTL, 1);
	switch (cmd) {
	case LL_IOC_GETFLAGS:
	case LL_IOC_SETFLAGS:
	case LL_IOC_CLRFLAGS:
		return ll_ioc_file_flags(file, cmd, arg);
	case LL_IOC_GROUP_LOCK:
		return ll_group_lock(file, arg);
	case LL_IOC_GROUP_UNLOCK:
		return ll_group_unlock(file, arg);
	case LL_IOC_DATA_VERSION:
		return ll_ioc_data_version(inode, (void __user *)arg);
	case 0x1268:	/* BLKSSZGET */
		return put_user((int)PAGE_SIZE, (int __user *)arg);
	}
	return ll_ioc_common(file, cmd, arg);
}

long ll_dir_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *dir = file_inode(file);
	struct ll_sb_info *sbi = ll_sbi(dir->i_sb);
	struct lu_fid fid;

	if (ll_ioc_is_tty(cmd))
		return -ENOTTY;
	ll_count(dir->i_sb, IOCTL, 1);
	switch (cmd) {
	case LL_IOC_GETOBDCOUNT:
		return ll_ioc_obd_count(sbi, (u32 __user *)arg);
	case LL_IOC_GET_CONNECT_FLAGS:
		return put_user(imp_connect_flags(sbi->sbi_mdc0->lmc_imp), (u64 __user *)arg);
	case LL_IOC_FID2MDTIDX:
		if (copy_from_user(&fid, (void __user *)arg, sizeof(fid)))
			return -EFAULT;
		return fid_is_sane(&fid) ? mdc_for_fid(sbi, &fid)->lmc_index : -EINVAL;
	case IOC_MDC_LOOKUP:
		return ll_ioc_lookup(dir, (void __user *)arg);
	case IOC_MDC_GETFILESTRIPE:
	case IOC_MDC_GETFILEINFO_V1:
	case IOC_MDC_GETFILEINFO_V2:
	case LL_IOC_MDC_GETINFO_V1:
	case LL_IOC_MDC_GETINFO_V2:
		return ll_ioc_getinfo(dir, cmd, (void __user *)arg);
	case LL_IOC_LMV_SETSTRIPE:
		return ll_ioc_mkdir(file, (void __user *)arg);
	case LL_IOC_LMV_GETSTRIPE:
		return ll_ioc_lmv_getstripe(file, (void __user *)arg);
	}
	return ll_ioc_common(file, cmd, arg);
}

/* ---- lsattr, chattr, project ---- */

static const struct {
	u32 wire, fs;
} ll_attr_flags[] = {
	{ LUSTRE_SYNC_FL, FS_SYNC_FL },
	{ LUSTRE_IMMUTABLE_FL, FS_IMMUTABLE_FL },
	{ LUSTRE_APPEND_FL, FS_APPEND_FL },
	{ LUSTRE_NODUMP_FL, FS_NODUMP_FL },
	{ LUSTRE_NOATIME_FL, FS_NOATIME_FL },
	{ LUSTRE_DIRSYNC_FL, FS_DIRSYNC_FL },
	{ LUSTRE_TOPDIR_FL, FS_TOPDIR_FL },
	{ LUSTRE_PROJINHERIT_FL, FS_PROJINHERIT_FL },
};

int ll_fileattr_get(struct dentry *dentry, struct fileattr *fa)
{
	struct inode *inode = d_inode(dentry);
	struct ll_inode *lli = ll_i(inode);
	u32 flags = 0, i;
	int rc;

	rc = ll_inode_refresh(inode, LLC_UPDATE);
	if (rc)
		return rc;
	for (i = 0; i < ARRAY_SIZE(ll_attr_flags); i++)
		if (lli->lli_attr_flags & ll_attr_flags[i].wire)
			flags |= ll_attr_flags[i].fs;
	fileattr_fill_flags(fa, flags);
	fa->fsx_projid = lli->lli_projid;
	return 0;
}

int ll_fileattr_set(struct mnt_idmap *idmap, struct dentry *dentry, struct fileattr *fa)
{
	struct inode *inode = d_inode(dentry);
	struct ll_setattr sa = { .valid = MDS_ATTR_ATTR_FLAG };
	struct ll_answer a;
	u32 i, known = 0;
	int rc;

	if (fa->fsx_valid && fa->fsx_projid != ll_i(inode)->lli_projid) {
		sa.valid |= MDS_ATTR_PROJID;
		sa.projid = fa->fsx_projid;
	}
	for (i = 0; i < ARRAY_SIZE(ll_attr_flags); i++) {
		known |= ll_attr_flags[i].fs;
		if (fa->flags & ll_attr_flags[i].fs)
			sa.attr_flags |= ll_attr_flags[i].wire;
	}
	if (fa->flags_valid && fa->flags & ~(known | FS_EXTENT_FL))
		return -EOPNOTSUPP;
	sa.valid |= MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET;
	sa.ctime = ktime_get_real_seconds();
	rc = mdc_setattr(inode, &sa, &a);
	if (!rc)
		ll_inode_update(inode, &a);
	ll_answer_put(&a);
	return rc;
}
