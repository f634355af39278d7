// SPDX-License-Identifier: GPL-2.0-only
/*
 * `mount -t lustre DEVICE` (or lustre_tgt): from a device to running targets and back. The mounted
 * tree itself is empty; it exists so that statfs and umount have something to work on.
 *
 * Start: object store -> MGS of this device -> client of the MGS -> registration -> the target with
 * its config log -> requests. Stop: the same backwards.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/blkdev.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/seq_file.h>
#include <linux/statfs.h>
#include <gloss/lnet.h>
#include <gloss/mount.h>
#include <trace/events/tgt.h>
#include "internal.h"

#define REG_TRIES	4	/* of a registration that must succeed, 2 s apart */

static DEFINE_MUTEX(tgt_mounts_mutex);
static LIST_HEAD(tgt_mounts);

/* ---- start and stop ---- */

/* A device or a target name can run once. */
static int tgt_mount_claim(struct tgt_mount *tm)
{
	struct tgt_mount *other;
	int rc;

	rc = lookup_bdev(tm->tm_device, &tm->tm_dev);
	if (rc)
		return rc;
	mutex_lock(&tgt_mounts_mutex);
	list_for_each_entry(other, &tgt_mounts, tm_list)
		if (other->tm_dev == tm->tm_dev)
			rc = -EALREADY;
	if (!rc)
		list_add(&tm->tm_list, &tgt_mounts);
	mutex_unlock(&tgt_mounts_mutex);
	if (rc)
		pr_err("%s is mounted as a target already: rc = %d\n", tm->tm_device, rc);
	return rc;
}

static void tgt_mount_unclaim(struct tgt_mount *tm)
{
	mutex_lock(&tgt_mounts_mutex);
	list_del_init(&tm->tm_list);
	mutex_unlock(&tgt_mounts_mutex);
}

static bool tgt_text_has_nid(const char *list, const struct lnet_nid *nid)
{
	struct lnet_nid one;
	size_t n;

	for (; *list && *list != ' '; list += n + (list[n] && list[n] != ' ')) {
		n = strcspn(list, ",: ");
		if (n && !lnet_str_nid_len(list, n, &one) && lnet_nid_eq(&one, nid))
			return true;
	}
	return false;
}

static const char *tgt_find_param(const char *params, const char *key)
{
	size_t n = strlen(key), len;
	const char *p, *found = NULL;

	for (p = params; *p; p += len) {
		p += strspn(p, " ");
		len = strcspn(p, " ");
		if (len > n && !strncmp(p, key, n) && p[n] == '=')
			found = p + n + 1;
	}
	return found;
}

/* Which of our NIDs clients shall use. */
static int tgt_fill_nids(struct tgt_mount *tm, struct mgs_target_info *mti)
{
	const char *nodes = tm->tm_flags & LDD_F_NO_PRIMNODE
				    ? tgt_find_param(tm->tm_params, "failover.node")
				    : NULL;
	const char *network = tgt_find_param(tm->tm_params, "network");
	struct lnet_nid nid;
	u32 i, n = 0;

	for (i = 0; n < MTI_NIDS_MAX && !lnet_local_nid(i, &nid); i++) {
		char net[LNET_NIDSTR_SIZE];
		u64 nid4 = lnet_nid_to_nid4(&nid);

		if (nid4 == LNET_NID_ANY || lnet_nid_is_lo(&nid))
			continue;
		if (nodes && !tgt_text_has_nid(nodes, &nid))
			continue;
		lnet_net_str(lnet_nid_net(&nid), net);
		if (network &&
		    (strncmp(network, net, strlen(net)) || !strchr(" ,", network[strlen(net)])))
			continue;
		mti->mti_nids[n++] = cpu_to_le64(nid4);
	}
	mti->mti_nid_count = cpu_to_le32(n);
	if (!n)
		pr_err("%s: no NID of this node fits network= and failover.node= of the target: rc = %d\n",
		       tm->tm_svname, -EINVAL);
	return n ? 0 : -EINVAL;
}

