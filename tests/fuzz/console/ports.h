/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's connections in the fuzz target: as the composer generates them, with fewer components.
 */
#ifndef PORTS_H
#define PORTS_H

#include <stdint.h>

extern uint64_t journal_state, pd_states, postmortem, postmortem_told, supervisor_id, timer_id,
    clear_letters_id;
extern uint64_t uart_tx_own, uart_tx_peer, uart_tx_id;
extern uint64_t log_net_own, log_net_peer, log_net_id;
extern uint64_t log_uplink_own, log_uplink_peer, log_uplink_id;
extern uint64_t metrics_sensors, metrics_uplink;

#define UART_TX_SLOTS     16u
#define UART_TX_SLOT_SIZE 248u
#define LOG_SLOTS         4u
#define LOG_SLOT_SIZE     248u
#define PORTS_LOG(X)      X(net) X(uplink)
#define PORTS_METRICS(X)  X(sensors) X(uplink)

#endif
