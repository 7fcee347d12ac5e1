/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of a time server: our cookie's eight bytes, how long it took, then the packet. What counts repeats
 * the cookie and is no farther from the truth than the rules allow.
 */
#include <sntp_packet.h>

#include "fuzz.h"

#define EPOCH_S UINT64_C(1700000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct sntp_answer answer = {0};
    uint64_t cookie;
    uint8_t ask[SNTP_PACKET_SIZE];
    fuzz_bytes(&input, &cookie, sizeof cookie);
    uint64_t waited_ns = (uint64_t)fuzz_byte(&input) * 10000000;
    size_t length;
    uint8_t *packet = fuzz_copy(&input, input.left, &length);
    enum sntp_verdict verdict = sntp_packet_check(packet, length, cookie, waited_ns, EPOCH_S, &answer);
    FUZZ_CHECK(verdict < SNTP_VERDICTS);
    sntp_packet_ask(ask, cookie);
    if (verdict == SNTP_GOOD || verdict == SNTP_KISS) {
        FUZZ_CHECK(length >= SNTP_PACKET_SIZE && memcmp(packet + 24, ask + 40, 8) == 0);
    }
    if (verdict == SNTP_GOOD) {
        FUZZ_CHECK(answer.wall_ns / 1000000000 >= EPOCH_S);
        FUZZ_CHECK(answer.error_ns <= SNTP_ROOT_MAX_NS + waited_ns);
    } else if (verdict == SNTP_KISS) {
        FUZZ_CHECK(strnlen(answer.kiss, sizeof answer.kiss) < sizeof answer.kiss);
    }
    free(packet);
    return 0;
}
