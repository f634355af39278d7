/* SPDX-License-Identifier: GPL-2.0-only */
/* All wire structures and constants, a header for each chapter of the protocol. */
#ifndef _GLOSS_WIRE_WIRE_H
#define _GLOSS_WIRE_WIRE_H

#include <wire/types.h>
#include <wire/fid.h>
#include <wire/lnet.h>
#include <wire/ptlrpc.h>
#include <wire/ldlm.h>
#include <wire/mds.h>
#include <wire/ost.h>
#include <wire/mgs.h>

#endif
