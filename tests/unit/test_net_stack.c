/* SPDX-License-Identifier: BSD-2-Clause */
/* The network component with the real lwIP: every way a stream can begin, flow and end, and malformed frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <lwip/stats.h>
#include "address.h"
#include "link.h"
#include "net_bench.h"
#include "net_peer.h"
#include "stream.h"

#define HOST "broker.test"
#define PORT 8883

static struct bench_message message;
static uint32_t next_id = 1;

static void expect_closed(uint32_t id, enum stream_reason reason, const char *text, uint32_t within_ms)
{
    assert_true(bench_wait(&message, within_ms));
    assert_int_equal(message.kind, STREAM_CLOSED);
    assert_int_equal(message.id, id);
    assert_int_equal(message.reason, reason);
    assert_non_null(strstr(message.text, text));
}

static uint32_t open_stream(void)
{
    uint32_t id = next_id++;
    bench_open(id, HOST, PORT);
    assert_true(bench_wait(&message, 2000));
    if (message.kind == STREAM_CLOSED) {
        fail_msg("%s", message.text);
    }
    assert_int_equal(message.kind, STREAM_OPENED);
    assert_int_equal(message.id, id);
    assert_string_equal(message.text, "10.0.2.2:8883");
    bench_advance(20);
    return id;
}

static void fill(uint8_t *data, uint32_t length, uint32_t from)
{
    for (uint32_t i = 0; i < length; i++) {
        data[i] = (uint8_t)((from + i) * 31 + ((from + i) >> 8));
    }
}

static int each(void **state)
{
    (void)state;
    peer_reset();
    bench_log_clear();
    return 0;
}

/* After each test: nothing is open, nothing waits, no damaged frame was sent. */
static int after(void **state)
{
    (void)state;
    bench_advance(100);
    assert_false(bench_next(&message));
    assert_int_equal(stream_open_count(), 0);
    assert_int_equal(peer.bad_frames, 0);
    return 0;
}

static int start(void **state)
{
    (void)state;
    peer_reset();
    bench_start("dns.server = 10.0.2.2:5353\n");
    return 0;
}

static void test_no_link(void **state)
{
    (void)state;
    bench_open(100, HOST, PORT);
    bench_advance(4900);
    assert_false(bench_next(&message));
    expect_closed(100, STREAM_REASON_NO_LINK, "no link", 200);
}

static void test_no_address(void **state)
{
    (void)state;
    peer.dhcp = false;
    peer_link(true);
    bench_open(101, HOST, PORT);
    expect_closed(101, STREAM_REASON_NO_ADDRESS, "no address (DHCP)", 5100);
    assert_true(bench_logged("link up, 52:54:00:12:34:56"));
    assert_true(peer.discovers > 1);
}

static void test_dhcp(void **state)
{
    (void)state;
    bench_open(102, HOST, PORT); /* waits for the address, then goes on by itself */
    bench_advance(4000);
    for (unsigned i = 0; i < 5 && !address_ready(); i++) {
        bench_advance(5000);
    }
    assert_true(address_ready());
    assert_true(bench_logged("address 10.0.2.15/24 (DHCP), gateway 10.0.2.2, DNS 10.0.2.2:5353"));
    assert_true(bench_wait(&message, 1000));
    if (message.kind == STREAM_OPENED) {
        bench_close(102);
        expect_closed(102, STREAM_REASON_CLOSED, "closed by request", 100);
    }
}

static void test_dns_silent(void **state)
{
    (void)state;
    peer.dns = DNS_SILENT;
    bench_open(103, "other.test", PORT);
    expect_closed(103, STREAM_REASON_DNS, "DNS: no answer from 10.0.2.2:5353", 9000);
    assert_true(bench_logged("no connection to other.test: DNS: no answer"));
    assert_int_equal(peer.queries, 4);
}

static void test_dns_unknown(void **state)
{
    (void)state;
    peer.dns = DNS_UNKNOWN;
    bench_open(104, "third.test", PORT);
    expect_closed(104, STREAM_REASON_DNS, "DNS: 10.0.2.2:5353 does not know third.test", 200);
}

