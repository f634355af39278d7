// SPDX-License-Identifier: GPL-2.0-only
/*
 * tunefs.lustre --take-over. First everything is looked at, and nothing is written when there is
 * anything that cannot be honoured. Then, each step on the disk before the next one begins:
 *
 *   1. mountdata get the mark that makes the servers of before refuse the target
 *   2. data behind names go away, block by block; where an index begins later because of the data
 *      of "..", the directory is without index while that block is written
 *   3. bit and label in the superblock
 *
 * Until 3 the target cannot be mounted, so a run that was interrupted is finished by another one,
 * which finds what is left to do. A directory may have lost its index then, which costs speed only.
 */
#include <e2p/e2p.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/types.h>
#include <gloss/lustre_user.h>
#include "dirdata.h"
#include "take_over.h"

#define LMA_SIZE	24
#define INDEXED_BATCH	1024	/* directories without index at a time */
#define SHOW_SECS	5

#define INCOMPAT_KNOWN                                                                  \
	(EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_EXTENTS |               \
	 EXT4_FEATURE_INCOMPAT_64BIT | EXT4_FEATURE_INCOMPAT_MMP |                      \
	 EXT4_FEATURE_INCOMPAT_FLEX_BG | EXT4_FEATURE_INCOMPAT_EA_INODE |               \
	 EXT2_FEATURE_INCOMPAT_META_BG | EXT4_FEATURE_INCOMPAT_LARGEDIR |               \
	 EXT4_FEATURE_INCOMPAT_CSUM_SEED | EXT3_FEATURE_INCOMPAT_RECOVER | DIRDATA_INCOMPAT)
#define RO_COMPAT_KNOWN                                                                 \
	(EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |      \
	 EXT4_FEATURE_RO_COMPAT_HUGE_FILE | EXT4_FEATURE_RO_COMPAT_GDT_CSUM |           \
	 EXT4_FEATURE_RO_COMPAT_DIR_NLINK | EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE |        \
	 EXT4_FEATURE_RO_COMPAT_QUOTA | EXT4_FEATURE_RO_COMPAT_PROJECT |                \
	 EXT4_FEATURE_RO_COMPAT_METADATA_CSUM)

/**
 * take_over_err() - print a reason against the take-over
 * @t: the target
 * @fmt: what is wrong and what helps
 */
void take_over_err(struct take_over *t, const char *fmt, ...)
{
	va_list ap;

	if (t->refusals++ >= 20)
		return;
	fprintf(stderr, "%s: ", t->dev);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
}

/* ---- superblock ---- */

static void check_features(struct take_over *t, int kind, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		if (bits & 1u << i)
			take_over_err(t, "the feature %s of its file system is not supported",
				      e2p_feature2string(kind, 1u << i));
}

static void check_super(struct take_over *t)
{
	struct ext2_super_block *sb = t->fs->super;

	t->dirdata = sb->s_feature_incompat & DIRDATA_INCOMPAT;
	check_features(t, 1, sb->s_feature_incompat & ~INCOMPAT_KNOWN);
	check_features(t, 2, sb->s_feature_ro_compat & ~RO_COMPAT_KNOWN);
	if (sb->s_feature_incompat & EXT3_FEATURE_INCOMPAT_RECOVER)
		take_over_err(t, "its journal is not replayed: mount and unmount it with the servers of before");
	if (!(sb->s_state & EXT2_VALID_FS) || sb->s_state & EXT2_ERROR_FS || sb->s_last_orphan)
		take_over_err(t, "its file system is not clean: mount and unmount it with the servers of before, or check it with their e2fsck");
	if (!(sb->s_feature_compat & EXT3_FEATURE_COMPAT_HAS_JOURNAL) ||
	    !(sb->s_feature_incompat & EXT3_FEATURE_INCOMPAT_EXTENTS) ||
	    t->fs->blocksize != 4096 || EXT2_INODE_SIZE(sb) < 256)
		take_over_err(t, "its file system has no journal, no extents, other blocks than of 4096 bytes, or inodes below 256 bytes");
	if (t->dirdata && sb->s_feature_ro_compat & EXT4_FEATURE_RO_COMPAT_METADATA_CSUM)
		take_over_err(t, "checksums of metadata together with data behind names (dirdata) are not supported: switch metadata_csum off with the tune2fs of before");
}

