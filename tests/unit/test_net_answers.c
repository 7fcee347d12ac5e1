/* SPDX-License-Identifier: BSD-2-Clause */
/* Two ends of TCP that disagree about their numbers, as after a forged segment, do not answer each other's
 * answers for ever; a connection that is made right again goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "net_bench.h"
#include "net_peer.h"

#define EMPTY   1000u
#define EACH_MS 500u

static struct bench_message message;
static uint32_t id;

static int start(void **state)
{
    (void)state;
    peer_reset();
    bench_start("dns.server = 10.0.2.2:5353\n");
    peer_link(true);
    return 0;
}

static int open_stream(void **state)
{
    (void)state;
    peer_reset();
    bench_open(++id, "10.0.2.2", 8883);
    assert_true(bench_wait(&message, 5000));
    assert_int_equal(message.kind, STREAM_OPENED);
    bench_advance(EACH_MS);
    return 0;
}

static int close_stream(void **state)
{
    (void)state;
    assert_true(bench_data(id, "goes on", 7));
    bench_advance(100);
    assert_int_equal(peer.received, 7);
    assert_memory_equal(peer.bytes, "goes on", 7);
    bench_close(id);
    assert_true(bench_wait(&message, 1000));
    assert_int_equal(message.kind, STREAM_CLOSED);
    assert_int_equal(peer.bad_frames, 0);
    return 0;
}

/* The component's answers to so many empty segments of the peer, each sent at once. */
static void send_empty(unsigned least, unsigned most)
{
    unsigned before = peer.frames;
    for (unsigned i = 0; i < EMPTY; i++) {
        peer_tcp(TCP_FLAG_ACK, NULL, 0, 0);
        bench_advance(1);
    }
    assert_in_range(peer.frames - before, least, most);
}

static void send_senseless(void)
{
    uint32_t began = bench_now_ms();
    unsigned before = peer.frames;
    send_empty(1, EMPTY / 2);
    unsigned most = (bench_now_ms() - began) / EACH_MS + 1;
    assert_in_range(peer.frames - before, most - 1, most);
}

/* The component has taken what the peer has never sent. */
static void test_taken(void **state)
{
    (void)state;
    peer_tcp(TCP_FLAG_ACK | TCP_FLAG_PSH, "forged", 6, 0);
    assert_true(bench_wait(&message, 100));
    assert_int_equal(message.kind, STREAM_DATA);
    bench_advance(EACH_MS);
    peer.snd_next -= 6;
    send_senseless();
    peer.snd_next += 6;
}

/* The peer has taken what the component has never sent. */
static void test_acknowledged(void **state)
{
    (void)state;
    peer.rcv_next += 1000;
    send_senseless();
    peer.rcv_next -= 1000;
}

static void test_sensible(void **state)
{
    (void)state;
    send_empty(0, 0);
}

/* What is sent again until it is answered is answered each time. */
static void test_data_is_answered(void **state)
{
    (void)state;
    peer_tcp(TCP_FLAG_ACK, "x", 1, 0);
    assert_true(bench_wait(&message, 100));
    bench_advance(EACH_MS);
    unsigned before = peer.frames;
    for (unsigned i = 0; i < 10; i++) {
        peer.snd_next -= 1;
        peer_tcp(TCP_FLAG_ACK, "x", 1, 0);
        bench_advance(1);
    }
    assert_int_equal(peer.frames - before, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_taken, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_acknowledged, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_sensible, open_stream, close_stream),
        cmocka_unit_test_setup_teardown(test_data_is_answered, open_stream, close_stream),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
