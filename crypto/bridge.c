/* SPDX-License-Identifier: BSD-2-Clause */
/* The states of the crypto service's one stream, and the flow of bytes through the TLS engine. */
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include "bridge.h"

#include <stdio.h>
#include <string.h>

#include "mbedtls/platform_util.h"

/* Rounds of one activation: each takes at most one message from each peer. */
#define ROUNDS 32

#define HEADER ((uint32_t)sizeof(struct stream_header))

static bool push(struct ring *ring, enum stream_kind kind, const void *head, uint32_t head_length,
                 const void *data, uint32_t length)
{
    enum ring_status status = ring_push2(ring, (uint32_t)kind, head, head_length, data, length);
    if (status == RING_RESTARTED) {
        /* The restart itself is noticed through the counters. */
        status = ring_push2(ring, (uint32_t)kind, head, head_length, data, length);
    }
    return status == RING_OK;
}

static uint32_t text_length(const char *text)
{
    return (uint32_t)strnlen(text, STREAM_TEXT_MAX);
}

static void set_text(struct bridge *bridge, const char *text)
{
    (void)snprintf(bridge->text, sizeof(bridge->text), "%s", text);
}

/* Tells the uplink that its stream is over; bridge->text says why. */
static void end_for_uplink(struct bridge *bridge, enum stream_reason reason)
{
    bridge->send_opened = false;
    bridge->send_closed = true;
    bridge->closed_reason = (uint32_t)reason;
    bridge->from_uplink.length = 0;
    bridge->from_uplink.taken = 0;
    mbedtls_platform_zeroize(bridge->from_uplink.payload, sizeof(bridge->from_uplink.payload));
    bridge->report(reason != STREAM_REASON_CLOSED, bridge->text);
}

static enum stream_reason reason_of(enum tls_close close)
{
    switch (close) {
    case TLS_CLOSE_LOCAL:
    case TLS_CLOSE_PEER:
        return STREAM_REASON_CLOSED;
    case TLS_CLOSE_TRUNCATED:
        return STREAM_REASON_RESET;
    case TLS_CLOSE_UNTRUSTED:
        return STREAM_REASON_CERTIFICATE;
    case TLS_CLOSE_NO_ENTROPY:
    case TLS_CLOSE_NO_MEMORY:
    case TLS_CLOSE_INTERNAL:
        return STREAM_REASON_INTERNAL;
    default:
        return STREAM_REASON_TLS;
    }
}

/* The engine has a connection. */
static bool is_streaming(const struct bridge *bridge)
{
    return bridge->state == BRIDGE_STREAMING || bridge->state == BRIDGE_FINISHING;
}

/* Nobody will look at what is left of net's last message: the next one, which may be CLOSED, must come
 * through. */
static void drop_ciphertext(struct bridge *bridge)
{
    bridge->from_net.taken = bridge->from_net.length;
}

/* The engine has closed: TCP goes too, unless it has ended by itself. */
static void engine_ended(struct bridge *bridge)
{
    drop_ciphertext(bridge);
    set_text(bridge, bridge->engine->text);
    end_for_uplink(bridge, reason_of(bridge->engine->reason));
    if (bridge->state == BRIDGE_STREAMING) {
        bridge->send_close = true;
        bridge->state = BRIDGE_DRAINING;
    } else {
        bridge->state = BRIDGE_IDLE;
    }
}

/* Message of net for the present stream, in the buffer; true if it may be looked at. */
static bool header_is(struct bridge *bridge, struct bridge_message *message, uint32_t id)
{
    struct stream_header header;
    if (message->length < HEADER) {
        bridge->counters.unexpected++;
        return false;
    }
    memcpy(&header, message->payload, sizeof(header));
    if (header.id != id) {
        bridge->counters.stale++;
        return false;
    }
    return true;
}

