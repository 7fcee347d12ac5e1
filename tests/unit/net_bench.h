/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What surrounds the network component in a test: the four rings with both their ends, a clock that only the
 * test moves, the log, and the component's main loop. The driver's end of the frame rings belongs to
 * net_peer.h.
 */
#ifndef TEST_NET_BENCH_H
#define TEST_NET_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/protocol/stream.h>
#include <postern/ring.h>

#define BENCH_SLOTS     16u
#define BENCH_SLOT_SIZE 2048u

struct bench_message {
    enum stream_kind kind;
    uint32_t id;
    enum stream_reason reason;
    char text[STREAM_TEXT_MAX + 1];
    uint8_t data[BENCH_SLOT_SIZE];
    uint32_t length;
};

extern struct ring bench_driver_rx, bench_driver_tx; /* the driver's ends */
extern struct ring bench_user_tx, bench_user_rx;     /* crypto's ends */

/* Starts component and surroundings at time 0. `conf_text` is net.conf. */
void bench_start(const char *conf_text);

/* Lets the component run once. */
void bench_run(void);

/* Moves the clock and lets component and network run, every few milliseconds, for so long. */
void bench_advance(uint32_t ms);

uint32_t bench_now_ms(void);

/* Crypto restarts: its ends of the rings start anew. */
void bench_restart_user(void);

/* Crypto sends. */
void bench_open(uint32_t id, const char *host, uint16_t port);
bool bench_data(uint32_t id, const void *data, uint32_t length);
void bench_close(uint32_t id);

/* Crypto's next message, if there is one. */
bool bench_next(struct bench_message *message);

/* The same, waiting up to `ms`. */
bool bench_wait(struct bench_message *message, uint32_t ms);

/* True if a log line since the last bench_log_clear contains the text. */
bool bench_logged(const char *text);
void bench_log_clear(void);

#endif
