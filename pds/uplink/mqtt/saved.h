/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a session that must outlive the client (4.1): which messages are under way, under which packet
 * identifiers and how far, and where identifiers go on. Written to at most MQTT_SAVED_SIZE bytes; what is
 * read back comes from outside and is checked in full.
 */
#ifndef POSTERN_MQTT_SAVED_H
#define POSTERN_MQTT_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MQTT_SAVED_ENTRIES 16u
#define MQTT_SAVED_SIZE    256u

enum mqtt_saved_stage {
    MQTT_SAVED_PUBLISH, /* to be sent again with DUP, under its identifier */
    MQTT_SAVED_RELEASE, /* the server has it: PUBREL is due; QoS 2 only */
    MQTT_SAVED_DONE,    /* complete, while older ones are not: it has no identifier any more */
    MQTT_SAVED_LATE,    /* as PUBLISH, and others may be sent before it on this connection; saved as that */
};

/* A message of the readings first .. first + extent; if DONE, it may be many messages. */
struct mqtt_saved_entry {
    uint64_t first;
    uint32_t extent;
    uint16_t id; /* 0 exactly when DONE */
    uint8_t qos; /* 1 or 2 */
    uint8_t stage;
};

struct mqtt_saved {
    uint16_t last_id; /* 0: none was used yet */
    uint16_t count;
    struct mqtt_saved_entry entry[MQTT_SAVED_ENTRIES]; /* in publishing order */
};

/* Returns the length, at most MQTT_SAVED_SIZE. */
size_t mqtt_saved_write(const struct mqtt_saved *saved, uint8_t out[MQTT_SAVED_SIZE]);

/* False unless it is complete and makes sense: known layout, stages that exist, identifiers not used twice,
 * messages that do not overlap. *saved is then empty. */
bool mqtt_saved_read(struct mqtt_saved *saved, const uint8_t *in, size_t len);

#endif
