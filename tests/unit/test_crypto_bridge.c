/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The crypto service's bridge between a played uplink and a played net, whose TCP ends at OpenSSL's server:
 * the life of a stream, its ends for every reason, back-pressure, restarts of either peer, and peers that
 * write nonsense.
 */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "bridge.h"
#include "crypto_server.h"
#include "seed_pool.h"
#include "tls_platform.h"

#define HOST     "broker.postern.test"
#define SLOTS    16
#define SMALL    1024
#define LARGE    2048
#define PATIENCE 20000

struct memory {
    struct ring_header producer;
    uint8_t slots[SLOTS * LARGE];
    struct ring_header consumer;
};

struct message {
    uint32_t kind;
    uint32_t length;
    uint8_t payload[LARGE];
};

static uint8_t arena[64 * 1024] __attribute__((aligned(16)));
static struct tls_credentials credentials;
static struct tls_engine engine;
static struct bridge *bridge;
static struct memory *memory; /* of the rings tls_tx, tls_rx, tcp_tx, tcp_rx */
static struct ring uplink_tx, uplink_rx, net_tx, net_rx;
static struct crypto_server server;
static int fd = -1;
static unsigned clocks;
static unsigned errors;
static char last_report[256];

static void set_clock(void)
{
    clocks++;
    tls_platform_set_clock((int64_t)time(NULL), 0);
}

static void report(bool error, const char *text)
{
    errors += error;
    (void)snprintf(last_report, sizeof(last_report), "%s", text);
}

static void produce(struct ring *ring, struct memory *at, uint32_t size)
{
    ring_producer_start(ring, (uint64_t)&at->producer, (uint64_t)&at->consumer, SLOTS, size);
}

static void consume(struct ring *ring, struct memory *at, uint32_t size)
{
    ring_consumer_start(ring, (uint64_t)&at->consumer, (uint64_t)&at->producer, SLOTS, size);
}

static void start_uplink(void)
{
    produce(&uplink_tx, &memory[0], SMALL);
    consume(&uplink_rx, &memory[1], SMALL);
}

static void start_net(void)
{
    consume(&net_rx, &memory[2], LARGE);
    produce(&net_tx, &memory[3], LARGE);
}

static int setup(void **state)
{
    uint8_t seed[SEED_SIZE];
    (void)state;
    for (unsigned i = 0; seed_pool_space() != 0; i++) {
        memset(seed, (int)i, sizeof(seed));
        seed_pool_put(seed);
    }
    memory = calloc(4, sizeof(*memory));
    bridge = calloc(1, sizeof(*bridge));
    assert_non_null(memory);
    assert_non_null(bridge);
    bridge->set_clock = set_clock;
    bridge->report = report;
    consume(&bridge->tls_tx, &memory[0], SMALL);
    produce(&bridge->tls_rx, &memory[1], SMALL);
    produce(&bridge->tcp_tx, &memory[2], LARGE);
    consume(&bridge->tcp_rx, &memory[3], LARGE);
    start_uplink();
    start_net();
    const struct tls_io io = bridge_io(bridge);
    mbedtls_ssl_config_free(&engine.config);
    assert_int_equal(tls_engine_init(&engine, &credentials, HOST, &io), 0);
    bridge_serve(bridge, &engine, "10.0.2.2", 8883);
    clocks = 0;
    errors = 0;
    last_report[0] = '\0';
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tls_close(&engine);
    if (fd >= 0) {
        (void)close(fd);
        fd = -1;
    }
    free(bridge);
    free(memory);
    return 0;
}

static void send_kind(struct ring *ring, enum stream_kind kind, uint32_t id, const void *data, size_t length)
{
    struct stream_header header = {id};
    enum ring_status status;
    do {
        status = ring_push2(ring, kind, &header, sizeof(header), data, (uint32_t)length);
    } while (status == RING_RESTARTED);
    assert_int_equal(status, RING_OK);
}

/* Takes one message; false if there is none. */
static bool receive(struct ring *ring, struct message *message)
{
    enum ring_status status;
    do {
        status = ring_pop(ring, &message->kind, message->payload, sizeof(message->payload), &message->length);
    } while (status == RING_RESTARTED);
    assert_true(status == RING_OK || status == RING_EMPTY);
    return status == RING_OK;
}

