/* SPDX-License-Identifier: BSD-2-Clause */
/* A record of a fault as JSON. Its texts are clean: nothing in them needs to be escaped. */
#include "remains.h"
#include "text_out.h"
#include <inttypes.h>
#include <postern/clock.h>
#include <postern/protocol/log.h>
#include <stdio.h>
#include <string.h>

static void field(struct text_out *o, const char *key, uint64_t value)
{
    text_out(o, ",\"");
    text_out(o, key);
    text_out(o, "\":");
    text_out_u64(o, value);
}

static void hex(struct text_out *o, uint64_t value)
{
    char digits[17];

    (void)snprintf(digits, sizeof digits, "%" PRIx64, value);
    text_out(o, "\"");
    text_out(o, digits);
    text_out(o, "\"");
}

/* Registers that are zero are left out, but for pc. */
static void registers(struct text_out *o, const struct postmortem *record)
{
    text_out(o, ",\"regs\":{\"pc\":");
    hex(o, record->reg[0]);
    for (unsigned i = 1; i < POSTMORTEM_REGISTERS; i++) {
        if (record->reg[i] != 0) {
            text_out(o, ",\"");
            text_out(o, postmortem_register[i]);
            text_out(o, "\":");
            hex(o, record->reg[i]);
        }
    }
    text_out(o, "}");
}

/* Bytes in the order of their addresses. */
static void stack(struct text_out *o, const struct last_words *words)
{
    static const char digit[] = "0123456789abcdef";

    text_out(o, ",\"stack\":\"");
    for (uint32_t i = 0; i < words->stack_bytes; i++) {
        const char pair[2] = {digit[words->stack[i] >> 4], digit[words->stack[i] & 15]};
        text_out_bytes(o, pair, sizeof pair);
    }
    text_out(o, "\"");
}

static void half(struct text_out *o, const struct last_words_half *half)
{
    const uint64_t words[] = {half->index, half->epoch, half->want};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        text_out(o, ",");
        text_out_u64(o, words[i]);
    }
}

static void rings(struct text_out *o, const struct last_words *words)
{
    text_out(o, ",\"rings\":[");
    for (uint32_t i = 0; i < words->rings; i++) {
        text_out(o, i == 0 ? "[\"" : ",[\"");
        text_out(o, words->ring[i].name);
        text_out(o, "\"");
        half(o, &words->ring[i].own);
        half(o, &words->ring[i].peer);
        text_out(o, "]");
    }
    text_out(o, "]");
}

static void lines(struct text_out *o, const struct last_words *words)
{
    text_out(o, ",\"log\":[");
    for (uint32_t i = 0; i < words->lines; i++) {
        const struct last_words_line *line = &words->line[i];

        text_out(o, i == 0 ? "[" : ",[");
        text_out_u64(o, line->time / (CLOCK_HZ / 1000));
        text_out(o, ",");
        text_out_u64(o, line->level);
        text_out(o, ",\"");
        text_out_bytes(o, line->text, line->length);
        text_out(o, "\"]");
    }
    text_out(o, "]");
}

size_t remains_text(const struct postmortem *record, char *text, size_t size)
{
    struct text_out o = {text, text + size, true};

    text_out(&o, "{\"component\":\"");
    text_out(&o, record->name);
    text_out(&o, "\",\"cause\":\"");
    text_out(&o, record->cause);
    text_out(&o, "\"");
    field(&o, "fault", record->fault);
    field(&o, "start", record->start);
    field(&o, "ms", record->time / (CLOCK_HZ / 1000));
    field(&o, "secret", (record->flags & POSTMORTEM_SECRET) != 0);
    registers(&o, record);
    if ((record->flags & POSTMORTEM_WORDS) != 0) {
        text_out(&o, ",\"build\":");
        hex(&o, record->words.build);
        stack(&o, &record->words);
        rings(&o, &record->words);
        lines(&o, &record->words);
    }
    text_out(&o, "}");
    return o.fits ? (size_t)(o.at - text) : 0;
}
