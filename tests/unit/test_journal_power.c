/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The power is cut at every single write, erase and flush of scripted workloads, and at random moments of
 * random ones; after each cut the log recovers and must hold what it had confirmed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "journal/log_fixture.h"

#define SEGMENT 8192u

static struct fixture f;

/* One step of a workload. False: the power is gone. */
static bool step(unsigned i)
{
    uint64_t last = f.log.next_seq - 1;
    if (i % 7 == 6) {
        (void)fixture_append(&f, 0, 24, last > 5 ? last - 5 : f.released);
    } else if (!fixture_append(&f, i % 3 + 1, 40 + (i * 397) % 1800, f.released) && !f.media.off) {
        uint64_t first, upto;
        if (log_oldest(&f.log, &first, &upto)) {
            (void)fixture_append(&f, 0, 24, upto);
        }
    }
    return !f.media.off;
}

static void work(unsigned steps)
{
    for (unsigned i = 0; i < steps && step(i); i++) {
    }
}

static void restart(enum media_cut kind)
{
    media_model_power(&f.media, kind);
    fixture_start(&f);
    fixture_check(&f, 0);
}

/* Operations of an undisturbed workload. */
static uint64_t operations(bool nor, unsigned steps)
{
    fixture_init(&f, 5, SEGMENT, 512, nor, 1);
    fixture_start(&f);
    work(steps);
    return f.media.operations;
}

static void cut_everywhere(bool nor, unsigned steps)
{
    uint64_t all = operations(nor, steps);
    assert_true(all > 2 * steps);
    for (uint64_t at = 1; at <= all; at++) {
        for (int kind = 0; kind < CUT_KINDS; kind++) {
            fixture_init(&f, 5, SEGMENT, 512, nor, at);
            f.media.cut_at = at;
            fixture_start(&f);
            work(steps);
            assert_true(f.media.off);
            restart((enum media_cut)kind);
            work(9);
            restart(CUT_NOTHING);
        }
    }
}

static void test_disk_cut_at_every_operation(void **state)
{
    (void)state;
    cut_everywhere(false, 90);
}

static void test_flash_cut_at_every_operation(void **state)
{
    (void)state;
    cut_everywhere(true, 90);
}

/* A second cut soon after the first, while the log recovers or writes its first frames. */
static void test_cut_twice(void **state)
{
    (void)state;
    for (int nor = 0; nor < 2; nor++) {
        uint64_t all = operations(nor, 24);
        for (uint64_t at = 1; at <= all; at++) {
            for (uint64_t again = 1; again <= 8; again++) {
                fixture_init(&f, 5, SEGMENT, 512, nor, at * 8 + again);
                f.media.cut_at = at;
                fixture_start(&f);
                work(24);
                restart(CUT_TORN);
                f.media.cut_at = f.media.operations + again;
                work(24);
                restart(CUT_TORN);
                work(5);
                restart(CUT_NOTHING);
            }
        }
    }
}

/* Cut in place of the flush behind the next frame, which opens a segment. */
static void cut_opening(uint64_t count, enum media_cut kind)
{
    f.media.cut_at = f.media.operations + 3;
    assert_false(fixture_append(&f, count, 3000, f.released));
    assert_true(f.media.off);
    restart(kind);
}

/* A frame whose segment header was lost must not come back under the next header in its place. */
static void test_a_lost_header_leaves_no_ghost(void **state)
{
    (void)state;
    fixture_init(&f, 4, SEGMENT, 512, false, 1);
    fixture_start(&f);
    while (f.log.newest < 6) {
        assert_true(fixture_append(&f, 1, 3000, f.log.next_seq - 1));
    }
    while (f.log.segment_size - f.log.offset > 2048) {
        assert_true(fixture_append(&f, 1, 100, f.log.next_seq - 1));
    }
    cut_opening(6, CUT_LAST);
    assert_true(fixture_append(&f, 1, 100, f.released));
    cut_opening(1, CUT_FIRST);
}

static uint64_t life; /* seed of the one that runs, or has failed */

static void random_life(uint64_t seed)
{
    life = seed;
    fixture_init(&f, (uint32_t)(4 + seed % 5), SEGMENT, seed % 2 != 0 ? 512 : 4096 / 16, seed % 3 == 0, seed);
    fixture_start(&f);
    for (unsigned boot = 0; boot < 12; boot++) {
        f.media.cut_at = f.media.operations + 1 + media_model_random(&f.media, 60);
        for (unsigned i = 0; i < 200 && step((unsigned)media_model_random(&f.media, 1000)); i++) {
        }
        if (f.frames > FIXTURE_FRAMES / 2) {
            return;
        }
        restart((enum media_cut)media_model_random(&f.media, CUT_KINDS));
    }
}

/* POSTERN_SEED=N replays one life, POSTERN_LIVES=N runs more of them. */
static void test_random_lives(void **state)
{
    (void)state;
    const char *seed = getenv("POSTERN_SEED");
    const char *lives = getenv("POSTERN_LIVES");
    if (seed != NULL) {
        random_life(strtoull(seed, NULL, 0));
        return;
    }
    uint64_t count = lives != NULL ? strtoull(lives, NULL, 0) : 600;
    for (uint64_t s = 1; s <= count; s++) {
        random_life(s);
    }
}

static int tell_seed(void **state)
{
    (void)state;
    print_message("# the last seed was %llu\n", (unsigned long long)life);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disk_cut_at_every_operation),
        cmocka_unit_test(test_flash_cut_at_every_operation),
        cmocka_unit_test(test_cut_twice),
        cmocka_unit_test(test_a_lost_header_leaves_no_ghost),
        cmocka_unit_test_teardown(test_random_lives, tell_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
