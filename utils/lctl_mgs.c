// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl conf_param, set_param -P, llog_print, llog_catlist: requests to the MGS of this node.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli.h"
#include "lctl.h"
#include <gloss/lustre_ioctl.h>

#define LCTL_MGS_BUFFER	65536

static int lctl_mgs_request(unsigned long cmd, struct lustre_ioc_mgs *im)
{
	int fd = open("/dev/obd", O_RDWR), rc = 0;

	if (fd < 0)
		return errno == ENOENT ? ENODEV : errno;
	if (ioctl(fd, cmd, im) < 0)
		rc = errno;
	close(fd);
	return rc;
}

int lctl_mgs_param(const char *what, const char *param, bool set, bool del)
{
	unsigned long request = set ? LUSTRE_IOC_MGS_SET_PARAM : LUSTRE_IOC_MGS_CONF_PARAM;
	struct lustre_ioc_mgs im = {
		.im_flags = del ? LUSTRE_MGS_DELETE : 0,
		.im_text = (uintptr_t)param,
		.im_textlen = strlen(param),
	};
	int rc = lctl_mgs_request(request, &im);

	if (rc == ENODEV && access("/dev/obd", F_OK))
		return lctl_error(what, rc, "no MGS runs on this node");
	if (rc)
		return lctl_error(what, rc, "%s", param);
	return 0;
}

int lctl_mgs_pool(const char *text)
{
	struct lustre_ioc_mgs im = { .im_text = (uintptr_t)text, .im_textlen = strlen(text) };

	return lctl_mgs_request(LUSTRE_IOC_MGS_POOL, &im);
}

int lctl_conf_param(int argc, char **argv)
{
	bool del = false;
	const struct cli_option options[] = { CLI_FLAG('d', NULL, del), CLI_END };
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first != argc - 1)
		return rc ? rc : CLI_USAGE;
	argv += first;
	if (!strchr(argv[0], '.') || (!del && !strchr(argv[0], '=')))
		return lctl_error("conf_param", 0, "'%s' is not of the form TARGET.PARAM=VALUE",
				  argv[0]);
	return lctl_mgs_param("conf_param", argv[0], false, del);
}

static int lctl_mgs_print(const char *what, unsigned long cmd, const char *text, unsigned int flags)
{
	char *buf = malloc(LCTL_MGS_BUFFER);
	struct lustre_ioc_mgs im = {
		.im_flags = flags,
		.im_text = (uintptr_t)text,
		.im_textlen = text ? strlen(text) : 0,
		.im_buf = (uintptr_t)buf,
	};
	int rc;

	if (!buf)
		return lctl_error(what, ENOMEM, "%s", text ? text : "MGS");
	for (;;) {
		im.im_buflen = LCTL_MGS_BUFFER;
		rc = lctl_mgs_request(cmd, &im);
		if (rc || !im.im_buflen || im.im_buflen > LCTL_MGS_BUFFER)
			break;
		fwrite(buf, 1, im.im_buflen, stdout);
	}
	free(buf);
	return rc ? lctl_error(what, rc, "%s", text ? text : "MGS") : 0;
}

int lctl_llog_print(int argc, char **argv)
{
	unsigned int flags = 0;
	const struct cli_option options[] = {
		CLI_BIT('r', "raw", flags, LUSTRE_MGS_RAW),
		CLI_END
	};
	int first, rc;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first != argc - 1)
		return rc ? rc : CLI_USAGE;
	return lctl_mgs_print("llog_print", LUSTRE_IOC_MGS_LLOG_PRINT, argv[first], flags);
}

int lctl_llog_catlist(int argc, char **argv)
{
	if (argc > 1)
		return CLI_USAGE;
	return lctl_mgs_print("llog_catlist", LUSTRE_IOC_MGS_LLOG_CATLIST, NULL, 0);
}
