// SPDX-License-Identifier: GPL-2.0-only
/*
 * Job ids (chapter 7.9): what goes into pb_jobid of requests, from jobid_var, jobid_name and the
 * environment of the calling process. Only user processes have one; the environment is read without
 * faulting pages in, so that callers may hold mmap_lock.
 *
 * Locks: jobid_lock guards the three settings; a leaf.
 */
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/utsname.h>
#include <linux/xarray.h>
#include <gloss/param.h>
#include "internal.h"

#define JOBID_VAR_MAX	21	/* with the NUL */
#define ENV_MAX		(64 * 1024)

static DEFINE_SPINLOCK(jobid_lock);
static char jobid_var[JOBID_VAR_MAX] = "disable";
static char jobid_name[LUSTRE_JOBID_SIZE] = "%e.%u";

/*
 * Values of sessions, by session id; each a kmalloc'ed text. A few dozen at most on a login node.
 */
#define SESSIONS_MAX	1024
static DEFINE_XARRAY(jobid_sessions);
static atomic_t nr_sessions;

static void jobid_env_value(const char *var, char *out, size_t size)
{
	struct mm_struct *mm = current->mm;
	size_t varlen = strlen(var), have = 0, n, len;
	unsigned long pos, end;
	char *page, *p, *nul;

	*out = '\0';
	if (!mm)
		return;
	page = kmalloc(PAGE_SIZE, GFP_NOFS);
	if (!page)
		return;
	spin_lock(&mm->arg_lock);
	pos = mm->env_start;
	end = mm->env_end;
	spin_unlock(&mm->arg_lock);
	end = min(end, pos + ENV_MAX);
	while (pos < end) {
		/* not over a page, so that a missing one costs only itself */
		n = min3(end - pos, PAGE_SIZE - offset_in_page(pos), PAGE_SIZE - have);
		if (!n || copy_from_user_nofault(page + have, (void __user *)pos, n))
			break;
		pos += n;
		have += n;
		for (p = page; (nul = memchr(p, 0, page + have - p)); p = nul + 1) {
			len = nul - p;
			if (len > varlen && p[varlen] == '=' && !memcmp(p, var, varlen)) {
				strscpy(out, p + varlen + 1, size);
				goto out;
			}
		}
		have -= p - page;
		memmove(page, p, have);
		if (have == PAGE_SIZE)
			have = 0;	/* a text longer than a page cannot be the variable */
	}
out:
	kfree(page);
}

/* One letter of the template. */
static void jobid_expand_one(char letter, const char *var, char *out, size_t size)
{
	char comm[TASK_COMM_LEN];

	*out = '\0';
	switch (letter) {
	case 'e':
		strscpy(out, get_task_comm(comm, current), size);
		break;
	case 'g':
		snprintf(out, size, "%u", from_kgid(&init_user_ns, current_fsgid()));
		break;
	case 'u':
		snprintf(out, size, "%u", from_kuid(&init_user_ns, current_fsuid()));
		break;
	case 'p':
		snprintf(out, size, "%d", current->tgid);
		break;
	case 'h':
	case 'H':
		strscpy(out, init_utsname()->nodename, size);
		if (letter == 'H')
			out[strcspn(out, ".")] = '\0';
		break;
	case 'j':
		jobid_env_value(var, out, size);
		break;
	}
}

/* "%e.%u", "%j?%H", "%.4e" -> text without blanks, at most 31 characters. */
static void jobid_expand(const char *tmpl, const char *var, char *jobid)
{
	char text[__NEW_UTS_LEN + 1], *p;
	size_t used = 0, cut;
	bool skip_next = false;

	while (*tmpl && used < LUSTRE_JOBID_SIZE - 1) {
		if (*tmpl != '%' || !tmpl[1]) {
			if (*tmpl == '?' && tmpl[1] == '%')
				skip_next = used > 0;
			else if (!isspace(*tmpl))
				jobid[used++] = *tmpl;
			tmpl++;
			continue;
		}
		tmpl++;
		cut = sizeof(text);
		if (*tmpl == '.' && isdigit(tmpl[1])) {
			tmpl++;
			for (cut = 0; isdigit(*tmpl); tmpl++)
				cut = min_t(size_t, cut * 10 + *tmpl - '0', sizeof(text));
		}
		if (!*tmpl)
			break;
		jobid_expand_one(*tmpl++, var, text, sizeof(text));
		if (skip_next) {
			skip_next = false;
			continue;
		}
		for (p = text; *p && cut && used < LUSTRE_JOBID_SIZE - 1; p++, cut--)
			if (!isspace(*p))
				jobid[used++] = *p;
	}
	jobid[used] = '\0';
}

