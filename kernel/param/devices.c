// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of devices that "lctl dl" prints (chapter 7.7.2): only names and states, no behaviour.
 * Locks: the xarray's own lock guards the entries.
 */
#define pr_fmt(fmt) "param: " fmt

#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include <param.h>
#include "internal.h"

#define OBD_DEVICES_MAX	8191

struct obd_device {
	u32 idx;
	int refs;
	char status[8];
	char type[16];
	char name[64];
	char uuid[40];
};

static DEFINE_XARRAY_ALLOC(devices);

/**
 * obd_device_add - put a device into the list
 * @type: mgc, mdc, osc, mdt ...
 * @name: unique name
 * @uuid: may be NULL
 *
 * Return: handle for the other functions, or ERR_PTR.
 */
struct obd_device *obd_device_add(const char *type, const char *name, const char *uuid)
{
	struct obd_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int rc;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	strscpy(dev->status, "UP", sizeof(dev->status));
	strscpy(dev->type, type, sizeof(dev->type));
	strscpy(dev->name, name, sizeof(dev->name));
	strscpy(dev->uuid, uuid ?: "", sizeof(dev->uuid));
	dev->refs = 4;
	rc = xa_alloc(&devices, &dev->idx, dev, XA_LIMIT(0, OBD_DEVICES_MAX), GFP_KERNEL);
	if (rc) {
		kfree(dev);
		return ERR_PTR(rc);
	}
	return dev;
}
EXPORT_SYMBOL_GPL(obd_device_add);

/**
 * obd_device_del - take a device out of the list; NULL and ERR_PTR are let pass
 * @dev: the device
 */
void obd_device_del(struct obd_device *dev)
{
	if (IS_ERR_OR_NULL(dev))
		return;
	xa_erase(&devices, dev->idx);
	kfree(dev);
}
EXPORT_SYMBOL_GPL(obd_device_del);

/**
 * obd_device_set_status - UP, ST (stopping), IN (inactive), AT
 * @dev: the device; NULL and ERR_PTR are let pass
 * @status: text
 */
void obd_device_set_status(struct obd_device *dev, const char *status)
{
	if (IS_ERR_OR_NULL(dev))
		return;
	xa_lock(&devices);
	strscpy(dev->status, status, sizeof(dev->status));
	xa_unlock(&devices);
}
EXPORT_SYMBOL_GPL(obd_device_set_status);

/**
 * obd_device_set_refs - the number in the last column
 * @dev: the device; NULL and ERR_PTR are let pass
 * @refs: number
 */
void obd_device_set_refs(struct obd_device *dev, int refs)
{
	if (!IS_ERR_OR_NULL(dev))
		WRITE_ONCE(dev->refs, refs);
}
EXPORT_SYMBOL_GPL(obd_device_set_refs);

/**
 * obd_device_index - number of a device
 * @dev: the device
 */
int obd_device_index(const struct obd_device *dev)
{
	return IS_ERR_OR_NULL(dev) ? -1 : (int)dev->idx;
}
EXPORT_SYMBOL_GPL(obd_device_index);

/**
 * obd_device_get - what is known about a device
 * @idx: number
 * @status: 8 bytes or NULL
 * @type: 16 bytes or NULL
 * @name: 64 bytes or NULL
 * @uuid: 40 bytes or NULL
 * @refs: or NULL
 *
 * Return: 0 or -ENOENT.
 */
int obd_device_get(int idx, char *status, char *type, char *name, char *uuid, int *refs)
{
	struct obd_device *dev;

	xa_lock(&devices);
	dev = idx < 0 ? NULL : xa_load(&devices, idx);
	if (dev) {
		if (status)
			memcpy(status, dev->status, sizeof(dev->status));
		if (type)
			memcpy(type, dev->type, sizeof(dev->type));
		if (name)
			memcpy(name, dev->name, sizeof(dev->name));
		if (uuid)
			memcpy(uuid, dev->uuid, sizeof(dev->uuid));
		if (refs)
			*refs = READ_ONCE(dev->refs);
	}
	xa_unlock(&devices);
	return dev ? 0 : -ENOENT;
}
EXPORT_SYMBOL_GPL(obd_device_get);

/**
 * obd_device_find - number of a device by its name or uuid
 * @name_or_uuid: text
 *
 * Return: number or -ENODEV.
 */
int obd_device_find(const char *name_or_uuid)
{
	struct obd_device *dev;
	unsigned long i;
	int idx = -ENODEV;

	xa_lock(&devices);
	xa_for_each(&devices, i, dev)
		if (!strcmp(dev->name, name_or_uuid) || !strcmp(dev->uuid, name_or_uuid)) {
			idx = i;
			break;
		}
	xa_unlock(&devices);
	return idx;
}
EXPORT_SYMBOL_GPL(obd_device_find);

int param_devices_show(struct seq_file *m, void *unused)
{
	struct obd_device *dev;
	unsigned long i;

	xa_lock(&devices);
	xa_for_each(&devices, i, dev)
		seq_printf(m, "%3u %s %s %s %s %d\n", dev->idx, dev->status, dev->type, dev->name,
			   dev->uuid, READ_ONCE(dev->refs));
	xa_unlock(&devices);
	return 0;
}

void param_devices_exit(void)
{
	WARN_ON(!xa_empty(&devices));
	xa_destroy(&devices);
}
