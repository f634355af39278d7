// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl conf_param, set_param -P, llog_print, llog_catlist: requests to the MGS of this node; dk, clear, mark.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <unistd.h>
#include "lctl.h"
#include <gloss/lustre_ioctl.h>

static int mgs(unsigned long cmd, struct lustre_ioc_mgs *im)
{
	int fd = open("/dev/obd", O_RDWR), rc = 0;

	if (fd < 0)
		return errno == ENOENT ? ENODEV : errno;
	if (ioctl(fd, cmd, im) < 0)
		rc = errno;
	close(fd);
	return rc;
}

int mgs_param(const char *what, const char *param, bool set, bool del)
{
	struct lustre_ioc_mgs im = {
		.im_flags = del ? LUSTRE_MGS_DELETE : 0, .im_text = (uintptr_t)param, .im_textlen = strlen(param),
	};
	int rc = mgs(set ? LUSTRE_IOC_MGS_SET_PARAM : LUSTRE_IOC_MGS_CONF_PARAM, &im);

	if (rc == ENODEV && access("/dev/obd", F_OK))
		return lctl_error(what, rc, "no MGS runs on this node");
	if (rc)
		return lctl_error(what, rc, "%s", param);
	return 0;
}

int lctl_conf_param(int argc, char **argv)
{
	bool del = false;

	if (argc > 1 && !strcmp(argv[1], "-d")) {
		del = true;
		argc--;
		argv++;
	}
	if (argc != 2)
		return -1;
	if (!strchr(argv[1], '.') || (!del && !strchr(argv[1], '=')))
		return lctl_error("conf_param", 0, "'%s' is not of the form TARGET.PARAM=VALUE", argv[1]);
	return mgs_param("conf_param", argv[1], false, del);
}

static int print_all(const char *what, unsigned long cmd, const char *text, unsigned int flags)
{
	char *buf = malloc(65536);
	struct lustre_ioc_mgs im = { .im_flags = flags, .im_text = (uintptr_t)text, .im_textlen = text ? strlen(text) : 0, .im_buf = (uintptr_t)buf };
	int rc;

	for (;;) {
		im.im_buflen = 65536;
		rc = mgs(cmd, &im);
		if (rc || !im.im_buflen)
			break;
		fwrite(buf, 1, im.im_buflen, stdout);
	}
	free(buf);
	return rc ? lctl_error(what, rc, "%s", text ? text : "MGS") : 0;
}

int lctl_llog_print(int argc, char **argv)
{
	unsigned int flags = 0;

	if (argc > 1 && !strcmp(argv[1], "--raw")) {
		flags = LUSTRE_MGS_RAW;
		argc--;
		argv++;
	}
	if (argc != 2)
		return -1;
	return print_all("llog_print", LUSTRE_IOC_MGS_LLOG_PRINT, argv[1], flags);
}

int lctl_llog_catlist(int argc, char **argv)
{
	return argc > 1 ? -1 : print_all("llog_catlist", LUSTRE_IOC_MGS_LLOG_CATLIST, NULL, 0);
}

/* Is this a message of one of our modules? */
static bool our_message(const char *line)
{
	static const char *const prefixes[] = {
		"lnet: ", "ksocklnd: ", "ptlrpc: ", "ldlm: ", "mgc: ", "lustre: ", "lustre_tgt: ", "mds: ", "mdt: ", "osp: ",
		"oss: ", "mgs: ", "osd_ldiskfs: ", "ldiskfs: ", "LDISKFS-fs",
	};
	unsigned int i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strstr(line, prefixes[i]))
			return true;
	return false;
}

/* Debug messages are kept in the kernel's own log and trace buffer: show those of our modules. */
int lctl_dk(int argc, char **argv)
{
	int n = klogctl(10, NULL, 0), lines = 0, rc = 0;
	FILE *out = stdout;
	char *buf, *l, *save;

	if (argc > 2)
		return -1;
	if (argc == 2) {
		out = fopen(argv[1], "w");
		if (!out)
			return lctl_error("dk", errno, "%s", argv[1]);
	}
	buf = malloc(n > 0 ? n + 1 : 1);
	n = buf ? klogctl(3, buf, n) : -1;
	if (n < 0) {
		rc = lctl_error("dk", errno, "cannot read the kernel log");
		goto out;
	}
	buf[n] = 0;
	for (l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!our_message(l))
			continue;
		fprintf(out, "%s\n", l);
		lines++;
	}
	fprintf(stderr, "Debug log: %d lines, %d kept, 0 dropped, 0 bad.\n", lines, lines);
out:
	free(buf);
	if (out != stdout && fclose(out) && !rc)
		rc = lctl_error("dk", errno, "%s", argv[1]);
	return rc;
}

int lctl_clear(int argc, char **argv)
{
	if (klogctl(5, NULL, 0) < 0)
		return lctl_error("clear", errno, "kernel log");
	return 0;
}

int lctl_mark(int argc, char **argv)
{
	FILE *f = fopen("/dev/kmsg", "w");
	int i;

	if (!f)
		return lctl_error("mark", errno, "/dev/kmsg");
	fprintf(f, "lustre: DEBUG MARKER: ");
	for (i = 1; i < argc; i++)
		fprintf(f, "%s%s", i > 1 ? " " : "", argv[i]);
	fprintf(f, "\n");
	fclose(f);
	return 0;
}
