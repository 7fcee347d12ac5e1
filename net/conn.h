/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One stream of the user and its TCP connection.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdbool.h>
#include <stdint.h>
#include <lwip/tcp.h>
#include <postern/ring.h>
#include <postern/protocol/stream.h>
#include "dial.h"
#include "stash.h"
#include "stream.h"

enum conn_state {
    CONN_FREE,
    CONN_DIALLING,
    CONN_OPEN,
    CONN_ENDING /* the user has still to be told the rest of the data, and CLOSED */
};

struct conn {
    enum conn_state state;
    uint32_t id;
    struct dial dial;
    struct tcp_pcb *pcb; /* NULL unless connected */
    bool tell_opened;    /* OPENED is not in the user's ring yet */
    bool was_open;
    bool user_full; /* the user's ring had no room */
    bool moved;     /* something was given to TCP that is not sent yet */
    bool aborted_by_stack;
    uint32_t local_ip;
    uint32_t progress_ms; /* when the peer last acknowledged something, or nothing was outstanding */
    uint32_t link_ms;     /* when the link was last seen up */
    enum stream_reason reason;
    char text[STREAM_TEXT_MAX + 1]; /* OPENED: the remote address; ENDING: why */
    struct stash stash;
    struct ring *user;
    struct stream_counters *counters;
};

/* A free connection slot that reports into the ring and the counters. */
void conn_init(struct conn *conn, struct ring *user, struct stream_counters *counters);

/* Starts to connect; the user hears of the outcome. `conn` must be free. */
void conn_open(struct conn *conn, uint32_t id, const char *host, uint16_t port);

/* The user wants the end: what it wrote is still sent, what it has not read is dropped. */
void conn_close(struct conn *conn);

/* The user is gone: abort and say nothing. */
void conn_forget(struct conn *conn);

/* Gives up to `length` bytes to TCP; returns how many it took. `conn` must be open. */
uint32_t conn_write(struct conn *conn, const uint8_t *data, uint32_t length);

/* Moves news and data into the user's ring as far as there is room, and dialling onwards. */
void conn_poll(struct conn *conn);

/* Lets TCP send what conn_write queued; `retry`: and what the interface refused before. */
void conn_output(struct conn *conn, bool retry);

/* True while something waits for room in the user's ring. */
bool conn_waits_for_user(const struct conn *conn);

/* Puts one message with a text into the user's ring. False if there is no room now. */
bool conn_tell(struct ring *user, enum stream_kind kind, const void *head, uint32_t head_length,
               const char *text);

#endif
