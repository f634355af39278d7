// SPDX-License-Identifier: GPL-2.0-only
/*
 * CONFIGS/mountdata and the volume label of ldiskfs targets. The file is made and rewritten with
 * libext2fs while the target is not mounted; the label also of a mounted one.
 */
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "mountdata.h"
#include "take_over.h"

static int mountdata_errno(errcode_t rc)
{
	switch (rc) {
	case EXT2_ET_BAD_MAGIC:
	case EXT2_ET_SHORT_READ:
	case EXT2_ET_FILE_NOT_FOUND:
		return ENODEV;
	case EXT2_ET_MMP_FAILED:
	case EXT2_ET_MMP_FSCK_ON:
	case EXT2_ET_MMP_CHANGE_ABORT:
		return EBUSY;
	case EXT2_ET_UNSUPP_FEATURE:
	case EXT2_ET_RO_UNSUPP_FEATURE:
		return EOPNOTSUPP;
	default:
		return rc > 0 && rc < 200 ? (int)rc : EIO;
	}
}

/**
 * mountdata_strerror() - text of an error of mountdata_write()
 * @rc: the error
 */
const char *mountdata_strerror(int rc)
{
	if (rc == EBUSY)
		return "another node uses this device (multi-mount protection)";
	return strerror(rc);
}

/**
 * mountdata_run() - run a program of e2fsprogs and wait for it
 * @argv: its words, ended by NULL
 * @quiet: hide what it prints
 *
 * Return: its exit status; an errno when it cannot be started; 127 when it is missing; 128 when a
 * signal ended it.
 */
