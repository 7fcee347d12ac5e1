/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversion from the data sheet's fixed-point units to decimal ones. */
#include "publish.h"

void publish_readings(struct reading readings[READINGS_PER_SAMPLE], const struct bme280_values *values,
                      uint8_t sensor, uint64_t taken_ns, uint64_t *seq)
{
    const struct {
        uint8_t quantity;
        int8_t exponent;
        int64_t value;
    } made[READINGS_PER_SAMPLE] = {
        {QUANTITY_TEMPERATURE, -2, values->t_centi},
        {QUANTITY_PRESSURE, -2, ((int64_t)values->p_q24_8 * 100 + 128) / 256},
        {QUANTITY_HUMIDITY, -3, ((int64_t)values->h_q22_10 * 1000 + 512) / 1024},
    };

    for (uint32_t i = 0; i < READINGS_PER_SAMPLE; i++) {
        readings[i] = (struct reading){
            .seq = ++*seq,
            .mono_ns = taken_ns,
            .value = made[i].value,
            .exponent = made[i].exponent,
            .quantity = made[i].quantity,
            .sensor = sensor,
            .sample_size = READINGS_PER_SAMPLE,
            .sample_index = i,
        };
    }
}
