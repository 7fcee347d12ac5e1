/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks each reading once, on a private copy. Its number then shows as missing if it made no sense. */
#include "intake.h"

#define EXPONENT_MAX 9

void intake_init(struct intake *i, struct ring *readings, struct store *store)
{
    *i = (struct intake){.readings = readings, .store = store};
}

static bool sensible(uint32_t kind, const struct reading *r, uint32_t length, uint64_t now_ns)
{
    return kind == READING_VALUE && length == sizeof *r && r->mono_ns <= now_ns &&
           r->quantity <= QUANTITY_HUMIDITY && r->exponent >= -EXPONENT_MAX && r->exponent <= EXPONENT_MAX &&
           r->sample_index < r->sample_size;
}

bool intake_poll(struct intake *i, uint64_t now_ns)
{
    struct reading reading;
    uint32_t kind, length;
    for (uint32_t n = 0; n <= ring_batch(i->readings); n++) {
        if (!store_wants_reading(i->store)) {
            return false;
        }
        switch (ring_pop(i->readings, &kind, &reading, sizeof reading, &length)) {
        case RING_OK:
            if (sensible(kind, &reading, length, now_ns)) {
                store_take(i->store, &reading, now_ns);
            } else {
                i->bad++;
            }
            break;
        case RING_TOO_LONG:
            i->bad++;
            break;
        case RING_RESTARTED:
            break;
        case RING_EMPTY:
            if (!ring_consumer_has_more(i->readings)) {
                return false;
            }
            break;
        default:
            return false;
        }
    }
    return true;
}
