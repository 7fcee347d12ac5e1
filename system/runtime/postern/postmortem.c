/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records of faults: what writer and readers have in common.
 */
#include <postern/postmortem.h>
#include <postern/crc32.h>
#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(struct postmortem) == 32 + POSTMORTEM_NAME + POSTMORTEM_TEXT +
                                                8 * POSTMORTEM_REGISTERS + sizeof(struct last_words),
               "no padding, which no checksum should depend on");

const char *const postmortem_register[POSTMORTEM_REGISTERS] = {
    "pc", "ra", "sp", "gp", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6",  "tp",
};

uint32_t postmortem_crc(const struct postmortem *record)
{
    return crc32_update(0, (const uint8_t *)record + sizeof record->crc, sizeof *record - sizeof record->crc);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What neither a terminal nor a JSON text gives a meaning to. */
static void clean(char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '"' || text[i] == '\\') {
            text[i] = '?';
        }
    }
}

/* In a field: up to its terminator, which is there afterwards. */
static void clean_field(char *text, uint32_t size)
{
    text[size - 1] = '\0';
    clean(text, (uint32_t)strlen(text));
}

void postmortem_clean(struct postmortem *record)
{
    struct last_words *words = &record->words;

    record->flags &= POSTMORTEM_FLAGS;
    clean_field(record->name, sizeof record->name);
    clean_field(record->cause, sizeof record->cause);
    words->stack_bytes = least(words->stack_bytes, LAST_WORDS_STACK) & ~7u;
    words->rings = least(words->rings, LAST_WORDS_RINGS);
    words->lines = least(words->lines, LAST_WORDS_LINES);
    if ((record->flags & POSTMORTEM_WORDS) == 0) {
        *words = (struct last_words){0};
    }
    if ((record->flags & POSTMORTEM_SECRET) != 0) {
        words->stack_bytes = 0;
    }
    for (uint32_t i = 0; i < words->rings; i++) {
        clean_field(words->ring[i].name, sizeof words->ring[i].name);
    }
    for (uint32_t i = 0; i < words->lines; i++) {
        words->line[i].length = least(words->line[i].length, LAST_WORDS_TEXT);
        clean(words->line[i].text, words->line[i].length);
    }
}

bool postmortem_read(uint64_t page, uint32_t i, struct postmortem *record)
{
    const struct postmortem_page *from = (const struct postmortem_page *)(uintptr_t)page;

    if (i >= POSTMORTEM_MAX) {
        return false;
    }
    memcpy(record, &from->pd[i], sizeof *record);
    if (record->fault == 0 || record->crc != postmortem_crc(record)) {
        return false;
    }
    postmortem_clean(record);
    return true;
}
