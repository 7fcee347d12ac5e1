/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client without a limit: the server works for it without a pause.
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
