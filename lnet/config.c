// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar of the module parameter 'networks' (chapter 1, 15.1): net[(interfaces)][cpts],
 * separated by commas. CPT lists are accepted and ignored. This file only reads the text; its
 * caller starts the networks. No locks.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/ctype.h>
#include <linux/slab.h>
#include "internal.h"

#define NETWORKS_MAX	4096

/* A copy of the text without blanks, which mean nothing here. */
static char *lnet_config_copy(const char *text)
{
	char *copy, *p;

	if (strlen(text) > NETWORKS_MAX)
		return NULL;
	copy = kmalloc(strlen(text) + 1, GFP_KERNEL);
	if (!copy)
		return NULL;
	for (p = copy; *text; text++)
		if (!isspace(*text))
			*p++ = *text;
	*p = 0;
	return copy;
}

/* [0,1-3] */
static int lnet_config_skip_cpts(char **pos)
{
	char *p = *pos;

	if (*p != '[')
		return 0;
	p = strchr(p, ']');
	if (!p)
		return -EINVAL;
	*pos = p + 1;
	return 0;
}

static int lnet_config_interface(char **pos, u32 net, int (*add)(u32 net, const char *ifname))
{
	char name[IFNAMSIZ];
	size_t len = strcspn(*pos, "[,)");

	if (!len || len >= sizeof(name))
		return -EINVAL;
	memcpy(name, *pos, len);
	name[len] = 0;
	*pos += len;
	return lnet_config_skip_cpts(pos) ?: add(net, name);
}

static int lnet_config_interfaces(char **pos, u32 net, int (*add)(u32 net, const char *ifname))
{
	int rc;

	for (;;) {
		rc = lnet_config_interface(pos, net, add);
		if (rc)
			return rc;
		if (**pos == ')')
			break;
		if (**pos != ',')
			return -EINVAL;
		(*pos)++;
	}
	(*pos)++;
	return 0;
}

static int lnet_config_net(char **pos, int (*add)(u32 net, const char *ifname))
{
	size_t len = strcspn(*pos, "([,");
	char name[16];
	u32 net;
	int rc;

	if (!len || len >= sizeof(name))
		return -EINVAL;
	memcpy(name, *pos, len);
	name[len] = 0;
	*pos += len;
	rc = lnet_str_net(name, &net);
	if (rc)
		return rc;
	if (**pos != '(') {
		rc = lnet_config_skip_cpts(pos);
		/* "lo" always runs */
		return rc ?: net == lnet_mknet(LOLND, 0) ? 0 : add(net, "");
	}
	(*pos)++;
	return lnet_config_interfaces(pos, net, add) ?: lnet_config_skip_cpts(pos);
}

/*
 * Call add() for every net and interface in the text. An empty interface name means that the driver
 * chooses one. Stops at the first error.
 */
int lnet_config_networks(const char *text, int (*add)(u32 net, const char *ifname))
{
	char *copy = lnet_config_copy(text && *text ? text : "tcp");
	char *pos = copy;
	int rc;

	if (!copy)
		return -ENOMEM;
	if (!*pos) {
		rc = add(lnet_mknet(SOCKLND, 0), "");
		goto out;
	}
	for (;;) {
		rc = lnet_config_net(&pos, add);
		if (rc || !*pos)
			break;
		if (*pos++ != ',') {
			rc = -EINVAL;
			break;
		}
	}
	if (rc == -EINVAL)
		pr_err("module parameter networks=%s is not understood near '%.20s'\n", text ?: "",
		       pos);
out:
	kfree(copy);
	return rc;
}
