// SPDX-License-Identifier: GPL-2.0-only
/* The bodies of the tracepoints of server targets. */
#define CREATE_TRACE_POINTS
#include <trace/events/tgt.h>
