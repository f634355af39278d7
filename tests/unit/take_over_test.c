// SPDX-License-Identifier: GPL-2.0-only
/*
 * tunefs.lustre --take-over (utils/take_over.c) on copies of the disks of a real MDT and OST: the
 * result is clean and has all names, also after the power went in the middle, at any write, with
 * any part of what was not flushed on the disk; what cannot be honoured is refused and nothing is
 * written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../utils/dirdata.h"
#include "../../utils/take_over.h"

#define SECTOR		512
#define SECTORS_MAX	8192

static char dir[64];

/* The undo file of libext2fs does not free its bitmap. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:ext2fs_alloc_generic_bmap";
}

static void sh(const char *fmt, ...)
{
	char cmd[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd))
		fail_msg("%s", cmd);
}

/* ---- a device that loses its power ---- */

static struct struct_io_manager power_manager;
static unsigned int writes, writes_max;	/* done; before the power goes, 0: never */
static bool dead;
static struct {
	unsigned long long nr;
	char old[SECTOR];
} sectors[SECTORS_MAX];			/* written since the last flush, as they were before */
static unsigned int nr_sectors;

static errcode_t raw(io_channel io, unsigned long long sector, char *buf, bool write)
{
	int size = io->block_size;
	errcode_t rc = unix_io_manager->set_blksize(io, SECTOR);

	if (!rc && write)
		rc = unix_io_manager->write_blk64(io, sector, 1, buf);
	else if (!rc)
		rc = unix_io_manager->read_blk64(io, sector, 1, buf);
	return rc ? rc : unix_io_manager->set_blksize(io, size);
}

/* Of what was not flushed any part may be on the disk. */
static void power_off(io_channel io)
{
	dead = true;
	while (nr_sectors--)
		if (random() & 1)
			assert_int_equal(raw(io, sectors[nr_sectors].nr, sectors[nr_sectors].old,
					     true), 0);
	nr_sectors = 0;
}

static errcode_t power_write(io_channel io, unsigned long long at, unsigned int bytes,
			     const void *data)
{
	unsigned long long s;
	char buf[SECTOR];
	unsigned int off, n;
	errcode_t rc;

	for (; bytes; bytes -= n, at += n, data = (const char *)data + n) {
		s = at / SECTOR;
		off = at % SECTOR;
		n = bytes < SECTOR - off ? bytes : SECTOR - off;
		rc = raw(io, s, buf, false);
		if (rc)
			return rc;
		assert_true(nr_sectors < SECTORS_MAX);
		sectors[nr_sectors].nr = s;
		memcpy(sectors[nr_sectors++].old, buf, SECTOR);
		memcpy(buf + off, data, n);
		rc = raw(io, s, buf, true);
		if (rc)
			return rc;
	}
	if (++writes == writes_max)
		power_off(io);
	return 0;
}

static errcode_t power_write_blk64(io_channel io, unsigned long long blk, int count,
				   const void *data)
{
	unsigned int bytes = count < 0 ? -count : count * io->block_size;

	return dead ? 0 : power_write(io, blk * io->block_size, bytes, data);
}

static errcode_t power_write_blk(io_channel io, unsigned long blk, int count, const void *data)
{
	return power_write_blk64(io, blk, count, data);
}

static errcode_t power_write_byte(io_channel io, unsigned long at, int count, const void *data)
{
	return dead ? 0 : power_write(io, at, count, data);
}

static errcode_t power_flush(io_channel io)
{
	if (!dead)
		nr_sectors = 0;
	return unix_io_manager->flush(io);
}

static errcode_t power_open(const char *name, int flags, io_channel *io)
{
	errcode_t rc = unix_io_manager->open(name, flags & ~IO_FLAG_EXCLUSIVE, io);

	if (!rc)
		(*io)->manager = &power_manager;
	return rc;
}

static int take(const char *name, unsigned int stop_after)
{
	struct take_over_options o = { .quiet = true, .io = &power_manager };
	char path[128];

	power_manager = *unix_io_manager;
	power_manager.open = power_open;
	power_manager.write_blk = power_write_blk;
	power_manager.write_blk64 = power_write_blk64;
	power_manager.write_byte = power_write_byte;
	power_manager.flush = power_flush;
	writes = 0;
	writes_max = stop_after;
	dead = false;
	nr_sectors = 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return take_over_target(path, &o);
}

