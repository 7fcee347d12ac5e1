/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A frame's contents, as an attacker with the device's key could write them: refused, or a state that keeps
 * the journal's rules and that it could have written itself.
 */
#include <record.h>

#include "fuzz.h"

static void check(const struct record_state *state, const struct journal_letter *letters,
                  const struct reading *readings, uint32_t count)
{
    static uint8_t
        bytes[RECORD_STATE_MAX + RECORD_READINGS * RECORD_READING_MAX + RECORD_LETTERS * RECORD_LETTER_MAX];
    static struct record_state again;
    static struct journal_letter same_letters[RECORD_LETTERS];
    static struct reading same[RECORD_READINGS];
    uint32_t counted;
    FUZZ_CHECK(count <= RECORD_READINGS && ledger_valid(&state->ledger));
    FUZZ_CHECK(state->dead.count <= RECORD_LETTERS);
    FUZZ_CHECK(state->clocks <= RECORD_BOOTS && state->session_length <= RECORD_SESSION_MAX);
    for (uint32_t i = 1; i < count; i++) {
        FUZZ_CHECK(readings[i - 1].seq < readings[i].seq);
    }
    size_t length =
        record_write(bytes, sizeof bytes, state, state->dead.serial == 0 ? letters : NULL, readings, count);
    FUZZ_CHECK(length != 0);
    FUZZ_CHECK(record_read(bytes, length, &again, same_letters, same, &counted) && counted == count);
    FUZZ_CHECK(again.dead.count == state->dead.count && again.dead.serial == state->dead.serial);
    for (uint32_t i = 0; again.dead.serial == 0 && i < again.dead.count; i++) {
        FUZZ_CHECK(same_letters[i].seq == letters[i].seq && same_letters[i].value == letters[i].value);
    }
    FUZZ_CHECK(again.released == state->released && again.ledger.count == state->ledger.count);
    for (uint32_t i = 0; i < count; i++) {
        FUZZ_CHECK(same[i].seq == readings[i].seq && same[i].value == readings[i].value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct record_state state, alone;
    static struct reading readings[RECORD_READINGS];
    static struct journal_letter letters[RECORD_LETTERS];
    struct fuzz_input input = {data, size};
    size_t length;
    uint8_t *copy = fuzz_copy(&input, size, &length);
    uint32_t count = 0, without = 0;
    bool good = record_read(copy, length, &state, letters, readings, &count);
    FUZZ_CHECK(record_read(copy, length, &alone, NULL, NULL, &without) == good);
    if (good) {
        check(&state, letters, readings, count);
    }
    free(copy);
    return 0;
}
