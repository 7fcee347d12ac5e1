/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins the plaintext stream of the uplink with the ciphertext stream of the net through one TLS engine: the
 * whole behaviour of the crypto service except for its channels. Uplink says open, data, close and nothing
 * else; net learns address, port and ciphertext and nothing else.
 */
#ifndef POSTERN_CRYPTO_BRIDGE_H
#define POSTERN_CRYPTO_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include <postern/protocol/stream.h>
#include <postern/ring.h>

#include "tls_engine.h"

/* Largest slots that the bridge can work with. */
#define BRIDGE_SLOT_MAX 2048U

enum bridge_state {
    BRIDGE_IDLE,       /* no stream; OPEN from the uplink starts one */
    BRIDGE_CONNECTING, /* OPEN sent to net */
    BRIDGE_STREAMING,  /* TCP is up: handshake, then data */
    BRIDGE_FINISHING,  /* TCP has ended; what it brought is still on its way to the uplink */
    BRIDGE_DRAINING,   /* over for the uplink; net has still to confirm the end of its stream */
};

/* One message as it lies in a slot. */
struct bridge_message {
    uint32_t kind;
    uint32_t length; /* payload bytes, stream header included */
    uint32_t taken;  /* payload bytes consumed */
    uint8_t payload[BRIDGE_SLOT_MAX];
};

struct bridge_counters {
    uint64_t opens;      /* OPEN from the uplink */
    uint64_t unexpected; /* messages that made no sense and were dropped */
    uint64_t stale;      /* messages of an earlier stream, dropped */
    uint64_t tcp_failed; /* TCP connections that net could not make */
};

struct bridge {
    struct ring tls_tx; /* from the uplink */
    struct ring tls_rx; /* to the uplink */
    struct ring tcp_tx; /* to net */
    struct ring tcp_rx; /* from net */
    struct bridge_counters counters;

    /* Called when a TCP connection stands, before the handshake: tells tls_platform the time. */
    void (*set_clock)(void);
    /* Called with one line for the log whenever a stream opens or ends; error says which. */
    void (*report)(bool error, const char *text);

    /* private */
    struct tls_engine *engine; /* NULL: not usable, refusal says why */
    const char *refusal;
    const char *address;
    uint16_t port;
    enum bridge_state state;
    uint32_t user_id; /* the uplink's name for its stream */
    uint32_t tcp_id;  /* ours for the one to net */
    bool tcp_full;    /* the engine wanted to send and could not */
    bool rx_full;     /* there may be plaintext that tls_rx has no room for */
    bool send_open;   /* control messages that still have to go out, in the order of their streams */
    bool send_close;
    bool send_opened;
    bool send_closed;
    uint32_t closed_reason; /* enum stream_reason */
    char text[STREAM_TEXT_MAX];
    struct bridge_message from_uplink;
    struct bridge_message from_net;
    uint64_t uplink_restarts;
    uint64_t net_restarts;
};

/*
 * Makes the bridge over four started rings (they are fields of the bridge and must be started before) refuse
 * every OPEN with refusal as the reason, until bridge_serve.
 */
void bridge_refuse(struct bridge *bridge, const char *refusal);

/* Serve: connections go through engine, whose io must be bridge_io(bridge), to address and port. */
void bridge_serve(struct bridge *bridge, struct tls_engine *engine, const char *address, uint16_t port);

/* The transport of the engine: ciphertext to and from the rings. */
struct tls_io bridge_io(struct bridge *bridge);

/*
 * Does what can be done now, at most a fixed amount. True: there is more to do, call again soon. False:
 * nothing until a peer notifies. The caller then notifies the peers of all four rings that want it.
 */
bool bridge_run(struct bridge *bridge);

#endif
