/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spoiling what the component may write: rings and pages that others read, and devices.
 */
#ifndef ATTACK_RUIN_H
#define ATTACK_RUIN_H

#include "attack.h"

/* Round after round, with pauses in which the others look at it. */
void ruin(const struct attack_table *table);

/* Absurd register values and descriptors; number: of the round. */
void ruin_device(const struct attack_device *device, unsigned number);

#endif
