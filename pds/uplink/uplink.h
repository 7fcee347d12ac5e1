/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink as a state machine without I/O: readings and stream messages in, stream messages and deliveries
 * out, deadlines. It logs through <postern/log.h>. Times are monotonic nanoseconds unless their name says
 * wall. */
#ifndef POSTERN_UPLINK_H
#define POSTERN_UPLINK_H

#include "backoff.h"
#include "batch.h"
#include "mqtt/client.h"
#include "remains.h"
#include "report.h"
#include "uplink_conf.h"
#include <postern/protocol/journal_state.h>
#include <postern/protocol/stored.h>
#include <postern/protocol/stream.h>

enum uplink_link {
    UPLINK_WAITING, /* for the next attempt */
    UPLINK_OPENING, /* OPEN under way */
    UPLINK_OPEN,
    UPLINK_CLOSING, /* what is left of the output and CLOSE under way, then CLOSED awaited */
};

#define UPLINK_WHY_SIZE 58 /* so that the log line holds it */

/* Longest message: fits the output with what MQTT adds to the longest topic and payload. */
#define UPLINK_OUTPUT_SIZE 4096u
#define UPLINK_INPUT_SIZE  1024u
#define UPLINK_WILL_SIZE   96u

struct uplink_counters {
    uint64_t readings;     /* accepted */
    uint64_t bad_readings; /* nonsense from the journal component: dropped */
    uint64_t bad_stream;   /* malformed stream messages: dropped */
    uint64_t stale_stream; /* of an older stream or out of order: dropped */
    uint64_t refusals;     /* answers by which the broker refused a message */
    uint64_t refused;      /* messages given up */
    uint64_t connects;     /* MQTT connections made */
    uint64_t resumed;      /* of them with the session of before */
    uint64_t attempts;     /* streams opened */
};

/* A message for `delivered`. */
struct uplink_delivery {
    enum delivery_kind kind;
    uint32_t length;
    union {
        struct delivery_upto upto;
        struct delivery_refused refused;
        struct delivery_known known;
        struct delivery_more more;
        uint8_t session[STORED_SESSION_MAX];
    } payload;
};

/* What is known of the journal. */
struct uplink_journal {
    bool asked;             /* DELIVERY_RESUME has been sent */
    bool started;           /* STORED_START came: readings count */
    bool restored;          /* the session of an earlier start, if there was one, has been taken over */
    uint64_t boot;          /* 0: nothing is kept */
    uint64_t saved_changes; /* of the session as it was handed over last */
    uint64_t saved_ns;
    uint64_t saved_digest; /* likewise */
    bool compared;         /* DELIVERY_KNOWN has been sent since it started */
    bool failed;           /* its medium keeps nothing now */
    uint64_t told;         /* DELIVERY_UPTO or REFUSED has been sent up to this number */
    uint64_t refused;      /* REFUSED has been sent up to it, and it is not noted yet; 0: none */
    uint64_t refused_ns;   /* when */
    /* With QoS 2: what the journal was told is delivered, and forgets if it starts anew before it has noted
     * it. It is not sent twice. */
    uint64_t delivered_first, delivered_last; /* 0: nothing */
    uint64_t skipped;                         /* up to here of what is given again */
    bool telling;                             /* `delivery` waits to be pushed */
    struct uplink_delivery delivery;
};

/* Sending to the broker. */
struct uplink_sending {
    uint64_t hold_ns;  /* no reading is sent before this time: the broker asked for patience; 0: no wait */
    unsigned holds;    /* in a row */
    bool careful;      /* one message at a time: one of those in flight may have ended a connection */
    bool acknowledged; /* something was, on this connection */
    bool unsettled;    /* there may be a message that the broker has refused or that is given up */
    bool live_last;    /* the last message sent was one ahead of its turn */
};

