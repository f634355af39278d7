// SPDX-License-Identifier: GPL-2.0-only
/*
 * NIDs and nets as text and as nid4 (chapter 1, section 2). Knows nothing of this node's networks.
 * No locks.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include "internal.h"

const struct lnet_nid lnet_any_nid = {
	.nid_size = 0xff, .nid_type = 0xff, .nid_num = cpu_to_be16(0xffff),
	.nid_addr = { cpu_to_be32(~0U), cpu_to_be32(~0U), cpu_to_be32(~0U), cpu_to_be32(~0U) },
};
EXPORT_SYMBOL_GPL(lnet_any_nid);

const struct lnet_nid lnet_lo_nid = { .nid_type = LOLND };
EXPORT_SYMBOL_GPL(lnet_lo_nid);

enum addr_kind { ADDR_NUM, ADDR_IP4, ADDR_IP };

static const struct net_type {
	u8 type;
	u8 addr;
	const char *name;
} net_types[] = {
	{ SOCKLND, ADDR_IP, "tcp" },
	{ O2IBLND, ADDR_IP4, "o2ib" },
	{ LOLND, ADDR_NUM, "lo" },
	{ GNILND, ADDR_NUM, "gni" },
	{ GNIIPLND, ADDR_IP4, "gip" },
	{ PTL4LND, ADDR_NUM, "ptlf" },
	{ KFILND, ADDR_NUM, "kfi" },
	{ EFALND, ADDR_IP, "efa" },
	{ BXI3LND, ADDR_NUM, "bxi3f" },
};

static const struct net_type *lnet_net_type_find(u32 type)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(net_types); i++)
		if (net_types[i].type == type)
			return &net_types[i];
	return NULL;
}

/**
 * lnet_nid_from_nid4() - 8-byte form to 20-byte form
 * @nid: result
 * @nid4: net << 32 | address
 */
void lnet_nid_from_nid4(struct lnet_nid *nid, u64 nid4)
{
	if (nid4 == LNET_NID_ANY) {
		*nid = lnet_any_nid;
		return;
	}
	memset(nid, 0, sizeof(*nid));
	nid->nid_type = nid4 >> 48;
	nid->nid_num = cpu_to_be16(nid4 >> 32);
	nid->nid_addr[0] = cpu_to_be32(nid4);
}
EXPORT_SYMBOL_GPL(lnet_nid_from_nid4);

/**
 * lnet_nid_to_nid4() - 20-byte form to 8-byte form
 * @nid: the NID
 *
 * Return: the nid4; LNET_NID_ANY if it is any or does not fit.
 */
u64 lnet_nid_to_nid4(const struct lnet_nid *nid)
{
	if (lnet_nid_is_any(nid) || !lnet_nid_is_nid4(nid))
		return LNET_NID_ANY;
	return lnet_mknid4(lnet_nid_net(nid), be32_to_cpu(nid->nid_addr[0]));
}
EXPORT_SYMBOL_GPL(lnet_nid_to_nid4);

/**
 * lnet_net_str() - text of a net
 * @net: type << 16 | number
 * @buf: at least LNET_NIDSTR_SIZE bytes
 *
 * Return: @buf.
 */
char *lnet_net_str(u32 net, char buf[LNET_NIDSTR_SIZE])
{
	const struct net_type *t = lnet_net_type_find(net >> 16);
	u32 num = net & 0xffff;

	if (!t)
		snprintf(buf, LNET_NIDSTR_SIZE, "<%u:%u>", net >> 16, num);
	else if (num)
		snprintf(buf, LNET_NIDSTR_SIZE, "%s%u", t->name, num);
	else
		strscpy(buf, t->name, LNET_NIDSTR_SIZE);
	return buf;
}
EXPORT_SYMBOL_GPL(lnet_net_str);

static int lnet_parse_net(const char *s, size_t len, const struct net_type **type, u32 *net)
{
	const struct net_type *t = NULL;
	u32 num = 0;
	size_t n = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(net_types); i++) {
		n = strlen(net_types[i].name);
		if (len < n || memcmp(s, net_types[i].name, n))
			continue;
		if (len == n || isdigit(s[n])) {
			t = &net_types[i];
			break;
		}
	}
	if (!t || (t->type == LOLND && len != n))
		return -EINVAL;
	for (; n < len; n++) {
		if (!isdigit(s[n]))
			return -EINVAL;
		num = num * 10 + s[n] - '0';
		if (num > 0xffff)
			return -EINVAL;
	}
	*type = t;
	*net = lnet_mknet(t->type, num);
	return 0;
}

