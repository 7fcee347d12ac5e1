/* SPDX-License-Identifier: BSD-2-Clause */
/* A day without a broker at 10 Hz from four sensors, then the catch-up, in virtual time; and what a start
 * costs on media of all sizes. Figures are printed as comments of the TAP output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "journal/day.h"

#define MS  UINT64_C(1000000)
#define MIB (UINT64_C(1) << 20)

/* Faster than the sensors by this factor, the uplink catches up. */
#define CATCH_UP 20u

static struct day day;

/* Counted while the store runs: whatever it would take from the heap. */
static uint64_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    allocations++;
    return __real_realloc(old, size);
}

static const struct store_settings hold = {
    .policy = STORE_HOLD, .commit_readings = 96, .commit_ns = 1000 * MS, .release_ns = 1000 * MS};
static const struct store_settings drop_oldest = {
    .policy = STORE_DROP_OLDEST, .commit_readings = 96, .commit_ns = 1000 * MS, .release_ns = 1000 * MS};
static const struct store_settings drop_newest = {
    .policy = STORE_DROP_NEWEST, .commit_readings = 96, .commit_ns = 1000 * MS, .release_ns = 1000 * MS};
static const struct store_settings thin = {.policy = STORE_DROP_OLDEST,
                                           .commit_readings = 96,
                                           .commit_ns = 1000 * MS,
                                           .release_ns = 1000 * MS,
                                           .thin_percent = 50,
                                           .thin_keep = 10};

/* Every number is delivered or in the ledger, which names the missing ones by range and count exactly. */
static void check_ledger(const struct day *d)
{
    const struct ledger *l = &d->store.state.ledger;
    uint64_t missing = 0;
    size_t gap = 0;
    assert_true(ledger_valid(l));
    for (uint32_t i = 0; i < l->count; i++) {
        uint64_t in_range = 0;
        while (gap < d->gaps && d->gap[gap].first <= l->range[i].last) {
            assert_true(d->gap[gap].first >= l->range[i].first);
            assert_true(d->gap[gap].last <= l->range[i].last);
            in_range += d->gap[gap].last - d->gap[gap].first + 1;
            gap++;
        }
        assert_int_equal(in_range, l->range[i].missing);
        missing += in_range;
    }
    assert_int_equal(gap, d->gaps);
    assert_int_equal(missing, ledger_sum(l));
    assert_int_equal(d->given + missing, d->store.last_seq);
    assert_int_equal(d->last_given, d->store.last_seq);
}

/* Offline for a day, perhaps power off and on, then the uplink is there while the sensors go on. */
static void one_day(const char *name, const struct store_settings *settings, uint64_t size, bool cut)
{
    day_begin(&day, settings, size);
    uint64_t before = allocations;
    day_pass(&day, DAY_SAMPLES, 0);
    uint64_t written = day.disk.bytes_written;
    uint64_t taken = day.store.last_seq;
    uint64_t used = log_used(&day.store.log);
    if (cut) {
        day_restart(&day);
        assert_true(day.forgotten <= settings->commit_readings * (settings->thin_keep + UINT64_C(1)));
    }
    uint64_t read_before = day.disk.bytes_read;
    day_pass(&day, DAY_SAMPLES / 16, CATCH_UP * DAY_QUANTITIES);
    uint64_t online = day.given;
    day_drain(&day);
    assert_int_equal(allocations, before);
    check_ledger(&day);
    const struct ledger *l = &day.store.state.ledger;
    print_message(
        "# %s, %llu MiB: %llu readings taken in the day, %.2f bytes written a reading, %llu KiB used; "
        "delivered %llu, %llu of them online; oldest %llu newest %llu thinned %llu, samples skipped %llu; "
        "read %.2f bytes a reading; %zu bytes of memory, %llu allocations\n",
        name, (unsigned long long)(size / MIB), (unsigned long long)taken, (double)written / (double)taken,
        (unsigned long long)(used / 1024), (unsigned long long)day.given, (unsigned long long)online,
        (unsigned long long)l->total[LOSS_OLDEST], (unsigned long long)l->total[LOSS_NEWEST],
        (unsigned long long)l->total[LOSS_THINNED], (unsigned long long)day.skipped,
        (double)(day.disk.bytes_read - read_before) / (double)day.given, sizeof day.store,
        (unsigned long long)(allocations - before));
}

