/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a BME280's converter values to physical quantities: the integer arithmetic of its data sheet
 * (BST-BME280-DS002, 4.2.3), made safe for any calibration and any input.
 */
#ifndef POSTERN_SENSORS_BME280_MATH_H
#define POSTERN_SENSORS_BME280_MATH_H

#include <stdbool.h>
#include <stdint.h>

#define BME280_CALIB_LOW_SIZE  26u /* registers 0x88..0xA1 */
#define BME280_CALIB_HIGH_SIZE 7u  /* registers 0xE1..0xE7 */

/* Trimming values: dig_T[1..3], dig_P[1..9], dig_H[1..6] of the data sheet; index 0 is unused. */
struct bme280_calibration {
    int32_t t[4];
    int32_t p[10];
    int32_t h[7];
};

/* Converter values: 20, 20 and 16 bits. */
struct bme280_raw {
    uint32_t t, p, h;
};

struct bme280_values {
    int32_t t_centi;   /* 0.01 degree Celsius */
    uint32_t p_q24_8;  /* Pa with 8 fraction bits */
    uint32_t h_q22_10; /* percent with 10 fraction bits */
};

enum bme280_quantity_error {
    BME280_PLAUSIBLE,
    BME280_BAD_TEMPERATURE, /* outside -40..85 C */
    BME280_BAD_PRESSURE,    /* outside 300..1100 hPa, or not computable */
    BME280_BAD_HUMIDITY,    /* outside 0..100 % */
};

/*
 * Decode the calibration registers. False if they cannot be a sensor's: all bits equal, or a divisor
 * of the formulas zero.
 */
bool bme280_decode_calibration(struct bme280_calibration *cal, const uint8_t low[BME280_CALIB_LOW_SIZE],
                               const uint8_t high[BME280_CALIB_HIGH_SIZE]);

/* The fine temperature of the data sheet (5120 steps a degree). Any input. */
int32_t bme280_fine_temperature(const struct bme280_calibration *cal, uint32_t adc_t);

/*
 * Pressure in Pa with 8 fraction bits from the fine temperature. `fine` must be that of a temperature
 * inside the operating range. False if the arithmetic leaves its domain.
 */
bool bme280_pressure(const struct bme280_calibration *cal, int32_t fine, uint32_t adc_p, uint32_t *p_q24_8);

/* Relative humidity in percent with 10 fraction bits, limited to 0..100 %. `fine` as above. */
uint32_t bme280_humidity(const struct bme280_calibration *cal, int32_t fine, uint32_t adc_h);

/* All three, with the sensor's operating range checked. `values` is complete only for BME280_PLAUSIBLE. */
enum bme280_quantity_error bme280_evaluate(const struct bme280_calibration *cal, const struct bme280_raw *raw,
                                           struct bme280_values *values);

#endif
