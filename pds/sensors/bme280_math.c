/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intermediate values are 64 bits wide, so that no shift or product of an implausible calibration
 * overflows; where 64 bits might not do, the compiler's checked operations decide. Right shifts of
 * negative numbers are arithmetic (as the data sheet assumes), left shifts are multiplications.
 */
#include "bme280_math.h"

#include <stddef.h>

#define T_MIN_CENTI  (-4000)
#define T_MAX_CENTI  8500
#define P_MIN_Q24_8  (30000u << 8)
#define P_MAX_Q24_8  (110000u << 8)
#define H_MAX_Q22_10 (100u << 10)

/* The data sheet's pressure before correction: about 2^34; anything beyond 2^40 is nonsense. */
#define P_COARSE_LIMIT (INT64_C(1) << 40)

static int32_t unsigned16(const uint8_t *at)
{
    return (int32_t)(at[0] | (uint32_t)at[1] << 8);
}

static int32_t signed16(const uint8_t *at)
{
    int32_t value = unsigned16(at);

    return value < 0x8000 ? value : value - 0x10000;
}

/* `high` has the upper eight bits of a signed 12-bit number, `low` the lower four. */
static int32_t signed12(uint8_t high, uint32_t low)
{
    int32_t value = (int32_t)((uint32_t)high << 4 | low);

    return value < 0x800 ? value : value - 0x1000;
}

static bool uniform(const uint8_t *bytes, size_t count, uint8_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

bool bme280_decode_calibration(struct bme280_calibration *cal, const uint8_t low[BME280_CALIB_LOW_SIZE],
                               const uint8_t high[BME280_CALIB_HIGH_SIZE])
{
    cal->t[1] = unsigned16(low);
    cal->p[1] = unsigned16(low + 6);
    for (size_t i = 2; i <= 3; i++) {
        cal->t[i] = signed16(low + 2 * (i - 1));
    }
    for (size_t i = 2; i <= 9; i++) {
        cal->p[i] = signed16(low + 6 + 2 * (i - 1));
    }
    cal->h[1] = low[25];
    cal->h[2] = signed16(high);
    cal->h[3] = high[2];
    cal->h[4] = signed12(high[3], high[4] & 0x0fu);
    cal->h[5] = signed12(high[5], (uint32_t)high[4] >> 4);
    cal->h[6] = high[6] < 0x80 ? high[6] : high[6] - 0x100;
    if (uniform(low, BME280_CALIB_LOW_SIZE, 0xff) || uniform(high, BME280_CALIB_HIGH_SIZE, 0xff) ||
        uniform(high, BME280_CALIB_HIGH_SIZE, 0)) {
        return false;
    }
    return cal->t[1] != 0 && cal->t[2] != 0 && cal->p[1] != 0 && cal->h[2] != 0;
}

int32_t bme280_fine_temperature(const struct bme280_calibration *cal, uint32_t adc_t)
{
    int64_t coarse = ((int64_t)(adc_t >> 3) - 2 * (int64_t)cal->t[1]) * cal->t[2] >> 11;
    int64_t delta = (int64_t)(adc_t >> 4) - cal->t[1];
    int64_t square = delta * delta >> 12;

    return (int32_t)(coarse + (square * cal->t[3] >> 14));
}

/* The divisor of the pressure formula; false if it overflows or is not positive. */
static bool pressure_scale(const struct bme280_calibration *cal, int64_t dt, int64_t *scale)
{
    int64_t sum = (INT64_C(1) << 47) + (dt * dt * cal->p[3] >> 8) + dt * cal->p[2] * 4096;

    if (__builtin_mul_overflow(sum, (int64_t)cal->p[1], &sum)) {
        return false;
    }
    *scale = sum >> 33;
    return *scale > 0;
}

bool bme280_pressure(const struct bme280_calibration *cal, int32_t fine, uint32_t adc_p, uint32_t *p_q24_8)
{
    int64_t dt = (int64_t)fine - 128000;
    int64_t offset =
        dt * dt * cal->p[6] + dt * cal->p[5] * (INT64_C(1) << 17) + cal->p[4] * (INT64_C(1) << 35);
    int64_t p = (1048576 - (int64_t)adc_p) * (INT64_C(1) << 31);
    int64_t scale;
    int64_t quadratic;
    int64_t linear;

    if (!pressure_scale(cal, dt, &scale) || __builtin_sub_overflow(p, offset, &p) ||
        __builtin_mul_overflow(p, INT64_C(3125), &p)) {
        return false;
    }
    p /= scale;
    if (p < 0 || p > P_COARSE_LIMIT) {
        return false;
    }
    if (__builtin_mul_overflow(cal->p[9] * (p >> 13), p >> 13, &quadratic) ||
        __builtin_mul_overflow((int64_t)cal->p[8], p, &linear)) {
        return false;
    }
    p = ((p + (quadratic >> 25) + (linear >> 19)) >> 8) + cal->p[7] * INT64_C(16);
    if (p < 0 || p > UINT32_MAX) {
        return false;
    }
    *p_q24_8 = (uint32_t)p;
    return true;
}

uint32_t bme280_humidity(const struct bme280_calibration *cal, int32_t fine, uint32_t adc_h)
{
    int64_t dt = (int64_t)fine - 76800;
    int64_t signal = (int64_t)adc_h * 16384 - cal->h[4] * INT64_C(1048576) - cal->h[5] * dt;
    int64_t slope = (dt * cal->h[6] >> 10) * ((dt * cal->h[3] >> 11) + 32768) >> 10;
    int64_t gain = ((slope + 2097152) * cal->h[2] + 8192) >> 14;
    int64_t x = ((signal + 16384) >> 15) * gain;

    x -= ((x >> 15) * (x >> 15) >> 7) * cal->h[1] >> 4;
    if (x < 0) {
        return 0;
    }
    x >>= 12;
    return x > H_MAX_Q22_10 ? H_MAX_Q22_10 : (uint32_t)x;
}

enum bme280_quantity_error bme280_evaluate(const struct bme280_calibration *cal, const struct bme280_raw *raw,
                                           struct bme280_values *values)
{
    int64_t fine = bme280_fine_temperature(cal, raw->t);

    values->t_centi = (int32_t)((fine * 5 + 128) >> 8);
    if (values->t_centi < T_MIN_CENTI || values->t_centi > T_MAX_CENTI) {
        return BME280_BAD_TEMPERATURE;
    }
    if (!bme280_pressure(cal, (int32_t)fine, raw->p, &values->p_q24_8) || values->p_q24_8 < P_MIN_Q24_8 ||
        values->p_q24_8 > P_MAX_Q24_8) {
        return BME280_BAD_PRESSURE;
    }
    values->h_q22_10 = bme280_humidity(cal, (int32_t)fine, raw->h);
    return values->h_q22_10 <= H_MAX_Q22_10 ? BME280_PLAUSIBLE : BME280_BAD_HUMIDITY;
}
