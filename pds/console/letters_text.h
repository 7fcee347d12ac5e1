/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dead letters, for the operator: the command `store dead`.
 */
#ifndef LETTERS_TEXT_H
#define LETTERS_TEXT_H

#include <stdint.h>

/* Prints the dead letters of the journal's page at address `page` (<postern/protocol/journal_state.h>),
 * oldest first, a line each, and then how many there are: at most JOURNAL_LETTERS + 1 lines. What they say
 * may be wrong, not harmful. */
void letters_text(uint64_t page);

/* How many there are now; UINT32_MAX: not to be known. */
uint32_t letters_count(uint64_t page);

#endif
