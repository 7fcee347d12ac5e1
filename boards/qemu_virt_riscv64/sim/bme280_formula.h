/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sensor's physics as the simulator sees it: factory calibration, the integer compensation of the
 * Bosch BME280 data sheet (4.2.3) and its inverse. Written apart from the gateway's own driver, so
 * that the two check each other.
 */
#ifndef POSTERN_SIM_BME280_FORMULA_H
#define POSTERN_SIM_BME280_FORMULA_H

#include <stdint.h>

/* Trimming values dig_T1.. dig_H6 as numbers. */
struct sim_trim {
    uint16_t t1;
    int16_t t2, t3;
    uint16_t p1;
    int16_t p2, p3, p4, p5, p6, p7, p8, p9;
    uint8_t h1, h3;
    int16_t h2, h4, h5; /* h4 and h5 have 12 bits */
    int8_t h6;
};

/* What the sensor's converter delivers: 20, 20 and 16 bits. */
struct sim_raw {
    uint32_t t, p, h;
};

/* Compensated values in the data sheet's units. */
struct sim_values {
    int32_t t_centi;   /* 0.01 degree Celsius */
    uint32_t p_q24_8;  /* Pa, 8 fraction bits */
    uint32_t h_q22_10; /* %RH, 10 fraction bits */
};

/* The trimming of the simulated part. */
extern const struct sim_trim bme280_sim_trim;

/* The fine temperature (5120 steps a degree) that the other two formulas use. */
int32_t bme280_fine(const struct sim_trim *trim, uint32_t adc_t);

struct sim_values bme280_compensate(const struct sim_trim *trim, struct sim_raw raw);

/*
 * The converter values that come closest to an environment, in steps of `step_t` and `step_p`
 * (16 = a 16-bit result in a 20-bit field, 1 = full resolution).
 */
struct sim_raw bme280_invert(const struct sim_trim *trim, double celsius, double pascal, double percent,
                             uint32_t step_t, uint32_t step_p);

/* Lay the trimming out as registers 0x88..0xA1 (first 26 bytes) and 0xE1..0xE7 (last 7 bytes). */
void bme280_trim_registers(const struct sim_trim *trim, uint8_t low[26], uint8_t high[7]);

#endif
