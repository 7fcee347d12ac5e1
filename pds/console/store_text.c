/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's page in lines of a name and a value. */
#include "store_text.h"
#include <inttypes.h>
#include <postern/journal_view.h>
#include <postern/protocol/loss.h>
#include "output.h"

/* The journal writes in far less time than the operator takes to ask again. */
#define TRIES 4

_Static_assert((int)JOURNAL_LOSS_CAUSES == (int)LOSS_CAUSES, "the page has a count for each cause");

static void row(const char *name, uint64_t value)
{
    output_printf("%-14s %" PRIu64 "\n", name, value);
}

/* Up to 2^64 bytes without overflow. */
static uint64_t percent(uint64_t part, uint64_t whole)
{
    uint64_t result = whole < 100 ? 0 : part / (whole / 100);

    return result < 100 ? result : 100;
}

static void numbers(const struct journal_state *j)
{
    static const char *const condition[] = {
        [JOURNAL_STARTING] = "starting",
        [JOURNAL_READY] = "ready",
        [JOURNAL_NO_MEDIUM] = "no medium: readings are not durable",
        [JOURNAL_FOREIGN] = "foreign medium, left alone: readings are not durable",
    };

    output_printf("%-14s %s%s\n", "condition", condition[j->condition],
                  j->hold != 0 ? ", full: the sensors wait" : "");
    row("start", j->boot);
    row("next number", j->next_number);
    row("durable", j->durable);
    row("released", j->released);
    output_printf("%-14s %u readings", "dead letters", (unsigned)j->letters);
    output_printf(j->fallen != 0 ? ", %u dropped\n" : "\n", (unsigned)j->fallen);
    row("waiting", j->durable > j->released ? j->durable - j->released : 0);
}

static void medium(const struct journal_state *j)
{
    output_printf("%-14s %" PRIu64 " %%\n", "filled", percent(j->used, j->capacity));
    output_printf("%-14s %" PRIu64 " of %" PRIu64 " bytes\n", "used", j->used, j->capacity);
    row("frames", j->frames);
    output_printf("%-14s %" PRIu64 " bytes\n", "written", j->bytes_written);
    row("medium errors", j->medium_errors);
    row("forged frames", j->forged);
    output_printf("%-14s %" PRIu64 ".%03u ms\n", "recovery", j->recovery_ns / 1000000,
                  (unsigned)(j->recovery_ns / 1000 % 1000));
}

static void losses(const struct journal_state *j)
{
    bool any = false;

    for (unsigned i = 0; i < JOURNAL_LOSS_CAUSES; i++) {
        if (j->lost[i] != 0) {
            output_printf("%-14s %" PRIu64 " %s\n", any ? "" : "lost", j->lost[i],
                          loss_cause_text((enum loss_cause)i));
            any = true;
        }
    }
    if (!any) {
        row("lost", 0);
    }
    for (uint32_t i = 0; i < j->ranges; i++) {
        const struct journal_loss *r = &j->range[i];
        uint64_t cause = r->cause < LOSS_CAUSES ? r->cause : LOSS_CAUSES;

        output_printf("%-14s %" PRIu64 "..%" PRIu64 ", missing %" PRIu64 ", %s\n", i == 0 ? "ledger" : "",
                      r->first, r->last, r->missing, loss_cause_text((enum loss_cause)cause));
    }
}

void store_text(uint64_t page)
{
    struct journal_state state;
    unsigned tries = 1;

    while (!journal_view(page, &state)) {
        if (tries++ == TRIES) {
            output_printf("store: the journal starts anew, or its page is corrupt\n");
            return;
        }
    }
    numbers(&state);
    medium(&state);
    losses(&state);
}