static uint32_t id_of(const struct message *message)
{
    struct stream_header header;
    assert_true(message->length >= sizeof(header));
    memcpy(&header, message->payload, sizeof(header));
    return header.id;
}

static void run(void)
{
    for (unsigned i = 0; bridge_run(bridge); i++) {
        assert_true(i < 10000);
    }
}

static void expect_nothing(struct ring *ring)
{
    struct message message;
    assert_false(receive(ring, &message));
}

/* The CLOSED that the uplink must get. */
static void expect_closed(uint32_t id, enum stream_reason reason, const char *words)
{
    struct message message;
    struct stream_closed closed;
    char text[STREAM_TEXT_MAX + 1] = {0};
    do {
        assert_true(receive(&uplink_rx, &message));
    } while (message.kind == STREAM_DATA || message.kind == STREAM_OPENED);
    assert_int_equal(message.kind, STREAM_CLOSED);
    assert_int_equal(id_of(&message), id);
    assert_true(message.length >= sizeof(closed) && message.length <= sizeof(closed) + STREAM_TEXT_MAX);
    memcpy(&closed, message.payload, sizeof(closed));
    memcpy(text, message.payload + sizeof(closed), message.length - sizeof(closed));
    if (strstr(text, words) == NULL) {
        fail_msg("'%s' not in '%s'", words, text);
    }
    assert_int_equal(closed.reason, reason);
    assert_string_equal(last_report, text);
    expect_nothing(&uplink_rx);
}

/* The OPEN that net must get; returns its stream id. */
static uint32_t expect_open(void)
{
    struct message message;
    struct stream_open open;
    assert_true(receive(&net_rx, &message));
    assert_int_equal(message.kind, STREAM_OPEN);
    assert_int_equal(message.length, sizeof(open));
    memcpy(&open, message.payload, sizeof(open));
    assert_string_equal(open.host, "10.0.2.2");
    assert_int_equal(open.port, 8883);
    return open.header.id;
}

static uint32_t open_stream(uint32_t id)
{
    struct stream_open open = {.port = 1, .host = "evil.example"}; /* must be ignored */
    send_kind(&uplink_tx, STREAM_OPEN, id, (const uint8_t *)&open + sizeof(open.header), sizeof(open) - 4);
    run();
    return expect_open();
}

static void send_closed(uint32_t id, enum stream_reason reason, const char *text)
{
    uint8_t body[4 + STREAM_TEXT_MAX];
    uint32_t value = reason;
    memcpy(body, &value, 4);
    memcpy(body + 4, text, strlen(text));
    send_kind(&net_tx, STREAM_CLOSED, id, body, 4 + strlen(text));
}

/* Plays net for a while: ciphertext between the rings and the socket. Returns true if anything moved. */
static bool carry(uint32_t id)
{
    struct message message;
    uint8_t data[LARGE - RING_SLOT_HEADER - 4];
    bool moved = false;
    while (receive(&net_rx, &message)) {
        assert_int_equal(message.kind, STREAM_DATA);
        assert_int_equal(id_of(&message), id);
        assert_int_equal(write(fd, message.payload + 4, message.length - 4), message.length - 4);
        moved = true;
    }
    while (ring_space(&net_tx) != 0) {
        ssize_t count = read(fd, data, sizeof(data));
        if (count <= 0) {
            break;
        }
        send_kind(&net_tx, STREAM_DATA, id, data, (size_t)count);
        moved = true;
    }
    return moved;
}

static void carry_or_wait(uint32_t id)
{
    run();
    if (!carry(id) && !ring_consumer_has_more(&uplink_rx)) {
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&poller, 1, PATIENCE), 1);
    }
    run();
}

