/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network component's entries in its metrics page.
 */
#ifndef NET_METRICS_H
#define NET_METRICS_H

#include <postern/ring.h>

/* Adds the entries. The rings stay borrowed. metrics_start comes first. */
void net_metrics_start(const struct ring *eth_rx, const struct ring *eth_tx, const struct ring *tcp_tx,
                       const struct ring *tcp_rx);

/* Copies the counters of lwIP, interface and streams into the page. lwip_init comes first. */
void net_metrics_update(void);

#endif
