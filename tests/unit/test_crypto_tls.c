/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLS engine against OpenSSL's server: good connections, everything about a server that must be refused
 * and the words for it, and a network that fragments, corrupts and cuts.
 */
#include "crypto_tls_fixture.h"

static void good_connection(void **state)
{
    (void)state;
    start_server("server", mutual);
    shake_hands();
    assert_int_equal(engine.state, TLS_OPEN);
    assert_string_equal(engine.text, "TLSv1.3, TLS1-3-CHACHA20-POLY1305-SHA256, P-256, server " HOST);
    echo(2);
    echo(100);
    echo(4000);
    tls_close(&engine);
    assert_int_equal(engine.reason, TLS_CLOSE_LOCAL);
    assert_int_equal(engine.counters.handshakes, 1);
    assert_int_equal(engine.counters.plain_in, 4102);
    assert_int_equal(engine.counters.plain_out, 4102);
    assert_true(tls_platform_arena_peak() < 48 * 1024);
}

static void aes_only_server(void **state)
{
    static const char *const arguments[] = {"-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256", NULL};
    (void)state;
    start_server("server", arguments);
    shake_hands();
    assert_non_null(strstr(engine.text, "AES-128-GCM"));
    echo(3000);
}

static void server_without_our_suites(void **state)
{
    static const char *const arguments[] = {"-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384", NULL};
    (void)state;
    start_server("server", arguments);
    expect_refusal(TLS_CLOSE_ALERT, "server refused us: handshake failure (alert 40)");
}

static void server_asks_for_another_group(void **state)
{
    static const char *const arguments[] = {"-tls1_3", "-groups", "X25519:P-256", NULL};
    (void)state;
    start_server("server", arguments);
    shake_hands();
    assert_int_equal(engine.state, TLS_OPEN);
}

static void old_protocol(void **state)
{
    static const char *const arguments[] = {"-tls1_2", NULL};
    (void)state;
    start_server("server", arguments);
    expect_refusal(TLS_CLOSE_VERSION, "server offers no TLS 1.3");
}

static void wrong_authority(void **state)
{
    (void)state;
    start_server("untrusted", mutual);
    expect_refusal(TLS_CLOSE_UNTRUSTED, "server certificate: not signed by the trusted CA");
}

static void wrong_host(void **state)
{
    (void)state;
    start_server("server", mutual);
    start_engine("other.postern.test");
    expect_refusal(TLS_CLOSE_UNTRUSTED,
                   "server certificate: host name mismatch: expected other.postern.test");
}

/* A common name that equals the host does not matter if it is not the host. */
static void certificate_without_the_host(void **state)
{
    (void)state;
    start_server("cn-only", mutual);
    expect_refusal(TLS_CLOSE_UNTRUSTED, "host name mismatch: expected " HOST);
}

static void expired(void **state)
{
    char clock[TLS_TIME_TEXT];
    char words[64];
    (void)state;
    start_server("server", mutual);
    int64_t now = (int64_t)time(NULL) + 40 * DAY;
    tls_platform_set_clock(now, 0);
    tls_platform_format_time(now, clock);
    (void)snprintf(words, sizeof(words), ") at clock %s", clock);
    expect_refusal(TLS_CLOSE_UNTRUSTED, "server certificate: expired (20");
    assert_non_null(strstr(engine.text, words));
}

static void not_yet_valid(void **state)
{
    (void)state;
    start_server("server", mutual);
    tls_platform_set_clock((int64_t)time(NULL) - 2 * DAY, 0);
    expect_refusal(TLS_CLOSE_UNTRUSTED, "server certificate: not yet valid (20");
}

static void every_fault_is_named(void **state)
{
    (void)state;
    start_server("untrusted", mutual);
    start_engine("other.postern.test");
    tls_platform_set_clock((int64_t)time(NULL) + 40 * DAY, 0);
    expect_refusal(TLS_CLOSE_UNTRUSTED, "not signed by the trusted CA");
    assert_non_null(strstr(engine.text, "expired ("));
    assert_non_null(strstr(engine.text, "host name mismatch: expected other.postern.test"));
}

static void certificate_not_for_a_server(void **state)
{
    (void)state;
    start_server("not-a-server", mutual);
    expect_refusal(TLS_CLOSE_UNTRUSTED, "extended key usage does not allow a TLS server");
}

static void foreign_curve_and_algorithm(void **state)
{
    static const char *const plain[] = {"-tls1_3", NULL};
    (void)state;
    start_server("p384", plain);
    expect_refusal(TLS_CLOSE_ALERT, "server refused us: handshake failure");
    crypto_server_stop(&server);
    reset_network();
    start_engine(HOST);
    start_server("rsa", plain);
    expect_refusal(TLS_CLOSE_ALERT, "server refused us: handshake failure");
}

