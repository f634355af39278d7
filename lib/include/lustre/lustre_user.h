/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#include <linux/lustre/lustre_user.h>
