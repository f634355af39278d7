/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#warning "include <lustre/lustreapi.h>"
#include <lustre/lustreapi.h>
