// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which records of a config log are to be executed: the rules of markers (chapter 6.6.4). Also
 * compiled in user space.
 */
#ifndef GLOSS_USER
#include <linux/export.h>
#endif
#include <gloss/llog.h>

/* Both texts are compared up to the NUL only; what is behind it may be anything. */
static void llog_copy_text(char *to, const char *from, u32 size)
{
	u32 n = strnlen(from, size - 1);

	memcpy(to, from, n);
	to[n] = 0;
}

/* Is @name one of the names of "a:b:c"? */
static bool llog_in_list(const char *list, const char *name)
{
	size_t n = strlen(name);

	while (list && *list) {
		const char *end = strchr(list, ':');
		size_t len = end ? (size_t)(end - list) : strlen(list);

		if (len == n && !strncmp(list, name, n))
			return true;
		list = end ? end + 1 : NULL;
	}
	return false;
}

static int llog_config_marker(struct config_walk *w, struct lustre_cfg *lcfg)
{
	u32 len = lcfg_buflen(lcfg, 1), flags;
	u32 texts = offsetof(struct cfg_marker, cm_tgtname);
	struct cfg_marker *m = lcfg_buf(lcfg, 1);

	/* The form of old 32-bit systems has two 4-byte times. */
	if (len == sizeof(*m) - 8)
		texts -= 8;
	else if (len < sizeof(*m))
		return -EINVAL;
	flags = le32_to_cpu(m->cm_flags);
	if (flags & CM_START) {
		w->in_section = true;
		w->step = le32_to_cpu(m->cm_step);
		llog_copy_text(w->tgtname, (char *)m + texts, sizeof(w->tgtname));
		llog_copy_text(w->comment, (char *)m + texts + sizeof(w->tgtname),
			       sizeof(w->comment));
		w->skip = flags & CM_SKIP;
		w->exclude = (flags & CM_EXCLUDE) || llog_in_list(w->exclude_list, w->tgtname);
	} else if (flags & CM_END) {
		w->in_section = false;
		w->skip = false;
		w->exclude = false;
		w->tgtname[0] = 0;
		w->comment[0] = 0;
	}
	return 0;
}

/**
 * llog_config_walk_record - feed the next record of a config log
 * @w: zeroed before the first record, kept over later reads
 * @hdr: whole record, as llog_walk() gives it; changed for excluded targets
 * @rec: out, when 1 is returned
 *
 * Return: 1: execute @rec; 0: nothing to do; -EINVAL: malformed.
 */
int llog_config_walk_record(struct config_walk *w, struct llog_rec_hdr *hdr, struct config_rec *rec)
{
	struct lustre_cfg *lcfg = (void *)(hdr + 1);
	u32 len = le32_to_cpu(hdr->lrh_len) - sizeof(*hdr) - sizeof(struct llog_rec_tail);

	if (le32_to_cpu(hdr->lrh_type) != OBD_CFG_REC)
		return 0;
	if (lustre_cfg_check(lcfg, len))
		return -EINVAL;
	if (lcfg_cmd(lcfg) == LCFG_MARKER)
		return llog_config_marker(w, lcfg);
	if (!w->in_section || w->skip)
		return 0;
	if (w->exclude && lcfg_cmd(lcfg) == LCFG_LOV_ADD_OBD)
		lcfg->lcfg_command = cpu_to_le32(LCFG_LOV_ADD_INA);
	rec->index = le32_to_cpu(hdr->lrh_index);
	rec->lcfg = lcfg;
	rec->tgtname = w->tgtname;
	rec->comment = w->comment;
	return 1;
}
EXPORT_SYMBOL_GPL(llog_config_walk_record);