/* Opens a stream up to OPENED. */
static uint32_t establish(uint32_t id)
{
    struct message message;
    uint32_t tcp = open_stream(id);
    fd = crypto_server_connect(&server);
    send_kind(&net_tx, STREAM_OPENED, tcp, "x", 1);
    while (!receive(&uplink_rx, &message)) {
        carry_or_wait(tcp);
    }
    assert_int_equal(message.kind, STREAM_OPENED);
    assert_int_equal(id_of(&message), id);
    assert_memory_equal(message.payload + 4, "TLSv1.3, ", 9);
    assert_int_equal(clocks, 1);
    return tcp;
}

/* Takes plaintext of the uplink until len bytes have come. */
static void collect(uint32_t id, uint32_t tcp, uint8_t *out, size_t len)
{
    struct message message;
    size_t got = 0;
    while (got < len) {
        if (!receive(&uplink_rx, &message)) {
            carry_or_wait(tcp);
            continue;
        }
        assert_int_equal(message.kind, STREAM_DATA);
        assert_int_equal(id_of(&message), id);
        assert_true(message.length - 4 <= len - got);
        memcpy(out + got, message.payload + 4, message.length - 4);
        got += message.length - 4;
    }
}

static void expect_tcp_close(uint32_t tcp)
{
    struct message message;
    bool closed = false;
    while (receive(&net_rx, &message)) {
        assert_false(closed);
        assert_int_equal(id_of(&message), tcp);
        closed = message.kind == STREAM_CLOSE;
        assert_true(closed || message.kind == STREAM_DATA);
    }
    assert_true(closed);
}

static void whole_life(void **state)
{
    uint8_t back[6];
    (void)state;
    uint32_t tcp = establish(7);
    send_kind(&uplink_tx, STREAM_DATA, 7, "hello\n", 6);
    collect(7, tcp, back, 6);
    assert_memory_equal(back, "olleh\n", 6);
    send_kind(&uplink_tx, STREAM_CLOSE, 7, NULL, 0);
    run();
    expect_closed(7, STREAM_REASON_CLOSED, "closed by the uplink");
    expect_tcp_close(tcp);
    /* The next OPEN waits until net has confirmed the end. */
    send_kind(&uplink_tx, STREAM_OPEN, 8, NULL, 0);
    run();
    expect_nothing(&net_rx);
    send_closed(tcp, STREAM_REASON_CLOSED, "");
    run();
    assert_int_not_equal(expect_open(), tcp);
    assert_int_equal(errors, 0);
}

/* A handshake that fails in the middle of one of net's messages: what follows in the ring must still come
 * through. */
static void failure_leaves_no_ciphertext_behind(void **state)
{
    static const uint8_t nonsense[400] = {0x16, 3, 3, 0, 4, 9, 9, 9, 9};
    struct message message;
    (void)state;
    uint32_t tcp = open_stream(5);
    send_kind(&net_tx, STREAM_OPENED, tcp, "x", 1);
    run();
    send_kind(&net_tx, STREAM_DATA, tcp, nonsense, sizeof(nonsense));
    run();
    assert_true(receive(&uplink_rx, &message));
    assert_int_equal(message.kind, STREAM_CLOSED);
    expect_tcp_close(tcp);
    send_closed(tcp, STREAM_REASON_CLOSED, "");
    send_kind(&uplink_tx, STREAM_OPEN, 6, NULL, 0);
    run();
    assert_int_not_equal(expect_open(), tcp);
}

static void refuses_with_the_reason(void **state)
{
    (void)state;
    bridge_refuse(bridge, "crypto.conf line 1: server.host: not a host name");
    for (uint32_t id = 1; id < 4; id++) {
        send_kind(&uplink_tx, STREAM_OPEN, id, NULL, 0);
        run();
        expect_closed(id, STREAM_REASON_CONFIG, "crypto.conf line 1: server.host: not a host name");
    }
    expect_nothing(&net_rx);
}

static void passes_on_why_tcp_failed(void **state)
{
    (void)state;
    uint32_t tcp = open_stream(1);
    send_closed(tcp, STREAM_REASON_DNS, "no such name\x1b[2J");
    run();
    expect_closed(1, STREAM_REASON_DNS, "no connection: no such name?[2J");
    tcp = open_stream(2);
    send_closed(tcp, STREAM_REASON_CERTIFICATE, "liar");
    run();
    expect_closed(2, STREAM_REASON_INTERNAL, "liar");
    assert_int_equal(bridge->counters.tcp_failed, 2);
}

