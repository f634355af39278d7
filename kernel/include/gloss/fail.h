/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fail points: places where a test makes something go wrong that seldom does by itself. Each is a
 * parameter of its module, a number of times; only CONFIG_GLOSS_DEBUG builds them.
 */
#ifndef _GLOSS_FAIL_H
#define _GLOSS_FAIL_H

#include <linux/atomic.h>
#include <linux/moduleparam.h>

#ifdef CONFIG_GLOSS_DEBUG
#define FAIL_POINT_DEFINE(name)						\
static atomic_t fail_##name = ATOMIC_INIT(0);				\
module_param_named(fail_##name, fail_##name.counter, int, 0600)

/* Is it to go wrong now? Each time counts down. */
#define FAIL_POINT(name)						\
	(unlikely(atomic_read(&fail_##name)) && atomic_dec_if_positive(&fail_##name) >= 0)
#else
#define FAIL_POINT_DEFINE(name)	struct fail_##name
#define FAIL_POINT(name)	false
#endif

#endif