/* The lease is confirmed after the link was down, with DHCP's own server in it: ours must stay. */
static void test_configured_server_survives_dhcp(void **state)
{
    (void)state;
    peer.dns = DNS_SILENT;
    bench_open(108, "fourth.test", PORT);
    bench_advance(100);
    peer_link(false);
    bench_advance(100);
    peer_link(true);
    expect_closed(108, STREAM_REASON_DNS, "DNS: no answer from 10.0.2.2:5353", 9000);
    bench_advance(15000);
}

static void test_refused(void **state)
{
    (void)state;
    peer.tcp = TCP_REFUSES;
    bench_open(105, HOST, PORT);
    expect_closed(105, STREAM_REASON_REFUSED, "connection refused by 10.0.2.2:8883", 200);
}

static void test_silent_peer(void **state)
{
    (void)state;
    peer.tcp = TCP_SILENT;
    bench_open(106, "10.0.2.2", PORT);
    expect_closed(106, STREAM_REASON_TIMEOUT, "no answer from 10.0.2.2:8883", 10100);
    assert_true(peer.syns > 1);
}

static void test_close_while_dialling(void **state)
{
    (void)state;
    peer.tcp = TCP_SILENT;
    bench_open(107, "10.0.2.2", PORT);
    bench_advance(50);
    bench_close(107);
    expect_closed(107, STREAM_REASON_CLOSED, "closed by request", 100);
    bench_advance(12000); /* the deadline of the attempt is gone with it */
}

static void test_peer_closes(void **state)
{
    (void)state;
    uint32_t id = open_stream();
    peer_tcp(TCP_FLAG_ACK | TCP_FLAG_PSH, "last words", 10, 0);
    peer_tcp(TCP_FLAG_ACK | TCP_FLAG_FIN, NULL, 0, 0);
    assert_true(bench_wait(&message, 100));
    assert_int_equal(message.kind, STREAM_DATA);
    assert_memory_equal(message.data, "last words", 10);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by the peer", 100);
    bench_advance(50);
    assert_true(peer.fin_seen);
    assert_true(bench_logged("connected to " HOST " (10.0.2.2:8883)"));
    assert_true(bench_logged("connection to " HOST " ended: closed by the peer"));
}

static void test_peer_resets(void **state)
{
    (void)state;
    uint32_t id = open_stream();
    peer_tcp(TCP_FLAG_RST | TCP_FLAG_ACK, NULL, 0, 0);
    expect_closed(id, STREAM_REASON_RESET, "connection reset", 100);
}

static void test_user_closes(void **state)
{
    (void)state;
    uint32_t id = open_stream();
    assert_true(bench_data(id, "goodbye", 7));
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
    bench_advance(100);
    assert_int_equal(peer.received, 7);
    assert_memory_equal(peer.bytes, "goodbye", 7);
    assert_true(peer.fin_seen);
    assert_false(peer.rst_seen);
}

static void test_upload(void **state)
{
    (void)state;
    uint8_t data[2036];
    uint32_t id = open_stream(), sent = 0;
    while (sent < 300000) {
        uint32_t n = 1 + (sent * 7) % sizeof(data);
        fill(data, n, sent);
        if (bench_data(id, data, n)) {
            sent += n;
        } else {
            bench_advance(5);
        }
    }
    bench_advance(500);
    assert_int_equal(peer.received, sent);
    for (uint32_t i = 0; i < sent; i++) {
        uint8_t expected;
        fill(&expected, 1, i);
        assert_int_equal(peer.bytes[i], expected);
    }
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
}

