// SPDX-License-Identifier: GPL-2.0-only
/*
 * Format a target: look whether the device holds something, run mke2fs with what an ldiskfs target
 * needs (chapter 8, section 8.1), write the mountdata, switch quota accounting on.
 */
#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/fs.h>
#include <unistd.h>
#include "mkfs.h"

#define MKFS_MIN_KB		(32 << 10)
#define MKFS_32BIT_KB		(16LL << 30)	/* 2^32 blocks of 4 KiB */
#define MKFS_WORDS_MAX		64
#define MKFS_TEXT_MAX		1024

static long long mkfs_device_kb(const char *dev)
{
	unsigned long long bytes = 0;
	struct stat st;
	int fd;

	if (stat(dev, &st))
		mkfs_fatal(errno, "cannot open %s: %s", dev, strerror(errno));
	if (S_ISREG(st.st_mode))
		return st.st_size >> 10;
	if (!S_ISBLK(st.st_mode))
		mkfs_fatal(ENOTBLK, "%s is neither a block device nor a file", dev);
	fd = open(dev, O_RDONLY);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes))
		mkfs_fatal(errno, "cannot read the size of %s: %s", dev, strerror(errno));
	close(fd);
	return bytes >> 10;
}

static void mkfs_create_file(const char *dev)
{
	int fd = open(dev, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || ftruncate(fd, mkfs_opt.size_kb << 10))
		mkfs_fatal(errno, "cannot create %s: %s", dev, strerror(errno));
	close(fd);
}

/*
 * What the device holds, as libblkid names it: a file system, swap, a member of a volume group, a
 * partition table.
 *
 * Return: false when it is empty.
 */
static bool mkfs_foreign(const char *dev, char *what, size_t room)
{
	blkid_probe pr = blkid_new_probe_from_filename(dev);
	const char *type = NULL, *label = NULL;
	int rc;

	if (!pr)
		mkfs_fatal(EIO, "cannot look for file systems on %s: %s", dev, strerror(errno));
	blkid_probe_enable_superblocks(pr, 1);
	blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL);
	blkid_probe_enable_partitions(pr, 1);
	rc = blkid_do_safeprobe(pr);
	if (rc == -2) {
		snprintf(what, room, "the marks of several file systems");
	} else if (rc == 0) {
		if (blkid_probe_lookup_value(pr, "TYPE", &type, NULL))
			blkid_probe_lookup_value(pr, "PTTYPE", &type, NULL);
		blkid_probe_lookup_value(pr, "LABEL", &label, NULL);
		snprintf(what, room, "%s%s%s%s", type ? type : "data", label ? " (label '" : "",
			 label ? label : "", label ? "')" : "");
	} else if (rc < 0) {
		mkfs_fatal(EIO, "cannot look for file systems on %s", dev);
	}
	blkid_free_probe(pr);
	return rc != 1;
}

/**
 * mkfs_check_device() - may this device be formatted? Ends the program if not.
 * @dev: created if it is missing and a size was given
 *
 * Nothing that is there is overwritten without --reformat; a device in use never.
 */
void mkfs_check_device(const char *dev)
{
	struct lustre_disk_data old;
	char what[256];
	long long kb;
	int rc;

	if (access(dev, F_OK) && mkfs_opt.size_kb && !mkfs_opt.dryrun)
		mkfs_create_file(dev);
	kb = mkfs_device_kb(dev);
	if (mkfs_opt.size_kb && mkfs_opt.size_kb < kb)
		kb = mkfs_opt.size_kb;
	if (mountdata_is_mounted(dev))
		mkfs_fatal(EEXIST, "%s: is currently mounted, exiting without any change", dev);
	rc = mountdata_read(dev, &old, NULL);
	if (rc == EACCES || rc == EPERM || rc == ENXIO)
		mkfs_fatal(rc, "cannot open %s: %s", dev, strerror(rc));
	if (!mkfs_opt.quiet)
		printf("checking for existing Lustre data: %s\n", rc ? "not found" : "found");
	if (!rc && !mkfs_opt.reformat)
		mkfs_fatal(1, "Device %s was previously formatted for lustre. %s", dev,
			   "Use --reformat to reformat it, or tunefs.lustre to modify.");
	if (!mkfs_opt.reformat && mkfs_foreign(dev, what, sizeof(what)))
		mkfs_fatal(1, "Device %s holds %s. Use --reformat to overwrite it.", dev, what);
	if (kb < MKFS_MIN_KB)
		mkfs_fatal(EINVAL,
			   "size of filesystem must be larger than 32MB, but is set to %lldKB", kb);
}

/* ---- mke2fs ---- */

/* The words of a command; texts that are put together live as long as it. */
struct mkfs_command {
	const char *word[MKFS_WORDS_MAX + 1];
	unsigned int nr;
	char features[MKFS_TEXT_MAX], extended[MKFS_TEXT_MAX], user[MKFS_TEXT_MAX];
	char inode_size[16], size[32];
};

static void mkfs_word(struct mkfs_command *c, const char *word)
{
	if (c->nr == MKFS_WORDS_MAX)
		mkfs_fatal(E2BIG, "too many words in --mkfsoptions");
	c->word[c->nr++] = word;
}

static void mkfs_append(char *list, const char *item)
{
	size_t used = strlen(list);

	if (used + strlen(item) + 2 > MKFS_TEXT_MAX)
		mkfs_fatal(E2BIG, "--mkfsoptions is too long");
	snprintf(list + used, MKFS_TEXT_MAX - used, "%s%s", used ? "," : "", item);
}

/*
 * The user's own words. Of several -O or -E mke2fs takes the last one only: theirs go behind those
 * that a target needs.
 */
