// SPDX-License-Identifier: GPL-2.0-only
/* The bodies of the tracepoints of LDLM. */
#include "internal.h"
#define CREATE_TRACE_POINTS
#include <trace/events/ldlm.h>
