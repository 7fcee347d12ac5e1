/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sensors there are, where they sit, and how often they are sampled. */
#ifndef POSTERN_SENSORS_CONFIG_H
#define POSTERN_SENSORS_CONFIG_H

#include <stdint.h>

#define SENSOR_COUNT 1u

/* Time between the starts of two samples of a sensor. */
#define SENSOR_PERIOD_NS UINT64_C(1000000000)

struct sensor_config {
    const char *name; /* at most 12 characters: it begins the names of the sensor's metrics */
    uint8_t cs;       /* chip select on the SPI bus */
    uint8_t mode;     /* SPI mode that the part speaks */
    uint32_t hz;      /* its highest clock */
};

/* The index in this table is the sensor number of the readings. */
extern const struct sensor_config sensor_config[SENSOR_COUNT];

#endif
