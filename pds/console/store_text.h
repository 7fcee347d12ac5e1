/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the journal says of itself, for the operator: the command `store`.
 */
#ifndef STORE_TEXT_H
#define STORE_TEXT_H

#include <stdint.h>

/* Prints the journal's page at address `page` (<postern/protocol/journal_state.h>): condition, numbers, room,
 * work, losses by cause, and the ledger's ranges. What it says may be wrong, not harmful: at most
 * JOURNAL_LOSS_CAUSES + JOURNAL_LOSS_RANGES + 16 lines. */
void store_text(uint64_t page);

#endif
