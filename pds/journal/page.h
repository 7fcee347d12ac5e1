/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps the journal's page (<postern/protocol/journal_state.h>) up to date. */
#ifndef POSTERN_JOURNAL_PAGE_H
#define POSTERN_JOURNAL_PAGE_H

#include "store.h"
#include <postern/protocol/journal_state.h>

/* What the page tells besides the store's own state. */
struct page_facts {
    uint64_t oldest_ns;   /* wall time of the oldest reading that is not released, 0: none or not known */
    uint64_t recovery_ns; /* how long the start took */
    uint64_t errors;      /* of the medium */
    bool hold;            /* the sensors have to wait */
};

/* Nobody believes the page until the next page_write: what an earlier life wrote is old. */
void page_hide(uint64_t page);

/* Write the state to the page at address `page`. It is consistent for readers at every moment. */
void page_write(uint64_t page, const struct store *s, const struct page_facts *facts);

/* Likewise the dead letters. */
void page_letters(uint64_t page, const struct store *s);

#endif
