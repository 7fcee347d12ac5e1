/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink as a state machine without I/O: readings and stream messages in, stream messages out, deadlines.
 * It logs through <postern/log.h>. Times are monotonic nanoseconds unless their name says wall. */
#ifndef POSTERN_UPLINK_H
#define POSTERN_UPLINK_H

#include "backoff.h"
#include "batch.h"
#include "mqtt/client.h"
#include "uplink_conf.h"
#include <postern/protocol/stream.h>

enum uplink_link {
    UPLINK_WAITING, /* for the next attempt */
    UPLINK_OPENING, /* OPEN under way */
    UPLINK_OPEN,
    UPLINK_CLOSING, /* what is left of the output and CLOSE under way, then CLOSED awaited */
};

#define UPLINK_WHY_SIZE 58 /* so that the log line holds it */

struct uplink_counters {
    uint64_t readings;     /* accepted */
    uint64_t bad_readings; /* nonsense from the journal, or given twice: dropped */
    uint64_t bad_stream;   /* malformed stream messages: dropped */
    uint64_t stale_stream; /* of an older stream or out of order: dropped */
    uint64_t refused;      /* messages that the broker refused or cannot take: given up, logged */
    uint64_t connects;     /* MQTT connections made */
    uint64_t attempts;     /* streams opened */
};

struct uplink {
    struct uplink_conf conf;
    struct mqtt_bytes topic;
    struct mqtt_client mqtt;
    struct outbox outbox;
    struct batch batch;
    struct backoff backoff;
    struct uplink_counters counters;

    enum uplink_link link;
    uint32_t stream_id;
    bool send_open;        /* OPEN waits to be pushed */
    bool send_close;       /* what is left of the output, then CLOSE, wait to be pushed */
    uint64_t link_ns;      /* next attempt, or end of patience; UINT64_MAX: none */
    uint64_t connected_ns; /* since when MQTT has been connected, 0: not */
    char why[UPLINK_WHY_SIZE];

    uint64_t taken_seq; /* number of the last reading taken since the journal's start */

    size_t data_max;
    uint8_t in[512];
    uint8_t out[2048];
};

/* A message for tls_tx: its head (with struct stream_header) and data. */
struct uplink_output {
    enum stream_kind kind;
    uint32_t head_length;
    struct stream_open head; /* the first head_length bytes of it */
    struct mqtt_bytes data;
};

/* Starts with a checked configuration. `data_max` is the largest DATA payload that a slot of tls_tx holds
 * (without the header). The first attempt is due at once. False: the configuration does not fit a CONNECT. */
bool uplink_init(struct uplink *u, const struct uplink_conf *conf, size_t data_max, uint64_t now_ns);

/* The journal begins to give readings: what is in the outbox is not taken again, if there is a medium to
 * count on. */
void uplink_start(struct uplink *u, const struct stored_start *start);

/* Can a reading be taken now? If not, it must stay where it is. */
bool uplink_wants_reading(const struct uplink *u);

/* Takes one reading; only after uplink_wants_reading. `r` is a private copy from an untrusted peer. */
void uplink_reading(struct uplink *u, const struct stored_reading *r, uint64_t now_ns);

/* Takes one message of tls_rx: kind and whole payload, from an untrusted peer. */
void uplink_stream(struct uplink *u, uint32_t kind, const uint8_t *message, size_t length, uint64_t now_ns);

/* The other side of the stream started anew: what was open is gone. */
void uplink_peer_restarted(struct uplink *u, uint64_t now_ns);

/* Does what is due by now. */
void uplink_tick(struct uplink *u, uint64_t now_ns);

/* When uplink_tick is needed next, UINT64_MAX: not by time alone. */
uint64_t uplink_deadline(const struct uplink *u);

/* The next message for tls_tx, or false. Publishes what may be published. out->data is valid until the next
 * call of any function but uplink_output_done. */
bool uplink_output(struct uplink *u, struct uplink_output *out, uint64_t now_ns);

/* The message that uplink_output named has been pushed. */
void uplink_output_done(struct uplink *u, const struct uplink_output *out, uint64_t now_ns);

/* What the journal has to hear next: kind DELIVERY_UPTO (only `last` counts) or DELIVERY_REFUSED. */
struct uplink_delivery {
    enum delivery_kind kind;
    struct delivery_refused readings;
    uint64_t messages; /* of the outbox */
};

/* False: nothing. */
bool uplink_delivery(const struct uplink *u, struct uplink_delivery *delivery);

/* It has been told: its place in the outbox is free. */
void uplink_delivery_done(struct uplink *u, const struct uplink_delivery *delivery);

static inline bool uplink_connected(const struct uplink *u)
{
    return u->mqtt.state == MQTT_CONNECTED;
}

#endif
