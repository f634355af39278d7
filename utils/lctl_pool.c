// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl pool_new, pool_add, pool_remove, pool_destroy: requests to the MGS of this node; pool_list.
 * Chapter 7, section 7.5.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "lctl.h"
#include "pools.h"

/* A change of one pool, and how it went. */
struct lctl_pool {
	const char *what;		/* the command */
	const char *verb;		/* of the request */
	struct pool_name name;
	int rc;				/* first error of an OST */
};

static const char *lctl_pool_reason(int rc, bool ost)
{
	switch (rc) {
	case ENOMEDIUM:
		return "not found";
	case EEXIST:
		return ost ? "is already in the pool" : "already exists";
	case ENOTEMPTY:
		return "not empty, please remove all members";
	case ENOENT:
		return "is not in the pool";
	case EINVAL:
	case ENODEV:
		return ost ? "is not part of this file system" : strerror(rc);
	}
	return strerror(rc);
}

static int lctl_pool_request(const struct lctl_pool *p, const char *uuid)
{
	char text[128];

	snprintf(text, sizeof(text), "%s %s.%s%s%s", p->verb, p->name.fsname, p->name.pool,
		 uuid ? " " : "", uuid ? uuid : "");
	return lctl_mgs_pool(text);
}

/* pool_new, pool_destroy */
static int lctl_pool_change(int argc, char **argv, const char *what, const char *verb,
			    const char *done)
{
	struct lctl_pool p = { .what = what, .verb = verb };
	int rc;

	if (argc != 2)
		return CLI_USAGE;
	if (!pool_parse(argv[1], &p.name) || !p.name.pool[0])
		return lctl_error(what, 0, "'%s' is not of the form FSNAME.POOL", argv[1]);
	rc = lctl_pool_request(&p, NULL);
	if (rc)
		return lctl_error(what, 0, "pool %s %s", argv[1], lctl_pool_reason(rc, false)), rc;
	printf("Pool %s %s\n", argv[1], done);
	return 0;
}

int lctl_pool_new(int argc, char **argv)
{
	return lctl_pool_change(argc, argv, "pool_new", "new", "created");
}

int lctl_pool_destroy(int argc, char **argv)
{
	return lctl_pool_change(argc, argv, "pool_destroy", "del", "destroyed");
}

static int lctl_pool_member(const char *uuid, void *arg)
{
	struct lctl_pool *p = arg;
	bool add = !strcmp(p->verb, "add");
	int rc = lctl_pool_request(p, uuid);

	if (!rc)
		printf("OST %s %s pool %s.%s\n", uuid, add ? "added to" : "removed from",
		       p->name.fsname, p->name.pool);
	else if (rc == ENOMEDIUM)
		lctl_error(p->what, 0, "pool %s.%s not found", p->name.fsname, p->name.pool);
	else
		lctl_error(p->what, 0, "OST %s: %s", uuid, lctl_pool_reason(rc, true));
	p->rc = p->rc ? p->rc : rc;
	return rc == ENOMEDIUM ? rc : 0;
}

/* pool_add, pool_remove */
static int lctl_pool_members(int argc, char **argv, const char *what, const char *verb)
{
	struct lctl_pool p = { .what = what, .verb = verb };
	int i, rc;

	if (argc < 3)
		return CLI_USAGE;
	if (!pool_parse(argv[1], &p.name) || !p.name.pool[0])
		return lctl_error(what, 0, "'%s' is not of the form FSNAME.POOL", argv[1]);
	for (i = 2; i < argc; i++) {
		rc = pool_osts(p.name.fsname, argv[i], lctl_pool_member, &p);
		if (rc == EINVAL)
			rc = lctl_error(what, 0, "OST %s is not part of the '%s' fs.", argv[i],
					p.name.fsname);
		p.rc = p.rc ? p.rc : rc;
	}
	return p.rc;
}

int lctl_pool_add(int argc, char **argv)
{
	return lctl_pool_members(argc, argv, "pool_add", "add");
}

int lctl_pool_remove(int argc, char **argv)
{
	return lctl_pool_members(argc, argv, "pool_remove", "rem");
}

int lctl_pool_list(int argc, char **argv)
{
	int rc;

	if (argc != 2)
		return CLI_USAGE;
	rc = pool_list(argv[1]);
	if (rc == ENODEV)
		return lctl_error("pool_list", rc,
				  "'%s': pools are read from a client mount of this node", argv[1]);
	return rc ? lctl_error("pool_list", rc, "'%s'", argv[1]) : 0;
}