/* Bytes to crypto, with crypto not reading at first: the window must close, and nothing may be lost. */
static void test_download_with_slow_user(void **state)
{
    (void)state;
    uint8_t data[1000];
    uint32_t id = open_stream(), first = peer.snd_next, sent = 0, got = 0;
    bool closed_once = false;
    for (unsigned idle = 0; got < 200000; idle++) {
        assert_true(idle < 20000);
        uint32_t in_flight = peer.snd_next - peer.acked;
        if (sent < 200000 && in_flight + sizeof(data) <= peer.window) {
            fill(data, sizeof(data), sent);
            peer_tcp(TCP_FLAG_ACK | TCP_FLAG_PSH, data, sizeof(data), 0);
            sent += (uint32_t)sizeof(data);
        }
        bench_advance(5);
        closed_once = closed_once || peer.window < sizeof(data);
        if (sent < 40000 && !closed_once) {
            continue;
        }
        for (unsigned i = 0; i < 3 && bench_next(&message); i++) { /* older data stays in the stash */
            assert_int_equal(message.kind, STREAM_DATA);
            for (uint32_t j = 0; j < message.length; j++, got++) {
                uint8_t expected;
                fill(&expected, 1, got);
                assert_int_equal(message.data[j], expected);
            }
        }
    }
    assert_true(closed_once);
    bench_advance(500); /* the last acknowledgement may be delayed */
    assert_int_equal(peer.acked - first, 200000);
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
    bench_advance(50);
    assert_false(peer.rst_seen);
}

/* Unread data must not turn the end into a reset: the peer could lose what it has not read either. */
static void test_close_with_unread_data(void **state)
{
    (void)state;
    static const uint8_t data[1000];
    uint32_t id = open_stream();
    for (unsigned i = 0; i < 15; i++) {
        peer_tcp(TCP_FLAG_ACK, data, 20 + i, 0);
        bench_advance(5);
        peer_tcp(TCP_FLAG_ACK, data, 500, 0);
        bench_advance(5);
    }
    bench_close(id);
    bench_run();
    do {
        assert_true(bench_wait(&message, 100));
    } while (message.kind == STREAM_DATA);
    assert_int_equal(message.kind, STREAM_CLOSED);
    bench_advance(100);
    assert_true(peer.fin_seen);
    assert_false(peer.rst_seen);
}

static void test_user_restarts(void **state)
{
    (void)state;
    (void)open_stream();
    bench_restart_user();
    bench_advance(100);
    assert_true(peer.rst_seen);
    assert_false(bench_next(&message));
    assert_true(bench_logged("its user restarted"));
    uint32_t id = open_stream();
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
}

/* Data that TCP cannot take keeps everything behind it in the ring, but not the news that its sender is gone.
 */
static void test_user_restarts_while_blocked(void **state)
{
    (void)state;
    uint8_t data[2000] = {0};
    uint32_t id = open_stream();
    peer.no_ack = true;
    while (bench_data(id, data, sizeof(data))) {
        bench_advance(5);
    }
    bench_restart_user();
    bench_advance(1000);
    assert_true(peer.rst_seen);
    peer.no_ack = false;
    id = open_stream();
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
}

static void test_link_flap_survives(void **state)
{
    (void)state;
    uint32_t id = open_stream();
    peer_link(false);
    bench_advance(2500);
    peer_link(true);
    bench_advance(2000);
    assert_true(bench_logged("link down"));
    assert_true(bench_data(id, "still here", 10));
    bench_advance(1000);
    assert_int_equal(peer.received, 10);
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
    bench_advance(15000); /* time for the lease to be confirmed */
}

static void test_link_lost(void **state)
{
    (void)state;
    uint32_t id = open_stream();
    peer_link(false);
    expect_closed(id, STREAM_REASON_NO_LINK, "no link", 7000);
    peer_link(true);
    bench_advance(15000);
    id = open_stream();
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
}

static void test_stalled_peer(void **state)
{
    (void)state;
    uint32_t id = open_stream();
    peer.no_ack = true;
    assert_true(bench_data(id, "anybody?", 8));
    uint32_t begin = bench_now_ms();
    expect_closed(id, STREAM_REASON_TIMEOUT, "connection timed out", 40000);
    assert_in_range(bench_now_ms() - begin, 29000, 35000);
}

static void test_full_driver_ring(void **state)
{
    (void)state;
    uint8_t data[1400];
    uint32_t id = open_stream();
    uint64_t full = link_counters()->tx_full;
    peer.deaf = true;
    for (unsigned i = 0; i < 40; i++) {
        fill(data, sizeof(data), i * (uint32_t)sizeof(data));
        for (unsigned j = 0; j < 14 && !bench_data(id, data, sizeof(data)); j++) {
            bench_advance(5);
        }
        if (link_counters()->tx_full > full) {
            peer.deaf = false;
        }
    }
    peer.deaf = false;
    bench_advance(5000);
    assert_int_equal(peer.received % sizeof(data), 0);
    assert_true(peer.received > 10 * sizeof(data));
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
}