static void check_identity(struct take_over *t)
{
	const struct lustre_disk_data *ldd = &t->ldd;
	uint32_t types = LDD_F_SV_TYPE_MDT | LDD_F_SV_TYPE_OST;
	struct lustre_disk_data as_label = *ldd;
	char label[17];

	if (ldd->ldd_mount_type != LDD_MT_LDISKFS)
		take_over_err(t, "only ldiskfs targets can be taken over");
	if (ldd->ldd_feature_incompat & ~LDD_INCOMPAT_GLOSS)
		take_over_err(t, "its mountdata have features %#x, which are not known",
			      ldd->ldd_feature_incompat);
	if (!(ldd->ldd_flags & types) || (ldd->ldd_flags & types) == types) {
		take_over_err(t, "only an MDT (with or without MGS) or an OST can be taken over");
		return;
	}
	if (ldd->ldd_flags & LDD_F_SV_TYPE_MDT && ldd->ldd_svindex)
		take_over_err(t, "it is an MDT other than MDT0000: file systems with several MDTs are not supported");
	as_label.ldd_flags &= types;
	mountdata_label(&as_label, label);
	if (strlen(t->label) == strlen(label) && strlen(label) > 8)
		label[strlen(label) - 8] = t->label[strlen(label) - 8];
	if (strcmp(label, t->label) || !strchr(":-=+", label[strlen(label) - 8]))
		take_over_err(t, "its label is '%s', but its mountdata are those of %s",
			      t->label, label);
}

/* ---- all inodes ---- */

static void show_progress(struct take_over *t, const char *what)
{
	time_t now = time(NULL);

	if (t->quiet || now < t->shown + SHOW_SECS)
		return;
	t->shown = now;
	printf("%s: %llu of %u inodes\n", what, t->inodes,
	       t->fs->super->s_inodes_count - t->fs->super->s_free_inodes_count);
	fflush(stdout);
}

/* Calls @fn for each inode in use. */
static errcode_t for_inodes(struct take_over *t, const char *what,
			    errcode_t (*fn)(struct take_over *t, ext2_ino_t ino,
					    struct ext2_inode_large *inode))
{
	size_t size = EXT2_INODE_SIZE(t->fs->super);
	struct ext2_inode_large *inode = calloc(1, size);
	ext2_inode_scan scan;
	ext2_ino_t ino;
	errcode_t rc;

	if (!inode)
		return ENOMEM;
	t->inodes = 0;
	rc = ext2fs_open_inode_scan(t->fs, 0, &scan);
	if (rc) {
		free(inode);
		return rc;
	}
	for (;;) {
		rc = ext2fs_get_next_inode_full(scan, &ino, (struct ext2_inode *)inode, size);
		if (rc || !ino)
			break;
		if (!inode->i_links_count || !inode->i_mode)
			continue;
		t->inodes++;
		rc = fn(t, ino, inode);
		if (rc)
			break;
		show_progress(t, what);
	}
	ext2fs_close_inode_scan(scan);
	free(inode);
	return rc;
}

struct blocks {
	struct take_over *t;
	errcode_t (*fn)(struct take_over *t, ext2_ino_t ino, blk64_t blk, bool index_root);
	ext2_ino_t ino;
	bool index;
	errcode_t rc;
};

