/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines to the console. Never blocks: a full ring drops the line and the next one says how many were
 * lost. Lines are cut at the slot's room. The formats of printf without floating point.
 */
#ifndef POSTERN_LOG_H
#define POSTERN_LOG_H

#include <stdint.h>
#include <postern/protocol/log.h>

/* Start the log ring from the component's ports: call first in init(). Use LOG_START(). */
void log_start(uint64_t own, uint64_t peer, uint64_t channel, uint32_t slots, uint32_t slot_size);

/* With "ports.h" included. */
#define LOG_START() log_start(log_own, log_peer, log_id, LOG_SLOTS, LOG_SLOT_SIZE)

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)

/* Lines lost so far. */
uint32_t log_lost(void);

#endif
