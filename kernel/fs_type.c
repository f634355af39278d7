// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file system type "lustre". Mounts of clients and of targets share it, so that tools which go
 * by the type (umount -a -t lustre, df -t lustre, findmnt -t lustre) see both. A device
 * "NIDS:/FSNAME" is a client mount, anything else a target (chapter 6, section 6.13.5). The modules
 * of the two sides register here and are loaded by the first mount that needs them.
 *
 * Lock: lustre_mount_mutex guards the table of the sides.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <gloss/mount.h>

static const char * const lustre_mount_modules[LUSTRE_MOUNT_SIDES] = {
	[LUSTRE_MOUNT_CLIENT] = "lustre",
	[LUSTRE_MOUNT_TARGET] = "lustre_tgt",
};

static DEFINE_MUTEX(lustre_mount_mutex);
static const struct lustre_mount_ops *lustre_mount_sides[LUSTRE_MOUNT_SIDES];

/**
 * lustre_mount_register() - offer one side
 * @side: client or target
 * @ops: stays valid until lustre_mount_unregister()
 *
 * Return: 0 or -EEXIST.
 */
int lustre_mount_register(enum lustre_mount_side side, const struct lustre_mount_ops *ops)
{
	int rc = -EEXIST;

	mutex_lock(&lustre_mount_mutex);
	if (!lustre_mount_sides[side]) {
		lustre_mount_sides[side] = ops;
		rc = 0;
	}
	mutex_unlock(&lustre_mount_mutex);
	return rc;
}
EXPORT_SYMBOL_GPL(lustre_mount_register);

/**
 * lustre_mount_unregister() - the module goes; it has no mount any more (each holds the module)
 * @side: client or target
 */
void lustre_mount_unregister(enum lustre_mount_side side)
{
	mutex_lock(&lustre_mount_mutex);
	lustre_mount_sides[side] = NULL;
	mutex_unlock(&lustre_mount_mutex);
}
EXPORT_SYMBOL_GPL(lustre_mount_unregister);

/**
 * lustre_mount_claim() - a super block belongs to a side from now on
 * @sb: fresh; the kill_sb() of the side gets it, whatever happens to the mount
 * @ops: the side, whose module is held until then
 */
void lustre_mount_claim(struct super_block *sb, const struct lustre_mount_ops *ops)
{
	__module_get(ops->owner);
	sb->s_magic = ops->magic;
}
EXPORT_SYMBOL_GPL(lustre_mount_claim);

/* The side, with its module held; NULL without the module. */
static const struct lustre_mount_ops *lustre_mount_get(enum lustre_mount_side side)
{
	const struct lustre_mount_ops *ops;

	mutex_lock(&lustre_mount_mutex);
	ops = lustre_mount_sides[side];
	if (ops && !try_module_get(ops->owner))
		ops = NULL;
	mutex_unlock(&lustre_mount_mutex);
	return ops;
}

/* The device of a mount: "device=" comes last in the options, and it may hold commas itself. */
static enum lustre_mount_side lustre_mount_side_of(const char *dev, const char *data)
{
	const char *device = data ? strstr(data, ",device=") : NULL;

	if (!device && data && !strncmp(data, "device=", 7))
		device = data;
	if (!device)
		device = dev ?: "";
	return strstr(device, ":/") ? LUSTRE_MOUNT_CLIENT : LUSTRE_MOUNT_TARGET;
}

static struct dentry *lustre_mount(struct file_system_type *type, int flags, const char *dev,
				   void *data)
{
	enum lustre_mount_side side = lustre_mount_side_of(dev, data);
	const struct lustre_mount_ops *ops = lustre_mount_get(side);
	struct dentry *root;

	if (!ops) {
		request_module("%s", lustre_mount_modules[side]);
		ops = lustre_mount_get(side);
	}
	if (!ops) {
		pr_err("cannot mount %s: module %s is not there\n", dev ?: "",
		       lustre_mount_modules[side]);
		return ERR_PTR(-ENODEV);
	}
	root = ops->mount(type, flags, dev, data);
	module_put(ops->owner);
	return root;
}

static void lustre_kill_sb(struct super_block *sb)
{
	const struct lustre_mount_ops *ops = NULL;
	int side;

	mutex_lock(&lustre_mount_mutex);
	for (side = 0; side < LUSTRE_MOUNT_SIDES; side++)
		if (lustre_mount_sides[side] && lustre_mount_sides[side]->magic == sb->s_magic)
			ops = lustre_mount_sides[side];
	mutex_unlock(&lustre_mount_mutex);
	if (!ops) {	/* failed before a side claimed it */
		kill_anon_super(sb);
		return;
	}
	ops->kill_sb(sb);
	module_put(ops->owner);
}

static struct file_system_type lustre_fs_type = {
	.owner = THIS_MODULE,
	.name = "lustre",
	.mount = lustre_mount,
	.kill_sb = lustre_kill_sb,
};
MODULE_ALIAS_FS("lustre");

int lustre_fs_type_init(void)
{
	return register_filesystem(&lustre_fs_type);
}

void lustre_fs_type_exit(void)
{
	unregister_filesystem(&lustre_fs_type);
}
