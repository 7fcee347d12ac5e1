/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the journal's page (<postern/protocol/journal_state.h>) as one of its readers.
 */
#ifndef POSTERN_JOURNAL_VIEW_H
#define POSTERN_JOURNAL_VIEW_H

#include <postern/protocol/journal_state.h>
#include <stdbool.h>
#include <string.h>

/* A copy of the page at address `page` that was not changed meanwhile. False: the journal is writing, or says
 * what cannot be; *state is then undefined. Numbers in it are claims: only counts are bounded. */
static inline bool journal_view(uint64_t page, struct journal_state *state)
{
    const volatile uint64_t *from = (const volatile uint64_t *)(uintptr_t)page;
    const volatile uint32_t *version = (const volatile uint32_t *)(uintptr_t)page;
    uint64_t word;
    uint32_t before = *version;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    for (size_t i = 0; i < sizeof *state / sizeof word; i++) {
        word = from[i];
        memcpy((uint8_t *)state + i * sizeof word, &word, sizeof word);
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return before == *version && (before & 1) == 0 && state->condition <= JOURNAL_FOREIGN &&
           state->ranges <= JOURNAL_LOSS_RANGES;
}

#endif
