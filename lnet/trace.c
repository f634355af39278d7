// SPDX-License-Identifier: GPL-2.0-only
/* The bodies of the tracepoints of LNet. Those of connections are hit in the drivers. */
#include <linux/module.h>
#include "internal.h"
#define CREATE_TRACE_POINTS
#include <trace/events/lnet.h>

EXPORT_TRACEPOINT_SYMBOL_GPL(lnet_conn_up);
EXPORT_TRACEPOINT_SYMBOL_GPL(lnet_conn_down);
