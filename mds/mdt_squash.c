// SPDX-License-Identifier: GPL-2.0-only
/*
 * Root squash: mdt.*.root_squash and nosquash_nids (chapter 7.8.8). root of a client that is not
 * in the list acts as another user; its capabilities do not count. Off while the user is 0.
 *
 * Locks: ms_lock guards the settings; a leaf.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/ctype.h>
#include "mdt_internal.h"

/* "[2-5,9]": is the decimal number at *nid one of them? Moves both texts behind what matched. */
static bool mdt_nid_range(const char **pat, const char *pat_end, const char **nid)
{
	unsigned long n = 0, lo, hi;
	bool found = false;
	const char *p = *pat + 1;

	if (!isdigit(**nid))
		return false;
	while (isdigit(**nid) && n < 100000)
		n = n * 10 + *(*nid)++ - '0';
	while (p < pat_end && *p != ']') {
		for (lo = 0; p < pat_end && isdigit(*p) && lo < 100000; p++)
			lo = lo * 10 + *p - '0';
		hi = lo;
		if (p < pat_end && *p == '-')
			for (p++, hi = 0; p < pat_end && isdigit(*p) && hi < 100000; p++)
				hi = hi * 10 + *p - '0';
		found |= n >= lo && n <= hi;
		if (p < pat_end && *p == ',')
			p++;
		else if (p < pat_end && *p != ']')
			return false;
	}
	*pat = p + 1;
	return found && p < pat_end;
}

/* One pattern: a NID in which * stands for a number or more, [a-b,c] for numbers. */
static bool mdt_nid_match(const char *pat, const char *pat_end, const char *nid)
{
	while (pat < pat_end) {
		if (*pat == '*') {
			while (*nid && *nid != '@' && (pat + 1 == pat_end || *nid != pat[1]))
				nid++;
			pat++;
		} else if (*pat == '[') {
			if (!mdt_nid_range(&pat, pat_end, &nid))
				return false;
		} else if (*pat++ != *nid++) {
			return false;
		}
	}
	return !*nid;
}

/* The end of the pattern that starts at @p: a blank, or a comma outside of brackets. */
static const char *mdt_nid_pattern_end(const char *p)
{
	bool inside = false;

	for (; *p; p++) {
		if (*p == '[')
			inside = true;
		else if (*p == ']')
			inside = false;
		else if (isspace(*p) || (*p == ',' && !inside))
			break;
	}
	return p;
}

static bool mdt_nid_listed(const char *list, const char *nid)
{
	const char *end;

	for (; *list; list = *end ? end + 1 : end) {
		end = mdt_nid_pattern_end(list);
		if (end > list && mdt_nid_match(list, end, nid))
			return true;
	}
	return false;
}

/**
 * mdt_squash - make root of a client the user it is to be
 * @req: the request
 * @cred: its caller
 */
void mdt_squash(struct svc_req *req, struct mdt_cred *cred)
{
	struct mdt_squash *ms = &mdt_dev(req)->mdt_squash;
	char nid[LNET_NIDSTR_SIZE];

	if (cred->mc_uid || !READ_ONCE(ms->ms_uid))
		return;
	lnet_nid_str(&req->sr_exp->exp_nid, nid);
	spin_lock(&ms->ms_lock);
	if (ms->ms_uid && !mdt_nid_listed(ms->ms_nids, nid)) {
		cred->mc_uid = ms->ms_uid;
		cred->mc_gid = ms->ms_gid;
		cred->mc_suppgid[0] = ms->ms_gid;
		cred->mc_suppgid[1] = ms->ms_gid;
		cred->mc_cap = 0;
	}
	spin_unlock(&ms->ms_lock);
}

static int mdt_root_squash_show(struct seq_file *m, void *obj)
{
	struct mdt_squash *ms = &((struct mdt_device *)obj)->mdt_squash;

	spin_lock(&ms->ms_lock);
	seq_printf(m, "%u:%u\n", ms->ms_uid, ms->ms_gid);
	spin_unlock(&ms->ms_lock);
	return 0;
}

/* "UID:GID"; "0:0" switches it off. */
static ssize_t mdt_root_squash_store(const char *text, size_t len, void *obj)
{
	struct mdt_squash *ms = &((struct mdt_device *)obj)->mdt_squash;
	u32 uid, gid;
	char end;

	if (sscanf(text, "%u:%u%c", &uid, &gid, &end) != 2)
		return -EINVAL;
	if (uid == (u32)-1 || gid == (u32)-1)
		return -ERANGE;
	spin_lock(&ms->ms_lock);
	ms->ms_uid = uid;
	ms->ms_gid = gid;
	spin_unlock(&ms->ms_lock);
	return len;
}

static int mdt_nosquash_show(struct seq_file *m, void *obj)
{
	struct mdt_squash *ms = &((struct mdt_device *)obj)->mdt_squash;

	spin_lock(&ms->ms_lock);
	seq_printf(m, "%s\n", *ms->ms_nids ? ms->ms_nids : "NONE");
	spin_unlock(&ms->ms_lock);
	return 0;
}

/* A list of NIDs and patterns; "NONE" or "clear" empties it. Each item needs a network. */
static ssize_t mdt_nosquash_store(const char *text, size_t len, void *obj)
{
	struct mdt_squash *ms = &((struct mdt_device *)obj)->mdt_squash;
	const char *p, *end;

	if (!strcmp(text, "NONE") || !strcmp(text, "clear"))
		text = "";
	if (strlen(text) >= sizeof(ms->ms_nids))
		return -E2BIG;
	for (p = text; *p; p = *end ? end + 1 : end) {
		end = mdt_nid_pattern_end(p);
		if (end > p && !memchr(p, '@', end - p))
			return -EINVAL;
	}
	spin_lock(&ms->ms_lock);
	strscpy(ms->ms_nids, text, sizeof(ms->ms_nids));
	spin_unlock(&ms->ms_lock);
	return len;
}

const struct param_def mdt_squash_params[MDT_NR_SQUASH_PARAMS] = {
	{ "root_squash", 0644, mdt_root_squash_show, mdt_root_squash_store, PARAM_DEBUGFS },
	{ "nosquash_nids", 0644, mdt_nosquash_show, mdt_nosquash_store, PARAM_DEBUGFS },
};
