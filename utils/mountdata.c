// SPDX-License-Identifier: GPL-2.0-only
/*
 * CONFIGS/mountdata and the volume label of ldiskfs targets. The file is made and rewritten with libext2fs while the
 * target is not mounted; the label is set by e2label, which also works on a mounted one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "mountdata.h"

static int et_errno(errcode_t rc)
{
	if (rc == EXT2_ET_BAD_MAGIC || rc == EXT2_ET_SHORT_READ || rc == EXT2_ET_FILE_NOT_FOUND)
		return ENODEV;
	return rc > 0 && rc < 200 ? (int)rc : EIO;
}

static int run(const char *const argv[])
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		dup2(null, 2);
		setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static errcode_t lookup(ext2_filsys fs, ext2_ino_t *dir, ext2_ino_t *file)
{
	errcode_t rc = ext2fs_lookup(fs, EXT2_ROOT_INO, "CONFIGS", 7, NULL, dir);

	return rc ? rc : ext2fs_lookup(fs, *dir, "mountdata", 9, NULL, file);
}

int mountdata_read(const char *dev, struct lustre_disk_data *ldd, char label[17])
{
	ext2_ino_t dir, ino;
	ext2_file_t file;
	ext2_filsys fs;
	unsigned int got;
	errcode_t rc;
	int fd = open(dev, O_RDONLY);

	if (fd < 0)
		return errno;
	close(fd);
	rc = ext2fs_open(dev, EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES, 0, 0, unix_io_manager, &fs);
	if (rc)
		return et_errno(rc);
	if (label) {
		memcpy(label, fs->super->s_volume_name, 16);
		label[16] = 0;
	}
	rc = lookup(fs, &dir, &ino);
	if (!rc) {
		rc = ext2fs_file_open(fs, ino, 0, &file);
		if (!rc) {
			memset(ldd, 0, sizeof(*ldd));
			rc = ext2fs_file_read(file, ldd, sizeof(*ldd), &got);
			if (!rc && (got != sizeof(*ldd) || ldd->ldd_magic != LDD_MAGIC))
				rc = EXT2_ET_BAD_MAGIC;
			ext2fs_file_close(file);
		}
	}
	ext2fs_close_free(&fs);
	if (rc)
		return et_errno(rc);
	ldd->ldd_fsname[63] = ldd->ldd_svname[63] = ldd->ldd_mount_opts[4095] = ldd->ldd_params[4095] = 0;
	ldd->ldd_userdata[823] = 0;
	/* the label, not the file, tells the state between mounts */
	if (label) {
		char *sep = strpbrk(label, ":=+-");
		char *s2 = strlen(label) > 8 ? label + strlen(label) - 8 : NULL;

		if (s2 && strchr(":=+-", *s2))
			sep = s2;
		ldd->ldd_flags &= ~(LDD_F_VIRGIN | LDD_F_WRITECONF | LDD_F_NO_LOCAL_LOGS);
		if (sep && *sep == ':')
			ldd->ldd_flags |= LDD_F_VIRGIN;
		else if (sep && *sep == '=')
			ldd->ldd_flags |= LDD_F_WRITECONF;
		else if (sep && *sep == '+')
			ldd->ldd_flags |= LDD_F_NO_LOCAL_LOGS;
	}
	return 0;
}

static errcode_t make_file(ext2_filsys fs, ext2_ino_t *ino)
{
	struct ext2_inode inode = { .i_mode = LINUX_S_IFREG | 0644, .i_links_count = 1 };
	ext2_ino_t dir;
	errcode_t rc;

	rc = ext2fs_lookup(fs, EXT2_ROOT_INO, "CONFIGS", 7, NULL, &dir);
	if (rc == EXT2_ET_FILE_NOT_FOUND) {
		rc = ext2fs_new_inode(fs, EXT2_ROOT_INO, LINUX_S_IFDIR | 0755, NULL, &dir);
		if (!rc)
			rc = ext2fs_mkdir(fs, EXT2_ROOT_INO, dir, "CONFIGS");
	}
	if (rc)
		return rc;
	rc = ext2fs_lookup(fs, dir, "mountdata", 9, NULL, ino);
	if (rc != EXT2_ET_FILE_NOT_FOUND)
		return rc;
	rc = ext2fs_new_inode(fs, dir, LINUX_S_IFREG | 0644, NULL, ino);
	if (!rc)
		rc = ext2fs_link(fs, dir, "mountdata", *ino, EXT2_FT_REG_FILE);
	if (rc)
		return rc;
	ext2fs_inode_alloc_stats2(fs, *ino, 1, 0);
	inode.i_atime = inode.i_ctime = inode.i_mtime = time(NULL);
	if (ext2fs_has_feature_extents(fs->super)) {
		ext2_extent_handle_t h;

		inode.i_flags |= EXT4_EXTENTS_FL;
		rc = ext2fs_write_new_inode(fs, *ino, &inode);
		if (!rc)
			rc = ext2fs_extent_open2(fs, *ino, &inode, &h);
		if (rc)
			return rc;
		ext2fs_extent_free(h);
		return ext2fs_write_inode(fs, *ino, &inode);
	}
	return ext2fs_write_new_inode(fs, *ino, &inode);
}

