/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resumption of TLS 1.3 sessions (RFC 8446, 2.2): which ticket is offered, when, and what may count as a
 * server whose certificate has been checked. A ticket is offered once; a server that does not take it gets a
 * full handshake in the same connection.
 */
#ifndef POSTERN_CRYPTO_TLS_RESUME_H
#define POSTERN_CRYPTO_TLS_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "mbedtls/build_info.h"
#include "mbedtls/ssl.h"

#include "ticket.h"

/* The longest time without looking at the server's certificate again, in seconds of the clock. */
#define TLS_RESUME_TRUST_S 86400

struct tls_resume_counters {
    uint64_t resumed; /* handshakes by ticket */
    uint64_t refused; /* handshakes in which the server did not take the ticket */
    uint64_t kept;    /* tickets kept */
};

struct tls_resume {
    struct ticket *ticket; /* NULL: every handshake is a full one */
    struct tls_resume_counters counters;

    /* private */
    struct tls_resume_trust {
        int64_t from;                  /* when the server's certificate was checked */
        mbedtls_x509_time chain_until; /* when the first certificate of its chain expires */
    } trust;
    bool offered;     /* in this handshake */
    bool verified;    /* a certificate has been seen in this handshake */
    bool off;         /* this server has failed at a ticket: none is offered to it any more */
    unsigned tickets; /* of this connection */
};

/* Before the handshake, with the host name set: offers what is kept, if it may be used. */
void tls_resume_begin(struct tls_resume *r, mbedtls_ssl_context *ssl);

/* For each certificate of the server's chain, while it is being verified. */
void tls_resume_certificate(struct tls_resume *r, const mbedtls_x509_crt *crt);

/* The handshake is complete: what it was; TLS_RESUME_UNKNOWN: neither ticket nor certificate, nobody knows
 * who the server is. */
enum tls_resume_kind {
    TLS_RESUME_UNKNOWN,
    TLS_RESUME_FULL,    /* nothing was offered */
    TLS_RESUME_REFUSED, /* full, since the server did not take the ticket */
    TLS_RESUME_RESUMED,
};
enum tls_resume_kind tls_resume_complete(struct tls_resume *r);

/* The handshake failed through the server. */
void tls_resume_failed(struct tls_resume *r);

/* The server has sent a ticket: keeps it for the next connection. */
void tls_resume_keep(struct tls_resume *r, mbedtls_ssl_context *ssl);

#endif
