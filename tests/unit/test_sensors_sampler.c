/* SPDX-License-Identifier: BSD-2-Clause */
/* When the sampler samples, what it does with answers that are late, short, wrong or missing, and the
 * numbering. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "publish.h"
#include "sampler.h"

#define START UINT64_C(5000000000)

static struct sampler sampler;
static struct spi_request sent;
static uint8_t sent_tx[SPI_MAX_LENGTH];
static unsigned sends, finishes;
static bool bus_full;
static enum bme280_error result;
static uint64_t result_ns;

static bool on_send(const struct spi_request *request, const uint8_t *tx)
{
    sends++;
    sent = *request;
    memcpy(sent_tx, tx, request->length);
    return !bus_full;
}

static void on_finished(unsigned index, const struct bme280 *dev, uint64_t taken_ns)
{
    assert_int_equal(index, 0);
    finishes++;
    result = dev->error;
    result_ns = taken_ns;
}

static const struct sampler_owner owner = {on_send, on_finished};

static int new_sampler(void **state)
{
    (void)state;
    sends = 0;
    finishes = 0;
    bus_full = false;
    sampler_init(&sampler, &owner, START);
    return 0;
}

/* A healthy part's answers; enough of one for the conversation. */
static void fill_answer(uint8_t *rx)
{
    static const uint8_t low[] = {0x70, 0x6b, 0x43, 0x67, 0x18, 0xfc, 0x7d, 0x8e, 0x43,
                                  0xd6, 0xd0, 0x0b, 0x27, 0x0b, 0x8c, 0x00, 0xf9, 0xff,
                                  0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17, 0x00, 0x4b};
    static const uint8_t high[] = {0x69, 0x01, 0x00, 0x14, 0x24, 0x03, 0x1e};
    static const uint8_t measured[] = {0x01, 0x00, 0x24, 0x00, 0x00, 0x65, 0x5a,
                                       0xc0, 0x7e, 0xed, 0x00, 0x75, 0x30};

    memset(rx, 0, SPI_MAX_LENGTH);
    switch (sent_tx[0]) {
    case 0xd0:
        rx[1] = 0x60;
        break;
    case 0x88:
        memcpy(rx + 1, low, sizeof(low));
        break;
    case 0xe1:
        memcpy(rx + 1, high, sizeof(high));
        break;
    case 0xf2:
        memcpy(rx + 1, measured, sizeof(measured));
        break;
    default:
        break;
    }
}

static void answer(uint64_t now)
{
    struct spi_response response = {.id = sent.id, .status = SPI_OK, .length = sent.length};
    uint8_t rx[SPI_MAX_LENGTH];

    fill_answer(rx);
    sampler_answer(&sampler, &response, rx, response.length, now);
}

/* Answer and pause until the round is over; returns the time at its end. */
static uint64_t finish_round(uint64_t now)
{
    unsigned before = finishes;

    while (finishes == before) {
        if (sampler.wait == SAMPLER_ANSWER) {
            now += 100000;
            answer(now);
        } else {
            now = sampler.deadline_ns;
            sampler_tick(&sampler, now);
        }
    }
    return now;
}

static void test_round(void **state)
{
    (void)state;
    sampler_tick(&sampler, START - 1);
    assert_int_equal(sends, 0);
    sampler_tick(&sampler, START);
    assert_int_equal(sends, 1);
    assert_int_equal(sent.cs, sensor_config[0].cs);
    assert_int_equal(sent.mode, sensor_config[0].mode);
    assert_int_equal(sent.hz, sensor_config[0].hz);
    assert_int_equal(sent.length, 2);
    finish_round(START);
    assert_int_equal(result, BME280_OK);
    assert_in_range(result_ns, START, START + 20000000);
    assert_int_equal(sampler.wait, SAMPLER_IDLE);
    assert_true(sampler.deadline_ns == START + SENSOR_PERIOD_NS);
}

/* A hundred rounds start exactly a period apart, however long each takes. */
static void test_period_does_not_drift(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        uint64_t late = START + i * SENSOR_PERIOD_NS + 1000;

        assert_true(sampler.deadline_ns == START + i * SENSOR_PERIOD_NS);
        sampler_tick(&sampler, late);
        finish_round(late);
        assert_int_equal(result, BME280_OK);
    }
    assert_int_equal(sampler.overruns, 0);
}

static void test_silent_bus(void **state)
{
    (void)state;
    sampler_tick(&sampler, START);
    sampler_tick(&sampler, START + SAMPLER_ANSWER_NS - 1);
    assert_int_equal(finishes, 0);
    sampler_tick(&sampler, START + SAMPLER_ANSWER_NS);
    assert_int_equal(finishes, 1);
    assert_int_equal(result, BME280_BUS);
    /* The late answer is not taken for the next one's. */
    answer(START + SAMPLER_ANSWER_NS + 1);
    assert_int_equal(sampler.stale, 1);
    assert_int_equal(finishes, 1);
    sampler_tick(&sampler, sampler.deadline_ns);
    finish_round(sampler.deadline_ns);
    assert_int_equal(result, BME280_OK);
}

static void test_overrun_skips_rounds(void **state)
{
    (void)state;
    sampler_tick(&sampler, START);
    sampler_tick(&sampler, START + 5 * SENSOR_PERIOD_NS / 2);
    assert_int_equal(result, BME280_BUS);
    assert_int_equal(sampler.overruns, 2);
    assert_true(sampler.deadline_ns == START + 3 * SENSOR_PERIOD_NS);
}