int mountdata_write(const char *dev, const struct lustre_disk_data *ldd)
{
	ext2_file_t file;
	ext2_filsys fs;
	ext2_ino_t ino;
	unsigned int put;
	errcode_t rc;
	bool again = false;

	for (;;) {
		rc = ext2fs_open(dev, EXT2_FLAG_RW | EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES, 0, 0, unix_io_manager, &fs);
		if (rc)
			return et_errno(rc);
		if (!ext2fs_has_feature_journal_needs_recovery(fs->super) || again)
			break;
		/* what the journal holds must be in place before anything is written beside it */
		ext2fs_close_free(&fs);
		run((const char *const []){ "e2fsck", "-y", "-E", "journal_only", dev, NULL });
		again = true;
	}
	rc = ext2fs_read_bitmaps(fs);
	if (!rc)
		rc = make_file(fs, &ino);
	if (!rc)
		rc = ext2fs_file_open(fs, ino, EXT2_FILE_WRITE, &file);
	if (!rc) {
		rc = ext2fs_file_write(file, ldd, sizeof(*ldd), &put);
		if (!rc && put != sizeof(*ldd))
			rc = ENOSPC;
		if (!rc)
			rc = ext2fs_file_flush(file);
		ext2fs_file_close(file);
	}
	if (rc) {
		ext2fs_close_free(&fs);
		return et_errno(rc);
	}
	rc = ext2fs_close_free(&fs);
	return rc ? et_errno(rc) : 0;
}

int mountdata_set_label(const char *dev, const char *label)
{
	return run((const char *const []){ "e2label", dev, label, NULL }) ? EIO : 0;
}

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

void mountdata_label(const struct lustre_disk_data *ldd, char label[17])
{
	char sep = ldd->ldd_flags & LDD_F_VIRGIN ? ':' : ldd->ldd_flags & LDD_F_WRITECONF ? '=' :
		   ldd->ldd_flags & LDD_F_NO_LOCAL_LOGS ? '+' : '-';

	if (!(ldd->ldd_flags & (LDD_F_SV_TYPE_MDT | LDD_F_SV_TYPE_OST)))
		snprintf(label, 17, "MGS");
	else
		snprintf(label, 17, "%.8s%c%s%04x", ldd->ldd_fsname, sep,
			 ldd->ldd_flags & LDD_F_SV_TYPE_MDT ? "MDT" : "OST", ldd->ldd_svindex & 0xffff);
}

void mountdata_print(const char *title, const struct lustre_disk_data *ldd)
{
	static const struct { uint32_t flag; const char *word; } words[] = {
		{ LDD_F_SV_TYPE_MDT, "MDT" }, { LDD_F_SV_TYPE_OST, "OST" }, { LDD_F_SV_TYPE_MGS, "MGS" },
		{ LDD_F_NEED_INDEX, "needs_index" }, { LDD_F_VIRGIN, "first_time" }, { LDD_F_UPDATE, "update" },
		{ LDD_F_WRITECONF, "writeconf" }, { LDD_F_NO_PRIMNODE, "no_primnode" }, { LDD_F_NO_LOCAL_LOGS, "nolocallogs" },
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
	printf("Lustre FS:  %s\nMount type: %s\nFlags:      0x%x\n              (", ldd->ldd_fsname,
	       ldd->ldd_mount_type == LDD_MT_LDISKFS ? "ldiskfs" : "unknown", ldd->ldd_flags);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (ldd->ldd_flags & words[i].flag)
			printf("%s ", words[i].word);
	printf(")\nPersistent mount opts: %s\nParameters:%s\n", ldd->ldd_mount_opts, ldd->ldd_params);
	if (ldd->ldd_userdata[0])
		printf("Comment: %s\n", ldd->ldd_userdata);
	printf("\n");
}

bool mountdata_param(const struct lustre_disk_data *ldd, const char *key, char *out, unsigned int len)
{
	const char *p = ldd->ldd_params;
	size_t k = strlen(key), used = 0;
	bool found = false;

	while (*p) {
		size_t n;

		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n > k && !strncmp(p, key, k) && p[k] == '=') {
			if (out && used + n - k + 1 < len)
				used += snprintf(out + used, len - used, "%s%.*s", used ? ":" : "", (int)(n - k - 1), p + k + 1);
			found = true;
		}
		p += n;
	}
	return found;
}

static int resolve_one(const char *prog, const char *nid, size_t n, char *out, unsigned int len)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *ai;
	char host[256], net[64] = "tcp", text[INET_ADDRSTRLEN];
	const char *at = memchr(nid, '@', n);
	size_t h = at ? (size_t)(at - nid) : n;
	int rc;

	if (!h || h >= sizeof(host) || (at && n - h - 1 >= sizeof(net)) || (at && n - h - 1 == 0)) {
		fprintf(stderr, "%s: invalid NID '%.*s'\n", prog, (int)n, nid);
		return EINVAL;
	}
	memcpy(host, nid, h);
	host[h] = 0;
	if (at) {
		memcpy(net, at + 1, n - h - 1);
		net[n - h - 1] = 0;
	}
	if (!strcmp(net, "tcp0"))
		strcpy(net, "tcp");
	if (!strcmp(net, "lo"))
		return snprintf(out, len, "%s@lo", host) < (int)len ? 0 : ENAMETOOLONG;
	rc = getaddrinfo(host, NULL, &hints, &ai);
	if (rc) {
		fprintf(stderr, "%s: cannot resolve '%s' in NID '%.*s': %s\n", prog, host, (int)n, nid, gai_strerror(rc));
		return EINVAL;
	}
	inet_ntop(AF_INET, &((struct sockaddr_in *)ai->ai_addr)->sin_addr, text, sizeof(text));
	freeaddrinfo(ai);
	return snprintf(out, len, "%s@%s", text, net) < (int)len ? 0 : ENAMETOOLONG;
}

int nids_resolve(const char *prog, const char *in, char *out, unsigned int len)
{
	unsigned int used = 0;
	int rc;

	for (;;) {
		size_t n = strcspn(in, ",:");

		rc = resolve_one(prog, in, n, out + used, len - used);
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