static void test_a_day_fits_a_large_journal(void **state)
{
    (void)state;
    one_day("hold", &hold, 256 * MIB, true);
    assert_int_equal(ledger_sum(&day.store.state.ledger), 0);
    assert_int_equal(day.skipped, 0);
    assert_int_equal(day.given + day.forgotten, DAY_READINGS + DAY_READINGS / 16);
    assert_int_equal(day.gaps, 0);
    day_end(&day);
}

static void test_drop_oldest_keeps_the_end_of_the_day(void **state)
{
    (void)state;
    one_day("drop-oldest", &drop_oldest, 64 * MIB, true);
    const struct ledger *l = &day.store.state.ledger;
    assert_int_equal(l->count, 1);
    assert_int_equal(l->range[0].first, 1);
    assert_int_equal(l->range[0].last, l->total[LOSS_OLDEST]);
    assert_int_equal(l->total[LOSS_OLDEST], ledger_sum(l));
    assert_int_equal(day.store.last_seq + day.forgotten, DAY_READINGS + DAY_READINGS / 16);
    day_end(&day);
}

static void test_drop_newest_keeps_its_beginning(void **state)
{
    (void)state;
    one_day("drop-newest", &drop_newest, 64 * MIB, false);
    const struct ledger *l = &day.store.state.ledger;
    assert_int_equal(l->total[LOSS_NEWEST], ledger_sum(l));
    assert_true(day.gaps != 0 && day.gap[0].first > DAY_READINGS / 10);
    assert_int_equal(day.store.last_seq, DAY_READINGS + DAY_READINGS / 16);
    day_end(&day);
}

static void test_hold_slows_the_sensors_and_loses_nothing(void **state)
{
    (void)state;
    one_day("hold", &hold, 64 * MIB, true);
    assert_int_equal(ledger_sum(&day.store.state.ledger), 0);
    assert_int_equal(day.gaps, 0);
    assert_true(day.skipped > DAY_SAMPLES / 10);
    assert_int_equal(day.store.last_seq + day.forgotten + day.skipped * DAY_QUANTITIES,
                     DAY_READINGS + DAY_READINGS / 16);
    day_end(&day);
}

static void test_thinning_keeps_the_whole_day_coarsely(void **state)
{
    (void)state;
    one_day("thin", &thin, 64 * MIB, true);
    const struct ledger *l = &day.store.state.ledger;
    assert_true(l->total[LOSS_THINNED] > DAY_READINGS / 10);
    assert_int_equal(l->total[LOSS_THINNED] % DAY_QUANTITIES, 0);
    day_end(&day);
}

/* What a start reads: a unit of each segment and the newest segment, on a medium that is full. */
static void test_a_start_on_media_of_all_sizes(void **state)
{
    (void)state;
    print_message("# size MiB | segments | segment KiB | reads | bytes | of the medium\n");
    for (uint64_t size = 1; size <= 64; size *= 2) {
        day_begin(&day, &drop_oldest, size * MIB);
        while (day.store.state.ledger.total[LOSS_OLDEST] == 0) {
            day_pass(&day, 4096, 0);
        }
        uint64_t reads = day.disk.reads, bytes = day.disk.bytes_read, writes = day.disk.writes;
        day_restart(&day);
        reads = day.disk.reads - reads;
        bytes = day.disk.bytes_read - bytes;
        const struct log *l = &day.store.log;
        print_message("# %llu | %u | %u | %llu | %llu | %.2f %%\n", (unsigned long long)size, l->segments,
                      l->segment_size / 1024, (unsigned long long)reads, (unsigned long long)bytes,
                      100.0 * (double)bytes / (double)(size * MIB));
        assert_int_equal(day.disk.writes, writes);
        assert_true(reads <= l->segments + l->segment_size / day.disk.geometry.unit + 8);
        assert_true(bytes <= (uint64_t)l->segments * day.disk.geometry.unit + 9 * (uint64_t)l->segment_size);
        day_end(&day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_fits_a_large_journal),
        cmocka_unit_test(test_drop_oldest_keeps_the_end_of_the_day),
        cmocka_unit_test(test_drop_newest_keeps_its_beginning),
        cmocka_unit_test(test_hold_slows_the_sensors_and_loses_nothing),
        cmocka_unit_test(test_thinning_keeps_the_whole_day_coarsely),
        cmocka_unit_test(test_a_start_on_media_of_all_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
