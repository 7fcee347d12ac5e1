/* SPDX-License-Identifier: BSD-2-Clause */
/* SNTP's messages: the question's bytes, each way in which an answer is wrong, and the arithmetic of a right
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "sntp_packet.h"

#define COOKIE   UINT64_C(0x0123456789abcdef)
#define EPOCH    UINT64_C(1793491200)
#define NTP_1970 UINT64_C(2208988800)
#define MS       UINT64_C(1000000)
#define S        UINT64_C(1000000000)

static uint8_t packet[SNTP_PACKET_SIZE];
static struct sntp_answer answer;

static void put64(unsigned at, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        packet[at + i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

/* A good answer: received at the time given, sent 250 ms later. */
static void good(uint64_t unix_s)
{
    memset(packet, 0, sizeof packet);
    packet[0] = 4 << 3 | 4;
    packet[1] = 1;
    packet[6] = 0x40;  /* root delay 0.25 s */
    packet[10] = 0x20; /* root dispersion 0.125 s */
    memcpy(packet + 12, "RATE", 4);
    put64(24, COOKIE);
    put64(32, (unix_s + NTP_1970) << 32);
    put64(40, (unix_s + NTP_1970) << 32 | 0x40000000);
}

static enum sntp_verdict check(void)
{
    return sntp_packet_check(packet, sizeof packet, COOKIE, 300 * MS, EPOCH, &answer);
}

static void test_question(void **state)
{
    uint8_t want[SNTP_PACKET_SIZE] = {0x23};

    (void)state;
    sntp_packet_ask(packet, COOKIE);
    memcpy(want + 40, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
    assert_memory_equal(packet, want, sizeof want);
}

static void test_good(void **state)
{
    (void)state;
    good(EPOCH + 1000);
    assert_int_equal(check(), SNTP_GOOD);
    /* 300 ms there and back less 250 ms at the server: 25 ms each way. */
    assert_int_equal(answer.wall_ns, (EPOCH + 1000) * S + 275 * MS);
    assert_int_equal(answer.error_ns, 25 * MS + 125 * MS + 125 * MS);
    /* The moment of the answer's arrival, with the last bit of the fraction. */
    put64(40, (EPOCH + 1000 + NTP_1970) << 32 | 0x3fffffff);
    assert_int_equal(check(), SNTP_GOOD);
    assert_true(answer.wall_ns < (EPOCH + 1000) * S + 275 * MS &&
                answer.wall_ns > (EPOCH + 1000) * S + 274 * MS);
}

/* Seconds on the wire begin anew on 2036-02-07 at 06:28:16, which is 0 there and means that there is no time.
 */
static void test_2036(void **state)
{
    static const uint64_t moment[] = {UINT64_C(2085978495), UINT64_C(2085978497), EPOCH,
                                      EPOCH + (UINT64_C(1) << 32) - 1};

    (void)state;
    for (unsigned i = 0; i < sizeof moment / sizeof *moment; i++) {
        good(moment[i]);
        assert_int_equal(check(), SNTP_GOOD);
        assert_int_equal(answer.wall_ns, moment[i] * S + 275 * MS);
    }
    /* Earlier than the epoch is taken for later by an era, which the timer then refuses. */
    good(EPOCH - 1);
    assert_int_equal(check(), SNTP_GOOD);
    assert_int_equal(answer.wall_ns / S, EPOCH - 1 + (UINT64_C(1) << 32));
}

static void expect(unsigned at, uint8_t value, enum sntp_verdict verdict)
{
    good(EPOCH);
    packet[at] = value;
    assert_int_equal(check(), verdict);
    assert_int_equal(answer.wall_ns, 0);
}

static void test_bad(void **state)
{
    (void)state;
    good(EPOCH);
    assert_int_equal(sntp_packet_check(packet, 47, COOKIE, S, EPOCH, &answer), SNTP_SHORT);
    assert_int_equal(sntp_packet_check(packet, 0, COOKIE, S, EPOCH, &answer), SNTP_SHORT);
    expect(0, 4 << 3 | 3, SNTP_NOT_SERVER);
    expect(0, 4 << 3 | 5, SNTP_NOT_SERVER);
    expect(0, 3 << 3 | 4, SNTP_NOT_SERVER);
    expect(0, 3 << 6 | 4 << 3 | 4, SNTP_UNSET);
    expect(1, 16, SNTP_UNSET);
    expect(31, 0xee, SNTP_FORGED);
    expect(24, 0, SNTP_FORGED);
    expect(5, 2, SNTP_DISTANT); /* root delay 2.25 s */
    expect(9, 1, SNTP_DISTANT); /* root dispersion 1.125 s */
    expect(32, 0xff, SNTP_BACKWARDS);
    good(EPOCH);
    put64(40, (EPOCH + NTP_1970) << 32 | 0x60000000); /* 375 ms at the server, in 300 */
    assert_int_equal(check(), SNTP_BACKWARDS);
    good(EPOCH);
    put64(40, 0);
    assert_int_equal(check(), SNTP_UNSET);
    good(EPOCH);
    put64(32, 0);
    assert_int_equal(check(), SNTP_UNSET);
}

static void test_kiss(void **state)
{
    (void)state;
    good(EPOCH);
    packet[1] = 0;
    assert_int_equal(check(), SNTP_KISS);
    assert_string_equal(answer.kiss, "RATE");
    memcpy(packet + 12, "\x1b[2J", 4);
    assert_int_equal(check(), SNTP_KISS);
    assert_string_equal(answer.kiss, "???J");
    /* One that answers no question of ours has no say. */
    put64(24, COOKIE + 1);
    assert_int_equal(check(), SNTP_FORGED);
    assert_string_equal(answer.kiss, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question), cmocka_unit_test(test_good), cmocka_unit_test(test_2036),
        cmocka_unit_test(test_bad),      cmocka_unit_test(test_kiss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
