/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network component's entries in its metrics page.
 */
#ifndef NET_METRICS_H
#define NET_METRICS_H

/* Adds the entries. metrics_start comes first. */
void net_metrics_start(void);

/* Copies the counters of lwIP, interface and streams into the page. lwip_init comes first. */
void net_metrics_update(void);

#endif