static void refused_certificate(void **state)
{
    struct tls_io io = bridge_io(bridge);
    (void)state;
    mbedtls_ssl_config_free(&engine.config);
    assert_int_equal(tls_engine_init(&engine, &credentials, "other.postern.test", &io), 0);
    uint32_t tcp = open_stream(3);
    fd = crypto_server_connect(&server);
    send_kind(&net_tx, STREAM_OPENED, tcp, NULL, 0);
    while (engine.state != TLS_CLOSED || engine.reason == TLS_CLOSE_NONE) {
        carry_or_wait(tcp);
    }
    expect_closed(3, STREAM_REASON_CERTIFICATE, "host name mismatch: expected other.postern.test");
    expect_tcp_close(tcp);
}

static void uplink_gives_up_early(void **state)
{
    (void)state;
    uint32_t tcp = open_stream(1);
    send_kind(&uplink_tx, STREAM_CLOSE, 1, NULL, 0);
    run();
    expect_closed(1, STREAM_REASON_CLOSED, "closed by the uplink");
    expect_tcp_close(tcp);
    /* An answer that crossed the CLOSE opens nothing. */
    send_kind(&net_tx, STREAM_OPENED, tcp, NULL, 0);
    send_kind(&net_tx, STREAM_DATA, tcp, "abc", 3);
    send_closed(tcp, STREAM_REASON_CLOSED, "");
    run();
    assert_int_equal(engine.counters.attempts, 0);
    expect_nothing(&uplink_rx);
    (void)open_stream(2);
}

static void tcp_ends_under_tls(void **state)
{
    (void)state;
    uint32_t tcp = establish(5);
    (void)carry(tcp);
    send_closed(tcp, STREAM_REASON_RESET, "reset by peer");
    run();
    expect_closed(5, STREAM_REASON_RESET, "without close_notify");
    expect_nothing(&net_rx);
    (void)open_stream(6);
}

/* More than all rings hold, while the uplink takes nothing: it must wait, not vanish. */
static void backpressure(void **state)
{
    enum { LINE = 1000, LINES = 60 };
    static uint8_t back[LINES * LINE];
    uint8_t line[LINE];
    unsigned sent = 0;
    (void)state;
    uint32_t tcp = establish(9);
    memset(line, 'x', sizeof(line));
    line[LINE - 1] = '\n';
    while (sent < LINES) {
        if (ring_space(&uplink_tx) != 0) {
            line[LINE - 2] = (uint8_t)('0' + sent % 64);
            send_kind(&uplink_tx, STREAM_DATA, 9, line, LINE);
            sent++;
        } else {
            carry_or_wait(tcp);
        }
    }
    collect(9, tcp, back, sizeof(back));
    for (unsigned i = 0; i < LINES; i++) {
        assert_int_equal(back[i * LINE], '0' + i % 64);
        assert_int_equal(back[i * LINE + LINE - 1], '\n');
    }
    assert_int_equal(engine.counters.plain_in, sizeof(back));
}

static void net_restarts(void **state)
{
    (void)state;
    (void)establish(4);
    start_net();
    run();
    expect_closed(4, STREAM_REASON_NO_LINK, "net restarted");
    assert_int_equal(engine.state, TLS_CLOSED);
    (void)close(fd);
    clocks = 0;
    (void)establish(5);
}

static void uplink_restarts(void **state)
{
    (void)state;
    uint32_t tcp = establish(4);
    start_uplink();
    run();
    assert_int_equal(engine.state, TLS_CLOSED);
    expect_tcp_close(tcp);
    expect_nothing(&uplink_rx);
    send_closed(tcp, STREAM_REASON_CLOSED, "");
    (void)close(fd);
    clocks = 0;
    (void)establish(1);
}

