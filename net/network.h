/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which the parts of the network component start and take turns; the same on the target and in
 * tests.
 */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include <stdbool.h>
#include <postern/ring.h>
#include "conf.h"

/* Starts lwIP, the interface on the rings of the driver, addressing, and asking for the time. random_seed
 * must have succeeded. */
void network_start(const struct net_conf *conf, struct ring *from_driver, struct ring *to_driver);

/* Handles at most one batch from the driver, timers that are due, and one batch from the user of streams. */
void network_turn(void);

/* Before sleeping: true if another turn is needed. */
bool network_has_more(void);

#endif
