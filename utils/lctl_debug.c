// SPDX-License-Identifier: GPL-2.0-only
/*
 * lctl dk, clear, mark: messages of the modules, and the records of the tracepoints that the
 * parameter debug has switched on, in the order of their times.
 *
 * Messages are kept in the kernel's own log, which belongs to the whole machine: nothing is removed
 * from it. "clear" stores the number of the last record, and "dk" shows what came after that
 * number. The records of the tracepoints are in a ring of this file system alone: both empty it.
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

/* Lines of several sources, to be shown in the order of their times. */
struct lctl_line {
	unsigned long long usecs;
	unsigned int nr;	/* keeps lines of one time in order */
	char *text;
};

struct lctl_lines {
	struct lctl_line *line;
	unsigned int nr, room;
};

static int lctl_lines_add(struct lctl_lines *l, unsigned long long usecs, const char *text)
{
	if (l->nr == l->room) {
		unsigned int room = l->room ? 2 * l->room : 256;
		struct lctl_line *line = realloc(l->line, room * sizeof(*line));

		if (!line)
			return -ENOMEM;
		l->line = line;
		l->room = room;
	}
	l->line[l->nr] = (struct lctl_line){ usecs, l->nr, strndup(text, strcspn(text, "\n")) };
	return l->line[l->nr++].text ? 0 : -ENOMEM;
}

static int lctl_line_cmp(const void *va, const void *vb)
{
	const struct lctl_line *a = va, *b = vb;

	if (a->usecs != b->usecs)
		return a->usecs < b->usecs ? -1 : 1;
	return a->nr < b->nr ? -1 : 1;
}

static void lctl_lines_show(FILE *out, struct lctl_lines *l)
{
	unsigned int i;

	qsort(l->line, l->nr, sizeof(*l->line), lctl_line_cmp);
	for (i = 0; i < l->nr; i++)
		fprintf(out, "[%5llu.%06llu] %s\n", l->line[i].usecs / 1000000,
			l->line[i].usecs % 1000000, l->line[i].text);
}

static void lctl_lines_free(struct lctl_lines *l)
{
	while (l->nr)
		free(l->line[--l->nr].text);
	free(l->line);
}

/*
 * Adds what the modules wrote into the kernel log from record *@next on to @lines (NULL: nothing),
 * and moves *@next behind the last record. Records are "PRIORITY,NUMBER,MICROSECONDS,...;TEXT\n".
 *
 * Return: 0 or -errno.
 */
static int lctl_log_walk(struct lctl_lines *lines, unsigned long long *next)
{
	unsigned long long from = *next, seq, usecs;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK), rc = 0;
	char record[8193], *text;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (!rc) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)	/* overwritten meanwhile: read on behind it */
			continue;
		if (n <= 0) {
			rc = n < 0 && errno != EAGAIN ? -errno : 0;
			break;
		}
		record[n] = 0;
		text = strchr(record, ';');
		if (!text || sscanf(record, "%*u,%llu,%llu", &seq, &usecs) != 2)
			continue;
		*next = seq + 1;
		if (lines && seq >= from && lctl_is_module_message(text + 1))
			rc = lctl_lines_add(lines, usecs, text + 1);
	}
	close(fd);
	return rc;
}

/* The ring of tracepoints, which the parameter debug switches on; NULL: there is none. */
static FILE *lctl_ring_open(void)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/instances/lustre/trace_pipe",
		"/sys/kernel/debug/tracing/instances/lustre/trace_pipe",
	};
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		fd = open(paths[i], O_RDONLY | O_NONBLOCK);
		if (fd >= 0)
			return fdopen(fd, "r");
	}
	return NULL;
}

/*
 * Takes all records out of the ring and adds them to @lines (NULL: nothing). A record is
 * "   TASK-PID   [CPU] FLAGS  SECONDS.MICROSECONDS: EVENT: TEXT".
 *
 * Return: 0 or -errno.
 */
static int lctl_ring_take(struct lctl_lines *lines)
{
	unsigned long long secs, usecs;
	FILE *f = lctl_ring_open();
	char *line = NULL, *cpu;
	size_t room = 0;
	int rc = 0;

	if (!f)
		return 0;
	while (!rc && getline(&line, &room, f) > 0) {
		cpu = strchr(line, '[');
		if (!lines || !cpu || sscanf(cpu, "[%*d] %*s %llu.%llu:", &secs, &usecs) != 2)
			continue;
		rc = lctl_lines_add(lines, secs * 1000000 + usecs, line + strspn(line, " "));
	}
	free(line);
	fclose(f);
	return rc;
}

int lctl_dk(int argc, char **argv)
{
	unsigned long long next = lctl_mark_read();
	struct lctl_lines lines = { 0 };
	FILE *out = stdout;
	int rc;

	if (argc > 2)
		return CLI_USAGE;
	if (argc == 2) {
		out = fopen(argv[1], "w");
		if (!out)
			return lctl_error("dk", errno, "%s", argv[1]);
	}
	rc = lctl_log_walk(&lines, &next);
	if (!rc)
		rc = lctl_ring_take(&lines);
	if (rc) {
		if (out != stdout)
			fclose(out);
		lctl_lines_free(&lines);
		return lctl_error("dk", -rc, "cannot read the kernel log and the debug ring");
	}
	lctl_lines_show(out, &lines);
	if (out != stdout && fclose(out))
		return lctl_error("dk", errno, "%s", argv[1]);
	rc = lctl_mark_write(next);
	if (rc)
		return lctl_error("dk", rc, "%s", LCTL_MARK_FILE);
	fprintf(stderr, "Debug log: %u lines, %u kept, 0 dropped, 0 bad.\n", lines.nr, lines.nr);
	lctl_lines_free(&lines);
	return 0;
}

int lctl_clear(int argc, char **argv)
{
	unsigned long long next = 0;
	int rc;

	if (argc > 1)
		return CLI_USAGE;
	rc = lctl_log_walk(NULL, &next);
	if (!rc)
		rc = lctl_ring_take(NULL);
	if (rc)
		return lctl_error("clear", -rc, "cannot read the kernel log and the debug ring");
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