static void nonsense_is_dropped(void **state)
{
    uint8_t back[4];
    (void)state;
    uint32_t tcp = establish(2);
    send_kind(&uplink_tx, STREAM_DATA, 99, "old", 3);
    send_kind(&uplink_tx, STREAM_OPENED, 2, "", 0);
    send_kind(&uplink_tx, STREAM_OPEN, 2, "", 0);
    assert_int_equal(ring_push(&uplink_tx, STREAM_DATA, "x", 1), RING_OK);
    assert_int_equal(ring_push(&uplink_tx, 77, NULL, 0), RING_OK);
    send_kind(&net_tx, STREAM_DATA, tcp + 1, "garbage", 7);
    send_kind(&net_tx, STREAM_OPENED, tcp, "", 0);
    send_kind(&net_tx, 55, tcp, "", 0);
    send_closed(tcp - 1, STREAM_REASON_RESET, "");
    assert_int_equal(ring_push(&net_tx, STREAM_CLOSED, "x", 1), RING_OK);
    run();
    assert_int_equal(engine.state, TLS_OPEN);
    assert_int_equal(bridge->counters.stale, 3);
    assert_int_equal(bridge->counters.unexpected, 7);
    send_kind(&uplink_tx, STREAM_DATA, 2, "abc\n", 4);
    collect(2, tcp, back, 4);
    assert_memory_equal(back, "cba\n", 4);
}

/* Both peers write whatever they like, headers included: the bridge stays within its memory and comes to
 * rest. */
static void random_peers(void **state)
{
    uint64_t seed = 3;
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t payload[64];
        for (size_t j = 0; j < sizeof(payload); j++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            payload[j] = (uint8_t)(seed >> 56);
        }
        uint32_t id = payload[0] % 2 == 0 ? bridge->tcp_id : bridge->user_id;
        memcpy(payload + 8, &id, sizeof(id));
        struct ring *ring = payload[1] % 2 == 0 ? &uplink_tx : &net_tx;
        if (payload[2] == 0) {
            /* The halves that are the peers' to write. */
            struct ring_header *const halves[4] = {&memory[0].producer, &memory[1].consumer,
                                                   &memory[2].consumer, &memory[3].producer};
            memcpy(halves[payload[3] % 4], payload + 16, sizeof(struct ring_header) / 2);
            (void)bridge_run(bridge);
            start_uplink();
            start_net();
        } else {
            (void)ring_push(ring, payload[5] % 7, payload + 8, payload[6] % 56);
        }
        for (unsigned j = 0; j < 4; j++) {
            (void)bridge_run(bridge);
        }
        struct message message;
        while (receive(&uplink_rx, &message)) {
        }
        while (receive(&net_rx, &message)) {
        }
    }
    assert_true(bridge->counters.opens > 100);
}

static int group_setup(void **state)
{
    static const char *const arguments[] = {
        "-tls1_3", "-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error", NULL};
    uint8_t seed[SEED_SIZE] = {1};
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    if (crypto_pki_create() == NULL) {
        return -1;
    }
    tls_platform_init(arena, sizeof(arena), 1000);
    while (seed_pool_space() != 0) {
        seed_pool_put(seed);
    }
    char *ca = crypto_pki_read("ca.pem");
    char *own = crypto_pki_read("client.pem");
    char *key = crypto_pki_read("client.key");
    const struct tls_pem pem = {ca, 8192, own, 8192, key, 8192};
    int result = tls_credentials_load(&credentials, &pem);
    free(ca);
    free(own);
    free(key);
    server = crypto_server_start("server", arguments);
    return result;
}

static int group_teardown(void **state)
{
    (void)state;
    crypto_server_stop(&server);
    crypto_pki_remove();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whole_life),
        TEST(failure_leaves_no_ciphertext_behind),
        TEST(refuses_with_the_reason),
        TEST(passes_on_why_tcp_failed),
        TEST(refused_certificate),
        TEST(uplink_gives_up_early),
        TEST(tcp_ends_under_tls),
        TEST(backpressure),
        TEST(net_restarts),
        TEST(uplink_restarts),
        TEST(nonsense_is_dropped),
        TEST(random_peers),
    };
    return cmocka_run_group_tests_name("crypto_bridge", tests, group_setup, group_teardown);
}
