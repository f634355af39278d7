// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters in config logs: conf_param (sections of the logs of a file system, chapter 6.7.3 and
 * 6.7.4) and set_param -P (the params log). A new value marks the section of the old one SKIP and
 * appends a section. All under md_sem (write).
 */
#define pr_fmt(fmt) "mgs: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include "mgs_internal.h"

struct marking {
	struct mgs_clog *cl;
	const char *tgtname, *comment;
	const char *value;		/* compare with buffer 1 of the section's record */
	u32 set, clear;
	u32 step;			/* of the section that is being changed */
	int sections;
	bool in, same;
};

static bool mgs_text_is(const char *field, u32 size, const char *text)
{
	return strnlen(field, size) == strlen(text) && !strncmp(field, text, size);
}

static int mgs_mark_record(void *ctx, struct llog_rec_hdr *hdr, u64 pos)
{
	struct lustre_cfg *lcfg = (void *)(hdr + 1);
	u32 len = le32_to_cpu(hdr->lrh_len) - LLOG_MIN_REC_SIZE;
	struct marking *mk = ctx;
	struct cfg_marker *m;
	u32 flags;

	if (le32_to_cpu(hdr->lrh_type) != OBD_CFG_REC || lustre_cfg_check(lcfg, len))
		return 0;
	if (lcfg_cmd(lcfg) != LCFG_MARKER) {
		const char *s = mk->in && mk->value ? lcfg_string(lcfg, 1) : NULL;

		if (s && !strcmp(s, mk->value))
			mk->same = true;
		return 0;
	}
	m = lcfg_buf(lcfg, 1);
	if (lcfg_buflen(lcfg, 1) < sizeof(*m))
		return 0;
	flags = le32_to_cpu(m->cm_flags);
	if (flags & CM_START) {
		mk->in = !(flags & CM_SKIP) &&
			 mgs_text_is(m->cm_tgtname, sizeof(m->cm_tgtname), mk->tgtname) &&
			 mgs_text_is(m->cm_comment, sizeof(m->cm_comment), mk->comment);
		mk->step = le32_to_cpu(m->cm_step);
		if (mk->in) {
			mk->sections++;
			mk->same = false;
		}
	}
	if (!mk->in || mk->step != le32_to_cpu(m->cm_step))
		return 0;
	if (flags & CM_END)
		mk->in = false;
	if (!mk->set && !mk->clear)
		return 0;
	m->cm_flags = cpu_to_le32((flags | mk->set) & ~mk->clear);
	if (mk->set & CM_SKIP)
		m->cm_canceltime = cpu_to_le64(ktime_get_real_seconds());
	return llog_rewrite(&mk->cl->cl_log, le32_to_cpu(hdr->lrh_index), pos, lcfg, len);
}

int mgs_mark_sections(struct mgs_clog *cl, const char *tgtname, const char *comment, u32 set,
		      u32 clear)
{
	struct marking mk = {
		.cl = cl, .tgtname = tgtname, .comment = comment, .set = set, .clear = clear,
	};
	int rc;

	rc = llog_walk(&cl->cl_log, 1, mgs_mark_record, &mk);
	return rc ?: mk.sections;
}

/* One parameter in one log: what is written. */
struct prec {
	u32 cmd;
	u32 num;
	const char *tgtname;	/* of the marker */
	const char *key;	/* comment of the marker */
	const char *dev;	/* buffer 0 or NULL */
	const char *text;	/* buffer 1, "key=value"; NULL: only remove */
	const char *extra;	/* buffer 2 or NULL */
};

static bool mgs_key_is_additive(const char *key)
{
	static const char * const end[] = { "nrs_tbf_rule", "pcc", "wbc" };
	size_t i, n = strlen(key);

	for (i = 0; i < ARRAY_SIZE(end); i++)
		if (n >= strlen(end[i]) && !strcmp(key + n - strlen(end[i]), end[i]))
			return true;
	return false;
}