/**
 * lnet_str_net() - parse a net ("tcp", "tcp1", "o2ib3")
 * @str: text
 * @net: result
 *
 * Return: 0 or -EINVAL.
 */
int lnet_str_net(const char *str, u32 *net)
{
	const struct net_type *t;

	return lnet_parse_net(str, strlen(str), &t, net);
}
EXPORT_SYMBOL_GPL(lnet_str_net);

/**
 * lnet_nid_str() - text of a NID
 * @nid: the NID
 * @buf: at least LNET_NIDSTR_SIZE bytes
 *
 * Return: @buf.
 */
char *lnet_nid_str(const struct lnet_nid *nid, char buf[LNET_NIDSTR_SIZE])
{
	const struct net_type *t;
	char net[LNET_NIDSTR_SIZE];

	if (lnet_nid_is_any(nid)) {
		strscpy(buf, "<?>", LNET_NIDSTR_SIZE);
		return buf;
	}
	t = lnet_net_type_find(nid->nid_type);
	lnet_net_str(lnet_nid_net(nid), net);
	if (nid->nid_size == 12 && (!t || t->addr == ADDR_IP))
		snprintf(buf, LNET_NIDSTR_SIZE, "%pI6c@%.16s", nid->nid_addr, net);
	else if (!t)
		snprintf(buf, LNET_NIDSTR_SIZE, "%x@%.16s", be32_to_cpu(nid->nid_addr[0]), net);
	else if (t->addr == ADDR_NUM)
		snprintf(buf, LNET_NIDSTR_SIZE, "%u@%.16s", be32_to_cpu(nid->nid_addr[0]), net);
	else
		snprintf(buf, LNET_NIDSTR_SIZE, "%pI4@%.16s", nid->nid_addr, net);
	return buf;
}
EXPORT_SYMBOL_GPL(lnet_nid_str);

static int lnet_parse_number(const char *s, size_t len, struct lnet_nid *nid)
{
	char tmp[16];
	u32 v;

	if (!len || len >= sizeof(tmp))
		return -EINVAL;
	memcpy(tmp, s, len);
	tmp[len] = 0;
	if (kstrtou32(tmp, 0, &v))
		return -EINVAL;
	nid->nid_addr[0] = cpu_to_be32(v);
	return 0;
}

/**
 * lnet_str_nid_len() - parse a NID in a string of given length
 * @str: text, need not be terminated
 * @len: its length
 * @nid: result
 *
 * Return: 0 or -EINVAL.
 */
int lnet_str_nid_len(const char *str, size_t len, struct lnet_nid *nid)
{
	const struct net_type *t = &net_types[0];
	u32 net = lnet_mknet(SOCKLND, 0);
	const char *at, *end;
	size_t alen = len;

	if (!len || len >= LNET_NIDSTR_SIZE)
		return -EINVAL;
	if ((len == 1 && *str == '*') || (len == 3 && !memcmp(str, "<?>", 3))) {
		*nid = lnet_any_nid;
		return 0;
	}
	at = memchr(str, '@', len);
	if (at) {
		alen = at - str;
		if (lnet_parse_net(at + 1, len - alen - 1, &t, &net))
			return -EINVAL;
	}
	memset(nid, 0, sizeof(*nid));
	nid->nid_type = net >> 16;
	nid->nid_num = cpu_to_be16(net);
	if (t->addr == ADDR_NUM) {
		if (lnet_parse_number(str, alen, nid))
			return -EINVAL;
		/* there is one loopback address only */
		return t->type == LOLND && nid->nid_addr[0] ? -EINVAL : 0;
	}
	if (in4_pton(str, alen, (u8 *)nid->nid_addr, -1, &end) && end == str + alen)
		return 0;
	if (t->addr == ADDR_IP && in6_pton(str, alen, (u8 *)nid->nid_addr, -1, &end) &&
	    end == str + alen) {
		nid->nid_size = 12;
		return 0;
	}
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(lnet_str_nid_len);

/**
 * lnet_str_nid() - parse a NID
 * @str: text
 * @nid: result
 *
 * Return: 0 or -EINVAL.
 */
int lnet_str_nid(const char *str, struct lnet_nid *nid)
{
	return lnet_str_nid_len(str, strlen(str), nid);
}
EXPORT_SYMBOL_GPL(lnet_str_nid);