/* Net says that its stream is over. Its text is for people: only what can be printed passes. */
static void tcp_closed(struct bridge *bridge)
{
    struct stream_closed closed = {.reason = STREAM_REASON_INTERNAL};
    const struct bridge_message *message = &bridge->from_net;
    char text[STREAM_TEXT_MAX];
    size_t used = 0;
    if (message->length >= sizeof(closed)) {
        memcpy(&closed, message->payload, sizeof(closed));
        for (size_t i = sizeof(closed); i < message->length && used < sizeof(text) - 1; i++) {
            uint8_t c = message->payload[i];
            text[used++] = c >= ' ' && c <= '~' ? (char)c : '?';
        }
    }
    text[used] = '\0';
    enum bridge_state before = bridge->state;
    bridge->state = BRIDGE_IDLE;
    bridge->send_open = false;
    bridge->send_close = false;
    if (before == BRIDGE_CONNECTING) {
        bridge->counters.tcp_failed++;
        (void)snprintf(bridge->text, sizeof(bridge->text), "no connection: %.140s",
                       used != 0 ? text : "net gave no reason");
        /* A reason of the TLS layer cannot come from net. */
        bool known = closed.reason < STREAM_REASON_TLS && closed.reason != STREAM_REASON_CLOSED;
        end_for_uplink(bridge, known ? (enum stream_reason)closed.reason : STREAM_REASON_INTERNAL);
    } else if (before == BRIDGE_STREAMING) {
        /* The engine has had all ciphertext that came before. */
        bridge->state = BRIDGE_FINISHING;
        tls_peer_ended(bridge->engine);
    }
}

static void tcp_opened(struct bridge *bridge)
{
    bridge->state = BRIDGE_STREAMING;
    bridge->set_clock();
    tls_open(bridge->engine);
}

/* Takes one message of net. Data stays in the buffer for the engine; true if there was a message. */
static bool take_from_net(struct bridge *bridge)
{
    struct bridge_message *message = &bridge->from_net;
    enum ring_status status = ring_pop(&bridge->tcp_rx, &message->kind, message->payload,
                                       sizeof(message->payload), &message->length);
    message->taken = message->length;
    if (status == RING_TOO_LONG || status == RING_RESTARTED) {
        return true;
    }
    if (status != RING_OK || !header_is(bridge, message, bridge->tcp_id)) {
        return status == RING_OK;
    }
    if (message->kind == STREAM_DATA && bridge->state == BRIDGE_STREAMING) {
        message->taken = HEADER;
    } else if (message->kind == STREAM_CLOSED && bridge->state != BRIDGE_IDLE &&
               bridge->state != BRIDGE_FINISHING) {
        tcp_closed(bridge);
    } else if (message->kind == STREAM_OPENED && bridge->state == BRIDGE_CONNECTING && !bridge->send_open) {
        tcp_opened(bridge);
    } else if (bridge->state != BRIDGE_DRAINING) {
        bridge->counters.unexpected++;
    }
    return true;
}

static size_t engine_receive(void *context, uint8_t *data, size_t len)
{
    struct bridge *bridge = context;
    struct bridge_message *message = &bridge->from_net;
    size_t rest = message->length - message->taken;
    size_t count = len < rest ? len : rest;
    memcpy(data, message->payload + message->taken, count);
    message->taken += (uint32_t)count;
    return count;
}

static size_t engine_send(void *context, const uint8_t *data, size_t len)
{
    struct bridge *bridge = context;
    struct stream_header header = {.id = bridge->tcp_id};
    uint32_t room = ring_payload_max(&bridge->tcp_tx) - HEADER;
    uint32_t count = len < room ? (uint32_t)len : room;
    if (bridge->state != BRIDGE_STREAMING) {
        return 0;
    }
    if (!push(&bridge->tcp_tx, STREAM_DATA, &header, HEADER, data, count)) {
        bridge->tcp_full = true;
        return 0;
    }
    return count;
}

struct tls_io bridge_io(struct bridge *bridge)
{
    return (struct tls_io){bridge, engine_send, engine_receive};
}

static void refuse(struct bridge *bridge)
{
    set_text(bridge, bridge->refusal);
    end_for_uplink(bridge, STREAM_REASON_CONFIG);
}

static void uplink_opens(struct bridge *bridge)
{
    struct stream_header header;
    memcpy(&header, bridge->from_uplink.payload, sizeof(header));
    bridge->counters.opens++;
    bridge->user_id = header.id;
    if (bridge->engine == NULL) {
        refuse(bridge);
        return;
    }
    bridge->tcp_id++;
    bridge->send_open = true;
    bridge->state = BRIDGE_CONNECTING;
}

/* Ends the stream from our side, whatever it was doing. */
static void abandon(struct bridge *bridge)
{
    tls_close(bridge->engine);
    drop_ciphertext(bridge);
    if (bridge->state == BRIDGE_FINISHING || bridge->send_open) {
        bridge->send_open = false; /* net knows nothing of it, any more or yet */
        bridge->state = BRIDGE_IDLE;
    } else {
        bridge->send_close = true;
        bridge->state = BRIDGE_DRAINING;
    }
}

