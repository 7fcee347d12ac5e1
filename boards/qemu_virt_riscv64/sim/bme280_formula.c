/* SPDX-License-Identifier: BSD-2-Clause */
/* Data sheet arithmetic and its inverse by bisection; every formula is monotonic in its own input. */
#include "bme280_formula.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

const struct sim_trim bme280_sim_trim = {
    .t1 = 28009,
    .t2 = 25654,
    .t3 = 50,
    .p1 = 37529,
    .p2 = -10480,
    .p3 = 3024,
    .p4 = 8254,
    .p5 = -106,
    .p6 = -7,
    .p7 = 9900,
    .p8 = -10230,
    .p9 = 4285,
    .h1 = 75,
    .h2 = 361,
    .h3 = 0,
    .h4 = 324,
    .h5 = 50,
    .h6 = 30,
};

int32_t bme280_fine(const struct sim_trim *trim, uint32_t adc_t)
{
    int64_t linear = ((int64_t)(adc_t / 8) - 2 * (int64_t)trim->t1) * trim->t2;
    int64_t offset = (int64_t)(adc_t / 16) - trim->t1;

    return (int32_t)((linear >> 11) + ((((offset * offset) >> 12) * trim->t3) >> 14));
}

static uint32_t pressure(const struct sim_trim *trim, int32_t fine, uint32_t adc_p)
{
    int64_t t = (int64_t)fine - 128000;
    int64_t offset = t * t * trim->p6 + t * trim->p5 * (INT64_C(1) << 17) + trim->p4 * (INT64_C(1) << 35);
    int64_t scale = ((t * t * trim->p3) >> 8) + t * trim->p2 * 4096;
    int64_t p;

    scale = (((INT64_C(1) << 47) + scale) * trim->p1) >> 33;
    if (scale == 0) {
        return 0;
    }
    p = (((1048576 - (int64_t)adc_p) * (INT64_C(1) << 31) - offset) * 3125) / scale;
    /* Both corrections are made from the uncorrected value. */
    p += ((trim->p9 * (p >> 13) * (p >> 13)) >> 25) + ((trim->p8 * p) >> 19);
    return (uint32_t)((p >> 8) + (int64_t)trim->p7 * 16);
}

static uint32_t humidity(const struct sim_trim *trim, int32_t fine, uint32_t adc_h)
{
    int64_t t = (int64_t)fine - 76800;
    int64_t wet = ((int64_t)adc_h * 16384 - (int64_t)trim->h4 * 1048576 - trim->h5 * t + 16384) >> 15;
    int64_t gain = ((t * trim->h6) >> 10) * (((t * trim->h3) >> 11) + 32768);
    int64_t h;

    gain = (((gain >> 10) + 2097152) * trim->h2 + 8192) >> 14;
    h = wet * gain;
    h -= ((((h >> 15) * (h >> 15)) >> 7) * trim->h1) >> 4;
    h = h < 0 ? 0 : h;
    h = h > 419430400 ? 419430400 : h;
    return (uint32_t)(h >> 12);
}

struct sim_values bme280_compensate(const struct sim_trim *trim, struct sim_raw raw)
{
    int32_t fine = bme280_fine(trim, raw.t);

    return (struct sim_values){
        .t_centi = (fine * 5 + 128) >> 8,
        .p_q24_8 = pressure(trim, fine, raw.p),
        .h_q22_10 = humidity(trim, fine, raw.h),
    };
}

enum channel { TEMPERATURE, PRESSURE, HUMIDITY };

/* A quantity that rises with `adc`, as a number comparable with the wanted one. */
static double rising(const struct sim_trim *trim, enum channel channel, int32_t fine, uint32_t adc)
{
    switch (channel) {
    case TEMPERATURE:
        return bme280_fine(trim, adc) / 5120.0;
    case PRESSURE:
        return -(pressure(trim, fine, adc) / 256.0);
    default:
        return humidity(trim, fine, adc) / 1024.0;
    }
}

/* The multiple of `step` below `limit` whose result is nearest to `wanted`. */
static uint32_t bisect(const struct sim_trim *trim, enum channel channel, int32_t fine, double wanted,
                       uint32_t limit, uint32_t step)
{
    uint32_t low = 0;
    uint32_t high = limit / step - 1;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (rising(trim, channel, fine, middle * step) <= wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return fabs(rising(trim, channel, fine, low * step) - wanted) <=
                   fabs(rising(trim, channel, fine, high * step) - wanted)
               ? low * step
               : high * step;
}

struct sim_raw bme280_invert(const struct sim_trim *trim, double celsius, double pascal, double percent,
                             uint32_t step_t, uint32_t step_p)
{
    struct sim_raw raw;
    int32_t fine;

    raw.t = bisect(trim, TEMPERATURE, 0, celsius, 1u << 20, step_t);
    fine = bme280_fine(trim, raw.t);
    raw.p = bisect(trim, PRESSURE, fine, -pascal, 1u << 20, step_p);
    raw.h = bisect(trim, HUMIDITY, fine, percent, 1u << 16, 1);
    return raw;
}

static void put16(uint8_t *at, int value)
{
    at[0] = (uint8_t)((unsigned)value & 0xffu);
    at[1] = (uint8_t)((unsigned)value >> 8 & 0xffu);
}

void bme280_trim_registers(const struct sim_trim *trim, uint8_t low[26], uint8_t high[7])
{
    const int words[12] = {trim->t1, trim->t2, trim->t3, trim->p1, trim->p2, trim->p3,
                           trim->p4, trim->p5, trim->p6, trim->p7, trim->p8, trim->p9};
    unsigned h4 = (unsigned)trim->h4 & 0xfffu;
    unsigned h5 = (unsigned)trim->h5 & 0xfffu;

    for (size_t i = 0; i < 12; i++) {
        put16(low + 2 * i, words[i]);
    }
    low[24] = 0;
    low[25] = trim->h1;
    put16(high, trim->h2);
    high[2] = trim->h3;
    high[3] = (uint8_t)(h4 >> 4);
    high[4] = (uint8_t)((h4 & 0xfu) | (h5 & 0xfu) << 4);
    high[5] = (uint8_t)(h5 >> 4);
    high[6] = (uint8_t)trim->h6;
}