static void test_wrong_answers(void **state)
{
    struct spi_response response;
    uint8_t rx[SPI_MAX_LENGTH];

    (void)state;
    sampler_tick(&sampler, START);
    fill_answer(rx);
    response = (struct spi_response){.id = sent.id + 1, .status = SPI_OK, .length = 2};
    sampler_answer(&sampler, &response, rx, 2, START);
    assert_int_equal(finishes, 0);
    assert_int_equal(sampler.stale, 1);
    response.id = sent.id;
    response.length = 3;
    sampler_answer(&sampler, &response, rx, 3, START);
    assert_int_equal(result, BME280_BUS);
    assert_int_equal(finishes, 1);
    sampler_tick(&sampler, sampler.deadline_ns);
    response = (struct spi_response){.id = sent.id, .status = SPI_OK, .length = 2};
    sampler_answer(&sampler, &response, rx, 1, sampler.due_ns);
    assert_int_equal(finishes, 2);
    assert_int_equal(result, BME280_BUS);
    sampler_tick(&sampler, sampler.deadline_ns);
    response = (struct spi_response){.id = sent.id, .status = SPI_TIMEOUT, .length = 0};
    sampler_answer(&sampler, &response, rx, 0, sampler.due_ns);
    assert_int_equal(finishes, 3);
    assert_int_equal(result, BME280_BUS);
    /* An answer that nobody waits for. */
    sampler_answer(&sampler, &response, rx, 0, sampler.due_ns);
    assert_int_equal(finishes, 3);
}

static void test_full_ring(void **state)
{
    (void)state;
    bus_full = true;
    sampler_tick(&sampler, START);
    assert_int_equal(sends, 1);
    assert_int_equal(finishes, 1);
    assert_int_equal(result, BME280_BUS);
    assert_int_equal(sampler.wait, SAMPLER_IDLE);
}

static void test_bus_restart(void **state)
{
    (void)state;
    sampler_bus_restarted(&sampler, START);
    assert_int_equal(finishes, 0);
    sampler_tick(&sampler, START);
    sampler_bus_restarted(&sampler, START + 1);
    assert_int_equal(finishes, 1);
    assert_int_equal(result, BME280_BUS);
    sampler_tick(&sampler, sampler.deadline_ns);
    finish_round(sampler.deadline_ns);
    assert_int_equal(result, BME280_OK);
}

static void test_readings(void **state)
{
    const struct bme280_values values = {.t_centi = -7, .p_q24_8 = 25767233, .h_q22_10 = 47445};
    struct reading readings[READINGS_PER_SAMPLE];
    uint64_t seq = UINT32_MAX;

    (void)state;
    publish_readings(readings, &values, 4, 123456789, &seq);
    assert_true(seq == UINT64_C(3) + UINT32_MAX);
    for (unsigned i = 0; i < READINGS_PER_SAMPLE; i++) {
        assert_true(readings[i].seq == UINT64_C(1) + UINT32_MAX + i);
        assert_int_equal(readings[i].mono_ns, 123456789);
        assert_int_equal(readings[i].sensor, 4);
        assert_int_equal(readings[i].sample_size, 3);
        assert_int_equal(readings[i].sample_index, i);
    }
    assert_int_equal(readings[0].quantity, QUANTITY_TEMPERATURE);
    assert_int_equal(readings[0].value, -7);
    assert_int_equal(readings[0].exponent, -2);
    /* 25767233 / 256 = 100653.2539.. Pa; 47445 / 1024 = 46.33300.. % */
    assert_int_equal(readings[1].quantity, QUANTITY_PRESSURE);
    assert_int_equal(readings[1].value, 10065325);
    assert_int_equal(readings[1].exponent, -2);
    assert_int_equal(readings[2].quantity, QUANTITY_HUMIDITY);
    assert_int_equal(readings[2].value, 46333);
    assert_int_equal(readings[2].exponent, -3);
}

/* Halves go up: 128/256 of a hundredth, 512/1024 of a thousandth. */
/* A round can be left out; the next one is due in its own time. */
static void test_skipped_round(void **state)
{
    (void)state;
    assert_false(sampler_round_due(&sampler, START - 1));
    assert_true(sampler_round_due(&sampler, START));
    sampler_skip_round(&sampler, START + 5);
    assert_int_equal(sends, 0);
    assert_int_equal(sampler.overruns, 0);
    assert_int_equal(sampler.deadline_ns, START + SENSOR_PERIOD_NS);
    sampler_tick(&sampler, START + SENSOR_PERIOD_NS);
    assert_int_equal(sends, 1);
    assert_false(sampler_round_due(&sampler, START + 3 * SENSOR_PERIOD_NS));
    sampler_skip_round(&sampler, START + 3 * SENSOR_PERIOD_NS); /* one is under way */
    assert_int_equal(sampler.wait, SAMPLER_ANSWER);
}

static void test_rounding(void **state)
{
    struct reading readings[READINGS_PER_SAMPLE];
    uint64_t seq = 0;

    (void)state;
    publish_readings(readings, &(struct bme280_values){0, 32, 64}, 0, 0, &seq);
    assert_int_equal(readings[1].value, 13);
    assert_int_equal(readings[2].value, 63);
    publish_readings(readings, &(struct bme280_values){0, 31, 63}, 0, 0, &seq);
    assert_int_equal(readings[1].value, 12);
    assert_int_equal(readings[2].value, 62);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_round, new_sampler),
        cmocka_unit_test_setup(test_period_does_not_drift, new_sampler),
        cmocka_unit_test_setup(test_silent_bus, new_sampler),
        cmocka_unit_test_setup(test_overrun_skips_rounds, new_sampler),
        cmocka_unit_test_setup(test_wrong_answers, new_sampler),
        cmocka_unit_test_setup(test_full_ring, new_sampler),
        cmocka_unit_test_setup(test_bus_restart, new_sampler),
        cmocka_unit_test_setup(test_skipped_round, new_sampler),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_rounding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
