/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BME280 compensation against the data sheet's worked example and its floating-point formulas, and the
 * conversation against a register file that can be made to lie in every way a broken sensor can.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bme280.h"

/* The worked example of the data sheet of the BMP280, whose formulas for both quantities are the same. */
static const struct bme280_calibration example = {
    .t = {0, 27504, 26435, -1000},
    .p = {0, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000},
    .h = {0, 75, 361, 0, 324, 50, 30},
};

static void test_worked_example(void **state)
{
    int32_t fine = bme280_fine_temperature(&example, 519888);
    uint32_t p = 0;

    (void)state;
    assert_int_equal(fine, 128422);
    assert_int_equal((fine * 5 + 128) >> 8, 2508);
    assert_true(bme280_pressure(&example, fine, 415148, &p));
    assert_int_equal(p, 25767233);
}

static double pressure_in_doubles(const struct bme280_calibration *cal, double fine, double adc)
{
    double x = fine / 2 - 64000;
    double y = (x * x * cal->p[6] / 32768 + x * cal->p[5] * 2) / 4 + cal->p[4] * 65536.0;
    double z = (1 + (cal->p[3] * x * x / 524288 + cal->p[2] * x) / 524288 / 32768) * cal->p[1];
    double p = (1048576 - adc - y / 4096) * 6250 / z;

    return p + (cal->p[9] * p * p / 2147483648.0 + p * cal->p[8] / 32768 + cal->p[7]) / 16;
}

static double humidity_in_doubles(const struct bme280_calibration *cal, double fine, double adc)
{
    double x = fine - 76800;
    double h = (adc - (cal->h[4] * 64.0 + cal->h[5] / 16384.0 * x)) *
               (cal->h[2] / 65536.0 * (1 + cal->h[6] / 67108864.0 * x * (1 + cal->h[3] / 67108864.0 * x)));

    h *= 1 - cal->h[1] * h / 524288.0;
    return fmin(fmax(h, 0), 100);
}

static void test_against_floating_point(void **state)
{
    unsigned compared = 0;

    (void)state;
    for (uint32_t adc_t = 380000; adc_t < 640000; adc_t += 4001) {
        int32_t fine = bme280_fine_temperature(&example, adc_t);

        for (uint32_t adc = 200000; adc < 620000; adc += 7001) {
            double expected = pressure_in_doubles(&example, fine, adc);
            uint32_t p;

            assert_true(bme280_pressure(&example, fine, adc, &p));
            assert_true(fabs(p / 256.0 - expected) < 0.2);
        }
        for (uint32_t adc = 0; adc < 65536; adc += 997) {
            double expected = humidity_in_doubles(&example, fine, adc);

            assert_true(fabs(bme280_humidity(&example, fine, adc) / 1024.0 - expected) < 0.02);
            compared += expected > 0 && expected < 100;
        }
    }
    assert_true(compared > 500);
}

static void test_range_is_enforced(void **state)
{
    struct bme280_values values;
    struct bme280_raw raw = {.t = 519888, .p = 415148, .h = 30000};

    (void)state;
    assert_int_equal(bme280_evaluate(&example, &raw, &values), BME280_PLAUSIBLE);
    raw.t = 0x00000;
    assert_int_equal(bme280_evaluate(&example, &raw, &values), BME280_BAD_TEMPERATURE);
    raw.t = 0xfffff;
    assert_int_equal(bme280_evaluate(&example, &raw, &values), BME280_BAD_TEMPERATURE);
    raw.t = 519888;
    raw.p = 0xfffff;
    assert_int_equal(bme280_evaluate(&example, &raw, &values), BME280_BAD_PRESSURE);
    raw.p = 0;
    assert_int_equal(bme280_evaluate(&example, &raw, &values), BME280_BAD_PRESSURE);
}

static uint32_t next_random(void)
{
    static uint64_t seed = 1;

    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 32);
}

/* Any calibration, any input: never undefined (the sanitizers watch), never outside the range. */
static void test_random_calibration(void **state)
{
    unsigned plausible = 0;

    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        uint8_t low[BME280_CALIB_LOW_SIZE];
        uint8_t high[BME280_CALIB_HIGH_SIZE];
        struct bme280_calibration cal;
        struct bme280_values values;
        struct bme280_raw raw = {next_random() & 0xfffff, next_random() & 0xfffff, next_random() & 0xffff};

        for (unsigned k = 0; k < sizeof(low); k++) {
            low[k] = (uint8_t)next_random();
        }
        for (unsigned k = 0; k < sizeof(high); k++) {
            high[k] = (uint8_t)next_random();
        }
        if (bme280_decode_calibration(&cal, low, high) &&
            bme280_evaluate(&cal, &raw, &values) == BME280_PLAUSIBLE) {
            plausible++;
            assert_in_range(values.t_centi + 4000, 0, 12500);
            assert_in_range(values.p_q24_8, 30000u << 8, 110000u << 8);
            assert_in_range(values.h_q22_10, 0, 100 << 10);
        }
    }
    assert_true(plausible > 0);
}

