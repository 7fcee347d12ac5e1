/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the journal's page (<postern/protocol/journal_state.h>) as one of its readers.
 */
#ifndef POSTERN_JOURNAL_VIEW_H
#define POSTERN_JOURNAL_VIEW_H

#include <postern/protocol/journal_state.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* `count` words of the page, each read once. */
static inline void journal_view_words(uint64_t page, struct journal_state *state, size_t first, size_t count)
{
    const volatile uint64_t *from = (const volatile uint64_t *)(uintptr_t)page;
    for (size_t i = first; i < first + count; i++) {
        uint64_t word = from[i];
        memcpy((uint8_t *)state + i * sizeof word, &word, sizeof word);
    }
}

/* Another number than at the last journal_view: there is something new to see. */
static inline uint32_t journal_view_version(uint64_t page)
{
    return *(const volatile uint32_t *)(uintptr_t)page;
}

/* A copy of the page at address `page` that was not changed meanwhile. False: the journal is writing, or says
 * what cannot be; *state is then undefined. Numbers in it are claims: only counts are bounded. Of `range`
 * only what is in use is copied. */
static inline bool journal_view(uint64_t page, struct journal_state *state)
{
    const size_t head = offsetof(struct journal_state, range) / sizeof(uint64_t);
    uint32_t before = journal_view_version(page);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    journal_view_words(page, state, 0, head);
    if (state->ranges > JOURNAL_LOSS_RANGES) {
        return false;
    }
    journal_view_words(page, state, head, state->ranges * sizeof state->range[0] / sizeof(uint64_t));
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    state->version = before;
    return before == journal_view_version(page) && (before & 1) == 0 && state->condition <= JOURNAL_FOREIGN;
}

#endif
