/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a host name and a port to an established TCP connection: wait for link and address, ask DNS, connect.
 * Every step has a deadline and a reason for people.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include <stdint.h>
#include <lwip/tcp.h>
#include <postern/protocol/stream.h>

#define DIAL_WAIT_MS    5000u  /* for link and address */
#define DIAL_CONNECT_MS 10000u /* for the handshake */

enum dial_state { DIAL_IDLE, DIAL_WAITING, DIAL_RESOLVING, DIAL_CONNECTING };

/* The outcome: a connection without callbacks that now belongs to the receiver, or NULL, a reason and a text.
 */
struct dial_result {
    struct tcp_pcb *pcb;
    enum stream_reason reason;
    char text[STREAM_TEXT_MAX + 1];
};

typedef void dial_done(void *owner, const struct dial_result *result);

struct dial {
    enum dial_state state;
    char host[STREAM_HOST_MAX];
    uint16_t port;
    ip_addr_t remote;
    struct tcp_pcb *pcb;
    dial_done *done; /* called once per dial_start, possibly before it returns; not after dial_cancel */
    void *owner;
};

/* Starts. `host` is a checked name or dotted address, NUL-terminated. `dial` must be idle. */
void dial_start(struct dial *dial, const char *host, uint16_t port, dial_done *done, void *owner);

/* Gives up without a word. */
void dial_cancel(struct dial *dial);

/* Goes on if it waited for link or address and they are there. Cheap: call in every activation. */
void dial_poll(struct dial *dial);

#endif
