/* SPDX-License-Identifier: BSD-2-Clause */
/* SNTP's messages. */
#include "sntp_packet.h"

#include <string.h>

#define NS_PER_S  UINT64_C(1000000000)
#define NTP_1970  UINT64_C(2208988800) /* seconds of NTP's first era at the beginning of 1970 */
#define NTP_ERA   (UINT64_C(1) << 32)
#define VERSION   4u
#define CLIENT    3u
#define SERVER    4u
#define LEAP_NONE 3u

enum offset {
    AT_FLAGS = 0,
    AT_STRATUM = 1,
    AT_ROOT_DELAY = 4,
    AT_ROOT_DISPERSION = 8,
    AT_REFERENCE = 12,
    AT_ORIGIN = 24,
    AT_RECEIVED = 32,
    AT_SENT = 40
};

static uint64_t get(const uint8_t *at, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

/* 16.16 seconds. */
static uint64_t short_ns(const uint8_t *at)
{
    return get(at, 4) * NS_PER_S >> 16;
}

/* 32.32 seconds, in the era that puts them behind epoch_s. */
static uint64_t stamp_ns(const uint8_t *at, uint64_t epoch_s)
{
    uint64_t stamp = get(at, 8);
    uint64_t seconds = stamp >> 32;
    uint64_t epoch = epoch_s + NTP_1970;

    seconds += epoch / NTP_ERA * NTP_ERA;
    if (seconds < epoch) {
        seconds += NTP_ERA;
    }
    return (seconds - NTP_1970) * NS_PER_S + ((stamp & 0xffffffffu) * NS_PER_S >> 32);
}

static void read_kiss(const uint8_t *packet, char kiss[SNTP_KISS_SIZE])
{
    for (size_t i = 0; i < SNTP_KISS_SIZE - 1; i++) {
        uint8_t c = packet[AT_REFERENCE + i];

        kiss[i] = (char)(c >= 'A' && c <= 'Z' ? c : '?');
    }
    kiss[SNTP_KISS_SIZE - 1] = '\0';
}

void sntp_packet_ask(uint8_t packet[SNTP_PACKET_SIZE], uint64_t cookie)
{
    memset(packet, 0, SNTP_PACKET_SIZE);
    packet[AT_FLAGS] = VERSION << 3 | CLIENT;
    for (unsigned i = 0; i < 8; i++) {
        packet[AT_SENT + i] = (uint8_t)(cookie >> (56 - 8 * i));
    }
}

static enum sntp_verdict check_header(const uint8_t *packet, size_t length, uint64_t cookie)
{
    if (length < SNTP_PACKET_SIZE) {
        return SNTP_SHORT;
    }
    if ((packet[AT_FLAGS] & 7) != SERVER || (packet[AT_FLAGS] >> 3 & 7) != VERSION) {
        return SNTP_NOT_SERVER;
    }
    if (get(packet + AT_ORIGIN, 8) != cookie) {
        return SNTP_FORGED;
    }
    if (packet[AT_STRATUM] == 0) {
        return SNTP_KISS;
    }
    if (packet[AT_STRATUM] > 15 || packet[AT_FLAGS] >> 6 == LEAP_NONE || get(packet + AT_SENT, 8) == 0 ||
        get(packet + AT_RECEIVED, 8) == 0) {
        return SNTP_UNSET;
    }
    return SNTP_GOOD;
}

enum sntp_verdict sntp_packet_check(const uint8_t *packet, size_t length, uint64_t cookie, uint64_t waited_ns,
                                    uint64_t epoch_s, struct sntp_answer *answer)
{
    enum sntp_verdict verdict = check_header(packet, length, cookie);

    memset(answer, 0, sizeof *answer);
    if (verdict == SNTP_KISS) {
        read_kiss(packet, answer->kiss);
    }
    if (verdict != SNTP_GOOD) {
        return verdict;
    }
    uint64_t received = stamp_ns(packet + AT_RECEIVED, epoch_s), sent = stamp_ns(packet + AT_SENT, epoch_s);
    uint64_t distance = short_ns(packet + AT_ROOT_DELAY) / 2 + short_ns(packet + AT_ROOT_DISPERSION);

    if (distance > SNTP_ROOT_MAX_NS) {
        return SNTP_DISTANT;
    }
    if (sent < received || sent - received > waited_ns) {
        return SNTP_BACKWARDS;
    }
    uint64_t way_ns = (waited_ns - (sent - received)) / 2;

    answer->wall_ns = sent + way_ns;
    answer->error_ns = way_ns + distance;
    return SNTP_GOOD;
}
