/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables from numbers to words. */
#include "tls_reason.h"

#include <stdarg.h>
#include <stdio.h>

#include "mbedtls/asn1.h"
#include "mbedtls/base64.h"
#include "mbedtls/entropy.h"
#include "mbedtls/oid.h"
#include "mbedtls/pem.h"
#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"

#include "tls_platform.h"

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* mbedTLS error codes are a high-level part (multiples of 0x80) plus a low-level part; both are negative. */
#define LOW_LEVEL_MASK 0x7F

struct error_entry {
    int error;
    enum tls_close reason;
    const char *text;
};

static const char *const close_names[TLS_CLOSE_COUNT] = {
    "none",  "local",    "peer",       "truncated", "untrusted", "version",
    "alert", "protocol", "no-entropy", "no-memory", "internal",
};

static const struct error_entry tls_errors[] = {
    {MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, TLS_CLOSE_PEER, "closed by the server"},
    {MBEDTLS_ERR_SSL_CONN_EOF, TLS_CLOSE_TRUNCATED, "connection ended without close_notify"},
    {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, TLS_CLOSE_VERSION, "server offers no TLS 1.3"},
    {MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, TLS_CLOSE_ALERT, "server sent a fatal alert"},
    {MBEDTLS_ERR_SSL_INVALID_MAC, TLS_CLOSE_PROTOCOL, "record is not authentic"},
    {MBEDTLS_ERR_SSL_INVALID_RECORD, TLS_CLOSE_PROTOCOL, "malformed record"},
    {MBEDTLS_ERR_SSL_DECODE_ERROR, TLS_CLOSE_PROTOCOL, "malformed handshake message"},
    {MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, TLS_CLOSE_PROTOCOL, "unexpected message"},
    {MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION, TLS_CLOSE_PROTOCOL, "unsupported extension"},
    {MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER, TLS_CLOSE_PROTOCOL, "illegal parameter"},
    {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, TLS_CLOSE_PROTOCOL,
     "no common parameters or wrong handshake signature"},
    {MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL, TLS_CLOSE_PROTOCOL, "message too long"},
    {MBEDTLS_ERR_SSL_BAD_CERTIFICATE, TLS_CLOSE_UNTRUSTED, "server certificate cannot be used"},
    {MBEDTLS_ERR_SSL_ALLOC_FAILED, TLS_CLOSE_NO_MEMORY, "arena exhausted"},
    {MBEDTLS_ERR_SSL_NO_RNG, TLS_CLOSE_NO_ENTROPY, "no random generator"},
    {MBEDTLS_ERR_ENTROPY_SOURCE_FAILED, TLS_CLOSE_NO_ENTROPY, "random generator waits for seeds"},
    {MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, TLS_CLOSE_UNTRUSTED, "server certificate refused"},
    {MBEDTLS_ERR_X509_ALLOC_FAILED, TLS_CLOSE_NO_MEMORY, "arena exhausted"},
    {MBEDTLS_ERR_PK_ALLOC_FAILED, TLS_CLOSE_NO_MEMORY, "arena exhausted"},
};

static const struct error_entry parse_errors[] = {
    {MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT, TLS_CLOSE_INTERNAL, "no PEM block"},
    {MBEDTLS_ERR_PEM_INVALID_DATA, TLS_CLOSE_INTERNAL, "damaged PEM block"},
    {MBEDTLS_ERR_PEM_INVALID_ENC_IV, TLS_CLOSE_INTERNAL, "encrypted keys are not supported"},
    {MBEDTLS_ERR_PEM_FEATURE_UNAVAILABLE, TLS_CLOSE_INTERNAL, "encrypted keys are not supported"},
    {MBEDTLS_ERR_PK_PASSWORD_REQUIRED, TLS_CLOSE_INTERNAL, "encrypted keys are not supported"},
    {MBEDTLS_ERR_PK_UNKNOWN_PK_ALG, TLS_CLOSE_INTERNAL, "not an elliptic-curve key"},
    {MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE, TLS_CLOSE_INTERNAL, "not a key of curve P-256"},
    {MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE, TLS_CLOSE_INTERNAL, "not a key of curve P-256"},
    {MBEDTLS_ERR_PK_KEY_INVALID_FORMAT, TLS_CLOSE_INTERNAL, "not a private key of curve P-256 in PEM"},
    {MBEDTLS_ERR_PK_INVALID_PUBKEY, TLS_CLOSE_INTERNAL, "invalid public key"},
    {MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG, TLS_CLOSE_INTERNAL,
     "signature algorithm is not ECDSA with SHA-256 or SHA-384"},
    {MBEDTLS_ERR_X509_INVALID_FORMAT, TLS_CLOSE_INTERNAL, "not a certificate in PEM, or a damaged one"},
    {MBEDTLS_ERR_X509_INVALID_DATE, TLS_CLOSE_INTERNAL, "invalid date"},
    {MBEDTLS_ERR_X509_INVALID_EXTENSIONS, TLS_CLOSE_INTERNAL, "invalid extensions"},
    {MBEDTLS_ERR_X509_CERT_UNKNOWN_FORMAT, TLS_CLOSE_INTERNAL, "no PEM block"},
    {MBEDTLS_ERR_X509_ALLOC_FAILED, TLS_CLOSE_INTERNAL, "arena exhausted"},
    {MBEDTLS_ERR_PK_ALLOC_FAILED, TLS_CLOSE_INTERNAL, "arena exhausted"},
};

