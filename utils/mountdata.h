/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CONFIGS/mountdata of a target and its volume label, read and written without mounting
 * (libext2fs). Chapter 6, section 6.13.1.
 */
#ifndef _MOUNTDATA_H
#define _MOUNTDATA_H

#include <stdbool.h>
#include <stdint.h>

#define LDD_MAGIC	0x1dd00001
#define LDD_F_SV_TYPE_MDT	0x0001
#define LDD_F_SV_TYPE_OST	0x0002
#define LDD_F_SV_TYPE_MGS	0x0004
#define LDD_F_NEED_INDEX	0x0010
#define LDD_F_VIRGIN		0x0020
#define LDD_F_UPDATE		0x0040
#define LDD_F_WRITECONF		0x0100
#define LDD_F_NO_PRIMNODE	0x1000
#define LDD_F_NO_LOCAL_LOGS	0x10000
#define LDD_INDEX_NONE		0xffff
#define LDD_MT_LDISKFS		1
#define LDD_INCOMPAT_GLOSS	0x80000000	/* others must not take this target for theirs */

/* 12288 bytes, host byte order */
struct lustre_disk_data {
	uint32_t ldd_magic;
	uint32_t ldd_feature_compat;
	uint32_t ldd_feature_rocompat;
	uint32_t ldd_feature_incompat;
	uint32_t ldd_config_ver;
	uint32_t ldd_flags;
	uint32_t ldd_svindex;
	uint32_t ldd_mount_type;
	char ldd_fsname[64];
	char ldd_svname[64];
	uint8_t ldd_uuid[40];
	char ldd_userdata[824];
	uint8_t ldd_padding[3072];
	char ldd_mount_opts[4096];
	char ldd_params[4096];
};

_Static_assert(sizeof(struct lustre_disk_data) == 12288, "lustre_disk_data");

int mountdata_read(const char *dev, struct lustre_disk_data *ldd, char label[17]);
int mountdata_write(const char *dev, const struct lustre_disk_data *ldd);
const char *mountdata_strerror(int rc);
int mountdata_set_label(const char *dev, const char *label);
bool mountdata_is_mounted(const char *dev);
int mountdata_run(const char *const argv[], bool quiet);
void mountdata_label(const struct lustre_disk_data *ldd, char label[17]);
void mountdata_print(const char *title, const struct lustre_disk_data *ldd);
bool mountdata_param(const struct lustre_disk_data *ldd, const char *key, char *out,
		     unsigned int len);

#endif
