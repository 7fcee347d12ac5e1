/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of faults as text: a table, or all of one. */
#include "postmortem_text.h"
#include <postern/clock.h>
#include <postern/postmortem.h>
#include <postern/protocol/log.h>
#include <stdbool.h>
#include <string.h>
#include "output.h"

#define TICKS_PER_MS (CLOCK_HZ / 1000)
#define A_LINE       4 /* words */

typedef unsigned long long number;

static number seconds(uint64_t ticks)
{
    return ticks / CLOCK_HZ;
}

static unsigned milliseconds(uint64_t ticks)
{
    return (unsigned)(ticks % CLOCK_HZ / TICKS_PER_MS);
}

/* Whether the broker has it. */
static bool published(uint64_t told, uint32_t i, const struct postmortem *record)
{
    return *(const volatile uint32_t *)&((const struct postmortem_told *)(uintptr_t)told)->record[i] ==
           record->crc;
}

static void show_row(const struct postmortem *record, bool is_told)
{
    output_printf("%-12s %5u %5u %7llu.%03u  %-9s  %s\n", record->name, (unsigned)record->fault,
                  (unsigned)record->start, seconds(record->time), milliseconds(record->time),
                  is_told ? "yes" : "no", record->cause);
}

static void show_registers(const struct postmortem *record)
{
    bool secret = (record->flags & POSTMORTEM_SECRET) != 0;
    unsigned count = secret ? POSTMORTEM_OPEN_REGISTERS : POSTMORTEM_REGISTERS;

    for (unsigned i = 0; i < count; i++) {
        output_printf("%s%-3s %016llx%s", i % A_LINE == 0 ? "  " : " ", postmortem_register[i],
                      (number)record->reg[i], i % A_LINE == A_LINE - 1 ? "\n" : "");
    }
    if (secret) {
        output_printf("  the other registers and the stack are secret\n");
    }
}

static void show_stack(const struct last_words *words)
{
    for (uint32_t at = 0; at < words->stack_bytes; at += sizeof(uint64_t)) {
        bool first = at % (A_LINE * sizeof(uint64_t)) == 0;
        bool last = (at + sizeof(uint64_t)) % (A_LINE * sizeof(uint64_t)) == 0;
        uint64_t word;

        memcpy(&word, words->stack + at, sizeof word);
        if (first) {
            output_printf("  sp+%02x", (unsigned)at);
        }
        output_printf(" %016llx%s", (number)word, last || at + sizeof word == words->stack_bytes ? "\n" : "");
    }
}

static void show_rings(const struct last_words *words)
{
    for (uint32_t i = 0; i < words->rings; i++) {
        const struct last_words_ring *ring = &words->ring[i];

        output_printf("  ring %-16s own %llu epoch %u want %u, peer %llu epoch %u want %u\n", ring->name,
                      (number)ring->own.index, (unsigned)ring->own.epoch, (unsigned)ring->own.want,
                      (number)ring->peer.index, (unsigned)ring->peer.epoch, (unsigned)ring->peer.want);
    }
}

static void show_lines(const struct last_words *words)
{
    static const char *const level[] = {
        [LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};

    for (uint32_t i = 0; i < words->lines; i++) {
        const struct last_words_line *line = &words->line[i];

        output_printf("  log %llu.%03u %s %.*s\n", seconds(line->time), milliseconds(line->time),
                      line->level <= LOG_DEBUG ? level[line->level] : "?", (int)line->length, line->text);
    }
}

static void show_record(const struct postmortem *record)
{
    output_printf("postmortem of %s: fault %u, start %u, at %llu.%03u s: %s\n", record->name,
                  (unsigned)record->fault, (unsigned)record->start, seconds(record->time),
                  milliseconds(record->time), record->cause);
    if ((record->flags & POSTMORTEM_WORDS) != 0) {
        output_printf("  build %016llx\n", (number)record->words.build);
    }
    show_registers(record);
    show_stack(&record->words);
    show_rings(&record->words);
    show_lines(&record->words);
    if ((record->flags & POSTMORTEM_WORDS) == 0) {
        output_printf("  no last words%s\n", (record->flags & POSTMORTEM_FINAL) != 0 ? "" : " yet");
    }
}

void postmortem_text(uint64_t page, uint64_t told, const char *name)
{
    static struct postmortem record; /* too large for the stack */
    bool all = name[0] == '\0';
    bool any = false;

    for (uint32_t i = 0; i < POSTMORTEM_MAX; i++) {
        if (!postmortem_read(page, i, &record) || (!all && strcmp(record.name, name) != 0)) {
            continue;
        }
        if (all && !any) {
            output_printf("this is start %u since power-on\n%-12s %5s %5s %11s  %-9s  %s\n",
                          (unsigned)postmortem_start(page), "component", "fault", "start", "at", "published",
                          "cause");
        }
        any = true;
        if (all) {
            show_row(&record, published(told, i, &record));
        } else {
            show_record(&record);
        }
    }
    if (!any) {
        output_printf("%s%s\n", all ? "no component" : name,
                      all ? " has failed since power-on" : ": no record of a fault");
    }
}