static int one_block(ext2_filsys fs, blk64_t *blk, e2_blkcnt_t nr, blk64_t ref, int offset,
		     void *priv)
{
	struct blocks *b = priv;

	b->rc = io_channel_read_blk64(fs->io, *blk, 1, b->t->block);
	if (!b->rc)
		b->rc = b->fn(b->t, b->ino, *blk, b->index && !nr);
	return b->rc ? BLOCK_ABORT : 0;
}

/* Calls @fn for each block of a directory, read into t->block. */
static errcode_t for_blocks(struct take_over *t, ext2_ino_t ino, bool index,
			    errcode_t (*fn)(struct take_over *t, ext2_ino_t ino, blk64_t blk,
					    bool index_root))
{
	struct blocks b = { .t = t, .fn = fn, .ino = ino, .index = index };
	errcode_t rc;

	rc = ext2fs_block_iterate3(t->fs, ino, BLOCK_FLAG_DATA_ONLY | BLOCK_FLAG_READ_ONLY, NULL,
				   one_block, &b);
	return b.rc ? b.rc : rc;
}

/* ---- the look before ---- */

static errcode_t check_block(struct take_over *t, ext2_ino_t ino, blk64_t blk, bool index_root)
{
	struct dirdata_found found;
	const char *wrong = dirdata_check(t->block, t->fs->blocksize, index_root, &found);

	if (wrong)
		take_over_err(t, "directory inode %u, block %llu: %s", ino,
			      (unsigned long long)blk, wrong);
	t->names += found.entries;
	return 0;
}

/* Inodes of ext4 itself have no FID. */
static bool is_ext4s_own(struct take_over *t, ext2_ino_t ino)
{
	const struct ext2_super_block *sb = t->fs->super;

	return (ino < EXT2_FIRST_INODE(sb) && ino != EXT2_ROOT_INO) ||
	       ino == sb->s_usr_quota_inum || ino == sb->s_grp_quota_inum ||
	       ino == sb->s_prj_quota_inum || ino == sb->s_orphan_file_inum;
}

