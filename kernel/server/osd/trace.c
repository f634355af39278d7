// SPDX-License-Identifier: GPL-2.0-only
/* The bodies of the tracepoints of the object store. */
#define CREATE_TRACE_POINTS
#include <trace/events/osd.h>
