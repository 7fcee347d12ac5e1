/* SPDX-License-Identifier: BSD-2-Clause */
/* The page is written from a copy, between two changes of its version. */
#include "page.h"
#include <stddef.h>
#include <string.h>

_Static_assert((int)JOURNAL_STARTING == (int)STORE_STARTING && (int)JOURNAL_READY == (int)STORE_READY &&
                   (int)JOURNAL_NO_MEDIUM == (int)STORE_NO_MEDIUM &&
                   (int)JOURNAL_FOREIGN == (int)STORE_FOREIGN,
               "conditions are those of the store");
_Static_assert((int)JOURNAL_LOSS_CAUSES == (int)LOSS_CAUSES && JOURNAL_LOSS_RANGES == LEDGER_RANGES,
               "losses are those of the ledger");

/* All but the ranges of the ledger. */
#define HEAD_SIZE offsetof(struct journal_state, range)

_Static_assert(HEAD_SIZE % sizeof(uint64_t) == 0, "the head is whole words");

static void fill(struct journal_state *p, const struct store *s, const struct page_facts *facts)
{
    const struct ledger *ledger = &s->state.ledger;
    bool known = s->condition != STORE_STARTING;
    p->condition = s->condition;
    p->boot = known && store_durable(s) ? s->state.boot : 0;
    p->next_number = known ? store_next_number(s) : 0;
    p->durable = store_published(s, s->durable_seq);
    p->released = store_published(s, s->state.released);
    p->oldest_ns = facts->oldest_ns;
    p->capacity = store_durable(s) ? log_capacity(&s->log) : 0;
    p->used = store_durable(s) ? log_used(&s->log) : 0;
    p->frames = s->counters.frames;
    p->bytes_written = s->log.counters.written;
    p->medium_errors = facts->errors;
    p->forged = s->counters.forged;
    p->recovery_ns = facts->recovery_ns;
    p->noted = store_published(s, s->noted);
    p->session = s->session_kept;
    p->shift = s->state.shift;
    p->unsure = store_unsure(s);
    p->hold = facts->hold ? 1 : 0;
    p->ranges = ledger->count;
    p->letters = known ? s->state.dead.count : 0;
    p->fallen = s->state.dead.fallen < UINT32_MAX ? (uint32_t)s->state.dead.fallen : UINT32_MAX;
    memcpy(p->lost, ledger->total, sizeof p->lost);
    for (uint32_t i = 0; i < ledger->count; i++) {
        const struct loss_range *r = &ledger->range[i];
        p->range[i] = (struct journal_loss){r->first, r->last, r->missing, r->cause};
    }
}

void page_letters(uint64_t page, const struct store *s)
{
    struct journal_letters *shared = &((struct journal_page *)(uintptr_t)page)->letters;
    volatile uint32_t *version = &shared->version;
    const uint32_t count = s->condition == STORE_STARTING ? 0 : s->state.dead.count;
    uint32_t next = (*version | 1) + 1;
    *version = next - 1;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    shared->count = count;
    memcpy(shared->letter, s->letter, count * sizeof s->letter[0]);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *version = next;
}

/* Every activation of the journal ends here: what is not used of the ledger's ranges is neither written nor
 * cleared. */
void page_write(uint64_t page, const struct store *s, const struct page_facts *facts)
{
    struct journal_state *shared = (struct journal_state *)(uintptr_t)page;
    volatile uint32_t *version = &shared->version;
    struct journal_state copy;
    fill(&copy, s, facts);
    uint32_t next = (*version | 1) + 1;
    *version = next - 1;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy((uint8_t *)shared + sizeof shared->version, (const uint8_t *)&copy + sizeof copy.version,
           HEAD_SIZE + copy.ranges * sizeof copy.range[0] - sizeof copy.version);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *version = next;
}

void page_hide(uint64_t page)
{
    volatile uint32_t *version = &((struct journal_state *)(uintptr_t)page)->version;

    *version |= 1;
    __atomic_thread_fence(__ATOMIC_RELEASE);
}