static void test_calibration_layout(void **state)
{
    const uint8_t low[BME280_CALIB_LOW_SIZE] = {0x70, 0x6b, 0x43, 0x67, 0x18, 0xfc, 0x7d, 0x8e, 0x43,
                                                0xd6, 0xd0, 0x0b, 0x27, 0x0b, 0x8c, 0x00, 0xf9, 0xff,
                                                0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17, 0x00, 0x4b};
    /* H2 = 361, H3 = 7, H4 = -3 (0xffd), H5 = -2047 (0x801), H6 = -30. */
    const uint8_t high[BME280_CALIB_HIGH_SIZE] = {0x69, 0x01, 0x07, 0xff, 0x1d, 0x80, 0xe2};
    struct bme280_calibration cal;

    (void)state;
    assert_true(bme280_decode_calibration(&cal, low, high));
    for (unsigned i = 1; i <= 3; i++) {
        assert_int_equal(cal.t[i], example.t[i]);
    }
    for (unsigned i = 1; i <= 9; i++) {
        assert_int_equal(cal.p[i], example.p[i]);
    }
    assert_int_equal(cal.h[1], 75);
    assert_int_equal(cal.h[2], 361);
    assert_int_equal(cal.h[3], 7);
    assert_int_equal(cal.h[4], -3);
    assert_int_equal(cal.h[5], -2047);
    assert_int_equal(cal.h[6], -30);
}

static void test_impossible_calibrations(void **state)
{
    uint8_t low[BME280_CALIB_LOW_SIZE];
    uint8_t high[BME280_CALIB_HIGH_SIZE];
    struct bme280_calibration cal;

    (void)state;
    memset(low, 0, sizeof(low));
    memset(high, 0, sizeof(high));
    assert_false(bme280_decode_calibration(&cal, low, high));
    memset(low, 0xff, sizeof(low));
    memset(high, 0x11, sizeof(high));
    assert_false(bme280_decode_calibration(&cal, low, high));
    memset(low, 0x11, sizeof(low));
    memset(high, 0xff, sizeof(high));
    assert_false(bme280_decode_calibration(&cal, low, high));
    memset(high, 0x11, sizeof(high));
    assert_true(bme280_decode_calibration(&cal, low, high));
    low[6] = 0;
    low[7] = 0;
    assert_false(bme280_decode_calibration(&cal, low, high));
}

/* A sensor as a register file with the example's calibration. */
static struct {
    uint8_t reg[256];
    unsigned busy_reads; /* status polls until the measurement ends */
    unsigned transfers;
    unsigned spoil_at; /* transfer number (from 1) whose bytes are replaced; 0: none */
    int spoil_with;    /* the byte, or -1: random */
    unsigned fail_at;  /* transfer number that fails */
    unsigned lose_power_at;
} part;

static struct bme280 dev;

static void power_on(void)
{
    static const uint8_t low[] = {0x70, 0x6b, 0x43, 0x67, 0x18, 0xfc, 0x7d, 0x8e, 0x43,
                                  0xd6, 0xd0, 0x0b, 0x27, 0x0b, 0x8c, 0x00, 0xf9, 0xff,
                                  0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17, 0x00, 0x4b};
    static const uint8_t high[] = {0x69, 0x01, 0x00, 0x14, 0x24, 0x03, 0x1e};
    static const uint8_t data[] = {0x80, 0, 0, 0x80, 0, 0, 0x80, 0};

    memset(part.reg, 0, sizeof(part.reg));
    memcpy(part.reg + 0x88, low, sizeof(low));
    memcpy(part.reg + 0xe1, high, sizeof(high));
    memcpy(part.reg + 0xf7, data, sizeof(data));
    part.reg[0xd0] = 0x60;
}

