/* SPDX-License-Identifier: BSD-2-Clause */
/* Health tests of the noise source at their exact limits, and that no bad or early byte becomes a seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "stock.h"

static uint64_t generator;

static uint8_t random_byte(void)
{
    generator = generator * 6364136223846793005U + 1442695040888963407U;
    return (uint8_t)(generator >> 56);
}

static int setup(void **state)
{
    (void)state;
    generator = 7;
    return 0;
}

static enum health_result feed(struct health *health, uint8_t value, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        (void)health_test(health, &value, 1);
    }
    return health->result;
}

static void good_source_passes(void **state)
{
    struct health health;
    (void)state;
    health_start(&health);
    for (unsigned i = 0; i < 1000000; i++) {
        uint8_t sample = random_byte();
        assert_int_equal(health_test(&health, &sample, 1), HEALTH_OK);
        assert_int_equal(health_ready(&health), i + 1 >= HEALTH_STARTUP_SAMPLES);
    }
}

static void repetition_is_cut_off(void **state)
{
    struct health health;
    (void)state;
    health_start(&health);
    assert_int_equal(feed(&health, 0, HEALTH_REPETITION_CUTOFF - 1), HEALTH_OK);
    assert_int_equal(feed(&health, 1, HEALTH_REPETITION_CUTOFF - 1), HEALTH_OK);
    assert_int_equal(feed(&health, 0, HEALTH_REPETITION_CUTOFF), HEALTH_REPETITION);
    assert_false(health_ready(&health));
    assert_int_equal(feed(&health, 5, 1), HEALTH_REPETITION); /* stays failed */
}

/* `times` occurrences of the window's first value, never twice in a row; then the window's rest. */
static enum health_result window(struct health *health, unsigned times)
{
    uint8_t other = 1;
    for (unsigned i = 0; i < HEALTH_PROPORTION_WINDOW; i++) {
        uint8_t sample = 0;
        if (i % 2 != 0 || i / 2 >= times) {
            other = (uint8_t)(other % 255 + 1);
            sample = other;
        }
        (void)health_test(health, &sample, 1);
    }
    return health->result;
}

static void proportion_is_cut_off(void **state)
{
    struct health health;
    (void)state;
    health_start(&health);
    /* The count begins anew with each window. */
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(window(&health, HEALTH_PROPORTION_CUTOFF - 1), HEALTH_OK);
    }
    assert_int_equal(window(&health, HEALTH_PROPORTION_CUTOFF), HEALTH_PROPORTION);
    assert_string_equal(health_text(health.result), "adaptive proportion test failed");
}

static void fill(struct stock *stock, size_t length)
{
    uint8_t bytes[STOCK_SIZE];
    while (length != 0) {
        size_t part = length < sizeof(bytes) ? length : sizeof(bytes);
        for (size_t i = 0; i < part; i++) {
            bytes[i] = random_byte();
        }
        assert_int_equal(stock_add(stock, bytes, part), HEALTH_OK);
        length -= part;
    }
}

static void startup_bytes_are_thrown_away(void **state)
{
    struct stock stock;
    (void)state;
    stock_start(&stock);
    fill(&stock, HEALTH_STARTUP_SAMPLES);
    assert_false(stock_has_seed(&stock));
    fill(&stock, ENTROPY_SEED_SIZE - 1);
    assert_false(stock_has_seed(&stock));
    fill(&stock, 1);
    assert_true(stock_has_seed(&stock));
}

static void each_byte_leaves_once(void **state)
{
    struct stock stock;
    uint8_t seeds[STOCK_SIZE / ENTROPY_SEED_SIZE][ENTROPY_SEED_SIZE];
    uint8_t zero[STOCK_SIZE] = {0};
    (void)state;
    stock_start(&stock);
    fill(&stock, HEALTH_STARTUP_SAMPLES + STOCK_SIZE);
    assert_int_equal(stock_space(&stock), 0);
    for (size_t i = 0; i < STOCK_SIZE / ENTROPY_SEED_SIZE; i++) {
        assert_true(stock_has_seed(&stock));
        stock_take(&stock, seeds[i]);
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(seeds[i], seeds[j], ENTROPY_SEED_SIZE);
        }
    }
    assert_false(stock_has_seed(&stock));
    assert_memory_equal(stock.bytes, zero, STOCK_SIZE);
}

static void failure_empties_the_stock_for_good(void **state)
{
    struct stock stock;
    uint8_t stuck[HEALTH_REPETITION_CUTOFF + 1] = {0};
    uint8_t zero[STOCK_SIZE] = {0};
    (void)state;
    stock_start(&stock);
    fill(&stock, HEALTH_STARTUP_SAMPLES + ENTROPY_SEED_SIZE);
    assert_int_equal(stock_add(&stock, stuck, sizeof(stuck)), HEALTH_REPETITION);
    assert_false(stock_has_seed(&stock));
    assert_int_equal(stock_space(&stock), 0);
    assert_memory_equal(stock.bytes, zero, STOCK_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(good_source_passes, setup),
        cmocka_unit_test_setup(repetition_is_cut_off, setup),
        cmocka_unit_test_setup(proportion_is_cut_off, setup),
        cmocka_unit_test_setup(startup_bytes_are_thrown_away, setup),
        cmocka_unit_test_setup(each_byte_leaves_once, setup),
        cmocka_unit_test_setup(failure_empties_the_stock_for_good, setup),
    };
    return cmocka_run_group_tests_name("entropy_health", tests, NULL, NULL);
}
