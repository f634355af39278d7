// SPDX-License-Identifier: GPL-2.0-only
/* Messages of the library, and functions for texts. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

static int msg_level = LLAPI_MSG_MAX;
static char msg_command[64];
static llapi_log_callback_t msg_error, msg_info;

int llapi_msg_get_level(void)
{
	return msg_level;
}

void llapi_msg_set_level(int level)
{
	msg_level = level < LLAPI_MSG_OFF ? LLAPI_MSG_OFF :
		    level > LLAPI_MSG_MAX ? LLAPI_MSG_MAX : level;
}

void llapi_set_command_name(const char *cmd)
{
	snprintf(msg_command, sizeof(msg_command), " %s", cmd);
}

void llapi_clear_command_name(void)
{
	msg_command[0] = 0;
}

/**
 * llapi_error_callback_set() - who prints errors
 * @cb: NULL: the library, on stderr
 *
 * Return: the one before.
 */
llapi_log_callback_t llapi_error_callback_set(llapi_log_callback_t cb)
{
	llapi_log_callback_t old = msg_error;

	msg_error = cb;
	return old;
}

llapi_log_callback_t llapi_info_callback_set(llapi_log_callback_t cb)
{
	llapi_log_callback_t old = msg_info;

	msg_info = cb;
	return old;
}

/**
 * llapi_error() - "PROGRAM COMMAND: MESSAGE: STRERROR (ERRNO)" on stderr
 * @level: LLAPI_MSG_*, with LLAPI_MSG_NO_ERRNO: the message alone
 * @err: errno, of either sign
 * @fmt: the message
 */
void llapi_error(enum llapi_message_level level, int err, const char *fmt, ...)
{
	va_list ap;

	if ((int)(level & LLAPI_MSG_MASK) > msg_level)
		return;
	va_start(ap, fmt);
	if (msg_error) {
		msg_error(level, err, fmt, ap);
	} else {
		fprintf(stderr, "%s%s: ", program_invocation_short_name, msg_command);
		vfprintf(stderr, fmt, ap);
		if (level & LLAPI_MSG_NO_ERRNO)
			fputc('\n', stderr);
		else
			fprintf(stderr, ": %s (%d)\n", strerror(abs(err)), abs(err));
	}
	va_end(ap);
}

void llapi_printf(enum llapi_message_level level, const char *fmt, ...)
{
	va_list ap;

	if ((int)(level & LLAPI_MSG_MASK) > msg_level)
		return;
	va_start(ap, fmt);
	if (msg_info)
		msg_info(level, 0, fmt, ap);
	else
		vfprintf(stdout, fmt, ap);
	va_end(ap);
}

/**
 * llapi_parse_size() - "4M", "512", "1g"
 * @text: what is parsed
 * @size: the number of bytes
 * @unit: in: of a number without a letter, 0: bytes; out: that of the letter
 * @bytes_spec: may the letter be b (512 bytes) or c (1 byte)?
 *
 * Return: 0 or -1.
 */
int llapi_parse_size(const char *text, unsigned long long *size, unsigned long long *unit,
		     int bytes_spec)
{
	static const char letters[] = "kmgtpe";
	unsigned long long n, u = *unit ? *unit : 1;
	const char *l;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno)
		return -1;
	if (*end) {
		int c = tolower((unsigned char)*end);

		l = strchr(letters, c);
		if (bytes_spec && c == 'b')
			u = 512;
		else if (bytes_spec && c == 'c')
			u = 1;
		else if (l)
			u = 1ULL << 10 * (l - letters + 1);
		else
			return -1;
		if (end[1] && (tolower((unsigned char)end[1]) != 'b' || end[2] || !l))
			return -1;
	}
	if (n > ULLONG_MAX / u)
		return -1;
	*size = n * u;
	*unit = u;
	return 0;
}

void llapi_chomp_string(char *buf)
{
	buf[strcspn(buf, "\n")] = 0;
}

/**
 * llapi_uuid_match() - are two names of a target the same, with or without _UUID?
 * @uuid: one
 * @search: the other
 *
 * Return: 1 or 0.
 */
int llapi_uuid_match(char *uuid, char *search)
{
	size_t a = strlen(uuid), b = strlen(search);

	if (a > 5 && !strcmp(uuid + a - 5, "_UUID"))
		a -= 5;
	if (b > 5 && !strcmp(search + b - 5, "_UUID"))
		b -= 5;
	return a == b && !strncmp(uuid, search, a);
}

int llapi_get_version_string(char *version, unsigned int size)
{
	char text[128];
	const char *v = text;

	if (!version || !size) {
		errno = EINVAL;
		return -1;
	}
	if (llapi_param_read("version", text, sizeof(text)) < 0) {
		errno = ENODATA;
		return -1;
	}
	llapi_chomp_string(text);
	if (!strncmp(v, "lustre: ", 8))
		v += 8;
	if (strlen(v) >= size) {
		errno = EOVERFLOW;
		return -1;
	}
	strcpy(version, v);
	return 0;
}
