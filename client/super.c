// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts of the client: options, the way from an MGS to a root directory (chapter 2.14), statfs,
 * umount.
 *
 * umount: kill_sb() drops the locks of all namespaces before the VFS evicts inodes, so that no lock
 * callback holds one, and takes the targets down after it. umount -f makes every import fail first,
 * and what is not written is lost; servers that are connected are told that this client leaves.
 * Without -f a server that is away is waited for only as long as it has data of this client to
 * store or a change to commit.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/backing-dev.h>
#include <linux/module.h>
#include <linux/parser.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/statfs.h>
#include <linux/uuid.h>
#include <gloss/lustre_user.h>
#include <gloss/mount.h>
#include "internal.h"
#include "data.h"
#include <trace/events/lustre.h>

static const struct lustre_mount_ops ll_mount_ops;

#define LL_MOUNT_WAIT	30U	/* seconds that a mount waits for servers that do not answer */

/* ---- options ---- */

static const struct {
	const char *name;
	unsigned int set, clear;
} ll_flags[] = {
	{ "flock", LL_OPT_FLOCK, LL_OPT_LOCALFLOCK },
	{ "localflock", LL_OPT_LOCALFLOCK, LL_OPT_FLOCK },
	{ "noflock", 0, LL_OPT_FLOCK | LL_OPT_LOCALFLOCK },
	{ "user_xattr", LL_OPT_USER_XATTR, 0 },
	{ "nouser_xattr", 0, LL_OPT_USER_XATTR },
	{ "lazystatfs", LL_OPT_LAZYSTATFS, 0 },
	{ "nolazystatfs", 0, LL_OPT_LAZYSTATFS },
	{ "statfs_project", LL_OPT_STATFS_PROJECT, 0 },
	{ "nostatfs_project", 0, LL_OPT_STATFS_PROJECT },
	{ "checksum", LL_OPT_CHECKSUM, 0 },
	{ "nochecksum", 0, LL_OPT_CHECKSUM },
	{ "lruresize", LL_OPT_LRURESIZE, 0 },
	{ "nolruresize", 0, LL_OPT_LRURESIZE },
	{ "user_fid2path", LL_OPT_USER_FID2PATH, 0 },
	{ "nouser_fid2path", 0, LL_OPT_USER_FID2PATH },
	{ "verbose", LL_OPT_VERBOSE, 0 },
	{ "noverbose", 0, LL_OPT_VERBOSE },
	{ "always_ping", LL_OPT_ALWAYS_PING, 0 },
	{ "32bitapi", LL_OPT_32BITAPI, 0 },
	{ "noir", LL_OPT_NOIR, 0 },
};

/* Accepted without effect: options of servers or of older clients, or of mount.lustre. */
static const char *const ll_ignored_options[] = {
	"acl",
	"noacl",
	"encrypt",
	"noencrypt",
	"abort_recov",
	"abort_recov_mdt",
	"nosvc",
	"nomgs",
	"noscrub",
	"skip_lfsck",
	"mgs",
	"writeconf",
	"update",
	"force",
	"retry=",
	"svname=",
	"osd=",
	"param=",
	"mgsnode=",
	"mgssec=",
	"skpath=",
	"recovery_time_soft=",
	"recovery_time_hard=",
	"thread_num=",
	"network=",
	"context=",
	"fscontext=",
	"defcontext=",
	"rootcontext=",
	"_netdev",
};

static bool ll_option_is_ignored(const char *opt)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ll_ignored_options); i++) {
		const char *name = ll_ignored_options[i];
		size_t len = strlen(name);

		if (name[len - 1] == '=' ? !strncmp(opt, name, len) : !strcmp(opt, name))
			return true;
	}
	return false;
}

static int ll_option_set_string(char **where, const char *value)
{
	kfree(*where);
	*where = kstrdup(value, GFP_KERNEL);
	return *where ? 0 : -ENOMEM;
}

