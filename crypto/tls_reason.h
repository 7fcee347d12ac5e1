/* SPDX-License-Identifier: BSD-2-Clause */
/* mbedTLS's numbers in words that an operator can act upon. */
#ifndef POSTERN_CRYPTO_TLS_REASON_H
#define POSTERN_CRYPTO_TLS_REASON_H

#include <stddef.h>
#include <stdint.h>

#include "mbedtls/build_info.h"
#include "mbedtls/x509_crt.h"

/* Why a connection ended. The order is that of the failure counters in the metrics. */
enum tls_close {
    TLS_CLOSE_NONE,       /* it has not */
    TLS_CLOSE_LOCAL,      /* closed by us */
    TLS_CLOSE_PEER,       /* close_notify from the peer */
    TLS_CLOSE_TRUNCATED,  /* TCP ended without close_notify */
    TLS_CLOSE_UNTRUSTED,  /* the server's certificate was refused */
    TLS_CLOSE_VERSION,    /* the server does not speak TLS 1.3 */
    TLS_CLOSE_ALERT,      /* the server refused us with a fatal alert */
    TLS_CLOSE_PROTOCOL,   /* malformed or unauthentic data from the server */
    TLS_CLOSE_NO_ENTROPY, /* the random generator could not run */
    TLS_CLOSE_NO_MEMORY,  /* the arena was exhausted */
    TLS_CLOSE_INTERNAL,   /* anything else */
    TLS_CLOSE_COUNT
};

/* Short fixed name, usable as a metric name ("untrusted"). */
const char *tls_close_name(enum tls_close reason);

/* The class of an mbedTLS error code of a handshake, read or write. */
enum tls_close tls_reason_class(int error);

/* What an mbedTLS error code means; never NULL. */
const char *tls_reason_text(int error);

/* What an error code of parsing PEM, certificates or keys means; never NULL. */
const char *tls_reason_parse(int error);

/* Name of a TLS alert (RFC 8446 section 6); "unknown alert" for others. */
const char *tls_reason_alert(unsigned char alert);

/*
 * Writes every flag of a refused certificate in words, separated by "; ", with the dates of the certificate,
 * the clock that it was checked against and the host name that was expected. Always terminated, cut at size.
 */
void tls_reason_verify(char *out, size_t size, const mbedtls_x509_crt *crt, uint32_t flags, const char *host);

#endif
