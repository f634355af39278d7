// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct lustre_cfg, the body of a config record (chapter 6.6): building, checking, reading,
 * printing. Also compiled in user space.
 */
#ifndef GLOSS_USER
#include <linux/export.h>
#endif
#include <gloss/llog.h>

static u32 lcfg_head_size(u32 nr)
{
	return wire_align8(offsetof(struct lustre_cfg, lcfg_buflens) + nr * sizeof(__le32));
}

/**
 * lcfg_args_init - begin a record
 * @a: to fill
 * @cmd: LCFG_*
 */
void lcfg_args_init(struct lcfg_args *a, u32 cmd)
{
	memset(a, 0, sizeof(*a));
	a->cmd = cmd;
}
EXPORT_SYMBOL_GPL(lcfg_args_init);

/**
 * lcfg_arg_buf - set a binary buffer
 * @a: record being built
 * @i: number of the buffer, < LCFG_MAX_BUFS - 1
 * @p: the bytes, must live until lcfg_pack()
 * @len: how many
 */
void lcfg_arg_buf(struct lcfg_args *a, u32 i, const void *p, u32 len)
{
	if (i >= LCFG_MAX_BUFS - 1 || !p)
		return;
	a->buf[i] = p;
	a->len[i] = len;
	if (a->nr <= i)
		a->nr = i + 1;
}
EXPORT_SYMBOL_GPL(lcfg_arg_buf);

/**
 * lcfg_arg_str - set a text buffer (with its NUL)
 * @a: record being built
 * @i: number of the buffer
 * @s: text, must live until lcfg_pack(); NULL: the buffer stays absent
 */
void lcfg_arg_str(struct lcfg_args *a, u32 i, const char *s)
{
	if (s)
		lcfg_arg_buf(a, i, s, strlen(s) + 1);
}
EXPORT_SYMBOL_GPL(lcfg_arg_str);

/**
 * lcfg_size - bytes that lcfg_pack() writes
 * @a: complete record
 */
u32 lcfg_size(const struct lcfg_args *a)
{
	u32 i, size = lcfg_head_size(a->nr);

	for (i = 0; i < a->nr; i++)
		size += wire_align8(a->len[i]);
	return size;
}
EXPORT_SYMBOL_GPL(lcfg_size);

/**
 * lcfg_pack - write the record's body
 * @a: complete record
 * @body: lcfg_size() bytes
 */
void lcfg_pack(const struct lcfg_args *a, void *body)
{
	struct lustre_cfg *lcfg = body;
	u32 i, off = lcfg_head_size(a->nr);

	memset(body, 0, lcfg_size(a));
	lcfg->lcfg_version = cpu_to_le32(LUSTRE_CFG_VERSION);
	lcfg->lcfg_command = cpu_to_le32(a->cmd);
	lcfg->lcfg_num = cpu_to_le32(a->num);
	lcfg->lcfg_nid = cpu_to_le64(a->nid);
	lcfg->lcfg_bufcount = cpu_to_le32(a->nr);
	for (i = 0; i < a->nr; i++) {
		lcfg->lcfg_buflens[i] = cpu_to_le32(a->len[i]);
		if (a->len[i])
			memcpy(body + off, a->buf[i], a->len[i]);
		off += wire_align8(a->len[i]);
	}
}
EXPORT_SYMBOL_GPL(lcfg_pack);

/**
 * lcfg_cmd - the command
 * @lcfg: checked record
 */
u32 lcfg_cmd(const struct lustre_cfg *lcfg)
{
	return le32_to_cpu(lcfg->lcfg_command);
}
EXPORT_SYMBOL_GPL(lcfg_cmd);

/**
 * lcfg_buflen - length of a buffer
 * @lcfg: checked record
 * @i: which
 *
 * Return: 0 if it is absent.
 */
u32 lcfg_buflen(const struct lustre_cfg *lcfg, u32 i)
{
	return i < le32_to_cpu(lcfg->lcfg_bufcount) ? le32_to_cpu(lcfg->lcfg_buflens[i]) : 0;
}
EXPORT_SYMBOL_GPL(lcfg_buflen);

/**
 * lcfg_buf - a buffer
 * @lcfg: checked record
 * @i: which
 *
 * Return: NULL if it is absent.
 */
void *lcfg_buf(struct lustre_cfg *lcfg, u32 i)
{
	u32 k, off = lcfg_head_size(le32_to_cpu(lcfg->lcfg_bufcount));

	if (!lcfg_buflen(lcfg, i))
		return NULL;
	for (k = 0; k < i; k++)
		off += wire_align8(le32_to_cpu(lcfg->lcfg_buflens[k]));
	return (void *)lcfg + off;
}
EXPORT_SYMBOL_GPL(lcfg_buf);

/**
 * lcfg_string - a text buffer, its last byte forced to NUL
 * @lcfg: checked record
 * @i: which
 *
 * Return: NULL if it is absent.
 */
char *lcfg_string(struct lustre_cfg *lcfg, u32 i)
{
	char *s = lcfg_buf(lcfg, i);

	if (s)
		s[lcfg_buflen(lcfg, i) - 1] = 0;
	return s;
}
EXPORT_SYMBOL_GPL(lcfg_string);

