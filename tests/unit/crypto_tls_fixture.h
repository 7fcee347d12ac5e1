/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_crypto_tls.c works with: the engine, the network with its faults, and the server. */
#ifndef CRYPTO_TLS_FIXTURE_H
#define CRYPTO_TLS_FIXTURE_H

#include <errno.h>
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

#include "crypto_server.h"
#include "seed_pool.h"
#include "tls_credentials.h"
#include "tls_engine.h"
#include "tls_platform.h"

#define HOST      "broker.postern.test"
#define PATIENCE  20000 /* ms */
#define DAY       86400
#define NO_OFFSET UINT64_MAX
#define BIG       100000

/* The network between the engine and the server, with its faults. */
static struct {
    int fd;
    size_t receive_max;
    size_t send_max;
    bool stalls; /* every second attempt to send finds no room */
    bool stalled;
    uint64_t received;
    uint64_t corrupt_at; /* stream offset of the byte to flip */
    uint64_t cut_at;     /* stream offset where the stream ends */
} network;

static uint8_t arena[64 * 1024] __attribute__((aligned(16)));
static struct tls_credentials credentials;
static struct tls_engine engine;
static struct crypto_server server;

static size_t net_send(void *context, const uint8_t *data, size_t len)
{
    (void)context;
    network.stalled = network.stalls && !network.stalled;
    if (network.stalled) {
        return 0;
    }
    ssize_t count = write(network.fd, data, len < network.send_max ? len : network.send_max);
    return count > 0 ? (size_t)count : 0;
}

static size_t net_receive(void *context, uint8_t *data, size_t len)
{
    (void)context;
    size_t want = len < network.receive_max ? len : network.receive_max;
    if (network.cut_at != NO_OFFSET && want > network.cut_at - network.received) {
        want = (size_t)(network.cut_at - network.received);
    }
    ssize_t count = want == 0 ? 0 : read(network.fd, data, want);
    if (count == 0) {
        tls_peer_ended(&engine);
    }
    if (count <= 0) {
        return 0;
    }
    for (size_t i = 0; i < (size_t)count; i++) {
        if (network.received + i == network.corrupt_at) {
            data[i] ^= 0x55;
        }
    }
    network.received += (uint64_t)count;
    return (size_t)count;
}

static void wait_for_network(void)
{
    struct pollfd fd = {.fd = network.fd, .events = POLLIN};
    if (network.cut_at == NO_OFFSET || network.received < network.cut_at) {
        assert_int_equal(poll(&fd, 1, PATIENCE), 1);
    }
}

static void reset_network(void)
{
    memset(&network, 0, sizeof(network));
    network.receive_max = SIZE_MAX;
    network.send_max = SIZE_MAX;
    network.corrupt_at = NO_OFFSET;
    network.cut_at = NO_OFFSET;
}

static void shake_hands(void)
{
    network.fd = crypto_server_connect(&server);
    tls_open(&engine);
    while (engine.state == TLS_HANDSHAKE) {
        wait_for_network();
        tls_step(&engine);
    }
}

static void hang_up(void)
{
    tls_close(&engine);
    (void)close(network.fd);
}

/* Refills the pool as the entropy ring would. */
static void give_seeds(void)
{
    uint8_t seed[SEED_SIZE];
    FILE *random = fopen("/dev/urandom", "r");
    assert_non_null(random);
    while (seed_pool_space() != 0) {
        assert_int_equal(fread(seed, 1, sizeof(seed), random), sizeof(seed));
        seed_pool_put(seed);
    }
    (void)fclose(random);
}

static void start_engine(const char *host)
{
    static const struct tls_io io = {NULL, net_send, net_receive};
    mbedtls_ssl_config_free(&engine.config);
    assert_int_equal(tls_engine_init(&engine, &credentials, host, &io), 0);
}

static void start_server(const char *identity, const char *const *arguments)
{
    server = crypto_server_start(identity, arguments);
}

static const char *const mutual[] = {"-tls1_3", "-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error",
                                     NULL};

/* Sends a line of len bytes and expects it back reversed. */
static void echo(size_t len)
{
    uint8_t *line = malloc(len);
    uint8_t *back = malloc(len);
    size_t sent = 0;
    size_t got = 0;
    assert_non_null(line);
    assert_non_null(back);
    for (size_t i = 0; i + 1 < len; i++) {
        line[i] = (uint8_t)('a' + i % 23);
    }
    line[len - 1] = '\n';
    while (got < len) {
        size_t count = 0;
        tls_step(&engine);
        count += sent < len ? tls_write(&engine, line + sent, len - sent) : 0;
        sent += count;
        size_t before = got;
        got += tls_read(&engine, back + got, len - got);
        if (engine.state != TLS_OPEN) {
            fail_msg("closed: %s", engine.text);
        }
        if (count == 0 && got == before && sent == len && engine.write_pending == 0) {
            wait_for_network();
        }
    }
    for (size_t i = 0; i + 1 < len; i++) {
        assert_int_equal(back[i], line[len - 2 - i]);
    }
    free(line);
    free(back);
}

static int setup(void **state)
{
    (void)state;
    reset_network();
    tls_platform_set_clock((int64_t)time(NULL), 0);
    give_seeds();
    start_engine(HOST);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    hang_up();
    crypto_server_stop(&server);
    return 0;
}

static void expect_refusal(enum tls_close reason, const char *words)
{
    shake_hands();
    if (engine.state == TLS_OPEN) {
        /* The client of TLS 1.3 is done before the server has looked at its certificate. */
        uint8_t byte;
        while (engine.state == TLS_OPEN) {
            wait_for_network();
            (void)tls_read(&engine, &byte, 1);
        }
    }
    assert_int_equal(engine.state, TLS_CLOSED);
    if (strstr(engine.text, words) == NULL) {
        fail_msg("'%s' not in '%s'", words, engine.text);
    }
    assert_string_equal(tls_close_name(engine.reason), tls_close_name(reason));
    assert_int_equal(engine.counters.closed[reason], 1);
}

#endif
