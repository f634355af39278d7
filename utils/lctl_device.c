// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl dl, and the commands for one device: activate, deactivate, evict_client, abort_recovery.
 * Chapter 7, sections 7.2 and 7.4.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "lctl.h"

struct lctl_dev {
	unsigned int index, refs;
	char status[8], type[32], name[128], uuid[128];
};

static FILE *lctl_devices_open(void)
{
	FILE *f = fopen("/proc/fs/lustre/devices", "r");

	return f ? f : fopen("/sys/kernel/debug/lustre/devices", "r");
}

static bool lctl_device_next(FILE *f, struct lctl_dev *d)
{
	char line[512];

	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %7s %31s %127s %127s %u", &d->index, d->status, d->type,
			   d->name, d->uuid, &d->refs) == 6)
			return true;
	return false;
}

/* The NID of the server of a client device, from its import file. */
static bool lctl_peer_nid(const struct lctl_dev *d, char *nid, size_t room)
{
	char path[320], text[512];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/lustre/%s/%s/import", d->type, d->name);
	f = fopen(path, "r");
	if (!f) {
		snprintf(path, sizeof(path), "/proc/fs/lustre/%s/%s/import", d->type, d->name);
		f = fopen(path, "r");
	}
	if (!f)
		return false;
	while (!found && fgets(text, sizeof(text), f)) {
		char *p = strstr(text, "current_connection:");

		if (p) {
			p += strcspn(p, ":") + 1;
			p += strspn(p, "\" ");
			snprintf(nid, room, "%.*s", (int)strcspn(p, "\"\n "), p);
			found = true;
		}
	}
	fclose(f);
	return found;
}

static void lctl_device_print(const struct lctl_dev *d, const char *nid, bool yaml)
{
	if (!yaml) {
		printf("%3u %s %s %s %s %u%s%s\n", d->index, d->status, d->type, d->name, d->uuid,
		       d->refs, nid ? " " : "", nid ? nid : "");
		return;
	}
	printf("- index: %u\n  status: %s\n  type: %s\n  name: %s\n  uuid: %s\n  refcount: %u\n",
	       d->index, d->status, d->type, d->name, d->uuid, d->refs);
	if (nid)
		printf("  nid: %s\n", nid);
}

int lctl_dl(int argc, char **argv)
{
	bool show_nid = false, yaml = false;
	const struct cli_option options[] = {
		CLI_FLAG('t', NULL, show_nid), CLI_FLAG('y', "yaml", yaml), CLI_END
	};
	struct lctl_dev d;
	int first, rc;
	char nid[128];
	FILE *f;

	rc = cli_options(argc, argv, options, &first);
	if (rc || first != argc)
		return rc ? rc : CLI_USAGE;
	f = lctl_devices_open();
	if (!f)
		return lctl_error("dl", errno == ENOENT ? ENODEV : errno,
				  "cannot list devices (are the lustre modules loaded?)");
	if (yaml)
		printf("devices:\n");
	while (lctl_device_next(f, &d))
		lctl_device_print(&d, show_nid && lctl_peer_nid(&d, nid, sizeof(nid)) ? nid : NULL,
				  yaml);
	fclose(f);
	return 0;
}

/* The device of --device: a name, a UUID, a number, or "$NAME". Prints an error: 0 or an errno. */
static int lctl_device_get(const char *cmd, struct lctl_dev *d)
{
	const char *want = lctl_device;
	bool found = false;
	FILE *f;

	if (!want)
		return lctl_error(cmd, 0, "no device chosen (lctl --device NAME %s)", cmd);
	if (*want == '$' || *want == '%')
		want++;
	f = lctl_devices_open();
	if (!f)
		return lctl_error(cmd, ENODEV, "no devices (are the lustre modules loaded?)");
	while (!found && lctl_device_next(f, d))
		found = !strcmp(d->name, want) || !strcmp(d->uuid, want) ||
			(isdigit(*want) && strtoul(want, NULL, 10) == d->index &&
			 want[strspn(want, "0123456789")] == 0);
	fclose(f);
	return found ? 0 : lctl_error(cmd, ENODEV, "no device '%s', 'lctl dl' lists them", want);
}

/* Write a parameter of the device. */
static int lctl_device_write(const char *cmd, const struct lctl_dev *d, const char *param,
			     const char *value)
{
	char path[320];
	int fd, rc = 0;

	snprintf(path, sizeof(path), "/sys/fs/lustre/%s/%s/%s", d->type, d->name, param);
	fd = open(path, O_WRONLY);
	if (fd < 0 && errno == ENOENT) {
		snprintf(path, sizeof(path), "/proc/fs/lustre/%s/%s/%s", d->type, d->name, param);
		fd = open(path, O_WRONLY);
	}
	if (fd < 0 && errno == ENOENT)
		return lctl_error(cmd, EOPNOTSUPP, "%s is a device of type %s", d->name, d->type);
	if (fd < 0)
		return lctl_error(cmd, errno, "%s", d->name);
	if (write(fd, value, strlen(value)) < 0)
		rc = errno;
	close(fd);
	return rc ? lctl_error(cmd, rc, "%s", d->name) : 0;
}

static int lctl_device_command(const char *cmd, const char *param, const char *value)
{
	struct lctl_dev d;
	int rc = lctl_device_get(cmd, &d);

	return rc ? rc : lctl_device_write(cmd, &d, param, value);
}

int lctl_activate(int argc, char **argv)
{
	return argc > 1 ? CLI_USAGE : lctl_device_command("activate", "active", "1");
}

int lctl_deactivate(int argc, char **argv)
{
	return argc > 1 ? CLI_USAGE : lctl_device_command("deactivate", "active", "0");
}

int lctl_abort_recovery(int argc, char **argv)
{
	return argc > 1 ? CLI_USAGE : lctl_device_command("abort_recovery", "abort_recovery", "1");
}

/* "nid:NID", "NID" or the UUID of a client. */
int lctl_evict_client(int argc, char **argv)
{
	char text[256];

	if (argc != 2)
		return CLI_USAGE;
	snprintf(text, sizeof(text), "%s%s",
		 strchr(argv[1], '@') && strncmp(argv[1], "nid:", 4) ? "nid:" : "", argv[1]);
	return lctl_device_command("evict_client", "evict_client", text);
}
