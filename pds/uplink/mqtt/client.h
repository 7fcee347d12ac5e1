/* SPDX-License-Identifier: BSD-2-Clause */
/* MQTT client session as a state machine without I/O, clock or allocation: bytes in, bytes out, events, and
 * the time as an argument (monotonic nanoseconds). It publishes at QoS 0, 1 and 2, and may subscribe to one
 * topic. MQTT 5 is tried first; a server that does not speak it gets 3.1.1. */
#ifndef POSTERN_MQTT_CLIENT_H
#define POSTERN_MQTT_CLIENT_H

#include "advice.h"
#include "decode.h"
#include "encode.h"
#include "frame.h"
#include "inflight.h"
#include "saved.h"

/* What a client wants of its session. The slices and `will` must outlive the client. */
struct mqtt_settings {
    struct mqtt_bytes client_id;
    const struct mqtt_will *will; /* NULL: none */
    uint16_t keep_alive_s;        /* 0: no keep-alive, unless the server asks for one */
    uint16_t receive_maximum;  /* unacknowledged QoS 1 and 2 messages that the server may send, at least 1 */
    uint32_t session_expiry_s; /* how long the server keeps the session after the connection ends */
    uint64_t response_ns;      /* how long CONNACK and PINGRESP may take */
    uint64_t ack_ns;           /* how long an acknowledgement may take; 0: any time */
    bool write_ahead;          /* QoS 2: nothing is sent before the state that it depends on is saved */
};

enum mqtt_state {
    MQTT_CLOSED,     /* no transport */
    MQTT_CONNECTING, /* CONNECT written, CONNACK awaited */
    MQTT_CONNECTED,
    MQTT_ENDING, /* the end is decided: send what is in the output, then close the transport */
};

enum mqtt_event_kind {
    MQTT_EVENT_NONE,
    MQTT_EVENT_CONNECTED,    /* session_present says whether messages are to be sent again */
    MQTT_EVENT_REFUSED,      /* reason, text; try_again: at once, with 3.1.1 or without the will */
    MQTT_EVENT_ACKNOWLEDGED, /* token; reason (see mqtt_message_advice); round_trip_ns of the last step */
    MQTT_EVENT_SUBSCRIBED,   /* reason (< MQTT_REASON_FAILURE: done), text */
    MQTT_EVENT_MESSAGE,      /* of the topic subscribed to: text is its payload; retained */
    MQTT_EVENT_DISCONNECTED, /* by the server: reason, text */
    MQTT_EVENT_FAILED,       /* error: the server broke the protocol or fell silent */
};

struct mqtt_event {
    enum mqtt_event_kind kind;
    enum mqtt_error error;
    uint8_t reason;
    bool session_present;
    bool try_again;
    bool retained;
    uint64_t token;
    uint64_t round_trip_ns;
    struct mqtt_bytes text; /* reason string or payload, unfiltered; valid until the next call */
    struct mqtt_bytes assigned_client_id; /* likewise */
};

struct mqtt_counters {
    uint64_t published; /* first sendings */
    uint64_t resent;    /* sendings with DUP */
    uint64_t acknowledged;
    uint64_t rejected;      /* acknowledged with a failure */
    uint64_t unknown_acks;  /* for nothing in flight: ignored */
    uint64_t unasked;       /* PINGRESP or PUBLISH not asked for: ignored */
    uint64_t last_round_ns; /* of the last acknowledgement: time since the packet that it answers */
};

enum mqtt_subscription { MQTT_UNSUBSCRIBED, MQTT_SUBSCRIBING, MQTT_SUBSCRIBED, MQTT_UNSUBSCRIBING };

/* A message to publish. `token` names it in the event of its acknowledgement. */
struct mqtt_message {
    struct mqtt_bytes topic;
    struct mqtt_bytes payload;
    uint64_t token;
    uint32_t extent;   /* kept with the token in the saved session */
    uint32_t expiry_s; /* how long the server may keep it for others, MQTT 5 only; 0: for ever */
    uint8_t qos;       /* 0..2; a server that takes less gets less */
    bool retain;
    bool lasting; /* part of the session: sent again on the next connection. Otherwise the connection's end
                     ends it, without an event */
};

struct mqtt_client {
    struct mqtt_settings settings;
    enum mqtt_state state;
    enum mqtt_version version;
    bool version_forced; /* the server said that it does not know MQTT 5 */
    bool have_session;   /* the server may hold a session that matches `inflight` */
    bool clean;          /* the CONNECT under way asks for a new session */
    bool heard;          /* something arrived on this connection */
    bool ping_pending;
    bool retain_available;
    bool without_will; /* the server does not take it */
    uint8_t maximum_qos;
    uint8_t subscription; /* enum mqtt_subscription */
    bool unsaved;         /* the output depends on state of QoS 2 that is not handed out yet */
    bool saving;          /* state is handed out and not yet known to be safe */
    uint16_t send_quota;  /* messages in flight allowed by the server, at most MQTT_WINDOW */
    uint32_t packet_limit;
    uint64_t keep_alive_ns; /* in force, 0: none */
    uint64_t last_sent_ns;
    uint64_t wait_until_ns; /* for CONNACK or PINGRESP */
    struct mqtt_framer framer;
    struct mqtt_inflight inflight;
    struct mqtt_counters counters;
    uint64_t changes; /* of the state that mqtt_client_save gives */
    struct mqtt_bytes subscribed;
    uint8_t *out;
    size_t out_capacity;
    size_t out_from; /* bytes before it have been taken */
    size_t out_to;
    size_t out_clear;  /* bytes before it depend on nothing unsaved */
    size_t out_saving; /* bytes before it depend on nothing that the save under way does not hold */
};

