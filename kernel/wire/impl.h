/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this folder need besides msg.h, in both worlds. */
#ifndef _GLOSS_WIRE_IMPL_H
#define _GLOSS_WIRE_IMPL_H

#ifdef GLOSS_USER
#define EXPORT_SYMBOL_GPL(sym)
#else
#include <linux/export.h>
#endif
#include <gloss/msg.h>

#endif