/* What the session of the calling process set, or "". */
static void jobid_session_value(char text[LUSTRE_JOBID_SIZE])
{
	const char *session;

	xa_lock(&jobid_sessions);
	session = xa_load(&jobid_sessions, task_session_vnr(current));
	strscpy(text, session ?: "", LUSTRE_JOBID_SIZE);
	xa_unlock(&jobid_sessions);
}

/**
 * lustre_jobid - the job id of the calling process
 * @jobid: filled with zeros behind the text
 *
 * Context: process; does not sleep on user memory. Empty for kernel threads.
 */
void lustre_jobid(char jobid[LUSTRE_JOBID_SIZE])
{
	char var[JOBID_VAR_MAX], tmpl[LUSTRE_JOBID_SIZE], text[LUSTRE_JOBID_SIZE] = "";

	memset(jobid, 0, LUSTRE_JOBID_SIZE);
	if ((current->flags & PF_KTHREAD) || !current->mm)
		return;
	spin_lock(&jobid_lock);
	memcpy(var, jobid_var, sizeof(var));
	memcpy(tmpl, jobid_name, sizeof(tmpl));
	spin_unlock(&jobid_lock);
	if (!strcmp(var, "disable"))
		return;
	if (!strcmp(var, "session"))
		jobid_session_value(text);
	else if (!strcmp(var, "procname_uid"))
		jobid_expand("%e.%u", var, text);
	else if (!strcmp(var, "nodelocal") || strstr(tmpl, "%j"))
		jobid_expand(tmpl, var, text);
	else
		jobid_env_value(var, text, sizeof(text));
	if (!*text && strcmp(var, "session"))
		jobid_expand(tmpl, var, text);
	strscpy_pad(jobid, text, LUSTRE_JOBID_SIZE);
}
EXPORT_SYMBOL_GPL(lustre_jobid);

/* ---- parameters ---- */

static int jobid_text_show(struct seq_file *m, const char *what)
{
	char text[LUSTRE_JOBID_SIZE];

	spin_lock(&jobid_lock);
	strscpy(text, what, sizeof(text));
	spin_unlock(&jobid_lock);
	seq_printf(m, "%s\n", text);
	return 0;
}

static ssize_t jobid_text_store(const char *text, size_t len, char *what, size_t size)
{
	if (!len || len >= size)
		return -EINVAL;
	spin_lock(&jobid_lock);
	strscpy_pad(what, text, size);
	spin_unlock(&jobid_lock);
	return len;
}

static int jobid_var_show(struct seq_file *m, void *obj)
{
	return jobid_text_show(m, jobid_var);
}

static ssize_t jobid_var_store(const char *text, size_t len, void *obj)
{
	return jobid_text_store(text, len, jobid_var, sizeof(jobid_var));
}

static int jobid_name_show(struct seq_file *m, void *obj)
{
	return jobid_text_show(m, jobid_name);
}

static ssize_t jobid_name_store(const char *text, size_t len, void *obj)
{
	return jobid_text_store(text, len, jobid_name, sizeof(jobid_name));
}

static int jobid_session_show(struct seq_file *m, void *obj)
{
	char text[LUSTRE_JOBID_SIZE];

	jobid_session_value(text);
	seq_printf(m, "%s\n", text);
	return 0;
}

/* An empty value forgets the session. */
static ssize_t jobid_session_store(const char *text, size_t len, void *obj)
{
	unsigned long id = task_session_vnr(current);
	char *copy = NULL, *old;

	if (len >= LUSTRE_JOBID_SIZE)
		return -EINVAL;
	if (len) {
		if (atomic_inc_return(&nr_sessions) > SESSIONS_MAX) {
			atomic_dec(&nr_sessions);
			return -ENOSPC;
		}
		copy = kstrdup(text, GFP_KERNEL);
		if (!copy) {
			atomic_dec(&nr_sessions);
			return -ENOMEM;
		}
	}
	old = xa_store(&jobid_sessions, id, copy, GFP_KERNEL);
	if (xa_is_err(old)) {
		kfree(copy);
		if (len)
			atomic_dec(&nr_sessions);
		return xa_err(old);
	}
	if (old) {
		/* readers copy under the lock of the xarray: no one holds it now */
		atomic_dec(&nr_sessions);
		kfree(old);
	}
	return len;
}

static const struct param_def jobid_params[] = {
	{ "jobid_var", 0644, jobid_var_show, jobid_var_store },
	{ "jobid_name", 0644, jobid_name_show, jobid_name_store },
	{ "jobid_this_session", 0644, jobid_session_show, jobid_session_store },
};

int param_jobid_init(void)
{
	return param_add(param_top(), jobid_params, ARRAY_SIZE(jobid_params), NULL);
}

void param_jobid_exit(void)
{
	unsigned long i;
	char *text;

	xa_for_each(&jobid_sessions, i, text)
		kfree(text);
	xa_destroy(&jobid_sessions);
	atomic_set(&nr_sessions, 0);
}
