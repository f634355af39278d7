/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file system type "lustre" (kernel/fs_type.c), which mounts of clients and of targets share.
 */
#ifndef _GLOSS_MOUNT_H
#define _GLOSS_MOUNT_H

#include <linux/types.h>

struct dentry;
struct file_system_type;
struct module;
struct super_block;

enum lustre_mount_side {
	LUSTRE_MOUNT_CLIENT,
	LUSTRE_MOUNT_TARGET,
	LUSTRE_MOUNT_SIDES
};

/* What a module offers. Its function that fills a super block begins with lustre_mount_claim(). */
struct lustre_mount_ops {
	struct module *owner;
	unsigned long magic;		/* s_magic, which tells the sides apart */
	struct dentry *(*mount)(struct file_system_type *type, int flags, const char *dev,
				void *data);
	void (*kill_sb)(struct super_block *sb);
};

int lustre_mount_register(enum lustre_mount_side side, const struct lustre_mount_ops *ops);
void lustre_mount_unregister(enum lustre_mount_side side);
void lustre_mount_claim(struct super_block *sb, const struct lustre_mount_ops *ops);

int lustre_fs_type_init(void);
void lustre_fs_type_exit(void);

#endif
