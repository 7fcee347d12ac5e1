/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's parent, in the product for this test alone: there a fault of the supervisor does not reset
 * the machine, so that it can try more than one thing when it is taken over. What it does must end as it has
 * announced; after the attack it stands still, as one does whose parent does not care.
 */
#include <microkit.h>
#include <postern/log.h>
#include "ports.h"
#include "verdict.h"

static struct verdict verdict;

static const struct attack_page *page(void)
{
    return (const struct attack_page *)(uintptr_t)coup;
}

void init(void)
{
    LOG_START();
}

void notified(microkit_channel ch)
{
    (void)ch;
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    uint64_t label = microkit_msginfo_get_label(msginfo);

    (void)reply_msginfo;
    if (verdict_is_call(label, ATTACK_BEGIN)) {
        microkit_pd_restart(child, page()->entry);
        return seL4_False;
    }
    if (verdict_is_call(label, ATTACK_END)) {
        microkit_pd_stop(child);
        verdict_print("supervisor", &verdict, page());
        return seL4_False;
    }
    if (!verdict_is_call(label, ATTACK_PAUSE)) {
        verdict_take(&verdict, page(), label);
    }
    microkit_pd_restart(child, page()->resume);
    return seL4_False;
}