int mountdata_run(const char *const argv[], bool quiet)
{
	int status, null;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return errno;
	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		if (quiet && null >= 0) {
			dup2(null, 1);
			dup2(null, 2);
		}
		setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execvp(argv[0], (char *const *)argv);
		fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static errcode_t mountdata_lookup(ext2_filsys fs, ext2_ino_t *dir, ext2_ino_t *file)
{
	errcode_t rc = ext2fs_lookup(fs, EXT2_ROOT_INO, "CONFIGS", 7, NULL, dir);

	return rc ? rc : ext2fs_lookup(fs, *dir, "mountdata", 9, NULL, file);
}

/**
 * mountdata_load() - mountdata of an open file system
 * @fs: the file system
 * @ldd: out
 *
 * Return: 0; EXT2_ET_FILE_NOT_FOUND, EXT2_ET_BAD_MAGIC: no target; another error of libext2fs.
 */
errcode_t mountdata_load(ext2_filsys fs, struct lustre_disk_data *ldd)
{
	ext2_ino_t dir, ino;
	ext2_file_t file;
	unsigned int got;
	errcode_t rc;

	rc = mountdata_lookup(fs, &dir, &ino);
	if (!rc)
		rc = ext2fs_file_open(fs, ino, 0, &file);
	if (rc)
		return rc;
	memset(ldd, 0, sizeof(*ldd));
	rc = ext2fs_file_read(file, ldd, sizeof(*ldd), &got);
	if (!rc && (got != sizeof(*ldd) || ldd->ldd_magic != LDD_MAGIC))
		rc = EXT2_ET_BAD_MAGIC;
	ext2fs_file_close(file);
	ldd->ldd_fsname[sizeof(ldd->ldd_fsname) - 1] = 0;
	ldd->ldd_svname[sizeof(ldd->ldd_svname) - 1] = 0;
	ldd->ldd_userdata[sizeof(ldd->ldd_userdata) - 1] = 0;
	ldd->ldd_mount_opts[sizeof(ldd->ldd_mount_opts) - 1] = 0;
	ldd->ldd_params[sizeof(ldd->ldd_params) - 1] = 0;
	return rc;
}

/* The label, not the file, holds the state between mounts: its character before "MDT0000". */
static void mountdata_flags_from_label(struct lustre_disk_data *ldd, const char *label)
{
	size_t n = strlen(label);
	char state = n > 8 ? label[n - 8] : 0;

	if (!state || !strchr(":=+-", state)) {
		const char *sep = strpbrk(label, ":=+-");

		state = sep ? *sep : 0;
	}
	ldd->ldd_flags &= ~(LDD_F_VIRGIN | LDD_F_WRITECONF | LDD_F_NO_LOCAL_LOGS);
	if (state == ':')
		ldd->ldd_flags |= LDD_F_VIRGIN;
	else if (state == '=')
		ldd->ldd_flags |= LDD_F_WRITECONF;
	else if (state == '+')
		ldd->ldd_flags |= LDD_F_NO_LOCAL_LOGS;
}

/**
 * mountdata_read() - mountdata and label of a device
 * @dev: device or file
 * @ldd: the mountdata; with @label its flags are those that the label says
 * @label: NULL or room for the label
 *
 * Return: 0; ENODEV: not a Lustre target; EOPNOTSUPP: its file system has unknown features, as it
 * has before --take-over; another errno.
 */
int mountdata_read(const char *dev, struct lustre_disk_data *ldd, char label[17])
{
	int fd = open(dev, O_RDONLY);
	ext2_filsys fs;
	errcode_t rc;

	if (fd < 0)
		return errno;
	close(fd);
	rc = ext2fs_open(dev, EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES, 0, 0, unix_io_manager,
			 &fs);
	if (rc)
		return mountdata_errno(rc);
	if (label)
		snprintf(label, 17, "%.16s", (const char *)fs->super->s_volume_name);
	rc = mountdata_load(fs, ldd);
	ext2fs_close_free(&fs);
	if (rc)
		return mountdata_errno(rc);
	if (label)
		mountdata_flags_from_label(ldd, label);
	return 0;
}

static errcode_t mountdata_find_dir(ext2_filsys fs, ext2_ino_t *dir)
{
	errcode_t rc = ext2fs_lookup(fs, EXT2_ROOT_INO, "CONFIGS", 7, NULL, dir);

	if (rc != EXT2_ET_FILE_NOT_FOUND)
		return rc;
	rc = ext2fs_new_inode(fs, EXT2_ROOT_INO, LINUX_S_IFDIR | 0755, NULL, dir);
	return rc ? rc : ext2fs_mkdir(fs, EXT2_ROOT_INO, *dir, "CONFIGS");
}

static errcode_t mountdata_init_inode(ext2_filsys fs, ext2_ino_t ino)
{
	struct ext2_inode inode = { .i_mode = LINUX_S_IFREG | 0644, .i_links_count = 1 };
	ext2_extent_handle_t h;
	errcode_t rc;

	inode.i_mtime = time(NULL);
	inode.i_atime = inode.i_mtime;
	inode.i_ctime = inode.i_mtime;
	if (!ext2fs_has_feature_extents(fs->super))
		return ext2fs_write_new_inode(fs, ino, &inode);
	inode.i_flags |= EXT4_EXTENTS_FL;
	rc = ext2fs_write_new_inode(fs, ino, &inode);
	if (!rc)
		rc = ext2fs_extent_open2(fs, ino, &inode, &h);
	if (rc)
		return rc;
	ext2fs_extent_free(h);
	return ext2fs_write_inode(fs, ino, &inode);
}

/* The inode of CONFIGS/mountdata, made if it is missing. */
static errcode_t mountdata_find_file(ext2_filsys fs, ext2_ino_t *ino)
{
	ext2_ino_t dir;
	errcode_t rc;

	rc = mountdata_find_dir(fs, &dir);
	if (!rc)
		rc = ext2fs_lookup(fs, dir, "mountdata", 9, NULL, ino);
	if (rc != EXT2_ET_FILE_NOT_FOUND)
		return rc;
	rc = ext2fs_new_inode(fs, dir, LINUX_S_IFREG | 0644, NULL, ino);
	if (!rc)
		rc = ext2fs_link(fs, dir, "mountdata", *ino, EXT2_FT_REG_FILE);
	if (rc)
		return rc;
	ext2fs_inode_alloc_stats2(fs, *ino, 1, 0);
	return mountdata_init_inode(fs, *ino);
}

static errcode_t mountdata_open_rw(const char *dev, ext2_filsys *fs)
{
	return ext2fs_open(dev, EXT2_FLAG_RW | EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES, 0, 0,
			   unix_io_manager, fs);
}

/*
 * Open for writing: what the journal holds is put in place first. With multi-mount protection
 * ext2fs_open() fails while another node uses the device.
 */
static errcode_t mountdata_open(const char *dev, ext2_filsys *fs)
{
	const char *const replay[] = { "e2fsck", "-y", "-E", "journal_only", dev, NULL };
	errcode_t rc = mountdata_open_rw(dev, fs);

	if (!rc && ext2fs_has_feature_journal_needs_recovery((*fs)->super)) {
		ext2fs_close_free(fs);
		mountdata_run(replay, true);
		rc = mountdata_open_rw(dev, fs);
	}
	if (rc)
		return rc;
	rc = ext2fs_read_bitmaps(*fs);
	if (rc)
		ext2fs_close_free(fs);
	return rc;
}

/**
 * mountdata_store() - write mountdata to an open file system
 * @fs: opened for writing; with its bitmaps when the file may be missing
 * @ldd: the mountdata
 *
 * Return: 0 or an error of libext2fs.
 */
errcode_t mountdata_store(ext2_filsys fs, const struct lustre_disk_data *ldd)
{
	ext2_file_t file;
	ext2_ino_t ino;
	unsigned int put;
	errcode_t rc;

	rc = mountdata_find_file(fs, &ino);
	if (!rc)
		rc = ext2fs_file_open(fs, ino, EXT2_FILE_WRITE, &file);
	if (rc)
		return rc;
	rc = ext2fs_file_write(file, ldd, sizeof(*ldd), &put);
	if (!rc && put != sizeof(*ldd))
		rc = ENOSPC;
	if (!rc)
		rc = ext2fs_file_flush(file);
	ext2fs_file_close(file);
	return rc;
}

/**
 * mountdata_write() - store the mountdata of a device that is not mounted
 * @dev: device or file
 * @ldd: the mountdata
 *
 * Return: 0 or an errno; EBUSY: another node uses the device.
 */
int mountdata_write(const char *dev, const struct lustre_disk_data *ldd)
{
	ext2_filsys fs;
	errcode_t rc, rc2;

	rc = mountdata_open(dev, &fs);
	if (rc)
		return mountdata_errno(rc);
	rc = mountdata_store(fs, ldd);
	rc2 = ext2fs_close_free(&fs);
	if (!rc)
		rc = rc2;
	return rc ? mountdata_errno(rc) : 0;
}

/**
 * mountdata_set_label() - change the volume label, also of a mounted device
 * @dev: device or file
 * @label: at most 16 characters
 *
 * Only the bytes of the label and the time of the change are written, as e2label does it. That
 * program refuses a device with multi-mount protection while this very node has it mounted.
 *
 * Return: 0 or an errno.
 */
int mountdata_set_label(const char *dev, const char *label)
{
	ext2_filsys fs;
	errcode_t rc;

	rc = ext2fs_open(dev, EXT2_FLAG_RW | EXT2_FLAG_SKIP_MMP | EXT2_FLAG_64BITS |
			 EXT2_FLAG_SUPER_ONLY | EXT2_FLAG_SOFTSUPP_FEATURES, 0, 0,
			 unix_io_manager, &fs);
	if (rc)
		return mountdata_errno(rc);
	memset(fs->super->s_volume_name, 0, sizeof(fs->super->s_volume_name));
	memcpy(fs->super->s_volume_name, label,
	       strnlen(label, sizeof(fs->super->s_volume_name)));
	fs->flags |= EXT2_FLAG_SUPER_ONLY;
	ext2fs_mark_super_dirty(fs);
	rc = ext2fs_close_free(&fs);
	return rc ? mountdata_errno(rc) : 0;
}

/**
 * mountdata_is_mounted() - is a block device in use (mounted, swap, part of another device)?
 * @dev: device or file
 */
bool mountdata_is_mounted(const char *dev)
{
	int fd = open(dev, O_RDONLY | O_EXCL);
	struct stat st;

	if (fd >= 0) {
		close(fd);
		return false;
	}
	return errno == EBUSY && !stat(dev, &st) && S_ISBLK(st.st_mode);
}

/* The character that stands for the state of a target in its label. */
static char mountdata_state(uint32_t flags)
{
	if (flags & LDD_F_VIRGIN)
		return ':';
	if (flags & LDD_F_WRITECONF)
		return '=';
	return flags & LDD_F_NO_LOCAL_LOGS ? '+' : '-';
}

/**
 * mountdata_label() - the label of a target in its present state
 * @ldd: the target
 * @label: "testfs:OST0000" or "MGS"
 */
void mountdata_label(const struct lustre_disk_data *ldd, char label[17])
{
	const char *kind = ldd->ldd_flags & LDD_F_SV_TYPE_MDT ? "MDT" : "OST";

	if (!(ldd->ldd_flags & (LDD_F_SV_TYPE_MDT | LDD_F_SV_TYPE_OST)))
		snprintf(label, 17, "MGS");
	else
		snprintf(label, 17, "%.8s%c%s%04x", ldd->ldd_fsname,
			 mountdata_state(ldd->ldd_flags), kind, ldd->ldd_svindex & 0xffff);
}

/**
 * mountdata_print() - the block that mkfs.lustre and tunefs.lustre print
 * @title: its first line
 * @ldd: the target
 */
void mountdata_print(const char *title, const struct lustre_disk_data *ldd)
{
	static const struct { uint32_t flag; const char *word; } words[] = {
		{ LDD_F_SV_TYPE_MDT, "MDT" },
		{ LDD_F_SV_TYPE_OST, "OST" },
		{ LDD_F_SV_TYPE_MGS, "MGS" },
		{ LDD_F_NEED_INDEX, "needs_index" },
		{ LDD_F_VIRGIN, "first_time" },
		{ LDD_F_UPDATE, "update" },
		{ LDD_F_WRITECONF, "writeconf" },
		{ LDD_F_NO_PRIMNODE, "no_primnode" },
		{ LDD_F_NO_LOCAL_LOGS, "nolocallogs" },
	};
	char label[17];
	unsigned int i;

	mountdata_label(ldd, label);
	printf("\n   %s:\nTarget:     %s\n", title, label);
	if (ldd->ldd_svindex == LDD_INDEX_NONE)
		printf("Index:      unassigned\n");
	else
		printf("Index:      %u\n", ldd->ldd_svindex);
	if (ldd->ldd_uuid[0])
		printf("UUID:       %.40s\n", (const char *)ldd->ldd_uuid);
	printf("Lustre FS:  %s\n", ldd->ldd_fsname);
	printf("Mount type: %s\n", ldd->ldd_mount_type == LDD_MT_LDISKFS ? "ldiskfs" : "unknown");
	printf("Flags:      0x%x\n              (", ldd->ldd_flags);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (ldd->ldd_flags & words[i].flag)
			printf("%s ", words[i].word);
	printf(")\nPersistent mount opts: %s\n", ldd->ldd_mount_opts);
	printf("Parameters:%s\n", ldd->ldd_params);
	if (ldd->ldd_userdata[0])
		printf("Comment: %s\n", ldd->ldd_userdata);
	printf("\n");
}

/**
 * mountdata_param() - look for a parameter
 * @ldd: the target
 * @key: its name
 * @out: NULL, or room for the values, joined by ':'
 * @len: size of @out; values that do not fit are left out
 *
 * Return: true when there is one.
 */
bool mountdata_param(const struct lustre_disk_data *ldd, const char *key, char *out,
		     unsigned int len)
{
	const char *p = ldd->ldd_params;
	size_t k = strlen(key), used = 0, n;
	bool found = false;

	for (; *p; p += n) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n <= k || strncmp(p, key, k) || p[k] != '=')
			continue;
		if (out && used + n - k + 1 < len)
			used += snprintf(out + used, len - used, "%s%.*s", used ? ":" : "",
					 (int)(n - k - 1), p + k + 1);
		found = true;
	}
	return found;
}
