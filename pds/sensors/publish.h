/* SPDX-License-Identifier: BSD-2-Clause */
/* A good sample as the readings that leave this component, numbered without repetition. */
#ifndef POSTERN_SENSORS_PUBLISH_H
#define POSTERN_SENSORS_PUBLISH_H

#include <postern/protocol/reading.h>
#include <stdint.h>

#include "bme280_math.h"

#define READINGS_PER_SAMPLE 3u

/*
 * The readings of one sample: temperature in 0.01 C, pressure in 0.01 Pa and humidity in 0.001 %, both
 * rounded half up. *seq is the number of the last reading made so far and is advanced by three.
 */
void publish_readings(struct reading readings[READINGS_PER_SAMPLE], const struct bme280_values *values,
                      uint8_t sensor, uint64_t taken_ns, uint64_t *seq);

#endif