static int ll_parse_option(struct ll_sb_info *sbi, const char *opt)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ll_flags); i++) {
		if (strcmp(opt, ll_flags[i].name))
			continue;
		sbi->sbi_opts = (sbi->sbi_opts & ~ll_flags[i].clear) | ll_flags[i].set;
		return 0;
	}
	if (!strncmp(opt, "mgsname=", 8))
		return ll_option_set_string(&sbi->sbi_mgsname, opt + 8);
	if (!strncmp(opt, "exclude=", 8))
		return ll_option_set_string(&sbi->sbi_exclude, opt + 8);
	if (!*opt || ll_option_is_ignored(opt))
		return 0;
	pr_err("Unknown option '%s', won't mount.\n", opt);
	return -EINVAL;
}

/* "nid[,nid][:nid]:/fsname[/subdir]" */
static int ll_parse_device(struct ll_sb_info *sbi, const char *device)
{
	const char *sep = strstr(device, ":/"), *name, *end;
	size_t len;

	if (!sep)
		return -EINVAL;
	name = sep + 2;
	end = strchrnul(name, '/');
	len = end - name;
	if (!len || len > LUSTRE_MAXFSNAME) {
		pr_err("bad file system name in '%s': rc = %d\n", device, -EINVAL);
		return -EINVAL;
	}
	memcpy(sbi->sbi_fsname, name, len);
	if (ll_option_set_string(&sbi->sbi_device, device))
		return -ENOMEM;
	sbi->sbi_mgsnodes = kstrndup(device, sep - device, GFP_KERNEL);
	if (!sbi->sbi_mgsnodes)
		return -ENOMEM;
	while (*end == '/' && end[1] == '/')
		end++;
	if (end[0] && end[1])
		return ll_option_set_string(&sbi->sbi_fileset, end);
	return 0;
}

/*
 * The device comes last and may hold commas itself. Text before it: options.
 */
static int ll_parse_data(struct ll_sb_info *sbi, char *data)
{
	char *dev, *opt;
	int rc;

	dev = data ? (strncmp(data, "device=", 7) ? strstr(data, ",device=") : data) : NULL;
	if (!dev)
		return -ENODEV;
	if (*dev == ',')
		*dev++ = '\0';
	else
		data = NULL;
	dev += 7;
	rc = ll_parse_device(sbi, dev);
	while (!rc && data && (opt = strsep(&data, ",")))
		rc = ll_parse_option(sbi, opt);
	return rc;
}

static int ll_show_options(struct seq_file *m, struct dentry *root)
{
	unsigned int o = ll_sbi(root->d_sb)->sbi_opts;

	seq_puts(m, o & LL_OPT_CHECKSUM ? ",checksum" : ",nochecksum");
	seq_puts(m, ",noencrypt");
	seq_puts(m, o & LL_OPT_FLOCK ? ",flock" : ",noflock");
	if (o & LL_OPT_LOCALFLOCK)
		seq_puts(m, ",localflock");
	else
		seq_puts(m, o & LL_OPT_LAZYSTATFS ? ",lazystatfs" : ",nolazystatfs");
	seq_puts(m, o & LL_OPT_LRURESIZE ? ",lruresize" : ",nolruresize");
	seq_puts(m, o & LL_OPT_STATFS_PROJECT ? ",statfs_project" : ",nostatfs_project");
	seq_puts(m, o & LL_OPT_USER_FID2PATH ? ",user_fid2path" : ",nouser_fid2path");
	seq_puts(m, o & LL_OPT_USER_XATTR ? ",user_xattr" : ",nouser_xattr");
	seq_puts(m, o & LL_OPT_VERBOSE ? ",verbose" : ",noverbose");
	if (o & LL_OPT_ALWAYS_PING)
		seq_puts(m, ",always_ping");
	if (o & LL_OPT_NOIR)
		seq_puts(m, ",noir");
	return 0;
}

static int ll_show_devname(struct seq_file *m, struct dentry *root)
{
	struct ll_sb_info *sbi = ll_sbi(root->d_sb);

	if (sbi->sbi_mgsname) {
		seq_escape(m, sbi->sbi_mgsname, " \t\n\\");
		seq_printf(m, ":/%s", sbi->sbi_fsname);
	} else {
		seq_escape(m, sbi->sbi_device, " \t\n\\");
	}
	return 0;
}

/* ---- statfs ---- */

/**
 * ll_statfs_rpc - send a packed MDS_STATFS or OST_STATFS, and let go of it
 * @req: the request
 * @st: out, in wire order
 *
 * Context: killable. Return: 0; -EPROTO; the error of the request.
 */