/* What the MGS is told of this target. ERR_PTR: -ENOMEM; -EINVAL: no NID fits. */
static struct mgs_target_info *tgt_make_mti(struct tgt_mount *tm)
{
	struct mgs_target_info *mti = kvzalloc(sizeof(*mti), GFP_KERNEL);
	int rc;

	if (!mti)
		return ERR_PTR(-ENOMEM);
	mti->mti_lustre_ver = cpu_to_le32(OBD_OCD_VERSION(2, 17, 0, 0));
	mti->mti_stripe_index = cpu_to_le32(tm->tm_index);
	strscpy(mti->mti_fsname, tm->tm_fsname, sizeof(mti->mti_fsname));
	strscpy(mti->mti_svname, tm->tm_svname, sizeof(mti->mti_svname));
	strscpy(mti->mti_params, tm->tm_params, sizeof(mti->mti_params));
	rc = tgt_fill_nids(tm, mti);
	if (!rc)
		return mti;
	kvfree(mti);
	return ERR_PTR(rc);
}

static u32 tgt_reg_flags(const struct tgt_mount *tm)
{
	u32 flags = tm->tm_flags & LDD_F_ONDISK_MASK;

	return tm->tm_flags & (LDD_F_VIRGIN | LDD_F_UPDATE | LDD_F_WRITECONF) ?
		       flags | LDD_F_UPDATE : flags;
}

static int tgt_register(struct tgt_mount *tm)
{
	u32 flags = tgt_reg_flags(tm);
	bool must = flags & LDD_F_UPDATE;
	struct mgs_target_info *mti = tgt_make_mti(tm);
	int rc = 0, tries;

	if (IS_ERR(mti))
		return PTR_ERR(mti);
	for (tries = 0; !rc; tries++) {
		mti->mti_flags = cpu_to_le32(flags | LDD_F_OPC_REG);
		rc = mgc_target_register(tm->tm_mgc, mti);
		if (!must || (rc != -ESHUTDOWN && rc != -EIO) || tries == REG_TRIES - 1 ||
		    le32_to_cpu(mti->mti_flags) & LDD_F_ERROR)
			break;
		rc = schedule_timeout_killable(2 * HZ) ? -EINTR : 0;
	}
	if (rc && le32_to_cpu(mti->mti_flags) & LDD_F_ERROR)
		pr_err("%s: the MGS refuses the registration, see its log: rc = %d\n",
		       tm->tm_svname, rc);
	else if (rc && must)
		pr_err("%s: no registration with the MGS (%s), is it running? rc = %d\n",
		       tm->tm_svname, tm->tm_mgsnode ?: "on this node", rc);
	else if (rc && rc != -EINTR && rc != -EINVAL) {
		pr_warn("%s: the MGS (%s) does not answer, starting with copies of the config logs: rc = %d\n",
			tm->tm_svname, tm->tm_mgsnode ?: "on this node", rc);
		rc = 0;
	}
	kvfree(mti);
	return rc;
}

/*
 * The target answers: have the MGS tell its clients, which connect at once and need not miss it
 * first. If that fails they notice by themselves.
 */
static void tgt_tell_ready(struct tgt_mount *tm)
{
	struct mgs_target_info *mti;
	int rc;

	if (!mgc_recovers(tm->tm_mgc))
		return;
	mti = tgt_make_mti(tm);
	if (IS_ERR(mti))
		return;
	mti->mti_flags = cpu_to_le32(tgt_reg_flags(tm) | LDD_F_OPC_READY);
	mti->mti_instance = cpu_to_le32(tm->tm_target->lt_pt.pt_instance);
	rc = mgc_target_register(tm->tm_mgc, mti);
	if (rc)
		pr_warn("%s: the MGS does not tell the clients of this start: rc = %d\n",
			tm->tm_svname, rc);
	kvfree(mti);
}

static int tgt_start_mgs(struct tgt_mount *tm)
{
	int rc;

	tm->tm_mgs = tgt_start(tm, TGT_MGS);
	if (IS_ERR(tm->tm_mgs)) {
		rc = PTR_ERR(tm->tm_mgs);
		tm->tm_mgs = NULL;
		return rc;
	}
	return tgt_serve(tm->tm_mgs);
}