static void server_does_not_trust_us(void **state)
{
    static const char *const arguments[] = {
        "-tls1_3", "-CAfile", "other-ca.pem", "-Verify", "1", "-verify_return_error", NULL};
    (void)state;
    start_server("server", arguments);
    expect_refusal(TLS_CLOSE_ALERT, "server refused us: unknown CA (alert 48)");
}

static void byte_by_byte(void **state)
{
    (void)state;
    start_server("server", mutual);
    network.receive_max = 1;
    network.send_max = 1;
    shake_hands();
    assert_int_equal(engine.state, TLS_OPEN);
    echo(3000);
}

/* Whatever byte of the handshake is hit, nothing but an honest connection may come of it. */
static void corrupted(void **state)
{
    unsigned refused = 0;
    (void)state;
    start_server("server", mutual);
    for (uint64_t offset = 0; offset < 1100; offset += 29) {
        reset_network();
        give_seeds();
        network.corrupt_at = offset;
        network.fd = crypto_server_connect(&server);
        tls_open(&engine);
        while (engine.state == TLS_HANDSHAKE) {
            /* A corrupted length makes the engine wait for what never comes: then the server's silence ends
             * it. */
            struct pollfd fd = {.fd = network.fd, .events = POLLIN};
            if (poll(&fd, 1, 300) == 0) {
                tls_peer_ended(&engine);
            }
            tls_step(&engine);
        }
        if (engine.state == TLS_OPEN) {
            assert_true(network.received > 0);
            echo(10);
        } else {
            refused++;
            assert_true(engine.reason == TLS_CLOSE_PROTOCOL || engine.reason == TLS_CLOSE_UNTRUSTED ||
                        engine.reason == TLS_CLOSE_ALERT || engine.reason == TLS_CLOSE_VERSION ||
                        engine.reason == TLS_CLOSE_TRUNCATED);
            assert_true(strlen(engine.text) > 10);
        }
        hang_up();
    }
    assert_true(refused > 25);
}

static void corrupted_data(void **state)
{
    uint8_t byte;
    (void)state;
    start_server("server", mutual);
    shake_hands();
    echo(100);
    network.corrupt_at = network.received + 20;
    assert_int_equal(tls_write(&engine, (const uint8_t *)"abc\n", 4), 4);
    while (engine.state == TLS_OPEN) {
        wait_for_network();
        assert_int_equal(tls_read(&engine, &byte, 1), 0);
    }
    assert_int_equal(engine.reason, TLS_CLOSE_PROTOCOL);
    assert_non_null(strstr(engine.text, "record is not authentic"));
}

static void truncated(void **state)
{
    (void)state;
    start_server("server", mutual);
    for (uint64_t offset = 0; offset < 1100; offset += 61) {
        reset_network();
        give_seeds();
        network.cut_at = offset;
        shake_hands();
        if (engine.state == TLS_OPEN) {
            uint8_t byte;
            while (engine.state == TLS_OPEN) {
                wait_for_network();
                (void)tls_read(&engine, &byte, 1);
            }
        }
        assert_int_equal(engine.reason, TLS_CLOSE_TRUNCATED);
        assert_non_null(strstr(engine.text, "without close_notify"));
        hang_up();
    }
}

static void not_a_tls_server(void **state)
{
    static const uint8_t answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    int pair[2];
    (void)state;
    start_server("server", mutual); /* for the teardown only */
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(write(pair[1], answer, sizeof(answer)), sizeof(answer));
    network.fd = pair[0];
    network.send_max = 0;
    tls_open(&engine);
    assert_int_equal(engine.state, TLS_HANDSHAKE); /* the ClientHello waits for room */
    network.send_max = SIZE_MAX;
    network.fd = pair[1];
    tls_step(&engine);
    network.fd = pair[0];
    tls_step(&engine);
    assert_int_equal(engine.state, TLS_CLOSED);
    assert_int_equal(engine.reason, TLS_CLOSE_PROTOCOL);
    (void)close(pair[1]);
}

/* A long line through a socket that takes little at a time: nothing may be lost or doubled. */
static void backpressure(void **state)
{
    (void)state;
    start_server("server", mutual);
    shake_hands();
    network.send_max = 700;
    network.receive_max = 500;
    network.stalls = true;
    echo(15000);
    assert_int_equal(engine.counters.plain_out, 15000);
}

