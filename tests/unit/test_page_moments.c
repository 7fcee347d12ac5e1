/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that components share without a ring, with an owner that changes any word before any read: what the
 * readers make of it stays bounded, ends, and is text for a terminal where it is shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <microkit.h>
#include <postern/journal_view.h>
#include <postern/postmortem.h>
#include <postern/protocol/pd_states.h>
#include "metrics_view.h"
#include "moving_page.h"
#include "operate.h"
#include "output.h"
#include "ports.h"
#include "postmortem.h"
#include "postmortem_text.h"
#include "restarts.h"
#include "store_text.h"
#include "uplink_text.h"
#include "watch.h"

#define PAGE    4096u
#define NAMES   4u
#define SEEDS   100u
#define VALUES  5u
#define PARTS   3u
#define STRIKES (2 * MOVING_WORDS * VALUES * PARTS)
#define SHOWN   (64u * 1024u) /* no command says more */

/* One way to read one page. */
struct subject {
    size_t size;
    void (*fill)(void);
    void (*read)(void);
    unsigned stride; /* between reads that are struck */
};

uint64_t pd_states, supervisor_id = 1;
static void *page; /* of its exact size, so that a sanitizer sees who goes beyond */
static size_t shown;
static struct postmortem_page *kept;

/* What is shown holds no controls. */
void output_printf(const char *format, ...)
{
    char text[1024];
    va_list list;

    va_start(list, format);
    int length = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    assert_in_range(length, 0, sizeof text - 1);
    for (int i = 0; i < length; i++) {
        assert_true(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
    }
    shown += (size_t)length;
    assert_true(shown < SHOWN);
}

microkit_msginfo microkit_ppcall(microkit_channel ch, microkit_msginfo message)
{
    assert_int_equal(ch, supervisor_id);
    return message;
}

void microkit_mr_set(seL4_Uint8 mr, seL4_Word value)
{
    assert_true(mr < PD_STATES_MAX);
    assert_true(value < PD_STATES_MAX);
}

static uint64_t address(void)
{
    return (uint64_t)(uintptr_t)page;
}

static void assert_ends(const char *text, size_t size)
{
    assert_non_null(memchr(text, '\0', size));
}

/* The journal's page. */

static void fill_journal(void)
{
    struct journal_state state = {.version = 8,
                                  .condition = JOURNAL_READY,
                                  .boot = 3,
                                  .next_number = 70,
                                  .durable = 60,
                                  .released = 50,
                                  .capacity = 1000,
                                  .used = 10,
                                  .ranges = 2,
                                  .range = {{1, 2, 1, 0}, {5, 9, 4, 1}}};

    memcpy(page, &state, sizeof state);
}

static void read_journal(void)
{
    struct journal_state state;

    if (journal_view(address(), &state)) {
        assert_true(state.ranges <= JOURNAL_LOSS_RANGES);
        assert_true(state.condition <= JOURNAL_FOREIGN);
        assert_int_equal(state.version % 2, 0);
    }
}

static void show_journal(void)
{
    store_text(address());
}

/* A page of counters. */

static void fill_metrics(void)
{
    static const char *const names[NAMES] = {"connected", "attempts", "calls", "bad_stream"};
    struct metrics_page *metrics = (struct metrics_page *)page;

    metrics->magic = METRICS_MAGIC;
    metrics->count = NAMES;
    for (unsigned i = 0; i < NAMES; i++) {
        (void)snprintf(metrics->metric[i].name, METRICS_NAME_SIZE, "%s", names[i]);
        metrics->metric[i].value = i;
    }
}

static void read_metrics(void)
{
    uint32_t count = 0;

    if (!metrics_view_count(address(), &count)) {
        return;
    }
    assert_true(count <= METRICS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct metric metric = metrics_view_entry(address(), i);

        assert_ends(metric.name, sizeof metric.name);
        for (const char *c = metric.name; *c != '\0'; c++) {
            assert_true(*c > ' ' && *c <= '~');
        }
    }
}

static void watch_metrics(void)
{
    (void)watch_sum((const struct metrics_page *)page, "connected calls");
}

static void show_metrics(void)
{
    uplink_text(address());
}

/* The supervisor's table. */

static void fill_states(void)
{
    struct pd_states_page *states = (struct pd_states_page *)page;

    states->count = NAMES;
    for (unsigned i = 0; i < NAMES; i++) {
        (void)snprintf(states->pd[i].name, PD_STATE_NAME, "pd%u", i);
        states->pd[i].condition = PD_RUNNING;
        states->pd[i].restarts = i;
    }
}

static void read_restarts(void)
{
    struct health health;

    memset(&health, 0x5a, sizeof health);
    restarts_read(&health, address());
    assert_true(health.components <= HEALTH_COMPONENTS);
    for (uint32_t i = 0; i < health.components; i++) {
        assert_ends(health.component[i].name, HEALTH_NAME_SIZE);
        assert_true(health.component[i].restarts != 0);
    }
}

static void show_states(void)
{
    pd_states = address();
    show_boots();
    show_pds("");
    operate_restart("pd1,pd3");
}

/* The supervisor's memory of faults. */

static void fill_faults(void)
{
    struct postmortem_page *faults = (struct postmortem_page *)page;
    struct postmortem *record = &faults->pd[0];

    faults->magic = POSTMORTEM_MAGIC;
    faults->size = sizeof *record;
    record->fault = 1;
    record->flags = POSTMORTEM_FINAL | POSTMORTEM_WORDS;
    (void)snprintf(record->name, sizeof record->name, "net");
    (void)snprintf(record->cause, sizeof record->cause, "a reason");
    record->words.stack_bytes = LAST_WORDS_STACK;
    record->words.rings = LAST_WORDS_RINGS;
    record->words.lines = LAST_WORDS_LINES;
    record->words.line[0].length = LAST_WORDS_TEXT;
    memset(record->words.line[0].text, 'x', LAST_WORDS_TEXT);
    record->crc = postmortem_crc(record);
}

static void assert_clean(const struct postmortem *record)
{
    assert_ends(record->name, sizeof record->name);
    assert_ends(record->cause, sizeof record->cause);
    assert_true(record->words.stack_bytes <= LAST_WORDS_STACK);
    assert_true(record->words.rings <= LAST_WORDS_RINGS);
    assert_true(record->words.lines <= LAST_WORDS_LINES);
    for (unsigned i = 0; i < record->words.lines; i++) {
        assert_true(record->words.line[i].length <= LAST_WORDS_TEXT);
    }
}

static void read_fault(void)
{
    static struct postmortem record;

    if (postmortem_read(address(), 0, &record)) {
        /* No other content has this checksum. */
        assert_int_equal(record.crc, postmortem_crc(&record));
        assert_clean(&record);
    }
}

static void show_faults(void)
{
    postmortem_text(address(), address(), "");
    postmortem_text(address(), address(), "net");
}

/* What the uplink has told: the same page twice would be another one. */

static void fill_told(void)
{
    ((struct postmortem_told *)page)->record[0] = 1;
}

static void show_told(void)
{
    memset(kept, 0, sizeof *kept);
    kept->pd[0].fault = 1;
    kept->pd[0].crc = postmortem_crc(&kept->pd[0]);
    postmortem_text((uint64_t)(uintptr_t)kept, address(), "");
}

/* A component's last words, at the end of its page of counters. */

static void fill_words(void)
{
    struct last_words *words = (struct last_words *)page;

    words->count = 0;
    words->stack_bytes = LAST_WORDS_STACK;
    words->rings = LAST_WORDS_RINGS;
    words->lines = LAST_WORDS_LINES;
}

static void keep_words(void)
{
    const struct postmortem_fault fault = {.name = "net", .cause = "a reason"};
    static struct postmortem record;

    memset(kept, 0, sizeof *kept);
    postmortem_open(kept);
    postmortem_take(kept, 0, &fault, (const struct last_words *)page, 0);
    ((struct last_words *)page)->count++;
    postmortem_look(kept, 0, (const struct last_words *)page, 1);
    postmortem_look(kept, 0, (const struct last_words *)page, POSTMORTEM_PATIENCE_MS);
    assert_true(postmortem_read((uint64_t)(uintptr_t)kept, 0, &record));
    assert_true((kept->pd[0].flags & POSTMORTEM_FINAL) != 0);
    assert_clean(&kept->pd[0]);
}

static const struct subject subjects[] = {
    {sizeof(struct journal_state), fill_journal, read_journal, 1},
    {sizeof(struct journal_state), fill_journal, show_journal, 1},
    {PAGE, fill_metrics, read_metrics, 1},
    {PAGE, fill_metrics, watch_metrics, 1},
    {PAGE, fill_metrics, show_metrics, 29},
    {sizeof(struct pd_states_page), fill_states, read_restarts, 1},
    {sizeof(struct pd_states_page), fill_states, show_states, 3},
    {offsetof(struct postmortem_page, pd[1]), fill_faults, read_fault, 13},
    {sizeof(struct postmortem_page), fill_faults, show_faults, 1201},
    {sizeof(struct postmortem_told), fill_told, show_told, 1},
    {sizeof(struct last_words), fill_words, keep_words, 31},
};

/* In one half of a word, or both. */
static struct moving_strike strike_of(unsigned number)
{
    static const uint64_t value[VALUES] = {0, 1, METRICS_MAX + 1, 0x41414141, UINT32_MAX};
    static const uint64_t mask[PARTS] = {UINT32_MAX, UINT64_MAX << 32, UINT64_MAX};
    uint64_t half = value[number / MOVING_WORDS % VALUES];

    return (struct moving_strike){.word = number % MOVING_WORDS,
                                  .value = half << 32 | half,
                                  .mask = mask[number / MOVING_WORDS / VALUES % PARTS],
                                  .blinks = number >= STRIKES / 2};
}

static void begin(const struct subject *subject)
{
    shown = 0;
    memset(page, 0, subject->size);
    subject->fill();
    moving_page_begin(page, subject->size);
}

/* Returns how many reads there were when nothing was changed. */
static unsigned strike_everywhere(const struct subject *subject)
{
    begin(subject);
    subject->read();
    unsigned reads = moving_page_end();

    for (unsigned at = 0; at < reads; at += subject->stride) {
        for (unsigned i = 0; i < STRIKES; i++) {
            struct moving_strike strike = strike_of(i);

            begin(subject);
            moving_page_strike(at, &strike);
            subject->read();
            (void)moving_page_end();
        }
    }
    return reads;
}

static void test_any_word_before_any_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        page = malloc(subjects[i].size);
        assert_non_null(page);
        assert_true(strike_everywhere(&subjects[i]) > 0);
        for (uint32_t seed = 1; seed <= SEEDS; seed++) {
            begin(&subjects[i]);
            moving_page_flicker(seed * 2654435761u);
            subjects[i].read();
            assert_true(moving_page_end() > 0);
        }
        free(page);
    }
}

