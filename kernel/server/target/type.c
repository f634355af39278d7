// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kinds of targets: modules register them, a mount takes the one it needs (and loads the
 * module).
 *
 * The services of a kind start with its first target and stay until the module goes: who still
 * knows a target that has stopped gets an answer at once (-ENODEV), not a timeout.
 */
#define pr_fmt(fmt) "lustre_tgt: " fmt
#include <linux/module.h>
#include <linux/kmod.h>
#include <linux/slab.h>
#include <gloss/lnet.h>
#include "internal.h"

static const char * const type_modules[TGT_NR_KINDS] = {
	[TGT_MGS] = "mgs",
	[TGT_MDT] = "mds",
	[TGT_OST] = "oss",
};

static DEFINE_MUTEX(types_mutex);
static const struct tgt_type *types[TGT_NR_KINDS];
static struct ptlrpc_service **services[TGT_NR_KINDS];

/**
 * tgt_type_register - offer a kind of target
 * @type: stays valid until tgt_type_unregister()
 *
 * Return: 0 or -EEXIST.
 */
int tgt_type_register(const struct tgt_type *type)
{
	int rc = -EEXIST;

	lnet_debug_module_loaded();
	mutex_lock(&types_mutex);
	if (!types[type->kind]) {
		types[type->kind] = type;
		rc = 0;
	}
	mutex_unlock(&types_mutex);
	return rc;
}
EXPORT_SYMBOL_GPL(tgt_type_register);

static void tgt_services_put(const struct tgt_type *type, struct ptlrpc_service **svcs)
{
	unsigned int i;

	for (i = 0; svcs && i < type->nr_services; i++)
		ptlrpc_service_put(svcs[i]);
	kfree(svcs);
}

/*
 * Starts the services of the kind unless they run. They start before the MGS hears of a target:
 * once it does, others try to connect, and a request for a portal that nobody serves is lost.
 */
int tgt_type_serve(const struct tgt_type *type)
{
	struct ptlrpc_service **svcs;
	unsigned int i;
	int rc = 0;

	mutex_lock(&types_mutex);
	if (services[type->kind] || !type->nr_services)
		goto out;
	svcs = kcalloc(type->nr_services, sizeof(*svcs), GFP_KERNEL);
	if (!svcs)
		rc = -ENOMEM;
	for (i = 0; !rc && i < type->nr_services; i++) {
		svcs[i] = ptlrpc_service_get(&type->services[i]);
		rc = PTR_ERR_OR_ZERO(svcs[i]);
	}
	if (rc)
		tgt_services_put(type, svcs);
	else
		services[type->kind] = svcs;
out:
	mutex_unlock(&types_mutex);
	return rc;
}

/**
 * tgt_type_unregister - the module goes; no target of the kind runs any more (each holds the
 * module)
 * @type: registered type
 */
void tgt_type_unregister(const struct tgt_type *type)
{
	struct ptlrpc_service **svcs = NULL;

	mutex_lock(&types_mutex);
	if (types[type->kind] == type) {
		types[type->kind] = NULL;
		svcs = services[type->kind];
		services[type->kind] = NULL;
	}
	mutex_unlock(&types_mutex);
	tgt_services_put(type, svcs);
}
EXPORT_SYMBOL_GPL(tgt_type_unregister);

static const struct tgt_type *tgt_type_try_get(enum tgt_kind kind)
{
	const struct tgt_type *type;

	mutex_lock(&types_mutex);
	type = types[kind];
	if (type && !try_module_get(type->owner))
		type = NULL;
	mutex_unlock(&types_mutex);
	return type;
}

const struct tgt_type *tgt_type_get(enum tgt_kind kind)
{
	const struct tgt_type *type = tgt_type_try_get(kind);

	if (!type) {
		request_module("%s", type_modules[kind]);
		type = tgt_type_try_get(kind);
	}
	if (!type) {
		pr_err("module %s cannot be loaded: rc = %d\n", type_modules[kind], -ENODEV);
		return ERR_PTR(-ENODEV);
	}
	return type;
}

int tgt_kind_serve(enum tgt_kind kind)
{
	const struct tgt_type *type = tgt_type_get(kind);
	int rc;

	if (IS_ERR(type))
		return PTR_ERR(type);
	rc = tgt_type_serve(type);
	tgt_type_put(type);
	return rc;
}

void tgt_type_put(const struct tgt_type *type)
{
	module_put(type->owner);
}