static void reconnects_leak_nothing(void **state)
{
    size_t used = 0;
    (void)state;
    start_server("server", mutual);
    for (unsigned i = 0; i < 12; i++) {
        give_seeds();
        shake_hands();
        assert_int_equal(engine.state, TLS_OPEN);
        echo(50);
        hang_up();
        if (i == 1) {
            used = tls_platform_arena_used();
        }
    }
    assert_int_equal(tls_platform_arena_used(), used);
    assert_int_equal(engine.counters.handshakes, 12);
}

static void no_time_travel(void **state)
{
    (void)state;
    start_server("server", mutual);
    tls_platform_set_clock(INT64_MIN, 0);
    assert_true(tls_platform_clock_is_floor());
    assert_int_equal(tls_platform_clock(), 1000);
    tls_platform_set_clock(INT64_MAX, 0);
    char text[TLS_TIME_TEXT];
    tls_platform_format_time(tls_platform_clock(), text);
    assert_string_equal(text, "9999-12-31 23:59");
}

static char *ca;
static char *own;
static char *key;

static void expect_problem(const struct tls_pem *pem, const char *problem)
{
    struct tls_credentials broken;
    assert_int_equal(tls_credentials_load(&broken, pem), -1);
    if (strstr(broken.problem, problem) == NULL) {
        fail_msg("'%s' not in '%s'", problem, broken.problem);
    }
}

static void bad_credentials(void **state)
{
    static const struct {
        const char *ca;
        const char *own;
        const char *key;
        const char *problem;
    } cases[] = {
        {"client.pem", "client.pem", "client.key", "CA certificate: it is not a CA"},
        {"client.key", "client.pem", "client.key", "CA certificate: not a certificate in PEM"},
        {"ca.pem", "rsa.pem", "rsa.key", "device certificate: "},
        {"ca.pem", "client.pem", "server.key", "device key: it does not belong to the device certificate"},
        {"ca.pem", "client.pem", "rsa.key", "device key: not a"},
        {"ca.pem", "client.pem", "p384.key", "device key: not a"},
        {"ca.pem", "client.pem", "encrypted.key", "device key: encrypted keys are not supported"},
        {"ca.pem", "client.pem", "client.pem", "device key: not a private key"},
    };
    (void)state;
    start_server("server", mutual);
    size_t used = tls_platform_arena_used();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *texts[3] = {crypto_pki_read(cases[i].ca), crypto_pki_read(cases[i].own),
                          crypto_pki_read(cases[i].key)};
        const struct tls_pem pem = {texts[0], 8192, texts[1], 8192, texts[2], 8192};
        expect_problem(&pem, cases[i].problem);
        for (size_t j = 0; j < 3; j++) {
            free(texts[j]);
        }
    }
    const struct tls_pem none = {ca, 8192, own, 8192, "", 1};
    expect_problem(&none, "device key: empty");
    const struct tls_pem cut = {ca, 8192, own, 300, key, 8192};
    expect_problem(&cut, "device certificate: ");
    assert_int_equal(tls_platform_arena_used(), used);
    char *pkcs8 = crypto_pki_read("client8.key");
    const struct tls_pem other_form = {ca, 8192, own, 8192, pkcs8, 8192};
    struct tls_credentials good;
    assert_int_equal(tls_credentials_load(&good, &other_form), 0);
    tls_credentials_free(&good);
    assert_int_equal(tls_platform_arena_used(), used);
    free(pkcs8);
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
    ca = crypto_pki_read("ca.pem");
    own = crypto_pki_read("client.pem");
    key = crypto_pki_read("client.key");
    const struct tls_pem pem = {ca, 8192, own, 8192, key, 8192};
    /* Without seeds there is no generator, hence nothing. */
    expect_problem(&pem, "random generator: it cannot start (too few seeds)");
    give_seeds();
    return tls_credentials_load(&credentials, &pem);
}

static int group_teardown(void **state)
{
    (void)state;
    free(ca);
    free(own);
    free(key);
    crypto_pki_remove();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good_connection),
        TEST(aes_only_server),
        TEST(server_without_our_suites),
        TEST(server_asks_for_another_group),
        TEST(old_protocol),
        TEST(wrong_authority),
        TEST(wrong_host),
        TEST(certificate_without_the_host),
        TEST(expired),
        TEST(not_yet_valid),
        TEST(every_fault_is_named),
        TEST(certificate_not_for_a_server),
        TEST(foreign_curve_and_algorithm),
        TEST(server_does_not_trust_us),
        TEST(byte_by_byte),
        TEST(corrupted),
        TEST(corrupted_data),
        TEST(truncated),
        TEST(not_a_tls_server),
        TEST(backpressure),
        TEST(reconnects_leak_nothing),
        TEST(no_time_travel),
        TEST(bad_credentials),
    };
    return cmocka_run_group_tests_name("crypto_tls", tests, group_setup, group_teardown);
}
