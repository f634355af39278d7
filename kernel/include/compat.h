/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, and nothing else. Forced in front of every source file by the top Kbuild.
 */
#ifndef _GLOSS_COMPAT_H
#define _GLOSS_COMPAT_H

#include <linux/version.h>

#endif
