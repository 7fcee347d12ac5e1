/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls the observer, and a server that has no entry point for calls.
 */
#include "show.h"

#define OBSERVER 1
#define BARE     3

void init(void)
{
    microkit_msginfo answer;
    seL4_Word first = 7, second = 0;

    microkit_mr_set(0, 1000);
    answer = microkit_ppcall(OBSERVER, microkit_msginfo_new(0xfffffffffffff, 120));
    show("label", microkit_msginfo_get_label(answer));
    show("words", microkit_msginfo_get_count(answer));
    show("last word", microkit_mr_get(119));
    answer = seL4_CallWithMRs(BASE_ENDPOINT_CAP + OBSERVER, seL4_MessageInfo_new(1ul << 32, 0, 0, 2), &first,
                              &second, seL4_Null, seL4_Null);
    show("words in variables", first + second);
}

void notified(microkit_channel ch)
{
    show("notified", ch);
    (void)microkit_ppcall(BARE, microkit_msginfo_new(0, 0));
    show("never", 0);
}