int ll_statfs_rpc(struct ptlrpc_request *req, struct obd_statfs *st)
{
	const struct obd_statfs *rep;
	int rc = ptlrpc_queue_wait(req);

	if (!rc) {
		rep = ptlrpc_rep_buf(req, WF_STATFS);
		if (rep)
			*st = *rep;
		else
			rc = -EPROTO;
	}
	ptlrpc_req_put(req);
	return rc;
}

#define ADD64(to, from)	((to) = cpu_to_le64(le64_to_cpu(to) + (from)))

/* Replace what the MDT said about space by the sum of all OSTs (chapter 7, 2.2). */
static int ll_statfs_osts(struct ll_sb_info *sbi, struct obd_statfs *st, bool nodelay)
{
	bool lazy = sbi->sbi_opts & LL_OPT_LAZYSTATFS;
	u64 blocks = 0, bfree = 0, bavail = 0, files = 0, ffree = 0, used, mffree;
	u32 bsize = le32_to_cpu(st->os_bsize);
	struct obd_statfs one;
	unsigned long index;
	struct ll_osc *osc;
	int rc;

	xa_for_each(&sbi->sbi_oscs, index, osc) {
		struct obd_import *imp = ll_osc_import(osc);
		u64 ob;

		/* In the first seconds of a mount: wait for the first connection to the OST. */
		if (imp && !READ_ONCE(imp->imp_connected) &&
		    time_before(jiffies, sbi->sbi_mount_time + 10 * HZ))
			import_wait_full(imp, 3);
		memset(&one, 0, sizeof(one));
		rc = ll_osc_statfs(osc, &one, lazy || nodelay);
		if (rc == -EINTR || (rc && !lazy && rc != -ENODATA))
			return rc;
		ob = le32_to_cpu(one.os_bsize);
		if (rc || !ob)
			continue;
		blocks += le64_to_cpu(one.os_blocks) * ob / bsize;
		bfree += le64_to_cpu(one.os_bfree) * ob / bsize;
		bavail += le64_to_cpu(one.os_bavail) * ob / bsize;
		files += le64_to_cpu(one.os_files);
		ffree += le64_to_cpu(one.os_ffree);
	}
	st->os_blocks = cpu_to_le64(blocks);
	st->os_bfree = cpu_to_le64(bfree);
	st->os_bavail = cpu_to_le64(bavail);
	mffree = le64_to_cpu(st->os_ffree);
	if (files && ffree < mffree) {
		used = le64_to_cpu(st->os_files) - mffree;
		st->os_files = cpu_to_le64(used + ffree);
		st->os_ffree = cpu_to_le64(ffree);
	}
	return 0;
}

/* Ask the servers. @nodelay: do not wait for those that are away. */
static int ll_statfs_ask(struct ll_sb_info *sbi, struct obd_statfs *st, bool nodelay)
{
	int rc = mdc_statfs(sbi->sbi_mdc0, st, true, nodelay);

	if (!rc && !st->os_bsize)
		rc = -EPROTO;
	if (!rc && !(le32_to_cpu(st->os_state) & OS_STATFS_SUM))
		rc = ll_statfs_osts(sbi, st, nodelay);
	return rc > 0 ? -EPROTO : rc;
}

/**
 * ll_statfs_get - numbers of the whole file system, at most statfs_max_age old
 * @sbi: the mount
 * @ks: out, all but f_fsid
 * @nodelay: do not wait for servers that are away
 *
 * With the option lazystatfs the last numbers known are the answer while the MDT is away, so that
 * df, and umount, which asks for the type of the file system, end. Context: killable.
 *
 * Return: 0; -EINTR; -EPROTO; -errno of the MDT or, without lazystatfs, of an OST.
 */
