/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resumption by ticket against OpenSSL's server: across connections and across restarts of crypto, once for
 * each ticket, and never for another server, identity or time.
 */
#define _GNU_SOURCE /* memmem */
#include "crypto_tls_fixture.h"

#define LIFETIME 7200 /* of s_server's tickets, in seconds */

static uint32_t memory[(TICKET_MEMORY + 3) / 4];
static struct ticket ticket;
static char own_text[8192];

/* As crypto does at its start. */
static void start_resuming(const char *host)
{
    const struct ticket_part parts[] = {{host, strlen(host)}, {own_text, sizeof(own_text)}};
    start_engine(host);
    assert_true(ticket_open(&ticket, memory, tls_credentials_key(&credentials), parts, 2));
    tls_engine_resume(&engine, &ticket);
}

/* What a crash of crypto leaves: the memory, and nothing else. */
static void restart(const char *host)
{
    vault_free(&ticket.vault);
    start_resuming(host);
}

static bool empty(void)
{
    for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
        if (memory[i] != 0) {
            return false;
        }
    }
    return true;
}

static int begin(void **state)
{
    int result = setup(state);
    memset(memory, 0, sizeof(memory));
    memset(own_text, 0, sizeof(own_text));
    start_resuming(HOST);
    return result;
}

static int finish(void **state)
{
    vault_free(&ticket.vault);
    return teardown(state);
}

/* One connection, with data, which brings the server's tickets along. */
static const char *connect_once(void)
{
    static char text[TLS_TEXT];
    reset_network();
    give_seeds();
    shake_hands();
    if (engine.state != TLS_OPEN) {
        fail_msg("not open: %s", engine.text);
    }
    (void)snprintf(text, sizeof(text), "%s", engine.text);
    echo(100);
    hang_up();
    return text;
}

static bool full(void)
{
    const char *text = connect_once();
    return strstr(text, "resumed") == NULL && strstr(text, "ticket") == NULL;
}

static bool resumed(void)
{
    return strstr(connect_once(), ", P-256, resumed, server " HOST) != NULL;
}

static bool not_taken(void)
{
    return strstr(connect_once(), ", ticket not taken, server " HOST) != NULL;
}

static void next_connection_resumes(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    for (unsigned i = 1; i <= 5; i++) {
        assert_true(resumed());
        assert_int_equal(engine.resume.counters.resumed, i);
    }
    assert_int_equal(engine.counters.handshakes, 6);
    assert_int_equal(engine.resume.counters.refused, 0);
    assert_true(engine.resume.counters.kept >= 6);
    assert_true(tls_platform_arena_peak() < 48 * 1024);
}

static void restart_of_crypto(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    for (unsigned i = 0; i < 3; i++) {
        restart(HOST);
        assert_true(resumed());
    }
}

static void server_that_lost_its_keys(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    crypto_server_stop(&server);
    start_server("server", mutual);
    assert_true(not_taken());
    assert_int_equal(engine.resume.counters.refused, 1);
    assert_true(resumed());
}

static void server_without_tickets(void **state)
{
    static const char *const arguments[] = {"-tls1_3", "-num_tickets", "0", NULL};
    (void)state;
    start_server("server", arguments);
    assert_true(full());
    assert_true(full());
    assert_true(empty());
}

/* What was under way when the connection broke is not offered again. */
static void a_ticket_is_offered_once(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    reset_network();
    network.cut_at = 60;
    shake_hands();
    assert_int_equal(engine.reason, TLS_CLOSE_TRUNCATED);
    assert_true(engine.resume.offered);
    assert_true(empty());
    (void)close(network.fd);
    assert_true(full());
    assert_true(resumed());
}

/* A server, or somebody on the way, that chokes on tickets costs one connection. */
static void a_ticket_that_does_harm(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    reset_network();
    network.corrupt_at = 20;
    shake_hands();
    while (engine.state == TLS_HANDSHAKE) {
        tls_peer_ended(&engine);
        tls_step(&engine);
    }
    assert_true(engine.resume.offered);
    assert_int_equal(engine.reason, TLS_CLOSE_PROTOCOL);
    (void)close(network.fd);
    assert_true(full());
    assert_true(full());
}