static int mgs_param_write(struct mgs_fs *fs, struct mgs_clog *cl, const struct prec *p)
{
	struct marking mk = {
		.cl = cl, .tgtname = p->tgtname, .comment = p->key, .value = p->text
	};
	struct mgs_writer w;
	struct lcfg_args a;
	int rc;

	if (strlen(p->key) >= sizeof_field(struct cfg_marker, cm_comment))
		return -E2BIG;
	rc = llog_walk(&cl->cl_log, 1, mgs_mark_record, &mk);
	if (rc)
		return rc;
	if (p->text && mk.same)
		return 0;
	if (mk.sections && (!p->text || !mgs_key_is_additive(p->key))) {
		rc = mgs_mark_sections(cl, p->tgtname, p->key, CM_SKIP, 0);
		if (rc < 0)
			return rc;
	}
	if (!p->text)
		return 0;
	mgs_writer_init(&w, fs, cl);
	mgs_section_begin(&w, p->tgtname, p->key);
	lcfg_args_init(&a, p->cmd);
	a.num = p->num;
	lcfg_arg_str(&a, 0, p->dev);
	lcfg_arg_str(&a, 1, p->text);
	lcfg_arg_str(&a, 2, p->extra);
	mgs_section_add(&w, &a);
	return mgs_section_end(&w);
}

/* cl: may be an ERR_PTR; dev: in place of that of proto, or NULL */
static int mgs_param_to_log(struct mgs_fs *fs, struct mgs_clog *cl, const char *dev,
			    const struct prec *proto)
{
	struct prec p = *proto;

	if (IS_ERR(cl))
		return PTR_ERR(cl);
	if (dev) {
		p.tgtname = dev;
		p.dev = dev;
	}
	return mgs_param_write(fs, cl, &p);
}

static int mgs_param_to_client(struct mgs_fs *fs, const char *dev, const struct prec *proto)
{
	return mgs_param_to_log(fs, mgs_client_log(fs, false), dev, proto);
}

static int mgs_param_to_target(struct mgs_fs *fs, struct mgs_target *t, const char *dev,
			       const struct prec *proto)
{
	return mgs_param_to_log(fs, mgs_target_log(fs->mf_mgs, &t->mt_desc, false), dev, proto);
}

/* To all logs of the file system: client first (bool), then the targets of the kinds wanted. */
static int mgs_param_to_all(struct mgs_fs *fs, bool client, bool mdts, bool osts,
			    const struct prec *p)
{
	struct mgs_target *t;
	int rc = 0;

	if (client)
		rc = mgs_param_to_client(fs, NULL, p);
	list_for_each_entry(t, &fs->mf_targets, mt_list)
		if (!rc && (t->mt_desc.mdt ? mdts : osts))
			rc = mgs_param_to_target(fs, t, NULL, p);
	return rc;
}

/* osc.active and mdc.active (6.7.4): the sections that add the target are (no longer) EXCLUDEd. */
static int mgs_param_set_active(struct mgs_fs *fs, struct mgs_target *t, const char *name,
				const char *value)
{
	u32 set = strcmp(value, "0") ? 0 : CM_EXCLUDE, clear = set ? 0 : CM_EXCLUDE;
	struct mgs_target *m;
	struct mgs_clog *cl;
	int rc;

	if (t->mt_desc.mdt && !t->mt_desc.index)
		return -EPERM;
	cl = mgs_client_log(fs, false);
	if (IS_ERR(cl))
		return PTR_ERR(cl);
	rc = mgs_mark_sections(cl, name, t->mt_desc.mdt ? "add mdc" : "add osc", set, clear);
	list_for_each_entry(m, &fs->mf_targets, mt_list) {
		if (rc < 0)
			return rc;
		if (!m->mt_desc.mdt || m == t)
			continue;
		cl = mgs_target_log(fs->mf_mgs, &m->mt_desc, false);
		if (!IS_ERR(cl))
			rc = mgs_mark_sections(cl, name, t->mt_desc.mdt ? "add osp" : "add osc",
					       set, clear);
	}
	return rc < 0 ? rc : 0;
}

