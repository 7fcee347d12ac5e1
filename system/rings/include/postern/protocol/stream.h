/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte streams over a pair of rings: plaintext between uplink and crypto, ciphertext between crypto and net.
 * The user opens, the provider answers; DATA flows both ways after OPENED; either side ends it. One stream at
 * a time on a pair; `id` is chosen by the user per OPEN and returned in every message, so that what belongs
 * to an old stream can be dropped. Every message starts with struct stream_header.
 *
 *   user -> provider: OPEN (struct stream_open), DATA, CLOSE
 *   provider -> user: OPENED (text: parameters for the log), DATA, CLOSED (struct stream_closed, text)
 * CLOSED answers every OPEN that failed, every CLOSE, and ends a stream at any time; afterwards nothing with
 * that id follows. Back-pressure is the ring's: a side that cannot take DATA leaves it there.
 */
#ifndef POSTERN_PROTOCOL_STREAM_H
#define POSTERN_PROTOCOL_STREAM_H

#include <stdint.h>

enum stream_kind { STREAM_OPEN = 1, STREAM_DATA = 2, STREAM_CLOSE = 3, STREAM_OPENED = 4, STREAM_CLOSED = 5 };

struct stream_header {
    uint32_t id;
};

#define STREAM_HOST_MAX 64

/* Who decides the peer: for tcp rings crypto fills host and port; on tls rings they are ignored, because
 * crypto takes them from its own configuration. */
struct stream_open {
    struct stream_header header;
    uint16_t port;
    uint16_t reserved;
    char host[STREAM_HOST_MAX]; /* NUL-terminated name or dotted address */
};

enum stream_reason {
    STREAM_REASON_CLOSED = 0, /* orderly end by the peer or by request */
    STREAM_REASON_NO_LINK,
    STREAM_REASON_NO_ADDRESS,
    STREAM_REASON_DNS,
    STREAM_REASON_REFUSED,
    STREAM_REASON_TIMEOUT,
    STREAM_REASON_RESET,
    STREAM_REASON_TLS,         /* handshake or record failure */
    STREAM_REASON_CERTIFICATE, /* the peer's certificate was not accepted */
    STREAM_REASON_CONFIG,      /* this side is not configured properly */
    STREAM_REASON_INTERNAL
};

/* Followed by a text of at most STREAM_TEXT_MAX bytes for people, without terminator. */
struct stream_closed {
    struct stream_header header;
    uint32_t reason; /* enum stream_reason */
};

#define STREAM_TEXT_MAX 160

#endif