/* ---- what is on a disk ---- */

struct sum {
	ext2_filsys fs;
	unsigned long long sum;
	unsigned int names;
};

static int add_name(ext2_ino_t in, int entry, struct ext2_dir_entry *de, int offset, int blocksize,
		    char *buf, void *priv)
{
	struct sum *s = priv;
	unsigned long long h = in * 31ull + de->inode;
	int i, len = ext2fs_dirent_name_len(de);

	for (i = 0; i < len; i++)
		h = h * 1099511628211ull + (unsigned char)de->name[i];
	s->sum += h * 7 + ext2fs_dirent_file_type(de);
	s->names++;
	return 0;
}

static void open_image(const char *name, int flags, ext2_filsys *fs)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(ext2fs_open(path, flags | EXT2_FLAG_64BITS | EXT2_FLAG_FORCE, 0, 0,
				     unix_io_manager, fs), 0);
}

/* All names with their inodes and types, whatever order the blocks have. */
static unsigned long long sum_names(const char *name, unsigned int *names)
{
	struct sum s = {};
	struct ext2_inode inode;
	ext2_inode_scan scan;
	ext2_ino_t ino;

	open_image(name, 0, &s.fs);
	assert_int_equal(ext2fs_open_inode_scan(s.fs, 0, &scan), 0);
	while (!ext2fs_get_next_inode(scan, &ino, &inode) && ino)
		if (inode.i_links_count && LINUX_S_ISDIR(inode.i_mode))
			assert_int_equal(ext2fs_dir_iterate2(s.fs, ino, 0, NULL, add_name, &s), 0);
	ext2fs_close_inode_scan(scan);
	ext2fs_free(s.fs);
	*names = s.names;
	return s.sum;
}

static bool has_dirdata(const char *name)
{
	ext2_filsys fs;
	bool on;

	open_image(name, 0, &fs);
	on = fs->super->s_feature_incompat & DIRDATA_INCOMPAT;
	ext2fs_free(fs);
	return on;
}

/* ---- tests ---- */

static unsigned long long right_sum;
static unsigned int right_names;

static void test_take_over(void **state)
{
	unsigned long long sum;
	unsigned int names;

	sh("cp --sparse=always %s/mdt0.img %s/a.img", dir, dir);
	assert_int_equal(take("a.img", 0), 0);
	assert_false(has_dirdata("a.img"));
	sh("e2fsck -fn %s/a.img >/dev/null 2>&1", dir);
	sh("[ \"$(e2label %s/a.img)\" = old-MDT0000 ]", dir);
	sh("debugfs -R 'htree_dump %s' %s/a.img 2>/dev/null | grep -q '%s'", "/ROOT/a/b/many", dir,
	   "Number of entries (limit): 508");
	/* the copies of the superblock */
	sh("dumpe2fs -h -o superblock=32768 -o blocksize=4096 %s/a.img 2>/dev/null | grep -q %s",
	   dir, "'name:.*old-MDT0000'");
	right_sum = sum_names("a.img", &right_names);
	/* again: nothing to do */
	assert_int_equal(take("a.img", 0), 0);
	sum = sum_names("a.img", &names);
	assert_true(names == right_names && sum == right_sum && names > 500);
	sh("e2fsck -fn %s/a.img >/dev/null 2>&1", dir);
}

static void test_power(void **state)
{
	unsigned int stop, total, names;
	unsigned long long sum;

	sh("cp --sparse=always %s/mdt0.img %s/a.img", dir, dir);
	assert_int_equal(take("a.img", 0), 0);
	total = writes;
	assert_true(total > 20);
	for (stop = 1; stop <= total; stop += 1 + total / 20) {
		srandom(stop);
		sh("cp --sparse=always %s/mdt0.img %s/a.img", dir, dir);
		take("a.img", stop);
		if (stop < total - 3)
			assert_true(has_dirdata("a.img"));
		assert_int_equal(take("a.img", 0), 0);
		sh("e2fsck -fn %s/a.img >/dev/null 2>&1 || { echo %u writes; exit 1; }", dir, stop);
		sum = sum_names("a.img", &names);
		assert_true(names == right_names && sum == right_sum);
	}
}