static int tgt_start_target(struct tgt_mount *tm)
{
	enum tgt_kind kind = tm->tm_flags & LDD_F_SV_TYPE_OST ? TGT_OST : TGT_MDT;
	const char *nodes = tm->tm_mgs ? "0@lo" : tm->tm_mgsnode;
	int rc;

	if (!nodes) {
		pr_err("%s: no mgsnode= on the disk or in the mount options: rc = %d\n",
		       tm->tm_svname, -EINVAL);
		return -EINVAL;
	}
	if (tgt_name_running(tm->tm_svname)) {
		pr_err("%s runs on this node already: rc = %d\n", tm->tm_svname, -EALREADY);
		return -EALREADY;
	}
	tm->tm_mgc = mgc_get(nodes, !tm->tm_noir);
	if (IS_ERR(tm->tm_mgc)) {
		rc = PTR_ERR(tm->tm_mgc);
		tm->tm_mgc = NULL;
		return rc;
	}
	rc = tgt_kind_serve(kind) ?: tgt_register(tm);
	if (rc)
		return rc;
	tm->tm_target = tgt_start(tm, kind);
	if (IS_ERR(tm->tm_target)) {
		rc = PTR_ERR(tm->tm_target);
		tm->tm_target = NULL;
		return rc;
	}
	rc = tgt_serve(tm->tm_target);
	if (!rc)
		tgt_tell_ready(tm);
	return rc;
}

static int tgt_mount_disk(struct tgt_mount *tm)
{
	char label[17];
	int rc;

	if (!tm->tm_have_svname) {
		rc = tgt_read_label(tm->tm_device, label) ?: tgt_set_svname(tm, label);
		if (rc) {
			pr_err("%s: the volume label is not that of a target: rc = %d\n",
			       tm->tm_device, rc);
			return rc;
		}
	}
	rc = osd_mount(tm->tm_device, tm->tm_osd_opts, &tm->tm_osd);
	if (rc) {
		tm->tm_osd = NULL;
		/* -EBUSY: also what the multi-mount protection of the file system says */
		pr_err("%s cannot be mounted%s: rc = %d\n", tm->tm_device, rc == -EBUSY ?
		       ", it is in use on this node or on its partner; stop it there first" : "",
		       rc);
		return rc;
	}
	rc = tgt_read_mountdata(tm);
	if (rc)
		pr_err("%s: " MOUNT_DATA_FILE " cannot be used: rc = %d\n", tm->tm_device, rc);
	return rc;
}

static int tgt_mount_services(struct tgt_mount *tm)
{
	int rc = 0;

	osd_params_start(tm->tm_osd, tm->tm_svname[0] ? tm->tm_svname : LUSTRE_MGS_OBDNAME);
	if (tm->tm_mgs_opt && !tm->tm_nomgs) {
		tm->tm_flags |= LDD_F_SV_TYPE_MGS;
		rc = tgt_start_mgs(tm);
	}
	if (!rc && tm->tm_svname[0] && !tm->tm_nosvc)
		rc = tgt_start_target(tm);
	return rc;
}

/* What is started at an error is stopped by tgt_mount_stop(). */
int tgt_mount_start(struct tgt_mount *tm)
{
	int rc;

	if (!tm->tm_device)
		return -EINVAL;
	rc = tgt_mount_claim(tm);
	if (rc)
		return rc;
	rc = tgt_mount_disk(tm);
	trace_tgt_mount_begin(tm->tm_device, tm->tm_svname, rc);
	if (!rc)
		rc = tgt_mount_services(tm);
	trace_tgt_mount_end(tm->tm_device, tm->tm_svname, rc);
	return rc;
}