/* An honest journal writes while it is read. */

#define OLD UINT64_C(0x1111111111111111)
#define NEW UINT64_C(0x2222222222222222)

static void put_state(uint32_t version, uint64_t word, size_t from, size_t to)
{
    struct journal_state *shared = (struct journal_state *)page;

    for (size_t i = from; i < to; i += sizeof word) {
        memcpy((uint8_t *)page + i, &word, sizeof word);
    }
    shared->condition = JOURNAL_READY;
    shared->ranges = JOURNAL_LOSS_RANGES;
    shared->version = version;
}

static void write_part(unsigned part)
{
    size_t half = sizeof(struct journal_state) / 16 * 8;

    put_state(part == 0 ? 3 : 4, NEW, part == 0 ? 8 : half, part == 0 ? half : sizeof(struct journal_state));
}

static void test_what_is_just_written_is_never_half_of_it(void **state)
{
    unsigned old = 0, new = 0, refused = 0, reads = 1;

    (void)state;
    page = malloc(sizeof(struct journal_state));
    assert_non_null(page);
    for (unsigned from = 0; from <= reads; from++) {
        for (unsigned to = from; to <= reads; to++) {
            struct journal_state copy;
            put_state(2, OLD, 0, sizeof copy);
            moving_page_begin(page, sizeof copy);
            moving_page_write(from, to, write_part);
            bool good = journal_view(address(), &copy);
            unsigned now = moving_page_end();
            reads = now > reads ? now : reads;
            for (size_t i = 1; good && i < sizeof copy.range / sizeof copy.range[0]; i++) {
                assert_int_equal(copy.range[i].last, copy.boot);
            }
            assert_true(!good || copy.boot == copy.durable);
            refused += !good;
            old += good && copy.boot == OLD;
            new += good &&copy.boot == NEW;
        }
    }
    free(page);
    assert_true(reads > sizeof(struct journal_state) / sizeof(uint64_t));
    assert_true(old > 0 && new > 0 && refused > 0);
}

static int setup(void **state)
{
    (void)state;
    kept = malloc(sizeof *kept);
    return kept != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(kept);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_word_before_any_read),
        cmocka_unit_test(test_what_is_just_written_is_never_half_of_it),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