static void test_undo(void **state)
{
	struct take_over_options o = { .quiet = true };
	char path[128], undo[128];

	snprintf(path, sizeof(path), "%s/a.img", dir);
	snprintf(undo, sizeof(undo), "%s/undo", dir);
	o.undo_file = undo;
	sh("cp --sparse=always %s/mdt0.img %s/a.img", dir, dir);
	sh("touch %s", undo);
	assert_int_equal(take_over_target(path, &o), EEXIST);
	sh("cmp %s %s/mdt0.img && rm %s", path, dir, undo);
	assert_int_equal(take_over_target(path, &o), 0);
	sh("e2undo %s %s >/dev/null 2>&1 && cmp %s %s/mdt0.img", undo, path, path, dir);
}

static void edit_journal(ext2_filsys fs)
{
	fs->super->s_feature_incompat |= EXT3_FEATURE_INCOMPAT_RECOVER;
}

static void edit_error(ext2_filsys fs)
{
	fs->super->s_state |= EXT2_ERROR_FS;
}

static void edit_feature(ext2_filsys fs)
{
	fs->super->s_feature_incompat |= EXT4_FEATURE_INCOMPAT_ENCRYPT;
}

static void edit_label(ext2_filsys fs)
{
	strcpy((char *)fs->super->s_volume_name, "new-MDT0000");
}

static void set_lma(ext2_filsys fs, const char *path, unsigned int incompat)
{
	struct ext2_xattr_handle *h;
	ext2_ino_t ino;
	char *lma;
	size_t len;

	assert_int_equal(ext2fs_namei(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, path, &ino), 0);
	assert_int_equal(ext2fs_xattrs_open(fs, ino, &h), 0);
	assert_int_equal(ext2fs_xattrs_read(h), 0);
	assert_int_equal(ext2fs_xattr_get(h, "trusted.lma", (void **)&lma, &len), 0);
	lma[4] = incompat;
	if (incompat)
		assert_int_equal(ext2fs_xattr_set(h, "trusted.lma", lma, len), 0);
	else
		assert_int_equal(ext2fs_xattr_remove(h, "trusted.lma"), 0);
	ext2fs_free_mem(&lma);
	ext2fs_xattrs_close(&h);
}

static void edit_released(ext2_filsys fs)
{
	set_lma(fs, "ROOT/a/two", 1);
}

static void edit_no_fid(ext2_filsys fs)
{
	set_lma(fs, "ROOT/a/two", 0);
}

/* bytes of a file, in place */
static void poke(ext2_filsys fs, const char *path, unsigned int at, const void *bytes, int len)
{
	unsigned int done;
	ext2_file_t file;
	ext2_ino_t ino;

	assert_int_equal(ext2fs_namei(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, path, &ino), 0);
	assert_int_equal(ext2fs_file_open(fs, ino, EXT2_FILE_WRITE, &file), 0);
	assert_int_equal(ext2fs_file_lseek(file, at, EXT2_SEEK_SET, NULL), 0);
	assert_int_equal(ext2fs_file_write(file, bytes, len, &done), 0);
	assert_int_equal(ext2fs_file_close(file), 0);
}

static void edit_client(ext2_filsys fs)
{
	poke(fs, "last_rcvd", 8192, "some-client", 11);
}

static void edit_other(ext2_filsys fs)
{
	poke(fs, "last_rcvd", 0, "new", 3);
}

static void edit_owed(ext2_filsys fs)
{
	poke(fs, "O/1/d2/2", 24, "\2", 1);
}

static void edit_fld(ext2_filsys fs)
{
	poke(fs, "fld", 4096 + 4 + 32 + 8 + 16 + 3, "\1", 1);
}

static void edit_nodemap(ext2_filsys fs)
{
	poke(fs, "CONFIGS/nodemap", 4096 + 4 + 2 * 40 + 8, "\1", 1);
}

static void edit_pending(ext2_filsys fs)
{
	ext2_ino_t d, ino;

	assert_int_equal(ext2fs_namei(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, "PENDING", &d), 0);
	assert_int_equal(ext2fs_namei(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, "ROOT/a/two", &ino), 0);
	assert_int_equal(ext2fs_link(fs, d, "[0x200000401:0x9:0x0]", ino, EXT2_FT_REG_FILE), 0);
}