static void another_host(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    restart("other.postern.test");
    expect_refusal(TLS_CLOSE_UNTRUSTED, "host name mismatch: expected other.postern.test");
    assert_false(engine.resume.offered);
    assert_true(empty());
}

static void another_certificate(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    own_text[17] = 'x';
    restart(HOST);
    assert_true(full());
    assert_int_equal(engine.resume.counters.refused, 0);
}

static void another_device_key(void **state)
{
    const struct ticket_part part = {"a", 1};
    uint8_t out[TICKET_MAX];
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key;
    struct ticket other;
    (void)state;
    start_server("server", mutual); /* for the teardown only */
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    assert_int_equal(psa_generate_key(&attributes, &key), PSA_SUCCESS);
    vault_free(&ticket.vault);
    assert_true(ticket_open(&ticket, memory, tls_credentials_key(&credentials), &part, 1));
    assert_true(ticket_open(&other, memory, key, &part, 1));
    assert_true(ticket_keep(&ticket, (const uint8_t *)"secret", 6));
    assert_int_equal(ticket_take(&other, out), 0);
    assert_true(empty());
    assert_true(ticket_keep(&ticket, (const uint8_t *)"secret", 6));
    assert_int_equal(ticket_take(&ticket, out), 6);
    assert_memory_equal(out, "secret", 6);
    vault_free(&other.vault);
    (void)psa_destroy_key(key);
}

/* Whatever happens to the memory, nothing but what was kept comes out, and the memory is empty afterwards. */
static void damaged_memory(void **state)
{
    static uint8_t data[300], out[TICKET_MAX];
    uint8_t *bytes = (uint8_t *)memory;
    (void)state;
    start_server("server", mutual); /* for the teardown only */
    for (size_t i = 0; i < 8 + sizeof(data) + VAULT_OVERHEAD; i++) {
        for (unsigned bit = 0; bit < 8; bit += 3) {
            assert_true(ticket_keep(&ticket, data, sizeof(data)));
            bytes[i] ^= (uint8_t)(1U << bit);
            assert_int_equal(ticket_take(&ticket, out), 0);
            assert_true(empty());
        }
    }
    memset(memory, 0xff, sizeof(memory));
    assert_int_equal(ticket_take(&ticket, out), 0);
    assert_true(empty());
}

static void what_lies_in_memory_is_sealed(void **state)
{
    static uint8_t data[TICKET_MAX + 1], out[TICKET_MAX];
    (void)state;
    start_server("server", mutual); /* for the teardown only */
    memset(data, 'S', sizeof(data));
    assert_true(ticket_keep(&ticket, data, TICKET_MAX));
    assert_null(memmem(memory, sizeof(memory), "SSSS", 4));
    assert_int_equal(ticket_take(&ticket, out), TICKET_MAX);
    assert_memory_equal(out, data, TICKET_MAX);
    assert_true(ticket_keep(&ticket, data, 9));
    assert_false(ticket_keep(&ticket, data, TICKET_MAX + 1));
    assert_true(empty());
    assert_false(ticket_keep(&ticket, data, 0));
    assert_true(ticket_keep(&ticket, data, 9));
    ticket_wipe(&ticket);
    assert_true(empty());
    assert_int_equal(ticket_take(&ticket, out), 0);
}

static void lifetime(void **state)
{
    int64_t now = (int64_t)time(NULL);
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    tls_platform_set_clock(now + LIFETIME - 60, 0);
    assert_true(resumed());
    tls_platform_set_clock(now + 2 * LIFETIME, 0);
    assert_true(full());
    tls_platform_set_clock(now + LIFETIME, 0); /* before the ticket came */
    assert_true(full());
}

/* Resumed from one to the next, the server's certificate is looked at again after a day. */
static void trust_ends(void **state)
{
    int64_t now = (int64_t)time(NULL);
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    for (int64_t since = 7000; since < TLS_RESUME_TRUST_S; since += 7000) {
        tls_platform_set_clock(now + since, 0);
        assert_true(resumed());
    }
    tls_platform_set_clock(now + TLS_RESUME_TRUST_S, 0);
    assert_true(full());
}

