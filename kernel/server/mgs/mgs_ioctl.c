// SPDX-License-Identifier: GPL-2.0-only
/*
 * Administration of the management service from its own node: /dev/obd (uapi/gloss/lustre_ioctl.h).
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/module.h>
#include <linux/miscdevice.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/uaccess.h>
#include <linux/capability.h>
#include <gloss/lustre_ioctl.h>
#include "mgs_internal.h"

#define TEXT_MAX	4096
#define OUT_MAX		65536

struct print {
	char *buf;
	u32 size, used;
	u32 next;		/* index of the first record that had no room */
	bool raw;
	struct config_walk walk;
	u32 from;
};

static int mgs_print_record(void *ctx, struct llog_rec_hdr *hdr, u64 pos)
{
	struct print *p = ctx;
	struct lustre_cfg *lcfg = (void *)(hdr + 1);
	u32 index = le32_to_cpu(hdr->lrh_index);
	struct config_rec rec;
	int rc;

	rc = llog_config_walk_record(&p->walk, hdr, &rec);
	if (rc < 0)
		return rc;
	if (index < p->from || (!rc && !p->raw) || le32_to_cpu(hdr->lrh_type) != OBD_CFG_REC)
		return 0;
	/* The longest line of a record: its texts and some words. */
	if (p->size - p->used < le32_to_cpu(hdr->lrh_len) + 512) {
		p->next = index;
		return 1;
	}
	p->used += lcfg_print(lcfg, index, p->buf + p->used, p->size - p->used);
	return 0;
}

static int mgs_print_log(struct mgs_dev *mgs, const char *name, struct lustre_ioc_mgs *im,
			 char *out)
{
	struct print p = { .buf = out, .size = im->im_buflen, .raw = im->im_flags & LUSTRE_MGS_RAW,
			   .from = im->im_index };
	struct mgs_clog *cl;
	int rc;

	down_write(&mgs->md_sem);	/* the walk uses the log's one chunk buffer */
	cl = mgs_log_get(mgs, name, false);
	rc = PTR_ERR_OR_ZERO(cl);
	if (!rc) {
		p.next = llog_last_index(cl->cl_log.hdr) + 1;
		rc = llog_walk(&cl->cl_log, 1, mgs_print_record, &p);
	}
	up_write(&mgs->md_sem);
	im->im_buflen = p.used;
	im->im_index = p.next;
	return min(rc, 0);
}

struct names {
	char *buf;
	u32 size, used, from, n;
};

static int mgs_catlist_add(void *ctx, const char *name, size_t len)
{
	struct names *l = ctx;

	if ((len == 9 && !memcmp(name, "mountdata", 9)) || name[0] == '.')
		return 0;
	if (l->n++ < l->from)
		return 0;
	if (l->size - l->used < len + 1) {
		l->n--;
		return 1;
	}
	memcpy(l->buf + l->used, name, len);
	l->used += len;
	l->buf[l->used++] = '\n';
	return 0;
}

static int mgs_catlist(struct mgs_dev *mgs, struct lustre_ioc_mgs *im, char *out)
{
	struct names l = { .buf = out, .size = im->im_buflen, .from = im->im_index };
	int rc = mgs_log_names(mgs, mgs_catlist_add, &l);

	im->im_buflen = l.used;
	im->im_index = l.n;
	return min(rc, 0);
}

static int mgs_ioctl_change(struct mgs_dev *mgs, unsigned int cmd, char *text, bool del)
{
	int rc;

	down_write(&mgs->md_sem);
	if (cmd == LUSTRE_IOC_MGS_POOL)
		rc = mgs_pool_change(mgs, text);
	else if (cmd == LUSTRE_IOC_MGS_CONF_PARAM)
		rc = mgs_conf_param(mgs, text, del);
	else
		rc = mgs_set_param(mgs, text, del);
	up_write(&mgs->md_sem);
	return rc;
}

static long mgs_ioctl_run(unsigned int cmd, struct lustre_ioc_mgs *im, char *text, char *out)
{
	struct mgs_dev *mgs;
	long rc = -ENODEV;

	mutex_lock(&mgs_dev_mutex);
	mgs = mgs_the_dev;
	if (mgs) {
		switch (cmd) {
		case LUSTRE_IOC_MGS_LLOG_PRINT:
			rc = mgs_print_log(mgs, text, im, out);
			break;
		case LUSTRE_IOC_MGS_LLOG_CATLIST:
			rc = mgs_catlist(mgs, im, out);
			break;
		default:
			rc = mgs_ioctl_change(mgs, cmd, text, im->im_flags & LUSTRE_MGS_DELETE);
		}
	}
	mutex_unlock(&mgs_dev_mutex);
	return rc;
}

static long mgs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct lustre_ioc_mgs im;
	char *text = NULL, *out = NULL;
	bool prints;
	long rc;

	switch (cmd) {
	case LUSTRE_IOC_MGS_CONF_PARAM:
	case LUSTRE_IOC_MGS_SET_PARAM:
	case LUSTRE_IOC_MGS_POOL:
		prints = false;
		break;
	case LUSTRE_IOC_MGS_LLOG_PRINT:
	case LUSTRE_IOC_MGS_LLOG_CATLIST:
		prints = true;
		break;
	default:
		return -ENOTTY;
	}
	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	if (copy_from_user(&im, (void __user *)arg, sizeof(im)))
		return -EFAULT;
	if (im.im_textlen >= TEXT_MAX || (prints && im.im_buflen < 8192))
		return -EINVAL;
	im.im_buflen = min_t(u32, im.im_buflen, OUT_MAX);
	text = memdup_user_nul(u64_to_user_ptr(im.im_text), im.im_textlen);
	if (IS_ERR(text))
		return PTR_ERR(text);
	if (prints) {
		out = kvmalloc(im.im_buflen, GFP_KERNEL);
		rc = -ENOMEM;
		if (!out)
			goto out;
	}
	rc = mgs_ioctl_run(cmd, &im, text, out);
	if (!rc && prints && (copy_to_user(u64_to_user_ptr(im.im_buf), out, im.im_buflen) ||
			      copy_to_user((void __user *)arg, &im, sizeof(im))))
		rc = -EFAULT;
out:
	kvfree(out);
	kfree(text);
	return rc;
}

static const struct file_operations mgs_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = mgs_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice mgs_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "obd",
	.fops = &mgs_fops,
	.mode = 0600,
};

int mgs_ioctl_init(void)
{
	return misc_register(&mgs_misc);
}

void mgs_ioctl_exit(void)
{
	misc_deregister(&mgs_misc);
}
