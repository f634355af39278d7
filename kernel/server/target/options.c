// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount options of a target (chapter 6.13.5). What is not for the target goes to the file system
 * below.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/ctype.h>
#include "internal.h"

/* "fs:OST0000" -> names, index, kind; the separator is the state of the target (6.13.1). */
int tgt_set_svname(struct tgt_mount *tm, const char *name)
{
	size_t n = strlen(name), i;
	u16 index;

	tm->tm_have_svname = true;
	if (!strcmp(name, "MGS")) {
		tm->tm_mgs_opt = true;
		tm->tm_flags |= LDD_F_SV_TYPE_MGS;
		return 0;
	}
	if (n < 9 || n > LUSTRE_MAXFSNAME + 8)
		return -EINVAL;
	for (i = 0; i < n - 8; i++)
		if (!isalnum(name[i]) && name[i] != '-' && name[i] != '_')
			return -EINVAL;
	if (!strncmp(name + n - 7, "OST", 3))
		tm->tm_flags |= LDD_F_SV_TYPE_OST;
	else if (!strncmp(name + n - 7, "MDT", 3))
		tm->tm_flags |= LDD_F_SV_TYPE_MDT;
	else
		return -EINVAL;
	if (kstrtou16(name + n - 4, 16, &index))
		return -EINVAL;
	switch (name[n - 8]) {
	case ':':
		tm->tm_flags |= LDD_F_VIRGIN;
		break;
	case '=':
		tm->tm_flags |= LDD_F_WRITECONF;
		break;
	case '+':
		tm->tm_flags |= LDD_F_NO_LOCAL_LOGS;
		break;
	case '-':
		break;
	default:
		return -EINVAL;
	}
	memcpy(tm->tm_fsname, name, n - 8);
	tm->tm_fsname[n - 8] = 0;
	tm->tm_index = index;
	snprintf(tm->tm_svname, sizeof(tm->tm_svname), "%s-%.3s%04x", tm->tm_fsname, name + n - 7,
		 index);
	return 0;
}

int tgt_params_add(struct tgt_mount *tm, const char *keyval, size_t len)
{
	size_t used = strlen(tm->tm_params);

	if (used + len + 2 > TGT_PARAMS_MAX)
		return -E2BIG;
	memcpy(tm->tm_params + used, keyval, len);
	tm->tm_params[used + len] = ' ';
	tm->tm_params[used + len + 1] = 0;
	return 0;
}

static int tgt_text_append(char **to, char sep, const char *text)
{
	char *s = *to ? kasprintf(GFP_KERNEL, "%s%c%s", *to, sep, text) : kstrdup(text, GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	kfree(*to);
	*to = s;
	return 0;
}

static const struct {
	const char *name;
	u32 flag;
} flag_opts[] = {
	{ "virgin", LDD_F_VIRGIN },
	{ "update", LDD_F_UPDATE },
	{ "writeconf", LDD_F_WRITECONF },
	{ "nolocallogs", LDD_F_NO_LOCAL_LOGS },
	{ "noprimnode", LDD_F_NO_PRIMNODE },
};

/* Known, but without a meaning here (yet). */
static const char * const ignored_opts[] = {
	"abort_recov_mdt", "abort_recovery_mdt",
	"noscrub", "skip_lfsck", "no_create", "no_precreate", "localrecov", "force", "rw",
	"defaults", "_netdev", "nodev", "nosuid", "noexec", "loop",
	"strictatime", "relatime", "noatime", "mgssec",
	"md_stripe_cache_size", "max_sectors_kb", "retry",
};

/* The text is "key\0value": one piece again. */
static int tgt_option_to_osd(struct tgt_mount *tm, char *key, char *value)
{
	if (value)
		value[-1] = '=';
	return tgt_text_append(&tm->tm_osd_opts, ',', key);
}

static int tgt_option_network(struct tgt_mount *tm, char *key, char *value)
{
	value[-1] = '=';
	return tgt_params_add(tm, key, strlen(key));
}

static int tgt_option_seconds(const char *value, unsigned int *secs)
{
	int rc = kstrtouint(value, 10, secs);

	return rc ?: *secs && *secs <= TGT_REC_TIME_MAX ? 0 : -ERANGE;
}

static int tgt_option_device(struct tgt_mount *tm, const char *value)
{
	kfree(tm->tm_device);
	tm->tm_device = kstrdup(value, GFP_KERNEL);
	return tm->tm_device ? 0 : -ENOMEM;
}

static int tgt_option(struct tgt_mount *tm, char *key, char *value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flag_opts); i++) {
		if (!strcmp(key, flag_opts[i].name)) {
			tm->tm_flags |= flag_opts[i].flag;
			return 0;
		}
	}
	for (i = 0; i < ARRAY_SIZE(ignored_opts); i++)
		if (!strcmp(key, ignored_opts[i]))
			return 0;
	if (!strcmp(key, "mgs"))
		tm->tm_mgs_opt = true;
	else if (!strcmp(key, "nomgs"))
		tm->tm_nomgs = true;
	else if (!strcmp(key, "noir"))
		tm->tm_noir = true;
	else if (!strcmp(key, "nosvc"))
		tm->tm_nosvc = true;
	else if (!strcmp(key, "abort_recov") || !strcmp(key, "abort_recovery"))
		tm->tm_abort_recov = true;
	else if (!strcmp(key, "recovery_time_soft") && value)
		return tgt_option_seconds(value, &tm->tm_recovery_soft);
	else if (!strcmp(key, "recovery_time_hard") && value)
		return tgt_option_seconds(value, &tm->tm_recovery_hard);
	else if (!strcmp(key, "svname") && value)
		return tgt_set_svname(tm, value);
	else if (!strcmp(key, "mgsnode") && value)
		return tgt_text_append(&tm->tm_mgsnode, ':', value);
	else if (!strcmp(key, "param") && value)
		return tgt_params_add(tm, value, strlen(value));
	else if (!strcmp(key, "exclude") && value)
		return tgt_text_append(&tm->tm_exclude, ':', value);
	else if (!strcmp(key, "network") && value)
		return tgt_option_network(tm, key, value);
	else if (!strcmp(key, "osd"))
		return value && !strcmp(value, "osd-ldiskfs") ? 0 : -ENODEV;
	else if (!strcmp(key, "device") && value)
		return tgt_option_device(tm, value);
	else
		return tgt_option_to_osd(tm, key, value);
	return 0;
}

/* Is this piece between commas the continuation of a list of NIDs rather than an option? */
static bool tgt_is_nid_text(const char *s)
{
	const char *at = strchr(s, '@'), *eq = strchr(s, '=');

	return at && (!eq || eq > at);
}

/* Changes @text. Errors are logged: they all mean -EINVAL for the mount. */
int tgt_options_parse(struct tgt_mount *tm, char *text)
{
	char *p = text, *piece, *next;
	int rc;

	while (p && *p) {
		piece = p;
		next = strchr(p, ',');
		if (!strncmp(piece, "mgsnode=", 8) || !strncmp(piece, "param=failover.node=", 20) ||
		    !strncmp(piece, "param=mgsnode=", 14))
			while (next && tgt_is_nid_text(next + 1) &&
			       strncmp(next + 1, "mgsnode=", 8))
				next = strchr(next + 1, ',');
		if (next)
			*next++ = 0;
		p = next;
		if (!*piece)
			continue;
		next = strchr(piece, '=');
		if (next)
			*next++ = 0;
		rc = tgt_option(tm, piece, next);
		if (rc) {
			pr_err("mount option '%s' is unknown or malformed: rc = %d\n", piece, rc);
			return rc;
		}
	}
	return 0;
}
