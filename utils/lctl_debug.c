// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl dk, clear, mark: messages and tracepoints of the modules.
 *
 * Messages are kept in the kernel's own log, which belongs to the whole machine: nothing is removed
 * from it. "clear" stores the number of the last record, and "dk" shows what came after it.
 * Tracepoints that the parameter "debug" asks for are in a ring of their own, which is emptied.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli.h"
#include "lctl.h"

#define LCTL_TRACE_FILE	"/sys/kernel/tracing/instances/lustre/trace"
#define LCTL_TRACE_OLD	"/sys/kernel/debug/tracing/instances/lustre/trace"

/* Below /run, which is empty after a boot like the kernel's log. */
#define LCTL_MARK_DIR	"/run/lustre"
#define LCTL_MARK_FILE	LCTL_MARK_DIR "/debug_seen"

static bool lctl_is_module_message(const char *text)
{
	static const char *const prefixes[] = {
		"lnet: ", "ksocklnd: ", "ptlrpc: ", "ldlm: ", "mgc: ", "lustre: ", "lustre_tgt: ",
		"mds: ", "mdt: ", "osp: ", "oss: ", "mgs: ", "osd_ldiskfs: ", "ldiskfs: ",
		"LDISKFS-fs",
	};
	unsigned int i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(text, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static unsigned long long lctl_mark_read(void)
{
	unsigned long long seen = 0;
	FILE *f = fopen(LCTL_MARK_FILE, "r");

	if (!f)
		return 0;
	if (fscanf(f, "%llu", &seen) != 1)
		seen = 0;
	fclose(f);
	return seen;
}

/* Records below @next were seen. */
static int lctl_mark_write(unsigned long long next)
{
	FILE *f;
	int rc = 0;

	if (mkdir(LCTL_MARK_DIR, 0755) && errno != EEXIST)
		return errno;
	f = fopen(LCTL_MARK_FILE, "w");
	if (!f)
		return errno;
	if (fprintf(f, "%llu\n", next) < 0)
		rc = errno;
	if (fclose(f) && !rc)
		rc = errno;
	return rc;
}

/* One record "PRIORITY,NUMBER,MICROSECONDS,...;TEXT\n". */
static void lctl_record_show(FILE *out, char *record, unsigned long long usecs)
{
	char *text = strchr(record, ';');

	text[1 + strcspn(text + 1, "\n")] = 0;
	fprintf(out, "[%5llu.%06llu] %s\n", usecs / 1000000, usecs % 1000000, text + 1);
}

/*
 * All records of the kernel log from number *@next on. Shows those of the modules on @out (NULL:
 * none) and moves *@next behind the last one.
 *
 * Return: the number shown or -errno.
 */
static int lctl_log_walk(FILE *out, unsigned long long *next)
{
	unsigned long long from = *next, seq, usecs;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK), shown = 0;
	char record[8193], *text;
	ssize_t n;

	if (fd < 0)
		return -errno;
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)	/* overwritten meanwhile: read on behind it */
			continue;
		if (n <= 0)
			break;
		record[n] = 0;
		text = strchr(record, ';');
		if (!text || sscanf(record, "%*u,%llu,%llu", &seq, &usecs) != 2)
			continue;
		*next = seq + 1;
		if (!out || seq < from || !lctl_is_module_message(text + 1))
			continue;
		lctl_record_show(out, record, usecs);
		shown++;
	}
	n = n < 0 && errno != EAGAIN ? -errno : shown;
	close(fd);
	return n;
}

/* The ring of tracepoints; NULL while nothing is recorded. */
static FILE *lctl_trace_open(const char *mode)
{
	FILE *f = fopen(LCTL_TRACE_FILE, mode);

	return f ? f : fopen(LCTL_TRACE_OLD, mode);
}

/* Return: the number of records. */
static int lctl_trace_show(FILE *out)
{
	FILE *f = lctl_trace_open("r");
	char line[4096];
	int n = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#')	/* headings */
			continue;
		fputs(line, out);
		n++;
	}
	fclose(f);
	return n;
}

/* To open the file for writing is to empty the ring. */
static void lctl_trace_clear(void)
{
	FILE *f = lctl_trace_open("w");

	if (f)
		fclose(f);
}

int lctl_dk(int argc, char **argv)
{
	unsigned long long next = lctl_mark_read();
	FILE *out = stdout;
	int n, rc;

	if (argc > 2)
		return CLI_USAGE;
	if (argc == 2) {
		out = fopen(argv[1], "w");
		if (!out)
			return lctl_error("dk", errno, "%s", argv[1]);
	}
	n = lctl_log_walk(out, &next);
	if (n >= 0)
		n += lctl_trace_show(out);
	if (out != stdout && fclose(out) && n >= 0)
		return lctl_error("dk", errno, "%s", argv[1]);
	if (n < 0)
		return lctl_error("dk", -n, "cannot read the kernel log");
	lctl_trace_clear();
	rc = lctl_mark_write(next);
	if (rc)
		return lctl_error("dk", rc, "%s", LCTL_MARK_FILE);
	fprintf(stderr, "Debug log: %d lines, %d kept, 0 dropped, 0 bad.\n", n, n);
	return 0;
}

int lctl_clear(int argc, char **argv)
{
	unsigned long long next = 0;
	int rc;

	if (argc > 1)
		return CLI_USAGE;
	rc = lctl_log_walk(NULL, &next);
	if (rc < 0)
		return lctl_error("clear", -rc, "cannot read the kernel log");
	lctl_trace_clear();
	rc = lctl_mark_write(next);
	return rc ? lctl_error("clear", rc, "%s", LCTL_MARK_FILE) : 0;
}

int lctl_mark(int argc, char **argv)
{
	FILE *f = fopen("/dev/kmsg", "w");
	int i;

	if (!f)
		return lctl_error("mark", errno, "/dev/kmsg");
	/* one write is one record */
	setvbuf(f, NULL, _IOFBF, 8192);
	fprintf(f, "lustre: DEBUG MARKER: ");
	for (i = 1; i < argc; i++)
		fprintf(f, "%s%s", i > 1 ? " " : "", argv[i]);
	fprintf(f, "\n");
	return fclose(f) ? lctl_error("mark", errno, "/dev/kmsg") : 0;
}
