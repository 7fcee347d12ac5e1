/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Post-mortems: where everything comes from.
 */
#include "remains.h"
#include <postern/clock.h>
#include <postern/metrics.h>
#include <string.h>
#include "children.h"
#include "ports.h"
#include "postmortem.h"

_Static_assert(CHILD_COUNT <= POSTMORTEM_MAX, "there is a record for every child");
_Static_assert(sizeof(struct postmortem_page) <= POSTMORTEM_SIZE, "the records fit their share");
_Static_assert(sizeof(struct metrics_page) + sizeof(struct last_words) <= METRICS_SIZE,
               "the counters leave room for last words");
_Static_assert(sizeof(seL4_UserContext) == POSTMORTEM_REGISTERS * sizeof(uint64_t), "every register is kept");

static struct postmortem_page *memory(void)
{
    return (struct postmortem_page *)(uintptr_t)postmortem;
}

/* NULL: the child has none. */
static const struct last_words *words_of(microkit_child child)
{
    const struct children_words *words = &children_words[child];

    return words->page == NULL ? NULL
                               : (const struct last_words *)(uintptr_t)(*words->page + words->size -
                                                                        sizeof(struct last_words));
}

void remains_start(void)
{
    postmortem_open(memory());
}

void remains_take(microkit_child child, const char *cause, uint64_t address, uint64_t now_ms)
{
    uint64_t reg[POSTMORTEM_REGISTERS];
    seL4_UserContext context;
    bool known = seL4_TCB_ReadRegisters(BASE_TCB_CAP + child, seL4_False, 0, POSTMORTEM_REGISTERS,
                                        &context) == seL4_NoError;
    struct postmortem_fault fault = {.name = children_name[child],
                                     .cause = cause,
                                     .address = address,
                                     .time = clock_ticks(),
                                     .reg = known ? reg : NULL,
                                     .secret = children_words[child].secret};

    if (known) {
        memcpy(reg, &context, sizeof reg);
    }
    postmortem_take(memory(), (uint32_t)child, &fault, words_of(child), now_ms);
}

void remains_look(uint64_t now_ms)
{
    for (microkit_child child = 0; child < children_count; child++) {
        const struct last_words *words = words_of(child);

        if (words != NULL) {
            postmortem_look(memory(), (uint32_t)child, words, now_ms);
        }
    }
}
