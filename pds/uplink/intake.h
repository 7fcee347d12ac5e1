/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's side of the uplink: readings in, what became of them out, and the session that the journal
 * keeps. */
#ifndef POSTERN_INTAKE_H
#define POSTERN_INTAKE_H

#include "uplink.h"

/* Everything that is not delivered is to be given and packed anew; what the session knows stays in it. */
void intake_again(struct uplink *u);

/* Packs a reading whose turn it is, or passes over one that was delivered and that the journal has forgotten;
 * needs room. A private copy from an untrusted peer. */
void intake_pack(struct uplink *u, const struct stored_reading *r, uint64_t now_ns);

/* When uplink_delivery may have more to say, UINT64_MAX: not by time alone. */
uint64_t intake_deadline(const struct uplink *u);

#endif
