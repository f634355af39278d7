// SPDX-License-Identifier: GPL-2.0-only
/* The bodies of the client's tracepoints. */
#include "data.h"
#define CREATE_TRACE_POINTS
#include <trace/events/lustre.h>
