/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has neither protected() nor fault().
 */
#include <microkit.h>

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
}
