/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows in which order what arrives, and what channels that are not there do.
 */
#include "show.h"

#define TO_CALLER_1 61
#define TO_CALLER_2 60
#define ABSENT      20

static unsigned constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed++;
}

void init(void)
{
    microkit_msginfo answer;

    show("constructors before init", constructed);
    microkit_notify(ABSENT);
    microkit_notify(MICROKIT_MAX_CHANNELS);
    microkit_notify(4294967295u);
    microkit_irq_ack(ABSENT);
    microkit_deferred_notify(ABSENT);
    microkit_deferred_irq_ack(ABSENT);
    answer = microkit_ppcall(ABSENT, microkit_msginfo_new(5, 6));
    show("answer of nobody", answer.words[0] + (seL4_Word)microkit_have_signal);
}

void notified(microkit_channel ch)
{
    show("notified", ch);
}

/* Answers with the greatest message: each word is its number plus the first word of the request. The second
 * deferred notification takes the place of the first. */
microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    seL4_Word first = microkit_mr_get(0);

    show("called on", ch);
    show("label", microkit_msginfo_get_label(request) >> 32);
    show("words", microkit_msginfo_get_count(request));
    for (int i = 0; i < seL4_MsgMaxLength; i++) {
        microkit_mr_set((seL4_Uint8)i, first + (seL4_Word)i);
    }
    microkit_deferred_notify(TO_CALLER_1);
    microkit_deferred_notify(TO_CALLER_2);
    return microkit_msginfo_new(8, seL4_MsgMaxLength);
}