/* Readings ahead of their turn. Messages are in the order of their numbers. */
struct uplink_live {
    bool on;        /* the journal gives them */
    bool all_given; /* batch_all_given is due when nothing is held */
    struct outbox outbox;
    struct batch batch;
    uint64_t seen;                               /* number of the last one, 0: none */
    uint64_t last_held;                          /* highest number of those given in turn */
    struct stored_reading held[STORED_MORE_MAX]; /* given in turn, to be packed */
    uint32_t held_first;
    uint32_t held_count;
    uint32_t more; /* packed, and the journal has not been told so */
};

struct uplink {
    struct uplink_conf conf;
    struct mqtt_bytes topic;
    struct mqtt_will will;
    struct mqtt_client mqtt;
    struct outbox_message slots[OUTBOX_MESSAGES];
    struct outbox outbox;
    struct batch batch;
    struct uplink_live live;
    struct backoff backoff;
    struct uplink_counters counters;
    struct uplink_journal journal;
    struct uplink_sending sending;
    struct report report;
    struct remains remains;

    enum uplink_link link;
    uint32_t stream_id;
    bool send_open;               /* OPEN waits to be pushed */
    bool send_close;              /* what is left of the output, then CLOSE, wait to be pushed */
    uint64_t start_ns;            /* of this program */
    uint64_t link_ns;             /* next attempt, or end of patience; UINT64_MAX: none */
    uint64_t connected_ns;        /* since when MQTT has been connected, 0: not */
    uint8_t reason;               /* that the broker gave for ending the connection */
    enum mqtt_link_advice advice; /* of that */
    bool at_once;                 /* the next attempt is one that differs */
    char why[UPLINK_WHY_SIZE];

    size_t data_max;
    char will_text[UPLINK_WILL_SIZE];
    uint8_t in[UPLINK_INPUT_SIZE];
    uint8_t out[UPLINK_OUTPUT_SIZE];
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

/* Can a message of `stored` be taken now? If not, it must stay where it is. */
bool uplink_wants_stored(const struct uplink *u);

/* Takes one message of `stored`: kind and whole payload, from an untrusted peer; only after
 * uplink_wants_stored. */
void uplink_stored(struct uplink *u, uint32_t kind, const void *message, size_t length, uint64_t now_ns);

/* The journal started anew: it is asked again for what is not delivered. */
void uplink_journal_restarted(struct uplink *u);

/* The journal's page as it is now: a private copy from an untrusted peer. */
void uplink_journal_state(struct uplink *u, const struct journal_state *state);

/* The page has not changed since then, but what was asked of the journal has: the same copy again. */
void uplink_journal_settles(struct uplink *u, const struct journal_state *state);

/* The next message for `delivered`, or NULL; valid until uplink_delivery_done. */
const struct uplink_delivery *uplink_delivery(struct uplink *u, uint64_t now_ns);

/* The message that uplink_delivery gave has been pushed. */
void uplink_delivery_done(struct uplink *u);

/* Takes one message of tls_rx: kind and whole payload, from an untrusted peer. */
void uplink_stream(struct uplink *u, uint32_t kind, const uint8_t *message, size_t length, uint64_t now_ns);

/* The other side of the stream started anew: what was open is gone. */
void uplink_peer_restarted(struct uplink *u, uint64_t now_ns);

/* Does what is due by now. */
void uplink_tick(struct uplink *u, uint64_t now_ns);

/* When uplink_tick is needed next, UINT64_MAX: not by time alone. */
uint64_t uplink_deadline(const struct uplink *u);

/* The next message for tls_tx, or false. Publishes what may be published. out->data is valid until the next
 * call of any function. */
bool uplink_output(struct uplink *u, struct uplink_output *out, uint64_t now_ns);

/* The message that uplink_output named has been pushed. */
void uplink_output_done(struct uplink *u, const struct uplink_output *out, uint64_t now_ns);

static inline bool uplink_connected(const struct uplink *u)
{
    return u->mqtt.state == MQTT_CONNECTED;
}

#endif
