/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client with 1 ms in every 10: so slow is the server when it works for it.
 */
#include "client.h"

void init(void)
{
    have_it_done();
}

void notified(microkit_channel ch)
{
    (void)ch;
}
