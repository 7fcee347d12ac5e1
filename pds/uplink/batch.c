/* SPDX-License-Identifier: BSD-2-Clause */
/* Readings into SenML messages, sample by sample. */
#include "batch.h"

#define SENSORS    1u
#define QUANTITIES 3u

static const struct {
    const char *name;
    const char *unit;
} series[SENSORS][QUANTITIES] = {
    {
        [QUANTITY_TEMPERATURE] = {"bme280/temperature", "Cel"},
        [QUANTITY_PRESSURE] = {"bme280/pressure", "Pa"},
        [QUANTITY_HUMIDITY] = {"bme280/humidity", "%RH"},
    },
};

static bool is_open(const struct batch *b)
{
    return b->flush_ns != UINT64_MAX;
}

void batch_init(struct batch *b, struct outbox *outbox, const char *base_name)
{
    *b = (struct batch){.outbox = outbox, .base_name = base_name, .flush_ns = UINT64_MAX};
}

bool batch_has_room(const struct batch *b)
{
    return outbox_room(b->outbox) >= 2;
}

void batch_flush(struct batch *b)
{
    if (!is_open(b)) {
        return;
    }
    outbox_slot(b->outbox)->length = (uint16_t)senml_end(&b->pack);
    outbox_add(b->outbox);
    b->flush_ns = UINT64_MAX;
}

/* Adds to the open pack, or to a new one if there is none or it is full. */
static void add(struct batch *b, const struct stored_reading *stored, uint64_t now_ns)
{
    const struct reading *r = &stored->reading;
    const struct senml_record record = {series[r->sensor][r->quantity].name,
                                        series[r->sensor][r->quantity].unit, r->value, r->exponent, r->seq};
    if (is_open(b) && senml_add(&b->pack, &record)) {
        outbox_slot(b->outbox)->last_seq = r->seq;
        return;
    }
    batch_flush(b);
    struct outbox_message *m = outbox_slot(b->outbox);
    m->first_seq = r->seq;
    m->last_seq = r->seq;
    b->sensor = r->sensor;
    b->boot = stored->boot;
    b->mono_ns = r->mono_ns;
    b->flush_ns = now_ns + BATCH_AGE_NS;
    senml_begin(&b->pack, m->payload, sizeof m->payload, b->base_name,
                r->mono_ns + (uint64_t)stored->wall_offset);
    senml_add(&b->pack, &record); /* an empty slot holds any one record */
}

bool batch_take(struct batch *b, const struct stored_reading *stored, uint64_t now_ns)
{
    const struct reading *r = &stored->reading;
    if (r->sensor >= SENSORS || r->quantity >= QUANTITIES || r->exponent < -9 || r->exponent > 9) {
        return false;
    }
    if (r->sensor != b->sensor || r->mono_ns != b->mono_ns || stored->boot != b->boot) {
        batch_flush(b);
    }
    add(b, stored, now_ns);
    if (r->sample_index + UINT64_C(1) >= r->sample_size) {
        batch_flush(b);
    }
    return true;
}
