/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of one TLS connection on top of mbedTLS. */
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include "tls_engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mbedtls/psa_util.h"

/* Cheapest first; a server that follows the client's order never makes us compute AES. */
static const int cipher_suites[] = {
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    0,
};

static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, 0};

static const uint16_t signatures[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_NONE};

/* Certificates may be signed with either hash, by keys of the one curve. */
static const mbedtls_x509_crt_profile profile = {
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1),
    0,
};

static int send_ciphertext(void *context, const unsigned char *data, size_t len)
{
    struct tls_engine *engine = context;
    size_t sent = engine->io.send(engine->io.context, data, len);
    if (sent == 0 || sent > len) {
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    engine->counters.cipher_out += sent;
    return (int)sent;
}

static int receive_ciphertext(void *context, unsigned char *data, size_t len)
{
    struct tls_engine *engine = context;
    size_t received = engine->io.receive(engine->io.context, data, len);
    if (received == 0 || received > len) {
        return engine->peer_ended ? MBEDTLS_ERR_SSL_CONN_EOF : MBEDTLS_ERR_SSL_WANT_READ;
    }
    engine->counters.cipher_in += received;
    return (int)received;
}

/* Called for each certificate of the chain, the CA first. Remembers in words what is wrong; decides nothing.
 */
static int note_verification(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    struct tls_engine *engine = context;
    size_t used = strlen(engine->text);
    size_t space = sizeof(engine->text) - used;
    tls_resume_certificate(&engine->resume, crt);
    if (*flags == 0) {
        return 0;
    }
    int written = snprintf(engine->text + used, space, "%s%s: ", used == 0 ? "" : "; ",
                           depth == 0 ? "server certificate" : "CA certificate");
    if (written > 0 && (size_t)written < space) {
        used += (size_t)written;
        tls_reason_verify(engine->text + used, sizeof(engine->text) - used, crt, *flags, engine->host);
    }
    return 0;
}

/* Ends the connection and wipes its secrets. The text stays if the verification already wrote one. */
__attribute__((format(printf, 3, 4))) static void end(struct tls_engine *engine, enum tls_close reason,
                                                      const char *format, ...)
{
    if (format != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(engine->text, sizeof(engine->text), format, arguments);
        va_end(arguments);
    }
    engine->state = TLS_CLOSED;
    engine->reason = reason;
    engine->counters.closed[reason]++;
    mbedtls_ssl_free(&engine->ssl);
    mbedtls_ssl_init(&engine->ssl);
    engine->write_pending = 0;
}

/* Ends the connection because of the server's certificate. What mbedTLS finds wrong after the chain (key
 * usage) has not passed through note_verification. */
static void end_untrusted(struct tls_engine *engine, int error)
{
    uint32_t flags = mbedtls_ssl_get_verify_result(&engine->ssl);
    if (engine->text[0] == '\0' && flags != 0 && flags != UINT32_MAX) {
        const mbedtls_x509_crt none = {0};
        char words[TLS_TEXT / 2];
        tls_reason_verify(words, sizeof(words), &none, flags, engine->host);
        end(engine, TLS_CLOSE_UNTRUSTED, "server certificate: %s", words);
    } else if (engine->text[0] == '\0') {
        end(engine, TLS_CLOSE_UNTRUSTED, "server certificate: %s", tls_reason_text(error));
    } else {
        end(engine, TLS_CLOSE_UNTRUSTED, NULL);
    }
}

/* Ends the connection because of an mbedTLS error; nothing for those that only mean "later". */
static void fail(struct tls_engine *engine, int error)
{
    if (error == MBEDTLS_ERR_SSL_WANT_READ || error == MBEDTLS_ERR_SSL_WANT_WRITE) {
        return;
    }
    enum tls_close reason = tls_reason_class(error);
    if (engine->state == TLS_HANDSHAKE && (reason == TLS_CLOSE_ALERT || reason == TLS_CLOSE_PROTOCOL)) {
        tls_resume_failed(&engine->resume);
    }
    if (reason == TLS_CLOSE_ALERT) {
        /* mbedTLS has no accessor for the alert that it stopped at. */
        unsigned char alert = engine->ssl.MBEDTLS_PRIVATE(in_msg)[1];
        if (alert == MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION) {
            end(engine, TLS_CLOSE_VERSION, "server offers no TLS 1.3 (alert 70)");
        } else {
            end(engine, reason, "server refused us: %s (alert %u)", tls_reason_alert(alert), (unsigned)alert);
        }
    } else if (reason == TLS_CLOSE_UNTRUSTED) {
        end_untrusted(engine, error);
    } else if (reason == TLS_CLOSE_PEER) {
        end(engine, reason, "%s", tls_reason_text(error));
    } else {
        end(engine, reason, "%s (-0x%04x)%s", tls_reason_text(error), (unsigned)-error,
            engine->state == TLS_HANDSHAKE ? " in the handshake" : "");
    }
}

int tls_engine_init(struct tls_engine *engine, const struct tls_credentials *credentials, const char *host,
                    const struct tls_io *io)
{
    memset(engine, 0, sizeof(*engine));
    size_t len = strnlen(host, TLS_HOST_SIZE);
    if (len == 0 || len == TLS_HOST_SIZE) {
        return -1;
    }
    memcpy(engine->host, host, len);
    engine->io = *io;
    engine->credentials = credentials;
    mbedtls_ssl_init(&engine->ssl);

    mbedtls_ssl_config *config = &engine->config;
    mbedtls_ssl_config_init(config);
    if (mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0) {
        return -1;
    }
    mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_ciphersuites(config, cipher_suites);
    mbedtls_ssl_conf_groups(config, groups);
    mbedtls_ssl_conf_sig_algs(config, signatures);
    mbedtls_ssl_conf_cert_profile(config, &profile);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(config, note_verification, engine);
    mbedtls_ssl_conf_rng(config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    /* A ticket's secret alone never makes the keys: each connection has a key exchange of its own. */
    mbedtls_ssl_conf_tls13_key_exchange_modes(config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
    /* The configuration only reads the credentials, but mbedTLS's interface is not const. */
    struct tls_credentials *mine = (struct tls_credentials *)(uintptr_t)credentials;
    mbedtls_ssl_conf_ca_chain(config, &mine->ca, NULL);
    return mbedtls_ssl_conf_own_cert(config, &mine->own, &mine->key) == 0 ? 0 : -1;
}

void tls_engine_resume(struct tls_engine *engine, struct ticket *ticket)
{
    engine->resume.ticket = ticket;
}

void tls_open(struct tls_engine *engine)
{
    tls_close(engine);
    engine->counters.attempts++;
    engine->text[0] = '\0';
    engine->reason = TLS_CLOSE_NONE;
    engine->peer_ended = false;
    engine->write_pending = 0;
    int error = mbedtls_ssl_setup(&engine->ssl, &engine->config);
    if (error == 0) {
        error = mbedtls_ssl_set_hostname(&engine->ssl, engine->host);
    }
    if (error != 0) {
        fail(engine, error);
        return;
    }
    tls_resume_begin(&engine->resume, &engine->ssl);
    mbedtls_ssl_set_bio(&engine->ssl, engine, send_ciphertext, receive_ciphertext, NULL);
    engine->state = TLS_HANDSHAKE;
    tls_step(engine);
}

static void flush(struct tls_engine *engine)
{
    /* mbedTLS wants the same call again; the bytes are already in its record, so their address does not
     * matter. */
    static const uint8_t ignored[1] = {0};
    int result = mbedtls_ssl_write(&engine->ssl, ignored, engine->write_pending);
    if (result >= 0) {
        engine->write_pending = 0;
    } else {
        fail(engine, result);
    }
}

static void established(struct tls_engine *engine)
{
    static const char *const words[] = {
        [TLS_RESUME_FULL] = "",
        [TLS_RESUME_REFUSED] = ", ticket not taken",
        [TLS_RESUME_RESUMED] = ", resumed",
    };
    enum tls_resume_kind kind = tls_resume_complete(&engine->resume);
    if (kind == TLS_RESUME_UNKNOWN) {
        end(engine, TLS_CLOSE_INTERNAL, "handshake without a certificate");
        return;
    }
    engine->state = TLS_OPEN;
    engine->counters.handshakes++;
    (void)snprintf(engine->text, sizeof(engine->text), "%s, %s, P-256%s, server %.80s",
                   mbedtls_ssl_get_version(&engine->ssl), mbedtls_ssl_get_ciphersuite(&engine->ssl),
                   words[kind], engine->host);
}

void tls_step(struct tls_engine *engine)
{
    if (engine->state == TLS_OPEN && engine->write_pending != 0) {
        flush(engine);
    }
    if (engine->state != TLS_HANDSHAKE) {
        return;
    }
    int result = mbedtls_ssl_handshake(&engine->ssl);
    if (result != 0) {
        fail(engine, result);
    } else {
        established(engine);
    }
}

size_t tls_write(struct tls_engine *engine, const uint8_t *data, size_t len)
{
    if (engine->state != TLS_OPEN || len == 0) {
        return 0;
    }
    if (engine->write_pending != 0) {
        flush(engine);
        if (engine->state != TLS_OPEN || engine->write_pending != 0) {
            return 0;
        }
    }
    int limit = mbedtls_ssl_get_max_out_record_payload(&engine->ssl);
    size_t take = limit > 0 && len > (size_t)limit ? (size_t)limit : len;
    int result = mbedtls_ssl_write(&engine->ssl, data, take);
    if (result == MBEDTLS_ERR_SSL_WANT_WRITE) {
        /* The record is encrypted and waits inside mbedTLS: the bytes are taken. */
        engine->write_pending = take;
        result = (int)take;
    }
    if (result < 0) {
        fail(engine, result);
        return 0;
    }
    engine->counters.plain_out += (uint64_t)result;
    return (size_t)result;
}

/* Plaintext, or an error, when there is nothing left that could lead to either: mbedTLS says "later" also
 * between two messages that are both here. */
static int read_on(struct tls_engine *engine, uint8_t *data, size_t len)
{
    uint64_t before;
    int result;
    do {
        before = engine->counters.cipher_in;
        result = mbedtls_ssl_read(&engine->ssl, data, len);
        if (result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
            tls_resume_keep(&engine->resume, &engine->ssl);
        }
    } while (result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET ||
             (result == MBEDTLS_ERR_SSL_WANT_READ && engine->counters.cipher_in != before));
    return result;
}

size_t tls_read(struct tls_engine *engine, uint8_t *data, size_t len)
{
    if (engine->state != TLS_OPEN || len == 0) {
        return 0;
    }
    int result = read_on(engine, data, len);
    if (result == 0) {
        result = MBEDTLS_ERR_SSL_CONN_EOF;
    }
    if (result < 0) {
        fail(engine, result);
        return 0;
    }
    engine->counters.plain_in += (uint64_t)result;
    return (size_t)result;
}

bool tls_readable(const struct tls_engine *engine)
{
    return engine->state == TLS_OPEN && mbedtls_ssl_check_pending(&engine->ssl) != 0;
}

void tls_peer_ended(struct tls_engine *engine)
{
    engine->peer_ended = true;
}

void tls_close(struct tls_engine *engine)
{
    if (engine->state == TLS_CLOSED) {
        return;
    }
    if (engine->state == TLS_OPEN) {
        (void)mbedtls_ssl_close_notify(&engine->ssl);
    }
    end(engine, TLS_CLOSE_LOCAL, "closed by the gateway");
}
