/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A passive server. It answers any request, however wrong: its clients are not its friends.
 */
#include <microkit.h>

#include "protocol.h"

static seL4_Word served;

void init(void)
{
    microkit_dbg_puts("server: ready\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

static microkit_msginfo answer(seL4_Word value)
{
    served++;
    microkit_mr_set(0, value);
    return microkit_msginfo_new(ANSWER_OK, 1);
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    seL4_Word label = microkit_msginfo_get_label(request);
    seL4_Word count = microkit_msginfo_get_count(request);

    (void)ch;
    if (label == REQUEST_ADD && count == 2) {
        return answer(microkit_mr_get(0) + microkit_mr_get(1));
    }
    if (label == REQUEST_COUNT && count == 0) {
        return answer(served);
    }
    return microkit_msginfo_new(ANSWER_REFUSED, 0);
}