static void measure(void)
{
    static const uint8_t data[] = {0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x75, 0x30};

    if ((part.reg[0xf4] & 3) != 0 && part.busy_reads == 0) {
        memcpy(part.reg + 0xf7, data, sizeof(data));
        part.reg[0xf4] &= 0xfc;
    }
    part.reg[0xf3] = (part.reg[0xf4] & 3) != 0 ? 8 : 0;
    part.busy_reads -= part.busy_reads > 0 ? 1 : 0;
}

static void exchange(uint8_t *rx)
{
    uint8_t reg = dev.tx[0];

    memset(rx, 0xff, dev.length);
    if ((reg & 0x80) != 0) {
        if (reg == 0xf2 && dev.length > 5) {
            measure();
        }
        memcpy(rx + 1, part.reg + reg, dev.length - 1);
    } else {
        for (unsigned i = 0; i + 1 < dev.length; i += 2) {
            part.reg[dev.tx[i] | 0x80] = dev.tx[i + 1];
        }
    }
}

/* One conversation, start to end. */
static enum bme280_error sample(void)
{
    enum bme280_need need = bme280_start(&dev);
    unsigned steps = 0;

    part.transfers = 0;
    while (need != BME280_DONE) {
        uint8_t rx[BME280_TRANSFER_MAX];

        assert_true(++steps < 100);
        if (need == BME280_PAUSE) {
            assert_in_range(dev.pause_us, 1000, 20000);
            need = bme280_paused(&dev);
            continue;
        }
        assert_in_range(dev.length, 2, BME280_TRANSFER_MAX);
        if (++part.transfers == part.lose_power_at) {
            power_on();
        }
        exchange(rx);
        if (part.transfers == part.spoil_at) {
            for (unsigned i = 0; i < dev.length; i++) {
                rx[i] = part.spoil_with < 0 ? (uint8_t)next_random() : (uint8_t)part.spoil_with;
            }
        }
        need = bme280_transferred(&dev, part.transfers == part.fail_at ? NULL : rx);
    }
    return dev.error;
}

static int new_part(void **state)
{
    (void)state;
    memset(&part, 0, sizeof(part));
    power_on();
    bme280_init(&dev);
    return 0;
}

static void test_conversation(void **state)
{
    (void)state;
    assert_int_equal(sample(), BME280_OK);
    assert_int_equal(dev.raw.t, 519888);
    assert_int_equal(dev.raw.p, 415148);
    assert_int_equal(dev.raw.h, 30000);
    assert_int_equal(dev.values.t_centi, 2508);
    assert_int_equal(dev.values.p_q24_8, 25767233);
    assert_int_equal(dev.values.h_q22_10, bme280_humidity(&example, 128422, 30000));
    assert_int_equal(part.transfers, 9);
    /* Known by now: no need to read the calibration again. */
    assert_int_equal(sample(), BME280_OK);
    assert_int_equal(part.transfers, 5);
}

static void test_slow_measurement(void **state)
{
    (void)state;
    part.busy_reads = 4;
    assert_int_equal(sample(), BME280_OK);
    assert_int_equal(dev.values.t_centi, 2508);
    part.busy_reads = 1000;
    assert_int_equal(sample(), BME280_NO_MEASUREMENT);
    part.busy_reads = 0;
    assert_int_equal(sample(), BME280_OK);
}

static void test_absent_and_stuck(void **state)
{
    (void)state;
    part.reg[0xd0] = 0xff;
    assert_int_equal(sample(), BME280_ABSENT);
    part.reg[0xd0] = 0;
    assert_int_equal(sample(), BME280_STUCK);
    part.reg[0xd0] = 0x58;
    assert_int_equal(sample(), BME280_WRONG_ID);
    assert_int_equal(dev.chip_id, 0x58);
    part.reg[0xd0] = 0x60;
    assert_int_equal(sample(), BME280_OK);
}

/* Exchanged or reset between two samples: calibrated anew, though nobody saw it absent. */
static void test_power_loss_between_samples(void **state)
{
    (void)state;
    assert_int_equal(sample(), BME280_OK);
    power_on();
    assert_int_equal(sample(), BME280_OK);
    assert_int_equal(part.transfers, 9);
}

static void test_power_loss_during_sample(void **state)
{
    (void)state;
    assert_int_equal(sample(), BME280_OK);
    for (unsigned at = 3; at <= 5; at++) {
        part.lose_power_at = at;
        /* Lost before the trigger, it is configured by the trigger; afterwards nothing fits. */
        assert_int_equal(sample(), at == 3 ? BME280_OK : at == 4 ? BME280_NOT_CONFIGURED : BME280_UNSTABLE);
        part.lose_power_at = 0;
        assert_int_equal(sample(), BME280_OK);
    }
}

