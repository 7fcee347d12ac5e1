/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A component that misbehaves once it is up. If the act goes unpunished it says so, which fails the test.
 */
#include <microkit.h>
#include <postern/log.h>
#include "act.h"
#include "ports.h"

void notified(microkit_channel ch)
{
    (void)ch;
}

void init(void)
{
    LOG_START();
    log_info("about to misbehave");
    act();
    log_error("NOT STOPPED");
}