/* Room kept in the output for PINGREQ, answers and DISCONNECT. */
#define MQTT_OUTPUT_RESERVE 32u

/* Sets up a client. `in` (at least 64 bytes) holds packets that arrive in pieces and bounds their size,
 * `out` holds what waits to be sent: CONNECT and every message must fit into it less MQTT_OUTPUT_RESERVE.
 * Both stay with the client. MQTT_ERR_ARGUMENT: settings that CONNECT cannot carry. */
enum mqtt_error mqtt_client_init(struct mqtt_client *c, const struct mqtt_settings *settings, uint8_t *in,
                                 size_t in_size, uint8_t *out, size_t out_size);

/* The transport is open: writes CONNECT to the output. MQTT_ERR_STATE unless closed. */
enum mqtt_error mqtt_client_open(struct mqtt_client *c, uint64_t now_ns);

/* Takes bytes from the transport, up to the first event. Returns how many; call again with the rest until
 * all are taken (a connection that is ending takes and ignores all). */
size_t mqtt_client_receive(struct mqtt_client *c, const uint8_t *in, size_t len, uint64_t now_ns,
                           struct mqtt_event *event);

/* The transport is gone. True if the next attempt should be made at once (other protocol version). Messages
 * in flight stay known until the server's answer to the next CONNECT decides about them. */
bool mqtt_client_closed(struct mqtt_client *c);

/* Does what is due by now: PINGREQ, time-outs. */
void mqtt_client_tick(struct mqtt_client *c, uint64_t now_ns, struct mqtt_event *event);

/* When mqtt_client_tick is needed next, UINT64_MAX: not by time alone. */
uint64_t mqtt_client_deadline(const struct mqtt_client *c);

/* How many more messages may be published now. */
unsigned mqtt_client_room(const struct mqtt_client *c);

/* After MQTT_EVENT_CONNECTED with session_present: the oldest message that must be sent again, before any new
 * one. False if there is none. Send it with mqtt_client_publish and the same token and content. */
bool mqtt_client_next_resend(struct mqtt_client *c, uint64_t *token);

/* Publishes a message; its content is copied. One that is to be sent again (same token, same content) keeps
 * its packet identifier and QoS and is marked DUP (4.4); without a resumed session it is published anew.
 * Errors: STATE, WINDOW, ORDER, SPACE (the output must drain first), PACKET_LIMIT, ARGUMENT (retain not
 * available too). */
enum mqtt_error mqtt_client_publish(struct mqtt_client *c, const struct mqtt_message *m, uint64_t now_ns);

/* Is it no larger than the server takes? While connected. */
bool mqtt_client_fits(const struct mqtt_client *c, const struct mqtt_message *m);

/* The message that mqtt_client_next_resend names is late: others may be sent before it, and it is no longer
 * named. It keeps its packet identifier, and is sent again when it is published, whenever that is. False if
 * that is another one. */
bool mqtt_client_put_off(struct mqtt_client *c, uint64_t token);

/* A message that waits to be sent again will not be: its identifier is free. False if there is none. */
bool mqtt_client_forget(struct mqtt_client *c, uint64_t token);

/* Subscribes to `topic` (which stays with the client) with QoS 0; the subscription ends with the connection
 * or with mqtt_client_unsubscribe. Errors: STATE (there is one), SPACE, PACKET_LIMIT, ARGUMENT. */
enum mqtt_error mqtt_client_subscribe(struct mqtt_client *c, struct mqtt_bytes topic);
enum mqtt_error mqtt_client_unsubscribe(struct mqtt_client *c);

/* Appends the messages of the session to *saved and sets its last_id. */
void mqtt_client_session(struct mqtt_client *c, struct mqtt_saved *saved);

/* The same, to be kept. With write_ahead, what was written to the output before goes out after
 * mqtt_client_saved: so that, whenever the power goes, the server and the saved state agree on each
 * identifier, and a message of QoS 2 is handed over exactly once. */
void mqtt_client_save(struct mqtt_client *c, struct mqtt_saved *saved);

/* What mqtt_client_save gave last is safe; ignored if nothing is being saved. */
void mqtt_client_saved(struct mqtt_client *c);

/* Whoever was saving has forgotten it. */
void mqtt_client_save_lost(struct mqtt_client *c);

/* With write_ahead: is there output that waits for a save to be made? */
static inline bool mqtt_client_wants_save(const struct mqtt_client *c)
{
    return c->settings.write_ahead && c->unsaved && !c->saving;
}

/* Goes on with a session that another client saved; before the first mqtt_client_open. `saved` is valid. */
void mqtt_client_restore(struct mqtt_client *c, const struct mqtt_saved *saved);

/* Ends the connection in order: DISCONNECT with `reason` (3.14.2.1); the session is kept. */
void mqtt_client_disconnect(struct mqtt_client *c, uint8_t reason);

/* Bytes that wait to be sent; valid until the next call that may write. */
struct mqtt_bytes mqtt_client_output(const struct mqtt_client *c);

/* `len` of them have been handed to the transport. */
void mqtt_client_sent(struct mqtt_client *c, size_t len, uint64_t now_ns);

#endif