static void certificate_expires_meanwhile(void **state)
{
    int64_t expiry = (int64_t)time(NULL) + 30 * DAY;
    (void)state;
    start_server("server", mutual);
    tls_platform_set_clock(expiry - 3600, 0);
    assert_true(full());
    tls_platform_set_clock(expiry - 1800, 0);
    assert_true(resumed());
    tls_platform_set_clock(expiry + 60, 0);
    reset_network();
    expect_refusal(TLS_CLOSE_UNTRUSTED, "server certificate: expired");
    assert_false(engine.resume.offered);
}

/* A ticket does not make anybody else the server. */
static void impostor(void **state)
{
    (void)state;
    start_server("server", mutual);
    assert_true(full());
    crypto_server_stop(&server);
    start_server("untrusted", mutual);
    reset_network();
    expect_refusal(TLS_CLOSE_UNTRUSTED, "not signed by the trusted CA");
    assert_true(engine.resume.offered);
    assert_true(empty());
}

static uint64_t ticks;

static uint64_t ticks_ms(void)
{
    return ticks;
}

/* A connection within the same second as its predecessor's ticket still resumes; the age of tickets is told.
 */
static void age_in_milliseconds(void **state)
{
    int64_t now = (int64_t)time(NULL);
    (void)state;
    start_server("server", mutual);
    tls_platform_set_ticks(ticks_ms);
    tls_platform_set_clock(now, 900);
    ticks += 500;
    assert_int_equal(mbedtls_ms_time(), now * 1000 + 1400);
    assert_true(full());
    tls_platform_set_clock(now + 1, 450);
    assert_true(resumed());
    tls_platform_set_clock(now + 1, 449);
    assert_true(full());
    tls_platform_set_ticks(NULL);
}

static void neither_ticket_nor_certificate(void **state)
{
    struct tls_resume nobody = {.verified = false};
    (void)state;
    start_server("server", mutual); /* for the teardown only */
    assert_int_equal(tls_resume_complete(&nobody), TLS_RESUME_UNKNOWN);
}

static void nothing_leaks(void **state)
{
    size_t used = 0;
    (void)state;
    start_server("server", mutual);
    for (unsigned i = 0; i < 10; i++) {
        (void)connect_once();
        if (i == 2) {
            used = tls_platform_arena_used();
        }
    }
    assert_int_equal(tls_platform_arena_used(), used);
}

static int group_setup(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    if (crypto_pki_create() == NULL) {
        return -1;
    }
    tls_platform_init(arena, sizeof(arena), 1000);
    tls_platform_set_clock((int64_t)time(NULL), 0);
    char *ca = crypto_pki_read("ca.pem");
    char *own = crypto_pki_read("client.pem");
    char *key = crypto_pki_read("client.key");
    const struct tls_pem pem = {ca, 8192, own, 8192, key, 8192};
    give_seeds();
    int result = tls_credentials_load(&credentials, &pem);
    free(ca);
    free(own);
    free(key);
    return result;
}

static int group_teardown(void **state)
{
    (void)state;
    crypto_pki_remove();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(next_connection_resumes),
        TEST(restart_of_crypto),
        TEST(server_that_lost_its_keys),
        TEST(server_without_tickets),
        TEST(a_ticket_is_offered_once),
        TEST(a_ticket_that_does_harm),
        TEST(another_host),
        TEST(another_certificate),
        TEST(another_device_key),
        TEST(damaged_memory),
        TEST(what_lies_in_memory_is_sealed),
        TEST(lifetime),
        TEST(trust_ends),
        TEST(certificate_expires_meanwhile),
        TEST(impostor),
        TEST(age_in_milliseconds),
        TEST(neither_ticket_nor_certificate),
        TEST(nothing_leaks),
    };
    return cmocka_run_group_tests_name("crypto_resume", tests, group_setup, group_teardown);
}