static void test_bad_messages(void **state)
{
    (void)state;
    static const char *const bad_hosts[] = {"", ".", "a..b", "a.", ".a", "a b", "a/b", "a\n"};
    struct stream_open open = {.header = {200}, .port = PORT};
    uint64_t bad = stream_counters()->bad_messages;
    for (size_t i = 0; i < sizeof(bad_hosts) / sizeof(bad_hosts[0]); i++) {
        bench_open(200, bad_hosts[i], PORT);
        expect_closed(200, STREAM_REASON_CONFIG, "host name or port", 100);
    }
    bench_open(200, HOST, 0);
    expect_closed(200, STREAM_REASON_CONFIG, "host name or port", 100);
    memset(open.host, 'a', sizeof(open.host));
    (void)ring_push(&bench_user_tx, STREAM_OPEN, &open, sizeof(open));
    expect_closed(200, STREAM_REASON_CONFIG, "host name or port", 100);
    (void)ring_push(&bench_user_tx, STREAM_OPEN, &open, sizeof(open) - 1);
    (void)ring_push(&bench_user_tx, STREAM_OPENED, &open, 4);
    (void)ring_push(&bench_user_tx, STREAM_DATA, &open, 3);
    (void)ring_push(&bench_user_tx, 77, &open, 40);
    (void)bench_data(999, "x", 1);
    bench_close(999);
    bench_advance(100);
    assert_int_equal(stream_counters()->bad_messages - bad, 4);
    uint32_t id = open_stream();
    bench_open(id + 1, HOST, PORT);
    expect_closed(id + 1, STREAM_REASON_INTERNAL, "another stream is open", 100);
    assert_true(bench_data(id, "", 0));
    assert_true(bench_data(id, "unharmed", 8));
    bench_advance(50);
    assert_int_equal(peer.received, 8);
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
    next_id = id + 2;
}

static void test_damaged_checksum(void **state)
{
    (void)state;
    uint32_t id = open_stream(), errors = lwip_stats.tcp.chkerr;
    peer_tcp(TCP_FLAG_ACK, "evil", 4, 0x0100);
    peer.snd_next -= 4;
    bench_advance(50);
    assert_int_equal(lwip_stats.tcp.chkerr, errors + 1);
    assert_false(bench_next(&message));
    peer_tcp(TCP_FLAG_ACK, "good", 4, 0);
    assert_true(bench_wait(&message, 100));
    assert_memory_equal(message.data, "good", 4);
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
}

/* Numbers that an attacker would like to guess. */
static void test_unpredictable(void **state)
{
    (void)state;
    uint32_t isn[8];
    uint16_t port[8], query_id[8], query_port[8];
    for (unsigned i = 0; i < 8; i++) {
        char host[32];
        (void)snprintf(host, sizeof(host), "name%u.test", i);
        bench_open(300 + i, host, PORT);
        assert_true(bench_wait(&message, 1000));
        assert_int_equal(message.kind, STREAM_OPENED);
        isn[i] = peer.isn;
        port[i] = peer.port;
        query_id[i] = peer.query_id;
        query_port[i] = peer.query_port;
        assert_true(port[i] >= 49152 && query_port[i] >= 1024);
        for (unsigned j = 0; j < i; j++) {
            assert_true(isn[i] - isn[j] > 1000000 && port[i] - port[j] != (int)(i - j) &&
                        query_id[i] != query_id[j] && query_port[i] != query_port[j]);
        }
        bench_close(300 + i);
        expect_closed(300 + i, STREAM_REASON_CLOSED, "closed by request", 100);
        bench_advance(50);
    }
}

