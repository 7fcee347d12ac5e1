/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TLS 1.3 client connection without any input or output of its own: ciphertext goes through two callbacks
 * over bounded buffers, plaintext through read and write. Chain, dates and host name of the server are always
 * checked.
 */
#ifndef POSTERN_CRYPTO_TLS_ENGINE_H
#define POSTERN_CRYPTO_TLS_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mbedtls/build_info.h"
#include "mbedtls/ssl.h"

#include "tls_credentials.h"
#include "tls_reason.h"
#include "tls_resume.h"

#define TLS_TEXT 160U

/* Longest host name of the server, with its terminator (a DNS name has at most 253 characters). */
#define TLS_HOST_SIZE 256U

enum tls_state {
    TLS_CLOSED,    /* nothing goes in or out; reason and text say why */
    TLS_HANDSHAKE, /* tls_step moves it on */
    TLS_OPEN,      /* plaintext may flow */
};

/*
 * Where ciphertext goes to and comes from. Both return how many bytes they took or gave, at most len; 0 means
 * "not now". They must not call the engine.
 */
struct tls_io {
    void *context;
    size_t (*send)(void *context, const uint8_t *data, size_t len);
    size_t (*receive)(void *context, uint8_t *data, size_t len);
};

struct tls_counters {
    uint64_t attempts;                /* connections opened */
    uint64_t handshakes;              /* handshakes that succeeded */
    uint64_t closed[TLS_CLOSE_COUNT]; /* by reason */
    uint64_t plain_in;                /* bytes of plaintext from the server */
    uint64_t plain_out;
    uint64_t cipher_in;
    uint64_t cipher_out;
};

struct tls_engine {
    enum tls_state state;
    enum tls_close reason; /* of the last close */
    char text[TLS_TEXT];   /* established: parameters; closed: the reason in words */
    struct tls_counters counters;
    struct tls_resume resume;

    /* private */
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    struct tls_io io;
    const struct tls_credentials *credentials;
    char host[TLS_HOST_SIZE];
    bool peer_ended;
    size_t write_pending; /* length of a record that mbedTLS holds until send has room */
};

/*
 * Prepares the engine for connections to host (a DNS name; certificates must name it). The credentials must
 * be loaded and outlive the engine. Returns 0, or -1 if host is empty, too long or the arena is exhausted.
 */
int tls_engine_init(struct tls_engine *engine, const struct tls_credentials *credentials, const char *host,
                    const struct tls_io *io);

/* From the next connection on, sessions are resumed by tickets that are kept there. The ticket must be open
 * and outlive the engine. */
void tls_engine_resume(struct tls_engine *engine, struct ticket *ticket);

/* Starts a handshake on a new transport connection. Ends an earlier one. The state is TLS_HANDSHAKE
 * afterwards, or TLS_CLOSED with the reason. */
void tls_open(struct tls_engine *engine);

/* Goes on with the handshake as far as ciphertext allows, and flushes a pending record. */
void tls_step(struct tls_engine *engine);

/* Takes up to len bytes of plaintext to the server; returns how many it took (0: send has no room, or not
 * open). At most one record at a time. */
size_t tls_write(struct tls_engine *engine, const uint8_t *data, size_t len);

/* Gives up to len bytes of plaintext from the server; 0 if there is none now or the connection has closed. */
size_t tls_read(struct tls_engine *engine, uint8_t *data, size_t len);

/* True if mbedTLS still holds decrypted bytes, so that tls_read need not wait for ciphertext. */
bool tls_readable(const struct tls_engine *engine);

/* The transport has no more bytes than those still to be received. Without close_notify this is a truncation.
 */
void tls_peer_ended(struct tls_engine *engine);

/* Closes from our side: close_notify if send has room, then wipes the session. Harmless when closed. */
void tls_close(struct tls_engine *engine);

#endif
