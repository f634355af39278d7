// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons against a take-over that stand in the files of the server itself (chapter 8, section
 * 8.2): work that the servers of before have not finished, several MDTs, functions that are missing
 * here and that the users of the file system would miss.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "take_over.h"

#define FILE_MAX	(16 << 20)	/* of the files that are read as a whole */
#define INDEX_BLOCK	4096
#define INDEX_LEAF	0x1976
#define LLOG_COUNT_AT	24		/* in the header of a log: records, the header counted */

/* last_rcvd (chapter 2, A.1) */
#define LR_CLIENTS	8192
#define LR_CLIENT	128
#define LR_UUID		40
#define LR_INCOMPAT_AT	72
#define LR_INCOMPAT	(0x21eu | LDD_INCOMPAT_GLOSS)

static errcode_t find(struct take_over *t, const char *path, ext2_ino_t *ino)
{
	return ext2fs_namei(t->fs, EXT2_ROOT_INO, EXT2_ROOT_INO, path, ino);
}

/*
 * The contents of a file: false when there is none (after a message when it should be there, or
 * cannot be read). *data is to be freed.
 */
static bool read_file(struct take_over *t, const char *path, bool must, char **data,
		      unsigned int *len)
{
	ext2_file_t file;
	ext2_ino_t ino;
	errcode_t rc;
	__u64 size = 0;

	*data = NULL;
	rc = find(t, path, &ino);
	if (rc == EXT2_ET_FILE_NOT_FOUND && !must)
		return false;
	if (!rc)
		rc = ext2fs_file_open(t->fs, ino, 0, &file);
	if (!rc) {
		rc = ext2fs_file_get_lsize(file, &size);
		if (!rc && size > FILE_MAX)
			rc = EXT2_ET_FILE_TOO_BIG;
		*data = rc ? NULL : calloc(1, size + 1);
		if (*data)
			rc = ext2fs_file_read(file, *data, size, len);
		else if (!rc)
			rc = EXT2_ET_NO_MEMORY;
		ext2fs_file_close(file);
		if (!rc && *len != size)
			rc = EXT2_ET_SHORT_READ;
	}
	if (!rc)
		return true;
	take_over_err(t, "%s cannot be read: %s", path, error_message(rc));
	free(*data);
	*data = NULL;
	return false;
}

