// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parameters in a target's mountdata: " key=value key=value". Changes are noted while the
 * options are read and are made once the present parameters are known (tunefs.lustre). No I/O here:
 * the unit tests run this file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mkfs.h"

#define MKFS_NOTES_MAX	256

static struct {
	enum { MKFS_ADD, MKFS_JOIN, MKFS_ERASE } what;
	const char *key, *value;
} mkfs_notes[MKFS_NOTES_MAX];

static unsigned int mkfs_nr_notes;

static void mkfs_note(int what, const char *key, const char *value)
{
	if (mkfs_nr_notes == MKFS_NOTES_MAX)
		mkfs_fatal(E2BIG, "too many parameters");
	mkfs_notes[mkfs_nr_notes].what = what;
	mkfs_notes[mkfs_nr_notes].key = key;
	mkfs_notes[mkfs_nr_notes++].value = value;
}

/**
 * mkfs_param_note_add() - key=value beside what is there
 * @key: the text stays valid
 * @value: likewise
 */
void mkfs_param_note_add(const char *key, const char *value)
{
	mkfs_note(MKFS_ADD, key, value);
}

/**
 * mkfs_param_note_join() - the same, an earlier value of the key before it and ':' between
 * @key: the text stays valid
 * @value: likewise
 */
void mkfs_param_note_join(const char *key, const char *value)
{
	mkfs_note(MKFS_JOIN, key, value);
}

/**
 * mkfs_param_note_erase() - remove all values of a key
 * @key: the text stays valid
 */
void mkfs_param_note_erase(const char *key)
{
	mkfs_note(MKFS_ERASE, key, NULL);
}

static void mkfs_param_erase(struct lustre_disk_data *ldd, const char *key)
{
	/* one more: the first blank may be missing on a foreign disk */
	char out[sizeof(ldd->ldd_params) + 1];
	const char *p = ldd->ldd_params;
	size_t k = strlen(key), used = 0, n;

	for (; *p; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (!n || (n > k && !strncmp(p, key, k) && p[k] == '='))
			continue;
		out[used++] = ' ';
		memcpy(out + used, p, n);
		used += n;
	}
	out[used] = 0;
	snprintf(ldd->ldd_params, sizeof(ldd->ldd_params), "%s", out);
}

static int mkfs_param_add(struct lustre_disk_data *ldd, const char *key, const char *value)
{
	size_t used = strlen(ldd->ldd_params), room = sizeof(ldd->ldd_params) - used;

	if (strpbrk(value, "\n "))
		return EINVAL;
	if (strlen(key) + strlen(value) + 3 > room)
		return E2BIG;
	snprintf(ldd->ldd_params + used, room, " %s=%s", key, value);
	return 0;
}

static int mkfs_param_join(struct lustre_disk_data *ldd, const char *key, const char *value)
{
	char joined[sizeof(ldd->ldd_params)] = "";
	size_t used;

	if (!mountdata_param(ldd, key, joined, sizeof(joined)))
		return mkfs_param_add(ldd, key, value);
	used = strlen(joined);
	if (used + strlen(value) + 2 > sizeof(joined))
		return E2BIG;
	snprintf(joined + used, sizeof(joined) - used, ":%s", value);
	mkfs_param_erase(ldd, key);
	return mkfs_param_add(ldd, key, joined);
}

/**
 * mkfs_params_apply() - make the noted changes
 * @ldd: its parameters change
 * @replace: a value that is added replaces the values that the key had before (tunefs.lustre)
 *
 * Return: 0; EINVAL for a value with blanks, E2BIG when it does not fit.
 */
int mkfs_params_apply(struct lustre_disk_data *ldd, bool replace)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < mkfs_nr_notes && !rc; i++) {
		if (mkfs_notes[i].what == MKFS_ERASE || (replace && mkfs_notes[i].what == MKFS_ADD))
			mkfs_param_erase(ldd, mkfs_notes[i].key);
		if (mkfs_notes[i].what == MKFS_ADD)
			rc = mkfs_param_add(ldd, mkfs_notes[i].key, mkfs_notes[i].value);
		else if (mkfs_notes[i].what == MKFS_JOIN)
			rc = mkfs_param_join(ldd, mkfs_notes[i].key, mkfs_notes[i].value);
	}
	mkfs_nr_notes = 0;
	return rc;
}
