/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the uplink reads about the gateway: the journal's page and the retained health message. A page that
 * passes for a journal's is told in texts of JSON that fit their room; of a message only a number is taken.
 */
#include <health.h>

#include "fuzz.h"

#define ROOM 2048u

/* Printable, with braces around it, as long as it says. */
static void check_text(const char *text, size_t length, size_t room)
{
    FUZZ_CHECK(length < room);
    if (length == 0) {
        return;
    }
    FUZZ_CHECK(text[0] == '{' && text[length - 1] == '}');
    for (size_t i = 0; i < length; i++) {
        FUZZ_CHECK(text[i] >= ' ' && text[i] <= '~');
    }
}

static void tell(struct fuzz_input *input)
{
    struct journal_state journal;
    struct health health;
    fuzz_bytes(input, &health, sizeof health);
    size_t room = fuzz_u16(input) % ROOM + 1;
    fuzz_bytes(input, &journal, sizeof journal);
    if (!health_journal_valid(&journal)) {
        return;
    }
    char *text = malloc(room);
    FUZZ_CHECK(text != NULL);
    check_text(text, health_text(&health, &journal, text, room), room + 1);
    check_text(text, health_ledger_text(&journal, text, room), room + 1);
    check_text(text, health_will_text(journal.boot, &journal, text, room), room + 1);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    if ((fuzz_byte(&input) & 1) != 0) {
        tell(&input);
        return 0;
    }
    size_t length;
    uint64_t last;
    uint8_t *text = fuzz_copy(&input, input.left, &length);
    if (health_read_last(text, length, &last)) {
        FUZZ_CHECK(length >= sizeof "\"last\":0" - 1);
    }
    free(text);
    return 0;
}