static uint32_t u32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint32_t be32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static uint64_t u64_at(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* ---- directories that have to be empty ---- */

struct names {
	unsigned int count;
	bool content;		/* one of them is not an empty file */
	bool other_mdt;		/* a config log of an MDT other than MDT0000 */
	ext2_filsys fs;
};

static int see_name(ext2_ino_t dir, int entry, struct ext2_dir_entry *de, int offset,
		    int blocksize, char *buf, void *priv)
{
	struct names *n = priv;
	unsigned int len = ext2fs_dirent_name_len(de);
	struct ext2_inode inode;

	if (entry == DIRENT_DOT_FILE || entry == DIRENT_DOT_DOT_FILE)
		return 0;
	n->count++;
	if (ext2fs_read_inode(n->fs, de->inode, &inode) || EXT2_I_SIZE(&inode))
		n->content = true;
	if (len > 8 && !strncmp(de->name + len - 8, "-MDT", 4) &&
	    strncmp(de->name + len - 4, "0000", 4))
		n->other_mdt = true;
	return 0;
}

static void see_names(struct take_over *t, const char *path, struct names *n)
{
	ext2_ino_t ino;
	errcode_t rc;

	memset(n, 0, sizeof(*n));
	n->fs = t->fs;
	rc = find(t, path, &ino);
	if (rc == EXT2_ET_FILE_NOT_FOUND)
		return;
	if (!rc)
		rc = ext2fs_dir_iterate2(t->fs, ino, 0, NULL, see_name, n);
	if (rc)
		take_over_err(t, "directory %s cannot be read: %s", path, error_message(rc));
}

static void check_dirs(struct take_over *t)
{
	struct names n;

	see_names(t, "REMOTE_PARENT_DIR", &n);
	if (n.count)
		take_over_err(t, "REMOTE_PARENT_DIR has entries: file systems with several MDTs are not supported");
	see_names(t, "update_log_dir", &n);
	if (n.count > 1 || n.content)
		take_over_err(t, "update_log_dir has records: file systems with several MDTs are not supported");
	see_names(t, "CONFIGS", &n);
	if (n.other_mdt)
		take_over_err(t, "CONFIGS knows other MDTs than MDT0000: file systems with several MDTs are not supported");
	see_names(t, "PENDING", &n);
	if (n.count && !(t->ldd.ldd_feature_incompat & LDD_INCOMPAT_GLOSS))
		take_over_err(t, "PENDING has %u removed files that are not cleaned up: mount and unmount it with the servers of before, without clients",
			      n.count);
}

/* ---- index files (chapter 8, section 8.3.1) ---- */

/* Calls @fn for each record. */
static void for_records(struct take_over *t, const char *path, unsigned int key,
			unsigned int record, void (*fn)(struct take_over *t, const char *rec))
{
	unsigned int len, at, i, n;
	char *data;

	if (!read_file(t, path, false, &data, &len))
		return;
	for (at = INDEX_BLOCK; at + INDEX_BLOCK <= len; at += INDEX_BLOCK) {
		if ((u32_at(data + at) & 0xffff) != INDEX_LEAF)
			continue;
		n = u32_at(data + at) >> 16;
		if (n * (key + record) > INDEX_BLOCK - 4) {
			take_over_err(t, "index %s is damaged", path);
			break;
		}
		for (i = 0; i < n; i++)
			fn(t, data + at + 4 + i * (key + record));
	}
	free(data);
}

/* Big-endian: key sequence; record start, end, u32 index, u32 flags (1: OST). */
static void check_fld(struct take_over *t, const char *rec)
{
	uint32_t index = be32_at(rec + 24), flags = be32_at(rec + 28);

	if (!(flags & 1) && index)
		take_over_err(t, "fld gives sequences to MDT%04x: file systems with several MDTs are not supported",
			      index);
}

static void check_nodemap(struct take_over *t, const char *rec)
{
	if (u32_at(rec) >> 28 == 15 && rec[8])
		take_over_err(t, "nodemap is active, which is not supported: switch it off with the servers of before (lctl nodemap_activate 0)");
}

/* ---- logs ---- */

/* Has a log live records? A file of size 0 is none. */
static bool log_has_records(struct take_over *t, const char *path)
{
	unsigned int len;
	bool used = false;
	char *data;

	if (!read_file(t, path, false, &data, &len))
		return false;
	if (len)
		used = len < 8192 || u32_at(data + LLOG_COUNT_AT) > 1;
	free(data);
	return used;
}

static void check_catalogs(struct take_over *t)
{
	unsigned int len, at;
	char *data, path[64];
	uint64_t id;

	if (!read_file(t, "CATALOGS", false, &data, &len))
		return;
	for (at = 0; at + 32 <= len; at += 32) {
		id = u64_at(data + at);
		if (!id)
			continue;
		snprintf(path, sizeof(path), "O/%llu/d%llu/%llu",
			 (unsigned long long)u64_at(data + at + 8), (unsigned long long)id % 32,
			 (unsigned long long)id);
		if (log_has_records(t, path))
			take_over_err(t, "OST%04x has not been told all removals and changes of owners: mount MDT and OSTs with the servers of before, wait, unmount",
				      at / 32);
	}
	free(data);
}

/* ---- clients of before ---- */

static void check_client(struct take_over *t, const char *slot)
{
	size_t len = strnlen(slot, LR_UUID);
	bool ost = t->ldd.ldd_flags & LDD_F_SV_TYPE_OST;
	static const char mdt[] = "-mdtlov_UUID";

	/* An MDT that was stopped later. What it still had to say is in its own logs. */
	if (ost && len > strlen(mdt) && !strcmp(slot + len - strlen(mdt), mdt))
		return;
	take_over_err(t, "client %.40s is still connected: unmount all clients with the servers of before, or mount this target with -o abort_recov there, and unmount it",
		      slot);
}

static void check_last_rcvd(struct take_over *t)
{
	char want[LR_UUID + 1], *data;
	unsigned int len, at;

	if (!read_file(t, "last_rcvd", true, &data, &len))
		return;
	snprintf(want, sizeof(want), "%.8s-%s%04x_UUID", t->ldd.ldd_fsname,
		 t->ldd.ldd_flags & LDD_F_SV_TYPE_MDT ? "MDT" : "OST", t->ldd.ldd_svindex);
	if (len < 512 || strncmp(data, want, LR_UUID)) {
		take_over_err(t, "last_rcvd is that of %.40s, not of %s", data, want);
	} else if (u32_at(data + LR_INCOMPAT_AT) & ~LR_INCOMPAT) {
		take_over_err(t, "last_rcvd has features %#x, which are not all known",
			      u32_at(data + LR_INCOMPAT_AT));
	} else if (!(t->ldd.ldd_feature_incompat & LDD_INCOMPAT_GLOSS)) {
		for (at = LR_CLIENTS; at + LR_CLIENT <= len; at += LR_CLIENT)
			if (data[at])
				check_client(t, data + at);
	}
	free(data);
}

/**
 * take_over_check_files() - look for reasons against it in the files of the server
 * @t: the target
 */
void take_over_check_files(struct take_over *t)
{
	check_last_rcvd(t);
	if (!(t->ldd.ldd_flags & LDD_F_SV_TYPE_MDT))
		return;
	check_dirs(t);
	for_records(t, "fld", 8, 24, check_fld);
	for_records(t, "CONFIGS/nodemap", 8, 32, check_nodemap);
	check_catalogs(t);
	if (log_has_records(t, "changelog_catalog") || log_has_records(t, "changelog_users"))
		take_over_err(t, "changelogs are recorded, which is not supported: deregister their users with the servers of before");
	if (log_has_records(t, "hsm_actions"))
		take_over_err(t, "HSM has work to do, which is not supported: finish it with the servers of before");
}
