/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The uplink: readings in, an MQTT session over a stream out. A state machine without I/O and clock of its
 * own: the component's glue and the unit tests provide the operations.
 */
#ifndef UPLINK_H
#define UPLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <postern/protocol/reading.h>
#include "mqtt/client.h"
#include "outbox.h"

#define UPLINK_NAME_MAX  48
#define UPLINK_TOPIC_MAX 96
#define UPLINK_SAMPLE    8 /* most readings of one sample */
#define UPLINK_IN        1024
#define UPLINK_OUT       4096

/* What the uplink needs done. `context` is passed through. */
struct uplink_operations {
    void *context;
    bool (*open)(void *context, uint32_t id); /* ask for the stream; false: not possible now */
    /* Hand over up to length bytes; returns how many were taken (0: full, uplink_run is called again later).
     */
    size_t (*send)(void *context, uint32_t id, const uint8_t *bytes, size_t length);
    void (*close)(void *context, uint32_t id);
    uint64_t (*wall_ns)(void *context, uint64_t mono_ns);
    uint64_t (*random)(void *context);
    void (*event)(void *context, const char *text); /* a change of state, one line for people */
};

struct uplink_settings {
    char device[UPLINK_NAME_MAX];
    char topic[UPLINK_TOPIC_MAX];
    uint64_t keepalive_s; /* 5..3600 */
};

enum uplink_state {
    UPLINK_WAITING, /* for the next attempt */
    UPLINK_OPENING, /* stream asked for */
    UPLINK_ONLINE,  /* stream open, MQTT runs on it */
    UPLINK_CLOSING  /* close asked for */
};

struct uplink_counters {
    uint64_t connects;
    uint64_t stale; /* stream messages of an earlier stream */
    uint64_t bad_readings;
    uint64_t rejected; /* messages that the broker refused for good */
};

struct uplink {
    struct uplink_settings settings;
    struct uplink_operations op;
    enum uplink_state state;
    uint32_t stream;
    unsigned failures; /* attempts in a row without progress */
    uint64_t retry_ns;
    struct mqtt_client mqtt;
    struct outbox outbox;
    struct reading sample[UPLINK_SAMPLE];
    unsigned sample_count;
    char base_name[UPLINK_NAME_MAX + 1];
    struct uplink_counters counters;
    uint8_t in[UPLINK_IN];
    uint8_t out[UPLINK_OUT];
};

/* False: the settings cannot be carried by MQTT. The first attempt is due at once. */
bool uplink_init(struct uplink *u, const struct uplink_settings *settings,
                 const struct uplink_operations *op);

/* True if a reading can be taken now. */
bool uplink_can_take(const struct uplink *u);

/* Take one reading (validated here; a malformed one is counted). A sample is published when it is complete,
 * or when a reading of another sample shows that it never will be. */
void uplink_take(struct uplink *u, const struct reading *reading);

/* A message of the stream (postern/protocol/stream.h), header included. */
void uplink_stream_message(struct uplink *u, uint32_t kind, const uint8_t *message, size_t length,
                           uint64_t now_ns);

/* The provider of the stream started anew: the stream is gone. */
void uplink_stream_lost(struct uplink *u, uint64_t now_ns);

/* Do what is due: attempts, publishing, sending. */
void uplink_run(struct uplink *u, uint64_t now_ns);

/* When uplink_run is needed next; UINT64_MAX: not by time alone. */
uint64_t uplink_deadline(const struct uplink *u);

#endif
