/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the connection to the broker fares, for the operator: the command `uplink`.
 */
#ifndef UPLINK_TEXT_H
#define UPLINK_TEXT_H

#include <stdint.h>

/* Prints those counters of the uplink's metrics page at address `page` that tell of connection and delivery;
 * what the page does not have is left out. */
void uplink_text(uint64_t page);

#endif
