/* SPDX-License-Identifier: BSD-2-Clause */
/* Between mbedTLS's sessions and the ticket that is kept: what is known of the server, then the session. */
#include "tls_resume.h"

#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"

#include "tls_platform.h"

#define TRUST_SIZE sizeof(struct tls_resume_trust)

/* A server sends one or two; more cost us time and bring nothing. */
#define TICKETS_MAX 4U

static bool trust_lasts(const struct tls_resume_trust *trust)
{
    int64_t now = tls_platform_clock();
    return now >= trust->from && now - trust->from < TLS_RESUME_TRUST_S &&
           mbedtls_x509_time_is_past(&trust->chain_until) == 0;
}

/* mbedTLS would offer nothing for these, and not tell. */
static bool outlived(const mbedtls_ssl_session *session)
{
    mbedtls_ms_time_t age = mbedtls_ms_time() - session->MBEDTLS_PRIVATE(ticket_reception_time);
    return age < 0 || age > (mbedtls_ms_time_t)session->MBEDTLS_PRIVATE(ticket_lifetime) * 1000;
}

static bool offer(struct tls_resume *r, mbedtls_ssl_context *ssl, const uint8_t *record, size_t size)
{
    mbedtls_ssl_session session;
    if (size <= TRUST_SIZE) {
        return false;
    }
    memcpy(&r->trust, record, TRUST_SIZE);
    if (!trust_lasts(&r->trust)) {
        return false;
    }
    mbedtls_ssl_session_init(&session);
    bool offered = mbedtls_ssl_session_load(&session, record + TRUST_SIZE, size - TRUST_SIZE) == 0 &&
                   !outlived(&session) && mbedtls_ssl_set_session(ssl, &session) == 0;
    mbedtls_ssl_session_free(&session);
    return offered;
}

void tls_resume_begin(struct tls_resume *r, mbedtls_ssl_context *ssl)
{
    r->offered = false;
    r->verified = false;
    r->tickets = 0;
    memset(&r->trust, 0, sizeof(r->trust));
    if (r->ticket == NULL || r->off) {
        return;
    }
    uint8_t *record = mbedtls_calloc(1, TICKET_MAX);
    if (record == NULL) {
        return;
    }
    size_t size = ticket_take(r->ticket, record);
    r->offered = offer(r, ssl, record, size);
    mbedtls_platform_zeroize(record, TICKET_MAX);
    mbedtls_free(record);
}

void tls_resume_certificate(struct tls_resume *r, const mbedtls_x509_crt *crt)
{
    if (!r->verified || mbedtls_x509_time_cmp(&crt->valid_to, &r->trust.chain_until) < 0) {
        r->trust.chain_until = crt->valid_to;
    }
    r->trust.from = tls_platform_clock();
    r->verified = true;
}

enum tls_resume_kind tls_resume_complete(struct tls_resume *r)
{
    if (!r->verified) {
        r->counters.resumed += r->offered;
        return r->offered ? TLS_RESUME_RESUMED : TLS_RESUME_UNKNOWN;
    }
    r->counters.refused += r->offered;
    return r->offered ? TLS_RESUME_REFUSED : TLS_RESUME_FULL;
}

void tls_resume_failed(struct tls_resume *r)
{
    r->off = r->off || r->offered;
}

/* Bytes of the record in `out`, 0: none. */
static size_t make_record(const struct tls_resume *r, mbedtls_ssl_context *ssl, uint8_t out[TICKET_MAX])
{
    mbedtls_ssl_session session;
    size_t size = 0;
    mbedtls_ssl_session_init(&session);
    memcpy(out, &r->trust, TRUST_SIZE);
    bool made = mbedtls_ssl_get_session(ssl, &session) == 0 &&
                mbedtls_ssl_session_save(&session, out + TRUST_SIZE, TICKET_MAX - TRUST_SIZE, &size) == 0;
    mbedtls_ssl_session_free(&session);
    return made ? TRUST_SIZE + size : 0;
}

void tls_resume_keep(struct tls_resume *r, mbedtls_ssl_context *ssl)
{
    if (r->ticket == NULL || r->off || r->tickets == TICKETS_MAX) {
        return;
    }
    uint8_t *record = mbedtls_calloc(1, TICKET_MAX);
    if (record == NULL) {
        return;
    }
    r->tickets++;
    size_t size = make_record(r, ssl, record);
    r->counters.kept += size != 0 && ticket_keep(r->ticket, record, size);
    mbedtls_platform_zeroize(record, TICKET_MAX);
    mbedtls_free(record);
}