/* A message of the uplink while a stream is up (or being made). */
static void uplink_speaks(struct bridge *bridge)
{
    struct bridge_message *message = &bridge->from_uplink;
    if (!header_is(bridge, message, bridge->user_id)) {
        return;
    }
    if (message->kind == STREAM_CLOSE) {
        abandon(bridge);
        set_text(bridge, "closed by the uplink");
        end_for_uplink(bridge, STREAM_REASON_CLOSED);
    } else if (message->kind == STREAM_DATA && bridge->engine->state == TLS_OPEN) {
        message->taken = HEADER;
    } else {
        bridge->counters.unexpected++;
    }
}

/* The uplink is listened to unless its last data are still here, or its old stream has not ended everywhere.
 */
static bool uplink_is_heard(const struct bridge *bridge)
{
    return bridge->from_uplink.taken == bridge->from_uplink.length && !bridge->send_closed &&
           bridge->state != BRIDGE_DRAINING;
}

static bool take_from_uplink(struct bridge *bridge)
{
    struct bridge_message *message = &bridge->from_uplink;
    if (!uplink_is_heard(bridge)) {
        return false;
    }
    enum ring_status status = ring_pop(&bridge->tls_tx, &message->kind, message->payload,
                                       sizeof(message->payload), &message->length);
    if (status != RING_OK) {
        message->length = 0;
        message->taken = 0;
        return status == RING_TOO_LONG || status == RING_RESTARTED;
    }
    message->taken = message->length;
    if (bridge->state != BRIDGE_IDLE) {
        uplink_speaks(bridge);
    } else if (message->kind == STREAM_OPEN && message->length >= HEADER) {
        uplink_opens(bridge);
    } else if (message->kind == STREAM_CLOSE || message->kind == STREAM_DATA) {
        bridge->counters.stale++; /* for a stream that has ended meanwhile */
    } else {
        bridge->counters.unexpected++;
    }
    return true;
}

/* Control messages that wait for room; true if one went out. */
static bool flush_control(struct bridge *bridge)
{
    bool progress = false;
    struct stream_header tcp = {.id = bridge->tcp_id};
    struct stream_header user = {.id = bridge->user_id};
    if (bridge->send_open) {
        struct stream_open open = {.header = tcp, .port = bridge->port};
        (void)snprintf(open.host, sizeof(open.host), "%s", bridge->address);
        bridge->send_open = !push(&bridge->tcp_tx, STREAM_OPEN, &open, sizeof(open), NULL, 0);
        progress |= !bridge->send_open;
    }
    if (bridge->send_close) {
        bridge->send_close = !push(&bridge->tcp_tx, STREAM_CLOSE, &tcp, HEADER, NULL, 0);
        progress |= !bridge->send_close;
    }
    if (bridge->send_opened) {
        bridge->send_opened = !push(&bridge->tls_rx, STREAM_OPENED, &user, HEADER, bridge->engine->text,
                                    text_length(bridge->engine->text));
        progress |= !bridge->send_opened;
    }
    if (bridge->send_closed) {
        struct stream_closed closed = {.header = user, .reason = bridge->closed_reason};
        bridge->send_closed = !push(&bridge->tls_rx, STREAM_CLOSED, &closed, sizeof(closed), bridge->text,
                                    text_length(bridge->text));
        progress |= !bridge->send_closed;
    }
    return progress;
}

static bool handshake(struct bridge *bridge)
{
    struct tls_engine *engine = bridge->engine;
    uint64_t moved = engine->counters.cipher_in + engine->counters.cipher_out;
    tls_step(engine);
    if (engine->state == TLS_OPEN) {
        bridge->send_opened = true;
        bridge->report(false, engine->text);
    }
    return engine->state != TLS_HANDSHAKE ||
           engine->counters.cipher_in + engine->counters.cipher_out != moved;
}

/* Plaintext of the uplink into the engine. */
static bool encrypt(struct bridge *bridge)
{
    struct bridge_message *message = &bridge->from_uplink;
    tls_step(bridge->engine);
    if (bridge->engine->state != TLS_OPEN || message->taken == message->length) {
        return false;
    }
    size_t count =
        tls_write(bridge->engine, message->payload + message->taken, message->length - message->taken);
    message->taken += (uint32_t)count;
    return count != 0;
}

/* Can reading bring anything: bytes that the engine has not had, what it has left of them, or their end? */
static bool may_read(const struct bridge *bridge)
{
    return bridge->from_net.taken != bridge->from_net.length || tls_readable(bridge->engine) ||
           bridge->engine->peer_ended;
}

