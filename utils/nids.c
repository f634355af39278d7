// SPDX-License-Identifier: GPL-2.0-only
/*
 * NIDs on command lines: host names become addresses.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include "nids.h"

/* Split N bytes "host@net"; the network is tcp when none is given. */
static int nids_split(const char *nid, size_t n, char host[256], char net[64])
{
	const char *at = memchr(nid, '@', n);
	size_t h = at ? (size_t)(at - nid) : n, rest = at ? n - h - 1 : 0;

	if (!h || h >= 256 || rest >= 64 || (at && !rest))
		return EINVAL;
	snprintf(host, 256, "%.*s", (int)h, nid);
	snprintf(net, 64, "%.*s", at ? (int)rest : 3, at ? at + 1 : "tcp");
	if (!strcmp(net, "tcp0"))	/* another name of it */
		strcpy(net, "tcp");
	return 0;
}

static int nids_resolve_one(const char *prog, const char *nid, size_t n, char *out,
			    unsigned int len)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *ai;
	char host[256], net[64], text[INET_ADDRSTRLEN];
	const char *address = host;
	int rc;

	if (nids_split(nid, n, host, net)) {
		fprintf(stderr, "%s: invalid NID '%.*s'\n", prog, (int)n, nid);
		return EINVAL;
	}
	if (strcmp(net, "lo")) {
		rc = getaddrinfo(host, NULL, &hints, &ai);
		if (rc) {
			fprintf(stderr, "%s: cannot resolve '%s' in NID '%.*s': %s\n", prog, host,
				(int)n, nid, gai_strerror(rc));
			return EINVAL;
		}
		inet_ntop(AF_INET, &((struct sockaddr_in *)ai->ai_addr)->sin_addr, text,
			  sizeof(text));
		freeaddrinfo(ai);
		address = text;
	}
	return snprintf(out, len, "%s@%s", address, net) < (int)len ? 0 : ENAMETOOLONG;
}

/**
 * nids_resolve() - resolve the host names of a NID list (a@tcp,b@tcp:c@tcp)
 * @prog: stands before messages
 * @in: the list
 * @out: the same with addresses
 * @len: size of @out
 *
 * Return: 0, or an errno; a message says what is wrong with a name.
 */
int nids_resolve(const char *prog, const char *in, char *out, unsigned int len)
{
	unsigned int used = 0;
	int rc;

	for (;;) {
		size_t n = strcspn(in, ",:");

		rc = nids_resolve_one(prog, in, n, out + used, len - used);
		if (rc)
			return rc;
		used += strlen(out + used);
		in += n;
		if (!*in)
			return 0;
		if (used + 2 >= len)
			return ENAMETOOLONG;
		out[used++] = *in++;
		out[used] = 0;
	}
}