int ll_statfs_get(struct ll_sb_info *sbi, struct kstatfs *ks, bool nodelay)
{
	bool lazy = sbi->sbi_opts & LL_OPT_LAZYSTATFS;
	const struct obd_statfs *st = &sbi->sbi_statfs;
	struct obd_statfs now;
	int rc = 0;

	if (mutex_lock_killable(&sbi->sbi_statfs_mutex))
		return -EINTR;
	if (!sbi->sbi_statfs_time ||
	    time_after(jiffies, sbi->sbi_statfs_time + sbi->sbi_statfs_max_age * HZ)) {
		rc = ll_statfs_ask(sbi, &now, nodelay || (lazy && sbi->sbi_statfs_time));
		if (!rc) {
			sbi->sbi_statfs = now;
			sbi->sbi_statfs_time = jiffies ?: 1;
		} else if (lazy && sbi->sbi_statfs_time && !imp_is_full(sbi->sbi_mdc0->lmc_imp)) {
			rc = 0;
		}
	}
	ks->f_type = LL_SUPER_MAGIC;
	ks->f_bsize = le32_to_cpu(st->os_bsize);
	ks->f_frsize = ks->f_bsize;
	ks->f_blocks = le64_to_cpu(st->os_blocks);
	ks->f_bfree = le64_to_cpu(st->os_bfree);
	ks->f_bavail = le64_to_cpu(st->os_bavail);
	ks->f_files = le64_to_cpu(st->os_files);
	ks->f_ffree = le64_to_cpu(st->os_ffree);
	ks->f_namelen = sbi->sbi_namelen;
	mutex_unlock(&sbi->sbi_statfs_mutex);
	return rc;
}

static int ll_statfs(struct dentry *dentry, struct kstatfs *ks)
{
	struct super_block *sb = dentry->d_sb;
	int rc;

	ll_count(sb, STATFS, 1);
	rc = ll_statfs_get(ll_sbi(sb), ks, false);
	if (rc)
		return rc;
	ks->f_fsid = u64_to_fsid(huge_encode_dev(sb->s_dev));
	return 0;
}

/* ---- mount ---- */

static void ll_umount_begin(struct super_block *sb)
{
	struct ll_sb_info *sbi = ll_sbi(sb);
	struct ll_mdc *mdc;
	struct ll_osc *osc;
	unsigned long index;

	if (!sbi)
		return;
	WRITE_ONCE(sbi->sbi_umounting, true);
	wake_up_all(&sbi->sbi_conf_waitq);
	xa_for_each(&sbi->sbi_oscs, index, osc)
		ll_osc_invalidate(osc);
	xa_for_each(&sbi->sbi_mdcs, index, mdc)
		mdc_invalidate(mdc);
	if (sbi->sbi_mgc)
		mgc_abort(sbi->sbi_mgc);
}

static int ll_remount(struct super_block *sb, int *flags, char *data)
{
	sync_filesystem(sb);
	/* Only ro and rw mean something; a read-only connection cannot become a writable one. */
	if (!(*flags & SB_RDONLY) && ll_sbi(sb)->sbi_opts & LL_OPT_RDONLY)
		return -EROFS;
	return 0;
}

static int ll_sync_fs(struct super_block *sb, int wait)
{
	int rc, rc2;

	/* The VFS has written the pages. */
	if (!wait)
		return 0;
	rc = ll_data_sync(ll_sbi(sb));
	rc2 = mdc_sync(ll_sbi(sb), NULL);
	return rc ?: rc2;
}

/* Nothing is written through the inode: attributes go to the MDT at once, pages by writepages. */
const struct super_operations ll_super_ops = {
	.alloc_inode	= ll_alloc_inode,
	.free_inode	= ll_free_inode,
	.evict_inode	= ll_evict_inode,
	.drop_inode	= ll_drop_inode,
	.statfs		= ll_statfs,
	.sync_fs	= ll_sync_fs,
	.umount_begin	= ll_umount_begin,
	.remount_fs	= ll_remount,
	.show_options	= ll_show_options,
	.show_devname	= ll_show_devname,
};

