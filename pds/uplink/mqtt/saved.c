/* SPDX-License-Identifier: BSD-2-Clause */
/* Layout of a saved session: a head of four bytes (layout, count, last identifier), then entries of 15. */
#include "saved.h"
#include <string.h>

#define LAYOUT     1u
#define HEAD_SIZE  4u
#define ENTRY_SIZE 15u

_Static_assert(HEAD_SIZE + MQTT_SAVED_ENTRIES * ENTRY_SIZE <= MQTT_SAVED_SIZE, "a full session fits");

static uint8_t *put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static const uint8_t *get(const uint8_t *at, uint64_t *value, unsigned bytes)
{
    *value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        *value |= (uint64_t)*at++ << (8 * i);
    }
    return at;
}

size_t mqtt_saved_write(const struct mqtt_saved *saved, uint8_t out[MQTT_SAVED_SIZE])
{
    uint8_t *at = put(out, LAYOUT, 1);
    at = put(at, saved->count, 1);
    at = put(at, saved->last_id, 2);
    for (unsigned i = 0; i < saved->count; i++) {
        const struct mqtt_saved_entry *e = &saved->entry[i];
        at = put(at, e->first, 8);
        at = put(at, e->extent, 4);
        at = put(at, e->id, 2);
        at =
            put(at, (unsigned)e->qos << 4 | (e->stage == MQTT_SAVED_LATE ? MQTT_SAVED_PUBLISH : e->stage), 1);
    }
    return (size_t)(at - out);
}

static const uint8_t *read_entry(struct mqtt_saved_entry *e, const uint8_t *at)
{
    uint64_t extent, id, how;
    at = get(at, &e->first, 8);
    at = get(at, &extent, 4);
    at = get(at, &id, 2);
    at = get(at, &how, 1);
    e->extent = (uint32_t)extent;
    e->id = (uint16_t)id;
    e->qos = (uint8_t)(how >> 4);
    e->stage = (uint8_t)(how & 15);
    return at;
}

static bool entry_valid(const struct mqtt_saved_entry *e)
{
    return e->first != 0 && e->extent <= UINT64_MAX - e->first && (e->qos == 1 || e->qos == 2) &&
           e->stage <= MQTT_SAVED_DONE && (e->id == 0) == (e->stage == MQTT_SAVED_DONE) &&
           (e->stage != MQTT_SAVED_RELEASE || e->qos == 2);
}

static bool entries_agree(const struct mqtt_saved_entry *a, const struct mqtt_saved_entry *b)
{
    bool apart = a->first + a->extent < b->first || b->first + b->extent < a->first;
    return apart && (a->id == 0 || a->id != b->id);
}

static bool valid(const struct mqtt_saved *saved)
{
    for (unsigned i = 0; i < saved->count; i++) {
        if (!entry_valid(&saved->entry[i])) {
            return false;
        }
        for (unsigned j = 0; j < i; j++) {
            if (!entries_agree(&saved->entry[i], &saved->entry[j])) {
                return false;
            }
        }
    }
    return true;
}

bool mqtt_saved_read(struct mqtt_saved *saved, const uint8_t *in, size_t len)
{
    uint64_t layout, count, last_id;
    *saved = (struct mqtt_saved){.count = 0};
    if (len < HEAD_SIZE) {
        return false;
    }
    const uint8_t *at = get(in, &layout, 1);
    at = get(at, &count, 1);
    at = get(at, &last_id, 2);
    if (layout != LAYOUT || count > MQTT_SAVED_ENTRIES || len != HEAD_SIZE + count * ENTRY_SIZE) {
        return false;
    }
    saved->last_id = (uint16_t)last_id;
    saved->count = (uint16_t)count;
    for (unsigned i = 0; i < count; i++) {
        at = read_entry(&saved->entry[i], at);
    }
    if (!valid(saved)) {
        *saved = (struct mqtt_saved){.count = 0};
        return false;
    }
    return true;
}
