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
#include <gloss/param.h>
#include "internal.h"

#define OBD_DEVICES_MAX	8191

struct obd_device {
	u32 idx;
	char status[8];
	char type[16];
	char name[64];
	char uuid[40];
	bool (*healthy)(void *data);
	void *health_data;
};

static DEFINE_XARRAY_ALLOC(devices);

/**
 * lu_device_add - put a device into the list
 * @type: mgc, mdc, osc, mdt ...
 * @name: unique name
 * @uuid: may be NULL
 *
 * Return: handle for the other functions, or ERR_PTR.
 */
struct obd_device *lu_device_add(const char *type, const char *name, const char *uuid)
{
	struct obd_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int rc;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	strscpy(dev->status, "UP", sizeof(dev->status));
	strscpy(dev->type, type, sizeof(dev->type));
	strscpy(dev->name, name, sizeof(dev->name));
	strscpy(dev->uuid, uuid ?: "", sizeof(dev->uuid));
	rc = xa_alloc(&devices, &dev->idx, dev, XA_LIMIT(0, OBD_DEVICES_MAX), GFP_KERNEL);
	if (rc) {
		kfree(dev);
		return ERR_PTR(rc);
	}
	return dev;
}
EXPORT_SYMBOL_GPL(lu_device_add);

/**
 * lu_device_del - take a device out of the list; NULL and ERR_PTR are let pass
 * @dev: the device
 */
void lu_device_del(struct obd_device *dev)
{
	if (IS_ERR_OR_NULL(dev))
		return;
	xa_erase(&devices, dev->idx);
	kfree(dev);
}
EXPORT_SYMBOL_GPL(lu_device_del);

/**
 * lu_device_set_status - UP, ST (stopping), IN (inactive), AT
 * @dev: the device; NULL and ERR_PTR are let pass
 * @status: text
 */
void lu_device_set_status(struct obd_device *dev, const char *status)
{
	if (IS_ERR_OR_NULL(dev))
		return;
	xa_lock(&devices);
	strscpy(dev->status, status, sizeof(dev->status));
	xa_unlock(&devices);
}
EXPORT_SYMBOL_GPL(lu_device_set_status);

/**
 * lu_device_set_health - let "health_check" ask a device
 * @dev: the device; NULL and ERR_PTR are let pass
 * @healthy: must not sleep; is not called any more after lu_device_del()
 * @data: for @healthy
 */
void lu_device_set_health(struct obd_device *dev, bool (*healthy)(void *data), void *data)
{
	if (IS_ERR_OR_NULL(dev))
		return;
	xa_lock(&devices);
	dev->health_data = data;
	dev->healthy = healthy;
	xa_unlock(&devices);
}
EXPORT_SYMBOL_GPL(lu_device_set_health);

/* "healthy", or each device that is not and "NOT HEALTHY": scripts look for these words. */
int param_health_show(struct seq_file *m, void *unused)
{
	struct obd_device *dev;
	bool all = true;
	unsigned long i;

	xa_lock(&devices);
	xa_for_each(&devices, i, dev) {
		if (!dev->healthy || dev->healthy(dev->health_data))
			continue;
		seq_printf(m, "device %s reported unhealthy\n", dev->name);
		all = false;
	}
	xa_unlock(&devices);
	seq_puts(m, all ? "healthy\n" : "NOT HEALTHY\n");
	return 0;
}

int param_devices_show(struct seq_file *m, void *unused)
{
	struct obd_device *dev;
	unsigned long i;

	xa_lock(&devices);
	xa_for_each(&devices, i, dev)
		/* the last column, a count of references, says nothing here */
		seq_printf(m, "%3u %s %s %s %s 4\n", dev->idx, dev->status, dev->type,
			   dev->name, dev->uuid);
	xa_unlock(&devices);
	return 0;
}

void param_devices_exit(void)
{
	WARN_ON(!xa_empty(&devices));
	xa_destroy(&devices);
}