static struct ll_sb_info *ll_sbi_new(void)
{
	struct ll_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);
	uuid_t uuid;

	if (!sbi)
		return NULL;
	sbi->sbi_opts = LL_OPT_FLOCK | LL_OPT_LAZYSTATFS | LL_OPT_STATFS_PROJECT | LL_OPT_CHECKSUM |
		    LL_OPT_LRURESIZE | LL_OPT_VERBOSE;
	sbi->sbi_statfs_max_age = 1;
	sbi->sbi_namelen = NAME_MAX;
	mutex_init(&sbi->sbi_conf_mutex);
	mutex_init(&sbi->sbi_pool_mutex);
	mutex_init(&sbi->sbi_statfs_mutex);
	INIT_LIST_HEAD(&sbi->sbi_nodes);
	INIT_LIST_HEAD(&sbi->sbi_targets);
	INIT_LIST_HEAD(&sbi->sbi_pools);
	init_waitqueue_head(&sbi->sbi_conf_waitq);
	xa_init(&sbi->sbi_mdcs);
	xa_init(&sbi->sbi_oscs);
	atomic64_set(&sbi->sbi_attr_clock, 1);
	ll_statahead_init(sbi);
	snprintf(sbi->sbi_inst, sizeof(sbi->sbi_inst), "%016llx", get_random_u64());
	uuid_gen(&uuid);
	snprintf(sbi->sbi_uuid, sizeof(sbi->sbi_uuid), "%pUb", &uuid);
	return sbi;
}

static void ll_sbi_free(struct ll_sb_info *sbi)
{
	ll_config_free(sbi);
	xa_destroy(&sbi->sbi_mdcs);
	xa_destroy(&sbi->sbi_oscs);
	kfree(sbi->sbi_device);
	kfree(sbi->sbi_mgsnodes);
	kfree(sbi->sbi_fileset);
	kfree(sbi->sbi_mgsname);
	kfree(sbi->sbi_exclude);
	kfree(sbi);
}