static const struct {
    unsigned char alert;
    const char *name;
} alerts[] = {
    {0, "close notify"},
    {10, "unexpected message"},
    {20, "bad record MAC"},
    {22, "record overflow"},
    {40, "handshake failure"},
    {42, "bad certificate"},
    {43, "unsupported certificate"},
    {44, "certificate revoked"},
    {45, "expired"},
    {46, "certificate unknown"},
    {47, "illegal parameter"},
    {48, "unknown CA"},
    {49, "access denied"},
    {50, "decode error"},
    {51, "decrypt error"},
    {70, "protocol version"},
    {71, "insufficient security"},
    {80, "internal error"},
    {90, "user canceled"},
    {109, "missing extension"},
    {110, "unsupported extension"},
    {112, "unrecognized name"},
    {115, "unknown PSK identity"},
    {116, "certificate required"},
    {120, "no application protocol"},
};

const char *tls_close_name(enum tls_close reason)
{
    return (unsigned)reason < TLS_CLOSE_COUNT ? close_names[reason] : "unknown";
}

/* Finds the exact code, else the code without its low-level part. */
static const struct error_entry *find(const struct error_entry *table, size_t length, int error)
{
    int high = error < 0 ? -(-error & ~LOW_LEVEL_MASK) : error;
    const struct error_entry *found = NULL;
    for (size_t i = 0; i < length; i++) {
        if (table[i].error == error) {
            return &table[i];
        }
        if (table[i].error == high) {
            found = &table[i];
        }
    }
    return found;
}

enum tls_close tls_reason_class(int error)
{
    const struct error_entry *entry = find(tls_errors, ARRAY_LENGTH(tls_errors), error);
    if (entry != NULL) {
        return entry->reason;
    }
    /* The rest of what parsing a peer's certificate can give. */
    return find(parse_errors, ARRAY_LENGTH(parse_errors), error) != NULL ? TLS_CLOSE_UNTRUSTED
                                                                         : TLS_CLOSE_INTERNAL;
}

const char *tls_reason_text(int error)
{
    const struct error_entry *entry = find(tls_errors, ARRAY_LENGTH(tls_errors), error);
    return entry != NULL ? entry->text : tls_reason_parse(error);
}

const char *tls_reason_parse(int error)
{
    const struct error_entry *entry = find(parse_errors, ARRAY_LENGTH(parse_errors), error);
    return entry != NULL ? entry->text : "unexpected failure";
}

const char *tls_reason_alert(unsigned char alert)
{
    for (size_t i = 0; i < ARRAY_LENGTH(alerts); i++) {
        if (alerts[i].alert == alert) {
            return alerts[i].name;
        }
    }
    return "unknown alert";
}

/* Text of bounded size under construction. */
struct text {
    char *out;
    size_t size;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void append(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(text->out + text->used, text->size - text->used, format, arguments);
    va_end(arguments);
    size_t space = text->size - text->used;
    if (written > 0) {
        text->used += (size_t)written < space ? (size_t)written : space - 1;
    }
}

static void append_date(struct text *text, const char *what, const mbedtls_x509_time *date)
{
    char clock[TLS_TIME_TEXT];
    tls_platform_format_time(tls_platform_clock(), clock);
    append(text, "%s (%04d-%02d-%02d %02d:%02d) at clock %s", what, date->year, date->mon, date->day,
           date->hour, date->min, clock);
}

static const struct {
    uint32_t flag;
    const char *text;
} plain_flags[] = {
    {MBEDTLS_X509_BADCERT_NOT_TRUSTED, "not signed by the trusted CA"},
    {MBEDTLS_X509_BADCERT_REVOKED, "revoked"},
    {MBEDTLS_X509_BADCERT_MISSING, "server sent no certificate"},
    {MBEDTLS_X509_BADCERT_KEY_USAGE, "key usage does not allow signing"},
    {MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, "extended key usage does not allow a TLS server"},
    {MBEDTLS_X509_BADCERT_BAD_MD, "signed with an unacceptable hash"},
    {MBEDTLS_X509_BADCERT_BAD_PK, "signed with an unacceptable algorithm"},
    {MBEDTLS_X509_BADCERT_BAD_KEY, "key or curve is unacceptable"},
    {MBEDTLS_X509_BADCERT_OTHER, "chain is too long or otherwise unacceptable"},
};

void tls_reason_verify(char *out, size_t size, const mbedtls_x509_crt *crt, uint32_t flags, const char *host)
{
    struct text text = {out, size, 0};
    const char *separator = "";
    out[0] = '\0';
    if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) {
        append_date(&text, "expired", &crt->valid_to);
        separator = "; ";
    }
    if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) {
        append(&text, "%s", separator);
        append_date(&text, "not yet valid", &crt->valid_from);
        separator = "; ";
    }
    if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0) {
        append(&text, "%shost name mismatch: expected %s", separator, host);
        separator = "; ";
    }
    for (size_t i = 0; i < ARRAY_LENGTH(plain_flags); i++) {
        if ((flags & plain_flags[i].flag) != 0) {
            append(&text, "%s%s", separator, plain_flags[i].text);
            separator = "; ";
        }
    }
    if (separator[0] == '\0') {
        append(&text, "unacceptable (flags 0x%lx)", (unsigned long)flags);
    }
}