static void mkfs_user_words(struct mkfs_command *c)
{
	char *w, *save, *list;

	if (!mkfs_opt.mkfs_options)
		return;
	if (strlen(mkfs_opt.mkfs_options) >= sizeof(c->user))
		mkfs_fatal(E2BIG, "--mkfsoptions is too long");
	strcpy(c->user, mkfs_opt.mkfs_options);
	for (w = strtok_r(c->user, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		list = NULL;
		if (!strncmp(w, "-O", 2))
			list = c->features;
		else if (!strncmp(w, "-E", 2))
			list = c->extended;
		if (!list) {
			mkfs_word(c, w);
			continue;
		}
		w = w[2] ? w + 2 : strtok_r(NULL, " ", &save);
		if (!w)
			mkfs_fatal(EINVAL, "an option of --mkfsoptions lacks its value");
		mkfs_append(list, w);
	}
}

static int mkfs_inode_size(bool ost)
{
	if (ost || mkfs_opt.stripe_hint > 59)
		return 512;
	return mkfs_opt.stripe_hint > 16 ? 2048 : 1024;
}

static void mkfs_features(struct mkfs_command *c, long long kb)
{
	mkfs_append(c->features, "uninit_bg,extents,dir_nlink,huge_file,flex_bg,large_dir,project");
	mkfs_append(c->features, "^metadata_csum");
	if (kb >= MKFS_32BIT_KB)
		mkfs_append(c->features, "64bit");
	mkfs_append(c->extended, "lazy_itable_init=0,lazy_journal_init=1");
}

static void mkfs_build_command(struct mkfs_command *c, const char *dev,
			       const struct lustre_disk_data *ldd, const char *label)
{
	bool ost = ldd->ldd_flags & LDD_F_SV_TYPE_OST;
	static const char *const fixed[] = { "mke2fs", "-j", "-b", "4096", "-L" };
	unsigned int i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		mkfs_word(c, fixed[i]);
	mkfs_word(c, label);
	snprintf(c->inode_size, sizeof(c->inode_size), "%d", mkfs_inode_size(ost));
	mkfs_word(c, "-I");
	mkfs_word(c, c->inode_size);
	if (!ost) {
		mkfs_word(c, "-i");
		mkfs_word(c, "2560");
	}
	if (mkfs_opt.quiet)
		mkfs_word(c, "-q");
	mkfs_features(c, mkfs_opt.size_kb ? mkfs_opt.size_kb : mkfs_device_kb(dev));
	mkfs_user_words(c);
	mkfs_word(c, "-O");
	mkfs_word(c, c->features);
	mkfs_word(c, "-E");
	mkfs_word(c, c->extended);
	mkfs_word(c, "-F");
	mkfs_word(c, dev);
	if (mkfs_opt.size_kb) {
		snprintf(c->size, sizeof(c->size), "%lldk", mkfs_opt.size_kb);
		mkfs_word(c, c->size);
	}
}

/*
 * Features that come last. Quota accounting counts what is there when it is switched on: in mke2fs
 * it would miss what libext2fs wrote since (the mountdata). Multi-mount protection, for a disk that
 * two nodes can reach, makes every later change of this program wait for 11 seconds.
 */
static int mkfs_last_features(const char *dev, const struct lustre_disk_data *ldd,
			      const char *user_features)
{
	bool mmp = mountdata_param(ldd, "failover.node", NULL, 0);
	const char *const command[] = {
		"tune2fs", "-O", mmp ? "quota,mmp" : "quota",
		"-Q", "usrquota,grpquota,prjquota", dev, NULL,
	};
	const char *const only_mmp[] = { "tune2fs", "-O", "mmp", dev, NULL };

	if (!strstr(user_features, "^quota"))
		return mountdata_run(command, true);
	return mmp ? mountdata_run(only_mmp, true) : 0;
}

/**
 * mkfs_format() - make the file system and write the mountdata
 * @dev: device or file
 * @ldd: mountdata
 * @label: volume label
 *
 * Return: 0 or an errno, with a message printed.
 */
int mkfs_format(const char *dev, const struct lustre_disk_data *ldd, const char *label)
{
	static struct mkfs_command c;
	unsigned int i;
	int rc;

	mkfs_build_command(&c, dev, ldd, label);
	if (!mkfs_opt.quiet) {
		printf("device size = %lldMB\n",
		       (mkfs_opt.size_kb ? mkfs_opt.size_kb : mkfs_device_kb(dev)) >> 10);
		printf("formatting backing filesystem ldiskfs on %s\n", dev);
		printf("\ttarget name   %s\n", label);
		if (mkfs_opt.size_kb)
			printf("\tkilobytes     %lld\n", mkfs_opt.size_kb);
		printf("\toptions        %s\nmkfs_cmd =", c.inode_size);
		for (i = 0; i < c.nr; i++)
			printf(" %s", c.word[i]);
		printf("\n");
		fflush(stdout);
	}
	if (mountdata_run(c.word, false)) {
		fprintf(stderr, "%s: mke2fs failed on %s\n", mkfs_prog, dev);
		return EIO;
	}
	if (!mkfs_opt.quiet)
		printf("Writing CONFIGS/mountdata\n");
	rc = mountdata_write(dev, ldd);
	if (rc) {
		fprintf(stderr, "%s: failed to write CONFIGS/mountdata on %s: %s\n", mkfs_prog, dev,
			mountdata_strerror(rc));
		return rc;
	}
	if (mkfs_last_features(dev, ldd, c.features)) {
		fprintf(stderr, "%s: tune2fs cannot switch on quota accounting at %s\n", mkfs_prog,
			dev);
		return EIO;
	}
	return 0;
}