void tgt_mount_stop(struct tgt_mount *tm)
{
	if (tm->tm_target)
		tgt_stop(tm->tm_target);
	tm->tm_target = NULL;
	if (tm->tm_mgc)
		mgc_put(tm->tm_mgc);
	tm->tm_mgc = NULL;
	if (tm->tm_mgs)
		tgt_stop(tm->tm_mgs);
	tm->tm_mgs = NULL;
	if (tm->tm_osd)
		osd_umount(tm->tm_osd);
	tm->tm_osd = NULL;
	if (tm->tm_device)
		trace_tgt_umount(tm->tm_device, tm->tm_svname, 0);
	tgt_mount_unclaim(tm);
}

void tgt_mount_free(struct tgt_mount *tm)
{
	if (!tm)
		return;
	kfree(tm->tm_device);
	kfree(tm->tm_mgsnode);
	kfree(tm->tm_osd_opts);
	kfree(tm->tm_exclude);
	kvfree(tm->tm_params);
	kfree(tm);
}

/* ---- super block ---- */

static int tgt_fs_statfs(struct dentry *dentry, struct kstatfs *st)
{
	struct tgt_mount *tm = dentry->d_sb->s_fs_info;
	int rc = osd_statfs(tm->tm_osd, st);

	st->f_type = TGT_SUPER_MAGIC;
	return rc;
}

/* umount -f: what waits for the MGS gives up, and the clients are forgotten. */
static void tgt_fs_umount_begin(struct super_block *sb)
{
	struct tgt_mount *tm = sb->s_fs_info;

	tm->tm_force = true;
	if (tm->tm_mgc)
		mgc_abort(tm->tm_mgc);
}

static int tgt_fs_show_options(struct seq_file *m, struct dentry *root)
{
	struct tgt_mount *tm = root->d_sb->s_fs_info;

	seq_show_option(m, "svname", tm->tm_svname[0] ? tm->tm_svname : "MGS");
	if (tm->tm_mgs)
		seq_puts(m, ",mgs");
	seq_puts(m, ",osd=osd-ldiskfs");
	return 0;
}

static const struct super_operations tgt_super_ops = {
	.statfs = tgt_fs_statfs,
	.umount_begin = tgt_fs_umount_begin,
	.show_options = tgt_fs_show_options,
};

static int tgt_fs_make_root(struct super_block *sb)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return -ENOMEM;
	inode->i_ino = 2;
	inode->i_mode = S_IFDIR | 0555;
	inode->i_op = &simple_dir_inode_operations;
	inode->i_fop = &simple_dir_operations;
	set_nlink(inode, 2);
	sb->s_root = d_make_root(inode);
	return sb->s_root ? 0 : -ENOMEM;
}

/* s_fs_info is the tgt_mount, with options and device. */
static int tgt_fill_super(struct super_block *sb)
{
	int rc;

	sb->s_magic = TGT_SUPER_MAGIC;
	sb->s_op = &tgt_super_ops;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_flags |= SB_NOEXEC | SB_NODEV | SB_NOSUID;
	rc = tgt_fs_make_root(sb);
	return rc ?: tgt_mount_start(sb->s_fs_info);
}

static int tgt_fill_context(struct super_block *sb, struct fs_context *fc)
{
	struct tgt_mount *tm = fc->fs_private;

	sb->s_fs_info = tm;
	fc->fs_private = NULL;	/* freed by tgt_kill_sb() from now on */
	if (!tm->tm_device && fc->source)
		tm->tm_device = kstrdup(fc->source, GFP_KERNEL);
	return tgt_fill_super(sb);
}

static void tgt_kill_sb(struct super_block *sb)
{
	struct tgt_mount *tm = sb->s_fs_info;

	kill_anon_super(sb);
	if (tm) {
		tgt_mount_stop(tm);
		tgt_mount_free(tm);
	}
}

/* ---- options ---- */

static int tgt_parse_monolithic(struct fs_context *fc, void *data)
{
	return data ? tgt_options_parse(fc->fs_private, data) : 0;
}

