/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping what children leave behind. A record is written in place; its checksum comes last, so that whoever
 * reads meanwhile, or after a reset in between, finds none.
 */
#include "postmortem.h"
#include <postern/crc32.h>
#include <stddef.h>
#include <string.h>

static struct {
    uint32_t words; /* count of the child's last words when it failed */
    uint64_t until_ms;
} waiting[POSTMORTEM_MAX];

static uint32_t header_crc(const struct postmortem_page *page)
{
    return crc32_update(0, (const uint8_t *)page, offsetof(struct postmortem_page, crc));
}

static void publish(struct postmortem *record)
{
    postmortem_clean(record);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *(volatile uint32_t *)&record->crc = postmortem_crc(record);
}

static void put_text(char *field, size_t size, const char *text)
{
    for (size_t i = 0; i < size; i++) {
        field[i] = *text;
        text += *text != '\0' ? 1 : 0;
    }
}

void postmortem_open(struct postmortem_page *page)
{
    bool ours =
        page->magic == POSTMORTEM_MAGIC && page->size == sizeof page->pd[0] && page->crc == header_crc(page);

    if (!ours) {
        memset(page, 0, sizeof *page);
        page->magic = POSTMORTEM_MAGIC;
        page->size = sizeof page->pd[0];
    }
    page->start++;
    page->crc = header_crc(page);
    for (uint32_t i = 0; i < POSTMORTEM_MAX; i++) {
        struct postmortem *record = &page->pd[i];

        if (record->fault == 0 || record->crc != postmortem_crc(record)) {
            *record = (struct postmortem){0};
            continue;
        }
        record->flags |= POSTMORTEM_FINAL;
        publish(record);
    }
}

void postmortem_take(struct postmortem_page *page, uint32_t n, const struct postmortem_fault *fault,
                     const struct last_words *words, uint64_t now_ms)
{
    struct postmortem *record = &page->pd[n];
    uint32_t registers = fault->secret ? POSTMORTEM_OPEN_REGISTERS : POSTMORTEM_REGISTERS;

    page->faults++;
    page->crc = header_crc(page);
    *record = (struct postmortem){.flags = fault->secret ? POSTMORTEM_SECRET : 0,
                                  .fault = page->faults,
                                  .start = page->start,
                                  .time = fault->time,
                                  .address = fault->address};
    put_text(record->name, sizeof record->name, fault->name);
    put_text(record->cause, sizeof record->cause, fault->cause);
    if (fault->reg != NULL) {
        memcpy(record->reg, fault->reg, registers * sizeof record->reg[0]);
    }
    if (words != NULL) {
        waiting[n].words = *(const volatile uint32_t *)&words->count;
        waiting[n].until_ms = now_ms + POSTMORTEM_PATIENCE_MS;
    } else {
        record->flags |= POSTMORTEM_FINAL;
    }
    publish(record);
}

void postmortem_look(struct postmortem_page *page, uint32_t n, const struct last_words *words,
                     uint64_t now_ms)
{
    struct postmortem *record = &page->pd[n];
    bool come = *(const volatile uint32_t *)&words->count != waiting[n].words;

    if (record->fault == 0 || (record->flags & POSTMORTEM_FINAL) != 0 ||
        (!come && now_ms < waiting[n].until_ms)) {
        return;
    }
    record->crc = 0;
    record->flags |= POSTMORTEM_FINAL;
    if (come) {
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        memcpy(&record->words, words, sizeof record->words);
        record->flags |= POSTMORTEM_WORDS;
    }
    publish(record);
}