static const struct {
	u32 cmd;
	const char *event;
	const char *label[5];	/* of buffers 1... */
} events[] = {
	{ LCFG_ATTACH, "attach", { "type", "UUID" } },
	{ LCFG_DETACH, "detach", { } },
	{ LCFG_SETUP, "setup", { "UUID", "node", "options", "failout" } },
	{ LCFG_CLEANUP, "cleanup", { } },
	{ LCFG_ADD_UUID, "add_uuid", { "node", "nid" } },
	{ LCFG_DEL_UUID, "del_uuid", { "node" } },
	{ LCFG_MOUNTOPT, "new_profile", { "name", "lov", "lmv" } },
	{ LCFG_DEL_MOUNTOPT, "del_mountopt", { "name" } },
	{ LCFG_SET_TIMEOUT, "set_timeout", { "parameter" } },
	{ LCFG_SET_LDLM_TIMEOUT, "set_ldlm_timeout", { "parameter" } },
	{ LCFG_ADD_CONN, "add_conn", { "node" } },
	{ LCFG_DEL_CONN, "del_conn", { "node" } },
	{ LCFG_LOV_ADD_OBD, "add_osc", { "ost", "index", "gen", "UUID" } },
	{ LCFG_LOV_ADD_INA, "add_osc_inactive", { "1", "2", "3", "4" } },
	{ LCFG_LOV_DEL_OBD, "del_osc", { "ost", "index", "gen", "UUID" } },
	{ LCFG_ADD_MDC, "add_mdc", { "mdt", "index", "gen", "UUID" } },
	{ LCFG_DEL_MDC, "del_mdc", { "mdt", "index", "gen", "UUID" } },
	{ LCFG_PARAM, "conf_param", { "parameter", "value" } },
	{ LCFG_SET_PARAM, "set_param", { "parameter", "value" } },
	{ LCFG_SPTLRPC_CONF, "security", { "parameter" } },
	{ LCFG_POOL_NEW, "new_pool", { "fsname", "pool", "ost" } },
	{ LCFG_POOL_ADD, "add_pool", { "fsname", "pool", "ost" } },
	{ LCFG_POOL_REM, "remove_pool", { "fsname", "pool", "ost" } },
	{ LCFG_POOL_DEL, "del_pool", { "fsname", "pool", "ost" } },
	{ LCFG_MARKER, "marker", { } },
};

/* snprintf at the end of what is there; never beyond size. */
#define put(buf, size, off, ...) do { \
	if (*(off) < (size)) \
		*(off) += snprintf((buf) + *(off), (size) - *(off), __VA_ARGS__); \
} while (0)

static void lcfg_print_nid(u64 nid, char *buf, u32 size, u32 *off)
{
	static const char * const nets[] = { [2] = "tcp", [5] = "o2ib" };
	u32 a = nid, net = nid >> 32, type = net >> 16;

	put(buf, size, off, ", nid: %u.%u.%u.%u@", a >> 24, (a >> 16) & 255,
	    (a >> 8) & 255, a & 255);
	if (type < ARRAY_SIZE(nets) && nets[type])
		put(buf, size, off, "%s", nets[type]);
	else
		put(buf, size, off, "<%u:%u>", type, net & 0xffff);
	if (net & 0xffff)
		put(buf, size, off, "%u", net & 0xffff);
	put(buf, size, off, "(0x%llx)", (unsigned long long)nid);
}

/**
 * lcfg_print - one record as `lctl llog_print` shows it (6.7.7)
 * @lcfg: checked record
 * @index: in the log
 * @buf: out, NUL-terminated, one line with its newline
 * @size: of @buf
 *
 * Return: bytes written without the NUL.
 */
int lcfg_print(struct lustre_cfg *lcfg, u32 index, char *buf, u32 size)
{
	u32 cmd = lcfg_cmd(lcfg), nr = le32_to_cpu(lcfg->lcfg_bufcount);
	u32 i, e, off = 0;
	const char *s;

	for (e = 0; e < ARRAY_SIZE(events); e++)
		if (events[e].cmd == cmd)
			break;
	if (e == ARRAY_SIZE(events)) {
		put(buf, size, &off, "- { index: %u, event: unknown_%x }\n", index, cmd);
		return off < size ? off : size - 1;
	}
	put(buf, size, &off, "- { index: %u, event: %s", index, events[e].event);
	if (lcfg->lcfg_flags)
		put(buf, size, &off, ", flags: 0x%x", le32_to_cpu(lcfg->lcfg_flags));
	if (lcfg->lcfg_num)
		put(buf, size, &off, ", num: 0x%x", le32_to_cpu(lcfg->lcfg_num));
	if (lcfg->lcfg_nid)
		lcfg_print_nid(le64_to_cpu(lcfg->lcfg_nid), buf, size, &off);
	if (cmd == LCFG_MARKER && lcfg_buflen(lcfg, 1) >= sizeof(struct cfg_marker)) {
		struct cfg_marker *m = lcfg_buf(lcfg, 1);

		put(buf, size, &off, ", step: %u, flags: 0x%02x, device: %.63s, type: '%.63s'",
		    le32_to_cpu(m->cm_step), le32_to_cpu(m->cm_flags), m->cm_tgtname,
		    m->cm_comment);
		nr = 0;
	}
	s = lcfg_string(lcfg, 0);
	if (s && nr)
		put(buf, size, &off, ", device: %s", s);
	for (i = 1; i < nr && i <= 5; i++) {
		s = lcfg_string(lcfg, i);
		if (!s)
			continue;
		if (cmd == LCFG_SET_PARAM && i == 1 && strchr(s, '=')) {
			put(buf, size, &off, ", parameter: %.*s, value: %s",
			    (int)(strchr(s, '=') - s), s,
			    strchr(s, '=') + 1);
			break;
		}
		put(buf, size, &off, ", %s: %s", events[e].label[i - 1] ?: "", s);
	}
	put(buf, size, &off, " }\n");
	return off < size ? off : size - 1;
}
EXPORT_SYMBOL_GPL(lcfg_print);