static uint32_t mutate(uint8_t *frame, uint32_t length)
{
    switch (rand() % 4) {
    case 0:
        return (uint32_t)rand() % (length + 1);
    case 1:
        for (unsigned i = 0; i < 4; i++) {
            frame[(uint32_t)rand() % length] = (uint8_t)rand();
        }
        return length;
    case 2:
        frame[(uint32_t)rand() % length] ^= (uint8_t)(1u << (rand() % 8));
        return (uint32_t)rand() % 3 == 0 ? (uint32_t)rand() % 1515 : length;
    default:
        for (uint32_t i = 12; i < length; i++) {
            frame[i] = (uint8_t)rand();
        }
        frame[12] = 8;
        frame[13] = rand() % 2 == 0 ? 0 : 6;
        return length;
    }
}

/* A connection under attack has more states to be hit in: send on it, open a new one when it is gone. */
static void keep_busy(uint32_t id)
{
    static uint32_t current;
    bench_advance(50);
    bench_log_clear();
    while (bench_next(&message)) {
    }
    (void)bench_data(current, message.data, 1000);
    if (stream_open_count() == 0) {
        current = id;
        bench_open(id, "10.0.2.2", PORT);
        bench_advance(50);
    }
}

static void test_malformed_frames(void **state)
{
    (void)state;
    static uint8_t frame[2048];
    srand(3);
    assert_true(peer.corpus_count > 8);
    for (unsigned i = 0; i < 200000; i++) {
        unsigned pick = (unsigned)rand() % peer.corpus_count;
        memset(frame, 0, sizeof(frame));
        memcpy(frame, peer.corpus[pick], peer.corpus_length[pick]);
        uint32_t length = mutate(frame, peer.corpus_length[pick]);
        if (rand() % 2 == 0) {
            peer_repair_checksums(frame, length); /* so that the parsers behind the checks are reached */
        }
        if (peer_raw(frame, length) && i % 8 != 0) {
            continue;
        }
        bench_run();
        (void)peer_step();
        if (i % 512 == 0) {
            keep_busy(1000 + i);
        }
    }
    bench_restart_user();
    bench_advance(60000);
    peer_reset();
    peer_link(false);
    bench_advance(100);
    peer_link(true);
    bench_advance(30000);
    uint32_t id = open_stream();
    bench_close(id);
    expect_closed(id, STREAM_REASON_CLOSED, "closed by request", 100);
    peer.bad_frames = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_link, each, after),
        cmocka_unit_test_setup_teardown(test_no_address, each, after),
        cmocka_unit_test_setup_teardown(test_dhcp, each, after),
        cmocka_unit_test_setup_teardown(test_dns_silent, each, after),
        cmocka_unit_test_setup_teardown(test_dns_unknown, each, after),
        cmocka_unit_test_setup_teardown(test_configured_server_survives_dhcp, each, after),
        cmocka_unit_test_setup_teardown(test_refused, each, after),
        cmocka_unit_test_setup_teardown(test_silent_peer, each, after),
        cmocka_unit_test_setup_teardown(test_close_while_dialling, each, after),
        cmocka_unit_test_setup_teardown(test_peer_closes, each, after),
        cmocka_unit_test_setup_teardown(test_peer_resets, each, after),
        cmocka_unit_test_setup_teardown(test_user_closes, each, after),
        cmocka_unit_test_setup_teardown(test_upload, each, after),
        cmocka_unit_test_setup_teardown(test_download_with_slow_user, each, after),
        cmocka_unit_test_setup_teardown(test_close_with_unread_data, each, after),
        cmocka_unit_test_setup_teardown(test_user_restarts, each, after),
        cmocka_unit_test_setup_teardown(test_user_restarts_while_blocked, each, after),
        cmocka_unit_test_setup_teardown(test_link_flap_survives, each, after),
        cmocka_unit_test_setup_teardown(test_link_lost, each, after),
        cmocka_unit_test_setup_teardown(test_stalled_peer, each, after),
        cmocka_unit_test_setup_teardown(test_full_driver_ring, each, after),
        cmocka_unit_test_setup_teardown(test_bad_messages, each, after),
        cmocka_unit_test_setup_teardown(test_damaged_checksum, each, after),
        cmocka_unit_test_setup_teardown(test_unpredictable, each, after),
        cmocka_unit_test_setup_teardown(test_malformed_frames, each, after),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
