/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A conversation with a BME280 over SPI as a state machine without I/O: it says which bytes to transfer
 * or how long to pause; the caller does so and comes back with the result. One conversation is one
 * sample; the part is probed and its calibration read again whenever there is doubt.
 *
 * A sample is delivered only if the chip answered with its id, kept the configuration that was written,
 * and gave the same data twice; everything else is an error with a reason, never a value.
 */
#ifndef POSTERN_SENSORS_BME280_H
#define POSTERN_SENSORS_BME280_H

#include <stdbool.h>
#include <stdint.h>

#include "bme280_math.h"

#define BME280_TRANSFER_MAX 27u /* address byte and the longer calibration block */

enum bme280_need {
    BME280_TRANSFER, /* exchange dev->tx[0..length) over SPI, full duplex, then bme280_transferred */
    BME280_PAUSE,    /* let dev->pause_us pass, then bme280_paused */
    BME280_DONE,     /* dev->error says how it ended; for BME280_OK the sample is in raw and values */
};

enum bme280_error {
    BME280_OK,
    BME280_ABSENT,          /* every bit reads 1: nothing drives the bus */
    BME280_STUCK,           /* every bit reads 0 */
    BME280_WRONG_ID,        /* something answers, but not with 0x60 */
    BME280_BAD_CALIBRATION, /* the calibration cannot be a sensor's */
    BME280_UNSTABLE,        /* two reads of the same registers differ */
    BME280_NOT_CONFIGURED,  /* control registers do not hold what was written */
    BME280_NO_MEASUREMENT,  /* start-up or measurement does not end */
    BME280_SKIPPED,         /* a converter value says "not measured" */
    BME280_OUT_OF_RANGE,    /* a result outside the sensor's operating range; see quantity */
    BME280_BUS,             /* a transfer failed */
};

/* Fields from `tx` to `values` are the caller's to read; the rest is private. */
struct bme280 {
    uint8_t tx[BME280_TRANSFER_MAX];
    uint32_t length;
    uint32_t pause_us;
    enum bme280_error error;
    uint8_t chip_id; /* as last read */
    enum bme280_quantity_error quantity;
    struct bme280_raw raw;
    struct bme280_values values;

    uint8_t phase;
    uint8_t tries;
    bool calibrated;
    uint8_t first[BME280_TRANSFER_MAX]; /* first of two equal reads */
    uint8_t low[BME280_CALIB_LOW_SIZE];
    struct bme280_calibration calibration;
};

/* A sensor that nothing is known about. */
void bme280_init(struct bme280 *dev);

/* Begin a sample; abandons a running one. Returns BME280_TRANSFER. */
enum bme280_need bme280_start(struct bme280 *dev);

/* The transfer is over: `rx` has dev->length bytes, or is NULL if it failed. */
enum bme280_need bme280_transferred(struct bme280 *dev, const uint8_t *rx);

/* The pause is over. */
enum bme280_need bme280_paused(struct bme280 *dev);

/* The reason as a short phrase for people. Never NULL. */
const char *bme280_error_text(enum bme280_error error);

#endif
