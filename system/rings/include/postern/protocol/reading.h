/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readings from sensors to uplink: one value of one quantity, valid by construction (bad values never leave
 * the sensors component). value * 10^exponent is the quantity in its unit.
 */
#ifndef POSTERN_PROTOCOL_READING_H
#define POSTERN_PROTOCOL_READING_H

#include <stdint.h>

enum reading_kind { READING_VALUE = 1 };

enum quantity { QUANTITY_TEMPERATURE, QUANTITY_PRESSURE, QUANTITY_HUMIDITY };

struct reading {
    uint64_t seq;     /* counts every reading since boot from 1; gaps are losses */
    uint64_t mono_ns; /* time CSR in nanoseconds when the sample was taken; equal for one sample's readings */
    int64_t value;
    int8_t exponent;       /* -9..9 */
    uint8_t quantity;      /* enum quantity */
    uint8_t sensor;        /* index in the sensors' configuration: 0 = "bme280" */
    uint8_t sample_size;   /* readings of the same sample; this one and those that follow it */
    uint32_t sample_index; /* 0.. within the sample */
};

#endif