/* fsconfig(2): one option a call */
static int tgt_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	char *text;
	int rc;

	rc = vfs_parse_fs_param_source(fc, param);
	if (rc != -ENOPARAM)
		return rc;
	if (param->type == fs_value_is_flag)
		text = kstrdup(param->key, GFP_KERNEL);
	else if (param->type == fs_value_is_string)
		text = kasprintf(GFP_KERNEL, "%s=%s", param->key, param->string);
	else
		return -EINVAL;
	if (!text)
		return -ENOMEM;
	rc = tgt_options_parse(fc->fs_private, text);
	kfree(text);
	return rc;
}

static int tgt_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, tgt_fill_context);
}

static void tgt_free_fc(struct fs_context *fc)
{
	tgt_mount_free(fc->fs_private);
}

static const struct fs_context_operations tgt_context_ops = {
	.parse_monolithic = tgt_parse_monolithic,
	.parse_param = tgt_parse_param,
	.get_tree = tgt_get_tree,
	.free = tgt_free_fc,
};

static struct tgt_mount *tgt_mount_alloc(void)
{
	struct tgt_mount *tm = kzalloc(sizeof(*tm), GFP_KERNEL);

	if (!tm)
		return NULL;
	INIT_LIST_HEAD(&tm->tm_list);
	tm->tm_params = kvzalloc(TGT_PARAMS_MAX, GFP_KERNEL);
	if (!tm->tm_params) {
		kfree(tm);
		return NULL;
	}
	return tm;
}

static int tgt_init_fs_context(struct fs_context *fc)
{
	struct tgt_mount *tm = tgt_mount_alloc();

	if (!tm)
		return -ENOMEM;
	fc->fs_private = tm;
	fc->ops = &tgt_context_ops;
	return 0;
}

/* ---- as the type "lustre" ---- */

static const struct lustre_mount_ops tgt_mount_ops;

static int tgt_fill_lustre(struct super_block *sb, void *data, int silent)
{
	struct tgt_mount **tm = data;

	lustre_mount_claim(sb, &tgt_mount_ops);
	sb->s_fs_info = *tm;
	*tm = NULL;		/* freed by tgt_kill_sb() from now on */
	return tgt_fill_super(sb);
}

static struct dentry *tgt_mount_lustre(struct file_system_type *type, int flags, const char *dev,
				       void *data)
{
	struct tgt_mount *tm = tgt_mount_alloc();
	struct dentry *root;
	int rc;

	if (!tm)
		return ERR_PTR(-ENOMEM);
	rc = data ? tgt_options_parse(tm, data) : 0;
	if (!rc && !tm->tm_device && dev) {
		tm->tm_device = kstrdup(dev, GFP_KERNEL);
		rc = tm->tm_device ? 0 : -ENOMEM;
	}
	root = rc ? ERR_PTR(rc) : mount_nodev(type, flags, &tm, tgt_fill_lustre);
	tgt_mount_free(tm);
	return root;
}

static const struct lustre_mount_ops tgt_mount_ops = {
	.owner = THIS_MODULE,
	.magic = TGT_SUPER_MAGIC,
	.mount = tgt_mount_lustre,
	.kill_sb = tgt_kill_sb,
};

static struct file_system_type tgt_fs_type = {
	.owner = THIS_MODULE,
	.name = "lustre_tgt",
	.init_fs_context = tgt_init_fs_context,
	.kill_sb = tgt_kill_sb,
};
MODULE_ALIAS_FS("lustre_tgt");

static int __init tgt_init(void)
{
	int rc = lustre_mount_register(LUSTRE_MOUNT_TARGET, &tgt_mount_ops);

	if (rc)
		return rc;
	rc = register_filesystem(&tgt_fs_type);
	if (rc)
		lustre_mount_unregister(LUSTRE_MOUNT_TARGET);
	return rc;
}

static void __exit tgt_exit(void)
{
	unregister_filesystem(&tgt_fs_type);
	lustre_mount_unregister(LUSTRE_MOUNT_TARGET);
}

module_init(tgt_init);
module_exit(tgt_exit);
MODULE_DESCRIPTION("Lustre-compatible file system: targets");
MODULE_LICENSE("GPL");
