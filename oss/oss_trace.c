// SPDX-License-Identifier: GPL-2.0-only
/* The bodies of the tracepoints of the OST. */
#define CREATE_TRACE_POINTS
#include <trace/events/oss.h>