static unsigned int min_u(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Is a part of a file's layout on the MDT (Data-on-MDT)? */
static bool has_dom(const void *ea, size_t len)
{
	const struct lov_comp_md_v1 *lcm = ea;
	unsigned int i, n, at;
	uint32_t pattern;

	if (len < sizeof(*lcm) || le32toh(lcm->lcm_magic) != LOV_USER_MAGIC_COMP_V1)
		return false;
	n = le16toh(lcm->lcm_entry_count);
	n = min_u(n, (len - sizeof(*lcm)) / sizeof(lcm->lcm_entries[0]));
	for (i = 0; i < n; i++) {
		at = le32toh(lcm->lcm_entries[i].lcme_offset);
		if (at > len || len - at < 8)
			continue;
		memcpy(&pattern, (const char *)ea + at + 4, sizeof(pattern));
		if (le32toh(pattern) & LOV_PATTERN_MDT)
			return true;
	}
	return false;
}

static void check_lma(struct take_over *t, const char *value)
{
	uint32_t lma[6];

	memcpy(lma, value, sizeof(lma));
	t->has_fid = true;
	if (lma[1])
		take_over_err(t, "inode %u has the features %#x (it was released by HSM, belongs to another MDT or is encrypted), which are not supported",
			      t->ino, le32toh(lma[1]));
}

static int check_xattr(char *name, char *value, size_t len, void *priv)
{
	struct take_over *t = priv;

	if (!strcmp(name, "trusted.lma") && len >= LMA_SIZE)
		check_lma(t, value);
	else if (!strcmp(name, "trusted.lmv"))
		take_over_err(t, "directory inode %u is striped over MDTs, which is not supported: migrate it to one MDT with the servers of before",
			      t->ino);
	else if (!strcmp(name, "trusted.hsm"))
		take_over_err(t, "file inode %u was archived (HSM), which is not supported: end HSM for it with the servers of before",
			      t->ino);
	else if (!strcmp(name, "trusted.lov") && t->is_file)
		t->dom += has_dom(value, len);
	return 0;
}

static errcode_t check_xattrs(struct take_over *t, struct ext2_inode_large *inode)
{
	struct ext2_xattr_handle *h;
	errcode_t rc;

	rc = ext2fs_xattrs_open(t->fs, t->ino, &h);
	if (rc)
		return rc;
	rc = ext2fs_xattrs_read_inode(h, inode);
	if (!rc)
		rc = ext2fs_xattrs_iterate(h, check_xattr, t);
	ext2fs_xattrs_close(&h);
	return rc;
}

static errcode_t check_inode(struct take_over *t, ext2_ino_t ino, struct ext2_inode_large *inode)
{
	errcode_t rc;

	if (is_ext4s_own(t, ino) || inode->i_flags & EXT4_EA_INODE_FL)
		return 0;
	if (inode->i_flags & (EXT4_ENCRYPT_FL | EXT4_VERITY_FL | EXT4_CASEFOLD_FL |
			      EXT4_INLINE_DATA_FL))
		take_over_err(t, "inode %u has flags %#x (encrypted, say), which are not supported",
			      ino, inode->i_flags);
	t->ino = ino;
	t->has_fid = false;
	t->is_file = LINUX_S_ISREG(inode->i_mode);
	rc = check_xattrs(t, inode);
	if (rc) {
		take_over_err(t, "the extended attributes of inode %u cannot be read: %s", ino,
			      error_message(rc));
		return 0;
	}
	if (!t->has_fid)
		take_over_err(t, "inode %u has no FID: it is older than Lustre 2.0, or was not made by Lustre",
			      ino);
	if (!t->dirdata || !LINUX_S_ISDIR(inode->i_mode))
		return 0;
	rc = for_blocks(t, ino, inode->i_flags & EXT2_INDEX_FL, check_block);
	if (rc)
		take_over_err(t, "directory inode %u cannot be read: %s", ino,
			      error_message(rc));
	return 0;
}

static void check_all(struct take_over *t)
{
	errcode_t rc;

	check_identity(t);
	take_over_check_files(t);
	if (t->refusals)
		return;
	rc = for_inodes(t, "checking", check_inode);
	if (rc)
		take_over_err(t, "its inodes cannot be read: %s", error_message(rc));
}

/* ---- the change ---- */

static errcode_t write_block(struct take_over *t, blk64_t blk, const struct dirdata_found *found)
{
	dirdata_strip(t->block, t->fs->blocksize, found);
	t->names += found->entries;
	return io_channel_write_blk64(t->fs->io, blk, 1, t->block);
}

static errcode_t set_index(struct take_over *t, bool on)
{
	struct ext2_inode inode;
	errcode_t rc = 0;
	unsigned int i;

	for (i = 0; i < t->nr_indexed && !rc; i++) {
		rc = ext2fs_read_inode(t->fs, t->indexed[i], &inode);
		if (rc)
			break;
		inode.i_flags = on ? inode.i_flags | EXT2_INDEX_FL :
				     inode.i_flags & ~EXT2_INDEX_FL;
		rc = ext2fs_write_inode(t->fs, t->indexed[i], &inode);
	}
	return rc ? rc : io_channel_flush(t->fs->io);
}

static errcode_t move_index(struct take_over *t, ext2_ino_t ino)
{
	struct dirdata_found found;
	blk64_t blk;
	errcode_t rc;

	rc = ext2fs_bmap2(t->fs, ino, NULL, NULL, 0, 0, NULL, &blk);
	if (!rc)
		rc = io_channel_read_blk64(t->fs->io, blk, 1, t->block);
	if (!rc && dirdata_check(t->block, t->fs->blocksize, true, &found))
		rc = EXT2_ET_DIR_CORRUPTED;
	return rc ? rc : write_block(t, blk, &found);
}

/*
 * The header of an index moves within its block, and a block is not written in one piece when the
 * power goes: meanwhile the directory has no index, and nobody looks at that part of the block.
 */
static errcode_t move_indices(struct take_over *t)
{
	errcode_t rc;
	unsigned int i;

	rc = set_index(t, false);
	for (i = 0; i < t->nr_indexed && !rc; i++)
		rc = move_index(t, t->indexed[i]);
	if (!rc)
		rc = io_channel_flush(t->fs->io);
	if (!rc)
		rc = set_index(t, true);
	t->nr_indexed = 0;
	return rc;
}

static errcode_t strip_block(struct take_over *t, ext2_ino_t ino, blk64_t blk, bool index_root)
{
	struct dirdata_found found;

	if (dirdata_check(t->block, t->fs->blocksize, index_root, &found))
		return EXT2_ET_DIR_CORRUPTED;
	if (found.moved_header)
		t->indexed[t->nr_indexed++] = ino;
	else if (found.entries)
		return write_block(t, blk, &found);
	return 0;
}

static errcode_t strip_inode(struct take_over *t, ext2_ino_t ino, struct ext2_inode_large *inode)
{
	errcode_t rc;

	if (!LINUX_S_ISDIR(inode->i_mode))
		return 0;
	rc = for_blocks(t, ino, inode->i_flags & EXT2_INDEX_FL, strip_block);
	if (!rc && t->nr_indexed == INDEXED_BATCH)
		rc = move_indices(t);
	return rc;
}

/* A used target with the label of a new one would register as a new one. */
static void set_label(struct take_over *t)
{
	size_t at = strlen(t->label) - 8;

	if (t->label[at] == ':')
		t->fs->super->s_volume_name[at] = '-';
}

static errcode_t write_mark(struct take_over *t)
{
	errcode_t rc;

	t->ldd.ldd_feature_incompat |= LDD_INCOMPAT_GLOSS;
	rc = mountdata_store(t->fs, &t->ldd);
	return rc ? rc : io_channel_flush(t->fs->io);
}

static errcode_t change(struct take_over *t)
{
	errcode_t rc;

	/* The superblock and its copies, not the group descriptors, which do not change. */
	t->fs->flags |= EXT2_FLAG_SUPER_ONLY;
	t->fs->flags &= ~EXT2_FLAG_MASTER_SB_ONLY;
	rc = write_mark(t);
	if (!rc && t->dirdata) {
		t->names = 0;
		rc = for_inodes(t, "removing data behind names", strip_inode);
		if (!rc)
			rc = move_indices(t);
	}
	if (rc)
		return rc;
	t->fs->super->s_feature_incompat &= ~DIRDATA_INCOMPAT;
	set_label(t);
	ext2fs_mark_super_dirty(t->fs);
	return ext2fs_flush2(t->fs, 0);
}

/* ---- start and end ---- */

static void close_fs(struct take_over *t)
{
	if (!t->fs)
		return;
	ext2fs_mmp_stop(t->fs);
	ext2fs_free(t->fs);	/* does not write, as ext2fs_close() would */
	t->fs = NULL;
}

/* FORCE: a feature that libext2fs does not know; check_super() has looked at all of them. */
static errcode_t open_fs(struct take_over *t, int flags, io_manager io)
{
	return ext2fs_open(t->dev, flags | EXT2_FLAG_64BITS | EXT2_FLAG_FORCE, 0, 0,
			   io ? io : unix_io_manager, &t->fs);
}

static errcode_t open_rw(struct take_over *t, const struct take_over_options *opt)
{
	io_manager io = opt->io;
	errcode_t rc = 0;

	if (opt->undo_file) {
		rc = set_undo_io_backing_manager(io ? io : unix_io_manager);
		if (!rc)
			rc = set_undo_io_backup_file((char *)opt->undo_file);
		io = undo_io_manager;
	}
	return rc ? rc : open_fs(t, EXT2_FLAG_RW | EXT2_FLAG_EXCLUSIVE, io);
}

static int look(struct take_over *t)
{
	errcode_t rc = open_fs(t, 0, NULL);

	if (rc) {
		fprintf(stderr, "%s: no ldiskfs file system can be read: %s\n", t->dev,
			error_message(rc));
		return ENODEV;
	}
	check_super(t);
	if (!t->refusals) {
		snprintf(t->label, sizeof(t->label), "%.16s",
			 (const char *)t->fs->super->s_volume_name);
		rc = mountdata_load(t->fs, &t->ldd);
		if (rc)
			take_over_err(t, "CONFIGS/mountdata cannot be read: %s",
				      error_message(rc));
	}
	t->done = !t->refusals && !t->dirdata && t->ldd.ldd_feature_incompat & LDD_INCOMPAT_GLOSS;
	if (!t->refusals && !t->done)
		check_all(t);
	close_fs(t);
	if (t->refusals)
		fprintf(stderr, "%s: not taken over, nothing was written (%u reasons)\n", t->dev,
			t->refusals);
	return t->refusals ? EOPNOTSUPP : 0;
}

static void tell(const struct take_over *t, bool dryrun)
{
	if (t->quiet)
		return;
	printf("%s: %s, %llu inodes, %llu names with data behind them\n", t->dev, t->label,
	       t->inodes, t->names);
	if (t->dom)
		printf("%s: %llu files have data on the MDT (DoM): %s\n", t->dev, t->dom,
		       "they are kept, but cannot be opened");
	if (dryrun)
		printf("exiting before disk write.\n");
}

static int take_over_run(struct take_over *t, const struct take_over_options *opt)
{
	errcode_t rc;
	int fd;

	rc = look(t);
	if (rc)
		return rc;
	if (t->done && !t->quiet)
		printf("%s: taken over already\n", t->dev);
	if (t->done)
		return 0;
	tell(t, opt->dryrun);
	if (opt->dryrun)
		return 0;
	fd = opt->undo_file ? open(opt->undo_file, O_RDONLY) : -1;
	if (fd >= 0) {
		close(fd);
		fprintf(stderr, "%s: the undo file %s exists: %s\n", t->dev, opt->undo_file,
			"it is needed to undo an earlier run, name another one");
		return EEXIST;
	}
	rc = open_rw(t, opt);
	if (rc) {
		fprintf(stderr, "%s: cannot be written: %s\nNothing was written\n", t->dev,
			error_message(rc));
		return EBUSY;
	}
	rc = change(t);
	if (rc) {
		fprintf(stderr, "%s: the take-over was interrupted: %s\n%s\n", t->dev,
			error_message(rc),
			"The target cannot be mounted before it is run again and ends well");
		close_fs(t);
		return EIO;
	}
	close_fs(t);
	if (!t->quiet)
		printf("%s: taken over\n", t->dev);
	return 0;
}

/**
 * take_over_target() - check a target of another make and take it over
 * @dev: device or file that is not mounted
 * @opt: what is wanted
 *
 * Return: 0; EOPNOTSUPP: refused, nothing was written; ENODEV: no ldiskfs; EBUSY: cannot be written
 * (used by another node, say); ENOMEM, EEXIST (the undo file); EIO: interrupted half way, to be run
 * again. Messages are printed.
 */
int take_over_target(const char *dev, const struct take_over_options *opt)
{
	struct take_over *t = calloc(1, sizeof(*t));
	int rc = ENOMEM;

	if (!t)
		return rc;
	add_error_table(&et_ext2_error_table);
	t->dev = dev;
	t->quiet = opt->quiet;
	t->shown = time(NULL);
	t->block = malloc(4096);
	t->indexed = calloc(INDEXED_BATCH, sizeof(*t->indexed));
	if (t->block && t->indexed)
		rc = take_over_run(t, opt);
	free(t->indexed);
	free(t->block);
	free(t);
	return rc;
}
