/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Crashes under a parent that cannot handle it, with an error's number as the address.
 */
#include <microkit.h>

void init(void)
{
    microkit_internal_crash(seL4_TruncatedMessage);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
