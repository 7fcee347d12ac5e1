/* SPDX-License-Identifier: BSD-2-Clause */
/* The sensors of the gateway. */
#include "config.h"

const struct sensor_config sensor_config[SENSOR_COUNT] = {
    {.name = "bme280", .cs = 0, .mode = 0, .hz = 10000000},
};