static int ll_super_get_root(struct super_block *sb)
{
	struct ll_sb_info *sbi = ll_sbi(sb);
	struct ll_answer a;
	struct inode *root;
	int rc;

	rc = mdc_get_root(sbi->sbi_mdc0, sbi->sbi_fileset, &sbi->sbi_root_fid);
	if (rc)
		return rc;
	rc = mdc_getattr(sbi->sbi_mdc0, &sbi->sbi_root_fid, MDC_GETATTR_VALID | OBD_MD_MEA,
			 mdc_ea_room(sbi->sbi_mdc0), &a);
	if (!rc && !fid_eq(&a.fid, &sbi->sbi_root_fid))
		rc = -EPROTO;
	root = rc ? ERR_PTR(rc) : ll_iget(sb, &a);
	ll_answer_put(&a);
	if (IS_ERR(root))
		return PTR_ERR(root);
	if (!S_ISDIR(root->i_mode)) {
		iput(root);
		return -ENOTDIR;
	}
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static int ll_super_get_limits(struct super_block *sb)
{
	struct ll_sb_info *sbi = ll_sbi(sb);
	struct obd_statfs st;
	int rc;

	rc = mdc_statfs(sbi->sbi_mdc0, &st, false, false);
	if (rc)
		return rc > 0 ? -EPROTO : rc;
	sbi->sbi_mount_time = jiffies;
	sbi->sbi_bsize = le32_to_cpu(st.os_bsize);
	if (!is_power_of_2(sbi->sbi_bsize) || sbi->sbi_bsize < 512) {
		pr_err("%s: bad block size %u from %s: rc = %d\n", sbi->sbi_fsname, sbi->sbi_bsize,
		       sbi->sbi_mdc0->lmc_tgt_uuid, -EPROTO);
		return -EPROTO;
	}
	if (st.os_namelen)
		sbi->sbi_namelen = min_t(u32, le32_to_cpu(st.os_namelen), NAME_MAX);
	sb->s_blocksize = min_t(u32, sbi->sbi_bsize, PAGE_SIZE);
	sb->s_blocksize_bits = ilog2(sb->s_blocksize);
	return 0;
}

/* What the VFS has to know of a mount. */
static void ll_super_init(struct super_block *sb)
{
	sb->s_op = &ll_super_ops;
	sb->s_d_op = &ll_dentry_ops;
	sb->s_xattr = ll_xattr_handlers;
	sb->s_export_op = &ll_export_ops;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_time_gran = NSEC_PER_SEC;
	sb->s_time_min = S64_MIN;
	sb->s_time_max = S64_MAX;
}

/* The MGC of the mount; the networks of the node are started for it. */
static int ll_super_get_mgc(struct ll_sb_info *sbi)
{
	int rc = lnet_get_ref();

	if (rc) {
		pr_err("%s: cannot mount: LNet does not start (rc = %d). Check the interfaces in 'options lnet networks=' in /etc/modprobe.d\n",
		       sbi->sbi_fsname, rc);
		return rc == -ENOMEM ? rc : -ENETDOWN;
	}
	sbi->sbi_mgc = mgc_get(sbi->sbi_mgsnodes, !(sbi->sbi_opts & LL_OPT_NOIR));
	lnet_put_ref();
	if (IS_ERR(sbi->sbi_mgc)) {
		rc = PTR_ERR(sbi->sbi_mgc);
		pr_err("%s: cannot mount: '%s' does not name an MGS: rc = %d\n", sbi->sbi_fsname,
		       sbi->sbi_mgsnodes, rc);
		sbi->sbi_mgc = NULL;
	}
	return rc;
}

/*
 * From the NIDs of the MGS to a connected MDT. Nobody stands before a terminal for longer than
 * LL_MOUNT_WAIT because a server is away.
 */
static int ll_super_connect(struct ll_sb_info *sbi)
{
	const u64 needed = OBD_CONNECT_FID | OBD_CONNECT_ATTRFID | OBD_CONNECT_FULL20;
	unsigned long deadline = jiffies + min(LL_MOUNT_WAIT, ptlrpc_timeout) * HZ;
	int rc;

	rc = ll_super_get_mgc(sbi);
	if (rc)
		return rc;
	rc = ll_config_wait_mgs(sbi, deadline);
	if (rc)
		return rc;
	rc = ll_config_start(sbi);
	if (rc)
		return rc;
	rc = ll_config_wait_mdt(sbi, deadline);
	if (rc)
		return rc;
	if (needed & ~imp_connect_flags(sbi->sbi_mdc0->lmc_imp)) {
		pr_err("%s: %s does not support required features: rc = %d\n", sbi->sbi_fsname,
		       sbi->sbi_mdc0->lmc_tgt_uuid, -EPROTO);
		return -EPROTO;
	}
	return 0;
}

static int ll_fill_super(struct super_block *sb, void *data, int silent)
{
	struct ll_sb_info *sbi;
	int rc;

	lustre_mount_claim(sb, &ll_mount_ops);
	sbi = ll_sbi_new();
	if (!sbi)
		return -ENOMEM;
	sbi->sbi_sb = sb;
	sb->s_fs_info = sbi;		/* ll_kill_sb() frees what there is */
	rc = ll_parse_data(sbi, data);
	if (rc)
		return rc;
	if (sb_rdonly(sb))
		sbi->sbi_opts |= LL_OPT_RDONLY;
	snprintf(sbi->sbi_name, sizeof(sbi->sbi_name), "%s-%s", sbi->sbi_fsname, sbi->sbi_inst);
	ll_super_init(sb);
	rc = super_setup_bdi_name(sb, "lustre-%s", sbi->sbi_name);
	if (rc)
		return rc;
	ll_data_sb_init(sb);
	rc = ll_param_init(sbi);
	if (rc)
		return rc;
	rc = ll_super_connect(sbi);
	if (rc)
		return rc;
	if (imp_connect_flags(sbi->sbi_mdc0->lmc_imp) & OBD_CONNECT_ACL)
		sb->s_flags |= SB_POSIXACL;
	rc = ll_super_get_limits(sb);
	if (rc)
		return rc;
	rc = ll_super_get_root(sb);
	if (rc)
		return rc;
	trace_lustre_mount(sbi->sbi_fsname, 0);
	if (sbi->sbi_opts & LL_OPT_VERBOSE)
		pr_info("Mounted %s-client\n", sbi->sbi_fsname);
	return 0;
}

static struct dentry *ll_mount(struct file_system_type *type, int flags, const char *dev,
			       void *data)
{
	return mount_nodev(type, flags, data, ll_fill_super);
}

/*
 * All is written: a server that is not connected is not waited for any more. Once sbi_umounting
 * is set, one that gets lost neither (IMP_EV_DISCON).
 */
static void ll_leave_server(struct obd_import *imp, struct ldlm_namespace *ns)
{
	if (!imp_is_full(imp))
		import_invalidate(imp);
	ldlm_cli_cancel_start(ns, NULL);
}

/* Give all locks back; all servers work on it at the same time. */
static void ll_super_drop_locks(struct ll_sb_info *sbi, bool force)
{
	struct ll_mdc *mdc;
	struct ll_osc *osc;
	unsigned long index;

	if (!force) {
		xa_for_each(&sbi->sbi_oscs, index, osc)
			ll_leave_server(osc->oc_imp, osc->oc_ns);
		xa_for_each(&sbi->sbi_mdcs, index, mdc)
			ll_leave_server(mdc->lmc_imp, mdc->lmc_ns);
	}
	xa_for_each(&sbi->sbi_oscs, index, osc) {
		if (force)
			ldlm_ns_evicted(osc->oc_ns);
		/* This also waits for callbacks that began before. */
		ldlm_cli_cancel_unused(osc->oc_ns, NULL);
	}
	xa_for_each(&sbi->sbi_mdcs, index, mdc)
		mdc_drop_locks(mdc, force);
}

static void ll_super_disconnect(struct ll_sb_info *sbi, bool force)
{
	struct ll_mdc *mdc;
	struct ll_osc *osc;
	unsigned long index;

	xa_for_each(&sbi->sbi_oscs, index, osc)
		import_disconnect_start(osc->oc_imp);
	xa_for_each(&sbi->sbi_mdcs, index, mdc)
		import_disconnect_start(mdc->lmc_imp);
	xa_for_each(&sbi->sbi_oscs, index, osc)
		ll_osc_cleanup(osc, force);
	xa_for_each(&sbi->sbi_mdcs, index, mdc)
		mdc_cleanup(mdc, force);
}

static void ll_kill_sb(struct super_block *sb)
{
	struct ll_sb_info *sbi = ll_sbi(sb);
	bool force, mounted = sb->s_root;

	if (!sbi) {
		kill_anon_super(sb);
		return;
	}
	/* No new targets or parameters from here on. */
	ll_config_stop(sbi);
	force = sbi->sbi_umounting;
	/*
	 * A mount that failed has nothing to write, but servers that it is connected to are told:
	 * they would keep its client, and wait for it when they restart.
	 */
	if (mounted && !force)
		sync_filesystem(sb);
	WRITE_ONCE(sbi->sbi_umounting, true);
	wake_up_all(&sbi->sbi_conf_waitq);
	if (sbi->sbi_stats)
		ll_param_hide(sbi);
	ll_statahead_stop(sbi);
	/*
	 * All files are closed, so no lock is in use. Lock callbacks must be over before inodes are
	 * evicted.
	 */
	ll_super_drop_locks(sbi, force);
	kill_anon_super(sb);
	ll_pools_fini(sbi);
	ll_param_fini(sbi);
	ll_super_disconnect(sbi, force);
	if (sbi->sbi_mgc)
		mgc_put(sbi->sbi_mgc);
	trace_lustre_umount(sbi->sbi_fsname, mounted ? 0 : -ENODEV);
	if (mounted && sbi->sbi_opts & LL_OPT_VERBOSE)
		pr_info("Unmounted %s-client\n", sbi->sbi_fsname);
	ll_sbi_free(sbi);
}

static const struct lustre_mount_ops ll_mount_ops = {
	.owner		= THIS_MODULE,
	.magic		= LL_SUPER_MAGIC,
	.mount		= ll_mount,
	.kill_sb	= ll_kill_sb,
};

static int __init ll_init(void)
{
	int rc = ll_inode_cache_init();

	if (rc)
		return rc;
	rc = ll_data_init();
	if (rc)
		goto err_cache;
	rc = lustre_mount_register(LUSTRE_MOUNT_CLIENT, &ll_mount_ops);
	if (rc)
		goto err_data;
	lnet_debug_module_loaded();
	return 0;
err_data:
	ll_data_exit();
err_cache:
	ll_inode_cache_exit();
	return rc;
}

static void __exit ll_exit(void)
{
	lustre_mount_unregister(LUSTRE_MOUNT_CLIENT);
	ll_data_exit();
	ll_inode_cache_exit();
}

module_init(ll_init);
module_exit(ll_exit);

MODULE_DESCRIPTION("Gloss: Lustre-compatible file system client");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("post: mgc lov lmv mdc osc");