/* osc.*, mdc.*: the clients' connection to the target, and that of the MDTs */
static int mgs_param_conn(struct mgs_fs *fs, struct mgs_target *t, const char *name,
			  const char *value, struct prec *p)
{
	bool active = !strcmp(p->key, "osc.active") || !strcmp(p->key, "mdc.active");
	struct mgs_target *m;
	char dev[64];
	int rc = 0;

	if (active)
		rc = mgs_param_set_active(fs, t, name, value);
	if (rc)
		return rc;
	snprintf(dev, sizeof(dev), "%s-%s", name, t->mt_desc.mdt ? "mdc" : "osc");
	rc = mgs_param_to_client(fs, dev, p);
	list_for_each_entry(m, &fs->mf_targets, mt_list) {
		if (rc || t->mt_desc.mdt || !m->mt_desc.mdt)
			continue;
		snprintf(dev, sizeof(dev), "%s-osc-MDT%04x", name, m->mt_desc.index);
		rc = mgs_param_to_target(fs, m, dev, p);
	}
	return rc;
}

static int mgs_param_lov(struct mgs_fs *fs, struct mgs_target *t, const char *name, struct prec *p)
{
	char dev[64];
	int rc;

	snprintf(dev, sizeof(dev), "%s-mdtlov", name);
	rc = mgs_param_to_target(fs, t, dev, p);
	if (rc)
		return rc;
	snprintf(dev, sizeof(dev), "%s-clilov", fs->mf_name);
	return mgs_param_to_client(fs, dev, p);
}

static int mgs_param_sys(struct mgs_fs *fs, const char *value, struct prec *p)
{
	p->tgtname = fs->mf_name;
	p->dev = NULL;
	if (!strcmp(p->key, "sys.timeout"))
		p->cmd = LCFG_SET_TIMEOUT;
	else if (!strcmp(p->key, "sys.ldlm_timeout"))
		p->cmd = LCFG_SET_LDLM_TIMEOUT;
	else if (!strcmp(p->key, "sys.jobid_var"))
		p->extra = value;
	else if (!str_has_prefix(p->key, "sys.at_"))
		return -ENOENT;
	if (p->text && strcmp(p->key, "sys.jobid_var") && kstrtou32(value, 0, &p->num))
		return -EINVAL;
	return mgs_param_to_all(fs, true, true, true, p);
}

int mgs_target_param(struct mgs_fs *fs, struct mgs_target *t, const char *key, const char *value)
{
	static const char *const own[] = { "mdt.", "mdd.",	 "lod.",	 "ost.",
					   "osd.", "obdfilter.", "osd-ldiskfs.", "osp." };
	static const char *const ignored[] = { "mgsnode", "network", "autodegrade", "failover.mode",
					       "failover.node" };
	bool mdt = t && t->mt_desc.mdt;
	char name[32] = "", dev[64];
	struct prec p = { .cmd = LCFG_PARAM, .key = key };
	char *text = NULL;
	u32 i;
	int rc;

	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		if (!strcmp(key, ignored[i]))
			return 0;
	if (*value) {
		text = kasprintf(GFP_KERNEL, "%s=%s", key, value);
		if (!text)
			return -ENOMEM;
		p.text = text;
	}
	if (t)
		mgs_target_name(&t->mt_desc, name);
	rc = -ENOENT;
	if (str_has_prefix(key, "sys.")) {
		rc = mgs_param_sys(fs, value, &p);
	} else if (str_has_prefix(key, "quota.")) {
		p.tgtname = fs->mf_name;
		p.dev = fs->mf_name;
		rc = mgs_param_to_all(fs, false, true, true, &p);
	} else if (str_has_prefix(key, "llite.")) {
		snprintf(dev, sizeof(dev), "%s-client", fs->mf_name);
		rc = mgs_param_to_client(fs, dev, &p);
	} else if (str_has_prefix(key, "lov.") && mdt) {
		rc = mgs_param_lov(fs, t, name, &p);
	} else if ((str_has_prefix(key, "osc.") && t && !mdt) ||
		   (str_has_prefix(key, "mdc.") && mdt)) {
		rc = mgs_param_conn(fs, t, name, value, &p);
	} else {
		for (i = 0; i < ARRAY_SIZE(own); i++)
			if (str_has_prefix(key, own[i]))
				break;
		if (i < ARRAY_SIZE(own) && t) {
			rc = mgs_param_to_target(fs, t, name, &p);
		} else if (i == 0) {
			rc = 0;
			list_for_each_entry(t, &fs->mf_targets, mt_list) {
				if (rc || !t->mt_desc.mdt)
					continue;
				mgs_target_name(&t->mt_desc, name);
				rc = mgs_param_to_target(fs, t, name, &p);
			}
		}
	}
	if (rc == -ENOENT)
		pr_warn("%s: parameter %s is unknown: rc = %d\n", t ? name : fs->mf_name, key, rc);
	kfree(text);
	return rc;
}