static void edit_entry(ext2_filsys fs)
{
	static char block[4096];
	ext2_ino_t ino;
	unsigned int at = 0;
	blk64_t blk;

	assert_int_equal(ext2fs_namei(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, "ROOT/a", &ino), 0);
	assert_int_equal(ext2fs_bmap2(fs, ino, NULL, NULL, 0, 0, NULL, &blk), 0);
	assert_int_equal(io_channel_read_blk64(fs->io, blk, 1, block), 0);
	while (memcmp(block + at, "fstab", 5))
		assert_true(++at < sizeof(block) - 8);
	block[at + 6] = 18;	/* the length of the data */
	assert_int_equal(io_channel_write_blk64(fs->io, blk, 1, block), 0);
}

static void test_refused(void **state)
{
	static void (*const edits[])(ext2_filsys fs) = {
		edit_journal, edit_error, edit_feature, edit_label, edit_released, edit_no_fid,
		edit_client, edit_other, edit_owed, edit_fld, edit_nodemap, edit_pending,
		edit_entry,
	};
	ext2_filsys fs;
	unsigned int i;

	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		sh("cp --sparse=always %s/mdt0.img %s/a.img", dir, dir);
		open_image("a.img", EXT2_FLAG_RW, &fs);
		edits[i](fs);
		ext2fs_mark_super_dirty(fs);
		assert_int_equal(ext2fs_flush2(fs, 0), 0);
		ext2fs_free(fs);
		sh("cp --sparse=always %s/a.img %s/b.img", dir, dir);
		if (take("a.img", 0) != EOPNOTSUPP)
			fail_msg("edit %u is not refused", i);
		sh("cmp %s/a.img %s/b.img", dir, dir);
	}
	sh("truncate -s 1M %s/b.img", dir);
	assert_int_equal(take("b.img", 0), EOPNOTSUPP);
	sh("dd if=/dev/zero of=%s/b.img bs=1M count=1 status=none", dir);
	assert_int_equal(take("b.img", 0), ENODEV);
}

static void test_block(void **state)
{
	/* ".", ".." and "x" with data behind ".." and "x" */
	static const unsigned char head[] = {
		2, 0, 0, 0, 12, 0, 1, 2, '.', 0, 0, 0,
		2, 0, 0, 0, 28, 0, 2, 0x12, '.', '.', 0, 17,
		0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0,
		9, 0, 0, 0, 28, 0, 1, 0x11, 'x', 0, 17,
	};
	static const struct { unsigned int at; unsigned char val; bool right; } pokes[] = {
		{ 4, 0, false }, { 4, 13, false }, { 5, 17, false }, { 16, 24, false },
		{ 19, 0x22, false }, { 22, 1, false }, { 23, 16, false }, { 46, 40, false },
		{ 46, 1, true }, { 19, 2, true }, { 12, 0, true },
	};
	unsigned char block[68];
	struct dirdata_found found;
	unsigned int i;

	for (i = 0; i < sizeof(pokes) / sizeof(pokes[0]); i++) {
		memset(block, 0, sizeof(block));
		memcpy(block, head, sizeof(head));
		assert_null(dirdata_check(block, sizeof(block), false, &found));
		assert_int_equal(found.entries, 2);
		assert_non_null(dirdata_check(block, sizeof(block), true, &found));
		block[pokes[i].at] = pokes[i].val;
		if (!dirdata_check(block, sizeof(block), false, &found) != pokes[i].right)
			fail_msg("change %u", i);
		if (!pokes[i].right)
			continue;
		dirdata_strip(block, sizeof(block), &found);
		assert_null(dirdata_check(block, sizeof(block), false, &found));
		assert_int_equal(found.entries, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_take_over),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_refused),
	};
	int rc;

	snprintf(dir, sizeof(dir), "/tmp/take_over.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	sh("xz -dc ../data/real-2.17/mdt0.img.xz | cp --sparse=always /dev/stdin %s/mdt0.img", dir);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	sh("rm -r %s", dir);
	return rc;
}