/* One message of plaintext to the uplink, if there is room for it. */
static bool decrypt(struct bridge *bridge)
{
    struct stream_header header = {.id = bridge->user_id};
    uint8_t plain[BRIDGE_SLOT_MAX];
    bridge->rx_full = false;
    if (bridge->send_opened || !may_read(bridge)) {
        return false;
    }
    bridge->rx_full = ring_space(&bridge->tls_rx) == 0;
    if (bridge->rx_full) {
        return false;
    }
    size_t count = tls_read(bridge->engine, plain, ring_payload_max(&bridge->tls_rx) - HEADER);
    if (count != 0) {
        /* Only the uplink can change the room, and only towards more. */
        (void)push(&bridge->tls_rx, STREAM_DATA, &header, HEADER, plain, (uint32_t)count);
        mbedtls_platform_zeroize(plain, count);
    }
    return count != 0;
}

/* Moves the engine on; true if anything happened. */
static bool run_engine(struct bridge *bridge)
{
    struct tls_engine *engine = bridge->engine;
    bool progress = false;
    if (!is_streaming(bridge)) {
        return false;
    }
    uint32_t taken = bridge->from_net.taken;
    if (engine->state == TLS_HANDSHAKE) {
        progress |= handshake(bridge);
    }
    if (engine->state == TLS_OPEN) {
        progress |= encrypt(bridge);
        progress |= decrypt(bridge);
    }
    if (engine->state == TLS_CLOSED) {
        engine_ended(bridge);
        progress = true;
    }
    return progress || bridge->from_net.taken != taken;
}

/* A peer that restarted knows nothing of the stream: end it, and tell the other one. */
static bool notice_restarts(struct bridge *bridge)
{
    /* Each peer has two rings; looking at the sending ones makes both tell of a restart at the same time. */
    (void)ring_space(&bridge->tcp_tx);
    (void)ring_space(&bridge->tls_rx);
    uint64_t net = bridge->tcp_tx.counters.restarts + bridge->tcp_rx.counters.restarts;
    uint64_t uplink = bridge->tls_tx.counters.restarts + bridge->tls_rx.counters.restarts;
    bool noticed = net != bridge->net_restarts || uplink != bridge->uplink_restarts;
    if (net != bridge->net_restarts) {
        bridge->net_restarts = net;
        drop_ciphertext(bridge);
        bool active = bridge->state == BRIDGE_CONNECTING || is_streaming(bridge);
        bridge->state = BRIDGE_IDLE; /* so that nothing goes to the new net any more */
        if (active) {
            tls_close(bridge->engine);
            set_text(bridge, "net restarted");
            end_for_uplink(bridge, STREAM_REASON_NO_LINK); /* a local cause: the uplink need not wait */
        }
        bridge->send_open = false;
        bridge->send_close = false;
    }
    if (uplink != bridge->uplink_restarts) {
        bridge->uplink_restarts = uplink;
        if (bridge->state == BRIDGE_CONNECTING || is_streaming(bridge)) {
            abandon(bridge);
            bridge->report(true, "uplink restarted: connection closed");
        }
        bridge->send_opened = false;
        bridge->send_closed = false;
        bridge->from_uplink.taken = bridge->from_uplink.length;
    }
    return noticed;
}

/* Before the PD sleeps: asks each peer for the notification that can bring things on. True if something came.
 */
static bool wake_up_is_due(struct bridge *bridge)
{
    bool more = ring_consumer_has_more(&bridge->tcp_rx) && bridge->from_net.taken == bridge->from_net.length;
    if (uplink_is_heard(bridge)) {
        more |= ring_consumer_has_more(&bridge->tls_tx);
    }
    if (bridge->tcp_full || bridge->send_open || bridge->send_close) {
        more |= ring_producer_has_space(&bridge->tcp_tx);
        bridge->tcp_full = false;
    }
    if (bridge->rx_full || bridge->send_opened || bridge->send_closed) {
        more |= ring_producer_has_space(&bridge->tls_rx);
    }
    return more;
}

void bridge_refuse(struct bridge *bridge, const char *refusal)
{
    bridge->engine = NULL;
    bridge->refusal = refusal;
    bridge->state = BRIDGE_IDLE;
}

void bridge_serve(struct bridge *bridge, struct tls_engine *engine, const char *address, uint16_t port)
{
    bridge->engine = engine;
    bridge->address = address;
    bridge->port = port;
}

bool bridge_run(struct bridge *bridge)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        bool progress = flush_control(bridge);
        if (bridge->from_net.taken == bridge->from_net.length) {
            progress |= take_from_net(bridge);
        }
        progress |= take_from_uplink(bridge);
        progress |= run_engine(bridge);
        progress |= notice_restarts(bridge);
        if (!progress && !wake_up_is_due(bridge)) {
            return false;
        }
    }
    return true;
}