int mgs_conf_param(struct mgs_dev *mgs, const char *text, bool del)
{
	struct mgs_target *t = NULL;
	struct mgs_fs *fs;
	char fsname[9];
	char *copy, *key, *value;
	u32 index;
	bool mdt;
	int rc = -EINVAL;

	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	key = strchr(copy, '.');
	if (!key)
		goto out;
	*key++ = 0;
	value = strchr(key, '=');
	if (value)
		*value++ = 0;
	else if (del)
		value = key + strlen(key);
	else
		goto out;
	if (mgs_parse_target(copy, fsname, &mdt, &index)) {
		fs = mgs_fs_get(mgs, fsname);
		t = IS_ERR(fs) ? NULL : mgs_target_find(fs, mdt, index);
		rc = -ENODEV;
		if (!t)
			goto out;
	} else if (mgs_fsname_valid(copy)) {
		fs = mgs_fs_get(mgs, copy);
		if (IS_ERR(fs)) {
			rc = PTR_ERR(fs);
			goto out;
		}
		rc = -ENODEV;
		if (list_empty(&fs->mf_targets))
			goto out;
	} else {
		goto out;
	}
	rc = mgs_target_param(fs, t, key, del ? "" : value);
	if (!rc)
		rc = mgs_fs_changed(fs);
out:
	kfree(copy);
	return rc;
}

/*
 * The first part of the key after the device type may name a file system: "osc.testfs-OST0000*.x"
 */
static const char *mgs_param_fsname(struct mgs_dev *mgs, const char *key)
{
	const char *second = strchr(key, '.');
	struct mgs_fs *fs;

	if (!second)
		return NULL;
	second++;
	list_for_each_entry(fs, &mgs->md_fses, mf_list) {
		size_t n = strlen(fs->mf_name);

		if (fs != mgs->md_params && !strncmp(second, fs->mf_name, n) &&
		    (second[n] == '-' || second[n] == '.'))
			return fs->mf_name;
	}
	return NULL;
}

int mgs_set_param(struct mgs_dev *mgs, const char *text, bool del)
{
	struct prec p = { .cmd = LCFG_SET_PARAM, .extra = "lctl" };
	struct mgs_clog *cl;
	char *key, *eq;
	int rc;

	key = kstrdup(text, GFP_KERNEL);
	if (!key)
		return -ENOMEM;
	eq = strchr(key, '=');
	rc = -EINVAL;
	if (eq)
		*eq = 0;
	if (!*key || (!eq && !del))
		goto out;
	cl = mgs_log_get(mgs, "params", true);
	if (IS_ERR(cl)) {
		rc = PTR_ERR(cl);
		goto out;
	}
	p.key = key;
	p.dev = mgs_param_fsname(mgs, key) ?: "general";
	p.tgtname = p.dev;
	p.text = del || !eq[1] ? NULL : text;
	rc = mgs_param_write(mgs->md_params, cl, &p);
	if (!rc)
		rc = mgs_fs_changed(mgs->md_params);
out:
	kfree(key);
	return rc;
}