static void test_start_up(void **state)
{
    (void)state;
    part.reg[0xf3] = 1;
    assert_int_equal(sample(), BME280_NO_MEASUREMENT);
    part.reg[0xf3] = 0;
    assert_int_equal(sample(), BME280_OK);
}

static void test_failed_transfers(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 9; at++) {
        new_part(NULL);
        part.fail_at = at;
        assert_int_equal(sample(), BME280_BUS);
        part.fail_at = 0;
        assert_int_equal(sample(), BME280_OK);
    }
}

/* One transfer of a conversation is garbage: no value may come of it, unless it was the write. */
static void expect_no_bad_value(unsigned at, int with, bool calibrated)
{
    unsigned write = calibrated ? 3 : 7;
    enum bme280_error error;

    new_part(NULL);
    if (calibrated) {
        assert_int_equal(sample(), BME280_OK);
    }
    part.spoil_at = at;
    part.spoil_with = with;
    error = sample();
    if (error == BME280_OK) {
        assert_int_equal(dev.values.t_centi, 2508);
        assert_int_equal(dev.values.p_q24_8, 25767233);
        /* Random bytes can be the right chip id by chance, and what transfer 2 reads is only a doubt. */
        assert_true(at == write || at <= 2);
    }
    part.spoil_at = 0;
    assert_int_equal(sample(), BME280_OK);
    assert_int_equal(dev.values.t_centi, 2508);
}

static void test_garbage_in_any_transfer(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 9; at++) {
        for (unsigned i = 0; i < 500; i++) {
            expect_no_bad_value(at, -1, false);
        }
        expect_no_bad_value(at, 0xff, false);
        expect_no_bad_value(at, 0x00, false);
    }
    for (unsigned at = 1; at <= 5; at++) {
        for (unsigned i = 0; i < 500; i++) {
            expect_no_bad_value(at, -1, true);
        }
        expect_no_bad_value(at, 0xff, true);
        expect_no_bad_value(at, 0x00, true);
    }
}

static void test_skipped_values(void **state)
{
    static const uint8_t first[3] = {0xf7, 0xfa, 0xfd};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        enum bme280_need need;
        uint8_t rx[BME280_TRANSFER_MAX] = {0};

        new_part(NULL);
        assert_int_equal(sample(), BME280_OK);
        /* Replay a sample's reads by hand with one quantity "not measured". */
        need = bme280_start(&dev);
        while (need != BME280_DONE) {
            if (need == BME280_PAUSE) {
                need = bme280_paused(&dev);
                continue;
            }
            exchange(rx);
            if (dev.length > 5 && (dev.tx[0] & 0x80) != 0) {
                unsigned at = first[i] - 0xf2u + 1;

                memset(rx + at, 0, i < 2 ? 3 : 2);
                rx[at] = 0x80;
            }
            need = bme280_transferred(&dev, rx);
        }
        assert_int_equal(dev.error, BME280_SKIPPED);
    }
}

static void test_out_of_order_calls(void **state)
{
    (void)state;
    assert_int_equal(bme280_paused(&dev), BME280_DONE);
    assert_int_equal(bme280_transferred(&dev, NULL), BME280_DONE);
    assert_int_equal(sample(), BME280_OK);
    assert_int_equal(bme280_transferred(&dev, NULL), BME280_DONE);
    assert_int_equal(dev.error, BME280_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worked_example),
        cmocka_unit_test(test_against_floating_point),
        cmocka_unit_test(test_range_is_enforced),
        cmocka_unit_test(test_random_calibration),
        cmocka_unit_test(test_calibration_layout),
        cmocka_unit_test(test_impossible_calibrations),
        cmocka_unit_test_setup(test_conversation, new_part),
        cmocka_unit_test_setup(test_slow_measurement, new_part),
        cmocka_unit_test_setup(test_absent_and_stuck, new_part),
        cmocka_unit_test_setup(test_power_loss_between_samples, new_part),
        cmocka_unit_test_setup(test_power_loss_during_sample, new_part),
        cmocka_unit_test_setup(test_start_up, new_part),
        cmocka_unit_test_setup(test_failed_transfers, new_part),
        cmocka_unit_test_setup(test_garbage_in_any_transfer, new_part),
        cmocka_unit_test_setup(test_skipped_values, new_part),
        cmocka_unit_test_setup(test_out_of_order_calls, new_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
