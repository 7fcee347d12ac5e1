/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and units of the quantities (units: RFC 8428 section 12.1).
 */
#include "sample.h"
#include "senml.h"

static const struct {
    const char *name;
    const char *unit;
} quantity_text[] = {
    [QUANTITY_TEMPERATURE] = {"bme280/temperature", "Cel"},
    [QUANTITY_PRESSURE] = {"bme280/pressure", "Pa"},
    [QUANTITY_HUMIDITY] = {"bme280/humidity", "%RH"},
};
#define QUANTITIES (sizeof quantity_text / sizeof quantity_text[0])

bool sample_reading_valid(const struct reading *reading)
{
    return reading->quantity < QUANTITIES && reading->exponent >= -9 && reading->exponent <= 0 &&
           reading->sample_size >= 1 && reading->sample_index < reading->sample_size;
}

size_t sample_write(char *text, size_t room, const char *base_name, uint64_t wall_ns,
                    const struct reading *readings, size_t count)
{
    struct senml pack;
    size_t i;

    senml_begin(&pack, text, room, base_name, wall_ns);
    for (i = 0; i < count; i++) {
        const struct reading *r = &readings[i];
        const struct senml_record record = {
            .name = quantity_text[r->quantity].name,
            .unit = quantity_text[r->quantity].unit,
            .value = r->value,
            .exponent = r->exponent,
            .seq = r->seq,
        };

        if (!senml_add(&pack, &record)) {
            return 0;
        }
    }
    return senml_end(&pack);
}
