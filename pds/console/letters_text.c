/* SPDX-License-Identifier: BSD-2-Clause */
/* Readings that the broker refused for good, a line each. */
#include "letters_text.h"
#include <inttypes.h>
#include <postern/protocol/journal_state.h>
#include <postern/protocol/reading.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "civil_time.h"
#include "output.h"

/* The journal writes in far less time than the operator takes to ask again. */
#define TRIES        4
#define EXPONENT_MAX 9
#define VALUE_SIZE   48

static struct journal_letters copy;

static uint32_t version_now(const struct journal_letters *shared)
{
    return *(const volatile uint32_t *)&shared->version;
}

/* A copy that was not changed meanwhile, into `copy`. */
static bool take(uint64_t page)
{
    const struct journal_letters *shared = &((const struct journal_page *)(uintptr_t)page)->letters;

    for (unsigned i = 0; i < TRIES; i++) {
        uint32_t before = version_now(shared);

        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        memcpy(&copy, shared, sizeof copy);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (before == version_now(shared) && (before & 1) == 0 && copy.count <= JOURNAL_LETTERS) {
            return true;
        }
    }
    return false;
}

/* value * 10^exponent in digits. */
static void value_text(char text[VALUE_SIZE], int64_t value, int8_t exponent)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    const char *sign = value < 0 ? "-" : "";

    if (exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX) {
        (void)snprintf(text, VALUE_SIZE, "%s%" PRIu64 "e%d", sign, size, exponent);
    } else if (exponent >= 0) {
        (void)snprintf(text, VALUE_SIZE, "%s%" PRIu64 "%.*s", sign, size, exponent, "000000000");
    } else {
        uint64_t unit = 1;

        for (int i = 0; i < -exponent; i++) {
            unit *= 10;
        }
        (void)snprintf(text, VALUE_SIZE, "%s%" PRIu64 ".%0*" PRIu64, sign, size / unit, -exponent,
                       size % unit);
    }
}

static void one(const struct journal_letter *l)
{
    static const char *const quantity[] = {[QUANTITY_TEMPERATURE] = "temperature",
                                           [QUANTITY_PRESSURE] = "pressure",
                                           [QUANTITY_HUMIDITY] = "humidity"};
    static const char *const unit[] = {
        [QUANTITY_TEMPERATURE] = "Cel", [QUANTITY_PRESSURE] = "Pa", [QUANTITY_HUMIDITY] = "%RH"};
    const bool known = l->quantity < sizeof quantity / sizeof quantity[0];
    const struct civil_time t = civil_from_unix(l->wall_ns / 1000000000u);
    char value[VALUE_SIZE];

    value_text(value, l->value, l->exponent);
    output_printf("%-10" PRIu64 " sensor %u, %s %s%s%s", l->seq, (unsigned)l->sensor,
                  known ? quantity[l->quantity] : "unknown", value, known ? " " : "",
                  known ? unit[l->quantity] : "");
    if (l->wall_ns != 0) {
        output_printf(", %04u-%02u-%02u %02u:%02u:%02u UTC", t.year, t.month, t.day, t.hour, t.minute,
                      t.second);
    } else {
        output_printf(", time not known");
    }
    output_printf(", reason 0x%02x\n", (unsigned)l->reason);
}

void letters_text(uint64_t page)
{
    if (!take(page)) {
        output_printf("store: the journal is writing, or its page is corrupt\n");
        return;
    }
    for (uint32_t i = 0; i < copy.count; i++) {
        one(&copy.letter[i]);
    }
    output_printf("dead letters: %u readings\n", (unsigned)copy.count);
}

uint32_t letters_count(uint64_t page)
{
    return take(page) ? copy.count : UINT32_MAX;
}
