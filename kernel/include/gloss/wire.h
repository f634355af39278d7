/* SPDX-License-Identifier: GPL-2.0-only */
/* All wire structures and constants, a header for each chapter of the protocol. */
#ifndef _GLOSS_WIRE_H
#define _GLOSS_WIRE_H

#include <gloss/wire/types.h>
#include <gloss/wire/fid.h>
#include <gloss/lnet_wire.h>
#include <gloss/wire/ptlrpc.h>
#include <gloss/wire/ldlm.h>
#include <gloss/wire/mds.h>
#include <gloss/wire/ost.h>
#include <gloss/wire/mgs.h>

#endif
